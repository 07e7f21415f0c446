// The ruleset parser's ground floor: tokens, problems, words and numbers.
// A function that returns false has reported why. Only the ruleset parser includes this.
#pragma once

#include <algorithm>
#include <charconv>
#include <optional>

#include "protocols/base/did_you_mean.hpp"
#include "sim/net/ruleset.hpp"
#include "sim/net/ruleset_lexer.hpp"
#include "sim/net/ruleset_words.hpp"

namespace postroad::net {

inline std::string quote(std::string_view text) { return "\"" + std::string(text) + "\""; }

inline std::string suggestion(std::string_view word, std::span<const std::string_view> known) {
    const std::string_view near = closest(word, known);
    return near.empty() ? std::string() : "did you mean " + quote(near) + "?";
}

inline std::string list_of(std::span<const std::string_view> words) {
    std::string out;
    for (const std::string_view word : words) {
        if (!out.empty()) out += ", ";
        out += word;
    }
    return out;
}

template <std::size_t N>
std::vector<std::string_view> names_of(const std::array<NamedNumber, N>& table) {
    std::vector<std::string_view> out;
    for (const NamedNumber& row : table) out.push_back(row.name);
    return out;
}

inline std::optional<std::uint32_t> decimal(std::string_view text) {
    std::uint32_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (text.empty() || error != std::errc() || stop != end) return {};
    return value;
}

// What the numbers of a kind of value are called, where they end, and their names.
struct NumberKind {
    std::string_view noun;
    std::uint32_t max;
    std::vector<std::string_view> names;
    std::int64_t (*number)(std::string_view);
};

inline NumberKind number_kind(Values values) {
    switch (values) {
        case Values::protocols:
            return {"a protocol", 255, names_of(protocol_names),
                    [](std::string_view n) { return number_of(protocol_names, n); }};
        case Values::families:
            return {"a family", 0, names_of(family_names),
                    [](std::string_view n) { return number_of(family_names, n); }};
        case Values::icmp_types:
            return {"an ICMP type", 255, names_of(icmp_type_names),
                    [](std::string_view n) { return number_of(icmp_type_names, n); }};
        case Values::icmpv6_types:
            return {"an ICMPv6 type", 255, names_of(icmpv6_type_names),
                    [](std::string_view n) { return number_of(icmpv6_type_names, n); }};
        default:
            return {"a port", 65535, names_of(service_names),
                    [](std::string_view n) { return number_of(service_names, n); }};
    }
}
class RuleReader {
  protected:
    RuleReader(std::string_view text, const NameBook& names, std::vector<Problem>& problems)
        : tokens_(split_ruleset(text)), names_(names), problems_(problems) {}

    const Token& now() const { return tokens_[at_]; }
    void next() {
        if (at_ + 1 < tokens_.size()) ++at_;
    }
    bool take(std::string_view mark) {
        if (!now().is(mark)) return false;
        next();
        return true;
    }
    bool take_word(std::string_view word) {
        if (!now().is_word(word)) return false;
        next();
        return true;
    }

    bool fail(const Token& where, std::string what, std::string why, std::string hint = {}) {
        if (problems_.size() < ruleset_problems_max)
            problems_.push_back({where.line, where.column, std::max(1u, where.length),
                                 std::move(what), std::move(why), std::move(hint)});
        return false;
    }

    // After a problem: on to the end of the rule. False when nothing more would be reported.
    bool skip_rule() {
        while (true) {
            if (now().is("}")) in_set_ = false;
            const bool stops = now().ends_rule();
            if (stops && !(in_set_ && now().kind == TokenKind::end_of_line && set_goes_on()))
                break;
            next();
        }
        in_set_ = false;
        return problems_.size() < ruleset_problems_max;
    }

    // Whether the next line reads like more values of a set rather than like a new rule.
    bool set_goes_on() const {
        const Token& first = tokens_[at_ + 1];
        return !is_match_word(first.text) && first.text != "policy" && !verdict_word(first.text);
    }

    std::string shown(const Token& t) const {
        switch (t.kind) {
            case TokenKind::end: return "the end of the rules";
            case TokenKind::end_of_line: return "the end of the line";
            case TokenKind::strange:
                return static_cast<unsigned char>(t.text[0]) < 0x20 ? "a control character"
                                                                    : quote(t.text);
            case TokenKind::string: return "the string " + quote(t.text);
            default: return quote(t.text);
        }
    }

    // `got` stands where one of `known` should.
    bool expected(const Token& got, std::string_view what, std::span<const std::string_view> known,
                  std::string why = {}) {
        if (got.kind == TokenKind::unclosed_string)
            return fail(got, "this string is not closed",
                        "a string ends with a second \" on the same line", "add the closing \"");
        const bool is_text = got.kind == TokenKind::word || got.kind == TokenKind::string;
        std::string hint = is_text ? suggestion(got.text, known) : std::string();
        if (why.empty()) why = "one of: " + list_of(known);
        return fail(got, "expected " + std::string(what) + ", found " + shown(got), why, hint);
    }

    std::uint32_t keep(std::string_view text) {
        out_.texts.emplace_back(text);
        return static_cast<std::uint32_t>(out_.texts.size() - 1);
    }

    static bool is_match_word(std::string_view word) {
        for (const MatchWords& row : match_words)
            if (row.first == word) return true;
        return false;
    }

    static Action verdict_action(std::string_view word) {
        constexpr std::array<std::string_view, 8> words{
            "", "accept", "drop", "reject", "snat", "dnat", "masquerade", "redirect"};
        for (std::size_t i = 1; i < words.size(); ++i)
            if (words[i] == word) return static_cast<Action>(i);
        return Action::none;
    }
    static bool verdict_word(std::string_view word) {
        return verdict_action(word) != Action::none;
    }

    // The rule sees only these families and protocols from now on.
    bool imply(const Token& where, std::uint8_t families, std::uint8_t protocols) {
        rule_.families &= families;
        rule_.protocols &= protocols;
        if (rule_.families == 0)
            return fail(where, "this rule can never match",
                        "no packet is both IPv4 and IPv6", "make two rules of it");
        if (rule_.protocols == 0)
            return fail(where, "this rule can never match",
                        "no packet belongs to two transport protocols", "make two rules of it");
        return true;
    }

    // One number or name of the kind, at `token`; `text` may be half of a range.
    std::optional<std::uint32_t> number(const Token& token, std::string_view text,
                                        const NumberKind& kind) {
        if (const std::int64_t named = kind.number(text); named >= 0)
            return static_cast<std::uint32_t>(named);
        const auto value = decimal(text);
        if (value && *value <= kind.max) return value;
        const std::string range = "numbers run from 0 to " + std::to_string(kind.max);
        if (value && kind.max > 0)
            fail(token, quote(text) + " is not " + std::string(kind.noun), range);
        else
            fail(token, "expected " + std::string(kind.noun) + ", found " + shown(token),
                 kind.max > 0 ? range + ", names are: " + list_of(kind.names)
                              : "one of: " + list_of(kind.names),
                 suggestion(text, kind.names));
        return {};
    }

    std::vector<Token> tokens_;
    const NameBook& names_;
    std::vector<Problem>& problems_;
    Ruleset out_;
    Rule rule_;            // the one being read
    Token start_;          // its first word
    Token out_name_seen_;  // its `oifname`, if it has one
    std::size_t at_ = 0;
    bool in_set_ = false;
};

}  // namespace postroad::net
