// The queue: local delivery, relay by MX, aliases and lists, retries, expiry and reports.
#include "tests/mail_world.hpp"

using namespace postroad;
using namespace postroad::sim;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::string two_organisations = R"(
[hosts.mail]
domains = "example.org"
[hosts.post]
domains = "example.net"
[people.alice]
address = "alice@example.org"
[people.carol]
address = "carol@example.org"
[people.bob]
address = ["bob@example.net", "robert@example.net"]
)";

}  // namespace

TEST_CASE("mail for a person here goes into their mailbox with its Return-Path") {
    MailWorld w(two_organisations);
    w.queue("mail", "carol@example.org", {"Alice@Example.ORG"});
    w.run_for(second);
    REQUIRE(w.mailbox("alice").size() == 1);
    CHECK(w.mailbox("alice")[0] ==
          "Return-Path: <carol@example.org>\r\nSubject: test\r\n\r\nhello\r\n");
    CHECK(w.count(CustodyMove::delivered) == 1);
    CHECK(w.decided("mail delivered: delivered to the mailbox of alice@example.org"));
    CHECK(w.is_empty());
}

TEST_CASE("mail for another domain is handed to its mail exchanger, decided before the handoff") {
    MailWorld w(two_organisations);
    w.queue("mail", "alice@example.org", {"bob@example.net"});
    w.run_for(minute);
    INFO(w.dialogue());
    REQUIRE(w.mailbox("bob").size() == 1);
    CHECK_THAT(w.mailbox("bob")[0],
               ContainsSubstring("Return-Path: <alice@example.org>\r\nReceived: from "));
    CHECK_THAT(w.mailbox("bob")[0], ContainsSubstring("for <bob@example.net>"));
    CHECK(w.decided("mail mx_only"));
    CHECK(w.decided("mail address_chosen"));
    CHECK(w.count(CustodyMove::handed_over) == 1);
    CHECK(w.count(CustodyMove::accepted) == 2);
    CHECK(w.is_empty());
}

TEST_CASE("one mail to two people behind one exchanger is one transaction") {
    MailWorld w(two_organisations + "[people.dave]\naddress = \"dave@example.net\"\n");
    w.queue("mail", "alice@example.org", {"bob@example.net", "dave@example.net"});
    w.run_for(minute);
    INFO(w.dialogue());
    CHECK(w.mailbox("bob").size() == 1);
    REQUIRE(w.mailbox("dave").size() == 1);
    CHECK(w.conversations(25) == 1);
    CHECK(w.count(CustodyMove::handed_over) == 1);
    // RFC 5321 §7.6: no "for" where it would show one recipient to another.
    CHECK_THAT(w.mailbox("dave")[0], !ContainsSubstring("for <"));
}

TEST_CASE("several mails for one host share a connection") {
    MailWorld w(two_organisations + "[hosts.mail.queue]\nconcurrency = 1\n");
    for (int i = 0; i < 5; ++i) w.queue("mail", "alice@example.org", {"bob@example.net"});
    w.run_for(minute);
    INFO(w.dialogue());
    CHECK(w.mailbox("bob").size() == 5);
    CHECK(w.conversations(25) == 1);
    CHECK(w.decided("mail connection_reused"));
    CHECK(w.decided("mail concurrency"));
    CHECK(w.is_empty());
}

TEST_CASE("a recipient the other host refuses comes back as a report, the others are delivered") {
    MailWorld w(two_organisations);
    w.queue("mail", "alice@example.org", {"bob@example.net", "nobody@example.net"});
    w.run_for(minute);
    INFO(w.dialogue());
    CHECK(w.mailbox("bob").size() == 1);
    REQUIRE(w.mailbox("alice").size() == 1);
    CHECK_THAT(w.mailbox("alice")[0], ContainsSubstring("Return-Path: <>"));
    CHECK_THAT(w.mailbox("alice")[0], ContainsSubstring("multipart/report"));
    CHECK_THAT(w.mailbox("alice")[0],
               ContainsSubstring("Final-Recipient: rfc822;nobody@example.net") ||
                   ContainsSubstring("Final-Recipient: rfc822; nobody@example.net"));
    CHECK_THAT(w.mailbox("alice")[0], ContainsSubstring("Status: 5.1.1"));
    CHECK(w.count(CustodyMove::bounced) == 1);
    CHECK(w.is_empty());
}

TEST_CASE("mail with the null reverse-path is never reported on") {
    MailWorld w(two_organisations);
    w.queue("mail", "", {"nobody@example.org"});
    w.run_for(minute);
    CHECK(w.decided("no_bounce_for_null"));
    CHECK(w.count(CustodyMove::bounced) == 0);
    CHECK(w.count(CustodyMove::discarded) == 1);
    CHECK(w.is_empty());
}

TEST_CASE("an alias changes the forward-path, a list the reverse-path too") {
    MailWorld w(two_organisations + R"(
[hosts.mail.routing]
aliases = { "sales@example.org" = ["carol@example.org"] }
lists = { "all@example.org" = ["alice@example.org", "bob@example.net"] }
)");
    w.queue("mail", "bob@example.net", {"sales@example.org"});
    w.queue("mail", "carol@example.org", {"all@example.org"});
    w.run_for(minute);
    INFO(w.dialogue());
    REQUIRE(w.mailbox("carol").size() == 1);
    CHECK_THAT(w.mailbox("carol")[0], ContainsSubstring("Return-Path: <bob@example.net>"));
    REQUIRE(w.mailbox("bob").size() == 1);
    CHECK_THAT(w.mailbox("bob")[0], ContainsSubstring("Return-Path: <all-owner@example.org>"));
    CHECK(w.mailbox("alice").size() == 1);
    CHECK(w.is_empty());
}

