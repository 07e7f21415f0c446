// How an IMAP client says who it is: LOGIN and AUTHENTICATE (RFC 3501 §6.2, SASL-IR RFC 4959).
#include "protocols/imap/server_rows.hpp"
#include "protocols/message/base64.hpp"
#include "protocols/sasl/served.hpp"

namespace postroad::imap {

// A mechanism that says the password is for a protected session, unless the host knows no shame.
sasl::Mechanisms taken_now(const Server& server, const ServerHost& host) {
    if (server.tls || host.login_in_clear) return host.mechanisms;
    sasl::Mechanisms out;
    for (std::uint8_t i = 1; i < sasl::mechanism_count; ++i)
        if (const auto one = static_cast<sasl::Mechanism>(i);
            host.mechanisms.has(one) && !sasl::says_a_secret(one))
            out.add(one);
    return out;
}

bool takes_login(const Server& server, const ServerHost& host) {
    return host.login && (server.tls || host.login_in_clear);
}

Step login(Server& server, std::string_view argument, const ServerHost& host, Effects& fx) {
    if (!takes_login(server, host))
        return no(host.login ? "not in the clear: say STARTTLS first" : "use AUTHENTICATE",
                  "PRIVACYREQUIRED");
    Reader reader(argument);
    const auto user = reader.astring();
    const bool apart = reader.space();
    const auto password = reader.astring();
    if (!user || !apart || !password || !reader.done())
        return wrong("write LOGIN, a name and a password");
    fx.words = *user + *password;  // an Ask shows views
    const std::string_view words = fx.words;
    fx.heap->assign(server.user, *user);
    return Ask{AskKind::maildrop, words.substr(0, user->size()), words.substr(user->size()),
               "LOGIN", 0};
}

Step authenticate(Server& server, std::string_view argument, const ServerHost& host, Effects& fx) {
    Reader reader(argument);
    const auto name = reader.atom();
    if (!name) return wrong("write AUTHENTICATE and a mechanism");
    const sasl::Mechanism wanted = sasl::mechanism_named(*name);
    if (!host.mechanisms.has(wanted)) return no("mechanism not offered", "CANNOT");
    if (!taken_now(server, host).has(wanted))
        return no("not in the clear: say STARTTLS first", "PRIVACYREQUIRED");
    if (!reader.done() && !reader.space()) return wrong("a mechanism is one word");
    server.mechanism = wanted;
    const std::string_view response = reader.rest();
    if (!response.empty() && !host.capabilities.has(Capability::sasl_ir)) {
        end_auth(server, *fx.heap);
        return wrong("a mechanism stands alone here");
    }
    if (response.empty() && sasl::traits_of(wanted).client_first) {
        server.state = S::auth;
        say_go_on({}, "3501 §6.2.2", fx);
        return Step::done();
    }
    if (response.empty()) return Ask{AskKind::authenticate, sasl::name_of(wanted), {}, {}, 0};
    if (response == "=")  // RFC 4959 §3: an initial response of no octets
        return Ask{AskKind::authenticate, sasl::name_of(wanted), {}, {}, 1};
    return auth_response(server, response, fx);
}

void end_auth(Server& server, Heap& heap) {
    sasl::end_exchange(server, S::not_authenticated, heap);
}

Step auth_response(Server& server, std::string_view line, Effects& fx) {
    return sasl::take_response(server, S::not_authenticated, line,
                               wrong("authentication given up"), wrong("not base64"), fx);
}

namespace {

Reply judge_account(Server& server, const Answer& answer, const ServerHost& host, Effects& fx) {
    if (!answer.ok) {
        fx.heap->drop(server.user);
        return {refused, answer.enhanced.empty() ? "AUTHENTICATIONFAILED" : answer.enhanced,
                answer.text.empty() ? "name or password is wrong" : answer.text};
    }
    server.account = answer.number;
    server.has_account = 1;
    server.state = S::authenticated;
    fx.wait_ns = host.timeout_ns;
    if (!host.greets_with_capability) return ok("welcome");
    fx.words.clear();
    put_capabilities(fx.words, server, host);
    return {good, fx.words, "welcome"};
}

}  // namespace

// First whether it is who it says, then whether there is an account: two asks, one reply.
Reply judge_login(Server& server, const Answer& answer, const ServerHost& host, Effects& fx) {
    if (answer.to != AskKind::authenticate) return judge_account(server, answer, host, fx);
    if (answer.ok && answer.number == 1) {
        server.state = S::auth;
        fx.words.clear();
        message::base64_encode(answer.text, fx.words);
        say_go_on(fx.words, "3501 §6.2.2", fx);
        return {};
    }
    end_auth(server, *fx.heap);
    if (!answer.ok)
        return {refused, answer.enhanced.empty() ? "AUTHENTICATIONFAILED" : answer.enhanced,
                answer.text.empty() ? "name or password is wrong" : answer.text};
    fx.heap->assign(server.user, answer.text);
    return wait_for(server, {AskKind::maildrop, fx.heap->view(server.user), {}, "SASL", 0}, fx);
}

}  // namespace postroad::imap
