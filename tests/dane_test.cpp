// DANE: records against chains, judged beside OpenSSL's own DANE, and mail held to TLSA records.
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "protocols/dns/message_reader.hpp"
#include "sim/tls/credentials.hpp"
#include "sim/tls/dane.hpp"
#include "sim/views/certificates.hpp"
#include "tests/catch.hpp"
#include "tests/mail_world.hpp"

using namespace postroad;
using namespace postroad::sim;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr std::int64_t now_unix_s = 1'283'328'000;  // 2010-09-01T08:00:00Z

tls::CertificateSpec spec(const std::string& name, bool authority) {
    tls::CertificateSpec out;
    out.common_name = name;
    out.authority = authority;
    if (!authority) out.names = {name};
    out.from_unix_s = now_unix_s - 1000;
    out.until_unix_s = now_unix_s + 1000;
    return out;
}

// The server's own, an authority in between, a root.
tls::ChainSpec three(const std::string& name = "mx.example.net") {
    return {spec(name, false), spec("Middle", true), spec("Top", true)};
}

std::string der_of(const tls::ChainSpec& chain, std::size_t from) {
    const tls::ChainSpec rest(chain.begin() + static_cast<std::ptrdiff_t>(from), chain.end());
    X509* const one = tls::credential(1, rest).certificate.get();
    std::string out(static_cast<std::size_t>(i2d_X509(one, nullptr)), 0);
    auto* end = reinterpret_cast<unsigned char*>(out.data());
    i2d_X509(one, &end);
    return out;
}

std::vector<std::string> shown_by(const tls::ChainSpec& chain) {
    return {der_of(chain, 0), der_of(chain, 1)};
}

tls::TlsaRecord record_of(const tls::ChainSpec& chain, std::size_t from, std::uint8_t usage,
                          std::uint8_t selector, std::uint8_t matching) {
    const auto out = tls::tlsa_for(der_of(chain, from), usage, selector, matching);
    REQUIRE(out);
    return *out;
}

