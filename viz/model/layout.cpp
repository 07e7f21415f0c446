// Rows of hosts in boxes, and Kamada and Kawai's springs between the boxes, turned to fill the room.
#include "viz/model/layout.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/circle_layout.hpp>
#include <boost/graph/kamada_kawai_spring_layout.hpp>
#include <cmath>

namespace postroad::viz {
namespace {

constexpr float cell_width = Layout::host_width + 18, cell_height = Layout::host_height + 28;
constexpr float gap = 56, crowd = 52, margin = 16;
constexpr std::size_t springs_max = 150;  // the algorithm is cubic
constexpr std::size_t pulled_max = 24;    // so is this, in every turn

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
    const auto size = [](std::size_t count, float cell, float host) {
        return static_cast<float>(std::max<std::size_t>(1, count) - 1) * cell + host;
    };
    const float width = size(widest, cell_width, Layout::host_width) + 2 * Layout::side;
    const float height =
        size(rows.size(), cell_height, Layout::host_height) + Layout::head + Layout::foot;
    box = {{-width / 2, -height / 2}, {width / 2, height / 2}};
    float y = box.min.y + Layout::head + Layout::host_height / 2;
    for (const auto& row : rows) {
        float x = -static_cast<float>(row.size() - 1) * cell_width / 2;
        for (const std::uint32_t host : row) {
            places[host] = {x, y};
            x += cell_width;
        }
        y += cell_height;
    }
}

using Links = std::vector<std::pair<std::uint32_t, std::uint32_t>>;  // between networks

Links links_of(const sim::Setup& setup) {
    Links out;
    const auto hosts = static_cast<std::uint32_t>(setup.hosts.size());
    for (std::size_t i = setup.access_links; i < setup.links.size(); ++i) {
        const sim::LinkSetup& link = setup.links[i];
        if (link.end[0] >= hosts && link.end[1] >= hosts)
            out.emplace_back(link.end[0] - hosts, link.end[1] - hosts);
    }
    return out;
}

// Centres a unit or so apart, by springs; on a circle when the networks are not connected.
std::vector<Point> springs(std::size_t count, const Links& links) {
    using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS,
                                        boost::no_property,
                                        boost::property<boost::edge_weight_t, double>>;
    using Space = boost::square_topology<>;
    Graph graph(count);
    for (const auto& [a, b] : links) boost::add_edge(a, b, 1.0, graph);
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

std::vector<Point> turned(const std::vector<Point>& points, float angle) {
    const float c = std::cos(angle), s = std::sin(angle);
    std::vector<Point> out;
    for (const Point& one : points) out.push_back({one.x * c - one.y * s, one.x * s + one.y * c});
    return out;
}

// How many times as far apart a must be from b for the boxes to have a gap between them, along an
// axis; huge when they lie side by side there.
float times_apart(float a, float b, float need) {
    const float far = std::abs(a - b);
    return far * 1e4F > need ? need / far : 1e6F;
}

// As close as can be without touching: first by one factor, then by one along an axis, then along
// the other, where only those count that the first axis does not keep apart.
void draw_together(const std::vector<Box>& boxes, std::vector<Point>& at, bool across_first) {
    float factor = 1;
    for (std::size_t a = 0; a < boxes.size(); ++a)
        for (std::size_t b = a + 1; b < boxes.size(); ++b)
            factor = std::max(
                factor,
                std::min(times_apart(at[a].x, at[b].x, boxes[a].max.x + boxes[b].max.x + gap),
                         times_apart(at[a].y, at[b].y, boxes[a].max.y + boxes[b].max.y + gap)));
    for (Point& one : at) one = {one.x * factor, one.y * factor};
    for (const bool across : {across_first, !across_first}) {
        const auto along = [&](const Point& one) { return across ? one.x : one.y; };
        const auto other = [&](const Point& one) { return across ? one.y : one.x; };
        float shrink = 0;
        for (std::size_t a = 0; a < boxes.size(); ++a)
            for (std::size_t b = a + 1; b < boxes.size(); ++b) {
                const float need = along(boxes[a].max) + along(boxes[b].max) + gap;
                const float apart = other(boxes[a].max) + other(boxes[b].max) + gap;
                if (std::abs(other(at[a]) - other(at[b])) < apart * 0.9999F)
                    shrink = std::max(shrink, times_apart(along(at[a]), along(at[b]), need));
            }
        for (Point& one : at) (across ? one.x : one.y) *= std::min(1.0F, shrink);
    }
}

// How many boxes a link runs through that it has nothing to do with.
unsigned crossed(const std::vector<Box>& boxes, const std::vector<Point>& at, const Links& links) {
    unsigned out = 0;
    for (const auto& [from, to] : links)
        for (std::size_t i = 0; i < boxes.size(); ++i) {
            if (i == from || i == to) continue;
            // Clip the line against the box, axis by axis.
            float enters = 0, leaves = 1;
            const auto clip = [&](float start, float end, float low, float high) {
                const float way = end - start;
                if (std::abs(way) < 1e-3F) {
                    if (start < low || start > high) leaves = -1;
                    return;
                }
                const float a = (low - start) / way, b = (high - start) / way;
                enters = std::max(enters, std::min(a, b));
                leaves = std::min(leaves, std::max(a, b));
            };
            clip(at[from].x, at[to].x, at[i].x + boxes[i].min.x, at[i].x + boxes[i].max.x);
            clip(at[from].y, at[to].y, at[i].y + boxes[i].min.y, at[i].y + boxes[i].max.y);
            if (enters < leaves) ++out;
        }
    return out;
}

// Each network nearer to those it is linked with, while there is a gap around it.
void pull(const std::vector<Box>& boxes, std::vector<Point>& at, const Links& links) {
    const auto is_free = [&](std::size_t one) {
        for (std::size_t other = 0; other < boxes.size(); ++other)
            if (other != one &&
                std::abs(at[one].x - at[other].x) < (boxes[one].max.x + boxes[other].max.x + gap) * 0.9999F &&
                std::abs(at[one].y - at[other].y) < (boxes[one].max.y + boxes[other].max.y + gap) * 0.9999F)
                return false;
        return true;
    };
    for (std::uint32_t one = 0; one < boxes.size(); ++one) {
        Point to;
        float count = 0;
        for (const auto& [a, b] : links) {
            if (a != one && b != one) continue;
            const Point& other = at[a == one ? b : a];
            to = {to.x + other.x, to.y + other.y};
            ++count;
        }
        if (count == 0) continue;
        for (const auto axis : {&Point::x, &Point::y}) {
            const float from = at[one].*axis, way = (to.*axis / count - from) / 32;
            for (int step = 1; step <= 32; ++step) {
                const float before = at[one].*axis;
                at[one].*axis = from + way * static_cast<float>(step);
                if (is_free(one)) continue;
                at[one].*axis = before;
                break;
            }
        }
    }
}

struct Arranged {
    std::vector<Point> at;
    float fits = -1e9F;  // its scale in a room of that shape and of height 1
};

// The springs' picture turned, stretched and drawn together so that it fills a room of this shape
// best, and no link runs through a network in between.
Arranged arranged(const std::vector<Point>& sprung, const std::vector<Box>& boxes, const Links& links,
                  float shape) {
    constexpr int turns = 24;
    const float turn = 4 * std::acos(0.0F) / turns;
    Arranged best;
    const auto look_at = [&](std::vector<Point> at, bool across_first) {
        draw_together(boxes, at, across_first);
        if (boxes.size() <= pulled_max) pull(boxes, at, links);
        Point low{1e9F, 1e9F}, high{-1e9F, -1e9F};
        for (std::size_t i = 0; i < at.size(); ++i) {
            low = {std::min(low.x, at[i].x + boxes[i].min.x),
                   std::min(low.y, at[i].y + boxes[i].min.y)};
            high = {std::max(high.x, at[i].x + boxes[i].max.x),
                    std::max(high.y, at[i].y + boxes[i].max.y)};
        }
        // Of those that are nearly equal, one that is read in the scenario's order, and of those
        // the first.
        float fits = std::min(shape / (high.x - low.x), 1 / (high.y - low.y)) /
                     (1 + static_cast<float>(crossed(boxes, at, links)));
        if (at.size() > 1 && (shape > 1 ? at[0].x > at[1].x : at[0].y > at[1].y)) fits *= 0.97F;
        if (fits > best.fits * 1.001F) best = {std::move(at), fits};
    };
    for (int i = 0; i < turns; ++i)
        for (const float stretch : {1.0F, 2.5F, 0.4F})
            for (const bool across_first : {true, false}) {
                std::vector<Point> at = turned(sprung, turn * static_cast<float>(i));
                for (Point& one : at) one.x *= stretch;
                look_at(std::move(at), across_first);
            }
    return best;
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
    const auto fill = [&](bool low_boxes) {
        for (std::size_t i = 0; i < members.size(); ++i)
            fill_box(setup, members[i], out.networks[i], out.hosts, low_boxes);
    };
    std::vector<Point> centres;
    if (setup.networks.size() > springs_max) {
        fill(upright);
        centres = shelves(out.networks);
    } else {
        // Of the rooms that windows give: a panel alone, and one beside another.
        const float shape = upright ? 1.0F : 2.3F;
        const Links links = links_of(setup);
        const std::vector<Point> sprung = springs(setup.networks.size(), links);
        const bool crowded = setup.scenario.attackers.size() > 0;  // their deeds stand on the links
        const auto boxes = [&] {
            std::vector<Box> roomy = out.networks;
            for (Box& box : roomy)
                if (crowded)
                    box = {{box.min.x - crowd, box.min.y - crowd / 2},
                           {box.max.x + crowd, box.max.y + crowd / 2}};
            return roomy;
        };
        fill(!upright);
        Arranged other = arranged(sprung, boxes(), links, shape);
        fill(upright);
        Arranged best = arranged(sprung, boxes(), links, shape);
        if (other.fits > best.fits * 1.05F) {
            fill(!upright);
            best = std::move(other);
        }
        centres = std::move(best.at);
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
