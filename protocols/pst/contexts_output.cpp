// Property contexts (MS-PST §2.3.3) and table contexts (§2.3.4), laid out in heaps.
#include <algorithm>

#include "protocols/base/assertion.hpp"
#include "protocols/pst/heap_output.hpp"
#include "protocols/pst/nodes.hpp"
#include "protocols/pst/values.hpp"

namespace postroad::pst {
namespace {

using mapi::PropertyTag;
using mapi::PropertyType;

std::uint32_t place(Output& out, HeapOutput& heap, std::vector<Subnode>& subnodes,
                    std::string_view octets) {
    if (octets.empty()) return 0;
    if (octets.size() <= heap_item_max) return heap.add(octets);
    const NodeId nid =
        node_id(NodeType::value, static_cast<std::uint32_t>(0x400 + subnodes.size()));
    subnodes.push_back({nid, out.data(octets), 0});
    return nid;
}

// Where an object lies, and how large it is.
std::string object_octets(NodeId nid, std::size_t size) {
    return mapi::write(nid) + mapi::write(static_cast<std::uint32_t>(size));
}
std::uint32_t place_object(Output& out, HeapOutput& heap, std::vector<Subnode>& subnodes,
                           std::string_view octets) {
    const NodeId nid =
        node_id(NodeType::value, static_cast<std::uint32_t>(0x400 + subnodes.size()));
    subnodes.push_back({nid, out.data(octets), 0});
    return heap.add(object_octets(nid, octets.size()));
}

std::size_t cell_octets(PropertyType type) {
    const std::size_t size = fixed_octets(type);
    return size != 0 && size <= 8 ? size : 4;
}

// §2.3.4.2: cells of eight and four octets, of two, of one, and a bit for each that says whether it
// is there.
struct Shape {
    TableInfo info;
    std::vector<Column> columns;  // by tag
};
Shape shape_of(std::span<const PropertyTag> tags) {
    POSTROAD_ASSERT(tags.size() <= 255);
    Shape out;
    out.info.columns = static_cast<std::uint8_t>(tags.size());
    std::uint16_t end = 0;
    const auto lay = [&](std::size_t least, std::size_t most) {
        for (std::size_t i = 0; i < tags.size(); ++i) {
            const std::size_t size = cell_octets(tags[i].type());
            if (size < least || size > most) continue;
            out.columns.push_back(
                {tags[i], end, static_cast<std::uint8_t>(size), static_cast<std::uint8_t>(i)});
            end = static_cast<std::uint16_t>(end + size);
        }
        return end;
    };
    out.info.end_4 = lay(4, 8);
    out.info.end_2 = lay(2, 2);
    out.info.end_1 = lay(1, 1);
    out.info.end = static_cast<std::uint16_t>(end + (tags.size() + 7) / 8);
    std::sort(out.columns.begin(), out.columns.end(),
              [](const Column& a, const Column& b) { return a.tag.number < b.tag.number; });
    return out;
}

std::string row_octets(Output& out, HeapOutput& heap, std::vector<Subnode>& subnodes,
                       const Shape& shape, const TableRow& row, std::uint32_t version) {
    std::string octets(shape.info.end, '\0');
    for (const Column& column : shape.columns) {
        std::string cell;
        if (column.tag == tag::row_id) {
            cell = mapi::write(row.id);
        } else if (column.tag == tag::row_version) {
            cell = mapi::write(version);
        } else {
            const auto found = std::find_if(row.cells.begin(), row.cells.end(),
                                            [&](const auto& one) { return one.tag == column.tag; });
            if (found == row.cells.end()) continue;
            cell = encode(column.tag.type(), found->value);
            const std::size_t size = fixed_octets(column.tag.type());
            if (size == 0 || size > 8) cell = mapi::write(place(out, heap, subnodes, cell));
        }
        octets.replace(column.offset, cell.size(), cell);
        char& bits = octets[shape.info.end - (shape.columns.size() + 7) / 8 + column.bit / 8];
        bits = static_cast<char>(bits | 0x80 >> column.bit % 8);
    }
    return octets;
}

// §2.3.4.3: from a row's id to its place.
std::vector<std::string> row_index(const std::vector<TableRow>& rows) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> places;
    for (const TableRow& row : rows)
        places.emplace_back(row.id, static_cast<std::uint32_t>(places.size()));
    std::sort(places.begin(), places.end());
    std::vector<std::string> out;
    for (const auto& [id, row] : places) out.push_back(mapi::write(id) + mapi::write(row));
    return out;
}

}  // namespace

