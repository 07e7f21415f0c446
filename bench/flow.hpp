// Worlds full of SMTP sessions: pairs of hosts, each client sending one mail after the other, one
// session a mail.
#pragma once

#include <memory>
#include <string>

#include "sim/world/embedder.hpp"
#include "sim/world/simulation.hpp"

namespace postroad::bench {

struct FlowShape {
    std::uint32_t pairs = 1'000;
    std::uint32_t mails_each = 100;
    std::size_t body_octets = 1024;
    bool eleven_exchanges = true;    // AUTH, NOOP and RSET in each session, as the rivals have
    std::uint64_t loss = 0;          // of 2^32, on each host's link
    sim::Depth depth = sim::Depth::bytes;
};

// Hosts joined by one network, 5 ms from it each; no DNS, no queue: the servers keep nothing.
std::shared_ptr<const sim::Setup> flow_setup(const FlowShape& shape);
sim::World flow_world(const std::shared_ptr<const sim::Setup>& setup, const FlowShape& shape);

// The clients of a flow.
class Flow : public sim::Embedder {
  public:
    explicit Flow(const FlowShape& shape);
    // Lets every client begin within the first 200 ms.
    void begin(sim::Simulation& simulation);

    std::uint64_t sessions() const { return sessions_; }
    std::uint64_t accepted() const { return accepted_; }

    void on_event(sim::Run& run, const sim::Event& event) override;
    bool ask(sim::Run& run, std::uint32_t connection, std::uint32_t owner, const Ask& ask,
             Answer& out) override;
    void tell(sim::Run& run, std::uint32_t owner, const Tell& tell,
              std::string_view words) override;
    void over(sim::Run& run, std::uint32_t owner, sim::Ending how) override;
    const smtp::ClientHost& client_host() const override { return client_; }

  private:
    FlowShape shape_;
    smtp::ClientHost client_;
    std::string body_, header_;
    std::vector<std::uint32_t> sent_;
    std::uint64_t sessions_ = 0, accepted_ = 0;
};

}  // namespace postroad::bench
