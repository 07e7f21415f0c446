// Changes: a Setup is never edited; the next one is made from the changed scenario.
#include "sim/world/changes.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "sim/dns/datagram.hpp"
#include "sim/kerberos/replay.hpp"
#include "sim/kerberos/tickets.hpp"
#include "sim/mail/mail.hpp"
#include "sim/net/border.hpp"
#include "sim/net/network.hpp"
#include "sim/net/tcp.hpp"
#include "sim/rpc/rpc.hpp"
#include "sim/scenario/load.hpp"
#include "sim/scenario/print.hpp"
#include "sim/world/zone_edit.hpp"

namespace postroad::sim::changes {
namespace {

// Compiles the changed scenario and takes it. Links keep what the timeline did to them.
bool take(Run& run, scenario::Scenario changed, std::string& error) {
    scenario::Problems problems;
    const std::shared_ptr<const Setup> before = run.world.setup;
    const auto compiled = compile(changed, problems, before.get());
    if (!compiled) {
        error = scenario::to_text(problems);
        return false;
    }
    if (compiled->hosts.size() != before->hosts.size() ||
        compiled->networks.size() != before->networks.size() ||
        compiled->links.size() != before->links.size() ||
        compiled->addresses != before->addresses) {
        error = "hosts, networks, links and addresses cannot come or go while a world runs";
        return false;
    }
    auto next = std::make_shared<Setup>(*compiled);
    for (std::size_t i = 0; i < next->links.size(); ++i) next->links[i].up = before->links[i].up;
    next->version = before->version + 1;
    run.world.setup = next;
    net_layer::topology_changed(run);
    mail::setup_changed(run);
    rpc_layer::set_up(run);
    return true;
}

struct Apply {
    Run& run;
    std::string& error;

    bool operator()(const scenario::Bookmark&) const { return true; }
    bool operator()(const scenario::Send& send) const { return mail::send(run, send, error); }
    bool operator()(const scenario::Fetch& fetch) const { return mail::fetch(run, fetch, error); }

    bool operator()(const scenario::Handle& handle) const { return mail::handle(run, handle, error); }

    bool operator()(const scenario::LinkChange& change) const {
        const std::uint32_t id = run.setup().find_link(change.link);
        if (id == nothing) return fail("there is no link ", change.link);
        auto next = std::make_shared<Setup>(run.setup());
        LinkSetup& link = next->links[id];
        if (change.up) link.up = *change.up;
        if (change.latency) link.latency_ns = change.latency->ns;
        if (change.jitter) link.jitter_ns = change.jitter->ns;
        if (change.bandwidth) link.bits_per_s = change.bandwidth->bits_per_s;
        if (change.loss) link.loss = change.loss->threshold();
        if (change.duplicate) link.duplicate = change.duplicate->threshold();
        if (change.reorder) link.reorder = change.reorder->threshold();
        run.world.setup = next;
        net_layer::topology_changed(run);
        return true;
    }

    bool operator()(const scenario::FirewallChange& change) const {
        scenario::Scenario changed = run.setup().scenario;
        for (scenario::Firewall& firewall : changed.firewalls) {
            if (firewall.name != change.firewall) continue;
            if (!edit_rules(firewall.rules.text, change)) return false;
            if (!take(run, std::move(changed), error)) return false;
            border::rules_changed(run, run.setup().find_firewall(change.firewall));
            return true;
        }
        return fail("there is no firewall ", change.firewall);
    }

    bool operator()(const scenario::RecordChange& change) const {
        scenario::Scenario changed = run.setup().scenario;
        for (scenario::Zone& zone : changed.zones) {
            if (zone.origin != change.zone) continue;
            if (!edit_zone(zone.text.text, zone.origin, change, error)) return false;
            return take(run, std::move(changed), error);
        }
        return fail("there is no zone ", change.zone);
    }

