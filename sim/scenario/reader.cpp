// The parts of the reader that do not depend on the type that is read.
#include "sim/scenario/reader.hpp"

#include "protocols/base/ascii.hpp"
#include "protocols/base/did_you_mean.hpp"

namespace postroad::scenario {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; }

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

std::string listed(std::span<const std::string_view> words) {
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i)
        out += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + quoted(words[i]);
    return out;
}

bool is_reserved(std::string_view where, std::string_view key) {
    for (const Reserved& one : reserved)
        if (one.where == where && one.key == key) return true;
    return false;
}

}  // namespace

Reader::Reader(std::string_view text, std::string file, const Surroundings& surroundings)
    : text_(text), file_(std::move(file)), surroundings_(surroundings) {
    line_starts_.push_back(0);
    for (std::size_t i = 0; i < text.size(); ++i)
        if (text[i] == '\n') line_starts_.push_back(i + 1);
}

std::string_view Reader::line(std::uint32_t number) const {
    if (number == 0 || number > line_starts_.size()) return {};
    return line_of(text_.substr(line_starts_[number - 1]), 1);
}

std::size_t Reader::offset(const toml::source_position& position) const {
    if (position.line == 0 || position.line > line_starts_.size()) return text_.size();
    std::size_t at = line_starts_[position.line - 1];
    for (toml::source_index column = 1; column < position.column && at < text_.size(); ++column) {
        ++at;
        while (at < text_.size() && is_continuation(text_[at])) ++at;
    }
    return at;
}

Span Reader::span_of(const toml::source_region& region) const {
    Span out{{file_, region.begin.line, region.begin.column}, 1};
    if (region.end.line == region.begin.line && region.end.column > region.begin.column)
        out.length = region.end.column - region.begin.column;
    else if (region.end.line > region.begin.line)  // to the end of its first line
        out.length = static_cast<std::uint32_t>(line(region.begin.line).size() + 1);
    return out;
}

std::string_view Reader::source_of(const toml::source_region& region) const {
    const std::size_t begin = offset(region.begin);
    return text_.substr(begin, std::max(begin, offset(region.end)) - begin);
}

Place Reader::place_of_text(const toml::node& node) const {
    const toml::source_region& region = node.source();
    const std::string_view source = source_of(region);
    const std::string_view quotes = source.substr(0, 3);
    if (quotes != "'''" && quotes != "\"\"\"")
        return {file_, region.begin.line, region.begin.column + 1};
    const bool breaks = source.substr(3, 1) == "\n" || source.substr(3, 2) == "\r\n";
    if (breaks) return {file_, region.begin.line + 1, 1};
    return {file_, region.begin.line, region.begin.column + 3};
}

void Reader::add(const Span& span, std::string what, std::string why, std::string suggestion) {
    problems.add({Severity::error, span.place, span.length, std::move(what), std::move(why),
                  std::move(suggestion),
                  span.place.file == file_ ? std::string(line(span.place.line)) : std::string()});
}

void Reader::wrong_type(const toml::node& node, const At& at, std::string_view expects) {
    add(span_of(node.source()), quoted(at.key) + " must be " + std::string(expects));
}

void Reader::unknown_key(const toml::key& key, const At& at, std::string_view title,
                         std::span<const std::string_view> known) {
    const Span span = span_of(key.source());
    const std::string in = at.where.empty() ? "at the top" : "in " + at.where;
    if (is_reserved(title, key.str())) {
        add(span, quoted(key.str()) + " " + in + " is kept for a later Postroad",
            "format version " + std::to_string(format_version) + " cannot use it yet");
        return;
    }
    std::string suggestion;
    const std::string_view near = closest(key.str(), known);
    if (!near.empty())
        suggestion = "did you mean " + quoted(near) + "?";
    else if (known.size() <= 12)
        suggestion = "known here: " + listed(known);
    add(span, "unknown key " + quoted(key.str()) + " " + in, {}, std::move(suggestion));
}

void Reader::unknown_word(const Span& span, std::string_view word, const At& at,
                          std::span<const std::string_view> known) {
    if (is_reserved("", word)) {
        add(span, quoted(word) + " is kept for a later Postroad",
            "format version " + std::to_string(format_version) + " cannot use it yet");
        return;
    }
    const std::string_view near = closest(word, known);
    add(span, quoted(word) + " is no value of " + quoted(at.key),
        known.size() == 1 ? "it can only be " + listed(known) : "it can be " + listed(known),
        near.empty() ? std::string() : "did you mean " + quoted(near) + "?");
}

bool Reader::text(const toml::node& node, const At& at, std::string& out) {
    const Span span = span_of(node.source());
    if (at.note.use == Use::literal) {
        out = std::string(source_of(node.source()));
        return true;
    }
    const auto* string = node.as_string();
    if (string == nullptr) return wrong_type(node, at, "a text in quotes"), false;
    out = string->get();
    return check_text(span, at, at.note.use, out);
}

