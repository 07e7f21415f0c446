// The texts of MTA-STS (RFC 8461): the TXT record that says there is a policy, and the policy.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postroad::policy {

inline constexpr std::string_view sts_path = "/.well-known/mta-sts.txt";  // §3.3
inline constexpr std::uint32_t sts_max_age_s_max = 31'557'600;            // §3.2: a year

// The id in a TXT record (§3.1): "v=STSv1; id=20160831085700Z;". Nothing if it is no such record.
std::optional<std::string_view> parse_sts_record(std::string_view text);
bool is_sts_id(std::string_view text);  // 1 to 32 letters and digits

enum class StsMode : std::uint8_t { none, testing, enforce };
std::string_view name_of(StsMode mode);

struct StsPolicyText {
    StsMode mode = StsMode::none;
    std::uint32_t max_age_s = 0;
    std::vector<std::string> mx;  // "mx.example.net", "*.example.net"
    bool operator==(const StsPolicyText&) const = default;
};
// §3.2. On a fault there is no policy, and `fault` is a sentence.
std::optional<StsPolicyText> parse_sts_policy(std::string_view text, std::string& fault);
std::string to_text(const StsPolicyText& policy);

// §4.1: `*` stands for one whole label, the first.
bool sts_matches(std::string_view pattern, std::string_view name);

}  // namespace postroad::policy
