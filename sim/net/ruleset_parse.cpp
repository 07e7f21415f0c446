// The ruleset parser: recursive descent by the grammar of ruleset.hpp, one problem a rule.
// A function that returns false has reported why; the parser then goes on with the next rule.
#include <charconv>
#include <optional>

#include "protocols/base/assertion.hpp"
#include "protocols/base/did_you_mean.hpp"
#include "sim/net/ruleset.hpp"
#include "sim/net/ruleset_lexer.hpp"
#include "sim/net/ruleset_words.hpp"

namespace postroad::net {
namespace {

std::string quote(std::string_view text) { return "\"" + std::string(text) + "\""; }

std::string suggestion(std::string_view word, std::span<const std::string_view> known) {
    const std::string_view near = closest(word, known);
    return near.empty() ? std::string() : "did you mean " + quote(near) + "?";
}

std::string list_of(std::span<const std::string_view> words) {
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

std::optional<std::uint32_t> decimal(std::string_view text) {
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

NumberKind number_kind(Values values) {
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

class Parser {
  public:
    Parser(std::string_view text, const NameBook& names, std::vector<Problem>& problems,
           Action default_policy)
        : tokens_(split_ruleset(text)), names_(names), problems_(problems) {
        out_.policy = default_policy;
    }

    Ruleset run() {
        while (now().kind != TokenKind::end) {
            if (now().ends_rule()) {
                next();
                continue;
            }
            if (!line() && !skip_rule()) break;
        }
        return std::move(out_);
    }

  private:
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

    // --- a line: the policy or a rule -------------------------------------------------------

    bool line() {
        if (now().is_word("policy")) return policy();
        rule_ = Rule{};
        rule_.match_first = static_cast<std::uint32_t>(out_.matches.size());
        start_ = now();
        out_name_seen_ = Token{};
        while (now().kind == TokenKind::word && is_match_word(now().text))
            if (!match()) return false;
        rule_.match_count = static_cast<std::uint32_t>(out_.matches.size()) - rule_.match_first;
        if (!statements()) return false;
        if (rule_.counter || rule_.log) {
            if (notes_ == 64)
                return fail(start_, "more than 64 rules count or log",
                            "a verdict marks the rules that count or log in 64 bits",
                            "leave `counter` out: every verdict is in the Trace anyway");
            rule_.note = notes_++;
        }
        out_.rules.push_back(rule_);
        out_.lines.push_back(start_.line);
        return true;
    }

    bool policy() {
        const Token word = now();
        next();
        if (policy_seen_)
            return fail(word, "a second policy", "a firewall has one policy: what happens to "
                        "packets that no rule decides", "leave one of the two out");
        constexpr std::array<std::string_view, 2> known{"accept", "drop"};
        if (now().is_word("reject"))
            return fail(now(), "a policy cannot reject",
                        "as in nftables, a policy is accept or drop",
                        "use `policy drop` and a last rule `reject`");
        if (!now().is_word("accept") && !now().is_word("drop"))
            return expected(now(), "accept or drop", known);
        out_.policy = now().text == "drop" ? Action::drop : Action::accept;
        policy_seen_ = true;
        next();
        return now().ends_rule() || fail(now(), "unexpected " + shown(now()) + " after the policy",
                                         "a policy stands on its own line");
    }

    // --- matches ----------------------------------------------------------------------------

    static bool is_match_word(std::string_view word) {
        for (const MatchWords& row : match_words)
            if (row.first == word) return true;
        return false;
    }

    bool match() {
        const Token first = now();
        next();
        if (first.text == "meta" && (now().is_word("iifname") || now().is_word("oifname")))
            return match();  // the long way to write it
        std::size_t row = match_words.size();
        std::vector<std::string_view> seconds;
        for (std::size_t i = 0; i < match_words.size(); ++i) {
            if (match_words[i].first != first.text) continue;
            seconds.push_back(match_words[i].second);
            const bool one_word = match_words[i].second.empty();
            if (one_word || now().is_word(match_words[i].second)) row = i;
        }
        if (row == match_words.size())
            return expected(now(), "a word that goes with " + quote(first.text), seconds,
                            "after " + quote(first.text) + " comes one of: " + list_of(seconds));
        const MatchWords& words = match_words[row];
        if (!words.second.empty()) next();
        if (words.field == Field::out_name) out_name_seen_ = first;
        if (!imply(first, words.families, words.protocols)) return false;

        Match m;
        m.words = static_cast<std::uint8_t>(row);
        m.field = words.field;
        m.first = static_cast<std::uint32_t>(pool_size(words.values));
        const bool good = words.values == Values::flags ? flags(m) : values(m, words);
        if (!good) return false;
        m.count = static_cast<std::uint32_t>(pool_size(words.values)) - m.first;
        out_.matches.push_back(m);
        return narrow(first, m);
    }

    std::size_t pool_size(Values values) const {
        return values == Values::addresses ? out_.addresses.size() : out_.numbers.size();
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

    // `meta l4proto tcp` and `meta nfproto ipv4` imply as much as `tcp dport` and `ip saddr`.
    bool narrow(const Token& where, const Match& m) {
        if (m.negated || (m.field != Field::protocol && m.field != Field::family)) return true;
        std::uint8_t bits = 0;
        for (std::uint32_t i = m.first; i < m.first + m.count; ++i)
            for (std::uint32_t n = out_.numbers[i].first; n <= out_.numbers[i].last; ++n)
                bits |= m.field == Field::family ? static_cast<std::uint8_t>(n) : protocol_bit(n);
        return m.field == Field::family ? imply(where, bits, bit_any)
                                        : imply(where, family_any, bits);
    }

    bool values(Match& m, const MatchWords& words) {
        const Token op = now();
        if (op.is("<") || op.is(">") || op.is("<=") || op.is(">=")) {
            next();
            return comparison(op, words);
        }
        if (take("!=")) m.negated = true;
        else if (!take("==") && now().is("="))
            return fail(now(), "a single \"=\"", "equality is written \"==\", or left out",
                        "leave the \"=\" out");
        if (now().is("{")) return set(words);
        if (!value(words)) return false;
        while (words.values == Values::states && take(","))
            if (!value(words)) return false;
        if (now().is(","))
            return fail(now(), "a list without braces", "several values stand in a set",
                        "write { a, b }");
        return true;
    }

    void skip_newlines() {
        while (now().kind == TokenKind::end_of_line) next();
    }

    bool set(const MatchWords& words) {
        const Token brace = now();
        next();
        in_set_ = true;
        skip_newlines();
        if (now().is("}"))
            return fail(brace, "an empty set", "nothing is in an empty set, so the rule could "
                        "never match", "name at least one value");
        while (true) {
            if (now().kind == TokenKind::end) return unclosed(brace);
            if (!value(words)) return false;
            skip_newlines();
            if (take("}")) return closed_set();
            if (now().kind == TokenKind::end || now().is(";")) return unclosed(brace);
            if (!take(","))
                return fail(now(), "expected \",\" or \"}\", found " + shown(now()),
                            "the values of a set are separated by commas", "add a comma");
            skip_newlines();
            if (take("}")) return closed_set();  // nftables, too, allows a last comma
        }
    }

    bool closed_set() {
        in_set_ = false;
        return true;
    }

    bool unclosed(const Token& brace) {
        return fail(brace, "this set is not closed", "a set ends with \"}\"", "add the \"}\"");
    }

    bool value(const MatchWords& words) {
        switch (words.values) {
            case Values::addresses: return address_value(words.families == family_v4);
            case Values::names: return name_value();
            case Values::states: return state_value();
            default: return number_value(words.values);
        }
    }

    bool state_value() {
        const std::int64_t bit = now().kind == TokenKind::word
                                     ? number_of(state_names, now().text) : -1;
        if (bit < 0) return expected(now(), "a connection state", names_of(state_names));
        const auto bits = static_cast<std::uint32_t>(bit);
        out_.numbers.push_back({bits, bits});
        next();
        return true;
    }

    bool name_value() {
        const bool is_text = now().kind == TokenKind::string || now().kind == TokenKind::word;
        if (!is_text || now().text.empty())
            return expected(now(), "a network's name", {}, "iifname and oifname are followed by "
                            "the name of a network, in quotes");
        const std::uint32_t text = keep(now().text);
        out_.numbers.push_back({text, text});
        next();
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

    bool number_value(Values values) {
        const NumberKind kind = number_kind(values);
        const Token token = now();
        if (token.kind != TokenKind::word)
            return expected(token, kind.noun, kind.names,
                            kind.max > 0 ? "a number up to " + std::to_string(kind.max) +
                                               ", or one of: " + list_of(kind.names)
                                         : std::string());
        const std::size_t dash = token.text.find('-');
        const bool range = dash != std::string_view::npos && dash > 0 && kind.max > 0 &&
                           kind.number(token.text) < 0 && decimal(token.text.substr(0, dash));
        const auto first = number(token, range ? token.text.substr(0, dash) : token.text, kind);
        if (!first) return false;
        const auto last = range ? number(token, token.text.substr(dash + 1), kind) : first;
        if (!last) return false;
        if (*first > *last)
            return fail(token, "the range " + quote(token.text) + " runs backwards",
                        "a range is written from its lower to its higher end",
                        "write " + std::to_string(*last) + "-" + std::to_string(*first));
        out_.numbers.push_back({*first, *last});
        next();
        return true;
    }

    // `>= 1024` becomes the range 1024-65535.
    bool comparison(const Token& op, const MatchWords& words) {
        if (words.values != Values::ports)
            return fail(op, quote(op.text) + " needs numbers",
                        "only ports are greater or smaller than others");
        const NumberKind kind = number_kind(words.values);
        const Token token = now();
        if (token.kind != TokenKind::word) return expected(token, kind.noun, kind.names);
        const auto value = number(token, token.text, kind);
        if (!value) return false;
        next();
        const std::int64_t low = op.text[0] == '<' ? 0 : *value + (op.text == ">" ? 1 : 0);
        const std::int64_t high =
            op.text[0] == '>' ? kind.max : static_cast<std::int64_t>(*value) - (op.text == "<");
        if (low > high)
            return fail(token, "no port is " + std::string(op.text) + " " + std::string(token.text),
                        "ports run from 0 to 65535");
        out_.numbers.push_back(
            {static_cast<std::uint32_t>(low), static_cast<std::uint32_t>(high)});
        return true;
    }

    // --- tcp flags --------------------------------------------------------------------------

    bool flag_list(std::uint32_t& bits) {
        bits = 0;
        do {
            const std::int64_t bit =
                now().kind == TokenKind::word ? number_of(flag_names, now().text) : -1;
            if (bit < 0) return expected(now(), "a TCP flag", names_of(flag_names));
            bits |= static_cast<std::uint32_t>(bit);
            next();
        } while (take(",") || take("|"));
        return true;
    }

    bool flags(Match& m) {
        std::uint32_t mask = 0xff;
        std::uint32_t bits = 0;
        if (take("&")) {  // tcp flags & (fin | syn) == syn
            const bool parenthesis = take("(");
            if (!flag_list(mask)) return false;
            if (parenthesis && !take(")"))
                return fail(now(), "expected \")\", found " + shown(now()),
                            "the flags of the mask stand in parentheses");
            m.negated = now().is("!=");
            if (!take("!=") && !take("=="))
                return fail(now(), "expected \"==\" or \"!=\", found " + shown(now()),
                            "a mask is compared with flags: tcp flags & (fin | syn) == syn");
            if (!flag_list(bits)) return false;
        } else {
            m.negated = take("!=");
            const bool exact = m.negated || take("==");
            if (!flag_list(bits)) return false;
            if (take("/")) {
                if (!flag_list(mask)) return false;
            } else if (!exact) {
                m.any_bit = true;
                mask = bits;
            }
        }
        if ((bits & ~mask) != 0)
            return fail(start_, "these flags can never be set alike",
                        "a flag outside of the mask is not looked at",
                        "name every flag in the mask, too");
        out_.numbers.push_back({mask, bits});
        return true;
    }

    // --- addresses --------------------------------------------------------------------------

    bool address_value(bool v4) {
        const Token token = now();
        if (token.kind != TokenKind::word && token.kind != TokenKind::string)
            return expected(token, v4 ? "an IPv4 address" : "an IPv6 address", {},
                            "an address, a prefix, a range, or a host's or network's name");
        next();
        const auto range = written_range(token);
        if (!range) return false;
        if (range->name != no_text) return named_ranges(token, range->name, v4);
        if (family_of(*range) != v4)
            return fail(token, quote(token.text) + (v4 ? " is not an IPv4 address"
                                                       : " is not an IPv6 address"),
                        v4 ? "`ip` looks at IPv4 packets" : "`ip6` looks at IPv6 packets",
                        v4 ? "use `ip6` for it" : "use `ip` for it");
        out_.addresses.push_back(*range);
        return true;
    }

    static bool family_of(const AddressRange& r) { return r.first.is_v4() && r.last.is_v4(); }

    // An address, prefix or range as written; otherwise a name, kept in `name`.
    std::optional<AddressRange> written_range(const Token& token) {
        const std::string_view text = token.text;
        if (const auto a = parse_address(text)) return AddressRange{*a, *a, no_text};
        if (const auto with_length = parse_interface_address(text)) {
            const Prefix p = with_length->prefix();
            if (p.base != with_length->address) {
                fail(token, quote(text) + " has bits set beyond its length",
                     "a prefix names a network: what lies beyond its length is zero",
                     "write " + format(p) + ", or " + format(with_length->address) +
                         " for this address alone");
                return {};
            }
            return AddressRange{p.first(), p.last(), no_text};
        }
        const std::size_t dash = text.find('-');
        if (dash != std::string_view::npos) {
            const auto first = parse_address(text.substr(0, dash));
            const auto last = parse_address(text.substr(dash + 1));
            if (first && last) {
                if (first->is_v4() == last->is_v4() && *first <= *last)
                    return AddressRange{*first, *last, no_text};
                fail(token, "the range " + quote(text) + " runs backwards or mixes families",
                     "a range is written from its lower to its higher end");
                return {};
            }
        }
        const bool numeric = text.find_first_not_of("0123456789./:-") == std::string_view::npos;
        if (numeric || text.find(':') != std::string_view::npos) {
            fail(token, quote(text) + " is not an address",
                 "an address is written 192.0.2.1 or 2001:db8::1, a prefix 192.0.2.0/24, "
                 "a range 192.0.2.1-192.0.2.9");
            return {};
        }
        return AddressRange{Address{}, Address{}, keep(text)};
    }

    std::vector<Prefix> look_up(const Token& token, std::string_view name) {
        std::vector<Prefix> found;
        if (names_.resolve) found = names_.resolve(name);
        if (found.empty()) {
            const std::vector<std::string_view> known(names_.known.begin(), names_.known.end());
            fail(token, quote(name) + " is not a host or network",
                 "a name in place of an address is one of the scenario's hosts or networks",
                 suggestion(name, known));
        }
        return found;
    }

    bool named_ranges(const Token& token, std::uint32_t name, bool v4) {
        const std::string text = out_.texts[name];
        const std::vector<Prefix> found = look_up(token, text);
        if (found.empty()) return false;
        bool any = false;
        for (const Prefix& p : found) {
            if (p.is_v4() != v4) continue;
            out_.addresses.push_back({p.first(), p.last(), name});
            any = true;
        }
        if (any) return true;
        return fail(token, quote(text) + (v4 ? " has no IPv4 address" : " has no IPv6 address"),
                    v4 ? "`ip` looks at IPv4 packets" : "`ip6` looks at IPv6 packets",
                    v4 ? "use `ip6`" : "use `ip`");
    }

    // --- statements -------------------------------------------------------------------------

    bool statements() {
        bool decided = false;
        bool commented = false;
        while (!now().ends_rule()) {
            const Token word = now();
            if (commented)
                return fail(word, "unexpected " + shown(word) + " after the comment",
                            "a rule's comment comes last");
            if (take_word("comment")) {
                if (!string_after("comment", rule_.comment)) return false;
                commented = true;
                continue;
            }
            if (decided)
                return fail(word, "unexpected " + shown(word) + " after the verdict",
                            "a verdict ends the rule; only a comment may follow",
                            "begin a new line for a new rule");
            if (take_word("counter")) {
                if (!counter()) return false;
            } else if (take_word("log")) {
                rule_.log = true;
                if (take_word("prefix") && !string_after("prefix", rule_.log_prefix)) return false;
            } else if (word.kind == TokenKind::word && verdict_word(word.text)) {
                next();
                if (!verdict(word)) return false;
                decided = true;
            } else {
                return not_a_statement(word);
            }
        }
        if (decided || rule_.counter || rule_.log) return true;
        return fail(start_, "this rule decides nothing",
                    "a rule ends with what happens to the packets that match",
                    "end it with accept, drop or reject");
    }

    bool not_a_statement(const Token& word) {
        if (word.kind == TokenKind::word && is_match_word(word.text))
            return fail(word, quote(word.text) + " comes too late",
                        "what a rule looks at comes before counter, log and the verdict",
                        "move it to the front of the rule");
        for (const RefusedWord& row : refused_words)
            if (word.text == row.word && word.kind == TokenKind::word)
                return fail(word, quote(word.text) + " is not used here",
                            "of nftables, rules are understood: matches, statements, verdicts",
                            std::string(row.hint));
        std::vector<std::string_view> known(statement_words.begin(), statement_words.end());
        for (const MatchWords& row : match_words)
            if (known.back() != row.first) known.push_back(row.first);
        return expected(word, "a match or a verdict", known);
    }

    bool string_after(std::string_view word, std::uint32_t& into) {
        if (now().kind != TokenKind::string)
            return expected(now(), "a string", {},
                            "after `" + std::string(word) + "` comes a text in quotes");
        into = keep(now().text);
        next();
        return true;
    }

    // `nft list` writes counts behind it; they are read and left out.
    bool counter() {
        rule_.counter = true;
        for (const std::string_view word : {"packets", "bytes"}) {
            if (!take_word(word)) continue;
            if (now().kind != TokenKind::word ||
                now().text.find_first_not_of("0123456789") != std::string_view::npos)
                return fail(now(), "expected a number, found " + shown(now()),
                            "after `" + std::string(word) + "` comes a count");
            next();
        }
        return true;
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

    bool verdict(const Token& word) {
        rule_.action = verdict_action(word.text);
        if (is_destination_nat(rule_.action) && out_name_seen_.kind == TokenKind::word)
            return fail(out_name_seen_, "oifname cannot decide a destination's translation",
                        "the way out is chosen only after the destination is known",
                        "use iifname or ip daddr");
        switch (rule_.action) {
            case Action::reject: return reject();
            case Action::snat:
            case Action::dnat: return translation(word);
            case Action::masquerade:
            case Action::redirect: return !take_word("to") || nat_ports(now());
            default: return true;
        }
    }

    bool reject() {
        if (!take_word("with")) return true;
        const Token with = now();
        constexpr std::array<std::string_view, 4> withs{"tcp", "icmp", "icmpv6", "icmpx"};
        bool known = false;
        for (const std::string_view w : withs) known = known || with.is_word(w);
        if (!known) return expected(with, "what to reject with", withs);
        next();
        take_word("type");
        std::vector<std::string_view> names;
        for (std::size_t i = 0; i < reject_words.size(); ++i) {
            if (reject_words[i].with != with.text) continue;
            names.push_back(reject_words[i].name);
            if (!now().is_word(reject_words[i].name)) continue;
            rule_.reject_row = static_cast<std::uint8_t>(i);
            next();
            return imply(with, reject_words[i].families,
                         i == reject_tcp_reset ? bit_tcp : bit_any);
        }
        return expected(now(), "a reason", names);
    }

    // ":25" or ":6001-6010" in `text`, which is all of `token` or its end.
    bool ports_in(const Token& token, std::string_view text) {
        text.remove_prefix(1);
        const NumberKind kind = number_kind(Values::ports);
        const std::size_t dash = text.find('-');
        const bool range = dash != std::string_view::npos && decimal(text.substr(0, dash));
        const auto first = number(token, range ? text.substr(0, dash) : text, kind);
        if (!first) return false;
        const auto last = range ? number(token, text.substr(dash + 1), kind) : first;
        if (!last) return false;
        if (*first == 0 || *first > *last)
            return fail(token, quote(text) + " is not a range of ports",
                        "ports for a translation run from 1 to 65535, the lower one first");
        if ((rule_.protocols & ~(bit_tcp | bit_udp)) != 0)
            return fail(token, "a port, but no transport protocol",
                        "only TCP and UDP have ports, so the rule must name one of them",
                        "begin the rule with `tcp dport ...` or `meta l4proto tcp`");
        rule_.port_first = static_cast<std::uint16_t>(*first);
        rule_.port_last = static_cast<std::uint16_t>(*last);
        return true;
    }

    bool nat_ports(const Token& token) {
        if (token.kind != TokenKind::word || !token.text.starts_with(':'))
            return fail(token, "expected a port such as :2525, found " + shown(token),
                        "after `to` comes a colon and a port");
        const Token copy = token;
        next();
        return ports_in(copy, copy.text);
    }

    bool translation(const Token& word) {
        std::uint8_t families = rule_.families;
        if (take_word("ip")) families = family_v4;
        else if (take_word("ip6")) families = family_v6;
        if (!imply(word, families, bit_any)) return false;
        if (!take_word("to"))
            return fail(now(), "expected \"to\", found " + shown(now()),
                        "a translation is written `" + std::string(word.text) + " to ADDRESS`");
        const Token token = now();
        if (token.kind != TokenKind::word && token.kind != TokenKind::string)
            return expected(token, "an address", {}, "after `to` comes the new address");
        next();
        std::string_view host = token.text;
        std::string_view ports;
        if (host.starts_with('[') && host.find(']') != std::string_view::npos) {
            ports = host.substr(host.find(']') + 1);
            host = host.substr(1, host.find(']') - 1);
        } else if (host.find(':') == host.rfind(':') && host.find(':') != std::string_view::npos) {
            ports = host.substr(host.find(':'));
            host = host.substr(0, host.find(':'));
        }
        if (!nat_target(token, host)) return false;
        if (!imply(token, rule_.nat_to.is_v4() ? family_v4 : family_v6, bit_any)) return false;
        if (ports.empty()) return true;
        if (ports.front() != ':')
            return fail(token, quote(token.text) + " is not an address with a port",
                        "a port follows a colon: [2001:db8::1]:25");
        return ports_in(token, ports);
    }

    bool nat_target(const Token& token, std::string_view host) {
        Token part = token;
        part.text = host;
        const auto range = written_range(part);
        if (!range) return false;
        if (range->name == no_text) {
            rule_.nat_to = range->first;
            return range->first == range->last ||
                   fail(token, quote(host) + " is more than one address",
                        "a translation goes to one address");
        }
        const std::vector<Prefix> found = look_up(token, out_.texts[range->name]);
        if (found.empty()) return false;
        rule_.nat_name = range->name;
        const bool wants_v6 = rule_.families == family_v6;
        for (const Prefix& p : found) {
            if (p.bits != 128 || (rule_.families & (p.is_v4() ? family_v4 : family_v6)) == 0)
                continue;
            // Without a word about the family the first IPv4 address is meant, if there is one.
            if (rule_.nat_to.is_unspecified() || (!rule_.nat_to.is_v4() && p.is_v4() && !wants_v6))
                rule_.nat_to = p.base;
        }
        return !rule_.nat_to.is_unspecified() ||
               fail(token, quote(host) + " has no address that fits",
                    "a translation goes to one host, with an address of the rule's family");
    }

    std::vector<Token> tokens_;
    const NameBook& names_;
    std::vector<Problem>& problems_;
    Ruleset out_;
    Rule rule_;
    Token start_;
    Token out_name_seen_;
    std::size_t at_ = 0;
    std::uint8_t notes_ = 0;
    bool policy_seen_ = false;
    bool in_set_ = false;
};

}  // namespace

Ruleset parse_ruleset(std::string_view text, const NameBook& names,
                      std::vector<Problem>& problems, Action default_policy) {
    POSTROAD_ASSERT(default_policy == Action::accept || default_policy == Action::drop);
    if (text.size() > ruleset_bytes_max) {
        problems.push_back({1, 1, 1, "these rules are longer than a mebibyte",
                            "a ruleset has at most 1048576 bytes", {}});
        return {};
    }
    return Parser(text, names, problems, default_policy).run();
}

}  // namespace postroad::net
