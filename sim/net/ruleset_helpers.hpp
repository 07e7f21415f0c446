// The ruleset parser's part for helpers: their declarations, which are read before all rules, and the
// rules that set them. Only the ruleset parser includes this.
#pragma once

#include "protocols/rpc/services.hpp"
#include "sim/net/ruleset_matches.hpp"

namespace postroad::net {

class HelperReader : public MatchReader {
  protected:
    using MatchReader::MatchReader;

    bool at_helper() const { return now().is_word("ct") && ahead(1).is_word("helper"); }
    // `ct helper NAME {`, and not a rule that begins with `ct helper set`.
    bool at_declaration() const {
        return at_helper() && (!ahead(2).is_word("set") || ahead(3).is("{"));
    }

    // A rule may stand before the helper it sets. The reader is at the beginning again then.
    void declarations() {
        while (now().kind != TokenKind::end) {
            if (now().ends_rule()) {
                next();
            } else if (at_declaration()) {
                const std::size_t first = at_;
                declaration();
                read_.emplace_back(first, at_);
            } else {
                while (!now().ends_rule()) next();
            }
        }
        at_ = 0;
    }
    // A declaration stands here, and has been read.
    bool skip_declaration() {
        for (const auto& [first, end] : read_) {
            if (first != at_) continue;
            at_ = end;
            return true;
        }
        return false;
    }

    bool sets_helper() const { return helper_set_.kind != TokenKind::end; }

    bool set_helper() {
        const Token word = now();
        next();
        next();
        if (!take_word("set"))
            return fail(word, "expected \"set\" behind \"ct helper\", found " + shown(now()),
                        "a rule sets a helper, `ct helper set \"rpc\"`; what came about by it is "
                        "matched by `ct state related`");
        if (sets_helper())
            return fail(word, "a second helper", "one helper reads along with a connection");
        const std::vector<std::string_view> known = helper_names();
        if (!is_name(now()))
            return expected(now(), "a helper's name", known,
                            "behind `ct helper set` comes the name of a helper, in quotes");
        helper_set_ = now();
        next();
        const auto at = std::find(known.begin(), known.end(), helper_set_.text);
        if (at != known.end()) rule_.helper = static_cast<std::uint8_t>(at - known.begin());
        if (at != known.end() || names_.part) return true;
        std::string hint = suggestion(helper_set_.text, known);
        if (hint.empty())
            hint = "declare it: ct helper " + std::string(helper_set_.text) +
                   " { type \"rpc\" protocol tcp; }";
        return fail(helper_set_, quote(helper_set_.text) + " is no helper of this firewall",
                    "a helper is declared, with a name, before or after the rules that set it",
                    hint);
    }

    // Looked at when the rule is read to its end.
    bool fits_helper() {
        if (is_destination_nat(rule_.action) || is_source_nat(rule_.action))
            return fail(helper_set_, "a helper and a translation in one rule",
                        "translations are looked at apart from the filter's rules, where helpers "
                        "are set", "make two rules of it");
        if (rule_.protocols != bit_tcp)
            return fail(helper_set_, "a helper that reads TCP, in a rule about more than TCP",
                        "the endpoint mapper is asked over TCP, at port 135",
                        "begin the rule with `tcp dport 135`");
        return true;
    }

    Token helper_set_;  // the name in this rule's `ct helper set`; `end`: it has none

  private:
    // What is wrong in a declaration hides nothing behind it.
    void declaration() {
        const std::size_t first = at_;
        if (declare()) return;
        std::size_t depth = 0;
        for (std::size_t i = first; i < tokens_.size(); ++i) {
            const Token& token = tokens_[i];
            if (token.is("{")) ++depth;
            const bool closes = token.is("}") && depth > 0 && --depth == 0;
            const bool ends = depth == 0 && token.ends_rule();
            const bool another = i >= at_ && tokens_[i - 1].kind == TokenKind::end_of_line &&
                                 token.kind == TokenKind::word && begins_rule(token.text);
            if (!closes && !ends && !another && token.kind != TokenKind::end) continue;
            at_ = std::max(at_, i);
            break;
        }
        if (!now().ends_rule() && now().is("}")) skip_rule();
    }

