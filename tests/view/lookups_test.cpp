// Look-ups as trees: who was asked, in order, and what those had to ask in their turn.
#include "tests/view/scene.hpp"
#include "sim/net/ruleset.hpp"
#include "viz/model/flights.hpp"
#include "viz/model/lookups.hpp"

namespace postroad::viz {
namespace {

const Lookup* find(const std::vector<Lookup>& all, const Recording& run, const std::string& host,
                   const std::string& what) {
    for (const Lookup& one : all)
        if (run.index().node_name(one.host) == host && one.what == what) return &one;
    return nullptr;
}

std::vector<std::string> asked_by(const Lookup& one, const Recording& run) {
    std::vector<std::string> out;
    for (const Lookup::Step& step : one.steps) out.push_back(run.index().node_name(step.asked));
    return out;
}

}  // namespace

TEST_CASE("a look-up walks from the root to who answers") {
    const Recording& run = run_of("00-first-message");
    const auto all = lookups_before(run, run.entries.size());
    const Lookup* const mx = find(all, run, "mail", "example.net MX");
    REQUIRE(mx != nullptr);
    CHECK(asked_by(*mx, run) == std::vector<std::string>{"root-dns", "top-dns", "post"});
    CHECK(mx->steps[0].words == "net. is served by a.top-servers.net.");
    CHECK(mx->words == "10 post.example.net (from post, TTL 3600 s)");
    CHECK_FALSE(mx->nested);
    // Half-way it is the same tree as far as it has grown.
    const auto half = lookups_before(run, mx->steps[1].answer);
    const Lookup* const growing = find(half, run, "mail", "example.net MX");
    REQUIRE(growing != nullptr);
    CHECK(growing->result == Lookup::none);
    CHECK(growing->steps.size() == 2);
    CHECK(growing->steps[1].answer == Lookup::none);
}

TEST_CASE("what a resolver asks for a client stands below the client's question") {
    const Recording& run = run_of("06-open-relay");
    const auto all = lookups_before(run, run.entries.size());
    const Lookup* const wish = find(all, run, "house", "mail.example.org A");
    REQUIRE(wish != nullptr);
    REQUIRE(asked_by(*wish, run) == std::vector<std::string>{"public-dns"});
    REQUIRE(wish->steps[0].below.size() == 1);
    const Lookup& work = all[wish->steps[0].below[0]];
    CHECK(work.nested);
    CHECK(asked_by(work, run) == std::vector<std::string>{"root-dns", "top-dns", "mail"});
}

TEST_CASE("a packet's row knows whether it arrives") {
    std::size_t gone = 0;
    for (const std::string& lab : labs()) {
        const Recording& run = run_of(lab);
        std::set<sim::Id> stopped;
        for (auto at = run.trace().read(); !at.done(); at.next()) {
            const sim::RowView row = at.row();
            if (row.head().fact == sim::Fact::lost) stopped.insert(row.as<sim::LostFact>().packet);
            if (row.head().fact != sim::Fact::verdict) continue;
            const auto& fact = row.as<sim::VerdictFact>();
            if (static_cast<net::Action>(fact.verdict) != net::Action::accept) stopped.insert(fact.packet);
        }
        for (std::size_t i = 0; i < run.entries.size(); ++i) {
            const Kind kind = run.entries.kind(i);
            if (kind != Kind::segment && kind != Kind::datagram) continue;
            const Entry entry = run.entries[i];
            const bool is_stopped =
                stopped.count(run.trace().at(entry.position()).as<sim::PacketFact>().packet) != 0;
            INFO(lab << ", entry " << i);
            CHECK(arrives(run, entry) != is_stopped);
            gone += is_stopped ? 1 : 0;
        }
    }
    CHECK(gone > 20);
}

TEST_CASE("at every moment of every lab trees hold each question once, and only what has happened") {
    for (const std::string& lab : labs()) {
        const Recording& run = run_of(lab);
        for (std::size_t happened = 0; happened <= run.entries.size();
             happened += 1 + run.entries.size() / 40) {
            INFO(lab << " at entry " << happened);
            const auto all = lookups_before(run, happened);
            std::set<std::size_t> questions;
            std::size_t below = 0, nested = 0;
            for (const Lookup& one : all) {
                nested += one.nested ? 1 : 0;
                below += one.below.size();
                CHECK(one.begun < happened);
                CHECK((one.result == Lookup::none || (one.result < happened && one.result >= one.begun)));
                for (const Lookup::Step& step : one.steps) {
                    CHECK(questions.insert(step.question).second);
                    CHECK((step.answer == Lookup::none ||
                           (step.answer > step.question && step.answer < happened)));
                    below += step.below.size();
                }
            }
            CHECK(below == nested);
        }
    }
}

}  // namespace postroad::viz
