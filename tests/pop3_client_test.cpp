// The POP3 client: its script against servers of several kinds, ours among them.
#include "protocols/pop3/client.hpp"

#include "protocols/pop3/server.hpp"
#include "tests/catch.hpp"
#include "tests/support/sasl_desk.hpp"

using namespace postroad;

namespace {

// A client whose next_job asks are answered by a list of unique-ids it has seen.
struct Client {
    Heap heap;
    Effects fx{heap};
    pop3::Client machine;
    pop3::ClientHost host;
    std::vector<std::string> seen;
    bool leave = false;
    bool late = false;  // whether to delete what has been fetched is said by decide()
    sasl::Mechanism known = sasl::Mechanism::plain;
    std::vector<std::string> fetched, told;
    bool closed = false;

    Client() {
        host.user = "alice";
        host.password = "secret-alice";
    }
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
            if (fx.ask.kind == AskKind::none) break;
            if (fx.ask.kind == AskKind::respond) {
                answer = respond();
                fx.ask = {};
                input = {Wake::answer, {}, &answer};
                continue;
            }
            REQUIRE(fx.ask.kind == AskKind::next_job);
            if (late && fx.ask.c == "DELE") break;
            answer = {};
            for (const std::string& one : seen)
                if (one == fx.ask.a) answer.ok = false;
            answer.number = leave ? 0 : 1;
            fx.ask = {};
            input = {Wake::answer, {}, &answer};
        }
        for (const Tell& one : fx.tells) {
            const std::string text(fx.text_of(one));
            if (one.kind == TellKind::fetched) {
                seen.emplace_back(unique_id_of(machine, one.index, heap));
                fetched.push_back(text);
            } else {
                constexpr const char* names[] = {"", "", "", "", "failed: ", "done: ", "",
                                                 "login failed: ", "in clear: "};
                told.push_back(names[static_cast<unsigned>(one.kind)] + text);
            }
        }
        closed = closed || fx.close || fx.abort;
        return fx.out;
    }
    std::string decide(bool remove) {
        Answer answer;
        answer.to = AskKind::next_job;
        answer.number = remove ? 1 : 0;
        return drive({Wake::answer, {}, &answer});
    }
    std::string hears(std::string_view octets) { return drive({Wake::bytes, octets, nullptr}); }

    Answer respond() { return respond_by_sasl(machine, host, known, fx.ask, heap, response); }
    std::string response;
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a POP3 client fetches what is there and deletes it") {
    Client client;
    client.drive({Wake::opened, {}, nullptr});
    CHECK(client.hears("+OK ready\r\n") == "CAPA\r\n");
    CHECK(client.hears("+OK\r\nUIDL\r\nUSER\r\n.\r\n") == "USER alice\r\n");
    CHECK(client.hears("+OK\r\n") == "PASS secret-alice\r\n");
    CHECK(client.told == Lines{"in clear: alice"});
    CHECK(client.hears("+OK\r\n") == "STAT\r\n");
    CHECK(client.hears("+OK 2 60\r\n") == "UIDL\r\n");
    CHECK(client.hears("+OK\r\n1 aa\r\n2 bb\r\n.\r\n") == "RETR 1\r\n");
    CHECK(client.hears("+OK\r\nSubject: x\r\n\r\n..\r\n...a\r\n.\r\n") == "DELE 1\r\n");
    CHECK(client.fetched == Lines{"Subject: x\r\n\r\n.\r\n..a\r\n"});
    CHECK(client.hears("+OK\r\n") == "RETR 2\r\n");
    CHECK(client.hears("-ERR gone\r\n") == "QUIT\r\n");
    CHECK(client.hears("+OK bye\r\n").empty());
    CHECK(client.closed);
    CHECK(client.told.back() == "done: bye");
}

TEST_CASE("a POP3 client that leaves mail on the server fetches only what is new") {
    Client client;
    client.leave = true;
    client.host.capa = false;
    client.seen = {"aa"};
    CHECK(client.hears("+OK ready\r\n") == "USER alice\r\n");
    client.hears("+OK\r\n");
    client.hears("+OK\r\n");
    client.hears("+OK 2 60\r\n");
    CHECK(client.hears("+OK\r\n1 aa\r\n2 bb\r\n.\r\n") == "RETR 2\r\n");
    CHECK(client.hears("+OK\r\n\r\n.\r\n") == "QUIT\r\n");
    CHECK(client.seen == Lines{"aa", "bb"});
}

