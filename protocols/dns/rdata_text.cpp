// The bridge to ldns, which knows the text form of every record type. It tells no column, so a
// refused record's fields are tried one by one to find the one at fault.
#include "protocols/dns/rdata_text.hpp"

#include "protocols/dns/message.hpp"

#include <ldns/ldns.h>

#include <algorithm>
#include <memory>

namespace postroad::dns {

namespace {

struct Free {
    void operator()(ldns_rdf* p) const { ldns_rdf_deep_free(p); }
    void operator()(ldns_rr* p) const { ldns_rr_free(p); }
    void operator()(ldns_buffer* p) const { ldns_buffer_free(p); }
};
using RdfPtr = std::unique_ptr<ldns_rdf, Free>;
using RrPtr = std::unique_ptr<ldns_rr, Free>;
using BufferPtr = std::unique_ptr<ldns_buffer, Free>;

std::string usage(Type type) {
    switch (type) {
        case Type::a: return "A 192.0.2.1";
        case Type::aaaa: return "AAAA 2001:db8::1";
        case Type::mx: return "MX 10 mx1.example.org.";
        case Type::ns: return "NS ns1.example.org.";
        case Type::cname: return "CNAME www.example.org.";
        case Type::ptr: return "PTR mail.example.org.";
        case Type::txt: return "TXT \"v=spf1 mx -all\"";
        case Type::tlsa: return "TLSA 3 1 1 (64 hexadecimal digits of SHA-256)";
        case Type::srv: return "SRV 0 1 587 mail.example.org.";
        case Type::soa:
            return "SOA ns1.example.org. hostmaster.example.org. ( 1 7200 3600 1209600 3600 )";
        default: return "";
    }
}

std::string field_kind(ldns_rdf_type kind) {
    switch (kind) {
        case LDNS_RDF_TYPE_A: return "an IPv4 address";
        case LDNS_RDF_TYPE_AAAA: return "an IPv6 address";
        case LDNS_RDF_TYPE_DNAME: return "a domain name";
        case LDNS_RDF_TYPE_INT8: return "a number up to 255";
        case LDNS_RDF_TYPE_INT16: return "a number up to 65535";
        case LDNS_RDF_TYPE_INT32: return "a number up to 4294967295";
        case LDNS_RDF_TYPE_PERIOD: return "a time in seconds";
        case LDNS_RDF_TYPE_STR: return "a string of at most 255 octets";
        default: return "valid data";
    }
}

// What ldns does not refuse although it should: it stops reading a number at its first letter.
bool is_field(ldns_rdf_type kind, const Token& token) {
    const std::string& text = token.text;
    if (kind == LDNS_RDF_TYPE_DNAME) {
        static constexpr Name any_origin{};
        return !token.quoted && bool(parse_name(text, &any_origin));
    }
    const std::uint64_t max = kind == LDNS_RDF_TYPE_INT8    ? 0xFF
                              : kind == LDNS_RDF_TYPE_INT16 ? 0xFFFF
                              : kind == LDNS_RDF_TYPE_INT32 ? 0xFFFFFFFF
                                                            : 0;
    if (max != 0) {
        if (text.empty() || text.size() > 10) return false;
        std::uint64_t value = 0;
        for (const char c : text) {
            if (c < '0' || c > '9') return false;
            value = value * 10 + static_cast<std::uint64_t>(c - '0');
        }
        return value <= max;
    }
    if (kind == LDNS_RDF_TYPE_PERIOD) return parse_ttl(text).ttl_s.has_value();
    if (kind == LDNS_RDF_TYPE_A || kind == LDNS_RDF_TYPE_AAAA) {
        ldns_rdf* rdf = ldns_rdf_new_frm_str(kind, text.c_str());
        return RdfPtr(rdf) != nullptr;
    }
    if (kind == LDNS_RDF_TYPE_STR) {
        std::size_t size = 0;
        for (std::size_t i = 0; i < text.size(); ++i, ++size) {
            if (text[i] != '\\' || i + 1 == text.size()) continue;
            i += text[i + 1] >= '0' && text[i + 1] <= '9' ? 3 : 1;  // \DDD or \X is one octet
        }
        return size - (token.quoted ? 2 : 0) <= 255;
    }
    return true;
}

bool looks_like_ipv4(const std::string& text) {
    return std::count(text.begin(), text.end(), '.') >= 3 &&
           text.find_first_not_of("0123456789.") == std::string::npos;
}

// Judges field by field; false when one is at fault, which `out` then describes.
bool fields_are_sound(const Entry& entry, ReadRdata& out) {
    const auto* descriptor = ldns_rr_descript(static_cast<std::uint16_t>(entry.type));
    const std::size_t minimum = ldns_rr_descriptor_minimum(descriptor);
    const std::size_t maximum = ldns_rr_descriptor_maximum(descriptor);
    const std::string type = to_text(entry.type);
    for (std::size_t i = 0; i < entry.rdata.size(); ++i) {
        const Token& token = entry.rdata[i];
        out.at = token.at;
        if (i >= maximum) {
            out.what = "\"" + token.text + "\" is more than a " + type + " record holds";
            return false;
        }
        const ldns_rdf_type kind = ldns_rr_descriptor_field_type(descriptor, i);
        if (is_field(kind, token)) continue;
        out.what = (token.quoted ? token.text : "\"" + token.text + "\"") + " is not " +
                   field_kind(kind);
        if (entry.type == Type::mx && i == 0)
            out.what += ": an MX begins with its preference";
        if (kind == LDNS_RDF_TYPE_STR) out.hint = "split it into several quoted strings";
        return false;
    }
    if (entry.rdata.size() < minimum) {
        out.at = entry.rdata.empty() ? entry.type_at : entry.rdata.back().at;
        out.what = "the " + type + " record ends too early: it has " +
                   std::to_string(entry.rdata.size()) + " of " + std::to_string(minimum) +
                   " fields";
        return false;
    }
    for (std::size_t i = 0; i < entry.rdata.size(); ++i) {
        const Token& token = entry.rdata[i];
        if (ldns_rr_descriptor_field_type(descriptor, i) != LDNS_RDF_TYPE_DNAME) continue;
        if (looks_like_ipv4(token.text)) {
            out.at = token.at;
            out.what = "\"" + token.text + "\" is an address, and " + type + " takes a name";
            out.hint = "name the host, and give that name an A record";
            return false;
        }
        if (token.text.size() > 1 && token.text.find('@') != std::string::npos) {
            out.at = token.at;
            out.what = "\"" + token.text + "\" has an @ inside a name";
            out.why = "RFC 1035 §3.3.13: a mailbox in a zone is written with a dot for its @";
            std::string dotted = token.text;
            dotted[dotted.find('@')] = '.';
            if (dotted.back() != '.') dotted += '.';
            out.hint = "did you mean " + dotted + "?";
            return false;
        }
    }
    return true;
}

}  // namespace

ReadRdata read_rdata_text(const Entry& entry) {
    ReadRdata out;
    out.at = entry.rdata.empty() ? entry.type_at : entry.rdata.front().at;
    const bool generic = !entry.rdata.empty() && entry.rdata[0].text == "\\#";  // RFC 3597 §5
    if (entry.type == Type::opt || entry.type == Type::any || entry.type == Type::axfr ||
        entry.type == Type::ixfr) {
        out.at = entry.type_at;
        out.what = to_text(entry.type) + " cannot stand in a zone";
        return out;
    }
    if (!generic && !fields_are_sound(entry, out)) {
        if (out.hint.empty() && !usage(entry.type).empty())
            out.hint = "for example: " + usage(entry.type);
        return out;
    }
    out.at = entry.rdata.empty() ? entry.type_at : entry.rdata.front().at;
    // The owner is of no matter here: it was read with its place before.
    std::string line = ". 0 IN " + to_text(entry.type);
    for (const Token& token : entry.rdata) line += " " + token.text;
    const RdfPtr origin(ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, entry.origin.length,
                                              entry.origin.wire.data()));
    ldns_rr* rr_raw = nullptr;
    const ldns_status status = ldns_rr_new_frm_str(&rr_raw, line.c_str(), 0, origin.get(), nullptr);
    const RrPtr rr(rr_raw);
    const BufferPtr buffer(ldns_buffer_new(message_size_bytes_max));
    if (status != LDNS_STATUS_OK || rr == nullptr ||
        ldns_rr_rdata2buffer_wire(buffer.get(), rr.get()) != LDNS_STATUS_OK ||
        ldns_buffer_position(buffer.get()) > message_size_bytes_max) {
        out.what = "the data of this " + to_text(entry.type) + " record cannot be read";
        out.why = ldns_get_errorstr_by_id(status);
        out.hint = usage(entry.type).empty() ? "" : "for example: " + usage(entry.type);
        return out;
    }
    const std::uint8_t* begin = ldns_buffer_begin(buffer.get());
    out.wire.assign(begin, begin + ldns_buffer_position(buffer.get()));
    // ldns lets \# write anything, compression pointers too; the wire form decides.
    std::vector<std::uint8_t> plain(out.wire.size() + 2 * name_size_max);
    const auto size = expand_rdata(entry.type, out.wire, 0, out.wire.size(), plain);
    if (!size || !std::equal(out.wire.begin(), out.wire.end(), plain.begin(),
                             plain.begin() + static_cast<std::ptrdiff_t>(*size))) {
        out.what = "the data of this " + to_text(entry.type) + " record is malformed";
        out.why = "RFC 1035 §3.3: it must have the form of its type";
        return out;
    }
    out.ok = true;
    return out;
}

}  // namespace postroad::dns
