// Draws organisations with MX ladders, several networks, bad lines, and mail on the timeline.
#include "sim/scenario/generate.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace postroad::scenario {
namespace {

// SplitMix64 by its published constants: a counter, mixed.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15ULL;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }
    std::uint32_t from(std::uint32_t low, std::uint32_t high) {
        return low + static_cast<std::uint32_t>(next() % (high - low + 1));
    }
    bool once_in(std::uint32_t n) { return next() % n == 0; }

private:
    std::uint64_t state_;
};

Duration ms(std::uint64_t count) { return {count * 1'000'000}; }
Duration seconds(std::uint64_t count) { return {count * 1'000'000'000}; }
Chance per_mille(std::uint32_t count) { return {count * 1'000'000}; }

constexpr std::array<std::string_view, 16> given_names{
    "alice", "bob",  "carol", "dave",  "erin",    "frank", "grace", "heidi",
    "ivan",  "judy", "ken",   "laura", "mallory", "nina",  "oscar", "peggy"};

class Generator {
public:
    Generator(std::uint64_t seed, const Sizes& sizes) : dice(seed), sizes_(sizes) {
        s.seed = seed >> 1;  // a TOML integer has 63 bits
        s.title = "Generated world " + std::to_string(seed);
    }

    Scenario world() {
        Network internet;
        internet.name = "internet";
        internet.kind = NetworkKind::internet;
        s.networks.push_back(internet);
        const std::uint32_t count =
            dice.from(2, sizes_.organisations_max < 2 ? 2 : sizes_.organisations_max);
        for (std::uint32_t i = 0; i < count; ++i) organisation(i);
        const std::uint32_t mails = dice.from(1, sizes_.mails_max < 1 ? 1 : sizes_.mails_max);
        Duration at;
        for (std::uint32_t i = 0; i < mails; ++i) {
            at.ns += ms(dice.from(0, 90'000)).ns;
            mail(i, at);
        }
        if (sizes_.trouble) trouble();
        for (std::size_t i = 0; i < s.people.size(); ++i)
            s.timeline.push_back(
                {Duration{at.ns + seconds(3'600 + i).ns}, Fetch{s.people[i].name, {}}, {}});
        std::stable_sort(s.timeline.begin(), s.timeline.end(),
                         [](const Event& a, const Event& b) { return a.at < b.at; });
        s.until = Duration{at.ns + seconds(7'200).ns};
        return s;
    }

private:
    void organisation(std::uint32_t index) {
        const std::string tag = std::to_string(index + 1);
        const std::string domain = "org" + tag + (dice.once_in(2) ? ".example" : ".test");
        Network network;
        network.name = "net" + tag;
        network.ipv6 = dice.once_in(3);
        network.latency = Duration{dice.from(50, 2'000) * 1'000ULL};
        if (dice.once_in(3)) network.bandwidth = {dice.from(1, 100) * 1'000'000ULL};
        s.networks.push_back(network);

        Link uplink;
        uplink.between = {network.name, "internet"};
        uplink.latency = ms(dice.from(1, 150));
        if (dice.once_in(2)) uplink.jitter = ms(dice.from(1, 10));
        if (dice.once_in(3)) uplink.bandwidth = {dice.from(1, 50) * 1'000'000ULL};
        if (dice.once_in(3)) uplink.queue = {dice.from(32, 256) * 1'024ULL};
        if (sizes_.trouble && dice.once_in(3)) {
            uplink.loss = per_mille(dice.from(1, 30));
            uplink.duplicate = per_mille(dice.from(0, 5));
            uplink.reorder = per_mille(dice.from(0, 20));
        }
        s.links.push_back(uplink);

        const std::uint32_t ladder = dice.from(1, 3);
        Domain zone;
        zone.name = domain;
        for (std::uint32_t rung = 0; rung < ladder; ++rung) {
            Host host;
            host.name = (rung == 0 ? "mail" : "mx" + std::to_string(rung + 1) + "-") + tag;
            host.network = {network.name};
            if (rung == 0) {
                host.domains = {domain};
                host.utc_offset.minutes = 60 * (static_cast<std::int32_t>(dice.from(0, 24)) - 12);
            } else {
                host.services = {Service::mta, Service::resolver};
                host.names = {"mx" + std::to_string(rung + 1) + "." + domain};
                host.routing.relay_domains = {domain};
                host.routing.routes[domain] = {"mail" + tag, 25};
            }
            host.queue.retry = {seconds(dice.from(30, 600)), seconds(dice.from(600, 1'800))};
            if (dice.once_in(4)) host.smtp.extensions_off = {"PIPELINING"};
            if (dice.once_in(6)) host.smtp.generation = Generation::rfc821;
            zone.mx.push_back({static_cast<std::uint16_t>(10 * (rung + 1)), host.name});
            s.hosts.push_back(std::move(host));
        }
        s.domains.push_back(std::move(zone));

        const std::uint32_t people = dice.from(1, sizes_.people_max < 1 ? 1 : sizes_.people_max);
        for (std::uint32_t i = 0; i < people; ++i) {
            Person person;
            const std::string given(given_names[(index * 5 + i) % given_names.size()]);
            person.name = given + tag + (i < given_names.size() ? "" : "-" + std::to_string(i));
            person.address = {person.name + "@" + domain};
            person.fetch.leave_on_server = dice.once_in(3);
            s.people.push_back(std::move(person));
        }
    }

    std::size_t somebody() { return dice.from(0, static_cast<std::uint32_t>(s.people.size() - 1)); }

    void mail(std::uint32_t number, Duration at) {
        Send send;
        send.from = s.people[somebody()].name;
        const std::uint32_t recipients = dice.from(1, 3);
        for (std::uint32_t i = 0; i < recipients; ++i) send.to.push_back(s.people[somebody()].name);
        if (dice.once_in(4)) send.bcc.push_back(s.people[somebody()].name);
        if (dice.once_in(8)) send.to.push_back("nobody@" + s.domains[0].name);
        send.subject = "Message " + std::to_string(number + 1);
        send.body = "Line one of message " + std::to_string(number + 1) + ".\n.dot first\n";
        if (dice.once_in(4)) send.padding = Size{dice.from(1, 64) * 1'024ULL};
        s.timeline.push_back({at, std::move(send), {}});
    }

    void trouble() {
        const std::uint32_t count = dice.from(0, 3);
        for (std::uint32_t i = 0; i < count; ++i) {
            const Duration from = ms(dice.from(0, 300'000));
            const Duration to{from.ns + seconds(dice.from(1, 600)).ns};
            const std::uint32_t last = static_cast<std::uint32_t>(s.links.size() - 1);
            const std::uint32_t which = dice.from(0, last);
            switch (dice.from(0, 2)) {
            case 0: s.links[which].down.push_back({from, to}); break;
            case 1: {
                const Name& host = s.domains[which].mx[0].host;
                s.timeline.push_back({from, HostChange{host, HostState::down}, {}});
                s.timeline.push_back({to, HostChange{host, HostState::up}, {}});
                break;
            }
            default: {
                LinkChange change;
                change.link = s.links[which].between[0] + "--internet";
                change.latency = ms(dice.from(1, 400));
                s.timeline.push_back({from, std::move(change), {}});
            }
            }
        }
        if (dice.once_in(3)) {
            Firewall firewall;
            firewall.name = "border";
            firewall.rules.text = "ct state established accept\ntcp dport 25 accept\n";
            s.firewalls.push_back(firewall);
            s.networks[1].firewall = firewall.name;
        }
    }

    Scenario s;
    Dice dice;
    Sizes sizes_;
};

}  // namespace

Scenario generate(std::uint64_t seed, const Sizes& sizes) { return Generator(seed, sizes).world(); }

}  // namespace postroad::scenario
