// A host's RPC servers: who may bind and log in, and what a call comes to.
#include <algorithm>
#include <charconv>

#include "protocols/mapi/emsmdb.hpp"
#include "protocols/nspi/nspi.hpp"
#include "protocols/rpc/mgmt.hpp"
#include "protocols/rpc/services.hpp"
#include "sim/mail/mapi_store.hpp"
#include "sim/rpc/parts.hpp"

namespace postroad::sim::rpc_layer {
namespace {

const scenario::MapiServer& settings_of(const Run& run, NodeId host) {
    return run.setup().scenario.hosts[run.host(host).scenario_index].mapi;
}

std::uint32_t process_of(const Run& run, const Tcb& tcb) {
    return run.host(tcb.node).services[tcb.service].settings;
}

// ---- Association groups

AssociationGroup* find_group(std::vector<AssociationGroup>& groups, std::uint32_t id) {
    const auto found = std::find_if(groups.begin(), groups.end(),
                                    [&](const AssociationGroup& one) { return one.id == id; });
    return found == groups.end() ? nullptr : &*found;
}

std::vector<AssociationGroup> groups_of(const Run& run, NodeId host) {
    std::vector<AssociationGroup> out;
    const List<AssociationGroup>& kept = run.world.rpc.hosts[host].groups;
    for (std::uint32_t i = 0; i < kept.size(); ++i) out.push_back(run.world.heap.get(kept, i));
    return out;
}

void keep_groups(Run& run, NodeId host, const std::vector<AssociationGroup>& groups) {
    List<AssociationGroup> kept;
    for (const AssociationGroup& one : groups)
        if (one.connections != 0) run.world.heap.push(kept, one);
    RpcHost& mine = run.world.rpc.hosts.edit(host);
    run.world.heap.drop(mine.groups);
    mine.groups = kept;
}

// 0: there is no such group, and a client must not make one up (C706 §12.6.4.3).
std::uint32_t join_group(Run& run, NodeId host, std::uint32_t wanted) {
    std::vector<AssociationGroup> groups = groups_of(run, host);
    if (wanted == 0) {
        RpcHost& mine = run.world.rpc.hosts.edit(host);
        if (mine.last_group == 0)  // so that those of an earlier start are not taken for ours
            mine.last_group = static_cast<std::uint32_t>(run.draw_below(host, Purpose::mail, 1U << 30));
        wanted = ++run.world.rpc.hosts.edit(host).last_group;
        groups.push_back({wanted, 0});
    }
    AssociationGroup* const group = find_group(groups, wanted);
    if (group == nullptr) return 0;
    ++group->connections;
    keep_groups(run, host, groups);
    return wanted;
}

void run_down(Run& run, NodeId host, std::uint32_t group) {
    RpcHost& mine = run.world.rpc.hosts.edit(host);
    rpc::epm::run_down(mine.mapper, group, run.world.heap);
    nspi::run_down(mine.book, group, run.world.heap);
    mapi_store::run_down(run, host, group);
}

void leave_group(Run& run, NodeId host, std::uint32_t id) {
    std::vector<AssociationGroup> groups = groups_of(run, host);
    AssociationGroup* const group = find_group(groups, id);
    if (group == nullptr) return;
    const bool last = --group->connections == 0;
    keep_groups(run, host, groups);
    if (last) run_down(run, host, id);
}

// ---- Logging in (log_in.cpp)

bool answer_security(Run& run, std::uint32_t connection, const Ask& ask, Answer& out) {
    static thread_local rpc::SecurityStep step;  // not state: what the answer shows
    const rpc::SecurityAsk about = rpc::SecurityAsk::unpack(ask.number);
    step = {};
    if (ask.a.empty() && about.type == rpc::AuthType::none) {
        step.ok = step.done = true;
    } else {
        judge_log_in(run, connection, about, ask, step);
    }
    rpc::answer_with(step, out);
    if (!out.ok) {
        out.code = static_cast<std::uint16_t>(
            rpc::provider_of(about.type) != nullptr
                ? rpc::Rejection::not_specified
                : rpc::Rejection::authentication_type_not_recognized);
        return true;
    }
    if (!about.binds) return true;
    out.number = join_group(run, run.world.tcp.tcbs[connection].node, about.group);
    if (out.number != 0) return true;
    step = {};
    step.why = "the association group has ended";
    rpc::answer_with(step, out);
    return true;
}

// ---- Calls

rpc::Uuid fresh_uuid(Run& run, NodeId host) {
    const std::uint64_t high = run.draw(host, Purpose::mail);
    return rpc::random_uuid(high, run.draw(host, Purpose::mail));
}

// What the mapper of a host has, in the order of its services.
std::vector<rpc::epm::Endpoint> endpoints_of(const Run& run, NodeId host, AddressId address) {
    std::vector<rpc::epm::Endpoint> out;
    const net::Address& local = run.address(address);
    std::uint32_t ipv4 = 0;
    if (local.is_v4())
        for (std::size_t i = 12; i < 16; ++i) ipv4 = ipv4 << 8 | local.bytes[i];
    for (const Listener& one : listeners(run.world, host))
        for (const rpc::Syntax& interface : one.interfaces) {
            rpc::epm::Endpoint endpoint;
            endpoint.tower.interface = interface;
            endpoint.tower.port = one.port;
            endpoint.tower.ipv4 = ipv4;
            if (const rpc::KnownService* const known = rpc::find_service(interface))
                endpoint.annotation = known->annotation;
            out.push_back(std::move(endpoint));
        }
    return out;
}

rpc::Outcome answer_mapper(Run& run, const Tcb& tcb, const rpc::CallAsk& call) {
    const std::vector<rpc::epm::Endpoint> endpoints = endpoints_of(run, tcb.node, tcb.local);
    // A copy: what is answered allocates in the heap that the record's texts lie in.
    rpc::epm::Mapper mapper = run.world.rpc.hosts[tcb.node].mapper;
    const rpc::epm::MapperHost host{endpoints, fresh_uuid(run, tcb.node)};
    rpc::Outcome out = rpc::epm::answer(mapper, call, host, run.world.heap);
    run.world.rpc.hosts.edit(tcb.node).mapper = mapper;
    if (!out.ok) return out;
    if (call.operation == rpc::epm::lookup)
        run.decide(tcb.node, tcb.conversation, Reason::rpc_listed,
                   static_cast<std::uint32_t>(endpoints.size()));
    if (call.operation != rpc::epm::map) return out;
    const auto asked = rpc::epm::read_question(call.stub, call.big_endian);
    if (!asked) return out;
    const std::string what = rpc::word_of(*asked);
    const auto mapped = rpc::epm::read_mapped(out.stub);
    if (mapped && !mapped->towers.empty())
        run.decide(tcb.node, tcb.conversation, Reason::rpc_mapped, what,
                   std::uint32_t{mapped->towers[0].port});
    else
        run.decide(tcb.node, tcb.conversation, Reason::rpc_not_mapped, what);
    return out;
}

rpc::Outcome answer_management(Run& run, const Tcb& tcb, const rpc::CallAsk& call) {
    const rpc::ServerHost& host = server_host(run, tcb);
    const std::uint32_t calls = run.world.rpc.hosts[tcb.node].calls;
    const std::string principal = "host/" + run.host(tcb.node).domain_name;
    return rpc::mgmt::answer(call, {host.interfaces, calls, calls, calls, principal});
}

// False: it comes later.
bool answer_call(Run& run, std::uint32_t connection, const rpc::CallAsk& call, rpc::Outcome& out) {
    const Tcb tcb = run.world.tcp.tcbs[connection];
    if (call.interface.uuid == rpc::mgmt::interface.uuid) {
        out = answer_management(run, tcb, call);
        return true;
    }
    switch (process_of(run, tcb)) {
        case mapper: out = answer_mapper(run, tcb, call); return true;
        case store: return mapi_store::call(run, connection, tcb.node, call, out);
        case directory: out = answer_directory(run, tcb.node, call); return true;
        default: break;
    }
    // A stub: it has the interface, and none of its operations.
    out = rpc::fault(rpc::Status::no_such_operation);
    return true;
}

}  // namespace

// Not state: filled anew from Setup and World at each call, in one place that keeps its room.
const rpc::ServerHost& server_host(const Run& run, const Tcb& tcb) {
    static thread_local rpc::ServerHost host;
    static thread_local std::vector<rpc::Syntax> interfaces;
    static thread_local char port[6];
    const scenario::MapiServer& settings = settings_of(run, tcb.node);
    const std::uint32_t process = process_of(run, tcb);
    interfaces.clear();
    for (const Listener& one : listeners(run.world, tcb.node))
        if (one.process == process) interfaces = one.interfaces;
    interfaces.push_back(rpc::mgmt::interface);
    host.interfaces = interfaces;
    const auto end = std::to_chars(std::begin(port), std::end(port), tcb.local_port).ptr;
    host.secondary_address = std::string_view(port, static_cast<std::size_t>(end - port));
    host.level_min = process == store || process == directory ? level_of(settings.protection)
                                                              : rpc::AuthLevel::none;
    return host;
}

bool server_ask(Run& run, std::uint32_t connection, const Ask& ask, Answer& out) {
    static thread_local rpc::Outcome outcome;  // not state: what the answer shows
    if (ask.kind == AskKind::rpc_security) return answer_security(run, connection, ask, out);
    if (ask.kind != AskKind::rpc_call) {
        out.ok = false;
        return true;
    }
    ++run.world.rpc.hosts.edit(run.world.tcp.tcbs[connection].node).calls;
    if (!answer_call(run, connection, rpc::read_call(ask), outcome)) return false;
    rpc::answer_with(outcome, out);
    return true;
}

void server_over(Run& run, std::uint32_t connection) {
    const Tcb& tcb = run.world.tcp.tcbs[connection];
    const std::uint32_t group = run.world.sessions.of<rpc::Server>()[tcb.seat].machine.group;
    if (group != 0) leave_group(run, tcb.node, group);
}

}  // namespace postroad::sim::rpc_layer
