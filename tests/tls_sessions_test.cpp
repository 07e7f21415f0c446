// Sessions that are resumed, what authorities say about certificates, and clients that show theirs.
#include "sim/views/fingerprint.hpp"
#include "tests/tls_world.hpp"

using namespace postroad;
using namespace postroad::sim;

namespace {

// Two mails from Alice's server to Bob's, `between` apart.
std::string two_mails(const std::string& more_of_mail, const std::string& more_of_mx,
                      const std::string& between = "+1m") {
    // Not so long that mail which waits comes back.
    return "until = \"" + std::string(between == "+3h" ? "+4h" : "+20m") +
           "\"\n[hosts.mail]\ndomains = \"example.org\"\ntls.policy = "
           "\"verified\"\n" +
           more_of_mail + "[hosts.mx]\ndomains = \"example.net\"\ntls.offer = true\n" + more_of_mx +
           "[people.alice]\naddress = \"alice@example.org\"\n"
           "[people.bob]\naddress = \"bob@example.net\"\n"
           "[[timeline]]\nat = \"+1s\"\nsend = { from = \"alice\", to = \"bob\", subject = \"one\" "
           "}\n"
           "[[timeline]]\nat = \"" +
           between +
           "\"\n"
           "send = { from = \"alice\", to = \"bob\", subject = \"two\" }\n";
}

const std::string resume = "tls.resume = true\n";

std::size_t count(const Simulation& simulation, Reason reason) {
    std::size_t out = 0;
    for (auto at = simulation.trace().read(); !at.done(); at.next())
        out += at.row().head().fact == Fact::decision &&
               at.row().as<DecisionFact>().reason == static_cast<std::uint16_t>(reason);
    return out;
}

}  // namespace

TEST_CASE("a session is resumed where both ends keep tickets, while they are young") {
    for (const std::string version : {"1.2", "1.3"}) {
        const std::string newest = "tls.version_max = \"" + version + "\"\n";
        const auto both = whole_run(two_mails(resume, resume + newest));
        INFO(version);
        CHECK(count(*both, Reason::tls_resumed) == 1);
        CHECK(count(*both, Reason::tls_verified) == 1);  // the second shows no certificate
        CHECK(count(*both, Reason::tls_up) == 2);
        CHECK(count(*whole_run(two_mails(resume, newest)), Reason::tls_resumed) == 0);
        CHECK(count(*whole_run(two_mails("", resume + newest)), Reason::tls_resumed) == 0);
        CHECK(count(*whole_run(two_mails(resume, resume + newest, "+3h")), Reason::tls_resumed) ==
              0);
        // The same octets again, and nothing of the machine's time in them.
        const auto again = whole_run(two_mails(resume, resume + newest));
        CHECK(wire_of(*again) == wire_of(*both));
    }
}

TEST_CASE("a world copied between two sessions resumes as the other does") {
    const std::string text = two_mails(resume, resume);
    const auto whole = whole_run(text);
    Simulation simulation(make_world(mail_setup(text), 1), Trace(Depth::bytes));
    for (int i = 0; i < 200; ++i) {
        simulation.run_until(simulation.world().now + 350 * millisecond);
        Simulation copy(simulation.world(), Trace(Depth::summary));
        if (i % 20 != 0) continue;
        run_whole(copy, {});
        CHECK(views::state_fingerprint(copy.world()) == views::state_fingerprint(whole->world()));
    }
}

TEST_CASE("a stapled answer tells what a list would, and no answer tells nothing") {
    struct Case {
        std::string mail, mx, certificate;
        bool arrives;
        Reason reason;
    };
    const std::string ocsp = "tls.revocation = \"ocsp\"\n";
    const std::string none = "tls.revocation = \"none\"\n";
    const std::string staple = "tls.staple = true\n";
    const std::vector<Case> cases = {
        {ocsp, staple, "", true, Reason::tls_status_good},
        {ocsp, staple, "revoked = true\n", false, Reason::tls_revoked},
        {ocsp, "", "revoked = true\n", true, Reason::tls_status_missing},
        {ocsp, "", "", true, Reason::tls_status_missing},
        {"", "", "revoked = true\n", false, Reason::tls_revoked},
        {none, staple, "revoked = true\n", true, Reason::tls_verified},
    };
    for (const std::string key : {"ecdsa", "rsa", "ed25519"})
        for (const Case& one : cases) {
            const auto simulation =
                whole_run(two_mails(one.mail, one.mx + "tls.certificate = \"its\"\n") +
                          "[certificates.its]\nkey = \"" + key + "\"\n" + one.certificate);
            INFO(key << " " << one.mail << one.mx << one.certificate);
            CHECK(delivered(*simulation) == one.arrives);
            CHECK(decided(*simulation, one.reason, {}, "mail"));
        }
}

