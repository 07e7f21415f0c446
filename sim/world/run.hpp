// The hands of a running world: what every layer uses to schedule, draw, record and explain.
#pragma once

#include <concepts>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>

#include "protocols/base/hash.hpp"
#include "protocols/base/machine.hpp"
#include "sim/core/reasons.hpp"
#include "sim/core/trace.hpp"
#include "sim/world/world.hpp"

namespace postroad::sim {

class Journal;
class Embedder;
namespace tls {
class Engine;
}

// What an outsider hears of his conversation.
enum class OutsideNews : std::uint8_t {
    called,  // a simulated host wants a connection with his real server; octets: its address
    opened,  // the connection is up
    octets,  // said to him; of a datagram: all of it
    finished, // the other side will say no more
    broken,  // it is over before its time
};

// What somebody outside may be asked, after the host's own policy has had its say.
enum class Asked : std::uint8_t {
    client,     // EHLO or HELO: may this client go on?
    sender,     // MAIL
    recipient,  // RCPT
    message,    // the end of data; words: the message as it was received
    route,      // where a mail goes next; words: the domain
    retry,      // when a deferred recipient is tried again; words: why; number: tries so far
    work,       // what a generator sends next; number: how often it was asked before
    count_of_asked,
};
struct Question {
    Asked what = Asked::recipient;
    NodeId host = 0;
    Id about = 0;              // conversation; route, retry: message; work: the generator
    AddressId client = nothing;
    std::string_view helo, reverse_path, forward_path;
    bool accepted = true;      // as its own policy says
    std::string_view words;
    std::uint64_t number = 0;
};
// `code` 0 and `after_ns` 0: the host's own policy stands. The rest is up to what is asked:
// client, sender, recipient, message: the reply's code and words;
// route: 250 and the next host in `text` ("mx2", "mx2:2525"), 4yz: not now, 5yz: never;
// retry: 250: in `after_ns`, 5yz: never again;
// work: 250 and a [[timeline]] table without `at`, or ""; 251: the same, and never again; 0: no more.
struct Ruling {
    std::uint16_t code = 0;
    Duration after_ns = 0;     // asked again then; meanwhile nothing is said
    std::string text;
};

class Run {
  public:
    Run(World& the_world, Trace& the_trace) : world(the_world), trace(the_trace), fx(world.heap) {}

    World& world;
    Trace& trace;
    const Journal* journal = nullptr;
    Embedder* embedder = nullptr;
    // Somebody outside listens here: his number, what happened, octets. It never changes the world.
    std::function<void(std::uint32_t subject, OutsideNews news, std::string_view octets)> on_outside;
    Time mark_missed = never;  // the first moment at which a replay was not what its journal says
    // The journal's answer, or that of whoever is asked (Simulation::set_asker).
    std::function<const Ruling&(const Question&)> rule;
    std::shared_ptr<tls::Engine> tls;  // OpenSSL's objects: a cache, made when first needed
    Effects fx;  // scratch of the session layer
    bool stepping = false;  // a machine is using it
    bool stop = false;

    Time now() const { return world.now; }
    const Setup& setup() const { return *world.setup; }
    const HostSetup& host(NodeId node) const { return world.setup->hosts[node]; }
    std::int64_t unix_s() const {
        return world.setup->start_unix_s + static_cast<std::int64_t>(world.now / second);
    }

    // Puts an event of `origin`'s on the agenda; `at` is not before now.
    void schedule(Time at, NodeId origin, NodeId node, EventKind kind, std::uint16_t detail = 0,
                  std::uint32_t a = 0, std::uint32_t b = 0) {
        POSTROAD_ASSERT(at >= world.now);
        Node& me = world.nodes.edit(origin);
        world.plan({at, event_key(origin, ++me.events), node,
                           static_cast<std::uint16_t>(kind), detail, a, b});
    }

    Id new_id(NodeId node) {
        return Id{node} << 40 | ++world.nodes.edit(node).ids;
    }

    // The node's next number for this purpose: a function of (seed, node, purpose, count).
    std::uint64_t draw(NodeId node, Purpose purpose) {
        Node& me = world.nodes.edit(node);
        Random stream{mix64(world.seed, std::uint64_t{node} << 8 | static_cast<std::uint64_t>(purpose)),
                      me.draws[static_cast<std::size_t>(purpose)]};
        const std::uint64_t value = stream.next();
        me.draws[static_cast<std::size_t>(purpose)] = stream.count;
        return value;
    }
    std::uint64_t draw_below(NodeId node, Purpose purpose, std::uint64_t bound) {
        return static_cast<std::uint64_t>(
            (static_cast<__uint128_t>(draw(node, purpose)) * bound) >> 64);
    }
    // True with probability share / 2^32; draws nothing when that is certain.
    bool chance(NodeId node, Purpose purpose, std::uint64_t share) {
        return share != 0 && (draw(node, purpose) >> 32) < share;
    }

    // Records a fact. What is recorded at every depth also goes into the node's chain, and so
    // into the fingerprint, whatever the depth.
    template <class F>
    void record(NodeId node, const F& fact, std::string_view tail = {},
                std::string_view tail2 = {}) {
        if constexpr (F::depth == Depth::summary) {
            const std::string_view row = trace.append(world.now, node, fact, tail, tail2);
            Node& me = world.nodes.edit(node);
            me.chain = hash_octets(row, me.chain);
        } else if (trace.wants(F::depth)) {
            trace.append(world.now, node, fact, tail, tail2);
        }
    }

    // Records why: decide(node, message, Reason::mx_chosen, 10, "mx1", 20, "mx2").
    template <class... Words>
    void decide(NodeId node, Id subject, Reason reason, const Words&... words) {
        arguments_.clear();
        (put(words), ...);
        record(node,
               DecisionFact{subject, static_cast<std::uint16_t>(reason), arguments_.count(), 0},
               arguments_.octets());
    }

    AddressId address_id(const net::Address& address);  // an unknown one is given an id
    const net::Address& address(AddressId id) const {
        const Setup& setup = *world.setup;
        return id < setup.addresses.size()
                   ? setup.addresses[id]
                   : world.tcp.more_addresses[id - setup.addresses.size()];
    }
    // The host that has this address, or `nothing`.
    std::uint32_t host_of(AddressId id) const {
        return id < world.setup->address_host.size() ? world.setup->address_host[id] : nothing;
    }
    bool is_down(NodeId host) const { return world.tcp.hosts[host].down != 0; }

  private:
    void put(std::string_view words) { arguments_.text(words); }
    void put(const std::string& words) { arguments_.text(words); }
    void put(const char* words) { arguments_.text(words); }
    void put(const net::Address& address) { arguments_.address(address); }
    struct Ns {
        Duration ns;
    };
    void put(const Ns& duration) { arguments_.duration(duration.ns); }
    template <std::unsigned_integral Number>
    void put(Number number) {
        arguments_.number(number);
    }
    Arguments arguments_;

  public:
    static Ns duration(Duration ns) { return {ns}; }
};

}  // namespace postroad::sim
