// A morning in an office: a thousand mail programs log on, bring fifty messages each into step and
// send one. By RPC, and the same morning by IMAP and SMTP beside it.
#include "bench/bench.hpp"
#include "sim/mail/folders.hpp"
#include "sim/mail/store.hpp"
#include "sim/world/open.hpp"
#include "sim/world/simulation.hpp"
#include "sim/world/world_make.hpp"

namespace postroad::bench {
namespace {

using namespace sim;

constexpr std::uint32_t messages_each = 50;

std::string name_of(std::uint32_t person) { return "p" + std::to_string(person); }

std::string morning(std::uint32_t people, bool by_rpc) {
    std::string out =
        "postroad = 1\nroot_dns = false\nuntil = \"+10m\"\n[hosts.mail]\ndomains = \"example.org\"\n"
        "services = [\"mta\", \"msa\", \"mda\", \"dns\", \"resolver\", \"imap\", \"mapi\"]\n";
    for (std::uint32_t i = 0; i < people; ++i)
        out += "[people." + name_of(i) + "]\nfetch.protocol = \"" + (by_rpc ? "mapi" : "imap") +
               "\"\nfetch.folders = [\"INBOX\"]\n";
    // They come within a minute.
    for (std::uint32_t i = 0; i < people; ++i) {
        const std::string at = "[[timeline]]\nat = \"+" + std::to_string(60'000ULL * i / people);
        out += at + "ms\"\nfetch = \"" + name_of(i) + "\"\n" + at + "ms\"\nsend = { from = \"" +
               name_of(i) + "\", to = \"" + name_of((i + 1) % people) + "\", subject = \"morning\" }\n";
    }
    return out;
}

std::string letter(std::uint32_t number) {
    return "From: Alice <alice@example.net>\r\nTo: Bob <bob@example.org>\r\nSubject: number " +
           std::to_string(number) + "\r\nDate: Wed, 1 Sep 2010 08:00:00 +0000\r\nMessage-ID: <" +
           std::to_string(number) + "@example.net>\r\n\r\n" + std::string(1024, 'x') + "\r\n";
}

void fill(Run& run) {
    store::set_up(run.world);
    for (std::uint32_t person = 0; person < run.setup().people.size(); ++person)
        for (std::uint32_t i = 0; i < messages_each; ++i)
            store::add(run.world, folders::inbox(run.world, person),
                       {run.world.heap.make("Return-Path: <alice@example.net>\r\n"),
                        run.world.heap.make(letter(i)), 1'283'328'000, 0, 0});
}

struct Morning {
    double seconds = 0;              // tidy: allow a measurement decides nothing
    std::uint64_t fetched = 0, delivered = 0, events = 0;
    std::size_t octets = 0;          // what the World has grown by
    Time done = 0;                   // simulated: when the last message had been fetched
};

std::size_t octets_of(const World& world) {
    return world.heap.bytes() + world.tcp.tcbs.bytes() + world.sessions.of<rpc::Client>().bytes() +
           world.sessions.of<rpc::Server>().bytes() + world.mail.people.programs.bytes();
}

Morning live(std::uint32_t people, bool by_rpc) {
    const Opened opened = open_scenario(morning(people, by_rpc), "morning");
    POSTROAD_ASSERT(opened.setup != nullptr);
    Simulation simulation(make_world(opened.setup, 1), Trace(Depth::summary));
    fill(simulation.hands());
    Morning out;
    const std::size_t before = octets_of(simulation.world());
    const double from = cpu_s();     // tidy: allow a measurement decides nothing
    simulation.run_until(5 * minute);
    out.seconds = cpu_s() - from;
    out.octets = octets_of(simulation.world()) - before;
    out.events = simulation.world().events_done;
    for (auto at = simulation.trace().read(); !at.done(); at.next()) {
        if (at.row().head().fact != Fact::custody) continue;
        const auto& fact = at.row().as<CustodyFact>();
        out.delivered += fact.move == CustodyMove::delivered ? 1 : 0;
        if (fact.move == CustodyMove::fetched) out.done = at.row().head().time;
    }
    for (std::size_t i = 0; i < simulation.world().mail.people.people.size(); ++i)
        out.fetched += simulation.world().mail.people.people[i].fetched;
    return out;
}

}  // namespace

void bench_mapi(const Options& options, Reporter& reporter) {
    const std::uint32_t people = options.quick ? 20 : 1'000;
    reporter.heading("A morning of " + std::to_string(people) + " mail programs: log on, " +
                     std::to_string(messages_each) + " messages each, one sent");
    std::vector<double> by_rpc, by_imap;  // tidy: allow a measurement decides nothing
    Morning one, other;
    for (int i = 0; i < (options.quick ? 1 : 3); ++i) {
        one = live(people, true);
        other = live(people, false);
        by_rpc.push_back(static_cast<double>(one.fetched + one.delivered) / one.seconds);
        by_imap.push_back(static_cast<double>(other.fetched + other.delivered) / other.seconds);
    }
    // All have everything, or the figures mean nothing.
    const std::uint64_t least = std::uint64_t{people} * messages_each;
    if (one.fetched < least || one.delivered < people || other.fetched < least)
        reporter.note("NOT ALL MAIL ARRIVED: by RPC " + std::to_string(one.fetched) + " fetched and " +
                      std::to_string(one.delivered) + " delivered, by IMAP " +
                      std::to_string(other.fetched));
    reporter.add({"mapi", "messages by RPC", median(by_rpc), "/s", "by IMAP and SMTP, /s",
                  median(by_imap), 0});
    reporter.add({"mapi", "memory of a program that has logged off",
                  static_cast<double>(one.octets) / people, "octets", "by IMAP",
                  static_cast<double>(other.octets) / people, 0, true});
    reporter.add({"mapi", "events a message", static_cast<double>(one.events) /
                  static_cast<double>(one.fetched + one.delivered), "", "by IMAP",
                  static_cast<double>(other.events) /
                      static_cast<double>(other.fetched + other.delivered), 0, true});
    reporter.add({"mapi", "the last one has its mail, simulated",
                  static_cast<double>(one.done) / static_cast<double>(second), "s", "by IMAP, s",
                  static_cast<double>(other.done) / static_cast<double>(second), 0, true});
}

}  // namespace postroad::bench
