// How the SMTP client carries an exchange of SASL: base64 both ways, and "*" when it gives up.
#include "protocols/message/base64.hpp"
#include "protocols/smtp/client_parts.hpp"
#include "protocols/sasl/carried.hpp"

namespace postroad::smtp {
namespace {

constexpr std::size_t auth_line_octets_max = 512;  // RFC 4954 §4: with the first response on it

void challenged(Client& client, std::string_view text, const ClientHost& host, Effects& fx) {
    if (!client.held.empty() && !client.given_up) {  // an empty challenge asks for it
        const std::size_t from = fx.out.size();
        fx.out += fx.heap->view(client.held);
        fx.out += "\r\n";
        fx.mark(from, Speech::command, "4954 §4");
        fx.heap->drop(client.held);
        return;
    }
    if (sasl::ask_what_to_answer(client, text, fx)) return;
    Answer no;
    no.ok = false;
    no.text = "the server's challenge is not base64";
    go_on_with_auth(client, no, host, fx);
}

}  // namespace

// The mechanism is chosen: AUTH, with its first response where there is one and it fits.
void begin_auth(Client& client, const Answer& answer, const ClientHost& host, Effects& fx) {
    if (!answer.ok) {
        if (host.requires_auth) return fail(client, 0, answer.text, host, fx);
        return ask_for_job(client, fx);
    }
    client.mechanism = sasl::mechanism_named(answer.enhanced);
    std::string response;
    if (answer.exists) message::base64_encode(answer.text, response);
    if (answer.exists && response.empty()) response = "=";
    const std::size_t from = fx.out.size();
    fx.out += "AUTH ";
    fx.out += answer.enhanced;
    if (fx.out.size() - from + response.size() + 3 > auth_line_octets_max) {
        fx.heap->assign(client.held, response);
    } else if (!response.empty()) {
        fx.out += ' ';
        fx.out += response;
    }
    fx.out += "\r\n";
    fx.mark(from, Speech::command, "4954 §4");
    if (answer.exists) sasl::warn_of_secret(client, host, fx);
}

// The answer to a challenge, or the end of it (RFC 4954 §4: "*").
void go_on_with_auth(Client& client, const Answer& answer, const ClientHost& host, Effects& fx) {
    const std::size_t from = fx.out.size();
    if (answer.ok) {
        message::base64_encode(answer.text, fx.out);
        fx.heap->drop(client.held);
    } else {
        fx.out += '*';
        client.given_up = 1;
        fx.heap->assign(client.held, answer.text);
    }
    fx.out += "\r\n";
    fx.mark(from, Speech::command, "4954 §4");
    if (answer.ok) sasl::warn_of_response(client, host, fx);
}

// 235, or a refusal. A server that must prove itself, too, has done so by now.
void heard_auth(Client& client, std::uint16_t code, std::string_view text, const ClientHost& host,
                Effects& fx) {
    if (code == 334 && !client.given_up) return challenged(client, text, host, fx);
    const std::string doubts = sasl::client_doubts(client.exchange, *fx.heap);
    const std::string given_up(client.given_up ? fx.heap->view(client.held) : std::string_view{});
    sasl::forget(client.exchange, *fx.heap);
    fx.heap->drop(client.held);
    if (!given_up.empty()) {
        fx.tell(TellKind::login_failed, 0, 0, given_up);
        return fail(client, 0, given_up, host, fx);
    }
    if (code / 100 != 2) {
        fx.tell(TellKind::login_failed, code, 0, text);
        return fail(client, code, text, host, fx);
    }
    if (!doubts.empty()) {
        fx.tell(TellKind::login_failed, 0, 0, doubts);
        return fail(client, 0, doubts, host, fx);
    }
    ask_for_job(client, fx);
}

}  // namespace postroad::smtp
