// CNAME beside other data, missing name servers and addresses, MX to an alias, uneven TTLs.
#include "protocols/dns/zone_check.hpp"

#include <map>

namespace postroad::dns {

namespace {

// Records by owner's sort key: an ordered map, so that findings come in one order everywhere.
using Index = std::map<std::string, std::vector<const CheckedRecord*>>;

std::string key_of(Bytes name) {
    SortKey k;
    make_sort_key(name, k);
    return std::string(k.view());
}

class Checker {
public:
    explicit Checker(const ZoneToCheck& zone) : zone_(zone) {
        for (const CheckedRecord& r : zone.records) index_[key_of(r.record.owner)].push_back(&r);
    }

    void run() {
        apex();
        for (const auto& [key, records] : index_) {
            aliases(records);
            sets(records);
        }
        for (const CheckedRecord& r : zone_.records)
            if (r.rdata_ok) target(r);
    }

private:
    void report(Severity severity, Place at, std::string what, std::string why, std::string hint) {
        zone_.problems.push_back({severity, zone_.file.files[at.file], at.line, at.column,
                                  std::move(what), std::move(why), std::move(hint)});
    }

    const CheckedRecord* find(Bytes name, Type type) const {
        const auto it = index_.find(key_of(name));
        if (it == index_.end()) return nullptr;
        for (const CheckedRecord* r : it->second)
            if (r->record.type == type) return r;
        return nullptr;
    }

    // Whether the name lies at or below a delegation: its data is then the child's.
    bool delegated(Bytes name) const {
        for (; name.size() > zone_.origin.length; name = parent(name))
            if (find(name, Type::ns) != nullptr) return true;
        return false;
    }

    // A name the zone answers for only through a wildcard.
    const CheckedRecord* find_wildcard(Bytes name, Type type) const {
        if (index_.contains(key_of(name))) return nullptr;
        for (; name.size() > zone_.origin.length; name = parent(name)) {
            const ParsedName wildcard = parse_name("*." + to_text(parent(name)));
            if (wildcard) if (const auto* r = find(wildcard.name, type)) return r;
        }
        return nullptr;
    }

    void apex() {
        if (find(zone_.origin, Type::ns) != nullptr) return;
        const CheckedRecord* soa = find(zone_.origin, Type::soa);
        if (soa == nullptr) return;  // said already
        report(Severity::error, soa->entry->owner_at, "the zone has no NS record at its apex",
               "RFC 1035 §5.2, RFC 1034 §4.2.1: a zone names its servers", "@ IN NS ns1");
    }

    // RFC 1034 §3.6.2, RFC 2181 §10.1: an alias has no other data, and only one target.
    void aliases(const std::vector<const CheckedRecord*>& records) {
        const CheckedRecord* alias = nullptr;
        for (const CheckedRecord* r : records) {
            if (r->record.type != Type::cname) continue;
            if (alias != nullptr && !(alias->record.rdata == r->record.rdata))
                report(Severity::error, r->entry->owner_at,
                       to_text(r->record.owner) + " has two CNAME records",
                       "RFC 2181 §10.1: an alias has one canonical name", "keep one");
            else
                alias = r;
        }
        if (alias == nullptr) return;
        for (const CheckedRecord* r : records) {
            const Type type = r->record.type;
            if (type == Type::cname || type == Type::rrsig || type == Type::nsec) continue;
            report(Severity::error, alias->entry->owner_at,
                   to_text(alias->record.owner) + " has CNAME and other data (" + to_text(type) +
                       " on line " + std::to_string(r->entry->type_at.line) + ")",
                   "RFC 1034 §3.6.2: if a CNAME is present, no other data should be",
                   "replace the CNAME with the records of its target");
            return;
        }
    }

    void sets(const std::vector<const CheckedRecord*>& records) {
        std::map<Type, const CheckedRecord*> first;
        std::map<std::pair<Type, std::vector<std::uint8_t>>, const CheckedRecord*> seen;
        for (const CheckedRecord* r : records) {
            const auto [it, is_new] = first.emplace(r->record.type, r);
            if (!is_new && it->second->record.ttl_s != r->record.ttl_s)
                report(Severity::warning, r->entry->owner_at,
                       "the " + to_text(r->record.type) + " records of " +
                           to_text(r->record.owner) + " differ in TTL",
                       "RFC 2181 §5.2: the smallest is used for all", "give them one TTL");
            if (r->rdata_ok && !seen.emplace(std::pair{r->record.type, r->record.rdata}, r).second)
                report(Severity::warning, r->entry->owner_at, "the same record again",
                       "RFC 2181 §5: duplicates count once", "remove it");
        }
        null_mx(records);
    }

    void null_mx(const std::vector<const CheckedRecord*>& records) {
        std::size_t count = 0;
        const CheckedRecord* null = nullptr;
        for (const CheckedRecord* r : records) {
            if (r->record.type != Type::mx || !r->rdata_ok) continue;
            ++count;
            if (r->record.rdata.size() == 3) null = r;  // a preference and the root
        }
        if (null != nullptr && count > 1)
            report(Severity::warning, null->entry->owner_at, "a null MX beside other MX records",
                   "RFC 7505 §3: a domain that takes no mail has this MX only", "keep one kind");
    }

    // The hosts that MX, NS and SRV name.
    void target(const CheckedRecord& r) {
        const Type type = r.record.type;
        if (type != Type::mx && type != Type::ns) return;
        const Bytes name = Bytes(r.record.rdata).subspan(type == Type::mx ? 2 : 0);
        if (name[0] == 0 || !is_within(name, zone_.origin)) return;
        const Place at = r.entry->rdata.size() > (type == Type::mx ? 1u : 0u)
                             ? r.entry->rdata[type == Type::mx ? 1 : 0].at : r.entry->type_at;
        const std::string text = to_text(name);
        const auto* alias = find(name, Type::cname);
        if (alias == nullptr) alias = find_wildcard(name, Type::cname);
        if (alias != nullptr) {
            report(Severity::warning, at,
                   to_text(type) + " points to " + text + ", which is an alias (CNAME)",
                   "RFC 2181 §10.3: the name an MX or NS gives must not be an alias",
                   "name the alias's target");
            return;
        }
        if (find(name, Type::a) != nullptr || find(name, Type::aaaa) != nullptr ||
            find_wildcard(name, Type::a) != nullptr || find_wildcard(name, Type::aaaa) != nullptr)
            return;
        // Within another delegation the address is the child's to give, unless this is its glue.
        const bool glue_needed = type == Type::ns && is_within(name, r.record.owner);
        if (delegated(name) && !glue_needed) return;
        if (glue_needed && !equal(r.record.owner, zone_.origin))
            report(Severity::warning, at, "the delegation to " + text + " has no glue",
                   "RFC 1034 §4.2.1: a server within its own zone needs its address here",
                   text + " IN A 192.0.2.1");
        else
            report(Severity::warning, at, text + " has no address",
                   to_text(type) + " must lead to a host with an A or AAAA record (RFC 1035 §3.3)",
                   text + " IN A 192.0.2.1");
    }

    const ZoneToCheck& zone_;
    Index index_;
};

}  // namespace

void check_zone(const ZoneToCheck& zone) { Checker(zone).run(); }

}  // namespace postroad::dns
