// What a frame of the visualiser costs the CPU, ImGui's part included and drawing left out, what the
// dearest of some searches and filters costs it, and what memory it needs: postroad-view measures itself on worlds
// of ten to ten thousand hosts.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "bench/bench.hpp"
#include "bench/organisations.hpp"
#include "sim/scenario/complete.hpp"
#include "sim/scenario/print.hpp"

namespace postroad::bench {
namespace {

// About `hosts` hosts, everybody writing now and then.
std::string scenario_of(std::uint32_t hosts, std::uint32_t mails) {
    scenario::Scenario world = organisations(std::max(2U, hosts / 2));
    scenario::Workload work;
    work.name = "everybody";
    work.rate = {100, second};
    work.count = mails;
    work.size = {{scenario::Size{1024}, 1}};
    world.workloads.push_back(work);
    world.until = scenario::Duration{Time{mails} * second / 100 + 10 * second};
    return scenario::print(world);
}

}  // namespace

void bench_view(const Options& options, Reporter& reporter) {
    reporter.heading("view");
    const std::string program = options.build_dir + "/postroad-view";
    if (!std::filesystem::exists(program)) {
        reporter.note("the visualiser is not built: ./postroad bench view builds it");
        return;
    }
    struct Case {
        std::uint32_t hosts, mails;
    };
    // About 10^4 to 10^7 rows.
    for (const Case one : {Case{10, 65}, Case{1'000, 6'000}, Case{10'000, 6'000}, Case{10'000, 60'000}}) {
        if (options.quick && one.hosts > 10) break;
        const auto file = std::filesystem::temp_directory_path() /
                          ("postroad-bench-view-" + std::to_string(one.hosts) + ".toml");
        std::ofstream(file) << scenario_of(one.hosts, one.mails);
        const std::string frames = options.quick ? "30" : "200";
        const std::string line =
            last_line_of(program + " " + file.string() + " --frames " + frames);
        std::filesystem::remove(file);
        const double rows = number_after(line, "rows ");
        const std::string size = std::to_string(one.hosts) + " hosts, " +
                                 std::to_string(static_cast<std::uint64_t>(rows)) + " rows";
        reporter.add({"view", "frame, " + size, number_after(line, "frame "), "ms", "", 0, 4, true});
        reporter.add({"view", "search, " + size, number_after(line, "search "), "ms", "", 0, 100, true});
        reporter.add({"view", "filter, " + size, number_after(line, "filter "), "ms", "", 0, 100, true});
        // In a small run the letters and the libraries need more than the Trace.
        const double trace = number_after(line, "trace "), beside = number_after(line, "beside ");
        if (rows >= 1e6)
            reporter.add({"view", "beside the Trace, " + size, beside * 100 / trace, "%", "", 0, 20, true});
    }
}

}  // namespace postroad::bench
