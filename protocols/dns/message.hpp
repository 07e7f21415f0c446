// DNS messages on the wire (RFC 1035 §4, RFC 6891, RFC 3597, RFC 2181 §8): the header and the
// shapes of RDATA that reader and writer share. Nothing here allocates.
#pragma once

#include "protocols/dns/name.hpp"
#include "protocols/dns/types.hpp"

#include <optional>

namespace postroad::dns {

inline constexpr std::size_t header_size = 12;
inline constexpr std::size_t udp_size_bytes_max = 512;     // RFC 1035 §4.2.1, without EDNS
inline constexpr std::size_t message_size_bytes_max = 65535;
inline constexpr std::uint32_t ttl_s_max = 0x7FFFFFFF;     // RFC 2181 §8

enum class Section : std::uint8_t { question, answer, authority, additional };

struct Header {  // RFC 1035 §4.1.1; AD and CD are RFC 4035 §3.1.6, §3.2
    std::uint16_t id = 0;
    bool is_response = false;          // QR
    Opcode opcode = Opcode::query;
    bool authoritative = false;        // AA
    bool truncated = false;            // TC
    bool recursion_desired = false;    // RD
    bool recursion_available = false;  // RA
    bool reserved = false;             // Z, must be zero
    bool authentic_data = false;       // AD
    bool checking_disabled = false;    // CD
    Rcode rcode = Rcode::no_error;     // the lower four bits; OPT holds the upper eight
    std::array<std::uint16_t, 4> counts{};  // by Section

    friend bool operator==(const Header&, const Header&) = default;
};

struct Question {
    Name name;
    Type type = Type::none;
    Class class_ = Class::in;
};

struct Mx {  // RFC 1035 §3.3.9
    std::uint16_t preference = 0;
    Name exchange;
};

struct Soa {  // RFC 1035 §3.3.13
    Name primary;      // MNAME
    Name responsible;  // RNAME: the mailbox, its "@" written as a dot
    std::uint32_t serial = 0, refresh_s = 0, retry_s = 0, expire_s = 0;
    std::uint32_t minimum_s = 0;  // RFC 2308 §4: the TTL of negative answers
};

struct Edns {  // RFC 6891 §6.1
    std::uint16_t udp_size_bytes = 1232;
    std::uint8_t extended_rcode = 0;  // the upper eight bits of the response code
    std::uint8_t version = 0;
    bool dnssec_ok = false;  // RFC 3225 §3
    Bytes options;           // undecoded {code, length, data} triples
};

// How the names lie in a type's RDATA: `prefix` octets, then `names` names, then `suffix`
// octets. RFC 3597 §4: only types of RFC 1035 may be compressed when sent; those of
// some later types are decompressed when received.
struct RdataShape {
    std::uint8_t prefix = 0, names = 0, suffix = 0;
    bool compress = false;
};
constexpr RdataShape rdata_shape(Type type) {
    switch (type) {
        case Type::ns: case Type::md: case Type::mf: case Type::cname:
        case Type::mb: case Type::mg: case Type::mr: case Type::ptr: return {0, 1, 0, true};
        case Type::soa: return {0, 2, 20, true};
        case Type::minfo: return {0, 2, 0, true};
        case Type::mx: return {2, 1, 0, true};
        case Type::rp: return {0, 2, 0, false};
        case Type::afsdb: case Type::rt: case Type::kx: return {2, 1, 0, false};
        case Type::px: return {2, 2, 0, false};
        case Type::srv: return {6, 1, 0, false};
        case Type::dname: return {0, 1, 0, false};
        default: return {};
    }
}

// TLSA RDATA (RFC 6698 §2.1): what a server's certificate is held against.
struct Tlsa {
    std::uint8_t usage = 0;     // 0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE (RFC 7218)
    std::uint8_t selector = 0;  // 0: the whole certificate, 1: its SubjectPublicKeyInfo
    std::uint8_t matching = 0;  // 0: as it is, 1: SHA-256, 2: SHA-512
    Bytes data;
};

// The strings of TXT RDATA, one after another (RFC 1035 §3.3.14). `next` gives false at the end.
class TextStrings {
public:
    explicit TextStrings(Bytes rdata) : rest_(rdata) {}
    bool next(std::string_view& out);

private:
    Bytes rest_;
};

// One resource record as it stands in a message. RDATA is a view into the packet; the typed
// accessors follow its compression pointers, and give nothing when the type is another or
// the data malformed.
struct Record {
    Section section = Section::answer;
    Name name;
    Type type = Type::none;
    Class class_ = Class::in;  // of an OPT record: the sender's UDP size
    std::uint32_t ttl_raw = 0;
    Bytes rdata;
    Bytes packet;  // the whole message, where RDATA's pointers lead

    std::uint32_t ttl_s() const { return ttl_raw > ttl_s_max ? 0 : ttl_raw; }  // RFC 2181 §8
    std::optional<std::array<std::uint8_t, 4>> as_a() const;
    std::optional<std::array<std::uint8_t, 16>> as_aaaa() const;
    std::optional<Name> as_name() const;  // NS, CNAME, PTR (and DNAME): the one name they hold
    std::optional<Mx> as_mx() const;
    std::optional<Soa> as_soa() const;
    std::optional<TextStrings> as_txt() const;
    std::optional<Edns> as_edns() const;
    std::optional<Tlsa> as_tlsa() const;
};

// Checks RDATA against its type and copies it with its names uncompressed into `out`. Gives the
// size, or nothing when it is malformed or `out` is too small (65,535 + 2 * 255 always do).
// Unknown types are copied as they are (RFC 3597 §3).
std::optional<std::size_t> expand_rdata(Type type, Bytes packet, std::size_t rdata_offset,
                                        std::size_t rdata_size, std::span<std::uint8_t> out);
std::optional<std::size_t> expand_rdata(const Record& record, std::span<std::uint8_t> out);

// A record made of uncompressed parts, to read zone or cache data with the same accessors.
inline Record plain_record(Bytes owner, Type type, std::uint32_t ttl_s, Bytes rdata) {
    return {Section::answer, to_name(owner), type, Class::in, ttl_s, rdata, rdata};
}

// RFC 1035 §4.2.2: over TCP each message follows its size in two octets. Takes one whole message
// off the front of `stream`; nothing while it is incomplete.
std::optional<Bytes> take_framed(Bytes& stream);

}  // namespace postroad::dns
