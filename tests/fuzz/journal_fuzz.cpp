// Fuzzes journal files: what is read is written again alike, and a world lives through it.
#include <cstdlib>
#include <memory>

#include "sim/core/journal.hpp"
#include "sim/world/open.hpp"
#include "sim/world/simulation.hpp"
#include "sim/world/world_make.hpp"

using namespace postroad;

namespace {

const std::shared_ptr<const sim::Setup>& setup() {
    static const auto opened = sim::open_scenario(
        "postroad = 1\n[hosts.mail]\ndomains = \"example.org\"\n"
        "[hosts.real]\ndomains = \"example.net\"\nreal = \"127.0.0.1:10025\"\n"
        "[people.alice]\naddress = \"alice@example.org\"\n",
        "fuzz.toml");
    return opened.setup;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text = "postroad-journal 1\n" +
                             std::string(reinterpret_cast<const char*>(data), size) + "\n";
    std::string error;
    bool cut = false;
    sim::Journal journal = sim::Journal::parse(text, error, cut);
    if (!error.empty()) return 0;
    std::string again_error;
    const sim::Journal again = sim::Journal::parse(journal.to_text(), again_error, cut);
    if (!again_error.empty() || cut || !(again == journal)) std::abort();
    sim::Simulation simulation(sim::make_world(setup(), 1), sim::Trace(sim::Depth::lines));
    simulation.replay(std::move(journal));
    simulation.run_until(10 * second, 5'000);
    return 0;
}
