// Rows become conversations and journeys; ids that name one message are joined.
#include "sim/views/index.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/base/hash.hpp"
#include "sim/mail/queue.hpp"

namespace postroad::sim::views {
namespace {

std::uint64_t key_of(Id conversation, std::uint32_t transaction) {
    return mix64(conversation, transaction);
}

std::string_view line_of(std::string_view& text) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return line;
}

std::string_view bare(std::string_view message_id) {
    message_id = trimmed(message_id);
    if (message_id.starts_with('<') && message_id.ends_with('>') && message_id.size() > 2)
        return message_id.substr(1, message_id.size() - 2);
    return message_id;
}

}  // namespace

bool Journey::has(Id id) const { return std::find(ids.begin(), ids.end(), id) != ids.end(); }

TraceIndex::TraceIndex(const Trace& trace, const Setup& setup) : setup_(&setup) {
    for (Trace::Cursor at = trace.read(); !at.done(); at.next()) {
        const RowView row = at.row();
        const RowHead& head = row.head();
        const auto touch = [&](Id id) {
            Conversation* const known = edit_conversation(id);
            if (known != nullptr) known->last = at.position();
            return known;
        };
        switch (head.fact) {
            case Fact::conversation: {
                const auto& fact = row.as<ConversationFact>();
                Conversation one;
                one.id = fact.conversation;
                one.begun = head.time;
                one.first = one.last = at.position();
                one.source = fact.source;
                one.target = fact.target;
                one.source_port = fact.source_port;
                one.target_port = fact.target_port;
                one.protocol = fact.protocol;
                one.initiator = head.node;
                const AddressId target = setup.find_address(fact.target);
                if (target != nothing && setup.address_host[target] != nothing)
                    one.acceptor = setup.address_host[target];
                by_id_.insert(mix64(one.id, 0), static_cast<std::uint32_t>(conversations.size()));
                conversations.push_back(one);
                break;
            }
            case Fact::established:
                if (Conversation* one = touch(row.as<EstablishedFact>().conversation))
                    one->established = head.time;
                break;
            case Fact::ended:
                if (Conversation* one = touch(row.as<EndedFact>().conversation)) {
                    const auto& fact = row.as<EndedFact>();
                    one->ended = head.time;
                    if (fact.initiator != 0 || one->how == Ending::closed) one->how = fact.how;
                    if (fact.initiator == 0) one->acceptor = head.node;
                }
                break;
            case Fact::line:
                if (Conversation* one = touch(row.as<LineFact>().conversation)) {
                    const auto& fact = row.as<LineFact>();
                    ++one->lines;
                    if (fact.speech == Speech::command && fact.from_initiator != 0 &&
                        starts_ignoring_case(row.tail<LineFact>(), "MAIL FROM:"))
                        ++one->mails;
                    // NAT: who answers is not who has the address.
                    if (fact.from_initiator == 0 && head.node != one->initiator)
                        one->acceptor = head.node;
                }
                break;
            case Fact::packet:
                if (Conversation* one = touch(row.as<PacketFact>().conversation)) {
                    const Why why{row.as<PacketFact>().why};
                    ++one->packets;
                    one->sent_again += why == Why::retransmission_timeout ||
                                       why == Why::fast_retransmit;
                }
                break;
            case Fact::lost:
                if (Conversation* one = touch(row.as<LostFact>().conversation)) ++one->lost;
                break;
            case Fact::verdict: touch(row.as<VerdictFact>().conversation); break;
            case Fact::decision:
                decisions_.push_back({row.as<DecisionFact>().subject, at.position()});
                break;
            case Fact::custody: take_custody(row, at.position()); break;
            case Fact::mailbox: {
                const auto& fact = row.as<MailboxFact>();
                if (fact.move != MailboxMove::retrieved || fact.message == 0) break;
                const Transfer now{fact.conversation, 0, message_index(fact.message)};
                const std::uint64_t key = mix64(fact.conversation, 1);
                const std::uint32_t known = retrieved_by_id_.find(key, [&](std::uint32_t id) {
                    return retrieved_[id].conversation == fact.conversation;
                });
                if (known != Index::none) {
                    retrieved_[known] = now;
                    break;
                }
                retrieved_by_id_.insert(key, static_cast<std::uint32_t>(retrieved_.size()));
                retrieved_.push_back(now);
                break;
            }
            case Fact::address: {
                const auto& fact = row.as<AddressFact>();
                const std::size_t place = fact.id - setup.addresses.size();
                if (place >= more_addresses_.size()) more_addresses_.resize(place + 1);
                more_addresses_[place] = fact.address;
                break;
            }
            default: break;
        }
    }
    std::stable_sort(decisions_.begin(), decisions_.end(),
                     [](const Subject& a, const Subject& b) { return a.subject < b.subject; });
    gather_journeys(trace);
}

