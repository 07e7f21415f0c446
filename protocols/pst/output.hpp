// The lower layer of a file, written (MS-PST §2.2): blocks are laid down one behind the other as
// they come, between the pages of the allocation maps; the two trees and the header follow at the
// end.
#pragma once

#include <array>

#include "protocols/pst/layout.hpp"

namespace postroad::pst {

class Output {
public:
    explicit Output(Crypt crypt) : crypt_(crypt) {}

    // A data tree of these octets, or of these blocks, each of at most block_data_max: its bid.
    std::uint64_t data(std::string_view octets);
    std::uint64_t data(const std::vector<std::string>& blocks);
    // In any order; 0 for none.
    std::uint64_t subnodes(std::vector<Subnode> all);
    void node(NodeId nid, std::uint64_t data, std::uint64_t subnodes, NodeId parent = 0);

    // The whole file. Nothing may be added after it.
    std::string finish();

    static constexpr std::size_t subnodes_max =
        (block_data_max - tree_block_octets) / Subnode::octets *
        ((block_data_max - tree_block_octets) / SubnodePage::octets);

private:
    std::uint64_t allocate(std::size_t size, std::size_t alignment);
    void lay_maps(std::uint64_t region);
    std::uint64_t block(std::string_view octets, bool internal);
    std::uint64_t list(std::uint8_t type, std::uint8_t level, std::size_t count,
                       std::uint32_t total, std::string_view entries);
    void page(std::uint64_t at, std::string content, PageType type, std::uint64_t bid,
              bool has_signature);
    template <class Entry> Reference tree(PageType type, const std::vector<Entry>& entries);
    void density_list();
    void header(Reference nodes, Reference blocks, std::uint64_t free_octets);

    std::string out_ = std::string(first_map_offset, '\0');
    std::vector<std::string> maps_;  // the content of each allocation map
    std::vector<NodeEntry> nodes_;
    std::vector<BlockEntry> blocks_;
    std::uint64_t next_block_ = 4, next_page_ = 1;
    Crypt crypt_;
};

}  // namespace postroad::pst
