// Somebody on a line: what each policy costs and saves, and what he can do to whom.
#include "sim/net/attacker_bend.hpp"
#include "sim/views/pcapng.hpp"
#include "tests/tls_world.hpp"

#include <fstream>

using namespace postroad;
using namespace postroad::sim;

namespace {

std::size_t delivered_times(const Simulation& simulation) {
    std::size_t out = 0;
    for (auto at = simulation.trace().read(); !at.done(); at.next())
        out += at.row().head().fact == Fact::custody &&
               at.row().as<CustodyFact>().move == CustodyMove::delivered;
    return out;
}

bool learnt(const Simulation& simulation) {
    return decided(simulation, Reason::attacker_read_message);
}

// Alice's server hands a mail to Bob's, and somebody sits on the line of Alice's.
std::string between_servers(const std::string& policy, const std::string& attack) {
    return "until = \"+2h\"\n[networks.home]\n[networks.away]\n[[links]]\nbetween = [\"home\", \"away\"]\n"
           "[hosts.mail]\nnetwork = \"home\"\ndomains = \"example.org\"\ntls.policy = \"" + policy +
           "\"\n[hosts.mx]\nnetwork = \"away\"\ndomains = \"example.net\"\ntls.offer = true\n"
           "[hosts.mallory]\nnetwork = \"away\"\nservices = [\"mta\", \"resolver\"]\nsmtp.open_relay = true\n"
           "tls.offer = true\ntls.certificate = \"fake\"\n"
           "[authorities.mallory-ca]\ntrusted = false\n"
           "[certificates.fake]\nnames = \"mx.example.net\"\nissuer = \"mallory-ca\"\n"
           "[people.alice]\naddress = \"alice@example.org\"\n"
           "[people.bob]\naddress = \"bob@example.net\"\n"
           "[[timeline]]\nsend = { from = \"alice\", to = \"bob\", subject = \"s\", "
           "body = \"a secret plan\" }\n[[attackers]]\nlink = \"home--away\"\n" +
           attack;
}

}  // namespace

TEST_CASE("the attack matrix: what each policy costs and saves with somebody on the line") {
    struct Row {
        std::string policy, port;
        bool learns_by_watching, learns_by_stripping, stripped_arrives;
    };
    const std::vector<Row> rows = {
        {"none", "587", true, true, true},
        {"opportunistic", "587", false, true, true},
        {"required", "587", false, false, false},
        {"verified", "587", false, false, false},
        {"opportunistic", "465", false, false, true},  // nothing is offered: nothing to write over
        {"verified", "465", false, false, true},
    };
    for (const Row& row : rows)
        for (const std::string attack : {"", "watch", "strip"}) {
            std::string text =
                "until = \"+30m\"\n[networks.cafe]\n[hosts.mail]\ndomains = \"example.org\"\n"
                "tls.offer = true\ntls.implicit = true\ntls.auth_without_tls = true\n"
                "[hosts.laptop]\nnetwork = \"cafe\"\n[people.bob]\naddress = \"bob@example.org\"\n"
                "[people.alice]\naddress = \"alice@example.org\"\ndevice = \"laptop\"\n"
                "submits_to = \"mail:" +
                row.port + "\"\ntls = \"" + row.policy +
                "\"\n"
                "[[timeline]]\nsend = { from = \"alice\", to = \"bob\", subject = \"s\", "
                "body = \"a secret plan\" }\n";
            if (!attack.empty()) text += "[[attackers]]\nlink = \"laptop--cafe\"\n";
            if (attack == "strip") text += "strip_starttls = true\n";
            const auto simulation = whole_run(text);
            INFO(row.policy << " " << row.port << " " << attack);
            const bool learns = (attack == "watch" && row.learns_by_watching) ||
                                (attack == "strip" && row.learns_by_stripping);
            CHECK(decided(*simulation, Reason::attacker_read_password, "alice") == learns);
            CHECK(decided(*simulation, Reason::attacker_read_message) == learns);
            CHECK(decided(*simulation, Reason::attacker_stripped) ==
                  (attack == "strip" && row.port == "587"));
            CHECK(delivered(*simulation) == (attack != "strip" || row.stripped_arrives));
            // Where the policy forbids it, nothing of worth is on any line in the clear.
            const bool strict = row.policy == "required" || row.policy == "verified";
            if (strict) CHECK(wire_of(*simulation).find("secret plan") == std::string::npos);
        }
}

TEST_CASE("what is injected behind STARTTLS is told, and run by who is vulnerable alone") {
    for (const bool vulnerable : {false, true}) {
        const std::string text = std::string("until = \"+1m\"\n[hosts.mx]\ndomains = "
                                             "\"example.net\"\ntls.offer = true\n") +
                                 (vulnerable ? "tls.vulnerable = true\n" : "");
        Simulation simulation(make_world(mail_setup(text), 1), Trace(Depth::lines));
        const NodeId mx = simulation.world().setup->find_host("mx");
        simulation.enter(Entry::connect, mx, 1, "mx:25");
        simulation.run_until(simulation.world().now + second);
        simulation.enter(Entry::say, mx, 1, "EHLO mallory.example\r\n");
        simulation.run_until(simulation.world().now + second);
        simulation.enter(Entry::say, mx, 1, "STARTTLS\r\nNOOP\r\n");
        simulation.run_until(simulation.world().now + second);
        CHECK(decided(simulation,
                      vulnerable ? Reason::tls_injection_kept : Reason::tls_injection_dropped,
                      "6 octets"));
    }
}

