// The loop: sockets, world, journal, answers; and what keeps any of them from growing.
#include "sim/live/edge.hpp"

#include <algorithm>
#include <csignal>

#include "protocols/base/ascii.hpp"
#include "sim/live/door.hpp"
#include "sim/live/visitor.hpp"
#include "sim/world/outside.hpp"

namespace postroad::sim::live {

using namespace std::chrono_literals;
namespace ip = boost::asio::ip;

namespace {

// The world may be this much ahead of the clock: nobody outside can tell, and a conversation on one
// simulated machine needs no real waiting between its packets.
constexpr Duration ahead_ns = millisecond;
constexpr std::uint64_t events_at_once = 20'000;  // then sockets have their turn
constexpr Duration mark_every_ns = second;

}  // namespace

Edge::Edge(Simulation& simulation, JournalFile& journal, const Settings& settings)
    : simulation_(simulation),
      journal_(journal),
      settings_(settings),
      pace_(simulation.world().now, settings.speed),
      tokens_(settings.limits.connections_per_s_max),
      swept_(Pace::Clock::now()) {
    simulation_.hands().on_outside = [this](std::uint32_t subject, OutsideNews news,
                                            std::string_view octets) {
        hear(subject, news, octets);
    };
    signals_.add(SIGINT);
    signals_.add(SIGTERM);
    signals_.async_wait([this](const boost::system::error_code& error, int) {
        if (!error) stopping_ = true;
    });
}

Edge::~Edge() { simulation_.hands().on_outside = nullptr; }

bool Edge::open(Exposure& exposure, std::string& error) {
    std::unique_ptr<Door> door;
    if (exposure.protocol == net::protocol_udp) door = std::make_unique<UdpDoor>(*this, exposure);
    else door = std::make_unique<TcpDoor>(*this, exposure);
    if (!door->open(exposure, error)) return false;
    doors_.push_back(std::move(door));
    return true;
}

void Edge::enter(Entry entry, NodeId node, std::uint32_t subject, std::string words) {
    JournalEntry one{simulation_.world().now, entry, node, subject, std::move(words), 0};
    if ((subject & real_peer_bit) != 0 && entry != Entry::pause && entry != Entry::resume)
        one.question = outside::question(simulation_.world(), subject);
    journal_.put(one);
    unmarked_ = unmarked_ || entry != Entry::mark;
    simulation_.enter(std::move(one));
    simulation_.forget_journal();  // the file has it; nobody goes back in a live world
}

std::uint32_t Edge::free_number() {
    if (!free_.empty()) {
        const std::uint32_t number = free_.back();
        free_.pop_back();
        return number;
    }
    callers_.push_back(nullptr);
    return static_cast<std::uint32_t>(callers_.size() - 1);
}

std::shared_ptr<Visitor> Edge::visitor(std::uint32_t subject) const {
    const auto& all = (subject & real_peer_bit) != 0 ? real_servers_ : callers_;
    const std::uint32_t index = subject & ~real_peer_bit;
    return index < all.size() ? all[index] : nullptr;
}

void Edge::welcome(std::uint32_t subject, const std::shared_ptr<Visitor>& one) {
    auto& all = (subject & real_peer_bit) != 0 ? real_servers_ : callers_;
    const std::uint32_t index = subject & ~real_peer_bit;
    if (all.size() <= index) all.resize(index + 1);
    all[index] = one;
    ++open_;
}

// From within the world's run: nothing is entered here, only noted.
void Edge::hear(std::uint32_t subject, OutsideNews news, std::string_view octets) {
    if (news == OutsideNews::called) {
        to_call_.emplace_back(subject, octets);
        return;
    }
    const auto one = visitor(subject);
    if (one && !one->over()) {
        one->heard(news, octets);
        to_flush_.push_back(one);
        return;
    }
    if (news != OutsideNews::octets) return;
    for (const auto& door : doors_)
        if (door->answer(subject, octets)) return;
}

void Edge::call_real_server(std::uint32_t subject, const std::string& where) {
    ++tally_.real_calls;
    const std::size_t colon = where.rfind(':');
    std::string address = where.substr(0, colon);
    if (address.starts_with('[')) address = address.substr(1, address.size() - 2);
    boost::system::error_code bad;
    const ip::address place = ip::make_address(address, bad);
    const auto port = parse_number(where.substr(colon + 1));
    const auto one = std::make_shared<Visitor>(*this, subject, ip::tcp::socket(io_));
    welcome(subject, one);
    if (bad || !port || (!place.is_loopback() && !settings_.any_address)) {
        const NodeId node =
            simulation_.world().sessions.real_servers[subject & ~real_peer_bit].node;
        enter(Entry::refuse, node, subject, "its address is not on this machine");
        one->drop();
        return;
    }
    one->call({place, static_cast<std::uint16_t>(*port)});
}

bool Edge::admits() const {
    return !stopping_ && open_ < settings_.limits.connections_max && tokens_ > 0 &&
           pages_in_use() * page_bytes < settings_.limits.memory_octets_max;
}

void Edge::advance() {
    pace_.attend(open_ + awaited_ > 0);
    const Time now = pace_.now();
    const World& world = simulation_.world();
    Agenda& agenda = simulation_.hands().world.agenda;
    if (!agenda.empty() && agenda.next().time < now)
        tally_.behind_max =
            std::max(tally_.behind_max, std::chrono::nanoseconds(static_cast<std::int64_t>(
                                            std::min<Time>(now - agenda.next().time, hour))));
    const Time aim = std::min(settings_.until, now + ahead_ns);
    if (aim > world.now) simulation_.run_until(aim, events_at_once);
    if (world.now >= settings_.until) stopping_ = true;
}

// What people are told is in the journal before.
bool Edge::flush() {
    for (std::size_t i = 0; i < to_call_.size(); ++i) {
        const auto [subject, where] = to_call_[i];
        call_real_server(subject, where);
    }
    to_call_.clear();
    if (!journal_.flush()) return false;
    to_flush_.insert(to_flush_.end(), crowded_.begin(), crowded_.end());
    crowded_.clear();
    for (std::size_t i = 0; i < to_flush_.size(); ++i) {  // it may grow meanwhile
        const std::shared_ptr<Visitor> one = to_flush_[i];
        one->flush();
    }
    to_flush_.clear();
    return journal_.flush();
}

void Edge::sweep() {
    // Numbers whose conversations are over in the world, too, can be given again.
    for (std::size_t i = 0; i < leaving_.size();) {
        const std::uint32_t subject = leaving_[i];
        if (outside::connected(simulation_.world(), subject)) {
            ++i;
            continue;
        }
        if ((subject & real_peer_bit) != 0) {
            real_servers_[subject & ~real_peer_bit] = nullptr;
        } else {
            callers_[subject] = nullptr;
            free_.push_back(subject);
        }
        leaving_[i] = leaving_.back();
        leaving_.pop_back();
    }
    const auto now = Pace::Clock::now();
    if (now >= swept_ + 1s) {
        swept_ = now;
        tokens_ = settings_.limits.connections_per_s_max;
        for (const auto* all : {&callers_, &real_servers_})
            for (std::size_t i = 0; i < all->size(); ++i)
                if (const auto one = (*all)[i]) {
                    tally_.turned_away += one->sweep(now) ? 1 : 0;
                    // Room that opened without anything being said: he may speak again.
                    to_flush_.push_back(one);
                }
        for (const auto& door : doors_) door->sweep();
        const Time moment = simulation_.world().now;
        if (unmarked_ && moment >= marked_ + mark_every_ns) mark();
    }
    for (const auto& door : doors_) door->look();
}

void Edge::mark() {
    simulation_.run_until(simulation_.world().now);
    enter(Entry::mark, 0, 0, fingerprint(simulation_.world()));
    marked_ = simulation_.world().now;
    unmarked_ = false;
}

std::chrono::nanoseconds Edge::patience() {
    Agenda& agenda = simulation_.hands().world.agenda;  // looking at the next tidies its wheel
    if (!to_flush_.empty() || !to_call_.empty()) return 0ns;
    if (agenda.empty()) return 250ms;
    const Time next = std::min(agenda.next().time, settings_.until);
    return std::min<std::chrono::nanoseconds>(
        250ms, pace_.until(next > ahead_ns ? next - ahead_ns : 0));
}

bool Edge::run() {
    if (!simulation_.world().setup->real_servers.empty()) enter(Entry::plug, 0, 0, {});
    bool kept = true;
    while (!stopping_ && kept) {
        advance();
        kept = flush();
        sweep();
        const auto wait = patience();
        if (wait > 0ns) io_.run_one_for(wait);
        io_.poll();
    }
    for (const auto* all : {&callers_, &real_servers_})
        for (const auto& one : *all)
            if (one && !one->over()) {
                enter(Entry::reset, settings_.from, one->subject(), {});
                one->drop();
            }
    mark();
    enter(Entry::end, 0, 0, {});
    return journal_.flush() && kept;
}

}  // namespace postroad::sim::live
