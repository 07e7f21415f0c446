// A mail program that works offline: what it knows of each folder, what it still has to do there,
// and so what its IMAP client is to do next (RFC 4549). It keeps no message's text: its owner does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/base/heap.hpp"
#include "protocols/base/machine.hpp"
#include "protocols/imap/client.hpp"

namespace postroad::imap {

// Bits of CachedMessage::state.
namespace cached {
inline constexpr std::uint8_t body = 1;           // the owner has been given its text
inline constexpr std::uint8_t lost = 2;           // it was asked for and did not come
inline constexpr std::uint8_t flags_unknown = 4;  // only that it is there was told
inline constexpr std::uint8_t asked = 8;          // and what it is has been asked for
}  // namespace cached

struct CachedMessage {
    std::uint32_t uid = 0;
    std::uint32_t flags = 0;  // bits of flags.hpp; from bit 6 keywords, by CachedFolder::keywords
    std::uint8_t state = 0;
    std::uint8_t unused[3] = {};
};
static_assert(Record<CachedMessage>);

struct CachedFolder {
    Text name;                      // UTF-8
    Text attributes;                // of LIST: "\HasNoChildren \Trash"
    Text keywords;                  // each ended by "\n"; those behind the 26th are not kept
    List<CachedMessage> messages;   // by UID upwards
    std::uint64_t modseq = 0;       // up to which all is known; 0: the server has none
    std::uint64_t modseq_next = 0;  // what it will be when the select under way has ended
    std::uint32_t uidvalidity = 0;
    std::uint32_t uidnext = 0;
    std::uint32_t exists = 0;  // as told last, in this session
    std::uint8_t listed = 0;   // by the server, in this session
    std::uint8_t synced = 0;   // in this session
    std::uint8_t failed = 0;   // in this session: not to be tried again
    std::uint8_t selects = 0;  // in this session
};
static_assert(Record<CachedFolder> && sizeof(CachedFolder) % 8 == 0);

// Something done offline, which the server has still to be told.
struct SyncAction {
    Text job;                       // a Job, written
    std::uint32_t folder = 0;       // index; of the messages, or where to append
    std::uint32_t uidvalidity = 0;  // under which its UIDs mean something; 0: it has none
};
static_assert(Record<SyncAction>);

// What the client is busy with.
enum class SyncStep : std::uint8_t {
    begin,
    list,
    select,
    act,
    learn,
    news,
    bodies,
    idle,
    between,
    end
};

struct Sync {
    List<CachedFolder> folders;
    List<SyncAction> actions;
    Text asked;                   // bodies: the UIDs that were asked for
    std::uint32_t open = 0;       // index and one of the folder that tells are about; 0: none
    std::uint32_t conflicts = 0;  // actions that could not be done, over all sessions
    SyncStep doing = SyncStep::begin;
    std::uint8_t stale = 0;  // something was told that cannot be placed: select it again
    std::uint8_t cannot_idle = 0;
    std::uint8_t unused[5] = {};
    std::uint32_t acting = 0;        // index and one of the action under way
    std::uint32_t known_before = 0;  // messages, when news was asked for
};
static_assert(Record<Sync> && sizeof(Sync) % 8 == 0);

// How somebody wants it; does not change during a session.
struct SyncSettings {
    std::string folder;  // this one alone; empty: all that LIST tells
    bool bodies = true;  // fetches every message once
    bool idle = false;   // stays in the first folder until something changes there
    std::uint32_t bodies_at_once = 50;
    std::uint32_t chunk_octets = 0;
    std::size_t known_octets_max = 4000;  // longer, the known UIDs are not said with QRESYNC
};

// A new session: what is known stays known, what was open is not.
void begin_session(Sync& sync, Heap& heap);

// The next job; none: LOGOUT. To be called for each next_job the client asks. While it idles, the
// answer ends that: `idle_is_over` says whether there is a reason to.
std::optional<Job> next_job(Sync& sync, const SyncSettings& settings, Heap& heap);
bool idle_is_over(const Sync& sync, const Heap& heap);

// A tell of the client's, to be given in order, each before the next next_job is answered.
void apply(Sync& sync, const Tell& tell, std::string_view text, Heap& heap);

// What somebody does offline: store, move, copy or expunge in a folder (by UIDs known there),
// append (job.mailbox), create. A store shows at once in what is known. Where the server says no,
// the folder is learnt anew.
// False, and nothing is done: by UIDs of a folder of which nothing is known.
bool act(Sync& sync, std::string_view folder, const Job& job, Heap& heap);

// Index, or none. Names are compared as they are, INBOX without regard to case.
std::optional<std::uint32_t> find_folder(const Sync& sync, std::string_view name, const Heap& heap);
// "\Seen $Junk": a message's flags in words.
std::string flags_of(const CachedFolder& folder, const CachedMessage& message, const Heap& heap);

void release(Sync& sync, Heap& heap);

}  // namespace postroad::imap
