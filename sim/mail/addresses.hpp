// What an address means on a host: whose mailbox, which alias or list, or somebody elsewhere.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/world/run.hpp"

namespace postroad::sim::mail {

enum class Home : std::uint8_t {
    mailbox,    // `person`'s, here
    alias,      // RFC 5321 §3.9.1
    list,       // RFC 5321 §3.9.2
    forward,    // a mailbox whose owner wants the mail elsewhere
    catch_all,  // nobody, but somebody takes it: `person`, or `targets`
    nobody,     // a local domain without such a mailbox
    relayed,    // a domain this host takes mail for and passes on
    elsewhere,
};

struct Whereabouts {
    Home home = Home::elsewhere;
    std::uint32_t person = nothing;
    const std::vector<std::string>* targets = nullptr;  // in the Setup's scenario
    std::string_view domain;                            // of the address; may be empty
};

// RFC 5321 §4.5.1: "postmaster" is somebody on every host that has mailboxes, the first person
// there when no alias says otherwise; so is "LIST-owner" of a list.
Whereabouts whereabouts(const Run& run, NodeId host, std::string_view address);

// What follows the last "@"; empty when there is none.
std::string_view domain_part(std::string_view address);

// Where the mailboxes of a domain are behind an LMTP server; null when this host's table has no such row.
const scenario::Endpoint* lmtp_route(const scenario::Host& settings, std::string_view domain);

const scenario::Host& settings_of(const Run& run, NodeId host);

}  // namespace postroad::sim::mail
