// The packets of connection-oriented RPC (C706 §12.6, MS-RPCE §2.2.2), read and written by one
// description of each. A packet is one fragment; who puts fragments together is the machines' part.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocols/base/section.hpp"
#include "protocols/rpc/uuid.hpp"

namespace postroad::rpc {

enum class PacketType : std::uint8_t {  // C706 §12.1
    request = 0,
    response = 2,
    fault = 3,
    bind = 11,
    bind_ack = 12,
    bind_nak = 13,
    alter_context = 14,
    alter_context_response = 15,
    auth3 = 16,  // MS-RPCE §2.2.2.5
    shutdown = 17,
    cancel = 18,
    orphaned = 19,
};
std::string_view name_of(PacketType type);  // "bind_ack"
Section section_of(PacketType type);        // who defines it

namespace flag {  // C706 §12.6.3.1, MS-RPCE §2.2.2.3
inline constexpr std::uint8_t first = 0x01, last = 0x02, whole = first | last,
                              header_signing = 0x04,  // of bind and alter_context
    cancel_pending = 0x04,                            // of the others
    multiplexing = 0x10, did_not_execute = 0x20, maybe = 0x40, object = 0x80;
}  // namespace flag

enum class AuthType : std::uint8_t {
    none = 0,
    spnego = 9,
    ntlm = 10,
    kerberos = 16
};                                     // §2.2.1.1.7
enum class AuthLevel : std::uint8_t {  // MS-RPCE §2.2.1.1.8
    unset = 0,
    none = 1,
    connect = 2,
    call = 3,
    packet = 4,
    integrity = 5,
    privacy = 6,
};
std::string_view name_of(AuthLevel level);

// Why things fail: C706 appendix E (status codes), MS-RPCE §2.2.2.1 (those of Windows).
enum class Status : std::uint32_t {
    ok = 0,
    access_denied = 0x00000005,
    bad_stub_data = 0x000006f7,
    security_package_error = 0x00000721,
    context_mismatch = 0x1c00001a,
    cancelled = 0x1c00000d,
    no_such_operation = 0x1c010002,
    unknown_interface = 0x1c010003,
    protocol_error = 0x1c01000b,
    arguments_too_big = 0x1c010013,
    server_too_busy = 0x1c010014,
};
std::string text_of(std::uint32_t status);  // "nca_s_op_rng_error (0x1c010002)"

inline constexpr std::size_t header_octets = 16, trailer_octets = 8, call_header_octets = 24;
inline constexpr std::uint16_t fragment_octets_min = 1432;  // C706 §12.6.3.1: MustRecvFragSize

struct Header {
    PacketType type = PacketType::request;
    std::uint8_t flags = flag::whole;
    std::uint32_t call = 0;
    std::uint16_t fragment = 0;  // octets of the whole packet
    std::uint16_t auth = 0;      // of which at its end the security provider's
    std::uint8_t minor = 0;      // of protocol version 5
    bool big_endian = false;     // the sender's integers
};
enum class HeaderFault : std::uint8_t {
    none,
    short_of_octets,
    version,
    type,
    representation,
    size
};
// What stands in the first 16 octets. `short_of_octets`: there are fewer.
HeaderFault read_header(std::string_view octets, Header& out);

struct PresentationContext {  // C706 §12.6.3.1: p_cont_elem_t
    std::uint16_t id = 0;
    Syntax abstract;
    std::vector<Syntax> transfers;
    bool operator==(const PresentationContext&) const = default;
};
struct Bind {  // and alter_context
    std::uint16_t max_sent = 0, max_received = 0;
    std::uint32_t group = 0;
    std::vector<PresentationContext> contexts;
    bool operator==(const Bind&) const = default;
};
enum class Verdict : std::uint16_t {
    acceptance,
    user_rejection,
    provider_rejection,
    negotiate_ack
};
enum class Reason : std::uint16_t {
    not_specified,
    abstract_syntax_not_supported,
    transfer_syntaxes_not_supported,
    local_limit_exceeded,
};
struct ContextResult {
    Verdict verdict = Verdict::acceptance;
    std::uint16_t reason = 0;  // a Reason; with negotiate_ack the features (MS-RPCE §2.2.2.14)
    Syntax transfer;
    bool operator==(const ContextResult&) const = default;
};
struct BindAck {  // and alter_context_response
    std::uint16_t max_sent = 0, max_received = 0;
    std::uint32_t group = 0;
    std::string secondary_address;  // a port or a pipe; without its NUL
    std::vector<ContextResult> results;
    bool operator==(const BindAck&) const = default;
};
enum class Rejection : std::uint16_t {  // C706 §12.6.3.1, MS-RPCE §2.2.2.5
    not_specified = 0,
    temporary_congestion = 1,
    local_limit_exceeded = 2,
    protocol_version_not_supported = 4,
    authentication_type_not_recognized = 8,
    invalid_checksum = 9,
};
struct BindNak {
    Rejection reason = Rejection::not_specified;
    bool operator==(const BindNak&) const = default;
};
struct Auth3 {
    bool operator==(const Auth3&) const = default;
};
struct Request {
    std::uint32_t octets_hint = 0;
    std::uint16_t context = 0, operation = 0;
    std::optional<Uuid> object;  // header flag `object`
    std::string stub;
    bool operator==(const Request&) const = default;
};
struct Response {
    std::uint32_t octets_hint = 0;
    std::uint16_t context = 0;
    std::uint8_t cancels = 0;
    std::string stub;
    bool operator==(const Response&) const = default;
};
struct Fault {
    std::uint32_t octets_hint = 0;
    std::uint16_t context = 0;
    std::uint8_t cancels = 0;
    std::uint32_t status = 0;
    bool operator==(const Fault&) const = default;
};
struct Plain {  // shutdown, cancel, orphaned: a header alone
    bool operator==(const Plain&) const = default;
};

// MS-RPCE §2.2.2.11: sec_trailer and what follows it.
struct Verifier {
    AuthType type = AuthType::none;
    AuthLevel level = AuthLevel::unset;
    std::uint8_t padding = 0;
    std::uint32_t context = 0;
    std::string value;
    bool operator==(const Verifier&) const = default;
};

struct Packet {
    PacketType type = PacketType::request;  // says which body there is
    std::uint8_t flags = flag::whole;
    std::uint32_t call = 0;
    std::variant<Plain, Bind, BindAck, BindNak, Auth3, Request, Response, Fault> body;
    std::optional<Verifier> verifier;
};

// A whole packet's octets, as many as its header says. Nothing: it is none of its type. A sealed
// stub stays so: that is undone before (security.hpp).
std::optional<Packet> read_packet(std::string_view octets);
// Where a packet's verifier lies, before anything else is understood.
struct VerifierPlace {
    std::size_t trailer = 0;  // of the 8 octets before the value
    std::size_t stub = 0;     // where what can be sealed begins; it ends at the trailer
    Verifier verifier;
};
std::optional<VerifierPlace> find_verifier(std::string_view octets, const Header& header);

struct Written {
    std::string octets;
    std::size_t stub = 0;     // what can be sealed: from here ...
    std::size_t trailer = 0;  // ... to here, padding included; the packet's end without verifier
};
// The verifier's value is put down as given and its padding computed. At most 65,535 octets.
Written write_packet(const Packet& packet);

}  // namespace postroad::rpc
