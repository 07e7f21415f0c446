// A message as header fields and body (RFC 5322 §2.1), as views into its octets. Nothing is lost:
// the pieces, one after the other, are the message, however broken it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "protocols/message/characters.hpp"

namespace postroad::message {

// What is wrong with a message, as bits.
namespace defect {
constexpr std::uint32_t bare_lf = 1U << 0;            // a header line ends with LF alone (§2.3)
constexpr std::uint32_t bare_cr = 1U << 1;            // a CR inside a header line (§2.3)
constexpr std::uint32_t eight_bit = 1U << 2;          // raw 8-bit octets in the header
constexpr std::uint32_t nul = 1U << 3;                // NUL in the header (§4: obsolete)
constexpr std::uint32_t no_colon = 1U << 4;           // the header ended at a line that is no field
constexpr std::uint32_t missing_blank_line = 1U << 5; // a body, but no blank line before it
constexpr std::uint32_t obsolete_folding = 1U << 6;   // a folded line of only white space (§4.2)
constexpr std::uint32_t space_before_colon = 1U << 7; // obsolete field syntax (§4.5)
constexpr std::uint32_t long_line = 1U << 8;          // more than 998 octets (§2.1.1)
constexpr std::uint32_t limit = 1U << 9;              // a limit of ours ended the header early
constexpr std::uint32_t cut = 1U << 10;               // the last header line has no line end
constexpr std::uint32_t envelope_line = 1U << 11;     // begins with an mbox "From " line
} // namespace defect

// One header field. A mbox "From " line at the very top is a field without a name.
struct Field {
    std::string_view raw;   // everything, line ends included
    std::string_view name;  // as written; compare with `is`
    std::string_view value; // behind the colon, folding kept, last line end left off
    std::uint32_t defects = 0;

    bool is(std::string_view other) const { return equal_ignoring_case(name, other); }
    bool folded() const { return value.find('\n') != std::string_view::npos; }
};

// RFC 5322 §2.2.3: appends `value` with the line ends before white space taken away (the white
// space stays), and with white space at both ends taken away.
template <Appender Out>
void unfold(std::string_view value, Out& out) {
    value = trim(value);
    while (!value.empty()) {
        const std::size_t lf = value.find('\n');
        if (lf == std::string_view::npos) break;
        put(out, value.substr(0, lf > 0 && value[lf - 1] == '\r' ? lf - 1 : lf));
        value.remove_prefix(lf + 1);
    }
    put(out, value);
}

// The unfolded value: a view into the message when nothing was folded, else into `scratch`.
std::string_view unfolded(const Field& field, std::string& scratch);

// How far into a header we look; what lies beyond counts as body.
struct HeaderLimits {
    std::size_t header_bytes_max = 1U << 20;
    std::size_t fields_max = 10'000;
};

// Reads the field that begins `text`. Returns how long it is; 0 when no field begins there (a blank
// line, the end, or a line that is no field).
std::size_t read_field(std::string_view text, bool at_top, Field& field);

// The fields of a header, in their order. Iterating allocates nothing.
class Fields {
public:
    explicit Fields(std::string_view header) : header_(header) {}

    class Iterator {
    public:
        using value_type = Field;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;
        using pointer = const Field*;
        using reference = const Field&;

        Iterator() = default;
        explicit Iterator(std::string_view rest) : rest_(rest) {
            size_ = read_field(rest_, true, field_);
        }
        const Field& operator*() const { return field_; }
        const Field* operator->() const { return &field_; }
        Iterator& operator++() {
            rest_.remove_prefix(size_);
            size_ = read_field(rest_, false, field_);
            return *this;
        }
        Iterator operator++(int) {
            Iterator before = *this;
            ++*this;
            return before;
        }
        // Only the comparison with end() means something.
        bool operator==(const Iterator& other) const { return size_ == other.size_; }

    private:
        std::string_view rest_;
        std::size_t size_ = 0;
        Field field_;
    };

    Iterator begin() const { return Iterator(header_); }
    Iterator end() const { return {}; }

private:
    std::string_view header_;
};

// A message in three pieces: header + separator + body is the message.
struct Parts {
    std::string_view header;    // whole fields
    std::string_view separator; // the blank line; empty when it is missing
    std::string_view body;
    std::uint32_t defects = 0;
    std::size_t field_count = 0;

    Fields fields() const { return Fields(header); }
    // The first field of that name, and the `nth` (0 is the first). `found.raw` is empty if none.
    Field find(std::string_view name, std::size_t nth = 0) const;
    std::size_t count(std::string_view name) const;
};

// Any octets are accepted; what is wrong with them is in `defects`.
Parts split_message(std::string_view message, const HeaderLimits& limits = {});

} // namespace postroad::message
