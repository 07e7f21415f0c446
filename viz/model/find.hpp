// Searching and filtering everything that happened, on a thread of its own: what is found streams
// in, and no frame waits for it.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "viz/model/entry_set.hpp"
#include "viz/model/recording.hpp"
#include "viz/model/texts.hpp"
#include "viz/model/who_keys.hpp"

namespace postroad::viz {

// Which rows somebody wants to see.
struct Wanted {
    std::uint32_t kinds = all_kinds;
    std::vector<NodeId> hosts;                // who says, hears or does it, sorted; empty: anybody
    std::uint32_t journey = sim::nothing;     // TraceIndex::journeys
    std::uint32_t talk = 0;                   // number of a conversation; 0: all
    bool failures = false;                    // what failed, alone
    std::string words;                        // in what is said, its section, or who says it
    std::size_t found_max = ~std::size_t{0};  // more are counted and not kept
    bool operator==(const Wanted&) const = default;
};

// An answer that is coming in. Letting go of it ends the search.
class Inquiry {
public:
    // Puts what has been found since behind `out`. True when something was. Never waits for the
    // search.
    bool take(EntrySet& out);
    bool done() const { return done_.load(std::memory_order_acquire); }
    std::uint64_t count() const { return count_.load(std::memory_order_relaxed); }
    // Waits for the whole answer: for pictures and tests.
    void wait();
    double first_ms() const { return first_ms_; }  // until something was found; read when done
    double whole_ms() const { return whole_ms_; }

private:
    friend class Finder;
    Wanted wanted_;
    std::mutex mutex_;
    std::condition_variable over_;
    std::vector<std::uint64_t> fresh_;  // as EntrySet has it
    std::atomic<std::uint64_t> count_{0};
    std::atomic<bool> done_{false};
    double first_ms_ = 0, whole_ms_ = 0;
    // The thread's own:
    double asked_ms_ = 0;
    bool begun_ = false;
    std::size_t at_ = 0, kept_ = 0;
    Texts::Match match_;
    Texts::Walk walk_;
    std::array<bool, 256> fits_{};   // by an entry's octet: its kind, and whether it failed
    std::vector<sim::Id> subjects_;  // of the journey, sorted
    WhoKeys::Wanted keys_;
};

class Finder {
public:
    explicit Finder(const Recording& run) : run_(run), texts_(run) {}
    ~Finder();
    Finder(const Finder&) = delete;
    Finder& operator=(const Finder&) = delete;

    std::shared_ptr<Inquiry> ask(Wanted wanted);
    // Reads all texts now, so that the first search need not.
    void prepare();
    // Something is being searched.
    bool busy() const { return busy_.load(std::memory_order_relaxed); }
    bool prepared() const { return prepared_.load(std::memory_order_acquire); }
    std::size_t texts_bytes() const { return texts_bytes_.load(std::memory_order_relaxed); }

private:
    void start();
    void work();
    void begin(Inquiry& one) const;
    void go_on(Inquiry& one, std::size_t end);
    // What fits among these entries, a bit each, with the walk through their texts.
    struct Piece {
        std::vector<std::uint64_t> found;
        std::uint64_t count = 0;
        Texts::Walk walk;
    };
    Piece look(const Inquiry& one, std::size_t begin, std::size_t end, Texts::Walk walk) const;
    static void keep(std::vector<std::uint64_t>& found, std::size_t most);
    bool concerns(const Inquiry& one, const Entry& entry) const;

    const Recording& run_;
    Texts texts_;  // the thread's own
    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<std::weak_ptr<Inquiry>> asked_;
    bool preparing_ = false, ending_ = false;
    std::atomic<bool> busy_{false}, prepared_{false};
    std::atomic<std::size_t> texts_bytes_{0};
    std::thread thread_;
};

}  // namespace postroad::viz
