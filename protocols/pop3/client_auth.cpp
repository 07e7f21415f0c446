// How the POP3 client carries an exchange of SASL: base64 both ways, and "*" when it gives up.
#include "protocols/message/base64.hpp"
#include "protocols/pop3/client_parts.hpp"
#include "protocols/sasl/carried.hpp"

namespace postroad::pop3 {
namespace {

constexpr std::size_t auth_line_octets_max = 255;  // RFC 5034 §4: with the first response on it

}  // namespace

void begin_auth(Client& client, const Answer& answer, const ClientHost& host, Effects& fx) {
    if (!answer.ok) return log_in_by_old_ways(client, host, fx);
    client.mechanism = sasl::mechanism_named(answer.enhanced);
    std::string response;
    if (answer.exists) message::base64_encode(answer.text, response);
    if (answer.exists && response.empty()) response = "=";
    if (8 + answer.enhanced.size() + response.size() > auth_line_octets_max) {
        fx.heap->assign(client.held, response);
        response.clear();
    }
    say(client, Turn::auth, fx, "AUTH ", answer.enhanced,
        std::string_view(response.empty() ? "" : " "), std::string_view(response));
    if (answer.exists) sasl::warn_of_secret(client, host, fx);
}

// The answer to a challenge, or the end of it (RFC 5034 §4: "*").
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
    say(client, Turn::auth, fx, std::string_view(response));
    if (answer.ok) sasl::warn_of_response(client, host, fx);
}

void challenged(Client& client, std::string_view text, const ClientHost& host, Effects& fx) {
    if (!client.held.empty() && !client.given_up) {  // an empty challenge asks for it
        const std::string held(fx.heap->view(client.held));
        fx.heap->drop(client.held);
        return say(client, Turn::auth, fx, std::string_view(held));
    }
    if (sasl::ask_what_to_answer(client, text, fx)) return;
    Answer no;
    no.ok = false;
    no.text = "the server's challenge is not base64";
    go_on_with_auth(client, no, host, fx);
}

}  // namespace postroad::pop3
