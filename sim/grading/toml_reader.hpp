// Reads TOML tables key by key, so that whatever was not asked for is told as an unknown key.
// Only lab.cpp, conditions.cpp and predictions.cpp include this: toml++ stays out of the rest.
#pragma once

#include <toml++/toml.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/time.hpp"
#include "sim/grading/lab.hpp"
#include "sim/scenario/problems.hpp"

namespace postroad::sim::grading {

class TomlReader {
  public:
    TomlReader(std::string_view text, std::string file) : text_(text), file_(std::move(file)) {}

    scenario::Problems problems;

    // The whole text as a table; a mistake of syntax is told, and nothing is given.
    std::optional<toml::table> parse();

    scenario::Place place_of(const toml::node& node) const;
    void add(const toml::source_region& at, std::string what, std::string why = {},
             std::string suggestion = {});
    // "" when nothing known is near.
    static std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

  private:
    std::string_view text_;
    std::string file_;
};

// One table being read. `title` is how messages call it: "[[check]]".
class TableReader {
  public:
    TableReader(TomlReader& reader, const toml::table& table, std::string title)
        : reader_(reader), table_(table), title_(std::move(title)) {}

    // Each gives the value of a key and notes that the key is known; a value of another type is
    // told. The second form tells when the key is missing.
    const toml::node* node(std::string_view key);
    std::optional<std::string> text(std::string_view key);
    std::string need_text(std::string_view key);
    std::optional<std::uint64_t> number(std::string_view key);
    bool flag(std::string_view key);
    std::optional<Time> moment(std::string_view key);
    std::vector<std::string> texts(std::string_view key);
    // The tables of [[key]].
    std::vector<const toml::table*> tables(std::string_view key);

    void missing(std::string_view key);
    // Tells of keys that nobody asked for. Call it last; `also` are keys known as well.
    void finish(std::span<const std::string_view> also = {});

    TomlReader& reader() { return reader_; }
    const toml::table& table() const { return table_; }
    const std::string& title() const { return title_; }

  private:
    void wrong_type(const toml::node& node, std::string_view key, std::string_view expects);
    TomlReader& reader_;
    const toml::table& table_;
    std::string title_;
    std::vector<std::string> known_;
};

// The keys that say a condition, in a table that may have others: a kind's name, `count` or
// `order`. Nothing, and told, when there is none or more than one.
std::optional<Condition> read_condition(TableReader& in);
// `{ connect = { ... } }` or `{ count = { ... } }` as a value.
std::optional<Condition> read_condition(TomlReader& reader, const toml::node& node,
                                        std::string_view key);
// `{ connect = { ... } }` with exactly one fact in it.
std::optional<Pattern> read_fact(TomlReader& reader, const toml::node& node, std::string_view key);

}  // namespace postroad::sim::grading
