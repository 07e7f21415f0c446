// Somebody outside decides about recipients: once, and from then on the journal does.
#include <map>
#include <string>

#include "sim/world/history.hpp"
#include "sim/world/open.hpp"
#include "sim/world/world_make.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::sim;

namespace {

constexpr std::string_view scenario_text = R"(
postroad = 1
until = "1h"
[hosts.mail]
domains = "example.org"
queue.retry = "2m"
[hosts.mx]
domains = "example.net"
[people.alice]
address = "alice@example.org"
[people.bob]
address = "bob@example.net"
[[timeline]]
at = "+1s"
send = { from = "alice", to = "bob", subject = "one" }
[[timeline]]
at = "+20m"
send = { from = "alice", to = "bob", subject = "two" }
)";

std::unique_ptr<Simulation> start() {
    const Opened opened = open_scenario(scenario_text, "rulings.toml");
    REQUIRE(opened);
    return std::make_unique<Simulation>(make_world(opened.setup, 1), Trace());
}

// Refuses each of mx's recipients for five minutes; counts what it is asked.
struct Greylist {
    const Simulation& run;
    int asked = 0;
    Ruling operator()(const Question& question) {
        ++asked;
        if (run.world().setup->node_name(question.host) != "mx") return {};
        return question.conversation != 0 && run.world().now < 5 * minute
                   ? Ruling{451, "greylisted"}
                   : Ruling{};
    }
};

}  // namespace

TEST_CASE("who decides about recipients is asked once, however often the run is gone back in") {
    History history(start(), 10);
    Greylist greylist{history.now()};
    history.now().set_asker([&](const Question& one) { return greylist(one); });
    history.run_until(30 * minute);
    const std::string fingerprint = sim::fingerprint(history.now().world());
    const int asked = greylist.asked;
    CHECK(asked >= 6);
    for (const Time moment : {10 * minute, 1 * minute, 25 * minute}) {
        history.seek(moment);
        history.seek(30 * minute);
        CHECK(sim::fingerprint(history.now().world()) == fingerprint);
    }
    CHECK(greylist.asked == asked);
    CHECK(history.now().trace().divergence() == ~std::uint64_t{0});
}

TEST_CASE("a journal with answers makes the run again and nobody is asked") {
    auto live = start();
    Greylist greylist{*live};
    live->set_asker([&](const Question& one) { return greylist(one); });
    live->run_until(30 * minute);
    std::string error;
    bool cut = false;
    Journal read = Journal::parse(live->journal().to_text(), error, cut);
    CHECK(error.empty());
    CHECK(!cut);
    CHECK(read == live->journal());
    auto again = start();
    again->replay(std::move(read));
    again->run_until(30 * minute);
    CHECK(sim::fingerprint(again->world()) == sim::fingerprint(live->world()));
    auto without = start();
    without->run_until(30 * minute);
    CHECK(sim::fingerprint(without->world()) != sim::fingerprint(live->world()));
}

TEST_CASE("a fork asks again what was asked after its moment, and nothing before") {
    History history(start(), 10);
    Greylist greylist{history.now()};
    history.now().set_asker([&](const Question& one) { return greylist(one); });
    history.run_until(30 * minute);
    const std::string fingerprint = sim::fingerprint(history.now().world());
    const int asked = greylist.asked;
    history.seek(3 * minute);
    const auto fork = history.fork();
    int again = 0;
    Greylist theirs{fork->now()};
    fork->now().set_asker([&](const Question& one) {
        ++again;
        return theirs(one);
    });
    fork->run_until(30 * minute);
    CHECK(sim::fingerprint(fork->now().world()) == fingerprint);
    CHECK(again > 0);
    CHECK(again < asked);
}

TEST_CASE("an answer without its question is no journal line") {
    std::string error;
    bool cut = false;
    Journal::parse("postroad-journal 1\n5 answer 1 0 \"no question\"\n", error, cut);
    CHECK(error == "line 2: an answer without its question");
}
