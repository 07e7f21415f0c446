// Writing of DNS messages: compression (RFC 1035 §4.1.4) and truncation (RFC 2181 §9).
#include "protocols/dns/message_writer.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace postroad::dns {

namespace {

void store_u16(std::span<std::uint8_t> out, std::size_t at, std::size_t value) {
    out[at] = static_cast<std::uint8_t>(value >> 8);
    out[at + 1] = static_cast<std::uint8_t>(value);
}

std::uint16_t flags_of(const Header& h) {
    unsigned flags = 0;
    if (h.is_response) flags |= 0x8000u;
    flags |= (static_cast<unsigned>(h.opcode) & 15u) << 11;
    if (h.authoritative) flags |= 0x0400u;
    if (h.truncated) flags |= 0x0200u;
    if (h.recursion_desired) flags |= 0x0100u;
    if (h.recursion_available) flags |= 0x0080u;
    if (h.reserved) flags |= 0x0040u;
    if (h.authentic_data) flags |= 0x0020u;
    if (h.checking_disabled) flags |= 0x0010u;
    flags |= static_cast<unsigned>(h.rcode) & 15u;
    return static_cast<std::uint16_t>(flags);
}

}  // namespace

MessageWriter::MessageWriter(std::span<std::uint8_t> buffer, std::size_t size_bytes_max)
    : buffer_(buffer),
      limit_full_(std::min({buffer.size(), size_bytes_max, message_size_bytes_max})),
      limit_(limit_full_) {
    assert(limit_full_ >= header_size);
}

