// The ruleset parser: recursive descent by the grammar of ruleset.hpp, one problem a rule.
// This is its top: lines, the policy, statements and verdicts; matches are in ruleset_matches.hpp.
#include "protocols/base/assertion.hpp"
#include "sim/net/ruleset_helpers.hpp"

namespace postroad::net {
namespace {

class Parser : HelperReader {
  public:
    Parser(std::string_view text, const NameBook& names, std::vector<Problem>& problems,
           Action default_policy)
        : HelperReader(text, names, problems) {
        out_.policy = default_policy;
    }

    Ruleset run() {
        const auto before = static_cast<std::ptrdiff_t>(problems_.size());
        declarations();
        while (now().kind != TokenKind::end) {
            if (now().ends_rule()) {
                next();
                continue;
            }
            if (!skip_declaration() && !line() && !skip_rule()) break;
        }
        std::stable_sort(problems_.begin() + before, problems_.end(),
                         [](const Problem& a, const Problem& b) { return a.line < b.line; });
        return std::move(out_);
    }

  private:
    // --- a line: the policy or a rule -------------------------------------------------------

    bool line() {
        if (now().is_word("policy")) return policy();
        rule_ = Rule{};
        rule_.match_first = static_cast<std::uint32_t>(out_.matches.size());
        start_ = now();
        out_name_seen_ = Token{};
        helper_set_ = Token{};
        while (now().kind == TokenKind::word && is_match_word(now().text) && !at_helper())
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
            if (at_helper()) {
                if (!set_helper()) return false;
            } else if (take_word("counter")) {
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
        if (sets_helper() && !fits_helper()) return false;
        if (decided || rule_.counter || rule_.log || sets_helper()) return true;
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

    std::uint8_t notes_ = 0;
    bool policy_seen_ = false;
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