// Items of heaps and records of the trees in them.
#include "protocols/pst/heap.hpp"

#include <fmt/format.h>

namespace postroad::pst {
namespace {

constexpr unsigned levels_max = 8;

std::optional<std::uint16_t> word(std::string_view octets, std::size_t at) {
    return at <= octets.size() ? record<std::uint16_t>(octets.substr(at)) : std::nullopt;
}

void collect(Database& db, const Heap& heap, const HeapTree& tree, std::uint32_t hid,
             unsigned level, std::vector<TreeRecord>& out) {
    const auto octets = item(heap, hid);
    if (!octets) return db.tell(0, fmt::format("item 0x{:x} of a heap does not exist", hid));
    const std::size_t key = tree.key_octets, rest = level == 0 ? tree.entry_octets : 4;
    if (!db.charge(octets->size() + 1)) return;
    for (std::size_t at = 0; at + key + rest <= octets->size(); at += key + rest) {
        const std::string_view entry = octets->substr(at + key, rest);
        if (level == 0)
            out.push_back({octets->substr(at, key), entry});
        else
            collect(db, heap, tree, *record<std::uint32_t>(entry), level - 1, out);
    }
}

}  // namespace

std::optional<Heap> open_heap(Database& db, std::uint64_t data, std::uint64_t subnodes,
                              std::uint8_t client) {
    auto blocks = read_data(db, data);
    if (!blocks) return std::nullopt;
    const auto header = blocks->empty() ? std::nullopt : record<HeapHeader>(blocks->front());
    if (!header || header->signature != heap_signature || header->client != client) {
        db.tell(0, fmt::format("the node should hold {}, and does not",
                               client == table_signature ? "a table" : "properties"));
        return std::nullopt;
    }
    return Heap{std::move(*blocks), read_subnodes(db, subnodes), header->root};
}

std::optional<std::string_view> item(const Heap& heap, std::uint32_t hid) {
    if (hid == 0) return std::string_view();
    const std::size_t block = hid >> 16, index = hid >> 5 & 0x7ff;
    if ((hid & 0x1f) != 0 || block >= heap.blocks.size() || index == 0) return std::nullopt;
    const std::string_view octets = heap.blocks[block];
    const auto map = word(octets, 0);  // HNPAGEMAP, §2.3.1.5
    if (!map || *map > octets.size()) return std::nullopt;
    const auto count = word(octets, *map);
    const auto begin = word(octets, *map + 4 + 2 * (index - 1)),
               end = word(octets, *map + 4 + 2 * index);
    if (!count || index > *count || !begin || !end || *begin > *end || *end > octets.size())
        return std::nullopt;
    return octets.substr(*begin, static_cast<std::size_t>(*end - *begin));
}

std::optional<std::string> value_octets(Database& db, const Heap& heap, std::uint32_t hnid) {
    if (type_of(hnid) == NodeType::heap) {
        const auto found = item(heap, hnid);
        if (!found) {
            db.tell(0, fmt::format("item 0x{:x} of a heap does not exist", hnid));
            return std::nullopt;
        }
        return db.charge(found->size()) ? std::optional(std::string(*found)) : std::nullopt;
    }
    const Subnode* subnode = find_subnode(heap.subnodes, hnid);
    if (!subnode) {
        db.tell(0, fmt::format("subnode 0x{:x} does not exist", hnid));
        return std::nullopt;
    }
    auto blocks = read_data(db, subnode->data);
    if (!blocks) return std::nullopt;
    std::string out;
    for (const std::string& block : *blocks) out += block;
    return out;
}

std::vector<TreeRecord> read_heap_tree(Database& db, const Heap& heap, std::uint32_t hid) {
    std::vector<TreeRecord> out;
    const auto octets = item(heap, hid);
    const auto tree = octets ? record<HeapTree>(*octets) : std::nullopt;
    if (!tree || tree->signature != tree_signature || tree->key_octets == 0 ||
        tree->entry_octets == 0 || tree->levels > levels_max)
        db.tell(0, fmt::format("item 0x{:x} of a heap should begin a tree, and does not", hid));
    else
        collect(db, heap, *tree, tree->root, tree->levels, out);
    return out;
}

}  // namespace postroad::pst
