// The declared world as plain values: what a scenario file says, before any of it runs.
// `load` (load.hpp) makes one from TOML, `complete` (complete.hpp) fills in what was left out,
// `print` (print.hpp) writes it back. Meaning, unit and default of each key: schema.hpp.
#pragma once

#include "sim/scenario/values.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace postroad::scenario {

inline constexpr std::int64_t format_version = 1;

// Names in these structs (network, host, person, firewall, zone) are keys of the file's tables.
// Domain names are lower-case A-labels without the last dot; the root is ".".
using Name = std::string;
using DomainName = std::string;
// "alice@example.org". Where the file may name a person instead, `complete` puts the address.
using MailAddress = std::string;

enum class Depth : std::uint8_t { summary, lines, bytes };

// ---- The network ----------------------------------------------------------------------------

enum class NetworkKind : std::uint8_t { lan, internet, isp, hotel, dmz, vpn };
enum class BlockAction : std::uint8_t { drop, reject };

struct Network {
    Name name;
    NetworkKind kind = NetworkKind::lan;
    std::vector<Prefix> subnet;         // empty: assigned by `complete`
    bool ipv6 = false;                  // assign an IPv6 subnet and addresses too
    Duration latency{100'000};          // of each host's access link, one way
    BitRate bandwidth;                  // of each host's access link
    std::vector<std::uint16_t> blocks;  // TCP ports that hosts here cannot reach outside
    BlockAction block_action = BlockAction::drop;
    Name firewall;     // at the network's border; empty: none
    bool nat = false;  // hosts here are seen outside as `public_address`
    std::optional<Ip> public_address;
    Name resolver;          // the host that hosts here ask; empty: chosen by `complete`
    bool isolated = false;  // do not join it to the internet by default
    bool operator==(const Network&) const = default;
};

struct Outage {
    Duration from;  // since the start
    Duration to;    // first moment it is up again
    bool operator==(const Outage&) const = default;
};

struct Link {
    std::vector<Name> between;     // two: networks, or a host and a network it is on
    Name name;                     // empty: "a--b"
    Duration latency{10'000'000};  // one way
    Duration jitter;               // added to a packet's latency: 0 ... jitter, evenly
    BitRate bandwidth;             // each way
    Size queue;                    // waiting bytes each way; 0: no limit
    Size mtu{1500};
    Chance loss;
    Chance duplicate;
    Chance reorder;  // a packet that is held back by `reorder_by`
    Duration reorder_by{5'000'000};
    std::vector<Outage> down;
    bool operator==(const Link&) const = default;
};

enum class TlsKind : std::uint8_t { real, modelled };
enum class TlsVersion : std::uint8_t { tls1_0, tls1_1, tls1_2, tls1_3 };

struct Attacker {  // [[attackers]]: somebody who sits on a link
    Name link;
    bool strip_starttls = false;  // with none of these it only reads along
    bool drop_tls = false;        // no handshake comes through
    std::optional<TlsVersion> downgrade;  // written over newer versions in clients' hellos
    bool weaken = false;          // weak suites, too
    std::string inject;           // octets put behind the command for TLS
    Name swap;                    // a host that connections are led to; it has a certificate of its own
    Name replay;                  // a host that says again what clients have said
    bool operator==(const Attacker&) const = default;
};

enum class Policy : std::uint8_t { accept, drop, reject };

struct Firewall {
    Name name;
    Policy policy = Policy::accept;  // for what no rule decides
    Located rules;                   // one nftables rule a line
    bool operator==(const Firewall&) const = default;
};

// ---- Hosts and what runs on them ------------------------------------------------------------

enum class Service : std::uint8_t { mua, mta, msa, mda, pop3, dns, resolver };
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
    bool offer = false;            // STARTTLS and STLS
    bool implicit = false;         // 465 and 995, too
    TlsPolicy policy = TlsPolicy::opportunistic;  // its MTA's, towards others
    Name certificate;              // a [certificates] entry; empty: one by the default authority
    TlsVersion version_min = TlsVersion::tls1_2;
    TlsVersion version_max = TlsVersion::tls1_3;
    bool resume = false;            // gives tickets, keeps and uses those of others
    bool staple = false;            // brings its authority's word about its certificate
    Revocation revocation = Revocation::crl;  // of others
    ClientCertificates clients = ClientCertificates::none;
    Name client_certificate;        // a [certificates] entry it shows as a client; empty: none
    bool auth_without_tls = false;  // passwords in the clear although it offers TLS
    bool vulnerable = false;        // runs what was injected behind STARTTLS
    bool operator==(const TlsSettings&) const = default;
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
    DnsServer dns;
    ResolverSettings caching;  // [hosts.NAME.caching]
    TlsSettings tls;
    LogIn login;
    bool operator==(const Host&) const = default;

