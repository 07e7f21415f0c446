// Which machines a host runs, in what states their sessions are, and who listens.
#include <algorithm>

#include "protocols/imap/server_passages.hpp"
#include "protocols/pop3/server_passages.hpp"
#include "protocols/rpc/server_states.hpp"
#include "protocols/smtp/server_passages.hpp"
#include "sim/rpc/rpc.hpp"
#include "viz/panels/host.hpp"

namespace postroad::viz {
namespace {

using sim::nothing;
using sim::Role;

// Of what a server has been set to, what its verbs depend on.
pop3::ServerHost pop3_of(const sim::Setup& setup, const sim::HostSetup& host) {
    const scenario::Host& settings = setup.scenario.hosts[host.scenario_index];
    pop3::ServerHost out;
    out.apop = settings.pop3.apop;
    out.uidl = settings.pop3.uidl;
    out.top = settings.pop3.top;
    out.stls = settings.tls.offer;
    out.mechanisms = host.pop3_mechanisms;
    return out;
}

imap::ServerHost imap_of(const sim::Setup& setup, const sim::HostSetup& host) {
    imap::ServerHost out;
    out.capabilities = imap::Capabilities::all();
    out.capabilities.bits &= ~host.imap_off;
    out.mechanisms = host.imap_mechanisms;
    out.starttls = setup.scenario.hosts[host.scenario_index].tls.offer;
    return out;
}

// The machine of one connection, if this end of it plays the role.
template <class M>
const M* machine_at(const sim::World& world, const sim::Tcb& tcb, Role role) {
    const auto& seats = world.sessions.of<M>();
    if (tcb.role != role || tcb.seat == nothing || tcb.seat >= seats.size()) return nullptr;
    return &seats[tcb.seat].machine;
}

// Counts the sessions of a role in each state.
template <class M, class StateOf>
void light(Machine& machine, const sim::World& world, NodeId host, Role role, const StateOf& state_of) {
    for (std::uint32_t i = 0; i < world.tcp.tcbs.size(); ++i) {
        const sim::Tcb& tcb = world.tcp.tcbs[i];
        if (tcb.conversation == 0 || tcb.node != host || tcb.state == sim::TcpState::closed) continue;
        const M* const one = machine_at<M>(world, tcb, role);
        if (one == nullptr) continue;
        if (const auto state = state_of(*one, tcb.seat)) ++machine.sessions.at(static_cast<std::size_t>(*state));
    }
}

const smtp::ServerHost* smtp_at(const sim::Setup& setup, std::uint32_t settings) {
    return settings < setup.smtp_servers.size() ? &setup.smtp_servers[settings] : nullptr;
}

// LMTP has no port of its own to be known by (RFC 2033 §5).
std::string service_word(const sim::Setup& setup, const sim::ServiceSetup& one) {
    const smtp::ServerHost* const smtp = one.role == Role::smtp_server ? smtp_at(setup, one.settings) : nullptr;
    if (smtp != nullptr && smtp->lmtp) return "LMTP";
    return sim::views::service_name(one.protocol, one.port);
}

// SMTP and LMTP are one machine with two tables' worth of verbs.
std::optional<Machine> smtp_machine(const sim::World& world, NodeId host, bool lmtp) {
    const sim::Setup& setup = *world.setup;
    std::vector<const smtp::ServerHost*> servers;
    for (const sim::ServiceSetup& one : setup.hosts[host].services)
        if (const smtp::ServerHost* const settings = smtp_at(setup, one.settings);
            one.role == Role::smtp_server && settings != nullptr && settings->lmtp == lmtp)
            servers.push_back(settings);
    if (servers.empty()) return std::nullopt;
    Machine out = machine_of<smtp::ServerState>(
        smtp::server_rows(), smtp::server_passages(), [&](const smtp::ServerRow& row) {
            return std::any_of(servers.begin(), servers.end(), [&](const smtp::ServerHost* one) {
                return smtp::offers(*one, row);
            });
        });
    const auto& seats = world.sessions.of<smtp::Server>();
    light<smtp::Server>(out, world, host, Role::smtp_server,
                        [&](const smtp::Server& one, std::uint32_t seat) {
                            const auto* const settings = smtp_at(setup, seats[seat].settings);
                            const bool speaks_lmtp = settings != nullptr && settings->lmtp;
                            return speaks_lmtp == lmtp ? std::optional(one.state) : std::nullopt;
                        });
    return out;
}

}  // namespace

std::vector<TitledMachine> machines_of(const sim::World& world, NodeId host) {
    const sim::Setup& setup = *world.setup;
    const sim::HostSetup& here = setup.hosts[host];
    const auto has = [&](Role role) {
        return std::any_of(here.services.begin(), here.services.end(),
                           [&](const sim::ServiceSetup& one) { return one.role == role; });
    };
    std::vector<TitledMachine> out;
    if (auto smtp = smtp_machine(world, host, false))
        out.push_back({"SMTP server: the state of its sessions", std::move(*smtp)});
    if (auto lmtp = smtp_machine(world, host, true))
        out.push_back({"LMTP server: the state of its sessions", std::move(*lmtp)});
    const auto state = [](const auto& one, std::uint32_t) { return std::optional(one.state); };
    if (has(Role::pop3_server)) {
        const pop3::ServerHost settings = pop3_of(setup, here);
        Machine machine = machine_of<pop3::ServerState>(
            pop3::server_rows(), pop3::server_passages(),
            [&](const pop3::ServerRow& row) { return pop3::offers(settings, row); });
        light<pop3::Server>(machine, world, host, Role::pop3_server, state);
        out.push_back({"POP3 server: the state of its sessions", std::move(machine)});
    }
    if (has(Role::imap_server)) {
        const imap::ServerHost settings = imap_of(setup, here);
        Machine machine = machine_of<imap::ServerState>(
            imap::server_rows(), imap::server_passages(),
            [&](const imap::ServerRow& row) { return imap::offers(settings, row); });
        light<imap::Server>(machine, world, host, Role::imap_server, state);
        out.push_back({"IMAP server: the state of its sessions", std::move(machine)});
    }
    if (has(Role::rpc_server)) {
        Machine machine = machine_of<rpc::ServerState>(rpc::server_passages());
        light<rpc::Server>(machine, world, host, Role::rpc_server,
                           [](const rpc::Server& one, std::uint32_t) {
                               return std::optional(rpc::state_of(one));
                           });
        out.push_back({"RPC server: the state of its connections", std::move(machine)});
    }
    return out;
}

std::string state_word(const sim::World& world, const sim::Tcb& tcb) {
    std::string out;
    if (const auto* smtp = machine_at<smtp::Server>(world, tcb, Role::smtp_server)) out = name_of(smtp->state);
    if (const auto* pop3 = machine_at<pop3::Server>(world, tcb, Role::pop3_server)) out = name_of(pop3->state);
    if (const auto* imap = machine_at<imap::Server>(world, tcb, Role::imap_server)) out = name_of(imap->state);
    if (const auto* rpc = machine_at<rpc::Server>(world, tcb, Role::rpc_server)) out = name_of(rpc::state_of(*rpc));
    std::string_view turn;
    if (const auto* smtp = machine_at<smtp::Client>(world, tcb, Role::smtp_client)) turn = name_of(smtp->awaiting);
    if (const auto* pop3 = machine_at<pop3::Client>(world, tcb, Role::pop3_client)) turn = name_of(pop3->awaiting);
    if (const auto* imap = machine_at<imap::Client>(world, tcb, Role::imap_client)) turn = name_of(imap->awaiting);
    if (!turn.empty()) out = "client: " + std::string(turn);
    std::replace(out.begin(), out.end(), '_', ' ');
    return out;
}

Ports ports_of(const sim::World& world, NodeId host) {
    using namespace sim::rpc_layer;
    const auto& services = world.setup->hosts[host].services;
    const bool known = host < world.tcp.hosts.size();
    const std::uint32_t stopped = known ? world.tcp.hosts[host].stopped_services : 0;
    const bool down = known && world.tcp.hosts[host].down != 0;
    std::vector<std::string> seen;
    Ports out;
    for (std::size_t i = 0; i < services.size(); ++i) {
        const sim::ServiceSetup& one = services[i];
        const bool runs = !down && (i >= 32 || (stopped >> i & 1U) == 0);
        std::string word;
        if (!one.dynamic && one.port != 0)
            word = std::to_string(one.port) + " " + service_word(*world.setup, one);
        else if (one.dynamic && !runs)  // those that run stand under RPC, with their ports
            word = one.settings == store       ? "RPC store"
                   : one.settings == directory ? "RPC directory"
                                               : "another RPC service";
        if (word.empty() || std::find(seen.begin(), seen.end(), word + (runs ? "+" : "-")) != seen.end())
            continue;
        seen.push_back(word + (runs ? "+" : "-"));
        std::string& list = runs ? out.listening : out.stopped;
        list += (list.empty() ? (runs ? "listens at " : "not running: ") : ", ") + word;
    }
    return out;
}

}  // namespace postroad::viz
