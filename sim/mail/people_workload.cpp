// Workloads: many messages, drawn from the generator of the workload's first sender's device.
#include "sim/mail/people_parts.hpp"

#include <algorithm>

namespace postroad::sim::people {
namespace {

NodeId node_of(const Run& run, const scenario::Workload& load) {
    if (load.from.empty()) return 0;
    const std::uint32_t person = run.setup().find_person(load.from[0]);
    return person == nothing || run.setup().people[person].device == nothing
               ? 0 : run.setup().people[person].device;
}

std::uint64_t draw_size(Run& run, NodeId node, const scenario::Workload& load) {
    std::uint64_t sum = 0;
    for (const scenario::SizeShare& one : load.size) sum += one.weight;
    if (load.size.size() == 1 || sum == 0)
        return load.size.empty() ? 0 : load.size[0].size.bytes;
    std::uint64_t drawn = run.draw_below(node, Purpose::workload, sum);
    for (const scenario::SizeShare& one : load.size) {
        if (drawn < one.weight) return one.size.bytes;
        drawn -= one.weight;
    }
    return 0;
}

const std::string& draw_name(Run& run, NodeId node, const std::vector<std::string>& names) {
    return names[names.size() == 1 ? 0 : run.draw_below(node, Purpose::workload, names.size())];
}

// Whoever it is, but rather not the sender, if there is anybody else.
const std::string& draw_recipient(Run& run, NodeId node, const scenario::Workload& load,
                                  const std::string& from) {
    const std::uint32_t sender = run.setup().find_person(from);
    for (int tries = 0; tries < 8; ++tries) {
        const std::string& to = draw_name(run, node, load.to);
        if (load.to.size() == 1 || run.setup().find_person(to) != sender) return to;
    }
    return load.to[0];
}

}  // namespace

std::uint64_t exponential(Run& run, NodeId node, std::uint64_t mean) {
    constexpr auto purpose = static_cast<std::size_t>(Purpose::workload);
    Node& me = run.world.nodes.edit(node);
    Random stream{mix64(run.world.seed, std::uint64_t{node} << 8 | purpose), me.draws[purpose]};
    const std::uint64_t value = stream.exponential(mean);
    me.draws[purpose] = stream.count;
    return value;
}

void on_workload(Run& run, std::uint32_t workload) {
    set_up(run.world);
    const std::vector<scenario::Workload>& all = run.setup().scenario.workloads;
    if (workload >= all.size()) return;
    const scenario::Workload& load = all[workload];
    WorkloadState state = run.world.mail.people.workloads[workload];
    const bool over = (load.count && state.sent >= *load.count) ||
                      (load.until && run.now() >= load.until->ns) || load.from.empty() ||
                      load.to.empty() || load.rate.count == 0;
    if (over) {
        run.world.mail.people.workloads.edit(workload).done = 1;
        return;
    }
    const NodeId node = node_of(run, load);
    ++state.sent;
    scenario::Send message;
    message.from = draw_name(run, node, load.from);
    message.to = {draw_recipient(run, node, load, message.from)};
    message.subject = load.name + " " + std::to_string(state.sent);
    message.padding = scenario::Size{draw_size(run, node, load)};
    // Even: the n-th comes n intervals after the start, so that no rounding adds up.
    const std::uint64_t even =
        load.start.ns + static_cast<std::uint64_t>(static_cast<__uint128_t>(state.sent) *
                                                   load.rate.per_ns / load.rate.count);
    const Time next = load.arrival == scenario::Arrival::even
                          ? std::max(even, run.now())
                          : run.now() + std::max<std::uint64_t>(
                                            1, exponential(run, node, load.rate.per_ns /
                                                                          load.rate.count));
    state.done = (load.count && state.sent >= *load.count) || (load.until && next >= load.until->ns)
                     ? 1 : 0;
    run.world.mail.people.workloads.edit(workload) = state;
    if (state.done == 0) run.schedule(next, node, node, EventKind::workload, 0, workload);
    send(run, message);
}

}  // namespace postroad::sim::people
