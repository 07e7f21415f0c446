// Entries and sets of them keep little, and yet know every row.
#include "tests/view/scene.hpp"
#include "viz/model/entry_set.hpp"

namespace postroad::viz {

TEST_CASE("an entry is found again by its number, by its place and by its moment") {
    for (const std::string& lab : labs()) {
        INFO(lab);
        const Recording& run = run_of(lab);
        const Entries& entries = run.entries;
        std::size_t number = 0;
        std::uint64_t behind = 0;  // the entry before
        Time before = 0;
        std::size_t first_of_moment = 0;
        Entries::Reader reader(entries, 0);
        for (auto at = run.trace().read(); !at.done(); at.next()) {
            if (number == entries.size() || at.position() != entries.position(number)) continue;
            const Time time = at.row().head().time;
            REQUIRE(reader.at() == number);
            REQUIRE(reader.entry().position() == at.position());
            REQUIRE(reader.entry().kind() == entries.kind(number));
            REQUIRE(entries[number].failure() == entries.failure(number));
            REQUIRE(entries.at_position(at.position()) == number);
            REQUIRE(entries.at_position(at.position() + 1) == number + 1);
            if (number > 0) REQUIRE(entries.at_position(behind + 1) == number);
            if (number == 0 || time != before) first_of_moment = number;
            REQUIRE(entries.at_time(time) == first_of_moment);
            REQUIRE(run.time_of(number) == time);
            before = time;
            behind = at.position();
            reader.next();
            ++number;
        }
        CHECK(number == entries.size());
        CHECK(reader.done());
        CHECK(entries.at_position(run.trace().end()) == entries.size());
        CHECK(entries.at_time(never) == entries.size());
        // A reader that leaps reads what one that walks does.
        for (const std::size_t leap : {1U, 15U, 16U, 40U, 1000U}) {
            Entries::Reader leaping(entries, 0);
            for (std::size_t at = 0; at < entries.size(); at += leap) {
                leaping.go_to(at);
                REQUIRE(leaping.entry().position() == entries.position(at));
            }
        }
    }
}

TEST_CASE("every row that says something is an entry, and no other row is") {
    const Recording& run = run_of("07-port-25-is-blocked");
    std::size_t number = 0;
    for (auto at = run.trace().read(); !at.done(); at.next()) {
        const sim::Fact fact = at.row().head().fact;
        const bool silent = fact == sim::Fact::arrival || fact == sim::Fact::translation ||
                            fact == sim::Fact::address || fact == sim::Fact::secret;
        const bool is_next =
            number < run.entries.size() && run.entries.position(number) == at.position();
        REQUIRE(is_next != silent);
        if (fact == sim::Fact::line) {
            CHECK(run.entries.kind(number) == Kind::line);
            CHECK(run.entries.failure(number) == (at.row().as<sim::LineFact>().code >= 400));
        }
        if (fact == sim::Fact::lost) CHECK(run.entries.failure(number));
        number += is_next ? 1 : 0;
    }
    CHECK(number == run.entries.size());
}

TEST_CASE("a set of entries counts and finds as a list of them would") {
    std::uint64_t state = 7;
    for (const unsigned one_in : {1U, 2U, 7U, 63U, 300U, 5000U}) {
        INFO("one in " << one_in);
        std::vector<std::uint64_t> words(400, 0);
        std::vector<std::size_t> list;
        for (std::size_t i = 0; i < words.size() * 64; ++i) {
            state = state * 6364136223846793005U + 1442695040888963407U;
            if ((state >> 33) % one_in != 0) continue;
            words[i / 64] |= std::uint64_t{1} << (i % 64);
            list.push_back(i);
        }
        EntrySet set;
        set.append(std::span(words).first(37));  // as it streams in
        set.append(std::span(words).subspan(37));
        REQUIRE(set.size() == list.size());
        std::size_t at = 0;
        for (const std::size_t one : set) {
            REQUIRE(one == list[at]);
            REQUIRE(set[at] == one);
            REQUIRE(set.below(one) == at);
            REQUIRE(set.below(one + 1) == at + 1);
            ++at;
        }
        CHECK(at == list.size());
        CHECK(set.below(words.size() * 64 + 1000) == list.size());
        set.clear();
        CHECK(set.empty());
        CHECK(set.begin() == set.end());
    }
}

TEST_CASE("what is kept beside a run's Trace is a small part of it") {
    // Entries alone: an octet each and a place for sixteen. A list of places had eight.
    const Recording& run = run_of("05-the-mx-ladder");
    CHECK(run.entries.bytes() <= run.entries.size() * 3 / 2 + 16);
}

}  // namespace postroad::viz
