// How the IMAP client logs in: LOGIN, or an exchange of SASL in base64, with "*" when it gives up.
#include "protocols/imap/client_parts.hpp"

#include "protocols/message/base64.hpp"
#include "protocols/sasl/carried.hpp"

namespace postroad::imap {

void log_in_by_login(Client& client, const ClientHost& host, Effects& fx) {
    if (!host.says_password)
        return fail(client, "the server offers no mechanism that may be used, and the password "
                            "itself is not said", host, fx);
    if (offers(client, Offer::login_disabled))
        return fail(client, "the server takes no LOGIN here (LOGINDISABLED)", host, fx);
    Command command(client, host, "LOGIN");
    command.text(host.user).text(host.password);
    forget_capabilities(client);
    say(client, Turn::login, command, fx);
    if (client.unsent.empty() && client.tls != 1)
        fx.tell(TellKind::secret_in_clear, 0, 0, host.user);
}

void begin_auth(Client& client, const Answer& answer, const ClientHost& host, Effects& fx) {
    if (!answer.ok) return log_in_by_login(client, host, fx);
    client.mechanism = sasl::mechanism_named(answer.enhanced);
    std::string response;
    if (answer.exists) message::base64_encode(answer.text, response);
    if (answer.exists && response.empty()) response = "=";
    if (!host.first_response || !offers(client, Offer::sasl_ir)) {  // RFC 4959 §3
        fx.heap->assign(client.held, response);
        response.clear();
    }
    Command command(client, host, "AUTHENTICATE");
    command.word(answer.enhanced);
    if (!response.empty()) command.word(response);
    forget_capabilities(client);
    say(client, Turn::authenticate, command, fx);
    if (!response.empty()) sasl::warn_of_secret(client, host, fx);
}

// The answer to a challenge, or the end of it (RFC 3501 §6.2.2: "*").
void go_on_with_auth(Client& client, const Answer& answer, const ClientHost& host, Effects& fx) {
    std::string response = "*";
    if (answer.ok) {
        response.clear();
        message::base64_encode(answer.text, response);
        fx.heap->drop(client.held);
    } else {
        client.given_up = 1;
        fx.heap->assign(client.held, answer.text);
    }
    say_line(client, response, fx);
    if (answer.ok) sasl::warn_of_response(client, host, fx);
}

void challenged(Client& client, std::string_view text, const ClientHost& host, Effects& fx) {
    if (!client.held.empty() && !client.given_up) {  // an empty challenge asks for it
        const std::string held(fx.heap->view(client.held));
        fx.heap->drop(client.held);
        say_line(client, held == "=" ? std::string_view{} : std::string_view(held), fx);
        return sasl::warn_of_secret(client, host, fx);
    }
    if (sasl::ask_what_to_answer(client, text, fx)) {
        client.asking = 2;
        return;
    }
    Answer no;
    no.ok = false;
    no.text = "the server's challenge is not base64";
    go_on_with_auth(client, no, host, fx);
}

}  // namespace postroad::imap
