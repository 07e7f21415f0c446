// The program `postroad`: looks around once (terminal, environment, labs), then runs the command.
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>

#include "command/command.hpp"

namespace {

unsigned terminal_width() {
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 40) return 100;
    return size.ws_col;
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_DFL);  // `postroad show … | head` ends quietly
    std::ios::sync_with_stdio(false);
    const char* const no_colour = std::getenv("NO_COLOR");
    postroad::command::Io io{std::cin, std::cout, std::cerr};
    io.in_is_terminal = isatty(STDIN_FILENO) != 0;
    io.out_is_terminal = isatty(STDOUT_FILENO) != 0;
    io.err_is_terminal = isatty(STDERR_FILENO) != 0;
    io.no_colour = no_colour != nullptr && *no_colour != '\0';
    // The launcher of a clone tells how it was called.
    if (const char* const called = std::getenv("POSTROAD_AS")) io.program = called;
    io.width = terminal_width();
    io.labs = postroad::command::find_labs();
    try {
        return postroad::command::run_command({argv + 1, argv + argc}, io);
    } catch (const std::bad_alloc&) {
        return postroad::command::refuse(io, "there is not enough memory for this");
    } catch (const std::filesystem::filesystem_error& error) {
        return postroad::command::refuse(io, error.what());
    }
}
