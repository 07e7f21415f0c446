// One row of the Trace as a person reads it, with who says it to whom.
#include "protocols/dns/types.hpp"
#include "sim/net/packet.hpp"
#include "sim/views/content.hpp"
#include "sim/views/ladder_words.hpp"
#include "viz/model/recording.hpp"

namespace postroad::viz {
namespace {

using namespace sim;
using views::Ink;

struct Ends {
    NodeId from = nothing, to = nothing;
    Protocol protocol = Protocol::other;
};

Ends ends_of(const Recording& run, Id conversation, bool by_initiator) {
    const views::Conversation* const one = run.index().conversation(conversation);
    if (one == nullptr) return {};
    return {by_initiator ? one->initiator : one->acceptor,
            by_initiator ? one->acceptor : one->initiator,
            protocol_of(one->protocol, one->source_port, one->target_port)};
}

void take(RowWords& out, const Ends& ends) {
    out.from = ends.from;
    out.to = ends.to;
    out.protocol = ends.protocol;
}

void take(RowWords& out, const views::LadderPage::Words& words) {
    out.text = words.text;
    out.ink = words.ink;
    out.section = words.section;
}

void connection(const Recording& run, const RowView& row, RowWords& out) {
    const views::TraceIndex& index = run.index();
    out.ink = Ink::faint;
    if (row.head().fact == Fact::conversation) {
        out.subject = row.as<ConversationFact>().conversation;
        const views::Conversation* const one = index.conversation(out.subject);
        if (one == nullptr) return;
        take(out, ends_of(run, out.subject, true));
        out.text = (one->protocol == net::protocol_tcp ? "opens connection " : "asks in exchange ") +
                   std::to_string(index.number_of(out.subject)) + ": " +
                   views::service_name(one->protocol, one->target_port) + ", port " +
                   std::to_string(one->target_port);
        out.arrives = one->established != never || one->protocol != net::protocol_tcp;
    } else if (row.head().fact == Fact::established) {
        out.subject = row.as<EstablishedFact>().conversation;
        take(out, ends_of(run, out.subject, false));
        out.text = "connected (SYN, SYN+ACK, ACK)";
        out.section = Section("9293 §3.5");
    } else {
        const auto& fact = row.as<EndedFact>();
        out.subject = fact.conversation;
        out.protocol = ends_of(run, out.subject, true).protocol;
        out.text = "connection " + std::to_string(index.number_of(out.subject)) + ": " +
                   std::string(views::words_for(fact.how));
        if (fact.how == Ending::timed_out) out.text += "; a packet filter that drops looks just so";
        if (fact.how != Ending::closed) out.ink = Ink::bad;
    }
}

void packet(const Recording& run, const RowView& row, RowWords& out) {
    const auto& fact = row.as<PacketFact>();
    out.subject = fact.conversation;
    out.protocol = protocol_of(fact.protocol, fact.source_port, fact.target_port);
    out.to = run.index().node_of_address(run.index().address(fact.target));
    if (fact.protocol == net::protocol_udp) {
        const bool dns = fact.target_port == 53 || fact.source_port == 53;
        out.text = dns ? views::visible(views::dns_words(row.tail<PacketFact>()))
                       : std::to_string(fact.payload_octets) + " octets";
        if (dns) out.section = Section("1035 §4.2.1");
        out.ink = fact.target_port == 53 ? Ink::command : Ink::good;
    } else if (fact.protocol == net::protocol_tcp) {
        out.text = views::segment_words(fact, {}, {});
        const Why why{fact.why};
        if (why != Why::none) out.text += " (" + std::string(views::words_for(why)) + ")";
        const bool again = why == Why::retransmission_timeout || why == Why::fast_retransmit;
        out.ink = again ? Ink::later : (fact.tcp_flags & net::tcp_rst) != 0 ? Ink::bad : Ink::faint;
        if (again) out.section = Section("6298 §5");
    } else {
        out.text = views::icmp_words(fact);
        out.section = fact.protocol == net::protocol_icmp ? Section("792") : Section("4443 §3.1");
        out.ink = Ink::bad;
    }
}

void lost(const Recording& run, const RowView& row, RowWords& out) {
    const auto& fact = row.as<LostFact>();
    out.subject = fact.conversation;
    out.from = node_of(fact.packet);
    const views::Conversation* const one = run.index().conversation(fact.conversation);
    if (one != nullptr) out.to = out.from == one->initiator ? one->acceptor : one->initiator;
    out.text = "a packet is " + std::string(views::words_for(fact.why));
    const bool on_link = fact.why != Loss::host_down && fact.why != Loss::no_route;
    if (on_link && fact.link < run.setup().links.size())
        out.text += " (" + run.setup().links[fact.link].name + ")";
    out.ink = Ink::bad;
    out.arrives = false;
}

}  // namespace

RowWords words_at(const Recording& run, const Entry& entry) {
    const RowView row = run.trace().at(entry.position());
    RowWords out;
    out.from = row.head().node;
    switch (row.head().fact) {
        case Fact::conversation:
        case Fact::established:
        case Fact::ended: connection(run, row, out); break;
        case Fact::line: {
            const auto& fact = row.as<LineFact>();
            take(out, views::words_of(row, fact));
            take(out, ends_of(run, fact.conversation, fact.from_initiator != 0));
            out.subject = fact.conversation;
            break;
        }
        case Fact::packet: packet(run, row, out); break;
        case Fact::lost: lost(run, row, out); break;
        case Fact::verdict:
            take(out, views::words_of(row.as<VerdictFact>(), run.setup(), run.index()));
            out.subject = row.as<VerdictFact>().conversation;
            break;
        case Fact::decision:
            take(out, views::words_of(row, row.as<DecisionFact>()));
            out.subject = row.as<DecisionFact>().subject;
            break;
        case Fact::lookup:
            take(out, views::words_of(row, row.as<LookupFact>(), run.index()));
            out.subject = row.as<LookupFact>().subject;
            out.protocol = Protocol::dns;
            break;
        case Fact::queue:
            take(out, views::words_of(row, row.as<QueueFact>(), run.setup()));
            out.subject = row.as<QueueFact>().message;
            break;
        case Fact::custody:
            take(out, views::words_of(row, row.as<CustodyFact>()));
            out.subject = row.as<CustodyFact>().message;
            break;
        case Fact::mailbox:
            take(out, views::words_of(row, row.as<MailboxFact>()));
            out.subject = row.as<MailboxFact>().message;
            break;
        case Fact::change:
            out.text = "the world changes: " + views::visible(row.tail<ChangeFact>());
            out.ink = Ink::time;
            out.from = nothing;
            break;
        default: break;
    }
    return out;
}

}  // namespace postroad::viz
