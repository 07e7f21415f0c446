// A zone back to text: every record in RFC 3597 §5's spelling where ldns has no better one.
#include "protocols/dns/zone.hpp"

namespace postroad::dns {

namespace {

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        const auto u = static_cast<std::uint8_t>(c);
        if (u < ' ' || u >= 127) {
            out += '\\';
            out += static_cast<char>('0' + u / 100);
            out += static_cast<char>('0' + u / 10 % 10);
            out += static_cast<char>('0' + u % 10);
        } else {
            if (c == '"' || c == '\\') out += '\\';
            out += c;
        }
    }
    return out + '"';
}

// RFC 2782: priority, weight, port, target. Empty: it is no SRV record, or malformed.
std::string srv_text(const Record& r) {
    constexpr std::size_t numbers_size = 6;
    std::array<std::uint8_t, numbers_size + name_size_max> plain;
    const auto size = r.type == Type::srv ? expand_rdata(r, plain) : std::nullopt;
    if (!size || *size <= numbers_size) return {};
    std::string out;
    for (std::size_t i = 0; i < numbers_size; i += 2)
        out += std::to_string(plain[i] << 8 | plain[i + 1]) + " ";
    return out + to_text(to_name(Bytes(plain).subspan(numbers_size, *size - numbers_size)));
}

std::string rdata_text(const Record& r) {
    std::string out;
    if (const auto a = r.as_a()) {
        for (const std::uint8_t octet : *a) out += (out.empty() ? "" : ".") + std::to_string(octet);
    } else if (const auto aaaa = r.as_aaaa()) {
        for (std::size_t i = 0; i < 16; i += 2) {
            const unsigned group = static_cast<unsigned>((*aaaa)[i]) << 8 | (*aaaa)[i + 1];
            std::string hex;
            for (int shift = 12; shift >= 0; shift -= 4)
                if (const unsigned d = group >> shift & 15u; d != 0 || !hex.empty() || shift == 0)
                    hex += "0123456789abcdef"[d];
            out += (i == 0 ? "" : ":") + hex;
        }
    } else if (const auto name = r.as_name()) {
        out = to_text(*name);
    } else if (const auto mx = r.as_mx()) {
        out = std::to_string(mx->preference) + " " + to_text(mx->exchange);
    } else if (const auto soa = r.as_soa()) {
        out = to_text(soa->primary) + " " + to_text(soa->responsible);
        for (const std::uint32_t v :
             {soa->serial, soa->refresh_s, soa->retry_s, soa->expire_s, soa->minimum_s})
            out += " " + std::to_string(v);
    } else if (auto strings = r.as_txt()) {
        std::string_view text;
        while (strings->next(text)) out += (out.empty() ? "" : " ") + quoted(text);
    } else if (const std::string srv = srv_text(r); !srv.empty()) {
        out = srv;
    } else {  // RFC 3597 §5
        out = "\\# " + std::to_string(r.rdata.size()) + (r.rdata.empty() ? "" : " ");
        for (const std::uint8_t octet : r.rdata) {
            out += "0123456789abcdef"[octet >> 4];
            out += "0123456789abcdef"[octet & 15];
        }
    }
    return out;
}

}  // namespace

std::string rdata_to_text(const Record& record) { return rdata_text(record); }

std::string Zone::to_text() const {
    // RFC 1035 §5.2 asks for no order, but readers look for the SOA first.
    std::string out;
    const auto line = [&](const Rrset& s, std::size_t i) {
        out += dns::to_text(s.owner()) + " " + std::to_string(s.ttl_s()) + " IN " +
               dns::to_text(s.type()) + " " + rdata_text(s.record(i)) + "\n";
    };
    line(soa_set(), 0);
    for (std::size_t k = 0; k < sets_.size(); ++k)
        for (std::size_t i = 0; k != soa_set_ && i < set(k).size(); ++i) line(set(k), i);
    return out;
}

}  // namespace postroad::dns
