// `postroad bench`: hands over to the benchmarks.
#include "bench/bench.hpp"

#include <memory>

#include "command/command.hpp"

namespace postroad::command {

void add_bench(CLI::App& app, Session& session) {
    CLI::App* const sub =
        app.add_subcommand("bench", "Measure speed and memory, beside what they are held against");
    const auto options = std::make_shared<bench::Options>();
    options->source_dir = POSTROAD_SOURCE_DIR;
    options->build_dir = POSTROAD_BUILD_DIR;
    sub->add_option("NAME", options->names, "smtp, core, copy, memory, messages, tls, store, mapi, live, view (all of them)");
    sub->add_flag("--json", options->json, "One line of JSON a result");
    sub->add_flag("--rivals", options->rivals, "Install and measure ns-3 and SimPy, too");
    sub->add_flag("--quick", options->quick, "Small sizes: that it works, not how fast");
    sub->callback([options, &session] {
        session.status = bench::run(*options, session.io.out, session.io.err);
    });
}

}  // namespace postroad::command
