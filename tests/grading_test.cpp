// Lab files are read with every mistake told; facts in a Trace are found, or what came nearest.
#include "sim/grading/catalogue.hpp"
#include "sim/grading/grade.hpp"
#include "sim/grading/reference.hpp"
#include "sim/grading/student.hpp"
#include "sim/world/open.hpp"
#include "tests/catch.hpp"
#include "tests/views_sample.hpp"

using namespace postroad;
using namespace postroad::sim;
using namespace postroad::sim::grading;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr const char* head = "number = 1\ntitle = \"t\"\ngoal = \"g\"\nminutes = 15\n";

std::string problems_of(const std::string& text) {
    return scenario::to_text(load_lab(text, "lab.toml").problems);
}

Condition condition(const std::string& words) {
    const LoadedLab loaded =
        load_lab(head + ("[[check]]\npoints = 1\nsays = \"s\"\n" + words + "\n"), "lab.toml");
    INFO(scenario::to_text(loaded.problems));
    REQUIRE(loaded.ok());
    return loaded.lab.checks.front().asks;
}

// Two hosts, and what is written into their Trace by hand.
struct Sample {
    Sample() : trace(Depth::bytes), world{} {
        world.setup = std::make_shared<const Setup>(views_sample::make_setup());
    }
    Id connect(Time at, NodeId from, const net::Address& to, std::uint16_t port, bool up,
               Ending how) {
        ConversationFact fact;
        fact.conversation = Id{from} << 40 | ++count;
        fact.source = world.setup->addresses[from];
        fact.target = to;
        fact.target_port = port;
        trace.append(at, from, fact);
        if (up) trace.append(at + millisecond, from, EstablishedFact{fact.conversation});
        EndedFact end;
        end.conversation = fact.conversation;
        end.how = how;
        end.initiator = 1;
        trace.append(at + second, from, end);
        return fact.conversation;
    }
    void say(Time at, Id conversation, NodeId who, std::string_view words, bool initiator,
             std::uint16_t code = 0) {
        LineFact fact;
        fact.conversation = conversation;
        fact.octets = static_cast<std::uint32_t>(words.size());
        fact.code = code;
        fact.speech = initiator ? Speech::command : Speech::reply;
        fact.from_initiator = initiator ? 1 : 0;
        trace.append(at, who, fact, words);
    }
    Found find_in(const std::string& words) const {
        return find(condition(words), Evidence(trace, world));
    }
    Trace trace;
    World world;
    std::uint64_t count = 0;
};

}  // namespace

TEST_CASE("a mistyped key of a lab is told with its place and what was meant") {
    const std::string told = problems_of(std::string(head) + "wakthrough = true\n");
    CHECK_THAT(told, ContainsSubstring("lab.toml:5:1: error: unknown key \"wakthrough\""));
    CHECK_THAT(told, ContainsSubstring("did you mean \"walkthrough\"?"));
}

TEST_CASE("mistyped kinds, fields, reasons and outcomes of a check are told") {
    const std::string check = std::string(head) + "[[check]]\npoints = 1\nsays = \"s\"\n";
    CHECK_THAT(problems_of(check + "delivred = { to = \"bob\" }\n"),
               ContainsSubstring("did you mean \"delivered\"?"));
    CHECK_THAT(problems_of(check + "delivered = { two = \"bob\" }\n"),
               ContainsSubstring("did you mean \"to\"?"));
    CHECK_THAT(problems_of(check + "decision = { reason = \"mx_chosn\" }\n"),
               ContainsSubstring("did you mean \"mx_chosen\"?"));
    CHECK_THAT(problems_of(check + "connect = { outcome = \"refuse\" }\n"),
               ContainsSubstring("did you mean \"refused\"?"));
    CHECK_THAT(problems_of(check + "delivered = { by = \"soon\" }\n"),
               ContainsSubstring("a moment after the start"));
    CHECK_THAT(problems_of(check + "custody = { chain = \"mail\" }\n"),
               ContainsSubstring("must be a list"));
}