std::uint64_t write_properties(Output& out, const Properties& properties,
                               std::vector<Subnode>& subnodes,
                               std::optional<EmbeddedPlace> embedded) {
    HeapOutput heap(properties_signature);
    const std::uint32_t root = heap.reserve(8);
    const HeapOutput::Tree tree =
        heap.plan(root, 2, 6, properties.size() + (embedded ? std::size_t{1} : 0));
    std::vector<std::string> records;
    const auto put_record = [&](PropertyTag tag, std::uint32_t value) {
        records.push_back(mapi::write(tag.id()) +
                          mapi::write(static_cast<std::uint16_t>(tag.type())) + mapi::write(value));
    };
    const auto put_embedded = [&] {
        put_record(tag::attach_object, heap.add(object_octets(embedded->nid, embedded->octets)));
        embedded.reset();
    };
    for (const mapi::TaggedValue& one : properties) {
        if (embedded && one.tag.id() > tag::attach_object.id()) put_embedded();
        std::string octets = encode(one.tag.type(), one.value);
        const std::size_t size = fixed_octets(one.tag.type());
        if (one.tag.type() == PropertyType::object) {
            put_record(one.tag, place_object(out, heap, subnodes, octets));
        } else if (size != 0 && size <= 4) {
            octets.resize(4, '\0');
            put_record(one.tag, *record<std::uint32_t>(octets));
        } else {
            put_record(one.tag, place(out, heap, subnodes, octets));
        }
    }
    if (embedded) put_embedded();
    heap.fill(tree, records);
    return out.data(heap.finish(root));
}

Written write_table(Output& out, std::span<const PropertyTag> columns,
                    const std::vector<TableRow>& rows) {
    Shape shape = shape_of(columns);
    const std::size_t width = shape.info.end, total = width * rows.size();
    HeapOutput heap(table_signature);
    std::vector<Subnode> subnodes;
    shape.info.row_index = heap.reserve(8);
    mapi::Writer info;
    info.value(shape.info);
    for (const Column& one : shape.columns) info.value(one);
    const std::uint32_t root = heap.reserve(info.out.size());
    heap.fill(heap.plan(shape.info.row_index, 4, 4, rows.size()), row_index(rows));

    const bool is_small = total > 0 && total <= heap_item_max;
    if (is_small) shape.info.rows = heap.reserve(total);
    // §2.3.4.4.1: rows do not lie across blocks.
    std::vector<std::string> matrix(1);
    std::uint32_t version = 0;
    for (const TableRow& row : rows) {
        const std::string octets = row_octets(out, heap, subnodes, shape, row, ++version);
        if (matrix.back().size() + width > block_data_max) {
            matrix.back().resize(block_data_max, '\0');
            matrix.emplace_back();
        }
        matrix.back() += octets;
    }
    if (is_small) {
        heap.fill(shape.info.rows, matrix.front());
    } else if (total > 0) {
        shape.info.rows =
            node_id(NodeType::value, static_cast<std::uint32_t>(0x400 + subnodes.size()));
        subnodes.push_back({shape.info.rows, out.data(matrix), 0});
    }
    info.out.clear();
    info.value(shape.info);
    for (const Column& one : shape.columns) info.value(one);
    heap.fill(root, info.out);
    const std::uint64_t data = out.data(heap.finish(root));
    return {data, out.subnodes(std::move(subnodes))};
}

}  // namespace postroad::pst
