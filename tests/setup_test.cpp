// A scenario compiled into tables: hosts, links, addresses, services, people, rules and zones.
#include "sim/world/setup.hpp"

#include "sim/scenario/load.hpp"
#include "sim/world/judge.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::sim;
using Catch::Matchers::ContainsSubstring;

namespace {

scenario::Scenario completed(const std::string& body) {
    const scenario::Loaded loaded =
        scenario::load("postroad = 1\n" + body, "s.toml", surroundings());
    INFO(scenario::to_text(loaded.problems));
    REQUIRE(loaded.ok());
    return loaded.complete;
}

std::shared_ptr<const Setup> compiled(const scenario::Scenario& scenario,
                                      const Setup* before = nullptr) {
    scenario::Problems problems;
    const auto out = compile(scenario, problems, before);
    INFO(scenario::to_text(problems));
    REQUIRE(out != nullptr);
    return out;
}
std::shared_ptr<const Setup> setup_of(const std::string& body) { return compiled(completed(body)); }

std::string mistakes_of(const scenario::Scenario& scenario, const Setup* before = nullptr) {
    scenario::Problems problems;
    CHECK(compile(scenario, problems, before) == nullptr);
    return scenario::to_text(problems);
}

const std::string two_organisations = R"(
[hosts.mail]
domains = "example.org"
[hosts.post]
domains = "example.net"
[people.alice]
address = "alice@example.org"
[people.bob]
address = ["bob@example.net", "Robert@example.net"]
password = "x y"
)";


const ServiceSetup& service(const Setup& setup, const char* host, std::uint8_t protocol,
                            std::uint16_t port) {
    const ServiceSetup* found =
        setup.hosts.at(setup.find_host(host)).service_at(protocol, port);
    REQUIRE(found != nullptr);
    return *found;
}

}  // namespace

