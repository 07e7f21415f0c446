// Puts the octets of a conversation in order, lets rpc::epm::look read them, and judges what it saw:
// the interface by the helper's list, the address by who was asked.
#include "sim/net/border_helper.hpp"

#include "protocols/rpc/services.hpp"
#include "sim/net/border_expected.hpp"

namespace postroad::sim::border {
namespace {

using rpc::epm::Sight;

std::int32_t distance(std::uint32_t from, std::uint32_t to) {
    return static_cast<std::int32_t>(to - from);
}

std::uint32_t ipv4_of(const net::Address& address) {
    if (!address.is_v4()) return 0;
    std::uint32_t out = 0;
    for (std::size_t i = 12; i < 16; ++i) out = out << 8 | address.bytes[i];
    return out;
}

std::string octets_of(std::uint32_t ipv4) {
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(ipv4 >> shift & 0xffU);
    return out;
}

// "store (a4f1db00-ca47-1067-b31f-00dd010662da 0.81)"
std::string words_for(const rpc::Syntax& interface) {
    const rpc::KnownService* const known = rpc::find_service(interface);
    const std::string uuid = rpc::to_string(interface);
    return known == nullptr ? uuid : std::string(known->word) + " (" + uuid + ")";
}

class Reader {
  public:
    Reader(Run& run, NodeId node, std::uint32_t flow, std::uint32_t segment)
        : run_(run),
          node_(node),
          segment_(segment),
          flow_(run.world.border.flows[flow]),
          id_(flow_.helped) {}

    void read(bool reply) {
        const Segment segment = run_.world.tcp.segments[segment_];
        if (segment.tcp_flags & net::tcp_syn) {
            begin(reply, segment.sequence + 1);
            return;
        }
        if (segment.size == 0) return;
        if (reply) write_over();
        if (state().blind) return;
        if (!state().begun[reply]) return lose("its beginning has not come by here");
        const std::string payload(
            run_.world.heap.view(segment.data).substr(segment.offset, segment.size));
        const std::int32_t ahead = distance(state().sequence[reply], segment.sequence);
        if (ahead > 0) return keep_early(reply, segment.sequence, payload);
        const std::size_t known = static_cast<std::size_t>(-static_cast<std::int64_t>(ahead));
        if (known >= payload.size()) return;  // read before
        feed(reply, std::string_view(payload).substr(known), true);
        while (!state().blind && feed_early(reply)) {}
        if (reply) write_over();
    }

  private:
    const HelpedFlow& state() const { return run_.world.border.helped[id_]; }
    HelpedFlow& edit() { return run_.world.border.helped.edit(id_); }

    template <class... Words>
    void decide(Reason reason, const Words&... words) {
        run_.decide(node_, flow_.conversation, reason, words...);
    }

    void begin(bool reply, std::uint32_t sequence) {
        if (state().begun[reply]) return;
        HelpedFlow& helped = edit();
        helped.begun[reply] = 1;
        helped.sequence[reply] = sequence;
    }

    void lose(std::string_view why) {
        decide(Reason::helper_lost, why);
        HelpedFlow& helped = edit();
        helped.blind = 1;
        drop_early(helped);
        rpc::epm::release(helped.watch, run_.world.heap);
    }

    void drop_early(HelpedFlow& helped) {
        Heap& heap = run_.world.heap;
        for (std::uint32_t i = 0; i < helped.early.size(); ++i) {
            HelpedFlow::Early one = heap.get(helped.early, i);
            heap.drop(one.octets);
        }
        heap.drop(helped.early);
    }

    // Another packet was sent before this one and has not come: lost, or on another way.
    void keep_early(bool reply, std::uint32_t sequence, std::string_view octets) {
        Heap& heap = run_.world.heap;
        HelpedFlow& helped = edit();
        std::size_t kept = octets.size();
        for (std::uint32_t i = 0; i < helped.early.size(); ++i) {
            const HelpedFlow::Early one = heap.get(helped.early, i);
            kept += one.octets.size;
            if (one.reply == std::uint32_t{reply} && one.sequence == sequence &&
                one.octets.size >= octets.size())
                return;
        }
        if (helped.waiting == 0) {
            helped.waiting = 1;
            decide(Reason::helper_waits, run_.address(reply ? flow_.target : flow_.source));
        }
        if (helped.early.size() >= early_max || kept > early_octets_max)
            return lose("too much has come behind octets that have not");
        heap.push(edit().early, {sequence, std::uint32_t{reply}, heap.make(octets)});
    }

