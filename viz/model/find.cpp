// One thread takes turns: a piece of each search, and where words are wanted, a piece of the
// dictionary of texts.
#include "viz/model/find.hpp"

#include <algorithm>
#include <bit>
#include <ctime>

namespace postroad::viz {
namespace {

// Whole words of an EntrySet.
constexpr std::size_t texts_a_turn = 64 * 320;  // a few hundredths of a second
constexpr std::size_t entries_a_turn = Texts::mark_every;

double clock_ms() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

template <class T> bool has(const std::vector<T>& sorted, T one) {
    return std::binary_search(sorted.begin(), sorted.end(), one);
}

}  // namespace

bool Inquiry::take(EntrySet& out) {
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock || fresh_.empty()) return false;
    const std::size_t before = out.size();
    out.append(fresh_);
    fresh_.clear();
    return out.size() != before;
}

void Inquiry::wait() {
    std::unique_lock lock(mutex_);
    over_.wait(lock, [&] { return done(); });
}

Finder::~Finder() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Finder::start() {
    if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
    busy_ = true;
    wake_.notify_all();
}

std::shared_ptr<Inquiry> Finder::ask(Wanted wanted) {
    auto out = std::make_shared<Inquiry>();
    out->wanted_ = std::move(wanted);
    out->asked_ms_ = clock_ms();
    const std::lock_guard lock(mutex_);
    asked_.push_back(out);
    start();
    return out;
}

void Finder::prepare() {
    const std::lock_guard lock(mutex_);
    preparing_ = true;
    start();
}

void Finder::work() {
    for (;;) {
        std::vector<std::shared_ptr<Inquiry>> open;
        bool more_texts = false;
        {
            std::unique_lock lock(mutex_);
            for (;;) {
                open.clear();
                std::erase_if(asked_, [&](const std::weak_ptr<Inquiry>& one) {
                    const auto still = one.lock();
                    if (still == nullptr || still->done()) return true;
                    open.push_back(still);
                    return false;
                });
                more_texts = preparing_ && !texts_.whole();
                if (ending_) return;
                if (!open.empty() || more_texts) break;
                busy_ = false;
                wake_.wait(lock);
            }
        }
        for (const auto& one : open) {
            if (!one->begun_) begin(*one);
            const bool words = !one->wanted_.words.empty();
            const std::size_t known = words ? texts_.entries() : run_.entries.size();
            if (one->at_ == known && words && !texts_.whole()) more_texts = true;
            go_on(*one, std::min(known, one->at_ + entries_a_turn));
        }
        if (!more_texts) continue;
        texts_.add(texts_a_turn);
        texts_bytes_ = texts_.bytes();
        prepared_ = texts_.whole();
    }
}

void Finder::begin(Inquiry& one) const {
    const Wanted& wanted = one.wanted_;
    one.begun_ = true;
    one.wanted_.words = one.match_.words = lower_case(wanted.words);
    if (!wanted.words.empty()) {
        const NodeId nodes = run_.setup().nodes();
        one.match_.hosts.resize(nodes, 0);
        for (NodeId node = 0; node < nodes; ++node)
            if (lower_case(run_.setup().node_name(node)).find(wanted.words) != std::string::npos)
                one.match_.hosts[node] = 1;
    }
    for (unsigned octet = 0; octet < one.fits_.size(); ++octet) {
        const Entry entry(0, static_cast<std::uint8_t>(octet));
        one.fits_[octet] = (wanted.kinds >> static_cast<unsigned>(entry.kind()) & 1) != 0 &&
                           (!wanted.failures || entry.failure()) &&
                           (wanted.words.empty() || Texts::speaks(entry.kind()));
    }
    if (wanted.hosts.empty()) one.keys_.nodes.set();
    for (const NodeId host : wanted.hosts) one.keys_.add_node(host);
    if (wanted.talk == 0 && wanted.journey == sim::nothing) one.keys_.subjects.set();
    if (wanted.talk != 0 && wanted.talk <= run_.index().conversations.size())
        one.keys_.add_subject(run_.index().conversations[wanted.talk - 1].id);
    if (wanted.journey == sim::nothing) return;
    // A message is what its hosts call it, and the conversations in which it came and went.
    const sim::views::Journey journey = run_.index().journeys[wanted.journey];
    one.subjects_ = journey.ids();
    for (const std::uint32_t step : journey.steps)
        if (run_.index().custody[step].fact.conversation != 0)
            one.subjects_.push_back(run_.index().custody[step].fact.conversation);
    std::sort(one.subjects_.begin(), one.subjects_.end());
    for (const sim::Id subject : one.subjects_) one.keys_.add_subject(subject);
}

