// What a domain publishes about its own mail: MTA-STS (RFC 8461) needs a record, a name, a web
// server with a certificate and a text there; TLS reports (RFC 8460) a record.
#include <algorithm>

#include "protocols/base/hash.hpp"
#include "protocols/policy/mta_sts.hpp"
#include "sim/scenario/complete.hpp"

namespace postroad::scenario {
namespace {

bool keeps(const Host& host, const DomainName& domain) {
    return std::find(host.domains.begin(), host.domains.end(), domain) != host.domains.end();
}

Host* policy_host(Scenario& s, const Domain& domain) {
    if (!domain.mta_sts->host.empty()) return find_host(s, domain.mta_sts->host);
    for (Host& host : s.hosts)
        if (keeps(host, domain.name)) return &host;
    return nullptr;
}

std::vector<std::string> exchangers_of(const Scenario& s, const Domain& domain) {
    std::vector<std::string> out;
    for (const Mx& mx : domain.mx) {
        const Host* host = find_host(s, mx.host);
        out.push_back(host != nullptr && !host->names.empty() ? host->names[0] : mx.host);
    }
    for (const Host& host : s.hosts)
        if (domain.mx.empty() && keeps(host, domain.name) && !host.names.empty())
            out.push_back(host.names[0]);
    return out;
}

std::string id_of(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    const std::uint64_t hash = hash_octets(text);
    for (int shift = 60; shift >= 0; shift -= 4) out += digits[hash >> shift & 15U];
    return out;
}

void publish(Scenario& s, Domain& domain) {
    Host* const host = policy_host(s, domain);
    if (host == nullptr) return;  // told by who checks names
    const MtaSts& from = *domain.mta_sts;
    policy::StsPolicyText text;
    text.mode = static_cast<policy::StsMode>(from.mode);
    text.max_age_s = static_cast<std::uint32_t>(std::min<std::uint64_t>(
        from.max_age.ns / 1'000'000'000, policy::sts_max_age_s_max));
    text.mx = from.mx.empty() ? exchangers_of(s, domain) : from.mx;
    const std::string body = policy::to_text(text);
    const DomainName name = "mta-sts." + domain.name;
    if (std::find(host->names.begin(), host->names.end(), name) == host->names.end())
        host->names.push_back(name);
    if (!host->runs(Service::https)) host->services.push_back(Service::https);
    // A text that somebody has put there by hand stays.
    const bool there = std::any_of(
        host->http.resources.begin(), host->http.resources.end(), [&](const WebResource& one) {
            return one.path == policy::sts_path && (one.host.empty() || one.host == name);
        });
    if (!there) {
        WebResource made;
        made.path = policy::sts_path;
        made.host = name;
        made.type = "text/plain";
        made.body = body;
        host->http.resources.push_back(std::move(made));
    }
    domain.records.push_back("_mta-sts IN TXT \"v=STSv1; id=" +
                             (from.id.empty() ? id_of(body) : from.id) + ";\"");
}

// Members of an organisation want TLS of each other, and to know who the other is.
void join(Scenario& s, Host& host) {
    if (host.tls.organisation.empty()) return;
    host.tls.offer = true;
    if (host.tls.clients == ClientCertificates::none) host.tls.clients = ClientCertificates::asked;
    for (const Host& other : s.hosts)
        if (&other != &host && other.tls.organisation == host.tls.organisation)
            for (const DomainName& name : other.names)
                host.tls.destinations.try_emplace(name, TlsPolicy::verified);
}

}  // namespace

void complete_policies(Scenario& s) {
    for (Host& host : s.hosts) join(s, host);
    for (Domain& domain : s.domains) {
        if (domain.mta_sts) publish(s, domain);
        if (!domain.tls_reports.empty())
            domain.records.push_back("_smtp._tls IN TXT \"v=TLSRPTv1; rua=mailto:" +
                                     domain.tls_reports + "\"");
        domain.mta_sts.reset();
        domain.tls_reports.clear();
    }
}

}  // namespace postroad::scenario
