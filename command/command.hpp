// The command `postroad`: one subcommand a file, found through this table.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Config.hpp>
#include <string>
#include <vector>

#include "command/io.hpp"

namespace postroad::command {

// One command line, without the program's name. Gives the exit status (Status).
int run_command(const std::vector<std::string>& arguments, Io& io);

// What a subcommand is given when it is declared; it sets `status` when it has run.
struct Session {
    Io& io;
    int status = done;
};

void add_run(CLI::App& app, Session& session);
void add_show(CLI::App& app, Session& session);
void add_view(CLI::App& app, Session& session);
void add_labs(CLI::App& app, Session& session);
void add_predict(CLI::App& app, Session& session);
void add_check(CLI::App& app, Session& session);
void add_grade(CLI::App& app, Session& session);
void add_talk(CLI::App& app, Session& session);
void add_live(CLI::App& app, Session& session);
void add_bench(CLI::App& app, Session& session);
void add_test(CLI::App& app, Session& session);

}  // namespace postroad::command
