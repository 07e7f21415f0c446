// Copying and comparing worlds, and going to any moment of a run.
#include <algorithm>
#include <memory>

#include "bench/bench.hpp"
#include "bench/flow.hpp"
#include "bench/organisations.hpp"
#include "sim/scenario/complete.hpp"
#include "sim/world/history.hpp"

namespace postroad::bench {
namespace {

using namespace sim;

void copies(std::uint32_t hosts, Reporter& reporter) {
    FlowShape shape;
    shape.pairs = hosts / 2;
    shape.mails_each = 4;
    shape.depth = Depth::summary;
    const auto setup = flow_setup(shape);
    Simulation simulation(flow_world(setup, shape), Trace(Depth::summary, Trace::Keep::recycled));
    Flow flow(shape);
    flow.begin(simulation);
    simulation.run_until(500 * millisecond);
    std::vector<double> copy_us;
    std::vector<double> compare_us;
    std::vector<double> differ_us;
    for (int i = 0; i < 21; ++i) {
        double start = cpu_s();
        World copy = simulation.world();
        copy_us.push_back((cpu_s() - start) * 1e6);
        start = cpu_s();
        const bool same = copy == simulation.world();
        compare_us.push_back((cpu_s() - start) * 1e6);
        POSTROAD_ASSERT(same);
        simulation.run_until(simulation.world().now + millisecond);
        start = cpu_s();
        const bool still = copy == simulation.world();
        differ_us.push_back((cpu_s() - start) * 1e6);
        POSTROAD_ASSERT(!still);
    }
    const std::string name = std::to_string(hosts) + " hosts";
    reporter.add({"copy", "copy a world of " + name, median(copy_us), "us", "", 0, 0, true});
    reporter.add({"copy", "compare it with its copy, " + name, median(compare_us), "us", "", 0, 0,
                  true});
    reporter.add({"copy", "compare it a millisecond later, " + name, median(differ_us), "us", "", 0,
                  0, true});
}

std::unique_ptr<Simulation> busy(const scenario::Scenario& scenario) {
    return std::make_unique<Simulation>(world_of(scenario),
                                        Trace(Depth::summary, Trace::Keep::memory));
}

}  // namespace

void bench_copy(const Options& options, Reporter& reporter) {
    reporter.heading("copy: worlds as values");
    copies(1'000, reporter);
    if (!options.quick) copies(100'000, reporter);

    // A run of a million events on a thousand hosts, with and without keyframes.
    const std::uint32_t people = options.quick ? 20 : 490;
    const std::uint64_t events = options.quick ? 20'000 : 1'000'000;
    scenario::Scenario scenario = organisations(people);
    scenario::Workload work;
    work.name = "everybody";
    work.rate = {people, second};
    work.size = {{scenario::Size{1024}, 1}};
    scenario.workloads.push_back(work);
    scenario = scenario::complete(scenario);
    std::vector<double> plain_s;
    std::vector<double> kept_s;
    std::unique_ptr<History> history;
    for (int i = 0; i < 3; ++i) {
        auto plain = busy(scenario);
        double start = cpu_s();
        plain->run_until(never, events);
        plain_s.push_back(cpu_s() - start);
        history = std::make_unique<History>(busy(scenario));
        start = cpu_s();
        history->run_until(never, events);
        kept_s.push_back(cpu_s() - start);
    }
    reporter.add({"copy", "run with keyframes", median(kept_s), "s", "without", median(plain_s),
                  1.10, true});
    Random random{1, 0};
    std::vector<double> seek_ms;
    const Time end = history->frontier();
    for (int i = 0; i < 51; ++i) {
        const Time moment = random.below(end);
        const double start = cpu_s();
        history->seek(moment);
        seek_ms.push_back((cpu_s() - start) * 1e3);
    }
    POSTROAD_ASSERT(history->now().trace().divergence() == ~std::uint64_t{0});
    reporter.add({"copy", "seek to a random moment, median", median(seek_ms), "ms", "", 0, 50, true});
    reporter.add({"copy", "seek to a random moment, worst",
                  *std::max_element(seek_ms.begin(), seek_ms.end()), "ms", "", 0, 50, true});
}

}  // namespace postroad::bench