TEST_CASE("a server that asks its clients who they are") {
    struct Case {
        std::string asks, shows;
        bool arrives;
        Reason reason;
    };
    const std::string own = "tls.client_certificate = \"own\"\n[certificates.own]\n";
    const std::string bad =
        own + "issuer = \"stranger\"\n[authorities.stranger]\ntrusted = false\n";
    const std::vector<Case> cases = {
        {"asked", own, true, Reason::tls_client_verified},
        {"asked", "", true, Reason::tls_client_unknown},
        {"asked", bad, true, Reason::tls_client_refused},
        {"required", own, true, Reason::tls_client_verified},
        {"required", "", false, Reason::tls_failed},
        {"required", bad, false, Reason::tls_client_refused},
    };
    for (const std::string version : {"1.2", "1.3"})
        for (const Case& one : cases) {
            const auto simulation =
                whole_run(two_mails(one.shows, "tls.clients = \"" + one.asks +
                                                   "\"\ntls.version_max = \"" + version + "\"\n"));
            INFO(version << " " << one.asks << " " << one.shows);
            CHECK(delivered(*simulation) == one.arrives);
            CHECK(decided(*simulation, one.reason, {}, "mx"));
        }
}

namespace {

// Two hubs of one organisation that sign their own certificates, and somebody outside.
std::string organisation(const std::string& from, const std::string& outsider_policy,
                         const std::string& second = "acme", const std::string& more = {}) {
    const std::string domain = from == "out" ? "example.com" : "example.org";
    return "until = \"+20m\"\n[networks.one]\n[networks.two]\n[[links]]\nbetween = [\"one\", "
           "\"two\"]\n"
           "[hosts.hub1]\nnetwork = \"one\"\ndomains = \"example.org\"\ntls.organisation = "
           "\"acme\"\n"
           "tls.certificate = \"own1\"\n"
           "[hosts.hub2]\nnetwork = \"two\"\ndomains = \"example.net\"\ntls.organisation = \"" +
           second +
           "\"\ntls.certificate = \"own2\"\n"
           "[hosts.out]\nnetwork = \"one\"\ndomains = \"example.com\"\ntls.policy = \"" +
           outsider_policy +
           "\"\n[certificates.own1]\nself_signed = true\n[certificates.own2]\nself_signed = true\n"
           "[people.alice]\naddress = \"alice@" +
           domain +
           "\"\n"
           "[people.bob]\naddress = \"bob@example.net\"\n"
           "[[timeline]]\nsend = { from = \"alice\", to = \"bob\", subject = \"s\", body = \"a "
           "secret plan\" }\n" +
           more;
}

}  // namespace

TEST_CASE("members of an organisation know each other, and strangers get what all get") {
    const auto inside = whole_run(organisation("hub1", "verified"));
    CHECK(delivered(*inside));
    CHECK(decided(*inside, Reason::tls_member, "hub2.example.net", "hub1"));
    CHECK(decided(*inside, Reason::tls_verified, {}, "hub1"));
    CHECK(decided(*inside, Reason::tls_client_verified, "hub1.example.org", "hub2"));
    // Who is no member refuses what a member takes, or takes it without a look.
    const auto strict = whole_run(organisation("out", "verified"));
    CHECK_FALSE(delivered(*strict));
    CHECK(decided(*strict, Reason::tls_self_signed, {}, "out"));
    const auto easy = whole_run(organisation("out", "opportunistic"));
    CHECK(delivered(*easy));
    CHECK(decided(*easy, Reason::tls_unjudged, {}, "out"));
    CHECK(decided(*easy, Reason::tls_client_unknown, {}, "hub2"));
    // A member wants TLS of a member: somebody on the line who cuts it away gets nothing.
    const auto cut = whole_run(organisation(
        "hub1", "verified", "acme", "[[attackers]]\nlink = \"one--two\"\nstrip_starttls = true\n"));
    CHECK_FALSE(delivered(*cut));
    CHECK(wire_of(*cut).find("secret plan") == std::string::npos);
    // Of two organisations neither is a member of the other.
    const auto apart = whole_run(organisation("hub1", "verified", "other"));
    CHECK(delivered(*apart));
    CHECK_FALSE(decided(*apart, Reason::tls_member));
}

TEST_CASE("a person is known by a certificate of their own") {
    for (const bool shows : {true, false}) {
        const auto simulation = whole_run(
            "until = \"+20m\"\n[hosts.mail]\ndomains = \"example.org\"\ntls.offer = true\n"
            "tls.clients = \"asked\"\nmsa.mechanisms = [\"EXTERNAL\", \"PLAIN\"]\n"
            "[hosts.laptop]\n" +
            std::string(shows ? "tls.client_certificate = \"hers\"\n" : "") +
            "[certificates.hers]\nperson = \"alice\"\n"
            "[people.alice]\naddress = \"alice@example.org\"\ndevice = \"laptop\"\ntls = "
            "\"verified\"\n"
            "[[timeline]]\nsend = { from = \"alice\", to = \"alice\", subject = \"s\" }\n");
        CHECK(delivered(*simulation));
        CHECK(decided(*simulation, Reason::auth_vouched, "alice", "mail") == shows);
        CHECK(said(*simulation, "AUTH PLAIN ") == !shows);
    }
}
