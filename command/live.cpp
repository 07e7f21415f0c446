// `postroad live`: the world at wall-clock pace, with ports that real programs can use.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <ostream>

#include "command/command.hpp"
#include "command/live_table.hpp"
#include "command/simulate.hpp"
#include "protocols/base/ascii.hpp"
#include "sim/core/reasons.hpp"
#include "sim/live/edge.hpp"
#include "sim/world/outside.hpp"
#include "sim/world/world_make.hpp"

namespace postroad::command {
namespace {

namespace live = sim::live;

struct Options {
    std::string source, from, journal, trace;
    std::vector<std::string> expose, i_know;
    RunOptions run;
    std::uint32_t speed = 1;
    live::Limits limits;
    bool all = false, quiet = false;
};

bool is_known(const boost::asio::ip::address& address, const std::vector<std::string>& i_know) {
    return address.is_loopback() ||
           std::find(i_know.begin(), i_know.end(), address.to_string()) != i_know.end();
}

// "NODE:PORT" or "NODE:PORT=ADDRESS:PORT"; DNS is at UDP and TCP alike.
bool add_exposure(const std::string& text, const Options& options, const sim::Setup& setup,
                  std::vector<live::Exposure>& out, Io& io) {
    const std::size_t equals = text.find('=');
    live::Exposure one;
    one.where = text.substr(0, equals);
    if (!sim::outside::find_port(setup, one.where, one.node, one.port)) {
        refuse(io, "--expose \"" + one.where + "\" is no host with a port", known_places(setup));
        return false;
    }
    std::string place = equals == std::string::npos ? "127.0.0.1:0" : text.substr(equals + 1);
    const std::size_t colon = place.rfind(':');
    const auto port = colon == std::string::npos ? std::nullopt
                                                 : parse_number(place.substr(colon + 1));
    std::string address = place.substr(0, colon);
    if (address.starts_with('[') && address.ends_with(']'))
        address = address.substr(1, address.size() - 2);
    boost::system::error_code bad;
    one.address = boost::asio::ip::make_address(address, bad);
    if (bad || !port || *port > 65535) {
        refuse(io, "--expose \"" + text + "\": \"" + place + "\" is no address with a port",
               "write " + one.where + "=127.0.0.1:2525");
        return false;
    }
    if (!is_known(one.address, options.i_know)) {
        refuse(io, address + " is not an address of this machine alone: others could connect to it",
               "a teaching server has known passwords; if that is what you want, add --i-know " +
                   address);
        return false;
    }
    one.outside_port = static_cast<std::uint16_t>(*port);
    bool listens = false;
    for (const sim::ServiceSetup& service : setup.hosts[one.node].services) {
        if (service.port != one.port || service.role == sim::Role::none) continue;
        listens = true;
        one.protocol = service.protocol;
        const bool known = std::any_of(out.begin(), out.end(), [&](const live::Exposure& other) {
            return other.node == one.node && other.port == one.port &&
                   other.protocol == one.protocol && other.outside_port == one.outside_port;
        });
        if (!known) out.push_back(one);
    }
    if (!listens) {
        refuse(io, "nothing listens at " + one.where, known_places(setup));
        return false;
    }
    return true;
}

bool gather_exposures(const Options& options, const sim::Setup& setup,
                      std::vector<live::Exposure>& out, Io& io) {
    for (const std::string& one : options.expose)
        if (!add_exposure(one, options, setup, out, io)) return false;
    if (options.all)
        for (const std::string& one : every_place(setup))
            if (!add_exposure(one, options, setup, out, io)) return false;
    const bool asks_outside = !setup.real_servers.empty();
    if (out.empty() && !asks_outside) {
        refuse(io, "nobody could come in: no port is exposed",
               "`--all` exposes every service; `--expose mail:25=127.0.0.1:2525` one of them");
        return false;
    }
    return true;
}

// Callers sit at a person's computer, unless --from says where: then the network's latency and
// firewalls are between them and the servers.
bool seat_callers(const Options& options, const sim::Setup& setup, NodeId& from, Io& io) {
    if (options.from.empty()) {
        for (const sim::PersonSetup& person : setup.people)
            if (person.device != sim::nothing) {
                from = person.device;
                return true;
            }
        from = 0;
        return true;
    }
    const std::uint32_t host = setup.find_host(options.from);
    if (host == sim::nothing) {
        refuse(io, "--from \"" + options.from + "\" is no host of this scenario");
        return false;
    }
    from = host;
    return true;
}

void report(const Options& options, const live::Edge& edge, const sim::Simulation& simulation,
            Io& io) {
    const live::Tally& tally = edge.tally();
    const sim::World& world = simulation.world();
    io.out << fmt::format(
        "\nover after {} of simulated time: {} connections, {} datagrams, {} calls to real servers,"
        " {} octets in, {} out\n",
        sim::duration_words(world.now / 1'000'000 * 1'000'000), tally.connections, tally.datagrams,
        tally.real_calls, tally.octets_in, tally.octets_out);
    io.out << fmt::format("the world was never more than {} behind the clock\n",
                          sim::duration_words(static_cast<Duration>(tally.behind_max.count()) /
                                              100'000 * 100'000));
    if (tally.turned_away != 0)
        io.out << fmt::format("{} were turned away or cut off by a limit\n", tally.turned_away);
    io.out << "fingerprint    " << sim::fingerprint(world) << '\n';
    if (!options.journal.empty())
        io.out << "again, without any socket: " << io.program << " run " << options.source
               << (options.run.seed ? " --seed " + std::to_string(*options.run.seed) : "")
               << " --journal " << options.journal << '\n';
}

// What passes, a line each, when somebody watches.
void watch(live::Edge& edge, Io& io) {
    edge.on_octets = [&io](std::uint32_t subject, bool inwards, std::string_view octets) {
        const bool real = (subject & sim::real_peer_bit) != 0;
        const std::string name =
            fmt::format("{}{}", real ? "real " : "#", subject & ~sim::real_peer_bit);
        while (!octets.empty()) {
            const std::size_t end = octets.find('\n');
            const std::string_view line =
                octets.substr(0, end == std::string_view::npos ? end : end + 1);
            octets.remove_prefix(line.size());
            io.out << name << (inwards ? " > " : " < ") << sim::views::visible(line) << '\n';
        }
        io.out.flush();
    };
}

int run(Options options, Io& io) {
    auto source = open_source(options.source, io);
    if (!source || !make_own(*source, options.run, io)) return bad_input;
    const sim::Setup& setup = *source->opened.setup;
    const auto extent = extent_of(options.run, setup, io);
    if (!extent) return bad_input;
    if (setup.scenario.tls == scenario::TlsKind::modelled)
        return refuse(io, "this world's TLS is modelled: no real program can speak it",
                      "leave out `tls = \"modelled\"`");
    live::Settings settings;
    std::vector<live::Exposure> exposures;
    if (!gather_exposures(options, setup, exposures, io) ||
        !seat_callers(options, setup, settings.from, io))
        return bad_input;
    settings.speed = options.speed;
    settings.until = extent->until.value_or(never);
    settings.any_address = !options.i_know.empty();
    settings.limits = options.limits;

    sim::Trace trace(depth_of(options.run, setup),
                     options.trace.empty() ? sim::Trace::Keep::recycled : sim::Trace::Keep::file);
    if (!options.trace.empty() && !trace.open_file(options.trace))
        return refuse(io, "cannot write \"" + options.trace + "\": " + std::strerror(errno));
    live::JournalFile journal;
    if (!options.journal.empty() && !journal.create(options.journal))
        return refuse(io, "cannot begin the journal \"" + options.journal + "\": " +
                              std::strerror(errno),
                      errno == EEXIST ? "it is there already: a journal is never overwritten" : "");
    sim::Simulation simulation(
        sim::make_world(source->opened.setup, options.run.seed.value_or(setup.scenario.seed)),
        std::move(trace));
    live::Edge edge(simulation, journal, settings);
    for (live::Exposure& one : exposures) {
        std::string error;
        if (!edge.open(one, error)) return refuse(io, error);
    }
    if (!options.quiet) watch(edge, io);
    print_table(exposures, setup, options.source, io);
    io.out << "ready; end it with Ctrl-C\n" << std::flush;
    const bool kept = edge.run();
    if (!simulation.hands().trace.finish())
        return refuse(io, "cannot write \"" + options.trace + "\": " + std::strerror(errno));
    if (!kept)
        return refuse(io, "the journal \"" + options.journal + "\" could not be written: " +
                              std::strerror(errno),
                      "the session was ended, since what comes in could not be kept");
    report(options, edge, simulation, io);
    return done;
}

}  // namespace

void add_live(CLI::App& app, Session& session) {
    CLI::App* const sub = app.add_subcommand(
        "live", "Run a world in real time and let real mail programs use its servers");
    const auto options = std::make_shared<Options>();
    options->run.depth = "lines";
    sub->add_option("LAB|FILE", options->source, "Whose world it is")->default_val("1");
    sub->add_option("--expose", options->expose,
                    "A service and its place here: mx.example.org:25=127.0.0.1:2525 (without a "
                    "place, or with port 0, the system chooses the port)");
    sub->add_flag("--all", options->all, "Every service, at ports worked out from its own");
    sub->add_option("--from", options->from,
                    "The simulated host where callers sit (a person's computer)");
    sub->add_option("--speed", options->speed,
                    "How many simulated seconds a real one is, while no real program waits")
        ->check(CLI::Range(1U, 1'000'000U))
        ->capture_default_str();
    sub->add_option("--journal", options->journal,
                    "Keep what comes in, so that `run --journal` lets it happen again");
    sub->add_option("--trace", options->trace, "Write everything that happened, for `show`");
    sub->add_option("--depth", options->run.depth, "How much is recorded")
        ->check(CLI::IsMember({"summary", "lines", "bytes"}))
        ->capture_default_str();
    sub->add_option("--i-know", options->i_know,
                    "An address that others can reach, and that is meant");
    sub->add_option("--connections-max", options->limits.connections_max,
                    "Conversations at once; more wait in the system's queue")
        ->check(CLI::Range(1U, 100'000U))
        ->capture_default_str();
    sub->add_option("--rate-max", options->limits.octets_per_s_max,
                    "Octets a second from one connection; what is more waits")
        ->transform(CLI::AsSizeValue(false))
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    sub->add_option("--memory-max", options->limits.memory_octets_max,
                    "Octets of the world, mailboxes included; beyond, nobody new is let in")
        ->transform(CLI::AsSizeValue(false))
        ->capture_default_str();
    sub->add_flag("--quiet", options->quiet, "Do not show what passes");
    options->run.add_to(*sub);
    sub->callback([options, &session] { session.status = run(*options, session.io); });
}

}  // namespace postroad::command
