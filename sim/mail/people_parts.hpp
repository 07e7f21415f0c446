// What the parts of people's mail programs share; nobody else includes this.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/kerberos/tickets.hpp"
#include "sim/mail/people.hpp"

namespace postroad::sim::people {

namespace detail {  // Event::detail
inline constexpr std::uint16_t retry = mail::event::people;      // a: submission, b: serial
inline constexpr std::uint16_t fetch = routine_mail_event;  // a: person; periodic
}  // namespace detail

// Records for everybody; cheap when nothing is missing.
void set_up(World& world);

// "alice", or the address of a stranger; whatever a scenario names.
std::string_view domain_name_of(const Run& run, std::uint32_t host);
std::string_view words_of(Ending how);

// Which of a mail program's jobs a DNS question belongs to, in the highest bit of `what`.
inline constexpr std::uint32_t for_fetch = 0x80000000;

// Begins to find the addresses of host `target` as real software does: by its name, from DNS; a
// device without a resolver has them in its hosts file, and then they are in `addresses` at once.
// Gives how many questions are open.
std::uint8_t look_up(Run& run, NodeId device, std::uint32_t target, Id subject, std::uint32_t who,
                     std::uint32_t what, List<AddressId>& addresses);
// A log-in that waited for a ticket or a token goes on.
// What for: "TICKET" or "TOKEN".
void log_in_again(Run& run, const kerberos_layer::Waiter& waiter, std::string_view what);
// Appends what was found.
void add_addresses(Run& run, const dns_layer::Resolved& answer, List<AddressId>& addresses);

// --- people_compose.cpp: somebody writes a message and puts it into the outbox.
void send(Run& run, const scenario::Send& send);

// --- people_submit.cpp: outboxes. `one` owns its texts.
void submit(Run& run, const Submission& one);
void try_again(Run& run, std::uint32_t submission);
void submission_resolved(Run& run, std::uint32_t submission, std::uint32_t serial,
                         const dns_layer::Resolved& answer);
bool submission_ask(Run& run, std::uint32_t connection, std::uint32_t submission, Answer& out);
void submission_tell(Run& run, std::uint32_t connection, std::uint32_t submission,
                     const Tell& tell, std::string_view words);
void submission_over(Run& run, std::uint32_t connection, std::uint32_t submission, Ending how);

// --- people_fetch.cpp: POP3. Does nothing while the person's mail program is at it already.
void fetch(Run& run, std::uint32_t person, bool leave_on_server);
void fetch_resolved(Run& run, std::uint32_t person, std::uint32_t serial,
                    const dns_layer::Resolved& answer);
bool fetch_ask(Run& run, std::uint32_t connection, std::uint32_t person, const Ask& ask,
               Answer& out);
void fetch_tell(Run& run, std::uint32_t connection, std::uint32_t person, const Tell& tell,
                std::string_view words);
void fetch_over(Run& run, std::uint32_t connection, std::uint32_t person, Ending how);

}  // namespace postroad::sim::people
