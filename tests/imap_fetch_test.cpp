// FETCH: what is asked for, and one message's answer.
#include "protocols/imap/fetch_data.hpp"

#include <fstream>
#include <sstream>

#include "protocols/base/random.hpp"
#include "protocols/imap/envelope.hpp"
#include "protocols/imap/flags.hpp"
#include "protocols/imap/preview.hpp"
#include "tests/catch.hpp"
#include "tests/support/mime_messages.hpp"

using namespace postroad;
using namespace postroad::imap;

namespace {

// RFC 3501 §8: the message of the sample connection. Its body is not printed there: 3028 octets in
// 92 lines.
std::string minutes() {
    std::string text = "Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\r\n"
                       "From: Terry Gray <gray@cac.washington.edu>\r\n"
                       "Subject: IMAP4rev1 WG mtg summary and minutes\r\n"
                       "To: imap@cac.washington.edu\r\n"
                       "Cc: minutes@CNRI.Reston.VA.US, John Klensin <KLENSIN@MIT.EDU>\r\n"
                       "Message-Id: <B27397-0100000@cac.washington.edu>\r\n"
                       "MIME-Version: 1.0\r\n"
                       "Content-Type: TEXT/PLAIN; CHARSET=US-ASCII\r\n"
                       "\r\n";
    for (int i = 0; i < 91; ++i) text += "0123456789012345678901234567890\r\n";
    return text + std::string(23, 'x') + "\r\n";
}

std::string fetched(std::string_view items, std::string_view text) {
    const ParsedFetch asked = parse_fetch_items(items);
    REQUIRE(asked.error.empty());
    CHECK(asked.used == items.size());
    MessageData message;
    message.text = text;
    message.uid = 7;
    message.flags = "\\Seen";
    message.internal_date = {837596665, -420};
    message.modseq = 12121231000ULL;
    message.email_id = "M6d99ac3275bb4e";
    std::string out;
    put_fetch_data(out, asked.value, message);
    return out;
}

std::string literal(std::string_view octets) {
    return "{" + std::to_string(octets.size()) + "}\r\n" + std::string(octets);
}

std::string envelope(std::string_view header) {
    std::string out;
    put_envelope(out, header);
    return out;
}

std::string structure(std::string_view text, bool extended = true) {
    std::string out;
    put_body_structure(out, text, parse_mime(text), extended);
    return out;
}

std::string error_of(std::string_view items) { return parse_fetch_items(items).error; }

// The octets behind the literal of an answer with one item.
std::string octets(std::string_view answer) {
    const std::size_t at = answer.find("}\r\n");
    REQUIRE(at != std::string_view::npos);
    return std::string(answer.substr(at + 3, answer.size() - at - 4));
}

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::stringstream out;
    out << in.rdbuf();
    return out.str();
}

// All of a message, put together from what BODY[...] gives of its parts and what lies between.
std::string put_together(std::string_view text, const MimeTree& tree, std::uint32_t at,
                         const std::string& number) {
    const MimePart& part = tree.parts[at];
    const auto piece = [&](const std::string& section) {
        return octets(fetched("BODY.PEEK[" + section + "]", text));
    };
    if (part.kind == PartKind::leaf) return piece(number);
    std::string out;
    if (part.kind == PartKind::message) {
        const MimePart& inside = tree.parts[part.first];
        out = piece(number + ".HEADER");
        if (inside.kind != PartKind::multipart) return out + piece(number + ".TEXT");
        return out + put_together(text, tree, part.first, number);
    }
    std::uint32_t before = part.body.begin;
    int count = 0;
    for (std::uint32_t child = part.first; child != no_part; child = tree.parts[child].next) {
        const MimePart& one = tree.parts[child];
        const std::string own = (number.empty() ? "" : number + ".") + std::to_string(++count);
        out += text.substr(before, one.header.begin - before);
        out += piece(own + ".MIME");
        out += put_together(text, tree, child, own);
        before = one.body.end;
    }
    return out + std::string(text.substr(before, part.body.end - before));
}

}  // namespace

TEST_CASE("FULL answers as in RFC 3501 section 8") {
    const std::string text = minutes();
    CHECK(fetched("FULL", text) ==
          "(FLAGS (\\Seen) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE " +
              std::to_string(text.size()) +
              " ENVELOPE (\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\" "
              "\"IMAP4rev1 WG mtg summary and minutes\" "
              "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) "
              "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) "
              "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) "
              "((NIL NIL \"imap\" \"cac.washington.edu\")) "
              "((NIL NIL \"minutes\" \"CNRI.Reston.VA.US\")"
              "(\"John Klensin\" NIL \"KLENSIN\" \"MIT.EDU\")) NIL NIL "
              "\"<B27397-0100000@cac.washington.edu>\") "
              "BODY (\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 3028 92))");
    const std::string header = text.substr(0, text.size() - 3028);
    CHECK(header.size() == 342);  // as the sample says
    CHECK(fetched("BODY[HEADER]", text) == "(BODY[HEADER] " + literal(header) + ")");
}

