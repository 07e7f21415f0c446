// One scenario, seed and journal give one run: however it is sliced, gone back in, forked or
// recorded, in every lab and in generated worlds.
#include <cstdlib>
#include <cstring>

#include "sim/views/fingerprint.hpp"
#include "sim/world/history.hpp"
#include "tests/catch.hpp"
#include "tests/support/worlds.hpp"

using namespace postroad;
using namespace postroad::sim;

namespace {

bool asked_for_long() { return std::getenv("POSTROAD_LONG") != nullptr; }

std::vector<worlds::Case> cases(std::uint64_t first_seed, std::uint64_t last_seed) {
    auto out = first_seed == 1 ? worlds::labs() : std::vector<worlds::Case>{};
    scenario::Sizes sizes;
    sizes.people_max = 3;
    sizes.mails_max = 6;
    for (std::uint64_t seed = first_seed; seed <= last_seed; ++seed)
        out.push_back(worlds::generated(seed, sizes));
    for (const worlds::Case& one : out) {
        INFO(one.name + ": " + one.problem);
        REQUIRE(one.setup != nullptr);
    }
    return out;
}

// What a run has come to.
struct End {
    std::string facts, state;
    std::uint64_t events = 0;
    Time at = 0;
    bool operator==(const End&) const = default;
};

End end_of(const World& world) {
    return {fingerprint(world), views::state_fingerprint(world), world.events_done, world.now};
}

End end_of_run(const worlds::Case& one, Depth depth = Depth::summary) {
    const auto simulation = worlds::start(one, depth);
    run_whole(*simulation, {});
    return end_of(simulation->world());
}

bool same_rows(const Trace& a, const Trace& b) {
    auto left = a.read();
    auto right = b.read();
    for (; !left.done() && !right.done(); left.next(), right.next()) {
        const RowView x = left.row();
        const RowView y = right.row();
        if (x.head().octets != y.head().octets ||
            std::memcmp(&x.head(), &y.head(), x.head().octets) != 0)
            return false;
    }
    return left.done() && right.done();
}

void two_runs_agree(const worlds::Case& one) {
    const auto first = worlds::start(one, Depth::bytes);
    const auto second = worlds::start(one, Depth::bytes);
    run_whole(*first, {});
    run_whole(*second, {});
    CHECK(end_of(first->world()) == end_of(second->world()));
    CHECK(first->world() == second->world());
    CHECK(same_rows(first->trace(), second->trace()));
}

void slices_agree(const worlds::Case& one, Random& dice) {
    const auto whole = worlds::start(one);
    run_whole(*whole, {});
    const auto sliced = worlds::start(one);
    while (sliced->world().now < whole->world().now ||
           sliced->world().events_done < whole->world().events_done) {
        if (dice.below(2) == 0) {
            for (std::uint64_t i = dice.below(5); i > 0; --i)
                if (sliced->world().events_done < whole->world().events_done) sliced->step();
        } else {
            const Time next = sliced->world().now + 1 + dice.below(20 * second);
            sliced->run_until(std::min(next, whole->world().now), 1 + dice.below(200));
        }
    }
    CHECK(end_of(sliced->world()) == end_of(whole->world()));
}

void depths_agree(const worlds::Case& one) {
    const End summary = end_of_run(one, Depth::summary);
    for (const Depth depth : {Depth::lines, Depth::bytes}) {
        const End other = end_of_run(one, depth);
        CHECK(other == summary);
    }
}

void going_back_agrees(const worlds::Case& one, Random& dice) {
    const End expected = end_of_run(one, Depth::bytes);
    History history(worlds::start(one, Depth::bytes), 64, 8);
    history.run_until(expected.at);
    CHECK(end_of(history.now().world()) == expected);
    const std::uint64_t rows = history.now().trace().rows();
    for (int i = 0; i < 5 && expected.events > 1; ++i) {
        history.seek_event(1 + dice.below(expected.events));
        const std::string here = views::state_fingerprint(history.now().world());
        const std::uint64_t count = history.now().world().events_done;
        history.seek(dice.below(expected.at + 1));
        history.seek_event(count - 1);  // the clock is then at an event again
        history.seek_event(count);
        CHECK(views::state_fingerprint(history.now().world()) == here);
    }
    history.seek(expected.at);
    CHECK(end_of(history.now().world()) == expected);
    CHECK(history.now().trace().divergence() == ~std::uint64_t{0});
    CHECK(history.now().trace().rows() == rows);  // what was replayed was not recorded again
}

void a_fork_agrees(const worlds::Case& one, Random& dice) {
    const auto whole = worlds::start(one, Depth::lines);
    run_whole(*whole, {});
    const End expected = end_of(whole->world());
    const auto parent = worlds::start(one, Depth::lines);
    parent->run_until(dice.below(expected.at + 1));
    const auto fork = parent->fork();
    const std::string before = views::state_fingerprint(parent->world());
    fork->run_until(expected.at);
    CHECK(end_of(fork->world()) == expected);
    CHECK(same_rows(fork->trace(), whole->trace()));
    CHECK(views::state_fingerprint(parent->world()) == before);
    parent->run_until(expected.at);
    CHECK(end_of(parent->world()) == expected);
}

void all_agree(std::uint64_t first_seed, std::uint64_t last_seed) {
    for (const worlds::Case& one : cases(first_seed, last_seed)) {
        INFO(one.name);
        Random dice{mix64(one.seed, 77), 0};
        two_runs_agree(one);
        slices_agree(one, dice);
        depths_agree(one);
        going_back_agrees(one, dice);
        a_fork_agrees(one, dice);
    }
}

// Alice's office behind a firewall that lets mail through, and somebody who types.
const std::string two_offices = R"(postroad = 1
until = "+20m"
[networks.office]
firewall = "border"
[hosts.mail]
network = "office"
domains = "example.org"
[hosts.post]
domains = "example.net"
[people.alice]
address = "alice@example.org"
[people.bob]
address = "bob@example.net"
[firewalls.border]
rules = """
ct state established accept
tcp dport 25 accept
"""
[[timeline]]
at = "+1m"
send = { from = "alice", to = "bob", subject = "one" }
[[timeline]]
at = "+5m"
send = { from = "bob", to = "alice", subject = "two" }
[[timeline]]
at = "+10m"
fetch = { person = "alice" }
)";

