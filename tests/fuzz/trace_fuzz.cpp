// Fuzzes trace files: a damaged one is refused with a sentence, any other is read to its end.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "sim/core/trace.hpp"

using namespace postroad;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const int file = memfd_create("trace", 0);
    std::string chunk(sim::chunk_bytes, '\0');
    const std::size_t used = std::min(size, chunk.size());
    chunk.replace(0, used, reinterpret_cast<const char*>(data), used);
    std::string header(4096, '\0');
    const std::string magic = "postroad-trace 1\n";
    header.replace(0, magic.size(), magic);
    if (ftruncate(file, 0) != 0 || pwrite(file, header.data(), header.size(), 0) < 0 ||
        pwrite(file, chunk.data(), chunk.size(), 4096) < 0)
        std::abort();
    std::string error;
    const auto trace = sim::Trace::load("/proc/self/fd/" + std::to_string(file), error);
    if (trace == nullptr) {
        if (error.empty()) std::abort();
        return 0;
    }
    std::size_t octets = 0;
    for (auto row = trace->read(); !row.done(); row.next()) {
        const sim::RowView view = row.row();
        octets += view.head().octets;
        if (view.head().fact == sim::Fact::line) octets += view.tail<sim::LineFact>().size();
        if (view.head().fact == sim::Fact::packet) octets += view.tail<sim::PacketFact>().size();
    }
    if (octets > sim::chunk_bytes * 2) std::abort();
    return 0;
}
