// A small world's Trace written by hand, packets and all: what the views are tested on.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/reasons.hpp"
#include "sim/core/trace.hpp"
#include "sim/net/packet.hpp"
#include "sim/world/setup.hpp"

namespace views_sample {

using namespace postroad;
using namespace postroad::sim;

inline constexpr NodeId laptop = 0, mail_host = 1, mx = 2;

// laptop and mail in "office" (behind NAT: 203.0.113.1), mx in "abroad"; a link joins them.
inline Setup make_setup() {
    Setup setup;
    setup.start_unix_s = 1'795'424'400;  // 2026-11-23T09:00:00Z
    const char* names[] = {"laptop", "mail", "mx"};
    for (const char* name : names) {
        HostSetup host;
        host.name = name;
        host.domain_name = std::string(name) + ".example.org";
        setup.hosts.push_back(host);
    }
    const char* networks[] = {"office", "abroad"};
    for (std::uint32_t i = 0; i < 2; ++i) {
        NetworkSetup network;
        network.name = networks[i];
        network.node = 3 + i;
        setup.networks.push_back(network);
    }
    const auto address = [&](net::Address value, std::uint32_t host, std::uint32_t network) {
        setup.addresses.push_back(value);
        setup.address_host.push_back(host);
        setup.address_network.push_back(network);
        setup.address_link.push_back(host == nothing ? nothing : host);
    };
    address(net::make_v4(192, 0, 2, 10), 0, 0);
    address(net::make_v4(192, 0, 2, 25), 1, 0);
    address(net::make_v4(198, 51, 100, 25), 2, 1);
    address(net::make_v4(203, 0, 113, 1), nothing, 0);
    setup.addresses_sorted = {0, 1, 2, 3};
    setup.networks[0].nat = true;
    setup.networks[0].public_address = 3;
    for (std::uint32_t i = 0; i < 4; ++i) {
        LinkSetup link;
        link.name = i < 3 ? std::string(names[i]) + "--" + networks[i == 2] : "office--abroad";
        link.end[0] = i < 3 ? i : 3;
        link.end[1] = i < 2 ? 3 : 4;
        link.latency_ns = i < 3 ? millisecond : 10 * millisecond;
        setup.links.push_back(link);
    }
    setup.access_links = 3;
    build_routes(setup, {});
    FirewallSetup firewall;
    firewall.name = "mx";
    std::vector<net::Problem> problems;
    firewall.rules = std::make_shared<net::Ruleset>(
        net::parse_ruleset("tcp dport 25 accept\ntcp dport 110 drop\n", {}, problems));
    setup.firewalls.push_back(firewall);
    return setup;
}

// One connection whose ends' sequence numbers are kept, as the TCP layer would.
struct Wire {
    Id conversation = 0;
    NodeId ends[2] = {0, 0};  // [0]: the initiator
    AddressId addresses[2] = {0, 0};
    std::uint16_t ports[2] = {0, 0};
    std::uint32_t next[2] = {1000, 5000};
    std::uint8_t protocol = net::protocol_tcp;
    bool translated = false;  // the initiator's address is the office's outside
};

class Sample {
  public:
    Setup setup = make_setup();
    Trace trace;
    Time now = 0;
    Duration latency = 12 * millisecond;

    explicit Sample(Depth depth = Depth::bytes) : trace(depth) {}

    Id new_id(NodeId node) { return Id{node} << 40 | ++ids_[node]; }

    template <class F>
    void record(NodeId node, const F& fact, std::string_view tail = {}) {
        if (trace.wants(F::depth)) trace.append(now, node, fact, tail);
    }
    template <class... Words>
    void decide(NodeId node, Id subject, Reason reason, const Words&... words) {
        Arguments arguments;
        (put(arguments, words), ...);
        record(node,
               DecisionFact{subject, static_cast<std::uint16_t>(reason), arguments.count(), 0},
               arguments.octets());
    }

