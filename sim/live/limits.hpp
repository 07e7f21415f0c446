// What the live edge allows anybody outside, with its defaults. README.md beside this file tells
// what a peer sees at each; beyond a limit people wait or are let go, and nothing grows for ever.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace postroad::sim::live {

struct Limits {
    // More wait in the system's queue until somebody leaves.
    std::size_t connections_max = 1024;
    std::size_t connections_per_s_max = 20'000;
    // Read at a time, from one socket.
    std::size_t read_octets = 16U << 10;
    // From one socket; then it waits for the next second.
    std::size_t octets_per_s_max = 64U << 20;
    // Taken from a socket and not yet acknowledged by the simulated other end: then no more is read.
    std::size_t inbound_octets_max = 64U << 10;
    // Said to somebody outside who does not read: then his simulated window closes.
    std::size_t unread_octets_max = 256U << 10;
    // Datagrams whose answers are awaited; one more is dropped, as a full queue drops it.
    std::size_t datagrams_max = 1024;
    std::size_t datagram_octets_max = 4096;
    std::chrono::seconds datagram_wait{10};
    // From the world's good-bye until the peer has taken what was said before it.
    std::chrono::seconds linger{30};
    // For a real server to take a connection.
    std::chrono::seconds connect_wait{30};
    // A conversation's whole life, however slowly it goes; the protocols' own time-outs are shorter.
    std::chrono::hours life{6};
    // Pages of the world (mailboxes, queues, buffers): beyond, nobody new is let in.
    std::uint64_t memory_octets_max = std::uint64_t{4} << 30;
};

}  // namespace postroad::sim::live