TEST_CASE("a check asks for one thing, and a lab for something") {
    const std::string check = std::string(head) + "[[check]]\npoints = 1\nsays = \"s\"\n";
    CHECK_THAT(problems_of(check), ContainsSubstring("asks for nothing"));
    CHECK_THAT(problems_of(check + "delivered = \"bob\"\nfetched = \"bob\"\n"),
               ContainsSubstring("asks for \"delivered\" and for \"fetched\""));
    CHECK_THAT(problems_of(check + "count = { of = { delivered = \"bob\" } }\n"),
               ContainsSubstring("neither \"at_least\" nor \"at_most\""));
    CHECK_THAT(problems_of(check + "order = [ { delivered = \"bob\" } ]\n"),
               ContainsSubstring("two facts or more"));
    CHECK_THAT(problems_of(head), ContainsSubstring("there is no [[check]]"));
    CHECK_THAT(problems_of("title = 3\n"), ContainsSubstring("must be a text in quotes"));
    CHECK_THAT(problems_of("title = \n"), ContainsSubstring("must be TOML"));
    CHECK_FALSE(load_lab(check, "lab.toml").ok());
}

TEST_CASE("a prediction names only misconceptions that the lab has") {
    const std::string text = std::string(head) +
                             "walkthrough = true\n[[prediction]]\nid = \"a\"\nasks = \"?\"\n"
                             "choices = [ { says = \"x\", misconception = \"nobody\" }, "
                             "{ says = \"y\", when = { delivered = \"bob\" } } ]\n";
    CHECK_THAT(problems_of(text), ContainsSubstring("there is no [[misconception]] \"nobody\""));
}

TEST_CASE("a connection is found by any name of its end, and by what came of it") {
    Sample sample;
    const net::Address mx = sample.world.setup->addresses[2];
    sample.connect(second, 1, mx, 25, false, Ending::refused);
    const Found found = sample.find_in("connect = { to = \"mx:25\", outcome = \"refused\" }");
    CHECK(found.holds);
    CHECK(found.final);
    CHECK(found.time == second);
    CHECK(found.conversation == 1);
    CHECK_THAT(found.why, ContainsSubstring("09:00:01.000 (conversation 1) mail tried mx:25"));
    CHECK(sample.find_in("connect = \"198.51.100.25:25\"").holds);
    CHECK(sample.find_in("connect = { to = \"MX.EXAMPLE.ORG\", port = 25 }").holds);
    CHECK_FALSE(sample.find_in("connect = { to = \"mx:25\", after = \"1s\" }").holds);
    CHECK(sample.find_in("connect = { to = \"mx:25\", by = \"1s\" }").holds);
    CHECK_FALSE(sample.find_in("connect = { to = \"mx:25\", before = \"1s\" }").holds);
}

TEST_CASE("what came nearest is told when a check is missed") {
    Sample sample;
    const net::Address mx = sample.world.setup->addresses[2];
    sample.connect(second, 1, mx, 25, true, Ending::closed);
    const Found missed = sample.find_in("connect = { to = \"mx:25\", outcome = \"refused\" }");
    CHECK_FALSE(missed.holds);
    CHECK_FALSE(missed.final);
    CHECK_THAT(missed.why, ContainsSubstring("the nearest: at 09:00:01.000"));
    CHECK_THAT(missed.why, ContainsSubstring("outcome is \"established\", not \"refused\""));
    CHECK_THAT(sample.find_in("bounce = { to = \"x\" }").why,
               ContainsSubstring("no report of failure was sent"));
}

TEST_CASE("order wants one fact behind the other, and says which came too early") {
    Sample sample;
    const net::Address mx = sample.world.setup->addresses[2];
    const net::Address mail = sample.world.setup->addresses[1];
    sample.connect(second, 1, mx, 25, true, Ending::closed);
    sample.connect(3 * second, 0, mail, 587, true, Ending::closed);
    CHECK(sample.find_in("order = [ { connect = \"mx:25\" }, { connect = \"mail:587\" } ]").holds);
    const Found wrong =
        sample.find_in("order = [ { connect = \"mail:587\" }, { connect = \"mx:25\" } ]");
    CHECK_FALSE(wrong.holds);
    CHECK_THAT(wrong.why, ContainsSubstring("came too early"));
}