bool MessageWriter::put(Bytes data) {
    if (!room(data.size())) return false;
    std::copy(data.begin(), data.end(), buffer_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += data.size();
    return true;
}

bool MessageWriter::put_u16(std::uint16_t value) {
    if (!room(2)) return false;
    store_u16(buffer_, size_, value);
    size_ += 2;
    return true;
}

// Whether the name at `offset` of the message, written by us, is `name`.
bool MessageWriter::stands_at(std::size_t offset, Bytes name) const {
    for (std::size_t at = 0;;) {
        while ((buffer_[offset] & 0xC0u) == 0xC0u)
            offset = (buffer_[offset] & 0x3Fu) << 8 | buffer_[offset + 1];
        const std::size_t step = 1u + name[at];
        if (buffer_[offset] != name[at]) return false;
        for (std::size_t k = 1; k < step; ++k)
            if (ascii_lower(buffer_[offset + k]) != ascii_lower(name[at + k])) return false;
        if (name[at] == 0) return true;
        at += step;
        offset += step;
    }
}

bool MessageWriter::put_name(Bytes name, bool compress) {
    if (!compress) return put(name);
    std::array<std::uint8_t, label_count_max + 1> starts;
    std::array<std::uint32_t, label_count_max + 1> hashes;  // of the name from that label on
    std::size_t count = 0;
    for (std::size_t at = 0; name[at] != 0; at += 1u + name[at])
        starts[count++] = static_cast<std::uint8_t>(at);
    std::uint32_t h = 2166136261u;
    for (std::size_t i = count; i-- > 0;) {
        for (std::size_t k = 0; k <= name[starts[i]]; ++k)
            h = (h ^ ascii_lower(name[starts[i] + k])) * 16777619u;
        hashes[i] = h;
    }
    // RFC 1035 §4.1.4: find the longest tail that already stands in the message.
    std::size_t written = count, target = 0;
    for (std::size_t i = 0; i < count && written == count; ++i)
        for (std::size_t s = 0; s < suffix_count_; ++s)
            if (suffixes_[s].hash == hashes[i] &&
                stands_at(suffixes_[s].offset, name.subspan(starts[i]))) {
                written = i;
                target = suffixes_[s].offset;
                break;
            }
    const bool pointer = written < count;
    const std::size_t begin = size_;
    const std::size_t head = pointer ? starts[written] : name.size();
    if (!room(head + (pointer ? 2 : 0))) return false;
    put(name.first(head));
    if (pointer) put_u16(static_cast<std::uint16_t>(0xC000u | target));
    for (std::size_t i = 0; i < written && suffix_count_ < suffixes_max; ++i) {
        const std::size_t offset = begin + starts[i];
        if (offset >= 0x4000) break;  // a pointer has 14 bits
        suffixes_[suffix_count_++] = {hashes[i], static_cast<std::uint16_t>(offset)};
    }
    return true;
}

bool MessageWriter::put_rdata(Type type, Bytes rdata) {
    const RdataShape shape = rdata_shape(type);
    if (!shape.compress) return put(rdata);
    if (!put(rdata.first(shape.prefix))) return false;
    rdata = rdata.subspan(shape.prefix);
    for (int i = 0; i < shape.names; ++i) {
        std::size_t size = 1;
        for (std::size_t at = 0; rdata[at] != 0; at += 1u + rdata[at]) size += 1u + rdata[at];
        if (!put_name(rdata.first(size), true)) return false;
        rdata = rdata.subspan(size);
    }
    return put(rdata);
}

bool MessageWriter::put_record(Bytes owner, Type type, std::uint16_t class_, std::uint32_t ttl,
                               Bytes rdata) {
    if (!put_name(owner, true) || !put_u16(static_cast<std::uint16_t>(type)) || !put_u16(class_) ||
        !put_u16(static_cast<std::uint16_t>(ttl >> 16)) ||
        !put_u16(static_cast<std::uint16_t>(ttl)) || !put_u16(0))
        return false;
    const std::size_t begin = size_;
    if (!put_rdata(type, rdata)) return false;
    store_u16(buffer_, begin - 2, size_ - begin);
    return true;
}

void MessageWriter::open(Section section) {
    assert(section >= section_);  // sections are written in order
    section_ = section;
    limit_ = limit_full_ - std::min(reserved_, limit_full_ - size_);
}

bool MessageWriter::add_question(const Question& question) {
    open(Section::question);
    const std::size_t size = size_, suffixes = suffix_count_;
    if (!put_name(question.name, true) || !put_u16(static_cast<std::uint16_t>(question.type)) ||
        !put_u16(static_cast<std::uint16_t>(question.class_))) {
        size_ = size;
        suffix_count_ = suffixes;
        truncated_ = true;
        return false;
    }
    ++counts_[0];
    return true;
}

bool MessageWriter::add(Section section, Bytes owner, Type type, std::uint32_t ttl_s, Bytes rdata,
                        bool required, Class class_) {
    assert(section != Section::question);
    open(section);
    if (truncated_) return false;
    const std::size_t size = size_, suffixes = suffix_count_;
    const std::size_t index = static_cast<std::size_t>(section);
    if (counts_[index] == 0xFFFF ||
        !put_record(owner, type, static_cast<std::uint16_t>(class_), ttl_s, rdata)) {
        size_ = size;
        suffix_count_ = suffixes;
        if (section != Section::additional || required) truncated_ = true;
        return false;
    }
    ++counts_[index];
    return true;
}

bool MessageWriter::add_a(Section section, Bytes owner, std::uint32_t ttl_s,
                          std::array<std::uint8_t, 4> v) {
    return add(section, owner, Type::a, ttl_s, v);
}

bool MessageWriter::add_aaaa(Section section, Bytes owner, std::uint32_t ttl_s,
                             std::array<std::uint8_t, 16> v) {
    return add(section, owner, Type::aaaa, ttl_s, v);
}

bool MessageWriter::add_name(Section section, Bytes owner, Type type, std::uint32_t ttl_s,
                             Bytes target) {
    assert(rdata_shape(type).names == 1 && rdata_shape(type).prefix == 0);
    return add(section, owner, type, ttl_s, target);
}

bool MessageWriter::add_mx(Section section, Bytes owner, std::uint32_t ttl_s, const Mx& v) {
    std::array<std::uint8_t, 2 + name_size_max> rdata;
    store_u16(rdata, 0, v.preference);
    std::memcpy(rdata.data() + 2, v.exchange.wire.data(), v.exchange.length);
    return add(section, owner, Type::mx, ttl_s, Bytes{rdata.data(), 2u + v.exchange.length});
}

bool MessageWriter::add_soa(Section section, Bytes owner, std::uint32_t ttl_s, const Soa& v) {
    std::array<std::uint8_t, 2 * name_size_max + 20> rdata;
    std::size_t size = 0;
    for (const Name* name : {&v.primary, &v.responsible}) {
        std::memcpy(rdata.data() + size, name->wire.data(), name->length);
        size += name->length;
    }
    for (const std::uint32_t value :
         {v.serial, v.refresh_s, v.retry_s, v.expire_s, v.minimum_s}) {
        store_u16(rdata, size, value >> 16);
        store_u16(rdata, size + 2, value & 0xFFFFu);
        size += 4;
    }
    return add(section, owner, Type::soa, ttl_s, Bytes{rdata.data(), size});
}

bool MessageWriter::add_txt(Section section, Bytes owner, std::uint32_t ttl_s,
                            std::initializer_list<std::string_view> strings) {
    std::array<std::uint8_t, 4096> rdata;
    std::size_t size = 0;
    for (const std::string_view text : strings) {
        assert(text.size() <= 255 && size + 1 + text.size() <= rdata.size());
        rdata[size++] = static_cast<std::uint8_t>(text.size());
        std::memcpy(rdata.data() + size, text.data(), text.size());
        size += text.size();
    }
    return add(section, owner, Type::txt, ttl_s, Bytes{rdata.data(), size});
}

bool MessageWriter::add_edns(const Edns& v) {
    static constexpr std::uint8_t root = 0;
    reserved_ = 0;
    open(Section::additional);
    const std::size_t size = size_;
    const std::uint32_t ttl = static_cast<std::uint32_t>(v.extended_rcode) << 24 |
                              static_cast<std::uint32_t>(v.version) << 16 |
                              (v.dnssec_ok ? 0x8000u : 0u);
    if (!put_record(Bytes{&root, 1}, Type::opt, v.udp_size_bytes, ttl, v.options)) {
        size_ = size;
        return false;
    }
    ++counts_[static_cast<std::size_t>(Section::additional)];
    return true;
}

Bytes MessageWriter::finish() {
    Header h = header;
    h.truncated = h.truncated || truncated_;
    store_u16(buffer_, 0, h.id);
    store_u16(buffer_, 2, flags_of(h));
    for (std::size_t i = 0; i < 4; ++i) store_u16(buffer_, 4 + 2 * i, counts_[i]);
    return {buffer_.data(), size_};
}

}  // namespace postroad::dns
