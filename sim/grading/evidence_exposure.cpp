// Facts about what firewalls have opened when the run is over.
#include "protocols/rpc/services.hpp"
#include "sim/grading/gather.hpp"
#include "sim/views/exposure.hpp"

namespace postroad::sim::grading {

void Gatherer::exposed() {
    const auto flag = [](bool value) { return std::string(value ? "true" : "false"); };
    for (std::uint32_t firewall = 0; firewall < setup.firewalls.size(); ++firewall)
        for (const views::Exposure& place : views::exposure_of(world, firewall))
            for (const views::ExposedService& service : place.services) {
                if (!service.stopped_by.empty()) continue;
                Happening& one = add(Kind::exposes, world.now, trace.end(), 0,
                                     views::words_for(world, service) + " is open" +
                                         (service.helper.empty() ? "" : " by a helper") +
                                         (service.can.empty() ? "" : ": " + service.can));
                std::vector<std::string> names{service.service};
                if (!service.interface.empty())
                    names.push_back(service.interface.substr(0, service.interface.find(' ')));
                set(one, Kind::exposes, "firewall", {setup.firewalls[firewall].name});
                set(one, Kind::exposes, "service", std::move(names));
                set(one, Kind::exposes, "host", names_of(service.host));
                set(one, Kind::exposes, "port", {std::to_string(service.port)});
                set(one, Kind::exposes, "mail", {flag(service.mail)});
                set(one, Kind::exposes, "anywhere", {flag(service.anywhere)});
                set(one, Kind::exposes, "by_helper", {flag(!service.helper.empty())});
            }
}

}  // namespace postroad::sim::grading
