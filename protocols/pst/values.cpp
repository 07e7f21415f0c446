// What a type's values look like, and lists of properties.
#include "protocols/pst/values.hpp"

#include <algorithm>

#include "protocols/mapi/mail.hpp"
#include "protocols/ntlm/hashes.hpp"

namespace postroad::pst {
namespace {

using mapi::PropertyType;
using mapi::Value;

PropertyType one_of(PropertyType type) {
    return static_cast<PropertyType>(static_cast<std::uint16_t>(type) &
                                     ~static_cast<std::uint16_t>(PropertyType::many));
}

std::string number_octets(std::uint64_t number, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += static_cast<char>(number >> 8 * i & 0xff);
    return out;
}
std::uint64_t number_of(std::string_view octets) {
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < octets.size() && i < 8; ++i)
        out |= std::uint64_t{static_cast<unsigned char>(octets[i])} << 8 * i;
    return out;
}

std::string text_octets(PropertyType type, const std::string& text) {
    if (type == PropertyType::string) return ntlm::utf16(text);
    if (type != PropertyType::guid) return text;
    std::string out = text;
    out.resize(16);
    return out;
}
std::string text_of(PropertyType type, std::string_view octets) {
    if (type == PropertyType::string) return utf8_of(octets);
    std::string out(octets);
    if (type == PropertyType::guid) out.resize(16);
    return out;
}
std::uint64_t number_of(PropertyType type, std::string_view octets) {
    const std::uint64_t number = number_of(octets.substr(0, fixed_octets(type)));
    return type == PropertyType::boolean ? number != 0 : number;
}

// §2.3.3.4.2: a count, where each value begins, the values.
std::string encode_texts(PropertyType type, const std::vector<std::string>& texts) {
    std::string head = number_octets(texts.size(), 4), body;
    for (const std::string& one : texts) {
        head += number_octets(4 + 4 * texts.size() + body.size(), 4);
        body += text_octets(type, one);
    }
    return head + body;
}
std::optional<Value> decode_texts(PropertyType type, std::string_view octets) {
    Value out;
    if (octets.empty()) return out;
    if (octets.size() < 4) return std::nullopt;
    const std::uint64_t count = number_of(octets.substr(0, 4));
    if (count > (octets.size() - 4) / 4) return std::nullopt;
    // Values that lie over each other would make much of little.
    std::size_t last = 4 + 4 * count;
    for (std::size_t i = 0; i < count; ++i) {
        const auto begin = static_cast<std::size_t>(number_of(octets.substr(4 + 4 * i, 4)));
        const auto end = i + 1 < count
                             ? static_cast<std::size_t>(number_of(octets.substr(8 + 4 * i, 4)))
                             : octets.size();
        if (begin < last || end < begin || end > octets.size()) return std::nullopt;
        last = begin;
        out.texts.push_back(text_of(type, octets.substr(begin, end - begin)));
    }
    return out;
}

bool is_octets(PropertyType type) {
    constexpr auto restriction = static_cast<PropertyType>(0x00fd),
                   rule_action = static_cast<PropertyType>(0x00fe);
    return type == PropertyType::string8 || type == PropertyType::string ||
           type == PropertyType::server_id || type == PropertyType::binary ||
           type == PropertyType::object || type == restriction || type == rule_action;
}

}  // namespace

std::size_t fixed_octets(PropertyType type) {
    switch (type) {
    case PropertyType::boolean: return 1;
    case PropertyType::integer16: return 2;
    case PropertyType::integer32:
    case PropertyType::floating32:
    case PropertyType::error: return 4;
    case PropertyType::floating64:
    case PropertyType::currency:
    case PropertyType::floating_time:
    case PropertyType::integer64:
    case PropertyType::time: return 8;
    case PropertyType::guid: return 16;
    default: return 0;
    }
}

