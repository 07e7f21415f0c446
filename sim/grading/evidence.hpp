// What a run shows, as facts that checks can be held against: gathered once from the Trace (and,
// for what lies in mailboxes, from the World), each with its moment and a sentence.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "sim/grading/kinds.hpp"
#include "sim/views/index.hpp"
#include "sim/world/world.hpp"

namespace postroad::sim::grading {

struct Happening {
    Time time = 0;
    std::uint64_t position = 0;      // in the Trace
    std::uint32_t conversation = 0;  // its number in the views; 0: in none
    std::string sentence;            // "mail connected to mx1:25: refused"
    std::vector<std::vector<std::string>> values;  // by field; several where names differ
};

class Evidence {
  public:
    // The whole Trace. `world`: at its end. Message contents need a Trace of depth bytes.
    Evidence(const Trace& trace, const World& world);

    const std::vector<Happening>& of(Kind kind) const {
        return found_[static_cast<std::size_t>(kind)];
    }
    const Setup& setup() const { return setup_; }
    bool has_content() const { return trace_.depth() == Depth::bytes; }

  private:
    friend struct Gatherer;
    const Trace& trace_;
    const Setup& setup_;
    std::array<std::vector<Happening>, static_cast<std::size_t>(Kind::count_of_kinds)> found_;
};

// A message as its parts say, for who needs more than one of them.
struct MailWords {
    std::string from;                  // the address in From
    std::string subject;
    std::vector<std::string> fields;   // "Name: value", unfolded
    std::vector<std::string> received; // the `by` names, the topmost first
    std::vector<std::string> lines;    // of the body
    std::string body;
};
MailWords mail_words(std::string_view message);

// What one end of a TCP conversation sent, put together from its packets, as far as it is whole.
std::string stream_of(const Trace& trace, const views::Conversation& conversation,
                      bool from_initiator);
// The contents that an SMTP client sent and its server asked for by 354, periods taken away
// again (RFC 5321 §4.5.2), in their order; also of who is no machine of ours and typed.
struct SentContent {
    std::string text;
    std::uint16_t code = 0;  // of the reply behind it; 0: none came
};
std::vector<SentContent> sent_contents(const Trace& trace,
                                       const views::Conversation& conversation);

}  // namespace postroad::sim::grading
