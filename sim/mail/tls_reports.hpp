// TLS reports (RFC 8460): a sending MTA counts what became of TLS towards each domain, and sends
// each day's count to domains that ask for it.
#pragma once

#include "protocols/policy/tls_report.hpp"
#include "sim/dns/resolve.hpp"
#include "sim/tls/engine.hpp"
#include "sim/world/run.hpp"

namespace postroad::sim::mail {

using TlsReportFault = policy::ReportFault;

// For the domain of a delivery, the policy that holds and the host in hand. They do nothing on a
// host that sends no reports.
void count_success(Run& run, std::uint32_t delivery);
void count_failure(Run& run, std::uint32_t delivery, TlsReportFault fault);
// A fetch of a policy, before there is any.
void count_fetch_failure(Run& run, std::uint32_t delivery, TlsReportFault fault);
TlsReportFault report_fault(tls::Fault fault);

// A day is over for a host (event::report).
void send_reports(Run& run, NodeId host);

// What dns_layer::answered passes on when `who` is_report.
inline constexpr std::uint32_t report_bit = 0x10000000;
constexpr bool is_report(std::uint32_t who) { return (who & 0xF0000000) == report_bit; }
void report_resolved(Run& run, std::uint32_t who, std::uint32_t what,
                     const dns_layer::Resolved& answer);

}  // namespace postroad::sim::mail
