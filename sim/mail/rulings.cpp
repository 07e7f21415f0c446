// What is asked is found again where it lies: in the server's machine, in the queue's records. So a
// question that is put a second time needs nothing kept for it.
#include "sim/mail/rulings.hpp"

#include "protocols/base/ascii.hpp"
#include "protocols/smtp/server.hpp"
#include "sim/mail/addresses.hpp"
#include "sim/mail/policy.hpp"
#include "sim/mail/queue_parts.hpp"
#include "sim/session/session.hpp"
#include "sim/world/outside.hpp"

namespace postroad::sim::mail {
namespace {

const smtp::Server& server_of(const Run& run, const Tcb& tcb) {
    return run.world.sessions.of<smtp::Server>()[tcb.seat].machine;
}

// What a ruling is about, in the words of its record.
std::string_view subject_of(const Question& question) {
    switch (question.what) {
    case Asked::client: return question.helo;
    case Asked::sender: return question.reverse_path.empty() ? "<>" : question.reverse_path;
    case Asked::message: return "the message";
    default: return question.forward_path;
    }
}

Question about_session(const Run& run, const Tcb& tcb, Asked what, const Answer& out) {
    const smtp::Server& server = server_of(run, tcb);
    const Heap& heap = run.world.heap;
    Question question;
    question.what = what;
    question.host = tcb.node;
    question.about = tcb.conversation;
    question.client = tcb.remote;
    question.helo = heap.view(server.client_name);
    if (what != Asked::client) question.reverse_path = heap.view(server.reverse_path);
    if (what == Asked::recipient)  // the machine has put it behind those it has already
        question.forward_path =
            heap.view(heap.get(server.forward_paths, server.forward_paths.size() - 1));
    if (what == Asked::message) question.words = heap.view(server.content);
    question.number = server.transactions;
    question.accepted =
        out.code == 0 ? out.relay == Relay::allow && out.exists && out.ok : out.code < 300;
    return question;
}

Question about_recipient(const Run& run, std::uint32_t recipient, Asked what) {
    const Recipient& one = run.world.mail.recipients[recipient];
    const Message& of = run.world.mail.messages[one.message];
    Question question;
    question.what = what;
    question.host = of.host;
    question.about = of.id;
    question.reverse_path = run.world.heap.view(of.reverse_path);
    question.forward_path = run.world.heap.view(one.forward_path);
    question.number = one.attempts;
    return question;
}

}  // namespace

// RFC 5321 §7.9: a server may refuse for any reason. Somebody outside may decide otherwise than
// the host's own policy does.
bool outside_rules(Run& run, std::uint32_t connection, Asked what, Answer& out) {
    if (!run.rule) return true;
    const Tcb& tcb = run.world.tcp.tcbs[connection];
    const Question question = about_session(run, tcb, what, out);
    const Ruling& ruling = run.rule(question);
    if (ruling.after_ns != 0) {
        run.schedule(run.now() + ruling.after_ns, tcb.node, tcb.node, EventKind::mail,
                     event::asked_again, connection, tcb.generation);
        return false;
    }
    if (ruling.code == 0) return true;
    run.decide(tcb.node, tcb.conversation, Reason::ruled, subject_of(question),
               std::uint64_t{ruling.code}, ruling.text);
    out.ok = ruling.code < 300;
    out.exists = true;
    out.relay = Relay::allow;
    out.code = out.ok && what != Asked::recipient ? std::uint16_t{0} : ruling.code;
    out.enhanced = ruling.code < 300 ? "2.1.5" : ruling.code < 500 ? "4.7.1" : "5.7.1";
    out.text = ruling.text;
    return true;
}

void ask_again(Run& run, const Event& event) {
    const Tcb& tcb = run.world.tcp.tcbs[event.a];
    if (tcb.generation != event.b || tcb.seat == nothing || tcb.role != Role::smtp_server) return;
    const smtp::Server& server = server_of(run, tcb);
    if (server.asking == 0) return;
    Ask again;
    again.kind = smtp::server_rows()[server.row].asks;
    Answer out;
    if (answer_smtp_server(run, event.a, again, out)) session::answer(run, event.a, out);
}

bool outside_routes(Run& run, std::uint32_t recipient, std::string_view domain) {
    if (!run.rule) return false;
    Question question = about_recipient(run, recipient, Asked::route);
    question.words = domain;
    const Ruling ruling = run.rule(question);
    if (ruling.code == 0) return false;
    run.decide(question.host, question.about, Reason::ruled, question.forward_path,
               std::uint64_t{ruling.code}, ruling.text);
    if (ruling.code >= 500) {
        fail(run, recipient, ruling.code, ruling.text);
    } else if (ruling.code >= 400) {
        defer(run, recipient, ruling.code, ruling.text, ruling.after_ns);
    } else {
        const std::size_t colon = ruling.text.find(':');
        const auto port = colon == std::string::npos
                              ? std::nullopt
                              : parse_number(std::string_view(ruling.text).substr(colon + 1));
        wait_at(run,
                destination_for(run, question.host, NextHop::host, ruling.text.substr(0, colon),
                                static_cast<std::uint16_t>(port.value_or(25))),
                recipient);
    }
    return true;
}

Duration outside_waits(Run& run, std::uint32_t recipient, std::string_view words, Duration wait) {
    if (!run.rule) return wait;
    Question question = about_recipient(run, recipient, Asked::retry);
    question.words = words;
    const Ruling& ruling = run.rule(question);
    if (ruling.code == 0) return wait;
    run.decide(question.host, question.about, Reason::ruled, question.forward_path,
               std::uint64_t{ruling.code}, ruling.text);
    return ruling.code >= 500 ? never : ruling.after_ns;
}

}  // namespace postroad::sim::mail
