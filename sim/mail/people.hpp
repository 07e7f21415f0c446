// People and their mail programs (the MUAs): they compose, submit and fetch.
#pragma once

#include <string_view>

#include "sim/dns/resolve.hpp"
#include "sim/mail/queue.hpp"
#include "sim/session/session.hpp"

namespace postroad::sim::people {

// Owners and DNS questions of people have this bit; the rest is a submission's or person's number.
inline constexpr std::uint32_t owner_bit = 0x80000000;
constexpr bool is_ours(std::uint32_t owner) { return (owner & owner_bit) != 0; }

// A timeline entry that is a Send or a Fetch happens; others are not ours and do nothing.
void act(Run& run, const scenario::Event& event);

// EventKind::mail with detail >= mail::event::people.
void on_event(Run& run, const Event& event);

// EventKind::workload: the next message of scenario.workloads[workload] is sent now.
void on_workload(Run& run, std::uint32_t workload);

// Puts the first of each person's periodic fetches on the agenda of a fresh World.
void begin(Run& run);

// Nobody has anything in the outbox, fetches, or has a workload to go; periodic fetches aside.
bool is_idle(const World& world);

// What the desk passes on when a client's owner is_ours.
bool ask(Run& run, std::uint32_t connection, std::uint32_t owner, const Ask& ask, Answer& out);
void tell(Run& run, std::uint32_t connection, std::uint32_t owner, const Tell& tell,
          std::string_view words);
void over(Run& run, std::uint32_t connection, std::uint32_t owner, Ending how);

// The settings of a submission's or a fetch's client; `owner` is_ours.
const smtp::ClientHost& smtp_client_host(const Run& run, std::uint32_t owner);
// The name of the server that a submission's or a fetch's client has looked up.
std::string_view server_name(const Run& run, const Tcb& tcb, std::uint32_t owner);
// The person a fetch's client works for.
inline std::uint32_t person_of_fetch(std::uint32_t owner) { return owner & ~owner_bit; }

// What dns_layer::answered passes on when `who` is_ours.
void resolved(Run& run, NodeId host, std::uint32_t who, std::uint32_t what,
              const dns_layer::Resolved& answer);

// A device went down (its sessions are gone, its outbox is on disk) or came up again.
void host_down(Run& run, NodeId host);
void host_up(Run& run, NodeId host);

}  // namespace postroad::sim::people
