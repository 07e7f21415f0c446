// The map's still parts: camera, networks, hosts with what they hold, legend.
#include <algorithm>
#include <cmath>

#include "viz/draw/widgets.hpp"
#include "viz/panels/map.hpp"

namespace postroad::viz {
namespace {

using sim::nothing;

// Badges of a host, by its services.
struct Badge {
    const char* text;
    Protocol protocol;
    bool runs = false;  // one of its services does, at this moment
};
// `stopped`: a bit by service.
std::vector<Badge> badges_of(const sim::HostSetup& host, std::uint32_t stopped) {
    using scenario::Service;
    std::vector<Badge> out;
    for (std::size_t i = 0; i < host.services.size(); ++i) {
        const sim::ServiceSetup& one = host.services[i];
        Badge badge{};
        switch (one.service) {
            case Service::mua: badge = {"MUA", Protocol::other}; break;
            case Service::mta: badge = {"MTA", Protocol::smtp}; break;
            case Service::msa: badge = {"MSA", Protocol::smtp}; break;
            case Service::mda: badge = {"MDA", Protocol::pop3}; break;
            case Service::pop3: badge = {"POP3", Protocol::pop3}; break;
            case Service::imap: badge = {"IMAP", Protocol::pop3}; break;
            case Service::mapi: badge = {"MAPI", Protocol::pop3}; break;
            case Service::lmtp: badge = {"LMTP", Protocol::smtp}; break;
            case Service::dns: badge = {"DNS", Protocol::dns}; break;
            case Service::resolver: badge = {"resolver", Protocol::dns}; break;
            case Service::kdc: badge = {"KDC", Protocol::other}; break;
            case Service::http:
            case Service::https: badge = {"HTTP", Protocol::other}; break;
            default: badge = {"service", Protocol::other}; break;
        }
        const auto there = std::find_if(out.begin(), out.end(), [&](const Badge& other) {
            return std::string_view(other.text) == badge.text;
        });
        Badge& shown = there == out.end() ? out.emplace_back(badge) : *there;
        shown.runs = shown.runs || (stopped >> i & 1U) == 0;
    }
    return out;
}

}  // namespace

void Map::gather(const View& view) {
    const sim::World& world = view.player.world();
    letters_.assign(view.run.setup().hosts.size(), 0);
    for (std::size_t i = 0; i < view.player.setup().people.size(); ++i) {
        const sim::PersonSetup& person = view.player.setup().people[i];
        if (person.mailbox_host < letters_.size() && i < world.mail.mailboxes.size())
            letters_[person.mailbox_host] += world.mail.mailboxes[i].messages;
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
    const float legend = legend_height_;
    const auto fits = [&](const Layout& layout) {
        return std::min(size.x / layout.size.x, (size.y - legend) / layout.size.y);
    };
    // What a hand holds stays in the layout where it is.
    if (layout_ == nullptr || !moved_)
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
        if (ImGui::IsMouseDragging(ImGuiMouseButton_Left) && held_host_ == nothing &&
            held_network_ == nothing) {
            user_pan_.x += io.MouseDelta.x;
            user_pan_.y += io.MouseDelta.y;
        }
        if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) {
            user_zoom_ = 1;
            user_pan_ = {0, 0};
        }
    }
    // By keys: around the middle.
    const float before = user_zoom_;
    user_zoom_ = std::clamp(user_zoom_ * view.map_zoom, 0.5F, 60.0F);
    user_pan_ = {user_pan_.x * user_zoom_ / before + view.map_pan.x,
                 user_pan_.y * user_zoom_ / before + view.map_pan.y};
    if (view.map_whole) {
        user_zoom_ = 1;
        user_pan_ = {0, 0};
    }
    view.map_zoom = 1;
    view.map_pan = {0, 0};
    view.map_whole = false;
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

void Map::networks(View& view) {
    const sim::Setup& setup = view.run.setup();
    const Palette& c = view.theme.colour;
    const std::size_t hosts = setup.hosts.size();
    // From afar hundreds of links would be one grey plane: what travels shows the ways.
    const bool afar = Layout::host_width * zoom_ < view.theme.px(46);
    const bool plane = afar && setup.links.size() - setup.access_links > 300;
    for (std::size_t i = setup.access_links; i < setup.links.size(); ++i) {
        const sim::LinkSetup& link = setup.links[i];
        if (link.end[0] < hosts || link.end[1] < hosts) continue;
        const auto a = static_cast<std::uint32_t>(link.end[0] - hosts);
        const auto b = static_cast<std::uint32_t>(link.end[1] - hosts);
        const ImVec2 from = at(layout_->gate(a, b)), to = at(layout_->gate(b, a));
        const auto& states = view.player.world().tcp.links;
        const bool down = i < states.size() && states[static_cast<std::uint32_t>(i)].down != 0;
        if (down) {
            dashes(list_, from, to, c.bad_fill, view.theme.px(2), view.theme.px(6));
            const ImVec2 middle{(from.x + to.x) / 2, (from.y + to.y) / 2};
            const float r = view.theme.px(6);
            list_->AddLine({middle.x - r, middle.y - r}, {middle.x + r, middle.y + r}, c.bad_fill, r / 2);
            list_->AddLine({middle.x - r, middle.y + r}, {middle.x + r, middle.y - r}, c.bad_fill, r / 2);
        } else if (!plane) {
            list_->AddLine(from, to, c.edge, view.theme.px(3));
        }
        for (const auto& [network, point] : {std::pair{a, from}, std::pair{b, to}})
            if (setup.networks[network].has_border())
                list_->AddRectFilled({point.x - view.theme.px(5), point.y - view.theme.px(5)},
                                     {point.x + view.theme.px(5), point.y + view.theme.px(5)},
                                     c.bad_fill, view.theme.px(2));
    }
    // Who is in several networks stands in the first and reaches out to the others.
    for (std::uint32_t host = 0; host < setup.hosts.size(); ++host)
        for (std::size_t i = 1; i < setup.hosts[host].attachments.size(); ++i) {
            const Box& box = layout_->networks[setup.hosts[host].attachments[i].network];
            const ImVec2 from = at(layout_->hosts[host]), low = at(box.min), high = at(box.max);
            list_->AddLine(from, {std::clamp(from.x, low.x, high.x), std::clamp(from.y, low.y, high.y)},
                           c.edge, view.theme.px(3));
        }
    for (std::size_t i = 0; i < setup.networks.size(); ++i) {
        const sim::NetworkSetup& network = setup.networks[i];
        const ImVec2 min = at(layout_->networks[i].min), max = at(layout_->networks[i].max);
        const bool lit = !view.lit.empty() &&
                         (view.lit == network.name ||
                          (network.firewall != nothing &&
                           view.lit == setup.firewalls[network.firewall].name));
        list_->AddRectFilled(min, max, c.surface, 12 * zoom_);
        if (max.x - min.x > view.theme.px(24))
            list_->AddRect(min, max, c.edge, 12 * zoom_, 0, view.theme.px(1.5F));
        if (lit) point_at(view, min, max, 12 * zoom_);
    }
}

// Above links, ways and arrows, on a patch of the network's ground.
void Map::names(View& view) {
    const sim::Setup& setup = view.run.setup();
    const Palette& c = view.theme.colour;
    for (std::size_t i = 0; i < setup.networks.size(); ++i) {
        const sim::NetworkSetup& network = setup.networks[i];
        const ImVec2 min = at(layout_->networks[i].min), max = at(layout_->networks[i].max);
        if (!in_sight(min, max)) continue;
        const float size = std::clamp(15 * zoom_, view.theme.px(11), view.theme.px(17));
        if ((max.x - min.x) < size * 4) continue;
        float x = min.x + 12 * zoom_;
        // Above the box when its head has become too small.
        const float y = 32 * zoom_ > size * 1.3F ? min.y + 8 * zoom_ : min.y - size * 1.4F;
        const float left = x;
        const std::string shown = fitted(view.theme.bold, network.name, max.x - x - 12 * zoom_, size);
        list_->AddRectFilled({x - size * 0.2F, y},
                             {x + width_of(view.theme.bold, shown, size) + size * 0.2F, y + size * 1.25F},
                             c.surface, size * 0.3F);
        x += put_text(list_, view.theme.bold, {x, y}, c.faint, shown, 1e9F, size) + size * 0.6F;
        const auto mark = [&](const std::string& text, ImU32 colour) {
            const float small = size * 0.8F;
            if (x + width_of(view.theme.small, text, small) + small > max.x) return;
            x += put_pill(list_, view.theme, {x, y}, colour, text, false, small) + small * 0.5F;
        };
        if (network.firewall != nothing)
            mark("firewall " + setup.firewalls[network.firewall].name, c.bad_fill);
        if (network.nat) mark("NAT", c.other);
        if (network.blocks) mark("blocked ports", c.bad_fill);
        room_.take({left, y}, {x, y + size * 1.2F}, MapRoom::words);
    }
}

void Map::hosts(View& view) {
    const float w = Layout::host_width * zoom_, h = Layout::host_height * zoom_;
    const Palette& c = view.theme.colour;
    const sim::World& world = view.player.world();
    for (std::uint32_t host = 0; host < layout_->hosts.size(); ++host) {
        const ImVec2 middle = at(layout_->hosts[host]);
        const ImVec2 min{middle.x - w / 2, middle.y - h / 2}, max{middle.x + w / 2, middle.y + h / 2};
        if (!in_sight(min, max)) continue;
        if (w < view.theme.px(46)) {
            // From afar a host is a spot of its busiest colour.
            const bool queued = host < world.mail.hosts.size() && world.mail.hosts[host].queued != 0;
            const bool down = host < world.tcp.hosts.size() && world.tcp.hosts[host].down != 0;
            const ImU32 colour = down ? c.bad_fill
                                 : queued ? c.dns
                                 : letters_[host] != 0 ? c.pop3
                                                       : faded(c.edge, 0.7F);
            list_->AddRectFilled(min, max, host == active_ ? c.accent : colour);
            continue;
        }
        card(view, host, min, max);
    }
}

// What the walkthrough means: an angle around each corner, unlike the line around who speaks.
void Map::point_at(const View& view, ImVec2 min, ImVec2 max, float round) {
    const float off = view.theme.px(5), thick = view.theme.px(3), far = view.theme.px(16);
    const ImU32 ink = view.theme.colour.accent;
    for (const bool right : {false, true})
        for (const bool low : {false, true}) {
            const float x = right ? max.x + off : min.x - off, y = low ? max.y + off : min.y - off;
            const float in_x = right ? -1.0F : 1.0F, in_y = low ? -1.0F : 1.0F;
            list_->PathLineTo({x, y + in_y * far});
            list_->PathLineTo({x, y + in_y * round});
            list_->PathLineTo({x + in_x * round, y});
            list_->PathLineTo({x + in_x * far, y});
            list_->PathStroke(ink, ImDrawFlags_None, thick);
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
    const ImU32 line = host == active_ ? c.accent : host == view.host ? c.text : c.edge;
    list_->AddRect(min, max, line, 8 * zoom_, 0,
                   theme.px(host == active_ ? 2.5F : host == view.host ? 1.8F : 1));
    if (lit) point_at(view, min, max, 8 * zoom_);
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
    const float named = put_text(list_, theme.bold, {min.x + inner, min.y + 6 * zoom_},
                                 down ? c.faint : c.text, setup.name, name_width, size);
    float x = min.x + inner, row = min.y + 28 * zoom_;
    const float badge = std::min(small, 13.5F * zoom_);
    ImVec2 counted{min.x + inner, min.y + 48 * zoom_};
    float room = width;
    if (down) {
        put_pill(list_, theme, {x, row}, c.bad_fill, "down", true, badge);
    } else {
        for (const Badge& one : badges_of(setup, world.tcp.hosts[host].stopped_services)) {
            const float need = width_of(theme.small, one.text, badge) + badge * 0.9F;
            if (x + need > max.x - inner * 0.5F) {
                // Two rows: what is counted goes beside the name.
                if (row + badge * 2.9F > max.y) break;
                row += badge * 1.5F;
                x = min.x + inner;
                counted = {min.x + inner + named + small, min.y + 8 * zoom_};
                room = min.x + inner + name_width - counted.x;
            }
            const float wide = put_pill(list_, theme, {x, row},
                                        one.runs ? theme.of(one.protocol) : c.edge, one.text, false, badge);
            if (!one.runs)  // it is stopped
                list_->AddLine({x, row + badge * 0.65F}, {x + wide, row + badge * 0.65F}, c.faint,
                               theme.px(1.5F));
            x += wide + 3 * zoom_;
        }
    }
    counters(view, host, counted, room, badge);
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

// What the colours mean, in as many lines as it takes.
void Map::legend(View& view, bool measure) {
    const Theme& theme = view.theme;
    const Palette& c = theme.colour;
    const float r = theme.px(6), line = theme.px(20), left = min_.x + theme.px(12);
    float x = left, y = max_.y - legend_height_ + theme.px(9);
    if (!measure) list_->AddRectFilled({min_.x, max_.y - legend_height_}, max_, faded(c.ground, 0.85F));
    const float top = y;
    const auto entry = [&](const char* text, float mark, auto draw) {
        const float whole = mark + theme.px(6) + width_of(theme.small, text);
        if (x > left && x + whole > max_.x - theme.px(6)) {
            x = left;
            y += line;
        }
        if (!measure) {
            draw(x, y + theme.small->FontSize / 2);
            put_text(list_, theme.small, {x + mark + theme.px(6), y}, c.text, text);
        }
        x += whole + theme.px(18);
    };
    const auto packet = [&](const char* text, ImU32 colour) {
        entry(text, theme.px(11), [&](float at, float middle) {
            list_->AddTriangleFilled({at, middle - r}, {at + r * 1.8F, middle}, {at, middle + r}, colour);
        });
    };
    packet("SMTP", c.smtp);
    packet("POP3, IMAP, MAPI", c.pop3);
    packet("DNS", c.dns);
    packet("other", c.other);
    if (Layout::host_width * zoom_ < theme.px(46)) {
        // From afar hosts are spots.
        for (const auto& [text, colour] : {std::pair{"has mail", c.pop3}, {"has a queue", c.dns},
                                           {"is down", c.bad_fill}})
            entry(text, theme.px(12), [&, ink = colour](float at, float middle) {
                list_->AddRectFilled({at, middle - r * 0.7F}, {at + theme.px(12), middle + r * 0.7F}, ink);
            });
    }
    entry("dropped or lost", theme.px(12), [&](float at, float middle) {
        list_->AddCircleFilled({at + r, middle}, r, c.bad_fill);
    });
    entry("encrypted", theme.px(10), [&](float at, float middle) {
        put_lock(list_, theme, {at, middle - theme.small->FontSize / 2});
    });
    if (view.mx_arrows) {
        const auto dashed = [&](const char* text, ImU32 colour) {
            entry(text, theme.px(24), [&](float at, float middle) {
                for (int i = 0; i < 3; ++i)
                    list_->AddLine({at + theme.px(9) * static_cast<float>(i), middle},
                                   {at + theme.px(9) * static_cast<float>(i) + theme.px(5), middle}, colour,
                                   theme.px(1.5F));
            });
        };
        dashed(arrows_.size() == arrows_max ? "knows its MX (60 of more)" : "knows its MX", c.dns);
        dashed("tries it", c.accent);
    }
    if (measure) legend_height_ = y - top + theme.px(34);
}

void Map::draw(View& view) {
    list_ = ImGui::GetWindowDrawList();
    min_ = ImGui::GetCursorScreenPos();
    const ImVec2 size = ImGui::GetContentRegionAvail();
    max_ = {min_.x + size.x, min_.y + size.y};
    if (size.x < 40 || size.y < 40) return;
    legend(view, true);
    move_camera(view, min_, size);
    gather(view);
    active_ = nothing;
    if (const auto current = view.spoken())
        active_ = words_at(view.run, *current).from;
    drag(view);
    list_->PushClipRect(min_, max_, true);
    room_.clear();
    list_->ChannelsSplit(above + 1);
    networks(view);
    paths(view);
    for (const Point& host : layout_->hosts) {
        const ImVec2 middle = at(host);
        const ImVec2 half{Layout::host_width * zoom_ / 2, Layout::host_height * zoom_ / 2};
        const ImVec2 min{middle.x - half.x, middle.y - half.y}, max{middle.x + half.x, middle.y + half.y};
        if (in_sight(min, max)) room_.take(min, max, MapRoom::card);
    }
    list_->ChannelsSetCurrent(standing);
    if (view.mx_arrows) exchangers(view);
    else labels_.clear();
    names(view);
    hosts(view);
    attackers(view);
    exchanger_labels(view);
    list_->ChannelsSetCurrent(above);
    verdicts(view);
    flights(view);
    bubble(view);
    legend(view, false);
    list_->ChannelsMerge();
    list_->PopClipRect();
    ImGui::Dummy(size);
}

std::unique_ptr<Panel> make_map() { return std::make_unique<Map>(); }

}  // namespace postroad::viz
