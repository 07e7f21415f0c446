// SMTP TLS reporting (RFC 8460): the TXT record that asks for reports, and the report.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postroad::policy {

// The mail addresses of "v=TLSRPTv1; rua=mailto:a@b,https://…" (§3). Empty: it is no such record,
// or asks for nothing by mail.
std::vector<std::string> parse_tlsrpt_record(std::string_view text);

enum class ReportPolicy : std::uint8_t { tlsa, sts, no_policy_found };
std::string_view name_of(ReportPolicy policy);

// §4.3, in its order.
enum class ReportFault : std::uint8_t {
    none,
    starttls_not_supported, certificate_host_mismatch, certificate_expired,
    certificate_not_trusted, validation_failure,
    tlsa_invalid, dnssec_invalid, dane_required,
    sts_policy_fetch_error, sts_policy_invalid, sts_webpki_invalid,
};
std::string_view name_of(ReportFault fault);

struct FailureDetail {
    ReportFault fault = ReportFault::none;
    std::string sending_ip, receiving_mx, receiving_ip;  // empty ones are not written
    std::uint64_t sessions = 0;
};
struct PolicyReport {
    ReportPolicy kind = ReportPolicy::no_policy_found;
    std::vector<std::string> lines;  // "policy-string"
    std::string domain;
    std::vector<std::string> mx_hosts;
    std::uint64_t successful = 0, failed = 0;
    std::vector<FailureDetail> failures;
};
struct TlsReport {
    std::string organisation, contact, id;
    std::int64_t from_unix_s = 0, until_unix_s = 0;
    std::vector<PolicyReport> policies;
};
std::string to_json(const TlsReport& report);  // §4.4; lines ended by CRLF

// The report as a mail (§5.3), CRLF lines.
struct ReportMail {
    TlsReport report;
    std::string domain;     // it is about
    std::string submitter;  // the sending host's name
    std::string from, to, message_id;
    std::int64_t unix_s = 0;
    std::int32_t offset_min = 0;
};
std::string compose(const ReportMail& mail);

}  // namespace postroad::policy
