// Searching and filtering on a thread of their own: what is found is what somebody would find who
// reads every row.
#include "tests/view/scene.hpp"
#include "viz/model/find.hpp"
#include "viz/model/kind_groups.hpp"

namespace postroad::viz {

namespace {

std::vector<std::uint32_t> found_by(Finder& finder, const Wanted& wanted) {
    const auto answer = finder.ask(wanted);
    answer->wait();
    EntrySet found;
    answer->take(found);
    CHECK(answer->count() >= found.size());
    std::vector<std::uint32_t> out;
    for (const std::size_t one : found) out.push_back(static_cast<std::uint32_t>(one));
    return out;
}

// The same by reading each row.
std::vector<std::uint32_t> read_for(const Recording& run, const std::string& words) {
    std::vector<std::uint32_t> out;
    for (std::uint32_t i = 0; i < run.entries.size(); ++i) {
        if (run.entries[i].kind() == Kind::segment) continue;
        const RowWords said = words_at(run, run.entries[i]);
        const std::string who =
            said.from == sim::nothing ? "" : std::string(run.setup().node_name(said.from));
        if (lower_case(said.text).find(words) != std::string::npos ||
            lower_case(to_string(said.section)).find(words) != std::string::npos ||
            lower_case(who).find(words) != std::string::npos)
            out.push_back(i);
    }
    return out;
}

}  // namespace

TEST_CASE("a search finds what reading every row finds, whole words or pieces across them") {
    for (const char* const lab : {"05-the-mx-ladder", "08-two-ways-to-tls"}) {
        Recording& run = run_of(lab);
        Finder finder(run);
        for (const char* const words :
             {"rcpt to", "250", "250 ", "mx1", "p", "to:<bob@example.net>", "o:<bob@example.net",
              "5321 §4.1.1.3", "example.org a", " 2.0.0", ">", "zzzz", "connection 1", "ion 12",
              "starttls", "queue: 0"}) {
            INFO(lab << ": " << words);
            Wanted wanted;
            wanted.words = words;
            CHECK(found_by(finder, wanted) == read_for(run, words));
        }
    }
}

TEST_CASE("letters' case does not matter to a search, and failures can be asked for alone") {
    Recording& run = run_of("05-the-mx-ladder");
    Finder finder(run);
    Wanted wanted;
    wanted.words = "MX1";
    const auto all = found_by(finder, wanted);
    wanted.words = "mx1";
    CHECK(found_by(finder, wanted) == all);
    wanted.failures = true;
    const auto failures = found_by(finder, wanted);
    CHECK(failures.size() < all.size());
    for (const std::uint32_t one : failures) CHECK(run.entries[one].failure());
}

TEST_CASE("rows can be asked for by hosts, conversation, message and kind") {
    Recording& run = run_of("05-the-mx-ladder");
    Finder finder(run);
    Wanted wanted;
    wanted.hosts = {run.setup().find_host("mail"), run.setup().find_host("mx1")};
    std::sort(wanted.hosts.begin(), wanted.hosts.end());
    std::size_t expected = 0;
    for (Entries::Reader at(run.entries, 0); !at.done(); at.next()) {
        const Who who = who_at(run, at.entry());
        const auto is = [&](NodeId node) {
            return node == wanted.hosts[0] || node == wanted.hosts[1];
        };
        expected += is(who.from) || is(who.to) ? 1 : 0;
    }
    CHECK(found_by(finder, wanted).size() == expected);
    CHECK(expected > 10);
    CHECK(expected < run.entries.size());

    wanted = {};
    wanted.talk = 3;
    wanted.kinds = bit(Kind::line);
    for (const std::uint32_t one : found_by(finder, wanted)) {
        CHECK(run.entries[one].kind() == Kind::line);
        CHECK(run.index().number_of(who_at(run, run.entries[one]).subject) == 3);
    }
    wanted = {};
    wanted.journey = 0;
    const auto message = found_by(finder, wanted);
    CHECK(message.size() > 10);
    CHECK(message.size() < run.entries.size());
}

TEST_CASE("every kind of row belongs to one switch") {
    std::uint32_t all = 0;
    for (const KindGroup& group : kind_groups) {
        CHECK((all & group.kinds) == 0);
        all |= group.kinds;
    }
    CHECK(all == 2 * bit(Kind::altered) - 1);  // the last of them
    CHECK(kinds_at_first == (all & ~bit(Kind::segment)));
}

TEST_CASE("filters find what reading every row finds, alone, together, and with words") {
    Recording& run = run_of("05-the-mx-ladder");
    Finder finder(run);  // reads the texts for the first words: filters before that look at the Trace
    const auto& index = run.index();
    const NodeId host = run.setup().find_host("mail");
    for (const std::uint32_t kinds : {all_kinds, kinds_at_first, kind_groups[2].kinds, bit(Kind::segment), 0U})
        for (const bool failures : {false, true})
            for (const bool at_host : {false, true})
                for (const std::uint32_t talk : {0U, 3U})
                    for (const char* const words : {"", "mx"}) {
                        Wanted wanted;
                        wanted.kinds = kinds;
                        wanted.failures = failures;
                        if (at_host) wanted.hosts = {host};
                        wanted.talk = talk;
                        wanted.words = words;
                        std::vector<std::uint32_t> expected;
                        const auto said = read_for(run, words);
                        for (std::uint32_t i = 0; i < run.entries.size(); ++i) {
                            const Entry entry = run.entries[i];
                            const Who who = who_at(run, entry);
                            if ((kinds & bit(entry.kind())) != 0 && (!failures || entry.failure()) &&
                                (!at_host || who.from == host || who.to == host) &&
                                (talk == 0 || index.number_of(who.subject) == talk) &&
                                (*words == 0 || std::binary_search(said.begin(), said.end(), i)))
                                expected.push_back(i);
                        }
                        INFO(kinds << failures << at_host << talk << words);
                        CHECK(found_by(finder, wanted) == expected);
                    }
}

TEST_CASE("filters find the same before the texts are read and afterwards") {
    for (const std::string& lab : labs()) {
        Recording& run = run_of(lab);
        if (run.entries.size() == 0) continue;  // that lab waits for its reader
        const auto& index = run.index();
        std::vector<Wanted> all;
        for (NodeId host = 0; host < run.setup().hosts.size(); ++host) all.emplace_back().hosts = {host};
        for (std::uint32_t talk = 1; talk <= index.conversations.size(); ++talk) all.emplace_back().talk = talk;
        for (std::uint32_t one = 0; one < index.journeys.size(); ++one) all.emplace_back().journey = one;
        if (!index.journeys.empty() && !index.conversations.empty()) {
            all.emplace_back().journey = 0;
            all.back().talk = 1;
        }
        Finder fresh(run), ready(run);
        ready.prepare();
        Wanted nowhere;
        nowhere.words = "no such words";
        CHECK(found_by(ready, nowhere).empty());  // waits for the texts
        CHECK(ready.prepared());
        std::size_t found = 0;
        for (const Wanted& wanted : all) {
            const auto rows = found_by(fresh, wanted);
            CHECK(found_by(ready, wanted) == rows);
            found += rows.size();
        }
        CHECK(found > 0);
    }
}

TEST_CASE("more than is kept is counted, and a question that nobody waits for is given up") {
    Recording& run = run_of("05-the-mx-ladder");
    Finder finder(run);
    Wanted wanted;
    wanted.words = "e";
    const std::size_t all = found_by(finder, wanted).size();
    REQUIRE(all > 20);
    wanted.found_max = 5;
    const auto answer = finder.ask(wanted);
    answer->wait();
    EntrySet some;
    CHECK(answer->take(some));
    CHECK(some.size() == 5);
    CHECK(answer->count() == all);
    for (int i = 0; i < 50; ++i) finder.ask(wanted);  // let go of at once
    CHECK(found_by(finder, wanted).size() == 5);
}

TEST_CASE("who says a row, found without its words, is who says it with them") {
    for (const std::string& lab : labs()) {
        const Recording& run = run_of(lab);
        for (std::size_t i = 0; i < run.entries.size(); ++i) {
            const Who who = who_at(run, run.entries[i]);
            const RowWords said = words_at(run, run.entries[i]);
            REQUIRE(who.from == said.from);
            REQUIRE(who.to == said.to);
            REQUIRE(who.subject == said.subject);
            CHECK_FALSE(said.text.empty());
        }
    }
}

TEST_CASE("the ladder's lines stream in when nobody is patient") {
    Scene scene("05-the-mx-ladder");
    REQUIRE(scene.app.show_only("ladder"));
    const Pixels patient = scene.picture();
    scene.app.view().patient = false;
    scene.app.view().only_hosts = {0, 1};
    // Frames go on while the search does; at its end the picture is the patient one's.
    scene.frames(1);  // asks
    for (int i = 0; i < 100'000 && scene.app.view().finder.busy(); ++i) scene.frames(1);
    scene.frames(4);  // takes what is left, and scrolls
    const Pixels streamed = scene.picture();
    scene.app.view().only_hosts = {};
    scene.app.view().patient = true;
    CHECK(difference(scene.picture(), patient) == 0);
    scene.app.view().only_hosts = {0, 1};
    CHECK(difference(scene.picture(), streamed) == 0);
}

}  // namespace postroad::viz
