// The rules between values; each function below is one of them.
#include "sim/scenario/check.hpp"

#include "protocols/policy/mta_sts.hpp"
#include "sim/scenario/complete.hpp"
#include "sim/scenario/names.hpp"

#include "protocols/base/ascii.hpp"

#include <algorithm>
#include <set>

namespace postroad::scenario {
namespace {

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

class Checks {
public:
    Checks(const Scenario& declared, const Scenario& complete, const Places& places,
           Problems& problems)
        : declared_(declared),
          s_(complete),
          index_(complete),
          places_(places),
          problems_(problems) {}

    void all() {
        subnets();
        addresses();
        links();
        mail_exchangers();
        people();
        tickets();
        firewalls_and_records();
        workloads();
        readers();
        timeline();
    }

private:
    void add(Severity severity, const std::string& path, std::string what, std::string why = {},
             std::string suggestion = {}) {
        // A value that is a member of a short form, or was worked out, stands where its owner does.
        std::string at = path;
        auto found = places_.find(at);
        while (found == places_.end() && !at.empty()) {
            const std::size_t cut = at.find_last_of(".[");
            at.erase(cut == std::string::npos ? 0 : cut);
            found = places_.find(at);
        }
        Problem problem{severity, {}, 1, std::move(what), std::move(why), std::move(suggestion),
                        {}};
        if (found != places_.end()) {
            problem.place = found->second.place;
            problem.length = found->second.length;
        } else
            problem.place.file = path;
        problems_.add(std::move(problem));
    }
    void error(const std::string& path, std::string what, std::string why = {},
               std::string suggestion = {}) {
        add(Severity::error, path, std::move(what), std::move(why), std::move(suggestion));
    }
    void warning(const std::string& path, std::string what, std::string why = {},
                 std::string suggestion = {}) {
        add(Severity::warning, path, std::move(what), std::move(why), std::move(suggestion));
    }

    void subnets() {
        std::vector<std::pair<Prefix, const Network*>> seen;
        for (const Network& network : s_.networks) {
            if (network.subnet.empty())
                error("networks." + toml_key(network.name),
                      "there is no free prefix left for " + quoted(network.name), {},
                      "give it one with subnet = ...");
            for (const Prefix& prefix : network.subnet) {
                for (const auto& [other, owner] : seen)
                    if (other.contains(prefix.ip) || prefix.contains(other.ip))
                        error("networks." + toml_key(network.name) + ".subnet",
                              "the subnet " + to_text(prefix) + " of " + quoted(network.name) +
                                  " overlaps " + to_text(other) + " of " + quoted(owner->name),
                              "an address must be on one network only");
                seen.emplace_back(prefix, &network);
            }
        }
    }

    void addresses() {
        std::map<Ip, const Host*> seen;
        for (const Host& host : s_.hosts) {
            const std::string path = "hosts." + toml_key(host.name) + ".address";
            for (std::size_t i = 0; i < host.address.size(); ++i) {
                const Ip& ip = host.address[i];
                std::string subnets;
                bool inside = false;
                bool unknown_network = false;
                for (const Name& name : host.network) {
                    const Network* network = index_.network(name);
                    unknown_network = unknown_network || network == nullptr;
                    if (network == nullptr) continue;
                    for (const Prefix& prefix : network->subnet) {
                        inside = inside || prefix.contains(ip);
                        subnets +=
                            (subnets.empty() ? "" : ", ") + to_text(prefix) + " of " + quoted(name);
                    }
                }
                const std::string at = path + "[" + std::to_string(i) + "]";
                if (!inside && !unknown_network)
                    error(at,
                          "the address " + to_text(ip) + " of " + quoted(host.name) +
                              " is not on its network",
                          "the subnet is " + subnets);
                const auto [other, fresh] = seen.emplace(ip, &host);
                if (!fresh)
                    error(at, "the address " + to_text(ip) + " of " + quoted(host.name) +
                                  " is that of " + quoted(other->second->name) + " too");
            }
            const bool known =
                std::all_of(host.network.begin(), host.network.end(),
                            [&](const Name& name) { return index_.network(name) != nullptr; });
            if (host.address.empty() && known)
                error("hosts." + toml_key(host.name),
                      "there is no free address left for " + quoted(host.name), {},
                      "give its network a larger subnet");
        }
    }

