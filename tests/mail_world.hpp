// A small world for the tests of mail: a scenario in a string, mail put straight into a queue,
// and what the Trace says about it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/mail/mail.hpp"
#include "sim/mail/queue.hpp"
#include "sim/mail/folders.hpp"
#include "sim/mail/store.hpp"
#include "sim/world/open.hpp"
#include "sim/world/outside.hpp"
#include "sim/world/simulation.hpp"
#include "sim/world/world_make.hpp"
#include "tests/catch.hpp"

namespace postroad::sim {

inline std::shared_ptr<const Setup> mail_setup(const std::string& text) {
    const Opened opened = open_scenario("postroad = 1\n" + text, "test.toml");
    INFO(scenario::to_text(opened.problems));
    REQUIRE(opened.setup != nullptr);
    return opened.setup;
}

class MailWorld {
  public:
    explicit MailWorld(const std::string& text, std::uint64_t seed = 1)
        : simulation(make_world(mail_setup(text), seed), Trace(Depth::lines)) {
        store::set_up(simulation.hands().world);
    }

    Simulation simulation;

    Run& run() { return simulation.hands(); }
    const World& world() const { return simulation.world(); }
    NodeId host(std::string_view name) const { return world().setup->find_host(name); }
    void run_for(Duration time) { simulation.run_until(world().now + time); }

    // Puts a mail into a host's queue, as if it had just come by SMTP. Gives its id.
    Id queue(std::string_view host_name, std::string_view reverse_path,
             const std::vector<std::string>& forward_paths,
             std::string_view content = "Subject: test\r\n\r\nhello\r\n") {
        Heap& heap = run().world.heap;
        const NodeId node = host(host_name);
        mail::Entry entry;
        entry.reverse_path = reverse_path;
        for (const std::string& path : forward_paths)
            heap.push(entry.forward_paths, heap.make(path));
        entry.content = heap.make(content);
        const Id id = run().new_id(node);
        mail::enter(run(), node, id, entry);
        for (std::uint32_t i = 0; i < entry.forward_paths.size(); ++i) {
            Text path = heap.get(entry.forward_paths, i);
            heap.drop(path);
        }
        heap.drop(entry.forward_paths);
        heap.drop(entry.content);
        return id;
    }

    // The mails in a person's folder, the oldest first, Return-Path included.
    std::vector<std::string> mailbox(std::string_view person,
                                     std::string_view folder = "INBOX") const {
        std::vector<std::string> out;
        const std::uint32_t owner = world().setup->find_person(person);
        const std::uint32_t in = folders::find(world(), owner, folder);
        if (in == nothing) return out;
        for (std::uint32_t at = world().mail.folders[in].first; at != nothing;
             at = world().mail.stored[at].next) {
            out.emplace_back();
            store::append_whole(world(), at, out.back());
        }
        return out;
    }

    // Every decision as "host reason: sentence".
    std::vector<std::string> decisions() const {
        std::vector<std::string> out;
        for (auto at = simulation.trace().read(); !at.done(); at.next()) {
            if (at.row().head().fact != Fact::decision) continue;
            const auto reason = static_cast<Reason>(at.row().as<DecisionFact>().reason);
            out.push_back(std::string(world().setup->node_name(at.row().head().node)) + " " +
                          std::string(name_of(reason)) + ": " +
                          sentence(reason, at.row().tail<DecisionFact>()));
        }
        return out;
    }
    bool decided(std::string_view words) const {
        for (const std::string& one : decisions())
            if (one.find(words) != std::string::npos) return true;
        return false;
    }
    std::size_t count(QueueMove move) const {
        std::size_t found = 0;
        for (auto at = simulation.trace().read(); !at.done(); at.next())
            found += at.row().head().fact == Fact::queue && at.row().as<QueueFact>().move == move;
        return found;
    }
    std::size_t count(CustodyMove move) const {
        std::size_t found = 0;
        for (auto at = simulation.trace().read(); !at.done(); at.next())
            found +=
                at.row().head().fact == Fact::custody && at.row().as<CustodyFact>().move == move;
        return found;
    }
    std::size_t conversations(std::uint16_t port) const {
        std::size_t found = 0;
        for (auto at = simulation.trace().read(); !at.done(); at.next())
            found += at.row().head().fact == Fact::conversation &&
                     at.row().as<ConversationFact>().target_port == port;
        return found;
    }
    // What was said over TCP port `port`, for messages of failed tests.
    std::string dialogue() const {
        std::string out;
        for (auto at = simulation.trace().read(); !at.done(); at.next()) {
            if (at.row().head().fact != Fact::line) continue;
            out += at.row().as<LineFact>().from_initiator ? "C: " : "S: ";
            out += at.row().tail<LineFact>();
        }
        for (const std::string& one : decisions()) out += one + "\n";
        return out;
    }
    bool is_empty() const {
        return world().mail.messages.live() == 0 && world().mail.recipients.live() == 0 &&
               world().mail.deliveries.live() == 0;
    }
};

// Somebody at a terminal, on a host.
class Caller {
  public:
    Caller(MailWorld& world, std::string_view host, const std::string& where,
           std::uint32_t number = 1)
        : world_(world), number_(number), node_(world.host(host)) {
        auto before = world.run().on_outside;
        world.run().on_outside = [heard = heard_, number, before](
                                     std::uint32_t subject, OutsideNews news, std::string_view octets) {
            if (subject != number && before) return before(subject, news, octets);
            if (news == OutsideNews::octets) *heard += octets;
        };
        world.simulation.enter(Entry::connect, node_, number_, where);
        world.run_for(500 * millisecond);
        greeting = std::exchange(*heard_, {});
    }
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;

    std::string greeting;

    // What comes within `wait`.
    std::string says(const std::string& line, Duration wait = 500 * millisecond) {
        heard_->clear();
        world_.simulation.enter(Entry::say, node_, number_, line + "\r\n");
        world_.run_for(wait);
        return std::exchange(*heard_, {});
    }
    // What has come since, and comes within `wait`.
    std::string hears(Duration wait) {
        world_.run_for(wait);
        return std::exchange(*heard_, {});
    }

  private:
    MailWorld& world_;
    std::uint32_t number_;
    NodeId node_;
    std::shared_ptr<std::string> heard_ = std::make_shared<std::string>();
};

}  // namespace postroad::sim
