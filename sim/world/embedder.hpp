// Whoever embeds the core beside the world's own mail hosts: a benchmark, a test, a script's
// policy. It owns clients whose owner number has both upper bits set, and EventKind::custom.
#pragma once

#include <string_view>

#include "sim/world/run.hpp"

namespace postroad::sim {

inline constexpr std::uint32_t embedders = 0xC0000000;
constexpr bool is_embedders(std::uint32_t owner) {
    return (owner & embedders) == embedders && owner != nothing;
}

class Embedder {
  public:
    virtual ~Embedder() = default;
    virtual void on_event(Run& run, const Event& event) = 0;
    // As desk::ask, tell and over, for clients of the embedder's.
    virtual bool ask(Run& run, std::uint32_t connection, std::uint32_t owner, const Ask& ask,
                     Answer& out) = 0;
    virtual void tell(Run& run, std::uint32_t owner, const Tell& tell, std::string_view words) = 0;
    virtual void over(Run& run, std::uint32_t owner, Ending how) = 0;
    virtual const smtp::ClientHost& client_host() const = 0;
};

}  // namespace postroad::sim
