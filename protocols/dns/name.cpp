// Domain names: limits, order, text and wire forms (RFC 1035 §2.3, §3.1, §4.1.4, §5.1).
#include "protocols/dns/name.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace postroad::dns {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Collects labels of a name in the making; every limit of RFC 1035 §2.3.4 is kept here.
class NameBuilder {
public:
    // One octet of the label in hand.
    NameError put(std::uint8_t c) {
        if (label_size_ == label_size_max) return NameError::label_too_long;
        if (size_ + 1 + label_size_ + 1 >= name_size_max) return NameError::name_too_long;
        name_.wire[size_ + 1 + label_size_] = c;
        ++label_size_;
        return NameError::none;
    }

    NameError end_label() {
        if (label_size_ == 0) return NameError::empty_label;
        name_.wire[size_] = static_cast<std::uint8_t>(label_size_);
        size_ += 1 + label_size_;
        label_size_ = 0;
        return NameError::none;
    }

    bool label_is_empty() const { return label_size_ == 0; }

    // Ends the name with `tail`, a whole name (the root's single zero, or an origin).
    NameError finish(Bytes tail, Name& out) {
        if (size_ + tail.size() > name_size_max) return NameError::name_too_long;
        std::memcpy(name_.wire.data() + size_, tail.data(), tail.size());
        name_.length = static_cast<std::uint8_t>(size_ + tail.size());
        out = name_;
        return NameError::none;
    }

private:
    Name name_;
    std::size_t size_ = 0;
    std::size_t label_size_ = 0;
};

// The octet an escape stands for; moves `at` behind it. RFC 1035 §5.1: \X and \DDD.
bool read_escape(std::string_view text, std::size_t& at, std::uint8_t& out) {
    if (at + 1 >= text.size()) return false;
    if (!is_digit(text[at + 1])) {
        out = static_cast<std::uint8_t>(text[at + 1]);
        at += 2;
        return true;
    }
    if (at + 3 >= text.size() || !is_digit(text[at + 2]) || !is_digit(text[at + 3])) return false;
    const int value = (text[at + 1] - '0') * 100 + (text[at + 2] - '0') * 10 + (text[at + 3] - '0');
    if (value > 255) return false;
    out = static_cast<std::uint8_t>(value);
    at += 4;
    return true;
}

}  // namespace

std::string_view to_text(NameError error) {
    switch (error) {
        case NameError::none: return "no error";
        case NameError::empty: return "the name is empty";
        case NameError::empty_label: return "a label of the name is empty (two dots in a row)";
        case NameError::label_too_long: return "a label is longer than 63 octets";
        case NameError::name_too_long: return "the name is longer than 255 octets";
        case NameError::bad_escape: return "a backslash needs a character, or three digits to 255";
        case NameError::truncated: return "the name runs past the end of the data";
        case NameError::bad_label_type: return "a label of a reserved type";
        case NameError::bad_pointer: return "a compression pointer that does not point backwards";
    }
    return "unknown error";
}

bool equal(Bytes a, Bytes b) {
    if (a.size() != b.size()) return false;
    // Length octets are at most 63, below 'A', so lower-casing leaves them alone.
    for (std::size_t i = 0; i < a.size(); ++i)
        if (ascii_lower(a[i]) != ascii_lower(b[i])) return false;
    return true;
}

std::size_t label_count(Bytes name) {
    std::size_t count = 0;
    for (std::size_t at = 0; name[at] != 0; at += 1u + name[at]) ++count;
    return count;
}

Bytes parent(Bytes name) { return name[0] == 0 ? name : name.subspan(1u + name[0]); }

bool is_within(Bytes name, Bytes ancestor) {
    while (name.size() > ancestor.size()) name = parent(name);
    return equal(name, ancestor);
}

bool is_wildcard(Bytes name) { return name[0] == 1 && name[1] == '*'; }

Name to_name(Bytes name) {
    assert(!name.empty() && name.size() <= name_size_max);
    Name out;
    out.length = static_cast<std::uint8_t>(name.size());
    std::memcpy(out.wire.data(), name.data(), name.size());
    return out;
}

Name lowercased(Bytes name) {
    Name out = to_name(name);
    for (std::size_t i = 0; i < out.length; ++i) out.wire[i] = ascii_lower(out.wire[i]);
    return out;
}

std::uint64_t hash(Bytes name) {  // FNV-1a
    std::uint64_t h = 14695981039346656037ull;
    for (const std::uint8_t c : name) h = (h ^ ascii_lower(c)) * 1099511628211ull;
    return h;
}

