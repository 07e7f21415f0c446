// What a host keeps: its queue, the certificate it shows, a resolver's cache.
#include <algorithm>

#include "protocols/dns/name.hpp"
#include "protocols/dns/types.hpp"
#include "sim/views/ladder_words.hpp"
#include "viz/draw/widgets.hpp"
#include "viz/panels/host.hpp"

namespace postroad::viz {
namespace {

using sim::nothing;
using sim::Role;

constexpr std::size_t hosts_advised_max = 2'000;
constexpr unsigned queue_shown = 200;
constexpr unsigned cache_shown = 12;  // the panel DNS has all

}  // namespace

void draw_queue(View& view) {
    const Theme& theme = view.theme;
    const sim::World& world = view.player.world();
    heading(theme, "Queue");
    unsigned shown = 0, more = 0;
    constexpr const char* states[] = {"fresh", "waits its turn", "being sent", "deferred", "failed"};
    for (std::uint32_t i = 0; i < world.mail.messages.size(); ++i) {
        const sim::Message& message = world.mail.messages[i];
        if (message.id == 0 || message.host != view.host) continue;
        if (shown == queue_shown) {
            ++more;
            continue;
        }
        wrapped(theme, theme.mono, theme.colour.text,
                sim::views::queue_id(message.id) + "  from <" +
                    sim::views::visible(world.heap.view(message.reverse_path)) + ">, here for " +
                    sim::duration_words((view.player.now() - message.arrived) / millisecond * millisecond));
        ++shown;
        for (std::uint32_t r = message.first_recipient; r != nothing; r = world.mail.recipients[r].next) {
            const sim::Recipient& one = world.mail.recipients[r];
            const bool late = one.state == sim::RecipientState::deferred;
            std::string text = "to <" + sim::views::visible(world.heap.view(one.forward_path)) + "> " +
                               states[std::min<std::size_t>(static_cast<std::size_t>(one.state), 4)];
            if (one.attempts > 0) text += ", attempt " + std::to_string(one.attempts);
            if (late) text += ", again at " + sim::views::clock_time(view.run.setup(), one.next_try);
            ImGui::Indent(theme.px(28));
            wrapped(theme, theme.mono, late ? theme.colour.later : theme.colour.faint, text);
            if (!one.words.empty())
                wrapped(theme, theme.mono, theme.colour.bad,
                        sim::views::visible(world.heap.view(one.words)));
            ImGui::Unindent(theme.px(28));
        }
    }
    if (more != 0) faint(theme, std::to_string(more) + " more");
    if (shown == 0) faint(theme, "Empty.");
}

// Of a resolver: what it has in mind, with the time that is left.
void draw_cache(View& view) {
    const Theme& theme = view.theme;
    const sim::World& world = view.player.world();
    const auto& services = view.player.setup().hosts[view.host].services;
    const bool resolves = std::any_of(services.begin(), services.end(), [](const sim::ServiceSetup& one) {
        return one.role == Role::resolver;
    });
    if (!resolves || view.host >= world.dns.hosts.size()) return;
    heading(theme, "DNS cache");
    unsigned shown = 0;
    std::uint32_t next = nothing;
    for (std::uint32_t i = world.dns.hosts[view.host].newest; i != nothing && shown < cache_shown; i = next) {
        const sim::CacheEntry& entry = world.dns.entries[i];
        next = entry.older;
        if (entry.expires <= view.player.now()) continue;
        const std::string_view name = world.heap.view(entry.name);
        std::string text = dns::to_text(
            dns::Bytes(reinterpret_cast<const std::uint8_t*>(name.data()), name.size()));
        if (entry.type != 0) text += " " + dns::to_text(static_cast<dns::Type>(entry.type));
        if (entry.kind != sim::CacheKind::records) text += ", of which there is none";
        wrapped(theme, theme.mono, theme.colour.text,
                text + ", " + sim::duration_words((entry.expires - view.player.now()) / second * second) +
                    " left");
        ++shown;
    }
    if (shown == 0) faint(theme, "Empty.");
}

// What it shows to clients, and whether that is what they look for.
void Certificates::draw(View& view) {
    const Theme& theme = view.theme;
    const sim::Setup& setup = view.player.setup();
    heading(theme, "Certificate");
    if (setup.hosts.size() > hosts_advised_max) {
        faint(theme, "With so many hosts only postroad show --certificates tells.");
        return;
    }
    if (advice_for_ != &setup) {
        advice_for_ = &setup;
        advice_ = sim::views::certificate_advice(setup, view.player.world().seed);
    }
    const auto found = std::find_if(
        advice_.begin(), advice_.end(),
        [&](const sim::views::CertificateAdvice& one) { return one.host == view.host; });
    if (found == advice_.end()) {
        faint(theme, "None, and nobody expects one.");
        return;
    }
    if (!found->offers_tls) {
        faint(theme, "None: it offers no TLS.");
    } else {
        std::string names;
        for (const std::string& name : found->names) names += (names.empty() ? "" : ", ") + name;
        wrapped(theme, theme.mono, theme.colour.text,
                names + (found->issuer.empty() ? "; signed by itself" : "; issued by " + found->issuer));
        const std::int64_t now = setup.start_unix_s + static_cast<std::int64_t>(view.player.now() / second);
        const bool good = found->from_unix_s <= now && now <= found->until_unix_s;
        wrapped(theme, theme.sans, good ? theme.colour.good : theme.colour.bad,
                "good from " + scenario::to_text(scenario::Instant{found->from_unix_s}) + " until " +
                    scenario::to_text(scenario::Instant{found->until_unix_s}) +
                    (good ? "" : ": NOT now"));
    }
    if (found->needs.empty()) return;
    ImGui::Dummy({0, theme.px(4)});
    heading(theme, "Names that clients look for");
    for (const sim::views::NeededName& need : found->needs) {
        const char* const verdict = !found->offers_tls ? ""
                                    : need.covered     ? "; in the certificate"
                                                       : "; NOT in the certificate";
        wrapped(theme, theme.sans,
                found->offers_tls && !need.covered ? theme.colour.bad : theme.colour.faint,
                need.name + ": " + need.why + verdict);
    }
}

}  // namespace postroad::viz
