// Any bytes as firewall rules: parse, print, parse again, evaluate, expose; never a crash, and
// what was accepted prints to itself.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocols/base/assertion.hpp"
#include "sim/net/ruleset.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace postroad::net;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const NameBook names{[](std::string_view name) -> std::vector<Prefix> {
                             if (name.size() > 3) return {};
                             return {host_prefix(make_v4(10, 0, 0, 1)),
                                     host_prefix(make_address(1, 1))};
                         },
                         {"mx1", "mx2"}};
    std::vector<Problem> problems;
    const Ruleset rules = parse_ruleset(text, names, problems);
    for (const Problem& p : problems) POSTROAD_ASSERT(p.line > 0 && p.column > 0 && p.length > 0);
    if (!problems.empty()) return 0;
    const Ruleset again = parse_ruleset(print(rules), names, problems);
    POSTROAD_ASSERT(problems.empty() && again == rules);
    PacketHeader packet;
    packet.protocol = protocol_tcp;
    for (const std::uint16_t port : {std::uint16_t{25}, std::uint16_t{6001}}) {
        packet.src = packet.dst = make_v4(10, 0, 0, 1);
        packet.dst_port = port;
        evaluate(rules, packet, ConntrackState::fresh, "inside", "outside");
    }
    if (rules.rules.size() < 20)
        for (const Opening& o : exposure(rules)) POSTROAD_ASSERT(!describe(o).empty());
    return 0;
}
