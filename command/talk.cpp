// `postroad talk`: type a protocol by hand against a simulated server, commented as it answers.
#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <set>

#include "command/command.hpp"
#include "command/output_file.hpp"
#include "command/simulate.hpp"
#include "command/talk_line.hpp"
#include "command/talk_notes.hpp"
#include "protocols/base/did_you_mean.hpp"
#include "sim/views/index.hpp"
#include "sim/world/outside.hpp"

namespace postroad::command {
namespace {

namespace views = sim::views;

struct Options {
    std::string where, source, from, save_journal;
    RunOptions run;
};

// What can be talked to: every TCP service of the scenario.
std::vector<std::string> places(const sim::Setup& setup) {
    std::vector<std::string> out;
    for (const sim::HostSetup& host : setup.hosts)
        for (const sim::ServiceSetup& one : host.services)
            if (one.protocol == net::protocol_tcp &&
                (one.role == sim::Role::smtp_server || one.role == sim::Role::pop3_server ||
                 one.role == sim::Role::imap_server))
                out.push_back(fmt::format("{}:{}", host.name, one.port));
    return out;
}

int no_such_place(const std::string& where, const sim::Setup& setup, Io& io) {
    const std::vector<std::string> known = places(setup);
    const std::vector<std::string_view> names(known.begin(), known.end());
    const std::string_view near = closest(where, names);
    std::string hint = "there are:";
    for (const std::string& one : known) hint += " " + one;
    if (!near.empty()) hint = "did you mean \"" + std::string(near) + "\"?";
    return refuse(io, "\"" + where + "\" is no host with a port", hint);
}

// Who types sits at a person's computer, unless --from says where.
std::optional<NodeId> seat(const Options& options, const sim::Setup& setup, NodeId target,
                           Io& io) {
    if (!options.from.empty()) {
        const std::uint32_t host = setup.find_host(options.from);
        if (host != sim::nothing) return host;
        refuse(io, "--from \"" + options.from + "\" is no host of this scenario");
        return std::nullopt;
    }
    for (const sim::PersonSetup& person : setup.people)
        if (person.device != sim::nothing && person.device != target) return person.device;
    for (NodeId host = 0; host < setup.hosts.size(); ++host)
        if (host != target) return host;
    return target;
}

class Terminal {
  public:
    Terminal(Io& io, std::uint16_t port) : io_(io), style_(io.style()), port_(port) {}

    void comment(std::string_view words) {
        io_.out << views::inked(style_, views::Ink::why, "  # " + std::string(words)) << '\n';
    }
    // What was typed is on a terminal's screen already; in a pipe's output it would be missing.
    void typed(std::string_view line) {
        if (io_.in_is_terminal) return;
        io_.out << views::inked(style_, views::Ink::command, "C: " + views::visible(line)) << '\n';
    }
    void prompt() {
        if (io_.in_is_terminal) io_.out << "C: " << std::flush;
    }
    void show(const std::vector<Heard>& heard, std::string_view typed = {}) {
        for (const Heard& one : heard) {
            for (const std::string& why : one.because) comment("because " + why);
            std::string_view rest = one.octets, last;
            while (!rest.empty()) {
                const std::size_t end = rest.find('\n');
                last = rest.substr(0, end == std::string_view::npos ? end : end + 1);
                rest.remove_prefix(last.size());
                io_.out << "S: " << views::inked(style_, ink(last), views::visible(last)) << '\n';
            }
            const std::string_view note = note_on_reply(port_, typed, last);
            std::string words = to_string(one.section);
            if (!words.empty() && !note.empty()) words += ": ";
            words += note;
            if (!words.empty()) comment(words);
        }
        io_.out.flush();
    }

