// Routes between networks: shortest, steady, the same both ways, and what is plain on them.
#include <algorithm>

#include "protocols/base/random.hpp"
#include "sim/scenario/complete.hpp"
#include "sim/world/setup.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::sim;

namespace {

struct Line {
    std::uint32_t a, b;
    Duration latency_ns;
};

// Networks without hosts, joined by lines.
Setup net_of(std::uint32_t networks, const std::vector<Line>& lines) {
    Setup setup;
    setup.networks.resize(networks);
    for (const Line& line : lines) {
        LinkSetup link;
        link.end[0] = line.a;
        link.end[1] = line.b;
        link.latency_ns = line.latency_ns;
        setup.links.push_back(link);
    }
    build_routes(setup, {});
    return setup;
}

// The networks on the way, "0 1 2"; "?" where it ends without arriving.
std::vector<std::uint32_t> way(const Setup& setup, std::uint32_t from, std::uint32_t to) {
    std::vector<std::uint32_t> out{from};
    while (out.back() != to) {
        const Hop hop = setup.routes->towards(out.back(), to);
        if (hop.link == nothing || out.size() > setup.networks.size()) return {};
        const LinkSetup& link = setup.links[hop.link];
        CHECK(((link.end[0] == out.back() && link.end[1] == hop.next) ||
               (link.end[1] == out.back() && link.end[0] == hop.next)));
        out.push_back(hop.next);
    }
    return out;
}

using Way = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("the way of least latency is taken, then the one of fewest hops") {
    const Setup fast = net_of(4, {{0, 1, 10}, {1, 3, 10}, {0, 3, 30}, {0, 2, 1}});
    CHECK(way(fast, 0, 3) == Way{0, 1, 3});
    CHECK(way(fast, 2, 3) == Way{2, 0, 1, 3});
    CHECK(fast.routes->plain_latency(2, 3) == 21);
    const Setup equal = net_of(4, {{0, 1, 10}, {1, 3, 10}, {0, 3, 20}, {0, 2, 1}});
    CHECK(way(equal, 2, 3) == Way{2, 0, 3});
}

TEST_CASE("of equal ways the one over the lower links is taken, there and back") {
    const Setup diamond = net_of(4, {{0, 2, 5}, {2, 3, 5}, {0, 1, 5}, {1, 3, 5}});
    CHECK(way(diamond, 0, 3) == Way{0, 2, 3});
    CHECK(way(diamond, 3, 0) == Way{3, 2, 0});
    const Setup twins = net_of(3, {{0, 1, 5}, {1, 0, 5}, {1, 2, 5}});
    CHECK(twins.routes->towards(0, 1).link == 0);
    CHECK(twins.routes->towards(1, 0).link == 0);
}

TEST_CASE("there is no hop to where one is, and none to where no link leads") {
    const Setup apart = net_of(5, {{0, 1, 5}, {2, 3, 5}});
    CHECK(apart.routes->towards(0, 0).link == nothing);
    CHECK(apart.routes->plain_latency(4, 4) == 0);
    for (const std::uint32_t there : {2U, 3U, 4U}) {
        CHECK(apart.routes->towards(0, there).link == nothing);
        CHECK(apart.routes->towards(there, 1).link == nothing);
        CHECK(apart.routes->plain_latency(1, there) == never);
    }
    CHECK(apart.routes->towards(1, 0).next == 0);
    CHECK(apart.routes->towards(0, 1).next == 1);
}

TEST_CASE("a link that is down is not used, whoever holds it down") {
    Setup setup = net_of(3, {{0, 1, 1}, {0, 2, 9}, {2, 1, 9}});
    CHECK(way(setup, 0, 1) == Way{0, 1});
    build_routes(setup, {false, true, true});
    CHECK(way(setup, 0, 1) == Way{0, 2, 1});
    build_routes(setup, {true, true, true});
    CHECK(way(setup, 0, 1) == Way{0, 1});
    setup.links[0].up = false;
    build_routes(setup, {});
    CHECK(way(setup, 0, 1) == Way{0, 2, 1});
    build_routes(setup, {true, false, true});
    CHECK(way(setup, 0, 1).empty());
}

TEST_CASE("a way is plain when nothing but latency can happen on it") {
    const std::vector<Line> lines{{0, 1, 1}, {1, 2, 2}, {2, 3, 4}};
    Setup setup = net_of(4, lines);
    CHECK(setup.routes->plain_latency(0, 3) == 7);
    CHECK(setup.routes->plain_latency(3, 1) == 6);
    const auto after = [&](auto&& change) {
        setup = net_of(4, lines);
        change();
        build_routes(setup, {});
        return std::pair{setup.routes->plain_latency(0, 3), setup.routes->plain_latency(0, 1)};
    };
    using Pair = std::pair<Duration, Duration>;
    CHECK(after([&] { setup.links[1].loss = 1; }) == Pair{never, 1});
    CHECK(after([&] { setup.links[1].bits_per_s = 1; }) == Pair{never, 1});
    CHECK(after([&] { setup.links[2].queue_octets = 1; }) == Pair{never, 1});
    CHECK(after([&] { setup.links[0].jitter_ns = 1; }) == Pair{never, never});
    CHECK(after([&] { setup.networks[0].nat = true; }) == Pair{never, never});
    CHECK(after([&] { setup.networks[2].firewall = 0; }) == Pair{never, 1});
    CHECK(after([&] { setup.networks[3].blocks = true; }) == Pair{never, 1});
    CHECK(after([&] { setup.networks[1].blocks = true; }) == Pair{never, never});
    CHECK(after([] {}) == Pair{7, 1});
}

TEST_CASE("in any topology ways are shortest, symmetric and whole") {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        INFO(seed);
        Random random{seed, 0};
        const auto count = static_cast<std::uint32_t>(random.between(2, 12));
        std::vector<Line> lines;
        for (std::uint64_t i = random.below(2 * count); i > 0; --i) {
            const auto a = static_cast<std::uint32_t>(random.below(count));
            const auto b = static_cast<std::uint32_t>(random.below(count));
            if (a != b) lines.push_back({a, b, random.below(4)});
        }
        const Setup setup = net_of(count, lines);
        constexpr Duration far = 1'000'000;
        std::vector<std::vector<Duration>> least(count, std::vector<Duration>(count, far));
        for (std::uint32_t i = 0; i < count; ++i) least[i][i] = 0;
        for (const Line& line : lines) {
            least[line.a][line.b] = std::min(least[line.a][line.b], line.latency_ns);
            least[line.b][line.a] = least[line.a][line.b];
        }
        for (std::uint32_t k = 0; k < count; ++k)
            for (std::uint32_t i = 0; i < count; ++i)
                for (std::uint32_t j = 0; j < count; ++j)
                    least[i][j] = std::min(least[i][j], least[i][k] + least[k][j]);
        for (std::uint32_t i = 0; i < count; ++i)
            for (std::uint32_t j = 0; j < count; ++j) {
                const Way there = way(setup, i, j);
                REQUIRE(there.empty() == (least[i][j] == far));
                if (there.empty()) continue;
                Way back = way(setup, j, i);
                std::reverse(back.begin(), back.end());
                CHECK(there == back);
                CHECK(setup.routes->plain_latency(j, i) == setup.routes->plain_latency(i, j));
                // Each hop counts 1 ns when ways are compared, so this is near the least.
                CHECK(setup.routes->plain_latency(i, j) >= least[i][j]);
                CHECK(setup.routes->plain_latency(i, j) < least[i][j] + count);
            }
    }
}
