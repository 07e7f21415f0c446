// Remote operations on stores, folders and tables (MS-OXCROPS §2.2.3 to §2.2.5, §2.2.14): each
// request and response with its parts in their order, for both directions.
#pragma once

#include "protocols/mapi/restriction.hpp"
#include "protocols/mapi/rop_ids.hpp"

namespace postroad::mapi::rop {

template <class T>
concept HasParts = requires(T& one, Writer& a) {
    one.parts(a);
};
template <class A, HasParts T> void describe(A& a, T& one) { one.parts(a); }

enum class Handles : std::uint8_t { one, two };

struct Nothing {  // of responses that only say how it went
    template <class A> void parts(A&) {}
    bool operator==(const Nothing&) const = default;
};
struct PartlyDone {  // there however it went: 1, if some of it was not done
    static constexpr bool always = true;
    std::uint8_t partly = 0;
    template <class A> void parts(A& a) { a.value(partly); }
    bool operator==(const PartlyDone&) const = default;
};
struct TableStatus {
    std::uint8_t status = 0;  // 0: complete
    template <class A> void parts(A& a) { a.value(status); }
    bool operator==(const TableStatus&) const = default;
};

// --- §2.2.3: logging on ---
struct Logon {  // MS-OXCSTOR §2.2.1.1
    static constexpr RopId id = RopId::logon;
    static constexpr Handles handles = Handles::one;  // the one that is to be
    std::uint8_t flags = 1;                           // 1: a private mailbox
    std::uint32_t open_flags = 0, store_state = 0;
    std::string dn;
    template <class A> void parts(A& a) {
        a.value(flags);
        a.value(open_flags);
        a.value(store_state);
        auto size = static_cast<std::uint16_t>(dn.empty() ? 0 : dn.size() + 1);
        a.value(size);
        if (size == 0) return;
        std::string text = dn + '\0';
        a.octets(text, size);
        if (a.require(!text.empty() && text.back() == '\0')) dn = text.substr(0, text.find('\0'));
    }
    bool operator==(const Logon&) const = default;
};
struct LoggedOn {
    static constexpr std::size_t folders_count = 13;
    std::uint8_t flags = 1;
    std::uint64_t folders[folders_count] = {};  // root, deferred, spooler, top, inbox, outbox, ...
    // of a private mailbox
    std::uint8_t response_flags = 0;
    rpc::Uuid mailbox;
    std::uint16_t replica = 0;
    rpc::Uuid replica_guid, per_user;  // the last one of public folders
    std::uint8_t second = 0, minute = 0, hour = 0, day_of_week = 0, day = 0, month = 0;
    std::uint16_t year = 0;
    std::uint64_t gwart_time = 0;
    std::uint32_t store_state = 0;
    template <class A> void parts(A& a) {
        a.value(flags);
        for (std::uint64_t& one : folders) a.value(one);
        const bool is_private = (flags & 1) != 0;
        if (is_private) {
            a.value(response_flags);
            guid(a, mailbox);
        }
        a.value(replica);
        guid(a, replica_guid);
        if (!is_private) return guid(a, per_user);
        for (std::uint8_t* const one : {&second, &minute, &hour, &day_of_week, &day, &month})
            a.value(*one);
        a.value(year);
        a.value(gwart_time);
        a.value(store_state);
    }
    bool operator==(const LoggedOn&) const = default;
};
struct Elsewhere {  // §2.2.3.1.4: the answer wrong_server, and who is right
    std::uint8_t flags = 0;
    std::string server;
    template <class A> void parts(A& a) {
        a.value(flags);
        std::string text = server + '\0';
        a.template counted<std::uint8_t>(text);
        server = text.substr(0, text.find('\0'));
    }
    bool operator==(const Elsewhere&) const = default;
};
struct GetReceiveFolder {
    static constexpr RopId id = RopId::get_receive_folder;
    static constexpr Handles handles = Handles::one;
    std::string message_class;
    template <class A> void parts(A& a) { a.ascii(message_class); }
    bool operator==(const GetReceiveFolder&) const = default;
};
struct ReceiveFolder {
    std::uint64_t folder = 0;
    std::string message_class;
    template <class A> void parts(A& a) {
        a.value(folder);
        a.ascii(message_class);
    }
    bool operator==(const ReceiveFolder&) const = default;
};

// --- §2.2.4: folders ---
struct Ghost {  // where the content of a folder is, if not here
    std::uint16_t cheap = 0;
    std::vector<std::string> servers;
    template <class A> void parts(A& a) {
        auto count = static_cast<std::uint16_t>(servers.size());
        a.value(count);
        a.value(cheap);
        if constexpr (A::reading)
            if (a.require(count <= a.rest().size())) servers.resize(count);
        for (std::string& one : servers) a.ascii(one);
    }
    bool operator==(const Ghost&) const = default;
};
struct OpenFolder {
    static constexpr RopId id = RopId::open_folder;
    static constexpr Handles handles = Handles::two;
    std::uint64_t folder = 0;
    std::uint8_t mode = 0;
    template <class A> void parts(A& a) {
        a.value(folder);
        a.value(mode);
    }
    bool operator==(const OpenFolder&) const = default;
};
struct FolderOpened {
    std::uint8_t has_rules = 0, is_ghosted = 0;
    Ghost ghost;
    template <class A> void parts(A& a) {
        a.value(has_rules);
        a.value(is_ghosted);
        if (is_ghosted != 0) ghost.parts(a);
    }
    bool operator==(const FolderOpened&) const = default;
};
struct CreateFolder {
    static constexpr RopId id = RopId::create_folder;
    static constexpr Handles handles = Handles::two;
    std::uint8_t type = 1;  // 1 generic, 2 search
    std::uint8_t is_unicode = 1, open_existing = 0, reserved = 0;
    std::string name, comment;
    template <class A> void parts(A& a) {
        for (std::uint8_t* const one : {&type, &is_unicode, &open_existing, &reserved})
            a.value(*one);
        for (std::string* const one : {&name, &comment})
            if (is_unicode != 0)
                a.unicode(*one);
            else
                a.ascii(*one);
    }
    bool operator==(const CreateFolder&) const = default;
};
struct FolderCreated {
    std::uint64_t folder = 0;
    std::uint8_t existed = 0, has_rules = 0, is_ghosted = 0;
    Ghost ghost;
    template <class A> void parts(A& a) {
        a.value(folder);
        a.value(existed);
        if (existed == 0) return;
        a.value(has_rules);
        a.value(is_ghosted);
        if (is_ghosted != 0) ghost.parts(a);
    }
    bool operator==(const FolderCreated&) const = default;
};
struct DeleteFolder {
    static constexpr RopId id = RopId::delete_folder;
    static constexpr Handles handles = Handles::one;
    std::uint8_t flags = 0;
    std::uint64_t folder = 0;
    template <class A> void parts(A& a) {
        a.value(flags);
        a.value(folder);
    }
    bool operator==(const DeleteFolder&) const = default;
};
template <RopId which> struct GetTable {
    static constexpr RopId id = which;
    static constexpr Handles handles = Handles::two;
    std::uint8_t flags = 0;
    template <class A> void parts(A& a) { a.value(flags); }
    bool operator==(const GetTable&) const = default;
};
using GetHierarchyTable = GetTable<RopId::get_hierarchy_table>;
using GetContentsTable = GetTable<RopId::get_contents_table>;
using GetAttachmentTable = GetTable<RopId::get_attachment_table>;
struct RowCount {
    std::uint32_t rows = 0;
    template <class A> void parts(A& a) { a.value(rows); }
    bool operator==(const RowCount&) const = default;
};
struct MoveCopyMessages {
    static constexpr RopId id = RopId::move_copy_messages;
    static constexpr Handles handles = Handles::two;
    std::vector<std::uint64_t> messages;
    std::uint8_t asynchronous = 0, copy = 0;
    template <class A> void parts(A& a) {
        a.template list<std::uint16_t>(messages);
        a.value(asynchronous);
        a.value(copy);
    }
    bool operator==(const MoveCopyMessages&) const = default;
};
struct DeleteMessages {
    static constexpr RopId id = RopId::delete_messages;
    static constexpr Handles handles = Handles::one;
    std::uint8_t asynchronous = 0, notify_unread = 0;
    std::vector<std::uint64_t> messages;
    template <class A> void parts(A& a) {
        a.value(asynchronous);
        a.value(notify_unread);
        a.template list<std::uint16_t>(messages);
    }
    bool operator==(const DeleteMessages&) const = default;
};
struct SetReadFlags {
    static constexpr RopId id = RopId::set_read_flags;
    static constexpr Handles handles = Handles::one;
    std::uint8_t asynchronous = 0, flags = 0;
    std::vector<std::uint64_t> messages;
    template <class A> void parts(A& a) {
        a.value(asynchronous);
        a.value(flags);
        a.template list<std::uint16_t>(messages);
    }
    bool operator==(const SetReadFlags&) const = default;
};

// --- §2.2.5: tables ---
struct SetColumns {
    static constexpr RopId id = RopId::set_columns;
    static constexpr Handles handles = Handles::one;
    std::uint8_t flags = 0;
    std::vector<PropertyTag> columns;
    template <class A> void parts(A& a) {
        a.value(flags);
        a.template list<std::uint16_t>(columns);
    }
    bool operator==(const SetColumns&) const = default;
};
struct SortTable {
    static constexpr RopId id = RopId::sort_table;
    static constexpr Handles handles = Handles::one;
    std::uint8_t flags = 0;
    std::uint16_t categories = 0, expanded = 0;
    std::vector<SortOrder> orders;
    template <class A> void parts(A& a) {
        a.value(flags);
        auto count = static_cast<std::uint16_t>(orders.size());
        a.value(count);
        a.value(categories);
        a.value(expanded);
        if constexpr (A::reading)
            if (a.require(count <= a.rest().size())) orders.resize(count);
        for (SortOrder& one : orders) a.value(one);
    }
    bool operator==(const SortTable&) const = default;
};
struct Restrict {
    static constexpr RopId id = RopId::restrict_table;
    static constexpr Handles handles = Handles::one;
    std::uint8_t flags = 0;
    std::optional<Restriction> restriction;  // none: every row is shown
    template <class A> void parts(A& a) {
        a.value(flags);
        a.template sized<std::uint16_t>([&](auto& in) {
            if constexpr (A::reading)
                if (!in.rest().empty()) restriction.emplace();
            if (restriction) in.value(*restriction);
        });
    }
    bool operator==(const Restrict&) const = default;
};
struct QueryRows {
    static constexpr RopId id = RopId::query_rows;
    static constexpr Handles handles = Handles::one;
    std::uint8_t flags = 0, forward = 1;
    std::uint16_t rows = 0;
    template <class A> void parts(A& a) {
        a.value(flags);
        a.value(forward);
        a.value(rows);
    }
    bool operator==(const QueryRows&) const = default;
};
struct Rows {                 // read by the columns that the table was given
    std::uint8_t origin = 1;  // where the table stands now: 0 beginning, 1 in it, 2 end
    std::vector<Row> rows;
    template <class A> void parts(A& a) {
        a.value(origin);
        a.template list<std::uint16_t>(rows);
    }
    bool operator==(const Rows&) const = default;
};
struct QueryPosition {
    static constexpr RopId id = RopId::query_position;
    static constexpr Handles handles = Handles::one;
    template <class A> void parts(A&) {}
    bool operator==(const QueryPosition&) const = default;
};
struct Position {
    std::uint32_t numerator = 0, denominator = 0;
    template <class A> void parts(A& a) {
        a.value(numerator);
        a.value(denominator);
    }
    bool operator==(const Position&) const = default;
};
struct SeekRow {
    static constexpr RopId id = RopId::seek_row;
    static constexpr Handles handles = Handles::one;
    std::uint8_t origin = 0;
    std::int32_t rows = 0;
    std::uint8_t wants_count = 0;
    template <class A> void parts(A& a) {
        a.value(origin);
        a.value(rows);
        a.value(wants_count);
    }
    bool operator==(const SeekRow&) const = default;
};
struct Sought {
    std::uint8_t less = 0;
    std::int32_t rows = 0;
    template <class A> void parts(A& a) {
        a.value(less);
        a.value(rows);
    }
    bool operator==(const Sought&) const = default;
};

}  // namespace postroad::mapi::rop
