// The map: networks, hosts, what travels between them now, and what is said.
#include <algorithm>
#include <cmath>

#include "sim/net/ruleset.hpp"
#include "viz/draw/widgets.hpp"
#include "viz/panels/panel.hpp"

namespace postroad::viz {
namespace {

using sim::nothing;

// How long, in seconds of the story, something that happened stays to be seen.
constexpr double flash_s = 0.8;
constexpr std::size_t flights_drawn_max = 2'000;

// Badges of a host, by its services.
struct Badge {
    const char* text;
    Protocol protocol;
};
std::vector<Badge> badges_of(const sim::HostSetup& host) {
    using scenario::Service;
    std::vector<Badge> out;
    for (const sim::ServiceSetup& one : host.services) {
        Badge badge{};
        switch (one.service) {
            case Service::mua: badge = {"MUA", Protocol::other}; break;
            case Service::mta: badge = {"MTA", Protocol::smtp}; break;
            case Service::msa: badge = {"MSA", Protocol::smtp}; break;
            case Service::mda: badge = {"MDA", Protocol::pop3}; break;
            case Service::pop3: badge = {"POP3", Protocol::pop3}; break;
            case Service::dns: badge = {"DNS", Protocol::dns}; break;
            case Service::resolver: badge = {"resolver", Protocol::dns}; break;
            default: badge = {"service", Protocol::other}; break;
        }
        const bool there = std::any_of(out.begin(), out.end(), [&](const Badge& other) {
            return std::string_view(other.text) == badge.text;
        });
        if (!there) out.push_back(badge);
    }
    return out;
}

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
    NodeId active_ = nothing;
};

void Map::gather(const View& view) {
    const sim::World& world = view.player.world();
    letters_.assign(view.run.setup().hosts.size(), 0);
    for (std::size_t i = 0; i < view.player.setup().people.size(); ++i) {
        const sim::PersonSetup& person = view.player.setup().people[i];
        if (person.mailbox_host < letters_.size() && i < world.mail.mailboxes.size())
            letters_[person.mailbox_host] += world.mail.mailboxes[i].count;
    }
    if (readers_.size() == letters_.size()) return;
    readers_.assign(letters_.size(), {});
    for (const sim::PersonSetup& person : view.player.setup().people) {
        if (person.device >= readers_.size()) continue;
        std::string& names = readers_[person.device];
        if (names.size() < 24) names += (names.empty() ? "" : ", ") + person.name;
    }
}

void Map::move_camera(View& view, ImVec2 min, ImVec2 size) {
    const float legend = view.theme.px(34);
    const auto fits = [&](const Layout& layout) {
        return std::min(size.x / layout.size.x, (size.y - legend) / layout.size.y);
    };
    layout_ = fits(view.upright) > 1.1F * fits(view.layout) ? &view.upright : &view.layout;
    const Point whole = layout_->size;
    const float fit = std::min(size.x / whole.x, (size.y - legend) / whole.y);
    const float base = std::min(fit, view.theme.px(1.2F));
    if (ImGui::IsWindowHovered()) {
        const ImGuiIO& io = ImGui::GetIO();
        if (io.MouseWheel != 0) {
            const float before = user_zoom_;
            user_zoom_ = std::clamp(user_zoom_ * std::pow(1.15F, io.MouseWheel), 0.5F, 60.0F);
            const float ratio = user_zoom_ / before;
            const ImVec2 middle{min.x + size.x / 2 + user_pan_.x, min.y + size.y / 2 + user_pan_.y};
            user_pan_.x += (io.MousePos.x - middle.x) * (1 - ratio);
            user_pan_.y += (io.MousePos.y - middle.y) * (1 - ratio);
        }
        if (ImGui::IsMouseDragging(ImGuiMouseButton_Left)) {
            user_pan_.x += io.MouseDelta.x;
            user_pan_.y += io.MouseDelta.y;
        }
        if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) {
            user_zoom_ = 1;
            user_pan_ = {0, 0};
        }
    }
    zoom_ = base * user_zoom_;
    origin_ = {min.x + (size.x - whole.x * zoom_) / 2 + user_pan_.x,
               min.y + (size.y - legend - whole.y * zoom_) / 2 + user_pan_.y};
}