TEST_CASE("macros, RFC822's names and single items ask for what they mean") {
    CHECK(parse_fetch_items("ALL").value.items.size() == 4);
    CHECK(parse_fetch_items("fast").value.items.size() == 3);
    CHECK(parse_fetch_items("FULL").value.items.size() == 5);
    CHECK(fetched("(UID FLAGS MODSEQ UID)", "x") == "(UID 7 FLAGS (\\Seen) MODSEQ (12121231000))");
    CHECK(fetched("(EMAILID THREADID SAVEDATE)", "x") ==
          "(EMAILID (M6d99ac3275bb4e) THREADID NIL SAVEDATE NIL)");
    constexpr std::string_view text = "A: b\r\n\r\nbody";
    CHECK(fetched("(RFC822 RFC822.HEADER RFC822.TEXT RFC822.SIZE)", text) ==
          "(RFC822 " + literal(text) + " RFC822.HEADER " + literal("A: b\r\n\r\n") +
              " RFC822.TEXT " + literal("body") + " RFC822.SIZE 12)");
    CHECK(parse_fetch_items("RFC822").value.sets_seen());
    CHECK(parse_fetch_items("RFC822.TEXT").value.sets_seen());
    CHECK_FALSE(parse_fetch_items("RFC822.HEADER").value.sets_seen());
    CHECK(parse_fetch_items("(FLAGS BINARY[1])").value.sets_seen());
    CHECK(parse_fetch_items("BODY[]<0.1>").value.sets_seen());
    CHECK_FALSE(
        parse_fetch_items("(BODY.PEEK[] BINARY.PEEK[1] BINARY.SIZE[1] FULL)").value.sets_seen());
    CHECK(parse_fetch_items("MODSEQ").value.has(ItemKind::modseq));
    CHECK(parse_fetch_items("FLAGS (CHANGEDSINCE 5)").used == 5);
}

TEST_CASE("sections are told as they were asked for") {
    constexpr std::string_view text = "Subject: s\r\nTo: a@b.test\r\nX-Other: 1\r\n\r\nbody";
    CHECK(fetched("BODY.PEEK[header.fields (TO \"subject\")]", text) ==
          "(BODY[HEADER.FIELDS (TO subject)] " + literal("Subject: s\r\nTo: a@b.test\r\n\r\n") +
              ")");
    CHECK(fetched("BODY.PEEK[HEADER.FIELDS.NOT ({2}\r\nTo)]", text) ==
          "(BODY[HEADER.FIELDS.NOT (To)] " + literal("Subject: s\r\nX-Other: 1\r\n\r\n") + ")");
    CHECK(fetched("BODY[TEXT]<1.2>", text) == "(BODY[TEXT]<1> " + literal("od") + ")");
    CHECK(fetched("BODY[]<1000.5>", text) == "(BODY[]<1000> " + literal("") + ")");
    CHECK(fetched("BODY[1]", text) == "(BODY[1] " + literal("body") + ")");
    CHECK(fetched("BODY[2]", text) == "(BODY[2] NIL)");
    CHECK(fetched("BODY[1.HEADER]", text) == "(BODY[1.HEADER] NIL)");
    CHECK(fetched("BODY[HEADER]", "no header at all") == "(BODY[HEADER] " + literal("") + ")");
    CHECK(fetched("BODY[HEADER.FIELDS (X)]", "A: b\r\n") ==
          "(BODY[HEADER.FIELDS (X)] " + literal("") + ")");
    CHECK(fetched("BODY[]", std::string_view("a\0b", 3)) == "(BODY[] " +
                                                                literal("a\x80"
                                                                        "b") +
                                                                ")");
}

