// Writes header fields and bodies that any MTA since RFC 822 carries unharmed.
#include "protocols/message/compose.hpp"

#include "protocols/message/characters.hpp"
#include "protocols/message/date.hpp"
#include "protocols/message/mime.hpp"

namespace postroad::message {

namespace {

constexpr std::size_t line_wanted_octets = 78; // RFC 5322 §2.1.1
constexpr std::size_t line_octets_max = 998;

// What can be a field name, of a name that a scenario gave.
void put_name(std::string& out, std::string_view name) {
    for (const char c : name)
        if (is_ftext(c)) out += c;
}

std::string on_one_line(std::string_view value) {
    std::string line;
    for (const char c : trim(value)) line += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
    return line;
}

// How a body travels.
struct BodyForm {
    bool mime = false;
    std::string_view encoding;
};

BodyForm form_of(std::string_view body, bool allow_8bit) {
    std::size_t line = 0;
    std::size_t line_longest = 0;
    std::size_t to_escape = 0;
    bool eight_bit = false;
    bool nul = false;
    for (const char c : body) {
        line = c == '\r' || c == '\n' ? 0 : line + 1; // every CR is of a CRLF here
        if (line > line_longest) line_longest = line;
        eight_bit |= is_8bit(c);
        nul |= c == '\0';
        to_escape += is_8bit(c) || c == '=' ? 1 : 0;
    }
    const bool long_line = line_longest > line_octets_max;
    if (!eight_bit && !nul && !long_line) return {};
    if (allow_8bit && !nul && !long_line) return {true, "8bit"};
    // Quoted-printable stays readable; from a sixth of escapes on, base64 is shorter.
    return {true, to_escape * 6 < body.size() ? "quoted-printable" : "base64"};
}

void put_addresses_if_any(std::string& out, std::string_view name,
                          const std::vector<Address>& addresses) {
    if (!addresses.empty()) put_address_field(out, name, addresses);
}

} // namespace

void put_field(std::string& out, std::string_view name, std::string_view value) {
    const std::string text = on_one_line(value);
    const std::size_t line_begin = out.size();
    put_name(out, name);
    out += ':';
    std::size_t column = out.size() - line_begin;
    std::size_t at = 0;
    bool first = true;
    // A piece is white space and the word behind it; the line may break before a piece.
    while (at < text.size()) {
        std::size_t word = at;
        while (word < text.size() && is_wsp(text[word])) ++word;
        std::size_t end = word;
        while (end < text.size() && !is_wsp(text[end])) ++end;
        const std::string_view space = first ? " " : std::string_view(text).substr(at, word - at);
        const std::string_view letters = std::string_view(text).substr(word, end - word);
        if (!first && column + space.size() + letters.size() > line_wanted_octets) {
            out += "\r\n";
            column = 0;
        }
        out += space;
        out += letters;
        column += space.size() + letters.size();
        at = end;
        first = false;
    }
    out += "\r\n";
}

void put_text_field(std::string& out, std::string_view name, std::string_view value) {
    const std::string text = on_one_line(value);
    if (!needs_encoded_words(text)) {
        put_field(out, name, text);
        return;
    }
    std::string words;
    encode_words(text, words);
    put_field(out, name, words);
}

void put_address_field(std::string& out, std::string_view name,
                       const std::vector<Address>& addresses) {
    put_field(out, name, format_addresses(addresses));
}

std::string with_crlf(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 32 + 2);
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\r') {
            if (at + 1 < text.size() && text[at + 1] == '\n') ++at;
            out += "\r\n";
        } else if (text[at] == '\n') {
            out += "\r\n";
        } else {
            out += text[at];
        }
    }
    if (!out.empty() && !out.ends_with("\r\n")) out += "\r\n";
    return out;
}

std::string compose(const Draft& draft) {
    std::string out;
    const std::string body = with_crlf(draft.body);
    std::string date;
    put_date(date, draft.unix_s, draft.offset_min);
    put_field(out, "Date", date);
    put_addresses_if_any(out, "From", draft.from);
    put_addresses_if_any(out, "Sender", draft.sender);
    put_addresses_if_any(out, "Reply-To", draft.reply_to);
    put_addresses_if_any(out, "To", draft.to);
    put_addresses_if_any(out, "Cc", draft.cc);
    if (!draft.subject.empty()) put_text_field(out, "Subject", draft.subject);
    if (!draft.message_id.empty()) put_field(out, "Message-ID", "<" + draft.message_id + ">");
    if (!draft.in_reply_to.empty()) put_field(out, "In-Reply-To", "<" + draft.in_reply_to + ">");
    std::string references;
    for (const std::string& id : draft.references) references += " <" + id + ">";
    if (!references.empty()) put_field(out, "References", references);
    for (const ExtraField& field : draft.extra)
        if (!equal_ignoring_case(field.name, "Bcc")) put_text_field(out, field.name, field.value);

    const BodyForm form = form_of(body, draft.allow_8bit);
    if (form.mime) {
        put_field(out, "MIME-Version", "1.0");
        put_field(out, "Content-Type",
                  is_utf8(body) ? "text/plain; charset=utf-8" : "application/octet-stream");
        put_field(out, "Content-Transfer-Encoding", form.encoding);
    }
    out += "\r\n";
    if (form.encoding == "quoted-printable") {
        quoted_printable_encode(body, out);
    } else if (form.encoding == "base64") {
        base64_encode(body, out, 76);
    } else {
        out += body;
    }
    return out;
}

std::vector<std::string> envelope_recipients(const Draft& draft) {
    std::vector<std::string> paths;
    for (const auto* list : {&draft.to, &draft.cc, &draft.bcc}) {
        for (const Address& address : *list) {
            for (const Mailbox& mailbox : address.mailboxes) {
                std::string path = mailbox.address();
                bool known = false;
                for (const std::string& other : paths) known |= other == path;
                if (!known) paths.push_back(std::move(path));
            }
        }
    }
    return paths;
}

} // namespace postroad::message
