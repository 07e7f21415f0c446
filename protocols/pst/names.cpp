// Names are numbers or texts, each in a set (a GUID); 1 and 2 stand for the two that all files
// have.
#include "protocols/pst/names.hpp"

#include <algorithm>

#include "protocols/mapi/property_layout.hpp"
#include "protocols/ntlm/hashes.hpp"
#include "protocols/pst/checksum.hpp"
#include "protocols/pst/layout.hpp"
#include "protocols/pst/limits.hpp"
#include "protocols/pst/nodes.hpp"
#include "protocols/pst/values.hpp"

namespace postroad::pst {
namespace {

using mapi::PropertyName;
using mapi::Value;

constexpr rpc::Uuid ps_mapi{"00020328-0000-0000-c000-000000000046"},
    ps_public_strings{"00020329-0000-0000-c000-000000000046"};
constexpr std::uint32_t buckets = 251;
constexpr std::uint16_t first_bucket = 0x1000;
constexpr std::size_t guid_octets = 16;

struct NameEntry {                   // NAMEID, §2.4.7.1
    std::uint32_t name = 0;          // a number, or where the text begins in its stream
    std::uint16_t set_and_kind = 0;  // the lowest bit: a text
    std::uint16_t index = 0;         // of the property id, from 0x8000
};
template <class A> void describe(A& a, NameEntry& entry) {
    a.value(entry.name);
    a.value(entry.set_and_kind);
    a.value(entry.index);
}
constexpr std::size_t entry_octets = 8;

std::string guid_of(rpc::Uuid set) {
    mapi::Writer writer;
    mapi::guid(writer, set);
    return std::move(writer.out);
}

std::uint16_t set_number(const rpc::Uuid& set, std::string& stream) {
    if (set.is_nil()) return 0;
    if (set == ps_mapi) return 1;
    if (set == ps_public_strings) return 2;
    const std::string octets = guid_of(set);
    std::size_t at = 0;
    while (at < stream.size() && stream.compare(at, guid_octets, octets) != 0) at += guid_octets;
    if (at == stream.size()) stream += octets;
    return static_cast<std::uint16_t>(3 + at / guid_octets);
}
std::optional<rpc::Uuid> set_of(std::size_t number, std::string_view stream) {
    if (number == 0) return rpc::Uuid{};
    if (number == 1) return ps_mapi;
    if (number == 2) return ps_public_strings;
    if ((number - 2) * guid_octets > stream.size()) return std::nullopt;
    mapi::Reader reader(stream.substr((number - 3) * guid_octets, guid_octets));
    rpc::Uuid set;
    mapi::guid(reader, set);
    return set;
}

// Texts may lie over each other, and do not in files that mean well: `left` is what they may come
// to.
std::optional<std::string> text_at(std::size_t at, std::string_view stream, std::size_t& left) {
    if (at > stream.size()) return std::nullopt;
    stream.remove_prefix(at);
    if (stream.size() < 4) return std::nullopt;
    mapi::Reader reader(stream);
    std::uint32_t size = 0;
    reader.value(size);
    if (size > reader.rest().size() || size > left) return std::nullopt;
    left -= size;
    return utf8_of(reader.rest().substr(0, size));
}

}  // namespace

Properties name_map(const std::vector<PropertyName>& names) {
    std::string sets, entries, texts;
    std::vector<std::string> table(buckets);
    for (std::size_t i = 0; i < std::min(names.size(), names_max); ++i) {
        const PropertyName& one = names[i];
        if (one.kind == PropertyName::Kind::none) continue;
        NameEntry entry{one.id, 0, static_cast<std::uint16_t>(i)};
        NameEntry hashed = entry;
        const bool is_text = one.kind == PropertyName::Kind::name;
        entry.set_and_kind =
            static_cast<std::uint16_t>(set_number(one.set, sets) << 1 | (is_text ? 1 : 0));
        if (is_text) {
            const std::string text = ntlm::utf16(one.name);
            entry.name = static_cast<std::uint32_t>(texts.size());
            texts += mapi::write(static_cast<std::uint32_t>(text.size())) + text;
            texts.resize((texts.size() + 3) & ~std::size_t{3}, '\0');
            hashed.name = crc(text);  // §2.4.7.6
        }
        hashed.set_and_kind = entry.set_and_kind;
        entries += mapi::write(entry);
        table[(hashed.name ^ hashed.set_and_kind) % buckets] += mapi::write(hashed);
    }
    Properties out{{tag::bucket_count, Value::of(std::uint64_t{buckets})},
                   {tag::guid_stream, Value::of(sets)},
                   {tag::entry_stream, Value::of(entries)},
                   {tag::string_stream, Value::of(texts)}};
    for (std::uint32_t i = 0; i < buckets; ++i)
        if (!table[i].empty())
            out.push_back(
                {{static_cast<std::uint16_t>(first_bucket + i), mapi::PropertyType::binary},
                 Value::of(table[i])});
    return out;
}

std::vector<PropertyName> read_name_map(const Properties& properties, std::size_t& damaged) {
    const auto stream = [&](mapi::PropertyTag tag) {
        const Value* value = find(properties, tag.id());
        return value ? std::string_view(value->text) : std::string_view();
    };
    const std::string_view sets = stream(tag::guid_stream), texts = stream(tag::string_stream);
    std::size_t left = 4 * texts.size();
    std::vector<PropertyName> out;
    for (std::string_view rest = stream(tag::entry_stream); rest.size() >= entry_octets;
         rest.remove_prefix(entry_octets)) {
        const auto entry = *record<NameEntry>(rest);
        const auto set = set_of(entry.set_and_kind >> 1, sets);
        const bool is_text = entry.set_and_kind & 1;
        const auto text = is_text ? text_at(entry.name, texts, left) : std::optional(std::string());
        if (!set || !text || entry.index >= names_max) {
            ++damaged;
            continue;
        }
        if (out.size() <= entry.index) out.resize(entry.index + std::size_t{1});
        out[entry.index] = is_text ? PropertyName{PropertyName::Kind::name, *set, 0, *text}
                                   : PropertyName{PropertyName::Kind::id, *set, entry.name, {}};
    }
    return out;
}

}  // namespace postroad::pst
