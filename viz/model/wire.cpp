// Streams are put together packet by packet; what came twice counts once.
#include "viz/model/wire.hpp"

#include <algorithm>
#include <array>

#include "sim/net/packet.hpp"
#include "sim/views/content.hpp"

namespace postroad::viz {
namespace {

constexpr std::size_t conversations_kept = 16;
constexpr std::size_t packets_of_a_line_max = 400;
constexpr std::uint8_t type_change_cipher = 20, type_handshake = 22;
constexpr std::size_t header_octets = 5;

// RFC 8446 §5.1: type, a version that is 3.something, a size of at most 2^14 and what sealing adds.
bool may_begin_record(std::string_view octets) {
    return octets.size() >= 3 && octets[0] >= 20 && octets[0] <= 24 && octets[1] == 3 &&
           octets[2] >= 0 && octets[2] <= 4;
}

// One direction's records, as its packets come.
class Direction {
public:
    explicit Direction(bool from_initiator) : from_initiator_(from_initiator) {}

    void packet(const sim::PacketFact& fact, std::string_view payload, std::uint64_t position,
                std::vector<TlsRecord>& out) {
        if ((fact.tcp_flags & net::tcp_syn) != 0) next_ = fact.sequence + 1;
        if (payload.empty()) return;
        const auto ahead = static_cast<std::int32_t>(fact.sequence - next_);
        if (ahead > 0) return;  // behind a gap: what is missing comes again, and this then, too
        const auto known = static_cast<std::size_t>(-static_cast<std::int64_t>(ahead));
        if (known >= payload.size()) return;
        payload.remove_prefix(known);
        next_ += static_cast<std::uint32_t>(payload.size());
        if (!begun_) begun_ = may_begin_record(payload) && payload[0] == type_handshake;
        if (begun_) take(payload, position, out);
    }

private:
    void take(std::string_view octets, std::uint64_t position, std::vector<TlsRecord>& out) {
        while (!octets.empty()) {
            if (left_ == 0) {
                if (head_.empty()) begins_in_ = position;
                const std::size_t more = std::min(octets.size(), header_octets + 1 - head_.size());
                head_ += octets.substr(0, more);
                octets.remove_prefix(more);
                if (head_.size() <= header_octets) return;
                if (!may_begin_record(head_)) {
                    begun_ = false;  // no TLS after all
                    return;
                }
                const std::size_t size =
                    static_cast<std::size_t>(static_cast<unsigned char>(head_[3])) << 8 |
                    static_cast<unsigned char>(head_[4]);
                record_ = {begins_in_,
                           position,
                           static_cast<std::uint32_t>(size + header_octets),
                           static_cast<std::uint8_t>(head_[0]),
                           0,
                           from_initiator_};
                if (record_.type == type_change_cipher) sealed_ = true;
                if (record_.type == type_handshake && !sealed_)
                    record_.message = static_cast<std::uint8_t>(head_[5]);
                left_ = size - std::min<std::size_t>(size, 1);
                head_.clear();
            } else {
                const std::size_t some = std::min(left_, octets.size());
                left_ -= some;
                octets.remove_prefix(some);
                record_.ends_in = position;
            }
            if (left_ != 0) continue;
            record_.ends_in = position;
            out.push_back(record_);
        }
    }

