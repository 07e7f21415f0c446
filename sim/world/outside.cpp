// Outsiders: a connection whose one end is a person or a program beyond the world's edge.
#include "sim/world/outside.hpp"

#include "protocols/base/ascii.hpp"
#include "sim/core/journal.hpp"
#include "sim/net/tcp.hpp"
#include "sim/world/changes.hpp"

namespace postroad::sim::outside {
namespace {

void connect(Run& run, const JournalEntry& entry) {
    NodeId host = 0;
    std::uint16_t port = 0;
    if (!find_port(run.setup(), entry.words, host, port)) return;
    const AttachmentSetup& attachment = run.host(host).attachments.front();
    const AddressId target = attachment.v4 != nothing ? attachment.v4 : attachment.v6;
    Pages<Outsider>& outsiders = run.world.sessions.outsiders;
    if (outsiders.size() <= entry.subject) outsiders.resize(entry.subject + 1);
    const std::uint32_t connection =
        tcp::connect(run, entry.node, target, port, Role::outside, entry.subject);
    outsiders.edit(entry.subject) = {connection, run.world.tcp.tcbs[connection].generation};
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

bool connected(const World& world, std::uint32_t subject) {
    const Pages<Outsider>& outsiders = world.sessions.outsiders;
    if (subject >= outsiders.size() || outsiders[subject].connection == nothing) return false;
    const Outsider& one = outsiders[subject];
    return one.connection < world.tcp.tcbs.size() &&
           world.tcp.tcbs[one.connection].generation == one.generation &&
           world.tcp.tcbs[one.connection].conversation != 0;
}

void on_journal(Run& run, std::uint32_t index) {
    const JournalEntry& entry = (*run.journal)[index];
    if (entry.entry == Entry::change) {
        std::string error;
        changes::apply_text(run, entry.words, error);
        return;
    }
    if (entry.entry == Entry::connect) {
        connect(run, entry);
        return;
    }
    if (!connected(run.world, entry.subject)) return;
    const std::uint32_t connection = run.world.sessions.outsiders[entry.subject].connection;
    if (entry.entry == Entry::say) tcp::send(run, connection, entry.words);
    else tcp::close(run, connection);
}

void heard(Run& run, std::uint32_t connection, Wake what, std::string_view octets) {
    const std::uint32_t subject = run.world.tcp.tcbs[connection].seat;
    if (what == Wake::closed) tcp::close(run, connection);
    if (run.on_outside) run.on_outside(subject, what, octets);
}

}  // namespace postroad::sim::outside
