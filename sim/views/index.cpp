// Rows become conversations and journeys; ids that name one message are joined.
#include "sim/views/index.hpp"

#include <algorithm>
#include <array>

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

// What the author's program has called a message: Message-ID, then subject.
std::array<std::string_view, 2> composed_words(const Journey& journey) {
    std::array<std::string_view, 2> out;
    for (const std::uint32_t step : journey.steps) {
        const Custody custody = (*journey.custody)[step];
        if (custody.fact.move != CustodyMove::composed) continue;
        std::string_view tail = journey.trace->at(custody.position).tail<CustodyFact>();
        out[0] = line_of(tail);
        out[1] = line_of(tail);
        if (!out[0].empty()) break;
    }
    return out;
}

}  // namespace

Custody CustodySteps::operator[](std::size_t step) const {
    const Kept& kept = kept_[step];
    const RowView row = trace_->at(kept.position);
    return {kept.position, row.head().time, row.head().node, kept.journey, row.as<CustodyFact>(),
            kept.mail};
}

Journey Journeys::operator[](std::size_t journey) const {
    const std::size_t begin = journey == 0 ? 0 : ends_[journey - 1];
    return {std::span(steps_).subspan(begin, ends_[journey] - begin), report_on_[journey], trace_,
            custody_};
}

std::string_view Journey::message_id() const { return composed_words(*this)[0]; }

std::string_view Journey::subject() const { return composed_words(*this)[1]; }

std::vector<Id> Journey::ids() const {
    std::vector<Id> out;
    for (const std::uint32_t step : steps) {
        const Id id = (*custody)[step].fact.message;
        if (std::find(out.begin(), out.end(), id) == out.end()) out.push_back(id);
    }
    return out;
}

struct TraceIndex::Gathering {
    std::vector<std::uint32_t> parents;  // joined ids: the smallest index is the root
    struct Transfer {
        Id conversation = 0;
        std::uint32_t transaction = 0;
        std::uint32_t message = 0;
    };
    std::vector<Transfer> transfers;
    Index transfers_by_key;
    std::vector<Transfer> retrieved;     // the latest of each reading conversation
    Index retrieved_by_id;
    struct Link {
        std::uint32_t a = 0, b = 0;
    };
    std::vector<Link> reports;           // a: report, b: what it reports on
    std::vector<Link> renamed;

    std::uint32_t root(std::uint32_t message) {
        for (auto fresh = static_cast<std::uint32_t>(parents.size()); fresh <= message; ++fresh)
            parents.push_back(fresh);
        while (parents[message] != message)
            message = parents[message] = parents[parents[message]];
        return message;
    }
    void join(std::uint32_t a, std::uint32_t b) {
        a = root(a);
        b = root(b);
        parents[std::max(a, b)] = std::min(a, b);
    }
    std::uint32_t find_retrieved(Id conversation) const {
        return retrieved_by_id.find(mix64(conversation, 1), [&](std::uint32_t id) {
            return retrieved[id].conversation == conversation;
        });
    }
};

