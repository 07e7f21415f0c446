// Tokens of the GSS-API, and the SASL mechanism GSSAPI from the ticket to the last word.
#include "protocols/kerberos/sasl_gssapi.hpp"
#include "tests/catch.hpp"

#include <set>

using namespace postroad;
using namespace postroad::kerberos;

namespace {

constexpr std::int64_t now = 1'283'328'000;

std::string hex(std::string_view octets) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char one : octets) {
        out += digits[static_cast<unsigned char>(one) >> 4];
        out += digits[static_cast<unsigned char>(one) & 15];
    }
    return out;
}

Key key_of(char filler, EncryptionType type = EncryptionType::aes256_cts_hmac_sha1_96) {
    return {type, std::string(key_octets(type), filler)};
}

// A ticket as a KDC would give it, and both ends of a log-in.
struct Both {
    Key server_key = key_of('s');
    Key session = key_of('k');
    std::int64_t until = now + 3600;
    Moment clock{now, 7};
    std::string confounder = std::string(16, 'c');
    std::string subkey = std::string(32, 'u');
    std::set<std::string> seen;
    std::string authorization;
    std::string client_memory, server_memory;
    Credentials credentials;

    Both() {
        credentials.realm = "EXAMPLE.ORG";
        credentials.client = to_name("alice");
        credentials.server = to_name("smtp/mail.example.org");
        credentials.session = session;
        credentials.until = until;
        seal();
    }
    void seal() {
        EncTicketPart part;
        part.key = {static_cast<std::int32_t>(session.type), {session.octets}};
        part.client_realm = "EXAMPLE.ORG";
        part.client = credentials.client;
        part.authenticated.unix_s = now - 60;
        part.until.unix_s = until;
        Ticket ticket;
        ticket.realm = "EXAMPLE.ORG";
        ticket.server = credentials.server;
        ticket.sealed = {18, 1U, {encrypt(server_key, Usage::ticket, confounder, write(part))}};
        credentials.ticket = write(ticket);
    }
    GssapiStep client(std::string_view challenge) {
        return gssapi_initiate(client_memory, challenge,
                               {&credentials, clock, subkey, confounder, 500, authorization});
    }
    GssapiStep server(std::string_view response) {
        Acceptor acceptor;
        acceptor.key_of = [&](const Ticket& ticket) -> std::optional<Key> {
            if (to_text(ticket.server) != "smtp/mail.example.org") return std::nullopt;
            return server_key;
        };
        acceptor.is_repeat = [&](std::string_view words) { return !seen.emplace(words).second; };
        acceptor.now = clock;
        acceptor.confounder = std::string(16, 'd');
        acceptor.sequence = 900;
        return gssapi_accept(server_memory, response, acceptor);
    }
};
using Kind = GssapiStep::Kind;

}  // namespace

TEST_CASE("a token says which mechanism it is of (RFC 2743 §3.1)") {
    const std::string token = frame(gss_ap_req, "inner");
    CHECK(hex(token) == "601206092a864886f7120102020100696e6e6572");
    CHECK(unframe(token, gss_ap_req) == "inner");
    CHECK_FALSE(unframe(token, gss_ap_rep));
    CHECK_FALSE(unframe(token + "x", gss_ap_req));
    for (std::size_t size = 0; size < token.size(); ++size)
        CHECK_FALSE(unframe(std::string_view(token).substr(0, size), gss_ap_req));
    std::string other = token;
    other[8] = '\x13';
    CHECK_FALSE(unframe(other, gss_ap_req));
}

TEST_CASE("what a client wants stands in a checksum of type 0x8003 (RFC 4121 §4.1.1)") {
    CHECK(hex(gss_checksum(gss_mutual | gss_integrity)) ==
          "10000000" "00000000000000000000000000000000" "22000000");
    CHECK(gss_flags(Checksum{0x8003, {gss_checksum(42)}}) == 42U);
    CHECK_FALSE(gss_flags(Checksum{16, {gss_checksum(42)}}));
    CHECK_FALSE(gss_flags(Checksum{0x8003, {gss_checksum(42).substr(0, 23)}}));
    CHECK_FALSE(gss_flags(std::nullopt));
}

