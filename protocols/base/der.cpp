// Lengths and the contents of the types that protocols share.
#include "protocols/base/der.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"

namespace postroad::der {
namespace {

std::uint8_t octet(std::string_view octets, std::size_t at) {
    return static_cast<std::uint8_t>(octets[at]);
}

}  // namespace

std::optional<Element> take(std::string_view& rest) {
    if (rest.size() < 2) return std::nullopt;
    Element out;
    out.identifier = octet(rest, 0);
    if ((out.identifier & 0x1f) == 0x1f) return std::nullopt;
    std::size_t at = 2;
    std::size_t length = octet(rest, 1);
    if (length >= 0x80) {
        const std::size_t octets = length & 0x7f;
        if (octets == 0 || octets > 4 || rest.size() < at + octets) return std::nullopt;
        if (octet(rest, at) == 0) return std::nullopt;
        length = 0;
        for (std::size_t i = 0; i < octets; ++i) length = length << 8 | octet(rest, at++);
        if (length < 0x80) return std::nullopt;
    }
    if (rest.size() - at < length) return std::nullopt;
    out.contents = rest.substr(at, length);
    out.whole = rest.substr(0, at + length);
    rest.remove_prefix(at + length);
    return out;
}

std::optional<std::string_view> take(std::string_view& rest, std::uint8_t identifier) {
    if (rest.empty() || octet(rest, 0) != identifier) return std::nullopt;
    const auto found = take(rest);
    if (!found) return std::nullopt;
    return found->contents;
}

std::optional<std::int64_t> read_integer(std::string_view contents) {
    if (contents.empty() || contents.size() > 8) return std::nullopt;
    if (contents.size() > 1) {
        const bool negative = (octet(contents, 1) & 0x80) != 0;
        if (octet(contents, 0) == (negative ? 0xff : 0)) return std::nullopt;
    }
    std::uint64_t value = (octet(contents, 0) & 0x80) != 0 ? ~std::uint64_t{0} : 0;
    for (std::size_t i = 0; i < contents.size(); ++i) value = value << 8 | octet(contents, i);
    return static_cast<std::int64_t>(value);
}

std::string write_integer(std::int64_t value) {
    std::string out;
    const auto bits = static_cast<std::uint64_t>(value);
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(bits >> shift & 0xff);
    const auto is_spare = [&] {
        if (out.size() == 1) return false;
        const bool negative = (octet(out, 1) & 0x80) != 0;
        return octet(out, 0) == (negative ? 0xff : 0);
    };
    while (is_spare()) out.erase(0, 1);
    return out;
}

std::string read_object_identifier(std::string_view contents) {
    std::string out;
    std::uint64_t value = 0;
    bool fresh = true;
    for (std::size_t i = 0; i < contents.size(); ++i) {
        if (fresh && octet(contents, i) == 0x80) return {};  // §8.19.2: a leading zero
        if (value >> 56 != 0) return {};
        value = value << 7 | (octet(contents, i) & 0x7fU);
        fresh = (octet(contents, i) & 0x80) == 0;
        if (!fresh) continue;
        if (out.empty()) {
            const std::uint64_t first = value < 40 ? 0 : value < 80 ? 1 : 2;
            out = std::to_string(first) + "." + std::to_string(value - first * 40);
        } else {
            out += "." + std::to_string(value);
        }
        value = 0;
    }
    return fresh ? out : std::string();
}

std::string write_object_identifier(std::string_view dotted) {
    std::string out;
    std::uint64_t first = 0;
    for (std::size_t arc = 0; !dotted.empty(); ++arc) {
        const std::size_t dot = std::min(dotted.find('.'), dotted.size());
        std::uint64_t value = parse_number(dotted.substr(0, dot)).value_or(0);
        dotted.remove_prefix(std::min(dot + 1, dotted.size()));
        if (arc == 0) {
            first = value;
            continue;
        }
        if (arc == 1) value += first * 40;
        std::string octets(1, static_cast<char>(value & 0x7f));
        while ((value >>= 7) != 0) octets.insert(0, 1, static_cast<char>(0x80 | (value & 0x7f)));
        out += octets;
    }
    return out;
}

std::string element(std::uint8_t identifier, std::string_view contents) {
    std::string out(1, static_cast<char>(identifier));
    const std::size_t size = contents.size();
    if (size < 0x80) {
        out += static_cast<char>(size);
    } else {
        int octets = 1;
        while (octets < 4 && size >> (8 * octets) != 0) ++octets;
        out += static_cast<char>(0x80 | octets);
        while (octets-- > 0) out += static_cast<char>(size >> (8 * octets) & 0xff);
    }
    out += contents;
    return out;
}

}  // namespace postroad::der
