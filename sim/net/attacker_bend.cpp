// Walks over a hello's fields; whatever does not fit is left as it is.
#include "sim/net/attacker_bend.hpp"

#include "protocols/base/ascii.hpp"

namespace postroad::sim::attacker {
namespace {

constexpr std::size_t record_octets = 5, handshake_octets = 4;  // headers (RFC 8446 §5.1, §4)

unsigned octet(std::string_view text, std::size_t at) {
    return at < text.size() ? static_cast<std::uint8_t>(text[at]) : 0U;
}
unsigned pair(std::string_view text, std::size_t at) {
    return octet(text, at) << 8 | octet(text, at + 1);
}
void put_pair(std::string& text, std::size_t at, unsigned value) {
    text[at] = static_cast<char>(value >> 8);
    text[at + 1] = static_cast<char>(value);
}

// Where the parts of a hello are, in octets from the packet's beginning.
struct Hello {
    std::size_t version = 0, suites = 0, suites_octets = 0, extensions = 0, end = 0;
    bool sound = false;
};

Hello parts_of(std::string_view text) {
    Hello out;
    if (!is_client_hello(text)) return out;
    out.version = record_octets + handshake_octets;
    std::size_t at = out.version + 2 + 32;  // legacy_version, random
    at += 1 + octet(text, at);              // legacy_session_id
    out.suites_octets = pair(text, at);
    out.suites = at + 2;
    at = out.suites + out.suites_octets;
    at += 1 + octet(text, at);  // legacy_compression_methods
    out.extensions = at + 2;
    out.end = out.extensions + pair(text, at);
    out.sound = out.suites + out.suites_octets <= text.size() && out.end <= text.size();
    return out;
}

// An extension's data; empty: it is not there, or the hello is not whole.
std::string_view extension(std::string_view text, unsigned wanted) {
    const Hello parts = parts_of(text);
    if (!parts.sound) return {};
    for (std::size_t at = parts.extensions; at + 4 <= parts.end;) {
        const std::size_t octets = pair(text, at + 2);
        if (at + 4 + octets > parts.end) break;
        if (pair(text, at) == wanted) return text.substr(at + 4, octets);
        at += 4 + octets;
    }
    return {};
}

// What an offer of TLS looks like in EHLO's reply (RFC 3207 §2), in CAPA's (RFC 2595 §4), and among
// IMAP's capabilities, which stand in a line of their own or in a greeting (RFC 3501 §7.2.1).
std::string_view offer_in(std::string_view line) {
    constexpr std::string_view word = "STARTTLS";
    if (line.starts_with("* ") && line.find("CAPABILITY ") != std::string_view::npos) {
        const std::size_t at = line.find(word);
        return at == std::string_view::npos ? std::string_view{} : line.substr(at, word.size());
    }
    if (line.starts_with("250-") || line.starts_with("250 ")) line.remove_prefix(4);
    if (equals_ignoring_case(line, "STARTTLS") || equals_ignoring_case(line, "STLS")) return line;
    return {};
}

}  // namespace

bool strip_offer(std::string& text, std::string& over) {
    bool changed = false;
    for (std::size_t at = 0, end = 0; (end = text.find("\r\n", at)) != std::string::npos;
         at = end + 2) {
        const std::string_view offer = offer_in(std::string_view(text).substr(at, end - at));
        if (offer.empty()) continue;
        over.assign(offer.size(), 'X');
        text.replace(static_cast<std::size_t>(offer.data() - text.data()), over.size(), over);
        changed = true;
    }
    return changed;
}

bool is_client_hello(std::string_view text) {
    return octet(text, 0) == 22 && octet(text, 1) == 3 && octet(text, 5) == 1 && text.size() > 43;
}

std::string_view server_name_in(std::string_view hello) {
    const std::string_view names = extension(hello, 0);  // list, type, length, name
    return names.size() > 5 ? names.substr(5, pair(names, 3)) : std::string_view{};
}

bool downgrade_hello(std::string& hello, std::uint16_t version) {
    const Hello parts = parts_of(hello);
    if (!parts.sound) return false;
    bool changed = false;
    const auto lower = [&](std::size_t at) {
        if (pair(hello, at) <= version || octet(hello, at) != 3) return;
        put_pair(hello, at, version);
        changed = true;
    };
    lower(parts.version);
    const std::string_view versions = extension(hello, 43);  // RFC 8446 §4.2.1
    if (!versions.empty()) {
        const auto from = static_cast<std::size_t>(versions.data() - hello.data()) + 1;
        for (std::size_t at = from; at + 2 <= from - 1 + versions.size(); at += 2) lower(at);
    }
    return changed;
}

bool weaken_hello(std::string& hello) {
    // What attacks wait for (RFC 7457 §2.1): ECDHE with ECDSA or RSA, RSA alone; each with AES-128,
    // CBC and SHA-1 (RFC 8422 §6, RFC 5246 §A.5).
    constexpr unsigned weak[] = {0xc009, 0xc013, 0x002f};
    const Hello parts = parts_of(hello);
    if (!parts.sound) return false;
    bool changed = false;
    for (std::size_t i = 0; 2 * i + 2 <= parts.suites_octets; ++i) {
        const std::size_t at = parts.suites + 2 * i;
        changed = changed || pair(hello, at) != weak[i % 3];
        put_pair(hello, at, weak[i % 3]);
    }
    return changed;
}

}  // namespace postroad::sim::attacker
