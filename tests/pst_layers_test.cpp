// The lower layers of files of mail, held against the samples of MS-PST §3 and against what Outlook
// makes: checksums, pages, blocks, heaps, trees, properties, tables.
#include <algorithm>

#include "protocols/pst/checksum.hpp"
#include "protocols/pst/heap_output.hpp"
#include "protocols/pst/names.hpp"
#include "protocols/pst/templates.hpp"
#include "protocols/pst/values.hpp"
#include "tests/support/pst_octets.hpp"

using namespace postroad;
using namespace postroad::pst;
using mapi::Value;
using pst_octets::sample;

namespace {

// A file in which one node has these blocks for its data.
struct OneNode {
    std::string octets;
    Database db;
    explicit OneNode(const std::vector<std::string>& blocks, Crypt crypt = Crypt::none) {
        Output out(crypt);
        out.node(0x21, out.data(blocks), 0);
        read(out.finish());
    }
    void read(std::string file) {
        octets = std::move(file);
        db = {};
        db.octets = octets;
        REQUIRE(open(db));
        REQUIRE(find_node(db, 0x21));
    }
    std::optional<Heap> heap(std::uint8_t client) {
        const NodeEntry entry = *find_node(db, 0x21);
        return open_heap(db, entry.data, entry.subnodes, client);
    }
    std::vector<std::string> data() { return *read_data(db, find_node(db, 0x21)->data); }
};

std::string block_of(const Written& table, Output& out) {
    OneNode file({"x"});
    out.node(0x21, table.data, table.subnodes);
    file.read(out.finish());
    return file.data().front();
}

std::string octets_of(const rpc::Uuid& uuid) { return entry_id(uuid, 0).substr(4, 16); }

}  // namespace

TEST_CASE("the header of the specification is read, and its two checksums are ours") {
    const std::string octets = sample("header");
    REQUIRE(octets.size() == header_octets);
    const auto header = *record<Header>(octets);
    CHECK(header.partial_crc == crc(std::string_view(octets).substr(8, 471)));
    CHECK(header.full_crc == crc(std::string_view(octets).substr(8, 516)));
    CHECK(header.version == 23);
    CHECK(header.next_page == 0x254);
    CHECK(header.next_nodes[static_cast<std::size_t>(NodeType::normal_folder)] == 0x404);
    CHECK(header.next_nodes[static_cast<std::size_t>(NodeType::normal_message)] == 0x10002);
    CHECK(header.end == 0x9f2400);
    CHECK(header.end - header.last_map == map_interval);
    CHECK(header.nodes == Reference{0x24b, 0x905200});
    CHECK(header.blocks == Reference{0x253, 0x900a00});
    CHECK(header.maps_valid == 2);
    CHECK(header.next_block == 0x1434);
    CHECK(mapi::write(header) == octets);
}

TEST_CASE("pages of the specification have the checksums and signatures that ours would have") {
    const auto check = [](const std::string& page, std::uint64_t at) {
        REQUIRE(page.size() == page_octets);
        const auto trailer = *record<PageTrailer>(std::string_view(page).substr(496));
        CHECK(trailer.type == static_cast<std::uint8_t>(PageType::nodes));
        CHECK(trailer.crc == crc(std::string_view(page).substr(0, 496)));
        CHECK(trailer.signature == signature(at, trailer.bid));
    };
    const std::string above = sample("tree_page"), leaf = sample("leaf_page");
    check(above, 0x8200);
    check(leaf, 0x7000);
    const auto tail = *record<TreePage>(std::string_view(leaf).substr(tree_entries_octets));
    CHECK(tail.count == 14);
    CHECK(tail.count_max == tree_entries_octets / NodeEntry::octets);
    const auto folder = *record<NodeEntry>(std::string_view(leaf).substr(10 * NodeEntry::octets));
    CHECK(folder.nid == node::top);
    CHECK(folder.data == 0x54);
    CHECK(folder.parent == node::root_folder);
    const auto second = *record<TreeEntry>(std::string_view(above).substr(TreeEntry::octets));
    CHECK(second.key == 0x60f);
    CHECK(second.page == Reference{0x141, 0x7000});
}

