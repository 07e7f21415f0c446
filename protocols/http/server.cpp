// How requests are taken off the stream, one after another (RFC 9112 §9.3), and answered.
#include "protocols/http/server.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"

namespace postroad::http {
namespace {

constexpr std::size_t pending_octets_max = 2U << 20;  // requests that wait for the one in hand

std::uint16_t fault_of(const RequestLine& line, std::string_view fields) {
    if (line.fault != 0) return line.fault;
    if (!are_fields(fields)) return 400;
    std::size_t hosts = 0;
    const auto host = field(fields, "Host", &hosts);
    // RFC 9112 §3.2: one Host, and no way around it.
    if (hosts > 1 || (hosts == 0 && line.minor >= 1) ||
        (host && host->find_first_of(" \t,/") != std::string_view::npos))
        return 400;
    const bool absolute = starts_ignoring_case(line.target, "http://") ||
                          starts_ignoring_case(line.target, "https://");
    if (!absolute && line.target.front() != '/' && line.target != "*") return 400;
    // RFC 9110 §9.1: GET and HEAD are a must.
    const bool known = line.method == "GET" || line.method == "HEAD" || line.method == "POST";
    return known ? 0 : 501;
}

// What a request's lines are, for the Trace.
void hear_head(std::string_view head, Effects& fx) {
    if (!fx.listen_to_heard) return;
    bool first = true;
    while (!head.empty()) {
        const std::size_t end = head.find('\n');
        const std::string_view line = head.substr(0, end == std::string_view::npos ? end : end + 1);
        if (first) fx.hear(line, "9112 §3");
        else fx.hear(line, "9112 §5");
        first = false;
        head.remove_prefix(line.size());
    }
}

void forget_request(Server& server, Heap& heap) {
    heap.drop(server.head);
    heap.drop(server.body.octets);
    server.body = {};
    server.fault = 0;
    server.reading = 0;
}

void ask(Server& server, Effects& fx) {
    const Head head = split_head(fx.heap->view(server.head));
    const RequestLine line = parse_request_line(head.line);
    server.asking = 1;
    server.reading = 0;
    fx.ask_text.assign(line.fault != 0 ? "" : line.method);
    if (line.fault == 0) fx.ask_text.append(" ").append(line.target);
    std::string_view fields = head.fields;
    if (fields.ends_with("\r\n\r\n")) fields.remove_suffix(2);
    else if (fields == "\r\n") fields = {};
    fx.ask = {AskKind::http_request, fx.ask_text, fields, fx.heap->view(server.body.octets),
              server.fault};
}

// A request that cannot be read on: it is answered, and the connection with it.
void refuse(Server& server, std::uint16_t code, Effects& fx) {
    server.fault = code;
    server.closes = 1;
    ask(server, fx);
}

void begin_request(Server& server, Effects& fx) {
    const std::string_view all = fx.heap->view(server.head);
    const Head head = split_head(all);
    const RequestLine line = parse_request_line(head.line);
    std::string_view fields = head.fields;
    fields.remove_suffix(fields.ends_with("\r\n") ? 2 : 1);
    hear_head(all, fx);
    server.fault = fault_of(line, fields);
    const BodySize size = body_size(fields, true);
    // RFC 9112 §9.3: the connection stays, unless somebody says otherwise or is too old to.
    const bool stays = line.minor >= 1 ? !field_has(fields, "Connection", "close")
                                       : field_has(fields, "Connection", "keep-alive");
    server.closes = stays ? 0 : 1;
    if (size.fault != 0) return refuse(server, server.fault != 0 ? server.fault : size.fault, fx);
    // After a mistake in the head nobody knows where the next request begins.
    if (server.fault == 400 || server.fault == 505) return refuse(server, server.fault, fx);
    begin(server.body, size);
    if (server.body.state == BodyState::done) return ask(server, fx);
    server.reading = 1;
    if (field_has(fields, "Expect", "100-continue")) {  // RFC 9110 §10.1.1
        const std::size_t from = fx.out.size();
        fx.out += "HTTP/1.1 100 Continue\r\n\r\n";
        fx.mark(from, Speech::reply, "9110 §15.2.1", 100);
    }
}

void work_off(Server& server, Effects& fx) {
    while (!server.ended && !server.asking) {
        const std::string_view octets = fx.heap->view(server.pending);
        if (server.reading) {
            if (octets.empty()) return;
            const std::size_t used = take(server.body, octets, *fx.heap);
            if (used > 0) fx.hear(octets.substr(0, used), "9112 §6", Speech::content);
            fx.heap->remove_prefix(server.pending, used);
            if (server.body.state == BodyState::done) return ask(server, fx);
            if (server.body.state == BodyState::broken) return refuse(server, 400, fx);
            if (server.body.state == BodyState::too_large) return refuse(server, 413, fx);
            if (used == 0) return;
            continue;
        }
        // §2.2: an empty line before a request is passed over.
        if (octets.starts_with("\r\n") || octets.starts_with("\n")) {
            fx.heap->remove_prefix(server.pending, octets.front() == '\r' ? 2 : 1);
            continue;
        }
        const std::size_t size = head_size(octets);
        const bool long_line = std::min(octets.find('\n'), octets.size()) > line_octets_max;
        if (long_line || (size == 0 ? octets.size() : size) > head_octets_max) {
            fx.heap->drop(server.head);
            fx.heap->drop(server.pending);
            return refuse(server, long_line ? 414 : 431, fx);  // RFC 9110 §15.5.15, RFC 6585 §5
        }
        if (size == 0) return;
        fx.heap->assign(server.head, octets.substr(0, size));
        fx.heap->remove_prefix(server.pending, size);
        begin_request(server, fx);
    }
}

void say_head(const Answer& answer, std::uint16_t code, bool closes, const ServerHost& host,
              Effects& fx) {
    const auto line = [&](Section section, auto... parts) {
        const std::size_t from = fx.out.size();
        ((fx.out += parts), ...);
        fx.out += "\r\n";
        fx.mark(from, Speech::reply, section, code);
    };
    line("9112 §4", "HTTP/1.1 ", std::to_string(code), " ", reason_phrase(code));
    if (answer.number != 0)
        line("9110 §6.6.1", "Date: ", date_text(static_cast<std::int64_t>(answer.number)));
    if (!host.name.empty()) line("9110 §10.2.4", "Server: ", host.name);
    Fields fields(answer.enhanced);
    for (std::string_view name, value; fields.next(name, value);)
        line("9112 §5", name, ": ", value);
    if (code >= 200 && code != 204 && code != 304)
        line("9110 §8.6", "Content-Length: ", std::to_string(answer.text.size()));
    if (closes) line("9112 §9.6", "Connection: close");
    line("9112 §2.1", "");
}

void answered(Server& server, const Answer& answer, const ServerHost& host, Effects& fx) {
    server.asking = 0;
    const std::uint16_t code = answer.code != 0    ? answer.code
                               : server.fault != 0 ? server.fault
                                                   : std::uint16_t{404};
    const RequestLine line = parse_request_line(split_head(fx.heap->view(server.head)).line);
    const bool head_only = line.fault == 0 && line.method == "HEAD";  // RFC 9110 §9.3.2
    if (server.peer_gone) server.closes = 1;
    say_head(answer, code, server.closes != 0, host, fx);
    if (!head_only && !answer.text.empty() && code != 204 && code != 304) {
        const std::size_t from = fx.out.size();
        fx.out += answer.text;
        fx.mark(from, Speech::content, "9112 §6");
    }
    const bool closes = server.closes != 0;
    forget_request(server, *fx.heap);
    fx.wait_ns = host.request_timeout_ns;
    if (!closes) return work_off(server, fx);
    server.ended = 1;
    fx.close = true;
}

}  // namespace

void step(Server& server, const Input& input, const ServerHost& host, Effects& fx) {
    if (server.ended) return;
    switch (input.what) {
        case Wake::opened: fx.wait_ns = host.request_timeout_ns; return;
        case Wake::bytes:
            if (server.pending.size + input.bytes.size() > pending_octets_max) {
                server.ended = 1;
                fx.abort = true;
                return;
            }
            fx.heap->append(server.pending, input.bytes);
            return work_off(server, fx);
        case Wake::answer:
            if (server.asking) answered(server, *input.answer, host, fx);
            return;
        case Wake::closed:
            server.peer_gone = 1;
            if (server.asking && input.bytes.empty()) return;
            break;
        case Wake::timer:
            // RFC 9110 §15.5.9: a client that has begun a request hears why it gets no answer.
            if (server.asking) return;
            if (!server.pending.empty() || server.reading) return refuse(server, 408, fx);
            break;
        case Wake::tls_up:
        case Wake::changed: return;
    }
    server.ended = 1;
    fx.close = true;
}

void release(Server& server, Heap& heap) {
    heap.drop(server.pending);
    forget_request(server, heap);
    server = {};
}

}  // namespace postroad::http
