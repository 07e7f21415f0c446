// The parts of the panel Host, each about the host that is chosen.
#pragma once

#include <vector>

#include "sim/views/certificates.hpp"
#include "viz/panels/machine.hpp"
#include "viz/view.hpp"

namespace postroad::viz {

// The machines of the services that a host has, each with its sessions of now (host_machines.cpp).
struct TitledMachine {
    const char* title;
    Machine machine;
};
std::vector<TitledMachine> machines_of(const sim::World& world, NodeId host);
// What the machine at this end of a connection stands at: "mail", "client: recipient"; empty: it has
// no named states.
std::string state_word(const sim::World& world, const sim::Tcb& tcb);

// "listens at 25 SMTP, 110 POP3" and "not running: 143 IMAP"; either may be empty.
struct Ports {
    std::string listening, stopped;
};
Ports ports_of(const sim::World& world, NodeId host);

void draw_queue(View& view);
void draw_cache(View& view);

// "\Seen $Forwarded", or nothing: what a reader has set on a message (RFC 3501 §2.3.2).
std::string flags_of(const sim::World& world, const sim::StoredMessage& message);
// "bob@example.org   3 messages, 900 of 5000 octets, in use by connection 4".
std::string mailbox_words(const sim::World& world, const sim::views::TraceIndex& index,
                          std::uint32_t person);
// "INBOX   3 messages, 1 unseen, open in connection 4".
std::string folder_words(const sim::World& world, const sim::views::TraceIndex& index,
                         std::uint32_t folder);
// Folders that are there, INBOX first, then as they are called.
std::vector<std::uint32_t> folders_of(const sim::World& world, const sim::Mailbox& box);
void draw_mailboxes(View& view);

// What it shows to clients, and the names they look for in it.
class Certificates {
  public:
    void draw(View& view);

  private:
    std::vector<sim::views::CertificateAdvice> advice_;
    const sim::Setup* advice_for_ = nullptr;  // remade when the timeline has changed the Setup
};

}  // namespace postroad::viz