    std::uint32_t next_ = 0;
    std::string head_;
    std::size_t left_ = 0;  // octets of the record that have not come
    std::uint64_t begins_in_ = 0;
    TlsRecord record_;
    bool begun_ = false, sealed_ = false, from_initiator_;
};

}  // namespace

std::string words_of(const TlsRecord& record) {
    constexpr std::array<const char*, 5> types = {"change cipher spec", "alert", "handshake",
                                                  "application data", "heartbeat"};
    std::string out = "TLS ";
    out += types[std::min<std::size_t>(record.type - type_change_cipher, types.size() - 1)];
    switch (record.message) {
    case 1: out += ", ClientHello"; break;
    case 2: out += ", ServerHello"; break;
    case 11: out += ", Certificate"; break;
    case 12: out += ", ServerKeyExchange"; break;
    case 14: out += ", ServerHelloDone"; break;
    case 16: out += ", ClientKeyExchange"; break;
    default: break;
    }
    return out + ", " + std::to_string(record.octets) + " octets";
}

const std::vector<TlsRecord>& TlsRecords::of(const Recording& run, sim::Id conversation) {
    const auto found = known_.find(conversation);
    if (found != known_.end()) return found->second;
    if (known_.size() >= conversations_kept) known_.clear();
    std::vector<TlsRecord>& out = known_[conversation];
    const sim::views::Conversation* const one = run.index().conversation(conversation);
    if (one == nullptr || one->protocol != net::protocol_tcp) return out;
    Direction directions[2] = {Direction(false), Direction(true)};
    for (auto at = run.trace().read(one->first, one->last + 1); !at.done(); at.next()) {
        const sim::RowView row = at.row();
        if (row.head().fact != sim::Fact::packet) continue;
        const auto& fact = row.as<sim::PacketFact>();
        if (fact.conversation != conversation) continue;
        const bool initiator = row.head().node == one->initiator;
        directions[initiator].packet(fact, row.tail<sim::PacketFact>(), at.position(), out);
    }
    std::stable_sort(out.begin(), out.end(), [](const TlsRecord& a, const TlsRecord& b) {
        return a.begins_in < b.begins_in;
    });
    return out;
}

std::vector<TlsRecord> TlsRecords::in(const Recording& run, sim::Id conversation,
                                      std::uint64_t position) {
    std::vector<TlsRecord> out;
    const sim::views::Conversation* const one = run.index().conversation(conversation);
    if (one == nullptr) return out;
    const bool initiator = run.trace().at(position).head().node == one->initiator;
    for (const TlsRecord& record : of(run, conversation))
        if (record.from_initiator == initiator && record.begins_in <= position &&
            position <= record.ends_in)
            out.push_back(record);
    return out;
}

std::string octets_at(const Recording& run, const Entry& entry, bool on_the_wire) {
    const sim::RowView row = run.trace().at(entry.position());
    if (row.head().fact == sim::Fact::packet) return std::string(row.tail<sim::PacketFact>());
    if (row.head().fact == sim::Fact::altered) return std::string(row.tail<sim::AlteredFact>());
    if (row.head().fact != sim::Fact::line) return {};
    const auto& line = row.as<sim::LineFact>();
    const sim::views::Conversation* const one = run.index().conversation(line.conversation);
    if (one == nullptr) return {};
    if (!on_the_wire || !run.encrypted(line.conversation, entry.position()))
        return sim::views::octets_of_line(run.trace(), *one, entry.position());
    // What its speaker sent behind it, up to their next line.
    std::string out;
    std::size_t packets = 0;
    auto at = run.trace().read(entry.position(), one->last + 1);
    for (at.next(); !at.done() && packets < packets_of_a_line_max; at.next()) {
        const sim::RowView other = at.row();
        if (other.head().fact == sim::Fact::line) {
            const auto& next = other.as<sim::LineFact>();
            if (next.conversation == line.conversation &&
                next.from_initiator == line.from_initiator && !out.empty())
                break;
        } else if (other.head().fact == sim::Fact::packet) {
            const auto& fact = other.as<sim::PacketFact>();
            const bool initiator = other.head().node == one->initiator;
            if (fact.conversation != line.conversation || initiator != (line.from_initiator != 0))
                continue;
            out += other.tail<sim::PacketFact>();
            ++packets;
        }
    }
    return out;
}

std::string hex_line(std::string_view octets, std::size_t at) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (int shift = 28; shift >= 0; shift -= 4) out += digits[at >> shift & 15];
    out += ' ';
    std::string letters;
    for (std::size_t i = at; i < at + 16; ++i) {
        if (i % 8 == 0) out += ' ';
        if (i >= octets.size()) {
            out += "   ";
            continue;
        }
        const auto one = static_cast<unsigned char>(octets[i]);
        out += digits[one >> 4];
        out += digits[one & 15];
        out += ' ';
        letters += one >= 0x20 && one < 0x7f ? static_cast<char>(one) : '.';
    }
    return out + ' ' + letters;
}

}  // namespace postroad::viz
