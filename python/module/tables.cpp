// Tables of packets, of what was said, asked and decided: a column is a name and what it takes from
// a row of the Trace.
#include "python/module/tables.hpp"

#include "protocols/dns/types.hpp"
#include "python/module/fact_table.hpp"
#include "sim/core/reasons.hpp"
#include "sim/net/packet.hpp"
#include "sim/tls/engine.hpp"
#include "sim/views/content.hpp"
#include "sim/views/fact_words.hpp"
#include "sim/views/ladder_words.hpp"

namespace postroad::python {
namespace {

using namespace sim;

template <class Value>
Value read(std::string_view octets) {
    Value value;
    std::memcpy(&value, octets.data(), sizeof value);
    return value;
}

std::string protocol_words(std::string_view octet) {
    switch (static_cast<std::uint8_t>(octet.front())) {
        case net::protocol_tcp: return "tcp";
        case net::protocol_udp: return "udp";
        default: return "icmp";
    }
}

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

// From where to where, in the facts that say it alike.
template <class F>
void add_ends(FactTable<F>& table) {
    table.conversation(&F::conversation);
    table.address("source", &F::source);
    table.address("target", &F::target);
    table.number("source_port", &F::source_port);
    table.number("target_port", &F::target_port);
    table.octets("protocol", &F::protocol, protocol_words);
}

Columns packets(Rows& rows) {
    FactTable<PacketFact> table(rows);
    table.number("packet", &PacketFact::packet);
    add_ends(table);
    table.octets("flags", &PacketFact::tcp_flags, flag_words);
    table.number("seq", &PacketFact::sequence);
    table.number("ack", &PacketFact::acknowledgment);
    table.number("window", &PacketFact::window);
    table.number("payload_octets", &PacketFact::payload_octets);
    table.number("ttl", &PacketFact::ttl);
    table.word<Why>("why", Why::unreachable, views::word, &PacketFact::why);
    return table.make();
}

std::string section_words(std::string_view octets) { return to_string(read<Section>(octets)); }

std::string line_words(std::string_view octets) {
    std::string text = views::spoken(octets);
    while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
    return text;
}

Columns lines(Rows& rows) {
    FactTable<LineFact> table(rows);
    table.conversation(&LineFact::conversation);
    table.number("from_initiator", [](const LineFact& fact) { return fact.from_initiator != 0; });
    table.word<Speech>("speech", Speech::content, views::word, &LineFact::speech);
    table.number("code", &LineFact::code);
    table.text("section", [](const LineFact& fact) {
        return fact.section.known()
                   ? std::optional<std::string_view>(
                         std::in_place, reinterpret_cast<const char*>(&fact.section),
                         sizeof fact.section)
                   : std::nullopt;
    }, section_words);
    table.number("octets", &LineFact::octets);
    table.text("text", [](const LineFact& fact, const RowView& row) {
        return fact.speech == Speech::content ? std::nullopt
                                              : std::optional(row.tail<LineFact>());
    }, line_words);
    return table.make();
}

// A decision's reason and its arguments stand one behind the other: both are the key.
std::string_view reason_octets(const DecisionFact& fact, const RowView& row) {
    const char* const from = reinterpret_cast<const char*>(&fact.reason);
    const std::string_view tail = row.tail<DecisionFact>();
    return {from, static_cast<std::size_t>(tail.data() + tail.size() - from)};
}
std::string sentence_words(std::string_view octets) {
    constexpr std::size_t before_tail = sizeof(DecisionFact) - offsetof(DecisionFact, reason);
    return sentence(static_cast<Reason>(read<std::uint16_t>(octets)), octets.substr(before_tail));
}

Columns decisions(Rows& rows) {
    FactTable<DecisionFact> table(rows);
    std::vector<std::string> reasons, sections;
    for (std::size_t i = 0; i < static_cast<std::size_t>(Reason::count_of_reasons); ++i) {
        reasons.emplace_back(name_of(static_cast<Reason>(i)));
        sections.push_back(to_string(section_of(static_cast<Reason>(i))));
    }
    table.number("subject", &DecisionFact::subject);
    table.conversation(&DecisionFact::subject);
    table.message(&DecisionFact::subject);
    table.code("reason", std::move(reasons), &DecisionFact::reason);
    table.code("section", std::move(sections), [](const DecisionFact& fact) {
        return section_of(static_cast<Reason>(fact.reason)).known() ? int{fact.reason} : -1;
    });
    table.text("sentence", reason_octets, sentence_words);
    return table.make();
}

Columns dns_table(Rows& rows) {
    FactTable<LookupFact> table(rows);
    table.text("name", [](const LookupFact& fact, const RowView& row) {
        return row.tail<LookupFact>().substr(0, fact.name_octets);
    });
    table.octets("type", &LookupFact::type, [](std::string_view octets) {
        return dns::to_text(static_cast<dns::Type>(read<std::uint16_t>(octets)));
    });
    table.octets("rcode", &LookupFact::rcode, [](std::string_view octets) {
        return dns::to_text(static_cast<dns::Rcode>(read<std::uint16_t>(octets)));
    });
    table.number("answers", &LookupFact::answers);
    table.text("answer", [](const LookupFact& fact, const RowView& row) {
        std::string_view tail = row.tail<LookupFact>();
        tail.remove_prefix(std::min<std::size_t>(fact.name_octets, tail.size()));
        if (tail.starts_with('\n')) tail.remove_prefix(1);
        return tail;
    }, comma_separated);
    table.number("ttl_s", &LookupFact::ttl_s);
    table.address("server", &LookupFact::server);
    table.number("from_cache", [](const LookupFact& fact) { return fact.from_cache != 0; });
    table.number("timed_out", [](const LookupFact& fact) { return fact.timed_out != 0; });
    return table.make();
}

Columns firewall(Rows& rows) {
    FactTable<VerdictFact> table(rows);
    std::vector<std::string> names;
    for (const FirewallSetup& one : rows.setup.firewalls) names.push_back(one.name);
    table.code("firewall", std::move(names), &VerdictFact::firewall);
    table.number("rule", [](const VerdictFact& fact) {
        return static_cast<std::int32_t>(fact.rule < 0 ? 0 : fact.rule + 1);
    });
    table.word<net::Action>("verdict", net::Action::redirect, views::word, &VerdictFact::verdict);
    add_ends(table);
    return table.make();
}

// "TLS 1.3"; what failed has none.
std::string version_words(std::string_view octets) {
    const unsigned version = read<std::uint16_t>(octets);
    return version >> 8 == 3 && (version & 255U) != 0 ? "TLS 1." + std::to_string((version & 255U) - 1)
                                                      : std::string();
}

// A line of a TLS fact's tail by its place; none when it is empty.
auto tls_words(int place) {
    return [place](const TlsFact&, const RowView& row) {
        std::string_view tail = row.tail<TlsFact>(), line;
        for (int at = 0; at <= place; ++at) line = views::take_line(tail);
        return line.empty() ? std::nullopt : std::optional(line);
    };
}

Columns losses(Rows& rows) {
    FactTable<LostFact> table(rows);
    std::vector<std::string> links;
    for (const LinkSetup& one : rows.setup.links) links.push_back(one.name);
    table.number("packet", &LostFact::packet);
    table.conversation(&LostFact::conversation);
    table.code("link", std::move(links), &LostFact::link);
    table.word<Loss>("why", Loss::taken, views::word, &LostFact::why);
    return table.make();
}

Columns changes(Rows& rows) {
    FactTable<ChangeFact> table(rows);
    table.text("words", [](const ChangeFact&, const RowView& row) { return row.tail<ChangeFact>(); });
    return table.make();
}

Columns tls_table(Rows& rows) {
    FactTable<TlsFact> table(rows);
    table.conversation(&TlsFact::conversation);
    table.number("initiator", [](const TlsFact& fact) { return fact.initiator != 0; });
    table.number("up", [](const TlsFact& fact) { return fact.version != 0; });
    table.text("version", [](const TlsFact& fact) {
        return fact.version == 0 ? std::nullopt
                                 : std::optional<std::string_view>(
                                       std::in_place, reinterpret_cast<const char*>(&fact.version),
                                       sizeof fact.version);
    }, version_words);
    table.text("suite", tls_words(0));
    table.text("server_name", tls_words(1));
    table.text("names", tls_words(2));
    table.text("issuer", tls_words(3));
    table.word<tls::Fault>("fault", tls::Fault::old_status, tls::name_of, &TlsFact::fault);
    table.number("modelled_us", &TlsFact::modelled_us);
    return table.make();
}

}  // namespace

std::string comma_separated(std::string_view lines) {
    std::string out;
    while (!lines.empty()) {
        if (!out.empty()) out += ", ";
        out += views::take_line(lines);
    }
    return out;
}

Survey::Survey(const Trace& trace, std::size_t addresses_of_setup) {
    each_row(trace, [&](const RowView& row) {
        const Fact fact = row.head().fact;
        ++counts_[static_cast<std::size_t>(fact)];
        if (fact == Fact::conversation || fact == Fact::address) note(row, addresses_of_setup);
    });
}

void Survey::note(const RowView& row, std::size_t addresses_of_setup) {
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
    const std::size_t place = fact.id - addresses_of_setup;
    if (place >= more_.size()) more_.resize(place + 1);
    more_[place] = fact.address;
}

void IndexKeeper::forget_others(const Trace& trace, const std::shared_ptr<const Setup>& setup) {
    if (end_ == trace.end() && setup_ == setup) return;
    setup_ = setup;
    end_ = trace.end();
    index_.reset();
    survey_.reset();
}

const views::TraceIndex& IndexKeeper::index(const Trace& trace,
                                            const std::shared_ptr<const Setup>& setup) {
    forget_others(trace, setup);
    if (!index_) index_ = std::make_unique<views::TraceIndex>(trace, *setup_);
    return *index_;
}

const Survey& IndexKeeper::survey(const Trace& trace, const std::shared_ptr<const Setup>& setup) {
    forget_others(trace, setup);
    if (!survey_) survey_ = std::make_unique<Survey>(trace, setup_->addresses.size());
    return *survey_;
}

std::vector<std::string> Rows::address_words() const {
    std::vector<std::string> out;
    for (const net::Address& one : setup.addresses) out.push_back(net::format(one));
    for (const net::Address& one : survey.more_addresses()) out.push_back(net::format(one));
    return out;
}

std::span<const TableRow> table_rows() {
    static constexpr TableRow rows[] = {
        {"packets", packets, "a packet left a host"},
        {"lines", lines, "something was said in a conversation"},
        {"decisions", decisions, "something was decided, and why"},
        {"dns", dns_table, "a DNS question and its answer, as the asking host saw it"},
        {"firewall", firewall, "a firewall's verdict"},
        {"tls", tls_table, "a TLS handshake has ended, as one end saw it"},
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
