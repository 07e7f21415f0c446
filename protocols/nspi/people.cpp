// What is known of a person, and whom a few letters may mean.
#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/nspi/directory.hpp"

namespace postroad::nspi {
namespace {

constexpr std::uint32_t not_found = 0x8004010f;
constexpr std::uint32_t mail_user = 6;  // MS-OXOABK §2.2.3.10

enum Id : std::uint16_t {
    id_instance_key = 0x0ff6,
    id_object_type = 0x0ffe,
    id_entry_id = 0x0fff,
    id_display_name = 0x3001,
    id_address_type = 0x3002,
    id_email = 0x3003,
    id_display_type = 0x3900,
    id_smtp = 0x39fe,
    id_account = 0x3a00,
    id_transmittable = 0x3a20,
    id_home_database = 0x8006,  // MS-OXOABK §2.2.4.37
};

std::optional<std::string> text_of(const Person& person, std::uint16_t id) {
    switch (id) {
    case id_display_name:
    case id_transmittable: return person.display_name;
    case id_address_type: return "EX";
    case id_email: return person.dn;
    case id_home_database: return person.home_database;
    case id_smtp: return person.smtp;
    case id_account: return person.account;
    default: return std::nullopt;
    }
}

std::string key_of(std::uint32_t mid) {
    std::string out;
    for (unsigned shift = 0; shift < 32; shift += 8) out += static_cast<char>(mid >> shift & 0xffU);
    return out;
}

bool word_begins(std::string_view name, std::string_view text) {
    for (std::size_t at = 0; at < name.size(); ++at)
        if ((at == 0 || name[at - 1] == ' ') && starts_ignoring_case(name.substr(at), text))
            return true;
    return false;
}

}  // namespace

std::string permanent_entry_id(std::string_view dn, std::uint32_t display_type) {
    // The provider's mark of every Exchange address book, then a version of 1.
    static constexpr char provider[] =
        "\xdc\xa7\x40\xc8\xc0\x42\x10\x1a\xb4\xb9\x08\x00\x2b\x2f\xe1\x82";
    std::string out(4, '\0');
    out.append(provider, 16).append(key_of(1)).append(key_of(display_type));
    return out.append(dn).append(1, '\0');
}

TaggedValue property_of(const Person& person, PropertyTag tag) {
    const auto type = tag.type();
    const bool open = type == mapi::PropertyType::unspecified;
    const auto with = [&](mapi::PropertyType own, mapi::Value value) {
        return TaggedValue{PropertyTag(tag.id(), open ? own : type), std::move(value)};
    };
    if (const auto text = text_of(person, tag.id());
        text && (open || type == mapi::PropertyType::string || type == mapi::PropertyType::string8))
        return with(mapi::PropertyType::string, mapi::Value::of(*text));
    if (open || type == mapi::PropertyType::binary) {
        if (tag.id() == id_entry_id)
            return with(mapi::PropertyType::binary, mapi::Value::of(permanent_entry_id(person.dn)));
        if (tag.id() == id_instance_key)
            return with(mapi::PropertyType::binary, mapi::Value::of(key_of(person.mid)));
    }
    if (open || type == mapi::PropertyType::integer32) {
        if (tag.id() == id_object_type)
            return with(mapi::PropertyType::integer32, mapi::Value::of(mail_user));
        if (tag.id() == id_display_type)
            return with(mapi::PropertyType::integer32, mapi::Value::of(std::uint64_t{0}));
    }
    return {PropertyTag(tag.id(), mapi::PropertyType::error), mapi::Value::of(not_found)};
}

std::vector<std::uint32_t> resolve(std::span<const Person> people, std::string_view text) {
    // Addresses are often typed with their kind ahead.
    if (starts_ignoring_case(text, "SMTP:")) text.remove_prefix(5);
    std::vector<std::uint32_t> exact, some;
    if (text.empty()) return some;
    for (const Person& one : people) {
        if (equals_ignoring_case(one.smtp, text) || equals_ignoring_case(one.account, text) ||
            equals_ignoring_case(one.display_name, text) || equals_ignoring_case(one.dn, text))
            exact.push_back(one.mid);
        if (word_begins(one.display_name, text) || starts_ignoring_case(one.account, text) ||
            starts_ignoring_case(one.smtp, text))
            some.push_back(one.mid);
    }
    return exact.size() == 1 ? exact : some;
}

}  // namespace postroad::nspi
