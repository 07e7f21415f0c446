// Routes between networks: shortest latency, then fewest hops, by Boost.Graph's Dijkstra.
// Networks that hang on one link are left out of the search: their way out is that link.
#include <algorithm>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>

#include "protocols/base/random.hpp"
#include "sim/world/setup.hpp"

namespace postroad::sim {
namespace {

// Ways of equal latency are told apart by their links: first by the sum of the links' indices
// (the lower link wins), then by a mixing of them. As only whole ways are compared, the choice
// owes nothing to the order of a search, and the way back is the way there.
struct Cost {
    std::uint64_t ns = 0;
    std::uint64_t tie = 0;
    bool operator==(const Cost&) const = default;
    bool operator<(const Cost& other) const {
        return ns != other.ns ? ns < other.ns : tie < other.tie;
    }
    Cost operator+(const Cost& other) const { return {ns + other.ns, tie + other.tie}; }
};
constexpr Cost out_of_reach{never, never};

Cost cost_of(std::uint32_t link, const LinkSetup& setup) {
    // At most three days are counted, so that no sum of them passes 64 bits.
    const std::uint64_t latency = std::min(setup.latency_ns, Duration{1} << 48);
    return {latency + 1, (std::uint64_t{link} << 24) + (mix64(link + 1U) >> 40)};
}

struct Edge {
    std::uint32_t link = 0;
    std::uint32_t to = 0;  // network; in the core's lists: place in the core
    Cost cost;
};

using Weight = boost::property<boost::edge_weight_t, Cost>;
using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS,
                                    boost::no_property, Weight>;

bool is_plain(const LinkSetup& link) { return link.plain() && link.bits_per_s == 0; }

Duration add(Duration a, Duration b) { return a == never || b == never ? never : a + b; }

}  // namespace

struct RouteBuilder {
    const Setup& setup;
    Routes& out;
    std::vector<std::vector<Edge>> edges;  // by network
    std::vector<std::uint32_t> core;       // networks
    std::vector<std::vector<Edge>> core_edges;

    void collect_edges(const std::vector<bool>& link_up) {
        edges.resize(setup.networks.size());
        const auto first_network = static_cast<NodeId>(setup.hosts.size());
        for (std::uint32_t i = setup.access_links; i < setup.links.size(); ++i) {
            const LinkSetup& link = setup.links[i];
            if (!link.up || (!link_up.empty() && !link_up[i])) continue;
            const std::uint32_t a = link.end[0] - first_network;
            const std::uint32_t b = link.end[1] - first_network;
            edges[a].push_back({i, b, cost_of(i, link)});
            edges[b].push_back({i, a, cost_of(i, link)});
        }
    }

    // Of two networks that have only each other, the first is the core.
    bool hangs_on_one_link(std::uint32_t network) const {
        if (edges[network].size() != 1) return false;
        const std::uint32_t parent = edges[network][0].to;
        return edges[parent].size() != 1 || parent < network;
    }

    bool has_border(std::uint32_t network) const { return setup.networks[network].has_border(); }

    void divide() {
        const auto count = static_cast<std::uint32_t>(edges.size());
        out.places_.resize(count);
        for (std::uint32_t i = 0; i < count; ++i)
            if (!hangs_on_one_link(i)) {
                out.places_[i].core = static_cast<std::uint32_t>(core.size());
                core.push_back(i);
            }
        for (std::uint32_t i = 0; i < count; ++i) {
            if (!hangs_on_one_link(i)) continue;
            const Edge& edge = edges[i][0];
            const LinkSetup& link = setup.links[edge.link];
            out.places_[i] = {out.places_[edge.to].core, edge.link, edge.to,
                              is_plain(link) && !has_border(i) ? link.latency_ns : never};
        }
        core_edges.resize(core.size());
        for (std::size_t i = 0; i < core.size(); ++i)
            for (const Edge& edge : edges[core[i]])
                if (!hangs_on_one_link(edge.to))
                    core_edges[i].push_back({edge.link, out.places_[edge.to].core, edge.cost});
    }

