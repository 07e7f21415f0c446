// Reverse-path and forward-path as MAIL and RCPT carry them (RFC 5321 §4.1.2).
#pragma once

#include <string_view>

namespace postroad::smtp {

// Views into the command line. `mailbox` is local-part@domain, as written; empty for "<>".
struct Path {
    std::string_view mailbox;
    std::string_view local_part, domain;  // domain empty for <Postmaster>
    std::string_view parameters;          // ESMTP parameters behind the path
    std::string_view error;               // empty: well formed; else what is wrong, for a reply
    explicit operator bool() const { return error.empty(); }
};

// `argument` is what follows the verb, `keyword` is "FROM:" or "TO:". A source route
// (RFC 5321 §4.1.2 A-d-l) is accepted and ignored, as §3.6.1 says. Limits: §4.5.3.1.
Path parse_path(std::string_view keyword, std::string_view argument);

// Domain = names of letters, digits and inner hyphens, or an address literal (§4.1.2, §4.1.3).
bool is_domain(std::string_view text);
bool is_address_literal(std::string_view text);

// Takes the next esmtp-param (§4.1.2) from `parameters`; false when nothing is left or it is
// malformed, which `malformed` says.
struct Parameter {
    std::string_view keyword, value;
    bool malformed = false;
};
bool take_parameter(std::string_view& parameters, Parameter& out);

}  // namespace postroad::smtp
