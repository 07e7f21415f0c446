// Which packets a capture point sees, when, and with what addresses.
#include "sim/views/pcapng.hpp"

#include <deque>
#include <map>
#include <vector>

#include "sim/net/wire.hpp"
#include "sim/views/packet_reasons.hpp"
#include "sim/views/pcapng_blocks.hpp"

namespace postroad::sim::views {
namespace {

constexpr Duration copies_within = 5 * second;   // after it arrived, a copy of it may
constexpr Duration flight_max = hour;            // what was dropped without a word is forgotten
constexpr Duration passage_slack = 2 * second;   // later rows may still say more of a passage
constexpr std::size_t names_max = 20'000;

// A packet on its way.
struct Flight {
    std::uint64_t position = 0;
    AddressId source = 0, target = 0;            // as the last NAT left them
    std::uint16_t source_port = 0, target_port = 0;
    Time passes = never;                         // the link in question
    std::uint8_t hops = 0;                       // routers before that
    bool forward = true;                         // from the link's first end
    std::string comment;
    bool altered = false;                        // somebody has changed it, and since then it has:
    std::uint32_t sequence = 0, acknowledgment = 0;
    std::string payload;
};

class Capture {
  public:
    Capture(const Trace& trace, const Setup& setup, const PcapngOptions& options, const Sink& sink)
        : trace_(trace), setup_(setup), options_(options), blocks_(sink) {
        if (options_.at == CapturePoint::link && options_.link < setup_.access_links) {
            access_link_ = options_.link;
            const LinkSetup& link = setup_.links[access_link_];
            options_.host = link.end[link.end[0] < setup_.hosts.size() ? 0 : 1];
            options_.at = CapturePoint::host;
        }
    }

    void write() {
        blocks_.section();
        std::vector<std::pair<net::Address, std::string>> names;
        for (std::size_t id = 0; id < setup_.addresses.size() && id < names_max; ++id) {
            const std::uint32_t host = setup_.address_host[id];
            if (host == nothing) continue;
            const std::string& full = setup_.hosts[host].domain_name;
            names.emplace_back(setup_.addresses[id], full.empty() ? setup_.hosts[host].name : full);
        }
        if (!names.empty()) blocks_.names(names);
        write_secrets();
        for (auto at = trace_.read(); !at.done(); at.next()) {
            const RowView row = at.row();
            pass(row.head().time);
            forget(row.head().time);
            if (options_.comments) reasons_.row(row, at.position());
            take(row, at.position());
        }
        pass(never);
    }

  private:
    // A reader needs a session's secrets before its first packet, and they are made after it.
    void write_secrets() {
        std::string lines;
        for (auto at = trace_.read(); !at.done(); at.next()) {
            if (at.row().head().fact != Fact::secret) continue;
            lines += at.row().tail<SecretFact>();
            lines += '\n';
        }
        if (!lines.empty()) blocks_.secrets(lines);
    }

    void take(const RowView& row, std::uint64_t position) {
        switch (row.head().fact) {
            case Fact::address: {
                const auto& fact = row.as<AddressFact>();
                const std::size_t place = fact.id - setup_.addresses.size();
                if (place >= more_.size()) more_.resize(place + 1);
                more_[place] = fact.address;
                break;
            }
            case Fact::packet: departed(row, position); break;
            case Fact::arrival: arrived(row); break;
            case Fact::translation: {
                const auto& fact = row.as<TranslationFact>();
                const auto flight = flights_.find(fact.packet);
                if (flight == flights_.end()) break;
                if (options_.at == CapturePoint::link) {
                    if (!before_link(flight->second, row.head().node)) break;
                    postpone(fact.packet, flight->second, row.head().time);
                }
                flight->second.source = fact.source;
                flight->second.target = fact.target;
                flight->second.source_port = fact.source_port;
                flight->second.target_port = fact.target_port;
                break;
            }
            case Fact::altered: {
                const auto& fact = row.as<AlteredFact>();
                const auto flight = flights_.find(fact.packet);
                if (flight == flights_.end()) break;
                flight->second.altered = true;
                flight->second.sequence = fact.sequence;
                flight->second.acknowledgment = fact.acknowledgment;
                flight->second.payload = row.tail<AlteredFact>();
                break;
            }
            case Fact::lost: {
                const auto& fact = row.as<LostFact>();
                over(fact.packet, row.head().time, row.head().node, fact.link == options_.link);
                break;
            }
            case Fact::verdict: {
                const auto& fact = row.as<VerdictFact>();
                if (static_cast<net::Action>(fact.verdict) != net::Action::accept)
                    over(fact.packet, row.head().time, row.head().node, false);
                break;
            }
            default: break;
        }
    }

