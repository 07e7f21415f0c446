// Names of SASL mechanisms in a scenario.
#include "protocols/base/did_you_mean.hpp"
#include "sim/world/compile.hpp"

namespace postroad::sim {

std::vector<sasl::Mechanism> to_mechanisms(Compiler& c, const std::string& path,
                                           const std::vector<std::string>& names) {
    std::vector<sasl::Mechanism> out;
    for (const std::string& name : names) {
        const sasl::Mechanism one = sasl::mechanism_named(name);
        if (one != sasl::Mechanism::none) {
            out.push_back(one);
            continue;
        }
        std::vector<std::string_view> known;
        for (std::uint8_t i = 1; i < sasl::mechanism_count; ++i)
            known.push_back(sasl::name_of(static_cast<sasl::Mechanism>(i)));
        const std::string_view near = closest(name, known);
        c.error(path, "there is no SASL mechanism " + quoted(name),
                "mechanisms go by their registered names (RFC 4422 §3.1)",
                near.empty() ? "" : "did you mean " + quoted(near) + "?");
    }
    return out;
}

}  // namespace postroad::sim
