// Hands on the map, the ladder and the firewall, by mouse and keys; what is kept is there again.
#include <fstream>

#include "tests/view/scene.hpp"
#include "viz/film.hpp"
#include "viz/model/consequences.hpp"
#include "viz/model/fates.hpp"
#include "viz/model/flights.hpp"
#include "viz/model/places.hpp"
#include "viz/model/remembered.hpp"
#include "viz/model/what_if.hpp"
#include "viz/model/wire.hpp"

namespace postroad::viz {

using Catch::Matchers::ContainsSubstring;

namespace {

// A folder of this process's own, gone at the end.
struct Folder {
    Folder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "postroad-view-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::filesystem::path path;
};

std::string text_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

// Where a host's card is, found as a person would: a click there chooses it.
ImVec2 place_of(Scene& scene, std::uint32_t host, unsigned width, unsigned height) {
    for (unsigned y = 40; y < height; y += 14)
        for (unsigned x = 16; x < width; x += 24) {
            scene.app.view().host = sim::nothing;
            scene.hover(static_cast<float>(x), static_cast<float>(y));
            scene.press(true);
            scene.press(false);
            if (scene.app.view().host == host)
                return {static_cast<float>(x), static_cast<float>(y)};
        }
    FAIL("the host is nowhere on the map");
    return {};
}

const std::string lab = "07-port-25-is-blocked";

}  // namespace

TEST_CASE("a host that is dragged stands there when the lab is opened again") {
    Folder folder;
    const std::string file = (folder.path / "layout.toml").string();
    Point before, after;
    const std::uint32_t host = run_of(lab).setup().find_host("laptop");
    REQUIRE(host != sim::nothing);
    {
        Scene scene(lab);
        REQUIRE(scene.app.show_only("map"));
        scene.app.view().places_file = file;
        scene.frames();
        const ImVec2 at = place_of(scene, host, 640, 320);
        CHECK_FALSE(std::filesystem::exists(file));  // clicks move nothing
        before = scene.app.view().layout.hosts[host];
        const Pixels still = scene.picture();
        scene.drag(at.x + 4, at.y + 4, at.x + 64, at.y + 40);
        after = scene.app.view().layout.hosts[host];
        CHECK((std::abs(after.x - before.x) > 10 || std::abs(after.y - before.y) > 10));
        CHECK(difference(still, scene.picture()) > 0.01);
    }
    REQUIRE(std::filesystem::exists(file));
    CHECK_THAT(text_of(file), ContainsSubstring("laptop = ["));
    Scene again(lab);
    std::string error;
    View& view = again.app.view();
    REQUIRE(read_places(text_of(file), file, view.layout, view.upright, view.run.setup(), error));
    CHECK(std::abs(view.layout.hosts[host].x - after.x) <= 1);
    CHECK(std::abs(view.layout.hosts[host].y - after.y) <= 1);
    // Its network still holds it.
    const Box& home =
        view.layout.networks[view.run.setup().hosts[host].attachments.front().network];
    CHECK(home.min.x < view.layout.hosts[host].x);
    CHECK(home.max.y > view.layout.hosts[host].y);
    // Z: back to where hosts stand by themselves, and the file is gone.
    view.places_file = file;
    again.letter('z');
    CHECK(view.layout.hosts[host].x == make_layout(view.run.setup()).hosts[host].x);
    CHECK_FALSE(std::filesystem::exists(file));
}

TEST_CASE("the chosen host is moved by the keyboard, too") {
    Folder folder;
    Scene scene(lab);
    View& view = scene.app.view();
    view.places_file = (folder.path / "layout.toml").string();
    view.host = run_of(lab).setup().find_host("laptop");
    const Layout before = view.layout;
    scene.app.press({Key::right, 0, false, true});
    const auto other = static_cast<std::uint32_t>(view.host == 0 ? 1 : 0);
    const float moved = (view.layout.hosts[view.host].x - view.layout.hosts[other].x) -
                        (before.hosts[view.host].x - before.hosts[other].x);
    CHECK(std::abs(moved - 20) < 0.5F);
    CHECK(std::filesystem::exists(view.places_file));
}

TEST_CASE("a file of places that is none is told by its line") {
    const sim::Setup& setup = run_of(lab).setup();
    Layout wide = make_layout(setup), upright = make_layout(setup, true);
    std::string error;
    CHECK_FALSE(read_places("[wide]\nlaptop = 3\n", "layout.toml", wide, upright, setup, error));
    CHECK_THAT(error, ContainsSubstring("layout.toml:2") && ContainsSubstring("[x, y]"));
    CHECK_FALSE(read_places("[wide\n", "layout.toml", wide, upright, setup, error));
    CHECK(read_places("[wide]\ngone = [1, 2]\n", "layout.toml", wide, upright, setup, error));
    const Layout own = make_layout(setup);
    CHECK(std::abs((wide.hosts[0].x - wide.hosts[1].x) - (own.hosts[0].x - own.hosts[1].x)) < 0.5F);
}

TEST_CASE("segments fold between lines, and a click opens them") {
    Scene scene("00-first-message");
    REQUIRE(scene.app.show_only("ladder"));
    scene.app.view().player.go_to_start();
    const Pixels lines = scene.picture();
    scene.click(216, 33);  // the switch "Segments"
    const Pixels folded = scene.picture();
    CHECK(difference(lines, folded) > 0.01);
    scene.letter('j');
    const Pixels unfolded = scene.picture();
    CHECK(difference(folded, unfolded) > 0.005);
    scene.letter('j');
    CHECK(difference(folded, scene.picture()) < 0.001);
}

TEST_CASE("a protected conversation is shown decrypted, or as on the wire") {
    const std::string tls = "08-two-ways-to-tls/solution";
    Recording& run = run_of(tls);
    std::size_t line = 0;
    while (line < run.entries.size() &&
           !(run.entries[line].kind() == Kind::line &&
             run.encrypted(who_at(run, run.entries[line]).subject, run.entries[line].position())))
        ++line;
    REQUIRE(line < run.entries.size());
    const std::string said = octets_at(run, run.entries[line], false);
    const std::string sent = octets_at(run, run.entries[line], true);
    CHECK_FALSE(said.empty());
    REQUIRE(sent.size() > said.size());
    CHECK(sent[0] >= 20);  // RFC 8446 §5.1: a record's type
    CHECK(sent[0] <= 23);
    CHECK(sent.find(said.substr(0, 8)) == std::string::npos);

    Scene scene(tls);
    REQUIRE(scene.app.show_only("ladder"));
    scene.app.view().player.go_to_entry(line);
    const Pixels open = scene.picture();
    scene.letter('w');
    CHECK(scene.app.view().on_the_wire);
    CHECK(difference(open, scene.picture()) > 0.005);
    scene.letter('w');
    CHECK(scene.picture() == open);
    scene.letter('v');
    CHECK(scene.app.view().hex);
    CHECK(difference(open, scene.picture()) > 0.005);
}

TEST_CASE("every octet of TLS belongs to a record, and a handshake begins with a hello") {
    Recording& run = run_of("08-two-ways-to-tls/solution");
    TlsRecords records;
    unsigned with = 0;
    for (const sim::views::Conversation& one : run.index().conversations) {
        const auto& all = records.of(run, one.id);
        if (all.empty()) continue;
        ++with;
        CHECK(all.front().type == 22);
        CHECK(all.front().message == 1);
        CHECK(all.front().from_initiator);
        CHECK_THAT(words_of(all.front()), ContainsSubstring("ClientHello"));
        for (const TlsRecord& record : all) {
            CHECK(record.begins_in <= record.ends_in);
            CHECK(record.type >= 20);
            CHECK(record.type <= 24);
            CHECK(record.octets > 5);
            CHECK(record.octets <= 5 + 16384 + 256);
        }
    }
    CHECK(with > 0);
}

TEST_CASE("octets are written sixteen a line, with their letters") {
    CHECK(hex_line("RCPT TO:<bob@example.net>\r\n", 0) ==
          "00000000  52 43 50 54 20 54 4f 3a  3c 62 6f 62 40 65 78 61  RCPT TO:<bob@exa");
    CHECK(hex_line("RCPT TO:<bob@example.net>\r\n", 16).ends_with(" mple.net>.."));
}

TEST_CASE("packets under way are found again at every moment, between their two rows") {
    for (const std::string& name : labs()) {
        const Recording& run = run_of(name);
        Flights flights;
        const std::size_t stride = std::max<std::size_t>(1, run.entries.size() / 400);
        for (std::size_t i = 0; i < run.entries.size(); i += stride) {
            const std::uint64_t position = run.entries[i].position();
            const Kind kind = run.entries[i].kind();
            bool just_sent = false;
            for (const Flight& one :
                 flights.at(run, run.time_of(i), position + 1, run.time_of(i))) {
                CHECK(one.over >= one.left);
                CHECK(one.over_at >= one.left_at);
                CHECK(one.left_at <= position);
                if (one.arrived) CHECK(one.over_at > position);
                if (one.arrived) CHECK(one.to < run.setup().nodes());
                just_sent = just_sent || one.left_at == position;
            }
            if (kind == Kind::segment || kind == Kind::datagram) CHECK(just_sent);
        }
    }
}

TEST_CASE("who breaks: a server that is down keeps a message from its reader") {
    Recording& run = run_of("00-first-message");
    Player player(run);
    std::string error;
    player.go_to_start();
    const auto down = what_if(player, "host = { host = \"post\", state = \"down\" }", error);
    INFO(error);
    REQUIRE(down);
    const auto who = consequences(run, *down->other);
    REQUIRE_FALSE(who.empty());
    CHECK(who.front().worse);
    CHECK(who.front().person);
    CHECK(who.front().who == "alice");
    CHECK_THAT(who.front().was, ContainsSubstring("read by bob@example.net"));
    for (std::size_t i = 1; i < who.size(); ++i) CHECK((who[i - 1].worse || !who[i].worse));
}

TEST_CASE("whom it helps: without the rule that blocks port 25 mail comes through") {
    Recording& run = run_of(lab);
    Player player(run);
    std::string error;
    player.go_to_start();
    const auto open = what_if(
        player, "firewall = { firewall = \"guests\", edit = \"remove\", position = 2 }", error);
    INFO(error);
    REQUIRE(open);
    const auto who = consequences(run, *open->other);
    REQUIRE_FALSE(who.empty());
    for (const Consequence& one : who) CHECK_FALSE(one.worse);
    // And nothing changes by a rule that nothing meets.
    const auto same = what_if(
        player, "firewall = { firewall = \"guests\", edit = \"append\", rule = \"tcp dport 9 drop\" }",
        error);
    REQUIRE(same);
    CHECK(consequences(run, *same->other).empty());
}

TEST_CASE("a rule is typed at the firewall, tried, and the moment stays") {
    Scene scene(lab);
    REQUIRE(scene.app.show_only("firewall"));
    Player& player = scene.app.view().player;
    player.go_to_entry(run_of(lab).entries.size() / 2);
    const std::size_t here = player.happened();
    const Pixels before = scene.picture();
    scene.click(120, 126);  // into the line for a rule
    CHECK(ImGui::GetIO().WantTextInput);
    scene.type("tcp dport 53 drop");
    scene.enter();
    CHECK(player.happened() == here);
    const Pixels after = scene.picture();
    CHECK(difference(before, after) > 0.01);
    CHECK(run_of(lab).replayed_trace().divergence() == ~std::uint64_t{0});
}

TEST_CASE("every copy of a message has a fate, and the whole of its way has causes") {
    for (const std::string& name : labs()) {
        const Recording& run = run_of(name);
        for (std::size_t number = 0; number < run.index().journeys.size(); ++number) {
            const sim::views::Journey journey = run.index().journeys[number];
            const Fates fates = fates_of(run, journey);
            CHECK_FALSE(fates.copies.empty());
            const auto& custody = run.index().custody;
            for (std::size_t i = 1; i < journey.steps.size(); ++i) {
                const Time from = custody[journey.steps[i - 1]].time,
                           to = custody[journey.steps[i]].time;
                const auto spent = fates.spent(from, to);
                Duration told = 0;
                for (const Fates::Delay& one : spent) told += one.how_long;
                // All of it, but for what its hosts still hear when every copy is over.
                for (const Fates::Span& one : fates.spans)
                    if (one.cause == "over" && one.from < to)
                        told += std::min(to, one.until) - std::max(from, one.from);
                CHECK(told == to - from);
                if (custody[journey.steps[i]].fact.move == sim::CustodyMove::fetched && to > from)
                    CHECK(spent.front().cause == "lying in the mailbox");
            }
        }
    }
}

TEST_CASE("panels, their share and the speed are remembered from one window to the next") {
    Remembered kept;
    {
        Scene scene(lab);
        scene.letter('5');
        scene.letter('8', true);
        scene.letter('t');
        scene.drag(345, 200, 410, 200);  // the divider
        scene.app.remember(kept);
    }
    CHECK(kept.left == "Firewall");
    CHECK(kept.right == "Search");
    CHECK(kept.share > 0.58);
    CHECK_FALSE(kept.dark);
    kept.width = 1500;
    kept.height = 900;
    const Remembered read = read_remembered(print_remembered(kept));
    CHECK(read.left == kept.left);
    CHECK(std::abs(read.share - kept.share) < 1e-3);
    CHECK(read.width == 1500);
    Scene again(lab);
    again.app.recall(read);
    Remembered same;
    again.app.remember(same);
    CHECK(same.left == "Firewall");
    CHECK(same.right == "Search");
    CHECK(std::abs(same.share - kept.share) < 1e-3);
}

TEST_CASE("whatever is in the file of what is remembered, a window can open") {
    CHECK(read_remembered("") == Remembered{});
    CHECK(read_remembered("size = [1, 2]\nscale = 900\nleft = 3\n[[") == Remembered{});
    const Remembered odd =
        read_remembered("size = [0, 99999]\nplace = [1]\nscale = -1\nshare = 7\n");
    CHECK(odd == Remembered{});
}

TEST_CASE("a walkthrough becomes pictures, one for each stop at least, and a list of their times") {
    Folder folder;
    std::string error, told;
    App app(run_of("00-first-message"), "first", walkthrough_of("00-first-message", error));
    app.view().theme.scale = 0.6F;
    REQUIRE(app.walkthrough() != nullptr);
    const std::string target = (folder.path / "film").string();
    CHECK(film_refused(target).empty());
    REQUIRE(make_film(app, target, 320, 200, told, error));
    CHECK_THAT(told, ContainsSubstring("pictures"));
    std::size_t pictures = 0;
    for (const auto& one : std::filesystem::directory_iterator(target))
        pictures += one.path().extension() == ".png" ? 1 : 0;
    CHECK(pictures >= app.walkthrough()->stops.size());
    const std::string list = text_of(target + "/frames.txt");
    CHECK(list.starts_with("ffconcat version 1.0"));
    CHECK_THAT(list, ContainsSubstring("duration 0.10"));
    CHECK_THAT(film_refused((folder.path / "film.avi").string()), ContainsSubstring("write .gif"));
    CHECK_THAT(film_refused("/nowhere/film"), ContainsSubstring("cannot write"));
}

TEST_CASE("jumps lead to bounces, drops and TLS failures, and back") {
    const auto jump = [](const char* where, char key, auto is) {
        Scene scene(where);
        Player& player = scene.app.view().player;
        player.go_to_start();
        scene.letter(key);
        REQUIRE(player.current());
        CHECK(is(*player.current()));
        const std::size_t first = player.happened();
        scene.letter(key);
        scene.letter(key, true);
        CHECK(player.happened() <= first);
    };
    jump("02-two-addresses", 'r',
         [](const Entry& e) { return e.kind() == Kind::custody && e.failure(); });
    jump("07-port-25-is-blocked", 'x',
         [](const Entry& e) { return e.kind() == Kind::verdict || e.kind() == Kind::lost; });
    jump("10-the-wrong-name", 'f',
         [](const Entry& e) { return e.kind() == Kind::tls && e.failure(); });
}

TEST_CASE("the clock of a very long story stays small, never goes back, and keeps its silences") {
    StoryClock clock;
    Time now = 0;
    double silence_from = 0;
    for (std::uint32_t i = 0; i < 3'000'000; ++i) {
        now += i == 1'500'000 ? 3600 * second : (100 + i % 7) * microsecond;
        if (i == 1'500'000) silence_from = clock.length();
        clock.add(now);
    }
    CHECK(clock.knots() <= StoryClock::knots_max);
    CHECK(clock.length() > silence_from);
    double before = -1;
    for (Time at = 0; at < now; at += now / 5000) {
        const double seconds = clock.seconds_at(at);
        CHECK(seconds >= before);
        before = seconds;
    }
}

}  // namespace postroad::viz
