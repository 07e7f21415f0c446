// What somebody on a link does to a packet, and which connections he remembers for it.
#include "sim/net/attacker.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "protocols/base/ascii.hpp"
#include "protocols/base/hash.hpp"
#include "sim/net/attacker_bend.hpp"
#include "sim/net/attacker_read.hpp"
#include "sim/net/tcp.hpp"
#include "sim/tls/configuration.hpp"

namespace postroad::sim::attacker {
namespace {

const scenario::Attacker& settings(const Run& run, const LinkSetup& link) {
    return run.setup().scenario.attackers[link.attacker];
}

std::uint16_t to_version(scenario::TlsVersion version) {
    return static_cast<std::uint16_t>(tls::version_1_0 + static_cast<unsigned>(version));
}

// Mail's ports: other connections are let alone.
bool is_mails(std::uint16_t port) {
    constexpr std::uint16_t ports[] = {24, 25, 110, 143, 465, 587, 993, 995};
    return std::find(std::begin(ports), std::end(ports), port) != std::end(ports);
}

// ---- Connections that he remembers ----

std::uint32_t find(const World& world, Id conversation) {
    const AttackerTables& all = world.attackers;
    return all.flow_by_conversation.find(mix64(conversation, 0), [&](std::uint32_t id) {
        return all.flows[id].conversation == conversation;
    });
}

void forget(World& world, std::uint32_t id) {
    Tapped& flow = world.attackers.flows.edit(id);
    for (std::uint32_t i = 0; i < flow.pieces.size(); ++i) {
        Text piece = world.heap.get(flow.pieces, i);
        world.heap.drop(piece);
    }
    world.heap.drop(flow.pieces);
    if (flow.replaying == 0) world.attackers.flow_by_conversation.erase(mix64(flow.conversation, 0), id);
    world.attackers.flows.remove(id);
}

// A host that works for him is not his victim.
bool is_his(const Run& run, AddressId address) {
    const NodeId host = run.host_of(address);
    return host < run.setup().hosts.size() && run.host(host).works_for != nothing;
}

std::uint32_t follow(Run& run, const LinkSetup& link, const Segment& segment) {
    World& world = run.world;
    const std::uint32_t known = find(world, segment.conversation);
    if (known != Index::none) return known;
    const bool begins = (segment.tcp_flags & (net::tcp_syn | net::tcp_ack)) == net::tcp_syn;
    if (!begins || !is_mails(segment.target_port) || is_his(run, segment.source) ||
        is_his(run, segment.target))
        return Index::none;
    const std::uint32_t id = world.attackers.flows.add();
    Tapped made;
    made.generation = world.attackers.flows[id].generation;
    made.conversation = segment.conversation;
    made.link = static_cast<std::uint32_t>(&link - run.setup().links.data());
    made.client = segment.source;
    made.server = segment.target;
    made.client_port = segment.source_port;
    made.server_port = segment.target_port;
    world.attackers.flows.edit(id) = made;
    world.attackers.flow_by_conversation.insert(mix64(made.conversation, 0), id);
    return id;
}

// One packet on his link, and what he does to it.
class Meeting {
public:
    Meeting(Run& run, const LinkSetup& link, NodeId from, std::uint32_t segment_id)
        : run_(run),
          link_(link),
          who_(settings(run, link)),
          node_(from),
          id_(segment_id),
          segment_(run.world.tcp.segments[segment_id]),
          text_(run.world.heap.view(segment_.data).substr(segment_.offset, segment_.size)) {}

    bool passes() {
        watch();
        const bool hello = is_client_hello(text_);
        if (hello && who_.drop_tls) {
            tell(Reason::attacker_dropped_tls, server_name_in(text_));
            return false;
        }
        if (hello) bend_hello();
        std::string over;
        if (who_.strip_starttls && strip_offer(text_, over)) {
            tell(Reason::attacker_stripped, over);
            changed_ = true;
        }
        const bool acts = !who_.inject.empty() || !who_.swap.empty() || !who_.replay.empty();
        const std::uint32_t flow = acts ? follow(run_, link_, segment_) : Index::none;
        if (flow != Index::none) act(flow);
        write_back();
        if (flow != Index::none) end(flow);
        return true;
    }

private:
    template <class... Words> void tell(Reason reason, const Words&... words) {
        run_.decide(node_, segment_.conversation, reason, link_.name, words...);
    }

