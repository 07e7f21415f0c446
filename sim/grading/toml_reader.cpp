// Types, places and suggestions for the reader of lab.toml.
#include "sim/grading/toml_reader.hpp"

#include <algorithm>

#include "protocols/base/did_you_mean.hpp"
#include "sim/scenario/values.hpp"

namespace postroad::sim::grading {
namespace {

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

}  // namespace

std::optional<toml::table> TomlReader::parse() {
    const std::size_t bad = scenario::find_bad_utf8(text_);
    if (bad != std::string_view::npos) {
        scenario::Problem problem;
        problem.place = {file_, 1, 1};
        for (std::size_t i = 0; i < bad; ++i)
            if (text_[i] == '\n') ++problem.place.line;
        problem.what = "this is not UTF-8";
        problem.source_line = std::string(scenario::line_of(text_, problem.place.line));
        problems.add(std::move(problem));
        return std::nullopt;
    }
    try {
        return toml::parse(text_, file_);
    } catch (const toml::parse_error& error) {
        add(error.source(), std::string(error.description()), "the file must be TOML");
        return std::nullopt;
    }
}

scenario::Place TomlReader::place_of(const toml::node& node) const {
    return {file_, node.source().begin.line, node.source().begin.column};
}

void TomlReader::add(const toml::source_region& at, std::string what, std::string why,
                     std::string suggestion) {
    scenario::Problem problem;
    problem.place = {file_, at.begin.line, at.begin.column};
    if (at.end.line == at.begin.line && at.end.column > at.begin.column)
        problem.length = at.end.column - at.begin.column;
    problem.what = std::move(what);
    problem.why = std::move(why);
    problem.suggestion = std::move(suggestion);
    problem.source_line = std::string(scenario::line_of(text_, at.begin.line));
    problems.add(std::move(problem));
}

std::string TomlReader::did_you_mean(std::string_view word,
                                     std::span<const std::string_view> known) {
    const std::string_view near = closest(word, known);
    if (!near.empty()) return "did you mean " + quoted(near) + "?";
    std::string all;
    for (const std::string_view one : known) all += (all.empty() ? "" : ", ") + std::string(one);
    return known.size() <= 20 && !all.empty() ? "known here: " + all : std::string();
}

const toml::node* TableReader::node(std::string_view key) {
    known_.emplace_back(key);
    return table_.get(key);
}

void TableReader::wrong_type(const toml::node& node, std::string_view key,
                             std::string_view expects) {
    reader_.add(node.source(), quoted(key) + " in " + title_ + " must be " + std::string(expects));
}

std::optional<std::string> TableReader::text(std::string_view key) {
    const toml::node* const found = node(key);
    if (found == nullptr) return std::nullopt;
    if (const auto* value = found->as_string()) return value->get();
    wrong_type(*found, key, "a text in quotes");
    return std::nullopt;
}

std::string TableReader::need_text(std::string_view key) {
    const bool there = table_.get(key) != nullptr;
    auto value = text(key);
    if (!there || (value && value->empty())) missing(key);
    return value.value_or("");
}

std::optional<std::uint64_t> TableReader::number(std::string_view key) {
    const toml::node* const found = node(key);
    if (found == nullptr) return std::nullopt;
    if (const auto* value = found->as_integer(); value != nullptr && value->get() >= 0)
        return static_cast<std::uint64_t>(value->get());
    wrong_type(*found, key, "a whole number, 0 or more");
    return std::nullopt;
}

bool TableReader::flag(std::string_view key) {
    const toml::node* const found = node(key);
    if (found == nullptr) return false;
    if (const auto* value = found->as_boolean()) return value->get();
    wrong_type(*found, key, "true or false");
    return false;
}

std::optional<Time> TableReader::moment(std::string_view key) {
    const toml::node* const found = node(key);
    if (found == nullptr) return std::nullopt;
    if (const auto* value = found->as_string()) {
        std::string_view words = value->get();
        if (words.starts_with('+')) words.remove_prefix(1);
        if (const auto duration = scenario::parse_duration(words)) return duration->ns;
    }
    wrong_type(*found, key, "a moment after the start, such as \"5m\"");
    return std::nullopt;
}

std::vector<std::string> TableReader::texts(std::string_view key) {
    std::vector<std::string> out;
    const toml::node* const found = node(key);
    if (found == nullptr) return out;
    if (const auto* one = found->as_string()) return {one->get()};
    const toml::array* const list = found->as_array();
    if (list == nullptr) {
        wrong_type(*found, key, "a list of texts");
        return out;
    }
    for (const toml::node& one : *list) {
        if (const auto* value = one.as_string()) out.push_back(value->get());
        else wrong_type(one, key, "a list of texts");
    }
    return out;
}

std::vector<const toml::table*> TableReader::tables(std::string_view key) {
    std::vector<const toml::table*> out;
    const toml::node* const found = node(key);
    if (found == nullptr) return out;
    const toml::array* const list = found->as_array();
    if (list == nullptr) {
        reader_.add(found->source(), quoted(key) + " is a list of tables", {},
                    "write [[" + std::string(key) + "]]");
        return out;
    }
    for (const toml::node& one : *list) {
        if (const toml::table* table = one.as_table()) out.push_back(table);
        else wrong_type(one, key, "a list of tables");
    }
    return out;
}

void TableReader::missing(std::string_view key) {
    reader_.add(table_.source(), quoted(key) + " is missing in " + title_);
}

void TableReader::finish(std::span<const std::string_view> also) {
    std::vector<std::string_view> known(known_.begin(), known_.end());
    known.insert(known.end(), also.begin(), also.end());
    for (const auto& [key, value] : table_)
        if (std::find(known.begin(), known.end(), key.str()) == known.end())
            reader_.add(key.source(), "unknown key " + quoted(key.str()) + " in " + title_, {},
                        TomlReader::did_you_mean(key.str(), known));
}

}  // namespace postroad::sim::grading
