// How mail retrieval agents log in: by the mechanisms that people's programs have, by those that the
// scenario names, and never by saying a password that is not to be said.
#include "tests/tls_world.hpp"

using namespace postroad;
using namespace postroad::sim;
using Catch::Matchers::ContainsSubstring;

namespace {

// Bob's old account is at an ISP, which offers `names`; an agent at home fetches from there.
std::string world(const std::string& protocol, const std::string& names,
                  const std::string& agent = "", const std::string& isp = "") {
    return "[hosts.isp]\ndomains = \"isp.example\"\n"
           "services = [\"mta\", \"mda\", \"pop3\", \"imap\", \"dns\", \"resolver\"]\n" +
           protocol + " = { mechanisms = [" + names + "] }\n" + isp +
           "[hosts.home]\ndomains = \"example.org\"\n"
           "services = [\"mta\", \"mda\", \"lmtp\", \"pop3\", \"dns\", \"resolver\"]\n"
           "[people.oldbob]\naddress = \"bob@isp.example\"\n"
           "[people.bob]\naddress = \"bob@example.org\"\n"
           "[retrievers.fetcher]\nhost = \"home\"\nprotocol = \"" +
           protocol + "\"\nfrom = \"isp\"\nuser = \"oldbob\"\nevery = \"10m\"\n"
           "recipients = [\"bob@example.org\"]\n" +
           agent;
}

// One mail waits at the ISP, and the agent has polled once.
struct Polled : MailWorld {
    explicit Polled(const std::string& text) : MailWorld(text) {
        queue("isp", "alice@isp.example", {"bob@isp.example"});
        run_for(15 * minute);
    }
    bool has_fetched() const { return mailbox("bob").size() == 1 && mailbox("oldbob").empty(); }
};

std::string says(const std::string& names) { return "mechanisms = [" + names + "]\n"; }

const char* const many = "\"PLAIN\", \"CRAM-MD5\", \"SCRAM-SHA-256\"";

}  // namespace

TEST_CASE("an agent takes the strongest mechanism that its server offers") {
    for (const std::string protocol : {"pop3", "imap"}) {
        Polled w(world(protocol, many));
        INFO(w.dialogue());
        CHECK(w.has_fetched());
        CHECK(w.decided("home auth_chosen_proof: AUTH by SCRAM-SHA-256, of "));
        CHECK(w.decided("isp auth_proved: oldbob has proved by SCRAM-SHA-256"));
        CHECK_FALSE(w.decided("secret_in_clear"));
    }
}

TEST_CASE("under TLS an agent binds its log-in to the channel") {
    for (const std::string protocol : {"pop3", "imap"}) {
        Polled w(world(protocol, "\"SCRAM-SHA-256-PLUS\", \"SCRAM-SHA-256\", \"PLAIN\"", "",
                       "tls = { offer = true }\n"));
        INFO(w.dialogue());
        CHECK(w.has_fetched());
        CHECK(w.decided("home auth_chosen_proof: AUTH by SCRAM-SHA-256-PLUS, of "));
    }
}

TEST_CASE("an agent logs in by every mechanism that needs a password alone") {
    for (const std::string protocol : {"pop3", "imap"})
        for (const std::string one : {"PLAIN", "LOGIN", "CRAM-MD5", "NTLM", "SCRAM-SHA-1",
                                      "SCRAM-SHA-256"}) {
            Polled w(world(protocol, "\"" + one + "\"", says("\"" + one + "\"")));
            INFO(protocol << " " << one << "\n" << w.dialogue());
            CHECK(w.has_fetched());
            CHECK(w.decided("secret_in_clear") == (one == "PLAIN" || one == "LOGIN"));
        }
}

TEST_CASE("an agent whose host has no certificate to show does not log in by EXTERNAL") {
    Polled w(world("imap", "\"EXTERNAL\"", says("\"EXTERNAL\"")));
    CHECK(w.mailbox("oldbob").size() == 1);
    CHECK(w.decided("home auth_none_fits: none of EXTERNAL may be used here (EXTERNAL)"));
}

