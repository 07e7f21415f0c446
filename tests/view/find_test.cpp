// Searching and filtering on a thread of their own: what is found is what somebody would find who
// reads every row.
#include "tests/view/scene.hpp"
#include "viz/model/find.hpp"

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
