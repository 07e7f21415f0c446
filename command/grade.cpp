// `postroad grade`: a folder of submissions, by the gradebook of the Python package.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <ostream>

#include "command/catalogue.hpp"
#include "command/command.hpp"
#include "command/python.hpp"

namespace postroad::command {
namespace {

struct Options {
    std::string lab, folder;
    std::vector<std::string> more;
};

int grade(const Options& options, Io& io) {
    const auto lab = open_lab(options.lab, io);
    if (!lab) return bad_input;
    const std::string python = find_python(io);
    if (python.empty()) return bad_input;
    std::vector<std::string> words{
        python, "-I", "-m", "postroad.gradebook", lab->folder.string(), options.folder};
    words.insert(words.end(), options.more.begin(), options.more.end());
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    io.out.flush();
    io.err.flush();
    execv(python.c_str(), pointers.data());
    return refuse(io, fmt::format("cannot start {}: {}", python, std::strerror(errno)));
}

}  // namespace

void add_grade(CLI::App& app, Session& session) {
    CLI::App* const sub = app.add_subcommand("grade", "Grade a folder of submissions");
    const auto options = std::make_shared<Options>();
    sub->add_option("LAB", options->lab, "A lab's name or number")->required();
    sub->add_option("FOLDER", options->folder,
                    "STUDENT.toml or STUDENT/scenario.toml each; journals, predictions beside them")
        ->required();
    const auto passed_on = [sub, options](const std::string& name, const std::string& doc) {
        sub->add_option_function<std::string>(
            name,
            [options, name](const std::string& value) {
                options->more.insert(options->more.end(), {name, value});
            },
            doc);
    };
    passed_on("--csv", "Write a gradebook: one row a student, a column a check, and reasons");
    passed_on("--json", "Write every reason, one object a line");
    passed_on("--format", "Of --csv: plain, nbgrader, moodle or canvas");
    sub->add_flag_function(
        "--own-seeds", [options](std::int64_t) { options->more.push_back("--own-seeds"); },
        "Each student's run has their own seed and variant");
    sub->callback([options, &session] { session.status = grade(*options, session.io); });
}

}  // namespace postroad::command
