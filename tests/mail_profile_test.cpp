// One script, three profiles: what a person does is the same by RPC, by IMAP and by POP3 with a file of
// the program's own, and each call is told of with the provider that has served it.
#include <map>

#include "sim/mail/pst_mail.hpp"
#include "sim/views/calls.hpp"
#include "sim/views/mailboxes.hpp"
#include "tests/mail_world.hpp"

using namespace postroad;
using namespace postroad::sim;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string office(const std::string& profile) {
    return "[hosts.mail]\ndomains = \"example.org\"\nservices = [\"mta\", \"msa\", \"mda\", \"pop3\", "
           "\"imap\", \"mapi\", \"dns\", \"resolver\"]\n[people.bob]\n[people.alice]\n" +
           profile +
           "[[timeline]]\nsend = { from = \"bob\", to = \"alice\", subject = \"Agenda\" }\n"
           "[[timeline]]\nsend = { from = \"bob\", to = \"alice\", subject = \"Minutes\" }\n"
           "[[timeline]]\nat = \"+1m\"\nfetch = \"alice\"\n"
           "[[timeline]]\nat = \"+3m\"\nhandle = { person = \"alice\", act = \"read\", subject = \"Agenda\" }\n"
           "[[timeline]]\nat = \"+4m\"\nhandle = { person = \"alice\", act = \"file\", subject = \"Minutes\", "
           "to = \"Projects\" }\n"
           "[[timeline]]\nat = \"+5m\"\nsend = { from = \"alice\", to = \"bob\", subject = \"Thanks\" }\n";
}

const std::string by_rpc = "fetch.protocol = \"mapi\"\nprofile = {}\n";
const std::string by_imap = "fetch.protocol = \"imap\"\nprofile = {}\n";
const std::string by_pop = "fetch.protocol = \"pop3\"\nprofile = { pst = true }\n";

std::string calls_of(const MailWorld& world) {
    std::string out;
    views::print_calls(world.simulation.trace(), *world.world().setup, 0, true,
                       [&](std::string_view text) { out += text; });
    return out;
}

// The PST files of a world, by name.
std::map<std::string, std::string> files_of(const MailWorld& world) {
    std::map<std::string, std::string> out;
    views::put_mailboxes(world.world(), views::MailFormat::pst, [&](const views::MailboxFile& file) {
        if (!file.folder) out[file.name] = file.octets;
        return true;
    });
    return out;
}

std::vector<std::string> subjects(const std::vector<message::Kept>& messages) {
    std::vector<std::string> out;
    for (const message::Kept& one : messages) {
        const std::size_t at = one.content.find("Subject: ");
        out.push_back(one.content.substr(at + 9, one.content.find("\r\n", at) - at - 9));
    }
    return out;
}

}  // namespace

TEST_CASE("the same script runs on each provider, and ends alike") {
    for (const std::string& profile : {by_rpc, by_imap, by_pop}) {
        INFO(profile);
        MailWorld world(office(profile));
        world.run_for(10 * minute);
        const std::string calls = calls_of(world);
        INFO(calls);
        CHECK(world.count(CustodyMove::fetched) == 2);
        REQUIRE(world.mailbox("bob").size() == 1);
        CHECK_THAT(world.mailbox("bob")[0], ContainsSubstring("Subject: Thanks"));
        const auto files = files_of(world);
        const bool own = profile == by_pop;
        const std::string name = own ? "alice@example.org/alice.pst" : "alice@example.org/mailbox.pst";
        REQUIRE(files.count(name) == 1);
        PstMail mail = read_pst_mail(files.at(name));
        CHECK(mail.problems.empty());
        CHECK(subjects(mail.folders["INBOX"]) == std::vector<std::string>{"Agenda"});
        CHECK(subjects(mail.folders["Projects"]) == std::vector<std::string>{"Minutes"});
        CHECK(mail.folders["INBOX"][0].flags.seen);
        CHECK(world.mailbox("alice", "Projects").size() == (own ? 0U : 1U));
    }
}

