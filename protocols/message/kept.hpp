// A message as it is kept in a file of mail: its text, and what the file says about it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postroad::message {

struct KeptFlags {
    bool seen = false, answered = false, flagged = false, deleted = false, draft = false;
    bool recent = false;  // no mail program has been told of it yet
    bool operator==(const KeptFlags&) const = default;
};

struct Kept {
    std::string content;         // lines end in CRLF
    std::int64_t arrived_s = 0;  // since 1970 UTC
    KeptFlags flags;
    std::vector<std::string> keywords;
    bool operator==(const Kept&) const = default;
};

// When a message arrived by what it says itself: the date of its first Received field (RFC 5321
// §4.4), else of its Date field, else 1970.
std::int64_t arrived_by_header(std::string_view content);

// The text with each line end, LF or CRLF, as CRLF.
std::string lf_to_crlf(std::string_view text);
// And back: CRLF becomes LF.
std::string crlf_to_lf(std::string_view text);

}  // namespace postroad::message
