// HTTP/1.1: the server against golden dialogues, the client against servers of all manners.
#include <filesystem>

#include "protocols/http/client.hpp"
#include "protocols/http/server.hpp"
#include "tests/dialogue.hpp"
#include "tests/mail_world.hpp"

using namespace postroad;
using dialogue::KeptAsk;

namespace {

constexpr std::uint64_t now_unix_s = 1'283'328'000;  // 2010-09-01T08:00:00Z

using Talk = dialogue::Talk<http::Server, http::ServerHost>;

// One page, and one that gives back what it was sent.
struct Site {
    std::string text;
    std::vector<std::string> asked;
    void operator()(http::Server&, Heap&, const KeptAsk& ask, Answer& out) {
        REQUIRE(ask.kind == AskKind::http_request);
        out.number = now_unix_s;
        asked.push_back(ask.a + (ask.number == 0 ? "" : " " + std::to_string(ask.number)));
        if (ask.number != 0) return;
        const std::string path = ask.a.substr(ask.a.find(' ') + 1);
        if (path.find("/hello.txt") != std::string::npos) {
            out.code = 200;
            out.enhanced = "Content-Type: text/plain\r\n";
            out.text = "Hello.\r\n";
        } else if (path == "/echo") {
            out.code = 200;
            text = "[" + ask.c + "]\r\n";
            out.text = text;
        }
    }
};

std::vector<std::string> scripts() {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator("tests/golden/http"))
        out.push_back(entry.path().string());
    std::sort(out.begin(), out.end());
    return out;
}

std::string verb_of(const http::Server&, std::string_view line) {
    return std::string(line.substr(0, line.find(' ')));
}

// A client that says its requests one after another, and what it was told.
struct Caller {
    Heap heap;
    Effects fx{heap};
    http::Client machine;
    http::ClientHost host;
    std::vector<http::Request> requests;
    std::size_t next = 0;
    std::string out, told;
    bool closed = false, aborted = false;

    Caller() = default;
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;
    ~Caller() {
        release(machine, heap);
        CHECK(heap.live_blocks() == 0);
    }
    void drive(Input input) {
        Answer answer;
        fx.clear();
        for (;;) {
            step(machine, input, host, fx);
            for (const Tell& one : fx.tells) {
                told += one.kind == TellKind::response
                            ? std::to_string(one.code) + " [" +
                                  std::string(fx.text_of(one).substr(one.index)) + "] "
                            : "failed: " + std::string(fx.text_of(one)) + " ";
            }
            fx.tells.clear();
            if (fx.ask.kind == AskKind::none) break;
            fx.ask = {};
            answer = {};
            answer.ok = next < requests.size();
            if (answer.ok) give(machine, requests[next++], host, heap);
            input = {Wake::answer, {}, &answer};
        }
        std::size_t covered = 0;
        for (const Said& one : fx.said) {
            CHECK(one.offset == covered);
            CHECK(one.section.known());
            covered = one.offset + one.size;
        }
        CHECK(covered == fx.out.size());
        out += fx.out;
        closed = closed || fx.close;
        aborted = aborted || fx.abort;
    }
    void hear(std::string_view octets, std::size_t piece = 1) {
        for (std::size_t at = 0; at < octets.size() && !closed && !aborted; at += piece)
            drive({Wake::bytes, octets.substr(at, piece), nullptr});
    }
};

// What a client with one GET makes of a server that says this, and then closes if it is to.
std::string verdict(std::string_view response, bool closes = false, std::string_view method = "GET") {
    std::string out;
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, response.size() + 1}) {
        Caller caller;
        http::Request request;
        request.method = method;
        request.host = "a.example";
        caller.requests = {request};
        caller.drive({Wake::opened, {}, nullptr});
        caller.hear(response, piece);
        if (closes) caller.drive({Wake::closed, {}, nullptr});
        if (out.empty()) out = caller.told;
        CHECK(caller.told == out);
    }
    return out;
}

}  // namespace

TEST_CASE("each golden HTTP dialogue is spoken word for word, however it is cut") {
    dialogue::Seen seen;
    for (const std::string& path : scripts()) {
        INFO(path);
        const dialogue::Script script = dialogue::read_script(path);
        Site site;
        Talk talk({}, std::ref(site));
        hold_against(path, dialogue::play<http::Server, http::ServerHost>(talk, script, verb_of,
                                                                          seen));
        for (const bool late : {false, true})
            for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{1}}) {
                Site again;
                Talk cut({}, std::ref(again));
                cut.answers_late = late;
                CHECK(dialogue::transcript(cut, script, size) == talk.out);
                CHECK(cut.closed == talk.closed);
                CHECK(again.asked == site.asked);
            }
    }
}

