// The door of people's mail programs: what happens to them, handed to outbox or fetching.
#include "sim/mail/people_parts.hpp"

#include "protocols/dns/name.hpp"
#include "sim/kerberos/tickets.hpp"
#include "sim/mail/log_in.hpp"
#include "sim/mail/tokens.hpp"
#include "sim/rpc/rpc.hpp"

namespace postroad::sim::people {

void set_up(World& world) {
    PeopleTables& people = world.mail.people;
    while (people.people.size() < world.setup->people.size()) people.people.append(PersonMail{});
    if (people.workloads.size() < world.setup->scenario.workloads.size())
        people.workloads.resize(world.setup->scenario.workloads.size());
}

std::string_view domain_name_of(const Run& run, std::uint32_t host) {
    const HostSetup& setup = run.setup().hosts[host];
    return setup.domain_name.empty() ? std::string_view(setup.name) : setup.domain_name;
}

std::string_view words_of(Ending how) {
    switch (how) {
        case Ending::closed: return "the server closed the connection";
        case Ending::reset: return "the connection was reset";
        case Ending::refused: return "connection refused";
        case Ending::timed_out: return "no answer";
        case Ending::unreachable: return "host unreachable";
        case Ending::aborted: return "the connection was given up";
        case Ending::crashed: return "the device went down";
    }
    return {};
}

std::uint8_t look_up(Run& run, NodeId device, std::uint32_t target, Id subject, std::uint32_t who,
                     std::uint32_t what, List<AddressId>& addresses) {
    run.world.heap.drop(addresses);
    const dns::ParsedName name = dns::parse_name(run.setup().hosts[target].domain_name);
    if (run.host(device).resolver == nothing || !name) {
        for (const AttachmentSetup& one : run.setup().hosts[target].attachments)
            for (const AddressId address : {one.v4, one.v6})
                if (address != nothing) run.world.heap.push(addresses, address);
        return 0;
    }
    bool v4 = false;
    bool v6 = false;
    for (const AttachmentSetup& one : run.host(device).attachments) {
        v4 = v4 || one.v4 != nothing;
        v6 = v6 || one.v6 != nothing;
    }
    if (v4) dns_layer::ask(run, device, name.name, dns::Type::a, subject, who, what);
    if (v6) dns_layer::ask(run, device, name.name, dns::Type::aaaa, subject, who, what);
    return static_cast<std::uint8_t>((v4 ? 1 : 0) + (v6 ? 1 : 0));
}

void add_addresses(Run& run, const dns_layer::Resolved& answer, List<AddressId>& addresses) {
    if (answer.outcome != dns_layer::Outcome::answer) return;
    dns_layer::Records records = answer.records();
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
        run.world.heap.push(addresses, run.address_id(address));
    }
}

void act(Run& run, const scenario::Event& event) {
    set_up(run.world);
    if (const auto* const message = std::get_if<scenario::Send>(&event.action)) {
        send(run, *message);
    } else if (const auto* const done = std::get_if<scenario::Handle>(&event.action)) {
        handle(run, *done);
    } else if (const auto* const wanted = std::get_if<scenario::Fetch>(&event.action)) {
        const std::uint32_t person = run.setup().find_person(wanted->person);
        if (person == nothing) return;
        const auto& settings =
            run.setup().scenario.people[run.setup().people[person].scenario_index].fetch;
        fetch(run, person, wanted->leave_on_server.value_or(settings.leave_on_server));
    }
}

void begin(Run& run) {
    set_up(run.world);
    for (std::uint32_t i = 0; i < run.setup().people.size(); ++i) {
        const PersonSetup& person = run.setup().people[i];
        const auto& every = run.setup().scenario.people[person.scenario_index].fetch.every;
        if (!every || every->ns == 0 || person.device == nothing) continue;
        run.schedule(run.now() + every->ns, person.device, person.device, EventKind::mail,
                     detail::fetch, i);
    }
    begin_habits(run);
}

