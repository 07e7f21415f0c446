// What mail retrieval agents keep in the World: on disk, what they know of messages on their
// servers; in memory, the poll under way and the message in hand.
#pragma once

#include "protocols/base/heap.hpp"
#include "protocols/base/pages.hpp"
#include "sim/core/facts.hpp"
#include "sim/world/setup.hpp"

namespace postroad::sim {

enum class RetrievalState : std::uint8_t {
    in_hand,  // being handed on: whether somebody has it already, nobody knows until a reply comes
    partly,   // some recipients have it, `left` have not
    handed,   // all have it: it may be deleted
};

// A message that has a name on its server: POP3's unique-id (RFC 1939 §7), or IMAP's folder,
// UIDVALIDITY and UID (RFC 3501 §2.3.1.1). On disk: a crash leaves it as it is.
struct Retrieval {
    std::uint32_t next = nothing;        // of the same agent (first: the free list's link)
    std::uint32_t generation = 0;
    std::uint32_t agent = 0;             // Setup::retrievers
    RetrievalState state = RetrievalState::in_hand;
    std::uint8_t in_session = 0;         // 1: the server lists it; 2: its deletion has been asked for
    std::uint8_t unused[2] = {};
    Text id;
    List<Text> left;                     // recipients that do not have it yet
};
static_assert(Record<Retrieval>);

enum class RetrieverStep : std::uint8_t { idle, polling, handing };

// What an IMAP server has been asked for last. `clean`: to delete what had been handed on before;
// `left`: the rest of the folder waits for the next poll.
enum class RetrieverAsks : std::uint8_t { begin, select, search, clean, fetch, expunge, left };

// One agent.
struct RetrieverState {
    std::uint32_t source = nothing;      // connection to the server it polls
    std::uint32_t target = nothing;      // connection by which it hands on
    std::uint32_t address = 0;           // which of the server's addresses is tried
    std::uint32_t target_address = 0;
    std::uint32_t serial = 0;            // of messages in hand; marks events
    std::uint32_t first = nothing;       // Retrieval, the newest first; on disk
    std::uint32_t retrieval = nothing;   // of the message in hand; nothing: it has no unique-id
    // On disk: messages without a unique-id that may have been handed on and be there still.
    std::uint32_t unconfirmed = 0;
    std::uint32_t begun_nameless = 0;    // those handed on, or begun, in this session,
    std::uint32_t deleted_nameless = 0;  // and of these, those whose deletion was asked for
    std::uint32_t undecided = 0;         // recipients of the message in hand without a verdict
    std::uint32_t taken = 0;
    std::uint32_t folder = 0;            // which of its folders is polled (IMAP)
    std::uint32_t uid = 0;               // of the message there that is fetched or deleted
    Id message = 0;                      // in hand
    Id conversation = 0;                 // by which it is handed on
    Text content;                        // as it goes on: without Return-Path
    Text reverse_path;
    Text words;                          // why somebody did not take it
    Text uids;                           // a set: what is still to be fetched there (IMAP)
    List<Text> forward_paths;            // in RCPT's order; an empty text: he has it, or is refused
    List<Text> refused;                  // who does not get it now
    RetrieverStep step = RetrieverStep::idle;
    std::uint8_t waiting = 0;            // the server's client wants to know whether to delete it
    std::uint8_t given = 0;              // the target's client has got it
    std::uint8_t concluded = 0;          // what became of it is known
    std::uint8_t may_delete = 0;         // and all have it
    std::uint8_t hopeless = 0;           // nobody takes mail now: the rest waits for the next poll
    std::uint8_t eight_bit = 0;
    RetrieverAsks asks = RetrieverAsks::begin;
    std::uint64_t handed_on = 0;         // messages, ever
};
static_assert(Record<RetrieverState>);

struct RetrieverTables {
    Pages<RetrieverState> agents;        // by Setup::retrievers
    Table<Retrieval> retrievals;
    bool operator==(const RetrieverTables&) const = default;
};

}  // namespace postroad::sim
