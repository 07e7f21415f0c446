// What an agent keeps on disk: the unique-ids of messages that it has handed on, or has begun to.
#include <algorithm>

#include "sim/mail/retriever_parts.hpp"

namespace postroad::sim::retriever {

std::uint32_t find(const World& world, std::uint32_t agent, std::string_view id) {
    if (id.empty()) return nothing;
    const RetrieverTables& all = world.mail.retrievers;
    for (std::uint32_t at = all.agents[agent].first; at != nothing; at = all.retrievals[at].next)
        if (world.heap.view(all.retrievals[at].id) == id) return at;
    return nothing;
}

std::uint32_t note(World& world, std::uint32_t agent, std::string_view id) {
    RetrieverTables& all = world.mail.retrievers;
    const std::uint32_t fresh = all.retrievals.add();
    RetrieverState& mine = all.agents.edit(agent);
    Retrieval& one = all.retrievals.edit(fresh);
    one.next = mine.first;
    one.agent = agent;
    one.state = RetrievalState::partly;
    one.in_session = 1;
    one.id = world.heap.make(id);
    mine.first = fresh;
    return fresh;
}

void drop_paths(Heap& heap, List<Text>& paths) {
    for (std::uint32_t i = 0; i < paths.size(); ++i) {
        Text path = heap.get(paths, i);
        heap.drop(path);
    }
    heap.drop(paths);
}

void forget(World& world, std::uint32_t agent, std::uint32_t retrieval) {
    RetrieverTables& all = world.mail.retrievers;
    Retrieval one = all.retrievals[retrieval];
    RetrieverState& mine = all.agents.edit(agent);
    if (mine.first == retrieval) {
        mine.first = one.next;
    } else {
        std::uint32_t at = mine.first;
        while (all.retrievals[at].next != retrieval) at = all.retrievals[at].next;
        all.retrievals.edit(at).next = one.next;
    }
    drop_paths(world.heap, one.left);
    world.heap.drop(one.id);
    all.retrievals.remove(retrieval);
}

void forget_deleted(World& world, std::uint32_t agent) {
    RetrieverTables& all = world.mail.retrievers;
    for (std::uint32_t at = all.agents[agent].first; at != nothing;) {
        const Retrieval one = all.retrievals[at];
        if (one.in_session == 2) forget(world, agent, at);
        at = one.next;
    }
}

// RFC 1939 §6: only behind QUIT's +OK is a message gone; without it, it may be there or not. What
// the server has not listed is gone, too, and need not be known any more.
void settle_session(World& world, std::uint32_t agent, bool confirmed) {
    RetrieverTables& all = world.mail.retrievers;
    const bool listed_by_id = all.agents[agent].begun_nameless == 0;
    for (std::uint32_t at = all.agents[agent].first; at != nothing;) {
        const Retrieval one = all.retrievals[at];
        if (confirmed && (one.in_session == 2 || (one.in_session == 0 && listed_by_id)))
            forget(world, agent, at);
        else if (one.in_session != 0)
            all.retrievals.edit(at).in_session = 0;
        at = one.next;
    }
    RetrieverState& mine = all.agents.edit(agent);
    // Each message that is there has been looked at, unless the session was given up half-way.
    if (confirmed && mine.hopeless == 0)
        mine.unconfirmed = mine.begun_nameless - mine.deleted_nameless;
    else if (confirmed)
        mine.unconfirmed -= std::min(mine.unconfirmed, mine.deleted_nameless);
    mine.begun_nameless = mine.deleted_nameless = 0;
}

}  // namespace postroad::sim::retriever