TEST_CASE("a server bounds what a client may make it keep") {
    Site site;
    {
        Talk talk({}, std::ref(site));
        talk.opened();
        talk.feed("GET /" + std::string(9'000, 'a'));
        CHECK_THAT(talk.out, Catch::Matchers::StartsWith("HTTP/1.1 414 "));
        CHECK(talk.closed);
    }
    {
        Talk talk({}, std::ref(site));
        talk.opened();
        talk.feed("GET / HTTP/1.1\r\nHost: a\r\n");
        for (int i = 0; i < 100 && !talk.closed; ++i)
            talk.feed("X-" + std::to_string(i) + ": " + std::string(500, 'x') + "\r\n");
        CHECK_THAT(talk.out, Catch::Matchers::StartsWith("HTTP/1.1 431 "));
    }
    {
        Talk talk({}, std::ref(site));
        talk.opened();
        talk.feed("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < 30 && !talk.closed; ++i)
            talk.feed("10000\r\n" + std::string(65'536, 'x') + "\r\n");
        CHECK_THAT(talk.out, Catch::Matchers::StartsWith("HTTP/1.1 413 "));
    }
    {
        Talk talk({}, std::ref(site));
        talk.opened();
        talk.feed("GET / HTTP/1.1\r\n");
        talk.wake(Wake::timer);
        CHECK_THAT(talk.out, Catch::Matchers::StartsWith("HTTP/1.1 408 "));
        CHECK(talk.closed);
    }
}

TEST_CASE("a client takes a response however it is framed") {
    CHECK(verdict("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello") == "200 [hello] ");
    CHECK(verdict("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n") == "200 [hello] ");
    CHECK(verdict("HTTP/1.0 200 OK\r\n\r\nhello", true) == "200 [hello] ");
    CHECK(verdict("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n") == "204 [] ");
    CHECK(verdict("HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n") == "304 [] ");
    CHECK(verdict("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", false, "HEAD") == "200 [] ");
    CHECK(verdict("HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n") == "404 [] ");
}

TEST_CASE("a client says why a response is none") {
    CHECK(verdict("220 mail.example.org ESMTP\r\n\r\n") == "failed: what came is no HTTP response ");
    CHECK(verdict("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", true) ==
          "failed: the connection broke ");
    CHECK(verdict("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n") ==
          "failed: the response's body is cut wrongly ");
    CHECK(verdict("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n") ==
          "failed: what came is no HTTP response ");
}

TEST_CASE("client and server speak several requests over one connection") {
    Site site;
    Talk talk({}, std::ref(site));
    Caller caller;
    http::Request get{"GET", "/hello.txt", "a.example", {}, {}};
    http::Request post{"POST", "/echo", "a.example", "X-Test: yes\r\n", "a body"};
    caller.requests = {get, post, get};
    talk.opened();
    caller.drive({Wake::opened, {}, nullptr});
    for (int i = 0; i < 10 && !caller.closed; ++i) {
        const std::string said = std::exchange(caller.out, {});
        const std::string answered = talk.feed(said);
        caller.hear(answered, 5);
    }
    CHECK(caller.told == "200 [Hello.\r\n] 200 [[a body]\r\n] 200 [Hello.\r\n] ");
    CHECK(caller.closed);
    CHECK(site.asked.size() == 3);
}

TEST_CASE("a world's web server has what its scenario declares, by path and by host") {
    using namespace postroad::sim;
    MailWorld w("until = \"+1m\"\n[hosts.www]\nservices = [\"http\"]\nnames = \"www.example.org\"\n"
                "[hosts.www.http]\nresources = [\n"
                "  { path = \"/\", body = \"all\" },\n"
                "  { path = \"/\", host = \"b.example\", type = \"text/html\", body = \"b\" },\n"
                "  { path = \"/gone\", status = 410 },\n]\n");
    const NodeId www = w.host("www");
    w.simulation.enter(Entry::connect, www, 1, "www:80");
    w.run_for(second);
    const auto ask = [&](const std::string& request) {
        w.simulation.enter(Entry::say, www, 1, request);
        w.run_for(second);
    };
    ask("GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n");
    ask("GET /?q=1 HTTP/1.1\r\nHost: B.example:80\r\n\r\n");
    ask("GET /gone HTTP/1.1\r\nHost: a\r\n\r\n");
    ask("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n");
    ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
    const std::string said = w.dialogue();
    INFO(said);
    for (const std::string words :
         {"S: HTTP/1.1 200 OK", "S: Date: Wed, 01 Sep 2010 08:00:01 GMT",
          "S: Content-Type: text/html", "S: HTTP/1.1 410 Gone", "S: HTTP/1.1 404 Not Found",
          "S: HTTP/1.1 405 Method Not Allowed", "S: Allow: GET, HEAD"})
        CHECK(said.find(words) != std::string::npos);
    CHECK(w.decided("www http_nothing_there: nothing is declared for /nothing of a"));
}
