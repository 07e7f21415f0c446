// Turns TOML nodes into values by the schema, collecting problems and the place of every value.
// Only load.cpp and reader.cpp include this: toml++ stays out of the rest.
#pragma once

#include "sim/scenario/load.hpp"
#include "sim/scenario/value_text.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <limits>

namespace postroad::scenario {

// Where a value is being read: its path, the title of its table, its key.
struct At {
    std::string path;
    std::string where;  // "[networks.campus]" for messages
    std::string_view key;
    Note note;
};

// A name that must be declared somewhere; looked up when everything has been read.
struct Reference {
    Use use;
    std::string text;
    Span span;
    std::string path;
};

class Reader {
public:
    Reader(std::string_view text, std::string file, const Surroundings& surroundings);

    Problems problems;
    Places places;
    std::vector<Reference> references;
    Instant start;
    bool changing = false;  // set_value: entries must exist, nothing is required

    Span span_of(const toml::source_region& region) const;
    std::string_view source_of(const toml::source_region& region) const;
    std::string_view line(std::uint32_t number) const;  // from 1, without its end
    Place place_of_text(const toml::node& node) const;  // of a string's first character
    void add(const Span& span, std::string what, std::string why = {}, std::string suggestion = {});
    void wrong_type(const toml::node& node, const At& at, std::string_view expects);
    void unknown_key(const toml::key& key, const At& at, std::string_view title,
                     std::span<const std::string_view> known);
    void unknown_word(const Span& span, std::string_view word, const At& at,
                      std::span<const std::string_view> known);

    // Checks and normalises by the text's use; false when it is wrong (and told).
    bool text(const toml::node& node, const At& at, std::string& out);
    bool check_text(const Span& span, const At& at, Use use, std::string& text);
    std::optional<Duration> moment(const Span& span, const At& at, std::string_view text);
    std::optional<Located> file(const Span& span, const std::string& path);

