// Fragments out of octets, stubs out of fragments, and of the calls those of ept_map alone.
#include "protocols/rpc/epm_watch.hpp"

#include "protocols/rpc/epm_stubs.hpp"

namespace postroad::rpc::epm {
namespace {

// The last floor of a tower of five is the host's address: four octets, if it is IPv4
// (C706 appendix I, MS-RPCE §2.2.1.2.1).
std::optional<std::size_t> address_in(std::string_view tower) {
    constexpr std::string_view floor{"\x01\x00\x09\x04\x00", 5};
    if (tower.size() < 2 + floor.size() + 4 || tower.substr(0, 2) != std::string_view{"\x05\0", 2})
        return std::nullopt;
    const std::size_t at = tower.size() - 4;
    if (tower.substr(at - floor.size(), floor.size()) != floor) return std::nullopt;
    return at;
}

class Look {
public:
    Look(Watch& watch, Heap& heap, std::vector<Sight>& out)
        : watch_(watch), heap_(heap), out_(out) {}

    void octets(bool from_client, std::string_view fresh) {
        Text& pending = watch_.pending[from_client ? 0 : 1];
        const std::size_t before = pending.size;
        heap_.append(pending, fresh);
        std::size_t done = 0;
        while (watch_.lost == 0) {
            const std::string whole = next_fragment(heap_.view(pending).substr(done));
            if (whole.empty()) break;
            begins_ = done;
            before_ = before;
            fragment(from_client, whole);
            done += whole.size();
        }
        if (watch_.lost != 0)
            release(watch_, heap_);
        else
            heap_.remove_prefix(pending, done);
    }

private:
    // Empty: it is not whole yet, or there will be none.
    std::string next_fragment(std::string_view octets) {
        if (octets.empty()) return {};
        switch (read_header(octets, header_)) {
        case HeaderFault::short_of_octets: return {};
        case HeaderFault::none:
            return octets.size() < header_.fragment ? std::string()
                                                    : std::string(octets.substr(0, header_.fragment));
        default: lose("this is no RPC"); return {};
        }
    }

    void fragment(bool from_client, const std::string& octets) {
        const auto packet = read_packet(octets);
        if (!packet) return lose("a packet is none of its type");
        const bool is_first = (packet->flags & flag::first) != 0;
        const bool is_last = (packet->flags & flag::last) != 0;
        if (from_client) {
            if (const auto* bind = std::get_if<Bind>(&packet->body)) return propose(*bind);
            if (const auto* request = std::get_if<Request>(&packet->body))
                return asks(*packet, *request, is_first, is_last);
            if (packet->type == PacketType::orphaned) return forget(packet->call);
            return;
        }
        if (const auto* ack = std::get_if<BindAck>(&packet->body)) return agree(*ack);
        if (const auto* response = std::get_if<Response>(&packet->body))
            return answers(*packet, *response, is_last);
        if (std::holds_alternative<Fault>(packet->body)) forget(packet->call);
    }

    void propose(const Bind& bind) {  // C706 §12.6.4.3, §12.6.4.1
        watch_.proposed = watch_.contexts.size();
        for (const PresentationContext& one : bind.contexts) {
            if (watch_.contexts.size() >= watched_contexts_max) return lose("too many contexts");
            const bool mapper = one.abstract.uuid == interface.uuid;
            heap_.push(watch_.contexts,
                       {one.id, static_cast<std::uint8_t>(mapper), Watch::Speech::proposed});
        }
    }

    void agree(const BindAck& ack) {
        for (std::uint32_t i = 0; i < ack.results.size(); ++i) {
            const std::uint32_t at = watch_.proposed + i;
            if (at >= watch_.contexts.size()) return;
            Watch::Context one = heap_.get(watch_.contexts, at);
            if (ack.results[i].verdict != Verdict::acceptance)
                one.speech = Watch::Speech::refused;
            else if (one.is_mapper == 0)
                one.speech = Watch::Speech::not_the_mapper;
            else
                one.speech = ack.results[i].transfer == ndr_syntax ? Watch::Speech::readable
                                                                   : Watch::Speech::other_syntax;
            heap_.set(watch_.contexts, at, one);
        }
    }

    // The one that was agreed on last under this number.
    Watch::Speech speech_of(std::uint16_t context) const {
        for (std::uint32_t i = watch_.contexts.size(); i-- > 0;) {
            const Watch::Context one = heap_.get(watch_.contexts, i);
            if (one.id == context && one.speech != Watch::Speech::refused) return one.speech;
        }
        return Watch::Speech::refused;
    }

