// RPC's servers in a world: who listens where and from when on, what the mapper says of it, who may
// log in, and what is forgotten when a client has gone.
#include "protocols/mapi/emsmdb.hpp"
#include "protocols/nspi/nspi_stubs.hpp"
#include "protocols/rpc/mgmt_stubs.hpp"
#include "sim/rpc/rpc.hpp"
#include "tests/support/rpc_caller.hpp"

using namespace postroad;
using namespace postroad::sim;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr const char* office =
    "[hosts.mail]\ndomains = \"example.org\"\nservices = [\"mta\", \"mda\", \"dns\", \"resolver\", "
    "\"mapi\"]\n[people.alice]\ndisplay = \"Alice Liddell\"\n[people.bob]\n";

std::uint16_t port_of(const MailWorld& world, std::uint32_t process) {
    for (const rpc_layer::Listener& one : rpc_layer::listeners(world.world(), world.host("mail")))
        if (one.process == process) return one.port;
    return 0;
}

rpc_desk::Work::One question(const rpc::Syntax& wanted) {
    return {0, rpc::epm::map, rpc::epm::question(wanted)};
}

// Where the mapper says that an interface is; 0: it knows none.
std::uint16_t ask_mapper(MailWorld& world, std::uint32_t number, const rpc::Syntax& wanted) {
    RpcCaller caller(world, "alice-pc", number);
    caller.interfaces = {rpc::epm::interface};
    caller.work.calls = {question(wanted)};
    caller.run("mail:135");
    REQUIRE(caller.answers.size() == 1);
    const auto mapped = rpc::epm::read_mapped(caller.answers[0]);
    REQUIRE(mapped.has_value());
    return mapped->towers.empty() ? std::uint16_t{0} : mapped->towers[0].port;
}

}  // namespace

TEST_CASE("the mapper is at 135 and says where the store is: at a port that is drawn") {
    MailWorld world(office);
    const std::uint16_t store = port_of(world, rpc_layer::store);
    CHECK(port_of(world, rpc_layer::mapper) == 135);
    CHECK(store >= 49152);
    CHECK(port_of(world, rpc_layer::directory) >= 49152);
    CHECK(store != port_of(world, rpc_layer::directory));
    CHECK(ask_mapper(world, 1, mapi::emsmdb_interface) == store);
    CHECK(ask_mapper(world, 2, nspi::interface) == port_of(world, rpc_layer::directory));
    CHECK(ask_mapper(world, 3, rpc::find_service("service-control")->interface) ==
          port_of(world, rpc_layer::first_other));
    CHECK(ask_mapper(world, 4, rpc::find_service("registry")->interface) == 0);
    CHECK(world.decided("the endpoint mapper says that store is at port"));
    CHECK(world.decided("the endpoint mapper knows no registry"));
}

TEST_CASE("a restart moves the store, and a port of one's own pins it") {
    MailWorld world(std::string(office) +
                    "[hosts.mail.mapi]\ndirectory_port = 5001\ndynamic_ports = \"1025-5000\"\n"
                    "[[timeline]]\nat = \"+1m\"\nservice = { host = \"mail\", service = \"mapi\", running = false }\n"
                    "[[timeline]]\nat = \"+2m\"\nservice = { host = \"mail\", service = \"mapi\", running = true }\n");
    const std::uint16_t before = port_of(world, rpc_layer::store);
    CHECK(before >= 1025);
    CHECK(before <= 5000);
    CHECK(port_of(world, rpc_layer::directory) == 5001);
    world.run_for(90 * second);
    CHECK(rpc_layer::listeners(world.world(), world.host("mail")).empty());
    world.run_for(60 * second);
    const std::uint16_t behind = port_of(world, rpc_layer::store);
    CHECK(behind >= 1025);
    CHECK(behind != before);
    CHECK(port_of(world, rpc_layer::directory) == 5001);
    CHECK(ask_mapper(world, 1, mapi::emsmdb_interface) == behind);
}

TEST_CASE("who logs in by NTLM finds people in the address book; a wrong password is refused") {
    MailWorld world(office);
    const std::string where = "mail:" + std::to_string(port_of(world, rpc_layer::directory));
    const nspi::BindIn bind;
    for (const bool right : {true, false}) {
        RpcCaller caller(world, "bob-pc", right ? 1 : 2);
        caller.interfaces = {nspi::interface};
        caller.host.auth = rpc::AuthType::ntlm;
        caller.host.level = rpc::AuthLevel::privacy;
        caller.work.user = "bob";
        caller.work.password = right ? "secret-bob" : "guess";
        caller.work.calls = {{0, nspi::bind, ndr::write(bind)}};
        caller.run(where);
        INFO(right);
        CHECK(caller.answers.size() == (right ? 1U : 0U));
        CHECK(caller.failures.empty() == right);
    }
    CHECK(world.decided("auth_proved: bob"));
    CHECK(world.decided("auth_failed: bob"));
}

TEST_CASE("stubs answer the management interface and nothing else") {
    MailWorld world(office);
    const std::string where = "mail:" + std::to_string(port_of(world, rpc_layer::first_other));
    RpcCaller caller(world, "bob-pc", 1);
    caller.interfaces = {rpc::find_service("service-control")->interface, rpc::mgmt::interface,
                         mapi::emsmdb_interface};
    caller.work.calls = {{0, 15, "open"},
                         {1, rpc::mgmt::is_server_listening, {}},
                         {1, rpc::mgmt::inquire_interface_ids, {}}};
    caller.run(where);
    CHECK(caller.bound(0));
    CHECK(caller.bound(1));
    CHECK_FALSE(caller.bound(2));
    REQUIRE(caller.failures.size() == 1);
    CHECK_THAT(caller.failures[0], ContainsSubstring("nca_s_op_rng_error"));
    CHECK(caller.answers.size() == 2);
}

TEST_CASE("what a client has left open goes with the last connection of its association group") {
    MailWorld world(office);
    rpc::epm::LookupIn lookup;
    lookup.entries_max = 1;
    {
        RpcCaller caller(world, "bob-pc", 1);
        caller.interfaces = {rpc::epm::interface};
        caller.work.calls = {{0, rpc::epm::lookup, ndr::write(lookup)}};
        caller.run("mail:135");
        CHECK(caller.group() != 0);
        CHECK(caller.answers.size() == 1);
    }
    const RpcHost& host = world.world().rpc.hosts[world.host("mail")];
    CHECK(host.groups.empty());
    CHECK(host.mapper.lookups.empty());
    CHECK(world.decided("the endpoint mapper tells a caller of all"));
    // A group that has ended is not joined.
    RpcCaller late(world, "bob-pc", 2);
    late.interfaces = {rpc::epm::interface};
    late.host.group = host.last_group;
    late.work.calls = {question(mapi::emsmdb_interface)};
    late.run("mail:135");
    CHECK(late.answers.empty());
    CHECK(late.failures.size() == 1);
}

TEST_CASE("worlds with RPC are values: a copy goes on as the first one does") {
    MailWorld world(office);
    const World copy = world.world();
    CHECK(copy == world.world());
    static_cast<void>(ask_mapper(world, 1, mapi::emsmdb_interface));
    CHECK_FALSE(copy == world.world());
}
