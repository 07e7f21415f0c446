// TLS endpoints as values, protected sessions of SMTP and POP3, and certificates that do not hold.
#include <cstdio>
#include <fstream>

#include "sim/tls/credentials.hpp"
#include "sim/tls/engine.hpp"
#include "sim/views/certificates.hpp"
#include "sim/views/fingerprint.hpp"
#include "sim/views/pcapng.hpp"
#include "tests/catch.hpp"
#include "tests/tls_world.hpp"

using namespace postroad;
using namespace postroad::sim;

namespace {

constexpr std::int64_t now_unix_s = 1'283'328'000;  // 2010-09-01T08:00:00Z

tls::CertificateSpec root_spec() {
    tls::CertificateSpec out;
    out.common_name = "Test Root";
    out.authority = true;
    out.from_unix_s = now_unix_s - 1000;
    out.until_unix_s = now_unix_s + 100'000'000;
    return out;
}

tls::Configuration server_configuration(tls::KeyType key, std::uint16_t version) {
    tls::Configuration out;
    out.server = true;
    out.version_min = out.version_max = version;
    tls::CertificateSpec leaf;
    leaf.common_name = "mx.example.org";
    leaf.names = {"mx.example.org"};
    leaf.key = key;
    leaf.from_unix_s = now_unix_s - 1000;
    leaf.until_unix_s = now_unix_s + 1000;
    out.chain = {leaf, root_spec()};
    return out;
}

// Two endpoints and nothing else: what a World is to TLS.
struct Pair {
    Heap heap;
    TlsTables tables;
    std::uint64_t seed = 1;

    std::uint32_t add(const tls::Configuration& configuration) {
        const std::uint32_t id = tables.endpoints.add();
        heap.push(tables.configurations, heap.make(tls::to_text(configuration)));
        TlsEndpoint& one = tables.endpoints.edit(id);
        one.configuration = tables.configurations.size() - 1;
        one.conversation = 77;
        one.begun_unix_s = now_unix_s;
        one.server = configuration.server ? 1 : 0;
        if (!configuration.server) one.server_name = heap.make("mx.example.org");
        return id;
    }
};

// A whole session: handshake, words both ways, ends. Every step is a number, so that the rest of a
// session can be run from any step on, by anybody who has the Pair.
struct Session {
    Pair pair;
    std::string to_client, to_server, wire;  // on their way; everything that was
    std::string heard;
    int step = 0;
    static constexpr int steps = 60;

    Session(tls::KeyType key, std::uint16_t version) {
        tls::Configuration client;
        client.version_min = client.version_max = version;
        client.must_verify = true;
        client.trusted = {root_spec()};
        pair.add(client);
        pair.add(server_configuration(key, version));
    }

    void put(tls::Engine& engine, std::uint32_t id, TlsInput input, std::string_view octets) {
        const tls::Outcome out = engine.put(pair.tables, pair.heap, pair.seed, id, input, octets);
        INFO(out.failure);
        REQUIRE(out.failure.empty());
        (id == 0 ? to_server : to_client) += out.ciphertext;
        wire += out.ciphertext;
        heard += out.plaintext;
    }

