// The command as people use it, and what it says to their mistakes; in this process, on strings.
#include "command/command.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "command/output_file.hpp"
#include "command/talk_notes.hpp"
#include "sim/world/open.hpp"
#include "sim/world/world_make.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

constexpr const char* two_people = "tests/data/scenario/fifteen_lines.toml";

constexpr const char* mx_ladder = R"(number = 5
title = "The MX ladder"
goal = "Deliver though a host is down"
minutes = 45
[[prediction]]
id = "arrives"
asks = "Will the mail arrive?"
choices = [
    { says = "yes", when = { delivered = { to = "bob@example.net" } } },
    { says = "no" },
]
[[check]]
points = 3
says = "Bob gets the mail"
delivered = { to = "bob@example.net" }
[[check]]
points = 2
says = "Carol gets one too"
delivered = { to = "carol@example.net" }
)";

std::string read(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

void write(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
}

// A folder of its own with two labs; gone afterwards.
struct Place {
    fs::path folder;
    Place() {
        std::string name = (fs::temp_directory_path() / "postroad-test-XXXXXX").string();
        folder = ::mkdtemp(name.data());
        const std::string scenario = read(two_people);
        write(folder / "labs/00-first-message/lab.toml",
              "number = 0\ntitle = \"First message\"\ngoal = \"Follow one mail\"\nminutes = 15\n"
              "walkthrough = true\n");
        write(folder / "labs/00-first-message/scenario.toml", scenario);
        write(folder / "labs/05-the-mx-ladder/lab.toml",
              mx_ladder);
        write(folder / "labs/05-the-mx-ladder/scenario.toml", scenario);
        write(folder / "labs/05-the-mx-ladder/solution/scenario.toml", scenario);
        write(folder / "labs/README.md", "# Labs\n");
    }
    ~Place() { fs::remove_all(folder); }
    std::string operator/(const std::string& name) const { return (folder / name).string(); }
    bool has_leftovers() const {
        for (const auto& entry : fs::directory_iterator(folder))
            if (entry.path().string().find(".part") != std::string::npos) return true;
        return false;
    }
};

struct Result {
    int status = 0;
    std::string out, err;
};

Result postroad_command(const Place& place, const std::vector<std::string>& words,
               const std::string& typed = {}) {
    std::istringstream in(typed);
    std::ostringstream out, err;
    command::Io io{in, out, err};
    io.labs = place.folder / "labs";
    const int status = command::run_command(words, io);
    return {status, out.str(), err.str()};
}

}  // namespace

TEST_CASE("labs lists number, name, minutes, title and goal") {
    const Place place;
    const Result result = postroad_command(place, {"labs"});
    CHECK(result.status == 0);
    CHECK_THAT(result.out, ContainsSubstring(" 0  first-message") && ContainsSubstring("15 min") &&
                               ContainsSubstring("Deliver though a host is down"));
    const Result json = postroad_command(place, {"labs", "--json"});
    CHECK_THAT(json.out, ContainsSubstring("{\"number\":5,\"name\":\"05-the-mx-ladder\""));
}

TEST_CASE("a student edition has the labs and no solution") {
    const Place place;
    const std::string edition = place / "edition";
    CHECK(postroad_command(place, {"labs", "--student-edition", edition}).status == 0);
    CHECK(fs::exists(edition + "/05-the-mx-ladder/scenario.toml"));
    CHECK(fs::exists(edition + "/README.md"));
    CHECK_FALSE(fs::exists(edition + "/05-the-mx-ladder/solution"));
    CHECK_FALSE(place.has_leftovers());
    const Result again = postroad_command(place, {"labs", "--student-edition", edition});
    CHECK(again.status == 2);
    CHECK_THAT(again.err, ContainsSubstring("is there already"));
}

TEST_CASE("running a scenario ends with one message delivered and fetched") {
    const Place place;
    const Result result = postroad_command(place, {"run", two_people});
    CHECK(result.status == 0);
    CHECK(result.err.empty());
    CHECK_THAT(result.out, ContainsSubstring("1 sent, 1 delivered, 0 bounced, 0 still queued"));
    CHECK_THAT(result.out, ContainsSubstring("next: postroad show "));
    const Result json = postroad_command(place, {"run", two_people, "--json"});
    CHECK_THAT(json.out, ContainsSubstring("\"delivered\":1,") &&
                             ContainsSubstring("\"fetched\":1,"));
    CHECK(std::count(json.out.begin(), json.out.end(), '\n') == 1);
}

TEST_CASE("a walkthrough lab tells its story, another lab does not") {
    const Place place;
    const std::string story = postroad_command(place, {"run", "first-message"}).out;
    const std::string plain = postroad_command(place, {"run", "5"}).out;
    CHECK(story.size() > 2 * plain.size());
    CHECK_THAT(story, ContainsSubstring("EHLO"));
    CHECK_THAT(plain, !ContainsSubstring("EHLO"));
}