    void links() {
        std::set<Name> names;
        for (std::size_t i = 0; i < s_.links.size(); ++i) {
            const Link& link = s_.links[i];
            const std::string path = "links[" + std::to_string(i) + "]";
            if (!link.name.empty() && !names.insert(link.name).second)
                error(path, "two links are called " + quoted(link.name), {},
                      "give one of them another name");
            if (link.between.size() != 2 || link.between[0] == link.between[1]) {
                error(path + ".between", "a link has two different ends", {},
                      "write between = [\"campus\", \"internet\"]");
                continue;
            }
            for (std::size_t end = 0; end < 2; ++end) {
                const Host* host = index_.host(link.between[end]);
                const Name& other = link.between[1 - end];
                if (host == nullptr || index_.network(link.between[end]) != nullptr) continue;
                if (std::find(host->network.begin(), host->network.end(), other) ==
                    host->network.end())
                    error(path + ".between", quoted(host->name) + " is not on " + quoted(other),
                          "a link with a host at one end is that host's line to its own network");
            }
            for (std::size_t k = 0; k < link.down.size(); ++k)
                if (link.down[k].to <= link.down[k].from)
                    error(path + ".down[" + std::to_string(k) + "]",
                          "this outage ends before it begins");
        }
    }

    bool somebody_is_called(std::string_view name) const {
        for (const Host& host : s_.hosts)
            if (host.name == name ||
                std::find(host.names.begin(), host.names.end(), name) != host.names.end())
                return true;
        return false;
    }

    // RFC 8461 §3.1 and §3.2.
    void policies(const Domain& domain, const std::string& path) {
        if (!domain.mta_sts) return;
        const bool kept = std::any_of(
            declared_.hosts.begin(), declared_.hosts.end(), [&](const Host& host) {
                return std::find(host.domains.begin(), host.domains.end(), domain.name) !=
                       host.domains.end();
            });
        if (domain.mta_sts->host.empty() && !kept)
            error(path + ".mta_sts", "nobody has the policy of " + quoted(domain.name),
                  "a policy is fetched from a web server, and no host has the domain in its "
                  "`domains`",
                  "write host = \"HOST\" in it");
        if (!domain.mta_sts->id.empty() && !policy::is_sts_id(domain.mta_sts->id))
            error(path + ".mta_sts.id", quoted(domain.mta_sts->id) + " is no policy id",
                  "an id is 1 to 32 letters and digits (RFC 8461 §3.1)",
                  "write a date, such as \"20100901T080000\"");
        policy::StsPolicyText text;
        text.mode = policy::StsMode::testing;
        for (const std::string& one : domain.mta_sts->mx) {
            text.mx = {one};
            std::string fault;
            if (!policy::parse_sts_policy(policy::to_text(text), fault))
                error(path + ".mta_sts.mx", fault, "a pattern is a host name, whose first label "
                                                   "may be `*` (RFC 8461 §4.1)",
                      "write \"mx." + domain.name + "\" or \"*." + domain.name + "\"");
        }
    }

    void mail_exchangers() {
        for (const Domain& domain : declared_.domains) {
            const std::string path = "domains." + toml_key(domain.name);
            for (std::size_t i = 0; i < domain.mx.size(); ++i) {
                const std::string& host = domain.mx[i].host;
                const std::string at = path + ".mx[" + std::to_string(i) + "]";
                if (host == "." && (domain.mx.size() > 1 || domain.mx[i].preference != 0))
                    warning(at, "a null MX should be the only one, with preference 0",
                            "RFC 7505 §3");
                if (host != "." && host.find('.') != std::string::npos && !somebody_is_called(host))
                    warning(at,
                            "the MX " + quoted(host) + " of " + quoted(domain.name) +
                                " leads nowhere: no host has that name",
                            "mail for the domain waits in the queue and comes back");
            }
            if (domain.implicit_mx && !domain.mx.empty())
                error(path + ".implicit_mx", "a domain has either mx or implicit_mx");
            policies(domain, path);
            for (const Zone& zone : declared_.zones)
                if (zone.origin == domain.name)
                    error(path, quoted(domain.name) + " is in [domains] and in [zones]",
                          "a zone that is written by hand is not written for you as well",
                          "move what you need into the zone");
        }
        for (const Zone& zone : declared_.zones)
            if (zone.text.empty() && zone.file.empty())
                error("zones." + toml_key(zone.origin),
                      "the zone " + quoted(zone.origin) + " is empty", {},
                      "give it file = \"...\" or text = '''...'''");
    }

