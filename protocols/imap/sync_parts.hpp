// What the offline client's two halves share, knowledge and plan; nobody else includes this.
#pragma once

#include <vector>

#include "protocols/imap/sync.hpp"

namespace postroad::imap {

// --- sync.cpp
std::vector<CachedMessage> messages_of(const CachedFolder& folder, const Heap& heap);
void put_messages(CachedFolder& folder, const std::vector<CachedMessage>& messages, Heap& heap);
std::uint32_t folder_for(Sync& sync, std::string_view name, Heap& heap);  // made if need be
void drop_action(Sync& sync, std::uint32_t index, Heap& heap);

// --- sync_plan.cpp
void job_has_ended(Sync& sync, bool ok, Heap& heap);

}  // namespace postroad::imap
