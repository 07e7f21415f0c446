// Predictions as a small TOML file, so that they are recorded before the run and can be read.
#include "sim/grading/grade.hpp"
#include "sim/grading/toml_reader.hpp"

#include "protocols/base/ascii.hpp"

namespace postroad::sim::grading {
namespace {

std::string toml_text(std::string_view text) {
    constexpr char hex[] = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') out += '\\';
        if (octet >= 32 && octet != 127) {
            out += c;
        } else {
            out += "\\u00";
            out += hex[octet >> 4];
            out += hex[octet & 15];
        }
    }
    return out + "\"";
}

}  // namespace

std::string to_text(const Predictions& predictions) {
    std::string out;
    for (const auto& [id, answer] : predictions)
        out += toml_text(id) + " = " + toml_text(answer) + "\n";
    return out;
}

Predictions parse_predictions(std::string_view text, const std::string& file, const Lab& lab,
                              scenario::Problems& problems) {
    Predictions out;
    TomlReader reader(text, file);
    if (const auto table = reader.parse()) {
        TableReader in(reader, *table, file);
        for (const Prediction& one : lab.predictions) {
            const auto answer = in.text(one.id);
            if (!answer) continue;
            const bool fits = one.number_of ? parse_number(trimmed(*answer)).has_value()
                                            : choice_of(one, *answer) >= 0;
            if (fits) {
                out[one.id] = *answer;
                continue;
            }
            std::string known;
            for (const Choice& choice : one.choices)
                known += (known.empty() ? "\"" : ", \"") + choice.says + "\"";
            reader.add((*table)[one.id].node()->source(),
                       "\"" + *answer + "\" does not answer \"" + one.asks + "\"",
                       one.number_of ? "a whole number is asked for" : "the choices: " + known);
        }
        in.finish();
    }
    for (const scenario::Problem& one : reader.problems.list()) problems.add(one);
    return out;
}

}  // namespace postroad::sim::grading
