// The panel Host: state pictures say what the tables say and nothing else; who listens, who is at
// what, and what mailboxes hold.
#include "protocols/imap/server_passages.hpp"
#include "protocols/pop3/server_passages.hpp"
#include "protocols/rpc/server_states.hpp"
#include "protocols/smtp/server_passages.hpp"
#include "tests/view/scene.hpp"
#include "viz/panels/host.hpp"

namespace postroad::viz {
namespace {

// (what, from, to) of a machine, with "end" where the session is over.
using Moves = std::multiset<std::string>;

Moves drawn(const Machine& machine) {
    Moves out;
    const auto add = [&](const std::string& what, std::size_t from, const std::string& to) {
        out.insert(what + ": " + machine.states[from] + " > " + to);
    };
    for (const Machine::Way& way : machine.ways)
        for (const std::string& verb : way.verbs) add(verb, way.from, machine.states[way.to]);
    for (const Machine::Note& note : machine.notes)
        for (const std::string& verb : note.verbs)
            for (std::size_t from = 0; from < machine.states.size(); ++from)
                if (note.from >> from & 1U)
                    add(verb, from,
                        note.kind == Machine::NoteKind::ends    ? "end"
                        : note.kind == Machine::NoteKind::stays ? machine.states[from]
                                                                : machine.states[note.to]);
    return out;
}

template <class State, class Rows>
Moves written(const Rows& rows, std::span<const Passage<State>> passages, std::size_t states) {
    Moves out;
    const auto add = [&](std::string_view what, State from, StateSet<State> to) {
        const std::string begin = std::string(what) + ": " + std::string(name_of(from)) + " > ";
        if (to.bits == 0) out.insert(begin + "end");
        for (std::size_t i = 0; i < states; ++i)
            if (to.has(static_cast<State>(i)))
                out.insert(begin + std::string(name_of(static_cast<State>(i))));
    };
    for (std::size_t i = 0; i < states; ++i) {
        const auto from = static_cast<State>(i);
        for (const auto& row : rows)
            if (row.legal.has(from)) add(row.verb, from, after(row, from, passages));
        for (const Passage<State>& one : passages) {
            bool verb = false;
            for (const auto& row : rows) verb = verb || row.verb == one.what;
            if (!verb && one.from.has(from)) add(one.what, from, one.to);
        }
    }
    return out;
}

template <class State>
struct NoRow {
    std::string_view verb;
    StateSet<State> legal, leads_to;
};

constexpr auto everything = [](const auto&) { return true; };

NodeId host_named(const sim::Setup& setup, std::string_view name) {
    for (std::size_t i = 0; i < setup.hosts.size(); ++i)
        if (setup.hosts[i].name == name) return static_cast<NodeId>(i);
    FAIL("no such host: " << name);
    return 0;
}

}  // namespace

TEST_CASE("each way and each note of a state picture is the tables', and all of theirs is there") {
    const auto check = [](const auto& machine, const Moves& all) {
        CHECK(drawn(machine) == all);
        CHECK(std::popcount(machine.reached) == static_cast<int>(machine.states.size()));
        CHECK(all.size() > 15);
    };
    check(machine_of<smtp::ServerState>(smtp::server_rows(), smtp::server_passages(), everything),
          written<smtp::ServerState>(smtp::server_rows(), smtp::server_passages(), 6));
    check(machine_of<pop3::ServerState>(pop3::server_rows(), pop3::server_passages(), everything),
          written<pop3::ServerState>(pop3::server_rows(), pop3::server_passages(), 5));
    check(machine_of<imap::ServerState>(imap::server_rows(), imap::server_passages(), everything),
          written<imap::ServerState>(imap::server_rows(), imap::server_passages(), 6));
    check(machine_of<rpc::ServerState>(rpc::server_passages()),
          written<rpc::ServerState>(std::span<const NoRow<rpc::ServerState>>(), rpc::server_passages(), 5));
}

TEST_CASE("POP3's QUIT leads to update from transaction alone, and AUTH has its ways out") {
    const Machine machine =
        machine_of<pop3::ServerState>(pop3::server_rows(), pop3::server_passages(), everything);
    const Moves all = drawn(machine);
    std::vector<std::string> quits, out_of_auth;
    for (const std::string& one : all) {
        if (one.starts_with("QUIT: ")) quits.push_back(one.substr(6));
        if (one.find(": auth > ") != one.npos) out_of_auth.push_back(one);
    }
    CHECK(quits == std::vector<std::string>{"authorization > end", "named > end", "transaction > update"});
    CHECK(out_of_auth == std::vector<std::string>{"refusal: auth > authorization",
                                                  "response: auth > auth", "silence: auth > end",
                                                  "success: auth > transaction"});
    const auto words = sentences_of(machine);
    REQUIRE(words.size() == 2);
    CHECK(words[0] == "the session ends from authorization, named: QUIT; from update: the answer to "
                      "QUIT; from any state: silence");
    CHECK(words[1].find("in transaction: STAT, LIST, RETR, DELE, NOOP, RSET, TOP, UIDL") !=
          words[1].npos);
}

TEST_CASE("a picture has the verbs of its host: what is not offered is not drawn, nor where it leads") {
    const Machine plain = machine_of<smtp::ServerState>(
        smtp::server_rows(), smtp::server_passages(), [](const smtp::ServerRow& row) {
            return smtp::offers(smtp::ServerHost{}, row);
        });
    smtp::ServerHost lmtp_host;
    lmtp_host.lmtp = lmtp_host.offers_auth = true;
    const Machine lmtp = machine_of<smtp::ServerState>(
        smtp::server_rows(), smtp::server_passages(),
        [&](const smtp::ServerRow& row) { return smtp::offers(lmtp_host, row); });
    const auto has = [](const Machine& machine, const std::string& verb) {
        const Moves all = drawn(machine);
        return std::any_of(all.begin(), all.end(),
                           [&](const std::string& one) { return one.starts_with(verb + ": "); });
    };
    CHECK(has(plain, "EHLO"));
    CHECK(has(plain, "HELO"));
    CHECK_FALSE(has(plain, "LHLO"));
    CHECK_FALSE(has(plain, "AUTH"));
    CHECK_FALSE(has(plain, "response"));
    CHECK((plain.reached >> static_cast<unsigned>(smtp::ServerState::auth) & 1U) == 0);
    CHECK(has(lmtp, "LHLO"));
    CHECK_FALSE(has(lmtp, "EHLO"));
    CHECK_FALSE(has(lmtp, "HELO"));
    CHECK((lmtp.reached >> static_cast<unsigned>(smtp::ServerState::auth) & 1U) == 1);
}

TEST_CASE("what is stopped is said not to run, what runs listens, and nothing does while it is down") {
    Scene scene("11-pop3-or-imap");
    View& view = scene.app.view();
    const NodeId mail = host_named(view.player.setup(), "mail");
    sim::World world = view.player.world();
    const auto words = [&] {
        const Ports all = ports_of(world, mail);
        return all.listening + " | " + all.stopped;
    };
    CHECK(words() == "listens at 25 SMTP, 53 DNS | not running: 587 submission, 110 POP3, 143 IMAP");
    const auto& services = world.setup->hosts[mail].services;
    for (std::size_t i = 0; i < services.size(); ++i)
        if (services[i].port == 143) world.tcp.hosts.edit(mail).stopped_services &= ~(1U << i);
    CHECK(words() == "listens at 25 SMTP, 143 IMAP, 53 DNS | not running: 587 submission, 110 POP3");
    world.tcp.hosts.edit(mail).down = 1;
    CHECK(words() == " | not running: 25 SMTP, 587 submission, 110 POP3, 143 IMAP, 53 DNS");
}

TEST_CASE("a host that takes mail by LMTP has that machine, and says so") {
    Scene scene("12-collect-elsewhere");
    const sim::World& world = scene.app.view().player.world();
    const NodeId office = host_named(*world.setup, "office");
    CHECK(ports_of(world, office).listening == "listens at 24 LMTP, 110 POP3, 53 DNS");
    const auto machines = machines_of(world, office);
    REQUIRE(machines.size() == 2);
    CHECK(std::string(machines[0].title).starts_with("LMTP server"));
    CHECK(std::string(machines[1].title).starts_with("POP3 server"));
}

TEST_CASE("every state that a connection comes to is lit, and both its ends say where they are") {
    std::set<std::string> servers, clients;
    for (const char* const lab : {"00-first-message", "11-pop3-or-imap/solution", "12-collect-elsewhere/solution",
                                "13-outlook-and-135/solution"}) {
        Scene scene(lab);
        Player& player = scene.app.view().player;
        for (std::size_t i = 0; i < run_of(lab).entries.size(); i += 3) {
            player.go_to_entry(i);
            const sim::World& world = player.world();
            std::map<NodeId, unsigned> told;
            for (std::uint32_t t = 0; t < world.tcp.tcbs.size(); ++t) {
                const sim::Tcb& tcb = world.tcp.tcbs[t];
                if (tcb.conversation == 0 || tcb.state == sim::TcpState::closed) continue;
                const std::string word = state_word(world, tcb);
                if (word.empty()) continue;
                if (word.starts_with("client: ")) {
                    clients.insert(word.substr(8));
                } else {
                    servers.insert(word);
                    ++told[tcb.node];
                }
            }
            for (const auto& [host, count] : told) {
                unsigned lit = 0;
                for (const TitledMachine& one : machines_of(world, host))
                    for (std::size_t s = 0; s < one.machine.states.size(); ++s) {
                        lit += one.machine.sessions[s];
                        if (one.machine.sessions[s] != 0) CHECK((one.machine.reached >> s & 1U) == 1);
                    }
                CHECK(lit == count);
            }
        }
    }
    std::string all;
    for (const std::string& one : servers) all += one + ", ";
    for (const std::string& one : clients) all += "client: " + one + ", ";
    INFO(all);
    for (const char* const one : {"connected", "ready", "transaction", "selected", "logging in",
                                "authenticated"})
        CHECK(servers.count(one) == 1);
    for (const char* const one : {"greeting", "mail", "retr", "select"}) CHECK(clients.count(one) == 1);
}

TEST_CASE("an RPC connection goes from state to state as its table says") {
    const std::string lab = "13-outlook-and-135/solution";
    Scene scene(lab);
    Player& player = scene.app.view().player;
    std::map<std::uint64_t, rpc::ServerState> before;  // by conversation
    unsigned moves = 0;
    for (std::size_t i = 0; i < run_of(lab).entries.size(); ++i) {
        player.go_to_entry(i);
        const sim::World& world = player.world();
        for (std::uint32_t t = 0; t < world.tcp.tcbs.size(); ++t) {
            const sim::Tcb& tcb = world.tcp.tcbs[t];
            if (tcb.conversation == 0 || tcb.role != sim::Role::rpc_server || tcb.seat == sim::nothing)
                continue;
            const rpc::ServerState now =
                rpc::state_of(world.sessions.of<rpc::Server>()[tcb.seat].machine);
            const auto [at, fresh] = before.try_emplace(tcb.conversation, now);
            if (fresh || at->second == now) continue;
            bool allowed = false;
            for (const auto& one : rpc::server_passages())
                allowed = allowed || (one.from.has(at->second) && one.to.has(now));
            INFO(rpc::name_of(at->second) << " > " << rpc::name_of(now));
            CHECK(allowed);
            at->second = now;
            ++moves;
        }
    }
    CHECK(moves >= 4);
}

TEST_CASE("folders, flags and those who have a mailbox open are told") {
    const std::string lab = "11-pop3-or-imap/solution";
    Scene scene(lab);
    View& view = scene.app.view();
    std::set<std::string> words, flags;
    bool empty = false, open = false, unseen = false;
    for (std::size_t i = 0; i < run_of(lab).entries.size(); i += 3) {
        view.player.go_to_entry(i);
        const sim::World& world = view.player.world();
        for (std::uint32_t b = 0; b < world.mail.mailboxes.size(); ++b)
            for (const std::uint32_t f : folders_of(world, world.mail.mailboxes[b])) {
                const sim::Folder& folder = world.mail.folders[f];
                const std::string text = folder_words(world, run_of(lab).index(), f);
                empty = empty || text.ends_with("   empty");
                open = open || text.find(", open in connection ") != text.npos;
                unseen = unseen || text.find("1 message, 1 unseen") != text.npos;
                for (std::uint32_t s = folder.first; s != sim::nothing; s = world.mail.stored[s].next)
                    flags.insert(flags_of(world, world.mail.stored[s]));
            }
    }
    std::string all;
    for (const std::string& one : flags) all += "'" + one + "' ";
    INFO(all);
    CHECK(empty);
    CHECK(open);
    CHECK(unseen);
    CHECK(flags.count("\\Seen \\Answered") == 1);
    CHECK(flags.count("") == 1);
}

TEST_CASE("keywords, a quota and a session that holds a mailbox are told") {
    const std::string lab = "11-pop3-or-imap";
    Scene scene(lab);
    Player& player = scene.app.view().player;
    player.go_to_end();
    sim::World world = player.world();
    std::uint32_t bob = 0;
    while (world.setup->people[bob].name != "bob") ++bob;
    const auto words = [&] { return mailbox_words(world, run_of(lab).index(), bob); };
    const std::string plain = "bob@example.org   2 messages, 1079";
    CHECK(words() == plain + " octets");
    auto setup = std::make_shared<sim::Setup>(*world.setup);
    setup->scenario.people[setup->people[bob].scenario_index].quota = scenario::Size{5000};
    world.setup = setup;
    world.mail.mailboxes.edit(bob).session = sim::nothing - 1;  // a connection that is over
    CHECK(words() == plain + " of 5000 octets, in use by a session");

    const std::uint32_t inbox = world.mail.mailboxes[bob].inbox;
    const std::uint32_t letter = world.mail.folders[inbox].first;
    const std::uint32_t details = world.mail.folder_details.add();
    world.heap.assign(world.mail.folder_details.edit(details).keywords, "$Forwarded $Junk");
    world.mail.folders.edit(inbox).details = details;
    world.mail.stored.edit(letter).flags |= 2U << sim::mail_flag::keyword_shift | sim::mail_flag::flagged;
    CHECK(flags_of(world, world.mail.stored[letter]) == "\\Flagged $Junk");
}

}  // namespace postroad::viz
