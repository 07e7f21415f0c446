// The IMAP server against golden dialogues (tests/golden/imap), its own table, and bad peers.
#include "protocols/imap/server_passages.hpp"

#include <algorithm>
#include <filesystem>

#include "tests/dialogue.hpp"
#include "tests/support/imap_samples.hpp"

using namespace postroad;
using dialogue::KeptAsk;

namespace {

using Talk = dialogue::Talk<imap::Server, imap::ServerHost>;
using S = imap::ServerState;

struct Capability {
    std::string_view name;
    imap::Capability bit;
};
constexpr Capability switches[] = {
    {"rev2", imap::Capability::rev2},
    {"literal_plus", imap::Capability::literal_plus},
    {"literal_minus", imap::Capability::literal_minus},
    {"sasl_ir", imap::Capability::sasl_ir},
    {"condstore", imap::Capability::condstore},
    {"uidplus", imap::Capability::uidplus},
    {"esearch", imap::Capability::esearch},
    {"binary", imap::Capability::binary},
    {"list_extended", imap::Capability::list_extended},
};

// "all" stands for whatever can be switched off.
imap::Capabilities capabilities_of(std::string_view without) {
    imap::Capabilities out = imap::Capabilities::all();
    while (!without.empty()) {
        const std::size_t end = std::min(without.find(','), without.size());
        const std::string_view word = without.substr(0, end);
        if (word == "all") out = {};
        for (const Capability& one : switches)
            if (one.name == word) out.set(one.bit, false);
        without.remove_prefix(std::min(end + 1, without.size()));
    }
    return out;
}

imap::ServerHost host_of(const dialogue::Script& script) {
    imap::ServerHost host;
    host.name = "mail.example.org";
    const auto value = [&](const char* key) {
        const auto at = script.settings.find(key);
        return at == script.settings.end() ? std::string() : at->second;
    };
    host.capabilities = capabilities_of(value("without"));
    host.starttls = value("tls") == "on";
    host.login_in_clear = value("login_in_clear") != "off";
    host.login = value("login") != "off";
    host.greets_with_capability = value("capability") == "told";
    host.others_prefix = value("others");
    host.shared_prefix = value("shared");
    std::string_view rest = script.settings.count("mechanisms") == 0
                                ? std::string_view()
                                : script.settings.at("mechanisms");
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(','), rest.size());
        host.mechanisms.add(sasl::mechanism_named(rest.substr(0, end)));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (const std::string errors = value("errors"); !errors.empty())
        host.errors_max = static_cast<std::uint32_t>(std::stoul(errors));
    if (const std::string most = value("append_max"); !most.empty())
        host.append_octets_max = static_cast<std::uint32_t>(std::stoul(most));
    return host;
}

// A store, its one session's desk, and the talk with it.
struct Session {
    imap_model::Store store;
    imap_model::Desk desk{store};
    Talk talk;

    explicit Session(const imap::ServerHost& host, const dialogue::Script* script = nullptr)
        : talk(host, std::ref(desk)) {
        imap_model::fill(store);
        if (script == nullptr) return;
        if (script->settings.count("fails") != 0) desk.fails = script->settings.at("fails");
        desk.busy = script->settings.count("busy") != 0;
        if (script->settings.count("quota") != 0)
            store.storage_limit = std::stoul(script->settings.at("quota"));
        if (script->settings.count("forgets") != 0)
            store.find("INBOX")->forgets_before = ~std::uint64_t{0};
    }
};

std::string upper(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), to_upper);
    return out;
}

std::string verb_of_line(std::string_view line) {
    line = line.substr(0, line.find_first_of("\r\n"));
    take_word(line);
    std::string verb = upper(take_word(line));
    if (verb == "UID") verb += " " + upper(take_word(line));
    return verb;
}

// Names the row whose reply a line brings about: a literal's octets belong to its command.
struct VerbOf {
    std::string last;
    std::string operator()(const imap::Server& server, std::string_view line) {
        const bool within = server.literal_left != 0 || !server.command.empty() ||
                            server.state == S::auth || server.state == S::idle;
        if (!within) last = verb_of_line(line);
        return last;
    }
};

