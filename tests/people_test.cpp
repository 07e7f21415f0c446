// People's mail programs: composing, submitting with patience, fetching by POP3, workloads.
#include "sim/mail/people.hpp"

#include "tests/mail_world.hpp"

using namespace postroad;
using namespace postroad::sim;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::string office = R"(
[hosts.mail]
domains = "example.org"
[hosts.post]
domains = "example.net"
[people.alice]
address = "alice@example.org"
display = "Alice Liddell"
[people.bob]
address = "bob@example.net"
[people.carol]
address = "carol@example.org"
)";

scenario::Send letter(std::string from, std::vector<std::string> to) {
    scenario::Send out;
    out.from = std::move(from);
    out.to = std::move(to);
    out.subject = "hello";
    out.body = "Is this thing on?";
    return out;
}

void act(MailWorld& w, scenario::Action action) {
    scenario::Event event;
    event.action = std::move(action);
    people::act(w.run(), event);
}

void fetch(MailWorld& w, const std::string& person, std::optional<bool> leave = {}) {
    act(w, scenario::Fetch{person, leave});
    w.run_for(minute);
}

const PersonMail& mail_of(const MailWorld& w, std::string_view person) {
    return w.world().mail.people.people[w.world().setup->find_person(person)];
}

std::string composed_tail(const MailWorld& w) {
    for (auto at = w.simulation.trace().read(); !at.done(); at.next())
        if (at.row().head().fact == Fact::custody &&
            at.row().as<CustodyFact>().move == CustodyMove::composed)
            return std::string(at.row().tail<CustodyFact>());
    return {};
}

}  // namespace

TEST_CASE("a message that somebody sends is composed, submitted, delivered and fetched") {
    MailWorld w(office);
    act(w, letter("alice", {"bob@example.net"}));
    w.run_for(minute);
    INFO(w.dialogue());
    REQUIRE(w.mailbox("bob").size() == 1);
    const std::string mail = w.mailbox("bob")[0];
    CHECK_THAT(mail, ContainsSubstring("\r\nFrom: Alice Liddell <alice@example.org>\r\n"));
    CHECK_THAT(mail, ContainsSubstring("\r\nSubject: hello\r\n"));
    CHECK_THAT(mail, ContainsSubstring("\r\nMessage-ID: <"));
    CHECK_THAT(mail, ContainsSubstring("\r\n\r\nIs this thing on?\r\n"));
    CHECK_THAT(composed_tail(w), ContainsSubstring("\nhello\nalice@example.org\nbob@example.net"));
    CHECK(w.decided("alice-pc submitted: "));
    CHECK(w.decided("alice-pc secret_in_clear: "));
    CHECK(people::is_idle(w.world()));
    fetch(w, "bob");
    INFO(w.dialogue());
    CHECK(w.mailbox("bob").empty());
    CHECK(mail_of(w, "bob").fetched == 1);
    CHECK(mail_of(w, "bob").seen == 0);  // deleted there, so it need not be remembered
    CHECK(w.count(CustodyMove::fetched) == 1);
}

TEST_CASE("a blind recipient is in the envelope and nowhere in the message") {
    MailWorld w(office);
    scenario::Send send = letter("alice", {"bob@example.net"});
    send.bcc = {"carol@example.org"};
    act(w, send);
    w.run_for(minute);
    REQUIRE(w.mailbox("carol").size() == 1);
    CHECK(w.mailbox("carol")[0].find("carol@example.org") == std::string::npos);
    CHECK(w.decided("alice-pc bcc: 1 blind recipients"));
}

TEST_CASE("the envelope may differ from the header") {
    MailWorld w(office);
    scenario::Send send = letter("alice", {"bob@example.net"});
    send.reverse_path = "bounces@example.org";
    send.forward_paths = {"carol@example.org"};
    act(w, send);
    w.run_for(minute);
    INFO(w.dialogue());
    CHECK_THAT(composed_tail(w), ContainsSubstring("\nbounces@example.org\ncarol@example.org"));
    CHECK(w.mailbox("bob").empty());
    CHECK(w.decided("alice-pc envelope_only"));
}

TEST_CASE("a message given whole is sent as it is") {
    MailWorld w(office);
    scenario::Send send;
    send.from = "alice";
    send.message.text = "To: bob@example.net\nX-Odd:   spaced\n\n.\nlast\n";
    act(w, send);
    w.run_for(minute);
    INFO(w.dialogue());
    REQUIRE(w.mailbox("bob").size() == 1);
    CHECK_THAT(w.mailbox("bob")[0], ContainsSubstring("X-Odd:   spaced\r\n"));
    CHECK_THAT(w.mailbox("bob")[0], ContainsSubstring("\r\n\r\n.\r\nlast\r\n"));
}

