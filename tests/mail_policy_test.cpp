// What a server says to strangers, neighbours and its own people, typed as a session.
#include "tests/mail_world.hpp"

#include "protocols/smtp/server.hpp"
#include "sim/mail/policy.hpp"
#include "sim/session/desk.hpp"

using namespace postroad;
using namespace postroad::sim;
using Catch::Matchers::ContainsSubstring;

namespace {

// A server's machine on a host of the world, with the desk behind it and no network before it.
class Typed {
  public:
    Typed(MailWorld& world, std::string_view host, std::uint16_t port, std::string_view client)
        : world_(world) {
        Run& run = world.run();
        const NodeId node = world.host(host);
        const HostSetup& setup = run.host(node);
        connection_ = run.world.tcp.tcbs.add();
        seat_ = run.world.sessions.of<smtp::Server>().add();
        Tcb& tcb = run.world.tcp.tcbs.edit(connection_);
        tcb.node = node;
        tcb.role = Role::smtp_server;
        tcb.seat = seat_;
        tcb.remote = run.address_id(*net::parse_address(client));
        tcb.conversation = run.new_id(node);
        for (std::size_t i = 0; i < setup.services.size(); ++i)
            if (setup.services[i].port == port) tcb.service = static_cast<std::uint8_t>(i);
        step({Wake::opened, {}, nullptr});
    }

    std::string say(std::string line) {
        line += "\r\n";
        return step({Wake::bytes, line, nullptr});
    }

  private:
    std::string step(Input input) {
        Run& run = world_.run();
        run.fx.clear();
        Answer answer;
        for (;;) {
            smtp::step(run.world.sessions.of<smtp::Server>().edit(seat_).machine, input,
                       desk::smtp_server_host(run, run.world.tcp.tcbs[connection_]), run.fx);
            if (run.fx.ask.kind == AskKind::none) return run.fx.out;
            const Ask ask = run.fx.ask;
            run.fx.ask = {};
            REQUIRE(desk::ask(run, connection_, ask, answer));
            input = {Wake::answer, {}, &answer};
        }
    }

    MailWorld& world_;
    std::uint32_t connection_ = 0, seat_ = 0;
};

const std::string one_host = R"(
[hosts.mail]
domains = "example.org"
[people.alice]
address = ["alice@example.org", "al@example.org"]
password = "secret"
[people.carol]
address = "carol@example.org"
)";

constexpr std::string_view stranger = "203.0.113.77";
constexpr std::string_view alice_plain = "AUTH PLAIN AGFsaWNlAHNlY3JldA==";  // \0alice\0secret

}  // namespace

TEST_CASE("a server takes mail for its own domain from anybody, and relays for nobody") {
    MailWorld w(one_host);
    Typed s(w, "mail", 25, stranger);
    s.say("EHLO spam.example");
    s.say("MAIL FROM:<x@spam.example>");
    CHECK_THAT(s.say("RCPT TO:<alice@example.org>"), ContainsSubstring("250 2.1.5"));
    CHECK_THAT(s.say("RCPT TO:<nobody@example.org>"), ContainsSubstring("550 5.1.1"));
    CHECK_THAT(s.say("RCPT TO:<bob@example.net>"), ContainsSubstring("550 5.7.1"));
    CHECK_THAT(s.say("RCPT TO:<Postmaster>"), ContainsSubstring("250 2.1.5"));
    CHECK(w.decided("relay_local"));
    CHECK(w.decided("no_mailbox: there is no mailbox nobody@example.org"));
    CHECK(w.decided("relay_denied: example.net is neither local"));
}

TEST_CASE("an open relay accepts mail for strangers, a prefix in relay_for only from it") {
    MailWorld open(one_host + "[hosts.mail.smtp]\nopen_relay = true\n");
    Typed s(open, "mail", 25, stranger);
    s.say("EHLO spam.example");
    s.say("MAIL FROM:<x@spam.example>");
    CHECK_THAT(s.say("RCPT TO:<bob@example.net>"), ContainsSubstring("250 2.1.5"));
    CHECK(open.decided("relay_open"));

    MailWorld network(one_host + "[hosts.mail.smtp]\nrelay_for = [\"203.0.113.64/27\"]\n");
    for (const std::string_view client : {stranger, std::string_view("203.0.113.1")}) {
        Typed t(network, "mail", 25, client);
        t.say("EHLO client.example");
        t.say("MAIL FROM:<x@client.example>");
        CHECK_THAT(t.say("RCPT TO:<bob@example.net>"),
                   ContainsSubstring(client == stranger ? "250 2.1.5" : "550 5.7.1"));
    }
}

