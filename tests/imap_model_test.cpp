// Random commands of three IMAP sessions at once (imap_game.hpp), on the machine with a store in memory.
#include <cstdlib>

#include "protocols/imap/server.hpp"
#include "tests/dialogue.hpp"
#include "tests/support/imap_desk.hpp"
#include "tests/support/imap_game.hpp"

using namespace postroad;

namespace {

struct InMemory {
    struct Line {
        imap_model::Desk desk;
        dialogue::Talk<imap::Server, imap::ServerHost> talk;
        explicit Line(imap_model::Store& store) : desk(store), talk(host(), std::ref(desk)) {
            talk.opened();
        }
        std::string feed(const std::string& octets) { return talk.feed(octets); }
        std::string wake() { return talk.wake(Wake::changed); }
        static imap::ServerHost host() {
            imap::ServerHost out;
            out.greets_with_capability = false;
            return out;
        }
    };
    imap_model::Store store;
    std::unique_ptr<Line> open(int) { return std::make_unique<Line>(store); }
    void forget() {
        for (const auto& [name, box] : store.mailboxes) box->forgets_before = box->modseq;
    }
};

}  // namespace

TEST_CASE(
    "whatever three IMAP sessions do at once, each is told what is there, by its own numbers") {
    const std::uint64_t games = std::getenv("POSTROAD_LONG") != nullptr ? 100'000 : 1000;
    for (std::uint64_t seed = 1; seed <= games; ++seed) {
        INFO("game " << seed);
        imap_game::Game<InMemory> game(seed);
        game.play(40);
    }
}
