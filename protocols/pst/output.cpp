// Blocks, lists of blocks, trees of pages, maps, header (MS-PST §2.2).
#include "protocols/pst/output.hpp"

#include <algorithm>

#include "protocols/base/assertion.hpp"
#include "protocols/pst/checksum.hpp"

namespace postroad::pst {
namespace {

// Where pages of the other maps follow an allocation map (§2.2.2.7.3 to §2.2.2.7.6). The header
// itself is the free map of the first 128 and the free page map of the first 8,192.
bool has_page_map(std::uint64_t region) { return region % 8 == 0; }
bool has_free_map(std::uint64_t region) {
    return region >= 128 && (region - 128) % page_content_octets == 0;
}
bool has_free_page_map(std::uint64_t region) {
    return region >= 128 * 64 && (region - 128 * 64) % (page_content_octets * 64) == 0;
}

std::uint64_t rounded(std::uint64_t number, std::uint64_t multiple) {
    return (number + multiple - 1) / multiple * multiple;
}

template <class T>
std::string octets_of(const std::vector<T>& all, std::size_t begin, std::size_t end) {
    mapi::Writer writer;
    for (std::size_t i = begin; i < end; ++i) writer.value(all[i]);
    return std::move(writer.out);
}

}  // namespace

// Never across the end of what an allocation map covers.
std::uint64_t Output::allocate(std::size_t size, std::size_t alignment) {
    for (;;) {
        const std::uint64_t at = rounded(out_.size(), alignment);
        const std::uint64_t region = (at - first_map_offset) / map_interval,
                            base = first_map_offset + region * map_interval;
        if (region == maps_.size()) {
            out_.resize(base, '\0');
            lay_maps(region);
            continue;
        }
        if (at + size > base + map_interval) {
            out_.resize(base + map_interval, '\0');
            continue;
        }
        out_.resize(at + size, '\0');
        for (std::uint64_t slot = (at - base) / block_alignment,
                           end = rounded(at - base + size, block_alignment) / block_alignment;
             slot < end; ++slot) {
            char& bits = maps_[region][slot / 8];
            bits = static_cast<char>(bits | 0x80 >> slot % 8);
        }
        return at;
    }
}

void Output::lay_maps(std::uint64_t region) {
    maps_.emplace_back(page_content_octets, '\0');
    const std::string full(page_content_octets, '\xff');
    (void)allocate(page_octets, page_octets);
    const auto lay = [&](bool is_here, PageType type) {
        if (!is_here) return;
        const std::uint64_t at = allocate(page_octets, page_octets);
        page(at, full, type, at, false);
    };
    lay(has_page_map(region), PageType::page_map);
    lay(has_free_map(region), PageType::free_map);
    lay(has_free_page_map(region), PageType::free_page_map);
}

void Output::page(std::uint64_t at, std::string content, PageType type, std::uint64_t bid,
                  bool has_signature) {
    const auto number = static_cast<std::uint8_t>(type);
    content.resize(page_content_octets, '\0');
    const PageTrailer trailer{number, number, has_signature ? signature(at, bid) : std::uint16_t{0},
                              crc(content), bid};
    out_.replace(at, page_octets, content + mapi::write(trailer));
}

std::uint64_t Output::block(std::string_view octets, bool internal) {
    POSTROAD_ASSERT(octets.size() <= block_data_max);
    const std::uint64_t bid = next_block_ | (internal ? 2U : 0U);
    next_block_ += 4;
    std::string kept(octets);
    if (!internal && crypt_ == Crypt::permute) permute(kept);
    const std::size_t whole = rounded(octets.size() + block_trailer_octets, block_alignment);
    const std::uint64_t at = allocate(whole, block_alignment);
    const auto size = static_cast<std::uint16_t>(octets.size());
    const BlockTrailer trailer{size, signature(at, bid), crc(kept), bid};
    kept.resize(whole - block_trailer_octets, '\0');
    out_.replace(at, whole, kept + mapi::write(trailer));
    // §2.2.2.7.7.3.1: one reference from the tree, one from who asked for the block.
    blocks_.push_back({{bid, at}, size, 2, 0});
    return bid;
}

std::uint64_t Output::list(std::uint8_t type, std::uint8_t level, std::size_t count,
                           std::uint32_t total, std::string_view entries) {
    const TreeBlock head{type, level, static_cast<std::uint16_t>(count), total};
    return block(mapi::write(head) + std::string(entries), true);
}

std::uint64_t Output::data(std::string_view octets) {
    std::vector<std::string> blocks;
    for (; !octets.empty(); octets.remove_prefix(std::min(octets.size(), block_data_max)))
        blocks.emplace_back(octets.substr(0, block_data_max));
    return data(blocks);
}

std::uint64_t Output::data(const std::vector<std::string>& blocks) {
    if (blocks.empty()) return 0;
    struct Child {
        std::uint64_t bid = 0, octets = 0;
    };
    std::vector<Child> level;
    for (const std::string& one : blocks) level.push_back({block(one, false), one.size()});
    for (std::uint8_t height = 1; level.size() > 1; ++height) {
        std::vector<Child> above;
        for (std::size_t begin = 0; begin < level.size(); begin += data_children_max) {
            const std::size_t end = std::min(level.size(), begin + data_children_max);
            mapi::Writer ids;
            std::uint64_t total = 0;
            for (std::size_t i = begin; i < end; ++i) {
                ids.value(level[i].bid);
                total += level[i].octets;
            }
            above.push_back(
                {list(1, height, end - begin, static_cast<std::uint32_t>(total), ids.out), total});
        }
        level = std::move(above);
    }
    return level.front().bid;
}

std::uint64_t Output::subnodes(std::vector<Subnode> all) {
    if (all.empty()) return 0;
    POSTROAD_ASSERT(all.size() <= subnodes_max);
    std::sort(all.begin(), all.end(),
              [](const Subnode& a, const Subnode& b) { return a.nid < b.nid; });
    constexpr std::size_t per_list = (block_data_max - tree_block_octets) / Subnode::octets;
    std::vector<SubnodePage> lists;
    for (std::size_t begin = 0; begin < all.size(); begin += per_list) {
        const std::size_t end = std::min(all.size(), begin + per_list);
        lists.push_back({all[begin].nid, list(2, 0, end - begin, 0, octets_of(all, begin, end))});
    }
    if (lists.size() == 1) return lists.front().bid;
    return list(2, 1, lists.size(), 0, octets_of(lists, 0, lists.size()));
}

void Output::node(NodeId nid, std::uint64_t data, std::uint64_t subnodes, NodeId parent) {
    nodes_.push_back({nid, data, subnodes, parent, 0});
}

template <class Entry> Reference Output::tree(PageType type, const std::vector<Entry>& entries) {
    const auto lay = [&](std::uint8_t level, std::string_view octets, std::size_t size) {
        const TreePage tail{static_cast<std::uint8_t>(octets.size() / size),
                            static_cast<std::uint8_t>(tree_entries_octets / size),
                            static_cast<std::uint8_t>(size), level, 0};
        std::string content(octets);
        content.resize(tree_entries_octets, '\0');
        const Reference at{next_page_++, allocate(page_octets, page_octets)};
        page(at.offset, content + mapi::write(tail), type, at.bid, true);
        return at;
    };
    std::vector<TreeEntry> below;
    constexpr std::size_t per_leaf = tree_entries_octets / Entry::octets,
                          per_page = tree_entries_octets / TreeEntry::octets;
    if (entries.empty()) return lay(0, {}, Entry::octets);
    for (std::size_t begin = 0; begin < entries.size(); begin += per_leaf) {
        const std::size_t end = std::min(entries.size(), begin + per_leaf);
        const Reference at = lay(0, octets_of(entries, begin, end), Entry::octets);
        below.push_back({entries[begin].key(), at});
    }
    for (std::uint8_t level = 1; below.size() > 1; ++level) {
        std::vector<TreeEntry> above;
        for (std::size_t begin = 0; begin < below.size(); begin += per_page) {
            const std::size_t end = std::min(below.size(), begin + per_page);
            const Reference at = lay(level, octets_of(below, begin, end), TreeEntry::octets);
            above.push_back({below[begin].key, at});
        }
        below = std::move(above);
    }
    return below.front().page;
}

// §2.2.2.7.4.2: which maps have most room. Whoever adds to the file finds out by the maps as well,
// so the list has nothing in it, as in files that Outlook has just made.
void Output::density_list() {
    page(density_list_offset, {}, PageType::density_list, next_page_++, true);
}

// §2.2.2.6: what the next nodes of each type are numbered from, unless there are some already.
void Output::header(Reference nodes, Reference blocks, std::uint64_t free_octets) {
    Header header;
    header.next_nodes.fill(0x400);
    header.next_nodes[static_cast<std::size_t>(NodeType::search_folder)] = 0x4000;
    header.next_nodes[static_cast<std::size_t>(NodeType::normal_message)] = 0x10000;
    header.next_nodes[static_cast<std::size_t>(NodeType::associated_message)] = 0x8000;
    for (const NodeEntry& one : nodes_) {
        std::uint32_t& next = header.next_nodes[one.nid & 0x1f];
        next = std::max(next, static_cast<std::uint32_t>(one.nid >> 5) + 1);
    }
    header.nodes = nodes;
    header.blocks = blocks;
    header.end = out_.size();
    header.last_map = first_map_offset + (maps_.size() - 1) * map_interval;
    header.free_octets = free_octets;
    header.next_page = next_page_;
    header.next_block = next_block_;
    header.crypt = static_cast<std::uint8_t>(crypt_);
    out_.replace(0, header_octets, mapi::write(header));
    const std::string_view all(out_);
    const std::uint32_t partial = crc(all.substr(crc_begin, partial_crc_octets)),
                        full = crc(all.substr(crc_begin, full_crc_octets));
    out_.replace(partial_crc_at, 4, mapi::write(partial));
    out_.replace(full_crc_at, 4, mapi::write(full));
}

std::string Output::finish() {
    const auto by_key = [](const auto& a, const auto& b) { return a.key() < b.key(); };
    std::sort(nodes_.begin(), nodes_.end(), by_key);
    std::sort(blocks_.begin(), blocks_.end(), by_key);
    const Reference blocks = tree(PageType::blocks, blocks_);
    const Reference nodes = tree(PageType::nodes, nodes_);
    density_list();
    out_.resize(first_map_offset + maps_.size() * map_interval, '\0');
    std::uint64_t free_octets = 0;
    for (std::size_t region = 0; region < maps_.size(); ++region) {
        for (const char octet : maps_[region])
            for (unsigned bit = 0; bit < 8; ++bit)
                if (!(octet >> bit & 1)) free_octets += block_alignment;
        const std::uint64_t at = first_map_offset + region * map_interval;
        page(at, maps_[region], PageType::allocation_map, at, false);
    }
    header(nodes, blocks, free_octets);
    return std::move(out_);
}

}  // namespace postroad::pst
