// Gathers the attackers' decisions: their first argument is the line on which it happened.
#include "sim/views/learnt.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "sim/core/reasons.hpp"

namespace postroad::sim::views {
namespace {

void add(std::vector<std::string>& to, const std::string& one) {
    if (std::find(to.begin(), to.end(), one) == to.end()) to.push_back(one);
}

Learnt& on_line(std::vector<Learnt>& all, const std::string& link) {
    for (Learnt& one : all)
        if (one.link == link) return one;
    all.push_back({});
    all.back().link = link;
    return all.back();
}

void print_list(std::string& out, std::string_view what, const std::vector<std::string>& all) {
    for (const std::string& one : all) {
        out += fmt::format("  {:<13} {}\n", what, visible(one));
        what = "";
    }
}

}  // namespace

std::vector<Learnt> what_was_learnt(const Trace& trace) {
    std::vector<Learnt> out;
    for (auto at = trace.read(); !at.done(); at.next()) {
        if (at.row().head().fact != Fact::decision) continue;
        const auto reason = static_cast<Reason>(at.row().as<DecisionFact>().reason);
        if (!name_of(reason).starts_with("attacker_")) continue;
        const std::string_view tail = at.row().tail<DecisionFact>();
        const std::vector<std::string> words = argument_words(tail);
        if (words.empty()) continue;
        Learnt& one = on_line(out, words[0]);
        const std::string what = words.size() > 1 ? words[1] : std::string();
        switch (reason) {
        case Reason::attacker_read_password: add(one.passwords, what); break;
        case Reason::attacker_read_token: add(one.tokens, what); break;
        case Reason::attacker_read_pair:
            add(one.proofs, words.size() > 2 ? what + " (" + words[2] + ")" : what);
            break;
        case Reason::attacker_read_envelope: add(one.envelopes, what); break;
        case Reason::attacker_read_name: add(one.names, what); break;
        case Reason::attacker_saw_talk:
            if (words.size() > 3)
                add(one.talks, words[1] + " talks to " + words[2] + " at port " + words[3]);
            break;
        case Reason::attacker_read_message:
            ++one.messages;
            one.message_octets += parse_number(what).value_or(0);
            break;
        default: add(one.deeds, sentence(reason, tail)); break;
        }
    }
    return out;
}

void print_learnt(const Trace& trace, const Setup& setup, const Sink& sink) {
    std::string out;
    for (const Learnt& one : what_was_learnt(trace)) {
        out += "somebody on " + visible(one.link) + "\n";
        print_list(out, "did", one.deeds);
        print_list(out, "passwords of", one.passwords);
        print_list(out, "tokens of", one.tokens);
        print_list(out, "to guess at", one.proofs);
        print_list(out, "envelopes", one.envelopes);
        if (one.messages != 0)
            out += fmt::format("  {:<13} {}, {} octets or more\n", "messages", one.messages,
                               one.message_octets);
        print_list(out, "hosts wanted", one.names);
        print_list(out, "who with whom", one.talks);
        if (one.passwords.empty() && one.tokens.empty() && one.proofs.empty() && one.envelopes.empty() && one.messages == 0)
            out += "  no password, no envelope and no message\n";
    }
    if (out.empty())
        out = setup.scenario.attackers.empty() ? "nobody sits on a line ([[attackers]])\n"
                                               : "whoever sits on a line has seen nothing\n";
    sink(out);
}

}  // namespace postroad::sim::views
