// SORT and THREAD: base subjects, orders and the shapes of threads (RFC 5256).
#include "protocols/imap/sort.hpp"

#include <algorithm>
#include <map>

#include "protocols/base/random.hpp"
#include "protocols/imap/thread.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::imap;

namespace {

std::string text_of(const std::string& header) { return header + "\r\n\r\nbody\r\n"; }

// The numbers of messages (1, 2, ...) in order.
std::string sorted(std::string_view criteria, const std::vector<SortMessage>& messages) {
    const ParsedSort parsed = parse_sort_criteria(criteria);
    INFO(parsed.error);
    REQUIRE(parsed.error.empty());
    std::vector<SortRow> rows;
    for (const SortMessage& one : messages) rows.push_back(sort_row(parsed.value, one));
    sort_rows(parsed.value, rows);
    std::string out;
    for (const SortRow& row : rows) out += std::to_string(row.number) + " ";
    return out;
}

std::string sorted_headers(std::string_view criteria, const std::vector<std::string>& headers) {
    std::vector<std::string> texts;
    for (const std::string& header : headers) texts.push_back(text_of(header));
    std::vector<SortMessage> messages;
    for (std::uint32_t i = 0; i < texts.size(); ++i)
        messages.push_back({i + 1, 1000 - std::int64_t{i}, 10 * i, texts[i]});
    return sorted(criteria, messages);
}

// A message of a thread: number, Message-ID, References, Subject; sent in the order of numbers.
ThreadMessage said(std::uint32_t number, const std::string& id, const std::string& references,
                   const std::string& subject = "") {
    std::string header;
    if (!id.empty()) header += "Message-ID: <" + id + "@x.test>\r\n";
    if (!references.empty()) header += "References: " + references + "\r\n";
    header += "Subject: " + (subject.empty() ? "s" + std::to_string(number) : subject);
    return thread_message(number, text_of(header), number);
}

std::string ids(std::initializer_list<const char*> names) {
    std::string out;
    for (const char* name : names) out += "<" + std::string(name) + "@x.test> ";
    return out;
}

}  // namespace

TEST_CASE("base subjects lose what mailers put around them") {
    const std::pair<const char*, const char*> cases[] = {
        {"hello", "hello"},
        {"Re: hello", "hello"},
        {"RE: re:Re : hello", "hello"},
        {"Fwd: FW: hello", "hello"},
        {"hello (fwd)", "hello"},
        {"hello (fwd) (FWD)  ", "hello"},
        {"[list] hello", "hello"},
        {"[list] Re: [list] hello", "hello"},
        {"Re[2]: hello", "hello"},
        {"Re [a] : hello", "hello"},
        {"[Fwd: hello]", "hello"},
        {"[fwd: Re: [x] hello (fwd)]", "hello"},
        {"Re: [Fwd: [Fwd: hello]]", "hello"},
        {"[only a blob]", "[only a blob]"},
        {"[a][b]", "[b]"},
        {"Re: [b]", "[b]"},
        {"Re:", ""},
        {"", ""},
        {"   ", ""},
        {"report", "report"},
        {"Regarding: x", "Regarding: x"},
        {"fwdx: y", "fwdx: y"},
        {"a\t \tb", "a b"},
        {"[unclosed hello", "[unclosed hello"},
        {"[a[b] hello", "[a[b] hello"},
        {"Re: =?utf-8?q?Re=3A_gr=C3=BCn?=", "grün"},
        {"folded\r\n  subject", "folded subject"},
        {"hello (fwd) x", "hello (fwd) x"},
    };
    for (const auto& [subject, base] : cases) {
        CAPTURE(subject);
        CHECK(base_subject(subject) == base);
    }
}