void TraceIndex::take_custody(const RowView& row, std::uint64_t position) {
    const auto& fact = row.as<CustodyFact>();
    Custody step;
    step.position = position;
    step.time = row.head().time;
    step.node = row.head().node;
    step.fact = fact;
    const bool new_here = find_message(fact.message) == nothing;
    const std::uint32_t message = message_index(fact.message);
    step.journey = message;  // until the journeys are known
    if (const Conversation* carrier = conversation(fact.conversation)) step.mail = carrier->mails;
    custody.push_back(step);

    if (fact.move == CustodyMove::bounced && fact.related != 0)
        reports_.push_back({message_index(fact.related), message});
    if (fact.move == CustodyMove::accepted && fact.related != 0)
        renamed_.push_back({message_index(fact.related), message});
    if (fact.move == CustodyMove::fetched && new_here) {
        // The reader's own name for it: what its server has just given out.
        const std::uint32_t known =
            retrieved_by_id_.find(mix64(fact.conversation, 1), [&](std::uint32_t id) {
                return retrieved_[id].conversation == fact.conversation;
            });
        if (known != Index::none) join(retrieved_[known].message, message);
        else if (fact.related != 0) renamed_.push_back({message_index(fact.related), message});
    }
    if (fact.conversation == 0 ||
        (fact.move != CustodyMove::accepted && fact.move != CustodyMove::handed_over))
        return;
    // Whoever comes second finds the first: one transaction, one message.
    const std::uint64_t key = key_of(fact.conversation, fact.transaction);
    const std::uint32_t other = transfers_by_key_.find(key, [&](std::uint32_t id) {
        return transfers_[id].conversation == fact.conversation &&
               transfers_[id].transaction == fact.transaction;
    });
    if (other != Index::none) {
        join(transfers_[other].message, message);
        return;
    }
    transfers_by_key_.insert(key, static_cast<std::uint32_t>(transfers_.size()));
    transfers_.push_back({fact.conversation, fact.transaction, message});
}

void TraceIndex::gather_journeys(const Trace& trace) {
    // A report names what it is about too, and yet is a message of its own.
    std::vector<std::uint32_t> about(messages_.size(), nothing);
    for (const Link& link : reports_) about[link.a] = link.b;
    for (const Link& link : renamed_)
        if (about[link.b] != link.a) join(link.a, link.b);
    journeys_of_.assign(messages_.size(), nothing);
    const auto journey_at = [&](std::uint32_t message) -> std::uint32_t {
        const std::uint32_t top = root(message);
        if (journeys_of_[top] == nothing) {
            journeys_of_[top] = static_cast<std::uint32_t>(journeys.size());
            journeys.emplace_back();
        }
        return journeys_of_[message] = journeys_of_[top];
    };
    for (std::uint32_t i = 0; i < custody.size(); ++i) {
        Custody& step = custody[i];
        step.journey = journey_at(step.journey);
        Journey& journey = journeys[step.journey];
        journey.steps.push_back(i);
        if (!journey.has(step.fact.message)) journey.ids.push_back(step.fact.message);
        if (step.fact.move == CustodyMove::composed && journey.message_id.empty()) {
            std::string_view tail = trace.at(step.position).tail<CustodyFact>();
            journey.message_id = line_of(tail);
            journey.subject = line_of(tail);
        }
    }
    for (std::uint32_t message = 0; message < messages_.size(); ++message)
        if (journeys_of_[root(message)] != nothing) journeys_of_[message] = journeys_of_[root(message)];
    for (const Link& link : reports_) {
        const std::uint32_t report = journeys_of_[link.a];
        if (report != nothing && report != journeys_of_[link.b])
            journeys[report].report_on = journeys_of_[link.b];
    }
}

