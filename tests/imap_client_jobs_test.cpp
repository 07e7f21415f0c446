// The IMAP client's jobs: what each says, and what it makes of the answers.
#include "protocols/imap/client.hpp"

#include "tests/support/imap_client_desk.hpp"

using namespace postroad;
using imap::Job;
using imap::JobKind;
using Lines = std::vector<std::string>;

TEST_CASE("an IMAP client fetches whole messages, parts, and large ones in pieces") {
    ImapClient client;
    client.logs_in("");
    open_mailbox(client, 3);
    SECTION("whole") {
        CHECK(words(client.does(on_uids(JobKind::fetch, "10:20"))) ==
              "UID FETCH 10:20 (UID FLAGS BODY.PEEK[])\r\n");
        client.hears("* 1 FETCH (UID 10 FLAGS () BODY[] {4}\r\n{3}\r)\r\n"
                     "* 2 FETCH (BODY[] \"a\\\\b\" UID 20)\r\n* 3 FETCH (UID 30 BODY[] NIL)\r\n" +
                     client.tag() + "OK\r\n");
        CHECK(client.told == Lines{"flags 10 flags=() number=1", "message 10 {3}\r",
                                   "message 20 a\\b", "job done fetch"});
    }
    SECTION("in pieces") {
        Job pieces = on_uids(JobKind::fetch, "10,20:21");
        pieces.chunk_octets = 4;
        CHECK(words(client.does(pieces)) == "UID FETCH 10 (UID BODY.PEEK[]<0.4>)\r\n");
        CHECK(words(client.hears("* 1 FETCH (UID 10 BODY[]<0> {4}\r\nabcd)\r\n" + client.tag() +
                                 "OK\r\n")) == "UID FETCH 10 (UID BODY.PEEK[]<4.4>)\r\n");
        CHECK(words(client.hears("* 1 FETCH (UID 10 BODY[]<4> {1}\r\ne)\r\n" + client.tag() +
                                 "OK\r\n")) == "UID FETCH 20 (UID BODY.PEEK[]<0.4>)\r\n");
        CHECK(client.told == Lines{"message 10 abcde"});
        // One that is not there, and one whose server knows no pieces.
        CHECK(words(client.hears(client.tag() + "OK\r\n")) ==
              "UID FETCH 21 (UID BODY.PEEK[]<0.4>)\r\n");
        client.hears("* 3 FETCH (UID 21 BODY[] {6}\r\nwhole!)\r\n" + client.tag() + "OK\r\n");
        CHECK(client.told[1].starts_with("doubt"));  // number 3 has another UID
        CHECK(client.told.back() == "job done fetch");
    }
    SECTION("a part") {
        Job part = on_uids(JobKind::part, "10");
        part.section = "1.2";
        CHECK(words(client.does(part)) == "UID FETCH 10 (UID BODY.PEEK[1.2])\r\n");
        client.hears("* 1 FETCH (UID 10 BODY[1] {1}\r\nx BODY[1.2] {2}\r\nyz)\r\n" + client.tag() +
                     "OK\r\n");
        CHECK(client.told == Lines{"part 10 yz", "job done part"});
    }
    SECTION("summaries of the last messages") {
        Job last = job(JobKind::summaries);
        last.last = 2;
        last.wants = imap::summary::envelope;
        CHECK(words(client.does(last)) ==
              "FETCH 2:3 (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)\r\n");
        client.hears("* 3 FETCH (UID 30 FLAGS (\\Seen) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" "
                     "RFC822.SIZE 44 ENVELOPE (NIL {1}\r\n) NIL) X-NEW (1 (2 \")\")) Y {2}\r\n))"
                     ")\r\n* 1 FETCH (FLAGS (\\Deleted))\r\n" +
                     client.tag() + "OK\r\n");
        CHECK(client.told ==
              Lines{"summary 30 flags=(\\Seen) number=3 size=44 date=17-Jul-1996 02:44:25 -0700 "
                    "envelope=(NIL {1}\r\n) NIL)",
                    "flags 10 flags=(\\Deleted) number=1", "job done summaries"});
    }
}

