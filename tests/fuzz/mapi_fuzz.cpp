// Fuzzes what mail by RPC carries: buffers of remote operations, their answers, extended buffers
// and the calls of the store's interface. The first octet chooses; what is read comes back as it
// was written.
#include <cstdlib>

#include "protocols/mapi/emsmdb_stubs.hpp"
#include "protocols/mapi/extended_buffer.hpp"
#include "protocols/nspi/nspi_stubs.hpp"
#include "tests/support/mapi_filler.hpp"
#include "tests/support/rpc_desk.hpp"

using namespace postroad;
using namespace postroad::mapi;

namespace {

void insist(bool holds) {
    if (!holds) std::abort();
}

template <class T> void fuzz_stub(std::string_view octets) {
    T stub, again;
    if (!ndr::read(octets, stub)) return;
    insist(ndr::read(ndr::write(stub), again) && again == stub);
}

void fuzz_requests(std::string_view octets) {
    const auto buffer = read_requests(octets);
    if (!buffer) return;
    const auto again = read_requests(write_requests(*buffer));
    insist(again.has_value() && *again == *buffer);
}

// The second octet says which operation is answered.
void fuzz_responses(std::string_view octets) {
    if (octets.empty()) return;
    static const std::vector<PropertyTag> columns{tag::subject, tag::flags, tag::entry_id,
                                                  0x00010000U, 0x8001101fU};
    const std::size_t index =
        static_cast<unsigned char>(octets[0]) % std::variant_size_v<RequestBody>;
    const RequestBuffer asked{{{0, 0, 1, mapi_filler::request_of(index, 1)}}, {}};
    const auto columns_of = [](std::uint8_t) { return &columns; };
    const auto buffer = read_responses(octets.substr(1), asked, columns_of);
    // A column that leaves its type open is read, and never written: so what is read is the end.
    if (buffer) insist(buffer->rops.size() <= 2 * rops_max);
}

void fuzz_extended(std::string_view octets) {
    if (const auto payloads = read_extended(octets)) {
        for (const std::string& one : *payloads)
            insist(read_extended(write_extended(one, Packing::compressed))->front() == one);
    }
    const std::string packed = compress(octets);
    insist(decompress(packed, octets.size()) == octets);
    (void)decompress(octets, 100'000);
}

void fuzz_parts(std::string_view octets) {
    Restriction restriction, again;
    if (read(octets, restriction)) insist(read(write(restriction), again) && again == restriction);
    (void)read_recipient(octets, {tag::subject, tag::flags});
    (void)read_callback(octets);
}

// Whatever is asked of it, by somebody who is bound.
void fuzz_directory(std::string_view octets) {
    rpc_desk::Desk desk;
    rpc::CallAsk call;
    call.interface = nspi::interface;
    const std::string bound = ndr::write(nspi::BindIn{});
    call.stub = bound;
    const std::string handle = desk.run(call).stub.substr(4, 20);
    const std::string stub = handle + std::string(octets);
    for (std::uint16_t operation = 1; operation <= nspi::resolve_names_w; ++operation) {
        call.operation = operation;
        call.stub = stub;
        (void)desk.run(call);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0 || size > 60'000) return 0;
    const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 16) {
    case 0: fuzz_extended(octets); break;
    case 1: fuzz_parts(octets); break;
    case 2: fuzz_stub<ConnectIn>(octets); break;
    case 3: fuzz_stub<ConnectOut>(octets); break;
    case 4: fuzz_stub<ExecuteIn>(octets); break;
    case 5: fuzz_stub<ExecuteOut>(octets); break;
    case 6: fuzz_stub<RegisterPushIn>(octets); break;
    case 7: fuzz_stub<nspi::QueryRowsIn>(octets); break;
    case 8: fuzz_stub<nspi::GetMatchesIn>(octets); break;
    case 9: fuzz_stub<nspi::RowsOut>(octets); break;
    case 10: fuzz_directory(octets); break;
    case 11:
    case 12:
    case 13: fuzz_responses(octets); break;
    default: fuzz_requests(octets); break;
    }
    return 0;
}
