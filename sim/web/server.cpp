// Who answers for which path, and what the scenario has declared.
#include <string>

#include "protocols/base/ascii.hpp"
#include "sim/mail/tokens.hpp"
#include "sim/web/web.hpp"

namespace postroad::sim::web {
namespace {

const scenario::WebServer& settings_of(const Run& run, NodeId host) {
    return run.setup().scenario.hosts[run.host(host).scenario_index].http;
}

// A text of the answer in hand. Not state: emptied at each call, so that it can decide nothing.
std::string& scratch() {
    static thread_local std::string text;
    text.clear();
    return text;
}

}  // namespace

bool declared(Run& run, std::uint32_t connection, const Request& request, Answer& out) {
    const Tcb& tcb = run.world.tcp.tcbs[connection];
    const scenario::WebResource* found = nullptr;
    for (const scenario::WebResource& one : settings_of(run, tcb.node).resources) {
        if (one.path != request.path) continue;
        if (!one.host.empty() && !equals_ignoring_case(one.host, request.host)) continue;
        if (found == nullptr || (found->host.empty() && !one.host.empty())) found = &one;
    }
    std::string& text = scratch();
    if (found == nullptr) {
        run.decide(tcb.node, tcb.conversation, Reason::http_nothing_there, request.path,
                   request.host.empty() ? std::string_view("any host") : request.host);
        out.code = 404;
        text = "there is nothing here\n";
        out.enhanced = "Content-Type: text/plain; charset=utf-8\r\n";
        out.text = text;
        return true;
    }
    if (request.method == "POST") {  // RFC 9110 §15.5.6
        out.code = 405;
        out.enhanced = "Allow: GET, HEAD\r\n";
        return true;
    }
    out.code = found->status;
    text = "Content-Type: " + found->type + "\r\n";
    out.enhanced = text;
    out.text = found->body;
    return true;
}

namespace {

struct ProviderRow {
    std::string_view prefix;
    Provider provider;
};
// A part of the simulation that serves pages of its own adds its row here.
constexpr ProviderRow providers[] = {
    {"", declared},
    {"/token", tokens::serve},
};

Provider provider_for(std::string_view path) {
    const ProviderRow* best = &providers[0];
    for (const ProviderRow& one : providers)
        if (path.starts_with(one.prefix) && one.prefix.size() > best->prefix.size()) best = &one;
    return best->provider;
}

// RFC 9112 §3.2.2: an absolute target brings its own host, and that one counts.
Request read(const Ask& ask) {
    Request out;
    std::string_view rest = ask.a;
    out.method = take_word(rest);
    out.fields = ask.b;
    out.body = ask.c;
    out.host = http::field(ask.b, "Host").value_or(std::string_view{});
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!starts_ignoring_case(rest, scheme)) continue;
        rest.remove_prefix(scheme.size());
        out.host = rest.substr(0, rest.find('/'));
        rest.remove_prefix(out.host.size());
    }
    const std::size_t colon = out.host.rfind(':');
    if (colon != std::string_view::npos && out.host.find(']', colon) == std::string_view::npos)
        out.host = out.host.substr(0, colon);
    const std::size_t mark = rest.find('?');
    out.path = rest.substr(0, mark);
    if (out.path.empty()) out.path = "/";
    if (mark != std::string_view::npos) out.query = rest.substr(mark + 1);
    return out;
}

}  // namespace

bool answer(Run& run, std::uint32_t connection, const Ask& ask, Answer& out) {
    out = {};
    out.to = ask.kind;
    out.number = static_cast<std::uint64_t>(run.unix_s());
    if (ask.number != 0) {
        out.code = static_cast<std::uint16_t>(ask.number);
        return true;
    }
    Request request = read(ask);
    request.client = run.world.tcp.tcbs[connection].remote;
    return provider_for(request.path)(run, connection, request, out);
}

const http::ServerHost& server_host(const Run& run, const Tcb& tcb) {
    // Frozen with the Setup; what it is made of is there, so nothing is kept here.
    static thread_local http::ServerHost host;
    host.request_timeout_ns = settings_of(run, tcb.node).timeout.ns;
    return host;
}

}  // namespace postroad::sim::web
