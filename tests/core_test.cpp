// The core's streams against plain models of them: agenda, random numbers, trace, journal.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <queue>

#include "protocols/base/random.hpp"
#include "sim/core/agenda.hpp"
#include "sim/core/journal.hpp"
#include "sim/core/trace.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::sim;

namespace {

std::string some_words(Random& dice, std::uint64_t longest) {
    std::string out(dice.below(longest + 1), ' ');
    for (char& c : out) c = static_cast<char>(dice.below(256));
    return out;
}

// Later first, for std::priority_queue.
struct Later {
    bool operator()(const Event& a, const Event& b) const { return earlier(b, a); }
};
using Model = std::priority_queue<Event, std::vector<Event>, Later>;

Event event_at(Time time, std::uint64_t key) {
    Event out;
    out.time = time;
    out.key = key;
    out.a = static_cast<std::uint32_t>(key);
    return out;
}

// Near, far and at once: what a simulation of mail puts on its agenda.
Time delay(Random& dice) {
    switch (dice.below(6)) {
        case 0: return 0;
        case 1: return dice.below(1000);
        case 2: return dice.below(50 * millisecond);
        case 3: return dice.below(2 * second);
        case 4: return dice.below(5 * hour);
        default: return dice.below(2000 * hour);
    }
}

class TemporaryFile {
  public:
    TemporaryFile() {
        std::string name = (std::filesystem::temp_directory_path() / "postroad-XXXXXX").string();
        const int file = mkstemp(name.data());
        REQUIRE(file >= 0);
        ::close(file);
        path = name;
    }
    ~TemporaryFile() { std::remove(path.c_str()); }
    std::string path;
};

DecisionFact decision(std::uint64_t subject) { return {subject, 1, 0, 0}; }

}  // namespace

TEST_CASE("an agenda gives events in the order of a priority queue, and so do copies of it") {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        INFO("seed " << seed);
        Random dice{seed, 0};
        Agenda agenda;
        Model model;
        Time now = 0;
        std::uint64_t counter = 0;
        const std::uint64_t crowd = seed % 3 == 0 ? 20'000 : 200;
        std::vector<std::pair<Agenda, Model>> copies;
        for (std::uint64_t step = 0; step < 30'000; ++step) {
            const bool grow = agenda.size() < crowd;
            if (agenda.empty() || dice.below(10) < (grow ? 6U : 4U)) {
                Time at = now + delay(dice);
                if (dice.below(1000) == 0) at = never;
                const Event event =
                    event_at(at, event_key(static_cast<NodeId>(dice.below(9)), ++counter));
                agenda.push(event);
                model.push(event);
            } else {
                if (dice.below(4) == 0) CHECK(agenda.next() == model.top());
                if (model.top().time == never) continue;
                const Event event = agenda.pop();
                REQUIRE(event == model.top());
                model.pop();
                now = event.time;
            }
            REQUIRE(agenda.size() == model.size());
            if (step % 10'000 == 5'000) {
                copies.emplace_back(agenda, model);
                CHECK(copies.back().first == agenda);
                CHECK(copies.back().first.hash(1) == agenda.hash(1));
            }
        }
        copies.emplace_back(std::move(agenda), std::move(model));
        for (auto& [rest, expected] : copies) {
            bool same = true;
            while (!rest.empty() && same) {
                same = rest.pop() == expected.top();
                expected.pop();
            }
            CHECK(same);
            CHECK(expected.empty());
        }
    }
}

TEST_CASE("an agenda keeps its order when its load changes by a thousand times") {
    Agenda agenda;
    Model model;
    Random dice{11, 0};
    std::uint64_t counter = 0;
    Time now = 0;
    for (const Duration spread : {hour, millisecond, 100 * hour, microsecond, second}) {
        for (int i = 0; i < 20'000; ++i) {
            const Event event = event_at(now + dice.below(spread), ++counter);
            agenda.push(event);
            model.push(event);
        }
        for (int i = 0; i < 19'000; ++i) {
            const Event event = agenda.pop();
            REQUIRE(event == model.top());
            model.pop();
            now = event.time;
        }
    }
    while (!agenda.empty()) {
        REQUIRE(agenda.pop() == model.top());
        model.pop();
    }
}

