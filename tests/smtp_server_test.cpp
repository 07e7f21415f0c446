// The SMTP server, and as an LMTP server, against golden dialogues (tests/golden/{smtp,lmtp}), its
// own table, and bad peers.
#include "protocols/smtp/server_passages.hpp"

#include <algorithm>
#include <filesystem>

#include "tests/dialogue.hpp"
#include "tests/support/sasl_desk.hpp"

using namespace postroad;
using dialogue::KeptAsk;

namespace {

using Talk = dialogue::Talk<smtp::Server, smtp::ServerHost>;

// "c451@example.org" has code 451 as its answer, "no@…" a plain no.
std::uint16_t wanted_code(std::string_view text) {
    return text.size() >= 4 && text[0] == 'c'
               ? static_cast<std::uint16_t>(parse_number(text.substr(1, 3)).value_or(0))
               : std::uint16_t{0};
}

// A host with the mailboxes bob, carol and dave at example.org, and the list staff.
struct Host {
    std::string text;                   // keeps what an answer shows
    std::vector<std::string> accepted;  // contents

    void operator()(smtp::Server& machine, Heap& heap, const KeptAsk& ask, Answer& out) {
        out.code = wanted_code(ask.a);
        if (out.code != 0) {
            out.ok = out.exists = out.code < 300;
            out.text = "as you wish";
            out.enhanced = out.code >= 500 ? "5.0.0" : out.code >= 400 ? "4.0.0" : "2.0.0";
        }
        const bool no = ask.a.starts_with("no");
        switch (ask.kind) {
            case AskKind::client_name: break;
            case AskKind::sender: out.ok = out.ok && !no; break;
            case AskKind::recipient:
                out.exists = !no;
                if (ask.a.ends_with("elsewhere.example") && !machine.authenticated)
                    out.relay = Relay::deny;
                break;
            case AskKind::verify:
                out.exists = !no;
                if (out.code == 0) out.text = "Bob <bob@example.org>";
                break;
            case AskKind::expand:
                out.exists = !no;
                if (out.code == 0) out.text = "Bob <bob@example.org>\nCarol <carol@example.org>";
                break;
            case AskKind::authenticate:
                if (const auto code = wanted_code(answer_sasl(machine, heap, ask, out, text, true))) {
                    out.ok = false;
                    out.code = code;
                    out.text = "as you wish";
                    out.enhanced = "4.0.0";
                }
                break;
            case AskKind::accept:
                accept(std::string(heap.view(machine.content)), out);
                if (text.empty()) out.text = text = verdicts(machine, heap);
                break;
            default: FAIL("an SMTP server does not ask this");
        }
    }

  private:
    // "For each" as the content's first words: by LMTP "full…" is full, "gone…" is gone.
    static std::string verdicts(const smtp::Server& machine, const Heap& heap) {
        std::string out;
        for (std::uint32_t i = 0; i < machine.forward_paths.size(); ++i) {
            const std::string_view path = heap.view(heap.get(machine.forward_paths, i));
            out += path.starts_with("full")   ? "452 4.2.2 the mailbox is full\n"
                   : path.starts_with("gone") ? "550 5.1.1 no such mailbox any more\n"
                   : path.starts_with("bare") ? "250 taken\n"
                                              : "250 2.1.5 delivered\n";
        }
        return out;
    }

