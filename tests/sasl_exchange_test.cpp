// SASL's mechanisms: the examples of their RFCs word for word, both ends against each other, and
// what no peer should have sent.
#include "protocols/sasl/exchange.hpp"

#include "protocols/sasl/scram.hpp"
#include "protocols/message/base64.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::sasl;

namespace {

std::string unbase64(std::string_view text) { return message::base64_decode(text).value(); }

// Both ends, each with an exchange of its own.
struct Pair {
    Heap heap;
    Exchange client_side, server_side;
    ClientSettings client;
    ServerSettings server;
    std::string problem_with_token;

    Pair() {
        client.user = "alice";
        client.password = "secret-alice";
        client.nonce = "clientnonce";
        client.token = "abc.def.ghi";
        client.server_name = server.host_name = "mail.example.org";
        client.server_port = 587;
        client.workstation = "alice-pc";
        server.nonce = "servernonce";
        server.salt = "some salt";
        server.unix_s = client.unix_s = 1'283'328'000;
        server.password_of = [](std::string_view user) -> std::optional<std::string> {
            if (user == "nobody") return std::nullopt;
            return "secret-" + std::string(user);
        };
        server.token_problem = [this](std::string_view user, std::string_view token) {
            if (user == "alice" && token == "abc.def.ghi") return problem_with_token;
            return std::string("not a token of ours");
        };
    }
    Pair(const Pair&) = delete;
    Pair& operator=(const Pair&) = delete;
    ~Pair() {
        forget(client_side, heap);
        forget(server_side, heap);
        CHECK(heap.live_blocks() == 0);
    }

    std::vector<std::string> said;  // "C: …", "S: …"

    // The whole exchange. `initial`: the client says its first response with the mechanism's name.
    Result talk(Mechanism mechanism, bool initial = true) {
        Result mine = client_begin(client_side, mechanism, client, heap);
        const bool has = traits_of(mechanism).client_first;
        bool begins = true;
        bool speaks = has && initial;
        for (int turns = 0; turns < 10; ++turns) {
            if (!mine.is(Result::Kind::go_on)) return mine;
            if (speaks) said.push_back("C: " + mine.text);
            const Result theirs = server_step(server_side, mechanism, begins, speaks,
                                              speaks ? mine.text : std::string(), server, heap);
            if (!theirs.is(Result::Kind::go_on)) return theirs;
            said.push_back("S: " + theirs.text);
            begins = false;
            if (has && !speaks && turns == 0) {
                speaks = true;
                continue;
            }
            speaks = true;
            mine = client_step(client_side, theirs.text, client, heap);
        }
        return refuse("it never ends");
    }
};

constexpr Mechanism by_password[] = {
    Mechanism::plain, Mechanism::login, Mechanism::cram_md5, Mechanism::scram_sha_1,
    Mechanism::scram_sha_256, Mechanism::ntlm};

std::string server_says(Mechanism mechanism, std::string_view first) {
    Pair both;
    const Result result =
        server_step(both.server_side, mechanism, true, true, first, both.server, both.heap);
    if (result.is(Result::Kind::go_on)) return "go on";
    return (result.malformed ? "malformed: " : "refused: ") + result.why;
}

}  // namespace

TEST_CASE("CRAM-MD5 is what RFC 2195's example shows") {
    Pair both;
    both.client.user = "tim";
    both.client.password = "tanstaaftanstaaf";
    both.server.nonce = "1896";
    both.server.unix_s = 697170952;
    both.server.host_name = "postoffice.reston.mci.net";
    both.server.password_of = [](std::string_view) { return std::string("tanstaaftanstaaf"); };
    const Result result = both.talk(Mechanism::cram_md5);
    CHECK(result.is(Result::Kind::success));
    CHECK(result.user == "tim");
    REQUIRE(both.said.size() == 2);
    CHECK(both.said[0] == "S: " + unbase64("PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+"));
    CHECK(both.said[1] == "C: tim b913a602c7eda7a495b4e6e7334d3890");
}