TEST_CASE("the part numbers are those of RFC 3501 section 6.4.5") {
    constexpr std::string_view text =
        "Content-Type: multipart/mixed; boundary=o\r\n\r\n"
        "--o\r\nContent-Type: text/plain\r\n\r\n1\r\n"
        "--o\r\nContent-Type: application/octet-stream\r\n\r\n2\r\n"
        "--o\r\nContent-Type: message/rfc822\r\n\r\nSubject: 3\r\n"
        "Content-Type: multipart/mixed; boundary=i\r\n\r\n"
        "--i\r\n\r\n3.1\r\n--i\r\nContent-Type: application/octet-stream\r\n\r\n3.2\r\n--i--\r\n"
        "--o\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n"
        "--m\r\nContent-Type: image/gif\r\n\r\n4.1\r\n"
        "--m\r\nContent-Type: message/rfc822\r\n\r\nSubject: "
        "4.2\r\n\r\n4.2.1\r\n--m--\r\n--o--\r\n";
    const auto of = [&](const std::string& section) {
        return octets(fetched("BODY[" + section + "]", text));
    };
    CHECK(of("1") == "1");
    CHECK(of("2") == "2");
    CHECK(of("3.HEADER.FIELDS (SUBJECT)") == "Subject: 3\r\n\r\n");
    CHECK(of("3.TEXT").starts_with("--i\r\n"));
    CHECK(of("3.1") == "3.1");
    CHECK(of("3.2") == "3.2");
    CHECK(of("3.2.MIME") == "Content-Type: application/octet-stream\r\n\r\n");
    CHECK(of("4.1") == "4.1");
    CHECK(of("4.1.MIME") == "Content-Type: image/gif\r\n\r\n");
    CHECK(of("4.2.HEADER") == "Subject: 4.2\r\n\r\n");
    CHECK(of("4.2.TEXT") == "4.2.1");
    CHECK(of("4.2.1") == "4.2.1");
    CHECK(fetched("BODY[4.TEXT]", text) == "(BODY[4.TEXT] NIL)");
}

TEST_CASE("a mistake in FETCH is told in a sentence") {
    CHECK(error_of("") == "a FETCH item is missing, as FLAGS or BODY[]");
    CHECK(error_of("FLAG") == "FETCH knows no item FLAG");
    CHECK(error_of("(FLAGS UID") == "the list of FETCH items must end with )");
    CHECK(error_of("BODY[0]") == "part numbers count from 1");
    CHECK(error_of("BODY[1.]") == "a part number must not end with a dot");
    CHECK(error_of("BODY[1TEXT]") == "a dot must follow a part number, as BODY[1.MIME]");
    CHECK(error_of("BODY[MIME]") == "MIME needs a part number, as BODY[1.MIME]");
    CHECK(error_of("BODY[NONE]") == "no section begins with NONE]");
    CHECK(error_of("BODY[TEXT") == "a section must end with ]");
    CHECK(error_of("BODY[]<0>") == "a part of a section is <first.count>, count not 0");
    CHECK(error_of("BODY[]<0.0>") == "a part of a section is <first.count>, count not 0");
    CHECK(error_of("BINARY[TEXT]") == "BINARY takes part numbers alone, as BINARY[1.2]");
    CHECK(error_of("BODY[HEADER.FIELDS]") ==
          "field names must follow in parentheses, as HEADER.FIELDS (To Cc)");
    CHECK(error_of("BODY[HEADER.FIELDS ()]") == "a field's name is missing");
    std::string many = "(BODY[1]";
    for (int i = 2; i < 200; ++i) many += " BODY[" + std::to_string(i) + "]";
    CHECK(error_of(many + ")") == "too many items in one FETCH");
    std::string deep = "BODY[1";
    for (int i = 0; i < 100; ++i) deep += ".1";
    CHECK(error_of(deep + "]") == "a part number with too many levels");
}

TEST_CASE("what BODY gives of the parts, put together, is the message") {
    for (std::uint64_t seed = 1; seed <= 150; ++seed) {
        const std::string text = tests::mime_message(seed);
        CAPTURE(seed, text);
        const MimeTree tree = parse_mime(text);
        const std::string root = tree.root().kind == PartKind::multipart ? "" : "1";
        CHECK(octets(fetched("BODY.PEEK[HEADER]", text)) + put_together(text, tree, 0, root) ==
              text);
        CHECK(octets(fetched("BODY.PEEK[HEADER]", text)) +
                  octets(fetched("BODY.PEEK[TEXT]", text)) ==
              text);
    }
}

TEST_CASE("partial fetches of any sizes put together are the section") {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        const std::string text = tests::mime_message(seed);
        Random random{seed};
        for (const char* section : {"", "TEXT", "HEADER", "1", "HEADER.FIELDS (From)"}) {
            std::string whole;
            while (true) {
                const std::string piece = octets(
                    fetched("BODY[" + std::string(section) + "]<" + std::to_string(whole.size()) +
                                "." + std::to_string(1 + random.below(90)) + ">",
                            text));
                if (piece.empty()) break;
                whole += piece;
            }
            CHECK(whole == octets(fetched("BODY[" + std::string(section) + "]", text)));
        }
    }
}