TEST_CASE("mail left on the server is fetched once") {
    MailWorld w(office);
    act(w, letter("alice", {"bob@example.net"}));
    w.run_for(minute);
    fetch(w, "bob", true);
    fetch(w, "bob", true);
    CHECK(mail_of(w, "bob").fetched == 1);
    CHECK(w.mailbox("bob").size() == 1);
    CHECK(mail_of(w, "bob").seen == 1);
    CHECK(w.decided("left_on_server"));
    act(w, letter("alice", {"bob@example.net"}));
    w.run_for(minute);
    fetch(w, "bob", false);  // now everything goes, and only the new one is fetched
    INFO(w.dialogue());
    CHECK(mail_of(w, "bob").fetched == 2);
    CHECK(w.mailbox("bob").empty());
    CHECK(mail_of(w, "bob").seen == 0);
}

TEST_CASE("who mistypes their password hears so, and fetches nothing") {
    MailWorld w(office + "[people.dave]\naddress = \"dave@example.net\"\n");
    w.queue("post", "alice@example.org", {"dave@example.net"});
    w.run_for(second);
    Setup changed = *w.world().setup;
    const std::uint32_t dave = changed.find_person("dave");
    changed.people[dave].fetches_from_host = changed.find_host("mail");
    w.run().world.setup = std::make_shared<const Setup>(changed);
    fetch(w, "dave");
    INFO(w.dialogue());
    CHECK(mail_of(w, "dave").fetched == 0);
    CHECK(w.decided("dave-pc fetch_failed: "));
    CHECK(w.decided("mail auth_failed: "));
}

TEST_CASE("a message waits in the outbox while its server is down, and goes when it is up") {
    MailWorld w(office + R"(
[[timeline]]
at = "+1s"
host = { host = "mail", state = "down" }
[[timeline]]
at = "+4m"
host = { host = "mail", state = "up" }
)");
    w.run_for(2 * second);
    act(w, letter("alice", {"carol@example.org"}));
    w.run_for(3 * minute);
    CHECK(w.mailbox("carol").empty());
    CHECK(!people::is_idle(w.world()));
    w.run_for(10 * minute);
    INFO(w.dialogue());
    CHECK(w.decided("alice-pc in_outbox: "));
    CHECK(w.mailbox("carol").size() == 1);
    CHECK(people::is_idle(w.world()));
}

TEST_CASE("after three more tries the mail program tells its user") {
    MailWorld w(office + R"(
[[timeline]]
at = "+1s"
host = { host = "mail", state = "down" }
)");
    w.run_for(2 * second);
    act(w, letter("alice", {"carol@example.org"}));
    w.run_for(hour);
    INFO(w.dialogue());
    CHECK(w.count(QueueMove::trying) == 4);
    CHECK(w.count(QueueMove::expired) == 1);
    CHECK(w.decided("alice-pc told_sender: "));
    CHECK(people::is_idle(w.world()));
}

TEST_CASE("a recipient refused for good is told to the writer, the others get the mail") {
    MailWorld w(office);
    act(w, letter("alice", {"nobody@example.org", "carol@example.org"}));
    w.run_for(minute);
    INFO(w.dialogue());
    CHECK(w.mailbox("carol").size() == 1);
    CHECK(people::is_idle(w.world()));
}

TEST_CASE("an evenly spaced workload sends as many messages as it says, when it says") {
    MailWorld w(office + R"(
[[workloads]]
from = ["alice"]
to = ["bob"]
rate = "3/min"
arrival = "even"
count = 5
start = "+10s"
size = "100"
)");
    w.run_for(51 * second);
    CHECK(w.count(CustodyMove::composed) == 3);
    w.run_for(10 * minute);
    INFO(w.dialogue());
    CHECK(w.count(CustodyMove::composed) == 5);
    CHECK(w.mailbox("bob").size() == 5);
    CHECK(people::is_idle(w.world()));
}

TEST_CASE("a random workload is a function of the seed") {
    const std::string load = R"(
[[workloads]]
rate = "60/min"
until = "+2m"
size = [{ size = "100", weight = 3 }, { size = "5000", weight = 1 }]
)";
    MailWorld a(office + load, 1);
    MailWorld b(office + load, 1);
    MailWorld c(office + load, 2);
    for (MailWorld* w : {&a, &b, &c}) w->run_for(10 * minute);
    CHECK(a.count(CustodyMove::composed) > 80);
    CHECK(a.count(CustodyMove::composed) < 170);
    CHECK(fingerprint(a.world()) == fingerprint(b.world()));
    CHECK(fingerprint(a.world()) != fingerprint(c.world()));
    CHECK(a.count(CustodyMove::delivered) == a.count(CustodyMove::composed));
}

TEST_CASE("a person who fetches every five minutes has the mail within that time") {
    MailWorld w(office + "[people.bob.fetch]\nevery = \"5m\"\n");
    people::begin(w.run());
    act(w, letter("alice", {"bob@example.net"}));
    w.run_for(6 * minute);
    INFO(w.dialogue());
    CHECK(mail_of(w, "bob").fetched == 1);
    act(w, letter("alice", {"bob@example.net"}));
    w.run_for(5 * minute);
    CHECK(mail_of(w, "bob").fetched == 2);
}
