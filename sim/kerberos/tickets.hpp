// A person's tickets (RFC 4120 §1.1): their mail program looks the KDC up in DNS, signs on with the
// password once, gets a ticket for each server, and keeps them until they expire.
#pragma once

#include <optional>

#include "protocols/kerberos/client.hpp"
#include "sim/dns/resolve.hpp"

namespace postroad::sim::kerberos_layer {

// Who waits for a ticket: a connection in which something is asked, and what that was.
struct Waiter {
    std::uint32_t connection = nothing;
    std::uint32_t generation = 0;
    std::uint64_t number = 0;
};

enum class Have : std::uint8_t {
    ticket,   // it is there
    coming,   // ticket_known() tells, exactly once, unless the device goes down
    none,     // there is no realm to ask
};
// A ticket of the person's for a service ("smtp/mail.example.org") of a realm.
Have obtain(Run& run, std::uint32_t person, std::string_view service, const Waiter& waiter,
            Id subject);
// What is kept and still good; looks nothing up.
std::optional<kerberos::Credentials> kept_ticket(const Run& run, std::uint32_t person,
                                                 std::string_view service);

// Now, for an authenticator of the person's: no two have the same moment (RFC 4120 §5.5.1).
kerberos::Moment new_moment(Run& run, std::uint32_t person);

// The ticket is there, or there will be none. Implemented by who asks (sim/mail).
void ticket_known(Run& run, const Waiter& waiter);

// DNS questions of jobs have this bit and not the highest one.
inline constexpr std::uint32_t owner_bit = 0x08000000;
constexpr bool is_ours(std::uint32_t who) { return (who & 0xf8000000U) == owner_bit; }
void resolved(Run& run, std::uint32_t who, std::uint32_t what, const dns_layer::Resolved& answer);

// A KDC's answer is awaited at this port of the host's.
bool awaits_datagram(const Run& run, NodeId host, std::uint16_t port);
void reply_arrived(Run& run, NodeId host, const Segment& segment, std::string_view reply);
void unreachable(Run& run, NodeId host, const Segment& quoted);

// EventKind::kerberos: a: job, b: its serial; the KDC has not answered.
void on_event(Run& run, const Event& event);

// A device went down: tickets are in memory, and lost.
void crash_tickets(Run& run, NodeId host);

}  // namespace postroad::sim::kerberos_layer