    // Who talks to whom can be read from any packet, whatever it carries (RFC 7624 §3.2).
    void watch() {
        if ((segment_.tcp_flags & (net::tcp_syn | net::tcp_ack)) == net::tcp_syn &&
            is_mails(segment_.target_port))
            tell(Reason::attacker_saw_talk, run_.address(segment_.source),
                 run_.address(segment_.target), std::uint64_t{segment_.target_port});
        if (is_client_hello(text_)) {
            const std::string_view name = server_name_in(text_);
            if (!name.empty()) tell(Reason::attacker_read_name, name);
            return;
        }
        if (!text_.empty()) read_along(run_, link_, node_, segment_.conversation, text_);
    }

    void bend_hello() {
        if (who_.downgrade) {
            const std::uint16_t version = to_version(*who_.downgrade);
            if (downgrade_hello(text_, version)) {
                tell(Reason::attacker_downgraded, tls::version_words(version));
                changed_ = true;
            }
        }
        if (who_.weaken && weaken_hello(text_)) {
            tell(Reason::attacker_weakened);
            changed_ = true;
        }
    }

    void act(std::uint32_t id) {
        const Tapped flow = run_.world.attackers.flows[id];
        from_client_ = segment_.source == flow.client && segment_.source_port == flow.client_port;
        if (!who_.replay.empty() && from_client_ && !text_.empty()) remember(id);
        if (!who_.inject.empty()) inject(id);
        if (!who_.swap.empty()) swap(flow);
    }

    void remember(std::uint32_t id) {
        constexpr std::uint32_t recorded_octets_max = 1U << 20;
        World& world = run_.world;
        Tapped& flow = world.attackers.flows.edit(id);
        if (flow.recorded_octets + text_.size() > recorded_octets_max) return;
        flow.recorded_octets += static_cast<std::uint32_t>(text_.size());
        const Text piece = world.heap.make(text_);
        world.heap.push(flow.pieces, piece);
    }

    // Behind the command for TLS (RFC 3207 §6). What comes later is renumbered, both ways.
    void inject(std::uint32_t id) {
        Tapped& flow = run_.world.attackers.flows.edit(id);
        const auto behind = [&](std::uint32_t number) {
            return flow.inserted != 0 && static_cast<std::int32_t>(number - flow.inserted_at) >= 0;
        };
        if (!from_client_) {
            if (behind(segment_.acknowledgment)) {
                acknowledgment_shift_ = flow.inserted;
                changed_ = true;
            }
            return;
        }
        if (behind(segment_.sequence)) {
            sequence_shift_ = flow.inserted;
            changed_ = true;
            return;
        }
        const std::string_view last =
            std::string_view(text_).substr(text_.size() < 10 ? 0 : text_.size() - 10);
        const bool asks =
            equals_ignoring_case(last, "STARTTLS\r\n") ||
            (last.size() >= 6 && equals_ignoring_case(last.substr(last.size() - 6), "STLS\r\n"));
        if (!asks) return;
        if (flow.inserted == 0) {
            flow.inserted_at = segment_.sequence + segment_.size;
            flow.inserted = static_cast<std::uint32_t>(who_.inject.size());
            tell(Reason::attacker_injected, std::uint64_t{flow.inserted});
        }
        text_ += who_.inject;
        changed_ = true;
    }

    // The client's packets go to a host of his, and that host's answers look like the server's.
    void swap(const Tapped& flow) {
        const std::uint32_t host = run_.setup().find_host(who_.swap);
        if (host == nothing || run_.host(host).attachments.empty()) return;
        const HostSetup& his = run_.host(host);
        const AddressId there = run_.address(flow.server).is_v4() ? his.attachments.front().v4
                                                                  : his.attachments.front().v6;
        if (there == nothing) return;
        Segment& moving = run_.world.tcp.segments.edit(id_);
        if (from_client_ && moving.target == flow.server) {
            if ((segment_.tcp_flags & net::tcp_syn) != 0)
                tell(Reason::attacker_swapped, his.name, run_.address(flow.server));
            moving.target = there;
        } else if (!from_client_ && moving.source == there) {
            moving.source = flow.server;
        } else {
            return;
        }
        moving.peer = nothing;
        run_.record(node_, TranslationFact{moving.packet, moving.source, moving.target,
                                           moving.source_port, moving.target_port, 0});
    }

