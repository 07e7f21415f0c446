// Streams from segments, and DNS messages in a line.
#include "sim/views/content.hpp"

#include <algorithm>
#include <cstring>

#include "protocols/dns/message_reader.hpp"
#include "protocols/dns/rdata_text.hpp"
#include "protocols/kerberos/messages.hpp"
#include "protocols/rpc/words.hpp"
#include "sim/net/packet.hpp"

namespace postroad::sim::views {

void StreamStart::see(const PacketFact& packet) {
    if ((packet.tcp_flags & net::tcp_syn) == 0) return;
    number = packet.sequence + 1;  // RFC 9293 §3.4: the SYN takes a number itself
    known = true;
}

std::string octets_of_line(const Trace& trace, const Conversation& conversation,
                           std::uint64_t position) {
    const RowView line_row = trace.at(position);
    const LineFact& line = line_row.as<LineFact>();
    // A line, or what a protected connection carried: its packets do not show that.
    if (line.octets == 0 || !line_row.tail<LineFact>().empty())
        return std::string(line_row.tail<LineFact>());
    std::string out(line.octets, '\0');
    std::uint64_t have = 0;  // octets before the line, then of the line
    std::uint32_t offset = 0;
    StreamStart start;
    for (auto at = trace.read(conversation.first, conversation.last + 1); !at.done(); at.next()) {
        const RowView row = at.row();
        if (row.head().fact == Fact::line) {
            const auto& other = row.as<LineFact>();
            if (other.conversation == conversation.id && at.position() < position &&
                other.from_initiator == line.from_initiator)
                offset += other.octets;
        } else if (row.head().fact == Fact::packet) {
            const auto& packet = row.as<PacketFact>();
            if (packet.conversation != conversation.id ||
                packet.protocol != net::protocol_tcp ||
                (row.head().node == conversation.initiator) != (line.from_initiator != 0))
                continue;
            start.see(packet);
            const std::string_view payload = row.tail<PacketFact>();
            if (!start.known || payload.empty() || at.position() < position) continue;
            // Where the payload and the line overlap.
            const std::int64_t from =
                static_cast<std::int32_t>(start.offset(packet.sequence) - offset);
            const std::int64_t to = from + static_cast<std::int64_t>(payload.size());
            const std::int64_t begin = std::max<std::int64_t>(from, 0);
            const std::int64_t end = std::min<std::int64_t>(to, line.octets);
            if (begin >= end) continue;
            std::memcpy(out.data() + begin, payload.data() + (begin - from),
                        static_cast<std::size_t>(end - begin));
            if (static_cast<std::uint64_t>(begin) <= have)
                have = std::max(have, static_cast<std::uint64_t>(end));
            if (have == line.octets) break;
        }
    }
    out.resize(have);
    return out;
}

std::string spoken(std::string_view octets) {
    const bool rpc = octets.size() >= 16 && octets[0] == 5 && octets[1] <= 1;
    return rpc ? rpc::words_of(octets) : std::string(octets);
}

std::string dns_words(std::string_view message) {
    dns::MessageReader reader(
        {reinterpret_cast<const std::uint8_t*>(message.data()), message.size()});
    dns::Question question;
    if (!reader.next(question)) return "a DNS message of " + std::to_string(message.size()) + " octets";
    const std::string asked = dns::to_text(question.name) + " " + dns::to_text(question.type);
    const dns::Header& header = reader.header();
    if (!header.is_response) return asked + "?";
    std::string out = asked + ": ";
    if (header.rcode != dns::Rcode::no_error) return out + dns::to_text(header.rcode);
    if (header.truncated) return out + "does not fit, ask again over TCP";
    std::string answers;
    std::string referral;
    dns::Record record;
    while (reader.next(record)) {
        if (record.type == dns::Type::opt) continue;
        if (record.section == dns::Section::answer) {
            if (!answers.empty()) answers += ", ";
            if (record.type != question.type) answers += dns::to_text(record.type) + " ";
            answers += dns::rdata_to_text(record);
        } else if (record.section == dns::Section::authority && record.type == dns::Type::ns) {
            if (!referral.empty()) referral += ", ";
            else referral = dns::to_text(record.name) + " is served by ";
            referral += dns::rdata_to_text(record);
        }
    }
    if (!answers.empty()) return out + answers;
    if (!referral.empty()) return out + referral;
    return out + "no such records";
}

std::string kerberos_words(std::string_view message) {
    kerberos::KdcReq request;
    if (kerberos::read(message, request)) {
        const std::string server =
            request.body.server ? kerberos::to_text(*request.body.server) : "nothing";
        if (request.type == kerberos::tgs_req)
            return "TGS-REQ: a ticket-granting ticket is shown, to get one for " + server;
        std::string out = "AS-REQ: ";
        out += request.body.client ? kerberos::to_text(*request.body.client) : "somebody";
        out += " asks for " + server;
        for (const kerberos::PaData& one : request.padata)
            if (one.type == kerberos::pa_enc_timestamp) out += ", and has encrypted the time";
        return out;
    }
    kerberos::KdcRep reply;
    if (kerberos::read(message, reply))
        return std::string(reply.type == kerberos::as_rep ? "AS-REP" : "TGS-REP") + ": a ticket for " +
               kerberos::to_text(reply.ticket.server) + ", and a session key that only " +
               kerberos::to_text(reply.client) + " can read";
    kerberos::KrbError error;
    if (kerberos::read(message, error)) {
        const std::string_view name = kerberos::name_of(kerberos::ErrorCode{error.code});
        return "KRB-ERROR: " + (name.empty() ? std::to_string(error.code) : std::string(name));
    }
    return "a Kerberos message of " + std::to_string(message.size()) + " octets";
}

}  // namespace postroad::sim::views
