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
        "until = \"+20m\"\n[networks.home]\n[networks.away]\n[[links]]\nbetween = [\"home\", \"away\"]\n"
        "[hosts.mail]\nnetwork = \"home\"\ndomains = \"example.org\"\ntls.offer = true\n"
        "tls.implicit = true\ntls.policy = \"" +
        std::string(policies[dice.below(3)]) + "\"\n" + some("tls.resume = true\n") +
        some("tls.client_certificate = \"its\"\n") + some("tls.revocation = \"ocsp\"\n") +
        "[hosts.mx]\nnetwork = \"away\"\ndomains = \"example.net\"\ntls.offer = true\ntls.certificate = \"its\"\n"
        "tls.version_max = \"" +
        newest + "\"\n" + some("tls.resume = true\n") + some("tls.staple = true\n") +
        some("tls.clients = \"asked\"\n") + "[certificates.its]\nkey = \"" + keys[dice.below(4)] +
        "\"\n" + some("until = 2010-08-01T00:00:00Z\n") +
        "[people.alice]\naddress = \"alice@example.org\"\n" + some("submits_to = \"mail:465\"\n") +
        "[people.bob]\naddress = \"bob@example.net\"\n";
    if (dice.below(3) == 0)
        out += "[[attackers]]\nlink = \"home--away\"\n" + some("strip_starttls = true\n") +
               some("downgrade = \"1.2\"\n") + some("inject = \"NOOP\\r\\n\"\n");
    for (std::uint64_t at = 1, left = dice.between(1, 3); left > 0;
         --left, at += dice.between(1, 90))
        out += "[[timeline]]\nat = \"+" + std::to_string(at) +
               "s\"\nsend = { from = \"alice\", to = \"bob\", subject = \"s\" }\n";
    return out + "[[timeline]]\nat = \"+10m\"\nfetch = \"bob\"\n";
}

// The mailboxes are behind an LMTP server, and bob reads by IMAP: he comes again, or he stays.
std::string reading_scenario_of(std::uint64_t seed) {
    Random dice{seed, 2};
    const auto some = [&](const char* words) {
        return dice.below(2) == 0 ? std::string(words) : "";
    };
    const char* const versions[] = {"1.2", "1.3"};
    const char* const policies[] = {"opportunistic", "required", "verified"};
    const char* const ports[] = {"143", "993"};
    const char* const mechanisms[] = {"PLAIN", "SCRAM-SHA-256-PLUS", "OAUTHBEARER"};
    std::string out =
        "until = \"+20m\"\n[networks.home]\n[networks.cafe]\n[[links]]\nbetween = [\"home\", \"cafe\"]\n"
        "[hosts.idp]\nnetwork = \"home\"\nservices = [\"https\"]\n"
        "[hosts.front]\nnetwork = \"home\"\ndomains = \"example.org\"\n"
        "services = [\"mta\", \"msa\", \"dns\", \"resolver\"]\ntls.offer = true\n"
        "routing.lmtp = { \"example.org\" = \"store\" }\ntls.policy = \"" +
        std::string(policies[dice.below(3)]) + "\"\n" + some("tls.resume = true\n") +
        "[hosts.store]\nnetwork = \"home\"\ndomains = \"example.org\"\n"
        "services = [\"mda\", \"lmtp\", \"imap\", \"resolver\"]\n"
        "tls.offer = true\ntls.implicit = true\nlogin = { tokens_from = \"idp\" }\n"
        "imap = { mechanisms = [\"" + mechanisms[dice.below(3)] + "\", \"PLAIN\"] }\n"
        "tls.version_max = \"" + versions[dice.below(2)] + "\"\n" + some("tls.resume = true\n") +
        "[hosts.laptop]\nnetwork = \"cafe\"\n" + some("tls.resume = true\n") +
        "[people.alice]\naddress = \"alice@example.org\"\nmailbox = \"store\"\n"
        "[people.bob]\naddress = \"bob@example.org\"\nmailbox = \"store\"\ndevice = \"laptop\"\n"
        "fetch.protocol = \"imap\"\nfetch.from = \"store:" + ports[dice.below(2)] + "\"\n" +
        some("fetch.stay = true\n") + "[[timeline]]\nat = \"+20s\"\nfetch = \"bob\"\n";
    if (dice.below(3) == 0)
        out += "[[attackers]]\nlink = \"home--cafe\"\n" + some("strip_starttls = true\n") +
               some("inject = \"x NOOP\\r\\n\"\n");
    for (std::uint64_t at = 1, left = dice.between(1, 3); left > 0;
         --left, at += dice.between(1, 90))
        out += "[[timeline]]\nat = \"+" + std::to_string(at) +
               "s\"\nsend = { from = \"alice\", to = \"bob\", subject = \"s\" }\n";
    return out + "[[timeline]]\nat = \"+10m\"\nfetch = \"bob\"\n";
}

// Copies a world of this seed at `copies` events of its life.
void check(std::uint64_t seed, std::uint64_t copies, const std::string& text) {
    INFO(text);
    const auto setup = mail_setup(text);
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
    if (const char* const one = std::getenv("POSTROAD_SEED")) {
        const std::uint64_t seed = std::strtoull(one, nullptr, 10);
        return check(seed, 20, scenario_of(seed));
    }
    const std::uint64_t worlds = std::getenv("POSTROAD_LONG") != nullptr ? 500 : 20;
    for (std::uint64_t seed = 1; seed <= worlds; ++seed) check(seed, 20, scenario_of(seed));
}

TEST_CASE("a world that reads by IMAP and hands over by LMTP under TLS can be, too", "[slow]") {
    if (const char* const one = std::getenv("POSTROAD_SEED")) {
        const std::uint64_t seed = std::strtoull(one, nullptr, 10);
        return check(seed, 20, reading_scenario_of(seed));
    }
    const std::uint64_t worlds = std::getenv("POSTROAD_LONG") != nullptr ? 500 : 20;
    for (std::uint64_t seed = 1; seed <= worlds; ++seed) check(seed, 20, reading_scenario_of(seed));
}

TEST_CASE("the worlds that are copied do have sessions of IMAP and LMTP under TLS") {
    std::size_t lmtp = 0, imap = 0, idle = 0, tokens = 0;
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        const auto simulation = whole_run(reading_scenario_of(seed), seed);
        lmtp += said(*simulation, "LHLO ") && decided(*simulation, Reason::tls_up, {}, "front");
        imap += said(*simulation, "SELECT ") && decided(*simulation, Reason::tls_up, {}, "laptop");
        idle += said(*simulation, " IDLE\r\n");
        tokens += decided(*simulation, Reason::token_got);
    }
    CHECK(lmtp > 8);
    CHECK(imap > 6);
    CHECK(idle > 2);
    CHECK(tokens > 1);
}
