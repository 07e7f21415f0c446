// The connections of mail programs that ask by RPC, and the ports where they await datagrams.
#include "protocols/mapi/emsmdb.hpp"
#include "protocols/nspi/nspi.hpp"
#include "sim/mail/people_parts.hpp"
#include "sim/net/network.hpp"
#include "sim/net/tcp.hpp"
#include "sim/rpc/parts.hpp"
#include "sim/session/session.hpp"

namespace postroad::sim::rpc_layer {
namespace {

constexpr Duration connect_timeout = 30 * second;

rpc::Client& machine_of(Run& run, std::uint32_t line) {
    const Tcb& tcb = run.world.tcp.tcbs[run.world.rpc.lines[line].connection];
    return run.world.sessions.of<rpc::Client>().edit(tcb.seat).machine;
}

const scenario::FetchSettings& settings_of(const Run& run, std::uint32_t person) {
    return run.setup().scenario.people[run.setup().people[person].scenario_index].fetch;
}

rpc::AuthLevel level_for(const Run& run, const RpcLine& line) {
    // The mapper is asked without a log-in: so every client does, and so may every stranger.
    if (line.kind == RpcLineKind::mapper) return rpc::AuthLevel::none;
    return level_of(settings_of(run, line.person).protection);
}

std::uint64_t ear_key(NodeId device, std::uint16_t port) {
    return mix64(std::uint64_t{device} << 16 | port, 0x45a9);
}

std::uint32_t find_ear(const Run& run, NodeId device, std::uint16_t port) {
    const RpcTables& tables = run.world.rpc;
    return tables.ears_by_port.find(ear_key(device, port), [&](std::uint32_t id) {
        return tables.ears[id].device == device && tables.ears[id].port == port;
    });
}

}  // namespace

std::uint32_t open(Run& run, NodeId device, std::uint32_t person, RpcLineKind kind, AddressId target,
                   std::uint16_t port, std::uint32_t group) {
    const std::uint32_t id = run.world.rpc.lines.add();
    RpcLine line;
    line.generation = run.world.rpc.lines[id].generation;
    line.person = person;
    line.group = group;
    line.kind = kind;
    run.world.rpc.lines.edit(id) = line;
    const std::uint32_t connection = session::start_client(run, device, target, port,
                                                           Role::rpc_client, id, connect_timeout);
    run.world.rpc.lines.edit(id).connection = connection;
    return id;
}

void give(Run& run, std::uint32_t line, const rpc::Call& call) {
    rpc::give(machine_of(run, line), call, run.world.heap);
}

void go_on(Run& run, std::uint32_t line, bool hang_up) {
    POSTROAD_ASSERT(waits(run, line));
    run.world.rpc.lines.edit(line).waits = 0;
    Answer answer;
    answer.to = AskKind::next_job;
    answer.ok = !hang_up;
    session::answer(run, run.world.rpc.lines[line].connection, answer);
}

bool waits(const Run& run, std::uint32_t line) { return run.world.rpc.lines[line].waits != 0; }

std::uint32_t group_of(const Run& run, std::uint32_t line) {
    const Tcb& tcb = run.world.tcp.tcbs[run.world.rpc.lines[line].connection];
    return run.world.sessions.of<rpc::Client>()[tcb.seat].machine.group;
}

void abandon(Run& run, std::uint32_t line) {
    tcp::abort(run, run.world.rpc.lines[line].connection);
}

// Not state: filled anew at each call, in one place.
const rpc::ClientHost& client_host(const Run& run, std::uint32_t id) {
    static constexpr rpc::Syntax of_mapper[] = {rpc::epm::interface};
    static constexpr rpc::Syntax of_directory[] = {nspi::referral_interface, nspi::interface};
    static constexpr rpc::Syntax of_store[] = {mapi::emsmdb_interface};
    static constexpr rpc::Syntax of_waiting[] = {mapi::async_interface};
    static thread_local rpc::ClientHost host;
    const RpcLine& line = run.world.rpc.lines[id];
    switch (line.kind) {
        case RpcLineKind::mapper: host.interfaces = of_mapper; break;
        case RpcLineKind::directory: host.interfaces = of_directory; break;
        case RpcLineKind::store: host.interfaces = of_store; break;
        case RpcLineKind::waiting: host.interfaces = of_waiting; break;
    }
    host.level = level_for(run, line);
    host.auth = host.level == rpc::AuthLevel::none ? rpc::AuthType::none
                                                   : type_of(settings_of(run, line.person).log_in);
    host.group = line.group;
    return host;
}

bool client_ask(Run& run, std::uint32_t connection, std::uint32_t line, const Ask& ask, Answer& out) {
    const RpcLine mine = run.world.rpc.lines[line];
    if (ask.kind == AskKind::rpc_security) return answer_log_in(run, connection, mine, ask, out);
    out.ok = false;
    if (people::mapi_ask(run, line, out)) return true;
    run.world.rpc.lines.edit(line).waits = 1;
    return false;
}

void client_heard(Run& run, std::uint32_t line, const Tell& tell, std::string_view words) {
    people::mapi_tell(run, line, tell, words);
}

// The record goes last: whoever hears it asks what line it was.
void client_over(Run& run, std::uint32_t line, Ending how) {
    const std::uint32_t generation = run.world.rpc.lines[line].generation;
    people::mapi_over(run, line, how);
    if (run.world.rpc.lines[line].generation != generation) return;
    run.world.rpc.lines.remove(line);
}

std::uint16_t open_ear(Run& run, NodeId device, std::uint32_t person) {
    RpcTables& tables = run.world.rpc;
    const std::uint16_t port = net_layer::new_port(run, device);
    const std::uint32_t id = tables.ears.add();
    RpcEar ear;
    ear.generation = tables.ears[id].generation;
    ear.person = person;
    ear.device = device;
    ear.port = port;
    tables.ears.edit(id) = ear;
    tables.ears_by_port.insert(ear_key(device, port), id);
    return port;
}

void close_ear(Run& run, NodeId device, std::uint16_t port) {
    const std::uint32_t id = find_ear(run, device, port);
    if (id == Index::none) return;
    run.world.rpc.ears_by_port.erase(ear_key(device, port), id);
    run.world.rpc.ears.remove(id);
}

bool awaits_datagram(const Run& run, NodeId host, std::uint16_t port) {
    return find_ear(run, host, port) != Index::none;
}

void datagram_arrived(Run& run, NodeId host, std::uint16_t port, std::string_view payload) {
    people::mapi_datagram(run, run.world.rpc.ears[find_ear(run, host, port)].person, payload);
}

}  // namespace postroad::sim::rpc_layer
