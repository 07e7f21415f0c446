// What the POP3 client's parts share; nobody else includes this.
#pragma once

#include <string>
#include <type_traits>

#include "protocols/base/ascii.hpp"
#include "protocols/pop3/client.hpp"

namespace postroad::pop3 {

template <class... Parts>
void say(Client& client, Turn turn, Effects& fx, Parts... parts) {
    client.awaiting = turn;
    const std::size_t from = fx.out.size();
    const auto put = [&](auto part) {
        if constexpr (std::is_convertible_v<decltype(part), std::string_view>) fx.out += part;
        else append_number(fx.out, part);
    };
    (put(parts), ...);
    fx.out += "\r\n";
    fx.mark(from, Speech::command, client_script()[static_cast<unsigned>(turn)].section);
}

// APOP, or USER and PASS.
void log_in_by_old_ways(Client& client, const ClientHost& host, Effects& fx);

// --- client_auth.cpp: AUTH (RFC 5034 §4).
void begin_auth(Client& client, const Answer& answer, const ClientHost& host, Effects& fx);
void go_on_with_auth(Client& client, const Answer& answer, const ClientHost& host, Effects& fx);
void challenged(Client& client, std::string_view text, const ClientHost& host, Effects& fx);

}  // namespace postroad::pop3
