// Tallies by host, day, domain and kind of policy; at the day's end they become mail.
#include "sim/mail/tls_reports.hpp"

#include "protocols/message/date.hpp"
#include "protocols/policy/mta_sts.hpp"
#include "sim/mail/mta_sts.hpp"
#include "sim/mail/queue_parts.hpp"
#include "sim/mail/tls_policy.hpp"
#include "sim/net/network.hpp"
#include "sim/tls/dane.hpp"

namespace postroad::sim::mail {
namespace {

constexpr std::int64_t day_s = 86'400;

std::uint64_t today(const Run& run) { return static_cast<std::uint64_t>(run.unix_s() / day_s); }

policy::ReportPolicy kind_of(const Run& run, std::uint32_t delivery) {
    if (!run.world.mail.deliveries[delivery].tlsa.empty()) return policy::ReportPolicy::tlsa;
    if (has_sts_policy(run, delivery)) return policy::ReportPolicy::sts;
    return policy::ReportPolicy::no_policy_found;
}

// The policy's own words (RFC 8460 §4.4), a line each.
std::string lines_of(const Run& run, std::uint32_t delivery, policy::ReportPolicy kind) {
    const Delivery& one = run.world.mail.deliveries[delivery];
    std::string out;
    if (kind == policy::ReportPolicy::tlsa)
        for (const tls::TlsaRecord& record : tls::unpack(run.world.heap.view(one.tlsa)))
            out += tls::to_text(record) + "\n";
    if (kind != policy::ReportPolicy::sts || !has_sts_policy(run, delivery)) return out;
    const StsPolicy& entry = run.world.mail.sts[one.sts];
    out = "version: STSv1\nmode: " +
          std::string(name_of(static_cast<policy::StsMode>(entry.mode))) + "\n";
    std::string_view rest = sts_patterns(run, delivery);
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        out += "mx: " + std::string(rest.substr(0, end)) + "\n";
        rest.remove_prefix(end + 1);
    }
    return out + "max_age: " + std::to_string(entry.max_age_s) + "\n";
}

// The tally that counts this; a new one has the day's end on the agenda.
std::uint32_t tally_for(Run& run, std::uint32_t delivery, policy::ReportPolicy kind) {
    World& world = run.world;
    const Delivery& one = world.mail.deliveries[delivery];
    const NodeId host = one.host;
    const std::string domain(world.heap.view(world.mail.destinations[one.destination].name));
    const std::uint64_t day = today(run);
    for (std::uint32_t id = 0; id < world.mail.tallies.size(); ++id) {
        const TlsTally& known = world.mail.tallies[id];
        if (!known.domain.empty() && known.host == host && known.day == day &&
            known.kind == static_cast<std::uint8_t>(kind) &&
            world.heap.view(known.domain) == domain)
            return id;
    }
    const Text lines = world.heap.make(lines_of(run, delivery, kind));
    const Text names = has_sts_policy(run, delivery) && kind == policy::ReportPolicy::sts
                           ? world.heap.make(sts_patterns(run, delivery))
                           : Text{};
    const std::uint32_t id = world.mail.tallies.add();
    TlsTally& made = world.mail.tallies.edit(id);
    made.host = host;
    made.day = day;
    made.domain = world.heap.make(domain);
    made.policy = lines;
    made.exchangers = names;
    made.kind = static_cast<std::uint8_t>(kind);
    const std::int64_t end_s =
        (static_cast<std::int64_t>(day) + 1) * day_s - run.setup().start_unix_s;
    run.schedule(static_cast<Time>(end_s) * second, host, host, EventKind::mail, event::report);
    return id;
}

bool counts(const Run& run, std::uint32_t delivery) {
    const Delivery& one = run.world.mail.deliveries[delivery];
    return one.destination != nothing && run.host(one.host).tls.reports &&
           run.world.mail.destinations[one.destination].how == NextHop::mx;
}

void add_failure(Run& run, std::uint32_t tally, std::string_view host, AddressId address,
                 TlsReportFault fault) {
    World& world = run.world;
    TlsTally& one = world.mail.tallies.edit(tally);
    ++one.failed;
    for (std::uint32_t i = 0; i < one.failures.size(); ++i) {
        TlsFailure known = world.heap.get(one.failures, i);
        if (known.fault != static_cast<std::uint8_t>(fault) || known.address != address ||
            world.heap.view(known.host) != host)
            continue;
        ++known.count;
        world.heap.set(one.failures, i, known);
        return;
    }
    TlsFailure fresh;
    fresh.host = world.heap.make(host);
    fresh.address = address;
    fresh.count = 1;
    fresh.fault = static_cast<std::uint8_t>(fault);
    world.heap.push(one.failures, fresh);
}

std::vector<std::string> split(std::string_view lines) {
    std::vector<std::string> out;
    while (!lines.empty()) {
        const std::size_t end = lines.find('\n');
        out.emplace_back(lines.substr(0, end));
        lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    }
    return out;
}

void drop(World& world, std::uint32_t tally) {
    TlsTally& one = world.mail.tallies.edit(tally);
    for (std::uint32_t i = 0; i < one.failures.size(); ++i) {
        Text host = world.heap.get(one.failures, i).host;
        world.heap.drop(host);
    }
    world.heap.drop(one.failures);
    world.heap.drop(one.domain);
    world.heap.drop(one.policy);
    world.heap.drop(one.exchangers);
    world.mail.tallies.remove(tally);
}

policy::PolicyReport report_of(Run& run, const TlsTally& one) {
    const Heap& heap = run.world.heap;
    policy::PolicyReport out;
    out.kind = static_cast<policy::ReportPolicy>(one.kind);
    out.domain = heap.view(one.domain);
    out.lines = split(heap.view(one.policy));
    out.mx_hosts = split(heap.view(one.exchangers));
    out.successful = one.successes;
    out.failed = one.failed;
    for (std::uint32_t i = 0; i < one.failures.size(); ++i) {
        const TlsFailure failure = heap.get(one.failures, i);
        policy::FailureDetail detail;
        detail.fault = static_cast<TlsReportFault>(failure.fault);
        detail.receiving_mx = heap.view(failure.host);
        detail.sessions = failure.count;
        if (failure.address != nothing) {
            detail.receiving_ip = net::format(run.address(failure.address));
            const AddressId source = net_layer::source_address(run, one.host, failure.address);
            if (source != nothing) detail.sending_ip = net::format(run.address(source));
        }
        out.failures.push_back(std::move(detail));
    }
    return out;
}

// All tallies of one domain and day are one report.
void send_report(Run& run, std::uint32_t first, const std::vector<std::string>& to) {
    World& world = run.world;
    const TlsTally about = world.mail.tallies[first];
    const HostSetup& setup = run.host(about.host);
    policy::ReportMail mail;
    mail.domain = world.heap.view(about.domain);
    mail.submitter = setup.domain_name;
    mail.report.from_unix_s = static_cast<std::int64_t>(about.day) * day_s;
    mail.report.until_unix_s = mail.report.from_unix_s + day_s - 1;
    std::uint32_t sessions = 0;
    std::uint32_t failed = 0;
    for (std::uint32_t id = 0; id < world.mail.tallies.size(); ++id) {
        const TlsTally one = world.mail.tallies[id];
        if (one.domain.empty() || one.host != about.host || one.day != about.day ||
            world.heap.view(one.domain) != mail.domain)
            continue;
        mail.report.policies.push_back(report_of(run, one));
        sessions += one.successes + one.failed;
        failed += one.failed;
        drop(world, id);
    }
    char date[40];
    message::DateTime day;
    day.unix_s = mail.report.from_unix_s;
    message::format_rfc3339(day, date);
    if (to.empty()) {
        run.decide(about.host, 0, Reason::tls_report_unwanted, mail.domain);
        return;
    }
    for (const std::string& one : to) {
        const Id id = run.new_id(about.host);
        std::string number;
        append_queue_id(number, id);
        mail.report.organisation = setup.domain_name;
        mail.report.contact = mail.from = "postmaster@" + setup.domain_name;
        mail.report.id = number;
        mail.message_id = number + "@" + setup.domain_name;
        mail.to = one;
        mail.unix_s = run.unix_s();
        mail.offset_min = setup.utc_offset_min;
        run.decide(about.host, id, Reason::tls_report_due, sessions, mail.domain,
                   std::string_view(date, 10), failed, one);
        Text content = world.heap.make(policy::compose(mail));
        Entry entry;
        entry.content = content;
        entry.flags = message_flag::report | message_flag::tls_report;
        world.heap.push(entry.forward_paths, world.heap.make(one));
        enter(run, about.host, id, entry);
        Text path = world.heap.get(entry.forward_paths, 0);
        world.heap.drop(path);
        world.heap.drop(entry.forward_paths);
        world.heap.drop(content);
    }
}

}  // namespace