    Wire begin(NodeId from, std::uint16_t port, NodeId to, std::uint16_t to_port,
               std::uint8_t protocol = net::protocol_tcp, bool translated = false) {
        Wire wire;
        wire.conversation = new_id(from);
        wire.ends[0] = from;
        wire.ends[1] = to;
        wire.addresses[0] = from;
        wire.addresses[1] = to;
        wire.ports[0] = port;
        wire.ports[1] = to_port;
        wire.protocol = protocol;
        wire.translated = translated;
        ConversationFact fact;
        fact.conversation = wire.conversation;
        fact.source = setup.addresses[wire.addresses[0]];
        fact.target = setup.addresses[wire.addresses[1]];
        fact.source_port = port;
        fact.target_port = to_port;
        fact.protocol = protocol;
        record(from, fact);
        return wire;
    }
    void handshake(Wire& wire) {
        packet(wire, 0, net::tcp_syn, "", Why::handshake);
        packet(wire, 1, net::tcp_syn | net::tcp_ack, "", Why::handshake);
        record(wire.ends[0], EstablishedFact{wire.conversation});
        packet(wire, 0, net::tcp_ack, "", Why::acknowledgment);
    }
    Wire connect(NodeId from, std::uint16_t port, NodeId to, std::uint16_t to_port,
                 bool translated = false) {
        Wire wire = begin(from, port, to, to_port, net::protocol_tcp, translated);
        handshake(wire);
        return wire;
    }
    // One line, or content, as the Trace has it.
    void note(const Wire& wire, unsigned side, Speech speech, std::string_view octets,
              Section section, std::uint16_t code = 0) {
        LineFact fact;
        fact.conversation = wire.conversation;
        fact.section = section;
        fact.octets = static_cast<std::uint32_t>(octets.size());
        fact.code = code;
        fact.speech = speech;
        fact.from_initiator = side == 0;
        record(wire.ends[side], fact, speech == Speech::content ? std::string_view{} : octets);
    }
    // The same, in one segment. `lost`: on the way the first time.
    void say(Wire& wire, unsigned side, Speech speech, std::string_view octets, Section section,
             std::uint16_t code = 0, bool lost = false) {
        note(wire, side, speech, octets, section, code);
        if (lost) {
            const std::uint32_t before = wire.next[side];
            const Id id = packet(wire, side, net::tcp_psh | net::tcp_ack, octets, Why::data, true);
            record(wire.ends[side], LostFact{id, wire.conversation, 3, Loss::random, 0});
            wire.next[side] = before;
            now += second;
            packet(wire, side, net::tcp_psh | net::tcp_ack, octets, Why::retransmission_timeout);
            return;
        }
        packet(wire, side, net::tcp_psh | net::tcp_ack, octets, Why::data);
    }
    void command(Wire& wire, std::string_view line, Section section) {
        say(wire, 0, Speech::command, line, section);
    }
    void reply(Wire& wire, std::uint16_t code, std::string_view line, Section section) {
        say(wire, 1, Speech::reply, line, section, code);
    }
    void close(Wire& wire) {
        packet(wire, 0, net::tcp_fin | net::tcp_ack, "", Why::close);
        packet(wire, 1, net::tcp_fin | net::tcp_ack, "", Why::close);
        packet(wire, 0, net::tcp_ack, "", Why::acknowledgment);
        record(wire.ends[0], EndedFact{wire.conversation, 0, 0, Ending::closed, 1});
        record(wire.ends[1], EndedFact{wire.conversation, 0, 0, Ending::closed, 0});
    }
    // A packet leaves and, `latency` later, arrives.
    Id packet(Wire& wire, unsigned side, unsigned flags, std::string_view payload, Why why,
              bool lost = false) {
        PacketFact fact;
        fact.packet = new_id(wire.ends[side]);
        fact.conversation = wire.conversation;
        fact.source = wire.addresses[side];
        fact.target = wire.addresses[1 - side];
        if (wire.translated && side == 1) fact.target = 3;
        fact.source_port = wire.ports[side];
        fact.target_port = wire.ports[1 - side];
        fact.protocol = wire.protocol;
        fact.payload_octets = static_cast<std::uint16_t>(payload.size());
        fact.why = static_cast<std::uint8_t>(why);
        if (wire.protocol == net::protocol_tcp) {
            fact.sequence = wire.next[side];
            fact.acknowledgment = flags & net::tcp_ack ? wire.next[1 - side] : 0;
            fact.window = 65535;
            fact.mss = flags & net::tcp_syn ? 1460 : 0;
            fact.tcp_flags = static_cast<std::uint8_t>(flags);
            wire.next[side] += static_cast<std::uint32_t>(payload.size());
            if (flags & (net::tcp_syn | net::tcp_fin)) ++wire.next[side];
        }
        record(wire.ends[side], fact, payload);
        if (lost) return fact.packet;
        if (wire.translated) {
            now += latency / 2;
            TranslationFact other;
            other.packet = fact.packet;
            other.source = side == 0 ? 3 : fact.source;
            other.target = side == 0 ? fact.target : wire.addresses[0];
            other.source_port = fact.source_port;
            other.target_port = fact.target_port;
            record(3, other);
            now += latency / 2;
        } else {
            now += latency;
        }
        record(wire.ends[1 - side], ArrivalFact{fact.packet});
        return fact.packet;
    }
    void custody(NodeId node, CustodyMove move, Id message, const Wire* wire, std::string_view tail,
                 Id related = 0, std::uint32_t transaction = 0) {
        CustodyFact fact;
        fact.message = message;
        fact.conversation = wire == nullptr ? 0 : wire->conversation;
        fact.related = related;
        fact.transaction = transaction;
        fact.move = move;
        fact.recipients = 1;
        record(node, fact, tail);
    }

