// LMTP between an MTA and an MDA, on one host and on two, and a program beside it: what each can
// say of a mail for several people, and what becomes of it when somebody goes down in between.
#include "sim/world/changes.hpp"
#include "tests/mail_world.hpp"

using namespace postroad;
using namespace postroad::sim;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::string people = R"(
[people.alice]
address = "alice@example.net"
[people.bob]
address = "bob@example.org"
[people.carol]
address = "carol@example.org"
quota = "1 KiB"
[people.dave]
address = "dave@example.org"
)";

const std::string beyond = R"(
[hosts.post]
domains = "example.net"
)";

// The MTA in front, mailboxes behind it.
const std::string two_hosts = beyond + R"(
[hosts.front]
domains = "example.org"
services = ["mta", "msa", "dns", "resolver"]
queue.retry = ["5m"]
routing.lmtp = { "example.org" = "store" }
[hosts.store]
domains = "example.org"
services = ["mda", "lmtp", "pop3"]
)" + people;

std::string one_host(const std::string& more) {
    return beyond + "[hosts.mail]\ndomains = \"example.org\"\nqueue.retry = [\"5m\"]\n" + more +
           people;
}

const std::string large = "Subject: large\r\n\r\n" + std::string(2000, 'x') + "\r\n";

// A change to a host, as the timeline makes it.
void set_host(MailWorld& w, std::string_view host, bool up) {
    std::string error;
    REQUIRE(changes::apply_text(w.run(),
                                "host = { host = \"" + std::string(host) + "\", state = \"" +
                                    (up ? "up" : "crash") + "\" }",
                                error));
}

std::size_t how_often(const std::vector<std::string>& mails, std::string_view part) {
    std::size_t out = 0;
    for (const std::string& one : mails) out += one.find(part) != std::string::npos ? 1U : 0U;
    return out;
}

}  // namespace

TEST_CASE(
    "mail for mailboxes behind an LMTP server is handed over in one session, a reply for each") {
    MailWorld w(two_hosts);
    w.queue("post", "alice@example.net", {"bob@example.org", "dave@example.org"});
    w.run_for(minute);
    INFO(w.dialogue());
    REQUIRE(w.mailbox("bob").size() == 1);
    CHECK(w.mailbox("dave").size() == 1);
    CHECK(w.conversations(24) == 1);
    // RFC 3848: the server says by which protocol it got it, on top of what the MTA has said.
    CHECK_THAT(
        w.mailbox("bob")[0],
        ContainsSubstring("Return-Path: <alice@example.net>\r\nReceived: from front.example.org"));
    CHECK_THAT(w.mailbox("bob")[0], ContainsSubstring("by store.example.org"));
    CHECK_THAT(w.mailbox("bob")[0], ContainsSubstring("with LMTP"));
    CHECK(w.decided("front lmtp_route: the mailboxes of example.org are behind store"));
    CHECK(w.count(CustodyMove::delivered) == 2);
    CHECK(w.count(CustodyMove::handed_over) == 3);  // once by SMTP, and for each by LMTP
    CHECK(w.is_empty());
}

TEST_CASE("Received says for each step whether TLS was on and whether the client had logged in") {
    const std::string way =
        "[hosts.post]\ndomains = \"example.net\"\ntls = { offer = true }\n"
        "[hosts.front]\ndomains = \"example.org\"\ntls = { offer = true }\n"
        "services = [\"mta\", \"dns\", \"resolver\"]\nrouting.lmtp = { \"example.org\" = \"store\" }\n"
        "[hosts.store]\ndomains = \"example.org\"\ntls = { offer = true }\n"
        "services = [\"mda\", \"lmtp\", \"pop3\"]\n" + people +
        "[[timeline]]\nsend = { from = \"alice\", to = \"bob\", subject = \"hello\" }\n";
    MailWorld w(way);
    w.run_for(minute);
    INFO(w.dialogue());
    REQUIRE(w.mailbox("bob").size() == 1);
    CHECK_THAT(w.mailbox("bob")[0], ContainsSubstring("by store.example.org with LMTPS id ") &&
                                        ContainsSubstring("by front.example.org with ESMTPS id ") &&
                                        ContainsSubstring("by post.example.net with ESMTPSA id "));
}

