// The Kerberos mechanism of the GSS-API (RFC 2743, RFC 4121) as functions over values: tokens that
// set a security context up, and tokens that carry messages in it.
#pragma once

#include "protocols/kerberos/client.hpp"

namespace postroad::kerberos {

inline constexpr std::string_view gss_mechanism = "1.2.840.113554.1.2.2";  // RFC 4121 §1
enum GssToken : std::uint16_t {  // RFC 4121 §4.1: TOK_ID
    gss_ap_req = 0x0100, gss_ap_rep = 0x0200, gss_error = 0x0300, gss_mic = 0x0404,
    gss_wrap = 0x0504,
};
enum GssFlag : std::uint32_t {   // RFC 4121 §4.1.1.1; the last one RFC 4757 §7.1
    gss_delegate = 1, gss_mutual = 2, gss_replay = 4, gss_sequence = 8, gss_confidential = 16,
    gss_integrity = 32, gss_dce_style = 0x1000,
};

// RFC 2743 §3.1: mechanism and token, framed.
std::string frame(GssToken token, std::string_view inner);
std::optional<std::string_view> unframe(std::string_view octets, GssToken token);

// RFC 4121 §4.1.1: what stands in the authenticator's checksum, of type 0x8003. No channel bindings.
inline constexpr std::int32_t gss_checksum_type = 0x8003;
std::string gss_checksum(std::uint32_t flags);
std::optional<std::uint32_t> gss_flags(const std::optional<Checksum>& checksum);

// One end of a context that is set up.
struct SecurityContext {
    Key key;
    bool initiator = false;
    bool acceptor_subkey = false;      // the key is one that the acceptor chose
    std::uint64_t next_sent = 0, next_heard = 0;
};
// RFC 4121 §4.2.4, §4.2.6.2: a Wrap token; sealed with a confounder, without one only signed.
std::string wrap(SecurityContext& context, std::string_view text, std::string_view confounder = {});
// Nothing: it is not the other end's next one, or has been changed.
std::optional<std::string> unwrap(SecurityContext& context, std::string_view token);

// Tokens that lie apart from what they protect, as DCE style has them. RFC 4121 §4.2.6.1: a MIC.
inline constexpr std::size_t mic_token_octets = 28, seal_token_octets = 76;
std::string mic(SecurityContext& context, std::string_view message);
bool check_mic(SecurityContext& context, std::string_view message, std::string_view token);
// MS-KILE §3.4.5.4.1: a Wrap token so turned that `text` is sealed where it stands; what is before
// and behind it is signed and stays in clear.
std::string seal_apart(SecurityContext& context, std::string_view before, std::string& text,
                       std::string_view behind, std::string_view confounder);
bool open_apart(SecurityContext& context, std::string_view before, std::string& text,
                std::string_view behind, std::string_view token);

}  // namespace postroad::kerberos
