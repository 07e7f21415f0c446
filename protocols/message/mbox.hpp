// The mbox format (RFC 4155): messages in one file, each behind a "From " line. Body lines that
// look like one are quoted as mboxrd does; quoting by mboxo is understood as far as it can be.
#pragma once

#include <optional>

#include "protocols/message/kept.hpp"

namespace postroad::message {

// A "From " line (RFC 4155 appendix A).
struct FromLine {
    std::string sender;       // as it stands there; may be empty
    std::int64_t date_s = 0;  // since 1970 UTC
    bool operator==(const FromLine&) const = default;
};
// Nothing when the line (without its end) has no date behind "From ". The date is that of
// asctime(); seconds may be missing, and a zone may stand before or after the year.
std::optional<FromLine> parse_from_line(std::string_view line);

// Appends a message and the empty line behind it. Lines end in LF (RFC 4155 §2). Status, X-Status
// and X-Keywords fields say its flags; any that the message has itself are left out. A message
// without a line end at its end gets one.
void put_mbox(std::string& out, const Kept& message, std::string_view sender);

// Goes through an mbox. A "From " line begins a message at the start of the file, or behind an
// empty line when it has a date. Content-Length, which some write and many get wrong, is ignored.
class MboxReader {
public:
    explicit MboxReader(std::string_view text);

    // Why this is no mbox; empty: it is one, as an empty text is.
    std::string_view fault() const { return fault_; }

    struct Entry {
        Kept message;
        std::string sender;
        std::size_t line = 1;  // of its "From " line
    };
    // The next one; nothing at the end, and when there is a fault. The date is the header's when
    // the first "From " line has none.
    std::optional<Entry> next();

private:
    std::string_view rest_;
    std::size_t line_ = 1;
    std::string_view fault_;
};

}  // namespace postroad::message
