// Gives networks prefixes and hosts addresses, always the same ones for the same scenario: from
// the ranges set aside for documentation and tests (RFC 5737, RFC 2544, RFC 3849), then RFC 1918.
#include "sim/scenario/complete.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace postroad::scenario {
namespace {

std::uint32_t number_of(const Ip& ip) {
    return std::uint32_t{ip.bytes[0]} << 24 | std::uint32_t{ip.bytes[1]} << 16 |
           std::uint32_t{ip.bytes[2]} << 8 | ip.bytes[3];
}
Ip ip4(std::uint32_t number) {
    Ip out;
    for (std::size_t i = 0; i < 4; ++i)
        out.bytes[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
    return out;
}

bool overlaps(const Prefix& a, const Prefix& b) { return a.contains(b.ip) || b.contains(a.ip); }

// Hands out prefixes that nobody uses.
class Prefixes {
public:
    explicit Prefixes(const Scenario& s) {
        for (const Network& network : s.networks)
            for (const Prefix& prefix : network.subnet) used_.push_back(prefix);
    }
    std::optional<Prefix> take4(std::size_t hosts, bool behind_nat) {
        std::uint8_t length = 24;
        while (length > 9 && hosts + 3 > (std::size_t{1} << (32 - length))) --length;
        if (length < 24) return take({{0x0a000000U, 0x0affffffU}}, length, large_);
        if (behind_nat)
            return take({{0xc0a80000U, 0xc0a8ffffU}, {0x0a000000U, 0x0affffffU}}, 24, private_);
        return take({{0xc0000200U, 0xc00002ffU},   // 192.0.2.0/24
                     {0xc6336400U, 0xc63364ffU},   // 198.51.100.0/24
                     {0xcb007100U, 0xcb0071ffU},   // 203.0.113.0/24
                     {0xc6120000U, 0xc613ffffU},   // 198.18.0.0/15
                     {0x0a000000U, 0x0affffffU}},  // 10.0.0.0/8
                    24, public_);
    }
    Prefix take6() {  // 2001:db8:N::/64
        while (true) {
            ++next6_;
            Prefix out{{true, {0x20, 0x01, 0x0d, 0xb8}}, 64};
            out.ip.bytes[4] = static_cast<std::uint8_t>(next6_ >> 8);
            out.ip.bytes[5] = static_cast<std::uint8_t>(next6_ & 0xff);
            out.ip.bytes[6] = static_cast<std::uint8_t>(next6_ >> 24);
            out.ip.bytes[7] = static_cast<std::uint8_t>(next6_ >> 16);
            if (is_free(out)) return used_.push_back(out), out;
        }
    }

private:
    struct Range {
        std::uint32_t from, to;
    };
    struct Cursor {
        std::size_t range = 0;
        std::uint64_t step = 0;
    };
    std::optional<Prefix> take(const std::vector<Range>& ranges, std::uint8_t length,
                               Cursor& cursor) {
        const std::uint64_t size = std::uint64_t{1} << (32 - length);
        for (; cursor.range < ranges.size(); ++cursor.range, cursor.step = 0) {
            const Range& range = ranges[cursor.range];
            for (; range.from + cursor.step * size + size - 1 <= range.to; ++cursor.step) {
                const Prefix prefix{
                    ip4(static_cast<std::uint32_t>(range.from + cursor.step * size)), length};
                if (!is_free(prefix)) continue;
                used_.push_back(prefix);
                return prefix;
            }
        }
        return std::nullopt;
    }
    bool is_free(const Prefix& prefix) const {
        return std::none_of(used_.begin(), used_.end(),
                            [&](const Prefix& one) { return overlaps(one, prefix); });
    }
    std::vector<Prefix> used_;
    Cursor public_, private_, large_;
    std::uint32_t next6_ = 0;
};

// Hands out addresses within prefixes; the first one of each is the router's.
class Addresses {
public:
    explicit Addresses(const Scenario& s) {
        for (const Host& host : s.hosts)
            for (const Ip& ip : host.address) used_.insert(ip);
        for (const Network& network : s.networks)
            if (network.public_address) used_.insert(*network.public_address);
    }
    std::optional<Ip> take(const Prefix& prefix) {
        std::uint32_t& step = next_.try_emplace(prefix, 2U).first->second;
        const unsigned host_bits = (prefix.ip.v6 ? 128U : 32U) - prefix.length;
        const std::uint64_t end =
            host_bits > 31 ? 0x7fffffffU : (std::uint64_t{1} << host_bits) - 1;
        for (; step < end; ++step) {
            Ip ip = prefix.ip;
            if (ip.v6)
                for (std::size_t i = 0; i < 4; ++i)
                    ip.bytes[15 - i] =
                        static_cast<std::uint8_t>(ip.bytes[15 - i] | (step >> (8 * i) & 0xff));
            else
                ip = ip4(number_of(ip) + step);
            if (used_.insert(ip).second) return ip;
        }
        return std::nullopt;
    }

private:
    std::set<Ip> used_;
    std::map<Prefix, std::uint32_t> next_;
};

}  // namespace

void complete_addresses(Scenario& s) {
    std::map<Name, std::size_t> hosts_on;
    for (const Host& host : s.hosts)
        for (const Name& name : host.network) ++hosts_on[name];
    Prefixes prefixes(s);
    for (Network& network : s.networks) {
        const auto has = [&](bool v6) {
            return std::any_of(network.subnet.begin(), network.subnet.end(),
                               [&](const Prefix& one) { return one.ip.v6 == v6; });
        };
        // A network that says it is IPv6 only by its prefix stays so.
        if (network.subnet.empty())
            if (const auto prefix = prefixes.take4(hosts_on[network.name], network.nat))
                network.subnet.push_back(*prefix);
        if (network.ipv6 && !has(true)) network.subnet.push_back(prefixes.take6());
    }
    std::map<Name, const Network*> by_name;
    for (const Network& network : s.networks) by_name.emplace(network.name, &network);
    Addresses addresses(s);
    for (Host& host : s.hosts)
        for (const Name& name : host.network) {
            const auto network = by_name.find(name);
            if (network == by_name.end()) continue;
            bool done[2] = {false, false};  // IPv4, IPv6
            for (const Prefix& prefix : network->second->subnet)
                for (const Ip& ip : host.address)
                    if (prefix.contains(ip)) done[ip.v6 ? 1 : 0] = true;
            for (const Prefix& prefix : network->second->subnet) {
                if (done[prefix.ip.v6 ? 1 : 0]) continue;
                if (const auto ip = addresses.take(prefix)) {
                    host.address.push_back(*ip);
                    done[prefix.ip.v6 ? 1 : 0] = true;
                }
            }
        }
    if (const Network* internet = find_internet(s))
        for (Network& network : s.networks)
            if (network.nat && !network.public_address)
                for (const Prefix& prefix : internet->subnet)
                    if (!prefix.ip.v6 && !network.public_address)
                        network.public_address = addresses.take(prefix);
}

}  // namespace postroad::scenario
