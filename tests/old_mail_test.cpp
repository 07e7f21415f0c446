// Mailboxes from files and into files: what `mail` of a person brings in, and what is exported.
#include "sim/mail/old_mail.hpp"

#include <map>

#include "sim/scenario/print.hpp"
#include "sim/views/mailboxes.hpp"
#include "tests/mail_world.hpp"

using namespace postroad;
using namespace postroad::sim;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr const char* people = R"(postroad = 1
[networks.campus]
[hosts.mail]
network = "campus"
services = ["mta", "msa", "mda", "pop3", "imap"]
domains = "example.org"
[people.bob]
mail = "old"
)";

using Files = std::map<std::string, std::string>;

// A scenario whose person has that old mail: one file "old", or a folder with these.
Opened opened(const Files& files, const std::string& text = people) {
    return open_scenario(
        text, "s.toml",
        [files](const std::string& path) -> std::optional<std::string> {
            const auto at = files.find(path);
            if (at == files.end()) return std::nullopt;
            return at->second;
        },
        [files](const std::string& folder) -> std::optional<std::vector<std::string>> {
            std::vector<std::string> out;
            for (const auto& [name, octets] : files)
                if (name.starts_with(folder + "/")) out.push_back(name.substr(folder.size() + 1));
            if (out.empty()) return std::nullopt;
            return out;
        });
}

World world_of(const Files& files) {
    const Opened one = opened(files);
    INFO(scenario::to_text(one.problems));
    REQUIRE(one.setup != nullptr);
    return make_world(one.setup, 1);
}

// Below "bob@example.org/", with "old/" before it: so it can be read again.
Files exported(const World& world, views::MailFormat format) {
    Files out;
    const std::string own = "bob@example.org/";
    REQUIRE(views::put_mailboxes(world, format, [&](const views::MailboxFile& one) {
        if (one.folder) return true;
        REQUIRE(one.name.starts_with(own));
        out["old/" + one.name.substr(own.size())] = one.octets;
        return true;
    }));
    return out;
}

const std::string first = "From a@example.net Wed Sep  1 08:00:00 2010\n";

}  // namespace

TEST_CASE("an mbox lies in the inbox with its flags and dates before anything happens") {
    const World world = world_of({{"old", first +
                                              "Status: RO\nX-Status: F\nX-Keywords: later\n"
                                              "Subject: one\n\n>From me\n\n" +
                                              first + "Subject: two\n\nx\n"}});
    const std::uint32_t inbox = folders::find(world, 0, "INBOX");
    REQUIRE(inbox != nothing);
    const Folder& folder = world.mail.folders[inbox];
    REQUIRE(folder.count == 2);
    const StoredMessage& one = world.mail.stored[folder.first];
    CHECK(one.uid == 1);
    CHECK(one.flags == (mail_flag::seen | mail_flag::flagged | 1U << mail_flag::keyword_shift));
    CHECK(one.arrived_s == 1283328000);
    CHECK(world.heap.view(one.content) == "Subject: one\r\n\r\nFrom me\r\n");
    CHECK(world.heap.view(folders::details(world, inbox).keywords) == "later");
    CHECK(folder.recent_from == 2);
    CHECK(world.mail.stored[folder.last].flags == 0);
    CHECK(world.mail.mailboxes[0].messages == 2);
}

TEST_CASE("how much old mail there is, and where, is the first thing that is told") {
    const Opened one = opened({{"old/cur/1.a.h:2,S", "Subject: a\n\nx\n"},
                               {"old/cur/2.b.h:2,", "Subject: b\n\nx\n"},
                               {"old/.Sent/cur/3.c.h:2,S", "Subject: c\n\nx\n"}});
    REQUIRE(one.setup != nullptr);
    Simulation simulation(make_world(one.setup, 1), Trace(Depth::lines));
    simulation.run_until(second);
    std::vector<std::string> told;
    for (auto at = simulation.trace().read(); !at.done(); at.next())
        if (at.row().head().fact == Fact::decision &&
            static_cast<Reason>(at.row().as<DecisionFact>().reason) == Reason::old_mail) {
            CHECK(at.row().head().time == 0);
            CHECK(one.setup->node_name(at.row().head().node) == "mail");
            told.push_back(sentence(Reason::old_mail, at.row().tail<DecisionFact>()));
        }
    CHECK(told == std::vector<std::string>{
                      "messages of old mail: 2, of old, lie in INBOX of bob@example.org",
                      "messages of old mail: 1, of old, lie in Sent of bob@example.org"});
}

