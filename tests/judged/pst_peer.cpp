// Writes files of mail for programs that read those of Outlook, and says what is in a file: for
// tests/pst_judges.py, and for whoever wants to look into one.
#include <cstdio>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "protocols/pst/database.hpp"
#include "protocols/pst/nodes.hpp"
#include "protocols/pst/values.hpp"
#include "tests/support/pst_samples.hpp"

using namespace postroad;
using namespace postroad::pst;

namespace {

// Texts in hexadecimal, so that a line is a line.
std::string hex(std::string_view text) {
    std::string out;
    for (const char c : text) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return out.empty() ? "-" : out;
}
std::string text(const Properties& properties, mapi::PropertyTag tag) {
    const mapi::Value* value = find(properties, tag.id());
    return hex(value ? value->text : std::string());
}
std::uint64_t number(const Properties& properties, mapi::PropertyTag tag) {
    const mapi::Value* value = find(properties, tag.id());
    return value ? value->number : 0;
}

void tell(const Message& message, unsigned depth) {
    using namespace mapi::tag;
    const Properties& all = message.properties;
    fmt::print("message {} 0x{:x} {} {} {} {} {} {} {}\n", depth, message.nid, text(all, subject),
               text(all, sender_name), text(all, sender_email), text(all, mapi::tag::body),
               text(all, html), number(all, delivery_time), text(all, internet_message_id));
    for (const Recipient& one : message.recipients)
        fmt::print("recipient {} {} {} {}\n", depth, number(one.properties, recipient_type),
                   text(one.properties, display_name), text(one.properties, email_address));
    for (const Attachment& one : message.attachments) {
        fmt::print("attachment {} 0x{:x} {} {}\n", depth, one.nid,
                   text(one.properties, attach_long_file_name), text(one.properties, attach_data));
        for (const Message& inner : one.embedded) tell(inner, depth + 1);
    }
}
void tell(const Folder& folder, const std::string& above) {
    const std::string path = above.empty() ? hex(folder.name) : above + "/" + hex(folder.name);
    fmt::print("folder {} 0x{:x} {}\n", path, folder.nid, folder.messages.size());
    for (const Message& one : folder.messages) tell(one, 0);
    for (const Folder& one : folder.folders) tell(one, path);
}
void tell(const Store& store) {
    fmt::print("store {} {}\n", hex(store.display_name), store.names.size());
    tell(store.top, {});
}

int write_file(const char* path, Crypt crypt) {
    const WriteOptions options{crypt, 134'000'000'000'000'000};
    Problems problems;
    const Store store = pst_samples::mail_store();
    std::ofstream(path, std::ios::binary) << write(store, options, &problems);
    for (const Problem& one : problems) std::fprintf(stderr, "%s\n", sentence(one).c_str());
    tell(complete(store, options));
    return problems.empty() ? 0 : 1;
}

int tell_file(const char* path) {
    std::ifstream in(path, std::ios::binary);
    const std::string octets{std::istreambuf_iterator<char>(in), {}};
    const Read read = pst::read(octets);
    for (const Problem& one : read.problems) std::fprintf(stderr, "%s\n", sentence(one).c_str());
    if (read.store) tell(*read.store);
    return read.store && read.problems.empty() ? 0 : 1;
}

// Examples for the fuzzer: files without the zeros at their ends, and what some nodes hold.
int write_seeds(const std::string& folder) {
    const auto put = [&](const char* name, char kind, const std::string& octets) {
        std::ofstream(folder + "/" + name, std::ios::binary) << kind << octets;
    };
    const auto put_file = [&](const char* name, std::string octets) {
        octets.resize(octets.find_last_not_of('\0') + 1);
        put(name, 0, octets);
    };
    put_file("empty", write({}, {Crypt::none, 1}));
    const std::string small = write(pst_samples::small_store(), {Crypt::none, 1});
    put_file("small", small);
    Database db;
    db.octets = small;
    if (!open(db)) return 1;
    const auto put_node = [&](const char* name, char kind, NodeId nid) {
        put(name, kind, read_data(db, find_node(db, nid)->data)->front());
    };
    put_node("store", 1, node::message_store);
    put_node("names", 1, node::name_to_id_map);
    put_node("folders", 2, sibling(node::root_folder, NodeType::hierarchy_table));
    put_node("messages", 2, sibling(0x8082, NodeType::contents_table));
    const auto texts = static_cast<mapi::PropertyType>(0x101f);
    put("texts", 3, mapi::write(texts) + encode(texts, {0, {}, {}, {"a", "b", ""}}));
    return 0;
}

}  // namespace

int main(int count, char** words) {
    const std::string what = count > 1 ? words[1] : "";
    const std::string how = count > 3 ? words[3] : "";
    if (what == "write" && (how == "none" || how == "permute"))
        return write_file(words[2], how == "none" ? Crypt::none : Crypt::permute);
    if (what == "tell" && count == 3) return tell_file(words[2]);
    if (what == "seeds" && count == 3) return write_seeds(words[2]);
    std::fprintf(stderr, "usage: pst_peer write FILE none|permute | tell FILE | seeds FOLDER\n");
    return 2;
}