    bool operator()(const scenario::HostChange& change) const {
        const std::uint32_t host = run.setup().find_host(change.host);
        if (host == nothing) return fail("there is no host ", change.host);
        const bool down = change.state != scenario::HostState::up;
        HostState& state = run.world.tcp.hosts.edit(host);
        if ((state.down != 0) == down) return true;
        if (down) {
            tcp::crash(run, host);
            dns_layer::crash(run, host);
            kerberos_layer::crash_replay(run, host);
            kerberos_layer::crash_tickets(run, host);
            mail::host_down(run, host);
            rpc_layer::crash(run, host);
            run.world.tcp.hosts.edit(host).down = 1;
        } else {
            state.down = 0;
            rpc_layer::started(run, host);
            mail::host_up(run, host);
        }
        return true;
    }

    bool operator()(const scenario::ServiceChange& change) const {
        const std::uint32_t host = run.setup().find_host(change.host);
        if (host == nothing) return fail("there is no host ", change.host);
        const auto& services = run.host(host).services;
        bool found = false;
        for (std::size_t i = 0; i < services.size(); ++i) {
            if (services[i].service != change.service) continue;
            found = true;
            std::uint32_t& stopped = run.world.tcp.hosts.edit(host).stopped_services;
            const std::uint32_t bit = 1U << i;
            stopped = change.running ? stopped & ~bit : stopped | bit;
        }
        if (found && change.service == scenario::Service::mapi) rpc_layer::started(run, host);
        return found || fail("that service is not installed on ", change.host);
    }

    bool operator()(const scenario::SetValue& change) const {
        scenario::Scenario changed = run.setup().scenario;
        const scenario::Problems problems =
            scenario::set_value(changed, change.path, change.value);
        if (problems.any_error()) {
            error = scenario::to_text(problems);
            return false;
        }
        return take(run, std::move(changed), error);
    }

  private:
    bool fail(std::string_view what, std::string_view name) const {
        error = std::string(what) + "\"" + std::string(name) + "\"";
        return false;
    }

    // Whole lines come and go; positions count rules from 1, and neither helpers nor the policy.
    bool edit_rules(std::string& text, const scenario::FirewallChange& change) const {
        if (!text.empty() && text.back() != '\n') text += '\n';
        const std::vector<net::RuleLines> rules = net::rule_lines(text);
        const bool there = change.position >= 1 && change.position <= rules.size();
        std::size_t begin = text.size();
        std::size_t end = text.size();
        if (there) {
            const net::RuleLines& lines = rules[change.position - 1];
            begin = start_of_line(text, lines.first);
            end = start_of_line(text, lines.last + 1);
        }
        const std::string line = change.rule.text + "\n";
        switch (change.edit) {
            case scenario::RuleEdit::append: text += line; return true;
            case scenario::RuleEdit::insert: text.insert(begin, line); return true;
            case scenario::RuleEdit::replace:
            case scenario::RuleEdit::remove: break;
        }
        if (!there) {
            error = "there is no rule " + std::to_string(change.position) + " in \"" +
                    change.firewall + "\": it has " + std::to_string(rules.size());
            return false;
        }
        text.replace(begin, end - begin,
                     change.edit == scenario::RuleEdit::remove ? std::string() : line);
        return true;
    }