TEST_CASE("old mail cannot be exchanged once the world runs, and the scenario is told so") {
    const Opened one =
        opened({{"old", first + "Subject: a\n\nx\n"}},
               std::string(people) +
                   "[[timeline]]\nset = { path = \"people.bob.mail\", value = \"other\" }\n");
    CHECK(one.setup == nullptr);
    CHECK_THAT(scenario::to_text(one.problems),
               ContainsSubstring("\"mail\" names a file, which cannot change") &&
                   ContainsSubstring("s.toml:10:7: "));
}

TEST_CASE("a Maildir lies in its folders, the older first, with flags and keywords") {
    const World world = world_of({{"old/cur/1283328001.b.h:2,RS", "Subject: b\n\nx\n"},
                                  {"old/cur/1283328000.z.h:2,Pa", "Subject: a\n\nx\n"},
                                  {"old/new/1283328002.c.h", "Subject: c\r\n\r\nx\r\n"},
                                  {"old/dovecot-keywords", "0 later\n"},
                                  {"old/dovecot-uidlist", "3 V1 N1\n"},
                                  {"old/.Projects.2010/cur/x", "Date: Wed, 1 Sep 2010 08:00:00 "
                                                               "+0000\n\ny\n"}});
    const std::uint32_t id = folders::find(world, 0, "INBOX");
    const Folder& inbox = world.mail.folders[id];
    REQUIRE(inbox.count == 3);
    const StoredMessage& a = world.mail.stored[inbox.first];
    CHECK(world.heap.view(a.content) == "Subject: a\r\n\r\nx\r\n");
    CHECK(world.heap.view(folders::details(world, id).keywords) == "$Forwarded later");
    CHECK(a.flags == 3U << mail_flag::keyword_shift);
    CHECK(world.mail.stored[a.next].flags == (mail_flag::answered | mail_flag::seen));
    CHECK(world.heap.view(world.mail.stored[inbox.last].content) == "Subject: c\r\n\r\nx\r\n");
    CHECK(inbox.recent_from == 3);
    const std::uint32_t filed = folders::find(world, 0, "Projects/2010");
    REQUIRE(filed != nothing);
    CHECK(world.mail.stored[world.mail.folders[filed].first].arrived_s == 1283328000);
    CHECK(folders::find(world, 0, "Projects") != nothing);
}

TEST_CASE("what is exported comes back the same, as a Maildir and as mbox files") {
    const World before =
        world_of({{"old/cur/1283328000.a.h:2,DFPRSTab", "Subject: a\n\nFrom x\n\n\n"},
                  {"old/cur/1283328001.b.h:2,", "Subject: b\n\nx\n"},
                  {"old/new/1283328002.c.h", "\nonly a text\n"},
                  {"old/.Entw&APw-rfe.v1&AC4-0/cur/1283328003.d.h:2,S", "\n"},
                  {"old/dovecot-keywords", "0 later\n1 $Junk\n"}});
    for (const views::MailFormat format : {views::MailFormat::maildir, views::MailFormat::mbox}) {
        const Files files = exported(before, format);
        const World after = world_of(files);
        CHECK(exported(after, format) == files);
        CHECK(exported(after, views::MailFormat::maildir) ==
              exported(before, views::MailFormat::maildir));
        CHECK(folders::find(after, 0, "Entwürfe/v1.0") != nothing);
    }
    const Files maildir = exported(before, views::MailFormat::maildir);
    CHECK(maildir.contains("old/cur/1283328000.V1U0000000001.mail.example.org:2,DFPRSTab"));
    CHECK(maildir.contains("old/new/1283328002.V1U0000000003.mail.example.org"));
    CHECK(exported(before, views::MailFormat::mbox)
              .at("old/INBOX.mbox")
              .starts_with("From MAILER-DAEMON Wed Sep  1 08:00:00 2010\nSubject: a\nStatus: "
                           "RO\nX-Status: AFTD\n"
                           "X-Keywords: $Forwarded later $Junk\n\n>From x\n"));
}

