// Somebody on the line of who reads by IMAP, and between an MTA and the LMTP server behind it: what
// each policy costs and saves under each attack, in two tables.
#include <map>
#include <sstream>

#include "protocols/message/base64.hpp"
#include "sim/net/attacker_bend.hpp"
#include "tests/tls_world.hpp"

using namespace postroad;
using namespace postroad::sim;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::map<std::string, std::string> attacks = {
    {"watch", ""},
    {"strip", "strip_starttls = true\n"},
    {"drop_tls", "drop_tls = true\n"},
    {"old", "downgrade = \"1.0\"\n"},
    {"tls_1.2", "downgrade = \"1.2\"\n"},
    {"weaken", "weaken = true\n"},
    {"swap", "swap = \"mallory\"\n"},
    {"inject", "inject = \"x NOOP\\r\\n\"\n"},
    {"replay", "replay = \"mallory\"\n"},
};

// Bob reads in a café, and the café's line is the attacker's. `port`: "143" or "993".
std::string cafe(const std::string& policy, const std::string& port, const std::string& attack,
                 const std::string& mail = "tls.auth_without_tls = true\n") {
    return "until = \"+30m\"\n[networks.cafe]\n"
           "[hosts.mail]\ndomains = \"example.org\"\ntls.offer = true\ntls.implicit = true\n"
           "services = [\"mta\", \"msa\", \"mda\", \"imap\", \"dns\", \"resolver\"]\n" +
           mail +
           "[hosts.laptop]\nnetwork = \"cafe\"\n"
           "[hosts.mallory]\nnetwork = \"cafe\"\nservices = [\"imap\", \"resolver\"]\n"
           "tls.offer = true\ntls.implicit = true\ntls.auth_without_tls = true\n"
           "tls.certificate = \"fake\"\n"
           "[authorities.mallory-ca]\ntrusted = false\n"
           "[certificates.fake]\nnames = \"mail.example.org\"\nissuer = \"mallory-ca\"\n"
           "[people.alice]\naddress = \"alice@example.org\"\n"
           "[people.bob]\naddress = \"bob@example.org\"\ndevice = \"laptop\"\ntls = \"" +
           policy + "\"\nfetch.protocol = \"imap\"\nfetch.from = \"mail:" + port +
           "\"\n"
           "[[timeline]]\nsend = { from = \"alice\", to = \"bob\", subject = \"s\", "
           "body = \"a secret plan\" }\n[[timeline]]\nat = \"+1m\"\nfetch = \"bob\"\n"
           "[[attackers]]\nlink = \"laptop--cafe\"\n" +
           attack;
}

// The MTA in front of the mailboxes, and somebody between it and them.
std::string behind(const std::string& policy, const std::string& attack,
                   const std::string& store = "") {
    return "until = \"+2h\"\n[networks.home]\n[networks.away]\n[[links]]\nbetween = [\"home\", "
           "\"away\"]\n"
           "[hosts.front]\nnetwork = \"home\"\ndomains = \"example.org\"\n"
           "services = [\"mta\", \"dns\", \"resolver\"]\n"
           "routing.lmtp = { \"example.org\" = \"store\" }\ntls.policy = \"" +
           policy +
           "\"\n"
           "[hosts.store]\nnetwork = \"away\"\ndomains = \"example.org\"\n"
           "services = [\"mda\", \"lmtp\", \"pop3\", \"resolver\"]\ntls.offer = true\n" +
           store +
           "[hosts.mallory]\nnetwork = \"away\"\nservices = [\"mda\", \"lmtp\", \"resolver\"]\n"
           "domains = \"example.com\"\ntls.offer = true\ntls.certificate = \"fake\"\n"
           "[authorities.mallory-ca]\ntrusted = false\n"
           "[certificates.fake]\nnames = \"store.example.org\"\nissuer = \"mallory-ca\"\n"
           "[people.bob]\naddress = \"bob@example.org\"\nmailbox = \"store\"\n"
           "[people.mallory]\naddress = \"mallory@example.com\"\n"
           "[[attackers]]\nlink = \"home--away\"\n" +
           attack;
}

std::string base64(std::string_view octets) {
    std::string out;
    message::base64_encode(octets, out);
    return out;
}

bool fetched(const Simulation& simulation) {
    for (auto at = simulation.trace().read(); !at.done(); at.next())
        if (at.row().head().fact == Fact::custody &&
            at.row().as<CustodyFact>().move == CustodyMove::fetched)
            return true;
    return false;
}

// Whether bob's password, as IMAP says one, is in any packet.
bool in_clear(const Simulation& simulation) {
    const std::string wire = wire_of(simulation);
    for (const std::string& one : {std::string("secret-bob"), base64("secret-bob"),
                                   base64(std::string("\0bob\0secret-bob", 15))})
        if (wire.find(one) != std::string::npos) return true;
    return false;
}

