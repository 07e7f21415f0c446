// GMime knows the charsets' many names and reads headers; iconv converts; GLib folds.
#include "protocols/imap/charset.hpp"

#include <gmime/gmime.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "protocols/message/characters.hpp"
#include "protocols/message/header.hpp"
#include "protocols/message/mime.hpp"

namespace postroad::imap {
namespace {

using message::equal_ignoring_case;

struct FreeByGlib {
    void operator()(char* text) const { g_free(text); }
};
using GlibText = std::unique_ptr<char, FreeByGlib>;

// GMime counts its initialisations and does not lock: once a process, by the language's own rule.
// The fallbacks are named, because GMime's last resort is the charset of the locale.
GMimeParserOptions* options() {
    static GMimeParserOptions* const made = [] {
        g_mime_init();
        static const char* fallbacks[] = {"utf-8", "iso-8859-1", nullptr};
        GMimeParserOptions* fresh = g_mime_parser_options_new();
        g_mime_parser_options_set_fallback_charsets(fresh, fallbacks);
        return fresh;
    }();
    return made;
}

// iconv takes more than charset names: "" and "char" are the locale's, "//" begins options.
bool is_plain_name(std::string_view charset) {
    constexpr std::size_t name_octets_max = 40;
    if (charset.empty() || charset.size() > name_octets_max) return false;
    for (const char c : charset)
        if (!message::is_alpha(c) && !message::is_digit(c) && c != '-' && c != '_' && c != '.' &&
            c != ':' && c != '+')
            return false;
    for (const std::string_view local : {"char", "wchar_t", "internal"})
        if (equal_ignoring_case(charset, local)) return false;
    return true;
}

class Converter {
public:
    explicit Converter(std::string_view charset) {
        options();
        if (is_plain_name(charset)) to_ = g_mime_iconv_open("UTF-8", std::string(charset).c_str());
    }
    ~Converter() {
        if (known()) g_mime_iconv_close(to_);
    }
    Converter(const Converter&) = delete;
    Converter& operator=(const Converter&) = delete;

    bool known() const { return to_ != none(); }

    // A sequence that means nothing costs its first octet, which becomes U+FFFD.
    std::string convert(std::string_view octets) const {
        std::string out;
        char* in = const_cast<char*>(octets.data());  // iconv's old signature; it is not written
        std::size_t left = octets.size();
        while (left > 0) {
            char room[4096];
            char* to = room;
            std::size_t space = sizeof room;
            const bool stuck = iconv(to_, &in, &left, &to, &space) == static_cast<std::size_t>(-1);
            const bool full = stuck && errno == E2BIG;
            if (!stuck) iconv(to_, nullptr, nullptr, &to, &space);  // what some keep back
            out.append(room, sizeof room - space);
            if (!stuck || full) continue;
            out += "\xEF\xBF\xBD";
            ++in;
            --left;
        }
        return out;
    }

private:
    static iconv_t none() { return reinterpret_cast<iconv_t>(-1); }
    iconv_t to_ = none();
};

// Octets of which nobody says what they are.
std::string guessed(std::string_view octets) {
    if (message::is_utf8(octets)) return std::string(octets);
    std::string out;
    out.reserve(octets.size() + octets.size() / 4);
    for (const char c : octets) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet < 0x80) {
            out += c;
        } else {
            out += static_cast<char>(0xC0U | octet >> 6);
            out += static_cast<char>(0x80U | (octet & 0x3FU));
        }
    }
    return out;
}

void lower_ascii(std::string& text) {
    for (char& c : text) c = message::to_lower(c);
}

}  // namespace

bool is_known_charset(std::string_view charset) {
    if (equal_ignoring_case(charset, "us-ascii") || equal_ignoring_case(charset, "utf-8"))
        return true;
    return Converter(charset).known();
}

std::string to_utf8(std::string_view charset, std::string_view octets) {
    if (equal_ignoring_case(charset, "us-ascii") || equal_ignoring_case(charset, "utf-8"))
        return guessed(octets);
    const Converter converter(charset);
    return converter.known() ? converter.convert(octets) : guessed(octets);
}

std::string decode_header(std::string_view value) {
    std::string unfolded;
    message::unfold(value, unfolded);
    std::replace(unfolded.begin(), unfolded.end(), '\0', ' ');  // where GMime would stop
    if (unfolded.find("=?") == std::string::npos) return guessed(unfolded);
    const GlibText decoded(g_mime_utils_header_decode_text(options(), unfolded.c_str()));
    return guessed(decoded.get());
}

std::string fold(std::string_view utf8) {
    std::string text(utf8);
    if (message::is_ascii(text)) {
        lower_ascii(text);
        return text;
    }
    text = guessed(text);
    std::replace(text.begin(), text.end(), '\0', ' ');  // where GLib would stop
    const auto size = static_cast<gssize>(text.size());
    const GlibText normal(g_utf8_normalize(text.data(), size, G_NORMALIZE_ALL));
    if (!normal) return text;
    const GlibText folded(g_utf8_casefold(normal.get(), -1));
    return folded.get();
}

}  // namespace postroad::imap
