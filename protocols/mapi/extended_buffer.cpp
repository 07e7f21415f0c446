// Extended buffers (MS-OXCRPC §2.2.2.1). What repeats earlier octets is written as (how far back, how
// long); a word of 32 bits ahead tells such matches from octets that stand for themselves.
#include "protocols/mapi/extended_buffer.hpp"

#include <algorithm>
#include <array>

namespace postroad::mapi {
namespace {

constexpr std::size_t length_min = 3, distance_max = 8192, header_octets = 8;
constexpr std::uint32_t in_word = 7, in_nibble = 15, in_octet = 255;

std::uint32_t little(std::string_view octets, std::size_t at, std::size_t count) {
    std::uint32_t out = 0;
    for (std::size_t i = 0; i < count; ++i)
        out |= std::uint32_t{static_cast<unsigned char>(octets[at + i])} << 8 * i;
    return out;
}
void put_little(std::string& out, std::uint32_t value, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) out += static_cast<char>(value >> 8 * i & 0xff);
}

// Writes the stream: flags go ahead of the 32 items they tell about, nibbles of two matches share
// an octet.
class Direct2 {
public:
    void literal(char octet) {
        flag(false);
        out_ += octet;
    }
    void match(std::size_t distance, std::size_t length) {
        flag(true);
        auto rest = static_cast<std::uint32_t>(length - length_min);
        const auto word = static_cast<std::uint32_t>((distance - 1) << 3);
        put_little(out_, word | std::min(rest, in_word), 2);
        if (rest < in_word) return;
        rest -= in_word;
        nibble(std::min(rest, in_nibble));
        if (rest < in_nibble) return;
        rest -= in_nibble;
        out_ += static_cast<char>(std::min(rest, in_octet));
        if (rest >= in_octet) put_little(out_, static_cast<std::uint32_t>(length - length_min), 2);
    }
    std::string done() {
        // MS-XCA §2.3.4: flags that tell about nothing are ones, and there is always such a one.
        if (count_ == 32) open();
        flags_ = count_ == 0 ? 0xffffffffU : flags_ << (32 - count_) | (0xffffffffU >> count_);
        close();
        return std::move(out_);
    }

private:
    void open() {
        flags_at_ = out_.size();
        out_.append(4, '\0');
        flags_ = count_ = 0;
    }
    void close() {
        for (std::size_t i = 0; i < 4; ++i)
            out_[flags_at_ + i] = static_cast<char>(flags_ >> 8 * i & 0xff);
    }
    void flag(bool is_match) {
        if (count_ == 32) open();
        flags_ = flags_ << 1 | (is_match ? 1U : 0U);
        if (++count_ == 32) close();
    }
    void nibble(std::uint32_t value) {
        if (half_ != 0) {
            out_[half_] = static_cast<char>(static_cast<unsigned char>(out_[half_]) | value << 4);
            half_ = 0;
            return;
        }
        half_ = out_.size();
        out_ += static_cast<char>(value);
    }
    std::string out_ = std::string(4, '\0');
    std::size_t flags_at_ = 0, half_ = 0;
    std::uint32_t flags_ = 0, count_ = 0;
};

std::size_t hash_of(std::string_view octets, std::size_t at) {
    return (little(octets, at, 3) * 2'654'435'761U) >> 20;
}

}  // namespace

std::string compress(std::string_view octets) {
    Direct2 out;
    std::array<std::size_t, 4096> last_seen;  // one past the place where such three octets began
    last_seen.fill(0);
    for (std::size_t at = 0; at < octets.size();) {
        std::size_t length = 0, distance = 0;
        if (at + length_min <= octets.size()) {
            std::size_t& seen = last_seen[hash_of(octets, at)];
            const std::size_t from = seen;
            seen = at + 1;
            if (from != 0 && at - (from - 1) <= distance_max) {
                distance = at - (from - 1);
                while (at + length < octets.size() &&
                       octets[at + length] == octets[at + length - distance])
                    ++length;
            }
        }
        if (length < length_min) {
            out.literal(octets[at++]);
            continue;
        }
        length = std::min<std::size_t>(length, 0xffff);
        out.match(distance, length);
        for (std::size_t i = 1; i < length && at + i + length_min <= octets.size(); ++i)
            last_seen[hash_of(octets, at + i)] = at + i + 1;
        at += length;
    }
    return out.done();
}

std::optional<std::string> decompress(std::string_view octets, std::size_t octets_max) {
    std::string out;
    std::size_t at = 0, half = 0;
    std::uint32_t flags = 0, count = 0;
    const auto has = [&](std::size_t more) { return more <= octets.size() - at; };
    while (true) {
        if (count == 0) {
            if (!has(4)) return std::nullopt;  // a stream ends behind a flag of one
            flags = little(octets, at, 4);
            count = 32;
            at += 4;
        }
        const bool is_match = (flags >> --count & 1) != 0;
        if (!is_match) {
            if (!has(1) || out.size() >= octets_max) return std::nullopt;
            out += octets[at++];
            continue;
        }
        if (at == octets.size()) return out;
        if (!has(2)) return std::nullopt;
        const std::uint32_t word = little(octets, at, 2);
        at += 2;
        std::size_t length = word & 7;
        const std::size_t distance = (word >> 3) + 1;
        if (length == in_word) {
            if (half == 0) {
                if (!has(1)) return std::nullopt;
                half = at++;
                length = static_cast<unsigned char>(octets[half]) & 0xf;
            } else {
                length = static_cast<unsigned char>(octets[half]) >> 4;
                half = 0;
            }
            if (length == in_nibble) {
                if (!has(1)) return std::nullopt;
                length = static_cast<unsigned char>(octets[at++]);
                if (length == in_octet) {
                    if (!has(2)) return std::nullopt;
                    length = little(octets, at, 2);
                    at += 2;
                    if (length < in_nibble + in_word) return std::nullopt;
                    length -= in_nibble + in_word;
                }
                length += in_nibble;
            }
            length += in_word;
        }
        length += length_min;
        if (distance > out.size() || length > octets_max - out.size()) return std::nullopt;
        for (std::size_t i = 0; i < length; ++i) out += out[out.size() - distance];
    }
}

std::string obfuscate(std::string_view octets) {
    std::string out(octets);
    for (char& octet : out) octet = static_cast<char>(static_cast<unsigned char>(octet) ^ 0xa5);
    return out;
}

std::string write_extended(std::string_view payload, Packing packing, bool last) {
    std::string packed(payload);
    std::uint16_t flags = last ? ext_flag::last : std::uint16_t{0};
    if (packing == Packing::xored) {
        packed = obfuscate(payload);
        flags |= ext_flag::xored;
    } else if (packing == Packing::compressed) {
        std::string shorter = compress(payload);
        if (shorter.size() < payload.size()) {
            packed = std::move(shorter);
            flags |= ext_flag::compressed;
        }
    }
    std::string out;
    put_little(out, 0, 2);  // the version
    put_little(out, flags, 2);
    put_little(out, static_cast<std::uint32_t>(packed.size()), 2);
    put_little(out, static_cast<std::uint32_t>(payload.size()), 2);
    return out + packed;
}

std::optional<std::vector<std::string>> read_extended(std::string_view octets) {
    std::vector<std::string> out;
    while (octets.size() >= header_octets && out.size() < extended_buffers_max) {
        const std::uint32_t version = little(octets, 0, 2), flags = little(octets, 2, 2);
        const std::size_t size = little(octets, 4, 2), actual = little(octets, 6, 2);
        octets.remove_prefix(header_octets);
        if (version != 0 || size > octets.size()) return std::nullopt;
        std::string payload(octets.substr(0, size));
        octets.remove_prefix(size);
        if (flags & ext_flag::xored) payload = obfuscate(payload);
        if (flags & ext_flag::compressed) {
            auto whole = decompress(payload, actual);
            if (!whole) return std::nullopt;
            payload = std::move(*whole);
        }
        if (payload.size() != actual) return std::nullopt;
        out.push_back(std::move(payload));
        if (flags & ext_flag::last) return out;
    }
    return std::nullopt;
}

}  // namespace postroad::mapi
