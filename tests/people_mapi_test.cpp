// People whose mail programs ask by RPC, in whole worlds: what they fetch, send and put away, how
// they learn of news, and what they see of a firewall that lets too little through.
#include "sim/mail/people.hpp"

#include "sim/rpc/rpc.hpp"
#include "sim/world/changes.hpp"
#include "tests/mail_world.hpp"

using namespace postroad;
using namespace postroad::sim;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string office(const std::string& bob = "", const std::string& more = "") {
    return "[hosts.mail]\ndomains = \"example.org\"\n"
           "services = [\"mta\", \"mda\", \"imap\", \"mapi\", \"dns\", \"resolver\"]\n" + more +
           "[people.alice]\naddress = \"alice@example.org\"\ndisplay = \"Alice Adams\"\n"
           "fetch = { protocol = \"mapi\" }\n"
           "[people.bob]\naddress = \"bob@example.org\"\ndisplay = \"Bob Brown\"\n"
           "fetch = { protocol = \"mapi\"" + bob + " }\n";
}

void deliver(MailWorld& w, const std::string& subject) {
    w.queue("mail", "alice@example.org", {"bob@example.org"},
            "Subject: " + subject + "\r\nFrom: Alice Adams <alice@example.org>\r\n"
            "To: Bob Brown <bob@example.org>\r\nMessage-ID: <" + subject + "@example.org>\r\n\r\n"
            "hello\r\n");
    w.run_for(second);
}
void act(MailWorld& w, scenario::Action action) {
    scenario::Event event;
    event.action = std::move(action);
    people::act(w.run(), event);
}
void look(MailWorld& w, Duration wait = minute) {
    act(w, scenario::Fetch{"bob", {}});
    w.run_for(wait);
}
void write(MailWorld& w, const std::string& subject, std::vector<std::string> to = {"bob"}) {
    scenario::Send send;
    send.from = "alice";
    send.to = std::move(to);
    send.subject = subject;
    send.body = "How are you?\n";
    act(w, send);
}
void handle(MailWorld& w, scenario::MailAct what, const std::string& subject,
            const std::string& to = "") {
    scenario::Handle wanted;
    wanted.person = "bob";
    wanted.act = what;
    wanted.subject = subject;
    wanted.to = to;
    act(w, wanted);
    w.run_for(minute);
}
std::size_t count_of(const MailWorld& w, std::string_view words) {
    std::size_t out = 0;
    for (const std::string& one : w.decisions())
        if (one.find(words) != std::string::npos) ++out;
    return out;
}
// Everything a client has open is given back when it goes.
bool nothing_is_open(const MailWorld& w) {
    return w.world().rpc.lines.live() == 0 && w.world().rpc.ears.live() == 0 &&
           w.world().mail.mapi.objects.live() == 0 && w.world().mail.mapi.sessions.live() == 0;
}

}  // namespace

TEST_CASE("a look by RPC asks the mapper, the address book and the store, and leaves nothing open") {
    MailWorld w(office());
    deliver(w, "one");
    look(w);
    INFO(w.dialogue());
    CHECK(w.decided("the endpoint mapper says that store is at port"));
    CHECK(w.decided("the address book knows bob as /o=example.org/ou="));
    CHECK(w.decided("IMAPISession::OpenMsgStore is served by the Exchange message store: "
                    "EcDoRpcExt2: RopLogon"));
    CHECK(w.decided("IAddrBook::ResolveName is served by the Exchange address book: NspiGetMatches"));
    CHECK(w.decided("bob is in step with the server by MAPI: 1 new, 0 changed, 0 gone"));
    CHECK(w.count(CustodyMove::fetched) == 1);
    CHECK(nothing_is_open(w));
    CHECK(people::is_idle(w.world()));
    deliver(w, "two");
    look(w);
    CHECK(w.count(CustodyMove::fetched) == 2);
    CHECK(count_of(w, "by MAPI: 1 new, 0 changed, 0 gone") == 2);
    look(w);
    CHECK(w.count(CustodyMove::fetched) == 2);
    CHECK(w.decided("by MAPI: 0 new, 0 changed, 0 gone"));
}

