// The frozen local settings of an IMAP server: what never changes during a session.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocols/base/machine.hpp"
#include "protocols/sasl/mechanism.hpp"

namespace postroad::imap {

// What a server may have beyond RFC 3501; each can be missing, as it is from older servers.
enum class Capability : std::uint8_t {
    rev2,          // RFC 9051; off: IMAP4rev1 alone
    literal_plus,  // RFC 7888; without it LITERAL- is told if `literal_minus`
    literal_minus,
    sasl_ir,      // RFC 4959
    id,           // RFC 2971
    enable,       // RFC 5161; off: no UTF8=ACCEPT and no rev2 either
    idle,         // RFC 2177
    name_spaces,  // RFC 2342
    unselect,     // RFC 3691
    uidplus,      // RFC 4315
    move,         // RFC 6851
    condstore,    // RFC 7162
    qresync,
    children,       // RFC 3348
    list_extended,  // RFC 5258
    list_status,    // RFC 5819
    special_use,    // RFC 6154
    create_special_use,
    esearch,      // RFC 4731
    searchres,    // RFC 5182
    sort,         // RFC 5256
    esort,        // RFC 5267
    thread,       // RFC 5256: ORDEREDSUBJECT and REFERENCES
    within,       // RFC 5032
    quota,        // RFC 9208
    binary,       // RFC 3516
    utf8_accept,  // RFC 6855
    status_size,  // RFC 8438
    appendlimit,  // RFC 7889
    object_id,    // RFC 8474
    preview,      // RFC 8970
    save_date,    // RFC 8514
    count
};

struct Capabilities {
    std::uint64_t bits = 0;
    constexpr bool has(Capability one) const { return bits >> static_cast<unsigned>(one) & 1U; }
    constexpr void set(Capability one, bool on = true) {
        const std::uint64_t bit = std::uint64_t{1} << static_cast<unsigned>(one);
        bits = on ? bits | bit : bits & ~bit;
    }
    static constexpr Capabilities all() {
        return {(std::uint64_t{1} << static_cast<unsigned>(Capability::count)) - 1};
    }
};

struct ServerHost {
    std::string name = "localhost";  // as it greets
    std::string greeting = "IMAP Postroad";
    Capabilities capabilities = Capabilities::all();
    sasl::Mechanisms mechanisms;         // AUTHENTICATE
    bool login = true;                   // LOGIN; off: LOGINDISABLED
    bool starttls = false;               // offers TLS (RFC 3501 §6.2.1)
    bool login_in_clear = true;          // takes passwords before TLS is up, too
    bool keeps_behind_tls = false;       // a fault, for who wants to see it (line_server.hpp)
    bool greets_with_capability = true;  // RFC 3501 §7.1: [CAPABILITY …] in greeting and login
    char delimiter = '/';                // of mailbox names' levels; '\0': there are none
    std::string others_prefix;           // NAMESPACE: other users'; empty: there are none
    std::string shared_prefix;           // and what is everybody's
    std::string id_name = "Postroad";    // ID says so; empty: NIL
    std::uint32_t errors_max = 20;       // then it closes: no client errs so often
    std::uint32_t line_octets_max = 65536;      // RFC 7162 §4: at least 8192
    std::uint32_t command_octets_max = 262144;  // a command and its literals, APPEND's message not
    std::uint32_t append_octets_max = 64U << 20;       // a message; also APPENDLIMIT
    std::uint64_t timeout_ns = 1'800'000'000'000;      // RFC 3501 §5.4: at least 30 minutes
    std::uint64_t login_timeout_ns = 180'000'000'000;  // who has not said who it is waits less long
};

}  // namespace postroad::imap
