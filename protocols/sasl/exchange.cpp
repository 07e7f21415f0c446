// Hands each step to its mechanism and keeps what it remembers.
#include "protocols/sasl/exchange.hpp"

#include "protocols/sasl/mechanisms.hpp"

namespace postroad::sasl {
namespace {

void put(std::string& out, std::string_view text) {
    const auto size = static_cast<std::uint32_t>(text.size());
    for (unsigned shift = 0; shift < 32; shift += 8)
        out += static_cast<char>(size >> shift & 0xffU);
    out += text;
}

std::string take(std::string_view& octets) {
    POSTROAD_ASSERT(octets.size() >= 4);
    std::uint32_t size = 0;
    for (unsigned i = 0; i < 4; ++i)
        size |= static_cast<std::uint32_t>(static_cast<unsigned char>(octets[i])) << 8 * i;
    octets.remove_prefix(4);
    POSTROAD_ASSERT(octets.size() >= size);
    std::string out(octets.substr(0, size));
    octets.remove_prefix(size);
    return out;
}

}  // namespace

Memory recall(const Exchange& exchange, const Heap& heap) {
    Memory out;
    std::string_view octets = heap.view(exchange.memory);
    if (octets.size() < 2) return out;
    out.mechanism = static_cast<Mechanism>(octets[0]);
    out.step = static_cast<std::uint8_t>(octets[1]);
    octets.remove_prefix(2);
    out.user = take(octets);
    out.authorization = take(octets);
    out.said = take(octets);
    out.heard = take(octets);
    return out;
}

void remember(Exchange& exchange, const Memory& memory, Heap& heap) {
    std::string octets;
    octets += static_cast<char>(memory.mechanism);
    octets += static_cast<char>(memory.step);
    put(octets, memory.user);
    put(octets, memory.authorization);
    put(octets, memory.said);
    put(octets, memory.heard);
    heap.assign(exchange.memory, octets);
}

void forget(Exchange& exchange, Heap& heap) { heap.drop(exchange.memory); }

const Binding* find_binding(const std::vector<Binding>& bindings, std::string_view type) {
    for (const Binding& one : bindings)
        if (one.type == type) return &one;
    return nullptr;
}

Result go_on(std::string_view text) {
    Result out;
    out.kind = Result::Kind::go_on;
    out.text = text;
    return out;
}

Result succeed(const Memory& memory) {
    Result out;
    out.kind = Result::Kind::success;
    out.user = memory.user;
    out.authorization = memory.authorization;
    return out;
}

Result malformed(std::string_view why) {
    Result out;
    out.why = why;
    out.malformed = true;
    return out;
}

Result refuse(std::string_view why) {
    Result out;
    out.why = why;
    return out;
}

Result server_step(Exchange& exchange, Mechanism mechanism, bool begins, bool has_response,
                   std::string_view response, const ServerSettings& settings, Heap& heap) {
    Memory memory = begins ? Memory{} : recall(exchange, heap);
    memory.mechanism = mechanism;
    Result out;
    if (response.size() > response_octets_max) {
        out = malformed("the response is longer than any could be");
    } else if (begins && !has_response && traits_of(mechanism).client_first) {
        out = go_on({});  // RFC 4422 §5: an empty challenge, for the client begins
        remember(exchange, memory, heap);
        return out;
    } else {
        out = server_move(memory, has_response, response, settings);
        if (out.user.empty()) out.user = memory.user;
    }
    ++memory.step;
    if (out.is(Result::Kind::go_on)) remember(exchange, memory, heap);
    else forget(exchange, heap);
    return out;
}

Result client_begin(Exchange& exchange, Mechanism mechanism, const ClientSettings& settings,
                    Heap& heap) {
    Memory memory;
    memory.mechanism = mechanism;
    memory.user = settings.user;
    Result out = go_on({});
    if (traits_of(mechanism).client_first) {
        out = client_move(memory, {}, settings);
        ++memory.step;
    }
    if (out.is(Result::Kind::failure)) forget(exchange, heap);
    else remember(exchange, memory, heap);
    return out;
}

Result client_step(Exchange& exchange, std::string_view challenge, const ClientSettings& settings,
                   Heap& heap) {
    Memory memory = recall(exchange, heap);
    if (memory.mechanism == Mechanism::none) return malformed("no exchange was begun");
    Result out = challenge.size() > response_octets_max
                     ? malformed("the challenge is longer than any could be")
                     : client_move(memory, challenge, settings);
    ++memory.step;
    if (out.is(Result::Kind::failure)) forget(exchange, heap);
    else remember(exchange, memory, heap);
    return out;
}

}  // namespace postroad::sasl
