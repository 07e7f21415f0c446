// Fuzzes the views with traces that are well-formed and made up: the rows of a real run, of which the
// fuzzer changes octets. Whatever passes as one of the scenario's is shown in every way there is.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>

#include "sim/views/capture_counts.hpp"
#include "sim/views/fits.hpp"
#include "sim/views/json.hpp"
#include "sim/views/ladder.hpp"
#include "sim/views/pcapng.hpp"
#include "sim/views/walkthrough.hpp"
#include "sim/world/open.hpp"
#include "sim/world/simulation.hpp"
#include "sim/world/world_make.hpp"

using namespace postroad;

namespace {

constexpr const char* scenario = R"(postroad = 1
[hosts.mail]
domains = "example.org"
tls.offer = true
[hosts.post]
domains = "example.net"
[people.alice]
address = "alice@example.org"
[people.bob]
address = "bob@example.net"
[[timeline]]
send = { from = "alice", to = "bob@example.net", subject = "hello" }
[[timeline]]
at = "10s"
send = { from = "bob", to = "nobody@example.org", subject = "lost" }
[[timeline]]
at = "30s"
fetch = "bob"
)";

struct Run {
    std::shared_ptr<const sim::Setup> setup = sim::open_scenario(scenario, "fuzz.toml").setup;
    std::string rows;  // a whole number of chunks

    Run() {
        const int file = memfd_create("rows", 0);
        const std::string path = "/proc/self/fd/" + std::to_string(file);
        if (file < 0 || setup == nullptr) std::abort();
        sim::Trace trace(sim::Depth::bytes, sim::Trace::Keep::file);
        if (!trace.open_file(path)) std::abort();
        sim::Simulation simulation(sim::make_world(setup, 1), std::move(trace));
        simulation.run_until(60 * second);
        if (!simulation.hands().trace.finish()) std::abort();
        rows.resize(sim::chunk_bytes);
        if (pread(file, rows.data(), rows.size(), 4096) < 0) std::abort();
        close(file);
    }
};

void show(const sim::Trace& trace, const sim::Setup& setup) {
    std::size_t octets = 0;
    const sim::views::Sink sink = [&](std::string_view words) { octets += words.size(); };
    const sim::views::TraceIndex index(trace, setup);
    sim::views::LadderOptions all;
    all.segments = all.content = true;
    sim::views::print_ladder(trace, setup, index, all, sink);
    sim::views::print_walkthrough(trace, setup, index, {}, sink);
    sim::views::write_json(trace, setup, sink);
    sim::views::write_pcapng(trace, setup, {}, sink);
    if (octets > (std::size_t{64} << 20)) std::abort();
}

}  // namespace

// Three octets say where (among the rows), the fourth what is there now.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Run run;
    static const int file = memfd_create("trace", 0);
    static const std::size_t used = run.rows.find_last_not_of('\0') + 1;
    std::string rows = run.rows;
    for (std::size_t at = 0; at + 4 <= size; at += 4) {
        const std::size_t place = (data[at] * 65536U + data[at + 1] * 256U + data[at + 2]) % used;
        rows[place] = static_cast<char>(data[at + 3]);
    }
    std::string header(4096, '\0');
    const std::string magic = "postroad-trace 1\n";
    header.replace(0, magic.size(), magic);
    if (ftruncate(file, 0) != 0 || pwrite(file, header.data(), header.size(), 0) < 0 ||
        pwrite(file, rows.data(), rows.size(), 4096) < 0)
        std::abort();
    std::string error;
    const auto trace = sim::Trace::load("/proc/self/fd/" + std::to_string(file), error);
    if (trace == nullptr) return 0;
    if (sim::views::misfit(*trace, *run.setup).empty()) show(*trace, *run.setup);
    else if (size < 4) std::abort();  // unchanged it must fit
    return 0;
}
