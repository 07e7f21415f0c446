// A KDC and its clients, as values: who gets a ticket, who does not and why (RFC 4120 §3.1, §3.3).
#include "protocols/kerberos/client.hpp"
#include "tests/catch.hpp"

#include <map>
#include <set>

using namespace postroad;
using namespace postroad::kerberos;

namespace {

constexpr std::int64_t start = 1'283'328'000;  // 2010-09-01 08:00
constexpr std::int64_t hour = 3600;

class People : public Database {
  public:
    bool knows(const PrincipalName& name) const override {
        return passwords.count(to_text(name)) != 0;
    }
    Key key(const PrincipalName& name, EncryptionType type) const override {
        return string_to_key(type, passwords.at(to_text(name)), default_salt("EXAMPLE.ORG", name),
                             1);
    }
    std::map<std::string, std::string> passwords{{"alice", "secret-alice"},
                                                 {"smtp/mail.example.org", "of the server"},
                                                 {"krbtgt/EXAMPLE.ORG", "of the realm"}};
};

struct World {
    People people;
    KdcSettings settings;
    Moment now{start, 5};
    std::set<std::string> seen;
    unsigned drawn = 0;

    World() { settings.realm = "EXAMPLE.ORG"; }
    Served ask(const std::string& request) {
        const char mark = static_cast<char>(++drawn);
        return answer(people, settings, request, now,
                      {std::string(32, mark), std::string(16, mark), std::string(16, 'r')},
                      [&](std::string_view words) { return !seen.emplace(words).second; });
    }
    // A client's own key is made as the KDC says, with one iteration to be quick.
    Key key_of_alice(EncryptionType type, std::string_view password = "secret-alice") const {
        return string_to_key(type, password, "EXAMPLE.ORGalice", 1);
    }
    AsRequest wanted() const {
        AsRequest out;
        out.realm = "EXAMPLE.ORG";
        out.client = to_name("alice");
        out.server = ticket_granting_server("EXAMPLE.ORG");
        out.nonce = 4711;
        return out;
    }
    std::string signed_request(const AsRequest& asked) const {
        return write(asked, key_of_alice(EncryptionType::aes256_cts_hmac_sha1_96), now,
                     std::string(16, 'c'));
    }
    Credentials granting() {
        const auto opened =
            open_as_reply(ask(signed_request(wanted())).reply, wanted(),
                          key_of_alice(EncryptionType::aes256_cts_hmac_sha1_96));
        REQUIRE(opened);
        return *opened;
    }
    TgsRequest for_mail() const {
        TgsRequest out;
        out.server = to_name("smtp/mail.example.org");
        out.nonce = 99;
        return out;
    }
    // The moment goes on, so that the authenticator is a new one.
    std::string shown(const TgsRequest& asked, const Credentials& granting_ticket) {
        ++now.microseconds;
        return write(asked, granting_ticket, now, std::string(16, 'c'));
    }
};

KrbError error_in(const Served& served) {
    KrbError out;
    REQUIRE(read(served.reply, out));
    CHECK(out.code == static_cast<std::int32_t>(served.error));
    return out;
}

}  // namespace

TEST_CASE("who asks without proof is told which proof, and with which salt") {
    World world;
    const Served served = world.ask(write(world.wanted()));
    CHECK(served.error == ErrorCode::preauth_required);
    const KrbError refusal = error_in(served);
    CHECK(refusal.text == "KDC_ERR_PREAUTH_REQUIRED");
    const auto hint = key_hint(refusal, "");
    REQUIRE(hint);
    CHECK(hint->type == EncryptionType::aes256_cts_hmac_sha1_96);
    CHECK(hint->salt == "EXAMPLE.ORGalice");
}

TEST_CASE("a nonce that a program takes for signed comes back as it was") {
    World world;
    KdcReq request;
    REQUIRE(read(world.signed_request(world.wanted()), request));
    request.body.nonce = -5;
    KdcRep reply;
    REQUIRE(read(world.ask(write(request)).reply, reply));
    const auto opened =
        decrypt(world.key_of_alice(EncryptionType::aes256_cts_hmac_sha1_96), Usage::as_rep,
                reply.sealed.cipher.text);
    EncKdcRepPart part;
    REQUIRE(opened);
    REQUIRE(read(*opened, part));
    CHECK(part.nonce == -5);
}

TEST_CASE("the right password brings a ticket-granting ticket, which brings one for a server") {
    World world;
    const Credentials granting = world.granting();
    CHECK(granting.until == start + 10 * hour);
    CHECK(granting.renew_until == start + 7 * 24 * hour);
    CHECK(granting.flags.has(initial));
    CHECK(granting.flags.has(pre_authent));
    world.now.unix_s += hour;
    const Served served = world.ask(world.shown(world.for_mail(), granting));
    CHECK(served.error == ErrorCode::none);
    CHECK(served.client == "alice");
    CHECK(served.server == "smtp/mail.example.org");
    const auto mail = open_tgs_reply(served.reply, world.for_mail(), granting);
    REQUIRE(mail);
    CHECK(mail->until == granting.until);  // no longer than what it was got with
    CHECK(mail->session.octets != granting.session.octets);
    // The server, and only it, finds the same session key in the ticket.
    Ticket ticket;
    REQUIRE(read(mail->ticket, ticket));
    const auto inside = decrypt(world.people.key(ticket.server, static_cast<EncryptionType>(18)),
                                Usage::ticket, ticket.sealed.cipher.text);
    REQUIRE(inside);
    EncTicketPart part;
    REQUIRE(read(*inside, part));
    CHECK(part.key.value.text == mail->session.octets);
    CHECK(to_text(part.client) == "alice");
    CHECK_FALSE(part.flags.has(initial));
}

