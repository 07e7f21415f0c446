// Worlds made from scenarios: organisations with people, mail servers and names.
#pragma once

#include <cstdint>
#include <string>

#include "sim/scenario/scenario.hpp"
#include "sim/world/world.hpp"

namespace postroad::bench {

// `count` organisations, a mail server and a person each, on one internet; completed.
scenario::Scenario organisations(std::uint32_t count);
// Its world, before anything has happened. Asserts that the scenario compiles.
sim::World world_of(const scenario::Scenario& complete);

// Mails put into the queues of MTAs and found in mailboxes, per CPU second: MX look-up, queue,
// SMTP, mailbox. Recorded to `file`.
double full_mails_per_s(std::uint32_t organisations, std::uint32_t mails, const std::string& file);

// Mails written by people, submitted, relayed, delivered and fetched, per CPU second.
double end_to_end_mails_per_s(std::uint32_t organisations, std::uint32_t mails,
                              const std::string& file);

}  // namespace postroad::bench
