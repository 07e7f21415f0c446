// The words of a script (RFC 5228 §2.1 to §2.4, §8.1). Comments and white space are left out; what
// is no word is a problem, and reading goes on behind it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postroad::sieve {

enum class TokenKind : std::uint8_t {
    identifier,
    tag,         // begins with its colon
    number,      // `number` is its value, quantifier applied
    quoted,      // [inner_begin, inner_end) is between the quotes
    multi_line,  // ... is the lines, still dot-stuffed, behind "text:"
    semicolon,
    comma,
    open_parenthesis,
    close_parenthesis,
    open_bracket,
    close_bracket,
    open_brace,
    close_brace,
    end
};

struct Token {
    TokenKind kind = TokenKind::end;
    std::uint32_t line = 1;
    std::uint32_t column = 1;  // in characters
    std::uint32_t begin = 0;   // octets of the source
    std::uint32_t end = 0;
    std::uint32_t inner_begin = 0;
    std::uint32_t inner_end = 0;
    std::uint64_t number = 0;
};

// Found while reading words: at the source's octet `begin`.
struct LexicalProblem {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
    std::uint32_t length = 1;
    std::uint32_t begin = 0;
    std::string what;
    std::string suggestion;
};

struct Words {
    std::vector<Token> tokens;  // the last one is `end`
    std::vector<LexicalProblem> problems;
};

// At most `problems_max` problems are told. `source` is shorter than 4 GiB.
Words read_words(std::string_view source, std::size_t problems_max);

// Appends what a string token says: without escapes or stuffed dots, with CRLF line ends.
void append_string(std::string_view source, const Token& token, std::string& out);

}  // namespace postroad::sieve
