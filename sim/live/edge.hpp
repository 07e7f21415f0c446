// The edge of a live world: real sockets on this side, journal entries on the other. One thread:
// what sockets bring is entered, the world runs on to the present, the journal is written, and only
// then is anybody answered.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/live/journal_file.hpp"
#include "sim/live/limits.hpp"
#include "sim/live/pace.hpp"
#include "sim/world/simulation.hpp"

namespace postroad::sim::live {

class Door;
class Visitor;

// A port of a simulated host, and where it is to be found outside.
struct Exposure {
    std::string where;          // "mx.example.org:25", as the journal names it
    NodeId node = 0;
    std::uint16_t port = 0;
    std::uint8_t protocol = 0;  // net::protocol_tcp or net::protocol_udp
    boost::asio::ip::address address;
    std::uint16_t outside_port = 0;  // 0: the system chooses; then what it chose
};

struct Settings {
    NodeId from = 0;            // the host at whose place callers sit
    std::uint32_t speed = 1;    // while nobody real is waiting
    bool any_address = false;   // real servers elsewhere than on this machine may be asked
    Time until = never;         // the session ends then by itself
    Limits limits;
};

// What went on, for the report at the end.
struct Tally {
    std::uint64_t connections = 0, datagrams = 0, real_calls = 0;
    std::uint64_t octets_in = 0, octets_out = 0;
    std::uint64_t turned_away = 0;  // datagrams dropped, conversations ended by a limit
    std::chrono::nanoseconds behind_max{0};
};

class Edge {
  public:
    Edge(Simulation& simulation, JournalFile& journal, const Settings& settings);
    ~Edge();
    Edge(const Edge&) = delete;
    Edge& operator=(const Edge&) = delete;

    // Binds and listens. False with a sentence when the system does not let it.
    bool open(Exposure& exposure, std::string& error);

    // Until SIGINT, SIGTERM, stop() or the settings' end. False when the journal could not be kept.
    bool run();
    void stop() { stopping_ = true; }

    // Told of each line that passes, when somebody watches: from whom, to whom, octets.
    std::function<void(std::uint32_t subject, bool inwards, std::string_view octets)> on_octets;

    const Tally& tally() const { return tally_; }

  private:
    friend class Door;
    friend class TcpDoor;
    friend class UdpDoor;
    friend class Visitor;

    // What sockets bring enters here, at the present moment.
    void enter(Entry entry, NodeId node, std::uint32_t subject, std::string words);
    std::uint32_t free_number();
    void hear(std::uint32_t subject, OutsideNews news, std::string_view octets);
    void advance();
    bool flush();
    void sweep();
    void mark();
    bool admits() const;
    std::shared_ptr<Visitor> visitor(std::uint32_t subject) const;
    void welcome(std::uint32_t subject, const std::shared_ptr<Visitor>& one);
    void call_real_server(std::uint32_t subject, const std::string& where);
    std::chrono::nanoseconds patience();

    Simulation& simulation_;
    JournalFile& journal_;
    Settings settings_;
    Pace pace_;
    boost::asio::io_context io_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};
    boost::asio::signal_set signals_{io_};
    std::vector<std::unique_ptr<Door>> doors_;
    std::vector<std::shared_ptr<Visitor>> callers_, real_servers_;  // by number
    std::vector<std::shared_ptr<Visitor>> to_flush_;
    std::vector<std::shared_ptr<Visitor>> crowded_;  // there was no room for more from them
    std::vector<std::uint32_t> leaving_, free_;  // numbers: still in the world; to be used again
    std::vector<std::pair<std::uint32_t, std::string>> to_call_;
    std::size_t open_ = 0;       // conversations with anybody real
    std::size_t awaited_ = 0;    // datagrams whose answers are awaited
    std::size_t tokens_ = 0;     // connections that may still come in this second
    Tally tally_;
    Time marked_ = 0;
    bool unmarked_ = false;      // something has entered since
    bool stopping_ = false;
    Pace::Clock::time_point swept_;
};

}  // namespace postroad::sim::live