// What a client of OpenSSL's own with DANE says of a server that shows this chain.
bool openssl_says(const tls::ChainSpec& chain, const tls::TlsaRecord& record,
                  const std::string& name, std::int64_t at_unix_s) {
    const std::shared_ptr<SSL_CTX> client_context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    const std::shared_ptr<SSL_CTX> server_context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    REQUIRE(SSL_CTX_dane_enable(client_context.get()) == 1);
    SSL_CTX_dane_set_flags(client_context.get(), DANE_FLAG_NO_DANE_EE_NAMECHECKS);
    // A key of its own library context: what was made elsewhere goes over as octets.
    const auto own = tls::credential(1, chain);
    unsigned char* octets = nullptr;
    const int size = i2d_PrivateKey(own.key.get(), &octets);
    const unsigned char* at = octets;
    const std::shared_ptr<EVP_PKEY> key(d2i_AutoPrivateKey(nullptr, &at, size), EVP_PKEY_free);
    OPENSSL_free(octets);
    const auto read = [](const std::string& der) {
        const auto* from = reinterpret_cast<const unsigned char*>(der.data());
        return d2i_X509(nullptr, &from, static_cast<long>(der.size()));
    };
    X509* const leaf = read(der_of(chain, 0));
    REQUIRE(SSL_CTX_use_certificate(server_context.get(), leaf) == 1);
    X509_free(leaf);
    REQUIRE(SSL_CTX_use_PrivateKey(server_context.get(), key.get()) == 1);
    REQUIRE(SSL_CTX_add0_chain_cert(server_context.get(), read(der_of(chain, 1))) == 1);
    const std::shared_ptr<SSL> client(SSL_new(client_context.get()), SSL_free);
    const std::shared_ptr<SSL> server(SSL_new(server_context.get()), SSL_free);
    REQUIRE(SSL_dane_enable(client.get(), name.c_str()) == 1);
    if (SSL_dane_tlsa_add(client.get(), record.usage, record.selector, record.matching,
                          reinterpret_cast<const unsigned char*>(record.data.data()),
                          record.data.size()) != 1)
        return false;
    X509_VERIFY_PARAM_set_time(SSL_get0_param(client.get()), at_unix_s);
    SSL_set_verify(client.get(), SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
    BIO* one = nullptr;
    BIO* other = nullptr;
    REQUIRE(BIO_new_bio_pair(&one, 0, &other, 0) == 1);
    SSL_set_bio(client.get(), one, one);
    SSL_set_bio(server.get(), other, other);
    SSL_set_connect_state(client.get());
    SSL_set_accept_state(server.get());
    for (int i = 0; i < 20; ++i) {
        SSL_do_handshake(client.get());
        SSL_do_handshake(server.get());
    }
    REQUIRE(SSL_is_init_finished(client.get()));
    return SSL_get_verify_result(client.get()) == X509_V_OK;
}

// A sender that looks TLSA records up, and a domain whose records are said in `records`.
std::string dane_world(const std::string& records, const std::string& more = {},
                       bool signed_zone = true) {
    return "until = \"+2h\"\n[hosts.mail]\ndomains = \"example.org\"\ntls.dane = true\n"
           "[hosts.mx]\ndomains = \"example.net\"\ntls.offer = true\n" + more +
           "[people.alice]\naddress = \"alice@example.org\"\n"
           "[people.bob]\naddress = \"bob@example.net\"\n"
           "[domains.\"example.net\"]\nsigned = " + (signed_zone ? "true" : "false") +
           "\nrecords = [" + records + "]\n";
}

std::string quoted(const std::string& line) { return "\"" + line + "\""; }

// What `show --certificates` would have the domain publish.
std::vector<std::string> advised(const std::string& text) {
    const auto setup = mail_setup(text);
    for (const auto& one : views::certificate_advice(*setup))
        if (setup->hosts[one.host].name == "mx") return one.tlsa;
    return {};
}

}  // namespace

TEST_CASE("TLSA records are judged as OpenSSL judges them: usage, selector, matching, name, date") {
    struct Case {
        std::string what;
        tls::TlsaRecord record;
        tls::ChainSpec chain = three();
        std::int64_t at_unix_s = now_unix_s;
        bool holds = true;
    };
    std::vector<Case> cases;
    for (const std::uint8_t selector : {std::uint8_t{0}, std::uint8_t{1}})
        for (const std::uint8_t matching : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{2}}) {
            cases.push_back({"own", record_of(three(), 0, 3, selector, matching)});
            cases.push_back({"issuer", record_of(three(), 1, 2, selector, matching)});
        }
    const auto ee = record_of(three(), 0, 3, 1, 1);
    const auto ta = record_of(three(), 1, 2, 1, 1);
    // DANE-EE looks at neither the name nor the dates, DANE-TA at both.
    cases.push_back({"own, out of date", ee, three(), now_unix_s + 5000, true});
    cases.push_back({"issuer, out of date", ta, three(), now_unix_s + 5000, false});
    const auto other = three("www.example.net");
    cases.push_back({"own, wrong name", record_of(other, 0, 3, 1, 1), other, now_unix_s, true});
    cases.push_back({"issuer, wrong name", ta, other, now_unix_s, false});
    cases.push_back({"somebody else's key", ee, other, now_unix_s, false});
    // A root that is not shown cannot be matched by its hash, and can by itself (RFC 7671 §5.2.2).
    cases.push_back({"root, hashed", record_of(three(), 2, 2, 0, 1), three(), now_unix_s, false});
    cases.push_back({"root, whole", record_of(three(), 2, 2, 0, 0), three(), now_unix_s, true});
    for (const Case& one : cases) {
        INFO(one.what << ": " << tls::to_text(one.record, true));
        CHECK(tls::is_usable(one.record));
        const auto found = tls::judge(shown_by(one.chain), {one.record}, {"mx.example.net"},
                                      one.at_unix_s);
        CHECK((found.fault == tls::DaneFault::none) == one.holds);
        CHECK(openssl_says(one.chain, one.record, "mx.example.net", one.at_unix_s) == one.holds);
    }
}