TEST_CASE(
    "by LMTP one has the mail, one is tried again and one is reported on, all of one session") {
    MailWorld w(two_hosts);
    w.queue("front", "alice@example.net",
            {"bob@example.org", "carol@example.org", "nobody@example.org"}, large);
    w.run_for(minute);
    INFO(w.dialogue());
    CHECK(w.mailbox("bob").size() == 1);
    CHECK(w.mailbox("carol").empty());
    CHECK(w.count(QueueMove::deferred) == 1);
    CHECK(w.decided("452 4.2.2 the mailbox is full"));
    CHECK(w.decided("front lmtp_partial: 1 of 3 recipients have the message now"));
    REQUIRE(w.mailbox("alice").size() == 1);  // the report names one alone
    CHECK_THAT(w.mailbox("alice")[0], ContainsSubstring("nobody@example.org"));
    CHECK_THAT(w.mailbox("alice")[0], !ContainsSubstring("carol@example.org"));
    w.run_for(5 * minute);  // only carol's is tried again
    CHECK(w.mailbox("bob").size() == 1);
    CHECK(w.count(QueueMove::deferred) == 2);
    CHECK(w.conversations(24) == 2);
}

TEST_CASE("an LMTP server that is down defers, and what was deferred comes once it is up") {
    MailWorld w(two_hosts);
    set_host(w, "store", false);
    w.queue("front", "alice@example.net", {"bob@example.org", "dave@example.org"});
    w.run_for(3 * minute);
    CHECK(w.mailbox("bob").empty());
    set_host(w, "store", true);
    w.run_for(20 * minute);
    INFO(w.dialogue());
    CHECK(w.mailbox("bob").size() == 1);
    CHECK(w.mailbox("dave").size() == 1);
    CHECK(w.is_empty());
}

TEST_CASE("an MDA takes mail for its mailboxes and for nobody else") {
    MailWorld w(beyond + R"(
[hosts.front]
domains = "example.org"
services = ["mta", "dns", "resolver"]
routing.lmtp = { "example.org" = "store", "example.com" = "store" }
[hosts.store]
domains = "example.org"
services = ["mda", "lmtp"]
routing.aliases = { "sales@example.org" = ["bob@example.org"] }
)" + people);
    w.queue("front", "alice@example.net",
            {"sales@example.org", "x@example.com", "bob@example.org"});
    w.run_for(minute);
    INFO(w.dialogue());
    CHECK(w.mailbox("bob").size() == 1);
    CHECK(w.decided("store no_mailbox"));
    REQUIRE(w.mailbox("alice").size() == 1);
    CHECK_THAT(w.mailbox("alice")[0], ContainsSubstring("sales@example.org"));
    CHECK_THAT(w.mailbox("alice")[0], ContainsSubstring("x@example.com"));
}

TEST_CASE("a host hands mail to its own MDA over its own address, and no packet leaves it") {
    MailWorld w(one_host("mda.by = \"lmtp\"\n"));
    w.queue("mail", "alice@example.net", {"bob@example.org", "carol@example.org"}, large);
    w.run_for(minute);
    INFO(w.dialogue());
    REQUIRE(w.mailbox("bob").size() == 1);
    CHECK_THAT(w.mailbox("bob")[0], ContainsSubstring("with LMTP"));
    CHECK(w.conversations(24) == 1);
    CHECK(w.decided("mail lmtp_own: bob@example.org is delivered here"));
    CHECK(w.count(QueueMove::deferred) == 1);  // a mailbox that is full may be empty tomorrow
    CHECK(w.mailbox("alice").empty());
    w.run_for(second);
    CHECK(w.world().tcp.tcbs.live() == 0);
}

