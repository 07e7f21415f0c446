// What a terminal may be sent, and how wide it is there.
#include "sim/views/text.hpp"

#include "protocols/message/date.hpp"

namespace postroad::sim::views {
namespace {

// One character of UTF-8 (RFC 3629 §3); size 0 when the octets are none.
struct Character {
    std::uint32_t code = 0;
    std::size_t size = 0;
};

Character next_character(std::string_view text) {
    const auto octet = [&](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
    const std::uint8_t first = octet(0);
    if (first < 0x80) return {first, 1};
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < size) return {};
    std::uint32_t code = first & (0x7fU >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((octet(i) & 0xc0) != 0x80) return {};
        code = code << 6 | (octet(i) & 0x3fU);
    }
    constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < smallest[size] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return {};
    return {code, size};
}

// Would move the cursor, hide text or turn its direction.
bool is_treacherous(std::uint32_t code) {
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x200b && code <= 0x200f) ||
           (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) ||
           code == 0xfeff || code == 0x61c || code == 0xad || code >= 0xe0000;
}

std::size_t width_of(std::uint32_t code) {
    if (code >= 0x300 && code < 0x370) return 0;  // combining marks
    if (code >= 0xfe00 && code < 0xfe10) return 0;
    const bool wide = (code >= 0x1100 && code < 0x1160) || (code >= 0x2e80 && code < 0xa4d0) ||
                      (code >= 0xac00 && code < 0xd7a4) || (code >= 0xf900 && code < 0xfb00) ||
                      (code >= 0xfe30 && code < 0xfe70) || (code >= 0xff00 && code < 0xff61) ||
                      (code >= 0x1f300 && code < 0x1fb00) || code >= 0x20000;
    return wide ? 2 : 1;
}

void append_hex(std::string& out, std::uint32_t value, unsigned digits_min) {
    unsigned digits = digits_min;
    while (digits < 8 && value >> (4 * digits) != 0) ++digits;
    while (digits-- > 0) out += "0123456789abcdef"[value >> (4 * digits) & 15];
}

// Octets of `text` that take up at most `most` columns.
std::size_t fitting(std::string_view text, std::size_t most) {
    std::size_t used = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        const Character one = next_character(text.substr(at));
        const std::size_t width = one.size == 0 ? 1 : width_of(one.code);
        if (used + width > most) break;
        used += width;
        at += one.size == 0 ? 1 : one.size;
    }
    return at;
}

message::DateTime date_time(const Setup& setup, Time time) {
    message::DateTime out;
    out.unix_s = setup.start_unix_s + static_cast<std::int64_t>(time / second);
    out.nanoseconds = static_cast<std::int32_t>(time % second);
    return out;
}

}  // namespace

std::size_t character_octets(std::string_view text) { return next_character(text).size; }

std::string visible(std::string_view octets) {
    if (octets.ends_with("\r\n")) octets.remove_suffix(2);
    std::string out;
    out.reserve(octets.size());
    while (!octets.empty()) {
        const Character one = next_character(octets);
        if (one.size == 0) {
            out += "\\x";
            append_hex(out, static_cast<std::uint8_t>(octets.front()), 2);
            octets.remove_prefix(1);
            continue;
        }
        if (!is_treacherous(one.code)) out += octets.substr(0, one.size);
        else if (one.code == '\r') out += "\\r";
        else if (one.code == '\n') out += "\\n";
        else if (one.code == '\t') out += "\\t";
        else if (one.code < 0x80) {
            out += "\\x";
            append_hex(out, one.code, 2);
        } else {
            out += "\\u{";
            append_hex(out, one.code, 1);
            out += '}';
        }
        octets.remove_prefix(one.size);
    }
    return out;
}

std::size_t columns(std::string_view text) {
    std::size_t used = 0;
    while (!text.empty()) {
        const Character one = next_character(text);
        used += one.size == 0 ? 1 : width_of(one.code);
        text.remove_prefix(one.size == 0 ? 1 : one.size);
    }
    return used;
}

std::string cut(std::string_view text, std::size_t most) {
    if (columns(text) <= most) return std::string(text);
    if (most == 0) return {};
    return std::string(text.substr(0, fitting(text, most - 1))) + "…";
}

