// A fetch: addresses from DNS, a connection, TLS where it comes first, one request, its response.
#include "protocols/base/ascii.hpp"
#include "sim/mail/mta_sts.hpp"
#include "sim/mail/tokens.hpp"
#include "sim/session/ending_words.hpp"
#include "sim/session/secured.hpp"
#include "sim/session/session.hpp"
#include "sim/web/web.hpp"

namespace postroad::sim::web {
namespace {

constexpr Duration connect_timeout = 30 * second;

bool is_live(const Run& run, std::uint32_t id) {
    return id < run.world.web.fetches.size() && run.world.web.fetches[id].live != 0;
}
bool is_current(const Run& run, std::uint32_t id, std::uint32_t connection) {
    return is_live(run, id) && run.world.web.fetches[id].connection == connection;
}

void drop(World& world, std::uint32_t id) {
    WebFetch& one = world.web.fetches.edit(id);
    for (Text* text : {&one.server, &one.target, &one.method, &one.fields, &one.body, &one.words})
        world.heap.drop(*text);
    world.heap.drop(one.addresses);
    one.live = 0;
    world.web.fetches.remove(id);
}

// The record goes first: whoever is told may begin another fetch.
void finish(Run& run, std::uint32_t id, const Fetched& what) {
    const WebFetch one = run.world.web.fetches[id];
    const std::string server(run.world.heap.view(one.server));
    const std::string target(run.world.heap.view(one.target));
    if (what.code == 0) {
        run.decide(one.host, one.subject, Reason::http_failed, target, server, what.why);
    } else {
        run.decide(one.host, one.subject, Reason::http_fetched, target, server,
                   std::uint32_t{what.code});
    }
    drop(run.world, id);
    fetched(run, one.purpose, one.host, one.who, what);
}

void fail(Run& run, std::uint32_t id, std::string_view why, bool no_tls = false) {
    const std::string kept(why);
    Fetched what;
    what.why = kept;
    what.no_tls = no_tls;
    finish(run, id, what);
}

void try_address(Run& run, std::uint32_t id) {
    const WebFetch& one = run.world.web.fetches[id];
    const AddressId address = run.world.heap.get(one.addresses, one.address);
    const std::uint32_t connection = session::start_client(
        run, one.host, address, one.port, Role::http_client, id, connect_timeout);
    WebFetch& now = run.world.web.fetches.edit(id);
    now.connection = connection;
    now.said = 0;
}

void ask(Run& run, std::uint32_t id, dns::Type type) {
    const WebFetch& one = run.world.web.fetches[id];
    const dns::ParsedName name = dns::parse_name(run.world.heap.view(one.server));
    if (!name) return;
    ++run.world.web.fetches.edit(id).questions;
    const NodeId host = one.host;
    const Id subject = one.subject;
    const std::uint32_t generation = one.generation;
    dns_layer::ask(run, host, name.name, type, subject, owner_bit | id, generation);
}

}  // namespace

std::uint32_t fetch(Run& run, NodeId host, const Wanted& wanted, Id subject, FetchFor purpose,
                    std::uint32_t who) {
    Heap& heap = run.world.heap;
    const std::uint32_t id = run.world.web.fetches.add();
    WebFetch made;
    made.generation = run.world.web.fetches[id].generation;
    made.host = host;
    made.subject = subject;
    made.server = heap.make(wanted.server);
    made.target = heap.make(wanted.target);
    made.method = heap.make(wanted.method);
    made.fields = heap.make(wanted.fields);
    made.body = heap.make(wanted.body);
    made.port = wanted.port;
    made.purpose = purpose;
    made.who = who;
    made.live = 1;
    run.world.web.fetches.edit(id) = made;
    bool v4 = false;
    bool v6 = false;
    for (const AttachmentSetup& one : run.host(host).attachments) {
        v4 = v4 || one.v4 != nothing;
        v6 = v6 || one.v6 != nothing;
    }
    if (v4) ask(run, id, dns::Type::a);
    if (v6) ask(run, id, dns::Type::aaaa);
    POSTROAD_ASSERT(run.world.web.fetches[id].questions > 0);
    return id;
}

void fetched(Run& run, FetchFor purpose, NodeId host, std::uint32_t who, const Fetched& what) {
    static_cast<void>(host);
    switch (purpose) {
        case FetchFor::nobody: return;
        case FetchFor::mta_sts: return mail::sts_fetched(run, who, what);
        case FetchFor::token: return tokens::fetched(run, who, what);
    }
}

void resolved(Run& run, std::uint32_t who, std::uint32_t what, const dns_layer::Resolved& answer) {
    const std::uint32_t id = who & ~owner_bit;
    if (!is_live(run, id) || run.world.web.fetches[id].generation != what) return;
    --run.world.web.fetches.edit(id).questions;
    dns_layer::Records records = answer.records();
    dns::Record record;
    while (answer.outcome == dns_layer::Outcome::answer && records.next(record)) {
        net::Address address;
        if (const auto v4 = record.as_a())
            address = net::make_v4((*v4)[0], (*v4)[1], (*v4)[2], (*v4)[3]);
        else if (const auto v6 = record.as_aaaa()) address.bytes = *v6;
        else continue;
        const AddressId one = run.address_id(address);
        run.world.heap.push(run.world.web.fetches.edit(id).addresses, one);
    }
    const WebFetch& one = run.world.web.fetches[id];
    if (one.questions != 0) return;
    if (one.addresses.empty()) return fail(run, id, "its name has no address");
    try_address(run, id);
}

void next_request(Run& run, std::uint32_t connection, std::uint32_t owner, Answer& out) {
    out = {};
    out.to = AskKind::next_job;
    out.ok = false;
    if (!is_current(run, owner, connection)) return;
    WebFetch& one = run.world.web.fetches.edit(owner);
    if (one.said) return;
    one.said = 1;
    Heap& heap = run.world.heap;
    // Copies: what is given is put together in the heap they lie in.
    const std::string method(heap.view(one.method));
    const std::string target(heap.view(one.target));
    const std::string server(heap.view(one.server));
    const std::string fields(heap.view(one.fields));
    const std::string body(heap.view(one.body));
    const std::uint32_t seat = run.world.tcp.tcbs[connection].seat;
    http::give(run.world.sessions.of<http::Client>().edit(seat).machine,
               {method, target, server, fields, body}, client_host(), heap);
    out.ok = true;
}

void heard(Run& run, std::uint32_t connection, std::uint32_t owner, const Tell& tell,
           std::string_view words) {
    if (!is_current(run, owner, connection)) return;
    if (tell.kind == TellKind::session_failed) {
        run.world.heap.assign(run.world.web.fetches.edit(owner).words, words);
        return;
    }
    if (tell.kind != TellKind::response) return;
    Fetched what;
    what.code = tell.code;
    what.fields = words.substr(0, tell.index);
    what.body = words.substr(tell.index);
    finish(run, owner, what);
}

void over(Run& run, std::uint32_t connection, std::uint32_t owner, Ending how) {
    if (!is_current(run, owner, connection)) return;
    const bool no_tls = secured::is_broken(run.world, connection);
    if (how == Ending::crashed) return drop(run.world, owner);
    WebFetch& one = run.world.web.fetches.edit(owner);
    one.connection = nothing;
    const std::string why(one.words.empty() ? words_of(how) : run.world.heap.view(one.words));
    if (++one.address < one.addresses.size()) return try_address(run, owner);
    fail(run, owner, why, no_tls);
}

std::string_view server_name(const Run& run, std::uint32_t owner) {
    if (!is_live(run, owner)) return {};
    return run.world.heap.view(run.world.web.fetches[owner].server);
}

const http::ClientHost& client_host() {
    static const http::ClientHost host;
    return host;
}

void host_down(Run& run, NodeId host) {
    for (std::uint32_t id = 0; id < run.world.web.fetches.size(); ++id)
        if (is_live(run, id) && run.world.web.fetches[id].host == host) drop(run.world, id);
}

}  // namespace postroad::sim::web
