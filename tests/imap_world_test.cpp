// IMAP in whole worlds: sessions that share folders, what waits in IDLE is told, what rules have
// filed, and what a crash keeps.
#include "tests/mail_world.hpp"

using namespace postroad;
using namespace postroad::sim;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string office(const std::string& more = "", const std::string& bob = "") {
    return "[hosts.mail]\ndomains = \"example.org\"\n"
           "services = [\"mta\", \"msa\", \"mda\", \"pop3\", \"imap\", \"lmtp\", \"dns\", \"resolver\"]\n" +
           more +
           "[people.alice]\naddress = \"alice@example.org\"\n"
           "[people.bob]\naddress = \"bob@example.org\"\n" + bob;
}

void deliver(MailWorld& w, const std::string& subject, const std::string& to = "bob@example.org") {
    w.queue("mail", "alice@example.org", {to},
            "Subject: " + subject + "\r\nFrom: alice@example.org\r\nTo: bob@example.org\r\n\r\nhello\r\n");
    w.run_for(second);
}

class Reader : public Caller {
  public:
    explicit Reader(MailWorld& w, std::uint32_t number = 1, const std::string& place = "mail:143")
        : Caller(w, "bob-pc", place, number) {}
    void log_in() { CHECK_THAT(says("a LOGIN bob secret-bob"), ContainsSubstring("a OK")); }
};

}  // namespace

TEST_CASE("a mailbox is read, flagged and emptied by IMAP") {
    MailWorld w(office());
    deliver(w, "one");
    deliver(w, "two");
    Reader bob(w);
    CHECK_THAT(bob.greeting, ContainsSubstring("* OK [CAPABILITY IMAP4rev1 "));
    CHECK_THAT(bob.says("a LOGIN bob wrong"), !ContainsSubstring("a OK"));
    CHECK_THAT(bob.hears(5 * second), ContainsSubstring("a NO [AUTHENTICATIONFAILED]"));
    bob.log_in();
    const std::string folders = bob.says("b LIST \"\" *");
    for (const char* one : {"INBOX", "Sent", "Trash", "Junk", "Drafts"})
        CHECK_THAT(folders, ContainsSubstring(one));
    CHECK_THAT(folders, ContainsSubstring("\\Trash"));
    const std::string selected = bob.says("c SELECT INBOX");
    CHECK_THAT(selected, ContainsSubstring("* 2 EXISTS\r\n"));
    CHECK_THAT(selected, ContainsSubstring("c OK [READ-WRITE]"));
    CHECK_THAT(bob.says("d FETCH 1:* (UID FLAGS ENVELOPE)"),
               ContainsSubstring("\"one\"") && ContainsSubstring("\"two\"") && ContainsSubstring("UID 2"));
    CHECK_THAT(bob.says("e FETCH 1 BODY[TEXT]"), ContainsSubstring("hello\r\n"));
    CHECK_THAT(bob.says("f SEARCH SEEN"), ContainsSubstring("* SEARCH 1\r\n"));
    CHECK_THAT(bob.says("g SEARCH SUBJECT two"), ContainsSubstring("* SEARCH 2\r\n"));
    CHECK_THAT(bob.says("h COPY 2 Trash"), ContainsSubstring("h OK [COPYUID "));
    CHECK_THAT(bob.says("i STORE 2 +FLAGS (\\Deleted)"), ContainsSubstring("\\Deleted"));
    CHECK_THAT(bob.says("j EXPUNGE"), ContainsSubstring("* 2 EXPUNGE\r\n"));
    CHECK_THAT(bob.says("k LOGOUT"), ContainsSubstring("* BYE"));
    CHECK(w.mailbox("bob").size() == 1);
    CHECK(w.mailbox("bob", "Trash").size() == 1);
}

