// MTA-STS: its texts, and senders that keep to policies, new ones, old ones and hidden ones.
#include "protocols/policy/mta_sts.hpp"
#include "sim/scenario/complete.hpp"
#include "sim/scenario/load.hpp"
#include "sim/scenario/print.hpp"
#include "sim/views/fingerprint.hpp"
#include "tests/catch.hpp"
#include "tests/mail_world.hpp"

using namespace postroad;
using namespace postroad::sim;

namespace {

std::string fault_of(const std::string& text) {
    std::string fault;
    const auto policy = policy::parse_sts_policy(text, fault);
    CHECK(policy.has_value() == fault.empty());
    return fault;
}

// example.net publishes; its policy is at www, so that it can fail apart from the exchanger.
std::string sts_world(const std::string& published, const std::string& more = {},
                      const std::string& mx = {}, const std::string& www = {}) {
    return "until = \"+30d\"\n[hosts.mail]\ndomains = \"example.org\"\ntls.mta_sts = true\n"
           "[hosts.www]\nnetwork = \"internet\"\nnames = \"www.example.com\"\n" + www +
           "[hosts.mx]\ndomains = \"example.net\"\ntls.offer = true\n" + mx +
           "[people.alice]\naddress = \"alice@example.org\"\n"
           "[people.bob]\naddress = \"bob@example.net\"\n"
           "[domains.\"example.net\"]\nttl = \"1m\"\nmta_sts = { host = \"www\"" +
           (published.empty() ? "" : ", " + published) + " }\n" + more;
}

void send(MailWorld& w) {
    w.queue("mail", "alice@example.org", {"bob@example.net"});
    w.run_for(10 * minute);
}

}  // namespace

TEST_CASE("the TXT record of RFC 8461 is read, and nothing that is none") {
    using policy::parse_sts_record;
    CHECK(parse_sts_record("v=STSv1; id=20160831085700Z;") == "20160831085700Z");
    CHECK(parse_sts_record("v=STSv1;id=a; new=thing") == "a");
    CHECK_FALSE(parse_sts_record("v=STSv2; id=1;"));
    CHECK_FALSE(parse_sts_record("id=1; v=STSv1;"));
    CHECK_FALSE(parse_sts_record("v=STSv1;"));
    CHECK_FALSE(parse_sts_record("v=STSv1; id=not-allowed;"));
    CHECK_FALSE(parse_sts_record("v=STSv1; id=" + std::string(33, 'a')));
    CHECK_FALSE(parse_sts_record("v=STSv1; id=1; id=2;"));
    CHECK_FALSE(parse_sts_record(""));
}

