// One pass over a Trace that gathers what the views need: who talked to whom, which queue ids are
// one message, and why things were done. It points into the Trace and copies no words but few.
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

// A TCP connection or a UDP exchange. Its number, from 1, is its place in the index.
struct Conversation {
    Id id = 0;
    Time begun = 0;
    Time established = never;
    Time ended = never;                  // the later of its two ends
    std::uint64_t first = 0, last = 0;   // positions of its first and its last row
    net::Address source, target;         // as its initiator sees them
    NodeId initiator = 0;
    NodeId acceptor = nothing;           // unknown: nobody has answered, and no host has `target`
    std::uint32_t lines = 0, mails = 0;  // mails: MAIL commands of its initiator
    std::uint32_t packets = 0, lost = 0, sent_again = 0;
    std::uint16_t source_port = 0, target_port = 0;
    std::uint8_t protocol = 0;
    Ending how = Ending::closed;         // once `ended`; the worse of its ends'
};

// A step in who is responsible for a message.
struct Custody {
    std::uint64_t position = 0;          // of its row, which has the tail
    Time time = 0;
    NodeId node = 0;
    std::uint32_t journey = 0;           // index into TraceIndex::journeys
    CustodyFact fact;
    std::uint32_t mail = 0;              // which MAIL command of its conversation, from 1; 0: none
    std::uint32_t unused = 0;
};

// One message from its author to its readers, across hosts and their queue ids. Its number, from
// 1, is its place in the index. A report about it is a journey of its own.
struct Journey {
    std::vector<std::uint32_t> steps;    // into TraceIndex::custody, in time order
    std::vector<Id> ids;                 // as its hosts call it, in time order
    std::string message_id, subject;     // where composing is in the Trace
    std::uint32_t report_on = nothing;   // the journey it reports on
    bool has(Id id) const;
};

class TraceIndex {
  public:
    TraceIndex(const Trace& trace, const Setup& setup);

    std::vector<Conversation> conversations;  // in the order they began
    std::vector<Custody> custody;             // in time order
    std::vector<Journey> journeys;            // in the order of their first step

    const Conversation* conversation(Id id) const;
    std::uint32_t number_of(Id conversation) const;  // from 1; 0: unknown
    std::uint32_t journey_of(Id message) const;      // index, or `nothing`
    // By number, queue id, or Message-ID with or without its brackets; `nothing` when unknown.
    std::uint32_t find_journey(std::string_view words) const;
    // Positions of the decisions about a message, a conversation or (0) hosts, in time order.
    struct Subject {
        Id subject = 0;
        std::uint64_t position = 0;
    };
    std::span<const Subject> decisions(Id subject) const;

    // Addresses met at run time are in the Trace, the others in the Setup.
    const net::Address& address(AddressId id) const;
    // The node that has an address; a network's public address is the network's node.
    NodeId node_of_address(const net::Address& address) const;
    std::string node_name(NodeId node) const;  // "?" for `nothing`
    // "mail", or the bare address where no node has it.
    std::string end_name(const net::Address& address) const;

  private:
    Conversation* edit_conversation(Id id);
    std::uint32_t message_index(Id id);
    std::uint32_t find_message(Id id) const;
    void join(std::uint32_t a, std::uint32_t b);
    std::uint32_t root(std::uint32_t message);
    void take_custody(const RowView& row, std::uint64_t position);
    void gather_journeys(const Trace& trace);

    const Setup* setup_;
    std::vector<net::Address> more_addresses_;
    Index by_id_;                             // conversations
    std::vector<Id> messages_;                // every message id met
    std::vector<std::uint32_t> parents_;      // joined ids: the smallest index is the root
    std::vector<std::uint32_t> journeys_of_;  // by message index
    Index messages_by_id_;
    struct Transfer {
        Id conversation = 0;
        std::uint32_t transaction = 0;
        std::uint32_t message = 0;
    };
    std::vector<Transfer> transfers_;
    Index transfers_by_key_;
    std::vector<Transfer> retrieved_;         // the latest of each reading conversation
    Index retrieved_by_id_;
    struct Link {
        std::uint32_t a = 0, b = 0;
    };
    std::vector<Link> reports_;               // a: report, b: what it reports on
    std::vector<Link> renamed_;
    std::vector<Subject> decisions_;
};

}  // namespace postroad::sim::views
