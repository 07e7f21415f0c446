// The World: everything that changes, as one value. Copy it, compare it, keep it, run it on.
#pragma once

#include <memory>

#include "protocols/base/heap.hpp"
#include "protocols/base/random.hpp"
#include "sim/core/agenda.hpp"
#include "sim/core/facts.hpp"
#include "sim/dns/dns_state.hpp"
#include "sim/kerberos/kerberos_state.hpp"
#include "sim/mail/mail_state.hpp"
#include "sim/net/attacker_state.hpp"
#include "sim/net/border_state.hpp"
#include "sim/net/tcp_state.hpp"
#include "sim/rpc/rpc_state.hpp"
#include "sim/session/session_state.hpp"
#include "sim/tls/tls_state.hpp"
#include "sim/web/web_state.hpp"
#include "sim/world/setup.hpp"

namespace postroad::sim {

// What a node draws numbers for; each purpose is a stream of its own.
enum class Purpose : std::uint8_t { network, tcp, dns, mail, workload, count_of_purposes };

// What every node has, one cache line: counters, and the chain over the facts it has recorded.
struct Node {
    std::uint64_t events = 0;
    std::uint64_t ids = 0;
    std::uint64_t chain = 0;
    std::uint64_t draws[static_cast<std::size_t>(Purpose::count_of_purposes)] = {};
};
static_assert(Record<Node> && sizeof(Node) == 64);

// What an event is. `detail`, `a` and `b` mean what its handler says.
enum class EventKind : std::uint16_t {
    packet,      // a: segment; it goes on along its way
    tcp_timer,   // a: tcb, b: generation
    dns,         // sim/dns
    mail,        // sim/mail: queue, people
    timeline,    // a: index into scenario.timeline
    workload,    // a: index into scenario.workloads
    outage,      // a: link: it goes up or down
    journal,     // a: index into the journal
    kerberos,    // a: job, b: serial: a KDC has not answered
    custom,      // for whoever embeds the core (benchmarks, tests)
};

// EventKind::mail whose detail is this repeats for ever.
inline constexpr std::uint16_t routine_mail_event = 0x101;

struct World {
    std::shared_ptr<const Setup> setup;
    std::uint64_t seed = 1;
    Time now = 0;
    std::uint64_t events_done = 0;
    std::uint64_t lively = 0;             // events pending that are neither timers nor routine
    std::uint64_t journal_scheduled = 0;  // entries of the journal that are in the agenda or past
    std::uint64_t trace_position = 0;     // where its Trace stood; not part of its state
    Agenda agenda;
    Heap heap;
    Pages<Node> nodes;
    TcpTables tcp;
    BorderTables border;
    AttackerTables attackers;
    SessionTables sessions;
    TlsTables tls;
    DnsTables dns;
    KerberosTables kerberos;
    MailTables mail;
    WebTables web;
    RpcTables rpc;

    // Puts an event on the agenda.
    void plan(const Event& event) {
        lively += is_lively(event) ? 1 : 0;
        agenda.push(event);
    }
    Event take_next() {
        const Event event = agenda.pop();
        lively -= is_lively(event) ? 1 : 0;
        now = event.time;
        ++events_done;
        return event;
    }
    // Something will really happen then: not a deadline that may pass unseen, nor what repeats by
    // itself (people fetching on a schedule).
    static bool is_lively(const Event& event);

    // The same state: same scenario, same moment, same bytes.
    bool operator==(const World& other) const;
};

inline bool World::is_lively(const Event& event) {
    switch (static_cast<EventKind>(event.kind)) {
        case EventKind::tcp_timer:
        case EventKind::kerberos:
        case EventKind::dns: return false;
        case EventKind::mail: return event.detail != routine_mail_event;
        default: return true;
    }
}

}  // namespace postroad::sim
