// The small values a scenario file is written in: durations, sizes, rates, chances, addresses.
// Each is an exact integer; parse and print are inverse (`sim/scenario/values.cpp`).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postroad::scenario {

// "250ms", "2m30s", "1.5s", "5d". Units: ns us ms s m (or min) h d w.
struct Duration {
    std::uint64_t ns = 0;
    auto operator<=>(const Duration&) const = default;
};

// "512", "1 KiB", "10 MiB", "35 MB". Units: B, kB MB GB (powers of 1000), KiB MiB GiB (of 1024).
struct Size {
    std::uint64_t bytes = 0;
    auto operator<=>(const Size&) const = default;
};

// "8 Mbit/s", "unlimited" (written 0 here). Units: bit/s kbit/s Mbit/s Gbit/s, powers of 1000.
struct BitRate {
    std::uint64_t bits_per_s = 0;
    bool unlimited() const { return bits_per_s == 0; }
    auto operator<=>(const BitRate&) const = default;
};

// "12/min", "3/s", "100/h", "1/2m30s": so many events in each stretch of time.
struct Frequency {
    std::uint64_t count = 0;
    std::uint64_t per_ns = 1;
    auto operator<=>(const Frequency&) const = default;
};

// "49152-65535", "135": TCP or UDP ports, both ends included.
struct PortRange {
    std::uint16_t first = 0, last = 0;
    auto operator<=>(const PortRange&) const = default;
};

// "1%", "0.25 %", 0.01: how likely something is, in parts of a thousand million.
struct Chance {
    std::uint32_t per_billion = 0;  // 0 ... 1'000'000'000
    // A draw of 32 random bits is a hit when it is less than this (0 ... 2^32).
    std::uint64_t threshold() const { return (std::uint64_t{per_billion} << 32) / 1'000'000'000U; }
    auto operator<=>(const Chance&) const = default;
};

// A clock's distance from UTC: "+02:00", "-03:30", "Z".
struct UtcOffset {
    std::int32_t minutes = 0;
    auto operator<=>(const UtcOffset&) const = default;
};

// An instant, in seconds of Unix time: 2010-09-01T08:00:00Z.
struct Instant {
    std::int64_t unix_s = 0;
    auto operator<=>(const Instant&) const = default;
};

// An IPv4 address (the first four bytes) or an IPv6 one (all sixteen), in network order.
struct Ip {
    bool v6 = false;
    std::array<std::uint8_t, 16> bytes{};
    auto operator<=>(const Ip&) const = default;
};

// "192.0.2.0/24", "2001:db8::/64": bits beyond the length are zero.
struct Prefix {
    Ip ip;
    std::uint8_t length = 0;
    bool contains(const Ip& other) const;
    auto operator<=>(const Prefix&) const = default;
};

// A host's name in the scenario and a port on it: "mail:587". Port 0: the service's usual one.
struct Endpoint {
    std::string host;
    std::uint16_t port = 0;
    bool operator==(const Endpoint&) const = default;
};

// Where a text stands: the file as the person named it, and its first character (from 1;
// columns count characters, not bytes). Line 0: made by the program.
struct Place {
    std::string file;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    bool operator==(const Place&) const = default;
};

// A text in some other language (zone data, firewall rules, a message), with its place, so that
// the reader of that language can point into the file. Two are equal when their texts are.
struct Located {
    std::string text;
    Place place;
    bool operator==(const Located& other) const { return text == other.text; }
    bool empty() const { return text.empty(); }
};

// Each parse takes the whole text and gives nothing when it is not exactly one value.
std::optional<Duration> parse_duration(std::string_view text);
std::optional<Size> parse_size(std::string_view text);
std::optional<BitRate> parse_bit_rate(std::string_view text);
std::optional<Frequency> parse_frequency(std::string_view text);
std::optional<Chance> parse_chance(std::string_view text);
std::optional<PortRange> parse_port_range(std::string_view text);
std::optional<UtcOffset> parse_utc_offset(std::string_view text);
std::optional<Instant> parse_instant(std::string_view text);  // RFC 3339 §5.6, whole seconds
std::optional<Ip> parse_ip(std::string_view text);            // RFC 4291 §2.2
std::optional<Prefix> parse_prefix(std::string_view text);
std::optional<Endpoint> parse_endpoint(std::string_view text);

std::string to_text(Duration value);
std::string to_text(Size value);
std::string to_text(BitRate value);
std::string to_text(Frequency value);
std::string to_text(Chance value);
std::string to_text(PortRange value);
std::string to_text(UtcOffset value);
std::string to_text(Instant value);
std::string to_text(const Ip& value);  // RFC 5952
std::string to_text(const Prefix& value);
std::string to_text(const Endpoint& value);

}  // namespace postroad::scenario
