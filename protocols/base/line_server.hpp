// What every line-by-line server does alike: split octets into lines, find the row of the verb,
// check the state, run the handler, wait for what it asked, and keep what was pipelined meanwhile.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "protocols/base/ascii.hpp"
#include "protocols/base/machine.hpp"

namespace postroad {

// A set of states of an enumeration with at most 16 members.
template <class State>
struct StateSet {
    std::uint16_t bits = 0;
    constexpr StateSet() = default;
    constexpr StateSet(std::initializer_list<State> states) {
        for (const State state : states)
            bits = static_cast<std::uint16_t>(bits | 1U << static_cast<unsigned>(state));
    }
    constexpr bool has(State state) const { return bits >> static_cast<unsigned>(state) & 1U; }
};

// The replies a row may give; a test holds every transcript against it.
struct Codes {
    std::uint16_t code[12] = {};
    constexpr Codes() = default;
    constexpr Codes(std::initializer_list<int> codes) {
        std::size_t at = 0;
        for (const int one : codes) code[at++] = static_cast<std::uint16_t>(one);
    }
    constexpr bool has(int wanted) const {
        for (const std::uint16_t one : code)
            if (one == wanted && one != 0) return true;
        return false;
    }
};

// One reply line: "250 2.1.5 recipient ok". `more` is put behind `text`.
struct Reply {
    std::uint16_t code = 0;
    std::string_view enhanced;  // RFC 3463; empty where the protocol or the reply has none
    std::string_view text;
    std::string_view more = {};
};

// What a handler makes of a line.
struct Step {
    enum class Kind : std::uint8_t { reply, ask, done } kind = Kind::done;
    Reply reply;
    Ask ask;

    Step(const Reply& r) : kind(Kind::reply), reply(r) {}  // NOLINT(google-explicit-constructor)
    Step(const Ask& a) : kind(Kind::ask), ask(a) {}        // NOLINT(google-explicit-constructor)
    // The handler has written its replies itself, or owes none yet.
    static Step done() { return Step(); }

  private:
    Step() = default;
};

// A row of a server's table: the whole truth about one verb.
template <class Machine, class Host>
struct Row {
    using State = typename Machine::State;
    std::string_view verb;
    StateSet<State> legal;
    Step (*handler)(Machine&, std::string_view argument, const Host&, Effects&);
    AskKind asks;
    Reply (*then)(Machine&, const Answer&, const Host&, Effects&);
    Codes may_reply;
    Section section;
    StateSet<State> leads_to;  // where a good reply leaves the session, for the state diagram
    std::string_view help;
};

// Runs a table. `Protocol` gives:
//   Machine (with State state; Text pending; std::uint8_t row; bool asking(); ...), Host, rows(),
//   line(machine, line, host, fx)      a whole line, without its CRLF, when no row is asked for
//   content(machine, octets, host, fx) octets consumed while the machine takes content
//   takes_content(machine), line_octets_max(machine, host), too_long(...), answered(...),
//   tls_up(machine, host, fx), and content_octets_max(machine, host) if content comes uncalled for;
//   and Host has `keeps_behind_tls`
template <class Protocol>
class LineServer {
  public:
    using Machine = typename Protocol::Machine;
    using Host = typename Protocol::Host;

    static void step(Machine& machine, const Input& input, const Host& host, Effects& fx) {
        switch (input.what) {
            case Wake::opened:
                Protocol::opened(machine, host, fx);
                break;
            case Wake::bytes:
                if (machine.ended) return;
                if (machine.pending.empty() && !machine.asking) {
                    const std::size_t used = consume(machine, input.bytes, host, fx);
                    fx.heap->append(machine.pending, input.bytes.substr(used));
                } else if (!overflows(machine, input.bytes.size(), host, fx)) {
                    fx.heap->append(machine.pending, input.bytes);
                    work_off(machine, host, fx);
                }
                break;
            case Wake::answer:
                if (!machine.asking || machine.ended) return;
                machine.asking = 0;
                Protocol::answered(machine, *input.answer, host, fx);
                work_off(machine, host, fx);
                break;
            case Wake::timer:
                if (!machine.ended) Protocol::timed_out(machine, host, fx);
                break;
            case Wake::closed:
                machine.ended = 1;
                fx.close = true;
                break;
            case Wake::tls_up:
                Protocol::tls_up(machine, host, fx);
                work_off(machine, host, fx);
                break;
            case Wake::changed:
                break;
        }
        if (machine.ended) fx.heap->drop(machine.pending);
    }

    static const Row<Machine, Host>* find(std::string_view verb) {
        for (const auto& row : Protocol::rows())
            if (equals_ignoring_case(row.verb, verb)) return &row;
        return nullptr;
    }

  private:
    // How much may wait behind an ask: a peer that pipelines more has not read the limits. Where
    // content may come without our leave (IMAP's LITERAL+), the protocol says how much more.
    static std::size_t pending_octets_max(const Machine& machine, const Host& host) {
        if constexpr (requires { Protocol::content_octets_max(machine, host); })
            return (256U << 10) + Protocol::content_octets_max(machine, host);
        else return 256U << 10;
    }

    static bool overflows(Machine& machine, std::size_t more, const Host& host, Effects& fx) {
        if (machine.pending.size + more <= pending_octets_max(machine, host)) return false;
        Protocol::flooded(machine, host, fx);
        return true;
    }

    static void work_off(Machine& machine, const Host& host, Effects& fx) {
        if (machine.pending.empty() || machine.asking || machine.ended) return;
        const std::size_t used = consume(machine, fx.heap->view(machine.pending), host, fx);
        fx.keep_ask();
        fx.heap->remove_prefix(machine.pending, used);
    }

    static std::size_t consume(Machine& machine, std::string_view octets, const Host& host,
                               Effects& fx) {
        std::size_t used = 0;
        while (used < octets.size() && !machine.asking && !machine.ended) {
            const std::string_view rest = octets.substr(used);
            if (Protocol::takes_content(machine)) {
                used += Protocol::content(machine, rest, host, fx);
                continue;
            }
            const std::size_t end = rest.find('\n');
            const std::size_t limit = Protocol::line_octets_max(machine, host);
            if (end == std::string_view::npos) {
                if (machine.skipping) return octets.size();  // the rest of a line too long to keep
                if (rest.size() < limit) break;
                machine.skipping = 1;
                return octets.size();
            }
            used += end + 1;
            if (machine.skipping || end + 1 > limit) {
                machine.skipping = 0;
                Protocol::too_long(machine, host, fx);
                continue;
            }
            const bool crlf = end > 0 && rest[end - 1] == '\r';
            Protocol::line(machine, rest.substr(0, crlf ? end - 1 : end), crlf, host, fx);
            // What came behind it in the clear may be anybody's (RFC 3207 §6): a sound server
            // forgets it; one that keeps it runs it as if it had come under protection.
            if (fx.start_tls) {
                fx.behind_tls = static_cast<std::uint32_t>(octets.size() - used);
                return host.keeps_behind_tls ? used : octets.size();
            }
        }
        return used;
    }
};

}  // namespace postroad
