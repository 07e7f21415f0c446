// Schema rows of hosts and of the services on them (see schema.hpp).
#pragma once

#include "sim/scenario/key.hpp"
#include "sim/scenario/scenario.hpp"

namespace postroad::scenario {

constexpr std::string_view title(const SmtpServer*) { return "[hosts.NAME.smtp]"; }
constexpr std::string_view intro(const SmtpServer*) {
    return "The MTA's door: how it takes mail from other hosts (RFC 5321).";
}
constexpr auto keys(const SmtpServer*) {
    using S = SmtpServer;
    return std::tuple{
        key("port", &S::port, {"Where it listens.", "2525", Use::line, {}, "TCP port", 1}),
        key("hostname", &S::hostname,
            {"The name it gives in its greeting and in EHLO.", "\"mx.example.org\"", Use::domain,
             "the host's first name"}),
        key("banner", &S::banner,
            {"The words after the name in its greeting.", "\"no UCE please\"", Use::line,
             "the usual ones"}),
        key("generation", &S::generation,
            {"Which RFC it was written after: what it offers and how strict it is.", "\"rfc821\""}),
        key("extensions_off", &S::extensions_off,
            {"ESMTP extensions it does not offer.", "[\"PIPELINING\", \"8BITMIME\"]"}),
        key("size_max", &S::size_max, {"The largest message it takes (RFC 1870).", "\"1 MiB\""}),
        key("recipients_max", &S::recipients_max,
            {"Recipients in one transaction (RFC 5321 §4.5.3.1.8 asks for 100).",
             "1000",
             Use::line,
             {},
             "recipients",
             1}),
        key("connections_max", &S::connections_max,
            {"Conversations at once, 421 beyond; 0: no limit.",
             "10",
             Use::line,
             {},
             "connections"}),
        key("hops_max", &S::hops_max,
            {"Received fields that make a loop (RFC 5321 §6.3).",
             "25",
             Use::line,
             {},
             "fields",
             1}),
        key("timeout", &S::timeout,
            {"How long it waits for a command (RFC 5321 §4.5.3.2.7).", "\"1m\""}),
        key("relay_for", &S::relay_for,
            {"Who may send to other domains through it: networks, prefixes, or domains that it "
             "takes mail for.",
             "[\"campus\", \"192.0.2.0/24\"]", Use::relay}),
        key("open_relay", &S::open_relay, {"Relay for everybody: the mistake of lab 6.", "true"}),
        key("auth_required", &S::auth_required,
            {"Take no mail without AUTH (RFC 4954), not even for people here.", "true"}),
        key("mechanisms", &S::mechanisms,
            {"SASL mechanisms it offers.", "[\"CRAM-MD5\"]", Use::line,
             "`PLAIN` if `auth_required`, else none"}),
        key("vrfy", &S::vrfy, {"Answer VRFY with what is true, in place of 252.", "true"}),
        key("expn", &S::expn, {"Answer EXPN with a list's members, in place of 502.", "true"}),
    };
}

constexpr std::string_view title(const MsaServer*) { return "[hosts.NAME.msa]"; }
constexpr std::string_view intro(const MsaServer*) {
    return "Submission: how people's mail programs hand in mail (RFC 6409).";
}
constexpr auto keys(const MsaServer*) {
    using S = MsaServer;
    return std::tuple{
        key("port", &S::port, {"Where it listens.", "2587", Use::line, {}, "TCP port", 1}),
        key("auth_required", &S::auth_required,
            {"Take no mail without AUTH (RFC 6409 §4.3).", "false"}),
        key("mechanisms", &S::mechanisms,
            {"SASL mechanisms it offers (RFC 4954): those that say a password or a token only "
             "under TLS, where the host has TLS.",
             "[\"SCRAM-SHA-256\", \"PLAIN\"]"}),
        key("own_address_only", &S::own_address_only,
            {"The reverse-path must be one of the user's own addresses (RFC 6409 §6.1).", "false"}),
        key("extensions_off", &S::extensions_off,
            {"ESMTP extensions it does not offer.", "[\"SIZE\"]"}),
        key("size_max", &S::size_max, {"The largest message it takes.", "\"1 MiB\""}),
        key("recipients_max", &S::recipients_max,
            {"Recipients in one transaction.", "1000", Use::line, {}, "recipients", 1}),
        key("timeout", &S::timeout, {"How long it waits for a command.", "\"1m\""}),
    };
}

constexpr std::string_view title(const QueueSettings*) { return "[hosts.NAME.queue]"; }
constexpr std::string_view intro(const QueueSettings*) {
    return "How mail waits that cannot be handed on yet (RFC 5321 §4.5.4).";
}
constexpr auto keys(const QueueSettings*) {
    using S = QueueSettings;
    return std::tuple{
        key("retry", &S::retry,
            {"The waits between attempts; the last one repeats.", "[\"5m\", \"30m\", \"1h\"]"}),
        key("warn_after", &S::warn_after,
            {"When the sender is told that it takes long; 0s: never.", "\"1h\""}),
        key("expire_after", &S::expire_after,
            {"When the message is given up and bounced.", "\"2d\""}),
        key("concurrency", &S::concurrency,
            {"Conversations with one destination at once.", "2", Use::line, {}, "connections", 1}),
        key("messages_per_connection", &S::messages_per_connection,
            {"Transactions in one connection before it is closed.",
             "1",
             Use::line,
             {},
             "messages",
             1}),
        key("connect_timeout", &S::connect_timeout,
            {"How long it waits for a connection before the next MX.", "\"5s\""}),
        key("bounces", &S::bounces,
            {"Tell senders of failure (RFC 3461); without, mail just vanishes.", "false"}),
    };
}

constexpr std::string_view title(const Routing*) { return "[hosts.NAME.routing]"; }
constexpr std::string_view intro(const Routing*) {
    return "Where this host sends a message next: decided before the handoff, and apart from it.";
}
constexpr auto keys(const Routing*) {
    using S = Routing;
    return std::tuple{
        key("relay_domains", &S::relay_domains,
            {"Domains that it takes mail for and passes on: a backup MX.", "[\"example.net\"]",
             Use::domain}),
        key("smart_host", &S::smart_host,
            {"The host that gets everything that is not local.", "\"hub:25\"", Use::line, "none"}),
        key("routes", &S::routes,
            {"A domain's host, in place of its MX.", "{ \"example.net\" = \"hub\" }", Use::domain}),
        key("aliases", &S::aliases,
            {"Other addresses for a mailbox; the reverse-path stays (RFC 5321 §3.9.1).",
             "{ \"postmaster@example.org\" = [\"alice@example.org\"] }", Use::mail}),
        key("lists", &S::lists,
            {"Mailing lists; the reverse-path becomes the list's (RFC 5321 §3.9.2).",
             "{ \"all@example.org\" = [\"alice@example.org\", \"bob@example.net\"] }", Use::mail}),
        key("forwards", &S::forwards,
            {"Mailboxes whose mail goes on to another address.",
             "{ \"alice@example.org\" = [\"alice@example.net\"] }", Use::mail}),
        key("lmtp", &S::lmtp,
            {"Domains that it takes mail for and hands by LMTP to the server that has the "
             "mailboxes.",
             "{ \"example.net\" = \"store:24\" }", Use::domain}),
        key("catch_all", &S::catch_all,
            {"Who gets mail for nobody in a local domain.", "\"alice@example.org\"", Use::mail,
             "nobody: it is refused"}),
    };
}

constexpr std::string_view title(const Pop3Server*) { return "[hosts.NAME.pop3]"; }
constexpr std::string_view intro(const Pop3Server*) {
    return "The POP3 server over this host's mailboxes (RFC 1939).";
}
constexpr auto keys(const Pop3Server*) {
    using S = Pop3Server;
    return std::tuple{
        key("port", &S::port, {"Where it listens.", "1110", Use::line, {}, "TCP port", 1}),
        key("apop", &S::apop, {"Offer APOP (RFC 1939 §7).", "true"}),
        key("uidl", &S::uidl, {"Offer UIDL, without which nothing can be left safely.", "false"}),
        key("top", &S::top, {"Offer TOP.", "false"}),
        key("mechanisms", &S::mechanisms,
            {"SASL mechanisms it offers with AUTH (RFC 5034).", "[\"SCRAM-SHA-256\", \"PLAIN\"]",
             Use::line, "none: it has no AUTH"}),
        key("timeout", &S::timeout,
            {"Its autologout timer (RFC 1939 §3 asks for ten minutes or more).", "\"30m\""}),
    };
}

constexpr std::string_view title(const ImapServer*) { return "[hosts.NAME.imap]"; }
constexpr std::string_view intro(const ImapServer*) {
    return "The IMAP server over this host's mailboxes (RFC 3501, RFC 9051).";
}
constexpr auto keys(const ImapServer*) {
    using S = ImapServer;
    return std::tuple{
        key("port", &S::port, {"Where it listens.", "1143", Use::line, {}, "TCP port", 1}),
        key("mechanisms", &S::mechanisms,
            {"SASL mechanisms it offers with AUTHENTICATE.", "[\"SCRAM-SHA-256\", \"PLAIN\"]",
             Use::line, "none: LOGIN alone"}),
        key("capabilities_off", &S::capabilities_off,
            {"Capabilities it does not have. IMAP4rev2 stands for many of them (RFC 9051 appendix E: "
             "BINARY, ENABLE, ESEARCH, IDLE, LIST-EXTENDED, LIST-STATUS, LITERAL-, MOVE, NAMESPACE, "
             "SASL-IR, SEARCHRES, SPECIAL-USE, STATUS=SIZE, UIDPLUS, UNSELECT): a server that lacks "
             "one of these does not offer IMAP4rev2 either.",
             "[\"IDLE\", \"QRESYNC\"]"}),
        key("folders", &S::folders,
            {"Folders that everybody gets beside INBOX; these names have their usual special use "
             "(RFC 6154).",
             "[\"Sent\", \"Trash\"]", Use::text}),
        key("literal_max", &S::literal_max, {"The largest message it takes.", "\"1 MiB\""}),
        key("timeout", &S::timeout,
            {"Its autologout timer (RFC 3501 §5.4 asks for thirty minutes or more).", "\"1h\""}),
    };
}

constexpr std::string_view title(const MapiServer*) { return "[hosts.NAME.mapi]"; }
constexpr std::string_view intro(const MapiServer*) {
    return "Mailboxes and address book by RPC (MS-OXCRPC, MS-OXNSPI): the endpoint mapper at port 135, "
           "the store, the directory, and what else a server has in the same mapper.";
}
constexpr auto keys(const MapiServer*) {
    using S = MapiServer;
    return std::tuple{
        key("store_port", &S::store_port,
            {"Where the store listens; 0: a dynamic port, another one after each start.", "59532",
             Use::line, {}, "TCP port"}),
        key("directory_port", &S::directory_port,
            {"Where address book and referral listen; 0: a dynamic port.", "59533", Use::line, {},
             "TCP port"}),
        key("dynamic_ports", &S::dynamic_ports,
            {"Whence dynamic ports are drawn; Windows before 2008 took 1025-5000.",
             "\"1025-5000\""}),
        key("other_services", &S::other_services,
            {"What is registered beside mail, each at a dynamic port; these answer `bind` and the "
             "management interface and nothing else.",
             "[\"print\"]", Use::text}),
        key("protection", &S::protection,
            {"Calls with less protection are refused (MS-RPCE §2.2.1.1.8).", "\"privacy\""}),
        key("anonymous", &S::anonymous,
            {"Mailboxes are opened for callers who have not logged in.", "true"}),
        key("push", &S::push, {"It tells of new mail by UDP, where that is asked for.", "false"}),
        key("poll", &S::poll, {"How often it asks its clients to ask.", "\"30s\""}),
    };
}

constexpr std::string_view title(const LmtpServer*) { return "[hosts.NAME.lmtp]"; }
constexpr std::string_view intro(const LmtpServer*) {
    return "The MDA's door: how an MTA hands it mail, with a reply for each recipient (RFC 2033).";
}
constexpr auto keys(const LmtpServer*) {
    using S = LmtpServer;
    return std::tuple{
        key("port", &S::port,
            {"Where it listens; never 25 (RFC 2033 §5).", "2424", Use::line, {}, "TCP port", 1}),
        key("size_max", &S::size_max, {"The largest message it takes.", "\"1 MiB\""}),
        key("recipients_max", &S::recipients_max,
            {"Recipients in one transaction.", "100", Use::line, {}, "recipients", 1}),
        key("timeout", &S::timeout, {"How long it waits for a command.", "\"1m\""}),
    };
}

constexpr std::string_view title(const MdaSettings*) { return "[hosts.NAME.mda]"; }
constexpr std::string_view intro(const MdaSettings*) {
    return "How this host's MTA hands mail for mailboxes here to the MDA.";
}
constexpr auto keys(const MdaSettings*) {
    using S = MdaSettings;
    return std::tuple{
        key("by", &S::by,
            {"Straight into the store, by LMTP to this host's own port (one reply a recipient), or "
             "by a program that is run for each recipient and has nothing but an exit code to say.",
             "\"lmtp\""}),
        key("takes", &S::takes, {"How long such a program runs.", "\"200ms\""}),
    };
}

constexpr std::string_view title(const DnsServer*) { return "[hosts.NAME.dns]"; }
constexpr std::string_view intro(const DnsServer*) {
    return "The authoritative server of the zones that name this host in `served_by`.";
}
constexpr auto keys(const DnsServer*) {
    using S = DnsServer;
    return std::tuple{
        key("answers", &S::answers,
            {"How it behaves: `silent` does not answer at all.", "\"servfail\""}),
        key("delay", &S::delay, {"How long it thinks.", "\"200ms\""}),
        key("tcp", &S::tcp, {"Answer over TCP too.", "false"}),
    };
}

constexpr std::string_view title(const ResolverSettings*) { return "[hosts.NAME.caching]"; }
constexpr std::string_view intro(const ResolverSettings*) {
    return "The caching resolver on a host with the service `resolver`.";
}
constexpr auto keys(const ResolverSettings*) {
    using S = ResolverSettings;
    return std::tuple{
        key("forward_to", &S::forward_to,
            {"Resolvers that it asks.", "[\"upstream\"]", Use::host,
             "none: it asks from the root down"}),
        key("timeout", &S::timeout, {"How long it waits for one answer.", "\"5s\""}),
        key("tries", &S::tries,
            {"How often it asks before it gives up.", "5", Use::line, {}, "queries", 1}),
        key("ttl_max", &S::ttl_max, {"The longest time it keeps a record.", "\"1h\""}),
        key("negative_ttl_max", &S::negative_ttl_max,
            {"The longest time it keeps a denial (RFC 2308 §5).", "\"1m\""}),
    };
}

constexpr std::string_view title(const KdcSettings*) { return "[hosts.NAME.kdc]"; }
constexpr std::string_view intro(const KdcSettings*) {
    return "The Kerberos key distribution centre (RFC 4120) on a host with the service `kdc`. People "
           "and hosts whose domain is the realm's name, or under it, are its principals: `alice` with "
           "her password, `smtp/HOST`, `pop/HOST`, `host/HOST`. DNS tells where it is (SRV). Mail "
           "servers that offer `GSSAPI` among their `mechanisms` take its tickets. Its clock is the "
           "simulated one: a real `kinit` asks it where `start` is now.";
}
constexpr auto keys(const KdcSettings*) {
    using S = KdcSettings;
    return std::tuple{
        key("realm", &S::realm,
            {"The realm it serves.", "\"EXAMPLE.ORG\"", Use::line, "its mail domain in capitals"}),
        key("ticket_lifetime", &S::ticket_lifetime, {"How long tickets are good.", "\"8h\""}),
        key("renewable_for", &S::renewable_for,
            {"How long they can be renewed, without the password.", "\"1d\""}),
        key("clock_skew", &S::clock_skew,
            {"How far apart clocks may be (RFC 4120 §3.2.3).", "\"1m\""}),
    };
}

constexpr std::string_view title(const TlsSettings*) { return "[hosts.NAME.tls]"; }
constexpr std::string_view intro(const TlsSettings*) {
    return "Protection of connections: what this host offers as a server, and what its MTA wants as "
           "a client of others. Where no host offers TLS, `opportunistic` clients do not ask for it.";
}
constexpr auto keys(const TlsSettings*) {
    using S = TlsSettings;
    return std::tuple{
        key("offer", &S::offer,
            {"Offer TLS inside a session: STARTTLS for SMTP, LMTP (RFC 3207) and IMAP, STLS for POP3 "
             "(RFC 2595).",
             "true"}),
        key("implicit", &S::implicit,
            {"Listen where TLS comes before the first word: 465 if it runs `msa`, 993 if `imap`, 995 "
             "if `pop3` (RFC 8314).",
             "true"}),
        key("policy", &S::policy,
            {"What its MTA wants of others: `required` sends nothing without TLS, `verified` nothing "
             "without a certificate that holds.",
             "\"required\""}),
        key("destinations", &S::destinations,
            {"What its MTA wants of some: by a recipient's domain, or by the name of the host the "
             "mail goes to. The domain's word comes first, then the host's, then DANE, MTA-STS and "
             "`policy`.",
             "{ \"example.net\" = \"verified\", \"old.example.com\" = \"none\" }", Use::domain}),
        key("dane", &S::dane,
            {"Its MTA looks TLSA records up and holds servers to them, where the zone is signed "
             "(RFC 7672).",
             "true"}),
        key("mta_sts", &S::mta_sts,
            {"Its MTA fetches the policies that domains publish, and keeps to them (RFC 8461).",
             "true"}),
        key("reports", &S::reports,
            {"Its MTA counts what became of TLS, and sends each day's count to domains that ask "
             "for it (RFC 8460).",
             "true"}),
        key("certificate", &S::certificate,
            {"What it shows.", "\"old\"", Use::certificate,
             "one for all its names, from the default authority"}),
        key("version_min", &S::version_min, {"The oldest version it speaks.", "\"1.0\""}),
        key("version_max", &S::version_max, {"The newest one.", "\"1.2\""}),
        key("resume", &S::resume,
            {"Give tickets, and resume sessions with those of others (RFC 8446 §2.2, RFC 5077).",
             "true"}),
        key("staple", &S::staple,
            {"Bring its authority's word that its certificate stands (OCSP, RFC 6066 §8).", "true"}),
        key("revocation", &S::revocation,
            {"How it learns which certificates of others were taken back: from its authorities' lists, "
             "from what servers staple, or not at all.",
             "\"ocsp\""}),
        key("clients", &S::clients,
            {"Whether it wants certificates of its clients (RFC 8446 §4.3.2).", "\"required\""}),
        key("organisation", &S::organisation,
            {"Hosts with the same one show each other their certificates, take them although nobody "
             "vouches for them, and want no less of each other.",
             "\"acme\""}),
        key("client_certificate", &S::client_certificate,
            {"What it shows as a client, where it is asked.", "\"own\"", Use::certificate, "none"}),
        key("auth_without_tls", &S::auth_without_tls,
            {"Take passwords in the clear although it offers TLS.", "true"}),
        key("vulnerable", &S::vulnerable,
            {"Run what came in the clear behind STARTTLS as if TLS had brought it (RFC 3207 §6).",
             "true"}),
    };
}

constexpr std::string_view title(const LogIn*) { return "[hosts.NAME.login]"; }
constexpr std::string_view intro(const LogIn*) {
    return "What failed log-ins lead to, for each account and each client's address, and whose "
           "bearer tokens are taken.";
}
constexpr auto keys(const LogIn*) {
    using S = LogIn;
    return std::tuple{
        key("delay", &S::delay,
            {"How late the first refusal is said; it doubles with each failure in a row.",
             "\"0s\""}),
        key("delay_max", &S::delay_max, {"The latest that a refusal is said.", "\"5s\""}),
        key("lock_after", &S::lock_after,
            {"Failures in a row that lock; 0: none do.", "3", Use::line, {}, "failures"}),
        key("lock_for", &S::lock_for,
            {"How long a lock holds, and a failure is remembered.", "\"1h\""}),
        key("tokens_from", &S::tokens_from,
            {"The host whose bearer tokens it takes (OAUTHBEARER, XOAUTH2).", "\"idp\"", Use::host,
             "none: it takes no tokens"}),
        key("token_secret", &S::token_secret,
            {"What this host signs its tokens with (HS256).", "\"not so secret\"", Use::line,
             "`secret-NAME`"}),
        key("token_lifetime", &S::token_lifetime,
            {"How long its tokens are good.", "\"5m\""}),
    };
}

constexpr std::string_view title(const WebResource*) {
    return "resources = [{ ... }] in [hosts.NAME.http]";
}
constexpr std::string_view intro(const WebResource*) { return "What a path leads to."; }
constexpr auto keys(const WebResource*) {
    using S = WebResource;
    return std::tuple{
        key("path", &S::path,
            {"The path, with its first slash.", "\"/about.txt\"", Use::line, {}, {}, 0, true}),
        key("host", &S::host,
            {"For requests whose Host field names this alone.", "\"www.example.org\"",
             Use::domain, "for all"}),
        key("type", &S::type, {"Its Content-Type.", "\"text/html\""}),
        key("status", &S::status,
            {"The status code it is answered with.", "410", Use::line, {}, "code", 200}),
        key("body", &S::body, {"The text itself.", "\"Hello.\"", Use::text}),
    };
}

constexpr std::string_view title(const WebServer*) { return "[hosts.NAME.http]"; }
constexpr std::string_view intro(const WebServer*) {
    return "The web server of a host with the service `http` (port 80) or `https` (port 443, with "
           "TLS from the start): RFC 9110, RFC 9112.";
}
constexpr auto keys(const WebServer*) {
    using S = WebServer;
    return std::tuple{
        key("resources", &S::resources, {"What it has.", "[{ path = \"/\", body = \"Hello.\" }]"}),
        key("timeout", &S::timeout, {"How long it waits for a request.", "\"10s\""}),
    };
}

constexpr std::string_view title(const Host*) { return "[hosts.NAME]"; }
constexpr std::string_view intro(const Host*) {
    return "A machine. A host with `domains` and no `services` is a whole mail server: MTA, MSA, "
           "MDA, POP3, DNS and resolver. If NAME has a dot, it is also the host's own domain name.";
}
constexpr auto keys(const Host*) {
    return std::tuple{
        key("network", &Host::network,
            {"Where it is; several make it multi-homed.", "\"campus\"", Use::network,
             "one named after its mail domain, the only one there is, or the internet"}),
        key("address", &Host::address,
            {"Its addresses.", "[\"192.0.2.10\"]", Use::line, "the next free ones"}),
        key("names", &Host::names,
            {"Its domain names; the first is its own.", "\"mail.example.org\"", Use::domain,
             "NAME under its mail domain"}),
        key("domains", &Host::domains,
            {"Mail domains whose mailboxes are here.", "\"example.org\"", Use::domain}),
        key("services", &Host::services,
            {"What runs on it.", "[\"mta\", \"mda\"]", Use::line,
             "everything a mail server has, if it has `domains`; else nothing"}),
        key("stopped", &Host::stopped,
            {"Services that are installed but do not run at the start.", "[\"pop3\"]"}),
        key("utc_offset", &Host::utc_offset,
            {"Its clock's distance from UTC, seen in Date and Received.", "\"+02:00\""}),
        key("resolver", &Host::resolver,
            {"The host it asks for names.", "\"mail\"", Use::host,
             "itself if it is one, else its network's"}),
        key("real", &Host::real,
            {"Programs outside that `postroad live` asks in this host's place, each as "
             "`[PORT=]ADDRESS:PORT`; its port here is 25 if none is named.",
             "\"127.0.0.1:10025\""}),
        key("firewall", &Host::firewall,
            {"The firewall on the host itself.", "\"strict\"", Use::firewall, "none"}),
        key("smtp", &Host::smtp, {"The MTA's door.", ""}),
        key("msa", &Host::msa, {"Submission.", ""}),
        key("queue", &Host::queue, {"Waiting and giving up.", ""}),
        key("routing", &Host::routing, {"Where mail goes next.", ""}),
        key("pop3", &Host::pop3, {"The POP3 server.", ""}),
        key("imap", &Host::imap, {"The IMAP server.", ""}),
        key("mapi", &Host::mapi, {"MAPI over RPC.", ""}),
        key("lmtp", &Host::lmtp, {"The MDA's LMTP server.", ""}),
        key("mda", &Host::mda, {"From the MTA into mailboxes.", ""}),
        key("dns", &Host::dns, {"The authoritative name server.", ""}),
        key("caching", &Host::caching, {"The caching resolver.", ""}),
        key("kdc", &Host::kdc, {"The Kerberos KDC.", ""}),
        key("tls", &Host::tls, {"Protection.", ""}),
        key("login", &Host::login, {"Failed log-ins, and tokens.", ""}),
        key("http", &Host::http, {"The web server.", ""}),
    };
}

}  // namespace postroad::scenario