TEST_CASE("aliases that name each other end in a report, not in a circle") {
    MailWorld w(two_organisations + R"(
[hosts.mail.routing]
aliases = { "a@example.org" = ["b@example.org"], "b@example.org" = ["a@example.org"] }
)");
    w.queue("mail", "alice@example.org", {"a@example.org"});
    w.run_for(minute);
    REQUIRE(w.mailbox("alice").size() == 1);
    CHECK_THAT(w.mailbox("alice")[0], ContainsSubstring("5.4.6"));
    CHECK(w.is_empty());
}

TEST_CASE("a host that is down gets its mail when it is up again, by the schedule") {
    MailWorld w(two_organisations + R"(
[[timeline]]
at = "0s"
host = { host = "post", state = "down" }
[[timeline]]
at = "1h"
host = { host = "post", state = "up" }
)");
    w.run_for(second);
    w.queue("mail", "alice@example.org", {"bob@example.net"});
    w.run_for(30 * minute);
    INFO(w.dialogue());
    CHECK(w.mailbox("bob").empty());
    CHECK(w.count(QueueMove::deferred) >= 1);
    CHECK(w.decided("deferred"));
    w.run_for(3 * hour);
    CHECK(w.mailbox("bob").size() == 1);
    CHECK(w.is_empty());
}

TEST_CASE("mail that waits too long is announced, then given up and reported") {
    MailWorld w(two_organisations + R"(
[hosts.mail.queue]
warn_after = "2h"
expire_after = "1d"
[[timeline]]
at = "0s"
host = { host = "post", state = "down" }
)");
    w.run_for(second);
    w.queue("mail", "alice@example.org", {"bob@example.net"});
    w.run_for(3 * hour);
    INFO(w.dialogue());
    REQUIRE(w.mailbox("alice").size() == 1);
    CHECK_THAT(w.mailbox("alice")[0], ContainsSubstring("Action: delayed"));
    CHECK(w.count(QueueMove::delayed_notice) == 1);
    w.run_for(30 * hour);
    REQUIRE(w.mailbox("alice").size() == 2);
    CHECK_THAT(w.mailbox("alice")[1], ContainsSubstring("Action: failed"));
    CHECK(w.count(QueueMove::expired) == 1);
    CHECK(w.is_empty());
}

TEST_CASE("a queue survives the crash of its host") {
    MailWorld w(two_organisations + R"(
[[timeline]]
at = "10ms"
host = { host = "mail", state = "crash" }
[[timeline]]
at = "1h"
host = { host = "mail", state = "up" }
)");
    w.queue("mail", "alice@example.org", {"bob@example.net"});
    w.run_for(30 * minute);
    CHECK(w.mailbox("bob").empty());
    CHECK(w.world().mail.messages.live() == 1);
    w.run_for(hour);
    INFO(w.dialogue());
    CHECK(w.mailbox("bob").size() == 1);
    CHECK(w.is_empty());
}

TEST_CASE("a mailbox over its quota refuses, and the sender is told") {
    MailWorld w(two_organisations +
                "[people.erin]\naddress = \"erin@example.org\"\nquota = \"100 B\"\n");
    w.queue("mail", "alice@example.org", {"erin@example.org"}, std::string(200, 'x') + "\r\n");
    w.run_for(minute);
    CHECK(w.mailbox("erin").empty());
    REQUIRE(w.mailbox("alice").size() == 1);
    CHECK_THAT(w.mailbox("alice")[0], ContainsSubstring("5.2.2"));
    CHECK(w.decided("mailbox_full"));
}

TEST_CASE("a queued message costs at most 400 bytes beyond its body") {
    // Records, an envelope of two addresses and a reply to remember (with block heads), and the
    // event of its next try.
    constexpr std::size_t texts = 48 + 48 + 112;
    STATIC_REQUIRE(sizeof(Message) + sizeof(Recipient) + texts + sizeof(Event) <= 400);

    MailWorld w(two_organisations);
    const std::string body(1000, 'x');
    w.run_for(second);
    const std::uint64_t before = w.world().heap.live_octets();
    for (int i = 0; i < 1000; ++i)
        w.queue("mail", "alice@example.org", {"bob@example.net"}, body);
    const std::uint64_t held = w.world().heap.live_octets() - before;
    const std::uint64_t records = 1000 * (sizeof(Message) + sizeof(Recipient) + sizeof(Event));
    CHECK(held + records <= 1000 * (1104 + 400));  // 1,104: the block that holds the body
}

TEST_CASE("what the queue held is given back when it is empty") {
    MailWorld w(two_organisations);
    const std::uint64_t before = w.world().heap.live_blocks();
    w.queue("mail", "alice@example.org", {"bob@example.net", "nobody@example.net"});
    w.queue("mail", "", {"nobody@example.net"});
    w.run_for(10 * minute);
    INFO(w.dialogue());
    CHECK(w.is_empty());
    const std::uint64_t stored = w.world().mail.stored.live();
    CHECK(stored == 2);
    CHECK(w.world().mail.destinations.live() == 0);
    CHECK(w.world().tcp.tcbs.live() == 0);
    // Two texts a stored message; what DNS caches is not ours.
    CHECK(w.world().heap.live_blocks() >= before);
}
