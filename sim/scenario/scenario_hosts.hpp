// The declared hosts as plain values: machines, and what runs on them.
#pragma once

#include <map>

#include "sim/scenario/scenario_network.hpp"

namespace postroad::scenario {

enum class Service : std::uint8_t {
    mua, mta, msa, mda, pop3, dns, resolver, kdc, http, https, lmtp, imap, mapi
};
enum class Generation : std::uint8_t { rfc821, rfc1869, rfc2821, rfc5321 };

struct SmtpServer {  // [hosts.NAME.smtp]: the MTA's port
    std::uint16_t port = 25;
    DomainName hostname;  // said in greeting and EHLO; empty: names[0]
    std::string banner;   // the words after "220 hostname"; empty: usual ones
    Generation generation = Generation::rfc5321;
    std::vector<std::string> extensions_off;  // "PIPELINING", "SIZE", "8BITMIME" ...
    Size size_max{36'700'160};
    std::uint32_t recipients_max = 100;
    std::uint32_t connections_max = 0;   // 421 beyond; 0: no limit
    std::uint32_t hops_max = 100;        // RFC 5321 §6.3
    Duration timeout{300'000'000'000};   // RFC 5321 §4.5.3.2.7
    std::vector<std::string> relay_for;  // networks, prefixes, domains that may relay through
    bool open_relay = false;
    bool auth_required = false;
    std::vector<std::string> mechanisms;  // empty: PLAIN if auth_required, else none
    bool vrfy = false;
    bool expn = false;
    bool operator==(const SmtpServer&) const = default;
};

struct MsaServer {  // [hosts.NAME.msa]: submission, RFC 6409
    std::uint16_t port = 587;
    bool auth_required = true;
    std::vector<std::string> mechanisms{"PLAIN"};
    bool own_address_only = true;  // RFC 6409 §6.1: the sender must be the user's own address
    std::vector<std::string> extensions_off;
    Size size_max{36'700'160};
    std::uint32_t recipients_max = 100;
    Duration timeout{300'000'000'000};
    bool operator==(const MsaServer&) const = default;
};

struct QueueSettings {  // [hosts.NAME.queue]: RFC 5321 §4.5.4
    std::vector<Duration> retry{{900'000'000'000},
                                {1'800'000'000'000},
                                {3'600'000'000'000},
                                {7'200'000'000'000},
                                {14'400'000'000'000}};  // waits; the last one repeats
    Duration warn_after{14'400'000'000'000};            // 4h; 0: never
    Duration expire_after{432'000'000'000'000};         // 5d
    std::uint32_t concurrency = 20;  // conversations with one destination at once
    std::uint32_t messages_per_connection = 100;
    Duration connect_timeout{30'000'000'000};
    bool bounces = true;
    bool operator==(const QueueSettings&) const = default;
};

using AddressMap = std::map<std::string, std::vector<MailAddress>>;

struct Routing {                            // [hosts.NAME.routing]
    std::vector<DomainName> relay_domains;  // accepted from anybody and passed on (backup MX)
    std::optional<Endpoint> smart_host;     // everything that is not local goes there
    std::map<DomainName, Endpoint> routes;  // a domain's host, instead of its MX
    AddressMap aliases;                     // RFC 5321 §3.9.1: same reverse-path
    AddressMap lists;                       // RFC 5321 §3.9.2: reverse-path becomes the owner's
    AddressMap forwards;                    // a person's mail sent on elsewhere
    std::map<DomainName, Endpoint> lmtp;    // domains whose mailboxes are behind an LMTP server
    MailAddress catch_all;                  // who gets mail for nobody in a local domain
    bool operator==(const Routing&) const = default;
};

struct Pop3Server {  // [hosts.NAME.pop3]: RFC 1939
    std::uint16_t port = 110;
    bool apop = false;
    bool uidl = true;
    bool top = true;
    std::vector<std::string> mechanisms;  // empty: no AUTH
    Duration timeout{600'000'000'000};  // RFC 1939 §3: at least ten minutes
    bool operator==(const Pop3Server&) const = default;
};

struct ImapServer {  // [hosts.NAME.imap]: RFC 3501, RFC 9051
    std::uint16_t port = 143;
    std::vector<std::string> mechanisms;        // empty: no AUTHENTICATE
    std::vector<std::string> capabilities_off;  // "IDLE", "QRESYNC" ...
    std::vector<std::string> folders{"Drafts", "Junk", "Sent", "Trash"};  // that everybody gets
    Size literal_max{36'700'160};
    Duration timeout{1'800'000'000'000};  // RFC 3501 §5.4: at least thirty minutes
    bool operator==(const ImapServer&) const = default;
};

struct LmtpServer {  // [hosts.NAME.lmtp]: RFC 2033
    std::uint16_t port = 24;
    Size size_max{36'700'160};
    std::uint32_t recipients_max = 1000;
    Duration timeout{300'000'000'000};
    bool operator==(const LmtpServer&) const = default;
};

// How much of RPC is protected (MS-RPCE §2.2.1.1.8); between them are levels that nobody uses.
enum class RpcProtection : std::uint8_t { none, connect, integrity, privacy };

struct MapiServer {  // [hosts.NAME.mapi]: mailboxes and address book by RPC (MS-OXCRPC, MS-OXNSPI)
    std::uint16_t store_port = 0;      // 0: a dynamic one, another after each start
    std::uint16_t directory_port = 0;
    PortRange dynamic_ports{49152, 65535};
    std::vector<std::string> other_services{"service-control", "event-log", "replication",
                                            "print", "task-scheduler"};  // in the same mapper
    RpcProtection protection = RpcProtection::none;  // calls with less are refused
    bool anonymous = false;            // mailboxes for who has not logged in
    bool push = true;                  // tells of new mail by UDP
    Duration poll{60'000'000'000};     // how often it asks clients to ask
    bool operator==(const MapiServer&) const = default;
};

// How the MTA hands mail for mailboxes of its own host to the MDA.
enum class DeliverBy : std::uint8_t { store, lmtp, pipe };

struct MdaSettings {  // [hosts.NAME.mda]
    DeliverBy by = DeliverBy::store;
    Duration takes{50'000'000};  // a run of the program, for `pipe`
    bool operator==(const MdaSettings&) const = default;
};

enum class DnsMood : std::uint8_t { normal, servfail, refused, silent };

struct DnsServer {  // [hosts.NAME.dns]: an authoritative server
    DnsMood answers = DnsMood::normal;
    Duration delay;
    bool tcp = true;
    bool operator==(const DnsServer&) const = default;
};

struct ResolverSettings {          // [hosts.NAME.caching]: a caching resolver
    std::vector<Name> forward_to;  // hosts; empty: asks from the root down
    Duration timeout{2'000'000'000};
    std::uint32_t tries = 3;
    Duration ttl_max{86'400'000'000'000};
    Duration negative_ttl_max{10'800'000'000'000};  // RFC 2308 §5
    bool operator==(const ResolverSettings&) const = default;
};

// How much a client cares for TLS: `required` wants it, `verified` wants a good certificate, too.
enum class TlsPolicy : std::uint8_t { none, opportunistic, required, verified };
// What a server asks of its clients, and how a client learns what was revoked.
enum class ClientCertificates : std::uint8_t { none, asked, required };
enum class Revocation : std::uint8_t { none, crl, ocsp };

struct TlsSettings {               // [hosts.NAME.tls]
    bool offer = false;            // STARTTLS, and STLS
    bool implicit = false;         // 465, 993 and 995, too
    TlsPolicy policy = TlsPolicy::opportunistic;  // its MTA's, towards others
    std::map<DomainName, TlsPolicy> destinations;  // towards some of them: by domain or host
    bool dane = false;             // its MTA looks TLSA records up (RFC 7672)
    bool mta_sts = false;          // its MTA looks policies up (RFC 8461)
    bool reports = false;          // its MTA sends TLS reports (RFC 8460)
    Name certificate;              // a [certificates] entry; empty: one by the default authority
    TlsVersion version_min = TlsVersion::tls1_2;
    TlsVersion version_max = TlsVersion::tls1_3;
    bool resume = false;            // gives tickets, keeps and uses those of others
    bool staple = false;            // brings its authority's word about its certificate
    Revocation revocation = Revocation::crl;  // of others
    ClientCertificates clients = ClientCertificates::none;
    Name organisation;              // whose members trust each other's own certificates; empty: none
    Name client_certificate;        // a [certificates] entry it shows as a client; empty: none
    bool auth_without_tls = false;  // passwords in the clear although it offers TLS
    bool vulnerable = false;        // runs what was injected behind STARTTLS
    bool operator==(const TlsSettings&) const = default;
};

struct KdcSettings {                // [hosts.NAME.kdc]: RFC 4120
    std::string realm;              // empty: its mail domain in capitals
    Duration ticket_lifetime{36'000'000'000'000};   // 10h
    Duration renewable_for{604'800'000'000'000};    // 7d
    Duration clock_skew{300'000'000'000};           // 5m, RFC 4120 §3.2.3
    bool operator==(const KdcSettings&) const = default;
};

struct LogIn {                         // [hosts.NAME.login]: what failed log-ins lead to, and tokens
    Duration delay{1'000'000'000};     // of the first refusal; doubles with each failure
    Duration delay_max{32'000'000'000};
    std::uint32_t lock_after = 10;     // failures in a row; 0: never
    Duration lock_for{900'000'000'000};
    Name tokens_from;                  // the host whose tokens are taken; empty: none are
    std::string token_secret;          // as an issuer; empty: "secret-" and the host's name
    Duration token_lifetime{3'600'000'000'000};
    bool operator==(const LogIn&) const = default;
};

struct WebResource {  // what an HTTP server has at a path
    std::string path;
    DomainName host;  // for requests whose Host says so; empty: for all
    std::string type{"text/plain; charset=utf-8"};
    std::uint16_t status = 200;
    std::string body;
    bool operator==(const WebResource&) const = default;
};

struct WebServer {  // [hosts.NAME.http]
    std::vector<WebResource> resources;
    Duration timeout{60'000'000'000};
    bool operator==(const WebServer&) const = default;
};

struct Host {
    Name name;
    std::vector<Name> network;        // empty: chosen by `complete`
    std::vector<Ip> address;          // empty: assigned by `complete`
    std::vector<DomainName> names;    // the first is its own name
    std::vector<DomainName> domains;  // mail domains whose mailboxes are here
    std::vector<Service> services;    // empty: a whole mail server if it has domains, else none
    std::vector<Service> stopped;     // of those, not running at the start
    UtcOffset utc_offset;
    Name resolver;  // empty: the network's
    Name firewall;  // a [firewalls] entry on the host itself
    std::vector<std::string> real;  // "[PORT=]ADDRESS:PORT": programs outside that answer for it
    SmtpServer smtp;
    MsaServer msa;
    QueueSettings queue;
    Routing routing;
    Pop3Server pop3;
    ImapServer imap;
    MapiServer mapi;
    LmtpServer lmtp;
    MdaSettings mda;
    DnsServer dns;
    ResolverSettings caching;  // [hosts.NAME.caching]
    KdcSettings kdc;
    TlsSettings tls;
    LogIn login;
    WebServer http;
    bool operator==(const Host&) const = default;

    bool runs(Service service) const {
        for (const Service one : services)
            if (one == service) return true;
        return false;
    }
};

}  // namespace postroad::scenario
