// The seam between RPC and what protects it (MS-RPCE §2.2.2.11, §3.3.1.5.2): a provider's functions
// over what it remembers, one text in a machine. Who logs in, and how, is asked.
#pragma once

#include "protocols/base/machine.hpp"
#include "protocols/ntlm/exchange.hpp"
#include "protocols/rpc/pdu.hpp"

namespace postroad::rpc {

// The `number` of an Ask rpc_security. Texts: a: the peer's token (a client's first: none; a
// server's when a bind has none: none), b: what the last step remembered.
// The answer: ok; text: our token; enhanced: what to remember; exists: the context stands; a
// server's to a bind, number: the association group (the one asked for, a new one for 0). Not ok:
// code: a Rejection, text: why.
struct SecurityAsk {
    std::uint32_t group = 0;
    AuthType type = AuthType::none;
    AuthLevel level = AuthLevel::none;
    bool binds = false;  // it is a bind: an association group is wanted
    std::uint64_t pack() const {
        return std::uint64_t{group} << 32 | std::uint64_t{binds} << 16 |
               std::uint64_t{static_cast<std::uint8_t>(type)} << 8 |
               static_cast<std::uint8_t>(level);
    }
    static SecurityAsk unpack(std::uint64_t number) {
        return {static_cast<std::uint32_t>(number >> 32), static_cast<AuthType>(number >> 8 & 0xff),
                static_cast<AuthLevel>(number & 0xff), (number >> 16 & 1) != 0};
    }
};

// A packet up to where its verifier's value begins, and what of it is what.
struct Cover {
    bool server = false;          // which end we are
    bool seals = false;           // the stub is encrypted, not only signed
    bool header_signing = false;  // the bind agreed on it (MS-RPCE §2.2.2.3): all of it is signed
    std::size_t stub = 0, trailer = 0;  // the stub and its padding: from here to there
};

// Protects the packets of a context that stands: a row of functions over what it remembers.
struct Provider {
    AuthType type = AuthType::none;
    std::size_t (*signature_octets)(std::string_view memory, bool seals) = nullptr;
    std::string (*protect)(std::string& memory, const Cover& cover, std::string& packet) = nullptr;
    bool (*unprotect)(std::string& memory, const Cover& cover, std::string& packet,
                      std::string_view signature) = nullptr;
    std::string_view (*user)(std::string_view memory) = nullptr;
};
const Provider* provider_of(AuthType type);  // none: not known here

// MS-RPCE §2.2.1.1.8: from `call` on each packet has a verifier; over a connection `call` and
// `packet` do what `integrity` does.
constexpr bool protects(AuthLevel level) { return level >= AuthLevel::call; }
constexpr bool seals(AuthLevel level) { return level == AuthLevel::privacy; }

// §2.2.1.1.7: in how many legs a context is set up. Where they are even in number the server has the
// last word, so the client's last token goes by alter_context and is answered.
constexpr bool has_even_legs(AuthType type) { return type != AuthType::ntlm; }

// A step of a provider, for whoever answers rpc_security; NTLM's, Kerberos's and SPNEGO's.
struct SecurityStep {
    bool ok = false, done = false;
    std::string token, memory, why;
    std::string user;                    // an acceptor's: as soon as it is known, also where not ok
    std::int64_t until = 0;              // the end of a ticket that has just been opened; 0: none was
    AuthType mechanism = AuthType::none; // SPNEGO's: what has been chosen
    std::string offered;                 // SPNEGO's first step: names of what there was to choose from
};
SecurityStep ntlm_accept(std::string_view memory, std::string_view token,
                         const ntlm::Acceptor& acceptor);
// Sets what the level needs in `wanted` itself.
SecurityStep ntlm_initiate(std::string_view memory, std::string_view token, AuthLevel level,
                           ntlm::Initiator initiator);
void answer_with(const SecurityStep& step, Answer& out);  // which views the step's texts

// Packets on their way: with a protecting level and a context that stands, or plainly.
struct Protection {
    AuthType type = AuthType::none;
    AuthLevel level = AuthLevel::none;
    std::uint32_t context = 0;
    bool stands = false;
    bool server = false;
    bool header_signing = false;
};
// A packet's octets with the verifier that is due; the memory moves on.
std::string protected_octets(Packet packet, const Protection& protection, std::string& memory);
// How many octets of stub go into a fragment of that size.
std::size_t stub_room(std::size_t fragment_octets, const Protection& protection,
                      std::string_view memory);
enum class Opened : std::uint8_t { plain, good, missing, bad };
// What was sealed is put in its place in clear. `missing`: a verifier was due and there is none, or
// one of another context.
Opened open_packet(std::string& octets, const Header& header, const Protection& protection,
                   std::string& memory);

}  // namespace postroad::rpc
