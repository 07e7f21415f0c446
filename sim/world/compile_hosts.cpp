// Hosts: what listens where, with which settings, and how a host's own MTA talks to others.
#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/base/did_you_mean.hpp"
#include "protocols/imap/host.hpp"
#include "protocols/rpc/epm.hpp"
#include "protocols/rpc/services.hpp"
#include "sim/rpc/rpc.hpp"
#include "sim/scenario/schema.hpp"
#include "sim/world/compile.hpp"

namespace postroad::sim {
namespace {

using scenario::Generation;
using scenario::Service;

constexpr std::uint16_t dns_port = 53, kerberos_port = 88, submissions_port = 465, pop3s_port = 995, imaps_port = 993,
                        http_port = 80, https_port = 443;

struct Keyword {
    std::string_view word;
    std::optional<smtp::Extension> extension;  // none: known, and not offered anyway
    Generation since = Generation::rfc1869;    // what a server of that time could know
};
constexpr Keyword keywords[] = {
    {"PIPELINING", smtp::Extension::pipelining},
    {"SIZE", smtp::Extension::size},
    {"8BITMIME", smtp::Extension::eight_bit_mime},
    {"ENHANCEDSTATUSCODES", smtp::Extension::enhanced_status, Generation::rfc2821},
    {"AUTH", smtp::Extension::auth, Generation::rfc2821},
    {"VRFY", smtp::Extension::vrfy},
    {"ETRN", smtp::Extension::etrn, Generation::rfc2821},
    {"HELP", smtp::Extension::help},
    {"EXPN", {}},
    {"STARTTLS", smtp::Extension::starttls, Generation::rfc2821},
    {"DSN", {}},
    {"CHUNKING", {}},
    {"BINARYMIME", {}},
    {"DELIVERBY", {}},
    {"SMTPUTF8", {}},
};

smtp::Extensions offered(Compiler& c, Generation generation, const std::string& path,
                         const std::vector<std::string>& off) {
    smtp::Extensions out;
    for (const Keyword& one : keywords)
        if (one.extension && generation < one.since && generation != Generation::rfc821)
            out.set(*one.extension, false);
    for (const std::string& word : off) {
        const auto* const found =
            std::find_if(std::begin(keywords), std::end(keywords), [&](const Keyword& one) {
                return equals_ignoring_case(one.word, word);
            });
        if (found != std::end(keywords)) {
            if (found->extension) out.set(*found->extension, false);
            continue;
        }
        std::vector<std::string_view> known;
        for (const Keyword& one : keywords) known.push_back(one.word);
        const std::string_view near = closest(word, known);
        c.error(path, "there is no SMTP extension " + quoted(word),
                "extensions go by their EHLO keywords (RFC 5321 §4.1.1.1)",
                near.empty() ? "" : "did you mean " + quoted(near) + "?");
    }
    return out;
}

sasl::Mechanisms offered(Compiler& c, const scenario::Host& host, std::string_view service,
                         const std::vector<std::string>& names) {
    sasl::Mechanisms out;
    for (const sasl::Mechanism one :
         to_mechanisms(c, "hosts." + scenario::toml_key(host.name) + "." + std::string(service) +
                              ".mechanisms", names))
        out.add(one);
    return out;
}

// imap::Capability bits of what an IMAP server does not have.
std::uint64_t imap_off(Compiler& c, const scenario::Host& host) {
    imap::Capabilities out;
    for (const std::string& word : host.imap.capabilities_off) {
        if (const auto known = imap::capability_named(word)) {
            out.set(*known);
            continue;
        }
        const std::string_view near = closest(word, imap::capability_words());
        c.error("hosts." + scenario::toml_key(host.name) + ".imap.capabilities_off",
                "there is no IMAP capability " + quoted(word),
                "capabilities go by the words of CAPABILITY's answer (RFC 3501 §7.2.1)",
                near.empty() ? "" : "did you mean " + quoted(near) + "?");
    }
    // RFC 9051 appendix E: IMAP4rev2 says that these are there, and clients rely on it.
    using enum imap::Capability;
    for (const imap::Capability one :
         {sasl_ir, enable, idle, name_spaces, unselect, uidplus, move, list_extended, list_status,
          special_use, esearch, searchres, binary, status_size})
        if (out.has(one)) out.set(rev2);
    // LITERAL+ does all that LITERAL- does.
    if (out.has(literal_minus) && out.has(literal_plus)) out.set(rev2);
    return out.bits;
}

std::string greeted_name(const scenario::Host& host, const HostSetup& setup) {
    return host.smtp.hostname.empty() ? setup.domain_name : host.smtp.hostname;
}

void protect(const scenario::TlsSettings& from, smtp::ServerHost& out) {
    out.offers_tls = from.offer;
    out.keeps_behind_tls = from.vulnerable;
    // Who offers TLS takes no password without it; who has none has no choice, and the Trace says
    // what that means.
    out.auth_in_clear = !from.offer || from.auth_without_tls;
}

smtp::ServerHost mta_of(Compiler& c, const scenario::Host& host, const HostSetup& setup) {
    const scenario::SmtpServer& from = host.smtp;
    smtp::ServerHost out;
    out.name = greeted_name(host, setup);
    out.esmtp = from.generation != Generation::rfc821;
    if (!from.banner.empty()) out.greeting = from.banner;
    else if (!out.esmtp) out.greeting = "Simple Mail Transfer Service Ready";  // RFC 821 §3.5
    out.extensions = offered(c, from.generation,
                             "hosts." + scenario::toml_key(host.name) + ".smtp.extensions_off",
                             from.extensions_off);
    // The machine calls "mail only from who is authenticated" submission.
    out.submission = from.auth_required;
    if (!from.mechanisms.empty() || !from.auth_required)
        out.mechanisms = offered(c, host, "smtp", from.mechanisms);
    out.offers_auth = !out.mechanisms.empty();
    out.size_octets_max = from.size_max.bytes;
    out.recipients_max = from.recipients_max;
    out.command_timeout_ns = from.timeout.ns;
    protect(host.tls, out);
    return out;
}

smtp::ServerHost msa_of(Compiler& c, const scenario::Host& host, const HostSetup& setup) {
    const scenario::MsaServer& from = host.msa;
    smtp::ServerHost out;
    out.name = greeted_name(host, setup);
    out.extensions = offered(c, Generation::rfc5321,
                             "hosts." + scenario::toml_key(host.name) + ".msa.extensions_off",
                             from.extensions_off);
    out.submission = from.auth_required;
    out.mechanisms = offered(c, host, "msa", from.mechanisms);
    out.offers_auth = !out.mechanisms.empty();
    if (from.auth_required && !out.offers_auth)
        c.error("hosts." + scenario::toml_key(host.name) + ".msa.mechanisms",
                "nobody can log in where AUTH is required and no mechanism is offered",
                "a submission server with `auth_required` needs a way to authenticate (RFC 6409 §4.3)",
                "write mechanisms = [\"PLAIN\"], or auth_required = false");
    out.size_octets_max = from.size_max.bytes;
    out.recipients_max = from.recipients_max;
    out.command_timeout_ns = from.timeout.ns;
    protect(host.tls, out);
    return out;
}

// RFC 2033: who comes here has no envelope to argue about, and no log-in.
smtp::ServerHost lmtp_of(const scenario::Host& host, const HostSetup& setup) {
    smtp::ServerHost out;
    out.name = greeted_name(host, setup);
    out.lmtp = true;
    out.greeting = "LMTP Postroad";
    out.size_octets_max = host.lmtp.size_max.bytes;
    out.recipients_max = host.lmtp.recipients_max;
    out.command_timeout_ns = host.lmtp.timeout.ns;
    protect(host.tls, out);
    return out;
}

std::uint32_t keep(Setup& out, smtp::ServerHost settings) {
    out.smtp_servers.push_back(std::move(settings));
    return static_cast<std::uint32_t>(out.smtp_servers.size() - 1);
}

// The mapper, and behind it the store, the directory and what else is registered.
void add_rpc(Compiler& c, const scenario::Host& from, HostSetup& host, ServiceSetup one) {
    one.protection = Protection::none;
    one.role = Role::rpc_server;
    one.protocol = net::protocol_tcp;
    const auto add = [&](rpc_layer::Process process, std::uint16_t port) {
        one.settings = process;
        one.port = port;
        one.dynamic = port == 0;
        host.services.push_back(one);
    };
    add(rpc_layer::mapper, rpc::epm::port);
    add(rpc_layer::store, from.mapi.store_port);
    add(rpc_layer::directory, from.mapi.directory_port);
    const std::string path = "hosts." + scenario::toml_key(host.name) + ".mapi.";
    const auto& others = from.mapi.other_services;
    if (others.size() > rpc_layer::others_max)
        c.error(path + "other_services",
                std::to_string(others.size()) + " are more than the " +
                    std::to_string(rpc_layer::others_max) + " that fit",
                "each is a process with a port of its own", "leave some out");
    for (std::size_t i = 0; i < rpc_layer::others_max; ++i) {
        const bool there = i < others.size();
        if (there) {
            const rpc::KnownService* const known = rpc::find_service(others[i]);
            if (known == nullptr || known->mail) {
                std::vector<std::string_view> words;
                for (const rpc::KnownService& service : rpc::known_services())
                    if (!service.mail) words.push_back(service.word);
                const std::string_view near = closest(others[i], words);
                c.error(path + "other_services",
                        known == nullptr ? "there is no service " + quoted(others[i])
                                         : quoted(others[i]) + " is there anyway",
                        "services go by the words that `show --exposure` says",
                        near.empty() ? "" : "did you mean " + quoted(near) + "?");
            }
        }
        one.protocol = there ? net::protocol_tcp : std::uint8_t{0};
        one.role = there ? Role::rpc_server : Role::none;
        add(static_cast<rpc_layer::Process>(rpc_layer::first_other + i), 0);
        host.services.back().dynamic = there;
    }
    if (from.mapi.dynamic_ports.first < 1024)
        c.error(path + "dynamic_ports",
                "ports below 1024 are no dynamic ones",
                "they belong to services that are known by their numbers (RFC 6335 §6)",
                "write \"1025-5000\" or \"49152-65535\"");
    else if (from.mapi.dynamic_ports.last - from.mapi.dynamic_ports.first < 99)
        c.error(path + "dynamic_ports", "fewer than a hundred ports are too few",
                "each service draws one that is free", "write \"1025-5000\" or \"49152-65535\"");
}

// The entries of one service. Their number never depends on settings, so that an index stays
// what it was; what does not listen has protocol and port 0.
void add_service(Compiler& c, const scenario::Host& from, HostSetup& host, Service service) {
    ServiceSetup one;
    one.service = service;
    one.running = std::find(from.stopped.begin(), from.stopped.end(), service) ==
                  from.stopped.end();
    const auto listen = [&](std::uint8_t protocol, std::uint16_t port, Role role) {
        one.protocol = protocol;
        one.port = port;
        one.role = role;
        host.services.push_back(one);
    };
    // RFC 8314 §3: the same service, with TLS before its first word.
    const auto listen_protected = [&](std::uint16_t port, Role role) {
        if (!from.tls.implicit) return listen(0, 0, Role::none);
        one.protection = Protection::from_the_start;
        listen(net::protocol_tcp, port, role);
    };
    if (from.tls.offer) one.protection = Protection::on_request;
    switch (service) {
        case Service::mta:
            one.settings = keep(c.out, mta_of(c, from, host));
            return listen(net::protocol_tcp, from.smtp.port, Role::smtp_server);
        case Service::msa:
            one.settings = keep(c.out, msa_of(c, from, host));
            listen(net::protocol_tcp, from.msa.port, Role::smtp_server);
            return listen_protected(submissions_port, Role::smtp_server);
        case Service::pop3:
            listen(net::protocol_tcp, from.pop3.port, Role::pop3_server);
            return listen_protected(pop3s_port, Role::pop3_server);
        case Service::imap:
            listen(net::protocol_tcp, from.imap.port, Role::imap_server);
            return listen_protected(imaps_port, Role::imap_server);
        case Service::lmtp:
            one.settings = keep(c.out, lmtp_of(from, host));
            return listen(net::protocol_tcp, from.lmtp.port, Role::smtp_server);
        case Service::mapi: return add_rpc(c, from, host, one);
        case Service::dns:
            listen(net::protocol_udp, dns_port, Role::dns_server);
            return from.dns.tcp ? listen(net::protocol_tcp, dns_port, Role::dns_server)
                                : listen(0, 0, Role::none);
        case Service::resolver:
            listen(net::protocol_udp, dns_port, Role::resolver);
            return listen(net::protocol_tcp, dns_port, Role::resolver);
        case Service::kdc:
            listen(net::protocol_udp, kerberos_port, Role::kdc);
            return listen(net::protocol_tcp, kerberos_port, Role::kdc);
        case Service::http:
            one.protection = Protection::none;
            return listen(net::protocol_tcp, http_port, Role::http_server);
        case Service::https:
            one.protection = Protection::from_the_start;
            return listen(net::protocol_tcp, https_port, Role::http_server);
        case Service::mua:
        case Service::mda: return listen(0, 0, Role::none);
    }
}

bool is_dns(const ServiceSetup& one) {
    return one.role == Role::dns_server || one.role == Role::resolver;
}

// A name server and a resolver share port 53, as BIND does: they tell questions apart by RD.
void check_ports(Compiler& c, const HostSetup& host) {
    constexpr auto names = words(Service{});
    for (std::size_t i = 0; i < host.services.size(); ++i)
        for (std::size_t k = 0; k < i; ++k) {
            const ServiceSetup& a = host.services[k];
            const ServiceSetup& b = host.services[i];
            if (a.port == 0 || a.port != b.port || a.protocol != b.protocol ||
                (is_dns(a) && is_dns(b)))
                continue;
            c.error("hosts." + scenario::toml_key(host.name),
                    std::string(names[static_cast<std::size_t>(a.service)]) + " and " +
                        std::string(names[static_cast<std::size_t>(b.service)]) + " of " +
                        quoted(host.name) + " both listen at port " + std::to_string(b.port),
                    "one port has one listener", "give one of them another port");
        }
}

// "[PORT=]ADDRESS:PORT": the host's port, and where the program outside listens.
struct RealServer {
    std::uint16_t port = 25;
    std::string where;
};

std::optional<std::uint16_t> port_of(std::string_view text) {
    const auto number = parse_number(text);
    if (!number || *number == 0 || *number > 65535) return std::nullopt;
    return static_cast<std::uint16_t>(*number);
}

std::optional<RealServer> real_server_of(std::string_view text) {
    RealServer out;
    if (const std::size_t equals = text.find('='); equals != std::string_view::npos) {
        const auto port = port_of(text.substr(0, equals));
        if (!port) return std::nullopt;
        out.port = *port;
        text.remove_prefix(equals + 1);
    }
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || !port_of(text.substr(colon + 1))) return std::nullopt;
    std::string_view address = text.substr(0, colon);
    if (address.starts_with('[') && address.ends_with(']'))
        address = address.substr(1, address.size() - 2);
    if (!net::parse_address(address)) return std::nullopt;
    out.where = text;
    return out;
}

void add_real_servers(Compiler& c, const scenario::Host& from, HostSetup& host) {
    for (const std::string& text : from.real) {
        const auto server = real_server_of(text);
        if (!server) {
            c.error("hosts." + scenario::toml_key(from.name) + ".real",
                    quoted(text) + " is no address with a port",
                    "the program listens at an address of the machine Postroad runs on",
                    "write \"127.0.0.1:10025\", or \"587=127.0.0.1:10587\" for another port here");
            continue;
        }
        ServiceSetup one;
        one.port = server->port;
        one.role = Role::outside;
        one.settings = static_cast<std::uint32_t>(c.out.real_servers.size());
        c.out.real_servers.push_back(server->where);
        host.services.push_back(one);
    }
}

}  // namespace