  private:
    static void put(Arguments& to, const char* words) { to.text(words); }
    static void put(Arguments& to, std::uint64_t number) { to.number(number); }
    static void put(Arguments& to, const net::Address& address) { to.address(address); }
    std::uint64_t ids_[8] = {};
};

inline constexpr std::string_view content =
    "From: Alice <alice@example.org>\r\nTo: Bob <bob@example.net>\r\nSubject: Lunch\r\n"
    "Message-ID: <1@laptop.example.org>\r\n\r\nAt noon?\r\n.\r\n";

// A whole transaction with its points, content and custody at both ends.
inline void transaction(Sample& s, Wire& wire, Id mine, Id theirs, bool submission) {
    s.command(wire, "MAIL FROM:<alice@example.org>\r\n", "5321 §4.1.1.2");
    s.reply(wire, 250, "250 2.1.0 sender ok\r\n", "5321 §4.1.1.2");
    s.command(wire, "RCPT TO:<bob@example.net>\r\n", "5321 §4.1.1.3");
    if (submission) s.decide(wire.ends[1], wire.conversation, Reason::relay_authenticated, "alice");
    else s.decide(wire.ends[1], wire.conversation, Reason::relay_local, "example.net");
    s.reply(wire, 250, "250 2.1.5 recipient ok\r\n", "5321 §4.1.1.3");
    s.command(wire, "DATA\r\n", "5321 §4.1.1.4");
    s.reply(wire, 354, "354 end with <CRLF>.<CRLF>\r\n", "5321 §4.1.1.4");
    s.say(wire, 0, Speech::content, content, "5321 §4.1.1.4");
    s.custody(wire.ends[1], CustodyMove::accepted, theirs, &wire,
              "alice@example.org\nbob@example.net");
    s.decide(wire.ends[1], theirs, Reason::responsible);
    s.reply(wire, 250, "250 2.0.0 taken\r\n", "5321 §4.2.5");
    s.custody(wire.ends[0], CustodyMove::handed_over, mine, &wire, "");
    s.decide(wire.ends[0], mine, Reason::relieved, "the next host");
}

// compose → submit → look up → relay → deliver → (fetch by POP3).
inline Sample first_message(Depth depth = Depth::bytes) {
    Sample s(depth);
    const Id composed = s.new_id(laptop);
    s.custody(laptop, CustodyMove::composed, composed, nullptr,
              "<1@laptop.example.org>\nLunch\nalice@example.org\nbob@example.net");
    s.decide(laptop, composed, Reason::submitted, "mail.example.org");

    Wire submission = s.connect(laptop, 49152, mail_host, 587);
    s.reply(submission, 220, "220 mail.example.org ESMTP Postroad\r\n", "5321 §4.3.1");
    s.command(submission, "EHLO laptop.example.org\r\n", "5321 §4.1.1.1");
    // A reply of two lines, each with its section, is one segment.
    const std::string_view greeting = "250-mail.example.org\r\n", size = "250 SIZE 36700160\r\n";
    s.note(submission, 1, Speech::reply, greeting, "5321 §4.1.1.1", 250);
    s.note(submission, 1, Speech::reply, size, "1870 §3", 250);
    s.packet(submission, 1, net::tcp_psh | net::tcp_ack, std::string(greeting) + std::string(size),
             Why::data);
    const Id at_mail = s.new_id(mail_host);
    transaction(s, submission, composed, at_mail, true);
    s.command(submission, "QUIT\r\n", "5321 §4.1.1.10");
    s.reply(submission, 221, "221 2.0.0 bye\r\n", "5321 §4.1.1.10");
    s.close(submission);

    QueueFact queue;
    queue.message = at_mail;
    s.record(mail_host, queue);
    Wire question = s.begin(mail_host, 50000, mx, 53, net::protocol_udp);
    if (depth == Depth::bytes) {
        const std::string asked("\0\7\1\0\0\1\0\0\0\0\0\0\7example\3net\0\0\17\0\1", 29);
        s.packet(question, 0, 0, asked, Why::data);
        std::string answered = asked;
        answered[2] = static_cast<char>(0x85);
        answered[7] = 1;
        // A pointer to the question's name, MX, IN, one hour, preference 10, mx.<that name>.
        answered += std::string("\xc0\x0c\x00\x0f\x00\x01\x00\x00\x0e\x10\x00\x07\x00\x0a\x02mx\xc0\x0c",
                                19);
        s.packet(question, 1, 0, answered, Why::data);
    }
    LookupFact lookup;
    lookup.subject = at_mail;
    lookup.server = mx;
    lookup.ttl_s = 3600;
    lookup.type = 15;
    lookup.answers = 1;
    lookup.name_octets = 11;
    s.record(mail_host, lookup, "example.net10 mx.example.net");
    s.decide(mail_host, at_mail, Reason::mx_only, 10U, "mx.example.net", "example.net");

    Wire relay = s.connect(mail_host, 49200, mx, 25, true);
    s.reply(relay, 220, "220 mx.example.org ESMTP Postroad\r\n", "5321 §4.3.1");
    s.say(relay, 0, Speech::command, "EHLO mail.example.org\r\n", "5321 §4.1.1.1", 0, true);
    s.reply(relay, 250, "250 mx.example.org\r\n", "5321 §4.1.1.1");
    const Id at_mx = s.new_id(mx);
    transaction(s, relay, at_mail, at_mx, false);
    s.command(relay, "QUIT\r\n", "5321 §4.1.1.10");
    s.reply(relay, 221, "221 2.0.0 bye\r\n", "5321 §4.1.1.10");
    s.close(relay);
    MailboxFact box;
    box.message = at_mx;
    box.uid = 1;
    box.octets = 140;
    s.record(mx, box, "bob@example.net");
    s.custody(mx, CustodyMove::delivered, at_mx, nullptr, "bob@example.net");

    s.now += minute;
    Wire reading = s.connect(laptop, 49153, mx, 110);
    s.reply(reading, 0, "+OK ready\r\n", "1939 §4");
    s.command(reading, "USER bob\r\n", "1939 §7");
    s.reply(reading, 0, "+OK\r\n", "1939 §7");
    s.command(reading, "PASS secret\r\n", "1939 §7");
    s.decide(mx, reading.conversation, Reason::secret_in_clear, "bob");
    s.reply(reading, 0, "+OK 1 message\r\n", "1939 §7");
    s.command(reading, "RETR 1\r\n", "1939 §5");
    s.reply(reading, 0, "+OK 140 octets\r\n", "1939 §5");
    s.say(reading, 1, Speech::content, content, "1939 §5");
    box.move = MailboxMove::retrieved;
    box.conversation = reading.conversation;
    s.record(mx, box, "bob@example.net");
    s.custody(laptop, CustodyMove::fetched, s.new_id(laptop), &reading, "bob@example.net");
    s.command(reading, "QUIT\r\n", "1939 §6");
    s.reply(reading, 0, "+OK bye\r\n", "1939 §6");
    s.close(reading);
    return s;
}

}  // namespace views_sample
