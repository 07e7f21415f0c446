// Outsiders: conversations whose one end is a person or a program beyond the world's edge.
#include "sim/world/outside.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "sim/core/journal.hpp"
#include "sim/net/attacker.hpp"
#include "sim/net/network.hpp"
#include "sim/net/tcp.hpp"
#include "sim/world/changes.hpp"
#include "sim/world/simulation.hpp"

namespace postroad::sim::outside {
namespace {

// A journal is a file that anybody may have written: no number in it is trusted.
constexpr std::uint32_t subjects_max = 1U << 20;

bool is_real_server(std::uint32_t subject) { return (subject & real_peer_bit) != 0; }

const Outsider* find(const World& world, std::uint32_t subject) {
    const Pages<Outsider>& all =
        is_real_server(subject) ? world.sessions.real_servers : world.sessions.outsiders;
    const std::uint32_t index = subject & ~real_peer_bit;
    return index < all.size() ? &all[index] : nullptr;
}

Outsider& edit(World& world, std::uint32_t subject) {
    Pages<Outsider>& all =
        is_real_server(subject) ? world.sessions.real_servers : world.sessions.outsiders;
    return all.edit(subject & ~real_peer_bit);
}

// A new record for a number that is free: nobody had it, or his conversation is over.
bool take_number(World& world, std::uint32_t subject) {
    if (is_real_server(subject) || subject >= subjects_max || connected(world, subject)) return false;
    Pages<Outsider>& all = world.sessions.outsiders;
    while (all.size() <= subject) all.append(Outsider{});
    all.edit(subject) = Outsider{};
    return true;
}

AddressId address_of(const HostSetup& host) {
    if (host.attachments.empty()) return nothing;
    const AttachmentSetup& attachment = host.attachments.front();
    return attachment.v4 != nothing ? attachment.v4 : attachment.v6;
}

void connect(Run& run, const JournalEntry& entry) {
    NodeId host = 0;
    std::uint16_t port = 0;
    if (!find_port(run.setup(), entry.words, host, port)) return;
    const AddressId target = address_of(run.host(host));
    if (target == nothing || !take_number(run.world, entry.subject)) return;
    const std::uint32_t connection =
        tcp::connect(run, entry.node, target, port, Role::outside, entry.subject);
    Outsider& one = edit(run.world, entry.subject);
    one.connection = connection;
    one.generation = run.world.tcp.tcbs[connection].generation;
    one.node = entry.node;
    one.kind = OutsiderKind::caller;
}

void send_datagram(Run& run, const JournalEntry& entry) {
    std::string_view octets = entry.words;
    const std::size_t space = octets.find(' ');
    NodeId host = 0;
    std::uint16_t port = 0;
    if (space == std::string_view::npos ||
        !find_port(run.setup(), octets.substr(0, space), host, port))
        return;
    octets.remove_prefix(space + 1);
    const AddressId target = address_of(run.host(host));
    if (target == nothing || octets.size() > 65000) return;
    const AddressId source = net_layer::source_address(run, entry.node, target);
    if (source == nothing || !take_number(run.world, entry.subject)) return;
    Outsider& one = edit(run.world, entry.subject);
    one.node = entry.node;
    one.kind = OutsiderKind::datagram;
    one.port = net_layer::new_port(run, entry.node);
    const Id conversation = net_layer::new_conversation(
        run, entry.node, source, static_cast<std::uint16_t>(one.port), target, port,
        net::protocol_udp);
    net_layer::send_datagram(run, entry.node, source, static_cast<std::uint16_t>(one.port), target,
                             port, octets, conversation);
}

// The real server's host has no more to say in this conversation.
void give_up(Run& run, std::uint32_t connection, Reason reason) {
    const Tcb& tcb = run.world.tcp.tcbs[connection];
    run.decide(tcb.node, tcb.conversation, reason, run.host(tcb.node).name);
    tcp::abort(run, connection);
}

void unplug(Run& run) {
    run.world.sessions.plugged = 0;
    const Pages<Outsider>& all = run.world.sessions.real_servers;
    for (std::uint32_t i = 0; i < all.size(); ++i) {
        const std::uint32_t connection = connection_of(run.world, real_peer_bit | i);
        if (connection != nothing) give_up(run, connection, Reason::real_unreachable);
    }
}

void speak(Run& run, const JournalEntry& entry, std::uint32_t connection) {
    switch (entry.entry) {
        case Entry::say: tcp::send(run, connection, entry.words); break;
        case Entry::hang_up: tcp::close(run, connection); break;
        case Entry::reset: tcp::abort(run, connection); break;
        case Entry::accept: tcp::accept(run, connection); break;
        case Entry::refuse: {
            if (!is_real_server(entry.subject)) break;  // nobody asked him
            const Tcb& tcb = run.world.tcp.tcbs[connection];
            run.decide(tcb.node, tcb.conversation, Reason::real_refused,
                       run.setup().real_servers[run.host(tcb.node).services[tcb.service].settings],
                       entry.words);
            tcp::abort(run, connection);
            break;
        }
        case Entry::pause: edit(run.world, entry.subject).paused = 1; break;
        case Entry::resume:
            edit(run.world, entry.subject).paused = 0;
            tcp::window_opened(run, connection);
            break;
        default: break;
    }
}

// A generator is asked what it sends; the answer says when it is asked again. A journal may have been
// written by anybody: what is no change to a world changes nothing.
void generate(Run& run, NodeId node, std::uint32_t generator, std::uint32_t asked_before) {
    if (!run.rule) return;
    Question question;
    question.what = Asked::work;
    question.host = node;
    question.about = generator;
    question.number = asked_before;
    const Ruling ruling = run.rule(question);
    if (ruling.code == 0) return;
    std::string error;
    if (!ruling.text.empty()) changes::apply_text(run, ruling.text, error);
    if (ruling.code != 250) return;  // that was the last
    const Time next = run.now() + std::min(ruling.after_ns, never - 1 - run.now());
    run.schedule(next, node, node, EventKind::journal, generates, generator, asked_before + 1);
}

}  // namespace

bool find_port(const Setup& setup, std::string_view text, NodeId& host, std::uint16_t& port) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return false;
    const auto number = parse_number(text.substr(colon + 1));
    if (!number || *number == 0 || *number > 65535) return false;
    port = static_cast<std::uint16_t>(*number);
    const std::string_view name = text.substr(0, colon);
    for (std::size_t i = 0; i < setup.hosts.size(); ++i) {
        const HostSetup& one = setup.hosts[i];
        bool named = one.name == name || equals_ignoring_case(one.domain_name, name);
        for (const auto& also : setup.scenario.hosts[one.scenario_index].names)
            named = named || equals_ignoring_case(also, name);
        if (!named) continue;
        host = static_cast<NodeId>(i);
        return true;
    }
    return false;
}