TEST_CASE("the policy of RFC 8461 §3.2 is read, and each fault has a sentence") {
    const std::string example = "version: STSv1\nmode: enforce\nmx: mail.example.com\n"
                                "mx: *.example.net\nmx: backupmx.example.com\nmax_age: 604800\n";
    std::string fault;
    const auto read = policy::parse_sts_policy(example, fault);
    REQUIRE(read);
    CHECK(read->mode == policy::StsMode::enforce);
    CHECK(read->max_age_s == 604'800);
    CHECK(read->mx == std::vector<std::string>{"mail.example.com", "*.example.net",
                                               "backupmx.example.com"});
    CHECK(policy::parse_sts_policy(policy::to_text(*read), fault) == *read);
    CHECK(fault_of("version: STSv1\r\nmode: none\r\nmax_age: 60\r\nfuture: thing\r\n").empty());
    CHECK(fault_of("mode: enforce\nmax_age: 60\nmx: a.example\n") == "it has no version");
    CHECK(fault_of("version: STSv2\n") == "\"STSv2\" is no version");
    CHECK(fault_of("version: STSv1\nmode: strict\n") == "\"strict\" is no mode");
    CHECK(fault_of("version: STSv1\nmode: enforce\nmx: a.example\n") == "it has no max_age");
    CHECK(fault_of("version: STSv1\nmode: enforce\nmax_age: 31557601\n") ==
          "\"31557601\" is no max_age");
    CHECK(fault_of("version: STSv1\nmode: enforce\nmax_age: 60\n") == "it names no mx");
    CHECK(fault_of("version: STSv1\nmx: a b\n") == "\"a b\" is no mx");
    CHECK(fault_of("<html>") == "\"<html>\" has no colon");
}

TEST_CASE("a pattern's star stands for one label, the first (RFC 8461 §4.1)") {
    using policy::sts_matches;
    CHECK(sts_matches("mx.example.net", "MX.example.net."));
    CHECK(sts_matches("*.example.net", "mx.example.net"));
    CHECK_FALSE(sts_matches("*.example.net", "a.mx.example.net"));
    CHECK_FALSE(sts_matches("*.example.net", "example.net"));
    CHECK_FALSE(sts_matches("*.example.net", ".example.net"));
    CHECK_FALSE(sts_matches("mx.example.net", "mx2.example.net"));
}

TEST_CASE("a policy is fetched through the network, kept, and not fetched again while it holds") {
    MailWorld w(sts_world("mx = \"*.example.net\""));
    send(w);
    INFO(w.dialogue());
    CHECK(w.decided("mail sts_wanted: example.net has a policy with the id "));
    CHECK(w.decided("www tls_up") == false);  // a client tells it
    CHECK(w.decided("mail tls_verified: the certificate is for www.example.com, "
                    "mta-sts.example.net, as mta-sts.example.net was asked for"));
    CHECK(w.decided("mail sts_fetched: the policy of example.net says `enforce` for 7 d, "
                    "and names *.example.net"));
    CHECK(w.decided("mail sts_host_right: mx.example.net is one that the policy"));
    CHECK(w.decided("mail sts_enforced"));
    CHECK(w.mailbox("bob").size() == 1);
    CHECK(w.conversations(443) == 1);
    w.run_for(hour);
    send(w);
    CHECK(w.decided("mail sts_cached: the policy of example.net with the id "));
    CHECK(w.mailbox("bob").size() == 2);
    CHECK(w.conversations(443) == 1);
}

TEST_CASE("another id brings the new policy, and its time brings it back to DNS") {
    MailWorld w(sts_world("id = \"one\", max_age = \"1d\", mode = \"testing\"",
                          "[[timeline]]\nat = \"+1h\"\nrecord = { zone = \"example.net\", record = "
                          "'_mta-sts 60 IN TXT \"v=STSv1; id=two;\"' }\n"));
    send(w);
    CHECK(w.conversations(443) == 1);
    w.run_for(2 * hour);
    send(w);
    INFO(w.dialogue());
    CHECK(w.conversations(443) == 2);
    CHECK(w.decided("with the id two"));
    w.run_for(25 * hour);  // max_age is over
    send(w);
    CHECK(w.conversations(443) == 3);
    CHECK(w.mailbox("bob").size() == 3);
}

TEST_CASE("a policy in use is fetched again before it expires, and no mail waits for that") {
    MailWorld w(sts_world("max_age = \"7d\""));
    send(w);
    w.run_for(11 * hour);
    send(w);
    CHECK(w.conversations(443) == 1);
    for (int day = 1; day < 12; ++day) {  // beyond the first one's end
        w.run_for(24 * hour);
        send(w);
    }
    INFO(w.dialogue());
    CHECK(w.conversations(443) == 12);
    std::size_t enforced = 0;
    for (const std::string& one : w.decisions())
        enforced += one.find("mail sts_enforced") != std::string::npos ? 1U : 0U;
    CHECK(enforced == 13);
    CHECK(w.mailbox("bob").size() == 13);
}

TEST_CASE("a policy that cannot be fetched again holds for its time, and the Trace warns of it") {
    MailWorld w(sts_world("max_age = \"3d\"",
                          "[[timeline]]\nat = \"+1h\"\nhost = { host = \"www\", state = \"crash\" }\n"));
    send(w);
    for (int day = 1; day < 4; ++day) {
        w.run_for(22 * hour);
        send(w);
        INFO(w.dialogue());
        CHECK(w.decided("mail sts_fetch_failed: the policy of example.net could not be fetched") ==
              (day > 1));
    }
    CHECK(w.mailbox("bob").size() == 4);
    CHECK(w.decided("mail sts_kept: "));
}

TEST_CASE("an exchanger that the policy does not name gets the mail when it is only tested") {
    for (const std::string mode : {"testing", "enforce", "none"}) {
        MailWorld w(sts_world("mx = \"other.example.net\", mode = \"" + mode + "\""));
        send(w);
        INFO(mode << "\n" << w.dialogue());
        CHECK(w.mailbox("bob").size() == (mode == "enforce" ? 0U : 1U));
        CHECK(w.decided("mail sts_host_wrong") == (mode == "enforce"));
        CHECK(w.decided("mail sts_host_tested") == (mode == "testing"));
        if (mode == "enforce")
            CHECK(w.decided("deferred: 4.7.5 mx.example.net is no exchanger that the policy of "
                            "example.net names"));
    }
}

TEST_CASE("a policy that cannot be fetched is none, and the mail goes as without it") {
    struct Case {
        std::string www, why;
    };
    const std::string page = "[[hosts.www.http.resources]]\npath = \"/.well-known/mta-sts.txt\"\n";
    const std::vector<Case> cases = {
        {"tls.certificate = \"old\"\n[certificates.old]\nuntil = 2010-08-31T00:00:00Z\n",
         "the certificate of www.example.com"},
        {"tls.certificate = \"old\"\n[certificates.old]\nnames = \"www.example.com\"\n",
         "the certificate is for www.example.com, but mta-sts.example.net was asked for"},
        {page + "status = 404\n", "the answer is 404"},
        {page + "status = 302\n", "the answer is 302"},
        {page + "type = \"text/html\"\nbody = \"x\"\n", "it is not text/plain"},
        {page + "type = \"text/plain\"\nbody = \"version: STSv1\"\n", "it has no mode"},
        {"stopped = [\"https\"]\n", "the connection was refused"},
    };
    for (const Case& one : cases) {
        MailWorld w(sts_world("", {}, "tls.certificate = \"bad\"\n[certificates.bad]\n"
                                      "self_signed = true\n", one.www));
        send(w);
        INFO(one.www << "\n" << w.dialogue());
        CHECK(w.decided("mail sts_fetch_failed: the policy of example.net could not be fetched: " +
                        one.why));
        CHECK(w.mailbox("bob").size() == 1);  // opportunistic: whoever the peer is
    }
}

TEST_CASE("a policy that is known holds although an attacker hides the record or the host") {
    for (const bool hides_record : {true, false}) {
        MailWorld w(sts_world(
            "max_age = \"7d\"",
            hides_record
                ? "[[timeline]]\nat = \"+1h\"\nrecord = { zone = \"example.net\", "
                  "record = '_mta-sts 60 IN TXT \"nothing here\"' }\n"
                : "[[timeline]]\nat = \"+1h\"\nhost = { host = \"www\", state = \"down\" }\n"
                  "[[timeline]]\nat = \"+1h\"\nrecord = { zone = \"example.net\", record = "
                  "'_mta-sts 60 IN TXT \"v=STSv1; id=two;\"' }\n"));
        send(w);
        CHECK(w.mailbox("bob").size() == 1);
        w.run_for(2 * hour);
        send(w);
        INFO(w.dialogue());
        CHECK(w.decided("mail sts_kept: example.net still has a policy here"));
        CHECK(w.decided(hides_record ? "mail sts_none" : "mail sts_fetch_failed"));
        CHECK(w.mailbox("bob").size() == 2);
        std::size_t enforced = 0;
        for (const std::string& one : w.decisions())
            enforced += one.find("mail sts_enforced") != std::string::npos;
        CHECK(enforced == 2);
    }
}

TEST_CASE("several mails at once share one fetch") {
    MailWorld w(sts_world(""));
    for (int i = 0; i < 5; ++i) w.queue("mail", "alice@example.org", {"bob@example.net"});
    w.run_for(10 * minute);
    INFO(w.dialogue());
    CHECK(w.mailbox("bob").size() == 5);
    CHECK(w.conversations(443) == 1);
    CHECK(w.world().web.fetches.live() == 0);
}

TEST_CASE("a world is copied at any moment of a policy's fetch, and both go on alike") {
    const auto setup = mail_setup(
        sts_world("") + "[[timeline]]\nat = \"+1s\"\nsend = { from = \"alice\", to = \"bob\" }\n");
    const auto run = [&](Simulation& simulation, std::uint64_t events) {
        while (simulation.world().events_done < events) REQUIRE(simulation.step());
    };
    Simulation whole(make_world(setup, 1), Trace(Depth::bytes));
    whole.run_until(10 * minute);
    const std::uint64_t events = whole.world().events_done;
    Simulation again(make_world(setup, 1), Trace(Depth::bytes));
    run(again, events);
    Simulation running(make_world(setup, 1), Trace(Depth::bytes));
    std::size_t copies = 0;
    while (running.world().events_done < events) {
        const bool busy = running.world().web.fetches.live() != 0 ||
                          (running.world().mail.sts.live() != 0 && copies < 200);
        REQUIRE(running.step());
        if (!busy) continue;
        ++copies;
        INFO("copied at " << running.world().now);
        const auto copy = running.fork();
        run(*copy, events);
        CHECK(fingerprint(copy->world()) == fingerprint(again.world()));
        CHECK(views::state_fingerprint(copy->world()) == views::state_fingerprint(again.world()));
    }
    CHECK(copies > 30);
}

TEST_CASE("a sender that crashes while it looks a policy up delivers when it is up again") {
    std::size_t in_fetch = 0;
    for (unsigned delay_ms = 10; delay_ms <= 400; delay_ms += 30) {
        const std::string at = std::to_string(1000 + delay_ms) + "ms";
        MailWorld w(sts_world("", "[[timeline]]\nat = \"+" + at + "\"\n"
                                  "host = { host = \"mail\", state = \"crash\" }\n"
                                  "[[timeline]]\nat = \"+10m\"\n"
                                  "host = { host = \"mail\", state = \"up\" }\n"));
        w.run_for(second);
        w.queue("mail", "alice@example.org", {"bob@example.net"});
        w.run_for((delay_ms - 1) * millisecond);
        in_fetch += w.world().web.fetches.live();
        w.run_for(2 * hour);
        INFO("crashed after " << delay_ms << " ms\n" << w.dialogue());
        CHECK(w.mailbox("bob").size() == 1);
        CHECK(w.world().web.fetches.live() == 0);
        CHECK(w.is_empty());
    }
    CHECK(in_fetch > 0);
}

TEST_CASE("who publishes says so in the completed scenario, and completing it again changes nothing") {
    const auto setup = mail_setup(sts_world(""));
    const scenario::Scenario& s = setup->scenario;
    CHECK(scenario::complete(s) == s);
    const scenario::Host* www = scenario::find_host(s, "www");
    REQUIRE(www != nullptr);
    CHECK(www->runs(scenario::Service::https));
    REQUIRE(www->http.resources.size() == 1);
    CHECK(www->http.resources[0].body ==
          "version: STSv1\r\nmode: enforce\r\nmx: mx.example.net\r\nmax_age: 604800\r\n");
    const scenario::Loaded again = scenario::load(scenario::print(s), "printed.toml");
    INFO(scenario::print(s));
    CHECK(scenario::to_text(again.problems).empty());
    CHECK(again.declared == s);
}
