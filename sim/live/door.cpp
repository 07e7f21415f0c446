// Lets people in, as many as there is room for; the others wait in the system's queue.
#include "sim/live/door.hpp"

#include "sim/live/visitor.hpp"

namespace postroad::sim::live {

using boost::system::error_code;
namespace ip = boost::asio::ip;

namespace {

constexpr int at_once_max = 64;  // then the world has its turn

std::string place_of(const Exposure& one) {
    return (one.address.is_v6() ? "[" + one.address.to_string() + "]" : one.address.to_string()) +
           ":" + std::to_string(one.outside_port);
}

template <class Socket, class Protocol>
bool take_place(Socket& socket, const Exposure& exposure, const Protocol& protocol, std::string& error) {
    error_code failed;
    socket.open(protocol, failed);
    if (!failed) socket.set_option(boost::asio::socket_base::reuse_address(true), failed);
    if (!failed) socket.bind({exposure.address, exposure.outside_port}, failed);
    if (!failed) socket.non_blocking(true, failed);
    if (failed)
        error = "cannot listen at " + place_of(exposure) + " for " + exposure.where + ": " +
                failed.message();
    return !failed;
}

}  // namespace

TcpDoor::TcpDoor(Edge& edge, Exposure exposure)
    : Door(edge, std::move(exposure)), acceptor_(edge.io_) {}

bool TcpDoor::open(Exposure& exposure, std::string& error) {
    const auto protocol = exposure.address.is_v6() ? ip::tcp::v6() : ip::tcp::v4();
    if (!take_place(acceptor_, exposure, protocol, error)) return false;
    error_code failed;
    acceptor_.set_option(ip::tcp::no_delay(true), failed);  // whoever comes in has it, too
    acceptor_.listen(boost::asio::socket_base::max_listen_connections, failed);
    if (failed) {
        error = "cannot listen at " + place_of(exposure) + ": " + failed.message();
        return false;
    }
    exposure.outside_port = acceptor_.local_endpoint().port();
    exposure_ = exposure;
    wait();
    return true;
}

void TcpDoor::look() {
    if (!waiting_) wait();
}

void TcpDoor::wait() {
    if (!edge_.admits()) return;  // look() comes again when somebody has left
    waiting_ = true;
    acceptor_.async_wait(ip::tcp::acceptor::wait_read, [this](const error_code& error) {
        waiting_ = false;
        if (error) return;
        take();
        wait();
    });
}

void TcpDoor::take() {
    for (int i = 0; i < at_once_max && edge_.admits(); ++i) {
        error_code error;
        ip::tcp::socket socket(edge_.io_);
        acceptor_.accept(socket, error);
        if (error) return;  // nobody else is there, or he has left again
        const std::uint32_t subject = edge_.free_number();
        --edge_.tokens_;
        ++edge_.tally_.connections;
        edge_.welcome(subject, std::make_shared<Visitor>(edge_, subject, std::move(socket)));
        edge_.enter(Entry::connect, edge_.settings_.from, subject, exposure_.where);
    }
}

UdpDoor::UdpDoor(Edge& edge, Exposure exposure)
    : Door(edge, std::move(exposure)), socket_(edge.io_) {}

bool UdpDoor::open(Exposure& exposure, std::string& error) {
    const auto protocol = exposure.address.is_v6() ? ip::udp::v6() : ip::udp::v4();
    if (!take_place(socket_, exposure, protocol, error)) return false;
    exposure.outside_port = socket_.local_endpoint().port();
    exposure_ = exposure;
    room_.resize(edge_.settings_.limits.datagram_octets_max + 1);
    wait();
    return true;
}

void UdpDoor::look() {
    if (!waiting_) wait();
}

void UdpDoor::wait() {
    waiting_ = true;
    socket_.async_wait(ip::udp::socket::wait_read, [this](const error_code& error) {
        waiting_ = false;
        if (error) return;
        take();
        wait();
    });
}

void UdpDoor::take() {
    for (int i = 0; i < at_once_max; ++i) {
        error_code error;
        ip::udp::endpoint from;
        const std::size_t got =
            socket_.receive_from(boost::asio::buffer(room_), from, 0, error);
        if (error) return;  // none is left, or ICMP told of an answer nobody wanted
        ++edge_.tally_.datagrams;
        if (edge_.awaited_ >= edge_.settings_.limits.datagrams_max ||
            got > edge_.settings_.limits.datagram_octets_max) {
            ++edge_.tally_.turned_away;
            continue;
        }
        const std::uint32_t subject = edge_.free_number();
        askers_[subject] = {from, Pace::Clock::now()};
        ++edge_.awaited_;
        edge_.tally_.octets_in += got;
        edge_.enter(Entry::datagram, edge_.settings_.from, subject,
                    exposure_.where + " " + room_.substr(0, got));
    }
}

bool UdpDoor::answer(std::uint32_t subject, std::string_view octets) {
    const auto asker = askers_.find(subject);
    if (asker == askers_.end()) return false;
    error_code ignored;  // who asks over UDP asks again
    socket_.send_to(boost::asio::buffer(octets.data(), octets.size()), asker->second.from, 0,
                    ignored);
    edge_.tally_.octets_out += octets.size();
    askers_.erase(asker);
    --edge_.awaited_;
    edge_.free_.push_back(subject);
    return true;
}

void UdpDoor::sweep() {
    const auto now = Pace::Clock::now();
    for (auto one = askers_.begin(); one != askers_.end();) {
        if (now < one->second.since + edge_.settings_.limits.datagram_wait) {
            ++one;
            continue;
        }
        edge_.free_.push_back(one->first);
        --edge_.awaited_;
        one = askers_.erase(one);
    }
}

}  // namespace postroad::sim::live