TEST_CASE("the same seed gives the same fingerprint at every depth, another seed another") {
    const Place place;
    const auto fingerprint = [&](std::vector<std::string> more) {
        more.insert(more.begin(), {"run", two_people, "--json"});
        const std::string out = postroad_command(place, more).out;
        return out.substr(out.find("\"fingerprint\""));
    };
    const std::string first = fingerprint({"--seed", "7"});
    CHECK(fingerprint({"--seed", "7"}) == first);
    CHECK(fingerprint({"--seed", "7", "--depth", "summary"}) == first);
    CHECK(fingerprint({"--seed", "7", "--depth", "lines"}) == first);
    CHECK(fingerprint({"--seed", "8"}) != first);
}

TEST_CASE("output files appear whole under their names") {
    const Place place;
    const Result result = postroad_command(place, {"run", two_people, "--pcap", place / "a.pcapng",
                                          "--trace", place / "a.trace"});
    CHECK(result.status == 0);
    CHECK(read(place / "a.pcapng").substr(0, 4) == "\x0a\x0d\x0d\x0a");  // section header block
    CHECK_FALSE(place.has_leftovers());
    const Result shown = postroad_command(place, {"show", place / "a.trace", "--scenario", two_people});
    CHECK(shown.status == 0);
    CHECK(shown.out == postroad_command(place, {"show", two_people}).out);
    CHECK_THAT(shown.out, ContainsSubstring("EHLO") && ContainsSubstring("5321 §"));
    CHECK(postroad_command(place, {"show", place / "a.trace"}).status == 2);
}

TEST_CASE("show narrows to a conversation, a node, a message, and says when there is none") {
    const Place place;
    const std::string whole = postroad_command(place, {"show", two_people}).out;
    const std::string one = postroad_command(place, {"show", two_people, "--conn", "1"}).out;
    CHECK_FALSE(one.empty());
    CHECK(one.size() < whole.size());
    CHECK(postroad_command(place, {"show", two_people, "--node", "mail"}).status == 0);
    CHECK(postroad_command(place, {"show", two_people, "--message", "1"}).status == 0);
    CHECK_THAT(postroad_command(place, {"show", two_people, "--conn", "999"}).err,
               ContainsSubstring("there is no conversation 999"));
    CHECK_THAT(postroad_command(place, {"show", two_people, "--node", "mial"}).err,
               ContainsSubstring("did you mean \"mail\"?"));
    CHECK_THAT(postroad_command(place, {"show", two_people, "--message", "77"}).err,
               ContainsSubstring("there is no message \"77\""));
}

TEST_CASE("a ladder that is piped has no colours, one on a terminal has") {
    const Place place;
    CHECK(postroad_command(place, {"show", two_people}).out.find('\x1b') == std::string::npos);
    for (const bool no_colour : {false, true}) {
        std::istringstream in;
        std::ostringstream out, err;
        command::Io io{in, out, err};
        io.out_is_terminal = true;
        io.no_colour = no_colour;
        CHECK(command::run_command({"show", two_people}, io) == 0);
        CHECK((out.str().find('\x1b') == std::string::npos) == no_colour);
    }
}

TEST_CASE("SMTP can be typed by hand, each reply is explained, and the mail arrives") {
    const Place place;
    const std::string typed =
        "EHLO me.example\nMAIL FROM:<alice@example.org>\nRCPT TO:<alice@example.org>\nDATA\n"
        "Subject: by hand\n\nhello\n.\nQUIT\n";
    const Result result = postroad_command(
        place, {"talk", "mail:25", two_people, "--journal", place / "talk.journal"}, typed);
    CHECK(result.status == 0);
    CHECK_THAT(result.out, ContainsSubstring("S: 220 ") && ContainsSubstring("S: 354 ") &&
                               ContainsSubstring("S: 221 "));
    CHECK_THAT(result.out, ContainsSubstring("# RFC 5321 §"));
    CHECK_THAT(result.out, ContainsSubstring("C: RCPT TO:<alice@example.org>"));
    CHECK_THAT(result.out, ContainsSubstring("delivered it to alice@example.org"));
    CHECK_THAT(result.out, !ContainsSubstring("bob@example.net"));  // not what was typed
    // What was typed is a journal, and happens again as it was.
    const Result again = postroad_command(place, {"run", two_people, "--json", "--journal",
                                         place / "talk.journal"});
    CHECK(again.status == 0);
    CHECK_THAT(again.out, ContainsSubstring("\"delivered\":2,"));
}