TEST_CASE("what is sent by RPC leaves with the store, and is handed over once") {
    MailWorld w(office());
    write(w, "hello");
    w.run_for(minute);
    INFO(w.dialogue());
    REQUIRE(w.mailbox("bob").size() == 1);
    CHECK_THAT(w.mailbox("bob")[0], ContainsSubstring("with MAPI"));
    CHECK_THAT(w.mailbox("bob")[0], ContainsSubstring("Subject: hello"));
    CHECK_THAT(w.mailbox("bob")[0], ContainsSubstring("How are you?"));
    CHECK(w.mailbox("alice", "Sent").size() == 1);
    CHECK(w.count(CustodyMove::handed_over) >= 1);
    CHECK(w.conversations(25) == 0);
    CHECK(w.conversations(587) == 0);
    CHECK(w.decided("IMessage::SubmitMessage is served by the Exchange transport"));
    CHECK(w.decided("NspiResolveNamesW"));
    CHECK(people::is_idle(w.world()));
    CHECK(nothing_is_open(w));
    look(w);
    CHECK(w.decided("bob is in step with the server by MAPI: 1 new"));
}

TEST_CASE("two messages at once go in one session, and somebody who is not there is told to who wrote") {
    MailWorld w(office());
    write(w, "first");
    write(w, "second");
    w.run_for(minute);
    INFO(w.dialogue());
    CHECK(w.mailbox("bob").size() == 2);
    CHECK(people::is_idle(w.world()));
    CHECK(nothing_is_open(w));
}

TEST_CASE("what a person does to a message is done in the store, where IMAP sees it") {
    MailWorld w(office());
    for (const char* subject : {"one", "two", "three"}) deliver(w, subject);
    look(w);
    handle(w, scenario::MailAct::read, "one");
    handle(w, scenario::MailAct::flag, "one");
    handle(w, scenario::MailAct::file, "two", "Projects");
    handle(w, scenario::MailAct::remove, "three");
    INFO(w.dialogue());
    const std::uint32_t bob = w.world().setup->find_person("bob");
    const std::uint32_t inbox = folders::find(w.world(), bob, "INBOX");
    REQUIRE(w.mailbox("bob").size() == 1);
    const std::uint32_t flags =
        w.world().mail.stored[w.world().mail.folders[inbox].first].flags;
    CHECK((flags & mail_flag::seen) != 0);
    CHECK(w.decided("RopOpenMessage, RopSetProperties, RopSaveChangesMessage"));
    CHECK(w.mailbox("bob", "Projects").size() == 1);
    CHECK(w.mailbox("bob", "Trash").size() == 1);
    CHECK_FALSE(w.decided("the server has not done"));
    CHECK(nothing_is_open(w));
    handle(w, scenario::MailAct::reply, "one");
    w.run_for(minute);
    CHECK(w.mailbox("alice").size() == 1);
}

TEST_CASE("who has moved a message elsewhere makes another program's wish fail, by name") {
    MailWorld w(office());
    deliver(w, "one");
    look(w);
    Caller other(w, "alice-pc", "mail:143");
    other.says("a LOGIN bob secret-bob");
    other.says("b SELECT INBOX");
    other.says("c MOVE 1 Trash");
    handle(w, scenario::MailAct::file, "one", "Trash");
    INFO(w.dialogue());
    CHECK(w.decided("the server has not done what bob wanted"));
    CHECK(w.mailbox("bob", "Trash").size() == 1);
}

TEST_CASE("a firewall that drops port 135 leaves a person trying to connect, and so does the port "
          "behind it") {
    const std::string walled = "firewall = \"own\"\n[firewalls.own]\npolicy = \"accept\"\nrules = ";
    struct Case {
        const char* rules;
        const char* words;
    };
    const std::vector<Case> cases{
        {"'''\ntcp dport 135 drop\n'''\n",
         "the address book on mail.example.org, the endpoint mapper at port 135: no answer"},
        {"'''\ntcp dport 135 reject with tcp reset\n'''\n",
         "the endpoint mapper at port 135: connection refused"},
        {"'''\nct state established,related accept\ntcp dport 49152-65535 drop\n'''\n", "the address book on mail.example.org, at port "},
    };
    for (const Case& one : cases) {
        MailWorld w(office("", walled + one.rules));
        deliver(w, "one");
        look(w, 10 * minute);
        INFO(w.dialogue());
        CHECK(w.decided("the mail program of bob shows \"Trying to connect\""));
        CHECK(w.decided(one.words));
        CHECK(w.decided("mail could not be fetched from mail.example.org"));
        CHECK(w.count(CustodyMove::fetched) == 0);
        CHECK(people::is_idle(w.world()));
        CHECK(nothing_is_open(w));
        write(w, "out");
        w.run_for(4 * minute);
        CHECK_FALSE(people::is_idle(w.world()));
        CHECK(w.decided("the message stays in the outbox"));
        w.run_for(hour);
        CHECK(people::is_idle(w.world()));
        CHECK(w.count(QueueMove::expired) == 1);
    }
}

