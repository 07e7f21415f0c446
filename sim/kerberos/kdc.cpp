// The KDC's clock is the world's, its chance the host's own stream, its memory the replay cache.
#include "sim/kerberos/kdc.hpp"

#include "sim/kerberos/realm.hpp"
#include "sim/kerberos/replay.hpp"
#include "sim/net/network.hpp"

namespace postroad::sim::kerberos_layer {
namespace {

std::string when(std::int64_t unix_s) {
    return scenario::to_text(scenario::Instant{unix_s});
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

}  // namespace postroad::sim::kerberos_layer
