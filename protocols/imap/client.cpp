// How the IMAP client takes what the server says apart, and walks its script.
#include "protocols/imap/client.hpp"

#include <iterator>

#include "protocols/imap/client_parts.hpp"

namespace postroad::imap {
namespace {

constexpr TurnRow script[] = {
    {Turn::greeting, "", Turn::capability, "3501 §7.1"},
    {Turn::capability, "CAPABILITY", Turn::login, "3501 §6.1.1"},
    {Turn::starttls, "STARTTLS", Turn::capability, "3501 §6.2.1"},
    {Turn::login, "LOGIN name password", Turn::id, "3501 §6.2.3"},
    {Turn::authenticate, "AUTHENTICATE mechanism response", Turn::id, "3501 §6.2.2"},
    {Turn::id, "ID (\"name\" name)", Turn::enable, "2971 §3.1"},
    {Turn::enable, "ENABLE extensions", Turn::job, "5161 §3.1"},
    {Turn::job, "", Turn::job, "3501 §7"},
    {Turn::noop, "NOOP", Turn::job, "3501 §6.1.2"},
    {Turn::select, "SELECT mailbox (QRESYNC (uidvalidity modseq))", Turn::resync, "3501 §6.3.1"},
    {Turn::examine, "EXAMINE mailbox (CONDSTORE)", Turn::resync, "3501 §6.3.2"},
    {Turn::resync, "UID FETCH 1:* (UID FLAGS) (CHANGEDSINCE modseq)", Turn::present, "7162 §3.1.4"},
    {Turn::present, "UID SEARCH ALL", Turn::job, "4549 §4.3.1"},
    {Turn::list, "LIST \"\" pattern", Turn::job, "3501 §6.3.8"},
    {Turn::lsub, "LSUB \"\" pattern", Turn::job, "3501 §6.3.9"},
    {Turn::status, "STATUS mailbox (items)", Turn::job, "3501 §6.3.10"},
    {Turn::summaries, "UID FETCH set (items)", Turn::job, "3501 §6.4.5"},
    {Turn::fetch, "UID FETCH set (UID FLAGS BODY.PEEK[])", Turn::job, "3501 §6.4.5"},
    {Turn::part, "UID FETCH set (UID BODY.PEEK[section])", Turn::job, "3501 §6.4.5"},
    {Turn::store, "UID STORE set +FLAGS (flags)", Turn::job, "3501 §6.4.6"},
    {Turn::copy, "UID COPY set mailbox", Turn::job, "3501 §6.4.7"},
    {Turn::move, "UID MOVE set mailbox", Turn::job, "6851 §3.2"},
    {Turn::mark, "UID STORE set +FLAGS.SILENT (\\Deleted)", Turn::expunge, "3501 §6.4.6"},
    {Turn::expunge, "UID EXPUNGE set", Turn::job, "4315 §2.1"},
    {Turn::append, "APPEND mailbox (flags) date literal", Turn::job, "3501 §6.3.11"},
    {Turn::create, "CREATE mailbox", Turn::job, "3501 §6.3.3"},
    {Turn::remove, "DELETE mailbox", Turn::job, "3501 §6.3.4"},
    {Turn::rename, "RENAME mailbox mailbox", Turn::job, "3501 §6.3.5"},
    {Turn::subscribe, "SUBSCRIBE mailbox", Turn::job, "3501 §6.3.6"},
    {Turn::unsubscribe, "UNSUBSCRIBE mailbox", Turn::job, "3501 §6.3.7"},
    {Turn::search, "UID SEARCH program", Turn::job, "3501 §6.4.4"},
    {Turn::idle, "IDLE", Turn::job, "2177 §3"},
    {Turn::unselect, "UNSELECT", Turn::job, "3691 §2"},
    {Turn::close, "CLOSE", Turn::job, "3501 §6.4.2"},
    {Turn::logout, "LOGOUT", Turn::over, "3501 §6.1.3"},
    {Turn::over, "", Turn::over, "3501 §6.1.3"},
};
static_assert(std::size(script) == static_cast<std::size_t>(Turn::over) + 1);

constexpr std::string_view turn_names[] = {
    "greeting", "capability", "starttls", "login",  "authenticate", "id",
    "enable",   "job",        "noop",     "select", "examine",      "resync",
    "present",  "list",       "lsub",     "status", "summaries",    "fetch",
    "part",     "store",      "copy",     "move",   "mark",         "expunge",
    "append",   "create",     "remove",   "rename", "subscribe",    "unsubscribe",
    "search",   "idle",       "unselect", "close",  "logout",       "over"};
static_assert(std::size(turn_names) == static_cast<std::size_t>(Turn::over) + 1);

constexpr std::string_view told_names[] = {"capability",
                                           "enabled",
                                           "folder",
                                           "status",
                                           "opening",
                                           "selected",
                                           "uidvalidity changed",
                                           "exists",
                                           "expunged",
                                           "vanished",
                                           "present",
                                           "flags",
                                           "summary",
                                           "message",
                                           "part",
                                           "found",
                                           "appended",
                                           "copied",
                                           "modified",
                                           "modseq",
                                           "danger",
                                           "doubt",
                                           "alert",
                                           "idling",
                                           "job done",
                                           "job failed"};
static_assert(std::size(told_names) == static_cast<std::size_t>(Told::job_failed) + 1);

bool is_login(Turn turn) { return turn < Turn::job; }
bool is_under_way(Turn turn) {
    return turn != Turn::greeting && turn != Turn::job && turn != Turn::over;
}

void broken(Client& client, std::string_view why, Effects& fx) {
    if (client.ended) return;
    client.ended = 1;
    fx.tell(TellKind::session_failed, 0, 0, why);
}

// --- where a response ends

// RFC 3501 §7.1: a status response is free text to its end: "{5}" there announces nothing.
bool may_have_literals(std::string_view line) {
    if (!line.starts_with("* ")) return false;
    line.remove_prefix(2);
    const std::string_view word = take_word(line);
    for (const std::string_view status : {"OK", "NO", "BAD", "BYE", "PREAUTH"})
        if (equals_ignoring_case(word, status)) return false;
    return true;
}

enum class Found : std::uint8_t { nothing, response, too_much };

// Looks for the end of the first response; goes on where it stopped the last time.
Found find_end(Client& client, std::string_view octets, const ClientHost& host, std::size_t& end) {
    for (;;) {
        if (client.line_from > octets.size()) return Found::nothing;  // in a literal
        const std::uint64_t from = std::max(client.scanned, client.line_from);
        const std::size_t newline = octets.find('\n', from);
        if (newline == std::string_view::npos) {
            client.scanned = octets.size();
            return octets.size() - client.line_from > host.response_octets_max ? Found::too_much
                                                                               : Found::nothing;
        }
        end = newline + 1;
        client.scanned = end;
        std::string_view line = octets.substr(client.line_from, newline - client.line_from);
        if (line.ends_with('\r')) line.remove_suffix(1);
        const auto literal = literal_behind(line);
        if (!literal || !may_have_literals(octets.substr(0, newline))) return Found::response;
        if (literal->octets > host.message_octets_max) return Found::too_much;
        client.line_from = end + literal->octets;
        if (client.line_from > host.message_octets_max + host.response_octets_max)
            return Found::too_much;
    }
}

// --- what it means

std::uint16_t code_of(std::string_view response) {
    if (response.starts_with('+')) return 3;
    std::string_view words = response;
    if (const std::string_view tag = take_word(words); tag == "*") return 1;
    const std::string_view status = take_word(words);
    return equals_ignoring_case(status, "OK") ? 2 : equals_ignoring_case(status, "NO") ? 4 : 5;
}

void end_idle(Client& client, Effects& fx) {
    client.idling = 3;
    say_line(client, "DONE", fx);
}

void heard_plus(Client& client, std::string_view text, const ClientHost& host, Effects& fx) {
    if (client.awaiting == Turn::authenticate) return challenged(client, text, host, fx);
    if (say_rest(client, fx)) {
        if (client.awaiting == Turn::login && client.unsent.empty() && client.tls != 1)
            fx.tell(TellKind::secret_in_clear, 0, 0, host.user);
        return;
    }
    if (client.awaiting != Turn::idle || client.idling != 1)
        return told(fx, Told::doubt, 0, "\"+\" where nothing waits for it");
    client.idling = 2;
    fx.wait_ns = host.idle_ns;
    if (!client.job_left.empty()) return end_idle(client, fx);
    if (client.asking) return;  // IDLE anew: the same work is still awaited
    told(fx, Told::idling);
    client.asking = 1;
    fx.ask = {AskKind::next_job, fx.heap->view(client.mailbox), "IDLE", {}, client.jobs};
}

void said_good_bye(Client& client, std::string_view text, Effects& fx) {
    client.awaiting = Turn::over;
    client.ended = 1;
    fx.tell(TellKind::session_done, 0, 0, text);
    fx.close = true;
}

// A NOOP of our own has ended: the answer may have come meanwhile.
void rested(Client& client, const ClientHost& host, Effects& fx) {
    client.kept_alive = 0;
    client.awaiting = Turn::job;
    fx.wait_ns = host.rest_ns;
    if (client.job_left.empty()) return;
    const std::string text(fx.heap->view(client.job_left));
    fx.heap->drop(client.job_left);
    begin_job(client, text, host, fx);
}

void heard_tagged(Client& client, const Status& status, const ClientHost& host, Effects& fx) {
    fx.heap->drop(client.unsent);  // a literal that was refused is not said
    note_code(client, status, host, fx);
    if (client.ended) return;
    const bool ok = status.kind == Status::Kind::ok;
    if (client.awaiting == Turn::logout) return said_good_bye(client, status.text, fx);
    if (client.kept_alive) return rested(client, host, fx);
    if (is_login(client.awaiting))
        return ok ? login_went_well(client, host, fx) : login_went_ill(client, status, host, fx);
    if (ok)
        job_went_well(client, status, host, fx);
    else
        job_went_ill(client, status, host, fx);
}

// "* OK …" and its like.
void heard_status(Client& client, const Status& status, const ClientHost& host, Effects& fx) {
    const bool bye = status.kind == Status::Kind::bye;
    if (client.awaiting == Turn::greeting && !bye) {
        if (status.kind == Status::Kind::ok || status.kind == Status::Kind::preauth)
            return greeted(client, status, host, fx);
        return give_up(client, "what came is no IMAP greeting", fx);
    }
    note_code(client, status, host, fx);
    if (!bye || client.awaiting == Turn::logout) return;  // RFC 3501 §6.1.3: BYE, then OK
    broken(client, "the server says good bye: " + std::string(status.text), fx);
    fx.close = true;
}

void heard_response(Client& client, std::string_view response, const ClientHost& host,
                    Effects& fx) {
    if (response.starts_with('+') && client.awaiting != Turn::greeting) {
        response.remove_prefix(1);
        if (response.starts_with(' ')) response.remove_prefix(1);
        return heard_plus(client, response, host, fx);
    }
    const bool untagged = response.starts_with("* ");
    if (!untagged && client.awaiting == Turn::greeting)
        return give_up(client, "what came is no IMAP greeting", fx);
    if (untagged) {
        response.remove_prefix(2);
        if (const auto status = read_status(response))
            return heard_status(client, *status, host, fx);
        if (client.awaiting == Turn::greeting)
            return give_up(client, "what came is no IMAP greeting", fx);
        heard_untagged(client, response, host, fx);
        if (client.until_change && client.changed && client.idling == 2) end_idle(client, fx);
        return;
    }
    std::string_view words = response;
    const std::string_view tag = take_word(words);
    std::string ours = "A";
    append_number(ours, client.tag);
    const auto status = read_status(words);
    if (tag != ours || !status || !is_under_way(client.awaiting))
        return give_up(client, "the server answers a command that was not given", fx);
    heard_tagged(client, *status, host, fx);
}

// While it is not known what to do next, nothing but data can be meant for us.
bool must_wait(const Client& client, std::string_view response) {
    if (client.asking == 2) return true;
    return client.asking == 1 && client.awaiting == Turn::job && !response.starts_with("* ");
}

std::size_t consume(Client& client, std::string_view octets, const ClientHost& host, Effects& fx) {
    std::size_t used = 0;
    while (!client.ended && client.tls != 2 && used < octets.size()) {
        const std::string_view rest = octets.substr(used);
        std::size_t end = 0;
        const Found found = find_end(client, rest, host, end);
        if (found == Found::too_much)
            give_up(client, "the server's response is longer than we take", fx);
        if (found != Found::response) break;
        std::string_view response = rest.substr(0, end - 1);
        if (response.ends_with('\r')) response.remove_suffix(1);
        if (must_wait(client, response)) {
            client.scanned = client.line_from = 0;
            break;
        }
        client.scanned = client.line_from = 0;
        used += end;
        fx.hear(rest.substr(0, end), script[static_cast<unsigned>(client.awaiting)].section,
                Speech::reply, code_of(response));
        heard_response(client, response, host, fx);
    }
    return used;
}

void work_off(Client& client, const ClientHost& host, Effects& fx) {
    if (client.pending.empty() || client.ended || client.tls == 2) return;
    const std::size_t used = consume(client, fx.heap->view(client.pending), host, fx);
    if (used == client.pending.size)
        fx.heap->drop(client.pending);
    else
        fx.heap->remove_prefix(client.pending, used);
}

// What may wait while it is not known what to say: a server that says more then is no server.
constexpr std::size_t waiting_octets_max = 256U << 10;

void heard_octets(Client& client, std::string_view octets, const ClientHost& host, Effects& fx) {
    if (client.tls == 2) return;  // RFC 3501 §6.2.1: what comes behind OK in the clear is nobody's
    const bool resting = client.awaiting == Turn::job || client.idling == 2;
    if (!resting) fx.wait_ns = host.timeout_ns;
    if (client.pending.empty()) {
        const std::size_t used = consume(client, octets, host, fx);
        if (!client.ended && client.tls != 2) fx.heap->append(client.pending, octets.substr(used));
    } else {
        fx.heap->append(client.pending, octets);
        work_off(client, host, fx);
    }
    if (client.ended || client.asking == 0 || client.idling == 2) return;
    if (client.line_from == 0 && client.pending.size > waiting_octets_max)
        give_up(client, "the server talks and does not listen", fx);
}

void answered(Client& client, const Answer& answer, const ClientHost& host, Effects& fx) {
    client.asking = 0;
    if (answer.to == AskKind::respond) {
        if (client.mechanism == sasl::Mechanism::none)
            begin_auth(client, answer, host, fx);
        else
            go_on_with_auth(client, answer, host, fx);
        return;
    }
    Job leave;
    leave.kind = JobKind::logout;
    const std::string text = answer.ok ? std::string(answer.text) : write(leave);
    if (client.awaiting == Turn::job) return begin_job(client, text, host, fx);
    fx.heap->assign(client.job_left, text);  // IDLE or a NOOP of ours has still to end
    if (client.idling == 2) end_idle(client, fx);
}

void timed_out(Client& client, const ClientHost& host, Effects& fx) {
    if (client.idling == 2) {  // RFC 2177 §3: before the server takes us for gone
        fx.wait_ns = host.timeout_ns;
        end_idle(client, fx);
        client.idling = 4;
        return;
    }
    if (client.awaiting == Turn::job && client.asking) {
        client.kept_alive = 1;
        fx.wait_ns = host.timeout_ns;
        return say(client, Turn::noop, "NOOP", host, fx);
    }
    broken(client, "the server did not answer in time", fx);
    fx.abort = true;
}

}  // namespace

std::span<const TurnRow> client_script() { return script; }
std::string_view name_of(Turn turn) { return turn_names[static_cast<unsigned>(turn)]; }
std::string_view name_of(Told told) { return told_names[static_cast<unsigned>(told)]; }

std::optional<Status> read_status(std::string_view text) {
    const std::string_view word = take_word(text);
    Status out;
    if (equals_ignoring_case(word, "OK"))
        out.kind = Status::Kind::ok;
    else if (equals_ignoring_case(word, "NO"))
        out.kind = Status::Kind::no;
    else if (equals_ignoring_case(word, "BAD"))
        out.kind = Status::Kind::bad;
    else if (equals_ignoring_case(word, "BYE"))
        out.kind = Status::Kind::bye;
    else if (equals_ignoring_case(word, "PREAUTH"))
        out.kind = Status::Kind::preauth;
    else
        return std::nullopt;
    const std::size_t end = text.starts_with('[') ? text.find(']') : std::string_view::npos;
    if (end != std::string_view::npos) {
        out.arguments = text.substr(1, end - 1);
        out.code = take_word(out.arguments);
        text = trimmed(text.substr(end + 1));
    }
    out.text = text;
    return out;
}

void fail(Client& client, std::string_view why, const ClientHost& host, Effects& fx) {
    fx.tell(TellKind::session_failed, 0, 0, why);
    say(client, Turn::logout, "LOGOUT", host, fx);
}

void give_up(Client& client, std::string_view why, Effects& fx) {
    fx.tell(TellKind::session_failed, 0, 0, why);
    client.ended = 1;
    fx.abort = true;
}

void ask_for_job(Client& client, const ClientHost& host, Effects& fx) {
    client.awaiting = Turn::job;
    fx.wait_ns = host.rest_ns;
    if (!client.job_left.empty()) {
        const std::string text(fx.heap->view(client.job_left));
        fx.heap->drop(client.job_left);
        return begin_job(client, text, host, fx);
    }
    if (client.asking) return;  // it stands since IDLE
    client.asking = 1;
    fx.ask = {AskKind::next_job, fx.heap->view(client.mailbox), {}, {}, client.jobs};
}

void release(Client& client, Heap& heap) {
    for (Text* one :
         {&client.mailbox, &client.job, &client.permanent, &client.job_left, &client.unsent,
          &client.found, &client.content, &client.pending, &client.held})
        heap.drop(*one);
    heap.drop(client.uids);
    sasl::forget(client.exchange, heap);
    client = Client{};
}

void step(Client& client, const Input& input, const ClientHost& host, Effects& fx) {
    switch (input.what) {
    case Wake::opened: fx.wait_ns = host.timeout_ns; break;
    case Wake::bytes:
        if (!client.ended) heard_octets(client, input.bytes, host, fx);
        break;
    case Wake::answer:
        if (!client.asking || client.ended) return;
        fx.wait_ns = host.timeout_ns;
        answered(client, *input.answer, host, fx);
        work_off(client, host, fx);
        break;
    case Wake::timer:
        if (!client.ended) timed_out(client, host, fx);
        break;
    case Wake::closed:
        if (client.awaiting == Turn::logout && !client.ended) said_good_bye(client, {}, fx);
        broken(client, input.bytes.empty() ? "the connection broke" : input.bytes, fx);
        fx.close = true;
        break;
    case Wake::tls_up:
        if (!client.ended) tls_is_up(client, host, fx);
        break;
    case Wake::changed: break;
    }
    if (client.ended) fx.heap->drop(client.pending);
}

}  // namespace postroad::imap
