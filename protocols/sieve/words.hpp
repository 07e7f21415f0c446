// The tables of Sieve: every command and test with what it takes, every tag, every capability. The
// parser checks by them, the printer writes by them.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "protocols/sieve/script.hpp"

namespace postroad::sieve {

enum class Tests : std::uint8_t { none, one, list };

struct Positional {
    Slot slot;
    ArgumentKind kind;
    bool optional = false;  // at most one of a word's is
};

struct WordRow {
    Word word;
    std::string_view name;
    Capability needs;
    std::span<const Slot> tags;  // the slots that its tagged arguments may fill
    std::span<const Positional> positional;
    Tests tests;
    bool block;
    std::string_view usage;  // as the RFC writes it, for whoever got it wrong
};

struct TagRow {
    Tag tag;
    std::string_view name;  // with its colon
    Slot slot;
    ArgumentKind kind;  // of the value that follows it
    Capability needs;
};

const WordRow& row_of(Word word);
const TagRow& row_of(Tag tag);
std::span<const WordRow> word_rows();
std::span<const TagRow> tag_rows();

// Names are compared without regard to ASCII case (RFC 5228 §2.1), those of capabilities with it.
const WordRow* find_word(std::string_view name);
const TagRow* find_tag(std::string_view name);
std::optional<Capability> find_capability(std::string_view name);

// What that tag needs in that command: RFC 5293 §5 and RFC 7352 §3 bring `:index`, `:last` and
// `:seconds` with them.
Capability needed_by(const TagRow& tag, Word word);

// RFC 4790: the comparators, and the operators of RFC 5231 §3.
enum class Comparator : std::uint8_t { casemap, octet, numeric };
std::optional<Comparator> find_comparator(std::string_view name);
Capability needed_by(Comparator comparator);

enum class Relation : std::uint8_t { gt, ge, lt, le, eq, ne };
std::optional<Relation> find_relation(std::string_view name);

// RFC 5260 §4.2.
enum class DatePart : std::uint8_t {
    year,
    month,
    day,
    date,
    julian,
    hour,
    minute,
    second,
    time,
    iso8601,
    std11,
    zone,
    weekday
};
std::optional<DatePart> find_date_part(std::string_view name);
std::span<const std::string_view> date_part_names();

// Fields that hold addresses: what the address test may look at (RFC 5228 §5.1).
std::span<const std::string_view> address_field_names();

// RFC 5183 §4.1.
std::span<const std::string_view> environment_names();

}  // namespace postroad::sieve
