// What moves an SMTP session beside its verbs' good replies, against the table that says so.
#include "protocols/smtp/server_passages.hpp"

#include "tests/dialogue.hpp"
#include "tests/support/sasl_desk.hpp"

using namespace postroad;
using dialogue::KeptAsk;

namespace {

using S = smtp::ServerState;
using Talk = dialogue::Talk<smtp::Server, smtp::ServerHost>;

// A host that takes everything, but no content that begins with "No".
struct Host {
    std::string text;
    void operator()(smtp::Server& machine, Heap& heap, const KeptAsk& ask, Answer& out) {
        if (ask.kind == AskKind::authenticate) answer_sasl(machine, heap, ask, out, text, true);
        else if (ask.kind == AskKind::accept) out.ok = !heap.view(machine.content).starts_with("No");
    }
};

smtp::ServerHost settings() {
    smtp::ServerHost out;
    out.offers_auth = true;
    out.mechanisms.add(sasl::Mechanism::login);
    return out;
}

// Says it (nothing: is silent for too long), and holds what follows against the passage.
void move(Talk& talk, std::string_view what, std::string_view line) {
    const S from = talk.machine.state;
    INFO(what << " from " << smtp::name_of(from));
    if (line.empty()) talk.wake(Wake::timer);
    else talk.feed(std::string(line));
    bool found = false;
    for (const auto& one : smtp::server_passages())
        if (one.what == what && one.from.has(from)) {
            found = true;
            CHECK((one.to.bits == 0 ? talk.closed : one.to.has(talk.machine.state)));
        }
    CHECK(found);
}

}  // namespace

TEST_CASE("what moves an SMTP session beside its verbs is in the table of passages") {
    Host host;
    Talk talk(settings(), std::ref(host));
    talk.opened();
    talk.feed("EHLO client.example.net\r\n");
    talk.feed("AUTH LOGIN\r\n");
    REQUIRE(talk.machine.state == S::auth);
    move(talk, "response", "YWxpY2U=\r\n");
    CHECK(talk.machine.state == S::auth);
    move(talk, "refusal", "*\r\n");
    talk.feed("AUTH LOGIN\r\n");
    talk.feed("YWxpY2U=\r\n");
    move(talk, "success", "c2VjcmV0LWFsaWNl\r\n");
    CHECK(talk.machine.authenticated == 1);
    for (const char* const content : {"Yes\r\n.\r\n", "No\r\n.\r\n"}) {
        talk.feed("MAIL FROM:<alice@example.net>\r\n");
        CHECK(talk.machine.state == S::mail);
        move(talk, "DATA", "DATA\r\n");  // nobody is to have it
        talk.feed("RCPT TO:<bob@example.org>\r\n");
        CHECK(talk.machine.state == S::recipients);
        talk.feed("DATA\r\n");
        REQUIRE(talk.machine.state == S::content);
        move(talk, "end of data", content);
    }
}

TEST_CASE("silence ends an SMTP session in every state") {
    constexpr const char* words[] = {"EHLO client.example.net\r\n", "MAIL FROM:<alice@example.net>\r\n",
                                     "RCPT TO:<bob@example.org>\r\n", "DATA\r\n"};
    for (std::size_t said = 0; said <= 5; ++said) {
        Host host;
        Talk talk(settings(), std::ref(host));
        talk.opened();
        for (std::size_t i = 0; i < std::min<std::size_t>(said, 4) && said != 5; ++i) talk.feed(words[i]);
        if (said == 5) talk.feed("EHLO client.example.net\r\nAUTH LOGIN\r\n");
        CHECK(talk.machine.state == static_cast<S>(said));
        move(talk, "421", "");
        CHECK(talk.replies.back().first == 421);
    }
}
