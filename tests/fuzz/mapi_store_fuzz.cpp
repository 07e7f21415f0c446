// Fuzzes the store behind MAPI: buffers of remote operations, whatever they are, against a mailbox
// with some mail. What must hold: every buffer is answered or refused, the answer fits, copies of the
// world agree, and a session that ends leaves nothing behind.
#include <cstdlib>
#include <memory>

#include "protocols/mapi/emsmdb_stubs.hpp"
#include "protocols/mapi/extended_buffer.hpp"
#include "protocols/mapi/object_ids.hpp"
#include "protocols/mapi/rop_buffer.hpp"
#include "sim/mail/folders.hpp"
#include "sim/mail/mapi_store.hpp"
#include "sim/mail/store.hpp"
#include "sim/rpc/rpc.hpp"
#include "sim/world/open.hpp"
#include "sim/world/simulation.hpp"
#include "sim/world/world_make.hpp"
#include "tests/support/mapi_filler.hpp"

using namespace postroad;
using namespace postroad::sim;

namespace {

void insist(bool holds) {
    if (!holds) std::abort();
}

constexpr const char* scenario_text =
    "postroad = 1\nrecord = \"summary\"\n[hosts.mail]\ndomains = \"example.org\"\n"
    "services = [\"mta\", \"mda\", \"mapi\"]\n[people.alice]\nquota = \"1 MB\"\n[people.bob]\n";

const World& beginning() {
    static const std::unique_ptr<World> world = [] {
        const Opened opened = open_scenario(scenario_text, "fuzz.toml");
        insist(opened.setup != nullptr);
        Simulation simulation(make_world(opened.setup, 1), Trace(Depth::summary));
        Run& run = simulation.hands();
        store::set_up(run.world);
        const std::uint32_t inbox = folders::inbox(run.world, opened.setup->find_person("alice"));
        for (const char* text : {"Subject: one\r\nFrom: bob@example.org\r\n\r\nHi\r\n",
                                 "Subject: RE: two\r\nTo: alice@example.org, x\r\n\r\nHo\r\n"}) {
            store::Entry entry;
            entry.content = run.world.heap.make(text);
            store::add(run.world, inbox, entry);
        }
        return std::make_unique<World>(simulation.world());
    }();
    return *world;
}

struct Program {
    Trace trace{Depth::summary};
    World world = beginning();
    Run run{world, trace};
    NodeId host = world.setup->find_host("mail");
    ndr::ContextHandle session;

    rpc::Outcome call(std::uint16_t operation, std::string_view stub, bool waits = false) {
        rpc::CallAsk ask;
        ask.interface = waits ? mapi::async_interface : mapi::emsmdb_interface;
        ask.operation = operation;
        ask.stub = stub;
        ask.user = "alice";
        rpc::Outcome out;
        (void)mapi_store::call(run, 0xfffffff0, host, ask, out);
        return out;
    }
    void connect() {
        mapi::ConnectIn in;
        in.user_dn = rpc_layer::dn_of(*world.setup, world.setup->find_person("alice"));
        mapi::ConnectOut out;
        insist(ndr::read(call(mapi::ec_do_connect_ex, ndr::write(in)).stub, out));
        session = out.session;
        insist(!session.is_nil());
    }
    std::string send(std::string_view rops, std::uint32_t room, std::uint32_t flags) {
        mapi::ExecuteIn in;
        in.session = session;
        in.payload_room = room;
        in.flags = flags;
        in.payload = mapi::write_extended(rops, mapi::Packing::plain);
        const rpc::Outcome outcome = call(mapi::ec_do_rpc_ext2, ndr::write(in));
        if (!outcome.ok) return {};
        mapi::ExecuteOut out;
        insist(ndr::read(outcome.stub, out));
        insist(out.payload.size() <= room);
        insist(out.result != 0 || mapi::read_extended(out.payload).has_value());
        return outcome.stub;
    }
};

// Log-on, inbox, its table, a message of it and a new one: so that there is something to work on.
std::string prelude(const World& world) {
    mapi::rop::Logon logon;
    logon.dn = rpc_layer::dn_of(*world.setup, world.setup->find_person("alice"));
    const std::uint64_t inbox = mapi::object_id(5);
    mapi::RequestBuffer buffer;
    buffer.rops = {{0, 0, 0, logon},
                   {0, 0, 1, mapi::rop::OpenFolder{inbox, 0}},
                   {0, 1, 2, mapi::rop::GetContentsTable{0}},
                   {0, 2, 0, mapi::rop::SetColumns{0, {mapi::tag::subject, mapi::tag::message_id}}},
                   {0, 0, 3, mapi::rop::OpenMessage{0, inbox, 1, mapi::object_id(1ULL << 28 | 1)}},
                   {0, 0, 4, mapi::rop::CreateMessage{0, mapi::object_id(14), 0}},
                   {0, 4, 5, mapi::rop::CreateAttachment{}},
                   {0, 4, 6, mapi::rop::OpenStream{mapi::tag::body, 2}},
                   {0, 0, 7, mapi::rop::RegisterNotification{0xfe, 1, 0, 0}}};
    buffer.handles.assign(12, mapi::no_handle);
    return mapi::write_requests(buffer);
}

// Operations made up by the octets: which, on what, into what; or, by the first octet, the octets as
// they are.
std::string operations(std::string_view octets) {
    if (octets[0] % 4 == 0) return std::string(octets.substr(1));
    mapi::RequestBuffer buffer;
    for (std::uint32_t handle = 1; handle <= 12; ++handle) buffer.handles.push_back(handle);
    for (std::size_t at = 1; at + 3 < octets.size() && buffer.rops.size() < 20; at += 4) {
        const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(octets[at + i]); };
        const std::size_t index = octet(0) % std::variant_size_v<mapi::RequestBody>;
        buffer.rops.push_back({0, static_cast<std::uint8_t>(octet(1) % 13),
                               static_cast<std::uint8_t>(octet(2) % 13),
                               mapi_filler::request_of(index, octet(3))});
    }
    return mapi::write_requests(buffer);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 4 || size > 30'000) return 0;
    Program program;
    program.connect();
    const std::uint64_t watches = program.world.mail.mapi.watches;
    insist(watches == 0);
    (void)program.send(prelude(program.world), 0x8008, 3);
    const std::string_view octets(reinterpret_cast<const char*>(data) + 3, size - 3);
    const std::uint32_t room = data[0] < 200 ? 0x8008 : data[1] * 64U;
    const std::string rops = operations(octets);
    Program twin;
    twin.world = program.world;
    twin.session = program.session;
    insist(program.send(rops, room, data[2]) == twin.send(rops, room, data[2]));
    insist(program.world.mail == twin.world.mail);
    (void)program.send(rops, 0x40000, data[2] | 4U);
    mapi_store::crash(program.run, program.host);
    insist(program.world.mail.mapi.sessions.live() == 0);
    insist(program.world.mail.mapi.objects.live() == 0);
    insist(program.world.mail.mapi.watches == 0);
    return 0;
}
