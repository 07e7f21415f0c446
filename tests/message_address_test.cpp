// Address lists: the RFC's examples, its obsolete forms, and what is wrong told with a place.
#include "protocols/message/address.hpp"

#include <fstream>
#include <sstream>
#include <string>

#include "protocols/base/random.hpp"
#include "protocols/message/header.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::message;

namespace {

AddressList addresses_of(const std::string& name, std::string_view field) {
    std::ifstream in("tests/data/eml/" + name, std::ios::binary);
    REQUIRE(in.good());
    std::ostringstream text;
    text << in.rdbuf();
    const std::string message = text.str();
    return parse_addresses(split_message(message).find(field).value);
}

// One mailbox, which must be without mistakes.
Mailbox one(std::string_view text) {
    const AddressList list = parse_addresses(text);
    INFO(text);
    REQUIRE(list.errors.empty());
    REQUIRE(list.addresses.size() == 1);
    REQUIRE(list.addresses[0].mailboxes.size() == 1);
    return list.addresses[0].mailboxes[0];
}

} // namespace

TEST_CASE("RFC 5322 A.1.2: display names and angle brackets") {
    const AddressList to = addresses_of("rfc5322_a12.eml", "To");
    REQUIRE(to.errors.empty());
    REQUIRE(to.addresses.size() == 3);
    CHECK(to.addresses[0].mailboxes[0].display_name == "Mary Smith");
    CHECK(to.addresses[1].mailboxes[0].address() == "jdoe@example.org");
    CHECK(to.addresses[1].mailboxes[0].display_name.empty());
    CHECK(to.addresses[2].mailboxes[0].display_name == "Who?");
    const AddressList cc = addresses_of("rfc5322_a12.eml", "Cc");
    REQUIRE(cc.addresses.size() == 2);
    CHECK(cc.addresses[1].mailboxes[0].display_name == "Giant; \"Big\" Box");
    CHECK(format_addresses(cc.addresses) ==
          "boss@nil.test, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>");
    CHECK_FALSE(to.obsolete);
}

TEST_CASE("RFC 5322 A.1.3 and A.5: groups, comments and folding") {
    const AddressList to = addresses_of("rfc5322_a13.eml", "To");
    REQUIRE(to.addresses.size() == 1);
    CHECK(to.addresses[0].is_group);
    CHECK(to.addresses[0].group_name == "A Group");
    CHECK(to.mailboxes().size() == 3);
    CHECK(format_addresses(to.addresses) ==
          "A Group: Ed Jones <c@a.test>, joe@where.test, John <jdoe@one.test>;");
    const AddressList cc = addresses_of("rfc5322_a13.eml", "Cc");
    CHECK(cc.errors.empty());
    CHECK(format_addresses(cc.addresses) == "Undisclosed recipients:;");

    const AddressList from = addresses_of("rfc5322_a5.eml", "From");
    REQUIRE(from.errors.empty());
    CHECK(from.addresses[0].mailboxes[0].address() == "pete@silly.test");
    CHECK(from.addresses[0].mailboxes[0].display_name == "Pete");
    const AddressList group = addresses_of("rfc5322_a5.eml", "To");
    REQUIRE(group.errors.empty());
    REQUIRE(group.mailboxes().size() == 3);
    CHECK(group.mailboxes()[0].address() == "c@public.example");
    CHECK(group.mailboxes()[2].comment == "my dear friend");
    const AddressList hidden = addresses_of("rfc5322_a5.eml", "Cc");
    CHECK(hidden.errors.empty());
    CHECK(hidden.addresses[0].group_name == "Hidden recipients");
}

TEST_CASE("RFC 5322 A.6: routes, empty elements, dots in phrases and spaced domains are read") {
    const AddressList to = addresses_of("rfc5322_a61.eml", "To");
    REQUIRE(to.errors.empty());
    CHECK(to.obsolete);
    REQUIRE(to.addresses.size() == 2);
    CHECK(to.addresses[0].mailboxes[0].route == std::vector<std::string>{"node.test"});
    CHECK(to.addresses[0].mailboxes[0].address() == "mary@example.net");
    CHECK(to.addresses[1].mailboxes[0].address() == "jdoe@test.example");
    const AddressList from = addresses_of("rfc5322_a61.eml", "From");
    CHECK(from.obsolete);
    CHECK(from.addresses[0].mailboxes[0].display_name == "Joe Q. Public");
    const AddressList spaced = addresses_of("rfc5322_a63.eml", "From");
    CHECK(spaced.mailboxes()[0].address() == "jdoe@machine.example");
    const AddressList folded = addresses_of("rfc5322_a63.eml", "To");
    CHECK(folded.mailboxes()[0].address() == "mary@example.net");
}

