// MIME trees: the octet ranges of parts, their fields, and part numbers, judged by GMime's parser.
#include "protocols/imap/mime_tree.hpp"

#include <gmime/gmime.h>

#include <atomic>
#include <clocale>
#include <thread>
#include <vector>

#include "protocols/base/random.hpp"
#include "protocols/imap/charset.hpp"
#include "protocols/imap/content_fields.hpp"
#include "tests/catch.hpp"
#include "tests/support/mime_messages.hpp"

using namespace postroad;
using namespace postroad::imap;

namespace {

// "multipart/mixed(text/plain image/png)"
void describe(const MimeTree& tree, std::uint32_t at, std::string& out) {
    const MimePart& part = tree.parts[at];
    out += part.type + "/" + part.subtype;
    if (part.kind == PartKind::leaf) return;
    out += '(';
    for (std::uint32_t child = part.first; child != no_part; child = tree.parts[child].next) {
        if (child != part.first) out += ' ';
        describe(tree, child, out);
    }
    out += ')';
}
std::string described(std::string_view text) {
    std::string out;
    describe(parse_mime(text), 0, out);
    return out;
}

// The same, and the octets of the leaves, as GMime sees them.
std::string lower(std::string text) {
    for (char& c : text) c = message::to_lower(c);
    return text;
}

void judge(GMimeObject* object, std::string& out, std::vector<std::string>& leaves) {
    GMimeContentType* type = g_mime_object_get_content_type(object);
    out += lower(std::string(g_mime_content_type_get_media_type(type)) + "/" +
                 g_mime_content_type_get_media_subtype(type));
    if (GMIME_IS_MULTIPART(object)) {
        out += '(';
        auto* multipart = reinterpret_cast<GMimeMultipart*>(object);
        for (int i = 0; i < g_mime_multipart_get_count(multipart); ++i) {
            if (i > 0) out += ' ';
            judge(g_mime_multipart_get_part(multipart, i), out, leaves);
        }
        out += ')';
    } else if (GMIME_IS_MESSAGE_PART(object)) {
        out += '(';
        GMimeMessage* inside =
            g_mime_message_part_get_message(reinterpret_cast<GMimeMessagePart*>(object));
        if (inside != nullptr) judge(g_mime_message_get_mime_part(inside), out, leaves);
        out += ')';
    } else {
        auto* content = g_mime_part_get_content(reinterpret_cast<GMimePart*>(object));
        GMimeStream* stream = content ? g_mime_data_wrapper_get_stream(content) : nullptr;
        std::string octets;
        if (stream != nullptr) {
            g_mime_stream_reset(stream);
            char room[512];
            for (ssize_t n; (n = g_mime_stream_read(stream, room, sizeof room)) > 0;)
                octets.append(room, static_cast<std::size_t>(n));
        }
        leaves.push_back(octets);
    }
}

std::string judged(std::string_view text, std::vector<std::string>& leaves) {
    is_known_charset("utf-16");  // initialises GMime as our edge to it does
    GMimeStream* stream = g_mime_stream_mem_new_with_buffer(text.data(), text.size());
    GMimeParser* parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage* message = g_mime_parser_construct_message(parser, nullptr);
    std::string out;
    judge(g_mime_message_get_mime_part(message), out, leaves);
    g_object_unref(message);
    g_object_unref(parser);
    g_object_unref(stream);
    return out;
}

std::vector<std::string> own_leaves(std::string_view text) {
    std::vector<std::string> out;
    for (const MimePart& part : parse_mime(text).parts)
        if (part.kind == PartKind::leaf) out.emplace_back(part.body.in(text));
    return out;
}

std::string first_octets(const MimeTree& tree, std::string_view text,
                         const std::vector<std::uint32_t>& path) {
    const MimePart* part = tree.find(path);
    return part ? std::string(part->body.in(text)) : "(none)";
}

constexpr std::string_view nested = "From: a@b.test\r\n"
                                    "Content-Type: multipart/mixed; boundary=a\r\n"
                                    "\r\n"
                                    "preamble\r\n"
                                    "--a\r\n"
                                    "\r\n"
                                    "one\r\n"
                                    "--a\r\n"
                                    "Content-Type: message/rfc822\r\n"
                                    "\r\n"
                                    "Subject: inside\r\n"
                                    "Content-Type: multipart/alternative; boundary=\"a b\"\r\n"
                                    "\r\n"
                                    "--a b\r\n"
                                    "\r\n"
                                    "two-one\r\n"
                                    "--a b \t\r\n"
                                    "Content-Type: text/html\r\n"
                                    "\r\n"
                                    "<p>two-two\r\n"
                                    "\r\n"
                                    "--a b--\r\n"
                                    "epilogue\r\n"
                                    "--a--\r\n"
                                    "--a\r\n"
                                    "not a part\r\n";

}  // namespace

