// A zone as an immutable value, in canonical order, and the look-up that an authoritative server
// bases every answer on (RFC 1034 §4.3.2, RFC 4592, RFC 2308). Looking up allocates nothing.
#pragma once

#include "protocols/dns/master_file.hpp"
#include "protocols/dns/message.hpp"

#include <algorithm>
#include <memory>

namespace postroad::dns {

class Zone;

// All records of one name and type (RFC 2181 §5): a view into its zone.
struct Rrset {
    const Zone* zone = nullptr;  // none: the empty view
    std::uint32_t index = 0;     // of the set within the zone

    explicit operator bool() const { return zone != nullptr; }
    Bytes owner() const;  // a wildcard's own name for a synthesised answer
    Type type() const;
    std::uint32_t ttl_s() const;
    std::size_t size() const;
    Bytes rdata(std::size_t i) const;  // names uncompressed
    Record record(std::size_t i) const { return plain_record(owner(), type(), ttl_s(), rdata(i)); }
    std::uint32_t line(std::size_t i) const;  // where the record stands in file(i)
    const std::string& file(std::size_t i) const;
};

enum class Outcome : std::uint8_t {
    answer,        // `set` is the answer; for ANY the node's sets, [first_set, end_set)
    cname,         // the name is an alias: `set` is its CNAME
    delegation,    // below a zone cut: `set` is the child's NS set
    no_data,       // the name exists, the type does not: RFC 2308 §2.2
    no_such_name,  // RFC 2308 §2.1
    not_here,      // the name is not within this zone
};
std::string_view to_text(Outcome outcome);

struct Found {
    Outcome outcome = Outcome::not_here;
    bool by_wildcard = false;  // RFC 4592 §3.3.1: the owner to answer with is the name asked
    Rrset set;
    std::uint32_t first_set = 0, end_set = 0;
};

class Zone {
public:
    const Name& origin() const { return origin_; }
    const Soa& soa() const { return soa_; }
    Rrset soa_set() const { return {this, soa_set_}; }
    // RFC 2308 §3: how long a negative answer may be kept, the SOA's TTL in it.
    std::uint32_t negative_ttl_s() const { return std::min(soa_set().ttl_s(), soa_.minimum_s); }

    Found find(Bytes name, Type type) const;

    // Records at exactly this name, cuts and wildcards not minded: how glue is found.
    Rrset at(Bytes name, Type type) const;

    std::size_t name_count() const { return nodes_.size(); }  // empty non-terminals included
    std::size_t set_count() const { return sets_.size(); }
    std::size_t record_count() const { return records_.size(); }
    Rrset set(std::size_t i) const { return {this, static_cast<std::uint32_t>(i)}; }

    // The whole zone as a master file, one record a line, in canonical order.
    std::string to_text() const;

private:
    friend struct Rrset;
    friend class ZoneBuilder;

    struct Node {
        std::uint32_t key = 0;   // into keys_
        std::uint32_t name = 0;  // into pool_
        std::uint32_t first_set = 0, end_set = 0;  // none: an empty non-terminal
        std::int32_t cut = -1;   // node of the zone cut at or above this one
        std::uint16_t key_size = 0;
        std::uint8_t name_size = 0;
    };
    struct Set {
        std::uint32_t node = 0, ttl_s = 0, first = 0, end = 0;
        Type type = Type::none;
    };
    struct Data {
        std::uint32_t offset = 0, size = 0;  // of RDATA in pool_
        std::uint32_t file = 0, line = 0;
    };

    std::string_view key(const Node& n) const { return {keys_.data() + n.key, n.key_size}; }
    const Node* node(std::string_view key) const;
    Rrset set_at(const Node& node, Type type) const;

    Name origin_;
    Soa soa_;
    std::uint32_t soa_set_ = 0;
    std::vector<Node> nodes_;  // in canonical order
    std::vector<Set> sets_;    // by node, then type
    std::vector<Data> records_;
    std::vector<std::uint8_t> pool_;
    std::string keys_;
    std::vector<std::string> files_;
};

// RDATA in master-file spelling: "10 mx1.example.org."; unknown types as RFC 3597 §5.
std::string rdata_to_text(const Record& record);

// A record ready for a zone.
struct ZoneRecord {
    Name owner;
    Type type = Type::none;
    std::uint32_t ttl_s = 0;
    std::vector<std::uint8_t> rdata;
    std::uint32_t file = 0, line = 0;
};

// Makes the zone. The records must hold exactly one SOA, at `origin`, and none out of the zone
// (asserted: load_zone() has reported both). Duplicates are dropped (RFC 2181 §5), a set
// gets its smallest TTL (§5.2).
Zone make_zone(const Name& origin, std::vector<ZoneRecord> records,
               std::vector<std::string> files = {});

// The zones of one server, to find the nearest one at or above a name.
class ZoneSet {
public:
    void add(std::shared_ptr<const Zone> zone);  // replaces one of the same origin
    const Zone* nearest(Bytes name) const;
    std::size_t size() const { return zones_.size(); }

private:
    struct Item {
        std::string key;
        std::shared_ptr<const Zone> zone;
    };
    std::vector<Item> zones_;  // by key
};

// A master file to a zone. Every mistake is reported; with an error among them there is no zone.
// `source.origin` is the zone's apex; as the root it is a mere default, and the SOA's owner
// is the apex.
struct LoadedZone {
    std::shared_ptr<const Zone> zone;
    Problems problems;  // by file and line
};
LoadedZone load_zone(const ZoneSource& source, const Include& include = {});

}  // namespace postroad::dns
