// Composed messages: golden text, folding, encodings, and nothing that leaks or is injected.
#include "protocols/message/compose.hpp"

#include <string>

#include "protocols/base/random.hpp"
#include "protocols/message/header.hpp"
#include "protocols/message/mime.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::message;
using Catch::Matchers::ContainsSubstring;

namespace {

Draft plain_draft() {
    Draft draft;
    draft.from = parse_addresses("Ann Lee <ann@example.org>").addresses;
    draft.to = parse_addresses("bob@example.net").addresses;
    draft.subject = "Hello";
    draft.unix_s = 880'127'706;
    draft.offset_min = -360;
    draft.message_id = "1.ann@example.org";
    draft.body = "Dear Bob,\n.hidden dot\nAnn";
    return draft;
}

std::string value_of(const std::string& message, std::string_view name) {
    const Parts parts = split_message(message);
    std::string scratch;
    return std::string(unfolded(parts.find(name), scratch));
}

} // namespace

TEST_CASE("a plain draft becomes a plain message without MIME") {
    CHECK(compose(plain_draft()) == "Date: Fri, 21 Nov 1997 09:55:06 -0600\r\n"
                                    "From: Ann Lee <ann@example.org>\r\n"
                                    "To: bob@example.net\r\n"
                                    "Subject: Hello\r\n"
                                    "Message-ID: <1.ann@example.org>\r\n"
                                    "\r\n"
                                    "Dear Bob,\r\n.hidden dot\r\nAnn\r\n");
}

TEST_CASE("Bcc is in the envelope and nowhere in the message") {
    Draft draft = plain_draft();
    draft.cc =
        parse_addresses("carol@example.net, g: dave@example.net, bob@example.net;").addresses;
    draft.bcc = parse_addresses("secret@example.com").addresses;
    draft.extra.push_back({"BCC", "secret@example.com"});
    const std::string text = compose(draft);
    CHECK(text.find("secret") == std::string::npos);
    CHECK(text.find("Bcc") == std::string::npos);
    CHECK(envelope_recipients(draft) ==
          std::vector<std::string>{"bob@example.net", "carol@example.net", "dave@example.net",
                                   "secret@example.com"});
}

TEST_CASE("text beyond ASCII goes out as encoded words and an encoded body") {
    Draft draft = plain_draft();
    draft.subject = "Gr\xc3\xbc\xc3\x9f"
                    "e aus K\xc3\xb6ln";
    draft.from[0].mailboxes[0].display_name = "J\xc3\xbcrgen";
    draft.body = "Stra\xc3\x9f"
                 "e und so weiter\n";
    const std::string text = compose(draft);
    CHECK(is_ascii(text));
    CHECK(decode_words(value_of(text, "Subject")) == draft.subject);
    CHECK(value_of(text, "From") == "=?UTF-8?Q?J=C3=BCrgen?= <ann@example.org>");
    CHECK(value_of(text, "Content-Transfer-Encoding") == "quoted-printable");
    CHECK(value_of(text, "Content-Type") == "text/plain; charset=utf-8");
    CHECK(quoted_printable_decode(split_message(text).body) == with_crlf(draft.body));

    draft.body = "\xd0\xbf\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82";
    const std::string cyrillic = compose(draft);
    CHECK(value_of(cyrillic, "Content-Transfer-Encoding") == "base64");
    CHECK(base64_decode_lenient(split_message(cyrillic).body) == draft.body + "\r\n");

    draft.allow_8bit = true;
    const std::string wide = compose(draft);
    CHECK(value_of(wide, "Content-Transfer-Encoding") == "8bit");
    CHECK(split_message(wide).body == draft.body + "\r\n");
}

TEST_CASE("a line too long for SMTP is encoded even in ASCII") {
    Draft draft = plain_draft();
    draft.body = std::string(998, 'x') + "\n";
    CHECK(value_of(compose(draft), "MIME-Version").empty());
    draft.body = std::string(999, 'x') + "\n";
    CHECK(value_of(compose(draft), "Content-Transfer-Encoding") == "quoted-printable");
}

TEST_CASE("fields fold between words and no field can be injected") {
    Draft draft = plain_draft();
    draft.subject = "Hi\r\nBcc: evil@example.com\r\n\r\nbody";
    draft.from[0].mailboxes[0].display_name = "A\r\nX: y";
    draft.extra.push_back({"X-Odd: name\r\n", "v"});
    const std::string text = compose(draft);
    const Parts parts = split_message(text);
    CHECK(parts.field_count == 6);
    CHECK(parts.find("Bcc").raw.empty());
    CHECK(parts.find("X").raw.empty());
    CHECK(parts.body.starts_with("Dear Bob"));

    std::string out;
    put_field(out, "To", "one@example.org, two@example.org, three@example.org, four@example.org, "
                         "five@example.org");
    CHECK(out == "To: one@example.org, two@example.org, three@example.org, four@example.org,\r\n"
                 " five@example.org\r\n");
}

TEST_CASE("any subject survives composing, in lines of at most 78 octets") {
    constexpr std::string_view pieces[] = {"a", "word", " ", "\t", "=?", "?=", "\xc3\xa9", ":",
                                           "\xf0\x9f\x93\xac", "longer-word", "(", "\""};
    for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
        Random random{seed};
        Draft draft = plain_draft();
        draft.subject = "s";
        for (std::uint64_t i = random.below(80); i > 0; --i)
            draft.subject += pieces[random.below(12)];
        draft.subject += "e";
        const std::string text = compose(draft);
        INFO("seed " << seed << ": " << draft.subject);
        const Parts parts = split_message(text);
        REQUIRE(parts.defects == 0);
        REQUIRE(parts.field_count == 5);
        REQUIRE(decode_words(value_of(text, "Subject")) == draft.subject);
    }
}
