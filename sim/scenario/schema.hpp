// The one table of the scenario format: every key with its member, meaning and example. It drives
// reading (load.cpp), canonical printing (print.cpp) and the reference in labs/README.md.
#pragma once

#include "sim/scenario/schema_hosts.hpp"
#include "sim/scenario/schema_network.hpp"
#include "sim/scenario/schema_people.hpp"
#include "sim/scenario/schema_readers.hpp"

#include <array>
#include <concepts>
#include <span>

namespace postroad::scenario {

constexpr std::string_view title(const Scenario*) { return "At the top"; }
constexpr std::string_view intro(const Scenario*) { return "About the run as a whole."; }
constexpr auto keys(const Scenario*) {
    using S = Scenario;
    return std::tuple{
        key("postroad", &S::postroad,
            {"The version of this format; this Postroad reads version 1.", "1", Use::line,
             "must be given", "version", 0, true}),
        key("title", &S::title, {"What the scenario is called.", "\"A first message\""}),
        key("description", &S::description,
            {"What it shows.", "\"Alice writes to Bob.\"", Use::text}),
        key("start", &S::start,
            {"The date and time at which the world begins.", "2010-09-01T08:00:00Z"}),
        key("seed", &S::seed, {"Where all chance comes from.", "42", Use::line, {}, "number"}),
        key("until", &S::until,
            {"When the run ends.", "\"+5d\"", Use::moment,
             "when nothing but periodic fetching is left to happen"}),
        key("era", &S::era,
            {"The year; what came later is hidden.", "2010", Use::line, "no limit", "year", 1971}),
        key("record", &S::record, {"How much the trace keeps.", "\"lines\""}),
        key("tls", &S::tls,
            {"`modelled` keeps TLS's records, their sizes and its round trips and leaves cryptography "
             "out: for worlds too large for real handshakes. Every view says so.",
             "\"modelled\""}),
        key("root_dns", &S::root_dns,
            {"Make the root and top-level name servers that are missing.", "false"}),
        key("networks", &S::networks, {"Places where hosts are.", ""}),
        key("links", &S::links, {"Lines between them.", ""}),
        key("attackers", &S::attackers, {"Who sits on a line.", ""}),
        key("firewalls", &S::firewalls, {"Packet rules.", ""}),
        key("hosts", &S::hosts, {"Machines and their services.", ""}),
        key("authorities", &S::authorities, {"Who signs certificates.", ""}),
        key("certificates", &S::certificates, {"Certificates that differ from the usual.", ""}),
        key("domains", &S::domains, {"Zones that are written for you.", ""}),
        key("zones", &S::zones, {"Zones as master files.", ""}),
        key("people", &S::people, {"Who writes and reads.", ""}),
        key("timeline", &S::timeline, {"What happens when.", ""}),
        key("workloads", &S::workloads, {"Many messages at once.", ""}),
        key("habits", &S::habits, {"How people read.", ""}),
        key("retrievers", &S::retrievers, {"Who brings mail from one store to another.", ""}),
    };
}

// Entries of a section [section.NAME] carry their name; the others are [[arrays]] of tables.
inline std::string& entry_name(Network& entry) { return entry.name; }
inline std::string& entry_name(Firewall& entry) { return entry.name; }
inline std::string& entry_name(Host& entry) { return entry.name; }
inline std::string& entry_name(Authority& entry) { return entry.name; }
inline std::string& entry_name(Certificate& entry) { return entry.name; }
inline std::string& entry_name(Person& entry) { return entry.name; }
inline std::string& entry_name(Habit& entry) { return entry.name; }
inline std::string& entry_name(Retriever& entry) { return entry.name; }
inline std::string& entry_name(Domain& entry) { return entry.name; }
inline std::string& entry_name(Zone& entry) { return entry.origin; }
template <class S>
constexpr Use entry_use = std::same_as<S, Domain> || std::same_as<S, Zone> ? Use::domain : Use::id;

template <class S>
concept Table = requires {
    keys(static_cast<const S*>(nullptr));
};
template <class S>
concept NamedTable = Table<S> && requires(S& s) {
    entry_name(s);
};

// The words of each enumeration, in the order of its values.
constexpr auto words(Depth) { return std::array<std::string_view, 3>{"summary", "lines", "bytes"}; }
constexpr auto words(NetworkKind) {
    return std::array<std::string_view, 6>{"lan", "internet", "isp", "hotel", "dmz", "vpn"};
}
constexpr auto words(BlockAction) { return std::array<std::string_view, 2>{"drop", "reject"}; }
constexpr auto words(Policy) { return std::array<std::string_view, 3>{"accept", "drop", "reject"}; }
constexpr auto words(Service) {
    return std::array<std::string_view, 13>{"mua",      "mta", "msa",  "mda",   "pop3", "dns", "resolver",
                                            "kdc", "http", "https", "lmtp", "imap", "mapi"};
}
constexpr auto words(Generation) {
    return std::array<std::string_view, 4>{"rfc821", "rfc1869", "rfc2821", "rfc5321"};
}
constexpr auto words(DnsMood) {
    return std::array<std::string_view, 4>{"normal", "servfail", "refused", "silent"};
}
constexpr auto words(TlsPolicy) {
    return std::array<std::string_view, 4>{"none", "opportunistic", "required", "verified"};
}
constexpr auto words(ClientCertificates) {
    return std::array<std::string_view, 3>{"none", "asked", "required"};
}
constexpr auto words(Revocation) { return std::array<std::string_view, 3>{"none", "crl", "ocsp"}; }
constexpr auto words(TlsKind) { return std::array<std::string_view, 2>{"real", "modelled"}; }
constexpr auto words(StsMode) {
    return std::array<std::string_view, 3>{"none", "testing", "enforce"};
}
constexpr auto words(TlsVersion) {
    return std::array<std::string_view, 4>{"1.0", "1.1", "1.2", "1.3"};
}
constexpr auto words(KeyType) {
    return std::array<std::string_view, 3>{"ecdsa", "rsa", "ed25519"};
}
constexpr auto words(FetchProtocol) {
    return std::array<std::string_view, 4>{"pop3", "imap", "web", "mapi"};
}
constexpr auto words(RpcProtection) {
    return std::array<std::string_view, 4>{"none", "connect", "integrity", "privacy"};
}
constexpr auto words(Notify) { return std::array<std::string_view, 3>{"push", "wait", "poll"}; }
constexpr auto words(RpcLogIn) {
    return std::array<std::string_view, 3>{"ntlm", "kerberos", "negotiate"};
}
constexpr auto words(Transport) { return std::array<std::string_view, 2>{"smtp", "mapi"}; }
constexpr auto words(DeliverBy) {
    return std::array<std::string_view, 3>{"store", "lmtp", "pipe"};
}
constexpr auto words(HandOn) { return std::array<std::string_view, 2>{"lmtp", "smtp"}; }
constexpr auto words(MailAct) {
    return std::array<std::string_view, 7>{"read",  "unread", "flag",  "unflag",
                                           "reply", "file",   "remove"};
}
constexpr auto words(RuleEdit) {
    return std::array<std::string_view, 4>{"append", "insert", "replace", "remove"};
}
constexpr auto words(RecordEdit) { return std::array<std::string_view, 3>{"set", "add", "remove"}; }
constexpr auto words(HostState) { return std::array<std::string_view, 3>{"up", "down", "crash"}; }
constexpr auto words(Arrival) { return std::array<std::string_view, 2>{"even", "random"}; }
template <class E>
concept Word = requires(E e) {
    words(e);
};

// Keys and words that are promised but not there yet: said by name, so that nobody looks for a
// spelling mistake.
struct Reserved {
    std::string_view where;  // a title above, or "" for a word of a list
    std::string_view key;
};
inline constexpr Reserved reserved[] = {
    {"[hosts.NAME]", "template"},
    {"[hosts.NAME]", "real"},
    {"[hosts.NAME]", "live"},
    {"[networks.NAME]", "vpn"},
    {"At the top", "sites"},
    {"At the top", "include"},
    {"", "ldap"},
    {"", "x400"},
    {"", "autodiscover"},
    {"", "gateway"},
};

}  // namespace postroad::scenario
