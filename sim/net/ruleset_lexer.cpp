// Splits firewall rules. A slash belongs to a word only before a digit (192.0.2.0/24): the
// other slash stands between flags and their mask.
#include "sim/net/ruleset_lexer.hpp"

#include <algorithm>

#include "sim/net/ruleset.hpp"

namespace postroad::net {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool in_word(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '_' || c == '-' || c == ':' || c == '[' || c == ']' || c == '*' ||
           static_cast<unsigned char>(c) >= 0x80;
}

std::size_t word_length(std::string_view text) {
    std::size_t n = 0;
    while (n < text.size()) {
        const bool prefix_slash =
            text[n] == '/' && n > 0 && n + 1 < text.size() && is_digit(text[n + 1]);
        if (!in_word(text[n]) && !prefix_slash) break;
        ++n;
    }
    return n;
}

// The length of a mark at the start of `text`, or 0.
std::size_t mark_length(std::string_view text) {
    for (const std::string_view two : {"==", "!=", "<=", ">="})
        if (text.starts_with(two)) return 2;
    return std::string_view("{},;()|&=/<>").find(text[0]) != std::string_view::npos ? 1 : 0;
}

// A quoted string's token: up to the next quote on the same line.
Token quoted(std::string_view text) {
    Token token;
    const std::size_t stop = text.find_first_of("\"\n\r", 1);
    const bool closed = stop != std::string_view::npos && text[stop] == '"';
    const std::size_t end = stop == std::string_view::npos ? text.size() : stop;
    token.kind = closed ? TokenKind::string : TokenKind::unclosed_string;
    token.text = text.substr(1, end - 1);
    token.length = static_cast<std::uint32_t>(closed ? end + 1 : end);
    return token;
}

}  // namespace

std::vector<Token> split_ruleset(std::string_view text) {
    std::vector<Token> tokens;
    std::uint32_t line = 1;
    std::size_t line_start = 0;
    std::size_t at = 0;
    const auto push = [&](Token token) {
        token.line = line;
        token.column = static_cast<std::uint32_t>(at - line_start + 1);
        tokens.push_back(token);
        at += token.length;
    };
    while (at < text.size()) {
        const std::string_view rest = text.substr(at);
        const char c = rest[0];
        if (c == '\n') {
            push(Token{TokenKind::end_of_line, rest.substr(0, 1), 0, 0, 1});
            ++line;
            line_start = at;
        } else if (c == ' ' || c == '\t' || c == '\r') {
            ++at;
        } else if (c == '#') {
            while (at < text.size() && text[at] != '\n') ++at;
        } else if (c == '"') {
            push(quoted(rest));
        } else if (const std::size_t word = word_length(rest); word > 0) {
            push(Token{TokenKind::word, rest.substr(0, word), 0, 0,
                       static_cast<std::uint32_t>(word)});
        } else if (const std::size_t mark = mark_length(rest); mark > 0) {
            push(Token{TokenKind::mark, rest.substr(0, mark), 0, 0,
                       static_cast<std::uint32_t>(mark)});
        } else {
            push(Token{TokenKind::strange, rest.substr(0, 1), 0, 0, 1});
        }
    }
    push(Token{TokenKind::end, {}, 0, 0, 1});
    return tokens;
}

std::vector<RuleLines> rule_lines(std::string_view text) {
    const std::vector<Token> tokens = split_ruleset(text);
    const auto at = [&](std::size_t i) -> const Token& {
        return tokens[std::min(i, tokens.size() - 1)];
    };
    std::vector<RuleLines> out;
    for (std::size_t i = 0; tokens[i].kind != TokenKind::end;) {
        if (tokens[i].ends_rule()) {
            ++i;
            continue;
        }
        const bool helper = at(i).is_word("ct") && at(i + 1).is_word("helper") &&
                            (!at(i + 2).is_word("set") || at(i + 3).is("{"));
        RuleLines lines{tokens[i].line, tokens[i].line};
        const bool rule = !helper && !tokens[i].is_word("policy");
        for (std::size_t depth = 0; tokens[i].kind != TokenKind::end; ++i) {
            if (depth == 0 && tokens[i].ends_rule()) break;
            if (tokens[i].is("{")) ++depth;
            if (tokens[i].is("}") && depth > 0) --depth;
            lines.last = tokens[i].line;
        }
        if (rule) out.push_back(lines);
    }
    return out;
}

}  // namespace postroad::net
