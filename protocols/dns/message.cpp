// Typed reading of RDATA, for records of a message and of a zone alike (RFC 1035 §3.3, §3.4).
#include "protocols/dns/message.hpp"

#include <algorithm>
#include <cstring>

namespace postroad::dns {

namespace {

std::uint16_t read_u16(Bytes data, std::size_t at) {
    return static_cast<std::uint16_t>(data[at] << 8 | data[at + 1]);
}

std::uint32_t read_u32(Bytes data, std::size_t at) {
    return static_cast<std::uint32_t>(read_u16(data, at)) << 16 | read_u16(data, at + 2);
}

// A name that begins `at` octets into the RDATA and must end within it.
ReadName read_rdata_name(const Record& record, std::size_t at) {
    const auto begin = static_cast<std::size_t>(record.rdata.data() - record.packet.data());
    // Cutting the packet behind the RDATA keeps the name from running out of it.
    return read_name(record.packet.first(begin + record.rdata.size()), begin + at);
}

std::size_t rdata_end(const Record& record) {
    return static_cast<std::size_t>(record.rdata.data() - record.packet.data()) +
           record.rdata.size();
}

bool is_text(Bytes rdata) {  // RFC 1035 §3.3.14: one or more strings
    if (rdata.empty()) return false;
    std::size_t at = 0;
    while (at < rdata.size()) at += 1u + rdata[at];
    return at == rdata.size();
}

// Types whose RDATA holds no name but still has a form.
bool has_its_form(Type type, Bytes rdata) {
    switch (type) {
        case Type::a: return rdata.size() == 4;
        case Type::aaaa: return rdata.size() == 16;
        case Type::txt: case Type::spf: case Type::hinfo: return is_text(rdata);
        default: return true;
    }
}

}  // namespace

bool TextStrings::next(std::string_view& out) {
    if (rest_.empty()) return false;
    const std::size_t size = rest_[0];
    if (size >= rest_.size()) return false;
    out = {reinterpret_cast<const char*>(rest_.data()) + 1, size};
    rest_ = rest_.subspan(1 + size);
    return true;
}

std::optional<std::array<std::uint8_t, 4>> Record::as_a() const {
    if (type != Type::a || rdata.size() != 4) return std::nullopt;
    std::array<std::uint8_t, 4> out;
    std::copy(rdata.begin(), rdata.end(), out.begin());
    return out;
}

std::optional<std::array<std::uint8_t, 16>> Record::as_aaaa() const {
    if (type != Type::aaaa || rdata.size() != 16) return std::nullopt;
    std::array<std::uint8_t, 16> out;
    std::copy(rdata.begin(), rdata.end(), out.begin());
    return out;
}

std::optional<Name> Record::as_name() const {
    const RdataShape shape = rdata_shape(type);
    if (shape.names != 1 || shape.prefix != 0) return std::nullopt;
    const ReadName read = read_rdata_name(*this, 0);
    if (!read || read.next != rdata_end(*this)) return std::nullopt;
    return read.name;
}

std::optional<Mx> Record::as_mx() const {
    if (type != Type::mx || rdata.size() < 3) return std::nullopt;
    const ReadName read = read_rdata_name(*this, 2);
    if (!read || read.next != rdata_end(*this)) return std::nullopt;
    return Mx{read_u16(rdata, 0), read.name};
}

std::optional<Soa> Record::as_soa() const {
    if (type != Type::soa) return std::nullopt;
    const auto begin = static_cast<std::size_t>(rdata.data() - packet.data());
    const ReadName primary = read_rdata_name(*this, 0);
    if (!primary) return std::nullopt;
    const ReadName responsible = read_rdata_name(*this, primary.next - begin);
    if (!responsible || responsible.next + 20 != rdata_end(*this)) return std::nullopt;
    const std::size_t at = responsible.next;
    return Soa{primary.name,           responsible.name,         read_u32(packet, at),
               read_u32(packet, at + 4), read_u32(packet, at + 8), read_u32(packet, at + 12),
               read_u32(packet, at + 16)};
}

std::optional<TextStrings> Record::as_txt() const {
    if (type != Type::txt && type != Type::spf) return std::nullopt;
    if (!is_text(rdata)) return std::nullopt;
    return TextStrings(rdata);
}

std::optional<Edns> Record::as_edns() const {
    if (type != Type::opt || !name.is_root()) return std::nullopt;
    for (std::size_t at = 0; at < rdata.size();) {  // RFC 6891 §6.1.2: options fill it exactly
        if (at + 4 > rdata.size()) return std::nullopt;
        at += 4u + read_u16(rdata, at + 2);
        if (at > rdata.size()) return std::nullopt;
    }
    Edns out;
    out.udp_size_bytes = static_cast<std::uint16_t>(class_);
    out.extended_rcode = static_cast<std::uint8_t>(ttl_raw >> 24);
    out.version = static_cast<std::uint8_t>(ttl_raw >> 16);
    out.dnssec_ok = (ttl_raw & 0x8000u) != 0;
    out.options = rdata;
    return out;
}

std::optional<Tlsa> Record::as_tlsa() const {
    if (type != Type::tlsa || rdata.size() < 4) return std::nullopt;
    return Tlsa{rdata[0], rdata[1], rdata[2], rdata.subspan(3)};
}

std::optional<std::size_t> expand_rdata(Type type, Bytes packet, std::size_t rdata_offset,
                                        std::size_t rdata_size, std::span<std::uint8_t> out) {
    const Bytes visible = packet.first(rdata_offset + rdata_size);
    const RdataShape shape = rdata_shape(type);
    if (shape.names == 0) {
        const Bytes rdata = visible.subspan(rdata_offset);
        if (!has_its_form(type, rdata) || rdata.size() > out.size()) return std::nullopt;
        std::copy(rdata.begin(), rdata.end(), out.begin());
        return rdata.size();
    }
    std::size_t from = rdata_offset, size = 0;
    const auto copy = [&](Bytes part) {
        if (part.size() > out.size() - size) return false;
        std::copy(part.begin(), part.end(), out.begin() + static_cast<std::ptrdiff_t>(size));
        size += part.size();
        return true;
    };
    if (rdata_size < shape.prefix || !copy(visible.subspan(from, shape.prefix)))
        return std::nullopt;
    from += shape.prefix;
    for (int i = 0; i < shape.names; ++i) {
        const ReadName read = read_name(visible, from);
        if (!read || !copy(read.name)) return std::nullopt;
        from = read.next;
    }
    if (visible.size() - from != shape.suffix || !copy(visible.subspan(from))) return std::nullopt;
    return size;
}

std::optional<std::size_t> expand_rdata(const Record& record, std::span<std::uint8_t> out) {
    const auto begin = static_cast<std::size_t>(record.rdata.data() - record.packet.data());
    return expand_rdata(record.type, record.packet, begin, record.rdata.size(), out);
}

std::optional<Bytes> take_framed(Bytes& stream) {
    if (stream.size() < 2) return std::nullopt;
    const std::size_t size = read_u16(stream, 0);
    if (stream.size() < 2 + size) return std::nullopt;
    const Bytes message = stream.subspan(2, size);
    stream = stream.subspan(2 + size);
    return message;
}

}  // namespace postroad::dns
