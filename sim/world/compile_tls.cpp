// The world's PKI: who signs, who is trusted, which certificate each host shows.
#include <algorithm>

#include "sim/tls/configuration.hpp"
#include "sim/world/compile.hpp"

namespace postroad::sim {
namespace {

constexpr std::string_view default_authority = "Postroad Root";
constexpr std::int64_t day_s = 86400, year_s = 365 * day_s;

tls::KeyType to_key(scenario::KeyType key) {
    switch (key) {
        case scenario::KeyType::rsa: return tls::KeyType::rsa_2048;
        case scenario::KeyType::ed25519: return tls::KeyType::ed25519;
        case scenario::KeyType::ecdsa: break;
    }
    return tls::KeyType::ecdsa_p256;
}

std::uint16_t to_version(scenario::TlsVersion version) {
    return static_cast<std::uint16_t>(tls::version_1_0 + static_cast<unsigned>(version));
}

class Pki {
  public:
    explicit Pki(Compiler& c) : c_(c) {
        root_.common_name = default_authority;
        root_.authority = true;
        root_.from_unix_s = c.out.start_unix_s - 10 * year_s;
        root_.until_unix_s = c.out.start_unix_s + 10 * year_s;
        client_.trusted.push_back(root_);
        for (const scenario::Authority& one : c.s.authorities)
            if (one.trusted && one.issuer.empty()) client_.trusted.push_back(spec_of(one));
        for (const scenario::Host& host : c.s.hosts) {
            const scenario::Certificate* const one = find(host.tls.certificate);
            if (one != nullptr && one->revoked) client_.revoked.push_back(chain_for(host, host.tls.certificate));
        }
    }

    void set_up(const scenario::Host& from, HostSetup& host) {
        if (from.tls.version_min > from.tls.version_max)
            c_.error("hosts." + scenario::toml_key(from.name) + ".tls.version_min",
                     "the oldest version is newer than the newest one");
        const auto limit = [&](tls::Configuration& one) {
            one.version_min = to_version(from.tls.version_min);
            one.version_max = to_version(from.tls.version_max);
        };
        if (c_.s.tls == scenario::TlsKind::modelled) refuse_what_is_not_modelled(from);
        tls::Configuration client = client_;
        client.modelled = c_.s.tls == scenario::TlsKind::modelled;
        limit(client);
        client.resumes = from.tls.resume;
        client.status = from.tls.revocation == scenario::Revocation::ocsp;
        if (from.tls.revocation != scenario::Revocation::crl) client.revoked.clear();
        if (!from.tls.client_certificate.empty())
            client.chain = chain_for(from, from.tls.client_certificate);
        host.tls.client = tls::to_text(client);
        client.must_verify = true;
        host.tls.verifying_client = tls::to_text(client);
        host.tls.policy = to_policy(c_, from.tls.policy);
        if (!from.tls.offer && !from.tls.implicit) return;
        tls::Configuration server;
        server.server = true;
        server.modelled = client.modelled;
        limit(server);
        server.chain = chain_for(from, from.tls.certificate);
        server.resumes = from.tls.resume;
        server.status = from.tls.staple;
        const scenario::Certificate* const shown = find(from.tls.certificate);
        server.status_revoked = shown != nullptr && shown->revoked;
        server.clients = static_cast<tls::ClientAuth>(from.tls.clients);
        if (server.clients != tls::ClientAuth::none) server.trusted = client_.trusted;
        host.tls.server = tls::to_text(server);
    }

  private:
    void refuse_what_is_not_modelled(const scenario::Host& host) {
        const scenario::TlsSettings& tls = host.tls;
        const bool real = tls.resume || tls.staple || tls.revocation == scenario::Revocation::ocsp ||
                          tls.clients != scenario::ClientCertificates::none;
        const std::string why = "modelled TLS has records and certificates, and nothing else";
        if (real)
            c_.error("hosts." + scenario::toml_key(host.name) + ".tls",
                     "tickets, stapled answers and clients' certificates need real TLS", why);
        if (!c_.s.attackers.empty() && !told_)
            c_.error("attackers", "whoever sits on a link needs real TLS to fail at", why);
        told_ = true;
    }

    const scenario::Certificate* find(std::string_view name) const {
        for (const scenario::Certificate& one : c_.s.certificates)
            if (one.name == name) return &one;
        return nullptr;
    }

    tls::CertificateSpec spec_of(const scenario::Authority& from) const {
        tls::CertificateSpec out;
        out.common_name = from.name;
        out.authority = true;
        out.key = to_key(from.key);
        out.from_unix_s = from.from ? from.from->unix_s : root_.from_unix_s;
        out.until_unix_s = from.until ? from.until->unix_s : root_.until_unix_s;
        return out;
    }

    // The authority and who vouches for it, up to the one that signs itself.
    tls::ChainSpec issuers(const std::string& name) {
        if (name.empty()) return {root_};
        tls::ChainSpec out;
        for (std::string at = name; !at.empty();) {
            const auto one = std::find_if(c_.s.authorities.begin(), c_.s.authorities.end(),
                                          [&](const auto& it) { return it.name == at; });
            if (one == c_.s.authorities.end()) break;  // told by who checks names
            if (out.size() > c_.s.authorities.size()) {
                c_.error("authorities." + scenario::toml_key(at) + ".issuer",
                         "authorities vouch for each other in a circle",
                         "a chain of certificates ends with one that signs itself");
                return {root_};
            }
            out.push_back(spec_of(*one));
            at = one->issuer;
        }
        return out;
    }

    tls::ChainSpec chain_for(const scenario::Host& host, const scenario::Name& certificate) {
        tls::CertificateSpec leaf;
        leaf.names = host.names;
        if (leaf.names.empty()) leaf.names.push_back(host.name);
        leaf.from_unix_s = c_.out.start_unix_s - 30 * day_s;
        leaf.until_unix_s = c_.out.start_unix_s + year_s;
        std::string issuer;
        const scenario::Certificate* const one = find(certificate);
        if (one != nullptr) {
            if (!one->names.empty()) leaf.names = one->names;
            leaf.key = to_key(one->key);
            if (one->from) leaf.from_unix_s = one->from->unix_s;
            if (one->until) leaf.until_unix_s = one->until->unix_s;
            issuer = one->issuer;
        }
        leaf.common_name = leaf.names.front();
        tls::ChainSpec out{leaf};
        if (one != nullptr && one->self_signed) return out;
        for (tls::CertificateSpec& up : issuers(issuer)) out.push_back(std::move(up));
        return out;
    }

    Compiler& c_;
    tls::CertificateSpec root_;
    bool told_ = false;
    tls::Configuration client_;  // what all clients have in common
};

}  // namespace

TlsPolicy to_policy(const Compiler& c, scenario::TlsPolicy policy) {
    switch (policy) {
        case scenario::TlsPolicy::none: break;
        case scenario::TlsPolicy::opportunistic:
            return c.tls_offered ? TlsPolicy::opportunistic : TlsPolicy::none;
        case scenario::TlsPolicy::required: return TlsPolicy::required;
        case scenario::TlsPolicy::verified: return TlsPolicy::verified;
    }
    return TlsPolicy::none;
}

void compile_tls(Compiler& c) {
    Pki pki(c);
    for (std::uint32_t i = 0; i < c.out.hosts.size(); ++i) pki.set_up(c.s.hosts[i], c.out.hosts[i]);
}

}  // namespace postroad::sim
