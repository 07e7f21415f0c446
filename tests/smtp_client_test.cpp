// The SMTP client: its script against servers of several kinds and against bad ones.
#include "protocols/smtp/client.hpp"

#include "tests/catch.hpp"
#include "tests/support/sasl_desk.hpp"

using namespace postroad;

namespace {

// A client with mails to send; what it says and tells is kept.
struct Client {
    Heap heap;
    Effects fx{heap};
    smtp::Client machine;
    smtp::ClientHost host;
    std::vector<std::vector<std::string>> mails{{"bob@example.net"}};  // forward-paths each
    std::string content = "Subject: x\r\n\r\n.\r\n";
    std::vector<std::string> told;
    bool late = false;  // next_job stays open until answered()
    sasl::Mechanism known = sasl::Mechanism::plain;
    bool closed = false, aborted = false;

    Client() { host.name = "client.example.org"; }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client() {
        release(machine, heap);
        CHECK(heap.live_blocks() == 0);
    }

    std::string drive(Input input) {
        fx.clear();
        Answer answer;
        for (;;) {
            step(machine, input, host, fx);
            if (fx.ask.kind == AskKind::none || late) break;
            if (fx.ask.kind == AskKind::respond) {
                answer = respond();
                fx.ask = {};
                input = {Wake::answer, {}, &answer};
                continue;
            }
            fx.ask = {};
            answer = next();
            input = {Wake::answer, {}, &answer};
        }
        constexpr const char* names[] = {"ok ", "refused ", "accepted ", "message refused ",
                                         "failed ", "done ", "", "login failed ", "in clear "};
        for (const Tell& one : fx.tells)
            told.push_back(names[static_cast<unsigned>(one.kind)] + std::to_string(one.code) +
                           (one.kind <= TellKind::recipient_refused
                                ? " #" + std::to_string(one.index) : std::string()));
        closed = closed || fx.close;
        aborted = aborted || fx.abort;
        return fx.out;
    }
    std::string hears(std::string_view octets) { return drive({Wake::bytes, octets, nullptr}); }

  private:
    Answer respond() { return respond_by_sasl(machine, host, known, fx.ask, heap, response); }
    std::string response;
    Answer next() {
        Answer answer;
        answer.to = AskKind::next_job;
        answer.ok = given_ < mails.size();
        if (!answer.ok) return answer;
        smtp::Job job;
        job.reverse_path = heap.make("alice@example.org");
        for (const std::string& path : mails[given_]) heap.push(job.forward_paths, heap.make(path));
        job.content = heap.make(content);
        smtp::give(machine, job, heap);
        ++given_;
        return answer;
    }
    std::size_t given_ = 0;
};

using Lines = std::vector<std::string>;

constexpr std::string_view pipelines = "250-mx\r\n250-PIPELINING\r\n250 SIZE 1000\r\n";

}  // namespace

TEST_CASE("an SMTP client hands over a mail turn by turn where nothing is offered") {
    Client client;
    CHECK(client.drive({Wake::opened, {}, nullptr}).empty());
    CHECK(client.hears("220 mx\r\n") == "EHLO client.example.org\r\n");
    CHECK(client.hears("250 mx\r\n") == "MAIL FROM:<alice@example.org>\r\n");
    CHECK(client.hears("250 ok\r\n") == "RCPT TO:<bob@example.net>\r\n");
    CHECK(client.hears("250 ok\r\n") == "DATA\r\n");
    CHECK(client.hears("354 go\r\n") == "Subject: x\r\n\r\n..\r\n.\r\n");
    CHECK(client.hears("250 ok\r\n") == "QUIT\r\n");
    CHECK(client.hears("221 bye\r\n").empty());
    CHECK(client.closed);
    CHECK(client.told == Lines{"ok 250 #0", "accepted 250", "done 221"});
}

TEST_CASE("an SMTP client falls back to HELO where EHLO is not known") {
    Client client;
    client.hears("220 mx\r\n");
    CHECK(client.hears("502 what?\r\n") == "HELO client.example.org\r\n");
    CHECK(client.hears("250 mx\r\n") == "MAIL FROM:<alice@example.org>\r\n");
}

