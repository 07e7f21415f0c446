// One row of the Trace as a person reads it, with who says it to whom.
#include <algorithm>

#include "protocols/dns/types.hpp"
#include "sim/net/packet.hpp"
#include "sim/tls/engine.hpp"
#include "sim/views/content.hpp"
#include "sim/views/ladder_words.hpp"
#include "viz/model/recording.hpp"

namespace postroad::viz {
namespace {

using namespace sim;
using views::Ink;

// The ends of a conversation, as the one speaks who began it, or the other.
void ends_of(const Recording& run, Id conversation, bool by_initiator, Who& out) {
    out.subject = conversation;
    const views::Conversation* const one = run.index().conversation(conversation);
    if (one == nullptr) return;
    out.from = by_initiator ? one->initiator : one->acceptor;
    out.to = by_initiator ? one->acceptor : one->initiator;
    out.protocol = protocol_of(one->protocol, one->source_port, one->target_port);
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
        const views::Conversation* const one = index.conversation(out.subject);
        if (one == nullptr) return;
        out.text = (one->protocol == net::protocol_tcp ? "opens connection " : "asks in exchange ") +
                   std::to_string(index.number_of(out.subject)) + ": " +
                   views::service_name(one->protocol, one->target_port);
        if (const std::string port = " port " + std::to_string(one->target_port);
            !out.text.ends_with(port))  // else that is all its name
            out.text += "," + port;
        out.arrives = one->established != never || one->protocol != net::protocol_tcp;
    } else if (row.head().fact == Fact::established) {
        out.text = "connected (SYN, SYN+ACK, ACK)";
        out.section = Section("9293 §3.5");
    } else {
        const auto& fact = row.as<EndedFact>();
        out.text = "connection " + std::to_string(index.number_of(out.subject)) + ": " +
                   std::string(views::words_for(fact.how));
        if (fact.how == Ending::timed_out) out.text += "; a packet filter that drops looks just so";
        if (fact.how != Ending::closed) out.ink = Ink::bad;
    }
}

void packet(const RowView& row, RowWords& out) {
    const auto& fact = row.as<PacketFact>();
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
    out.text = "a packet is " + std::string(views::words_for(fact.why));
    const bool on_link = fact.why != Loss::host_down && fact.why != Loss::no_route;
    if (on_link && fact.link < run.setup().links.size())
        out.text += " (" + run.setup().links[fact.link].name + ")";
    out.ink = Ink::bad;
    out.arrives = false;
}

void tls(const RowView& row, RowWords& out) {
    const auto& fact = row.as<TlsFact>();
    std::string_view tail = row.tail<TlsFact>();
    const std::string suite = views::visible(views::take_line(tail));
    const std::string name = views::visible(views::take_line(tail));
    const std::string names = views::visible(views::take_line(tail));
    const std::string issuer = views::visible(views::take_line(tail));
    out.section = Section("8446 §4");
    const auto fault = static_cast<tls::Fault>(fact.fault);
    if (fact.version == 0) {
        out.text = "the TLS handshake fails here";
        out.ink = Ink::bad;
    } else {
        constexpr std::string_view versions[] = {"1.0", "1.1", "1.2", "1.3"};
        out.text = "TLS " + std::string(versions[std::min(3, std::max(0, fact.version - 0x0301))]) +
                   " is up: " + suite;
        out.ink = Ink::good;
    }
    if (fact.modelled_us != 0) out.text += " (modelled)";
    if (!name.empty()) out.text += "; asked for " + name;
    if (!names.empty()) out.text += "; certificate for " + names + " by " + issuer;
    if (fault == tls::Fault::none) return;
    out.text += "; its fault: " + std::string(tls::name_of(fault));
    out.ink = Ink::bad;
    out.section = Section("6125 §6");
}

void altered(const RowView& row, RowWords& out) {
    const std::string_view payload = row.tail<AlteredFact>();
    out.text = "somebody on the link changes a packet: ";
    out.text += payload.empty() ? "other numbers" : views::visible(payload.substr(0, 200));
    out.ink = Ink::bad;
}

bool is_bookmark(const Recording& run, const RowView& row) {
    const auto& timeline = run.setup().scenario.timeline;
    return std::any_of(timeline.begin(), timeline.end(), [&](const scenario::Event& event) {
        const auto* const mark = std::get_if<scenario::Bookmark>(&event.action);
        return mark != nullptr && event.at.ns == row.head().time && mark->text == row.tail<ChangeFact>();
    });
}

}  // namespace

