// Mail retrieval agents: what they fetch lies in another mailbox, once where the protocol allows
// that to be known, and at least once whatever crashes.
#include "sim/world/changes.hpp"
#include "tests/mail_world.hpp"

using namespace postroad;
using namespace postroad::sim;
using Catch::Matchers::ContainsSubstring;

namespace {

// Bob's old account is at an ISP; his mailbox is at home, where an agent brings the mail to.
std::string world(const std::string& agent, const std::string& isp = "") {
    return R"(
[hosts.isp]
domains = "isp.example"
)" + isp + R"(
[hosts.home]
domains = "example.org"
services = ["mta", "msa", "mda", "lmtp", "pop3", "dns", "resolver"]
[hosts.box]
network = "example-org"
[people.oldbob]
address = "bob@isp.example"
[people.bob]
address = "bob@example.org"
[people.carol]
address = "carol@example.org"
[people.alice]
address = "alice@isp.example"
[retrievers.fetcher]
host = "box"
from = "isp"
user = "oldbob"
to = "home"
every = "10m"
)" + agent;
}

const std::string for_bob = "recipients = [\"bob@example.org\"]\n";

void set_host(MailWorld& w, std::string_view host, bool up) {
    std::string error;
    REQUIRE(changes::apply_text(w.run(),
                                "host = { host = \"" + std::string(host) + "\", state = \"" +
                                    (up ? "up" : "crash") + "\" }",
                                error));
}

std::string letter(std::string_view subject, std::string_view to = "bob@isp.example") {
    return "From: alice@isp.example\r\nTo: " + std::string(to) +
           "\r\nSubject: " + std::string(subject) + "\r\n\r\nhello\r\n";
}

std::size_t how_often(const std::vector<std::string>& mails, std::string_view part) {
    std::size_t out = 0;
    for (const std::string& one : mails) out += one.find(part) != std::string::npos ? 1U : 0U;
    return out;
}

}  // namespace

TEST_CASE("an agent fetches by POP3, hands on by LMTP, and only then deletes") {
    MailWorld w(world(for_bob));
    w.queue("isp", "alice@isp.example", {"bob@isp.example"}, letter("first"));
    w.queue("isp", "", {"bob@isp.example"}, letter("a report"));
    w.run_for(11 * minute);
    INFO(w.dialogue());
    REQUIRE(w.mailbox("bob").size() == 2);
    CHECK(w.mailbox("oldbob").empty());
    // The envelope's reverse-path is what the last delivery has left of it (RFC 5321 §4.4).
    CHECK_THAT(w.mailbox("bob")[0],
               ContainsSubstring("Return-Path: <alice@isp.example>\r\nReceived:"));
    CHECK(how_often(w.mailbox("bob"), "Return-Path: <>\r\n") == 1);
    CHECK_THAT(w.mailbox("bob")[0], ContainsSubstring("with LMTP"));
    CHECK(w.decided("box mra_polls: fetcher asks isp.isp.example for the mail of oldbob"));
    CHECK(w.decided("box mra_handed_on: \"first\" has been handed on to home.example.org"));
    CHECK(!w.decided("mra_again"));
    const std::string said = w.dialogue();
    CHECK(said.find("S: 250 2.1.5 delivered") < said.find("C: DELE 1"));
    CHECK(w.world().mail.retrievers.retrievals.live() == 0);  // what is gone need not be known
    w.run_for(30 * minute);
    CHECK(w.mailbox("bob").size() == 2);
    CHECK(w.is_empty());
}

TEST_CASE("an agent hands on by SMTP, too") {
    MailWorld w(world(for_bob + "by = \"smtp\"\n"));
    w.queue("isp", "alice@isp.example", {"bob@isp.example"}, letter("first"));
    w.run_for(12 * minute);
    INFO(w.dialogue());
    REQUIRE(w.mailbox("bob").size() == 1);
    CHECK(w.mailbox("oldbob").empty());
    CHECK_THAT(w.mailbox("bob")[0], ContainsSubstring("with ESMTP"));
}

