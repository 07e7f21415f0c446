// The POP3 server against golden dialogues (tests/golden/pop3), its own table, and bad peers.
#include "protocols/pop3/server_passages.hpp"

#include <algorithm>
#include <filesystem>

#include "tests/dialogue.hpp"
#include "tests/support/sasl_desk.hpp"

using namespace postroad;
using dialogue::KeptAsk;

namespace {

using Talk = dialogue::Talk<pop3::Server, pop3::ServerHost>;

const std::string messages[3] = {
    "Subject: one\r\n\r\nHello.\r\n",
    "Subject: two\r\n\r\nHello again.\r\nBye.\r\n",
    "Subject: three\r\n\r\n.\r\n..two\r\nand an end without CRLF",
};

// alice has three messages; locked's maildrop is in use; unlucky's store fails.
struct Mailboxes {
    std::string text;      // keeps what an answer shows
    std::string commits;   // "1:0 2 " for an update that deletes, "0: " for a release
    bool is_open = false;

    void operator()(pop3::Server& machine, Heap& heap, const KeptAsk& ask, Answer& out) {
        if (ask.kind == AskKind::maildrop) return open(machine, heap, ask, out);
        if (ask.kind == AskKind::authenticate) {
            answer_sasl(machine, heap, ask, out, text, false);
            return;
        }
        CHECK(is_open);
        CHECK(machine.maildrop == 7);
        if (ask.kind == AskKind::retrieve) {
            CHECK(ask.a == "1." + std::to_string(ask.number + 10));
            out.ok = heap.view(machine.user) != "unlucky";
            if (out.ok) out.text = messages[ask.number];
            return;
        }
        REQUIRE(ask.kind == AskKind::commit);
        is_open = false;
        commits += std::to_string(ask.number) + ":" + ask.a + " ";
        out.ok = ask.number == 0 || heap.view(machine.user) != "unlucky";
    }

  private:
    void open(pop3::Server& machine, Heap& heap, const KeptAsk& ask, Answer& out) {
        if (ask.c == "STAMP") {
            out.text = "<1896.697170952@dbc.mtview.ca.us>";
            return;
        }
        out.ok = ask.c == "SASL" ? ask.a != "nobody"
                 : ask.c == "APOP"
                     ? ask.a == "mrose" &&
                           ask.b == pop3::apop_digest(heap.view(machine.timestamp), "tanstaaf")
                     : ask.b == "secret-" + ask.a && ask.a != "nobody";
        if (!out.ok) return;
        if (ask.a == "locked") {
            out.ok = false;
            out.enhanced = "IN-USE";
            out.text = "another session has the maildrop open";
            return;
        }
        is_open = true;
        out.number = 7;
        text.clear();
        for (std::size_t i = 0; i < 3; ++i)
            text += std::to_string(messages[i].size()) + " 1." + std::to_string(i + 10) + "\n";
        out.text = text;
    }
};

sasl::Mechanisms mechanisms_of(const dialogue::Script& script) {
    sasl::Mechanisms out;
    const auto at = script.settings.find("mechanisms");
    std::string_view rest = at == script.settings.end() ? std::string_view("") : at->second;
    while (!rest.empty()) {
        out.add(sasl::mechanism_named(rest.substr(0, rest.find(','))));
        rest.remove_prefix(std::min(rest.size(), rest.find(',') == rest.npos ? rest.size() : rest.find(',') + 1));
    }
    return out;
}

pop3::ServerHost host_of(const dialogue::Script& script) {
    pop3::ServerHost host;
    host.name = "mail.example.org";
    const auto is = [&](const char* key, const char* value) {
        const auto at = script.settings.find(key);
        return at != script.settings.end() && at->second == value;
    };
    host.apop = is("apop", "on");
    host.mechanisms = mechanisms_of(script);
    host.stls = is("tls", "on");
    host.user_in_clear = !is("user_in_clear", "off");
    if (is("optional", "off")) host.capa = host.uidl = host.top = false;
    if (const auto at = script.settings.find("errors"); at != script.settings.end())
        host.errors_max = static_cast<std::uint32_t>(std::stoul(at->second));
    return host;
}

std::string verb_of(const pop3::Server& server, std::string_view line) {
    if (server.state == pop3::ServerState::auth) return "AUTH";
    std::string verb(take_word(line = line.substr(0, line.find_first_of("\r\n"))));
    std::transform(verb.begin(), verb.end(), verb.begin(), to_upper);
    return verb;
}

std::vector<std::string> scripts() {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator("tests/golden/pop3"))
        if (entry.path().filename() != "matrix.txt") out.push_back(entry.path().string());
    std::sort(out.begin(), out.end());
    return out;
}

// A session brought as far as `state`.
void bring_to(Talk& talk, pop3::ServerState state) {
    talk.opened();
    if (state == pop3::ServerState::authorization) return;
    talk.feed("USER alice\r\n");
    if (state == pop3::ServerState::named) return;
    talk.feed("PASS secret-alice\r\n");
    REQUIRE(talk.machine.state == pop3::ServerState::transaction);
}

