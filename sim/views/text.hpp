// Words for terminals: escaped, measured in columns, cut, padded, wrapped and inked.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/facts.hpp"
#include "sim/world/setup.hpp"

namespace postroad::sim::views {

// Where a view puts its words, a line or a few at a time; binary views put octets.
using Sink = std::function<void(std::string_view)>;

enum class Ink : std::uint8_t { plain, faint, time, host, command, good, later, bad, section, why };

struct Style {
    bool colour = false;
    unsigned width = 100;  // columns of the terminal
    bool wide = false;     // nothing is cut
};

// The octets as a terminal may have them: control characters, DEL, invalid UTF-8, and characters
// that turn the writing direction are written as \r, \x1b, \u{202e}. A CRLF at the end is left
// out; any other line ending shows.
std::string visible(std::string_view octets);
// The octets of the first character when it is UTF-8 (RFC 3629 §3), else 0. Not for empty text.
std::size_t character_octets(std::string_view text);
// How many columns a terminal needs for text that visible() has passed.
std::size_t columns(std::string_view text);
// At most `most` columns; what had to be cut ends in "…".
std::string cut(std::string_view text, std::size_t most);
std::string padded(std::string_view text, std::size_t to_columns);
// Pieces of at most `most` columns, broken at spaces where there are some.
std::vector<std::string> wrapped(std::string_view text, std::size_t most);
// With the terminal's codes around it, when the style has colours.
std::string inked(const Style& style, Ink ink, std::string_view text);

// "09:00:01.234", UTC; and "2026-11-23".
std::string clock_time(const Setup& setup, Time time);
std::string clock_date(const Setup& setup, Time time);
// "2026-11-23T09:00:01.234567Z".
std::string rfc3339(const Setup& setup, Time time);

// "SMTP", "POP3", "DNS" by IANA's port numbers; else "TCP port 4711".
std::string service_name(std::uint8_t protocol, std::uint16_t port);
std::string_view words_for(Ending how);
std::string_view words_for(Loss why);
std::string_view words_for(Why why);

}  // namespace postroad::sim::views
