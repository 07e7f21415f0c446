// Modelled TLS: the same conversations, about the same octets, no cryptography, and it says so.
#include <map>

#include "sim/views/json.hpp"
#include "sim/views/ladder.hpp"
#include "tests/tls_world.hpp"

using namespace postroad;
using namespace postroad::sim;

namespace {

std::string world(const std::string& kind, const std::string& more_of_mx = {},
                  const std::string& more = {}) {
    return "until = \"+30m\"\ntls = \"" + kind +
           "\"\n"
           "[hosts.mail]\ndomains = \"example.org\"\ntls.policy = \"verified\"\ntls.offer = true\n"
           "[hosts.mx]\ndomains = \"example.net\"\ntls.offer = true\ntls.implicit = true\n" +
           more_of_mx +
           "[people.alice]\naddress = \"alice@example.org\"\n"
           "[people.bob]\naddress = \"bob@example.net\"\nfetch.from = \"mx:995\"\n" +
           more +
           "[[timeline]]\nat = \"+1s\"\nsend = { from = \"alice\", to = \"bob\", subject = \"s\", "
           "body = \"a secret plan\" }\n[[timeline]]\nat = \"+1m\"\nfetch = \"bob\"\n";
}

// Octets of TCP payload, by conversation and side, in the order of the conversations.
std::vector<std::size_t> octets(const Simulation& simulation, std::size_t& packets) {
    std::map<std::pair<Id, bool>, std::size_t> found;
    for (auto at = simulation.trace().read(); !at.done(); at.next()) {
        if (at.row().head().fact != Fact::packet) continue;
        const auto& fact = at.row().as<PacketFact>();
        if (fact.protocol != 6 || fact.payload_octets == 0) continue;
        ++packets;
        found[{fact.conversation, at.row().head().node == node_of(fact.conversation)}] +=
            fact.payload_octets;
    }
    std::vector<std::size_t> out;
    for (const auto& [key, size] : found) out.push_back(size);
    return out;
}

std::vector<std::string> lines(const Simulation& simulation) {
    std::vector<std::string> out;
    for (auto at = simulation.trace().read(); !at.done(); at.next())
        if (at.row().head().fact == Fact::line) out.emplace_back(at.row().tail<LineFact>());
    return out;
}

}  // namespace

TEST_CASE("modelled TLS has the flights and the sizes of the real one") {
    for (const std::string version : {"1.2", "1.3"})
        for (const std::string key : {"ecdsa", "rsa", "ed25519"}) {
            const std::string more =
                "tls.certificate = \"its\"\ntls.version_max = \"" + version + "\"\n";
            const std::string its = "[certificates.its]\nkey = \"" + key + "\"\n";
            const auto real = whole_run(world("real", more, its));
            const auto modelled = whole_run(world("modelled", more, its));
            REQUIRE(delivered(*modelled));
            std::size_t real_packets = 0;
            std::size_t modelled_packets = 0;
            const auto a = octets(*real, real_packets);
            const auto b = octets(*modelled, modelled_packets);
            REQUIRE(a.size() == b.size());
            INFO(version << " " << key);
            CHECK(real_packets == modelled_packets);
            for (std::size_t i = 0; i < a.size(); ++i) {
                INFO("side " << i << ": " << a[i] << " and " << b[i]);
                CHECK(b[i] * 100 >= a[i] * 97);
                CHECK(b[i] * 100 <= a[i] * 103);
            }
            CHECK(lines(*real) == lines(*modelled));
        }
}

TEST_CASE("modelled TLS hides words as the real one does, and says that it is none") {
    const auto simulation = whole_run(world("modelled"));
    const std::string wire = wire_of(*simulation);
    CHECK(wire.find("STARTTLS\r\n") != std::string::npos);
    CHECK(wire.find("secret") == std::string::npos);
    const Setup& setup = *simulation->world().setup;
    const views::TraceIndex index(simulation->trace(), setup);
    CHECK(views::ladder(simulation->trace(), setup, index, {}).find("(modelled)") !=
          std::string::npos);
    std::string json;
    views::write_json(simulation->trace(), setup, [&](std::string_view words) { json += words; });
    CHECK(json.find("\"modelled_us\":") != std::string::npos);
    CHECK(json.find("\"fact\":\"secret\"") == std::string::npos);
}

TEST_CASE("modelled TLS judges certificates as the real one does") {
    for (const std::string bad : {"names = \"www.example.net\"", "until = 2010-08-31T00:00:00Z",
                                  "from = 2010-09-02T00:00:00Z", "self_signed = true",
                                  "issuer = \"stranger\"", "revoked = true"}) {
        const std::string pki =
            "[authorities.stranger]\ntrusted = false\n[certificates.bad]\n" + bad + "\n";
        const std::string shows = "tls.certificate = \"bad\"\n";
        std::vector<std::vector<std::string>> both;
        for (const std::string kind : {"real", "modelled"}) {
            const auto simulation = whole_run(world(kind, shows, pki));
            std::vector<std::string>& sentences = both.emplace_back();
            for (auto at = simulation->trace().read(); !at.done(); at.next()) {
                if (at.row().head().fact != Fact::decision) continue;
                const auto reason = static_cast<Reason>(at.row().as<DecisionFact>().reason);
                if (name_of(reason).starts_with("tls_") && reason != Reason::tls_failed &&
                    reason != Reason::tls_up)
                    sentences.push_back(sentence(reason, at.row().tail<DecisionFact>()));
            }
            CHECK_FALSE(delivered(*simulation));
        }
        INFO(bad);
        CHECK(both[0] == both[1]);
        CHECK(!both[0].empty());
    }
}

TEST_CASE("a modelled world, copied at any event and run on, is the same") {
    const auto whole = whole_run(world("modelled"));
    Simulation simulation(make_world(mail_setup(world("modelled")), 1), Trace(Depth::bytes));
    for (int i = 0; i < 100 && simulation.run_until(never, 25) == Stopped::limit; ++i) {
        Simulation copy(simulation.world(), Trace(Depth::summary));
        run_whole(copy, {});
        CHECK(fingerprint(copy.world()) == fingerprint(whole->world()));
    }
}

TEST_CASE("what is not modelled is refused in modelled worlds") {
    for (const std::string more :
         {"tls.resume = true\n", "tls.staple = true\n", "tls.clients = \"asked\"\n"}) {
        const Opened opened =
            open_scenario("postroad = 1\n" + world("modelled", more), "test.toml");
        CHECK(scenario::to_text(opened.problems).find("need real TLS") != std::string::npos);
    }
}
