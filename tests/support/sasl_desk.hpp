// What a test's desk answers to AskKind::authenticate: everybody's password is "secret-" and the
// name, everybody's token "good.token", and the nonce is always the same.
#pragma once

#include <string>

#include "protocols/base/machine.hpp"
#include "protocols/sasl/exchange.hpp"
#include "tests/catch.hpp"

namespace postroad {

inline sasl::ServerSettings sasl_settings() {
    sasl::ServerSettings out;
    out.host_name = "mail.example.org";
    out.nonce = "3rfcNHYJY1ZVvWVs7j";
    out.salt = "salt of the host";
    out.unix_s = 697170952;
    out.password_of = [](std::string_view user) -> std::optional<std::string> {
        return "secret-" + std::string(user);
    };
    out.token_problem = [](std::string_view, std::string_view token) {
        return std::string(token == "good.token" ? "" : "the token is not good");
    };
    return out;
}

// `text` keeps what the answer shows. Gives whom it is about.
template <class Machine, class Asked>
std::string answer_sasl(Machine& machine, Heap& heap, const Asked& ask, Answer& out,
                        std::string& text, bool smtp) {
    const sasl::Result result = sasl::server_step(
        machine.exchange, sasl::mechanism_named(ask.a), machine.exchange.memory.empty(),
        ask.number == 1, ask.b, sasl_settings(), heap);
    out.ok = !result.is(sasl::Result::Kind::failure);
    out.number = result.is(sasl::Result::Kind::go_on) ? 1 : 0;
    text = out.number == 1 ? result.text : out.ok ? result.user : result.malformed ? result.why : "";
    out.text = text;
    if (!out.ok && result.malformed && smtp) {
        out.code = 501;
        out.enhanced = "5.5.2";
    }
    return result.user;
}

// What a client's owner answers to AskKind::respond who knows these mechanisms.
template <class Machine>
void respond_sasl(Machine& machine, Heap& heap, const Ask& ask, Answer& out, std::string& text,
                  sasl::Mechanism known) {
    sasl::ClientSettings settings;
    settings.user = "alice";
    settings.password = "secret-alice";
    settings.token = "good.token";
    settings.nonce = "fyko+d2lbbFgONRv9qkxdawL";
    sasl::Result result;
    if (ask.c == "BEGIN") {
        out.ok = machine.mechanisms.has(known);
        if (!out.ok) return;
        result = sasl::client_begin(machine.exchange, known, settings, heap);
        out.enhanced = sasl::name_of(known);
        out.exists = sasl::traits_of(known).client_first;
    } else {
        const std::string challenge(ask.b);
        result = sasl::client_step(machine.exchange, challenge, settings, heap);
    }
    out.ok = result.is(sasl::Result::Kind::go_on);
    text = out.ok ? result.text : result.why;
    out.text = text;
}

// What a mail program would answer to AskKind::respond that knows the mechanism `known` alone.
// `text` keeps what the answer shows.
template <class Machine, class Host>
Answer respond_by_sasl(Machine& machine, const Host& host, sasl::Mechanism known, const Ask& ask,
                       Heap& heap, std::string& text) {
    Answer answer;
    answer.to = AskKind::respond;
    sasl::ClientSettings settings;
    settings.user = host.user;
    settings.password = host.password;
    settings.nonce = "fyko+d2lbbFgONRv9qkxdawL";
    sasl::Result result;
    if (ask.c == "BEGIN") {
        CHECK(ask.number == machine.mechanisms.bits);
        answer.ok = machine.mechanisms.has(known);
        if (!answer.ok) {
            answer.text = "the server offers no AUTH that we know";
            return answer;
        }
        result = sasl::client_begin(machine.exchange, known, settings, heap);
        answer.enhanced = sasl::name_of(known);
        answer.exists = sasl::traits_of(known).client_first;
    } else {
        const std::string challenge(ask.b);
        result = sasl::client_step(machine.exchange, challenge, settings, heap);
    }
    answer.ok = result.is(sasl::Result::Kind::go_on);
    text = answer.ok ? result.text : result.why;
    answer.text = text;
    return answer;
}

}  // namespace postroad
