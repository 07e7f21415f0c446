// Files of mail that are damaged, cut off, or made to do harm: what can be had is had, what not is
// told of, and nothing takes for ever.
#include <algorithm>
#include <functional>

#include "protocols/pst/checksum.hpp"
#include "protocols/pst/database.hpp"
#include "protocols/pst/heap_output.hpp"
#include "protocols/pst/nodes.hpp"
#include "protocols/pst/templates.hpp"
#include "protocols/pst/values.hpp"
#include "tests/catch.hpp"
#include "tests/support/pst_samples.hpp"

using namespace postroad;
using namespace postroad::pst;
using mapi::Value;

namespace {

const std::string& small_file() {
    static const std::string octets = write(pst_samples::small_store(), {Crypt::none, 7});
    return octets;
}

bool tells(const Read& read, std::string_view what) {
    return std::any_of(read.problems.begin(), read.problems.end(), [&](const Problem& one) {
        return sentence(one).find(what) != std::string::npos;
    });
}

Database opened(const std::string& octets) {
    Database db;
    db.octets = octets;
    REQUIRE(open(db));
    return db;
}
const BlockEntry& block_of(const Database& db, std::uint64_t bid) {
    return *std::find_if(db.blocks.begin(), db.blocks.end(),
                         [&](const BlockEntry& one) { return one.at.bid == bid; });
}

// Other octets in a block or page, with the checksum that they need.
void put_in_block(std::string& octets, const BlockEntry& block, std::size_t at,
                  std::string_view what) {
    octets.replace(block.at.offset + at, what.size(), what);
    const std::size_t whole = (block.size + block_trailer_octets + 63U) / 64 * 64;
    const std::uint32_t sum = crc(std::string_view(octets).substr(block.at.offset, block.size));
    octets.replace(block.at.offset + whole - 12, 4, mapi::write(sum));
}
void put_in_page(std::string& octets, std::uint64_t page, std::size_t at, std::string_view what) {
    octets.replace(page + at, what.size(), what);
    const std::uint32_t sum = crc(std::string_view(octets).substr(page, page_content_octets));
    octets.replace(page + page_content_octets + 4, 4, mapi::write(sum));
}

// A file with what reading begins with, and room for one more node.
std::string with_nodes(const std::function<void(Output&)>& more) {
    Output out(Crypt::none);
    std::vector<Subnode> none;
    const Properties store{{tag::record_key, Value::of(std::string(16, 'k'))},
                           {tag::top_entry_id, Value::of(entry_id({}, node::top))}};
    out.node(node::message_store, write_properties(out, store, none), 0);
    out.node(node::name_to_id_map, write_properties(out, {}, none), 0);
    more(out);
    return out.finish();
}
void put_empty_tables(Output& out, NodeId folder, const std::vector<TableRow>& folders,
                      const std::vector<TableRow>& messages = {}) {
    const auto put = [&](NodeType type, std::span<const mapi::PropertyTag> columns,
                         const std::vector<TableRow>& rows) {
        const Written table = write_table(out, columns, rows);
        out.node(sibling(folder, type), table.data, table.subnodes);
    };
    put(NodeType::hierarchy_table, columns::hierarchy, folders);
    put(NodeType::contents_table, columns::contents, messages);
    put(NodeType::associated_table, columns::associated, {});
}
std::uint64_t put_name(Output& out, const char* name) {
    std::vector<Subnode> none;
    return write_properties(out, {{mapi::tag::display_name, Value::of(name)}}, none);
}

}  // namespace

TEST_CASE("a file that cannot be read says why, and what to do") {
    const auto refused = [](std::string octets, std::string_view what) {
        const Read read = pst::read(octets);
        CHECK_FALSE(read.store);
        REQUIRE(read.problems.size() == 1);
        INFO(sentence(read.problems[0]));
        CHECK(sentence(read.problems[0]).find(what) != std::string::npos);
        CHECK_FALSE(read.problems[0].advice.empty());
    };
    const auto changed = [](std::size_t at, std::string_view octets) {
        std::string out = small_file();
        out.replace(at, octets.size(), octets);
        return out;
    };
    refused("", "a PST file has at least 564 octets, this has 0");
    refused(std::string(600, 'x'), "it does not begin with \"!BDN\"");
    refused(changed(8, "SO"), "the client's mark is 0x4f53 and not 0x4d53");
    refused(changed(10, "\x0f"), "the file has the ANSI format of Outlook 97 (version 15)");
    refused(changed(10, "\x24"), "version 36 is not known; it should be 23");
    refused(changed(513, "\x02"), "the blocks are encoded by method 2");
}

TEST_CASE("one octet that has changed in a block or page is told of, with its place") {
    Database db = opened(small_file());
    std::size_t tried = 0;
    for (const BlockEntry& one : db.blocks) {
        if (++tried % 3 != 0) continue;
        std::string octets = small_file();
        octets[one.at.offset + one.size / 2] ^= 1;
        const Read read = pst::read(octets);
        // Blocks of templates and of the search folder are not read.
        if (read.problems.empty()) {
            CHECK(read.store == pst::read(small_file()).store);
            continue;
        }
        CHECK(read.problems[0].offset == one.at.offset);
        CHECK(sentence(read.problems[0]).find("the block's CRC is 0x") != std::string::npos);
    }
    for (const Reference page : {db.header.nodes, db.header.blocks}) {
        std::string octets = small_file();
        octets[page.offset + 485] ^= 1;  // behind the entries
        const Read read = pst::read(octets);
        REQUIRE(read.problems.size() == 1);
        CHECK(read.problems[0].offset == page.offset);
        CHECK(read.store == pst::read(small_file()).store);
    }
}

