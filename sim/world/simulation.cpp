// The loop: take the earliest event, let its owner handle it, again.
#include "sim/world/simulation.hpp"

#include "protocols/base/ascii.hpp"
#include "sim/dns/datagram.hpp"
#include "sim/kerberos/tickets.hpp"
#include "sim/mail/mail.hpp"
#include "sim/net/network.hpp"
#include "sim/net/tcp.hpp"
#include "sim/world/changes.hpp"
#include "sim/world/embedder.hpp"
#include "sim/world/outside.hpp"
#include "sim/world/prefetch.hpp"

namespace postroad::sim {
namespace {

// Journal entries are events of nobody: no node's counter moves when somebody types.
constexpr NodeId outside_node = 0xffffff;

}  // namespace

Simulation::Simulation(World start, Trace recording)
    : world_(std::move(start)), trace_(std::move(recording)), run_(world_, trace_) {
    run_.journal = &journal_;
    run_.rule = [this](const Question& question) -> const Ruling& { return rule(question); };
}

void Simulation::set_asker(Asker asker) {
    asker_ = std::move(asker);
    asked_from_ = world_.events_done;
}

const Ruling& Simulation::rule(const Question& question) {
    ruling_ = {};
    const bool may_ask = asker_ && world_.events_done > asked_from_;
    if (!may_ask && !journal_.has_answers()) return ruling_;
    std::string words = std::to_string(world_.now) + ' ' + std::to_string(question.conversation) +
                        ' ' + std::string(question.forward_path);
    if (const JournalAnswer* const known = journal_.answer_to(words)) {
        std::string_view said = known->words;
        const std::size_t end = said.find(' ');
        ruling_.code = static_cast<std::uint16_t>(parse_number(said.substr(0, end)).value_or(0));
        ruling_.text = end == std::string_view::npos ? "" : said.substr(end + 1);
    } else if (may_ask) {
        ruling_ = asker_(question);
        journal_.answered({world_.now, question.host, std::move(words),
                           std::to_string(ruling_.code) + ' ' + ruling_.text});
    }
    return ruling_;
}

void Simulation::dispatch(const Event& event) {
    switch (static_cast<EventKind>(event.kind)) {
        case EventKind::packet: net_layer::go_on(run_, event.a, event.node); break;
        case EventKind::tcp_timer: tcp::on_timer(run_, event.a, event.b); break;
        case EventKind::dns: dns_layer::on_event(run_, event); break;
        case EventKind::kerberos: kerberos_layer::on_event(run_, event); break;
        case EventKind::mail: mail::on_event(run_, event); break;
        case EventKind::timeline: changes::on_timeline(run_, event.a); break;
        case EventKind::workload: mail::on_workload(run_, event); break;
        case EventKind::outage: changes::on_outage(run_, event.a, event.b); break;
        case EventKind::journal: outside::on_journal(run_, event.a); break;
        case EventKind::custom:
            if (run_.embedder != nullptr) run_.embedder->on_event(run_, event);
            break;
    }
}

// What the next events will touch is asked for together, when the agenda has turned to a new bucket.
// A handful of events at a time: their records stay in the cache until they are used.
void Simulation::look_ahead() {
    constexpr std::size_t handful = 16;
    const std::span<const Event> ready = world_.agenda.ready();
    const bool same_bucket = world_.agenda.bucket() == fetched_bucket_;
    if (same_bucket && ready.size() > unfetched_) return;
    fetched_bucket_ = world_.agenda.bucket();
    unfetched_ = ready.size() - std::min(ready.size(), handful);
    prefetch(world_, ready.last(ready.size() - unfetched_));
}

bool Simulation::step() {
    if (world_.agenda.empty()) return false;
    dispatch(world_.take_next());
    world_.trace_position = trace_.position();
    return true;
}

Stopped Simulation::run_until(Time until, std::uint64_t events_max) {
    for (std::uint64_t done = 0;; ++done) {
        if (world_.agenda.empty() || world_.agenda.next().time > until) {
            const bool quiet = world_.agenda.empty();
            if (until != never && until > world_.now) world_.now = until;
            world_.trace_position = trace_.position();
            return quiet ? Stopped::quiet : Stopped::reached;
        }
        if (done == events_max || run_.stop) {
            run_.stop = false;
            world_.trace_position = trace_.position();
            return Stopped::limit;
        }
        look_ahead();
        dispatch(world_.take_next());
    }
}

void Simulation::schedule_journal() {
    for (; world_.journal_scheduled < journal_.size(); ++world_.journal_scheduled) {
        const std::uint64_t index = world_.journal_scheduled;
        const JournalEntry& entry = journal_[index];
        world_.plan({std::max(entry.at, world_.now), event_key(outside_node, index),
                            entry.node, static_cast<std::uint16_t>(EventKind::journal), 0,
                            static_cast<std::uint32_t>(index), 0});
    }
}

void Simulation::enter(Entry entry, NodeId node, std::uint32_t subject, std::string words) {
    enter({world_.now, entry, node, subject, std::move(words), 0});
}

void Simulation::enter(JournalEntry entry) {
    entry.at = world_.now;
    journal_.append(std::move(entry));
    schedule_journal();
    // Everything of this very moment that was there before it happens before it.
    run_until(world_.now);
}

void Simulation::forget_journal() {
    if (journal_.size() != 0) journal_.forget(journal_.size() - 1);
}

void Simulation::replay(Journal journal) {
    journal_ = std::move(journal);
    schedule_journal();
}

void Simulation::restore(const World& keyframe) {
    world_ = keyframe;
    trace_.rewind(world_.trace_position);
    schedule_journal();
}

std::unique_ptr<Simulation> Simulation::fork() const {
    auto copy = std::make_unique<Simulation>(world_, trace_.fork(world_.trace_position));
    copy->journal_ = journal_;
    copy->journal_.truncate(world_.journal_scheduled);
    copy->journal_.forget_answers_after(world_.now);
    copy->set_asker(asker_);
    // The real server's other copy does not exist: a fork cannot ask it.
    if (world_.sessions.plugged != 0) copy->enter(Entry::unplug, 0, 0, {});
    return copy;
}

bool Simulation::settled() const { return mail::is_settled(world_); }

std::string fingerprint(const World& world) {
    std::uint64_t all = mix64(world.nodes.size(), 0);
    for (std::size_t i = 0; i < world.nodes.size(); ++i) all = mix64(all, world.nodes[i].chain);
    constexpr char hex[] = "0123456789abcdef";
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) text += hex[all >> shift & 15];
    return text;
}

}  // namespace postroad::sim
