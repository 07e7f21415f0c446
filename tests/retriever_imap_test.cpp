// Mail retrieval agents that poll by IMAP: what they know of a message is its folder, UIDVALIDITY
// and UID; where that is worth nothing any more, they say what may come twice.
#include "sim/world/changes.hpp"
#include "tests/mail_world.hpp"

using namespace postroad;
using namespace postroad::sim;
using Catch::Matchers::ContainsSubstring;

namespace {

// Bob's old account is at an ISP; his mailbox is at home, where an agent brings the mail to.
std::string world(const std::string& agent = "", const std::string& isp = "",
                  const std::string& from = "isp") {
    return "[hosts.isp]\ndomains = \"isp.example\"\n"
           "services = [\"mta\", \"mda\", \"imap\", \"dns\", \"resolver\"]\n" +
           isp +
           "[hosts.home]\ndomains = \"example.org\"\n"
           "services = [\"mta\", \"mda\", \"lmtp\", \"pop3\", \"dns\", \"resolver\"]\n"
           "[hosts.box]\nnetwork = \"example-org\"\n"
           "[people.oldbob]\naddress = \"bob@isp.example\"\n"
           "[people.bob]\naddress = \"bob@example.org\"\n"
           "[retrievers.fetcher]\nhost = \"box\"\nprotocol = \"imap\"\nfrom = \"" +
           from +
           "\"\nuser = \"oldbob\"\nto = \"home\"\nevery = \"10m\"\n"
           "recipients = [\"bob@example.org\"]\n" +
           agent;
}

void deliver(MailWorld& w, const std::string& subject) {
    w.queue("isp", "alice@isp.example", {"bob@isp.example"},
            "From: alice@isp.example\r\nTo: bob@isp.example\r\nSubject: " + subject +
                "\r\n\r\nhello\r\n");
    w.run_for(second);
}

std::size_t how_often(const std::vector<std::string>& mails, std::string_view part) {
    std::size_t out = 0;
    for (const std::string& one : mails) out += one.find(part) != std::string::npos ? 1U : 0U;
    return out;
}

std::size_t known(const MailWorld& w) { return w.world().mail.retrievers.retrievals.live(); }

// Bob's other mail program.
class Owner : public Caller {
public:
    explicit Owner(MailWorld& w) : Caller(w, "home", "isp:143") {
        CHECK_THAT(says("a LOGIN oldbob secret-oldbob"), ContainsSubstring("a OK"));
    }
};

void set_host(MailWorld& w, std::string_view host, bool up) {
    std::string error;
    REQUIRE(changes::apply_text(w.run(),
                                "host = { host = \"" + std::string(host) + "\", state = \"" +
                                    (up ? "up" : "crash") + "\" }",
                                error));
}

}  // namespace

TEST_CASE("an agent fetches by IMAP, hands on by LMTP, and only then deletes what it has fetched") {
    MailWorld w(world());
    deliver(w, "first");
    deliver(w, "second");
    {
        Owner bob(w);
        bob.says("b SELECT INBOX");
        bob.says("c STORE 1 +FLAGS (\\Deleted)");  // marked, and still there
        bob.says("d LOGOUT");
    }
    w.run_for(12 * minute);
    const std::string said = w.dialogue();
    INFO(said);
    CHECK(how_often(w.mailbox("bob"), "Subject: first") == 1);
    CHECK(how_often(w.mailbox("bob"), "Subject: second") == 1);
    CHECK(w.mailbox("oldbob").empty());
    CHECK_THAT(w.mailbox("bob")[0], ContainsSubstring("with LMTP"));
    CHECK_THAT(said, ContainsSubstring("UID FETCH 1 (UID FLAGS BODY.PEEK[])"));
    CHECK_THAT(said, ContainsSubstring("UID EXPUNGE 1"));
    CHECK(said.find("S: 250 2.1.5 delivered") < said.find("UID EXPUNGE 1"));
    CHECK(said.find("UID EXPUNGE 1") < said.find("UID FETCH 2"));
    CHECK(w.decided("box mra_handed_on: \"first\" has been handed on to home.example.org"));
    CHECK(w.decided("box secret_in_clear"));  // by LOGIN, and nothing protects it
    CHECK(!w.decided("mra_again"));
    CHECK(!w.decided("expunge_takes_all"));
    CHECK(!w.decided("fetch_failed"));
    CHECK(known(w) == 0);
    w.run_for(30 * minute);
    CHECK(w.mailbox("bob").size() == 2);
}

