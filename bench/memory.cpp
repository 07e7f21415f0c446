// What an idle connection and a queued message cost, and what a recording run holds in memory.
#include "bench/bench.hpp"
#include "bench/flow.hpp"
#include "bench/organisations.hpp"
#include "sim/mail/queue.hpp"

namespace postroad::bench {
namespace {

using namespace sim;

// Everything a World holds in pages, in octets.
std::size_t octets_of(const World& world) {
    const auto seats = [](const auto&... table) { return (table.bytes() + ...); };
    return world.agenda.bytes() + world.heap.bytes() + world.nodes.bytes() +
           world.tcp.tcbs.bytes() + world.tcp.items.bytes() + world.tcp.segments.bytes() +
           world.tcp.by_ends.bytes() + std::apply(seats, world.sessions.seats) +
           world.mail.messages.bytes() + world.mail.recipients.bytes() +
           world.mail.destinations.bytes() + world.mail.deliveries.bytes();
}

// A flow whose clients stay silent once they are let in.
class Silent : public Flow {
  public:
    using Flow::Flow;
    bool ask(Run&, std::uint32_t, std::uint32_t, const Ask&, Answer&) override { return false; }
};

}  // namespace

void bench_memory(const Options& options, Reporter& reporter) {
    reporter.heading("memory");
    {
        FlowShape shape;
        shape.pairs = options.quick ? 2'000 : 50'000;
        const auto setup = flow_setup(shape);
        Simulation simulation(flow_world(setup, shape), Trace(Depth::summary, Trace::Keep::recycled));
        const std::size_t before = octets_of(simulation.world());
        Silent flow(shape);
        flow.begin(simulation);
        simulation.run_until(60 * second);
        POSTROAD_ASSERT(simulation.world().tcp.tcbs.live() == 2 * shape.pairs);
        reporter.add({"memory", "an idle connection, both ends",
                      static_cast<double>(octets_of(simulation.world()) - before) / shape.pairs,
                      "octets", "", 0, 512, true});
    }
    {
        const std::uint32_t count = options.quick ? 2'000 : 100'000;
        World world = world_of(organisations(2));
        Simulation simulation(std::move(world), Trace(Depth::summary, Trace::Keep::recycled));
        Run& run = simulation.hands();
        const NodeId host = run.setup().find_host("mail0");
        const std::size_t before = octets_of(simulation.world());
        const std::string body(1024, 'x');
        Text content = run.world.heap.make(body);
        List<Text> paths;
        run.world.heap.push(paths, run.world.heap.make("somebody@nowhere.invalid"));
        for (std::uint32_t i = 0; i < count; ++i) {
            mail::Entry entry;
            entry.reverse_path = "p0@d0.example";
            entry.forward_paths = paths;
            entry.content = content;  // stored once: each message shares it
            mail::enter(run, host, run.new_id(host), entry);
        }
        reporter.add({"memory", "a queued message beyond its body",
                      static_cast<double>(octets_of(simulation.world()) - before) / count, "octets",
                      "", 0, 400, true});
    }
    {
        FlowShape shape;
        shape.pairs = 200;
        shape.mails_each = options.quick ? 5 : 100;
        const std::string file = options.build_dir + "/bench.trace";
        Trace trace(Depth::bytes);
        if (!trace.open_file(file)) return;
        const auto setup = flow_setup(shape);
        Simulation simulation(flow_world(setup, shape), std::move(trace));
        Flow flow(shape);
        flow.begin(simulation);
        simulation.run_until(never);
        reporter.add({"memory", "trace not yet in its file",
                      static_cast<double>(simulation.trace().anonymous_bytes()) / (1 << 20), "MiB",
                      "", 0, 64, true});
        std::remove(file.c_str());
    }
}

}  // namespace postroad::bench
