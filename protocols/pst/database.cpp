// Header, pages and blocks (MS-PST §2.2). Levels of a tree must fall from parent to child, and
// everything read is charged: so whatever a file says, reading it ends.
#include "protocols/pst/database.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "protocols/pst/checksum.hpp"

namespace postroad::pst {
namespace {

constexpr unsigned tree_levels_max = 8;
constexpr std::string_view copy_advice =
    "copy the file anew from where it was; if that does not help, let scanpst repair the copy";

struct Damaged {
    std::string what;
};

// Where the file's header is not one that can be read, why.
std::optional<Damaged> refusal(const Database& db, std::string& advice) {
    const Header& header = db.header;
    if (header.magic != Header{}.magic) {
        advice = "choose a file that ends in .pst and was made by a mail program";
        return Damaged{"this is not a PST file: it does not begin with \"!BDN\""};
    }
    if (header.client != Header{}.client) {
        advice = "only PST files are read; an OST file belongs to its account on a server";
        return Damaged{fmt::format("the client's mark is 0x{:04x} and not 0x4d53", header.client)};
    }
    if (header.version == 14 || header.version == 15) {
        advice = "open it in Outlook 2003 or later and import it into a new data file";
        return Damaged{
            fmt::format("the file has the ANSI format of Outlook 97 (version {})", header.version)};
    }
    if (header.version != 23) {
        advice = "export the folders into a PST file of the Unicode format";
        return Damaged{fmt::format("version {} is not known; it should be 23", header.version)};
    }
    if (header.crypt > static_cast<std::uint8_t>(Crypt::permute)) {
        advice = "make a data file with \"compressible encryption\" or none, and copy the folders";
        return Damaged{fmt::format("the blocks are encoded by method {}", header.crypt)};
    }
    return std::nullopt;
}

std::optional<std::string_view> read_page(Database& db, Reference at, PageType type) {
    if (at.offset > db.octets.size() || page_octets > db.octets.size() - at.offset) {
        db.tell(at.offset, "a page of the tree should be here, and the file has ended",
                "the file was cut off: copy it anew from where it was");
        return std::nullopt;
    }
    const std::string_view page = db.octets.substr(at.offset, page_octets);
    const auto trailer = *record<PageTrailer>(page.substr(page_content_octets));
    if (trailer.type != static_cast<std::uint8_t>(type) || trailer.type_again != trailer.type) {
        db.tell(at.offset,
                fmt::format("a page of type 0x{:02x} should be here, and there is 0x{:02x}",
                            static_cast<unsigned>(type), trailer.type),
                std::string(copy_advice));
        return std::nullopt;
    }
    if (trailer.bid != at.bid) {
        db.tell(at.offset,
                fmt::format("the page has the id 0x{:x}, and is referred to as 0x{:x}", trailer.bid,
                            at.bid),
                std::string(copy_advice));
        return std::nullopt;
    }
    const std::uint32_t sum = crc(page.substr(0, page_content_octets));
    if (sum != trailer.crc)
        db.tell(at.offset,
                fmt::format("the page's CRC is 0x{:08x}, and it says 0x{:08x}", sum, trailer.crc),
                std::string(copy_advice));
    return page;
}

template <class Entry>
void read_tree(Database& db, Reference at, PageType type, unsigned level_below,
               std::vector<Entry>& out) {
    if (!db.charge(page_octets)) return;
    const auto page = read_page(db, at, type);
    if (!page) return;
    const auto tail = *record<TreePage>(page->substr(tree_entries_octets));
    const std::size_t least = tail.level == 0 ? Entry::octets : TreeEntry::octets;
    if (tail.level >= level_below || tail.entry_octets < least ||
        tail.count > tree_entries_octets / tail.entry_octets) {
        db.tell(at.offset,
                fmt::format("the page says it is of level {} with {} entries of {} octets, which "
                            "cannot be",
                            tail.level, tail.count, tail.entry_octets),
                std::string(copy_advice));
        return;
    }
    for (std::size_t i = 0; i < tail.count; ++i) {
        const std::string_view entry = page->substr(i * tail.entry_octets, tail.entry_octets);
        if (tail.level == 0)
            out.push_back(*record<Entry>(entry));
        else
            read_tree(db, record<TreeEntry>(entry)->page, type, tail.level, out);
    }
}

template <class Entry> void put_in_order(std::vector<Entry>& all) {
    const auto by_key = [](const Entry& a, const Entry& b) { return a.key() < b.key(); };
    std::stable_sort(all.begin(), all.end(), by_key);
    all.erase(std::unique(all.begin(), all.end(),
                          [](const Entry& a, const Entry& b) { return a.key() == b.key(); }),
              all.end());
}

// The lowest bit is the reader's to ignore (§2.2.2.2).
constexpr std::uint64_t without_mark(std::uint64_t bid) { return bid & ~std::uint64_t{1}; }

const BlockEntry* find_block(const Database& db, std::uint64_t bid) {
    const auto found = std::lower_bound(
        db.blocks.begin(), db.blocks.end(), without_mark(bid),
        [](const BlockEntry& one, std::uint64_t key) { return without_mark(one.at.bid) < key; });
    return found != db.blocks.end() && without_mark(found->at.bid) == without_mark(bid) ? &*found
                                                                                        : nullptr;
}

void check_block(Database& db, const BlockEntry& entry, std::string_view data,
                 std::string_view trailer_octets) {
    const auto trailer = *record<BlockTrailer>(trailer_octets);
    const std::uint64_t at = entry.at.offset;
    const std::uint32_t sum = crc(data);
    if (trailer.size != entry.size || without_mark(trailer.bid) != without_mark(entry.at.bid))
        db.tell(at,
                fmt::format("the block says it is 0x{:x} of {} octets, and is listed as 0x{:x} of "
                            "{}",
                            trailer.bid, trailer.size, entry.at.bid, entry.size),
                std::string(copy_advice));
    else if (sum != trailer.crc)
        db.tell(at,
                fmt::format("the block's CRC is 0x{:08x}, and it says 0x{:08x}", sum, trailer.crc),
                std::string(copy_advice));
}

void bad_tree(Database& db, std::uint64_t bid, const char* what) {
    const BlockEntry* entry = find_block(db, bid);
    db.tell(entry ? entry->at.offset : 0, fmt::format("block 0x{:x} is no {}", bid, what),
            std::string(copy_advice));
}

bool collect_data(Database& db, std::uint64_t bid, unsigned level_below,
                  std::vector<std::string>& out) {
    auto block = read_block(db, bid);
    if (!block) return false;
    if (!is_internal(bid)) {
        out.push_back(std::move(*block));
        return true;
    }
    const auto head = record<TreeBlock>(*block);
    if (!head || head->type != 1 || head->level == 0 || head->level >= level_below ||
        head->count > (block->size() - tree_block_octets) / 8) {
        bad_tree(db, bid, "list of a node's blocks");
        return false;
    }
    mapi::Reader ids(std::string_view(*block).substr(tree_block_octets));
    for (std::size_t i = 0; i < head->count; ++i) {
        std::uint64_t child = 0;
        ids.value(child);
        // A list of blocks has no lists in it, a list of lists nothing else.
        if (is_internal(child) != (head->level > 1)) {
            bad_tree(db, bid, "list of blocks of one level");
            return false;
        }
        if (!collect_data(db, child, head->level, out)) return false;
    }
    return true;
}

void collect_subnodes(Database& db, std::uint64_t bid, unsigned level_below,
                      std::vector<Subnode>& out) {
    const auto block = is_internal(bid) ? read_block(db, bid) : std::nullopt;
    if (!block) {
        if (!is_internal(bid)) bad_tree(db, bid, "list of subnodes");
        return;
    }
    const auto head = record<TreeBlock>(*block);
    const std::size_t size = head && head->level == 0 ? Subnode::octets : SubnodePage::octets;
    if (!head || head->type != 2 || head->level >= level_below ||
        head->count > (block->size() - tree_block_octets) / size)
        return bad_tree(db, bid, "list of subnodes");
    for (std::size_t i = 0; i < head->count; ++i) {
        const auto entry = std::string_view(*block).substr(tree_block_octets + i * size, size);
        if (head->level == 0)
            out.push_back(*record<Subnode>(entry));
        else
            collect_subnodes(db, record<SubnodePage>(entry)->bid, head->level, out);
    }
}

}  // namespace

void Database::tell(std::uint64_t offset, std::string what, std::string advice) {
    if (problems.size() == problems_max)
        problems.push_back({0, 0, "there is more wrong than is told here", {}});
    if (problems.size() > problems_max) return;
    problems.push_back({offset, about, std::move(what), std::move(advice)});
}

bool Database::charge(std::uint64_t count) {
    if (budget >= count) {
        budget -= count;
        return true;
    }
    if (budget != 0)
        tell(0,
             "the same blocks are used again and again, so that there would be more mail than "
             "the file can hold",
             "do not trust this file: it was damaged, or made to do harm");
    budget = 0;
    return false;
}

bool open(Database& db) {
    const auto header = record<Header>(db.octets);
    if (!header) {
        db.tell(0,
                fmt::format("a PST file has at least {} octets, this has {}", header_octets,
                            db.octets.size()),
                "choose another file, or copy it anew from where it was");
        return false;
    }
    db.header = *header;
    std::string advice;
    if (const auto why = refusal(db, advice)) {
        db.tell(0, why->what, advice);
        return false;
    }
    const std::uint32_t sum = crc(db.octets.substr(crc_begin, partial_crc_octets));
    if (sum != header->partial_crc)
        db.tell(partial_crc_at,
                fmt::format("the header's CRC is 0x{:08x}, and it says 0x{:08x}", sum,
                            header->partial_crc),
                std::string(copy_advice));
    if (header->end > db.octets.size())
        db.tell(db.octets.size(),
                fmt::format("the file ends here, and its header says at {}", header->end),
                "the file was cut off: copy it anew from where it was");
    db.budget = 4 * std::uint64_t{db.octets.size()} + 65'536;
    read_tree(db, header->nodes, PageType::nodes, tree_levels_max, db.nodes);
    read_tree(db, header->blocks, PageType::blocks, tree_levels_max, db.blocks);
    put_in_order(db.nodes);
    put_in_order(db.blocks);
    return true;
}

const NodeEntry* find_node(const Database& db, NodeId nid) {
    const auto found =
        std::lower_bound(db.nodes.begin(), db.nodes.end(), nid,
                         [](const NodeEntry& one, NodeId key) { return one.nid < key; });
    return found != db.nodes.end() && found->nid == nid ? &*found : nullptr;
}

std::optional<std::string> read_block(Database& db, std::uint64_t bid) {
    const BlockEntry* entry = find_block(db, bid);
    if (!entry) {
        db.tell(0, fmt::format("block 0x{:x} is referred to, and no list has it", bid),
                std::string(copy_advice));
        return std::nullopt;
    }
    const std::uint64_t at = entry->at.offset;
    const std::size_t whole =
        (entry->size + block_trailer_octets + block_alignment - 1) & ~(block_alignment - 1);
    if (entry->size > block_data_max || at > db.octets.size() || whole > db.octets.size() - at) {
        db.tell(at,
                fmt::format("block 0x{:x} of {} octets does not end before the file does", bid,
                            entry->size),
                "the file was cut off: copy it anew from where it was");
        return std::nullopt;
    }
    if (!db.charge(whole)) return std::nullopt;
    std::string data(db.octets.substr(at, entry->size));
    check_block(db, *entry, data,
                db.octets.substr(at + whole - block_trailer_octets, block_trailer_octets));
    if (!is_internal(bid) && db.header.crypt == static_cast<std::uint8_t>(Crypt::permute))
        permute_back(data);
    return data;
}

std::optional<std::vector<std::string>> read_data(Database& db, std::uint64_t bid) {
    std::vector<std::string> out;
    if (bid != 0 && !collect_data(db, bid, 3, out)) return std::nullopt;
    return out;
}

std::vector<Subnode> read_subnodes(Database& db, std::uint64_t bid) {
    std::vector<Subnode> out;
    if (bid != 0) collect_subnodes(db, bid, 2, out);
    const auto by_nid = [](const Subnode& a, const Subnode& b) { return a.nid < b.nid; };
    std::stable_sort(out.begin(), out.end(), by_nid);
    return out;
}

const Subnode* find_subnode(const std::vector<Subnode>& subnodes, NodeId nid) {
    const auto found =
        std::lower_bound(subnodes.begin(), subnodes.end(), nid,
                         [](const Subnode& one, NodeId key) { return one.nid < key; });
    return found != subnodes.end() && found->nid == nid ? &*found : nullptr;
}

}  // namespace postroad::pst
