// What the store behind MAPI keeps in the World: sessions of mail clients, the objects that each has
// open, and the names of properties that mailboxes have numbers for.
#pragma once

#include "protocols/base/heap.hpp"
#include "protocols/base/pages.hpp"
#include "protocols/rpc/uuid.hpp"
#include "sim/core/time.hpp"

namespace postroad::sim {

enum class MapiKind : std::uint8_t {
    none,
    logon,
    folder,
    message,
    attachment,
    stream,
    hierarchy,    // tables: of folders,
    contents,     // of messages,
    attachments,  // of a message's attachments
    notification,
    sent,  // a message that has been handed on: nothing but Release may be done with it
};

namespace mapi_flag {
inline constexpr std::uint8_t writable = 1;
inline constexpr std::uint8_t changed = 2;   // a message, an attachment, a stream: not saved yet
inline constexpr std::uint8_t deep = 4;      // a hierarchy table with all levels
inline constexpr std::uint8_t quiet = 8;     // a table nobody is told about
inline constexpr std::uint8_t viewed = 16;   // a table that has been looked at since it changed
inline constexpr std::uint8_t whole = 32;    // a notification about the whole store
inline constexpr std::uint8_t no_match = 64; // a table without rows: one for associated messages
inline constexpr std::uint8_t columned = 128;  // a table that has been given columns
}  // namespace mapi_flag

// What a handle of a client stands for.
struct MapiObject {
    std::uint32_t session = 0xffffffff;  // (first: the free list's link when released)
    std::uint32_t generation = 0;
    std::uint32_t next = 0xffffffff;     // of the same session, the newer first
    std::uint32_t handle = 0;
    std::uint32_t parent = 0xffffffff;   // an attachment's message, a stream's object, a table's message
    std::uint32_t parent_generation = 0;
    std::uint64_t folder = 0;            // its id; of messages: where they lie or are to lie
    std::uint64_t message = 0;           // its id; 0: never saved
    Text content;                        // a message: an Item, once it has been changed; an
                                         // attachment: its properties; a stream: its octets
    Text columns, restriction, order;    // of tables, as ROPs had them
    Text rows;                           // ids or numbers of a table's rows in their order
    std::uint64_t known = 0;             // modseq of the folder that `rows` are of
    std::uint32_t position = 0;          // in the rows, in the octets
    std::uint32_t number = 0;            // of an attachment; of a stream: the property's tag
    std::uint16_t kinds = 0;             // of news
    MapiKind kind = MapiKind::none;
    std::uint8_t logon = 0;              // the client's number for the log-on it belongs to
    std::uint8_t flags = 0;              // mapi_flag
    std::uint8_t unused[3] = {};
};
static_assert(Record<MapiObject> && sizeof(MapiObject) == 104);

// News that a client has asked for and not been told yet.
struct MapiNews {
    std::uint64_t folder = 0, message = 0, old_folder = 0, old_message = 0;
    std::uint32_t handle = 0;            // of the notification or the table
    std::uint32_t total = 0, unread = 0;
    std::uint32_t message_flags = 0;
    std::uint16_t flags = 0;             // mapi::rop::news
    std::uint8_t logon = 0;
    std::uint8_t unused[5] = {};
};
static_assert(Record<MapiNews>);

// A Session Context (MS-OXCRPC §3.1.1): memory of the server, gone when it goes down.
struct MapiSession {
    NodeId host = 0;                     // (first: the free list's link when ended)
    std::uint32_t generation = 0;
    std::uint32_t person = 0xffffffff;   // Setup::people
    std::uint32_t group = 0;             // association group
    rpc::Uuid handle, wait_handle;       // what the client shows
    std::uint32_t first_object = 0xffffffff;
    std::uint32_t objects = 0;
    std::uint32_t next_handle = 1;
    std::uint32_t watches = 0;           // notifications and tables that want news
    std::uint64_t octets = 0;            // that its objects hold
    Time pushed_at = never;              // the last datagram; never: none since
    List<MapiNews> news;
    Text push_context;                   // what the datagram has in it
    std::uint32_t push_address = 0;      // IPv4
    std::uint32_t waits = 0xffffffff;    // connection of a call that waits for news
    std::uint32_t waits_generation = 0;
    std::uint16_t push_port = 0;         // 0: nobody is called
    std::uint8_t woken = 0;              // an event that tells of news is on the agenda
    std::uint8_t anonymous = 0;          // nobody had logged in
    std::uint32_t serial = 0;            // of the wait and of the push: late events are not for us
    std::uint32_t push_serial = 0;
    std::uint16_t index = 0;             // picxr
    std::uint16_t unused = 0;
    std::uint32_t sent = 0;              // messages, in this session
};
static_assert(Record<MapiSession>);

// A property that a mailbox has given a number (MS-OXCPRPT §3.2.5.9): 0x8000 and its index.
struct MapiName {
    rpc::Uuid set;
    std::uint32_t id = 0;
    std::uint32_t kind = 0;              // mapi::PropertyName::Kind
    Text name;
};
static_assert(Record<MapiName>);

struct MapiTables {
    Table<MapiSession> sessions;
    Table<MapiObject> objects;
    Pages<List<MapiName>> names;         // by Setup::people; grows when it is needed
    std::uint64_t watches = 0;           // of all sessions: 0 costs those who change mailboxes nothing
    bool operator==(const MapiTables&) const = default;
};

}  // namespace postroad::sim
