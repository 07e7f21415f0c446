// Single sign-on in a world: a person's mail program finds the KDC, signs on once, and logs in to
// each server by a ticket. The password crosses nowhere, and the Trace tells each step.
#include "sim/views/ladder.hpp"
#include "sim/world/open.hpp"
#include "sim/world/world_make.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::sim;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::string organisation = R"(
postroad = 1
[hosts.mail]
domains = "example.org"
[hosts.mail.msa]
mechanisms = ["GSSAPI", "PLAIN"]
[hosts.mail.pop3]
mechanisms = ["GSSAPI", "PLAIN"]
[hosts."kdc.example.org"]
services = ["kdc"]
[people.alice]
password = "correct horse"
[people.bob]
password = "battery staple"
[[timeline]]
at = "+1s"
send = { from = "alice", to = "bob", subject = "one" }
[[timeline]]
at = "+1m"
send = { from = "alice", to = "bob", subject = "two" }
[[timeline]]
at = "+2m"
fetch = "bob"
)";

struct Story {
    std::unique_ptr<Simulation> simulation;
    std::shared_ptr<const Setup> setup;

    explicit Story(const std::string& text, std::uint64_t seed = 1) {
        const Opened opened = open_scenario(text, "s.toml");
        INFO(scenario::to_text(opened.problems));
        REQUIRE(opened.setup != nullptr);
        setup = opened.setup;
        simulation =
            std::make_unique<Simulation>(make_world(setup, seed), Trace(Depth::bytes));
        run_whole(*simulation, {});
    }
    std::string ladder() const {
        const views::TraceIndex index(simulation->trace(), *setup);
        views::LadderOptions options;
        options.style.wide = true;
        return views::ladder(simulation->trace(), *setup, index, options);
    }
    std::size_t decisions(Reason reason) const {
        std::size_t out = 0;
        for (auto at = simulation->trace().read(); !at.done(); at.next())
            if (at.row().head().fact == Fact::decision)
                out += at.row().as<DecisionFact>().reason == static_cast<std::uint16_t>(reason);
        return out;
    }
    // Whether these octets, or their base64, have crossed anywhere.
    bool crossed(std::string_view octets) const {
        for (auto at = simulation->trace().read(); !at.done(); at.next())
            if (at.row().head().fact == Fact::packet &&
                at.row().tail<PacketFact>().find(octets) != std::string_view::npos)
                return true;
        return false;
    }
};

// The KDC's host with something more in its table.
std::string with_kdc(std::string_view lines) {
    std::string text = organisation;
    constexpr std::string_view services = "services = [\"kdc\"]\n";
    return text.insert(text.find(services) + services.size(), lines);
}

}  // namespace

TEST_CASE("who signs on once logs in everywhere, and the password never crosses") {
    const Story world(organisation);
    CHECK(world.decisions(Reason::signed_on) == 2);        // alice and bob, once each
    CHECK(world.decisions(Reason::ticket_got) == 2);       // alice's for smtp, bob's for pop
    CHECK(world.decisions(Reason::ticket_kept) == 1);      // alice's second mail
    CHECK(world.decisions(Reason::ticket_opened) == 3);
    CHECK(world.decisions(Reason::auth_vouched) == 3);
    CHECK(world.decisions(Reason::secret_in_clear) == 0);
    for (const char* secret : {"correct horse", "battery staple", "Y29ycmVjdCBob3JzZ", "YmF0dGVyeSBzdGFwbG"})
        CHECK_FALSE(world.crossed(secret));
    const std::string ladder = world.ladder();
    for (const char* words :
         {"the KDC of EXAMPLE.ORG is kdc.example.org", "AS-REQ: alice asks for krbtgt/EXAMPLE.ORG",
          "KRB-ERROR: KDC_ERR_PREAUTH_REQUIRED",
          "alice has signed on to EXAMPLE.ORG, until 2010-09-01T18:00:01Z",
          "TGS-REQ: a ticket-granting ticket is shown, to get one for smtp/mail.example.org",
          "alice has a ticket for smtp/mail.example.org, good until 2010-09-01T18:00:01Z",
          "GSS-API: a ticket for smtp/mail.example.org, and proof of its session key",
          "GSS-API: proof that the ticket could be opened", "GSS-API, signed: no security layer",
          "the ticket of alice opens with this server's own key",
          "alice is known without a password, by GSSAPI",
          "alice still has a ticket for smtp/mail.example.org", "AUTH GSSAPI"})
        CHECK_THAT(ladder, ContainsSubstring(words));
}

TEST_CASE("a world with tickets is a function of its seed, and can be taken up in its middle") {
    const Story once(organisation, 5);
    const Story again(organisation, 5);
    CHECK(fingerprint(once.simulation->world()) == fingerprint(again.simulation->world()));
    CHECK(once.simulation->world() == again.simulation->world());
    Simulation middle(make_world(once.setup, 5), Trace(Depth::bytes));
    for (int i = 0; i < 150; ++i) middle.step();
    const auto fork = middle.fork();
    run_whole(*fork, {});
    CHECK(fingerprint(fork->world()) == fingerprint(once.simulation->world()));
}

TEST_CASE("in a world without a KDC a log-in goes on by the next mechanism") {
    std::string text = organisation;
    const std::string kdc = "[hosts.\"kdc.example.org\"]\nservices = [\"kdc\"]\n";
    text.erase(text.find(kdc), kdc.size());
    const Story world(text);
    CHECK(world.decisions(Reason::ticket_failed) == 0);
    CHECK(world.decisions(Reason::auth_ok) == 3);
}

TEST_CASE("a KDC that is down is told from one that is silent, and neither keeps the mail") {
    const Story refused(with_kdc("stopped = [\"kdc\"]\n"));  // ICMP says that nobody listens
    CHECK(refused.decisions(Reason::kdc_silent) == 0);
    CHECK(refused.decisions(Reason::ticket_failed) == 3);
    CHECK(refused.decisions(Reason::auth_ok) == 3);
    const Story silent(with_kdc("firewall = \"shut\"\n[firewalls.shut]\npolicy = \"drop\"\n"));
    CHECK(silent.decisions(Reason::kdc_silent) == 3 * 2);
    CHECK(silent.decisions(Reason::ticket_failed) == 3);
    CHECK(silent.decisions(Reason::auth_ok) == 3);
}

TEST_CASE("tickets expire, and then the person signs on again") {
    const Story world(organisation + "[hosts.\"kdc.example.org\".kdc]\nticket_lifetime = \"90s\"\n"
                                     "[[timeline]]\nat = \"+5m\"\nsend = { from = \"alice\", to = "
                                     "\"bob\", subject = \"three\" }\n");
    // The second mail goes out with less than a minute left of the ticket: got anew, as the third.
    CHECK(world.decisions(Reason::signed_on) == 4);
    CHECK(world.decisions(Reason::ticket_kept) == 0);
    CHECK(world.decisions(Reason::auth_vouched) == 4);
}
