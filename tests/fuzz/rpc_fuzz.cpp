// Fuzzes RPC: what is read is written and read again as the same, towers and stubs included; a
// server and a client stand any octets, in any pieces. The first octet chooses.
#include "tests/fuzz/machine_fuzz.hpp"

#include <memory>

#include "protocols/rpc/epm_stubs.hpp"
#include "protocols/rpc/mgmt_stubs.hpp"
#include "tests/support/rpc_desk.hpp"

using namespace postroad;
using namespace postroad::rpc;

namespace {

using fuzz::insist;

template <class T> void fuzz_stub(std::string_view octets) {
    for (const bool big_endian : {false, true}) {
        T stub, again;
        if (!ndr::read(octets, stub, big_endian)) continue;
        insist(ndr::read(ndr::write(stub), again) && again == stub);
    }
}

void fuzz_packet(std::string_view octets) {
    const auto packet = read_packet(octets);
    if (!packet) return;
    const auto again = read_packet(write_packet(*packet).octets);
    insist(again.has_value() && again->body == packet->body && again->type == packet->type);
}

void fuzz_tower(std::string_view octets) {
    if (const auto tower = read_tower(octets)) {
        insist(read_tower(write_tower(*tower)) == *tower);
        (void)binding_of(*tower);
    }
}

void fuzz_mapper(std::string_view octets) {
    rpc_desk::Desk desk;
    CallAsk call;
    call.interface = (octets.size() & 1) ? epm::interface : mgmt::interface;
    for (std::uint16_t operation = 0; operation < 7; ++operation) {
        call.operation = operation;
        call.stub = octets;
        (void)desk.run(call);
    }
}

struct ServersDesk {
    rpc_desk::Desk desk;
    void operator()(Server&, Heap&, const Ask& ask, Answer& out) { desk.answer(ask, out); }
};
struct ClientsDesk {
    rpc_desk::Work work;
    ClientsDesk() { work.calls = {{0, 3, "a stub"}, {0, 0, "another"}}; }
    void operator()(Client& client, Heap& heap, const Ask& ask, Answer& out) {
        work.answer(client, heap, ask, out);
    }
};

template <class Machine, class Host, class Desk>
void fuzz_machine(const Host& host, const std::uint8_t* data, std::size_t size) {
    using Driver = fuzz::Driver<Machine, Host, Desk>;
    {
        Desk desk;
        Driver driver(host, desk);
        fuzz::play(driver, {data, size});
    }
    std::vector<std::unique_ptr<Desk>> desks;
    fuzz::cut(
        [&] {
            desks.push_back(std::make_unique<Desk>());
            return std::make_unique<Driver>(host, *desks.back());
        },
        {reinterpret_cast<const char*>(data), size});
}

void fuzz_server(const std::uint8_t* data, std::size_t size) {
    static const std::vector<Syntax> interfaces{epm::interface, mgmt::interface, rpc_desk::echo};
    ServerHost host;
    host.interfaces = interfaces;
    host.secondary_address = "135";
    fuzz_machine<Server, ServerHost, ServersDesk>(host, data, size);
}

void fuzz_client(const std::uint8_t* data, std::size_t size, bool logs_in) {
    static const std::vector<Syntax> interfaces{epm::interface};
    ClientHost host;
    host.interfaces = interfaces;
    if (logs_in) {
        host.auth = AuthType::ntlm;
        host.level = AuthLevel::privacy;
    }
    fuzz_machine<Client, ClientHost, ClientsDesk>(host, data, size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 16) {
    case 0: fuzz_packet(octets); break;
    case 1: fuzz_tower(octets); break;
    case 2: fuzz_stub<epm::LookupIn>(octets); break;
    case 3: fuzz_stub<epm::LookupOut>(octets); break;
    case 4: fuzz_stub<epm::MapIn>(octets); break;
    case 5: fuzz_stub<epm::MapOut>(octets); break;
    case 6: fuzz_stub<mgmt::InterfaceIds>(octets); break;
    case 7: fuzz_stub<mgmt::Statistics>(octets); break;
    case 8: fuzz_stub<mgmt::PrincipalName>(octets); break;
    case 9: fuzz_mapper(octets); break;
    case 10: fuzz_client(data + 1, size - 1, false); break;
    case 11: fuzz_client(data + 1, size - 1, true); break;
    default: fuzz_server(data + 1, size - 1); break;
    }
    return 0;
}
