// TCP between two hosts: opening, segments, acknowledgments, every loss, closing.
#include "sim/net/tcp.hpp"

#include <map>

#include "tests/support/wire.hpp"

using namespace postroad;
using namespace postroad::sim;
using namespace postroad::sim::wire;

namespace {

using Endings = std::vector<Ending>;

}  // namespace

TEST_CASE("a connection is opened by three segments, the first two with the MSS") {
    Wire w;
    w.connect();
    w.go(second);
    const auto sent = w.sent();
    REQUIRE(sent.size() == 3);
    CHECK(sent[0].packet.tcp_flags == net::tcp_syn);
    CHECK(sent[0].packet.mss == 1460);
    CHECK(sent[1].packet.tcp_flags == (net::tcp_syn | net::tcp_ack));
    CHECK(sent[1].packet.mss == 1460);
    CHECK(sent[1].packet.acknowledgment == sent[0].packet.sequence + 1);
    CHECK(sent[1].at == one_way);
    CHECK(sent[2].packet.tcp_flags == net::tcp_ack);
    CHECK(sent[2].packet.mss == 0);
    CHECK(sent[2].packet.sequence == sent[0].packet.sequence + 1);
    CHECK(sent[2].packet.acknowledgment == sent[1].packet.sequence + 1);
    CHECK(sent[2].at == 2 * one_way);
    CHECK(w.client_open);
    CHECK(w.server_open);
    CHECK(w.world().tcp.tcbs[w.client_end].state == TcpState::established);
    CHECK(w.world().tcp.tcbs[w.server_end].state == TcpState::established);
}

