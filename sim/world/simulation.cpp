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

// "2000000000 recipient 5 1 bob@example.net": no two questions of a run are alike.
std::string words_of(const Question& question, Time now) {
    constexpr std::string_view names[] = {"client", "sender", "recipient", "message",
                                          "route",  "retry",  "work"};
    std::string out = std::to_string(now) + ' ';
    out += names[static_cast<std::size_t>(question.what)];
    out += ' ' + std::to_string(question.about) + ' ' + std::to_string(question.number) + ' ';
    switch (question.what) {
        case Asked::client: out += question.helo; break;
        case Asked::sender: out += question.reverse_path; break;
        default: out += question.forward_path; break;
    }
    return out;
}

// "451 try later", or "250/30000000000 " when it is asked again after so many ns.
std::string to_text(const Ruling& ruling) {
    std::string out = std::to_string(ruling.code);
    if (ruling.after_ns != 0) out += '/' + std::to_string(ruling.after_ns);
    return out + ' ' + ruling.text;
}

Ruling read_ruling(std::string_view said) {
    const std::size_t end = said.find(' ');
    const std::string_view numbers = said.substr(0, end);
    const std::size_t slash = numbers.find('/');
    Ruling out;
    out.code = static_cast<std::uint16_t>(parse_number(numbers.substr(0, slash)).value_or(0));
    if (slash != std::string_view::npos)
        out.after_ns = parse_number(numbers.substr(slash + 1)).value_or(0);
    if (end != std::string_view::npos) out.text = said.substr(end + 1);
    return out;
}

}  // namespace

Simulation::Simulation(World start, Trace recording)
    : world_(std::move(start)), trace_(std::move(recording)), run_(world_, trace_) {
    run_.journal = &journal_;
    run_.rule = [this](const Question& question) -> const Ruling& { return rule(question); };
}

void Simulation::set_asker(Asker asker, std::uint32_t what) {
    if (!asker) what = 0;
    for (std::size_t one = 0; one < asked_from_.size(); ++one)
        if (((what & ~asked_) >> one & 1U) != 0) asked_from_[one] = world_.events_done;
    asker_ = std::move(asker);
    asked_ = what;
}

const Ruling& Simulation::rule(const Question& question) {
    ruling_ = {};
    const auto what = static_cast<std::size_t>(question.what);
    const bool may_ask = (asked_ >> what & 1U) != 0 && world_.events_done > asked_from_[what];
    if (!may_ask && !journal_.has_answers()) return ruling_;
    std::string words = words_of(question, world_.now);
    if (const JournalAnswer* const known = journal_.answer_to(words)) {
        ruling_ = read_ruling(known->words);
    } else if (may_ask) {
        ruling_ = asker_(question);
        journal_.answered({world_.now, question.host, std::move(words), to_text(ruling_)});
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
        case EventKind::journal: outside::on_journal(run_, event); break;
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
    copy->set_asker(asker_, asked_);
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