TEST_CASE("blocks of the specification have the checksums and signatures that ours would have") {
    const auto check = [](const std::string& block, std::uint64_t at) {
        const auto trailer = *record<BlockTrailer>(
            std::string_view(block).substr(block.size() - block_trailer_octets));
        CHECK(block.size() % block_alignment == 0);
        CHECK(trailer.crc == crc(std::string_view(block).substr(0, trailer.size)));
        CHECK(trailer.signature == signature(at, trailer.bid));
        CHECK(is_internal(trailer.bid));
    };
    const std::string tree = sample("data_tree"), list = sample("subnodes");
    check(tree, 0x5a6600);
    check(list, 0x594d80);
    const auto head = *record<TreeBlock>(tree);
    CHECK((head.type == 1 && head.level == 1));
    CHECK(head.count == 53);
    CHECK(head.total == 0x69c49);
    const auto subnode = *record<Subnode>(std::string_view(list).substr(tree_block_octets));
    CHECK(subnode.nid == 0x817f);
    CHECK(subnode.data == 0x1380);
}

TEST_CASE("the permutation has the values of the specification, and goes back") {
    std::string all;
    for (int octet = 0; octet < 256; ++octet) all += static_cast<char>(octet);
    std::string encoded = all;
    permute(encoded);
    CHECK(encoded.substr(0, 4) == "\x41\x36\x13\x62");
    CHECK(encoded.substr(255) == "\x3d");
    std::string sorted = encoded;
    std::sort(sorted.begin(), sorted.end(), [](unsigned char a, unsigned char b) { return a < b; });
    CHECK(sorted == all);
    permute_back(encoded);
    CHECK(encoded == all);
}

TEST_CASE("the message store of the specification is read as the specification reads it") {
    for (const Crypt crypt : {Crypt::none, Crypt::permute}) {
        OneNode file({sample("heap")}, crypt);
        const auto heap = file.heap(properties_signature);
        REQUIRE(heap);
        CHECK(heap->root == 0x20);
        CHECK(item(*heap, heap_id(0, 2))->size() == 88);
        CHECK(read_heap_tree(file.db, *heap, heap->root).size() == 11);
        const Properties all = read_properties(file.db, *heap).properties;
        REQUIRE(all.size() == 11);
        CHECK(find(all, mapi::tag::display_name.id())->text == "UNICODE1");
        const std::string key = find(all, tag::record_key.id())->text;
        CHECK(key == octets_of("0ab59d22-d9dc-4394-85de-90aeb07d1270"));
        const auto top = read_entry_id(find(all, tag::top_entry_id.id())->text);
        REQUIRE(top);
        CHECK(octets_of(top->record_key) == key);
        CHECK(top->nid == node::top);
        CHECK(read_entry_id(find(all, tag::finder_entry_id.id())->text)->nid == node::search_root);
        CHECK(find(all, tag::wastebasket_entry_id.id())->text ==
              entry_id(top->record_key, node::wastebasket));
        CHECK(find(all, tag::valid_folder_mask.id())->number == 0x89);
        CHECK(find(all, 0x6633)->number == 1);
        CHECK(file.db.problems.empty());
    }
}

TEST_CASE("a heap of the specification's items is the specification's heap") {
    const std::string octets = sample("heap");
    constexpr std::size_t begins[] = {0x0c, 0x14, 0x6c, 0x7c, 0x8c, 0xa4, 0xbc, 0xd4, 0xec};
    HeapOutput heap(properties_signature);
    for (std::size_t i = 0; i < 8; ++i)
        CHECK(heap.add(octets.substr(begins[i], begins[i + 1] - begins[i])) == heap_id(0, i + 1));
    const auto blocks = heap.finish(0x20);
    REQUIRE(blocks.size() == 1);
    CHECK(blocks[0] == octets);
}

TEST_CASE(
    "the table of the specification is read, and written again to the octet but for versions") {
    OneNode file({sample("table")});
    const auto heap = file.heap(table_signature);
    REQUIRE(heap);
    const auto rows = read_table(file.db, *heap);
    REQUIRE(rows);
    REQUIRE(rows->size() == 3);
    const auto name = [&](std::size_t i) {
        return find((*rows)[i].cells, mapi::tag::display_name.id())->text;
    };
    CHECK((*rows)[0].id == node::top);
    CHECK(name(0) == "Top of Personal Folders");
    CHECK((*rows)[1].id == node::search_root);
    CHECK(name(1) == "Search Root");
    CHECK((*rows)[2].id == node::spam_search);
    CHECK(name(2) == "SPAM Search Folder 2");
    CHECK(find((*rows)[0].cells, mapi::tag::subfolders.id())->number == 1);
    CHECK(find((*rows)[0].cells, mapi::tag::container_class.id()) == nullptr);

    Output out(Crypt::none);
    std::string written = block_of(write_table(out, columns::hierarchy, *rows), out);
    const std::string original = sample("table");
    REQUIRE(written.size() == original.size());
    for (std::size_t row = 0; row < 3; ++row)  // how often a row was changed we do not keep
        written.replace(0xaa + row * 55 + 4, 4, original.substr(0xaa + row * 55 + 4, 4));
    CHECK(written == original);
}

