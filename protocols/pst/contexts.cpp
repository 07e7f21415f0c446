// Property contexts (MS-PST §2.3.3) and table contexts (§2.3.4), read from their heaps.
#include <algorithm>

#include <fmt/format.h>

#include "protocols/pst/heap.hpp"
#include "protocols/pst/nodes.hpp"
#include "protocols/pst/values.hpp"

namespace postroad::pst {
namespace {

using mapi::PropertyTag;
using mapi::PropertyType;

struct PropertyEntry {  // §2.3.3.3, behind the id that is its key
    std::uint16_t type = 0;
    std::uint32_t value = 0;
};
template <class A> void describe(A& a, PropertyEntry& entry) {
    a.value(entry.type);
    a.value(entry.value);
}
struct ObjectValue {  // §2.3.3.5
    NodeId nid = 0;
    std::uint32_t size = 0;
};
template <class A> void describe(A& a, ObjectValue& object) {
    a.value(object.nid);
    a.value(object.size);
}
struct RowPlace {  // TCROWID, §2.3.4.3.1
    std::uint32_t id = 0, row = 0;
};

// Numbers of up to four octets lie in the entry itself.
bool is_inline(PropertyType type) {
    const std::size_t size = fixed_octets(type);
    return size != 0 && size <= 4;
}

void bad_value(Database& db, PropertyTag tag) {
    db.tell(0, fmt::format("property 0x{:08x} has octets that are not of its type", tag.number),
            "what it said is lost; the rest is read");
}

std::optional<mapi::Value> value_of(Database& db, const Heap& heap, PropertyTag tag,
                                    std::uint32_t entry, std::vector<ObjectPlace>* objects) {
    if (is_inline(tag.type())) return decode(tag.type(), std::string_view(mapi::write(entry)));
    auto octets = value_octets(db, heap, entry);
    if (octets && tag.type() == PropertyType::object && objects) {
        const auto object = record<ObjectValue>(*octets);
        if (!object) return std::nullopt;
        objects->push_back({tag, object->nid});
        const Subnode* subnode = find_subnode(heap.subnodes, object->nid);
        // A message is read by whoever knows what one is.
        if (subnode && type_of(object->nid) == NodeType::normal_message) return std::nullopt;
        octets = value_octets(db, heap, object->nid);
    }
    if (!octets) return std::nullopt;
    auto value = decode(tag.type(), *octets);
    if (!value) bad_value(db, tag);
    return value;
}

struct Shape {
    TableInfo info;
    std::vector<Column> columns;
};
std::optional<Shape> shape_of(const Heap& heap) {
    const auto octets = item(heap, heap.root);
    if (!octets) return std::nullopt;
    mapi::Reader reader(*octets);
    Shape out;
    reader.value(out.info);
    for (unsigned i = 0; i < out.info.columns; ++i) reader.value(out.columns.emplace_back());
    if (!reader.good() || out.info.signature != table_signature) return std::nullopt;
    const std::size_t bits = (out.columns.size() + 7) / 8;
    if (out.info.end == 0 || out.info.end < bits || out.info.end > block_data_max)
        return std::nullopt;
    for (const Column& one : out.columns) {
        const std::size_t size = fixed_octets(one.tag.type());
        const std::size_t expected = size != 0 && size <= 8 ? size : 4;
        if (one.octets != expected || one.bit >= out.columns.size() ||
            one.offset + expected > out.info.end - bits)
            return std::nullopt;
    }
    return out;
}

// Rows do not lie across blocks (§2.3.4.4.1).
std::optional<std::vector<std::string>> matrix_of(Database& db, const Heap& heap,
                                                  std::uint32_t hnid) {
    if (type_of(hnid) != NodeType::heap) {
        const Subnode* subnode = find_subnode(heap.subnodes, hnid);
        if (!subnode) return std::nullopt;
        return read_data(db, subnode->data);
    }
    const auto found = item(heap, hnid);
    if (!found) return std::nullopt;
    return std::vector<std::string>{std::string(*found)};
}

std::optional<TableRow> row_of(Database& db, const Heap& heap, const Shape& shape,
                               std::string_view octets) {
    // A row of many columns in few octets: what comes of it is larger than what was read.
    if (!db.charge(shape.columns.size() * 8)) return std::nullopt;
    TableRow out;
    const std::string_view exist = octets.substr(shape.info.end - (shape.columns.size() + 7) / 8);
    for (const Column& one : shape.columns) {
        if (!(exist[one.bit / 8] & 0x80 >> one.bit % 8)) continue;
        const std::string_view cell = octets.substr(one.offset, one.octets);
        const std::size_t size = fixed_octets(one.tag.type());
        if (one.tag == tag::row_id) out.id = *record<std::uint32_t>(cell);
        if (one.tag == tag::row_id || one.tag == tag::row_version || !is_known(one.tag.type()))
            continue;
        auto value = size != 0 && size <= 8
                         ? decode(one.tag.type(), cell)
                         : value_of(db, heap, one.tag, *record<std::uint32_t>(cell), nullptr);
        if (value) out.cells.push_back({one.tag, std::move(*value)});
    }
    sort(out.cells);
    return out;
}

}  // namespace

PropertyContext read_properties(Database& db, const Heap& heap) {
    PropertyContext out;
    for (const TreeRecord& one : read_heap_tree(db, heap, heap.root)) {
        const auto id = record<std::uint16_t>(one.key);
        const auto entry = record<PropertyEntry>(one.entry);
        if (!id || !entry || one.key.size() != 2) continue;
        const PropertyTag tag(*id, static_cast<PropertyType>(entry->type));
        if (!is_known(tag.type())) {
            db.tell(0, fmt::format("property 0x{:08x} is of a type that is not known", tag.number),
                    "it is left out");
            continue;
        }
        if (!db.charge(sizeof(mapi::TaggedValue))) break;
        if (auto value = value_of(db, heap, tag, entry->value, &out.objects))
            out.properties.push_back({tag, std::move(*value)});
    }
    sort(out.properties);
    return out;
}

std::optional<std::vector<TableRow>> read_table(Database& db, const Heap& heap) {
    const auto shape = shape_of(heap);
    if (!shape) {
        db.tell(0, "the columns of the node's table contradict each other");
        return std::nullopt;
    }
    std::vector<TableRow> out;
    if (shape->info.rows == 0) return out;
    const auto blocks = matrix_of(db, heap, shape->info.rows);
    if (!blocks) {
        db.tell(0, "the rows of the node's table are not to be had");
        return std::nullopt;
    }
    std::vector<RowPlace> places;
    for (const TreeRecord& one : read_heap_tree(db, heap, shape->info.row_index))
        if (one.key.size() == 4 && one.entry.size() == 4)
            places.push_back({*record<std::uint32_t>(one.key), *record<std::uint32_t>(one.entry)});
    std::stable_sort(places.begin(), places.end(),
                     [](const RowPlace& a, const RowPlace& b) { return a.row < b.row; });
    const std::size_t width = shape->info.end, per_block = block_data_max / width;
    for (const RowPlace& place : places) {
        const std::size_t block = place.row / per_block, at = place.row % per_block * width;
        if (block >= blocks->size() || at + width > (*blocks)[block].size()) {
            db.tell(0, fmt::format("row {} of the node's table does not exist", place.row));
            continue;
        }
        auto row = row_of(db, heap, *shape, std::string_view((*blocks)[block]).substr(at, width));
        if (!row) break;
        row->id = place.id;
        out.push_back(std::move(*row));
    }
    return out;
}

}  // namespace postroad::pst