    bool runs(Service service) const {
        for (const Service one : services)
            if (one == service) return true;
        return false;
    }
};

// ---- Names ----------------------------------------------------------------------------------

struct Mx {  // "10 mx1" or "10 mx1.example.org"
    std::uint16_t preference = 0;
    std::string host;  // a host's name in the scenario, or a domain name; "." is RFC 7505's null
    bool operator==(const Mx&) const = default;
};

struct Domain {  // a zone that `complete` writes: all of these become `zones`
    DomainName name;
    std::vector<Mx> mx;           // empty: the hosts that have it in `domains`, in order
    bool implicit_mx = false;     // publish no MX, only an address for the domain itself
    std::vector<Name> served_by;  // empty: its hosts that run "dns"
    Duration ttl{3'600'000'000'000};
    std::vector<std::string> records;  // further records, one line of a master file each
    bool operator==(const Domain&) const = default;
};

struct Zone {
    DomainName origin;
    std::string file;  // relative to the scenario; its text is then in `text`
    Located text;      // a BIND master file (RFC 1035 §5)
    std::vector<Name> served_by;
    bool operator==(const Zone&) const = default;
};

// ---- People, and what happens ---------------------------------------------------------------

enum class FetchProtocol : std::uint8_t { pop3 };

struct FetchSettings {
    FetchProtocol protocol = FetchProtocol::pop3;
    std::optional<Endpoint> from;   // none: the mailbox host
    std::optional<Duration> every;  // none: only when the timeline says so
    bool leave_on_server = false;
    bool operator==(const FetchSettings&) const = default;
};

enum class KeyType : std::uint8_t { ecdsa, rsa, ed25519 };

struct Authority {  // [authorities.NAME]: who signs certificates
    Name name;
    Name issuer;            // the authority that vouches for it; empty: it signs itself
    bool trusted = true;    // hosts have it in their list
    KeyType key = KeyType::ecdsa;
    std::optional<Instant> from, until;
    bool operator==(const Authority&) const = default;
};

struct Certificate {  // [certificates.NAME]
    Name name;
    std::vector<DomainName> names;  // subjectAltName; empty: all names of the hosts that show it
    Name issuer;                    // an authority; empty: the default one
    bool self_signed = false;
    bool revoked = false;
    KeyType key = KeyType::ecdsa;
    std::optional<Instant> from, until;
    bool operator==(const Certificate&) const = default;
};

struct Person {
    Name name;
    std::string display;                 // empty: the key with a capital
    std::vector<MailAddress> address;    // the first is the From address
    std::string password;                // empty: "secret-" and the key
    Name mailbox;                        // host; empty: the one with the address's domain
    std::optional<Endpoint> submits_to;  // none: the mailbox host's MSA
    Name device;                         // host where the MUA is; empty: one is made, "NAME-pc"
    std::optional<Size> quota;
    TlsPolicy tls = TlsPolicy::opportunistic;  // their mail program's
    std::vector<std::string> mechanisms;  // that it knows, the preferred first; empty: all
    FetchSettings fetch;
    bool operator==(const Person&) const = default;
};

struct Send {
    std::string from;             // a person, or an address that nobody here has
    std::vector<std::string> to;  // people or addresses
    std::vector<std::string> cc;
    std::vector<std::string> bcc;
    std::string subject;
    std::string body;
    std::string eml;              // a file relative to the scenario; its text is then in `message`
    Located message;              // a whole RFC 5322 message, sent instead of subject and body
    std::optional<Endpoint> via;  // none: the person's `submits_to`
    std::optional<MailAddress> reverse_path;    // envelope, when it is to differ; "" is <>
    std::vector<MailAddress> forward_paths;     // envelope, when they are to differ
    std::map<std::string, std::string> fields;  // further header fields
    std::optional<Size> padding;                // bytes of filler after the body
    bool operator==(const Send&) const = default;
};

