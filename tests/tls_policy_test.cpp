// What a sending MTA wants of TLS, destination by destination, and what it does when it does not
// get it.
#include "tests/catch.hpp"
#include "tests/mail_world.hpp"

using namespace postroad;
using namespace postroad::sim;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string two_domains(const std::string& sender, const std::string& mx) {
    return "until = \"+2h\"\n[hosts.mail]\ndomains = \"example.org\"\n" + sender +
           "[hosts.mx]\ndomains = \"example.net\"\ntls.offer = true\n" + mx +
           "[hosts.other]\ndomains = \"example.com\"\n"
           "[people.alice]\naddress = \"alice@example.org\"\n"
           "[people.bob]\naddress = \"bob@example.net\"\n"
           "[people.carol]\naddress = \"carol@example.com\"\n"
           "[authorities.stranger]\ntrusted = false\n"
           "[certificates.strange]\nissuer = \"stranger\"\n";
}

constexpr std::string_view too_old =
    "tls.version_min = \"1.0\"\ntls.version_max = \"1.1\"\n";

}  // namespace

TEST_CASE("the table's row for the domain comes before the row for the host, and that before all") {
    struct Case {
        std::string rows, told;
        bool arrives;
    };
    const std::vector<Case> cases = {
        {"\"example.net\" = \"verified\"", "`verified` for example.net", false},
        {"\"mx.example.net\" = \"verified\"", "`verified` for mx.example.net", false},
        {"\"example.net\" = \"required\", \"mx.example.net\" = \"verified\"",
         "`required` for example.net", true},
        {"\"example.net\" = \"none\"", "`none` for example.net", true},
    };
    for (const Case& one : cases) {
        INFO(one.rows);
        MailWorld w(two_domains("tls.destinations = { " + one.rows + " }\n",
                                "tls.certificate = \"strange\"\n"));
        w.queue("mail", "alice@example.org", {"bob@example.net", "carol@example.com"});
        w.run_for(minute);
        INFO(w.dialogue());
        CHECK(w.decided("mail tls_policy_table: this host's table says " + one.told));
        CHECK(w.mailbox("bob").size() == (one.arrives ? 1U : 0U));
        CHECK(w.mailbox("carol").size() == 1);  // who is not in the table gets the usual
        const bool asks_for_tls = w.decided("mail tls_up") || w.decided("mail tls_failed");
        CHECK(asks_for_tls == (one.rows.find("\"none\"") == std::string::npos));
    }
}

TEST_CASE("a route's host has its row by the scenario's name and by its own") {
    for (const std::string name : {"mx.example.net", "mx"}) {
        MailWorld w(two_domains("tls.destinations = { \"" + name + "\" = \"verified\" }\n"
                                "routing.routes = { \"example.net\" = \"mx\" }\n", ""));
        w.queue("mail", "alice@example.org", {"bob@example.net"});
        w.run_for(minute);
        INFO(w.dialogue());
        CHECK(w.decided("mail tls_policy_table: this host's table says `verified` for " + name));
        CHECK(w.decided("mail tls_verified: the certificate is for mx.example.net"));
        CHECK(w.mailbox("bob").size() == 1);
    }
}

TEST_CASE("an opportunistic client calls the same host again in the clear, and no other does") {
    for (const std::string policy : {"opportunistic", "required", "verified"}) {
        MailWorld w(two_domains("tls.policy = \"" + policy + "\"\n", std::string(too_old)));
        w.queue("mail", "alice@example.org", {"bob@example.net"});
        w.run_for(5 * minute);
        INFO(policy << "\n" << w.dialogue());
        const bool retries = policy == "opportunistic";
        CHECK(w.decided("mail tls_retry_clear: no TLS came up with mx.example.net") == retries);
        CHECK(w.mailbox("bob").size() == (retries ? 1U : 0U));
        CHECK(w.conversations(25) == (retries ? 2U : 1U));
        CHECK(w.decided("mail tls_fault: mx.example.net does not get the mail: 4.7.5") == !retries);
    }
}

TEST_CASE("verified mail waits, says why each time, and comes back with the fault in the report") {
    MailWorld w(two_domains("tls.policy = \"verified\"\n[hosts.mail.queue]\n"
                            "expire_after = \"40m\"\nwarn_after = \"20m\"\n",
                            "tls.certificate = \"strange\"\n"));
    w.queue("mail", "alice@example.org", {"bob@example.net"});
    w.run_for(10 * minute);
    CHECK(w.count(QueueMove::deferred) == 1);
    CHECK(w.decided("mail deferred: 4.7.5 the certificate of mx.example.net was issued by "
                    "stranger, whom this host does not trust"));
    w.run_for(2 * hour);
    INFO(w.dialogue());
    CHECK(w.mailbox("bob").empty());
    REQUIRE(w.mailbox("alice").size() == 2);  // late, then failed
    for (const std::string& report : w.mailbox("alice"))
        CHECK_THAT(report, ContainsSubstring("issued by stranger"));
    CHECK_THAT(w.mailbox("alice")[0], ContainsSubstring("Status: 4.7.5"));
    CHECK_THAT(w.mailbox("alice")[1], ContainsSubstring("Status: 5.7.5"));
    CHECK_THAT(w.mailbox("alice")[1], ContainsSubstring("Diagnostic-Code: x-postroad; 4.7.5"));
}

TEST_CASE("who wants TLS and is offered none says 4.7.4") {
    MailWorld w(two_domains("tls.policy = \"required\"\n[hosts.mail.queue]\n"
                            "expire_after = \"10m\"\n", ""));
    w.queue("mail", "alice@example.org", {"carol@example.com"});
    w.run_for(hour);
    INFO(w.dialogue());
    REQUIRE(w.mailbox("alice").size() == 1);
    CHECK_THAT(w.mailbox("alice")[0], ContainsSubstring("Status: 5.7.4"));
}