std::vector<std::string> scripts() {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator("tests/golden/imap"))
        if (entry.path().filename() != "matrix.txt") out.push_back(entry.path().string());
    std::sort(out.begin(), out.end());
    return out;
}

std::string name_of_script(std::string_view verb) {
    std::string out = lowered(verb);
    std::replace(out.begin(), out.end(), ' ', '_');
    return "tests/golden/imap/" + out + ".txt";
}

void bring_to(Talk& talk, S state) {
    talk.opened();
    if (state == S::not_authenticated) return;
    talk.feed("i1 LOGIN alice secret-alice\r\n");
    if (state == S::selected) talk.feed("i2 SELECT INBOX\r\n");
    REQUIRE(talk.machine.state == state);
}

imap::ServerHost open_host() {
    imap::ServerHost host;
    host.name = "mail.example.org";
    host.starttls = true;
    host.greets_with_capability = false;
    host.mechanisms.add(sasl::Mechanism::plain);
    return host;
}

// A command of each row that is understood where it is legal.
std::string good_line(std::string_view verb) {
    struct Line {
        std::string_view verb, argument;
    };
    constexpr Line lines[] = {
        {"ID", " NIL"},
        {"AUTHENTICATE", " PLAIN AGFsaWNlAHNlY3JldC1hbGljZQ=="},
        {"LOGIN", " alice secret-alice"},
        {"ENABLE", " CONDSTORE"},
        {"SELECT", " INBOX"},
        {"EXAMINE", " INBOX"},
        {"CREATE", " fresh"},
        {"DELETE", " Sent"},
        {"RENAME", " Sent Gesendet"},
        {"SUBSCRIBE", " Sent"},
        {"UNSUBSCRIBE", " Sent"},
        {"LIST", " \"\" *"},
        {"LSUB", " \"\" *"},
        {"STATUS", " INBOX (MESSAGES)"},
        {"APPEND", " INBOX {3+}\r\nabc"},
        {"GETQUOTA", " \"\""},
        {"GETQUOTAROOT", " INBOX"},
        {"SETQUOTA", " \"\" (STORAGE 512)"},
        {"SEARCH", " ALL"},
        {"SORT", " (ARRIVAL) UTF-8 ALL"},
        {"THREAD", " REFERENCES UTF-8 ALL"},
        {"FETCH", " 1 FLAGS"},
        {"STORE", " 1 FLAGS ()"},
        {"COPY", " 1 Sent"},
        {"MOVE", " 1 Sent"},
        {"UID COPY", " 1 Sent"},
        {"UID EXPUNGE", " 5"},
        {"UID FETCH", " 1 FLAGS"},
        {"UID MOVE", " 1 Sent"},
        {"UID SEARCH", " ALL"},
        {"UID SORT", " (ARRIVAL) UTF-8 ALL"},
        {"UID STORE", " 1 FLAGS ()"},
        {"UID THREAD", " REFERENCES UTF-8 ALL"},
    };
    std::string out = "t " + std::string(verb);
    for (const Line& one : lines)
        if (one.verb == verb) out += one.argument;
    return out + "\r\n";
}

}  // namespace

TEST_CASE("each golden IMAP dialogue is spoken word for word, however it is cut") {
    dialogue::Seen seen;
    for (const std::string& path : scripts()) {
        INFO(path);
        const dialogue::Script script = dialogue::read_script(path);
        Session session(host_of(script), &script);
        hold_against(path, dialogue::play<imap::Server, imap::ServerHost>(session.talk, script,
                                                                          VerbOf{}, seen));
        for (const bool late : {false, true})
            for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{1}}) {
                INFO((late ? "late answers, " : "answers at once, ") << size);
                Session again(host_of(script), &script);
                again.talk.answers_late = late;
                CHECK(dialogue::transcript(again.talk, script, size) == session.talk.out);
                CHECK(again.talk.closed == session.talk.closed);
                if (again.talk.closed) CHECK(again.desk.open == 0);
            }
    }
    // Every reply that the table allows is heard, and no other.
    for (const imap::ServerRow& row : imap::server_rows()) {
        const std::set<int>& codes = seen[std::string(row.verb)];
        INFO(row.verb);
        CHECK(std::filesystem::exists(name_of_script(row.verb)));
        for (const std::uint16_t code : row.may_reply.code)
            if (code != 0) {
                INFO(code);
                CHECK(codes.count(code) == 1);
            }
        // Any command may have literals, and be its session's last.
        for (const int code : codes) {
            INFO(code);
            CHECK((row.may_reply.has(code) || code == imap::bye || code == imap::go_on));
        }
    }
}