TEST_CASE("who stays is told of news: by datagram, by a call that waits, or when the poll is due") {
    struct Case {
        const char* notify;
        Duration within;
        const char* words;
    };
    for (const Case& one : {Case{"push", 5 * second, "bob asks whether there is news: a datagram has come"},
                            Case{"wait", 5 * second, "EcDoAsyncWaitEx"},
                            Case{"poll", 65 * second, "bob asks whether there is news: its poll is due"}}) {
        MailWorld w(office(std::string(", stay = true, notify = \"") + one.notify + "\""));
        deliver(w, "one");
        look(w);
        INFO(w.dialogue());
        CHECK(w.count(CustodyMove::fetched) == 1);
        w.run_for(10 * second);
        deliver(w, "two");
        w.run_for(one.within);
        CHECK(w.count(CustodyMove::fetched) == 2);
        CHECK(w.decided(one.words));
        handle(w, scenario::MailAct::remove, "one");
        CHECK(w.mailbox("bob", "Trash").size() == 1);
        CHECK(w.world().rpc.lines.live() == (std::string(one.notify) == "wait" ? 3U : 2U));
    }
}

TEST_CASE("a datagram that a firewall eats is made up for by the poll, within a minute") {
    MailWorld w(office(", stay = true",
                       "[hosts.bob-pc]\nfirewall = \"own\"\n[firewalls.own]\npolicy = \"accept\"\n"
                       "rules = '''\nct state established,related accept\nudp dport 53 accept\nudp dport 1024-65535 drop\n'''\n"));
    look(w);
    w.run_for(10 * second);  // its first poll is over
    deliver(w, "one");
    w.run_for(5 * second);
    INFO(w.dialogue());
    CHECK(w.count(CustodyMove::fetched) == 0);
    w.run_for(minute);
    CHECK(w.count(CustodyMove::fetched) == 1);
    CHECK_FALSE(w.decided("a datagram has come"));
}

TEST_CASE("a server that restarts moves the store, and who stays finds it again") {
    MailWorld w(office(", stay = true",
                       "[[timeline]]\nat = \"+3m\"\nhost = { host = \"mail\", state = \"down\" }\n"
                       "[[timeline]]\nat = \"+4m\"\nhost = { host = \"mail\", state = \"up\" }\n"));
    deliver(w, "one");
    look(w);
    w.run_for(20 * minute);
    deliver(w, "two");
    w.run_for(2 * minute);
    INFO(w.dialogue());
    CHECK(w.count(CustodyMove::fetched) == 2);
    CHECK(w.decided("mail could not be fetched from mail.example.org"));
}

TEST_CASE("a device that goes down in the middle begins anew, and loses nothing") {
    for (const int ms : {5, 40, 80, 120, 200, 400}) {
        MailWorld w(office());
        deliver(w, "one");
        write(w, "out");
        act(w, scenario::Fetch{"bob", {}});
        w.run_for(static_cast<Duration>(ms) * millisecond);
        const auto turn = [&](const char* state) {
            for (const char* host : {"bob-pc", "alice-pc"}) {
                std::string error;
                const std::string words = "host = { host = \"" + std::string(host) +
                                          "\", state = \"" + state + "\" }";
                CHECK(changes::apply_text(w.run(), words, error));
            }
        };
        turn("down");
        w.run_for(minute);
        turn("up");
        w.run_for(20 * minute);
        look(w);
        INFO(ms << "\n" << w.dialogue());
        CHECK(w.mailbox("bob").size() >= 2);
        CHECK(w.count(CustodyMove::fetched) >= 2);
        CHECK(people::is_idle(w.world()));
        CHECK(nothing_is_open(w));
    }
}

TEST_CASE("a world with people who ask by RPC is the same in one go and in slices, and in a copy") {
    const auto begin = [](MailWorld& w) {
        deliver(w, "one");
        write(w, "out");
        act(w, scenario::Fetch{"bob", {}});
    };
    MailWorld one(office(", stay = true"), 7), other(office(", stay = true"), 7);
    begin(one);
    begin(other);
    one.run_for(3 * minute);
    for (int i = 0; i < 3 * 60 * 10; ++i) {
        const World copy = other.world();  // so that every write is to a page of its own
        other.run_for(100 * millisecond);
    }
    CHECK(one.decisions() == other.decisions());
    CHECK(one.world() == other.world());
}