TEST_CASE("wrapped words come out at the other end, once, in order, unchanged (RFC 4121 §4.2)") {
    for (const bool sealed : {false, true}) {
        SecurityContext one{key_of('k'), true, false, 5, 8};
        SecurityContext other{key_of('k'), false, false, 8, 5};
        const std::string confounder = sealed ? std::string(16, 'c') : std::string();
        const std::string first = wrap(one, "first", confounder);
        const std::string next = wrap(one, "", confounder);
        CHECK((first.find("first") == std::string::npos) == sealed);
        CHECK(hex(first).substr(0, 8) == (sealed ? "050402ff" : "050400ff"));
        CHECK_FALSE(unwrap(other, next));      // not its turn
        CHECK_FALSE(unwrap(one, first));         // our own, thrown back
        CHECK(unwrap(other, first) == "first");
        CHECK_FALSE(unwrap(other, first));       // again
        std::string changed = next;
        for (std::size_t i = 0; i < changed.size(); ++i) {
            changed[i] = static_cast<char>(changed[i] ^ 1);
            REQUIRE_FALSE(unwrap(other, changed));
            changed[i] = static_cast<char>(changed[i] ^ 1);
        }
        for (std::size_t size = 0; size < next.size(); ++size)
            REQUIRE_FALSE(unwrap(other, std::string_view(next).substr(0, size)));
        CHECK(unwrap(other, next) == "");
        CHECK(unwrap(one, wrap(other, "back", confounder)) == "back");
    }
}

TEST_CASE("a token that was turned on its way is turned back (RFC 4121 §4.2.5)") {
    SecurityContext one{key_of('k'), false, true, 1, 1};
    SecurityContext other{key_of('k'), true, true, 1, 1};
    std::string token = wrap(one, "words");
    const std::string body = token.substr(16);
    token = token.substr(0, 6) + std::string("\0\x05", 2) + token.substr(8, 8) +
            body.substr(body.size() - 5) + body.substr(0, body.size() - 5);
    CHECK(unwrap(other, token) == "words");
}

TEST_CASE("a MIC is of one text, one direction and one place in the order (RFC 4121 §4.2.6.1)") {
    SecurityContext one{key_of('k'), true, true, 5, 8};
    SecurityContext other{key_of('k'), false, true, 8, 5};
    const std::string token = mic(one, "words");
    CHECK(token.size() == mic_token_octets);
    CHECK(hex(token).substr(0, 32) == "040404ffffffffff0000000000000005");
    CHECK_FALSE(check_mic(other, "word", token));
    CHECK_FALSE(check_mic(one, "words", token));  // our own, thrown back
    CHECK(check_mic(other, "words", token));
    CHECK_FALSE(check_mic(other, "words", token));  // again
    CHECK(hex(mic(other, "back")).substr(0, 6) == "040405");
}

TEST_CASE("what is sealed apart is sealed where it stands, and what is around it is signed") {
    for (const std::size_t size : {std::size_t{0}, std::size_t{5}, std::size_t{16}, std::size_t{48}}) {
        SecurityContext one{key_of('k'), true, true, 5, 8};
        SecurityContext other{key_of('k'), false, true, 8, 5};
        const std::string plain(size, 'p');
        std::string text = plain;
        const std::string token = seal_apart(one, "head", text, "tail", std::string(16, 'c'));
        CHECK(token.size() == seal_token_octets);
        CHECK(text.size() == size);
        CHECK((size == 0 || text != plain));
        CHECK(hex(token).substr(0, 32) == "050406ff0010001c0000000000000005");
        std::string opened = text;
        CHECK_FALSE(open_apart(other, "heed", opened, "tail", token));
        CHECK_FALSE(open_apart(other, "head", opened, "tall", token));
        for (std::size_t i = 0; i < token.size(); ++i) {
            std::string changed = token;
            changed[i] = static_cast<char>(changed[i] ^ 1);
            REQUIRE_FALSE(open_apart(other, "head", opened, "tail", changed));
            REQUIRE_FALSE(open_apart(other, "head", opened, "tail", token.substr(0, i)));
        }
        CHECK(opened == text);
        CHECK(open_apart(other, "head", opened, "tail", token));
        CHECK(opened == plain);
        opened = text;
        CHECK_FALSE(open_apart(other, "head", opened, "tail", token));  // again
    }
}

