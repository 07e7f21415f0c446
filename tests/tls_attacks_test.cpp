// What each policy of a sending MTA costs and saves under each attack: one table. Another attack is
// a column with its own few lines of scenario; another policy is a row.
#include <map>
#include <sstream>

#include "sim/views/certificates.hpp"
#include "tests/catch.hpp"
#include "tests/mail_world.hpp"

using namespace postroad;
using namespace postroad::sim;

namespace {

// `protected`: the mail arrives and nobody on the line reads it; `clear`: it arrives and they do;
// else it waits, and that is why.
constexpr std::string_view expected = R"(
policy         nobody     strips            wrong_name      expired      stranger            other_key
none           clear      clear             clear           clear        clear               clear
opportunistic  protected  clear             protected       protected    protected           protected
required       protected  tls_missing_ends  protected       protected    protected           protected
verified       protected  tls_missing_ends  tls_wrong_name  tls_expired  tls_unknown_issuer  protected
dane           protected  tls_missing_ends  protected       protected    protected           dane_mismatch
sts_enforce    protected  tls_missing_ends  tls_wrong_name  tls_expired  tls_unknown_issuer  protected
sts_testing    protected  clear             protected       protected    protected           protected
)";

struct Pieces {
    std::string sender;       // lines of [hosts.mail]
    std::string domain;       // lines of [domains."example.net"]
    std::string certificate;  // lines of the certificate that mx shows; empty: its usual one
    std::string attackers;    // further lines of the one who sits on mx's line and reads along
    bool tlsa = false;        // example.net publishes the record of …
    bool tlsa_of_usual = false;  // … its usual certificate, whatever mx shows
};

Pieces pieces_of(const std::string& policy, const std::string& attack) {
    Pieces out;
    if (policy == "dane") {
        out.sender = "tls.dane = true\n";
        out.domain = "signed = true\n";
        out.tlsa = true;
    } else if (policy.starts_with("sts_")) {
        out.sender = "tls.mta_sts = true\n";
        out.domain = "mta_sts = { mode = \"" + policy.substr(4) + "\", host = \"www\" }\n";
    } else {
        out.sender = "tls.policy = \"" + policy + "\"\n";
    }
    const std::map<std::string, std::string> certificates = {
        {"wrong_name", "names = \"www.example.net\"\n"},
        {"expired", "until = 2010-08-31T00:00:00Z\n"},
        {"stranger", "issuer = \"stranger\"\n"},
        {"other_key", "key = \"ed25519\"\n"},
    };
    if (const auto found = certificates.find(attack); found != certificates.end())
        out.certificate = found->second;
    if (attack == "strips")
        out.attackers = "strip_starttls = true\n";
    out.tlsa_of_usual = attack == "other_key";
    return out;
}

std::string world_of(const Pieces& from, const std::string& records, bool usual = false) {
    const bool own = !from.certificate.empty() && !usual;
    return "until = \"+30m\"\n[hosts.mail]\ndomains = \"example.org\"\n" + from.sender +
           "[hosts.www]\nnetwork = \"internet\"\nnames = \"www.example.com\"\n"
           "[hosts.mx]\ndomains = \"example.net\"\ntls.offer = true\n" +
           (own ? "tls.certificate = \"shown\"\n[certificates.shown]\n" + from.certificate : "") +
           "[authorities.stranger]\ntrusted = false\n"
           "[[attackers]]\nlink = \"mx--example-net\"\n" + from.attackers +
           "[people.alice]\naddress = \"alice@example.org\"\n"
           "[people.bob]\naddress = \"bob@example.net\"\n"
           "[domains.\"example.net\"]\n" + from.domain +
           (records.empty() ? "" : "records = \"" + records + "\"\n");
}

std::string record_for(const Pieces& from) {
    const auto setup = mail_setup(world_of(from, {}, from.tlsa_of_usual));
    for (const auto& one : views::certificate_advice(*setup))
        if (setup->hosts[one.host].name == "mx" && !one.tlsa.empty()) return one.tlsa[0];
    FAIL("mx has nothing to publish");
    return {};
}

std::string outcome_of(const std::string& policy, const std::string& attack, std::string& notes) {
    const Pieces from = pieces_of(policy, attack);
    MailWorld w(world_of(from, from.tlsa ? record_for(from) : ""));
    w.queue("mail", "alice@example.org", {"bob@example.net"},
            "From: alice@example.org\r\nSubject: s\r\n\r\na secret plan\r\n");
    w.run_for(10 * minute);
    notes = w.dialogue();
    if (w.mailbox("bob").size() == 1)
        return w.decided("attacker_read_message") ? "clear" : "protected";
    for (const std::string_view fault : {"tls_missing_ends", "tls_wrong_name", "tls_expired",
                                         "tls_unknown_issuer", "dane_mismatch"})
        if (w.decided("mail " + std::string(fault) + ":") && w.count(QueueMove::deferred) > 0)
            return std::string(fault);
    return "lost";
}

}  // namespace

TEST_CASE("every policy meets every attack, and what comes of it is in one table") {
    std::istringstream lines{std::string(expected.substr(1))};
    std::string line;
    std::vector<std::string> attacks;
    std::size_t cells = 0;
    while (std::getline(lines, line)) {
        std::istringstream words(line);
        std::string policy;
        words >> policy;
        std::string word;
        if (policy == "policy") {
            while (words >> word) attacks.push_back(word);
            continue;
        }
        for (const std::string& attack : attacks) {
            REQUIRE(words >> word);
            std::string notes;
            const std::string found = outcome_of(policy, attack, notes);
            INFO(policy << " against " << attack << "\n" << notes);
            CHECK(found == word);
            ++cells;
        }
    }
    CHECK(cells == 42);
}
