// The declared world as plain values: what a scenario file says, before any of it runs.
// `load` (load.hpp) makes one from TOML, `complete` (complete.hpp) fills in what was left out,
// `print` (print.hpp) writes it back. Meaning, unit and default of each key: schema.hpp.
#pragma once

#include <memory>
#include <variant>

#include "sim/scenario/scenario_hosts.hpp"

namespace postroad::scenario {

// ---- Names ----------------------------------------------------------------------------------

struct Mx {  // "10 mx1" or "10 mx1.example.org"
    std::uint16_t preference = 0;
    std::string host;  // a host's name in the scenario, or a domain name; "." is RFC 7505's null
    bool operator==(const Mx&) const = default;
};

enum class StsMode : std::uint8_t { none, testing, enforce };

struct MtaSts {  // mta_sts = { … } of a domain: what it publishes (RFC 8461)
    StsMode mode = StsMode::enforce;
    Duration max_age{604'800'000'000'000};  // 7d
    std::vector<std::string> mx;  // names or "*.example.net"; empty: the domain's exchangers
    std::string id;               // of the TXT record; empty: made of mode, age and names
    Name host;                    // whose web server has it; empty: the domain's first host
    bool operator==(const MtaSts&) const = default;
};

struct Domain {  // a zone that `complete` writes: all of these become `zones`
    DomainName name;
    std::vector<Mx> mx;           // empty: the hosts that have it in `domains`, in order
    bool implicit_mx = false;     // publish no MX, only an address for the domain itself
    std::vector<Name> served_by;  // empty: its hosts that run "dns"
    Duration ttl{3'600'000'000'000};
    std::vector<std::string> records;  // further records, one line of a master file each
    bool is_signed = false;            // what DNSSEC would prove is taken for proved
    std::optional<MtaSts> mta_sts;
    MailAddress tls_reports;           // who gets others' TLS reports (RFC 8460)
    bool operator==(const Domain&) const = default;
};

struct Zone {
    DomainName origin;
    std::string file;  // relative to the scenario; its text is then in `text`
    Located text;      // a BIND master file (RFC 1035 §5)
    std::vector<Name> served_by;
    bool is_signed = false;  // as in Domain
    bool operator==(const Zone&) const = default;
};

// ---- People, and what happens ---------------------------------------------------------------

enum class FetchProtocol : std::uint8_t {
    pop3, imap,
    web,   // as IMAP, and keeps nothing
    mapi,  // by RPC
};
// How a mail program that stays connected by RPC learns of news (MS-OXCRPC §3.1.4.5, §3.3.4.1).
enum class Notify : std::uint8_t { push, wait, poll };
// How it logs in there: MS-RPCE §2.2.1.1.7.
enum class RpcLogIn : std::uint8_t { ntlm, kerberos, negotiate };
enum class Transport : std::uint8_t { smtp, mapi };

struct FetchSettings {
    FetchProtocol protocol = FetchProtocol::pop3;
    std::optional<Endpoint> from;   // none: the mailbox host
    std::optional<Duration> every;  // none: only when the timeline says so
    bool leave_on_server = false;
    bool stay = false;                  // IMAP: stay connected and wait for news (RFC 2177)
    std::vector<std::string> folders;   // IMAP: that it looks into; empty: all
    RpcProtection protection = RpcProtection::privacy;  // MAPI
    Notify notify = Notify::push;       // MAPI, with `stay`
    RpcLogIn log_in = RpcLogIn::negotiate;  // MAPI
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
    Name person;                    // whose it is: it names them and no host
    Name issuer;                    // an authority; empty: the default one
    bool self_signed = false;
    bool revoked = false;
    KeyType key = KeyType::ecdsa;
    std::optional<Instant> from, until;
    bool operator==(const Certificate&) const = default;
};

// What lay where `mail` of a person names a file or a folder, the files by name. Shared by every
// copy of a scenario: old mailboxes are large.
struct MailFile {
    std::string name;  // relative to the scenario
    std::string octets;
    bool operator==(const MailFile&) const = default;
};
struct MailFiles {
    bool folder = false;  // `mail` names a folder, and these lie in it
    std::shared_ptr<const std::vector<MailFile>> files;  // null: none
    bool operator==(const MailFiles& other) const {
        if (files == other.files || files == nullptr || other.files == nullptr)
            return files == other.files && folder == other.folder;
        return folder == other.folder && *files == *other.files;
    }
};

// A mail program that is made for MAPI: what it does it asks of service providers, for a message store,
// an address book, a transport.
struct Profile {             // [people.NAME.profile]
    bool pst = false;        // what it collects lies in a file of its own (MS-PST)
    bool operator==(const Profile&) const = default;
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
    Name same_as;                        // another mail program of that person; empty: their own entry
    Located sieve;                       // rules for what arrives (RFC 5228)
    std::string mail;                    // mbox or Maildir that lies in the mailbox at the start
    MailFiles mail_files;                // what was found there
    TlsPolicy tls = TlsPolicy::opportunistic;  // their mail program's
    std::vector<std::string> mechanisms;  // that it knows, the preferred first; empty: all
    std::optional<Transport> transport;  // of what they send; none: MAPI if it fetches so
    std::optional<Profile> profile;      // none: no calls of MAPI's are told of, but those by RPC
    FetchSettings fetch;
    bool operator==(const Person&) const = default;
    bool sends_by_rpc() const {
        return transport.value_or(fetch.protocol == FetchProtocol::mapi
                                      ? Transport::mapi : Transport::smtp) == Transport::mapi;
    }
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

enum class MailAct : std::uint8_t { read, unread, flag, unflag, reply, file, remove };

struct Handle {  // handle = { person = "bob", act = "file", subject = "hello", to = "Projects" }
    Name person;
    MailAct act = MailAct::read;
    std::string subject;  // of the messages it is done to; empty: the newest
    std::string folder;   // where they are; empty: INBOX
    std::string to;       // file: into this folder
    std::string body;     // reply: the text
    bool operator==(const Handle&) const = default;
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

using Action = std::variant<Bookmark, Send, Fetch, Handle, LinkChange, FirewallChange, RecordChange,
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

struct Habit {  // [habits.NAME]: people who read at human rates
    Name name;
    std::vector<Name> people;     // empty: everybody
    Duration every{1'200'000'000'000};  // mean time between two looks
    Arrival arrival = Arrival::random;
    Duration takes{20'000'000'000};     // mean time with one message
    Chance replies, removes, files, flags;
    std::string folder{"Archive"};      // where messages are filed
    Duration start;
    std::optional<Duration> until;
    bool operator==(const Habit&) const = default;
};

enum class HandOn : std::uint8_t { lmtp, smtp };

struct Retriever {  // [retrievers.NAME]: an MRA, which brings mail from one store to another
    Name name;
    Name host;                          // where it runs
    FetchProtocol protocol = FetchProtocol::pop3;
    std::optional<Endpoint> from;       // the server it polls
    std::string user, password;         // there
    TlsPolicy tls = TlsPolicy::opportunistic;
    std::vector<std::string> mechanisms;  // SASL's, the preferred first; empty: all
    std::vector<std::string> folders;   // IMAP; empty: INBOX
    Duration every{300'000'000'000};
    bool keep = false;                  // leave the messages on the server
    HandOn by = HandOn::lmtp;
    std::optional<Endpoint> to;         // none: its own host
    std::vector<MailAddress> recipients;  // whose mail it is; empty: multidrop
    std::vector<std::string> envelope_fields{"Delivered-To", "X-Envelope-To", "X-Original-To"};
    std::vector<DomainName> domains;    // multidrop: whose addresses in To and Cc are recipients
    MailAddress postmaster;             // multidrop: who gets what fits nobody
    bool operator==(const Retriever&) const = default;
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
    std::vector<Habit> habits;
    std::vector<Retriever> retrievers;
    bool operator==(const Scenario&) const = default;
};

}  // namespace postroad::scenario
