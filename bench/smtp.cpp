// SMTP sessions per CPU second, one 1 KiB mail a session, everything recorded to a file: bare
// (TCP, SMTP, Trace), lossy, full (DNS, queue, mailbox) and end to end.
#include <algorithm>
#include <cstdio>

#include "bench/bench.hpp"
#include "bench/flow.hpp"
#include "bench/organisations.hpp"

namespace postroad::bench {
namespace {

using namespace sim;

struct Measured {
    double sessions_per_s = 0;
    double octets_per_session = 0;
    double events_per_s = 0;
};

Trace recording(Depth depth, const std::string& file) {
    Trace trace(depth, file.empty() ? Trace::Keep::recycled : Trace::Keep::file);
    if (!file.empty() && !trace.open_file(file))
        trace = Trace(depth, Trace::Keep::recycled);
    return trace;
}

Measured bare(const FlowShape& shape, const std::string& file) {
    const auto setup = flow_setup(shape);
    Simulation simulation(flow_world(setup, shape), recording(shape.depth, file));
    Flow flow(shape);
    flow.begin(simulation);
    const double start = cpu_s();
    simulation.run_until(never);
    const double took = cpu_s() - start;
    POSTROAD_ASSERT(flow.accepted() == std::uint64_t{shape.pairs} * shape.mails_each);
    return {static_cast<double>(flow.sessions()) / took,
            static_cast<double>(simulation.trace().position()) /
                static_cast<double>(flow.sessions()),
            static_cast<double>(simulation.world().events_done) / took};
}

double limit(const Options& options, const char* mode, std::uint32_t pairs, std::uint32_t mails) {
    // It writes where it stands.
    const std::string line =
        last_line_of("cd " + options.build_dir + " && ./simulator_limit " + mode + " " +
                     std::to_string(pairs) + " " + std::to_string(mails) + " 1 file");
    return number_before(line, " msg/CPU-s");
}

}  // namespace

void bench_smtp(const Options& options, Reporter& reporter) {
    const std::string file = options.build_dir + "/bench.trace";
    const int repetitions = options.quick ? 1 : 3;
    double bare_1000 = 0;
    reporter.heading("smtp: sessions per CPU second, one 1 KiB mail a session, 11 exchanges");
    for (const std::uint32_t pairs : {100U, 1'000U, 10'000U, 100'000U}) {
        if (options.quick && pairs > 1'000) continue;
        FlowShape shape;
        shape.pairs = pairs;
        shape.mails_each = std::max(1U, (options.quick ? 2'000U : 200'000U) / pairs);
        std::vector<double> ours;
        std::vector<double> exchanges;
        std::vector<double> segments;
        Measured last;
        for (int i = 0; i < repetitions; ++i) {
            last = bare(shape, file);
            ours.push_back(last.sessions_per_s);
            exchanges.push_back(limit(options, "X", pairs, shape.mails_each));
            segments.push_back(limit(options, "T", pairs, shape.mails_each));
        }
        const std::string name = "bare, " + std::to_string(pairs) + " at once";
        const double target = pairs == 1'000 ? 0.5 : pairs == 100'000 ? 0.35 : 0;
        reporter.add({"smtp", name, median(ours), "sessions/s", "limit X to file",
                      median(exchanges), target, false});
        reporter.add({"smtp", name, median(ours), "sessions/s", "limit T to file",
                      median(segments), 0, false});
        reporter.add({"smtp", name + ": protocol events", last.events_per_s, "events/s", "", 0, 0,
                      false});
        reporter.add({"smtp", name + ": recorded", last.octets_per_session, "octets/session", "", 0,
                      0, false});
        if (pairs == 1'000) bare_1000 = median(ours);
        if (pairs == 1'000) {
            reporter.add({"smtp", name + ", discarded", bare(shape, "").sessions_per_s,
                          "sessions/s", "to file", median(ours), 0, false});
            FlowShape lossy = shape;
            lossy.loss = (std::uint64_t{1} << 32) / 100;
            lossy.mails_each = std::max(1U, shape.mails_each / 4);
            reporter.add({"smtp", "lossy (1 % a link), 1000 at once",
                          bare(lossy, file).sessions_per_s, "sessions/s", "bare", bare_1000, 0.33,
                          false});
        }
    }
    const std::uint32_t mails = options.quick ? 2'000 : 100'000;
    const std::uint32_t organisations = options.quick ? 20 : 1'000;
    reporter.add({"smtp", "full (DNS, queue, mailbox)", full_mails_per_s(organisations, mails, file),
                  "mails/s", "bare", bare_1000, 0.6, false});
    reporter.add({"smtp", "end to end (MUA to POP3)",
                  end_to_end_mails_per_s(options.quick ? 10 : 200, options.quick ? 200 : 10'000, file),
                  "mails/s", "bare", bare_1000, 0, false});
    std::remove(file.c_str());
    if (!options.rivals) return;
    const std::string run = options.source_dir + "/bench/rivals/run.sh ";
    reporter.add({"smtp", "bare, 1000 at once", bare_1000, "sessions/s", "ns-3",
                  number_after(last_line_of(run + "ns3_smtp --pairs=1000 --msgs=2"), "messages/s "),
                  100, false});
    reporter.add({"smtp", "bare, 1000 at once", bare_1000, "sessions/s", "SimPy",
                  number_after(last_line_of(run + "simpy_smtp 1000 5"), "messages/s "), 20, false});
}

}  // namespace postroad::bench
