// One real TCP connection and its end in the world: a caller who came by a door, or a real server
// that a simulated host has connected to.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "sim/live/edge.hpp"

namespace postroad::sim::live {

class Visitor : public std::enable_shared_from_this<Visitor> {
  public:
    Visitor(Edge& edge, std::uint32_t subject, boost::asio::ip::tcp::socket socket);
    Visitor(const Visitor&) = delete;
    Visitor& operator=(const Visitor&) = delete;

    std::uint32_t subject() const { return subject_; }
    bool over() const { return state_ == State::over; }
    bool is_real_server() const { return (subject_ & real_peer_bit) != 0; }

    // Connects to a real server; the world hears accept or refuse.
    void call(const boost::asio::ip::tcp::endpoint& where);
    // From the world.
    void heard(OutsideNews news, std::string_view octets);
    // Sends what can be sent now, and reads on when there is room.
    void flush();
    // Ends what has taken too long. True when it ended something.
    bool sweep(Pace::Clock::time_point now);
    // The world is over for him: RST.
    void drop();

  private:
    enum class State : std::uint8_t {
        calling,   // a real server has not decided yet
        talking,
        leaving,   // the world has said good-bye; he has not taken everything yet
        over,
    };
    void wait_readable();
    void wait_writable();
    void read();
    void lost(bool reset);
    void end();
    bool has_room() const;
    void say(Entry entry, std::string words = {});

    Edge& edge_;
    std::uint32_t subject_;
    boost::asio::ip::tcp::socket socket_;
    std::string out_;            // said to him, not yet taken by the system
    std::size_t out_sent_ = 0;   // of it
    std::size_t taken_ = 0;      // octets from him since the last sweep
    State state_ = State::talking;
    bool reading_ = false;       // a wait for octets is out
    bool writing_ = false;       // a wait for room is out
    bool opened_ = false;        // the world's handshake is over
    bool heard_end_ = false;     // he has said all he had to say
    bool told_end_ = false;      // the world has; shut once out_ is empty
    bool paused_ = false;        // the world knows that he does not read
    Pace::Clock::time_point began_, leaving_since_;
};

}  // namespace postroad::sim::live