TEST_CASE("an IMAP command is taken in the states its row names and in no other") {
    std::string text = "# State by command (RFC 3501 §3), made from the server's table.\n";
    for (const S state : {S::not_authenticated, S::authenticated, S::selected})
        for (const imap::ServerRow& row : imap::server_rows()) {
            Session session(open_host());
            Talk& talk = session.talk;
            bring_to(talk, state);
            const std::string said = talk.feed(good_line(row.verb));
            INFO(imap::name_of(state) << ' ' << row.verb << ": " << said);
            const bool good = said.find("t OK") != said.npos || said.starts_with("+ ");
            CHECK(good == row.legal.has(state));
            if (good) CHECK(after(row, state, imap::server_passages()).has(talk.machine.state));
            if (!good) CHECK(talk.machine.state == state);
            if (!good) CHECK(said.find("t BAD") != said.npos);
            const std::size_t last = said.rfind("\r\n", said.size() - 3);
            text += std::string(imap::name_of(state)) + ' ' + std::string(row.verb) + ": " +
                    said.substr(last == said.npos ? 0 : last + 2,
                                said.size() - 2 - (last == said.npos ? 0 : last + 2)) +
                    '\n';
            talk.wake(Wake::closed);
            CHECK(session.desk.open == 0);
        }
    hold_against("tests/golden/imap/matrix.txt", text);
}

TEST_CASE("what moves an IMAP session beside its commands is in the table of passages") {
    const auto move = [&](Talk& talk, std::string_view what, std::string_view line) {
        const S from = talk.machine.state;
        INFO(what << " from " << imap::name_of(from));
        if (line.empty()) talk.wake(Wake::timer);
        else talk.feed(std::string(line));
        bool found = false;
        for (const auto& one : imap::server_passages())
            if (one.what == what && one.from.has(from)) {
                found = true;
                CHECK((one.to.bits == 0 ? talk.closed : one.to.has(talk.machine.state)));
            }
        CHECK(found);
    };
    imap::ServerHost host = open_host();
    host.mechanisms.add(sasl::Mechanism::login);
    Session session(host);
    Talk& talk = session.talk;
    talk.opened();
    talk.feed("a AUTHENTICATE LOGIN\r\n");
    REQUIRE(talk.machine.state == S::auth);
    move(talk, "response", "YWxpY2U=\r\n");
    CHECK(talk.machine.state == S::auth);
    move(talk, "refusal", "*\r\n");
    talk.feed("b AUTHENTICATE LOGIN\r\n");
    talk.feed("YWxpY2U=\r\n");
    move(talk, "success", "c2VjcmV0LWFsaWNl\r\n");
    CHECK(talk.machine.state == S::authenticated);
    talk.feed("c IDLE\r\n");
    move(talk, "DONE", "DONE\r\n");
    CHECK(talk.machine.state == S::authenticated);
    talk.feed("d SELECT INBOX\r\n");
    talk.feed("e IDLE\r\n");
    move(talk, "DONE", "DONE\r\n");
    CHECK(talk.machine.state == S::selected);
    move(talk, "SELECT refused", "f SELECT nowhere\r\n");
    CHECK(talk.machine.state == S::authenticated);
    for (const S state : {S::not_authenticated, S::authenticated, S::selected}) {
        Session silent(host);
        bring_to(silent.talk, state);
        move(silent.talk, "BYE", "");
        CHECK(silent.talk.closed);
    }
}