TEST_CASE("pipelined, an SMTP client says a mail's commands at once and sorts the replies") {
    Client client;
    client.mails = {{"bob@example.net", "no@example.net", "carol@example.net"}};
    client.hears("220 mx\r\n");
    CHECK(client.hears(pipelines) ==
          "MAIL FROM:<alice@example.org> SIZE=17\r\nRCPT TO:<bob@example.net>\r\n"
          "RCPT TO:<no@example.net>\r\nRCPT TO:<carol@example.net>\r\nDATA\r\n");
    CHECK(client.hears("250 ok\r\n250 ok\r\n550 no\r\n251 moved\r\n354 go\r\n") ==
          "Subject: x\r\n\r\n..\r\n.\r\n");
    client.hears("250 ok\r\n221 bye\r\n");
    CHECK(client.told == Lines{"ok 250 #0", "refused 550 #1", "ok 251 #2", "accepted 250",
                               "done 221"});
}

TEST_CASE("where every pipelined recipient is refused and 354 comes yet, no message is said") {
    Client client;
    client.hears("220 mx\r\n");
    client.hears(pipelines);
    CHECK(client.hears("250 ok\r\n550 no\r\n354 go\r\n") == ".\r\n");  // RFC 2920 §3.1
    CHECK(client.hears("554 nobody\r\n") == "QUIT\r\n");
    CHECK(client.told == Lines{"refused 550 #0"});
}

TEST_CASE("a mail larger than the server takes is not even tried") {
    Client client;
    client.content = std::string(2000, 'x');
    client.hears("220 mx\r\n");
    CHECK(client.hears(pipelines) == "QUIT\r\n");
    CHECK(client.told == Lines{"message refused 552"});
}

TEST_CASE("421 at any turn ends the session, and the mail is not lost but refused for now") {
    const Lines before{"220 mx\r\n", "250 mx\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n"};
    for (std::size_t turn = 0; turn <= before.size(); ++turn) {
        Client client;
        for (std::size_t i = 0; i < turn; ++i) client.hears(before[i]);
        CHECK(client.hears("421 going\r\n").empty());
        CHECK(client.closed);
        CHECK(client.told.back() == (turn < 2 ? "failed 421" : "message refused 421"));
    }
}

TEST_CASE("what is no SMTP reply ends the session, and so does silence or a broken line") {
    for (const std::string_view octets : {"hello\r\n", "99 low\r\n", "\r\n", "2x0 ok\r\n"}) {
        Client client;
        client.hears(octets);
        CHECK(client.aborted);
        CHECK(client.told == Lines{"failed 0"});
    }
    for (const Wake what : {Wake::timer, Wake::closed}) {
        Client client;
        client.hears("220 mx\r\n");
        client.drive({what, {}, nullptr});
        CHECK((client.aborted || client.closed));
        CHECK(client.told == Lines{"failed 0"});
    }
}

