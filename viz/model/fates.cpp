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
        out_.delays.resize(journey_.steps.size());
        std::size_t step = 0;
        std::string_view cause = finding;
        Time since = custody[journey_.steps.front()].time;
        const auto spend = [&](Time until) {
            if (step > 0 && step < out_.delays.size() && until > since)
                add(out_.delays[step], cause, until - since);
            since = until;
        };
        const std::size_t first = run_.entry_at(custody[journey_.steps.front()].position);
        for (Entries::Reader at(run_.entries, first); !at.done(); at.next()) {
            const Kind kind = at.entry().kind();
            if (kind != Kind::queue && kind != Kind::custody) continue;
            const sim::RowView row = at.row();
            if (kind == Kind::custody) {
                const auto& fact = row.as<sim::CustodyFact>();
                if (!is_its(fact.message)) continue;
                spend(row.head().time);
                ++step;
                if (const auto next = busy_behind(fact.move); !next.empty()) cause = next;
                custody_row(row, fact, at.entry().position());
            } else {
                const auto& fact = row.as<sim::QueueFact>();
                if (!is_its(fact.message)) continue;
                spend(row.head().time);
                if (const auto next = busy_behind(fact.move); !next.empty()) cause = next;
                queue_row(row, fact, at.entry().position());
            }
        }
        return std::move(out_);
    }

private:
    bool is_its(sim::Id id) const { return std::binary_search(ids_.begin(), ids_.end(), id); }

    static void add(std::vector<Fates::Delay>& delays, std::string_view cause, Duration time) {
        for (Fates::Delay& one : delays)
            if (one.cause == cause) {
                one.how_long += time;
                return;
            }
        delays.push_back({cause, time});
    }

    Fates::Copy& copy_of(const std::string& who) {
        for (Fates::Copy& one : out_.copies)
            if (one.who == who) return one;
        out_.copies.push_back({who, {}});
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
                                                   Ink::plain});
            }
        } else if (fact.move == CustodyMove::fetched) {
            copy_of(sim::views::visible(tail))
                .events.push_back({row.head().time, position, "fetched by its reader", Ink::good});
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
        words += " at " + run_.index().node_name(row.head().node);
        if (fact.code != 0) words += ": " + std::to_string(fact.code);
        if (!tail.empty()) words += (fact.code != 0 ? " " : ": ") + sim::views::visible(tail);
        copy_of(who).events.push_back({row.head().time, position, words, ink});
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

Fates fates_of(const Recording& run, const sim::views::Journey& journey) {
    return Teller(run, journey).tell();
}

}  // namespace postroad::viz