    void accept(const std::string& content, Answer& out) {
        if (content.starts_with("For each")) {
            accepted.push_back(content);
            text.clear();
            return;
        }
        out.code = content.starts_with("Answer: ") ? wanted_code(content.substr(8)) : 0;
        out.ok = out.code == 0;
        out.enhanced = out.code >= 500 ? "5.0.0" : "4.0.0";
        out.text = text = out.ok ? "Q" + std::to_string(accepted.size() + 1) : "as you wish";
        if (out.ok) accepted.push_back(content);
    }
};

sasl::Mechanisms mechanisms_of(const dialogue::Script& script) {
    sasl::Mechanisms out;
    const auto at = script.settings.find("mechanisms");
    std::string_view rest = at == script.settings.end() ? std::string_view("PLAIN") : at->second;
    while (!rest.empty()) {
        out.add(sasl::mechanism_named(rest.substr(0, rest.find(','))));
        rest.remove_prefix(std::min(rest.size(), rest.find(',') == rest.npos ? rest.size() : rest.find(',') + 1));
    }
    return out;
}

smtp::ServerHost host_of(const dialogue::Script& script) {
    smtp::ServerHost host;
    host.name = "mail.example.org";
    const auto value = [&](const char* key) {
        const auto at = script.settings.find(key);
        return at == script.settings.end() ? std::string() : at->second;
    };
    host.offers_auth = value("auth") == "on";
    host.mechanisms = mechanisms_of(script);
    host.submission = value("submission") == "on";
    host.lmtp = value("lmtp") == "on";
    if (host.lmtp) host.greeting = "LMTP Postroad";
    host.esmtp = value("esmtp") != "off";
    host.no_service = value("no_service") == "on";
    host.offers_tls = value("tls") == "on";
    host.auth_in_clear = value("auth_in_clear") != "off";
    if (value("extensions") == "none") host.extensions.bits = 0;
    if (!value("size").empty()) host.size_octets_max = std::stoul(value("size"));
    const auto small = [&](const char* key, std::uint32_t& out) {
        if (!value(key).empty()) out = static_cast<std::uint32_t>(std::stoul(value(key)));
    };
    small("recipients", host.recipients_max);
    small("errors", host.errors_max);
    return host;
}

std::string verb_of(const smtp::Server& server, std::string_view line) {
    if (server.state == smtp::ServerState::content) return "DATA";
    if (server.state == smtp::ServerState::auth) return "AUTH";
    std::string verb(take_word(line = line.substr(0, line.find_first_of("\r\n"))));
    std::transform(verb.begin(), verb.end(), verb.begin(), to_upper);
    return verb;
}

std::vector<std::string> scripts() {
    std::vector<std::string> out;
    for (const char* folder : {"tests/golden/smtp", "tests/golden/lmtp"})
        for (const auto& entry : std::filesystem::directory_iterator(folder))
            if (entry.path().filename() != "matrix.txt") out.push_back(entry.path().string());
    std::sort(out.begin(), out.end());
    return out;
}

void bring_to(Talk& talk, smtp::ServerState state) {
    using S = smtp::ServerState;
    talk.opened();
    if (state == S::connected) return;
    talk.feed(talk.host.lmtp ? "LHLO client.example.net\r\n" : "EHLO client.example.net\r\n");
    if (state == S::auth) talk.feed("AUTH PLAIN\r\n");
    if (state == S::ready || state == S::auth) return;
    talk.feed("MAIL FROM:<alice@example.net>\r\n");
    if (state == S::mail) return;
    talk.feed("RCPT TO:<bob@example.org>\r\n");
    if (state == S::content) talk.feed("DATA\r\n");
}

std::string good_line(std::string_view verb) {
    if (verb == "EHLO" || verb == "HELO" || verb == "LHLO") return std::string(verb) + " client.example.net\r\n";
    if (verb == "MAIL") return "MAIL FROM:<alice@example.net>\r\n";
    if (verb == "RCPT") return "RCPT TO:<bob@example.org>\r\n";
    if (verb == "VRFY") return "VRFY bob\r\n";
    if (verb == "EXPN") return "EXPN staff\r\n";
    if (verb == "AUTH") return "AUTH PLAIN AGFsaWNlAHNlY3JldC1hbGljZQ==\r\n";
    return std::string(verb) + "\r\n";
}

}  // namespace

TEST_CASE("each golden SMTP dialogue is spoken word for word, however it is cut") {
    dialogue::Seen seen;
    for (const std::string& path : scripts()) {
        INFO(path);
        const dialogue::Script script = dialogue::read_script(path);
        Host host;
        Talk talk(host_of(script), std::ref(host));
        hold_against(path, dialogue::play<smtp::Server, smtp::ServerHost>(
                                         talk, script, verb_of, seen));
        for (const bool late : {false, true})
            for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{1}}) {
                Host again;
                Talk cut(host_of(script), std::ref(again));
                cut.answers_late = late;
                CHECK(dialogue::transcript(cut, script, size) == talk.out);
                CHECK(cut.closed == talk.closed);
                CHECK(again.accepted == host.accepted);
            }
    }
    // Every reply that the table allows is heard. Replies of the session itself come on top:
    // out of order, unknown here, closing.
    for (const smtp::ServerRow& row : smtp::server_rows()) {
        std::set<int> codes = seen[std::string(row.verb)];
        INFO(row.verb);
        for (const std::uint16_t code : row.may_reply.code)
            if (code != 0) {
                INFO(code);
                CHECK(codes.count(code) == 1);
            }
        for (const int code : codes)
            if (!row.may_reply.has(code)) {
                INFO(code);
                CHECK((code == 500 || code == 502 || code == 503 || code == 421));
            }
    }
}