    void write_back() {
        if (!changed_) return;
        World& world = run_.world;
        const Text altered = world.heap.make(text_);
        Segment& moving = world.tcp.segments.edit(id_);
        world.heap.drop(moving.data);
        moving.data = altered;
        moving.offset = 0;
        moving.size = static_cast<std::uint16_t>(text_.size());
        moving.sequence += sequence_shift_;
        moving.acknowledgment -= acknowledgment_shift_;
        run_.record(node_, AlteredFact{moving.packet, moving.sequence, moving.acknowledgment},
                    text_);
    }

    // When the client has said all, it is said once more.
    void end(std::uint32_t id) {
        constexpr std::uint16_t client_over = 1, both_over = 3;
        const bool reset = (segment_.tcp_flags & net::tcp_rst) != 0;
        if (!reset && (segment_.tcp_flags & net::tcp_fin) == 0) return;
        Tapped& flow = run_.world.attackers.flows.edit(id);
        const auto bit =
            static_cast<std::uint16_t>(from_client_ ? client_over : both_over - client_over);
        flow.over = static_cast<std::uint16_t>(flow.over | bit);
        if (!reset && flow.over != both_over) return;
        if (flow.pieces.empty() || !replay(id)) forget(run_.world, id);
    }

    bool replay(std::uint32_t id) {
        const std::uint32_t host = run_.setup().find_host(who_.replay);
        if (host == nothing) return false;
        Tapped& flow = run_.world.attackers.flows.edit(id);
        flow.replaying = 1;
        run_.world.attackers.flow_by_conversation.erase(mix64(flow.conversation, 0), id);
        tell(Reason::attacker_replays, run_.host(host).name, run_.address(flow.server));
        const AddressId server = flow.server;
        const std::uint16_t port = flow.server_port;
        tcp::connect(run_, host, server, port, Role::outside, replay_bit | id);
        return true;
    }

    Run& run_;
    const LinkSetup& link_;
    const scenario::Attacker& who_;
    const NodeId node_;
    const std::uint32_t id_;
    const Segment segment_;  // as it came
    std::string text_;       // as it goes on
    std::uint32_t sequence_shift_ = 0, acknowledgment_shift_ = 0;
    bool from_client_ = false, changed_ = false;
};

}  // namespace

bool meet(Run& run, const LinkSetup& link, NodeId from, std::uint32_t segment_id) {
    if (run.world.tcp.segments[segment_id].protocol != net::protocol_tcp) return true;
    return Meeting(run, link, from, segment_id).passes();
}

void overhear(Run& run, std::uint32_t link, NodeId node, Id conversation, std::string_view words) {
    read_along(run, run.setup().links[link], node, conversation, words);
}

void replay_heard(Run& run, std::uint32_t connection, OutsideNews news) {
    World& world = run.world;
    const std::uint32_t id = world.tcp.tcbs[connection].seat & ~replay_bit;
    if (news == OutsideNews::broken) return forget(world, id);
    Tapped& flow = world.attackers.flows.edit(id);
    if (news == OutsideNews::finished) {
        tcp::close(run, connection);
        return forget(world, id);
    }
    // Where TLS comes first the client speaks first; elsewhere a piece answers what the server
    // says.
    const bool first =
        flow.server_port == 465 || flow.server_port == 993 || flow.server_port == 995;
    if (news == OutsideNews::opened && !first) return;
    if (flow.said >= flow.pieces.size()) return;
    const std::string piece(world.heap.view(world.heap.get(flow.pieces, flow.said++)));
    tcp::send(run, connection, piece);
}

}  // namespace postroad::sim::attacker
