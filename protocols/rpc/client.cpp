// Bind, log in, call: what a client says next is decided by its stage, what it waits for by
// `asking`.
#include "protocols/rpc/client.hpp"

#include <algorithm>

#include "protocols/rpc/ndr.hpp"
#include "protocols/rpc/server.hpp"

namespace postroad::rpc {
namespace {

enum Asking : std::uint8_t { nothing, for_token, for_job };
enum Stage : std::uint8_t { fresh, binding, logging_in, idle, calling };

constexpr std::uint32_t auth_context = 1;  // MS-RPCE §2.2.2.11: the client's to choose
constexpr std::uint8_t features_offered = 0x03;

Protection protection_of(const Client& client, const ClientHost& host) {
    return {host.auth,    host.level, auth_context, client.stands != 0, false,
            client.header_signing != 0};
}
bool logs_in(const ClientHost& host) {
    return host.auth != AuthType::none && host.level > AuthLevel::none;
}

void finish(Client& client, Effects& fx) {
    client.ended = 1;
    fx.close = true;
}
void fail(Client& client, std::uint16_t code, std::string_view why, Effects& fx) {
    fx.tell(TellKind::session_failed, code, 0, why);
    finish(client, fx);
}

void say(Client& client, Packet packet, const ClientHost& host, Effects& fx) {
    std::string memory(fx.heap->view(client.memory));
    const std::size_t from = fx.out.size();
    const PacketType type = packet.type;
    fx.out += protected_octets(std::move(packet), protection_of(client, host), memory);
    fx.mark(from, Speech::command, section_of(type));
    if (client.stands) fx.heap->assign(client.memory, memory);
}

Verifier verifier_with(std::string_view token, const ClientHost& host) {
    return {host.auth, host.level, 0, auth_context, std::string(token)};
}

// MS-RPCE §3.3.1.5.3, §3.3.1.5.6: a context for each transfer syntax, and one for the features.
void say_bind(Client& client, std::string_view token, const ClientHost& host, Effects& fx) {
    Bind bind;
    bind.max_sent = bind.max_received = host.fragment_octets_max;
    bind.group = host.group;
    std::uint16_t id = 0;
    for (const Syntax& one : host.interfaces) bind.contexts.push_back({id++, one, {ndr_syntax}});
    const auto offer = [&](const Syntax& transfer) {
        if (!host.interfaces.empty())
            bind.contexts.push_back({id++, host.interfaces.front(), {transfer}});
    };
    if (host.offers_ndr64) offer(ndr64_syntax);
    if (host.offers_features) offer(feature_syntax(features_offered));
    Packet packet{PacketType::bind, flag::whole, ++client.call, std::move(bind), {}};
    if (logs_in(host)) {
        packet.flags |= flag::header_signing;
        packet.verifier = verifier_with(token, host);
    }
    client.stage = binding;
    fx.wait_ns = host.bind_timeout_ns;
    say(client, std::move(packet), host, fx);
}

void ask_token(Client& client, std::string_view token, const ClientHost& host, Effects& fx) {
    client.asking = for_token;
    fx.ask_text = token;
    fx.ask = {AskKind::rpc_security,
              fx.ask_text,
              fx.heap->view(client.memory),
              {},
              SecurityAsk{client.group, host.auth, host.level, client.stage == fresh}.pack()};
}

void ask_job(Client& client, Effects& fx) {
    client.stage = idle;
    client.asking = for_job;
    fx.ask = {AskKind::next_job, {}, {}, {}, client.call};
}

void token_comes(Client& client, const Answer& answer, const ClientHost& host, Effects& fx) {
    if (!answer.ok) return fail(client, 0, answer.text, fx);
    if (client.stage == fresh) {
        say_bind(client, answer.text, host, fx);
        return fx.heap->assign(client.memory, answer.enhanced);
    }
    Packet packet{PacketType::auth3, flag::whole, client.call, Auth3{}, {}};
    const bool says = !answer.text.empty();
    const bool goes_on = !answer.exists || (says && has_even_legs(host.auth));
    if (goes_on) {  // the server will say more
        Bind bind;
        bind.max_sent = bind.max_received = client.max_sent;
        bind.group = client.group;
        bind.contexts.push_back({0, host.interfaces.front(), {ndr_syntax}});
        packet = {PacketType::alter_context, flag::whole, ++client.call, std::move(bind), {}};
        fx.wait_ns = host.bind_timeout_ns;
    }
    packet.verifier = verifier_with(answer.text, host);
    if (says) say(client, std::move(packet), host, fx);
    fx.heap->assign(client.memory, answer.enhanced);
    client.stands = answer.exists ? 1 : 0;
    if (client.stands && !goes_on) return ask_job(client, fx);
    if (!says) fail(client, 0, "the log-in ended in the middle", fx);
}

void hear_bind_ack(Client& client, const Packet& packet, const ClientHost& host, Effects& fx) {
    const auto& ack = std::get<BindAck>(packet.body);
    if (client.stage == binding) {
        client.group = ack.group;
        client.max_sent =
            std::max(fragment_octets_min, std::min(ack.max_received, host.fragment_octets_max));
        fx.heap->assign(client.secondary_address, ack.secondary_address);
        std::string verdicts;
        for (std::size_t i = 0; i < host.interfaces.size(); ++i) {
            const bool there = i < ack.results.size();
            const bool bound = there && ack.results[i].verdict == Verdict::acceptance;
            verdicts +=
                bound ? '\0' : static_cast<char>(1 + (there ? ack.results[i].reason & 0x7f : 0));
        }
        fx.heap->assign(client.verdicts, verdicts);
        client.header_signing = (packet.flags & flag::header_signing) != 0 ? 1 : 0;
    }
    if (!logs_in(host) || client.stands) return ask_job(client, fx);
    if (!packet.verifier) return fail(client, 0, "the server asks for no log-in", fx);
    client.stage = logging_in;
    ask_token(client, packet.verifier->value, host, fx);
}

void make_call(Client& client, const ClientHost& host, Effects& fx) {
    const std::string_view verdicts = fx.heap->view(client.verdicts);
    if (client.interface >= verdicts.size() || verdicts[client.interface] != 0) {
        const auto status = static_cast<std::uint32_t>(Status::unknown_interface);
        fx.tell(TellKind::rpc_fault, 1, status, text_of(status));
        fx.heap->drop(client.stub);
        return ask_job(client, fx);
    }
    const std::string stub(fx.heap->view(client.stub));
    fx.heap->drop(client.stub);
    const std::size_t room =
        stub_room(client.max_sent, protection_of(client, host), fx.heap->view(client.memory));
    std::string_view rest = stub;
    ++client.call;
    for (bool first = true; first || !rest.empty(); first = false) {
        Request request;
        request.octets_hint = static_cast<std::uint32_t>(rest.size());
        request.context = client.interface;
        request.operation = client.operation;
        if (!client.object.is_nil()) request.object = client.object;
        request.stub = rest.substr(0, room);
        rest.remove_prefix(request.stub.size());
        const auto flags =
            static_cast<std::uint8_t>((first ? flag::first : 0) | (rest.empty() ? flag::last : 0));
        say(client, Packet{PacketType::request, flags, client.call, std::move(request), {}}, host,
            fx);
    }
    client.stage = calling;
    client.assembling = 0;
    if (!client.patient) fx.wait_ns = host.call_timeout_ns;
}

void hear_response(Client& client, const Packet& packet, Effects& fx) {
    const auto& response = std::get<Response>(packet.body);
    const bool first = (packet.flags & flag::first) != 0;
    if (packet.call != client.call || first == (client.assembling != 0) ||
        client.stub.size + response.stub.size() > stub_octets_max)
        return fail(client, 0, "the server's fragments do not fit together", fx);
    client.assembling = 1;
    fx.heap->append(client.stub, response.stub);
    if (!(packet.flags & flag::last)) return;
    client.assembling = 0;
    fx.tell(TellKind::rpc_answer, client.big_endian, 0, fx.heap->view(client.stub));
    fx.heap->drop(client.stub);
    ask_job(client, fx);
}

void hear_packet(Client& client, const Packet& packet, const ClientHost& host, Effects& fx) {
    const bool in_bind = client.stage == binding || client.stage == logging_in;
    switch (packet.type) {
    case PacketType::bind_ack:
    case PacketType::alter_context_response:
        if (!in_bind) break;
        return hear_bind_ack(client, packet, host, fx);
    case PacketType::bind_nak: {
        const auto reason = std::get<BindNak>(packet.body).reason;
        return fail(client, static_cast<std::uint16_t>(reason), "the server refuses the bind", fx);
    }
    case PacketType::response:
        if (client.stage != calling) break;
        return hear_response(client, packet, fx);
    case PacketType::fault: {
        if (packet.call != client.call) break;
        const auto status = std::get<Fault>(packet.body).status;
        if (client.stage != calling) return fail(client, 0, text_of(status), fx);
        fx.heap->drop(client.stub);
        client.assembling = 0;
        fx.tell(TellKind::rpc_fault, 0, status, text_of(status));
        return ask_job(client, fx);
    }
    case PacketType::shutdown:  // C706 §12.6.4.11: please go, when there is nothing to do
        if (client.stage != idle) return;
        fx.tell(TellKind::session_done);
        return finish(client, fx);
    default: break;
    }
    fail(client, 0, "the server sends a " + std::string(name_of(packet.type)) + " out of place",
         fx);
}

void work_off(Client& client, const ClientHost& host, Effects& fx) {
    while (!client.ended && fx.ask.kind == AskKind::none) {
        Header header;
        const std::string_view pending = fx.heap->view(client.pending);
        const HeaderFault fault = read_header(pending, header);
        if (fault == HeaderFault::short_of_octets) return;
        if (fault != HeaderFault::none) return fail(client, 0, "what comes is not RPC", fx);
        if (pending.size() < header.fragment) return;
        // An answer to what has not been said: only a shutdown may come while a job is awaited.
        if (client.asking && header.type != PacketType::shutdown)
            return fail(client, 0, "the server speaks out of turn", fx);
        std::string octets(pending.substr(0, header.fragment));
        fx.heap->remove_prefix(client.pending, header.fragment);
        fx.hear(octets, section_of(header.type), Speech::reply);
        std::string memory(fx.heap->view(client.memory));
        const bool covered =
            header.type == PacketType::response || header.type == PacketType::fault;
        const Opened opened = covered
                                  ? open_packet(octets, header, protection_of(client, host), memory)
                                  : Opened::plain;
        if (opened == Opened::good) fx.heap->assign(client.memory, memory);
        const auto packet = read_packet(octets);
        if (!packet || opened == Opened::missing || opened == Opened::bad)
            return fail(client, 0,
                        packet ? "a packet is not protected as was agreed, or has been changed"
                               : "a packet cannot be read",
                        fx);
        client.big_endian = header.big_endian ? 1 : 0;
        hear_packet(client, *packet, host, fx);
    }
}

void answered(Client& client, const Answer& answer, const ClientHost& host, Effects& fx) {
    const std::uint8_t asked = client.asking;
    client.asking = nothing;
    if (asked == for_token) return token_comes(client, answer, host, fx);
    if (answer.ok) return make_call(client, host, fx);
    fx.tell(TellKind::session_done);
    finish(client, fx);
}

// C706 §12.6.4.6: who has waited long enough says so, and goes.
void waited_long(Client& client, const ClientHost& host, Effects& fx) {
    if (client.stage == idle || client.asking) return;
    if (client.stage != calling) return fail(client, 0, "the server does not answer the bind", fx);
    if (client.patient) return;
    for (const PacketType type : {PacketType::cancel, PacketType::orphaned})
        say(client, Packet{type, flag::whole, client.call, Plain{}, {}}, host, fx);
    const auto status = static_cast<std::uint32_t>(Status::cancelled);
    fx.tell(TellKind::rpc_fault, 0, status, text_of(status));
    fx.tell(TellKind::session_done);
    finish(client, fx);
}

void forget_all(Client& client, Heap& heap) {
    for (Text* text : {&client.pending, &client.stub, &client.memory, &client.verdicts,
                       &client.secondary_address})
        heap.drop(*text);
}

}  // namespace

void give(Client& client, const Call& call, Heap& heap) {
    heap.assign(client.stub, call.stub);
    client.object = call.object;
    client.interface = call.interface;
    client.operation = call.operation;
    client.patient = call.patient ? 1 : 0;
}

std::optional<ContextResult> verdict_on(const Client& client, std::size_t index, const Heap& heap) {
    const std::string_view verdicts = heap.view(client.verdicts);
    if (index >= verdicts.size()) return std::nullopt;
    const auto octet = static_cast<std::uint8_t>(verdicts[index]);
    if (octet == 0) return ContextResult{Verdict::acceptance, 0, ndr_syntax};
    return ContextResult{Verdict::provider_rejection, static_cast<std::uint16_t>(octet - 1), {}};
}

void step(Client& client, const Input& input, const ClientHost& host, Effects& fx) {
    if (client.ended) return;
    switch (input.what) {
    case Wake::opened:
        if (logs_in(host))
            ask_token(client, {}, host, fx);
        else
            say_bind(client, {}, host, fx);
        break;
    case Wake::bytes:
        if (client.pending.size + input.bytes.size() > server_pending_octets_max) {
            fail(client, 0, "the server sends more than it was asked for", fx);
            break;
        }
        fx.heap->append(client.pending, input.bytes);
        work_off(client, host, fx);
        break;
    case Wake::answer:
        if (!client.asking) return;
        answered(client, *input.answer, host, fx);
        work_off(client, host, fx);
        break;
    case Wake::timer: waited_long(client, host, fx); break;
    case Wake::closed:
        if (client.stage == idle)
            fx.tell(TellKind::session_done);
        else
            fx.tell(TellKind::session_failed, 0, 0, "the server closed the connection");
        finish(client, fx);
        break;
    case Wake::tls_up:
    case Wake::changed: break;
    }
    if (client.ended) forget_all(client, *fx.heap);
}

void release(Client& client, Heap& heap) {
    forget_all(client, heap);
    client = {};
}

}  // namespace postroad::rpc