TEST_CASE("empty tables are to the octet those of Outlook") {
    const auto check = [](const char* name, std::span<const mapi::PropertyTag> columns) {
        INFO(name);
        Output out(Crypt::none);
        CHECK(block_of(write_table(out, columns, {}), out) == sample("outlook_tables", name));
    };
    check("hierarchy", columns::hierarchy);
    check("contents", columns::contents);
    check("associated", columns::associated);
    check("search_contents", columns::search_contents);
    check("recipients", columns::recipients);
    check("attachments", columns::attachments);
}

TEST_CASE("a heap goes on in further blocks, and its trees in further levels") {
    HeapOutput heap(properties_signature);
    const std::uint32_t root = heap.reserve(8);
    std::vector<std::string> records;
    // Two items of index records: 3580 / 6 * 3580 / 8 records are less than that.
    for (std::uint32_t i = 0; i < 300'000; ++i)
        records.push_back(mapi::write(i) + mapi::write(i * 3));
    heap.fill(heap.plan(root, 4, 4, records.size()), records);
    const auto blocks = heap.finish(root);
    REQUIRE(blocks.size() > 140);  // so that two of them begin with a bitmap
    for (std::size_t i = 0; i + 1 < blocks.size(); ++i) CHECK(blocks[i].size() == block_data_max);
    OneNode file(blocks);
    const auto read = file.heap(properties_signature);
    REQUIRE(read);
    const auto found = read_heap_tree(file.db, *read, root);
    REQUIRE(found.size() == records.size());
    bool is_same = true;
    for (std::size_t i = 0; i < found.size(); ++i)
        is_same &= records[i] == std::string(found[i].key) + std::string(found[i].entry);
    CHECK(is_same);
    CHECK(record<HeapTree>(*item(*read, root))->levels == 2);
    CHECK(file.db.problems.empty());
}

TEST_CASE("data of any length lies in blocks, lists of blocks and lists of lists") {
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, block_data_max, block_data_max + 1,
          block_data_max * data_children_max, block_data_max * data_children_max + 1}) {
        std::string text(size, 'x');
        for (std::size_t i = 0; i < size; i += 997) text[i] = static_cast<char>(i / 997);
        Output out(Crypt::permute);
        out.node(0x21, out.data(text), 0);
        OneNode file({"x"});
        file.read(out.finish());
        std::string read;
        for (const std::string& block : file.data()) read += block;
        CHECK(read == text);
        CHECK(file.db.problems.empty());
    }
}

TEST_CASE("subnodes of any number lie in lists and lists of lists") {
    for (const std::uint64_t count : {1U, 340U, 341U, 5000U}) {
        Output out(Crypt::none);
        std::vector<Subnode> all;
        for (std::uint64_t i = count; i > 0; --i) all.push_back({i * 32, 4 * i, 0});
        out.node(0x21, out.data("x"), out.subnodes(all));
        OneNode file({"x"});
        file.read(out.finish());
        const auto read = read_subnodes(file.db, find_node(file.db, 0x21)->subnodes);
        REQUIRE(read.size() == count);
        CHECK(find_subnode(read, static_cast<NodeId>(count * 32))->data == 4 * count);
        CHECK(find_subnode(read, 33) == nullptr);
    }
}

TEST_CASE("what the maps say is taken is what blocks and pages take") {
    Output out(Crypt::none);
    for (std::uint32_t i = 1; i < 200; ++i)
        out.node(i << 5 | 1, out.data(std::string(i * 137 % 8000 + 1, 'x')), 0);
    const std::string octets = out.finish();
    Database db;
    db.octets = octets;
    REQUIRE(open(db));
    CHECK(octets.size() == db.header.end);
    CHECK((db.header.end - first_map_offset) % map_interval == 0);
    const std::uint64_t regions = (db.header.end - first_map_offset) / map_interval;
    REQUIRE(regions > 2);
    const auto is_taken = [&](std::uint64_t at) {
        const std::uint64_t region = (at - first_map_offset) / map_interval,
                            base = first_map_offset + region * map_interval,
                            slot = (at - base) / block_alignment;
        return (octets[base + slot / 8] & 0x80 >> slot % 8) != 0;
    };
    std::uint64_t taken = 0, expected = regions * page_octets + page_octets;  // maps, a page map
    for (std::uint64_t at = first_map_offset; at < octets.size(); at += block_alignment)
        taken += is_taken(at) ? block_alignment : 0;
    for (const BlockEntry& one : db.blocks) {
        const std::uint64_t whole = (one.size + block_trailer_octets + 63U) / 64 * 64;
        for (std::uint64_t at = 0; at < whole; at += 64) CHECK(is_taken(one.at.offset + at));
        CHECK((one.at.offset - first_map_offset) / map_interval ==
              (one.at.offset + whole - 1 - first_map_offset) / map_interval);
        expected += whole;
    }
    const auto pages = [](std::size_t entries, std::size_t per_leaf) {
        std::size_t all = 0, level = (entries + per_leaf - 1) / per_leaf;
        for (all = level; level > 1; all += level) level = (level + 19) / 20;
        return all;
    };
    expected += page_octets * (pages(db.nodes.size(), 15) + pages(db.blocks.size(), 20));
    // A page begins at a multiple of its size: behind a block there may be room.
    CHECK(taken >= expected);
    CHECK(taken < expected + 1024);
    CHECK(db.header.free_octets == regions * map_interval - taken);
    for (const BlockEntry& one : db.blocks) CHECK(one.references == 2);
}