TEST_CASE("a server that talks without an end is held in bounded memory") {
    const std::string piece(65536, '2');
    {
        Client client;  // one line
        client.hears(piece);
        CHECK(client.aborted);
    }
    Client patient;  // many lines of one reply: nothing of them is kept
    for (int i = 0; i < 100'000; ++i) patient.hears("220-more and more and more of this\r\n");
    CHECK(patient.heap.live_octets() < 65536);
    CHECK_FALSE(patient.aborted);
    Client waiting;  // it talks while there is no mail to send
    waiting.late = true;
    waiting.hears("220 mx\r\n");
    waiting.hears("250 mx\r\n");
    for (int i = 0; i < 64; ++i) {
        waiting.hears(piece);
        CHECK(waiting.heap.live_octets() < 300'000);
    }
    CHECK(waiting.aborted);
}

TEST_CASE("a reply that comes in single octets means what it means in one piece") {
    Client client;
    std::string said;
    const std::string all = "220 mx\r\n" + std::string(pipelines) +
                            "250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n221 bye\r\n";
    for (const char octet : all) said += client.hears({&octet, 1});
    Client whole;
    CHECK(whole.hears(all) == said);
    CHECK(client.told == whole.told);
    CHECK(client.closed);
}

TEST_CASE("an SMTP client asks for TLS where it is offered, says EHLO again and forgets what it heard") {
    Client client;
    client.host.tls = TlsPolicy::opportunistic;
    client.host.user = "alice";
    client.host.password = "secret-alice";
    client.hears("220 mx\r\n");
    CHECK(client.hears("250-mx\r\n250-PIPELINING\r\n250 STARTTLS\r\n") == "STARTTLS\r\n");
    // What a man on the path puts behind the reply is not believed (RFC 3207 §6).
    CHECK(client.hears("220 go\r\n250-mx\r\n250 SIZE 1\r\n").empty());
    CHECK(client.fx.start_tls);
    CHECK(client.drive({Wake::tls_up, {}, nullptr}) == "EHLO client.example.org\r\n");
    CHECK(client.machine.extensions == 0);
    CHECK(client.hears("250-mx\r\n250 AUTH PLAIN\r\n").starts_with("AUTH PLAIN "));
    CHECK(client.hears("235 ok\r\n") == "MAIL FROM:<alice@example.org>\r\n");
    CHECK(client.told.empty());  // no password in the clear
}

TEST_CASE("without TLS an opportunistic SMTP client goes on, and a strict one says QUIT") {
    for (const TlsPolicy policy : {TlsPolicy::none, TlsPolicy::opportunistic, TlsPolicy::required,
                                   TlsPolicy::verified})
        for (const bool offered : {false, true}) {
            Client client;
            client.host.tls = policy;
            client.hears("220 mx\r\n");
            std::string said = client.hears(offered ? "250-mx\r\n250 STARTTLS\r\n" : "250 mx\r\n");
            const bool asks = offered && policy != TlsPolicy::none;
            CHECK((said == "STARTTLS\r\n") == asks);
            if (asks) said = client.hears("454 not now\r\n");
            const bool strict = policy == TlsPolicy::required || policy == TlsPolicy::verified;
            CHECK(said == (strict ? "QUIT\r\n" : "MAIL FROM:<alice@example.org>\r\n"));
            CHECK((client.fx.tls_remark == TlsRemark::ends_without) == strict);
        }
}

namespace {

// A client as far as the reply to its EHLO; gives what it says then.
std::string after_ehlo(Client& client, std::string_view auth) {
    client.host.user = "alice";
    client.host.password = "secret-alice";
    client.host.requires_auth = true;
    client.hears("220 mx\r\n");
    return client.hears("250-mx\r\n250 AUTH " + std::string(auth) + "\r\n");
}

}  // namespace

TEST_CASE("an SMTP client answers LOGIN's prompts, and says when its password is in the clear") {
    Client client;
    client.known = sasl::Mechanism::login;
    CHECK(after_ehlo(client, "LOGIN X-UNKNOWN") == "AUTH LOGIN\r\n");
    CHECK(client.hears("334 VXNlcm5hbWU6\r\n") == "YWxpY2U=\r\n");
    CHECK(client.told.empty());
    CHECK(client.hears("334 UGFzc3dvcmQ6\r\n") == "c2VjcmV0LWFsaWNl\r\n");
    CHECK(client.told == Lines{"in clear 0"});
    CHECK(client.hears("235 ok\r\n") == "MAIL FROM:<alice@example.org>\r\n");
}

TEST_CASE("an SMTP client believes no 235 before SCRAM has shown that the server knows the password") {
    Client client;
    client.known = sasl::Mechanism::scram_sha_1;
    CHECK(after_ehlo(client, "SCRAM-SHA-1").starts_with("AUTH SCRAM-SHA-1 biwsbj1hbGljZSxy"));
    CHECK(client.hears("235 welcome\r\n") == "QUIT\r\n");
    CHECK(client.told == Lines{"login failed 0", "failed 0"});
}

TEST_CASE("an SMTP client gives up where a challenge makes no sense, and waits for the 501") {
    for (const char* challenge : {"334 !!!\r\n", "334 bm90IHNjcmFt\r\n"}) {
        Client client;
        client.known = sasl::Mechanism::scram_sha_256;
        after_ehlo(client, "SCRAM-SHA-256 PLAIN");
        CHECK(client.hears(challenge) == "*\r\n");  // RFC 4954 §4
        CHECK(client.hears("501 5.7.0 as you wish\r\n") == "QUIT\r\n");
        CHECK(client.told == Lines{"login failed 0", "failed 0"});
    }
}

TEST_CASE("a first response that does not fit a line of 512 octets is said behind the 334") {
    Client client;
    const std::string user(200, 'u');
    client.host.user = user;
    client.host.password = std::string(250, 'p');
    client.hears("220 mx\r\n");
    CHECK(client.hears("250-mx\r\n250 AUTH PLAIN\r\n") == "AUTH PLAIN\r\n");
    CHECK(client.hears("334 \r\n").size() == 606);
    CHECK(client.hears("235 ok\r\n") == "MAIL FROM:<alice@example.org>\r\n");
}

TEST_CASE("an SMTP client that knows nothing of what is offered says so where it must log in") {
    Client client;
    client.known = sasl::Mechanism::ntlm;
    CHECK(after_ehlo(client, "PLAIN") == "QUIT\r\n");
    CHECK(client.told == Lines{"failed 0"});
}

TEST_CASE("by LMTP a client says LHLO and hears a reply for each recipient that was accepted") {
    for (const bool pipelining : {false, true}) {
        Client client;
        client.host.lmtp = true;
        client.mails = {{"bob@example.net", "no@example.net", "full@example.net", "gone@example.net"},
                        {"carol@example.net"}};
        CHECK(client.hears("220 mx LMTP\r\n") == "LHLO client.example.org\r\n");
        client.hears(pipelining ? pipelines : "250 mx\r\n");
        const char* const replies[] = {"250 ok\r\n", "250 ok\r\n", "550 no\r\n", "250 ok\r\n",
                                       "250 ok\r\n", "354 go\r\n"};
        for (const char* reply : replies) client.hears(reply);
        CHECK(client.told == Lines{"ok 250 #0", "refused 550 #1", "ok 250 #2", "ok 250 #3"});
        client.told.clear();
        CHECK(client.hears("250 2.1.5 delivered\r\n452 4.2.2 full\r\n").empty());
        CHECK(client.told == Lines{"accepted 250", "refused 452 #2"});
        // The third reply is the last one that is owed: RCPT's refusal had been enough for no@.
        CHECK(client.hears("550 5.1.1 gone\r\n").starts_with("MAIL FROM:<alice@example.org>"));
        CHECK(client.told.back() == "refused 550 #3");
        client.hears("250 ok\r\n250 ok\r\n354 go\r\n");
        CHECK(client.hears("250 ok\r\n") == "QUIT\r\n");
    }
}

TEST_CASE("by LMTP there is no HELO to fall back to") {
    Client client;
    client.host.lmtp = true;
    client.hears("220 mx ESMTP\r\n");
    CHECK(client.hears("500 5.5.2 command not recognised\r\n") == "QUIT\r\n");
    CHECK(client.told == Lines{"failed 500"});
}

TEST_CASE("a connection that breaks between two LMTP replies leaves the rest without a verdict") {
    Client client;
    client.host.lmtp = true;
    client.mails = {{"bob@example.net", "carol@example.net"}};
    client.hears("220 mx\r\n");
    client.hears(pipelines);
    client.hears("250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 taken\r\n");
    client.drive({Wake::closed, {}, nullptr});
    CHECK(client.told == Lines{"ok 250 #0", "ok 250 #1", "accepted 250", "failed 0"});
}

TEST_CASE("an LMTP server that takes data for nobody is left, since no reply is owed then") {
    Client client;
    client.host.lmtp = true;
    client.hears("220 mx\r\n");
    client.hears(pipelines);
    CHECK(client.hears("250 ok\r\n550 no\r\n354 go\r\n") == ".\r\nQUIT\r\n");
    CHECK(client.told == Lines{"refused 550 #0", "failed 354"});
    Client sound;  // RFC 2033 §4.2: 503
    sound.host.lmtp = true;
    sound.hears("220 mx\r\n");
    sound.hears(pipelines);
    CHECK(sound.hears("250 ok\r\n550 no\r\n503 nobody\r\n") == "RSET\r\n");
}

TEST_CASE("behind STARTTLS an LMTP client says LHLO again") {
    Client client;
    client.host.lmtp = true;
    client.host.tls = TlsPolicy::required;
    client.hears("220 mx\r\n");
    CHECK(client.hears("250-mx\r\n250 STARTTLS\r\n") == "STARTTLS\r\n");
    client.hears("220 go\r\n");
    CHECK(client.drive({Wake::tls_up, {}, nullptr}) == "LHLO client.example.org\r\n");
}
