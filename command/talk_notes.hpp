// What a server's reply means to who types the protocol for the first time.
#pragma once

#include <cstdint>
#include <string_view>

namespace postroad::command {

// A short comment on an SMTP reply to what was typed last (RFC 5321 §4.2.3), on its class (§4.2.1)
// when the code has none of its own, or on POP3's "+OK" and "-ERR" (RFC 1939 §3). Empty when there
// is nothing to say, and for all but the last line of a reply.
std::string_view note_on_reply(std::uint16_t port, std::string_view typed, std::string_view reply);

// What can be typed first, when a server has greeted.
std::string_view first_words(std::uint16_t port);

}  // namespace postroad::command
