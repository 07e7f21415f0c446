// A property: a world with TLS in it, copied at any event (in a handshake, between records, between
// two sessions), runs on to the same state as the world it was copied from, and as a world whose
// every endpoint has to be made again from its log.
#include <cstdio>
#include <cstdlib>

#include "sim/views/fingerprint.hpp"
#include "tests/tls_world.hpp"

using namespace postroad;
using namespace postroad::sim;

namespace {

std::string scenario_of(std::uint64_t seed) {
    Random dice{seed, 0};
    const auto some = [&](const char* words) {
        return dice.below(2) == 0 ? std::string(words) : "";
    };
    const char* const versions[] = {"1.2", "1.3"};
    const char* const keys[] = {"ecdsa", "ecdsa", "ed25519", "rsa"};
    const char* const policies[] = {"opportunistic", "required", "verified"};
    const std::string newest = versions[dice.below(2)];
    std::string out =
        "until = \"+20m\"\n[hosts.mail]\ndomains = \"example.org\"\ntls.offer = true\n"
        "tls.implicit = true\ntls.policy = \"" +
        std::string(policies[dice.below(3)]) + "\"\n" + some("tls.resume = true\n") +
        some("tls.client_certificate = \"its\"\n") + some("tls.revocation = \"ocsp\"\n") +
        "[hosts.mx]\ndomains = \"example.net\"\ntls.offer = true\ntls.certificate = \"its\"\n"
        "tls.version_max = \"" +
        newest + "\"\n" + some("tls.resume = true\n") + some("tls.staple = true\n") +
        some("tls.clients = \"asked\"\n") + "[certificates.its]\nkey = \"" + keys[dice.below(4)] +
        "\"\n" + some("until = 2010-08-01T00:00:00Z\n") +
        "[people.alice]\naddress = \"alice@example.org\"\n" + some("submits_to = \"mail:465\"\n") +
        "[people.bob]\naddress = \"bob@example.net\"\n";
    if (dice.below(3) == 0)
        out += "[[attackers]]\nlink = \"mail--example.org\"\n" + some("strip_starttls = true\n") +
               some("downgrade = \"1.2\"\n") + some("inject = \"NOOP\\r\\n\"\n");
    for (std::uint64_t at = 1, left = dice.between(1, 3); left > 0;
         --left, at += dice.between(1, 90))
        out += "[[timeline]]\nat = \"+" + std::to_string(at) +
               "s\"\nsend = { from = \"alice\", to = \"bob\", subject = \"s\" }\n";
    return out + "[[timeline]]\nat = \"+10m\"\nfetch = \"bob\"\n";
}

// Copies a world of this seed at `copies` events of its life.
void check(std::uint64_t seed, std::uint64_t copies) {
    const auto setup = mail_setup(scenario_of(seed));
    Simulation whole(make_world(setup, seed), Trace(Depth::summary));
    run_whole(whole, {});
    const std::uint64_t events = whole.world().events_done;
    Random dice{seed, 1};
    std::vector<std::uint64_t> moments;
    for (std::uint64_t i = 0; i < copies; ++i) moments.push_back(dice.below(events));
    std::sort(moments.begin(), moments.end());
    Simulation simulation(make_world(setup, seed), Trace(Depth::summary));
    for (const std::uint64_t moment : moments) {
        while (simulation.world().events_done < moment)
            simulation.run_until(never, moment - simulation.world().events_done);
        Simulation copy(simulation.world(), Trace(Depth::summary));
        run_whole(copy, {});
        INFO("replay it with: POSTROAD_SEED=" << seed
                                              << " build/release/postroad_tests \"-#\" "
                                                 "\"[#tls_copies_test]\"; it was copied after "
                                              << moment << " events");
        REQUIRE(fingerprint(copy.world()) == fingerprint(whole.world()));
        REQUIRE(views::state_fingerprint(copy.world()) == views::state_fingerprint(whole.world()));
    }
    run_whole(simulation, {});
    CHECK(fingerprint(simulation.world()) == fingerprint(whole.world()));
}

}  // namespace

TEST_CASE("a world with TLS can be copied at any event", "[slow]") {
    if (const char* const one = std::getenv("POSTROAD_SEED"))
        return check(std::strtoull(one, nullptr, 10), 20);
    const std::uint64_t worlds = std::getenv("POSTROAD_LONG") != nullptr ? 500 : 20;
    for (std::uint64_t seed = 1; seed <= worlds; ++seed) check(seed, 20);
}
