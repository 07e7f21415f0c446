// The message store: mailboxes and what lies in them. Texts are shared with the queue.
#pragma once

#include <string>
#include <string_view>

#include "sim/world/run.hpp"

namespace postroad::sim::store {

// Room for every host's and person's record; cheap when nothing is missing. Call it when a World
// is made and whenever its Setup has changed.
void set_up(World& world);

// A person by any of their addresses (ASCII case ignored), and only where `host` keeps their
// mailbox; `nothing` when there is none.
std::uint32_t person_at(const Run& run, NodeId host, std::string_view address);
// RFC 5321 §2.3.11: `domain` is one whose mailboxes this host has.
bool is_local_domain(const Run& run, NodeId host, std::string_view domain);

// Puts a message into a person's mailbox and records it (MailboxFact, CustodyFact). Takes over
// neither text: `content` is shared, a Return-Path field is made from `reverse_path` (RFC 5321
// §4.4). False when the quota does not allow it; that is recorded too.
struct Parcel {
    Id message = 0;
    Id conversation = 0;
    std::uint32_t transaction = 0;
    std::string_view reverse_path;
    Text content;
    std::uint32_t folder = nothing;      // of that person; nothing: INBOX
    std::uint32_t flags = 0;             // mail_flag
    bool again = false;                  // one more copy: custody has been recorded with the first
};
bool deliver(Run& run, NodeId host, std::uint32_t person, const Parcel& parcel);

// Whether so many octets more fit into a person's quota.
bool fits(const Run& run, std::uint32_t person, std::uint64_t octets);

// Puts an entry into a folder, with the next uid. Takes over both texts. Nothing is recorded here
// and below; sessions in IDLE are told by folders::tell_watchers.
struct Entry {
    Text prefix, content;
    std::int64_t arrived_s = 0;          // internal date, since 1970 UTC
    Id message = 0;
    std::uint32_t flags = 0;
};
std::uint32_t add(World& world, std::uint32_t folder, const Entry& entry);
// Shares the texts; keywords go by their names. Gives the new entry.
std::uint32_t copy(World& world, std::uint32_t stored, std::uint32_t folder);
std::uint32_t move(World& world, std::uint32_t stored, std::uint32_t folder);
void set_flags(World& world, std::uint32_t stored, std::uint32_t flags);

// The message with its Return-Path, as a reader gets it.
void append_whole(const World& world, std::uint32_t stored, std::string& out);

// Takes an entry out of its folder and gives its texts back.
void remove(World& world, std::uint32_t stored);

// What mailboxes, folders and entries take in memory, whole pages of them, with all texts of the
// World: for benchmarks and tests.
std::size_t memory_octets(const World& world);

}  // namespace postroad::sim::store
