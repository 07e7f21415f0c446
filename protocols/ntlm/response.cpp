// HMAC-MD5 over and over: NTLMv2.
#include "protocols/ntlm/response.hpp"

#include "protocols/ntlm/hashes.hpp"
#include "protocols/sasl/digests.hpp"

namespace postroad::ntlm {
namespace {

std::string hmac_md5(std::string_view key, std::string_view octets) {
    return sasl::hmac(sasl::Hash::md5, key, octets);
}

constexpr std::size_t proof_octets = 16, fixed_octets = 28;

}  // namespace

std::string nt_hash(std::string_view password) { return md4(utf16(password)); }

std::string response_key(std::string_view password, std::string_view user,
                         std::string_view domain) {
    return hmac_md5(nt_hash(password), utf16(upper(user) + std::string(domain)));
}

std::string client_part(std::uint64_t time, std::string_view client_challenge,
                        std::string_view target_info) {
    std::string out("\x01\x01\0\0\0\0\0\0", 8);
    out += file_time_octets(time);
    out += client_challenge;
    out.append(4, '\0');
    out += target_info;
    out.append(4, '\0');
    return out;
}

std::string nt_proof(std::string_view key, std::string_view server_challenge,
                     std::string_view client_part) {
    return hmac_md5(key, std::string(server_challenge).append(client_part));
}

std::string lm_response(std::string_view key, std::string_view server_challenge,
                        std::string_view client_challenge) {
    return hmac_md5(key, std::string(server_challenge).append(client_challenge))
        .append(client_challenge);
}

std::string session_base_key(std::string_view key, std::string_view proof) {
    return hmac_md5(key, proof);
}

std::string mic_of(std::string_view exported_key, std::string_view negotiate,
                   std::string_view challenge, std::string_view authenticate) {
    return hmac_md5(exported_key,
                    std::string(negotiate).append(challenge).append(authenticate));
}

std::uint64_t file_time(std::int64_t unix_s) {
    return static_cast<std::uint64_t>(unix_s + 11'644'473'600) * 10'000'000;
}

std::string file_time_octets(std::uint64_t time) {
    std::string out;
    for (unsigned shift = 0; shift < 64; shift += 8) out += static_cast<char>(time >> shift & 0xffU);
    return out;
}

bool read_v2(std::string_view nt_response, V2Response& out) {
    if (nt_response.size() < proof_octets + fixed_octets) return false;
    out.proof = nt_response.substr(0, proof_octets);
    out.client_part = nt_response.substr(proof_octets);
    out.target_info = out.client_part.substr(fixed_octets);
    return out.client_part.starts_with("\x01\x01");
}

}  // namespace postroad::ntlm
