// What the Trace records: one plain row type a kind of fact. Every view derives from these rows.
#pragma once

#include <cstdint>

#include "protocols/base/machine.hpp"
#include "protocols/base/pages.hpp"
#include "sim/core/time.hpp"
#include "sim/net/address.hpp"

namespace postroad::sim {

// How much is recorded. The simulation's outcome is the same at each; a fingerprint counts only
// what is recorded at every depth.
enum class Depth : std::uint8_t { summary, lines, bytes };

// Ids made at run time: node << 40 | the node's own counter. 0: none.
using Id = std::uint64_t;
constexpr NodeId node_of(Id id) { return static_cast<NodeId>(id >> 40); }
constexpr std::uint64_t count_of(Id id) { return id & ((std::uint64_t{1} << 40) - 1); }

enum class Fact : std::uint8_t {
    filler,        // the unused end of a chunk
    conversation,  // a connection was begun
    established,   // its handshake is complete, as its initiator sees it
    ended,         // one end of it is over
    line,          // something was said in it
    packet,        // left a host
    arrival,       // a packet reached a host (or passed a capture point)
    lost,          // a packet will never arrive
    verdict,       // of a firewall
    translation,   // by a NAT
    decision,      // with its reason
    lookup,        // a DNS question and its answer, as the asking host saw it
    queue,         // a move of a message in a host's queue
    custody,       // responsibility for a message begins, passes, ends
    mailbox,       // a change in a mailbox
    change,        // the timeline or a fork changed the world
    address,       // an address that no host has was given an id
    tls,           // a TLS handshake has ended, as one end saw it
    secret,        // a line of a key log, so that a capture can be read
    altered,       // somebody on a link changed what a packet carries
    count_of_facts,
};

struct RowHead {
    Time time = 0;
    NodeId node = 0;           // who records it
    std::uint16_t octets = 0;  // of the whole row, head included; a multiple of 8
    Fact fact = Fact::filler;
    std::uint8_t tail_pad = 0; // zero octets behind the tail, to the multiple of 8
};
static_assert(Record<RowHead> && sizeof(RowHead) == 16);

// Rows are a head, one of these records, and a tail of octets.

struct ConversationFact {  // by the initiator, when it sends its SYN
    static constexpr Fact fact = Fact::conversation;
    static constexpr Depth depth = Depth::summary;
    Id conversation = 0;
    net::Address source, target;
    std::uint16_t source_port = 0, target_port = 0;
    std::uint8_t protocol = 6;
    std::uint8_t unused[3] = {};
};

struct EstablishedFact {
    static constexpr Fact fact = Fact::established;
    static constexpr Depth depth = Depth::summary;
    Id conversation = 0;
};

enum class Ending : std::uint16_t {
    closed,       // FIN both ways
    reset,        // by the peer
    refused,      // RST for the SYN, or ICMP port unreachable
    timed_out,    // no answer to repeated tries: what a dropped packet looks like
    unreachable,  // ICMP network, host or administratively prohibited
    aborted,      // by this end
    crashed,      // the host went down
};

struct EndedFact {  // by each end
    static constexpr Fact fact = Fact::ended;
    static constexpr Depth depth = Depth::summary;
    Id conversation = 0;
    std::uint64_t sent_hash = 0;    // of all octets this end sent, in order
    std::uint32_t sent_octets = 0;  // modulo 2^32
    Ending how = Ending::closed;
    std::uint16_t initiator = 0;    // 1: recorded by the end that began it
};

// Whose words a line is; where the speaker is simulated it is the speaker who records it.
struct LineFact {
    static constexpr Fact fact = Fact::line;
    static constexpr Depth depth = Depth::lines;
    Id conversation = 0;
    Section section;
    std::uint32_t octets = 0;  // on the wire; the tail may hold less (content is kept once)
    std::uint16_t code = 0;
    Speech speech = Speech::reply;
    std::uint8_t from_initiator = 0;
    // tail: the octets, CRLF included; empty for content, which the packets and the store have
};

struct PacketFact {
    static constexpr Fact fact = Fact::packet;
    static constexpr Depth depth = Depth::bytes;
    Id packet = 0;
    Id conversation = 0;
    std::uint32_t source = 0, target = 0;  // AddressIds
    std::uint32_t sequence = 0, acknowledgment = 0;
    std::uint16_t source_port = 0, target_port = 0;
    std::uint16_t window = 0, mss = 0;
    std::uint16_t payload_octets = 0;
    std::uint8_t protocol = 0, tcp_flags = 0;
    std::uint8_t ttl = 64, icmp_type = 0, icmp_code = 0, why = 0;  // why: see Why below
    // tail: the payload
};

// Why a segment went out, for packet comments.
enum class Why : std::uint8_t {
    none, handshake, data, acknowledgment, delayed_ack, window_update, retransmission_timeout,
    fast_retransmit, close, reset, keep_alive, probe, unreachable,
};

struct ArrivalFact {
    static constexpr Fact fact = Fact::arrival;
    static constexpr Depth depth = Depth::bytes;
    Id packet = 0;
};

enum class Loss : std::uint16_t {
    random, queue_full, link_down, host_down, no_route, ttl, outage,
    taken,  // by somebody on the link
};

struct LostFact {
    static constexpr Fact fact = Fact::lost;
    static constexpr Depth depth = Depth::summary;
    Id packet = 0;
    Id conversation = 0;
    std::uint32_t link = 0;
    Loss why = Loss::random;
    std::uint16_t unused = 0;
};

struct VerdictFact {  // new connections always; single packets when dropped or rejected
    static constexpr Fact fact = Fact::verdict;
    static constexpr Depth depth = Depth::summary;
    Id packet = 0;
    Id conversation = 0;
    std::uint32_t firewall = 0;       // Setup::firewalls
    std::int32_t rule = -1;           // -1: the policy
    std::uint32_t source = 0, target = 0;
    std::uint16_t source_port = 0, target_port = 0;
    std::uint8_t protocol = 0;
    std::uint8_t verdict = 0;         // net::Verdict
    std::uint8_t direction = 0;       // net::Direction where that matters
    std::uint8_t unused = 0;
};

struct TranslationFact {  // from here on the packet has other addresses
    static constexpr Fact fact = Fact::translation;
    static constexpr Depth depth = Depth::bytes;
    Id packet = 0;
    std::uint32_t source = 0, target = 0;
    std::uint16_t source_port = 0, target_port = 0;
    std::uint32_t unused = 0;
};

struct DecisionFact {
    static constexpr Fact fact = Fact::decision;
    static constexpr Depth depth = Depth::summary;
    Id subject = 0;             // a message or a conversation; 0: the host itself
    std::uint16_t reason = 0;   // Reason
    std::uint16_t arguments = 0;
    std::uint32_t unused = 0;
    // tail: the arguments (reasons.hpp)
};

struct LookupFact {
    static constexpr Fact fact = Fact::lookup;
    static constexpr Depth depth = Depth::summary;
    Id subject = 0;              // what it was looked up for
    std::uint32_t server = 0;    // AddressId of who answered; 0xffffffff: nobody
    std::uint32_t ttl_s = 0;
    std::uint16_t type = 0;      // RFC 1035 §3.2.2
    std::uint16_t rcode = 0;
    std::uint8_t from_cache = 0;
    std::uint8_t timed_out = 0;
    std::uint16_t answers = 0;
    std::uint16_t name_octets = 0;
    std::uint16_t unused[3] = {};
    // tail: the name, then the answers as text, one a line
};

enum class QueueMove : std::uint16_t {
    entered, trying, deferred, delivered, relayed, failed, expired, left, delayed_notice,
};

struct QueueFact {
    static constexpr Fact fact = Fact::queue;
    static constexpr Depth depth = Depth::summary;
    Id message = 0;
    Time due = 0;                 // next try, where there is one
    QueueMove move = QueueMove::entered;
    std::uint16_t code = 0;       // reply code behind it
    std::uint32_t attempt = 0;
    // tail: recipient or destination, and words
};

enum class CustodyMove : std::uint16_t {
    composed,     // the MUA has made the message
    accepted,     // this node has answered 250 to the end of data: it is responsible now
    handed_over,  // the next node has answered 250: no longer responsible for these recipients
    delivered,    // into a mailbox
    fetched,      // from a mailbox, by its owner; with no recipients: by an agent, to hand it on
    bounced,      // a report has been sent in its stead
    discarded,    // nothing more can be done for it
};

struct CustodyFact {
    static constexpr Fact fact = Fact::custody;
    static constexpr Depth depth = Depth::summary;
    Id message = 0;               // this node's own id (queue id) of it
    Id conversation = 0;          // in which it came or went
    Id related = 0;               // bounced: the report; accepted after composing: as known before
    std::uint32_t transaction = 0;  // which mail of that conversation, from 0
    CustodyMove move = CustodyMove::composed;
    std::uint16_t recipients = 0;
    std::uint64_t content_hash = 0;
    // tail: "reverse-path\nrecipient\nrecipient…", or the mailbox; composed: Message-ID\nsubject first
};

enum class MailboxMove : std::uint16_t {
    arrived, opened, retrieved, deleted, closed, refused,
    flagged,          // `flags` are its flags now
    copied,           // it came from another folder
    appended,         // a client put it there
    folder_made, folder_removed, folder_renamed,
};

struct MailboxFact {
    static constexpr Fact fact = Fact::mailbox;
    static constexpr Depth depth = Depth::summary;
    Id message = 0;
    Id conversation = 0;
    std::uint32_t mailbox = 0;
    std::uint32_t uid = 0;
    std::uint32_t octets = 0;
    MailboxMove move = MailboxMove::arrived;
    std::uint16_t flags = 0;  // flagged: mail_flag
    // tail: the mailbox's owner; "\n" and the folder, where it is not INBOX
};

struct ChangeFact {
    static constexpr Fact fact = Fact::change;
    static constexpr Depth depth = Depth::summary;
    std::uint64_t number = 0;  // of the timeline entry, or of the fork's change
    // tail: what changed, in the scenario's own words
};

struct AddressFact {
    static constexpr Fact fact = Fact::address;
    static constexpr Depth depth = Depth::summary;
    net::Address address;
    std::uint32_t id = 0;
    std::uint32_t unused = 0;
};

struct TlsFact {
    static constexpr Fact fact = Fact::tls;
    static constexpr Depth depth = Depth::summary;
    Id conversation = 0;
    std::uint16_t version = 0;       // 0x0304: TLS 1.3; 0: it failed
    std::uint8_t initiator = 0;      // 1: recorded by the end that began the connection
    std::uint8_t fault = 0;          // tls::Fault: what is wrong with the certificate
    std::uint32_t modelled_us = 0;   // not 0: no real TLS, which would have cost this end so much CPU
    // tail: cipher suite, server name asked for, names in the certificate, its issuer; a line each
};

struct AlteredFact {  // by the node that sends into the link
    static constexpr Fact fact = Fact::altered;
    static constexpr Depth depth = Depth::bytes;
    Id packet = 0;
    std::uint32_t sequence = 0, acknowledgment = 0;  // from here on
    // tail: the payload from here on
};

struct SecretFact {  // by the initiator
    static constexpr Fact fact = Fact::secret;
    static constexpr Depth depth = Depth::bytes;
    Id conversation = 0;
    // tail: "CLIENT_RANDOM …", as NSS's key log has it
};

}  // namespace postroad::sim
