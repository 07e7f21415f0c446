// The shape of one row of the scenario schema: a key's name, the member it fills and what a
// reader of labs/README.md is told about it. The rows themselves: schema.hpp.
#pragma once

#include <cstdint>
#include <string_view>
#include <tuple>

namespace postroad::scenario {

// What a text in the file is: decides how it is checked, normalised and looked up.
enum class Use : std::uint8_t {
    line,      // one line of text, no control characters
    text,      // any text
    id,        // a new name: letters, digits, "-", "_", "."
    network,   // the name of a network declared somewhere
    host,      // ... of a host
    link_end,  // ... of a network or a host
    link,      // ... of a link
    firewall,  // ... of a firewall
    authority,    // ... of an authority
    certificate,  // ... of a certificate
    zone,      // ... of a zone or a domain
    person,    // ... of a person
    who,       // a person, or a mail address
    mail,      // a mail address
    domain,    // a domain name
    mx,        // a host, a domain name, or "."
    relay,     // a network, a prefix, or a domain
    file,      // a file under the scenario's folder
    rules,     // firewall rules
    moment,    // "+2m30s" after the start, or RFC 3339
    literal,   // any TOML value, kept as it is written
};

struct Note {
    std::string_view doc;      // one sentence
    std::string_view example;  // a value as it would stand in the file
    Use use = Use::line;
    std::string_view default_words = {};  // when the default is worked out rather than fixed
    std::string_view unit = {};           // of a bare number
    std::int64_t min = 0;                 // of a bare number
    bool required = false;
    std::int64_t since = 1;  // version of the format
};

template <class S, class M> struct Key {
    std::string_view name;
    M S::*member;
    Note note;
};

template <class S, class M>
constexpr Key<S, M> key(std::string_view name, M S::*member, Note note) {
    return {name, member, note};
}

// Calls `f(row)` for every row of a struct's table.
template <class Rows, class F> constexpr void each(const Rows& rows, F&& f) {
    std::apply([&](const auto&... row) { (f(row), ...); }, rows);
}

}  // namespace postroad::scenario