void make_sort_key(Bytes name, SortKey& out) {
    std::array<std::uint8_t, label_count_max> starts;
    std::size_t depth = 0;
    for (std::size_t at = 0; name[at] != 0; at += 1u + name[at])
        starts[depth++] = static_cast<std::uint8_t>(at);
    std::size_t size = 0;
    for (std::size_t i = 0; i < depth; ++i) {
        const std::size_t start = starts[depth - 1 - i];
        for (std::size_t k = 1; k <= name[start]; ++k) {
            const std::uint8_t c = ascii_lower(name[start + k]);
            // 0 ends a label, so 0 and 1 inside one become the pairs 1 1 and 1 2: order is kept.
            if (c <= 1) out.bytes[size++] = 1;
            out.bytes[size++] = static_cast<char>(c <= 1 ? c + 1 : c);
        }
        out.bytes[size++] = 0;
        out.ends[i + 1] = static_cast<std::uint16_t>(size);
    }
    out.length = static_cast<std::uint16_t>(size);
    out.depth = static_cast<std::uint8_t>(depth);
}

std::strong_ordering canonical_order(Bytes a, Bytes b) {
    SortKey ka, kb;
    make_sort_key(a, ka);
    make_sort_key(b, kb);
    const int order = ka.view().compare(kb.view());  // char_traits<char> compares as unsigned
    return order < 0   ? std::strong_ordering::less
           : order > 0 ? std::strong_ordering::greater
                       : std::strong_ordering::equal;
}

bool is_absolute_text(std::string_view text) {
    if (text.empty() || text.back() != '.') return false;
    for (std::size_t at = 0; at < text.size();) {
        std::uint8_t ignored = 0;
        if (text[at] == '\\') {
            if (!read_escape(text, at, ignored)) return false;
            if (at == text.size()) return false;  // the dot itself was escaped
        } else {
            ++at;
        }
    }
    return true;
}

ParsedName parse_name(std::string_view text, const Name* origin) {
    static constexpr std::uint8_t root = 0;
    ParsedName result;
    const auto fail = [&](NameError error) {
        result.error = error;
        result.name = Name{};
        return result;
    };
    if (text.empty()) return fail(NameError::empty);
    if (text == ".") return result;
    if (text == "@" && origin != nullptr) {
        result.name = *origin;
        return result;
    }
    NameBuilder builder;
    for (std::size_t at = 0; at < text.size();) {
        NameError error = NameError::none;
        std::uint8_t c = 0;
        if (text[at] == '.') {
            error = builder.end_label();
            ++at;
        } else if (text[at] == '\\') {
            if (!read_escape(text, at, c)) return fail(NameError::bad_escape);
            error = builder.put(c);
        } else {
            error = builder.put(static_cast<std::uint8_t>(text[at++]));
        }
        if (error != NameError::none) return fail(error);
    }
    const bool absolute = builder.label_is_empty();
    if (!absolute) {
        if (const NameError error = builder.end_label(); error != NameError::none)
            return fail(error);
    }
    const Bytes tail = !absolute && origin != nullptr ? origin->bytes() : Bytes{&root, 1};
    result.error = builder.finish(tail, result.name);
    return result;
}

std::string to_text(Bytes name) {
    if (name[0] == 0) return ".";
    std::string out;
    for (std::size_t at = 0; name[at] != 0; at += 1u + name[at]) {
        for (std::size_t k = 1; k <= name[at]; ++k) {
            const std::uint8_t c = name[at + k];
            if (c <= ' ' || c >= 127) {
                out += '\\';
                out += static_cast<char>('0' + c / 100);
                out += static_cast<char>('0' + c / 10 % 10);
                out += static_cast<char>('0' + c % 10);
            } else {
                if (std::strchr(".\\\"();@$", c) != nullptr) out += '\\';
                out += static_cast<char>(c);
            }
        }
        out += '.';
    }
    return out;
}

ReadName read_name(Bytes packet, std::size_t offset) {
    ReadName result;
    const auto fail = [&](NameError error) {
        result.error = error;
        result.name = Name{};
        return result;
    };
    std::size_t at = offset;
    std::size_t piece = offset;  // where the piece in hand began: pointers must go before it
    std::size_t size = 0;
    bool jumped = false;
    for (;;) {
        if (at >= packet.size()) return fail(NameError::truncated);
        const std::uint8_t head = packet[at];
        if ((head & 0xC0u) == 0xC0u) {
            if (at + 1 >= packet.size()) return fail(NameError::truncated);
            const std::size_t target = (head & 0x3Fu) << 8 | packet[at + 1];
            if (!jumped) result.next = at + 2;
            jumped = true;
            if (target >= piece) return fail(NameError::bad_pointer);
            at = piece = target;
            continue;
        }
        if ((head & 0xC0u) != 0) return fail(NameError::bad_label_type);
        const std::size_t step = 1u + head;
        if (at + step > packet.size()) return fail(NameError::truncated);
        // Unless this is the root, room for the root must stay.
        if (size + step + (head != 0 ? 1 : 0) > name_size_max)
            return fail(NameError::name_too_long);
        std::memcpy(result.name.wire.data() + size, packet.data() + at, step);
        size += step;
        at += step;
        if (head == 0) break;
    }
    if (!jumped) result.next = at;
    result.name.length = static_cast<std::uint8_t>(size);
    return result;
}

}  // namespace postroad::dns