    // The next of those kept, if it is its turn now.
    bool feed_early(bool reply) {
        Heap& heap = run_.world.heap;
        const HelpedFlow& helped = state();
        for (std::uint32_t i = 0; i < helped.early.size(); ++i) {
            const HelpedFlow::Early one = heap.get(helped.early, i);
            const std::int32_t ahead = distance(helped.sequence[reply], one.sequence);
            if (one.reply != std::uint32_t{reply} || ahead > 0) continue;
            const std::string octets(heap.view(one.octets));
            take_early(i);
            const std::size_t known = static_cast<std::size_t>(-static_cast<std::int64_t>(ahead));
            if (known < octets.size())
                feed(reply, std::string_view(octets).substr(known), false);
            return true;
        }
        return false;
    }

    void take_early(std::uint32_t at) {
        Heap& heap = run_.world.heap;
        HelpedFlow& helped = edit();
        List<HelpedFlow::Early> kept;
        for (std::uint32_t i = 0; i < helped.early.size(); ++i) {
            HelpedFlow::Early one = heap.get(helped.early, i);
            if (i == at) heap.drop(one.octets);
            else heap.push(kept, one);
        }
        heap.drop(helped.early);
        helped.early = kept;
    }

    // `here`: these octets are the end of the packet that is passing.
    void feed(bool reply, std::string_view octets, bool here) {
        HelpedFlow& helped = edit();
        const std::uint32_t sequence = helped.sequence[reply];
        helped.sequence[reply] += static_cast<std::uint32_t>(octets.size());
        std::vector<Sight> seen;
        rpc::epm::look(helped.watch, !reply, octets, run_.world.heap, seen);
        for (const Sight& one : seen) judge(one, sequence, here);
    }

    void judge(const Sight& sight, std::uint32_t sequence, bool here) {
        switch (sight.what) {
            case Sight::What::sealed: return decide(Reason::helper_sealed);
            case Sight::What::unreadable: return decide(Reason::helper_unreadable, sight.why);
            case Sight::What::lost: return lose(sight.why);
            case Sight::What::mapped: break;
        }
        for (const rpc::epm::Answered& one : sight.answers) {
            if (one.tower.sequence != rpc::Sequence::ncacn_ip_tcp || one.tower.port == 0) continue;
            if (!admitted(sight, one.tower)) continue;
            expect_at(one.tower);
            if (one.tower.ipv4 == 0 || one.tower.ipv4 == asked_at()) continue;
            std::optional<std::uint32_t> at;
            if (here && one.address_at)
                at = sequence + static_cast<std::uint32_t>(*one.address_at);
            rewrite(one.tower, at, sight.is_signed);
        }
    }

    std::uint32_t asked_at() const { return ipv4_of(run_.address(flow_.target)); }

    bool admitted(const Sight& sight, const rpc::Tower& tower) {
        if (tower.interface.uuid != sight.wanted.uuid) {
            decide(Reason::helper_unreadable, "it is about another interface than the question");
            return false;
        }
        const net::Helper* const helper = declared();
        if (helper == nullptr) {
            decide(Reason::helper_unreadable, "this firewall's rules declare no such helper now");
            return false;
        }
        if (!net::admits(*helper, tower.interface.uuid)) {
            const auto& rules = *run_.setup().firewalls[state().firewall].rules;
            decide(Reason::helper_refuses, words_for(tower.interface), rules.texts[helper->name]);
            return false;
        }
        // As Linux's helper for FTP: a server speaks for itself and for no other host.
        const std::uint32_t inside = ipv4_of(run_.address(flow_.target_after));
        if (tower.ipv4 != 0 && tower.ipv4 != inside && tower.ipv4 != asked_at()) {
            decide(Reason::helper_elsewhere, net::make_v4(tower.ipv4), run_.address(flow_.target));
            return false;
        }
        return true;
    }

    const net::Helper* declared() const {
        const net::Ruleset* const rules = run_.setup().firewalls[state().firewall].rules.get();
        if (rules == nullptr) return nullptr;
        for (const net::Helper& one : rules->helpers)
            if (hash_octets(rules->texts[one.name]) == state().name) return &one;
        return nullptr;
    }