std::uint32_t connection_of(const World& world, std::uint32_t subject) {
    const Outsider* const one = find(world, subject);
    if (one == nullptr || one->connection == nothing) return nothing;
    const Table<Tcb>& tcbs = world.tcp.tcbs;
    const bool is_there = one->connection < tcbs.size() &&
                          tcbs[one->connection].generation == one->generation &&
                          tcbs[one->connection].role == Role::outside;
    return is_there ? one->connection : nothing;
}

std::uint64_t question(const World& world, std::uint32_t subject) {
    const Outsider* const one = find(world, subject);
    // 0 stands for "no answer".
    return one == nullptr ? 1 : mix64(one->heard, subject) | 1U;
}

bool reads(const World& world, std::uint32_t subject) {
    const Outsider* const one = find(world, subject);
    return one == nullptr || one->paused == 0;
}

void on_journal(Run& run, const Event& event) {
    if (event.detail == generates) return generate(run, event.node, event.a, event.b);
    const JournalEntry& entry = (*run.journal)[event.a];
    if (entry.node >= run.setup().hosts.size()) return;
    switch (entry.entry) {
        case Entry::generate: return generate(run, entry.node, entry.subject, 0);
        case Entry::change: {
            std::string error;
            changes::apply_text(run, entry.words, error);
            return;
        }
        case Entry::connect: return connect(run, entry);
        case Entry::datagram: return send_datagram(run, entry);
        case Entry::plug: run.world.sessions.plugged = 1; return;
        case Entry::unplug:
        case Entry::end: return unplug(run);
        case Entry::mark:
            if (run.mark_missed == never && fingerprint(run.world) != entry.words)
                run.mark_missed = run.now();
            return;
        default: break;
    }
    const std::uint32_t connection = connection_of(run.world, entry.subject);
    if (connection == nothing) return;
    const bool about_reading = entry.entry == Entry::pause || entry.entry == Entry::resume;
    if (is_real_server(entry.subject) && !about_reading &&
        entry.question != question(run.world, entry.subject))
        return give_up(run, connection, Reason::real_other_question);
    speak(run, entry, connection);
}

void heard(Run& run, std::uint32_t connection, OutsideNews news, std::string_view octets) {
    const std::uint32_t subject = run.world.tcp.tcbs[connection].seat;
    if (!is_real_server(subject) && (subject & replay_bit) != 0)
        return attacker::replay_heard(run, connection, news);
    if (is_real_server(subject) && find(run.world, subject) != nullptr) {
        Outsider& one = edit(run.world, subject);
        one.heard = hash_octets(octets, mix64(one.heard, static_cast<std::uint64_t>(news)));
    } else if (news == OutsideNews::finished) {
        tcp::close(run, connection);  // a caller has nobody left to talk to
    }
    if (run.on_outside) run.on_outside(subject, news, octets);
}

bool may_call(Run& run, NodeId host, const Segment& syn) {
    if (run.world.sessions.plugged != 0) return true;
    run.decide(host, syn.conversation, Reason::real_unreachable, run.host(host).name);
    const bool v4 = run.address(syn.source).is_v4();
    net_layer::send_unreachable(run, host, syn, v4 ? 3 : 1, v4 ? 1 : 3);
    return false;
}

void call(Run& run, std::uint32_t connection) {
    Tcb& tcb = run.world.tcp.tcbs.edit(connection);
    Outsider one;
    one.connection = connection;
    one.generation = tcb.generation;
    one.heard = tcb.conversation;
    one.node = tcb.node;
    one.kind = OutsiderKind::real_server;
    tcb.seat = real_peer_bit | run.world.sessions.real_servers.append(one);
    const std::uint32_t subject = tcb.seat;
    const std::string& where =
        run.setup().real_servers[run.host(tcb.node).services[tcb.service].settings];
    run.decide(tcb.node, tcb.conversation, Reason::real_asked, run.host(tcb.node).name, where);
    if (run.on_outside) run.on_outside(subject, OutsideNews::called, where);
}

bool datagram_arrived(Run& run, NodeId host, std::uint32_t segment_id) {
    const Segment& segment = run.world.tcp.segments[segment_id];
    const Pages<Outsider>& all = run.world.sessions.outsiders;
    for (std::uint32_t subject = 0; subject < all.size(); ++subject) {
        if (all[subject].kind != OutsiderKind::datagram || all[subject].node != host ||
            all[subject].port != segment.target_port)
            continue;
        const std::string_view octets =
            run.world.heap.view(segment.data).substr(segment.offset, segment.size);
        if (run.on_outside) run.on_outside(subject, OutsideNews::octets, octets);
        return true;
    }
    return false;
}

}  // namespace postroad::sim::outside
