// One message's answer to a FETCH (RFC 3501 §7.4.2, RFC 9051 §7.5.2). Only what was asked for is
// computed: FLAGS alone does not look at the text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/imap/fetch_items.hpp"
#include "protocols/imap/lexer.hpp"
#include "protocols/imap/mime_tree.hpp"

namespace postroad::imap {

// A message as its mailbox knows it; views of the caller's. What is not asked for may stay unset.
struct MessageData {
    std::string_view text;     // the whole message as it is kept
    std::uint32_t octets = 0;  // RFC822.SIZE, where the text is not shown
    std::uint32_t uid = 0;
    std::string_view flags;  // without parentheses: "\Seen \Answered $Junk"
    InternalDate internal_date;
    std::uint64_t modseq = 0;
    std::string_view email_id;      // RFC 8474: an objectid of A-Z a-z 0-9 _ -
    std::string_view thread_id;     // "" is told as NIL
    std::int64_t save_date_s = -1;  // RFC 8514; negative is told as NIL
};

// Appends "(FLAGS (\Seen) UID 7 BODY[1]<0> {12}\r\n...)". The caller writes "* 5 FETCH " before and
// CRLF after. What cannot be had (a part that is not there) is NIL; an encoding that nobody knows
// makes the return value false: the command then ends with NO [UNKNOWN-CTE] (RFC 3516 §4.3).
bool put_fetch_data(std::string& out, const FetchItems& asked, const MessageData& message);

// The octets of one section; nothing if the message has no such part. `scratch` holds them where
// they do not stand in the text in one piece (HEADER.FIELDS).
std::optional<std::string_view> section_octets(std::string_view text, const MimeTree& tree,
                                               const Section& section, std::string& scratch);

}  // namespace postroad::imap
