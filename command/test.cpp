// `postroad test` and `postroad python`: the launcher of a clone does them; an installed command has
// neither the tests with it nor the say which Python it belongs to.
#include "command/command.hpp"

namespace postroad::command {

void add_test(CLI::App& app, Session& session) {
    CLI::App* const test = app.add_subcommand("test", "Build and run every test (from a clone)");
    test->allow_extras();
    test->callback([&session] {
        session.status = refuse(session.io, "tests are run from a clone",
                                "there: ./postroad test [--long] [options of ctest]");
    });
    CLI::App* const python = app.add_subcommand(
        "python", "A Python interpreter that has the package `postroad` (from a clone)");
    python->allow_extras();
    python->callback([&session] {
        session.status = refuse(session.io, "the launcher of a clone has a Python environment",
                                "there: ./postroad python [FILE]; elsewhere: pip install CLONE");
    });
}

}  // namespace postroad::command