bool is_known(PropertyType type) {
    const PropertyType one = one_of(type);
    if (is_many(type) && (one == PropertyType::object || one == PropertyType::boolean))
        return false;
    return fixed_octets(one) != 0 || is_octets(one);
}

std::string encode(PropertyType type, const Value& value) {
    const PropertyType one = one_of(type);
    const std::size_t size = fixed_octets(one);
    if (!is_many(type)) {
        if (size == 0 || one == PropertyType::guid) return text_octets(one, value.text);
        return number_octets(one == PropertyType::boolean ? value.number != 0 : value.number, size);
    }
    std::string out;
    if (size == 0) return encode_texts(one, value.texts);
    for (const std::string& text : value.texts) out += text_octets(one, text);
    for (const std::uint64_t number : value.numbers) out += number_octets(number, size);
    return out;
}

std::optional<Value> decode(PropertyType type, std::string_view octets) {
    const PropertyType one = one_of(type);
    const std::size_t size = fixed_octets(one);
    Value out;
    if (!is_many(type)) {
        if (size == 0 || one == PropertyType::guid)
            out.text = text_of(one, octets.substr(0, size == 0 ? octets.npos : size));
        else
            out.number = number_of(one, octets);
        return out;
    }
    if (size == 0) return decode_texts(one, octets);
    if (octets.size() % size != 0) return std::nullopt;
    for (; !octets.empty(); octets.remove_prefix(size)) {
        if (one == PropertyType::guid)
            out.texts.emplace_back(octets.substr(0, size));
        else
            out.numbers.push_back(number_of(one, octets));
    }
    return out;
}

std::string utf8_of(std::string_view utf16) {
    utf16 = utf16.substr(0, utf16.size() & ~std::size_t{1});
    if (auto all = ntlm::utf8(utf16)) return std::move(*all);
    std::string out;
    while (!utf16.empty()) {
        // Two units make a character where one does not.
        const std::string_view one = utf16.substr(0, 2), two = utf16.substr(0, 4);
        const auto single = ntlm::utf8(one), pair = single ? std::nullopt : ntlm::utf8(two);
        out += single ? *single : pair ? *pair : "\xef\xbf\xbd";
        utf16.remove_prefix(pair ? two.size() : one.size());
    }
    return out;
}

const Value* find(const Properties& properties, std::uint16_t id) {
    for (const mapi::TaggedValue& one : properties)
        if (one.tag.id() == id) return &one.value;
    return nullptr;
}
void put(Properties& properties, mapi::PropertyTag tag, Value value) {
    drop(properties, tag.id());
    properties.push_back({tag, std::move(value)});
}
void drop(Properties& properties, std::uint16_t id) {
    std::erase_if(properties, [&](const mapi::TaggedValue& one) { return one.tag.id() == id; });
}
void sort(Properties& properties) {
    const auto id = [](const mapi::TaggedValue& one) { return one.tag.id(); };
    std::stable_sort(properties.begin(), properties.end(),
                     [&](const auto& a, const auto& b) { return id(a) < id(b); });
    properties.erase(std::unique(properties.begin(), properties.end(),
                                 [&](const auto& a, const auto& b) { return id(a) == id(b); }),
                     properties.end());
}

std::string with_prefix_length(std::string_view subject, std::string_view prefix) {
    if (subject.empty()) return {};
    if (prefix.empty() || !subject.starts_with(prefix))
        prefix = mapi::split_subject(subject).prefix;
    std::size_t units = ntlm::utf16(prefix).size() / 2 + 1;
    if (units >= 0x80) units = 1;
    return std::string{'\1', static_cast<char>(units)} + std::string(subject);
}

std::string without_prefix_length(std::string_view subject) {
    if (subject.size() < 2 || subject.front() != '\1') return std::string(subject);
    std::size_t second = 1;  // and its further octets
    while (++second < subject.size() && (subject[second] & 0xc0) == 0x80) {
    }
    return std::string(subject.substr(second));
}

}  // namespace postroad::pst