TEST_CASE("an SMTP verb is taken in the states its row names and in no other") {
    std::string text = "# State by verb (RFC 5321 §4.1.4), made from the server's table.\n";
    using S = smtp::ServerState;
    for (const S state : {S::connected, S::ready, S::mail, S::recipients})
        for (const smtp::ServerRow& row : smtp::server_rows()) {
            Host host;
            smtp::ServerHost settings;
            settings.name = "mail.example.org";
            settings.offers_auth = true;
            settings.offers_tls = true;
            Talk talk(settings, std::ref(host));
            bring_to(talk, state);
            REQUIRE(talk.machine.state == state);
            talk.feed(good_line(row.verb));
            const int code = talk.replies.back().first;
            const std::string& line = talk.replies.back().second;
            INFO(smtp::name_of(state) << ' ' << row.verb << ": " << line);
            CHECK((code != 503) == row.legal.has(state));
            if (code == 503) CHECK(talk.machine.state == state);
            else CHECK(row.may_reply.has(row.verb == "LHLO" ? 250 : code));
            if (row.verb == "LHLO") CHECK(code == 500);  // RFC 2033 §4.1: that is LMTP
            if (code < 400) {
                const auto goal = after(row, state, smtp::server_passages());
                CHECK((goal.bits == 0 ? talk.closed : goal.has(talk.machine.state)));
            }
            text += std::string(smtp::name_of(state)) + ' ' + std::string(row.verb) + ": " +
                    line.substr(0, line.find("\r\n")) + '\n';
        }
    hold_against("tests/golden/smtp/matrix.txt", text);
}

TEST_CASE("an LMTP verb is taken in the states its row names, and the greetings of SMTP nowhere") {
    std::string text = "# LMTP: state by verb (RFC 2033 §4), made from the server's table.\n";
    using S = smtp::ServerState;
    for (const S state : {S::connected, S::ready, S::mail, S::recipients})
        for (const smtp::ServerRow& row : smtp::server_rows()) {
            Host host;
            smtp::ServerHost settings;
            settings.name = "mail.example.org";
            settings.lmtp = settings.offers_tls = true;
            Talk talk(settings, std::ref(host));
            bring_to(talk, state);
            REQUIRE(talk.machine.state == state);
            talk.feed(good_line(row.verb));
            const int code = talk.replies.back().first;
            const std::string& line = talk.replies.back().second;
            INFO(smtp::name_of(state) << ' ' << row.verb << ": " << line);
            if (row.verb == "EHLO" || row.verb == "HELO") CHECK(code == 500);  // RFC 2033 §4.1
            if (code >= 500) CHECK(talk.machine.state == state);
            text += std::string(smtp::name_of(state)) + ' ' + std::string(row.verb) + ": " +
                    line.substr(0, line.find("\r\n")) + '\n';
        }
    hold_against("tests/golden/lmtp/matrix.txt", text);
}

TEST_CASE("by LMTP there are as many replies as recipients, and none of them counts as a mistake") {
    Host host;
    smtp::ServerHost settings;
    settings.lmtp = true;
    settings.errors_max = 5;
    settings.size_octets_max = 1000;
    for (const bool too_large : {false, true}) {
        Talk talk(settings, std::ref(host));
        bring_to(talk, smtp::ServerState::mail);
        for (int i = 0; i < 60; ++i)
            talk.feed("RCPT TO:<gone" + std::to_string(i) + "@example.org>\r\n");
        talk.feed("DATA\r\n");
        const std::size_t before = talk.replies.size();
        talk.feed("For each\r\n" + std::string(too_large ? 2000 : 20, 'x') + "\r\n.\r\n");
        CHECK(talk.replies.size() - before == 60);
        for (std::size_t i = before; i < talk.replies.size(); ++i)
            CHECK(talk.replies[i].first == (too_large ? 552 : 550));
        CHECK(talk.feed("NOOP\r\n") == "250 2.0.0 ok\r\n");
        CHECK(talk.machine.transactions == 0);
    }
}

TEST_CASE("where verdicts are missing by LMTP, the answer's own stands for the rest") {
    Host host;
    smtp::ServerHost settings;
    settings.lmtp = true;
    Talk talk(settings, std::ref(host));
    talk.desk = [&](smtp::Server& machine, Heap& heap, const KeptAsk& ask, Answer& out) {
        if (ask.kind != AskKind::accept) return host(machine, heap, ask, out);
        out.text = "250 2.1.5 delivered\n354 go on\n";
    };
    bring_to(talk, smtp::ServerState::recipients);
    talk.feed("RCPT TO:<carol@example.org>\r\nRCPT TO:<dave@example.org>\r\nDATA\r\n");
    CHECK(talk.feed("x\r\n.\r\n") ==
          "250 2.1.5 delivered\r\n250 2.1.5 delivered\r\n250 2.1.5 delivered\r\n");
}