TEST_CASE("the matrix between servers: policy by attack") {
    // What arrives, and what somebody on the line has read.
    enum class Outcome { sealed, read, waits };
    struct Row {
        std::string attack;
        Outcome none, opportunistic, required, verified;
    };
    using enum Outcome;
    const std::vector<Row> rows = {
        {"", read, sealed, sealed, sealed},
        {"strip_starttls = true\n", read, read, waits, waits},
        {"drop_tls = true\n", read, read, waits, waits},
        {"downgrade = \"1.0\"\n", read, read, waits, waits},
        {"downgrade = \"1.2\"\n", read, read, waits, waits},
        {"weaken = true\n", read, read, waits, waits},
        {"swap = \"mallory\"\n", read, read, read, waits},
        {"inject = \"NOOP\\r\\n\"\n", read, sealed, sealed, sealed},
        {"replay = \"mallory\"\n", read, sealed, sealed, sealed},
    };
    for (const Row& row : rows) {
        const std::vector<std::pair<std::string, Outcome>> cells = {
            {"none", row.none},
            {"opportunistic", row.opportunistic},
            {"required", row.required},
            {"verified", row.verified}};
        for (const auto& [policy, expected] : cells) {
            const auto simulation = whole_run(between_servers(policy, row.attack));
            INFO(policy << " against " << row.attack);
            CHECK(delivered(*simulation) == (expected != waits));
            CHECK(learnt(*simulation) == (expected == read));
        }
    }
}

TEST_CASE("a replay is a second mail in the clear, and nothing through TLS") {
    const auto clear = whole_run(between_servers("none", "replay = \"mallory\"\n"));
    CHECK(delivered_times(*clear) == 2);
    CHECK(decided(*clear, Reason::attacker_replays, "mallory"));
    const auto sealed = whole_run(between_servers("required", "replay = \"mallory\"\n"));
    CHECK(decided(*sealed, Reason::attacker_replays, "mallory"));
    CHECK(delivered_times(*sealed) == 1);
    CHECK(decided(*sealed, Reason::tls_failed, {}, "mx"));
}

TEST_CASE("injected commands steal what comes behind them from a vulnerable server") {
    for (const bool vulnerable : {false, true}) {
        std::string text = between_servers(
            "required", "inject = \"EHLO x\\r\\nMAIL FROM:<mallory@example.com>\\r\\n"
                        "RCPT TO:<bob@example.net>\\r\\nDATA\\r\\nSubject: caught\\r\\n\\r\\n\"\n");
        if (vulnerable) text.replace(text.find("[hosts.mallory]"), 0, "tls.vulnerable = true\n");
        const auto simulation = whole_run(text);
        CHECK(decided(*simulation, Reason::attacker_injected));
        CHECK(decided(*simulation,
                      vulnerable ? Reason::tls_injection_kept : Reason::tls_injection_dropped));
        CHECK(said(*simulation, "354 ") == true);
    }
}

TEST_CASE("a capture behind an attacker is sound: tshark finds no fault", "[slow]") {
    for (const std::string attack :
         {"inject = \"NOOP\\r\\n\"\n", "swap = \"mallory\"\n", "downgrade = \"1.0\"\n"}) {
        const auto simulation = whole_run(between_servers("opportunistic", attack));
        const std::string file = own_file("attacker_test.pcapng");
        std::ofstream out(file, std::ios::binary);
        const auto options = views::capture_at(*simulation->world().setup, "mx");
        REQUIRE(options);
        views::write_pcapng(simulation->trace(), *simulation->world().setup, *options,
                            [&](std::string_view octets) {
                                out.write(octets.data(),
                                          static_cast<std::streamsize>(octets.size()));
                            });
        out.close();
        INFO(attack);
        CHECK(run_tool("(tshark -2 -r " + file +
                       " -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE "
                       "-Y '_ws.malformed || tcp.analysis.ack_lost_segment || "
                       "tcp.analysis.lost_segment || "
                       "tcp.checksum.status==0 || ip.checksum.status==0' 2>/dev/null)") == "exit 0");
        std::remove(file.c_str());
    }
}

TEST_CASE("what is no whole hello is never bent, and never read beyond") {
    std::string hello = {22, 3, 1, 0, 60, 1, 0, 0, 56, 3, 3};
    hello.append(60, '\x7f');
    for (std::size_t size = 0; size <= hello.size(); ++size) {
        std::string piece = hello.substr(0, size);
        const std::string before = piece;
        CHECK_FALSE(attacker::downgrade_hello(piece, 0x0301));
        CHECK_FALSE(attacker::weaken_hello(piece));
        CHECK(attacker::server_name_in(piece).empty());
        CHECK(piece == before);
    }
}