TEST_CASE("SCRAM is what RFC 5802 and RFC 7677 show") {
    struct Example {
        Mechanism mechanism;
        const char *client_nonce, *server_nonce, *salt, *last, *signature;
    };
    for (const Example& one :
         {Example{Mechanism::scram_sha_1, "fyko+d2lbbFgONRv9qkxdawL", "3rfcNHYJY1ZVvWVs7j",
                  "QSXCR+Q6sek8bf92", "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", "rmF9pqV8S7suAoZWja4dJRkFsKQ="},
          Example{Mechanism::scram_sha_256, "rOprNGfwEbeRWgbNEkqO", "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
                  "W22ZaJ0SNY7soEsUEjb6gQ==", "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
                  "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="}}) {
        Pair both;
        both.client.user = "user";
        both.client.password = "pencil";
        both.client.nonce = one.client_nonce;
        both.server.nonce = one.server_nonce;
        both.server.salt = unbase64(one.salt);
        both.server.password_of = [](std::string_view) { return std::string("pencil"); };
        const Result result = both.talk(one.mechanism);
        CHECK(result.is(Result::Kind::success));
        const std::string nonce = std::string(one.client_nonce) + one.server_nonce;
        CHECK(both.said == std::vector<std::string>{
                               "C: n,,n=user,r=" + std::string(one.client_nonce),
                               "S: r=" + nonce + ",s=" + one.salt + ",i=4096",
                               "C: c=biws,r=" + nonce + ",p=" + one.last,
                               "S: v=" + std::string(one.signature), "C: "});
    }
}

TEST_CASE("XOAUTH2 and OAUTHBEARER say what their papers show") {
    Pair both;
    both.client.user = "user@example.com";
    both.client.token = "vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg==";
    both.client.server_name = "server.example.com";
    both.client.server_port = 143;
    const Result shown = client_begin(both.client_side, Mechanism::oauthbearer, both.client, both.heap);
    CHECK(shown.text == unbase64("bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAX"
                                 "BvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJo"
                                 "ZG1semRHRXVZMjl0Q2c9PQEB"));  // RFC 7628 §4.1
    const Result older = client_begin(both.client_side, Mechanism::xoauth2, both.client, both.heap);
    CHECK(older.text == std::string("user=user@example.com\x01") + "auth=Bearer " +
                            both.client.token + "\x01\x01");
}

TEST_CASE("the right password gets in by every mechanism, with and without an initial response") {
    for (const Mechanism mechanism : by_password)
        for (const bool initial : {true, false}) {
            INFO(name_of(mechanism) << initial);
            Pair both;
            const Result result = both.talk(mechanism, initial);
            CHECK(result.why.empty());
            CHECK(result.is(Result::Kind::success));
            CHECK(result.user == "alice");
            CHECK(client_doubts(both.client_side, both.heap).empty());
        }
}

TEST_CASE("a wrong password and a name that nobody has are refused alike") {
    for (const Mechanism mechanism : by_password)
        for (const bool nobody : {true, false}) {
            INFO(name_of(mechanism));
            Pair both;
            if (nobody) both.client.user = "nobody";
            else both.client.password = "guess";
            const Result result = both.talk(mechanism);
            CHECK(result.is(Result::Kind::failure));
            CHECK(result.why == "user or password is wrong");
            CHECK_FALSE(result.malformed);
            CHECK(result.user == both.client.user);
        }
}

TEST_CASE("names with commas, equals signs and letters of other scripts come through") {
    for (const Mechanism mechanism : by_password) {
        Pair both;
        both.client.user = "a,b=c \xc3\xa4\xe2\x82\xac\xf0\x9f\x93\xa7";
        both.client.password = "secret-" + both.client.user;
        INFO(name_of(mechanism));
        const Result result = both.talk(mechanism);
        CHECK(result.is(Result::Kind::success));
        CHECK(result.user == both.client.user);
    }
}

