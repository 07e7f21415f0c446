// The text views over a hand-made Trace: golden ladders, filters, and nothing raw on a terminal.
#include <sstream>

#include "sim/views/ladder.hpp"
#include "sim/views/walkthrough.hpp"
#include "tests/catch.hpp"
#include "tests/support/golden.hpp"
#include "tests/views_sample.hpp"

using namespace views_sample;
namespace views = postroad::sim::views;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string ladder_of(const Sample& s, const views::LadderOptions& options) {
    return views::ladder(s.trace, s.setup, views::TraceIndex(s.trace, s.setup), options);
}

std::size_t widest(const std::string& text) {
    std::size_t most = 0;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        most = std::max(most, views::columns(line));
    return most;
}

}  // namespace

TEST_CASE("a connection is a ladder of two hosts with sections and reasons") {
    const Sample s = first_message();
    views::LadderOptions options;
    options.conversation = 1;
    hold_against("tests/golden/views/connection.txt", ladder_of(s, options));
}

TEST_CASE("a message's ladder follows it over every hop to its reader") {
    const Sample s = first_message();
    views::LadderOptions options;
    options.journey = 0;
    hold_against("tests/golden/views/message.txt", ladder_of(s, options));
}

TEST_CASE("unfolded, a lossy connection shows each segment, the loss and what was sent again") {
    const Sample s = first_message();
    views::LadderOptions options;
    options.conversation = 3;
    options.segments = true;
    options.style.width = 80;
    hold_against("tests/golden/views/segments.txt", ladder_of(s, options));
}

TEST_CASE("a whole run and a node fit 80 columns, and wide lines are not cut") {
    const Sample s = first_message();
    views::LadderOptions options;
    options.style.width = 80;
    CHECK(widest(ladder_of(s, options)) <= 80);
    options.node = mx;
    options.content = true;
    const std::string node = ladder_of(s, options);
    CHECK(widest(node) <= 80);
    CHECK_THAT(node, ContainsSubstring("| Subject: Lunch"));
    CHECK_THAT(node, ContainsSubstring("example.net. MX?") &&
                         ContainsSubstring("example.net. MX: 10 mx.examp…"));
    options.style.wide = true;
    CHECK_THAT(ladder_of(s, options), ContainsSubstring("example.net. MX: 10 mx.example.net."));
}

TEST_CASE("a long line is cut with an ellipsis, and whole when asked for") {
    Sample s;
    Wire wire = s.connect(laptop, 49152, mx, 25);
    s.reply(wire, 220, "220 " + std::string(300, 'x') + "END\r\n", "5321 §4.3.1");
    views::LadderOptions options;
    options.conversation = 1;
    const std::string narrow = ladder_of(s, options);
    CHECK_THAT(narrow, ContainsSubstring("…") && !ContainsSubstring("END"));
    options.style.wide = true;
    CHECK_THAT(ladder_of(s, options), ContainsSubstring("xEND"));
}

TEST_CASE("control characters never reach the terminal raw") {
    Sample s;
    Wire wire = s.connect(laptop, 49152, mx, 25);
    std::string evil = "220 ";
    for (int octet = 0; octet < 256; ++octet) evil += static_cast<char>(octet);
    evil += "\xe2\x80\xae\xc2\x9b\x1b[2J\x1b]0;owned\x07\r\n";
    s.reply(wire, 220, evil, "5321 §4.3.1");
    s.decide(mx, wire.conversation, Reason::no_mailbox, "\x1b[31mred\x07");
    s.custody(mx, CustodyMove::accepted, s.new_id(mx), &wire, "a\x1b[1m@b\nc\x9b@d");
    s.custody(laptop, CustodyMove::composed, s.new_id(laptop), nullptr, "<\x1b>\n\x1b]2;t\x07\na\nb");
    const views::TraceIndex index(s.trace, s.setup);
    views::LadderOptions options;
    options.style.wide = true;
    options.content = options.segments = true;
    std::string all = views::ladder(s.trace, s.setup, index, options);
    for (std::uint32_t journey = 0; journey < 2; ++journey) {
        views::WalkthroughOptions walk;
        walk.journey = journey;
        all += views::walkthrough(s.trace, s.setup, index, walk);
    }
    for (const char c : all) {
        const auto octet = static_cast<unsigned char>(c);
        const bool raw = (octet < 0x20 && octet != '\n') || octet == 0x7f;
        REQUIRE_FALSE(raw);
    }
    CHECK_THAT(all, ContainsSubstring("\\x1b[2J") && ContainsSubstring("\\u{202e}") &&
                        ContainsSubstring("\\u{9b}") && ContainsSubstring("\\xff"));
    CHECK(all.find("\xe2\x80\xae") == std::string::npos);
}

