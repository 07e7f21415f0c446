// The rules that no grammar has: comparators and match types that go together, names of fields,
// addresses, date parts and variables that can be judged before any message comes.
#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/base/did_you_mean.hpp"
#include "protocols/message/address.hpp"
#include "protocols/sieve/expand.hpp"
#include "protocols/sieve/reading.hpp"
#include "protocols/sieve/values.hpp"
#include "protocols/sieve/words.hpp"

namespace postroad::sieve {
namespace {

class Check {
public:
    Check(Reading& reading, std::uint32_t node) : r_(reading), id_(node) {}

    void run() {
        const Word word = r_.script.nodes[id_].word;
        if (word == Word::require) return require();
        references();
        matching();
        index();
        switch (word) {
        case Word::redirect: addresses(Slot::target, false); break;
        case Word::vacation:
            addresses(Slot::from, true);
            addresses(Slot::addresses, false);
            break;
        case Word::set: variable(Slot::name); break;
        case Word::setflag:
        case Word::addflag:
        case Word::removeflag:
        case Word::hasflag: variable(Slot::variables); break;
        case Word::addheader:
        case Word::deleteheader: fields(Slot::name); break;
        case Word::header:
        case Word::exists:
        case Word::date: fields(Slot::headers); break;
        case Word::address:
            fields(Slot::headers);
            one_of(Slot::headers, address_field_names(), "is no field that holds addresses",
                   "RFC 5228 §5.1; the test for all fields is header");
            break;
        case Word::envelope:
            one_of(Slot::parts, envelope_parts, "is no part of the envelope",
                   "RFC 5228 §5.4: \"from\" or \"to\"");
            break;
        case Word::size: over_or_under(); break;
        default: break;
        }
        one_of(Slot::datepart, date_part_names(), "is no part of a date", "RFC 5260 §4.2");
        zone();
    }

private:
    static constexpr std::string_view envelope_parts[] = {"from", "to"};

    // Calls `f(text, place)` for each string of that slot that no variable can change.
    template <class F> void each_constant(Slot slot, F&& f) {
        const Argument* found = r_.script.find(id_, slot);
        if (found == nullptr) return;
        const Argument argument = *found;
        for (std::uint32_t i = 0; i < argument.count; ++i) {
            const std::uint32_t text = argument.first + i;
            if (!r_.is_constant(text)) continue;
            f(constant(text), r_.text_places[text]);
        }
    }

    std::string constant(std::uint32_t text) const {
        std::string out;
        if (r_.script.has(Capability::encoded_character))
            decode_characters(r_.script.text(text), out);
        else
            out = r_.script.text(text);
        return out;
    }

    void require() {
        std::vector<std::string_view> known;
        for (std::size_t i = 1; i < capability_count; ++i)
            known.push_back(capability_name(static_cast<Capability>(i)));
        each_constant(Slot::capabilities, [&](const std::string& name, const Place& place) {
            const auto found = find_capability(name);
            if (!found) {
                r_.problem(place, "unknown capability " + quoted(name), {},
                           did_you_mean(name, known));
                return;
            }
            r_.script.capabilities |= 1U << static_cast<unsigned>(*found);
            if (*found == Capability::vacation_seconds)  // RFC 6131 §3: it brings vacation along
                r_.script.capabilities |= 1U << static_cast<unsigned>(Capability::vacation);
        });
    }

    // RFC 5229 §3: a namespace that no extension brings is an error. RFC 5228 §2.4.2.4: so is an
    // encoded character that is none.
    void references() {
        const Node node = r_.script.nodes[id_];
        for (std::uint32_t a = 0; a < node.argument_count; ++a) {
            const Argument argument = r_.script.arguments[node.first_argument + a];
            for (std::uint32_t i = 0; i < argument.count; ++i) string(argument.first + i);
        }
    }

    void string(std::uint32_t index) {
        const std::string_view written = r_.script.text(index);
        std::string ignored;
        if (r_.script.has(Capability::encoded_character) && !decode_characters(written, ignored))
            r_.problem(r_.text_places[index],
                       "${unicode:...} names a character that does not exist");
        if (!r_.script.has(Capability::variables)) return;
        for (auto one = next_reference(written, 0); one; one = next_reference(written, one->end))
            if (one->has_namespace)
                return r_.problem(
                    r_.text_places[index], "unknown variable " + quoted(one->name),
                    "RFC 5229 §3: a name with a period is of an extension's namespace");
    }

    // --- comparators and match types ---
    void matching() {
        Comparator comparator = Comparator::casemap;
        each_constant(Slot::comparator, [&](const std::string& name, const Place& place) {
            static constexpr std::string_view known[] = {"i;octet", "i;ascii-casemap",
                                                         "i;ascii-numeric"};
            const auto found = find_comparator(name);
            if (!found)
                return r_.problem(place, "unknown comparator " + quoted(name), "RFC 4790",
                                  did_you_mean(name, known));
            comparator = *found;
            r_.require(needed_by(comparator), place, "the comparator " + quoted(name));
        });
        const Argument* match = r_.script.find(id_, Slot::match_type);
        const Tag tag = match == nullptr ? Tag::is : match->tag;
        if (comparator == Comparator::numeric && (tag == Tag::contains || tag == Tag::matches))
            r_.problem(argument_place(Slot::match_type),
                       "i;ascii-numeric cannot do " + std::string(tag_name(tag)),
                       "RFC 4790 §9.1: it has no substrings");
        if (tag != Tag::count && tag != Tag::value) return;
        each_constant(Slot::match_type, [&](const std::string& name, const Place& place) {
            if (!find_relation(name))
                r_.problem(place, quoted(name) + " is no relation",
                           "RFC 5231 §3: \"gt\", \"ge\", \"lt\", \"le\", \"eq\" or \"ne\"");
        });
    }