    void people() {
        std::map<MailAddress, const Person*> seen;
        for (const Person& person : s_.people) {
            const std::string path = "people." + toml_key(person.name);
            if (person.address.empty()) {
                error(path, quoted(person.name) + " has no address", {},
                      "add address = \"" + person.name + "@example.org\"");
                continue;
            }
            const Person* same = index_.person(person.same_as);
            if (same == &person || (same != nullptr && !same->same_as.empty()))
                error(path + ".same_as", quoted(person.same_as) + " is no person of their own",
                      "another mail program is that of somebody who has the mailbox",
                      "name the person themselves");
            if (same != nullptr && !person.sieve.text.empty())
                error(path + ".sieve", "rules belong to a mailbox, and this is one more mail program",
                      {}, "write them at [people." + toml_key(person.same_as) + "]");
            if (same != nullptr && !person.mail.empty())
                error(path + ".mail", "mail lies in a mailbox, and this is one more mail program",
                      {}, "name it at [people." + toml_key(person.same_as) + "]");
            for (const MailAddress& address : person.address) {
                if (same != nullptr) break;
                const auto [other, fresh] = seen.emplace(address, &person);
                if (!fresh)
                    error(path + ".address", quoted(address) + " is the address of " +
                                                 quoted(other->second->name) + " too");
            }
            const std::string domain(domain_of(person.address[0]));
            const Host* home = index_.host(person.mailbox);
            if (person.mailbox.empty())
                error(path,
                      quoted(person.name) + " has no mailbox: no host has " + quoted(domain) +
                          " in its domains and runs mda",
                      {},
                      "write domains = \"" + domain + "\" at a host, or mailbox = \"HOST\" here");
            else if (home != nullptr && !home->runs(Service::mda))
                error(path + ".mailbox",
                      quoted(home->name) + " keeps no mailboxes: it does not run mda");
            else if (home != nullptr && std::find(home->domains.begin(), home->domains.end(),
                                                  domain) == home->domains.end())
                warning(path + ".mailbox",
                        quoted(home->name) + " does not have " + quoted(domain) + " in its domains",
                        "it will not take mail for " + quoted(person.address[0]));
            if (person.profile && person.profile->pst && person.fetch.protocol != FetchProtocol::pop3)
                error(path + ".profile.pst",
                      "what lies on the server needs no file of " + quoted(person.name) + "'s",
                      "IMAP and MAPI leave mail where it is; POP3 brings it (RFC 1939 §8)",
                      "write fetch.protocol = \"pop3\", or leave pst out");
            if (person.fetch.protocol == FetchProtocol::mapi && !person.sends_by_rpc() &&
                home != nullptr && !home->runs(Service::mapi))
                warning(path + ".fetch.protocol",
                        quoted(person.name) + " fetches by MAPI, and " + quoted(home->name) +
                            " does not run mapi",
                        "nothing will be fetched",
                        "add \"mapi\" to its services, or write fetch.protocol = \"imap\"");
            if (person.sends_by_rpc()) {
                if (home != nullptr && !home->runs(Service::mapi))
                    error(path + ".transport",
                          quoted(person.name) + " sends by RPC, and " + quoted(home->name) +
                              " does not run mapi",
                          "new mail is put into the mailbox's own store (MS-OXOMSG §2.2.3)",
                          "add \"mapi\" to its services, or write transport = \"smtp\"");
            } else if (!person.submits_to) {
                if (!person.mailbox.empty())
                    warning(path,
                            quoted(person.name) +
                                " cannot send: no host beside the mailbox runs msa",
                            {}, "write submits_to = \"HOST:587\"");
            } else if (const Host* msa = index_.host(person.submits_to->host)) {
                const bool listens =
                    (msa->runs(Service::msa) && msa->msa.port == person.submits_to->port) ||
                    (msa->runs(Service::msa) && msa->tls.implicit &&
                     person.submits_to->port == 465) ||
                    (msa->runs(Service::mta) && msa->smtp.port == person.submits_to->port);
                if (!listens)
                    warning(path + ".submits_to", "nothing on " + quoted(msa->name) +
                                                      " takes mail on port " +
                                                      std::to_string(person.submits_to->port));
            }
        }
    }

    // A server opens tickets with the key that the KDC of its realm has given it.
    void tickets() {
        const auto has_realm = [&](std::string_view name) {
            return std::any_of(s_.hosts.begin(), s_.hosts.end(), [&](const Host& host) {
                return host.runs(Service::kdc) && is_within(name, lowered(host.kdc.realm));
            });
        };
        for (const Host& host : s_.hosts) {
            if (host.names.empty() || has_realm(host.names[0])) continue;
            const std::pair<const char*, const std::vector<std::string>*> offers[] = {
                {".smtp", &host.smtp.mechanisms},
                {".msa", &host.msa.mechanisms},
                {".pop3", &host.pop3.mechanisms},
                {".imap", &host.imap.mechanisms}};
            for (const auto& [service, mechanisms] : offers)
                for (const std::string& one : *mechanisms)
                    if (equals_ignoring_case(one, "GSSAPI"))
                        warning("hosts." + toml_key(host.name) + service + ".mechanisms",
                                quoted(host.name) + " offers GSSAPI, and no realm has " +
                                    quoted(host.names[0]),
                                "nobody gets a ticket for it (RFC 4120 §1.1)",
                                "add a host with services = [\"kdc\"] in its domain");
        }
    }

