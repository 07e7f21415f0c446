// Items, and trees of records in them (MS-PST §2.3.1, §2.3.2).
#include "protocols/pst/heap_output.hpp"

#include <algorithm>

#include "protocols/base/assertion.hpp"

namespace postroad::pst {
namespace {

constexpr std::size_t map_octets(std::size_t items) { return 4 + 2 * (items + 1); }

// §2.3.1.2: 0 for much room to 15 for none.
std::uint8_t fill_level(std::size_t room) {
    constexpr std::size_t least[] = {3584, 2560, 2048, 1792, 1536, 1280, 1024, 768,
                                     512,  256,  128,  64,   32,   16,   8};
    std::uint8_t level = 0;
    while (level < std::size(least) && room < least[level]) ++level;
    return level;
}

}  // namespace

std::uint32_t HeapOutput::reserve(std::size_t octets) {
    POSTROAD_ASSERT(octets > 0 && octets <= heap_item_max);
    const auto has_room = [&](const Block& block) {
        return block.begins.size() < heap_index_max &&
               block.content.size() + octets + 1 + map_octets(block.begins.size() + 1) <=
                   block_data_max;
    };
    if (blocks_.empty() || !has_room(blocks_.back()))
        blocks_.push_back({std::string(heap_front(blocks_.size()), '\0'), {}});
    Block& block = blocks_.back();
    block.begins.push_back(static_cast<std::uint16_t>(block.content.size()));
    block.content.resize(block.content.size() + octets, '\0');
    return heap_id(blocks_.size() - 1, block.begins.size());
}

std::uint32_t HeapOutput::add(std::string_view octets) {
    const std::uint32_t hid = reserve(octets.size());
    fill(hid, octets);
    return hid;
}

void HeapOutput::fill(std::uint32_t hid, std::string_view octets) {
    Block& block = blocks_[hid >> 16];
    block.content.replace(block.begins[(hid >> 5 & 0x7ff) - 1], octets.size(), octets);
}

HeapOutput::Tree HeapOutput::plan(std::uint32_t header, std::uint8_t key_octets,
                                  std::uint8_t entry_octets, std::size_t count) {
    Tree out{header, key_octets, entry_octets, {}};
    for (std::size_t size = key_octets + entry_octets; count > 0; size = key_octets + 4U) {
        const std::size_t per_item = heap_item_max / size;
        std::vector<std::uint32_t> level;
        for (std::size_t left = count; left > 0; left -= std::min(left, per_item))
            level.push_back(reserve(std::min(left, per_item) * size));
        count = level.size();
        out.levels.push_back(std::move(level));
        if (count == 1) break;
    }
    return out;
}

void HeapOutput::fill(const Tree& tree, const std::vector<std::string>& records) {
    HeapTree header{tree_signature, tree.key_octets, tree.entry_octets, 0, 0};
    std::vector<std::string> below = records;
    for (const std::vector<std::uint32_t>& level : tree.levels) {
        const std::size_t size = below.front().size(), per_item = heap_item_max / size;
        std::vector<std::string> above;
        for (std::size_t i = 0; i < level.size(); ++i) {
            std::string item;
            for (std::size_t at = i * per_item; at < std::min(below.size(), (i + 1) * per_item);
                 ++at)
                item += below[at];
            fill(level[i], item);
            above.push_back(item.substr(0, tree.key_octets) + mapi::write(level[i]));
        }
        header.root = level.front();
        below = std::move(above);
    }
    header.levels = static_cast<std::uint8_t>(tree.levels.empty() ? 0 : tree.levels.size() - 1);
    fill(tree.header, mapi::write(header));
}

// All blocks but the last are full, so that whoever counts octets instead of blocks finds them too.
std::vector<std::string> HeapOutput::finish(std::uint32_t root) {
    std::vector<std::uint16_t> maps_at;
    std::vector<std::uint8_t> levels;
    for (Block& block : blocks_) {
        block.begins.push_back(static_cast<std::uint16_t>(block.content.size()));
        const std::size_t at = (block.content.size() + 1) & ~std::size_t{1},
                          items = block.begins.size() - 1;
        block.content.resize(at, '\0');
        mapi::Writer map;  // HNPAGEMAP, §2.3.1.5
        map.value(static_cast<std::uint16_t>(items));
        map.value(std::uint16_t{0});
        for (const std::uint16_t begin : block.begins) map.value(begin);
        block.content += map.out;
        maps_at.push_back(static_cast<std::uint16_t>(at));
        levels.push_back(fill_level(block_data_max - block.content.size()));
    }
    std::vector<std::string> out;
    const auto levels_from = [&](std::size_t first, std::size_t count) {
        std::string packed(count / 2, '\0');
        for (std::size_t i = 0; i < count && first + i < levels.size(); ++i)
            packed[i / 2] = static_cast<char>(packed[i / 2] | levels[first + i] << i % 2 * 4);
        return packed;
    };
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
        std::string front = mapi::write(maps_at[i]);
        if (i == 0)
            front = mapi::write(HeapHeader{maps_at[0], heap_signature, client_, root,
                                           *record<std::uint32_t>(levels_from(0, 8))});
        else if (heap_front(i) == heap_bitmap_octets)
            front += levels_from(i, 128);
        blocks_[i].content.replace(0, front.size(), front);
        if (i + 1 < blocks_.size()) blocks_[i].content.resize(block_data_max, '\0');
        out.push_back(std::move(blocks_[i].content));
    }
    return out;
}

}  // namespace postroad::pst
