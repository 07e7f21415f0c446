// The lower layer of a file, read (MS-PST §2.2): nodes, each a stream of octets in blocks and a
// list of subnodes.
#pragma once

#include "protocols/pst/layout.hpp"

namespace postroad::pst {

struct Database {
    std::string_view octets;
    Header header;
    std::vector<NodeEntry> nodes;    // by nid
    std::vector<BlockEntry> blocks;  // by bid
    Problems problems;
    NodeId about = 0;  // the node that is being read, for who reads the problems
    // How many octets may still be read. A block may stand in many lists, and lists in lists: so a
    // small file could pretend to hold more than any memory.
    std::uint64_t budget = 0;

    void tell(std::uint64_t offset, std::string what, std::string advice = {});
    bool charge(std::uint64_t count);
};

// The header and the two trees. Gives false where there is nothing to read at all; the last problem
// says why.
bool open(Database& database);

const NodeEntry* find_node(const Database& database, NodeId nid);

// One block's octets, decoded. A wrong CRC is told of and the octets given all the same.
std::optional<std::string> read_block(Database& database, std::uint64_t bid);

// What a data tree holds (§2.2.2.8.3.2), block by block; nothing if a block is not to be had.
std::optional<std::vector<std::string>> read_data(Database& database, std::uint64_t bid);

// Sorted by nid; as many as there are.
std::vector<Subnode> read_subnodes(Database& database, std::uint64_t bid);
const Subnode* find_subnode(const std::vector<Subnode>& subnodes, NodeId nid);

}  // namespace postroad::pst