    Place argument_place(Slot slot) const {
        const Node& node = r_.script.nodes[id_];
        for (std::uint32_t i = 0; i < node.argument_count; ++i)
            if (r_.script.arguments[node.first_argument + i].slot == slot)
                return r_.argument_places[node.first_argument + i];
        return r_.script.places[id_];
    }

    // RFC 5260 §6: fields are counted from 1, and :last says from where.
    void index() {
        const Argument* index = r_.script.find(id_, Slot::index);
        if (index != nullptr && index->number == 0)
            r_.problem(argument_place(Slot::index), ":index counts from 1");
        const Word word = r_.script.nodes[id_].word;
        if (word == Word::addheader || word == Word::duplicate) return;
        if (index == nullptr && r_.script.find(id_, Slot::last) != nullptr)
            r_.problem(argument_place(Slot::last), ":last wants :index beside it",
                       "RFC 5260 §6: it says that counting begins at the last field");
    }

    void over_or_under() {
        if (r_.script.find(id_, Slot::over_under) == nullptr)
            r_.problem(r_.script.places[id_], "\"size\" takes :over or :under", "RFC 5228 §5.9");
    }

    // --- names ---
    void fields(Slot slot) {
        each_constant(slot, [&](const std::string& name, const Place& place) {
            if (is_field_name(name)) return;
            const bool colon =
                name.ends_with(':') && is_field_name(name.substr(0, name.size() - 1));
            r_.problem(place, quoted(name) + " is no name of a header field", "RFC 5322 §3.6.8",
                       colon ? "write it without its colon" : "");
        });
    }

    void one_of(Slot slot, std::span<const std::string_view> known, std::string_view what,
                std::string_view why) {
        each_constant(slot, [&](const std::string& name, const Place& place) {
            if (slot == Slot::headers && !is_field_name(name)) return;  // told already
            for (const std::string_view one : known)
                if (equals_ignoring_case(one, name)) return;
            r_.problem(place, quoted(name) + " " + std::string(what), std::string(why),
                       did_you_mean(name, known));
        });
    }

    void variable(Slot slot) {
        const Argument* found = r_.script.find(id_, slot);
        if (found == nullptr) return;
        r_.require(Capability::variables, argument_place(slot), "a variable");
        each_constant(slot, [&](const std::string& name, const Place& place) {
            if (is_variable_name(name)) return;
            const bool digits = !name.empty() && is_digit(name[0]);
            r_.problem(place, quoted(name) + " is no name of a variable",
                       digits ? "RFC 5229 §3.2: numbers are what :matches found"
                              : "RFC 5229 §3: letters, digits and _");
        });
    }

    void addresses(Slot slot, bool named) {
        each_constant(slot, [&](const std::string& text, const Place& place) {
            if (named ? !mailbox_of(text).has_value() : !is_address(text))
                r_.problem(place, quoted(text) + " is no mail address", "RFC 5228 §2.4.2.3",
                           "write it like bob@example.org");
        });
    }

    void zone() {
        each_constant(Slot::zone, [&](const std::string& text, const Place& place) {
            if (!parse_zone(text))
                r_.problem(place, quoted(text) + " is no time zone", "RFC 5260 §4.1",
                           "write it like +0100");
        });
    }

    Reading& r_;
    std::uint32_t id_;
};

}  // namespace

void Reading::problem(const Place& place, std::string what, std::string why,
                      std::string suggestion) {
    if (problems.size() >= problems_max) return;
    Problem one;
    one.line = place.line;
    one.column = place.column;
    one.what = std::move(what);
    one.why = std::move(why);
    one.suggestion = std::move(suggestion);
    // The line, and as much of it as is underlined.
    std::size_t begin = source.rfind('\n', place.begin > 0 ? place.begin - 1 : 0);
    begin = place.begin == 0 || begin == std::string_view::npos ? 0 : begin + 1;
    std::size_t end = source.find('\n', place.begin);
    if (end == std::string_view::npos) end = source.size();
    std::string_view line = source.substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    one.source_line = line;
    one.length = 0;
    const std::size_t stop = std::min<std::size_t>(place.end, begin + line.size());
    for (std::size_t i = place.begin; i < stop; i = next_character(source, i)) ++one.length;
    one.length = std::max<std::uint32_t>(one.length, 1);
    problems.push_back(std::move(one));
}

bool Reading::require(Capability capability, const Place& place, std::string_view what) {
    if (capability == Capability::none || script.has(capability)) return true;
    const std::uint32_t bit = 1U << static_cast<unsigned>(capability);
    const std::string name(capability_name(capability));
    if ((told & bit) == 0)
        problem(place, std::string(what) + " needs the capability \"" + name + "\"",
                "RFC 5228 §3.2: a script begins with what it needs",
                "write require [\"" + name + "\"]; at the top");
    told |= bit;
    return false;
}

bool Reading::is_constant(std::uint32_t text) const {
    if (!script.has(Capability::variables)) return true;
    if (!script.has(Capability::encoded_character))
        return !next_reference(script.text(text), 0).has_value();
    std::string decoded;
    decode_characters(script.text(text), decoded);
    return !next_reference(decoded, 0).has_value();
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known) {
    const std::string_view near = closest(word, known);
    return near.empty() ? std::string() : "did you mean \"" + std::string(near) + "\"?";
}

std::string quoted(std::string_view word) {
    const std::string_view shown = cut(word, 60);
    return "\"" + std::string(shown) + (shown.size() < word.size() ? "...\"" : "\"");
}

void check_node(Reading& reading, std::uint32_t node) { Check(reading, node).run(); }

}  // namespace postroad::sieve
