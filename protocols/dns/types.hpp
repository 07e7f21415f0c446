// The numbers of DNS and their names: types, classes, opcodes, response codes
// (RFC 1035 §3.2, §4.1.1, RFC 3596, RFC 6891 §9).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postroad::dns {

enum class Type : std::uint16_t {
    none = 0,
    a = 1,
    ns = 2,
    md = 3,
    mf = 4,
    cname = 5,
    soa = 6,
    mb = 7,
    mg = 8,
    mr = 9,
    null = 10,
    wks = 11,
    ptr = 12,
    hinfo = 13,
    minfo = 14,
    mx = 15,
    txt = 16,
    rp = 17,
    afsdb = 18,
    rt = 21,
    px = 26,
    aaaa = 28,
    srv = 33,
    naptr = 35,
    kx = 36,
    dname = 39,
    opt = 41,
    ds = 43,
    sshfp = 44,
    rrsig = 46,
    nsec = 47,
    dnskey = 48,
    tlsa = 52,
    openpgpkey = 61,
    svcb = 64,
    https = 65,
    spf = 99,
    ixfr = 251,
    axfr = 252,
    any = 255,
    caa = 257,
};

enum class Class : std::uint16_t { in = 1, ch = 3, hs = 4, none = 254, any = 255 };

enum class Opcode : std::uint8_t { query = 0, iquery = 1, status = 2, notify = 4, update = 5 };

enum class Rcode : std::uint16_t {  // over 15 needs an OPT record (RFC 6891 §6.1.3)
    no_error = 0,
    form_err = 1,
    serv_fail = 2,
    nx_domain = 3,
    not_imp = 4,
    refused = 5,
    bad_vers = 16,
};

std::string to_text(Type type);  // "MX", or "TYPE65280" (RFC 3597 §5)
std::string to_text(Class class_);
std::string to_text(Opcode opcode);
std::string to_text(Rcode rcode);

// From a mnemonic in any case, or TYPE123 / CLASS123 (RFC 3597 §5). Nothing when unknown.
std::optional<Type> parse_type(std::string_view text);
std::optional<Class> parse_class(std::string_view text);

// The mnemonic nearest to a mistyped one, or nothing when none is near.
std::optional<std::string_view> nearest_type(std::string_view text);

}  // namespace postroad::dns
