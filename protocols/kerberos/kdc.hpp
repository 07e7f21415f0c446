// A key distribution centre as a function over values (RFC 4120 §3.1, §3.3): a request in, a reply
// out. Whom it knows, what time it is, what it has seen and every octet of chance come from outside.
#pragma once

#include <functional>

#include "protocols/kerberos/messages.hpp"

namespace postroad::kerberos {

// What a KDC knows about the principals of its realm.
class Database {
  public:
    virtual ~Database() = default;
    virtual bool knows(const PrincipalName& name) const = 0;
    // Of somebody it knows. Passwords become keys with default_salt().
    virtual Key key(const PrincipalName& name, EncryptionType type) const = 0;
};
// RFC 4120 §4: the realm and the parts of the name, one after the other.
std::string default_salt(std::string_view realm, const PrincipalName& name);
PrincipalName ticket_granting_server(std::string_view realm);  // krbtgt/REALM, §7.3

struct KdcSettings {
    std::string realm;
    std::int64_t lifetime_s = 36'000;    // ten hours
    std::int64_t renewable_s = 604'800;  // a week
    std::int64_t skew_s = 300;           // §3.2.3 and others: "allowable clock skew"
};

struct Moment {
    std::int64_t unix_s = 0;
    std::int32_t microseconds = 0;
};

// What one reply needs of chance.
struct Drawn {
    std::string session_key;         // 32 octets
    std::string ticket_confounder;   // confounder_octets each
    std::string reply_confounder;
};

// True when this authenticator has been here before (§3.2.3); it is remembered from now on.
using IsRepeat = std::function<bool(std::string_view client_and_time)>;

struct Served {
    std::string reply;          // empty: the request deserves none
    std::int32_t asked = 0;     // as_req, tgs_req; 0: nothing that was understood
    ErrorCode error = ErrorCode::none;
    std::string client, server; // as text, where they are known
    std::int64_t until = 0;     // of the ticket given
    EncryptionType type = EncryptionType::none;  // of its session key
};

Served answer(const Database& database, const KdcSettings& settings, std::string_view request,
              const Moment& now, const Drawn& drawn, const IsRepeat& is_repeat);

}  // namespace postroad::kerberos
