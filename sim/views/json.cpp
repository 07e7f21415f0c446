// One function a fact; a small writer for objects.
#include "sim/views/json.hpp"

#include <vector>

#include "protocols/base/ascii.hpp"
#include "protocols/dns/types.hpp"
#include "sim/core/reasons.hpp"
#include "sim/mail/queue.hpp"
#include "sim/net/packet.hpp"
#include "sim/tls/engine.hpp"
#include "sim/views/content.hpp"
#include "sim/views/fact_words.hpp"
#include "sim/views/ladder_words.hpp"

namespace postroad::sim::views {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

std::string hex(std::uint64_t value) {
    std::string out(16, '0');
    for (std::size_t i = 16; i-- > 0; value >>= 4) out[i] = hex_digits[value & 15];
    return out;
}

class JsonRows {
  public:
    JsonRows(const Setup& setup, const Sink& sink) : setup_(setup), sink_(sink) {}

    void write(const RowView& row, bool wanted) {
        const RowHead& head = row.head();
        if (head.fact == Fact::address) {
            const auto& fact = row.as<AddressFact>();
            const std::size_t place = fact.id - setup_.addresses.size();
            if (place >= more_.size()) more_.resize(place + 1);
            more_[place] = fact.address;
        }
        if (!wanted) return;
        out_ = "{";
        number("t_ns", head.time);
        text("time", rfc3339(setup_, head.time));
        if (head.node < setup_.nodes()) text("node", setup_.node_name(head.node));
        if (!fields(row)) return;
        out_ += "}\n";
        sink_(out_);
    }

  private:
    void key(std::string_view name) {
        if (out_.size() > 1) out_ += ',';
        out_ += '"';
        out_ += name;
        out_ += "\":";
    }
    void number(std::string_view name, std::uint64_t value) {
        key(name);
        append_number(out_, value);
    }
    void text(std::string_view name, std::string_view value) {
        key(name);
        out_ += json_string(value);
    }
    void some(std::string_view name, std::string_view value) {
        if (!value.empty()) text(name, value);
    }
    void id(std::string_view name, Id value) {
        if (value != 0) text(name, hex(value));
    }
    void yes(std::string_view name, bool value) {
        key(name);
        out_ += value ? "true" : "false";
    }
    void words(std::string_view name, std::string_view lines) {
        key(name);
        out_ += '[';
        for (bool first = true; !lines.empty(); first = false) {
            if (!first) out_ += ',';
            out_ += json_string(take_line(lines));
        }
        out_ += ']';
    }
    void address(std::string_view name, AddressId value) {
        if (value < setup_.addresses.size()) text(name, net::format(setup_.addresses[value]));
        else if (value - setup_.addresses.size() < more_.size())
            text(name, net::format(more_[value - setup_.addresses.size()]));
    }
    template <class F>
    void ends(const F& fact) {
        address("source", fact.source);
        number("source_port", fact.source_port);
        address("target", fact.target);
        number("target_port", fact.target_port);
    }

    bool fields(const RowView& row) {
        switch (row.head().fact) {
            case Fact::conversation: put(row.as<ConversationFact>()); return true;
            case Fact::established:
                text("fact", "established");
                id("conversation", row.as<EstablishedFact>().conversation);
                return true;
            case Fact::ended: put(row.as<EndedFact>()); return true;
            case Fact::line: put(row.as<LineFact>(), row.tail<LineFact>()); return true;
            case Fact::packet: put(row.as<PacketFact>()); return true;
            case Fact::arrival:
                text("fact", "arrival");
                id("packet", row.as<ArrivalFact>().packet);
                return true;
            case Fact::lost: put(row.as<LostFact>()); return true;
            case Fact::verdict: put(row.as<VerdictFact>()); return true;
            case Fact::translation:
                text("fact", "translation");
                id("packet", row.as<TranslationFact>().packet);
                ends(row.as<TranslationFact>());
                return true;
            case Fact::decision: put(row.as<DecisionFact>(), row.tail<DecisionFact>()); return true;
            case Fact::lookup: put(row.as<LookupFact>(), row.tail<LookupFact>()); return true;
            case Fact::queue: put(row.as<QueueFact>(), row.tail<QueueFact>()); return true;
            case Fact::custody: put(row.as<CustodyFact>(), row.tail<CustodyFact>()); return true;
            case Fact::mailbox: put(row.as<MailboxFact>(), row.tail<MailboxFact>()); return true;
            case Fact::change:
                text("fact", "change");
                number("number", row.as<ChangeFact>().number);
                text("words", row.tail<ChangeFact>());
                return true;
            case Fact::address:
                text("fact", "address");
                number("id", row.as<AddressFact>().id);
                text("address", net::format(row.as<AddressFact>().address));
                return true;
            case Fact::tls: put(row.as<TlsFact>(), row.tail<TlsFact>()); return true;
            case Fact::secret:
                text("fact", "secret");
                id("conversation", row.as<SecretFact>().conversation);
                text("line", row.tail<SecretFact>());
                return true;
            case Fact::altered:
                text("fact", "altered");
                id("packet", row.as<AlteredFact>().packet);
                number("seq", row.as<AlteredFact>().sequence);
                number("ack", row.as<AlteredFact>().acknowledgment);
                text("payload", row.tail<AlteredFact>());
                return true;
            case Fact::filler:
            case Fact::count_of_facts: break;
        }
        return false;
    }

