// A state's fingerprint is that of its bytes: equal for equal Worlds, another for any change.
#include "sim/views/fingerprint.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::sim;
using views::state_fingerprint;

TEST_CASE("a copy of a World has its fingerprint, and loses it by any change") {
    World world;
    world.nodes.resize(3);
    Text text = world.heap.make("kept");
    const std::string before = state_fingerprint(world);
    CHECK(before.size() == 16);
    const World copy = world;
    CHECK(state_fingerprint(copy) == before);

    World later = copy;
    later.now = second;
    CHECK(state_fingerprint(later) != before);
    World counted = copy;
    counted.nodes.edit(2).ids = 1;
    CHECK(state_fingerprint(counted) != before);
    World planned = copy;
    planned.agenda.push({second, event_key(1, 1), 1, 0, 0, 0, 0});
    CHECK(state_fingerprint(planned) != before);
    World mailed = copy;
    mailed.mail.hosts.append(MailHost{1, 0, 0, 0, {}});
    CHECK(state_fingerprint(mailed) != before);
    World resolved = copy;
    resolved.dns.cache.insert(1, 1);
    CHECK(state_fingerprint(resolved) != before);
    World tapped = copy;
    tapped.attackers.flows.add();
    CHECK(state_fingerprint(tapped) != before);
    World known = copy;
    known.kerberos.tickets.add();
    CHECK(state_fingerprint(known) != before);
    World opened = copy;
    opened.mail.folder_details.add();
    CHECK(state_fingerprint(opened) != before);
    World seated = copy;
    seated.sessions.of<smtp::Server>().add();
    CHECK(state_fingerprint(seated) != before);
    World dropped = copy;
    dropped.heap.drop(text);
    CHECK(state_fingerprint(dropped) != before);
    CHECK(state_fingerprint(copy) == before);
}

TEST_CASE("where the Trace stood is no part of a state") {
    World world;
    const std::string before = state_fingerprint(world);
    world.trace_position = 4711;
    CHECK(state_fingerprint(world) == before);
}