TEST_CASE("a token is taken, or an error comes first and the refusal behind it") {
    for (const Mechanism mechanism : {Mechanism::xoauth2, Mechanism::oauthbearer})
        for (const bool good : {true, false}) {
            Pair both;
            if (!good) both.problem_with_token = "the token expired";
            const Result result = both.talk(mechanism);
            CHECK(result.is(good ? Result::Kind::success : Result::Kind::failure));
            CHECK(result.user == "alice");
            CHECK(result.why == both.problem_with_token);
            if (good) continue;
            REQUIRE(both.said.size() == 3);
            CHECK(both.said[1].find("\"status\"") != std::string::npos);
            CHECK(both.said[2] == (mechanism == Mechanism::xoauth2 ? "C: " : "C: \x01"));
        }
}

TEST_CASE("a server that does not know the password either is found out by SCRAM") {
    Pair both;
    Result mine = client_begin(both.client_side, Mechanism::scram_sha_256, both.client, both.heap);
    CHECK_FALSE(client_doubts(both.client_side, both.heap).empty());
    const Result first = server_step(both.server_side, Mechanism::scram_sha_256, true, true,
                                     mine.text, both.server, both.heap);
    mine = client_step(both.client_side, first.text, both.client, both.heap);
    REQUIRE(mine.is(Result::Kind::go_on));
    CHECK_FALSE(client_doubts(both.client_side, both.heap).empty());  // 235 now would be a claim
    mine = client_step(both.client_side, "v=AAAA", both.client, both.heap);
    CHECK(mine.why == "the server does not know the password either: it is not the one it says");
}

TEST_CASE("a SCRAM client trusts no nonce but one that goes on from its own, and sane numbers") {
    for (const char* challenge :
         {"r=other,s=QSXCR+Q6sek8bf92,i=4096", "r=clientnonce,s=QSXCR+Q6sek8bf92,i=4096",
          "r=clientnonceX,s=QSXCR+Q6sek8bf92,i=1", "r=clientnonceX,s=QSXCR+Q6sek8bf92,i=99999999",
          "r=clientnonceX,s=???,i=4096", "r=clientnonceX,i=4096", "m=ext,r=clientnonceX", "",
          "r=clientnonceX,s=QSXCR+Q6sek8bf92,i=many"}) {
        INFO(challenge);
        Pair both;
        client_begin(both.client_side, Mechanism::scram_sha_1, both.client, both.heap);
        const Result result = client_step(both.client_side, challenge, both.client, both.heap);
        CHECK(result.is(Result::Kind::failure));
        CHECK_FALSE(result.why.empty());
    }
}

TEST_CASE("a channel binding ties SCRAM to one TLS session, and its missing offer is noticed") {
    const std::vector<Binding> here{{"tls-exporter", "octets of this session"}};
    const std::vector<Binding> elsewhere{{"tls-exporter", "octets of another session"}};
    for (const Mechanism mechanism : {Mechanism::scram_sha_1_plus, Mechanism::scram_sha_256_plus}) {
        Pair good;
        good.client.bindings = good.server.bindings = here;
        good.server.offers_plus = good.client.plus_offered = true;
        CHECK(good.talk(mechanism).is(Result::Kind::success));
        CHECK(good.said[0].starts_with("C: p=tls-exporter,,n=alice"));

        Pair between;  // somebody ends TLS on both sides and passes the words on
        between.client.bindings = here;
        between.server.bindings = elsewhere;
        between.server.offers_plus = true;
        CHECK(between.talk(mechanism).why.find("somebody sits between") != std::string::npos);
    }
    Pair cut;  // the offer of -PLUS has been cut out: the client says "y"
    cut.client.bindings = cut.server.bindings = here;
    cut.server.offers_plus = true;
    CHECK(cut.talk(Mechanism::scram_sha_256).why.find("cut the offer") != std::string::npos);
    CHECK(cut.said == std::vector<std::string>{"C: y,,n=alice,r=clientnonce"});

    Pair old;  // a server that has none: "y" is fine
    old.client.bindings = old.server.bindings = here;
    CHECK(old.talk(Mechanism::scram_sha_256).is(Result::Kind::success));

    Pair unknown;
    unknown.client.bindings = {{"tls-unique", "x"}};
    unknown.server.bindings = here;
    CHECK(unknown.talk(Mechanism::scram_sha_256_plus).why == "this channel binding is not known here");
    CHECK(server_says(Mechanism::scram_sha_256_plus, "n,,n=a,r=b").starts_with("malformed"));
    CHECK(server_says(Mechanism::scram_sha_256, "p=tls-exporter,,n=a,r=b").starts_with("malformed"));
}