    void expect_at(const rpc::Tower& tower) {
        Expectation wanted;
        wanted.place = flow_.place;
        wanted.source = flow_.source;
        wanted.target = flow_.target;
        wanted.target_after = flow_.target_after;
        wanted.target_port = tower.port;
        wanted.firewall = state().firewall;
        wanted.conversation = flow_.conversation;
        expect(run_, node_, wanted);
        decide(Reason::helper_expects, words_for(tower.interface), tower.port,
               run_.address(flow_.target), run_.address(flow_.source),
               Run::duration(expected_for_ns));
    }

    // The tower has the address of the host behind the NAT, where the client cannot go.
    void rewrite(const rpc::Tower& tower, std::optional<std::uint32_t> sequence, bool is_signed) {
        const net::Address named = net::make_v4(tower.ipv4);
        const net::Address client = run_.address(flow_.source);
        const std::uint32_t ipv4 = asked_at();
        if (is_signed)
            return decide(Reason::helper_leaves, named, client,
                          "the answer is signed, and a change would be noticed");
        if (!sequence || ipv4 == 0)
            return decide(Reason::helper_leaves, named, client,
                          "some of its octets have gone by already");
        run_.world.heap.push(edit().rewrites, {*sequence, ipv4});
        decide(Reason::helper_rewrites, named, client, run_.address(flow_.target));
    }

    // Addresses that lie in this packet as a whole: those found now, and when it is sent again.
    void write_over() {
        const Segment segment = run_.world.tcp.segments[segment_];
        Heap& heap = run_.world.heap;
        std::string fresh;
        const HelpedFlow& helped = state();
        for (std::uint32_t i = 0; i < helped.rewrites.size(); ++i) {
            const HelpedFlow::Rewrite one = heap.get(helped.rewrites, i);
            const std::int32_t at = distance(segment.sequence, one.sequence);
            if (at < 0 || at + 4 > std::int32_t{segment.size}) continue;
            const std::string wanted = octets_of(one.ipv4);
            if (fresh.empty())
                fresh = heap.view(segment.data).substr(segment.offset, segment.size);
            fresh.replace(static_cast<std::size_t>(at), 4, wanted);
        }
        if (fresh.empty() ||
            fresh == heap.view(segment.data).substr(segment.offset, segment.size))
            return;
        const Text data = heap.make(fresh);
        Segment& moving = run_.world.tcp.segments.edit(segment_);
        Text old = moving.data;
        moving.data = data;
        moving.offset = 0;
        heap.drop(old);
        run_.record(node_, AlteredFact{segment.packet, segment.sequence, segment.acknowledgment},
                    fresh);
    }

    Run& run_;
    const NodeId node_;
    const std::uint32_t segment_;
    const Flow flow_;
    const std::uint32_t id_;
};

}  // namespace

void attach_helper(Run& run, const Checkpoint& here, std::uint32_t flow, std::uint8_t helper,
                   const Segment& first) {
    BorderTables& border = run.world.border;
    if (here.rules == nullptr || helper >= here.rules->helpers.size() ||
        first.protocol != net::protocol_tcp || border.flows[flow].helped != nothing)
        return;
    const std::uint32_t id = border.helped.add();
    border.flows.edit(flow).helped = id;
    HelpedFlow& helped = border.helped.edit(id);
    helped.firewall = here.firewall;
    helped.name = hash_octets(here.rules->texts[here.rules->helpers[helper].name]);
    if (first.tcp_flags & net::tcp_syn) {
        helped.begun[0] = 1;
        helped.sequence[0] = first.sequence + 1;
    }
}

void read_along(Run& run, NodeId node, std::uint32_t flow, std::uint32_t segment, bool reply) {
    if (run.world.border.flows[flow].helped != nothing)
        Reader(run, node, flow, segment).read(reply);
}

void detach_helper(Run& run, std::uint32_t flow) {
    BorderTables& border = run.world.border;
    const std::uint32_t id = border.flows[flow].helped;
    if (id == nothing) return;
    HelpedFlow& helped = border.helped.edit(id);
    Heap& heap = run.world.heap;
    for (std::uint32_t i = 0; i < helped.early.size(); ++i) {
        HelpedFlow::Early one = heap.get(helped.early, i);
        heap.drop(one.octets);
    }
    heap.drop(helped.early);
    heap.drop(helped.rewrites);
    rpc::epm::release(helped.watch, heap);
    border.helped.remove(id);
    border.flows.edit(flow).helped = nothing;
}

}  // namespace postroad::sim::border
