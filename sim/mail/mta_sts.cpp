// How policies are found (RFC 8461 §3.1), fetched (RFC 8461 §3.3), kept and forgotten
// (RFC 8461 §5.1).
#include "sim/mail/mta_sts.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/policy/mta_sts.hpp"
#include "sim/mail/routing.hpp"
#include "sim/mail/tls_reports.hpp"

namespace postroad::sim::mail {
namespace {

constexpr Duration fetch_pause = 5 * minute;  // §3.3: a failing policy host is not asked each time

std::uint32_t entry_for(Run& run, NodeId host, std::string_view domain) {
    World& world = run.world;
    for (std::uint32_t id = 0; id < world.mail.sts.size(); ++id)
        if (world.mail.sts[id].host == host && !world.mail.sts[id].domain.empty() &&
            world.heap.view(world.mail.sts[id].domain) == domain)
            return id;
    const Text name = world.heap.make(domain);
    const std::uint32_t id = world.mail.sts.add();
    StsPolicy& made = world.mail.sts.edit(id);
    made.host = host;
    made.domain = name;
    return id;
}

bool is_alive(const Run& run, std::uint32_t id) {
    return run.world.mail.sts[id].expires > run.now();
}

Id subject_of(const Run& run, const StsPolicy& one) {
    if (one.waiters.size() == 0) return 0;
    const StsWaiter first = run.world.heap.get(one.waiters, 0);
    const auto& deliveries = run.world.mail.deliveries;
    return first.delivery < deliveries.size() ? deliveries[first.delivery].subject : 0;
}

// Everybody who waits goes on, with what there is.
void conclude(Run& run, std::uint32_t id) {
    World& world = run.world;
    StsPolicy& one = world.mail.sts.edit(id);
    one.phase = StsPhase::idle;
    List<StsWaiter> waiters = one.waiters;
    one.waiters = {};
    world.heap.drop(one.wanted_id);
    const bool holds = is_alive(run, id) && one.mode != 0;
    for (std::uint32_t i = 0; i < waiters.size(); ++i) {
        const StsWaiter waiter = world.heap.get(waiters, i);
        if (waiter.delivery >= world.mail.deliveries.size()) continue;
        const Delivery& delivery = world.mail.deliveries[waiter.delivery];
        if (delivery.destination == nothing || delivery.generation != waiter.generation ||
            delivery.state != DeliveryState::finding_policy)
            continue;
        if (holds) world.mail.deliveries.edit(waiter.delivery).sts = id;
        find_exchangers(run, waiter.delivery);
    }
    world.heap.drop(waiters);
}

// §5.1: without a new policy the old one holds while it lives.
void conclude_with_what_is_known(Run& run, std::uint32_t id) {
    const StsPolicy& one = run.world.mail.sts[id];
    if (is_alive(run, id))
        run.decide(one.host, subject_of(run, one), Reason::sts_kept,
                   run.world.heap.view(one.domain), Run::duration(one.expires - run.now()));
    conclude(run, id);
}

void nothing_published(Run& run, std::uint32_t id, std::string_view why) {
    const StsPolicy& one = run.world.mail.sts[id];
    run.decide(one.host, subject_of(run, one), Reason::sts_none, run.world.heap.view(one.domain),
               why);
    conclude_with_what_is_known(run, id);
}

void could_not_fetch(Run& run, std::uint32_t id, std::string_view why,
                     TlsReportFault fault = TlsReportFault::sts_policy_fetch_error) {
    const List<StsWaiter> waiters = run.world.mail.sts[id].waiters;
    for (std::uint32_t i = 0; i < waiters.size(); ++i) {
        const StsWaiter waiter = run.world.heap.get(waiters, i);
        const auto& deliveries = run.world.mail.deliveries;
        if (waiter.delivery < deliveries.size() &&
            deliveries[waiter.delivery].generation == waiter.generation)
            count_fetch_failure(run, waiter.delivery, fault);
    }
    StsPolicy& one = run.world.mail.sts.edit(id);
    one.try_again = run.now() + fetch_pause;
    run.decide(one.host, subject_of(run, one), Reason::sts_fetch_failed,
               run.world.heap.view(one.domain), why);
    conclude_with_what_is_known(run, id);
}

// The id of the one record that is a policy's; `records` counts those (§3.1: one, or there is none).
std::string id_in(const dns_layer::Resolved& answer, std::size_t& count) {
    std::string out;
    count = 0;
    dns_layer::Records records = answer.records();
    dns::Record record;
    while (answer.outcome == dns_layer::Outcome::answer && records.next(record)) {
        auto strings = record.as_txt();
        if (!strings) continue;
        std::string whole;
        for (std::string_view piece; strings->next(piece);) whole += piece;
        if (!whole.starts_with("v=STSv1;") && whole != "v=STSv1") continue;
        ++count;
        if (const auto id = policy::parse_sts_record(whole)) out = *id;
    }
    return out;
}

// RFC 8461 §10.2: a policy that is in use is fetched again before it expires, once a day, so that
// somebody who keeps it away has to do so for all its time.
bool is_due(const Run& run, std::uint32_t id) {
    const StsPolicy& one = run.world.mail.sts[id];
    const Duration lives = one.max_age_s * second;
    const Duration age = lives - (one.expires - run.now());
    return one.phase == StsPhase::idle && one.try_again <= run.now() &&
           age >= std::min(lives / 2, 24 * hour);
}

// Fetches what the record of that id stands for. Who waits goes on when it is there.
void fetch_policy(Run& run, std::uint32_t id, std::string_view found, Id subject) {
    World& world = run.world;
    StsPolicy& one = world.mail.sts.edit(id);
    const std::string domain(world.heap.view(one.domain));
    one.phase = StsPhase::fetching;
    world.heap.assign(one.wanted_id, found);
    const NodeId host = one.host;
    const std::string server = "mta-sts." + domain;
    run.decide(host, subject, Reason::sts_wanted, domain, found, server);
    web::Wanted wanted;
    wanted.server = server;
    wanted.target = policy::sts_path;
    web::fetch(run, host, wanted, subject, FetchFor::mta_sts, id);
}

}  // namespace

bool find_sts_policy(Run& run, std::uint32_t delivery) {
    World& world = run.world;
    const Delivery& one = world.mail.deliveries[delivery];
    const std::string domain(world.heap.view(world.mail.destinations[one.destination].name));
    const dns::ParsedName name = dns::parse_name("_mta-sts." + domain);
    if (!name || !dns::parse_name("mta-sts." + domain)) return true;
    const std::uint32_t id = entry_for(run, one.host, domain);
    const StsWaiter waiter{delivery, one.generation};
    world.mail.deliveries.edit(delivery).state = DeliveryState::finding_policy;
    StsPolicy& entry = world.mail.sts.edit(id);
    world.heap.push(entry.waiters, waiter);
    if (entry.phase != StsPhase::idle) return false;
    entry.phase = StsPhase::looking_up;
    const std::uint32_t generation = entry.generation;
    dns_layer::ask(run, one.host, name.name, dns::Type::txt, one.subject, sts_bit | id, generation);
    return false;
}

bool has_sts_policy(const Run& run, std::uint32_t delivery) {
    const std::uint32_t id = run.world.mail.deliveries[delivery].sts;
    return id != nothing && is_alive(run, id);
}

std::string_view sts_patterns(const Run& run, std::uint32_t delivery) {
    const std::uint32_t id = run.world.mail.deliveries[delivery].sts;
    return run.world.heap.view(run.world.mail.sts[id].patterns);
}

bool sts_allows(const Run& run, std::uint32_t delivery, std::string_view exchanger) {
    for (std::string_view rest = sts_patterns(run, delivery); !rest.empty();) {
        const std::size_t end = rest.find('\n');
        if (policy::sts_matches(rest.substr(0, end), exchanger)) return true;
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    return false;
}

bool sts_enforces(const Run& run, std::uint32_t delivery) {
    const std::uint32_t id = run.world.mail.deliveries[delivery].sts;
    return run.world.mail.sts[id].mode == static_cast<std::uint8_t>(policy::StsMode::enforce);
}

void sts_resolved(Run& run, std::uint32_t who, std::uint32_t what,
                  const dns_layer::Resolved& answer) {
    const std::uint32_t id = who & ~sts_bit;
    World& world = run.world;
    if (id >= world.mail.sts.size() || world.mail.sts[id].generation != what ||
        world.mail.sts[id].phase != StsPhase::looking_up)
        return;
    if (answer.outcome == dns_layer::Outcome::servfail ||
        answer.outcome == dns_layer::Outcome::timed_out)
        return nothing_published(run, id, "DNS gave no answer");
    std::size_t count = 0;
    const std::string found = id_in(answer, count);
    if (count > 1) return nothing_published(run, id, "it has more than one record for it");
    if (found.empty())
        return nothing_published(run, id, count == 0 ? "there is no record for it"
                                                     : "its record makes no sense");
    StsPolicy& one = world.mail.sts.edit(id);
    const std::string domain(world.heap.view(one.domain));
    const Id subject = subject_of(run, one);
    if (is_alive(run, id) && world.heap.view(one.id) == found) {
        run.decide(one.host, subject, Reason::sts_cached, domain, found,
                   Run::duration(one.expires - run.now()));
        conclude(run, id);
        if (is_due(run, id)) fetch_policy(run, id, found, subject);  // no mail waits for it
        return;
    }
    if (one.try_again > run.now())
        return could_not_fetch(run, id, "it could not a moment ago, and is given time");
    fetch_policy(run, id, found, subject);
}

void sts_fetched(Run& run, std::uint32_t id, const web::Fetched& what) {
    World& world = run.world;
    if (id >= world.mail.sts.size() || world.mail.sts[id].phase != StsPhase::fetching) return;
    if (what.code == 0)
        return could_not_fetch(run, id, what.why,
                               what.no_tls ? TlsReportFault::sts_webpki_invalid
                                           : TlsReportFault::sts_policy_fetch_error);
    // §3.3: nothing but 200 counts, and nobody follows anywhere else.
    if (what.code != 200)
        return could_not_fetch(run, id, "the answer is " + std::to_string(what.code));
    const std::string_view type = http::field(what.fields, "Content-Type").value_or("");
    if (!equals_ignoring_case(trimmed(type.substr(0, type.find(';'))), "text/plain"))
        return could_not_fetch(run, id, "it is not text/plain");
    std::string fault;
    const auto text = policy::parse_sts_policy(what.body, fault);
    if (!text) return could_not_fetch(run, id, fault, TlsReportFault::sts_policy_invalid);
    std::string patterns;
    std::string listed;
    for (const std::string& one : text->mx) {
        patterns += one + '\n';
        listed += (listed.empty() ? "" : ", ") + one;
    }
    StsPolicy& one = world.mail.sts.edit(id);
    world.heap.drop(one.id);
    one.id = world.heap.share(one.wanted_id);
    world.heap.assign(one.patterns, patterns);
    one.mode = static_cast<std::uint8_t>(text->mode);
    one.max_age_s = text->max_age_s;
    one.expires = run.now() + text->max_age_s * second;
    one.try_again = 0;
    run.decide(one.host, subject_of(run, one), Reason::sts_fetched, world.heap.view(one.domain),
               policy::name_of(text->mode), Run::duration(text->max_age_s * second),
               listed.empty() ? std::string("no host") : listed);
    conclude(run, id);
}

void sts_host_down(Run& run, NodeId host) {
    for (std::uint32_t id = 0; id < run.world.mail.sts.size(); ++id) {
        if (run.world.mail.sts[id].host != host || run.world.mail.sts[id].domain.empty()) continue;
        StsPolicy& one = run.world.mail.sts.edit(id);
        run.world.heap.drop(one.waiters);
        run.world.heap.drop(one.wanted_id);
        one.phase = StsPhase::idle;
    }
}

}  // namespace postroad::sim::mail
