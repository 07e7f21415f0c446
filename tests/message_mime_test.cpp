// Base64, quoted-printable, encoded words and Content-Type.
#include "protocols/message/mime.hpp"

#include <string>

#include "protocols/base/random.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::message;

namespace {

std::string base64(std::string_view text, std::size_t line = 0) {
    std::string out;
    base64_encode(text, out, line);
    return out;
}

std::string quoted_printable(std::string_view text) {
    std::string out;
    quoted_printable_encode(text, out);
    return out;
}

std::string words(std::string_view text) {
    std::string out;
    encode_words(text, out);
    return out;
}

std::string random_octets(Random& random, std::string_view letters) {
    std::string out;
    for (std::uint64_t i = random.below(300); i > 0; --i)
        out += letters.empty() ? static_cast<char>(random.below(256))
                               : letters[random.below(letters.size())];
    return out;
}

} // namespace

TEST_CASE("base64 has the vectors of RFC 4648 section 10") {
    const std::pair<std::string_view, std::string_view> vectors[] = {
        {"", ""},         {"f", "Zg=="},         {"fo", "Zm8="},        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, encoded] : vectors) {
        CHECK(base64(plain) == encoded);
        CHECK(base64_decode(encoded) == std::string(plain));
    }
    CHECK(base64(std::string(60, 'a'), 76).find("\r\n") == 76);
    CHECK(base64_decode_lenient("Zm9v\r\n Ym!Fy\r\n") == "foobar");
}

TEST_CASE("strict base64 refuses what no encoder writes") {
    for (const char* text : {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "Zg==Zg==", "Zm 9v", "====", "Z===",
                             "Zm9v\r\n", "Zm9-"})
        CHECK_FALSE(base64_decode(text));
}

TEST_CASE("quoted-printable encodes what must be and breaks lines softly") {
    CHECK(quoted_printable("caf\xc3\xa9 = x\r\n") == "caf=C3=A9 =3D x\r\n");
    CHECK(quoted_printable("end \r\nend\t") == "end=20\r\nend=09");
    CHECK(quoted_printable("a\rb\nc") == "a=0Db=0Ac");
    CHECK(quoted_printable(std::string(76, 'x')) == std::string(76, 'x'));
    CHECK(quoted_printable(std::string(77, 'x')) == std::string(75, 'x') + "=\r\nxx");
    CHECK(quoted_printable_decode("a=\r\nb=3d=C3=a9  \r\n=ZZ=") == "ab=\xc3\xa9\r\n=ZZ");
}

TEST_CASE("encoding and decoding give back any octets") {
    for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
        Random random{seed};
        const std::string octets = random_octets(random, seed % 2 == 0 ? "" : "a =\t.\r\n\xe9");
        INFO("seed " << seed);
        REQUIRE(base64_decode(base64(octets)) == octets);
        REQUIRE(base64_decode_lenient(base64(octets, 76)) == octets);
        const std::string encoded = quoted_printable(octets);
        REQUIRE(quoted_printable_decode(encoded) == octets);
        std::size_t line = 0;
        for (const char c : encoded) {
            line = c == '\n' ? 0 : line + 1;
            REQUIRE(line <= 77); // with the CR
        }
        for (std::size_t size = 0; size < encoded.size(); size += 7)
            quoted_printable_decode(std::string_view(encoded).substr(0, size));
    }
}

TEST_CASE("encoded words follow RFC 2047") {
    CHECK(words("caf\xc3\xa9 a") == "=?UTF-8?Q?caf=C3=A9_a?=");
    CHECK(words("\xd0\xbf\xd1\x80\xd0\xb8") == "=?UTF-8?B?0L/RgNC4?=");
    // The table of RFC 2047 §8.
    CHECK(decode_words("(=?ISO-8859-1?Q?a?=)") == "(a)");
    CHECK(decode_words("(=?ISO-8859-1?Q?a?= b)") == "(a b)");
    CHECK(decode_words("(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)") == "(ab)");
    CHECK(decode_words("(=?ISO-8859-1?Q?a_b?=)") == "(a b)");
    CHECK(decode_words("(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)") == "(a =?ISO-8859-2?Q?_b?=)");
    CHECK(decode_words("=?ISO-8859-1?Q?Andr=E9?= Pirard") == "Andr\xc3\xa9 Pirard");
    CHECK(decode_words("=?us-ascii*en?B?aGk=?=") == "hi");
    for (const char* text : {"=?utf-8?x?a?=", "=?utf-8?Q?a b?=", "=?utf-8?Q?a", "=?", "=?utf-8",
                             "=?utf-8?Q?=FF?=", "plain  text"})
        CHECK(decode_words(text) == text);
}

TEST_CASE("encoded words stay within 75 octets, never split a character, and decode to the text") {
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
        Random random{seed};
        constexpr std::string_view characters[] = {"a", " ", "_", "=", "?", "\xc3\xa9",
                                                   "\xe2\x82\xac", "\xf0\x9f\x93\xac"};
        std::string text = "\xc3\xa9";
        for (std::uint64_t i = random.below(120); i > 0; --i) text += characters[random.below(8)];
        const std::string encoded = words(text);
        INFO("seed " << seed << ": " << encoded);
        REQUIRE(decode_words(encoded) == text);
        for (std::size_t at = 0; at < encoded.size();) {
            const std::size_t end = std::min(encoded.find(' ', at), encoded.size());
            REQUIRE(end - at <= 75);
            REQUIRE(is_utf8(decode_words(encoded.substr(at, end - at))));
            REQUIRE(decode_words(encoded.substr(at, end - at)) != encoded.substr(at, end - at));
            at = end + 1;
        }
    }
}

TEST_CASE("UTF-8 is judged by RFC 3629") {
    for (const char* good : {"", "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x93\xac",
                             "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf"})
        CHECK(is_utf8(good));
    for (const char* bad : {"\x80", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
                            "\xf5\x80\x80\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\xff", "\xc3\x28"})
        CHECK_FALSE(is_utf8(bad));
}

TEST_CASE("Content-Type is read with its parameters, comments and quotes") {
    const auto type = parse_content_type(" Text/HTML (x); Charset=\"utf-8\" ;\r\n\tformat = flowed"
                                         "; boundary=\"a;\\\"b\"; ; bad; = x");
    REQUIRE(type);
    CHECK(type->is("text/html"));
    CHECK(type->parameter("charset") == "utf-8");
    CHECK(type->parameter("FORMAT") == "flowed");
    CHECK(type->parameter("boundary") == "a;\"b");
    CHECK(type->parameters.size() == 3);
    CHECK(parse_content_type("attachment; filename=x.txt")->parameter("filename") == "x.txt");
    CHECK_FALSE(parse_content_type(""));
    CHECK_FALSE(parse_content_type("; x=y"));
    const std::string text = "multipart/mixed; boundary=\"abc\\";
    for (std::size_t size = 0; size <= text.size(); ++size)
        parse_content_type(std::string_view(text).substr(0, size)); // must only not crash
}
