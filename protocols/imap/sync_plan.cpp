// What an offline client does next: folders one after the other, in each first what was done
// offline, then what is new there, then the texts (RFC 4549 §3).
#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/imap/client_sets.hpp"
#include "protocols/imap/sync_parts.hpp"

namespace postroad::imap {
namespace {

constexpr std::uint8_t selects_max = 8;  // of a folder in a session: more, and the server jokes

bool has_word(std::string_view words, std::string_view wanted) {
    while (!words.empty())
        if (equals_ignoring_case(take_word(words), wanted)) return true;
    return false;
}

bool can_be_selected(const CachedFolder& folder, const Heap& heap) {
    const std::string_view attributes = heap.view(folder.attributes);
    return folder.listed && !folder.failed && !has_word(attributes, "\\Noselect") &&
           !has_word(attributes, "\\NonExistent");
}

template <class Change>
void change_folder(Sync& sync, std::uint32_t index, Heap& heap, Change&& change) {
    CachedFolder folder = heap.get(sync.folders, index);
    change(folder);
    heap.set(sync.folders, index, folder);
}

// Every change of state of the messages that `which` chooses; gives their UIDs.
template <class Which>
UidSet mark(Sync& sync, std::uint32_t index, std::uint8_t bit, std::uint32_t most, Heap& heap,
            Which&& which) {
    CachedFolder folder = heap.get(sync.folders, index);
    UidSet out;
    for (std::uint32_t i = 0, count = 0; i < folder.messages.size() && count < most; ++i) {
        CachedMessage one = heap.get(folder.messages, i);
        if (!which(one)) continue;
        out.add(one.uid);
        ++count;
        if (bit == 0) continue;
        one.state = static_cast<std::uint8_t>(one.state | bit);
        heap.set(folder.messages, i, one);
    }
    heap.set(sync.folders, index, folder);
    return out;
}

Job select_job(Sync& sync, std::uint32_t index, const SyncSettings& settings, Heap& heap) {
    Job job;
    job.kind = JobKind::select;
    job.resync = true;
    change_folder(sync, index, heap, [&](CachedFolder& folder) {
        ++folder.selects;
        job.mailbox = heap.view(folder.name);
        job.uidvalidity = folder.uidvalidity;
        job.modseq = folder.modseq;
        job.count = folder.messages.size();
        UidSet known;
        for (const CachedMessage& one : messages_of(folder, heap)) known.add(one.uid);
        if (!known.empty()) job.known_uids = known.text();
        if (job.known_uids.size() > settings.known_octets_max) job.known_uids.clear();
    });
    sync.doing = SyncStep::select;
    return job;
}

// The first action that can be done now. Its folder may have to be selected first.
std::optional<Job> next_action(Sync& sync, const SyncSettings& settings, Heap& heap) {
    for (std::uint32_t i = 0; i < sync.actions.size(); ++i) {
        const SyncAction action = heap.get(sync.actions, i);
        const CachedFolder folder = heap.get(sync.folders, action.folder);
        if (action.uidvalidity != 0 && !can_be_selected(folder, heap)) continue;
        if (action.uidvalidity != 0 && (sync.open != action.folder + 1 || !folder.synced))
            return select_job(sync, action.folder, settings, heap);
        sync.acting = i + 1;
        sync.doing = SyncStep::act;
        return read_job(heap.view(action.job));
    }
    return std::nullopt;
}

Job summaries_of(const std::string& uids) {
    Job job;
    job.kind = JobKind::summaries;
    job.uids = uids;
    return job;
}

// What was told to be there and of which nothing is known yet: one by one, or behind the last.
std::optional<Job> learn(Sync& sync, Heap& heap) {
    const std::uint32_t index = sync.open - 1;
    const UidSet unknown =
        mark(sync, index, cached::asked, ~std::uint32_t{0}, heap, [](const CachedMessage& one) {
            return (one.state & cached::flags_unknown) != 0 && (one.state & cached::asked) == 0;
        });
    if (!unknown.empty()) {
        sync.doing = SyncStep::learn;
        return summaries_of(unknown.text());
    }
    const CachedFolder folder = heap.get(sync.folders, index);
    if (folder.exists <= folder.messages.size()) return std::nullopt;
    const std::uint32_t count = folder.messages.size();
    const std::uint32_t last = count == 0 ? 0 : heap.get(folder.messages, count - 1).uid;
    std::string uids;
    append_number(uids, std::uint64_t{last} + 1);
    sync.known_before = count;
    sync.doing = SyncStep::news;
    return summaries_of(uids + ":*");
}

std::optional<Job> fetch_bodies(Sync& sync, const SyncSettings& settings, Heap& heap) {
    const UidSet missing =
        mark(sync, sync.open - 1, 0, settings.bodies_at_once, heap, [](const CachedMessage& one) {
            return (one.state & (cached::body | cached::lost)) == 0;
        });
    if (missing.empty()) return std::nullopt;
    Job job;
    job.kind = JobKind::fetch;
    job.uids = missing.text();
    job.chunk_octets = settings.chunk_octets;
    heap.assign(sync.asked, job.uids);
    sync.doing = SyncStep::bodies;
    return job;
}

bool is_in_synced(const Sync& sync, const Heap& heap) {
    return sync.open != 0 && heap.get(sync.folders, sync.open - 1).synced;
}

std::optional<Job> next_folder(Sync& sync, const SyncSettings& settings, Heap& heap) {
    for (std::uint32_t i = 0; i < sync.folders.size(); ++i) {
        const CachedFolder folder = heap.get(sync.folders, i);
        if (!folder.synced && can_be_selected(folder, heap))
            return select_job(sync, i, settings, heap);
    }
    return std::nullopt;
}

std::optional<Job> idle(Sync& sync, const SyncSettings& settings, Heap& heap) {
    if (!settings.idle || sync.cannot_idle) return std::nullopt;
    const auto where = find_folder(sync, settings.folder.empty() ? "INBOX" : settings.folder, heap);
    if (!where || !can_be_selected(heap.get(sync.folders, *where), heap)) return std::nullopt;
    if (sync.open != *where + 1) return select_job(sync, *where, settings, heap);
    Job job;
    job.kind = JobKind::idle;
    job.until_change = true;
    sync.doing = SyncStep::idle;
    return job;
}

// Something could not be placed: the folder is learnt from the beginning. Where that did not help
// again and again, what is known must do, until the next session.
void learn_anew(Sync& sync, std::uint32_t index, Heap& heap) {
    change_folder(sync, index, heap, [](CachedFolder& folder) {
        folder.modseq = 0;
        if (folder.selects < selects_max)
            folder.synced = 0;
        else
            folder.exists = folder.messages.size();
    });
}

// Without a list, what is known and INBOX, which is always there (RFC 3501 §5.1).
void list_has_failed(Sync& sync, Heap& heap) {
    folder_for(sync, "INBOX", heap);
    for (std::uint32_t i = 0; i < sync.folders.size(); ++i)
        change_folder(sync, i, heap, [](CachedFolder& folder) { folder.listed = 1; });
}

void list_has_ended(Sync& sync, Heap& heap) {
    for (std::uint32_t i = 0; i < sync.folders.size(); ++i)
        change_folder(sync, i, heap, [&](CachedFolder& folder) {
            if (folder.listed) return;
            heap.drop(folder.messages);  // somebody has deleted it
            folder.uidvalidity = 0;
            folder.modseq = 0;
        });
    for (std::uint32_t i = sync.actions.size(); i-- > 0;) {
        const SyncAction action = heap.get(sync.actions, i);
        if (action.uidvalidity == 0 || heap.get(sync.folders, action.folder).listed) continue;
        drop_action(sync, i, heap);
        ++sync.conflicts;
    }
}

void select_has_ended(Sync& sync, bool ok, Heap& heap) {
    if (sync.open == 0) return;
    change_folder(sync, sync.open - 1, heap, [&](CachedFolder& folder) {
        if (ok) {
            folder.synced = 1;
            folder.modseq = folder.modseq_next;
        } else {
            folder.failed = 1;
        }
    });
    sync.stale = 0;
    if (!ok) sync.open = 0;
}

void action_has_ended(Sync& sync, bool ok, Heap& heap) {
    if (sync.acting == 0) return;  // UIDVALIDITY has changed under it
    const std::uint32_t index = sync.acting - 1;
    const SyncAction action = heap.get(sync.actions, index);
    const Job job = read_job(heap.view(action.job)).value_or(Job{});
    drop_action(sync, index, heap);
    sync.acting = 0;
    if (!ok) {
        ++sync.conflicts;
        return learn_anew(sync, action.folder, heap);
    }
    const std::string& target = job.to.empty() ? job.mailbox : job.to;
    if (target.empty()) return;
    change_folder(sync, folder_for(sync, target, heap), heap, [](CachedFolder& folder) {
        folder.synced = 0;
        folder.listed = 1;
    });
}

// What was asked about one by one and not told is not there.
void learning_has_ended(Sync& sync, Heap& heap) {
    if (sync.open == 0) return;
    change_folder(sync, sync.open - 1, heap, [&](CachedFolder& folder) {
        std::vector<CachedMessage> all = messages_of(folder, heap);
        std::erase_if(all, [](const CachedMessage& one) {
            return (one.state & cached::flags_unknown) != 0 && (one.state & cached::asked) != 0;
        });
        for (CachedMessage& one : all)
            one.state = static_cast<std::uint8_t>(one.state & ~cached::asked);
        put_messages(folder, all, heap);
    });
}

// There are more than we know, and behind the last we know there are none: one in between is
// missing.
void news_have_ended(Sync& sync, Heap& heap) {
    learning_has_ended(sync, heap);
    if (sync.open == 0) return;
    const CachedFolder folder = heap.get(sync.folders, sync.open - 1);
    if (folder.exists > folder.messages.size() && folder.messages.size() <= sync.known_before)
        sync.stale = 1;
}

void bodies_have_ended(Sync& sync, Heap& heap) {
    UidSet asked;
    if (sync.open != 0 && read_set(heap.view(sync.asked), asked))
        mark(sync, sync.open - 1, cached::lost, ~std::uint32_t{0}, heap,
             [&](const CachedMessage& one) {
                 return (one.state & cached::body) == 0 && asked.has(one.uid);
             });
    heap.drop(sync.asked);
}

}  // namespace

void begin_session(Sync& sync, Heap& heap) {
    for (std::uint32_t i = 0; i < sync.folders.size(); ++i)
        change_folder(sync, i, heap, [&](CachedFolder& folder) {
            folder.listed = folder.synced = folder.failed = folder.selects = 0;
            folder.exists = 0;
            for (std::uint32_t m = 0; m < folder.messages.size(); ++m) {
                CachedMessage one = heap.get(folder.messages, m);
                if ((one.state & (cached::asked | cached::lost)) == 0) continue;
                one.state = static_cast<std::uint8_t>(one.state & ~(cached::asked | cached::lost));
                heap.set(folder.messages, m, one);
            }
        });
    heap.drop(sync.asked);
    sync.open = sync.acting = 0;
    sync.doing = SyncStep::begin;
    sync.stale = sync.cannot_idle = 0;
}

std::optional<Job> next_job(Sync& sync, const SyncSettings& settings, Heap& heap) {
    if (sync.doing == SyncStep::begin) {
        if (settings.folder.empty()) {
            Job job;
            job.kind = JobKind::list;
            job.mailbox = "*";
            sync.doing = SyncStep::list;
            return job;
        }
        change_folder(sync, folder_for(sync, settings.folder, heap), heap,
                      [](CachedFolder& folder) { folder.listed = 1; });
    }
    if (sync.open != 0) {
        const CachedFolder folder = heap.get(sync.folders, sync.open - 1);
        if (sync.stale || (folder.synced && folder.messages.size() > folder.exists))
            learn_anew(sync, sync.open - 1, heap);
        sync.stale = 0;
    }
    const bool here = is_in_synced(sync, heap);
    if (auto job = here ? learn(sync, heap) : std::nullopt) return job;
    if (auto job = next_action(sync, settings, heap)) return job;
    if (auto job = here && settings.bodies ? fetch_bodies(sync, settings, heap) : std::nullopt)
        return job;
    if (auto job = next_folder(sync, settings, heap)) return job;
    if (auto job = idle(sync, settings, heap)) return job;
    sync.doing = SyncStep::end;
    return std::nullopt;
}

bool idle_is_over(const Sync& sync, const Heap&) {
    return sync.doing != SyncStep::idle || !sync.actions.empty();
}

void job_has_ended(Sync& sync, bool ok, Heap& heap) {
    const SyncStep step = sync.doing;
    sync.doing = SyncStep::between;
    switch (step) {
    case SyncStep::list: return ok ? list_has_ended(sync, heap) : list_has_failed(sync, heap);
    case SyncStep::select: return select_has_ended(sync, ok, heap);
    case SyncStep::act: return action_has_ended(sync, ok, heap);
    case SyncStep::learn: return learning_has_ended(sync, heap);
    case SyncStep::news: return news_have_ended(sync, heap);
    case SyncStep::bodies: return bodies_have_ended(sync, heap);
    case SyncStep::idle: sync.cannot_idle = ok ? 0 : 1; return;
    case SyncStep::begin:
    case SyncStep::between:
    case SyncStep::end: return;
    }
}

}  // namespace postroad::imap
