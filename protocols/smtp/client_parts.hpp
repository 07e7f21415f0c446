// What the SMTP client's parts share; nobody else includes this.
#pragma once

#include "protocols/smtp/client.hpp"

namespace postroad::smtp {

void ask_for_job(Client& client, Effects& fx);
void quit(Client& client, const ClientHost& host, Effects& fx);
void fail(Client& client, std::uint16_t code, std::string_view text, const ClientHost& host,
          Effects& fx);

void end_mail(Client& client, const ClientHost& host, Effects& fx);

// --- client_lmtp.cpp: replies for each recipient (RFC 2033 §4.2).
void forget_path(Client& client, std::uint32_t index, Heap& heap);
void heard_for_one(Client& client, std::uint16_t code, std::string_view text,
                   const ClientHost& host, Effects& fx);

// --- client_auth.cpp: AUTH (RFC 4954 §4).
void begin_auth(Client& client, const Answer& answer, const ClientHost& host, Effects& fx);
void go_on_with_auth(Client& client, const Answer& answer, const ClientHost& host, Effects& fx);
void heard_auth(Client& client, std::uint16_t code, std::string_view text, const ClientHost& host,
                Effects& fx);

}  // namespace postroad::smtp