TEST_CASE("BINARY gives parts without their encodings") {
    constexpr std::string_view text =
        "Content-Type: multipart/mixed; boundary=x\r\n\r\n"
        "--x\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n"
        "--x\r\nContent-Transfer-Encoding: base64\r\n\r\nYQBi\r\n"
        "--x\r\nContent-Transfer-Encoding: x-unknown\r\n\r\nzzz\r\n--x--\r\n";
    CHECK(fetched("BINARY[1]", text) == "(BINARY[1] " + literal("hello") + ")");
    CHECK(fetched("BINARY[1]<1.3>", text) == "(BINARY[1]<1> " + literal("ell") + ")");
    CHECK(fetched("BINARY.PEEK[2]", text) ==
          "(BINARY[2] ~" + literal(std::string_view("a\0b", 3)) + ")");
    CHECK(fetched("(BINARY.SIZE[1] BINARY.SIZE[2])", text) ==
          "(BINARY.SIZE[1] 5 BINARY.SIZE[2] 3)");
    CHECK(fetched("BINARY[9]", text) == "(BINARY[9] NIL)");
    CHECK(fetched("BINARY[]", text) == "(BINARY[] " + literal(text) + ")");
    MessageData message;
    message.text = text;
    std::string out;
    CHECK_FALSE(put_fetch_data(out, parse_fetch_items("(BINARY[3] UID)").value, message));
    CHECK(out == "(BINARY[3] NIL UID 0)");
}

TEST_CASE("BODYSTRUCTURE is as RFC 3501 section 7.4.2 shows it") {
    std::string base64;
    for (int i = 0; i < 73; ++i) base64 += std::string(60, 'A') + "\r\n";
    base64 += std::string(28, 'A');
    CHECK(base64.size() == 4554);
    std::string plain;
    for (int i = 0; i < 23; ++i) plain += std::string(i < 22 ? 48 : 50, 'a') + "\r\n";
    CHECK(plain.size() == 1152);
    const std::string text =
        "Content-Type: multipart/mixed; boundary=\"x y\"\r\n\r\n--x y\r\n"
        "Content-Type: text/plain; charset=US-ASCII\r\n\r\n" +
        plain +
        "\r\n--x y\r\n"
        "Content-Type: TEXT/PLAIN; CHARSET=US-ASCII; NAME=cc.diff\r\n"
        "Content-ID: <960723163407.20117h@cac.washington.edu>\r\n"
        "Content-Description: Compiler diff\r\nContent-Transfer-Encoding: BASE64\r\n\r\n" +
        base64 + "\r\n--x y--\r\n";
    CHECK(structure(text, false) ==
          "((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 1152 23)"
          "(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\" \"NAME\" \"cc.diff\") "
          "\"<960723163407.20117h@cac.washington.edu>\" \"Compiler diff\" \"BASE64\" 4554 73) "
          "\"MIXED\")");
    CHECK(structure(text).ends_with(" 4554 73 NIL NIL NIL NIL) \"MIXED\" "
                                    "(\"BOUNDARY\" \"x y\") NIL NIL NIL)"));
}

TEST_CASE("BODYSTRUCTURE tells extension data and the envelope of a message inside") {
    CHECK(structure("Content-Type: image/png\r\nContent-MD5: Q2hlY2s=\r\n"
                    "Content-Disposition: attachment; filename=\"a.png\"\r\n"
                    "Content-Language: de\r\nContent-Location: l\r\n\r\nx") ==
          "(\"IMAGE\" \"PNG\" NIL NIL NIL \"7BIT\" 1 \"Q2hlY2s=\" "
          "(\"ATTACHMENT\" (\"FILENAME\" \"a.png\")) (\"de\") \"l\")");
    CHECK(
        structure("Content-Type: message/rfc822\r\n\r\nSubject: s\r\n\r\none\r\ntwo\r\n", false) ==
        "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 24 "
        "(NIL \"s\" NIL NIL NIL NIL NIL NIL NIL NIL) "
        "(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"us-ascii\") NIL NIL \"7BIT\" 10 2) 4)");
    CHECK(structure("Content-Type: multipart/mixed\r\n\r\nx", false) ==
          "((\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 0 0) \"MIXED\")");
    // A quote in a parameter is escaped; 8-bit text is a literal.
    CHECK(structure("Content-Type: a/b; x=\"1\\\"2\"; y=\"\xe4\"\r\n\r\n", false) ==
          "(\"A\" \"B\" (\"X\" \"1\\\"2\" \"Y\" {1}\r\n\xe4) NIL NIL \"7BIT\" 0)");
}

