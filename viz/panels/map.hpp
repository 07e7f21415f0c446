// The map's class: its camera and its still parts are in map.cpp, what moves in map_traffic.cpp.
#pragma once

#include "viz/panels/panel.hpp"

namespace postroad::viz {

class Map : public Panel {
  public:
    const char* name() const override { return "Map"; }
    const char* about() const override { return "networks, hosts, and what travels now"; }
    void draw(View& view) override;

  private:
    ImVec2 at(Point point) const {
        return {origin_.x + point.x * zoom_, origin_.y + point.y * zoom_};
    }
    void move_camera(View& view, ImVec2 min, ImVec2 size);
    void networks(View& view);
    void hosts(View& view);
    void card(View& view, std::uint32_t host, ImVec2 min, ImVec2 max);
    void counters(View& view, std::uint32_t host, ImVec2 at, float width, float size);
    void flights(View& view);
    void flight(View& view, const Flight& one, float part, float strength);
    void verdicts(View& view);
    void bubble(View& view);
    ImVec2 clear_place(const View& view, ImVec2 host, NodeId to, ImVec2 size) const;
    void legend(View& view);
    std::vector<ImVec2> way(const View& view, const Flight& one) const;
    ImVec2 place(const View& view, NodeId node) const;
    std::uint32_t network_of(const View& view, NodeId node) const;
    void gather(const View& view);

    const Layout* layout_ = nullptr;
    ImDrawList* list_ = nullptr;
    ImVec2 min_, max_, origin_;
    float zoom_ = 1;                     // pixels a unit
    float user_zoom_ = 1;
    ImVec2 user_pan_{0, 0};
    std::vector<std::uint32_t> letters_;  // by host: messages in its mailboxes
    std::vector<std::string> readers_;    // by host: whose device it is
    NodeId active_ = sim::nothing;
};

}  // namespace postroad::viz