worlds::Case offices() {
    worlds::Case out;
    out.name = "two offices";
    const Opened opened = open_scenario(two_offices, "offices.toml");
    INFO(scenario::to_text(opened.problems));
    REQUIRE(opened.setup != nullptr);
    out.setup = opened.setup;
    return out;
}

}  // namespace

TEST_CASE("labs and twenty generated worlds run the same however they are run") {
    all_agree(1, 20);
}

TEST_CASE("eighty more generated worlds run the same however they are run", "[slow]") {
    all_agree(21, asked_for_long() ? 1000 : 100);
}

TEST_CASE("another seed gives another run") {
    worlds::Case one = worlds::generated(3);
    const End first = end_of_run(one);
    ++one.seed;
    CHECK(end_of_run(one).facts != first.facts);
}

TEST_CASE("what somebody typed happens again when the journal is replayed, read back from text") {
    const worlds::Case one = offices();
    const auto live = worlds::start(one, Depth::bytes);
    live->run_until(2 * second);
    const NodeId from = one.setup->find_host("post");
    std::string heard;
    live->hands().on_outside = [&](std::uint32_t, OutsideNews, std::string_view octets) {
        heard += octets;
    };
    live->enter(Entry::connect, from, 0, "mail:25");
    for (const char* line :
         {"EHLO typed.example\r\n", "MAIL FROM:<>\r\n", "RCPT TO:<alice@example.org>\r\n",
          "DATA\r\n", "Subject: typed\r\n\r\nby hand\r\n.\r\n", "QUIT\r\n"}) {
        live->run_until(live->world().now + 3 * second);
        live->enter(Entry::say, from, 0, line);
    }
    live->run_until(live->world().now + 3 * second);
    live->enter(Entry::hang_up, from, 0, {});
    live->enter(Entry::change, 0, 0,
                "link = { link = \"office--internet\", latency = \"120ms\" }\n");
    const Time until = 20 * minute;
    live->run_until(until);
    CHECK(heard.find("354 ") != std::string::npos);
    CHECK(heard.find("221 ") != std::string::npos);
    REQUIRE(live->journal().size() == 9);

    std::string error;
    bool cut = true;
    Journal read = Journal::parse(live->journal().to_text(), error, cut);
    CHECK(error.empty());
    CHECK_FALSE(cut);
    REQUIRE(read == live->journal());
    const auto again = worlds::start(one, Depth::bytes);
    again->replay(read);
    again->run_until(until);
    CHECK(fingerprint(again->world()) == fingerprint(live->world()));
    CHECK(same_rows(again->trace(), live->trace()));

    // Going back in the run that was typed into goes through the journal again.
    History history(worlds::start(one, Depth::bytes), 16, 16);
    history.now().replay(read);
    history.run_until(until);
    history.seek(5 * second);
    history.seek(until);
    CHECK(fingerprint(history.now().world()) == fingerprint(live->world()));
    CHECK(history.now().trace().divergence() == ~std::uint64_t{0});

    const auto untouched = end_of_run(one);
    CHECK(untouched.facts != fingerprint(live->world()));
}

TEST_CASE("a fork with a changed rule or line goes its own way and leaves its parent alone") {
    const worlds::Case one = offices();
    const End expected = end_of_run(one, Depth::lines);
    const auto parent = worlds::start(one, Depth::lines);
    parent->run_until(30 * second);
    const std::string before = views::state_fingerprint(parent->world());
    const std::uint64_t rows = parent->trace().rows();
    const std::string changes[] = {
        "firewall = { firewall = \"border\", edit = \"insert\", rule = \"tcp dport 25 drop\" }\n",
        "link = { link = \"office--internet\", up = false }\n",
        "host = { host = \"post\", state = \"down\" }\n"};
    for (const std::string& change : changes) {
        INFO(change);
        const auto fork = parent->fork();
        fork->enter(Entry::change, 0, 0, change);
        bool changed = false;
        for (auto at = fork->trace().read(); !at.done(); at.next())
            changed = changed || at.row().head().fact == Fact::change;
        CHECK(changed);
        fork->run_until(expected.at);
        CHECK(fingerprint(fork->world()) != expected.facts);
        CHECK(views::state_fingerprint(parent->world()) == before);
        CHECK(parent->trace().rows() == rows);
    }
    parent->run_until(expected.at);
    CHECK(end_of(parent->world()) == expected);
}