TEST_CASE("an IMAP client moves by MOVE, or by what MOVE is made of, and warns of EXPUNGE") {
    Job move = on_uids(JobKind::move, "20");
    move.to = "Trash";
    SECTION("MOVE") {
        ImapClient client;
        client.logs_in("MOVE UIDPLUS");
        open_mailbox(client, 3);
        CHECK(words(client.does(move)) == "UID MOVE 20 Trash\r\n");
        client.hears("* OK [COPYUID 9 20 100] moved\r\n* 2 EXPUNGE\r\n" + client.tag() +
                     "OK .\r\n");
        CHECK(client.told == Lines{"copied name=Trash uidvalidity=9 from=20 to=100",
                                   "expunged 20 2", "job done move text=."});
    }
    SECTION("UIDPLUS") {
        ImapClient client;
        client.logs_in("UIDPLUS");
        open_mailbox(client, 3);
        CHECK(words(client.does(move)) == "UID COPY 20 Trash\r\n");
        CHECK(words(client.hears(client.tag() + "OK\r\n")) ==
              "UID STORE 20 +FLAGS.SILENT (\\Deleted)\r\n");
        CHECK(words(client.hears(client.tag() + "OK\r\n")) == "UID EXPUNGE 20\r\n");
        client.hears("* 2 EXPUNGE\r\n" + client.tag() + "OK\r\n");
        CHECK(client.told == Lines{"expunged 20 2", "job done move"});
    }
    SECTION("neither") {
        ImapClient client;
        client.logs_in("");
        open_mailbox(client, 3);
        client.does(move);
        client.hears(client.tag() + "OK\r\n");
        CHECK(words(client.hears(client.tag() + "OK\r\n")) == "EXPUNGE\r\n");
        REQUIRE(client.told.size() == 1);
        CHECK(client.told[0].starts_with("danger EXPUNGE without UIDPLUS removes everything"));
    }
    SECTION("nowhere to move to") {
        ImapClient client;
        client.logs_in("");
        open_mailbox(client, 3);
        client.does(move);
        client.hears(client.tag() + "NO [TRYCREATE] no such mailbox\r\n");
        CHECK(client.told == Lines{"job failed move code=TRYCREATE text=no such mailbox"});
        CHECK(client.wants_job);
    }
}

TEST_CASE("an IMAP client says the other jobs as their RFCs have them") {
    ImapClient client;
    client.logs_in("CONDSTORE LIST-EXTENDED SPECIAL-USE UNSELECT");
    open_mailbox(client, 2);
    const auto says = [&](const Job& one) {
        const std::string said = client.does(one);
        while (!client.wants_job) client.hears(client.tag() + "OK done\r\n");
        return words(said);
    };
    Job store = on_uids(JobKind::store, "10");
    store.flags = "\\Seen $Junk";
    CHECK(says(store) == "UID STORE 10 +FLAGS (\\Seen $Junk)\r\n");
    store.sign = '-';
    store.unchanged_since = 12;
    CHECK(says(store) == "UID STORE 10 (UNCHANGEDSINCE 12) -FLAGS (\\Seen $Junk)\r\n");
    store.sign = '=';
    store.flags.clear();
    store.unchanged_since = 0;
    CHECK(says(store) == "UID STORE 10 FLAGS ()\r\n");
    CHECK(says(on_uids(JobKind::expunge, "10")) == "UID STORE 10 +FLAGS.SILENT (\\Deleted)\r\n");
    Job copy = on_uids(JobKind::copy, "10:20");
    copy.to = "A b";
    CHECK(says(copy) == "UID COPY 10:20 \"A b\"\r\n");
    Job rename = on_mailbox(JobKind::rename, "Old");
    rename.to = "NIL";
    CHECK(says(rename) == "RENAME Old \"NIL\"\r\n");
    CHECK(says(on_mailbox(JobKind::remove, "Old")) == "DELETE Old\r\n");
    CHECK(says(on_mailbox(JobKind::subscribe, "Old")) == "SUBSCRIBE Old\r\n");
    CHECK(says(on_mailbox(JobKind::unsubscribe, "Old")) == "UNSUBSCRIBE Old\r\n");
    Job list = on_mailbox(JobKind::list, "%");
    list.subscribed = true;
    CHECK(says(list) == "LIST (SUBSCRIBED) \"\" \"%\" RETURN (SPECIAL-USE)\r\n");
    CHECK(says(on_mailbox(JobKind::status, "INBOX")) ==
          "STATUS INBOX (MESSAGES UIDNEXT UIDVALIDITY UNSEEN HIGHESTMODSEQ)\r\n");
    CHECK(says(job(JobKind::unselect)) == "UNSELECT\r\n");
    CHECK(client.machine.selected == 0);
    CHECK(says(on_mailbox(JobKind::examine, "INBOX")) == "EXAMINE INBOX (CONDSTORE)\r\n");
    CHECK(client.machine.selected == 2);
    CHECK(says(job(JobKind::close)) == "CLOSE\r\n");

    ImapClient old;
    old.logs_in("");
    list.subscribed = true;
    CHECK(words(old.does(list)) == "LSUB \"\" \"%\"\r\n");
    old.hears("* LSUB () \"/\" INBOX\r\nA1 OK\r\n");
    CHECK(old.told[0] == "folder 1 name=INBOX delimiter=/");
    old.does(on_mailbox(JobKind::status, "INBOX"));
    old.told.clear();
    old.hears("* STATUS INBOX (MESSAGES 3 UNSEEN 1 SIZE 44 MAILBOXID (x1) HIGHESTMODSEQ 9)\r\n");
    CHECK(old.told == Lines{"status name=INBOX messages=3 unseen=1 size=44 modseq=9"});
}