Conversation* TraceIndex::edit_conversation(Id id) {
    return const_cast<Conversation*>(conversation(id));
}

const Conversation* TraceIndex::conversation(Id id) const {
    const std::uint32_t at = by_id_.find(
        mix64(id, 0), [&](std::uint32_t one) { return conversations[one].id == id; });
    return at == Index::none ? nullptr : &conversations[at];
}

std::uint32_t TraceIndex::number_of(Id id) const {
    const Conversation* const one = conversation(id);
    return one == nullptr ? 0 : static_cast<std::uint32_t>(one - conversations.data()) + 1;
}

std::uint32_t TraceIndex::find_message(Id id) const {
    const std::uint32_t at = messages_by_id_.find(
        mix64(id, 2), [&](std::uint32_t one) { return messages_[one] == id; });
    return at == Index::none ? nothing : at;
}

std::uint32_t TraceIndex::message_index(Id id) {
    const std::uint32_t known = find_message(id);
    if (known != nothing) return known;
    const auto fresh = static_cast<std::uint32_t>(messages_.size());
    messages_.push_back(id);
    parents_.push_back(fresh);
    messages_by_id_.insert(mix64(id, 2), fresh);
    return fresh;
}

std::uint32_t TraceIndex::root(std::uint32_t message) {
    while (parents_[message] != message) message = parents_[message] = parents_[parents_[message]];
    return message;
}

void TraceIndex::join(std::uint32_t a, std::uint32_t b) {
    a = root(a);
    b = root(b);
    parents_[std::max(a, b)] = std::min(a, b);
}

std::uint32_t TraceIndex::journey_of(Id message) const {
    const std::uint32_t at = find_message(message);
    return at == nothing ? nothing : journeys_of_[at];
}

std::uint32_t TraceIndex::find_journey(std::string_view words) const {
    std::string name;
    for (const Id id : messages_) {
        name.clear();
        mail::append_queue_id(name, id);
        if (equals_ignoring_case(name, words)) return journey_of(id);
    }
    for (std::uint32_t i = 0; i < journeys.size(); ++i)
        if (!journeys[i].message_id.empty() && bare(journeys[i].message_id) == bare(words)) return i;
    const auto number = parse_number(words);
    if (number && *number >= 1 && *number <= journeys.size())
        return static_cast<std::uint32_t>(*number - 1);
    return nothing;
}

std::span<const TraceIndex::Subject> TraceIndex::decisions(Id subject) const {
    const auto range = std::equal_range(
        decisions_.begin(), decisions_.end(), Subject{subject, 0},
        [](const Subject& a, const Subject& b) { return a.subject < b.subject; });
    return {range.first, range.second};
}

const net::Address& TraceIndex::address(AddressId id) const {
    static const net::Address none;
    if (id < setup_->addresses.size()) return setup_->addresses[id];
    const std::size_t place = id - setup_->addresses.size();
    return place < more_addresses_.size() ? more_addresses_[place] : none;
}

NodeId TraceIndex::node_of_address(const net::Address& wanted) const {
    const AddressId id = setup_->find_address(wanted);
    if (id == nothing) return nothing;
    if (setup_->address_host[id] != nothing) return setup_->address_host[id];
    return setup_->network_node(setup_->address_network[id]);
}

std::string TraceIndex::node_name(NodeId node) const {
    return node < setup_->nodes() ? std::string(setup_->node_name(node)) : "?";
}

std::string TraceIndex::end_name(const net::Address& wanted) const {
    const NodeId node = node_of_address(wanted);
    return node == nothing ? net::format(wanted) : node_name(node);
}

}  // namespace postroad::sim::views
