// The endpoint mapper and the management interface: what is registered is found, page by page, by
// who asks rightly; and what can be said of what an open port has opened.
#include "protocols/rpc/epm_stubs.hpp"
#include "protocols/rpc/mgmt_stubs.hpp"
#include "tests/catch.hpp"
#include "tests/support/rpc_desk.hpp"

using namespace postroad;
using namespace postroad::rpc;

namespace {

constexpr Syntax store{"a4f1db00-ca47-1067-b31f-00dd010662da", 0, 81};

struct World {
    Heap heap;
    epm::Mapper mapper;
    std::vector<epm::Endpoint> endpoints = rpc_desk::endpoints();
    std::uint32_t group = 1, drawn = 0;

    World() = default;
    World(const World&) = delete;
    World& operator=(const World&) = delete;
    ~World() {
        release(mapper, heap);
        CHECK(heap.live_blocks() == 0);
    }
    Outcome call(std::uint16_t operation, std::string_view stub) {
        CallAsk ask;
        ask.interface = epm::interface;
        ask.operation = operation;
        ask.group = group;
        ask.stub = stub;
        Uuid fresh;
        fresh.time_low = ++drawn;
        return epm::answer(mapper, ask, {endpoints, fresh}, heap);
    }
    template <class Out, class In> Out ask(std::uint16_t operation, const In& in) {
        const Outcome outcome = call(operation, ndr::write(in));
        REQUIRE(outcome.ok);
        Out out;
        REQUIRE(ndr::read(outcome.stub, out));
        return out;
    }
};

template <class Out, class In> Out manage(std::uint16_t operation, const In& in) {
    const std::vector<Syntax> interfaces{store, epm::interface};
    CallAsk ask;
    ask.operation = operation;
    const std::string stub = ndr::write(in);
    ask.stub = stub;
    const Outcome outcome = mgmt::answer(ask, {interfaces, 3, 7, 8, "host/mail.example.org"});
    REQUIRE(outcome.ok);
    Out out;
    REQUIRE(ndr::read(outcome.stub, out));
    return out;
}

}  // namespace