TEST_CASE("a verb in the wrong moment is answered, and typing may simply end") {
    const Place place;
    const Result result = postroad_command(place, {"talk", "mail:25", two_people}, "DATA\nHELLO\n");
    CHECK(result.status == 0);
    CHECK_THAT(result.out, ContainsSubstring("S: 503 ") && ContainsSubstring("S: 500 ") &&
                               ContainsSubstring("the connection is closed from here"));
}

TEST_CASE("who types to a port where nobody listens is told that it was refused") {
    const Place place;
    const Result result = postroad_command(place, {"talk", "mail:2525", two_people}, "EHLO x\n");
    CHECK(result.status == 0);
    CHECK_THAT(result.out, ContainsSubstring("no connection: "));
    const Result unknown = postroad_command(place, {"talk", "mial:25", two_people});
    CHECK(unknown.status == 2);
    CHECK_THAT(unknown.err, ContainsSubstring("did you mean \"mail:25\"?"));
}

TEST_CASE("every reply code of SMTP has a comment, and so has each class") {
    for (const char* reply : {"220 x", "250 x", "354 x", "421 x", "503 x", "550 x", "599 x"})
        CHECK_FALSE(command::note_on_reply(25, "FOO", reply).empty());
    CHECK(command::note_on_reply(25, "ehlo me", "250 x") !=
          command::note_on_reply(25, "MAIL FROM:<>", "250 x"));
    CHECK(command::note_on_reply(110, "STAT", "+OK 2 100") == "yes");
    for (const char* reply : {"", "250-more follows", "Subject: x"})
        CHECK(command::note_on_reply(25, "EHLO me", reply).empty());
}

TEST_CASE("check gives points with reasons, and status 1 until all are earned") {
    const Place place;
    const Result half = postroad_command(place, {"check", "the-mx-ladder"});
    CHECK(half.status == 1);
    CHECK_THAT(half.out, ContainsSubstring("[x]  3/3  Bob gets the mail") &&
                             ContainsSubstring("[ ]  0/2  Carol gets one too") &&
                             ContainsSubstring("3 of 5 points"));
    std::string mine = read(two_people);
    mine += "[people.carol]\naddress = \"carol@example.net\"\n[[timeline]]\nat = \"+1s\"\n"
            "send = { from = \"alice\", to = \"carol\", subject = \"too\", body = \"x\" }\n";
    write(place / "mine.toml", mine);
    const Result whole = postroad_command(place, {"check", "5", "--scenario", place / "mine.toml"});
    CHECK(whole.status == 0);
    CHECK_THAT(whole.out, ContainsSubstring("5 of 5 points"));
    const Result json = postroad_command(place, {"check", "5", "--json"});
    CHECK(json.status == 1);
    CHECK_THAT(json.out, ContainsSubstring("\"earned\":3,\"points\":5,\"passed\":false"));
    CHECK(postroad_command(place, {"check", "0"}).status == 0);  // watched, not graded
}

TEST_CASE("a prediction is kept, and judged by the run") {
    const Place place;
    const std::string file = place / "mine.toml";
    const auto predict = [&](std::vector<std::string> more) {
        more.insert(more.begin(), {"predict", "5", "--file", file});
        return postroad_command(place, more);
    };
    CHECK_THAT(predict({}).out, ContainsSubstring("1. Will the mail arrive?") &&
                                    ContainsSubstring("2  no"));
    CHECK_FALSE(fs::exists(file));
    CHECK(predict({"arives", "2"}).status == 2);
    CHECK_THAT(predict({"arives", "2"}).err, ContainsSubstring("did you mean \"arrives\"?"));
    CHECK(predict({"arrives", "3"}).status == 2);
    CHECK(predict({"arrives"}).status == 2);
    CHECK(predict({"arrives", "2"}).status == 0);
    CHECK_THAT(predict({}).out, ContainsSubstring("your prediction: no"));
    const std::string before = read(file);
    CHECK_THAT(postroad_command(place, {"check", "5", "--file", file}).out,
               ContainsSubstring("you said: no") && ContainsSubstring("it was:   yes"));
    // Whoever has been told the answer predicts no more.
    CHECK(predict({"arrives", "1"}).status == 2);
    CHECK_THAT(predict({"arrives", "1"}).err, ContainsSubstring("a prediction is made before"));
    CHECK_THAT(read(file), ContainsSubstring("\"arrives\" = \"no\"\n"));
    write(file, before);
    // Another lab's part stays as it was, and is not read for this one.
    write(file, read(file) + "[02-other]\ncolour = \"red\"\n");
    CHECK(predict({"arrives", "1"}).status == 0);
    CHECK_THAT(read(file), ContainsSubstring("[02-other]\ncolour = \"red\"\n") &&
                               ContainsSubstring("[05-the-mx-ladder]\n\"arrives\" = \"yes\"\n") &&
                               !ContainsSubstring("\"no\""));
    CHECK(postroad_command(place, {"check", "5", "--file", file}).status == 1);
    write(place / "other.toml", "colour = \"red\"\n");
    CHECK(postroad_command(place, {"check", "5", "--file", place / "other.toml"}).status == 2);
}

