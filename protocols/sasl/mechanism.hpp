// The SASL mechanisms (RFC 4422) that are known here, and what each gives away to a listener.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace postroad::sasl {

// The better ones have the larger numbers: a client that knows several takes the largest.
enum class Mechanism : std::uint8_t {
    none,
    login,              // never written down in an RFC; what Outlook Express spoke
    plain,              // RFC 4616
    xoauth2,            // Google's and Microsoft's forerunner of OAUTHBEARER
    oauthbearer,        // RFC 7628
    cram_md5,           // RFC 2195
    ntlm,               // [MS-NLMP], in SMTP [MS-SMTPNTLM] and POP3 [MS-POP3]
    scram_sha_1,        // RFC 5802
    scram_sha_256,      // RFC 7677
    scram_sha_1_plus,   // bound to the TLS channel
    scram_sha_256_plus,
    gssapi,             // RFC 4752: opaque tokens, decided elsewhere
    external,           // RFC 4422 appendix A: who TLS says the client is
};
inline constexpr std::uint8_t mechanism_count = 13;

// What somebody who reads along has afterwards.
enum class Reveals : std::uint8_t {
    nothing,     // of worth
    password,
    token,       // good until it expires
    guessable,   // a pair of challenge and response: passwords can be tried on it at home
};

struct Traits {
    std::string_view name;
    Reveals reveals = Reveals::nothing;
    bool client_first = false;  // the client begins (RFC 4422 §5)
    bool needs_tls = false;     // is about the TLS session, and so nothing without one
};
const Traits& traits_of(Mechanism mechanism);
inline std::string_view name_of(Mechanism mechanism) { return traits_of(mechanism).name; }
// RFC 4422 §3.1: names are upper case, and compared without regard to it by everybody.
Mechanism mechanism_named(std::string_view name);

// A secret that whoever listens could use at once: not to be said without TLS (RFC 4954 §4).
inline bool says_a_secret(Mechanism mechanism) {
    const Reveals what = traits_of(mechanism).reveals;
    return what == Reveals::password || what == Reveals::token;
}
inline bool is_plus(Mechanism mechanism) {
    return mechanism == Mechanism::scram_sha_1_plus || mechanism == Mechanism::scram_sha_256_plus;
}

// A set of mechanisms, as a server offers it and a client remembers it.
struct Mechanisms {
    std::uint16_t bits = 0;
    constexpr bool has(Mechanism one) const {
        return bits >> static_cast<unsigned>(one) & 1U;
    }
    constexpr void add(Mechanism one) {
        bits = static_cast<std::uint16_t>(bits | 1U << static_cast<unsigned>(one));
    }
    constexpr void remove(Mechanism one) {
        bits = static_cast<std::uint16_t>(bits & ~(1U << static_cast<unsigned>(one)));
    }
    constexpr bool empty() const { return bits == 0; }
    bool operator==(const Mechanisms&) const = default;
};
static_assert(mechanism_count <= 16);

// What of a set may be offered on a connection: secrets in the clear where that is allowed alone,
// and what is about TLS where there is TLS.
Mechanisms offered_now(Mechanisms set, bool tls, bool secrets_in_clear);

// " SCRAM-SHA-256 PLAIN", as EHLO and CAPA list them: the best one first.
void append_names(std::string& out, Mechanisms set);

}  // namespace postroad::sasl
