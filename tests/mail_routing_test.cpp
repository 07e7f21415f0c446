// Which host a mail goes to next: exchangers, fallback, routes and smart hosts, and dead ends.
#include "tests/mail_world.hpp"

using namespace postroad;
using namespace postroad::sim;
using Catch::Matchers::ContainsSubstring;

namespace {

// One sender, and example.net with two hosts that may both take its mail.
std::string with_exchangers(const std::string& mx, const std::string& more = "") {
    return R"(
[hosts.mail]
domains = "example.org"
[hosts.post]
domains = "example.net"
[hosts.backup]
names = "backup.example.net"
services = "mta"
[hosts.backup.routing]
relay_domains = ["example.net"]
[domains."example.net"]
)" + mx + R"(
[people.alice]
address = "alice@example.org"
[people.bob]
address = "bob@example.net"
)" + more;
}

}  // namespace

TEST_CASE("the exchanger of the lowest preference is tried first") {
    MailWorld w(with_exchangers("mx = [\"10 post\", \"20 backup\"]\n"));
    w.queue("mail", "alice@example.org", {"bob@example.net"});
    w.run_for(minute);
    INFO(w.dialogue());
    CHECK(w.decided("mail mx_chosen: MX 10 post.example.net chosen over MX 20"));
    CHECK(w.mailbox("bob").size() == 1);
}

TEST_CASE("when the best exchanger refuses, the next one takes the mail and passes it on") {
    MailWorld w(with_exchangers("mx = [\"10 post\", \"20 backup\"]\n", R"(
[[timeline]]
at = "0s"
service = { host = "post", service = "mta", running = false }
[[timeline]]
at = "10m"
service = { host = "post", service = "mta", running = true }
)"));
    w.run_for(second);
    w.queue("mail", "alice@example.org", {"bob@example.net"});
    w.run_for(5 * minute);
    INFO(w.dialogue());
    CHECK(w.decided("mail connection_failed"));
    CHECK(w.decided("mail mx_fallback: MX 20"));
    CHECK(w.decided("backup mx_self"));
    CHECK(w.mailbox("bob").empty());
    w.run_for(2 * hour);
    CHECK(w.mailbox("bob").size() == 1);
    CHECK(w.is_empty());
}

TEST_CASE("exchangers of equal preference share the mail by lot") {
    std::size_t by_backup = 0;
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        MailWorld w(with_exchangers("mx = [\"10 post\", \"10 backup\"]\n"), seed);
        w.queue("mail", "alice@example.org", {"bob@example.net"});
        w.run_for(minute);
        CHECK(w.decided("mail mx_equal"));
        by_backup += w.decided("mail address_chosen: backup") ? 1 : 0;
    }
    CHECK(by_backup > 0);
    CHECK(by_backup < 12);
}

TEST_CASE("a domain with the null MX takes no mail: the report says 5.1.10") {
    MailWorld w(with_exchangers("mx = [\"0 .\"]\n"));
    w.queue("mail", "alice@example.org", {"bob@example.net"});
    w.run_for(minute);
    INFO(w.dialogue());
    CHECK(w.decided("mail mx_null"));
    REQUIRE(w.mailbox("alice").size() == 1);
    CHECK_THAT(w.mailbox("alice")[0], ContainsSubstring("5.1.10"));
    CHECK(w.conversations(25) == 0);
}

TEST_CASE("a domain without MX is its own exchanger") {
    MailWorld w(with_exchangers("implicit_mx = true\n"));
    w.queue("mail", "alice@example.org", {"bob@example.net"});
    w.run_for(minute);
    INFO(w.dialogue());
    CHECK(w.decided("mail mx_implicit"));
    CHECK(w.mailbox("bob").size() == 1);
}

TEST_CASE("a domain that does not exist is reported at once") {
    MailWorld w(with_exchangers("mx = [\"10 post\"]\n"));
    w.queue("mail", "alice@example.org", {"bob@nowhere.example.net"});
    w.run_for(minute);
    INFO(w.dialogue());
    CHECK(w.decided("mail no_such_domain"));
    REQUIRE(w.mailbox("alice").size() == 1);
    CHECK_THAT(w.mailbox("alice")[0], ContainsSubstring("5.1.2"));
}

TEST_CASE("a smart host gets what is not local, a route its domain") {
    for (const std::string how :
         {"smart_host = \"post\"", "routes = { \"example.net\" = \"post\" }"}) {
        MailWorld w(with_exchangers("mx = [\"10 backup\"]\n",
                                    "[hosts.mail.routing]\n" + how + "\n"));
        w.queue("mail", "alice@example.org", {"bob@example.net"});
        w.run_for(minute);
        INFO(w.dialogue());
        CHECK(w.decided(how[0] == 's' ? "mail smart_host" : "mail route:"));
        CHECK(w.mailbox("bob").size() == 1);
        CHECK_FALSE(w.decided("mail mx_only"));
    }
}

TEST_CASE("an address literal names its host") {
    MailWorld w(with_exchangers("mx = [\"10 post\"]\n"));
    w.queue("mail", "alice@example.org", {"bob@[203.0.113.250]"});
    w.run_for(10 * minute);
    INFO(w.dialogue());
    CHECK(w.decided("mail address_literal"));
    CHECK(w.decided("mail address_chosen"));
    CHECK(w.count(QueueMove::deferred) == 1);
}
