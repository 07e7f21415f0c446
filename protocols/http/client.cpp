// How requests are said and responses are taken off the stream.
#include "protocols/http/client.hpp"

#include "protocols/base/ascii.hpp"

namespace postroad::http {
namespace {

constexpr std::size_t pending_octets_max = 2U << 20;  // while there is nothing to ask

void ask_for_job(Client& client, Effects& fx) {
    client.asking = 1;
    fx.ask = {AskKind::next_job, {}, {}, {}, 0};
}

void say(Client& client, const ClientHost& host, Effects& fx) {
    const std::string_view all = fx.heap->view(client.request);
    const std::size_t head = head_size(all);
    std::string_view lines = all.substr(0, head);
    for (bool first = true; !lines.empty(); first = false) {
        const std::string_view line = lines.substr(0, lines.find('\n') + 1);
        const std::size_t from = fx.out.size();
        fx.out += line;
        if (first) fx.mark(from, Speech::command, "9112 §3");
        else fx.mark(from, Speech::command, "9112 §5");
        lines.remove_prefix(line.size());
    }
    if (all.size() > head) {
        const std::size_t from = fx.out.size();
        fx.out += all.substr(head);
        fx.mark(from, Speech::content, "9112 §6");
    }
    fx.heap->drop(client.request);
    client.waiting = 1;
    fx.wait_ns = host.response_timeout_ns;
}

void forget_response(Client& client, Heap& heap) {
    heap.drop(client.head);
    heap.drop(client.body.octets);
    client.body = {};
    client.reading = client.waiting = 0;
}

void broken(Client& client, std::string_view why, Effects& fx) {
    if (!client.ended) fx.tell(TellKind::session_failed, 0, 0, why);
    client.ended = 1;
}

void finish(Client& client, Effects& fx) {
    std::string_view fields = split_head(fx.heap->view(client.head)).fields;
    fields.remove_suffix(fields.ends_with("\r\n") ? 2 : 1);
    std::string text(fields);
    text += fx.heap->view(client.body.octets);
    fx.tell(TellKind::response, client.code, static_cast<std::uint32_t>(fields.size()), text);
    forget_response(client, *fx.heap);
    if (client.closes) {
        client.ended = 1;
        fx.close = true;
        return;
    }
    ask_for_job(client, fx);
}

void hear_head(std::string_view head, std::uint16_t code, Effects& fx) {
    for (bool first = true; !head.empty(); first = false) {
        const std::string_view line = head.substr(0, head.find('\n') + 1);
        if (first) fx.hear(line, "9112 §4", Speech::reply, code);
        else fx.hear(line, "9112 §5", Speech::reply, code);
        head.remove_prefix(line.size());
    }
}

// False: it is no response.
bool begin_response(Client& client, std::size_t size, Effects& fx) {
    fx.heap->assign(client.head, fx.heap->view(client.pending).substr(0, size));
    fx.heap->remove_prefix(client.pending, size);
    const std::string_view all = fx.heap->view(client.head);
    const Head head = split_head(all);
    const auto status = parse_status_line(head.line);
    std::string_view fields = head.fields;
    fields.remove_suffix(fields.ends_with("\r\n") ? 2 : 1);
    if (!status || !are_fields(fields)) return false;
    hear_head(all, status->code, fx);
    if (status->code < 200) {  // RFC 9110 §15.2: not the last word
        fx.heap->drop(client.head);
        return true;
    }
    client.code = status->code;
    client.closes = status->minor == 0 ? !field_has(fields, "Connection", "keep-alive")
                                       : field_has(fields, "Connection", "close");
    BodySize size_of_body = body_size(fields, false);
    // RFC 9112 §6.3: these have none, whatever the fields say.
    if (client.head_only || client.code == 204 || client.code == 304) size_of_body = {};
    if (size_of_body.fault != 0) return false;
    if (size_of_body.framing == Framing::until_close) client.closes = 1;
    begin(client.body, size_of_body);
    client.reading = 1;
    if (client.body.state == BodyState::done) finish(client, fx);
    return true;
}

void work_off(Client& client, Effects& fx) {
    const auto give_up = [&](std::string_view why) {
        broken(client, why, fx);
        fx.abort = true;
    };
    while (!client.ended && !client.asking) {
        const std::string_view octets = fx.heap->view(client.pending);
        if (octets.empty()) return;
        if (!client.waiting) return give_up("the server speaks without being asked");
        if (!client.reading) {
            const std::size_t size = head_size(octets);
            if (size == 0) {
                if (octets.size() > head_octets_max) give_up("a response head without an end");
                return;
            }
            if (!begin_response(client, size, fx)) return give_up("what came is no HTTP response");
            continue;
        }
        const std::size_t used = take(client.body, octets, *fx.heap);
        if (used > 0) fx.hear(octets.substr(0, used), "9112 §6", Speech::content);
        fx.heap->remove_prefix(client.pending, used);
        if (client.body.state == BodyState::broken) return give_up("the response's body is cut wrongly");
        if (client.body.state == BodyState::too_large) return give_up("the response is too large");
        if (client.body.state == BodyState::done) finish(client, fx);
        else if (used == 0) return;
    }
}

}  // namespace

void give(Client& client, const Request& request, const ClientHost& host, Heap& heap) {
    std::string out;
    for (const std::string_view part : {request.method, std::string_view(" "), request.target,
                                        std::string_view(" HTTP/1.1\r\nHost: "), request.host,
                                        std::string_view("\r\n")})
        out += part;
    if (!host.agent.empty()) out += "User-Agent: " + host.agent + "\r\n";
    out += request.fields;
    if (request.method == "POST")
        out += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
    out += "\r\n";
    out += request.body;
    heap.assign(client.request, out);
    client.head_only = request.method == "HEAD" ? 1 : 0;
}

void step(Client& client, const Input& input, const ClientHost& host, Effects& fx) {
    if (client.ended) return;
    switch (input.what) {
        case Wake::opened: return ask_for_job(client, fx);
        case Wake::bytes:
            if (client.pending.size + input.bytes.size() > pending_octets_max) {
                broken(client, "the server talks and does not listen", fx);
                fx.abort = true;
                return;
            }
            fx.heap->append(client.pending, input.bytes);
            return work_off(client, fx);
        case Wake::answer:
            if (!client.asking) return;
            client.asking = 0;
            if (input.answer->ok) return say(client, host, fx);
            client.ended = 1;
            fx.close = true;
            return;
        case Wake::closed:
            if (client.reading && client.body.state == BodyState::until_close &&
                input.bytes.empty()) {
                finish(client, fx);
                return;
            }
            if (client.waiting || !input.bytes.empty())
                broken(client, input.bytes.empty() ? "the connection broke" : input.bytes, fx);
            client.ended = 1;
            fx.close = true;
            return;
        case Wake::timer:
            broken(client, "the server did not answer in time", fx);
            fx.abort = true;
            return;
        case Wake::tls_up:
        case Wake::changed: return;
    }
}

void release(Client& client, Heap& heap) {
    heap.drop(client.request);
    heap.drop(client.pending);
    forget_response(client, heap);
    client = {};
}

}  // namespace postroad::http
