// Deliveries: the conversations by which the queue of a host works off a destination.
#pragma once

#include <string_view>

#include "sim/world/run.hpp"

namespace postroad::sim::mail {

void begin_delivery(Run& run, std::uint32_t destination);

// What the desk brings from the session of a delivery (RFC 5321 §3.3: several mails, one session).
void next_job(Run& run, std::uint32_t connection, std::uint32_t delivery, Answer& out);
void heard(Run& run, std::uint32_t connection, std::uint32_t delivery, const Tell& tell,
           std::string_view words);
void over(Run& run, std::uint32_t connection, std::uint32_t delivery, Ending how);

// What routing brings: an address to connect to, or that nobody is left to try. Why the last host
// did not do is in the record, put there by note_failure.
void connect_to(Run& run, std::uint32_t delivery, AddressId address);
void give_up(Run& run, std::uint32_t delivery);
void note_failure(Run& run, std::uint32_t delivery, bool permanent, std::uint16_t code,
                  std::string_view words);

// The name by which a delivery has found the host it talks to; valid until its next try.
std::string_view host_name_of(const World& world, std::uint32_t delivery);

// The host went down: what was on its way is in the queue again, as if never tried.
void abandon(Run& run, std::uint32_t delivery);

}  // namespace postroad::sim::mail