TEST_CASE("counts have two bounds, and nothing can bring back too many") {
    Sample sample;
    const net::Address mx = sample.world.setup->addresses[2];
    const Id talk = sample.connect(second, 1, mx, 25, true, Ending::closed);
    sample.say(2 * second, talk, 2, "550 5.1.1 no such mailbox\r\n", false, 550);
    sample.say(3 * second, talk, 2, "550 5.1.1 no such mailbox\r\n", false, 550);
    CHECK(sample.find_in("count = { of = { line = { reply = 550 } }, at_least = 2 }").holds);
    CHECK(sample.find_in("count = { of = { line = { reply = \"5yz\" } }, at_least = 2 }").final);
    const Found over =
        sample.find_in("count = { of = { line = { reply = \"55z\" } }, at_most = 1 }");
    CHECK_FALSE(over.holds);
    CHECK(over.final);
    CHECK_FALSE(
        sample.find_in("count = { of = { line = { reply = \"4yz\" } }, at_least = 1 }").holds);
    const Found absent = sample.find_in("not_delivered = { to = \"bob\" }");
    CHECK(absent.holds);
    CHECK_FALSE(absent.final);
}

TEST_CASE("what an empty run fulfils too earns nothing without what it is given") {
    const LoadedLab loaded = load_lab(
        std::string(head) + "[[check]]\npoints = 2\nsays = \"s\"\nnot_delivered = \"bob\"\n"
                            "given = { connect = \"mx:25\" }\n",
        "lab.toml");
    REQUIRE(loaded.ok());
    Sample sample;
    CHECK(evaluate(loaded.lab, sample.trace, sample.world).front().earned == 0);
    sample.connect(second, 1, sample.world.setup->addresses[2], 25, true, Ending::closed);
    CHECK(evaluate(loaded.lab, sample.trace, sample.world).front().earned == 2);
}

TEST_CASE("part of an order or of a count earns part of the points, where the lab says so") {
    Sample sample;
    for (const Time at : {1 * second, 3 * second})
        sample.connect(at, 1, sample.world.setup->addresses[2], 25, true, Ending::closed);
    const auto earned = [&](const std::string& words) {
        const LoadedLab loaded =
            load_lab(head + ("[[check]]\npoints = 6\nsays = \"s\"\n" + words + "\n"), "lab.toml");
        INFO(scenario::to_text(loaded.problems));
        REQUIRE(loaded.ok());
        return evaluate(loaded.lab, sample.trace, sample.world).front();
    };
    const std::string count = "count = { of = { connect = \"mx:25\" }, at_least = 3 }";
    CHECK(earned(count).earned == 0);
    CHECK(earned(count + "\npartial = true").earned == 4);
    CHECK_THAT(earned(count + "\npartial = true").why, ContainsSubstring("2 of 3: "));
    // Too many is no part of what was asked for.
    CHECK(earned("count = { of = { connect = \"mx:25\" }, at_least = 1, at_most = 1 }\n"
                 "partial = true")
              .earned == 0);
    const std::string order = "order = [ { connect = \"mx:25\" }, { connect = \"mx:25\" }, "
                              "{ connect = \"mx:110\" } ]";
    CHECK(earned(order + "\npartial = true").earned == 4);
    CHECK(earned(order + "\npartial = true\ngiven = { connect = \"mx:110\" }").earned == 0);
    CHECK_THAT(
        problems_of(std::string(head) +
                    "[[check]]\npoints = 1\nsays = \"s\"\npartial = true\nconnect = \"mx:25\"\n"),
        ContainsSubstring("\"partial\" is for order and count"));
}

