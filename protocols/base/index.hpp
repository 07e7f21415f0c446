// A hash table from 64-bit hashes to ids, in copy-on-write pages. Nobody ever walks it: the order
// in it means nothing. Who looks up compares the record behind the id himself.
#pragma once

#include <cstdint>

#include "protocols/base/pages.hpp"

namespace postroad {

class Index {
  public:
    static constexpr std::uint32_t none = 0xffffffff;

    std::uint64_t size() const { return size_; }

    // The first id under `hash` that `matches(id)`, else none.
    template <class Matches>
    std::uint32_t find(std::uint64_t hash, Matches&& matches) const {
        if (places_.size() == 0) return none;
        const std::uint64_t mask = places_.size() - 1;
        for (std::uint64_t at = hash & mask;; at = (at + 1) & mask) {
            const Place& place = places_[at];
            if (place.used == 0) return none;
            if (place.hash == tag(hash) && matches(place.used - 1)) return place.used - 1;
        }
    }

    void insert(std::uint64_t hash, std::uint32_t id) {
        if ((size_ + 1) * 5 > places_.size() * 4) grow();
        ++size_;
        put({tag(hash), id + 1});
    }

    // `id` must be there under `hash`. Later places close the gap, so there are no tombstones.
    void erase(std::uint64_t hash, std::uint32_t id) {
        const std::uint64_t mask = places_.size() - 1;
        std::uint64_t gap = hash & mask;
        while (places_[gap].hash != tag(hash) || places_[gap].used != id + 1) {
            POSTROAD_ASSERT(places_[gap].used != 0);
            gap = (gap + 1) & mask;
        }
        --size_;
        for (std::uint64_t at = (gap + 1) & mask; places_[at].used != 0; at = (at + 1) & mask) {
            const std::uint64_t home = places_[at].hash & mask;
            const bool stays = gap <= at ? home > gap && home <= at : home > gap || home <= at;
            if (stays) continue;
            places_.edit(gap) = places_[at];
            gap = at;
        }
        places_.edit(gap) = Place{};
    }

    bool operator==(const Index&) const = default;
    std::uint64_t hash(std::uint64_t seed) const { return places_.hash(seed + size_); }
    std::size_t bytes() const { return places_.bytes(); }

  private:
    // Eight octets: half a hash says nearly as often as a whole one whose record is worth a look.
    struct Place {
        std::uint32_t hash = 0;
        std::uint32_t used = 0;  // the id and one; 0: nobody's
    };

    static std::uint32_t tag(std::uint64_t hash) { return static_cast<std::uint32_t>(hash); }

    void put(const Place& place) {
        const std::uint64_t mask = places_.size() - 1;
        std::uint64_t at = place.hash & mask;
        while (places_[at].used != 0) at = (at + 1) & mask;
        places_.edit(at) = place;
    }

    void grow() {
        const Pages<Place> old = places_;
        places_ = Pages<Place>();
        places_.resize(old.size() == 0 ? 64 : old.size() * 2);
        for (std::uint64_t i = 0; i < old.size(); ++i)
            if (old[i].used != 0) put(old[i]);
    }

    Pages<Place> places_;
    std::uint64_t size_ = 0;
};

}  // namespace postroad
