// How a client's machine carries an exchange of SASL, whatever its protocol: it warns of secrets said
// in the clear, and hands a challenge on.
#pragma once

#include <string>

#include "protocols/base/machine.hpp"
#include "protocols/message/base64.hpp"
#include "protocols/sasl/exchange.hpp"

namespace postroad::sasl {

template <class Client, class Host>
void warn_of_secret(const Client& client, const Host& host, Effects& fx) {
    if (client.tls || !says_a_secret(client.mechanism)) return;
    const bool token = traits_of(client.mechanism).reveals == Reveals::token;
    fx.tell(TellKind::secret_in_clear, token ? 1 : 0, 0, host.user);
}

// After a response: LOGIN says the name first; what comes then is the password.
template <class Client, class Host>
void warn_of_response(const Client& client, const Host& host, Effects& fx) {
    if (client.mechanism == Mechanism::login && recall(client.exchange, *fx.heap).step == 2)
        warn_of_secret(client, host, fx);
}

// Asks what to answer to a challenge. False: it is not base64, and nothing is asked.
template <class Client>
bool ask_what_to_answer(Client& client, std::string_view challenge, Effects& fx) {
    const auto octets = message::base64_decode(challenge);
    if (!octets) return false;
    fx.heap->assign(client.held, *octets);  // an Ask shows views
    client.asking = 1;
    fx.ask = {AskKind::respond, {}, fx.heap->view(client.held), "STEP", 0};
    return true;
}

// The exchange is over. What is wrong although the server says yes, or why we have given up; empty:
// nothing.
template <class Client>
std::string end_of_auth(Client& client, Heap& heap) {
    std::string why(client.given_up ? heap.view(client.held) : std::string_view{});
    if (why.empty()) why = client_doubts(client.exchange, heap);
    forget(client.exchange, heap);
    heap.drop(client.held);
    return why;
}

}  // namespace postroad::sasl
