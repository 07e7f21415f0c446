// Address lists of From, To, Cc and their like (RFC 5322 §3.4, obsolete forms of §4.4, UTF-8 of
// RFC 6532), parsed to values that remember where they stood, and written back.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace postroad::message {

// One mailbox. Texts are without quotes and escapes; encoded words stay as they are written
// (`decode_words` reads them).
struct Mailbox {
    std::string display_name;
    std::string local_part;
    std::string domain;             // "example.org", or "[192.0.2.1]" with its brackets
    std::vector<std::string> route; // §4.4: the domains before the last colon; ignored in use
    std::string comment;            // the last comment, which before 1982 held the person's name
    std::size_t begin = 0;          // octet range within the parsed value
    std::size_t end = 0;

    // local_part@domain, quoted where RFC 5321 §4.1.2 wants it: a forward-path without brackets.
    std::string address() const;
};

// A mailbox, or a named group of them: "Undisclosed recipients:;" is one with no members.
struct Address {
    bool is_group = false;
    std::string group_name;
    std::vector<Mailbox> mailboxes; // exactly one unless it is a group
    std::size_t begin = 0;
    std::size_t end = 0;
};

struct AddressError {
    std::size_t at = 0; // octet within the parsed value
    std::string_view what;
};

struct AddressList {
    std::vector<Address> addresses;
    std::vector<AddressError> errors; // reading goes on behind the next comma
    bool obsolete = false;            // something of §4.4 was used
    bool limit_reached = false;

    // All mailboxes, those of groups included.
    std::vector<Mailbox> mailboxes() const;
};

// `value` is a field's value, folded or not. At most `addresses_max` mailboxes are read.
AddressList parse_addresses(std::string_view value, std::size_t addresses_max = 10'000);

// Writes a local part or a word as it must stand: an atom, dotted atoms, or a quoted string.
void put_local_part(std::string& out, std::string_view local_part);
void put_phrase(std::string& out, std::string_view phrase);

// "Ann Lee" <ann@example.org>, or ann@example.org; a display name beyond ASCII becomes encoded
// words. Routes and comments are not written.
void put_mailbox(std::string& out, const Mailbox& mailbox);
void put_address(std::string& out, const Address& address);
std::string format_addresses(const std::vector<Address>& addresses);

} // namespace postroad::message
