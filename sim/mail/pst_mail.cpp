// Messages are kept as properties in such a file, so each is converted on its way (MS-OXCMAIL).
#include "sim/mail/pst_mail.hpp"

#include "protocols/base/ascii.hpp"
#include "protocols/pst/mail.hpp"

namespace postroad::sim {
namespace {

constexpr std::uint64_t ticks_per_s = 10'000'000;
constexpr std::int64_t epoch_s = 11'644'473'600;  // from 1601 to 1970, MS-DTYP §2.3.3
constexpr std::string_view inbox = "INBOX", inbox_there = "Inbox", mail_class = "IPF.Note";

// MS-OXCMSG §2.2.1.6.
constexpr std::uint64_t flag_read = 1, flag_unsent = 8;

std::uint64_t file_time(std::int64_t unix_s) {
    return static_cast<std::uint64_t>(unix_s + epoch_s) * ticks_per_s;
}
std::int64_t unix_time(std::uint64_t ticks) {
    return static_cast<std::int64_t>(ticks / ticks_per_s) - epoch_s;
}

pst::Folder& child(pst::Folder& of, std::string_view name) {
    for (pst::Folder& one : of.folders)
        if (one.name == name) return one;
    of.folders.emplace_back();
    of.folders.back().name = name;
    of.folders.back().container_class = mail_class;
    return of.folders.back();
}

pst::Folder& folder_at(pst::Folder& top, std::string_view name) {
    pst::Folder* at = &top;
    while (!name.empty()) {
        const std::size_t slash = std::min(name.find('/'), name.size());
        at = &child(*at, equals_ignoring_case(name, inbox) ? inbox_there : name.substr(0, slash));
        name.remove_prefix(std::min(slash + 1, name.size()));
    }
    return *at;
}

pst::Message to_message(const message::Kept& kept) {
    mapi::MailItem item = mapi::to_properties(kept.content, file_time(kept.arrived_s));
    std::uint64_t flags = 0;
    if (kept.flags.seen) flags |= flag_read;
    if (kept.flags.draft) flags |= flag_unsent;
    item.put(mapi::tag::flags, mapi::Value::of(flags));
    return pst::from_mail(item);
}

message::Kept to_kept(const pst::Message& from) {
    const mapi::MailItem item = pst::to_mail(from);
    message::Kept out;
    out.content = mapi::to_message(item);
    const mapi::Value* const time = item.find(mapi::tag::delivery_time);
    out.arrived_s = time != nullptr && time->number != 0 ? unix_time(time->number)
                                                         : message::arrived_by_header(out.content);
    if (const mapi::Value* const flags = item.find(mapi::tag::flags); flags != nullptr) {
        out.flags.seen = (flags->number & flag_read) != 0;
        out.flags.draft = (flags->number & flag_unsent) != 0;
    }
    return out;
}

void take(const pst::Folder& from, const std::string& name, KeptFolders& out) {
    if (!name.empty() || !from.messages.empty()) {
        std::vector<message::Kept>& into =
            out[name.empty() || name == inbox_there ? std::string(inbox) : name];
        for (const pst::Message& one : from.messages) into.push_back(to_kept(one));
    }
    for (const pst::Folder& one : from.folders)
        take(one, name.empty() ? one.name : name + "/" + one.name, out);
}

}  // namespace

std::string write_pst_mail(const KeptFolders& folders, std::string_view display_name,
                           const rpc::Uuid& key, std::int64_t made_s) {
    pst::Store store;
    store.record_key = key;
    store.display_name = display_name;
    for (const auto& [name, messages] : folders) {
        pst::Folder& into = folder_at(store.top, name);
        for (const message::Kept& one : messages) into.messages.push_back(to_message(one));
    }
    pst::WriteOptions options;
    options.now = file_time(made_s);
    return pst::write(store, options);
}

PstMail read_pst_mail(std::string_view octets) {
    PstMail out;
    pst::Read read = pst::read(octets);
    out.problems = std::move(read.problems);
    out.readable = read.store.has_value();
    if (read.store) take(read.store->top, {}, out.folders);
    return out;
}

bool is_pst(std::string_view octets) { return octets.starts_with("!BDN"); }

}  // namespace postroad::sim