TEST_CASE("one record that matches is enough, and what cannot be used matches nothing") {
    const auto good = record_of(three(), 0, 3, 1, 1);
    auto bad = good;
    bad.data[0] = static_cast<char>(bad.data[0] + 1);
    const auto fault = [](const std::vector<tls::TlsaRecord>& records) {
        return tls::judge(shown_by(three()), records, {"mx.example.net"}, now_unix_s).fault;
    };
    CHECK(fault({bad, good}) == tls::DaneFault::none);
    CHECK(fault({bad}) == tls::DaneFault::no_match);
    // RFC 7672 §3.1.3: PKIX-TA and PKIX-EE are not for SMTP; unknown numbers and wrong sizes neither.
    for (const auto& [usage, selector, matching] :
         {std::array<std::uint8_t, 3>{0, 1, 1}, {1, 1, 1}, {4, 1, 1}, {3, 2, 1}, {3, 1, 3},
          {3, 1, 2}}) {
        tls::TlsaRecord one = good;
        one.usage = usage;
        one.selector = selector;
        one.matching = matching;
        CHECK_FALSE(tls::is_usable(one));
        CHECK(fault({one}) == tls::DaneFault::no_match);
    }
    // DANE-TA takes the domain's name as well as the exchanger's (RFC 7672 §3.2.2).
    const auto domain = three("example.net");
    CHECK(tls::judge(shown_by(domain), {record_of(domain, 1, 2, 1, 1)},
                     {"mx.example.net", "example.net"}, now_unix_s)
              .fault == tls::DaneFault::none);
    CHECK(tls::unpack(tls::pack({bad, good})) == std::vector{bad, good});
    CHECK(tls::judge({"no certificate"}, {good}, {}, now_unix_s).fault == tls::DaneFault::no_match);
}

TEST_CASE("the record that the advisor prints holds, and is told with the zone's assumption") {
    const auto lines = advised(dane_world(""));
    REQUIRE(lines.size() == 1);
    CHECK_THAT(lines[0], Catch::Matchers::StartsWith("_25._tcp.mx.example.net. IN TLSA 3 1 1 "));
    MailWorld w(dane_world(quoted(lines[0])));
    w.queue("mail", "alice@example.org", {"bob@example.net"});
    w.run_for(minute);
    INFO(w.dialogue());
    CHECK(w.mailbox("bob").size() == 1);
    CHECK(w.decided("mail dane_found: 1 of 1 TLSA records"));
    CHECK(w.decided("mail dane_assumed: the zone of _25._tcp.mx.example.net is declared"));
    CHECK(w.decided("mail dane_verified: the TLSA record 3 1 1 "));
    CHECK_FALSE(w.decided("tls_unjudged"));
}

TEST_CASE("an intermediate authority can be published as DANE-TA") {
    const std::string pki = "tls.certificate = \"own\"\n[authorities.top]\ntrusted = false\n"
                            "[authorities.middle]\nissuer = \"top\"\n"
                            "[certificates.own]\nissuer = \"middle\"\n";
    const auto lines = advised(dane_world("", pki));
    REQUIRE(lines.size() == 2);
    CHECK_THAT(lines[1], ContainsSubstring("IN TLSA 2 1 1 "));
    MailWorld w(dane_world(quoted(lines[1]), pki));
    w.queue("mail", "alice@example.org", {"bob@example.net"});
    w.run_for(minute);
    INFO(w.dialogue());
    CHECK(w.mailbox("bob").size() == 1);
    CHECK(w.decided("mail dane_verified: the TLSA record 2 1 1 "));
    CHECK(w.decided("matches the issuer middle"));
}

