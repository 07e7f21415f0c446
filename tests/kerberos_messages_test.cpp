// DER is taken apart strictly, and every message of Kerberos comes back as it was written; cut short
// anywhere, or with anything behind it, it is refused.
#include "protocols/kerberos/messages.hpp"

#include "protocols/base/der.hpp"
#include "protocols/base/random.hpp"
#include "protocols/kerberos/keytab.hpp"
#include "protocols/kerberos/time.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::kerberos;
using std::string_literals::operator""s;

namespace {

// Messages of any shape, by a seed.
struct Maker {
    Random chance;

    bool maybe() { return chance.below(2) == 0; }
    std::string octets() {
        std::string out;
        for (std::uint64_t left = chance.below(40); left > 0; --left)
            out += static_cast<char>(chance.below(256));
        return out;
    }
    std::string word() { return "part" + std::to_string(chance.below(1'000'000)); }
    std::int32_t number() { return static_cast<std::int32_t>(chance.next()); }
    Time time() { return {static_cast<std::int64_t>(chance.below(253'402'300'800))}; }
    PrincipalName name() {
        PrincipalName out{1, {}};
        for (std::uint64_t left = 1 + chance.below(3); left > 0; --left)
            out.parts.push_back(word());
        return out;
    }
    EncryptedData sealed() {
        EncryptedData out{18, {}, {octets()}};
        if (maybe()) out.version = static_cast<std::uint32_t>(chance.next());
        return out;
    }
    std::vector<Typed> typed() {
        std::vector<Typed> out;
        for (std::uint64_t left = chance.below(3); left > 0; --left)
            out.push_back({number(), {octets()}});
        return out;
    }
    Ticket ticket() { return {5, word(), name(), sealed()}; }
    std::optional<Time> perhaps_time() { return maybe() ? std::optional(time()) : std::nullopt; }
    std::vector<PaData> padata() {
        std::vector<PaData> out;
        for (const Typed& one : typed()) out.push_back({one.type, one.value});
        return out;
    }
    KdcReq request() {
        KdcReq out;
        out.type = maybe() ? as_req : tgs_req;
        out.padata = padata();
        KdcReqBody& body = out.body;
        body.options.bits = static_cast<std::uint32_t>(chance.next());
        if (maybe()) body.client = name();
        body.realm = word();
        if (maybe()) body.server = name();
        body.from = perhaps_time();
        body.until = time();
        body.renew_until = perhaps_time();
        body.nonce = static_cast<std::uint32_t>(chance.next());
        for (std::uint64_t left = chance.below(4); left > 0; --left)
            body.types.push_back(number());
        body.addresses = typed();
        if (maybe()) body.authorization = sealed();
        if (maybe()) body.tickets.push_back(ticket());
        return out;
    }
    EncTicketPart ticket_part() {
        EncTicketPart out;
        out.flags.bits = static_cast<std::uint32_t>(chance.next());
        out.key = {18, {octets()}};
        out.client_realm = word();
        out.client = name();
        out.authenticated = time();
        out.from = perhaps_time();
        out.until = time();
        out.renew_until = perhaps_time();
        out.addresses = typed();
        out.authorization = typed();
        return out;
    }
    Authenticator authenticator() {
        Authenticator out;
        out.client_realm = word();
        out.client = name();
        if (maybe()) out.checksum = Checksum{number(), {octets()}};
        out.microseconds = static_cast<std::int32_t>(chance.below(1'000'000));
        out.time = time();
        if (maybe()) out.subkey = EncryptionKey{number(), {octets()}};
        if (maybe()) out.sequence = static_cast<std::uint32_t>(chance.next());
        out.authorization = typed();
        return out;
    }
    KrbError error_reply() {
        KrbError out;
        out.client_time = perhaps_time();
        if (maybe()) out.client_microseconds = 999'999;
        out.time = time();
        out.code = number();
        if (maybe()) out.client = name();
        out.realm = word();
        out.server = name();
        if (maybe()) out.text = word();
        if (maybe()) out.data = Octets{octets()};
        return out;
    }
};

template <class T>
void check_round_trip(const T& value) {
    const std::string octets = write(value);
    T again;
    REQUIRE(read(octets, again));
    REQUIRE(again == value);
    REQUIRE(write(again) == octets);
    for (std::size_t size = 0; size < octets.size(); ++size)
        REQUIRE_FALSE(read(std::string_view(octets).substr(0, size), again));
    REQUIRE_FALSE(read(octets + "\0"s, again));
}

}  // namespace

TEST_CASE("DER: one length is right, all others are refused (X.690 §10.1)") {
    const auto taken = [](std::string_view octets) { return der::take(octets).has_value(); };
    CHECK(taken("\x04\x01x"s));
    CHECK(taken("\x04\x00"s));
    CHECK_FALSE(taken(""s));
    CHECK_FALSE(taken("\x04"s));
    CHECK_FALSE(taken("\x04\x02x"s));                          // cut short
    CHECK_FALSE(taken("\x04\x81\x01x"s));                      // longer than need be
    CHECK_FALSE(taken("\x04\x82\x00\x80"s + std::string(128, 'x')));
    CHECK(taken("\x04\x81\x80"s + std::string(128, 'x')));
    CHECK_FALSE(taken("\x30\x80\x00\x00"s));                   // indefinite
    CHECK_FALSE(taken("\x04\xff"s + std::string(300, '\xff')));
    CHECK_FALSE(taken("\x1f\x81\x01\x00"s));                   // a tag of several octets
    for (const std::size_t size : {0U, 1U, 127U, 128U, 255U, 256U, 65'535U, 65'536U}) {
        const std::string text(size, 'x');
        std::string_view rest;
        const std::string whole = der::element(der::octet_string, text);
        rest = whole;
        CHECK(der::take(rest, der::octet_string) == text);
        CHECK(rest.empty());
    }
}

TEST_CASE("DER: integers take as few octets as they can (X.690 §8.3)") {
    for (const std::int64_t value :
         {std::int64_t{0}, std::int64_t{1}, std::int64_t{127}, std::int64_t{128},
          std::int64_t{-128}, std::int64_t{-129}, std::int64_t{0xffffffff},
          std::int64_t{-0x80000000LL}, INT64_MAX, INT64_MIN})
        CHECK(der::read_integer(der::write_integer(value)) == value);
    CHECK(der::write_integer(128) == "\x00\x80"s);
    CHECK(der::write_integer(-1) == "\xff"s);
    CHECK_FALSE(der::read_integer("\x00\x7f"s));
    CHECK_FALSE(der::read_integer("\xff\x80"s));
    CHECK_FALSE(der::read_integer(""));
    CHECK_FALSE(der::read_integer("\x01\x02\x03\x04\x05\x06\x07\x08\x09"));
}

TEST_CASE("DER: the object identifier of Kerberos as a GSS-API mechanism (RFC 4121 §1)") {
    const std::string octets = "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"s;
    CHECK(der::write_object_identifier("1.2.840.113554.1.2.2") == octets);
    CHECK(der::read_object_identifier(octets) == "1.2.840.113554.1.2.2");
    CHECK(der::read_object_identifier("\x2a\x86"s).empty());
    CHECK(der::read_object_identifier("\x2a\x80\x01"s).empty());
}

TEST_CASE("KerberosTime has no fraction and no offset (RFC 4120 §5.2.3)") {
    CHECK(read_time("19700101000000Z") == 0);
    CHECK(write_time(1'283'328'000) == "20100901080000Z");
    CHECK(read_time("20100901080000Z") == 1'283'328'000);
    for (const std::string_view wrong :
         {"20100901080000", "20100901080000.5Z", "20100931080000Z", "20101301080000Z",
          "2010090108000Z", "20100901240000Z", "2010090108000ZZ", "20100901080000+"})
        CHECK_FALSE(read_time(wrong));
}

TEST_CASE("every message comes back as it was written, and no part of one is a message") {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        Maker make{{seed, 0}};
        INFO("seed " << seed);
        check_round_trip(make.request());
        check_round_trip(make.ticket());
        check_round_trip(make.ticket_part());
        check_round_trip(make.authenticator());
        check_round_trip(make.error_reply());
        KdcRep reply;
        reply.type = make.maybe() ? as_rep : tgs_rep;
        reply.padata = make.padata();
        reply.client_realm = make.word();
        reply.client = make.name();
        reply.ticket = make.ticket();
        reply.sealed = make.sealed();
        check_round_trip(reply);
        check_round_trip(ApReq{5, ap_req, {0x20000000}, make.ticket(), make.sealed()});
        check_round_trip(ApRep{5, ap_rep, make.sealed()});
        check_round_trip(EncApRepPart{make.time(), 17, EncryptionKey{18, {make.octets()}}, 3U});
        check_round_trip(PaEncTimestamp{make.time(), 5});
    }
}

TEST_CASE("a message whose tag and type disagree, or of another version, is none") {
    Maker make{{7, 0}};
    KdcReq request = make.request();
    request.type = as_req;
    std::string octets = write(request);
    CHECK(read(octets, request));
    octets[0] = static_cast<char>(der::application(tgs_req));
    CHECK_FALSE(read(octets, request));
    request.version = 4;
    CHECK_FALSE(read(write(request), request));
}

TEST_CASE("a request's body is found as it lies in the request (RFC 4120 §5.2.7.1)") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Maker make{{seed, 0}};
        const KdcReq request = make.request();
        const std::string octets = write(request);
        CHECK(body_octets(octets) == write(request.body));
    }
    CHECK(body_octets("") == "");
    CHECK(body_octets("\x6a\x02\x30\x00"s) == "");
}

TEST_CASE("principals as text, parts escaped") {
    CHECK(to_text(to_name("smtp/mail.example.org")) == "smtp/mail.example.org");
    CHECK(to_name("alice").parts == std::vector<std::string>{"alice"});
    CHECK(to_text({1, {"a/b", "c@d"}}) == "a\\/b/c\\@d");
    CHECK(to_name("a\\/b/c\\@d").parts == std::vector<std::string>{"a/b", "c@d"});
}

TEST_CASE("a key table as MIT's programs read it") {
    KeytabEntry entry;
    entry.realm = "R";
    entry.name = {3, {"h", "x"}};
    entry.key = {EncryptionType::aes128_cts_hmac_sha1_96, "0123456789abcdef"};
    entry.written_unix_s = 1;
    const std::string file = write_keytab({entry});
    CHECK(file == "\x05\x02"s + "\x00\x00\x00\x2c"s + "\x00\x02"s + "\x00\x01R"s + "\x00\x01h"s +
                      "\x00\x01x"s + "\x00\x00\x00\x03"s + "\x00\x00\x00\x01"s + "\x01"s +
                      "\x00\x11"s + "\x00\x10" "0123456789abcdef"s + "\x00\x00\x00\x01"s);
}
