// Reading of DNS messages (RFC 1035 §4.1); every index is checked before it is used.
#include "protocols/dns/message_reader.hpp"

namespace postroad::dns {

namespace {

std::uint16_t u16(Bytes data, std::size_t at) {
    return static_cast<std::uint16_t>(data[at] << 8 | data[at + 1]);
}

}  // namespace

std::string_view to_text(MessageError error) {
    switch (error) {
        case MessageError::none: return "no error";
        case MessageError::short_header: return "the message is shorter than its 12-octet header";
        case MessageError::truncated: return "the message ends inside a record it announces";
        case MessageError::bad_name: return "a name in the message is malformed";
    }
    return "unknown error";
}

MessageReader::MessageReader(Bytes packet) : packet_(packet) {
    if (packet.size() < header_size) {
        error_ = MessageError::short_header;
        return;
    }
    const unsigned flags = u16(packet, 2);
    header_.id = u16(packet, 0);
    header_.is_response = (flags & 0x8000u) != 0;
    header_.opcode = static_cast<Opcode>(flags >> 11 & 15u);
    header_.authoritative = (flags & 0x0400u) != 0;
    header_.truncated = (flags & 0x0200u) != 0;
    header_.recursion_desired = (flags & 0x0100u) != 0;
    header_.recursion_available = (flags & 0x0080u) != 0;
    header_.reserved = (flags & 0x0040u) != 0;
    header_.authentic_data = (flags & 0x0020u) != 0;
    header_.checking_disabled = (flags & 0x0010u) != 0;
    header_.rcode = static_cast<Rcode>(flags & 15u);
    for (std::size_t i = 0; i < 4; ++i) header_.counts[i] = u16(packet, 4 + 2 * i);
    left_ = header_.counts[0];
    offset_ = header_size;
}

bool MessageReader::fail(MessageError error, NameError name_error) {
    error_ = error;
    name_error_ = name_error;
    return false;
}

bool MessageReader::read_owner(Name& out) {
    const ReadName read = read_name(packet_, offset_);
    if (read.error == NameError::truncated) return fail(MessageError::truncated);
    if (!read) return fail(MessageError::bad_name, read.error);
    out = read.name;
    offset_ = read.next;
    return true;
}

bool MessageReader::next(Question& out) {
    if (error_ != MessageError::none || section_ != Section::question || left_ == 0) return false;
    if (!read_owner(out.name)) return false;
    if (packet_.size() - offset_ < 4) return fail(MessageError::truncated);
    out.type = static_cast<Type>(u16(packet_, offset_));
    out.class_ = static_cast<Class>(u16(packet_, offset_ + 2));
    offset_ += 4;
    --left_;
    return true;
}

bool MessageReader::next(Record& out) {
    if (section_ == Section::question) {
        Question ignored;
        while (next(ignored)) {}
    }
    if (error_ != MessageError::none) return false;
    while (left_ == 0) {
        if (section_ == Section::additional) return false;
        section_ = static_cast<Section>(static_cast<unsigned>(section_) + 1);
        left_ = header_.counts[static_cast<std::size_t>(section_)];
    }
    if (!read_owner(out.name)) return false;
    if (packet_.size() - offset_ < 10) return fail(MessageError::truncated);
    const std::size_t rdata_size = u16(packet_, offset_ + 8);
    if (packet_.size() - offset_ - 10 < rdata_size) return fail(MessageError::truncated);
    out.section = section_;
    out.type = static_cast<Type>(u16(packet_, offset_));
    out.class_ = static_cast<Class>(u16(packet_, offset_ + 2));
    out.ttl_raw = static_cast<std::uint32_t>(u16(packet_, offset_ + 4)) << 16 |
                  u16(packet_, offset_ + 6);
    out.rdata = packet_.subspan(offset_ + 10, rdata_size);
    out.packet = packet_;
    offset_ += 10 + rdata_size;
    --left_;
    return true;
}

}  // namespace postroad::dns
