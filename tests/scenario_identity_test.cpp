// Whole scenarios: the fifteen-line one, generated worlds, and what is worked out for them.
#include "sim/scenario/complete.hpp"
#include "sim/scenario/generate.hpp"
#include "sim/scenario/load.hpp"
#include "sim/scenario/print.hpp"
#include "sim/scenario/reference.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

using namespace postroad::scenario;

namespace {

std::string slurp(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::stringstream out;
    out << in.rdbuf();
    return out.str();
}

}  // namespace

TEST_CASE("two organisations and one mail take fifteen lines") {
    const std::string text = slurp("tests/data/scenario/fifteen_lines.toml");
    CHECK(text == smallest_example);
    CHECK(std::count(text.begin(), text.end(), '\n') == 15);
    const Loaded loaded = load(text, "fifteen_lines.toml");
    REQUIRE(to_text(loaded.problems) == "");
    const Scenario& s = loaded.complete;
    CHECK(s.start.unix_s == 1'283'328'000);
    const Host* mail = find_host(s, "mail");
    REQUIRE(mail != nullptr);
    CHECK(mail->names[0] == "mail.example.org");
    CHECK(to_text(mail->address.at(0)) == "192.0.2.2");
    CHECK(mail->services.size() == 6);
    const Person* bob = find_person(s, "bob");
    REQUIRE(bob != nullptr);
    CHECK(bob->mailbox == "post");
    CHECK(bob->submits_to == Endpoint{"post", 587});
    CHECK(bob->device == "bob-pc");
    REQUIRE(find_host(s, "bob-pc") != nullptr);
    CHECK(find_host(s, "bob-pc")->runs(Service::mua));
    CHECK(find_host(s, "bob-pc")->resolver == "post");
    REQUIRE(std::holds_alternative<Send>(s.timeline.at(0).action));
    CHECK(std::get<Send>(s.timeline[0].action).to.at(0) == "bob@example.net");
    const auto zone = std::find_if(s.zones.begin(), s.zones.end(),
                                   [](const Zone& one) { return one.origin == "example.org"; });
    REQUIRE(zone != s.zones.end());
    CHECK(zone->text.text ==
          "$ORIGIN example.org.\n$TTL 3600\n"
          "@ IN SOA mail.example.org. hostmaster.example.org. 1 7200 900 1209600 300\n"
          "@ IN NS mail.example.org.\n@ IN MX 10 mail.example.org.\n"
          "mail.example.org. IN A 192.0.2.2\nalice-pc.example.org. IN A 192.0.2.3\n");
}

TEST_CASE("a printed scenario reads back as the same scenario") {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        INFO("generate(" << seed << ")");
        const Scenario world = generate(seed);
        const std::string text = print(world);
        const Loaded once = load(text, "generated.toml");
        REQUIRE(to_text(once.problems) == "");
        REQUIRE(once.declared == world);
        REQUIRE(print(once.declared) == text);
        REQUIRE(complete(world) == once.complete);
        const Loaded twice = load(print(once.complete), "completed.toml");
        REQUIRE(to_text(twice.problems) == "");
        REQUIRE(twice.declared == once.complete);
        REQUIRE(twice.complete == once.complete);
    }
}

TEST_CASE("awkward texts survive being printed") {
    Scenario s = load(smallest_example, "x").declared;
    Send& send = std::get<Send>(s.timeline[0].action);
    for (const std::string body : {"a\nb\n", "'''\n", "it's\n'", "\"\"\"\n\\", "tab\there\r\n",
                                   "\x01\x7f\n", "\n\n", "", "ü\n", "back\\slash", "a\r\nb"}) {
        send.body = body;
        s.description = body;
        const Loaded again = load(print(s), "printed.toml");
        INFO(print(s));
        REQUIRE(to_text(again.problems) == "");
        REQUIRE(again.declared == s);
    }
}

TEST_CASE("the same seed gives the same world and another seed another") {
    CHECK(generate(7) == generate(7));
    CHECK_FALSE(print(generate(7)) == print(generate(8)));
}

TEST_CASE("labs/README.md is what the schema says") {
    CHECK(slurp("labs/README.md") == reference());
}

