// Forks the world, lets the change enter by the journal, runs on, and compares row by row.
#include "viz/model/what_if.hpp"

#include <algorithm>

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

Forked fork_with(sim::History& history, const std::string& change, bool from_start) {
    const sim::World here = history.now().world();
    if (from_start) history.seek_event(0);
    const sim::Simulation& now = history.now();
    Forked out;
    out.change = change;
    out.at = now.world().now;
    out.from = now.world().trace_position;
    // Tried on a copy first: what enters by the journal must be possible.
    const auto trial = now.fork();
    if (sim::changes::apply_text(trial->hands(), change, out.error)) {
        out.world = now.fork();
        out.world->enter(sim::Entry::change, 0, 0, change);
    }
    if (from_start) history.now().restore(here);
    return out;
}

std::unique_ptr<WhatIf> what_became(const Recording& run, Forked fork, const Progress& progress) {
    auto out = std::make_unique<WhatIf>();
    out->change = fork.change;
    out->at = fork.at;
    sim::Extent extent;
    extent.until = run.end();
    bool stopped = false;
    out->other = std::make_unique<Recording>(
        std::move(fork.world), extent, [&](const sim::World& world) {
            stopped = stopped || (progress && !progress(world));
            return !stopped;
        });
    if (stopped) return nullptr;
    gather(run, fork.from, out->was, out->was_counts);
    gather(*out->other, fork.from, out->is, out->is_counts);
    const auto alike = [&](std::size_t a, std::size_t b) {
        const Entry was = run.entries[a], is = out->other->entries[b];
        return run.trace().at(was.position()).head().time ==
                   out->other->trace().at(is.position()).head().time &&
               words_at(run, was).text == words_at(*out->other, is).text;
    };
    while (out->same < out->was.size() && out->same < out->is.size() &&
           alike(out->was[out->same], out->is[out->same]))
        ++out->same;
    return out;
}

std::unique_ptr<WhatIf> what_if(Player& player, const std::string& change, std::string& error) {
    Forked fork;
    std::atomic<bool> there{false};
    player.lend([&](sim::History& history) {
        fork = fork_with(history, change, false);
        there = true;
    });
    while (!there || player.away()) player.arrive();
    error = fork.error;
    if (fork.world == nullptr) return nullptr;
    return what_became(player.run(), std::move(fork));
}

void Trial::begin(Player& player, const std::string& wanted, bool from_start,
                  bool with_consequences) {
    drop();
    change = wanted;
    end_ = player.run().end();
    with_consequences_ = with_consequences;
    asked_ = true;
    player.lend([told = told_, wanted, from_start](sim::History& history) {
        told->fork = fork_with(history, wanted, from_start);
        told->now = told->fork.at;
        told->forked = true;
    });
}

double Trial::share() const {
    if (!told_->forked || end_ == 0) return 0;
    return std::min(1.0, static_cast<double>(told_->now) / static_cast<double>(end_));
}

bool Trial::arrived(Player& player) {
    if (asked_ && told_->forked) {
        asked_ = false;
        if (told_->fork.world == nullptr) {
            error = told_->fork.error;
            return true;
        }
        later_.begin([told = told_, &run = player.run(), with_consequences = with_consequences_](
                         const std::atomic<bool>& unwanted) {
            Found out;
            out.done = what_became(run, std::move(told->fork), [&](const sim::World& world) {
                told->now = world.now;
                return !unwanted;
            });
            if (out.done != nullptr && with_consequences)
                out.who = consequences(run, *out.done->other);
            return out;
        });
    }
    if (player.patient && later_.busy()) later_.wait();
    auto found = later_.take();
    if (!found || found->done == nullptr) return false;
    done = std::move(found->done);
    who = std::move(found->who);
    return true;
}

void Trial::drop() {
    later_.drop();
    told_ = std::make_shared<Told>();
    asked_ = false;
    error.clear();
    done = nullptr;
    who.clear();
}

}  // namespace postroad::viz