  private:
    views::Ink ink(std::string_view reply) const {
        if (reply.starts_with('2') || reply.starts_with('3') || reply.starts_with('+'))
            return views::Ink::good;
        if (reply.starts_with('4')) return views::Ink::later;
        if (reply.starts_with('5') || reply.starts_with('-')) return views::Ink::bad;
        return views::Ink::plain;
    }
    Io& io_;
    views::Style style_;
    std::uint16_t port_;
};

void type(Conversation& conversation, Terminal& terminal, Io& io) {
    std::string line;
    while (conversation.is_open()) {
        terminal.prompt();
        if (!std::getline(io.in, line)) break;
        if (line.ends_with('\r')) line.pop_back();
        terminal.typed(line);
        conversation.say(line);
        terminal.show(conversation.heard(), line);
    }
    if (conversation.is_open()) {
        terminal.comment("no more was typed: the connection is closed from here");
        conversation.hang_up();
    } else {
        terminal.comment("the server has closed the connection");
    }
}

// What became of the mail that was typed, once the world has gone on to its end.
void tell_custody(const sim::Simulation& simulation, sim::Id conversation, Terminal& terminal) {
    const views::TraceIndex index(simulation.trace(), *simulation.world().setup);
    std::set<std::uint32_t> typed;  // journeys
    for (const views::Custody step : index.custody) {
        if (step.fact.conversation == conversation && conversation != 0 &&
            step.fact.move == sim::CustodyMove::accepted)
            typed.insert(step.journey);
        if (!typed.contains(step.journey)) continue;
        const std::string host = index.node_name(step.node);
        const std::string_view tail =
            simulation.trace().at(step.position).tail<sim::CustodyFact>();
        if (step.fact.move == sim::CustodyMove::accepted)
            terminal.comment(host + " took responsibility for the message");
        if (step.fact.move == sim::CustodyMove::delivered)
            terminal.comment(host + " delivered it to " +
                             views::visible(tail.substr(0, tail.find('\n'))));
        if (step.fact.move == sim::CustodyMove::bounced)
            terminal.comment(host + " could not deliver it, and sent a report");
    }
}

int run(Options options, Io& io) {
    auto source = open_source(options.source, io);
    if (!source || !make_own(*source, options.run, io)) return bad_input;
    const sim::Setup& setup = *source->opened.setup;
    const auto extent = extent_of(options.run, setup, io);
    if (!extent) return bad_input;
    NodeId target = 0;
    std::uint16_t port = 0;
    if (!sim::outside::find_port(setup, options.where, target, port))
        return no_such_place(options.where, setup, io);
    const auto from = seat(options, setup, target, io);
    if (!from) return bad_input;
    OutputFile journal;
    if (!journal.prepare(options.save_journal, io)) return bad_input;
    RunOptions recorded = options.run;
    recorded.depth = "bytes";
    auto simulation = start(*source, recorded, {}, io);
    if (!simulation) return bad_input;

    Terminal terminal(io, port);
    sim::Id typed = 0;
    {
        Conversation conversation(*simulation);
        terminal.comment(fmt::format("connecting from {} to {} …",
                                     setup.node_name(*from), options.where));
        if (conversation.open(*from, options.where)) {
            terminal.show(conversation.heard());
            terminal.comment(fmt::format("you can type: {}", first_words(port)));
            type(conversation, terminal, io);
        } else {
            static_cast<void>(conversation.heard());
            terminal.comment(std::string("no connection: ") +
                             std::string(views::words_for(conversation.how())));
        }
        typed = conversation.id();
    }
    const Ran ran = run_to_end(std::move(simulation), *extent, io);
    tell_custody(*ran.simulation, typed, terminal);
    journal.put(ran.simulation->journal().to_text());
    if (!journal.keep(io)) return bad_input;
    if (journal.wanted() && source->lab && source->lab->graded())
        terminal.comment(fmt::format("next: {} check {} --journal {}", io.program,
                                     source->lab->short_name(), options.save_journal));
    return tell_limit(ran, io);
}

}  // namespace

void add_talk(CLI::App& app, Session& session) {
    CLI::App* const sub =
        app.add_subcommand("talk", "Type SMTP or POP3 by hand against a simulated server");
    const auto options = std::make_shared<Options>();
    sub->add_option("NODE:PORT", options->where, "A host and its port, as in mail:25")->required();
    sub->add_option("LAB|FILE", options->source, "Whose world it is")->default_val("1");
    sub->add_option("--from", options->from, "The host where you sit (a person's computer)");
    sub->add_option("--journal", options->save_journal,
                    "Write what you typed to this file, for `check --journal`");
    options->run.add_to(*sub);
    sub->callback([options, &session] { session.status = run(*options, session.io); });
}

}  // namespace postroad::command
