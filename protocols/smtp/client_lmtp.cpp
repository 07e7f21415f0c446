// What is different for a client of LMTP (RFC 2033 §4.2): behind the data comes one reply for each
// recipient that RCPT has accepted, in the same order.
#include "protocols/smtp/client_parts.hpp"

namespace postroad::smtp {

// RFC 2033 §4.2: whom RCPT refused has no reply coming; so his path is forgotten.
void forget_path(Client& client, std::uint32_t index, Heap& heap) {
    Text path = heap.get(client.forward_paths, index);
    heap.drop(path);
    heap.set(client.forward_paths, index, Text{});
}

// RFC 2033 §4.2: one more of the replies to the data: the verdict on the next recipient.
void heard_for_one(Client& client, std::uint16_t code, std::string_view text,
                   const ClientHost& host, Effects& fx) {
    const auto skip_refused = [&] {
        while (client.answered_recipients < client.forward_paths.size() &&
               fx.heap->get(client.forward_paths, client.answered_recipients).empty())
            ++client.answered_recipients;
    };
    skip_refused();
    if (client.answered_recipients < client.forward_paths.size())
        fx.tell(code / 100 == 2 ? TellKind::message_accepted : TellKind::recipient_refused, code,
                client.answered_recipients++, text);
    skip_refused();
    if (client.answered_recipients < client.forward_paths.size()) {
        fx.wait_ns = host.final_timeout_ns;
        return;
    }
    end_mail(client, host, fx);
}

}  // namespace postroad::smtp
