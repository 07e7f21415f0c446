// Mail retrieval agents (MRAs): each polls a mailbox on some server and hands what it finds on, by
// LMTP or SMTP, so that it lies in another one. The server's copy goes only when all recipients
// have theirs.
#pragma once

#include <string_view>

#include "sim/mail/queue.hpp"
#include "sim/session/session.hpp"

namespace postroad::sim::retriever {

// Owners of their clients, and their routine events, have this bit; the rest is the agent's number.
// People's have the bit above, whoever embeds the core both.
inline constexpr std::uint32_t owner_bit = 0x40000000;
constexpr bool is_ours(std::uint32_t owner) { return owner >> 30 == 1; }
// (Clients of HTTP have owners of their own kind.)

// Puts each agent's first poll on the agenda of a fresh World.
void begin(Run& run);
// Events of the routine kind with owner_bit in `a`, and those of mail::event::retriever.
void on_event(Run& run, const Event& event);

// What the desk passes on when a client's owner is_ours.
bool ask(Run& run, std::uint32_t connection, std::uint32_t owner, const Ask& ask, Answer& out);
void tell(Run& run, std::uint32_t connection, std::uint32_t owner, const Tell& tell,
          std::string_view words);
void over(Run& run, std::uint32_t connection, std::uint32_t owner, Ending how);

// The settings of its clients, and the name that their server's certificate must have.
const smtp::ClientHost& smtp_client_host(const Run& run, std::uint32_t owner);
const pop3::ClientHost& pop3_client_host(const Run& run, std::uint32_t owner);
const imap::ClientHost& imap_client_host(const Run& run, std::uint32_t owner);
std::string_view server_name(const Run& run, const Tcb& tcb, std::uint32_t owner);

// Its host went down: what it had in hand is lost, what it knows of its servers is on disk.
void host_down(Run& run, NodeId host);

// The Setup has changed: room for agents that are new.
void set_up(World& world);

}  // namespace postroad::sim::retriever
