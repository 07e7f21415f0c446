// The IMAP client: its script against servers of several kinds, and against those that lie.
#include "protocols/imap/client.hpp"

#include "tests/support/imap_client_desk.hpp"

using namespace postroad;
using imap::Job;
using imap::JobKind;
using Lines = std::vector<std::string>;

TEST_CASE("an IMAP client asks for capabilities, logs in, asks again and is ready") {
    ImapClient client;
    client.opens();
    CHECK(client.hears("* OK ready\r\n") == "A1 CAPABILITY\r\n");
    CHECK(client.hears("* CAPABILITY IMAP4rev1\r\nA1 OK\r\n") == "A2 LOGIN alice secret-alice\r\n");
    CHECK(client.told.back() == "in clear: alice");
    CHECK(client.hears("A2 OK in\r\n") == "A3 CAPABILITY\r\n");
    CHECK(client.hears("* CAPABILITY IMAP4rev1 IDLE\r\nA3 OK\r\n").empty());
    CHECK(client.wants_job);
    CHECK(client.has_no_more_to_do() == "A4 LOGOUT\r\n");
    CHECK(client.hears("* BYE see you\r\nA4 OK done\r\n").empty());
    CHECK(client.told.back() == "session done: done");
    CHECK(client.closed);
}

TEST_CASE("an IMAP client takes what the greeting and the login say of capabilities") {
    ImapClient client;
    client.host.name = "Postroad";
    client.known = sasl::Mechanism::none;
    client.opens();
    CHECK(client.hears("* OK [CAPABILITY IMAP4rev1] ready\r\n") ==
          "A1 LOGIN alice secret-alice\r\n");
    CHECK(client.hears("A1 OK [CAPABILITY IMAP4rev1 ID ENABLE QRESYNC CONDSTORE] in\r\n") ==
          "A2 ID (\"name\" Postroad)\r\n");
    CHECK(client.hears("* ID NIL\r\nA2 OK\r\n") == "A3 ENABLE QRESYNC\r\n");
    CHECK(client.hears("* ENABLED QRESYNC\r\nA3 OK\r\n").empty());
    CHECK(client.wants_job);
}

TEST_CASE(
    "an IMAP client says no password where LOGIN is disabled, and none without TLS if strict") {
    ImapClient disabled;
    CHECK(disabled.hears("* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] ready\r\n") == "A1 LOGOUT\r\n");
    CHECK(disabled.told.back() == "session failed: the server takes no LOGIN here (LOGINDISABLED)");

    ImapClient strict;
    strict.host.tls = TlsPolicy::required;
    CHECK(strict.hears("* OK [CAPABILITY IMAP4rev1] ready\r\n") == "A1 LOGOUT\r\n");
    CHECK(strict.fx.tls_remark == TlsRemark::ends_without);

    ImapClient lax;
    lax.host.tls = TlsPolicy::opportunistic;
    CHECK(lax.hears("* OK [CAPABILITY IMAP4rev1] ready\r\n").starts_with("A1 LOGIN"));
    CHECK(lax.fx.tls_remark == TlsRemark::goes_on_without);
}

TEST_CASE("an IMAP client that PREAUTH would keep from TLS leaves if it is strict") {
    ImapClient strict;
    strict.host.tls = TlsPolicy::verified;
    CHECK(strict.hears("* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] hello\r\n") == "A1 LOGOUT\r\n");
    ImapClient lax;
    lax.host.tls = TlsPolicy::opportunistic;
    CHECK(lax.hears("* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] hello\r\n").empty());
    CHECK(lax.wants_job);
}

