// Fields against values, then facts against conditions.
#include "sim/grading/match.hpp"

#include <algorithm>
#include <utility>

#include "protocols/base/ascii.hpp"
#include "sim/views/text.hpp"

namespace postroad::sim::grading {
namespace {

bool contains_ignoring_case(std::string_view text, std::string_view part) {
    return std::search(text.begin(), text.end(), part.begin(), part.end(), [](char a, char b) {
               return to_lower(a) == to_lower(b);
           }) != text.end();
}

// "Name" or "Name: part of its value", against "Name: value".
bool is_field(std::string_view field, std::string_view wanted) {
    const std::size_t colon = wanted.find(':');
    const std::string_view name = wanted.substr(0, colon);
    if (!equals_ignoring_case(field.substr(0, field.find(':')), name)) return false;
    if (colon == std::string_view::npos) return true;
    return field.substr(field.find(':') + 1).find(trimmed(wanted.substr(colon + 1))) !=
           std::string_view::npos;
}

bool fits(How how, std::string_view wanted, const std::vector<std::string>& values) {
    const auto any = [&](auto&& test) {
        return std::any_of(values.begin(), values.end(),
                           [&](const std::string& value) { return test(value); });
    };
    switch (how) {
        case How::word:
        case How::number:
        case How::flag:
        case How::chain:
            return any([&](const std::string& v) { return equals_ignoring_case(v, wanted); });
        case How::contains:
            return any([&](const std::string& v) { return contains_ignoring_case(v, wanted); });
        case How::lacks:
            return !any([&](const std::string& v) { return contains_ignoring_case(v, wanted); });
        case How::reply: {
            const bool open = wanted.size() == 3 && !is_digit(wanted[2]);
            const std::string_view digits =
                open ? wanted.substr(0, is_digit(wanted[1]) ? 2 : 1) : wanted;
            return any([&](const std::string& v) {
                return open ? v.starts_with(digits) : equals_ignoring_case(v, wanted);
            });
        }
        case How::field: return any([&](const std::string& v) { return is_field(v, wanted); });
        case How::no_field: return !any([&](const std::string& v) { return is_field(v, wanted); });
    }
    return false;
}

bool fits(const Wanted& wanted, How how, const std::vector<std::string>& values) {
    if (how == How::chain)
        return std::equal(wanted.values.begin(), wanted.values.end(), values.begin(), values.end(),
                          [](const std::string& a, const std::string& b) {
                              return equals_ignoring_case(a, b);
                          });
    return std::all_of(wanted.values.begin(), wanted.values.end(),
                       [&](const std::string& one) { return fits(how, one, values); });
}

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

std::string listed(const std::vector<std::string>& values, std::string_view between) {
    std::string out;
    for (const std::string& one : values) out += (out.empty() ? "" : std::string(between)) + one;
    return out;
}

bool in_time(const Pattern& pattern, Time time) {
    return !(pattern.after && time <= *pattern.after) &&
           !(pattern.before && time >= *pattern.before) && !(pattern.by && time > *pattern.by);
}

// How many of the pattern's demands a fact meets; `all` of them makes it a match.
struct Score {
    std::size_t met = 0, all = 0;
    bool whole() const { return met == all; }
};
Score score(const Pattern& pattern, const Happening& one) {
    Score out;
    const auto fields = fields_of(pattern.row->kind);
    for (const Wanted& wanted : pattern.wanted) {
        ++out.all;
        out.met += fits(wanted, fields[wanted.field].how, one.values[wanted.field]);
    }
    ++out.all;
    out.met += in_time(pattern, one.time);
    return out;
}

const Happening* first_match(const Pattern& pattern, const Evidence& evidence,
                             std::uint64_t from = 0) {
    for (const Happening& one : evidence.of(pattern.row->kind))
        if (one.position >= from && score(pattern, one).whole()) return &one;
    return nullptr;
}

std::string told(const Happening& one, const Evidence& evidence) {
    std::string out = "at " + views::clock_time(evidence.setup(), one.time);
    if (one.conversation != 0) out += " (conversation " + std::to_string(one.conversation) + ")";
    return out + " " + one.sentence;
}

void note(Found& out, const Happening& one) {
    out.time = one.time;
    out.conversation = one.conversation;
}

// What the nearest fact lacks: "outcome is established, not refused".
std::string shortfall(const Pattern& pattern, const Happening& one) {
    std::string out;
    const auto fields = fields_of(pattern.row->kind);
    for (const Wanted& wanted : pattern.wanted) {
        const FieldRow& row = fields[wanted.field];
        const auto& values = one.values[wanted.field];
        if (fits(wanted, row.how, values)) continue;
        if (!out.empty()) out += "; ";
        std::vector<std::string> open;  // of several, those that are wanting
        for (const std::string& value : wanted.values)
            if (row.how == How::chain || !fits(row.how, value, values)) open.push_back(value);
        const std::string asked = listed(open, row.how == How::chain ? " → " : "\" and \"");
        switch (row.how) {
            case How::contains: out += "there is no " + quoted(asked) + " in it"; break;
            case How::lacks: out += quoted(asked) + " is in it"; break;
            case How::field: out += "it has no header field " + quoted(asked); break;
            case How::no_field: out += "it has a header field " + quoted(asked); break;
            case How::chain:
                out += std::string(row.name) + " is " + listed(values, " → ") + ", not " + asked;
                break;
            default:
                if (row.name == "line")
                    out += "no line of it is " + quoted(asked);
                else
                    out += std::string(row.name) + " is " +
                           (values.empty() ? "unknown" : quoted(values.front())) + ", not " +
                           quoted(asked);
        }
    }
    if (!in_time(pattern, one.time)) {
        if (!out.empty()) out += "; ";
        out += "it was at +" + duration_words(one.time);
    }
    return out;
}

std::string nearest(const Pattern& pattern, const Evidence& evidence, std::uint64_t from = 0) {
    const Happening* best = nullptr;
    std::size_t best_met = 0;
    for (const Happening& one : evidence.of(pattern.row->kind)) {
        if (one.position < from) continue;
        const std::size_t met = score(pattern, one).met;
        // A fact that has only its moment right is near nothing.
        if (met <= best_met && best != nullptr) continue;
        best = &one;
        best_met = met;
    }
    if (best == nullptr)
        return from == 0 ? std::string(pattern.row->none)
                         : "nothing of the kind happened after that";
    if (best_met <= 1 && pattern.wanted.size() > 1)
        return "nothing that happened comes near";
    return "the nearest: " + told(*best, evidence) + "; but " + shortfall(pattern, *best);
}

Found find_once(const Condition& condition, const Evidence& evidence) {
    Found out;
    const Pattern& pattern = condition.facts.front();
    if (const Happening* one = first_match(pattern, evidence)) {
        out.holds = out.final = true;
        out.why = told(*one, evidence);
        note(out, *one);
    } else {
        out.why = "no " + words_for(pattern) + ": " + nearest(pattern, evidence);
    }
    return out;
}

// What a firewall has opened is judged as a whole: a student has to see all of it.
std::string all_of_it(const Pattern& pattern, const Evidence& evidence) {
    constexpr std::size_t most = 20;
    std::vector<std::string> sentences;
    for (const Happening& one : evidence.of(pattern.row->kind))
        if (score(pattern, one).whole()) sentences.push_back(one.sentence);
    const std::size_t more = sentences.size() - std::min(most, sentences.size());
    sentences.resize(sentences.size() - more);
    return listed(sentences, "; ") + (more == 0 ? "" : "; and " + std::to_string(more) + " more");
}

Found find_never(const Condition& condition, const Evidence& evidence) {
    Found out;
    const Pattern& pattern = condition.facts.front();
    if (const Happening* one = first_match(pattern, evidence)) {
        out.final = true;
        out.why = pattern.row->kind == Kind::exposes ? all_of_it(pattern, evidence)
                                                     : "it happened: " + told(*one, evidence);
        note(out, *one);
    } else {
        out.holds = true;
        out.why = "there was no " + words_for(pattern);
    }
    return out;
}

Found find_count(const Condition& condition, const Evidence& evidence) {
    Found out;
    const Pattern& pattern = condition.facts.front();
    std::uint64_t all = 0;
    const Happening* last = nullptr;
    for (const Happening& one : evidence.of(pattern.row->kind)) {
        if (!score(pattern, one).whole()) continue;
        ++all;
        if (last == nullptr || all <= condition.at_least || all == condition.at_most + 1)
            last = &one;
    }
    out.holds = all >= condition.at_least && all <= condition.at_most;
    out.there = std::min(all, condition.at_least);
    out.wanted = all > condition.at_most ? 0 : condition.at_least;  // too many is no part of it
    out.final = all > condition.at_most ||
                (out.holds && condition.at_most == ~std::uint64_t{0});
    std::string bounds;
    if (condition.at_least == condition.at_most)
        bounds = std::to_string(condition.at_least);
    else if (condition.at_most == ~std::uint64_t{0})
        bounds = "at least " + std::to_string(condition.at_least);
    else if (condition.at_least == 0)
        bounds = "at most " + std::to_string(condition.at_most);
    else
        bounds = std::to_string(condition.at_least) + " to " + std::to_string(condition.at_most);
    out.why = words_for(pattern) + ": found " + std::to_string(all) + ", asked for " + bounds;
    if (last != nullptr && all > condition.at_most && pattern.row->kind == Kind::exposes) {
        out.why += ": " + all_of_it(pattern, evidence);
        note(out, *last);
    } else if (last != nullptr) {
        out.why += "; " + told(*last, evidence);
        note(out, *last);
    } else if (!out.holds) {
        out.why += "; " + nearest(pattern, evidence);
    }
    return out;
}

Found find_order(const Condition& condition, const Evidence& evidence) {
    Found out;
    out.wanted = condition.facts.size();
    std::uint64_t from = 0;
    std::string so_far;
    for (std::size_t i = 0; i < condition.facts.size(); ++i) {
        const Pattern& pattern = condition.facts[i];
        const Happening* const one = first_match(pattern, evidence, from);
        if (one == nullptr) {
            out.why = so_far;
            const Happening* const earlier = i == 0 ? nullptr : first_match(pattern, evidence);
            if (earlier != nullptr)
                out.why += "; " + words_for(pattern) + " came too early: " +
                           told(*earlier, evidence);
            else
                out.why += std::string(i == 0 ? "no " : "; then no ") + words_for(pattern) + ": " +
                           nearest(pattern, evidence, from);
            return out;
        }
        so_far += (i == 0 ? "" : "; then ") + told(*one, evidence);
        from = one->position + 1;
        ++out.there;
        note(out, *one);
    }
    out.holds = out.final = true;
    out.why = so_far;
    return out;
}

}  // namespace

Found find(const Condition& condition, const Evidence& evidence) {
    if (condition.facts.empty()) return {false, false, 0, 0, "it asks for nothing"};
    const auto found = [&]() -> Found {
        switch (condition.shape) {
            case Shape::once: return find_once(condition, evidence);
            case Shape::never: return find_never(condition, evidence);
            case Shape::count: return find_count(condition, evidence);
            case Shape::order: return find_order(condition, evidence);
        }
        return {};
    };
    Found out = found();
    for (const Pattern& one : condition.facts)  // what is open now may be closed yet
        if (one.row->kind == Kind::exposes) out.final = false;
    return out;
}

std::uint64_t count(const Pattern& pattern, const Evidence& evidence) {
    const auto& all = evidence.of(pattern.row->kind);
    return static_cast<std::uint64_t>(std::count_if(all.begin(), all.end(), [&](const auto& one) {
        return score(pattern, one).whole();
    }));
}

std::string words_for(const Pattern& pattern) {
    const auto fields = fields_of(pattern.row->kind);
    std::string inside;
    bool implied = !pattern.row->implied.empty();  // the noun says it
    for (const Wanted& wanted : pattern.wanted) {
        if (std::exchange(implied, false)) continue;
        const FieldRow& row = fields[wanted.field];
        std::string name(row.name);
        std::replace(name.begin(), name.end(), '_', ' ');
        inside += (inside.empty() ? "" : ", ") + name + " \"" +
                  views::visible(listed(wanted.values, row.how == How::chain ? " → "
                                                                             : "\" and \"")) +
                  "\"";
    }
    const auto bound = [&](const char* word, const std::optional<Time>& time) {
        if (time) inside += (inside.empty() ? "" : ", ") + std::string(word) + duration_words(*time);
    };
    bound("after +", pattern.after);
    bound("before +", pattern.before);
    bound("by +", pattern.by);
    return std::string(pattern.row->noun) + (inside.empty() ? "" : " (" + inside + ")");
}

}  // namespace postroad::sim::grading