    void put(const ConversationFact& fact) {
        text("fact", "conversation");
        id("id", fact.conversation);
        text("source", net::format(fact.source));
        number("source_port", fact.source_port);
        text("target", net::format(fact.target));
        number("target_port", fact.target_port);
        number("protocol", fact.protocol);
    }
    void put(const EndedFact& fact) {
        text("fact", "ended");
        id("conversation", fact.conversation);
        text("how", word(fact.how));
        number("sent_octets", fact.sent_octets);
        text("sent_hash", hex(fact.sent_hash));
        yes("initiator", fact.initiator != 0);
    }
    void put(const LineFact& fact, std::string_view tail) {
        text("fact", "line");
        id("conversation", fact.conversation);
        yes("from_initiator", fact.from_initiator != 0);
        text("speech", word(fact.speech));
        if (fact.code != 0) number("code", fact.code);
        some("section", to_string(fact.section));
        number("octets", fact.octets);
        if (fact.speech != Speech::content) text("text", spoken(tail));
    }
    void put(const PacketFact& fact) {
        text("fact", "packet");
        id("packet", fact.packet);
        id("conversation", fact.conversation);
        address("source", fact.source);
        address("target", fact.target);
        if (fact.source_port != 0 || fact.target_port != 0) {
            number("source_port", fact.source_port);
            number("target_port", fact.target_port);
        }
        number("protocol", fact.protocol);
        if (fact.protocol == net::protocol_tcp) {
            number("seq", fact.sequence);
            number("ack", fact.acknowledgment);
            number("flags", fact.tcp_flags);
            number("window", fact.window);
            if (fact.mss != 0) number("mss", fact.mss);
        } else if (fact.protocol != net::protocol_udp) {
            number("icmp_type", fact.icmp_type);
            number("icmp_code", fact.icmp_code);
        }
        number("payload_octets", fact.payload_octets);
        number("ttl", fact.ttl);
        some("why", word(Why{fact.why}));
    }
    void put(const LostFact& fact) {
        text("fact", "lost");
        id("packet", fact.packet);
        id("conversation", fact.conversation);
        if (fact.link < setup_.links.size()) text("link", setup_.links[fact.link].name);
        text("why", word(fact.why));
    }
    void put(const VerdictFact& fact) {
        text("fact", "verdict");
        id("packet", fact.packet);
        id("conversation", fact.conversation);
        if (fact.firewall < setup_.firewalls.size())
            text("firewall", setup_.firewalls[fact.firewall].name);
        if (fact.rule >= 0) number("rule", static_cast<std::uint64_t>(fact.rule));
        ends(fact);
        number("protocol", fact.protocol);
        text("verdict", word(static_cast<net::Action>(fact.verdict)));
    }
    void put(const DecisionFact& fact, std::string_view tail) {
        const auto reason = static_cast<Reason>(fact.reason);
        text("fact", "decision");
        id("subject", fact.subject);
        text("reason", name_of(reason));
        key("arguments");
        out_ += '[';
        for (const std::string& one : argument_words(tail)) {
            if (out_.back() != '[') out_ += ',';
            out_ += json_string(one);
        }
        out_ += ']';
        text("sentence", sentence(reason, tail));
        some("section", to_string(section_of(reason)));
    }
    void put(const TlsFact& fact, std::string_view tail) {
        text("fact", "tls");
        id("conversation", fact.conversation);
        yes("initiator", fact.initiator != 0);
        number("version", fact.version);
        if (fact.modelled_us != 0) number("modelled_us", fact.modelled_us);
        text("fault", tls::name_of(static_cast<tls::Fault>(fact.fault)));
        for (const std::string_view name : {"suite", "server_name", "names", "issuer"}) {
            const std::size_t end = tail.find('\n');
            some(name, tail.substr(0, end));
            tail = end == std::string_view::npos ? std::string_view{} : tail.substr(end + 1);
        }
    }
    void put(const LookupFact& fact, std::string_view tail) {
        const std::size_t name = std::min<std::size_t>(fact.name_octets, tail.size());
        text("fact", "lookup");
        id("subject", fact.subject);
        text("name", tail.substr(0, name));
        text("type", dns::to_text(static_cast<dns::Type>(fact.type)));
        text("rcode", dns::to_text(static_cast<dns::Rcode>(fact.rcode)));
        tail.remove_prefix(name);
        if (tail.starts_with('\n')) tail.remove_prefix(1);
        words("answers", tail);
        number("ttl_s", fact.ttl_s);
        if (fact.server != nothing) address("server", fact.server);
        yes("from_cache", fact.from_cache != 0);
        yes("timed_out", fact.timed_out != 0);
    }
    void put(const QueueFact& fact, std::string_view tail) {
        text("fact", "queue");
        id("message", fact.message);
        text("move", word(fact.move));
        some("recipient", take_line(tail));
        if (fact.code != 0) number("code", fact.code);
        number("attempt", fact.attempt);
        if (fact.due != 0) number("due_ns", fact.due);
        some("words", tail);
    }
    void put(const CustodyFact& fact, std::string_view tail) {
        text("fact", "custody");
        id("message", fact.message);
        id("conversation", fact.conversation);
        if (fact.conversation != 0) number("transaction", fact.transaction);
        text("move", word(fact.move));
        id("related", fact.related);
        number("recipients", fact.recipients);
        text("content_hash", hex(fact.content_hash));
        if (fact.move == CustodyMove::composed) {
            text("message_id", take_line(tail));
            text("subject", take_line(tail));
        }
        if (fact.move == CustodyMove::composed || fact.move == CustodyMove::accepted) {
            text("reverse_path", take_line(tail));
            words("forward_paths", tail);
        } else {
            some("mailbox", tail);
        }
    }
    void put(const MailboxFact& fact, std::string_view tail) {
        text("fact", "mailbox");
        id("message", fact.message);
        id("conversation", fact.conversation);
        text("mailbox", take_line(tail));
        some("folder", tail);
        number("uid", fact.uid);
        number("octets", fact.octets);
        text("move", word(fact.move));
        if (fact.move == MailboxMove::flagged) text("flags", flag_words(fact.flags));
    }

