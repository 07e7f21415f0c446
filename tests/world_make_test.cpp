// A World at its first moment: what is in its tables and on its agenda.
#include "sim/world/world_make.hpp"

#include "sim/scenario/complete.hpp"
#include "sim/scenario/generate.hpp"
#include "sim/scenario/load.hpp"
#include "sim/world/run.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::sim;

namespace {

std::shared_ptr<const Setup> setup_of(const std::string& body) {
    scenario::Loaded loaded = scenario::load("postroad = 1\n" + body, "s.toml");
    const auto out = compile(loaded.complete, loaded.problems);
    INFO(scenario::to_text(loaded.problems));
    REQUIRE(loaded.ok());
    REQUIRE(out != nullptr);
    return out;
}

}  // namespace

TEST_CASE("a world begins with ports of its own, its timeline, workloads and outages") {
    const auto setup = setup_of(R"(
[hosts.mail]
domains = "example.org"
[people.alice]
[people.bob]
[hosts.extra]
services = ["mta"]
stopped = ["mta"]
[[links]]
between = ["example-org", "internet"]
down = [{ from = "+1s", to = "+3s" }]
[[timeline]]
send = { from = "bob", to = "alice" }
[[timeline]]
bookmark = "here"
[[timeline]]
at = "+2s"
link = { link = "mail--example-org", up = false }
[[workloads]]
start = "+4s"
count = 1
from = "alice"
)");
    World world = make_world(setup, 7);
    CHECK(world.nodes.size() == setup->nodes());
    CHECK(world.tcp.links.size() == setup->links.size());
    CHECK(world.tcp.hosts.size() == setup->hosts.size());
    bool ports_differ = false;
    for (std::size_t i = 0; i < world.tcp.hosts.size(); ++i) {
        CHECK(world.tcp.hosts[i].next_port >= 49152);
        ports_differ = ports_differ || world.tcp.hosts[i].next_port != world.tcp.hosts[0].next_port;
    }
    CHECK(ports_differ);
    CHECK(world.tcp.hosts[setup->find_host("extra")].stopped_services == 1);
    CHECK(world.tcp.hosts[setup->find_host("mail")].stopped_services == 0);
    CHECK(make_world(setup, 7) == world);
    CHECK_FALSE(make_world(setup, 8) == world);

    std::vector<Event> events;
    while (!world.agenda.empty()) events.push_back(world.agenda.pop());
    REQUIRE(events.size() == 6);
    const auto is = [&](std::size_t at, EventKind kind, Time time, std::uint32_t a,
                        std::uint32_t b, NodeId node) {
        return events.at(at).kind == static_cast<std::uint16_t>(kind) && events[at].time == time &&
               events[at].a == a && events[at].b == b && events[at].node == node;
    };
    const std::uint32_t uplink = setup->find_link("example-org--internet");
    REQUIRE(uplink != nothing);
    const NodeId org = setup->networks[setup->find_network("example-org")].node;
    CHECK(is(0, EventKind::timeline, 0, 0, 0, setup->find_host("bob-pc")));
    CHECK(is(1, EventKind::timeline, 0, 1, 0, 0));
    CHECK(is(2, EventKind::outage, second, uplink, 1, org));
    CHECK(is(3, EventKind::timeline, 2 * second, 2, 0, setup->find_host("mail")));
    CHECK(is(4, EventKind::outage, 3 * second, uplink, 0, org));
    CHECK(is(5, EventKind::workload, 4 * second, 0, 0, setup->find_host("alice-pc")));
}

TEST_CASE("an empty scenario is a world without hosts") {
    const auto setup = setup_of("[[timeline]]\nbookmark = \"nothing here\"\n");
    CHECK(setup->hosts.empty());
    CHECK(make_world(setup, 1).agenda.size() == 1);
}

TEST_CASE("any generated scenario compiles") {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        scenario::Problems problems;
        const auto setup = compile(scenario::complete(scenario::generate(seed)), problems);
        INFO(seed << "\n" << scenario::to_text(problems));
        CHECK(problems.empty());
        REQUIRE(setup != nullptr);
        CHECK(make_world(setup, seed).tcp.hosts.size() == setup->hosts.size());
    }
}