TEST_CASE("inside IMAP's AUTHENTICATE and IDLE no command is a command") {
    for (const imap::ServerRow& row : imap::server_rows()) {
        Session session(open_host());
        Talk& talk = session.talk;
        talk.opened();
        CHECK(talk.feed("a AUTHENTICATE PLAIN\r\n") == "+ \r\n");
        REQUIRE(talk.machine.state == S::auth);
        std::string line = good_line(row.verb);
        line = line.substr(0, line.find("\r\n") + 2);
        CHECK(talk.feed(line) == "a BAD not base64\r\n");
        CHECK(talk.machine.state == S::not_authenticated);
        talk.feed("b LOGIN alice secret-alice\r\nc SELECT INBOX\r\n");
        CHECK(talk.feed("d IDLE\r\n") == "+ idling\r\n");
        REQUIRE(talk.machine.state == S::idle);
        CHECK(talk.feed(line) == "d BAD IDLE ends with DONE, and nothing else\r\n");
        CHECK(talk.machine.state == S::selected);
    }
}

TEST_CASE("an IMAP client that is silent is told good-bye, and its mailbox is let go of") {
    Session session(open_host());
    bring_to(session.talk, S::selected);
    CHECK(session.talk.fx.wait_ns >= 1'800'000'000'000);  // RFC 3501 §5.4
    CHECK(session.desk.open != 0);
    CHECK(session.talk.wake(Wake::timer) == "* BYE silent for too long; good-bye\r\n");
    CHECK(session.talk.closed);
    CHECK(session.desk.open == 0);
}

TEST_CASE("a mailbox that is opened for an IMAP client who has gone is let go of again") {
    Session session(open_host());
    Talk& talk = session.talk;
    bring_to(talk, S::authenticated);
    talk.answers_late = true;
    talk.feed("a SELECT INBOX\r\n");
    REQUIRE(talk.open.c == "SELECT");
    const KeptAsk select = talk.open;
    talk.wake(Wake::closed);
    talk.open = select;
    talk.catch_up();
    CHECK(session.desk.open == 0);
}

TEST_CASE("an IMAP peer that sends a line without an end is held in bounded memory") {
    Session session(open_host());
    Talk& talk = session.talk;
    bring_to(talk, S::authenticated);
    const std::string piece(65536, 'x');
    for (int i = 0; i < 256; ++i) {
        talk.feed(piece);
        CHECK(talk.heap.live_octets() < (1U << 18));
    }
    CHECK(talk.feed("\r\nt NOOP\r\n").starts_with("* BAD line too long\r\nt OK"));
}

