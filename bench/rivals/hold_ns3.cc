// The hold model in ns-3: N events are pending; each turn runs the least and schedules one more.
// usage: hold_ns3 Heap|Map|Calendar|PriorityQueue N OPS      prints events per CPU-second
#include "ns3/core-module.h"

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <vector>

using namespace ns3;

namespace {

double cpu_s() {
    timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

// Exponential delays from a table, drawn by xorshift: the same in every rival.
uint64_t delays_ns[8192];
uint32_t random_state = 2463534242U;
uint64_t delay_ns() {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return delays_ns[random_state & 8191];
}

struct alignas(64) Node {
    uint64_t count, sum;
    uint64_t padding[6];
};

std::vector<Node> nodes;
uint64_t left_count, measured_count;
double began_s;

void fire(Node* node, uint64_t argument) {
    node->count++;
    node->sum += argument;
    if (left_count == measured_count) began_s = cpu_s(); // warm from here on
    if (--left_count == 0) {
        Simulator::Stop();
        return;
    }
    Simulator::Schedule(NanoSeconds(delay_ns()), &fire, node, argument);
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fprintf(stderr, "usage: hold_ns3 Heap|Map|Calendar|PriorityQueue N OPS\n");
        return 2;
    }
    std::mt19937_64 generator(12345);
    std::exponential_distribution<double> exponential(1.0);
    for (uint64_t& delay : delays_ns) delay = static_cast<uint64_t>(exponential(generator) * 1e9) + 1;

    const auto pending = static_cast<std::size_t>(std::atof(argv[2]));
    measured_count = static_cast<uint64_t>(std::atof(argv[3]));
    left_count = measured_count + std::max<std::size_t>(2 * pending, 100000);

    ObjectFactory factory;
    factory.SetTypeId("ns3::" + std::string(argv[1]) + "Scheduler");
    Simulator::SetScheduler(factory);
    nodes.resize(pending);
    for (std::size_t i = 0; i < pending; i++)
        Simulator::Schedule(NanoSeconds(delay_ns()), &fire, &nodes[i], i);
    Simulator::Run();
    const double took_s = cpu_s() - began_s;
    std::printf("events/s %.0f\n", static_cast<double>(measured_count) / took_s);
    Simulator::Destroy();
}