    void firewalls_and_records() {
        for (std::size_t i = 0; i < declared_.timeline.size(); ++i) {
            const std::string path = "timeline[" + std::to_string(i) + "].";
            if (const auto* change = std::get_if<FirewallChange>(&declared_.timeline[i].action))
                if (change->rule.empty() != (change->edit == RuleEdit::remove))
                    error(path + "firewall",
                          change->rule.empty()
                              ? "\"rule\" is missing: what should the firewall do?"
                              : "\"remove\" takes the rule at \"position\", and no \"rule\"");
        }
    }

    void readers() {
        for (const Habit& habit : s_.habits) {
            const std::string path = "habits." + toml_key(habit.name);
            if (habit.every.ns == 0)
                error(path + ".every", "nobody looks at their mail all the time", {},
                      "write every = \"20m\"");
            if (!habit.until && !s_.until)
                error(path, "the habit " + quoted(habit.name) + " never ends", {},
                      "add until = \"+8h\"");
        }
        for (const Retriever& one : s_.retrievers) {
            const std::string path = "retrievers." + toml_key(one.name);
            if (!one.from)
                error(path, quoted(one.name) + " has no server to poll", {},
                      one.protocol == FetchProtocol::pop3 ? "add from = \"HOST:110\""
                                                          : "add from = \"HOST:143\"");
            if (one.user.empty())
                error(path, quoted(one.name) + " has no account to log in to", {},
                      "add user = \"bob\"");
            if (one.protocol == FetchProtocol::web || one.protocol == FetchProtocol::mapi)
                error(path + ".protocol", "a retrieval agent fetches by \"pop3\" or \"imap\"");
            if (one.every.ns == 0)
                error(path + ".every", "it would do nothing but poll", {}, "write every = \"5m\"");
            if (one.recipients.empty() && one.domains.empty())
                error(path, quoted(one.name) + " knows nobody whose mail it fetches",
                      "a mailbox has no envelope: who a message is for must be said or guessed",
                      "add recipients = [\"bob@example.org\"], or domains = [\"example.org\"] to "
                      "guess from the header");
        }
    }

    void workloads() {
        for (std::size_t i = 0; i < s_.workloads.size(); ++i) {
            const Workload& load = s_.workloads[i];
            const std::string path = "workloads[" + std::to_string(i) + "]";
            if (!load.count && !load.until && !s_.until)
                error(path, "the workload " + quoted(load.name) + " never ends", {},
                      "add count = 1000, or until = \"+1h\"");
            if (load.until && *load.until <= load.start)
                error(path + ".until",
                      "the workload " + quoted(load.name) + " ends before it begins");
            if (load.from.empty() || load.to.empty())
                error(path,
                      "the workload " + quoted(load.name) + " has nobody to write or to write to",
                      {}, "declare [people.NAME]");
            if (load.size.empty())
                error(path + ".size", "the workload " + quoted(load.name) + " has no size");
        }
    }

    void timeline() {
        for (std::size_t i = 0; i < declared_.timeline.size(); ++i) {
            const Event& event = declared_.timeline[i];
            const std::string path = "timeline[" + std::to_string(i) + "]";
            if (s_.until && event.at > *s_.until)
                warning(path + ".at", "this comes after the end of the run",
                        "until is +" + to_text(*s_.until));
            if (const auto* send = std::get_if<Send>(&event.action)) {
                if (send->from.find('@') != std::string::npos && !send->via)
                    error(path + ".send.from",
                          quoted(send->from) +
                              " is nobody here, so it is not known where the message is handed in",
                          {}, "name a person, or add via = \"HOST:25\"");
                if (send->to.empty() && send->cc.empty() && send->bcc.empty() &&
                    send->forward_paths.empty())
                    error(path + ".send", "this message has no recipients", {}, "add to = \"bob\"");
                if (!send->message.empty() && (!send->body.empty() || !send->subject.empty()))
                    error(path + ".send",
                          "a message is either whole (eml, message) or made of subject and body");
            }
        }
    }

    const Scenario& declared_;
    const Scenario& s_;
    const Index index_;
    const Places& places_;
    Problems& problems_;
};

}  // namespace

void check(const Scenario& declared, const Scenario& complete, const Places& places,
           Problems& problems) {
    Checks(declared, complete, places, problems).all();
}

}  // namespace postroad::scenario