TEST_CASE("a base subject knows whether it was an answer or a forward") {
    const auto is_reply = [](const char* subject) {
        bool out = false;
        base_subject(subject, &out);
        return out;
    };
    for (const char* yes : {"Re: x", "x (fwd)", "[fwd: x]", "[l] re: x", "FW: x"})
        CHECK(is_reply(yes));
    for (const char* no : {"x", "[l] x", "", "  x  "}) CHECK_FALSE(is_reply(no));
    // Long runs of blobs are read once.
    std::string blobs;
    for (int i = 0; i < 100'000; ++i) blobs += "[]";
    CHECK(base_subject(blobs) == "[]");
}

TEST_CASE("criteria order messages, and ties go by number") {
    CHECK(sorted_headers("(ARRIVAL)", {"A: 1", "A: 2", "A: 3"}) == "3 2 1 ");
    CHECK(sorted_headers("(REVERSE ARRIVAL)", {"A: 1", "A: 2", "A: 3"}) == "1 2 3 ");
    CHECK(sorted_headers("(REVERSE SIZE)", {"A: 1", "A: 2", "A: 3"}) == "3 2 1 ");
    CHECK(sorted_headers("(SUBJECT)", {"Subject: b", "Subject: Re: A", "Subject: [x] B",
                                       "Subject: a"}) == "2 4 1 3 ");
    CHECK(sorted_headers("(REVERSE SUBJECT)", {"Subject: b", "Subject: a", "Subject: B"}) ==
          "1 3 2 ");
    CHECK(sorted_headers("(FROM)", {"From: Zoe <b@x.test>", "From: A@x.test", "X: none"}) ==
          "3 2 1 ");
    CHECK(sorted_headers("(TO)", {"To: Team: z@x.test;", "To: b@x.test, a@x.test"}) == "2 1 ");
    CHECK(sorted_headers("(CC REVERSE SIZE)", {"Cc: a@x.test", "Cc: a@y.test", "Cc: b@x.test"}) ==
          "2 1 3 ");
    CHECK(sorted_headers("(DATE)", {"Date: Sat, 28 Nov 2026 10:00:00 +0100",
                                    "Date: Sat, 28 Nov 2026 08:30:00 +0000", "Date: nonsense"}) ==
          "3 2 1 ");
    CHECK(sorted_headers("(DISPLAYFROM)", {"From: =?utf-8?q?=C3=84rne?= <x@x.test>",
                                           "From: Zoe <b@x.test>", "From: m@x.test"}) == "1 3 2 ");
    CHECK(sorted_headers("(DISPLAYTO)", {"To: b <a@x.test>", "To: a <b@x.test>"}) == "2 1 ");
    CHECK_FALSE(sort_needs_text(parse_sort_criteria("(ARRIVAL REVERSE SIZE)").value));
    CHECK(sort_needs_text(parse_sort_criteria("(ARRIVAL SUBJECT)").value));
}

TEST_CASE("a mistake in sort criteria is told in a sentence") {
    CHECK(parse_sort_criteria("DATE").error ==
          "sort criteria stand in parentheses, as (REVERSE DATE)");
    CHECK(parse_sort_criteria("()").error.starts_with("criteria are ARRIVAL, CC"));
    CHECK(parse_sort_criteria("(REVERSE)").error == "a criterion must follow REVERSE");
    CHECK(parse_sort_criteria("(DATE").error == "sort criteria must end with )");
    CHECK(parse_sort_criteria("(SUBJECT) UTF-8 ALL").used == 9);
}

TEST_CASE("threads are told as the example of RFC 5256 section 4") {
    const std::vector<ThreadMessage> messages = {
        said(2, "two", ""),
        said(3, "three", ""),
        said(4, "four", ids({"three", "six"})),
        said(6, "six", ids({"three"})),
        said(7, "seven", ids({"three", "six", "forty-four"})),
        said(23, "twenty-three", ids({"three", "six", "four"})),
        said(44, "forty-four", ids({"three", "six"})),
        said(96, "ninety-six", ids({"forty-four", "seven"})),
    };
    CHECK(thread_references(messages) == "(2)(3 6 (4 23)(44 7 96))");
}

TEST_CASE("answers to a message that is not there are siblings") {
    CHECK(thread_references({said(3, "a", ids({"gone"})), said(5, "b", ids({"gone"}))}) ==
          "((3)(5))");
    CHECK(thread_references({said(3, "a", ids({"gone"}))}) == "(3)");
    CHECK(thread_references({said(1, "a", ids({"gone", "lost"})), said(2, "b", ids({"gone"}))}) ==
          "((1)(2))");
    CHECK(thread_references({}).empty());
}

TEST_CASE("broken references make threads all the same") {
    // In-Reply-To counts where there are no References.
    const auto reply = thread_message(
        2, "Message-ID: <b@x.test>\r\nIn-Reply-To: your mail <a@x.test> of today\r\n\r\n", 2);
    CHECK(thread_references({said(1, "a", ""), reply}) == "(1 2)");
    // Nobody is above themselves.
    CHECK(thread_references({said(1, "a", ids({"b"})), said(2, "b", ids({"a"}))}) == "(2 1)");
    CHECK(thread_references({said(1, "a", ids({"a"}))}) == "(1)");
    // An identifier used twice, or missing, is nobody else's.
    CHECK(thread_references({said(1, "a", ""), said(2, "a", ""), said(3, "c", ids({"a"}))}) ==
          "(1 3)(2)");
    CHECK(thread_references({said(1, "", ""), said(2, "", "")}) == "(1)(2)");
    // Quotes around a local part mean nothing (RFC 5256 section 3).
    const auto quoted =
        thread_message(2, "Message-ID: <q@x.test>\r\nReferences: <\"a\"@x.test>\r\n\r\n", 2);
    CHECK(thread_references({said(1, "a", ""), quoted}) == "(1 2)");
    // A message's own References replace what others' truncated ones said.
    CHECK(thread_references({said(1, "a", ""), said(2, "c", ids({"x", "b"})),
                             said(3, "b", ids({"a"}))}) == "(1 3 2)");
}

TEST_CASE("roots of one subject are joined") {
    // An answer without references goes below the message it answers.
    CHECK(thread_references({said(1, "a", "", "hello"), said(2, "b", "", "Re: Hello")}) == "(1 2)");
    CHECK(thread_references({said(1, "b", "", "Re: Hello"), said(2, "a", "", "hello")}) == "(2 1)");
    // Two that are both none are siblings below nobody.
    CHECK(thread_references({said(1, "a", "", "hello"), said(2, "b", "", "hello")}) == "((1)(2))");
    CHECK(thread_references({said(1, "a", "", "Re: x"), said(2, "b", "", "Re: x"),
                             said(3, "c", "", "Re: x")}) == "((1)(2)(3))");
    // A thread whose root is missing takes them in.
    CHECK(thread_references({said(1, "a", ids({"gone"}), "x"), said(2, "b", ids({"gone"}), "x"),
                             said(3, "c", "", "x"), said(4, "d", ids({"lost"}), "x"),
                             said(5, "e", ids({"lost"}), "x")}) == "((1)(2)(3)(4)(5))");
    CHECK(thread_references({said(1, "a", "", " "), said(2, "b", "", " ")}) == "(1)(2)");
}

TEST_CASE("siblings stand by the date they were sent") {
    std::vector<ThreadMessage> messages = {said(1, "a", ""), said(2, "b", ids({"a"})),
                                           said(3, "c", ids({"a"})), said(4, "d", "")};
    messages[1].sent_s = 50;
    messages[0].sent_s = 60;
    CHECK(thread_references(messages) == "(4)(1 (3)(2))");
}

TEST_CASE("ordered subjects are threads with one level") {
    CHECK(thread_ordered_subject({said(1, "", "", "b"), said(2, "", "", "a"),
                                  said(3, "", "", "Re: b"), said(4, "", "", "[x] B"),
                                  said(5, "", "", "Re: A"), said(6, "", "", "c")}) ==
          "(1 (3)(4))(2 5)(6)");
    std::vector<ThreadMessage> late = {said(1, "", "", "a"), said(2, "", "", "b")};
    late[0].sent_s = 9;
    CHECK(thread_ordered_subject(late) == "(2)(1)");
    CHECK(thread_ordered_subject({}).empty());
}

TEST_CASE("forests of any shape are found again from their references") {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        Random random{seed};
        const auto count = static_cast<std::uint32_t>(1 + random.below(30));
        std::vector<std::uint32_t> parent(count + 1, 0);  // 0: a root
        std::vector<std::string> chain(count + 1);
        std::vector<ThreadMessage> messages;
        for (std::uint32_t i = 1; i <= count; ++i) {
            parent[i] = static_cast<std::uint32_t>(random.below(i));
            if (parent[i] != 0)
                chain[i] = chain[parent[i]] + "<" + std::to_string(parent[i]) + "@x.test> ";
            messages.push_back(said(i, std::to_string(i), chain[i]));
        }
        // Written by recursion, which is how people read it.
        const auto write = [&](const auto& self, std::uint32_t node) -> std::string {
            std::string out = std::to_string(node);
            std::vector<std::uint32_t> children;
            for (std::uint32_t i = node + 1; i <= count; ++i)
                if (parent[i] == node) children.push_back(i);
            if (children.size() == 1) return out + " " + self(self, children[0]);
            if (!children.empty()) out += ' ';
            for (const std::uint32_t child : children) out += "(" + self(self, child) + ")";
            return out;
        };
        std::string expected;
        for (std::uint32_t i = 1; i <= count; ++i)
            if (parent[i] == 0) expected += "(" + write(write, i) + ")";
        CAPTURE(seed);
        CHECK(thread_references(messages) == expected);
    }
}

TEST_CASE("a chain of very many answers does not exhaust anything") {
    std::vector<ThreadMessage> messages;
    for (std::uint32_t i = 1; i <= 20'000; ++i)
        messages.push_back(
            said(i, std::to_string(i), i == 1 ? "" : "<" + std::to_string(i - 1) + "@x.test>"));
    std::string one_thread = "(1";
    for (std::uint32_t i = 2; i <= 20'000; ++i) one_thread += " " + std::to_string(i);
    CHECK(thread_references(messages) == one_thread + ")");
    // Backwards, each is first known as what its answer refers to.
    std::reverse(messages.begin(), messages.end());
    const std::string threads = thread_references(messages);
    CHECK(std::count(threads.begin(), threads.end(), ' ') >= 19'900);
}