TEST_CASE("parts are found by their numbers") {
    const MimeTree tree = parse_mime(nested);
    CHECK(described(nested) == "multipart/mixed(text/plain message/rfc822(multipart/"
                               "alternative(text/plain text/html)))");
    CHECK(first_octets(tree, nested, {1}) == "one");
    CHECK(first_octets(tree, nested, {2, 1}) == "two-one");
    CHECK(first_octets(tree, nested, {2, 2}) == "<p>two-two\r\n");
    CHECK(first_octets(tree, nested, {3}) == "(none)");
    CHECK(first_octets(tree, nested, {1, 1}) == "(none)");
    CHECK(first_octets(tree, nested, {2, 3}) == "(none)");
    CHECK(first_octets(tree, nested, {2, 1, 1}) == "(none)");
    CHECK(tree.find({}) == &tree.root());
    CHECK(tree.find({2})->kind == PartKind::message);
    CHECK(tree.find({2})->header.in(nested) == "Content-Type: message/rfc822\r\n\r\n");
}

TEST_CASE("a message that is no multipart is its own part one") {
    constexpr std::string_view text = "Subject: x\r\n\r\nbody\r\n";
    const MimeTree tree = parse_mime(text);
    CHECK(tree.find({1}) == &tree.root());
    CHECK(tree.root().body.in(text) == "body\r\n");
    CHECK(tree.find({2}) == nullptr);
    CHECK(tree.find({1, 1}) == nullptr);
    CHECK(tree.root().parameter("charset") == "us-ascii");
}

TEST_CASE("a message whose body is a message has that message's parts below one") {
    constexpr std::string_view text = "Content-Type: message/rfc822\r\n\r\n"
                                      "Content-Type: multipart/mixed; boundary=x\r\n\r\n"
                                      "--x\r\n\r\nA\r\n--x\r\n\r\nB\r\n--x--";
    const MimeTree tree = parse_mime(text);
    CHECK(first_octets(tree, text, {1, 2}) == "B");
    CHECK(first_octets(tree, text, {2}) == "(none)");
}

TEST_CASE("a boundary that begins like another is not taken for it") {
    constexpr std::string_view text = "Content-Type: multipart/mixed; boundary=a\r\n\r\n"
                                      "--a\r\nContent-Type: multipart/mixed; boundary=ab\r\n\r\n"
                                      "--ab\r\n\r\n1\r\n--abc\r\n--ab--\r\n--a--\r\n";
    const MimeTree tree = parse_mime(text);
    CHECK(described(text) == "multipart/mixed(multipart/mixed(text/plain))");
    CHECK(first_octets(tree, text, {1, 1}) == "1\r\n--abc");
}

TEST_CASE("parts without a last boundary end where what is around them ends") {
    constexpr std::string_view text = "Content-Type: multipart/mixed; boundary=a\r\n\r\n"
                                      "--a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
                                      "--b\r\n\r\n1\r\n--a\r\n\r\n2";
    const MimeTree tree = parse_mime(text);
    CHECK(described(text) == "multipart/mixed(multipart/mixed(text/plain) text/plain)");
    CHECK(first_octets(tree, text, {1, 1}) == "1");
    CHECK(first_octets(tree, text, {2}) == "2");
}

TEST_CASE("lines that end with LF alone, or have no end, are read like others") {
    constexpr std::string_view text = "Content-Type: multipart/mixed; boundary=a\n\n"
                                      "--a\n\none\n\n--a\r\n\r\ntwo\n--a--";
    const MimeTree tree = parse_mime(text);
    CHECK(first_octets(tree, text, {1}) == "one\n");
    CHECK(first_octets(tree, text, {2}) == "two");
    CHECK(tree.find({1})->header.in(text) == "\n");
    CHECK(count_lines("a\nb\r\nc") == 2);
}

TEST_CASE("parts of no octets are parts") {
    constexpr std::string_view text = "Content-Type: multipart/mixed; boundary=a\r\n\r\n"
                                      "--a\r\n--a\r\n\r\n--a\r\n\r\n\r\n--a--\r\n";
    const MimeTree tree = parse_mime(text);
    CHECK(described(text) == "multipart/mixed(text/plain text/plain text/plain)");
    for (const std::uint32_t number : {1U, 2U, 3U}) {
        CHECK(first_octets(tree, text, {number}).empty());
        CHECK(tree.find({number})->header.begin <= tree.find({number})->header.end);
    }
}

