// The SMTP server (RFC 5321) as a machine: MTA, MSA and anything else that takes mail by SMTP, and
// the LMTP server (RFC 2033), which is one that answers the data for each recipient apart.
#pragma once

#include <span>
#include <string_view>

#include "protocols/base/line_server.hpp"
#include "protocols/message/dot_stuffing.hpp"
#include "protocols/sasl/exchange.hpp"
#include "protocols/smtp/host.hpp"

namespace postroad::smtp {

// Where a session stands (RFC 5321 §4.1.4).
enum class ServerState : std::uint8_t { connected, ready, mail, recipients, content, auth };
std::string_view name_of(ServerState state);

// How MAIL's BODY parameter described the content (RFC 6152 §2).
enum class Body : std::uint8_t { seven_bit, eight_bit_mime };

struct Server {
    using State = ServerState;
    std::uint16_t errors = 0;
    std::uint8_t tls = 0;            // what is said here is protected
    sasl::Mechanism mechanism = sasl::Mechanism::none;  // of the AUTH under way
    State state = State::connected;
    std::uint8_t row = 0;            // of the verb whose ask is open
    std::uint8_t asking = 0;         // an answer is awaited; later input waits
    std::uint8_t ended = 0;
    std::uint8_t skipping = 0;       // inside a line too long to keep
    std::uint8_t extended = 0;       // the client said EHLO, not HELO
    std::uint8_t authenticated = 0;
    std::uint8_t too_big = 0;        // the content has passed the limit and is thrown away
    Body body = Body::seven_bit;
    message::Unstuffer unstuffer;
    std::uint8_t null_path = 0;      // MAIL FROM:<>
    std::uint32_t transactions = 0;  // accepted so far in this session
    std::uint32_t declared_octets = 0;  // MAIL's SIZE (RFC 1870), so that room is made once
    Text pending;                    // octets not yet worked off
    Text client_name;                // what HELO or EHLO said
    Text user;                       // who is authenticated
    Text reverse_path;
    Text auth_parameter;             // of MAIL (RFC 4954 §5)
    List<Text> forward_paths;
    Text content;                    // the mail data received, periods unstuffed
    sasl::Exchange exchange;         // what the desk remembers of an AUTH under way
};
static_assert(Record<Server> && sizeof(Server) == 88);

using ServerRow = Row<Server, ServerHost>;
// The table that the server runs by, HELP prints and the tests and diagrams are made from.
std::span<const ServerRow> server_rows();

// One input in, effects out. Asks: client_name never (HELO and EHLO are answered at once);
// sender, recipient, verify, expand, accept; authenticate, whose answer is not ok (a refusal), or
// ok with number 1 (text: a challenge) or 0 (text: who it is). By LMTP the answer to `accept` has a
// line of text for each recipient, in their order ("452 4.2.2 the mailbox is full"); where lines
// are missing, its own verdict stands for the rest.
void step(Server& server, const Input& input, const ServerHost& host, Effects& fx);

// Gives back what the machine holds in the heap; the machine is then as new.
void release(Server& server, Heap& heap);

}  // namespace postroad::smtp