TEST_CASE("each call says which provider has served it") {
    const auto calls = [](const std::string& profile) {
        MailWorld world(office(profile));
        world.run_for(10 * minute);
        return calls_of(world);
    };
    const std::string rpc = calls(by_rpc);
    CHECK_THAT(rpc, ContainsSubstring("Exchange address book"));
    CHECK_THAT(rpc, ContainsSubstring("RopSubmitMessage") || ContainsSubstring("RopTransportSend"));
    CHECK_THAT(rpc, !ContainsSubstring("SMTP transport"));
    const std::string imap = calls(by_imap);
    CHECK_THAT(imap, ContainsSubstring("IMAPIFolder::CopyMessages"));
    CHECK_THAT(imap, ContainsSubstring("UID MOVE"));
    CHECK_THAT(imap, ContainsSubstring("IXPLogon::SubmitMessage"));
    CHECK_THAT(imap, ContainsSubstring("mail.example.org:587"));
    const std::string pop = calls(by_pop);
    CHECK_THAT(pop, ContainsSubstring("POP3 transport"));
    CHECK_THAT(pop, ContainsSubstring("\"Minutes\" into Projects"));
    CHECK_THAT(pop, ContainsSubstring("served by the PST message store"));
    CHECK_THAT(calls("fetch.protocol = \"imap\"\n"), ContainsSubstring("no mail program has called MAPI"));
}

TEST_CASE("what is removed from a file twice is gone, and from the server with the next session") {
    MailWorld world(
        office(by_pop + "fetch.leave_on_server = true\n") +
        "[[timeline]]\nat = \"+6m\"\nhandle = { person = \"alice\", act = \"remove\", subject = \"Agenda\" }\n"
        "[[timeline]]\nat = \"+7m\"\nhandle = { person = \"alice\", act = \"remove\", subject = \"Agenda\", "
        "folder = \"Deleted Items\" }\n"
        "[[timeline]]\nat = \"+8m\"\nfetch = \"alice\"\n");
    world.run_for(390 * second);
    PstMail between = read_pst_mail(files_of(world).at("alice@example.org/alice.pst"));
    CHECK(subjects(between.folders["Deleted Items"]) == std::vector<std::string>{"Agenda"});
    CHECK(world.mailbox("alice").size() == 2);
    world.run_for(5 * minute);
    PstMail after = read_pst_mail(files_of(world).at("alice@example.org/alice.pst"));
    CHECK(after.folders["Deleted Items"].empty());
    CHECK(world.mailbox("alice").size() == 1);
}

TEST_CASE("folders of mail go through a PST file whole: texts, dates, marks") {
    KeptFolders folders;
    message::Kept one;
    one.content = "From: Bob <bob@example.org>\r\nTo: alice@example.org\r\nSubject: Sch\xc3\xb6n\r\n"
                  "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nhello\r\n";
    one.arrived_s = 1'283'328'000;
    one.flags.seen = true;
    folders["INBOX"].push_back(one);
    folders["Projects/2010"].push_back(one);
    const std::string file = write_pst_mail(folders, "Alice", rpc::random_uuid(1, 2), 1'283'328'000);
    CHECK(is_pst(file));
    PstMail back = read_pst_mail(file);
    CHECK(back.readable);
    REQUIRE(back.folders["Projects/2010"].size() == 1);
    CHECK(back.folders["Projects/2010"][0].arrived_s == 1'283'328'000);
    CHECK(back.folders["INBOX"][0].flags.seen);
    CHECK_THAT(back.folders["INBOX"][0].content, ContainsSubstring("hello"));
    CHECK_FALSE(read_pst_mail("!BDN, and then nothing").readable);
}

TEST_CASE("a file of one's own is for mail that is brought, not for mail that stays") {
    const Opened opened = open_scenario(
        "postroad = 1\n[hosts.mail]\ndomains = \"example.org\"\n[people.alice]\nfetch.protocol = "
        "\"imap\"\nprofile = { pst = true }\n",
        "test.toml");
    CHECK(opened.setup == nullptr);
    CHECK_THAT(scenario::to_text(opened.problems), ContainsSubstring("needs no file of \"alice\"'s"));
}