TEST_CASE("what an agent is to keep stays on the server and is fetched once") {
    MailWorld w(world(for_bob + "keep = true\n"));
    w.queue("isp", "alice@isp.example", {"bob@isp.example"}, letter("first"));
    w.run_for(35 * minute);
    INFO(w.dialogue());
    CHECK(w.mailbox("bob").size() == 1);
    CHECK(w.mailbox("oldbob").size() == 1);
    CHECK(!w.decided("mra_again"));
}

TEST_CASE("what its owner has taken from the server an agent need not know any longer") {
    MailWorld w(world(for_bob + "keep = true\n"));
    w.queue("isp", "alice@isp.example", {"bob@isp.example"}, letter("first"));
    w.run_for(15 * minute);
    CHECK(w.world().mail.retrievers.retrievals.live() == 1);
    std::string error;
    REQUIRE(changes::apply_text(w.run(), "fetch = \"oldbob\"", error));
    w.run_for(10 * minute);
    INFO(w.dialogue());
    CHECK(w.mailbox("oldbob").empty());
    CHECK(w.world().mail.retrievers.retrievals.live() == 0);
    CHECK(w.mailbox("bob").size() == 1);
}

TEST_CASE("without unique-ids what is kept comes again at each poll, and the agent says why") {
    MailWorld w(world(for_bob + "keep = true\n", "pop3.uidl = false\n"));
    w.queue("isp", "alice@isp.example", {"bob@isp.example"}, letter("first"));
    w.run_for(35 * minute);
    INFO(w.dialogue());
    CHECK(w.mailbox("bob").size() == 3);
    CHECK(w.decided("mra_again: \"first\" may have been handed on before, since the server has no "
                    "unique-ids"));
}

TEST_CASE(
    "a message that not all recipients take stays, and the next poll is for the others alone") {
    MailWorld full(world("recipients = [\"bob@example.org\", \"nobody@example.org\"]\n"));
    full.queue("isp", "alice@isp.example", {"bob@isp.example"}, letter("first"));
    full.run_for(35 * minute);
    INFO(full.dialogue());
    CHECK(full.mailbox("bob").size() == 1);
    CHECK(full.mailbox("oldbob").size() == 1);
    CHECK(full.decided(
        "box mra_stays: \"first\" stays on isp.isp.example: 550 5.1.1 no such mailbox"));
    CHECK(!full.decided("mra_again"));
}

TEST_CASE("where nobody takes mail the agent stops, and fetches again when somebody does") {
    MailWorld w(world(for_bob));
    set_host(w, "home", false);
    for (const char* subject : {"first", "second", "third"})
        w.queue("isp", "alice@isp.example", {"bob@isp.example"}, letter(subject));
    w.run_for(15 * minute);
    CHECK(w.mailbox("oldbob").size() == 3);
    CHECK(w.decided("mra_stays"));
    set_host(w, "home", true);
    w.run_for(10 * minute);
    INFO(w.dialogue());
    CHECK(w.mailbox("bob").size() == 3);
    CHECK(w.mailbox("oldbob").empty());
    CHECK(!w.decided("mra_again"));
}

