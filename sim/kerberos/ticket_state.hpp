// What mail programs keep of Kerberos in the World: tickets, and how far they are in getting more.
#pragma once

#include "protocols/base/heap.hpp"
#include "protocols/base/pages.hpp"
#include "sim/core/facts.hpp"
#include "sim/world/setup.hpp"

namespace postroad::sim {

// A ticket and its session key, of one person.
struct CachedTicket {
    std::uint32_t next = nothing;      // of the same person (first: the free list's link when ended)
    std::uint32_t generation = 0;
    Text server;                       // "smtp/mail.example.org", "krbtgt/EXAMPLE.ORG"
    Text ticket;
    Text session;
    std::int64_t from = 0, until = 0;  // Unix time
    std::int32_t type = 0;             // of the session key
    std::uint32_t flags = 0;
};
static_assert(Record<CachedTicket>);

struct KerberosPerson {
    std::uint32_t first_ticket = nothing;
    std::uint32_t unused = 0;
    std::uint64_t said_us = 0;         // microseconds since the start: of the last authenticator
};
static_assert(Record<KerberosPerson>);

enum class TicketStep : std::uint8_t {
    none,
    finding_kdc,      // _kerberos._udp in DNS
    finding_address,  // of the KDC that is next
    asking,           // AS-REQ without proof: the KDC says which
    proving,          // AS-REQ with the time, encrypted
    showing,          // TGS-REQ
};

// One ticket that is being got.
struct TicketJob {
    NodeId device = 0;                 // (first: the free list's link when ended)
    std::uint32_t generation = 0;
    Id subject = 0, conversation = 0;
    Text service;
    Text kdcs;                         // names, one a line, the next one first
    Text salt;
    std::uint64_t number = 0;          // Waiter
    std::uint32_t connection = nothing, connection_generation = 0;
    std::uint32_t person = nothing;
    std::uint32_t serial = 0;          // of questions and timers
    AddressId kdc = nothing, source = nothing;
    std::uint32_t nonce = 0;
    std::int32_t type = 0;             // of the person's key, as the KDC wants it
    std::uint16_t port = 0;            // ours; 0: none taken
    std::uint8_t tries = 0;            // of this KDC
    TicketStep step = TicketStep::none;
    std::uint32_t unused = 0;
};
static_assert(Record<TicketJob>);

}  // namespace postroad::sim
