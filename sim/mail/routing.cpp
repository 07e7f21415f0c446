// The ladder of hosts for a destination: exchangers by preference, addresses of each in turn
// (RFC 5321 §5.1, RFC 7505).
#include "sim/mail/routing.hpp"

#include <algorithm>
#include <array>

#include "protocols/base/ascii.hpp"
#include "sim/dns/resolve.hpp"
#include "sim/kerberos/tickets.hpp"
#include "sim/mail/delivery.hpp"
#include "sim/mail/mta_sts.hpp"
#include "sim/mail/people.hpp"
#include "sim/mail/queue_parts.hpp"
#include "sim/mail/rulings.hpp"
#include "sim/mail/tls_policy.hpp"
#include "sim/mail/tls_reports.hpp"

namespace postroad::sim::mail {
namespace {

constexpr std::uint32_t exchangers_max = 32;  // of one domain; what a student's zone never has
constexpr std::uint16_t asked_a = 1, asked_aaaa = 2;

// A host name as mail writes it: no final dot. DNS names of hosts need no escapes.
std::string_view host_text(dns::Bytes name, char (&out)[256]) {
    std::size_t size = 0;
    for (std::size_t at = 0; at < name.size() && name[at] != 0;) {
        const std::size_t label = name[at++];
        if (size != 0) out[size++] = '.';
        for (std::size_t i = 0; i < label; ++i) out[size++] = static_cast<char>(name[at++]);
    }
    return {out, size};
}

bool is_own_name(const Run& run, NodeId host, std::string_view name) {
    if (equals_ignoring_case(run.host(host).domain_name, name)) return true;
    for (const std::string& one : settings_of(run, host).names)
        if (equals_ignoring_case(one, name)) return true;
    return false;
}

bool has_family(const Run& run, NodeId host, bool v6) {
    for (const AttachmentSetup& one : run.host(host).attachments)
        if ((v6 ? one.v6 : one.v4) != nothing) return true;
    return false;
}

void hopeless(Run& run, std::uint32_t delivery, bool permanent, std::uint16_t code,
              std::string_view words) {
    note_failure(run, delivery, permanent, code, words);
    give_up(run, delivery);
}

bool ask(Run& run, std::uint32_t delivery, std::string_view text, dns::Type type) {
    const dns::ParsedName name = dns::parse_name(text);
    if (!name) return false;
    const Delivery& one = run.world.mail.deliveries[delivery];
    const NodeId host = one.host;
    const Id subject = one.subject;
    const std::uint32_t generation = one.generation;
    dns_layer::ask(run, host, name.name, type, subject, delivery, generation);
    return true;
}

// The next question about the rung in hand, or the connection when nothing is left to ask.
void find_addresses(Run& run, std::uint32_t delivery);

void next_rung(Run& run, std::uint32_t delivery);

void try_address(Run& run, std::uint32_t delivery) {
    after_clear_try(run, delivery);
    switch (find_policy(run, delivery)) {
        case PolicyStep::known: break;
        case PolicyStep::awaited: return;
        case PolicyStep::refused: return next_rung(run, delivery);
    }
    const Delivery& one = run.world.mail.deliveries[delivery];
    const AddressId address = run.world.heap.get(one.addresses, one.address);
    const Text name = one.rung < one.ladder.size()
                          ? run.world.heap.get(one.ladder, one.rung).name
                          : run.world.mail.destinations[one.destination].name;
    run.decide(one.host, one.subject, Reason::address_chosen, run.world.heap.view(name),
               run.address(address));
    connect_to(run, delivery, address);
}

// RFC 5321 §5.1: the exchanger is this host, so nobody of its preference or worse may get the
// mail: it would come back.
void cut_ladder(Run& run, std::uint32_t delivery, std::uint32_t from) {
    World& world = run.world;
    Delivery& one = world.mail.deliveries.edit(delivery);
    const Rung self = world.heap.get(one.ladder, from);
    run.decide(one.host, one.subject, Reason::mx_self, world.heap.view(self.name),
               self.preference);
    std::uint32_t keep = 0;
    while (keep < one.ladder.size() &&
           world.heap.get(one.ladder, keep).preference < self.preference)
        ++keep;
    for (std::uint32_t i = keep; i < one.ladder.size(); ++i) {
        Text name = world.heap.get(one.ladder, i).name;
        world.heap.drop(name);
    }
    one.ladder.bytes.size = keep * static_cast<std::uint32_t>(sizeof(Rung));
    if (keep == 0) world.heap.drop(one.ladder);
}

void loops(Run& run, std::uint32_t delivery) {
    const Delivery& one = run.world.mail.deliveries[delivery];
    run.decide(one.host, one.subject, Reason::mx_loop,
               run.world.heap.view(run.world.mail.destinations[one.destination].name));
    hopeless(run, delivery, true, 554, "5.4.6 mail for this domain loops back to this host");
}

void next_rung(Run& run, std::uint32_t delivery) {
    World& world = run.world;
    Delivery& one = world.mail.deliveries.edit(delivery);
    if (one.rung + 1 >= one.ladder.size()) {
        give_up(run, delivery);
        return;
    }
    const Text last = world.heap.get(one.ladder, one.rung).name;
    ++one.rung;
    const Rung now = world.heap.get(one.ladder, one.rung);
    run.decide(one.host, one.subject, Reason::mx_fallback, now.preference,
               world.heap.view(now.name), world.heap.view(last));
    one.families_asked = 0;
    forget_policy(run, delivery);
    find_addresses(run, delivery);
}

void find_addresses(Run& run, std::uint32_t delivery) {
    World& world = run.world;
    Delivery& one = world.mail.deliveries.edit(delivery);
    one.state = DeliveryState::finding_addresses;
    const Rung rung = world.heap.get(one.ladder, one.rung);
    char name[256];
    const std::string_view text = world.heap.view(rung.name).substr(0, sizeof name);
    std::copy(text.begin(), text.end(), name);
    const std::string_view kept{name, text.size()};
    if (one.families_asked == 0) {
        world.heap.drop(one.addresses);
        one.address = 0;
        one.tls_flags |= delivery_flag::secure_host;  // until an answer is not
        if (is_own_name(run, one.host, kept)) {
            const bool best = one.rung == 0;
            cut_ladder(run, delivery, one.rung);
            if (best) return loops(run, delivery);
            return give_up(run, delivery);
        }
    }
    if (!(one.families_asked & asked_a)) {
        one.families_asked |= asked_a;
        if (has_family(run, one.host, false) && ask(run, delivery, kept, dns::Type::a)) return;
    }
    Delivery& again = world.mail.deliveries.edit(delivery);
    if (!(again.families_asked & asked_aaaa)) {
        again.families_asked |= asked_aaaa;
        if (has_family(run, again.host, true) && ask(run, delivery, kept, dns::Type::aaaa)) return;
    }
    const Delivery& known = world.mail.deliveries[delivery];
    if (known.addresses.empty()) {
        run.decide(known.host, known.subject, Reason::mx_no_address, kept);
        // What DNS did not say may be said later: a note of that is not overwritten.
        if (known.words.empty())
            note_failure(run, delivery, true, 550, "5.4.4 no address for the host");
        next_rung(run, delivery);
        return;
    }
    try_address(run, delivery);
}

// Exchangers in the order of §5.1: lower preference first, by lot where it is equal.
void build_ladder(Run& run, std::uint32_t delivery, const dns_layer::Resolved& resolved) {
    World& world = run.world;
    std::array<Rung, exchangers_max> rungs;
    std::uint32_t count = 0;
    bool null_mx = false;
    dns_layer::Records records = resolved.records();
    dns::Record record;
    char text[256];
    while (count < exchangers_max && records.next(record)) {
        const auto mx = record.as_mx();
        if (!mx) continue;
        if (mx->exchange.is_root()) {
            null_mx = true;
            continue;
        }
        rungs[count].preference = mx->preference;
        rungs[count++].name = world.heap.make(host_text(mx->exchange, text));
    }
    Delivery& one = world.mail.deliveries.edit(delivery);
    const NodeId host = one.host;
    const Id subject = one.subject;
    const Text domain = world.mail.destinations[one.destination].name;
    if (count == 0) {
        if (null_mx) {  // RFC 7505 §4.1 and its 556 5.1.10
            run.decide(host, subject, Reason::mx_null, world.heap.view(domain));
            return hopeless(run, delivery, true, 556, "5.1.10 the domain takes no mail (null MX)");
        }
        return hopeless(run, delivery, false, 0, "4.4.3 DNS gave an answer that makes no sense");
    }
    std::stable_sort(rungs.begin(), rungs.begin() + count,
                     [](const Rung& a, const Rung& b) { return a.preference < b.preference; });
    std::uint32_t equal_to_first = 1;
    for (std::uint32_t from = 0; from < count;) {
        std::uint32_t to = from + 1;
        while (to < count && rungs[to].preference == rungs[from].preference) ++to;
        if (from == 0) equal_to_first = to;
        for (std::uint32_t i = to - 1; i > from; --i) {
            const auto pick = from + static_cast<std::uint32_t>(
                                         run.draw_below(host, Purpose::mail, i - from + 1));
            std::swap(rungs[i], rungs[pick]);
        }
        from = to;
    }
    for (std::uint32_t i = 0; i < count; ++i) world.heap.push(one.ladder, rungs[i]);
    for (std::uint32_t i = 0; i < count; ++i) {
        if (!is_own_name(run, host, world.heap.view(rungs[i].name))) continue;
        cut_ladder(run, delivery, i);
        break;
    }
    const Delivery& cut = world.mail.deliveries[delivery];
    if (cut.ladder.empty()) return loops(run, delivery);
    count = cut.ladder.size();
    equal_to_first = std::min(equal_to_first, count);
    const Rung best = world.heap.get(cut.ladder, 0);
    const std::string_view name = world.heap.view(best.name);
    if (equal_to_first > 1) {
        run.decide(host, subject, Reason::mx_equal, best.preference, name, equal_to_first);
    } else if (count == 1) {
        run.decide(host, subject, Reason::mx_only, best.preference, name, world.heap.view(domain));
    } else {
        const Rung second = world.heap.get(cut.ladder, 1);
        run.decide(host, subject, Reason::mx_chosen, best.preference, name, second.preference,
                   world.heap.view(second.name));
    }
    find_addresses(run, delivery);
}

void exchangers_known(Run& run, std::uint32_t delivery, const dns_layer::Resolved& resolved) {
    World& world = run.world;
    Delivery& one = world.mail.deliveries.edit(delivery);
    const Text domain = world.mail.destinations[one.destination].name;
    const std::string_view name = world.heap.view(domain);
    if (dns_layer::security_of(run, resolved) != dns_layer::Security::insecure)
        one.tls_flags |= delivery_flag::secure_names;
    switch (resolved.outcome) {
        case dns_layer::Outcome::answer:
            return build_ladder(run, delivery, resolved);
        case dns_layer::Outcome::no_data:  // §5.1: an implicit MX of preference 0
            run.decide(one.host, one.subject, Reason::mx_implicit, name);
            world.heap.push(one.ladder, Rung{world.heap.share(domain), 0, 0});
            return find_addresses(run, delivery);
        case dns_layer::Outcome::no_such_name:
            run.decide(one.host, one.subject, Reason::no_such_domain, name);
            return hopeless(run, delivery, true, 550, "5.1.2 no such domain");
        case dns_layer::Outcome::servfail:
        case dns_layer::Outcome::timed_out:
            run.decide(one.host, one.subject, Reason::dns_failed, name);
            return hopeless(run, delivery, false, 0, "4.4.3 DNS gave no answer");
    }
}

void addresses_known(Run& run, std::uint32_t delivery, const dns_layer::Resolved& resolved) {
    World& world = run.world;
    char text[256];
    if (resolved.outcome == dns_layer::Outcome::answer) {
        if (dns_layer::security_of(run, resolved) == dns_layer::Security::insecure)
            world.mail.deliveries.edit(delivery).tls_flags &=
                static_cast<std::uint8_t>(~delivery_flag::secure_host);
        const Delivery& one = world.mail.deliveries[delivery];
        const bool mx = is_by_mx(world.mail.destinations[one.destination].how) &&
                        one.ladder.size() > 0;
        if (mx && resolved.aliases != 0) {
            char alias[256];
            run.decide(one.host, one.subject, Reason::mx_cname, host_text(resolved.name, text),
                       host_text(resolved.canonical, alias));
        }
        dns_layer::Records records = resolved.records();
        dns::Record record;
        while (records.next(record)) {
            net::Address address;
            if (const auto v4 = record.as_a()) {
                address = net::make_v4((*v4)[0], (*v4)[1], (*v4)[2], (*v4)[3]);
            } else if (const auto v6 = record.as_aaaa()) {
                address.bytes = *v6;
            } else {
                continue;
            }
            const AddressId id = run.address_id(address);
            Delivery& more = world.mail.deliveries.edit(delivery);
            if (run.host_of(id) == more.host) {  // this host by another name
                const bool best = more.rung == 0;
                cut_ladder(run, delivery, more.rung);
                if (best) return loops(run, delivery);
                return give_up(run, delivery);
            }
            world.heap.push(more.addresses, id);
        }
    } else if (resolved.outcome == dns_layer::Outcome::servfail ||
               resolved.outcome == dns_layer::Outcome::timed_out) {
        const Delivery& one = world.mail.deliveries[delivery];
        run.decide(one.host, one.subject, Reason::dns_failed, host_text(resolved.name, text));
        note_failure(run, delivery, false, 0, "4.4.3 DNS gave no answer for the host's address");
    }
    find_addresses(run, delivery);
}

// A route or smart host names a host of the scenario: its addresses are set, not looked up.
void addresses_of_host(Run& run, std::uint32_t delivery, std::string_view name) {
    World& world = run.world;
    const std::uint32_t target = run.setup().find_host(name);
    const NodeId host = world.mail.deliveries[delivery].host;
    for (const bool v6 : {false, true}) {
        if (target == nothing || !has_family(run, host, v6)) continue;
        for (const AttachmentSetup& one : run.host(target).attachments) {
            const AddressId address = v6 ? one.v6 : one.v4;
            if (address != nothing)
                world.heap.push(world.mail.deliveries.edit(delivery).addresses, address);
        }
    }
}

}  // namespace

void find_exchangers(Run& run, std::uint32_t delivery) {
    World& world = run.world;
    Delivery& one = world.mail.deliveries.edit(delivery);
    one.state = DeliveryState::finding_exchangers;
    const Destination& to = world.mail.destinations[one.destination];
    if (!ask(run, delivery, world.heap.view(to.name), dns::Type::mx))
        hopeless(run, delivery, true, 550, "5.1.2 the domain is no domain name");
}

void find_host(Run& run, std::uint32_t delivery) {
    World& world = run.world;
    begin_policy(run, delivery);
    Delivery& one = world.mail.deliveries.edit(delivery);
    const Destination& to = world.mail.destinations[one.destination];
    const std::string_view name = world.heap.view(to.name);
    if (is_by_mx(to.how)) {
        const bool looks = run.host(one.host).tls.mta_sts &&
                           (one.tls_flags & delivery_flag::table) == 0;
        if (!looks || find_sts_policy(run, delivery)) find_exchangers(run, delivery);
        return;
    }
    if (to.how == NextHop::host || to.how == NextHop::lmtp) {
        addresses_of_host(run, delivery, name);
    } else if (const auto literal = net::parse_address_literal(name)) {
        world.heap.push(one.addresses, run.address_id(*literal));
    }
    if (world.mail.deliveries[delivery].addresses.empty()) {
        hopeless(run, delivery, true, 550, "5.4.4 the next host has no address");
        return;
    }
    try_address(run, delivery);
}

void next_host(Run& run, std::uint32_t delivery) {
    Delivery& one = run.world.mail.deliveries.edit(delivery);
    ++one.address;
    if (one.address < one.addresses.size()) {
        try_address(run, delivery);
        return;
    }
    next_rung(run, delivery);
}

void send_on(Run& run, std::uint32_t recipient, std::string_view domain) {
    World& world = run.world;
    const std::uint32_t message = world.mail.recipients[recipient].message;
    const Message& of = world.mail.messages[message];
    const NodeId host = of.host;
    const Id subject = of.id;
    if (outside_routes(run, recipient, domain)) return;
    const scenario::Routing& routing = settings_of(run, host).routing;
    const auto go = [&](NextHop how, std::string_view name, std::uint16_t port) {
        wait_at(run, destination_for(run, host, how, name, port), recipient);
    };
    if (const scenario::Endpoint* to = lmtp_route(settings_of(run, host), domain)) {
        run.decide(host, subject, Reason::lmtp_route, domain, to->host);
        return go(NextHop::lmtp, to->host, to->port == 0 ? std::uint16_t{24} : to->port);
    }
    run.decide(host, subject, Reason::not_local, domain);
    for (const auto& [name, to] : routing.routes) {
        if (!equals_ignoring_case(name, domain)) continue;
        run.decide(host, subject, Reason::route, domain, to.host);
        return go(NextHop::host, to.host, to.port == 0 ? std::uint16_t{25} : to.port);
    }
    if (routing.smart_host) {
        const scenario::Endpoint& to = *routing.smart_host;
        run.decide(host, subject, Reason::smart_host, to.host);
        return go(NextHop::host, to.host, to.port == 0 ? std::uint16_t{25} : to.port);
    }
    if (!domain.empty() && domain.front() == '[') {
        run.decide(host, subject, Reason::address_literal, domain);
        return go(NextHop::literal, domain, 25);
    }
    go((of.flags & message_flag::tls_report) != 0 ? NextHop::mx_for_report : NextHop::mx, domain,
       25);
}

}  // namespace postroad::sim::mail