TEST_CASE("inside AUTH no verb is a verb") {
    for (const smtp::ServerRow& row : smtp::server_rows()) {
        Host host;
        smtp::ServerHost settings;
        settings.offers_auth = true;
        Talk talk(settings, std::ref(host));
        bring_to(talk, smtp::ServerState::auth);
        REQUIRE(talk.machine.state == smtp::ServerState::auth);
        const std::string said = talk.feed(good_line(row.verb));
        INFO(row.verb << ": " << said);
        CHECK(said.starts_with("501 5.5.2 "));
        CHECK(talk.machine.state == smtp::ServerState::ready);
        CHECK(talk.machine.exchange.memory.empty());
    }
}

TEST_CASE("a response of 12,288 octets is read, a longer one ends AUTH and nothing else") {
    Host host;
    smtp::ServerHost settings;
    settings.offers_auth = true;
    Talk talk(settings, std::ref(host));
    bring_to(talk, smtp::ServerState::auth);
    CHECK(talk.feed(std::string(12284, 'A') + "\r\n").starts_with("501 5.5.2 "));
    talk.feed("AUTH PLAIN\r\n");
    CHECK(talk.feed(std::string(12288, 'A') + "\r\n").starts_with("500 5.5.6 "));  // RFC 4954 §4
    CHECK(talk.machine.state == smtp::ServerState::ready);
    CHECK(talk.feed("NOOP\r\n") == "250 2.0.0 ok\r\n");
}

TEST_CASE("inside the content no verb is a verb") {
    for (const smtp::ServerRow& row : smtp::server_rows()) {
        Host host;
        Talk talk({}, std::ref(host));
        bring_to(talk, smtp::ServerState::content);
        CHECK(talk.feed(good_line(row.verb)).empty());
        CHECK(talk.feed(".\r\n") == "250 2.0.0 queued as Q1\r\n");
        CHECK(host.accepted == std::vector<std::string>{good_line(row.verb)});
    }
}

TEST_CASE("a thousand recipients are taken or told that they are too many, in bounded memory") {
    Host host;
    Talk talk({}, std::ref(host));
    bring_to(talk, smtp::ServerState::mail);
    int taken = 0;
    int refused = 0;
    for (int i = 0; i < 1000; ++i) {
        const std::string said =
            talk.feed("RCPT TO:<user" + std::to_string(i) + "@example.org>\r\n");
        taken += said.starts_with("250 ") ? 1 : 0;
        refused += said.starts_with("452 4.5.3 ") ? 1 : 0;
        CHECK(talk.heap.live_octets() < 32768);
    }
    CHECK(taken == 100);  // RFC 5321 §4.5.3.1.8
    CHECK(refused == 900);
    CHECK(talk.feed("DATA\r\n.\r\n") ==
          "354 end data with <CR><LF>.<CR><LF>\r\n250 2.0.0 queued as Q1\r\n");
}

TEST_CASE("an SMTP peer that sends a line without an end is held in bounded memory") {
    Host host;
    Talk talk({}, std::ref(host));
    talk.opened();
    const std::string piece(1U << 20, 'x');
    for (int i = 0; i < 1024; ++i) {  // a gigabyte
        talk.feed(piece);
        CHECK(talk.heap.live_octets() < 65536);
    }
    CHECK(talk.feed("\r\nNOOP\r\n") == "500 5.5.2 line too long\r\n250 2.0.0 ok\r\n");
}