TEST_CASE("a certificate that no record matches gets no mail, and the bounce names the fault") {
    const std::string wrong = "_25._tcp.mx IN TLSA 3 1 1 " + std::string(64, '0');
    MailWorld w(dane_world(quoted(wrong), "[hosts.mail.queue]\nexpire_after = \"30m\"\n"));
    w.queue("mail", "alice@example.org", {"bob@example.net"});
    w.run_for(2 * hour);
    INFO(w.dialogue());
    CHECK(w.mailbox("bob").empty());
    CHECK(w.decided("mail dane_mismatch: none of 1 TLSA records matches"));
    CHECK(w.decided("mail tls_fault"));
    CHECK_FALSE(w.decided("tls_retry_clear"));
    REQUIRE(w.mailbox("alice").size() == 1);
    CHECK_THAT(w.mailbox("alice")[0], ContainsSubstring("Status: 5.7.5"));
    CHECK_THAT(w.mailbox("alice")[0], ContainsSubstring("none of 1 TLSA records"));
}

TEST_CASE("records of a zone that is not signed are refused, and the mail goes as without them") {
    const std::string wrong = "_25._tcp.mx IN TLSA 3 1 1 " + std::string(64, '0');
    MailWorld w(dane_world(quoted(wrong), {}, false));
    w.queue("mail", "alice@example.org", {"bob@example.net"});
    w.run_for(minute);
    INFO(w.dialogue());
    CHECK(w.mailbox("bob").size() == 1);
    CHECK(w.decided("mail dane_unsigned: the answer for example.net is not signed"));
    CHECK_FALSE(w.decided("dane_found"));
}

TEST_CASE("where no record can be used, TLS is a must and the certificate is not") {
    const std::string pkix = "_25._tcp.mx IN TLSA 1 1 1 " + std::string(64, '0');
    for (const bool offers : {true, false}) {
        std::string text = dane_world(quoted(pkix));
        if (!offers) {
            text.replace(text.find("tls.offer = true\n"), 17, "");
            text += "[hosts.third]\nnetwork = \"internet\"\nservices = [\"mta\"]\ntls.offer = true\n";
        }
        MailWorld w(text);
        w.queue("mail", "alice@example.org", {"bob@example.net"});
        w.run_for(minute);
        INFO(w.dialogue());
        CHECK(w.decided("mail dane_unusable: none of 1 TLSA records"));
        CHECK(w.mailbox("bob").size() == (offers ? 1U : 0U));
        CHECK(w.decided("tls_missing_ends") == !offers);
    }
}

TEST_CASE("a name server that keeps the answer back stops the mail where the zone is signed") {
    for (const bool is_signed : {true, false}) {
        // The delegation of _tcp leads to nobody, so the look-up fails and the others do not.
        MailWorld w(dane_world("\"_tcp.mx IN NS ns.mx\", \"ns.mx IN A 192.0.2.250\"", {}, is_signed));
        w.queue("mail", "alice@example.org", {"bob@example.net"});
        w.run_for(5 * minute);
        INFO(w.dialogue());
        CHECK(w.decided("mail dane_unknown") == is_signed);
        CHECK(w.mailbox("bob").empty() == is_signed);
    }
}

TEST_CASE("a TLSA record is read from its RDATA, and what is too short is none") {
    const std::uint8_t octets[] = {3, 1, 1, 0xab, 0xcd};
    const auto record = dns::plain_record(dns::Name{}, dns::Type::tlsa, 60, dns::Bytes(octets));
    REQUIRE(record.as_tlsa());
    CHECK(record.as_tlsa()->usage == 3);
    CHECK(record.as_tlsa()->data.size() == 2);
    CHECK_FALSE(dns::plain_record(dns::Name{}, dns::Type::tlsa, 60, dns::Bytes(octets).first(3))
                    .as_tlsa());
}
