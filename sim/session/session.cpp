// How a machine is driven: input in, effects out, asks answered, words recorded.
#include "sim/session/session.hpp"

#include <algorithm>

#include "protocols/http/client.hpp"
#include "protocols/http/server.hpp"
#include "protocols/pop3/client.hpp"
#include "protocols/pop3/server.hpp"
#include "sim/dns/streams.hpp"
#include "sim/net/attacker.hpp"
#include "sim/net/tcp.hpp"
#include "sim/rpc/rpc.hpp"
#include "sim/session/desk.hpp"
#include "sim/session/secured.hpp"
#include "sim/web/web.hpp"
#include "sim/world/embedder.hpp"
#include "sim/world/outside.hpp"

namespace postroad::sim::session {
namespace {

constexpr Duration handshake_timeout_ns = 60 * second;

// Calls `use` with the machine type of a role. False when the role has no machine.
template <class Use>
bool with_machine(Role role, Use&& use) {
    switch (role) {
        case Role::smtp_server: use.template operator()<smtp::Server>(); return true;
        case Role::smtp_client: use.template operator()<smtp::Client>(); return true;
        case Role::pop3_server: use.template operator()<pop3::Server>(); return true;
        case Role::pop3_client: use.template operator()<pop3::Client>(); return true;
        case Role::imap_server: use.template operator()<imap::Server>(); return true;
        case Role::imap_client: use.template operator()<imap::Client>(); return true;
        case Role::rpc_server: use.template operator()<rpc::Server>(); return true;
        case Role::rpc_client: use.template operator()<rpc::Client>(); return true;
        case Role::http_server: use.template operator()<http::Server>(); return true;
        case Role::http_client: use.template operator()<http::Client>(); return true;
        case Role::dns_server:
        case Role::resolver:
        case Role::stub: use.template operator()<dns::Stream>(); return true;
        case Role::kdc: use.template operator()<kerberos::Stream>(); return true;
        default: return false;
    }
}

void run_machine(Run& run, const Tcb& tcb, Seat<smtp::Server>& seat, const Input& input) {
    smtp::step(seat.machine, input, desk::smtp_server_host(run, tcb), run.fx);
}
void run_machine(Run& run, const Tcb& tcb, Seat<smtp::Client>& seat, const Input& input) {
    smtp::step(seat.machine, input,
               is_embedders(seat.settings) ? run.embedder->client_host()
                                           : desk::smtp_client_host(run, tcb, seat.settings),
               run.fx);
}
void run_machine(Run& run, const Tcb& tcb, Seat<pop3::Server>& seat, const Input& input) {
    pop3::step(seat.machine, input, desk::pop3_server_host(run, tcb), run.fx);
}
void run_machine(Run& run, const Tcb& tcb, Seat<pop3::Client>& seat, const Input& input) {
    pop3::step(seat.machine, input, desk::pop3_client_host(run, tcb, seat.settings), run.fx);
}
void run_machine(Run& run, const Tcb& tcb, Seat<imap::Server>& seat, const Input& input) {
    imap::step(seat.machine, input, desk::imap_server_host(run, tcb), run.fx);
}
void run_machine(Run& run, const Tcb& tcb, Seat<imap::Client>& seat, const Input& input) {
    imap::step(seat.machine, input, desk::imap_client_host(run, tcb, seat.settings), run.fx);
}
void run_machine(Run& run, const Tcb& tcb, Seat<http::Server>& seat, const Input& input) {
    http::step(seat.machine, input, web::server_host(run, tcb), run.fx);
}
void run_machine(Run& run, const Tcb&, Seat<http::Client>& seat, const Input& input) {
    http::step(seat.machine, input, web::client_host(), run.fx);
}
void run_machine(Run& run, const Tcb& tcb, Seat<rpc::Server>& seat, const Input& input) {
    rpc::step(seat.machine, input, rpc_layer::server_host(run, tcb), run.fx);
}
void run_machine(Run& run, const Tcb&, Seat<rpc::Client>& seat, const Input& input) {
    rpc::step(seat.machine, input, rpc_layer::client_host(run, seat.settings), run.fx);
}
void run_machine(Run& run, const Tcb& tcb, Seat<dns::Stream>& seat, const Input& input) {
    dns::step(seat.machine, input, dns_layer::stream_host(tcb), run.fx);
}
void run_machine(Run& run, const Tcb&, Seat<kerberos::Stream>& seat, const Input& input) {
    kerberos::step(seat.machine, input, run.fx);
}

constexpr std::size_t words_octets_max = 60'000;  // a row of the Trace holds 65,528

// What has been said since the last call, `from` words on.
void record_words(Run& run, const Tcb& tcb, bool secured, std::size_t& from) {
    if (!run.trace.wants(Depth::lines)) return;
    const bool initiator = (tcb.flags & tcb_flag::initiator) != 0;
    const auto line = [&](const Said& said, std::string_view octets, bool from_initiator) {
        LineFact fact;
        fact.conversation = tcb.conversation;
        fact.section = said.section;
        fact.octets = said.size;
        fact.code = said.code;
        fact.speech = said.speech;
        fact.from_initiator = from_initiator ? 1 : 0;
        // Content is in the packets and the store; a line is kept whole. Packets of a protected
        // connection do not show it, so that it is kept here, as far as a row has room.
        const bool in_packets = said.speech == Speech::content && !secured;
        const std::size_t kept = in_packets ? 0 : std::min<std::size_t>(said.size, words_octets_max);
        run.record(tcb.node, fact, octets.substr(said.offset, kept));
    };
    for (const Said& said : run.fx.heard) line(said, run.fx.heard_text, !initiator);
    run.fx.heard.clear();
    for (; from < run.fx.said.size(); ++from) line(run.fx.said[from], run.fx.out, initiator);
}

// Who owns a client answers and hears it: the world's desk, or whoever embeds the core.
bool ask_owner(Run& run, std::uint32_t connection, std::uint32_t owner, const Ask& ask,
               Answer& out) {
    return is_embedders(owner) ? run.embedder->ask(run, connection, owner, ask, out)
                               : desk::ask(run, connection, ask, out);
}
void tell_owner(Run& run, std::uint32_t connection, std::uint32_t owner, const Tell& tell,
                std::string_view words) {
    if (is_embedders(owner)) run.embedder->tell(run, owner, tell, words);
    else desk::tell(run, connection, owner, tell, words);
}

// Hearing something may drive another machine, which uses the same effects: so they are set aside.
void pass_on_tells(Run& run, std::uint32_t connection, std::uint32_t owner) {
    std::vector<Tell> tells;
    std::string words;
    tells.swap(run.fx.tells);
    words.swap(run.fx.words);
    for (const Tell& one : tells)
        tell_owner(run, connection, owner, one,
                   std::string_view(words).substr(one.offset, one.size));
    tells.clear();
    tells.swap(run.fx.tells);  // their room is kept for the next step
    words.clear();
    words.swap(run.fx.words);
}

// Octets that no machine has said: a TLS handshake's.
void put_on_wire(Run& run, std::uint32_t connection, std::string_view octets) {
    if (octets.empty()) return;
    const Tcb& tcb = run.world.tcp.tcbs[connection];
    with_machine(tcb.role, [&]<class M>() {
        Seat<M>& seat = run.world.sessions.of<M>().edit(tcb.seat);
        seat.sent_hash = hash_octets(octets, seat.sent_hash);
        seat.sent_octets += static_cast<std::uint32_t>(octets.size());
    });
    tcp::send(run, connection, octets, false);
}

void begin_tls(Run& run, std::uint32_t connection, bool implicit) {
    put_on_wire(run, connection, secured::begin(run, connection, implicit).ciphertext);
}

template <class M>
void drive(Run& run, std::uint32_t connection, Input input) {
    Effects& fx = run.fx;
    POSTROAD_ASSERT(!run.stepping);  // nobody starts a machine from within another one's step
    run.stepping = true;
    fx.clear();
    const Tcb tcb = run.world.tcp.tcbs[connection];
    POSTROAD_ASSERT(tcb.seat != nothing);
    fx.listen_to_heard = (tcb.flags & tcb_flag::outside_peer) != 0;
    const bool secured = secured::is_on(run.world, connection);
    std::uint32_t owner = nothing;
    std::size_t recorded = 0;
    Answer answer;
    // Asks that are answered at once go through the same door as late ones; what is said in
    // between goes out together.
    for (;;) {
        {
            Seat<M>& seat = run.world.sessions.of<M>().edit(tcb.seat);
            owner = seat.settings;
            run_machine(run, tcb, seat, input);
        }
        if (fx.ask.kind == AskKind::none) break;
        const Ask ask = fx.ask;
        fx.ask = {};
        record_words(run, tcb, secured, recorded);
        // What it learnt before it asked comes first: the verdict on one mail before the next.
        if (!fx.tells.empty()) pass_on_tells(run, connection, owner);
        answer = Answer{};
        answer.to = ask.kind;
        if (!ask_owner(run, connection, owner, ask, answer)) break;
        input = {Wake::answer, {}, &answer};
    }
    record_words(run, tcb, secured, recorded);
    run.stepping = false;
    const bool close = fx.close;
    const bool abort = fx.abort;
    const Duration wait = fx.wait_ns;
    const bool start_tls = fx.start_tls;
    if (fx.behind_tls != 0 || fx.tls_remark != TlsRemark::none) secured::remark(run, connection);
    if (secured) secured::seal(run, connection, fx.out, close);
    {
        Seat<M>& seat = run.world.sessions.of<M>().edit(tcb.seat);
        if (wait != 0) seat.deadline = run.now() + wait;
        if (!fx.out.empty()) {
            seat.sent_hash = hash_octets(fx.out, seat.sent_hash);
            seat.sent_octets += static_cast<std::uint32_t>(fx.out.size());
        }
    }
    if (wait != 0) tcp::wake_by(run, connection, run.now() + wait);
    if (!fx.out.empty()) tcp::send(run, connection, fx.out, close);
    else if (close) tcp::close(run, connection);
    if (start_tls && !close) begin_tls(run, connection, false);
    if (!fx.tells.empty()) pass_on_tells(run, connection, owner);
    if (abort && run.world.tcp.tcbs[connection].state != TcpState::closed)
        tcp::abort(run, connection);
}

void wake(Run& run, std::uint32_t connection, const Input& input) {
    const Tcb& tcb = run.world.tcp.tcbs[connection];
    if (tcb.role == Role::outside) {
        const OutsideNews news = input.what == Wake::opened ? OutsideNews::opened
                                 : input.what == Wake::bytes ? OutsideNews::octets
                                                             : OutsideNews::finished;
        outside::heard(run, connection, news, input.bytes);
        return;
    }
    if (tcb.seat == nothing) return;
    if (run.setup().spies && input.what == Wake::bytes && (tcb.flags & tcb_flag::initiator) == 0 &&
        run.host(tcb.node).works_for != nothing)
        attacker::overhear(run, run.host(tcb.node).works_for, tcb.node, tcb.conversation, input.bytes);
    with_machine(tcb.role, [&]<class M>() { drive<M>(run, connection, input); });
}

// What a protected connection brings: at most an answer of the handshake's, the news that it has
// ended, words, and the news that nothing can be understood any more.
void unseal(Run& run, std::uint32_t connection, std::string_view octets) {
    const std::uint32_t generation = run.world.tcp.tcbs[connection].generation;
    const auto lives = [&] { return run.world.tcp.tcbs[connection].generation == generation; };
    const tls::Outcome heard = secured::take(run, connection, octets);
    put_on_wire(run, connection, heard.ciphertext);
    if (heard.up) {
        const bool implicit = secured::is_implicit(run.world, connection);
        wake(run, connection, {Wake::tls_up, {}, nullptr});
        if (implicit && lives()) wake(run, connection, {Wake::opened, {}, nullptr});
    }
    if (!heard.plaintext.empty() && lives())
        wake(run, connection, {Wake::bytes, heard.plaintext, nullptr});
    if (!heard.failure.empty() && lives())
        wake(run, connection, {Wake::closed, heard.failure, nullptr});
}

template <class M>
std::uint32_t take_seat(Run& run, std::uint32_t settings) {
    Table<Seat<M>>& seats = run.world.sessions.of<M>();
    const std::uint32_t id = seats.add();
    Seat<M>& seat = seats.edit(id);
    const std::uint32_t generation = seat.generation;
    seat = Seat<M>{};
    seat.generation = generation;
    seat.settings = settings;
    return id;
}

}  // namespace

void accepted(Run& run, std::uint32_t connection, const ServiceSetup& service) {
    with_machine(service.role, [&]<class M>() {
        const std::uint32_t id = take_seat<M>(run, service.settings);
        run.world.sessions.of<M>().edit(id).connection = connection;
        run.world.tcp.tcbs.edit(connection).seat = id;
    });
    if (service.protection == Protection::from_the_start) {
        // Nobody waits for ever for a client's first word.
        const Time by = run.now() + handshake_timeout_ns;
        with_machine(service.role, [&]<class M>() {
            run.world.sessions.of<M>().edit(run.world.tcp.tcbs[connection].seat).deadline = by;
        });
        tcp::wake_by(run, connection, by);
        begin_tls(run, connection, true);
        return;
    }
    wake(run, connection, {Wake::opened, {}, nullptr});
}

void opened(Run& run, std::uint32_t connection) {
    if (secured::comes_first(run, connection)) begin_tls(run, connection, true);
    else wake(run, connection, {Wake::opened, {}, nullptr});
}

void received(Run& run, std::uint32_t connection, std::string_view octets) {
    if (secured::is_on(run.world, connection)) return unseal(run, connection, octets);
    wake(run, connection, {Wake::bytes, octets, nullptr});
}

void peer_closed(Run& run, std::uint32_t connection) {
    wake(run, connection, {Wake::closed, {}, nullptr});
}

void answer(Run& run, std::uint32_t connection, const Answer& given) {
    wake(run, connection, {Wake::answer, {}, &given});
}

void changed(Run& run, std::uint32_t connection) {
    wake(run, connection, {Wake::changed, {}, nullptr});
}

void ended(Run& run, std::uint32_t connection, Ending how) {
    const Tcb tcb = run.world.tcp.tcbs[connection];
    if (tcb.seat == nothing) return;
    if (tcb.role == Role::outside) {
        const bool initiator = (tcb.flags & tcb_flag::initiator) != 0;
        run.record(tcb.node, EndedFact{tcb.conversation, 0, 0, how,
                                       static_cast<std::uint16_t>(initiator ? 1 : 0)});
        if (how != Ending::closed) outside::heard(run, connection, OutsideNews::broken, {});
        return;
    }
    with_machine(tcb.role, [&]<class M>() {
        if (how != Ending::closed) drive<M>(run, connection, {Wake::closed, {}, nullptr});
        Table<Seat<M>>& seats = run.world.sessions.of<M>();
        const bool initiator = (tcb.flags & tcb_flag::initiator) != 0;
        {
            const Seat<M>& seat = seats[tcb.seat];
            run.record(tcb.node,
                       EndedFact{tcb.conversation, seat.sent_hash, seat.sent_octets, how,
                                 static_cast<std::uint16_t>(initiator ? 1 : 0)});
        }
        const std::uint32_t owner = seats[tcb.seat].settings;
        if (is_embedders(owner)) run.embedder->over(run, owner, how);
        else if (initiator) desk::over(run, connection, owner, how);
        else if (tcb.role == Role::rpc_server) rpc_layer::server_over(run, connection);
        release(seats.edit(tcb.seat).machine, run.world.heap);
        secured::release(run, connection);
        seats.remove(tcb.seat);
        run.world.tcp.tcbs.edit(connection).seat = nothing;
    });
}

Time deadline(const Run& run, std::uint32_t connection) {
    const Tcb& tcb = run.world.tcp.tcbs[connection];
    Time at = never;
    if (tcb.seat == nothing || tcb.role == Role::outside) return at;
    with_machine(tcb.role,
                 [&]<class M>() { at = run.world.sessions.of<M>()[tcb.seat].deadline; });
    return at;
}

void on_deadline(Run& run, std::uint32_t connection) {
    const Tcb& tcb = run.world.tcp.tcbs[connection];
    with_machine(tcb.role, [&]<class M>() {
        run.world.sessions.of<M>().edit(tcb.seat).deadline = never;
    });
    if (tcb.state == TcpState::syn_sent) {  // longer than its owner waits for a connection
        tcp::abort(run, connection, Ending::timed_out);
        return;
    }
    wake(run, connection, {Wake::timer, {}, nullptr});
}

std::uint32_t start_client(Run& run, NodeId host, AddressId target, std::uint16_t port, Role role,
                           std::uint32_t owner, Duration connect_timeout_ns) {
    std::uint32_t connection = nothing;
    with_machine(role, [&]<class M>() {
        const std::uint32_t id = take_seat<M>(run, owner);
        connection = tcp::connect(run, host, target, port, role, id);
        Seat<M>& seat = run.world.sessions.of<M>().edit(id);
        seat.connection = connection;
        seat.deadline = run.now() + connect_timeout_ns;
        tcp::wake_by(run, connection, seat.deadline);
    });
    POSTROAD_ASSERT(connection != nothing);
    return connection;
}

std::uint32_t start_smtp_client(Run& run, NodeId host, AddressId target, std::uint16_t port,
                                std::uint32_t owner) {
    const auto& queue = run.setup().scenario.hosts[run.host(host).scenario_index].queue;
    return start_client(run, host, target, port, Role::smtp_client, owner,
                        queue.connect_timeout.ns);
}

std::uint32_t start_pop3_client(Run& run, NodeId host, AddressId target, std::uint16_t port,
                                std::uint32_t owner) {
    return start_client(run, host, target, port, Role::pop3_client, owner, 60 * second);
}

std::uint32_t start_imap_client(Run& run, NodeId host, AddressId target, std::uint16_t port,
                                std::uint32_t owner) {
    return start_client(run, host, target, port, Role::imap_client, owner, 60 * second);
}

}  // namespace postroad::sim::session
