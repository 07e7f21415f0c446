// A realm's principals and their keys: people's come from their passwords, services' and the KDC's
// own from streams of chance keyed by the world's seed and the principal's name.
#pragma once

#include "protocols/kerberos/kdc.hpp"
#include "sim/world/setup.hpp"

namespace postroad::sim::kerberos_layer {

class Realm : public kerberos::Database {
  public:
    Realm(const RealmSetup& realm, std::uint64_t seed) : realm_(realm), seed_(seed) {}
    bool knows(const kerberos::PrincipalName& name) const override;
    kerberos::Key key(const kerberos::PrincipalName& name,
                      kerberos::EncryptionType type) const override;

  private:
    const RealmSetup& realm_;
    std::uint64_t seed_;
};

// The key that a person's mail program makes of the password they type (RFC 3962 §4). Made once:
// it takes thousands of rounds on purpose.
kerberos::Key key_of_password(std::string_view password, std::string_view salt,
                              kerberos::EncryptionType type);

// A seed's keys of every principal of every realm, for programs that read captures or serve.
std::string keytab(const Setup& setup, std::uint64_t seed);

// Octets of one stream of chance, for session keys and confounders.
std::string octets_from(std::uint64_t key, std::size_t count);

}  // namespace postroad::sim::kerberos_layer
