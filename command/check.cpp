// `postroad check`: runs a lab's or the student's scenario and grades it, with a reason a point.
#include <fmt/format.h>

#include <memory>
#include <ostream>
#include <sstream>

#include "command/command.hpp"
#include "command/predictions.hpp"
#include "command/python.hpp"
#include "command/simulate.hpp"
#include "protocols/base/ascii.hpp"
#include "sim/grading/grade.hpp"
#include "sim/views/json.hpp"

namespace postroad::command {
namespace {

namespace grading = sim::grading;
namespace views = sim::views;
using views::json_string;

struct Options {
    std::string lab, scenario, predictions = std::string(predictions_file);
    RunOptions run;
    bool json = false;
};

void print_wrapped(Io& io, const views::Style& style, std::string_view indent, views::Ink ink,
                   std::string_view words) {
    for (const std::string& line : views::wrapped(words, std::max(40U, style.width) - 10))
        io.out << indent << views::inked(style, ink, line) << '\n';
}

void print(const grading::Report& report, const Lab& lab, Io& io) {
    const views::Style style = io.style();
    io.out << lab.about.title << "\n\n";
    for (const grading::CheckResult& one : report.checks) {
        const bool whole = one.earned == one.points;
        io.out << fmt::format("{}  {}/{}  ", whole ? "[x]" : "[ ]", one.earned, one.points)
               << views::inked(style, whole ? views::Ink::good : views::Ink::bad, one.says) << '\n';
        print_wrapped(io, style, "          ", views::Ink::why, one.why);
    }
    if (!report.predictions.empty()) io.out << "\nwhat you predicted\n";
    for (const grading::PredictionResult& one : report.predictions) {
        io.out << (one.predicted.empty() ? "  -  " : one.right ? "  =  " : "  /  ") << one.asks
               << '\n';
        if (!one.predicted.empty()) io.out << "       you said: " << one.predicted << '\n';
        // Nobody is told the answer before having said something.
        if (one.predicted.empty()) continue;
        if (!one.right) io.out << "       it was:   " << one.answer << '\n';
        print_wrapped(io, style, "       ", views::Ink::why, one.why);
        if (!one.misconception_says.empty())
            print_wrapped(io, style, "       ", views::Ink::later, one.misconception_says);
    }
    io.out << fmt::format("\n{} of {} points\n", report.earned, report.points);
}

void print_json(const grading::Report& report, const Lab& lab, Io& io) {
    for (const grading::CheckResult& one : report.checks)
        io.out << fmt::format("{{\"lab\":{},\"check\":{},\"points\":{},\"earned\":{},\"why\":{}}}\n",
                              json_string(lab.name), json_string(one.says), one.points, one.earned,
                              json_string(one.why));
    for (const grading::PredictionResult& one : report.predictions)
        io.out << fmt::format(
            "{{\"lab\":{},\"prediction\":{},\"predicted\":{},\"answer\":{},\"right\":{},"
            "\"misconception\":{},\"why\":{}}}\n",
            json_string(lab.name), json_string(one.id), json_string(one.predicted),
            json_string(one.answer), one.right, json_string(one.misconception),
            json_string(one.why));
    io.out << fmt::format("{{\"lab\":{},\"earned\":{},\"points\":{},\"passed\":{}}}\n",
                          json_string(lab.name), report.earned, report.points, report.passed());
}

std::optional<Source> source_of(const std::filesystem::path& scenario, const Lab& lab, Io& io) {
    auto opened = open_scenario_file(scenario, io);
    if (!opened) return std::nullopt;
    return Source{scenario.string(), lab, std::move(*opened)};
}

// Predictions are made of the lab as it is given, whatever the student has made of it.
std::optional<Ran> given_run(const Options& options, const Lab& lab, Io& io) {
    auto source = source_of(lab.folder / "scenario.toml", lab, io);
    RunOptions as_given;
    as_given.seed = options.run.seed;
    as_given.student = options.run.student;
    if (!source || !make_own(*source, as_given, io)) return std::nullopt;
    as_given.depth = "bytes";
    return simulate(*source, as_given, io);
}

// What check.py beside lab.toml says of the same run: a line a check, its parts behind tabs.
bool add_python_checks(const Options& options, const Lab& lab, const std::string& scenario,
                       std::uint64_t seed, grading::Report& report, Io& io) {
    std::error_code error;
    if (!std::filesystem::exists(lab.folder / "check.py", error)) return true;
    std::vector<std::string> words{lab.folder.string(), "--scenario", scenario, "--seed",
                                   std::to_string(seed)};
    if (!options.run.student.empty()) words.insert(words.end(), {"--student", options.run.student});
    if (!options.run.journal.empty()) words.insert(words.end(), {"--journal", options.run.journal});
    if (!options.run.until.empty()) words.insert(words.end(), {"--until", options.run.until});
    const auto said = run_python("postroad.checks", std::move(words), io);
    if (!said) return false;
    std::istringstream lines(*said);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream parts(line);
        std::string points, earned;
        grading::CheckResult one;
        std::getline(parts, points, '\t');
        std::getline(parts, earned, '\t');
        std::getline(parts, one.says, '\t');
        std::getline(parts, one.why);
        one.points = static_cast<std::uint32_t>(parse_number(points).value_or(0));
        one.earned = static_cast<std::uint32_t>(parse_number(earned).value_or(0));
        one.final = true;
        report.points += one.points;
        report.earned += one.earned;
        report.checks.push_back(std::move(one));
    }
    return true;
}

int check(Options options, Io& io) {
    const auto lab = open_lab(options.lab, io);
    if (!lab) return bad_input;
    if (!lab->graded()) {
        io.out << lab->about.title << " is watched, not graded: " << io.program << " run "
               << lab->short_name() << '\n';
        return done;
    }
    const auto predictions = read_predictions(options.predictions, *lab, io);
    if (!predictions) return bad_input;
    const bool own = !options.scenario.empty();
    auto source = source_of(
        own ? std::filesystem::path(options.scenario) : lab->folder / "scenario.toml", *lab, io);
    if (!source || !make_own(*source, options.run, io)) return bad_input;
    RunOptions run = options.run;
    run.depth = "bytes";  // or the content of messages is unknown
    const auto ran = simulate(*source, run, io);
    if (!ran) return bad_input;
    std::optional<Ran> given;
    if (!lab->about.predictions.empty() && (own || !options.run.journal.empty())) {
        given = given_run(options, *lab, io);
        if (!given) return bad_input;
    }
    grading::Report report =
        grading::grade(lab->about, *ran->simulation, *predictions,
                       given ? given->simulation.get() : ran->simulation.get());
    if (!add_python_checks(options, *lab, source->words, ran->simulation->world().seed, report, io))
        return bad_input;
    if (!options.json && !tell_once(options.predictions, *lab, *predictions, io)) return bad_input;
    if (options.json) print_json(report, *lab, io);
    else print(report, *lab, io);
    if (const int limit = tell_limit(*ran, io); limit != done) return limit;
    if (report.passed()) return done;
    if (lab->about.by_hand && options.run.journal.empty() && !options.json)
        io.out << fmt::format("this lab is done by hand: {} talk NODE:PORT {} --journal FILE, then "
                              "check --journal FILE\n",
                              io.program, lab->short_name());
    else if (!own && !options.json)
        io.out << fmt::format("mend a copy of {}, then: {} check {} --scenario COPY\n",
                              shown_path(lab->folder / "scenario.toml"), io.program,
                              lab->short_name());
    return check_failed;
}

}  // namespace

void add_check(CLI::App& app, Session& session) {
    CLI::App* const sub = app.add_subcommand("check", "Grade a lab, with a reason for each point");
    const auto options = std::make_shared<Options>();
    sub->add_option("LAB", options->lab, "A lab's name or number")->required();
    sub->add_option("--scenario", options->scenario, "Your scenario, instead of the lab's");
    sub->add_option("--journal", options->run.journal, "What you typed: `talk --journal` wrote it");
    sub->add_option("--predictions,--file", options->predictions,
                    "What you predicted: `predict` wrote it")
        ->capture_default_str();
    sub->add_flag("--json", options->json, "One line of JSON a check");
    options->run.add_to(*sub);
    sub->callback([options, &session] { session.status = check(*options, session.io); });
}

}  // namespace postroad::command