    void go(tls::Engine& engine) {
        const int now = step++;
        if (now == 0) return put(engine, 0, TlsInput::begin, {});
        if (now == 1) return put(engine, 1, TlsInput::begin, {});
        if (now == 30) return put(engine, 0, TlsInput::plaintext, "EHLO a.example\r\n");
        if (now == 32) return put(engine, 1, TlsInput::plaintext, std::string(40'000, 'x'));
        if (now == 58) return put(engine, 0, TlsInput::shutdown, {});
        // Pieces of a size that cuts records anywhere.
        const std::uint32_t id = now % 2 == 0 ? 1 : 0;
        std::string& from = id == 0 ? to_client : to_server;
        const std::string piece = from.substr(0, now < 30 ? 411 : 4'111);
        from.erase(0, piece.size());
        if (!piece.empty()) put(engine, id, TlsInput::ciphertext, piece);
    }
    void finish(tls::Engine& engine) {
        while (step < steps) go(engine);
    }
};

constexpr std::string_view tls_world =
    "[hosts.mail]\ndomains = \"example.org\"\ntls.offer = true\ntls.implicit = true\n"
    "[hosts.mx]\ndomains = \"example.net\"\ntls.offer = true\n";
const std::string people_and_mail =
    "[people.alice]\naddress = \"alice@example.org\"\n"
    "[people.bob]\naddress = \"bob@example.net\"\n"
    "[[timeline]]\nat = \"+1s\"\n"
    "send = { from = \"alice\", to = \"bob\", subject = \"hello\", body = \"a secret plan\" }\n"
    "[[timeline]]\nat = \"+1m\"\nfetch = \"bob\"\n";

std::string scenario_text() { return std::string(tls_world) + people_and_mail; }

}  // namespace

TEST_CASE("a TLS session is the same octets in every run, for every key and version") {
    for (const auto key : {tls::KeyType::ecdsa_p256, tls::KeyType::rsa_2048, tls::KeyType::ed25519})
        for (const std::uint16_t version : {tls::version_1_2, tls::version_1_3}) {
            tls::Engine one;
            tls::Engine other;
            Session a(key, version);
            Session b(key, version);
            a.finish(one);
            b.finish(other);
            CHECK(a.wire == b.wire);
            CHECK(a.heard == "EHLO a.example\r\n" + std::string(40'000, 'x'));
            Session c(key, version);
            c.pair.seed = 2;
            c.finish(one);
            CHECK(c.wire != a.wire);
        }
}

TEST_CASE("TLS 1.0 is still spoken by who is set to it") {
    tls::Engine engine;
    Session session(tls::KeyType::rsa_2048, tls::version_1_0);
    session.finish(engine);
    CHECK(session.heard.size() == 40'016);
}

TEST_CASE("a copy at any step of a session goes on with the same octets") {
    for (const std::uint16_t version : {tls::version_1_2, tls::version_1_3}) {
        Session session(tls::KeyType::ecdsa_p256, version);
        tls::Engine engine;
        std::vector<Session> copies;
        for (int step = 0; step < Session::steps; ++step) {
            copies.push_back(session);
            session.go(engine);
        }
        for (Session& copy : copies) {
            tls::Engine fresh;  // knows nothing: everything is made again from the log
            const int from = copy.step;
            copy.finish(fresh);
            INFO("copied before step " << from);
            CHECK(copy.wire == session.wire);
            CHECK(copy.heard == session.heard);
            CHECK(copy.pair.heap == session.pair.heap);
        }
    }
}

TEST_CASE("an engine that has gone further than a copy starts it anew") {
    tls::Engine engine;
    Session session(tls::KeyType::ecdsa_p256, tls::version_1_3);
    for (int i = 0; i < 40; ++i) session.go(engine);
    Session copy = session;
    session.finish(engine);
    copy.finish(engine);  // the same engine, whose objects are now of another time
    CHECK(copy.wire == session.wire);
    CHECK(engine.replayed() > 0);
}

TEST_CASE("openssl judges the chains as a client here does", "[slow]") {
    const auto server = server_configuration(tls::KeyType::ecdsa_p256, tls::version_1_3);
    const auto leaf = tls::credential(1, server.chain);
    const auto root = tls::credential(1, {root_spec()});
    const std::string leaf_file = own_file("tls_test_leaf.pem");
    const std::string root_file = own_file("tls_test_root.pem");
    std::ofstream(leaf_file) << tls::to_pem(*leaf.certificate);
    std::ofstream(root_file) << tls::to_pem(*root.certificate);
    const auto verify = [&](std::int64_t at, const std::string& name) {
        return run_tool("openssl verify -x509_strict -attime " + std::to_string(at) +
                        " -verify_hostname " + name + " -CAfile " + root_file + " " + leaf_file);
    };
    CHECK(verify(now_unix_s, "mx.example.org").find(": OK") != std::string::npos);
    CHECK(verify(now_unix_s, "www.example.org").find("hostname mismatch") != std::string::npos);
    CHECK(verify(now_unix_s + 2000, "mx.example.org").find("expired") != std::string::npos);
    std::remove(leaf_file.c_str());
    std::remove(root_file.c_str());
}

TEST_CASE("mail crosses three hops, and no word of it is on the wire") {
    const auto simulation = whole_run(scenario_text());
    CHECK(delivered(*simulation));
    const std::string wire = wire_of(*simulation);
    CHECK(wire.find("STARTTLS\r\n") != std::string::npos);
    CHECK(wire.find("STLS\r\n") != std::string::npos);
    CHECK(wire.find("secret plan") == std::string::npos);
    CHECK(wire.find("AUTH PLAIN ") == std::string::npos);
    CHECK(wire.find("PASS ") == std::string::npos);
    CHECK(said(*simulation, "PASS secret-bob"));  // the Trace has the words all the same
    CHECK_FALSE(decided(*simulation, Reason::secret_in_clear));
    CHECK(decided(*simulation, Reason::tls_verified, "mx.example.net"));
}

TEST_CASE("EHLO is said again behind STARTTLS, and offers what it did not before") {
    const auto simulation = whole_run(scenario_text());
    std::string words;
    for (auto at = simulation->trace().read(); !at.done(); at.next())
        if (at.row().head().fact == Fact::line) words += at.row().tail<LineFact>();
    const std::size_t upgrade = words.find("STARTTLS\r\n220 2.0.0 go ahead\r\nEHLO ");
    REQUIRE(upgrade != std::string::npos);
    CHECK(words.find("AUTH PLAIN\r\n") > upgrade);
    CHECK(words.find("STARTTLS", upgrade + 10) > words.find("AUTH PLAIN\r\n"));
}

TEST_CASE("a world is copied at any moment of its TLS sessions, and both go on alike") {
    const std::string text = scenario_text();
    const std::uint64_t events = whole_run(text)->world().events_done;
    const auto whole =
        std::make_unique<Simulation>(make_world(mail_setup(text), 1), Trace(Depth::bytes));
    while (whole->world().events_done < events) REQUIRE(whole->step());
    Simulation running(make_world(mail_setup(text), 1), Trace(Depth::bytes));
    std::size_t copies = 0;
    while (running.world().events_done < whole->world().events_done) {
        const bool talks = running.world().tls.endpoints.live() != 0;
        REQUIRE(running.step());
        if (!talks) continue;
        ++copies;
        INFO("copied at " << running.world().now << ", event " << running.world().events_done);
        const auto copy = running.fork();
        while (copy->world().events_done < whole->world().events_done) REQUIRE(copy->step());
        CHECK(fingerprint(copy->world()) == fingerprint(whole->world()));
        CHECK(views::state_fingerprint(copy->world()) == views::state_fingerprint(whole->world()));
    }
    CHECK(copies > 50);
}

TEST_CASE("two seeds have no certificate in common, and one seed has one") {
    CHECK(wire_of(*whole_run(scenario_text(), 5)) == wire_of(*whole_run(scenario_text(), 5)));
    CHECK(wire_of(*whole_run(scenario_text(), 5)) != wire_of(*whole_run(scenario_text(), 6)));
}

TEST_CASE("tshark reads the protected dialogue with no option but the capture", "[slow]") {
    const std::string text = scenario_text() + "[people.carol]\naddress = \"carol@example.org\"\n"
                                               "submits_to = \"mail:465\"\nfetch.from = \"mail:995\"\n"
                                               "[[timeline]]\nat = \"+2m\"\nsend = { from = \"carol\", "
                                               "to = \"carol\", subject = \"self\" }\n"
                                               "[[timeline]]\nat = \"+3m\"\nfetch = \"carol\"\n";
    const auto simulation = whole_run(text);
    const std::string file = own_file("tls_test.pcapng");
    {
        std::ofstream out(file, std::ios::binary);
        views::write_pcapng(simulation->trace(), *simulation->world().setup, {},
                            [&](std::string_view octets) {
                                out.write(octets.data(),
                                          static_cast<std::streamsize>(octets.size()));
                            });
    }
    const std::string smtp = run_tool("tshark -r " + file + " -Y smtp.req -T fields -e "
                                      "smtp.req.command -e smtp.req.parameter");
    CHECK(smtp.find("FROM:<alice@example.org>") != std::string::npos);
    CHECK(smtp.find("FROM:<carol@example.org>") != std::string::npos);
    const std::string pop = run_tool("tshark -r " + file + " -Y pop.request -T fields -e "
                                     "pop.request.command -e pop.request.parameter");
    CHECK(pop.find("secret-bob") != std::string::npos);
    CHECK(pop.find("secret-carol") != std::string::npos);
    std::remove(file.c_str());
}

TEST_CASE("each fault of a certificate has a name, with both names or both dates") {
    struct Case {
        std::string certificate;
        Reason reason;
        std::string words;
    };
    const std::vector<Case> cases = {
        {"names = \"www.example.net\"", Reason::tls_wrong_name,
         "for www.example.net, but mx.example.net was asked for"},
        {"until = 2010-08-31T00:00:00Z", Reason::tls_expired, "2010-08-31T00:00:00Z"},
        {"until = 2010-08-31T00:00:00Z", Reason::tls_expired, "2010-09-01T08:00:0"},
        {"from = 2010-09-02T00:00:00Z", Reason::tls_not_yet_valid, "2010-09-02T00:00:00Z"},
        {"self_signed = true", Reason::tls_self_signed, "mx.example.net"},
        {"issuer = \"stranger\"", Reason::tls_unknown_issuer, "stranger"},
        {"revoked = true", Reason::tls_revoked, "Postroad Root"},
    };
    const std::string pki = "[authorities.stranger]\ntrusted = false\n[certificates.bad]\n";
    for (const Case& one : cases)
        for (const std::string policy : {"opportunistic", "required", "verified"}) {
            const auto simulation =
                whole_run("until = \"+10m\"\n[hosts.mail]\ndomains = \"example.org\"\ntls.policy = \"" +
                          policy + "\"\n[hosts.mx]\ndomains = \"example.net\"\ntls.offer = true\n"
                          "tls.certificate = \"bad\"\n" + pki + one.certificate + "\n" +
                          people_and_mail);
            INFO(policy << " " << one.certificate);
            CHECK(decided(*simulation, one.reason, one.words, "mail"));
            const bool strict = policy == "verified";
            CHECK(delivered(*simulation) == !strict);
            CHECK(decided(*simulation, Reason::tls_refused, {}, "mail") == strict);
            CHECK(decided(*simulation, Reason::tls_unjudged, {}, "mail") == !strict);
        }
}

TEST_CASE("a wildcard and an intermediate authority hold") {
    const auto simulation = whole_run(
        "[hosts.mail]\ndomains = \"example.org\"\ntls.policy = \"verified\"\n"
        "[hosts.mx]\ndomains = \"example.net\"\ntls.offer = true\ntls.certificate = \"wild\"\n"
        "[authorities.top]\nkey = \"rsa\"\n[authorities.middle]\nissuer = \"top\"\n"
        "[certificates.wild]\nnames = \"*.example.net\"\nissuer = \"middle\"\nkey = \"ed25519\"\n" +
        people_and_mail);
    CHECK(delivered(*simulation));
    CHECK(decided(*simulation, Reason::tls_verified, "*.example.net"));
}

TEST_CASE("without TLS on the other side the policy decides") {
    for (const std::string policy : {"none", "opportunistic", "required", "verified"}) {
        const auto simulation = whole_run(
            "until = \"+10m\"\n[hosts.mail]\ndomains = \"example.org\"\ntls.policy = \"" + policy +
            "\"\n[hosts.mx]\ndomains = \"example.net\"\n"
            "[hosts.other]\ndomains = \"example.com\"\ntls.offer = true\n" + people_and_mail);
        INFO(policy);
        const bool strict = policy == "required" || policy == "verified";
        CHECK(delivered(*simulation) == !strict);
        CHECK(decided(*simulation, Reason::tls_missing_ends, {}, "mail") == strict);
        CHECK(decided(*simulation, Reason::tls_missing_goes_on, {}, "mail") ==
              (policy == "opportunistic"));
    }
}

TEST_CASE("the advisor finds the name that a certificate lacks") {
    const auto setup = mail_setup(
        "[hosts.mx]\ndomains = \"example.net\"\ntls.offer = true\ntls.certificate = \"shop\"\n"
        "[certificates.shop]\nnames = \"www.example.net\"\n[people.bob]\n");
    const auto advice = views::certificate_advice(*setup);
    REQUIRE(advice.size() == 1);
    REQUIRE(!advice[0].needs.empty());
    CHECK(advice[0].needs[0].name == "mx.example.net");
    CHECK(advice[0].needs[0].why == "mail exchanger of example.net");
    CHECK_FALSE(advice[0].needs[0].covered);
}
