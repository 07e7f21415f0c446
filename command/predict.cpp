// `postroad predict`: asks a lab's questions before the run, and keeps the answers.
#include <fmt/format.h>

#include <memory>
#include <ostream>

#include "command/command.hpp"
#include "command/output_file.hpp"
#include "command/predictions.hpp"
#include "protocols/base/ascii.hpp"
#include "protocols/base/did_you_mean.hpp"

namespace postroad::command {
namespace {

namespace grading = sim::grading;

struct Options {
    std::string lab, question, answer, file = std::string(predictions_file);
};

// By its id, or by its number from 1.
const grading::Prediction* find_question(const grading::Lab& lab, const std::string& words) {
    const auto number = parse_number(words);
    for (std::size_t i = 0; i < lab.predictions.size(); ++i)
        if (lab.predictions[i].id == words || (number && *number == i + 1))
            return &lab.predictions[i];
    return nullptr;
}

void print(const Lab& lab, const grading::Predictions& known, const Options& options, Io& io) {
    const auto& questions = lab.about.predictions;
    for (std::size_t i = 0; i < questions.size(); ++i) {
        const grading::Prediction& one = questions[i];
        io.out << fmt::format("{}. {}  ({})\n", i + 1, one.asks, one.id);
        for (std::size_t choice = 0; choice < one.choices.size(); ++choice)
            io.out << fmt::format("      {}  {}\n", choice + 1, one.choices[choice].says);
        if (one.choices.empty()) io.out << "      a number\n";
        const auto answer = known.find(one.id);
        if (answer != known.end())
            io.out << fmt::format("   your prediction: {}\n", answer->second);
        io.out << '\n';
    }
    if (questions.empty()) {
        io.out << "this lab asks for no predictions\n";
        return;
    }
    const bool all = known.size() == questions.size();
    if (all)
        io.out << fmt::format("next: {} run {}\n", io.program, lab.short_name());
    else
        io.out << fmt::format("answer: {} predict {} QUESTION ANSWER   (kept in {})\n",
                              io.program, lab.short_name(), options.file);
}

int record(const Lab& lab, grading::Predictions known, const Options& options, Io& io) {
    const grading::Prediction* const question = find_question(lab.about, options.question);
    if (question == nullptr) {
        std::vector<std::string_view> ids;
        for (const grading::Prediction& one : lab.about.predictions) ids.push_back(one.id);
        const std::string_view near = closest(options.question, ids);
        return refuse(io, "this lab has no question \"" + options.question + "\"",
                      near.empty() ? fmt::format("postroad predict {}   shows them",
                                                 lab.short_name())
                                   : "did you mean \"" + std::string(near) + "\"?");
    }
    if (was_told(sim::read_whole_file(options.file).value_or(""), lab))
        return refuse(io, "the answers of this lab have been told: a prediction is made before",
                      "what you had predicted stays in " + options.file);
    std::string answer = options.answer;
    if (question->choices.empty()) {
        if (!parse_number(answer))
            return refuse(io, "\"" + answer + "\" is no number", question->asks);
    } else {
        const int choice = grading::choice_of(*question, answer);
        if (choice < 0)
            return refuse(io, "\"" + answer + "\" is none of the answers",
                          fmt::format("postroad predict {}   shows them", lab.short_name()));
        answer = question->choices[static_cast<std::size_t>(choice)].says;
    }
    known[question->id] = answer;
    OutputFile file;
    if (!file.prepare(options.file, io)) return bad_input;
    file.put(with_predictions(sim::read_whole_file(options.file).value_or(""), lab, known));
    if (!file.keep(io)) return bad_input;
    io.out << fmt::format("{}: {}\n", question->asks, answer);
    const std::size_t left = lab.about.predictions.size() - known.size();
    if (left != 0) io.out << fmt::format("{} more to predict\n", left);
    else io.out << fmt::format("next: {} run {}\n", io.program, lab.short_name());
    return done;
}

int predict(const Options& options, Io& io) {
    const auto lab = open_lab(options.lab, io);
    if (!lab) return bad_input;
    auto known = read_predictions(options.file, *lab, io);
    if (!known) return bad_input;
    if (options.question.empty()) {
        print(*lab, *known, options, io);
        return done;
    }
    if (options.answer.empty())
        return refuse(io, "a prediction is a QUESTION and an ANSWER",
                      fmt::format("postroad predict {} {} ANSWER", options.lab, options.question));
    return record(*lab, std::move(*known), options, io);
}

}  // namespace

void add_predict(CLI::App& app, Session& session) {
    CLI::App* const sub =
        app.add_subcommand("predict", "Show a lab's questions, and record your answers");
    const auto options = std::make_shared<Options>();
    sub->add_option("LAB", options->lab, "A lab's name or number")->required();
    sub->add_option("QUESTION", options->question, "Its number or its name");
    sub->add_option("ANSWER", options->answer, "The number or the words of a choice, or a number");
    sub->add_option("--file", options->file, "Where the answers are kept")->capture_default_str();
    sub->callback([options, &session] { session.status = predict(*options, session.io); });
}

}  // namespace postroad::command
