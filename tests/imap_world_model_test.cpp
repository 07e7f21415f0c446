// The same random commands (imap_game.hpp), over simulated connections to the simulated store.
#include <cstdlib>

#include "tests/mail_world.hpp"
#include "tests/support/imap_game.hpp"

using namespace postroad;
using namespace postroad::sim;

namespace {

struct Simulated {
    MailWorld world{"record = \"summary\"\n[hosts.mail]\ndomains = \"example.org\"\n"
                    "services = [\"mta\", \"mda\", \"imap\", \"dns\", \"resolver\"]\n"
                    "imap.folders = []\n[people.alice]\naddress = \"alice@example.org\"\n"};
    struct Line {
        Caller caller;
        Line(MailWorld& world, int number)
            : caller(world, "alice-pc", "mail:143", static_cast<std::uint32_t>(number) + 1) {}
        std::string feed(const std::string& octets) {
            return caller.says(octets.substr(0, octets.size() - 2), 50 * millisecond);
        }
        // What the store has made the server say on its own.
        std::string wake() { return caller.hears(50 * millisecond); }
    };
    std::unique_ptr<Line> open(int number) { return std::make_unique<Line>(world, number); }
    void forget() {}
};

}  // namespace

TEST_CASE("whatever three IMAP sessions of a world do at once, the store and each of them agree") {
    const std::uint64_t games = std::getenv("POSTROAD_LONG") != nullptr ? 100'000 : 1000;
    for (std::uint64_t seed = 1; seed <= games; ++seed) {
        INFO("game " << seed);
        imap_game::Game<Simulated> game(seed);
        game.play(40);
    }
}
