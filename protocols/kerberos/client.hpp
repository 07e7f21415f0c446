// The client's side of the exchanges with a KDC (RFC 4120 §3.1.1, §3.1.5, §3.3.1, §3.3.4) as
// functions over values: requests are made, replies opened and held to what was asked.
#pragma once

#include "protocols/kerberos/kdc.hpp"

namespace postroad::kerberos {

// A ticket and what its owner must know to use it.
struct Credentials {
    std::string realm;
    PrincipalName client, server;
    std::string ticket;           // the octets of a Ticket
    Key session;
    Flags flags;
    std::int64_t from = 0, until = 0, renew_until = 0;
};

struct AsRequest {
    std::string realm;
    PrincipalName client, server;
    std::int64_t until = 0;       // 0: as long as possible
    bool renewable = true;
    std::uint32_t nonce = 0;
    std::vector<std::int32_t> types{18, 17};
};
// Without a key: to be told how to preauthenticate. With one: PA-ENC-TIMESTAMP (§5.2.7.2).
std::string write(const AsRequest& asked);
std::string write(const AsRequest& asked, const Key& key, const Moment& now,
                  std::string_view confounder);

// What a KRB-ERROR with METHOD-DATA says about making the client's key; nothing when it has no
// type that is known here. The first that it names is the KDC's choice.
struct KeyHint {
    EncryptionType type = EncryptionType::none;
    std::string salt;
};
std::optional<KeyHint> key_hint(const KrbError& refusal, std::string_view default_salt);

// §3.1.5: opened with the client's key, and for this request. Nothing: it is not, or is no AS-REP.
std::optional<Credentials> open_as_reply(std::string_view reply, const AsRequest& asked,
                                         const Key& key);

struct TgsRequest {
    PrincipalName server;
    std::int64_t until = 0;
    bool renew = false;           // the ticket that is shown
    std::uint32_t nonce = 0;
    std::vector<std::int32_t> types{18, 17};
};
std::string write(const TgsRequest& asked, const Credentials& granting, const Moment& now,
                  std::string_view confounder);
std::optional<Credentials> open_tgs_reply(std::string_view reply, const TgsRequest& asked,
                                          const Credentials& granting);

// An AP-REQ (§3.2.2): the ticket, and proof that who sends it has its session key. The
// authenticator's other fields are the caller's.
std::string write_ap_request(const Credentials& credentials, Authenticator authenticator,
                             Usage usage, std::string_view confounder, Flags options);

}  // namespace postroad::kerberos
