// DNS over TCP as a machine: the same transcript however its octets arrive.
#include "protocols/dns/stream.hpp"

#include "tests/catch.hpp"

using namespace postroad;

namespace {

std::string framed(std::string_view message) {
    std::string out{static_cast<char>(message.size() >> 8), static_cast<char>(message.size())};
    return out.append(message);
}

// A server that answers each message with itself and an exclamation mark.
struct Server {
    Heap heap;
    Effects fx{heap};
    dns::Stream stream;
    dns::StreamHost host;
    std::string out;
    bool closed = false, late = false;
    std::string asked;

    void step(Input input) {
        for (;;) {
            fx.clear();
            dns::step(stream, input, host, fx);
            out += fx.out;
            closed = closed || fx.close;
            if (fx.ask.kind == AskKind::none) return;
            asked = std::string(fx.ask.a);
            if (late) return;
            answer_ = {};
            words_ = asked + "!";
            answer_.to = AskKind::dns_query;
            answer_.ok = asked != "bad";
            answer_.text = words_;
            input = {Wake::answer, {}, &answer_};
        }
    }
    void feed(std::string_view octets, std::size_t piece) {
        step({Wake::opened, {}, nullptr});
        for (; !octets.empty(); octets.remove_prefix(std::min(piece, octets.size())))
            step({Wake::bytes, octets.substr(0, piece), nullptr});
    }
    void answer_late() {
        words_ = asked + "!";
        answer_ = {};
        answer_.text = words_;
        step({Wake::answer, {}, &answer_});
    }

  private:
    Answer answer_;
    std::string words_;
};

}  // namespace

TEST_CASE("a DNS stream is answered alike whole, in sevens and octet by octet") {
    const std::string said = framed("one") + framed("") + framed(std::string(300, 'x'));
    for (const std::size_t piece : {said.size(), std::size_t{7}, std::size_t{1}}) {
        Server server;
        server.feed(said, piece);
        CHECK(server.out == framed("one!") + framed("!") + framed(std::string(300, 'x') + "!"));
        CHECK(server.stream.messages == 3);
        CHECK_FALSE(server.closed);
        dns::release(server.stream, server.heap);
        CHECK(server.heap.live_blocks() == 0);
    }
}

TEST_CASE("a message that deserves no response closes a DNS stream") {
    Server server;
    server.feed(framed("bad") + framed("one"), 100);
    CHECK(server.out.empty());
    CHECK(server.closed);
    CHECK(server.heap.live_blocks() == 0);
}

TEST_CASE("messages wait behind one whose answer is late, and are answered in order") {
    Server server;
    server.late = true;
    server.feed(framed("one") + framed("two"), 100);
    CHECK(server.out.empty());
    CHECK(server.asked == "one");
    server.step({Wake::closed, {}, nullptr});  // the client only has nothing more to ask
    CHECK_FALSE(server.closed);
    server.answer_late();
    CHECK(server.asked == "two");
    server.answer_late();
    CHECK(server.out == framed("one!") + framed("two!"));
    CHECK(server.closed);
}

TEST_CASE("a DNS stream that floods, idles or breaks off is closed") {
    Server flooded;
    flooded.late = true;
    flooded.feed(framed("one"), 100);
    for (int i = 0; i < 300 && !flooded.closed; ++i)
        flooded.step({Wake::bytes, std::string(1024, 'x'), nullptr});
    CHECK(flooded.closed);
    CHECK(flooded.heap.live_blocks() == 0);
    Server idle;
    idle.step({Wake::opened, {}, nullptr});
    CHECK(idle.fx.wait_ns == 30'000'000'000);
    idle.step({Wake::timer, {}, nullptr});
    CHECK(idle.closed);
    Server half;
    half.feed(framed("one").substr(0, 4), 1);
    half.step({Wake::closed, {}, nullptr});
    CHECK(half.closed);
    CHECK(half.out.empty());
}

TEST_CASE("the client of a DNS stream asks for its query, tells the response and closes") {
    Heap heap;
    Effects fx(heap);
    dns::Stream stream;
    const dns::StreamHost host{true, 5'000'000'000};
    dns::step(stream, {Wake::opened, {}, nullptr}, host, fx);
    CHECK(fx.ask.kind == AskKind::next_job);
    Answer answer;
    answer.text = "query";
    fx.clear();
    dns::step(stream, {Wake::answer, {}, &answer}, host, fx);
    CHECK(fx.out == framed("query"));
    const std::string reply = framed("response");
    for (const char& octet : reply) {
        fx.clear();
        dns::step(stream, {Wake::bytes, {&octet, 1}, nullptr}, host, fx);
    }
    REQUIRE(fx.tells.size() == 1);
    CHECK(fx.tells[0].kind == TellKind::fetched);
    CHECK(fx.text_of(fx.tells[0]) == "response");
    CHECK(fx.close);
    CHECK(heap.live_blocks() == 0);
}
