// Logging in by IMAP, in whole worlds: by every mechanism, late refusals and locks, LOGINDISABLED,
// and bearer tokens: how they come, how long they are kept, and what is done when none comes.
#include "protocols/message/base64.hpp"
#include "sim/views/fingerprint.hpp"
#include "sim/world/changes.hpp"
#include "tests/tls_world.hpp"

using namespace postroad;
using namespace postroad::sim;
using Catch::Matchers::ContainsSubstring;

namespace {

// Bob reads by IMAP what alice sends; `more` goes into the host's table, `bob` into his.
std::string office(const std::string& more, const std::string& bob = "",
                   const std::string& rest = "") {
    return "[hosts.mail]\ndomains = \"example.org\"\n"
           "services = [\"mta\", \"msa\", \"mda\", \"pop3\", \"imap\", \"dns\", \"resolver\"]\n" +
           more +
           "[people.alice]\naddress = \"alice@example.org\"\n"
           "[people.bob]\naddress = \"bob@example.org\"\nfetch.protocol = \"imap\"\n" +
           bob + rest +
           "[[timeline]]\nsend = { from = \"alice\", to = \"bob\", subject = \"hello\" }\n"
           "[[timeline]]\nat = \"+1m\"\nfetch = \"bob\"\n";
}

std::string offer(const std::string& names) { return "imap = { mechanisms = [" + names + "] }\n"; }

const std::string tls_on = "tls = { offer = true }\n";
const std::string idp = "[hosts.idp]\nnetwork = \"internet\"\n";
const std::string second_look = "[[timeline]]\nat = \"+3m\"\nfetch = \"bob\"\n";

// Bob's tokens are of idp; `lifetime` is how long each is good for.
std::string with_tokens(const std::string& names, const std::string& lifetime = "1h",
                        const std::string& rest = second_look) {
    return office(tls_on + "login = { tokens_from = \"idp\" }\n" + offer(names), "",
                  idp + "login = { token_lifetime = \"" + lifetime + "\" }\n" + rest);
}

std::string base64(std::string_view octets) {
    std::string out;
    message::base64_encode(octets, out);
    return out;
}

std::size_t how_often(const MailWorld& w, std::string_view words) {
    std::size_t out = 0;
    for (const std::string& one : w.decisions())
        out += one.find(words) != std::string::npos ? 1 : 0;
    return out;
}

void set_host(MailWorld& w, std::string_view host, const std::string& state) {
    std::string error;
    REQUIRE(changes::apply_text(
        w.run(), "host = { host = \"" + std::string(host) + "\", state = \"" + state + "\" }",
        error));
}

// Steps until something is decided.
bool runs_until(MailWorld& w, std::string_view words, Duration longest = 5 * minute) {
    const auto end = w.world().now + longest;
    while (w.world().now < end) {
        if (w.decided(words)) return true;
        if (!w.simulation.step()) return false;
    }
    return false;
}

}  // namespace

