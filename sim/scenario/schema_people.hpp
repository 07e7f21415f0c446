// Schema rows of domains, zones, people, the timeline and workloads (see schema.hpp).
#pragma once

#include "sim/scenario/key.hpp"
#include "sim/scenario/scenario.hpp"

namespace postroad::scenario {

constexpr std::string_view title(const MtaSts*) {
    return "mta_sts = { ... } in [domains.\"NAME\"]";
}
constexpr std::string_view intro(const MtaSts*) {
    return "The policy that a domain publishes for who sends to it (RFC 8461): the TXT record, the "
           "name `mta-sts.NAME`, the web server with its certificate and the policy's text are "
           "made of this.";
}
constexpr auto keys(const MtaSts*) {
    using S = MtaSts;
    return std::tuple{
        key("mode", &S::mode,
            {"Whether senders keep to it, only report, or forget it.", "\"testing\""}),
        key("max_age", &S::max_age, {"How long a sender may keep it.", "\"1d\""}),
        key("mx", &S::mx,
            {"The mail exchangers that are right; `*` may stand for the first label.",
             "[\"mx.example.net\", \"*.mail.example.net\"]", Use::line, "those of the domain"}),
        key("id", &S::id,
            {"What the TXT record says: another one tells senders to fetch the policy anew.",
             "\"20100901\"", Use::line, "one made of the policy"}),
        key("host", &S::host,
            {"The host that has the policy.", "\"www\"", Use::host,
             "the first that has the domain in `domains`"}),
    };
}

constexpr std::string_view title(const Domain*) { return "[domains.\"NAME\"]"; }
constexpr std::string_view intro(const Domain*) {
    return "A zone that Postroad writes for you: SOA, NS, MX and the addresses of the hosts named "
           "under it. Every mail domain without one gets one; say here only what should differ.";
}
constexpr auto keys(const Domain*) {
    return std::tuple{
        key("mx", &Domain::mx,
            {"Its mail exchangers with their preference; `\"0 .\"` says that it takes no mail "
             "(RFC 7505).",
             "[\"10 mx1\", \"20 mx2\"]", Use::mx,
             "the hosts that have it in `domains`: 10, 20, 30 ..."}),
        key("implicit_mx", &Domain::implicit_mx,
            {"Publish no MX, only an address of the domain itself (RFC 5321 §5.1).", "true"}),
        key("served_by", &Domain::served_by,
            {"Its name servers.", "[\"ns\"]", Use::host, "its hosts that run `dns`"}),
        key("ttl", &Domain::ttl, {"How long its records may be kept.", "\"5m\""}),
        key("records", &Domain::records,
            {"Further records, as in a master file.", "[\"www 300 IN A 192.0.2.80\"]"}),
        key("signed", &Domain::is_signed,
            {"Take its records for authenticated, as if DNSSEC had proved them. Nothing is proved "
             "here: it is an assumption, and the trace says so.",
             "true"}),
        key("mta_sts", &Domain::mta_sts, {"The policy it publishes.", "{ mode = \"testing\" }", Use::line, "none"}),
        key("tls_reports", &Domain::tls_reports,
            {"Who gets the TLS reports of those who send to it (RFC 8460).",
             "\"tls@example.net\"", Use::mail, "nobody"}),
    };
}

constexpr std::string_view title(const Zone*) { return "[zones.\"NAME\"]"; }
constexpr std::string_view intro(const Zone*) {
    return "A zone as a master file (RFC 1035 §5), in place of the one that would be made.";
}
constexpr auto keys(const Zone*) {
    return std::tuple{
        key("file", &Zone::file,
            {"The master file, relative to the scenario.", "\"example.org.zone\"", Use::file,
             "none"}),
        key("text", &Zone::text,
            {"Or the master file itself.",
             "'''\n$TTL 1h\n@ SOA ns hostmaster 1 1h 15m 1w 1m\n@ NS ns\nns A 192.0.2.2\n'''",
             Use::text, "none"}),
        key("served_by", &Zone::served_by,
            {"Its name servers.", "[\"ns\"]", Use::host, "the domain's hosts that run `dns`"}),
        key("signed", &Zone::is_signed,
            {"Take its records for authenticated, as in `[domains]`.", "true"}),
    };
}

constexpr std::string_view title(const FetchSettings*) { return "[people.NAME.fetch]"; }
constexpr std::string_view intro(const FetchSettings*) {
    return "How a person's mail program collects mail.";
}
constexpr auto keys(const FetchSettings*) {
    using S = FetchSettings;
    return std::tuple{
        key("protocol", &S::protocol,
            {"By which protocol; `web` is a mail program on a web server, which speaks IMAP and keeps "
             "nothing, `mapi` one that asks by RPC.",
             "\"imap\""}),
        key("from", &S::from,
            {"From which host.", "\"mail:110\"", Use::line, "the mailbox's host"}),
        key("every", &S::every,
            {"How often.", "\"5m\"", Use::line, "only when the timeline says so"}),
        key("leave_on_server", &S::leave_on_server,
            {"Leave the messages there and remember which were seen (UIDL).", "true"}),
        key("stay", &S::stay,
            {"Stay connected and wait for news (IMAP's IDLE, RFC 2177; MAPI).", "true"}),
        key("folders", &S::folders,
            {"Folders that are looked into (IMAP).", "[\"INBOX\"]", Use::text, "all"}),
        key("protection", &S::protection,
            {"How much of what is said by RPC is protected, after the log-in (MS-RPCE "
             "§2.2.1.1.8); `none` is no log-in at all (MAPI).",
             "\"connect\""}),
        key("log_in", &S::log_in,
            {"How it logs in by RPC (MS-RPCE §2.2.1.1.7): `ntlm`, `kerberos`, or `negotiate`, which "
             "is Kerberos where there is a ticket to be had and else NTLM (MAPI).",
             "\"kerberos\""}),
        key("notify", &S::notify,
            {"How it learns of news while it stays: `push`, a datagram that the server sends "
             "(MS-OXCRPC §3.1.4.5); `wait`, a call that stays open (§3.3.4.1); `poll`, asking as "
             "often as the server says (MAPI).",
             "\"wait\""}),
    };
}

constexpr std::string_view title(const Authority*) { return "[authorities.NAME]"; }
constexpr std::string_view intro(const Authority*) {
    return "Who signs certificates (RFC 5280). There is always one that all hosts trust; it is "
           "called `Postroad Root`.";
}
constexpr auto keys(const Authority*) {
    using S = Authority;
    return std::tuple{
        key("issuer", &S::issuer,
            {"The authority that vouches for it.", "\"root\"", Use::authority,
             "none: it signs itself"}),
        key("trusted", &S::trusted, {"Hosts have it in their list, if it signs itself.", "false"}),
        key("key", &S::key, {"The kind of its key.", "\"rsa\""}),
        key("from", &S::from,
            {"When it becomes good.", "2009-01-01T00:00:00Z", Use::line, "ten years before `start`"}),
        key("until", &S::until,
            {"When it is no longer.", "2011-01-01T00:00:00Z", Use::line, "ten years after `start`"}),
    };
}

constexpr std::string_view title(const Certificate*) { return "[certificates.NAME]"; }
constexpr std::string_view intro(const Certificate*) {
    return "A certificate that hosts show by naming it in `tls.certificate`, in place of the one "
           "they would get.";
}
constexpr auto keys(const Certificate*) {
    using S = Certificate;
    return std::tuple{
        key("names", &S::names,
            {"The names it is for; `*` may stand for the first label.", "[\"*.example.org\"]",
             Use::line, "all names of the first host that shows it"}),
        key("person", &S::person,
            {"Whose it is: it names them, for AUTH EXTERNAL, and no host.", "\"alice\"", Use::person,
             "a host's"}),
        key("issuer", &S::issuer,
            {"Who signs it.", "\"root\"", Use::authority, "`Postroad Root`"}),
        key("self_signed", &S::self_signed, {"Nobody signs it but itself.", "true"}),
        key("revoked", &S::revoked, {"Its issuer has taken it back.", "true"}),
        key("key", &S::key, {"The kind of its key.", "\"ed25519\""}),
        key("from", &S::from,
            {"When it becomes good.", "2010-08-01T00:00:00Z", Use::line, "thirty days before `start`"}),
        key("until", &S::until,
            {"When it is no longer.", "2010-08-31T00:00:00Z", Use::line, "a year after `start`"}),
    };
}

constexpr std::string_view title(const Profile*) { return "[people.NAME.profile]"; }
constexpr std::string_view intro(const Profile*) {
    return "The mail program is one for MAPI: each thing it does is told of as a call of MAPI's, with the "
           "provider that serves it. The providers follow from `fetch.protocol` and `transport`. "
           "`profile = {}` is enough.";
}
constexpr auto keys(const Profile*) {
    return std::tuple{
        key("pst", &Profile::pst,
            {"What POP3 brings lies in a file of the program's own (MS-PST), with folders of its own.",
             "true"}),
    };
}

constexpr std::string_view title(const Person*) { return "[people.NAME]"; }
constexpr std::string_view intro(const Person*) {
    return "Somebody with an address, a mailbox and a mail program.";
}
constexpr auto keys(const Person*) {
    return std::tuple{
        key("address", &Person::address,
            {"The person's addresses; the first is the one in From.", "\"alice@example.org\"",
             Use::mail, "NAME at the only mail domain, if there is one only"}),
        key("display", &Person::display,
            {"The name beside the address.", "\"Alice Liddell\"", Use::line, "NAME, capitalised"}),
        key("password", &Person::password,
            {"For the MSA, POP3 and IMAP.", "\"correct horse\"", Use::line, "`secret-NAME`"}),
        key("mailbox", &Person::mailbox,
            {"The host with the mailbox.", "\"mail\"", Use::host,
             "the first that has the address's domain and runs `mda`"}),
        key("submits_to", &Person::submits_to,
            {"The host and port that new mail is handed to.", "\"mail:587\"", Use::line,
             "the MSA of the mailbox's host"}),
        key("device", &Person::device,
            {"The host where the mail program runs.", "\"laptop\"", Use::host,
             "`NAME-pc`, which is made beside the mailbox's host"}),
        key("quota", &Person::quota,
            {"How much the mailbox holds.", "\"10 MiB\"", Use::line, "no limit"}),
        key("same_as", &Person::same_as,
            {"This is another mail program of that person: same addresses, mailbox and password.",
             "\"bob\"", Use::person, "nobody: a person of their own"}),
        key("sieve", &Person::sieve,
            {"Rules for what arrives (Sieve, RFC 5228), which the MDA runs.",
             "'''\nrequire \"fileinto\";\nif header :contains \"Subject\" \"[team]\" { fileinto "
             "\"Team\"; }\n'''",
             Use::text, "none: everything goes to INBOX"}),
        key("mail", &Person::mail,
            {"Mail that lies in the mailbox at the start: an mbox file, a PST file, a Maildir or a "
             "folder of mbox files, relative to the scenario.",
             "\"old.mbox\"", Use::file, "an empty mailbox"}),
        key("tls", &Person::tls,
            {"What their mail program wants; at the ports 465, 993 and 995 TLS comes first anyway.",
             "\"verified\""}),
        key("mechanisms", &Person::mechanisms,
            {"SASL mechanisms that their mail program knows, the preferred one first. Without `PLAIN` "
             "or `LOGIN` it never says the password itself, be it by POP3's `USER` and `PASS` or by "
             "IMAP's `LOGIN`.",
             "[\"CRAM-MD5\", \"PLAIN\"]", Use::line, "all, the strongest first"}),
        key("transport", &Person::transport,
            {"How new mail leaves: by SMTP to `submits_to`, or by RPC to the mailbox's host.",
             "\"smtp\"", Use::line, "`mapi` if `fetch.protocol` is so, else `smtp`"}),
        key("profile", &Person::profile,
            {"Its providers, if it is one for MAPI.", "", Use::line, "none"}),
        key("fetch", &Person::fetch, {"How mail is collected.", ""}),
    };
}

constexpr std::string_view title(const Bookmark*) { return "bookmark = ... in [[timeline]]"; }
constexpr std::string_view intro(const Bookmark*) {
    return "A named moment to jump to; `bookmark = \"text\"` is enough.";
}
constexpr auto keys(const Bookmark*) {
    return std::tuple{
        key("text", &Bookmark::text,
            {"The name.", "\"the link fails\"", Use::line, {}, {}, 0, true}),
    };
}

constexpr std::string_view title(const Send*) { return "send = { ... } in [[timeline]]"; }
constexpr std::string_view intro(const Send*) { return "Somebody writes a message and sends it."; }
constexpr auto keys(const Send*) {
    return std::tuple{
        key("from", &Send::from,
            {"A person here; with `via`, also any address.",
             "\"alice\"",
             Use::who,
             {},
             {},
             0,
             true}),
        key("to", &Send::to,
            {"People or addresses.", "[\"bob\", \"carol@example.com\"]", Use::who}),
        key("cc", &Send::cc, {"People or addresses.", "\"carol@example.com\"", Use::who}),
        key("bcc", &Send::bcc,
            {"People or addresses that get the message but stand in no header field.",
             "\"dave@example.com\"", Use::who}),
        key("subject", &Send::subject, {"The Subject field.", "\"Hello\""}),
        key("body", &Send::body, {"The text.", "\"Is this thing on?\"", Use::text}),
        key("eml", &Send::eml,
            {"A whole RFC 5322 message in a file, in place of subject and body.", "\"hello.eml\"",
             Use::file, "none"}),
        key("message", &Send::message,
            {"Or that whole message itself.", "\"Subject: hi\\r\\n\\r\\nhello\\r\\n\"", Use::text,
             "none"}),
        key("via", &Send::via,
            {"The host and port it is handed to.", "\"mail:587\"", Use::line,
             "the person's `submits_to`"}),
        key("reverse_path", &Send::reverse_path,
            {"The envelope's return address, when it is not From; `\"\"` is the null one.",
             "\"bounces@example.org\"", Use::mail, "the From address"}),
        key("forward_paths", &Send::forward_paths,
            {"The envelope's recipients, when they are not those of To, Cc and Bcc.", "[\"erin\"]",
             Use::who, "To, Cc and Bcc"}),
        key("fields", &Send::fields,
            {"Further header fields.", "{ \"Reply-To\" = \"alice@example.net\" }"}),
        key("padding", &Send::padding, {"Filler after the text.", "\"1 MiB\"", Use::line, "none"}),
    };
}

constexpr std::string_view title(const Fetch*) { return "fetch = ... in [[timeline]]"; }
constexpr std::string_view intro(const Fetch*) {
    return "Somebody collects mail; `fetch = \"bob\"` is enough.";
}
constexpr auto keys(const Fetch*) {
    return std::tuple{
        key("person", &Fetch::person, {"Who.", "\"bob\"", Use::person, {}, {}, 0, true}),
        key("leave_on_server", &Fetch::leave_on_server,
            {"This time, leave the messages there.", "true", Use::line, "the person's setting"}),
    };
}

constexpr std::string_view title(const LinkChange*) { return "link = { ... } in [[timeline]]"; }
constexpr std::string_view intro(const LinkChange*) {
    return "A link fails, heals or changes. A host's access link is called `HOST--NETWORK`.";
}
constexpr auto keys(const LinkChange*) {
    using S = LinkChange;
    return std::tuple{
        key("link", &S::link, {"Which.", "\"campus--internet\"", Use::link, {}, {}, 0, true}),
        key("up", &S::up, {"Whether it works.", "false", Use::line, "as before"}),
        key("latency", &S::latency, {"As in `[[links]]`.", "\"300ms\"", Use::line, "as before"}),
        key("jitter", &S::jitter, {"As in `[[links]]`.", "\"20ms\"", Use::line, "as before"}),
        key("bandwidth", &S::bandwidth,
            {"As in `[[links]]`.", "\"64 kbit/s\"", Use::line, "as before"}),
        key("loss", &S::loss, {"As in `[[links]]`.", "\"5%\"", Use::line, "as before"}),
        key("duplicate", &S::duplicate, {"As in `[[links]]`.", "\"1%\"", Use::line, "as before"}),
        key("reorder", &S::reorder, {"As in `[[links]]`.", "\"1%\"", Use::line, "as before"}),
    };
}

constexpr std::string_view title(const FirewallChange*) {
    return "firewall = { ... } in [[timeline]]";
}
constexpr std::string_view intro(const FirewallChange*) { return "Somebody edits a firewall."; }
constexpr auto keys(const FirewallChange*) {
    using S = FirewallChange;
    return std::tuple{
        key("firewall", &S::firewall, {"Which.", "\"border\"", Use::firewall, {}, {}, 0, true}),
        key("edit", &S::edit, {"What is done with the rule.", "\"insert\""}),
        key("position", &S::position,
            {"The number of the rule that is replaced, removed or inserted before.", "2",
             Use::line, {}, "rule, from 1", 1}),
        key("rule", &S::rule,
            {"The new rule.", "\"tcp dport 25 drop\"", Use::rules, "none, for `remove`"}),
    };
}

constexpr std::string_view title(const RecordChange*) { return "record = { ... } in [[timeline]]"; }
constexpr std::string_view intro(const RecordChange*) {
    return "Somebody edits a zone; caches keep the old records for their time to live.";
}
constexpr auto keys(const RecordChange*) {
    using S = RecordChange;
    return std::tuple{
        key("zone", &S::zone, {"Which.", "\"example.org\"", Use::zone, {}, {}, 0, true}),
        key("edit", &S::edit,
            {"Replace the records of that name and type, add one, or remove them.", "\"add\""}),
        key("record", &S::record,
            {"The record, as in a master file.",
             "\"@ 300 IN MX 5 mx3.example.org.\"",
             Use::text,
             {},
             {},
             0,
             true}),
    };
}

constexpr std::string_view title(const HostChange*) { return "host = { ... } in [[timeline]]"; }
constexpr std::string_view intro(const HostChange*) { return "A machine stops or starts."; }
constexpr auto keys(const HostChange*) {
    return std::tuple{
        key("host", &HostChange::host, {"Which.", "\"mx1\"", Use::host, {}, {}, 0, true}),
        key("state", &HostChange::state,
            {"`down` ends its work in order, `crash` loses what was only in memory.", "\"up\""}),
    };
}

constexpr std::string_view title(const ServiceChange*) {
    return "service = { ... } in [[timeline]]";
}
constexpr std::string_view intro(const ServiceChange*) {
    return "A service on a host is started or stopped.";
}
constexpr auto keys(const ServiceChange*) {
    using S = ServiceChange;
    return std::tuple{
        key("host", &S::host, {"Where.", "\"mail\"", Use::host, {}, {}, 0, true}),
        key("service", &S::service, {"Which.", "\"pop3\"", Use::line, {}, {}, 0, true}),
        key("running", &S::running, {"Whether it runs from now on.", "false"}),
    };
}

constexpr std::string_view title(const SetValue*) { return "set = { ... } in [[timeline]]"; }
constexpr std::string_view intro(const SetValue*) {
    return "Any other key of this file gets another value.";
}
constexpr auto keys(const SetValue*) {
    return std::tuple{
        key("path", &SetValue::path,
            {"The key, with dots.", "\"hosts.mail.smtp.open_relay\"", Use::line, {}, {}, 0, true}),
        key("value", &SetValue::value,
            {"What it is from now on.", "true", Use::literal, {}, {}, 0, true}),
    };
}

// A timeline entry holds `at` and exactly one of these.
template <class A> struct ActionKey {
    std::string_view name;
    using Action = A;
};
constexpr auto actions() {
    return std::tuple{ActionKey<Bookmark>{"bookmark"},
                      ActionKey<Send>{"send"},
                      ActionKey<Fetch>{"fetch"},
                      ActionKey<Handle>{"handle"},
                      ActionKey<LinkChange>{"link"},
                      ActionKey<FirewallChange>{"firewall"},
                      ActionKey<RecordChange>{"record"},
                      ActionKey<HostChange>{"host"},
                      ActionKey<ServiceChange>{"service"},
                      ActionKey<SetValue>{"set"}};
}
constexpr std::string_view title(const Event*) { return "[[timeline]]"; }
constexpr std::string_view intro(const Event*) {
    return "What happens, and when: `at` and one of `send`, `fetch`, `handle`, `link`, `firewall`, "
           "`record`, `host`, `service`, `set`, `bookmark`.";
}
constexpr auto keys(const Event*) {
    return std::tuple{
        key("at", &Event::at,
            {"When: after the start, or as a date and time.", "\"+2m30s\"", Use::moment}),
    };
}

constexpr std::string_view title(const SizeShare*) { return "size = [{ ... }] in [[workloads]]"; }
constexpr std::string_view intro(const SizeShare*) {
    return "A message size and how often it comes up; `size = \"4 KiB\"` is enough for one.";
}
constexpr auto keys(const SizeShare*) {
    return std::tuple{
        key("size", &SizeShare::size, {"How large.", "\"64 KiB\"", Use::line, {}, {}, 0, true}),
        key("weight", &SizeShare::weight,
            {"How often, against the sum of all weights.", "3", Use::line, {}, "shares", 1}),
    };
}

constexpr std::string_view title(const Workload*) { return "[[workloads]]"; }
constexpr std::string_view intro(const Workload*) { return "Many messages, drawn from the seed."; }
constexpr auto keys(const Workload*) {
    return std::tuple{
        key("name", &Workload::name,
            {"What reports call it.", "\"newsletter\"", Use::id, "`workload-1`, `workload-2` ..."}),
        key("from", &Workload::from, {"Who sends.", "[\"alice\"]", Use::person, "everybody"}),
        key("to", &Workload::to,
            {"People or addresses.", "[\"bob\", \"carol@example.com\"]", Use::who, "everybody"}),
        key("rate", &Workload::rate, {"How many messages in how much time.", "\"12/min\""}),
        key("arrival", &Workload::arrival,
            {"Evenly spaced, or at random times with that mean.", "\"even\""}),
        key("count", &Workload::count,
            {"Stop after so many.", "1000", Use::line, "no limit", "messages", 1}),
        key("start", &Workload::start, {"When it begins.", "\"+1m\"", Use::moment}),
        key("until", &Workload::until,
            {"When it ends; this or `count` is needed.", "\"+1h\"", Use::moment, "no limit"}),
        key("size", &Workload::size,
            {"How large a message's text is.",
             "[{ size = \"1 KiB\", weight = 9 }, { size = \"1 MiB\", weight = 1 }]"}),
    };
}

}  // namespace postroad::scenario
