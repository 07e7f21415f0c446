// Line ends and dates of messages in files.
#include "protocols/message/kept.hpp"

#include "protocols/message/date.hpp"
#include "protocols/message/header.hpp"

namespace postroad::message {

std::int64_t arrived_by_header(std::string_view content) {
    std::int64_t sent = 0;
    for (const Field& field : Fields(content)) {
        if (!field.is("Received") && !field.is("Date")) continue;
        std::string value;
        unfold(field.value, value);
        const std::size_t semicolon = field.is("Received") ? value.rfind(';') : std::string::npos;
        const auto date = parse_date(semicolon == std::string::npos
                                         ? std::string_view(value)
                                         : std::string_view(value).substr(semicolon + 1));
        if (!date) continue;
        if (field.is("Received")) return date->unix_s;
        if (sent == 0) sent = date->unix_s;
    }
    return sent;
}

std::string lf_to_crlf(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 32);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) out += '\r';
        out += text[i];
    }
    return out;
}

std::string crlf_to_lf(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i)
        if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') out += text[i];
    return out;
}

}  // namespace postroad::message