TEST_CASE("EXTERNAL is who TLS says, and nobody where it says nothing") {
    Pair both;
    CHECK(both.talk(Mechanism::external).is(Result::Kind::failure));
    both.server.tls_identity = [] { return std::optional<std::string>("alice"); };
    const Result result = both.talk(Mechanism::external);
    CHECK(result.is(Result::Kind::success));
    CHECK(result.user == "alice");
    CHECK(both.said.back() == "C: ");
}

TEST_CASE("a mechanism of opaque tokens is decided by who has its keys") {
    Pair both;
    CHECK(both.talk(Mechanism::gssapi).why == "there is no ticket to show");
    both.client.opaque = [](Memory& memory, std::string_view challenge) {
        return go_on(memory.step == 0 ? "ticket" : "answer to " + std::string(challenge));
    };
    both.server.opaque = [](Memory& memory, std::string_view token) {
        if (memory.step == 0) return go_on("got " + std::string(token));
        memory.user = "alice";
        return succeed(memory);
    };
    CHECK(both.talk(Mechanism::gssapi).is(Result::Kind::success));
    CHECK(both.said == std::vector<std::string>{"C: ticket", "S: got ticket",
                                                "C: answer to got ticket"});
}

TEST_CASE("what is no message of a mechanism is malformed, and says what is missing") {
    using M = Mechanism;
    const std::string nul("a\0b", 3);
    const std::pair<M, std::string> bad[] = {
        {M::plain, ""}, {M::plain, "alice"}, {M::plain, std::string("\0\0x", 3)},
        {M::login, ""}, {M::login, nul}, {M::login, std::string(256, 'x')}, {M::login, "\xff"},
        {M::cram_md5, "alice 0123"},
        {M::scram_sha_1, ""}, {M::scram_sha_1, "n"}, {M::scram_sha_1, "n,"},
        {M::scram_sha_1, "x,,n=a,r=b"}, {M::scram_sha_1, "n,,r=b"}, {M::scram_sha_1, "n,,n=a"},
        {M::scram_sha_1, "n,,n=,r=b"}, {M::scram_sha_1, "n,,n=a=b,r=c"},
        {M::scram_sha_1, "n,,n=a,r="}, {M::scram_sha_1, "n,,m=x,n=a,r=b"},
        {M::scram_sha_1, "n,b=c,n=a,r=b"}, {M::scram_sha_1, "p=,,n=a,r=b"},
        {M::scram_sha_1, "n,a==2,n=a,r=b"}, {M::scram_sha_1, "n,,n=\xff,r=b"},
        {M::xoauth2, ""}, {M::xoauth2, "user=a"}, {M::xoauth2, "user=a\x01" "auth=Basic x\x01\x01"},
        {M::xoauth2, "user=a\x01" "auth=Bearer x\x01"}, {M::xoauth2, "user=\x01" "auth=Bearer x\x01\x01"},
        {M::xoauth2, "user=a\x01" "auth=Bearer \x01\x01"},
        {M::oauthbearer, ""}, {M::oauthbearer, "n,,\x01" "auth=Bearer x\x01\x01"},
        {M::oauthbearer, "n,a=b,\x01\x01"}, {M::oauthbearer, "n,a=b,\x01" "auth=Bearer x\x01"},
        {M::oauthbearer, "n,a=b,\x01" "auth=Bearer x y\x01\x01"}, {M::oauthbearer, "n,\x01\x01"},
        {M::oauthbearer, "n,a==x,\x01" "auth=Bearer x\x01\x01"}, {M::oauthbearer, "n,a=b,\x01junk\x01\x01"},
        {M::ntlm, ""}, {M::ntlm, "NTLMSSP"}, {M::ntlm, std::string("NTLMSSP\0\2\0\0\0", 12)},
        {M::external, nul}, {M::external, "\xff"},
        {M::none, "x"},
    };
    for (const auto& [mechanism, first] : bad) {
        INFO(name_of(mechanism) << " " << first);
        const std::string said = server_says(mechanism, first);
        CHECK(said.starts_with("malformed: "));
        CHECK(said.size() > 15);
    }
    CHECK(server_says(M::plain, std::string(10'000, 'x')).starts_with("malformed: "));
}

TEST_CASE("the last message of SCRAM must be whole, of this exchange and of this channel") {
    for (const char* last :
         {"", "c=biws", "c=biws,r=clientnonceservernonce", "c=biws,r=clientnonceservernonce,p=",
          "c=biws,r=clientnonceservernonce,p=AAAA,x=y", "c=biws,r=other,p=AAAA",
          "c=eSws,r=clientnonceservernonce,p=AAAA", "c=??,r=clientnonceservernonce,p=AAAA",
          "c=biws,r=clientnonceservernonce,p=AAAA", "c=biws,r=clientnonceservernonce,x=y,p=AAAA"}) {
        INFO(last);
        Pair both;
        server_step(both.server_side, Mechanism::scram_sha_256, true, true,
                    "n,,n=alice,r=clientnonce", both.server, both.heap);
        const Result result = server_step(both.server_side, Mechanism::scram_sha_256, false, true,
                                          last, both.server, both.heap);
        CHECK(result.is(Result::Kind::failure));
        CHECK_FALSE(result.why.empty());
        CHECK(both.server_side.memory.empty());
    }
}

TEST_CASE("of SASLprep the ASCII part is done: controls are prohibited, odd spaces are spaces") {
    CHECK(prepared("pencil") == "pencil");
    CHECK(prepared("I\xc2\xadX") == "IX");        // RFC 4013 §3, example 1
    CHECK(prepared("a\xc2\xa0" "b") == "a b");
    CHECK_FALSE(prepared("a\tb"));
    CHECK_FALSE(prepared("\xc2\x85"));
    CHECK_FALSE(prepared("\xff"));
}

TEST_CASE("secrets are offered in the clear where that is allowed alone, and -PLUS under TLS alone") {
    Mechanisms all;
    for (std::uint8_t i = 1; i < mechanism_count; ++i) all.add(static_cast<Mechanism>(i));
    const auto names = [&](bool tls, bool clear) {
        std::string out;
        append_names(out, offered_now(all, tls, clear));
        return out;
    };
    CHECK(names(true, false) ==
          " EXTERNAL GSSAPI SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS SCRAM-SHA-256 SCRAM-SHA-1 NTLM "
          "CRAM-MD5 OAUTHBEARER XOAUTH2 PLAIN LOGIN");
    CHECK(names(false, false) == " GSSAPI SCRAM-SHA-256 SCRAM-SHA-1 NTLM CRAM-MD5");
    CHECK(names(false, true) ==
          " GSSAPI SCRAM-SHA-256 SCRAM-SHA-1 NTLM CRAM-MD5 OAUTHBEARER XOAUTH2 PLAIN LOGIN");
    CHECK(mechanism_named("scram-sha-256-plus") == Mechanism::scram_sha_256_plus);
    CHECK(mechanism_named("") == Mechanism::none);
    CHECK(mechanism_named("KERBEROS_V4") == Mechanism::none);
}
