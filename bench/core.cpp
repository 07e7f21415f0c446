// The event core in the hold model: so many timers pending, each to a 64-byte node that draws its
// next delay. Beside it std::priority_queue with the same nodes, and ns-3's scheduler.
#include <queue>

#include "bench/bench.hpp"
#include "protocols/base/random.hpp"
#include "sim/core/agenda.hpp"

namespace postroad::bench {
namespace {

using sim::Event;

struct alignas(64) TimerNode {
    Random random;
    std::uint64_t counter = 0;
    std::uint64_t sum = 0;
    std::uint64_t unused[4] = {};
};
static_assert(sizeof(TimerNode) == 64);

constexpr std::uint64_t mean_ns = 1'000'000'000;

class Heap {  // std::priority_queue as the agenda
  public:
    void push(const Event& event) { queue_.push(event); }
    Event pop() {
        const Event first = queue_.top();
        queue_.pop();
        return first;
    }

  private:
    struct Later {
        bool operator()(const Event& a, const Event& b) const { return sim::earlier(b, a); }
    };
    std::priority_queue<Event, std::vector<Event>, Later> queue_;
};

template <class Queue>
double events_per_s(std::size_t pending, std::size_t count) {
    Queue agenda;
    std::vector<TimerNode> nodes(pending);
    for (std::size_t i = 0; i < pending; ++i) {
        nodes[i].random.key = mix64(7, i);
        Event event;
        event.node = static_cast<NodeId>(i);
        event.time = nodes[i].random.exponential(mean_ns);
        event.key = sim::event_key(event.node, ++nodes[i].counter);
        agenda.push(event);
    }
    const std::size_t warm = 2 * pending + 100'000;
    double start = 0;
    for (std::size_t done = 0; done < warm + count; ++done) {
        if (done == warm) start = cpu_s();
        Event event = agenda.pop();
        TimerNode& node = nodes[event.node];
        node.sum += event.time;
        event.time += 1 + node.random.exponential(mean_ns);
        event.key = sim::event_key(event.node, ++node.counter);
        agenda.push(event);
    }
    return static_cast<double>(count) / (cpu_s() - start);
}

}  // namespace

void bench_core(const Options& options, Reporter& reporter) {
    reporter.heading("core: hold model, events per CPU second");
    struct Size {
        std::size_t pending;
        double target;
    };
    for (const Size size : {Size{1'000, 20e6}, Size{100'000, 5e6}, Size{1'000'000, 2e6}}) {
        const std::size_t count = options.quick ? 100'000 : 5'000'000;
        std::vector<double> ours;
        std::vector<double> heap;
        for (int i = 0; i < (options.quick ? 1 : 3); ++i) {
            ours.push_back(events_per_s<sim::Agenda>(size.pending, count));
            heap.push_back(events_per_s<Heap>(size.pending, count));
        }
        const std::string name = std::to_string(size.pending) + " pending";
        reporter.add({"core", name, median(ours), "events/s", "", 0, size.target, false});
        reporter.add({"core", name, median(ours), "events/s", "std::priority_queue", median(heap),
                      0, false});
        if (options.rivals && size.pending <= 100'000) {
            const std::string line =
                last_line_of(options.source_dir + "/bench/rivals/run.sh hold_ns3 Heap " +
                             std::to_string(size.pending) + " 1000000");
            reporter.add({"core", name, median(ours), "events/s", "ns-3",
                          number_after(line, "events/s "), 0, false});
        }
    }
}

}  // namespace postroad::bench
