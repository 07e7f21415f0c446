// The messages of Kerberos 5 (RFC 4120 §5) as values, and their DER. `read` is strict: nothing is
// left over, nothing is missing; `write` of what was read gives the same octets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/kerberos/crypto.hpp"

namespace postroad::kerberos {

struct Octets {  // OCTET STRING; a plain std::string is a KerberosString (§5.2.1)
    std::string text;
    bool operator==(const Octets&) const = default;
};
struct Time {  // KerberosTime
    std::int64_t unix_s = 0;
    bool operator==(const Time&) const = default;
};
struct Flags {  // KerberosFlags (§5.2.8); bit 0 is the highest
    std::uint32_t bits = 0;
    bool has(unsigned bit) const { return (bits >> (31 - bit) & 1) != 0; }
    void set(unsigned bit) { bits |= 0x80000000U >> bit; }
    bool operator==(const Flags&) const = default;
};
// Numbers of bits, the same in a ticket's flags and in what a KDC is asked for (§5.3, §5.4.1).
enum Bit : unsigned {
    forwardable = 1, forwarded = 2, proxiable = 3, proxy = 4, may_postdate = 5, postdated = 6,
    invalid = 7, renewable = 8, initial = 9, pre_authent = 10,
    canonicalize = 15,                                           // RFC 6806 §3
    renewable_ok = 27, enc_tkt_in_skey = 28, renew = 30, validate = 31,  // KDCOptions alone
};
inline constexpr unsigned ap_mutual_required = 2;                // APOptions, §5.5.1

enum class NameType : std::int32_t { unknown = 0, principal = 1, srv_inst = 2, srv_hst = 3 };

struct PrincipalName {  // §5.2.2
    std::int32_t type = 1;
    std::vector<std::string> parts;
    bool operator==(const PrincipalName& other) const { return parts == other.parts; }  // §6.2
};
// "smtp/mail.example.org": without its realm. A '/', '@' or '\' of a part is escaped by '\'.
std::string to_text(const PrincipalName& name);
PrincipalName to_name(std::string_view text);  // krbtgt and names with two parts are services

struct EncryptedData {  // §5.2.9
    std::int32_t type = 0;
    std::optional<std::uint32_t> version;  // of the key
    Octets cipher;
    bool operator==(const EncryptedData&) const = default;
};
struct EncryptionKey {
    std::int32_t type = 0;
    Octets value;
    bool operator==(const EncryptionKey&) const = default;
};
struct Checksum {
    std::int32_t type = 0;
    Octets value;
    bool operator==(const Checksum&) const = default;
};
struct Typed {  // HostAddress, AuthorizationData, TransitedEncoding: a number and octets
    std::int32_t type = 0;
    Octets value;
    bool operator==(const Typed&) const = default;
};
struct PaData {  // §5.2.7; numbered from 1, unlike the others
    std::int32_t type = 0;
    Octets value;
    bool operator==(const PaData&) const = default;
};
enum PaType : std::int32_t {
    pa_tgs_req = 1, pa_enc_timestamp = 2, pa_etype_info2 = 19, pa_req_enc_pa_rep = 149,
};

struct Ticket {  // §5.3
    std::int32_t version = 5;
    std::string realm;
    PrincipalName server;
    EncryptedData sealed;
    bool operator==(const Ticket&) const = default;
};
struct EncTicketPart {
    Flags flags;
    EncryptionKey key;
    std::string client_realm;
    PrincipalName client;
    Typed transited;
    Time authenticated;
    std::optional<Time> from;
    Time until;
    std::optional<Time> renew_until;
    std::vector<Typed> addresses;
    std::vector<Typed> authorization;
    bool operator==(const EncTicketPart&) const = default;
};

struct KdcReqBody {  // §5.4.1
    Flags options;
    std::optional<PrincipalName> client;
    std::string realm;
    std::optional<PrincipalName> server;
    std::optional<Time> from;
    Time until;
    std::optional<Time> renew_until;
    std::int64_t nonce = 0;           // a UInt32; Heimdal sends it signed and wants that back
    std::vector<std::int32_t> types;  // the client's choice first
    std::vector<Typed> addresses;
    std::optional<EncryptedData> authorization;
    std::vector<Ticket> tickets;
    bool operator==(const KdcReqBody&) const = default;
};
enum MessageType : std::int32_t {  // §5.10; also the number of the APPLICATION tag
    as_req = 10, as_rep = 11, tgs_req = 12, tgs_rep = 13, ap_req = 14, ap_rep = 15, error = 30,
};
struct KdcReq {
    std::int32_t version = 5;
    std::int32_t type = as_req;
    std::vector<PaData> padata;
    KdcReqBody body;
    bool operator==(const KdcReq&) const = default;
};
struct KdcRep {  // §5.4.2
    std::int32_t version = 5;
    std::int32_t type = as_rep;
    std::vector<PaData> padata;
    std::string client_realm;
    PrincipalName client;
    Ticket ticket;
    EncryptedData sealed;
    bool operator==(const KdcRep&) const = default;
};
struct LastReq {
    std::int32_t type = 0;
    Time value;
    bool operator==(const LastReq&) const = default;
};
struct EncKdcRepPart {
    EncryptionKey key;
    std::vector<LastReq> last;
    std::int64_t nonce = 0;
    std::optional<Time> key_expires;
    Flags flags;
    Time authenticated;
    std::optional<Time> from;
    Time until;
    std::optional<Time> renew_until;
    std::string realm;
    PrincipalName server;
    std::vector<Typed> addresses;
    std::vector<PaData> padata;  // RFC 6806 §11
    bool operator==(const EncKdcRepPart&) const = default;
};

struct Authenticator {  // §5.5.1
    std::int32_t version = 5;
    std::string client_realm;
    PrincipalName client;
    std::optional<Checksum> checksum;
    std::int32_t microseconds = 0;
    Time time;
    std::optional<EncryptionKey> subkey;
    std::optional<std::uint32_t> sequence;
    std::vector<Typed> authorization;
    bool operator==(const Authenticator&) const = default;
};
struct ApReq {
    std::int32_t version = 5;
    std::int32_t type = ap_req;
    Flags options;
    Ticket ticket;
    EncryptedData authenticator;
    bool operator==(const ApReq&) const = default;
};
struct ApRep {  // §5.5.2
    std::int32_t version = 5;
    std::int32_t type = ap_rep;
    EncryptedData sealed;
    bool operator==(const ApRep&) const = default;
};
struct EncApRepPart {
    Time time;
    std::int32_t microseconds = 0;
    std::optional<EncryptionKey> subkey;
    std::optional<std::uint32_t> sequence;
    bool operator==(const EncApRepPart&) const = default;
};

struct PaEncTimestamp {  // §5.2.7.2
    Time time;
    std::optional<std::int32_t> microseconds;
    bool operator==(const PaEncTimestamp&) const = default;
};
struct EtypeInfo2Entry {  // §5.2.7.5
    std::int32_t type = 0;
    std::optional<std::string> salt;
    std::optional<Octets> parameters;
    bool operator==(const EtypeInfo2Entry&) const = default;
};

enum class ErrorCode : std::int32_t {  // §7.5.9
    none = 0,
    bad_protocol_version = 3,
    client_unknown = 6,
    server_unknown = 7,
    cannot_postdate = 10,
    never_valid = 11,
    bad_option = 13,
    etype_nosupp = 14,
    padata_type_nosupp = 16,
    preauth_failed = 24,
    preauth_required = 25,
    bad_integrity = 31,
    ticket_expired = 32,
    ticket_not_yet_valid = 33,
    repeat = 34,
    not_us = 35,
    bad_match = 36,
    skew = 37,
    bad_version = 39,
    message_type = 40,
    modified = 41,
    bad_key_version = 44,
    inappropriate_checksum = 50,
    response_too_big = 52,
    generic = 60,
    wrong_realm = 68,
};
std::string_view name_of(ErrorCode code);  // "KDC_ERR_PREAUTH_REQUIRED"; empty when unknown

struct KrbError {  // §5.9.1
    std::int32_t version = 5;
    std::int32_t type = error;
    std::optional<Time> client_time;
    std::optional<std::int32_t> client_microseconds;
    Time time;
    std::int32_t microseconds = 0;
    std::int32_t code = 0;
    std::optional<std::string> client_realm;
    std::optional<PrincipalName> client;
    std::string realm;
    PrincipalName server;
    std::optional<std::string> text;
    std::optional<Octets> data;
    bool operator==(const KrbError&) const = default;
};

// Whole messages and the parts that are encrypted by themselves. Nothing when it is not one.
// Reading AS-REQ and TGS-REQ, and their replies, is one: the type must agree with the tag.
#define POSTROAD_KERBEROS_VALUES(X)                                                                \
    X(Ticket) X(EncTicketPart) X(KdcReq) X(KdcReqBody) X(KdcRep) X(Authenticator) X(ApReq)          \
    X(ApRep) X(EncApRepPart) X(KrbError) X(PaEncTimestamp) X(EncryptedData) X(Checksum)
#define POSTROAD_KERBEROS_DECLARE(Value)                                                           \
    std::string write(const Value& value);                                                         \
    bool read(std::string_view octets, Value& value);
POSTROAD_KERBEROS_VALUES(POSTROAD_KERBEROS_DECLARE)
#undef POSTROAD_KERBEROS_DECLARE
// What the KDC's replies have inside: EncASRepPart (25) or EncTGSRepPart (26); §5.4.2 lets readers
// take either for either.
std::string write(const EncKdcRepPart& value, std::int32_t reply);
bool read(std::string_view octets, EncKdcRepPart& value);
std::string write(const std::vector<EtypeInfo2Entry>& entries);
bool read(std::string_view octets, std::vector<EtypeInfo2Entry>& entries);
std::string write(const std::vector<PaData>& method_data);  // METHOD-DATA, §5.9.1
bool read(std::string_view octets, std::vector<PaData>& method_data);

// The body of a request as it lies in the request's octets: what a TGS-REQ's checksum is over
// (§5.2.7.1). Empty when there is none.
std::string_view body_octets(std::string_view request);

}  // namespace postroad::kerberos
