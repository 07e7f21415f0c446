// Header fields are found without losing an octet, in sound and in broken messages.
#include "protocols/message/header.hpp"

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "protocols/base/random.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::message;

namespace {

std::string file(const std::string& name) {
    std::ifstream in("tests/data/eml/" + name, std::ios::binary);
    REQUIRE(in.good());
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

std::string glued(const Parts& parts) {
    std::string all;
    for (const Field& field : parts.fields()) all += field.raw;
    all += parts.separator;
    all += parts.body;
    return all;
}

std::string unfolded_text(const Field& field) {
    std::string scratch;
    return std::string(unfolded(field, scratch));
}

} // namespace

TEST_CASE("a sound message is its fields, a blank line and a body") {
    const std::string text = file("rfc5322_a11.eml");
    const Parts parts = split_message(text);
    CHECK(parts.defects == 0);
    CHECK(parts.field_count == 5);
    CHECK(parts.separator == "\r\n");
    CHECK(parts.body.starts_with("This is a message"));
    CHECK(unfolded_text(parts.find("SUBJECT")) == "Saying Hello");
    CHECK(parts.find("Subject").raw == "Subject: Saying Hello\r\n");
    CHECK(parts.find("Subject").value == " Saying Hello");
    CHECK(parts.find("Cc").raw.empty());
    CHECK(glued(parts) == text);
}

TEST_CASE("a folded field is one field, and unfolding takes only the line ends away") {
    const std::string text = "X: one\r\n  two\r\n\tthree\r\nY: z\r\n\r\n";
    const Parts parts = split_message(text);
    CHECK(parts.field_count == 2);
    CHECK(parts.find("x").folded());
    CHECK(unfolded_text(parts.find("x")) == "one  two\tthree");
    CHECK(glued(parts) == text);
}

TEST_CASE("fields of one name are counted and found in their order") {
    const std::string text = file("rfc5322_a4.eml");
    const Parts parts = split_message(text);
    CHECK(parts.count("received") == 2);
    CHECK(parts.find("Received", 1).value.starts_with(" from node.example"));
    CHECK(parts.find("Received", 2).raw.empty());
    CHECK(glued(parts) == text);
}

TEST_CASE("every defect is told and no octet is lost") {
    struct Case {
        std::string text;
        std::uint32_t defects;
        std::size_t fields;
    };
    const std::vector<Case> cases = {
        {"A: b\nC: d\n\nbody", defect::bare_lf, 2},
        {"A: b\rc\r\n\r\n", defect::bare_cr, 1},
        {"A: b\xe9\r\n\r\n", defect::eight_bit, 1},
        {std::string("A: b\0c\r\n\r\n", 10), defect::nul, 1},
        {"A: b\r\nno field\r\nC: d\r\n", defect::no_colon | defect::missing_blank_line, 1},
        {"body only", defect::no_colon | defect::missing_blank_line, 0},
        {" folded first\r\nA: b\r\n\r\n", defect::no_colon | defect::missing_blank_line, 0},
        {"A: b\r\n  \r\n c\r\n\r\n", defect::obsolete_folding, 1},
        {"A : b\r\n\r\n", defect::space_before_colon, 1},
        {"A: " + std::string(996, 'x') + "\r\n\r\n", defect::long_line, 1},
        {"A: " + std::string(995, 'x') + "\r\n\r\n", 0, 1},
        {"A: b", defect::cut, 1},
        {"From ann Mon Jan  1 00:00:00 2026\r\nA: b\r\n\r\n", defect::envelope_line, 2},
        {"\r\nbody", 0, 0},
        {"", 0, 0},
        {"A:\r\n\r\n", 0, 1},
    };
    for (const Case& c : cases) {
        const Parts parts = split_message(c.text);
        INFO(c.text.substr(0, 60));
        CHECK(parts.defects == c.defects);
        CHECK(parts.field_count == c.fields);
        CHECK(glued(parts) == c.text);
    }
}

TEST_CASE("limits end the header, and still no octet is lost") {
    std::string text;
    for (int i = 0; i < 50; ++i) text += "X: y\r\n";
    text += "\r\nbody";
    const Parts few = split_message(text, {1U << 20, 10});
    CHECK(few.field_count == 10);
    CHECK((few.defects & defect::limit) != 0);
    CHECK(glued(few) == text);
    const Parts small = split_message(text, {100, 1000});
    CHECK(small.header.size() <= 100);
    CHECK((small.defects & defect::limit) != 0);
    CHECK(glued(small) == text);
}

TEST_CASE("any octets, cut anywhere, are their pieces") {
    for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
        Random random{seed};
        constexpr std::string_view letters = "A: \t\r\n\r\n:xy\x80\"(";
        std::string text;
        for (std::uint64_t i = random.below(80); i > 0; --i)
            text += letters[random.below(letters.size())];
        const Parts parts = split_message(text);
        INFO("seed " << seed);
        REQUIRE(glued(parts) == text);
        std::size_t count = 0;
        for (const Field& field : parts.fields()) count += field.raw.empty() ? 0 : 1;
        REQUIRE(count == parts.field_count);
    }
    for (const char* name : {"rfc5322_a5.eml", "rfc5322_a63.eml", "rfc5322_a4.eml"}) {
        const std::string text = file(name);
        for (std::size_t size = 0; size <= text.size(); ++size) {
            const std::string cut = text.substr(0, size);
            REQUIRE(glued(split_message(cut)) == cut);
        }
    }
}
