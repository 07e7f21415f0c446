// A server of RPC for tests: the endpoint mapper, the management interface, the address book and
// one that echoes, with two people who can log in; and a client's machine held against it.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "protocols/nspi/directory.hpp"
#include "protocols/rpc/client.hpp"
#include "protocols/rpc/epm.hpp"
#include "protocols/rpc/mgmt.hpp"
#include "protocols/rpc/services.hpp"
#include "tests/support/rpc_tickets.hpp"

namespace rpc_desk {

using namespace postroad;

// Operation 0 gives the stub back, 1 turns it round, 2 fails, 3 says who calls and how safely, 4
// gives 100,000 octets.
inline constexpr rpc::Syntax echo{"60a15ec5-4de8-11d7-a637-005056a20182", 1, 0};

inline std::vector<rpc::epm::Endpoint> endpoints() {
    std::vector<rpc::epm::Endpoint> out;
    std::uint16_t port = 49152;
    for (const rpc::KnownService& one : rpc::known_services()) {
        rpc::Tower tower;
        tower.interface = one.interface;
        tower.port = one.word == "endpoint-mapper" ? rpc::epm::port : port++;
        tower.ipv4 = 0xc0000201;
        out.push_back({tower, {}, std::string(one.annotation)});
        if (one.pipe.empty()) continue;
        tower.sequence = rpc::Sequence::ncacn_np;
        tower.port = 0;
        tower.ipv4 = 0;
        tower.pipe = one.pipe;
        tower.computer = "\\\\MAIL";
        out.push_back({tower, {}, std::string(one.annotation)});
    }
    return out;
}

// The staff, sorted by name.
inline std::vector<nspi::Person> staff() {
    const auto one = [](std::uint32_t mid, const char* account, const char* name) {
        return nspi::Person{mid, "/o=Example/ou=Exchange/cn=Recipients/cn=" + std::string(account),
                            name, account, std::string(account) + "@example.org",
                            "/o=Example/cn=Configuration/cn=Servers/cn=MAIL/cn=Microsoft Private MDB"};
    };
    return {one(16, "alice", "Alice Adams"), one(18, "bob", "Bob Brown"),
            one(17, "bobby", "Bobby Burns"), one(20, "carol", "Carol Çelik")};
}

// Answers what a server's machine asks. Its texts outlive the call.
struct Desk {
    Heap heap;
    rpc::epm::Mapper mapper;
    std::vector<rpc::epm::Endpoint> known = endpoints();
    nspi::Book book;
    std::vector<nspi::Person> everybody = staff();
    std::vector<rpc::Syntax> interfaces{rpc::epm::interface, rpc::mgmt::interface, echo,
                                        nspi::interface, nspi::referral_interface};
    std::map<std::string, std::string> people{{"alice", "secret-alice"}, {"bob", "secret-bob"}};
    bool has_realm = true, has_ntlm = true;
    TicketDesk tickets;
    std::uint32_t groups = 0, drawn = 0;
    std::vector<std::string> log;  // "call 2 by alice at privacy"
    rpc::SecurityStep step;
    rpc::Outcome outcome;

    Desk() = default;
    Desk(const Desk&) = delete;
    Desk& operator=(const Desk&) = delete;
    ~Desk() {
        release(mapper, heap);
        release(book, heap);
    }

