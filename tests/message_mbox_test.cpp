// mbox files: what is written is read again, and what others have written is understood.
#include "protocols/message/mbox.hpp"

#include "protocols/base/random.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::message;

namespace {

std::vector<MboxReader::Entry> all_of(std::string_view text) {
    MboxReader reader(text);
    INFO(reader.fault());
    REQUIRE(reader.fault().empty());
    std::vector<MboxReader::Entry> out;
    while (auto entry = reader.next()) out.push_back(std::move(*entry));
    return out;
}

const char* const first = "From a@example.org Wed Sep  1 08:00:00 2010\n";
constexpr std::int64_t first_s = 1283328000;

// Lines that an mbox could stumble over.
std::string drawn_text(Random& random) {
    constexpr std::string_view lines[] = {"",
                                          "",
                                          "From me",
                                          ">From you",
                                          ">>From all of us",
                                          "From b@c Wed Sep  1 08:00:00 2010",
                                          "text",
                                          ".",
                                          "Content-Length: 3",
                                          " folded",
                                          "From",
                                          "a\rb",
                                          "\xff\x01"};
    std::string out;
    for (std::uint64_t header = random.below(3); header > 0; --header)
        out += "Subject: x\r\n y\r\n";
    for (std::uint64_t n = random.below(9); n > 0; --n)
        out += std::string(lines[random.below(std::size(lines))]) + "\r\n";
    return out;
}

}  // namespace

TEST_CASE("every mbox that is written is read as what it was, whatever lines are in it") {
    for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
        Random random{seed};
        std::vector<Kept> messages(random.below(5));
        std::string text;
        for (Kept& one : messages) {
            one.content = drawn_text(random);
            one.arrived_s = static_cast<std::int64_t>(random.below(0x80000000U)) - 100000000;
            one.flags = {random.below(2) == 1, random.below(2) == 1, random.below(2) == 1,
                         random.below(2) == 1, random.below(2) == 1, random.below(2) == 1};
            if (random.below(3) == 0) one.keywords = {"$Forwarded", "later"};
            put_mbox(text, one, "a@example.org");
        }
        const auto read = all_of(text);
        INFO("seed " << seed << "\n" << text);
        REQUIRE(read.size() == messages.size());
        for (std::size_t i = 0; i < read.size(); ++i) {
            CHECK(read[i].message == messages[i]);
            CHECK(read[i].sender == "a@example.org");
        }
    }
}

TEST_CASE("\"From \" lines have a date in one of the ways in which programs write it") {
    for (const char* line :
         {"From a@b Wed Sep  1 08:00:00 2010", "From a@b Wed Sep 1 08:00 2010",
          "From a@b Wed Sep  1 10:00:00 2010 +0200", "From a@b Wed Sep  1 10:00:00 +0200 2010",
          "From a@b Wed Sep  1 08:00:00 GMT 2010"}) {
        INFO(line);
        const auto read = parse_from_line(line);
        REQUIRE(read.has_value());
        CHECK(*read == FromLine{"a@b", first_s});
    }
    CHECK(parse_from_line("From \"Wed Sep\"@b c Wed Sep 1 08:00:00 2010")->sender ==
          "\"Wed Sep\"@b c");
    CHECK(parse_from_line("From - Wed Sep 1 08:00:00 2010")->sender == "-");
    for (const char* line :
         {"From ", "From a@b", "From now on", "from a@b Wed Sep 1 08:00:00 2010",
          "From a@b Wed Sep 31 08:00:00 2010", "From a@b Wed Sep 1 24:00:00 2010",
          "From a@b Wed Sep 1 08:00:00", "From a@b Wed Sep 1 08:00:00 2010 x y",
          "From a@b Wed Sep 1 8:0:00 2010", "From a@b Wed Sep 0 08:00:00 2010"}) {
        INFO(line);
        CHECK_FALSE(parse_from_line(line).has_value());
    }
}

