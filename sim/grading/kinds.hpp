// The kinds of fact that a check may name, and their fields: the one table that reads lab.toml,
// finds the facts in a Trace, and writes labs/CHECKS.md.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace postroad::sim::grading {

enum class Kind : std::uint8_t {
    delivered, accepted, fetched, connect, line, decision, verdict, dns, bounce, secret_in_clear,
    copy, custody, lies, shown, exposes,
    count_of_kinds,
};

// How a wanted value is held against those a fact has. A list asks for all of its values.
enum class How : std::uint8_t {
    word,      // equal, ASCII case ignored
    contains,  // a part of one of them
    lacks,     // a part of none of them
    reply,     // "250", or "5yz" for the class
    number,    // equal
    flag,      // true or false
    field,     // "Subject: hello": a header field of that name whose value has this part
    no_field,  // no header field of that name
    chain,     // the whole list, in this order
};

struct FieldRow {
    std::string_view name;
    How how = How::word;
    std::string_view doc;
    std::string_view example;  // as it stands in lab.toml
    std::string_view known = {};  // the only values there are, with spaces between
};

struct KindRow {
    std::string_view name;     // the key in lab.toml
    Kind kind = Kind::delivered;
    std::string_view doc;
    std::string_view noun;     // what one of it is called in a sentence
    std::string_view none;     // what is said when no such fact is in the run
    std::span<const FieldRow> fields;
    bool never = false;        // the check asks that it did not happen
    std::string_view implied = {};  // "field=value" that the name stands for
};

// In the order of the documentation. not_delivered and body_intact are other names' special cases.
std::span<const KindRow> kind_rows();
const KindRow* find_kind(std::string_view name);
std::span<const FieldRow> fields_of(Kind kind);
// Index into fields_of(kind), or -1.
int find_field(Kind kind, std::string_view name);

}  // namespace postroad::sim::grading
