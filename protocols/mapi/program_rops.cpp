// Operations by the objects they are about, and what is kept of a message between two calls.
#include "protocols/mapi/emsmdb_stubs.hpp"
#include "protocols/mapi/program_parts.hpp"

namespace postroad::mapi::parts {
namespace {

// A draft as octets: nothing that is sent anywhere, so sizes have all the room they need.
template <class A> void text_of(A& a, std::string& text) {
    a.template counted<std::uint32_t>(text);
}
template <class A> void list_of(A& a, auto& all, auto&& one) {
    auto count = static_cast<std::uint32_t>(all.size());
    a.value(count);
    if constexpr (A::reading) all.resize(a.require(count <= a.rest().size()) ? count : 0);
    for (auto& item : all) one(item);
}
template <class A> void draft_of(A& a, Draft& draft) {
    list_of(a, draft.properties, [&](TaggedValue& one) {
        a.value(one.tag.number);
        a.value(one.value.number);
        text_of(a, one.value.text);
    });
    list_of(a, draft.recipients, [&](DraftRecipient& one) {
        a.value(one.kind);
        for (std::string* const text : {&one.name, &one.smtp, &one.dn}) text_of(a, *text);
    });
    list_of(a, draft.attachments, [&](DraftAttachment& one) {
        a.value(one.number);
        for (std::string* const text :
             {&one.content.file_name, &one.content.mime_type, &one.content.octets})
            text_of(a, *text);
    });
    for (auto* const list : {&draft.by_stream, &draft.columns})
        list_of(a, *list, [&](PropertyTag& one) { a.value(one.number); });
}

}  // namespace

Draft load(const Desk& desk) {
    Draft out;
    Reader reader(desk.heap.view(desk.program.item));
    draft_of(reader, out);
    return out;
}
void store(const Desk& desk, const Draft& draft) {
    Writer writer;
    draft_of(writer, const_cast<Draft&>(draft));  // a Writer only looks
    desk.heap.assign(desk.program.item, writer.out);
}

Rops::Rops(const Desk& desk) : desk_(desk) {
    Program& program = desk.program;
    for (std::size_t i = 0; i < slots_count; ++i) {
        if ((program.to_release >> i & 1) == 0) continue;
        const auto index = static_cast<std::uint8_t>(buffer_.handles.size());
        buffer_.handles.push_back(program.handles[i]);
        slots_ += static_cast<char>(Slot::none);  // nobody knows it by that any more
        buffer_.rops.push_back({0, index, 0, rop::Release{}});
        program.handles[i] = no_handle;
    }
    program.to_release = 0;
}

std::uint8_t Rops::index_of(Slot slot) {
    for (std::size_t i = 0; i < slots_.size(); ++i)
        if (slots_[i] == static_cast<char>(slot)) return static_cast<std::uint8_t>(i);
    slots_ += static_cast<char>(slot);
    buffer_.handles.push_back(handle_of(desk_.program, slot));
    return static_cast<std::uint8_t>(slots_.size() - 1);
}

void Rops::add(Slot slot, RequestBody body, Slot second) {
    const std::uint8_t first = index_of(slot);
    const std::uint8_t other = second == Slot::none ? std::uint8_t{0} : index_of(second);
    buffer_.rops.push_back({0, first, other, std::move(body)});
}

Request Rops::finish(Step step) {
    const std::string octets = write_requests(buffer_);
    desk_.heap.assign(desk_.program.asked, octets);
    desk_.heap.assign(desk_.program.slots, slots_);
    ExecuteIn in;
    in.session = desk_.program.session;
    if (desk_.settings.packing != Packing::compressed) in.flags |= rpc_flag::no_compression;
    if (desk_.settings.packing != Packing::xored) in.flags |= rpc_flag::no_xor;
    in.payload = write_extended(octets, desk_.settings.packing);
    std::string name = "EcDoRpcExt2";
    for (const RopRequest& one : buffer_.rops)
        name.append(&one == &buffer_.rops.front() ? ": " : ", ").append(name_of(one.id()));
    return plain_call(desk_, Line::store, step, emsmdb_interface, ec_do_rpc_ext2, ndr::write(in),
                      name);
}

Request plain_call(const Desk& desk, Line line, Step step, const rpc::Syntax& interface,
                   std::uint16_t operation, std::string stub, std::string_view name) {
    desk.program.doing[static_cast<std::size_t>(line)] = step;
    const ApiCall& row = api_call(step);
    return {interface, operation, std::move(stub), false, row.method, row.provider,
            std::string(name)};
}

void let_go(Program& program, Slot slot) {
    if (handle_of(program, slot) == no_handle) return;
    program.to_release =
        static_cast<std::uint8_t>(program.to_release | 1U << static_cast<unsigned>(slot));
}

const RopResponse* Answers::failed() const {
    for (const RopResponse& one : buffer.rops)
        if (one.id != RopId::notify && one.result != 0) return &one;
    return nullptr;
}

std::string words_of(const RopResponse& failed) {
    std::string out = name_of(failed.id) + ": " + error_text(failed.result);
    if (const auto* const other = std::get_if<rop::Elsewhere>(&failed.body))
        out += ", the mailbox is at " + other->server;
    return out;
}

void tell(const Desk& desk, NewsKind kind, std::uint32_t code, std::string text) {
    NewsItem item;
    item.kind = kind;
    item.code = code;
    item.text = std::move(text);
    desk.news.push_back(std::move(item));
}

void give_up(const Desk& desk, std::uint32_t code, std::string why) {
    tell(desk, NewsKind::problem, code, std::move(why));
    close_store(desk.program, desk.heap);
    desk.program.ended = desk.program.failed = 1;
    tell(desk, NewsKind::ended);
}

KnownFolder folder_at(const Desk& desk, std::uint32_t index) {
    return desk.heap.get(desk.program.folders, index);
}
std::optional<std::uint32_t> folder_of(const Desk& desk, std::uint64_t fid) {
    for (std::uint32_t i = 0; i < desk.program.folders.size(); ++i)
        if (folder_at(desk, i).fid == fid) return i;
    return std::nullopt;
}
std::uint32_t folder_for(const Desk& desk, std::uint64_t fid) {
    if (const auto known = folder_of(desk, fid)) return *known;
    KnownFolder fresh;
    fresh.fid = fid;
    fresh.looks = 2;
    desk.heap.push(desk.program.folders, fresh);
    return desk.program.folders.size() - 1;
}

std::vector<KnownMessage> messages_of(const Desk& desk, std::uint32_t folder) {
    const KnownFolder where = folder_at(desk, folder);
    std::vector<KnownMessage> out;
    for (std::uint32_t i = 0; i < where.messages.size(); ++i)
        out.push_back(desk.heap.get(where.messages, i));
    return out;
}
void put_messages(const Desk& desk, std::uint32_t folder, const std::vector<KnownMessage>& all) {
    change_folder(desk, folder, [&](KnownFolder& where) {
        desk.heap.drop(where.messages);
        for (const KnownMessage& one : all) desk.heap.push(where.messages, one);
    });
}

}  // namespace postroad::mapi::parts
