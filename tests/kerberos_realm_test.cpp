// Realms in a world: what a scenario with a KDC is completed to, and what a KDC does with what comes
// to its port (RFC 4120 §7.2).
#include "protocols/kerberos/client.hpp"
#include "sim/kerberos/realm.hpp"
#include "sim/scenario/load.hpp"
#include "sim/world/judge.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::sim;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::string one_realm = R"(
[hosts.mail]
domains = "example.org"
[hosts."kdc.example.org"]
services = ["kdc"]
[hosts.elsewhere]
domains = "example.net"
[people.alice]
address = "Alice@example.org"
[people.bob]
address = "bob@example.net"
)";

std::shared_ptr<const Setup> setup_of(const std::string& body) {
    const scenario::Loaded loaded =
        scenario::load("postroad = 1\n" + body, "s.toml", surroundings());
    INFO(scenario::to_text(loaded.problems));
    REQUIRE(loaded.ok());
    scenario::Problems problems;
    const auto out = compile(loaded.complete, problems, nullptr);
    INFO(scenario::to_text(problems));
    REQUIRE(out != nullptr);
    return out;
}

}  // namespace

TEST_CASE("a KDC has a realm, and people and hosts of its domain are in it") {
    const auto setup = setup_of(one_realm);
    REQUIRE(setup->realms.size() == 1);
    const RealmSetup& realm = setup->realms[0];
    CHECK(realm.name == "EXAMPLE.ORG");
    CHECK(realm.kdcs == std::vector<std::uint32_t>{setup->find_host("kdc.example.org")});
    for (const char* name :
         {"krbtgt/EXAMPLE.ORG", "alice", "host/mail.example.org", "smtp/mail.example.org",
          "pop/mail.example.org", "imap/mail.example.org", "HTTP/mail.example.org",
          "host/kdc.example.org"})
        CHECK(realm.find(name) != nullptr);
    for (const char* name : {"bob", "smtp/elsewhere.example.net", "smtp/kdc.example.org", "Alice"})
        CHECK(realm.find(name) == nullptr);
    CHECK(realm.find("alice")->password == "secret-alice");
    CHECK(setup->people[setup->find_person("bob")].realm == nothing);
    CHECK(setup->hosts[setup->find_host("mail")].realm == 0);
    CHECK(setup->hosts[setup->find_host("elsewhere")].realm == nothing);
}

TEST_CASE("DNS tells where the realm's KDCs are, in the scenario's order") {
    const scenario::Loaded loaded = scenario::load(
        "postroad = 1\n" + one_realm +
            "[hosts.second]\nnames = \"kdc2.example.org\"\nservices = [\"kdc\"]\n",
        "s.toml", surroundings());
    REQUIRE(loaded.ok());
    std::string zone;
    for (const scenario::Zone& one : loaded.complete.zones)
        if (one.origin == "example.org") zone = one.text.text;
    for (const char* protocol : {"_udp", "_tcp"}) {
        const std::string owner = std::string("_kerberos.") + protocol + ".example.org. IN SRV ";
        CHECK_THAT(zone, ContainsSubstring(owner + "0 0 88 kdc.example.org.\n"));
        CHECK_THAT(zone, ContainsSubstring(owner + "1 0 88 kdc2.example.org.\n"));
    }
}

TEST_CASE("keys are the seed's and the password's, and no two principals share one") {
    const auto setup = setup_of(one_realm);
    const kerberos_layer::Realm realm(setup->realms[0], 7);
    const kerberos_layer::Realm again(setup->realms[0], 7);
    const kerberos_layer::Realm other(setup->realms[0], 8);
    const auto type = kerberos::EncryptionType::aes256_cts_hmac_sha1_96;
    const auto smtp = kerberos::to_name("smtp/mail.example.org");
    const auto alice = kerberos::to_name("alice");
    CHECK(realm.key(smtp, type) == again.key(smtp, type));
    CHECK_FALSE(realm.key(smtp, type) == other.key(smtp, type));
    CHECK_FALSE(realm.key(smtp, type) == realm.key(kerberos::to_name("pop/mail.example.org"), type));
    CHECK(realm.key(alice, type) == other.key(alice, type));
    CHECK(realm.key(alice, type) ==
          kerberos::string_to_key(type, "secret-alice", "EXAMPLE.ORGalice"));
    CHECK(kerberos_layer::keytab(*setup, 7) == kerberos_layer::keytab(*setup, 7));
    CHECK(kerberos_layer::keytab(*setup, 7) != kerberos_layer::keytab(*setup, 8));
}

TEST_CASE("a realm's name is a domain name in capitals, or what the scenario says") {
    CHECK(setup_of(one_realm + "[hosts.\"kdc.example.org\".kdc]\nrealm = \"CORP.EXAMPLE.ORG\"\n"
                               "[hosts.\"db.corp.example.org\"]\nservices = [\"mta\"]\n")
              ->realms[0]
              .find("smtp/db.corp.example.org") != nullptr);
    const scenario::Loaded loaded = scenario::load(
        "postroad = 1\n" + one_realm + "[hosts.\"kdc.example.org\".kdc]\nrealm = \"A/B\"\n",
        "s.toml", surroundings());
    scenario::Problems problems;
    CHECK(compile(loaded.complete, problems, nullptr) == nullptr);
    CHECK_THAT(scenario::to_text(problems), ContainsSubstring("\"A/B\" is no name of a realm"));
}
