// What the files of the queue manager share; nobody outside sim/mail includes this.
#pragma once

#include "sim/mail/addresses.hpp"
#include "sim/mail/mda.hpp"
#include "sim/mail/queue.hpp"

namespace postroad::sim::mail {

// A string whose room is kept from call to call; whoever takes it finds it empty.
std::string& scratch();

// Does what is to be done with a recipient nobody has looked at: delivers it here, expands it, or
// puts it into the list of its destination. settle() is the caller's.
void route_recipient(Run& run, std::uint32_t recipient);

// A recipient's message as it stands before the mailbox of `person`.
Arrival arrival_of(const World& world, std::uint32_t recipient, std::uint32_t person);

// --- pipe.cpp: a program is run for the recipient, and its exit code is the verdict.
void run_program(Run& run, std::uint32_t recipient);
void on_pipe_event(Run& run, const Event& event);
// The host went down while it ran: nobody will read its exit code.
void lose_program(Run& run, std::uint32_t recipient);

// The destination record of a next hop, made when it is not there.
std::uint32_t destination_for(Run& run, NodeId host, NextHop how, std::string_view name,
                              std::uint16_t port);
// Has the destination looked at again at this same moment: nothing begins or fails at once, so no
// caller's record goes away under it.
void look_again(Run& run, std::uint32_t destination);
// Begins what deliveries are due.
void serve(Run& run, std::uint32_t destination);
// Puts the recipient at the end of the destination's list.
void wait_at(Run& run, std::uint32_t destination, std::uint32_t recipient);
// Takes the recipient out of its destination's list.
void leave_list(World& world, std::uint32_t recipient);
// Lets a destination go when nothing keeps it.
void tidy(Run& run, std::uint32_t destination);

// A destination could not be reached or takes no mail: what waits there learns it.
void destination_failed(Run& run, std::uint32_t destination, bool permanent, std::uint16_t code,
                        std::string_view words);

// Where mail for `domain` goes next: recorded, and the recipient waits there.
void send_on(Run& run, std::uint32_t recipient, std::string_view domain);

// Takes the recipient out of its message and ends its record.
void remove_recipient(World& world, std::uint32_t recipient);
// One recipient more, of a message in the queue. Takes the texts over.
std::uint32_t add_recipient(World& world, std::uint32_t message, Text forward_path, Text original);

// RFC 3464: tells the sender of the message about its failed (or late) recipients.
void report_failed(Run& run, std::uint32_t message);
void report_delayed(Run& run, std::uint32_t message);

}  // namespace postroad::sim::mail
