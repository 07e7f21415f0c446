// Facts about messages: envelopes, copies, custody. They need several rows each.
#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "sim/grading/gather.hpp"
#include "sim/mail/store.hpp"
#include "sim/views/content.hpp"
#include "sim/views/text.hpp"

namespace postroad::sim::grading {
namespace {

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> out;
    for (;;) {
        const std::size_t end = text.find('\n');
        out.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) return out;
        text.remove_prefix(end + 1);
    }
}

// "5.1.1" and its like, wherever they stand in a reply's words (RFC 3463 §2).
std::vector<std::string> statuses_in(std::string_view words) {
    std::vector<std::string> out;
    while (!words.empty()) {
        const std::string_view word = take_word(words);
        const std::size_t dot = word.find('.');
        if (dot != 1 || (word[0] != '4' && word[0] != '5')) continue;
        const std::size_t second = word.find('.', 2);
        if (second == std::string_view::npos || !parse_number(word.substr(2, second - 2)) ||
            !parse_number(word.substr(second + 1)))
            continue;
        out.emplace_back(word);
    }
    return out;
}

std::string titled(const std::string& subject) {
    return subject.empty() ? "a message" : "\"" + views::visible(subject) + "\"";
}

}  // namespace

void Gatherer::queue(const RowView& row) {
    const auto& fact = row.as<QueueFact>();
    if (fact.move == QueueMove::failed || fact.move == QueueMove::expired)
        failure_words[fact.message].emplace_back(row.tail<QueueFact>());
}

std::vector<std::string> Gatherer::owner_addresses(std::string_view address) const {
    std::vector<std::string> list{std::string(address)};
    const std::uint32_t person = setup.find_person(address);
    if (person == nothing) return list;
    list.push_back(setup.people[person].name);
    for (const std::string& one : setup.people[person].addresses) list.push_back(one);
    return list;
}

const SentContent* Gatherer::sent(Id conversation, std::uint32_t transaction) {
    if (conversation == 0 || trace.depth() != Depth::bytes) return nullptr;
    const views::Conversation* const of = index.conversation(conversation);
    if (of == nullptr) return nullptr;
    auto found = contents.find(conversation);
    if (found == contents.end())
        found = contents.emplace(conversation, sent_contents(trace, *of)).first;
    for (const SentContent& one : found->second)
        if (one.code / 100 == 2 && transaction-- == 0) return &one;
    return nullptr;
}

Gatherer::Original Gatherer::original_of(const views::Journey& journey) {
    Original original;
    for (const std::uint32_t step : journey.steps) {
        const views::Custody one = index.custody[step];
        if (one.fact.move != CustodyMove::accepted) continue;
        original.reverse_path = lines_of(trace.at(one.position).tail<CustodyFact>()).front();
        if (const SentContent* content = sent(one.fact.conversation, one.fact.transaction)) {
            original.words = mail_words(content->text);
            original.known = true;
        }
        break;
    }
    if (original.words.subject.empty()) original.words.subject = journey.subject();
    return original;
}

std::vector<std::string> Gatherer::chain_to(const views::Custody& delivered) const {
    // From the mailbox back: whoever connected for the transaction had the message before.
    std::vector<std::string> chain{index.node_name(delivered.node)};
    const views::Journey journey = index.journeys[delivered.journey];
    NodeId node = delivered.node;
    Id conversation = delivered.fact.conversation;
    for (std::size_t guard = journey.steps.size() + 1; guard-- > 0 && conversation != 0;) {
        const views::Conversation* const of = index.conversation(conversation);
        if (of == nullptr) break;
        node = of->initiator;
        // Who hands a message to its own MDA is one station, not two.
        if (chain.front() != index.node_name(node))
            chain.insert(chain.begin(), index.node_name(node));
        Id next = 0;
        for (const std::uint32_t step : journey.steps) {
            const views::Custody one = index.custody[step];
            if (one.node == node && one.fact.move == CustodyMove::accepted &&
                one.time <= of->ended && one.fact.conversation != conversation)
                next = one.fact.conversation;
        }
        conversation = next;
    }
    return chain;
}

bool Gatherer::copy_octets(const views::Custody& delivered, std::string& octets) const {
    const std::string_view owner = trace.at(delivered.position).tail<CustodyFact>();
    const std::uint32_t person = setup.find_person(owner);
    if (person != nothing && person < world.mail.mailboxes.size()) {
        for (std::uint32_t folder = world.mail.mailboxes[person].first_folder; folder != nothing;
             folder = world.mail.folders[folder].next)
            for (std::uint32_t at = world.mail.folders[folder].first; at != nothing;
                 at = world.mail.stored[at].next) {
                if (world.mail.stored[at].message != delivered.fact.message) continue;
                store::append_whole(world, at, octets);
                return true;
            }
    }
    if (trace.depth() != Depth::bytes) return false;
    // Taken away since: what its server sent, of the same content.
    for (const std::uint32_t step : index.journeys[delivered.journey].steps) {
        const views::Custody one = index.custody[step];
        if (one.fact.move != CustodyMove::fetched ||
            one.fact.content_hash != delivered.fact.content_hash ||
            trace.at(one.position).tail<CustodyFact>() != owner)
            continue;
        const views::Conversation* const of = index.conversation(one.fact.conversation);
        if (of == nullptr) continue;
        std::uint64_t last = 0;
        bool found = false;
        for (auto at = trace.read(of->first, one.position); !at.done(); at.next()) {
            if (at.row().head().fact != Fact::line) continue;
            const auto& line = at.row().as<LineFact>();
            if (line.conversation != of->id || line.speech != Speech::content) continue;
            last = at.position();
            found = true;
        }
        if (!found) continue;
        std::string stuffed = views::octets_of_line(trace, *of, last);
        for (std::string_view rest = stuffed; !rest.empty();) {  // RFC 1939 §3
            const std::size_t end = rest.find("\r\n");
            std::string_view line = rest.substr(0, end);
            rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
            if (line == ".") break;
            if (line.starts_with('.')) line.remove_prefix(1);
            octets.append(line).append("\r\n");
        }
        return true;
    }
    return false;
}