TEST_CASE("the store itself refuses for good when a mailbox is full, which LMTP does not") {
    MailWorld w(one_host(""));
    w.queue("mail", "alice@example.net", {"carol@example.org"}, large);
    w.run_for(minute);
    REQUIRE(w.mailbox("alice").size() == 1);
    CHECK_THAT(w.mailbox("alice")[0], ContainsSubstring("5.2.2"));
}

TEST_CASE("a program says with an exit code what LMTP says with a reply, and no more") {
    MailWorld w(one_host("mda = { by = \"pipe\", takes = \"2s\" }\n"));
    w.queue("mail", "alice@example.net", {"bob@example.org", "carol@example.org"}, large);
    w.run_for(1500 * millisecond);
    CHECK(w.mailbox("bob").size() == 1);  // it has done its work, and not ended yet
    CHECK(w.count(QueueMove::delivered) == 0);
    w.run_for(second);
    INFO(w.dialogue());
    CHECK(w.count(QueueMove::delivered) == 1);
    CHECK(w.decided(
        "mail pipe_exit: a program is run for bob@example.org: its exit code 0 means done"));
    CHECK(w.decided("a program is run for carol@example.org: its exit code 75 means EX_TEMPFAIL"));
    CHECK(w.count(QueueMove::deferred) == 1);
    CHECK(w.conversations(24) == 0);
}

TEST_CASE("a crash before the exit code was read loses nothing, may deliver twice and says so") {
    for (const Duration at : {500 * millisecond, 1500 * millisecond, 2500 * millisecond}) {
        MailWorld w(one_host("mda = { by = \"pipe\", takes = \"2s\" }\n"));
        w.queue("mail", "alice@example.net", {"bob@example.org"});
        w.run_for(at);
        set_host(w, "mail", false);
        w.run_for(minute);
        set_host(w, "mail", true);
        w.run_for(minute);
        INFO(w.dialogue());
        const bool unread = at == 1500 * millisecond;
        CHECK(w.mailbox("bob").size() == (unread ? 2U : 1U));
        CHECK(w.decided("pipe_again") == unread);
        CHECK(w.is_empty());
    }
}

TEST_CASE("LMTP is protected where both ends offer it, and strict hosts speak it no other way") {
    for (const bool offered : {true, false}) {
        MailWorld w(beyond + R"(
[hosts.front]
domains = "example.org"
services = ["mta", "msa", "dns", "resolver"]
routing.lmtp = { "example.org" = "store" }
tls = { offer = true, policy = "required" }
[hosts.store]
domains = "example.org"
services = ["mda", "lmtp", "pop3"]
tls = { offer = )" + std::string(offered ? "true" : "false") +
                    " }\n" + people);
        w.queue("front", "alice@example.net", {"bob@example.org"});
        w.run_for(minute);
        INFO(w.dialogue());
        CHECK(w.mailbox("bob").size() == (offered ? 1U : 0U));
        if (offered)
            CHECK_THAT(w.mailbox("bob")[0], ContainsSubstring("with LMTPS"));
        else
            CHECK(w.count(QueueMove::deferred) == 1);
    }
}

TEST_CASE("a crash of the MTA or the store at any event of an LMTP session loses no mail") {
    // As often as a mail is taken whose taking was never heard of, it may come twice: 5321
    // §4.5.4.1.
    std::size_t twice = 0;
    for (const std::string_view host : {"front", "store"})
        for (std::uint64_t events = 1; events < 60; ++events) {
            MailWorld w(two_hosts);
            w.queue("front", "alice@example.net", {"bob@example.org", "dave@example.org"});
            w.simulation.run_until(10 * minute, events);
            set_host(w, host, false);
            w.run_for(minute);
            set_host(w, host, true);
            w.run_for(2 * hour);
            const std::size_t bob = w.mailbox("bob").size();
            const std::size_t dave = w.mailbox("dave").size();
            if (bob == 1 && dave == 1) continue;
            INFO(host << " went down after " << events << " events\n" << w.dialogue());
            CHECK((bob >= 1 && dave >= 1));
            CHECK(bob <= 2);
            CHECK(how_often(w.mailbox("bob"), "with LMTP") == bob);
            ++twice;
        }
    CHECK(twice < 20);
}