bool Reader::check_text(const Span& span, const At& at, Use use, std::string& text) {
    Checked checked{text, {}};
    std::string kind;
    if (use == Use::file && changing) {
        add(span, quoted(at.key) + " names a file, which cannot change",
            "files are read with the scenario and never again",
            "write it in the scenario and run that");
        return false;
    }
    switch (use) {
    case Use::text:
        if (text.find('\0') != std::string::npos) checked.wrong = "has a NUL in it";
        break;
    case Use::id: kind = "the name ", checked = check_id(text); break;
    case Use::domain: kind = "the domain name ", checked = check_domain(text); break;
    case Use::mail:
        kind = "the mail address ";
        checked = check_mail_address(text, at.key == "reverse_path");
        break;
    case Use::who:
        if (text.find('@') != std::string::npos) {
            kind = "the mail address ";
            checked = check_mail_address(text, false);
        } else
            references.push_back({Use::person, text, span, at.path});
        break;
    case Use::relay:
    case Use::mx:
    case Use::zone:
        if (use == Use::mx && text == ".") break;
        if (use == Use::relay && (text.find('/') != std::string::npos || parse_ip(text))) {
            if (!parse_prefix(text)) checked.wrong = "is no prefix such as 192.0.2.0/24";
            break;
        }
        if (use == Use::zone || text.find('.') != std::string::npos) checked = check_domain(text);
        if (checked.ok()) references.push_back({use, checked.text, span, at.path});
        break;
    case Use::network:
    case Use::host:
    case Use::link_end:
    case Use::link:
    case Use::firewall:
    case Use::authority:
    case Use::certificate:
    case Use::person: references.push_back({use, text, span, at.path}); break;
    default:
        for (const char c : text)
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
                checked.wrong = "has a line break or another control character in it";
    }
    if (!checked.ok()) {
        const std::string name =
            use == Use::line || use == Use::text ? quoted(at.key) : kind + quoted(text);
        add(span, name + " " + checked.wrong);
        return false;
    }
    text = std::move(checked.text);
    return true;
}

std::optional<Duration> Reader::moment(const Span& span, const At& at, std::string_view text) {
    const std::string name = quoted(at.key);
    if (const auto instant = parse_instant(text)) {
        if (instant->unix_s < start.unix_s) {
            add(span, name + " is before the start", "the world begins at " + to_text(start));
            return std::nullopt;
        }
        const auto seconds = static_cast<std::uint64_t>(instant->unix_s - start.unix_s);
        if (seconds < 18'000'000'000ULL) return Duration{seconds * 1'000'000'000ULL};
        add(span, name + " is too far off", "a world lasts 584 years at most");
        return std::nullopt;
    }
    std::string_view after = text;
    if (!after.empty() && after.front() == '+') after.remove_prefix(1);
    const auto duration = parse_duration(after);
    if (!duration)
        add(span, name + " must be a moment: \"+2m30s\" after the start, or an RFC 3339 date and "
                         "time such as 2010-09-01T08:00:00Z");
    return duration;
}

std::optional<Located> Reader::file(const Span& span, const std::string& path) {
    if (!stays_inside(path)) {
        add(span, "the file " + quoted(path) + " is outside the scenario's folder",
            "a scenario is one folder, so that it can be handed on as it is",
            "put the file beside the scenario and name it relative to it");
        return std::nullopt;
    }
    std::optional<std::string> bytes;
    if (surroundings_.read_file) bytes = surroundings_.read_file(path);
    if (!bytes) {
        add(span, "there is no file " + quoted(path) + " beside the scenario");
        return std::nullopt;
    }
    return Located{std::move(*bytes), {path, 1, 1}};
}

void Reader::event(const toml::table& in, const At& at, Event& out, const Span& header) {
    std::vector<std::string_view> known{"at"};
    each(actions(), [&](const auto& row) { known.push_back(row.name); });
    out.place = header.place;
    std::string_view first_action;
    bool all_known = true;
    for (const auto& entry : in_file_order(in)) {
        const toml::key* const key = entry.first;  // clang 14 captures no structured binding
        const toml::node* const node = entry.second;
        if (key->str() == "at") continue;
        bool found = false;
        each(actions(), [&](const auto& row) {
            if (row.name != key->str()) return;
            found = true;
            if (!first_action.empty()) {
                add(span_of(key->source()),
                    "an entry of [[timeline]] does one thing, and here " + quoted(row.name) +
                        " follows " + quoted(first_action),
                    {}, "begin another [[timeline]] entry with the same \"at\"");
                return;
            }
            first_action = row.name;
            typename std::remove_cvref_t<decltype(row)>::Action action{};
            const At here{at.path + "." + std::string(row.name),
                          std::string(row.name) + " of [[timeline]]",
                          row.name,
                          {}};
            static_cast<void>(value(*node, here, action));
            out.action = std::move(action);
        });
        if (!found) unknown_key(*key, at, title(&out), known);
        all_known = all_known && found;
    }
    if (const toml::node* when = in.get("at")) {
        const auto row = std::get<0>(keys(&out));
        static_cast<void>(value(*when, At{at.path + ".at", at.where, "at", row.note}, out.at));
    }
    if (first_action.empty() && all_known)
        add(header, "this entry of [[timeline]] does nothing",
            "it needs one of " + listed(std::span(known).subspan(1)));
}

std::vector<std::pair<const toml::key*, const toml::node*>>
in_file_order(const toml::table& table) {
    std::vector<std::pair<const toml::key*, const toml::node*>> out;
    for (auto it = table.cbegin(); it != table.cend(); ++it)
        out.emplace_back(&it->first, &it->second);
    std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
        const toml::source_position& one = a.first->source().begin;
        const toml::source_position& two = b.first->source().begin;
        return one.line != two.line ? one.line < two.line : one.column < two.column;
    });
    return out;
}

bool stays_inside(std::string_view path) {
    if (path.empty() || path.front() == '/' || path.back() == '/' ||
        path.find('\\') != std::string_view::npos || path.find('\0') != std::string_view::npos)
        return false;
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        const std::string_view part = path.substr(0, slash);
        if (part == ".." || part == "." || part.empty()) return false;
        if (slash == std::string_view::npos) break;
        path.remove_prefix(slash + 1);
    }
    return true;
}

}  // namespace postroad::scenario
