// How the POP3 client carries an exchange of SASL: base64 both ways, and "*" when it gives up.
#include "protocols/message/base64.hpp"
#include "protocols/pop3/client_parts.hpp"

namespace postroad::pop3 {
namespace {

void warn_of_secret(const Client& client, const ClientHost& host, Effects& fx) {
    if (client.tls || !sasl::says_a_secret(client.mechanism)) return;
    const bool token = sasl::traits_of(client.mechanism).reveals == sasl::Reveals::token;
    fx.tell(TellKind::secret_in_clear, token ? 1 : 0, 0, host.user);
}

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
    if (answer.exists) warn_of_secret(client, host, fx);
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
    // LOGIN says the name first; what comes then is the password.
    if (answer.ok && client.mechanism == sasl::Mechanism::login &&
        sasl::recall(client.exchange, *fx.heap).step == 2)
        warn_of_secret(client, host, fx);
}

void challenged(Client& client, std::string_view text, const ClientHost& host, Effects& fx) {
    if (!client.held.empty() && !client.given_up) {  // an empty challenge asks for it
        const std::string held(fx.heap->view(client.held));
        fx.heap->drop(client.held);
        return say(client, Turn::auth, fx, std::string_view(held));
    }
    const auto challenge = message::base64_decode(text);
    if (!challenge) {
        Answer no;
        no.ok = false;
        no.text = "the server's challenge is not base64";
        return go_on_with_auth(client, no, host, fx);
    }
    fx.heap->assign(client.held, *challenge);  // an Ask shows views
    client.asking = 1;
    fx.ask = {AskKind::respond, {}, fx.heap->view(client.held), "STEP", 0};
}

std::string end_of_auth(Client& client, Heap& heap) {
    std::string why(client.given_up ? heap.view(client.held) : std::string_view{});
    if (why.empty()) why = sasl::client_doubts(client.exchange, heap);
    sasl::forget(client.exchange, heap);
    heap.drop(client.held);
    return why;
}

}  // namespace postroad::pop3
