// SASL PLAIN: the RFC's examples, and every way to get it wrong.
#include "protocols/sasl/plain.hpp"

#include "protocols/base/random.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::sasl;

TEST_CASE("PLAIN has the examples of RFC 4616 section 4") {
    CHECK(encode_plain({"", "tim", "tanstaaftanstaaf"}) ==
          std::string("\0tim\0tanstaaftanstaaf", 21));
    CHECK(encode_plain({"Ursel", "Kurt", "xipj3plmq"}) ==
          std::string("Ursel\0Kurt\0xipj3plmq", 20));
    CHECK(encode_plain_base64({"", "test", "1234"}) == "AHRlc3QAMTIzNA==");
    Plain plain;
    CHECK(decode_plain_base64("AHRlc3QAMTIzNA==", plain) == PlainError::ok);
    CHECK(plain == Plain{"", "test", "1234"});
}

TEST_CASE("a malformed PLAIN message is refused with its reason") {
    Plain plain;
    CHECK(decode_plain("", plain) == PlainError::wrong_parts);
    CHECK(decode_plain(std::string_view("a\0b", 3), plain) == PlainError::wrong_parts);
    CHECK(decode_plain(std::string_view("a\0b\0c\0", 6), plain) == PlainError::wrong_parts);
    CHECK(decode_plain(std::string_view("a\0\0c", 4), plain) == PlainError::empty_identity);
    CHECK(decode_plain(std::string_view("a\0b\0", 4), plain) == PlainError::empty_password);
    CHECK(decode_plain(std::string_view("\0b\0\xff", 4), plain) == PlainError::not_utf8);
    CHECK(decode_plain(std::string("\0b\0", 3) + std::string(256, 'x'), plain) ==
          PlainError::too_long);
    CHECK(decode_plain_base64("not base64", plain) == PlainError::bad_base64);
    CHECK(decode_plain_base64("=", plain) == PlainError::wrong_parts);
    CHECK(decode_plain_base64(std::string(100'000, 'A'), plain) == PlainError::too_long);
    CHECK(plain == Plain{});
    CHECK_FALSE(encode_plain({"", "", "x"}));
    CHECK_FALSE(encode_plain({"", "x", ""}));
    CHECK_FALSE(encode_plain({"", std::string("a\0b", 3), "x"}));
    CHECK_FALSE(encode_plain({"", std::string(256, 'a'), "x"}));
}

TEST_CASE("PLAIN gives back what was put in, at every length, and no cut message passes as whole") {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        Random random{seed};
        const auto part = [&random](std::uint64_t least) {
            std::string out;
            for (std::uint64_t i = least + random.below(255 - least + 1); i > 0; --i)
                out += static_cast<char>(1 + random.below(127));
            return out;
        };
        const Plain plain{part(0), part(1), part(1)};
        const auto text = encode_plain_base64(plain);
        REQUIRE(text);
        Plain back;
        REQUIRE(decode_plain_base64(*text, back) == PlainError::ok);
        REQUIRE(back == plain);
        for (std::size_t size = 0; size < text->size(); ++size)
            if (decode_plain_base64(text->substr(0, size), back) == PlainError::ok)
                REQUIRE(back.password.size() < plain.password.size());
    }
}
