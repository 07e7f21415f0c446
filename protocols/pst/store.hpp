// A store of mail kept in one file (MS-PST: Outlook's Personal Folders, in its Unicode format):
// what it holds, as values, and the functions that make octets of them and back.
#pragma once

#include "protocols/mapi/properties.hpp"

namespace postroad::pst {

// §2.2.2.1: five bits of type, the rest a number.
using NodeId = std::uint32_t;
enum class NodeType : std::uint8_t {
    heap = 0x00,
    internal = 0x01,
    normal_folder = 0x02,
    search_folder = 0x03,
    normal_message = 0x04,
    attachment = 0x05,
    search_update_queue = 0x06,
    search_criteria = 0x07,
    associated_message = 0x08,
    hierarchy_table = 0x0d,
    contents_table = 0x0e,
    associated_table = 0x0f,
    search_contents_table = 0x10,
    attachment_table = 0x11,
    recipient_table = 0x12,
    value = 0x1f,  // LTP: a value or rows too large for their heap
};
constexpr NodeType type_of(NodeId nid) { return static_cast<NodeType>(nid & 0x1f); }
constexpr NodeId node_id(NodeType type, std::uint32_t index) {
    return index << 5 | static_cast<std::uint32_t>(type);
}
constexpr NodeId sibling(NodeId nid, NodeType type) { return node_id(type, nid >> 5); }

using Properties = std::vector<mapi::TaggedValue>;

struct Recipient {
    Properties properties;
    bool operator==(const Recipient&) const = default;
};
struct Message;
struct Attachment {
    NodeId nid = 0;  // one of its message's, not of the file's
    Properties properties;
    // None or one: a message for attachment (PidTagAttachMethod 5).
    std::vector<Message> embedded;
};
struct Message {
    NodeId nid = 0;
    Properties properties;
    std::vector<Recipient> recipients;
    std::vector<Attachment> attachments;
    bool operator==(const Message&) const = default;
};
inline bool operator==(const Attachment& a, const Attachment& b) {
    return a.nid == b.nid && a.properties == b.properties && a.embedded == b.embedded;
}

// Name, class, and how many it holds are not among the properties.
struct Folder {
    NodeId nid = 0;
    std::string name;
    std::string container_class;  // "IPF.Note"; empty: the folder says nothing of it
    Properties properties;
    std::vector<Folder> folders;
    std::vector<Message> messages;
    std::vector<Message> associated;  // views, rules, forms (§2.4.4.6)
    bool operator==(const Folder&) const = default;
};

struct Store {
    rpc::Uuid record_key;  // the provider's UID in entry ids; chance has made it unique
    std::string display_name;
    Properties properties;       // but for those that say where folders are
    Folder top;                  // what people see (IPM_SUBTREE)
    std::vector<Folder> beside;  // folders of programs, beside `top` under the file's root
    NodeId wastebasket = 0;      // "Deleted Items": a folder in `top`
    // [i] names the property 0x8000 + i (§2.4.7).
    std::vector<mapi::PropertyName> names;
    bool operator==(const Store&) const = default;
};

inline constexpr unsigned folder_nesting_max = 64, embedded_nesting_max = 10;
inline constexpr std::size_t problems_max = 100;

// What is wrong with a file, or cannot be written.
struct Problem {
    std::uint64_t offset = 0;  // in octets from the file's beginning; 0: not of one place
    NodeId nid = 0;            // of the node that was being read; 0: of none
    std::string what;          // "the block's CRC is 0x1234abcd, and 0x00000000 is written there"
    std::string advice;        // what to do; may be empty
    bool operator==(const Problem&) const = default;
};
using Problems = std::vector<Problem>;
// "octet 17408, node 0x8022: ..."
std::string sentence(const Problem& problem);

enum class Crypt : std::uint8_t { none = 0, permute = 1 };  // §2.2.2.6 bCryptMethod

struct WriteOptions {
    Crypt crypt = Crypt::permute;
    std::uint64_t now = 0;  // 100 ns since 1601: when things are made whose time nobody gives
};

// The store with everything that a file has to say: node ids wherever there is 0, twice the same or
// one of the wrong type; "Deleted Items"; the properties that messages and attachments cannot be
// without. Properties are sorted, of each id the first counts, and values are as their type allows.
// What has no place in a file is left out and told of in `problems`.
Store complete(Store store, const WriteOptions& options, Problems* problems = nullptr);

// The octets of the file that holds complete(store), which is how `read` gives it back. Equal
// stores give equal files.
std::string write(const Store& store, const WriteOptions& options, Problems* problems = nullptr);

struct Read {
    std::optional<Store> store;  // none: not a file that can be read at all; the problem says why
    Problems problems;           // what was missing or damaged, and how it was got around
};
// Never more memory than a small multiple of the file's size.
Read read(std::string_view octets);

// Entry ids of folders and messages (§2.4.3.2): 24 octets.
std::string entry_id(const rpc::Uuid& record_key, NodeId nid);
struct EntryId {
    rpc::Uuid record_key;
    NodeId nid = 0;
};
std::optional<EntryId> read_entry_id(std::string_view octets);

}  // namespace postroad::pst