void on_event(Run& run, const Event& event) {
    set_up(run.world);
    if (event.detail == detail::retry) {
        const PeopleTables& people = run.world.mail.people;
        if (event.a >= people.outbox.size()) return;
        const Submission& one = people.outbox[event.a];
        if (one.state == SubmissionState::waiting && one.serial == event.b &&
            !run.is_down(one.device))
            try_again(run, event.a);
        return;
    }
    if (event.detail == detail::habit) return on_habit(run, event.a, event.b);
    if (event.detail == detail::work) return on_work(run, event.a);
    if (event.detail == detail::token) return tokens::on_known(run, event.a);
    if (event.detail == detail::page) return fetch(run, event.a, true);
    if (event.detail == detail::idle_over) return on_idle_over(run, event.a);
    if (event.detail == detail::by_rpc) return mapi_goes_on(run, event.a, event.b != 0);
    if (event.detail == detail::fetch && event.b != 0) return mapi_poll(run, event.a, event.b);
    if (event.detail != detail::fetch || event.a >= run.setup().people.size()) return;
    const PersonSetup& person = run.setup().people[event.a];
    const auto& settings = run.setup().scenario.people[person.scenario_index].fetch;
    if (!settings.every || settings.every->ns == 0) return;  // a change has switched it off
    run.schedule(run.now() + settings.every->ns, person.device, person.device, EventKind::mail,
                 detail::fetch, event.a);
    if (!run.is_down(person.device)) fetch(run, event.a, settings.leave_on_server);
}

namespace {

bool is_reader(const Run& run, std::uint32_t connection) {
    const Role role = run.world.tcp.tcbs[connection].role;
    return role == Role::pop3_client || role == Role::imap_client;
}

// A mail program logs in, for a fetch or for a submission.
bool log_in_ask(Run& run, std::uint32_t connection, std::uint32_t number, const Ask& ask,
                       Answer& out) {
    if (is_reader(run, connection))
        return login::respond(run, connection, login::account_of(run, number),
                              run.setup().people[number].fetches_from_host, ask, out);
    const Submission& one = run.world.mail.people.outbox[number];
    return login::respond(run, connection, login::account_of(run, one.person), one.target, ask,
                          out);
}

}  // namespace

bool ask(Run& run, std::uint32_t connection, std::uint32_t owner, const Ask& ask, Answer& out) {
    out.to = ask.kind;
    const std::uint32_t number = owner & ~owner_bit;
    if (ask.kind == AskKind::respond) return log_in_ask(run, connection, number, ask, out);
    if (run.world.tcp.tcbs[connection].role == Role::imap_client)
        return imap_ask(run, connection, number, out, ask.b == "IDLE");
    if (run.world.tcp.tcbs[connection].role == Role::pop3_client)
        return fetch_ask(run, connection, number, ask, out);
    return submission_ask(run, connection, number, out);
}

void tell(Run& run, std::uint32_t connection, std::uint32_t owner, const Tell& tell,
          std::string_view words) {
    const std::uint32_t number = owner & ~owner_bit;
    if (run.world.tcp.tcbs[connection].role == Role::imap_client)
        imap_tell(run, connection, number, tell, words);
    else if (run.world.tcp.tcbs[connection].role == Role::pop3_client)
        fetch_tell(run, connection, number, tell, words);
    else
        submission_tell(run, connection, number, tell, words);
}

void over(Run& run, std::uint32_t connection, std::uint32_t owner, Ending how) {
    const std::uint32_t number = owner & ~owner_bit;
    if (is_reader(run, connection))
        fetch_over(run, connection, number, how);
    else
        submission_over(run, connection, number, how);
}

void resolved(Run& run, NodeId, std::uint32_t who, std::uint32_t what,
              const dns_layer::Resolved& answer) {
    const std::uint32_t serial = what & ~for_fetch;
    if (what & for_fetch)
        fetch_resolved(run, who & ~owner_bit, serial, answer);
    else
        submission_resolved(run, who & ~owner_bit, serial, answer);
}