// `told`: the attacker has the password; `safe`: the mail is read and he has not; else nothing is.
std::string of_reading(const std::string& policy, const std::string& port,
                       const std::string& attack) {
    const auto simulation = whole_run(cafe(policy, port, attacks.at(attack)));
    const bool told = decided(*simulation, Reason::attacker_read_password, "bob");
    const bool strict = policy == "required" || policy == "verified";
    INFO(policy << " at " << port << " against " << attack);
    if (strict || (port == "993" && policy != "none")) CHECK_FALSE(in_clear(*simulation));
    if (told) CHECK(policy != "verified");
    return told ? "told" : fetched(*simulation) ? "safe" : "waits";
}

// `told`: the attacker has read the mail; `met`: his host has heard whom it is for, and refused it.
std::string of_handing(const std::string& policy, const std::string& attack) {
    MailWorld w(behind(policy, attacks.at(attack)));
    w.queue("front", "alice@example.net", {"bob@example.org"},
            "From: alice@example.net\r\nSubject: s\r\n\r\na secret plan\r\n");
    w.run_for(hour);
    const bool told = w.decided("attacker_read_message");
    INFO(policy << " against " << attack << "\n" << w.dialogue());
    CHECK(w.conversations(24) > 0);
    if (policy == "verified") CHECK_FALSE(told);
    if (told) return "told";
    if (w.mailbox("bob").size() == 1) return "safe";
    return w.decided("attacker_read_envelope") ? "met" : "waits";
}

// Fills the table's cells anew, by `outcome` of a row's words and a column's.
template <class Outcome>
std::string filled(std::string_view table, std::size_t row_words, const Outcome& outcome) {
    std::istringstream lines{std::string(table)};
    std::string line, out;
    std::vector<std::string> columns;
    while (std::getline(lines, line)) {
        if (line.empty()) continue;
        std::istringstream words(line);
        std::vector<std::string> row(row_words);
        for (std::string& one : row) words >> one;
        for (const std::string& one : row) out += one + " ";
        if (columns.empty())
            for (std::string one; words >> one;) {
                columns.push_back(one);
                out += one + " ";
            }
        else
            for (const std::string& one : columns) out += outcome(row, one) + " ";
        out.back() = '\n';
    }
    return out;
}

std::string squeezed(std::string_view table) {
    std::string out;
    for (const char c : table) {
        const bool repeats = out.empty() || out.back() == ' ' || out.back() == '\n';
        if ((c == ' ' || c == '\n') && repeats) continue;
        out += c;
    }
    return out;
}

}  // namespace

TEST_CASE("who reads by IMAP with somebody on the line: policy and port by attack") {
    constexpr std::string_view expected = R"(
policy        port watch strip drop_tls old   tls_1.2 weaken swap  inject replay
none          143  told  told  told     told  told    told   told  told   told
opportunistic 143  safe  told  waits    waits waits   waits  told  safe   safe
required      143  safe  waits waits    waits waits   waits  told  safe   safe
verified      143  safe  waits waits    waits waits   waits  waits safe   safe
opportunistic 993  safe  safe  waits    waits waits   waits  told  safe   safe
required      993  safe  safe  waits    waits waits   waits  told  safe   safe
verified      993  safe  safe  waits    waits waits   waits  waits safe   safe
)";
    CHECK(filled(expected, 2, [](const std::vector<std::string>& row, const std::string& attack) {
              return of_reading(row[0], row[1], attack);
          }) == squeezed(expected));
}

TEST_CASE("between an MTA and an LMTP server with somebody on the line: policy by attack") {
    constexpr std::string_view expected = R"(
policy        watch strip drop_tls old   tls_1.2 weaken swap  inject replay
none          told  told  told     told  told    told   met   told   told
opportunistic safe  told  told     told  told    told   met   safe   safe
required      safe  waits waits    waits waits   waits  met   safe   safe
verified      safe  waits waits    waits waits   waits  waits safe   safe
)";
    CHECK(filled(expected, 1, [](const std::vector<std::string>& row, const std::string& attack) {
              return of_handing(row[0], attack);
          }) == squeezed(expected));
}

TEST_CASE("STARTTLS is written over wherever IMAP offers it, and nothing else is") {
    const auto stripped = [](std::string text) {
        std::string over;
        return std::pair{attacker::strip_offer(text, over), text};
    };
    CHECK(stripped("* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\na OK done\r\n") ==
          std::pair{true,
                    std::string("* CAPABILITY IMAP4rev1 XXXXXXXX LOGINDISABLED\r\na OK done\r\n")});
    CHECK(stripped("* OK [CAPABILITY IMAP4rev1 STARTTLS] mail\r\n") ==
          std::pair{true, std::string("* OK [CAPABILITY IMAP4rev1 XXXXXXXX] mail\r\n")});
    for (const char* text : {"a STARTTLS\r\n", "* 1 FETCH (BODY[] {20}\r\nSTARTTLS is a word\r\n",
                             "a OK begin TLS\r\n", "* CAPABILITY IMAP4rev1 STARTTLS", ""})
        CHECK(stripped(text) == std::pair{false, std::string(text)});
}

