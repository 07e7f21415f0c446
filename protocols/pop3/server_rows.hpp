// What the POP3 server's table and its engine share; nobody else includes this.
#pragma once

#include "protocols/pop3/server.hpp"

namespace postroad::pop3 {

const ServerRow& auth_row();

// A line in the middle of AUTH: the client's response (RFC 5034 §4).
Step auth_response(Server& server, std::string_view line, Effects& fx);
// The exchange is over, however it ended.
void end_auth(Server& server, Heap& heap);

bool is_known_elsewhere(std::string_view verb);
std::string_view why_not_now(const Server& server, const ServerRow& row);

// "+OK text" or "-ERR [code] text"; Reply::enhanced is the response code of RFC 2449 §8.
void say(Server& server, const ServerHost& host, const Reply& reply, Section section, Effects& fx);
// The maildrop is released without a change, in this same step.
void let_go(Server& server, Effects& fx);

}  // namespace postroad::pop3
