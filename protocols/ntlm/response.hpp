// NTLMv2's answer to a challenge (MS-NLMP §3.3.2), its keys (§3.4.5) and its MIC (§3.1.5.1.2).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace postroad::ntlm {

// NTOWFv2: what is made of password, user and domain, all UTF-8; 16 octets.
std::string response_key(std::string_view password, std::string_view user, std::string_view domain);
std::string nt_hash(std::string_view password);  // NTOWFv1

// `temp` of §3.3.2: what the client adds of its own. `time`: 100 ns since 1601.
std::string client_part(std::uint64_t time, std::string_view client_challenge,
                        std::string_view target_info);
std::string nt_proof(std::string_view key, std::string_view server_challenge,
                     std::string_view client_part);
std::string lm_response(std::string_view key, std::string_view server_challenge,
                        std::string_view client_challenge);
std::string session_base_key(std::string_view key, std::string_view proof);
// Over the three messages, the last one with zeros where its MIC is to be.
std::string mic_of(std::string_view exported_key, std::string_view negotiate,
                   std::string_view challenge, std::string_view authenticate);

std::uint64_t file_time(std::int64_t unix_s);  // 100 ns since 1601
std::string file_time_octets(std::uint64_t time);

// What a text of NTLMv2's response is made of; nothing is checked but that it has room.
struct V2Response {
    std::string_view proof, client_part, target_info;
};
bool read_v2(std::string_view nt_response, V2Response& out);

}  // namespace postroad::ntlm
