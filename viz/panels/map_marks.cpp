// What the map knows beside packets: who has which mail exchangers in mind at this moment, and who
// sits on which link.
#include <algorithm>
#include <cmath>

#include "protocols/dns/name.hpp"
#include "protocols/dns/types.hpp"
#include "sim/dns/records.hpp"
#include "viz/draw/widgets.hpp"
#include "viz/model/texts.hpp"
#include "viz/panels/map.hpp"

namespace postroad::viz {
namespace {

using sim::nothing;

std::string name_in_words(std::string_view wire) {
    return dns::to_text(
        dns::Bytes(reinterpret_cast<const std::uint8_t*>(wire.data()), wire.size()));
}

std::string without_dot(std::string name) {
    if (name.size() > 1 && name.back() == '.') name.pop_back();
    return lower_case(name);
}

std::string deeds_of(const scenario::Attacker& who) {
    std::string out;
    const auto put = [&](const std::string& words) { out += (out.empty() ? "" : ", ") + words; };
    if (who.strip_starttls) put("strips STARTTLS");
    if (who.drop_tls) put("drops TLS");
    if (who.downgrade) put("downgrades TLS");
    if (who.weaken) put("weakens suites");
    if (!who.inject.empty()) put("injects commands");
    if (!who.swap.empty()) put("leads to " + who.swap);
    if (!who.replay.empty()) put("replays to " + who.replay);
    return out.empty() ? "reads along" : out;
}

}  // namespace

// One arrow, from who knows it to the exchanger, with its preference.
void Map::exchanger(View& view, std::uint32_t from, std::string_view name, unsigned preference,
                    const std::string& domain, bool tried) {
    const auto found = hosts_by_name_.find(without_dot(std::string(name)));
    if (found == hosts_by_name_.end() || found->second == from || from >= layout_->hosts.size() ||
        arrows_.size() >= arrows_max)
        return;
    const std::pair<std::uint32_t, std::uint32_t> ends{from, found->second};
    if (std::find(arrows_.begin(), arrows_.end(), ends) != arrows_.end()) return;
    arrows_.push_back(ends);
    const Theme& theme = view.theme;
    const ImU32 colour = tried ? theme.colour.accent : theme.colour.dns;
    const ImVec2 a = at(layout_->hosts[from]), b = at(layout_->hosts[found->second]);
    const float length = std::max(1.0F, std::hypot(b.x - a.x, b.y - a.y));
    const ImVec2 way{(b.x - a.x) / length, (b.y - a.y) / length};
    // To the card's edge, from whichever side the arrow comes.
    const float w = Layout::host_width * zoom_ / 2, h = Layout::host_height * zoom_ / 2;
    const float back =
        std::min(way.x == 0 ? 1e9F : w / std::abs(way.x), way.y == 0 ? 1e9F : h / std::abs(way.y)) +
        theme.px(3);
    if (length < 2 * back) return;
    const ImVec2 start{a.x + way.x * back, a.y + way.y * back};
    const ImVec2 tip{b.x - way.x * back, b.y - way.y * back};
    dashes(list_, start, tip, faded(colour, 0.8F), theme.px(1.5F), theme.px(5));
    const float r = theme.px(6);
    list_->AddTriangleFilled(
        tip, {tip.x - way.x * r - way.y * r * 0.6F, tip.y - way.y * r + way.x * r * 0.6F},
        {tip.x - way.x * r + way.y * r * 0.6F, tip.y - way.y * r - way.x * r * 0.6F}, colour);
    if (Layout::host_width * zoom_ < theme.px(46)) return;
    labels_.push_back(
        {"MX " + std::to_string(preference) + (domain.empty() ? "" : "  " + without_dot(domain)), start,
         tip});
}

// On top of all arrows, each along its own where it hides nothing; arrows to one host meet near it,
// so rather before. None where there is no such place.
void Map::exchanger_labels(const View& view) {
    const Theme& theme = view.theme;
    const float size = theme.small->FontSize * 0.9F;
    for (const Label& one : labels_)
        if (!put_label(view, one, one.text, size)) put_label(view, one, one.text.substr(0, one.text.find("  ")), size);
}

bool Map::put_label(const View& view, const Label& one, const std::string& text, float size) {
    const Theme& theme = view.theme;
    const ImVec2 whole{width_of(theme.small, text, size) + theme.px(6), size * 1.3F};
    ImVec2 best{};
    float least = whole.x * whole.y * 0.05F;
    for (const float aside : {0.0F, 1.0F, -1.0F})
        for (const float part : {0.6F, 0.7F, 0.5F, 0.8F, 0.4F, 0.9F, 0.3F, 0.2F, 0.1F}) {
            const ImVec2 middle{one.from.x + (one.to.x - one.from.x) * part,
                                one.from.y + (one.to.y - one.from.y) * part + aside * whole.y * 0.8F};
            const ImVec2 min{middle.x - whole.x / 2, middle.y - whole.y / 2};
            const ImVec2 max{min.x + whole.x, min.y + whole.y};
            if (min.x < min_.x || max.x > max_.x) continue;
            const float hides = room_.hidden(min, max);
            if (hides >= least) continue;
            least = hides;
            best = min;
        }
    if (best.x == 0) return false;
    const ImVec2 max{best.x + whole.x, best.y + whole.y};
    room_.take(best, max, MapRoom::words);
    list_->AddRectFilled(best, max, faded(theme.colour.ground, 0.9F), theme.px(3));
    put_text(list_, theme.small, {best.x + theme.px(3), best.y + size * 0.15F}, theme.colour.text, text,
             1e9F, size);
    return true;
}

void Map::exchangers(View& view) {
    const sim::World& world = view.player.world();
    const sim::Setup& setup = view.run.setup();
    arrows_.clear();
    labels_.clear();
    if (hosts_by_name_.empty())
        for (std::uint32_t i = 0; i < setup.hosts.size(); ++i)
            for (const std::string& name :
                 setup.scenario.hosts[setup.hosts[i].scenario_index].names)
                hosts_by_name_.emplace(without_dot(name), i);
    // Deliveries under way have the whole ladder, the rung that is tried marked.
    for (std::uint32_t i = 0; i < world.mail.deliveries.size(); ++i) {
        const sim::Delivery& one = world.mail.deliveries[i];
        if (one.destination == nothing) continue;
        for (std::uint32_t r = 0; r < one.ladder.size(); ++r) {
            const sim::Rung rung = world.heap.get(one.ladder, r);
            exchanger(view, one.host, world.heap.view(rung.name), rung.preference, {},
                      r == one.rung);
        }
        if (arrows_.size() >= arrows_max) return;
    }
    // And what resolvers have in mind.
    for (std::uint32_t i = 0; i < world.dns.entries.size(); ++i) {
        const sim::CacheEntry& entry = world.dns.entries[i];
        if (entry.name.empty() || entry.expires <= view.player.now() ||
            entry.kind != sim::CacheKind::records ||
            entry.type != static_cast<std::uint16_t>(dns::Type::mx))
            continue;
        const std::string domain = name_in_words(world.heap.view(entry.name));
        std::string_view records = world.heap.view(entry.records);
        for (dns::Bytes data; sim::dns_layer::take_rdata(records, data);)
            if (data.size() > 2)
                exchanger(view, entry.host, dns::to_text(data.subspan(2)),
                          static_cast<unsigned>(data[0] << 8 | data[1]), domain, false);
        if (arrows_.size() >= arrows_max) return;
    }
}

// A hat over two eyes, on the link where somebody sits, and what he does there.
void Map::attackers(View& view) {
    const sim::Setup& setup = view.player.setup();
    const Theme& theme = view.theme;
    const auto hosts = static_cast<NodeId>(setup.hosts.size());
    for (const sim::LinkSetup& link : setup.links) {
        if (link.attacker == nothing) continue;
        ImVec2 middle;
        if (link.end[0] < hosts || link.end[1] < hosts) {
            const NodeId host = std::min(link.end[0], link.end[1]);
            const ImVec2 card = at(layout_->hosts[host]);
            middle = {card.x, card.y - Layout::host_height * zoom_ / 2 - theme.px(4)};
        } else {
            const ImVec2 a = at(layout_->gate(link.end[0] - hosts, link.end[1] - hosts));
            const ImVec2 b = at(layout_->gate(link.end[1] - hosts, link.end[0] - hosts));
            middle = {(a.x + b.x) / 2, (a.y + b.y) / 2};
        }
        const float r = theme.px(9);
        const ImU32 ink = theme.colour.bad_fill;
        list_->AddCircleFilled(middle, r * 1.5F, theme.colour.ground);
        list_->AddCircle(middle, r * 1.5F, ink, 0, theme.px(2));
        list_->AddRectFilled({middle.x - r * 0.55F, middle.y - r * 0.9F},
                             {middle.x + r * 0.55F, middle.y - r * 0.1F}, ink, theme.px(2));
        list_->AddRectFilled({middle.x - r, middle.y - r * 0.2F},
                             {middle.x + r, middle.y + r * 0.08F}, ink, theme.px(1));
        for (const float side : {-0.4F, 0.4F})
            list_->AddCircleFilled({middle.x + r * side, middle.y + r * 0.55F}, r * 0.2F, ink);
        room_.take({middle.x - r * 1.5F, middle.y - r * 1.5F},
                   {middle.x + r * 1.5F, middle.y + r * 1.5F}, MapRoom::words);
        const std::string text = "attacker " + deeds_of(setup.scenario.attackers[link.attacker]);
        const float size = theme.small->FontSize;
        const std::string shown = fitted(theme.small, text, max_.x - min_.x - theme.px(30), size);
        const ImVec2 whole{width_of(theme.small, shown, size) + theme.px(8), size * 1.3F};
        // Below him, above, beside; the nearest place where it hides nothing.
        ImVec2 best{};
        float least = 1e12F;
        for (int step = 0; step < 12; ++step)
            for (const ImVec2 way : {ImVec2{0, 1}, ImVec2{0, -1}, ImVec2{1, 0}, ImVec2{-1, 0},
                                     ImVec2{1, 1}, ImVec2{-1, 1}, ImVec2{1, -1}, ImVec2{-1, -1}}) {
                const float off = r * 1.5F + theme.px(3) + static_cast<float>(step) * size * 0.7F;
                const ImVec2 place{
                    std::clamp(middle.x + way.x * (whole.x / 2 + off), min_.x + whole.x / 2,
                               std::max(min_.x + whole.x / 2, max_.x - whole.x / 2)),
                    middle.y + way.y * (whole.y / 2 + off)};
                const ImVec2 min{place.x - whole.x / 2, place.y - whole.y / 2};
                const ImVec2 max{min.x + whole.x, min.y + whole.y};
                const float hides = room_.hidden(min, max) + off;
                if (hides >= least) continue;
                least = hides;
                best = min;
            }
        const ImVec2 max{best.x + whole.x, best.y + whole.y};
        room_.take(best, max, MapRoom::words);
        list_->AddRectFilled(best, max, faded(theme.colour.ground, 0.92F), theme.px(3));
        put_text(list_, theme.small, {best.x + theme.px(4), best.y + size * 0.12F}, theme.colour.bad, shown,
                 1e9F, size);
    }
}

}  // namespace postroad::viz
