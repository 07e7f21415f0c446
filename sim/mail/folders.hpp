// The folders of mailboxes: found and made by name, and what each change leaves for those who
// have one open (modification sequences and vanished uids, RFC 7162).
#pragma once

#include <string>
#include <string_view>

#include "sim/world/run.hpp"

namespace postroad::sim::folders {

inline constexpr std::string_view inbox_name = "INBOX";

// A person's own folder, or that of whom they are the same as.
std::uint32_t owner_of(const Run& run, std::uint32_t person);

// By name; INBOX in any case of letters (RFC 3501 §5.1). `nothing` when there is none.
std::uint32_t find(const World& world, std::uint32_t person, std::string_view name);
// INBOX, which everybody has: made when it is first needed.
std::uint32_t inbox(World& world, std::uint32_t person);
// Makes a folder and the levels above it that are missing (RFC 3501 §6.3.3), and records it.
// The name must be new and sound (see fault_of_name).
std::uint32_t make(Run& run, std::uint32_t person, std::string_view name, Id conversation);
// Gives a person the folders that their host's `imap.folders` names, once.
void furnish(Run& run, std::uint32_t person);

// Why a name will not do for a new folder; empty: it will.
std::string_view fault_of_name(std::string_view name);

// Removes a folder with all its messages. One with others under it stays as a name (RFC 3501
// §6.3.4). INBOX cannot be removed.
void remove(Run& run, std::uint32_t folder, Id conversation);
// Of a removed folder nothing is left but its name: that goes, too.
void forget(World& world, std::uint32_t folder);
// Gives it, and those under it, another name. Renaming INBOX moves its messages (RFC 3501 §6.3.5).
void rename(Run& run, std::uint32_t folder, std::string_view name, Id conversation);
bool has_children(const World& world, std::uint32_t folder);

// What the folder has beyond what all have: for reading, and made when it is missing.
const FolderDetails& details(const World& world, std::uint32_t folder);
FolderDetails& edit_details(World& world, std::uint32_t folder);

// What is about to be changed in the folder gets this modification sequence.
std::uint64_t next_modseq(World& world, std::uint32_t folder);
// A message has left the folder: remembered for who asks later (RFC 7162 §3.2.10), unless nobody
// has ever opened it and so could.
void vanished(World& world, std::uint32_t folder, std::uint32_t uid);
// A message has come or changed: remembered while somebody has the folder open.
void changed(World& world, std::uint32_t folder, std::uint32_t stored);
// Something has changed: sessions in IDLE are woken, once each, at this same moment.
void tell_watchers(Run& run, std::uint32_t folder);

// The bit of a keyword (RFC 3501 §2.3.2), made if `make` says so and there is room; 0: none.
std::uint32_t keyword_bit(World& world, std::uint32_t folder, std::string_view keyword, bool make);

// Records a change of a message, or (message null) of the folder itself.
void record(Run& run, NodeId host, std::uint32_t folder, MailboxMove move, Id conversation,
            const StoredMessage* message = nullptr);

}  // namespace postroad::sim::folders