TEST_CASE("an agent looks into each of its folders, and says which is not there") {
    MailWorld w(world("folders = [\"Lost\", \"INBOX\", \"Old mail\"]\n"));
    deliver(w, "first");
    {
        Owner bob(w);
        bob.says("b CREATE \"Old mail\"");
        bob.says("c SELECT INBOX");
        bob.says("d MOVE 1 \"Old mail\"");
        bob.says("e LOGOUT");
    }
    deliver(w, "second");
    w.run_for(12 * minute);
    INFO(w.dialogue());
    CHECK(w.mailbox("bob").size() == 2);
    CHECK(w.mailbox("oldbob").empty());
    CHECK(w.mailbox("oldbob", "Old mail").empty());
    CHECK(w.decided("box fetch_failed: mail could not be fetched from isp.isp.example"));
    CHECK(known(w) == 0);
}

TEST_CASE("without UIDPLUS an agent's EXPUNGE takes what others have marked, and it says so") {
    MailWorld w(world("", "imap.capabilities_off = [\"UIDPLUS\"]\n"));
    deliver(w, "first");
    w.run_for(12 * minute);
    INFO(w.dialogue());
    CHECK(w.mailbox("bob").size() == 1);
    CHECK(w.mailbox("oldbob").empty());
    CHECK(w.decided("box expunge_takes_all"));
    // RFC 9051 appendix E: IMAP4rev2 would promise UIDPLUS.
    CHECK_THAT(w.dialogue(), !ContainsSubstring("IMAP4rev2"));
}

TEST_CASE("what an IMAP agent is to keep is fetched once, until its owner takes it away") {
    MailWorld w(world("keep = true\n"));
    deliver(w, "first");
    w.run_for(35 * minute);
    INFO(w.dialogue());
    CHECK(w.mailbox("bob").size() == 1);
    CHECK(w.mailbox("oldbob").size() == 1);
    CHECK(known(w) == 1);
    CHECK(!w.decided("mra_again"));
    Owner bob(w);
    bob.says("b SELECT INBOX");
    bob.says("c STORE 1 +FLAGS (\\Deleted)");
    bob.says("d EXPUNGE");
    bob.says("e LOGOUT");
    deliver(w, "second");
    w.run_for(12 * minute);
    CHECK(known(w) == 1);  // the first need not be known any longer
    CHECK(w.mailbox("bob").size() == 2);
    CHECK(w.mailbox("oldbob").size() == 1);
    CHECK(!w.decided("mra_again"));
}

TEST_CASE(
    "another UIDVALIDITY makes what is known void: what comes again the agent has announced") {
    MailWorld w(world("keep = true\nfolders = [\"Kept\"]\n"));
    deliver(w, "first");
    deliver(w, "second");
    const auto keeps = [&](bool anew) {
        Owner bob(w);
        if (anew) {
            bob.says("b SELECT Kept");
            bob.says("c MOVE 1:2 INBOX");
            bob.says("d CLOSE");
            bob.says("e DELETE Kept");
        }
        bob.says("f CREATE Kept");
        bob.says("g SELECT INBOX");
        CHECK_THAT(bob.says("h MOVE 1:2 Kept"), ContainsSubstring("h OK"));
        bob.says("i LOGOUT");
    };
    keeps(false);
    w.run_for(15 * minute);
    CHECK(w.mailbox("bob").size() == 2);
    CHECK(!w.decided("cache_void"));
    keeps(true);
    // Nobody takes the first now, and so the second is not even fetched: that it was known must
    // not be forgotten.
    set_host(w, "home", false);
    w.run_for(10 * minute);
    set_host(w, "home", true);
    w.run_for(35 * minute);
    INFO(w.dialogue());
    CHECK(how_often(w.mailbox("bob"), "Subject: first") == 2);
    CHECK(how_often(w.mailbox("bob"), "Subject: second") == 2);
    CHECK(w.mailbox("oldbob", "Kept").size() == 2);
    CHECK(w.decided("box cache_void: Kept has another UIDVALIDITY"));
    for (const char* one : {"first", "second"})
        CHECK(w.decided("mra_again: \"" + std::string(one) + "\" (Kept "));
    CHECK(w.decided("may have been handed on before, since its folder has another UIDVALIDITY"));
    CHECK(known(w) == 2);
}

