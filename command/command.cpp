// Reads the command line and hands over to the subcommand.
#include "command/command.hpp"

#include <algorithm>
#include <ostream>
#include <sstream>

#include "command/catalogue.hpp"
#include "protocols/base/did_you_mean.hpp"

namespace postroad::command {
namespace {

constexpr std::string_view first_steps =
    "First steps:\n"
    "  postroad run first-message     one mail from keystroke to inbox, explained\n"
    "  postroad labs                  what there is to learn\n"
    "  postroad show first-message    every line of every conversation, as a ladder\n"
    "  postroad view first-message    the same to watch, step by step, forward and back\n"
    "  postroad live first-message --all   let your own mail program use its servers\n"
    "\n"
    "A LAB is a name or a number from `postroad labs`; a FILE is a scenario (labs/README.md).\n"
    "`postroad SUBCOMMAND --help` says more.\n"
    "Exit status: 0 done, 1 a check failed, 2 bad input (nothing was written), 3 the run was\n"
    "stopped by its own limit.";

// What somebody who types nothing else is offered.
constexpr std::string_view begin_here =
    "\n"
    "Begin here: `postroad view first-message` walks you through one mail, from keystroke to inbox.\n"
    "Space goes on, arrows step forward and back, F1 shows the keys. Without a display,\n"
    "`postroad run first-message` tells the same as text.\n";

void declare(CLI::App& app, Session& session) {
    app.require_subcommand(1);
    app.set_version_flag("--version", "postroad " POSTROAD_VERSION, "Print the version");
    app.set_help_flag("-h,--help", "Print this");
    app.get_formatter()->column_width(34);
    add_run(app, session);
    add_show(app, session);
    add_view(app, session);
    add_labs(app, session);
    add_predict(app, session);
    add_check(app, session);
    add_grade(app, session);
    add_talk(app, session);
    add_live(app, session);
    add_bench(app, session);
    add_test(app, session);
    app.footer(session.io.as_typed(first_steps));  // last: subcommands would inherit it
}

std::vector<std::string> subcommands(const CLI::App& app) {
    std::vector<std::string> out;
    for (const CLI::App* one : app.get_subcommands([](const CLI::App*) { return true; }))
        out.push_back(one->get_name());
    return out;
}

// A first word that is no subcommand: a slip of the finger, or a lab without `run`.
int unknown_subcommand(const CLI::App& app, const std::string& word, Io& io) {
    const std::vector<std::string> known = subcommands(app);
    const std::vector<std::string_view> names(known.begin(), known.end());
    std::string unused, hint = "`postroad --help` lists them";
    const std::string_view near = closest(word, names);
    if (!near.empty()) hint = "did you mean `postroad " + std::string(near) + "`?";
    else if (sim::grading::find_lab(io.labs, word, unused) || std::filesystem::exists(word))
        hint = "did you mean `postroad run " + word + "`?";
    return refuse(io, "there is no subcommand \"" + word + "\"", hint);
}

}  // namespace

int run_command(const std::vector<std::string>& arguments, Io& io) {
    CLI::App app("Postroad simulates mail on its way through a network, so that it can be watched,"
                 " mended and learnt from.",
                 "postroad");
    Session session{io};
    declare(app, session);
    if (arguments.empty()) {
        io.out << app.help() << io.as_typed(begin_here);
        return done;
    }
    if (arguments[0].empty() || arguments[0][0] != '-') {
        const std::vector<std::string> known = subcommands(app);
        if (std::find(known.begin(), known.end(), arguments[0]) == known.end())
            return unknown_subcommand(app, arguments[0], io);
    }
    try {
        std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
        app.parse(std::move(reversed));  // CLI11 takes the words from the back
    } catch (const CLI::Success& asked) {  // --help, --version
        std::ostringstream unused;
        return app.exit(asked, io.out, unused) == 0 ? done : bad_input;
    } catch (const CLI::ParseError& error) {
        const auto used = app.get_subcommands();
        const std::string name = used.empty() ? "" : used.front()->get_name() + " ";
        return refuse(io, error.what(), "`postroad " + name + "--help` says what can be written");
    }
    io.out.flush();
    if (!io.out) return refuse(io, "the output could not be written to the end");
    return session.status;
}

}  // namespace postroad::command