TEST_CASE("two sessions in one folder keep their numbers until each is told what went") {
    MailWorld w(office());
    for (const char* one : {"one", "two", "three"}) deliver(w, one);
    Reader here(w, 1), there(w, 2);
    here.log_in();
    there.log_in();
    here.says("b SELECT INBOX");
    there.says("b SELECT INBOX");
    here.says("c STORE 1 +FLAGS.SILENT (\\Deleted)");
    here.says("d EXPUNGE");
    // RFC 3501 §7.4.1: no EXPUNGE while FETCH is answered; its numbers are the old ones.
    const std::string fetched = there.says("c FETCH 3 (FLAGS)");
    CHECK_THAT(fetched, ContainsSubstring("* 3 FETCH"));
    CHECK_THAT(fetched, !ContainsSubstring("EXPUNGE"));
    CHECK_THAT(there.says("d NOOP"), ContainsSubstring("* 1 EXPUNGE\r\n"));
    CHECK_THAT(there.says("e FETCH 1 (UID)"), ContainsSubstring("UID 2"));
    here.says("e STORE 1 +FLAGS (\\Flagged)");
    CHECK_THAT(there.says("f NOOP"), ContainsSubstring("* 1 FETCH") && ContainsSubstring("\\Flagged"));
}

TEST_CASE("who waits in IDLE is told at once of new mail and of what others do") {
    MailWorld w(office());
    deliver(w, "one");
    Reader waits(w, 1), works(w, 2);
    waits.log_in();
    works.log_in();
    waits.says("b SELECT INBOX");
    works.says("b SELECT INBOX");
    CHECK_THAT(waits.says("c IDLE"), ContainsSubstring("+ "));
    deliver(w, "two");
    CHECK_THAT(waits.hears(second), ContainsSubstring("* 2 EXISTS\r\n"));
    works.says("c STORE 1 +FLAGS (\\Flagged)");
    CHECK_THAT(waits.hears(second), ContainsSubstring("* 1 FETCH") && ContainsSubstring("\\Flagged"));
    CHECK_THAT(waits.says("DONE"), ContainsSubstring("c OK"));
}

TEST_CASE("rules file mail where POP3 cannot see it") {
    MailWorld w(office("", "sieve = '''\nrequire [\"fileinto\", \"mailbox\", \"imap4flags\"];\n"
                           "if header :contains \"Subject\" \"[team]\" {\n"
                           "  fileinto :create :flags \"\\\\Flagged\" \"Team\";\n}\n'''\n"));
    deliver(w, "[team] hello");
    deliver(w, "lunch");
    CHECK(w.mailbox("bob").size() == 1);
    CHECK(w.mailbox("bob", "Team").size() == 1);
    CHECK(w.decided("sieve_test: line 2: header: true"));
    CHECK(w.decided("sieve_filed: the rules of bob@example.org put it into Team"));
    Reader bob(w);
    bob.log_in();
    bob.says("b SELECT Team");
    CHECK_THAT(bob.says("c FETCH 1 (FLAGS)"), ContainsSubstring("\\Flagged"));
    Caller pop(w, "bob-pc", "mail:110", 2);
    pop.says("USER bob");
    CHECK_THAT(pop.says("PASS secret-bob"), ContainsSubstring("+OK"));
    CHECK_THAT(pop.says("STAT"), ContainsSubstring("+OK 1 "));
    CHECK(w.decided("pop_sees_inbox: 1 messages lie in other folders"));
}

TEST_CASE("a vacation is told once, not to lists and not to machines") {
    MailWorld w(office("", "sieve = '''\nrequire \"vacation\";\nvacation \"I am away.\";\n'''\n"));
    deliver(w, "one");
    deliver(w, "two");
    w.run_for(minute);
    REQUIRE(w.mailbox("alice").size() == 1);
    CHECK_THAT(w.mailbox("alice")[0], ContainsSubstring("I am away.") &&
                                          ContainsSubstring("Auto-Submitted: auto-replied"));
    CHECK(w.decided("has been told a short while ago"));
    w.queue("mail", "", {"bob@example.org"}, "Subject: report\r\nTo: bob@example.org\r\n\r\nx\r\n");
    w.run_for(minute);
    CHECK(w.decided("the return address is empty"));
}

