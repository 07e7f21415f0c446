// Fuzzes files of mail: whole ones, and what lies in their nodes, which the checksums of a whole
// one would hide. The first octet chooses; what is read comes back as it was written.
#include <cstdlib>

#include "protocols/pst/heap_output.hpp"
#include "protocols/pst/names.hpp"
#include "protocols/pst/nodes.hpp"
#include "protocols/pst/values.hpp"

using namespace postroad;
using namespace postroad::pst;

namespace {

void insist(bool holds) {
    if (!holds) std::abort();
}

void fuzz_file(std::string_view octets) {
    const Read read = pst::read(octets);
    insist(read.store || !read.problems.empty());
    for (const Problem& one : read.problems) insist(!sentence(one).empty());
    if (!read.store) return;
    const WriteOptions options{Crypt::none, 1};
    Problems problems;
    const Read again = pst::read(write(*read.store, options, &problems));
    insist(again.problems.empty() && again.store == complete(*read.store, options));
}

// A node of one block: properties or a table.
void fuzz_node(std::string_view octets, std::uint8_t client) {
    Output out(Crypt::none);
    std::vector<Subnode> subnodes{{node_id(NodeType::value, 0x400), out.data(octets), 0}};
    out.node(node::message_store, out.data(octets.substr(0, block_data_max)),
             out.subnodes(subnodes));
    const std::string file = out.finish();
    Database db;
    db.octets = file;
    insist(open(db));
    const NodeEntry entry = *find_node(db, node::message_store);
    const auto heap = open_heap(db, entry.data, entry.subnodes, client);
    if (!heap) return;
    std::size_t damaged = 0;
    (void)read_name_map(read_properties(db, *heap).properties, damaged);
    (void)read_table(db, *heap);
}

// The second and third octet are a type.
void fuzz_value(std::string_view octets) {
    const auto number = record<std::uint16_t>(octets);
    if (!number) return;
    const auto type = static_cast<mapi::PropertyType>(*number);
    if (!is_known(type)) return;
    const auto value = decode(type, octets.substr(2));
    if (value) insist(decode(type, encode(type, *value)) == value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0 || size > 300'000) return 0;
    const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 4) {
    case 0: fuzz_file(octets); break;
    case 1: fuzz_node(octets, properties_signature); break;
    case 2: fuzz_node(octets, table_signature); break;
    default: fuzz_value(octets); break;
    }
    return 0;
}
