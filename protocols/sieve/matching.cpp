// Values against keys, as every test with a match type does it (RFC 5228 §2.7).
#include "protocols/base/ascii.hpp"
#include "protocols/sieve/execution.hpp"
#include "protocols/sieve/words.hpp"

namespace postroad::sieve {

Matching matching_of(Execution& e, std::uint32_t node) {
    Matching out;
    if (e.has(node, Slot::comparator)) {
        const auto found = find_comparator(e.string(node, Slot::comparator));
        if (found)
            out.comparator = *found;
        else
            e.fail(node, "this comparator is not known");
    }
    const Argument* match = e.script.find(node, Slot::match_type);
    if (match == nullptr) return out;
    out.type = match->tag;
    if (match->count == 0) return out;
    const auto relation = find_relation(e.string(node, Slot::match_type));
    if (relation)
        out.relation = *relation;
    else
        e.fail(node, "this relation is not known");
    return out;
}

namespace {

// Of a long value, the part that shows what was found in it.
std::string around(const Matching& matching, const std::string& value, const std::string& key) {
    constexpr std::size_t before = 40;
    if (matching.type != Tag::contains) return value;
    std::size_t at = find_in(matching.comparator, value, key);
    if (at == std::string::npos || at + key.size() <= 100 || at <= before) return value;
    at -= before;
    while (at > 0 && (static_cast<unsigned char>(value[at]) & 0xc0U) == 0x80U) --at;
    return "..." + value.substr(at, key.size() + 2 * before + 40);
}

}  // namespace

bool match_any(Execution& e, std::uint32_t node, const Values& values,
               const std::vector<std::string>& keys, Step& step) {
    const Matching matching = matching_of(e, node);
    // RFC 5231 §4: :count compares how many there are, in decimal.
    const bool counts = matching.type == Tag::count;
    const std::vector<std::string> count{std::to_string(values.list.size())};
    const std::vector<std::string>& list = counts ? count : values.list;
    const bool captures = values.captures && e.script.has(Capability::variables);
    step.because = list.empty() ? Because::no_value : Because::nothing_matched;
    for (const std::string& value : list) {
        for (const std::string& key : keys) {
            const bool pattern = matching.type == Tag::matches;  // may look at each octet again
            const std::uint64_t octets = value.size() * (pattern ? key.size() + 1 : 1) + key.size();
            if (!e.spend(node, 1 + octets / 4096)) return false;
            ++step.compared;
            if (!matches(matching, value, key, captures ? &e.captured : nullptr)) continue;
            step.because = Because::matched;
            step.value = e.quote(around(matching, value, key));
            step.key = e.quote(key);
            return true;
        }
    }
    if (!list.empty()) step.value = e.quote(list.back());
    if (!keys.empty()) step.key = e.quote(keys.back());
    return false;
}

std::vector<message::Field> indexed(Execution& e, std::uint32_t node,
                                    std::vector<message::Field> fields) {
    const Argument* index = e.script.find(node, Slot::index);
    if (index == nullptr) return fields;
    if (index->number == 0 || index->number > fields.size()) return {};
    const auto number = static_cast<std::size_t>(index->number);
    const bool last = e.has(node, Slot::last);
    return {fields[last ? fields.size() - number : number - 1]};
}

}  // namespace postroad::sieve