std::string good_line(std::string_view verb) {
    if (verb == "USER") return "USER alice\r\n";
    if (verb == "PASS") return "PASS secret-alice\r\n";
    if (verb == "APOP")
        return "APOP mrose " +
               pop3::apop_digest("<1896.697170952@dbc.mtview.ca.us>", "tanstaaf") + "\r\n";
    if (verb == "RETR" || verb == "DELE") return std::string(verb) + " 1\r\n";
    if (verb == "TOP") return "TOP 1 1\r\n";
    if (verb == "AUTH") return "AUTH PLAIN AGFsaWNlAHNlY3JldC1hbGljZQ==\r\n";
    return std::string(verb) + "\r\n";
}

}  // namespace

TEST_CASE("each golden POP3 dialogue is spoken word for word, however it is cut") {
    dialogue::Seen seen;
    for (const std::string& path : scripts()) {
        INFO(path);
        const dialogue::Script script = dialogue::read_script(path);
        Mailboxes boxes;
        Talk talk(host_of(script), std::ref(boxes));
        hold_against(path, dialogue::play<pop3::Server, pop3::ServerHost>(
                                         talk, script, verb_of, seen));
        CHECK(!boxes.is_open);
        for (const bool late : {false, true})
            for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{1}}) {
                Mailboxes again;
                Talk cut(host_of(script), std::ref(again));
                cut.answers_late = late;
                CHECK(dialogue::transcript(cut, script, size) == talk.out);
                CHECK(cut.closed == talk.closed);
                CHECK(again.commits == boxes.commits);
            }
    }
    // Every reply that the table allows is heard, and no other.
    for (const pop3::ServerRow& row : pop3::server_rows()) {
        const std::set<int>& codes = seen[std::string(row.verb)];
        INFO(row.verb);
        for (const std::uint16_t code : row.may_reply.code)
            if (code != 0) CHECK(codes.count(code) == 1);
        for (const int code : codes) CHECK(row.may_reply.has(code));
    }
}

TEST_CASE("a POP3 verb is taken in the states its row names and in no other") {
    std::string text = "# State by verb (RFC 1939 §3), made from the server's table.\n";
    using S = pop3::ServerState;
    for (const S state : {S::authorization, S::named, S::transaction})
        for (const pop3::ServerRow& row : pop3::server_rows()) {
            Mailboxes boxes;
            pop3::ServerHost host;
            host.name = "mail.example.org";
            host.apop = true;
            host.stls = true;
            host.mechanisms.add(sasl::Mechanism::plain);
            Talk talk(host, std::ref(boxes));
            bring_to(talk, state);
            const std::string said = talk.feed(good_line(row.verb));
            INFO(pop3::name_of(state) << ' ' << row.verb << ": " << said);
            const bool good = said.starts_with("+OK");
            CHECK(good == row.legal.has(state));
            if (good) {
                const auto goal = after(row, state, pop3::server_passages());
                CHECK((goal.bits == 0 ? talk.closed && talk.machine.state != S::update
                                      : goal.has(talk.machine.state)));
            }
            if (!good) CHECK(talk.machine.state == (state == S::named ? S::authorization : state));
            text += std::string(pop3::name_of(state)) + ' ' + std::string(row.verb) + ": " +
                    said.substr(0, said.find("\r\n")) + '\n';
            talk.wake(Wake::closed);
            CHECK(!boxes.is_open);
        }
    hold_against("tests/golden/pop3/matrix.txt", text);
}

TEST_CASE("what moves a POP3 session beside its verbs is in the table of passages") {
    using S = pop3::ServerState;
    const auto all = pop3::server_passages();
    const auto leads = [&](std::string_view what, S from) {
        for (const auto& one : all)
            if (one.what == what && one.from.has(from)) return one.to;
        FAIL("no passage: " << what);
        return StateSet<S>{};
    };
    Mailboxes boxes;
    pop3::ServerHost host;
    host.mechanisms.add(sasl::Mechanism::login);
    const auto move = [&](Talk& talk, std::string_view what, std::string_view line) {
        const S from = talk.machine.state;
        INFO(what << " from " << pop3::name_of(from));
        talk.feed(std::string(line));
        CHECK(leads(what, from).bits == StateSet<S>{talk.machine.state}.bits);
    };
    Talk talk(host, std::ref(boxes));
    bring_to(talk, S::named);
    move(talk, "refusal", "PASS wrong\r\n");
    talk.feed("AUTH LOGIN\r\n");
    REQUIRE(talk.machine.state == S::auth);
    move(talk, "response", "YWxpY2U=\r\n");
    move(talk, "refusal", "*\r\n");
    talk.feed("AUTH LOGIN\r\n");
    talk.feed("YWxpY2U=\r\n");
    move(talk, "success", "c2VjcmV0LWFsaWNl\r\n");
    talk.feed("QUIT\r\n");
    CHECK(talk.machine.state == S::update);
    CHECK(talk.closed);
    CHECK(leads("the answer to QUIT", S::update).bits == 0);
    for (const S state : {S::authorization, S::named, S::transaction}) {
        Talk silent(host, std::ref(boxes));
        bring_to(silent, state);
        silent.wake(Wake::timer);
        CHECK(silent.closed);
        CHECK(leads("silence", state).bits == 0);
    }
}

