// Maildir: names to and from what they say.
#include "protocols/message/maildir.hpp"

#include <algorithm>

#include "protocols/imap/mailbox_name.hpp"

namespace postroad::message {
namespace {

constexpr std::string_view dot_in_name = "&AC4-";

// A whole number of at most 12 digits with or without a minus sign; nothing else.
std::optional<std::int64_t> number_of(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    if (text.empty() || text.size() > 12) return std::nullopt;
    std::int64_t out = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        out = out * 10 + (c - '0');
    }
    return negative ? -out : out;
}

std::string flag_letters(const MaildirName& name) {
    std::string out;  // in ASCII order, as the format wants them
    if (name.flags.draft) out += 'D';
    if (name.flags.flagged) out += 'F';
    if (name.passed) out += 'P';
    if (name.flags.answered) out += 'R';
    if (name.flags.seen) out += 'S';
    if (name.flags.deleted) out += 'T';
    for (unsigned bit = 0; bit < maildir_keywords_max; ++bit)
        if (name.keywords >> bit & 1U) out += static_cast<char>('a' + static_cast<char>(bit));
    return out;
}

void take_letter(MaildirName& name, char letter) {
    if (letter == 'D') name.flags.draft = true;
    if (letter == 'F') name.flags.flagged = true;
    if (letter == 'P') name.passed = true;
    if (letter == 'R') name.flags.answered = true;
    if (letter == 'S') name.flags.seen = true;
    if (letter == 'T') name.flags.deleted = true;
    if (letter >= 'a' && letter <= 'z') name.keywords |= 1U << (letter - 'a');
}

// `from` becomes `to`, wherever it stands.
std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
    std::string out;
    for (std::size_t at = 0;;) {
        const std::size_t found = text.find(from, at);
        out += text.substr(at, found - at);
        if (found == std::string_view::npos) return out;
        out += to;
        at = found + from.size();
    }
}

}  // namespace

std::string maildir_name(const MaildirName& name, bool in_new) {
    const std::string host = replaced(replaced(name.host, "/", "\\057"), ":", "\\072");
    std::string out = std::to_string(name.arrived_s) + "." + name.unique + "." + host;
    if (!in_new) out += ":2," + flag_letters(name);
    return out;
}

MaildirName parse_maildir_name(std::string_view name) {
    MaildirName out;
    const std::size_t info = name.find(":2,");
    if (info != std::string_view::npos) {
        // Behind a second comma stands what programs have made up for themselves.
        for (const char letter : name.substr(info + 3)) {
            if (letter == ',') break;
            take_letter(out, letter);
        }
    }
    name = name.substr(0, name.find(':'));
    const std::size_t first = name.find('.');
    const auto time = number_of(name.substr(0, first));
    if (time) out.arrived_s = *time;
    if (first == std::string_view::npos) return out;
    const std::size_t second = name.find('.', first + 1);
    out.unique =
        name.substr(first + 1, second == std::string_view::npos ? second : second - first - 1);
    if (second == std::string_view::npos) return out;
    std::string_view host = name.substr(second + 1);
    out.host = replaced(replaced(host, "\\072", ":"), "\\057", "/");
    return out;
}

std::string maildir_folder(std::string_view name) {
    if (name == "INBOX") return {};
    std::string out = ".";
    for (std::size_t at = 0; at <= name.size();) {
        const std::size_t end = std::min(name.find_first_of("./", at), name.size());
        out += imap::to_modified_utf7(name.substr(at, end - at));
        if (end < name.size()) out += name[end] == '/' ? std::string_view(".") : dot_in_name;
        at = end + 1;
    }
    return out;
}

std::optional<std::string> folder_of_maildir(std::string_view directory) {
    if (directory.empty()) return "INBOX";
    if (directory.front() != '.') return std::nullopt;
    directory.remove_prefix(1);
    std::string out;
    for (std::size_t at = 0; at <= directory.size();) {
        const std::size_t dot = std::min(directory.find('.', at), directory.size());
        const std::size_t quoted = std::min(directory.find(dot_in_name, at), directory.size());
        const std::size_t end = std::min(dot, quoted);
        const auto part = imap::from_modified_utf7(directory.substr(at, end - at));
        if (!part || part->find('/') != std::string::npos) return std::nullopt;
        out += *part;
        if (end == directory.size()) break;
        out += end == dot ? '/' : '.';
        at = end + (end == dot ? 1 : dot_in_name.size());
    }
    if (out.empty() || out.front() == '/' || out.back() == '/' ||
        out.find("//") != std::string::npos)
        return std::nullopt;
    return out;
}

std::string dovecot_keywords(std::span<const std::string> keywords) {
    std::string out;
    for (std::size_t i = 0; i < keywords.size() && i < maildir_keywords_max; ++i)
        out += std::to_string(i) + " " + keywords[i] + "\n";
    return out;
}

std::vector<std::string> parse_dovecot_keywords(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        const std::size_t space = line.find(' ');
        const auto number = number_of(line.substr(0, space));
        if (space == std::string_view::npos || !number || *number < 0 ||
            *number >= static_cast<std::int64_t>(maildir_keywords_max))
            continue;
        const auto at = static_cast<std::size_t>(*number);
        if (out.size() <= at) out.resize(at + 1);
        out[at] = line.substr(space + 1);
    }
    return out;
}

}  // namespace postroad::message
