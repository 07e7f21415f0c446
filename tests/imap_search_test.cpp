// SEARCH: keys to programs, programs on messages.
#include "protocols/imap/search.hpp"

#include "protocols/base/random.hpp"
#include "protocols/imap/flags.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::imap;

namespace {

// A message with its text, and how often the text was asked for.
struct Sample {
    SearchMessage message;
    std::string text;
    mutable int asked = 0;

    static std::string_view give(const void* whose, std::string&) {
        const auto* sample = static_cast<const Sample*>(whose);
        ++sample->asked;
        return sample->text;
    }
};

constexpr std::int64_t noon = 1'795'867'200;  // 28 Nov 2026, 12:00 UTC

Sample sample() {
    Sample out;
    out.message.number = 5;
    out.message.uid = 50;
    out.message.flags = flag::seen | flag::flagged | 1U << 7;  // and the second keyword
    out.message.internal_date = {noon, 0};
    out.message.size = 1000;
    out.message.modseq = 700;
    out.message.save_date_s = noon - 2 * 86'400;
    out.message.email_id = "M1";
    out.message.thread_id = "T1";
    out.text = "From: =?iso-8859-1?Q?Andr=E9?= Lee <andre@example.org>\r\n"
               "To: Bob <bob@example.net>,\r\n carol@example.net\r\n"
               "Subject: Quarterly REPORT =?utf-8?B?R3LDvMOfZQ==?=\r\n"
               "Date: Fri, 27 Nov 2026 23:30:00 -0800\r\n"
               "X-Empty:\r\n"
               "Content-Type: multipart/mixed; boundary=x\r\n\r\n"
               "--x\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
               "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
               "Stra=DFe in M=FCn=\r\nchen\r\n"
               "--x\r\nContent-Type: text/html; charset=koi8-r\r\n"
               "Content-Transfer-Encoding: base64\r\n\r\n8NLJ18XU\r\n"
               "--x\r\nContent-Type: application/octet-stream; name=secret.bin\r\n"
               "Content-Transfer-Encoding: base64\r\n\r\naGlkZGVu\r\n"
               "--x\r\nContent-Type: message/rfc822\r\n\r\n"
               "Subject: forwarded words\r\n\r\nInner text\r\n--x--\r\n";
    return out;
}

SearchMoment moment() {
    SearchMoment out;
    out.number_max = 9;
    out.uid_max = 90;
    out.now_s = noon + 3600;
    out.keywords = "$Junk\n$Work\n";
    return out;
}

bool found(std::string_view keys, const Sample& one) {
    ParsedSearch parsed = parse_search(keys);
    INFO(keys << ": " << parsed.error);
    REQUIRE(parsed.error.empty());
    REQUIRE_FALSE(parsed.charset_unknown);
    resolve(parsed.value, moment());
    SearchMessage message = one.message;
    message.text = Sample::give;
    message.whose = &one;
    return matches(parsed.value, message);
}
bool found(std::string_view keys) { return found(keys, sample()); }

std::string error_of(std::string_view keys) { return parse_search(keys).error; }

}  // namespace

TEST_CASE("flags and keywords are found by their keys") {
    for (const char* keys : {"ALL", "SEEN", "flagged", "UNANSWERED", "UNDELETED", "UNDRAFT", "OLD",
                             "KEYWORD $work", "UNKEYWORD $Junk", "UNKEYWORD nobody", "NOT NEW",
                             "NOT RECENT", "SEEN FLAGGED", "OR DRAFT SEEN", "NOT (DRAFT SEEN)"})
        CHECK(found(keys));
    for (const char* keys : {"UNSEEN", "ANSWERED", "DELETED", "DRAFT", "UNFLAGGED", "RECENT", "NEW",
                             "KEYWORD $Junk", "KEYWORD nobody", "UNKEYWORD $Work", "SEEN DRAFT",
                             "OR DRAFT DELETED", "NOT (SEEN FLAGGED)", "NOT ALL", "NOT OLD"})
        CHECK_FALSE(found(keys));
}

TEST_CASE("numbers, sizes and mod-sequences are compared") {
    for (const char* keys :
         {"5", "1:5", "5:*", "*:5", "9:1", "3,5,7", "UID 50", "UID 1:*", "UID *:50", "LARGER 999",
          "SMALLER 1001", "MODSEQ 700", "MODSEQ \"/flags/\\\\seen\" all 699", "EMAILID M1",
          "THREADID T1", "NOT $"})
        CHECK(found(keys));
    for (const char* keys :
         {"4", "6:*", "1:4,6", "*", "UID 5", "UID 51:*", "LARGER 1000", "SMALLER 1000",
          "MODSEQ 701", "EMAILID m1", "THREADID T", "$", "UID $"})
        CHECK_FALSE(found(keys));
    Sample saved = sample();
    saved.message.in_saved_result = true;
    CHECK(found("$", saved));
    CHECK(found("SEEN UID $", saved));
}

