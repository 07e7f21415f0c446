// The world's edge from inside: callers, datagrams, readers who stop reading, real servers that
// answer, refuse or are not there, and forks, which cannot ask them.
#include "sim/world/outside.hpp"

#include "sim/net/tcp.hpp"
#include "sim/views/fingerprint.hpp"
#include "tests/mail_world.hpp"

using namespace postroad;
using namespace postroad::sim;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr const char* office =
    "[hosts.mail]\ndomains = \"example.org\"\n[people.alice]\n[people.bob]\n";

// A server of example.net that is a program outside; alice sends there at once.
constexpr const char* beyond =
    "[hosts.mail]\ndomains = \"example.org\"\n"
    "[hosts.real]\ndomains = \"example.net\"\nreal = \"127.0.0.1:10025\"\n"
    "[people.alice]\naddress = \"alice@example.org\"\n"
    "[[timeline]]\nsend = { from = \"alice\", to = \"carol@example.net\", subject = \"out\" }\n";

// What an outsider hears, by number.
struct Listener {
    explicit Listener(MailWorld& world) {
        world.run().on_outside = [this](std::uint32_t subject, OutsideNews news,
                                        std::string_view octets) {
            if (news == OutsideNews::called) called = subject, where = octets;
            if (news == OutsideNews::octets) heard[subject] += octets;
            if (news == OutsideNews::finished) finished.push_back(subject);
            if (news == OutsideNews::broken) broken.push_back(subject);
        };
    }
    std::map<std::uint32_t, std::string> heard;
    std::vector<std::uint32_t> finished, broken;
    std::uint32_t called = 0;
    std::string where;
};

JournalEntry answer(const World& world, Entry entry, std::uint32_t subject,
                    std::string words = {}) {
    return {world.now, entry, world.sessions.real_servers[subject & ~real_peer_bit].node, subject,
            std::move(words), outside::question(world, subject)};
}

// A real server of few words: what it says to each line.
class RealServer {
  public:
    RealServer(MailWorld& world, Listener& listener) : world_(world), listener_(listener) {}
    void take() { world_.simulation.enter(answer(world_.world(), Entry::accept, listener_.called)); }
    void say(const std::string& words) {
        world_.simulation.enter(answer(world_.world(), Entry::say, listener_.called, words));
    }
    // Answers what it has heard since the last time, for a while.
    void serve() {
        for (int i = 0; i < 40; ++i) {
            world_.run_for(50 * millisecond);
            std::string& all = listener_.heard[listener_.called];
            const std::string fresh = all.substr(done_);
            done_ = all.size();
            if (fresh.starts_with("EHLO")) say("250 real\r\n");
            else if (fresh.starts_with("DATA")) say("354 go\r\n");
            else if (fresh.starts_with("QUIT")) say("221 bye\r\n");
            else if (fresh.starts_with("MAIL") || fresh.starts_with("RCPT") ||
                     fresh.ends_with("\r\n.\r\n"))
                say("250 ok\r\n");
        }
    }

  private:
    MailWorld& world_;
    Listener& listener_;
    std::size_t done_ = 0;
};

}  // namespace

TEST_CASE("a datagram from outside gets the name server's answer") {
    MailWorld world(office);
    Listener listener(world);
    // RFC 1035 §4.1: id 7, one question, example.org, MX, IN.
    const std::string query("\0\7\0\0\0\1\0\0\0\0\0\0\7example\3org\0\0\17\0\1", 29);
    world.simulation.enter(Entry::datagram, world.host("alice-pc"), 3, "mail:53 " + query);
    world.run_for(second);
    REQUIRE(listener.heard[3].size() > query.size());
    CHECK(listener.heard[3].substr(0, 2) == query.substr(0, 2));
    CHECK((listener.heard[3][2] & 0x80) != 0);  // it is an answer
    CHECK(listener.heard[3][7] == 1);           // with one record
    // The number can be used again, for a conversation, too.
    world.simulation.enter(Entry::connect, world.host("alice-pc"), 3, "mail:25");
    world.run_for(second);
    CHECK_THAT(listener.heard[3], ContainsSubstring("220 "));
}