// Hosts, conversation and message: what the row itself must be asked.
bool Finder::concerns(const Inquiry& one, const Entry& entry) const {
    const Wanted& wanted = one.wanted_;
    const Who who = who_at(run_, entry);
    if (!wanted.hosts.empty() && !has(wanted.hosts, who.from) && !has(wanted.hosts, who.to))
        return false;
    if (wanted.talk != 0 && run_.index().number_of(who.subject) != wanted.talk) return false;
    return wanted.journey == sim::nothing || has(one.subjects_, who.subject);
}

Finder::Piece Finder::look(const Inquiry& one, std::size_t begin, std::size_t end,
                           Texts::Walk walk) const {
    const Wanted& wanted = one.wanted_;
    const bool words = !wanted.words.empty();
    const bool deep =
        !wanted.hosts.empty() || wanted.talk != 0 || wanted.journey != sim::nothing;
    const WhoKeys& keys = texts_.who();
    Piece out;
    out.found.resize((end - begin + 63) / 64, 0);
    Entries::Reader reader(run_.entries, begin);
    for (std::size_t at = begin; at < end; ++at) {
        bool fits = one.fits_[run_.entries.octet(at)];
        if (words && Texts::speaks(run_.entries.kind(at)))
            fits = one.match_.has(walk.next(texts_)) && fits;
        if (fits && deep && at < keys.size()) fits = keys.may_fit(at, one.keys_);
        if (fits && deep) {
            reader.go_to(at);
            fits = concerns(one, reader.entry());
        }
        if (!fits) continue;
        ++out.count;
        const std::size_t place = at - begin;
        out.found[place / 64] |= std::uint64_t{1} << (place % 64);
    }
    out.walk = walk;
    return out;
}

// Keeps the first so many bits.
void Finder::keep(std::vector<std::uint64_t>& found, std::size_t most) {
    for (std::uint64_t& word : found) {
        while (static_cast<std::size_t>(std::popcount(word)) > most)
            word &= ~(std::uint64_t{1} << (63 - std::countl_zero(word)));
        most -= static_cast<std::size_t>(std::popcount(word));
    }
}

void Finder::go_on(Inquiry& one, std::size_t end) {
    const Wanted& wanted = one.wanted_;
    const bool words = !wanted.words.empty();
    if (words) texts_.match(one.match_);
    const std::size_t begin = one.at_;
    std::vector<std::uint64_t> found;
    std::uint64_t count = 0;
    if (words && !one.match_.any && texts_.whole()) {
        one.at_ = run_.entries.size();  // no text has them
    } else {
        // While another thread looks at the turn behind this one, two go in the time of one.
        const bool two = (!words || texts_.whole()) && end - begin == entries_a_turn &&
                         begin % entries_a_turn == 0 && end < run_.entries.size();
        const std::size_t last = two ? std::min(end + entries_a_turn, run_.entries.size()) : end;
        Piece second;
        std::thread other;
        if (two)
            other = std::thread([&] { second = look(one, end, last, words ? texts_.walk_at(end) : one.walk_); });
        Piece first = look(one, begin, end, one.walk_);
        if (two) other.join();
        one.walk_ = two ? second.walk : first.walk;
        one.at_ = last;
        count = first.count + second.count;
        found = std::move(first.found);
        found.insert(found.end(), second.found.begin(), second.found.end());
        if (one.kept_ + count > wanted.found_max) keep(found, wanted.found_max - one.kept_);
        one.kept_ = std::min<std::size_t>(wanted.found_max, one.kept_ + count);
    }
    const std::lock_guard lock(one.mutex_);
    if (count != 0 && one.count_ == 0) one.first_ms_ = clock_ms() - one.asked_ms_;
    one.count_ += count;
    one.fresh_.insert(one.fresh_.end(), found.begin(), found.end());
    if (one.at_ < run_.entries.size()) return;
    one.whole_ms_ = clock_ms() - one.asked_ms_;
    one.done_.store(true, std::memory_order_release);
    one.over_.notify_all();
}

}  // namespace postroad::viz