TEST_CASE(
    "a \"From \" line in a text begins no message unless it follows an empty line and has a date") {
    const auto read = all_of(std::string(first) +
                             "Subject: x\n\nFrom here on\nall\n"
                             "From b@c Wed Sep  1 08:00:00 2010\n\nFrom now\n\n" +
                             first + "\nz\n");
    REQUIRE(read.size() == 2);
    CHECK(read[0].message.content == "Subject: x\r\n\r\nFrom here on\r\nall\r\n"
                                     "From b@c Wed Sep  1 08:00:00 2010\r\n\r\nFrom now\r\n");
    CHECK(read[1].message.content == "\r\nz\r\n");
    CHECK(read[1].line == 10);
}

TEST_CASE("line ends, empty lines around, missing ends and a wrong Content-Length change nothing") {
    const std::string text = std::string("\n\n") + first +
                             "Content-Length: 900\nSubject: x\n\none\n\n" + first +
                             "Subject: y\n\ntwo";
    std::string crlf;
    for (const char c : text) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
    for (const std::string& form : {text, crlf}) {
        const auto read = all_of(form);
        REQUIRE(read.size() == 2);
        CHECK(read[0].message.content == "Content-Length: 900\r\nSubject: x\r\n\r\none\r\n");
        CHECK(read[0].message.arrived_s == first_s);
        CHECK(read[0].line == 3);
        CHECK(read[1].message.content == "Subject: y\r\n\r\ntwo\r\n");
    }
}

TEST_CASE("Status, X-Status and X-Keywords say the flags and are no part of the message") {
    const auto read = all_of(std::string(first) +
                             "Status: RO\nX-Status: AFTD\nSubject: x\n"
                             "X-Keywords: later\n  $Junk\n\nStatus: R\n\n" +
                             first + "status: O\n\n");
    REQUIRE(read.size() == 2);
    CHECK(read[0].message.flags == KeptFlags{true, true, true, true, true, false});
    CHECK(read[0].message.keywords == std::vector<std::string>{"later"});
    CHECK(read[0].message.content == "Subject: x\r\n\r\nStatus: R\r\n");
    CHECK(read[1].message.flags == KeptFlags{});
    CHECK(all_of(first)[0].message.flags.recent);
}

TEST_CASE("what is no mbox is told, and a first line without a date takes it from the header") {
    CHECK_FALSE(MboxReader("Subject: x\n\n").fault().empty());
    CHECK_FALSE(MboxReader(">From a\n").fault().empty());
    CHECK(all_of("").empty());
    CHECK(all_of("\r\n\n").empty());
    const auto read = all_of("From MAILER-DAEMON\nReceived: from a by b; Wed, 1 Sep 2010 08:00:00 "
                             "+0000\nDate: Tue, 1 Sep 2009 08:00:00 +0000\n\nx\n");
    REQUIRE(read.size() == 1);
    CHECK(read[0].message.arrived_s == first_s);
    CHECK(read[0].sender == "MAILER-DAEMON");
    CHECK(arrived_by_header("Date: Wed, 1 Sep 2010 10:00:00 +0200\r\n\r\n") == first_s);
    CHECK(arrived_by_header("Subject: x\r\n\r\n") == 0);
}

TEST_CASE("any octets are read to their end, and what was read can be written and read again") {
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
        Random random{seed};
        constexpr std::string_view pieces[] = {"From ", "a@b ",    "Wed Sep  1 08:00:00 2010",
                                               "\n",    "\r",      "\n\n",
                                               ">",     "Status:", " RO",
                                               ":",     "\0",      "\xff",
                                               " "};
        std::string text = "From ";
        for (std::uint64_t n = random.below(40); n > 0; --n)
            text += pieces[random.below(std::size(pieces))];
        std::string written;
        std::vector<Kept> first_read;
        for (const auto& entry : all_of(text)) {
            first_read.push_back(entry.message);
            put_mbox(written, entry.message, entry.sender);
        }
        std::vector<Kept> again;
        for (const auto& entry : all_of(written)) again.push_back(entry.message);
        INFO("seed " << seed);
        CHECK(again.size() == first_read.size());
    }
}
