// The ladder's class: rows and arrows are in ladder.cpp, the row that is now, whole, in
// ladder_detail.cpp.
#pragma once

#include <imgui.h>

#include <algorithm>
#include <set>

#include "viz/model/wire.hpp"
#include "viz/panels/panel.hpp"

namespace postroad::viz {

class Ladder : public Panel {
public:
    const char* name() const override { return "Ladder"; }
    const char* about() const override { return "every line, its RFC section and its reason"; }
    void draw(View& view) override;

private:
    void controls(View& view);
    void choose(View& view);
    std::uint32_t talk_now(const View& view) const;
    void fold(const View& view);
    std::size_t group_end(const View& view, std::size_t begin) const;
    std::size_t rows_shown() const { return grouped_ ? shown_.size() : chosen_.size(); }
    bool is_open(std::size_t entry) const { return all_folded_ == (opened_.count(entry) != 0); }
    void choose_hosts(View& view);
    void lanes_of(const View& view);
    void head(const View& view, float width);
    void rows(View& view, float height);
    void row(View& view, std::size_t index, ImVec2 at, float width);
    void group(View& view, std::size_t first, ImVec2 at, float width);
    RowWords words_for(const View& view, std::size_t entry);
    void arrow(const View& view, const RowWords& said, ImVec2 at, float strength);
    void why(View& view);
    void content(View& view, const Entry& entry);
    void envelope(View& view, const Entry& entry);
    void hex(View& view, const Entry& entry);
    void records(View& view, const Entry& entry);
    int lane(NodeId node) const {
        const auto found = std::find(lanes_.begin(), lanes_.end(), node);
        return found == lanes_.end() ? -1 : static_cast<int>(found - lanes_.begin());
    }

    Wanted wanted_, asked_for_;
    std::shared_ptr<Inquiry> inquiry_;
    EntrySet chosen_;
    // With segments: indices into chosen_; a group's head has the highest bit.
    static constexpr std::uint32_t head_bit = 0x80000000;
    std::vector<std::uint32_t> shown_;
    bool grouped_ = false;
    std::size_t folded_for_ = ~std::size_t{0};  // so many of chosen_
    bool all_folded_ = true;
    std::set<std::size_t> opened_;  // groups, by the entry of their first segment
    TlsRecords records_;
    std::vector<NodeId> lanes_;
    float time_width_ = 0, lane_width_ = 0, text_x_ = 0, section_width_ = 0, row_height_ = 0;
    int scroll_ = 0;  // for so many frames: ImGui scrolls only over what it drew in the one before
};

}  // namespace postroad::viz
