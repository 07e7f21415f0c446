// What the panels Firewall and What if offer, and what they say of packets, policies and rows.
#include <cmath>
#include <set>

#include "sim/net/border_counts.hpp"
#include "tests/view/scene.hpp"
#include "viz/model/decided.hpp"
#include "viz/model/passed.hpp"
#include "viz/model/proposals.hpp"
#include "viz/model/what_if.hpp"

namespace postroad::viz {

using Catch::Matchers::ContainsSubstring;

namespace {

const std::string outlook = "13-outlook-and-135";

// So many packets that a rule decided on are found, without those that have left and are not at
// the firewall yet.
std::uint64_t found(const Player& player, std::uint32_t firewall, std::int32_t rule) {
    DecidedPackets packets;
    packets.go_to(player.run(), firewall, player.setup().firewalls[firewall], player.happened());
    std::uint64_t out = 0;
    for (const DecidedPacket& one : packets.packets()) out += one.rule == rule ? 1 : 0;
    return out;
}

std::uint64_t counted(const Player& player, std::uint32_t firewall, std::int32_t rule) {
    return sim::border::count_of(player.world(), firewall, rule).packets;
}

}  // namespace

TEST_CASE("packets of open connections are found for the rule that let them through") {
    Player player(run_of(outlook));
    player.go_to(5 * minute);
    const std::uint32_t wall = player.setup().find_firewall("wall");
    CHECK(counted(player, wall, 0) > 20);
    for (std::int32_t rule = -1; rule < 4; ++rule) {
        INFO("rule " << rule + 1);
        CHECK(found(player, wall, rule) == counted(player, wall, rule));
    }
}

TEST_CASE("at every moment as many packets are found as the rules have counted, or fewer") {
    for (const std::string& lab : labs()) {
        Recording& run = run_of(lab);
        Player player(run);
        std::map<std::uint32_t, DecidedPackets> going_on;
        for (unsigned part = 1; part <= 24; ++part) {
            player.go_to(run.end() / 24 * part);
            for (std::uint32_t i = 0; i < player.setup().firewalls.size(); ++i) {
                const sim::FirewallSetup& firewall = player.setup().firewalls[i];
                DecidedPackets fresh;
                fresh.go_to(run, i, firewall, player.happened());
                going_on[i].go_to(run, i, firewall, player.happened());
                REQUIRE(going_on[i].packets().size() == fresh.packets().size());
                const auto count = static_cast<std::int32_t>(firewall.rules->rules.size());
                for (std::int32_t rule = -1; rule < count; ++rule) {
                    INFO(lab << ", " << firewall.name << " rule " << rule + 1 << " at "
                             << sim::views::clock_time(run.setup(), player.now()));
                    // Some have left and are on their way.
                    CHECK(found(player, i, rule) <= counted(player, i, rule) + 3);
                    if (part == 24) CHECK(found(player, i, rule) == counted(player, i, rule));
                }
            }
        }
    }
}

TEST_CASE("every proposal of every lab can be compared, and says in words what it is") {
    std::set<std::string> kinds;
    for (const std::string& lab : labs()) {
        Player player(run_of(lab));
        player.go_to_start();
        const auto all = proposals(player.setup());
        CHECK(all.size() >= 6);
        std::set<std::string> labels;
        for (const Proposal& one : all) {
            INFO(lab << ": " << one.label << ": " << one.change);
            CHECK(labels.insert(one.label).second);
            CHECK(one.label.size() < 60);
            CHECK(one.label.find_first_of("{}=") == std::string::npos);
            CHECK(one.change.size() < 400);
            std::string error;
            const auto answer = what_if(player, one.change, error);
            INFO(error);
            CHECK(answer != nullptr);
            kinds.insert(one.change.substr(0, one.change.find(' ')));
        }
        for (const char* const kind : {"host = ", "link = ", "record = ", "service = ", "set = "})
            CHECK(std::any_of(all.begin(), all.end(),
                              [&](const Proposal& one) { return one.change.starts_with(kind); }));
    }
    CHECK(kinds == std::set<std::string>{"firewall", "host", "link", "record", "service", "set"});
}

TEST_CASE("proposals follow the world: what is switched on can be switched off") {
    Player player(run_of("06-open-relay"));
    const auto has = [](const std::vector<Proposal>& all, std::string_view label) {
        return std::any_of(all.begin(), all.end(), [&](const Proposal& one) {
            return one.label.find(label) != std::string::npos;
        });
    };
    player.go_to_start();
    CHECK(has(proposals(player.setup()), "is no open relay any more"));
    CHECK_FALSE(has(proposals(player.setup()), "relays for everybody"));
    Player mx(run_of("05-the-mx-ladder"));
    mx.go_to_start();
    CHECK(has(proposals(mx.setup()), "example.net's MX names mx2"));
    std::string error;
    const auto two = what_if(mx, "record = { zone = \"example.net\", edit = \"add\", record = "
                                 "\"@ 60 IN MX 20 mx2.example.net.\" }", error);
    INFO(error);
    REQUIRE(two);
    const auto& later = two->other->now_simulation().world().setup;
    CHECK(has(proposals(*later), "example.net loses its MX 10 mx1"));
}

TEST_CASE("a policy is changed as rules are, and who breaks is known") {
    Player player(run_of(outlook));
    player.go_to_start();
    const sim::FirewallSetup& wall = player.setup().firewalls[player.setup().find_firewall("wall")];
    for (const char* const policy : {"accept", "drop", "reject"}) {
        std::string error;
        const auto answer = what_if(player, policy_change(wall, policy), error);
        INFO(policy << ": " << error);
        REQUIRE(answer);
        // Alice's mail program gets through where nothing is dropped.
        const bool same = std::string_view(policy) == "drop";
        CHECK(answer->parts() != same);
        const auto who = consequences(run_of(outlook), *answer->other);
        if (std::string_view(policy) == "accept") {
            REQUIRE_FALSE(who.empty());
            CHECK(std::any_of(who.begin(), who.end(), [](const Consequence& one) { return !one.worse; }));
        }
    }
}

TEST_CASE("what was decided before a row is its own host's or its connection's") {
    const Recording& run = run_of("07-port-25-is-blocked");
    std::size_t told = 0;
    for (std::size_t i = 0; i < run.entries.size(); ++i) {
        const RowWords said = words_at(run, run.entries[i]);
        const auto reasons = decided_before(run, i);
        CHECK(reasons.size() <= 4);
        for (const RowWords& one : reasons)
            CHECK((one.from == said.from || one.subject == said.subject));
        told += reasons.size();
    }
    CHECK(told > 10);
}

TEST_CASE("a line's reasons are what its speaker decided since the line that it answers") {
    const Recording& run = run_of("00-first-message");
    const auto told_of = [&](const std::string& from, const std::string& line) {
        std::vector<std::string> out;
        for (std::size_t i = 0; i < run.entries.size(); ++i) {
            if (run.entries.kind(i) != Kind::line) continue;
            const RowWords said = words_at(run, run.entries[i]);
            if (run.index().node_name(said.from) != from || said.text.find(line) == std::string::npos) continue;
            for (const RowWords& one : decided_before(run, i)) out.push_back(one.text);
            break;
        }
        return out;
    };
    const auto logged_in = told_of("mail", "235 ");
    REQUIRE(logged_in.size() == 1);  // and not what the client thinks of its password
    CHECK(logged_in[0].find("has given the right password") != std::string::npos);
    const auto taken = told_of("post", "250 2.1.5");
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].find("example.net is delivered here") != std::string::npos);
    CHECK(told_of("alice-pc", ".").size() <= 1);
}