TEST_CASE("an IMAP client names mailboxes in modified UTF-7, and reads them back") {
    ImapClient client;
    client.logs_in("");
    CHECK(client.does(on_mailbox(JobKind::create, "Entw\xc3\xbcrfe & Co")) ==
          "A1 CREATE \"Entw&APw-rfe &- Co\"\r\n");
    client.hears("A1 OK\r\n");
    CHECK(client.does(on_mailbox(JobKind::list, "*")) == "A2 LIST \"\" \"*\"\r\n");
    client.told.clear();
    client.hears("* LIST (\\Drafts) \"/\" Entw&APw-rfe\r\n* LIST () NIL {3}\r\na b\r\n"
                 "* LIST () \"/\" \"broken &\"\r\nA2 OK\r\n");
    CHECK(client.told == Lines{"folder name=Entw\xc3\xbcrfe delimiter=/ attributes=\\Drafts",
                               "folder name=a b", "folder name=broken & delimiter=/",
                               "job done list"});
}

TEST_CASE("an IMAP client appends by a literal that waits, or by one that does not") {
    Job append = on_mailbox(JobKind::append, "Sent");
    append.flags = "\\Seen";
    append.content = "Subject: x\r\n\r\n";
    ImapClient waits;
    waits.logs_in("UIDPLUS");
    CHECK(waits.does(append) == "A1 APPEND Sent (\\Seen) {14}\r\n");
    CHECK(waits.hears("+ go\r\n") == "Subject: x\r\n\r\n\r\n");
    CHECK(waits.fx.said.back().speech == Speech::content);
    waits.hears("A1 OK [APPENDUID 38505 3955] done\r\n");
    CHECK(waits.told[0] == "appended 3955 name=Sent uidvalidity=38505");

    ImapClient over_quota;
    over_quota.logs_in("");
    over_quota.does(append);
    over_quota.hears("A1 NO [OVERQUOTA] full\r\n");
    CHECK(over_quota.told == Lines{"job failed append code=OVERQUOTA text=full"});
    CHECK(over_quota.does(job(JobKind::noop)) == "A2 NOOP\r\n");

    ImapClient plus;
    plus.logs_in("LITERAL+");
    append.date = "17-Jul-1996 02:44:25 -0700";
    CHECK(plus.does(append) == "A1 APPEND Sent (\\Seen) \"17-Jul-1996 02:44:25 -0700\" {14+}\r\n"
                               "Subject: x\r\n\r\n\r\n");
    ImapClient minus;
    minus.logs_in("LITERAL-");
    append.content = std::string(5000, 'x');
    CHECK(minus.does(append).ends_with("{5000}\r\n"));
}

TEST_CASE("an IMAP client searches by what it is told, and sends strange octets as literals") {
    ImapClient client;
    client.logs_in("");
    open_mailbox(client, 2);
    Job search = job(JobKind::search);
    search.program = "UNSEEN SUBJECT \"a \\\" b\"";
    CHECK(words(client.does(search)) == "UID SEARCH UNSEEN SUBJECT \"a \\\" b\"\r\n");
    client.hears("* SEARCH 20 10 (MODSEQ 9)\r\n" + client.tag() + "OK\r\n");
    CHECK(client.told[0] == "found 2 10,20");
    search.program = "SUBJECT \"gr\xc3\xbc\xc3\x9f\" SEEN";
    CHECK(words(client.does(search)) == "UID SEARCH CHARSET UTF-8 SUBJECT {6}\r\n");
    CHECK(client.hears("+\r\n") == "gr\xc3\xbc\xc3\x9f SEEN\r\n");
    client.told.clear();
    client.hears("* SEARCH\r\n" + client.tag() + "OK\r\n");
    CHECK(client.told[0] == "found");
}

TEST_CASE("an IMAP client idles until it has work, and every 29 minutes anew") {
    ImapClient client;
    client.logs_in("IDLE");
    open_mailbox(client, 1);
    CHECK(words(client.does(job(JobKind::idle))) == "IDLE\r\n");
    client.hears("+ idling\r\n* 2 EXISTS\r\n");
    CHECK(client.idles);
    CHECK(client.wait_ns == client.host.idle_ns);
    CHECK(client.told == Lines{"idling", "exists 2"});
    CHECK(client.wakes(Wake::timer) == "DONE\r\n");
    const std::string tag = client.tag();
    CHECK(words(client.hears(tag + "OK\r\n")) == "IDLE\r\n");
    client.hears("+ idling\r\n* 1 EXPUNGE\r\n");
    CHECK(client.told.back() == "expunged 10 1");
    CHECK(client.does(job(JobKind::noop)) == "DONE\r\n");
    const std::string second = client.tag();
    CHECK(words(client.hears(second + "OK\r\n")) == "NOOP\r\n");
    CHECK(client.told.back() == "job done idle");
}

TEST_CASE("an IMAP client that idles until something changes stops at that") {
    ImapClient client;
    client.logs_in("IDLE");
    open_mailbox(client, 1);
    Job idle = job(JobKind::idle);
    idle.until_change = true;
    client.does(idle);
    client.hears("+ idling\r\n");
    CHECK(client.hears("* OK still here\r\n").empty());
    CHECK(client.hears("* 2 EXISTS\r\n* 3 EXISTS\r\n") == "DONE\r\n");
    client.hears(client.tag() + "OK\r\n");
    CHECK(client.told.back() == "job done idle");
    CHECK(words(client.does(job(JobKind::noop))) == "NOOP\r\n");
}
