// The upper layer of a file, read (MS-PST §2.4). Where a table is damaged, the nodes' parents say
// what belongs where; what cannot be had is told of and left out.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "protocols/pst/heap.hpp"
#include "protocols/pst/limits.hpp"
#include "protocols/pst/names.hpp"
#include "protocols/pst/nodes.hpp"
#include "protocols/pst/values.hpp"

namespace postroad::pst {
namespace {

using mapi::PropertyTag;
using mapi::Value;

struct Child {
    NodeId parent = 0, nid = 0;
};

struct Reading {
    Database db;
    std::set<NodeId> seen;        // folders and messages: each is in one place
    std::vector<Child> children;  // by parent
};

std::string take_text(Properties& properties, PropertyTag tag) {
    const Value* value = find(properties, tag.id());
    std::string out = value ? value->text : std::string();
    drop(properties, tag.id());
    return out;
}

// §2.4.3.2: which node an entry id in the store's properties stands for.
NodeId take_node(Properties& properties, PropertyTag tag) {
    const auto id = read_entry_id(take_text(properties, tag));
    return id ? id->nid : 0;
}

// --- Messages ---

std::optional<Message> read_message(Database& db, NodeId nid, std::uint64_t data,
                                    std::uint64_t subnodes, unsigned depth);

void read_recipients(Database& db, const Heap& heap, Message& message) {
    const Subnode* subnode = find_subnode(heap.subnodes, node::recipient_table);
    if (!subnode) return;
    const auto table = open_heap(db, subnode->data, subnode->subnodes, table_signature);
    auto rows = table ? read_table(db, *table) : std::nullopt;
    if (!rows) return db.tell(0, "a message's recipients are lost");
    for (TableRow& row : *rows) message.recipients.push_back({std::move(row.cells)});
}

std::optional<Attachment> read_attachment(Database& db, const Heap& message, NodeId nid,
                                          unsigned depth) {
    const Subnode* subnode = find_subnode(message.subnodes, nid);
    const auto heap = subnode
                          ? open_heap(db, subnode->data, subnode->subnodes, properties_signature)
                          : std::nullopt;
    if (!heap) {
        db.tell(0, fmt::format("a message's attachment 0x{:x} is lost", nid));
        return std::nullopt;
    }
    PropertyContext context = read_properties(db, *heap);
    Attachment out{nid, std::move(context.properties), {}};
    for (const ObjectPlace& one : context.objects) {
        if (one.tag.id() != tag::attach_object.id() || !out.embedded.empty() ||
            type_of(one.nid) != NodeType::normal_message)
            continue;
        const Subnode* inner = find_subnode(heap->subnodes, one.nid);
        if (!inner) continue;
        if (depth == embedded_nesting_max) {
            db.tell(0, "messages lie in messages in messages, too deep to be mail");
            continue;
        }
        if (auto read = read_message(db, one.nid, inner->data, inner->subnodes, depth + 1))
            out.embedded.push_back(std::move(*read));
    }
    return out;
}

// Which attachments there are, the table says; if it is lost, the subnodes do.
std::vector<NodeId> attachments_of(Database& db, const Heap& heap) {
    std::vector<NodeId> out;
    const Subnode* subnode = find_subnode(heap.subnodes, node::attachment_table);
    if (!subnode) return out;
    const auto table = open_heap(db, subnode->data, subnode->subnodes, table_signature);
    if (const auto rows = table ? read_table(db, *table) : std::nullopt) {
        for (const TableRow& row : *rows) out.push_back(row.id);
        return out;
    }
    for (const Subnode& one : heap.subnodes)
        if (type_of(static_cast<NodeId>(one.nid)) == NodeType::attachment)
            out.push_back(static_cast<NodeId>(one.nid));
    return out;
}

std::optional<Message> read_message(Database& db, NodeId nid, std::uint64_t data,
                                    std::uint64_t subnodes, unsigned depth) {
    const auto heap = open_heap(db, data, subnodes, properties_signature);
    if (!heap) return std::nullopt;
    Message out{nid, read_properties(db, *heap).properties, {}, {}};
    for (mapi::TaggedValue& one : out.properties)
        if (one.tag.id() == mapi::tag::subject.id())
            one.value.text = without_prefix_length(one.value.text);
    read_recipients(db, *heap, out);
    std::set<NodeId> here;
    for (const NodeId one : attachments_of(db, *heap)) {
        if (type_of(one) != NodeType::attachment || !here.insert(one).second) {
            db.tell(0, fmt::format("0x{:x} stands in a list of attachments and is none", one));
            continue;
        }
        if (auto attachment = read_attachment(db, *heap, one, depth))
            out.attachments.push_back(std::move(*attachment));
    }
    return out;
}

// --- Folders ---

// The nodes that a folder's table lists.
std::vector<NodeId> listed(Reading& r, NodeId folder, NodeType table_type, NodeType type,
                           const char* what) {
    std::vector<NodeId> out;
    const NodeId nid = sibling(folder, table_type);
    const NodeEntry* entry = find_node(r.db, nid);
    r.db.about = nid;
    const auto table =
        entry ? open_heap(r.db, entry->data, entry->subnodes, table_signature) : std::nullopt;
    if (const auto rows = table ? read_table(r.db, *table) : std::nullopt) {
        for (const TableRow& row : *rows) out.push_back(row.id);
        return out;
    }
    r.db.tell(0, fmt::format("the folder's list of {} is lost", what),
              "they are found by what they say themselves, in the order in which they were made");
    const auto by_parent = [](const Child& a, const Child& b) { return a.parent < b.parent; };
    const auto [begin, end] =
        std::equal_range(r.children.begin(), r.children.end(), Child{folder, 0}, by_parent);
    for (auto at = begin; at != end; ++at)
        if (type_of(at->nid) == type) out.push_back(at->nid);
    return out;
}

// Nothing for what was read already, or is something else.
const NodeEntry* first_time(Reading& r, NodeId nid, NodeType type, const char* what) {
    r.db.about = nid;
    const NodeEntry* entry = find_node(r.db, nid);
    if (!entry || type_of(nid) != type)
        r.db.tell(0, fmt::format("a folder lists this node among its {}, and it is none", what));
    else if (!r.seen.insert(nid).second)
        r.db.tell(0, fmt::format("more than one folder lists this node among its {}", what),
                  "it is shown in the first");
    else
        return entry;
    return nullptr;
}

std::vector<Message> read_messages(Reading& r, NodeId folder, NodeType table, NodeType type) {
    std::vector<Message> out;
    for (const NodeId nid : listed(r, folder, table, type, "messages")) {
        const NodeEntry* entry = first_time(r, nid, type, "messages");
        if (!entry) continue;
        if (auto message = read_message(r.db, nid, entry->data, entry->subnodes, 0))
            out.push_back(std::move(*message));
        else
            r.db.tell(0, "the message is lost");
    }
    return out;
}

Folder read_folder(Reading& r, const NodeEntry& entry, unsigned depth) {
    Folder out;
    out.nid = static_cast<NodeId>(entry.nid);
    r.db.about = out.nid;
    if (const auto heap = open_heap(r.db, entry.data, entry.subnodes, properties_signature)) {
        out.properties = read_properties(r.db, *heap).properties;
        out.name = take_text(out.properties, mapi::tag::display_name);
        out.container_class = take_text(out.properties, mapi::tag::container_class);
        for (const PropertyTag one :
             {mapi::tag::content_count, mapi::tag::content_unread, mapi::tag::subfolders})
            drop(out.properties, one.id());
    } else {
        r.db.tell(0, "the folder's name is lost");
    }
    for (const NodeId nid :
         listed(r, out.nid, NodeType::hierarchy_table, NodeType::normal_folder, "folders")) {
        if (type_of(nid) == NodeType::search_folder) continue;  // shows what lies elsewhere
        const NodeEntry* child = first_time(r, nid, NodeType::normal_folder, "folders");
        if (!child) continue;
        if (depth < folder_nesting_max)
            out.folders.push_back(read_folder(r, *child, depth + 1));
        else
            r.db.tell(0, "folders lie in folders too deep to be a person's");
    }
    out.messages = read_messages(r, out.nid, NodeType::contents_table, NodeType::normal_message);
    out.associated =
        read_messages(r, out.nid, NodeType::associated_table, NodeType::associated_message);
    return out;
}

// --- The store ---

Properties properties_of(Reading& r, NodeId nid, const char* what) {
    r.db.about = nid;
    const NodeEntry* entry = find_node(r.db, nid);
    const auto heap =
        entry ? open_heap(r.db, entry->data, entry->subnodes, properties_signature) : std::nullopt;
    if (!heap) {
        r.db.tell(0, fmt::format("{} is lost", what));
        return {};
    }
    return read_properties(r.db, *heap).properties;
}

std::vector<mapi::PropertyName> names_of(Reading& r) {
    std::size_t damaged = 0;
    auto out = read_name_map(properties_of(r, node::name_to_id_map, "the list of named properties"),
                             damaged);
    if (damaged > 0)
        r.db.tell(0, fmt::format("{} of the named properties have lost their names", damaged));
    return out;
}

// The folder that people see, or else the one that is it in all files of Outlook.
const NodeEntry* top_of(Reading& r, NodeId told) {
    r.db.about = node::message_store;
    for (const NodeId nid : {told, node::top, node::root_folder}) {
        const NodeEntry* entry =
            type_of(nid) == NodeType::normal_folder ? find_node(r.db, nid) : nullptr;
        if (!entry) continue;
        if (nid != told)
            r.db.tell(
                0, fmt::format("which folder is the uppermost is not said; 0x{:x} is taken", nid));
        return entry;
    }
    r.db.tell(
        0, "the file has no folder that could be the uppermost",
        "let scanpst repair a copy of the file; what it finds it puts into \"Lost and Found\"");
    return nullptr;
}

std::optional<Store> read_store(Reading& r) {
    Store out;
    out.properties = properties_of(r, node::message_store, "what the file says of itself");
    Properties& all = out.properties;
    if (const auto key = read_entry_id(std::string(4, '\0') + take_text(all, tag::record_key) +
                                       std::string(4, '\0')))
        out.record_key = key->record_key;
    else
        r.db.tell(0, "the file's record key is lost, by which programs know it again");
    out.display_name = take_text(all, mapi::tag::display_name);
    const NodeId told = take_node(all, tag::top_entry_id),
                 finder = take_node(all, tag::finder_entry_id);
    out.wastebasket = take_node(all, tag::wastebasket_entry_id);
    out.names = names_of(r);

    const NodeEntry* top = top_of(r, told);
    if (!top) return std::nullopt;
    r.seen = {static_cast<NodeId>(top->nid), node::root_folder, finder};
    out.top = read_folder(r, *top, 0);
    if (top->nid == node::root_folder || !find_node(r.db, node::root_folder)) return out;
    for (const NodeId nid : listed(r, node::root_folder, NodeType::hierarchy_table,
                                   NodeType::normal_folder, "folders")) {
        if (type_of(nid) == NodeType::search_folder || nid == top->nid || nid == finder) continue;
        if (const NodeEntry* one = first_time(r, nid, NodeType::normal_folder, "folders"))
            out.beside.push_back(read_folder(r, *one, 0));
    }
    return out;
}

}  // namespace

Read read(std::string_view octets) {
    Reading r;
    r.db.octets = octets;
    Read out;
    if (open(r.db)) {
        for (const NodeEntry& one : r.db.nodes)
            r.children.push_back({one.parent, static_cast<NodeId>(one.nid)});
        std::stable_sort(r.children.begin(), r.children.end(),
                         [](const Child& a, const Child& b) { return a.parent < b.parent; });
        out.store = read_store(r);
    }
    out.problems = std::move(r.db.problems);
    return out;
}

}  // namespace postroad::pst
