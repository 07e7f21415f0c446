// Walks a World's tables by their structs' own fields, so that a new table cannot be forgotten.
#include "sim/views/fingerprint.hpp"

#include <concepts>
#include <tuple>

#include "protocols/base/hash.hpp"
#include "sim/scenario/print.hpp"

namespace postroad::sim::views {
namespace {

template <class T>
concept Hashes = requires(const T& value, std::uint64_t seed) {
    { value.hash(seed) } -> std::same_as<std::uint64_t>;
};

// Stands for any field when a struct's fields are counted.
struct AnyField {
    template <class T>
    operator T() const;  // NOLINT(google-explicit-constructor)
};

template <class T, class... Fields>
constexpr std::size_t fields_of() {
    if constexpr (requires { T{Fields{}..., AnyField{}}; })
        return fields_of<T, Fields..., AnyField>();
    else
        return sizeof...(Fields);
}

template <class T>
std::uint64_t hash_of(const T& value, std::uint64_t seed);
template <class... Parts>
std::uint64_t hash_of(const std::tuple<Parts...>& parts, std::uint64_t seed);

template <class... Parts>
std::uint64_t hash_all(std::uint64_t seed, const Parts&... parts) {
    ((seed = hash_of(parts, seed)), ...);
    return seed;
}

template <class T>
std::uint64_t hash_fields(const T& value, std::uint64_t seed) {
    constexpr std::size_t count = fields_of<T>();
    static_assert(count <= 22, "add a line below");
#define POSTROAD_FIELDS(number, ...)                                                               \
    if constexpr (count == (number)) {                                                             \
        const auto& [__VA_ARGS__] = value;                                                         \
        return hash_all(seed, __VA_ARGS__);                                                        \
    }
    POSTROAD_FIELDS(1, a)
    POSTROAD_FIELDS(2, a, b)
    POSTROAD_FIELDS(3, a, b, c)
    POSTROAD_FIELDS(4, a, b, c, d)
    POSTROAD_FIELDS(5, a, b, c, d, e)
    POSTROAD_FIELDS(6, a, b, c, d, e, f)
    POSTROAD_FIELDS(7, a, b, c, d, e, f, g)
    POSTROAD_FIELDS(8, a, b, c, d, e, f, g, h)
    POSTROAD_FIELDS(9, a, b, c, d, e, f, g, h, i)
    POSTROAD_FIELDS(10, a, b, c, d, e, f, g, h, i, j)
    POSTROAD_FIELDS(11, a, b, c, d, e, f, g, h, i, j, k)
    POSTROAD_FIELDS(12, a, b, c, d, e, f, g, h, i, j, k, l)
    POSTROAD_FIELDS(13, a, b, c, d, e, f, g, h, i, j, k, l, m)
    POSTROAD_FIELDS(14, a, b, c, d, e, f, g, h, i, j, k, l, m, n)
    POSTROAD_FIELDS(15, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o)
    POSTROAD_FIELDS(16, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)
    POSTROAD_FIELDS(17, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q)
    POSTROAD_FIELDS(18, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r)
    POSTROAD_FIELDS(19, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s)
    POSTROAD_FIELDS(20, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t)
    POSTROAD_FIELDS(21, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u)
    POSTROAD_FIELDS(22, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v)
#undef POSTROAD_FIELDS
    return seed;
}

template <class... Parts>
std::uint64_t hash_of(const std::tuple<Parts...>& parts, std::uint64_t seed) {
    std::apply([&](const auto&... part) { seed = hash_all(seed, part...); }, parts);
    return seed;
}

template <class T>
std::uint64_t hash_of(const T& value, std::uint64_t seed) {
    if constexpr (Hashes<T>) {
        return value.hash(seed);
    } else if constexpr (std::integral<T>) {
        return mix64(seed, static_cast<std::uint64_t>(value));
    } else if constexpr (Record<T> && !std::is_empty_v<T>) {
        return hash_octets({reinterpret_cast<const char*>(&value), sizeof value}, seed);
    } else {
        static_assert(std::is_aggregate_v<T>, "a table needs hash(seed)");
        return hash_fields(value, seed);
    }
}

}  // namespace

std::string state_fingerprint(const World& world) {
    const std::string scenario =
        world.setup == nullptr ? std::string() : scenario::print(world.setup->scenario);
    const std::uint64_t all =
        hash_all(hash_octets(scenario), world.seed, world.now, world.events_done,
                 world.agenda, world.heap, world.nodes, world.tcp, world.border, world.attackers, world.rpc,
                 world.sessions, world.tls, world.dns, world.kerberos, world.mail, world.web);
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[all >> shift & 15];
    return text;
}

}  // namespace postroad::sim::views
