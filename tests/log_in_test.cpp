// Logging in, in whole worlds: which mechanism is chosen and why, what late refusals and locks do,
// whose tokens are taken, and that a replay does all of it again.
#include "sim/mail/log_in.hpp"

#include "protocols/message/base64.hpp"
#include "protocols/sasl/digests.hpp"
#include "sim/mail/tokens.hpp"
#include "sim/world/outside.hpp"
#include "tests/mail_world.hpp"

using namespace postroad;
using namespace postroad::sim;
using Catch::Matchers::ContainsSubstring;

namespace {

// alice sends to bob, and bob fetches; `more` goes into the host's table, `alice` into hers.
std::string office(const std::string& more, const std::string& alice = "",
                   const std::string& rest = "") {
    return "[hosts.mail]\ndomains = \"example.org\"\n" + more +
           "[people.alice]\naddress = \"alice@example.org\"\n" + alice +
           "[people.bob]\naddress = \"bob@example.org\"\n" + rest +
           "[[timeline]]\nsend = { from = \"alice\", to = \"bob\", subject = \"hello\" }\n"
           "[[timeline]]\nat = \"+1m\"\nfetch = \"bob\"\n";
}

std::string offer(const std::string& names) {
    return "msa = { mechanisms = [" + names + "] }\npop3 = { mechanisms = [" + names + "] }\n";
}

std::string base64(std::string_view octets) {
    std::string out;
    message::base64_encode(octets, out);
    return out;
}

const std::string good_plain = "AUTH PLAIN " + base64(std::string("\0bob\0secret-bob", 15));
const std::string bad_plain = "AUTH PLAIN " + base64(std::string("\0bob\0guess", 10));

}  // namespace

