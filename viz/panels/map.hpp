// The map's class: its camera and its still parts are in map.cpp, what moves in map_traffic.cpp,
// mail exchangers and attackers in map_marks.cpp, the hand that drags in map_hand.cpp.
#pragma once

#include <map>

#include "viz/model/flights.hpp"
#include "viz/panels/map_room.hpp"
#include "viz/panels/panel.hpp"

namespace postroad::viz {

// Writes where hosts stand to View::places_file, and tells so.
void keep_places(View& view);
// Moves the chosen host by so many units, in both layouts.
void nudge_host(View& view, float x, float y);

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
    bool grab(View& view);
    void drag(View& view);
    void networks(View& view);
    void names(View& view);
    void hosts(View& view);
    void card(View& view, std::uint32_t host, ImVec2 min, ImVec2 max);
    void counters(View& view, std::uint32_t host, ImVec2 at, float width, float size);
    void exchangers(View& view);
    void exchanger(View& view, std::uint32_t from, std::string_view name, unsigned preference,
                   const std::string& domain, bool tried);
    void exchanger_labels(const View& view);
    void attackers(View& view);
    void flights(View& view);
    void lock(const View& view, ImVec2 middle);
    void paths(View& view);
    void packet(View& view, const Flight& one, const std::vector<ImVec2>& points, float part);
    void verdicts(View& view);
    void bubble(View& view);
    struct Spot {
        ImVec2 min, max;
    };
    struct Placed {
        Spot spot;
        float cost;
    };
    Spot spot(const View& view, NodeId node) const;
    Spot stem(const Spot& bubble, const Spot& speaker) const;
    Placed clear_place(const View& view, const Spot& speaker, NodeId to, ImVec2 size) const;
    bool in_sight(ImVec2 min, ImVec2 max) const {
        return max.x >= min_.x && min.x <= max_.x && max.y >= min_.y && min.y <= max_.y;
    }
    void legend(View& view, bool measure);
    void point_at(const View& view, ImVec2 min, ImVec2 max, float round);
    std::vector<ImVec2> whole_way(const View& view, const Flight& one) const;
    std::vector<ImVec2> way(const View& view, const Flight& one) const;
    ImVec2 place(const View& view, NodeId node) const;
    std::uint32_t network_of(const View& view, NodeId node) const;
    void gather(const View& view);

    static constexpr std::size_t arrows_max = 60;
    // What is drawn lies in three layers: links, ways and stems of bubbles; hosts and words; what
    // moves and is said.
    static constexpr int below = 0, standing = 1, above = 2;
    Layout* layout_ = nullptr;
    Flights flights_;
    struct Under {                       // a packet on its way in this frame
        Flight flight;
        std::vector<ImVec2> points;
        float part;                      // of the way
    };
    std::vector<Under> under_way_;
    ImDrawList* list_ = nullptr;
    ImVec2 min_, max_, origin_;
    MapRoom room_;                       // of this frame
    float zoom_ = 1;                     // pixels a unit
    float legend_height_ = 0;
    float user_zoom_ = 1;
    ImVec2 user_pan_{0, 0};
    std::vector<std::uint32_t> letters_;  // by host: messages in its mailboxes
    std::vector<std::string> readers_;    // by host: whose device it is
    NodeId active_ = sim::nothing;
    // What a hand holds: a host, or a network by its head.
    std::uint32_t held_host_ = sim::nothing, held_network_ = sim::nothing;
    bool moved_ = false;
    std::map<std::string, std::uint32_t> hosts_by_name_;  // names in DNS, in lower case
    std::vector<std::pair<std::uint32_t, std::uint32_t>> arrows_;  // drawn in this frame
    struct Label {
        std::string text;
        ImVec2 from, to;                 // of its arrow
    };
    std::vector<Label> labels_;           // of those arrows
    bool put_label(const View& view, const Label& one, const std::string& text, float size);
};

}  // namespace postroad::viz
