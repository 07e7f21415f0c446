// What the SMTP server's table and its engine share; nobody else includes this.
#pragma once

#include "protocols/smtp/server_passages.hpp"

namespace postroad::smtp {

const ServerRow& data_row();
const ServerRow& auth_row();

// A line in the middle of AUTH: the client's response (RFC 4954 §4).
Step auth_response(Server& server, std::string_view line, Effects& fx);
// The exchange is over, however it ended.
void end_auth(Server& server, Heap& heap);

bool is_known_elsewhere(std::string_view verb);
// HELO and EHLO where LMTP is spoken, LHLO where it is not (RFC 2033 §4.1).
bool is_others_greeting(const ServerHost& host, const ServerRow& row);
std::string_view why_not_now(const Server& server, const ServerRow& row, const ServerHost& host);

void reset_transaction(Server& server, Heap& heap);
void say(Server& server, const ServerHost& host, const Reply& reply, Section section, Effects& fx);

}  // namespace postroad::smtp
