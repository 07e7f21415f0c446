// What is done with messages as a whole: moved, copied, deleted, marked as read (MS-OXCFOLD §2.2.1,
// MS-OXCMSG §2.2.3.10, §2.2.3.11). Their flags are IMAP's.
#include "sim/mail/folders.hpp"
#include "sim/mail/mapi/parts.hpp"
#include "sim/mail/store.hpp"

namespace postroad::sim::mapi_store {
namespace {

// MS-OXCMSG §2.2.3.10.1
constexpr std::uint8_t clear_read = 0x04;
constexpr std::uint8_t only_receipts = 0x10 | 0x20 | 0x40;  // about reports, not about the flag

std::uint32_t stored_in(const Doing& doing, std::uint64_t message, std::uint32_t folder) {
    const std::uint32_t stored = stored_of(doing.run.world, doing.owner(), message);
    if (stored == nothing || doing.run.world.mail.stored[stored].folder != folder) return nothing;
    return stored;
}

// The store's folder behind an object; `nothing`: none has been made yet.
std::uint32_t folder_behind(const Doing& doing, std::uint32_t object) {
    const auto place =
        place_of(doing.run.world, doing.owner(), doing.run.world.mail.mapi.objects[object].folder);
    return place ? place->store : nothing;
}

std::uint32_t with_read(std::uint32_t flags, std::uint8_t how) {
    if (how & only_receipts) return flags;
    return how & clear_read ? flags & ~mail_flag::seen : flags | mail_flag::seen;
}

void remove(Doing& doing, std::uint32_t stored) {
    const std::uint32_t folder = doing.run.world.mail.stored[stored].folder;
    folders::record(doing.run, doing.host, folder, MailboxMove::deleted, doing.conversation,
                    &doing.run.world.mail.stored[stored]);
    store::remove(doing.run.world, stored);
}

}  // namespace

RopError operate(Doing& doing, const RopRequest& request, const rop::MoveCopyMessages& asked,
                 RopResponse& response) {
    const std::uint32_t from = object_at(doing, request.handle, {MapiKind::folder});
    if (from == nothing) return missing(doing, request.handle);
    const std::uint32_t to = object_at(doing, request.second, {MapiKind::folder});
    if (to == nothing) return RopError::destination_null;
    const std::uint32_t source = folder_behind(doing, from);
    const auto place =
        place_of(doing.run.world, doing.owner(), doing.tables().objects[to].folder);
    const std::uint32_t target = place ? folder_for(doing, *place) : nothing;
    if (target == nothing) return place ? RopError::access_denied : RopError::object_deleted;
    auto& partly = std::get<rop::PartlyDone>(response.body).partly;
    bool some = false;
    for (const std::uint64_t id : asked.messages) {
        const std::uint32_t stored =
            source == nothing ? nothing : stored_in(doing, id, source);
        const bool room = asked.copy == 0 ||
                          (stored != nothing &&
                           store::fits(doing.run, doing.owner(),
                                       doing.run.world.mail.stored[stored].octets()));
        if (stored == nothing || !room) {
            partly = 1;
            continue;
        }
        if (asked.copy == 0) {
            const StoredMessage gone = doing.run.world.mail.stored[stored];
            folders::record(doing.run, doing.host, gone.folder, MailboxMove::deleted,
                            doing.conversation, &gone);
        }
        const std::uint32_t put = asked.copy != 0 ? store::copy(doing.run.world, stored, target)
                                                  : store::move(doing.run.world, stored, target);
        folders::record(doing.run, doing.host, target, MailboxMove::copied, doing.conversation,
                        &doing.run.world.mail.stored[put]);
        some = true;
    }
    if (some) {
        folders::tell_watchers(doing.run, target);
        if (asked.copy == 0) folders::tell_watchers(doing.run, source);
    }
    return RopError::none;
}

// MS-OXCFOLD §3.2.5.11: where they are deleted from they are gone; it is for the client to move
// them into Deleted Items first.
RopError operate(Doing& doing, const RopRequest& request, const rop::DeleteMessages& asked,
                 RopResponse& response) {
    const std::uint32_t object = object_at(doing, request.handle, {MapiKind::folder});
    if (object == nothing) return missing(doing, request.handle);
    const std::uint32_t folder = folder_behind(doing, object);
    bool some = false;
    for (const std::uint64_t id : asked.messages) {
        const std::uint32_t stored = folder == nothing ? nothing : stored_in(doing, id, folder);
        if (stored == nothing) {
            std::get<rop::PartlyDone>(response.body).partly = 1;
            continue;
        }
        remove(doing, stored);
        some = true;
    }
    if (some) folders::tell_watchers(doing.run, folder);
    return RopError::none;
}

RopError operate(Doing& doing, const RopRequest& request, const rop::SetMessageReadFlag& asked,
                 RopResponse& response) {
    const std::uint32_t object = object_at(doing, request.second, {MapiKind::message});
    if (object == nothing) return missing(doing, request.second);
    const std::uint64_t id = doing.tables().objects[object].message;
    const std::uint32_t stored =
        id == 0 ? nothing : stored_of(doing.run.world, doing.owner(), id);
    if (stored == nothing) return RopError::not_found;
    const std::uint32_t before = doing.run.world.mail.stored[stored].flags;
    const std::uint32_t after = with_read(before, asked.flags);
    // The answer's flag is about public folders, where each reader has flags of their own.
    std::get<rop::ReadFlagSet>(response.body).changed = 0;
    changed_flags(doing, stored, after);
    return RopError::none;
}

RopError operate(Doing& doing, const RopRequest& request, const rop::SetReadFlags& asked,
                 RopResponse& response) {
    const std::uint32_t object = object_at(doing, request.handle, {MapiKind::folder});
    if (object == nothing) return missing(doing, request.handle);
    const std::uint32_t folder = folder_behind(doing, object);
    std::vector<std::uint32_t> all;
    if (asked.messages.empty() && folder != nothing) {  // §2.2.3.10.1: all that the folder has
        for (std::uint32_t at = doing.run.world.mail.folders[folder].first; at != nothing;
             at = doing.run.world.mail.stored[at].next)
            all.push_back(at);
    }
    for (const std::uint64_t id : asked.messages) {
        const std::uint32_t stored = folder == nothing ? nothing : stored_in(doing, id, folder);
        if (stored == nothing) std::get<rop::PartlyDone>(response.body).partly = 1;
        else all.push_back(stored);
    }
    for (const std::uint32_t stored : all)
        changed_flags(doing, stored,
                      with_read(doing.run.world.mail.stored[stored].flags, asked.flags));
    return RopError::none;
}

}  // namespace postroad::sim::mapi_store
