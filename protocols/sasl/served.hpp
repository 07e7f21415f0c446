// How a server's machine carries an exchange of SASL, whatever its protocol: a response is asked about,
// and the exchange is forgotten when it is over.
#pragma once

#include "protocols/base/line_server.hpp"
#include "protocols/message/base64.hpp"
#include "protocols/sasl/exchange.hpp"

namespace postroad::sasl {

// `before`: the state in which the exchange was begun, and in which it leaves the machine.
template <class Server, class State>
void end_exchange(Server& server, State before, Heap& heap) {
    forget(server.exchange, heap);
    server.mechanism = Mechanism::none;
    if (server.state == State::auth) server.state = before;
}

// A line of the client's: a response in base64, or the end of it all ("*", RFC 4954 §4, RFC 5034 §4,
// RFC 3501 §6.2.2).
template <class Server, class State>
Step take_response(Server& server, State before, std::string_view line, const Reply& given_up,
                   const Reply& not_base64, Effects& fx) {
    server.state = before;
    const auto octets = message::base64_decode(line);
    if (!octets) {
        end_exchange(server, before, *fx.heap);
        return line == "*" ? given_up : not_base64;
    }
    fx.words = *octets;  // an Ask shows views: the effects keep the words until the step is over
    return Ask{AskKind::authenticate, name_of(server.mechanism), fx.words, {}, 1};
}

}  // namespace postroad::sasl
