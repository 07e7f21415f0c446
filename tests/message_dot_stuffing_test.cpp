// Dot-stuffing there and back, in pieces of every size, and the ends that are no ends.
#include "protocols/message/dot_stuffing.hpp"

#include <string>

#include "protocols/base/random.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::message;

namespace {

struct Result {
    std::string text;
    std::size_t taken = 0;
    std::uint8_t flags = 0;
    bool ended = false;
    bool operator==(const Result&) const = default;
};

Result unstuffed(std::string_view wire, std::size_t piece) {
    Result result;
    Unstuffer state;
    while (result.taken < wire.size() && state.place != Unstuffer::ended)
        result.taken += unstuff(state, wire.substr(result.taken, piece), result.text);
    result.flags = state.flags;
    result.ended = state.place == Unstuffer::ended;
    return result;
}

// The rule of RFC 5321 §4.5.2 written down a second time, without cleverness.
Result by_the_letter(std::string_view wire) {
    Result result;
    std::string line;
    std::string all;
    for (const char c : wire) {
        line += c;
        ++result.taken;
        if (!line.ends_with("\r\n")) continue;
        if (line == ".\r\n") {
            result.ended = true;
            return result;
        }
        result.text += line.starts_with('.') ? line.substr(1) : line;
        line.clear();
    }
    // What an unfinished line has surely given: a period, or period and CR, may still be the end.
    if (line != "." && line != ".\r") result.text += line.starts_with('.') ? line.substr(1) : line;
    return result;
}

std::string random_text(Random& random, std::size_t size, bool hostile) {
    constexpr std::string_view plain = "abc .\r\n";
    std::string text;
    while (text.size() < size) {
        const std::uint64_t draw = random.below(hostile ? 8 : 40);
        if (draw == 0) text += "\r\n";
        else if (draw == 1) text += "\r\n.";
        else if (draw == 2) text += '.';
        else if (hostile) text += plain[random.below(plain.size())];
        else text += static_cast<char>('a' + random.below(26));
    }
    return text;
}

} // namespace

TEST_CASE("a period at the start of a line is doubled and the text is ended") {
    std::string wire;
    stuff("one\r\n.two\r\n..three\r\n.\r\nfour. five\r\n", wire);
    CHECK(wire == "one\r\n..two\r\n...three\r\n..\r\nfour. five\r\n.\r\n");
    wire.clear();
    stuff("", wire);
    CHECK(wire == ".\r\n");
    wire.clear();
    stuff("no line end", wire);
    CHECK(wire == "no line end\r\n.\r\n");
}

TEST_CASE("the end of data is found exactly and what follows is left alone") {
    const Result result = unstuffed("a\r\n..b\r\n.\r\nQUIT\r\n", 1000);
    CHECK(result.ended);
    CHECK(result.text == "a\r\n.b\r\n");
    CHECK(result.taken == 11);
    CHECK(result.flags == 0);
    CHECK(unstuffed(".\r\n", 1000).ended);
    CHECK(unstuffed(".\r\n", 1000).text.empty());
}

TEST_CASE("no bare CR or LF makes an end of data") {
    const std::string_view body = "x\r\n";
    for (const std::string_view trap :
         {"\n.\n", "\n.\r\n", "\r.\r", "\r.\r\n", "\r\n.\n", "\r\n.\r", "\r\n.\rQ", "\r\r\n.\nx"}) {
        const std::string wire = std::string(body) + "y" + std::string(trap) + "MAIL FROM:<>\r\n";
        INFO("trap " << Catch::StringMaker<std::string>::convert(std::string(trap)));
        for (const std::size_t piece : {1000U, 7U, 1U}) {
            const Result result = unstuffed(wire, piece);
            CHECK_FALSE(result.ended);
            CHECK((result.flags & seen::false_end) != 0);
            CHECK((result.flags & (seen::bare_cr | seen::bare_lf)) != 0);
        }
    }
}

TEST_CASE("flags tell of bare line ends, 8-bit octets and NUL, only within the text") {
    CHECK(unstuffed("a\rb\r\n.\r\n", 9).flags == seen::bare_cr);
    CHECK(unstuffed("a\nb\r\n.\r\n", 9).flags == seen::bare_lf);
    CHECK(unstuffed("caf\xc3\xa9\r\n.\r\n", 99).flags == seen::eight_bit);
    CHECK(unstuffed(std::string_view("a\0b\r\n.\r\n", 8), 99).flags == seen::nul);
    const std::string long_text(200, 'a');
    CHECK(unstuffed(long_text + "\r\n.\r\n\xff\n" + std::string(100, '\0'), 9999).flags == 0);
    CHECK(unstuffed(long_text + "\xff" + long_text + "\r\n", 9999).flags == seen::eight_bit);
}

TEST_CASE("pieces of every size give the same text, flags and end") {
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        Random random{seed};
        const bool hostile = seed % 2 == 0;
        const std::string wire =
            random_text(random, 1 + random.below(700), hostile) + "\r\n.\r\nQUIT\r\n";
        const Result whole = unstuffed(wire, wire.size());
        Result letter = by_the_letter(wire);
        letter.flags = whole.flags;
        INFO("seed " << seed);
        REQUIRE(whole == letter);
        for (const std::size_t piece : {1U, 7U, 63U, 64U, 65U, 130U})
            REQUIRE(unstuffed(wire, piece) == whole);
    }
}

TEST_CASE("stuffing and unstuffing is the identity for text of whole lines") {
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        Random random{seed};
        const std::string text = random_text(random, random.below(900), seed % 2 == 0) + "\r\n";
        std::string wire;
        stuff(text, wire);
        std::string in_pieces;
        Stuffer state;
        const std::size_t piece = 1 + random.below(90);
        for (std::size_t at = 0; at < text.size(); at += piece)
            stuff_piece(state, std::string_view(text).substr(at, piece), in_pieces);
        stuff_end(state, in_pieces);
        INFO("seed " << seed);
        REQUIRE(in_pieces == wire);
        const Result back = unstuffed(wire, wire.size());
        REQUIRE(back.ended);
        REQUIRE(back.taken == wire.size());
        REQUIRE(back.text == text);
    }
}

TEST_CASE("text cut anywhere is a beginning of the text and never ended") {
    std::string wire;
    std::string text = "Subject: x\r\n\r\n.dot\r\n..\r\n" + std::string(100, 'z') + "\r\n.\r\n";
    stuff(text, wire);
    for (std::size_t size = 0; size < wire.size(); ++size) {
        const Result cut = unstuffed(std::string_view(wire).substr(0, size), 13);
        REQUIRE_FALSE(cut.ended);
        REQUIRE(text.starts_with(cut.text));
        REQUIRE(cut.taken == size);
    }
}
