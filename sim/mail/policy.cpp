// Relay policy, mailboxes and passwords, as an SMTP server's machine asks for them.
#include "sim/mail/policy.hpp"

#include "protocols/base/ascii.hpp"
#include "protocols/smtp/server.hpp"
#include "sim/mail/addresses.hpp"
#include "sim/mail/log_in.hpp"
#include "sim/mail/queue_parts.hpp"
#include "sim/mail/rulings.hpp"
#include "sim/mail/store.hpp"

namespace postroad::sim::mail {
namespace {

struct Session {
    Run& run;
    NodeId host;
    Id conversation;
    AddressId client;
    scenario::Service service;
    const smtp::Server& server;

    bool is_msa() const { return service == scenario::Service::msa; }
    bool is_lmtp() const { return service == scenario::Service::lmtp; }
    std::string_view user() const { return run.world.heap.view(server.user); }
};

void refuse(Answer& out, std::uint16_t code, std::string_view enhanced, std::string_view text) {
    out.ok = false;
    out.code = code;
    out.enhanced = enhanced;
    out.text = text;
}

net::Prefix to_net(const scenario::Prefix& prefix) {
    net::Address base;
    if (prefix.ip.v6) {
        base.bytes = prefix.ip.bytes;
        return net::prefix_of(base, prefix.length);
    }
    base = net::make_v4(prefix.ip.bytes[0], prefix.ip.bytes[1], prefix.ip.bytes[2],
                        prefix.ip.bytes[3]);
    return net::prefix_of(base, static_cast<std::uint8_t>(prefix.length + 96));
}

bool network_has(const NetworkSetup& network, const net::Address& address) {
    for (const net::Prefix& prefix : network.prefixes)
        if (prefix.contains(address)) return true;
    return false;
}

// smtp.relay_for: a network's name, a prefix, an address. (Its domains are `whereabouts`' part.)
bool relays_for_client(const Session& s, const net::Address& client) {
    for (const std::string& one : settings_of(s.run, s.host).smtp.relay_for) {
        bool is_network = false;
        for (const NetworkSetup& network : s.run.setup().networks) {
            if (network.name != one) continue;
            is_network = true;
            if (network_has(network, client)) return true;
        }
        if (is_network) continue;
        if (const auto prefix = scenario::parse_prefix(one)) {
            if (to_net(*prefix).contains(client)) return true;
        } else if (const auto address = net::parse_address(one); address && *address == client) {
            return true;
        }
    }
    return false;
}

// A submission server that wants no AUTH serves the networks it is in.
bool is_neighbour(const Session& s, const net::Address& client) {
    for (const AttachmentSetup& one : s.run.host(s.host).attachments)
        if (network_has(s.run.setup().networks[one.network], client)) return true;
    return false;
}

bool is_own_address(const Session& s, std::string_view address) {
    const std::uint32_t person = s.run.setup().find_person(s.user());
    if (person == nothing) return false;
    for (const std::string& one : s.run.setup().people[person].addresses)
        if (equals_ignoring_case(one, address)) return true;
    return false;
}

void sender(const Session& s, std::string_view reverse_path, Answer& out) {
    if (s.is_lmtp()) return;  // RFC 2033 §1: who comes here has taken the mail in already
    const scenario::Host& settings = settings_of(s.run, s.host);
    const bool wants_auth =
        s.is_msa() ? settings.msa.auth_required : settings.smtp.auth_required;
    if (wants_auth && !s.server.authenticated) {
        s.run.decide(s.host, s.conversation, Reason::auth_missing);
        return refuse(out, 530, "5.7.0", "authentication required");
    }
    if (s.is_msa() && s.server.authenticated && settings.msa.own_address_only &&
        !reverse_path.empty() && !is_own_address(s, reverse_path)) {
        s.run.decide(s.host, s.conversation, Reason::sender_not_own, s.user(), reverse_path);
        return refuse(out, 550, "5.7.1", "that is not an address of yours");
    }
}

void recipient(const Session& s, std::string_view path, Answer& out) {
    Run& run = s.run;
    const Whereabouts found = whereabouts(run, s.host, path);
    // An MDA has mailboxes and nothing else: aliases and ways elsewhere are the MTA's.
    const bool has_box = found.person != nothing &&
                         (found.home == Home::mailbox || found.home == Home::catch_all);
    if (s.is_lmtp() && has_box) return;  // RFC 2033 §4.2: what else there is to say comes at the end
    if (found.home == Home::nobody || s.is_lmtp()) {
        run.decide(s.host, s.conversation, Reason::no_mailbox, path);
        out.exists = false;
        return;
    }
    if (found.home == Home::relayed) {
        run.decide(s.host, s.conversation, Reason::relay_domain, found.domain);
        return;
    }
    if (found.home != Home::elsewhere) {
        if (found.home == Home::mailbox && found.person < run.world.mail.mailboxes.size()) {
            const PersonSetup& owner = run.setup().people[found.person];
            const auto& quota = run.setup().scenario.people[owner.scenario_index].quota;
            if (quota && run.world.mail.mailboxes[found.person].octets >= quota->bytes) {
                run.decide(s.host, s.conversation, Reason::mailbox_full, owner.address);
                return refuse(out, 552, "5.2.2", "the mailbox is full");
            }
        }
        run.decide(s.host, s.conversation, Reason::relay_local,
                   found.domain.empty() ? path : found.domain);
        return;
    }
    const net::Address client = run.address(s.client);
    if (s.server.authenticated) {
        run.decide(s.host, s.conversation, Reason::relay_authenticated, s.user());
    } else if (relays_for_client(s, client) || (s.is_msa() && is_neighbour(s, client))) {
        run.decide(s.host, s.conversation, Reason::relay_network, client);
    } else if (settings_of(run, s.host).smtp.open_relay) {
        run.decide(s.host, s.conversation, Reason::relay_open);
    } else {
        run.decide(s.host, s.conversation, Reason::relay_denied,
                   found.domain, client);
        out.relay = Relay::deny;
    }
}

// "<bob@example.org>", "bob@example.org" or "bob", as people type it after VRFY and EXPN.
std::string_view bare(std::string_view typed) {
    typed = trimmed(typed);
    if (typed.size() >= 2 && typed.front() == '<' && typed.back() == '>')
        typed = typed.substr(1, typed.size() - 2);
    return typed;
}

Whereabouts look_up_typed(const Session& s, std::string_view typed, std::string& address) {
    address = typed;
    const auto& domains = settings_of(s.run, s.host).domains;
    if (typed.find('@') == std::string_view::npos && !domains.empty()) {
        address += '@';
        address += domains[0];
    }
    return whereabouts(s.run, s.host, address);
}

void verify(const Session& s, std::string_view typed, Answer& out) {
    if (!settings_of(s.run, s.host).smtp.vrfy)  // RFC 5321 §7.3 allows not to tell
        return refuse(out, 252, "2.5.0", "send some mail and see whether it arrives");
    std::string address;
    const Whereabouts found = look_up_typed(s, bare(typed), address);
    out.exists = found.home != Home::nobody && found.home != Home::elsewhere &&
                 found.home != Home::relayed && found.home != Home::catch_all;
    std::string& words = scratch();
    if (found.home == Home::mailbox) {
        const PersonSetup& person = s.run.setup().people[found.person];
        if (!person.display.empty()) words += person.display + " ";
        words += "<" + person.address + ">";
    } else {
        words += "<" + address + ">";
    }
    out.text = words;
}

void expand(const Session& s, std::string_view typed, Answer& out) {
    if (!settings_of(s.run, s.host).smtp.expn)
        return refuse(out, 502, "5.5.1", "lists are not shown here");
    std::string address;
    const Whereabouts found = look_up_typed(s, bare(typed), address);
    out.exists = found.targets != nullptr;
    if (!out.exists) return;
    std::string& words = scratch();
    for (const std::string& one : *found.targets) {
        if (!words.empty()) words += '\n';
        words += "<" + one + ">";
    }
    out.text = words;
}

}  // namespace

bool answer_smtp_server(Run& run, std::uint32_t connection, const Ask& ask, Answer& out) {
    store::set_up(run.world);
    out = {};
    out.to = ask.kind;
    const Tcb& tcb = run.world.tcp.tcbs[connection];
    const bool is_lmtp =
        run.host(tcb.node).services[tcb.service].service == scenario::Service::lmtp;
    if (ask.kind == AskKind::accept) {
        if (!outside_rules(run, connection, Asked::message, out)) return false;
        if (!out.ok) return true;
        if (is_lmtp) accept_by_lmtp(run, connection, out);
        else accept_mail(run, connection, out);
        return true;
    }
    if (run.world.mail.hosts[tcb.node].discards) return true;
    if (ask.kind == AskKind::authenticate) return login::authenticate(run, connection, ask, out);
    const Session s{run,        tcb.node, tcb.conversation,
                    tcb.remote, run.host(tcb.node).services[tcb.service].service,
                    run.world.sessions.of<smtp::Server>()[tcb.seat].machine};
    const Heap& heap = run.world.heap;
    switch (ask.kind) {
        case AskKind::client_name: return outside_rules(run, connection, Asked::client, out);
        case AskKind::sender:
            sender(s, heap.view(s.server.reverse_path), out);
            return outside_rules(run, connection, Asked::sender, out);
        case AskKind::recipient: {  // the machine has put it behind those it has already
            const List<Text>& paths = s.server.forward_paths;
            const std::string_view path = heap.view(heap.get(paths, paths.size() - 1));
            recipient(s, path, out);
            return outside_rules(run, connection, Asked::recipient, out);
        }
        case AskKind::verify: verify(s, ask.a, out); break;
        case AskKind::expand: expand(s, ask.a, out); break;
        default: break;
    }
    return true;
}

void set_discards(World& world, NodeId host, bool discards) {
    store::set_up(world);
    world.mail.hosts.edit(host).discards = discards ? 1 : 0;
}

}  // namespace postroad::sim::mail