TEST_CASE("inside POP3's AUTH no verb is a verb, and a client who leaves leaves nothing open") {
    for (const pop3::ServerRow& row : pop3::server_rows()) {
        Mailboxes boxes;
        pop3::ServerHost host;
        host.mechanisms.add(sasl::Mechanism::plain);
        Talk talk(host, std::ref(boxes));
        talk.opened();
        CHECK(talk.feed("AUTH PLAIN\r\n") == "+ \r\n");
        REQUIRE(talk.machine.state == pop3::ServerState::auth);
        const std::string said = talk.feed(good_line(row.verb));
        INFO(row.verb << ": " << said);
        CHECK(said.starts_with("-ERR "));
        CHECK(talk.machine.state == pop3::ServerState::authorization);
        talk.feed("AUTH PLAIN\r\n");
        talk.wake(Wake::closed);
        CHECK(!boxes.is_open);
    }
}

TEST_CASE("what DELE marked goes at QUIT, and only then") {
    for (const bool quits : {true, false}) {
        Mailboxes boxes;
        Talk talk({}, std::ref(boxes));
        bring_to(talk, pop3::ServerState::transaction);
        talk.feed("DELE 1\r\nDELE 3\r\n");
        CHECK(boxes.commits.empty());
        if (quits) talk.feed("QUIT\r\n");
        else talk.wake(Wake::closed);
        CHECK(boxes.commits == (quits ? "1:0 2 " : "0: "));
        CHECK(!boxes.is_open);
        CHECK(talk.closed);
    }
}

TEST_CASE("a POP3 client that is silent for ten minutes is left, and nothing is deleted or said") {
    Mailboxes boxes;
    Talk talk({}, std::ref(boxes));
    bring_to(talk, pop3::ServerState::transaction);
    talk.feed("DELE 1\r\n");
    CHECK(talk.fx.wait_ns >= 600'000'000'000);  // RFC 1939 §3
    CHECK(talk.wake(Wake::timer).empty());
    CHECK(talk.closed);
    CHECK(boxes.commits == "0: ");
}

TEST_CASE("a maildrop that is opened for a client who has gone is released again") {
    Mailboxes boxes;
    Talk talk({}, std::ref(boxes));
    talk.opened();
    talk.answers_late = true;
    talk.feed("USER alice\r\nPASS secret-alice\r\n");
    REQUIRE(talk.open.kind == AskKind::maildrop);
    const KeptAsk login = talk.open;
    talk.wake(Wake::closed);
    talk.open = login;
    talk.catch_up();
    CHECK(!boxes.is_open);
    CHECK(boxes.commits == "0: ");
}

TEST_CASE("a POP3 peer that sends a line without an end is held in bounded memory") {
    Mailboxes boxes;
    Talk talk({}, std::ref(boxes));
    talk.opened();
    const std::string piece(65536, 'x');
    for (int i = 0; i < 256; ++i) {
        talk.feed(piece);
        CHECK(talk.heap.live_octets() < 4096);
    }
    CHECK(talk.feed("\r\nQUIT\r\n").starts_with("-ERR line too long\r\n+OK"));
}

TEST_CASE("a POP3 peer that sends without waiting for an answer is held in bounded memory") {
    Mailboxes boxes;
    Talk talk({}, std::ref(boxes));
    talk.opened();
    talk.answers_late = true;
    talk.feed("USER alice\r\nPASS secret-alice\r\n");
    const std::string piece(65536, '\n');
    for (int i = 0; i < 256; ++i) {
        talk.feed(piece);
        CHECK(talk.heap.live_octets() < (1U << 20));
    }
    CHECK(talk.closed);
    talk.catch_up();
    CHECK(!boxes.is_open);
}

TEST_CASE("a message with a period at each line's beginning comes through RETR unharmed") {
    Mailboxes boxes;
    Talk talk({}, std::ref(boxes));
    bring_to(talk, pop3::ServerState::transaction);
    CHECK(talk.feed("RETR 3\r\n") ==
          "+OK " + std::to_string(messages[2].size()) +
              " octets\r\nSubject: three\r\n\r\n..\r\n...two\r\nand an end without CRLF\r\n.\r\n");
    talk.feed("QUIT\r\n");
}

TEST_CASE("APOP's digest is that of RFC 1939's example") {
    CHECK(pop3::apop_digest("<1896.697170952@dbc.mtview.ca.us>", "tanstaaf") ==
          "c4c9334bac560ecc979e58001b3e22fb");
}
