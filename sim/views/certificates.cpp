// Names come from where clients have them: MX records, and what mail programs are set to.
#include "sim/views/certificates.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "sim/tls/configuration.hpp"
#include "sim/tls/credentials.hpp"
#include "sim/tls/dane.hpp"

namespace postroad::sim::views {
namespace {

std::string without_dot(std::string name) {
    if (name.size() > 1 && name.back() == '.') name.pop_back();
    return name;
}

class Advisor {
  public:
    Advisor(const Setup& setup, std::uint64_t seed)
        : setup_(setup), seed_(seed), advice_(setup.hosts.size()) {}

    std::vector<CertificateAdvice> advise() {
        for (const ZoneSetup& zone : setup_.zones)
            if (zone.zone) exchangers(*zone.zone);
        for (const PersonSetup& person : setup_.people) {
            need_own(person.submits_to_host, "mail is handed in there");
            need_own(person.fetches_from_host, "mail is collected there");
        }
        std::vector<CertificateAdvice> out;
        for (std::uint32_t i = 0; i < advice_.size(); ++i) {
            CertificateAdvice& one = advice_[i];
            one.host = i;
            describe(setup_.hosts[i], one);
            if (!one.needs.empty() || one.offers_tls) out.push_back(std::move(one));
        }
        return out;
    }

  private:
    void exchangers(const dns::Zone& zone) {
        for (std::size_t s = 0; s < zone.set_count(); ++s) {
            const dns::Rrset set = zone.set(s);
            // RFC 8461 §3.3: a policy's server is judged by the name it was asked by.
            const std::string owner = without_dot(dns::to_text(set.owner()));
            constexpr std::string_view policy_label = "_mta-sts.";
            if (set.type() == dns::Type::txt && owner.starts_with(policy_label)) {
                const std::string domain = owner.substr(policy_label.size());
                need("mta-sts." + domain, "MTA-STS policy of " + domain);
            }
            if (set.type() != dns::Type::mx) continue;
            for (std::size_t i = 0; i < set.size(); ++i) {
                const std::string target = without_dot(dns::to_text(set.rdata(i).subspan(2)));
                const std::string why =
                    "mail exchanger of " + without_dot(dns::to_text(set.owner()));
                need(target, why);
            }
        }
    }

    void need(const std::string& name, const std::string& why) {
        for (std::uint32_t i = 0; i < setup_.hosts.size(); ++i) {
            const auto& names = setup_.scenario.hosts[setup_.hosts[i].scenario_index].names;
            const bool its = std::any_of(names.begin(), names.end(), [&](const std::string& one) {
                return equals_ignoring_case(one, name);
            });
            if (its) add(i, name, why);
        }
    }
    void need_own(std::uint32_t host, const std::string& why) {
        if (host != nothing) add(host, setup_.hosts[host].domain_name, why);
    }
    void add(std::uint32_t host, const std::string& name, const std::string& why) {
        for (const NeededName& one : advice_[host].needs)
            if (one.name == name && one.why == why) return;
        advice_[host].needs.push_back({name, why, false});
    }

    // RFC 7672 §2.2.3: the port, the transport and the name by which MX records know the host.
    void publish(const HostSetup& host, const tls::ChainSpec& chain, CertificateAdvice& out) const {
        const auto mta = std::find_if(host.services.begin(), host.services.end(),
                                      [](const ServiceSetup& one) {
                                          return one.service == scenario::Service::mta;
                                      });
        if (mta == host.services.end() || mta->port == 0) return;
        std::vector<std::string> names;
        for (const NeededName& need : out.needs)
            if (need.why.starts_with("mail exchanger of ") &&
                std::find(names.begin(), names.end(), need.name) == names.end())
                names.push_back(need.name);
        for (const std::string& name : names)
            for (const tls::TlsaRecord& one : tls::publishable(seed_, chain))
                out.tlsa.push_back("_" + std::to_string(mta->port) + "._tcp." + name +
                                   ". IN TLSA " + tls::to_text(one));
    }

    void describe(const HostSetup& host, CertificateAdvice& out) const {
        out.offers_tls = !host.tls.server.empty();
        if (!out.offers_tls) return;
        const tls::ChainSpec chain = tls::parse_configuration(host.tls.server).chain;
        out.names = chain.front().names;
        out.from_unix_s = chain.front().from_unix_s;
        out.until_unix_s = chain.front().until_unix_s;
        if (chain.size() > 1) out.issuer = chain[1].common_name;
        for (NeededName& need : out.needs)
            need.covered = std::any_of(out.names.begin(), out.names.end(),
                                       [&](const std::string& one) { return tls::covers_name(one, need.name); });
        publish(host, chain, out);
    }

    const Setup& setup_;
    std::uint64_t seed_;
    std::vector<CertificateAdvice> advice_;
};

// Whom every host trusts; what one of them has as a client says it.
std::string trusted_pem(const HostSetup& host, std::uint64_t seed) {
    std::string out;
    for (const tls::CertificateSpec& root : tls::parse_configuration(host.tls.client).trusted)
        out += tls::to_pem(*tls::credential(seed, {root}).certificate);
    return out;
}

}  // namespace

std::vector<CertificateAdvice> certificate_advice(const Setup& setup,
                                                  std::optional<std::uint64_t> seed) {
    return Advisor(setup, seed.value_or(setup.scenario.seed)).advise();
}

void print_authorities(const Setup& setup, const Sink& sink, std::optional<std::uint64_t> seed) {
    if (!setup.hosts.empty())
        sink(trusted_pem(setup.hosts[0], seed.value_or(setup.scenario.seed)));
}

void print_certificates(const Setup& setup, const Sink& sink, std::optional<std::uint64_t> seed) {
    std::string out;
    for (const CertificateAdvice& one : certificate_advice(setup, seed)) {
        out += setup.hosts[one.host].name + "\n";
        if (one.offers_tls) {
            out += "  shows  ";
            for (const std::string& name : one.names)
                out += (&name == one.names.data() ? "" : ", ") + name;
            out += one.issuer.empty() ? "; signed by itself" : "; issued by " + one.issuer;
            out += "\n         good from " + scenario::to_text(scenario::Instant{one.from_unix_s}) +
                   " until " + scenario::to_text(scenario::Instant{one.until_unix_s});
            const bool good = one.from_unix_s <= setup.start_unix_s &&
                              setup.start_unix_s <= one.until_unix_s;
            out += good ? "\n" : ": NOT when the run begins\n";
        } else {
            out += "  shows  nothing: it offers no TLS (tls.offer)\n";
        }
        for (const NeededName& need : one.needs) {
            out += "  needs  " + need.name + ": " + need.why;
            out += !one.offers_tls || need.covered ? "\n" : "; NOT in the certificate\n";
        }
        for (const std::string& line : one.tlsa) out += "  TLSA   " + line + "\n";
    }
    if (out.empty()) out = "no host here needs a certificate\n";
    sink(out);
}

std::vector<PemFile> pem_files(const Setup& setup, std::uint64_t seed) {
    std::vector<PemFile> out;
    for (const HostSetup& host : setup.hosts) {
        if (host.tls.server.empty()) continue;
        if (out.empty()) out.push_back({"trusted.pem", trusted_pem(host, seed)});
        tls::ChainSpec chain = tls::parse_configuration(host.tls.server).chain;
        PemFile& shown = out.emplace_back(PemFile{host.name + ".pem", {}});
        for (; !chain.empty(); chain.erase(chain.begin()))
            shown.text += tls::to_pem(*tls::credential(seed, chain).certificate);
    }
    return out;
}

}  // namespace postroad::sim::views
