// Heaps in nodes, property contexts and tables, written (MS-PST §2.3).
#pragma once

#include <span>

#include "protocols/pst/heap.hpp"
#include "protocols/pst/output.hpp"

namespace postroad::pst {

// Items are placed one behind the other; a block that is full is followed by another.
class HeapOutput {
public:
    explicit HeapOutput(std::uint8_t client) : client_(client) {}

    // An item of so many octets, 1 to heap_item_max, to be filled later: its id.
    std::uint32_t reserve(std::size_t octets);
    std::uint32_t add(std::string_view octets);
    void fill(std::uint32_t hid, std::string_view octets);

    // A tree of so many records (BTH, §2.3.2): its places first, since records may name items
    // that come behind them. `header` is an item of 8 octets.
    struct Tree {
        std::uint32_t header = 0;
        std::uint8_t key_octets = 0, entry_octets = 0;
        std::vector<std::vector<std::uint32_t>> levels;  // from the leaves up
    };
    Tree plan(std::uint32_t header, std::uint8_t key_octets, std::uint8_t entry_octets,
              std::size_t count);
    void fill(const Tree& tree, const std::vector<std::string>& records);

    std::vector<std::string> finish(std::uint32_t root);

private:
    struct Block {
        std::string content;
        std::vector<std::uint16_t> begins;
    };
    std::uint8_t client_;
    std::vector<Block> blocks_;
};

// What an attachment that is a message says of where this lies (§2.3.3.5).
struct EmbeddedPlace {
    NodeId nid = 0;
    std::uint32_t octets = 0;
};
// The data of a node of properties, which are sorted; what is too large for the heap becomes one of
// `subnodes`. Gives the data's bid.
std::uint64_t write_properties(Output& out, const Properties& properties,
                               std::vector<Subnode>& subnodes,
                               std::optional<EmbeddedPlace> embedded = std::nullopt);

struct Written {
    std::uint64_t data = 0, subnodes = 0;
};
// A table of these columns, the row's id and version first. Cells without a column are left out.
Written write_table(Output& out, std::span<const mapi::PropertyTag> columns,
                    const std::vector<TableRow>& rows);

}  // namespace postroad::pst