void count_success(Run& run, std::uint32_t delivery) {
    if (!counts(run, delivery)) return;
    const std::uint32_t tally = tally_for(run, delivery, kind_of(run, delivery));
    ++run.world.mail.tallies.edit(tally).successes;
}

void count_failure(Run& run, std::uint32_t delivery, TlsReportFault fault) {
    if (!counts(run, delivery)) return;
    const std::uint32_t tally = tally_for(run, delivery, kind_of(run, delivery));
    const Delivery& one = run.world.mail.deliveries[delivery];
    const AddressId address = one.address < one.addresses.size()
                                  ? run.world.heap.get(one.addresses, one.address)
                                  : nothing;
    add_failure(run, tally, std::string(peer_name(run, delivery)), address, fault);
}

void count_fetch_failure(Run& run, std::uint32_t delivery, TlsReportFault fault) {
    if (!counts(run, delivery)) return;
    add_failure(run, tally_for(run, delivery, policy::ReportPolicy::sts), {}, nothing, fault);
}

TlsReportFault report_fault(tls::Fault fault) {
    switch (fault) {
        case tls::Fault::none: return TlsReportFault::none;
        case tls::Fault::wrong_name: return TlsReportFault::certificate_host_mismatch;
        case tls::Fault::expired: return TlsReportFault::certificate_expired;
        case tls::Fault::unknown_issuer:
        case tls::Fault::self_signed: return TlsReportFault::certificate_not_trusted;
        case tls::Fault::not_yet_valid:
        case tls::Fault::revoked:
        case tls::Fault::old_status:
        case tls::Fault::other: break;
    }
    return TlsReportFault::validation_failure;
}