TEST_CASE("a multipart without a boundary, or without its lines, has no parts") {
    CHECK(described("Content-Type: multipart/mixed\r\n\r\n--a\r\n\r\n1\r\n--a--\r\n") ==
          "multipart/mixed()");
    CHECK(described("Content-Type: multipart/mixed; boundary=x\r\n\r\n--a\r\n\r\n1\r\n") ==
          "multipart/mixed()");
    CHECK(described("") == "text/plain");
    CHECK(described("Content-Type: nonsense\r\n\r\nx") == "text/plain");
    CHECK(described("Content-Type: multipart/digest; boundary=x\r\n\r\n--x\r\n\r\nTo: a@b.test"
                    "\r\n\r\nx\r\n--x--") == "multipart/digest(message/rfc822(text/plain))");
}

TEST_CASE("nesting and number of parts are bounded") {
    std::string deep;
    for (int i = 0; i < 200; ++i) deep += "Content-Type: message/rfc822\r\n\r\n";
    const MimeTree tree = parse_mime(deep);
    CHECK(tree.limit_reached);
    CHECK(tree.parts.size() == 51);
    CHECK(tree.parts.back().is("application", "octet-stream"));

    std::string many = "Content-Type: multipart/mixed; boundary=x\r\n\r\n";
    for (int i = 0; i < 20'000; ++i) many += "--x\r\n\r\n";
    const MimeTree wide = parse_mime(many);
    CHECK(wide.limit_reached);
    CHECK(wide.parts.size() == 10'000);
}

TEST_CASE("content fields are read whatever their case, folding and comments") {
    const MimeTree tree =
        parse_mime("content-TYPE: Text/HTML (as ever);\r\n charset=UTF-8\r\n"
                   "Content-Transfer-Encoding: (why) Quoted-Printable\r\n"
                   "Content-ID: <1@x.test>\r\n"
                   "Content-Description: a\r\n description\r\n"
                   "Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==\r\n"
                   "Content-Disposition: Attachment; filename=\"a \\\"b\\\".txt\"\r\n"
                   "Content-Language: de, en (both)\r\n"
                   "Content-Location: http://a.test/\r\n\r\nx=3D=\r\ny");
    const MimePart& part = tree.root();
    CHECK(part.is("text", "html"));
    CHECK(part.parameter("charset") == "UTF-8");
    CHECK(part.encoding == "quoted-printable");
    CHECK(part.id == "<1@x.test>");
    CHECK(part.description == "a description");
    CHECK(part.md5 == "Q2hlY2sgSW50ZWdyaXR5IQ==");
    CHECK(part.disposition == "attachment");
    CHECK(file_name(part) == "a \"b\".txt");
    CHECK(part.languages == std::vector<std::string>{"de", "en"});
    CHECK(part.location == "http://a.test/");
}

TEST_CASE("bodies lose their encodings, and an unknown one is said to be unknown") {
    const auto decoded = [](std::string text) {
        return decoded_body(text, parse_mime(text).root());
    };
    CHECK(decoded("Content-Transfer-Encoding: BASE64\r\n\r\naGV\r\nsbG8=\r\n") == "hello");
    CHECK(decoded("Content-Transfer-Encoding: quoted-printable\r\n\r\na=3D=\r\nb") == "a=b");
    CHECK(decoded("\r\nplain") == "plain");
    CHECK_FALSE(decoded("Content-Transfer-Encoding: x-uuencode\r\n\r\nx"));
}

TEST_CASE("parameters in pieces are joined as RFC 2231 section 3 and 4 show") {
    const auto type = [](std::string value) {
        return parse_mime("Content-Type: " + value + "\r\n\r\n").root();
    };
    CHECK(type("message/external-body; access-type=URL;\r\n URL*0=\"ftp://\";\r\n"
               " URL*1=\"cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar\"")
              .parameter("url") == "ftp://cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar");
    const MimePart long_title =
        type("application/x-stuff\r\n ; title*0*=us-ascii'en'This%20is%20even%20more%20\r\n"
             " ; title*1*=%2A%2A%2Afun%2A%2A%2A%20\r\n ; title*2=\"isn't it!\"");
    CHECK(long_title.parameter("title*") ==
          "us-ascii'en'This%20is%20even%20more%20%2A%2A%2Afun%2A%2A%2A%20isn%27t%20it!");
    CHECK(decoded_parameter(long_title.parameters, "title") ==
          "This is even more ***fun*** isn't it!");
    CHECK(file_name(parse_mime("Content-Disposition: attachment; filename*=iso-8859-1''na%EFve"
                               "\r\n\r\n")
                        .root()) == "naïve");
    CHECK(file_name(type("text/plain; name=\"=?iso-8859-1?Q?na=EFve?=\"")) == "naïve");
    // What is missing in the middle ends it.
    CHECK(type("a/b; x*0=1; x*2=3; y=4").parameter("x") == "1");
    CHECK(type("a/b; x*1=1; y=4").parameter("y") == "4");
}

TEST_CASE("broken parameters neither loop nor leak into others") {
    for (const char* value : {"text/plain; =x; charset", "text/plain;;;;", "text/plain; a*=", ";",
                              "text/plain; a*0*0=1; *=2; **=3; a*00=4; a*9999999999999=5", "/",
                              "text/", "text/plain; charset=\"unclosed"}) {
        const MimeTree tree = parse_mime(std::string("Content-Type: ") + value + "\r\n\r\n");
        CHECK(tree.root().is("text", "plain"));
    }
}

TEST_CASE("GMime and Postroad find the same parts in generated messages") {
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        const std::string text = tests::mime_message(seed);
        CAPTURE(seed, text);
        std::vector<std::string> leaves;
        CHECK(described(text) == judged(text, leaves));
        CHECK(own_leaves(text) == leaves);
    }
}

TEST_CASE("ranges lie within each other, whatever octets a message has") {
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        std::string text = tests::mime_message(seed);
        Random random{seed};
        for (int i = 0; i < 20 && !text.empty(); ++i)
            text[random.below(text.size())] = "\r\n-=\"; \0b\xff:("[random.below(12)];
        CAPTURE(seed);
        const MimeTree tree = parse_mime(text);
        for (const MimePart& part : tree.parts) {
            CHECK(part.header.begin <= part.header.end);
            CHECK(part.header.end == part.body.begin);
            CHECK(part.body.begin <= part.body.end);
            CHECK(part.body.end <= text.size());
            if (part.parent == no_part) continue;
            const MimePart& around = tree.parts[part.parent];
            CHECK(around.body.begin <= part.header.begin);
            CHECK(part.body.end <= around.body.end);
            CHECK(part.depth == around.depth + 1);
        }
    }
}