    void search() {
        const std::size_t count = core.size();
        out.core_count_ = count;
        out.hops_.assign(count * count, Hop{});
        out.plain_.assign(count * count, never);
        Graph graph(count);
        for (std::size_t i = 0; i < count; ++i)
            for (const Edge& edge : core_edges[i])
                if (i < edge.to) boost::add_edge(i, edge.to, edge.cost, graph);
        std::vector<Cost> cost(count);
        std::vector<std::uint32_t> nearest_first(count);
        for (std::uint32_t to = 0; to < count; ++to) {
            boost::dijkstra_shortest_paths(
                graph, to,
                boost::distance_map(boost::make_iterator_property_map(
                                        cost.begin(), boost::get(boost::vertex_index, graph)))
                    .distance_compare(std::less<Cost>())
                    .distance_combine([](const Cost& a, const Cost& b) {
                        return a == out_of_reach || b == out_of_reach ? out_of_reach : a + b;
                    })
                    .distance_inf(out_of_reach)
                    .distance_zero(Cost{}));
            for (std::uint32_t i = 0; i < count; ++i) nearest_first[i] = i;
            std::sort(nearest_first.begin(), nearest_first.end(),
                      [&](std::uint32_t a, std::uint32_t b) {
                          return cost[a] == cost[b] ? a < b : cost[a] < cost[b];
                      });
            for (const std::uint32_t from : nearest_first) take_hop(from, to, cost);
        }
    }

    // The networks nearer to `to` have theirs already.
    void take_hop(std::uint32_t from, std::uint32_t to, const std::vector<Cost>& cost) {
        const std::size_t at = from * core.size() + to;
        const Duration here = has_border(core[from]) ? never : 0;
        if (from == to) {
            out.plain_[at] = here;
            return;
        }
        if (cost[from] == out_of_reach) return;
        for (const Edge& edge : core_edges[from]) {  // in the order of links
            if (!(cost[edge.to] + edge.cost == cost[from])) continue;
            out.hops_[at] = {edge.link, core[edge.to]};
            const LinkSetup& link = setup.links[edge.link];
            out.plain_[at] = add(add(here, is_plain(link) ? link.latency_ns : never),
                                 out.plain_[edge.to * core.size() + to]);
            return;
        }
    }
};

std::shared_ptr<const Routes> make_routes(const Setup& setup, const std::vector<bool>& link_up) {
    const auto out = std::make_shared<Routes>();
    RouteBuilder builder{setup, *out, {}, {}, {}};
    builder.collect_edges(link_up);
    builder.divide();
    builder.search();
    return out;
}

void build_routes(Setup& setup, const std::vector<bool>& link_up) {
    setup.routes = make_routes(setup, link_up);
    fill_ways(setup);
}

void fill_ways(Setup& setup) {
    setup.ways.assign(setup.addresses.size(), AddressWay{});
    for (std::size_t i = 0; i < setup.ways.size(); ++i) {
        AddressWay& way = setup.ways[i];
        way.host = setup.address_host[i];
        way.network = setup.address_network[i];
        way.link = setup.address_link[i];
        if (way.link == nothing) continue;
        const LinkSetup& link = setup.links[way.link];
        if (link.plain() && link.bits_per_s == 0 && link.latency_ns < AddressWay::slow)
            way.latency_ns = static_cast<std::uint32_t>(link.latency_ns);
    }
    setup.service_settings = {};
    setup.host_firewalls = false;
    for (const HostSetup& host : setup.hosts) {
        ServiceSettings& all = setup.service_settings;
        all.first_.push_back(static_cast<std::uint32_t>(all.settings_.size()));
        for (const ServiceSetup& service : host.services) all.settings_.push_back(service.settings);
        setup.host_firewalls = setup.host_firewalls || host.firewall != nothing;
    }
}

}  // namespace postroad::sim
