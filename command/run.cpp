// `postroad run`: runs a scenario, tells what happened, writes what was asked for.
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <ostream>

#include "command/command.hpp"
#include "command/output_file.hpp"
#include "command/summary.hpp"
#include "protocols/base/did_you_mean.hpp"
#include "sim/views/pcapng.hpp"
#include "sim/views/walkthrough.hpp"

namespace postroad::command {
namespace {

struct Options {
    std::string source;
    RunOptions run;
    std::string pcap, at, trace, save_journal;
    bool json = false;
};

// The three files a run may leave; the trace writes itself.
struct Outputs {
    OutputFile pcap, trace, journal;
    bool prepare(const Options& options, Io& io) {
        return pcap.prepare(options.pcap, io) && trace.prepare(options.trace, io) &&
               journal.prepare(options.save_journal, io);
    }
};

namespace views = sim::views;

// Where the capture is made; none, and told, when that is nowhere or nothing would be in it.
std::optional<views::PcapngOptions> capture(const Options& options, const sim::Setup& setup,
                                            Io& io) {
    if (options.pcap.empty()) {
        if (options.at.empty()) return views::PcapngOptions{};
        refuse(io, "--at goes with --pcap");
        return std::nullopt;
    }
    if (depth_of(options.run, setup) != sim::Depth::bytes) {
        refuse(io, "a capture needs packets, which this depth does not record",
               "leave --depth out, or write --depth bytes");
        return std::nullopt;
    }
    if (options.at.empty()) return views::PcapngOptions{};
    const auto out = views::capture_at(setup, options.at);
    if (out) return out;
    std::vector<std::string_view> names;
    for (const sim::HostSetup& host : setup.hosts) names.push_back(host.name);
    for (const sim::LinkSetup& link : setup.links) names.push_back(link.name);
    const std::string_view near = closest(options.at, names);
    refuse(io, "--at \"" + options.at + "\" is no host or link of this scenario",
           near.empty() ? std::string() : "did you mean \"" + std::string(near) + "\"?");
    return std::nullopt;
}

void what_next(const Options& options, const Source& source, const Summary& summary, Io& io) {
    const std::string name = source.name();
    io.out << "\nnext: " << io.program << " show " << name << "    every line that was said\n";
    if (source.lab && source.lab->graded())
        io.out << "      " << io.program << " check " << name << "   whether the lab's goals are met\n";
    if (summary.conversations != 0 && options.pcap.empty())
        io.out << "      " << io.program << " run " << name << " --pcap mail.pcapng   for Wireshark\n";
}

void tell(const Options& options, const Source& source, const Ran& ran, Io& io) {
    const Summary summary = summarise(ran);
    const sim::World& world = ran.simulation->world();
    if (options.json) {
        io.out << to_json(summary, source.words, world.seed);
        return;
    }
    if (source.lab && source.lab->about.walkthrough) {
        const views::TraceIndex index(ran.simulation->trace(), ran.setup());
        views::WalkthroughOptions story;
        story.style = io.style();
        views::print_walkthrough(ran.simulation->trace(), ran.setup(), index, story, io.sink());
        io.out << '\n';
    }
    const std::string& title = ran.setup().scenario.title;
    io.out << (title.empty() ? source.words : title) << "  (seed " << world.seed << ")\n\n"
           << to_text(summary);
    what_next(options, source, summary, io);
}

int run(Options options, Io& io) {
    auto source = open_source(options.source, io);
    if (!source || !make_own(*source, options.run, io)) return bad_input;
    const auto extent = extent_of(options.run, *source->opened.setup, io);
    if (!extent) return bad_input;
    const auto seen = capture(options, *source->opened.setup, io);
    if (!seen) return bad_input;
    Outputs outputs;
    if (!outputs.prepare(options, io)) return bad_input;
    auto simulation = start(*source, options.run, outputs.trace.temporary(), io);
    if (!simulation) return bad_input;
    const Ran ran = run_to_end(std::move(simulation), *extent, io);
    if (const Time missed = ran.simulation->hands().mark_missed; missed != never)
        io.err << "postroad: from " << sim::duration_words(missed) << " after the start, or before, "
               << "this is not what the journal's session was: another scenario, seed or version?\n";
    if (!ran.simulation->hands().trace.finish())
        return refuse(io, "cannot write \"" + options.trace + "\": " + std::strerror(errno));
    if (outputs.pcap.wanted())
        views::write_pcapng(ran.simulation->trace(), ran.setup(), *seen, outputs.pcap.sink());
    outputs.journal.put(ran.simulation->journal().to_text());
    if (!outputs.pcap.keep(io) || !outputs.trace.keep(io) || !outputs.journal.keep(io))
        return bad_input;
    tell(options, *source, ran, io);
    return tell_limit(ran, io);
}

}  // namespace

void add_run(CLI::App& app, Session& session) {
    CLI::App* const sub = app.add_subcommand("run", "Run a lab or a scenario file");
    const auto options = std::make_shared<Options>();
    sub->add_option("LAB|FILE", options->source, "A lab's name or number, or a scenario file")
        ->required();
    options->run.add_to(*sub);
    sub->add_option("--pcap", options->pcap, "Write what crossed the network, for Wireshark");
    sub->add_option("--at", options->at,
                    "Where --pcap listens: a HOST, a LINK or `all` (without it each conversation is "
                    "seen once, where it begins)");
    sub->add_option("--trace", options->trace, "Write everything that happened, for `show`");
    sub->add_option("--journal", options->run.journal,
                    "Let happen again what `talk` has recorded in this file");
    sub->add_option("--depth", options->run.depth, "How much is recorded (the scenario's)")
        ->check(CLI::IsMember({"summary", "lines", "bytes"}));
    sub->add_flag("--json", options->json, "One line of JSON instead of words");
    sub->callback([options, &session] { session.status = run(*options, session.io); });
}

}  // namespace postroad::command