TEST_CASE("an IMAP client forgets what came in the clear behind the OK to STARTTLS") {
    for (const bool in_one_piece : {true, false}) {
        ImapClient client;
        client.host.tls = TlsPolicy::required;
        CHECK(client.hears("* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n") == "A1 STARTTLS\r\n");
        const std::string injected = "* CAPABILITY IMAP4rev1 AUTH=LOGIN\r\nA2 OK\r\n";
        client.hears("A1 OK go" + std::string("\r\n") + (in_one_piece ? injected : ""));
        CHECK(client.upgrades);
        if (!in_one_piece) client.hears(injected);
        CHECK(client.wakes(Wake::tls_up) == "A2 CAPABILITY\r\n");
        CHECK(client.hears("* CAPABILITY IMAP4rev1\r\nA2 OK\r\n") ==
              "A3 LOGIN alice secret-alice\r\n");
        for (const std::string& one : client.told) CHECK(one.find("in clear") == one.npos);
    }
}

TEST_CASE(
    "an IMAP client says its first response with AUTHENTICATE only where SASL-IR is offered") {
    ImapClient with;
    CHECK(with.hears("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\r\n") ==
          "A1 AUTHENTICATE PLAIN AGFsaWNlAHNlY3JldC1hbGljZQ==\r\n");
    CHECK(with.told.back() == "in clear: alice");
    CHECK(with.hears("A1 OK [CAPABILITY IMAP4rev1] in\r\n").empty());
    CHECK(with.wants_job);

    ImapClient without;
    CHECK(without.hears("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n") ==
          "A1 AUTHENTICATE PLAIN\r\n");
    CHECK(without.hears("+ \r\n") == "AGFsaWNlAHNlY3JldC1hbGljZQ==\r\n");
    CHECK(without.hears("A1 NO [AUTHENTICATIONFAILED] no\r\n") == "A2 LOGOUT\r\n");
    CHECK(without.told == Lines{"capability IMAP4rev1 AUTH=PLAIN", "in clear: alice",
                                "login failed: no", "session failed: no"});
}

TEST_CASE("an IMAP client gives AUTHENTICATE up where the challenge makes no sense") {
    ImapClient client;
    client.known = sasl::Mechanism::scram_sha_256;
    client.hears("* OK [CAPABILITY IMAP4rev1 AUTH=SCRAM-SHA-256] ready\r\n");
    client.hears("+ \r\n");
    CHECK(client.hears("+ !!\r\n") == "*\r\n");
    CHECK(client.hears("A1 BAD given up\r\n") == "A2 LOGOUT\r\n");
    CHECK(client.told.back() == "session failed: the server's challenge is not base64");
}

TEST_CASE("an IMAP client sends a password of strange octets as literals, and waits for each") {
    ImapClient client;
    client.host.password = "gr\xc3\xbc\xc3\x9f \"e";
    CHECK(client.hears("* OK [CAPABILITY IMAP4rev1] ready\r\n") == "A1 LOGIN alice {9}\r\n");
    CHECK(client.told.size() == 1);  // nothing secret was said yet
    CHECK(client.hears("+ go on\r\n") == "gr\xc3\xbc\xc3\x9f \"e\r\n");
    CHECK(client.told.back() == "in clear: alice");

    ImapClient plus;
    plus.host.password = "\xc3\xbc";
    CHECK(plus.hears("* OK [CAPABILITY IMAP4rev1 LITERAL+] ready\r\n") ==
          "A1 LOGIN alice {2+}\r\n\xc3\xbc\r\n");

    ImapClient refused;
    refused.host.password = "\xc3\xbc";
    refused.hears("* OK [CAPABILITY IMAP4rev1] ready\r\n");
    CHECK(refused.hears("A1 NO no literals\r\n") == "A2 LOGOUT\r\n");
}

