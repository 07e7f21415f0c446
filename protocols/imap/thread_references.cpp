// THREAD=REFERENCES (RFC 5256 §3): a forest by identifiers, its roots joined by subject. Nothing
// recurses in the messages: a mailbox may hold one long chain of answers.
#include <algorithm>
#include <map>

#include "protocols/base/ascii.hpp"
#include "protocols/imap/thread.hpp"

namespace postroad::imap {
namespace {

constexpr std::uint32_t none = ~std::uint32_t{0};
constexpr std::size_t ancestors_max = 2'000;  // a link deeper than that is not made

struct Node {
    std::uint32_t message = none;  // none: a dummy, for a message that is not there
    std::uint32_t parent = none;
    bool is_parent = false;  // something is linked below it, or once was
    std::vector<std::uint32_t> children;
    std::int64_t sent_s = 0;   // a dummy's: its first child's
    std::uint32_t number = 0;  // breaks ties
};

class Forest {
public:
    explicit Forest(const std::vector<ThreadMessage>& messages) : messages_(messages) {}

    std::string threads() {
        link();             // (1)
        gather();           // (2)
        prune();            // (3)
        sort_roots();       // (4)
        join_by_subject();  // (5)
        sort_all(roots_);   // (6)
        return written();
    }

private:
    bool dummy(std::uint32_t node) const { return nodes_[node].message == none; }

    std::uint32_t add() {
        nodes_.emplace_back();
        return static_cast<std::uint32_t>(nodes_.size() - 1);
    }

    std::uint32_t node_of(const std::string& id) {
        const auto [place, is_new] = by_id_.try_emplace(id, 0);
        if (is_new) place->second = add();
        return place->second;
    }

    // Whether `node` is `above` or below it; also where that would take too long to find out. In
    // mailbox order answers come after what they answer, and nothing is below them yet.
    bool below(std::uint32_t node, std::uint32_t above) const {
        if (!nodes_[above].is_parent) return node == above;
        for (std::size_t steps = 0; node != none; node = nodes_[node].parent)
            if (node == above || ++steps > ancestors_max) return true;
        return false;
    }

    void link() {
        for (std::uint32_t i = 0; i < messages_.size(); ++i) {
            const ThreadMessage& one = messages_[i];
            std::uint32_t before = none;
            for (const std::string& id : one.references) {  // (A)
                const std::uint32_t node = node_of(id);
                if (before != none && nodes_[node].parent == none) put_below(before, node);
                before = node;
            }
            // An identifier that is missing or taken is replaced by one that nobody else has.
            std::uint32_t own = one.id.empty() ? add() : node_of(one.id);
            if (!dummy(own)) own = add();
            nodes_[own].message = i;
            nodes_[own].number = one.number;
            nodes_[own].sent_s = one.sent_s;
            // (B): its own References say more than another message's.
            nodes_[own].parent = none;
            if (before != none) put_below(before, own);
        }
    }

    void put_below(std::uint32_t parent, std::uint32_t node) {
        if (below(parent, node)) return;
        nodes_[node].parent = parent;
        nodes_[parent].is_parent = true;
    }

    void gather() {
        for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
            if (nodes_[i].parent == none) {
                roots_.push_back(i);
            } else {
                nodes_[nodes_[i].parent].children.push_back(i);
            }
        }
    }

    // Every node below `from`, parents before children.
    std::vector<std::uint32_t> from_top(const std::vector<std::uint32_t>& from) const {
        std::vector<std::uint32_t> all = from;
        for (std::size_t i = 0; i < all.size(); ++i) {
            const std::vector<std::uint32_t>& children = nodes_[all[i]].children;
            all.insert(all.end(), children.begin(), children.end());
        }
        return all;
    }

    // (3): dummies give their children to their parents; at the root only where that is one.
    void prune() {
        const std::vector<std::uint32_t> all = from_top(roots_);
        for (auto at = all.rbegin(); at != all.rend(); ++at)
            nodes_[*at].children = without_dummies(nodes_[*at].children, false);
        roots_ = without_dummies(roots_, true);
    }

    std::vector<std::uint32_t> without_dummies(const std::vector<std::uint32_t>& from,
                                               bool at_root) const {
        std::vector<std::uint32_t> kept;
        for (const std::uint32_t node : from) {
            const std::vector<std::uint32_t>& children = nodes_[node].children;
            if (!dummy(node) || (at_root && children.size() > 1)) {
                kept.push_back(node);
            } else {
                kept.insert(kept.end(), children.begin(), children.end());
            }
        }
        return kept;
    }

