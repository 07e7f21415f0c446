// The World: everything that changes, as one value. Copy it, compare it, keep it, run it on.
#pragma once

#include <memory>

#include "protocols/base/heap.hpp"
#include "protocols/base/random.hpp"
#include "sim/core/agenda.hpp"
#include "sim/core/facts.hpp"
#include "sim/dns/dns_state.hpp"
#include "sim/mail/mail_state.hpp"
#include "sim/net/border_state.hpp"
#include "sim/net/tcp_state.hpp"
#include "sim/session/session_state.hpp"
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

struct World {
    std::shared_ptr<const Setup> setup;
    std::uint64_t seed = 1;
    Time now = 0;
    std::uint64_t events_done = 0;
    std::uint64_t journal_scheduled = 0;  // entries of the journal that are in the agenda or past
    std::uint64_t trace_position = 0;     // where its Trace stood; not part of its state
    Agenda agenda;
    Heap heap;
    Pages<Node> nodes;
    TcpTables tcp;
    BorderTables border;
    SessionTables sessions;
    DnsTables dns;
    MailTables mail;

    // The same state: same scenario, same moment, same bytes.
    bool operator==(const World& other) const;
};

}  // namespace postroad::sim
