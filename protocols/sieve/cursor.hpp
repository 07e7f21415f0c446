// A place among the words of a script, and what a message says of it. For the parser alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocols/sieve/lexer.hpp"
#include "protocols/sieve/reading.hpp"

namespace postroad::sieve {

class Cursor {
public:
    Cursor(std::string_view source, const std::vector<Token>& tokens)
        : source_(source), tokens_(tokens) {}

    const Token& now() const { return tokens_[at_]; }
    const Token& last_taken() const {
        return tokens_[at_ > 0 ? at_ - 1 : 0];
    }  // what was taken last
    bool is(TokenKind kind) const { return now().kind == kind; }
    void skip() {
        if (!is(TokenKind::end)) ++at_;
    }
    bool take(TokenKind kind) {
        if (!is(kind)) return false;
        skip();
        return true;
    }
    std::string_view text(const Token& token) const {
        return source_.substr(token.begin, token.end - token.begin);
    }
    static Place place(const Token& token) {
        return {token.line, token.column, token.begin, token.end};
    }
    bool is_string() const { return is(TokenKind::quoted) || is(TokenKind::multi_line); }
    bool is_value() const {
        return is_string() || is(TokenKind::number) || is(TokenKind::open_bracket);
    }

    std::string found() const {
        switch (now().kind) {
        case TokenKind::identifier:
        case TokenKind::tag: return quoted(text(now()));
        case TokenKind::number: return "the number " + std::string(text(now()).substr(0, 40));
        case TokenKind::quoted:
        case TokenKind::multi_line: return "a string";
        case TokenKind::end: return "the end of the script";
        default: return "'" + std::string(text(now())) + "'";
        }
    }

    // Right behind the last word: where something is missing.
    Place behind() const {
        if (at_ == 0) return place(now());
        const Token& last = last_taken();
        if (last.kind == TokenKind::multi_line) return place(now());
        std::uint32_t column = last.column;
        std::uint32_t line = last.line;
        for (const char c : text(last)) {
            if (c == '\n') {
                ++line;
                column = 1;
            } else if ((static_cast<unsigned char>(c) & 0xc0U) != 0x80U) {
                ++column;
            }
        }
        return {line, column, last.end, last.end};
    }

private:
    std::string_view source_;
    const std::vector<Token>& tokens_;
    std::size_t at_ = 0;
};

}  // namespace postroad::sieve