TEST_CASE("days are those that the message's own clock wrote") {
    for (const char* keys :
         {"ON 28-Nov-2026", "SINCE 28-Nov-2026", "BEFORE 29-Nov-2026", "SINCE \"1-Feb-1994\"",
          "SENTON 27-Nov-2026", "SENTSINCE 27-Nov-2026", "SENTBEFORE 28-Nov-2026",
          "SAVEDON 26-Nov-2026", "SAVEDBEFORE 27-Nov-2026", "SAVEDSINCE 26-Nov-2026",
          "SAVEDATESUPPORTED", "OLDER 3600", "YOUNGER 3600", "YOUNGER 4000", "NOT OLDER 3601"})
        CHECK(found(keys));
    for (const char* keys :
         {"ON 27-Nov-2026", "SINCE 29-Nov-2026", "BEFORE 28-Nov-2026", "SENTON 28-Nov-2026",
          "SENTBEFORE 27-Nov-2026", "SENTSINCE 28-Nov-2026", "SAVEDBEFORE 26-Nov-2026",
          "OLDER 3601", "YOUNGER 3599"})
        CHECK_FALSE(found(keys));
    Sample east = sample();
    east.message.internal_date.zone_min = 13 * 60;
    CHECK(found("ON 29-Nov-2026", east));
    Sample undated = sample();
    undated.text = "Subject: no date\r\n\r\n";
    CHECK_FALSE(found("SENTSINCE 1-Jan-1970", undated));
}

TEST_CASE("fields are found as people read them") {
    for (const char* keys : {"FROM lee", "FROM ANDRE", "FROM \"example.org\"", "TO carol",
                             "TO \"bob <BOB@\"", "SUBJECT \"quarterly report\"",
                             "CHARSET UTF-8 SUBJECT {7}\r\ngr\xc3\xbc\xc3\x9f"
                             "e",
                             "HEADER X-Empty \"\"", "HEADER subject report", "NOT CC bob",
                             "NOT HEADER X-None \"\"", "NOT BCC \"\""})
        CHECK(found(keys));
    CHECK(found("CHARSET UTF-8 FROM \"Andr\xc3\xa9\""));
    CHECK(found("CHARSET iso-8859-1 FROM {5}\r\nANDR\xc9"));
    CHECK(found("CHARSET UTF-8 SUBJECT {6}\r\nGR\xc3\x9cSS"));
    CHECK_FALSE(found("FROM bob"));
    CHECK_FALSE(found("SUBJECT \"report x\""));
    CHECK_FALSE(found("HEADER X-Empty x"));
    CHECK_FALSE(found("CC \"\""));
}

TEST_CASE("bodies are searched as their parts read, and TEXT looks into headers too") {
    for (const char* keys :
         {"CHARSET UTF-8 BODY {8}\r\nM\xc3\xbcnchen", "CHARSET UTF-8 BODY {7}\r\nSTRASSE",
          "CHARSET UTF-8 BODY {12}\r\n\xd0\xbf\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82",
          "BODY \"inner TEXT\"", "TEXT \"inner text\"", "TEXT forwarded", "TEXT secret.bin",
          "TEXT quarterly", "BODY \"\"", "NOT BODY quarterly", "NOT BODY hidden", "NOT TEXT hidden",
          "NOT BODY forwarded", "NOT BODY secret"})
        CHECK(found(keys));
    Sample plain = sample();
    plain.text = "Subject: x\r\nContent-Transfer-Encoding: x-unknown\r\n\r\nas it stands";
    CHECK(found("BODY \"it stands\"", plain));
    plain.text = "no header here";
    CHECK(found("BODY header", plain));
}

TEST_CASE("a text is asked for once, and not at all where cheaper keys decide") {
    const auto asked = [](std::string_view keys) {
        const Sample one = sample();
        found(keys, one);
        return one.asked;
    };
    CHECK(asked("UNSEEN UNDELETED 1:* SINCE 1-Jan-2026 LARGER 5 KEYWORD $Junk") == 0);
    CHECK(asked("SUBJECT report UNSEEN") == 0);
    CHECK(asked("BODY x (TEXT y UNSEEN)") == 0);
    CHECK(asked("OR BODY x SEEN") == 0);
    CHECK(asked("OR (TEXT x) (SEEN)") == 0);
    CHECK(asked("BODY inner TEXT inner SUBJECT report FROM lee SENTSINCE 1-Jan-2026") == 1);
}

