// `postroad test`: the launcher of a clone does that; an installed command has no tests with it.
#include "command/command.hpp"

namespace postroad::command {

void add_test(CLI::App& app, Session& session) {
    CLI::App* const sub = app.add_subcommand("test", "Build and run every test (from a clone)");
    sub->allow_extras();
    sub->callback([&session] {
        session.status = refuse(session.io, "tests are run from a clone",
                                "there: ./postroad test [--long] [options of ctest]");
    });
}

}  // namespace postroad::command