TEST_CASE("a POP3 client whose server has no UIDL lists, and knows no message again") {
    Client client;
    client.leave = true;
    client.hears("+OK ready\r\n");
    CHECK(client.hears("-ERR what is CAPA?\r\n") == "USER alice\r\n");
    client.hears("+OK\r\n");
    client.hears("+OK\r\n");
    CHECK(client.hears("+OK 1 9\r\n") == "UIDL\r\n");
    CHECK(client.hears("-ERR\r\n") == "LIST\r\n");
    CHECK(client.hears("+OK\r\n1 9\r\n.\r\n") == "RETR 1\r\n");
    CHECK(client.hears("+OK\r\nhello.\r\n.\r\n") == "QUIT\r\n");
    CHECK(client.seen == Lines{""});
}

TEST_CASE("a POP3 client says no password where APOP is offered") {
    Client client;
    client.host.user = "mrose";
    client.host.password = "tanstaaf";
    client.host.apop = true;
    client.host.capa = false;
    CHECK(client.hears("+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>\r\n") ==
          "APOP mrose c4c9334bac560ecc979e58001b3e22fb\r\n");
    CHECK(client.hears("+OK\r\n") == "STAT\r\n");
    CHECK(client.told.empty());
}

TEST_CASE("a POP3 client that insists on APOP leaves a server without it") {
    Client client;
    client.host.apop = client.host.apop_only = true;
    client.host.capa = false;
    CHECK(client.hears("+OK ready\r\n") == "QUIT\r\n");
    CHECK(client.told == Lines{"failed: the server offers no APOP"});
}

TEST_CASE("a POP3 client that is refused says so and quits") {
    Client client;
    client.host.capa = false;
    client.hears("+OK ready\r\n");
    client.hears("+OK\r\n");
    CHECK(client.hears("-ERR [IN-USE] locked\r\n") == "QUIT\r\n");
    CHECK(client.told == Lines{"in clear: alice", "login failed: [IN-USE] locked",
                               "failed: [IN-USE] locked"});
}

TEST_CASE("a POP3 client that hears no POP3 gives up at once") {
    Client client;
    CHECK(client.hears("220 mail.example.org ESMTP\r\n").empty());
    CHECK(client.closed);
    CHECK(client.told == Lines{"failed: what came is no POP3 reply"});
}

TEST_CASE("a POP3 client holds bounded memory whatever the server sends") {
    const std::string piece(1U << 20, 'x');
    Client line;
    for (int i = 0; i < 16 && !line.closed; ++i) line.hears(piece);
    CHECK(line.closed);
    CHECK(line.told == Lines{"failed: a line without an end"});

    Client message;
    message.host.capa = false;
    message.host.message_octets_max = 3U << 20;
    for (const char* said : {"+OK\r\n", "+OK\r\n", "+OK\r\n", "+OK 1 9\r\n", "+OK\r\n1 a\r\n.\r\n",
                             "+OK\r\n"})
        message.hears(said);
    for (int i = 0; i < 16 && !message.closed; ++i) message.hears(piece);
    CHECK(message.closed);
    CHECK(message.told.back() == "failed: the message is longer than we take");
    CHECK(message.heap.live_octets() < (9U << 20));
}

TEST_CASE("what the POP3 server writes the client reads, however it is cut") {
    const std::string mail = "Subject: a\r\n\r\n.\r\n..\r\nlast line\r\n";
    for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{1}}) {
        Client client;
        Heap heap;
        Effects fx(heap);
        pop3::Server server;
        pop3::ServerHost settings;
        std::string deleted;
        const auto serve = [&](Input input) {
            fx.clear();
            Answer answer;
            for (;;) {
                step(server, input, settings, fx);
                if (fx.ask.kind == AskKind::none) return fx.out;
                answer = {};
                if (fx.ask.kind == AskKind::maildrop) answer.text = "33 a\n33 b\n";
                if (fx.ask.kind == AskKind::retrieve) answer.text = mail;
                if (fx.ask.kind == AskKind::commit) deleted = fx.ask.a;
                fx.ask = {};
                input = {Wake::answer, {}, &answer};
            }
        };
        std::string down = serve({Wake::opened, {}, nullptr});
        client.drive({Wake::opened, {}, nullptr});
        for (int turns = 0; turns < 100 && !client.closed; ++turns) {
            std::string up;
            for (std::size_t at = 0; at < down.size();) {
                const std::size_t part = size == 0 ? down.size() : size;
                up += client.hears(std::string_view(down).substr(at, part));
                at += part;
            }
            down.clear();
            for (std::size_t at = 0; at < up.size();) {
                const std::size_t part = size == 0 ? up.size() : size;
                down += serve({Wake::bytes, std::string_view(up).substr(at, part), nullptr});
                at += part;
            }
        }
        CHECK(client.fetched == Lines{mail, mail});
        CHECK(client.seen == Lines{"a", "b"});
        CHECK(deleted == "0 1");
        CHECK(client.told.back() == "done: localhost signing off");
        release(server, heap);
        CHECK(heap.live_blocks() == 0);
    }
}

