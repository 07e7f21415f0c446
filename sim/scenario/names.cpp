// Checks and normalises names; internationalised domains go through libidn2.
#include "sim/scenario/names.hpp"

#include "protocols/base/ascii.hpp"
#include "sim/scenario/problems.hpp"

#include <idn2.h>

namespace postroad::scenario {
namespace {

bool is_ascii(std::string_view text) {
    for (const char c : text)
        if (static_cast<unsigned char>(c) >= 0x80) return false;
    return true;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

std::string wrong_label(std::string_view label) {
    if (label.empty()) return "has an empty label (two dots together, or one at the front)";
    if (label.size() > 63) return "has a label longer than 63 octets (RFC 1035 §2.3.4)";
    for (const char c : label)
        if (!is_alpha(c) && !is_digit(c) && c != '-' && c != '_')
            return "has a character that no domain name may have (RFC 5890 §2.3.1)";
    if (label.front() == '-' || label.back() == '-')
        return "has a label that begins or ends with a hyphen (RFC 5890 §2.3.1)";
    return {};
}

// RFC 5321 §4.1.2: Dot-string, or Quoted-string.
bool is_local_part(std::string_view text) {
    if (text.empty() || text.size() > 64) return false;  // §4.5.3.1.1
    if (text.front() == '"') {
        if (text.size() < 2 || text.back() != '"') return false;
        for (std::size_t i = 1; i + 1 < text.size(); ++i) {
            if (is_control(text[i]) || text[i] == '"') return false;
            if (text[i] == '\\' && ++i + 1 >= text.size()) return false;
        }
        return true;
    }
    bool dot_before = true;
    for (const char c : text) {
        const bool dot = c == '.';
        const bool atext =
            is_alpha(c) || is_digit(c) ||
            std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
        if (dot ? dot_before : !atext) return false;
        dot_before = dot;
    }
    return !dot_before;
}

void append_escaped(std::string& out, char c, bool lines) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n' && lines)
        out += c;
    else if (c == '"' || c == '\\')
        (out += '\\') += c;
    else if (c == '\n')
        out += "\\n";
    else if (c == '\r')
        out += "\\r";
    else if (c == '\t')
        out += "\\t";
    else if (byte < 0x20 || byte == 0x7f)
        ((out += "\\u00") += hex[byte >> 4]) += hex[byte & 15U];
    else
        out += c;
}

}  // namespace

Checked check_domain(std::string_view text) {
    if (text == ".") return {".", {}};
    if (!text.empty() && text.back() == '.') text.remove_suffix(1);
    if (text.empty()) return {{}, "is empty"};
    std::string ascii = lowered(text);
    if (!is_ascii(text)) {
        if (text.find('\0') != std::string_view::npos) return {{}, "has a NUL in it"};
        char* out = nullptr;
        const std::string in(text);  // a C interface: it needs the NUL at the end
        const int code = idn2_to_ascii_8z(in.c_str(), &out, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
        if (code != IDN2_OK)
            return {{}, std::string("is no internationalised domain name: ") + idn2_strerror(code)};
        ascii = lowered(out);
        idn2_free(out);
    }
    if (ascii.size() > 253) return {{}, "is longer than 253 characters (RFC 1035 §2.3.4)"};
    std::string_view rest = ascii;
    while (true) {
        const std::size_t dot = rest.find('.');
        if (std::string wrong = wrong_label(rest.substr(0, dot)); !wrong.empty())
            return {{}, std::move(wrong)};
        if (dot == std::string_view::npos) return {std::move(ascii), {}};
        rest.remove_prefix(dot + 1);
    }
}

Checked check_mail_address(std::string_view text, bool null_allowed) {
    if (text.empty())
        return null_allowed ? Checked{} : Checked{{}, "is empty, but must be local-part@domain"};
    const std::size_t at = text.rfind('@');
    if (at == std::string_view::npos) return {{}, "has no \"@\""};
    const std::string_view local = text.substr(0, at);
    if (!is_ascii(local))
        return {{},
                "has a character outside ASCII before the \"@\", which needs SMTPUTF8 (RFC "
                "6531); this Postroad cannot yet"};
    if (!is_local_part(local))
        return {{}, "has no well-formed local-part before the \"@\" (RFC 5321 §4.1.2)"};
    const std::string_view domain = text.substr(at + 1);
    if (domain.size() > 2 && domain.front() == '[' && domain.back() == ']') {  // §4.1.3
        std::string_view literal = domain.substr(1, domain.size() - 2);
        if (literal.substr(0, 5) == "IPv6:") literal.remove_prefix(5);
        if (!parse_ip(literal)) return {{}, "has no well-formed address literal after the \"@\""};
        return {std::string(text), {}};
    }
    Checked checked = check_domain(domain);
    if (!checked.ok()) return {{}, "has a domain that " + checked.wrong};
    return {std::string(local) + "@" + checked.text, {}};
}

Checked check_id(std::string_view text) {
    if (text.empty()) return {{}, "is empty"};
    if (text.size() > 120) return {{}, "is longer than 120 characters"};
    for (const char c : text)
        if (!is_alpha(c) && !is_digit(c) && c != '-' && c != '_' && c != '.')
            return {{}, "has a character other than a letter, a digit, \"-\", \"_\" or \".\""};
    if (!is_alpha(text.front()) && !is_digit(text.front()))
        return {{}, "does not begin with a letter or a digit"};
    if (text.back() == '.') return {{}, "ends with a dot"};
    return {std::string(text), {}};
}

std::string_view domain_of(std::string_view address) {
    const std::size_t at = address.rfind('@');
    return at == std::string_view::npos ? std::string_view{} : address.substr(at + 1);
}

bool is_within(std::string_view name, std::string_view zone) {
    if (zone == "." || name == zone) return true;
    return name.size() > zone.size() && name.substr(name.size() - zone.size()) == zone &&
           name[name.size() - zone.size() - 1] == '.';
}

std::string_view parent_of(std::string_view name) {
    const std::size_t dot = name.find('.');
    return dot == std::string_view::npos || name.size() == 1 ? "." : name.substr(dot + 1);
}

std::string toml_string(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) append_escaped(out, c, false);
    return out + "\"";
}

std::string toml_key(std::string_view text) {
    bool bare = !text.empty();
    for (const char c : text) bare = bare && (is_alpha(c) || is_digit(c) || c == '-' || c == '_');
    return bare ? std::string(text) : toml_string(text);
}

std::string toml_text(std::string_view text) {
    if (text.find('\n') == std::string_view::npos) return toml_string(text);
    bool literal = text.back() != '\'' && text.find("'''") == std::string_view::npos;
    for (const char c : text) literal = literal && (!is_control(c) || c == '\n' || c == '\t');
    if (literal) return "'''\n" + std::string(text) + "'''";
    std::string out = "\"\"\"\n";
    for (const char c : text) append_escaped(out, c, true);
    return out + "\"\"\"";
}

}  // namespace postroad::scenario
