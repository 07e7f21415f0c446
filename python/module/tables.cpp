// Tables whose rows are the Trace's rows: packets, lines, decisions, look-ups, verdicts.
#include "python/module/tables.hpp"

#include <limits>

#include "protocols/dns/types.hpp"
#include "sim/core/reasons.hpp"
#include "sim/net/packet.hpp"
#include "sim/views/fact_words.hpp"

namespace postroad::python {
namespace {

using namespace sim;

std::string protocol_words(std::string_view octet) {
    switch (static_cast<std::uint8_t>(octet.front())) {
        case net::protocol_tcp: return "tcp";
        case net::protocol_udp: return "udp";
        default: return "icmp";
    }
}

// A text column of protocols: "tcp", "udp", "icmp".
class Protocol {
  public:
    explicit Protocol(Columns& out) : texts_(out.texts("protocol")) { texts_.show = protocol_words; }
    void put(const std::uint8_t& value) {
        texts_.put({reinterpret_cast<const char*>(&value), 1});
    }

  private:
    Texts& texts_;
};

std::string flag_words(std::string_view octet) {
    constexpr std::pair<unsigned, std::string_view> names[] = {
        {0x02, "SYN"}, {0x10, "ACK"}, {0x08, "PSH"}, {0x01, "FIN"}, {0x04, "RST"}, {0x20, "URG"}};
    std::string out;
    for (const auto& [bit, name] : names) {
        if ((static_cast<unsigned char>(octet.front()) & bit) == 0) continue;
        if (!out.empty()) out += ' ';
        out += name;
    }
    return out;
}

Columns packets(Rows& rows) {
    Columns out(rows.rows_max());
    When when(rows, out);
    Who node(rows, out);
    auto& packet = out.numbers<std::uint64_t>("packet");
    auto& conversation = out.numbers<std::uint32_t>("conversation");
    Where source(rows, out, "source"), target(rows, out, "target");
    auto& source_port = out.numbers<std::uint16_t>("source_port");
    auto& target_port = out.numbers<std::uint16_t>("target_port");
    Protocol protocol(out);
    Texts& flags = out.texts("flags");
    flags.show = flag_words;
    auto& sequence = out.numbers<std::uint32_t>("seq");
    auto& acknowledgment = out.numbers<std::uint32_t>("ack");
    auto& window = out.numbers<std::uint16_t>("window");
    auto& payload = out.numbers<std::uint16_t>("payload_octets");
    auto& ttl = out.numbers<std::uint8_t>("ttl");
    Word<Why> why(out, "why", static_cast<std::size_t>(Why::unreachable) + 1, views::word);
    rows.each(Fact::packet, [&](const RowView& row) {
        const auto& fact = row.as<PacketFact>();
        when.put(row.head().time);
        node.put(row.head().node);
        packet.put(fact.packet);
        conversation.put(rows.conversation(fact.conversation));
        source.put(fact.source);
        target.put(fact.target);
        source_port.put(fact.source_port);
        target_port.put(fact.target_port);
        protocol.put(fact.protocol);
        flags.put({reinterpret_cast<const char*>(&fact.tcp_flags), 1});
        sequence.put(fact.sequence);
        acknowledgment.put(fact.acknowledgment);
        window.put(fact.window);
        payload.put(fact.payload_octets);
        ttl.put(fact.ttl);
        why.put(Why{fact.why});
    });
    return out;
}

// The octets of a section, where they stand in a row.
std::string_view octets_of(const Section& section) {
    return {reinterpret_cast<const char*>(&section), sizeof section};
}
std::string section_words(std::string_view octets) {
    Section section;
    std::memcpy(&section, octets.data(), sizeof section);
    return to_string(section);
}

std::string without_line_end(std::string_view text) {
    while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
    return std::string(text);
}

Columns lines(Rows& rows) {
    Columns out(rows.rows_max());
    When when(rows, out);
    Who node(rows, out);
    auto& conversation = out.numbers<std::uint32_t>("conversation");
    auto& from_initiator = out.numbers<bool>("from_initiator");
    Word<Speech> speech(out, "speech", 3, views::word);
    auto& code = out.numbers<std::uint16_t>("code");
    Texts& section = out.texts("section");
    section.show = section_words;
    auto& octets = out.numbers<std::uint32_t>("octets");
    Texts& text = out.texts("text");
    text.show = without_line_end;
    rows.each(Fact::line, [&](const RowView& row) {
        const auto& fact = row.as<LineFact>();
        when.put(row.head().time);
        node.put(row.head().node);
        conversation.put(rows.conversation(fact.conversation));
        from_initiator.put(fact.from_initiator != 0);
        speech.put(fact.speech);
        code.put(fact.code);
        fact.section.known() ? section.put(octets_of(fact.section)) : section.put_none();
        octets.put(fact.octets);
        if (fact.speech == Speech::content) text.put_none();
        else text.put(row.tail<LineFact>());
    });
    return out;
}

// A decision's reason and its arguments stand one behind the other: both are the key.
std::string_view reason_octets(const RowView& row) {
    const auto& fact = row.as<DecisionFact>();
    const char* const from = reinterpret_cast<const char*>(&fact.reason);
    const std::string_view tail = row.tail<DecisionFact>();
    return {from, static_cast<std::size_t>(tail.data() + tail.size() - from)};
}
std::string sentence_words(std::string_view octets) {
    std::uint16_t reason = 0;
    std::memcpy(&reason, octets.data(), sizeof reason);
    constexpr std::size_t before_tail = sizeof(DecisionFact) - offsetof(DecisionFact, reason);
    return sentence(static_cast<Reason>(reason), octets.substr(before_tail));
}

Columns decisions(Rows& rows) {
    Columns out(rows.rows_max());
    When when(rows, out);
    Who node(rows, out);
    auto& subject = out.numbers<std::uint64_t>("subject");
    auto& conversation = out.numbers<std::uint32_t>("conversation");
    auto& message = out.numbers<std::uint32_t>("message");
    Codes& reason = out.codes("reason");
    Codes& section = out.codes("section");
    for (std::size_t i = 0; i < static_cast<std::size_t>(Reason::count_of_reasons); ++i) {
        reason.words.emplace_back(name_of(static_cast<Reason>(i)));
        section.words.push_back(to_string(section_of(static_cast<Reason>(i))));
    }
    Texts& words = out.texts("sentence");
    words.show = sentence_words;
    rows.each(Fact::decision, [&](const RowView& row) {
        const auto& fact = row.as<DecisionFact>();
        when.put(row.head().time);
        node.put(row.head().node);
        subject.put(fact.subject);
        conversation.put(rows.conversation(fact.subject));
        const std::uint32_t journey = rows.index().journey_of(fact.subject);
        message.put(journey == nothing ? 0 : journey + 1);
        reason.put(fact.reason);
        section.put(section_of(static_cast<Reason>(fact.reason)).known() ? fact.reason : -1);
        words.put(reason_octets(row));
    });
    return out;
}

std::string comma_separated(std::string_view text) {
    std::string out;
    for (const char one : text)
        if (one == '\n') out += ", ";
        else out += one;
    return out;
}

Columns dns_table(Rows& rows) {
    Columns out(rows.rows_max());
    When when(rows, out);
    Who node(rows, out);
    Texts& name = out.texts("name");
    Texts& type = out.texts("type");
    type.show = [](std::string_view octets) {
        std::uint16_t value = 0;
        std::memcpy(&value, octets.data(), sizeof value);
        return dns::to_text(static_cast<dns::Type>(value));
    };
    Texts& rcode = out.texts("rcode");
    rcode.show = [](std::string_view octets) {
        std::uint16_t value = 0;
        std::memcpy(&value, octets.data(), sizeof value);
        return dns::to_text(static_cast<dns::Rcode>(value));
    };
    auto& count = out.numbers<std::uint16_t>("answers");
    Texts& answer = out.texts("answer");
    answer.show = comma_separated;
    auto& ttl_s = out.numbers<std::uint32_t>("ttl_s");
    Where server(rows, out, "server");
    auto& from_cache = out.numbers<bool>("from_cache");
    auto& timed_out = out.numbers<bool>("timed_out");
    const auto octets_of_number = [](const std::uint16_t& value) {
        return std::string_view(reinterpret_cast<const char*>(&value), sizeof value);
    };
    rows.each(Fact::lookup, [&](const RowView& row) {
        const auto& fact = row.as<LookupFact>();
        std::string_view tail = row.tail<LookupFact>();
        when.put(row.head().time);
        node.put(row.head().node);
        name.put(tail.substr(0, fact.name_octets));
        tail.remove_prefix(std::min<std::size_t>(fact.name_octets, tail.size()));
        if (tail.starts_with('\n')) tail.remove_prefix(1);
        type.put(octets_of_number(fact.type));
        rcode.put(octets_of_number(fact.rcode));
        count.put(fact.answers);
        answer.put(tail.substr(0, tail.size() - (tail.ends_with('\n') ? 1 : 0)));
        ttl_s.put(fact.ttl_s);
        server.put(fact.server);
        from_cache.put(fact.from_cache != 0);
        timed_out.put(fact.timed_out != 0);
    });
    return out;
}

Columns firewall(Rows& rows) {
    Columns out(rows.rows_max());
    When when(rows, out);
    Who node(rows, out);
    Codes& name = out.codes("firewall");
    for (const FirewallSetup& one : rows.setup.firewalls) name.words.push_back(one.name);
    auto& rule = out.numbers<std::int32_t>("rule");
    Word<net::Action> verdict(out, "verdict", static_cast<std::size_t>(net::Action::redirect) + 1,
                              views::word);
    auto& conversation = out.numbers<std::uint32_t>("conversation");
    Where source(rows, out, "source"), target(rows, out, "target");
    auto& source_port = out.numbers<std::uint16_t>("source_port");
    auto& target_port = out.numbers<std::uint16_t>("target_port");
    Protocol protocol(out);
    rows.each(Fact::verdict, [&](const RowView& row) {
        const auto& fact = row.as<VerdictFact>();
        when.put(row.head().time);
        node.put(row.head().node);
        name.put(fact.firewall < name.words.size() ? static_cast<std::int32_t>(fact.firewall) : -1);
        rule.put(fact.rule < 0 ? 0 : fact.rule + 1);
        verdict.put(static_cast<net::Action>(fact.verdict));
        conversation.put(rows.conversation(fact.conversation));
        source.put(fact.source);
        target.put(fact.target);
        source_port.put(fact.source_port);
        target_port.put(fact.target_port);
        protocol.put(fact.protocol);
    });
    return out;
}

Columns losses(Rows& rows) {
    Columns out(rows.rows_max());
    When when(rows, out);
    Who node(rows, out);
    auto& packet = out.numbers<std::uint64_t>("packet");
    auto& conversation = out.numbers<std::uint32_t>("conversation");
    Codes& link = out.codes("link");
    for (const LinkSetup& one : rows.setup.links) link.words.push_back(one.name);
    Word<Loss> why(out, "why", static_cast<std::size_t>(Loss::outage) + 1, views::word);
    rows.each(Fact::lost, [&](const RowView& row) {
        const auto& fact = row.as<LostFact>();
        when.put(row.head().time);
        node.put(row.head().node);
        packet.put(fact.packet);
        conversation.put(rows.conversation(fact.conversation));
        link.put(fact.link < link.words.size() ? static_cast<std::int32_t>(fact.link) : -1);
        why.put(fact.why);
    });
    return out;
}

Columns changes(Rows& rows) {
    Columns out(rows.rows_max());
    When when(rows, out);
    Who node(rows, out);
    Texts& words = out.texts("words");
    rows.each(Fact::change, [&](const RowView& row) {
        when.put(row.head().time);
        node.put(row.head().node);
        words.put(row.tail<ChangeFact>());
    });
    return out;
}

}  // namespace

const views::TraceIndex& IndexKeeper::of(const Trace& trace,
                                         const std::shared_ptr<const Setup>& setup) {
    if (!index_ || end_ != trace.end() || setup_ != setup) {
        setup_ = setup;
        end_ = trace.end();
        index_ = std::make_unique<views::TraceIndex>(trace, *setup_);
    }
    return *index_;
}

void Rows::note(const RowView& row) {
    if (row.head().fact == Fact::conversation) {
        const Id id = row.as<ConversationFact>().conversation;
        if (node_of(id) >= numbers_.size()) numbers_.resize(node_of(id) + 1);
        auto& mine = numbers_[node_of(id)];
        if (count_of(id) >= mine.size())
            mine.resize(std::max<std::size_t>(count_of(id) + 1, mine.size() * 2));
        mine[count_of(id)] = ++conversations_;
        return;
    }
    const auto& fact = row.as<AddressFact>();
    const std::size_t place = fact.id - setup.addresses.size();
    if (place >= more_.size()) more_.resize(place + 1);
    more_[place] = fact.address;
}

std::uint32_t Rows::conversation(Id id) const {
    if (node_of(id) >= numbers_.size()) return 0;
    const auto& mine = numbers_[node_of(id)];
    return count_of(id) < mine.size() ? mine[count_of(id)] : 0;
}

std::vector<std::string> Rows::address_words() const {
    std::vector<std::string> out;
    for (const net::Address& one : setup.addresses) out.push_back(net::format(one));
    for (const net::Address& one : more_) out.push_back(net::format(one));
    return out;
}

std::span<const TableRow> table_rows() {
    static constexpr TableRow rows[] = {
        {"packets", packets, "a packet left a host"},
        {"lines", lines, "something was said in a conversation"},
        {"decisions", decisions, "something was decided, and why"},
        {"dns", dns_table, "a DNS question and its answer, as the asking host saw it"},
        {"firewall", firewall, "a firewall's verdict"},
        {"losses", losses, "a packet will never arrive"},
        {"changes", changes, "the timeline or a fork changed the world"},
        {"conversations", conversations_table, "a TCP connection or a UDP exchange"},
        {"custody", custody_table, "responsibility for a message began, passed or ended"},
        {"queue", queue_table, "a move of a message in a host's queue"},
        {"deliveries", deliveries_table, "a copy of a message came into a mailbox"},
    };
    return rows;
}

}  // namespace postroad::python