TEST_CASE("people log in by every mechanism that an IMAP server offers") {
    for (const std::string name :
         {"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "NTLM"})
        for (const bool tls : {false, true}) {
            INFO(name << tls);
            MailWorld w(office((tls ? tls_on : "") + offer("\"" + name + "\"")));
            w.run_for(5 * minute);
            INFO(w.dialogue());
            CHECK(w.count(CustodyMove::fetched) == 1);
            const bool secret = name == "PLAIN" || name == "LOGIN";
            CHECK(w.decided("bob-pc secret_in_clear: ") == (secret && !tls));
            CHECK(w.decided("mail auth_proved: bob has proved by " + name) == !secret);
            if (!tls) CHECK_THAT(w.dialogue(), ContainsSubstring("AUTHENTICATE " + name));
        }
}

TEST_CASE("channel bindings hold for IMAP, with TLS inside the session and before it") {
    for (const std::string name : {"SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS"})
        for (const std::string port : {"143", "993"})
            for (const std::string version : {"1.2", "1.3"}) {
                INFO(name << port << version);
                MailWorld w(office("tls = { offer = true, implicit = true, version_max = \"" +
                                       version + "\" }\n" + offer("\"" + name + "\", \"PLAIN\""),
                                   "fetch.from = \"mail:" + port + "\"\n"));
                w.run_for(5 * minute);
                INFO(w.dialogue());
                CHECK(w.decided("bob-pc auth_chosen_proof: AUTH by " + name + ", of "));
                CHECK(w.count(CustodyMove::fetched) == 1);
            }
}

TEST_CASE("EXTERNAL lets the owner of a certificate read by IMAP") {
    for (const bool known : {true, false}) {
        MailWorld w(office("tls = { offer = true, clients = \"asked\" }\n" +
                               offer("\"EXTERNAL\", \"PLAIN\""),
                           "device = \"laptop\"\n",
                           "[networks.cafe]\n[hosts.laptop]\nnetwork = \"cafe\"\n"
                           "tls.client_certificate = \"own\"\n[certificates.own]\n" +
                               std::string(known ? ""
                                                 : "issuer = \"stranger\"\n"
                                                   "[authorities.stranger]\ntrusted = false\n")));
        w.run_for(5 * minute);
        INFO(w.dialogue());
        CHECK(w.decided("laptop auth_chosen_nothing: AUTH by EXTERNAL, of EXTERNAL PLAIN"));
        CHECK(w.decided("mail auth_vouched: bob is known without a password, by EXTERNAL") ==
              known);
        CHECK(w.count(CustodyMove::fetched) == (known ? 1 : 0));
    }
}

TEST_CASE("who has signed on reads by IMAP with a ticket") {
    MailWorld w(office(offer("\"GSSAPI\", \"PLAIN\""), "",
                       "[hosts.\"kdc.example.org\"]\nservices = [\"kdc\"]\n" + second_look));
    w.run_for(5 * minute);
    INFO(w.dialogue());
    CHECK(w.decided("bob has a ticket for imap/mail.example.org"));
    CHECK(w.decided("bob still has a ticket for imap/mail.example.org"));
    CHECK(how_often(w, "mail auth_vouched: bob is known without a password, by GSSAPI") == 2);
    CHECK_FALSE(w.decided("secret_in_clear: a password of bob"));
    CHECK(w.count(CustodyMove::fetched) == 1);
}

TEST_CASE("IMAP's LOGIN and AUTHENTICATE are slowed down, counted and locked alike") {
    MailWorld w(office("login = { lock_after = 3, lock_for = \"10m\" }\n" + offer("\"PLAIN\"")));
    Caller caller(w, "bob-pc", "mail:143");
    const auto refused_after = [&](const std::string& line, Duration late) {
        INFO(line);
        CHECK(caller.says(line, late - 100 * millisecond).find(" NO ") == std::string::npos);
        CHECK_THAT(caller.hears(200 * millisecond),
                   ContainsSubstring(" NO [AUTHENTICATIONFAILED]"));
    };
    refused_after("a LOGIN bob guess", 1 * second);
    refused_after("b AUTHENTICATE PLAIN " + base64(std::string("\0bob\0guess", 10)), 2 * second);
    refused_after("c LOGIN bob guess", 4 * second);
    CHECK(w.decided("mail login_locked: bob is locked until "));
    CHECK_THAT(caller.says("d LOGIN bob secret-bob", 10 * second), ContainsSubstring("d NO ["));
    CHECK(w.decided("mail login_still_locked: bob is locked until "));
    w.run_for(11 * minute);
    Caller again(w, "bob-pc", "mail:143", 2);
    CHECK_THAT(again.says("a LOGIN bob secret-bob", 10 * second), ContainsSubstring("a OK"));
}

TEST_CASE("a mail program with a wrong password is told so, and has fetched nothing") {
    MailWorld w(
        office("", "", "[people.robert]\naddress = \"robert@example.org\"\nmailbox = \"mail\"\n"));
    Caller caller(w, "bob-pc", "mail:143");
    CHECK_THAT(caller.says("a LOGIN robert secret-bob", 5 * second), ContainsSubstring("a NO "));
    CHECK_THAT(caller.says("b LIST \"\" *"), ContainsSubstring("b BAD"));
    CHECK(w.decided("mail auth_failed: "));
}

TEST_CASE("before TLS a server that has it says LOGINDISABLED, and takes no password") {
    MailWorld w(office(tls_on + offer("\"PLAIN\", \"SCRAM-SHA-256\"")));
    Caller caller(w, "bob-pc", "mail:143");
    CHECK_THAT(caller.greeting,
               ContainsSubstring("STARTTLS") && ContainsSubstring("LOGINDISABLED") &&
                   ContainsSubstring("AUTH=SCRAM-SHA-256") && !ContainsSubstring("AUTH=PLAIN"));
    CHECK_THAT(caller.says("a LOGIN bob secret-bob"), ContainsSubstring("a NO [PRIVACYREQUIRED]"));
    CHECK_THAT(caller.says("b AUTHENTICATE PLAIN " + base64(std::string("\0bob\0secret-bob", 15))),
               ContainsSubstring("b NO ["));
    CHECK_THAT(caller.says("c LIST \"\" *"), ContainsSubstring("c BAD"));
}

TEST_CASE("a token is fetched over HTTPS once, held for the next log-in, and the server takes it") {
    for (const std::string name : {"OAUTHBEARER", "XOAUTH2"}) {
        INFO(name);
        MailWorld w(with_tokens("\"" + name + "\", \"PLAIN\""));
        w.run_for(5 * minute);
        INFO(w.dialogue());
        CHECK(how_often(w, "idp token_issued: a token for bob") == 1);
        CHECK(how_often(w, "bob-pc token_got: bob has a token of idp, good until ") == 1);
        CHECK(how_often(w, "bob-pc token_held: bob still has a token of idp") == 1);
        CHECK(how_often(w, "bob-pc auth_chosen_token: AUTH by " + name) == 2);
        CHECK(w.conversations(443) == 1);
        CHECK_FALSE(w.decided("in_clear"));
        CHECK(w.count(CustodyMove::fetched) == 1);
    }
}

TEST_CASE("a token that has expired is asked for anew") {
    MailWorld w(with_tokens("\"OAUTHBEARER\", \"PLAIN\"", "1m"));
    w.run_for(5 * minute);
    INFO(w.dialogue());
    CHECK(how_often(w, "idp token_issued: a token for bob") == 2);
    CHECK(how_often(w, "bob-pc token_got: ") == 2);
    CHECK_FALSE(w.decided("token_held"));
    CHECK(w.conversations(443) == 2);
}

TEST_CASE("when no token comes, the next mechanism is taken, and the Trace says why none came") {
    MailWorld w(with_tokens("\"OAUTHBEARER\", \"PLAIN\""));
    set_host(w, "idp", "crash");
    w.run_for(30 * minute);
    INFO(w.dialogue());
    CHECK(w.decided("bob-pc token_failed: bob gets no token of idp: "));
    CHECK(w.decided("bob-pc auth_chosen_password: AUTH by PLAIN, of "));
    CHECK(w.count(CustodyMove::fetched) == 1);
    set_host(w, "idp", "up");
    std::string error;
    REQUIRE(changes::apply_text(w.run(), "fetch = \"bob\"", error));
    w.run_for(5 * minute);
    CHECK(w.decided("bob-pc token_got: "));  // what has failed once is tried at the next log-in
}

TEST_CASE(
    "the token host gives nobody a token for a wrong password, and says so as RFC 6749 does") {
    MailWorld w(office("login = { tokens_from = \"idp\" }\n" + offer("\"OAUTHBEARER\", \"PLAIN\""),
                       "", idp + "services = [\"http\"]\n"));
    Caller caller(w, "bob-pc", "idp:80");
    const auto says = [&](const std::string& body) {
        return caller.says("POST /token HTTP/1.1\r\nHost: idp\r\nContent-Length: " +
                               std::to_string(body.size()) + "\r\n\r\n" + body,
                           10 * second);
    };
    CHECK_THAT(says("grant_type=password&username=bob&password=guess"),
               ContainsSubstring("400 ") && ContainsSubstring("\"invalid_grant\""));
    CHECK_THAT(says("grant_type=password&username=nobody&password=guess"),
               ContainsSubstring("\"invalid_grant\""));
    CHECK_THAT(says("grant_type=code&username=bob&password=secret-bob"),
               ContainsSubstring("\"unsupported_grant_type\""));
    CHECK_THAT(says("grant_type=password&username=bob&password=secret%2Dbob"),
               ContainsSubstring("200 ") && ContainsSubstring("\"access_token\":\""));
    CHECK(w.decided("idp auth_failed: "));
}

TEST_CASE("a world that is forked while a token is on its way goes on as it would have") {
    const std::string text = "until = \"+10m\"\n" + with_tokens("\"OAUTHBEARER\", \"PLAIN\"", "1m");
    MailWorld whole(text);
    run_whole(whole.simulation, {});
    MailWorld middle(text);
    REQUIRE(runs_until(middle, "idp token_issued: "));  // and bob does not have it yet
    REQUIRE_FALSE(middle.decided("token_got"));
    const auto fork = middle.simulation.fork();
    run_whole(*fork, {});
    run_whole(middle.simulation, {});
    CHECK(fingerprint(fork->world()) == fingerprint(whole.world()));
    CHECK(views::state_fingerprint(fork->world()) == views::state_fingerprint(whole.world()));
    CHECK(fingerprint(middle.world()) == fingerprint(whole.world()));
    MailWorld again(text);
    again.simulation.replay(Journal(whole.simulation.journal()));
    run_whole(again.simulation, {});
    CHECK(fingerprint(again.world()) == fingerprint(whole.world()));
    CHECK(again.decisions() == whole.decisions());
}

TEST_CASE("a device that goes down while its token is on its way asks anew once it is up") {
    MailWorld w(with_tokens("\"OAUTHBEARER\", \"PLAIN\""));
    REQUIRE(runs_until(w, "idp token_issued: "));
    set_host(w, "bob-pc", "crash");
    w.run_for(20 * second);
    CHECK_FALSE(w.decided("token_got"));
    for (std::uint32_t i = 0; i < w.world().mail.tokens.size(); ++i) {
        CHECK(w.world().mail.tokens[i].fetching == 0);
        CHECK(w.world().mail.tokens[i].waiters.empty());
    }
    set_host(w, "bob-pc", "up");
    w.run_for(5 * minute);
    INFO(w.dialogue());
    CHECK(how_often(w, "idp token_issued: ") == 2);
    CHECK(how_often(w, "bob-pc token_got: ") == 1);
    CHECK(w.count(CustodyMove::fetched) == 1);
}