    const Setup& setup_;
    const Sink& sink_;
    std::vector<net::Address> more_;
    std::string out_;
};

}  // namespace

std::string json_string(std::string_view octets) {
    std::string out = "\"";
    while (!octets.empty()) {
        const auto first = static_cast<std::uint8_t>(octets.front());
        const std::size_t size = character_octets(octets);
        if (size == 0) {
            out += "\\udc";
            out += hex_digits[first >> 4];
            out += hex_digits[first & 15];
            octets.remove_prefix(1);
            continue;
        }
        if (first == '"' || first == '\\') {
            out += '\\';
            out += octets.front();
        } else if (first == '\n') {
            out += "\\n";
        } else if (first == '\r') {
            out += "\\r";
        } else if (first < 0x20 || first == 0x7f) {
            out += "\\u00";
            out += hex_digits[first >> 4];
            out += hex_digits[first & 15];
        } else {
            out += octets.substr(0, size);
        }
        octets.remove_prefix(size);
    }
    return out + "\"";
}

void write_json(const Trace& trace, const Setup& setup, const Sink& sink, Time from, Time until) {
    JsonRows rows(setup, sink);
    for (auto at = trace.read(); !at.done(); at.next()) {
        const Time time = at.row().head().time;
        if (time > until) break;
        rows.write(at.row(), time >= from);
    }
}

}  // namespace postroad::sim::views
