// Facts that are one row, or a conversation; those about messages are in evidence_mail.cpp.
#include "sim/grading/evidence.hpp"

#include <algorithm>
#include <map>

#include "protocols/base/ascii.hpp"
#include "protocols/dns/types.hpp"
#include "sim/grading/gather.hpp"
#include "sim/net/border.hpp"
#include "sim/net/ruleset.hpp"
#include "sim/views/text.hpp"

namespace postroad::sim::grading {

std::vector<std::string> Gatherer::names_of(NodeId node) const {
    std::vector<std::string> names;
    if (node >= setup.nodes()) return names;
    names.emplace_back(setup.node_name(node));
    if (node >= setup.hosts.size()) return names;
    const HostSetup& host = setup.hosts[node];
    names.push_back(host.domain_name);
    if (host.scenario_index < setup.scenario.hosts.size())
        for (const auto& name : setup.scenario.hosts[host.scenario_index].names)
            names.push_back(name);
    return names;
}

std::vector<std::string> Gatherer::names_of(const net::Address& address) const {
    std::vector<std::string> names;
    const NodeId node = index.node_of_address(address);
    if (node != nothing) names = names_of(node);
    names.push_back(net::format(address));
    return names;
}

Happening& Gatherer::add(Kind kind, Time time, std::uint64_t position, Id conversation,
                         std::string sentence) {
    auto& list = out.found_[static_cast<std::size_t>(kind)];
    Happening one;
    one.time = time;
    one.position = position;
    one.conversation = conversation == 0 ? 0 : index.number_of(conversation);
    one.sentence = std::move(sentence);
    one.values.resize(fields_of(kind).size());
    list.push_back(std::move(one));
    return list.back();
}

void Gatherer::set(Happening& one, Kind kind, std::string_view field,
                   std::vector<std::string> values) {
    const int at = find_field(kind, field);
    POSTROAD_ASSERT(at >= 0);
    one.values[static_cast<std::size_t>(at)] = std::move(values);
}

void Gatherer::connections() {
    for (const views::Conversation& one : index.conversations) {
        if (one.protocol != net::protocol_tcp) continue;
        std::vector<std::string> outcome, to;
        const bool over = one.ended != never;
        const bool up = one.established != never;
        if (up) outcome.emplace_back("established");
        constexpr std::string_view words[] = {"closed", "reset", "refused", "timed_out",
                                              "unreachable", "aborted", "crashed"};
        if (over) outcome.emplace_back(words[static_cast<std::size_t>(one.how)]);
        // Who gives up a connection that never came about has waited for an answer in vain.
        if (over && !up && one.how == Ending::aborted) outcome.emplace_back("timed_out");
        const std::string port = std::to_string(one.target_port);
        const net::Address& target = views::opening(trace, one).target;
        for (const std::string& name : names_of(target)) {
            to.push_back(name);
            to.push_back(name + ":" + port);
        }
        Happening& fact =
            add(Kind::connect, trace.at(one.first).head().time, one.first, one.id,
                index.node_name(one.initiator) + " tried " + index.end_name(target) + ":" +
                    port + ": " +
                    (up ? "established"
                     : over ? std::string(views::words_for(one.how)) : "no answer yet"));
        set(fact, Kind::connect, "to", std::move(to));
        set(fact, Kind::connect, "from", names_of(one.initiator));
        set(fact, Kind::connect, "port", {port});
        set(fact, Kind::connect, "outcome", std::move(outcome));
    }
}

void Gatherer::line(const RowView& row, std::uint64_t position) {
    const auto& fact = row.as<LineFact>();
    const views::Conversation* const of = index.conversation(fact.conversation);
    if (of == nullptr || fact.speech == Speech::content) return;
    std::string_view text = row.tail<LineFact>();
    const std::string whole(text);
    const bool first = fact.from_initiator != 0;
    auto from = names_of(first ? of->initiator : of->acceptor);
    auto to = names_of(first ? of->acceptor : of->initiator);
    const std::string speaker = from.empty() ? "?" : from.front();
    Happening& one = add(Kind::line, row.head().time, position, fact.conversation,
                         speaker + " said \"" + views::visible(views::cut(whole, 100)) + "\"");
    while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
    set(one, Kind::line, "contains", {whole});
    set(one, Kind::line, "port", {std::to_string(of->target_port)});
    set(one, Kind::line, "from", std::move(from));
    set(one, Kind::line, "to", std::move(to));
    if (of->target_port == 143 || of->target_port == 993) take_word(text);  // RFC 3501 §2.2.1: a tag
    if (fact.speech == Speech::reply) {
        set(one, Kind::line, "reply",
            {fact.code >= 100 ? std::to_string(fact.code) : std::string(take_word(text))});
    } else {
        std::string verb(take_word(text));
        if (equals_ignoring_case(verb, "UID")) verb.append(" ").append(take_word(text));
        set(one, Kind::line, "verb", {verb});
    }
}

void Gatherer::decision(const RowView& row, std::uint64_t position) {
    const auto& fact = row.as<DecisionFact>();
    const auto reason = static_cast<Reason>(fact.reason);
    const std::string_view tail = row.tail<DecisionFact>();
    const std::string words = sentence(reason, tail);
    const Id conversation = index.conversation(fact.subject) != nullptr ? fact.subject : 0;
    const NodeId node = row.head().node;
    Happening& one = add(Kind::decision, row.head().time, position, conversation,
                         index.node_name(node) + ": " + words);
    set(one, Kind::decision, "reason", {std::string(name_of(reason))});
    set(one, Kind::decision, "contains", {words});
    set(one, Kind::decision, "host", names_of(node));
    if (reason != Reason::secret_in_clear) return;
    const auto arguments = argument_words(tail);
    std::vector<std::string> person = arguments;
    for (const std::string& word : arguments) {
        const std::uint32_t who = setup.find_person(word);
        if (who == nothing) continue;
        person.push_back(setup.people[who].name);
        for (const auto& address : setup.people[who].addresses) person.push_back(address);
    }
    Happening& secret = add(Kind::secret_in_clear, row.head().time, position, conversation, words);
    set(secret, Kind::secret_in_clear, "person", std::move(person));
}

void Gatherer::verdict(const RowView& row, std::uint64_t position) {
    const auto& fact = row.as<VerdictFact>();
    const auto action = static_cast<net::Action>(fact.verdict);
    const std::string word = action == net::Action::drop     ? "drop"
                             : action == net::Action::reject ? "reject" : "accept";
    const std::string name = fact.firewall < setup.firewalls.size()
                                 ? setup.firewalls[fact.firewall].name
                                 : index.node_name(row.head().node);
    const std::string rule = fact.rule == border::rule_of_nat ? "nat"
                             : fact.rule < 0                  ? "policy"
                                                              : std::to_string(fact.rule + 1);
    const net::Address& source = index.address(fact.source);
    const net::Address& target = index.address(fact.target);
    Happening& one =
        add(Kind::verdict, row.head().time, position, fact.conversation,
            name + ": " + word + " " + index.end_name(source) + " to " + index.end_name(target) +
                ":" + std::to_string(fact.target_port) +
                (fact.rule == border::rule_of_nat ? ", its NAT"
                 : fact.rule < 0                  ? ", its policy"
                                                  : ", rule " + rule));
    set(one, Kind::verdict, "firewall", {name, index.node_name(row.head().node)});
    set(one, Kind::verdict, "rule", {rule});
    set(one, Kind::verdict, "verdict", {word});
    set(one, Kind::verdict, "from", names_of(source));
    set(one, Kind::verdict, "to", names_of(target));
    set(one, Kind::verdict, "port", {std::to_string(fact.target_port)});
}

void Gatherer::lookup(const RowView& row, std::uint64_t position) {
    const auto& fact = row.as<LookupFact>();
    const std::string_view tail = row.tail<LookupFact>();
    std::string name(tail.substr(0, fact.name_octets));
    const std::string type = dns::to_text(static_cast<dns::Type>(fact.type));
    const std::string rcode = dns::to_text(static_cast<dns::Rcode>(fact.rcode));
    std::vector<std::string> answers;
    for (std::string_view rest = tail.substr(name.size()); !rest.empty();) {
        const std::size_t end = rest.find('\n');
        if (end != 0) answers.emplace_back(rest.substr(0, end));
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    std::string words = index.node_name(row.head().node) + " asked for " + type + " of " + name +
                        ": " + (fact.timed_out != 0 ? "no answer" : rcode);
    for (const std::string& answer : answers) words += ", " + answer;
    Happening& one = add(Kind::dns, row.head().time, position, 0, words);
    std::vector<std::string> names{name};
    if (name.size() > 1 && name.ends_with('.')) names.push_back(name.substr(0, name.size() - 1));
    else names.push_back(name + ".");
    set(one, Kind::dns, "host", names_of(row.head().node));
    set(one, Kind::dns, "name", std::move(names));
    set(one, Kind::dns, "type", {type});
    set(one, Kind::dns, "answer", std::move(answers));
    set(one, Kind::dns, "rcode", {rcode});
    set(one, Kind::dns, "from_cache", {fact.from_cache != 0 ? "true" : "false"});
    set(one, Kind::dns, "timed_out", {fact.timed_out != 0 ? "true" : "false"});
}

Evidence::Evidence(const Trace& trace, const World& world)
    : trace_(trace), setup_(*world.setup) {
    Gatherer gather(*this, trace, world);
    gather.connections();
    for (auto at = trace.read(); !at.done(); at.next()) {
        const RowView row = at.row();
        switch (row.head().fact) {
            case Fact::line: gather.line(row, at.position()); break;
            case Fact::decision: gather.decision(row, at.position()); break;
            case Fact::verdict: gather.verdict(row, at.position()); break;
            case Fact::lookup: gather.lookup(row, at.position()); break;
            case Fact::queue: gather.queue(row); break;
            default: break;
        }
    }
    gather.messages();
    gather.lying();
    gather.shown();
    gather.exposed();
    for (auto& list : found_)
        std::stable_sort(list.begin(), list.end(), [](const Happening& a, const Happening& b) {
            return a.position < b.position;
        });
}

}  // namespace postroad::sim::grading
