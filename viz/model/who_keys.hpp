// Who says each entry, who hears it and what it is about, in three octets of which many share a value:
// a filter looks only at those rows of the Trace that may fit.
#pragma once

#include <bitset>
#include <vector>

#include "viz/model/recording.hpp"

namespace postroad::viz {

class WhoKeys {
public:
    // Of the entry behind those that have been added.
    void add(const Who& who) { keys_.push_back(keys(who)); }
    std::size_t size() const { return keys_.size(); }
    std::size_t bytes() const { return keys_.capacity() * sizeof(Keys); }
    void reserve(std::size_t entries) { keys_.reserve(entries); }

    // Which values fit; of the nodes either may.
    struct Wanted {
        std::bitset<64> nodes;
        std::bitset<4096> subjects;
        void add_node(NodeId one) { nodes.set(node(one)); }
        void add_subject(sim::Id one) { subjects.set(subject(one)); }
    };
    bool may_fit(std::size_t entry, const Wanted& wanted) const {
        const Keys& one = keys_[entry];
        const unsigned subject = (one.from & 3U) << 10 | (one.to & 3U) << 8 | one.subject;
        return (wanted.nodes[one.from >> 2] || wanted.nodes[one.to >> 2]) && wanted.subjects[subject];
    }

private:
    struct Keys {
        std::uint8_t from, to;  // six bits of a node, above two of the subject
        std::uint8_t subject;   // its lower eight bits of twelve
    };
    static Keys keys(const Who& who) {
        const unsigned about = subject(who.subject);
        return {static_cast<std::uint8_t>(node(who.from) << 2 | about >> 10),
                static_cast<std::uint8_t>(node(who.to) << 2 | (about >> 8 & 3)),
                static_cast<std::uint8_t>(about & 255)};
    }
    // Nobody has a value of its own.
    static unsigned node(NodeId one) {
        return one == sim::nothing ? 0 : 1 + one % 63;
    }
    // Ids are a node above and what it has counted below.
    static unsigned subject(sim::Id id) {
        return static_cast<unsigned>(id * 0x9e3779b97f4a7c15ULL >> 52);
    }
    std::vector<Keys> keys_;
};

}  // namespace postroad::viz