    bool sees_departure(const RowView& row, const PacketFact& fact) const {
        const NodeId node = row.head().node;
        switch (options_.at) {
            case CapturePoint::initiators:
                return fact.conversation == 0 || node == node_of(fact.conversation);
            case CapturePoint::host:
                return node == options_.host && on_access_link(fact.source);
            case CapturePoint::link: return false;
            case CapturePoint::all: return true;
        }
        return false;
    }

    bool sees_arrival(NodeId node, const PacketFact& fact, const Flight& flight) const {
        switch (options_.at) {
            case CapturePoint::initiators:
                return fact.conversation != 0 && node == node_of(fact.conversation) &&
                       node_of(fact.packet) != node;
            case CapturePoint::host:
                return node == options_.host && on_access_link(flight.target);
            case CapturePoint::link: return false;
            case CapturePoint::all: return true;
        }
        return false;
    }

    bool on_access_link(AddressId id) const {
        return access_link_ == nothing ||
               (id < setup_.address_link.size() && setup_.address_link[id] == access_link_);
    }

    void departed(const RowView& row, std::uint64_t position) {
        const auto& fact = row.as<PacketFact>();
        Flight flight;
        flight.position = position;
        flight.source = fact.source;
        flight.target = fact.target;
        flight.source_port = fact.source_port;
        flight.target_port = fact.target_port;
        if (options_.comments) flight.comment = reasons_.comment(trace_, row);
        if (sees_departure(row, fact)) emit(flight, row.head().time, row.head().node, true, 0);
        if (options_.at == CapturePoint::link && !find_passage(row, flight)) return;
        if (options_.at == CapturePoint::initiators && sees_departure(row, fact)) return;
        if (flight.passes != never) passing_.emplace(std::pair(flight.passes, fact.packet), 0);
        flights_.emplace(fact.packet, std::move(flight));
        forgotten_late_.emplace_back(row.head().time + flight_max, fact.packet);
    }

    void arrived(const RowView& row) {
        const Id packet = row.as<ArrivalFact>().packet;
        const auto at = flights_.find(packet);
        if (at == flights_.end()) return;
        const NodeId node = row.head().node;
        const auto& fact = trace_.at(at->second.position).as<PacketFact>();
        if (sees_arrival(node, fact, at->second)) {
            std::uint8_t hops = 0;
            walk(fact, [&](std::uint32_t, std::uint32_t) { return ++hops, true; });
            emit(at->second, row.head().time, node, false, hops);
        }
        forgotten_soon_.emplace_back(row.head().time + copies_within, packet);
    }

    // The packet's way between networks: use(link, from network) until it gives false.
    template <class Use>
    void walk(const PacketFact& fact, Use&& use) const {
        const auto network = [&](AddressId id) {
            return id < setup_.address_network.size() ? setup_.address_network[id] : nothing;
        };
        std::uint32_t at = network(fact.source);
        const std::uint32_t to = network(fact.target);
        if (at == nothing || to == nothing || setup_.routes == nullptr) return;
        for (std::size_t left = setup_.networks.size(); at != to && left > 0; --left) {
            const Hop hop = setup_.routes->towards(at, to);
            if (hop.link == nothing || !use(hop.link, at)) return;
            at = hop.next;
        }
    }

    bool find_passage(const RowView& row, Flight& flight) const {
        const auto& fact = row.as<PacketFact>();
        Time time = row.head().time;
        const std::uint32_t access = fact.source < setup_.address_link.size()
                                         ? setup_.address_link[fact.source] : nothing;
        if (access != nothing && row.head().node < setup_.hosts.size())
            time += setup_.links[access].latency_ns;
        walk(fact, [&](std::uint32_t link, std::uint32_t from) {
            if (link == options_.link) {
                flight.passes = time;
                flight.forward = setup_.links[link].end[0] == setup_.network_node(from);
                return false;
            }
            time += setup_.links[link].latency_ns;
            ++flight.hops;
            return true;
        });
        return flight.passes != never;
    }

    // Whether a packet meets this node before it enters the link.
    bool before_link(const Flight& flight, NodeId node) const {
        const RowView row = trace_.at(flight.position);
        bool found = node == row.head().node;
        walk(row.as<PacketFact>(), [&](std::uint32_t link, std::uint32_t from) {
            found = found || setup_.network_node(from) == node;
            return link != options_.link;
        });
        return found;
    }

    // A border before the link has it only now.
    void postpone(Id packet, Flight& flight, Time now) {
        if (flight.passes == never || flight.passes >= now) return;
        passing_.erase({flight.passes, packet});
        flight.passes = now;
        passing_.emplace(std::pair(now, packet), 0);
    }

