// Reads along with a conversation with the endpoint mapper, as a firewall on its way can: what was
// asked for, and where the answer says it is. Says nothing itself and changes nothing.
#pragma once

#include <optional>
#include <vector>

#include "protocols/base/heap.hpp"
#include "protocols/rpc/pdu.hpp"
#include "protocols/rpc/tower.hpp"

namespace postroad::rpc::epm {

inline constexpr std::size_t watched_calls_max = 16, watched_contexts_max = 64,
                             watched_stub_octets_max = 16'384;

// What is known of one conversation by now.
struct Watch {
    enum class Speech : std::uint8_t { proposed, readable, other_syntax, not_the_mapper, refused };
    struct Context {  // a presentation context, in the order in which they were proposed
        std::uint16_t id = 0;
        std::uint8_t is_mapper = 0;
        Speech speech = Speech::proposed;
    };
    struct Call {  // an ept_map that has no answer yet
        std::uint32_t id = 0;
        std::uint8_t asked = 0;      // the question is whole
        std::uint8_t is_sealed = 0;  // and nobody on the way can read it
        std::uint8_t is_signed = 0;  // nobody may change the answer unnoticed
        std::uint8_t unused = 0;
        Syntax wanted;
        Text stub;  // of the question, then of the answer
    };
    Text pending[2];  // the client's octets that are no whole fragment yet, the server's
    List<Context> contexts;
    List<Call> calls;
    std::uint32_t proposed = 0;  // where in `contexts` those of the last bind begin
    std::uint32_t lost = 0;      // this is no conversation that could be read
};
static_assert(Record<Watch> && Record<Watch::Call>);

// Where an answer says that the interface is.
struct Answered {
    Tower tower;
    // Where the tower's IPv4 address lies in the octets that `look` was given; nothing when it has
    // none, or when some of it had gone by before.
    std::optional<std::size_t> address_at;
};
struct Sight {
    enum class What : std::uint8_t {
        mapped,      // an answer: `wanted`, `answers`; none when it is not registered
        sealed,      // a question at the privacy level
        unreadable,  // `why`: this question or this answer
        lost,        // `why`: nothing can be read from here on
    };
    What what = What::mapped;
    Syntax wanted;
    std::vector<Answered> answers;
    bool is_signed = false;
    std::string_view why;
};

// The next octets of one side, in their order and without gaps; cut anywhere. What they complete is
// appended to `out`.
void look(Watch& watch, bool from_client, std::string_view octets, Heap& heap,
          std::vector<Sight>& out);
void release(Watch& watch, Heap& heap);

}  // namespace postroad::rpc::epm
