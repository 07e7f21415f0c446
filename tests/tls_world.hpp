// Worlds with TLS, run to their end, and what the Trace says about them.
#pragma once

#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "tests/mail_world.hpp"
#include "tests/support/own_file.hpp"

namespace postroad::sim {

inline std::string run_tool(const std::string& command) {
    FILE* const pipe = popen((command + " 2>&1").c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string out;
    std::array<char, 4096> line{};
    while (std::fgets(line.data(), line.size(), pipe) != nullptr) out += line.data();
    out += "exit " + std::to_string(pclose(pipe));
    return out;
}

// Octets of packets that left a host.
inline std::string wire_of(const Simulation& simulation) {
    std::string out;
    for (auto at = simulation.trace().read(); !at.done(); at.next())
        if (at.row().head().fact == Fact::packet) out += at.row().tail<PacketFact>();
    return out;
}

inline std::unique_ptr<Simulation> whole_run(const std::string& text, std::uint64_t seed = 1) {
    auto out = std::make_unique<Simulation>(make_world(mail_setup(text), seed), Trace(Depth::bytes));
    run_whole(*out, {});
    return out;
}

// Whether somebody (or the host of that name) has decided something for a reason.
inline bool decided(const Simulation& simulation, Reason reason, std::string_view words = {},
             std::string_view host = {}) {
    const Setup& setup = *simulation.world().setup;
    for (auto at = simulation.trace().read(); !at.done(); at.next()) {
        if (at.row().head().fact != Fact::decision) continue;
        if (!host.empty() && setup.node_name(at.row().head().node) != host) continue;
        if (static_cast<Reason>(at.row().as<DecisionFact>().reason) != reason) continue;
        if (sentence(reason, at.row().tail<DecisionFact>()).find(words) != std::string::npos)
            return true;
    }
    return false;
}

inline bool said(const Simulation& simulation, std::string_view words) {
    for (auto at = simulation.trace().read(); !at.done(); at.next())
        if (at.row().head().fact == Fact::line &&
            at.row().tail<LineFact>().find(words) != std::string_view::npos)
            return true;
    return false;
}

inline bool delivered(const Simulation& simulation) {
    for (auto at = simulation.trace().read(); !at.done(); at.next())
        if (at.row().head().fact == Fact::custody &&
            at.row().as<CustodyFact>().move == CustodyMove::delivered)
            return true;
    return false;
}

}  // namespace postroad::sim
