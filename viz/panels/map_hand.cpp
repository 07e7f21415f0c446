// The hand on the map: a click chooses a host, a drag moves it, or its network by the head; where
// they stand is kept beside the scenario.
#include <cerrno>
#include <cmath>
#include <cstring>

#include "viz/model/places.hpp"
#include "viz/model/state_folder.hpp"
#include "viz/panels/map.hpp"

namespace postroad::viz {

using sim::nothing;

void keep_places(View& view) {
    settle(view.layout);
    settle(view.upright);
    if (view.places_file.empty()) return;
    const std::string text = print_places(view.layout, view.upright, view.run.setup());
    if (write_whole_file(view.places_file, text))
        view.tell("kept in " + view.places_file);
    else
        view.tell("cannot write " + view.places_file + ": " + std::strerror(errno));
}

void nudge_host(View& view, float x, float y) {
    for (Layout* const layout : {&view.layout, &view.upright}) {
        if (view.host >= layout->hosts.size()) return;
        const Point at = layout->hosts[view.host];
        move_host(*layout, view.run.setup(), view.host, {at.x + x, at.y + y});
    }
    keep_places(view);
}

// Takes hold of what is under the mouse; true when that is something.
bool Map::grab(View& view) {
    const float w = Layout::host_width * zoom_, h = Layout::host_height * zoom_;
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    for (std::uint32_t host = 0; host < layout_->hosts.size(); ++host) {
        const ImVec2 middle = at(layout_->hosts[host]);
        if (std::abs(mouse.x - middle.x) >= w / 2 || std::abs(mouse.y - middle.y) >= h / 2)
            continue;
        view.host = host;
        // From afar a spot is for choosing: a hand would always move some.
        if (w >= view.theme.px(46)) held_host_ = host;
        return true;
    }
    for (std::uint32_t network = 0; network < layout_->networks.size(); ++network) {
        const Box& box = layout_->networks[network];
        const ImVec2 low = at(box.min), high = at({box.max.x, box.min.y + 32});
        if (mouse.x < low.x || mouse.x > high.x || mouse.y < low.y || mouse.y > high.y) continue;
        if (w >= view.theme.px(46)) held_network_ = network;
        return true;
    }
    return false;
}

void Map::drag(View& view) {
    const ImGuiIO& io = ImGui::GetIO();
    if (ImGui::IsWindowHovered() && ImGui::IsMouseClicked(ImGuiMouseButton_Left)) grab(view);
    if (held_host_ == nothing && held_network_ == nothing) return;
    if (ImGui::IsMouseDragging(ImGuiMouseButton_Left) &&
        (io.MouseDelta.x != 0 || io.MouseDelta.y != 0 || !moved_)) {
        // The first time all of the way since the button went down, then what is new.
        const ImVec2 way = moved_ ? io.MouseDelta : ImGui::GetMouseDragDelta(ImGuiMouseButton_Left);
        const Point by{way.x / zoom_, way.y / zoom_};
        moved_ = true;
        if (held_host_ != nothing) {
            const Point from = layout_->hosts[held_host_];
            move_host(*layout_, view.run.setup(), held_host_, {from.x + by.x, from.y + by.y});
        } else {
            move_network(*layout_, view.run.setup(), held_network_, by);
        }
    }
    if (ImGui::IsMouseDown(ImGuiMouseButton_Left)) return;
    held_host_ = held_network_ = nothing;
    if (moved_) keep_places(view);
    moved_ = false;
}

}  // namespace postroad::viz
