// One step of each mechanism, over its Memory; exchange.cpp alone calls these.
#pragma once

#include "protocols/sasl/exchange.hpp"

namespace postroad::sasl {

Result server_move(Memory& memory, bool has_response, std::string_view response,
                   const ServerSettings& settings);
Result client_move(Memory& memory, std::string_view challenge, const ClientSettings& settings);

Result login_server(Memory& memory, bool has_response, std::string_view response,
                    const ServerSettings& settings);
Result login_client(Memory& memory, std::string_view challenge, const ClientSettings& settings);
Result cram_md5_server(Memory& memory, bool has_response, std::string_view response,
                       const ServerSettings& settings);
Result cram_md5_client(Memory& memory, std::string_view challenge, const ClientSettings& settings);
Result scram_server(Memory& memory, std::string_view response, const ServerSettings& settings);
Result scram_client(Memory& memory, std::string_view challenge, const ClientSettings& settings);
Result oauth_server(Memory& memory, std::string_view response, const ServerSettings& settings);
Result oauth_client(Memory& memory, std::string_view challenge, const ClientSettings& settings);
Result ntlm_server(Memory& memory, std::string_view response, const ServerSettings& settings);
Result ntlm_client(Memory& memory, std::string_view challenge, const ClientSettings& settings);

// Whether a password is right; nobody's never is.
Result judge_password(Memory& memory, std::string_view password, const ServerSettings& settings);

inline constexpr std::string_view wrong_password = "user or password is wrong";

}  // namespace postroad::sasl