void Gatherer::copy(const views::Custody& delivered, const Original& original) {
    std::string octets;
    const std::string owner(trace.at(delivered.position).tail<CustodyFact>());
    if (!copy_octets(delivered, octets)) return;
    const MailWords words = mail_words(octets);
    Happening& one = add(Kind::copy, delivered.time, delivered.position, 0,
                         titled(words.subject) + " in the mailbox of " + owner);
    const Kind kind = Kind::copy;
    set(one, kind, "to", owner_addresses(owner));
    set(one, kind, "subject", {words.subject});
    set(one, kind, "header", words.fields);
    set(one, kind, "no_header", words.fields);
    set(one, kind, "contains", {octets});
    set(one, kind, "lacks", {octets});
    set(one, kind, "line", words.lines);
    set(one, kind, "received", words.received);
    set(one, kind, "body",
        {!original.known ? "unknown" : words.body == original.words.body ? "intact" : "changed"});
}

void Gatherer::custody(const views::Custody& step, const Original& original) {
    std::vector<std::string> tail = lines_of(trace.at(step.position).tail<CustodyFact>());
    const std::string node = index.node_name(step.node);
    std::string subject = original.words.subject, author = original.words.from;
    std::string octets;
    if (!original.known && step.fact.move == CustodyMove::delivered && copy_octets(step, octets)) {
        const MailWords words = mail_words(octets);  // a report has no author's copy
        subject = words.subject;
        author = words.from;
    }
    const auto common = [&](Happening& one, Kind kind) {
        set(one, kind, "subject", {subject});
        if (find_field(kind, "from") >= 0) set(one, kind, "from", {author});
        if (find_field(kind, "host") >= 0) set(one, kind, "host", names_of(step.node));
    };
    switch (step.fact.move) {
        case CustodyMove::accepted: {
            std::string words = node + " took responsibility for " + titled(subject) + " from <" +
                                tail[0] + "> for";
            for (std::size_t i = 1; i < tail.size() && i < 6; ++i) words += " <" + tail[i] + ">";
            Happening& one =
                add(Kind::accepted, step.time, step.position, step.fact.conversation, words);
            common(one, Kind::accepted);
            set(one, Kind::accepted, "reverse_path", {tail[0]});
            if (const views::Conversation* of = index.conversation(step.fact.conversation))
                set(one, Kind::accepted, "client", names_of(of->initiator));
            tail.erase(tail.begin());
            set(one, Kind::accepted, "to", std::move(tail));
            break;
        }
        case CustodyMove::delivered: {
            Happening& one = add(Kind::delivered, step.time, step.position, step.fact.conversation,
                                 titled(subject) + " came into the mailbox of " + tail[0] +
                                     " on " + node);
            common(one, Kind::delivered);
            set(one, Kind::delivered, "to", owner_addresses(tail[0]));
            set(one, Kind::delivered, "reverse_path", {original.reverse_path});
            const auto chain = chain_to(step);
            std::string words = titled(subject) + " went";
            for (std::size_t i = 0; i < chain.size(); ++i)
                words += (i == 0 ? " " : " → ") + chain[i];
            Happening& way =
                add(Kind::custody, step.time, step.position, step.fact.conversation, words);
            common(way, Kind::custody);
            set(way, Kind::custody, "to", owner_addresses(tail[0]));
            set(way, Kind::custody, "chain", chain);
            copy(step, original);
            break;
        }
        case CustodyMove::fetched: {
            Happening& one = add(Kind::fetched, step.time, step.position, step.fact.conversation,
                                 tail[0] + " collected " + titled(subject));
            common(one, Kind::fetched);
            set(one, Kind::fetched, "person", owner_addresses(tail[0]));
            break;
        }
        case CustodyMove::bounced: {
            Happening& one = add(Kind::bounce, step.time, step.position, 0,
                                 node + " told <" + tail[0] + "> that " + titled(subject) +
                                     " could not be delivered");
            set(one, Kind::bounce, "host", names_of(step.node));
            set(one, Kind::bounce, "to", {tail[0]});
            tail.erase(tail.begin());
            set(one, Kind::bounce, "recipient", std::move(tail));
            std::vector<std::string> statuses;
            for (const std::string& words : failure_words[step.fact.message])
                for (std::string& status : statuses_in(words)) statuses.push_back(status);
            set(one, Kind::bounce, "status", std::move(statuses));
            break;
        }
        default: break;
    }
}

void Gatherer::messages() {
    std::vector<Original> originals;
    for (std::size_t i = 0; i < index.journeys.size(); ++i)
        originals.push_back(original_of(index.journeys[i]));
    for (const views::Custody step : index.custody) {
        static const Original unknown;
        custody(step, step.journey < originals.size() ? originals[step.journey] : unknown);
    }
}

}  // namespace postroad::sim::grading
