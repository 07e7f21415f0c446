// Two octets of size, then the message: cut apart, answered one by one in their order.
#include "protocols/dns/stream.hpp"

namespace postroad::dns {
namespace {

constexpr postroad::Section framing = "1035 §4.2.2";

void finish(Stream& stream, Effects& fx) {
    stream.ended = 1;
    fx.close = true;
}

void say(std::string_view message, Effects& fx) {
    const std::size_t from = fx.out.size();
    fx.out += static_cast<char>(message.size() >> 8 & 0xff);
    fx.out += static_cast<char>(message.size() & 0xff);
    fx.out += message;
    fx.mark(from, Speech::content, framing);
}

// The octets of the first whole message, its size included; 0 while it is incomplete.
std::size_t framed_octets(std::string_view octets) {
    Bytes rest{reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()};
    const auto message = take_framed(rest);
    return message ? 2 + message->size() : 0;
}

// Works off one message; how many octets of `octets` that took. An ask's text views `octets`.
std::size_t hear(Stream& stream, std::string_view octets, const StreamHost& host, Effects& fx) {
    const std::size_t size = framed_octets(octets);
    if (size == 0) {
        if (stream.closing) finish(stream, fx);
        return 0;
    }
    const std::string_view message = octets.substr(2, size - 2);
    ++stream.messages;
    if (host.client) {
        fx.tell(TellKind::fetched, 0, 0, message);
        finish(stream, fx);
    } else {
        stream.asking = 1;
        fx.ask = {AskKind::dns_query, message, {}, {}, stream.messages};
    }
    return size;
}

// The first message of what is pending stays there while its ask is open: the ask views it.
void work_off(Stream& stream, const StreamHost& host, Effects& fx) {
    if (!stream.asking && !stream.ended) hear(stream, fx.heap->view(stream.pending), host, fx);
}

void answered(Stream& stream, const Answer& answer, const StreamHost& host, Effects& fx) {
    stream.asking = 0;
    if (!answer.ok || answer.text.size() > message_size_bytes_max) return finish(stream, fx);
    say(answer.text, fx);
    fx.wait_ns = host.idle_timeout_ns;
    if (!host.client) {
        fx.heap->remove_prefix(stream.pending, framed_octets(fx.heap->view(stream.pending)));
        work_off(stream, host, fx);
    }
}

}  // namespace

void step(Stream& stream, const Input& input, const StreamHost& host, Effects& fx) {
    if (stream.ended) return;
    switch (input.what) {
        case Wake::opened:
            fx.wait_ns = host.idle_timeout_ns;
            if (host.client) {
                stream.asking = 1;
                fx.ask = {AskKind::next_job, {}, {}, {}, 0};
            }
            break;
        case Wake::bytes:
            fx.wait_ns = host.idle_timeout_ns;
            if (stream.pending.size + input.bytes.size() > stream_pending_octets_max) {
                finish(stream, fx);
                break;
            }
            fx.heap->append(stream.pending, input.bytes);
            work_off(stream, host, fx);
            break;
        case Wake::answer:
            if (stream.asking) answered(stream, *input.answer, host, fx);
            break;
        case Wake::closed:
            stream.closing = 1;
            if (host.client || !stream.asking) finish(stream, fx);
            break;
        case Wake::timer:
            finish(stream, fx);
            break;
        case Wake::tls_up:
        case Wake::changed:
            break;
    }
    if (stream.ended) fx.heap->drop(stream.pending);
}

void release(Stream& stream, Heap& heap) {
    heap.drop(stream.pending);
    stream = Stream{};
}

}  // namespace postroad::dns
