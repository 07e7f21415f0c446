// Endpoints begin, are fed and end; the Trace hears of what they agreed on and of certificates.
#include "sim/session/secured.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "sim/scenario/values.hpp"
#include "sim/session/desk.hpp"
#include "sim/tls/configuration.hpp"
#include "sim/tls/dane.hpp"
#include "sim/world/embedder.hpp"

namespace postroad::sim::secured {
namespace {

// RFC 8314 §3.2 and §3.3: at these ports TLS comes first.
constexpr std::uint16_t submissions_port = 465, imaps_port = 993, pop3s_port = 995,
                        https_port = 443;

tls::Engine& engine(Run& run) {
    if (!run.tls) run.tls = std::make_shared<tls::Engine>();
    return *run.tls;
}

std::uint32_t endpoint_of(const World& world, std::uint32_t connection) {
    return world.tls.of_connection[connection] - 1;
}

std::uint32_t owner_of(const Run& run, const Tcb& tcb) {
    const SessionTables& sessions = run.world.sessions;
    switch (tcb.role) {
        case Role::http_client: return sessions.of<http::Client>()[tcb.seat].settings;
        case Role::pop3_client: return sessions.of<pop3::Client>()[tcb.seat].settings;
        case Role::imap_client: return sessions.of<imap::Client>()[tcb.seat].settings;
        default: return sessions.of<smtp::Client>()[tcb.seat].settings;
    }
}

TlsPolicy policy_of(const Run& run, const Tcb& tcb, std::uint32_t owner) {
    if (tcb.role == Role::http_client) return TlsPolicy::verified;  // RFC 9110 §4.3.4
    if (tcb.role == Role::pop3_client) return desk::pop3_client_host(run, tcb, owner).tls;
    if (tcb.role == Role::imap_client) return desk::imap_client_host(run, tcb, owner).tls;
    if (is_embedders(owner)) return run.embedder->client_host().tls;
    return desk::smtp_client_host(run, tcb, owner).tls;
}

// The place of a configuration's text; there are few, and they stay.
std::uint32_t keep_configuration(World& world, const std::string& text) {
    List<Text>& kept = world.tls.configurations;
    for (std::uint32_t i = 0; i < kept.size(); ++i)
        if (world.heap.view(world.heap.get(kept, i)) == text) return i;
    const Text made = world.heap.make(text);
    world.heap.push(kept, made);
    return kept.size() - 1;
}

std::string date_words(std::int64_t unix_s) { return scenario::to_text(scenario::Instant{unix_s}); }

Reason reason_of(tls::Fault fault) {
    switch (fault) {
        case tls::Fault::none: return Reason::tls_verified;
        case tls::Fault::wrong_name: return Reason::tls_wrong_name;
        case tls::Fault::expired: return Reason::tls_expired;
        case tls::Fault::not_yet_valid: return Reason::tls_not_yet_valid;
        case tls::Fault::unknown_issuer: return Reason::tls_unknown_issuer;
        case tls::Fault::self_signed: return Reason::tls_self_signed;
        case tls::Fault::revoked: return Reason::tls_revoked;
        case tls::Fault::old_status: return Reason::tls_old_status;
        case tls::Fault::other: break;
    }
    return Reason::tls_not_verified;
}

// Records why and gives the sentence, for whoever has to tell it on.
template <class... Words>
std::string tell(Run& run, const TlsEndpoint& one, NodeId node, Reason reason,
                 const Words&... words) {
    run.decide(node, one.conversation, reason, words...);
    Arguments kept;
    (kept.text(words), ...);
    return sentence(reason, kept.octets());
}

// What a client found in the certificate it was shown, with both names or both dates.
std::string tell_judgement(Run& run, const TlsEndpoint& one, NodeId node,
                           const tls::Judgement& found) {
    const Reason reason = reason_of(found.fault);
    const std::string wanted(run.world.heap.view(one.server_name));
    const auto say = [&](const auto&... words) {
        return tell(run, one, node, reason, found.names, words...);
    };
    switch (found.fault) {
        case tls::Fault::none: return say(wanted, found.issuer);
        case tls::Fault::wrong_name: return say(wanted);
        case tls::Fault::expired:
            return say(date_words(found.until_unix_s), date_words(one.begun_unix_s));
        case tls::Fault::not_yet_valid:
            return say(date_words(found.from_unix_s), date_words(one.begun_unix_s));
        case tls::Fault::self_signed:
        case tls::Fault::old_status: return say();
        case tls::Fault::unknown_issuer:
        case tls::Fault::revoked: return say(found.issuer);
        case tls::Fault::other: break;
    }
    return say(std::string(tls::name_of(found.fault)));
}

// The TLSA records that the peer of a client is held against; mostly none.
std::string_view records_for(const Run& run, const TlsEndpoint& one) {
    const Tcb& tcb = run.world.tcp.tcbs[one.connection];
    if (one.server || tcb.role != Role::smtp_client) return {};
    const std::uint32_t owner = owner_of(run, tcb);
    return is_embedders(owner) ? std::string_view{} : desk::tlsa_records(run, tcb, owner);
}

tls::DaneVerdict judge_by(const Run& run, const TlsEndpoint& one, std::string_view records,
                          const tls::Outcome& heard) {
    const Tcb& tcb = run.world.tcp.tcbs[one.connection];
    return tls::judge(heard.chain, tls::unpack(records),
                      desk::reference_names(run, owner_of(run, tcb)), one.begun_unix_s);
}

// RFC 7671 §5: says what the records and the chain have to do with each other.
std::string tell_dane(Run& run, const TlsEndpoint& one, NodeId node, std::string_view records,
                      const tls::DaneVerdict& found) {
    const std::string wanted(run.world.heap.view(one.server_name));
    const auto say = [&](Reason reason, const auto&... words) {
        return tell(run, one, node, reason, words...);
    };
    switch (found.fault) {
        case tls::DaneFault::none:
            return say(Reason::dane_verified, found.record, found.matched, wanted);
        case tls::DaneFault::wrong_name:
            return say(Reason::dane_wrong_name, found.record, found.names, wanted);
        case tls::DaneFault::bad_chain:
            return say(Reason::dane_bad_chain, found.record, found.words);
        case tls::DaneFault::no_match: break;
    }
    return say(Reason::dane_mismatch, std::to_string(tls::unpack(records).size()), wanted,
               found.names);
}

bool is_member(const Run& run, const TlsEndpoint& one, const TlsSetup& setup) {
    const std::string_view name = run.world.heap.view(one.server_name);
    return std::any_of(setup.members.begin(), setup.members.end(), [&](const std::string& member) {
        return equals_ignoring_case(member, name);
    });
}

// What a server makes of who its client says it is.
void tell_client(Run& run, const TlsEndpoint& one, NodeId node, const tls::Outcome& heard) {
    const tls::Judgement& found = heard.judgement;
    if (!heard.judged) {
        if (heard.asked_client && !heard.resumed)
            run.decide(node, one.conversation, Reason::tls_client_unknown);
    } else if (found.fault == tls::Fault::none) {
        run.decide(node, one.conversation, Reason::tls_client_verified, found.names, found.issuer);
    } else {
        run.decide(node, one.conversation, Reason::tls_client_refused, found.names,
                   tls::name_of(found.fault));
    }
}

// ---- Sessions that a client may resume ----

// The newest one with this server, made under the same settings; it is used once.
Text take_session(World& world, NodeId node, const TlsEndpoint& one) {
    if (node >= world.tls.sessions.size()) return {};
    List<TlsSession>& kept = world.tls.sessions.edit(node);
    List<TlsSession> rest;
    Text out;
    for (std::uint32_t i = kept.size(); i-- > 0;) {
        TlsSession session = world.heap.get(kept, i);
        const bool over = session.until_unix_s < one.begun_unix_s;
        const bool fits = !over && out.empty() && session.configuration == one.configuration &&
                          world.heap.view(session.server_name) == world.heap.view(one.server_name);
        if (fits) out = session.der;
        else if (over) world.heap.drop(session.der);
        if (fits || over) world.heap.drop(session.server_name);
        else world.heap.push(rest, session);
    }
    world.heap.drop(kept);
    for (std::uint32_t i = rest.size(); i-- > 0;)  // in the order in which they came
        world.heap.push(kept, world.heap.get(rest, i));
    world.heap.drop(rest);
    return out;
}

void keep_session(World& world, NodeId node, const TlsEndpoint& one, std::string_view der) {
    if (node >= world.tls.sessions.size()) world.tls.sessions.resize(node + 1);
    List<TlsSession>& kept = world.tls.sessions.edit(node);
    if (kept.size() >= tls_sessions_max) {
        TlsSession oldest = world.heap.get(kept, 0);
        world.heap.drop(oldest.server_name);
        world.heap.drop(oldest.der);
        world.heap.remove_prefix(kept.bytes, sizeof(TlsSession));
    }
    TlsSession session;
    session.configuration = one.configuration;
    session.until_unix_s = one.begun_unix_s + tls::session_life_s;
    session.server_name = world.heap.share(one.server_name);
    session.der = world.heap.make(der);
    world.heap.push(kept, session);
}

void record(Run& run, const TlsEndpoint& one, NodeId node, const tls::Outcome& heard) {
    TlsFact fact;
    fact.conversation = one.conversation;
    fact.version = heard.version;
    fact.initiator = one.server ? 0 : 1;
    fact.fault = static_cast<std::uint8_t>(heard.judgement.fault);
    fact.modelled_us = heard.modelled_us;
    run.record(node, fact, heard.suite + '\n' + heard.server_name + '\n',
               heard.judgement.names + '\n' + heard.judgement.issuer);
}

tls::Outcome put(Run& run, std::uint32_t id, TlsInput input, std::string_view octets) {
    World& world = run.world;
    return engine(run).put(world.tls, world.heap, world.seed, id, input, octets);
}

// The handshake is over and has proved nothing yet: the endpoint judges no chain by itself here.
void hold_against(Run& run, std::uint32_t id, NodeId node, std::string_view records,
                  tls::Outcome& heard) {
    const TlsEndpoint one = run.world.tls.endpoints[id];
    const tls::DaneVerdict found = judge_by(run, one, records, heard);
    heard.judgement.fault =
        found.fault == tls::DaneFault::none ? tls::Fault::none : tls::Fault::other;
    record(run, one, node, heard);
    run.decide(node, one.conversation, Reason::tls_up, heard.version_name, heard.suite);
    const std::string words = tell_dane(run, one, node, records, found);
    const Tcb tcb = run.world.tcp.tcbs[one.connection];
    desk::judged(run, tcb, owner_of(run, tcb), heard.judgement.fault);
    if (found.fault == tls::DaneFault::none) return;
    run.decide(node, one.conversation, Reason::tls_refused);
    heard.ciphertext += put(run, id, TlsInput::shutdown, {}).ciphertext;
    heard.up = false;
    heard.plaintext.clear();
    heard.failure = words;
    run.world.tls.endpoints.edit(id).phase = TlsPhase::failed;
}

void note(Run& run, std::uint32_t id, tls::Outcome& heard) {
    const TlsEndpoint one = run.world.tls.endpoints[id];
    const NodeId node = run.world.tcp.tcbs[one.connection].node;
    if (!one.server)
        for (const std::string& line : heard.secrets)
            run.record(node, SecretFact{one.conversation}, line);
    const bool failed = !heard.failure.empty();
    if (!one.server)
        for (const std::string& der : heard.sessions) keep_session(run.world, node, one, der);
    if (!heard.up && !failed) return;
    run.world.tls.endpoints.edit(id).phase = failed ? TlsPhase::failed : TlsPhase::open;
    if (heard.up)
        if (const std::string records(records_for(run, one)); !records.empty())
            return hold_against(run, id, node, records, heard);
    if (heard.up || one.phase == TlsPhase::handshake) record(run, one, node, heard);
    if (failed) run.decide(node, one.conversation, Reason::tls_failed, heard.failure);
    if (one.server) return tell_client(run, one, node, heard);
    if (heard.up)
        run.decide(node, one.conversation, Reason::tls_up, heard.version_name, heard.suite);
    if (heard.resumed) {  // judged when it was new
        run.decide(node, one.conversation, Reason::tls_resumed, heard.server_name);
        const Tcb tcb = run.world.tcp.tcbs[one.connection];
        desk::judged(run, tcb, owner_of(run, tcb), tls::Fault::none);
    }
    if (!heard.judged || one.phase != TlsPhase::handshake) return;
    std::string words = tell_judgement(run, one, node, heard.judgement);
    if (heard.judgement.status == tls::Status::missing)
        run.decide(node, one.conversation, Reason::tls_status_missing, heard.judgement.names);
    if (heard.judgement.status == tls::Status::good)
        run.decide(node, one.conversation, Reason::tls_status_good, heard.judgement.names,
                   heard.judgement.issuer);
    const Tcb tcb = run.world.tcp.tcbs[one.connection];
    desk::judged(run, tcb, owner_of(run, tcb), heard.judgement.fault);
    if (heard.judgement.fault == tls::Fault::none) return;
    run.decide(node, one.conversation, failed ? Reason::tls_refused : Reason::tls_unjudged);
    if (failed) heard.failure = std::move(words);  // what is wrong says more than that it failed
}

}  // namespace

bool is_implicit(const World& world, std::uint32_t connection) {
    return world.tls.endpoints[endpoint_of(world, connection)].implicit != 0;
}

bool is_broken(const World& world, std::uint32_t connection) {
    return is_on(world, connection) &&
           world.tls.endpoints[endpoint_of(world, connection)].phase != TlsPhase::open;
}

bool comes_first(const Run& run, std::uint32_t connection) {
    const Tcb& tcb = run.world.tcp.tcbs[connection];
    return (tcb.role == Role::smtp_client && tcb.remote_port == submissions_port) ||
           (tcb.role == Role::http_client && tcb.remote_port == https_port) ||
           (tcb.role == Role::imap_client && tcb.remote_port == imaps_port) ||
           (tcb.role == Role::pop3_client && tcb.remote_port == pop3s_port);
}

tls::Outcome begin(Run& run, std::uint32_t connection, bool implicit) {
    World& world = run.world;
    const Tcb tcb = world.tcp.tcbs[connection];
    const bool server = (tcb.flags & tcb_flag::initiator) == 0;
    const TlsSetup& setup = run.host(tcb.node).tls;
    const std::uint32_t id = world.tls.endpoints.add();
    TlsEndpoint made;
    made.connection = connection;
    made.generation = world.tls.endpoints[id].generation;
    made.conversation = tcb.conversation;
    made.begun_unix_s = run.unix_s();
    made.server = server ? 1 : 0;
    made.implicit = implicit ? 1 : 0;
    made.modelled = run.setup().scenario.tls == scenario::TlsKind::modelled ? 1 : 0;
    if (server) {
        POSTROAD_ASSERT(!setup.server.empty());
        made.configuration = keep_configuration(world, setup.server);
    } else {
        const std::uint32_t owner = owner_of(run, tcb);
        const bool verifies = policy_of(run, tcb, owner) == TlsPolicy::verified;
        if (!is_embedders(owner))
            made.server_name = world.heap.make(desk::tls_server_name(run, tcb, owner));
        const bool member = tcb.role == Role::smtp_client && is_member(run, made, setup);
        if (member)
            run.decide(tcb.node, tcb.conversation, Reason::tls_member,
                       world.heap.view(made.server_name));
        made.configuration = keep_configuration(
            world, member ? setup.member_client : verifies ? setup.verifying_client : setup.client);
    }
    world.tls.endpoints.edit(id) = made;
    if (connection >= world.tls.of_connection.size())
        world.tls.of_connection.resize(connection + 1);
    world.tls.of_connection.edit(connection) = id + 1;
    // Who holds a server against its TLSA records wants to see its chain each time.
    if (!server && records_for(run, made).empty()) {
        const Text session = take_session(world, tcb.node, made);
        if (!session.empty()) {
            const ScopedText owned(world.heap, session);
            put(run, id, TlsInput::resume, owned.view());
        }
    }
    tls::Outcome said = put(run, id, TlsInput::begin, {});
    note(run, id, said);
    return said;
}

tls::Outcome take(Run& run, std::uint32_t connection, std::string_view octets) {
    const std::uint32_t id = endpoint_of(run.world, connection);
    if (run.world.tls.endpoints[id].phase == TlsPhase::failed) return {};
    tls::Outcome heard = put(run, id, TlsInput::ciphertext, octets);
    note(run, id, heard);
    return heard;
}

void seal(Run& run, std::uint32_t connection, std::string& words, bool last) {
    const std::uint32_t id = endpoint_of(run.world, connection);
    const TlsEndpoint& one = run.world.tls.endpoints[id];
    if (one.phase != TlsPhase::open || one.closed) return words.clear();
    std::string sealed;
    if (!words.empty()) sealed = put(run, id, TlsInput::plaintext, words).ciphertext;
    if (last) {
        run.world.tls.endpoints.edit(id).closed = 1;
        sealed += put(run, id, TlsInput::shutdown, {}).ciphertext;
    }
    words = sealed;
}

void remark(Run& run, std::uint32_t connection) {
    const Tcb tcb = run.world.tcp.tcbs[connection];
    const auto decide = [&](Reason reason, auto... words) {
        run.decide(tcb.node, tcb.conversation, reason, words...);
    };
    if (run.fx.tls_remark == TlsRemark::goes_on_without) decide(Reason::tls_missing_goes_on);
    if (run.fx.tls_remark == TlsRemark::ends_without) decide(Reason::tls_missing_ends);
    if (run.fx.behind_tls == 0) return;
    const bool kept = tcb.role == Role::pop3_server
                          ? desk::pop3_server_host(run, tcb).keeps_behind_tls
                      : tcb.role == Role::imap_server
                          ? desk::imap_server_host(run, tcb).keeps_behind_tls
                          : desk::smtp_server_host(run, tcb).keeps_behind_tls;
    decide(kept ? Reason::tls_injection_kept : Reason::tls_injection_dropped, run.fx.behind_tls);
}

std::string vouched_peer(Run& run, std::uint32_t connection) {
    if (!is_on(run.world, connection)) return {};
    const std::uint32_t id = endpoint_of(run.world, connection);
    const TlsEndpoint& one = run.world.tls.endpoints[id];
    if (one.phase != TlsPhase::open || one.modelled) return {};
    return engine(run).vouched_peer(run.world.tls, run.world.heap, run.world.seed, id);
}

std::vector<sasl::Binding> bindings(Run& run, std::uint32_t connection) {
    if (!is_on(run.world, connection)) return {};
    const std::uint32_t id = endpoint_of(run.world, connection);
    const TlsEndpoint& one = run.world.tls.endpoints[id];
    if (one.phase != TlsPhase::open) return {};
    // A modelled session has no keys to export: its conversation stands for them.
    if (one.modelled)
        return {{"tls-exporter", "modelled session " + std::to_string(one.conversation)}};
    return engine(run).bindings(run.world.tls, run.world.heap, run.world.seed, id);
}

void release(Run& run, std::uint32_t connection) {
    World& world = run.world;
    if (!is_on(world, connection)) return;
    const std::uint32_t id = endpoint_of(world, connection);
    world.tls.of_connection.edit(connection) = 0;
    TlsEndpoint& one = world.tls.endpoints.edit(id);
    for (std::uint32_t i = 0; i < one.log.size(); ++i) {
        Text octets = world.heap.get(one.log, i).octets;
        world.heap.drop(octets);
    }
    world.heap.drop(one.log);
    world.heap.drop(one.server_name);
    world.heap.drop(one.pending);
    world.tls.endpoints.remove(id);
    if (run.tls) run.tls->forget(id);
}

}  // namespace postroad::sim::secured