    template <class T> bool value(const toml::node& node, const At& at, T& out);
    template <Table S> bool table(const toml::table& in, const At& at, S& out, const Span& header);
    template <Table S> bool short_form(const toml::node& node, const At& at, S& out);
    template <class T> bool list(const toml::node& node, const At& at, std::vector<T>& out);
    template <class T>
    bool map(const toml::node& node, const At& at, std::map<std::string, T>& out);
    template <NamedTable S> bool entries(const toml::node& node, const At& at, std::vector<S>& out);
    void event(const toml::table& in, const At& at, Event& out, const Span& header);

private:
    std::string_view text_;
    std::string file_;
    std::vector<std::size_t> line_starts_;
    const Surroundings& surroundings_;
    std::size_t offset(const toml::source_position& position) const;
};

// A table's keys in the order of the file, not of the alphabet.
std::vector<std::pair<const toml::key*, const toml::node*>> in_file_order(const toml::table& table);

template <class T> bool Reader::value(const toml::node& node, const At& at, T& out) {
    const Span span = span_of(node.source());
    places[at.path] = span;
    if constexpr (IsOptional<T>::value) {
        typename T::value_type inner{};
        if (!value(node, at, inner)) return false;
        out = std::move(inner);
        return true;
    } else if constexpr (IsList<T>::value)
        return list(node, at, out);
    else if constexpr (IsMap<T>::value)
        return map(node, at, out);
    else if constexpr (Table<T>) {
        if (const toml::table* in = node.as_table()) return table(*in, at, out, span);
        return short_form(node, at, out);
    } else if constexpr (ScalarValue<T>) {
        std::string_view written;
        const auto* string = node.as_string();
        if (string != nullptr)
            written = string->get();
        else if (Scalar<T>::bare || at.note.use == Use::moment)
            written = source_of(node.source());
        if constexpr (std::same_as<T, Duration>)
            if (at.note.use == Use::moment) {
                const auto parsed = moment(span, at, written);
                out = parsed.value_or(Duration{});
                return parsed.has_value();
            }
        auto parsed = Scalar<T>::parse(written);
        if (!parsed) return wrong_type(node, at, Scalar<T>::expects), false;
        out = std::move(*parsed);
        if constexpr (std::same_as<T, Endpoint>)
            references.push_back({Use::host, out.host, span, at.path});
        if constexpr (std::same_as<T, Mx>) return check_text(span, at, Use::mx, out.host);
        return true;
    } else if constexpr (Word<T>) {
        const auto* string = node.as_string();
        static constexpr auto known = words(T{});
        if (string == nullptr) return wrong_type(node, at, "one word in quotes"), false;
        for (std::size_t i = 0; i < known.size(); ++i)
            if (known[i] == string->get()) return out = static_cast<T>(i), true;
        return unknown_word(span, string->get(), at, known), false;
    } else if constexpr (std::same_as<T, bool>) {
        const auto* flag = node.as_boolean();
        if (flag == nullptr) return wrong_type(node, at, "true or false"), false;
        out = flag->get();
        return true;
    } else if constexpr (std::integral<T>) {
        const auto* number = node.as_integer();
        if (number == nullptr) return wrong_type(node, at, "a whole number"), false;
        const std::int64_t min = at.note.min;
        std::int64_t max = std::numeric_limits<std::int64_t>::max();
        if constexpr (sizeof(T) < sizeof max) max = std::numeric_limits<T>::max();
        if (number->get() < min || number->get() > max) {
            add(span,
                std::to_string(number->get()) + " is out of range for \"" + std::string(at.key) +
                    "\"",
                "it must be from " + std::to_string(min) + " to " + std::to_string(max));
            return false;
        }
        out = static_cast<T>(number->get());
        return true;
    } else if constexpr (std::same_as<T, Located>) {
        const auto* string = node.as_string();
        if (string == nullptr) return wrong_type(node, at, "a text in quotes"), false;
        out = {string->get(), place_of_text(node)};
        if (out.text.find('\0') != std::string::npos)
            return add(span, "\"" + std::string(at.key) + "\" has a NUL in it"), false;
        return true;
    } else
        return text(node, at, out);
}

template <Table S>
bool Reader::table(const toml::table& in, const At& at, S& out, const Span& header) {
    const std::size_t problems_before = problems.list().size();
    std::vector<std::string_view> known;
    each(keys(&out), [&](const auto& row) { known.push_back(row.name); });
    for (const auto& [key, node] : in_file_order(in))
        if (std::find(known.begin(), known.end(), key->str()) == known.end())
            unknown_key(*key, at, title(&out), known);
    each(keys(&out), [&](const auto& row) {
        const toml::node* node = in.get(row.name);
        const std::string path = (at.path.empty() ? "" : at.path + ".") + std::string(row.name);
        std::string where = at.where;
        using M = std::remove_cvref_t<decltype(out.*row.member)>;
        if constexpr (Table<M> && !std::same_as<S, Scenario>) where = "[" + path + "]";
        if (node != nullptr) {
            static_cast<void>(value(*node, At{path, where, row.name, row.note}, out.*row.member));
        } else if (row.note.required && !changing) {
            add(header,
                "\"" + std::string(row.name) + "\" is missing " +
                    (at.where.empty() ? "at the top" : "in " + at.where),
                std::string(row.note.doc),
                "add " + std::string(row.name) + " = " + std::string(row.note.example));
        }
    });
    return problems.list().size() == problems_before;
}

template <Table S> bool Reader::short_form(const toml::node& node, const At& at, S& out) {
    if constexpr (std::same_as<S, Bookmark>)
        if (node.is_string()) return value(node, at, out.text);
    if constexpr (std::same_as<S, Fetch>)
        if (node.is_string()) {
            At person = at;
            person.note.use = Use::person;
            return value(node, person, out.person);
        }
    if constexpr (std::same_as<S, SizeShare>)
        if (node.is_string() || node.is_integer()) return value(node, at, out.size);
    return wrong_type(node, at, "a table"), false;
}

template <class T> bool Reader::list(const toml::node& node, const At& at, std::vector<T>& out) {
    if constexpr (NamedTable<T>)
        return entries(node, at, out);
    else {
        const toml::array* array = node.as_array();
        if (array == nullptr && node.is_table() && Table<T> && !std::same_as<T, SizeShare> &&
            !std::same_as<T, Outage>) {
            const std::string section(at.key);
            add(span_of(node.source()), "\"" + section + "\" is a list of tables",
                "each entry stands under its own header in double brackets",
                "write [[" + section + "]]");
            return false;
        }
        out.clear();
        if (array == nullptr) {  // one value may stand for a list of one
            T one{};
            const bool fine = value(node, at, one);
            if (fine) out.push_back(std::move(one));
            return fine;
        }
        bool fine = true;
        std::size_t index = 0;
        for (const toml::node& element : *array) {
            At here = at;
            here.path += "[" + std::to_string(index++) + "]";
            if constexpr (Table<T>)
                if (at.path == at.key) here.where = "[[" + std::string(at.key) + "]]";
            T one{};
            if constexpr (std::same_as<T, Event>) {
                const Span header = span_of(element.source());
                places[here.path] = header;
                if (element.is_table())
                    event(*element.as_table(), here, one, header);
                else
                    wrong_type(element, at, "a table"), fine = false;
            } else
                fine = value(element, here, one) && fine;
            out.push_back(std::move(one));
        }
        return fine;
    }
}

template <class T>
bool Reader::map(const toml::node& node, const At& at, std::map<std::string, T>& out) {
    const toml::table* in = node.as_table();
    if (in == nullptr) return wrong_type(node, at, "a table"), false;
    if (!changing) out.clear();
    bool fine = true;
    for (const auto& [key, element] : in_file_order(*in)) {
        std::string name(key->str());
        const Span span = span_of(key->source());
        At here = at;
        here.path += "." + toml_key(name);
        fine = check_text(span, here, at.note.use, name) && fine;
        T one{};
        fine = value(*element, here, one) && fine;
        if (!out.insert_or_assign(name, std::move(one)).second && !changing) {
            add(span, "\"" + name + "\" stands twice in " + at.where);
            fine = false;
        }
    }
    return fine;
}

template <NamedTable S>
bool Reader::entries(const toml::node& node, const At& at, std::vector<S>& out) {
    const std::string section(at.key);
    const toml::table* in = node.as_table();
    if (in == nullptr) {
        add(span_of(node.source()), "\"" + section + "\" is a table of named entries", {},
            "write [" + section + ".NAME]");
        return false;
    }
    bool fine = true;
    std::map<std::string, std::size_t> positions;
    for (std::size_t i = 0; i < out.size(); ++i) positions.emplace(entry_name(out[i]), i);
    for (const auto& [key, element] : in_file_order(*in)) {
        const Span span = span_of(key->source());
        std::string name(key->str());
        At here{section + "." + toml_key(name), "[" + section + "." + toml_key(name) + "]",
                key->str(), at.note};
        here.note.use = entry_use<S>;
        places[here.path] = span;
        fine = check_text(span, here, entry_use<S>, name) && fine;
        const auto same = positions.find(name);
        if (changing == (same == positions.end())) {
            add(span, changing ? "there is no [" + section + "." + toml_key(name) + "]"
                               : "[" + section + "] has \"" + name + "\" twice");
            fine = false;
            continue;
        }
        S fresh{};
        S& entry = changing ? out[same->second] : fresh;
        if (!element->is_table()) {
            wrong_type(*element, here, "a table");
            fine = false;
        } else {
            entry_name(entry) = name;
            fine = table(*element->as_table(), here, entry, span) && fine;
        }
        if (changing) continue;
        positions.emplace(name, out.size());
        out.push_back(std::move(fresh));
    }
    return fine;
}

}  // namespace postroad::scenario
