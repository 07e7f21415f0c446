// The message store and IMAP over it: FETCH and SEARCH of one large mailbox, and what mailboxes and
// messages cost in memory.
#include "bench/bench.hpp"
#include "bench/organisations.hpp"
#include "sim/mail/folders.hpp"
#include "sim/mail/store.hpp"
#include "sim/world/open.hpp"
#include "sim/world/outside.hpp"
#include "sim/world/simulation.hpp"
#include "sim/world/world_make.hpp"

namespace postroad::bench {
namespace {

using namespace sim;

std::string letter(std::uint32_t number) {
    return "Received: from a.example by b.example; Wed, 1 Sep 2010 08:00:00 +0000\r\n"
           "From: Alice <alice@example.org>\r\nTo: Bob <bob@example.org>\r\nSubject: number " +
           std::to_string(number) + "\r\nDate: Wed, 1 Sep 2010 08:00:00 +0000\r\nMessage-ID: <" +
           std::to_string(number) + "@example.org>\r\n\r\n" + std::string(512, 'x') + "\r\n";
}

constexpr std::string_view return_path = "Return-Path: <alice@example.org>\r\n";

// One mailbox with many messages, each of its own content, and somebody who talks IMAP to it.
class LargeMailbox {
  public:
    explicit LargeMailbox(std::uint32_t messages)
        : simulation_(make_world(open_scenario(text(), "store").setup, 1), Trace(Depth::summary, Trace::Keep::recycled)) {
        Run& run = simulation_.hands();
        store::set_up(run.world);
        const std::uint32_t person = run.setup().find_person("bob");
        const std::uint32_t folder = folders::inbox(run.world, person);
        for (std::uint32_t i = 0; i < messages; ++i)
            store::add(run.world, folder,
                       {run.world.heap.make(return_path), run.world.heap.make(letter(i)),
                        1'283'328'000, 0, i % 3 == 0 ? mail_flag::seen : 0U});
        run.on_outside = [this](std::uint32_t, OutsideNews news, std::string_view octets) {
            if (news == OutsideNews::octets) heard_ += octets;
        };
        node_ = run.setup().find_host("bob-pc");
        simulation_.enter(Entry::connect, node_, 1, "mail:143");
        simulation_.run_until(second);
        say("a LOGIN bob secret-bob");
        say("b SELECT INBOX");
    }
    // CPU seconds until the tagged reply is there.
    double say(const std::string& line) {  // tidy: allow a measurement decides nothing
        heard_.clear();
        const std::string tag = line.substr(0, line.find(' ') + 1);
        const double from = cpu_s();  // tidy: allow a measurement decides nothing
        simulation_.enter(Entry::say, node_, 1, line + "\r\n");
        while (heard_.find("\r\n" + tag) == std::string::npos && !heard_.starts_with(tag)) {
            simulation_.run_until(simulation_.world().now + second);
            if (heard_.size() > 4096) heard_.erase(0, heard_.size() - 2048);
        }
        POSTROAD_ASSERT(heard_.find(tag + "OK") != std::string::npos);
        return cpu_s() - from;
    }

  private:
    static std::string text() {
        return "postroad = 1\n[hosts.mail]\ndomains = \"example.org\"\n"
               "services = [\"mta\", \"mda\", \"imap\", \"dns\", \"resolver\"]\n"
               "[people.bob]\naddress = \"bob@example.org\"\n";
    }
    Simulation simulation_;
    NodeId node_ = 0;
    std::string heard_;
};

void measure_imap(const Options& options, Reporter& reporter) {
    const std::uint32_t fetched = options.quick ? 500 : 20'000;
    {
        LargeMailbox box(fetched);
        for (const auto& [name, items] :
             {std::pair{"FETCH FLAGS", "(FLAGS)"}, std::pair{"FETCH ENVELOPE", "(ENVELOPE)"},
              std::pair{"FETCH BODYSTRUCTURE", "(BODYSTRUCTURE)"},
              std::pair{"FETCH BODY.PEEK[]", "(BODY.PEEK[])"}}) {
            std::vector<double> rates;  // tidy: allow a measurement decides nothing
            for (int i = 0; i < (options.quick ? 1 : 3); ++i)
                rates.push_back(fetched / box.say(std::string("c FETCH 1:* ") + items));
            reporter.add({"store", name, median(rates), "messages/s", "", 0, 0});
        }
    }
    const std::uint32_t searched = options.quick ? 2'000 : 1'000'000;
    LargeMailbox box(searched);
    for (const auto& [name, program] :
         {std::pair{"SEARCH UNSEEN", "UNSEEN"}, std::pair{"SEARCH UNSEEN LARGER 1000", "UNSEEN LARGER 1000"},
          std::pair{"SEARCH SUBJECT", "SUBJECT \"number 77\""}}) {
        std::vector<double> rates;  // tidy: allow a measurement decides nothing
        for (int i = 0; i < (options.quick ? 1 : 3); ++i)
            rates.push_back(searched / box.say(std::string("c SEARCH RETURN (COUNT) ") + program));
        reporter.add({"store", std::string(name) + " over " + std::to_string(searched), median(rates),
                      "messages/s", "", 0, 0});
    }
}

// What each of `count` more of something takes. Mailboxes are added a page's worth at a time, so that
// no page is half empty.
class Growth {
  public:
    Growth(const World& world, std::uint32_t count)
        : world_(world), count_(count), last_(store::memory_octets(world)) {}
    double each() {  // tidy: allow a measurement decides nothing
        const std::size_t now = store::memory_octets(world_);
        const std::size_t grown = now - last_;
        last_ = now;
        return static_cast<double>(grown) / count_;  // tidy: allow a measurement decides nothing
    }

  private:
    const World& world_;
    std::uint32_t count_;
    std::size_t last_;
};

void measure_memory(const Options& options, Reporter& reporter) {
    const std::uint32_t boxes = options.quick ? 16'384 : 1'048'576;
    constexpr std::uint32_t each = 4;
    Simulation simulation(world_of(organisations(2)), Trace(Depth::summary, Trace::Keep::recycled));
    World& world = simulation.hands().world;
    const auto add = [&](const char* what, double octets, double target) {  // tidy: allow a measurement decides nothing
        reporter.add({"store", what, octets, "octets", "", 0, target, true});
    };
    const auto first = static_cast<std::uint32_t>(world.mail.mailboxes.size());
    Growth growth(world, boxes);
    for (std::uint32_t i = 0; i < boxes; ++i) world.mail.mailboxes.append(Mailbox{});
    const double untouched = growth.each();  // tidy: allow a measurement decides nothing
    add("a mailbox nothing has come to", untouched, 150);
    for (std::uint32_t i = 0; i < boxes; ++i) folders::inbox(world, first + i);
    const double empty = untouched + growth.each();  // tidy: allow a measurement decides nothing
    add("an empty mailbox, with its INBOX", empty, 150);
    Text body = world.heap.make(letter(0));
    growth.each();
    for (std::uint32_t i = 0; i < boxes * each; ++i)
        store::add(world, world.mail.mailboxes[first + i % boxes].inbox,
                   {world.heap.make(return_path), world.heap.share(body), 1'283'328'000, 0, 0});
    add("a message beyond its shared body", growth.each() / each, 120);
    for (std::uint32_t i = 0; i < boxes; ++i)
        folders::edit_details(world, world.mail.mailboxes[first + i].inbox);
    add("added when IMAP opens an INBOX", growth.each(), 0);
    world.heap.drop(body);
}

}  // namespace

void bench_store(const Options& options, Reporter& reporter) {
    reporter.heading("store");
    measure_imap(options, reporter);
    measure_memory(options, reporter);
}

}  // namespace postroad::bench
