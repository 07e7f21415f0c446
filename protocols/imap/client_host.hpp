// The frozen local settings of an IMAP client: what never changes during a session.
#pragma once

#include <cstdint>
#include <string>

#include "protocols/base/machine.hpp"

namespace postroad::imap {

struct ClientHost {
    std::string user, password;
    std::string name;  // said by ID (RFC 2971); empty: not said
    TlsPolicy tls = TlsPolicy::none;
    bool says_password = true;  // by LOGIN, where no mechanism fits; else it gives up
    // What it makes use of where the server has it.
    bool qresync = true;           // RFC 7162 §3.2
    bool condstore = true;         // RFC 7162 §3.1
    bool rev2 = false;             // ENABLE IMAP4rev2 (RFC 9051 §6.3.1)
    bool literals_unasked = true;  // RFC 7888: LITERAL+ and LITERAL-
    bool uidplus = true;           // RFC 4315
    bool move = true;              // RFC 6851
    bool esearch = true;           // RFC 4731: SEARCH answers with sets, not with lists
    bool first_response = true;    // RFC 4959: SASL-IR
    std::uint64_t timeout_ns = 120'000'000'000;     // for a reply
    std::uint64_t idle_ns = 1'740'000'000'000;      // RFC 2177 §3: IDLE anew every 29 minutes
    std::uint64_t rest_ns = 1'200'000'000'000;      // without work: NOOP (RFC 3501 §5.4)
    std::uint32_t chunk_octets = 0;                 // larger messages come in pieces; 0: whole
    std::uint64_t message_octets_max = 64U << 20;   // a longer literal ends the session
    std::uint64_t response_octets_max = 16U << 20;  // of a response, its literals not counted
    std::uint32_t messages_max = 1U << 20;          // in a mailbox
};

}  // namespace postroad::imap
