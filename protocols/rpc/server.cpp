// How packets are taken off the stream one after another and answered. A packet that waits for an
// answer of the security provider stays at the front of what is pending; a call's leaves its stub.
#include "protocols/rpc/server.hpp"

#include <algorithm>

#include "protocols/rpc/ndr.hpp"

namespace postroad::rpc {
namespace {

enum Asking : std::uint8_t { nothing, about_bind, about_auth3, about_call };
constexpr std::uint8_t integers_are_big = 0x01;  // in call_flags: `first` says nothing there

// MS-RPCE §2.2.2.14: several security contexts (1; not here), connections kept for orphans (2).
constexpr std::uint8_t features_known = 0x02;

Protection protection_of(const Server& server) {
    return {server.auth,        server.level, server.auth_context, server.stands != 0, true,
            server.header_signing != 0};
}

void finish(Server& server, Effects& fx) {
    server.ended = 1;
    fx.close = true;
}

void say(Server& server, Packet packet, Effects& fx) {
    std::string memory(fx.heap->view(server.memory));
    const std::size_t from = fx.out.size();
    fx.out += protected_octets(std::move(packet), protection_of(server), memory);
    fx.mark(from, Speech::reply, section_of(static_cast<PacketType>(fx.out[from + 2])));
    if (server.stands) fx.heap->assign(server.memory, memory);
}

void say_fault(Server& server, Status status, Effects& fx, std::uint8_t more_flags = 0) {
    if (server.call_flags & flag::maybe) return;  // nobody wants to know
    Fault fault;
    fault.context = server.context;
    fault.cancels = server.cancels;
    fault.status = static_cast<std::uint32_t>(status);
    const auto flags = static_cast<std::uint8_t>(flag::whole | more_flags);
    say(server, Packet{PacketType::fault, flags, server.call, fault, {}}, fx);
}

void refuse_bind(Server& server, std::uint32_t call, Rejection reason, Effects& fx) {
    say(server, Packet{PacketType::bind_nak, flag::whole, call, BindNak{reason}, {}}, fx);
    finish(server, fx);
}

void forget_call(Server& server, Heap& heap) {
    heap.drop(server.stub);
    server.object = {};
    server.assembling = server.cancels = server.orphaned = server.call_flags = 0;
}

// C706 §12.6.4.4: each context gets a result of its own; one at least may well be refused.
ContextResult judge_context(Server& server, const PresentationContext& wanted,
                            const ServerHost& host, Heap& heap) {
    const auto refuse = [](Reason reason) {
        return ContextResult{Verdict::provider_rejection, static_cast<std::uint16_t>(reason), {}};
    };
    for (const Syntax& transfer : wanted.transfers)
        if (is_feature_negotiation(transfer)) {
            if (!host.features) return refuse(Reason::transfer_syntaxes_not_supported);
            const auto both = static_cast<std::uint16_t>(features_of(transfer) & features_known);
            return {Verdict::negotiate_ack, both, {}};
        }
    const auto found =
        std::find_if(host.interfaces.begin(), host.interfaces.end(), [&](const Syntax& ours) {
            return ours.uuid == wanted.abstract.uuid && ours.major == wanted.abstract.major &&
                   ours.minor >= wanted.abstract.minor;  // C706 §6.1.2
        });
    if (found == host.interfaces.end()) return refuse(Reason::abstract_syntax_not_supported);
    // Of transfer syntaxes there is the one: NDR64 (MS-RPCE §2.2.5) is refused.
    if (std::find(wanted.transfers.begin(), wanted.transfers.end(), ndr_syntax) ==
        wanted.transfers.end())
        return refuse(Reason::transfer_syntaxes_not_supported);
    const auto interface = static_cast<std::uint16_t>(found - host.interfaces.begin());
    for (std::uint32_t i = 0; i < server.contexts.size(); ++i)
        if (heap.get(server.contexts, i).id == wanted.id) {
            heap.set(server.contexts, i, {wanted.id, interface});
            return {Verdict::acceptance, 0, ndr_syntax};
        }
    if (server.contexts.size() >= contexts_max) return refuse(Reason::local_limit_exceeded);
    heap.push(server.contexts, {wanted.id, interface});
    return {Verdict::acceptance, 0, ndr_syntax};
}

void accept_bind(Server& server, const Packet& packet, std::string_view token,
                 const ServerHost& host, Effects& fx) {
    const Bind& bind = std::get<Bind>(packet.body);
    const bool first = packet.type == PacketType::bind;
    BindAck ack;
    if (first) {
        server.bound = 1;
        const auto agreed = [&](std::uint16_t theirs) {
            return std::max(fragment_octets_min, std::min(theirs, host.fragment_octets_max));
        };
        server.max_sent = agreed(bind.max_received);
        server.max_received = agreed(bind.max_sent);
        ack.secondary_address = host.secondary_address;
    }
    ack.max_sent = server.max_sent;
    ack.max_received = server.max_received;
    ack.group = server.group;
    for (const PresentationContext& one : bind.contexts)
        ack.results.push_back(judge_context(server, one, host, *fx.heap));
    Packet out{first ? PacketType::bind_ack : PacketType::alter_context_response,
               flag::whole,
               packet.call,
               ack,
               {}};
    if (packet.verifier) {
        out.flags = static_cast<std::uint8_t>(out.flags | (packet.flags & flag::header_signing));
        out.verifier = packet.verifier;
        out.verifier->value = token;
        if (token.empty()) out.verifier.reset();
    }
    const std::size_t from = fx.out.size();
    fx.out += write_packet(out).octets;  // what is in it protects itself
    fx.mark(from, Speech::reply, section_of(out.type));
}

void ask_security(Server& server, const Packet& packet, Asking about, Effects& fx) {
    SecurityAsk ask{server.group, server.auth, server.level, packet.type == PacketType::bind};
    if (const auto* bind = std::get_if<Bind>(&packet.body); bind != nullptr && ask.binds)
        ask.group = bind->group;
    server.asking = about;
    fx.ask_text = packet.verifier ? packet.verifier->value : std::string();
    fx.ask = {AskKind::rpc_security, fx.ask_text, fx.heap->view(server.memory), {}, ask.pack()};
}

// bind and alter_context. Their octets stay pending while there is an ask about them.
void hear_bind(Server& server, const Packet& packet, const ServerHost& host, Effects& fx) {
    const bool first = packet.type == PacketType::bind;
    if (first == (server.bound != 0))  // C706 §12.6.4.3: one bind, before all else
        return refuse_bind(server, packet.call, Rejection::not_specified, fx);
    if (packet.verifier && packet.verifier->level != AuthLevel::none) {
        const Verifier& verifier = *packet.verifier;
        const bool another = server.auth != AuthType::none &&
                             (server.auth != verifier.type || server.level != verifier.level ||
                              server.auth_context != verifier.context || server.stands);
        if (provider_of(verifier.type) == nullptr || another || verifier.level > AuthLevel::privacy)
            return refuse_bind(server, packet.call, Rejection::authentication_type_not_recognized,
                               fx);
        server.auth = verifier.type;
        server.level = verifier.level;
        server.auth_context = verifier.context;
        if (first) server.header_signing = (packet.flags & flag::header_signing) != 0 ? 1 : 0;
        return ask_security(server, packet, about_bind, fx);
    }
    if (first) return ask_security(server, packet, about_bind, fx);
    accept_bind(server, packet, {}, host, fx);
}

void ask_call(Server& server, const ServerHost& host, Effects& fx) {
    std::optional<std::uint16_t> interface;
    for (std::uint32_t i = 0; i < server.contexts.size(); ++i)
        if (const auto one = fx.heap->get(server.contexts, i); one.id == server.context)
            interface = one.interface;
    const AuthLevel level = server.stands ? server.level : AuthLevel::none;
    const bool known = interface && *interface < host.interfaces.size();
    const bool denied = server.failed != 0 || level < host.level_min ||
                        (server.auth != AuthType::none && !server.stands);
    if (!known || denied) {
        say_fault(server, denied ? Status::access_denied : Status::unknown_interface, fx,
                  flag::did_not_execute);
        return forget_call(server, *fx.heap);
    }
    ndr::Writer what;
    what.value(host.interfaces[*interface]);
    if (server.call_flags & flag::object) what.value(server.object);
    fx.ask_text = std::move(what.out);
    const Provider* const provider = server.stands ? provider_of(server.auth) : nullptr;
    const std::string_view user =
        provider != nullptr ? provider->user(fx.heap->view(server.memory)) : std::string_view{};
    const std::uint64_t number = std::uint64_t{server.group} << 32 |
                                 (server.call_flags & integers_are_big ? 1ULL << 24 : 0ULL) |
                                 std::uint64_t{static_cast<std::uint8_t>(level)} << 16 |
                                 server.operation;
    server.asking = about_call;
    fx.ask = {AskKind::rpc_call, fx.ask_text, fx.heap->view(server.stub), user, number};
}

// C706 §12.6.4.9: fragments of one call come one after another and have its id.
void hear_request(Server& server, const Packet& packet, bool big_endian, const ServerHost& host,
                  Effects& fx) {
    const Request& request = std::get<Request>(packet.body);
    const bool begins = (packet.flags & flag::first) != 0;
    if (begins == (server.assembling != 0) || (!begins && packet.call != server.call)) {
        server.call = packet.call;
        say_fault(server, Status::protocol_error, fx);
        return finish(server, fx);
    }
    if (begins) {
        forget_call(server, *fx.heap);
        server.assembling = 1;
        server.call = packet.call;
        server.context = request.context;
        server.operation = request.operation;
        server.object = request.object.value_or(Uuid{});
        server.call_flags = static_cast<std::uint8_t>(packet.flags & ~integers_are_big);
        if (big_endian) server.call_flags |= integers_are_big;
    }
    if (server.stub.size + request.stub.size() > stub_octets_max) {
        say_fault(server, Status::server_too_busy, fx, flag::did_not_execute);
        return finish(server, fx);
    }
    fx.heap->append(server.stub, request.stub);
    if (!(packet.flags & flag::last)) return;
    server.assembling = 0;
    ask_call(server, host, fx);
}

// C706 §12.6.4.6, §12.6.4.8: a cancel is counted in the answer, an orphan gets none.
void hear_cancel(Server& server, const Packet& packet, Heap& heap) {
    const bool in_hand = packet.call == server.call && (server.assembling || server.asking);
    if (!in_hand) return;  // it came too late
    if (packet.type == PacketType::cancel) {
        server.cancels = static_cast<std::uint8_t>(std::min(server.cancels + 1, 255));
    } else if (server.asking) {
        server.orphaned = 1;
    } else {
        forget_call(server, heap);
    }
}

void hear_packet(Server& server, const Packet& packet, bool big_endian, const ServerHost& host,
                 Effects& fx) {
    switch (packet.type) {
    case PacketType::bind:
    case PacketType::alter_context: return hear_bind(server, packet, host, fx);
    case PacketType::auth3:  // MS-RPCE §3.3.1.5.2: the third leg, which nothing answers
        if (!packet.verifier || server.auth == AuthType::none || server.stands)
            return finish(server, fx);
        return ask_security(server, packet, about_auth3, fx);
    case PacketType::request:
        if (!server.bound) break;
        return hear_request(server, packet, big_endian, host, fx);
    case PacketType::cancel:
    case PacketType::orphaned: return hear_cancel(server, packet, *fx.heap);
    default: break;
    }
    finish(server, fx);  // what only servers say, or a call before there is anything to call
}

// Nothing can follow what is no packet: nobody knows where the next one begins.
void refuse_octets(Server& server, HeaderFault fault, const Header& header, Effects& fx) {
    if (fault == HeaderFault::version && !server.bound)
        return refuse_bind(server, header.call, Rejection::protocol_version_not_supported, fx);
    finish(server, fx);
}

// The first whole packet's header, if it can be worked off now.
bool next_packet(Server& server, Header& header, Effects& fx) {
    const std::string_view octets = fx.heap->view(server.pending);
    const HeaderFault fault = read_header(octets, header);
    if (fault == HeaderFault::short_of_octets) return false;
    if (fault == HeaderFault::none &&
        header.fragment <= std::max(server.max_received, std::uint16_t{0x2000})) {
        if (octets.size() < header.fragment) return false;
        if (!server.asking) return true;
        return server.asking == about_call &&
               (header.type == PacketType::cancel || header.type == PacketType::orphaned);
    }
    if (server.asking) return false;  // first things first
    refuse_octets(server, fault, header, fx);
    return false;
}

void work_off(Server& server, const ServerHost& host, Effects& fx) {
    Header header;
    while (!server.ended && next_packet(server, header, fx)) {
        std::string octets(fx.heap->view(server.pending).substr(0, header.fragment));
        fx.hear(octets, section_of(header.type));
        std::string memory(fx.heap->view(server.memory));
        const bool covered = header.type == PacketType::request;
        const Opened opened =
            covered ? open_packet(octets, header, protection_of(server), memory) : Opened::plain;
        if (opened == Opened::good) fx.heap->assign(server.memory, memory);
        const auto packet = read_packet(octets);
        if (!packet || opened == Opened::missing || opened == Opened::bad) {
            server.call = header.call;
            // MS-RPCE §3.3.3.5: a packet that is not what was agreed on ends the connection.
            if (packet)
                say_fault(server,
                          opened == Opened::bad ? Status::security_package_error
                                                : Status::access_denied,
                          fx, flag::did_not_execute);
            return finish(server, fx);
        }
        const bool was_asking = server.asking != nothing;
        hear_packet(server, *packet, header.big_endian, host, fx);
        // What a bind is asked about is looked at again when the answer comes.
        if (!was_asking && server.asking == about_bind) return;
        fx.heap->remove_prefix(server.pending, header.fragment);
    }
}

void bind_answered(Server& server, const Answer& answer, const ServerHost& host, Effects& fx) {
    Header header;
    const std::string_view all = fx.heap->view(server.pending);
    (void)read_header(all, header);
    const auto packet = read_packet(all.substr(0, header.fragment));
    POSTROAD_ASSERT(packet.has_value());
    const bool first = packet->type == PacketType::bind;
    const bool has_group = !first || answer.number != 0;
    if (!answer.ok && !first) {  // C706 §12.6.4.2: what is no bind is not answered as one
        server.call = packet->call;
        say_fault(server, Status::access_denied, fx, flag::did_not_execute);
        return finish(server, fx);
    }
    if (!answer.ok || !has_group)
        return refuse_bind(server, packet->call, static_cast<Rejection>(answer.code), fx);
    if (first) server.group = static_cast<std::uint32_t>(answer.number);
    accept_bind(server, *packet, answer.text, host, fx);
    fx.heap->remove_prefix(server.pending, header.fragment);
}

void security_answered(Server& server, const Answer& answer, const ServerHost& host, Effects& fx) {
    const std::uint8_t about = server.asking;
    server.asking = nothing;
    if (server.auth != AuthType::none) {
        // Who does not log in hears of it with the first call (MS-RPCE §3.3.3.5.3).
        if (answer.ok)
            fx.heap->assign(server.memory, answer.enhanced);
        else
            server.failed = 1;
        server.stands = answer.ok && answer.exists ? 1 : 0;
    }
    if (about == about_bind) bind_answered(server, answer, host, fx);
}

void call_answered(Server& server, const Answer& answer, Effects& fx) {
    server.asking = nothing;
    ++server.calls;
    const bool silent = server.orphaned != 0 || (server.call_flags & flag::maybe) != 0;
    if (silent) return forget_call(server, *fx.heap);
    if (!answer.ok || answer.text.size() > stub_octets_max) {
        const Status status =
            answer.ok ? Status::arguments_too_big : static_cast<Status>(answer.number);
        const bool not_done =
            status == Status::no_such_operation || status == Status::unknown_interface;
        say_fault(server, status, fx, not_done ? flag::did_not_execute : std::uint8_t{0});
        return forget_call(server, *fx.heap);
    }
    // C706 §12.6.4.10: as many fragments as it takes; each says how much is still to come.
    const std::size_t room =
        stub_room(server.max_sent, protection_of(server), fx.heap->view(server.memory));
    std::string_view rest = answer.text;
    for (bool first = true; first || !rest.empty(); first = false) {
        Response response;
        response.octets_hint = static_cast<std::uint32_t>(rest.size());
        response.context = server.context;
        response.cancels = server.cancels;
        response.stub = rest.substr(0, room);
        rest.remove_prefix(response.stub.size());
        const auto flags =
            static_cast<std::uint8_t>((first ? flag::first : 0) | (rest.empty() ? flag::last : 0));
        say(server, Packet{PacketType::response, flags, server.call, std::move(response), {}}, fx);
    }
    forget_call(server, *fx.heap);
}

void forget_all(Server& server, Heap& heap) {
    heap.drop(server.pending);
    heap.drop(server.stub);
    heap.drop(server.memory);
    heap.drop(server.contexts);
}

}  // namespace

CallAsk read_call(const Ask& ask) {
    CallAsk out;
    out.group = static_cast<std::uint32_t>(ask.number >> 32);
    out.operation = static_cast<std::uint16_t>(ask.number & 0xffff);
    out.level = static_cast<AuthLevel>(ask.number >> 16 & 0xff);
    out.big_endian = (ask.number >> 24 & 1) != 0;
    ndr::Reader reader(ask.a);
    reader.value(out.interface);
    if (!reader.done()) reader.value(out.object.emplace());
    out.stub = ask.b;
    out.user = ask.c;
    return out;
}

void step(Server& server, const Input& input, const ServerHost& host, Effects& fx) {
    if (server.ended) return;
    switch (input.what) {
    case Wake::opened: fx.wait_ns = host.idle_timeout_ns; break;
    case Wake::bytes:
        fx.wait_ns = host.idle_timeout_ns;
        if (server.pending.size + input.bytes.size() > server_pending_octets_max) {
            finish(server, fx);
            break;
        }
        fx.heap->append(server.pending, input.bytes);
        work_off(server, host, fx);
        break;
    case Wake::answer:
        if (!server.asking) return;
        fx.wait_ns = host.idle_timeout_ns;
        if (server.asking == about_call)
            call_answered(server, *input.answer, fx);
        else
            security_answered(server, *input.answer, host, fx);
        if (!server.ended && !server.asking) work_off(server, host, fx);
        break;
    case Wake::timer:
        if (server.asking) {
            fx.wait_ns = host.idle_timeout_ns;
            break;
        }
        finish(server, fx);
        break;
    case Wake::closed: finish(server, fx); break;  // its contexts run down with it
    case Wake::tls_up:
    case Wake::changed: break;
    }
    if (server.ended) forget_all(server, *fx.heap);
}

void release(Server& server, Heap& heap) {
    forget_all(server, heap);
    server = {};
}

}  // namespace postroad::rpc