const smtp::ClientHost& smtp_client_host(const Run& run, std::uint32_t owner) {
    const Submission& one = run.world.mail.people.outbox[owner & ~owner_bit];
    const smtp::ClientHost& plain = run.host(one.device).smtp_client;
    if (one.person == nothing) return plain;
    const PersonSetup& person = run.setup().people[one.person];
    if (one.target == person.submits_to_host && one.port == person.submits_to_port)
        return person.submission;
    // Elsewhere the person's name is good for a submission server alone.
    const ServiceSetup* const service =
        run.setup().hosts[one.target].service_at(net::protocol_tcp, one.port);
    const bool msa = service != nullptr && service->role == Role::smtp_server &&
                     run.setup().smtp_servers[service->settings].submission;
    return msa ? person.submission : plain;
}

std::string_view server_name(const Run& run, const Tcb& tcb, std::uint32_t owner) {
    const std::uint32_t number = owner & ~owner_bit;
    return domain_name_of(run, tcb.role == Role::pop3_client || tcb.role == Role::imap_client
                                   ? run.setup().people[number].fetches_from_host
                                   : run.world.mail.people.outbox[number].target);
}

void host_down(Run& run, NodeId host) {
    set_up(run.world);
    tokens::device_down(run, host);
    PeopleTables& people = run.world.mail.people;
    for (std::uint32_t id = 0; id < people.outbox.size(); ++id) {
        const Submission& one = people.outbox[id];
        if (one.state != SubmissionState::resolving || one.device != host) continue;
        Submission& waits = people.outbox.edit(id);  // its questions died with the device
        waits.state = SubmissionState::waiting;
        ++waits.serial;
    }
    for (std::uint32_t i = 0; i < run.setup().people.size(); ++i) {
        if (run.setup().people[i].device != host) continue;
        mapi_device_down(run, i);
        if (people.people[i].state != FetchState::resolving) continue;
        PersonMail& idle = people.people.edit(i);
        idle.state = FetchState::none;
        ++idle.serial;
    }
}

void host_up(Run& run, NodeId host) {
    set_up(run.world);
    const PeopleTables& people = run.world.mail.people;
    for (std::uint32_t id = 0; id < people.outbox.size(); ++id) {
        const Submission& one = people.outbox[id];
        if (one.state == SubmissionState::waiting && one.device == host)
            run.schedule(run.now(), host, host, EventKind::mail, detail::retry, id, one.serial);
    }
}

// The log-in that had to wait goes on, with what it waited for or by another mechanism.
void log_in_again(Run& run, const kerberos_layer::Waiter& waiter, std::string_view what) {
    const Tcb tcb = run.world.tcp.tcbs[waiter.connection];
    if (tcb.generation != waiter.generation || tcb.seat == nothing) return;
    const SessionTables& sessions = run.world.sessions;
    const std::uint32_t owner =
        tcb.role == Role::pop3_client   ? sessions.of<pop3::Client>()[tcb.seat].settings
        : tcb.role == Role::imap_client ? sessions.of<imap::Client>()[tcb.seat].settings
                                        : sessions.of<smtp::Client>()[tcb.seat].settings;
    Answer answer;
    const Ask asked{AskKind::respond, what, {}, "BEGIN", waiter.number};
    ask(run, waiter.connection, owner, asked, answer);
    session::answer(run, waiter.connection, answer);
}

bool is_idle(const World& world) {
    const PeopleTables& people = world.mail.people;
    if (people.outbox.live() != 0) return false;
    for (std::size_t i = 0; i < people.people.size(); ++i)
        if (people.people[i].state != FetchState::none) return false;
    for (std::size_t i = 0; i < world.setup->scenario.workloads.size(); ++i)
        if (i >= people.workloads.size() || people.workloads[i].done == 0) return false;
    return true;
}

}  // namespace postroad::sim::people

namespace postroad::sim::kerberos_layer {

void ticket_known(Run& run, const Waiter& waiter) {
    if (run.world.tcp.tcbs[waiter.connection].role == Role::rpc_client)
        return rpc_layer::ticket_known(run, waiter);
    people::log_in_again(run, waiter, "TICKET");
}

}  // namespace postroad::sim::kerberos_layer