TEST_CASE("a POP3 client asks for TLS where it is offered, and asks again what the server can do") {
    Client client;
    client.host.tls = TlsPolicy::verified;
    client.hears("+OK ready\r\n");
    CHECK(client.hears("+OK\r\nSTLS\r\n.\r\n") == "STLS\r\n");
    CHECK(client.hears("+OK go\r\n").empty());
    CHECK(client.fx.start_tls);
    CHECK(client.drive({Wake::tls_up, {}, nullptr}) == "CAPA\r\n");
    CHECK(client.hears("+OK\r\nUSER\r\n.\r\n") == "USER alice\r\n");
    CHECK(client.hears("+OK\r\n") == "PASS secret-alice\r\n");
    CHECK(client.told.empty());  // no password in the clear
}

TEST_CASE("a strict POP3 client says no password to a server without TLS") {
    Client client;
    client.host.tls = TlsPolicy::required;
    client.hears("+OK ready\r\n");
    CHECK(client.hears("+OK\r\nUSER\r\n.\r\n") == "QUIT\r\n");
    CHECK(client.fx.tls_remark == TlsRemark::ends_without);
}

TEST_CASE("a POP3 client logs in by AUTH where CAPA offers it, step by step") {
    Client client;
    client.known = sasl::Mechanism::cram_md5;
    client.host.user = "tim";
    client.host.password = "tanstaaftanstaaf";
    client.hears("+OK ready\r\n");
    CHECK(client.hears("+OK\r\nUSER\r\nSASL CRAM-MD5 PLAIN\r\n.\r\n") == "AUTH CRAM-MD5\r\n");
    CHECK(client.hears("+ PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+\r\n") ==
          "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw\r\n");  // RFC 2195 §2
    CHECK(client.hears("+OK in\r\n") == "STAT\r\n");
    CHECK(client.told.empty());
}

TEST_CASE("a POP3 client goes the old way where it knows nothing of what AUTH offers") {
    Client client;
    client.known = sasl::Mechanism::ntlm;
    client.hears("+OK ready\r\n");
    CHECK(client.hears("+OK\r\nUSER\r\nSASL PLAIN\r\n.\r\n") == "USER alice\r\n");
}

TEST_CASE("a POP3 client takes APOP before a SASL that would say the password") {
    Client client;
    client.host.apop = true;
    client.hears("+OK ready <1896.697170952@dbc.mtview.ca.us>\r\n");
    CHECK(client.hears("+OK\r\nSASL PLAIN LOGIN\r\n.\r\n").starts_with("APOP alice "));
}

TEST_CASE("a POP3 client says no first response that makes a line of more than 255 octets") {
    Client client;
    client.host.password = std::string(200, 'p');
    client.hears("+OK ready\r\n");
    CHECK(client.hears("+OK\r\nSASL PLAIN\r\n.\r\n") == "AUTH PLAIN\r\n");
    CHECK(client.hears("+ \r\n").size() > 255);
    CHECK(client.told == Lines{"in clear: alice"});
    CHECK(client.hears("-ERR no\r\n") == "QUIT\r\n");
    CHECK(client.told == Lines{"in clear: alice", "login failed: no", "failed: no"});
}

TEST_CASE("a POP3 client gives AUTH up where the challenge makes no sense") {
    Client client;
    client.known = sasl::Mechanism::scram_sha_256;
    client.hears("+OK ready\r\n");
    client.hears("+OK\r\nSASL SCRAM-SHA-256\r\n.\r\n");
    CHECK(client.hears("+ !!\r\n") == "*\r\n");
    CHECK(client.hears("-ERR given up\r\n") == "QUIT\r\n");
    CHECK(client.told.back() == "failed: the server's challenge is not base64");
}

TEST_CASE("a POP3 client that asks before it deletes waits with DELE until it is told, however long") {
    for (const bool remove : {true, false}) {
        Client client;
        client.host.capa = false;
        client.host.asks_before_deleting = client.late = true;
        client.hears("+OK ready\r\n");
        client.hears("+OK\r\n");
        client.hears("+OK\r\n");
        client.hears("+OK 2 60\r\n");
        CHECK(client.hears("+OK\r\n1 aa\r\n2 bb\r\n.\r\n") == "RETR 1\r\n");
        CHECK(client.hears("+OK\r\nSubject: x\r\n\r\n.\r\n").empty());
        CHECK(client.fetched.size() == 1);
        CHECK(client.drive({Wake::timer, {}, nullptr}).empty());
        CHECK_FALSE(client.closed);  // it is not the server that takes its time
        std::string said = client.decide(remove);
        if (remove) {
            CHECK(said == "DELE 1\r\n");
            said = client.hears("+OK\r\n");
        }
        CHECK(said == "RETR 2\r\n");
    }
}