TEST_CASE("what is made visible keeps honest text and shows wrong line endings") {
    CHECK(views::visible("250 ok\r\n") == "250 ok");
    CHECK(views::visible("250 ok\n") == "250 ok\\n");
    CHECK(views::visible("a\rb\tc") == "a\\rb\\tc");
    CHECK(views::visible("grüße 日本 \xff") == "grüße 日本 \\xff");
    CHECK(views::columns("grüße 日本") == 10);
    CHECK(views::cut("abcdef", 4) == "abc…");
    CHECK(views::cut("日本語", 4) == "日…");
}

TEST_CASE("colours are there only when asked for, and take no columns away") {
    const Sample s = first_message();
    views::LadderOptions options;
    options.conversation = 1;
    const std::string plain = ladder_of(s, options);
    CHECK(plain.find('\x1b') == std::string::npos);
    options.style.colour = true;
    std::string stripped;
    const std::string inked = ladder_of(s, options);
    for (std::size_t i = 0; i < inked.size(); ++i) {
        if (inked[i] == '\x1b') i = inked.find('m', i);
        else stripped += inked[i];
    }
    CHECK(stripped == plain);
    CHECK(inked != plain);
}

TEST_CASE("a dropped connection looks like a time-out and shows the rule that dropped it") {
    Sample s;
    Wire wire = s.begin(laptop, 49152, mx, 110);
    const Id syn = s.packet(wire, 0, net::tcp_syn, "", Why::handshake, true);
    VerdictFact verdict;
    verdict.packet = syn;
    verdict.conversation = wire.conversation;
    verdict.firewall = 0;
    verdict.rule = 1;
    verdict.source = 0;
    verdict.target = 2;
    verdict.source_port = 49152;
    verdict.target_port = 110;
    verdict.protocol = net::protocol_tcp;
    verdict.verdict = static_cast<std::uint8_t>(net::Action::drop);
    s.record(mx, verdict);
    s.now += minute;
    s.record(laptop, EndedFact{wire.conversation, 0, 0, Ending::timed_out, 1});
    views::LadderOptions options;
    options.style.width = 130;
    const std::string text = ladder_of(s, options);
    CHECK_THAT(text, ContainsSubstring("firewall mx DROPS tcp laptop:49152 → mx:110"));
    CHECK_THAT(text, ContainsSubstring("rule 2 \"tcp dport 110 drop\""));
    CHECK_THAT(text, ContainsSubstring("timed out"));
    CHECK_THAT(text, ContainsSubstring("✗"));
}