TEST_CASE("every example in the reference is read without a complaint about it") {
    std::istringstream lines(all_examples());
    std::string line;
    int count = 0;
    while (std::getline(lines, line)) {
        const std::size_t a = line.find('|');
        const std::size_t b = line.find('|', a + 1);
        std::string title = line.substr(0, a);
        const std::string key = line.substr(a + 1, b - a - 1);
        std::string example = line.substr(b + 1);
        // Only breaks that stand for real ones: inside ''' strings.
        if (example.rfind("'''", 0) == 0)
            for (std::size_t at; (at = example.find("\\n")) != std::string::npos;)
                example.replace(at, 2, "\n");
        std::string header;
        const std::string in = " in [[timeline]]";
        if (title == "At the top")
            header = "";
        else if (title.find(in) != std::string::npos)
            header = "[[timeline]]\n[timeline." + title.substr(0, title.find(' ')) + "]\n";
        else if (title == "down = [{ ... }] in [[links]]")
            header = "[[links]]\n[[links.down]]\n";
        else if (title == "size = [{ ... }] in [[workloads]]")
            header = "[[workloads]]\n[[workloads.size]]\n";
        else if (title == "resources = [{ ... }] in [hosts.NAME.http]")
            header = "[[hosts.NAME.http.resources]]\n";
        else if (title == "mta_sts = { ... } in [domains.\"NAME\"]")
            header = "[domains.\"NAME\".mta_sts]\n";
        else
            header = title + "\n";
        const std::string value = (key == "postroad" && header.empty() ? "" : "postroad = 1\n") +
                                  header + key + " = " + example + "\n";
        Surroundings around;
        around.read_file = [](const std::string&) { return std::string("text\n"); };
        const Loaded loaded = load(value, "example.toml", around);
        for (const Problem& problem : loaded.problems.list()) {
            INFO(value << to_text(problem));
            const bool about_others =
                problem.what.find("there is no") == 0 ||
                problem.what.find("is missing") != std::string::npos ||
                problem.what.find("has no") != std::string::npos ||
                problem.what.find("nobody") != std::string::npos ||
                problem.what.find("different ends") != std::string::npos ||
                problem.what.find("never ends") != std::string::npos ||
                problem.what.find("leads nowhere") != std::string::npos ||
                problem.what.find("is empty") != std::string::npos ||
                problem.what.find("not on its network") != std::string::npos ||
                problem.what.find("recipients") != std::string::npos ||
                problem.what.find("\"remove\"") != std::string::npos ||
                problem.what.find("does nothing") != std::string::npos ||
                problem.what.rfind("set ", 0) == 0;
            CHECK(about_others);
        }
        ++count;
    }
    CHECK(count > 100);
}

TEST_CASE("set_value changes one key and tells what is wrong with a path") {
    Scenario s = load(smallest_example, "x").complete;
    CHECK(set_value(s, "hosts.mail.smtp.open_relay", "true").empty());
    CHECK(find_host(s, "mail")->smtp.open_relay);
    CHECK(find_host(s, "mail")->services.size() == 6);
    CHECK(set_value(s, "networks.example-org.blocks", "[25]").empty());
    CHECK(find_network(s, "example-org")->blocks == std::vector<std::uint16_t>{25});
    const Scenario before = s;
    CHECK(to_text(set_value(s, "hosts.mail.smtp.open_rely", "true")) ==
          "set:1:17: error: unknown key \"open_rely\" in [hosts.mail.smtp]\n"
          "  1 | hosts.mail.smtp.open_rely = true\n"
          "    |                 ^~~~~~~~~\n"
          "  did you mean \"open_relay\"?\n");
    CHECK(set_value(s, "hosts.nail.smtp.open_relay", "true").any_error());
    CHECK(to_text(set_value(s, "people." + s.people.at(0).name + ".mail", "\"other.mbox\""))
              .find("\"mail\" names a file, which cannot change") != std::string::npos);
    CHECK(set_value(s, "hosts.mail.resolver", "\"nowhere\"").any_error());
    CHECK(set_value(s, "hosts.mail", "3").any_error());
    CHECK(set_value(s, "", "").any_error());
    CHECK(s == before);
}
