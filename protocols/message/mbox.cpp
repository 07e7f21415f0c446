// mbox: "From " lines and their quoting, and the fields that say a message's flags.
#include "protocols/message/mbox.hpp"

#include <algorithm>
#include <array>

#include "protocols/base/ascii.hpp"
#include "protocols/message/date.hpp"

namespace postroad::message {
namespace {

constexpr std::string_view from = "From ";
constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

template <std::size_t N>
int place_in(const std::array<std::string_view, N>& names, std::string_view word) {
    const auto at = std::find(names.begin(), names.end(), word);
    return at == names.end() ? -1 : static_cast<int>(at - names.begin());
}

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        if (end != 0) out.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

// Up to four digits; -1: it is no number.
int number_of(std::string_view digits) {
    if (digits.empty() || digits.size() > 4) return -1;
    int out = 0;
    for (const char c : digits) {
        if (c < '0' || c > '9') return -1;
        out = out * 10 + (c - '0');
    }
    return out;
}

// "12:34:56" or "12:34"; -1: neither.
int second_of_day(std::string_view text) {
    if (text.size() != 5 && text.size() != 8) return -1;
    if (text[2] != ':' || (text.size() == 8 && text[5] != ':')) return -1;
    const int hour = number_of(text.substr(0, 2)), minute = number_of(text.substr(3, 2));
    const int second = text.size() == 8 ? number_of(text.substr(6, 2)) : 0;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return -1;
    return hour * 3600 + minute * 60 + second;
}

// "+0200" in seconds; a zone's name says nothing sure and counts as UTC.
int zone_s(std::string_view word) {
    if (word.size() != 5 || (word[0] != '+' && word[0] != '-')) return 0;
    const int number = number_of(word.substr(1));
    if (number < 0) return 0;
    const int seconds = number / 100 * 3600 + number % 100 * 60;
    return word[0] == '-' ? -seconds : seconds;
}

// "Sep", "1", "08:00:00", "2010", perhaps with a zone on either side of the year.
std::optional<std::int64_t> date_of(const std::vector<std::string_view>& words, std::size_t at) {
    if (words.size() < at + 4 || words.size() > at + 5) return std::nullopt;
    const int month = place_in(months, words[at]), day = number_of(words[at + 1]);
    const int seconds = second_of_day(words[at + 2]);
    if (month < 0 || day < 1 || day > 31 || seconds < 0) return std::nullopt;
    const bool zone_first = words[at + 3].size() != 4 || number_of(words[at + 3]) < 0;
    if (zone_first && words.size() == at + 4) return std::nullopt;
    const std::string_view year_word = words[at + (zone_first ? 4 : 3)];
    const int year = number_of(year_word);
    if (year < 0 || year_word.size() != 4 || day > days_in_month(year, month + 1))
        return std::nullopt;
    const int zone = words.size() == at + 5 ? zone_s(words[at + (zone_first ? 3 : 4)]) : 0;
    return days_from_civil({year, month + 1, day}) * 86400 + seconds - zone;
}

// The next line, with its end.
std::string_view line_of(std::string_view text) {
    const std::size_t end = text.find('\n');
    return end == std::string_view::npos ? text : text.substr(0, end + 1);
}

std::string_view bare(std::string_view line) {
    if (line.ends_with('\n')) line.remove_suffix(1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

bool is_quoted_from(std::string_view line) {
    const std::size_t quotes = line.find_first_not_of('>');
    return quotes != std::string_view::npos && line.substr(quotes).starts_with(from);
}

bool is_flag_field(std::string_view line) {
    const std::string_view name = line.substr(0, line.find(':'));
    return name.size() < line.size() &&
           (equals_ignoring_case(name, "Status") || equals_ignoring_case(name, "X-Status") ||
            equals_ignoring_case(name, "X-Keywords"));
}

bool is_folded(std::string_view line) { return line.starts_with(' ') || line.starts_with('\t'); }

void put_flags(std::string& out, const Kept& message) {
    const KeptFlags& flags = message.flags;
    const std::string status = std::string(flags.seen ? "R" : "") + (flags.recent ? "" : "O");
    if (!status.empty()) out += "Status: " + status + "\n";
    const std::string marks = std::string(flags.answered ? "A" : "") + (flags.flagged ? "F" : "") +
                              (flags.draft ? "T" : "") + (flags.deleted ? "D" : "");
    if (!marks.empty()) out += "X-Status: " + marks + "\n";
    if (message.keywords.empty()) return;
    out += "X-Keywords:";
    for (const std::string& word : message.keywords) out += " " + word;
    out += "\n";
}

void take_flags(Kept& message, std::string_view line) {
    const std::size_t colon = line.find(':');
    const std::string_view value = line.substr(colon + 1);
    if (equals_ignoring_case(line.substr(0, colon), "X-Keywords")) {
        for (const std::string_view word : words_of(value))
            if (std::find(message.keywords.begin(), message.keywords.end(), word) ==
                message.keywords.end())
                message.keywords.emplace_back(word);
        return;
    }
    // The letters mean the same in either field.
    for (const char c : value) {
        if (c == 'R') message.flags.seen = true;
        if (c == 'O') message.flags.recent = false;
        if (c == 'A') message.flags.answered = true;
        if (c == 'F') message.flags.flagged = true;
        if (c == 'T') message.flags.draft = true;
        if (c == 'D') message.flags.deleted = true;
    }
}

std::string two(int number) { return (number < 10 ? "0" : "") + std::to_string(number); }

void put_from_line(std::string& out, std::string_view sender, std::int64_t date_s) {
    // The years that four digits can say.
    date_s = std::clamp(date_s, days_from_civil({0, 1, 1}) * 86400,
                        days_from_civil({9999, 12, 31}) * 86400 + 86399);
    const std::int64_t day_number = (date_s >= 0 ? date_s : date_s - 86399) / 86400;
    const CivilDate day = civil_from_days(day_number);
    const int seconds = static_cast<int>(date_s - day_number * 86400);
    out += from;
    for (const char c : sender)
        out += static_cast<unsigned char>(c) <= ' ' || c == '\x7f' ? '-' : c;
    if (sender.empty()) out += "MAILER-DAEMON";
    const std::string year = std::to_string(day.year);
    out += " " + std::string(days[static_cast<std::size_t>(weekday_from_days(day_number))]) + " " +
           std::string(months[static_cast<std::size_t>(day.month - 1)]) +
           (day.day < 10 ? "  " : " ") + std::to_string(day.day) + " " + two(seconds / 3600) + ":" +
           two(seconds / 60 % 60) + ":" + two(seconds % 60) + " " +
           std::string(4 - std::min<std::size_t>(4, year.size()), '0') + year + "\n";
}

}  // namespace

std::optional<FromLine> parse_from_line(std::string_view line) {
    if (!line.starts_with(from)) return std::nullopt;
    const std::vector<std::string_view> words = words_of(line.substr(from.size()));
    // The sender may have spaces, and words like those of a date: the last day counts.
    for (std::size_t at = words.size(); at-- > 0;) {
        if (place_in(days, words[at]) < 0) continue;
        const auto date = date_of(words, at + 1);
        if (!date) continue;
        FromLine out;
        out.date_s = *date;
        for (std::size_t i = 0; i < at; ++i)
            out.sender += (i == 0 ? "" : " ") + std::string(words[i]);
        return out;
    }
    return std::nullopt;
}

void put_mbox(std::string& out, const Kept& message, std::string_view sender) {
    put_from_line(out, sender, message.arrived_s);
    bool header = true, dropping = false;
    const std::string text = crlf_to_lf(message.content);
    for (std::string_view rest = text; !rest.empty();) {
        const std::string_view line = line_of(rest);
        rest.remove_prefix(line.size());
        if (header) {
            dropping = is_folded(line) ? dropping : is_flag_field(line);
            if (line == "\n") {
                put_flags(out, message);
                header = dropping = false;
            }
            if (dropping) continue;
        }
        if (is_quoted_from(line)) out += '>';
        out += line;
        if (!line.ends_with('\n')) out += '\n';
    }
    if (header) put_flags(out, message);
    out += '\n';
}

MboxReader::MboxReader(std::string_view text) : rest_(text) {
    // Some programs leave empty lines at the start, or only those when the last message has gone.
    while (!rest_.empty() && bare(line_of(rest_)).empty()) {
        rest_.remove_prefix(line_of(rest_).size());
        ++line_;
    }
    if (!rest_.empty() && !rest_.starts_with(from)) {
        fault_ = "a file of mail (mbox) begins with \"From \", a sender and a date (RFC 4155)";
        rest_ = {};
    }
}

std::optional<MboxReader::Entry> MboxReader::next() {
    if (rest_.empty()) return std::nullopt;
    Entry out;
    out.line = line_;
    const std::string_view first = line_of(rest_);
    const auto dated = parse_from_line(bare(first));
    rest_.remove_prefix(first.size());
    ++line_;
    out.sender = dated ? dated->sender : std::string(bare(first).substr(from.size()));
    out.message.flags.recent = true;  // until a Status says O
    bool header = true, dropping = false, empty_before = false;
    while (!rest_.empty()) {
        const std::string_view line = line_of(rest_), inside = bare(line);
        if (empty_before && parse_from_line(inside)) break;
        if (empty_before) out.message.content += "\r\n";  // it was the message's own
        rest_.remove_prefix(line.size());
        ++line_;
        empty_before = inside.empty();
        if (header) {
            if (empty_before) header = false;
            const bool flags = !is_folded(inside) && is_flag_field(inside);
            if (flags) take_flags(out.message, inside);
            dropping = is_folded(inside) ? dropping : flags;
            if (dropping) continue;
        }
        if (empty_before) continue;
        out.message.content +=
            inside.starts_with('>') && is_quoted_from(inside) ? inside.substr(1) : inside;
        out.message.content += "\r\n";
    }
    out.message.arrived_s = dated ? dated->date_s : arrived_by_header(out.message.content);
    return out;
}

}  // namespace postroad::message