TEST_CASE("what an agent's scenario prefers or leaves out decides") {
    for (const std::string protocol : {"pop3", "imap"}) {
        Polled w(world(protocol, many, says("\"CRAM-MD5\", \"SCRAM-SHA-256\"")));
        INFO(w.dialogue());
        CHECK(w.has_fetched());
        CHECK(w.decided("home auth_chosen_proof: AUTH by CRAM-MD5, of "));
    }
}

TEST_CASE("an agent without a mechanism in common fetches nothing, says why and says no password") {
    for (const std::string protocol : {"pop3", "imap"})
        for (const char* offered : {"\"PLAIN\"", ""}) {
            Polled w(world(protocol, offered, says("\"SCRAM-SHA-256\"")));
            INFO(protocol << " offers " << offered << "\n" << w.dialogue());
            CHECK(w.mailbox("bob").empty());
            CHECK(w.mailbox("oldbob").size() == 1);
            CHECK_FALSE(w.decided("secret_in_clear"));
            CHECK_FALSE(w.decided("isp auth_ok"));
            CHECK_FALSE(said(w.simulation, "secret-oldbob"));
            CHECK(w.decided("that may be used, and the password itself is not said"));
            CHECK(w.decided("home auth_none_fits: none of PLAIN may be used here (SCRAM-SHA-256)") ==
                  (*offered != '\0'));
        }
}

TEST_CASE("where nothing fits an agent that may says its password by LOGIN or PASS, and says so") {
    for (const std::string protocol : {"pop3", "imap"}) {
        Polled w(world(protocol, "\"CRAM-MD5\"", says("\"SCRAM-SHA-256\", \"PLAIN\"")));
        INFO(w.dialogue());
        CHECK(w.has_fetched());
        CHECK(w.decided("home auth_by_password: none of CRAM-MD5 can be used: " +
                        std::string(protocol == "imap" ? "LOGIN" : "PASS") +
                        " says the password itself instead"));
        CHECK(w.decided("home secret_in_clear"));
    }
}

TEST_CASE("a mail program that may not say its password says why it does not log in") {
    for (const std::string protocol : {"pop3", "imap"})
        for (const char* offered : {"\"PLAIN\"", ""}) {
            MailWorld w("[hosts.mail]\ndomains = \"example.org\"\n"
                        "services = [\"mta\", \"mda\", \"pop3\", \"imap\", \"dns\", \"resolver\"]\n" +
                        protocol + " = { mechanisms = [" + offered +
                        "] }\n[people.bob]\naddress = \"bob@example.org\"\n"
                        "mechanisms = [\"CRAM-MD5\"]\nfetch.protocol = \"" + protocol +
                        "\"\n[[timeline]]\nat = \"+1m\"\nfetch = \"bob\"\n");
            w.queue("mail", "alice@example.org", {"bob@example.org"});
            w.run_for(5 * minute);
            INFO(protocol << " offers " << offered << "\n" << w.dialogue());
            CHECK(w.count(CustodyMove::fetched) == 0);
            CHECK_FALSE(w.decided("secret_in_clear"));
            CHECK_FALSE(said(w.simulation, "secret-bob"));
            CHECK(w.decided("that may be used, and the password itself is not said"));
        }
}

TEST_CASE("an agent's mechanisms are judged where the scenario names them") {
    const auto problems_of = [](const std::string& names) {
        return scenario::to_text(
            open_scenario("postroad = 1\n" + world("imap", many, says(names)), "test.toml").problems);
    };
    CHECK_THAT(problems_of("\"SCRAM-SHA256\""), ContainsSubstring("did you mean") &&
                                                    ContainsSubstring("SCRAM-SHA-256"));
    for (const char* name : {"GSSAPI", "OAUTHBEARER", "XOAUTH2"})
        CHECK_THAT(problems_of("\"" + std::string(name) + "\""),
                   ContainsSubstring("has nothing to show for \"" + std::string(name) + "\"") &&
                       ContainsSubstring("test.toml:"));
}
