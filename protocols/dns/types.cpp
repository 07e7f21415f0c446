// The names of DNS types, classes, opcodes and response codes, in one table each.
#include "protocols/dns/types.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace postroad::dns {

namespace {

struct TypeRow {
    Type type;
    std::string_view text;
};
constexpr TypeRow type_rows[] = {
    {Type::a, "A"},           {Type::ns, "NS"},         {Type::md, "MD"},
    {Type::mf, "MF"},         {Type::cname, "CNAME"},   {Type::soa, "SOA"},
    {Type::mb, "MB"},         {Type::mg, "MG"},         {Type::mr, "MR"},
    {Type::null, "NULL"},     {Type::wks, "WKS"},       {Type::ptr, "PTR"},
    {Type::hinfo, "HINFO"},   {Type::minfo, "MINFO"},   {Type::mx, "MX"},
    {Type::txt, "TXT"},       {Type::rp, "RP"},         {Type::afsdb, "AFSDB"},
    {Type::rt, "RT"},         {Type::px, "PX"},         {Type::aaaa, "AAAA"},
    {Type::srv, "SRV"},       {Type::naptr, "NAPTR"},   {Type::kx, "KX"},
    {Type::dname, "DNAME"},   {Type::opt, "OPT"},       {Type::ds, "DS"},
    {Type::sshfp, "SSHFP"},   {Type::rrsig, "RRSIG"},   {Type::nsec, "NSEC"},
    {Type::dnskey, "DNSKEY"}, {Type::tlsa, "TLSA"},     {Type::openpgpkey, "OPENPGPKEY"},
    {Type::svcb, "SVCB"},     {Type::https, "HTTPS"},   {Type::spf, "SPF"},
    {Type::ixfr, "IXFR"},     {Type::axfr, "AXFR"},     {Type::any, "ANY"},
    {Type::caa, "CAA"},
};

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

bool same(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return upper(x) == upper(y); });
}

// The number of "TYPE123" or "CLASS123" behind its prefix.
std::optional<std::uint16_t> parse_numbered(std::string_view text, std::string_view prefix) {
    if (text.size() <= prefix.size() || text.size() > prefix.size() + 5) return std::nullopt;
    if (!same(text.substr(0, prefix.size()), prefix)) return std::nullopt;
    std::uint32_t value = 0;
    for (const char c : text.substr(prefix.size())) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + static_cast<std::uint32_t>(c - '0');
    }
    if (value > 0xFFFF) return std::nullopt;
    return static_cast<std::uint16_t>(value);
}

// Edits (insert, delete, replace, swap neighbours) between two short words.
std::size_t distance(std::string_view a, std::string_view b) {
    constexpr std::size_t max = 16;
    if (a.size() >= max || b.size() >= max) return max;
    std::array<std::array<std::size_t, max>, max> d{};
    for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
    for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i)
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = upper(a[i - 1]) == upper(b[j - 1]) ? 0 : 1;
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + change});
            if (i > 1 && j > 1 && upper(a[i - 1]) == upper(b[j - 2]) &&
                upper(a[i - 2]) == upper(b[j - 1]))
                d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[a.size()][b.size()];
}

}  // namespace

std::string to_text(Type type) {
    for (const TypeRow& row : type_rows)
        if (row.type == type) return std::string(row.text);
    return "TYPE" + std::to_string(static_cast<unsigned>(type));
}

std::string to_text(Class class_) {
    switch (class_) {
        case Class::in: return "IN";
        case Class::ch: return "CH";
        case Class::hs: return "HS";
        case Class::none: return "NONE";
        case Class::any: return "ANY";
    }
    return "CLASS" + std::to_string(static_cast<unsigned>(class_));
}

std::string to_text(Opcode opcode) {
    switch (opcode) {
        case Opcode::query: return "QUERY";
        case Opcode::iquery: return "IQUERY";
        case Opcode::status: return "STATUS";
        case Opcode::notify: return "NOTIFY";
        case Opcode::update: return "UPDATE";
    }
    return "OPCODE" + std::to_string(static_cast<unsigned>(opcode));
}

std::string to_text(Rcode rcode) {
    switch (rcode) {
        case Rcode::no_error: return "NOERROR";
        case Rcode::form_err: return "FORMERR";
        case Rcode::serv_fail: return "SERVFAIL";
        case Rcode::nx_domain: return "NXDOMAIN";
        case Rcode::not_imp: return "NOTIMP";
        case Rcode::refused: return "REFUSED";
        case Rcode::bad_vers: return "BADVERS";
    }
    return "RCODE" + std::to_string(static_cast<unsigned>(rcode));
}

std::optional<Type> parse_type(std::string_view text) {
    for (const TypeRow& row : type_rows)
        if (same(row.text, text)) return row.type;
    if (const auto number = parse_numbered(text, "TYPE")) return static_cast<Type>(*number);
    return std::nullopt;
}

std::optional<Class> parse_class(std::string_view text) {
    for (const Class class_ : {Class::in, Class::ch, Class::hs, Class::none, Class::any})
        if (same(to_text(class_), text)) return class_;
    if (const auto number = parse_numbered(text, "CLASS")) return static_cast<Class>(*number);
    return std::nullopt;
}

std::optional<std::string_view> nearest_type(std::string_view text) {
    // The types a mail administrator writes come first: of equals the first wins.
    constexpr std::string_view usual[] = {"A",   "AAAA", "MX",  "TXT",  "CNAME", "NS",  "SOA",
                                          "PTR", "SRV",  "CAA", "TLSA", "HINFO", "DS"};
    std::size_t best = text.size() <= 2 ? 2 : 3;  // a bound: farther than that is no likeness
    std::optional<std::string_view> found;
    for (const std::string_view word : usual) {
        const std::size_t d = distance(text, word);
        if (d < best && d < word.size()) {
            best = d;
            found = word;
        }
    }
    return found;
}

}  // namespace postroad::dns
