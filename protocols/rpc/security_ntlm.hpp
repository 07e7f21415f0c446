// NTLM's row of security.hpp, and what SPNEGO needs of it besides.
#pragma once

#include "protocols/rpc/security.hpp"

namespace postroad::rpc {

extern const Provider ntlm_provider;

// A signature of a text by itself, and the judgement on one. MS-SPNG §3.3.5.1: the stream that seals
// is afterwards where it was before; the sequence number is one further.
std::string ntlm_mic(std::string& memory, bool server, std::string_view text);
bool ntlm_check_mic(std::string& memory, bool server, std::string_view text, std::string_view mic);

}  // namespace postroad::rpc