TEST_CASE("an IMAP peer that announces much or sends many literals is held in bounded memory") {
    imap::ServerHost host = open_host();
    host.append_octets_max = 100'000;
    const std::string piece(65536, 'x');
    for (const bool known : {false, true}) {
        Session session(host);
        Talk& talk = session.talk;
        bring_to(talk, known ? S::authenticated : S::not_authenticated);
        CHECK(talk.feed(known ? "a CREATE {4294967296}\r\n" : "a LOGIN {4294967296}\r\n") ==
              "a BAD [TOOBIG] more than is taken here\r\n");
        talk.feed(known ? "b CREATE {16777216+}\r\n" : "b LOGIN {16777216+}\r\n");
        for (int i = 0; i < 256; ++i) {
            CHECK(talk.feed(piece).empty());
            CHECK(talk.heap.live_octets() + talk.machine.message.size < (1U << 18));
        }
        CHECK(talk.feed("\r\n") == "b BAD [TOOBIG] more than is taken here\r\n");
        std::string said = talk.feed(known ? "c CREATE " : "c LOGIN ");
        for (int i = 0; i < 200'000 && said.empty(); ++i) {
            said = talk.feed("{1+}\r\nx");
            REQUIRE(talk.heap.live_octets() < (1U << 20));
            if (i == 100'000) said = talk.feed("\r\n");
        }
        CHECK(said == "c BAD [TOOBIG] more than is taken here\r\n");
    }
}

TEST_CASE("an IMAP peer that sends without waiting for an answer is held in bounded memory") {
    imap::ServerHost host = open_host();
    host.append_octets_max = 100'000;
    Session session(host);
    Talk& talk = session.talk;
    talk.opened();
    talk.answers_late = true;
    talk.feed("a LOGIN alice secret-alice\r\n");
    const std::string piece(65536, '\n');
    for (int i = 0; i < 256; ++i) {
        talk.feed(piece);
        CHECK(talk.heap.live_octets() < (1U << 20));
    }
    CHECK(talk.closed);
    talk.catch_up();
}

TEST_CASE("APPEND's message reaches the store as one text that nothing was added to") {
    Session session(open_host());
    Talk& talk = session.talk;
    bring_to(talk, S::authenticated);
    std::string message = "Subject: long\r\n\r\n";
    while (message.size() < 300'000) message += "a line of the body, {17}\r\n";
    CHECK(talk.feed("a APPEND Sent {" + std::to_string(message.size()) + "}\r\n") ==
          "+ go ahead\r\n");
    for (std::size_t at = 0; at < message.size(); at += 1000)
        CHECK(talk.feed(std::string_view(message).substr(at, 1000)).empty());
    CHECK(talk.feed("\r\n").starts_with("a OK [APPENDUID "));
    CHECK(session.store.find("Sent")->messages.at(0).text == message);
}

TEST_CASE("what comes in the clear behind STARTTLS is forgotten, or a fault runs it") {
    for (const bool keeps : {false, true}) {
        imap::ServerHost host = open_host();
        host.keeps_behind_tls = keeps;
        Session session(host);
        session.talk.opened();
        session.talk.feed("a STARTTLS\r\nb NOOP\r\n");
        CHECK((session.talk.out.find("b OK") != std::string::npos) == keeps);
    }
}

TEST_CASE("an IMAP store that fails in the middle never leaves a command without its reply") {
    for (const imap::ServerRow& row : imap::server_rows()) {
        if (row.asks != AskKind::store) continue;
        Session session(open_host());
        Talk& talk = session.talk;
        bring_to(talk, S::selected);
        session.desk.fails = "all";
        const std::string said = talk.feed(good_line(row.verb));
        INFO(row.verb << ": " << said);
        const bool replied = said.find("t NO [SERVERBUG]") != said.npos ||
                             said.find("t OK") != said.npos || said.find("* BYE") != said.npos;
        CHECK(replied);
    }
}

TEST_CASE("two IMAP sessions: EXPUNGE waits for a command that may hear it, IDLE hears at once") {
    imap_model::Store store;
    imap_model::fill(store);
    imap_model::Desk mine(store), other(store);
    Talk reader(open_host(), std::ref(mine)), cleaner(open_host(), std::ref(other));
    bring_to(reader, S::selected);
    bring_to(cleaner, S::selected);
    cleaner.feed("x STORE 1 +FLAGS.SILENT (\\Deleted)\r\nx EXPUNGE\r\n");
    CHECK(reader.wake(Wake::changed).empty());
    // RFC 3501 §7.4.1: message 2 stays message 2 while a FETCH is answered; 1 cannot be read.
    CHECK(reader.feed("a FETCH 1:2 UID\r\n") ==
          "* 1 FETCH (UID 1)\r\n* 2 FETCH (UID 2)\r\na OK fetched\r\n");
    CHECK(reader.feed("b FETCH 1:2 UID\r\n") ==
          "* 2 FETCH (UID 2)\r\n"
          "b NO [EXPUNGEISSUED] some of these messages are there no more\r\n");
    CHECK(reader.feed("c UID SEARCH ALL\r\n") ==
          "* SEARCH 2 4\r\n* 1 EXPUNGE\r\n* 3 EXPUNGE\r\n* 1 RECENT\r\nc OK searched\r\n");
    CHECK(reader.feed("d IDLE\r\n") == "+ idling\r\n");
    cleaner.feed("x APPEND INBOX {5+}\r\nhello\r\nx STORE 1 +FLAGS (\\Flagged)\r\n");
    CHECK(reader.wake(Wake::changed) ==
          "* 3 EXISTS\r\n* 1 FETCH (FLAGS (\\Flagged \\Seen $Work))\r\n");
    CHECK(reader.feed("DONE\r\n") == "d OK idled\r\n");
}

TEST_CASE("who guesses passwords of an IMAP account is sent away") {
    imap::ServerHost host = open_host();
    host.errors_max = 3;
    Session session(host);
    session.talk.opened();
    const std::string said = session.talk.feed(
        "a LOGIN alice a\r\nb LOGIN alice b\r\nc LOGIN alice c\r\nd LOGIN alice secret-alice\r\n");
    CHECK(said.find("c NO [AUTHENTICATIONFAILED]") != said.npos);
    CHECK(said.ends_with("* BYE too many errors, closing; good-bye\r\n"));
    CHECK(session.talk.closed);
}
