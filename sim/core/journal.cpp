// The journal as lines of text, so that a person can read what was done.
#include "sim/core/journal.hpp"

#include <algorithm>
#include <optional>

#include "protocols/base/ascii.hpp"
#include "protocols/base/assertion.hpp"

namespace postroad::sim {
namespace {

constexpr std::string_view first_line = "postroad-journal 1";
constexpr std::string_view entry_names[] = {"change",   "connect", "say",    "hang-up", "reset",
                                            "datagram", "accept",  "refuse", "pause",   "resume",
                                            "plug",     "unplug",  "mark",   "end",     "answer",
                                            "generate"};

std::string quoted(std::string_view words) {
    constexpr char hex[] = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : words) {
        const auto octet = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\r') {
            out += "\\r";
        } else if (c == '\n') {
            out += "\\n";
        } else if (octet < 32 || octet > 126) {
            out += "\\x";
            out += hex[octet >> 4];
            out += hex[octet & 15];
        } else {
            out += c;
        }
    }
    return out + "\"";
}

int hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

bool unquote(std::string_view text, std::string& out) {
    if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
    text = text.substr(1, text.size() - 2);
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '"') return false;
        if (text[at] != '\\') {
            out += text[at];
            continue;
        }
        if (++at >= text.size()) return false;
        if (text[at] == 'r') {
            out += '\r';
        } else if (text[at] == 'n') {
            out += '\n';
        } else if (text[at] == 'x') {
            if (at + 2 >= text.size()) return false;
            const int high = hex_digit(text[at + 1]);
            const int low = hex_digit(text[at + 2]);
            if (high < 0 || low < 0) return false;
            out += static_cast<char>(high * 16 + low);
            at += 2;
        } else {
            out += text[at];
        }
    }
    return true;
}

// "3", or "2147483648/1f2e": a number and the question it answers, in hexadecimal.
std::optional<std::uint64_t> parse_subject(std::string_view text, std::uint64_t& question) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return parse_number(text);
    const std::string_view digits = text.substr(slash + 1);
    if (digits.empty() || digits.size() > 16) return std::nullopt;
    for (const char c : digits) {
        const int digit = hex_digit(c);
        if (digit < 0) return std::nullopt;
        question = question << 4 | static_cast<unsigned>(digit);
    }
    return parse_number(text.substr(0, slash));
}

bool parse_line(std::string_view line, JournalEntry& out) {
    const auto at = parse_number(take_word(line));
    const std::string_view name = take_word(line);
    const auto node = parse_number(take_word(line));
    const auto subject = parse_subject(take_word(line), out.question);
    const auto* const found = std::find(std::begin(entry_names), std::end(entry_names), name);
    if (!at || !node || !subject || *subject > 0xffffffff || found == std::end(entry_names))
        return false;
    out.at = *at;
    out.entry = static_cast<Entry>(found - std::begin(entry_names));
    out.node = static_cast<NodeId>(*node);
    out.subject = static_cast<std::uint32_t>(*subject);
    return unquote(line, out.words);
}

}  // namespace

void Journal::append(JournalEntry entry) {
    entries_.push_back(std::make_shared<const JournalEntry>(std::move(entry)));
}

void Journal::answered(JournalAnswer answer) {
    std::string question = answer.question;
    answers_.emplace(std::move(question), std::make_shared<const JournalAnswer>(std::move(answer)));
}

const JournalAnswer* Journal::answer_to(std::string_view question) const {
    const auto found = answers_.find(question);
    return found == answers_.end() ? nullptr : found->second.get();
}

void Journal::forget_answers_after(Time moment) {
    std::erase_if(answers_, [&](const auto& one) { return one.second->at > moment; });
}

std::string Journal::heading() {
    return std::string(first_line) +
           "\n# ns since the start, what, node, number of the outsider, words\n";
}

std::string Journal::to_line(const JournalEntry& one) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string out;
    append_number(out, one.at);
    out += ' ';
    out += entry_names[static_cast<unsigned>(one.entry)];
    out += ' ';
    append_number(out, one.node);
    out += ' ';
    append_number(out, one.subject);
    if (one.question != 0) {
        out += '/';
        for (int shift = 60; shift >= 0; shift -= 4) out += hex[one.question >> shift & 15];
    }
    out += ' ';
    out += quoted(one.words);
    out += '\n';
    return out;
}

std::string Journal::to_text() const {
    std::vector<JournalEntry> lines;
    for (const auto& entry : entries_) lines.push_back(*entry);
    for (const auto& [question, answer] : answers_)
        lines.push_back(
            {answer->at, Entry::answer, answer->node, 0, question + '\n' + answer->words, 0});
    std::stable_sort(lines.begin(), lines.end(),
                     [](const JournalEntry& x, const JournalEntry& y) { return x.at < y.at; });
    std::string out = heading();
    for (const JournalEntry& one : lines) out += to_line(one);
    return out;
}

Journal Journal::parse(std::string_view text, std::string& error, bool& cut) {
    Journal journal;
    cut = false;
    std::size_t number = 0;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) {  // its writer was stopped in the middle of a line
            cut = true;
            break;
        }
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end + 1);
        ++number;
        if (number == 1) {
            if (line == first_line) continue;
            error = "line 1: a journal begins with \"" + std::string(first_line) + "\"";
            return journal;
        }
        if (line.empty() || line.front() == '#') continue;
        JournalEntry entry;
        if (!parse_line(line, entry)) {
            error = "line " + std::to_string(number) + ": not a journal entry";
            return journal;
        }
        if (entry.entry == Entry::answer) {
            const std::size_t end_of_question = entry.words.find('\n');
            if (end_of_question == std::string::npos) {
                error = "line " + std::to_string(number) + ": an answer without its question";
                return journal;
            }
            journal.answered({entry.at, entry.node, entry.words.substr(0, end_of_question),
                              entry.words.substr(end_of_question + 1)});
            continue;
        }
        if (!journal.entries_.empty() && journal.entries_.back()->at > entry.at) {
            error = "line " + std::to_string(number) + ": earlier than the entry before it";
            return journal;
        }
        journal.append(std::move(entry));
    }
    return journal;
}

bool Journal::operator==(const Journal& other) const {
    if (size() != other.size() || answers_.size() != other.answers_.size()) return false;
    for (const auto& [question, answer] : answers_) {
        const JournalAnswer* const same = other.answer_to(question);
        if (same == nullptr || !(*same == *answer)) return false;
    }
    for (std::size_t i = 0; i < size(); ++i)
        if (!((*this)[i] == other[i])) return false;
    return true;
}

}  // namespace postroad::sim
