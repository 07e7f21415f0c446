// How a token comes to who needs it: a request over HTTP to the issuer's token endpoint, with the
// person's own password (RFC 6749 §4.3), and the endpoint itself.
#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "sim/mail/people_parts.hpp"
#include "sim/mail/tokens.hpp"
#include "sim/scenario/values.hpp"

namespace postroad::sim::tokens {
namespace {

constexpr std::uint16_t http_port = 80, https_port = 443;

std::uint32_t find(const Run& run, std::uint32_t person, std::uint32_t issuer) {
    const Table<HeldToken>& all = run.world.mail.tokens;
    for (std::uint32_t id = 0; id < all.size(); ++id)
        if (all[id].person == person && all[id].issuer == issuer) return id;
    return nothing;
}

bool is_good(const Run& run, const HeldToken& one) {
    return !one.token.empty() && one.expires_s > run.unix_s();
}

std::string moment(std::int64_t unix_s) { return scenario::to_text(scenario::Instant{unix_s}); }

// application/x-www-form-urlencoded (RFC 6749 appendix B).
void put_form(std::string& out, std::string_view name, std::string_view value) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    if (!out.empty()) out += '&';
    out.append(name).append("=");
    for (const char c : value) {
        const auto octet = static_cast<unsigned char>(c);
        const bool plain = (octet >= '0' && octet <= '9') || (to_lower(c) >= 'a' && to_lower(c) <= 'z') ||
                           c == '-' || c == '.' || c == '_';
        if (plain) out += c;
        else (out += '%').append(1, digits[octet >> 4]).append(1, digits[octet & 15]);
    }
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char low = to_lower(c);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

std::string form_value(std::string_view form, std::string_view name) {
    while (!form.empty()) {
        const std::size_t end = std::min(form.find('&'), form.size());
        std::string_view pair = form.substr(0, end);
        form.remove_prefix(std::min(end + 1, form.size()));
        if (pair.substr(0, pair.find('=')) != name) continue;
        pair.remove_prefix(std::min(name.size() + 1, pair.size()));
        std::string out;
        for (std::size_t i = 0; i < pair.size(); ++i) {
            const bool coded = pair[i] == '%' && i + 2 < pair.size() && hex_digit(pair[i + 1]) >= 0 &&
                               hex_digit(pair[i + 2]) >= 0;
            if (!coded) {
                out += pair[i] == '+' ? ' ' : pair[i];
                continue;
            }
            out += static_cast<char>(hex_digit(pair[i + 1]) << 4 | hex_digit(pair[i + 2]));
            i += 2;
        }
        return out;
    }
    return {};
}

bool is_issuer(const Run& run, NodeId host) {
    const auto& hosts = run.setup().scenario.hosts;
    return std::any_of(hosts.begin(), hosts.end(), [&](const scenario::Host& one) {
        return one.login.tokens_from == run.host(host).name;
    });
}

void request(Run& run, std::uint32_t id, Id subject) {
    const HeldToken one = run.world.mail.tokens[id];
    const PersonSetup& person = run.setup().people[one.person];
    const HostSetup& issuer = run.host(one.issuer);
    std::string body;
    put_form(body, "grant_type", "password");
    put_form(body, "username", person.user);
    put_form(body, "password", person.password);
    put_form(body, "scope", "mail");
    web::Wanted wanted;
    wanted.server = issuer.domain_name.empty() ? std::string_view(issuer.name)
                                               : std::string_view(issuer.domain_name);
    wanted.port = issuer.service_at(net::protocol_tcp, https_port) != nullptr ? https_port : http_port;
    wanted.target = "/token";
    wanted.method = "POST";
    wanted.fields = "Content-Type: application/x-www-form-urlencoded\r\n";
    wanted.body = body;
    if (wanted.port == http_port)
        run.decide(person.device, subject, Reason::secret_in_clear, person.user);
    web::fetch(run, person.device, wanted, subject, FetchFor::token, id);
}

}  // namespace

std::string held(const Run& run, std::uint32_t person, NodeId server) {
    const std::uint32_t issuer = issuer_of(run, server);
    const std::uint32_t id = issuer == nothing ? nothing : find(run, person, issuer);
    if (id == nothing || !is_good(run, run.world.mail.tokens[id])) return {};
    return std::string(run.world.heap.view(run.world.mail.tokens[id].token));
}

Have obtain(Run& run, std::uint32_t person, NodeId server, const TokenWaiter& waiter, Id subject,
            std::string& token) {
    const std::uint32_t issuer = issuer_of(run, server);
    if (issuer == nothing || run.setup().people[person].device == nothing) return Have::none;
    std::uint32_t id = find(run, person, issuer);
    if (id != nothing && is_good(run, run.world.mail.tokens[id])) {
        const HeldToken& one = run.world.mail.tokens[id];
        token = run.world.heap.view(one.token);
        run.decide(run.setup().people[person].device, subject, Reason::token_held,
                   run.setup().people[person].name, run.host(issuer).name, moment(one.expires_s));
        return Have::token;
    }
    if (id == nothing) {
        id = run.world.mail.tokens.add();
        HeldToken& one = run.world.mail.tokens.edit(id);
        one.person = person;
        one.issuer = issuer;
    }
    List<TokenWaiter> waiters = run.world.mail.tokens[id].waiters;
    run.world.heap.push(waiters, waiter);
    HeldToken& one = run.world.mail.tokens.edit(id);
    one.waiters = waiters;
    const bool asks = one.fetching == 0;
    one.fetching = 1;
    if (asks) request(run, id, subject);
    return Have::coming;
}

bool serve(Run& run, std::uint32_t connection, const web::Request& request, Answer& out) {
    static thread_local std::string text;  // not state: what the answer shows
    const Tcb& tcb = run.world.tcp.tcbs[connection];
    if (request.path != "/token" || !is_issuer(run, tcb.node))
        return web::declared(run, connection, request, out);
    out.enhanced = "Content-Type: application/json\r\nCache-Control: no-store\r\n";  // RFC 6749 §5.1
    const std::string user = form_value(request.body, "username");
    const std::uint32_t person = run.setup().find_person(user);
    if (request.method != "POST") {
        out.code = 405;
        text = R"({"error":"invalid_request"})";
    } else if (form_value(request.body, "grant_type") != "password") {
        out.code = 400;
        text = R"({"error":"unsupported_grant_type"})";
    } else if (person == nothing ||
               form_value(request.body, "password") != run.setup().people[person].password) {
        run.decide(tcb.node, tcb.conversation, Reason::auth_failed, user);
        out.code = 400;
        text = R"({"error":"invalid_grant"})";
    } else {
        const auto lifetime_s = static_cast<std::int64_t>(
            run.setup().scenario.hosts[run.host(tcb.node).scenario_index].login.token_lifetime.ns /
            second);
        run.decide(tcb.node, tcb.conversation, Reason::token_issued, user,
                   moment(run.unix_s() + lifetime_s));
        out.code = 200;
        text = R"({"access_token":")" + issue(run, tcb.node, person) +
               R"(","token_type":"Bearer","expires_in":)" + std::to_string(lifetime_s) + "}";
    }
    out.text = text;
    return true;
}