TEST_CASE("ids of one message are joined over its hosts, and a report is a message of its own") {
    Sample s = first_message();
    {
        const views::TraceIndex index(s.trace, s.setup);
        REQUIRE(index.journeys.size() == 1);
        CHECK(index.journeys[0].ids().size() == 4);
        CHECK(index.journeys[0].subject() == "Lunch");
        CHECK(index.find_journey("1@laptop.example.org") == 0);
        CHECK(index.find_journey("<1@laptop.example.org>") == 0);
        CHECK(index.find_journey("1") == 0);
        CHECK(index.find_journey("2") == nothing);
        CHECK(index.conversations.size() == 4);
        CHECK(index.counts[2].lost == 1);
        CHECK(index.counts[2].sent_again == 1);
        CHECK(index.journeys[0].message_id() == "<1@laptop.example.org>");
    }
    const Id failed = s.new_id(mail_host);
    const Id report = s.new_id(mail_host);
    s.custody(mail_host, CustodyMove::accepted, failed, nullptr, "a@b\nc@d");
    s.custody(mail_host, CustodyMove::accepted, report, nullptr, "\na@b", failed);
    s.custody(mail_host, CustodyMove::bounced, failed, nullptr, "", report);
    const views::TraceIndex index(s.trace, s.setup);
    REQUIRE(index.journeys.size() == 3);
    CHECK(index.journeys[2].report_on == 1);
}

TEST_CASE("two mails of one connection have ladders of their own") {
    Sample s;
    Wire wire = s.connect(mail_host, 49152, mx, 25);
    s.reply(wire, 220, "220 mx\r\n", "5321 §4.3.1");
    for (std::uint32_t mail = 0; mail < 2; ++mail) {
        const Id mine = s.new_id(mail_host);
        const Id theirs = s.new_id(mx);
        s.command(wire, "MAIL FROM:<" + std::to_string(mail) + "@example.org>\r\n", "5321 §4.1.1.2");
        s.reply(wire, 250, "250 ok\r\n", "5321 §4.1.1.2");
        s.say(wire, 0, Speech::content, content, "5321 §4.1.1.4");
        s.custody(mx, CustodyMove::accepted, theirs, &wire, "a@b\nc@d", 0, mail);
        s.reply(wire, 250, "250 taken\r\n", "5321 §4.2.5");
        s.custody(mail_host, CustodyMove::handed_over, mine, &wire, "", 0, mail);
    }
    s.command(wire, "QUIT\r\n", "5321 §4.1.1.10");
    views::LadderOptions options;
    options.journey = 1;
    const std::string text = ladder_of(s, options);
    CHECK_THAT(text, ContainsSubstring("220 mx") && ContainsSubstring("<1@example.org>") &&
                         ContainsSubstring("QUIT") && !ContainsSubstring("<0@example.org>"));
}

TEST_CASE("the walkthrough explains the eight points once and says who is responsible") {
    const Sample s = first_message();
    const views::TraceIndex index(s.trace, s.setup);
    const std::string text = views::walkthrough(s.trace, s.setup, index, {});
    hold_against("tests/golden/views/walkthrough.txt", text);
    for (int point = 1; point <= 8; ++point) {
        const std::string mark = "(" + std::to_string(point) + ") ";
        const std::size_t first = text.find(mark + (point == 8 ? "QUIT" : point == 6 ? "A blank" : ""));
        INFO("point " << point);
        CHECK(first != std::string::npos);
    }
    CHECK_THAT(text, ContainsSubstring("responsible now: mail") &&
                         ContainsSubstring("responsible now: mx") &&
                         ContainsSubstring("the reader has it"));
}

TEST_CASE("views of a run recorded without lines or packets say what they can") {
    for (const Depth depth : {Depth::summary, Depth::lines}) {
        const Sample s = first_message(depth);
        const views::TraceIndex index(s.trace, s.setup);
        CHECK(index.journeys.size() == 1);
        CHECK_THAT(views::walkthrough(s.trace, s.setup, index, {}),
                   ContainsSubstring("responsible now: mx"));
        CHECK_THAT(ladder_of(s, {}), ContainsSubstring("opens connection"));
    }
    const Sample empty;
    const views::TraceIndex index(empty.trace, empty.setup);
    CHECK_THAT(views::walkthrough(empty.trace, empty.setup, index, {}),
               ContainsSubstring("No message"));
    CHECK_FALSE(ladder_of(empty, {}).empty());
}
