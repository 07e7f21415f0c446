// Points for checks, answers for predictions.
#include "sim/grading/grade.hpp"

#include <algorithm>
#include <optional>

#include "protocols/base/ascii.hpp"
#include "sim/world/changes.hpp"
#include "sim/world/open.hpp"
#include "sim/world/world_make.hpp"

namespace postroad::sim::grading {
namespace {

CheckResult judge(const Check& check, const Evidence& evidence) {
    CheckResult out;
    out.says = check.says;
    out.points = check.points;
    Found found = find(check.asks, evidence);
    bool given_holds = true;
    if (check.given) {
        const Found given = find(*check.given, evidence);
        if (!given.holds) {
            // What would be so in an empty run too earns nothing.
            found.holds = found.final = given_holds = false;
            found.why = "this counts only once something has happened: " + given.why;
        } else {
            found.final = found.final && (given.final || !found.holds);
        }
    }
    out.earned = found.holds ? check.points : 0;
    if (check.partial && !found.holds && given_holds && found.wanted != 0 && found.there != 0) {
        out.earned = static_cast<std::uint32_t>(check.points * found.there / found.wanted);
        found.why = std::to_string(found.there) + " of " + std::to_string(found.wanted) + ": " +
                    found.why;
    }
    out.final = found.final;
    out.time = found.time;
    out.conversation = found.conversation;
    out.why = std::move(found.why);
    return out;
}

PredictionResult judge(const Lab& lab, const Prediction& prediction, const Evidence& evidence,
                       const Predictions& given) {
    PredictionResult out;
    out.id = prediction.id;
    out.asks = prediction.asks;
    const auto written = given.find(prediction.id);
    if (written != given.end()) out.predicted = written->second;
    if (prediction.number_of) {
        const std::uint64_t number = count(*prediction.number_of, evidence);
        out.answer = std::to_string(number);
        out.why = words_for(*prediction.number_of) + ": found " + out.answer;
        const auto said = parse_number(trimmed(out.predicted));
        out.right = said && *said == number;
        return out;
    }
    int right = -1, otherwise = -1;
    for (std::size_t i = 0; i < prediction.choices.size() && right < 0; ++i) {
        const Choice& choice = prediction.choices[i];
        if (!choice.when) {
            otherwise = static_cast<int>(i);
            continue;
        }
        Found found = find(*choice.when, evidence);
        if (!found.holds) continue;
        right = static_cast<int>(i);
        out.why = std::move(found.why);
    }
    if (right < 0) right = otherwise;
    if (right >= 0) out.answer = prediction.choices[static_cast<std::size_t>(right)].says;
    else out.why = "none of the choices is what happened";
    const int said = out.predicted.empty() ? -1 : choice_of(prediction, out.predicted);
    out.right = said >= 0 && said == right;
    if (said < 0 || out.right) return out;
    const Choice& wrong = prediction.choices[static_cast<std::size_t>(said)];
    out.predicted = wrong.says;
    out.misconception = wrong.misconception;
    for (const Misconception& one : lab.misconceptions)
        if (one.name == wrong.misconception) out.misconception_says = one.says;
    return out;
}

std::vector<CheckResult> judge(const Lab& lab, const Evidence& evidence) {
    std::vector<CheckResult> out;
    for (const Check& check : lab.checks) out.push_back(judge(check, evidence));
    return out;
}

}  // namespace

Report grade(const Lab& lab, const Simulation& run, const Predictions& predictions,
             const Simulation* given) {
    Report out;
    const Evidence evidence(run.trace(), run.world());
    std::optional<Evidence> of_given;
    if (given != nullptr) of_given.emplace(given->trace(), given->world());
    out.checks = judge(lab, evidence);
    for (const CheckResult& one : out.checks) {
        out.points += one.points;
        out.earned += one.earned;
    }
    for (const Prediction& one : lab.predictions)
        out.predictions.push_back(
            judge(lab, one, one.mine || !of_given ? evidence : *of_given, predictions));
    return out;
}

std::vector<CheckResult> evaluate(const Lab& lab, const Trace& so_far, const World& world) {
    return judge(lab, Evidence(so_far, world));
}

int choice_of(const Prediction& prediction, std::string_view answer) {
    answer = trimmed(answer);
    if (answer.empty()) return -1;
    const auto& choices = prediction.choices;
    int begins = -1, how_many = 0;
    for (std::size_t i = 0; i < choices.size(); ++i) {
        if (equals_ignoring_case(choices[i].says, answer)) return static_cast<int>(i);
        if (!starts_ignoring_case(choices[i].says, answer)) continue;
        begins = static_cast<int>(i);
        ++how_many;
    }
    if (how_many == 1) return begins;
    const auto number = parse_number(answer);
    return number && *number >= 1 && *number <= choices.size() ? static_cast<int>(*number) - 1 : -1;
}

std::unique_ptr<Simulation> refute(const Misconception& wrong,
                                   const std::shared_ptr<const Setup>& setup, std::uint64_t seed,
                                   std::string& error) {
    error.clear();
    auto run = std::make_unique<Simulation>(make_world(setup, seed), Trace(Depth::bytes));
    // A change at the very start comes before all else, like a scenario written that way.
    if (wrong.at != 0) run->run_until(wrong.at - 1);
    if (!changes::apply_text(run->hands(), wrong.change, error)) return nullptr;
    run_whole(*run, {});
    return run;
}

}  // namespace postroad::sim::grading
