// Received and Return-Path, written and read.
#include "protocols/message/trace_fields.hpp"

#include <fstream>
#include <sstream>
#include <string>

#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::message;

namespace {

Received sample() {
    Received r;
    r.from = "mua.example.org";
    r.from_name = "pc7.example.org";
    r.from_address = "192.0.2.7";
    r.by = "mx.example.net";
    r.protocol = With::esmtpsa;
    r.id = "4F2A1";
    r.for_path = "bob@example.net";
    r.unix_s = 880'127'706;
    r.offset_min = -360;
    return r;
}

std::string written(const Received& r) {
    std::string out;
    put_received(out, r);
    return out;
}

} // namespace

TEST_CASE("a Received field has the shape of RFC 5321 section 4.4") {
    CHECK(written(sample()) == "Received: from mua.example.org (pc7.example.org [192.0.2.7])\r\n"
                               "\tby mx.example.net with ESMTPSA id 4F2A1\r\n"
                               "\tfor <bob@example.net>;\r\n"
                               "\tFri, 21 Nov 1997 09:55:06 -0600\r\n");
    Received bare = sample();
    bare.from_name = {};
    bare.from_address = "2001:db8::1";
    bare.for_path = {};
    CHECK(written(bare) == "Received: from mua.example.org ([IPv6:2001:db8::1])\r\n"
                           "\tby mx.example.net with ESMTPSA id 4F2A1;\r\n"
                           "\tFri, 21 Nov 1997 09:55:06 -0600\r\n");
}

TEST_CASE("what was written is read back") {
    const std::string text = written(sample());
    const Field field = split_message(text).find("Received");
    const auto back = parse_received(field.value);
    REQUIRE(back);
    CHECK(back->from == "mua.example.org");
    CHECK(back->from_name == "pc7.example.org");
    CHECK(back->from_address == "192.0.2.7");
    CHECK(back->by == "mx.example.net");
    CHECK(back->protocol == With::esmtpsa);
    CHECK(back->id == "4F2A1");
    CHECK(back->for_path == "bob@example.net");
    CHECK(back->has_date);
    CHECK(back->unix_s == 880'127'706);
    CHECK(back->offset_min == -360);
    for (std::size_t size = 0; size < field.value.size(); ++size)
        parse_received(field.value.substr(0, size)); // must only not crash
}

TEST_CASE("fields of other hosts are read as far as they go") {
    std::ifstream in("tests/data/eml/rfc5322_a4.eml", std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    const std::string message = text.str();
    const Parts parts = split_message(message);
    const auto first = parse_received(parts.find("Received").value);
    REQUIRE(first);
    CHECK(first->via == "TCP");
    CHECK(first->protocol == With::esmtp);
    CHECK(first->id == "ABC12345");
    CHECK(first->for_path == "mary@example.net");
    CHECK(first->unix_s == 880'128'343);
    CHECK(parse_received(parts.find("Received", 1).value)->by == "x.y.test");
    CHECK(count_received(parts.header) == 2);

    const auto odd = parse_received("from [192.0.2.9] (helo=x) by mx (Some; MTA 1.0) with local "
                                    "(odd) for \"a b\"@x.test (envelope-from <c@d>); junk");
    REQUIRE(odd);
    CHECK(odd->from_address == "192.0.2.9");
    CHECK(odd->by == "mx");
    CHECK(odd->with == "local");
    CHECK(odd->protocol == With::unknown);
    CHECK(odd->for_path == "\"a b\"@x.test");
    CHECK_FALSE(odd->has_date);
    CHECK_FALSE(parse_received("nothing to see"));
    CHECK_FALSE(parse_received(""));
}

TEST_CASE("a client's words cannot break out of the field") {
    Received r = sample();
    r.from = "evil)\r\nBcc: x; (";
    r.for_path = "\"a\r\nBcc: y\"@x.test";
    const std::string text = written(r);
    CHECK(text.starts_with("Received: from evil???Bcc:?x???"));
    const Parts parts = split_message(text);
    CHECK(parts.field_count == 1);
    CHECK(parts.defects == 0);
}

TEST_CASE("with keywords follow RFC 3848") {
    CHECK(with_text(with_of(false, false, false)) == "SMTP");
    CHECK(with_text(with_of(true, false, false)) == "ESMTP");
    CHECK(with_text(with_of(true, false, true)) == "ESMTPA");
    CHECK(with_text(with_of(true, true, false)) == "ESMTPS");
    CHECK(with_text(with_of(true, true, true)) == "ESMTPSA");
    CHECK(with_text(with_of_lmtp(false, false)) == "LMTP");
    CHECK(with_text(with_of_lmtp(true, true)) == "LMTPSA");
    CHECK(with_from_text("utf8smtpsa") == With::utf8smtpsa);
    CHECK(with_from_text("bsmtp") == With::unknown);
}

TEST_CASE("Return-Path carries the reverse-path, the null one too") {
    std::string out;
    put_return_path(out, "ann@example.org");
    put_return_path(out, "");
    CHECK(out == "Return-Path: <ann@example.org>\r\nReturn-Path: <>\r\n");
    CHECK(parse_return_path(" <ann@example.org>") == "ann@example.org");
    CHECK(parse_return_path("(c) <>\r\n ") == "");
    CHECK(parse_return_path("<\"a>b\"@x>") == "\"a>b\"@x");
    CHECK_FALSE(parse_return_path("ann@example.org"));
    CHECK_FALSE(parse_return_path("<ann@example.org"));
    CHECK_FALSE(parse_return_path("<a@b> c"));
}
