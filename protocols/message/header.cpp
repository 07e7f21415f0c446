// Finds field boundaries. A line that is no field ends the header, as in every MTA we know:
// the alternative, skipping it, would let the same octets mean different headers to two readers.
#include "protocols/message/header.hpp"

namespace postroad::message {

namespace {

constexpr std::size_t line_octets_max = 998; // RFC 5322 §2.1.1, without CRLF

// The line that begins at `at`: where it ends without its line end, and where the next begins.
struct Line {
    std::size_t end = 0;
    std::size_t next = 0;
};

Line line_at(std::string_view text, std::size_t at) {
    const std::size_t lf = text.find('\n', at);
    if (lf == std::string_view::npos) return {text.size(), text.size()};
    return {lf > at && text[lf - 1] == '\r' ? lf - 1 : lf, lf + 1};
}

std::uint32_t line_defects(std::string_view text, std::size_t at, const Line& line) {
    std::uint32_t defects = 0;
    for (std::size_t i = at; i < line.end; ++i) {
        if (is_8bit(text[i])) defects |= defect::eight_bit;
        if (text[i] == '\r') defects |= defect::bare_cr;
        if (text[i] == '\0') defects |= defect::nul;
    }
    if (line.end - at > line_octets_max) defects |= defect::long_line;
    if (line.next == line.end) {
        defects |= defect::cut;
    } else if (line.next - line.end == 1) {
        defects |= defect::bare_lf;
    }
    return defects;
}

bool only_white_space(std::string_view text) {
    for (const char c : text)
        if (!is_wsp(c)) return false;
    return true;
}

} // namespace

std::string_view unfolded(const Field& field, std::string& scratch) {
    if (!field.folded()) return trim(field.value);
    scratch.clear();
    unfold(field.value, scratch);
    return scratch;
}

std::size_t read_field(std::string_view text, bool at_top, Field& field) {
    field = {};
    std::size_t name_size = 0;
    while (name_size < text.size() && is_ftext(text[name_size])) ++name_size;
    std::size_t colon = name_size;
    while (colon < text.size() && is_wsp(text[colon])) ++colon;
    const bool named = name_size > 0 && colon < text.size() && text[colon] == ':';
    const bool envelope =
        !named && at_top && (text.starts_with("From ") || text.starts_with(">From "));
    if (!named && !envelope) return 0;

    Line line = line_at(text, 0);
    field.defects = line_defects(text, 0, line);
    while (named && line.next < text.size() && is_wsp(text[line.next])) {
        const std::size_t begin = line.next;
        line = line_at(text, begin);
        field.defects |= line_defects(text, begin, line);
        if (only_white_space(text.substr(begin, line.end - begin)))
            field.defects |= defect::obsolete_folding;
    }
    field.raw = text.substr(0, line.next);
    if (named) {
        field.name = text.substr(0, name_size);
        field.value = text.substr(colon + 1, line.end - (colon + 1));
        if (colon != name_size) field.defects |= defect::space_before_colon;
    } else {
        field.value = text.substr(0, line.end);
        field.defects |= defect::envelope_line;
    }
    return line.next;
}

Field Parts::find(std::string_view name, std::size_t nth) const {
    for (const Field& field : fields())
        if (field.is(name) && nth-- == 0) return field;
    return {};
}

std::size_t Parts::count(std::string_view name) const {
    std::size_t found = 0;
    for (const Field& field : fields()) found += field.is(name) ? 1 : 0;
    return found;
}

Parts split_message(std::string_view message, const HeaderLimits& limits) {
    Parts parts;
    // A field is read from the octets within the limit, so that one endless line costs no more.
    const std::string_view looked_at = message.substr(0, limits.header_bytes_max);
    std::size_t at = 0;
    Field field;
    while (true) {
        const std::size_t size = read_field(looked_at.substr(at), at == 0, field);
        if (size == 0) break;
        const bool past_limit = at + size == looked_at.size() && looked_at.size() < message.size();
        if (past_limit || parts.field_count == limits.fields_max) {
            parts.defects |= defect::limit;
            break;
        }
        parts.defects |= field.defects;
        ++parts.field_count;
        at += size;
    }
    parts.header = message.substr(0, at);
    const std::string_view rest = message.substr(at);
    const std::size_t blank = rest.starts_with("\r\n") ? 2U : rest.starts_with("\n") ? 1U : 0U;
    parts.separator = rest.substr(0, blank);
    parts.body = rest.substr(blank);
    if (blank == 1) parts.defects |= defect::bare_lf;
    if (blank == 0 && !rest.empty()) {
        parts.defects |= defect::missing_blank_line;
        if ((parts.defects & defect::limit) == 0) parts.defects |= defect::no_colon;
    }
    return parts;
}

} // namespace postroad::message
