// What moves on the map: packets and where they end, verdicts, and the last thing said.
#include <algorithm>
#include <cmath>

#include "sim/net/ruleset.hpp"
#include "viz/draw/widgets.hpp"
#include "viz/panels/map.hpp"

namespace postroad::viz {
namespace {

using sim::nothing;

// How long, in seconds of the story, something that happened stays to be seen.
constexpr double flash_s = 0.8;
constexpr std::size_t flights_drawn_max = 2'000;
constexpr int bubble_lines = 9;

// While a story is told, what has just happened glows on through the silence that it hurries over.
// At rest a moment shows what belongs to it.
bool is_over(const View& view, Time then) {
    return !view.player.playing && then + second < view.player.now();
}

// Cuts off the beginning that lies inside a card.
void leave(std::vector<ImVec2>& points, ImVec2 min, ImVec2 max) {
    const auto inside = [&](ImVec2 at) {
        return at.x >= min.x && at.x <= max.x && at.y >= min.y && at.y <= max.y;
    };
    if (points.size() < 2 || !inside(points.front())) return;
    std::size_t last = 0;
    while (last + 2 < points.size() && inside(points[last + 1])) ++last;
    const ImVec2 from = points[last], to = points[last + 1];
    const float x = to.x - from.x, y = to.y - from.y;
    const float across = x == 0 ? 1e9F : ((x > 0 ? max.x : min.x) - from.x) / x;
    const float along = y == 0 ? 1e9F : ((y > 0 ? max.y : min.y) - from.y) / y;
    const float part = std::clamp(std::min(across, along), 0.0F, 1.0F);
    points.erase(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(last));
    points.front() = {from.x + x * part, from.y + y * part};
}

}  // namespace

// From middle to middle.
std::vector<ImVec2> Map::whole_way(const View& view, const Flight& one) const {
    const sim::Setup& setup = view.run.setup();
    const std::uint32_t from = network_of(view, one.from);
    const NodeId goal = one.arrived || one.stopped_by == nothing ? one.to : one.stopped_by;
    const std::uint32_t to = network_of(view, one.to == nothing ? goal : one.to);
    std::vector<ImVec2> out = {place(view, one.from)};
    if (from == nothing || to == nothing) return out;
    if (from == to) {
        // Sent off and stopped where its network ends.
        const bool at_border = !one.arrived && one.stopped_by != nothing &&
                               one.stopped_by >= setup.hosts.size() && one.to != nothing &&
                               network_of(view, one.stopped_by) == from;
        if (at_border) out.push_back(place(view, one.stopped_by));
        if (one.to == nothing || at_border) return out;
        // An arc, so that the two directions lie apart and hosts between are passed.
        const ImVec2 a = out.front(), b = place(view, one.to);
        const ImVec2 middle{(a.x + b.x) / 2 + (b.y - a.y) * 0.16F,
                            (a.y + b.y) / 2 - (b.x - a.x) * 0.16F};
        for (int i = 1; i <= 14; ++i) {
            const float t = static_cast<float>(i) / 14, u = 1 - t;
            out.push_back({u * u * a.x + 2 * u * t * middle.x + t * t * b.x,
                           u * u * a.y + 2 * u * t * middle.y + t * t * b.y});
        }
        return out;
    }
    for (std::uint32_t here = from; here != to;) {
        if (one.stopped_by != nothing && network_of(view, one.stopped_by) == here &&
            one.stopped_by >= setup.hosts.size()) {
            const sim::Hop hop = setup.routes->towards(here, to);
            if (hop.link != nothing) out.push_back(at(layout_->gate(here, hop.next)));
            return out;
        }
        const sim::Hop hop = setup.routes->towards(here, to);
        if (hop.link == nothing) return out;
        out.push_back(at(layout_->gate(here, hop.next)));
        out.push_back(at(layout_->gate(hop.next, here)));
        here = hop.next;
    }
    const bool stopped_outside = one.stopped_by != nothing && one.stopped_by >= setup.hosts.size();
    if (!stopped_outside && one.to != nothing) out.push_back(place(view, one.to));
    return out;
}

// From card to card, so that a packet covers no host's words.
std::vector<ImVec2> Map::way(const View& view, const Flight& one) const {
    std::vector<ImVec2> out = whole_way(view, one);
    if (one.from < layout_->hosts.size()) {
        const Spot card = spot(view, one.from);
        leave(out, card.min, card.max);
    }
    if (one.to < layout_->hosts.size()) {
        const Spot card = spot(view, one.to);
        std::reverse(out.begin(), out.end());
        leave(out, card.min, card.max);
        std::reverse(out.begin(), out.end());
    }
    return out;
}

// Ways run under hosts and names; what travels is drawn above them.
void Map::paths(View& view) {
    const Recording& run = view.run;
    const Time now = view.player.now();
    const std::uint64_t position = view.player.position();
    const Time fresh = run.story.moment_at(run.story.seconds_at(now) - flash_s);
    under_way_.clear();
    for (const Flight& one : flights_.at(run, now, position, fresh)) {
        if (one.over_at < position && is_over(view, std::max(one.left, one.over))) continue;
        if (under_way_.size() == flights_drawn_max) break;
        std::vector<ImVec2> points = way(view, one);
        if (points.size() < 2) continue;
        const bool ended = one.over_at != one.left_at && one.over_at < position;
        const float part =
            ended ? 1
            : one.over > one.left
                ? static_cast<float>(now - one.left) / static_cast<float>(one.over - one.left)
                : 0;
        list_->AddPolyline(points.data(), static_cast<int>(points.size()),
                           faded(view.theme.of(one.protocol), 0.55F), ImDrawFlags_None,
                           view.theme.px(one.empty ? 1.5F : 2.5F));
        under_way_.push_back({one, std::move(points), std::min(1.0F, part)});
    }
}

void Map::packet(View& view, const Flight& one, const std::vector<ImVec2>& points, float part) {
    const Theme& theme = view.theme;
    const ImU32 colour = theme.of(one.protocol);
    float length = 0;
    for (std::size_t i = 1; i < points.size(); ++i)
        length += std::hypot(points[i].x - points[i - 1].x, points[i].y - points[i - 1].y);
    float left = length * part;
    ImVec2 spot = points.back(), towards = points.back();
    for (std::size_t i = 1; i < points.size(); ++i) {
        const float piece = std::hypot(points[i].x - points[i - 1].x, points[i].y - points[i - 1].y);
        if (left > piece && i + 1 < points.size()) {
            left -= piece;
            continue;
        }
        const float t = piece > 0 ? std::min(1.0F, left / piece) : 1;
        spot = {points[i - 1].x + (points[i].x - points[i - 1].x) * t,
                points[i - 1].y + (points[i].y - points[i - 1].y) * t};
        towards = {(points[i].x - points[i - 1].x) / std::max(1.0F, piece),
                   (points[i].y - points[i - 1].y) / std::max(1.0F, piece)};
        break;
    }
    const bool stopped = !one.arrived && one.stopped_by != nothing && part >= 1;
    const float r = theme.px(one.empty ? 4.5F : 7);
    if (stopped) {
        const float w = theme.px(7);
        list_->AddCircleFilled(spot, theme.px(11), theme.colour.bad_fill);
        list_->AddLine({spot.x - w * 0.6F, spot.y - w * 0.6F}, {spot.x + w * 0.6F, spot.y + w * 0.6F},
                       theme.colour.on_fill, theme.px(2.5F));
        list_->AddLine({spot.x - w * 0.6F, spot.y + w * 0.6F}, {spot.x + w * 0.6F, spot.y - w * 0.6F},
                       theme.colour.on_fill, theme.px(2.5F));
        return;
    }
    // An arrow head where the packet is, pointing where it goes.
    const ImVec2 tip{spot.x + towards.x * r * 1.4F, spot.y + towards.y * r * 1.4F};
    const ImVec2 left_wing{spot.x - towards.x * r * 0.8F - towards.y * r,
                           spot.y - towards.y * r * 0.8F + towards.x * r};
    const ImVec2 right_wing{spot.x - towards.x * r * 0.8F + towards.y * r,
                            spot.y - towards.y * r * 0.8F - towards.x * r};
    list_->AddTriangleFilled(tip, left_wing, right_wing, colour);
    if (!one.empty)
        list_->AddTriangle(tip, left_wing, right_wing, theme.colour.text, theme.px(1));
    if (one.encrypted) lock(view, {spot.x, spot.y - r * 2.2F});
}

// What this packet carries only its two ends can read.
void Map::lock(const View& view, ImVec2 middle) {
    const Theme& theme = view.theme;
    const float size = theme.small->FontSize;
    list_->AddCircleFilled(middle, theme.px(9), theme.colour.ground);
    put_lock(list_, theme, {middle.x - size * 0.4F, middle.y - size * 0.68F});
}

void Map::flights(View& view) {
    for (const Under& one : under_way_) packet(view, one.flight, one.points, one.part);
}

void Map::verdicts(View& view) {
    // A firewall's verdict shines around what it guards for a moment.
    const Recording& run = view.run;
    const double now = run.story.seconds_at(view.player.now());
    for (std::size_t i = view.player.happened(); i-- > 0 && i + 64 > view.player.happened();) {
        if (run.entries.kind(i) != Kind::verdict) continue;
        const sim::RowView row = run.trace().at(run.entries.position(i));
        const double age = now - run.story.seconds_at(row.head().time);
        if (age > flash_s || is_over(view, row.head().time)) return;
        const auto& fact = row.as<sim::VerdictFact>();
        const bool passed = static_cast<net::Action>(fact.verdict) == net::Action::accept;
        const auto strength = static_cast<float>(1 - age / flash_s);
        const float off = view.theme.px(3 + 9 * (1 - strength));
        if (network_of(view, row.head().node) == nothing) continue;
        const auto [low, high] = spot(view, row.head().node);
        list_->AddRect({low.x - off, low.y - off}, {high.x + off, high.y + off},
                       faded(passed ? view.theme.colour.good : view.theme.colour.bad_fill, strength),
                       12 * zoom_, 0, view.theme.px(3));
    }
}

// A host's card, or the whole of a network.
Map::Spot Map::spot(const View& view, NodeId node) const {
    if (node >= layout_->hosts.size()) {
        const std::uint32_t network = network_of(view, node);
        if (network == nothing) return {origin_, origin_};
        return {at(layout_->networks[network].min), at(layout_->networks[network].max)};
    }
    const Point middle = layout_->hosts[node];
    return {at({middle.x - Layout::host_width / 2, middle.y - Layout::host_height / 2}),
            at({middle.x + Layout::host_width / 2, middle.y + Layout::host_height / 2})};
}

// The line from a bubble to who speaks.
Map::Spot Map::stem(const Spot& bubble, const Spot& speaker) const {
    const ImVec2 middle{(speaker.min.x + speaker.max.x) / 2, (speaker.min.y + speaker.max.y) / 2};
    const ImVec2 near{std::clamp(middle.x, bubble.min.x, bubble.max.x),
                      std::clamp(middle.y, bubble.min.y, bubble.max.y)};
    return {near, {std::clamp(near.x, speaker.min.x, speaker.max.x),
                   std::clamp(near.y, speaker.min.y, speaker.max.y)}};
}

// Where a bubble of this size hides the least: near who speaks, and not over whom it speaks to.
Map::Placed Map::clear_place(const View& view, const Spot& speaker, NodeId to, ImVec2 size) const {
    const Spot other = to == nothing ? speaker : spot(view, to);
    Placed best{{{min_.x + 4, min_.y + 4}, {}}, 1e12F};
    const auto look_at = [&](ImVec2 at) {
        at.x = std::clamp(at.x, min_.x + 4, std::max(min_.x + 4, max_.x - size.x - 4));
        at.y = std::clamp(at.y, min_.y + 4, std::max(min_.y + 4, max_.y - legend_height_ - size.y));
        const Spot bubble{at, {at.x + size.x, at.y + size.y}};
        float cost = room_.hidden(bubble.min, bubble.max);
        for (const Spot& end : {speaker, other}) {
            const float x = std::min(bubble.max.x, end.max.x) - std::max(bubble.min.x, end.min.x);
            const float y = std::min(bubble.max.y, end.max.y) - std::max(bubble.min.y, end.min.y);
            if (x > 0 && y > 0) cost += x * y * 4;
        }
        // The line to the speaker costs by its length, as does what it runs over.
        const Spot line = stem(bubble, speaker);
        cost += (std::abs(line.min.x - line.max.x) + std::abs(line.min.y - line.max.y)) *
                view.theme.px(2);
        const float thick = view.theme.px(2);
        cost += 8 * room_.hidden({std::min(line.min.x, line.max.x) - thick,
                                  std::min(line.min.y, line.max.y) + thick},
                                 {std::max(line.min.x, line.max.x) + thick,
                                  std::max(line.min.y, line.max.y) - thick});
        if (cost < best.cost) best = {bubble, cost};
    };
    const float gap = view.theme.px(14);
    const float middle_x = (speaker.min.x + speaker.max.x - size.x) / 2;
    const float middle_y = (speaker.min.y + speaker.max.y - size.y) / 2;
    for (const float x : {middle_x, speaker.max.x + gap, speaker.min.x - gap - size.x})
        for (const float y : {speaker.min.y - gap - size.y, speaker.max.y + gap, middle_y})
            if (x != middle_x || y != middle_y) look_at({x, y});
    if (best.cost < gap * view.theme.px(2) * 1.01F || room_.crowded()) return best;
    const float step = view.theme.px(16);
    for (float y = min_.y + 4; y < max_.y; y += step)
        for (float x = min_.x + 4; x < max_.x; x += step) look_at({x, y});
    return best;
}

void Map::bubble(View& view) {
    const Recording& run = view.run;
    if (view.player.happened() == 0) return;
    // The last thing somebody said or decided, unless it is long ago.
    const double now = run.story.seconds_at(view.player.now());
    RowWords row;
    for (std::size_t i = view.player.happened(); i-- > 0 && i + 8 > view.player.happened();) {
        const Kind kind = run.entries.kind(i);
        if (kind == Kind::segment || kind == Kind::mailbox) continue;
        if (now - run.story.seconds_at(run.time_of(i)) > flash_s || is_over(view, run.time_of(i))) break;
        row = words_at(run, run.entries[i]);
        break;
    }
    if (row.text.empty() || row.from == nothing) return;
    if (row.text == ".") row.text = ".   (the message ends)";
    active_ = row.from;
    const Theme& theme = view.theme;
    const ImU32 colour = row.ink == sim::views::Ink::why   ? theme.colour.why
                         : row.ink == sim::views::Ink::bad ? theme.colour.bad_fill
                                                           : theme.of(row.protocol);
    ImFont* const font = theme.mono;
    const float inner = theme.px(10);
    const std::string section = to_string(row.section);
    const float section_height = section.empty() ? 0 : theme.small->FontSize * 1.25F;
    const float section_width = section.empty() ? 0 : width_of(theme.small, section);
    const Spot speaker = spot(view, row.from);
    // Wide where there is room, else narrow and high.
    float width = 0;
    Placed placed{{}, 1e12F};
    for (const float wide : {380.0F, 290.0F, 210.0F}) {
        const float room = std::min(theme.px(wide), (max_.x - min_.x) * 0.6F);
        const ImVec2 size =
            put_wrapped(list_, font, {0, 0}, 0, row.text, room, bubble_lines, true);
        const Placed one = clear_place(view, speaker, row.to,
                                       {std::max(size.x, section_width) + 2 * inner,
                                        size.y + section_height + 1.4F * inner});
        if (one.cost >= placed.cost * 0.7F) continue;
        placed = one;
        width = room;
    }
    const auto [min, max] = placed.spot;
    list_->AddRectFilled({min.x + theme.px(3), min.y + theme.px(3)},
                         {max.x + theme.px(3), max.y + theme.px(3)}, IM_COL32(0, 0, 0, 90), theme.px(6));
    list_->AddRectFilled(min, max, theme.colour.ground, theme.px(6));
    list_->AddRect(min, max, colour, theme.px(6), 0, theme.px(2));
    const Spot line = stem(placed.spot, speaker);
    list_->ChannelsSetCurrent(below);
    list_->AddLine(line.min, line.max, colour, theme.px(3));
    list_->ChannelsSetCurrent(above);
    put_wrapped(list_, font, {min.x + inner, min.y + inner * 0.7F}, theme.colour.text, row.text, width,
                bubble_lines);
    if (!section.empty())
        put_text(list_, theme.small, {min.x + inner, max.y - section_height - inner * 0.4F},
                 theme.colour.faint, section);
}

}  // namespace postroad::viz
