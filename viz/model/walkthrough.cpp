// Stops from TOML, each found in the Trace.
#include "viz/model/walkthrough.hpp"

#include <toml++/toml.h>

#include "protocols/base/did_you_mean.hpp"
#include "sim/scenario/values.hpp"

namespace postroad::viz {
namespace {

constexpr std::string_view keys[] = {"title", "text", "panel",   "beside", "on",
                                     "who",   "at",   "message", "lit",    "change", "from_start"};

class Reader {
  public:
    Reader(const std::string& file, const Recording& run, std::string& error)
        : file_(file), run_(run), error_(error) {}

    std::optional<Walkthrough> read(const toml::table& root) {
        Walkthrough out;
        out.title = root["title"].value_or<std::string>("");
        const toml::array* const stops = root["stop"].as_array();
        if (stops == nullptr || stops->empty()) return fail(root, "there is no [[stop]]");
        std::size_t behind = 0;
        for (const toml::node& node : *stops) {
            const toml::table* const table = node.as_table();
            if (table == nullptr) return fail(node, "a stop is a table");
            Stop stop;
            if (!fill(*table, stop) || !find(*table, stop, behind)) return std::nullopt;
            behind = stop.entry;
            out.stops.push_back(std::move(stop));
        }
        return out;
    }

  private:
    std::nullopt_t fail(const toml::node& where, const std::string& what) {
        error_ = file_ + ":" + std::to_string(where.source().begin.line) + ": " + what;
        return std::nullopt;
    }

    bool fill(const toml::table& table, Stop& stop) {
        for (const auto& [key, value] : table) {
            if (std::find(std::begin(keys), std::end(keys), key.str()) != std::end(keys)) continue;
            const std::string_view near = closest(key.str(), keys);
            fail(value, "a stop has no key \"" + std::string(key.str()) + "\"" +
                            (near.empty() ? "" : "; did you mean \"" + std::string(near) + "\"?"));
            return false;
        }
        const auto text = [&](const char* key) { return table[key].value_or<std::string>(""); };
        stop.title = text("title");
        stop.text = text("text");
        stop.panel = text("panel");
        stop.beside = text("beside");
        stop.on = text("on");
        stop.who = text("who");
        stop.lit = text("lit");
        stop.change = text("change");
        stop.back = table["from_start"].value_or(false);
        stop.line = table.source().begin.line;
        if (const auto number = table["message"].value<std::int64_t>()) {
            const auto count = static_cast<std::int64_t>(run_.index().journeys.size());
            if (*number < 1 || *number > count) {
                fail(table, "there is no message " + std::to_string(*number));
                return false;
            }
            stop.journey = static_cast<std::uint32_t>(*number - 1);
        }
        if (const std::string at = text("at"); !at.empty()) {
            const auto after = scenario::parse_duration(at[0] == '+' ? at.substr(1) : at);
            if (!after) {
                fail(table, "\"" + at + "\" is no time: write \"1m30s\"");
                return false;
            }
            stop.at = after->ns;
        }
        if (stop.text.empty() || (stop.on.empty() && !stop.at)) {
            fail(table, "a stop needs `text`, and `on` or `at`");
            return false;
        }
        return true;
    }

    bool find(const toml::table& table, Stop& stop, std::size_t behind) {
        if (stop.at) {
            // "0s" is before anything has happened.
            stop.entry = *stop.at == 0 ? 0 : run_.entry_at_time(*stop.at + 1);
            return true;
        }
        for (Entries::Reader at(run_.entries, stop.back ? 0 : behind); !at.done(); at.next()) {
            if (at.entry().kind() == Kind::segment) continue;
            const RowWords said = words_at(run_, at.entry());
            if (said.text.find(stop.on) == std::string::npos) continue;
            if (!stop.who.empty() && (said.from == sim::nothing ||
                                      run_.index().node_name(said.from) != stop.who))
                continue;
            stop.entry = at.at() + 1;
            return true;
        }
        fail(table, "nothing in this run says \"" + stop.on + "\" behind the stop before");
        return false;
    }

    const std::string& file_;
    const Recording& run_;
    std::string& error_;
};

}  // namespace

std::optional<Walkthrough> read_walkthrough(std::string_view text, const std::string& file,
                                            const Recording& run, std::string& error) {
    toml::table root;
    try {
        root = toml::parse(text);
    } catch (const toml::parse_error& mistake) {
        error = file + ":" + std::to_string(mistake.source().begin.line) + ": " +
                std::string(mistake.description());
        return std::nullopt;
    }
    return Reader(file, run, error).read(root);
}

}  // namespace postroad::viz
