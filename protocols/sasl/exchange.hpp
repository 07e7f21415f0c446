// An exchange of SASL (RFC 4422 §3): challenges and responses as values, one step a call. Nothing
// here draws, looks up or waits: nonces, passwords and what TLS knows come with the settings.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/base/heap.hpp"
#include "protocols/sasl/mechanism.hpp"

namespace postroad::sasl {

// What stays in a protocol's machine between two steps: one text on the Heap, Memory written out.
struct Exchange {
    Text memory;
};
static_assert(Record<Exchange>);

struct Memory {
    Mechanism mechanism = Mechanism::none;
    std::uint8_t step = 0;   // how many have been done
    std::string user;        // the authentication identity, as soon as it is known
    std::string authorization;
    std::string said;        // what this side said and needs again
    std::string heard;       // what the other side said
};
Memory recall(const Exchange& exchange, const Heap& heap);
void remember(Exchange& exchange, const Memory& memory, Heap& heap);
void forget(Exchange& exchange, Heap& heap);

// A channel binding (RFC 5056): a name and what both ends of a TLS session alone know.
struct Binding {
    std::string type;  // "tls-exporter" (RFC 9266), "tls-server-end-point" (RFC 5929 §4)
    std::string data;
};
const Binding* find_binding(const std::vector<Binding>& bindings, std::string_view type);

// What a step comes to.
struct Result {
    enum class Kind : std::uint8_t {
        go_on,    // text: the challenge or response
        success,  // user: who it is; text: nothing is left to say
        failure,  // why; `malformed` when no password could have helped
    };
    Kind kind = Kind::failure;
    std::string text;
    std::string user, authorization;
    std::string why;
    bool malformed = false;
    bool is(Kind wanted) const { return kind == wanted; }
};
Result go_on(std::string_view text);
Result succeed(const Memory& memory);
Result malformed(std::string_view why);
Result refuse(std::string_view why);

// What a server's host knows. A function that is not set knows nobody.
struct ServerSettings {
    std::string host_name;
    std::string domain;          // NTLM's, upper case; empty: the host's first label
    std::string nonce;           // fresh and unguessable, printable and without a comma
    std::string salt;            // SCRAM: the user's, the same each time, and for nobody as well
    std::int64_t unix_s = 0;
    std::uint32_t iterations = 4096;       // RFC 7677 §4: at least 4096
    std::vector<Binding> bindings;         // of this TLS session; empty without one
    bool offers_plus = false;              // the client could have seen -PLUS on offer
    std::function<std::optional<std::string>(std::string_view user)> password_of;
    std::function<std::string(std::string_view user)> salt_of;
    // Empty: the token is the user's and good. Else why it is not.
    std::function<std::string(std::string_view user, std::string_view token)> token_problem;
    std::function<std::optional<std::string>()> tls_identity;  // EXTERNAL: by the certificate
    // GSSAPI and its like: a token and what was remembered in; the next one out.
    std::function<Result(Memory& memory, std::string_view token)> opaque;
};

struct ClientSettings {
    std::string user, password, token;
    std::string authorization;   // whom to act as; empty: oneself
    std::string server_name;     // OAUTHBEARER's host, GSSAPI's service
    std::uint16_t server_port = 0;
    std::string workstation;     // NTLM's
    std::string nonce;
    std::int64_t unix_s = 0;
    std::vector<Binding> bindings;
    bool plus_offered = false;   // the server has -PLUS, as far as the client could see
    std::function<Result(Memory& memory, std::string_view token)> opaque;
};

// A response has come: of the first one, whether it did (`begins` without one: the server must
// speak first). Writes the memory back. Failure and success leave nothing behind.
Result server_step(Exchange& exchange, Mechanism mechanism, bool begins, bool has_response,
                   std::string_view response, const ServerSettings& settings, Heap& heap);

// The client's turn: `begins` gives the initial response, if the mechanism has one (go_on with
// `has_response`), else the answer to a challenge.
Result client_begin(Exchange& exchange, Mechanism mechanism, const ClientSettings& settings,
                    Heap& heap);
Result client_step(Exchange& exchange, std::string_view challenge, const ClientSettings& settings,
                   Heap& heap);
// The server says that all is well: is it, as far as the mechanism can tell? Empty: yes.
std::string client_doubts(const Exchange& exchange, const Heap& heap);

constexpr std::size_t response_octets_max = 9216;  // what 12,288 octets of base64 carry

}  // namespace postroad::sasl
