// Fuzzes what reads along with the endpoint mapper: any octets of both sides; the same is seen
// however they are cut, and nothing is left behind. An octet in front of each piece says whose it
// is and how long.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/base/assertion.hpp"
#include "protocols/rpc/epm_watch.hpp"
#include "tests/support/mapper_talk.hpp"

using namespace postroad;
using namespace postroad::rpc;
using epm::Sight;

namespace {

struct Piece {
    bool from_client;
    std::string octets;
};

// What was seen, and where addresses lie in all that the server has said.
std::string look_at(const std::vector<Piece>& talk, std::size_t piece) {
    Heap heap;
    epm::Watch watch;
    std::string out;
    for (const Piece& said : talk) {
        std::string_view rest = said.octets;
        while (!rest.empty()) {
            const std::string_view now = rest.substr(0, piece);
            std::vector<Sight> seen;
            epm::look(watch, said.from_client, now, heap, seen);
            for (const Sight& one : seen) {
                out += std::to_string(static_cast<int>(one.what)) + to_string(one.wanted);
                out += one.is_signed ? "s" : "";
                out += one.why;
                for (const epm::Answered& answer : one.answers) {
                    out += binding_of(answer.tower);
                    if (!answer.address_at) continue;
                    POSTROAD_ASSERT(*answer.address_at + 4 <= now.size());
                    std::uint32_t ipv4 = 0;
                    for (std::size_t i = 0; i < 4; ++i)
                        ipv4 = ipv4 << 8 |
                               static_cast<std::uint8_t>(now[*answer.address_at + i]);
                    POSTROAD_ASSERT(ipv4 == answer.tower.ipv4);
                }
                out += '\n';
            }
            rest.remove_prefix(now.size());
        }
    }
    epm::release(watch, heap);
    POSTROAD_ASSERT(heap.live_blocks() == 0);
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    std::vector<Piece> talk;
    mapper_talk::Talk plain;
    plain.big_endian = (data[0] & 1) != 0;
    plain.part = data[0] >> 4;
    if (data[0] & 2) {  // what follows begins in the midst of a talk
        talk.push_back({true, plain.bind()});
        talk.push_back({false, plain.bind_ack()});
    }
    if (data[0] & 4) talk.push_back({true, plain.question(mapper_talk::interface_of("store"))});
    if (data[0] & 8)
        talk.push_back({false, plain.answer({mapper_talk::tower(
                                   mapper_talk::interface_of("store"), 6001, 0xc000020a)})});
    std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    // Octets of the input over those of the talk, then more of it.
    if (!talk.empty() && !rest.empty()) {
        std::string& last = talk.back().octets;
        const std::size_t at = static_cast<std::uint8_t>(rest[0]) % last.size();
        const std::size_t over = std::min<std::size_t>({rest.size() - 1, 8, last.size() - at});
        last.replace(at, over, rest.substr(1, over));
        rest.remove_prefix(1 + over);
    }
    while (!rest.empty()) {
        const auto first = static_cast<std::uint8_t>(rest[0]);
        rest.remove_prefix(1);
        const std::size_t octets = std::min<std::size_t>(rest.size(), first >> 1);
        talk.push_back({(first & 1) != 0, std::string(rest.substr(0, octets))});
        rest.remove_prefix(octets);
    }
    const std::string whole = look_at(talk, ~std::size_t{0});
    for (const std::size_t piece : {1U, 7U, 24U}) POSTROAD_ASSERT(look_at(talk, piece) == whole);
    return 0;
}
