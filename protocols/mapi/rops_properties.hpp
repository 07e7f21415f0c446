// Remote operations on the properties of objects, by value and as streams, and news of what has
// happened to them (MS-OXCROPS §2.2.8, §2.2.9, §2.2.14), each with its parts in their order.
#pragma once

#include "protocols/mapi/rops_store.hpp"

namespace postroad::mapi::rop {

// --- §2.2.8: properties ---
struct GetPropertiesSpecific {
    static constexpr RopId id = RopId::get_properties_specific;
    static constexpr Handles handles = Handles::one;
    std::uint16_t size_limit = 0;
    std::uint16_t wants_unicode = 1;
    std::vector<PropertyTag> tags;
    template <class A> void parts(A& a) {
        a.value(size_limit);
        a.value(wants_unicode);
        a.template list<std::uint16_t>(tags);
    }
    bool operator==(const GetPropertiesSpecific&) const = default;
};
struct PropertiesSpecific {  // read by the tags that were asked for
    Row row;
    template <class A> void parts(A& a) { a.value(row); }
    bool operator==(const PropertiesSpecific&) const = default;
};
struct GetPropertiesAll {
    static constexpr RopId id = RopId::get_properties_all;
    static constexpr Handles handles = Handles::one;
    std::uint16_t size_limit = 0;
    std::uint16_t wants_unicode = 1;
    template <class A> void parts(A& a) {
        a.value(size_limit);
        a.value(wants_unicode);
    }
    bool operator==(const GetPropertiesAll&) const = default;
};
struct PropertiesAll {
    std::vector<TaggedValue> properties;
    template <class A> void parts(A& a) { a.template list<std::uint16_t>(properties); }
    bool operator==(const PropertiesAll&) const = default;
};
struct GetPropertiesList {
    static constexpr RopId id = RopId::get_properties_list;
    static constexpr Handles handles = Handles::one;
    template <class A> void parts(A&) {}
    bool operator==(const GetPropertiesList&) const = default;
};
struct PropertiesList {
    std::vector<PropertyTag> tags;
    template <class A> void parts(A& a) { a.template list<std::uint16_t>(tags); }
    bool operator==(const PropertiesList&) const = default;
};
struct SetProperties {
    static constexpr RopId id = RopId::set_properties;
    static constexpr Handles handles = Handles::one;
    std::vector<TaggedValue> properties;
    template <class A> void parts(A& a) {
        a.template sized<std::uint16_t>(
            [&](auto& in) { in.template list<std::uint16_t>(properties); });
    }
    bool operator==(const SetProperties&) const = default;
};
struct DeleteProperties {
    static constexpr RopId id = RopId::delete_properties;
    static constexpr Handles handles = Handles::one;
    std::vector<PropertyTag> tags;
    template <class A> void parts(A& a) { a.template list<std::uint16_t>(tags); }
    bool operator==(const DeleteProperties&) const = default;
};
struct Problem {  // MS-OXCDATA §2.7
    std::uint16_t index = 0;
    PropertyTag tag;
    std::uint32_t error = 0;
    template <class A> void parts(A& a) {
        a.value(index);
        a.value(tag);
        a.value(error);
    }
    bool operator==(const Problem&) const = default;
};
struct Problems {
    std::vector<Problem> problems;
    template <class A> void parts(A& a) { a.template list<std::uint16_t>(problems); }
    bool operator==(const Problems&) const = default;
};
struct GetNamesFromPropertyIds {
    static constexpr RopId id = RopId::get_names_from_property_ids;
    static constexpr Handles handles = Handles::one;
    std::vector<std::uint16_t> ids;
    template <class A> void parts(A& a) { a.template list<std::uint16_t>(ids); }
    bool operator==(const GetNamesFromPropertyIds&) const = default;
};
struct PropertyNames {
    std::vector<PropertyName> names;
    template <class A> void parts(A& a) { a.template list<std::uint16_t>(names); }
    bool operator==(const PropertyNames&) const = default;
};
struct GetPropertyIdsFromNames {  // flags 2: new ones are made
    static constexpr RopId id = RopId::get_property_ids_from_names;
    static constexpr Handles handles = Handles::one;
    std::uint8_t flags = 0;
    std::vector<PropertyName> names;
    template <class A> void parts(A& a) {
        a.value(flags);
        a.template list<std::uint16_t>(names);
    }
    bool operator==(const GetPropertyIdsFromNames&) const = default;
};
struct PropertyIds {
    std::vector<std::uint16_t> ids;
    template <class A> void parts(A& a) { a.template list<std::uint16_t>(ids); }
    bool operator==(const PropertyIds&) const = default;
};

// --- §2.2.9: streams, for values that do not fit into a row ---
struct OpenStream {
    static constexpr RopId id = RopId::open_stream;
    static constexpr Handles handles = Handles::two;
    PropertyTag tag;
    std::uint8_t mode = 0;
    template <class A> void parts(A& a) {
        a.value(tag);
        a.value(mode);
    }
    bool operator==(const OpenStream&) const = default;
};
struct StreamOpened {
    std::uint32_t size = 0;
    template <class A> void parts(A& a) { a.value(size); }
    bool operator==(const StreamOpened&) const = default;
};
struct ReadStream {
    static constexpr RopId id = RopId::read_stream;
    static constexpr Handles handles = Handles::one;
    static constexpr std::uint16_t see_below = 0xbabe;
    std::uint16_t octets = 0;
    std::uint32_t octets_max = 0;  // with see_below
    template <class A> void parts(A& a) {
        a.value(octets);
        if (octets == see_below) a.value(octets_max);
    }
    bool operator==(const ReadStream&) const = default;
};
struct StreamRead {
    static constexpr bool always = true;
    std::string octets;
    template <class A> void parts(A& a) { a.template counted<std::uint16_t>(octets); }
    bool operator==(const StreamRead&) const = default;
};
struct WriteStream {
    static constexpr RopId id = RopId::write_stream;
    static constexpr Handles handles = Handles::one;
    std::string octets;
    template <class A> void parts(A& a) { a.template counted<std::uint16_t>(octets); }
    bool operator==(const WriteStream&) const = default;
};
struct StreamWritten {
    static constexpr bool always = true;
    std::uint16_t octets = 0;
    template <class A> void parts(A& a) { a.value(octets); }
    bool operator==(const StreamWritten&) const = default;
};
struct SeekStream {
    static constexpr RopId id = RopId::seek_stream;
    static constexpr Handles handles = Handles::one;
    std::uint8_t origin = 0;
    std::int64_t offset = 0;
    template <class A> void parts(A& a) {
        a.value(origin);
        a.value(offset);
    }
    bool operator==(const SeekStream&) const = default;
};
struct StreamSought {
    std::uint64_t position = 0;
    template <class A> void parts(A& a) { a.value(position); }
    bool operator==(const StreamSought&) const = default;
};
struct CommitStream {
    static constexpr RopId id = RopId::commit_stream;
    static constexpr Handles handles = Handles::one;
    template <class A> void parts(A&) {}
    bool operator==(const CommitStream&) const = default;
};

// --- §2.2.14: news ---
namespace news {  // MS-OXCNOTIF §2.2.1.1
inline constexpr std::uint16_t new_mail = 0x0002, created = 0x0004, deleted = 0x0008,
                               modified = 0x0010, moved = 0x0020, copied = 0x0040, kinds = 0x0fff,
                               total_changed = 0x1000, unread_changed = 0x2000,
                               in_search_folder = 0x4000, about_message = 0x8000,
                               table_modified = 0x0100;
inline constexpr std::uint16_t table_changed = 1;  // a TableEventType: read it anew
}  // namespace news
struct RegisterNotification {
    static constexpr RopId id = RopId::register_notification;
    static constexpr Handles handles = Handles::two;
    std::uint16_t kinds = news::new_mail;
    std::uint8_t whole_store = 1;
    std::uint64_t folder = 0, message = 0;
    template <class A> void parts(A& a) {
        a.value(kinds);
        a.value(whole_store);
        if (whole_store != 0) return;
        a.value(folder);
        a.value(message);
    }
    bool operator==(const RegisterNotification&) const = default;
};
// MS-OXCNOTIF §2.2.1.4.1.2: what has happened, as a server says it unasked. Of a table only that it
// has changed, which every server may say in place of rows.
struct Notify {
    std::uint32_t subscription = 0;  // the handle that the notification was registered under
    std::uint8_t logon = 0;
    std::uint16_t flags = news::new_mail | news::about_message;
    std::uint64_t folder = 0, message = 0, parent = 0, old_folder = 0, old_message = 0,
                  old_parent = 0;
    std::vector<PropertyTag> tags;  // that were changed
    std::uint32_t total = 0, unread = 0, message_flags = 0;
    std::uint8_t is_unicode = 1;
    std::string message_class;
    std::uint16_t table_event = news::table_changed;
    template <class A> void parts(A& a) {
        a.value(subscription);
        a.value(logon);
        a.value(flags);
        const std::uint16_t kind = flags & news::kinds;
        const bool on_message = (flags & news::about_message) != 0;
        const bool in_search = (flags & news::in_search_folder) != 0;
        const bool goes = kind == news::moved || kind == news::copied;
        if (kind == news::table_modified) {
            a.value(table_event);
            (void)a.require(table_event == news::table_changed);
            return;
        }
        if (!a.require((kind & (kind - 1)) == 0 && kind >= news::new_mail && kind <= news::copied))
            return;
        a.value(folder);
        if (on_message) a.value(message);
        const bool has_parent = goes || kind == news::created || kind == news::deleted;
        if (has_parent && on_message == in_search) a.value(parent);
        if (goes) a.value(old_folder);
        if (goes && on_message) a.value(old_message);
        if (goes && !on_message) a.value(old_parent);
        if (kind == news::created || kind == news::modified) a.template list<std::uint16_t>(tags);
        if (flags & news::total_changed) a.value(total);
        if (flags & news::unread_changed) a.value(unread);
        if (kind != news::new_mail) return;
        a.value(message_flags);
        a.value(is_unicode);
        if (is_unicode != 0)
            a.unicode(message_class);
        else
            a.ascii(message_class);
    }
    bool operator==(const Notify&) const = default;
};
struct Pending {  // §2.2.14.3: there is more news than has fitted
    std::uint16_t session = 0;  // its index, as EcDoConnectEx has given it
    template <class A> void parts(A& a) { a.value(session); }
    bool operator==(const Pending&) const = default;
};
struct TooSmall {  // §2.2.15.1: the last answer; these requests have not been looked at
    std::uint16_t needed = 0;  // octets of room that would have done
    std::string requests;
    template <class A> void parts(A& a) {
        a.value(needed);
        if constexpr (A::reading) a.octets(requests, a.rest().size());
        else a.octets(requests, requests.size());
    }
    bool operator==(const TooSmall&) const = default;
};

}  // namespace postroad::mapi::rop
