// One outsider's conversation with a simulated server, a line at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/facts.hpp"
#include "sim/world/simulation.hpp"

namespace postroad::command {

// What the server has said: a reply, or a piece of a message.
struct Heard {
    std::string octets;
    Section section;                  // where the reply is defined
    std::vector<std::string> because; // what the server decided before it said so
};

class Conversation {
  public:
    explicit Conversation(sim::Simulation& simulation);
    ~Conversation();
    Conversation(const Conversation&) = delete;
    Conversation& operator=(const Conversation&) = delete;

    // From a host to "name:port", and what is heard at once. False: nobody answered.
    bool open(NodeId from, const std::string& where);
    // A line and CRLF; the world runs on until the server has answered and is silent again.
    void say(std::string_view line);
    void hang_up();

    bool is_open() const;
    std::vector<Heard> heard();       // since the last time
    sim::Ending how() const { return how_; }
    sim::Id id() const { return id_; }

  private:
    void listen(Duration silence, Duration patience);
    bool expects_content() const;
    sim::Simulation& simulation_;
    NodeId from_ = 0;
    std::uint32_t subject_ = 0;
    std::uint64_t position_ = 0;      // in the Trace: what has been looked at
    sim::Id id_ = 0;                  // the conversation's
    std::string octets_;              // heard and not yet handed out
    std::string last_reply_;
    bool dot_said_ = false, opened_ = false, closed_ = false;
    Time heard_at_ = 0;
    sim::Ending how_ = sim::Ending::closed;
};

}  // namespace postroad::command
