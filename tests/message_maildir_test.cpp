// Names in Maildirs, there and back.
#include "protocols/message/maildir.hpp"

#include "protocols/base/random.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::message;

TEST_CASE("a Maildir name says when a message came, its flags and its keywords") {
    MaildirName name;
    name.arrived_s = 1283328000;
    name.unique = "V1U0000000007";
    name.host = "mail.example.org";
    name.flags.seen = name.flags.flagged = true;
    name.keywords = 1U | 1U << 25U;
    CHECK(maildir_name(name, false) == "1283328000.V1U0000000007.mail.example.org:2,FSaz");
    CHECK(maildir_name(name, true) == "1283328000.V1U0000000007.mail.example.org");
    name.host = "a/b:c";
    CHECK(maildir_name(name, false) == "1283328000.V1U0000000007.a\\057b\\072c:2,FSaz");
    CHECK(parse_maildir_name(maildir_name(name, false)) == name);
}

TEST_CASE("every Maildir name is read as what it was made of") {
    for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
        Random random{seed};
        MaildirName name;
        name.arrived_s = static_cast<std::int64_t>(random.below(0x80000000U)) - 1000;
        name.unique = "V1U" + std::to_string(random.below(1000000));
        name.host = "h" + std::to_string(random.below(10)) + ".example.org";
        name.flags = {random.below(2) == 1, random.below(2) == 1, random.below(2) == 1,
                      random.below(2) == 1, random.below(2) == 1, false};
        name.passed = random.below(2) == 1;
        name.keywords = static_cast<std::uint32_t>(random.below(1U << 26U));
        INFO("seed " << seed << ": " << maildir_name(name, false));
        CHECK(parse_maildir_name(maildir_name(name, false)) == name);
    }
}

TEST_CASE("names that other programs have made are understood as far as they go") {
    const MaildirName courier = parse_maildir_name(
        "1283328000.M20046P2137V0000000000000801I0000000000A1.cyrus,S=1234,W=1270:2,RST");
    CHECK(courier.arrived_s == 1283328000);
    CHECK(courier.host == "cyrus,S=1234,W=1270");
    CHECK((courier.flags.answered && courier.flags.seen && courier.flags.deleted));
    CHECK(parse_maildir_name("1283328000.1.host:2,S,x=DF").flags == KeptFlags{true});
    CHECK(parse_maildir_name("1283328000.1.host:1,S").flags == KeptFlags{});
    CHECK(parse_maildir_name("hello").arrived_s == 0);
    CHECK(parse_maildir_name("9999999999999999999.1.h").arrived_s == 0);
    CHECK(parse_maildir_name("") == MaildirName{});
    CHECK(parse_maildir_name(":2,") == MaildirName{});
}

TEST_CASE("folders are called as Maildir++ has it, in modified UTF-7") {
    const std::pair<const char*, const char*> pairs[] = {{"INBOX", ""},
                                                         {"Projects", ".Projects"},
                                                         {"Projects/2010", ".Projects.2010"},
                                                         {"v1.0/a", ".v1&AC4-0.a"},
                                                         {"Entwürfe", ".Entw&APw-rfe"},
                                                         {"A&B", ".A&-B"},
                                                         {".hidden", ".&AC4-hidden"},
                                                         {"a..b", ".a&AC4-&AC4-b"},
                                                         {"&AC4-", ".&-AC4-"}};
    for (const auto& [name, directory] : pairs) {
        CHECK(maildir_folder(name) == directory);
        CHECK(folder_of_maildir(directory) == std::string(name));
    }
    for (const char* bad :
         {"x", ".", "..", ".a..b", ".a.", ".&", ".&A", "../a", ".a/b", ".&AC8-"}) {
        INFO(bad);
        CHECK_FALSE(folder_of_maildir(bad).has_value());
    }
}

TEST_CASE("dovecot-keywords says which letter is which keyword") {
    const std::vector<std::string> words = {"$Junk", "later"};
    CHECK(dovecot_keywords(words) == "0 $Junk\n1 later\n");
    CHECK(parse_dovecot_keywords(dovecot_keywords(words)) == words);
    CHECK(parse_dovecot_keywords("2 c\r\nx y\n99 z\n-1 n\n0 a\n\n7") ==
          std::vector<std::string>{"a", "", "c"});
}