TEST_CASE("a chosen rule's words are in the line, and go when another firewall is chosen") {
    Scene scene(outlook, 1280, 800, 1);
    REQUIRE(scene.app.show_only("firewall"));
    View& view = scene.app.view();
    view.player.go_to(5 * minute);
    const auto typed = [&](std::uint32_t firewall) {
        view.firewall = firewall;
        return scene.picture();
    };
    const Pixels wall = typed(0), router = typed(1);
    typed(0);
    scene.click(200, 129);  // its first rule
    scene.hover(5, 5);
    const Pixels chosen = scene.picture();
    CHECK(difference(wall, chosen) > 0.01);  // with the packets that it let through
    scene.click(200, 213);                   // its policy
    scene.hover(5, 5);
    const Pixels policy = scene.picture();
    CHECK(difference(chosen, policy) > 0.01);
    scene.click(75, 272);  // it accepts
    scene.hover(5, 5);
    CHECK(difference(policy, scene.picture()) > 0.01);  // who breaks
    // There and back: nothing is chosen any more, and no other firewall has this one's words.
    CHECK(difference(router, typed(1)) < 0.0005);
    CHECK(difference(wall, typed(0)) < 0.002);
}

TEST_CASE("a row of the changed run is kept when it is clicked, and the moment stays") {
    Scene scene("00-first-message", 1280, 800, 1);
    View& view = scene.app.view();
    view.patient = true;
    view.player.go_to(50 * millisecond);
    view.proposed = "host = { host = \"post\", state = \"down\" }";
    REQUIRE(scene.app.show_only("what if"));
    const Pixels before = scene.picture();
    const std::size_t here = view.player.happened();
    scene.click(900, 330);
    scene.hover(5, 5);
    const Pixels kept = scene.picture();
    CHECK(difference(before, kept) > 0.005);
    CHECK(view.player.happened() == here);
    scene.hover(900, 330);
    CHECK(difference(kept, scene.picture()) > 0.005);  // its words, whole
}

}  // namespace postroad::viz
