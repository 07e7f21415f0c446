// Transparency of DATA (RFC 5321 §4.5.2): a period is added to each line that begins with one,
// taken away again by the receiver, and a line of a lone period ends the message.
#pragma once

#include <cstdint>
#include <string_view>
#include <type_traits>

#include "protocols/message/characters.hpp"

namespace postroad::message {

// What the message text was seen to hold, as bits. RFC 5321 §2.3.8 forbids a CR or LF outside
// CRLF; they are kept in the text, and never taken for a line end.
namespace seen {
constexpr std::uint8_t bare_cr = 1;
constexpr std::uint8_t bare_lf = 2;
constexpr std::uint8_t eight_bit = 4; // needs 8BITMIME (RFC 6152)
constexpr std::uint8_t nul = 8;
// LF.LF, LF.CRLF, CR.CR and their kin: what a careless receiver would take for the end.
constexpr std::uint8_t false_end = 16;
} // namespace seen

// The receiver's place in the text after DATA's 354. A plain record: copy it, store it.
struct Unstuffer {
    enum Place : std::uint8_t {
        line_start,   // after CRLF, and at the very beginning
        in_line,      // anywhere else
        after_cr,     // the CR has been handed on
        after_dot,    // the period at line start is held back
        after_dot_cr, // so is the CR behind it
        ended,        // the lone period's line is complete
        bare_end,     // after a bare CR or LF
        bare_end_dot, // and a period behind it
    };
    Place place = line_start;
    std::uint8_t flags = 0; // of seen::
};
static_assert(std::is_trivially_copyable_v<Unstuffer> && sizeof(Unstuffer) == 2);

// One step: `taken` octets of the input are done with, and they mean `text`, which points into
// the input or at a constant. Call again with the rest while input is left and `!ended`.
struct Unstuffed {
    std::size_t taken = 0;
    std::string_view text;
    bool ended = false;
};

Unstuffed unstuff_step(Unstuffer& state, std::string_view input);

// Appends the text that `input` stands for. Returns how much was taken: less than all of it only
// when the end of data was found (`state.place == Unstuffer::ended`); the rest is commands.
template <Appender Out>
std::size_t unstuff(Unstuffer& state, std::string_view input, Out& out) {
    std::size_t taken = 0;
    while (taken < input.size() && state.place != Unstuffer::ended) {
        const Unstuffed step = unstuff_step(state, input.substr(taken));
        if (!step.text.empty()) put(out, step.text);
        taken += step.taken;
    }
    return taken;
}

// The sender's place. Feed the text in pieces, then finish.
struct Stuffer {
    enum Place : std::uint8_t { line_start, in_line, after_cr };
    Place place = line_start;
};
static_assert(std::is_trivially_copyable_v<Stuffer> && sizeof(Stuffer) == 1);

// How much of `input` goes out as it is; behind it, when `dot` is set, one more period goes out.
struct StuffStep {
    std::size_t taken = 0;
    bool dot = false;
};

StuffStep stuff_step(Stuffer& state, std::string_view input);

// Appends `input` with its periods doubled.
template <Appender Out>
void stuff_piece(Stuffer& state, std::string_view input, Out& out) {
    while (!input.empty()) {
        const StuffStep step = stuff_step(state, input);
        put(out, input.substr(0, step.taken));
        if (step.dot) put(out, ".");
        input.remove_prefix(step.taken);
    }
}

// Appends what ends the data; a text that lacks its last CRLF gets one (RFC 5321 §4.1.1.4).
template <Appender Out>
void stuff_end(Stuffer& state, Out& out) {
    put(out, state.place == Stuffer::line_start ? ".\r\n" : "\r\n.\r\n");
    state.place = Stuffer::line_start;
}

// A whole text, doubled periods and end of data.
template <Appender Out>
void stuff(std::string_view text, Out& out) {
    Stuffer state;
    stuff_piece(state, text, out);
    stuff_end(state, out);
}

} // namespace postroad::message
