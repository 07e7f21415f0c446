// Firewall text as words, strings and marks with their places. Only the ruleset parser uses it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace postroad::net {

enum class TokenKind : std::uint8_t {
    word, string, mark, end_of_line,  // end_of_line: a newline
    unclosed_string, strange,         // strange: a byte that begins nothing
    end,
};

struct Token {
    TokenKind kind = TokenKind::end;
    std::string_view text;   // a string's without its quotes
    std::uint32_t line = 1;
    std::uint32_t column = 1;
    std::uint32_t length = 1;

    bool is(std::string_view mark_text) const {
        return kind == TokenKind::mark && text == mark_text;
    }
    bool is_word(std::string_view word_text) const {
        return kind == TokenKind::word && text == word_text;
    }
    // Where a rule stops.
    bool ends_rule() const {
        return kind == TokenKind::end || kind == TokenKind::end_of_line || is(";");
    }
};

// Splits the text; views into it. The last token is always `end`.
std::vector<Token> split_ruleset(std::string_view text);

}  // namespace postroad::net