TEST_CASE("envelopes tell groups, routes, comments and what is no address") {
    CHECK(envelope("To: Team: a@b.test, \"Q\\\"x\" <c@d.test>;, e@f.test\r\n") ==
          "(NIL NIL NIL NIL NIL ((NIL NIL \"Team\" NIL)(NIL NIL \"a\" \"b.test\")"
          "(\"Q\\\"x\" NIL \"c\" \"d.test\")(NIL NIL NIL NIL)(NIL NIL \"e\" \"f.test\")) "
          "NIL NIL NIL NIL)");
    CHECK(envelope("Bcc: undisclosed recipients:;\r\n")
              .find("((NIL NIL \"undisclosed recipients\" NIL)(NIL NIL NIL NIL)) NIL NIL)") !=
          std::string::npos);
    CHECK(envelope("From: ann@b.test (Ann Lee)\r\nSender: <@x.test,@y.test:s@z.test>\r\n") ==
          "(NIL NIL ((\"Ann Lee\" NIL \"ann\" \"b.test\")) "
          "((NIL \"@x.test,@y.test\" \"s\" \"z.test\")) "
          "((\"Ann Lee\" NIL \"ann\" \"b.test\")) NIL NIL NIL NIL NIL)");
    CHECK(envelope("Reply-To: \r\nFrom: root\r\n") ==
          "(NIL NIL ((NIL NIL \"root\" \"\")) ((NIL NIL \"root\" \"\")) "
          "((NIL NIL \"root\" \"\")) NIL NIL NIL NIL NIL)");
    CHECK(envelope("To: \"a b\"@c.test\r\n").find("((NIL NIL \"a b\" \"c.test\"))") !=
          std::string::npos);
    // Values are unfolded; empty ones are not NIL; encoded words stay.
    CHECK(envelope("Subject:\r\nDate: a\r\n b\r\nIn-Reply-To: <1@x.test>\r\n"
                   "Message-ID: <2@x.test>\r\nSubject: second\r\n") ==
          "(\"a b\" \"\" NIL NIL NIL NIL NIL NIL \"<1@x.test>\" \"<2@x.test>\")");
    CHECK(envelope("Subject: =?utf-8?q?=C3=A4?=\r\n").find("\"=?utf-8?q?=C3=A4?=\"") !=
          std::string::npos);
    CHECK(envelope("Subject: \xc3\xa4\r\n").find("{2}\r\n\xc3\xa4") != std::string::npos);
    CHECK(envelope("") == "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)");
}

TEST_CASE("the example messages of RFC 5322 have envelopes") {
    CHECK(envelope(read_file("tests/data/eml/rfc5322_a12.eml")).find("\"Joe Q. Public\"") !=
          std::string::npos);
    CHECK(envelope(read_file("tests/data/eml/rfc5322_a13.eml"))
              .find("((NIL NIL \"A Group\" NIL)(\"Ed Jones\" NIL \"c\" \"a.test\")"
                    "(NIL NIL \"joe\" \"where.test\")(\"John\" NIL \"jdoe\" \"one.test\")"
                    "(NIL NIL NIL NIL))") != std::string::npos);
}

TEST_CASE("previews are the first words that people would read") {
    const auto shown = [](std::string text) { return preview(text, parse_mime(text)); };
    CHECK(shown("Subject: x\r\n\r\nHello\r\n  there,\r\n> quoted\r\nBob\r\n") ==
          "Hello there, Bob");
    CHECK(shown("Content-Type: text/html\r\n\r\n<html><head><title>t</title></head><style>p{}"
                "</style><p>A &amp; B<br>c</p><!-- no -->") == "A & B c");
    CHECK(shown("Content-Type: text/plain; charset=iso-8859-1\r\n"
                "Content-Transfer-Encoding: quoted-printable\r\n\r\nna=EFve") == "naïve");
    CHECK(shown("Content-Type: image/png\r\n\r\nx").empty());
    std::string many = "\r\n";
    for (int i = 0; i < 300; ++i) many += "ä";
    CHECK(shown(many).size() == 400);
}

TEST_CASE("flags are bits and words") {
    std::string out;
    put_flags(out, flag::seen | flag::draft, "$Junk x");
    CHECK(out == "\\Seen \\Draft $Junk x");
    CHECK(flag_bit("\\sEEN") == flag::seen);
    CHECK(flag_bit("Seen") == 0);
    CHECK(has_keyword("$Junk x", "$junk"));
    CHECK(has_keyword("$Junk x", "X"));
    CHECK_FALSE(has_keyword("$Junk x", "Jun"));
    CHECK_FALSE(has_keyword("", ""));
}
