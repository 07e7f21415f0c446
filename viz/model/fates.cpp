// One pass over the queue rows of a message's hosts.
#include "viz/model/fates.hpp"

#include <algorithm>

#include "sim/views/ladder_words.hpp"

namespace postroad::viz {
namespace {

using sim::CustodyMove;
using sim::QueueMove;
using sim::views::Ink;

constexpr std::string_view finding = "finding the next host (DNS)";
constexpr std::string_view talking = "connection and dialogue";
constexpr std::string_view waiting = "waiting for the next try";
constexpr std::string_view lying = "lying in the mailbox";
constexpr std::string_view over = "over";

// What a message is busy with behind such a row; empty: with what it was.
std::string_view busy_behind(QueueMove move) {
    switch (move) {
    case QueueMove::entered: return finding;
    case QueueMove::trying: return talking;
    case QueueMove::deferred:
    case QueueMove::delayed_notice: return waiting;
    default: return {};
    }
}
std::string_view busy_behind(CustodyMove move) {
    switch (move) {
    case CustodyMove::composed:
    case CustodyMove::accepted: return finding;
    case CustodyMove::delivered: return lying;
    default: return {};  // who hands over hears of it when the next one has it already
    }
}

class Teller {
public:
    Teller(const Recording& run, const sim::views::Journey& journey)
        : run_(run), journey_(journey), ids_(journey.ids()) {
        std::sort(ids_.begin(), ids_.end());
    }

    Fates tell() {
        const auto& custody = run_.index().custody;
        const std::size_t first = run_.entry_at(custody[journey_.steps.front()].position);
        busy(custody[journey_.steps.front()].time, finding);
        for (Entries::Reader at(run_.entries, first); !at.done(); at.next()) {
            const Kind kind = at.entry().kind();
            if (kind != Kind::queue && kind != Kind::custody) continue;
            const sim::RowView row = at.row();
            if (kind == Kind::custody) {
                const auto& fact = row.as<sim::CustodyFact>();
                if (!is_its(fact.message)) continue;
                busy(row.head().time, busy_behind(fact.move));
                custody_row(row, fact, at.entry().position());
            } else {
                const auto& fact = row.as<sim::QueueFact>();
                if (!is_its(fact.message)) continue;
                busy(row.head().time, busy_behind(fact.move));
                queue_row(row, fact, at.entry().position());
            }
            if (std::all_of(out_.copies.begin(), out_.copies.end(),
                            [](const Fates::Copy& one) { return one.over; }))
                busy(row.head().time, over);
        }
        return std::move(out_);
    }

private:
    bool is_its(sim::Id id) const { return std::binary_search(ids_.begin(), ids_.end(), id); }

    // `cause`: from now on; empty: as before.
    void busy(Time now, std::string_view cause) {
        if (cause.empty() || (!out_.spans.empty() && out_.spans.back().cause == cause)) return;
        if (!out_.spans.empty()) out_.spans.back().until = now;
        out_.spans.push_back({now, never, cause});
    }

    Fates::Copy& copy_of(const std::string& who) {
        for (Fates::Copy& one : out_.copies)
            if (one.who == who) return one;
        out_.copies.push_back({who, {}, false});
        return out_.copies.back();
    }

    void custody_row(const sim::RowView& row, const sim::CustodyFact& fact,
                     std::uint64_t position) {
        std::string_view tail = row.tail<sim::CustodyFact>();
        const std::string node = run_.index().node_name(row.head().node);
        if (fact.move == CustodyMove::composed) {
            sim::views::take_line(tail);
            sim::views::take_line(tail);
        }
        if (fact.move == CustodyMove::composed || fact.move == CustodyMove::accepted) {
            sim::views::take_line(tail);  // the reverse-path
            while (!tail.empty()) {
                const std::string who = sim::views::visible(sim::views::take_line(tail));
                if (out_.copies.size() < copies_max || fact.recipients < copies_max)
                    copy_of(who).events.push_back({row.head().time, position,
                                                   fact.move == CustodyMove::composed
                                                       ? "is written at " + node
                                                       : "is in the hands of " + node,
                                                   Ink::plain, row.head().node});
            }
        } else if (fact.move == CustodyMove::delivered) {
            // Of an alias the queue's row says so; a retrieval agent has no queue.
            const std::string who = sim::views::visible(tail);
            for (Fates::Copy& one : out_.copies)
                if (one.who == who)
                    one.events.push_back(
                        {row.head().time, position, "delivered at " + node, Ink::good, row.head().node});
        } else if (fact.move == CustodyMove::fetched) {
            Fates::Copy& copy = copy_of(sim::views::visible(tail));
            copy.over = true;
            copy.events.push_back(
                {row.head().time, position, "fetched by its reader", Ink::good, row.head().node});
        }
    }

    void queue_row(const sim::RowView& row, const sim::QueueFact& fact, std::uint64_t position) {
        std::string_view tail = row.tail<sim::QueueFact>();
        const std::string who = sim::views::visible(sim::views::take_line(tail));
        std::string words;
        Ink ink = Ink::plain;
        switch (fact.move) {
        case QueueMove::deferred: words = "deferred", ink = Ink::later; break;
        case QueueMove::delivered: words = "delivered", ink = Ink::good; break;
        case QueueMove::relayed: words = "relayed", ink = Ink::good; break;
        case QueueMove::failed: words = "failed", ink = Ink::bad; break;
        case QueueMove::expired: words = "given up", ink = Ink::bad; break;
        default: return;
        }
        Fates::Copy& copy = copy_of(who);
        // Who hands a copy over hears of it when the next host has gone on with it already.
        if (fact.move == QueueMove::relayed && !copy.events.empty() &&
            copy.events.back().at != row.head().node)
            return;
        if (ink == Ink::bad) copy.over = true;
        words += " at " + run_.index().node_name(row.head().node);
        if (fact.code != 0) words += ": " + std::to_string(fact.code);
        if (!tail.empty()) words += (fact.code != 0 ? " " : ": ") + sim::views::visible(tail);
        copy.events.push_back({row.head().time, position, words, ink, row.head().node});
    }

    static constexpr std::size_t copies_max = 1000;
    const Recording& run_;
    const sim::views::Journey& journey_;
    std::vector<sim::Id> ids_;
    Fates out_;
};

}  // namespace

const Fates::Event* Fates::Copy::at(std::uint64_t position) const {
    const Event* out = nullptr;
    for (const Event& one : events)
        if (one.position < position) out = &one;
    return out;
}

std::vector<Fates::Delay> Fates::spent(Time from, Time until) const {
    std::vector<Delay> out;
    for (const Span& one : spans) {
        const Time begin = std::max(from, one.from), end = std::min(until, one.until);
        if (one.cause == over || end <= begin) continue;
        const auto same = std::find_if(out.begin(), out.end(),
                                       [&](const Delay& other) { return other.cause == one.cause; });
        if (same == out.end()) out.push_back({one.cause, end - begin});
        else same->how_long += end - begin;
    }
    std::stable_sort(out.begin(), out.end(),
                     [](const Delay& a, const Delay& b) { return a.how_long > b.how_long; });
    return out;
}

Fates fates_of(const Recording& run, const sim::views::Journey& journey) {
    return Teller(run, journey).tell();
}

}  // namespace postroad::viz
