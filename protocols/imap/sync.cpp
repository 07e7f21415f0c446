// What an offline client knows, and how each tell changes it.
#include "protocols/imap/sync.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include "protocols/base/ascii.hpp"
#include "protocols/imap/client_sets.hpp"
#include "protocols/imap/flags.hpp"
#include "protocols/imap/mailbox_name.hpp"
#include "protocols/imap/sync_parts.hpp"

namespace postroad::imap {

std::vector<CachedMessage> messages_of(const CachedFolder& folder, const Heap& heap) {
    std::vector<CachedMessage> out(folder.messages.size());
    const std::string_view octets = heap.view(folder.messages.bytes);
    if (!octets.empty()) std::memcpy(out.data(), octets.data(), octets.size());
    return out;
}

void put_messages(CachedFolder& folder, const std::vector<CachedMessage>& messages, Heap& heap) {
    heap.assign(folder.messages.bytes, {reinterpret_cast<const char*>(messages.data()),
                                        messages.size() * sizeof(CachedMessage)});
}

namespace {

constexpr unsigned keywords_from = 6, keywords_max = 26;

// Where `uid` is, or would be.
std::size_t place_of(const CachedFolder& folder, std::uint32_t uid, const Heap& heap) {
    std::size_t from = 0, to = folder.messages.size();
    if (to > 0 && heap.get(folder.messages, to - 1).uid < uid) return to;
    while (from < to) {
        const std::size_t middle = (from + to) / 2;
        if (heap.get(folder.messages, middle).uid < uid)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

// The message, made if it is not there.
std::size_t place_for(CachedFolder& folder, std::uint32_t uid, Heap& heap) {
    const std::size_t at = place_of(folder, uid, heap);
    const bool there = at < folder.messages.size() && heap.get(folder.messages, at).uid == uid;
    if (there) return at;
    CachedMessage fresh;
    fresh.uid = uid;
    fresh.state = cached::flags_unknown;
    if (at == folder.messages.size()) {
        heap.push(folder.messages, fresh);
        return at;
    }
    std::vector<CachedMessage> all = messages_of(folder, heap);
    all.insert(all.begin() + static_cast<std::ptrdiff_t>(at), fresh);
    put_messages(folder, all, heap);
    return at;
}

template <class Goes> void remove_messages(CachedFolder& folder, Goes&& goes, Heap& heap) {
    std::vector<CachedMessage> all = messages_of(folder, heap);
    const std::size_t before = all.size();
    std::erase_if(all, goes);
    if (all.size() != before) put_messages(folder, all, heap);
}

std::uint32_t keyword_bit(CachedFolder& folder, std::string_view word, Heap& heap) {
    std::string_view table = heap.view(folder.keywords);
    unsigned at = 0;
    for (; !table.empty(); ++at) {
        const std::size_t end = table.find('\n');
        if (equals_ignoring_case(table.substr(0, end), word)) return 1U << (keywords_from + at);
        table.remove_prefix(end + 1);
    }
    if (at >= keywords_max) return 0;
    heap.append(folder.keywords, std::string(word) + "\n");
    return 1U << (keywords_from + at);
}

// "(\Seen $Junk)". \Recent is the session's, not the message's (RFC 3501 §2.3.2).
std::uint32_t bits_of(CachedFolder& folder, std::string_view flags, Heap& heap) {
    if (flags.starts_with('(')) flags.remove_prefix(1);
    if (flags.ends_with(')')) flags.remove_suffix(1);
    std::uint32_t bits = 0;
    while (!flags.empty()) {
        const std::string_view word = take_word(flags);
        if (const std::uint32_t bit = flag_bit(word); bit != 0)
            bits |= bit;
        else if (!word.starts_with('\\'))
            bits |= keyword_bit(folder, word, heap);
    }
    return bits & ~flag::recent;
}

void forget_folder(CachedFolder& folder, Heap& heap) {
    heap.drop(folder.name);
    heap.drop(folder.attributes);
    heap.drop(folder.keywords);
    heap.drop(folder.messages);
}

// RFC 3501 §2.3.1.1: another UIDVALIDITY, and nothing that was known by UID is true.
void start_anew(Sync& sync, std::uint32_t index, std::uint32_t uidvalidity, Heap& heap) {
    CachedFolder folder = heap.get(sync.folders, index);
    heap.drop(folder.messages);
    heap.drop(folder.keywords);
    folder.modseq = folder.modseq_next = 0;
    folder.uidvalidity = uidvalidity;
    heap.set(sync.folders, index, folder);
    for (std::uint32_t i = sync.actions.size(); i-- > 0;) {
        const SyncAction action = heap.get(sync.actions, i);
        if (action.folder != index || action.uidvalidity == 0) continue;
        drop_action(sync, i, heap);
        ++sync.conflicts;
    }
}

// --- one function a tell

void told_folder(Sync& sync, const Fields& fields, Heap& heap) {
    const std::uint32_t index = folder_for(sync, fields.text("name"), heap);
    CachedFolder folder = heap.get(sync.folders, index);
    heap.assign(folder.attributes, fields.text("attributes"));
    folder.listed = 1;
    heap.set(sync.folders, index, folder);
}

void told_flags(CachedFolder& folder, std::uint32_t uid, const Fields& fields, Heap& heap) {
    const std::string_view flags = fields.text("flags");
    if (flags.empty()) return;  // a modification sequence alone
    const std::size_t at = place_for(folder, uid, heap);
    CachedMessage message = heap.get(folder.messages, at);
    message.flags = bits_of(folder, flags, heap);
    message.state = static_cast<std::uint8_t>(message.state & ~cached::flags_unknown);
    heap.set(folder.messages, at, message);
}

void told_body(CachedFolder& folder, std::uint32_t uid, Heap& heap) {
    const std::size_t at = place_of(folder, uid, heap);
    if (at >= folder.messages.size()) return;
    CachedMessage message = heap.get(folder.messages, at);
    if (message.uid != uid) return;
    message.state = static_cast<std::uint8_t>((message.state | cached::body) & ~cached::lost);
    heap.set(folder.messages, at, message);
}

void told_present(CachedFolder& folder, std::string_view text, Heap& heap) {
    UidSet present;
    if (!text.empty() && !read_set(text, present)) return;
    std::vector<CachedMessage> all = messages_of(folder, heap), left;
    std::size_t at = 0;
    for (const UidRange& range : present.ranges()) {
        // What is there and was not known is asked about, as far as that is more than a claim.
        for (std::uint64_t uid = range.first; uid <= range.last; ++uid) {
            while (at < all.size() && all[at].uid < uid) ++at;
            if (at < all.size() && all[at].uid == uid) {
                left.push_back(all[at]);
                continue;
            }
            if (left.size() >= folder.exists) break;
            CachedMessage fresh;
            fresh.uid = static_cast<std::uint32_t>(uid);
            fresh.state = cached::flags_unknown;
            left.push_back(fresh);
        }
    }
    put_messages(folder, left, heap);
}

void told_selected(CachedFolder& folder, const Fields& fields) {
    folder.uidvalidity = static_cast<std::uint32_t>(fields.number("uidvalidity"));
    folder.uidnext = static_cast<std::uint32_t>(fields.number("uidnext"));
    folder.exists = static_cast<std::uint32_t>(fields.number("exists"));
    folder.modseq_next = fields.number("modseq");
}

void told_vanished(CachedFolder& folder, std::string_view text, bool earlier, Heap& heap) {
    UidSet gone;
    if (!read_set(text, gone)) return;
    const std::uint32_t before = folder.messages.size();
    remove_messages(
        folder, [&](const CachedMessage& one) { return gone.has(one.uid); }, heap);
    const std::uint32_t fewer = before - folder.messages.size();
    if (!earlier) folder.exists -= std::min(folder.exists, fewer);
}

void told_expunged(Sync& sync, CachedFolder& folder, std::uint32_t uid, Heap& heap) {
    if (folder.exists > 0) --folder.exists;
    if (uid == 0)
        sync.stale = 1;  // somebody has gone, and we cannot say who
    else
        remove_messages(
            folder, [&](const CachedMessage& one) { return one.uid == uid; }, heap);
}

// Of the folder that is open.
void told_there(Sync& sync, Told what, const Tell& tell, std::string_view text, Heap& heap) {
    CachedFolder folder = heap.get(sync.folders, sync.open - 1);
    switch (what) {
    case Told::selected: told_selected(folder, Fields(text)); break;
    case Told::exists: folder.exists = tell.index; break;
    case Told::flags:
    case Told::summary:
        if (tell.index == 0)
            sync.stale = 1;
        else
            told_flags(folder, tell.index, Fields(text), heap);
        break;
    case Told::message: told_body(folder, tell.index, heap); break;
    case Told::present: told_present(folder, text, heap); break;
    case Told::vanished: told_vanished(folder, text, tell.index == 1, heap); break;
    case Told::expunged: told_expunged(sync, folder, tell.index, heap); break;
    default: return;
    }
    heap.set(sync.folders, sync.open - 1, folder);
}

void store_locally(CachedFolder& folder, const Job& job, Heap& heap) {
    UidSet uids;
    if (!read_set(job.uids, uids, 0xffffffff)) return;
    const std::uint32_t bits = bits_of(folder, job.flags, heap);
    std::vector<CachedMessage> all = messages_of(folder, heap);
    for (CachedMessage& one : all) {
        if (!uids.has(one.uid)) continue;
        one.flags = job.sign == '=' ? bits : job.sign == '-' ? one.flags & ~bits : one.flags | bits;
    }
    put_messages(folder, all, heap);
}

}  // namespace

std::uint32_t folder_for(Sync& sync, std::string_view name, Heap& heap) {
    if (const auto index = find_folder(sync, name, heap)) return *index;
    CachedFolder fresh;
    fresh.name = heap.make(name);
    heap.push(sync.folders, fresh);
    return sync.folders.size() - 1;
}

void drop_action(Sync& sync, std::uint32_t index, Heap& heap) {
    SyncAction gone = heap.get(sync.actions, index);
    heap.drop(gone.job);
    if (sync.acting == index + 1)
        sync.acting = 0;
    else if (sync.acting > index + 1)
        --sync.acting;
    for (std::uint32_t i = index; i + 1 < sync.actions.size(); ++i)
        heap.set(sync.actions, i, heap.get(sync.actions, i + 1));
    sync.actions.bytes.size -= static_cast<std::uint32_t>(sizeof(SyncAction));
    if (sync.actions.bytes.size == 0) heap.drop(sync.actions);
}

std::optional<std::uint32_t> find_folder(const Sync& sync, std::string_view name,
                                         const Heap& heap) {
    const std::string wanted = canonical_mailbox(name);
    for (std::uint32_t i = 0; i < sync.folders.size(); ++i)
        if (canonical_mailbox(heap.view(heap.get(sync.folders, i).name)) == wanted) return i;
    return std::nullopt;
}

std::string flags_of(const CachedFolder& folder, const CachedMessage& message, const Heap& heap) {
    std::string keywords;
    std::string_view table = heap.view(folder.keywords);
    for (unsigned at = 0; !table.empty(); ++at) {
        const std::size_t end = table.find('\n');
        if (message.flags >> (keywords_from + at) & 1U) {
            if (!keywords.empty()) keywords += ' ';
            keywords += table.substr(0, end);
        }
        table.remove_prefix(end + 1);
    }
    std::string out;
    put_flags(out, message.flags & ((1U << keywords_from) - 1), keywords);
    return out;
}

void apply(Sync& sync, const Tell& tell, std::string_view text, Heap& heap) {
    if (tell.kind == TellKind::session_failed || tell.kind == TellKind::session_done) {
        sync.open = 0;
        return;
    }
    if (tell.kind != TellKind::imap) return;
    const auto what = static_cast<Told>(tell.code);
    switch (what) {
    case Told::folder: return told_folder(sync, Fields(text), heap);
    case Told::opening: sync.open = folder_for(sync, text, heap) + 1; return;
    case Told::uidvalidity_changed:
        if (sync.open != 0) start_anew(sync, sync.open - 1, tell.index, heap);
        return;
    case Told::job_done: return job_has_ended(sync, true, heap);
    case Told::job_failed: return job_has_ended(sync, false, heap);
    default:
        if (sync.open != 0) told_there(sync, what, tell, text, heap);
    }
}

bool act(Sync& sync, std::string_view name, const Job& job, Heap& heap) {
    SyncAction action;
    action.folder = folder_for(sync, name, heap);
    CachedFolder folder = heap.get(sync.folders, action.folder);
    action.uidvalidity = job.uids.empty() ? 0 : folder.uidvalidity;
    if (!job.uids.empty() && action.uidvalidity == 0) return false;
    action.job = heap.make(write(job));
    if (job.kind == JobKind::store) {
        store_locally(folder, job, heap);
        heap.set(sync.folders, action.folder, folder);
    }
    heap.push(sync.actions, action);
    return true;
}

void release(Sync& sync, Heap& heap) {
    for (std::uint32_t i = 0; i < sync.folders.size(); ++i) {
        CachedFolder folder = heap.get(sync.folders, i);
        forget_folder(folder, heap);
    }
    for (std::uint32_t i = 0; i < sync.actions.size(); ++i) {
        SyncAction action = heap.get(sync.actions, i);
        heap.drop(action.job);
    }
    heap.drop(sync.folders);
    heap.drop(sync.actions);
    heap.drop(sync.asked);
    sync = Sync{};
}

}  // namespace postroad::imap
