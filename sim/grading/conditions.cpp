// Reads what a check asks for: one fact, its absence, how many of it, or several in order.
#include <algorithm>

#include "sim/core/reasons.hpp"
#include "sim/grading/toml_reader.hpp"

namespace postroad::sim::grading {
namespace {

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> out;
    while (!text.empty()) {
        const std::size_t end = text.find(' ');
        out.push_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return out;
}

// A value as text, whichever of TOML's types it is; nothing when it does not suit the field.
std::optional<std::string> scalar(TomlReader& reader, const toml::node& node,
                                  const FieldRow& field) {
    const std::string key(field.name);
    if (field.how == How::flag) {
        if (const auto* value = node.as_boolean()) return value->get() ? "true" : "false";
        reader.add(node.source(), quoted(key) + " must be true or false");
        return std::nullopt;
    }
    if (const auto* value = node.as_integer()) return std::to_string(value->get());
    const auto* value = node.as_string();
    if (value == nullptr) {
        reader.add(node.source(), quoted(key) + " must be a text in quotes",
                   "as in " + key + " = " + std::string(field.example));
        return std::nullopt;
    }
    std::vector<std::string_view> known = split(field.known);
    if (field.name == "reason")
        for (unsigned i = 1; i < static_cast<unsigned>(Reason::count_of_reasons); ++i)
            known.push_back(name_of(static_cast<Reason>(i)));
    if (!known.empty() && std::find(known.begin(), known.end(), value->get()) == known.end()) {
        reader.add(node.source(), quoted(value->get()) + " is no value of " + quoted(key), {},
                   TomlReader::did_you_mean(value->get(), known));
        return std::nullopt;
    }
    return value->get();
}

void read_field(TomlReader& reader, const toml::node& node, const FieldRow& row, Wanted& out) {
    const toml::array* const list = node.as_array();
    if (list == nullptr) {
        if (row.how == How::chain) {
            reader.add(node.source(), quoted(row.name) + " must be a list",
                       "as in " + std::string(row.name) + " = " + std::string(row.example));
            return;
        }
        if (auto value = scalar(reader, node, row)) out.values.push_back(std::move(*value));
        return;
    }
    for (const toml::node& one : *list)
        if (auto value = scalar(reader, one, row)) out.values.push_back(std::move(*value));
    if (list->empty()) reader.add(node.source(), quoted(row.name) + " is an empty list");
}

std::optional<Pattern> read_pattern(TomlReader& reader, const KindRow& row,
                                    const toml::node& node) {
    const toml::table* const table = node.as_table();
    Pattern out;
    out.row = &row;
    if (!row.implied.empty()) {
        const std::size_t equals = row.implied.find('=');
        out.wanted.push_back(
            {static_cast<std::uint32_t>(find_field(row.kind, row.implied.substr(0, equals))),
             {std::string(row.implied.substr(equals + 1))}});
    }
    if (table == nullptr) {
        // connect = "mx1.example.org:25": the first field's value alone.
        Wanted wanted;
        read_field(reader, node, row.fields.front(), wanted);
        if (wanted.values.empty()) return std::nullopt;
        out.wanted.push_back(std::move(wanted));
        return out;
    }
    TableReader in(reader, *table, quoted(row.name));
    for (std::uint32_t i = 0; i < row.fields.size(); ++i) {
        const toml::node* const value = in.node(row.fields[i].name);
        if (value == nullptr) continue;
        Wanted wanted;
        wanted.field = i;
        read_field(reader, *value, row.fields[i], wanted);
        if (!wanted.values.empty()) out.wanted.push_back(std::move(wanted));
    }
    out.after = in.moment("after");
    out.before = in.moment("before");
    out.by = in.moment("by");
    in.finish();
    return out;
}

std::vector<std::string_view> condition_keys() {
    std::vector<std::string_view> out{"count", "order"};
    for (const KindRow& row : kind_rows()) out.push_back(row.name);
    return out;
}

std::optional<Condition> read_count(TomlReader& reader, const toml::node& node) {
    const toml::table* const table = node.as_table();
    if (table == nullptr) {
        reader.add(node.source(), "\"count\" must be a table",
                   "as in count = { of = { connect = \"mx1:25\" }, at_least = 2 }");
        return std::nullopt;
    }
    TableReader in(reader, *table, "\"count\"");
    Condition out;
    out.shape = Shape::count;
    const toml::node* const of = in.node("of");
    const auto at_least = in.number("at_least");
    const auto at_most = in.number("at_most");
    in.finish();
    if (of == nullptr) in.missing("of");
    if (!at_least && !at_most)
        reader.add(node.source(), "\"count\" has neither \"at_least\" nor \"at_most\"");
    out.at_least = at_least.value_or(0);
    out.at_most = at_most.value_or(out.at_most);
    if (out.at_least > out.at_most)
        reader.add(node.source(), "\"at_least\" is more than \"at_most\": nothing can be so");
    if (of == nullptr) return std::nullopt;
    auto fact = read_fact(reader, *of, "of");
    if (!fact) return std::nullopt;
    out.facts.push_back(std::move(*fact));
    return out;
}

std::optional<Condition> read_order(TomlReader& reader, const toml::node& node) {
    const toml::array* const list = node.as_array();
    if (list == nullptr || list->size() < 2) {
        reader.add(node.source(), "\"order\" must be a list of two facts or more");
        return std::nullopt;
    }
    Condition out;
    out.shape = Shape::order;
    for (const toml::node& one : *list)
        if (auto fact = read_fact(reader, one, "order")) out.facts.push_back(std::move(*fact));
    if (out.facts.size() != list->size()) return std::nullopt;
    return out;
}

}  // namespace

std::optional<Condition> read_condition(TableReader& in) {
    TomlReader& reader = in.reader();
    std::vector<std::string_view> found;
    for (const std::string_view key : condition_keys())
        if (in.node(key) != nullptr) found.push_back(key);
    if (found.size() > 1) {
        reader.add(in.table().source(),
                   in.title() + " asks for " + quoted(found[0]) + " and for " + quoted(found[1]),
                   "one thing a check: then each has its own points");
        return std::nullopt;
    }
    if (found.empty()) {
        // A misspelt kind is told as an unknown key; saying more would be noise.
        reader.add(in.table().source(), in.title() + " asks for nothing", "it needs a fact",
                   TomlReader::did_you_mean("", condition_keys()));
        return std::nullopt;
    }
    const toml::node& node = *in.table().get(found[0]);
    if (found[0] == "count") return read_count(reader, node);
    if (found[0] == "order") return read_order(reader, node);
    const KindRow& row = *find_kind(found[0]);
    auto fact = read_pattern(reader, row, node);
    if (!fact) return std::nullopt;
    Condition out;
    out.shape = row.never ? Shape::never : Shape::once;
    out.facts.push_back(std::move(*fact));
    return out;
}

std::optional<Condition> read_condition(TomlReader& reader, const toml::node& node,
                                        std::string_view key) {
    const toml::table* const table = node.as_table();
    if (table == nullptr) {
        reader.add(node.source(), quoted(key) + " must be a table with a fact in it");
        return std::nullopt;
    }
    TableReader in(reader, *table, quoted(key));
    auto out = read_condition(in);
    in.finish();
    return out;
}

std::optional<Pattern> read_fact(TomlReader& reader, const toml::node& node,
                                 std::string_view key) {
    auto condition = read_condition(reader, node, key);
    if (!condition) return std::nullopt;
    if (condition->shape != Shape::once) {
        reader.add(node.source(), quoted(key) + " must hold one fact",
                   "not an absence, a count or an order");
        return std::nullopt;
    }
    return std::move(condition->facts.front());
}

}  // namespace postroad::sim::grading
