// One pass over a Trace that gathers what the views need: who talked to whom, which queue ids are
// one message. It points into the Trace, which must outlive it, and copies nothing that a row has.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/base/index.hpp"
#include "sim/core/reasons.hpp"
#include "sim/core/trace.hpp"
#include "sim/world/setup.hpp"

namespace postroad::sim::views {

// A TCP connection or a UDP exchange. Its number, from 1, is its place in the index. What else is to
// be said of it is in its first row (opening() below).
struct Conversation {
    Id id = 0;
    Time established = never;
    Time ended = never;                  // the later of its two ends
    std::uint64_t first = 0, last = 0;   // positions of its first and its last row
    NodeId initiator = 0;
    NodeId acceptor = nothing;           // unknown: nobody has answered, and no host has `target`
    std::uint16_t source_port = 0, target_port = 0;
    Ending how = Ending::closed;         // once `ended`; the worse of its ends'
    std::uint8_t protocol = 0;
    bool mailed = false;                 // its initiator has given a MAIL command
};

// Its addresses, as its initiator sees them. Valid while the Trace is.
inline const ConversationFact& opening(const Trace& trace, const Conversation& one) {
    return trace.at(one.first).as<ConversationFact>();
}

// What was in a conversation.
struct ConversationCounts {
    std::uint32_t lines = 0, mails = 0;  // mails: MAIL commands of its initiator
    std::uint32_t packets = 0, lost = 0, sent_again = 0;
};

// A step in who is responsible for a message: its row, and what the index knows beyond it.
struct Custody {
    std::uint64_t position = 0;          // of its row, which has the tail
    Time time = 0;
    NodeId node = 0;
    std::uint32_t journey = 0;           // index into TraceIndex::journeys
    CustodyFact fact;
    std::uint32_t mail = 0;              // which MAIL command of its conversation, from 1; 0: none
};

// All steps, in time order. Most of a step is in its row, so that it is put together when asked for.
class CustodySteps {
  public:
    std::size_t size() const { return kept_.size(); }
    Custody operator[](std::size_t step) const;

    class Iterator {
      public:
        Iterator(const CustodySteps& steps, std::size_t at) : steps_(&steps), at_(at) {}
        Custody operator*() const { return (*steps_)[at_]; }
        Iterator& operator++() { return ++at_, *this; }
        bool operator==(const Iterator& other) const { return at_ == other.at_; }

      private:
        const CustodySteps* steps_;
        std::size_t at_;
    };
    Iterator begin() const { return {*this, 0}; }
    Iterator end() const { return {*this, size()}; }

  private:
    friend class TraceIndex;
    struct Kept {
        std::uint64_t position = 0;
        std::uint32_t journey = 0;
        std::uint32_t mail = 0;
    };
    const Trace* trace_ = nullptr;
    std::vector<Kept> kept_;
};

class TraceIndex;

// One message from its author to its readers, across hosts and their queue ids. Its number, from
// 1, is its place in the index. A report about it is a journey of its own.
struct Journey {
    std::span<const std::uint32_t> steps;  // into TraceIndex::custody, in time order
    std::uint32_t report_on = nothing;     // the journey it reports on
    // Where composing is in the Trace, which has the words; empty where it is not.
    std::string_view message_id() const;
    std::string_view subject() const;
    std::vector<Id> ids() const;           // as its hosts call it, in time order

    const Trace* trace = nullptr;
    const CustodySteps* custody = nullptr;
};

// All journeys, in the order of their first step.
class Journeys {
  public:
    std::size_t size() const { return ends_.size(); }
    bool empty() const { return ends_.empty(); }
    Journey operator[](std::size_t journey) const;

  private:
    friend class TraceIndex;
    const Trace* trace_ = nullptr;
    const CustodySteps* custody_ = nullptr;
    std::vector<std::uint32_t> steps_;  // of the first, of the second, …
    std::vector<std::uint32_t> ends_;   // of each one's
    std::vector<std::uint32_t> report_on_;
};

class TraceIndex {
  public:
    enum class Counting : std::uint8_t { none, all };
    TraceIndex(const Trace& trace, const Setup& setup, Counting counting = Counting::all);
    TraceIndex(const TraceIndex&) = delete;
    TraceIndex& operator=(const TraceIndex&) = delete;

    std::vector<Conversation> conversations;  // in the order they began
    std::vector<ConversationCounts> counts;   // of each conversation; empty unless Counting::all
    CustodySteps custody;
    Journeys journeys;

    const Conversation* conversation(Id id) const;
    std::uint32_t number_of(Id conversation) const;  // from 1; 0: unknown
    std::uint32_t journey_of(Id message) const;      // index, or `nothing`
    // By number, queue id, or Message-ID with or without its brackets; `nothing` when unknown.
    std::uint32_t find_journey(std::string_view words) const;

    // Addresses met at run time are in the Trace, the others in the Setup.
    const net::Address& address(AddressId id) const;
    // The node that has an address; a network's public address is the network's node.
    NodeId node_of_address(const net::Address& address) const;
    std::string node_name(NodeId node) const;  // "?" for `nothing`
    // "mail", or the bare address where no node has it.
    std::string end_name(const net::Address& address) const;

  private:
    struct Gathering;  // what is only needed while the rows are read
    Conversation* edit_conversation(Id id);
    std::uint32_t message_index(Id id);
    std::uint32_t find_message(Id id) const;
    void take_conversation(const RowView& row, std::uint64_t position);
    void take_line(const RowView& row, Conversation& one);
    void take_packet(const PacketFact& fact, const Conversation& one);
    void take_retrieved(const MailboxFact& fact, Gathering& gathering);
    void take_custody(const RowView& row, std::uint64_t position, Gathering& gathering);
    void gather_journeys(Gathering& gathering);
    ConversationCounts& counts_of(const Conversation& one) {
        return counts[static_cast<std::size_t>(&one - conversations.data())];
    }

    const Setup* setup_;
    std::vector<net::Address> more_addresses_;
    Index by_id_;                             // conversations
    std::vector<Id> messages_;                // every message id met
    std::vector<std::uint32_t> journeys_of_;  // by message index
    Index messages_by_id_;
};

}  // namespace postroad::sim::views
