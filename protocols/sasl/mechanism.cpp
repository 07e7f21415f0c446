// The table of SASL mechanisms.
#include "protocols/sasl/mechanism.hpp"

#include "protocols/base/ascii.hpp"

namespace postroad::sasl {
namespace {

constexpr Traits table[mechanism_count] = {
    {"", Reveals::nothing, false, false},
    {"LOGIN", Reveals::password, false, false},
    {"PLAIN", Reveals::password, true, false},
    {"XOAUTH2", Reveals::token, true, false},
    {"OAUTHBEARER", Reveals::token, true, false},
    {"CRAM-MD5", Reveals::guessable, false, false},
    {"NTLM", Reveals::guessable, true, false},
    {"SCRAM-SHA-1", Reveals::guessable, true, false},
    {"SCRAM-SHA-256", Reveals::guessable, true, false},
    {"SCRAM-SHA-1-PLUS", Reveals::guessable, true, true},
    {"SCRAM-SHA-256-PLUS", Reveals::guessable, true, true},
    {"GSSAPI", Reveals::nothing, true, false},
    {"EXTERNAL", Reveals::nothing, true, true},
};

}  // namespace

const Traits& traits_of(Mechanism mechanism) { return table[static_cast<unsigned>(mechanism)]; }

Mechanism mechanism_named(std::string_view name) {
    if (name.empty()) return Mechanism::none;
    for (std::uint8_t i = 1; i < mechanism_count; ++i)
        if (equals_ignoring_case(table[i].name, name)) return static_cast<Mechanism>(i);
    return Mechanism::none;
}

Mechanisms offered_now(Mechanisms set, bool tls, bool secrets_in_clear) {
    Mechanisms out;
    for (std::uint8_t i = 1; i < mechanism_count; ++i) {
        const auto one = static_cast<Mechanism>(i);
        if (!set.has(one) || (table[i].needs_tls && !tls)) continue;
        if (says_a_secret(one) && !tls && !secrets_in_clear) continue;
        out.add(one);
    }
    return out;
}

void append_names(std::string& out, Mechanisms set) {
    for (std::uint8_t i = mechanism_count; i-- > 1;) {
        if (!set.has(static_cast<Mechanism>(i))) continue;
        out += ' ';
        out += table[i].name;
    }
}

}  // namespace postroad::sasl
