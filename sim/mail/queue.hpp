// The queue manager of an MTA or MSA (RFC 5321 §4.5.4): messages wait here, grouped by the host
// they go to next, until each of their recipients is delivered, handed over or given up.
#pragma once

#include <string>
#include <string_view>

#include "sim/world/run.hpp"

namespace postroad::sim::mail {

// EventKind::mail: what Event::detail says. From `people` on the event is sim/mail/people's.
namespace event {
inline constexpr std::uint16_t route = 0;        // a: message, b: generation; fresh recipients
inline constexpr std::uint16_t retry = 1;        // a: recipient, b: generation; its time has come
inline constexpr std::uint16_t destination = 2;  // a: destination, b: generation; look again
inline constexpr std::uint16_t warn = 3;         // a: message, b: generation; RFC 3464 "delayed"
inline constexpr std::uint16_t unread = 4;       // a: connection, b: generation; maildrop.hpp
inline constexpr std::uint16_t unread_top = 5;   // the same, for TOP
inline constexpr std::uint16_t late_refusal = 6; // a: connection, b: generation; log_in.hpp
inline constexpr std::uint16_t late_refusal_of_maildrop = 7;  // the same, for PASS and APOP
inline constexpr std::uint16_t report = 8;       // a day is over: TLS reports (tls_reports.hpp)
inline constexpr std::uint16_t unread_imap = 10;  // as `unread`, for FETCH
inline constexpr std::uint16_t folder_changed = 9;  // a: connection, b: generation; in IDLE
inline constexpr std::uint16_t mapi_news = 11;  // a: session, b: generation; mapi/news.cpp
inline constexpr std::uint16_t mapi_wait = 12;  // a: session, b: serial; five minutes are over
inline constexpr std::uint16_t mapi_push = 13;  // the same; time for another datagram
inline constexpr std::uint16_t mapi_answer = 14;  // a: connection, b: generation; without news
inline constexpr std::uint16_t mapi_answer_news = 15;  // the same, with news
inline constexpr std::uint16_t old_mail = 17;     // a: person; old_mail.hpp
inline constexpr std::uint16_t pipe_works = 20;  // a: recipient, b: generation; pipe.cpp
inline constexpr std::uint16_t pipe_ends = 21;   // the same
inline constexpr std::uint16_t retriever = 22;   // a: agent, b: serial; retriever.hpp
inline constexpr std::uint16_t asked_again = 0x10;  // a: connection, b: generation; rulings.hpp
inline constexpr std::uint16_t people = 0x100;
}  // namespace event

// An EventKind::mail of the queue's has come. Events of a host that is down are ignored; queue_up
// makes up for them.
void on_queue_event(Run& run, const Event& event);

// Queue id as people read it: ten characters of base 32 (0-9, A-V), the Id's 50 lower bits.
void append_queue_id(std::string& out, Id id);

// A message with an envelope, to be queued here. Texts are copied or shared, never taken over.
struct Entry {
    Id conversation = 0;
    std::uint32_t transaction = 0;
    std::string_view reverse_path;
    List<Text> forward_paths;
    Text content;                    // whole, trace field on top
    std::uint32_t trace_octets = 0;  // how much of it this host has put on top
    std::uint16_t flags = 0;         // message_flag
};
// Takes responsibility: records QueueFact entered, CustodyFact accepted, and sees to it that the
// recipients are routed at this same moment, once the caller has said what it has to say.
// Gives the message. `came_of`: the message here that a list or a report has made it from.
std::uint32_t enter(Run& run, NodeId host, Id id, const Entry& entry, Id came_of = 0);

// What became of one recipient. `code` 0: no reply came. After a `failed` one, settle() must follow.
void succeed(Run& run, std::uint32_t recipient, QueueMove how, std::uint16_t code,
             std::string_view words);
void fail(Run& run, std::uint32_t recipient, std::uint16_t code, std::string_view words,
          QueueMove how = QueueMove::failed);
// Not now: by the schedule again, or given up when the message is too old.
// `wait` 0: as the host's schedule says.
void defer(Run& run, std::uint32_t recipient, std::uint16_t code, std::string_view words,
           Duration wait = 0);
// Reports failed recipients to the sender, all in one, and lets the message go with its last one.
void settle(Run& run, std::uint32_t message);

// The host went down (its sessions are gone, its queue is on disk) or came up again.
void queue_down(Run& run, NodeId host);
void queue_up(Run& run, NodeId host);

// Messages in the queue of a host: for views and ends of runs.
std::uint32_t queued(const World& world, NodeId host);

}  // namespace postroad::sim::mail
