// What a delivery wants of TLS, host by host. In this order: the row of the host's table
// (tls.destinations) for the domain, the row for the host the mail goes to, DANE (RFC 7672), the
// domain's MTA-STS policy (RFC 8461), tls.policy. DANE and MTA-STS never weaken what follows them.
#pragma once

#include <string>
#include <vector>

#include "sim/dns/resolve.hpp"
#include "sim/world/run.hpp"

namespace postroad::sim::mail {

// The domain is known: is it in the table?
void begin_policy(Run& run, std::uint32_t delivery);

// Before a host is tried for the first time.
enum class PolicyStep : std::uint8_t {
    known,    // Delivery::tls and ::tlsa say it
    awaited,  // DNS was asked: tlsa_known will have the answer
    refused,  // this host must not get the mail; the reason is recorded and noted
};
PolicyStep find_policy(Run& run, std::uint32_t delivery);
PolicyStep tlsa_known(Run& run, std::uint32_t delivery, const dns_layer::Resolved& resolved);

// The rung in hand is another one, or its try in the clear is over.
void forget_policy(Run& run, std::uint32_t delivery);
void after_clear_try(Run& run, std::uint32_t delivery);

// The name that the host in hand must have in its certificate.
std::string_view peer_name(const Run& run, std::uint32_t delivery);
// DANE-TA(2): or this one (RFC 7672 §3.2.2).
std::vector<std::string> reference_names(const Run& run, std::uint32_t delivery);

// What became of TLS with the host in hand, for its day's report (tls_reports.hpp).
void count_session(Run& run, std::uint32_t delivery, bool protected_now);
void count_broken_session(Run& run, std::uint32_t delivery);

// How the host's MTA talks to the host in hand.
const smtp::ClientHost& client_host(const Run& run, NodeId host, std::uint32_t delivery);

}  // namespace postroad::sim::mail
