// What a firewall has opened: services that really listen, what they are good for, what a helper
// would open, and ports where nothing is; on the way out of a live world, too.
#include <algorithm>

#include "protocols/mapi/emsmdb.hpp"
#include "sim/grading/grade.hpp"
#include "sim/rpc/rpc.hpp"
#include "sim/views/exposure.hpp"
#include "sim/world/changes.hpp"
#include "tests/support/rpc_caller.hpp"

using namespace postroad;
using namespace postroad::sim;
using Catch::Matchers::ContainsSubstring;
using views::Exposure;
using views::ExposedService;

namespace {

std::string office(const std::string& rules, const std::string& more = {}) {
    return "[networks.internet]\nkind = \"internet\"\nsubnet = \"198.51.100.0/24\"\n"
           "[networks.office]\nsubnet = \"10.0.0.0/24\"\nfirewall = \"edge\"\n"
           "[[links]]\nbetween = [\"office\", \"internet\"]\n"
           "[firewalls.edge]\npolicy = \"drop\"\nrules = '''\n"
           "ct helper rpc { type \"rpc\" protocol tcp; }\n"
           "ct helper mail { type \"rpc\" protocol tcp; interfaces { store } }\n"
           "ct state established,related accept\n" + rules + "\n'''\n"
           "[hosts.mail]\nnetwork = \"office\"\naddress = \"10.0.0.5\"\n"
           "domains = \"example.org\"\n"
           "services = [\"mta\", \"mda\", \"pop3\", \"dns\", \"resolver\", \"mapi\"]\n" + more +
           "[hosts.laptop]\nnetwork = \"internet\"\naddress = \"198.51.100.9\"\n"
           "[people.alice]\ndevice = \"laptop\"\n";
}

Exposure exposure(const MailWorld& world, std::string_view firewall = "edge") {
    const auto all = views::exposure_of(world.world(), world.world().setup->find_firewall(firewall));
    REQUIRE(all.size() == 1);
    return all[0];
}

std::vector<std::string> names(const Exposure& of, bool others_alone = false) {
    std::vector<std::string> out;
    for (const ExposedService& one : of.services)
        if (one.stopped_by.empty() && !(others_alone && one.mail)) out.push_back(one.service);
    std::sort(out.begin(), out.end());
    return out;
}
bool is_in(const std::vector<std::string>& all, std::string_view one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

std::uint16_t port_of(const MailWorld& world, std::uint32_t process) {
    for (const rpc_layer::Listener& one : rpc_layer::listeners(world.world(), world.host("mail")))
        if (one.process == process) return one.port;
    return 0;
}

std::string printed(const MailWorld& world, bool json = false) {
    std::string out;
    const auto sink = [&](std::string_view words) { out += words; };
    const std::uint32_t edge = world.world().setup->find_firewall("edge");
    if (json) views::write_exposure_json(world.world(), edge, sink);
    else views::print_exposure(world.world(), edge, sink);
    return out;
}

void change(MailWorld& world, const std::string& words) {
    std::string error;
    const bool done = changes::apply_text(world.run(), words, error);
    INFO(error);
    REQUIRE(done);
}

// Asks the mapper where the store is, and binds to it there.
bool reaches_store(MailWorld& world) {
    RpcCaller asks(world, "laptop", 1);
    asks.interfaces = {rpc::epm::interface};
    asks.work.calls = {{0, rpc::epm::map, rpc::epm::question(mapi::emsmdb_interface)}};
    asks.run("mail:135");
    if (asks.answers.size() != 1) return false;
    const auto mapped = rpc::epm::read_mapped(asks.answers[0]);
    if (!mapped || mapped->towers.empty()) return false;
    RpcCaller binds(world, "laptop", 2);
    binds.interfaces = {mapi::emsmdb_interface};
    binds.work.calls = {{0, 0, "anything"}};
    binds.run("mail:" + std::to_string(mapped->towers[0].port));
    return !binds.answers.empty() || !binds.failures.empty();
}

}  // namespace

TEST_CASE("an open range of ports opens whatever listens in it") {
    const MailWorld world(office("tcp dport { 25, 135, 1024-65535 } accept"));
    const Exposure found = exposure(world);
    CHECK(found.place == "the border of office");
    const auto all = names(found);
    for (const char* one : {"mta", "endpoint-mapper", "store", "store-async", "directory",
                            "service-control", "event-log", "replication"})
        CHECK(is_in(all, one));
    CHECK_FALSE(is_in(all, "pop3"));
    CHECK_FALSE(is_in(all, "dns"));
    const auto others = names(found, true);
    CHECK(is_in(others, "service-control"));
    CHECK_FALSE(is_in(others, "store"));
    // Each listening port of these is one of those that are open.
    const auto listening = rpc_layer::listeners(world.world(), world.host("mail")).size() + 1;
    CHECK(found.open == 2 + 65535 - 1023);
    CHECK(found.idle == found.open - listening);
    for (const ExposedService& one : found.services) {
        CHECK(one.anywhere);
        CHECK(one.helper.empty());
        CHECK_FALSE(one.can.empty());
        CHECK(one.rule == 1);
    }
}

TEST_CASE("a helper would open what the mapper may tell of, and all else at the same port") {
    const std::string open = "tcp dport 25 accept\ntcp dport 135 ct helper set \"";
    const MailWorld all(office(open + "rpc\" accept"));
    CHECK(is_in(names(exposure(all)), "service-control"));
    const MailWorld mail(office(open + "mail\" accept"));
    const Exposure found = exposure(mail);
    // The store's process has its second interface at the same port.
    CHECK(names(found) == std::vector<std::string>{"endpoint-mapper", "mta", "store", "store-async"});
    for (const ExposedService& one : found.services)
        CHECK(one.helper == (one.interface.empty() || one.port == 135 ? "" : "mail"));
    CHECK(found.open == 2);
    CHECK(found.idle == 0);
    // What comes of `related` is for the rules to say.
    const MailWorld closed(office("tcp dport 135 ct helper set \"rpc\" accept"));
    CHECK(is_in(names(exposure(closed)), "store"));
    MailWorld without(office("tcp dport 135 ct helper set \"rpc\" accept"));
    change(without, "firewall = { firewall = \"edge\", edit = \"replace\", position = 1, rule = "
                    "\"ct state established accept\" }");
    CHECK(names(exposure(without)) == std::vector<std::string>{"endpoint-mapper"});
}

TEST_CASE("what does not run is not exposed, and its ports are open for nothing") {
    MailWorld world(office("tcp dport { 25, 110 } accept"));
    CHECK(names(exposure(world)) == std::vector<std::string>{"mta", "pop3"});
    CHECK(exposure(world).idle == 0);
    change(world, "service = { host = \"mail\", service = \"pop3\", running = false }");
    CHECK(names(exposure(world)) == std::vector<std::string>{"mta"});
    CHECK(exposure(world).idle == 1);
    change(world, "host = { host = \"mail\", state = \"down\" }");
    CHECK(names(exposure(world)).empty());
    CHECK(exposure(world).idle == 2);
}

TEST_CASE("where strangers may come from is told, and a host's own firewall is heard") {
    MailWorld world(office("ip saddr 198.51.100.0/28 tcp dport 110 accept\ntcp dport 25 accept",
                           "firewall = \"own\"\n[firewalls.own]\npolicy = \"drop\"\nrules = "
                           "\"tcp dport 110 accept\"\n"));
    const Exposure found = exposure(world);
    REQUIRE(found.services.size() == 2);
    CHECK(found.services[0].service == "mta");
    CHECK(found.services[0].stopped_by == "own");
    CHECK(found.services[1].service == "pop3");
    CHECK(found.services[1].stopped_by.empty());
    CHECK(found.services[1].from == std::vector<std::string>{"198.51.100.0/28"});
    CHECK_FALSE(found.services[1].anywhere);
    // The host's firewall by itself.
    const Exposure own = exposure(world, "own");
    CHECK(own.place == "host mail");
    CHECK(names(own) == std::vector<std::string>{"pop3"});
    CHECK(own.open == 1);
}

TEST_CASE("rules for those inside open nothing to those outside") {
    const MailWorld world(office("iifname \"office\" accept\niifname \"internet\" tcp dport 25 accept"));
    CHECK(names(exposure(world)) == std::vector<std::string>{"mta"});
}

TEST_CASE("who is inside is no stranger: a rule for their addresses opens nothing") {
    const MailWorld world(office("ip saddr mail tcp dport 25 accept\n"
                                 "ip saddr { 10.0.0.0/28, 198.51.100.0/28 } tcp dport 110 accept"));
    const Exposure found = exposure(world);
    REQUIRE(found.services.size() == 1);
    CHECK(found.services[0].service == "pop3");
    CHECK(found.services[0].from == std::vector<std::string>{"198.51.100.0/28"});
    CHECK(found.open == 1);
}

TEST_CASE("behind NAT only what a rule maps is open to those outside") {
    const auto natted = [](const std::string& rules, const std::string& more = {}) {
        std::string text = office(rules, more);
        const std::string at = "firewall = \"edge\"\n";
        return text.insert(text.find(at), "nat = true\npublic_address = \"203.0.113.1\"\n");
    };
    const MailWorld closed(natted("accept"));
    CHECK(exposure(closed).services.empty());
    CHECK(exposure(closed).open == 0);
    const MailWorld mapped(natted("accept\niifname \"internet\" tcp dport 25 dnat to mail\n"
                                  "udp dport 5353 dnat to mail:53"));
    CHECK(names(exposure(mapped)) == std::vector<std::string>{"dns", "mta", "resolver"});
    CHECK(exposure(mapped).open == 2);
    for (const ExposedService& one : exposure(mapped).services) {
        CHECK(one.from == std::vector<std::string>{"any"});
        CHECK(one.protocol == (one.port == 25 ? net::protocol_tcp : net::protocol_udp));
    }
    // At the host's own firewall neighbours come by, too.
    const MailWorld both(natted("accept", "firewall = \"own\"\n[firewalls.own]\n"
                                          "rules = \"tcp dport != 110 drop\"\n"));
    const Exposure own = exposure(both, "own");
    REQUIRE(names(own) == std::vector<std::string>{"dns", "pop3", "resolver"});
    for (const ExposedService& one : own.services)
        CHECK(one.from == std::vector<std::string>{"10.0.0.0/24"});
}

TEST_CASE("an exposure is printed with its summary, and as JSON") {
    const MailWorld world(office("tcp dport { 25, 53 } accept\nudp dport 53 accept"));
    const std::string text = printed(world);
    CHECK_THAT(text, ContainsSubstring("edge at the border of office"));
    CHECK_THAT(text, ContainsSubstring("mail         tcp 25    mail mta\n"));
    CHECK_THAT(text, ContainsSubstring("can: hand over mail for this host's domains"));
    CHECK_THAT(text, ContainsSubstring("by rule 2: tcp dport { 25, 53 } accept"));
    CHECK_THAT(text, ContainsSubstring("besides mail, this opened: mail tcp 53 dns, mail tcp 53 "
                                       "resolver, mail udp 53 dns, mail udp 53 resolver\n"));
    CHECK_THAT(text, ContainsSubstring("3 ports are open, and at 0 nothing listens\n"));
    const std::string json = printed(world, true);
    CHECK_THAT(json, ContainsSubstring("{\"firewall\":\"edge\",\"place\":\"the border of office\","
                                       "\"host\":\"mail\",\"protocol\":\"tcp\",\"port\":25,"
                                       "\"service\":\"mta\",\"mail\":true,"));
    CHECK_THAT(json, ContainsSubstring("\"open_ports\":3,\"idle_ports\":0}\n"));

    const MailWorld mail_alone(office("tcp dport 25 accept"));
    CHECK_THAT(printed(mail_alone),
               ContainsSubstring("besides mail, this opened nothing that listens\n"));
    const MailWorld closed(office("drop"));
    CHECK_THAT(printed(closed), ContainsSubstring("no port is open\n"));
    CHECK_THAT(printed(closed), ContainsSubstring("this opened nothing that listens\n"));
}

TEST_CASE("through a border with a helper the store is reached, and without one it is not") {
    MailWorld with(office("tcp dport 135 ct helper set \"mail\" accept"));
    CHECK(reaches_store(with));
    CHECK(with.decided("store (a4f1db00-ca47-1067-b31f-00dd010662da 0.81) is at port " +
                       std::to_string(port_of(with, rpc_layer::store))));
    CHECK(with.decided("as the helper expects"));
    MailWorld without(office("tcp dport 135 accept"));
    CHECK_FALSE(reaches_store(without));
    CHECK_FALSE(without.decided("the helper lets"));
    MailWorld others(office("ct helper print { type \"rpc\" protocol tcp; interfaces { print } }\n"
                            "tcp dport 135 ct helper set \"print\" accept"));
    CHECK_FALSE(reaches_store(others));
    CHECK(others.decided("for which the helper \"print\" opens nothing"));
}

TEST_CASE("checks ask what is exposed, and say all of it when that is too much") {
    using namespace postroad::sim::grading;
    const auto judged = [](const MailWorld& world, const std::string& asks) {
        const LoadedLab lab = load_lab("number = 1\ntitle = \"t\"\ngoal = \"g\"\nminutes = 15\n"
                                       "[[check]]\npoints = 1\nsays = \"s\"\n" + asks + "\n",
                                       "lab.toml");
        INFO(scenario::to_text(lab.problems));
        REQUIRE(lab.ok());
        const CheckResult result =
            evaluate(lab.lab, world.simulation.trace(), world.world()).front();
        CHECK_FALSE(result.final);
        return (result.earned != 0 ? "yes: " : "no: ") + result.why;
    };
    const MailWorld wide(office("tcp dport { 25, 135, 1024-65535 } accept"));
    const MailWorld narrow(office("tcp dport 25 accept\ntcp dport 135 ct helper set \"mail\" accept"));
    const std::string few =
        "count = { of = { exposes = { firewall = \"edge\", mail = false } }, at_most = 0 }";
    CHECK_THAT(judged(narrow, few), ContainsSubstring("yes: "));
    const std::string told = judged(wide, few);
    CHECK_THAT(told, ContainsSubstring("no: "));
    CHECK_THAT(told, ContainsSubstring(" service-control is open: list, start, stop"));
    CHECK_THAT(told, ContainsSubstring(" replication is open: "));
    const std::string never_open = "not_exposed = { service = \"367abb81-9844-35f1-ad32-98f038001003\" }";
    CHECK_THAT(judged(narrow, never_open), ContainsSubstring("yes: "));
    CHECK_THAT(judged(wide, never_open), ContainsSubstring("no: mail tcp "));
    CHECK_THAT(judged(narrow, "exposes = { service = \"store\", by_helper = true, anywhere = true }"),
               ContainsSubstring("store is open by a helper"));
    CHECK_THAT(judged(wide, "exposes = { service = \"store\", by_helper = true }"),
               ContainsSubstring("no: no service that is open"));
}