    const Token& ahead(std::size_t by) const {
        return tokens_[std::min(at_ + by, tokens_.size() - 1)];
    }
    static bool begins_rule(std::string_view word) {
        return is_match_word(word) || verdict_word(word) || word == "policy";
    }
    static bool is_name(const Token& t) {
        return (t.kind == TokenKind::word || t.kind == TokenKind::string) && !t.text.empty();
    }
    std::vector<std::string_view> helper_names() const {
        std::vector<std::string_view> out;
        for (const Helper& one : out_.helpers) out.emplace_back(out_.texts[one.name]);
        return out;
    }
    void skip_breaks() {
        while (now().kind == TokenKind::end_of_line || now().is(";")) next();
    }

    bool declare() {
        start_ = now();
        next();
        next();
        const Token name = now();
        if (!is_name(name))
            return expected(name, "a helper's name", {},
                            "a helper is declared as `ct helper NAME { type \"rpc\" protocol tcp; }`");
        for (const std::string_view other : helper_names())
            if (other == name.text)
                return fail(name, "a second helper " + quote(name.text),
                            "each helper of a firewall has a name of its own");
        if (out_.helpers.size() == helpers_max)
            return fail(name, "more than 64 helpers", "a firewall has at most 64 helpers");
        Helper helper;
        helper.name = keep(name.text);
        next();
        if (!take("{"))
            return fail(now(), "expected \"{\", found " + shown(now()),
                        "a helper is declared as `ct helper NAME { type \"rpc\" protocol tcp; }`; "
                        "a rule sets one by `ct helper set`");
        skip_breaks();
        if (!type() || !interfaces(helper)) return false;
        skip_breaks();
        if (!take("}"))
            return fail(now(), "expected \"}\", found " + shown(now()),
                        "a declaration has `type \"rpc\" protocol tcp` and perhaps `interfaces`");
        out_.helpers.push_back(std::move(helper));
        return now().ends_rule() || fail(now(), "unexpected " + shown(now()) + " after the helper",
                                         "a declaration stands on its own line");
    }

    bool type() {
        if (!take_word("type"))
            return fail(now(), "expected \"type\", found " + shown(now()),
                        "a declaration begins with its type, as in nftables: type \"rpc\" protocol "
                        "tcp");
        const bool known = is_name(now()) && now().text == helper_types[0];
        if (!known)
            return expected(now(), "a helper's type", helper_types,
                            "the one helper that is simulated is \"rpc\": nothing else here tells "
                            "the port of another connection");
        next();
        if (!take_word("protocol"))
            return fail(now(), "expected \"protocol\", found " + shown(now()),
                        "behind the type comes the protocol: type \"rpc\" protocol tcp");
        constexpr std::array<std::string_view, 1> protocols{"tcp"};
        if (!now().is_word("tcp")) return expected(now(), "tcp", protocols);
        next();
        skip_breaks();
        if (now().is_word("l3proto"))
            return fail(now(), "\"l3proto\" is not used here",
                        "the helper reads along over IPv4 and IPv6", "leave it out");
        return true;
    }

    bool interfaces(Helper& helper) {
        if (!take_word("interfaces")) return true;
        const Token brace = now();
        if (!take("{"))
            return fail(brace, "expected \"{\", found " + shown(brace),
                        "interfaces stand in a set: interfaces { store, directory }");
        while (true) {
            while (now().kind == TokenKind::end_of_line) next();
            if (helper.interfaces.empty() && now().is("}"))
                return fail(brace, "an empty set", "a helper that may open nothing is of no use",
                            "name an interface, or leave `interfaces` out: then it opens for all");
            if (take("}")) return true;  // behind a last comma
            if (!interface(helper)) return false;
            while (now().kind == TokenKind::end_of_line) next();
            if (take("}")) return true;
            if (!take(","))
                return fail(now(), "expected \",\" or \"}\", found " + shown(now()),
                            "interfaces are separated by commas", "add a comma");
        }
    }

    bool interface(Helper& helper) {
        const Token token = now();
        if (!is_name(token))
            return expected(token, "an interface", {},
                            "an interface is a word such as `store`, or its UUID");
        std::vector<std::string_view> words;
        for (const rpc::KnownService& one : rpc::known_services()) {
            words.push_back(one.word);
            if (one.word != token.text) continue;
            helper.interfaces.push_back({one.interface.uuid, true});
            next();
            return true;
        }
        if (const auto uuid = rpc::Uuid::parse(token.text)) {
            helper.interfaces.push_back({*uuid, false});
            next();
            return true;
        }
        return fail(token, quote(token.text) + " is no interface that is known here",
                    "an interface is a UUID, or one of: " + list_of(words),
                    suggestion(token.text, words));
    }

    std::vector<std::pair<std::size_t, std::size_t>> read_;  // declarations, by their tokens
};

}  // namespace postroad::net
