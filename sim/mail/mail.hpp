// What the rest of the world calls of mail hosts and people: one door.
#pragma once

#include <string>

#include "sim/world/run.hpp"

namespace postroad::sim::mail {

// EventKind::mail: queues and people (queue.hpp and people.hpp share `detail`).
void on_event(Run& run, const Event& event);
// EventKind::workload: the next mail of workload `event.a`.
void on_workload(Run& run, const Event& event);

// What the timeline or a fork asks of a person. False with a sentence when it cannot be done.
bool send(Run& run, const scenario::Send& send, std::string& error);
bool fetch(Run& run, const scenario::Fetch& fetch, std::string& error);
bool handle(Run& run, const scenario::Handle& handle, std::string& error);

// A host went down (its queue is on disk) or came up again.
void host_down(Run& run, NodeId host);
void host_up(Run& run, NodeId host);

// The Setup is another one: records that depend on it are brought in line.
void setup_changed(Run& run);

// Nothing but what repeats by itself (scheduled fetching) is left to do.
bool is_settled(const World& world);

}  // namespace postroad::sim::mail