TEST_CASE("an IMAP client asks for QRESYNC only what it may, and by what it knows") {
    Job known = on_mailbox(JobKind::select, "INBOX");
    known.resync = true;
    known.uidvalidity = 7;
    known.modseq = 715;
    known.count = 2;
    known.known_uids = "1:9";

    SECTION("with QRESYNC all comes with SELECT") {
        ImapClient client;
        client.logs_in("ENABLE CONDSTORE QRESYNC");
        CHECK(client.does(known) == "A2 SELECT INBOX (QRESYNC (7 715 1:9))\r\n");
        client.hears("* 3 EXISTS\r\n* OK [UIDVALIDITY 7] .\r\n* OK [HIGHESTMODSEQ 720] .\r\n"
                     "* VANISHED (EARLIER) 4:5,9\r\n"
                     "* 3 FETCH (UID 11 FLAGS (\\Seen) MODSEQ (720))\r\nA2 OK [READ-WRITE] .\r\n");
        CHECK(client.wants_job);
        CHECK(client.told == Lines{"opening 1 INBOX", "exists 3", "vanished 1 4:5,9",
                                   "flags 11 flags=(\\Seen) modseq=720 number=3",
                                   "selected name=INBOX exists=3 uidvalidity=7 modseq=720",
                                   "job done select code=READ-WRITE text=."});
    }
    SECTION("with another UIDVALIDITY nothing is known") {
        ImapClient client;
        client.logs_in("ENABLE CONDSTORE QRESYNC");
        client.does(known);
        CHECK(client.hears("* 1 EXISTS\r\n* OK [UIDVALIDITY 8] .\r\n* OK [HIGHESTMODSEQ 2] .\r\n"
                           "A2 OK .\r\n") == "A3 UID FETCH 1:* (UID FLAGS)\r\n");
        CHECK(client.told[2] == "uidvalidity changed 8 INBOX");
        client.hears("* 1 FETCH (UID 1 FLAGS ())\r\nA3 OK\r\n");
        CHECK(client.told[client.told.size() - 2] == "present 1 1");
    }
    SECTION("with CONDSTORE the changes are asked for, and who is still there") {
        ImapClient client;
        client.logs_in("CONDSTORE ESEARCH");
        CHECK(client.does(known) == "A1 SELECT INBOX (CONDSTORE)\r\n");
        CHECK(client.hears("* 2 EXISTS\r\n* OK [UIDVALIDITY 7] .\r\n* OK [HIGHESTMODSEQ 720] .\r\n"
                           "A1 OK .\r\n") == "A2 UID FETCH 1:* (UID FLAGS) (CHANGEDSINCE 715)\r\n");
        CHECK(client.hears("A2 OK\r\n") == "A3 UID SEARCH RETURN (ALL) ALL\r\n");
        client.hears("* ESEARCH (TAG \"A3\") UID ALL 3,9\r\nA3 OK\r\n");
        CHECK(client.told[client.told.size() - 2] == "present 2 3,9");
    }
    SECTION("with CONDSTORE and nothing new nothing more is asked for") {
        ImapClient client;
        client.logs_in("CONDSTORE");
        client.does(known);
        CHECK(client
                  .hears("* 2 EXISTS\r\n* OK [UIDVALIDITY 7] .\r\n* OK [HIGHESTMODSEQ 715] .\r\n"
                         "A1 OK .\r\n")
                  .empty());
        CHECK(client.wants_job);
    }
    SECTION("without either every flag is asked for") {
        ImapClient client;
        client.logs_in("");
        CHECK(client.does(known) == "A1 SELECT INBOX\r\n");
        CHECK(client.hears("* 2 EXISTS\r\n* OK [UIDVALIDITY 7] .\r\nA1 OK .\r\n") ==
              "A2 UID FETCH 1:* (UID FLAGS)\r\n");
        client.hears("* 1 FETCH (FLAGS () UID 3)\r\n* 2 FETCH (UID 4 FLAGS (\\Seen))\r\nA2 OK\r\n");
        CHECK(client.told[client.told.size() - 2] == "present 2 3:4");
    }
    SECTION("where the server forgot a message, who is there is asked again") {
        ImapClient client;
        client.logs_in("");
        client.does(known);
        client.hears("* 2 EXISTS\r\n* OK [UIDVALIDITY 7] .\r\nA1 OK .\r\n");
        CHECK(client.hears("* 1 FETCH (FLAGS () UID 3)\r\nA2 OK\r\n") == "A3 UID SEARCH ALL\r\n");
        client.hears("* SEARCH 9 3\r\nA3 OK\r\n");
        CHECK(client.told[client.told.size() - 2] == "present 2 3,9");
    }
    SECTION("in an empty mailbox nothing is asked for") {
        ImapClient client;
        client.logs_in("");
        client.does(known);
        CHECK(client.hears("* 0 EXISTS\r\n* OK [UIDVALIDITY 7] .\r\nA1 OK .\r\n").empty());
        CHECK(client.told[client.told.size() - 2] == "present");
    }
}

