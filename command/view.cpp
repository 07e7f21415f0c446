// `postroad view`: finds the lab and becomes postroad-view, the program that draws. It is a program
// of its own so that this one starts where there is no OpenGL.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <ostream>

#include "command/catalogue.hpp"
#include "command/command.hpp"
#include "viz/options.hpp"

namespace postroad::command {
namespace {

// Beside this program, in a build as after installation.
std::filesystem::path view_program() {
    std::error_code error;
    const auto own = std::filesystem::read_symlink("/proc/self/exe", error);
    for (const auto& folder : {error ? std::filesystem::path() : own.parent_path(),
                               std::filesystem::path(POSTROAD_BUILD_DIR)}) {
        const auto file = folder / "postroad-view";
        if (!folder.empty() && access(file.c_str(), X_OK) == 0) return file;
    }
    return {};
}

int run(const viz::Options& options, Io& io) {
    unsigned width = 0, height = 0;
    if (!viz::parse_size(options.size, width, height))
        return refuse(io, "--size \"" + options.size + "\" is no size", "write 1280x800");
    const auto source = open_source(options.source, io);
    if (!source) return bad_input;
    const auto file = source->lab ? source->lab->folder / "scenario.toml"
                                  : std::filesystem::path(options.source);
    const auto program = view_program();
    if (program.empty())
        return refuse(io, "the visualiser has not been built: its libraries were missing",
                      io.as_typed("`postroad show " + source->name() + "` tells the same as text"));
    std::vector<std::string> words = viz::to_arguments(options, file.string());
    words.insert(words.begin(), program.string());
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    io.out.flush();
    io.err.flush();
    execv(program.c_str(), pointers.data());
    return refuse(io, fmt::format("cannot start {}: {}", program.string(), std::strerror(errno)));
}

}  // namespace

void add_view(CLI::App& app, Session& session) {
    CLI::App* const sub =
        app.add_subcommand("view", "Watch a run: a map, every line and its reason, forward and back");
    const auto options = std::make_shared<viz::Options>();
    viz::declare(*sub, *options, "A lab or a scenario file");
    sub->callback([options, &session] { session.status = run(*options, session.io); });
}

}  // namespace postroad::command
