// The fields of each message, in the order and with the tags of RFC 4120 §5.
#include "protocols/kerberos/messages.hpp"

#include "protocols/kerberos/archive.hpp"

namespace postroad::kerberos {

template <class A>
void describe(A& archive, PrincipalName& value) {  // §5.2.2
    archive.sequence([&](A& a) {
        a.field(0, value.type);
        a.required(1, value.parts);
    });
}
template <class A>
void describe(A& archive, EncryptedData& value) {  // §5.2.9
    archive.sequence([&](A& a) {
        a.field(0, value.type);
        a.field(1, value.version);
        a.field(2, value.cipher);
    });
}
// Checksum (§5.2.9), HostAddress (§5.2.5), AuthorizationData (§5.2.6),
// TransitedEncoding (§5.3): all numbered from 0 ...
template <class A, class T>
void describe_typed(A& archive, T& value, unsigned first) {
    archive.sequence([&](A& a) {
        a.field(first, value.type);
        a.field(first + 1, value.value);
    });
}
template <class A>
void describe(A& archive, Checksum& value) { describe_typed(archive, value, 0); }
template <class A>
void describe(A& archive, Typed& value) { describe_typed(archive, value, 0); }
template <class A>
void describe(A& archive, LastReq& value) { describe_typed(archive, value, 0); }
template <class A>  // ... but for PA-DATA (§5.2.7)
void describe(A& archive, PaData& value) { describe_typed(archive, value, 1); }

template <class A>
void describe(A& archive, Ticket& value) {  // §5.3
    archive.application(1, [&](A& tagged) {
        tagged.sequence([&](A& a) {
            a.field(0, value.version);
            a.field(1, value.realm);
            a.field(2, value.server);
            a.field(3, value.sealed);
        });
    });
}
template <class A>
void describe(A& archive, EncTicketPart& value) {
    archive.application(3, [&](A& tagged) {
        tagged.sequence([&](A& a) {
            a.field(0, value.flags);
            a.field(1, value.key);
            a.field(2, value.client_realm);
            a.field(3, value.client);
            a.field(4, value.transited);
            a.field(5, value.authenticated);
            a.field(6, value.from);
            a.field(7, value.until);
            a.field(8, value.renew_until);
            a.field(9, value.addresses);
            a.field(10, value.authorization);
        });
    });
}
template <class A>
void describe(A& archive, KdcReqBody& value) {  // §5.4.1
    archive.sequence([&](A& a) {
        a.field(0, value.options);
        a.field(1, value.client);
        a.field(2, value.realm);
        a.field(3, value.server);
        a.field(4, value.from);
        a.field(5, value.until);
        a.field(6, value.renew_until);
        a.field(7, value.nonce);
        a.required(8, value.types);
        a.field(9, value.addresses);
        a.field(10, value.authorization);
        a.field(11, value.tickets);
    });
}
template <class A>
void describe(A& archive, KdcReq& value) {
    archive.application(static_cast<unsigned>(value.type), [&](A& tagged) {
        tagged.sequence([&](A& a) {
            a.field(1, value.version);
            a.field(2, value.type);
            a.field(3, value.padata);
            a.field(4, value.body);
        });
    });
}
template <class A>
void describe(A& archive, KdcRep& value) {  // §5.4.2
    archive.application(static_cast<unsigned>(value.type), [&](A& tagged) {
        tagged.sequence([&](A& a) {
            a.field(0, value.version);
            a.field(1, value.type);
            a.field(2, value.padata);
            a.field(3, value.client_realm);
            a.field(4, value.client);
            a.field(5, value.ticket);
            a.field(6, value.sealed);
        });
    });
}
template <class A>
void describe_part(A& archive, EncKdcRepPart& value, unsigned tag) {
    archive.application(tag, [&](A& tagged) {
        tagged.sequence([&](A& a) {
            a.field(0, value.key);
            a.required(1, value.last);
            a.field(2, value.nonce);
            a.field(3, value.key_expires);
            a.field(4, value.flags);
            a.field(5, value.authenticated);
            a.field(6, value.from);
            a.field(7, value.until);
            a.field(8, value.renew_until);
            a.field(9, value.realm);
            a.field(10, value.server);
            a.field(11, value.addresses);
            a.field(12, value.padata);
        });
    });
}
template <class A>
void describe(A& archive, Authenticator& value) {  // §5.5.1
    archive.application(2, [&](A& tagged) {
        tagged.sequence([&](A& a) {
            a.field(0, value.version);
            a.field(1, value.client_realm);
            a.field(2, value.client);
            a.field(3, value.checksum);
            a.field(4, value.microseconds);
            a.field(5, value.time);
            a.field(6, value.subkey);
            a.field(7, value.sequence);
            a.field(8, value.authorization);
        });
    });
}
template <class A>
void describe(A& archive, ApReq& value) {
    archive.application(ap_req, [&](A& tagged) {
        tagged.sequence([&](A& a) {
            a.field(0, value.version);
            a.field(1, value.type);
            a.field(2, value.options);
            a.field(3, value.ticket);
            a.field(4, value.authenticator);
        });
    });
}
template <class A>
void describe(A& archive, ApRep& value) {  // §5.5.2
    archive.application(ap_rep, [&](A& tagged) {
        tagged.sequence([&](A& a) {
            a.field(0, value.version);
            a.field(1, value.type);
            a.field(2, value.sealed);
        });
    });
}
template <class A>
void describe(A& archive, EncApRepPart& value) {
    archive.application(27, [&](A& tagged) {
        tagged.sequence([&](A& a) {
            a.field(0, value.time);
            a.field(1, value.microseconds);
            a.field(2, value.subkey);
            a.field(3, value.sequence);
        });
    });
}
template <class A>
void describe(A& archive, KrbError& value) {  // §5.9.1
    archive.application(error, [&](A& tagged) {
        tagged.sequence([&](A& a) {
            a.field(0, value.version);
            a.field(1, value.type);
            a.field(2, value.client_time);
            a.field(3, value.client_microseconds);
            a.field(4, value.time);
            a.field(5, value.microseconds);
            a.field(6, value.code);
            a.field(7, value.client_realm);
            a.field(8, value.client);
            a.field(9, value.realm);
            a.field(10, value.server);
            a.field(11, value.text);
            a.field(12, value.data);
        });
    });
}
template <class A>
void describe(A& archive, PaEncTimestamp& value) {  // §5.2.7.2
    archive.sequence([&](A& a) {
        a.field(0, value.time);
        a.field(1, value.microseconds);
    });
}
template <class A>
void describe(A& archive, EtypeInfo2Entry& value) {  // §5.2.7.5
    archive.sequence([&](A& a) {
        a.field(0, value.type);
        a.field(1, value.salt);
        a.field(2, value.parameters);
    });
}

namespace {

template <class T>
std::string written(const T& value) {
    Writer writer;
    writer.put(value);
    return std::move(writer.out);
}
template <class T>
bool read_whole(std::string_view octets, T& value) {
    value = T{};
    Reader reader(octets);
    reader.get(value);
    return reader.done();
}
template <class T>
std::string written_list(const std::vector<T>& list) {
    Writer writer;
    writer.put_list(list);
    return std::move(writer.out);
}
template <class T>
bool read_list(std::string_view octets, std::vector<T>& list) {
    Reader reader(octets);
    reader.get_list(list);
    return reader.done();
}

// Versions and types that are said twice must agree (§5.4.1, §5.9.1).
template <class T>
bool is_sound(const T&) { return true; }
bool is_sound(const Ticket& value) { return value.version == 5; }
bool is_sound(const Authenticator& value) { return value.version == 5; }
bool is_sound(const ApReq& value) { return value.version == 5 && value.type == ap_req; }
bool is_sound(const ApRep& value) { return value.version == 5 && value.type == ap_rep; }
bool is_sound(const KrbError& value) { return value.version == 5 && value.type == error; }

// The tag says which of two it is, before the message does.
template <class T>
bool read_either(std::string_view octets, T& value, std::int32_t one, std::int32_t other) {
    for (const std::int32_t type : {one, other}) {
        if (octets.empty() ||
            static_cast<std::uint8_t>(octets[0]) != der::application(static_cast<unsigned>(type)))
            continue;
        value = T{};
        value.type = type;
        Reader reader(octets);
        reader.get(value);
        return reader.done() && value.type == type && value.version == 5;
    }
    return false;
}

}  // namespace

#define POSTROAD_KERBEROS_DEFINE(Value)                                                            \
    std::string write(const Value& value) { return written(value); }
POSTROAD_KERBEROS_VALUES(POSTROAD_KERBEROS_DEFINE)
#undef POSTROAD_KERBEROS_DEFINE

#define POSTROAD_KERBEROS_PLAIN(X)                                                                 \
    X(Ticket) X(EncTicketPart) X(KdcReqBody) X(Authenticator) X(ApReq) X(ApRep) X(EncApRepPart)     \
    X(KrbError) X(PaEncTimestamp) X(EncryptedData) X(Checksum)
#define POSTROAD_KERBEROS_DEFINE(Value)                                                            \
    bool read(std::string_view octets, Value& value) {                                             \
        return read_whole(octets, value) && is_sound(value);                                       \
    }
POSTROAD_KERBEROS_PLAIN(POSTROAD_KERBEROS_DEFINE)
#undef POSTROAD_KERBEROS_DEFINE

bool read(std::string_view octets, KdcReq& value) {
    return read_either(octets, value, as_req, tgs_req);
}
bool read(std::string_view octets, KdcRep& value) {
    return read_either(octets, value, as_rep, tgs_rep);
}

std::string write(const EncKdcRepPart& value, std::int32_t reply) {
    Writer writer;
    describe_part(writer, const_cast<EncKdcRepPart&>(value), reply == as_rep ? 25 : 26);
    return std::move(writer.out);
}
bool read(std::string_view octets, EncKdcRepPart& value) {
    for (const unsigned tag : {25U, 26U}) {
        value = EncKdcRepPart{};
        Reader reader(octets);
        describe_part(reader, value, tag);
        if (reader.done()) return true;
    }
    return false;
}

std::string write(const std::vector<EtypeInfo2Entry>& entries) { return written_list(entries); }
bool read(std::string_view octets, std::vector<EtypeInfo2Entry>& entries) {
    return read_list(octets, entries);
}
std::string write(const std::vector<PaData>& method_data) { return written_list(method_data); }
bool read(std::string_view octets, std::vector<PaData>& method_data) {
    return read_list(octets, method_data);
}

std::string_view body_octets(std::string_view request) {
    const auto tagged = der::take(request);
    if (!tagged) return {};
    std::string_view rest = tagged->contents;
    const auto fields = der::take(rest, der::sequence);
    if (!fields) return {};
    rest = *fields;
    while (const auto field = der::take(rest))
        if (field->identifier == der::context(4)) return field->contents;
    return {};
}

std::string to_text(const PrincipalName& name) {
    std::string out;
    for (const std::string& part : name.parts) {
        if (&part != &name.parts.front()) out += '/';
        for (const char one : part) {
            if (one == '/' || one == '@' || one == '\\') out += '\\';
            out += one;
        }
    }
    return out;
}

PrincipalName to_name(std::string_view text) {
    PrincipalName out;
    out.parts.emplace_back();
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '/') out.parts.emplace_back();
        else if (text[i] == '\\' && i + 1 < text.size()) out.parts.back() += text[++i];
        else out.parts.back() += text[i];
    }
    if (out.parts.size() > 1)
        out.type = static_cast<std::int32_t>(out.parts[0] == "krbtgt" ? NameType::srv_inst
                                                                      : NameType::srv_hst);
    return out;
}