TEST_CASE("what comes before CLOSED is not told of the mailbox that is being opened") {
    ImapClient client;
    client.logs_in("ENABLE CONDSTORE QRESYNC");
    client.does(on_mailbox(JobKind::select, "INBOX"));
    client.hears("* 3 EXISTS\r\n* OK [UIDVALIDITY 7] .\r\nA2 OK .\r\n");
    client.told.clear();
    client.does(on_mailbox(JobKind::select, "Other"));
    client.hears("* VANISHED 4\r\n* 2 EXISTS\r\n* 1 FETCH (UID 9 FLAGS ())\r\n");
    CHECK(client.told.empty());
    client.hears("* OK [CLOSED] left\r\n* 1 EXISTS\r\n* OK [UIDVALIDITY 8] .\r\nA3 OK .\r\n");
    CHECK(client.told == Lines{"opening 1 Other", "exists 1",
                               "selected name=Other exists=1 uidvalidity=8",
                               "job done select text=."});
}

TEST_CASE("a server with QRESYNC that forgets to say CLOSED is understood all the same") {
    ImapClient client;
    client.logs_in("ENABLE CONDSTORE QRESYNC");
    client.does(on_mailbox(JobKind::select, "INBOX"));
    client.hears("* 3 EXISTS\r\n* OK [UIDVALIDITY 7] .\r\nA2 OK .\r\n");
    for (const bool with_uidvalidity : {true, false}) {
        client.told.clear();
        client.does(on_mailbox(JobKind::select, "Other"));
        client.hears("* VANISHED 4\r\n* 2 EXISTS\r\n" +
                     std::string(with_uidvalidity ? "* OK [UIDVALIDITY 8] .\r\n" : "") +
                     client.tag() + "OK .\r\n");
        REQUIRE(client.told.size() == 4);
        CHECK(client.told[0] == "opening 1 Other");
        CHECK(client.told[1] == "exists 2");
    }
}

TEST_CASE("an IMAP client does not believe that all is gone because the server says nothing") {
    Job known = on_mailbox(JobKind::select, "INBOX");
    known.resync = true;
    ImapClient silent;
    silent.logs_in("");
    silent.does(known);
    silent.hears("* OK [UIDVALIDITY 7] .\r\nA1 OK .\r\n");
    CHECK(silent.told[2] == "doubt SELECT without a word of how many messages there are");
    CHECK(silent.told.back().starts_with("job done"));

    ImapClient forgetful;
    forgetful.logs_in("");
    forgetful.does(known);
    forgetful.hears("* 2 EXISTS\r\n* OK [UIDVALIDITY 7] .\r\nA1 OK .\r\n");
    forgetful.hears("A2 OK\r\n");
    forgetful.hears("A3 OK\r\n");
    CHECK(forgetful.told[3] == "doubt a SEARCH for all that finds none of those that are there");
    for (const std::string& one : forgetful.told) CHECK(!one.starts_with("present"));
}

TEST_CASE("an IMAP client knows by number what an EXPUNGE takes away") {
    ImapClient client;
    client.logs_in("");
    open_mailbox(client, 5);
    client.hears("* 2 EXPUNGE\r\n* 2 EXPUNGE\r\n* 3 EXPUNGE\r\n* 2 FETCH (FLAGS (\\Flagged))\r\n");
    CHECK(client.told == Lines{"expunged 20 2", "expunged 30 2", "expunged 50 3",
                               "flags 40 flags=(\\Flagged) number=2"});
    client.hears("* 3 EXISTS\r\n* 3 FETCH (UID 60 FLAGS (\\Recent))\r\n* 3 EXPUNGE\r\n");
    CHECK(client.told.back() == "expunged 60 3");
}