TEST_CASE("content beyond the limit is thrown away as it comes") {
    Host host;
    smtp::ServerHost settings;
    settings.size_octets_max = 100'000;
    Talk talk(settings, std::ref(host));
    bring_to(talk, smtp::ServerState::content);
    const std::string piece(1U << 20, 'x');  // one line without an end
    for (int i = 0; i < 64; ++i) {
        talk.feed(piece);
        CHECK(talk.heap.live_octets() < 300'000);
    }
    CHECK(talk.feed("\r\n.\r\n").starts_with("552 5.3.4 "));
    CHECK(talk.machine.state == smtp::ServerState::ready);
    CHECK(host.accepted.empty());
}

TEST_CASE("an endless header fills no more than the size limit") {
    Host host;
    smtp::ServerHost settings;
    settings.size_octets_max = 100'000;
    Talk talk(settings, std::ref(host));
    bring_to(talk, smtp::ServerState::content);
    for (int i = 0; i < 100'000; ++i) {
        talk.feed("X-Header: again and again\r\n");
        if (talk.heap.live_octets() > 300'000) FAIL("the heap grows");
    }
    CHECK(talk.feed(".\r\n").starts_with("552 5.3.4 "));
}

TEST_CASE("an SMTP peer that sends without waiting for an answer is held in bounded memory") {
    Host host;
    Talk talk({}, std::ref(host));
    bring_to(talk, smtp::ServerState::ready);
    talk.answers_late = true;
    talk.feed("MAIL FROM:<alice@example.net>\r\n");
    const std::string piece(65536, 'x');
    for (int i = 0; i < 256; ++i) {
        talk.feed(piece);
        CHECK(talk.heap.live_octets() < (1U << 20));
    }
    CHECK(talk.closed);
    CHECK(talk.replies.back().first == 421);
}

TEST_CASE("endless errors end the session with 421") {
    Host host;
    Talk talk({}, std::ref(host));
    talk.opened();
    int sent = 0;
    while (!talk.closed && sent < 1000) {
        talk.feed("COFFEE\r\n");
        ++sent;
    }
    CHECK(sent == 20);
    CHECK(talk.replies.back().first == 421);
}

TEST_CASE("bare line ends, NUL and 8-bit octets in content arrive as they were sent") {
    Host host;
    Talk talk({}, std::ref(host));
    bring_to(talk, smtp::ServerState::content);
    const std::string content("a\rb\n.\n\0c\xff\r\n.\rd\r\n", 16);
    std::string wire;
    message::Stuffer stuffer;
    message::stuff_piece(stuffer, content, wire);
    message::stuff_end(stuffer, wire);
    CHECK(talk.feed(wire).starts_with("250 "));
    CHECK(host.accepted == std::vector<std::string>{content});
}

TEST_CASE("an SMTP client that is silent for five minutes hears 421 and is left") {
    Host host;
    Talk talk({}, std::ref(host));
    bring_to(talk, smtp::ServerState::mail);
    CHECK(talk.fx.wait_ns == 300'000'000'000);  // RFC 5321 §4.5.3.2.7
    CHECK(talk.wake(Wake::timer).starts_with("421 4.4.2 "));
    CHECK(talk.closed);
}

TEST_CASE("what comes in the clear behind STARTTLS is thrown away and counted") {
    Host host;
    smtp::ServerHost settings;
    settings.offers_tls = true;
    Talk talk(settings, std::ref(host));
    bring_to(talk, smtp::ServerState::ready);
    talk.drive({Wake::bytes, "STARTTLS\r\nMAIL FROM:<mallory@example.net>\r\n", nullptr});
    CHECK(talk.fx.behind_tls == 33);
    CHECK(talk.wake(Wake::tls_up).empty());
    CHECK(talk.machine.pending.empty());
    CHECK(talk.machine.state == smtp::ServerState::connected);
    CHECK(talk.feed("MAIL FROM:<alice@example.net>\r\n").starts_with("503 "));  // §4.2: EHLO first
}

TEST_CASE("a vulnerable server runs what was injected as if TLS had brought it") {
    Host host;
    smtp::ServerHost settings;
    settings.offers_tls = settings.keeps_behind_tls = true;
    Talk talk(settings, std::ref(host));
    bring_to(talk, smtp::ServerState::ready);
    talk.drive({Wake::bytes, "STARTTLS\r\nEHLO mallory.example\r\nNOOP\r\n", nullptr});
    CHECK(talk.fx.behind_tls == 28);
    const std::string said = talk.wake(Wake::tls_up);
    CHECK(said.find("250 2.0.0 ok\r\n") != std::string::npos);
    CHECK(talk.machine.state == smtp::ServerState::ready);
}

TEST_CASE("TLS before the first word leaves nothing to ask for") {
    Host host;
    smtp::ServerHost settings;
    settings.offers_tls = settings.offers_auth = true;
    settings.auth_in_clear = false;
    Talk talk(settings, std::ref(host));
    talk.wake(Wake::tls_up);
    talk.opened();
    const std::string said = talk.feed("EHLO client.example.net\r\n");
    CHECK(said.find("STARTTLS") == std::string::npos);
    CHECK(said.find("AUTH PLAIN") != std::string::npos);
}