TraceIndex::TraceIndex(const Trace& trace, const Setup& setup, Counting counting)
    : setup_(&setup) {
    custody.trace_ = journeys.trace_ = &trace;
    journeys.custody_ = &custody;
    Gathering gathering;
    for (Trace::Cursor at = trace.read(); !at.done(); at.next()) {
        const RowView row = at.row();
        const RowHead& head = row.head();
        const auto touch = [&](Id id) {
            Conversation* const known = edit_conversation(id);
            if (known != nullptr) known->last = at.position();
            return known;
        };
        switch (head.fact) {
            case Fact::conversation: take_conversation(row, at.position()); break;
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
                if (Conversation* one = touch(row.as<LineFact>().conversation))
                    take_line(row, *one);
                break;
            case Fact::packet:
                if (Conversation* one = touch(row.as<PacketFact>().conversation))
                    take_packet(row.as<PacketFact>(), *one);
                break;
            case Fact::lost:
                if (Conversation* one = touch(row.as<LostFact>().conversation))
                    ++counts_of(*one).lost;
                break;
            case Fact::verdict: touch(row.as<VerdictFact>().conversation); break;
            case Fact::custody: take_custody(row, at.position(), gathering); break;
            case Fact::mailbox: take_retrieved(row.as<MailboxFact>(), gathering); break;
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
    gather_journeys(gathering);
    if (counting == Counting::none) std::vector<ConversationCounts>().swap(counts);
}

void TraceIndex::take_conversation(const RowView& row, std::uint64_t position) {
    const auto& fact = row.as<ConversationFact>();
    Conversation one;
    one.id = fact.conversation;
    one.first = one.last = position;
    one.source_port = fact.source_port;
    one.target_port = fact.target_port;
    one.protocol = fact.protocol;
    one.initiator = row.head().node;
    const AddressId target = setup_->find_address(fact.target);
    if (target != nothing && setup_->address_host[target] != nothing)
        one.acceptor = setup_->address_host[target];
    by_id_.insert(mix64(one.id, 0), static_cast<std::uint32_t>(conversations.size()));
    conversations.push_back(one);
    counts.emplace_back();
}

void TraceIndex::take_line(const RowView& row, Conversation& one) {
    const auto& fact = row.as<LineFact>();
    ConversationCounts& count = counts_of(one);
    ++count.lines;
    if (fact.speech == Speech::command && fact.from_initiator != 0 &&
        starts_ignoring_case(row.tail<LineFact>(), "MAIL FROM:")) {
        ++count.mails;
        one.mailed = true;
    }
    // NAT: who answers is not who has the address.
    if (fact.from_initiator == 0 && row.head().node != one.initiator)
        one.acceptor = row.head().node;
}

void TraceIndex::take_packet(const PacketFact& fact, const Conversation& one) {
    ConversationCounts& count = counts_of(one);
    const Why why{fact.why};
    ++count.packets;
    count.sent_again += why == Why::retransmission_timeout || why == Why::fast_retransmit;
}

void TraceIndex::take_retrieved(const MailboxFact& fact, Gathering& gathering) {
    if (fact.move != MailboxMove::retrieved || fact.message == 0) return;
    const Gathering::Transfer now{fact.conversation, 0, message_index(fact.message)};
    const std::uint32_t known = gathering.find_retrieved(fact.conversation);
    if (known != Index::none) {
        gathering.retrieved[known] = now;
        return;
    }
    gathering.retrieved_by_id.insert(mix64(fact.conversation, 1),
                                     static_cast<std::uint32_t>(gathering.retrieved.size()));
    gathering.retrieved.push_back(now);
}

void TraceIndex::take_custody(const RowView& row, std::uint64_t position, Gathering& gathering) {
    const auto& fact = row.as<CustodyFact>();
    CustodySteps::Kept step;
    step.position = position;
    const bool new_here = find_message(fact.message) == nothing;
    const std::uint32_t message = message_index(fact.message);
    step.journey = message;  // until the journeys are known
    if (const Conversation* carrier = conversation(fact.conversation))
        step.mail = counts_of(*carrier).mails;
    custody.kept_.push_back(step);

    if (fact.move == CustodyMove::bounced && fact.related != 0)
        gathering.reports.push_back({message_index(fact.related), message});
    if (fact.move == CustodyMove::accepted && fact.related != 0)
        gathering.renamed.push_back({message_index(fact.related), message});
    if (fact.move == CustodyMove::fetched && new_here) {
        // The reader's own name for it: what its server has just given out.
        const std::uint32_t known = gathering.find_retrieved(fact.conversation);
        if (known != Index::none) gathering.join(gathering.retrieved[known].message, message);
        else if (fact.related != 0)
            gathering.renamed.push_back({message_index(fact.related), message});
    }
    if (fact.conversation == 0 ||
        (fact.move != CustodyMove::accepted && fact.move != CustodyMove::handed_over))
        return;
    // Whoever comes second finds the first: one transaction, one message.
    const std::uint64_t key = key_of(fact.conversation, fact.transaction);
    const std::uint32_t other = gathering.transfers_by_key.find(key, [&](std::uint32_t id) {
        return gathering.transfers[id].conversation == fact.conversation &&
               gathering.transfers[id].transaction == fact.transaction;
    });
    if (other != Index::none) {
        gathering.join(gathering.transfers[other].message, message);
        return;
    }
    gathering.transfers_by_key.insert(key, static_cast<std::uint32_t>(gathering.transfers.size()));
    gathering.transfers.push_back({fact.conversation, fact.transaction, message});
}

void TraceIndex::gather_journeys(Gathering& gathering) {
    // A report names what it is about too, and yet is a message of its own.
    std::vector<std::uint32_t> about(messages_.size(), nothing);
    for (const Gathering::Link& link : gathering.reports) about[link.a] = link.b;
    for (const Gathering::Link& link : gathering.renamed)
        if (about[link.b] != link.a) gathering.join(link.a, link.b);
    journeys_of_.assign(messages_.size(), nothing);
    std::vector<std::uint32_t> sizes;
    for (CustodySteps::Kept& step : custody.kept_) {
        const std::uint32_t message = step.journey, top = gathering.root(message);
        if (journeys_of_[top] == nothing) {
            journeys_of_[top] = static_cast<std::uint32_t>(sizes.size());
            sizes.push_back(0);
        }
        step.journey = journeys_of_[message] = journeys_of_[top];
        ++sizes[step.journey];
    }
    // Each one's steps lie together; `ends_` is where the next goes until all are there.
    journeys.ends_.reserve(sizes.size());
    std::uint32_t begin = 0;
    for (const std::uint32_t size : sizes) {
        journeys.ends_.push_back(begin);
        begin += size;
    }
    journeys.steps_.resize(custody.size());
    for (std::uint32_t i = 0; i < custody.size(); ++i)
        journeys.steps_[journeys.ends_[custody.kept_[i].journey]++] = i;
    for (std::uint32_t message = 0; message < messages_.size(); ++message) {
        const std::uint32_t top = gathering.root(message);
        if (journeys_of_[top] != nothing) journeys_of_[message] = journeys_of_[top];
    }
    journeys.report_on_.assign(journeys.size(), nothing);
    for (const Gathering::Link& link : gathering.reports) {
        const std::uint32_t report = journeys_of_[link.a];
        if (report != nothing && report != journeys_of_[link.b])
            journeys.report_on_[report] = journeys_of_[link.b];
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
    messages_by_id_.insert(mix64(id, 2), fresh);
    return fresh;
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
    for (std::uint32_t i = 0; i < journeys.size(); ++i) {
        const std::string_view id = journeys[i].message_id();
        if (!id.empty() && bare(id) == bare(words)) return i;
    }
    const auto number = parse_number(words);
    if (number && *number >= 1 && *number <= journeys.size())
        return static_cast<std::uint32_t>(*number - 1);
    return nothing;
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