namespace {

std::string refuses(const std::string& command, const std::string& reason = "no thank you") {
    return "sieve = '''\nrequire \"" + command + "\";\n" + command + " \"" + reason + "\";\n'''\n";
}
const std::string by_lmtp = "mda = { by = \"lmtp\" }\n";

}  // namespace

TEST_CASE("after the conversation reject sends a report of its own, and ereject a bounce") {
    MailWorld w(office("", refuses("reject")));
    deliver(w, "offer");
    w.run_for(minute);
    INFO(w.dialogue());
    CHECK(w.mailbox("bob").empty());
    CHECK(w.decided("mail sieve_report: the rules of bob@example.org refuse it"));
    CHECK(w.count(CustodyMove::discarded) == 1);
    CHECK(w.is_empty());
    REQUIRE(w.mailbox("alice").size() == 1);
    CHECK_THAT(w.mailbox("alice")[0],
               ContainsSubstring("no thank you") &&
                   ContainsSubstring("report-type=disposition-notification") &&
                   ContainsSubstring("Final-Recipient: rfc822; bob@example.org\r\n") &&
                   ContainsSubstring("Disposition: automatic-action/MDN-sent-automatically; deleted") &&
                   ContainsSubstring("Return-Path: <>\r\n") &&
                   ContainsSubstring("From: bob@example.org\r\n"));

    MailWorld other(office("", refuses("ereject")));
    deliver(other, "offer");
    other.run_for(minute);
    REQUIRE(other.mailbox("alice").size() == 1);
    CHECK_THAT(other.mailbox("alice")[0], ContainsSubstring("no thank you") &&
                                              ContainsSubstring("report-type=delivery-status"));
    CHECK(other.count(CustodyMove::discarded) == 0);
}

TEST_CASE("in an LMTP conversation reject is a reply, unless its words are not ASCII") {
    MailWorld w(office(by_lmtp, refuses("reject")));
    deliver(w, "offer");
    w.run_for(minute);
    INFO(w.dialogue());
    CHECK_THAT(w.dialogue(), ContainsSubstring("550 5.7.1 no thank you"));
    REQUIRE(w.mailbox("alice").size() == 1);
    CHECK_THAT(w.mailbox("alice")[0], ContainsSubstring("report-type=delivery-status"));

    MailWorld polite(office(by_lmtp, refuses("reject", "non, merci à vous")));
    deliver(polite, "offer");
    polite.run_for(minute);
    INFO(polite.dialogue());
    CHECK(polite.decided("mail sieve_report: "));
    CHECK(polite.mailbox("bob").empty());
    REQUIRE(polite.mailbox("alice").size() == 1);
    CHECK_THAT(polite.mailbox("alice")[0],
               ContainsSubstring("report-type=disposition-notification"));

    MailWorld short_words(office(by_lmtp, refuses("ereject", "non, merci à vous")));
    deliver(short_words, "offer");
    short_words.run_for(minute);
    CHECK_THAT(short_words.dialogue(), ContainsSubstring("550 5.7.1 non, merci ? vous"));
}

TEST_CASE("nobody is told of a rejected report, or reports would go round") {
    MailWorld w(office("", refuses("reject")));
    w.queue("mail", "", {"bob@example.org"}, "Subject: report\r\n\r\nx\r\n");
    w.run_for(minute);
    CHECK(w.decided("mail sieve_no_report: the rules of bob@example.org refuse it"));
    CHECK(w.mailbox("bob").empty());
    CHECK(w.count(CustodyMove::discarded) == 1);
    CHECK(w.is_empty());
}

TEST_CASE("a mistake in rules is shown at its place in the scenario") {
    const Opened opened = open_scenario(
        "postroad = 1\n" + office("", "sieve = '''\nif true { filinto \"x\"; }\n'''\n"), "test.toml");
    CHECK(opened.setup == nullptr);
    CHECK_THAT(scenario::to_text(opened.problems),
               ContainsSubstring("test.toml:") && ContainsSubstring("filinto") &&
                   ContainsSubstring("fileinto"));
}