TEST_CASE("a multidrop agent trusts the envelope that the server has left, and else guesses") {
    MailWorld w(world("domains = [\"example.org\"]\npostmaster = \"carol@example.org\"\n"));
    const auto drop = [&](const std::string& header) {
        w.queue("isp", "alice@isp.example", {"bob@isp.example"}, header + "\r\nhello\r\n");
    };
    drop("X-Envelope-To: carol@example.org\r\nTo: everybody@isp.example\r\nSubject: told\r\n");
    drop("To: bob@example.org, x@isp.example\r\nCc: carol@example.org\r\nSubject: guessed\r\n");
    // A mailing list's To, and Bob in Bcc: the header names nobody here.
    drop("To: list@isp.example\r\nSubject: hidden\r\n");
    // A list's post shown to bob alone, whose header names carol, too: she gets what was not hers.
    w.run_for(15 * minute);
    INFO(w.dialogue());
    CHECK(how_often(w.mailbox("carol"), "Subject: told") == 1);
    CHECK(how_often(w.mailbox("bob"), "Subject: told") == 0);
    CHECK(how_often(w.mailbox("carol"), "Subject: guessed") == 1);
    CHECK(how_often(w.mailbox("bob"), "Subject: guessed") == 1);
    CHECK(how_often(w.mailbox("bob"), "Subject: hidden") == 0);  // Bcc is lost
    CHECK(how_often(w.mailbox("carol"), "Subject: hidden") == 1);
    CHECK(w.decided("mra_envelope: the field X-Envelope-To names carol@example.org"));
    CHECK(w.decided(
        "mra_guess: no field has the envelope: bob@example.org, carol@example.org is guessed"));
    CHECK(w.decided("mra_nobody"));
    CHECK(w.mailbox("oldbob").empty());
}

TEST_CASE("a multidrop agent without a postmaster leaves what fits nobody where it is") {
    MailWorld w(world("domains = [\"example.org\"]\n"));
    w.queue("isp", "alice@isp.example", {"bob@isp.example"}, letter("for nobody"));
    w.run_for(25 * minute);
    INFO(w.dialogue());
    CHECK(w.mailbox("oldbob").size() == 1);
    CHECK(w.decided(
        "mra_stays: \"for nobody\" stays on isp.isp.example: nobody is known whose it is"));
}

TEST_CASE("an agent that is told to finds the recipient in the last Received field") {
    MailWorld w(world("domains = [\"example.org\"]\nenvelope_fields = [\"Received\"]\n"));
    w.queue("isp", "alice@isp.example", {"bob@isp.example"},
            "Received: from a.example by isp.example for <carol@example.org>;\r\n"
            "\tMon, 2 Jan 2023 00:00:00 +0000\r\n" +
                letter("by trace", "bob@example.org"));
    w.run_for(15 * minute);
    INFO(w.dialogue());
    CHECK(how_often(w.mailbox("carol"), "by trace") == 1);
    CHECK(w.mailbox("bob").empty());
    CHECK(w.decided("mra_envelope: the field Received names carol@example.org"));
}

TEST_CASE("a QUIT that was never confirmed brings nothing twice where there are unique-ids") {
    for (const bool uidl : {true, false}) {
        std::size_t again = 0;
        for (std::uint64_t cut = 0; cut < 30; ++cut) {
            MailWorld w(world(for_bob, uidl ? "" : "pop3.uidl = false\n"));
            w.queue("isp", "alice@isp.example", {"bob@isp.example"}, letter("first"));
            w.run_for(10 * minute);
            while (w.mailbox("bob").empty()) REQUIRE(w.simulation.step());
            for (std::uint64_t i = 0; i < cut; ++i) w.simulation.step();
            set_host(w, "isp", false);
            w.run_for(3 * minute);
            set_host(w, "isp", true);
            w.run_for(30 * minute);
            INFO(cut << " events later\n" << w.dialogue());
            CHECK(w.mailbox("oldbob").empty());
            if (uidl)
                CHECK(w.mailbox("bob").size() == 1);
            else
                CHECK((w.mailbox("bob").size() == 1 || w.decided("mra_again")));
            again += w.mailbox("bob").size() - 1;
            CHECK(w.world().mail.retrievers.retrievals.live() == 0);
        }
        CHECK((again == 0) == uidl);
    }
}

TEST_CASE("an agent's world runs on from a copy as it would have run itself") {
    for (std::uint64_t events = 0; events < 200; events += 7) {
        MailWorld w(world("recipients = [\"bob@example.org\", \"nobody@example.org\"]\n"));
        w.queue("isp", "alice@isp.example", {"bob@isp.example"}, letter("first"));
        w.run_for(10 * minute - millisecond);
        w.simulation.run_until(19 * minute, events);
        const auto copy = w.simulation.fork();
        w.simulation.run_until(45 * minute);
        copy->run_until(45 * minute);
        CHECK(copy->world() == w.world());
    }
}

