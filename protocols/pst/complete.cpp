// What a file has to say that a store need not: ids, and the properties without which Outlook takes
// a message for damaged. Everything here is a function of the store and the options.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "protocols/mapi/recipients.hpp"
#include "protocols/ntlm/hashes.hpp"
#include "protocols/pst/layout.hpp"
#include "protocols/pst/limits.hpp"
#include "protocols/pst/nodes.hpp"
#include "protocols/pst/templates.hpp"
#include "protocols/pst/values.hpp"

namespace postroad::pst {
namespace {

using mapi::PropertyTag;
using mapi::PropertyType;
using mapi::Value;

constexpr std::string_view deleted_items = "Deleted Items";
constexpr std::uint32_t attach_by_value = 1, attach_embedded = 5;
constexpr std::uint64_t flag_has_attachment = 0x10, flag_associated = 0x40;  // MS-OXCMSG §2.2.1.6

struct Completion {
    const WriteOptions& options;
    Problems* problems;
    rpc::Uuid record_key;
    std::set<NodeId> taken;

    void tell(NodeId nid, std::string what) const {
        if (problems && problems->size() < problems_max)
            problems->push_back({0, nid, std::move(what), "it is left out of the file"});
    }
};

// As it will be read again.
void normalize(Completion& c, NodeId nid, Properties& properties) {
    std::erase_if(properties, [&](const mapi::TaggedValue& one) {
        if (is_known(one.tag.type())) return false;
        c.tell(nid,
               fmt::format("property 0x{:08x} is of a type that no file keeps", one.tag.number));
        return true;
    });
    for (mapi::TaggedValue& one : properties)
        one.value = *decode(one.tag.type(), encode(one.tag.type(), one.value));
    sort(properties);
}
std::string normalized(std::string_view text) { return utf8_of(ntlm::utf16(text)); }

void put_missing(Properties& properties, PropertyTag tag, Value value) {
    if (!find(properties, tag.id())) properties.push_back({tag, std::move(value)});
}
std::string_view text_of(const Properties& properties, PropertyTag tag) {
    const Value* value = find(properties, tag.id());
    return value ? std::string_view(value->text) : std::string_view();
}
std::uint64_t number_of(const Properties& properties, PropertyTag tag) {
    const Value* value = find(properties, tag.id());
    return value ? value->number : 0;
}

// --- Ids: those that are good stay, the others come after them ---

// The tables of a folder have its number: those of one of them would be the templates.
bool is_reserved(NodeId nid) {
    return nid == node::root_folder || nid == node::search_root ||
           nid >> 5 == node::hierarchy_template >> 5;
}

void keep(Completion& c, NodeId& nid, NodeType type) {
    if (type_of(nid) != type || nid >> 5 == 0 || is_reserved(nid) || !c.taken.insert(nid).second)
        nid = 0;
}
void keep_all(Completion& c, Folder& folder) {
    keep(c, folder.nid, NodeType::normal_folder);
    for (Message& one : folder.messages) keep(c, one.nid, NodeType::normal_message);
    for (Message& one : folder.associated) keep(c, one.nid, NodeType::associated_message);
    for (Folder& one : folder.folders) keep_all(c, one);
}

struct Counters {
    std::uint32_t folder = 0x404, message = 0x10000, associated = 0x8000;
};
void give(Completion& c, NodeId& nid, NodeType type, std::uint32_t& next) {
    while (nid == 0)
        if (const NodeId one = node_id(type, next++); c.taken.insert(one).second) nid = one;
}
void give_all(Completion& c, Counters& next, Folder& folder) {
    give(c, folder.nid, NodeType::normal_folder, next.folder);
    for (Message& one : folder.messages) give(c, one.nid, NodeType::normal_message, next.message);
    for (Message& one : folder.associated)
        give(c, one.nid, NodeType::associated_message, next.associated);
    for (Folder& one : folder.folders) give_all(c, next, one);
}

// --- Recipients and attachments ---

void complete_recipients(Completion& c, Message& message) {
    if (message.recipients.size() > recipients_max) {
        c.tell(message.nid, fmt::format("there are more than {} recipients", recipients_max));
        message.recipients.resize(recipients_max);
    }
    std::set<std::uint32_t> tags;
    for (const PropertyTag one : columns::recipients) tags.insert(one.number);
    std::size_t large = 0;
    for (Recipient& one : message.recipients) {
        Properties& all = one.properties;
        drop(all, tag::row_id.id());
        drop(all, tag::row_version.id());
        normalize(c, message.nid, all);
        std::erase_if(all, [&](const mapi::TaggedValue& property) {
            const bool is_column = tags.contains(property.tag.number),
                       is_object = property.tag.type() == PropertyType::object,
                       is_large = property.value.text.size() > heap_item_max / 2 ||
                                  !property.value.texts.empty() || !property.value.numbers.empty();
            if (is_object || (!is_column && tags.size() == columns_max) ||
                (is_large && ++large > large_cells_max)) {
                c.tell(message.nid, fmt::format("recipients have no room for property 0x{:08x}",
                                                property.tag.number));
                return true;
            }
            tags.insert(property.tag.number);
            return false;
        });
        put_missing(all, mapi::tag::recipient_type, Value::of(std::uint64_t{1}));
        put_missing(all, mapi::tag::object_type, Value::of(std::uint64_t{6}));  // a person
        put_missing(all, 0x39000003, Value::of(std::uint64_t{0}));
        sort(all);
    }
}

void complete_message(Completion& c, Message& message, bool is_associated, unsigned depth);

void complete_attachment(Completion& c, const Message& message, Attachment& one, unsigned depth) {
    Properties& all = one.properties;
    normalize(c, message.nid, all);
    if (!one.embedded.empty() && depth == embedded_nesting_max) {
        c.tell(message.nid, "messages lie in messages in messages, too deep to be read again");
        one.embedded.clear();
    }
    std::uint64_t octets = 0;
    if (!one.embedded.empty()) {
        one.embedded.resize(1);
        Message& inner = one.embedded.front();
        if (type_of(inner.nid) != NodeType::normal_message || inner.nid >> 5 == 0)
            inner.nid = node_id(NodeType::normal_message, 0x10000);
        complete_message(c, inner, false, depth + 1);
        drop(all, tag::attach_object.id());
        put(all, mapi::tag::attach_method, Value::of(std::uint64_t{attach_embedded}));
        octets = number_of(inner.properties, mapi::tag::size);
    } else {
        put_missing(all, mapi::tag::attach_method, Value::of(std::uint64_t{attach_by_value}));
        octets = text_of(all, mapi::tag::attach_data).size();
    }
    put_missing(all, mapi::tag::attach_size, Value::of(octets & 0x7fffffff));
    put_missing(all, tag::rendering_position, Value::of(std::uint64_t{0xffffffff}));  // nowhere
    sort(all);
}

void complete_attachments(Completion& c, Message& message, unsigned depth) {
    if (message.attachments.size() > attachments_max) {
        c.tell(message.nid, fmt::format("there are more than {} attachments", attachments_max));
        message.attachments.resize(attachments_max);
    }
    std::set<NodeId> here;
    for (Attachment& one : message.attachments)
        if (type_of(one.nid) != NodeType::attachment || one.nid >> 5 == 0 ||
            !here.insert(one.nid).second)
            one.nid = 0;
    std::uint32_t next = 0x401;
    for (Attachment& one : message.attachments) {
        while (one.nid == 0)
            if (const NodeId nid = node_id(NodeType::attachment, next++); here.insert(nid).second)
                one.nid = nid;
        complete_attachment(c, message, one, depth);
    }
}

// --- Messages ---

// Names of those of one kind, as message lists show them.
std::string names_of(const Message& message, mapi::RecipientKind kind) {
    std::string out;
    for (const Recipient& one : message.recipients) {
        if (number_of(one.properties, mapi::tag::recipient_type) !=
            static_cast<std::uint64_t>(kind))
            continue;
        std::string_view name = text_of(one.properties, mapi::tag::display_name);
        if (name.empty()) name = text_of(one.properties, mapi::tag::email_address);
        if (!out.empty()) out += "; ";
        out += name;
    }
    return normalized(out);  // a name may be of octets
}

std::uint64_t octets_of(const Properties& properties) {
    std::uint64_t out = 0;
    for (const mapi::TaggedValue& one : properties) out += encode(one.tag.type(), one.value).size();
    return out;
}
std::uint64_t octets_of(const Message& message) {
    std::uint64_t out = octets_of(message.properties);
    for (const Recipient& one : message.recipients) out += octets_of(one.properties);
    for (const Attachment& one : message.attachments) {
        out += octets_of(one.properties);
        for (const Message& inner : one.embedded) out += octets_of(inner);
    }
    return out;
}

// Sixteen octets that no other message of any file has: of the store's key and the node's id.
std::string search_key(const rpc::Uuid& record_key, NodeId nid) {
    return entry_id(record_key, nid).substr(8, 16);
}

void complete_message(Completion& c, Message& message, bool is_associated, unsigned depth) {
    Properties& all = message.properties;
    normalize(c, message.nid, all);
    complete_recipients(c, message);
    complete_attachments(c, message, depth);
    const auto time_of = [&](PropertyTag first, PropertyTag second) {
        if (const Value* time = find(all, first.id())) return time->number;
        const Value* time = find(all, second.id());
        return time ? time->number : c.options.now;
    };
    const std::uint64_t time = time_of(mapi::tag::delivery_time, mapi::tag::client_submit_time);
    put_missing(all, mapi::tag::message_class, Value::of("IPM.Note"));
    put_missing(all, tag::creation_time, Value::of(time));
    put_missing(all, tag::modification_time, Value::of(time));
    put_missing(all, tag::search_key, Value::of(search_key(c.record_key, message.nid)));
    put_missing(all, tag::status, Value::of(std::uint64_t{0}));
    if (!is_associated) {
        using enum mapi::RecipientKind;
        put_missing(all, mapi::tag::display_to, Value::of(names_of(message, to)));
        put_missing(all, mapi::tag::display_cc, Value::of(names_of(message, cc)));
        put_missing(all, tag::display_bcc, Value::of(names_of(message, bcc)));
    }
    std::uint64_t flags = number_of(all, mapi::tag::flags) & ~flag_has_attachment;
    if (!message.attachments.empty()) flags |= flag_has_attachment;
    if (is_associated) flags |= flag_associated;
    put(all, mapi::tag::flags, Value::of(flags & 0xffffffff));
    sort(all);
    const std::uint64_t octets = octets_of(message);
    put_missing(all, mapi::tag::size, Value::of(octets & 0x7fffffff));
    sort(all);
}

// --- Folders and the store ---

void complete_folder(Completion& c, Folder& folder, unsigned depth) {
    folder.name = normalized(folder.name);
    folder.container_class = normalized(folder.container_class);
    for (const PropertyTag one :
         {mapi::tag::display_name, mapi::tag::content_count, mapi::tag::content_unread,
          mapi::tag::subfolders, mapi::tag::container_class})
        drop(folder.properties, one.id());
    normalize(c, folder.nid, folder.properties);
    for (Message& one : folder.messages) complete_message(c, one, false, 0);
    for (Message& one : folder.associated) complete_message(c, one, true, 0);
    for (Folder& one : folder.folders) complete_folder(c, one, depth + 1);
}

void cut_depth(Completion& c, Folder& folder, unsigned depth) {
    if (depth == folder_nesting_max && !folder.folders.empty()) {
        c.tell(folder.nid, "folders lie in folders too deep to be read again");
        folder.folders.clear();
    }
    for (Folder& one : folder.folders) cut_depth(c, one, depth + 1);
}

const Folder* find_folder(const Folder& folder, NodeId nid) {
    for (const Folder& one : folder.folders) {
        if (one.nid == nid) return &one;
        if (const Folder* found = find_folder(one, nid)) return found;
    }
    return nullptr;
}

void have_wastebasket(Completion& c, Store& store) {
    if (store.wastebasket != 0 && find_folder(store.top, store.wastebasket)) return;
    auto& folders = store.top.folders;
    auto found = std::find_if(folders.begin(), folders.end(),
                              [](const Folder& one) { return one.name == deleted_items; });
    if (found == folders.end()) {
        Folder made;
        made.name = deleted_items;
        if (c.taken.insert(node::wastebasket).second) made.nid = node::wastebasket;
        found = folders.insert(folders.begin(), std::move(made));
    }
    store.wastebasket = found->nid;  // 0 where it has yet to be given one
}

void complete_names(std::vector<mapi::PropertyName>& names) {
    using Kind = mapi::PropertyName::Kind;
    if (names.size() > names_max) names.resize(names_max);
    for (mapi::PropertyName& one : names) {
        if (one.kind == Kind::none) one = {};
        if (one.kind == Kind::id) one.name.clear();
        if (one.kind == Kind::name) one.id = 0;
        one.name = normalized(one.name);
    }
    while (!names.empty() && names.back().kind == Kind::none) names.pop_back();
}

void complete_properties(Completion& c, Store& store) {
    Properties& all = store.properties;
    for (const PropertyTag one : {tag::record_key, mapi::tag::display_name, tag::top_entry_id,
                                  tag::wastebasket_entry_id, tag::finder_entry_id})
        drop(all, one.id());
    normalize(c, node::message_store, all);
    // §2.4.3.1, with the values of §3.10.
    const std::string key = entry_id(store.record_key, 1).substr(4, 16);
    put_missing(all, tag::version_history,
                Value::of(std::string{'\1', 0, 0, 0} + key + std::string{'\1', 0, 0, 0}));
    put_missing(all, tag::replication_flags, Value::of(std::uint64_t{0}));
    put_missing(all, tag::valid_folder_mask, Value::of(std::uint64_t{0x89}));
    put_missing(all, 0x6633000b, Value::of(std::uint64_t{1}));
    put_missing(all, 0x66fa0003, Value::of(std::uint64_t{0x000e000d}));
    put_missing(all, tag::password, Value::of(std::uint64_t{0}));
    sort(all);
}

}  // namespace

Store complete(Store store, const WriteOptions& options, Problems* problems) {
    Completion c{options, problems, store.record_key, {}};
    store.display_name = normalized(store.display_name);
    if (store.top.name.empty()) store.top.name = "Top of Outlook data file";
    cut_depth(c, store.top, 0);
    for (Folder& one : store.beside) cut_depth(c, one, 0);

    keep_all(c, store.top);
    for (Folder& one : store.beside) keep_all(c, one);
    if (store.top.nid == 0 && c.taken.insert(node::top).second) store.top.nid = node::top;
    have_wastebasket(c, store);
    Counters next;
    give_all(c, next, store.top);
    for (Folder& one : store.beside) give_all(c, next, one);
    if (store.wastebasket == 0) have_wastebasket(c, store);

    complete_names(store.names);
    complete_properties(c, store);
    complete_folder(c, store.top, 0);
    for (Folder& one : store.beside) complete_folder(c, one, 0);
    return store;
}

}  // namespace postroad::pst