TEST_CASE("what is sent is cut to the MSS, with PSH on its end, and arrives whole") {
    Wire w;
    w.client_says = words(10'000);
    w.client_closes = true;
    w.connect();
    w.go();
    CHECK(w.server_got == w.client_says);
    std::vector<std::uint16_t> sizes;
    for (const Sent& one : w.sent(client)) {
        if (one.packet.payload_octets == 0) continue;
        sizes.push_back(one.packet.payload_octets);
        CHECK(one.has(net::tcp_psh) == (sizes.size() == 7));
    }
    CHECK(sizes == std::vector<std::uint16_t>{1460, 1460, 1460, 1460, 1460, 1460, 1240});
    CHECK(w.count(Why::retransmission_timeout) + w.count(Why::fast_retransmit) == 0);
    CHECK(w.endings() == Endings{Ending::closed});
    w.check_nothing_is_left();
}

TEST_CASE("the first flight is of ten segments, and acknowledgments let more out") {
    Wire w;
    w.client_says = words(40 * 1460);
    w.connect();
    w.go(second);
    CHECK(w.server_got == w.client_says);
    std::map<Time, int> flights;
    for (const Sent& one : w.sent(client))
        if (one.packet.payload_octets != 0) ++flights[one.at];
    REQUIRE(flights.size() >= 3);
    CHECK(flights.begin()->second == 10);               // RFC 6928
    CHECK(std::next(flights.begin())->second == 20);    // slow start (RFC 5681 §3.1)
}

TEST_CASE("a small segment is acknowledged after 40 ms, the second full one at once") {
    SECTION("small") {
        Wire w;
        w.client_says = "EHLO\r\n";
        w.connect();
        w.go(2 * second);
        const auto acks = w.sent(server);
        REQUIRE(acks.size() == 2);
        CHECK(acks[1].why() == Why::delayed_ack);
        CHECK(acks[1].at == 3 * one_way + 40 * millisecond);
    }
    SECTION("two full ones") {
        Wire w;
        w.client_says = words(2 * 1460);
        w.connect();
        w.go(2 * second);
        const auto acks = w.sent(server);
        REQUIRE(acks.size() == 2);
        CHECK(acks[1].why() == Why::acknowledgment);
        CHECK(acks[1].at == 3 * one_way);
        CHECK(w.count(Why::delayed_ack) == 0);
    }
    SECTION("an answer carries it") {
        Wire w;
        w.client_says = "EHLO\r\n";
        w.connect();
        w.go(3 * one_way);
        tcp::send(w.run(), w.server_end, "250 hello\r\n");
        w.go(3 * one_way + 30 * millisecond);
        CHECK(w.client_got == "250 hello\r\n");
        CHECK(w.count(Why::delayed_ack) == 0);
    }
}

TEST_CASE("whichever packet of a session is lost, everything arrives once and nothing is left") {
    const std::string up = words(9'000, 1);
    const std::string down = words(20'000, 2);
    std::uint64_t packets = 0;
    for (std::uint64_t lost = 0; lost == 0 || lost <= packets; ++lost) {
        INFO("packet " << lost << " of " << packets << " is lost");
        Wire w(lossy_hosts());
        w.client_says = up;
        w.server_says = down;
        (lost % 2 == 0 ? w.client_closes : w.server_closes) = true;
        w.connect();
        w.go(never, [&](const Segment&, std::uint64_t number) {
            return number == lost ? never : Duration{0};
        });
        if (lost == 0) packets = w.arrivals + 4;  // a little different when the server closes
        CHECK(w.server_got == up);
        CHECK(w.client_got == down);
        CHECK(w.endings() == Endings{Ending::closed});
        w.check_nothing_is_left();
    }
    CHECK(packets > 30);
}

TEST_CASE("whichever two packets in a row are lost, everything arrives once") {
    const std::string up = words(4'000, 1);
    const std::string down = words(6'000, 2);
    for (std::uint64_t lost = 1; lost <= 24; ++lost) {
        INFO("packets " << lost << " and the next are lost");
        Wire w(lossy_hosts());
        w.client_says = up;
        w.server_says = down;
        w.server_closes = true;
        w.connect();
        w.go(never, [&](const Segment&, std::uint64_t number) {
            return number == lost || number == lost + 1 ? never : Duration{0};
        });
        CHECK(w.server_got == up);
        CHECK(w.client_got == down);
        CHECK(w.endings() == Endings{Ending::closed});
        w.check_nothing_is_left();
    }
}

TEST_CASE("a segment is sent again after a time that doubles, and at last the connection ends") {
    Wire w;
    w.connect();
    w.go(second);
    tcp::send(w.run(), w.client_end, "QUIT\r\n");
    const Time began = w.world().now;
    w.go(never, [](const Segment&, std::uint64_t) { return never; });
    std::vector<Time> tries;
    for (const Sent& one : w.sent(client))
        if (one.packet.payload_octets != 0) tries.push_back((one.at - began) / second);
    // RFC 6298 §5.5, held at 64 s; nine tries are over 100 s, as RFC 1122 §4.2.3.5 asks.
    CHECK(tries == std::vector<Time>{0, 1, 3, 7, 15, 31, 63, 127, 191});
    CHECK(w.count(Why::retransmission_timeout) == 8);
    CHECK(w.endings() == Endings{Ending::timed_out});
    CHECK(w.world().tcp.tcbs.live() == 1);  // the other end has not heard of anything
}

TEST_CASE("when no SYN is answered the attempt times out after six of them") {
    Wire w;
    w.connect();
    w.go(never, [](const Segment&, std::uint64_t) { return never; });
    std::vector<Time> tries;
    for (const Sent& one : w.sent()) {
        CHECK(one.packet.tcp_flags == net::tcp_syn);
        tries.push_back(one.at / second);
    }
    CHECK(tries == std::vector<Time>{0, 1, 3, 7, 15, 31});
    CHECK(w.endings() == Endings{Ending::timed_out});
    CHECK_FALSE(w.client_open);
    CHECK(w.world().now == 63 * second);
    w.check_nothing_is_left();
}

TEST_CASE("a connection never begins from a port that another one to the same target has") {
    Wire w;
    w.connect();
    w.go(second);
    const std::uint16_t taken = w.world().tcp.tcbs[w.client_end].local_port;
    w.run().world.tcp.hosts.edit(client).next_port = taken;  // the ports have gone round
    w.connect();
    CHECK(w.world().tcp.tcbs[w.client_end].local_port == taken + 1);
    w.run().world.tcp.hosts.edit(client).next_port = taken;
    w.connect(25);  // another target may be called from the same port
    CHECK(w.world().tcp.tcbs[w.client_end].local_port == taken);
}

TEST_CASE("a port in TIME-WAIT is not begun from, and without a free one nothing is sent") {
    Wire w(lossy_hosts());
    w.client_closes = w.server_closes = true;
    w.connect();
    const std::uint16_t first = w.world().tcp.tcbs[w.client_end].local_port;
    w.go(second);
    REQUIRE(w.world().tcp.tcbs[w.client_end].state == TcpState::time_wait);
    w.client_closes = w.server_closes = false;
    for (unsigned i = 1; i < net_layer::ephemeral_ports; ++i) w.connect();
    CHECK(w.world().tcp.tcbs[w.client_end].local_port == (first == 49152 ? 65535 : first - 1));
    w.simulation.run_until(2 * second);
    const std::size_t sent = w.sent().size();
    const std::size_t endings = w.endings().size();
    w.connect();
    w.simulation.run_until(3 * second);
    CHECK(w.sent().size() == sent);
    REQUIRE(w.endings().size() == endings + 1);
    CHECK(w.endings().back() == Ending::aborted);
}

TEST_CASE("a port where nothing listens refuses with RST") {
    Wire w;
    w.connect(25);
    w.go();
    const auto sent = w.sent();
    REQUIRE(sent.size() == 2);
    CHECK(sent[1].packet.tcp_flags == (net::tcp_rst | net::tcp_ack));
    CHECK(sent[1].packet.acknowledgment == sent[0].packet.sequence + 1);
    CHECK(w.endings() == Endings{Ending::refused});
    CHECK(sent[1].at == one_way);
    w.check_nothing_is_left();
}

TEST_CASE("three duplicate acknowledgments bring a lost segment again before its timer") {
    Wire w;
    w.client_says = words(10 * 1460);
    w.connect();
    bool lost = false;
    w.go(3 * second, [&](const Segment& one, std::uint64_t) {
        if (lost || one.size == 0) return Duration{0};
        lost = true;
        return never;
    });
    CHECK(w.server_got == w.client_says);
    CHECK(w.count(Why::fast_retransmit) == 1);
    CHECK(w.count(Why::retransmission_timeout) == 0);
    for (const Sent& one : w.sent(client)) {
        if (one.why() == Why::fast_retransmit) CHECK(one.at == 4 * one_way);
    }
}

TEST_CASE("segments that overtake each other are put in order") {
    Wire w;
    w.client_says = words(30 * 1460);
    w.client_closes = true;
    w.connect();
    w.go(never, [](const Segment& one, std::uint64_t number) {
        return one.size != 0 && number % 3 == 0 ? 2 * millisecond : Duration{0};
    });
    CHECK(w.server_got == w.client_says);
    CHECK(w.count(Why::retransmission_timeout) == 0);
    CHECK(w.endings() == Endings{Ending::closed});
    w.check_nothing_is_left();
}

TEST_CASE("on lines that lose, double and reorder, ends get what was said or know they do not") {
    std::size_t whole = 0;
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        INFO("seed " << seed);
        auto setup = two_hosts();
        for (LinkSetup& link : setup->links) {
            link.loss = (std::uint64_t{1} << 32) / 100 * (seed % 16);
            link.duplicate = (std::uint64_t{1} << 32) / 100 * (seed % 7);
            link.reorder = (std::uint64_t{1} << 32) / 100 * (seed % 11);
            link.reorder_by_ns = 3 * millisecond;
            if (seed % 3 == 0) link.bits_per_s = 1'000'000;
            if (seed % 6 == 0) link.queue_octets = 8'000;
        }
        Wire w(setup, seed);
        w.client_says = words(seed * 97 % 30'000 + 1, seed);
        w.server_says = words(seed * 61 % 20'000 + 1, seed + 1);
        w.client_closes = seed % 2 == 0;
        w.server_closes = seed % 2 == 1;
        w.connect();
        w.go();
        // A prefix, in order and without a gap, at every time; all of it when it ended well.
        CHECK(w.client_says.starts_with(w.server_got));
        CHECK(w.server_says.starts_with(w.client_got));
        REQUIRE(w.endings().size() == 1);
        if (w.endings()[0] == Ending::closed) {
            CHECK(w.server_got == w.client_says);
            CHECK(w.client_got == w.server_says);
            ++whole;
        }
        w.check_nothing_is_left();
    }
    CHECK(whole > 280);
}

TEST_CASE("an end that has closed still gets what the other has to say") {
    Wire w;
    w.client_closes = true;
    w.server_says = words(60'000);
    w.connect();
    w.go();
    CHECK(w.client_got == w.server_says);
    Time client_fin = 0;
    Time last_data = 0;
    for (const Sent& one : w.sent()) {
        if (one.from == client && one.has(net::tcp_fin)) client_fin = one.at;
        if (one.from == server && one.packet.payload_octets != 0) last_data = one.at;
    }
    CHECK(client_fin != 0);
    CHECK(last_data > client_fin);
    CHECK(w.count(Why::reset) == 0);
    CHECK(w.endings() == Endings{Ending::closed});
    w.check_nothing_is_left();
}

TEST_CASE("both ends may close at the same moment") {
    for (const bool lose_one : {false, true}) {
        Wire w;
        w.connect();
        w.go(second);
        tcp::close(w.run(), w.client_end);
        tcp::close(w.run(), w.server_end);
        w.go(second + one_way - 1);
        CHECK(w.world().tcp.tcbs[w.client_end].state == TcpState::fin_wait_1);
        CHECK(w.world().tcp.tcbs[w.server_end].state == TcpState::fin_wait_1);
        bool lost = !lose_one;
        w.go(never, [&](const Segment& one, std::uint64_t) {
            if (lost || !(one.tcp_flags & net::tcp_fin)) return Duration{0};
            lost = true;
            return never;
        });
        CHECK(w.endings() == Endings{Ending::closed});
        CHECK(w.count(Why::reset) == 0);
        w.check_nothing_is_left();
    }
}

TEST_CASE("an end that breaks off tells the other by RST") {
    Wire w;
    w.connect();
    w.go(second);
    tcp::abort(w.run(), w.server_end);
    w.go();
    CHECK(w.endings() == Endings{Ending::reset});
    w.check_nothing_is_left();
}

TEST_CASE("an idle connection is probed after two hours, and given up when nobody answers") {
    SECTION("the peer is there") {
        Wire w;
        w.connect();
        w.go(second);
        tcp::keep_alive(w.run(), w.client_end);
        w.go(7 * hour);
        CHECK(w.count(Why::keep_alive) == 6);  // three probes, three answers
        CHECK(w.world().tcp.tcbs[w.client_end].state == TcpState::established);
        CHECK(w.endings().empty());
    }
    SECTION("it is gone") {
        Wire w;
        w.connect();
        w.go(second);
        tcp::keep_alive(w.run(), w.client_end);
        w.go(never, [](const Segment&, std::uint64_t) { return never; });
        CHECK(w.count(Why::keep_alive) == 9);
        CHECK(w.endings() == Endings{Ending::timed_out});
        CHECK(w.world().now >= 2 * hour + 9 * 75 * second);
    }
}

TEST_CASE("what a connection says when it is over is not sent") {
    Wire w;
    w.client_closes = true;
    w.connect();
    w.go(2 * one_way + 1);
    tcp::send(w.run(), w.client_end, "too late\r\n");
    w.go();
    CHECK(w.server_got.empty());
    w.check_nothing_is_left();
}
