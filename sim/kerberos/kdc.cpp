// The KDC's clock is the world's, its chance the host's own stream, its memory the replay cache.
#include "sim/kerberos/kdc.hpp"

#include "protocols/message/date.hpp"
#include "sim/kerberos/realm.hpp"
#include "sim/net/network.hpp"

namespace postroad::sim::kerberos_layer {
namespace {

KerberosHost& kerberos_host(Run& run, NodeId host) {
    Pages<KerberosHost>& hosts = run.world.kerberos.hosts;
    while (hosts.size() <= host) hosts.append(KerberosHost{});
    return hosts.edit(host);
}

void forget_oldest(Run& run, NodeId host) {
    KerberosTables& tables = run.world.kerberos;
    KerberosHost& state = kerberos_host(run, host);
    const std::uint32_t id = state.oldest;
    state.oldest = tables.seen[id].newer;
    if (state.oldest == nothing) state.newest = nothing;
    tables.seen_by_hash.erase(tables.seen[id].hash, id);
    tables.seen.remove(id);
}

// RFC 4120 §3.2.3: kept as long as its time stamp could still be taken.
bool seen_before(Run& run, NodeId host, std::string_view words, Duration skew) {
    KerberosTables& tables = run.world.kerberos;
    while (kerberos_host(run, host).oldest != nothing &&
           tables.seen[kerberos_host(run, host).oldest].until < run.now())
        forget_oldest(run, host);
    const std::uint64_t hash = hash_octets(words, mix64(host));
    const std::uint32_t known = tables.seen_by_hash.find(hash, [&](std::uint32_t id) {
        return tables.seen[id].host == host && tables.seen[id].hash == hash;
    });
    if (known != nothing) return true;
    const std::uint32_t id = tables.seen.add();
    SeenAuthenticator& fresh = tables.seen.edit(id);
    fresh.host = host;
    fresh.hash = hash;
    fresh.until = run.now() + 2 * skew;
    fresh.newer = nothing;
    tables.seen_by_hash.insert(hash, id);
    KerberosHost& state = kerberos_host(run, host);
    if (state.newest == nothing) state.oldest = id;
    else tables.seen.edit(state.newest).newer = id;
    state.newest = id;
    return false;
}

std::string when(std::int64_t unix_s) {
    message::DateTime time;
    time.unix_s = unix_s;
    char text[40];
    return {text, message::format_rfc3339(time, text)};
}

void explain(Run& run, NodeId host, Id conversation, const kerberos::Served& served) {
    using kerberos::ErrorCode;
    if (served.asked == 0) {
        run.decide(host, conversation, Reason::kdc_not_understood);
    } else if (served.error == ErrorCode::none && served.asked == kerberos::as_req) {
        run.decide(host, conversation, Reason::kdc_knows, served.client, served.server,
                   when(served.until));
    } else if (served.error == ErrorCode::none) {
        run.decide(host, conversation, Reason::kdc_ticket, served.client, served.server,
                   when(served.until));
    } else if (served.error == ErrorCode::preauth_required) {
        run.decide(host, conversation, Reason::kdc_preauth_required, served.client);
    } else {
        run.decide(host, conversation, Reason::kdc_refused,
                   served.client.empty() ? std::string("somebody") : served.client, served.server,
                   kerberos::name_of(served.error));
    }
}

std::string serve(Run& run, NodeId host, Id conversation, std::string_view request) {
    const KdcSetup& setup = run.host(host).kdc;
    if (setup.realm == nothing) return {};
    kerberos::KdcSettings settings;
    settings.realm = run.setup().realms[setup.realm].name;
    settings.lifetime_s = setup.lifetime_s;
    settings.renewable_s = setup.renewable_s;
    settings.skew_s = setup.skew_s;
    const kerberos::Moment now{run.unix_s(),
                               static_cast<std::int32_t>(run.now() % second / 1000)};
    const std::string chance = octets_from(run.draw(host, Purpose::mail), 64);
    const kerberos::Drawn drawn{chance.substr(0, 32), chance.substr(32, 16), chance.substr(48)};
    const Realm realm(run.setup().realms[setup.realm], run.world.seed);
    const kerberos::Served served =
        kerberos::answer(realm, settings, request, now, drawn, [&](std::string_view words) {
            return seen_before(run, host, words,
                               static_cast<Duration>(settings.skew_s) * second);
        });
    explain(run, host, conversation, served);
    return served.reply;
}

}  // namespace

void request_arrived(Run& run, NodeId host, const Segment& segment, std::string_view request) {
    const std::string reply = serve(run, host, segment.conversation, request);
    if (reply.empty()) return;
    net_layer::send_datagram(run, host, segment.target, kdc_port, segment.source,
                             segment.source_port, reply, segment.conversation);
}

void stream_ask(Run& run, std::uint32_t connection, const Ask& ask, Answer& out) {
    const Tcb tcb = run.world.tcp.tcbs[connection];
    thread_local std::string reply;  // until the next call, as the desk promises
    reply = serve(run, tcb.node, tcb.conversation, ask.a);
    out.to = ask.kind;
    out.ok = !reply.empty();
    out.text = reply;
}

void crash_kdc(Run& run, NodeId host) {
    if (run.world.kerberos.hosts.size() <= host) return;
    while (kerberos_host(run, host).oldest != nothing) forget_oldest(run, host);
}

}  // namespace postroad::sim::kerberos_layer