TEST_CASE("charsets are read without the locale, and what is unreadable becomes U+FFFD") {
    CHECK(to_utf8("ISO-8859-1", "na\xefve") == "naïve");
    CHECK(to_utf8("windows-1252", "\x80") == "€");
    CHECK(to_utf8("iso-2022-jp", "\x1b$B$\"\x1b(B") == "あ");
    CHECK(to_utf8("utf-16be", std::string_view("\0a\0b", 4)) == "ab");
    CHECK(to_utf8("shift_jis", "\x82\xa0\xff!") == "あ\xEF\xBF\xBD!");
    CHECK(to_utf8("utf-8", "ä") == "ä");
    CHECK(to_utf8("us-ascii", "na\xefve") == "naïve");
    CHECK(to_utf8("no-such-charset", "\xe4") == "ä");
    CHECK(to_utf8("", "\xe4") == "ä");
    for (const char* known : {"us-ascii", "UTF-8", "koi8-r", "big5", "iso-8859-15"})
        CHECK(is_known_charset(known));
    for (const char* unknown : {"", "char", "UTF-8//TRANSLIT", "x-nobody's", "WCHAR_T"})
        CHECK_FALSE(is_known_charset(unknown));
    const std::string many(100'000, '\xe9');
    CHECK(to_utf8("iso-8859-1", many).size() == 2 * many.size());
}

TEST_CASE("neither locale nor threads change what is read") {
    const auto all = [] {
        std::string out = decode_header("=?x-nobody?q?=E4?= \xe4 =?koi8-r?B?8NLJ18XU?=");
        for (const char* charset : {"utf-8", "iso-8859-15", "big5", "x-nobody", "utf-16le", "char"})
            out += to_utf8(charset, "\xa4\x40 I \xe4") + "|";
        return out + fold("I\u0130\u00c4 \u01c5");
    };
    const std::string before = all();
    for (const char* locale : {"C.UTF-8", "C"}) {
        REQUIRE(std::setlocale(LC_ALL, locale) != nullptr);
        CHECK(all() == before);
    }
    std::atomic<int> same = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int times = 0; times < 200; ++times) same += all() == before;
        });
    for (std::thread& one : threads) one.join();
    CHECK(same == 800);
}

TEST_CASE("headers are decoded as people read them") {
    CHECK(decode_header(" =?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=") == "ab");
    CHECK(decode_header("=?koi8-r?B?8NLJ18XU?=\r\n and more") == "Привет and more");
    CHECK(decode_header("plain\r\n\tfolded") == "plain\tfolded");
    CHECK(decode_header("raw \xe4") == "raw ä");
    CHECK(decode_header(std::string_view("a\0=?utf-8?q?b?=", 15)).find('a') == 0);
}

TEST_CASE("texts that differ in case or composition alone fold to the same") {
    CHECK(fold("HeLLo") == "hello");
    CHECK(fold("GRÜẞE") == fold("grüsse"));
    CHECK(fold("ΣΑΣ") == fold("σας"));
    CHECK(fold("na\u00efve") == fold("nai\u0308ve"));
    CHECK(fold("a") != fold("ä"));
    CHECK_NOTHROW(fold("\xff\xfe broken \xc3"));
}
