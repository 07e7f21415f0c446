// Feeds any text to the scenario loader: it must tell what is wrong, never fall over, and what it
// accepts must survive being printed and read again.
#include "sim/scenario/load.hpp"
#include "sim/scenario/print.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace postroad::scenario;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    Surroundings around;
    around.read_file = [](const std::string&) { return std::string("@ IN A 192.0.2.1\n"); };
    const Loaded first = load(text, "fuzz.toml", around);
    static_cast<void>(to_text(first.problems, true));
    if (!first.ok()) return 0;
    const Loaded again = load(print(first.declared), "again.toml", around);
    if (!again.ok() || !(again.declared == first.declared) || !(again.complete == first.complete))
        std::abort();
    return 0;
}