void compile_hosts(Compiler& c) {
    for (std::uint32_t i = 0; i < c.out.hosts.size(); ++i) {
        const scenario::Host& from = c.s.hosts[i];
        HostSetup& host = c.out.hosts[i];
        host.firewall = c.out.find_firewall(from.firewall);
        host.utc_offset_min = from.utc_offset.minutes;
        host.resolver = c.out.find_host(from.resolver);
        host.has_mailboxes = from.runs(Service::mda);
        host.pop3_mechanisms = offered(c, from, "pop3", from.pop3.mechanisms);
        host.imap_mechanisms = offered(c, from, "imap", from.imap.mechanisms);
        host.imap_off = imap_off(c, from);
        std::uint32_t seen = 0;
        for (const Service service : from.services) {
            const std::uint32_t bit = 1U << static_cast<unsigned>(service);
            if ((seen & bit) == 0) add_service(c, from, host, service);
            seen |= bit;
        }
        add_real_servers(c, from, host);
        check_ports(c, host);
        host.smtp_client.name = greeted_name(from, host);
        host.smtp_client.tls = to_policy(c, from.tls.policy);
        host.smtp_client.esmtp = from.smtp.generation != Generation::rfc821;
        host.smtp_client.pipelining = std::none_of(
            from.smtp.extensions_off.begin(), from.smtp.extensions_off.end(),
            [](const std::string& one) { return equals_ignoring_case(one, "PIPELINING"); });
        const bool may_differ = host.smtp_client.tls != TlsPolicy::none ||
                                !from.tls.destinations.empty() || from.tls.dane || from.tls.mta_sts;
        for (std::size_t k = 0; may_differ && k < 4; ++k) {
            host.smtp_clients.push_back(host.smtp_client);
            host.smtp_clients.back().tls = static_cast<TlsPolicy>(k);
        }
    }
}

}  // namespace postroad::sim