    static std::size_t start_of_line(std::string_view text, std::uint32_t line) {
        std::size_t at = 0;
        while (--line > 0 && at < text.size()) at = std::min(text.find('\n', at), text.size() - 1) + 1;
        return at;
    }
};

struct Describe {
    std::string operator()(const scenario::Bookmark& a) const { return a.text; }
    std::string operator()(const scenario::Send& a) const {
        std::string out = a.from + " sends \"" + a.subject + "\" to";
        for (const auto& one : a.to) out += " " + one;
        return out;
    }
    std::string operator()(const scenario::Fetch& a) const { return a.person + " fetches mail"; }
    std::string operator()(const scenario::Handle& a) const {
        constexpr const char* words[] = {"reads",   "marks as unread", "flags",  "takes the flag from",
                                         "answers", "files",           "removes"};
        return a.person + " " + words[static_cast<unsigned>(a.act)] + " " +
               (a.subject.empty() ? "the newest message" : "\"" + a.subject + "\"") +
               (a.to.empty() ? "" : " into " + a.to);
    }
    std::string operator()(const scenario::LinkChange& a) const {
        std::string out = "link " + a.link;
        if (a.up) out += *a.up ? " comes up" : " goes down";
        if (a.latency) out += " latency " + scenario::to_text(*a.latency);
        if (a.loss) out += " loss " + scenario::to_text(*a.loss);
        return out;
    }
    std::string operator()(const scenario::FirewallChange& a) const {
        constexpr const char* words[] = {"append", "insert", "replace", "delete"};
        return "firewall " + a.firewall + ": " + words[static_cast<unsigned>(a.edit)] +
               (a.edit == scenario::RuleEdit::append ? "" : " " + std::to_string(a.position)) +
               (a.rule.text.empty() ? "" : " " + a.rule.text);
    }
    std::string operator()(const scenario::RecordChange& a) const {
        constexpr const char* words[] = {"set", "add", "delete"};
        return "zone " + a.zone + ": " + words[static_cast<unsigned>(a.edit)] + " " +
               a.record.text;
    }
    std::string operator()(const scenario::HostChange& a) const {
        constexpr const char* words[] = {" comes up", " goes down", " crashes"};
        return "host " + a.host + words[static_cast<unsigned>(a.state)];
    }
    std::string operator()(const scenario::ServiceChange& a) const {
        return std::string("a service of ") + a.host + (a.running ? " starts" : " stops");
    }
    std::string operator()(const scenario::SetValue& a) const { return a.path + " = " + a.value; }
};

}  // namespace

bool apply(Run& run, const scenario::Action& action, std::uint64_t number, std::string_view words,
           std::string& error) {
    const std::string told = words.empty() ? std::visit(Describe{}, action) : std::string(words);
    run.record(0, ChangeFact{number}, std::string_view(told).substr(0, 4000));
    return std::visit(Apply{run, error}, action);
}

std::optional<scenario::Action> read_action(const Setup& setup, std::string_view words,
                                            scenario::Problems& problems) {
    scenario::Scenario current = setup.scenario;
    current.timeline.clear();
    const std::string before = scenario::print(current) + "\n[[timeline]]\nat = \"+0s\"\n";
    const scenario::Loaded loaded = scenario::load(before + std::string(words) + "\n", "change");
    const auto lines = static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n'));
    for (scenario::Problem one : loaded.problems.list()) {
        if (one.place.line > lines) one.place.line -= lines;
        problems.add(std::move(one));
    }
    if (!loaded.ok() || loaded.complete.timeline.empty()) return std::nullopt;
    return loaded.complete.timeline.back().action;
}

bool apply_text(Run& run, std::string_view words, std::string& error) {
    scenario::Problems problems;
    const auto action = read_action(run.setup(), words, problems);
    if (!action) {
        error = scenario::to_text(problems);
        return false;
    }
    return apply(run, *action, ~std::uint64_t{0}, words, error);
}

void on_timeline(Run& run, std::uint32_t index) {
    // The entry is found in the scenario the world began with: changes never touch the timeline.
    const scenario::Event event = run.setup().scenario.timeline[index];
    std::string error;
    if (!apply(run, event.action, index, {}, error))
        run.record(0, ChangeFact{index}, std::string_view("not done: " + error).substr(0, 4000));
}

void on_outage(Run& run, std::uint32_t link, std::uint32_t down) {
    LinkState& state = run.world.tcp.links.edit(link);
    state.down = down != 0 ? state.down + 1 : state.down - (state.down > 0 ? 1 : 0);
    run.record(0, ChangeFact{link},
               "link " + run.setup().links[link].name + (down != 0 ? " goes down" : " comes up"));
    net_layer::topology_changed(run);
}

}  // namespace postroad::sim::changes
