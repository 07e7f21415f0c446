// The first words of a message: text parts decoded, HTML without tags, white space as one space.
#include "protocols/imap/preview.hpp"

#include "protocols/base/ascii.hpp"
#include "protocols/imap/charset.hpp"
#include "protocols/message/characters.hpp"

namespace postroad::imap {
namespace {

constexpr std::size_t characters_max = 200;  // RFC 8970 §3.1
constexpr std::size_t looked_at_max = 16'384;

const MimePart* readable(const MimeTree& tree, std::string_view subtype) {
    for (const MimePart& part : tree.parts)
        if (part.is("text", subtype) && part.disposition != "attachment") return &part;
    return nullptr;
}

// Enough to find the first words in, whole characters.
std::string_view beginning(std::string_view utf8) {
    if (utf8.size() <= looked_at_max) return utf8;
    std::size_t end = looked_at_max;
    while (end > 0 && (static_cast<unsigned char>(utf8[end]) & 0xC0U) == 0x80) --end;
    return utf8.substr(0, end);
}

// Lines that quote another mail say nothing new.
std::string without_quotes(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        if (!line.starts_with('>')) out.append(line) += '\n';
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return out;
}

struct Entity {
    std::string_view name, text;
};
constexpr Entity entities[] = {{"&amp;", "&"},   {"&lt;", "<"},   {"&gt;", ">"},
                               {"&quot;", "\""}, {"&nbsp;", " "}, {"&#39;", "'"}};

// Behind the element that begins with `tag` at `at`: what a style or a script holds is not text.
std::size_t skip_element(std::string_view html, std::size_t at) {
    for (const std::string_view name : {"<style", "<script", "<head", "<!--"}) {
        if (!starts_ignoring_case(html.substr(at), name)) continue;
        const std::string closing = name == "<!--" ? "-->" : "</" + std::string(name.substr(1));
        for (std::size_t end = at; end < html.size(); ++end)
            if (starts_ignoring_case(html.substr(end), closing))
                return name == "<!--" ? end + 3 : html.find('>', end);
        return html.size();
    }
    return html.find('>', at);
}

std::string without_tags(std::string_view html) {
    std::string out;
    for (std::size_t at = 0; at < html.size();) {
        if (html[at] == '<') {
            out += ' ';
            const std::size_t end = skip_element(html, at);
            if (end >= html.size()) break;
            at = end + (html[end] == '>' ? 1 : 0);
            continue;
        }
        bool replaced = false;
        for (const Entity& one : entities) {
            if (!html.substr(at).starts_with(one.name)) continue;
            out += one.text;
            at += one.name.size();
            replaced = true;
            break;
        }
        if (!replaced) out += html[at++];
    }
    return out;
}

// Words with one space between, whole characters of UTF-8.
std::string squeezed(std::string_view text) {
    std::string out;
    std::size_t characters = 0;
    bool space = false;
    for (const char c : text) {
        if (static_cast<unsigned char>(c) <= 32 || c == 127) {
            space = true;
            continue;
        }
        const bool begins = (static_cast<unsigned char>(c) & 0xC0U) != 0x80;
        if (begins) {
            const std::size_t more = space && !out.empty() ? 2 : 1;
            if (characters + more > characters_max) break;
            if (more == 2) out += ' ';
            characters += more;
            space = false;
        }
        out += c;
    }
    return out;
}

}  // namespace

std::optional<std::string> text_of_part(std::string_view text, const MimePart& part) {
    const auto octets = decoded_body(text, part);
    if (!octets) return std::nullopt;
    return to_utf8(part.parameter("charset"), *octets);
}

std::string preview(std::string_view text, const MimeTree& tree) {
    if (const MimePart* plain = readable(tree, "plain")) {
        if (const auto words = text_of_part(text, *plain))
            return squeezed(without_quotes(beginning(*words)));
    }
    if (const MimePart* html = readable(tree, "html")) {
        if (const auto words = text_of_part(text, *html))
            return squeezed(without_tags(beginning(*words)));
    }
    return {};
}

}  // namespace postroad::imap
