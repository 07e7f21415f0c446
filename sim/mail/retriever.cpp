// The door of mail retrieval agents: polls, and the session with the server that is polled.
#include "sim/mail/retriever.hpp"

#include "protocols/message/header.hpp"
#include "sim/mail/log_in.hpp"
#include "sim/mail/retriever_parts.hpp"
#include "sim/session/ending_words.hpp"

namespace postroad::sim::retriever {
namespace {

constexpr Duration connect_timeout_ns = 30 * second;

bool is_current(const Run& run, std::uint32_t connection, std::uint32_t agent) {
    const RetrieverState& mine = at(run, agent);
    return mine.step != RetrieverStep::idle &&
           (mine.source == connection || mine.source == nothing);
}

void end_poll(Run& run, std::uint32_t agent) {
    put_down(run, agent);
    RetrieverState& mine = edit(run, agent);
    mine.step = RetrieverStep::idle;
    mine.source = nothing;
    mine.waiting = mine.hopeless = 0;
    mine.folder = mine.uid = 0;
    mine.asks = RetrieverAsks::begin;
    run.world.heap.drop(mine.uids);
}

void connect(Run& run, std::uint32_t agent) {
    const RetrieverSetup& setup = setup_of(run, agent);
    const auto addresses = addresses_of(run, setup.host, setup.from_host);
    RetrieverState& mine = edit(run, agent);
    if (mine.address >= addresses.size()) return end_poll(run, agent);
    const std::uint32_t tried = mine.address++;
    mine.source = nothing;
    const std::uint32_t connection =
        session::start_client(run, setup.host, addresses[tried], setup.from_port,
                              polls_by_imap(run, agent) ? Role::imap_client : Role::pop3_client,
                              owner_bit | agent, connect_timeout_ns);
    RetrieverState& now = edit(run, agent);
    if (now.step == RetrieverStep::polling && now.address == tried + 1) now.source = connection;
}

void poll(Run& run, std::uint32_t agent) {
    const RetrieverSetup& setup = setup_of(run, agent);
    if (setup.from_host == nothing || at(run, agent).step != RetrieverStep::idle) return;
    RetrieverState& mine = edit(run, agent);
    mine.step = RetrieverStep::polling;
    mine.address = 0;
    run.decide(setup.host, 0, Reason::mra_polls, settings_of(run, agent).name,
               domain_name_of(run, setup.from_host), settings_of(run, agent).user);
    connect(run, agent);
}

// A message that has been handed on may go; one that is new is wanted.
void choose(Run& run, std::uint32_t agent, const Ask& ask, Answer& out) {
    const RetrieverState& mine = at(run, agent);
    out.number = 0;
    const std::uint32_t known = find(run.world, agent, ask.a);
    if (known != nothing) run.world.mail.retrievers.retrievals.edit(known).in_session = 1;
    const bool handed = known != nothing &&
                        run.world.mail.retrievers.retrievals[known].state == RetrievalState::handed;
    out.ok = !handed && mine.hopeless == 0;
    if (!handed || settings_of(run, agent).keep) return;
    run.decide(setup_of(run, agent).host, 0, Reason::mra_known, ask.a);
    run.world.mail.retrievers.retrievals.edit(known).in_session = 2;
    out.number = 1;
}

// Whether what has been fetched may be deleted. False: that is not known yet.
bool choose_fate(Run& run, std::uint32_t agent, Answer& out) {
    RetrieverState& mine = edit(run, agent);
    if (mine.step == RetrieverStep::handing && mine.concluded == 0) {
        mine.waiting = 1;
        return false;
    }
    out.ok = false;
    out.number = mine.may_delete != 0 && !settings_of(run, agent).keep ? 1 : 0;
    if (out.number == 1) {
        if (mine.retrieval == nothing)
            ++mine.deleted_nameless;
        else
            run.world.mail.retrievers.retrievals.edit(mine.retrieval).in_session = 2;
    }
    put_down(run, agent);
    edit(run, agent).step = RetrieverStep::polling;
    return true;
}

void fetched(Run& run, std::uint32_t connection, std::uint32_t agent, const Tell& tell,
             std::string_view text) {
    const Tcb tcb = run.world.tcp.tcbs[connection];
    const pop3::Client& machine = run.world.sessions.of<pop3::Client>()[tcb.seat].machine;
    const std::string id(pop3::unique_id_of(machine, tell.index, run.world.heap));
    hand_on(run, agent, record_fetched(run, connection, agent, tell.index, text), text, id);
}

void source_tell(Run& run, std::uint32_t connection, std::uint32_t agent, const Tell& tell,
                 std::string_view words) {
    if (!is_current(run, connection, agent)) return;
    const Id conversation = run.world.tcp.tcbs[connection].conversation;
    switch (tell.kind) {
    case TellKind::imap: return imap_tell(run, connection, agent, tell, words);
    case TellKind::fetched: return fetched(run, connection, agent, tell, words);
    case TellKind::session_done:
        return settle_session(run.world, agent, tell.code == pop3::positive);
    case TellKind::session_failed: return explain(run, agent, conversation, words);
    case TellKind::secret_in_clear:
        return run.decide(setup_of(run, agent).host, conversation, Reason::secret_in_clear, words);
    default: return;
    }
}

void source_over(Run& run, std::uint32_t connection, std::uint32_t agent, Ending how) {
    // A crash of its own host: host_down puts everything down.
    if (!is_current(run, connection, agent) || how == Ending::crashed) return;
    settle_session(run.world, agent, false);  // where QUIT was confirmed, nothing is left to settle
    const RetrieverState mine = at(run, agent);
    const bool never_came_up =
        how == Ending::refused || how == Ending::timed_out || how == Ending::unreachable;
    if (mine.step == RetrieverStep::handing && mine.concluded == 0) {
        edit(run, agent).source = nothing;  // what is in hand is handed on all the same
        edit(run, agent).waiting = 0;
        return;
    }
    if (never_came_up && mine.step == RetrieverStep::polling &&
        mine.address <
            addresses_of(run, setup_of(run, agent).host, setup_of(run, agent).from_host).size())
        return connect(run, agent);
    if (never_came_up) explain(run, agent, 0, words_of(how));
    end_poll(run, agent);
}

// What has become of the message in hand is known: the session with its server goes on.
void concluded(Run& run, std::uint32_t agent) {
    const RetrieverState mine = at(run, agent);
    if (mine.source == nothing) return end_poll(run, agent);
    if (mine.waiting == 0) return;
    edit(run, agent).waiting = 0;
    Answer answer;
    answer.to = AskKind::next_job;
    if (polls_by_imap(run, agent))
        imap_ask(run, mine.source, agent, answer);
    else
        choose_fate(run, agent, answer);
    session::answer(run, mine.source, answer);
}

}  // namespace

std::string_view domain_name_of(const Run& run, std::uint32_t host) {
    if (host == nothing) return "nowhere";
    const HostSetup& setup = run.setup().hosts[host];
    return setup.domain_name.empty() ? std::string_view(setup.name) : setup.domain_name;
}

std::vector<AddressId> addresses_of(const Run& run, NodeId host, std::uint32_t target) {
    std::vector<AddressId> out;
    if (target == nothing) return out;
    for (const bool v6 : {false, true}) {
        bool has_family = false;
        for (const AttachmentSetup& one : run.host(host).attachments)
            has_family = has_family || (v6 ? one.v6 : one.v4) != nothing;
        if (!has_family) continue;
        for (const AttachmentSetup& one : run.host(target).attachments)
            if (const AddressId address = v6 ? one.v6 : one.v4; address != nothing)
                out.push_back(address);
    }
    return out;
}

bool polls_by_imap(const Run& run, std::uint32_t agent) {
    return settings_of(run, agent).protocol == scenario::FetchProtocol::imap;
}

void explain(Run& run, std::uint32_t agent, Id subject, std::string_view why) {
    const RetrieverSetup& setup = setup_of(run, agent);
    run.decide(setup.host, subject, Reason::fetch_failed, domain_name_of(run, setup.from_host),
               why);
}

Id record_fetched(Run& run, std::uint32_t connection, std::uint32_t agent, std::uint32_t number,
                  std::string_view text) {
    const Tcb tcb = run.world.tcp.tcbs[connection];
    CustodyFact fact;
    fact.message = run.new_id(tcb.node);
    fact.conversation = tcb.conversation;
    fact.transaction = number;
    fact.move = CustodyMove::fetched;  // by nobody who reads it: no recipients
    message::Field first;
    const std::size_t size = message::read_field(text, true, first);
    fact.content_hash =
        hash_octets(size != 0 && first.is("Return-Path") ? text.substr(size) : text);
    const RetrieverSetup& setup = setup_of(run, agent);
    run.record(tcb.node, fact,
               setup.person == nothing ? std::string_view(settings_of(run, agent).user)
                                       : run.setup().people[setup.person].address);
    return fact.message;
}

std::string title_of(std::string_view content, std::string_view id) {
    std::string scratch;
    const message::Field subject = message::split_message(content).find("Subject");
    std::string out(message::unfolded(subject, scratch).substr(0, 100));
    out = out.empty() ? "a message" : "\"" + out + "\"";
    if (!id.empty()) out += " (" + std::string(id.substr(0, 80)) + ")";
    return out;
}

void set_up(World& world) {
    Pages<RetrieverState>& agents = world.mail.retrievers.agents;
    while (agents.size() < world.setup->retrievers.size()) agents.append(RetrieverState{});
}

void begin(Run& run) {
    set_up(run.world);
    for (std::uint32_t i = 0; i < run.setup().retrievers.size(); ++i) {
        const NodeId host = setup_of(run, i).host;
        if (host == nothing) continue;
        run.schedule(run.now() + settings_of(run, i).every.ns, host, host, EventKind::mail,
                     routine_mail_event, owner_bit | i);
    }
}

void on_event(Run& run, const Event& event) {
    set_up(run.world);
    const std::uint32_t agent = event.a & ~owner_bit;
    if (agent >= run.setup().retrievers.size()) return;
    if (event.detail == mail::event::retriever) {
        if (at(run, agent).serial == event.b && !run.is_down(event.node)) concluded(run, agent);
        return;
    }
    const Duration every = settings_of(run, agent).every.ns;
    if (every == 0) return;
    run.schedule(run.now() + every, event.node, event.node, EventKind::mail, routine_mail_event,
                 event.a);
    if (!run.is_down(event.node)) poll(run, agent);
}

bool ask(Run& run, std::uint32_t connection, std::uint32_t owner, const Ask& ask, Answer& out) {
    const std::uint32_t agent = owner & ~owner_bit;
    out = {};
    out.to = ask.kind;
    out.ok = false;
    const RetrieverSetup& setup = setup_of(run, agent);
    const bool hands_on = run.world.tcp.tcbs[connection].role == Role::smtp_client;
    if (ask.kind == AskKind::respond && !hands_on)
        return login::respond(run, connection,
                              {settings_of(run, agent).user, setup.password, setup.mechanisms},
                              setup.from_host, ask, out);
    if (ask.kind == AskKind::respond) {
        out.text = "an agent does not log in where it hands on";
        return true;
    }
    if (hands_on) {
        target_ask(run, connection, agent, out);
        return true;
    }
    if (!is_current(run, connection, agent)) return true;
    if (polls_by_imap(run, agent)) return imap_ask(run, connection, agent, out);
    if (ask.c == "DELE") return choose_fate(run, agent, out);
    choose(run, agent, ask, out);
    return true;
}

void tell(Run& run, std::uint32_t connection, std::uint32_t owner, const Tell& tell,
          std::string_view words) {
    const std::uint32_t agent = owner & ~owner_bit;
    if (run.world.tcp.tcbs[connection].role == Role::smtp_client)
        target_tell(run, connection, agent, tell, words);
    else
        source_tell(run, connection, agent, tell, words);
}

void over(Run& run, std::uint32_t connection, std::uint32_t owner, Ending how) {
    const std::uint32_t agent = owner & ~owner_bit;
    if (run.world.tcp.tcbs[connection].role == Role::smtp_client)
        target_over(run, connection, agent, how);
    else
        source_over(run, connection, agent, how);
}

const smtp::ClientHost& smtp_client_host(const Run& run, std::uint32_t owner) {
    return setup_of(run, owner & ~owner_bit).client;
}

// Not state: filled anew from the Setup at each call, in one place that keeps its room.
const pop3::ClientHost& pop3_client_host(const Run& run, std::uint32_t owner) {
    static thread_local pop3::ClientHost host;
    const RetrieverSetup& setup = setup_of(run, owner & ~owner_bit);
    host.user = settings_of(run, owner & ~owner_bit).user;
    host.password = setup.password;
    host.tls = setup.tls;
    host.says_password = login::says_password(setup.mechanisms);
    host.apop = false;
    host.asks_before_deleting = true;
    return host;
}

std::string_view server_name(const Run& run, const Tcb& tcb, std::uint32_t owner) {
    const RetrieverSetup& setup = setup_of(run, owner & ~owner_bit);
    return domain_name_of(run, tcb.role == Role::smtp_client ? setup.to_host : setup.from_host);
}

void host_down(Run& run, NodeId host) {
    set_up(run.world);
    for (std::uint32_t i = 0; i < run.setup().retrievers.size(); ++i) {
        if (setup_of(run, i).host != host || at(run, i).step == RetrieverStep::idle) continue;
        settle_session(run.world, i, false);
        end_poll(run, i);
    }
}

}  // namespace postroad::sim::retriever
