// Mail programs that log in to RPC's servers of a world by ticket or by what is left: they wait for
// the ticket, negotiate, and fall back; servers say what they took and why they refuse.
#include "protocols/mapi/emsmdb.hpp"
#include "protocols/nspi/nspi_stubs.hpp"
#include "protocols/spnego/messages.hpp"
#include "sim/kerberos/realm.hpp"
#include "sim/rpc/rpc.hpp"
#include "tests/support/rpc_caller.hpp"

using namespace postroad;
using namespace postroad::sim;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr const char* office =
    "[hosts.mail]\ndomains = \"example.org\"\nservices = [\"mta\", \"mda\", \"dns\", \"resolver\", "
    "\"mapi\"]\n[people.alice]\n[people.bob]\n";
constexpr const char* kdc = "[hosts.\"kdc.example.org\"]\nservices = [\"kdc\"]\n";

std::uint16_t port_of(const MailWorld& world, std::uint32_t process) {
    for (const rpc_layer::Listener& one : rpc_layer::listeners(world.world(), world.host("mail")))
        if (one.process == process) return one.port;
    return 0;
}

// A person's program connects, logs in, and has nothing to ask.
void log_in(MailWorld& world, std::string_view person, RpcLineKind kind = RpcLineKind::store) {
    const Setup& setup = *world.world().setup;
    const std::uint32_t who = setup.find_person(person);
    const std::uint16_t port =
        port_of(world, kind == RpcLineKind::store ? rpc_layer::store : rpc_layer::directory);
    rpc_layer::open(world.run(), setup.people[who].device, who, kind,
                    setup.hosts[world.host("mail")].attachments[0].v4, port);
    world.run_for(10 * second);
    CHECK(world.world().rpc.lines.live() == 0);
}

// With these lines for alice's program.
std::string by(std::string_view lines) {
    return std::string(office) + "[people.alice.fetch]\n" + std::string(lines);
}

}  // namespace

TEST_CASE("where there is a realm a program waits for its ticket and logs in by it") {
    for (const bool negotiated : {true, false}) {
        MailWorld world(by(negotiated ? "" : "log_in = \"kerberos\"\n") + kdc);
        log_in(world, "alice");
        CHECK(world.decided("alice has a ticket for exchangeMDB/mail.example.org"));
        CHECK(world.decided("Kerberos, NTLM offered") == negotiated);
        CHECK(world.decided("Kerberos is taken, of Kerberos, NTLM") == negotiated);
        CHECK(world.decided("the ticket of alice opens with this server's own key"));
        CHECK(world.decided("alice is known without a password, by Kerberos"));
        CHECK_FALSE(world.decided("has proved by NTLM"));
        log_in(world, "alice");
        CHECK(world.decided("alice still has a ticket for exchangeMDB/mail.example.org"));
        log_in(world, "alice", RpcLineKind::directory);
        CHECK(world.decided("alice has a ticket for exchangeAB/mail.example.org"));
    }
}

TEST_CASE("without a realm, or with one that is silent, SPNEGO comes to NTLM") {
    MailWorld none(office);
    log_in(none, "alice");
    CHECK(none.decided("NTLM is taken, of NTLM"));
    CHECK(none.decided("alice has proved by NTLM"));
    MailWorld down(std::string(office) + kdc + "stopped = [\"kdc\"]\n");
    log_in(down, "alice");
    CHECK(down.decided("alice gets no ticket for exchangeMDB/mail.example.org"));
    CHECK(down.decided("NTLM is taken, of NTLM"));
    CHECK(down.decided("alice has proved by NTLM"));
}

TEST_CASE("who knows Kerberos alone gives up without a ticket") {
    MailWorld world(by("log_in = \"kerberos\"\n"));
    log_in(world, "alice");
    CHECK(world.decided("there is no ticket to show"));
    CHECK_FALSE(world.decided("alice is known"));
}

TEST_CASE("who knows NTLM alone is offered no choice, whatever realm there is") {
    MailWorld world(by("log_in = \"ntlm\"\n") + kdc);
    log_in(world, "alice");
    CHECK(world.decided("alice has proved by NTLM"));
    CHECK_FALSE(world.decided("ticket"));
    CHECK_FALSE(world.decided("offered"));
}

TEST_CASE("a log-in that waits for its ticket is part of the world: a copy goes on as the first does") {
    MailWorld world(std::string(office) + kdc);
    const Setup& setup = *world.world().setup;
    const std::uint32_t alice = setup.find_person("alice");
    rpc_layer::open(world.run(), setup.people[alice].device, alice, RpcLineKind::store,
                    setup.hosts[world.host("mail")].attachments[0].v4,
                    port_of(world, rpc_layer::store));
    // As many events as it takes until the program waits.
    for (int i = 0; i < 200 && world.world().kerberos.jobs.live() == 0; ++i) world.simulation.step();
    REQUIRE(world.world().kerberos.jobs.live() == 1);
    const auto fork = world.simulation.fork();
    world.run_for(10 * second);
    fork->run_until(world.world().now);
    CHECK(fork->world() == world.world());
    CHECK(world.decided("alice is known without a password, by Kerberos"));
}

TEST_CASE("a server refuses what is no token, what is for others, and whom it has no mailbox of") {
    MailWorld world(std::string(office) + kdc);
    const std::string where = "mail:" + std::to_string(port_of(world, rpc_layer::directory));
    std::uint32_t number = 0;
    const auto refused = [&](rpc::AuthType type, bool has_ticket) {
        RpcCaller caller(world, "bob-pc", ++number);
        caller.interfaces = {nspi::interface};
        caller.host.auth = type;
        caller.host.level = rpc::AuthLevel::privacy;
        caller.work.has_ticket = has_ticket;   // of no KDC: the service's key is another
        caller.work.password = "guessed";
        caller.work.calls = {{0, nspi::bind, ndr::write(nspi::BindIn{})}};
        caller.run(where);
        CHECK(caller.answers.empty());
        REQUIRE(caller.failures.size() == 1);
        return caller.failures[0];
    };
    CHECK(refused(rpc::AuthType::kerberos, true) == "the server refuses the bind");
    CHECK(world.decided("who does not say a name is not let in by Kerberos: KRB_AP_ERR_BAD_INTEGRITY"));
    CHECK(refused(rpc::AuthType::spnego, true) == "the server refuses the bind");
    CHECK_THAT(refused(rpc::AuthType::spnego, false), ContainsSubstring("access denied"));
    CHECK(world.decided("alice and this password do not go together"));
}

TEST_CASE("a realm has a principal for each thing a host with MAPI does") {
    MailWorld world(std::string(office) + kdc);
    const Setup& setup = *world.world().setup;
    REQUIRE(setup.realms.size() == 1);
    for (const char* name : {"exchangeMDB/mail.example.org", "exchangeAB/mail.example.org",
                             "exchangeRFR/mail.example.org"})
        CHECK(setup.realms[0].find(name) != nullptr);
    CHECK(setup.realms[0].find("exchangeMDB/kdc.example.org") == nullptr);
}
