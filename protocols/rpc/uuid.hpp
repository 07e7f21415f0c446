// Universal unique identifiers (C706 appendix A) as NDR lays them out, and the syntaxes that are
// named by one with a version.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postroad::rpc {

struct Uuid {
    std::uint32_t time_low = 0;
    std::uint16_t time_mid = 0, time_high = 0;
    std::uint8_t rest[8] = {};  // clock sequence in two octets, node in six

    constexpr Uuid() = default;
    // Written in our tables and checked when they are compiled.
    consteval Uuid(const char* text)  // NOLINT(google-explicit-constructor)
        : Uuid(checked(parse(text))) {}

    static constexpr std::optional<Uuid> parse(std::string_view text) {
        if (text.size() != 36) return std::nullopt;
        std::uint8_t octets[16] = {};
        std::size_t nibbles = 0;
        for (std::size_t at = 0; at < text.size(); ++at) {
            const char c = text[at];
            if (at == 8 || at == 13 || at == 18 || at == 23) {
                if (c != '-') return std::nullopt;
                continue;
            }
            const int digit = c >= '0' && c <= '9'   ? c - '0'
                              : c >= 'a' && c <= 'f' ? c - 'a' + 10
                              : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                     : -1;
            if (digit < 0) return std::nullopt;
            std::uint8_t& octet = octets[nibbles++ / 2];
            octet = static_cast<std::uint8_t>(octet << 4 | digit);
        }
        Uuid out;
        for (std::size_t i = 0; i < 4; ++i) out.time_low = out.time_low << 8 | octets[i];
        out.time_mid = static_cast<std::uint16_t>(octets[4] << 8 | octets[5]);
        out.time_high = static_cast<std::uint16_t>(octets[6] << 8 | octets[7]);
        for (std::size_t i = 0; i < 8; ++i) out.rest[i] = octets[8 + i];
        return out;
    }
    constexpr bool is_nil() const { return *this == Uuid{}; }
    constexpr auto operator<=>(const Uuid&) const = default;

private:
    static consteval Uuid checked(std::optional<Uuid> read) { return read.value(); }
};

std::string
to_string(const Uuid& uuid);  // lower case, as in "e1af8308-5d1f-11c9-91a4-08002b14a0fa"

// Of 128 bits of chance (RFC 9562 §5.4: version 4).
Uuid random_uuid(std::uint64_t high, std::uint64_t low);

// An interface or a transfer syntax. The version's lower half is the major number (C706 §12.6.3.1).
struct Syntax {
    Uuid uuid;
    std::uint16_t major = 0, minor = 0;
    constexpr bool operator==(const Syntax&) const = default;
};
std::string to_string(const Syntax& syntax);  // "e1af8308-… 3.0"

inline constexpr Syntax ndr_syntax{"8a885d04-1ceb-11c9-9fe8-08002b104860", 2, 0};  // C706 §14
inline constexpr Syntax ndr64_syntax{"71710533-beba-4937-8319-b5dbef9ccc36", 1,
                                     0};  // MS-RPCE §2.2.5
// A "transfer syntax" by which a client says what it can do (MS-RPCE §2.2.2.14), in its last
// octets.
constexpr Syntax feature_syntax(std::uint8_t features) {
    Syntax out{"6cb71c2c-9812-4540-0000-000000000000", 1, 0};
    out.uuid.rest[0] = features;
    return out;
}
constexpr std::uint8_t features_of(const Syntax& syntax) { return syntax.uuid.rest[0]; }
constexpr bool is_feature_negotiation(Syntax syntax) {
    for (std::uint8_t& octet : syntax.uuid.rest) octet = 0;
    return syntax == feature_syntax(0);
}

}  // namespace postroad::rpc