std::string padded(std::string_view text, std::size_t to_columns) {
    std::string out(text);
    const std::size_t used = columns(text);
    if (used < to_columns) out.append(to_columns - used, ' ');
    return out;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t most) {
    if (most < 8) most = 8;
    std::vector<std::string> out;
    while (columns(text) > most) {
        std::size_t end = fitting(text, most);
        const std::size_t space = text.substr(0, end + 1).rfind(' ');
        if (space != std::string_view::npos && space > 0) end = space;
        out.emplace_back(text.substr(0, end));
        text.remove_prefix(end);
        while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    }
    if (!text.empty() || out.empty()) out.emplace_back(text);
    return out;
}

std::string inked(const Style& style, Ink ink, std::string_view text) {
    constexpr std::string_view codes[] = {"", "2", "2", "1", "36", "32", "33", "31", "34", "35"};
    if (!style.colour || ink == Ink::plain || text.empty()) return std::string(text);
    std::string out = "\x1b[";
    out += codes[static_cast<std::size_t>(ink)];
    out += 'm';
    out += text;
    return out + "\x1b[0m";
}

std::string clock_time(const Setup& setup, Time time) {
    message::DateTime moment = date_time(setup, time);
    const auto thousandths = static_cast<unsigned>(moment.nanoseconds / 1'000'000);
    moment.nanoseconds = 0;
    char text[40];
    const std::string_view whole(text, message::format_rfc3339(moment, text));
    std::string out(whole.substr(whole.find('T') + 1, 8));
    out += '.';
    for (const unsigned place : {100U, 10U, 1U})
        out += static_cast<char>('0' + thousandths / place % 10);
    return out;
}

std::string clock_date(const Setup& setup, Time time) {
    const std::string whole = rfc3339(setup, time);
    return whole.substr(0, whole.find('T'));
}

std::string rfc3339(const Setup& setup, Time time) {
    char text[40];
    return {text, message::format_rfc3339(date_time(setup, time), text)};
}

std::string service_name(std::uint8_t protocol, std::uint16_t port) {
    if (protocol == net::protocol_icmp || protocol == net::protocol_icmpv6) return "ICMP";
    switch (port) {
        case 24: return "LMTP";
        case 25: return "SMTP";
        case 53: return "DNS";
        case 80: return "HTTP";
        case 88: return "Kerberos";
        case 110: return "POP3";
        case 135: return "endpoint mapper";
        case 143: return "IMAP";
        case 443: return "HTTPS";
        case 465: return "submission over TLS";
        case 587: return "submission";
        case 993: return "IMAP over TLS";
        case 995: return "POP3 over TLS";
        default: break;
    }
    return std::string(protocol == net::protocol_udp ? "UDP" : "TCP") + " port " +
           std::to_string(port);
}

std::string_view words_for(Ending how) {
    switch (how) {
        case Ending::closed: return "closed";
        case Ending::reset: return "reset by the other end";
        case Ending::refused: return "refused";
        case Ending::timed_out: return "no answer: timed out";
        case Ending::unreachable: return "unreachable";
        case Ending::aborted: return "broken off";
        case Ending::crashed: return "ended by a crash";
    }
    return "over";
}

std::string_view words_for(Loss why) {
    switch (why) {
        case Loss::random: return "lost on the link";
        case Loss::queue_full: return "dropped: the link's queue is full";
        case Loss::link_down: return "lost: the link is down";
        case Loss::host_down: return "lost: the host is down";
        case Loss::taken: return "taken away by somebody on the link";
        case Loss::no_route: return "lost: no way leads there";
        case Loss::ttl: return "dropped: its time to live is over";
        case Loss::outage: return "lost in an outage";
    }
    return "lost";
}

std::string_view words_for(Why why) {
    switch (why) {
        case Why::none: return "";
        case Why::handshake: return "handshake";
        case Why::data: return "data";
        case Why::acknowledgment: return "acknowledgment";
        case Why::delayed_ack: return "delayed acknowledgment";
        case Why::window_update: return "window update";
        case Why::retransmission_timeout: return "sent again: no acknowledgment came in time";
        case Why::fast_retransmit: return "sent again: three duplicate acknowledgments";
        case Why::close: return "close";
        case Why::reset: return "reset";
        case Why::keep_alive: return "keep-alive";
        case Why::probe: return "window probe";
        case Why::unreachable: return "error report";
    }
    return "";
}

}  // namespace postroad::sim::views
