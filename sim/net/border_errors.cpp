// The packet quoted in an ICMP error belongs to a flow: the error is `related` to it, and where
// the flow is translated so are the error's addresses and the quote.
#include "sim/net/border_errors.hpp"

#include <cstring>
#include <span>
#include <string>

namespace postroad::sim::border {
namespace {

constexpr std::size_t v4_header_octets = 20;  // this world writes no options
constexpr std::size_t v6_header_octets = 40;

std::uint16_t get16(std::string_view octets, std::size_t at) {
    return static_cast<std::uint16_t>(static_cast<std::uint8_t>(octets[at]) << 8 |
                                      static_cast<std::uint8_t>(octets[at + 1]));
}

void put16(std::string& octets, std::size_t at, std::uint32_t value) {
    octets[at] = static_cast<char>(value >> 8 & 0xff);
    octets[at + 1] = static_cast<char>(value & 0xff);
}

std::string_view payload_of(const Run& run, const Segment& segment) {
    if (segment.size == 0) return {};
    return run.world.heap.view(segment.data).substr(segment.offset, segment.size);
}

struct Layout {
    bool v4 = true;
    std::uint8_t protocol = 0;
    std::size_t transport = 0;  // offset
};

bool read_layout(std::string_view quote, Layout& out) {
    if (quote.empty()) return false;
    const unsigned version = static_cast<std::uint8_t>(quote[0]) >> 4;
    out.v4 = version == 4;
    out.transport = out.v4 ? v4_header_octets : v6_header_octets;
    if ((version != 4 && version != 6) || quote.size() < out.transport + 8) return false;
    if (out.v4 && quote[0] != 0x45) return false;
    out.protocol = static_cast<std::uint8_t>(quote[out.v4 ? 9 : 6]);
    return true;
}

net::Address address_at(std::string_view quote, const Layout& layout, bool target) {
    net::Address out;
    const std::size_t size = layout.v4 ? 4 : 16;
    if (layout.v4) out = net::v4_first;
    std::memcpy(out.bytes.data() + (16 - size),
                quote.data() + (layout.v4 ? 12 : 8) + (target ? size : 0), size);
    return out;
}

// Gives no id to an address that nobody has met.
AddressId known_address(const Run& run, const net::Address& address) {
    const AddressId id = run.setup().find_address(address);
    if (id != nothing) return id;
    const Pages<net::Address>& more = run.world.tcp.more_addresses;
    for (std::uint32_t i = 0; i < more.size(); ++i)
        if (more[i] == address)
            return static_cast<AddressId>(run.setup().addresses.size()) + i;
    return nothing;
}

bool read_ends(const Run& run, std::string_view quote, Ends& out) {
    Layout layout;
    if (!read_layout(quote, layout)) return false;
    out.source = known_address(run, address_at(quote, layout, false));
    out.target = known_address(run, address_at(quote, layout, true));
    out.protocol = layout.protocol;
    if (is_icmp(layout.protocol)) {
        out.source_port = out.target_port = get16(quote, layout.transport + 4);
    } else {
        out.source_port = get16(quote, layout.transport);
        out.target_port = get16(quote, layout.transport + 2);
    }
    return out.source != nothing && out.target != nothing;
}

// RFC 1624 §3, eqn. 3: a checksum after some of the words that it covers have changed.
class Change {
  public:
    void word(std::uint32_t from, std::uint32_t to) { sum_ += (~from & 0xffffU) + to; }
    void address(const net::Address& from, const net::Address& to) {
        for (std::size_t i = 0; i < 16; i += 2)
            word(static_cast<std::uint32_t>(from.bytes[i] << 8 | from.bytes[i + 1]),
                 static_cast<std::uint32_t>(to.bytes[i] << 8 | to.bytes[i + 1]));
    }
    void apply(std::string& octets, std::size_t at) const {
        std::uint64_t sum = (~std::uint32_t{get16(octets, at)} & 0xffffU) + sum_;
        while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
        put16(octets, at, ~static_cast<std::uint32_t>(sum) & 0xffffU);
    }

  private:
    std::uint64_t sum_ = 0;
};

void put_address(std::string& octets, const Layout& layout, bool target,
                 const net::Address& address) {
    const std::size_t size = layout.v4 ? 4 : 16;
    std::memcpy(octets.data() + (layout.v4 ? 12 : 8) + (target ? size : 0),
                address.bytes.data() + (16 - size), size);
}

std::string rewritten(const Run& run, std::string_view quote, const Layout& layout,
                      const Ends& was, const Ends& is) {
    std::string out(quote);
    Change addresses;
    addresses.address(run.address(was.source), run.address(is.source));
    addresses.address(run.address(was.target), run.address(is.target));
    put_address(out, layout, false, run.address(is.source));
    put_address(out, layout, true, run.address(is.target));
    if (layout.v4) addresses.apply(out, 10);

    const std::size_t at = layout.transport;
    if (is_icmp(layout.protocol)) {
        Change id = layout.protocol == net::protocol_icmpv6 ? addresses : Change{};
        id.word(was.source_port, is.source_port);
        put16(out, at + 4, is.source_port);
        id.apply(out, at + 2);
        return out;
    }
    Change all = addresses;  // by way of the pseudo-header
    all.word(was.source_port, is.source_port);
    all.word(was.target_port, is.target_port);
    put16(out, at, is.source_port);
    put16(out, at + 2, is.target_port);
    const bool udp = layout.protocol == net::protocol_udp;
    if (udp && get16(out, at + 6) != 0) all.apply(out, at + 6);
    if (layout.protocol == net::protocol_tcp && out.size() >= at + 18) all.apply(out, at + 16);
    return out;
}

}  // namespace

bool is_error(const Segment& segment) {
    const std::uint8_t type = segment.icmp_type;
    if (segment.protocol == net::protocol_icmp)  // RFC 1122 §3.2.2
        return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
    return segment.protocol == net::protocol_icmpv6 && type < 128;  // RFC 4443 §2.1
}

Known find_quoted(Run& run, NodeId place, const Segment& error) {
    Ends quoted;
    if (!read_ends(run, payload_of(run, error), quoted)) return {};
    return find(run, place, quoted);
}

ErrorEnds translated(const Run& run, const Known& known, const Segment& error) {
    ErrorEnds out{error.source, error.target, {}, false};
    const Flow& flow = run.world.border.flows[known.flow];
    const Ends before = ends_before(flow);
    const Ends after = ends_after(flow);
    if (known.form == Form::forward_done) {  // about a packet that went out: back to its sender
        out.quoted = before;
        out.target = before.source;
        if (before.target != after.target) out.source = before.target;
        out.changed = true;
    } else if (known.form == Form::reply_done) {  // about a reply as its receiver got it
        out.quoted = after.reversed();
        out.target = after.target;
        if (before.source != after.source) out.source = after.source;
        out.changed = true;
    }
    return out;
}

void rewrite_quote(Run& run, std::uint32_t segment_id, const Ends& quoted) {
    const Segment segment = run.world.tcp.segments[segment_id];
    const std::string_view quote = payload_of(run, segment);
    Layout layout;
    Ends was;
    if (!read_layout(quote, layout) || !read_ends(run, quote, was) || was == quoted) return;
    const std::string fresh = rewritten(run, quote, layout, was, quoted);
    Text data = run.world.heap.make(fresh);
    Segment& edited = run.world.tcp.segments.edit(segment_id);
    Text old = edited.data;
    edited.data = data;
    edited.offset = 0;
    run.world.heap.drop(old);
}

}  // namespace postroad::sim::border
