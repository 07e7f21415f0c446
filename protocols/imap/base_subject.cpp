// Base subjects (RFC 5256 §2.1) and sent dates (§2.2): what SORT and THREAD compare.
#include "protocols/base/ascii.hpp"
#include "protocols/imap/charset.hpp"
#include "protocols/imap/sort.hpp"
#include "protocols/message/date.hpp"
#include "protocols/message/header.hpp"

namespace postroad::imap {
namespace {

// §2.1 (1): tabs are spaces, several are one.
std::string one_space(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
        if (!space) {
            out += c;
        } else if (!out.ends_with(' ')) {
            out += ' ';
        }
    }
    return out;
}

// The names below are those of §5's grammar. Each gives the octets it takes at the beginning, 0 if
// it does not stand there.
std::size_t skip_spaces(std::string_view text, std::size_t at) {
    while (at < text.size() && text[at] == ' ') ++at;
    return at;
}

std::size_t subj_blob(std::string_view text) {
    if (!text.starts_with('[')) return 0;
    const std::size_t end = text.find_first_of("[]", 1);
    if (end == std::string_view::npos || text[end] == '[') return 0;
    return skip_spaces(text, end + 1);
}

std::size_t subj_refwd(std::string_view text) {
    std::size_t at = 0;
    for (const std::string_view word : {"re", "fwd", "fw"}) {
        if (!starts_ignoring_case(text, word)) continue;
        at = word.size();
        break;
    }
    if (at == 0) return 0;
    at = skip_spaces(text, at);
    at += subj_blob(text.substr(at));
    return at < text.size() && text[at] == ':' ? at + 1 : 0;
}

// One subj-leader; tells whether it was an answer's.
std::size_t subj_leader(std::string_view text, bool& reply) {
    if (text.starts_with(' ')) return 1;
    std::size_t at = 0;
    while (const std::size_t blob = subj_blob(text.substr(at))) at += blob;
    const std::size_t refwd = subj_refwd(text.substr(at));
    if (refwd == 0) return 0;
    reply = true;
    return at + refwd;
}

std::string_view without_trailers(std::string_view text, bool& reply) {
    constexpr std::string_view fwd = "(fwd)";
    while (true) {
        if (text.ends_with(' ')) {
            text.remove_suffix(1);
        } else if (text.size() >= fwd.size() &&
                   equals_ignoring_case(text.substr(text.size() - fwd.size()), fwd)) {
            text.remove_suffix(fwd.size());
            reply = true;
        } else {
            return text;
        }
    }
}

// (3) to (5): leaders, and blobs that leave something. Where no answer's word follows some blobs,
// none follows fewer of them.
std::string_view without_leaders(std::string_view text, bool& reply) {
    while (true) {
        if (const std::size_t leader = subj_leader(text, reply)) {
            text.remove_prefix(leader);
            continue;
        }
        const std::size_t before = text.size();
        for (std::size_t blob = subj_blob(text); blob > 0 && blob < text.size();
             blob = subj_blob(text))
            text.remove_prefix(blob);
        if (text.size() == before) return text;
    }
}

}  // namespace

std::string base_subject(std::string_view value, bool* is_reply_or_forward) {
    const std::string whole = one_space(decode_header(value));
    std::string_view text = whole;
    bool reply = false;
    while (true) {
        text = without_trailers(text, reply);
        text = without_leaders(text, reply);
        constexpr std::string_view fwd_hdr = "[fwd:";  // (6)
        if (!starts_ignoring_case(text, fwd_hdr) || !text.ends_with(']')) break;
        text = text.substr(fwd_hdr.size(), text.size() - fwd_hdr.size() - 1);
        reply = true;
    }
    if (is_reply_or_forward != nullptr) *is_reply_or_forward = reply;
    return std::string(text);
}

std::int64_t sent_date(std::string_view header, std::int64_t internal_date_s) {
    for (const message::Field& field : message::Fields(header)) {
        if (!field.is("Date")) continue;
        const auto date = message::parse_date(field.value);
        return date ? date->unix_s : internal_date_s;
    }
    return internal_date_s;
}

}  // namespace postroad::imap