TEST_CASE("whoever listens reads LOGIN and AUTHENTICATE, in one line or in two") {
    MailWorld w(cafe("none", "143", "",
                     "tls.auth_without_tls = true\nimap.mechanisms = [\"PLAIN\", \"LOGIN\"]\n"));
    std::uint32_t number = 1;
    const auto learnt = [&](std::initializer_list<std::string> lines) {
        const std::size_t before = w.decisions().size();
        Caller caller(w, "laptop", "mail:143", number++);
        for (const std::string& one : lines) caller.says(one, 5 * second);
        std::string out;
        const std::vector<std::string> all = w.decisions();
        for (std::size_t i = before; i < all.size(); ++i)
            if (all[i].find("attacker_read_p") != std::string::npos) out += all[i];
        return out;
    };
    const std::string plain = base64(std::string("\0bob\0guess", 10));
    const auto password_of_bob = ContainsSubstring("has read the password of bob");
    CHECK_THAT(learnt({"a LOGIN bob guess"}), password_of_bob);
    CHECK_THAT(learnt({"a1 login \"bob\" \"guess\""}), password_of_bob);
    CHECK_THAT(learnt({"a AUTHENTICATE PLAIN " + plain}), password_of_bob);
    CHECK_THAT(learnt({"a authenticate plain", plain}), password_of_bob);
    CHECK_THAT(learnt({"a AUTHENTICATE LOGIN", base64("bob"), base64("guess")}), password_of_bob);
    CHECK(learnt({"a CAPABILITY", "b NOOP", "c LOGOUT"}).empty());
}

TEST_CASE("whoever has bob's words read is told in no other way than by his mail program") {
    // The server lets nobody say a password in the clear; what the program does is the policy's.
    for (const std::string policy : {"none", "opportunistic"}) {
        const auto simulation = whole_run(cafe(policy, "143", attacks.at("strip"), ""));
        INFO(policy);
        CHECK(decided(*simulation, Reason::attacker_stripped));
        CHECK_FALSE(fetched(*simulation));
        CHECK_FALSE(in_clear(*simulation));  // LOGINDISABLED (RFC 3501 §7.2.1)
    }
}

TEST_CASE("what is injected behind IMAP's STARTTLS is run by who is vulnerable alone") {
    for (const bool vulnerable : {false, true}) {
        const auto simulation =
            whole_run(cafe("required", "143", "inject = \"x CREATE stolen\\r\\n\"\n",
                           vulnerable ? "tls.vulnerable = true\n" : ""));
        INFO(vulnerable);
        CHECK(decided(*simulation, Reason::attacker_injected));
        CHECK(decided(*simulation,
                      vulnerable ? Reason::tls_injection_kept : Reason::tls_injection_dropped,
                      "17 octets"));
        // Run as if it had come under TLS; nobody has logged in yet. The mail program hears the
        // answer to what it has not asked, and trusts the session no more.
        CHECK(said(*simulation, "x BAD") == vulnerable);
        CHECK(fetched(*simulation) != vulnerable);
    }
}

TEST_CASE("what is injected behind LMTP's STARTTLS is run by who is vulnerable alone") {
    for (const bool vulnerable : {false, true}) {
        MailWorld w(behind("required", "inject = \"LHLO mallory.example\\r\\n\"\n",
                           vulnerable ? "tls.vulnerable = true\n" : ""));
        w.queue("front", "alice@example.net", {"bob@example.org"});
        w.run_for(minute);
        INFO(w.dialogue());
        CHECK(w.decided("attacker_injected"));
        CHECK(w.decided("tls_injection_kept") == vulnerable);
        CHECK(w.decided("tls_injection_dropped") == !vulnerable);
    }
}

TEST_CASE("a recorded IMAP session is said once more in the clear, and is nothing under TLS") {
    const auto clear = whole_run(cafe("none", "143", attacks.at("replay")));
    CHECK(decided(*clear, Reason::attacker_replays, "mallory"));
    CHECK(decided(*clear, Reason::attacker_read_password, "bob"));
    const auto sealed = whole_run(cafe("required", "143", attacks.at("replay")));
    CHECK(decided(*sealed, Reason::attacker_replays, "mallory"));
    CHECK(decided(*sealed, Reason::tls_failed, {}, "mail"));
    CHECK_FALSE(in_clear(*sealed));
}