TEST_CASE("a program says what it needs") {
    const auto needs = [](std::string_view keys) { return parse_search(keys).value.needs; };
    CHECK(needs("ALL") == 0);
    CHECK(needs("UNSEEN KEYWORD x") == search_needs::flags);
    CHECK(needs("1:5 UID 4") == (search_needs::number | search_needs::uid));
    CHECK(needs("OR LARGER 5 NOT ON 1-Jan-2026") ==
          (search_needs::size | search_needs::internal_date));
    CHECK(needs("MODSEQ 5") == search_needs::modseq);
    CHECK(needs("SUBJECT x") == search_needs::text);
    CHECK(needs("$ SAVEDON 1-Jan-2026 EMAILID x") ==
          (search_needs::saved_result | search_needs::save_date | search_needs::ids));
}

TEST_CASE("a mistake in SEARCH is told in a sentence") {
    CHECK(error_of("") == "a search key is missing, as UNSEEN or FROM \"ann\"");
    CHECK(error_of("SEEN ") == "a search key is missing, as UNSEEN or FROM \"ann\"");
    CHECK(error_of("UNREAD") == "there is no search key UNREAD");
    CHECK(error_of("SEEN  FLAGGED") == "a search key is missing, as UNSEEN or FROM \"ann\"");
    CHECK(error_of("SEEN)") == "search keys are apart by one space");
    CHECK(error_of("(SEEN") == "a list of search keys must end with )");
    CHECK(error_of("NOT") == "a search key ends where more must follow");
    CHECK(error_of("OR SEEN") == "a search key ends where more must follow");
    CHECK(error_of("FROM") == "a search key ends where more must follow");
    CHECK(error_of("FROM {3}\r\nab") == "a string must follow, as FROM \"ann\"");
    CHECK(error_of("SINCE 31-Feb-2026") == "a date must follow, as 1-Feb-1994");
    CHECK(error_of("LARGER x") == "a number of octets must follow");
    CHECK(error_of("OLDER 0") == "a number of seconds must follow, not 0");
    CHECK(error_of("UID") == "a search key ends where more must follow");
    CHECK(error_of("UID x") == "a set of numbers is written as 1,3:5,9:*");
    CHECK(error_of("0") == "a set of numbers is written as 1,3:5,9:*");
    CHECK(error_of("MODSEQ \"/flags/x\" 5") ==
          "an entry is \"/flags/name\", then priv, shared or all");
    CHECK(error_of("CHARSET") == "a charset and a search key must follow CHARSET");
    CHECK(parse_search("CHARSET x-nobody FROM a").charset_unknown);
    CHECK_FALSE(parse_search_keys("FROM a", "koi8-r").charset_unknown);
}

TEST_CASE("search keys are bounded in depth and number") {
    std::string nots;
    for (int i = 0; i < 1000; ++i) nots += "NOT ";
    CHECK(error_of(nots + "SEEN") == "search keys nested too deeply");
    CHECK(error_of(std::string(1000, '(') + "SEEN") == "search keys nested too deeply");
    std::string many = "SEEN";
    for (int i = 0; i < 2000; ++i) many += " SEEN";
    CHECK(error_of(many) == "too many search keys");
}

TEST_CASE("random programs mean what a plain reading of them means") {
    // Each tree is written as keys, and judged by rules of its own.
    struct Tree {
        static std::pair<std::string, bool> make(Random& random, int depth) {
            static constexpr std::pair<const char*, bool> leaves[] = {
                {"SEEN", true},      {"UNSEEN", false},    {"5", true},
                {"UID 1:49", false}, {"LARGER 10", true},  {"SUBJECT report", true},
                {"BODY zzz", false}, {"TEXT inner", true}, {"SENTON 27-Nov-2026", true},
                {"DELETED", false},  {"BODY inner", true}, {"FROM nobody", false}};
            if (depth == 0) return leaves[random.below(12)];
            if (random.below(3) == 0) {
                const auto inner = make(random, depth - 1);
                return {"NOT " + inner.first, !inner.second};
            }
            const auto a = make(random, depth - 1);
            const auto b = make(random, depth - 1);
            if (random.below(2) == 0)
                return {"OR " + a.first + " " + b.first, a.second || b.second};
            return {"(" + a.first + " " + b.first + ")", a.second && b.second};
        }
    };
    for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
        Random random{seed};
        const auto [keys, expected] = Tree::make(random, 1 + static_cast<int>(random.below(5)));
        CHECK(found(keys) == expected);
    }
}
