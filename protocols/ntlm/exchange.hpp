// NTLM's exchange of three messages as functions over values (MS-NLMP §3.1.5, §3.2.5), for whoever
// carries it: SASL, RPC. Passwords, the hour and every octet of chance come from outside.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/ntlm/messages.hpp"

namespace postroad::ntlm {

struct Acceptor {
    std::string host_name;         // "mail.example.org"
    std::string domain;            // empty: the first label of the host's domain
    std::string server_challenge;  // 8 octets, fresh
    std::int64_t unix_s = 0;
    std::function<std::optional<std::string>(std::string_view user)> password_of;
};

struct Initiator {
    std::string user, password;  // the user perhaps as "DOMAIN\user"
    std::string workstation;
    std::string client_challenge;  // 8 octets, fresh
    std::string session_key;       // 16 octets, fresh
    std::int64_t unix_s = 0;
    std::uint32_t wanted = 0;  // flag::sign, flag::seal: what the messages to come need
};

// What both ends know once a user is known.
struct Agreed {
    std::string key;  // exported, 16 octets (§3.1.5.1.2)
    std::uint32_t flags = 0;
};

std::string negotiate(const Initiator& initiator);
std::string challenge(const Negotiate& asked, const Acceptor& acceptor);

// What a step came to. `why` is empty where all is well; `malformed` where no password helps.
struct Judgement {
    std::string why;
    bool malformed = false;
    std::string user;     // as soon as it is known
    std::string message;  // of the initiator: what to say
    Agreed agreed;
    bool good() const { return why.empty(); }
};
Judgement respond(std::string_view negotiate, std::string_view challenge,
                  const Initiator& initiator);
Judgement judge(std::string_view negotiate, std::string_view challenge,
                std::string_view authenticate, const Acceptor& acceptor);

inline constexpr std::string_view wrong_password = "user or password is wrong";

}  // namespace postroad::ntlm
