// The exchange between a client and a server of applications (RFC 4120 §3.2) as functions over
// values: a ticket is shown and judged, and who could open it proves that. SASL and RPC carry it.
#pragma once

#include "protocols/kerberos/gss.hpp"

namespace postroad::kerberos {

// What a server brings along.
struct Acceptor {
    std::function<std::optional<Key>(const Ticket&)> key_of;  // its own keys; nothing: not for us
    IsRepeat is_repeat;
    Moment now;
    std::int64_t skew_s = 300;
    std::string confounder;       // 16 octets
    std::uint32_t sequence = 0;   // its first number
    std::string subkey;           // 32 octets, where it chooses the context's key
};

// What a client brings along; SASL looks after its first step at nothing but `authorization`.
struct Initiator {
    const Credentials* credentials = nullptr;  // for the server
    Moment now;
    std::string subkey;           // 32 octets
    std::string confounder;       // 16, fresh at each step
    std::uint32_t sequence = 0;
    std::string authorization;    // empty: oneself (SASL)
};

// What a ticket that was shown has come to. `why` is empty where all is well.
struct Shown {
    std::string client, realm;    // as soon as they are known
    EncryptionKey session;
    std::optional<EncryptionKey> subkey;
    std::uint32_t sequence = 0, flags = 0;  // GssFlag
    Time time, until;
    std::int32_t microseconds = 0;
    std::string why;
    bool malformed = false;       // no ticket could have helped
};
Shown judge_ticket(std::string_view ap_request, const Acceptor& acceptor);  // §3.2.3
// §3.2.4: an AP-REP; with a subkey of the acceptor's own, if it has one.
std::string answer_ticket(const Shown& shown, const Acceptor& acceptor,
                          const std::optional<EncryptionKey>& subkey = {});

// §3.2.2: an AP-REQ with these GSS flags; what has to be known later is filled in.
struct Claim {
    EncryptionKey session, subkey;
    Time time;
    std::int32_t microseconds = 0;
};
std::string show_ticket(const Initiator& initiator, std::uint32_t flags, Claim& claim);
// §3.2.5: nothing unless it is of who could open the ticket.
std::optional<EncApRepPart> open_answer(std::string_view ap_reply, const Claim& claim);

EncryptionKey to_message(const Key& key);
Key key_of(const EncryptionKey& key);
bool is_usable(const EncryptionKey& key);

}  // namespace postroad::kerberos
