// A record set is edited in the zone's canonical text, one record a line, and read again.
#include "sim/world/zone_edit.hpp"

#include <vector>

#include "protocols/base/ascii.hpp"
#include "protocols/dns/zone.hpp"

namespace postroad::sim::changes {
namespace {

struct Line {
    std::string_view text, owner, type;
};

// "owner ttl IN TYPE rdata" as Zone::to_text writes it.
std::vector<Line> lines_of(std::string_view text) {
    std::vector<Line> out;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        Line line;
        line.text = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        std::string_view rest = line.text;
        line.owner = take_word(rest);
        for (std::string_view word = take_word(rest); !word.empty(); word = take_word(rest)) {
            if (is_digit(word.front()) || equals_ignoring_case(word, "IN")) continue;
            line.type = word;
            break;
        }
        if (!line.owner.empty() && line.owner.front() != '$' && line.owner.front() != ';')
            out.push_back(line);
    }
    return out;
}

bool same_set(const Line& a, const Line& b) {
    return equals_ignoring_case(a.owner, b.owner) && equals_ignoring_case(a.type, b.type);
}

}  // namespace

bool edit_zone(std::string& text, const std::string& origin, const scenario::RecordChange& change,
               std::string& error) {
    const auto read = [&](const std::string& zone_text) {
        dns::ZoneSource source;
        source.file = "zone " + origin;
        source.text = zone_text;
        source.origin = dns::parse_name(origin == "." ? "." : origin + ".").name;
        return dns::load_zone(source);
    };
    const dns::LoadedZone before = read(text);
    if (!before.zone) {
        error = "the zone " + origin + " cannot be read";
        return false;
    }
    const std::string canonical = before.zone->to_text();
    // The record in canonical form: what a zone of it and the apex alone says.
    std::string apex;
    for (const Line& line : lines_of(canonical))
        if (line.type == "SOA" || (line.type == "NS" && line.owner == lines_of(canonical)[0].owner))
            apex += std::string(line.text) + "\n";
    const dns::LoadedZone small =
        read("$ORIGIN " + origin + (origin == "." ? "" : ".") + "\n" + apex + change.record.text + "\n");
    if (!small.zone) {
        error = "not a record: " + change.record.text;
        for (const dns::Problem& problem : small.problems) error += "\n  " + problem.what;
        return false;
    }
    const std::string small_text = small.zone->to_text();
    std::vector<Line> wanted;
    for (const Line& line : lines_of(small_text))
        if (apex.find(line.text) == std::string::npos) wanted.push_back(line);
    std::string out;
    for (const Line& line : lines_of(canonical)) {
        bool keep = true;
        for (const Line& one : wanted) {
            if (change.edit == scenario::RecordEdit::set && same_set(line, one)) keep = false;
            if (change.edit == scenario::RecordEdit::remove && line.text == one.text) keep = false;
        }
        if (keep) out += std::string(line.text) + "\n";
    }
    if (change.edit != scenario::RecordEdit::remove)
        for (const Line& one : wanted) out += std::string(one.text) + "\n";
    text = std::move(out);
    return true;
}

}  // namespace postroad::sim::changes
