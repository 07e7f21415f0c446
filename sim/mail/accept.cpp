// The end of data: a host takes responsibility for a mail (RFC 5321 §4.2.5), signs it with a
// Received field (§4.4), and as an MSA adds what every message needs (RFC 6409 §8). An LMTP server puts
// it into mailboxes instead, and has a verdict on each.
#include "protocols/base/ascii.hpp"
#include "protocols/message/trace_fields.hpp"
#include "protocols/smtp/server.hpp"
#include "sim/mail/heap_out.hpp"
#include "sim/mail/mda.hpp"
#include "sim/mail/policy.hpp"
#include "sim/mail/queue_parts.hpp"
#include "sim/session/desk.hpp"

namespace postroad::sim::mail {
namespace {

constexpr std::size_t tail_octets_max = 60'000;  // a row of the Trace holds 65,528
constexpr std::size_t trace_room_octets = 384;  // what a Received field takes as a rule

// RFC 6409 §8.2, §8.3: an MUA may leave Date and Message-ID to the MSA.
void add_missing(Run& run, NodeId host, Id id, std::string_view name, std::string_view content,
                 HeapOut& out) {
    const message::Parts parts = message::split_message(content);
    if (parts.find("Message-ID").raw.empty()) {
        run.decide(host, id, Reason::submission_fixed, "Message-ID");
        message::put(out, "Message-ID: <");
        std::string& words = scratch();
        append_queue_id(words, id);
        message::put(out, words);
        message::put(out, "@");
        message::put(out, name);
        message::put(out, ">\r\n");
    }
    if (parts.find("Date").raw.empty()) {
        run.decide(host, id, Reason::submission_fixed, "Date");
        message::put(out, "Date: ");
        message::put_date(out, run.unix_s(), run.host(host).utc_offset_min);
        message::put(out, "\r\n");
    }
}

// The mail of a session with this host's Received field on top; gives how much was put there.
std::uint32_t sign(Run& run, const Tcb& tcb, Id id, bool is_msa, Text& content) {
    World& world = run.world;
    const NodeId host = tcb.node;
    const smtp::Server& server = world.sessions.of<smtp::Server>()[tcb.seat].machine;
    const smtp::ServerHost& settings = desk::smtp_server_host(run, tcb);
    const std::string_view received = world.heap.view(server.content);
    content = world.heap.reserve(received.size() + trace_room_octets);
    HeapOut to{world.heap, content};
    message::Received field;
    char queue_id[16];
    {
        std::string& words = scratch();
        append_queue_id(words, id);
        field.id = {queue_id, words.copy(queue_id, sizeof queue_id)};
    }
    std::string& client = scratch();
    net::append(client, run.address(tcb.remote));
    field.from = world.heap.view(server.client_name);
    field.from_address = client;
    field.by = settings.name;
    field.protocol = settings.lmtp
                         ? message::with_of_lmtp(server.tls != 0, server.authenticated != 0)
                         : message::with_of(server.extended != 0, server.tls != 0, server.authenticated != 0);
    if (server.forward_paths.size() == 1)
        field.for_path = world.heap.view(world.heap.get(server.forward_paths, 0));
    field.unix_s = run.unix_s();
    field.offset_min = run.host(host).utc_offset_min;
    message::put_received(to, field);
    if (is_msa) add_missing(run, host, id, settings.name, received, to);
    const std::uint32_t trace_octets = content.size;
    world.heap.append(content, received);
    return trace_octets;
}

bool goes_in_circles(Run& run, const Tcb& tcb, Answer& out) {
    const smtp::Server& server = run.world.sessions.of<smtp::Server>()[tcb.seat].machine;
    const std::size_t hops = message::count_received(run.world.heap.view(server.content));
    if (hops < settings_of(run, tcb.node).smtp.hops_max) return false;
    run.decide(tcb.node, tcb.conversation, Reason::loop, static_cast<std::uint64_t>(hops));
    out.ok = false;
    out.code = 554;
    out.enhanced = "5.4.6";
    out.text = "too many Received fields: the mail goes round in circles";
    return true;
}

}  // namespace

void accept_mail(Run& run, std::uint32_t connection, Answer& out) {
    World& world = run.world;
    const Tcb& tcb = world.tcp.tcbs[connection];
    const NodeId host = tcb.node;
    const Id id = run.new_id(host);
    if (world.mail.hosts[host].discards) {
        ++world.mail.hosts.edit(host).accepted;
        std::string& words = scratch();
        append_queue_id(words, id);
        out.text = words;
        return;
    }
    if (goes_in_circles(run, tcb, out)) return;
    const smtp::Server& server = world.sessions.of<smtp::Server>()[tcb.seat].machine;
    const bool is_msa = run.host(host).services[tcb.service].service == scenario::Service::msa;
    Text content;
    const std::uint32_t trace_octets = sign(run, tcb, id, is_msa, content);

    Entry entry;
    entry.conversation = tcb.conversation;
    entry.transaction = server.transactions;
    entry.reverse_path = world.heap.view(server.reverse_path);
    entry.forward_paths = server.forward_paths;
    entry.content = content;
    entry.trace_octets = trace_octets;
    if (server.unstuffer.flags & message::seen::eight_bit) entry.flags |= message_flag::eight_bit;
    if (is_msa) entry.flags |= message_flag::submitted;
    enter(run, host, id, entry);
    world.heap.drop(content);
    run.decide(host, id, Reason::responsible);
    if (is_msa) run.decide(host, id, Reason::envelope_only);
    std::string& words = scratch();
    append_queue_id(words, id);
    out.text = words;
}

namespace {

// RFC 2033 §4.2: the mail is in a mailbox, or it is not: nothing is queued here, and so each
// recipient has a verdict of its own.
void record_taken(Run& run, const Tcb& tcb, const Arrival& mail, std::uint32_t transaction,
                  const List<Text>& paths, const std::vector<Verdict>& verdicts) {
    World& world = run.world;
    CustodyFact fact;
    std::string& tail = scratch();
    tail += mail.reverse_path;
    for (std::uint32_t i = 0; i < paths.size(); ++i) {
        if (verdicts[i].taken != Taken::delivered) continue;
        ++fact.recipients;
        tail += '\n';
        tail += world.heap.view(world.heap.get(paths, i));
    }
    if (fact.recipients == 0) return;
    fact.message = mail.message;
    fact.conversation = tcb.conversation;
    fact.transaction = transaction;
    fact.move = CustodyMove::accepted;
    fact.content_hash = hash_octets(world.heap.view(mail.content).substr(mail.trace_octets));
    run.record(mail.host, fact, std::string_view(tail).substr(0, tail_octets_max));
    ++world.mail.hosts.edit(mail.host).accepted;
}

}  // namespace

void accept_by_lmtp(Run& run, std::uint32_t connection, Answer& out) {
    World& world = run.world;
    const Tcb tcb = world.tcp.tcbs[connection];
    if (goes_in_circles(run, tcb, out)) return;
    const smtp::Server& server = world.sessions.of<smtp::Server>()[tcb.seat].machine;
    const List<Text> paths = server.forward_paths;
    const std::uint32_t transaction = server.transactions;
    const std::string reverse_path(world.heap.view(server.reverse_path));
    Arrival mail;
    mail.host = tcb.node;
    mail.message = run.new_id(tcb.node);
    mail.conversation = tcb.conversation;
    mail.transaction = transaction;
    mail.reverse_path = reverse_path;
    mail.trace_octets = sign(run, tcb, mail.message, false, mail.content);
    mail.in_conversation = true;
    const auto arrival_of = [&](std::uint32_t index) {
        mail.forward_path = world.heap.view(world.heap.get(paths, index));
        mail.person = whereabouts(run, tcb.node, mail.forward_path).person;
        return mail;
    };
    std::vector<Verdict> verdicts;
    for (std::uint32_t i = 0; i < paths.size(); ++i) {
        const Arrival one = arrival_of(i);
        if (one.person == nothing)  // it was there at RCPT
            verdicts.push_back({Taken::refused, false, 550, "5.1.1 no such mailbox any more"});
        else verdicts.push_back(judge_arrival(run, one));
    }
    record_taken(run, tcb, mail, transaction, paths, verdicts);
    std::string lines;
    for (std::uint32_t i = 0; i < paths.size(); ++i) {
        const Arrival one = arrival_of(i);
        if (one.person != nothing) verdicts[i] = carry_out(run, one, verdicts[i]);
        append_number(lines, verdicts[i].code);
        lines += ' ';
        lines += verdicts[i].words;
        lines += '\n';
    }
    world.heap.drop(mail.content);
    std::string& words = scratch();
    words = lines;
    out.text = words;
}

}  // namespace postroad::sim::mail
