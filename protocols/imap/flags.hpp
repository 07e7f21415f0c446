// Flags of messages (RFC 3501 §2.3.2) as bits and words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace postroad::imap {

namespace flag {
constexpr std::uint32_t seen = 1U << 0;
constexpr std::uint32_t answered = 1U << 1;
constexpr std::uint32_t flagged = 1U << 2;
constexpr std::uint32_t deleted = 1U << 3;
constexpr std::uint32_t draft = 1U << 4;
constexpr std::uint32_t recent = 1U << 5;  // RFC 3501 alone; RFC 9051 has no such flag
}  // namespace flag

// The bit of "\Seen" in any case; 0 for a keyword or a system flag of nobody.
std::uint32_t flag_bit(std::string_view word);

// Appends the words of the bits and, behind them, the keywords (words with one space between).
void put_flags(std::string& out, std::uint32_t bits, std::string_view keywords = {});

// Whether the keyword is among words with one space between; the case of ASCII is ignored.
bool has_keyword(std::string_view keywords, std::string_view keyword);

}  // namespace postroad::imap
