// Writes a DNS message into the caller's buffer, compressing names, never past a size limit.
#pragma once

#include "protocols/dns/message.hpp"

#include <initializer_list>

namespace postroad::dns {

// Sections are written in order. A record that does not fit is left out whole: in the answer
// and authority sections that sets TC and closes the message but for OPT (RFC 2181 §9);
// in the additional section it is passed over silently, unless `required` (glue, RFC 9471 §3.1).
class MessageWriter {
public:
    // The limit is the smaller of the buffer's size and `size_bytes_max`; 12 octets at least.
    MessageWriter(std::span<std::uint8_t> buffer, std::size_t size_bytes_max);

    Header header;  // set freely before finish(); the counts and TC are the writer's own

    // Keeps room for an OPT record of `options_size` octets until add_edns().
    void reserve_edns(std::size_t options_size = 0) { reserved_ = 11 + options_size; }

    bool add_question(const Question& question);
    bool add(Section section, Bytes owner, Type type, std::uint32_t ttl_s, Bytes rdata,
             bool required = false, Class class_ = Class::in);
    bool add_a(Section section, Bytes owner, std::uint32_t ttl_s, std::array<std::uint8_t, 4> v);
    bool add_aaaa(Section section, Bytes owner, std::uint32_t ttl_s,
                  std::array<std::uint8_t, 16> v);
    // NS, CNAME, PTR
    bool add_name(Section section, Bytes owner, Type type, std::uint32_t ttl_s, Bytes target);
    bool add_mx(Section section, Bytes owner, std::uint32_t ttl_s, const Mx& v);
    bool add_soa(Section section, Bytes owner, std::uint32_t ttl_s, const Soa& v);
    // Each string at most 255 octets (asserted).
    bool add_txt(Section section, Bytes owner, std::uint32_t ttl_s,
                 std::initializer_list<std::string_view> strings);
    bool add_edns(const Edns& v);

    bool truncated() const { return truncated_; }
    std::size_t size() const { return size_; }
    // Writes the header and gives the message; more may be added and finish() called again.
    Bytes finish();

private:
    struct Suffix {  // a name, or the end of one, that already stands in the message
        std::uint32_t hash;
        std::uint16_t offset;
    };
    static constexpr std::size_t suffixes_max = 64;

    bool room(std::size_t size) const { return size_ + size <= limit_; }
    bool put(Bytes data);
    bool put_u16(std::uint16_t value);
    bool put_name(Bytes name, bool compress);
    bool put_rdata(Type type, Bytes rdata);
    bool put_record(Bytes owner, Type type, std::uint16_t class_, std::uint32_t ttl, Bytes rdata);
    bool stands_at(std::size_t offset, Bytes name) const;
    void open(Section section);

    std::span<std::uint8_t> buffer_;
    std::size_t limit_full_;
    std::size_t limit_;  // limit_full_ less what is reserved
    std::size_t size_ = header_size;
    std::size_t reserved_ = 0;
    Section section_ = Section::question;
    bool truncated_ = false;
    std::size_t suffix_count_ = 0;
    std::array<std::uint16_t, 4> counts_{};
    std::array<Suffix, suffixes_max> suffixes_;
};

}  // namespace postroad::dns