TEST_CASE("VANISHED shifts the numbers also of messages whose UIDs were never told") {
    ImapClient client;
    client.logs_in("ENABLE CONDSTORE QRESYNC");
    client.does(on_mailbox(JobKind::select, "INBOX"));
    client.hears("* 9 EXISTS\r\n* OK [UIDVALIDITY 7] .\r\nA2 OK .\r\n"
                 "* 4 FETCH (UID 40 FLAGS ())\r\n* 8 FETCH (UID 80 FLAGS ())\r\n");
    client.hears("* VANISHED 50:60\r\n");  // two of the three between 40 and 80? all, and no more
    CHECK(client.machine.exists == 6);
    client.hears("* 5 FETCH (FLAGS (\\Seen))\r\n");
    CHECK(client.told.back() == "flags 80 flags=(\\Seen) number=5");
    client.hears("* VANISHED 90\r\n");
    CHECK(client.machine.exists == 5);
    client.hears("* VANISHED 90:1000\r\n");
    CHECK(client.machine.exists == 5);
}

TEST_CASE("an IMAP client passes over what cannot be, and says so") {
    ImapClient client;
    client.logs_in("");
    open_mailbox(client, 3);
    for (const char* lie :
         {"* 0 EXPUNGE", "* 4 EXPUNGE", "* 4 FETCH (FLAGS ())", "* 0 FETCH (FLAGS ())",
          "* 2 FETCH (UID 21 FLAGS ())", "* 2 FETCH (FLAGS", "* 2 FETCH (UID 0)",
          "* 99999999999 EXISTS", "* VANISHED x", "* LIST () NIL", "* ((", "* 2 EXISTS"}) {
        INFO(lie);
        client.told.clear();
        CHECK(client.hears(std::string(lie) + "\r\n").empty());
        REQUIRE(!client.told.empty());
        CHECK(client.told[0].starts_with("doubt"));
        CHECK(!client.closed);
    }
    CHECK(client.machine.exists == 2);
    client.told.clear();
    client.hears("* 3 EXISTS\r\n* 1 FETCH (UID 40 FLAGS ())\r\n* 2 FETCH (UID 30 FLAGS ())\r\n");
    CHECK(client.told.back().starts_with("doubt 2 UIDs that do not grow"));
    client.does(job(JobKind::noop));
    client.hears("+ go on\r\n");
    CHECK(client.told.back() == "doubt \"+\" where nothing waits for it");
}

TEST_CASE("an IMAP client ends where nothing can be understood any more") {
    for (const char* nonsense :
         {"A9 OK of another\r\n", "220 mail.example.org ESMTP\r\n", "* OK [x\r\n", "\r\n"}) {
        ImapClient client;
        client.opens();
        const bool greeting = std::string_view(nonsense).starts_with("* OK");
        client.hears(nonsense);
        CHECK(client.aborted == !greeting);
    }
    ImapClient client;
    client.logs_in("");
    client.does(job(JobKind::noop));
    client.hears("A7 OK of another\r\n");
    CHECK(client.told == Lines{"session failed: the server answers a command that was not given"});
    CHECK(client.aborted);
}

