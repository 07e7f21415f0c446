// The end of data: a host takes responsibility for a mail (RFC 5321 §4.2.5), signs it with a
// Received field (§4.4), and as an MSA adds what every message needs (RFC 6409 §8).
#include "protocols/base/ascii.hpp"
#include "protocols/message/trace_fields.hpp"
#include "protocols/smtp/server.hpp"
#include "sim/mail/heap_out.hpp"
#include "sim/mail/policy.hpp"
#include "sim/mail/queue_parts.hpp"
#include "sim/session/desk.hpp"

namespace postroad::sim::mail {
namespace {

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
    const smtp::Server& server = world.sessions.of<smtp::Server>()[tcb.seat].machine;
    const std::string_view received = world.heap.view(server.content);
    const std::size_t hops = message::count_received(received);
    if (hops >= settings_of(run, host).smtp.hops_max) {
        run.decide(host, tcb.conversation, Reason::loop, static_cast<std::uint64_t>(hops));
        out.ok = false;
        out.code = 554;
        out.enhanced = "5.4.6";
        out.text = "too many Received fields: the mail goes round in circles";
        return;
    }
    const smtp::ServerHost& settings = desk::smtp_server_host(run, tcb);
    const bool is_msa = run.host(host).services[tcb.service].service == scenario::Service::msa;

    Text content = world.heap.reserve(received.size() + trace_room_octets);
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
    field.protocol = message::with_of(server.extended != 0, false, server.authenticated != 0);
    if (server.forward_paths.size() == 1)
        field.for_path = world.heap.view(world.heap.get(server.forward_paths, 0));
    field.unix_s = run.unix_s();
    field.offset_min = run.host(host).utc_offset_min;
    message::put_received(to, field);
    if (is_msa) add_missing(run, host, id, settings.name, received, to);
    const std::uint32_t trace_octets = content.size;
    world.heap.append(content, received);

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

}  // namespace postroad::sim::mail
