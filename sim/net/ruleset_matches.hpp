// The ruleset parser's middle: matches with their values (ports, flags, addresses, names).
// Only the ruleset parser includes this.
#pragma once

#include "sim/net/ruleset_reader.hpp"

namespace postroad::net {

class MatchReader : public RuleReader {
  protected:
    using RuleReader::RuleReader;

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
};

}  // namespace postroad::net