TEST_CASE("whatever octet has changed, reading ends and gives no more than there was") {
    std::string octets = small_file();
    const std::size_t end = octets.find_last_not_of('\0');
    for (std::size_t at = 0; at < end; at += 29 + at % 7) {
        const char before = octets[at];
        octets[at] = static_cast<char>(before ^ (1 << at % 8));
        const Read read = pst::read(octets);
        if (read.store) CHECK(read.store->top.folders.size() <= 8);
        octets[at] = before;
    }
}

TEST_CASE("a file that was cut off is read as far as it goes") {
    for (std::size_t size = 0; size < small_file().size(); size += 1021) {
        const Read read = pst::read(std::string_view(small_file()).substr(0, size));
        INFO(size);
        CHECK_FALSE(read.problems.empty());
        if (size >= header_octets) CHECK(tells(read, "the file ends here, and its header says at"));
    }
}

TEST_CASE("where a folder's list of messages is lost, the messages say where they belong") {
    Database db = opened(small_file());
    const Store whole = *pst::read(small_file()).store;
    const Folder& inbox = whole.top.folders[1];
    REQUIRE(inbox.name == "Inbox");
    const NodeEntry* table = find_node(db, sibling(inbox.nid, NodeType::contents_table));
    std::string octets = small_file();
    put_in_block(octets, block_of(db, table->data), 2, std::string(2, '\0'));
    const Read read = pst::read(octets);
    REQUIRE(read.store);
    CHECK(read.store->top.folders[1] == inbox);
    REQUIRE(read.problems.size() == 2);
    CHECK(sentence(read.problems[0]) == "node 0x808e: the node should hold a table, and does not");
    CHECK(tells(read, "the folder's list of messages is lost; they are found by what they say "
                      "themselves"));
}

TEST_CASE("a message that is lost leaves the others") {
    Database db = opened(small_file());
    const Store whole = *pst::read(small_file()).store;
    const NodeEntry* second = find_node(db, whole.top.folders[1].messages[1].nid);
    std::string octets = small_file();
    put_in_block(octets, block_of(db, second->data), 2, std::string(2, '\0'));
    const Read read = pst::read(octets);
    REQUIRE(read.store);
    REQUIRE(read.store->top.folders[1].messages.size() == 2);
    CHECK(read.store->top.folders[1].messages[1] == whole.top.folders[1].messages[2]);
    CHECK(tells(read, "the message is lost"));
}

TEST_CASE("a tree whose page is its own child is not walked for ever") {
    Database db = opened(small_file());
    const std::uint64_t root = db.header.nodes.offset;
    std::string octets = small_file();
    for (std::size_t entry = 0; entry < 3; ++entry)
        put_in_page(octets, root, entry * TreeEntry::octets + 8, mapi::write(db.header.nodes));
    const Read read = pst::read(octets);
    CHECK(tells(read, "which cannot be"));
}

TEST_CASE("a folder that is its own parent is shown once") {
    const std::string octets = with_nodes([](Output& out) {
        const NodeId inner = 0x8102;
        out.node(node::top, put_name(out, "top"), 0, node::root_folder);
        put_empty_tables(out, node::top, {{inner, {}}, {inner, {}}});
        out.node(inner, put_name(out, "inner"), 0, node::top);
        put_empty_tables(out, inner, {{node::top, {}}, {inner, {}}});
    });
    const Read read = pst::read(octets);
    REQUIRE(read.store);
    REQUIRE(read.store->top.folders.size() == 1);
    CHECK(read.store->top.folders[0].folders.empty());
    CHECK(tells(read, "more than one folder lists this node among its folders"));
}

TEST_CASE("lists of lists of the same block do not fill the memory") {
    const std::string octets = with_nodes([](Output& out) {
        out.node(node::top, put_name(out, "top"), 0, node::root_folder);
        const NodeId message = node_id(NodeType::normal_message, 0x10000);
        put_empty_tables(out, node::top, {}, {{message, {}}});
        // A block of eight thousand octets and lists that name it a million times.
        std::vector<std::string> blocks(data_children_max + 1, std::string(10, 'x'));
        blocks[0].assign(block_data_max, 'x');
        out.node(message, out.data(blocks), 0, node::top);
    });
    Database db = opened(octets);
    const NodeEntry* message = find_node(db, node_id(NodeType::normal_message, 0x10000));
    const BlockEntry& upper = block_of(db, message->data);
    const auto first_list = *record<std::uint64_t>(
        std::string_view(octets).substr(upper.at.offset + tree_block_octets));
    const BlockEntry& lower = block_of(db, first_list);
    const auto first_block = *record<std::uint64_t>(
        std::string_view(octets).substr(lower.at.offset + tree_block_octets));
    std::string bad = octets;
    for (std::size_t i = 0; i < data_children_max; ++i)
        put_in_block(bad, lower, tree_block_octets + 8 * i, mapi::write(first_block));
    put_in_block(bad, upper, tree_block_octets + 8, mapi::write(first_list));
    const Read read = pst::read(bad);
    CHECK(tells(read, "the same blocks are used again and again"));
    REQUIRE(read.store);
    CHECK(read.store->top.messages.empty());
}

TEST_CASE("problems end somewhere, and the last says that there are more") {
    const std::string octets = with_nodes([](Output& out) {
        out.node(node::top, put_name(out, "top"), 0, node::root_folder);
        std::vector<TableRow> rows;
        for (std::uint32_t i = 0; i < 500; ++i)
            rows.push_back({node_id(NodeType::normal_message, 0x10000 + i), {}});
        put_empty_tables(out, node::top, {}, rows);
    });
    const Read read = pst::read(octets);
    REQUIRE(read.problems.size() == problems_max + 1);
    CHECK(read.problems.back().what == "there is more wrong than is told here");
}
