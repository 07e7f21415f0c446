// The upper layer of a file, written (MS-PST §2.4, §2.7): the store, its folders with their tables,
// messages, and the nodes that every file has.
#include <algorithm>
#include <set>

#include "protocols/ntlm/hashes.hpp"
#include "protocols/pst/heap_output.hpp"
#include "protocols/pst/names.hpp"
#include "protocols/pst/nodes.hpp"
#include "protocols/pst/templates.hpp"
#include "protocols/pst/values.hpp"

namespace postroad::pst {
namespace {

using mapi::PropertyTag;
using mapi::PropertyType;
using mapi::Value;

constexpr std::size_t shown_units_max = 255;  // of a text in a table of folders or messages

void put_properties_node(Output& out, NodeId nid, Properties properties, NodeId parent = 0) {
    sort(properties);
    std::vector<Subnode> subnodes;
    const std::uint64_t data = write_properties(out, properties, subnodes);
    out.node(nid, data, out.subnodes(std::move(subnodes)), parent);
}
void put_table_node(Output& out, NodeId nid, std::span<const PropertyTag> columns,
                    const std::vector<TableRow>& rows = {}) {
    const Written table = write_table(out, columns, rows);
    out.node(nid, table.data, table.subnodes);
}

// What a folder's tables show of one of its own: as much as a list can show.
TableRow shown(NodeId nid, const Properties& properties, std::span<const PropertyTag> columns) {
    TableRow row{nid, {}};
    for (const mapi::TaggedValue& one : properties) {
        if (std::find(columns.begin(), columns.end(), one.tag) == columns.end()) continue;
        // A cell without octets is written as none, and not every reader knows what that means.
        if (fixed_octets(one.tag.type()) == 0 && encode(one.tag.type(), one.value).empty())
            continue;
        Value value = one.value;
        if (one.tag.type() == PropertyType::string) {
            std::string units = ntlm::utf16(value.text);
            if (units.size() > 2 * shown_units_max) {
                units.resize(2 * shown_units_max);
                const auto high = static_cast<unsigned char>(units.back());
                if ((high & 0xfc) == 0xd8) units.resize(units.size() - 2);  // half a character
                value.text = utf8_of(units);
            }
        } else if (value.text.size() > heap_item_max || !value.texts.empty() ||
                   value.numbers.size() > shown_units_max) {
            continue;
        }
        row.cells.push_back({one.tag, std::move(value)});
    }
    return row;
}

// --- Messages ---

// The subject as a file keeps it. Everything else is kept as it is.
void mark_subject(Properties& properties) {
    const Value* prefix = find(properties, mapi::tag::subject_prefix.id());
    const std::string before = prefix ? prefix->text : std::string();
    for (mapi::TaggedValue& one : properties)
        if (one.tag.id() == mapi::tag::subject.id())
            one.value.text = with_prefix_length(one.value.text, before);
}

std::vector<PropertyTag> recipient_columns(const std::vector<Recipient>& recipients) {
    std::vector<PropertyTag> out(columns::recipients.begin(), columns::recipients.end());
    std::set<std::uint32_t> more;
    for (const Recipient& one : recipients)
        for (const mapi::TaggedValue& property : one.properties)
            if (std::find(out.begin(), out.end(), property.tag) == out.end())
                more.insert(property.tag.number);
    out.insert(out.end(), more.begin(), more.end());
    return out;
}

Written write_message(Output& out, const Message& message, const Properties& properties);

Subnode write_attachment(Output& out, const Attachment& one) {
    std::vector<Subnode> subnodes;
    std::optional<EmbeddedPlace> embedded;
    for (const Message& inner : one.embedded) {
        Properties properties = inner.properties;
        mark_subject(properties);
        const Written written = write_message(out, inner, properties);
        subnodes.push_back({inner.nid, written.data, written.subnodes});
        const Value* size = find(inner.properties, mapi::tag::size.id());
        embedded = {inner.nid, static_cast<std::uint32_t>(size ? size->number : 0)};
    }
    const std::uint64_t data = write_properties(out, one.properties, subnodes, embedded);
    return {one.nid, data, out.subnodes(std::move(subnodes))};
}

// §2.4.5, §2.4.6: everything that belongs to a message are its node's subnodes.
Written write_message(Output& out, const Message& message, const Properties& properties) {
    std::vector<Subnode> subnodes;
    const std::uint64_t data = write_properties(out, properties, subnodes);
    std::vector<TableRow> rows;
    for (const Recipient& one : message.recipients)
        rows.push_back({static_cast<std::uint32_t>(rows.size() + 1), one.properties});
    const Written table = write_table(out, recipient_columns(message.recipients), rows);
    subnodes.push_back({node::recipient_table, table.data, table.subnodes});
    rows.clear();
    for (const Attachment& one : message.attachments) {
        rows.push_back(shown(one.nid, one.properties, columns::attachments));
        subnodes.push_back(write_attachment(out, one));
    }
    if (!rows.empty()) {
        const Written attachments = write_table(out, columns::attachments, rows);
        subnodes.push_back({node::attachment_table, attachments.data, attachments.subnodes});
    }
    return {data, out.subnodes(std::move(subnodes))};
}

TableRow put_message(Output& out, const Message& message, NodeId folder,
                     std::span<const PropertyTag> columns) {
    Properties properties = message.properties;
    mark_subject(properties);
    const Written written = write_message(out, message, properties);
    out.node(message.nid, written.data, written.subnodes, folder);
    return shown(message.nid, properties, columns);
}

// --- Folders ---

Properties folder_properties(const Folder& folder) {
    Properties out = folder.properties;
    std::uint64_t unread = 0;
    for (const Message& one : folder.messages) {
        const Value* flags = find(one.properties, mapi::tag::flags.id());
        if (!flags || !(flags->number & 1)) ++unread;  // MSGFLAG_READ
    }
    put(out, mapi::tag::display_name, Value::of(folder.name));
    put(out, mapi::tag::content_count, Value::of(std::uint64_t{folder.messages.size()}));
    put(out, mapi::tag::content_unread, Value::of(unread));
    put(out, mapi::tag::subfolders, Value::of(std::uint64_t{!folder.folders.empty()}));
    if (!folder.container_class.empty())
        put(out, mapi::tag::container_class, Value::of(folder.container_class));
    sort(out);
    return out;
}

// A folder is four nodes (§2.4.4), and those of what is in it.
TableRow put_folder(Output& out, const Folder& folder, NodeId parent) {
    const Properties properties = folder_properties(folder);
    put_properties_node(out, folder.nid, properties, parent);
    std::vector<TableRow> folders, messages, associated;
    for (const Folder& one : folder.folders) folders.push_back(put_folder(out, one, folder.nid));
    for (const Message& one : folder.messages)
        messages.push_back(put_message(out, one, folder.nid, columns::contents));
    for (const Message& one : folder.associated)
        associated.push_back(put_message(out, one, folder.nid, columns::associated));
    put_table_node(out, sibling(folder.nid, NodeType::hierarchy_table), columns::hierarchy,
                   folders);
    put_table_node(out, sibling(folder.nid, NodeType::contents_table), columns::contents, messages);
    put_table_node(out, sibling(folder.nid, NodeType::associated_table), columns::associated,
                   associated);
    return shown(folder.nid, properties, columns::hierarchy);
}

// §2.7.3.4: what every file finds junk with. Its list of criteria is empty, and so is it.
TableRow put_spam_search(Output& out) {
    Folder folder;
    folder.name = "SPAM Search Folder 2";
    const Properties properties = folder_properties(folder);
    put_properties_node(out, node::spam_search, properties, node::root_folder);
    out.node(sibling(node::spam_search, NodeType::search_update_queue), 0, 0);
    put_properties_node(out, sibling(node::spam_search, NodeType::search_criteria),
                        {{0x660b0003, Value::of(std::uint64_t{0})}});
    put_table_node(out, sibling(node::spam_search, NodeType::search_contents_table),
                   columns::search_contents);
    return shown(node::spam_search, properties, columns::hierarchy);
}

// The root, which has no name, and what lies beside what people see.
void put_root(Output& out, const Store& store) {
    Folder search_root;
    search_root.nid = node::search_root;
    search_root.name = "Search Root";
    std::vector<TableRow> rows{put_folder(out, store.top, node::root_folder),
                               put_folder(out, search_root, node::root_folder),
                               put_spam_search(out)};
    for (const Folder& one : store.beside) rows.push_back(put_folder(out, one, node::root_folder));
    Properties root = folder_properties({});
    put(root, mapi::tag::subfolders, Value::of(std::uint64_t{1}));
    put_properties_node(out, node::root_folder, root, node::root_folder);
    put_table_node(out, sibling(node::root_folder, NodeType::hierarchy_table), columns::hierarchy,
                   rows);
    put_table_node(out, sibling(node::root_folder, NodeType::contents_table), columns::contents);
    put_table_node(out, sibling(node::root_folder, NodeType::associated_table),
                   columns::associated);
}

// --- The store, and what every file has (§2.7.1) ---

void put_store(Output& out, const Store& store) {
    Properties all = store.properties;
    const auto folder = [&](NodeId nid) { return Value::of(entry_id(store.record_key, nid)); };
    put(all, tag::record_key, Value::of(entry_id(store.record_key, 0).substr(4, 16)));
    put(all, mapi::tag::display_name, Value::of(store.display_name));
    put(all, tag::top_entry_id, folder(store.top.nid));
    put(all, tag::wastebasket_entry_id, folder(store.wastebasket));
    put(all, tag::finder_entry_id, folder(node::search_root));
    put_properties_node(out, node::message_store, std::move(all));
    put_properties_node(out, node::name_to_id_map, name_map(store.names));
}

void put_templates(Output& out) {
    put_table_node(out, node::hierarchy_template, columns::hierarchy);
    put_table_node(out, node::contents_template, columns::contents);
    put_table_node(out, node::associated_template, columns::associated);
    put_table_node(out, node::search_contents_template, columns::search_contents);
    put_table_node(out, node::attachment_table, columns::attachments);
    put_table_node(out, node::recipient_table, columns::recipients);
    // Messages of all classes go to the root, as long as nobody says otherwise.
    const TableRow everything{
        1,
        {{columns::receive_folders[2], Value::of(std::uint64_t{node::root_folder})},
         {mapi::tag::message_class, Value::of("")}}};
    put_table_node(out, node::receive_folders, columns::receive_folders, {everything});
    put_table_node(out, node::outgoing, columns::outgoing);
    out.node(node::search_queue, 0, 0);
    out.node(node::search_activity, out.data(mapi::write(node::spam_search)), 0);
    out.node(node::search_domain, 0, 0);
}

}  // namespace

std::string write(const Store& given, const WriteOptions& options, Problems* problems) {
    const Store store = complete(given, options, problems);
    Output out(options.crypt);
    put_templates(out);
    put_store(out, store);
    put_root(out, store);
    return out.finish();
}

}  // namespace postroad::pst
