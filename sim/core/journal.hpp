// The journal: everything that entered a world from outside, with its moment. Scenario, seed and
// journal make the run; so a rewind goes through it again, and a fork adds to its own copy.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/time.hpp"

namespace postroad::sim {

enum class Entry : std::uint8_t {
    change,   // words: one [[timeline]] table of the scenario's format, without its `at`
    connect,  // words: "host:port"; `subject` names the conversation to come
    say,      // words: octets said in conversation `subject`
    hang_up,  // conversation `subject` is closed from outside
    reset,    // conversation `subject` broke, outside
    datagram, // words: "host:port", a space, the octets of one UDP datagram; `subject` hears the answer
    accept,   // the real server behind a host takes connection `subject`
    refuse,   // it does not; words: why
    pause,    // outside, nobody reads what conversation `subject` says: its window closes
    resume,   // somebody reads again
    plug,     // real servers can be reached from now on
    unplug,   // and from now on they cannot: a fork
    mark,     // words: the fingerprint of this moment; a replay that differs is told
    end,      // a live session was over: so is a run of its journal, unless it is told otherwise
    answer,   // to a question of the world's: no happening of its own, and kept apart from those
    generate, // generator `subject` is asked what it sends, from now on
};

// Real servers have numbers of their own: the world gives them, in the order it calls.
inline constexpr std::uint32_t real_peer_bit = 0x80000000;

struct JournalEntry {
    Time at = 0;
    Entry entry = Entry::change;
    NodeId node = 0;            // where it enters
    std::uint32_t subject = 0;  // the outsider's own number, or real_peer_bit and the world's
    std::string words;
    // What a real server's word is the answer to: a hash of all it has been told (0: no answer).
    // A world that has told it something else gets no answer from the journal.
    std::uint64_t question = 0;
    bool operator==(const JournalEntry&) const = default;
};

// What somebody outside was asked, and said. Found again by the question, so that nobody is asked
// twice: a replay never calls out.
struct JournalAnswer {
    Time at = 0;
    NodeId node = 0;       // who asked
    std::string question;  // no two questions of a run are alike; without a line break
    std::string words;
    bool operator==(const JournalAnswer&) const = default;
};

// Entries in the order they came. A moment may be before that of the entry in front: a fork changed
// something while changes of later moments were still to come. Appending copies nothing.
class Journal {
  public:
    void append(JournalEntry entry);
    std::size_t size() const { return entries_.size(); }
    const JournalEntry& operator[](std::size_t index) const { return *entries_[index]; }
    // Entry `index` will not be asked for again.
    void forget(std::size_t index) { entries_[index] = nullptr; }
    // The first `count` entries alone: what a fork begins with.
    void truncate(std::size_t count) { entries_.resize(count); }

    void answered(JournalAnswer answer);
    bool has_answers() const { return !answers_.empty(); }
    // Null when it has not been asked.
    const JournalAnswer* answer_to(std::string_view question) const;
    // A fork asks again what was asked after the moment it left.
    void forget_answers_after(Time moment);

    // One entry a line: `2000000000 say 0 3 "EHLO x\r\n"`; the number of an answer from a real
    // server has its question behind it: `2147483648/1f2e…`.
    std::string to_text() const;
    static std::string heading();                        // what the text begins with
    static std::string to_line(const JournalEntry& one); // one line of it
    // Reads to_text's form; a file cut short is read up to its last whole line, which `cut` says.
    static Journal parse(std::string_view text, std::string& error, bool& cut);

    bool operator==(const Journal& other) const;

  private:
    std::vector<std::shared_ptr<const JournalEntry>> entries_;
    std::map<std::string, std::shared_ptr<const JournalAnswer>, std::less<>> answers_;
};

}  // namespace postroad::sim