void send_reports(Run& run, NodeId host) {
    World& world = run.world;
    for (std::uint32_t id = 0; id < world.mail.tallies.size(); ++id) {
        const TlsTally one = world.mail.tallies[id];
        if (one.domain.empty() || one.host != host || one.day >= today(run) || one.asking) continue;
        const std::string domain(world.heap.view(one.domain));
        for (std::uint32_t k = id; k < world.mail.tallies.size(); ++k) {
            const TlsTally& other = world.mail.tallies[k];
            if (!other.domain.empty() && other.host == host && other.day == one.day &&
                world.heap.view(other.domain) == domain)
                world.mail.tallies.edit(k).asking = 1;
        }
        const dns::ParsedName name = dns::parse_name("_smtp._tls." + domain);
        if (!name) {
            send_report(run, id, {});
            continue;
        }
        dns_layer::ask(run, host, name.name, dns::Type::txt, 0, report_bit | id, one.generation);
    }
}

void report_resolved(Run& run, std::uint32_t who, std::uint32_t what,
                     const dns_layer::Resolved& answer) {
    const std::uint32_t id = who & ~report_bit;
    if (id >= run.world.mail.tallies.size()) return;
    const TlsTally& one = run.world.mail.tallies[id];
    if (one.domain.empty() || one.generation != what) return;
    std::vector<std::string> to;
    dns_layer::Records records = answer.records();
    dns::Record record;
    while (answer.outcome == dns_layer::Outcome::answer && records.next(record)) {
        auto strings = record.as_txt();
        if (!strings) continue;
        std::string whole;
        for (std::string_view piece; strings->next(piece);) whole += piece;
        for (std::string& address : policy::parse_tlsrpt_record(whole))
            to.push_back(std::move(address));
    }
    send_report(run, id, to);
}

}  // namespace postroad::sim::mail