TEST_CASE("an agenda gives back the memory of a rush, and its order stays") {
    Agenda agenda;
    Model model;
    Random dice{12, 0};
    std::uint64_t counter = 0;
    const auto plan = [&](Time at) {
        const Event event = event_at(at, ++counter);
        agenda.push(event);
        model.push(event);
    };
    for (int i = 0; i < 100'000; ++i) plan(1 + dice.below(200 * millisecond));
    for (int i = 0; i < 2'000; ++i) plan(dice.below(second));
    for (int i = 0; i < 20'000; ++i) plan(hour + dice.below(hour));
    const Agenda full = agenda;
    for (int i = 0; model.size() > 100; ++i) {
        REQUIRE(agenda.pop() == model.top());
        model.pop();
        if (i % 1'000 == 0) plan(model.top().time + dice.below(300 * millisecond));
    }
    CHECK(agenda.bytes() * 3 < full.bytes());
    CHECK(full.size() == 122'000);  // a copy keeps its pages
    while (!agenda.empty()) {
        REQUIRE(agenda.pop() == model.top());
        model.pop();
    }
}

TEST_CASE("random numbers have the distributions they say, and a stream goes on from its count") {
    Random dice{42, 0};
    constexpr std::uint64_t draws = 200'000;
    std::uint64_t sum = 0;
    std::map<std::uint64_t, std::uint64_t> faces;
    for (std::uint64_t i = 0; i < draws; ++i) {
        const std::uint64_t value = dice.below(6);
        ++faces[value];
        sum += dice.between(10, 20);
    }
    REQUIRE(faces.size() == 6);
    for (const auto& [face, count] : faces) {
        CHECK(face < 6);
        CHECK(count > draws / 6 * 97 / 100);
        CHECK(count < draws / 6 * 103 / 100);
    }
    CHECK(sum > draws * 15 * 99 / 100);
    CHECK(sum < draws * 15 * 101 / 100);

    std::uint64_t hits = 0;
    for (std::uint64_t i = 0; i < draws; ++i) hits += dice.chance((std::uint64_t{1} << 32) / 20);
    CHECK(hits > draws / 20 * 95 / 100);
    CHECK(hits < draws / 20 * 105 / 100);
    CHECK_FALSE(dice.chance(0));
    CHECK(dice.chance(std::uint64_t{1} << 32));

    // Exponential: its mean, its median (mean × ln 2), and one in e³ beyond three means.
    std::uint64_t total = 0;
    std::uint64_t below_median = 0;
    std::uint64_t beyond = 0;
    for (std::uint64_t i = 0; i < draws; ++i) {
        const std::uint64_t value = dice.exponential(1'000'000);
        total += value;
        below_median += value < 693'147;
        beyond += value > 3'000'000;
    }
    CHECK(total / draws > 985'000);
    CHECK(total / draws < 1'015'000);
    CHECK(below_median > draws * 49 / 100);
    CHECK(below_median < draws * 51 / 100);
    CHECK(beyond > draws * 47 / 1000);
    CHECK(beyond < draws * 53 / 1000);

    Random first{7, 0};
    for (int i = 0; i < 10; ++i) first.next();
    Random again{7, 10};
    CHECK(first.next() == again.next());
    Random other{8, 10};
    CHECK(other.next() != first.next());
}

TEST_CASE("a trace gives back its rows in order over many chunks, and takes a replay as the same") {
    Trace trace(Depth::bytes);
    std::vector<std::string> tails;
    Random dice{3, 0};
    for (std::uint64_t i = 0; i < 60'000; ++i) {
        tails.push_back(some_words(dice, i % 500 == 0 ? 60'000 : 60));
        trace.append(i, static_cast<NodeId>(i % 7), decision(i), tails[i]);
    }
    CHECK(trace.end() > 4 * chunk_bytes);
    CHECK(trace.rows() == tails.size());
    const auto holds = [&](const Trace& one, std::uint64_t rows) {
        std::uint64_t i = 0;
        for (auto at = one.read(); !at.done(); at.next(), ++i) {
            const RowView row = at.row();
            if (i >= rows || row.head().time != i || row.head().node != i % 7 ||
                row.head().fact != Fact::decision || row.as<DecisionFact>().subject != i ||
                row.tail<DecisionFact>() != tails[i])
                return false;
        }
        return i == rows;
    };
    CHECK(holds(trace, tails.size()));

    SECTION("a replay adds nothing and differs nowhere") {
        trace.rewind(0);
        for (std::uint64_t i = 0; i < tails.size(); ++i)
            trace.append(i, static_cast<NodeId>(i % 7), decision(i), tails[i]);
        CHECK(trace.divergence() == ~std::uint64_t{0});
        CHECK(trace.rows() == tails.size());
        CHECK(trace.position() == trace.end());
    }
    SECTION("a replay that differs is found where it does first") {
        trace.rewind(0);
        std::uint64_t where = 0;
        for (std::uint64_t i = 0; i < 1'000; ++i) {
            if (i == 500) where = trace.position();
            trace.append(i, static_cast<NodeId>(i % 7), decision(i == 500 ? 1 : i), tails[i]);
        }
        CHECK(trace.divergence() == where);
    }
    SECTION("forks share what was and go their own ways") {
        std::uint64_t middle = 0;
        std::uint64_t rows = 0;
        for (auto at = trace.read(); !at.done() && rows < 40'000; at.next(), ++rows)
            middle = at.position();
        --rows;
        Trace fork = trace.fork(middle);
        CHECK(fork.position() == middle);
        CHECK(holds(fork, rows));
        fork.append(9, 9, decision(9), "its own");
        trace.append(8, 8, decision(8), "the first's");
        std::uint64_t count = 0;
        std::string last;
        for (auto at = fork.read(); !at.done(); at.next(), ++count)
            last = at.row().tail<DecisionFact>();
        CHECK(count == rows + 1);
        CHECK(last == "its own");
        CHECK(trace.rows() == tails.size() + 1);
    }
}

TEST_CASE("a trace written to a file is read back, and little of it stays in memory") {
    const TemporaryFile file;
    std::vector<std::string> tails;
    Random dice{4, 0};
    {
        Trace trace(Depth::bytes, Trace::Keep::file);
        REQUIRE(trace.open_file(file.path));
        for (std::uint64_t i = 0; i < 40'000; ++i) {
            tails.push_back(some_words(dice, 200));
            trace.append(i, 1, decision(i), tails[i]);
        }
        CHECK(trace.end() > 4 * chunk_bytes);
        CHECK(trace.anonymous_bytes() <= 4 * chunk_bytes);
        // What is written already can be read while it goes on.
        std::uint64_t i = 0;
        bool same = true;
        for (auto at = trace.read(); !at.done(); at.next(), ++i)
            same = same && at.row().tail<DecisionFact>() == tails[i];
        CHECK(same);
        CHECK(i == tails.size());
        CHECK(trace.finish());
    }
    std::string error;
    const auto loaded = Trace::load(file.path, error);
    INFO(error);
    REQUIRE(loaded != nullptr);
    std::uint64_t i = 0;
    bool same = true;
    for (auto at = loaded->read(); !at.done(); at.next(), ++i)
        same = same && at.row().head().time == i && at.row().tail<DecisionFact>() == tails[i];
    CHECK(same);
    CHECK(i == tails.size());

    // Something that is no trace says so.
    std::FILE* const other = std::fopen(file.path.c_str(), "wb");
    REQUIRE(other != nullptr);
    std::fputs("From: alice@example.org\n", other);
    std::fclose(other);
    CHECK(Trace::load(file.path, error) == nullptr);
    CHECK_FALSE(error.empty());
    Trace nowhere(Depth::bytes, Trace::Keep::file);
    CHECK_FALSE(nowhere.open_file(file.path + "/no/such/folder"));
}

TEST_CASE("a journal is read back from its text, and a cut one up to its last whole line") {
    Random dice{6, 0};
    Journal journal;
    Time at = 0;
    for (std::uint32_t i = 0; i < 200; ++i) {
        at += dice.below(3) * second;
        const bool real = dice.below(3) == 0;
        journal.append({at, static_cast<Entry>(dice.below(14)), static_cast<NodeId>(dice.below(5)),
                        real ? real_peer_bit | i : i, some_words(dice, 40),
                        real ? dice.next() : 0});
    }
    const std::string text = journal.to_text();
    for (const char c : text) CHECK((c == '\n' || (c >= ' ' && c <= '~')));
    std::string error;
    bool cut = true;
    const Journal read = Journal::parse(text, error, cut);
    CHECK(error.empty());
    CHECK_FALSE(cut);
    CHECK(read == journal);

    for (std::size_t size = text.size() - 200; size < text.size(); ++size) {
        const Journal part = Journal::parse(std::string_view(text).substr(0, size), error, cut);
        REQUIRE(error.empty());
        CHECK(cut == (text[size - 1] != '\n'));
        CHECK(part.size() < journal.size());
        bool same = true;
        for (std::size_t i = 0; i < part.size(); ++i) same = same && part[i] == journal[i];
        CHECK(same);
    }

    Journal shorter = journal;
    shorter.truncate(10);
    CHECK(shorter.size() == 10);
    CHECK(journal.size() == 200);
    CHECK(shorter[9] == journal[9]);
    CHECK_FALSE(shorter == journal);
}

TEST_CASE("a journal that is not one is refused with the line that is wrong") {
    bool cut = false;
    for (const auto& [text, line] : std::map<std::string, std::string>{
             {"hello\n", "line 1:"},
             {"postroad-journal 1\n5 say 0 0 \"x\"\n4 say 0 0 \"y\"\n", "line 3:"},
             {"postroad-journal 1\n5 shout 0 0 \"x\"\n", "line 2:"},
             {"postroad-journal 1\n5 say 0 0 \"x\n", "line 2:"},
             {"postroad-journal 1\n5 say 0 0 \"\\x4\"\n", "line 2:"},
             {"postroad-journal 1\nsay\n", "line 2:"}}) {
        std::string error;
        Journal::parse(text, error, cut);
        INFO(text);
        CHECK(error.starts_with(line));
    }
}
