// Building a zone's index and looking names up in it (RFC 1034 §4.3.2, RFC 4592 §3.3).
#include "protocols/dns/zone.hpp"

#include <cassert>

namespace postroad::dns {

std::string_view to_text(Outcome outcome) {
    switch (outcome) {
        case Outcome::answer: return "answer";
        case Outcome::cname: return "alias";
        case Outcome::delegation: return "delegation";
        case Outcome::no_data: return "no data of this type";
        case Outcome::no_such_name: return "no such name";
        case Outcome::not_here: return "not in this zone";
    }
    return "unknown";
}

Bytes Rrset::owner() const {
    const Zone::Node& n = zone->nodes_[zone->sets_[index].node];
    return Bytes(zone->pool_).subspan(n.name, n.name_size);
}
Type Rrset::type() const { return zone->sets_[index].type; }
std::uint32_t Rrset::ttl_s() const { return zone->sets_[index].ttl_s; }
std::size_t Rrset::size() const {
    return zone == nullptr ? 0 : zone->sets_[index].end - zone->sets_[index].first;
}
Bytes Rrset::rdata(std::size_t i) const {
    const Zone::Data& r = zone->records_[zone->sets_[index].first + i];
    return Bytes(zone->pool_).subspan(r.offset, r.size);
}
std::uint32_t Rrset::line(std::size_t i) const {
    return zone->records_[zone->sets_[index].first + i].line;
}
const std::string& Rrset::file(std::size_t i) const {
    static const std::string none;
    const std::uint32_t file = zone->records_[zone->sets_[index].first + i].file;
    return file < zone->files_.size() ? zone->files_[file] : none;
}

const Zone::Node* Zone::node(std::string_view wanted) const {
    const auto it = std::lower_bound(nodes_.begin(), nodes_.end(), wanted,
                                     [&](const Node& n, std::string_view k) { return key(n) < k; });
    return it != nodes_.end() && key(*it) == wanted ? &*it : nullptr;
}

Rrset Zone::set_at(const Node& n, Type type) const {
    for (std::uint32_t i = n.first_set; i < n.end_set; ++i)
        if (sets_[i].type == type) return {this, i};
    return {};
}

Rrset Zone::at(Bytes name, Type type) const {
    SortKey k;
    make_sort_key(name, k);
    const Node* n = node(k.view());
    return n == nullptr ? Rrset{} : set_at(*n, type);
}

Found Zone::find(Bytes name, Type type) const {
    SortKey k;
    make_sort_key(name, k);
    if (!k.view().starts_with(key(nodes_.front()))) return {};
    // The node itself, or else its closest encloser (RFC 4592 §3.3.1), which always exists.
    std::size_t depth = k.depth;
    const Node* n = node(k.view());
    while (n == nullptr) n = node(k.ancestor(--depth));
    Found found;
    if (n->cut >= 0) {
        const Node& cut = nodes_[static_cast<std::size_t>(n->cut)];
        // RFC 4035 §3.1.4.1: DS of the cut itself belongs to the parent's side.
        if (type != Type::ds || n != &cut || depth != k.depth) {
            found.outcome = Outcome::delegation;
            found.set = set_at(cut, Type::ns);
            return found;
        }
    }
    if (depth != k.depth) {
        std::array<char, 2 * name_size_max + 2> wildcard;
        const std::string_view encloser = k.ancestor(depth);
        std::copy(encloser.begin(), encloser.end(), wildcard.begin());
        wildcard[encloser.size()] = '*';
        wildcard[encloser.size() + 1] = 0;
        n = node({wildcard.data(), encloser.size() + 2});
        if (n == nullptr) {
            found.outcome = Outcome::no_such_name;
            return found;
        }
        found.by_wildcard = true;
        // An NS set at a wildcard is no delegation we could answer with (RFC 4592 §4.2).
    }
    found.first_set = n->first_set;
    found.end_set = n->end_set;
    if (type == Type::any) {
        found.outcome = n->first_set == n->end_set ? Outcome::no_data : Outcome::answer;
        if (found.outcome == Outcome::answer) found.set = {this, n->first_set};
        return found;
    }
    if ((found.set = set_at(*n, type))) {
        found.outcome = Outcome::answer;
    } else if ((found.set = set_at(*n, Type::cname))) {
        found.outcome = Outcome::cname;
    } else {
        found.outcome = Outcome::no_data;
    }
    return found;
}

// Sorts records into nodes and sets, and marks zone cuts.
class ZoneBuilder {
public:
    static Zone build(const Name& origin, std::vector<ZoneRecord> records,
                      std::vector<std::string> files) {
        std::vector<Item> items;
        items.reserve(records.size());
        for (const ZoneRecord& r : records) {
            assert(is_within(r.owner, origin));
            SortKey k;
            make_sort_key(r.owner, k);
            items.push_back({std::string(k.view()), &r});
        }
        std::stable_sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
            if (const int c = a.key.compare(b.key); c != 0) return c < 0;
            if (a.record->type != b.record->type) return a.record->type < b.record->type;
            return a.record->rdata < b.record->rdata;  // RFC 4034 §6.3, case apart
        });
        Zone z;
        z.origin_ = origin;
        z.files_ = std::move(files);
        for (const Item& item : items) add(z, item.key, *item.record);
        mark_cuts(z);
        const Rrset soa = z.at(origin, Type::soa);
        assert(soa.size() == 1);
        z.soa_set_ = soa.index;
        z.soa_ = soa.record(0).as_soa().value();
        return z;
    }