TEST_CASE("hosts come first and networks after them, each found by its name") {
    const auto setup = setup_of(two_organisations);
    REQUIRE(setup->hosts.size() == setup->scenario.hosts.size());
    for (std::uint32_t i = 0; i < setup->hosts.size(); ++i) {
        CHECK(setup->hosts[i].name == setup->scenario.hosts[i].name);
        CHECK(setup->find_host(setup->hosts[i].name) == i);
        CHECK(setup->node_name(i) == setup->hosts[i].name);
    }
    for (std::uint32_t i = 0; i < setup->networks.size(); ++i) {
        CHECK(setup->find_network(setup->networks[i].name) == i);
        CHECK(setup->node_name(setup->networks[i].node) == setup->networks[i].name);
    }
    CHECK(setup->find_host("nobody") == nothing);
    CHECK(setup->find_host("") == nothing);
    CHECK(setup->hosts[setup->find_host("mail")].domain_name == "mail.example.org");
    CHECK(setup->start_unix_s == 1'283'328'000);
}

TEST_CASE("every attachment has an access link of its own, with the network's settings") {
    const auto setup = setup_of(R"(
[networks.campus]
latency = "2ms"
bandwidth = "8 Mbit/s"
[networks.lab]
[hosts.a]
network = ["campus", "lab"]
[hosts.b]
network = "campus"
[[links]]
between = ["campus", "b"]
name = "slow"
latency = "1s"
loss = "50%"
queue = "1 KiB"
mtu = 576
down = [{ from = "+1m", to = "+2m" }]
)");
    const HostSetup& a = setup->hosts[setup->find_host("a")];
    REQUIRE(a.attachments.size() == 2);
    CHECK(setup->find_link("a--campus") == a.attachments[0].link);
    CHECK(setup->find_link("a--lab") == a.attachments[1].link);
    const LinkSetup& usual = setup->links[a.attachments[0].link];
    CHECK(usual.name == "a--campus");
    CHECK(usual.latency_ns == 2 * millisecond);
    CHECK(usual.bits_per_s == 8'000'000);
    CHECK(usual.end[0] == setup->find_host("a"));
    CHECK(usual.end[1] == setup->networks[setup->find_network("campus")].node);
    CHECK(usual.plain());

    const std::uint32_t own = setup->hosts[setup->find_host("b")].attachments[0].link;
    CHECK(setup->find_link("slow") == own);
    CHECK(setup->find_link("b--campus") == own);
    const LinkSetup& slow = setup->links[own];
    CHECK(slow.name == "slow");
    CHECK(slow.end[0] == setup->find_host("b"));
    CHECK(slow.latency_ns == second);
    CHECK(slow.bits_per_s == 0);
    CHECK(slow.loss == std::uint64_t{1} << 31);
    CHECK(slow.queue_octets == 1024);
    CHECK(slow.mtu_octets == 576);
    REQUIRE(slow.outages.size() == 1);
    CHECK_FALSE(slow.plain());
}

TEST_CASE("links between networks come behind the hosts' own") {
    const auto setup = setup_of("[networks.a]\n[networks.b]\n[hosts.h]\nnetwork = \"a\"\n"
                                "[[links]]\nbetween = [\"b\", \"a\"]\nlatency = \"7ms\"\n");
    const std::uint32_t link = setup->find_link("b--a");
    REQUIRE(link != nothing);
    CHECK(link >= setup->access_links);
    CHECK(setup->links[link].end[0] == setup->networks[setup->find_network("b")].node);
    CHECK(setup->links[link].end[1] == setup->networks[setup->find_network("a")].node);
    CHECK(setup->links[link].latency_ns == 7 * millisecond);
    for (std::uint32_t i = 0; i < setup->links.size(); ++i)
        CHECK((setup->links[i].end[0] < setup->hosts.size()) == (i < setup->access_links));
}

TEST_CASE("an address leads to its host, its network and its access link, and back") {
    const auto setup = setup_of(R"(
[networks.office]
subnet = ["192.168.7.0/24", "2001:db8:7::/64"]
nat = true
public_address = "198.51.100.9"
[networks.internet]
[hosts.pc]
network = ["internet", "office"]
address = ["192.168.7.20", "192.168.7.21", "2001:db8:7::20"]
)");
    const std::uint32_t pc = setup->find_host("pc");
    const std::uint32_t office = setup->find_network("office");
    const AttachmentSetup& at_office = setup->hosts[pc].attachments[1];
    const AddressId first = setup->find_address(*net::parse_address("192.168.7.20"));
    const AddressId other = setup->find_address(*net::parse_address("192.168.7.21"));
    const AddressId v6 = setup->find_address(*net::parse_address("2001:db8:7::20"));
    REQUIRE(first != nothing);
    REQUIRE(other != nothing);
    CHECK(at_office.v4 == first);
    CHECK(at_office.v6 == v6);
    for (const AddressId id : {first, other, v6}) {
        CHECK(setup->address_host[id] == pc);
        CHECK(setup->address_network[id] == office);
        CHECK(setup->address_link[id] == at_office.link);
    }
    const AddressId outside = setup->find_address(*net::parse_address("198.51.100.9"));
    CHECK(setup->networks[office].public_address == outside);
    CHECK(setup->networks[office].nat);
    CHECK(setup->address_host.at(outside) == nothing);
    CHECK(setup->address_network[outside] == office);
    CHECK(setup->find_address(*net::parse_address("203.0.113.250")) == nothing);
    for (AddressId id = 0; id < setup->addresses.size(); ++id)
        CHECK(setup->find_address(setup->addresses[id]) == id);
}

TEST_CASE("a whole mail server listens at the ports of its services") {
    const auto setup = setup_of(two_organisations);
    CHECK(service(*setup, "mail", net::protocol_tcp, 25).role == Role::smtp_server);
    CHECK(service(*setup, "mail", net::protocol_tcp, 25).service == scenario::Service::mta);
    CHECK(service(*setup, "mail", net::protocol_tcp, 587).service == scenario::Service::msa);
    CHECK(service(*setup, "mail", net::protocol_tcp, 110).role == Role::pop3_server);
    CHECK(service(*setup, "mail", net::protocol_udp, 53).role == Role::dns_server);
    CHECK(service(*setup, "root-dns", net::protocol_tcp, 53).role == Role::dns_server);
    // A resolver beside a name server shares its port.
    std::size_t resolvers = 0;
    for (const ServiceSetup& one : setup->hosts[setup->find_host("mail")].services)
        resolvers += one.role == Role::resolver && one.port == 53;
    CHECK(resolvers == 2);
    CHECK(setup->hosts[setup->find_host("mail")].has_mailboxes);
    CHECK(setup->hosts[setup->find_host("mail")].service_at(net::protocol_tcp, 0) == nullptr);
    CHECK(setup->hosts[setup->find_host("alice-pc")].service_at(net::protocol_tcp, 25) == nullptr);
    CHECK(setup->hosts[setup->find_host("mail")].resolver != nothing);
}

TEST_CASE("an MTA's settings reach its machine") {
    const auto setup = setup_of(R"(
[hosts.old]
domains = "example.org"
stopped = ["pop3"]
utc_offset = "-03:30"
smtp = { port = 2525, hostname = "mx.example.org", generation = "rfc821" }
dns = { tcp = false }
[hosts.middle]
domains = "example.net"
[hosts.middle.smtp]
generation = "rfc1869"
banner = "no UCE please"
size_max = "1 MiB"
recipients_max = 7
timeout = "1m"
extensions_off = ["pipelining", "STARTTLS"]
)");
    const smtp::ServerHost& old =
        setup->smtp_servers.at(service(*setup, "old", net::protocol_tcp, 2525).settings);
    CHECK(old.name == "mx.example.org");
    CHECK(old.greeting == "Simple Mail Transfer Service Ready");
    CHECK_FALSE(old.esmtp);
    CHECK_FALSE(old.submission);
    const HostSetup& host = setup->hosts[setup->find_host("old")];
    CHECK(host.smtp_client.name == "mx.example.org");
    CHECK_FALSE(host.smtp_client.esmtp);
    CHECK(host.utc_offset_min == -210);
    CHECK_FALSE(service(*setup, "old", net::protocol_tcp, 110).running);
    CHECK(service(*setup, "old", net::protocol_tcp, 587).running);
    // Its name server answers datagrams only; at TCP 53 there is the resolver alone.
    CHECK(service(*setup, "old", net::protocol_tcp, 53).role == Role::resolver);

    const smtp::ServerHost& middle =
        setup->smtp_servers.at(service(*setup, "middle", net::protocol_tcp, 25).settings);
    CHECK(middle.greeting == "no UCE please");
    CHECK(middle.esmtp);
    CHECK(middle.size_octets_max == 1U << 20);
    CHECK(middle.recipients_max == 7);
    CHECK(middle.command_timeout_ns == minute);
    CHECK_FALSE(middle.extensions.has(smtp::Extension::pipelining));
    CHECK(middle.extensions.has(smtp::Extension::size));
    CHECK_FALSE(middle.extensions.has(smtp::Extension::enhanced_status));
    CHECK_FALSE(setup->hosts[setup->find_host("middle")].smtp_client.pipelining);
}

TEST_CASE("an MSA asks for a password unless it is told not to") {
    const auto setup = setup_of("[hosts.strict]\ndomains = \"example.org\"\n[hosts.lax]\n"
                                "domains = \"example.net\"\nmsa = { auth_required = false }\n"
                                "[hosts.none]\ndomains = \"example.com\"\n"
                                "msa = { auth_required = false, mechanisms = [] }\n");
    const auto msa = [&](const char* host) -> const smtp::ServerHost& {
        return setup->smtp_servers.at(service(*setup, host, net::protocol_tcp, 587).settings);
    };
    CHECK(msa("strict").submission);
    CHECK(msa("strict").offers_auth);
    CHECK_FALSE(msa("lax").submission);
    CHECK(msa("lax").offers_auth);
    CHECK_FALSE(msa("none").offers_auth);
}

TEST_CASE("a person is found by name and by each address, whatever the case of its letters") {
    const auto setup = setup_of(two_organisations);
    const std::uint32_t bob = setup->find_person("bob");
    REQUIRE(bob != nothing);
    CHECK(setup->find_person("bob@example.net") == bob);
    CHECK(setup->find_person("robert@EXAMPLE.net") == bob);
    CHECK(setup->find_person("carol") == nothing);
    const PersonSetup& person = setup->people[bob];
    CHECK(person.address == "bob@example.net");
    CHECK(person.display == "Bob");
    CHECK(person.device == setup->find_host("bob-pc"));
    CHECK(person.mailbox_host == setup->find_host("post"));
    CHECK(person.submits_to_host == setup->find_host("post"));
    CHECK(person.submits_to_port == 587);
    CHECK(person.fetches_from_host == setup->find_host("post"));
    CHECK(person.fetches_from_port == 110);
    CHECK(person.submission.name == "bob-pc.example.net");
    CHECK(person.submission.user == "bob");
    CHECK(person.submission.password == "x y");
    CHECK(person.submission.requires_auth);
}

TEST_CASE("firewall rules know hosts and networks by name, and a policy may be to reject") {
    const auto setup = setup_of(two_organisations + R"(
[firewalls.edge]
policy = "reject"
rules = '''
ip saddr mail tcp dport 25 accept
ip saddr example-org drop
'''
[networks.example-net]
firewall = "edge"
[hosts.lone]
firewall = "edge"
)");
    const std::uint32_t edge = setup->find_firewall("edge");
    REQUIRE(edge != nothing);
    CHECK(setup->networks[setup->find_network("example-net")].firewall == edge);
    CHECK(setup->networks[setup->find_network("example-net")].has_border());
    CHECK(setup->networks[setup->find_network("internet")].firewall == nothing);
    CHECK_FALSE(setup->networks[setup->find_network("internet")].has_border());
    CHECK(setup->hosts[setup->find_host("lone")].firewall == edge);
    const HostSetup& mail = setup->hosts[setup->find_host("mail")];
    net::PacketHeader packet;
    packet.protocol = net::protocol_tcp;
    packet.dst_port = 25;
    packet.src = setup->addresses[mail.attachments[0].v4];
    packet.dst = net::make_v4(203, 0, 113, 77);
    const auto verdict = [&] {
        const net::Ruleset& rules = *setup->firewalls[edge].rules;
        return net::filter(rules, packet, net::ConntrackState::fresh, {}, {});
    };
    CHECK(verdict().rule == 0);
    packet.dst_port = 80;
    CHECK(verdict().action == net::Action::drop);
    packet.src = net::make_v4(203, 0, 113, 78);
    CHECK(verdict().action == net::Action::reject);
}

TEST_CASE("a mistake in a rule is told at its place in the scenario") {
    const std::string text = "postroad = 1\n[firewalls.a]\nrules = '''\ntcp dport 25 accept\n"
                             "  tcp dprot 25 drop\n'''\n[firewalls.b]\n"
                             "rules = \"tcp dport x drop\"\n"
                             "[[timeline]]\nfirewall = { firewall = \"a\", rule = \"\\n\" }\n";
    const scenario::Loaded loaded = scenario::load(text, "s.toml", surroundings());
    const std::string said = scenario::to_text(loaded.problems);
    CHECK_THAT(said, ContainsSubstring("s.toml:5:7: error:"));
    CHECK_THAT(said, ContainsSubstring("  5 |   tcp dprot 25 drop\n    |       ^~~~~\n"));
    CHECK_THAT(said, ContainsSubstring("s.toml:8:20: error:"));
    CHECK_THAT(said, ContainsSubstring("  8 | rules = \"tcp dport x drop\"\n"));
    CHECK_THAT(said, ContainsSubstring("one rule is expected here, not 0"));
}

TEST_CASE("rules and zones that a program wrote wrongly are told by their key") {
    scenario::Scenario scenario = completed(two_organisations);
    scenario.firewalls.push_back({"edge", scenario::Policy::drop, {"accept all\n", {}}});
    for (scenario::Zone& zone : scenario.zones)
        if (zone.origin == "example.org") zone.text.text += "www IN A 192.0.2.999\n";
    const std::string said = mistakes_of(scenario);
    CHECK_THAT(said, ContainsSubstring("firewalls.edge.rules:1:8: error:"));
    CHECK_THAT(said, ContainsSubstring("zones.\"example.org\":"));
    CHECK_THAT(said, ContainsSubstring("www IN A 192.0.2.999\n"));
}

TEST_CASE("a rule that stands in mid-line keeps its column when it is compiled later") {
    scenario::Scenario scenario = completed(two_organisations);
    const scenario::Place place{"f.toml", 3, 10};
    scenario.firewalls.push_back({"edge", scenario::Policy::drop, {"tcp dprot 1", place}});
    CHECK_THAT(mistakes_of(scenario),
               ContainsSubstring("f.toml:3:14: error:") &&
                   ContainsSubstring("  3 |          tcp dprot 1\n    |              ^~~~~\n"));
}

TEST_CASE("columns in a zone count characters, not octets") {
    const std::string text = "postroad = 1\n[hosts.m]\ndomains = \"example.org\"\n"
                             "[zones.\"example.org\"]\ntext = '''\n$TTL 1h\n"
                             "@ SOA m hostmaster 1 1h 15m 1w 1m\n@ NS m\nm A 192.0.2.2\n"
                             "t TXT \"\xc3\xbc\xc3\xbc\" ; x\nw A nowhere\n'''\n";
    const scenario::Loaded loaded = scenario::load(text, "s.toml", surroundings());
    CHECK_THAT(scenario::to_text(loaded.problems), ContainsSubstring("s.toml:11:5: error:"));
    CHECK_THAT(scenario::to_text(loaded.problems),
               ContainsSubstring("w A nowhere\n     |     ^~~~~~~\n"));
}

TEST_CASE("two services at one port, unknown extensions and stray addresses are told") {
    scenario::Scenario scenario = completed(two_organisations);
    scenario.hosts[0].msa.port = 25;
    scenario.hosts[0].smtp.extensions_off = {"PIPELINIG"};
    scenario.hosts[1].address = {*scenario::parse_ip("100.64.0.1")};
    const std::string said = mistakes_of(scenario);
    CHECK_THAT(said, ContainsSubstring("mta and msa of \"mail\" both listen at port 25"));
    CHECK_THAT(said, ContainsSubstring("did you mean \"PIPELINING\"?"));
    CHECK_THAT(said, ContainsSubstring("100.64.0.1 of \"post\" is not on its network"));
}

TEST_CASE("a name server has the zones that name it, and the root has its own") {
    const auto setup = setup_of(two_organisations);
    const auto origin_at = [&](const char* host, const char* name) {
        const auto& zones = setup->hosts[setup->find_host(host)].zones;
        REQUIRE(zones != nullptr);
        const dns::Zone* zone = zones->nearest(dns::parse_name(name).name);
        return zone == nullptr ? "none" : dns::to_text(zone->origin());
    };
    CHECK(origin_at("mail", "www.example.org.") == "example.org.");
    CHECK(origin_at("mail", "example.net.") == "none");
    CHECK(origin_at("top-dns", "example.org.") == "org.");
    CHECK(origin_at("root-dns", "example.org.") == ".");
    CHECK(setup->hosts[setup->find_host("alice-pc")].zones == nullptr);
    const std::uint32_t root = setup->find_zone(".");
    REQUIRE(root != nothing);
    CHECK(setup->zones[root].served_by ==
          std::vector<std::uint32_t>{setup->find_host("root-dns")});
}

TEST_CASE("what a change leaves alone is shared with the Setup before it") {
    scenario::Scenario scenario = completed(two_organisations + "[firewalls.edge]\nrules = '''\n"
                                            "tcp dport 25 drop\n'''\n[firewalls.inner]\n");
    const auto before = compiled(scenario);
    scenario.firewalls[0].rules.text = "tcp dport 26 drop\n";
    const std::uint32_t org = before->find_zone("example.org");
    scenario.zones[org].text.text += "www IN A 192.0.2.99\n";
    const auto after = compiled(scenario, before.get());
    CHECK(after->version == before->version + 1);
    CHECK(after->firewalls[0].rules != before->firewalls[0].rules);
    CHECK(after->firewalls[1].rules == before->firewalls[1].rules);
    CHECK(after->zones[org].zone != before->zones[org].zone);
    const std::uint32_t other = before->find_zone("example.net");
    CHECK(after->zones[other].zone == before->zones[other].zone);
    const std::uint32_t mail = before->find_host("mail");
    const std::uint32_t post = before->find_host("post");
    CHECK(after->hosts[mail].zones != before->hosts[mail].zones);
    CHECK(after->hosts[post].zones == before->hosts[post].zones);
    CHECK(after->routes == before->routes);
    scenario.links.at(0).latency.ns += 1;
    CHECK(compiled(scenario, after.get())->routes != after->routes);
}

TEST_CASE("a change that would renumber what a World refers to is refused") {
    const scenario::Scenario scenario = completed(two_organisations);
    const auto before = compiled(scenario);
    scenario::Scenario moved = scenario;
    moved.hosts[0].address = {moved.hosts[0].address[0]};
    moved.hosts[0].address[0].bytes[3] = 200;
    CHECK_THAT(mistakes_of(moved, before.get()), ContainsSubstring("addresses cannot change"));
    scenario::Scenario shorter = scenario;
    shorter.people.pop_back();
    CHECK_THAT(mistakes_of(shorter, before.get()), ContainsSubstring("cannot come or go"));
    scenario::Scenario other = scenario;
    other.hosts[0].services.erase(other.hosts[0].services.begin());
    CHECK_THAT(mistakes_of(other, before.get()), ContainsSubstring("only be added at the end"));
    scenario::Scenario tuned = scenario;
    tuned.hosts[0].dns.tcp = false;
    tuned.hosts[0].smtp.open_relay = true;
    CHECK(compiled(tuned, before.get()) != nullptr);
}
