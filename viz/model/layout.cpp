// Rows of hosts in boxes, and Kamada and Kawai's springs between the boxes.
#include "viz/model/layout.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/circle_layout.hpp>
#include <boost/graph/kamada_kawai_spring_layout.hpp>
#include <cmath>

namespace postroad::viz {
namespace {

constexpr float cell_width = Layout::host_width + 18, cell_height = Layout::host_height + 28;
constexpr float padding = 12, title_height = 32, gap = 56, margin = 16;
constexpr std::size_t springs_max = 150;  // the algorithm is cubic

using scenario::Service;

// The hosts of a network in their rows, from the top.
std::vector<std::vector<std::uint32_t>> rows_of(const sim::Setup& setup,
                                                const std::vector<std::uint32_t>& hosts,
                                                bool upright) {
    // Beside each other networks should be narrow, above each other low.
    const bool alone = setup.networks.size() == 1;
    if (upright && !alone && hosts.size() <= 3) return {hosts};
    std::vector<std::uint32_t> ranked[3];
    for (const std::uint32_t host : hosts)
        ranked[static_cast<std::size_t>(rank_of(setup.hosts[host]))].push_back(host);
    const double shape = alone ? (upright ? 0.5 : 1.1) : upright ? 1.6 : 0.5;
    const double wide = std::round(std::sqrt(static_cast<double>(hosts.size()) * shape));
    const std::size_t columns =
        std::max<std::size_t>(alone ? 4 : upright ? 3 : 1, static_cast<std::size_t>(wide));
    std::vector<std::vector<std::uint32_t>> out;
    for (const auto& rank : ranked) {
        // Rows of nearly equal length look better than a full one and a rest.
        const std::size_t rows = (rank.size() + columns - 1) / columns;
        for (std::size_t row = 0; row < rows; ++row)
            out.emplace_back(rank.begin() + static_cast<std::ptrdiff_t>(rank.size() * row / rows),
                             rank.begin() +
                                 static_cast<std::ptrdiff_t>(rank.size() * (row + 1) / rows));
    }
    return out;
}

// A box around (0, 0) with its hosts in it.
void fill_box(const sim::Setup& setup, const std::vector<std::uint32_t>& hosts, Box& box,
              std::vector<Point>& places, bool upright) {
    const auto rows = rows_of(setup, hosts, upright);
    std::size_t widest = 1;
    for (const auto& row : rows) widest = std::max(widest, row.size());
    const float width = static_cast<float>(widest) * cell_width + 2 * padding;
    const float height = static_cast<float>(std::max<std::size_t>(1, rows.size())) * cell_height +
                         title_height + padding;
    box = {{-width / 2, -height / 2}, {width / 2, height / 2}};
    float y = box.min.y + title_height + cell_height / 2;
    for (const auto& row : rows) {
        float x = -static_cast<float>(row.size() - 1) * cell_width / 2;
        for (const std::uint32_t host : row) {
            places[host] = {x, y};
            x += cell_width;
        }
        y += cell_height;
    }
}

// Centres a unit or so apart, by springs; on a circle when the networks are not connected.
std::vector<Point> springs(const sim::Setup& setup) {
    using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS,
                                        boost::no_property,
                                        boost::property<boost::edge_weight_t, double>>;
    using Space = boost::square_topology<>;
    const std::size_t count = setup.networks.size();
    Graph graph(count);
    for (std::size_t i = setup.access_links; i < setup.links.size(); ++i) {
        const sim::LinkSetup& link = setup.links[i];
        const std::size_t hosts = setup.hosts.size();
        if (link.end[0] < hosts || link.end[1] < hosts) continue;
        boost::add_edge(link.end[0] - hosts, link.end[1] - hosts, 1.0, graph);
    }
    std::vector<Space::point_type> places(count);
    const auto map = boost::make_iterator_property_map(
        places.begin(), boost::get(boost::vertex_index, graph));
    boost::circle_graph_layout(graph, map, 1.0);
    if (count > 2)
        boost::kamada_kawai_spring_layout(graph, map, boost::get(boost::edge_weight, graph),
                                          Space(), boost::edge_length(1.0));
    std::vector<Point> out;
    for (const auto& one : places)
        out.push_back({static_cast<float>(one[0]), static_cast<float>(one[1])});
    return out;
}

// Turns the picture so that its longest distance lies as the window does.
void turn(std::vector<Point>& points, bool upright) {
    float longest = 0, angle = 0;
    for (std::size_t a = 0; a < points.size(); ++a)
        for (std::size_t b = a + 1; b < points.size(); ++b) {
            const float x = points[b].x - points[a].x, y = points[b].y - points[a].y;
            if (x * x + y * y <= longest * 1.01F) continue;
            longest = x * x + y * y;
            angle = std::atan2(y, x);
        }
    if (upright) angle -= std::acos(0.0F);
    const float c = std::cos(-angle), s = std::sin(-angle);
    for (Point& one : points) one = {one.x * c - one.y * s, one.x * s + one.y * c};
}

bool overlap(const std::vector<Box>& boxes, const std::vector<Point>& at, float factor) {
    for (std::size_t a = 0; a < boxes.size(); ++a)
        for (std::size_t b = a + 1; b < boxes.size(); ++b) {
            const float x = std::abs(at[a].x - at[b].x) * factor;
            const float y = std::abs(at[a].y - at[b].y) * factor;
            if (x < boxes[a].max.x + boxes[b].max.x + gap &&
                y < boxes[a].max.y + boxes[b].max.y + gap)
                return true;
        }
    return false;
}

// Too many for springs: shelves, filled in order.
std::vector<Point> shelves(const std::vector<Box>& boxes) {
    double area = 0;
    for (const Box& box : boxes)
        area += static_cast<double>((box.max.x * 2 + gap) * (box.max.y * 2 + gap));
    const float width = static_cast<float>(std::sqrt(area * 1.6));
    std::vector<Point> out;
    float x = 0, y = 0, tallest = 0;
    for (const Box& box : boxes) {
        if (x > 0 && x + box.max.x * 2 > width) {
            x = 0;
            y += tallest + gap;
            tallest = 0;
        }
        out.push_back({x + box.max.x, y + box.max.y});
        x += box.max.x * 2 + gap;
        tallest = std::max(tallest, box.max.y * 2);
    }
    return out;
}

}  // namespace

Rank rank_of(const sim::HostSetup& host) {
    Rank out = Rank::people;
    for (const sim::ServiceSetup& one : host.services) {
        if (one.service == Service::dns || one.service == Service::resolver ||
            one.service == Service::kdc) {
            if (out == Rank::people) out = Rank::names;
        } else if (one.service != Service::mua) {
            return Rank::mail;
        }
    }
    return out;
}

Layout make_layout(const sim::Setup& setup, bool upright) {
    Layout out;
    if (setup.networks.empty()) {
        out.size = {1, 1};
        return out;
    }
    out.hosts.resize(setup.hosts.size());
    out.networks.resize(setup.networks.size());
    std::vector<std::vector<std::uint32_t>> members(setup.networks.size());
    for (std::uint32_t host = 0; host < setup.hosts.size(); ++host)
        if (!setup.hosts[host].attachments.empty())
            members[setup.hosts[host].attachments.front().network].push_back(host);
    for (std::size_t i = 0; i < members.size(); ++i)
        fill_box(setup, members[i], out.networks[i], out.hosts, upright);

    std::vector<Point> centres;
    if (setup.networks.size() > springs_max) {
        centres = shelves(out.networks);
    } else {
        centres = springs(setup);
        turn(centres, upright);
        float factor = 50;
        while (overlap(out.networks, centres, factor) && factor < 1e6F) factor *= 1.02F;
        for (Point& one : centres) one = {one.x * factor, one.y * factor};
    }
    Point low{1e9F, 1e9F}, high{-1e9F, -1e9F};
    for (std::size_t i = 0; i < centres.size(); ++i) {
        Box& box = out.networks[i];
        box.min = {box.min.x + centres[i].x, box.min.y + centres[i].y};
        box.max = {box.max.x + centres[i].x, box.max.y + centres[i].y};
        low = {std::min(low.x, box.min.x), std::min(low.y, box.min.y)};
        high = {std::max(high.x, box.max.x), std::max(high.y, box.max.y)};
    }
    for (std::size_t i = 0; i < members.size(); ++i) {
        for (const std::uint32_t host : members[i])
            out.hosts[host] = {out.hosts[host].x + centres[i].x - low.x + margin,
                               out.hosts[host].y + centres[i].y - low.y + margin};
        Box& box = out.networks[i];
        box.min = {box.min.x - low.x + margin, box.min.y - low.y + margin};
        box.max = {box.max.x - low.x + margin, box.max.y - low.y + margin};
    }
    out.size = {high.x - low.x + 2 * margin, high.y - low.y + 2 * margin};
    return out;
}

Point Layout::gate(std::uint32_t network, std::uint32_t towards) const {
    const Box& box = networks[network];
    const Point from = box.centre(), to = networks[towards].centre();
    const float x = to.x - from.x, y = to.y - from.y;
    const float across = x == 0 ? 1e9F : (box.max.x - from.x) / std::abs(x);
    const float along = y == 0 ? 1e9F : (box.max.y - from.y) / std::abs(y);
    const float part = std::min({across, along, 1.0F});
    return {from.x + x * part, from.y + y * part};
}

}  // namespace postroad::viz
