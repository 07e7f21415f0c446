// How the records of a file's lower two layers lie in it (MS-PST §2.2, §2.3): described once for
// reading and writing, by the archives of mapi/wire.hpp.
#pragma once

#include <array>

#include "protocols/pst/store.hpp"

namespace postroad::pst {

// --- The file ---
inline constexpr std::size_t header_octets = 564, page_octets = 512, page_content_octets = 496,
                             block_octets_max = 8192, block_trailer_octets = 16,
                             block_data_max = block_octets_max - block_trailer_octets,
                             block_alignment = 64;
inline constexpr std::uint64_t density_list_offset = 0x4200, first_map_offset = 0x4400;
// What one allocation map covers: a bit for each 64 octets (§2.2.2.7.2).
inline constexpr std::uint64_t map_interval = page_content_octets * 8 * block_alignment;

enum class PageType : std::uint8_t {  // §2.2.2.7.1
    blocks = 0x80,
    nodes = 0x81,
    free_map = 0x82,
    page_map = 0x83,
    allocation_map = 0x84,
    free_page_map = 0x85,
    density_list = 0x86,
};

struct Reference {  // BREF, §2.2.2.4
    std::uint64_t bid = 0, offset = 0;
    bool operator==(const Reference&) const = default;
};
template <class A> void describe(A& a, Reference& reference) {
    a.value(reference.bid);
    a.value(reference.offset);
}
constexpr bool is_internal(std::uint64_t bid) { return bid & 2; }  // §2.2.2.2: no data of a node

struct Header {  // HEADER and its ROOT, §2.2.2.6, §2.2.2.5
    std::uint32_t magic = 0x4e444221, partial_crc = 0;
    std::uint16_t client = 0x4d53, version = 23, client_version = 19;
    std::uint8_t platform_create = 1, platform_access = 1;
    std::uint32_t reserved_1 = 0, reserved_2 = 0;
    std::uint64_t unused_bid = 0, next_page = 1;
    std::uint32_t unique = 1;
    std::array<std::uint32_t, 32> next_nodes{};
    std::uint64_t unused = 0;
    std::uint32_t root_reserved = 0;
    std::uint64_t end = 0, last_map = 0, free_octets = 0, free_page_octets = 0;
    Reference nodes, blocks;
    std::uint8_t maps_valid = 2;
    std::uint8_t root_reserved_1 = 0;
    std::uint16_t root_reserved_2 = 0;
    std::uint32_t align = 0;
    std::string full_maps = std::string(256, '\xff');
    std::uint8_t sentinel = 0x80, crypt = 0;
    std::uint16_t reserved = 0;
    std::uint64_t next_block = 4;
    std::uint32_t full_crc = 0;
    std::string rest = std::string(36, '\0');
};
inline constexpr std::size_t partial_crc_at = 4, full_crc_at = 524, crc_begin = 8,
                             partial_crc_octets = 471, full_crc_octets = 516;

template <class A> void describe(A& a, Header& h) {
    a.value(h.magic);
    a.value(h.partial_crc);
    a.value(h.client);
    a.value(h.version);
    a.value(h.client_version);
    a.value(h.platform_create);
    a.value(h.platform_access);
    a.value(h.reserved_1);
    a.value(h.reserved_2);
    a.value(h.unused_bid);
    a.value(h.next_page);
    a.value(h.unique);
    for (std::uint32_t& next : h.next_nodes) a.value(next);
    a.value(h.unused);
    a.value(h.root_reserved);
    a.value(h.end);
    a.value(h.last_map);
    a.value(h.free_octets);
    a.value(h.free_page_octets);
    a.value(h.nodes);
    a.value(h.blocks);
    a.value(h.maps_valid);
    a.value(h.root_reserved_1);
    a.value(h.root_reserved_2);
    a.value(h.align);
    a.octets(h.full_maps, 256);
    a.value(h.sentinel);
    a.value(h.crypt);
    a.value(h.reserved);
    a.value(h.next_block);
    a.value(h.full_crc);
    a.octets(h.rest, 36);
}

struct PageTrailer {  // §2.2.2.7.1
    std::uint8_t type = 0, type_again = 0;
    std::uint16_t signature = 0;
    std::uint32_t crc = 0;
    std::uint64_t bid = 0;
};
template <class A> void describe(A& a, PageTrailer& trailer) {
    a.value(trailer.type);
    a.value(trailer.type_again);
    a.value(trailer.signature);
    a.value(trailer.crc);
    a.value(trailer.bid);
}

struct BlockTrailer {  // §2.2.2.8.1
    std::uint16_t size = 0, signature = 0;
    std::uint32_t crc = 0;
    std::uint64_t bid = 0;
};
template <class A> void describe(A& a, BlockTrailer& trailer) {
    a.value(trailer.size);
    a.value(trailer.signature);
    a.value(trailer.crc);
    a.value(trailer.bid);
}

// --- The two trees (§2.2.2.7.7) ---
inline constexpr std::size_t tree_entries_octets = 488;
struct TreePage {  // what follows a page's entries
    std::uint8_t count = 0, count_max = 0, entry_octets = 0, level = 0;
    std::uint32_t padding = 0;
};
template <class A> void describe(A& a, TreePage& page) {
    a.value(page.count);
    a.value(page.count_max);
    a.value(page.entry_octets);
    a.value(page.level);
    a.value(page.padding);
}
struct TreeEntry {  // BTENTRY, above the leaves
    static constexpr std::size_t octets = 24;
    std::uint64_t key = 0;
    Reference page;
};
template <class A> void describe(A& a, TreeEntry& entry) {
    a.value(entry.key);
    a.value(entry.page);
}
struct NodeEntry {  // NBTENTRY
    static constexpr std::size_t octets = 32;
    std::uint64_t nid = 0, data = 0, subnodes = 0;
    std::uint32_t parent = 0, padding = 0;
    std::uint64_t key() const { return nid; }
};
template <class A> void describe(A& a, NodeEntry& entry) {
    a.value(entry.nid);
    a.value(entry.data);
    a.value(entry.subnodes);
    a.value(entry.parent);
    a.value(entry.padding);
}
struct BlockEntry {  // BBTENTRY
    static constexpr std::size_t octets = 24;
    Reference at;
    std::uint16_t size = 0, references = 0;
    std::uint32_t padding = 0;
    std::uint64_t key() const { return at.bid; }
};
template <class A> void describe(A& a, BlockEntry& entry) {
    a.value(entry.at);
    a.value(entry.size);
    a.value(entry.references);
    a.value(entry.padding);
}

// --- Blocks of blocks (§2.2.2.8.3) ---
struct TreeBlock {  // XBLOCK, XXBLOCK: type 1; SLBLOCK, SIBLOCK: type 2
    std::uint8_t type = 0, level = 0;
    std::uint16_t count = 0;
    std::uint32_t total = 0;  // octets in a data tree, else padding
};
template <class A> void describe(A& a, TreeBlock& block) {
    a.value(block.type);
    a.value(block.level);
    a.value(block.count);
    a.value(block.total);
}
inline constexpr std::size_t tree_block_octets = 8,
                             data_children_max = (block_data_max - tree_block_octets) / 8;
struct Subnode {  // SLENTRY
    static constexpr std::size_t octets = 24;
    std::uint64_t nid = 0, data = 0, subnodes = 0;
};
template <class A> void describe(A& a, Subnode& entry) {
    a.value(entry.nid);
    a.value(entry.data);
    a.value(entry.subnodes);
}
struct SubnodePage {  // SIENTRY
    static constexpr std::size_t octets = 16;
    std::uint64_t nid = 0, bid = 0;
};
template <class A> void describe(A& a, SubnodePage& entry) {
    a.value(entry.nid);
    a.value(entry.bid);
}

// --- Heaps in nodes (§2.3.1), trees in heaps (§2.3.2), tables (§2.3.4) ---
inline constexpr std::uint8_t heap_signature = 0xec, properties_signature = 0xbc,
                              table_signature = 0x7c, tree_signature = 0xb5;
inline constexpr std::size_t heap_item_max = 3580, heap_index_max = 2047;
constexpr std::uint32_t heap_id(std::size_t block, std::size_t index) {  // index from 1
    return static_cast<std::uint32_t>(block << 16 | index << 5);
}

struct HeapHeader {  // HNHDR
    std::uint16_t map_at = 0;
    std::uint8_t signature = heap_signature, client = 0;
    std::uint32_t root = 0, fill = 0;
};
template <class A> void describe(A& a, HeapHeader& header) {
    a.value(header.map_at);
    a.value(header.signature);
    a.value(header.client);
    a.value(header.root);
    a.value(header.fill);
}
inline constexpr std::size_t heap_header_octets = 12, heap_page_octets = 2, heap_bitmap_octets = 66;
// §2.3.1.3, §2.3.1.4: how much of a heap's block is its header.
constexpr std::size_t heap_front(std::size_t block) {
    if (block == 0) return heap_header_octets;
    return block >= 8 && (block - 8) % 128 == 0 ? heap_bitmap_octets : heap_page_octets;
}

struct HeapTree {  // BTHHEADER
    std::uint8_t signature = tree_signature, key_octets = 0, entry_octets = 0, levels = 0;
    std::uint32_t root = 0;
};
template <class A> void describe(A& a, HeapTree& tree) {
    a.value(tree.signature);
    a.value(tree.key_octets);
    a.value(tree.entry_octets);
    a.value(tree.levels);
    a.value(tree.root);
}

struct TableInfo {  // TCINFO
    std::uint8_t signature = table_signature, columns = 0;
    std::uint16_t end_4 = 0, end_2 = 0, end_1 = 0, end = 0;
    std::uint32_t row_index = 0, rows = 0, unused = 0;
};
template <class A> void describe(A& a, TableInfo& info) {
    a.value(info.signature);
    a.value(info.columns);
    a.value(info.end_4);
    a.value(info.end_2);
    a.value(info.end_1);
    a.value(info.end);
    a.value(info.row_index);
    a.value(info.rows);
    a.value(info.unused);
}
struct Column {  // TCOLDESC
    mapi::PropertyTag tag;
    std::uint16_t offset = 0;
    std::uint8_t octets = 0, bit = 0;
};
template <class A> void describe(A& a, Column& column) {
    a.value(column.tag.number);
    a.value(column.offset);
    a.value(column.octets);
    a.value(column.bit);
}

// What one of these is, or nothing where the octets do not suffice.
template <class T> std::optional<T> record(std::string_view octets) {
    mapi::Reader reader(octets);
    T out;
    reader.value(out);
    return reader.good() ? std::optional(out) : std::nullopt;
}

}  // namespace postroad::pst
