// Finding the world of a row: the events before its moment, then one by one until it is recorded.
#include "viz/model/player.hpp"

#include <algorithm>

namespace postroad::viz {

const char* name_of(Step step) {
    constexpr const char* names[count_of_steps] = {
        "anything", "packet", "line",  "decision",   "custody",
        "failure",  "bounce", "drop",  "TLS failure"};
    return names[static_cast<std::size_t>(step)];
}

void Player::go_to_nothing() {
    run_.history().seek_event(0);
    now_ = 0;
    position_ = event_from_ = 0;
    happened_ = 0;
    fraction_ns_ = 0;
}

void Player::go_to(Time moment) {
    moment = std::min(moment, run_.end());
    run_.history().seek(moment);
    now_ = moment;
    event_from_ = position_ = run_.history().now().trace().position();
    happened_ = run_.entry_at(position_);
    fraction_ns_ = 0;
}

void Player::go_to_entry(std::size_t entry) {
    sim::History& history = run_.history();
    const std::uint64_t row = run_.entries.position(entry);
    const Time moment = run_.trace().at(row).head().time;
    const sim::Trace& trace = history.now().trace();
    const bool here = event_from_ <= row && row < trace.position() && now_ == moment;
    if (!here) {
        // Rows that come before the first event belong to the start.
        if (row < trace.position() || world().now >= moment) {
            if (moment == 0) history.seek_event(0);
            else history.seek(moment - 1);
        } else if (moment > 0) {
            history.seek(moment - 1);
        }
        event_from_ = trace.position();
        while (trace.position() <= row) {
            event_from_ = trace.position();
            const std::uint64_t before = world().events_done;
            history.seek_event(before + 1);
            if (world().events_done == before) break;
        }
    }
    now_ = moment;
    position_ = row + 1;
    happened_ = entry + 1;
    fraction_ns_ = 0;
}

bool Player::step(Step kind, bool forward) {
    const auto wanted = [&](std::size_t entry) {
        const Kind is = run_.entries.kind(entry);
        const bool failure = run_.entries.failure(entry);
        switch (kind) {
            case Step::row: return is != Kind::segment;
            case Step::packet: return is == Kind::segment || is == Kind::datagram;
            case Step::line: return is == Kind::line;
            case Step::decision: return is == Kind::decision || is == Kind::verdict;
            case Step::message: return is == Kind::custody;
            case Step::failure: return failure;
            // What an MTA sends back or gives up (RFC 5321 §6.1).
            case Step::bounce: return is == Kind::custody && failure;
            case Step::drop: return failure && (is == Kind::verdict || is == Kind::lost);
            case Step::tls_failure: return is == Kind::tls && failure;
        }
        return false;
    };
    playing = false;
    if (forward) {
        for (std::size_t at = happened_; at < run_.entries.size(); ++at) {
            if (!wanted(at)) continue;
            go_to_entry(at);
            return true;
        }
        return false;
    }
    if (happened_ == 0) return false;
    for (std::size_t at = happened_ - 1; at-- > 0;) {
        if (!wanted(at)) continue;
        go_to_entry(at);
        return true;
    }
    go_to_nothing();
    return true;
}

void Player::tick(double seconds) {
    if (!playing) return;
    Time target = now_;
    if (speed <= 0) {
        target = run_.story.moment_at(run_.story.seconds_at(now_) + seconds);
        target = std::max(target, now_ + 1);
    } else {
        fraction_ns_ += seconds * speed * 1e9;
        const auto whole = static_cast<Time>(fraction_ns_);
        target += whole;
        const double left = fraction_ns_ - static_cast<double>(whole);
        if (whole == 0) return;
        go_to(target);
        fraction_ns_ = left;
        if (now_ >= run_.end()) playing = false;
        return;
    }
    go_to(target);
    if (now_ >= run_.end()) playing = false;
}

void Player::toggle_bookmark() {
    if (!bookmarks.erase(happened_)) bookmarks.insert(happened_);
}

bool Player::go_to_bookmark(bool forward) {
    auto at = forward ? bookmarks.upper_bound(happened_) : bookmarks.lower_bound(happened_);
    if (forward ? at == bookmarks.end() : at == bookmarks.begin()) return false;
    if (!forward) --at;
    playing = false;
    if (*at == 0) go_to_nothing();
    else go_to_entry(*at - 1);
    return true;
}

}  // namespace postroad::viz