namespace postroad::sim::dns_layer {

void answered(Run& run, NodeId host, std::uint32_t who, std::uint32_t what,
              const Resolved& resolved) {
    if (kerberos_layer::is_ours(who)) {
        kerberos_layer::resolved(run, who, what, resolved);
        return;
    }
    if (people::is_ours(who)) {
        people::resolved(run, host, who, what, resolved);
        return;
    }
    if (web::is_ours(who)) return web::resolved(run, who, what, resolved);
    if (mail::is_sts(who)) return mail::sts_resolved(run, who, what, resolved);
    if (mail::is_report(who)) return mail::report_resolved(run, who, what, resolved);
    const auto& deliveries = run.world.mail.deliveries;
    if (who >= deliveries.size()) return;
    const Delivery& one = deliveries[who];
    if (one.destination == nothing || one.generation != what || one.host != host) return;
    if (one.state == DeliveryState::finding_exchangers) {
        mail::exchangers_known(run, who, resolved);
    } else if (one.state == DeliveryState::finding_addresses) {
        mail::addresses_known(run, who, resolved);
    } else if (one.state == DeliveryState::finding_tlsa) {
        if (mail::tlsa_known(run, who, resolved) == mail::PolicyStep::refused)
            mail::next_rung(run, who);
        else
            mail::try_address(run, who);
    }
}

}  // namespace postroad::sim::dns_layer