struct Fetch {  // fetch = "bob", or { person = "bob", leave_on_server = true }
    Name person;
    std::optional<bool> leave_on_server;
    bool operator==(const Fetch&) const = default;
};

struct LinkChange {  // only what is given changes
    Name link;       // its name; a host's access link is "host--network"
    std::optional<bool> up;
    std::optional<Duration> latency;
    std::optional<Duration> jitter;
    std::optional<BitRate> bandwidth;
    std::optional<Chance> loss;
    std::optional<Chance> duplicate;
    std::optional<Chance> reorder;
    bool operator==(const LinkChange&) const = default;
};

enum class RuleEdit : std::uint8_t { append, insert, replace, remove };

struct FirewallChange {
    Name firewall;
    RuleEdit edit = RuleEdit::append;
    std::uint32_t position = 1;  // rule number from 1, for insert, replace and remove
    Located rule;                // empty for remove
    bool operator==(const FirewallChange&) const = default;
};

enum class RecordEdit : std::uint8_t { set, add, remove };

struct RecordChange {  // set replaces the whole set of that name and type
    DomainName zone;
    RecordEdit edit = RecordEdit::set;
    Located record;  // "www 300 IN A 192.0.2.9"
    bool operator==(const RecordChange&) const = default;
};

enum class HostState : std::uint8_t { up, down, crash };  // crash: down, and memory is lost

struct HostChange {
    Name host;
    HostState state = HostState::down;
    bool operator==(const HostChange&) const = default;
};

struct ServiceChange {
    Name host;
    Service service = Service::mta;
    bool running = true;
    bool operator==(const ServiceChange&) const = default;
};

struct SetValue {  // path = "hosts.mx1.smtp.open_relay", value = "true" (as in the file)
    std::string path;
    std::string value;
    bool operator==(const SetValue&) const = default;
};

struct Bookmark {
    std::string text;
    bool operator==(const Bookmark&) const = default;
};

using Action = std::variant<Bookmark, Send, Fetch, LinkChange, FirewallChange, RecordChange,
                            HostChange, ServiceChange, SetValue>;

struct Event {    // one [[timeline]] entry
    Duration at;  // since the start
    Action action;
    Place place;  // for messages about it; not compared
    bool operator==(const Event& other) const { return at == other.at && action == other.action; }
};

enum class Arrival : std::uint8_t { even, random };

struct SizeShare {  // so many of `weight`'s sum have this size
    Size size;
    std::uint32_t weight = 1;
    bool operator==(const SizeShare&) const = default;
};

struct Workload {
    Name name;
    std::vector<std::string> from;  // people; empty: everybody
    std::vector<std::string> to;    // people or addresses; empty: everybody
    Frequency rate{1, 60'000'000'000};
    Arrival arrival = Arrival::random;
    std::optional<std::uint64_t> count;  // stop after so many
    Duration start;
    std::optional<Duration> until;
    std::vector<SizeShare> size{{Size{1024}, 1}};
    bool operator==(const Workload&) const = default;
};

// ---- The whole -------------------------------------------------------------------------------

struct Scenario {
    std::int64_t postroad = format_version;
    std::string title;
    std::string description;
    Instant start{1'283'328'000};  // 2010-09-01T08:00:00Z
    std::uint64_t seed = 1;
    std::optional<Duration> until;  // none: until nothing but periodic fetching is left to happen
    std::optional<std::uint32_t> era;  // year; hides later features
    Depth record = Depth::bytes;
    TlsKind tls = TlsKind::real;
    bool root_dns = true;  // make the root and top-level servers that are missing
    std::vector<Network> networks;
    std::vector<Link> links;
    std::vector<Attacker> attackers;
    std::vector<Firewall> firewalls;
    std::vector<Host> hosts;
    std::vector<Authority> authorities;
    std::vector<Certificate> certificates;
    std::vector<Domain> domains;
    std::vector<Zone> zones;
    std::vector<Person> people;
    std::vector<Event> timeline;  // sorted by `at`, the file's order among equals
    std::vector<Workload> workloads;
    bool operator==(const Scenario&) const = default;
};

}  // namespace postroad::scenario