TEST_CASE("an IMAP client holds bounded memory whatever the server sends") {
    const std::string piece(1U << 20, 'x');
    for (const char* begin : {"* LIST ", "", "* 1 FETCH (BODY[] {3000000}\r\n",
                              "* 1 FETCH (BODY[] {18446744073709551615}\r\n"}) {
        ImapClient client;
        client.host.response_octets_max = 3U << 20;
        client.host.message_octets_max = 2U << 20;
        client.logs_in("");
        client.hears(begin);
        for (int i = 0; i < 16 && !client.closed; ++i) client.hears(piece);
        CHECK(client.aborted);
        CHECK(client.heap.live_octets() < (9U << 20));
    }
    ImapClient crowded;
    crowded.logs_in("");
    crowded.does(on_mailbox(JobKind::select, "INBOX"));
    crowded.hears("* 4294967295 EXISTS\r\n");
    CHECK(crowded.told.back() == "session failed: the mailbox has more messages than we take");
    ImapClient sly;
    sly.logs_in("");
    open_mailbox(sly, 1);
    sly.hears("* 1000000 EXISTS\r\n* 1000000 FETCH (UID 4294967295 FLAGS ())\r\n");
    CHECK(sly.heap.live_octets() < (9U << 20));
    sly.hears("* 1 EXPUNGE\r\n");
    CHECK(sly.told.back() == "expunged 10 1");
    CHECK(sly.machine.exists == 999'999);
}

TEST_CASE("a status response's words announce no literal") {
    ImapClient client;
    client.logs_in("");
    client.does(job(JobKind::noop));
    client.hears("* OK what about {5}\r\n* NO {3}\r\nA1 OK it is {10}\r\n");
    CHECK(client.told == Lines{"job done noop text=it is {10}"});
}

TEST_CASE("an IMAP client without work is not put out, and hears what is new meanwhile") {
    ImapClient client;
    client.logs_in("");
    open_mailbox(client, 1);
    CHECK(client.wait_ns == client.host.rest_ns);
    CHECK(words(client.wakes(Wake::timer)) == "NOOP\r\n");
    CHECK(client.does(on_uids(JobKind::fetch, "10")).empty());
    CHECK(words(client.hears("* 2 EXISTS\r\n" + client.tag() + "OK\r\n")).starts_with("UID FETCH"));
    CHECK(client.told == Lines{"exists 2"});
    CHECK(client.wakes(Wake::timer).empty());
    CHECK(client.told.back() == "session failed: the server did not answer in time");
}

TEST_CASE("a job that cannot be said fails without a word to the server") {
    ImapClient client;
    client.logs_in("");
    CHECK(client.does(on_uids(JobKind::fetch, "1")).empty());
    CHECK(client.told.back() == "job failed fetch text=no mailbox is selected");
    CHECK(client.does(job(JobKind::select)).empty());
    CHECK(client.told.back() == "job failed select text=the job lacks: mailbox");
    CHECK(client.does(job(JobKind::idle)).empty());
    CHECK(client.told.back() == "job failed idle text=the server has no IDLE");
    open_mailbox(client, 1);
    Job injected = job(JobKind::search);
    injected.program = "ALL\r\nA9 DELETE INBOX";
    CHECK(client.does(injected).empty());
    CHECK(client.told.back() == "job failed search text=the job says what would be no command");
    CHECK(client.does(on_uids(JobKind::fetch, "1) x")).empty());
    for (int i = 0; i < 200 && client.wants_job; ++i) client.does(job(JobKind::idle));
    CHECK(client.told.back() ==
          "session failed: a hundred jobs in a row of which nothing could be said");
    ImapClient lost;
    lost.logs_in("");
    CHECK(lost.does("job=4:noop,mailbox=9:short,") == "A1 LOGOUT\r\n");
}

TEST_CASE("a server that says good bye ends the session, with its words") {
    ImapClient client;
    client.logs_in("");
    client.hears("* BYE shutting down\r\n");
    CHECK(client.told.back() == "session failed: the server says good bye: shutting down");
    CHECK(client.closed);
    ImapClient unwanted;
    unwanted.hears("* BYE too many connections\r\n");
    CHECK(unwanted.told.back() == "session failed: the server says good bye: too many connections");
    ImapClient broken;
    broken.logs_in("");
    broken.does(job(JobKind::noop));
    broken.wakes(Wake::closed);
    CHECK(broken.told.back() == "session failed: the connection broke");
}
