// `postroad show`: the ladder of a run, or of a trace that a run has written.
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <ostream>

#include "command/command.hpp"
#include "command/mailbox_files.hpp"
#include "command/output_file.hpp"
#include "command/simulate.hpp"
#include "protocols/base/did_you_mean.hpp"
#include "sim/kerberos/realm.hpp"
#include "sim/views/certificates.hpp"
#include "sim/views/calls.hpp"
#include "sim/views/exposure.hpp"
#include "sim/views/fits.hpp"
#include "sim/views/json.hpp"
#include "sim/views/ladder.hpp"
#include "sim/views/learnt.hpp"

namespace postroad::command {
namespace {

struct Options {
    std::string source, scenario;  // scenario: of a trace
    RunOptions run;
    std::string message, node, pem_folder, keytab, maildir, mbox, pst, exposure;
    std::uint32_t conversation = 0;
    bool wide = false, unfold = false, content = false, json = false, certificates = false,
         learnt = false, authorities = false, calls = false;
};

std::optional<NodeId> find_node(const std::string& name, const sim::Setup& setup, Io& io) {
    std::vector<std::string_view> names;
    for (NodeId node = 0; node < setup.nodes(); ++node) {
        if (setup.node_name(node) == name) return node;
        if (node < setup.hosts.size() && setup.hosts[node].domain_name == name) return node;
        names.push_back(setup.node_name(node));
    }
    const std::string_view near = closest(name, names);
    std::string hint = "did you mean \"" + std::string(near) + "\"?";
    if (near.empty()) {
        hint = "there are:";
        for (std::size_t i = 0; i < names.size() && i < 20; ++i) hint += " " + std::string(names[i]);
        if (names.size() > 20) hint += " …";
    }
    refuse(io, "there is no host or network \"" + name + "\"", hint);
    return std::nullopt;
}

// Which calls of MAPI's were made, and who served them.
int show_calls(const sim::Trace& trace, const sim::Setup& setup, const Options& options, Io& io) {
    std::optional<NodeId> node;
    if (!options.node.empty() && !(node = find_node(options.node, setup, io))) return bad_input;
    const auto write = options.json ? sim::views::write_calls_json : sim::views::print_calls;
    write(trace, setup, node.value_or(0), !node, io.sink());
    return done;
}

int show(const sim::Trace& trace, const sim::Setup& setup, const Options& options, Io& io) {
    if (options.learnt) {
        sim::views::print_learnt(trace, setup, io.sink());
        return done;
    }
    if (options.calls) return show_calls(trace, setup, options, io);
    if (options.json) {
        sim::views::write_json(trace, setup, io.sink());
        return done;
    }
    const sim::views::TraceIndex index(trace, setup);
    sim::views::LadderOptions ladder;
    ladder.style = io.style(options.wide);
    ladder.segments = options.unfold;
    ladder.content = options.content;
    ladder.conversation = options.conversation;
    if (options.conversation > index.conversations.size())
        return refuse(io, fmt::format("there is no conversation {}: {} were held",
                                      options.conversation, index.conversations.size()));
    if (!options.message.empty()) {
        ladder.journey = index.find_journey(options.message);
        if (ladder.journey == sim::nothing)
            return refuse(io, fmt::format("there is no message \"{}\": {} went out",
                                          options.message, index.journeys.size()),
                          "a message has a number from 1, a queue id and a Message-ID");
    }
    if (!options.node.empty()) {
        const auto node = find_node(options.node, setup, io);
        if (!node) return bad_input;
        ladder.node = *node;
    }
    sim::views::print_ladder(trace, setup, index, ladder, io.sink());
    return done;
}

// A trace file does not say what its hosts are called: the scenario does.
int show_trace(const Options& options, Io& io) {
    if (options.scenario.empty())
        return refuse(io, "\"" + options.source + "\" is a trace: which scenario was it?",
                      "postroad show " + options.source + " --scenario LAB|FILE");
    const auto source = open_source(options.scenario, io);
    if (!source) return bad_input;
    std::string error;
    const auto trace = sim::Trace::load(options.source, error);
    if (trace == nullptr) return refuse(io, error);
    const std::string misfit = sim::views::misfit(*trace, *source->opened.setup);
    if (!misfit.empty())
        return refuse(io, misfit, "is it of another scenario, or of this one before it was changed?");
    return show(*trace, *source->opened.setup, options, io);
}

int write_certificates(const sim::Setup& setup, const Options& options, Io& io) {
    const std::filesystem::path folder = options.pem_folder;
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    const std::uint64_t seed = options.run.seed.value_or(setup.scenario.seed);
    for (const sim::views::PemFile& one : sim::views::pem_files(setup, seed)) {
        OutputFile file;
        if (!file.prepare((folder / one.name).string(), io)) return bad_input;
        file.put(one.text);
        if (!file.keep(io)) return bad_input;
        io.out << "written: " << (folder / one.name).string() << '\n';
    }
    return done;
}

// The keys are the seed's, so that those of a run are had without running it.
int write_keytab(const Options& options, const sim::Setup& setup, Io& io) {
    if (setup.realms.empty())
        return refuse(io, "there are no Kerberos keys: no host of this scenario runs `kdc`");
    OutputFile file;
    if (!file.prepare(options.keytab, io)) return bad_input;
    file.put(sim::kerberos_layer::keytab(setup, options.run.seed.value_or(setup.scenario.seed)));
    return file.keep(io) ? done : bad_input;
}

// Instead of the ladder: what lies in the mailboxes when the run is over.
int export_mailboxes(const sim::World& world, const Options& options, Io& io) {
    int status = done;
    if (!options.maildir.empty())
        status = write_mailboxes(world, sim::views::MailFormat::maildir, options.maildir, io);
    if (status == done && !options.mbox.empty())
        status = write_mailboxes(world, sim::views::MailFormat::mbox, options.mbox, io);
    if (status == done && !options.pst.empty())
        status = write_mailboxes(world, sim::views::MailFormat::pst, options.pst, io);
    return status;
}

// What the firewall lets in to, as the world is at the run's end.
int show_exposure(const sim::World& world, const Options& options, Io& io) {
    const std::uint32_t firewall = world.setup->find_firewall(options.exposure);
    if (options.json) sim::views::write_exposure_json(world, firewall, io.sink());
    else sim::views::print_exposure(world, firewall, io.sink());
    return done;
}

bool has_firewall(const std::string& name, const sim::Setup& setup, Io& io) {
    if (setup.find_firewall(name) != sim::nothing) return true;
    std::vector<std::string_view> names;
    for (const sim::FirewallSetup& one : setup.firewalls) names.push_back(one.name);
    const std::string_view near = closest(name, names);
    std::string hint = near.empty() ? "there are:" : "did you mean \"" + std::string(near) + "\"?";
    if (near.empty())
        for (const std::string_view one : names) hint += " " + std::string(one);
    if (names.empty()) hint = "this scenario has no firewall: [firewalls.NAME]";
    refuse(io, "there is no firewall \"" + name + "\"", hint);
    return false;
}

bool is_trace(const std::string& path) {
    std::string unused;
    std::error_code error;
    return std::filesystem::is_regular_file(path, error) &&
           sim::Trace::load(path, unused) != nullptr;
}

int run(Options options, Io& io) {
    const bool exports =
        !options.maildir.empty() || !options.mbox.empty() || !options.pst.empty();
    if (is_trace(options.source)) {
        if (exports)
            return refuse(io, "a trace has no mailboxes: they are made by running its scenario",
                          "postroad show LAB|FILE --maildir FOLDER");
        if (!options.exposure.empty())
            return refuse(io, "a trace does not say what listens: that is seen by running its scenario",
                          "postroad show LAB|FILE --exposure FIREWALL");
        return show_trace(options, io);
    }
    if (!options.scenario.empty())
        return refuse(io, "--scenario goes with a trace, and \"" + options.source + "\" is none");
    auto source = open_source(options.source, io);
    if (!source || !make_own(*source, options.run, io)) return bad_input;
    if (options.certificates) {
        sim::views::print_certificates(*source->opened.setup, io.sink(), options.run.seed);
        return options.pem_folder.empty() ? done
                                          : write_certificates(*source->opened.setup, options, io);
    }
    if (options.authorities) {
        sim::views::print_authorities(*source->opened.setup, io.sink(), options.run.seed);
        return done;
    }
    if (!options.keytab.empty()) return write_keytab(options, *source->opened.setup, io);
    if (!options.exposure.empty() &&
        !has_firewall(options.exposure, *source->opened.setup, io))
        return bad_input;
    for (const std::string* folder : {&options.maildir, &options.mbox, &options.pst})
        if (!folder->empty() && !may_export(*folder, io)) return bad_input;
    const auto ran = simulate(*source, options.run, io);
    if (!ran) return bad_input;
    const sim::World& world = ran->simulation->world();
    const int status = exports                     ? export_mailboxes(world, options, io)
                       : !options.exposure.empty() ? show_exposure(world, options, io)
                                                   : show(ran->simulation->trace(), ran->setup(), options, io);
    return status != done ? status : tell_limit(*ran, io);
}

}  // namespace

void add_show(CLI::App& app, Session& session) {
    CLI::App* const sub =
        app.add_subcommand("show", "Show every line of a run, with RFC sections and reasons");
    const auto options = std::make_shared<Options>();
    sub->add_option("LAB|FILE|TRACE", options->source,
                    "A lab, a scenario file, or what `run --trace` has written")
        ->required();
    sub->add_option("--message", options->message,
                    "One message alone: its number, a queue id, or its Message-ID");
    sub->add_option("--node", options->node, "One host or network alone");
    sub->add_option("--conn", options->conversation, "One conversation alone, by its number");
    sub->add_flag("--wide", options->wide, "Cut nothing to fit the terminal");
    sub->add_flag("--unfold", options->unfold, "Show every TCP segment");
    sub->add_flag("--content", options->content, "Show messages in full");
    sub->add_flag("--certificates", options->certificates,
                  "Which names each server needs in its certificate, which it has, and the TLSA "
                  "records it may publish");
    sub->add_flag("--authorities", options->authorities,
                  "The certificates of the authorities that hosts trust, as PEM (curl --cacert)");
    sub->add_flag("--learnt", options->learnt, "What somebody on a line has learnt, and has done");
    sub->add_flag("--calls", options->calls,
                  "The calls of MAPI that mail programs made, and which provider served each (with "
                  "--node: those of one computer)");
    sub->add_option("--exposure", options->exposure,
                    "What this firewall has opened when the run is over: what listens there, and "
                    "what it is good for");
    sub->add_option("--pem", options->pem_folder,
                    "With --certificates: a folder for the chains and the trusted authorities");
    sub->add_option("--keytab", options->keytab,
                    "Write the Kerberos keys of a run into this file, for Wireshark and services");
    sub->add_option("--maildir", options->maildir,
                    "Write everybody's mailbox, as it is at the end, into this folder as a Maildir");
    sub->add_option("--mbox", options->mbox, "The same as mbox files, one a folder");
    sub->add_option("--pst", options->pst,
                    "The same as PST files, with those that mail programs keep themselves");
    sub->add_flag("--json", options->json, "Everything recorded, one line of JSON a fact");
    sub->add_option("--scenario", options->scenario, "The LAB or FILE a TRACE is of");
    sub->add_option("--journal", options->run.journal,
                    "Let happen again what `talk` has recorded in this file");
    options->run.add_to(*sub);
    sub->callback([options, &session] { session.status = run(*options, session.io); });
}

}  // namespace postroad::command
