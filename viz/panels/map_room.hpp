// What already stands on the map in this frame, so that words are put where they hide the least.
#pragma once

#include <imgui.h>

#include <algorithm>
#include <vector>

namespace postroad::viz {

class MapRoom {
  public:
    void clear() { taken_.clear(); }
    // `weight`: how much is lost where it is hidden.
    void take(ImVec2 min, ImVec2 max, float weight) {
        if (taken_.size() < taken_max) taken_.push_back({min, max, weight});
    }
    // Square pixels of what a box there would hide, by weight.
    float hidden(ImVec2 min, ImVec2 max) const {
        float out = 0;
        for (const Taken& one : taken_) {
            const float x = std::min(max.x, one.max.x) - std::max(min.x, one.min.x);
            const float y = std::min(max.y, one.max.y) - std::max(min.y, one.min.y);
            if (x > 0 && y > 0) out += x * y * one.weight;
        }
        return out;
    }
    bool crowded() const { return taken_.size() > 200; }

    static constexpr float card = 1, words = 40;

  private:
    struct Taken {
        ImVec2 min, max;
        float weight;
    };
    static constexpr std::size_t taken_max = 600;
    std::vector<Taken> taken_;
};

}  // namespace postroad::viz