TEST_CASE("people log in by every mechanism that their servers offer, for SMTP and for POP3") {
    for (const char* name : {"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "NTLM"}) {
        INFO(name);
        MailWorld w(office(offer("\"" + std::string(name) + "\"")));
        w.run_for(5 * minute);
        INFO(w.dialogue());
        CHECK_THAT(w.dialogue(), ContainsSubstring(std::string("C: AUTH ") + name));
        CHECK(w.count(CustodyMove::fetched) == 1);
        const bool secret = std::string_view(name) == "PLAIN" || std::string_view(name) == "LOGIN";
        CHECK(w.decided("alice-pc secret_in_clear: ") == secret);
        CHECK(w.decided("mail auth_proved: alice has proved by ") == !secret);
        CHECK_FALSE(w.decided("auth_chosen"));  // there was nothing to choose
    }
}

TEST_CASE("a mail program takes the strongest mechanism and says what that is worth") {
    MailWorld w(office(offer("\"LOGIN\", \"PLAIN\", \"CRAM-MD5\", \"SCRAM-SHA-1\", \"SCRAM-SHA-256\"")));
    w.run_for(5 * minute);
    INFO(w.dialogue());
    CHECK(w.decided("alice-pc auth_chosen_proof: AUTH by SCRAM-SHA-256, of SCRAM-SHA-256 "
                    "SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN: the password is proved and not said"));
    CHECK(w.decided("bob-pc auth_chosen_proof: AUTH by SCRAM-SHA-256, of "));
    CHECK_FALSE(w.decided("secret_in_clear"));
    CHECK(w.count(CustodyMove::fetched) == 1);
}

TEST_CASE("what a person's mail program prefers or does not know decides") {
    const std::string many = offer("\"PLAIN\", \"CRAM-MD5\", \"SCRAM-SHA-256\"");
    MailWorld old(office(many, "mechanisms = [\"CRAM-MD5\", \"PLAIN\"]\n"));
    old.run_for(minute);
    CHECK(old.decided("alice-pc auth_chosen_proof: AUTH by CRAM-MD5"));
    MailWorld careless(office(many, "mechanisms = [\"PLAIN\", \"SCRAM-SHA-256\"]\n"));
    careless.run_for(minute);
    CHECK(careless.decided("alice-pc auth_chosen_password: AUTH by PLAIN"));
    CHECK(careless.decided("alice-pc secret_in_clear: "));
    MailWorld strange(office(many, "mechanisms = [\"NTLM\"]\n"));
    strange.run_for(minute);
    INFO(strange.dialogue());
    CHECK(strange.decided("the server offers no AUTH that we know"));
    CHECK(strange.mailbox("bob").empty());
}

TEST_CASE("a host that has TLS offers passwords under it alone, and proofs without it as well") {
    MailWorld w(office("tls = { offer = true }\n" +
                       offer("\"SCRAM-SHA-256-PLUS\", \"SCRAM-SHA-256\", \"PLAIN\"")));
    Caller caller(w, "bob-pc", "mail:587");
    CHECK_THAT(caller.says("EHLO x.example"), ContainsSubstring("250-AUTH SCRAM-SHA-256\r\n"));
    CHECK_THAT(caller.says(good_plain), ContainsSubstring("538 5.7.11 "));
    w.run_for(5 * minute);
    INFO(w.dialogue());
    CHECK(w.decided("alice-pc auth_chosen_proof: AUTH by SCRAM-SHA-256-PLUS, of "));
    CHECK(w.decided("bob-pc auth_chosen_proof: AUTH by SCRAM-SHA-256-PLUS, of "));
    CHECK(w.count(CustodyMove::fetched) == 1);
}

TEST_CASE("channel bindings hold with TLS 1.2, too") {
    MailWorld w(office("tls = { offer = true, version_max = \"1.2\" }\n" +
                       offer("\"SCRAM-SHA-1-PLUS\", \"PLAIN\"")));
    w.run_for(5 * minute);
    INFO(w.dialogue());
    CHECK(w.decided("alice-pc auth_chosen_proof: AUTH by SCRAM-SHA-1-PLUS, of "));
    CHECK(w.count(CustodyMove::fetched) == 1);
}

TEST_CASE("a refusal comes a second late, then two, then four, and the next line waits its turn") {
    MailWorld w(office(""));
    Caller caller(w, "bob-pc", "mail:587");
    caller.says("EHLO x.example");
    for (const Duration late : {1 * second, 2 * second, 4 * second}) {
        CHECK(caller.says(bad_plain, late - 100 * millisecond).empty());
        CHECK_THAT(caller.hears(200 * millisecond), ContainsSubstring("535 5.7.8 "));
    }
    CHECK(w.decided("mail login_delayed: 3 log-ins have failed: the answer comes 4 s late"));
    // The right password ends the counting for the account; the client's own count goes on.
    CHECK_THAT(caller.says(good_plain), ContainsSubstring("235 "));
}

TEST_CASE("POP3's PASS, APOP and AUTH are slowed down and counted alike") {
    MailWorld w(office("pop3 = { apop = true, mechanisms = [\"PLAIN\"] }\n"));
    Caller caller(w, "bob-pc", "mail:110");
    caller.says("USER bob");
    CHECK(caller.says("PASS guess", 900 * millisecond).empty());
    CHECK_THAT(caller.hears(200 * millisecond), ContainsSubstring("-ERR user or password is wrong"));
    CHECK(caller.says("APOP bob 00000000000000000000000000000000", 1900 * millisecond).empty());
    CHECK_THAT(caller.hears(200 * millisecond), ContainsSubstring("-ERR "));
    CHECK(caller.says(bad_plain, 3900 * millisecond).empty());
    CHECK_THAT(caller.hears(200 * millisecond), ContainsSubstring("-ERR "));
    CHECK_THAT(caller.says(good_plain), ContainsSubstring("+OK maildrop of bob"));
}

TEST_CASE("too many failures lock the account and the client's address, and time opens them again") {
    MailWorld w(office("login = { delay = \"0s\", lock_after = 3, lock_for = \"10m\" }\n"));
    Caller caller(w, "bob-pc", "mail:587");
    caller.says("EHLO x.example");
    for (int i = 0; i < 3; ++i) CHECK_THAT(caller.says(bad_plain), ContainsSubstring("535 "));
    CHECK(w.decided("mail login_locked: bob is locked until 2010-09-01T08:10:0"));
    CHECK_THAT(caller.says(good_plain), ContainsSubstring("454 4.7.0 "));  // right, and yet not now
    CHECK(w.decided("mail login_still_locked: bob is locked until "));
    // Another account from there is not looked at, either.
    CHECK_THAT(caller.says("AUTH PLAIN " + base64(std::string("\0alice\0secret-alice", 19))),
               ContainsSubstring("454 "));
    w.run_for(minute);
    Caller reader(w, "bob-pc", "mail:110", 2);
    reader.says("USER bob");
    CHECK_THAT(reader.says("PASS secret-bob"), ContainsSubstring("-ERR [SYS/TEMP] "));
    w.run_for(10 * minute);
    Caller again(w, "bob-pc", "mail:110", 3);
    again.says("USER bob");
    CHECK_THAT(again.says("PASS secret-bob"), ContainsSubstring("+OK "));
}

TEST_CASE("a guess at names that nobody has is slowed down by its address alone") {
    MailWorld w(office("login = { lock_after = 4 }\n"));
    Caller caller(w, "bob-pc", "mail:587");
    caller.says("EHLO x.example");
    for (const char* name : {"root", "admin", "test", "info"})
        caller.says("AUTH PLAIN " + base64('\0' + std::string(name) + '\0' + "guess"), 10 * second);
    INFO(w.dialogue());
    const net::Address from = w.run().address(w.world().mail.guards.records[0].subject);
    CHECK(w.decided("mail login_locked: " + net::format(from) + " is locked until "));
    CHECK(w.world().mail.guards.records.size() == 1);
}

TEST_CASE("who hangs up does not hear the late refusal, and nothing breaks") {
    MailWorld w(office(""));
    Caller caller(w, "bob-pc", "mail:587");
    caller.says("EHLO x.example");
    caller.says(bad_plain, 10 * millisecond);
    w.simulation.enter(Entry::hang_up, w.host("bob-pc"), 1, "");
    w.run_for(minute);
    CHECK(w.decided("mail login_delayed: "));
}

TEST_CASE("a token of the token host lets people in until it expires, and nobody else") {
    const std::string idp = "[hosts.idp]\nnetwork = \"internet\"\nlogin = { token_lifetime = \"5m\" }\n";
    MailWorld w(office("login = { tokens_from = \"idp\", delay = \"0s\" }\n" +
                           offer("\"OAUTHBEARER\", \"XOAUTH2\", \"PLAIN\""), "", idp));
    const auto token = [&](const char* secret, const char* who, std::int64_t from, std::int64_t until) {
        const std::int64_t now = w.run().unix_s();
        return tokens::sign(secret, "idp", who, now + from, now + until);
    };
    const auto shown = [&](const std::string& text) {
        return base64("user=bob\x01" "auth=Bearer " + text + "\x01\x01");
    };
    Caller caller(w, "bob-pc", "mail:110");
    for (const std::string& bad :
         {token("guess", "bob", 0, 60), token("secret-idp", "alice", 0, 60),
          token("secret-idp", "bob", -60, -1), token("secret-idp", "bob", 0, 60) + "x",
          std::string("a.b"), std::string("eyJhbGciOiJub25lIn0.e30.")}) {
        INFO(bad);
        caller.says("AUTH XOAUTH2");  // the token does not fit behind it (RFC 5034 §4)
        CHECK_THAT(caller.says(shown(bad)), ContainsSubstring("+ "));  // the error first
        CHECK_THAT(caller.says(""), ContainsSubstring("-ERR "));
    }
    CHECK(w.decided("mail auth_refused: bob is not let in by XOAUTH2: the token expired at 2010-09-01"));
    CHECK(w.decided("the token is somebody else's"));
    CHECK(w.decided("the token's signature is not idp"));
    caller.says("AUTH XOAUTH2");
    CHECK_THAT(caller.says(shown(token("secret-idp", "bob", 0, 60))), ContainsSubstring("+OK "));
    caller.says("QUIT");
    w.run_for(5 * minute);
    INFO(w.dialogue());
    CHECK(w.decided("alice-pc auth_chosen_token: AUTH by OAUTHBEARER, of OAUTHBEARER XOAUTH2 PLAIN"));
    CHECK(w.decided("alice-pc token_in_clear: a token of alice crosses the network in the clear"));
    CHECK(w.count(CustodyMove::fetched) == 1);
}

TEST_CASE("EXTERNAL is refused where TLS has not told who the client is") {
    MailWorld w(office("tls = { offer = true }\n" + offer("\"EXTERNAL\", \"PLAIN\"")));
    w.run_for(5 * minute);
    INFO(w.dialogue());
    CHECK(w.decided("alice-pc auth_chosen_password: AUTH by PLAIN, of EXTERNAL PLAIN"));
    CHECK(w.count(CustodyMove::fetched) == 1);
}

TEST_CASE("EXTERNAL lets the owner of a computer in whose certificate holds") {
    for (const bool known : {true, false}) {
        const std::string certificate =
            std::string("[certificates.own]\n") +
            (known ? "" : "issuer = \"stranger\"\n[authorities.stranger]\ntrusted = false\n");
        MailWorld w(office("tls = { offer = true, clients = \"asked\" }\n" +
                               offer("\"EXTERNAL\", \"PLAIN\""),
                           "device = \"laptop\"\n",
                           "[networks.cafe]\n[hosts.laptop]\nnetwork = \"cafe\"\n"
                           "tls.client_certificate = \"own\"\n" + certificate));
        w.run_for(minute);
        INFO(w.dialogue());
        CHECK(w.decided("laptop auth_chosen_nothing: AUTH by EXTERNAL, of EXTERNAL PLAIN"));
        CHECK(w.decided("mail auth_vouched: alice is known without a password, by EXTERNAL") == known);
        CHECK(w.decided("mail auth_refused: ") != known);
    }
}

TEST_CASE("a modelled TLS binds and protects like OpenSSL's") {
    MailWorld w("tls = \"modelled\"\n" +
                office("tls = { offer = true }\n" + offer("\"SCRAM-SHA-256-PLUS\", \"PLAIN\"")));
    w.run_for(5 * minute);
    INFO(w.dialogue());
    CHECK(w.decided("alice-pc auth_chosen_proof: AUTH by SCRAM-SHA-256-PLUS, of "));
    CHECK(w.count(CustodyMove::fetched) == 1);
}

TEST_CASE("locks, late refusals and nonces are part of the World: a replay repeats them") {
    const std::string text =
        office("login = { lock_after = 2 }\n" + offer("\"SCRAM-SHA-256\", \"NTLM\", \"PLAIN\""));
    MailWorld a(text);
    MailWorld b(text);
    for (MailWorld* w : {&a, &b}) {
        Caller caller(*w, "bob-pc", "mail:587");
        caller.says("EHLO x.example");
        caller.says(bad_plain);
        caller.says(bad_plain, 10 * second);
        w->run_for(5 * minute);
    }
    CHECK(a.world() == b.world());
    CHECK(a.decisions() == b.decisions());
    MailWorld other(text, 2);
    other.run_for(5 * minute);
    CHECK(other.dialogue() != a.dialogue());  // other nonces
}

TEST_CASE("who listens on a link has what the mechanism gives away, and no more") {
    struct Row {
        const char *mechanism, *learns;
    };
    const std::string idp = "[hosts.idp]\nnetwork = \"internet\"\n";
    for (const Row& row :
         {Row{"PLAIN", "attacker_read_password: somebody on cable has read the password of alice"},
          Row{"LOGIN", "attacker_read_password: somebody on cable has read the password of alice"},
          Row{"CRAM-MD5", "attacker_read_pair: somebody on cable has read how alice proved a password "
                          "by CRAM-MD5: guesses can be tried"},
          Row{"SCRAM-SHA-256", "attacker_read_pair: somebody on cable has read how alice proved a "
                               "password by SCRAM-SHA-256: "},
          Row{"NTLM", "attacker_read_pair: somebody on cable has read how alice proved a password by "
                      "NTLM: "},
          Row{"XOAUTH2", "attacker_read_token: somebody on cable has read a token of alice"},
          Row{"OAUTHBEARER", "attacker_read_token: somebody on cable has read a token of alice"}})
        for (const bool tls : {false, true}) {
            INFO(row.mechanism << tls);
            MailWorld w(office(std::string("login = { tokens_from = \"idp\" }\n") +
                                   (tls ? "tls = { offer = true }\n" : "") +
                                   offer("\"" + std::string(row.mechanism) + "\""),
                               "device = \"laptop\"\n",
                               idp + "[networks.cafe]\n[hosts.laptop]\nnetwork = \"cafe\"\n"
                                     "[[attackers]]\nlink = \"laptop--cafe\"\n"));
            w.run_for(5 * minute);
            INFO(w.dialogue());
            std::string learns = row.learns;
            learns.replace(learns.find("cable"), 5, "laptop--cafe");
            CHECK(w.decided(learns) == !tls);
            if (tls) CHECK_FALSE(w.decided("attacker_read_p"));
            CHECK(w.world().attackers.overheard.live() == 0);
            CHECK(w.mailbox("bob").size() + w.count(CustodyMove::fetched) == 1);
        }
}

TEST_CASE("a mechanism that nobody knows, and AUTH required without any, are mistakes with a place") {
    const Opened wrong = open_scenario(
        "postroad = 1\n" + office("msa = { mechanisms = [\"SCRAM-SHA256\"] }\n"), "test.toml");
    CHECK_THAT(scenario::to_text(wrong.problems),
               ContainsSubstring("there is no SASL mechanism \"SCRAM-SHA256\"") &&
                   ContainsSubstring("did you mean \"SCRAM-SHA-256\"?"));
    const Opened none = open_scenario(
        "postroad = 1\n" + office("msa = { mechanisms = [] }\n"), "test.toml");
    CHECK_THAT(scenario::to_text(none.problems), ContainsSubstring("nobody can log in"));
}