TEST_CASE("a client learns the port at which the store answers") {
    World world;
    const Outcome outcome = world.call(epm::map, epm::question(store));
    REQUIRE(outcome.ok);
    const auto mapped = epm::read_mapped(outcome.stub);
    REQUIRE(mapped.has_value());
    CHECK(mapped->status == 0);
    REQUIRE(mapped->towers.size() == 1);
    CHECK(mapped->towers[0].port == 49153);
    CHECK(binding_of(mapped->towers[0]) == "ncacn_ip_tcp:192.0.2.1[49153]");
    // A restart moves it.
    for (epm::Endpoint& one : world.endpoints)
        if (one.tower.interface == store) one.tower.port = 50'001;
    CHECK(epm::read_mapped(world.call(epm::map, epm::question(store)).stub)->towers[0].port ==
          50'001);
}

TEST_CASE("an older client's version is served, a newer or another one is not registered") {
    World world;
    const auto status = [&](const Syntax& wanted, Sequence sequence = Sequence::ncacn_ip_tcp) {
        return epm::read_mapped(world.call(epm::map, epm::question(wanted, sequence)).stub)->status;
    };
    CHECK(status({store.uuid, 0, 80}) == 0);
    CHECK(status({store.uuid, 0, 82}) == epm::not_registered);
    CHECK(status({store.uuid, 1, 0}) == epm::not_registered);
    CHECK(status(store, Sequence::ncacn_np) == epm::not_registered);
    CHECK(status({"367abb81-9844-35f1-ad32-98f038001003", 2, 0}, Sequence::ncacn_np) == 0);
    CHECK(status(store, Sequence::ncadg_ip_udp) == epm::not_registered);
}

TEST_CASE("a map asked for with NDR64 or with octets that are no tower finds nothing") {
    World world;
    epm::MapIn in;
    Tower tower;
    tower.interface = store;
    tower.transfer = ndr64_syntax;
    in.tower = epm::TowerOctets{write_tower(tower)};
    in.towers_max = 4;
    CHECK(world.ask<epm::MapOut>(epm::map, in).status == epm::not_registered);
    in.tower = epm::TowerOctets{"nonsense"};
    CHECK(world.ask<epm::MapOut>(epm::map, in).status == epm::not_registered);
}

TEST_CASE("a lookup gives everything, however small its pages are") {
    World world;
    for (const std::uint32_t page : {1U, 3U, 7U, 500U}) {
        epm::LookupIn in;
        in.entries_max = page;
        std::vector<epm::Entry> all;
        for (;;) {
            const auto out = world.ask<epm::LookupOut>(epm::lookup, in);
            CHECK(out.entries.size() <= page);
            all.insert(all.end(), out.entries.begin(), out.entries.end());
            in.handle = out.handle;
            if (in.handle.is_nil()) break;
            CHECK(out.status == (out.entries.empty() ? epm::not_registered : 0U));
        }
        REQUIRE(all.size() == world.endpoints.size());
        for (std::size_t i = 0; i < all.size(); ++i) {
            CHECK(read_tower(all[i].tower->octets) == world.endpoints[i].tower);
            CHECK(all[i].annotation == world.endpoints[i].annotation);
        }
        CHECK(world.mapper.lookups.empty());
    }
}

TEST_CASE("a lookup by interface, by version and by object gives those alone") {
    World world;
    epm::LookupIn in;
    in.entries_max = 100;
    in.inquiry = epm::Inquiry::by_interface;
    in.wanted = epm::InterfaceId{store.uuid, 0, 80};
    const auto count = [&](epm::Versions versions) {
        in.versions = versions;
        return world.ask<epm::LookupOut>(epm::lookup, in).entries.size();
    };
    CHECK(count(epm::Versions::any) == 1);
    CHECK(count(epm::Versions::compatible) == 1);
    CHECK(count(epm::Versions::exact) == 0);
    CHECK(count(epm::Versions::major_only) == 1);
    CHECK(count(epm::Versions::up_to) == 0);
    in.inquiry = epm::Inquiry::by_object;
    CHECK(world.ask<epm::LookupOut>(epm::lookup, in).status == epm::cannot_perform);
    in.object = Uuid{"11111111-2222-3333-4444-555555555555"};
    CHECK(world.ask<epm::LookupOut>(epm::lookup, in).status == epm::not_registered);
    world.endpoints[2].object = *in.object;
    CHECK(world.ask<epm::LookupOut>(epm::lookup, in).entries.size() == 1);
}

TEST_CASE("a handle is good for whom it was given to, until it is freed or run down") {
    World world;
    epm::LookupIn in;
    in.entries_max = 2;
    in.handle = world.ask<epm::LookupOut>(epm::lookup, in).handle;
    CHECK(!in.handle.is_nil());
    world.group = 2;
    CHECK(world.call(epm::lookup, ndr::write(in)).status == Status::context_mismatch);
    world.group = 1;
    CHECK(world.ask<epm::FreeOut>(epm::lookup_handle_free, epm::FreeIn{in.handle}).handle.is_nil());
    CHECK(world.call(epm::lookup, ndr::write(in)).status == Status::context_mismatch);
    in.handle = {};
    in.handle = world.ask<epm::LookupOut>(epm::lookup, in).handle;
    run_down(world.mapper, 1, world.heap);
    CHECK(world.call(epm::lookup, ndr::write(in)).status == Status::context_mismatch);
    for (int i = 0; i < 200; ++i) {  // who opens many gets no more after a while
        epm::LookupIn another;
        another.entries_max = 1;
        world.ask<epm::LookupOut>(epm::lookup, another);
    }
    CHECK(world.mapper.lookups.size() == epm::lookups_max);
}

TEST_CASE("nobody registers from outside, and what is no stub is a fault") {
    World world;
    CHECK(world.call(epm::insert, "").status == Status::access_denied);
    CHECK(world.call(epm::lookup, "short").status == Status::bad_stub_data);
    CHECK(world.call(epm::map, "").status == Status::bad_stub_data);
    CHECK(world.call(99, "").status == Status::no_such_operation);
}

TEST_CASE("the management interface tells what a server has and who it is") {
    const auto ids = manage<mgmt::InterfaceIds>(mgmt::inquire_interface_ids, mgmt::Nothing{});
    REQUIRE(ids.ids.has_value());
    REQUIRE(ids.ids->size() == 2);
    CHECK((*ids.ids)[0] == epm::InterfaceId{store.uuid, 0, 81});
    CHECK(manage<mgmt::Listening>(mgmt::is_server_listening, mgmt::Nothing{}).listens == 1);
    CHECK(manage<mgmt::Stopped>(mgmt::stop_server_listening, mgmt::Nothing{}).status == 5);
    const auto statistics =
        manage<mgmt::Statistics>(mgmt::inquire_statistics, mgmt::StatisticsIn{3});
    CHECK(statistics.values == std::vector<std::uint32_t>{3, 0, 7});
    const auto name = [](std::uint32_t type, std::uint32_t octets) {
        return manage<mgmt::PrincipalName>(mgmt::inquire_principal_name,
                                           mgmt::PrincipalNameIn{type, octets});
    };
    CHECK(name(10, 64).name == "host/mail.example.org");
    CHECK(name(10, 5).name.empty());
    CHECK(name(10, 5).status != 0);
    CHECK(name(10, 0).status != 0);
    CHECK(name(9, 64).name == "host/mail.example.org");
    CHECK(name(68, 64).status != 0);  // Netlogon's: nobody here has it
}

TEST_CASE(
    "every known service says what a caller can do, and the others say that they are others") {
    for (const KnownService& one : known_services()) {
        CHECK(find_service(one.word) == &one);
        CHECK(find_service(one.interface) == &one);
        CHECK(one.can.size() > 20);
        CHECK(one.annotation.size() < 64);
        CHECK(describe_service(one.interface).find(one.can) != std::string::npos);
    }
    CHECK(find_service("nobody") == nullptr);
    CHECK(describe_service(ndr_syntax).starts_with("an interface that is not known here"));
    CHECK(find_service(store)->mail);
    CHECK(!find_service("service-control")->mail);
}
