// Fetching by POP3: a mail program collects what its person has not seen, and remembers what it
// has, so that a session that breaks off before QUIT brings nothing twice (RFC 1939 §8).
#include "sim/mail/people_parts.hpp"

#include "protocols/message/header.hpp"

namespace postroad::sim::people {
namespace {

std::uint32_t find_seen(const World& world, std::uint32_t person, std::string_view id) {
    const PeopleTables& people = world.mail.people;
    return people.seen_by_id.find(hash_octets(id, person), [&](std::uint32_t at) {
        return people.seen[at].person == person && world.heap.view(people.seen[at].id) == id;
    });
}

void remember(Run& run, std::uint32_t person, std::string_view id, bool doomed) {
    if (id.empty() || find_seen(run.world, person, id) != Index::none) return;
    PeopleTables& people = run.world.mail.people;
    const std::uint32_t at = people.seen.add();
    const Text text = run.world.heap.make(id);
    PersonMail& mine = people.people.edit(person);
    SeenMessage& seen = people.seen.edit(at);
    seen.next = mine.first_seen;
    seen.person = person;
    seen.doomed = doomed ? 1 : 0;
    seen.id = text;
    people.seen_by_id.insert(hash_octets(run.world.heap.view(text), person), at);
    mine.first_seen = at;
    ++mine.seen;
}

// What the server has deleted for good need not be remembered; what it has not is still there.
void settle_doomed(Run& run, std::uint32_t person, bool deleted) {
    PeopleTables& people = run.world.mail.people;
    std::uint32_t before = nothing;
    for (std::uint32_t at = people.people[person].first_seen; at != nothing;) {
        SeenMessage one = people.seen[at];
        const std::uint32_t next = one.next;
        if (one.doomed != 1 || !deleted) {
            if (one.doomed == 1) people.seen.edit(at).doomed = 0;
            before = at;
        } else {
            PersonMail& mine = people.people.edit(person);
            --mine.seen;
            if (before == nothing) mine.first_seen = next;
            else people.seen.edit(before).next = next;
            people.seen_by_id.erase(hash_octets(run.world.heap.view(one.id), person), at);
            run.world.heap.drop(one.id);
            people.seen.remove(at);
        }
        at = next;
    }
}

}  // namespace

void look_is_over(Run& run, std::uint32_t person) {
    PersonMail& mine = edit_mail(run, person);
    mine.state = FetchState::none;
    mine.connection = nothing;
    ++mine.serial;
    run.world.heap.drop(mine.addresses);
    if (mine.program != nothing) run.world.mail.people.programs.edit(mine.program).waits = 0;
    has_looked(run, person);
}

PersonMail& edit_mail(Run& run, std::uint32_t person) {
    return run.world.mail.people.people.edit(person);
}
const PersonMail& mail_of(const Run& run, std::uint32_t person) {
    return run.world.mail.people.people[person];
}

bool is_looking(const Run& run, std::uint32_t connection, std::uint32_t person) {
    const auto& people = run.world.mail.people.people;
    return person < people.size() && people[person].state == FetchState::talking &&
           (people[person].connection == connection || people[person].connection == nothing);
}

void explain(Run& run, std::uint32_t person, Id subject, std::string_view why) {
    const PersonSetup& setup = run.setup().people[person];
    run.decide(setup.device, subject, Reason::fetch_failed,
               domain_name_of(run, setup.fetches_from_host), why);
}

void record_fetched(Run& run, Id conversation, std::uint32_t person, std::string_view text) {
    const NodeId device = run.setup().people[person].device;
    PersonMail& mine = edit_mail(run, person);
    CustodyFact fact;
    fact.transaction = mine.in_session++;
    ++mine.fetched;
    mine.fetched_octets += text.size();
    fact.message = run.new_id(device);
    fact.conversation = conversation;
    fact.move = CustodyMove::fetched;
    fact.recipients = 1;
    // The Return-Path is the store's addition (RFC 5321 §4.4): the message is what follows it.
    message::Field first;
    const std::size_t size = message::read_field(text, true, first);
    fact.content_hash = hash_octets(size != 0 && first.is("Return-Path") ? text.substr(size) : text);
    run.record(device, fact, run.setup().people[person].address);
}

namespace {

void connect(Run& run, std::uint32_t person) {
    const PersonSetup& setup = run.setup().people[person];
    const PersonMail mine = mail_of(run, person);
    if (mine.address >= mine.addresses.size()) {
        if (mine.addresses.empty()) explain(run, person, 0, "its name cannot be found");
        look_is_over(run, person);
        if (speaks_mapi(run, person)) mapi_not_found(run, person);
        return;
    }
    const AddressId address = run.world.heap.get(mine.addresses, mine.address);
    PersonMail& talks = edit_mail(run, person);
    talks.state = FetchState::talking;
    talks.connection = nothing;
    talks.in_session = 0;
    talks.committed = 0;
    ++talks.address;
    if (speaks_mapi(run, person)) return begin_mapi(run, person);
    if (speaks_imap(run, person)) begin_imap(run, person);
    else
        called(run, person, 0, "IXPLogon::FlushQueues", "POP3 transport",
               "looks into " + std::string(domain_name_of(run, setup.fetches_from_host)));
    const auto start = speaks_imap(run, person) ? session::start_imap_client
                                                : session::start_pop3_client;
    const std::uint32_t connection =
        start(run, setup.device, address, setup.fetches_from_port, owner_bit | person);
    const PersonMail& now = mail_of(run, person);
    if (now.state == FetchState::talking && now.serial == mine.serial &&
        now.address == mine.address + 1)
        edit_mail(run, person).connection = connection;
}

void fetched(Run& run, std::uint32_t connection, std::uint32_t person, const Tell& tell,
             std::string_view text) {
    const Tcb tcb = run.world.tcp.tcbs[connection];
    const pop3::Client& machine = run.world.sessions.of<pop3::Client>()[tcb.seat].machine;
    const std::string id(pop3::unique_id_of(machine, tell.index, run.world.heap));
    remember(run, person, id, mail_of(run, person).leave == 0);
    record_fetched(run, tcb.conversation, person, text);
    called(run, person, tcb.conversation, "IXPLogon::StartMessage", "POP3 transport",
           "RETR " + std::to_string(tell.index + 1));
    const std::uint32_t number =
        keeps_file(run, person) ? put_into_file(run, person, tcb.conversation, text) : 0;
    keep(run, person, {number, 0, id}, text);
}

}  // namespace

void fetch(Run& run, std::uint32_t person, bool leave_on_server) {
    const PersonSetup& setup = run.setup().people[person];
    if (setup.device == nothing || run.is_down(setup.device)) return;
    if (mail_of(run, person).state != FetchState::none) return;
    if (setup.fetches_from_host == nothing) return;
    PersonMail& mine = edit_mail(run, person);
    ++mine.serial;
    mine.address = 0;
    mine.leave = leave_on_server ? 1 : 0;
    mine.state = FetchState::resolving;
    List<AddressId> addresses = mine.addresses;
    const std::uint32_t serial = mine.serial & ~for_fetch;
    const std::uint8_t lookups = look_up(run, setup.device, setup.fetches_from_host, 0,
                                         owner_bit | person, serial | for_fetch, addresses);
    PersonMail& asked = edit_mail(run, person);
    asked.addresses = addresses;
    asked.lookups = lookups;
    if (lookups == 0) connect(run, person);
}

void fetch_resolved(Run& run, std::uint32_t person, std::uint32_t serial,
                    const dns_layer::Resolved& answer) {
    if (person >= run.world.mail.people.people.size()) return;
    const PersonMail& mine = mail_of(run, person);
    if (mine.state == FetchState::talking && mine.by_rpc != nothing)
        return mapi_resolved(run, person, serial, answer);
    if (mine.state != FetchState::resolving || (mine.serial & ~for_fetch) != serial) return;
    List<AddressId> addresses = mine.addresses;
    add_addresses(run, answer, addresses);
    PersonMail& asked = edit_mail(run, person);
    asked.addresses = addresses;
    if (--asked.lookups == 0) connect(run, person);
}

// Whether the message with this unique-id is wanted; a server without unique-ids shows all as new.
bool fetch_ask(Run& run, std::uint32_t connection, std::uint32_t person, const Ask& ask,
               Answer& out) {
    out.ok = false;
    if (!is_looking(run, connection, person)) return true;
    const std::uint32_t seen =
        ask.a.empty() ? Index::none : find_seen(run.world, person, ask.a);
    const bool leave = mail_of(run, person).leave != 0;
    const bool unwanted = seen != Index::none && run.world.mail.people.seen[seen].doomed == 2;
    out.ok = seen == Index::none;
    out.number = leave && !unwanted ? 0 : 1;
    if (seen != Index::none && out.number == 1) run.world.mail.people.seen.edit(seen).doomed = 1;
    return true;
}

void fetch_tell(Run& run, std::uint32_t connection, std::uint32_t person, const Tell& tell,
                std::string_view words) {
    if (!is_looking(run, connection, person)) return;
    const Id conversation = run.world.tcp.tcbs[connection].conversation;
    switch (tell.kind) {
        case TellKind::fetched:
            fetched(run, connection, person, tell, words);
            break;
        case TellKind::session_done:
            edit_mail(run, person).committed = tell.code == pop3::positive ? 1 : 0;
            break;
        case TellKind::session_failed:
            explain(run, person, conversation, words);
            break;
        case TellKind::secret_in_clear:
            run.decide(run.setup().people[person].device, conversation, tell.code == 1 ? Reason::token_in_clear : Reason::secret_in_clear,
                       words);
            break;
        default:
            break;  // login_failed is followed by session_failed
    }
}

void fetch_over(Run& run, std::uint32_t connection, std::uint32_t person, Ending how) {
    if (!is_looking(run, connection, person)) return;
    const PersonMail mine = mail_of(run, person);
    settle_doomed(run, person, mine.committed != 0);
    const bool never_came_up = how == Ending::refused || how == Ending::timed_out ||
                               how == Ending::unreachable;
    const NodeId device = run.setup().people[person].device;
    if (never_came_up && mine.in_session == 0 && !run.is_down(device) &&
        mine.address < mine.addresses.size())
        return connect(run, person);
    if (is_web(run, person)) page_over(run, connection, person);
    look_is_over(run, person);
    if (wants_pages(run, person))
        run.schedule(run.now() + millisecond, device, device, EventKind::mail, detail::page, person);
}

void forget_on_server(Run& run, std::uint32_t person, std::string_view unique_id) {
    const std::uint32_t seen = find_seen(run.world, person, unique_id);
    if (seen != Index::none) run.world.mail.people.seen.edit(seen).doomed = 2;
}

}  // namespace postroad::sim::people
