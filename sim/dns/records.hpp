// Resource records outside messages: as a heap text keeps them, and as words for the Trace.
// Reading and showing them allocates nothing that lasts.
#pragma once

#include <array>
#include <string_view>

#include "protocols/dns/message_reader.hpp"
#include "protocols/dns/message_writer.hpp"
#include "sim/world/run.hpp"

namespace postroad::sim::dns_layer {

inline dns::Bytes bytes_of(std::string_view octets) {
    return {reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()};
}
inline std::string_view octets_of(dns::Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// One record as a ResolverTask keeps it: section, owner, type, TTL, RDATA, names uncompressed.
struct KeptRecord {
    dns::Section section = dns::Section::answer;
    dns::Bytes owner;
    dns::Type type = dns::Type::none;
    std::uint32_t ttl_s = 0;
    dns::Bytes rdata;
};
void keep(Heap& heap, Text& list, const KeptRecord& record);
// Takes the first record off the front of `list`; false when it is empty.
bool take_kept(std::string_view& list, KeptRecord& out);

// RDATA after RDATA, two octets of size before each: how the cache keeps a set.
void keep_rdata(Heap& heap, Text& list, dns::Bytes rdata);
bool take_rdata(std::string_view& list, dns::Bytes& out);

// Words in a buffer of fixed size; what does not fit is left out.
template <std::size_t size_max>
class WordBuffer {
  public:
    std::string_view view() const { return {octets_.data(), size_}; }
    std::size_t size() const { return size_; }
    void cut(std::size_t size) { size_ = size; }
    bool put(std::string_view words) {
        if (words.size() > size_max - size_) return false;
        std::memcpy(octets_.data() + size_, words.data(), words.size());
        size_ += words.size();
        return true;
    }

  private:
    std::array<char, size_max> octets_;
    std::size_t size_ = 0;
};

// A name as a scenario writes it: "mx1.example.org", the root ".". Odd octets are escaped as in a
// master file (RFC 1035 §5.1).
class NameWords {
  public:
    explicit NameWords(dns::Bytes name);
    std::string_view view() const { return words_.view(); }

  private:
    WordBuffer<1024> words_;
};

inline constexpr std::size_t answer_words_max = 4000;
using AnswerWords = WordBuffer<answer_words_max>;
// "mx1.example.org A 192.0.2.25", ended by a line feed; nothing when it does not fit.
void put_line(AnswerWords& words, const dns::Record& record);
// A line for each record of the answer section.
std::uint16_t put_answers(AnswerWords& words, dns::Bytes message);

}  // namespace postroad::sim::dns_layer