    void sort_siblings(std::vector<std::uint32_t>& siblings) const {
        std::sort(siblings.begin(), siblings.end(), [&](std::uint32_t a, std::uint32_t b) {
            const Node& one = nodes_[a];
            const Node& other = nodes_[b];
            return one.sent_s != other.sent_s ? one.sent_s < other.sent_s
                                              : one.number < other.number;
        });
    }

    // After its children are in order.
    void date_dummy(std::uint32_t node) {
        if (!dummy(node) || nodes_[node].children.empty()) return;
        nodes_[node].sent_s = nodes_[nodes_[node].children.front()].sent_s;
        nodes_[node].number = nodes_[nodes_[node].children.front()].number;
    }

    void sort_roots() {
        for (const std::uint32_t root : roots_) {
            if (!dummy(root)) continue;
            sort_siblings(nodes_[root].children);
            date_dummy(root);
        }
        sort_siblings(roots_);
    }

    void sort_all(std::vector<std::uint32_t>& top) {
        const std::vector<std::uint32_t> all = from_top(top);
        for (auto at = all.rbegin(); at != all.rend(); ++at) {
            sort_siblings(nodes_[*at].children);
            date_dummy(*at);
        }
        sort_siblings(top);
    }

    const ThreadMessage& speaker(std::uint32_t root) const {
        return messages_[nodes_[dummy(root) ? nodes_[root].children.front() : root].message];
    }
    bool is_reply(std::uint32_t root) const { return !dummy(root) && speaker(root).is_reply; }

    // (5)(B): who stands for a subject: a dummy before a message, a message before an answer.
    std::map<std::string_view, std::uint32_t> subjects() const {
        std::map<std::string_view, std::uint32_t> table;
        for (const std::uint32_t root : roots_) {
            const std::string_view subject = speaker(root).subject;
            if (subject.empty()) continue;
            const auto [place, is_new] = table.try_emplace(subject, root);
            if (is_new || dummy(place->second)) continue;
            if (dummy(root) || (is_reply(place->second) && !is_reply(root))) place->second = root;
        }
        return table;
    }

    void join_by_subject() {  // (5)(C)
        std::map<std::string_view, std::uint32_t> table = subjects();
        std::vector<bool> gone(nodes_.size(), false);
        const std::vector<std::uint32_t> before = roots_;
        for (const std::uint32_t root : before) {
            const auto place = table.find(speaker(root).subject);
            if (gone[root] || place == table.end() || place->second == root) continue;
            std::uint32_t& table_root = place->second;
            gone[root] = true;
            if (dummy(table_root) && dummy(root)) {
                std::vector<std::uint32_t>& to = nodes_[table_root].children;
                to.insert(to.end(), nodes_[root].children.begin(), nodes_[root].children.end());
            } else if (dummy(table_root) || (is_reply(root) && !is_reply(table_root))) {
                nodes_[table_root].children.push_back(root);
            } else {
                const std::uint32_t both = add();
                nodes_[both].children = {table_root, root};
                gone[table_root] = true;
                gone.push_back(false);
                roots_.push_back(both);
                table_root = both;
            }
        }
        std::erase_if(roots_, [&](std::uint32_t root) { return gone[root]; });
    }

    // One child goes on behind its parent, several are each in parentheses.
    std::string written() const {
        struct Step {
            std::uint32_t node;
            bool closes;
        };
        std::string out;
        std::vector<Step> steps;
        for (auto at = roots_.rbegin(); at != roots_.rend(); ++at) {
            steps.push_back({*at, true});
            steps.push_back({*at, false});
        }
        while (!steps.empty()) {
            const Step step = steps.back();
            steps.pop_back();
            if (step.closes) {
                out += ')';
                continue;
            }
            out += '(';
            std::uint32_t node = step.node;
            while (true) {
                if (!dummy(node)) append_number(out, nodes_[node].number);
                if (nodes_[node].children.size() != 1) break;
                node = nodes_[node].children.front();
                if (!out.ends_with('(')) out += ' ';
            }
            const std::vector<std::uint32_t>& children = nodes_[node].children;
            if (!children.empty() && !dummy(node)) out += ' ';
            for (auto at = children.rbegin(); at != children.rend(); ++at) {
                steps.push_back({*at, true});
                steps.push_back({*at, false});
            }
        }
        return out;
    }

    const std::vector<ThreadMessage>& messages_;
    std::vector<Node> nodes_;
    std::vector<std::uint32_t> roots_;
    std::map<std::string, std::uint32_t> by_id_;
};

}  // namespace

std::string thread_references(const std::vector<ThreadMessage>& messages) {
    return Forest(messages).threads();
}

}  // namespace postroad::imap
