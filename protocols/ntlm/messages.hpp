// NTLM's three messages (MS-NLMP §2.2.1) and the list of target information (§2.2.2.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postroad::ntlm {

namespace flag {  // §2.2.2.5
inline constexpr std::uint32_t unicode = 0x1, oem = 0x2, request_target = 0x4, sign = 0x10,
                               seal = 0x20, ntlm = 0x200, anonymous = 0x800,
                               domain_supplied = 0x1000, workstation_supplied = 0x2000,
                               always_sign = 0x8000, target_is_domain = 0x10000,
                               target_is_server = 0x20000, extended_security = 0x80000,
                               target_info = 0x800000, version = 0x2000000, key_128 = 0x20000000,
                               key_exchange = 0x40000000, key_56 = 0x80000000;
}  // namespace flag

enum class AvId : std::uint16_t {
    end, netbios_computer, netbios_domain, dns_computer, dns_domain, dns_tree, flags, timestamp,
    single_host, target_name, channel_bindings
};
struct AvPair {
    AvId id = AvId::end;
    std::string value;
};
inline constexpr std::uint32_t av_flag_mic = 2;

std::string encode_pairs(const std::vector<AvPair>& pairs);  // with the end behind
// Nothing when a pair leaves the text or the end is missing. What stands behind the end is passed
// over: clients put zeros there.
std::optional<std::vector<AvPair>> decode_pairs(std::string_view octets);
const AvPair* find_pair(const std::vector<AvPair>& pairs, AvId id);
std::optional<std::uint32_t> flags_of(const std::vector<AvPair>& pairs);

// The type of a message: 1, 2, 3; 0 for what is none.
std::uint32_t type_of(std::string_view message);

struct Negotiate {
    std::uint32_t flags = 0;
    std::string domain, workstation;  // OEM characters
};
struct Challenge {
    std::uint32_t flags = 0;
    std::string target;               // UTF-8
    std::string server_challenge;     // 8 octets
    std::string target_info;          // AV pairs, encoded
};
struct Authenticate {
    std::uint32_t flags = 0;
    std::string lm_response, nt_response;
    std::string domain, user, workstation;  // UTF-8
    std::string session_key;          // encrypted; may be empty
    std::string mic;                  // 16 octets, or empty where the message has no room for it
};

std::string encode(const Negotiate& message);
std::string encode(const Challenge& message);
std::string encode(const Authenticate& message);  // a MIC of zeros for a `mic` that is empty
// A message whose fields leave it, or of another type, is none.
std::optional<Negotiate> decode_negotiate(std::string_view octets);
std::optional<Challenge> decode_challenge(std::string_view octets);
std::optional<Authenticate> decode_authenticate(std::string_view octets);

inline constexpr std::size_t mic_offset = 72, mic_octets = 16;

}  // namespace postroad::ntlm
