// The table of doors, and for each kind of service the commands that use it.
#include "command/live_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

namespace postroad::command {
namespace {

using sim::Role;
using sim::live::Exposure;

const sim::ServiceSetup* service_of(const Exposure& one, const sim::Setup& setup) {
    return setup.hosts[one.node].service_at(one.protocol, one.port);
}

bool is_implicit(const sim::ServiceSetup& service) {
    return service.protection == sim::Protection::from_the_start;
}

std::string_view what_it_is(const sim::ServiceSetup& service) {
    switch (service.role) {
        case Role::smtp_server:
            if (is_implicit(service)) return "SMTP, submission, TLS first";
            if (service.service == scenario::Service::lmtp) return "LMTP";
            return service.service == scenario::Service::msa ? "SMTP, submission" : "SMTP";
        case Role::pop3_server: return is_implicit(service) ? "POP3, TLS first" : "POP3";
        case Role::imap_server: return is_implicit(service) ? "IMAP, TLS first" : "IMAP";
        case Role::dns_server: return "DNS, authoritative";
        case Role::resolver: return "DNS, resolver";
        case Role::kdc: return "Kerberos KDC";
        case Role::rpc_server: return service.dynamic ? "RPC, dynamic port" : "RPC";
        case Role::http_server: return "HTTP";
        case Role::outside: return "a real server's stand-in";
        default: return "";
    }
}

std::string place_of(const Exposure& one) {
    const std::string address = one.address.to_string();
    return (one.address.is_v6() ? "[" + address + "]" : address) + ":" +
           std::to_string(one.outside_port);
}

std::string address_there(const Exposure& one, const sim::Setup& setup) {
    const auto& attachments = setup.hosts[one.node].attachments;
    if (attachments.empty()) return {};
    const sim::AddressId id =
        attachments[0].v4 != sim::nothing ? attachments[0].v4 : attachments[0].v6;
    return id == sim::nothing ? std::string() : net::format(setup.addresses[id]);
}

// Somebody with a mailbox on the host, or anybody.
const sim::PersonSetup* somebody(const Exposure& one, const sim::Setup& setup) {
    for (const sim::PersonSetup& person : setup.people)
        if (person.mailbox_host == one.node || person.submits_to_host == one.node) return &person;
    return setup.people.empty() ? nullptr : &setup.people.front();
}

const sim::PersonSetup* somebody_else(const sim::PersonSetup& not_this, const sim::Setup& setup) {
    for (const sim::PersonSetup& person : setup.people)
        if (&person != &not_this) return &person;
    return &not_this;
}

bool has_tls(const Exposure& one, const sim::Setup& setup) {
    const sim::ServiceSetup* const service = service_of(one, setup);
    return service != nullptr && service->protection != sim::Protection::none &&
           (service->role == Role::smtp_server || service->role == Role::pop3_server ||
            service->role == Role::imap_server || service->role == Role::http_server);
}

// Certificates are judged by the world's calendar, which the tool has to be told.
std::string to_look_into(const Exposure& one, const sim::Setup& setup) {
    const sim::ServiceSetup& service = *service_of(one, setup);
    const std::string_view starttls = service.role == Role::pop3_server   ? " -starttls pop3"
                                      : service.role == Role::imap_server ? " -starttls imap"
                                      : service.service == scenario::Service::lmtp
                                          ? " -starttls lmtp"
                                          : " -starttls smtp";
    return fmt::format("openssl s_client -connect {}{} -servername {} -attime {} -CAfile "
                       "pem/trusted.pem -crlf -quiet",
                       place_of(one),
                       is_implicit(service) ? std::string_view() : starttls,
                       setup.hosts[one.node].domain_name, setup.start_unix_s);
}

std::string to_try(const Exposure& one, const sim::Setup& setup) {
    const sim::ServiceSetup* const service = service_of(one, setup);
    const sim::PersonSetup* const who = somebody(one, setup);
    const std::string address = one.address.to_string();
    if (service == nullptr) return {};
    const bool tls = has_tls(one, setup);
    if (service->role == Role::dns_server || service->role == Role::resolver) {
        const std::string domain =
            who == nullptr ? "example.org" : who->address.substr(who->address.find('@') + 1);
        return fmt::format("dig @{} -p {} {}{} MX", address, one.outside_port,
                           one.protocol == net::protocol_tcp ? "+tcp " : "", domain);
    }
    if (service->role == Role::kdc) {
        const std::uint32_t realm = setup.hosts[one.node].kdc.realm;
        for (const sim::PersonSetup& person : setup.people)
            if (realm != sim::nothing && person.realm == realm)
                return fmt::format("kinit {}   (krb5.conf: [realms] {} = {{ kdc = {} }})",
                                   person.principal + "@" + setup.realms[realm].name,
                                   setup.realms[realm].name, place_of(one));
        return {};
    }
    if (service->role == Role::http_server)
        return fmt::format("curl {}://{}/", tls ? "-k https" : "http", place_of(one));
    if (who == nullptr) return {};
    if (service->role == Role::pop3_server)
        return fmt::format("curl {}-u {}:{} {}://{}/1", tls ? "-k --ssl-reqd " : "", who->name,
                           who->password, is_implicit(*service) ? "pop3s" : "pop3", place_of(one));
    if (service->role == Role::imap_server)
        return fmt::format("curl {}-u {}:{} \"{}://{}/INBOX?ALL\"", tls ? "-k --ssl-reqd " : "",
                           who->name, who->password, is_implicit(*service) ? "imaps" : "imap",
                           place_of(one));
    const std::string_view protection = !tls ? "" : is_implicit(*service) ? "--tls-on-connect " : "--tls ";
    if (service->role != Role::smtp_server) return {};
    if (service->service == scenario::Service::msa)
        return fmt::format(
            "swaks --server {} --port {} {}--auth PLAIN --auth-user {} --auth-password {} "
            "--from {} --to {}",
            address, one.outside_port, protection, who->name, who->password, who->address,
            somebody_else(*who, setup)->address);
    if (service->service == scenario::Service::lmtp)
        return fmt::format("swaks --protocol LMTP --server {} --port {} --to {}", address,
                           one.outside_port, who->address);
    return fmt::format("swaks --server {} --port {} {}--from somebody@elsewhere.example --to {}",
                       address, one.outside_port, protection, who->address);
}

}  // namespace

std::vector<std::string> every_place(const sim::Setup& setup) {
    std::vector<std::string> out;
    unsigned serving = 0;
    for (const sim::HostSetup& host : setup.hosts) {
        bool any = false;
        std::vector<std::uint16_t> ports;
        for (const sim::ServiceSetup& one : host.services) {
            if (one.role == Role::none || one.role == Role::outside || one.port == 0) continue;
            if (std::find(ports.begin(), ports.end(), one.port) != ports.end()) continue;
            ports.push_back(one.port);
            const unsigned place = 20'000U + 1'000U * serving + one.port % 1'000U;
            if (place > 65'535) continue;
            out.push_back(fmt::format("{}:{}=127.0.0.1:{}", host.name, one.port, place));
            any = true;
        }
        serving += any ? 1 : 0;
    }
    return out;
}

std::string known_places(const sim::Setup& setup) {
    std::string out = "there are:";
    for (const std::string& one : every_place(setup)) out += " " + one.substr(0, one.find('='));
    return out;
}

void print_table(const std::vector<Exposure>& exposures, const sim::Setup& setup,
                 std::string_view source, Io& io) {
    const bool any_tls = std::any_of(exposures.begin(), exposures.end(),
                                     [&](const Exposure& one) { return has_tls(one, setup); });
    io.out << fmt::format("{:<24} {:<24} {:<16} {}\n", "in the world", "here", "its address there",
                          "what it is");
    for (const Exposure& one : exposures) {
        const sim::ServiceSetup* const service = service_of(one, setup);
        io.out << fmt::format("{:<24} {:<24} {:<17} {}{}\n", one.where, place_of(one),
                              address_there(one, setup), service == nullptr ? "" : what_it_is(*service),
                              one.protocol == net::protocol_udp ? " (UDP)" : "");
    }
    for (const std::string& where : setup.real_servers)
        io.out << fmt::format("{:<24} {:<24} {:<17} asked when the world connects to it\n",
                              "a real server", where, "");
    if (!setup.people.empty()) {
        io.out << fmt::format("\n{:<14} {:<30} {}\n", "user", "address", "password");
        for (const sim::PersonSetup& person : setup.people)
            io.out << fmt::format("{:<14} {:<30} {}\n", person.name, person.address,
                                  person.password);
        io.out << "a mail program: these hosts and ports, "
               << (any_tls ? "STARTTLS, or SSL/TLS at 465's, 993's and 995's place\n"
                           : "no encryption, password in the clear\n");
    }
    io.out << "\nto try:\n";
    for (const Exposure& one : exposures) {
        if (const std::string words = to_try(one, setup); !words.empty())
            io.out << "    " << words << '\n';
        if (has_tls(one, setup)) io.out << "    " << to_look_into(one, setup) << '\n';
    }
    if (any_tls)
        io.out << io.as_typed("the authorities' certificates: postroad show") << ' ' << source
               << " --certificates --pem pem\n";
    io.out << '\n';
}

}  // namespace postroad::command
