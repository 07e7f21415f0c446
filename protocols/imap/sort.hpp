// SORT (RFC 5256, RFC 5957): criteria, what they compare of a message, and the order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postroad::imap {

enum class SortKey : std::uint8_t {
    arrival,
    cc,
    date,
    from,
    size,
    subject,
    to,
    display_from,
    display_to
};

struct SortCriterion {
    SortKey key = SortKey::arrival;
    bool reverse = false;
    bool operator==(const SortCriterion&) const = default;
};

struct ParsedSort {
    std::vector<SortCriterion> value;
    std::string error;     // "" if it is understood; else a sentence for BAD's text
    std::size_t used = 0;  // octets read: charset and search keys follow
};
// "(REVERSE DATE SUBJECT)", with its parentheses.
ParsedSort parse_sort_criteria(std::string_view text);

// Whether the criteria look into texts (ARRIVAL and SIZE do not).
bool sort_needs_text(const std::vector<SortCriterion>& criteria);

// What is compared of one message: a word a criterion, compared octet by octet.
struct SortRow {
    std::uint32_t number = 0;  // breaks ties: RFC 5256 §3
    std::vector<std::string> words;
};
struct SortMessage {
    std::uint32_t number = 0;
    std::int64_t internal_date_s = 0;
    std::uint32_t size = 0;
    std::string_view text;
};
SortRow sort_row(const std::vector<SortCriterion>& criteria, const SortMessage& message);

// Puts the rows into order.
void sort_rows(const std::vector<SortCriterion>& criteria, std::vector<SortRow>& rows);

// RFC 5256 §2.1 in UTF-8. `value` is a Subject field's, folded or not. `is_reply_or_forward` tells
// whether anything was taken off that says so (§2.1, THREAD=REFERENCES uses it).
std::string base_subject(std::string_view value, bool* is_reply_or_forward = nullptr);

// RFC 5256 §2.2: the Date field in UTC, the internal date when there is none that can be read.
std::int64_t sent_date(std::string_view header, std::int64_t internal_date_s);

}  // namespace postroad::imap
