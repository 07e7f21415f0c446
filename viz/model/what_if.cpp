// Forks the world, lets the change enter by the journal, runs on, and compares row by row.
#include "viz/model/what_if.hpp"

#include "sim/world/changes.hpp"

namespace postroad::viz {
namespace {

bool says_something(Kind kind) { return kind != Kind::segment && kind != Kind::mailbox; }

void gather(const Recording& run, std::uint64_t from, std::vector<std::size_t>& out,
            WhatIf::Counts& counts) {
    for (Entries::Reader at(run.entries, run.entry_at(from)); !at.done(); at.next()) {
        const Entry entry = at.entry();
        if (!says_something(entry.kind()) || at.row().head().time > run.end()) continue;
        // The change itself is in one of them alone: it is no difference of the runs.
        if (entry.kind() == Kind::change) continue;
        out.push_back(at.at());
        counts.failures += entry.failure() ? 1 : 0;
        counts.lines += entry.kind() == Kind::line ? 1 : 0;
        if (entry.kind() != Kind::custody) continue;
        const auto move = at.row().as<sim::CustodyFact>().move;
        counts.delivered += move == sim::CustodyMove::delivered ? 1 : 0;
        counts.bounced += move == sim::CustodyMove::bounced ? 1 : 0;
    }
}

}  // namespace

std::unique_ptr<WhatIf> what_if(const Player& player, const std::string& change, std::string& error) {
    const sim::Simulation& now = player.run().now_simulation();
    {
        // Tried on a copy first: what enters by the journal must be possible.
        const auto trial = now.fork();
        if (!sim::changes::apply_text(trial->hands(), change, error)) return nullptr;
    }
    auto out = std::make_unique<WhatIf>();
    out->change = change;
    out->at = player.now();
    const std::uint64_t from = now.world().trace_position;
    auto fork = now.fork();
    fork->enter(sim::Entry::change, 0, 0, change);
    sim::Extent extent;
    extent.until = player.run().end();
    out->other = std::make_unique<Recording>(std::move(fork), extent);
    gather(player.run(), from, out->was, out->was_counts);
    gather(*out->other, from, out->is, out->is_counts);
    const auto alike = [&](std::size_t a, std::size_t b) {
        return player.run().time_of(a) == out->other->time_of(b) &&
               words_at(player.run(), player.run().entries[a]).text ==
                   words_at(*out->other, out->other->entries[b]).text;
    };
    while (out->same < out->was.size() && out->same < out->is.size() &&
           alike(out->was[out->same], out->is[out->same]))
        ++out->same;
    return out;
}

std::vector<std::string> proposals(const sim::Setup& setup) {
    std::vector<std::string> out;
    for (const sim::HostSetup& host : setup.hosts) {
        if (out.size() >= 5) break;
        for (const sim::ServiceSetup& one : host.services)
            if (one.role == sim::Role::smtp_server && one.port == 25) {
                out.push_back("host = { host = \"" + host.name + "\", state = \"down\" }");
                break;
            }
    }
    for (std::size_t i = setup.access_links; i < setup.links.size() && out.size() < 8; ++i)
        out.push_back("link = { link = \"" + setup.links[i].name + "\", loss = \"30%\" }");
    for (const sim::FirewallSetup& one : setup.firewalls) {
        if (out.size() >= 10) break;
        out.push_back("firewall = { firewall = \"" + one.name + "\", edit = \"insert\", rule = \"tcp dport 25 reject\" }");
    }
    return out;
}

}  // namespace postroad::viz
