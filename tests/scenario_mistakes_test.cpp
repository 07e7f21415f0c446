// What a person is told about a mistake in a scenario, word for word (tests/data/scenario/).
#include "sim/scenario/load.hpp"
#include "tests/catch.hpp"

#include <fstream>
#include <sstream>

using namespace postroad::scenario;

namespace {

struct Mistake {
    std::string name, scenario, says;
};

std::vector<Mistake> mistakes() {
    std::ifstream in("tests/data/scenario/mistakes.txt", std::ios::binary);
    std::vector<Mistake> out;
    std::string line;
    bool says = false;
    while (std::getline(in, line)) {
        if (line.rfind("==== ", 0) == 0) {
            if (!out.empty()) out.back().says.pop_back();  // the empty line between blocks
            out.push_back({line.substr(5), {}, {}});
            says = false;
        } else if (line == "---- says")
            says = true;
        else if (!out.empty())
            (says ? out.back().says : out.back().scenario) += line + "\n";
    }
    return out;
}

}  // namespace

TEST_CASE("each kind of mistake is told with its place, a caret and a way out") {
    const auto all = mistakes();
    REQUIRE(all.size() > 35);
    for (const Mistake& one : all) {
        INFO(one.name);
        CHECK(to_text(load(one.scenario, "scenario.toml").problems) == one.says);
    }
}

TEST_CASE("a scenario with an error is not half-loaded, one with a warning is whole") {
    for (const Mistake& one : mistakes()) {
        INFO(one.name);
        const Loaded loaded = load(one.scenario, "scenario.toml");
        const bool warning_only = one.says.find(": error: ") == std::string::npos;
        CHECK(loaded.ok() == warning_only);
        CHECK((loaded.declared == Scenario{}) == !warning_only);
        CHECK((loaded.complete == Scenario{}) == !warning_only);
    }
}

TEST_CASE("bytes that are not UTF-8 are refused where they stand") {
    for (const char* bad : {"\xfc", "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82"}) {
        const Loaded loaded =
            load("postroad = 1\ntitle = \"B" + std::string(bad) + "cher\"\n", "s.toml");
        REQUIRE(loaded.problems.list().size() == 1);
        CHECK(loaded.problems.list()[0].what == "this is not UTF-8");
        CHECK(loaded.problems.list()[0].place == Place{"s.toml", 2, 11});
    }
    CHECK(load("\xef\xbb\xbfpostroad = 1\n", "s.toml").ok());
}

TEST_CASE("firewall rules are judged by whoever knows their words, at their place in the file") {
    Surroundings around;
    std::vector<std::string> judged;
    around.check_rules = [&](const Located& rules, bool single, const Scenario&,
                             Problems& problems) {
        judged.push_back(rules.text + (single ? "|one" : "|many"));
        if (rules.text == "alow\n")
            problems.add({Severity::error, rules.place, 4, "no such word", {}, {}, {}});
    };
    const Loaded loaded = load("postroad = 1\n[firewalls.a]\nrules = "
                               "'''\nalow\n'''\n[firewalls.b]\nrules = \"\"\"drop\"\"\"\n"
                               "[[timeline]]\nfirewall = { firewall = \"a\", rule = 'accept' }\n",
                               "s.toml", around);
    CHECK(judged == std::vector<std::string>{"alow\n|many", "drop|many", "accept|one"});
    CHECK(to_text(loaded.problems) == "s.toml:4:1: error: no such word\n  4 | alow\n    | ^~~~\n");
}

TEST_CASE("zones are judged too, and a bad record of a made zone is shown where it was written") {
    Surroundings around;
    around.check_zone = [](const Located& text, const std::string& origin, Problems& problems) {
        if (text.text.find("bad") != std::string::npos)
            problems.add({Severity::error, text.place, 3, "no record in " + origin, {}, {}, {}});
    };
    const Loaded loaded =
        load("postroad = 1\n[hosts.m]\ndomains = \"example.org\"\n[domains.\"example.org\"]\n"
             "records = \"bad\"\n[zones.\"example.net\"]\ntext = \"bad\"\n",
             "s.toml", around);
    CHECK(to_text(loaded.problems) ==
          "s.toml:5:11: error: no record in example.org\n  5 | records = \"bad\"\n    |           "
          "^~~~~\n"
          "s.toml:7:9: error: no record in example.net\n  7 | text = \"bad\"\n    |         ^~~\n");
}

TEST_CASE("messages and zones come from files beside the scenario, with their own places") {
    Surroundings around;
    std::vector<std::string> asked;
    around.read_file = [&](const std::string& path) -> std::optional<std::string> {
        asked.push_back(path);
        return path == "mail/hello.eml" ? "Subject: hi\r\n\r\nhello\r\n" : "@ NS ns\n";
    };
    const Loaded loaded =
        load("postroad = 1\n[hosts.m]\ndomains = "
             "\"example.org\"\n[people.a]\n[zones.\"example.org\"]\nfile = \"z\"\n"
             "[[timeline]]\nsend = { from = \"a\", to = \"a\", eml = \"mail/hello.eml\" }\n",
             "s.toml", around);
    CHECK(to_text(loaded.problems) == "");
    CHECK(asked == std::vector<std::string>{"z", "mail/hello.eml"});
    REQUIRE(loaded.complete.zones.size() > 1);
    CHECK(loaded.complete.zones[0].text.text == "@ NS ns\n");
    CHECK(loaded.complete.zones[0].text.place == Place{"z", 1, 1});
    CHECK(std::get<Send>(loaded.complete.timeline.at(0).action).message.text ==
          "Subject: hi\r\n\r\nhello\r\n");
    for (const char* inside : {"a", "a/b.eml", "a..b"}) CHECK(stays_inside(inside));
    for (const char* outside : {"", "/etc/x", "..", "a/../b", "./a", "a//b", "a\\b", "a/"})
        CHECK_FALSE(stays_inside(outside));
}

TEST_CASE("the timeline is sorted by time and keeps the file's order among equals") {
    const Loaded loaded = load("postroad = 1\n[[timeline]]\nat = \"+2s\"\nbookmark = "
                               "\"c\"\n[[timeline]]\nat = 2010-09-01T08:00:01Z\nbookmark = \"a\"\n"
                               "[[timeline]]\nat = \"1s\"\nbookmark = \"b\"\n",
                               "s.toml");
    REQUIRE(to_text(loaded.problems) == "");
    std::string order;
    for (const Event& event : loaded.declared.timeline)
        order += std::get<Bookmark>(event.action).text;
    CHECK(order == "abc");
}

TEST_CASE("long and hostile lines are clipped and cleaned in an excerpt") {
    const std::string text =
        "postroad = 1\ntitle = \"" + std::string(300, 'x') + "\"; \"\\u001b[2J\"\n";
    const std::string said = to_text(load(text, "s\x1b.toml").problems);
    CHECK(said.find('\x1b') == std::string::npos);
    for (std::size_t at = 0, end = 0; (end = said.find('\n', at)) != std::string::npos;
         at = end + 1)
        CHECK(end - at < 130);
    CHECK(to_text(load("postroad = 1\nx = 1\n", "s.toml").problems, true)
              .find("\x1b[1;31merror: \x1b[0m") != std::string::npos);
}