TEST_CASE(
    "a crash at any event after UIDVALIDITY has changed makes nothing come twice unexplained") {
    std::size_t twice = 0;
    for (const std::string_view victim : {"box", "isp", "home"})
        for (std::uint64_t events = 0;; events += 2) {
            MailWorld w(world("keep = true\nfolders = [\"Kept\"]\n"));
            deliver(w, "first");
            {
                Owner bob(w);
                for (const char* line : {"b CREATE Kept", "c SELECT INBOX", "d MOVE 1 Kept"})
                    bob.says(line);
                w.run_for(15 * minute);
                REQUIRE(w.mailbox("bob").size() == 1);
                for (const char* line :
                     {"e SELECT Kept", "f MOVE 1 INBOX", "g CLOSE", "h DELETE Kept",
                      "i CREATE Kept", "j SELECT INBOX", "k MOVE 1 Kept", "l LOGOUT"})
                    bob.says(line);
            }
            REQUIRE(w.mailbox("oldbob", "Kept").size() == 1);
            w.simulation.run_until(20 * minute - millisecond);
            if (w.simulation.run_until(25 * minute, events) == Stopped::reached) break;
            set_host(w, victim, false);
            w.run_for(2 * minute);
            set_host(w, victim, true);
            w.run_for(45 * minute);
            INFO(victim << " went down after " << events << " events\n" << w.dialogue());
            CHECK(!w.mailbox("bob").empty());
            CHECK((w.mailbox("bob").size() == 1 || w.decided("box mra_again")));
            CHECK(w.mailbox("oldbob", "Kept").size() == 1);
            CHECK(known(w) == 1);
            twice += w.mailbox("bob").size() > 1 ? 1U : 0U;
        }
    CHECK(twice > 0);
}

TEST_CASE("where nobody takes mail an IMAP agent stops, and goes on when somebody does") {
    MailWorld w(world());
    set_host(w, "home", false);
    for (const char* subject : {"first", "second", "third"}) deliver(w, subject);
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

TEST_CASE("an IMAP agent that wants TLS fetches by STARTTLS or at port 993, or not at all") {
    for (const std::string_view how : {"STARTTLS", "from the start", "not offered"}) {
        const bool offered = how != "not offered";
        MailWorld w(world("tls = \"required\"\n",
                          offered ? "tls = { offer = true, implicit = true }\n" : "",
                          how == "from the start" ? "isp:993" : "isp"));
        deliver(w, "first");
        w.run_for(15 * minute);
        INFO(how << '\n' << w.dialogue());
        CHECK(w.mailbox("bob").size() == (offered ? 1U : 0U));
        CHECK(w.mailbox("oldbob").size() == (offered ? 0U : 1U));
        CHECK(w.conversations(993) == (how == "from the start" ? 1U : 0U));
        CHECK(!w.decided("box secret_in_clear"));
        if (!offered) CHECK(w.decided("box fetch_failed"));
    }
}

TEST_CASE("an IMAP agent with the wrong password says that it cannot log in") {
    MailWorld w(world("password = \"wrong\"\n"));
    deliver(w, "first");
    w.run_for(15 * minute);
    INFO(w.dialogue());
    CHECK(w.mailbox("oldbob").size() == 1);
    CHECK(w.decided("box fetch_failed"));
}

TEST_CASE("an IMAP agent's world runs on from a copy as it would have run itself") {
    for (std::uint64_t events = 0; events < 200; events += 7) {
        MailWorld w(world());
        deliver(w, "first");
        deliver(w, "second");
        w.run_for(10 * minute - 3 * second);
        w.simulation.run_until(19 * minute, events);
        const auto copy = w.simulation.fork();
        w.simulation.run_until(45 * minute);
        copy->run_until(45 * minute);
        CHECK(copy->world() == w.world());
        CHECK(w.mailbox("bob").size() == 2);
    }
}
