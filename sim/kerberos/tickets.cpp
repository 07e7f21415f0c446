// One job a ticket: find the KDC, sign on if need be, show the ticket-granting ticket, done.
#include "sim/kerberos/tickets.hpp"

#include <algorithm>
#include <array>

#include "protocols/dns/message.hpp"
#include "sim/kerberos/kdc.hpp"
#include "sim/kerberos/realm.hpp"
#include "sim/net/network.hpp"
#include "sim/net/tcp.hpp"

namespace postroad::sim::kerberos_layer {
namespace {

using kerberos::Credentials;

constexpr std::uint8_t tries_max = 3;          // of one KDC
constexpr Duration first_wait = second;        // then twice as long, and so on
constexpr std::int64_t spare_s = 60;           // a ticket that ends so soon is got anew

std::uint64_t port_key(NodeId host, std::uint16_t port) {
    return mix64(std::uint64_t{host} << 16 | port, 88);
}

std::uint32_t job_at(const Run& run, NodeId host, std::uint16_t port) {
    const auto& jobs = run.world.kerberos.jobs;
    return run.world.kerberos.job_by_port.find(port_key(host, port), [&](std::uint32_t id) {
        return jobs[id].device == host && jobs[id].port == port;
    });
}

const RealmSetup& realm_of(const Run& run, std::uint32_t person) {
    return run.setup().realms[run.setup().people[person].realm];
}
std::string granting_server(const RealmSetup& realm) { return "krbtgt/" + realm.name; }

// ---- The cache ----

KerberosPerson& person_of(Run& run, std::uint32_t person) {
    Pages<KerberosPerson>& people = run.world.kerberos.people;
    while (people.size() <= person) people.append(KerberosPerson{});
    return people.edit(person);
}
std::uint32_t& first_ticket(Run& run, std::uint32_t person) {
    return person_of(run, person).first_ticket;
}

std::uint32_t find_ticket(const Run& run, std::uint32_t person, std::string_view server) {
    const KerberosTables& tables = run.world.kerberos;
    if (tables.people.size() <= person) return nothing;
    for (std::uint32_t id = tables.people[person].first_ticket; id != nothing;
         id = tables.tickets[id].next)
        if (run.world.heap.view(tables.tickets[id].server) == server) return id;
    return nothing;
}

void forget_tickets(Run& run, std::uint32_t person) {
    KerberosTables& tables = run.world.kerberos;
    while (tables.people.size() > person && first_ticket(run, person) != nothing) {
        const std::uint32_t id = first_ticket(run, person);
        CachedTicket gone = tables.tickets[id];
        first_ticket(run, person) = gone.next;
        for (Text* const text : {&gone.server, &gone.ticket, &gone.session})
            run.world.heap.drop(*text);
        tables.tickets.remove(id);
    }
}

void keep_ticket(Run& run, std::uint32_t person, const Credentials& credentials) {
    KerberosTables& tables = run.world.kerberos;
    Heap& heap = run.world.heap;
    const std::string server = kerberos::to_text(credentials.server);
    std::uint32_t id = find_ticket(run, person, server);
    if (id == nothing) {
        id = tables.tickets.add();
        CachedTicket& fresh = tables.tickets.edit(id);
        fresh.next = first_ticket(run, person);
        fresh.server = heap.make(server);
        first_ticket(run, person) = id;
    }
    CachedTicket& one = tables.tickets.edit(id);
    heap.assign(one.ticket, credentials.ticket);
    heap.assign(one.session, credentials.session.octets);
    one.from = credentials.from;
    one.until = credentials.until;
    one.type = static_cast<std::int32_t>(credentials.session.type);
    one.flags = credentials.flags.bits;
}

// ---- Jobs ----

void end(Run& run, std::uint32_t id) {
    TicketJob job = run.world.kerberos.jobs[id];
    if (job.port != 0) run.world.kerberos.job_by_port.erase(port_key(job.device, job.port), id);
    for (Text* const text : {&job.service, &job.kdcs, &job.salt}) run.world.heap.drop(*text);
    run.world.kerberos.jobs.remove(id);
    if (job.connection != nothing)
        ticket_known(run, {job.connection, job.connection_generation, job.number});
}

void fail(Run& run, std::uint32_t id, std::string_view why) {
    const TicketJob& job = run.world.kerberos.jobs[id];
    run.decide(job.device, job.subject, Reason::ticket_failed,
               run.setup().people[job.person].principal, run.world.heap.view(job.service), why);
    end(run, id);
}

kerberos::AsRequest sign_on(const Run& run, const TicketJob& job) {
    const RealmSetup& realm = realm_of(run, job.person);
    kerberos::AsRequest out;
    out.realm = realm.name;
    out.client = kerberos::to_name(run.setup().people[job.person].principal);
    out.server = kerberos::ticket_granting_server(realm.name);
    out.nonce = job.nonce;
    return out;
}

kerberos::TgsRequest wanted(const Run& run, const TicketJob& job) {
    kerberos::TgsRequest out;
    out.server = kerberos::to_name(run.world.heap.view(job.service));
    out.nonce = job.nonce;
    return out;
}

kerberos::Key persons_key(const Run& run, const TicketJob& job) {
    return key_of_password(run.setup().people[job.person].password, run.world.heap.view(job.salt),
                           static_cast<kerberos::EncryptionType>(job.type));
}

// A request of its own each time: an authenticator is good once.
void send_request(Run& run, std::uint32_t id) {
    TicketJob& job = run.world.kerberos.jobs.edit(id);
    const std::string chance = octets_from(run.draw(job.device, Purpose::mail), 20);
    job.nonce = 0;
    for (const char one : chance.substr(16))
        job.nonce = job.nonce << 8 | static_cast<unsigned char>(one);
    job.nonce &= 0x7fffffff;  // old KDCs take it for signed
    const std::string_view confounder = std::string_view(chance).substr(0, 16);
    std::string request;
    if (job.step == TicketStep::showing) {
        const auto granting =
            kept_ticket(run, job.person, granting_server(realm_of(run, job.person)));
        if (!granting) return fail(run, id, "the ticket-granting ticket has expired");
        request = kerberos::write(wanted(run, job), *granting, new_moment(run, job.person), confounder);
    } else if (job.step == TicketStep::proving) {
        request = kerberos::write(sign_on(run, job), persons_key(run, job), new_moment(run, job.person), confounder);
    } else {
        request = kerberos::write(sign_on(run, job));
    }
    ++job.tries;
    ++job.serial;
    run.schedule(run.now() + (first_wait << (job.tries - 1)), job.device, job.device,
                 EventKind::kerberos, 0, id, job.serial);
    net_layer::send_datagram(run, job.device, job.source, job.port, job.kdc, kdc_port, request,
                             job.conversation);
}

void next_step(Run& run, std::uint32_t id, TicketStep step) {
    TicketJob& job = run.world.kerberos.jobs.edit(id);
    job.step = step;
    job.tries = 0;
    send_request(run, id);
}

void begin_asking(Run& run, std::uint32_t id, AddressId kdc) {
    TicketJob& job = run.world.kerberos.jobs.edit(id);
    job.kdc = kdc;
    job.source = net_layer::source_address(run, job.device, kdc);
    if (job.source == nothing) return fail(run, id, "the KDC cannot be reached from here");
    if (job.port == 0) {
        job.port = net_layer::new_port(run, job.device);
        run.world.kerberos.job_by_port.insert(port_key(job.device, job.port), id);
    }
    job.conversation = net_layer::new_conversation(run, job.device, job.source, job.port, job.kdc,
                                                   kdc_port, net::protocol_udp);
    const bool signed_on =
        kept_ticket(run, job.person, granting_server(realm_of(run, job.person))).has_value();
    next_step(run, id, signed_on ? TicketStep::showing : TicketStep::asking);
}

// Looks up the address of the KDC that is next; without a resolver it is in the hosts file.
void next_kdc(Run& run, std::uint32_t id) {
    TicketJob& job = run.world.kerberos.jobs.edit(id);
    const std::string_view names = run.world.heap.view(job.kdcs);
    if (names.empty()) return fail(run, id, "no KDC answers");
    const std::string name(names.substr(0, names.find('\n')));
    run.world.heap.remove_prefix(job.kdcs, std::min(name.size() + 1, names.size()));
    job.step = TicketStep::finding_address;
    ++job.serial;
    const dns::ParsedName parsed = dns::parse_name(name);
    if (!parsed) return fail(run, id, "DNS names a KDC that can have no address");
    bool v4 = false;
    for (const AttachmentSetup& one : run.host(job.device).attachments) v4 = v4 || one.v4 != nothing;
    dns_layer::ask(run, job.device, parsed.name, v4 ? dns::Type::a : dns::Type::aaaa, job.subject,
                   owner_bit | id, job.serial);
}

void find_in_hosts_file(Run& run, std::uint32_t id) {
    const TicketJob& job = run.world.kerberos.jobs[id];
    for (const std::uint32_t host : realm_of(run, job.person).kdcs)
        for (const AttachmentSetup& one : run.host(host).attachments)
            for (const AddressId address : {one.v4, one.v6})
                if (address != nothing &&
                    net_layer::source_address(run, job.device, address) != nothing)
                    return begin_asking(run, id, address);
    fail(run, id, "no KDC is known here");
}

// RFC 2782: the lowest priority first; weights are not drawn for.
std::string names_in(const dns_layer::Resolved& answer) {
    std::vector<std::pair<unsigned, std::string>> found;
    dns_layer::Records records = answer.records();
    dns::Record record;
    while (records.next(record)) {
        std::array<std::uint8_t, 6 + dns::name_size_max> room;
        const auto size = dns::expand_rdata(record, room);
        if (!size || *size <= 7) continue;
        const unsigned priority = static_cast<unsigned>(room[0] << 8 | room[1]);
        found.emplace_back(priority,
                           dns::to_text(dns::to_name(dns::Bytes(room).subspan(6, *size - 6))));
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::string out;
    for (auto& [priority, name] : found) {
        if (name.size() > 1 && name.ends_with('.')) name.pop_back();  // as scenarios write names
        out += (out.empty() ? "" : "\n") + name;
    }
    return out;
}

std::string when(std::int64_t unix_s) {
    return scenario::to_text(scenario::Instant{unix_s});
}

void granted(Run& run, std::uint32_t id, const Credentials& credentials) {
    const TicketJob job = run.world.kerberos.jobs[id];
    const PersonSetup& person = run.setup().people[job.person];
    keep_ticket(run, job.person, credentials);
    if (job.step == TicketStep::proving) {
        run.decide(job.device, job.subject, Reason::signed_on, person.principal,
                   realm_of(run, job.person).name, when(credentials.until));
        return next_step(run, id, TicketStep::showing);
    }
    run.decide(job.device, job.subject, Reason::ticket_got, person.principal,
               run.world.heap.view(job.service), when(credentials.until));
    end(run, id);
}

void refused(Run& run, std::uint32_t id, const kerberos::KrbError& error) {
    const TicketJob job = run.world.kerberos.jobs[id];
    const auto code = static_cast<kerberos::ErrorCode>(error.code);
    if (job.step == TicketStep::asking && code == kerberos::ErrorCode::preauth_required) {
        const RealmSetup& realm = realm_of(run, job.person);
        const auto hint = kerberos::key_hint(
            error, kerberos::default_salt(realm.name, sign_on(run, job).client));
        if (!hint) return fail(run, id, "the KDC knows no type of encryption that we know");
        TicketJob& edited = run.world.kerberos.jobs.edit(id);
        run.world.heap.assign(edited.salt, hint->salt);
        edited.type = static_cast<std::int32_t>(hint->type);
        return next_step(run, id, TicketStep::proving);
    }
    const std::string_view name = kerberos::name_of(code);
    fail(run, id, name.empty() ? std::to_string(error.code) : std::string(name));
}

}  // namespace

std::optional<Credentials> kept_ticket(const Run& run, std::uint32_t person,
                                       std::string_view service) {
    const std::uint32_t id = find_ticket(run, person, service);
    if (id == nothing) return std::nullopt;
    const CachedTicket& one = run.world.kerberos.tickets[id];
    if (one.until - run.unix_s() < spare_s) return std::nullopt;
    Credentials out;
    out.realm = realm_of(run, person).name;
    out.client = kerberos::to_name(run.setup().people[person].principal);
    out.server = kerberos::to_name(service);
    out.ticket = run.world.heap.view(one.ticket);
    out.session = {static_cast<kerberos::EncryptionType>(one.type),
                   std::string(run.world.heap.view(one.session))};
    out.flags.bits = one.flags;
    out.from = one.from;
    out.until = one.until;
    return out;
}

kerberos::Moment new_moment(Run& run, std::uint32_t person) {
    constexpr std::uint64_t in_second = 1'000'000;
    std::uint64_t& said_us = person_of(run, person).said_us;
    said_us = std::max(said_us + 1, static_cast<std::uint64_t>(run.now() / 1000));
    return {run.setup().start_unix_s + static_cast<std::int64_t>(said_us / in_second),
            static_cast<std::int32_t>(said_us % in_second)};
}

Have obtain(Run& run, std::uint32_t person, std::string_view service, const Waiter& waiter,
            Id subject) {
    const PersonSetup& setup = run.setup().people[person];
    if (setup.realm == nothing || setup.device == nothing) return Have::none;
    if (const auto kept = kept_ticket(run, person, service)) {
        run.decide(setup.device, subject, Reason::ticket_kept, setup.principal, service,
                   when(kept->until));
        return Have::ticket;
    }
    const std::uint32_t id = run.world.kerberos.jobs.add();
    TicketJob job;
    job.device = setup.device;
    job.generation = run.world.kerberos.jobs[id].generation;
    job.subject = subject;
    job.service = run.world.heap.make(service);
    job.number = waiter.number;
    job.connection = waiter.connection;
    job.connection_generation = waiter.generation;
    job.person = person;
    job.step = TicketStep::finding_kdc;
    job.serial = job.generation << 8;  // of no job that had this number before
    run.world.kerberos.jobs.edit(id) = job;
    const dns::ParsedName name = dns::parse_name("_kerberos._udp." + realm_of(run, person).domain);
    // Without a resolver the answer is there at once; it is taken by an event, after this call.
    if (run.host(job.device).resolver == nothing || !name)
        run.schedule(run.now(), job.device, job.device, EventKind::kerberos, 0, id, job.serial);
    else
        dns_layer::ask(run, job.device, name.name, dns::Type::srv, subject, owner_bit | id,
                       job.serial);
    return Have::coming;
}

void resolved(Run& run, std::uint32_t who, std::uint32_t what, const dns_layer::Resolved& answer) {
    const std::uint32_t id = who & ~owner_bit;
    auto& jobs = run.world.kerberos.jobs;
    if (id >= jobs.size() || jobs[id].serial != what) return;
    if (jobs[id].step == TicketStep::finding_kdc) {
        const std::string names =
            answer.outcome == dns_layer::Outcome::answer ? names_in(answer) : std::string();
        const std::string& realm = realm_of(run, jobs[id].person).name;
        if (names.empty())
            return fail(run, id, "DNS tells of no KDC of " + realm);
        run.decide(jobs[id].device, jobs[id].subject, Reason::kdc_found, realm,
                   std::string_view(names).substr(0, names.find('\n')));
        run.world.heap.assign(jobs.edit(id).kdcs, names);
        return next_kdc(run, id);
    }
    if (jobs[id].step != TicketStep::finding_address) return;
    dns_layer::Records records = answer.records();
    dns::Record record;
    while (answer.outcome == dns_layer::Outcome::answer && records.next(record)) {
        net::Address address;
        if (const auto v4 = record.as_a()) {
            address = net::make_v4((*v4)[0], (*v4)[1], (*v4)[2], (*v4)[3]);
        } else if (const auto v6 = record.as_aaaa()) {
            address.bytes = *v6;
        } else {
            continue;
        }
        return begin_asking(run, id, run.address_id(address));
    }
    next_kdc(run, id);
}

bool awaits_datagram(const Run& run, NodeId host, std::uint16_t port) {
    return job_at(run, host, port) != nothing;
}

void reply_arrived(Run& run, NodeId host, const Segment& segment, std::string_view reply) {
    const std::uint32_t id = job_at(run, host, segment.target_port);
    if (id == nothing) return;
    const TicketJob job = run.world.kerberos.jobs[id];
    if (segment.source != job.kdc || segment.source_port != kdc_port) return;
    if (job.step < TicketStep::asking) return;  // too late: the next KDC is being looked for
    if (kerberos::KrbError error; kerberos::read(reply, error)) return refused(run, id, error);
    std::optional<Credentials> got;
    if (job.step == TicketStep::proving) {
        got = kerberos::open_as_reply(reply, sign_on(run, job), persons_key(run, job));
    } else if (job.step == TicketStep::showing) {
        const auto granting =
            kept_ticket(run, job.person, granting_server(realm_of(run, job.person)));
        if (granting) got = kerberos::open_tgs_reply(reply, wanted(run, job), *granting);
    }
    // What does not open, or answers another question, is as if it had not come (RFC 4120 §3.1.5).
    if (got) granted(run, id, *got);
}

void unreachable(Run& run, NodeId host, const Segment& quoted) {
    const std::uint32_t id = job_at(run, host, quoted.source_port);
    if (id != nothing && quoted.target_port == kdc_port &&
        run.world.kerberos.jobs[id].kdc == quoted.target)
        next_kdc(run, id);
}

void on_event(Run& run, const Event& event) {
    const auto& jobs = run.world.kerberos.jobs;
    if (event.a >= jobs.size() || jobs[event.a].serial != event.b ||
        jobs[event.a].step == TicketStep::none)
        return;
    const TicketJob job = jobs[event.a];
    if (job.step == TicketStep::finding_kdc) return find_in_hosts_file(run, event.a);
    if (job.tries < tries_max) {
        run.decide(job.device, job.subject, Reason::kdc_silent, run.address(job.kdc),
                   Run::duration(first_wait << (job.tries - 1)));
        return send_request(run, event.a);
    }
    next_kdc(run, event.a);
}

void crash_tickets(Run& run, NodeId host) {
    auto& jobs = run.world.kerberos.jobs;
    for (std::uint32_t id = 0; id < jobs.size(); ++id) {
        if (jobs[id].step == TicketStep::none || jobs[id].device != host) continue;
        jobs.edit(id).connection = nothing;  // its connections end by themselves
        end(run, id);
    }
    for (std::uint32_t person = 0; person < run.setup().people.size(); ++person)
        if (run.setup().people[person].device == host) forget_tickets(run, person);
}

}  // namespace postroad::sim::kerberos_layer
