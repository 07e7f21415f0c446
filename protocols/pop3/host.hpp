// The frozen local settings of a POP3 server or client: what never changes during a session.
#pragma once

#include <cstdint>
#include <string>

#include "protocols/base/machine.hpp"
#include "protocols/sasl/mechanism.hpp"

namespace postroad::pop3 {

struct ServerHost {
    std::string name = "localhost";       // as it greets
    std::string greeting = "POP3 Postroad";
    bool user = true;                     // USER and PASS
    bool apop = false;                    // the greeting then ends with a timestamp (RFC 1939 §7)
    bool uidl = true;
    bool top = true;
    bool capa = true;                     // RFC 2449
    sasl::Mechanisms mechanisms;          // AUTH (RFC 5034); none: it is not there
    bool stls = false;                    // offers TLS (RFC 2595 §4)
    bool user_in_clear = true;            // takes passwords before TLS is up, too
    bool keeps_behind_tls = false;        // a fault, for who wants to see it (line_server.hpp)
    std::uint32_t errors_max = 20;        // then it closes: a peer that only errs is not a client
    std::uint64_t timeout_ns = 600'000'000'000;  // RFC 1939 §3: at least ten minutes
};

struct ClientHost {
    std::string user, password;
    bool capa = true;                     // asks what the server can do, where it can say so
    bool apop = false;                    // wants APOP, where the greeting has a timestamp
    TlsPolicy tls = TlsPolicy::none;
    bool apop_only = false;               // rather gives up than says the password
    bool says_password = true;            // by USER and PASS, where nothing better fits
    bool asks_before_deleting = false;    // once a message is here, too (client.hpp)
    std::uint64_t timeout_ns = 120'000'000'000;
    std::uint64_t message_octets_max = 64U << 20;  // a longer message ends the session
    std::uint64_t listing_octets_max = 4U << 20;
};

}  // namespace postroad::pop3
