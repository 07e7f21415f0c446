// Somebody outside decides what a host would decide, and makes mail: once, and from then on the
// journal does.
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
        return question.about != 0 && run.world().now < 5 * minute ? Ruling{451, 0, "greylisted"}
                                                                   : Ruling{};
    }
};

constexpr std::uint32_t bit(Asked what) { return 1U << static_cast<unsigned>(what); }
constexpr std::uint32_t recipients = bit(Asked::recipient);

// Runs for half an hour with who decides; then once more from the journal alone, to the same end.
std::unique_ptr<Simulation> run_twice(const Simulation::Asker& asker, std::uint32_t what,
                                      bool generates = false) {
    auto live = start();
    live->set_asker(asker, what);
    if (generates) live->enter(Entry::generate, 0, 7, {});
    live->run_until(30 * minute);
    std::string error;
    bool cut = false;
    Journal read = Journal::parse(live->journal().to_text(), error, cut);
    CHECK(error.empty());
    CHECK(read == live->journal());
    auto again = start();
    again->replay(std::move(read));
    again->run_until(30 * minute);
    CHECK(sim::fingerprint(again->world()) == sim::fingerprint(live->world()));
    return live;
}

// How often mx, bob's server, has put a message into his mailbox.
std::size_t delivered(const Simulation& run) {
    std::size_t out = 0;
    for (auto at = run.trace().read(); !at.done(); at.next())
        out += at.row().head().fact == Fact::custody &&
               at.row().as<CustodyFact>().move == CustodyMove::delivered &&
               run.world().setup->node_name(at.row().head().node) == "mx";
    return out;
}

}  // namespace

TEST_CASE("who decides about recipients is asked once, however often the run is gone back in") {
    History history(start(), 10);
    Greylist greylist{history.now()};
    history.now().set_asker([&](const Question& one) { return greylist(one); }, recipients);
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
    live->set_asker([&](const Question& one) { return greylist(one); }, recipients);
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
    history.now().set_asker([&](const Question& one) { return greylist(one); }, recipients);
    history.run_until(30 * minute);
    const std::string fingerprint = sim::fingerprint(history.now().world());
    const int asked = greylist.asked;
    history.seek(3 * minute);
    const auto fork = history.fork();
    int again = 0;
    Greylist theirs{fork->now()};
    fork->now().set_asker(
        [&](const Question& one) {
            ++again;
            return theirs(one);
        },
        recipients);
    fork->run_until(30 * minute);
    CHECK(sim::fingerprint(fork->now().world()) == fingerprint);
    CHECK(again > 0);
    CHECK(again < asked);
}

TEST_CASE("who says later is asked again then, and the client hears nothing until then") {
    int asked = 0;
    const auto run = run_twice(
        [&](const Question&) {
            return ++asked % 2 != 0 ? Ruling{0, 20 * second, {}} : Ruling{250, 0, "well"};
        },
        bit(Asked::message));
    CHECK(asked == 8);  // two mails, each at the MSA and at mx
    CHECK(delivered(*run) == 2);
    for (auto at = run->trace().read(); !at.done(); at.next())
        if (at.row().head().fact == Fact::custody &&
            at.row().as<CustodyFact>().move == CustodyMove::delivered)
            CHECK(at.row().head().time % (20 * minute) > 40 * second);  // msa and mx, 20 s each
}

TEST_CASE("a client that is turned away at EHLO gives no mail") {
    const auto run = run_twice(
        [](const Question& one) {
            return one.helo.starts_with("mail.") ? Ruling{550, 0, "not you"} : Ruling{};
        },
        bit(Asked::client));
    CHECK(delivered(*run) == 0);
}

TEST_CASE("a mail waits, and then goes to the host that is named, or comes back") {
    int asked = 0;
    const auto run = run_twice(
        [&](const Question& one) {
            CHECK(one.words == "example.net");
            ++asked;
            if (one.number == 0) return Ruling{450, 3 * minute, "held"};
            return asked < 3 ? Ruling{250, 0, "mx"} : Ruling{550, 0, "forbidden"};
        },
        bit(Asked::route));
    CHECK(asked == 4);
    CHECK(delivered(*run) == 1);
}

TEST_CASE("a generator makes mail until it says that there is no more, or that this was the last") {
    for (const std::uint16_t last : {std::uint16_t{0}, std::uint16_t{251}}) {
        const auto run = run_twice(
            [&](const Question& one) {
                CHECK(one.about == 7);
                const std::string mail =
                    "send = { from = \"alice\", to = \"bob\", subject = \"n\" }";
                if (one.number == 3) return Ruling{last, 0, last == 0 ? "" : mail};
                return Ruling{250, minute, one.number == 0 ? "" : mail};
            },
            bit(Asked::work), true);
        CHECK(delivered(*run) == (last == 0 ? 4 : 5));
    }
}

TEST_CASE("a fork can be changed although changes of later moments are still to come") {
    History history(start(), 10);
    history.run_until(10 * minute);
    history.now().enter(Entry::change, 0, 0, "host = { host = \"mx\", state = \"down\" }");
    history.run_until(15 * minute);
    history.seek(5 * minute);
    const auto fork = history.fork();
    fork->now().enter(Entry::change, 0, 0, "fetch = \"bob\"");
    fork->run_until(20 * minute);
    std::string error;
    bool cut = false;
    auto again = start();
    again->replay(Journal::parse(fork->now().journal().to_text(), error, cut));
    CHECK(error.empty());
    again->run_until(20 * minute);
    CHECK(sim::fingerprint(again->world()) == sim::fingerprint(fork->now().world()));
    fork->seek(4 * minute);
    fork->seek(20 * minute);
    CHECK(fork->now().trace().divergence() == ~std::uint64_t{0});
}

TEST_CASE("an answer without its question is no journal line") {
    std::string error;
    bool cut = false;
    Journal::parse("postroad-journal 1\n5 answer 1 0 \"no question\"\n", error, cut);
    CHECK(error == "line 2: an answer without its question");
}
