// A message's recipients as rows (MS-OXCDATA §2.8.3): who it is by the directory's name or by an
// address of any kind, and the properties that a message keeps of it.
#pragma once

#include "protocols/mapi/property_layout.hpp"

namespace postroad::mapi {

enum class RecipientKind : std::uint8_t { originator, to, cc, bcc };  // MS-OXCMSG §2.2.3.1.2

struct RecipientRow {
    enum Flag : std::uint16_t {  // §2.8.3.2, the low three bits are the type
        none = 0,
        x500 = 1,
        smtp = 3,
        has_email = 0x0008,
        has_display_name = 0x0010,
        has_transmittable = 0x0020,
        same_transmittable = 0x0040,
        responsible = 0x0080,
        not_rich = 0x0100,
        is_unicode = 0x0200,
        has_simple = 0x0400,
        other_type = 0x8000,
    };
    std::uint16_t flags = smtp | has_email | has_display_name | is_unicode;
    std::uint8_t prefix_used = 0, display_type = 0;  // of an X500 name
    std::string x500_name;
    std::string address_type;  // "SMTP", with other_type
    std::string email, display_name, simple_name, transmittable_name;
    std::uint16_t columns = 0;  // how many of the message's recipient columns follow
    Row properties;
    bool operator==(const RecipientRow&) const = default;
};

template <class A>
void recipient_row(A& a, const std::vector<PropertyTag>& columns, RecipientRow& row) {
    const auto text = [&](std::uint16_t flag, std::string& one) {
        if (!(row.flags & flag)) return;
        if (row.flags & RecipientRow::is_unicode)
            a.unicode(one);
        else
            a.ascii(one);
    };
    a.value(row.flags);
    const auto type = row.flags & 7;
    if (!a.require(type < 6)) return;  // private distribution lists: not here
    if (type == RecipientRow::x500) {
        a.value(row.prefix_used);
        a.value(row.display_type);
        a.ascii(row.x500_name);
    }
    if (type == 0 && (row.flags & RecipientRow::other_type)) a.ascii(row.address_type);
    text(RecipientRow::has_email, row.email);
    text(RecipientRow::has_display_name, row.display_name);
    text(RecipientRow::has_simple, row.simple_name);
    text(RecipientRow::has_transmittable, row.transmittable_name);
    row.columns = static_cast<std::uint16_t>(A::reading ? 0 : row.properties.cells.size());
    a.value(row.columns);
    if (!a.require(row.columns <= columns.size())) return;
    row_of(a, {columns.begin(), columns.begin() + row.columns}, row.properties);
}

inline std::string write_recipient(RecipientRow row, const std::vector<PropertyTag>& columns) {
    Writer writer;
    recipient_row(writer, columns, row);
    return std::move(writer.out);
}
inline std::optional<RecipientRow> read_recipient(std::string_view octets,
                                                  const std::vector<PropertyTag>& columns) {
    Reader reader(octets);
    RecipientRow out;
    recipient_row(reader, columns, out);
    return reader.done() ? std::optional(out) : std::nullopt;
}

}  // namespace postroad::mapi
