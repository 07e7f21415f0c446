// Helpers in firewall rules: declared, set by rules, printed, judged with their places, and told
// by exposure.
#include <string>
#include <vector>

#include "protocols/rpc/services.hpp"
#include "sim/net/ruleset.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::net;

namespace {

constexpr const char* plain = "ct helper rpc { type \"rpc\" protocol tcp; }\n";

Ruleset read(std::string_view text, std::vector<Problem>& problems, bool part = false) {
    NameBook names;
    names.part = part;
    return parse_ruleset(text, names, problems);
}

Ruleset rules(std::string_view text) {
    std::vector<Problem> problems;
    Ruleset out = read(text, problems);
    INFO(text);
    for (const Problem& p : problems) UNSCOPED_INFO(p.line << ":" << p.column << " " << p.what);
    REQUIRE(problems.empty());
    return out;
}

// "line:column what | hint", one a line.
std::string told(std::string_view text) {
    std::vector<Problem> problems;
    read(text, problems);
    std::string out;
    for (const Problem& p : problems)
        out += std::to_string(p.line) + ":" + std::to_string(p.column) + " " + p.what +
               (p.hint.empty() ? "" : " | " + p.hint) + "\n";
    return out;
}

PacketHeader to_port(std::uint16_t port) {
    PacketHeader out;
    out.src = make_v4(198, 51, 100, 9);
    out.dst = make_v4(192, 0, 2, 10);
    out.protocol = protocol_tcp;
    out.dst_port = port;
    out.tcp_flags = tcp_syn;
    return out;
}

}  // namespace

TEST_CASE("a helper is declared, set and printed as nftables does, and parses to the same") {
    const std::string text =
        "policy drop\n"
        "ct helper rpc { type \"rpc\" protocol tcp; }\n"
        "ct helper mail { type \"rpc\" protocol tcp; interfaces { store, directory, "
        "\"a4f1db00-ca47-1067-b31f-00dd010662da\" }; }\n"
        "tcp dport 135 ct helper set \"rpc\"\n"
        "tcp dport 135 counter log ct helper set \"mail\" accept comment \"Outlook\"\n";
    const Ruleset r = rules(text);
    CHECK(print(r) == text);
    CHECK(rules(print(r)) == r);
    REQUIRE(r.helpers.size() == 2);
    CHECK(r.helpers[0].interfaces.empty());
    CHECK(r.helpers[1].interfaces.size() == 3);
    CHECK(admits(r.helpers[0], rpc::find_service("service-control")->interface.uuid));
    CHECK(admits(r.helpers[1], rpc::find_service("store")->interface.uuid));
    CHECK(admits(r.helpers[1], rpc::find_service("directory")->interface.uuid));
    CHECK_FALSE(admits(r.helpers[1], rpc::find_service("service-control")->interface.uuid));
}

TEST_CASE("a declaration may be spread over lines, and stand behind the rules that set it") {
    const Ruleset r = rules(
        "tcp dport epmap ct helper set rpc accept\n"
        "ct helper \"rpc\" {\n  type \"rpc\" protocol tcp\n  interfaces {\n    store,\n"
        "    A4F1DB00-CA47-1067-B31F-00DD010662DA,\n  }\n}\n"
        "tcp dport 25 accept");
    REQUIRE(r.rules.size() == 2);
    CHECK(r.rules[0].helper == 0);
    CHECK(r.rules[1].helper == no_helper);
    CHECK(print_helper(r, 0) == "ct helper rpc { type \"rpc\" protocol tcp; interfaces { store, "
                                "\"a4f1db00-ca47-1067-b31f-00dd010662da\" }; }");
    CHECK(rules(print(r)) == r);
    const Ruleset named = rules(std::string("iifname \"lan\" tcp dport 135 ct helper set \"rpc\" "
                                            "accept comment \"in\"\n") + plain);
    CHECK(rules(print(named)) == named);
    CHECK(r.lines == std::vector<std::uint32_t>{1, 9});
    // Its name may be the word that sets one.
    CHECK(rules("ct helper set { type \"rpc\" protocol tcp; }\n"
                "tcp dport 135 ct helper set \"set\" accept")
              .rules[0]
              .helper == 0);
}

TEST_CASE("the first helper that a rule sets on the way to the verdict is the connection's") {
    const Ruleset r = rules(std::string("policy accept\n") + plain +
                            "ct helper other { type \"rpc\" protocol tcp; }\n"
                            "ip saddr 10.0.0.0/8 tcp dport 135 ct helper set \"other\"\n"
                            "tcp dport 135 ct helper set \"rpc\"\n"
                            "tcp dport 135 ct helper set \"other\"\n"
                            "tcp dport 25 accept\n"
                            "tcp dport { 25, 26 } ct helper set \"rpc\"\n");
    const auto helper = [&](std::uint16_t port) {
        return filter(r, to_port(port), ConntrackState::fresh, "", "").helper;
    };
    CHECK(helper(135) == 0);
    CHECK(helper(25) == no_helper);  // decided before
    CHECK(helper(26) == 0);
    CHECK(helper(27) == no_helper);
    CHECK(filter(r, to_port(135), ConntrackState::fresh, "", "").rule == -1);
}