Who who_at(const Recording& run, const Entry& entry) {
    const RowView row = run.trace().at(entry.position());
    Who out;
    out.from = row.head().node;
    switch (row.head().fact) {
        case Fact::conversation:
            ends_of(run, row.as<ConversationFact>().conversation, true, out);
            break;
        case Fact::established:
            ends_of(run, row.as<EstablishedFact>().conversation, false, out);
            break;
        case Fact::ended:
            ends_of(run, row.as<EndedFact>().conversation, true, out);
            out.from = row.head().node;
            out.to = nothing;
            break;
        case Fact::line: {
            const auto& fact = row.as<LineFact>();
            ends_of(run, fact.conversation, fact.from_initiator != 0, out);
            break;
        }
        case Fact::packet: {
            const auto& fact = row.as<PacketFact>();
            out.subject = fact.conversation;
            out.protocol = protocol_of(fact.protocol, fact.source_port, fact.target_port);
            out.to = run.index().node_of_address(run.index().address(fact.target));
            break;
        }
        case Fact::lost: {
            const auto& fact = row.as<LostFact>();
            const NodeId sender = node_of(fact.packet);
            const views::Conversation* const one = run.index().conversation(fact.conversation);
            ends_of(run, fact.conversation, one == nullptr || sender == one->initiator, out);
            out.from = sender;
            break;
        }
        case Fact::verdict: out.subject = row.as<VerdictFact>().conversation; break;
        case Fact::decision: out.subject = row.as<DecisionFact>().subject; break;
        case Fact::lookup:
            out.subject = row.as<LookupFact>().subject;
            out.protocol = Protocol::dns;
            break;
        case Fact::queue: out.subject = row.as<QueueFact>().message; break;
        case Fact::custody: out.subject = row.as<CustodyFact>().message; break;
        case Fact::mailbox: out.subject = row.as<MailboxFact>().message; break;
        case Fact::tls:
            ends_of(run, row.as<TlsFact>().conversation, row.as<TlsFact>().initiator != 0, out);
            out.from = row.head().node;
            out.to = nothing;
            break;
        case Fact::change: out.from = nothing; break;
        default: break;
    }
    return out;
}

RowWords words_at(const Recording& run, const Entry& entry) {
    const RowView row = run.trace().at(entry.position());
    RowWords out;
    static_cast<Who&>(out) = who_at(run, entry);
    switch (row.head().fact) {
        case Fact::conversation:
        case Fact::established:
        case Fact::ended: connection(run, row, out); break;
        case Fact::line: take(out, views::words_of(row, row.as<LineFact>())); break;
        case Fact::packet: packet(row, out); break;
        case Fact::lost: lost(run, row, out); break;
        case Fact::verdict:
            take(out, views::words_of(row.as<VerdictFact>(), run.setup(), run.index()));
            break;
        case Fact::decision: take(out, views::words_of(row, row.as<DecisionFact>())); break;
        case Fact::lookup:
            take(out, views::words_of(row, row.as<LookupFact>(), run.index()));
            break;
        case Fact::queue:
            take(out, views::words_of(row, row.as<QueueFact>(), run.setup()));
            break;
        case Fact::custody: take(out, views::words_of(row, row.as<CustodyFact>())); break;
        case Fact::mailbox: take(out, views::words_of(row, row.as<MailboxFact>())); break;
        case Fact::change:
            out.text = (is_bookmark(run, row) ? "bookmark: " : "the world changes: ") +
                       views::visible(row.tail<ChangeFact>());
            out.ink = Ink::time;
            break;
        case Fact::tls: tls(row, out); break;
        case Fact::altered: altered(row, out); break;
        default: break;
    }
    return out;
}

}  // namespace postroad::viz
