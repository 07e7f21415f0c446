// Keys by name.
#include "sim/kerberos/realm.hpp"

#include <map>

#include "protocols/base/hash.hpp"
#include "protocols/kerberos/keytab.hpp"

namespace postroad::sim::kerberos_layer {
namespace {

constexpr std::size_t kept_max = 4096;
constexpr kerberos::EncryptionType types[] = {kerberos::EncryptionType::aes256_cts_hmac_sha1_96,
                                              kerberos::EncryptionType::aes128_cts_hmac_sha1_96};

}  // namespace

std::string octets_from(std::uint64_t key, std::size_t count) {
    Random stream{key, 0};
    std::string out;
    while (out.size() < count) {
        const std::uint64_t word = stream.next();
        for (int shift = 0; shift < 64; shift += 8)
            out += static_cast<char>(word >> shift & 0xff);
    }
    out.resize(count);
    return out;
}

kerberos::Key key_of_password(std::string_view password, std::string_view salt,
                              kerberos::EncryptionType type) {
    // A cache of a pure function's values: it changes nothing but the time a run takes.
    thread_local std::map<std::string, kerberos::Key> known;
    std::string which(kerberos::name_of(type));
    which.append(1, '\0').append(salt).append(1, '\0').append(password);
    const auto found = known.find(which);
    if (found != known.end()) return found->second;
    if (known.size() >= kept_max) known.clear();
    return known[which] = kerberos::string_to_key(type, password, salt);
}

bool Realm::knows(const kerberos::PrincipalName& name) const {
    return realm_.find(kerberos::to_text(name)) != nullptr;
}

kerberos::Key Realm::key(const kerberos::PrincipalName& name,
                         kerberos::EncryptionType type) const {
    const std::string text = kerberos::to_text(name);
    const PrincipalSetup* const principal = realm_.find(text);
    if (principal != nullptr && principal->person)
        return key_of_password(principal->password, kerberos::default_salt(realm_.name, name), type);
    const std::string which = "kerberos key of " + text + "@" + realm_.name;
    return {type, octets_from(mix64(seed_, hash_octets(which, static_cast<std::uint64_t>(type))),
                              kerberos::key_octets(type))};
}

std::string keytab(const Setup& setup, std::uint64_t seed) {
    std::vector<kerberos::KeytabEntry> entries;
    for (const RealmSetup& realm : setup.realms) {
        const Realm keys(realm, seed);
        for (const PrincipalSetup& one : realm.principals)
            for (const kerberos::EncryptionType type : types) {
                kerberos::KeytabEntry entry;
                entry.realm = realm.name;
                entry.name = kerberos::to_name(one.name);
                entry.key = keys.key(entry.name, type);
                entry.written_unix_s = setup.start_unix_s;
                entries.push_back(std::move(entry));
            }
    }
    return kerberos::write_keytab(entries);
}

}  // namespace postroad::sim::kerberos_layer
