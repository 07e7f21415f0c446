// Walks the schema and writes each table's plain keys first, then the tables inside it.
#include "sim/scenario/print.hpp"

#include "sim/scenario/value_text.hpp"

namespace postroad::scenario {
namespace {

constexpr std::size_t line_length_max = 100;

// Written under a header of their own rather than after "key =".
template <class T> constexpr bool is_section() {
    if constexpr (IsList<T>::value)
        return NamedTable<typename T::value_type> || std::same_as<T, std::vector<Link>> ||
               std::same_as<T, std::vector<Event>> || std::same_as<T, std::vector<Workload>>;
    else
        return Table<T> || IsMap<T>::value;
}

template <class T>
void print_section(std::string& out, const std::string& header, const T& value, Use use);

template <Table S> void print_rows(std::string& out, const std::string& header, const S& value) {
    [[maybe_unused]] static const S usual{};
    const auto differs = [&](const auto& row) {
        return is_shown(value, row.name) &&
               (row.note.required || !(value.*row.member == usual.*row.member));
    };
    each(keys(&value), [&](const auto& row) {
        using M = std::remove_cvref_t<decltype(value.*row.member)>;
        if constexpr (!is_section<M>())
            if (differs(row))
                out +=
                    toml_key(row.name) + " = " + value_text(value.*row.member, row.note.use) + "\n";
    });
    each(keys(&value), [&](const auto& row) {
        using M = std::remove_cvref_t<decltype(value.*row.member)>;
        if constexpr (is_section<M>())
            if (differs(row))
                print_section(out,
                              header.empty() ? std::string(row.name)
                                             : header + "." + std::string(row.name),
                              value.*row.member, row.note.use);
    });
}

void print_event(std::string& out, const std::string& header, const Event& event) {
    out += "at = " + value_text(event.at, Use::moment) + "\n";
    each(actions(), [&](const auto& row) {
        using A = typename std::remove_cvref_t<decltype(row)>::Action;
        const A* action = std::get_if<A>(&event.action);
        if (action == nullptr) return;
        const std::string line =
            std::string(row.name) + " = " + value_text(*action, Use::line) + "\n";
        // An inline table must stand on one line (TOML 1.0).
        if (line.size() <= line_length_max && line.find('\n') == line.size() - 1) {
            out += line;
            return;
        }
        const std::string name = header + "." + std::string(row.name);
        out += "[" + name + "]\n";
        print_rows(out, name, *action);
    });
}

template <class T>
void print_section(std::string& out, const std::string& header, const T& value, Use use) {
    if constexpr (IsList<T>::value) {
        for (const auto& entry : value) {
            using S = typename T::value_type;
            if constexpr (NamedTable<S>) {
                S copy = entry;
                const std::string name = header + "." + toml_key(entry_name(copy));
                out += "\n[" + name + "]\n";
                print_rows(out, name, entry);
            } else {
                out += "\n[[" + header + "]]\n";
                if constexpr (std::same_as<S, Event>)
                    print_event(out, header, entry);
                else
                    print_rows(out, header, entry);
            }
        }
    } else if constexpr (IsMap<T>::value) {
        out += "\n[" + header + "]\n";
        for (const auto& [name, one] : value)
            out += toml_key(name) + " = " + value_text(one, use) + "\n";
    } else {
        out += "\n[" + header + "]\n";
        print_rows(out, header, value);
    }
}

}  // namespace

std::string print(const Scenario& scenario) {
    std::string out;
    print_rows(out, "", scenario);
    return out;
}

}  // namespace postroad::scenario