std::string_view name_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::none: return "KDC_ERR_NONE";
        case ErrorCode::bad_protocol_version: return "KDC_ERR_BAD_PVNO";
        case ErrorCode::client_unknown: return "KDC_ERR_C_PRINCIPAL_UNKNOWN";
        case ErrorCode::server_unknown: return "KDC_ERR_S_PRINCIPAL_UNKNOWN";
        case ErrorCode::cannot_postdate: return "KDC_ERR_CANNOT_POSTDATE";
        case ErrorCode::never_valid: return "KDC_ERR_NEVER_VALID";
        case ErrorCode::bad_option: return "KDC_ERR_BADOPTION";
        case ErrorCode::etype_nosupp: return "KDC_ERR_ETYPE_NOSUPP";
        case ErrorCode::padata_type_nosupp: return "KDC_ERR_PADATA_TYPE_NOSUPP";
        case ErrorCode::preauth_failed: return "KDC_ERR_PREAUTH_FAILED";
        case ErrorCode::preauth_required: return "KDC_ERR_PREAUTH_REQUIRED";
        case ErrorCode::bad_integrity: return "KRB_AP_ERR_BAD_INTEGRITY";
        case ErrorCode::ticket_expired: return "KRB_AP_ERR_TKT_EXPIRED";
        case ErrorCode::ticket_not_yet_valid: return "KRB_AP_ERR_TKT_NYV";
        case ErrorCode::repeat: return "KRB_AP_ERR_REPEAT";
        case ErrorCode::not_us: return "KRB_AP_ERR_NOT_US";
        case ErrorCode::bad_match: return "KRB_AP_ERR_BADMATCH";
        case ErrorCode::skew: return "KRB_AP_ERR_SKEW";
        case ErrorCode::bad_version: return "KRB_AP_ERR_BADVERSION";
        case ErrorCode::message_type: return "KRB_AP_ERR_MSG_TYPE";
        case ErrorCode::modified: return "KRB_AP_ERR_MODIFIED";
        case ErrorCode::bad_key_version: return "KRB_AP_ERR_BADKEYVER";
        case ErrorCode::inappropriate_checksum: return "KRB_AP_ERR_INAPP_CKSUM";
        case ErrorCode::response_too_big: return "KRB_ERR_RESPONSE_TOO_BIG";
        case ErrorCode::generic: return "KRB_ERR_GENERIC";
        case ErrorCode::wrong_realm: return "KDC_ERR_WRONG_REALM";
    }
    return {};
}

}  // namespace postroad::kerberos
