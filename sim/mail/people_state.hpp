// What the people's mail programs keep in the World: outboxes, and what each has seen and fetched.
#pragma once

#include "protocols/base/heap.hpp"
#include "protocols/base/index.hpp"
#include "protocols/base/pages.hpp"
#include "sim/core/facts.hpp"
#include "sim/mail/mapi_program_state.hpp"
#include "sim/mail/program_state.hpp"
#include "sim/world/setup.hpp"

namespace postroad::sim {

enum class SubmissionState : std::uint8_t {
    none,        // no submission
    resolving,   // the server's name is being looked up
    talking,     // a session is up or coming up
    waiting,     // in the outbox for its next try
};

// A message in somebody's outbox.
struct Submission {
    std::uint32_t person = nothing;      // Setup::people; nothing: a stranger
                                         // (first: the free list's link when ended)
    std::uint32_t generation = 0;
    Id message = 0;                      // the mail program's own number for it
    Id conversation = 0;                 // of the try under way
    NodeId device = 0;
    std::uint32_t target = nothing;      // host
    std::uint32_t connection = nothing;
    std::uint32_t serial = 0;            // of tries; marks DNS questions and events
    Text reverse_path;
    List<Text> forward_paths;            // those that are not done with
    List<std::uint16_t> verdicts;        // a reply code each, in this try; 0: none came
    Text content;
    Text words;                          // of the last reply or failure
    List<AddressId> addresses;           // of the target
    std::uint32_t address = 0;           // which is tried
    std::uint16_t port = 0;
    std::uint16_t attempts = 0;
    std::uint16_t final_code = 0;        // for the mail as a whole, in this try
    SubmissionState state = SubmissionState::none;
    std::uint8_t lookups = 0;            // DNS questions that are open
    std::uint8_t eight_bit = 0;
    std::uint8_t given = 0;              // the client has got the mail
    std::uint8_t by_rpc = 0;             // to the mailbox's host, in its person's session there
    std::uint8_t unused = 0;
};
static_assert(Record<Submission> && sizeof(Submission) == 104);

enum class FetchState : std::uint8_t { none, resolving, talking };

// One person's mail program.
struct PersonMail {
    std::uint32_t connection = nothing;
    std::uint32_t serial = 0;
    std::uint32_t first_seen = nothing;  // SeenMessage, the newest first
    std::uint32_t seen = 0;
    std::uint32_t address = 0;           // which of `addresses` is tried
    FetchState state = FetchState::none;
    std::uint8_t lookups = 0;
    std::uint8_t leave = 0;              // leave the messages on the server
    std::uint8_t committed = 0;          // the server has said that the deletions are done
    List<AddressId> addresses;
    std::uint32_t in_session = 0;        // messages fetched in the session under way
    std::uint32_t sent = 0;              // messages composed
    std::uint64_t fetched = 0;           // messages, ever
    std::uint64_t fetched_octets = 0;
    std::uint32_t program = nothing;     // PeopleTables::programs
    std::uint32_t by_rpc = nothing;      // PeopleTables::by_rpc
};
static_assert(Record<PersonMail>);

// A unique-id (RFC 1939 §7) of a message that a person has got and the server may still have.
struct SeenMessage {
    std::uint32_t next = nothing;        // of the same person
    std::uint32_t generation = 0;
    std::uint32_t person = 0;
    std::uint32_t doomed = 0;            // DELE was said for it; 2: its person wants it gone
    Text id;
};
static_assert(Record<SeenMessage>);

struct WorkloadState {
    std::uint64_t sent = 0;
    std::uint64_t done = 0;              // 1: nothing more comes
};
static_assert(Record<WorkloadState>);

struct PeopleTables {
    Table<Submission> outbox;
    Pages<PersonMail> people;            // by Setup::people
    Table<SeenMessage> seen;
    Index seen_by_id;
    Pages<WorkloadState> workloads;
    Table<MailProgram> programs;
    Table<MapiProgram> by_rpc;
    bool operator==(const PeopleTables&) const = default;
};

}  // namespace postroad::sim