void fetched(Run& run, std::uint32_t id, const web::Fetched& what) {
    HeldToken one = run.world.mail.tokens[id];
    const PersonSetup& person = run.setup().people[one.person];
    const std::string_view token = what.code == 200 ? member(what.body, "access_token")
                                                    : std::string_view{};
    run.world.heap.assign(one.token, token);
    if (token.empty()) {
        const std::string_view error = member(what.body, "error");
        run.decide(person.device, 0, Reason::token_failed, person.name, run.host(one.issuer).name,
                   what.code == 0    ? what.why
                   : !error.empty()  ? error
                                     : std::string_view("its answer has no token in it"));
    } else {
        const auto lives_s = parse_number(member(what.body, "expires_in"));
        one.expires_s = run.unix_s() + static_cast<std::int64_t>(lives_s.value_or(3600));
        run.decide(person.device, 0, Reason::token_got, person.name, run.host(one.issuer).name,
                   moment(one.expires_s));
    }
    one.fetching = 0;
    run.world.mail.tokens.edit(id) = one;
    // What has been heard here was said in the middle of another machine's step.
    run.schedule(run.now(), person.device, person.device, EventKind::mail, people::detail::token, id);
}

void on_known(Run& run, std::uint32_t id) {
    List<TokenWaiter> waiters = run.world.mail.tokens[id].waiters;
    run.world.mail.tokens.edit(id).waiters = {};
    for (std::uint32_t i = 0; i < waiters.size(); ++i) {
        const TokenWaiter waiter = run.world.heap.get(waiters, i);
        people::log_in_again(run, {waiter.connection, waiter.generation, waiter.number}, "TOKEN");
    }
    run.world.heap.drop(waiters);
}

void device_down(Run& run, NodeId device) {
    Table<HeldToken>& all = run.world.mail.tokens;
    for (std::uint32_t id = 0; id < all.size(); ++id) {
        const std::uint32_t person = all[id].person;
        if (person >= run.setup().people.size() || run.setup().people[person].device != device ||
            all[id].fetching == 0)
            continue;
        List<TokenWaiter> waiters = all[id].waiters;
        run.world.heap.drop(waiters);
        all.edit(id).waiters = {};
        all.edit(id).fetching = 0;
    }
}

}  // namespace postroad::sim::tokens
