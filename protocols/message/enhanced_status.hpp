// Enhanced status codes (RFC 3463, RFC 5248 and the registry's later entries): "5.1.1" and what
// it says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postroad::message {

struct EnhancedStatus {
    std::uint8_t klass = 0; // 2 success, 4 persistent transient failure, 5 permanent failure
    std::uint16_t subject = 0;
    std::uint16_t detail = 0;
    bool operator==(const EnhancedStatus&) const = default;
};

struct StatusText {
    std::uint16_t subject;
    std::uint16_t detail;
    std::string_view text;    // the registry's title
    std::string_view section; // where it is defined
};

// "5.1.1", nothing behind it (RFC 3463 §2): no leading zeros, class 2, 4 or 5.
std::optional<EnhancedStatus> parse_enhanced_status(std::string_view text);
// The code that begins a reply's text, if any (RFC 2034 §4): "5.1.1 no such user".
std::optional<EnhancedStatus> leading_enhanced_status(std::string_view reply_text);
std::string format_enhanced_status(const EnhancedStatus& status);

// The registered meaning of subject and detail, or null.
const StatusText* status_text(const EnhancedStatus& status);
// What the subject alone says: "Addressing Status".
std::string_view status_subject_text(std::uint16_t subject);

} // namespace postroad::message