TEST_CASE("what is wrong about a helper is told with its place, once, and hides nothing") {
    struct Case {
        const char* text;
        const char* said;
    };
    const Case cases[] = {
        {"tcp dport 135 ct helper set \"rcp\"\nct helper rpc { type \"rpc\" protocol tcp; }",
         "1:29 \"rcp\" is no helper of this firewall | did you mean \"rpc\"?\n"},
        {"tcp dport 135 ct helper set \"rpc\"",
         "1:29 \"rpc\" is no helper of this firewall | declare it: ct helper rpc { type \"rpc\" "
         "protocol tcp; }\n"},
        {"ct helper rpc { type \"rpc\" protocol tcp; interfaces { stoer } }\ntcp dprot 1 drop",
         "1:55 \"stoer\" is no interface that is known here | did you mean \"store\"?\n"
         "2:5 expected a word that goes with \"tcp\", found \"dprot\" | did you mean \"dport\"?\n"},
        {"ct helper rpc {\n type \"rpc\" protocol tcp\n interfaces {\n  store,\n  "
         "\"a4f1db00-ca47\"\n }\n}\naccept\ndorp",
         "5:3 \"a4f1db00-ca47\" is no interface that is known here\n"
         "9:1 expected a match or a verdict, found \"dorp\" | did you mean \"drop\"?\n"},
        {"ct helper rpc { type \"ftp\" protocol tcp; }",
         "1:22 expected a helper's type, found the string \"ftp\"\n"},
        {"ct helper rpc { type \"rpc\" protocol udp; }", "1:37 expected tcp, found \"udp\"\n"},
        {"ct helper rpc { protocol tcp; }", "1:17 expected \"type\", found \"protocol\"\n"},
        {"ct helper rpc { type \"rpc\" protocol tcp; l3proto ip; }",
         "1:42 \"l3proto\" is not used here | leave it out\n"},
        {"ct helper rpc { type \"rpc\" protocol tcp; interfaces { } }",
         "1:53 an empty set | name an interface, or leave `interfaces` out: then it opens for "
         "all\n"},
        {"ct helper rpc { type \"rpc\" protocol tcp; interfaces { store directory } }",
         "1:61 expected \",\" or \"}\", found \"directory\" | add a comma\n"},
        {"ct helper rpc { type \"rpc\" protocol tcp",
         "1:40 expected \"}\", found the end of the rules\n"},
        {"ct helper rpc { type \"rpc\" protocol tcp; } accept",
         "1:44 unexpected \"accept\" after the helper\n"},
        {"ct helper \"rpc\" accept", "1:17 expected \"{\", found \"accept\"\n"},
        {"ct helper rpc { type \"rpc\" protocol tcp; }\nct helper rpc { type \"rpc\" protocol tcp; }",
         "2:11 a second helper \"rpc\"\n"},
        {"ct helper rpc { type \"rpc\" protocol tcp; }\nudp dport 135 ct helper set \"rpc\"",
         "2:29 a helper that reads TCP, in a rule about more than TCP | begin the rule with `tcp "
         "dport 135`\n"},
        {"ct helper rpc { type \"rpc\" protocol tcp; }\nct helper set \"rpc\" accept",
         "2:15 a helper that reads TCP, in a rule about more than TCP | begin the rule with `tcp "
         "dport 135`\n"},
        {"ct helper rpc { type \"rpc\" protocol tcp; }\n"
         "tcp dport 135 ct helper set \"rpc\" dnat to 10.0.0.1",
         "2:29 a helper and a translation in one rule | make two rules of it\n"},
        {"tcp dport 135 ct helper sett \"rpc\"",
         "1:15 expected \"set\" behind \"ct helper\", found \"sett\"\n"},
    };
    for (const Case& c : cases) {
        INFO(c.text);
        CHECK(told(c.text) == c.said);
    }
}

TEST_CASE("one rule of a firewall may set a helper that is declared elsewhere in it") {
    std::vector<Problem> problems;
    read("tcp dport 135 ct helper set \"rpc\"", problems, true);
    CHECK(problems.empty());
}

TEST_CASE("rules are found by their lines, helpers and the policy are none") {
    const auto lines = rule_lines(
        "# begins\npolicy drop\nct helper rpc {\n type \"rpc\" protocol tcp; interfaces { store }\n}\n"
        "tcp dport {\n 25,\n 26\n} accept\n\ntcp dport 135 ct helper set \"rpc\"; drop");
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].first == 6);
    CHECK(lines[0].last == 9);
    CHECK(lines[1].first == 11);
    CHECK(lines[2].first == 11);
    CHECK(rule_lines("").empty());
    CHECK(rule_lines("ct helper set \"a\"").size() == 1);
    CHECK(rule_lines("ct helper set { }").empty());
}

TEST_CASE("exposure says where a helper reads along") {
    const Ruleset r = rules(std::string("policy drop\n") + plain +
                            "ct state established,related accept\n"
                            "meta nfproto ipv4 tcp dport 130-140 ct helper set \"rpc\"\n"
                            "ip daddr 192.0.2.10 tcp dport 135-200 accept");
    std::string out;
    for (const Opening& one : exposure(r)) out += describe(one) + "\n";
    CHECK(out == "tcp 135-140 over IPv4 from any to 192.0.2.10 with a helper\n"
                 "tcp 141-200 over IPv4 from any to 192.0.2.10\n");
}
