// Reads a DNS message piece by piece without allocating; what is wrong with it is a value.
#pragma once

#include "protocols/dns/message.hpp"

namespace postroad::dns {

enum class MessageError : std::uint8_t {
    none,
    short_header,  // fewer than 12 octets
    truncated,     // the packet ends inside a question or record its counts announce
    bad_name,      // name_error() says how
};
std::string_view to_text(MessageError error);

// `packet` must outlive the reader and the records it gives. After an error every call
// gives false. Records come in wire order, sections told by Record::section; questions not yet
// read are skipped. RDATA is not judged here: the accessors of Record do that.
class MessageReader {
public:
    explicit MessageReader(Bytes packet);

    const Header& header() const { return header_; }  // all zero on short_header
    MessageError error() const { return error_; }
    NameError name_error() const { return name_error_; }
    std::size_t offset() const { return offset_; }  // of what is read next, or of the error

    bool next(Question& out);
    bool next(Record& out);

    // Octets behind the last record; meaningful once next(Record) gave false without an error.
    std::size_t trailing_size() const { return packet_.size() - offset_; }

private:
    bool fail(MessageError error, NameError name_error = NameError::none);
    bool read_owner(Name& out);

    Bytes packet_;
    Header header_;
    std::size_t offset_ = 0;
    std::uint16_t left_ = 0;  // of the section in hand
    Section section_ = Section::question;
    MessageError error_ = MessageError::none;
    NameError name_error_ = NameError::none;
};

}  // namespace postroad::dns
