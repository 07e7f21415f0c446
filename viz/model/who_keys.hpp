// Who says each entry, who hears it and what it is about, in four octets of which many share a value:
// a filter looks only at those rows of the Trace that may fit.
#pragma once

#include <bitset>
#include <vector>

#include "viz/model/recording.hpp"

namespace postroad::viz {

class WhoKeys {
public:
    // Of the entry behind those that have been added.
    void add(const Who& who) { keys_.push_back({node(who.from), node(who.to), subject(who.subject)}); }
    std::size_t size() const { return keys_.size(); }
    std::size_t bytes() const { return keys_.capacity() * sizeof(Keys); }
    void reserve(std::size_t entries) { keys_.reserve(entries); }

    // Which values fit; of the nodes either may.
    struct Wanted {
        std::bitset<256> nodes;
        std::bitset<65536> subjects;
        void add_node(NodeId one) { nodes.set(node(one)); }
        void add_subject(sim::Id one) { subjects.set(subject(one)); }
    };
    bool may_fit(std::size_t entry, const Wanted& wanted) const {
        const Keys& one = keys_[entry];
        return (wanted.nodes[one.from] || wanted.nodes[one.to]) && wanted.subjects[one.subject];
    }

private:
    struct Keys {
        std::uint8_t from, to;
        std::uint16_t subject;
    };
    // Nobody has a value of its own.
    static std::uint8_t node(NodeId one) {
        return one == sim::nothing ? 0 : static_cast<std::uint8_t>(1 + one % 255);
    }
    // Ids are a node above and what it has counted below.
    static std::uint16_t subject(sim::Id id) {
        return static_cast<std::uint16_t>(id * 0x9e3779b97f4a7c15ULL >> 48);
    }
    std::vector<Keys> keys_;
};

}  // namespace postroad::viz
