// The frozen local settings of an SMTP server or client: what never changes during a session.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocols/base/machine.hpp"
#include "protocols/sasl/mechanism.hpp"

namespace postroad::smtp {

// Service extensions that a server can offer (RFC 5321 §2.2); each can be switched off per host.
enum class Extension : std::uint8_t {
    pipelining,           // RFC 2920
    size,                 // RFC 1870
    eight_bit_mime,       // RFC 6152
    enhanced_status,      // RFC 2034
    auth,                 // RFC 4954
    vrfy,
    etrn,                 // RFC 1985
    help,
    starttls,             // RFC 3207
};

struct Extensions {
    std::uint32_t bits = 0x1ff;
    bool has(Extension e) const { return bits >> static_cast<unsigned>(e) & 1U; }
    void set(Extension e, bool on) {
        const std::uint32_t bit = 1U << static_cast<unsigned>(e);
        bits = on ? bits | bit : bits & ~bit;
    }
};

struct ServerHost {
    std::string name = "localhost";       // as it greets and signs Received fields
    std::string greeting = "ESMTP Postroad";
    Extensions extensions;
    bool esmtp = true;                    // false: a server of RFC 821 that does not know EHLO
    bool lmtp = false;                    // LMTP (RFC 2033): LHLO, and a reply for each recipient
    bool submission = false;              // an MSA (RFC 6409): mail only from who is authenticated
    bool offers_auth = false;
    sasl::Mechanisms mechanisms{1U << static_cast<unsigned>(sasl::Mechanism::plain)};
    bool offers_tls = false;              // STARTTLS
    bool auth_in_clear = true;            // takes passwords and tokens before TLS is up, too
    bool keeps_behind_tls = false;        // the fault of RFC 3207 §6, for who wants to see it
    bool no_service = false;              // greets with 554 (RFC 5321 §3.1)
    std::uint64_t size_octets_max = 10U << 20;
    std::uint32_t recipients_max = 100;   // RFC 5321 §4.5.3.1.8: at least 100
    std::uint32_t errors_max = 20;        // then 421: a peer that only errs is not talking SMTP
    std::uint64_t command_timeout_ns = 300'000'000'000;  // RFC 5321 §4.5.3.2.7: 5 minutes
};

struct ClientHost {
    std::string name = "localhost";       // what it says with EHLO
    bool esmtp = true;                    // false: says HELO at once
    bool lmtp = false;                    // LHLO, and as many replies as recipients (RFC 2033)
    bool pipelining = true;
    bool courtesy = false;                // a NOOP and a RSET after each mail, as some clients do
    std::string user, password;           // AUTH when both ends want it
    bool requires_auth = false;
    TlsPolicy tls = TlsPolicy::none;
    // RFC 5321 §4.5.3.2: greeting, MAIL, RCPT, DATA, a block of data, the final reply.
    std::uint64_t greeting_timeout_ns = 300'000'000'000;
    std::uint64_t command_timeout_ns = 300'000'000'000;
    std::uint64_t data_timeout_ns = 120'000'000'000;
    std::uint64_t final_timeout_ns = 600'000'000'000;
};

}  // namespace postroad::smtp