TEST_CASE("a submission server wants a password and the sender's own address") {
    std::string at_once = one_host;  // a refusal that comes late finds nobody who waits for it here
    at_once.replace(at_once.find("[hosts.mail]\n"), 13, "[hosts.mail]\nlogin.delay = \"0s\"\n");
    MailWorld w(at_once);
    Typed s(w, "mail", 587, stranger);
    s.say("EHLO alice-pc.example");
    CHECK_THAT(s.say("MAIL FROM:<alice@example.org>"), ContainsSubstring("530 5.7.0"));
    CHECK_THAT(s.say("AUTH PLAIN AGFsaWNlAHdyb25n"), ContainsSubstring("535"));
    CHECK_THAT(s.say(std::string(alice_plain)), ContainsSubstring("235"));
    CHECK_THAT(s.say("MAIL FROM:<carol@example.org>"), ContainsSubstring("550 5.7.1"));
    CHECK(w.decided("sender_not_own: alice@example.org may not send as carol@example.org"));
    CHECK_THAT(s.say("MAIL FROM:<al@example.org>"), ContainsSubstring("250"));
    CHECK_THAT(s.say("RCPT TO:<bob@example.net>"), ContainsSubstring("250"));
    CHECK(w.decided("relay_authenticated"));
}

TEST_CASE("a submission server adds what the message lacks, and signs with ESMTPA") {
    MailWorld w(one_host);
    Typed s(w, "mail", 587, stranger);
    s.say("EHLO alice-pc.example");
    s.say(std::string(alice_plain));
    s.say("MAIL FROM:<alice@example.org>");
    s.say("RCPT TO:<carol@example.org>");
    s.say("DATA");
    CHECK_THAT(s.say("Subject: hello\r\nTo: bob@example.net\r\n\r\nhi\r\n."),
               ContainsSubstring("250 2.0.0"));
    w.run_for(second);
    REQUIRE(w.mailbox("carol").size() == 1);
    const std::string mail = w.mailbox("carol")[0];
    CHECK_THAT(mail, ContainsSubstring("with ESMTPA"));
    CHECK_THAT(mail, ContainsSubstring("Message-ID: <"));
    CHECK_THAT(mail, ContainsSubstring("Date: Wed, 1 Sep 2010"));
    CHECK(w.decided("submission_fixed: the MSA added Date"));
    CHECK(w.decided("envelope_only"));  // To: bob@example.net has routed nothing
    CHECK(w.is_empty());
}

TEST_CASE("a mail with too many Received fields is in a loop and is refused") {
    MailWorld w(one_host + "[hosts.mail.smtp]\nhops_max = 3\n");
    Typed s(w, "mail", 25, stranger);
    s.say("EHLO mx.example");
    s.say("MAIL FROM:<x@example.com>");
    s.say("RCPT TO:<alice@example.org>");
    s.say("DATA");
    std::string received;
    for (int i = 0; i < 3; ++i)
        received += "Received: from a by b; Wed, 1 Sep 2010 08:00:00 +0000\r\n";
    CHECK_THAT(s.say(received + "\r\nx\r\n."), ContainsSubstring("554 5.4.6"));
    CHECK(w.decided("mail loop: 3 Received fields"));
}

TEST_CASE("VRFY and EXPN tell only what the host wants told") {
    MailWorld closed(one_host);
    Typed s(closed, "mail", 25, stranger);
    s.say("EHLO a.example");
    CHECK_THAT(s.say("VRFY alice"), ContainsSubstring("252"));

    MailWorld open(one_host + R"(
[hosts.mail.smtp]
vrfy = true
expn = true
[hosts.mail.routing]
lists = { "all@example.org" = ["alice@example.org", "carol@example.org"] }
)");
    Typed t(open, "mail", 25, stranger);
    t.say("EHLO a.example");
    CHECK_THAT(t.say("VRFY alice"), ContainsSubstring("<alice@example.org>"));
    CHECK_THAT(t.say("VRFY nobody"), ContainsSubstring("550"));
    CHECK_THAT(t.say("EXPN all"), ContainsSubstring("250 2.1.5 <carol@example.org>"));
}

TEST_CASE("a host that discards answers at once and keeps nothing") {
    MailWorld w(one_host);
    mail::set_discards(w.run().world, w.host("mail"), true);
    Typed s(w, "mail", 25, stranger);
    s.say("EHLO a.example");
    s.say("MAIL FROM:<x@example.com>");
    s.say("RCPT TO:<anybody@anywhere.example>");
    s.say("DATA");
    CHECK_THAT(s.say("x\r\n."), ContainsSubstring("250 2.0.0 queued as"));
    w.run_for(second);
    CHECK(w.is_empty());
    CHECK(w.world().mail.stored.live() == 0);
}