TEST_CASE("values of every type come back as they were") {
    const auto check = [](std::uint16_t type, const Value& value, const std::string& octets) {
        INFO(type);
        const auto of = static_cast<mapi::PropertyType>(type);
        CHECK(encode(of, value) == octets);
        CHECK(decode(of, octets) == value);
    };
    using namespace std::string_literals;
    check(0x0002, Value::of(0x1234U), "\x34\x12");
    check(0x000b, Value::of(1U), "\1");
    check(0x0014, Value::of(1U), "\1\0\0\0\0\0\0\0"s);
    check(0x001f, Value::of("aö"), "a\0\xf6\0"s);
    check(0x0102, Value::of("a\0b"s), "a\0b"s);
    check(0x1003, Value{0, {}, {1, 2}, {}}, "\1\0\0\0\2\0\0\0"s);
    check(0x101f, Value{0, {}, {}, {"a", ""}}, "\2\0\0\0\x0c\0\0\0\x0e\0\0\0a\0"s);
    check(0x1102, Value{0, {}, {}, {}}, "\0\0\0\0"s);
    CHECK_FALSE(decode(static_cast<mapi::PropertyType>(0x101f), "\2\0\0\0\x0c\0\0\0\x0b\0\0\0a"s));
    CHECK_FALSE(decode(static_cast<mapi::PropertyType>(0x1003), "abc"));
    CHECK_FALSE(is_known(mapi::PropertyType::null));
    CHECK(utf8_of("a\0\x00\xd8z\0"s) == "a\xef\xbf\xbdz");
}

TEST_CASE("a subject is kept behind the length of its prefix") {
    CHECK(with_prefix_length("RE: plans", "") == "\1\5RE: plans");
    CHECK(with_prefix_length("plans", "") == "\1\1plans");
    CHECK(with_prefix_length("Antwort: ja", "Antwort: ") == "\1\nAntwort: ja");
    CHECK(with_prefix_length("", "") == "");
    for (const char* subject : {"RE: plans", "plans", "", "\1", "\1\1x", "ö"})
        CHECK(without_prefix_length(with_prefix_length(subject, "")) == subject);
    CHECK(without_prefix_length("plain") == "plain");
}

TEST_CASE("names of properties are found by the hash that the specification gives") {
    using mapi::PropertyName;
    constexpr rpc::Uuid common{"00062008-0000-0000-c000-000000000046"},
        public_strings{"00020329-0000-0000-c000-000000000046"},
        appointment{"00062014-0000-0000-c000-000000000046"};
    const std::vector<PropertyName> names{
        {PropertyName::Kind::id, common, 0x8503, {}},
        {},
        {PropertyName::Kind::name, public_strings, 0,
         "Keywords"},
        {PropertyName::Kind::id, appointment, 1, {}}};
    const Properties map = name_map(names);
    std::size_t damaged = 0;
    CHECK(read_name_map(map, damaged) == names);
    CHECK(damaged == 0);
    CHECK(find(map, 1)->number == 251);
    CHECK(find(map, 2)->text ==
          octets_of(common) + octets_of("00062014-0000-0000-c000-000000000046"));
    using namespace std::string_literals;
    // 0x8503 of the third set (3 << 1): (0x8503 ^ 6) % 251.
    CHECK(find(map, 0x1000 + (0x8503 ^ 6) % 251)->text == "\x03\x85\0\0\6\0\0\0"s);
    const std::uint32_t text = crc("K\0e\0y\0w\0o\0r\0d\0s\0"s);
    CHECK(find(map, static_cast<std::uint16_t>(0x1000 + (text ^ 5) % 251))->text ==
          mapi::write(text) + "\5\0\2\0"s);
}
