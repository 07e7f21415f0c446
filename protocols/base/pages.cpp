// The pool under every table. Reference counts live beside the pages, not in them: page headers at
// equal offsets would all fall into one cache set.
#include "protocols/base/pages.hpp"

#include <sys/mman.h>

#include <atomic>
#include <mutex>
#include <new>

#include "protocols/base/hash.hpp"

namespace postroad {
namespace {

constexpr std::size_t arena_bytes = 2U << 20;
constexpr std::size_t pages_per_arena = arena_bytes / page_bytes - 1;  // the first holds the counts

// One two-mebibyte system page: reference counts first, then the pages they count.
struct alignas(64) Arena {
    std::atomic<std::uint32_t> refs[pages_per_arena + 1];
};

Arena* arena_of(const PageBlock* page) {
    return reinterpret_cast<Arena*>(reinterpret_cast<std::uintptr_t>(page) & ~(arena_bytes - 1));
}

std::size_t index_of(const PageBlock* page) {
    return (reinterpret_cast<std::uintptr_t>(page) & (arena_bytes - 1)) / page_bytes;
}

struct Pool {
    std::mutex mutex;
    std::vector<PageBlock*> fresh;  // zeroed by the system and never written since
    std::vector<PageBlock*> used;   // given back, with what was in them
    std::size_t in_use = 0;

    PageBlock* take(bool zeroed) {
        PageBlock* page = nullptr;
        bool has_octets = true;
        {
            const std::lock_guard lock(mutex);
            if (used.empty() && fresh.empty()) grow();
            has_octets = !used.empty();
            std::vector<PageBlock*>& from = has_octets ? used : fresh;
            page = from.back();
            from.pop_back();
            ++in_use;
        }
        if (zeroed && has_octets) std::memset(page->bytes, 0, page_bytes);
        arena_of(page)->refs[index_of(page)].store(1, std::memory_order_relaxed);
        return page;
    }

    void grow() {
        void* raw = mmap(nullptr, 2 * arena_bytes, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (raw == MAP_FAILED) throw std::bad_alloc();
        const auto start = reinterpret_cast<std::uintptr_t>(raw);
        const std::uintptr_t aligned = (start + arena_bytes - 1) & ~(arena_bytes - 1);
        if (aligned != start) munmap(raw, aligned - start);
        const std::uintptr_t end = aligned + arena_bytes;
        if (end != start + 2 * arena_bytes)
            munmap(reinterpret_cast<void*>(end), start + 2 * arena_bytes - end);
        madvise(reinterpret_cast<void*>(aligned), arena_bytes, MADV_HUGEPAGE);
        for (std::size_t i = pages_per_arena; i >= 1; --i)
            fresh.push_back(reinterpret_cast<PageBlock*>(aligned + i * page_bytes));
    }
};

Pool& pool() {
    static Pool* the_pool = new Pool;  // never destroyed: worlds may outlive static destructors
    return *the_pool;
}

}  // namespace

PageBlock* allocate_page() { return pool().take(true); }

void retain_page(PageBlock* page) {
    arena_of(page)->refs[index_of(page)].fetch_add(1, std::memory_order_relaxed);
}

bool release_page(PageBlock* page) {
    if (arena_of(page)->refs[index_of(page)].fetch_sub(1, std::memory_order_acq_rel) != 1)
        return false;
    const std::lock_guard lock(pool().mutex);
    pool().used.push_back(page);
    --pool().in_use;
    return true;
}

bool page_is_shared(const PageBlock* page) {
    return arena_of(page)->refs[index_of(page)].load(std::memory_order_acquire) > 1;
}

std::size_t pages_in_use() {
    const std::lock_guard lock(pool().mutex);
    return pool().in_use;
}

void PageList::share() const {
    for (std::uintptr_t& slot : slots_) {
        retain_page(block(slot));
        slot |= 1U;
    }
}

void PageList::unshare(std::size_t page) {
    PageBlock* old = block(slots_[page]);
    if (!page_is_shared(old)) {  // the other table has gone meanwhile
        slots_[page] = reinterpret_cast<std::uintptr_t>(old);
        return;
    }
    PageBlock* clone = pool().take(false);
    std::memcpy(clone->bytes, old->bytes, page_bytes);
    slots_[page] = reinterpret_cast<std::uintptr_t>(clone);
    release_page(old);
}

bool PageList::operator==(const PageList& other) const {
    if (slots_.size() != other.slots_.size()) return false;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        const PageBlock* mine = block(slots_[i]);
        const PageBlock* theirs = block(other.slots_[i]);
        if (mine != theirs && std::memcmp(mine->bytes, theirs->bytes, page_bytes) != 0)
            return false;
    }
    return true;
}

std::uint64_t PageList::hash(std::uint64_t seed) const {
    std::uint64_t all = mix64(seed, slots_.size());
    for (const std::uintptr_t slot : slots_)
        all = hash_octets({reinterpret_cast<const char*>(block(slot)->bytes), page_bytes}, all);
    return all;
}

}  // namespace postroad
