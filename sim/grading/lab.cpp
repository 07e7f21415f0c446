// Reads a lab.toml.
#include "sim/grading/lab.hpp"

#include <algorithm>
#include <sstream>

#include "sim/grading/toml_reader.hpp"

namespace postroad::sim::grading {
namespace {

Check read_check(TomlReader& reader, const toml::table& table) {
    TableReader in(reader, table, "[[check]]");
    Check out;
    out.place = reader.place_of(table);
    out.says = in.need_text("says");
    const auto points = in.number("points");
    if (!points) in.missing("points");
    if (points && (*points == 0 || *points > 100))
        reader.add(in.node("points")->source(), "\"points\" must be from 1 to 100");
    out.points = static_cast<std::uint32_t>(points.value_or(1));
    if (const toml::node* given = in.node("given"))
        out.given = read_condition(reader, *given, "given");
    out.partial = in.flag("partial");
    if (auto asks = read_condition(in)) out.asks = std::move(*asks);
    const bool has_parts = out.asks.shape == Shape::order || out.asks.shape == Shape::count;
    if (out.partial && !has_parts)
        reader.add(in.node("partial")->source(), "\"partial\" is for order and count",
                   "of one fact there is no part");
    in.finish();
    return out;
}

Variant read_variant(TomlReader& reader, const toml::table& table) {
    TableReader in(reader, table, "[[variant]]");
    Variant out;
    out.place = reader.place_of(table);
    out.name = in.need_text("name");
    const toml::node* const set = in.node("set");
    const toml::table* const values = set == nullptr ? nullptr : set->as_table();
    if (set == nullptr) in.missing("set");
    else if (values == nullptr || values->empty())
        reader.add(set->source(), "\"set\" has keys of the scenario and their values",
                   "set = { \"hosts.mail.queue.retry\" = \"5m\" }");
    else
        for (const auto& [path, value] : *values) {
            std::ostringstream words;
            value.visit([&](const auto& one) { words << one; });
            out.set.emplace_back(std::string(path.str()), words.str());
        }
    in.finish();
    return out;
}

Choice read_choice(TomlReader& reader, const toml::table& table) {
    TableReader in(reader, table, "[[prediction.choices]]");
    Choice out;
    out.says = in.need_text("says");
    if (const toml::node* when = in.node("when"))
        out.when = read_condition(reader, *when, "when");
    out.misconception = in.text("misconception").value_or("");
    in.finish();
    return out;
}

Prediction read_prediction(TomlReader& reader, const toml::table& table) {
    TableReader in(reader, table, "[[prediction]]");
    Prediction out;
    out.place = reader.place_of(table);
    out.id = in.need_text("id");
    out.asks = in.need_text("asks");
    out.mine = in.flag("about_my_run");
    for (const toml::table* choice : in.tables("choices"))
        out.choices.push_back(read_choice(reader, *choice));
    if (const toml::node* number = in.node("number_of"))
        out.number_of = read_fact(reader, *number, "number_of");
    in.finish();
    const bool number = table.contains("number_of");
    if (number == table.contains("choices"))
        reader.add(table.source(), "a prediction has either \"choices\" or \"number_of\"");
    if (!number && out.choices.size() < 2)
        reader.add(table.source(), "a prediction has two choices or more");
    std::size_t otherwise = 0;
    for (const Choice& one : out.choices) otherwise += one.when ? 0 : 1;
    if (otherwise > 1)
        reader.add(table.source(), "only one choice may go without \"when\"",
                   "that one is right when no other is");
    return out;
}

Misconception read_misconception(TomlReader& reader, const toml::table& table) {
    TableReader in(reader, table, "[[misconception]]");
    Misconception out;
    out.place = reader.place_of(table);
    out.name = in.need_text("name");
    out.says = in.need_text("says");
    out.change = in.need_text("change");
    out.at = in.moment("at").value_or(0);
    if (const toml::node* shows = in.node("shows")) {
        if (auto condition = read_condition(reader, *shows, "shows"))
            out.shows = std::move(*condition);
    } else {
        in.missing("shows");
    }
    in.finish();
    return out;
}

void check_names(TomlReader& reader, const Lab& lab, const toml::table& table) {
    std::vector<std::string_view> names;
    for (const Misconception& one : lab.misconceptions) names.push_back(one.name);
    for (std::size_t i = 0; i < lab.predictions.size(); ++i) {
        const Prediction& one = lab.predictions[i];
        for (std::size_t j = 0; j < i; ++j)
            if (lab.predictions[j].id == one.id)
                reader.add(table["prediction"].as_array()->get(i)->source(),
                           "the id \"" + one.id + "\" stands twice");
        for (const Choice& choice : one.choices)
            if (!choice.misconception.empty() &&
                std::find(names.begin(), names.end(), choice.misconception) == names.end())
                reader.add(table["prediction"].as_array()->get(i)->source(),
                           "there is no [[misconception]] \"" + choice.misconception + "\"", {},
                           TomlReader::did_you_mean(choice.misconception, names));
    }
}

}  // namespace

LoadedLab load_lab(std::string_view text, const std::string& file) {
    LoadedLab out;
    TomlReader reader(text, file);
    if (const auto table = reader.parse()) {
        TableReader in(reader, *table, "lab.toml");
        Lab& lab = out.lab;
        const auto number = in.number("number");
        if (!number) in.missing("number");
        lab.number = static_cast<std::uint32_t>(number.value_or(0));
        lab.title = in.need_text("title");
        lab.goal = in.need_text("goal");
        const auto minutes = in.number("minutes");
        if (!minutes) in.missing("minutes");
        lab.minutes = static_cast<std::uint32_t>(minutes.value_or(15));
        if (minutes && *minutes != 15 && *minutes != 45 && *minutes != 90)
            reader.add(in.node("minutes")->source(), "\"minutes\" must be 15, 45 or 90");
        lab.walkthrough = in.flag("walkthrough");
        lab.by_hand = in.flag("by_hand");
        lab.tags = in.texts("tags");
        lab.needs = in.texts("needs");
        lab.concepts = in.texts("concepts");
        for (const toml::table* one : in.tables("prediction"))
            lab.predictions.push_back(read_prediction(reader, *one));
        for (const toml::table* one : in.tables("misconception"))
            lab.misconceptions.push_back(read_misconception(reader, *one));
        for (const toml::table* one : in.tables("variant"))
            lab.variants.push_back(read_variant(reader, *one));
        for (const toml::table* one : in.tables("check"))
            lab.checks.push_back(read_check(reader, *one));
        in.finish();
        check_names(reader, lab, *table);
        if (lab.checks.empty() && !lab.walkthrough)
            reader.add(table->source(), "there is no [[check]]",
                       "only a lab with walkthrough = true goes without");
    }
    out.problems = std::move(reader.problems);
    out.problems.sort();
    if (!out.ok()) out.lab = {};
    return out;
}

}  // namespace postroad::sim::grading