TEST_CASE("neither a wrong password nor a wrong clock proves anything") {
    World world;
    const std::string wrong =
        write(world.wanted(), world.key_of_alice(EncryptionType::aes256_cts_hmac_sha1_96, "guess"),
              world.now, std::string(16, 'c'));
    CHECK(world.ask(wrong).error == ErrorCode::preauth_failed);
    const std::string request = world.signed_request(world.wanted());
    world.now.unix_s = start + 300;
    CHECK(world.ask(request).error == ErrorCode::none);
    world.now.unix_s = start + 301;
    CHECK(world.ask(request).error == ErrorCode::skew);
    world.now.unix_s = start - 301;
    CHECK(world.ask(request).error == ErrorCode::skew);
}

TEST_CASE("whom the KDC does not know, it names") {
    World world;
    AsRequest asked = world.wanted();
    asked.client = to_name("mallory");
    CHECK(world.ask(write(asked)).error == ErrorCode::client_unknown);
    asked = world.wanted();
    asked.server = to_name("smtp/other.example.org");
    CHECK(world.ask(world.signed_request(asked)).error == ErrorCode::server_unknown);
    asked = world.wanted();
    asked.realm = "EXAMPLE.NET";
    CHECK(world.ask(write(asked)).error == ErrorCode::wrong_realm);
    asked = world.wanted();
    asked.types = {23, 16};
    CHECK(world.ask(write(asked)).error == ErrorCode::etype_nosupp);
    const Credentials granting = world.granting();
    TgsRequest other = world.for_mail();
    other.server = to_name("smtp/other.example.org");
    CHECK(world.ask(world.shown(other, granting)).error == ErrorCode::server_unknown);
}

TEST_CASE("an authenticator is good once, and only for the request it was made for") {
    World world;
    const Credentials granting = world.granting();
    const std::string request = world.shown(world.for_mail(), granting);
    CHECK(world.ask(request).error == ErrorCode::none);
    CHECK(world.ask(request).error == ErrorCode::repeat);
    KdcReq changed;
    REQUIRE(read(world.shown(world.for_mail(), granting), changed));
    changed.body.server = to_name("krbtgt/EXAMPLE.ORG");
    CHECK(world.ask(write(changed)).error == ErrorCode::modified);
}

TEST_CASE("tickets end, and a renewable one lives on without the password") {
    World world;
    const Credentials granting = world.granting();
    world.now.unix_s = granting.until - 60;
    TgsRequest again;
    again.server = granting.server;
    again.renew = true;
    again.nonce = 5;
    const auto renewed =
        open_tgs_reply(world.ask(world.shown(again, granting)).reply, again, granting);
    REQUIRE(renewed);
    CHECK(renewed->until == world.now.unix_s + 10 * hour);
    CHECK(renewed->renew_until == granting.renew_until);
    world.now.unix_s = granting.until + 301;
    CHECK(world.ask(world.shown(world.for_mail(), granting)).error == ErrorCode::ticket_expired);
    CHECK(world.ask(world.shown(world.for_mail(), *renewed)).error == ErrorCode::none);
    AsRequest brief = world.wanted();
    brief.until = world.now.unix_s - 1;
    CHECK(world.ask(world.signed_request(brief)).error == ErrorCode::never_valid);
}

TEST_CASE("nobody can use a ticket without its session key, nor any other as ticket-granting") {
    World world;
    Credentials granting = world.granting();
    const auto mail = open_tgs_reply(world.ask(world.shown(world.for_mail(), granting)).reply,
                                     world.for_mail(), granting);
    REQUIRE(mail);
    CHECK(world.ask(world.shown(world.for_mail(), *mail)).error == ErrorCode::not_us);
    granting.session.octets.assign(32, 'x');  // stolen on the way: the ticket alone
    CHECK(world.ask(world.shown(world.for_mail(), granting)).error == ErrorCode::bad_integrity);
}

TEST_CASE("a reply to another question, or from somebody without the key, is no reply") {
    World world;
    const std::string reply = world.ask(world.signed_request(world.wanted())).reply;
    const Key key = world.key_of_alice(EncryptionType::aes256_cts_hmac_sha1_96);
    AsRequest other = world.wanted();
    CHECK(open_as_reply(reply, other, key));
    other.nonce = 4712;
    CHECK_FALSE(open_as_reply(reply, other, key));
    other = world.wanted();
    other.server = to_name("smtp/mail.example.org");
    CHECK_FALSE(open_as_reply(reply, other, key));
    CHECK_FALSE(open_as_reply(reply, world.wanted(),
                              world.key_of_alice(EncryptionType::aes256_cts_hmac_sha1_96, "x")));
}

TEST_CASE("what is no request is not answered, and no part of one is a request") {
    World world;
    CHECK(world.ask("").reply.empty());
    CHECK(world.ask("EHLO alice-pc.example.org\r\n").reply.empty());
    const std::string request = world.signed_request(world.wanted());
    for (std::size_t size = 0; size < request.size(); ++size)
        REQUIRE(world.ask(request.substr(0, size)).reply.empty());
}