TEST_CASE("a ticket logs in, and the password is nowhere (RFC 4752 §3)") {
    Both both;
    const GssapiStep shown = both.client({});
    REQUIRE(shown.kind == Kind::go_on);
    const GssapiStep proved = both.server(shown.text);
    REQUIRE(proved.kind == Kind::go_on);
    CHECK(proved.client == "alice");
    CHECK(proved.until == both.until);
    const GssapiStep believed = both.client(proved.text);
    REQUIRE(believed.kind == Kind::go_on);
    CHECK(believed.text.empty());
    const GssapiStep offered = both.server(believed.text);
    REQUIRE(offered.kind == Kind::go_on);
    const GssapiStep chosen = both.client(offered.text);
    REQUIRE(chosen.kind == Kind::go_on);
    const GssapiStep done = both.server(chosen.text);
    REQUIRE(done.kind == Kind::success);
    CHECK(done.client == "alice");
    CHECK(done.realm == "EXAMPLE.ORG");
    CHECK(done.authorization.empty());
    CHECK(both.client("more").kind == Kind::failure);
}

TEST_CASE("a client may say whom it acts as") {
    Both both;
    both.authorization = "bob";
    const std::string offer = both.server(both.client(both.server(both.client({}).text).text).text).text;
    const GssapiStep done = both.server(both.client(offer).text);
    CHECK(done.kind == Kind::success);
    CHECK(done.authorization == "bob");
}

TEST_CASE("a server lets nobody in whose ticket is old, stolen, for others, or shown twice") {
    {
        Both both;
        const std::string token = both.client({}).text;
        REQUIRE(both.server(token).kind == Kind::go_on);
        both.server_memory.clear();
        CHECK(both.server(token).why == "KRB_AP_ERR_REPEAT");
    }
    {
        Both both;
        const std::string token = both.client({}).text;
        both.clock.unix_s += 301;
        CHECK(both.server(token).why == "KRB_AP_ERR_SKEW");
    }
    {
        Both both;
        both.until = now - 301;
        both.seal();
        CHECK(both.server(both.client({}).text).why == "KRB_AP_ERR_TKT_EXPIRED");
    }
    {
        Both both;  // the ticket alone was read on the way
        both.credentials.session = key_of('x');
        CHECK(both.server(both.client({}).text).why == "KRB_AP_ERR_BAD_INTEGRITY");
    }
    {
        Both both;
        both.credentials.server = to_name("pop/mail.example.org");
        both.seal();
        CHECK(both.server(both.client({}).text).why == "KRB_AP_ERR_NOT_US");
    }
    {
        Both both;
        both.credentials.client = to_name("bob");  // whom the ticket is not for
        CHECK(both.server(both.client({}).text).why == "KRB_AP_ERR_BADMATCH");
    }
    Both both;
    const GssapiStep nonsense = both.server("EHLO");
    CHECK(nonsense.kind == Kind::failure);
    CHECK(nonsense.malformed);
}

TEST_CASE("a client goes on with no server that could not open the ticket") {
    Both both;
    const std::string token = both.client({}).text;
    Both impostor;
    impostor.session = key_of('y');
    impostor.credentials.session = key_of('y');
    impostor.seal();
    const std::string reply = impostor.server(impostor.client({}).text).text;
    CHECK(both.client(reply).why == "the server has not shown that it could open the ticket");
    CHECK(both.client("").kind == Kind::failure);
}