    ntlm::Acceptor acceptor() {
        return {"mail.example.org", "", "8octets!", tickets.now.unix_s,
                [this](std::string_view user) -> std::optional<std::string> {
                    const auto found = people.find(std::string(user));
                    return found == people.end() ? std::nullopt : std::optional(found->second);
                }};
    }
    void secure(const Ask& ask, Answer& out) {
        const auto wanted = rpc::SecurityAsk::unpack(ask.number);
        out = {};
        out.to = ask.kind;
        const ntlm::Acceptor by_password = acceptor();
        const rpc::KerberosAcceptor by_ticket = tickets.acceptor();
        if (wanted.type != rpc::AuthType::none) {
            step = wanted.type == rpc::AuthType::ntlm ? rpc::ntlm_accept(ask.b, ask.a, by_password)
                   : wanted.type == rpc::AuthType::kerberos
                       ? rpc::kerberos_accept(ask.b, ask.a, by_ticket)
                       : rpc::negotiate_accept(ask.b, ask.a,
                                               {has_realm ? &by_ticket : nullptr,
                                                has_ntlm ? &by_password : nullptr});
            answer_with(step, out);
        }
        if (wanted.binds) {  // groups that nobody has made are not joined
            const bool known_group = wanted.group <= groups;
            out.number = wanted.group == 0 ? ++groups : known_group ? wanted.group : 0;
        }
    }
    rpc::Outcome echoed(const rpc::CallAsk& call) const {
        std::string stub(call.stub);
        switch (call.operation) {
        case 0: break;
        case 1: std::reverse(stub.begin(), stub.end()); break;
        case 2: return rpc::fault(rpc::Status::access_denied);
        case 3: stub = std::string(call.user) + "/" + std::string(name_of(call.level)); break;
        case 4: stub.assign(100'000, 'x'); break;
        default: return rpc::fault(rpc::Status::no_such_operation);
        }
        return {true, rpc::Status::ok, stub};
    }
    rpc::Outcome run(const rpc::CallAsk& call) {
        if (call.interface == rpc::epm::interface) {
            rpc::Uuid fresh;
            fresh.time_low = ++drawn;
            return rpc::epm::answer(mapper, call, {known, fresh}, heap);
        }
        if (call.interface == rpc::mgmt::interface)
            return rpc::mgmt::answer(call, {interfaces, drawn, 7, 8, "host/mail.example.org"});
        if (call.interface == nspi::interface) {
            rpc::Uuid fresh;
            fresh.time_low = ++drawn;
            return nspi::answer(book, call, {everybody, echo.uuid, fresh}, heap);
        }
        if (call.interface == nspi::referral_interface)
            return nspi::answer_referral(call, {"mail.example.org", [](std::string_view dn) {
                                                    return dn.ends_with("cn=MAIL")
                                                               ? std::string("mail.example.org")
                                                               : std::string();
                                                }});
        return echoed(call);
    }
    void answer(const Ask& ask, Answer& out) {
        if (ask.kind == AskKind::rpc_security) return secure(ask, out);
        const rpc::CallAsk call = rpc::read_call(ask);
        log.push_back("call " + std::to_string(call.operation) + " by " + std::string(call.user) +
                      " at " + std::string(name_of(call.level)));
        outcome = run(call);
        out = {};
        out.to = ask.kind;
        rpc::answer_with(outcome, out);
    }
};

// What a client's machine is asked: its log-in, and the calls it is to make.
struct Work {
    struct One {
        std::uint16_t interface = 0, operation = 0;
        std::string stub;
    };
    std::vector<One> calls;
    std::size_t next = 0;
    std::string user = "alice", password = "secret-alice";
    bool has_ticket = true;
    std::vector<std::string> tokens;       // all that it has said to log in
    rpc::SecurityStep step;

    void answer(rpc::Client& client, Heap& heap, const Ask& ask, Answer& out) {
        out = {};
        out.to = ask.kind;
        if (ask.kind == AskKind::rpc_security) {
            const auto wanted = rpc::SecurityAsk::unpack(ask.number);
            const ntlm::Initiator by_password{user,       password,           "alice-pc",
                                              "client!!", "0123456789abcdef", now_unix_s, 0};
            const kerberos::Credentials ticket = ticket_of(user);
            const rpc::KerberosInitiator by_ticket = holder_of(has_ticket ? &ticket : nullptr);
            step = wanted.type == rpc::AuthType::ntlm
                       ? rpc::ntlm_initiate(ask.b, ask.a, wanted.level, by_password)
                   : wanted.type == rpc::AuthType::kerberos
                       ? rpc::kerberos_initiate(ask.b, ask.a, wanted.level, by_ticket)
                       : rpc::negotiate_initiate(ask.b, ask.a, wanted.level,
                                                 {has_ticket ? &by_ticket : nullptr, &by_password});
            tokens.push_back(step.token);
            return answer_with(step, out);
        }
        out.ok = next < calls.size();
        if (!out.ok) return;
        const One& one = calls[next++];
        give(client, {one.interface, one.operation, one.stub, {}, false}, heap);
    }
};

}  // namespace rpc_desk