TEST_CASE("a student's variant is always the same, and one that cannot be is told at its place") {
    const LoadedLab loaded = load_lab(
        std::string(head) +
            "walkthrough = true\n[[variant]]\nname = \"slow\"\nset = { title = \"slow\" }\n"
            "[[variant]]\nname = \"odd\"\nset = { \"hosts.moon.os\" = 3 }\n",
        "lab.toml");
    INFO(scenario::to_text(loaded.problems));
    REQUIRE(loaded.ok());
    CHECK(student_seed(" S42 ") == student_seed("s42"));
    CHECK(student_seed("s42") != student_seed("s43"));
    std::size_t slow = 0;
    for (int student = 0; student < 40; ++student) {
        const std::string name = "s" + std::to_string(student);
        CHECK(variant_of(loaded.lab, name) == variant_of(loaded.lab, " " + name));
        slow += variant_of(loaded.lab, name)->name == "slow";
    }
    CHECK(slow > 8);
    CHECK(slow < 32);
    const Opened given =
        open_scenario("postroad = 1\n[hosts.mail]\ndomains = \"example.org\"\n", "s.toml");
    REQUIRE(given);
    const Opened own = as_variant(given, loaded.lab.variants[0], "s.toml", {});
    REQUIRE(own);
    CHECK(own.setup->scenario.title == "slow");
    const Opened odd = as_variant(given, loaded.lab.variants[1], "s.toml", {});
    CHECK_FALSE(odd);
    CHECK_THAT(scenario::to_text(odd.problems),
               ContainsSubstring("lab.toml:9:") &&
                   ContainsSubstring("the variant \"odd\" cannot set hosts.moon.os"));
    CHECK_THAT(problems_of(std::string(head) + "walkthrough = true\n[[variant]]\nname = \"x\"\n"),
               ContainsSubstring("\"set\" is missing"));
}

TEST_CASE("predictions are read as they were written, and others are told") {
    const LoadedLab loaded = load_lab(
        std::string(head) +
            "walkthrough = true\n"
            "[[prediction]]\nid = \"who\"\nasks = \"Who?\"\nchoices = [ { says = \"the first\", "
            "when = { delivered = \"bob\" } }, { says = \"the second\" } ]\n"
            "[[prediction]]\nid = \"many\"\nasks = \"How many?\"\nnumber_of = { connect = {} }\n",
        "lab.toml");
    INFO(scenario::to_text(loaded.problems));
    REQUIRE(loaded.ok());
    const Predictions written{{"many", "3"}, {"who", "the first"}};
    scenario::Problems problems;
    CHECK(parse_predictions(to_text(written), "p.toml", loaded.lab, problems) == written);
    CHECK(problems.empty());
    parse_predictions("who = \"the third\"\n", "p.toml", loaded.lab, problems);
    CHECK_THAT(scenario::to_text(problems), ContainsSubstring("does not answer \"Who?\""));
    CHECK(choice_of(loaded.lab.predictions[0], "2") == 1);
    CHECK(choice_of(loaded.lab.predictions[0], "The Second") == 1);
    CHECK(choice_of(loaded.lab.predictions[0], "the") == -1);
    CHECK(choice_of(loaded.lab.predictions[0], "3") == -1);
}

TEST_CASE("a lab is found with its number, without it, and by the number alone") {
    std::string hint;
    for (const char* words : {"05-the-mx-ladder", "the-mx-ladder", "05", "5"}) {
        const auto found = find_lab("labs", words, hint);
        REQUIRE(found.has_value());
        CHECK(found->name == "05-the-mx-ladder");
    }
    CHECK_FALSE(find_lab("labs", "the-mx-lader", hint).has_value());
    CHECK_THAT(hint, ContainsSubstring("did you mean \"the-mx-ladder\"?"));
}

TEST_CASE("labs/CHECKS.md is what the table of kinds says, and its example is a lab") {
    const auto written = read_whole_file("labs/CHECKS.md");
    REQUIRE(written.has_value());
    CHECK(*written == checks_reference());
    const std::size_t from = written->find("```toml\n") + 8;
    const std::string example = written->substr(from, written->find("```", from) - from);
    const LoadedLab loaded = load_lab(example, "example");
    INFO(scenario::to_text(loaded.problems));
    CHECK(loaded.ok());
    CHECK(loaded.lab.points() == 5);
}
