// IMAP's words, read and written (RFC 3501 §9, RFC 9051 §9).
#include "protocols/imap/lexer.hpp"

#include <algorithm>
#include <array>

#include "protocols/base/ascii.hpp"
#include "protocols/imap/mailbox_name.hpp"
#include "protocols/message/date.hpp"

namespace postroad::imap {
namespace {

constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
bool is_eight_bit(char c) { return static_cast<unsigned char>(c) >= 0x80; }
bool is_tag_char(char c) { return is_astring_char(c) && c != '+'; }
// list-char (RFC 3501 §9)
bool is_list_char(char c) { return is_astring_char(c) || c == '%' || c == '*'; }

template <class Is> std::optional<std::string_view> run_of(std::string_view rest, Is&& is) {
    std::size_t size = 0;
    while (size < rest.size() && is(rest[size])) ++size;
    if (size == 0) return std::nullopt;
    return rest.substr(0, size);
}

void put_two(std::string& out, int value, char fill) {
    if (value < 10) out += fill;
    append_number(out, static_cast<std::uint64_t>(value));
}

}  // namespace

bool is_atom_char(char c) {
    return !is_control(c) && !is_eight_bit(c) &&
           std::string_view("(){ %*\"\\]").find(c) == std::string_view::npos;
}
bool is_astring_char(char c) { return is_atom_char(c) || c == ']'; }

std::optional<LiteralSize> literal_behind(std::string_view line) {
    if (!line.ends_with('}')) return std::nullopt;
    const std::size_t open = line.rfind('{');
    if (open == line.npos) return std::nullopt;
    std::string_view digits = line.substr(open + 1, line.size() - open - 2);
    LiteralSize out;
    out.waits = !digits.ends_with('+');
    if (!out.waits) digits.remove_suffix(1);
    const auto octets = parse_number(digits);
    if (!octets) return std::nullopt;
    out.octets = *octets;
    out.binary = open > 0 && line[open - 1] == '~';
    out.at = out.binary ? open - 1 : open;
    return out;
}

// Runs a reading that may give up half way: then nothing has been taken.
template <class Taken> auto Reader::keep(Taken&& taken) {
    const std::size_t from = at_;
    auto out = taken();
    if (!out) at_ = from;
    return out;
}

bool Reader::take(char c) {
    if (done() || all_[at_] != c) return false;
    ++at_;
    return true;
}

bool Reader::text(std::string_view wanted) {
    if (!starts_ignoring_case(rest(), wanted)) return false;
    at_ += wanted.size();
    return true;
}

bool Reader::word(std::string_view wanted) {
    if (!starts_ignoring_case(rest(), wanted)) return false;
    if (const std::size_t end = at_ + wanted.size(); end < all_.size() && is_atom_char(all_[end]))
        return false;
    at_ += wanted.size();
    return true;
}

std::optional<std::string_view> Reader::atom() {
    const auto out = run_of(rest(), is_atom_char);
    if (out) at_ += out->size();
    return out;
}

std::optional<std::string_view> Reader::tag() {
    const auto out = run_of(rest(), is_tag_char);
    if (out) at_ += out->size();
    return out;
}

std::optional<std::string> Reader::quoted() {
    return keep([&]() -> std::optional<std::string> {
        if (!take('"')) return std::nullopt;
        std::string out;
        while (!done()) {
            char c = all_[at_++];
            if (c == '"') return out;
            if (c == '\r' || c == '\n' || c == '\0') return std::nullopt;
            if (c == '\\') {
                if (peek() != '"' && peek() != '\\') return std::nullopt;
                c = all_[at_++];
            }
            out += c;
        }
        return std::nullopt;
    });
}

std::optional<std::string_view> Reader::literal() {
    return keep([&]() -> std::optional<std::string_view> {
        const bool binary = take('~');
        if (!take('{')) return std::nullopt;
        const auto size = number64();
        if (!size) return std::nullopt;
        take('+');
        if (!text("}\r\n") || rest().size() < *size) return std::nullopt;
        const std::string_view out = rest().substr(0, *size);
        if (!binary && out.find('\0') != out.npos) return std::nullopt;
        at_ += out.size();
        return out;
    });
}

std::optional<std::string> Reader::string() {
    if (peek() == '"') return quoted();
    const auto octets = literal();
    if (!octets) return std::nullopt;
    return std::string(*octets);
}

std::optional<std::string> Reader::astring() {
    const auto bare = run_of(rest(), is_astring_char);
    if (!bare) return string();
    at_ += bare->size();
    return std::string(*bare);
}

std::optional<std::optional<std::string>> Reader::nstring() {
    if (word("NIL")) return std::optional<std::string>{};
    auto out = string();
    if (!out) return std::nullopt;
    return out;
}

std::optional<std::string> Reader::list_mailbox() {
    const auto bare = run_of(rest(), is_list_char);
    if (!bare) return string();
    at_ += bare->size();
    return std::string(*bare);
}

std::optional<std::uint64_t> Reader::number64() {
    const auto digits = run_of(rest(), is_digit);
    if (!digits) return std::nullopt;
    const auto value = parse_number(*digits);
    if (!value || *value >> 63 != 0) return std::nullopt;
    at_ += digits->size();
    return value;
}

std::optional<std::uint32_t> Reader::number() {
    return keep([&]() -> std::optional<std::uint32_t> {
        const auto value = number64();
        if (!value || *value > 0xffffffff) return std::nullopt;
        return static_cast<std::uint32_t>(*value);
    });
}

std::optional<std::uint32_t> Reader::nz_number() {
    return keep([&]() -> std::optional<std::uint32_t> {
        const auto value = number();
        return value && *value != 0 ? value : std::nullopt;
    });
}

std::optional<SequenceSet> Reader::sequence_set() {
    return keep([&]() -> std::optional<SequenceSet> {
        SequenceSet out;
        if (take('$')) {
            out.saved = true;
            return out;
        }
        const auto end = [&]() -> std::optional<std::uint32_t> {
            if (take('*')) return star;
            return nz_number();
        };
        do {
            const auto from = end();
            if (!from) return std::nullopt;
            Range range{*from, *from};
            if (take(':')) {
                const auto to = end();
                if (!to) return std::nullopt;
                range.to = *to;
            }
            out.ranges.push_back(range);
        } while (take(','));
        return out;
    });
}

std::optional<Partial> Reader::partial() {
    return keep([&]() -> std::optional<Partial> {
        if (!take('<')) return std::nullopt;
        const auto from = number();
        if (!from) return std::nullopt;
        Partial out{*from, 0};
        if (take('.')) {
            const auto count = nz_number();
            if (!count) return std::nullopt;
            out.count = *count;
        }
        return take('>') ? std::optional(out) : std::nullopt;
    });
}

std::optional<std::string> Reader::mailbox(bool utf8) {
    return keep([&]() -> std::optional<std::string> {
        auto name = astring();
        if (!name) return std::nullopt;
        if (utf8) return is_utf8(*name) ? std::optional(canonical_mailbox(*name)) : std::nullopt;
        name = from_modified_utf7(*name);
        return name ? std::optional(canonical_mailbox(*name)) : std::nullopt;
    });
}

std::optional<std::string_view> Reader::flag() {
    return keep([&]() -> std::optional<std::string_view> {
        const std::size_t from = at_;
        if (take('\\') && take('*')) return all_.substr(from, 2);
        if (!atom()) return std::nullopt;
        return all_.substr(from, at_ - from);
    });
}

std::optional<std::vector<std::string_view>> Reader::flag_list() {
    return keep([&]() -> std::optional<std::vector<std::string_view>> {
        std::vector<std::string_view> out;
        if (!take('(')) return std::nullopt;
        if (take(')')) return out;
        do {
            const auto one = flag();
            if (!one) return std::nullopt;
            out.push_back(*one);
        } while (space());
        return take(')') ? std::optional(std::move(out)) : std::nullopt;
    });
}

namespace {

// "1-Feb-1994"; where `fixed`, the day has two octets (RFC 3501 §9: date-day-fixed).
std::optional<std::int64_t> take_date(Reader& reader, bool fixed) {
    const bool padded = fixed && reader.space();
    const std::size_t from = reader.at();
    const auto day = reader.number();
    const std::size_t digits = reader.at() - from;
    if (!day || digits > 2 || (fixed && digits != (padded ? 1U : 2U)) || !reader.take('-'))
        return std::nullopt;
    for (std::size_t month = 0; month < months.size(); ++month) {
        if (!reader.text(months[month])) continue;
        if (!reader.take('-')) return std::nullopt;
        const std::size_t year_at = reader.at();
        const auto year = reader.number();
        if (!year || reader.at() - year_at != 4) return std::nullopt;
        const int number = static_cast<int>(month) + 1;
        if (*day == 0 || *day > static_cast<unsigned>(message::days_in_month(*year, number)))
            return std::nullopt;
        return message::days_from_civil({*year, number, static_cast<int>(*day)});
    }
    return std::nullopt;
}

// Two digits below `limit`.
std::optional<int> take_two(Reader& reader, int limit) {
    const std::string_view rest = reader.rest();
    if (rest.size() < 2 || !is_digit(rest[0]) || !is_digit(rest[1])) return std::nullopt;
    const int value = (rest[0] - '0') * 10 + (rest[1] - '0');
    if (value >= limit) return std::nullopt;
    reader.back_to(reader.at() + 2);
    return value;
}

}  // namespace

std::optional<std::int64_t> Reader::date() {
    return keep([&]() -> std::optional<std::int64_t> {
        const bool is_quoted = take('"');
        const auto out = take_date(*this, false);
        if (!out || (is_quoted && !take('"'))) return std::nullopt;
        return out;
    });
}

std::optional<InternalDate> Reader::date_time() {
    return keep([&]() -> std::optional<InternalDate> {
        if (!take('"')) return std::nullopt;
        const auto days = take_date(*this, true);
        if (!days || !space()) return std::nullopt;
        const auto hour = take_two(*this, 24);
        if (!hour || !take(':')) return std::nullopt;
        const auto minute = take_two(*this, 60);
        if (!minute || !take(':')) return std::nullopt;
        const auto second = take_two(*this, 61);  // a leap second
        if (!second || !space()) return std::nullopt;
        const bool west = peek() == '-';
        if (!take('-') && !take('+')) return std::nullopt;
        const auto zone_hour = take_two(*this, 100);
        const auto zone_minute = zone_hour ? take_two(*this, 60) : std::nullopt;
        if (!zone_minute || !take('"')) return std::nullopt;
        InternalDate out;
        out.zone_min = (*zone_hour * 60 + *zone_minute) * (west ? -1 : 1);
        out.unix_s = *days * 86400 + *hour * 3600 + *minute * 60 + *second - out.zone_min * 60;
        return out;
    });
}

std::optional<std::string_view> Reader::parenthesized() {
    return keep([&]() -> std::optional<std::string_view> {
        if (!take('(')) return std::nullopt;
        const std::size_t from = at_;
        for (std::size_t depth = 1; !done();) {
            const char c = all_[at_];
            if (c == '"') {
                if (!quoted()) return std::nullopt;
                continue;
            }
            if (c == '{' && literal()) continue;
            ++at_;
            if (c == '(')
                ++depth;
            else if (c == ')' && --depth == 0)
                return all_.substr(from, at_ - 1 - from);
        }
        return std::nullopt;
    });
}

void put_quoted(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

void put_literal(std::string& out, std::string_view octets) {
    out += '{';
    append_number(out, octets.size());
    out += "}\r\n";
    out += octets;
}

void put_literal8(std::string& out, std::string_view octets) {
    out += '~';
    put_literal(out, octets);
}

void put_string(std::string& out, std::string_view text, bool utf8) {
    bool eight_bit = false;
    for (const char c : text) {
        if (c == '\r' || c == '\n' || c == '\0') return put_literal(out, text);
        eight_bit = eight_bit || is_eight_bit(c);
    }
    if (text.size() > 1000 || (eight_bit && !(utf8 && is_utf8(text))))
        return put_literal(out, text);
    put_quoted(out, text);
}

void put_astring(std::string& out, std::string_view text, bool utf8) {
    if (!text.empty() && std::all_of(text.begin(), text.end(), is_astring_char) &&
        !equals_ignoring_case(text, "NIL"))
        out += text;
    else
        put_string(out, text, utf8);
}

void put_nstring(std::string& out, const std::optional<std::string>& text, bool utf8) {
    if (text)
        put_string(out, *text, utf8);
    else
        out += "NIL";
}

void put_mailbox(std::string& out, std::string_view name, bool utf8) {
    if (utf8)
        put_astring(out, name, true);
    else
        put_astring(out, to_modified_utf7(name));
}

void put_date(std::string& out, std::int64_t days) {
    const message::CivilDate date = message::civil_from_days(days);
    append_number(out, static_cast<std::uint64_t>(date.day));
    out += '-';
    out += months[static_cast<std::size_t>(date.month - 1)];
    out += '-';
    append_number(out, static_cast<std::uint64_t>(date.year));
}

void put_date_time(std::string& out, const InternalDate& date) {
    const std::int64_t local = date.unix_s + date.zone_min * 60;
    const std::int64_t days = local >= 0 ? local / 86400 : (local - 86399) / 86400;
    const int second = static_cast<int>(local - days * 86400);
    out += '"';
    if (message::civil_from_days(days).day < 10) out += ' ';
    put_date(out, days);
    out += ' ';
    put_two(out, second / 3600, '0');
    out += ':';
    put_two(out, second / 60 % 60, '0');
    out += ':';
    put_two(out, second % 60, '0');
    out += date.zone_min < 0 ? " -" : " +";
    const int zone = date.zone_min < 0 ? -date.zone_min : date.zone_min;
    put_two(out, zone / 60, '0');
    put_two(out, zone % 60, '0');
    out += '"';
}

}  // namespace postroad::imap
