// Octets from a socket become journal entries; what the world says goes out when the edge flushes.
#include "sim/live/visitor.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "sim/net/tcp.hpp"
#include "sim/world/outside.hpp"

namespace postroad::sim::live {

using Tcp = boost::asio::ip::tcp;
using boost::system::error_code;

Visitor::Visitor(Edge& edge, std::uint32_t subject, Tcp::socket socket)
    : edge_(edge), subject_(subject), socket_(std::move(socket)), began_(Pace::Clock::now()) {}

void Visitor::say(Entry entry, std::string words) {
    const NodeId node = is_real_server()
                            ? edge_.simulation_.world()
                                  .sessions.real_servers[subject_ & ~real_peer_bit]
                                  .node
                            : edge_.settings_.from;
    edge_.enter(entry, node, subject_, std::move(words));
}

void Visitor::call(const Tcp::endpoint& where) {
    state_ = State::calling;
    socket_.async_connect(where, [self = shared_from_this()](const error_code& error) {
        if (self->state_ != State::calling) return;
        if (error) {
            self->say(Entry::refuse, error.message());
            self->end();
            return;
        }
        error_code ignored;
        self->socket_.set_option(Tcp::no_delay(true), ignored);
        self->state_ = State::talking;
        self->say(Entry::accept);
    });
}

void Visitor::heard(OutsideNews news, std::string_view octets) {
    if (over()) return;
    switch (news) {
        case OutsideNews::called: return;  // the edge has made this visitor of it
        case OutsideNews::opened: opened_ = true; break;
        case OutsideNews::octets:
            out_ += octets;
            edge_.tally_.octets_out += octets.size();
            if (edge_.on_octets) edge_.on_octets(subject_, false, octets);
            break;
        case OutsideNews::finished: told_end_ = true; break;
        case OutsideNews::broken: drop(); return;
    }
}

// Room for more from him: he reads what is said to him, and the world has taken what he said.
bool Visitor::has_room() const {
    if (out_.size() - out_sent_ > edge_.settings_.limits.read_octets ||
        taken_ >= edge_.settings_.limits.octets_per_s_max)
        return false;
    const World& world = edge_.simulation_.world();
    const std::uint32_t connection = outside::connection_of(world, subject_);
    return connection == nothing ||
           sim::tcp::backlog_octets(world, connection) < edge_.settings_.limits.inbound_octets_max;
}

void Visitor::flush() {
    if (over() || state_ == State::calling) return;
    while (out_sent_ < out_.size() && !writing_) {
        // The system's own call: asking per call not to wait spares a call per connection.
        const ssize_t sent = ::send(socket_.native_handle(), out_.data() + out_sent_,
                                    out_.size() - out_sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent >= 0) out_sent_ += static_cast<std::size_t>(sent);
        else if (errno == EAGAIN) wait_writable();
        else if (errno != EINTR) return lost(true);
    }
    if (out_sent_ == out_.size()) {
        out_.clear();
        out_sent_ = 0;
    }
    const std::size_t unread = out_.size() - out_sent_;
    if (!paused_ && unread > edge_.settings_.limits.unread_octets_max && !told_end_) {
        paused_ = true;
        say(Entry::pause);
    } else if (paused_ && unread == 0) {
        paused_ = false;
        say(Entry::resume);
    }
    if (told_end_ && unread == 0 && state_ == State::talking) {
        if (heard_end_) return end();
        error_code ignored;
        socket_.shutdown(Tcp::socket::shutdown_send, ignored);
        leaving_since_ = Pace::Clock::now();
        if (!is_real_server()) state_ = State::leaving;  // a real server may still answer
        told_end_ = is_real_server() ? false : told_end_;
    }
    if (!opened_ || reading_ || heard_end_) return;
    if (has_room()) wait_readable();
    else edge_.crowded_.push_back(shared_from_this());  // looked at again when the world has moved
}

void Visitor::wait_readable() {
    reading_ = true;
    socket_.async_wait(Tcp::socket::wait_read, [self = shared_from_this()](const error_code& error) {
        self->reading_ = false;
        if (!error && !self->over()) self->read();
    });
}

void Visitor::wait_writable() {
    writing_ = true;
    socket_.async_wait(Tcp::socket::wait_write,
                       [self = shared_from_this()](const error_code& error) {
                           self->writing_ = false;
                           if (!error && !self->over()) self->edge_.to_flush_.push_back(self);
                       });
}

void Visitor::read() {
    char octets[65536];
    const std::size_t room = std::min(sizeof octets, edge_.settings_.limits.read_octets);
    const ssize_t got = ::recv(socket_.native_handle(), octets, room, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return wait_readable();
    if (got <= 0) return lost(got < 0);
    if (state_ == State::leaving) return wait_readable();  // nobody is there to hear it
    edge_.tally_.octets_in += static_cast<std::uint64_t>(got);
    taken_ += static_cast<std::size_t>(got);
    const std::string_view words(octets, static_cast<std::size_t>(got));
    if (edge_.on_octets) edge_.on_octets(subject_, true, words);
    say(Entry::say, std::string(words));
    edge_.to_flush_.push_back(shared_from_this());
}

// He has hung up, or the line broke.
void Visitor::lost(bool reset) {
    heard_end_ = true;
    if (state_ == State::leaving || over()) return end();
    if (reset) {
        say(Entry::reset);
        return end();
    }
    say(Entry::hang_up);
    edge_.to_flush_.push_back(shared_from_this());
    leaving_since_ = Pace::Clock::now();
}

bool Visitor::sweep(Pace::Clock::time_point now) {
    taken_ = 0;
    if (over()) return false;
    const Limits& limits = edge_.settings_.limits;
    if (state_ == State::calling) {
        if (now < began_ + limits.connect_wait) return false;
        say(Entry::refuse, "it did not answer in time");
        end();
        return true;
    }
    // The world has let go without a word, as TCP does with a half-closed end that stays so.
    if (opened_ && state_ == State::talking && out_.empty() &&
        !outside::connected(edge_.simulation_.world(), subject_)) {
        end();
        return false;
    }
    const bool lingers = (state_ == State::leaving || heard_end_ || told_end_) &&
                         leaving_since_ != Pace::Clock::time_point{} &&
                         now > leaving_since_ + limits.linger;
    if (told_end_ && leaving_since_ == Pace::Clock::time_point{}) leaving_since_ = now;
    const bool too_long = now > began_ + limits.life;
    if (!lingers && !too_long) return false;
    if (state_ != State::leaving) say(Entry::reset);
    drop();
    return true;
}

void Visitor::drop() {
    error_code ignored;
    if (socket_.is_open())
        socket_.set_option(boost::asio::socket_base::linger(true, 0), ignored);
    end();
}

void Visitor::end() {
    if (over()) return;
    state_ = State::over;
    error_code ignored;
    socket_.close(ignored);
    edge_.leaving_.push_back(subject_);
    --edge_.open_;
}

}  // namespace postroad::sim::live