TEST_CASE("quoted local parts, domain literals and UTF-8 are addresses") {
    CHECK(one("\"a b\"@example.org").local_part == "a b");
    CHECK(one("\"a b\"@example.org").address() == "\"a b\"@example.org");
    CHECK(one("\"plain\"@example.org").address() == "plain@example.org");
    CHECK(one("\"a\\\"b\\\\\"@x").address() == "\"a\\\"b\\\\\"@x");
    CHECK(one("a@[192.0.2.1]").domain == "[192.0.2.1]");
    CHECK(one("a@[IPv6:2001:db8::1]").domain == "[IPv6:2001:db8::1]");
    CHECK(one("Ren\xc3\xa9 <ren\xc3\xa9@ex\xc3\xa4mple.org>").local_part == "ren\xc3\xa9");
    CHECK(one("<@a.test,@b.test:c@d.test>").route.size() == 2);
    CHECK(one("bob@example.org (Bob Lee)").comment == "Bob Lee");
    CHECK(one("\"x\".y@z.test").local_part == "x.y");
    const std::string text = "  Ann <ann@example.org>  ";
    CHECK(one(text).begin == 2);
    CHECK(one(text).end == text.size() - 2);
}

TEST_CASE("a mistake is told with its place, and the other addresses are kept") {
    struct Case {
        std::string_view text;
        std::size_t at;
        std::size_t good;
    };
    for (const Case& c : {Case{"", 0, 0}, Case{"ann", 0, 0}, Case{"ann, bob@x.test", 0, 1},
                          Case{"a@x.test b@y.test, c@z.test", 9, 2}, Case{"<ann@x.test", 11, 0},
                          Case{"ann@, b@y.test", 4, 1}, Case{".a@x.test", 0, 0},
                          Case{"a..b@x.test", 0, 0}, Case{"a b@x.test", 0, 0},
                          Case{"\"open@x.test", 0, 0}, Case{"a@[1.2.3", 2, 0},
                          Case{"a@x.test (open", 9, 1}, Case{"g: a@x.test", 0, 0},
                          Case{"<>", 1, 0}, Case{"<@a.test b@c>", 9, 0}, Case{"@x.test", 0, 0},
                          Case{"], b@y.test", 0, 1}}) {
        const AddressList list = parse_addresses(c.text);
        INFO(c.text);
        REQUIRE_FALSE(list.errors.empty());
        CHECK(list.errors[0].at == c.at);
        CHECK(list.addresses.size() == c.good);
    }
}

TEST_CASE("hostile lists cost no more than their length") {
    CHECK_FALSE(parse_addresses(std::string(100'000, '(')).errors.empty());
    CHECK(parse_addresses(std::string(100'000, ',')).addresses.empty());
    CHECK(parse_addresses(std::string(100'000, '"')).errors.size() <= 100);
    std::string many;
    for (int i = 0; i < 1000; ++i) many += "a@b.test,";
    const AddressList list = parse_addresses(many, 10);
    CHECK(list.addresses.size() == 10);
    CHECK(list.limit_reached);
}

TEST_CASE("written addresses are read back as they were") {
    static constexpr std::string_view letters = "ab.\"\\ @<>,;:()[]\t\xc3\xa9";
    for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
        Random random{seed};
        const auto text = [&random](std::uint64_t size_max, bool utf8) {
            std::string out;
            for (std::uint64_t i = random.below(size_max) + 1; i > 0; --i) {
                const std::size_t at = random.below(letters.size() - (utf8 ? 1 : 2));
                out += at + 2 == letters.size() ? std::string("\xc3\xa9")
                                                : std::string(1, letters[at]);
            }
            return out;
        };
        Mailbox mailbox;
        mailbox.local_part = text(8, true);
        mailbox.display_name = random.below(2) == 0 ? "" : text(10, false);
        mailbox.domain = "example.org";
        std::string written;
        put_mailbox(written, mailbox);
        INFO("seed " << seed << ": " << written);
        const Mailbox back = one(written);
        REQUIRE(back.local_part == mailbox.local_part);
        REQUIRE(back.display_name == mailbox.display_name);
        for (std::size_t size = 0; size < written.size(); ++size)
            parse_addresses(std::string_view(written).substr(0, size)); // must only not crash
    }
}