TEST_CASE("what IMAP has acknowledged outlives a crash of its host") {
    MailWorld w(office() + "[[timeline]]\nat = \"+1m\"\nhost = { host = \"mail\", state = \"crash\" }\n"
                           "[[timeline]]\nat = \"+2m\"\nhost = { host = \"mail\", state = \"up\" }\n");
    deliver(w, "one");
    {
        Reader bob(w);
        bob.log_in();
        bob.says("b CREATE Projects");
        bob.says("c SELECT INBOX");
        CHECK_THAT(bob.says("d MOVE 1 Projects"), ContainsSubstring("d OK"));
    }
    w.run_for(3 * minute);
    CHECK(w.mailbox("bob", "Projects").size() == 1);
    Reader again(w, 3);
    again.log_in();
    CHECK_THAT(again.says("b SELECT Projects"), ContainsSubstring("* 1 EXISTS"));
    CHECK(w.world().mail.open_folders.live() == 1);  // the one of before went with its connection
}

TEST_CASE("IMAP is protected by STARTTLS and at port 993, and takes no password before that") {
    MailWorld w(office("tls = { offer = true, implicit = true }\n"));
    Reader bob(w);
    CHECK_THAT(bob.greeting, ContainsSubstring("STARTTLS") && ContainsSubstring("LOGINDISABLED"));
    CHECK_THAT(bob.says("a LOGIN bob secret-bob"), !ContainsSubstring("a OK"));
}

TEST_CASE("who has a folder open that another session deletes is told, and let go of") {
    MailWorld w(office());
    Reader here(w, 1), there(w, 2);
    here.log_in();
    there.log_in();
    here.says("b CREATE Gone");
    there.says("b SELECT Gone");
    CHECK_THAT(here.says("c DELETE Gone"), ContainsSubstring("c OK"));
    CHECK_THAT(there.says("c NOOP"), ContainsSubstring("* BYE") && ContainsSubstring("c "));
    CHECK(w.world().mail.open_folders.live() == 0);
}

TEST_CASE("people read, answer, file and remove by habit, and the server knows it by IMAP") {
    MailWorld w(office("", "fetch.protocol = \"imap\"\n") +
                "[habits.desk]\npeople = \"bob\"\nevery = \"10m\"\ntakes = \"30s\"\nreplies = \"50%\"\n"
                "removes = \"30%\"\nfiles = \"50%\"\nuntil = \"+10h\"\n"
                "[[workloads]]\nfrom = \"alice\"\nto = \"bob\"\nrate = \"12/h\"\ncount = 40\n");
    w.run_for(12 * 3600 * second);
    CHECK(w.count(CustodyMove::fetched) >= 40);
    const std::size_t filed = w.mailbox("bob", "Archive").size();
    const std::size_t removed = w.mailbox("bob", "Trash").size();
    CHECK(filed > 5);
    CHECK(removed > 3);
    CHECK(w.mailbox("bob").size() + filed + removed == 40);
    CHECK(w.mailbox("alice").size() > 5);
    CHECK(w.decided("handled: bob: answers"));
}

TEST_CASE("a web mailer opens what is unread, and keeps nothing between its pages") {
    MailWorld w(office("", "fetch.protocol = \"web\"\n") +
                "[[timeline]]\nat = \"+10s\"\nfetch = \"bob\"\n"
                "[[timeline]]\nat = \"+1m\"\nhandle = { person = \"bob\", act = \"remove\", subject = \"one\" }\n");
    deliver(w, "one");
    deliver(w, "two");
    w.run_for(2 * minute);
    CHECK(w.count(CustodyMove::fetched) == 2);
    CHECK(w.mailbox("bob").size() == 1);
    CHECK(w.mailbox("bob", "Trash").size() == 1);
}