TEST_CASE("an outsider who stops reading closes his window, and loses nothing when he reads again") {
    MailWorld world(std::string(office) +
                    "[[timeline]]\nsend = { from = \"alice\", to = \"bob\", subject = \"large\", "
                    "padding = \"3 MiB\" }\n");
    Listener listener(world);
    world.run_for(30 * second);
    const NodeId from = world.host("bob-pc");
    world.simulation.enter(Entry::connect, from, 0, "mail:110");
    world.run_for(second);
    world.simulation.enter(Entry::say, from, 0, "USER bob\r\nPASS secret-bob\r\n");
    world.run_for(second);
    world.simulation.enter(Entry::pause, from, 0, {});
    // Ten times three mebibytes are asked for: more than the server may keep for him.
    std::string many;
    for (int i = 0; i < 10; ++i) many += "RETR 1\r\n";
    world.simulation.enter(Entry::say, from, 0, many);
    world.run_for(5 * minute);
    CHECK(listener.heard[0].size() < 200'000);  // what was on its way when he stopped
    CHECK(world.world().heap.live_octets() < (24U << 20));
    world.simulation.enter(Entry::resume, from, 0, {});
    world.run_for(3 * minute);
    CHECK(listener.heard[0].size() > 30'000'000);
    std::size_t came = 0;
    for (std::size_t at = 0; (at = listener.heard[0].find("\r\n.\r\n", at)) != std::string::npos; ++at)
        ++came;
    CHECK(came == 10);
    world.simulation.enter(Entry::say, from, 0, "QUIT\r\n");
    world.run_for(second);
    CHECK_THAT(listener.heard[0], ContainsSubstring("signing off"));
}

TEST_CASE("a simulated MTA delivers to a real server, whose words are lines of the Trace") {
    MailWorld world(beyond);
    Listener listener(world);
    world.simulation.enter(Entry::plug, 0, 0, {});
    for (int i = 0; i < 60 && listener.called == 0; ++i) world.run_for(100 * millisecond);
    REQUIRE(listener.called == real_peer_bit);
    CHECK(listener.where == "127.0.0.1:10025");
    RealServer server(world, listener);
    world.run_for(3 * second);  // it thinks; the SYN comes again meanwhile
    server.take();
    world.run_for(50 * millisecond);
    server.say("220 real ESMTP\r\n");
    server.serve();
    CHECK_THAT(listener.heard[real_peer_bit], ContainsSubstring("RCPT TO:<carol@example.net>"));
    CHECK(world.count(QueueMove::relayed) == 1);
    CHECK(world.world().mail.messages.live() == 0);
    CHECK_THAT(world.dialogue(), ContainsSubstring("S: 220 real ESMTP"));

    SECTION("and its journal makes the same run without it, read back from text") {
        const std::string fingerprint_then = fingerprint(world.world());
        const Time then = world.world().now;
        std::string error;
        bool cut = false;
        Journal journal = Journal::parse(world.simulation.journal().to_text(), error, cut);
        CHECK(error.empty());
        CHECK(journal == world.simulation.journal());
        MailWorld again(beyond);
        again.simulation.replay(std::move(journal));
        again.simulation.run_until(then);
        CHECK(fingerprint(again.world()) == fingerprint_then);
    }
    SECTION("but a world that tells it something else gets no answer from that journal") {
        Journal journal = world.simulation.journal();
        MailWorld changed(
            "[hosts.mail]\ndomains = \"example.org\"\n"
            "[hosts.real]\ndomains = \"example.net\"\nreal = \"127.0.0.1:10025\"\n"
            "[people.alice]\naddress = \"alice@example.org\"\n[[timeline]]\n"
            "send = { from = \"alice\", to = \"dave@example.net\", subject = \"out\" }\n");
        changed.simulation.replay(std::move(journal));
        changed.run_for(20 * second);
        CHECK(changed.decided("real_other_question"));
        CHECK(changed.count(QueueMove::relayed) == 0);
        CHECK(changed.count(QueueMove::deferred) == 1);  // and the mail is not lost
    }
}

TEST_CASE("a real server that refuses looks like a refusal") {
    MailWorld world(beyond);
    Listener listener(world);
    world.simulation.enter(Entry::plug, 0, 0, {});
    for (int i = 0; i < 60 && listener.called == 0; ++i) world.run_for(100 * millisecond);
    REQUIRE(listener.called == real_peer_bit);
    world.simulation.enter(
        answer(world.world(), Entry::refuse, listener.called, "Connection refused"));
    world.run_for(second);
    CHECK(world.decided("Connection refused"));
    CHECK(world.count(QueueMove::deferred) == 1);
}

TEST_CASE("without anybody to ask, a real server is unreachable, and the Trace says so") {
    MailWorld world(beyond);
    world.run_for(20 * second);
    CHECK(world.decided("real_unreachable"));
    CHECK(world.count(QueueMove::deferred) == 1);
}

TEST_CASE("a fork in mid-conversation loses the real server, and the original keeps it") {
    MailWorld world(beyond);
    Listener listener(world);
    world.simulation.enter(Entry::plug, 0, 0, {});
    for (int i = 0; i < 60 && listener.called == 0; ++i) world.run_for(100 * millisecond);
    RealServer server(world, listener);
    server.take();
    world.run_for(50 * millisecond);
    server.say("220 real ESMTP\r\n");
    const auto fork = world.simulation.fork();
    fork->run_until(fork->world().now + 10 * second);
    CHECK(fork->world().sessions.plugged == 0);
    CHECK_FALSE(outside::connected(fork->world(), real_peer_bit));
    CHECK(fork->world().mail.messages.live() == 1);  // it waits for its next try
    server.serve();
    CHECK(world.count(QueueMove::relayed) == 1);
}

TEST_CASE("a mark in a journal tells of a replay that is not the same") {
    MailWorld world(office);
    world.run_for(second);
    world.simulation.enter(Entry::mark, 0, 0, fingerprint(world.world()));
    world.run_for(second);
    const Journal journal = world.simulation.journal();
    for (const std::uint64_t seed : {1U, 2U}) {
        MailWorld again(std::string(office) +
                            "[[timeline]]\nsend = { from = \"alice\", to = \"bob\" }\n",
                        seed);
        again.simulation.replay(journal);
        again.run_for(2 * second);
        CHECK(again.run().mark_missed == second);  // another scenario
    }
    MailWorld same(office);
    same.simulation.replay(journal);
    same.run_for(2 * second);
    CHECK(same.run().mark_missed == never);
}

TEST_CASE("no journal, however it was made up, does harm") {
    Random dice{5, 0};
    for (int round = 0; round < 200; ++round) {
        MailWorld world(beyond);
        Journal journal;
        Time at = 0;
        for (int i = 0; i < 30; ++i) {
            const std::uint32_t subjects[] = {0, 1, 2, 0x7fffffff, real_peer_bit, 0xffffffff};
            const char* words[] = {"mail:25", "mail:53 x", "real:25", "nobody:1", "", "mail:0",
                                   "EHLO x\r\n"};
            at += dice.below(second);
            journal.append({at, static_cast<Entry>(dice.below(14)),
                            static_cast<NodeId>(dice.below(3) == 0 ? 0xfffffe : dice.below(3)),
                            subjects[dice.below(6)], words[dice.below(7)], dice.below(2)});
        }
        INFO("round " << round);
        world.simulation.replay(std::move(journal));
        world.run_for(minute);
        CHECK(world.world().now == minute);
    }
}

TEST_CASE("a real server's address is read strictly") {
    const auto mistakes = [](const std::string& real) {
        const Opened opened = open_scenario(
            "postroad = 1\n[hosts.real]\ndomains = \"example.net\"\nreal = \"" + real + "\"\n",
            "test.toml");
        return scenario::to_text(opened.problems);
    };
    CHECK(mistakes("127.0.0.1:10025").empty());
    CHECK(mistakes("587=[::1]:10025").empty());
    for (const char* bad : {"10025", "localhost:25", "127.0.0.1", "127.0.0.1:0", "0=127.0.0.1:1",
                            "127.0.0.1:65536", "x=127.0.0.1:25", ""})
        CHECK_THAT(mistakes(bad), ContainsSubstring("is no address with a port") &&
                                      ContainsSubstring("127.0.0.1:10025"));
}