TEST_CASE(
    "a scenario with old mail is printed with its name alone, and its copies share the texts") {
    const Files files = {{"old", first + "\nx\n"}};
    const Opened one = opened(files);
    REQUIRE(one.setup != nullptr);
    const std::string printed = scenario::print(one.declared);
    CHECK_THAT(printed, ContainsSubstring("mail = \"old\"\n"));
    const Opened again = opened(files, printed);
    REQUIRE(again.setup != nullptr);
    CHECK(again.declared == one.declared);
    CHECK_FALSE(opened({{"old", first + "\ny\n"}}, printed).declared == one.declared);
    const scenario::Scenario copy = one.declared;
    CHECK(copy.people[0].mail_files.files == one.setup->scenario.people[0].mail_files.files);
}

TEST_CASE("old mail that cannot be read is told at its place") {
    CHECK(scenario::to_text(opened({{"old", std::string("Subject: x\n\ny\n")}}).problems) ==
          "old:1:1: error: this is not a file of mail\n  1 | Subject: x\n    | ^\n"
          "  a file of mail (mbox) begins with \"From \", a sender and a date (RFC 4155)\n"
          "  a single message without such a line is what `eml` is for\n");
    CHECK_THAT(
        scenario::to_text(opened({}).problems),
        ContainsSubstring("s.toml:8:8: error: there is no file \"old\" beside the scenario"));
    CHECK_THAT(scenario::to_text(opened({{"old/readme", std::string("x")}}).problems),
               ContainsSubstring("s.toml:8:8: error: there is no mail in the folder \"old\""));
    CHECK_THAT(scenario::to_text(opened({{"old/.a..b/cur/1", std::string("x")}}).problems),
               ContainsSubstring("is in no folder that a mailbox can have"));
    CHECK_THAT(scenario::to_text(opened({{"old", first + "\nx\n"}},
                                        std::string(people) + "[people.bob2]\nsame_as = \"bob\"\n"
                                                              "mail = \"old\"\n")
                                     .problems),
               ContainsSubstring("mail lies in a mailbox, and this is one more mail program"));
}

TEST_CASE("old mail is fetched like any other, and what comes later lies behind it") {
    const Opened one = opened(
        {{"old", first + "Subject: old\n\nx\n"}},
        std::string(people) + "[people.alice]\n[[timeline]]\nat = \"+1s\"\nsend = { from = "
                              "\"alice\", to = \"bob\", subject = \"new\" }\n[[timeline]]\nat = "
                              "\"+1m\"\nfetch = { person = \"bob\", leave_on_server = true }\n");
    INFO(scenario::to_text(one.problems));
    REQUIRE(one.setup != nullptr);
    Simulation simulation(make_world(one.setup, 1), Trace(Depth::lines));
    run_whole(simulation, {});
    const World& world = simulation.world();
    const std::uint32_t bob = one.setup->find_person("bob");
    const Folder& inbox = world.mail.folders[folders::find(world, bob, "INBOX")];
    CHECK(inbox.count == 2);
    std::string subjects;
    for (std::uint32_t id = 0; id < world.mail.people.programs.size(); ++id) {
        const MailProgram& program = world.mail.people.programs[id];
        if (program.person != bob) continue;
        for (std::uint32_t i = 0; i < program.kept.size(); ++i)
            subjects += std::string(world.heap.view(world.heap.get(program.kept, i).subject)) + ";";
    }
    CHECK(subjects == "old;new;");
}
