// Properties (MS-OXCDATA §2.11, MS-OXPROPS): a tag says which and of what type, a value is what the
// type says; rows of them are what tables and objects answer with.
#pragma once

#include <optional>

#include "protocols/mapi/wire.hpp"

namespace postroad::mapi {

enum class PropertyType : std::uint16_t {  // MS-OXCDATA §2.11.1
    unspecified = 0x0000,
    null = 0x0001,
    integer16 = 0x0002,
    integer32 = 0x0003,
    floating32 = 0x0004,  // as its bits: nothing here computes with it
    floating64 = 0x0005,
    currency = 0x0006,
    floating_time = 0x0007,
    error = 0x000a,
    boolean = 0x000b,
    object = 0x000d,
    integer64 = 0x0014,
    string8 = 0x001e,
    string = 0x001f,
    time = 0x0040,  // 100 ns since 1601
    guid = 0x0048,
    server_id = 0x00fb,
    binary = 0x0102,
    many = 0x1000,  // with one of the others: several values
};
std::string_view name_of(PropertyType type);  // "PtypString"

struct PropertyTag {
    std::uint32_t number = 0;
    constexpr PropertyTag() = default;
    constexpr PropertyTag(std::uint32_t tag)
        : number(tag) {}  // NOLINT(google-explicit-constructor)
    constexpr PropertyTag(std::uint16_t id, PropertyType type)
        : number(std::uint32_t{id} << 16 | static_cast<std::uint16_t>(type)) {}
    constexpr std::uint16_t id() const { return static_cast<std::uint16_t>(number >> 16); }
    constexpr PropertyType type() const { return static_cast<PropertyType>(number & 0xffff); }
    constexpr bool operator==(const PropertyTag&) const = default;
};

// Those that a mailbox cannot do without, by the names of MS-OXPROPS §2.
namespace tag {
inline constexpr PropertyTag importance = 0x00170003, message_class = 0x001a001f,
                             subject = 0x0037001f, client_submit_time = 0x00390040,
                             sent_representing_name = 0x0042001f, subject_prefix = 0x003d001f,
                             transport_message_headers = 0x007d001f, sender_name = 0x0c1a001f,
                             sender_address_type = 0x0c1e001f, sender_email = 0x0c1f001f,
                             recipient_type = 0x0c150003, display_cc = 0x0e03001f,
                             display_to = 0x0e04001f, delivery_time = 0x0e060040,
                             flags = 0x0e070003, size = 0x0e080003, has_attachments = 0x0e1b000b,
                             normalized_subject = 0x0e1d001f, attach_size = 0x0e200003,
                             body = 0x1000001f, html = 0x10130102, internet_message_id = 0x1035001f,
                             display_name = 0x3001001f, address_type = 0x3002001f,
                             email_address = 0x3003001f, comment = 0x3004001f,
                             content_count = 0x36020003, content_unread = 0x36030003,
                             subfolders = 0x360a000b, container_class = 0x3613001f,
                             attach_data = 0x37010102, attach_file_name = 0x3704001f,
                             attach_method = 0x37050003, attach_long_file_name = 0x3707001f,
                             attach_mime_tag = 0x370e001f, smtp_address = 0x39fe001f,
                             folder_id = 0x67480014, message_id = 0x674a0014, entry_id = 0x0fff0102,
                             object_type = 0x0ffe0003;
}  // namespace tag
// "PidTagSubject"; empty for those not in the list above.
std::string_view name_of(PropertyTag tag);

// Which of the members counts, the type says: numbers, bits of floating points and times are in
// `number`; texts (UTF-8), octets and GUIDs (16 octets) in `text`; of several values in the lists.
struct Value {
    std::uint64_t number = 0;
    std::string text;
    std::vector<std::uint64_t> numbers;
    std::vector<std::string> texts;
    bool operator==(const Value&) const = default;
    static Value of(std::uint64_t number) { return {number, {}, {}, {}}; }
    static Value of(std::string_view text) { return {0, std::string(text), {}, {}}; }
};

struct TaggedValue {  // §2.11.4
    PropertyTag tag;
    Value value;
    bool operator==(const TaggedValue&) const = default;
};

struct Cell {         // FlaggedPropertyValue, §2.11.5
    PropertyTag tag;  // of the column; the value's type, if that leaves it open
    std::optional<Value> value;
    std::uint32_t error = 0;  // why there is none; 0: the column has none to show
    bool open = false;        // the column leaves its type open: the type is written ahead
    bool operator==(const Cell&) const = default;
};
struct Row {  // PropertyRow, §2.8.1; read by Reader::columns
    std::vector<Cell> cells;
    bool operator==(const Row&) const = default;
};

// MS-OXCDATA §2.6.1: properties without a number of their own.
struct PropertyName {
    enum class Kind : std::uint8_t { id, name, none = 0xff };
    Kind kind = Kind::none;
    rpc::Uuid set;
    std::uint32_t id = 0;
    std::string name;
    bool operator==(const PropertyName&) const = default;
};

// Texts of §2.11.7: none, empty, of octets, of UTF-16 cut to octets where it can be, of UTF-16.
struct TypedString {
    enum class Kind : std::uint8_t { none, empty, octets, reduced, unicode };
    Kind kind = Kind::none;
    std::string text;
    bool operator==(const TypedString&) const = default;
};

}  // namespace postroad::mapi
