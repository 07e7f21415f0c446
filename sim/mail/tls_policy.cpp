// How the policy for a host is found, and what each step of that says in the Trace.
#include "sim/mail/tls_policy.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "sim/mail/delivery.hpp"
#include "sim/mail/mta_sts.hpp"
#include "sim/mail/tls_reports.hpp"
#include "sim/tls/dane.hpp"

namespace postroad::sim::mail {
namespace {

using dns_layer::Security;

constexpr std::string_view words_of(TlsPolicy policy) {
    constexpr std::string_view words[] = {"none", "opportunistic", "required", "verified"};
    return words[static_cast<std::size_t>(policy)];
}

const Delivery& at(const Run& run, std::uint32_t delivery) {
    return run.world.mail.deliveries[delivery];
}

bool has(const Delivery& one, std::uint8_t flag) { return (one.tls_flags & flag) != 0; }

void set(Run& run, std::uint32_t delivery, std::uint8_t flag, bool on = true) {
    Delivery& one = run.world.mail.deliveries.edit(delivery);
    one.tls_flags = static_cast<std::uint8_t>(on ? one.tls_flags | flag : one.tls_flags & ~flag);
}

// By the table's row of that name. Gives false when there is none.
bool by_table(Run& run, std::uint32_t delivery, std::string_view name) {
    const Delivery& one = at(run, delivery);
    for (const auto& [row, policy] : run.host(one.host).tls.destinations) {
        if (!equals_ignoring_case(row, name)) continue;
        run.decide(one.host, one.subject, Reason::tls_policy_table, words_of(policy), name);
        run.world.mail.deliveries.edit(delivery).tls = policy;
        return true;
    }
    return false;
}

std::string tlsa_name(const Run& run, std::uint32_t delivery) {
    const Destination& to = run.world.mail.destinations[at(run, delivery).destination];
    return "_" + std::to_string(to.port) + "._tcp." + std::string(peer_name(run, delivery));
}

PolicyStep known(Run& run, std::uint32_t delivery) {
    set(run, delivery, delivery_flag::tls_known);
    return PolicyStep::known;
}

// What is left when DANE has nothing to say: RFC 8461 §4.1 and §5.
PolicyStep without_dane(Run& run, std::uint32_t delivery) {
    if (!has_sts_policy(run, delivery)) return known(run, delivery);
    const Delivery& one = at(run, delivery);
    const std::string name(peer_name(run, delivery));
    const std::string domain(
        run.world.heap.view(run.world.mail.destinations[one.destination].name));
    const bool allowed = sts_allows(run, delivery, name);
    const bool enforces = sts_enforces(run, delivery);
    run.decide(one.host, one.subject,
               allowed    ? Reason::sts_host_right
               : enforces ? Reason::sts_host_wrong
                          : Reason::sts_host_tested,
               name, domain);
    if (!allowed) count_failure(run, delivery, TlsReportFault::validation_failure);
    if (!enforces) return known(run, delivery);
    if (!allowed) {
        const std::string why = "4.7.5 " + name + " is no exchanger that the policy of " + domain +
                                " names";
        note_failure(run, delivery, false, 0, why);
        return PolicyStep::refused;
    }
    run.decide(one.host, one.subject, Reason::sts_enforced, domain, name);
    run.world.mail.deliveries.edit(delivery).tls = TlsPolicy::verified;
    return known(run, delivery);
}

// RFC 7672 §2.2: all that leads to the host must be authentic, else the records prove nothing.
bool is_believed(Run& run, std::uint32_t delivery, const dns_layer::Resolved& resolved,
                 const std::string& name) {
    const Delivery& one = at(run, delivery);
    const Security security = dns_layer::security_of(run, resolved);
    const Destination& to = run.world.mail.destinations[one.destination];
    std::string_view unsigned_one;
    if (!has(one, delivery_flag::secure_names)) unsigned_one = run.world.heap.view(to.name);
    else if (!has(one, delivery_flag::secure_host)) unsigned_one = peer_name(run, delivery);
    else if (security == Security::insecure) unsigned_one = name;
    if (!unsigned_one.empty()) {
        run.decide(one.host, one.subject, Reason::dane_unsigned, unsigned_one);
        return false;
    }
    run.decide(one.host, one.subject,
               security == Security::assumed ? Reason::dane_assumed : Reason::dane_authenticated,
               name);
    return true;
}

// RFC 7672 §2.1.2: that the records are kept back must not look as if there were none.
PolicyStep without_answer(Run& run, std::uint32_t delivery) {
    const Delivery& one = at(run, delivery);
    if (!has(one, delivery_flag::secure_names) || !has(one, delivery_flag::secure_host))
        return without_dane(run, delivery);
    run.decide(one.host, one.subject, Reason::dane_unknown, peer_name(run, delivery));
    count_failure(run, delivery, TlsReportFault::dnssec_invalid);
    note_failure(run, delivery, false, 0, "4.7.5 whether it has TLSA records could not be found out");
    return PolicyStep::refused;
}

}  // namespace

void begin_policy(Run& run, std::uint32_t delivery) {
    const Delivery& one = at(run, delivery);
    const Destination& to = run.world.mail.destinations[one.destination];
    // A route or a literal is set by this host's own administrator: nobody can forge it.
    if (to.how == NextHop::mx_for_report) {
        const TlsPolicy usual = run.host(one.host).tls.policy;
        run.world.mail.deliveries.edit(delivery).tls = std::min(usual, TlsPolicy::opportunistic);
        set(run, delivery, delivery_flag::table);
        return;
    }
    if (to.how != NextHop::mx)
        set(run, delivery, delivery_flag::secure_names | delivery_flag::secure_host);
    else if (by_table(run, delivery, run.world.heap.view(to.name)))
        set(run, delivery, delivery_flag::table);
}

PolicyStep find_policy(Run& run, std::uint32_t delivery) {
    const Delivery& one = at(run, delivery);
    if (has(one, delivery_flag::tls_known)) return PolicyStep::known;
    if (has(one, delivery_flag::table)) return known(run, delivery);
    const Destination& to = run.world.mail.destinations[one.destination];
    const std::string name(peer_name(run, delivery));
    if (by_table(run, delivery, name)) return known(run, delivery);
    if ((to.how == NextHop::host || to.how == NextHop::lmtp) && by_table(run, delivery, run.world.heap.view(to.name)))
        return known(run, delivery);
    const TlsSetup& tls = run.host(one.host).tls;
    run.world.mail.deliveries.edit(delivery).tls = tls.policy;
    if (!tls.dane || to.how == NextHop::literal || to.how == NextHop::lmtp) return without_dane(run, delivery);
    const dns::ParsedName asked = dns::parse_name(tlsa_name(run, delivery));
    if (!asked) return without_dane(run, delivery);
    Delivery& asking = run.world.mail.deliveries.edit(delivery);
    asking.state = DeliveryState::finding_tlsa;
    const NodeId host = asking.host;
    const Id subject = asking.subject;
    const std::uint32_t generation = asking.generation;
    dns_layer::ask(run, host, asked.name, dns::Type::tlsa, subject, delivery, generation);
    return PolicyStep::awaited;
}

PolicyStep tlsa_known(Run& run, std::uint32_t delivery, const dns_layer::Resolved& resolved) {
    const NodeId host = at(run, delivery).host;
    const Id subject = at(run, delivery).subject;
    const std::string name = tlsa_name(run, delivery);
    if (resolved.outcome == dns_layer::Outcome::servfail ||
        resolved.outcome == dns_layer::Outcome::timed_out)
        return without_answer(run, delivery);
    std::vector<tls::TlsaRecord> usable;
    std::uint32_t count = 0;
    dns_layer::Records records = resolved.records();
    dns::Record record;
    while (resolved.outcome == dns_layer::Outcome::answer && records.next(record)) {
        const auto tlsa = record.as_tlsa();
        if (!tlsa) continue;
        ++count;
        tls::TlsaRecord one{tlsa->usage, tlsa->selector, tlsa->matching,
                            std::string(tlsa->data.begin(), tlsa->data.end())};
        if (tls::is_usable(one)) usable.push_back(std::move(one));
    }
    if (count == 0) {
        run.decide(host, subject, Reason::dane_none, name, peer_name(run, delivery));
        return without_dane(run, delivery);
    }
    if (!is_believed(run, delivery, resolved, name)) return without_dane(run, delivery);
    Delivery& one = run.world.mail.deliveries.edit(delivery);
    if (usable.empty()) {
        if (one.tls < TlsPolicy::required) one.tls = TlsPolicy::required;
        run.decide(host, subject, Reason::dane_unusable, count, name);
        return known(run, delivery);
    }
    // The records take the place of authorities: the endpoint itself judges no certificate.
    one.tls = TlsPolicy::required;
    run.world.heap.assign(one.tlsa, tls::pack(usable));
    if (has_sts_policy(run, delivery))
        run.decide(host, subject, Reason::dane_over_sts, peer_name(run, delivery));
    run.decide(host, subject, Reason::dane_found, static_cast<std::uint32_t>(usable.size()), count,
               name, peer_name(run, delivery));
    return known(run, delivery);
}

void forget_policy(Run& run, std::uint32_t delivery) {
    Delivery& one = run.world.mail.deliveries.edit(delivery);
    one.tls_flags &= delivery_flag::secure_names | delivery_flag::table;
    run.world.heap.drop(one.tlsa);
}

void after_clear_try(Run& run, std::uint32_t delivery) {
    if (!has(at(run, delivery), delivery_flag::in_clear)) return;
    set(run, delivery, delivery_flag::in_clear, false);
    run.world.mail.deliveries.edit(delivery).tls = TlsPolicy::opportunistic;
}

std::string_view peer_name(const Run& run, std::uint32_t delivery) {
    const Delivery& one = at(run, delivery);
    const Destination& to = run.world.mail.destinations[one.destination];
    if (to.how == NextHop::host || to.how == NextHop::lmtp) {
        const std::uint32_t host = run.setup().find_host(run.world.heap.view(to.name));
        if (host != nothing) return run.host(host).domain_name;
    }
    return host_name_of(run.world, delivery);
}

std::vector<std::string> reference_names(const Run& run, std::uint32_t delivery) {
    const Destination& to = run.world.mail.destinations[at(run, delivery).destination];
    std::vector<std::string> out{std::string(peer_name(run, delivery))};
    if (to.how == NextHop::mx) out.emplace_back(run.world.heap.view(to.name));
    return out;
}

void count_session(Run& run, std::uint32_t delivery, bool protected_now) {
    const Delivery& one = at(run, delivery);
    if (!protected_now) {  // the failed handshake before a try in the clear has been counted
        if (!has(one, delivery_flag::in_clear) && one.tls != TlsPolicy::none)
            count_failure(run, delivery, TlsReportFault::starttls_not_supported);
        return;
    }
    // A policy that is being tested: the mail goes on, and the report says what would have been.
    const auto fault = report_fault(static_cast<tls::Fault>(one.tls_fault));
    if (has_sts_policy(run, delivery) && one.tlsa.empty() && fault != TlsReportFault::none)
        return count_failure(run, delivery, fault);
    count_success(run, delivery);
}

void count_broken_session(Run& run, std::uint32_t delivery) {
    const auto fault = report_fault(static_cast<tls::Fault>(at(run, delivery).tls_fault));
    count_failure(run, delivery,
                  fault == TlsReportFault::none ? TlsReportFault::validation_failure : fault);
}

const smtp::ClientHost& client_host(const Run& run, NodeId host, std::uint32_t delivery) {
    const HostSetup& me = run.host(host);
    const auto& deliveries = run.world.mail.deliveries;
    if (delivery >= deliveries.size() || deliveries[delivery].destination == nothing)
        return me.smtp_client;
    const Delivery& one = deliveries[delivery];
    const smtp::ClientHost& usual =
        me.smtp_clients.empty() ? me.smtp_client : me.smtp_clients[static_cast<std::size_t>(one.tls)];
    if (run.world.mail.destinations[one.destination].how != NextHop::lmtp) return usual;
    // Not state: the same but for a word, made anew at each call in one place that keeps its room.
    static thread_local smtp::ClientHost by_lmtp;
    by_lmtp = usual;
    by_lmtp.lmtp = true;
    return by_lmtp;
}

}  // namespace postroad::sim::mail
