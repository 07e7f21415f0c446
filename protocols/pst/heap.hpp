// Heaps in nodes, the trees in them, property contexts and tables, read (MS-PST §2.3).
#pragma once

#include "protocols/pst/database.hpp"

namespace postroad::pst {

struct Heap {
    std::vector<std::string> blocks;
    std::vector<Subnode> subnodes;
    std::uint32_t root = 0;
};

// A node's heap, if it is one of this kind (properties_signature, table_signature).
std::optional<Heap> open_heap(Database& database, std::uint64_t data, std::uint64_t subnodes,
                              std::uint8_t client);

// An item; empty for 0, nothing for what does not exist.
std::optional<std::string_view> item(const Heap& heap, std::uint32_t hid);

// What an HNID stands for (§2.3.3.2): an item or a subnode's octets.
std::optional<std::string> value_octets(Database& database, const Heap& heap, std::uint32_t hnid);

struct TreeRecord {
    std::string_view key, entry;  // in the heap
};
// The records of the tree whose header is this item, in the order in which they lie there.
std::vector<TreeRecord> read_heap_tree(Database& database, const Heap& heap, std::uint32_t hid);

// A property whose value is an object: where that lies (§2.3.3.5).
struct ObjectPlace {
    mapi::PropertyTag tag;
    NodeId nid = 0;
};
struct PropertyContext {
    Properties properties;  // sorted by id
    std::vector<ObjectPlace> objects;
};
PropertyContext read_properties(Database& database, const Heap& heap);

struct TableRow {
    std::uint32_t id = 0;  // PidTagLtpRowId
    Properties cells;      // sorted by id; without row id and version
};
// Rows in the order in which they lie there; nothing if the table cannot be read.
std::optional<std::vector<TableRow>> read_table(Database& database, const Heap& heap);

}  // namespace postroad::pst