    // Writes what has passed the link some time before `now`.
    void pass(Time now) {
        while (!passing_.empty() &&
               (now == never || passing_.begin()->first.first + passage_slack < now)) {
            const auto [time, packet] = passing_.begin()->first;
            passing_.erase(passing_.begin());
            const auto at = flights_.find(packet);
            if (at == flights_.end()) continue;
            at->second.passes = never;
            emit(at->second, time, nothing, at->second.forward, at->second.hops);
        }
    }

    // Will never arrive. On the link itself it was seen as it went in.
    void over(Id packet, Time now, NodeId node, bool on_the_link) {
        const auto at = flights_.find(packet);
        if (at == flights_.end()) return;
        if (!on_the_link && at->second.passes != never && before_link(at->second, node)) {
            passing_.erase({at->second.passes, packet});
            at->second.passes = never;
        }
        forgotten_soon_.emplace_back(now + copies_within, packet);
    }

    void forget(Time now) {
        for (auto* const list : {&forgotten_soon_, &forgotten_late_})
            while (!list->empty() && list->front().first < now) {
                flights_.erase(list->front().second);
                list->pop_front();
            }
    }

    const net::Address& address(AddressId id) const {
        static const net::Address none;
        if (id < setup_.addresses.size()) return setup_.addresses[id];
        const std::size_t place = id - setup_.addresses.size();
        return place < more_.size() ? more_[place] : none;
    }

    std::uint32_t interface_of(NodeId node) {
        const auto known = interfaces_.find(node);
        if (known != interfaces_.end()) return known->second;
        const auto id = static_cast<std::uint32_t>(interfaces_.size());
        if (node == nothing)
            blocks_.interface(setup_.links[options_.link].name, "a link between networks");
        else
            blocks_.interface(setup_.node_name(node), node < setup_.hosts.size() ? "a host" : "a network's border");
        return interfaces_[node] = id;
    }

    void emit(const Flight& flight, Time time, NodeId node, bool outbound, std::uint8_t hops) {
        const RowView row = trace_.at(flight.position);
        const auto& fact = row.as<PacketFact>();
        net::PacketHeader header;
        header.src = address(flight.source);
        header.dst = address(flight.target);
        // Of a scenario that was changed later, one may be unknown: it cannot be written.
        if (header.src.is_v4() != header.dst.is_v4()) return;
        header.src_port = flight.source_port;
        header.dst_port = flight.target_port;
        header.seq = flight.altered ? flight.sequence : fact.sequence;
        header.ack = flight.altered ? flight.acknowledgment : fact.acknowledgment;
        header.window = fact.window;
        header.mss = fact.mss;
        const std::string_view payload =
            flight.altered ? std::string_view(flight.payload) : row.tail<PacketFact>();
        header.payload_bytes = static_cast<std::uint16_t>(payload.size());
        header.protocol = fact.protocol;
        header.tcp_flags = fact.tcp_flags;
        header.ttl = static_cast<std::uint8_t>(fact.ttl > hops ? fact.ttl - hops : 1);
        header.icmp_type = fact.icmp_type;
        header.icmp_code = fact.icmp_code;
        octets_.resize(net::packet_bytes(header));
        const std::size_t wrote =
            net::write_packet(header, {&payload, 1},
                              static_cast<std::uint16_t>(count_of(fact.packet) & 0xffff), octets_);
        const std::uint32_t interface = interface_of(node);
        const auto time_ns = static_cast<std::uint64_t>(setup_.start_unix_s) * second + time;
        blocks_.packet(interface, time_ns, std::span(octets_).first(wrote), outbound,
                       flight.comment);
    }

    const Trace& trace_;
    const Setup& setup_;
    PcapngOptions options_;
    PcapngBlocks blocks_;
    PacketReasons reasons_;
    std::uint32_t access_link_ = nothing;
    std::vector<net::Address> more_;
    std::map<Id, Flight> flights_;
    std::map<std::pair<Time, Id>, int> passing_;
    std::deque<std::pair<Time, Id>> forgotten_soon_, forgotten_late_;
    std::map<NodeId, std::uint32_t> interfaces_;
    std::vector<std::uint8_t> octets_;
};

}  // namespace

std::optional<PcapngOptions> capture_at(const Setup& setup, std::string_view words) {
    PcapngOptions out;
    if (words == "all") {
        out.at = CapturePoint::all;
        return out;
    }
    if (const std::uint32_t host = setup.find_host(words); host != nothing) {
        out.at = CapturePoint::host;
        out.host = host;
        return out;
    }
    if (const std::uint32_t link = setup.find_link(words); link != nothing) {
        out.at = CapturePoint::link;
        out.link = link;
        return out;
    }
    return std::nullopt;
}

void write_pcapng(const Trace& trace, const Setup& setup, const PcapngOptions& options,
                  const Sink& sink) {
    Capture(trace, setup, options, sink).write();
}

}  // namespace postroad::sim::views
