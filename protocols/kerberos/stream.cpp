// Four octets of size, then the message; the highest bit of the size is for extensions.
#include "protocols/kerberos/stream.hpp"

namespace postroad::kerberos {
namespace {

constexpr Section framing = "4120 §7.2.2";

void finish(Stream& stream, Effects& fx) {
    stream.ended = 1;
    fx.close = true;
}

std::size_t size_of(std::string_view octets) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4; ++i) size = size << 8 | static_cast<unsigned char>(octets[i]);
    return size;
}

// The first message of what is pending stays there while its ask is open: the ask views it.
void work_off(Stream& stream, Effects& fx) {
    if (stream.asking || stream.ended) return;
    const std::string_view octets = fx.heap->view(stream.pending);
    const bool sized = octets.size() >= 4;
    // §7.2.2: whoever sets the highest bit wants an extension that is not known here.
    if (sized && size_of(octets) > message_octets_max) return finish(stream, fx);
    if (!sized || octets.size() - 4 < size_of(octets)) {
        if (stream.closing) finish(stream, fx);
        return;
    }
    ++stream.messages;
    stream.asking = 1;
    fx.ask = {AskKind::kdc_request, octets.substr(4, size_of(octets)), {}, {}, stream.messages};
}

void answered(Stream& stream, const Answer& answer, Effects& fx) {
    stream.asking = 0;
    if (!answer.ok || answer.text.size() > message_octets_max) return finish(stream, fx);
    const std::size_t from = fx.out.size();
    for (int shift = 24; shift >= 0; shift -= 8)
        fx.out += static_cast<char>(answer.text.size() >> shift & 0xff);
    fx.out += answer.text;
    fx.mark(from, Speech::content, framing);
    fx.wait_ns = stream_idle_timeout_ns;
    fx.heap->remove_prefix(stream.pending, 4 + size_of(fx.heap->view(stream.pending)));
    work_off(stream, fx);
}

}  // namespace

void step(Stream& stream, const Input& input, Effects& fx) {
    if (stream.ended) return;
    switch (input.what) {
        case Wake::opened: fx.wait_ns = stream_idle_timeout_ns; break;
        case Wake::bytes:
            fx.wait_ns = stream_idle_timeout_ns;
            if (stream.pending.size + input.bytes.size() > 2 * (4 + message_octets_max)) {
                finish(stream, fx);
                break;
            }
            fx.heap->append(stream.pending, input.bytes);
            work_off(stream, fx);
            break;
        case Wake::answer:
            if (stream.asking) answered(stream, *input.answer, fx);
            break;
        case Wake::closed:
            stream.closing = 1;
            if (!stream.asking) finish(stream, fx);
            break;
        case Wake::timer: finish(stream, fx); break;
        case Wake::tls_up:
        case Wake::changed: break;
    }
    if (stream.ended) fx.heap->drop(stream.pending);
}

void release(Stream& stream, Heap& heap) {
    heap.drop(stream.pending);
    stream = {};
}

}  // namespace postroad::kerberos