private:
    struct Item {
        std::string key;
        const ZoneRecord* record;
    };

    static void add_node(Zone& z, std::string_view key, Bytes name) {
        Zone::Node n;
        n.key = static_cast<std::uint32_t>(z.keys_.size());
        n.key_size = static_cast<std::uint16_t>(key.size());
        z.keys_ += key;
        n.name = static_cast<std::uint32_t>(z.pool_.size());
        n.name_size = static_cast<std::uint8_t>(name.size());
        z.pool_.insert(z.pool_.end(), name.begin(), name.end());
        n.first_set = n.end_set = static_cast<std::uint32_t>(z.sets_.size());
        z.nodes_.push_back(n);
    }

    // Empty non-terminals above a name come before it in canonical order: made on the way.
    static void add(Zone& z, const std::string& key, const ZoneRecord& r) {
        if (z.nodes_.empty() || z.key(z.nodes_.back()) != key) {
            SortKey k;
            make_sort_key(r.owner, k);
            const std::size_t apex = label_count(z.origin_);
            for (std::size_t depth = apex; depth <= k.depth; ++depth) {
                // All nodes so far sort before this one, so an ancestor that exists is a prefix
                // of the last node's key.
                if (!z.nodes_.empty() && z.key(z.nodes_.back()).starts_with(k.ancestor(depth)))
                    continue;
                Bytes name = r.owner;
                for (std::size_t up = k.depth; up > depth; --up) name = parent(name);
                add_node(z, k.ancestor(depth), name);
            }
        }
        Zone::Node& n = z.nodes_.back();
        if (n.first_set == n.end_set || z.sets_.back().type != r.type) {
            const auto first = static_cast<std::uint32_t>(z.records_.size());
            z.sets_.push_back({static_cast<std::uint32_t>(z.nodes_.size() - 1), r.ttl_s, first,
                               first, r.type});
            n.end_set = static_cast<std::uint32_t>(z.sets_.size());
        }
        Zone::Set& set = z.sets_.back();
        set.ttl_s = std::min(set.ttl_s, r.ttl_s);
        if (set.end > set.first) {
            const Zone::Data& last = z.records_.back();
            const Bytes data = Bytes(z.pool_).subspan(last.offset, last.size);
            if (std::equal(data.begin(), data.end(), r.rdata.begin(), r.rdata.end())) return;
        }
        z.records_.push_back({static_cast<std::uint32_t>(z.pool_.size()),
                              static_cast<std::uint32_t>(r.rdata.size()), r.file, r.line});
        z.pool_.insert(z.pool_.end(), r.rdata.begin(), r.rdata.end());
        ++set.end;
    }

    // RFC 1034 §4.2: an NS set below the apex cuts the zone; what lies under it is glue or hidden.
    static void mark_cuts(Zone& z) {
        std::int32_t cut = -1;
        for (std::size_t i = 1; i < z.nodes_.size(); ++i) {
            Zone::Node& n = z.nodes_[i];
            if (cut >= 0 && !z.key(n).starts_with(z.key(z.nodes_[static_cast<std::size_t>(cut)])))
                cut = -1;
            const Bytes name = Bytes(z.pool_).subspan(n.name, n.name_size);
            if (cut < 0 && !is_wildcard(name) && z.set_at(n, Type::ns))
                cut = static_cast<std::int32_t>(i);
            n.cut = cut;
        }
    }
};

Zone make_zone(const Name& origin, std::vector<ZoneRecord> records,
               std::vector<std::string> files) {
    return ZoneBuilder::build(origin, std::move(records), std::move(files));
}

void ZoneSet::add(std::shared_ptr<const Zone> zone) {
    SortKey k;
    make_sort_key(zone->origin(), k);
    const auto it = std::lower_bound(zones_.begin(), zones_.end(), k.view(),
                                     [](const Item& i, std::string_view v) { return i.key < v; });
    if (it != zones_.end() && it->key == k.view())
        it->zone = std::move(zone);
    else
        zones_.insert(it, {std::string(k.view()), std::move(zone)});
}

const Zone* ZoneSet::nearest(Bytes name) const {
    SortKey k;
    make_sort_key(name, k);
    for (std::size_t depth = k.depth + 1u; depth-- > 0;) {
        const std::string_view wanted = k.ancestor(depth);
        const auto it =
            std::lower_bound(zones_.begin(), zones_.end(), wanted,
                             [](const Item& i, std::string_view v) { return i.key < v; });
        if (it != zones_.end() && it->key == wanted) return it->zone.get();
    }
    return nullptr;
}

}  // namespace postroad::dns
