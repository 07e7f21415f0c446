// The list of panels, in the order of their keys.
#include "viz/panels/panel.hpp"

namespace postroad::viz {

std::vector<std::unique_ptr<Panel>> make_panels() {
    std::vector<std::unique_ptr<Panel>> out;
    out.push_back(make_map());
    out.push_back(make_ladder());
    out.push_back(make_message());
    out.push_back(make_host());
    out.push_back(make_firewall());
    out.push_back(make_dns());
    out.push_back(make_what_if());
    out.push_back(make_search());
    return out;
}

}  // namespace postroad::viz