TEST_CASE("an agent that wants TLS fetches and hands on under its protection, or not at all") {
    for (const std::string_view how : {"STLS", "from the start", "not offered"}) {
        const bool offered = how != "not offered";
        std::string text =
            world(for_bob + "tls = \"required\"\n[hosts.box.tls]\npolicy = \"required\"\n"
                            "[hosts.home.tls]\noffer = true\n",
                  offered ? "tls = { offer = true, implicit = true }\n" : "");
        if (how == "from the start")
            text.replace(text.find("from = \"isp\""), 12, "from = \"isp:995\"");
        MailWorld w(text);
        w.queue("isp", "alice@isp.example", {"bob@isp.example"}, letter("first"));
        w.run_for(15 * minute);
        INFO(how << '\n' << w.dialogue());
        CHECK(w.mailbox("bob").size() == (offered ? 1U : 0U));
        CHECK(w.mailbox("oldbob").size() == (offered ? 0U : 1U));
        CHECK(!w.decided("box secret_in_clear"));
        if (offered)
            CHECK_THAT(w.mailbox("bob")[0], ContainsSubstring("with LMTPS"));
        else
            CHECK(w.decided("box fetch_failed"));
    }
}

TEST_CASE("a crash at any event of a poll loses nothing, and what comes twice the Trace explains") {
    struct Kind {
        const char* agent;
        const char* isp;
    };
    const char* const imap = "services = [\"mta\", \"mda\", \"imap\", \"dns\", \"resolver\"]\n";
    const std::string without = std::string(imap) + "imap.capabilities_off = [\"UIDPLUS\"]\n";
    const char* const imap_without_uidplus = without.c_str();
    std::size_t twice = 0;
    std::size_t twice_by_imap = 0;
    std::size_t runs = 0;
    for (const Kind& kind :
         {Kind{"", ""}, Kind{"by = \"smtp\"\n", ""}, Kind{"", "pop3.uidl = false\n"},
          Kind{"protocol = \"imap\"\n", imap},
          Kind{"protocol = \"imap\"\n", imap_without_uidplus}})
        for (const std::string_view victim : {"box", "isp", "home"})
            for (std::uint64_t events = 0;; events += 1) {
                MailWorld w(world("recipients = [\"bob@example.org\", \"carol@example.org\"]\n" +
                                      std::string(kind.agent),
                                  kind.isp));
                w.queue("isp", "alice@isp.example", {"bob@isp.example"}, letter("first."));
                w.queue("isp", "alice@isp.example", {"bob@isp.example"}, letter("second."));
                w.run_for(10 * minute - millisecond);
                REQUIRE(w.mailbox("oldbob").size() == 2);
                if (w.simulation.run_until(19 * minute, events) == Stopped::reached) break;
                set_host(w, victim, false);
                w.run_for(5 * minute);
                set_host(w, victim, true);
                w.run_for(90 * minute);
                ++runs;
                const bool explained = w.decided("mra_again");
                for (const char* person : {"bob", "carol"})
                    for (const char* subject : {"first.", "second."}) {
                        const std::size_t copies = how_often(w.mailbox(person), subject);
                        if (copies == 1) continue;
                        INFO(victim << " went down after " << events << " events of the poll, with "
                                    << kind.agent << kind.isp << ": " << person << " has " << copies
                                    << " of " << subject << '\n'
                                    << w.dialogue());
                        CHECK(copies >= 1);
                        CHECK((copies <= 1 || explained));
                        const bool by_imap = kind.isp == imap || kind.isp == imap_without_uidplus;
                        (by_imap ? twice_by_imap : twice) += copies > 1 ? 1U : 0U;
                    }
                INFO(victim << " went down after " << events << " events of the poll, with "
                            << kind.agent << kind.isp);
                CHECK(w.mailbox("oldbob").empty());
            }
    CHECK(runs > 1000);
    CHECK(twice > 0);  // it can happen, and does
    CHECK(twice_by_imap > 0);
}