TEST_CASE("a run that reaches --events-max says so with status 3") {
    const Place place;
    const Result result = postroad_command(place, {"run", two_people, "--events-max", "20"});
    CHECK(result.status == 3);
    CHECK_THAT(result.err, ContainsSubstring("stopped after 20 events"));
    CHECK(postroad_command(place, {"run", two_people, "--until", "10s"}).status == 0);
}

TEST_CASE("mistakes are told with a way out, status 2, and nothing written") {
    const Place place;
    write(place / "bad/scenario.toml", "postroad = 1\n[hosts.mail]\ndomians = \"example.org\"\n");
    struct Mistake {
        std::vector<std::string> words;
        std::string says;
    };
    const std::string pcap = place / "out.pcapng";
    const std::vector<Mistake> mistakes = {
        {{"run", "frist-message"}, "did you mean \"first-message\"?"},
        {{"run", "frist-message"}, "and a lab in "},
        {{"rnu", "first-message"}, "did you mean `postroad run`?"},
        {{"first-message"}, "did you mean `postroad run first-message`?"},
        {{"run", place / "none.toml"}, "none.toml\": No such file or directory"},
        {{"run", place / "bad/scenario.toml", "--pcap", pcap}, "did you mean \"domains\"?"},
        {{"run", place / "bad/scenario.toml", "--pcap", pcap}, "3 | domians = \"example.org\""},
        {{"run", place / "labs"}, "labs\""},
        {{"run", two_people, "--pcap", place / "no/such/f.pcapng"}, "there is no folder"},
        {{"run", two_people, "--trace", place.folder.string()}, "it is a folder"},
        {{"run", two_people, "--until", "soon", "--pcap", pcap}, "--until \"soon\" is no moment"},
        {{"run", two_people, "--until", "1999-01-01T00:00:00Z"}, "before the scenario's start"},
        {{"run", two_people, "--seed", "x"}, "--seed"},
        {{"run", two_people, "--depth", "deep"}, "--depth"},
        {{"run", two_people, "--depth", "lines", "--pcap", pcap}, "a capture needs packets"},
        {{"run", two_people, "--pcap", pcap, "--at", "mial"}, "did you mean \"mail\"?"},
        {{"run", two_people, "--at", "mail"}, "--at goes with --pcap"},
        {{"run", two_people, "--journal", place / "none"}, "No such file"},
        {{"run", two_people, "--journal", two_people}, "fifteen_lines.toml"},
        {{"run"}, "LAB|FILE is required"},
        {{"run", two_people, "--colour"}, "--colour"},
        {{"show", two_people, "--scenario", two_people}, "goes with a trace"},
        {{"bench", "smpt"}, "smpt"},
        {{"test"}, "from a clone"},
    };
    for (const Mistake& mistake : mistakes) {
        INFO(mistake.words.size() << " words, the last is " << mistake.words.back());
        const Result result = postroad_command(place, mistake.words);
        CHECK(result.status == 2);
        CHECK(result.out.empty());
        CHECK_THAT(result.err, ContainsSubstring(mistake.says));
        CHECK_FALSE(fs::exists(pcap));
        CHECK_FALSE(place.has_leftovers());
    }
}

TEST_CASE("a file that is there stays as it was when the input is bad") {
    const Place place;
    write(place / "out.pcapng", "precious");
    postroad_command(place, {"run", two_people, "--pcap", place / "out.pcapng", "--at", "nowhere"});
    CHECK(read(place / "out.pcapng") == "precious");
}

TEST_CASE("help shows the first steps, and each subcommand has its own") {
    const Place place;
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{}, std::vector<std::string>{"--help"}}) {
        const Result result = postroad_command(place, words);
        CHECK(result.status == 0);
        CHECK_THAT(result.out, ContainsSubstring("postroad run first-message"));
    }
    for (const char* name : {"run", "show", "labs", "talk", "bench"})
        CHECK_THAT(postroad_command(place, {name, "--help"}).out, ContainsSubstring("--"));
    CHECK_THAT(postroad_command(place, {"--version"}).out, ContainsSubstring("postroad 0."));
}

TEST_CASE("a run ends where its scenario says, however often somebody looks") {
    const auto opened = sim::open_file(two_people);
    REQUIRE(opened);
    REQUIRE(*opened);
    const auto run = [&](std::uint64_t pieces) {
        sim::Simulation simulation(sim::make_world(opened->setup, 3), sim::Trace());
        while (pieces-- > 0) simulation.step();
        CHECK(sim::run_whole(simulation, {}) == sim::Stopped::quiet);
        return sim::fingerprint(simulation.world());
    };
    CHECK(run(0) == run(40));
}
