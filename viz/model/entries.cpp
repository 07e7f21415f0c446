// Which rows are entries, and finding them again.
#include "viz/model/entries.hpp"

#include <algorithm>

#include "sim/net/packet.hpp"
#include "sim/net/ruleset.hpp"

namespace postroad::viz {
namespace {

using sim::Fact;

// What a person wants to see: by its fact alone, so that who steps over rows need not know more.
constexpr bool is_entry(Fact fact) {
    return fact != Fact::filler && fact != Fact::arrival && fact != Fact::translation &&
           fact != Fact::address && fact != Fact::secret;
}

Kind kind_of(const sim::RowView& row) {
    switch (row.head().fact) {
        case Fact::line: return Kind::line;
        case Fact::packet:
            return row.as<sim::PacketFact>().protocol == net::protocol_tcp ? Kind::segment
                                                                           : Kind::datagram;
        case Fact::lost: return Kind::lost;
        case Fact::verdict: return Kind::verdict;
        case Fact::decision: return Kind::decision;
        case Fact::lookup: return Kind::lookup;
        case Fact::queue: return Kind::queue;
        case Fact::custody: return Kind::custody;
        case Fact::mailbox: return Kind::mailbox;
        case Fact::change: return Kind::change;
        case Fact::tls: return Kind::tls;
        case Fact::altered: return Kind::altered;
        default: return Kind::connection;
    }
}

bool fails(const sim::RowView& row) {
    switch (row.head().fact) {
        case Fact::ended: {
            const auto how = row.as<sim::EndedFact>().how;
            return how != sim::Ending::closed && how != sim::Ending::aborted;
        }
        case Fact::line: return row.as<sim::LineFact>().code >= 400;
        case Fact::packet: {  // ICMP
            const auto protocol = row.as<sim::PacketFact>().protocol;
            return protocol != net::protocol_tcp && protocol != net::protocol_udp;
        }
        case Fact::lost: return true;
        case Fact::verdict:
            return static_cast<net::Action>(row.as<sim::VerdictFact>().verdict) !=
                   net::Action::accept;
        case Fact::lookup: {
            const auto& fact = row.as<sim::LookupFact>();
            return fact.timed_out != 0 || fact.rcode != 0;
        }
        case Fact::queue: {
            const auto move = row.as<sim::QueueFact>().move;
            return move == sim::QueueMove::failed || move == sim::QueueMove::expired ||
                   move == sim::QueueMove::deferred;
        }
        case Fact::custody: {
            const auto move = row.as<sim::CustodyFact>().move;
            return move == sim::CustodyMove::bounced || move == sim::CustodyMove::discarded;
        }
        case Fact::tls: {
            const auto& fact = row.as<sim::TlsFact>();
            return fact.version == 0 || fact.fault != 0;
        }
        default: return false;
    }
}

// To the next entry behind this one.
void step(sim::Trace::Cursor& cursor) {
    do cursor.next();
    while (!cursor.done() && !is_entry(cursor.row().head().fact));
}

}  // namespace

void Entries::take(const sim::RowView& row, std::uint64_t position) {
    if (!is_entry(row.head().fact)) return;
    if (octets_.size() % stride == 0) places_.push_back(position);
    octets_.push_back(
        static_cast<std::uint8_t>(static_cast<unsigned>(kind_of(row)) | (fails(row) ? 0x80 : 0)));
}

void Entries::close() {
    octets_.shrink_to_fit();
    places_.shrink_to_fit();
}

std::uint64_t Entries::position(std::size_t entry) const {
    sim::Trace::Cursor cursor = trace_->read(places_[entry / stride]);
    for (std::size_t i = entry % stride; i > 0; --i) step(cursor);
    return cursor.position();
}

std::size_t Entries::at_position(std::uint64_t position) const {
    const auto above = std::lower_bound(places_.begin(), places_.end(), position);
    if (above == places_.begin()) return 0;
    Reader reader(*this, static_cast<std::size_t>(above - places_.begin() - 1) * stride);
    while (!reader.done() && reader.entry().position() < position) reader.next();
    return reader.at();
}

std::size_t Entries::at_time(Time moment) const {
    const auto above = std::lower_bound(
        places_.begin(), places_.end(), moment,
        [this](std::uint64_t a, Time b) { return trace_->at(a).head().time < b; });
    if (above == places_.begin()) return 0;
    Reader reader(*this, static_cast<std::size_t>(above - places_.begin() - 1) * stride);
    while (!reader.done() && reader.row().head().time < moment) reader.next();
    return reader.at();
}

std::size_t Entries::bytes() const {
    return octets_.capacity() + places_.capacity() * sizeof places_[0];
}

Entries::Reader::Reader(const Entries& entries, std::size_t at)
    : entries_(&entries), at_(at),
      cursor_(entries.trace_->read(at < entries.size() ? entries.position(at)
                                                       : entries.trace_->end())) {}

void Entries::Reader::next() {
    ++at_;
    step(cursor_);
}

void Entries::Reader::go_to(std::size_t at) {
    if (at >= at_ + 2 * stride && at < entries_->size()) {
        at_ = at;
        cursor_ = entries_->trace_->read(entries_->position(at));
    }
    while (at_ < at) next();
}

}  // namespace postroad::viz
