// Finding the world of a row: the events before its moment, then one by one until it is recorded.
#include "viz/model/player.hpp"

#include <algorithm>
#include <utility>

namespace postroad::viz {

const char* name_of(Step step) {
    constexpr const char* names[count_of_steps] = {
        "anything", "packet", "line",  "decision",   "custody",
        "failure",  "bounce", "drop",  "TLS failure"};
    return names[static_cast<std::size_t>(step)];
}

// A frame can wait so long for a way that is short.
constexpr std::chrono::milliseconds short_way{8};

void Player::settle(const Place& place) {
    now_ = place.now;
    position_ = place.position;
    event_from_ = place.event_from;
    happened_ = place.happened;
}

void Player::go(Way way) {
    fraction_ns_ = 0;
    if (patient && !away()) settle(way());
    else next_ = std::move(way);  // where we wanted to go before does not matter any more
}

void Player::lend(std::function<void(sim::History&)> use) {
    Way way = [this, use = std::move(use)] {
        use(run_.history());
        return Place{now_, position_, event_from_, happened_};
    };
    if (patient && !away()) way();
    else lent_ = std::move(way);
}

void Player::arrive() {
    for (;;) {
        if (away()) {
            if (patient) later_.wait();
            const auto place = later_.take();
            if (!place) return;
            settle(*place);
            shown_.reset();
        }
        Way way = std::exchange(lent_ != nullptr ? lent_ : next_, nullptr);
        if (way == nullptr) return;
        shown_ = run_.history().now().world();
        later_.begin([way = std::move(way)](const std::atomic<bool>&) { return way(); });
        if (!later_.wait(short_way)) return;
    }
}

void Player::go_to_nothing() {
    go([this] { return nothing_yet(); });
}

// The scenario's bookmarks are there from the beginning.
Player::Player(Recording& run) : run_(run) {
    go_to_nothing();
    const auto& timeline = run.setup().scenario.timeline;
    constexpr std::size_t entries_max = 1'000;
    std::size_t looked_at = 0;
    for (const scenario::Event& event : timeline) {
        const auto* const mark = std::get_if<scenario::Bookmark>(&event.action);
        if (mark == nullptr) continue;
        const Time moment = event.at.ns;
        for (std::size_t at = run.entry_at_time(moment);
             at < run.entries.size() && run.time_of(at) == moment && ++looked_at < entries_max; ++at)
            if (run.entries.kind(at) == Kind::change &&
                words_at(run, run.entries[at]).text.ends_with(mark->text)) {
                bookmarks.emplace(at + 1, mark->text);
                break;
            }
    }
}

void Player::go_to(Time moment) {
    go([this, moment] { return at_moment(moment); });
}

void Player::go_to_entry(std::size_t entry) {
    go([this, entry] { return at_entry(entry); });
}

Player::Place Player::nothing_yet() {
    run_.history().seek_event(0);
    return {};
}

Player::Place Player::at_moment(Time moment) {
    moment = std::min(moment, run_.end());
    run_.history().seek(moment);
    const std::uint64_t position = run_.history().now().trace().position();
    return {moment, position, position, run_.entry_at(position)};
}

Player::Place Player::at_entry(std::size_t entry) {
    sim::History& history = run_.history();
    const sim::World& world = history.now().world();
    const sim::Trace& trace = history.now().trace();
    const std::uint64_t row = run_.entries.position(entry);
    const Time moment = run_.trace().at(row).head().time;
    std::uint64_t event_from = event_from_;
    const bool here = event_from <= row && row < trace.position() && now_ == moment;
    if (!here) {
        // Rows that come before the first event belong to the start.
        if (row < trace.position() || world.now >= moment) {
            if (moment == 0) history.seek_event(0);
            else history.seek(moment - 1);
        } else if (moment > 0) {
            history.seek(moment - 1);
        }
        event_from = trace.position();
        while (trace.position() <= row) {
            event_from = trace.position();
            const std::uint64_t before = world.events_done;
            history.seek_event(before + 1);
            if (world.events_done == before) break;
        }
    }
    return {moment, row + 1, event_from, entry + 1};
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
    if (away()) return false;  // from where?
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
    if (kind != Step::row && kind != Step::packet) return false;  // there is none before
    go_to_nothing();
    return true;
}

void Player::tick(double seconds) {
    if (!playing || away()) return;
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
    if (!bookmarks.erase(happened_)) bookmarks.emplace(happened_, std::string());
}

bool Player::go_to_bookmark(bool forward) {
    auto at = forward ? bookmarks.upper_bound(happened_) : bookmarks.lower_bound(happened_);
    if (forward ? at == bookmarks.end() : at == bookmarks.begin()) return false;
    if (!forward) --at;
    playing = false;
    if (at->first == 0) go_to_nothing();
    else go_to_entry(at->first - 1);
    return true;
}

}  // namespace postroad::viz
