// Whom a task asks: the servers of the nearest zone the cache knows, glue or not, root hints,
// forwarders; and what happens when one of them is of no use (RFC 1034 §5.3.3).
#include "sim/dns/streams.hpp"
#include "sim/dns/task.hpp"
#include "sim/net/network.hpp"

namespace postroad::sim::dns_layer {
namespace {

void clear_servers(Run& run, std::uint32_t id, dns::Bytes zone) {
    ResolverTask& task = run.world.dns.tasks.edit(id);
    run.world.heap.drop(task.servers);
    run.world.heap.drop(task.server_names);
    run.world.heap.assign(task.zone, octets_of(zone));
    task.server_at = 0;
    task.timeouts = 0;
}

// Adds a server that can be reached from here; false when it cannot.
bool add_server(Run& run, std::uint32_t id, ZoneServer server) {
    ResolverTask& task = run.world.dns.tasks.edit(id);
    if (server.address != nothing &&
        net_layer::source_address(run, task.host, server.address) == nothing)
        return false;
    run.world.heap.push(task.servers, server);
    return true;
}

void add_host(Run& run, std::uint32_t id, std::uint32_t host) {
    if (host == nothing) return;
    for (const AttachmentSetup& one : run.host(host).attachments)
        for (const AddressId address : {one.v4, one.v6})
            if (address != nothing) add_server(run, id, {address, 0, 0, 0});
}

AddressId address_in(Run& run, dns::Type type, dns::Bytes rdata) {
    net::Address address;
    if (type == dns::Type::a && rdata.size() == 4)
        address = net::make_v4(rdata[0], rdata[1], rdata[2], rdata[3]);
    else if (type == dns::Type::aaaa && rdata.size() == 16)
        std::copy(rdata.begin(), rdata.end(), address.bytes.begin());
    else return nothing;
    return run.address_id(address);
}

// Adds the server once for each address of it that the cache knows; how many that were.
std::size_t add_known_addresses(Run& run, std::uint32_t id, dns::Bytes name, ZoneServer server) {
    const NodeId host = run.world.dns.tasks[id].host;
    std::size_t count = 0;
    for (const dns::Type type : {dns::Type::a, dns::Type::aaaa}) {
        const std::uint32_t entry = find_entry(run, host, name, type);
        if (entry == nothing || run.world.dns.entries[entry].kind != CacheKind::records) continue;
        std::string_view records = run.world.heap.view(run.world.dns.entries[entry].records);
        for (dns::Bytes rdata; take_rdata(records, rdata);) {
            server.address = address_in(run, type, rdata);
            if (server.address != nothing && add_server(run, id, server)) ++count;
        }
    }
    return count;
}

bool use_root_hints(Run& run, std::uint32_t id) {
    clear_servers(run, id, dns::Name{});
    const std::uint32_t root = run.setup().find_zone(".");
    if (root == nothing) return false;
    for (const std::uint32_t host : run.setup().zones[root].served_by) add_host(run, id, host);
    return !run.world.dns.tasks[id].servers.empty();
}

bool use_forwarders(Run& run, std::uint32_t id) {
    clear_servers(run, id, dns::Name{});
    run.world.dns.tasks.edit(id).forwarding = 1;
    for (const std::string& name : settings_of(run, run.world.dns.tasks[id].host).forward_to)
        add_host(run, id, run.setup().find_host(name));
    return !run.world.dns.tasks[id].servers.empty();
}

ZoneServer server_of(const Run& run, const ResolverTask& task) {
    return run.world.heap.get(task.servers, task.server_at);
}

std::string words_of(const Run& run, const ResolverTask& task, const ZoneServer& server) {
    if (server.name_octets == 0) return net::format(run.address(server.address));
    const std::string_view name =
        run.world.heap.view(task.server_names).substr(server.name_at, server.name_octets);
    return std::string(NameWords(bytes_of(name)).view());
}

// The next server in turn that may be of use; the one at hand comes last.
std::uint32_t next_usable(const Run& run, const ResolverTask& task) {
    const std::uint32_t count = task.servers.size();
    for (std::uint32_t step = 1; step <= count; ++step) {
        const std::uint32_t at = (task.server_at + step) % count;
        if (run.world.heap.get(task.servers, at).unusable == 0) return at;
    }
    return nothing;
}

// Whether `waiting` would in the end wait for itself (two zones whose servers are named in each
// other without glue).
bool waits_for(const Run& run, std::uint32_t task, std::uint32_t waiting) {
    for (std::uint32_t at = task; at != nothing; at = run.world.dns.tasks[at].waiting_on)
        if (at == waiting) return true;
    return false;
}

// RFC 1034 §5.3.3: the address of a server may itself have to be looked up.
void look_up_address(Run& run, std::uint32_t id, const ZoneServer& server) {
    const ResolverTask task = run.world.dns.tasks[id];
    if (task.depth >= depth_max || task.lookups >= lookups_max) return next_server(run, id);
    bool has_v4 = false;
    for (const AttachmentSetup& one : run.host(task.host).attachments)
        has_v4 = has_v4 || one.v4 != nothing;
    const std::string_view names = run.world.heap.view(task.server_names);
    const dns::Name name = dns::to_name(bytes_of(names.substr(server.name_at, server.name_octets)));
    const std::uint32_t other =
        task_for(run, task.host, name, has_v4 ? dns::Type::a : dns::Type::aaaa,
                 static_cast<std::uint8_t>(task.depth + 1));
    if (waits_for(run, other, id)) return next_server(run, id);
    DnsWaiter waiter;
    waiter.kind = WaiterKind::task;
    waiter.id = id;
    waiter.generation = task.generation;
    add_waiter(run, other, waiter);
    ResolverTask& waiting = run.world.dns.tasks.edit(id);
    waiting.waiting_on = other;
    ++waiting.lookups;
}

void send_query(Run& run, std::uint32_t id, AddressId source, AddressId server) {
    const NodeId host = run.world.dns.tasks[id].host;
    const std::uint16_t port = take_port(run, host, id | task_bit);
    const Id conversation = net_layer::new_conversation(run, host, source, port, server, dns_port,
                                                        net::protocol_udp);
    ResolverTask& task = run.world.dns.tasks.edit(id);
    task.way = DnsWay::datagram;
    task.port = port;
    task.conversation = conversation;
    std::array<std::uint8_t, query_size_max> out;
    net_layer::send_datagram(run, host, source, port, server, dns_port,
                             octets_of(task_query(run, id, out)), conversation);
    wake(run, run.now() + settings_of(run, host).timeout.ns, host, Wakeup::task_timer, id,
         round_of(run.world.dns.tasks[id]));
}

}  // namespace

std::uint32_t round_of(const ResolverTask& task) {
    return task.generation << 8 | task.queries;
}

bool use_zone(Run& run, std::uint32_t id, dns::Bytes zone_name) {
    const dns::Name zone = dns::to_name(zone_name);
    const std::uint32_t entry =
        find_entry(run, run.world.dns.tasks[id].host, zone, dns::Type::ns);
    if (entry == nothing || run.world.dns.entries[entry].kind != CacheKind::records) return false;
    clear_servers(run, id, zone);
    // Servers whose address is known come first; then those that have to be looked up, unless
    // their name lies in the very zone (only the parent's glue helps there, RFC 9471).
    for (const bool known : {true, false}) {
        std::string_view records = run.world.heap.view(run.world.dns.entries[entry].records);
        for (dns::Bytes rdata; take_rdata(records, rdata);) {
            ResolverTask& task = run.world.dns.tasks.edit(id);
            ZoneServer server;
            server.name_at = static_cast<std::uint16_t>(task.server_names.size);
            server.name_octets = static_cast<std::uint8_t>(rdata.size());
            if (task.server_names.size + rdata.size() > 0xffff) break;
            if (known) {
                run.world.heap.append(task.server_names, octets_of(rdata));
                add_known_addresses(run, id, rdata, server);
                continue;
            }
            bool has_address = false;
            for (const dns::Type type : {dns::Type::a, dns::Type::aaaa}) {
                const std::uint32_t found = find_entry(run, task.host, rdata, type);
                has_address = has_address ||
                              (found != nothing &&
                               run.world.dns.entries[found].kind == CacheKind::records);
            }
            if (has_address || dns::is_within(rdata, zone)) continue;
            run.world.heap.append(task.server_names, octets_of(rdata));
            run.world.heap.push(task.servers, server);
        }
    }
    return !run.world.dns.tasks[id].servers.empty();
}

bool use_nearest_zone(Run& run, std::uint32_t id) {
    const ResolverTask task = run.world.dns.tasks[id];
    if (!settings_of(run, task.host).forward_to.empty()) return use_forwarders(run, id);
    const dns::Name current = name_in(run, task.current);
    for (dns::Bytes zone = current; zone.size() > 1; zone = dns::parent(zone))
        if (use_zone(run, id, zone)) return true;
    return use_root_hints(run, id);
}

dns::Bytes task_query(const Run& run, std::uint32_t id,
                      std::span<std::uint8_t, query_size_max> out) {
    const ResolverTask& task = run.world.dns.tasks[id];
    return write_query(out, task.message_id, bytes_of(run.world.heap.view(task.current)),
                       static_cast<dns::Type>(task.type), task.forwarding != 0, true);
}

void ask_server(Run& run, std::uint32_t id) {
    const ResolverTask task = run.world.dns.tasks[id];
    if (task.queries >= queries_max) return give_up(run, id);
    const ZoneServer server = server_of(run, task);
    if (server.address == nothing) return look_up_address(run, id, server);
    const AddressId source = net_layer::source_address(run, task.host, server.address);
    const std::uint16_t message_id = new_message_id(run, task.host);
    ResolverTask& asking = run.world.dns.tasks.edit(id);
    ++asking.queries;
    asking.source = source;
    asking.server = server.address;
    asking.message_id = message_id;
    if (run.host_of(server.address) == task.host) {
        asking.way = DnsWay::local;
        wake(run, run.now(), task.host, Wakeup::task_local, id, round_of(asking));
        return;
    }
    send_query(run, id, source, server.address);
}

void stop_waiting(Run& run, std::uint32_t id) {
    ResolverTask& task = run.world.dns.tasks.edit(id);
    if (task.port != 0) give_port(run, task.host, task.port, id | task_bit);
    task.port = 0;
    task.connection = nothing;
    task.way = DnsWay::datagram;
}

void next_server(Run& run, std::uint32_t id) {
    stop_waiting(run, id);
    ResolverTask& task = run.world.dns.tasks.edit(id);
    const std::uint32_t from = task.server_at;
    ZoneServer failed = run.world.heap.get(task.servers, from);
    failed.unusable = 1;
    run.world.heap.set(task.servers, from, failed);
    const std::uint32_t to = next_usable(run, task);
    if (to == nothing) return give_up(run, id);
    task.server_at = to;
    run.decide(task.host, task.conversation, Reason::dns_next_server, words_of(run, task, failed),
               words_of(run, task, run.world.heap.get(task.servers, to)));
    ask_server(run, id);
}

void heard_address(Run& run, std::uint32_t id, std::string_view found) {
    run.world.dns.tasks.edit(id).waiting_on = nothing;
    bool first = true;
    KeptRecord record;
    while (take_kept(found, record)) {
        const AddressId address = address_in(run, record.type, record.rdata);
        const ResolverTask task = run.world.dns.tasks[id];
        if (address == nothing ||
            net_layer::source_address(run, task.host, address) == nothing)
            continue;
        ZoneServer server = server_of(run, task);
        server.address = address;
        List<ZoneServer> servers = task.servers;
        if (first) run.world.heap.set(servers, task.server_at, server);
        else run.world.heap.push(servers, server);
        run.world.dns.tasks.edit(id).servers = servers;
        first = false;
    }
    if (first) next_server(run, id);
    else ask_server(run, id);
}

void on_task_timer(Run& run, std::uint32_t id, std::uint32_t round) {
    {
        const ResolverTask& task = run.world.dns.tasks[id];
        if (task.live == 0 || round_of(task) != round) return;
        if (task.port == 0 && task.connection == nothing) return;
    }
    stop_waiting(run, id);
    ResolverTask& task = run.world.dns.tasks.edit(id);
    const scenario::ResolverSettings& settings = settings_of(run, task.host);
    if (++task.timeouts >= settings.tries) return give_up(run, id);
    const ZoneServer silent = server_of(run, task);
    const std::uint32_t to = next_usable(run, task);
    if (to == task.server_at)
        run.decide(task.host, task.conversation, Reason::dns_retry, words_of(run, task, silent),
                   Run::duration(settings.timeout.ns));
    else
        run.decide(task.host, task.conversation, Reason::dns_next_server,
                   words_of(run, task, silent),
                   words_of(run, task, run.world.heap.get(task.servers, to)));
    task.server_at = to;
    ask_server(run, id);
}

void on_task_local(Run& run, std::uint32_t id) {
    const ResolverTask task = run.world.dns.tasks[id];
    DnsWaiter waiter;
    waiter.kind = WaiterKind::stream;  // no datagram: nothing has to be cut
    std::array<std::uint8_t, query_size_max> query;
    // A resolver that would ask itself goes round in circles: only own zones are of use.
    if (!serves(run, task.host, Role::dns_server, net::protocol_udp)) return next_server(run, id);
    const std::span<std::uint8_t> out = stream_buffer();
    const Served served = serve_zones(run, task.host, task_query(run, id, query), waiter, out);
    if (served.what == Served::What::ready) task_heard(run, id, out.first(served.size));
    else next_server(run, id);
}

void task_refused(Run& run, std::uint32_t id) { next_server(run, id); }

}  // namespace postroad::sim::dns_layer
