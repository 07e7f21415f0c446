// Records kept and shown.
#include "sim/dns/records.hpp"

#include "protocols/dns/zone.hpp"

namespace postroad::sim::dns_layer {
namespace {

void put_u16(char*& at, std::size_t value) {
    *at++ = static_cast<char>(value >> 8);
    *at++ = static_cast<char>(value);
}

std::size_t u16_at(std::string_view octets, std::size_t at) {
    return static_cast<std::size_t>(static_cast<unsigned char>(octets[at])) << 8 |
           static_cast<unsigned char>(octets[at + 1]);
}

template <std::size_t size_max>
bool put_number(WordBuffer<size_max>& words, std::uint32_t value) {
    char digits[10];
    std::size_t count = 0;
    do digits[sizeof digits - ++count] = static_cast<char>('0' + value % 10);
    while ((value /= 10) != 0);
    return words.put({digits + sizeof digits - count, count});
}

bool put_name(AnswerWords& words, dns::Bytes name) { return words.put(NameWords(name).view()); }

bool put_rdata(AnswerWords& words, const dns::Record& record) {
    if (const auto v4 = record.as_a()) {
        for (std::size_t i = 0; i < 4; ++i)
            if ((i != 0 && !words.put(".")) || !put_number(words, (*v4)[i])) return false;
        return true;
    }
    if (const auto mx = record.as_mx())
        return put_number(words, mx->preference) && words.put(" ") && put_name(words, mx->exchange);
    if (const auto name = record.as_name()) return put_name(words, *name);
    if (const auto v6 = record.as_aaaa()) return words.put(net::format(net::Address{*v6}));
    return words.put(dns::rdata_to_text(record));
}

}  // namespace

void keep(Heap& heap, Text& list, const KeptRecord& record) {
    char head[1 + 2 + dns::name_size_max + 8];
    char* at = head;
    *at++ = static_cast<char>(record.section);
    *at++ = static_cast<char>(record.owner.size());
    std::memcpy(at, record.owner.data(), record.owner.size());
    at += record.owner.size();
    put_u16(at, static_cast<std::size_t>(record.type));
    put_u16(at, record.ttl_s >> 16);
    put_u16(at, record.ttl_s & 0xffffU);
    put_u16(at, record.rdata.size());
    heap.append(list, {head, static_cast<std::size_t>(at - head)});
    heap.append(list, octets_of(record.rdata));
}

bool take_kept(std::string_view& list, KeptRecord& out) {
    if (list.empty()) return false;
    out.section = static_cast<dns::Section>(list[0]);
    const auto owner_octets = static_cast<unsigned char>(list[1]);
    out.owner = bytes_of(list.substr(2, owner_octets));
    const std::size_t at = 2U + owner_octets;
    out.type = static_cast<dns::Type>(u16_at(list, at));
    out.ttl_s = static_cast<std::uint32_t>(u16_at(list, at + 2) << 16 | u16_at(list, at + 4));
    const std::size_t size = u16_at(list, at + 6);
    out.rdata = bytes_of(list.substr(at + 8, size));
    list.remove_prefix(at + 8 + size);
    return true;
}

void keep_rdata(Heap& heap, Text& list, dns::Bytes rdata) {
    char size[2];
    char* at = size;
    put_u16(at, rdata.size());
    heap.append(list, {size, 2});
    heap.append(list, octets_of(rdata));
}

bool take_rdata(std::string_view& list, dns::Bytes& out) {
    if (list.empty()) return false;
    const std::size_t size = u16_at(list, 0);
    out = bytes_of(list.substr(2, size));
    list.remove_prefix(2 + size);
    return true;
}

NameWords::NameWords(dns::Bytes name) {
    if (name.size() == 1) {
        words_.put(".");
        return;
    }
    for (std::size_t at = 0; name[at] != 0; at += 1U + name[at]) {
        if (at != 0) words_.put(".");
        for (const std::uint8_t octet : name.subspan(at + 1, name[at])) {
            const char c = static_cast<char>(octet);
            if (octet <= ' ' || octet >= 127) {
                const char escaped[] = {'\\', static_cast<char>('0' + octet / 100),
                                        static_cast<char>('0' + octet / 10 % 10),
                                        static_cast<char>('0' + octet % 10)};
                words_.put({escaped, 4});
            } else {
                if (std::string_view("\".;\\@$()").find(c) != std::string_view::npos)
                    words_.put("\\");
                words_.put({&c, 1});
            }
        }
    }
}

void put_line(AnswerWords& words, const dns::Record& record) {
    const std::size_t before = words.size();
    if (put_name(words, record.name) && words.put(" ") && words.put(dns::to_text(record.type)) &&
        words.put(" ") && put_rdata(words, record) && words.put("\n"))
        return;
    words.cut(before);
}

std::uint16_t put_answers(AnswerWords& words, dns::Bytes message) {
    dns::MessageReader reader(message);
    std::uint16_t count = 0;
    for (dns::Record record; reader.next(record);) {
        if (record.section != dns::Section::answer) break;
        put_line(words, record);
        ++count;
    }
    return count;
}

}  // namespace postroad::sim::dns_layer