std::uint32_t Map::network_of(const View& view, NodeId node) const {
    const sim::Setup& setup = view.run.setup();
    if (node >= setup.nodes()) return nothing;
    if (node >= setup.hosts.size()) return node - static_cast<NodeId>(setup.hosts.size());
    const auto& places = setup.hosts[node].attachments;
    return places.empty() ? nothing : places.front().network;
}

ImVec2 Map::place(const View& view, NodeId node) const {
    if (node < layout_->hosts.size()) return at(layout_->hosts[node]);
    const std::uint32_t network = network_of(view, node);
    if (network == nothing) return origin_;
    const Box& box = layout_->networks[network];
    return at({box.centre().x, box.min.y + 16});
}

std::vector<ImVec2> Map::way(const View& view, const Flight& one) const {
    const sim::Setup& setup = view.run.setup();
    const std::uint32_t from = network_of(view, one.from);
    const NodeId goal = one.arrived || one.stopped_by == nothing ? one.to : one.stopped_by;
    const std::uint32_t to = network_of(view, one.to == nothing ? goal : one.to);
    std::vector<ImVec2> out = {place(view, one.from)};
    if (from == nothing || to == nothing) return out;
    if (from == to) {
        if (one.to == nothing) return out;
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

void Map::networks(View& view) {
    const sim::Setup& setup = view.run.setup();
    const Palette& c = view.theme.colour;
    const std::size_t hosts = setup.hosts.size();
    for (std::size_t i = setup.access_links; i < setup.links.size(); ++i) {
        const sim::LinkSetup& link = setup.links[i];
        if (link.end[0] < hosts || link.end[1] < hosts) continue;
        const auto a = static_cast<std::uint32_t>(link.end[0] - hosts);
        const auto b = static_cast<std::uint32_t>(link.end[1] - hosts);
        const ImVec2 from = at(layout_->gate(a, b)), to = at(layout_->gate(b, a));
        list_->AddLine(from, to, c.edge, view.theme.px(3));
        for (const auto& [network, point] : {std::pair{a, from}, std::pair{b, to}})
            if (setup.networks[network].has_border())
                list_->AddRectFilled({point.x - view.theme.px(5), point.y - view.theme.px(5)},
                                     {point.x + view.theme.px(5), point.y + view.theme.px(5)},
                                     c.bad_fill, view.theme.px(2));
    }
    for (std::size_t i = 0; i < setup.networks.size(); ++i) {
        const sim::NetworkSetup& network = setup.networks[i];
        const ImVec2 min = at(layout_->networks[i].min), max = at(layout_->networks[i].max);
        const bool lit = view.lit == network.name && !view.lit.empty();
        list_->AddRectFilled(min, max, c.surface, 12 * zoom_);
        list_->AddRect(min, max, lit ? c.accent : c.edge, 12 * zoom_, 0,
                       view.theme.px(lit ? 3 : 1.5F));
        const float size = std::clamp(15 * zoom_, view.theme.px(11), view.theme.px(17));
        if ((max.x - min.x) < size * 4) continue;
        float x = min.x + 12 * zoom_;
        const float y = min.y + 8 * zoom_;
        x += put_text(list_, view.theme.bold, {x, y}, c.faint, network.name,
                      max.x - x - 12 * zoom_, size) + size * 0.6F;
        const auto mark = [&](const std::string& text, ImU32 colour) {
            const float small = size * 0.8F;
            if (x + width_of(view.theme.small, text, small) + small > max.x) return;
            x += put_pill(list_, view.theme, {x, y}, colour, text, false, small) + small * 0.5F;
        };
        if (network.firewall != nothing)
            mark("firewall " + setup.firewalls[network.firewall].name, c.bad_fill);
        if (network.nat) mark("NAT", c.other);
        if (network.blocks) mark("blocked ports", c.bad_fill);
    }
}

void Map::hosts(View& view) {
    const float w = Layout::host_width * zoom_, h = Layout::host_height * zoom_;
    const Palette& c = view.theme.colour;
    const sim::World& world = view.player.world();
    for (std::uint32_t host = 0; host < layout_->hosts.size(); ++host) {
        const ImVec2 middle = at(layout_->hosts[host]);
        const ImVec2 min{middle.x - w / 2, middle.y - h / 2}, max{middle.x + w / 2, middle.y + h / 2};
        if (max.x < min_.x || min.x > max_.x || max.y < min_.y || min.y > max_.y) continue;
        if (w < view.theme.px(46)) {
            // From afar a host is a spot of its busiest colour.
            const bool queued = host < world.mail.hosts.size() && world.mail.hosts[host].queued != 0;
            const bool down = host < world.tcp.hosts.size() && world.tcp.hosts[host].down != 0;
            const ImU32 colour = down ? c.bad_fill
                                 : queued ? c.dns
                                 : letters_[host] != 0 ? c.pop3
                                                       : c.edge;
            list_->AddRectFilled(min, max, host == active_ ? c.accent : colour);
            continue;
        }
        card(view, host, min, max);
    }
    if (!ImGui::IsWindowHovered() || !ImGui::IsMouseClicked(ImGuiMouseButton_Left)) return;
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    for (std::uint32_t host = 0; host < layout_->hosts.size(); ++host) {
        const ImVec2 middle = at(layout_->hosts[host]);
        if (std::abs(mouse.x - middle.x) < w / 2 && std::abs(mouse.y - middle.y) < h / 2)
            view.host = host;
    }
}

void Map::card(View& view, std::uint32_t host, ImVec2 min, ImVec2 max) {
    const Theme& theme = view.theme;
    const Palette& c = theme.colour;
    const sim::HostSetup& setup = view.player.setup().hosts[host];
    const sim::World& world = view.player.world();
    const bool down = host < world.tcp.hosts.size() && world.tcp.hosts[host].down != 0;
    const bool lit = !view.lit.empty() && view.lit == setup.name;
    list_->AddRectFilled(min, max, c.raised, 8 * zoom_);
    const ImU32 line = host == active_ || lit ? c.accent : host == view.host ? c.text : c.edge;
    list_->AddRect(min, max, line, 8 * zoom_, 0,
                   theme.px(host == active_ || lit ? 2.5F : host == view.host ? 1.8F : 1));
    const float inner = 8 * zoom_, width = max.x - min.x - 2 * inner;
    const float size = std::clamp(16.5F * zoom_, theme.px(11), theme.px(22));
    const float small = std::clamp(12.5F * zoom_, theme.px(9.5F), theme.px(16));
    // Who reads there stands at the right, when both have room.
    float name_width = width;
    if (!readers_[host].empty()) {
        const float reader = width_of(theme.sans, readers_[host], small);
        if (reader + width_of(theme.bold, setup.name, size) + small < width) {
            put_text(list_, theme.sans, {max.x - inner - reader, min.y + 8 * zoom_}, c.faint,
                     readers_[host], 1e9F, small);
            name_width = width - reader - small;
        }
    }
    put_text(list_, theme.bold, {min.x + inner, min.y + 6 * zoom_}, down ? c.faint : c.text,
             setup.name, name_width, size);
    float x = min.x + inner;
    const float row = min.y + 28 * zoom_;
    const float badge = std::min(small, 13.5F * zoom_);
    if (down) {
        put_pill(list_, theme, {x, row}, c.bad_fill, "down", true, badge);
    } else {
        const auto badges = badges_of(setup);
        for (std::size_t i = 0; i < badges.size(); ++i) {
            const float need = width_of(theme.small, badges[i].text, badge) + badge * 0.9F;
            if (x + need > max.x - inner * 0.5F) break;
            x += put_pill(list_, theme, {x, row}, theme.of(badges[i].protocol), badges[i].text, false,
                          badge) + 3 * zoom_;
        }
    }
    counters(view, host, {min.x + inner, min.y + 48 * zoom_}, width, badge);
}

void Map::counters(View& view, std::uint32_t host, ImVec2 where, float width, float size) {
    const Theme& theme = view.theme;
    const sim::World& world = view.player.world();
    const std::uint32_t queued =
        host < world.mail.hosts.size() ? world.mail.hosts[host].queued : 0;
    float x = where.x;
    const auto fill = [&](const char* word, std::uint32_t count, ImU32 colour) {
        if (count == 0) return;
        const std::string text = std::string(word) + " " + std::to_string(count);
        const float need = width_of(theme.small, text, size) + size * 0.8F;
        if (x - where.x + need > width) return;
        x += put_text(list_, theme.small, {x, where.y}, theme.colour.text, text, 1e9F, size) + size * 0.3F;
        for (std::uint32_t i = 0; i < std::min(count, 5U); ++i) {
            if (x - where.x + size * 0.5F > width) break;
            list_->AddRectFilled({x, where.y + size * 0.2F}, {x + size * 0.4F, where.y + size * 1.05F},
                                 colour, size * 0.1F);
            x += size * 0.55F;
        }
        x += size * 0.5F;
    };
    fill("queue", queued, theme.colour.dns);
    fill("mail", letters_[host], theme.colour.pop3);
}

void Map::flight(View& view, const Flight& one, float part, float strength) {
    const Theme& theme = view.theme;
    const std::vector<ImVec2> points = way(view, one);
    if (points.size() < 2) return;
    const ImU32 colour = theme.of(one.protocol);
    list_->AddPolyline(points.data(), static_cast<int>(points.size()), faded(colour, 0.55F * strength),
                       ImDrawFlags_None, theme.px(one.empty ? 1.5F : 2.5F));
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
    list_->AddTriangleFilled(tip, left_wing, right_wing, faded(colour, strength));
    if (!one.empty)
        list_->AddTriangle(tip, left_wing, right_wing, faded(theme.colour.text, strength), theme.px(1));
}

void Map::flights(View& view) {
    const Recording& run = view.run;
    const Time now = view.player.now();
    const std::uint64_t position = view.player.position();
    const double story_now = run.story.seconds_at(now);
    // Those that left no longer ago than any packet took, or whose end is fresh.
    const Time fresh = run.story.moment_at(story_now - flash_s);
    const Time earliest = std::min(fresh, now > run.longest_flight ? now - run.longest_flight : 0);
    auto one = std::lower_bound(run.flights.begin(), run.flights.end(), earliest,
                                [](const Flight& a, Time b) { return a.left < b; });
    std::size_t drawn = 0;
    for (; one != run.flights.end() && one->left_at < position && drawn < flights_drawn_max; ++one) {
        const bool ended = one->over_at != one->left_at && one->over_at < position;
        if (ended && (one->arrived || one->over < fresh)) continue;
        if (one->over_at == one->left_at && one->left < fresh) continue;
        const float part =
            ended ? 1
            : one->over > one->left
                ? static_cast<float>(now - one->left) / static_cast<float>(one->over - one->left)
                : 0;
        flight(view, *one, std::min(1.0F, part), 1);
        ++drawn;
    }
}

void Map::verdicts(View& view) {
    // A firewall's verdict shines at its gate for a moment.
    const Recording& run = view.run;
    const double now = run.story.seconds_at(view.player.now());
    for (std::size_t i = view.player.happened(); i-- > 0 && i + 64 > view.player.happened();) {
        const Entry& entry = run.entries[i];
        if (entry.kind() != Kind::verdict) continue;
        const sim::RowView row = run.trace().at(entry.position());
        const double age = now - run.story.seconds_at(row.head().time);
        if (age > flash_s) return;
        const auto& fact = row.as<sim::VerdictFact>();
        const bool passed = static_cast<net::Action>(fact.verdict) == net::Action::accept;
        const ImVec2 where = place(view, row.head().node);
        const auto strength = static_cast<float>(1 - age / flash_s);
        list_->AddCircle(where, view.theme.px(16 + 14 * (1 - strength)),
                         faded(passed ? view.theme.colour.good : view.theme.colour.bad_fill, strength),
                         0, view.theme.px(3));
    }
}

// Where a bubble of this size hides the least: beside the host, and not over whom it speaks to.
ImVec2 Map::clear_place(const View& view, ImVec2 host, NodeId to, ImVec2 size) const {
    const float w = Layout::host_width * zoom_ / 2, h = Layout::host_height * zoom_ / 2;
    const float gap = view.theme.px(14);
    const ImVec2 places[] = {{host.x - size.x / 2, host.y - h - gap - size.y},
                             {host.x - size.x / 2, host.y + h + gap},
                             {host.x + w + gap, host.y - size.y / 2},
                             {host.x - w - gap - size.x, host.y - size.y / 2},
                             {host.x + w + gap, host.y - h - gap - size.y},
                             {host.x + w + gap, host.y + h + gap},
                             {host.x - w - gap - size.x, host.y + h + gap},
                             {host.x - w - gap - size.x, host.y - h - gap - size.y}};
    ImVec2 best = places[0];
    float least = 1e12F;
    for (ImVec2 at : places) {
        at.x = std::clamp(at.x, min_.x + 4, std::max(min_.x + 4, max_.x - size.x - 4));
        at.y = std::clamp(at.y, min_.y + 4, std::max(min_.y + 4, max_.y - view.theme.px(34) - size.y));
        float hidden = 0;
        const auto cover = [&](ImVec2 middle, float weight) {
            const float x = std::min(at.x + size.x, middle.x + w) - std::max(at.x, middle.x - w);
            const float y = std::min(at.y + size.y, middle.y + h) - std::max(at.y, middle.y - h);
            if (x > 0 && y > 0) hidden += x * y * weight;
        };
        const std::size_t looked_at = std::min<std::size_t>(layout_->hosts.size(), 500);
        for (std::size_t i = 0; i < looked_at; ++i) cover(this->at(layout_->hosts[i]), 1);
        cover(host, 4);
        if (to != nothing) cover(place(view, to), 4);
        if (hidden >= least) continue;
        least = hidden;
        best = at;
    }
    return best;
}

void Map::bubble(View& view) {
    const Recording& run = view.run;
    const Entry* current = view.player.current();
    if (current == nullptr) return;
    // The last thing somebody said or decided, unless it is long ago.
    const double now = run.story.seconds_at(view.player.now());
    RowWords row;
    for (std::size_t i = view.player.happened(); i-- > 0 && i + 8 > view.player.happened();) {
        const Kind kind = run.entries[i].kind();
        if (kind == Kind::segment || kind == Kind::mailbox) continue;
        if (now - run.story.seconds_at(run.time_of(i)) > flash_s) break;
        row = words_at(run, run.entries[i]);
        break;
    }
    if (row.text.empty() || row.from == nothing) return;
    active_ = row.from;
    const Theme& theme = view.theme;
    const ImU32 colour = row.ink == sim::views::Ink::why   ? theme.colour.why
                         : row.ink == sim::views::Ink::bad ? theme.colour.bad_fill
                                                           : theme.of(row.protocol);
    ImFont* const font = theme.mono;
    const float width = std::min(theme.px(380), (max_.x - min_.x) * 0.6F), inner = theme.px(10);
    const ImVec2 size = put_wrapped(list_, font, {0, 0}, 0, row.text, width, 4, true);
    const std::string section = to_string(row.section);
    const float section_height = section.empty() ? 0 : theme.small->FontSize * 1.25F;
    const float section_width = section.empty() ? 0 : width_of(theme.small, section);
    const ImVec2 whole{std::max(size.x, section_width) + 2 * inner,
                       size.y + section_height + 1.4F * inner};
    const ImVec2 host = place(view, row.from);
    const ImVec2 min = clear_place(view, host, row.to, whole);
    const ImVec2 max{min.x + whole.x, min.y + whole.y};
    list_->AddRectFilled({min.x + theme.px(3), min.y + theme.px(3)},
                         {max.x + theme.px(3), max.y + theme.px(3)}, IM_COL32(0, 0, 0, 90), theme.px(6));
    list_->AddRectFilled(min, max, theme.colour.ground, theme.px(6));
    list_->AddRect(min, max, colour, theme.px(6), 0, theme.px(2));
    // A line to who says it.
    const ImVec2 near{std::clamp(host.x, min.x, max.x), std::clamp(host.y, min.y, max.y)};
    const float high = Layout::host_height * zoom_ / 2, wide = Layout::host_width * zoom_ / 2;
    const ImVec2 edge{std::clamp(near.x, host.x - wide, host.x + wide),
                      std::clamp(near.y, host.y - high, host.y + high)};
    list_->AddLine(near, edge, colour, theme.px(3));
    put_wrapped(list_, font, {min.x + inner, min.y + inner * 0.7F}, theme.colour.text, row.text, width,
                4);
    if (!section.empty())
        put_text(list_, theme.small, {min.x + inner, max.y - section_height - inner * 0.4F},
                 theme.colour.faint, section);
}

void Map::legend(View& view) {
    const Theme& theme = view.theme;
    const Palette& c = theme.colour;
    float x = min_.x + theme.px(12);
    const float y = max_.y - theme.px(24);
    list_->AddRectFilled({min_.x, y - theme.px(8)}, max_, faded(c.ground, 0.85F));
    const auto entry = [&](const char* text, ImU32 colour) {
        const float r = theme.px(6), middle = y + theme.small->FontSize / 2;
        const float need = theme.px(20) + width_of(theme.small, text) + theme.px(18);
        if (x + need > max_.x) return;
        list_->AddTriangleFilled({x, middle - r}, {x + r * 1.8F, middle}, {x, middle + r}, colour);
        x += theme.px(18);
        x += put_text(list_, theme.small, {x, y}, c.text, text) + theme.px(18);
    };
    entry("SMTP", c.smtp);
    entry("POP3", c.pop3);
    entry("DNS", c.dns);
    entry("other", c.other);
    const float r = theme.px(6), middle = y + theme.small->FontSize / 2;
    if (x + theme.px(40) + width_of(theme.small, "dropped or lost") > max_.x) return;
    list_->AddCircleFilled({x + r, middle}, r, c.bad_fill);
    x += theme.px(18);
    put_text(list_, theme.small, {x, y}, c.text, "dropped or lost");
}

void Map::draw(View& view) {
    list_ = ImGui::GetWindowDrawList();
    min_ = ImGui::GetCursorScreenPos();
    const ImVec2 size = ImGui::GetContentRegionAvail();
    max_ = {min_.x + size.x, min_.y + size.y};
    if (size.x < 40 || size.y < 40) return;
    move_camera(view, min_, size);
    gather(view);
    active_ = nothing;
    if (const Entry* current = view.spoken())
        active_ = words_at(view.run, *current).from;
    list_->PushClipRect(min_, max_, true);
    networks(view);
    hosts(view);
    flights(view);
    verdicts(view);
    bubble(view);
    legend(view);
    list_->PopClipRect();
    ImGui::Dummy(size);
}

}  // namespace

std::unique_ptr<Panel> make_map() { return std::make_unique<Map>(); }

}  // namespace postroad::viz
