// Where people outside come in: a listening socket (TCP) or a bound one (UDP).
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <map>

#include "sim/live/edge.hpp"

namespace postroad::sim::live {

class Door {
  public:
    Door(Edge& edge, Exposure exposure) : edge_(edge), exposure_(std::move(exposure)) {}
    virtual ~Door() = default;
    Door(const Door&) = delete;
    Door& operator=(const Door&) = delete;

    // Binds; fills in the port that the system chose.
    virtual bool open(Exposure& exposure, std::string& error) = 0;
    // There may be room again for somebody who waits outside.
    virtual void look() = 0;
    // The world says something to a number that came by this door. False: it is nobody of ours.
    virtual bool answer(std::uint32_t, std::string_view) { return false; }
    // Time has passed.
    virtual void sweep() {}

  protected:
    Edge& edge_;
    Exposure exposure_;
};

class TcpDoor : public Door {
  public:
    TcpDoor(Edge& edge, Exposure exposure);
    bool open(Exposure& exposure, std::string& error) override;
    void look() override;

  private:
    void wait();
    void take();
    boost::asio::ip::tcp::acceptor acceptor_;
    bool waiting_ = false;
};

class UdpDoor : public Door {
  public:
    UdpDoor(Edge& edge, Exposure exposure);
    bool open(Exposure& exposure, std::string& error) override;
    void look() override;
    bool answer(std::uint32_t subject, std::string_view octets) override;
    void sweep() override;

  private:
    struct Asker {
        boost::asio::ip::udp::endpoint from;
        Pace::Clock::time_point since;
    };
    void wait();
    void take();
    boost::asio::ip::udp::socket socket_;
    std::map<std::uint32_t, Asker> askers_;
    std::string room_;
    bool waiting_ = false;
};

}  // namespace postroad::sim::live
