// Every lab's capture, start and solution, is judged by tshark: sound, and with as many commands,
// replies and DNS answers as its Trace has.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>

#include "sim/grading/catalogue.hpp"
#include "sim/views/capture_counts.hpp"
#include "sim/views/pcapng.hpp"
#include "sim/world/open.hpp"
#include "sim/world/world_make.hpp"
#include "tests/catch.hpp"
#include "tests/support/own_file.hpp"

using namespace postroad;
using namespace postroad::sim;

namespace {

std::unique_ptr<Simulation> run(const std::filesystem::path& scenario,
                                const std::filesystem::path& journal) {
    const auto opened = open_file(scenario);
    INFO(scenario.string());
    REQUIRE(opened.has_value());
    REQUIRE(opened->setup != nullptr);
    auto out = std::make_unique<Simulation>(
        make_world(opened->setup, opened->setup->scenario.seed), Trace(Depth::bytes));
    if (std::filesystem::exists(journal)) {
        std::string error;
        bool cut = false;
        out->replay(Journal::parse(read_whole_file(journal).value(), error, cut));
        REQUIRE(error.empty());
    }
    run_whole(*out, {});
    return out;
}

// What the gate says of the capture of a whole run, and how it ends.
void judge(const Simulation& simulation, const std::string& name) {
    const Trace& trace = simulation.trace();
    const Setup& setup = *simulation.world().setup;
    const views::CaptureCounts counts =
        views::capture_counts(trace, views::TraceIndex(trace, setup));
    const std::string capture = own_file(name + ".pcapng");
    const std::string expected = own_file(name + ".counts.json");
    {
        std::ofstream file(capture, std::ios::binary);
        views::write_pcapng(trace, setup, {}, [&](std::string_view octets) {
            file.write(octets.data(), static_cast<std::streamsize>(octets.size()));
        });
        std::ofstream(expected) << views::to_json(counts);
    }
    const std::string command = "python3 tests/capture_gate.py " + capture + " --expect " +
                                expected + (counts.lost + counts.sent_again > 0 ? " --lossy" : "") + " 2>&1";
    FILE* const pipe = popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string said;
    std::array<char, 4096> line{};
    while (std::fgets(line.data(), line.size(), pipe) != nullptr) said += line.data();
    INFO(name << ": " << said << "\ncounts: " << views::to_json(counts));
    CHECK(pclose(pipe) == 0);
    std::remove(capture.c_str());
    std::remove(expected.c_str());
}

}  // namespace

TEST_CASE("tshark finds every lab's capture sound, with the Trace's own counts", "[slow]") {
    const auto labs = grading::list_labs("labs");
    REQUIRE(labs.size() >= 7);
    for (const auto& lab : labs) {
        const std::string name = lab.folder.filename().string();
        judge(*run(lab.folder / "scenario.toml", {}), name);
        const auto journal = lab.folder / "solution" / "journal.txt";
        const auto solved = lab.folder / "solution" / "scenario.toml";
        if (std::filesystem::exists(journal))
            judge(*run(lab.folder / "scenario.toml", journal), name + "-solution");
        else if (std::filesystem::exists(solved))
            judge(*run(solved, {}), name + "-solution");
    }
}