    void asks(const Packet& packet, const Request& request, bool is_first, bool is_last) {
        if (request.operation != map) return;
        switch (speech_of(request.context)) {
        case Watch::Speech::readable: break;
        case Watch::Speech::other_syntax:
            if (is_first) say(Sight::What::unreadable, "it is not in NDR");
            return;
        default: return;
        }
        if (is_first) {
            forget(packet.call);
            if (watch_.calls.size() >= watched_calls_max) return lose("too many calls at once");
            Watch::Call fresh;
            fresh.id = packet.call;
            if (packet.verifier) {
                fresh.is_sealed = packet.verifier->level >= AuthLevel::privacy;
                fresh.is_signed = packet.verifier->level >= AuthLevel::packet;
            }
            heap_.push(watch_.calls, fresh);
            if (fresh.is_sealed) say(Sight::What::sealed, {});
        }
        std::uint32_t at = 0;
        if (!find(packet.call, at)) return;  // its beginning could not be read, either
        Watch::Call call = heap_.get(watch_.calls, at);
        if (call.is_sealed) return;
        if (!add(call, at, request.stub) || !is_last) return;
        MapIn in;
        const bool good = ndr::read(heap_.view(call.stub), in, header_.big_endian);
        const auto tower = good && in.tower ? read_tower(in.tower->octets) : std::nullopt;
        heap_.drop(call.stub);
        heap_.set(watch_.calls, at, call);
        if (!tower) {
            forget(packet.call);
            return say(Sight::What::unreadable, "the question is not understood");
        }
        call.wanted = tower->interface;
        call.asked = 1;
        heap_.set(watch_.calls, at, call);
    }

    void answers(const Packet& packet, const Response& response, bool is_last) {
        std::uint32_t at = 0;
        if (!find(packet.call, at)) return;
        Watch::Call call = heap_.get(watch_.calls, at);
        if (call.is_sealed || call.asked == 0) return forget(packet.call);
        const std::size_t part = call.stub.size;  // where in the stub this fragment's begins
        if (!add(call, at, response.stub) || !is_last) return;
        const std::string stub(heap_.view(call.stub));
        Sight sight;
        sight.wanted = call.wanted;
        sight.is_signed = call.is_signed != 0 ||
                          (packet.verifier && packet.verifier->level >= AuthLevel::packet);
        forget(packet.call);
        MapOut out;
        if (!ndr::read(stub, out, header_.big_endian))
            return say(Sight::What::unreadable, "the answer is not understood");
        std::size_t from = 0;
        for (const auto& one : out.towers) {
            const auto tower = one ? read_tower(one->octets) : std::nullopt;
            if (!tower) continue;
            Answered answer{*tower, std::nullopt};
            const std::size_t lies = stub.find(one->octets, from);  // as it is, in NDR
            if (const auto address = address_in(one->octets); address && lies != std::string::npos)
                answer.address_at = place_of(lies + *address, part);
            if (lies != std::string::npos) from = lies + one->octets.size();
            sight.answers.push_back(std::move(answer));
        }
        out_.push_back(std::move(sight));
    }

    // Where an octet of the stub is in what has come just now.
    std::optional<std::size_t> place_of(std::size_t in_stub, std::size_t part) const {
        if (in_stub < part) return std::nullopt;
        const std::size_t at = begins_ + call_header_octets + (in_stub - part);
        if (at < before_) return std::nullopt;
        return at - before_;
    }

    // False when that is too much; then the call is forgotten.
    bool add(Watch::Call& call, std::uint32_t at, std::string_view stub) {
        if (call.stub.size + stub.size() > watched_stub_octets_max) {
            forget(call.id);
            say(Sight::What::unreadable, "it is too long");
            return false;
        }
        heap_.append(call.stub, stub);
        heap_.set(watch_.calls, at, call);
        return true;
    }

    bool find(std::uint32_t call, std::uint32_t& at) const {
        for (at = 0; at < watch_.calls.size(); ++at)
            if (heap_.get(watch_.calls, at).id == call) return true;
        return false;
    }

    void forget(std::uint32_t call) {
        std::uint32_t at = 0;
        if (!find(call, at)) return;
        List<Watch::Call> kept;
        for (std::uint32_t i = 0; i < watch_.calls.size(); ++i) {
            Watch::Call one = heap_.get(watch_.calls, i);
            if (i == at)
                heap_.drop(one.stub);
            else
                heap_.push(kept, one);
        }
        heap_.drop(watch_.calls);
        watch_.calls = kept;
    }

    void say(Sight::What what, std::string_view why) {
        Sight sight;
        sight.what = what;
        sight.why = why;
        out_.push_back(std::move(sight));
    }
    void lose(std::string_view why) {
        say(Sight::What::lost, why);
        watch_.lost = 1;
    }

    Watch& watch_;
    Heap& heap_;
    std::vector<Sight>& out_;
    Header header_;            // of the fragment at hand
    std::size_t begins_ = 0;   // where it begins among the octets that were pending
    std::size_t before_ = 0;   // how many of those had come before
};

}  // namespace

void look(Watch& watch, bool from_client, std::string_view octets, Heap& heap,
          std::vector<Sight>& out) {
    if (watch.lost == 0 && !octets.empty()) Look(watch, heap, out).octets(from_client, octets);
}

void release(Watch& watch, Heap& heap) {
    for (Text& one : watch.pending) heap.drop(one);
    for (std::uint32_t i = 0; i < watch.calls.size(); ++i) {
        Watch::Call one = heap.get(watch.calls, i);
        heap.drop(one.stub);
    }
    heap.drop(watch.calls);
    heap.drop(watch.contexts);
    const std::uint32_t lost = watch.lost;
    watch = {};
    watch.lost = lost;
}

}  // namespace postroad::rpc::epm
