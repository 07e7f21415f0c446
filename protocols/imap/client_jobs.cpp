// The jobs of an IMAP client: which commands each comes to, and when it has ended.
#include "protocols/imap/client_parts.hpp"

namespace postroad::imap {
namespace {

constexpr std::uint32_t refused_max = 100;

void tell_end(Client& client, Told how, std::string_view code, std::string_view text,
              const ClientHost& host, Effects& fx) {
    const Job job = current_job(client, *fx.heap);
    std::string fields;
    put_field(fields, "code", code);
    put_field(fields, "text", text);
    told(fx, how, static_cast<std::uint32_t>(job.kind), fields);
    ++client.jobs;
    for (Text* one : {&client.job, &client.found, &client.content}) fx.heap->drop(*one);
    ask_for_job(client, host, fx);
}

// Nothing was said: it cannot be done, or there is nothing to do.
void end_unsaid(Client& client, Told how, std::string_view why, const ClientHost& host,
                Effects& fx) {
    if (++client.refused > refused_max)
        return fail(client, "a hundred jobs in a row of which nothing could be said", host, fx);
    tell_end(client, how, {}, why, host, fx);
}

bool needs_mailbox(JobKind kind) {
    switch (kind) {
    case JobKind::summaries:
    case JobKind::fetch:
    case JobKind::part:
    case JobKind::store:
    case JobKind::copy:
    case JobKind::move:
    case JobKind::expunge:
    case JobKind::search:
    case JobKind::unselect:
    case JobKind::close: return true;
    default: return false;
    }
}

// What is said as it is must not end the line (and begin another command).
bool is_said_safely(const Job& job) {
    for (const std::string* one : {&job.uids, &job.flags, &job.section, &job.date, &job.program,
                                   &job.charset, &job.known_uids})
        for (const char c : *one)
            if (c == '\r' || c == '\n' || c == '\0') return false;
    UidSet set;
    if (!job.uids.empty() && !read_set(job.uids, set, 0xffffffff)) return false;
    if (!job.known_uids.empty() && !read_set(job.known_uids, set)) return false;
    return job.section.find(']') == std::string::npos && job.flags.find(')') == std::string::npos &&
           job.date.find('"') == std::string::npos &&
           (job.sign == '+' || job.sign == '-' || job.sign == '=');
}

// "UID FETCH 1:3" or, by number, "FETCH 1:3".
Command on_messages(const Client& client, const ClientHost& host, const Job& job,
                    std::string_view verb) {
    Command command(client, host, job.by_number ? "" : "UID ");
    command.put(verb).word(job.uids);
    return command;
}

void begin_list(Client& client, const Job& job, const ClientHost& host, Effects& fx) {
    const bool extended = offers(client, Offer::list_extended);
    const bool lsub = job.subscribed && !extended;
    Command command(client, host, lsub ? "LSUB" : "LIST");
    if (job.subscribed && extended) command.word("(SUBSCRIBED)");
    command.word("\"\"").mailbox(job.mailbox);
    if (extended && offers(client, Offer::special_use) && !lsub)
        command.put(" RETURN (SPECIAL-USE)");  // RFC 6154 §2
    say(client, lsub ? Turn::lsub : Turn::list, command, fx);
}

void begin_status(Client& client, const Job& job, const ClientHost& host, Effects& fx) {
    Command command(client, host, "STATUS");
    command.mailbox(job.mailbox).put(" (MESSAGES UIDNEXT UIDVALIDITY UNSEEN");
    const bool modseq = host.condstore && offers(client, Offer::condstore);  // RFC 7162 §3.1.7
    command.put(modseq ? " HIGHESTMODSEQ)" : ")");
    say(client, Turn::status, command, fx);
}

void begin_summaries(Client& client, const Job& asked, const ClientHost& host, Effects& fx) {
    Job job = asked;
    if (job.last > 0) {
        if (client.exists == 0) return end_unsaid(client, Told::job_done, {}, host, fx);
        job.by_number = true;
        job.uids.clear();
        append_number(job.uids, client.exists >= job.last ? client.exists - job.last + 1 : 1);
        job.uids += ':';
        append_number(job.uids, client.exists);
    }
    Command command = on_messages(client, host, job, "FETCH");
    command.put(" (UID FLAGS INTERNALDATE RFC822.SIZE");
    if (job.wants & summary::envelope) command.put(" ENVELOPE");
    if (job.wants & summary::header) command.put(" BODY.PEEK[HEADER]");
    if (job.wants & summary::structure) command.put(" BODYSTRUCTURE");
    say(client, Turn::summaries, command.put(")"), fx);
}

std::uint32_t chunk_of(const Job& job, const ClientHost& host) {
    return job.chunk_octets != 0 ? job.chunk_octets : host.chunk_octets;
}

// RFC 3501 §6.4.5: "<0.5000>", one message after the other, until a piece is shorter than asked
// for. False: no message is left.
bool fetch_piece(Client& client, const Job& job, const ClientHost& host, Effects& fx) {
    UidSet left;
    if (client.found.empty() || !read_set(fx.heap->view(client.found), left)) return false;
    client.content_uid = left.first();
    client.content_ended = 1;  // unless a whole piece comes
    Command command(client, host, "UID FETCH ");
    command.number(client.content_uid).put(job.marks_seen ? " (UID BODY[]<" : " (UID BODY.PEEK[]<");
    command.number(client.content.size).put(".").number(chunk_of(job, host)).put(">)");
    say(client, Turn::fetch, command, fx);
    return true;
}

void begin_fetch(Client& client, const Job& job, const ClientHost& host, Effects& fx) {
    UidSet set;
    client.content_uid = 0;
    if (chunk_of(job, host) != 0 && !job.by_number && read_set(job.uids, set)) {
        fx.heap->assign(client.found, set.text());
        fetch_piece(client, job, host, fx);
        return;
    }
    Command command = on_messages(client, host, job, "FETCH");
    command.put(job.marks_seen ? " (UID FLAGS BODY[])" : " (UID FLAGS BODY.PEEK[])");
    say(client, Turn::fetch, command, fx);
}

// A piece has come, or none. False: that was the last of the last message.
bool go_on_fetching(Client& client, const Job& job, const ClientHost& host, Effects& fx) {
    if (client.content_uid == 0) return false;
    if (client.content_ended) {
        if (!client.content.empty())
            told(fx, Told::message, client.content_uid, fx.heap->view(client.content));
        fx.heap->drop(client.content);
        UidSet left;
        read_set(fx.heap->view(client.found), left);
        left.remove(client.content_uid);
        fx.heap->assign(client.found, left.text());
    }
    return fetch_piece(client, job, host, fx);
}

void begin_part(Client& client, const Job& job, const ClientHost& host, Effects& fx) {
    Command command = on_messages(client, host, job, "FETCH");
    command.put(job.marks_seen ? " (UID BODY[" : " (UID BODY.PEEK[").put(job.section).put("])");
    say(client, Turn::part, command, fx);
}

void begin_store(Client& client, const Job& job, const ClientHost& host, Effects& fx) {
    Command command = on_messages(client, host, job, "STORE");
    if (job.unchanged_since != 0 && offers(client, Offer::condstore))  // RFC 7162 §3.1.3
        command.put(" (UNCHANGEDSINCE ").number(job.unchanged_since).put(")");
    command.put(job.sign == '=' ? " FLAGS (" : job.sign == '-' ? " -FLAGS (" : " +FLAGS (");
    say(client, Turn::store, command.put(job.flags).put(")"), fx);
}

void begin_copy(Client& client, const Job& job, const ClientHost& host, Effects& fx) {
    const bool move = job.kind == JobKind::move && host.move && offers(client, Offer::move);
    Command command = on_messages(client, host, job, move ? "MOVE" : "COPY");
    command.mailbox(job.to);
    say(client, move ? Turn::move : Turn::copy, command, fx);
}

void mark_deleted(Client& client, const Job& job, const ClientHost& host, Effects& fx) {
    Command command = on_messages(client, host, job, "STORE");
    say(client, Turn::mark, command.put(" +FLAGS.SILENT (\\Deleted)"), fx);
}

// RFC 4315 §2.1: without UID EXPUNGE, all that is \Deleted goes, whoever marked it.
void expunge_marked(Client& client, const Job& job, const ClientHost& host, Effects& fx) {
    if (host.uidplus && offers(client, Offer::uidplus) && !job.by_number) {
        Command command = on_messages(client, host, job, "EXPUNGE");
        return say(client, Turn::expunge, command, fx);
    }
    told(fx, Told::danger, 0,
         "EXPUNGE without UIDPLUS removes everything that is \\Deleted, also what another client "
         "has marked");
    say(client, Turn::expunge, "EXPUNGE", host, fx);
}

void begin_append(Client& client, const Job& job, const ClientHost& host, Effects& fx) {
    Command command(client, host, "APPEND");
    command.mailbox(job.mailbox);
    if (!job.flags.empty()) command.put(" (").put(job.flags).put(")");
    if (!job.date.empty()) command.put(" \"").put(job.date).put("\"");
    say(client, Turn::append, command.literal(job.content, true), fx);
}

void on_mailbox(Client& client, Turn turn, std::string_view verb, const Job& job,
                const ClientHost& host, Effects& fx) {
    Command command(client, host, verb);
    command.mailbox(job.mailbox);
    if (turn == Turn::rename) command.mailbox(job.to);
    say(client, turn, command, fx);
}

bool is_ascii(std::string_view text) {
    for (const char c : text)
        if (static_cast<unsigned char>(c) > 127) return false;
    return true;
}

// RFC 3501 §4.3: a quoted string has no octets over 127; those become literals.
void put_program(Command& command, std::string_view program) {
    while (!program.empty()) {
        const std::size_t open = program.find('"');
        command.put(program.substr(0, open));
        if (open == std::string_view::npos) return;
        Reader reader(program.substr(open));
        const auto string = reader.quoted();
        if (!string) return static_cast<void>(command.put(program.substr(open)));
        const std::string_view raw = program.substr(open, reader.at());
        if (is_ascii(raw))
            command.put(raw);
        else
            command.put_literal_here(*string);
        program.remove_prefix(open + reader.at());
    }
}

void begin_search(Client& client, const Job& job, const ClientHost& host, Effects& fx) {
    Command command(client, host, "UID SEARCH");
    if (host.esearch && offers(client, Offer::esearch)) command.word("RETURN (ALL)");
    if (!job.charset.empty())
        command.word("CHARSET").text(job.charset);
    else if (!is_ascii(job.program))
        command.word("CHARSET UTF-8");
    command.put(" ");
    put_program(command, job.program);
    say(client, Turn::search, command, fx);
}

void begin_idle(Client& client, const Job& job, const ClientHost& host, Effects& fx) {
    if (!offers(client, Offer::idle))
        return end_unsaid(client, Told::job_failed, "the server has no IDLE", host, fx);
    client.idling = 1;
    client.until_change = job.until_change ? 1 : 0;
    client.changed = 0;
    say(client, Turn::idle, "IDLE", host, fx);
}

void begin_leaving(Client& client, const Job& job, const ClientHost& host, Effects& fx) {
    if (job.kind == JobKind::close) return say(client, Turn::close, "CLOSE", host, fx);
    if (!offers(client, Offer::unselect))
        return end_unsaid(client, Told::job_failed, "the server has no UNSELECT", host, fx);
    say(client, Turn::unselect, "UNSELECT", host, fx);
}

void begin(Client& client, const Job& job, const ClientHost& host, Effects& fx) {
    switch (job.kind) {
    case JobKind::noop: return say(client, Turn::noop, "NOOP", host, fx);
    case JobKind::select:
    case JobKind::examine: return begin_select(client, job, host, fx);
    case JobKind::list: return begin_list(client, job, host, fx);
    case JobKind::status: return begin_status(client, job, host, fx);
    case JobKind::summaries: return begin_summaries(client, job, host, fx);
    case JobKind::fetch: return begin_fetch(client, job, host, fx);
    case JobKind::part: return begin_part(client, job, host, fx);
    case JobKind::store: return begin_store(client, job, host, fx);
    case JobKind::copy:
    case JobKind::move: return begin_copy(client, job, host, fx);
    case JobKind::expunge: return mark_deleted(client, job, host, fx);
    case JobKind::append: return begin_append(client, job, host, fx);
    case JobKind::create: return on_mailbox(client, Turn::create, "CREATE", job, host, fx);
    case JobKind::remove: return on_mailbox(client, Turn::remove, "DELETE", job, host, fx);
    case JobKind::rename: return on_mailbox(client, Turn::rename, "RENAME", job, host, fx);
    case JobKind::subscribe: return on_mailbox(client, Turn::subscribe, "SUBSCRIBE", job, host, fx);
    case JobKind::unsubscribe:
        return on_mailbox(client, Turn::unsubscribe, "UNSUBSCRIBE", job, host, fx);
    case JobKind::search: return begin_search(client, job, host, fx);
    case JobKind::idle: return begin_idle(client, job, host, fx);
    case JobKind::unselect:
    case JobKind::close: return begin_leaving(client, job, host, fx);
    case JobKind::logout: return say(client, Turn::logout, "LOGOUT", host, fx);
    }
}

// What the tagged OK of a command itself tells.
void tell_result(Client& client, Effects& fx) {
    if (client.awaiting != Turn::search) return;
    UidSet found;
    if (!client.found.empty()) read_set(fx.heap->view(client.found), found);
    told(fx, Told::found, static_cast<std::uint32_t>(found.count()), found.text());
}

// A job of several commands says the next one. False: it has ended.
bool go_on(Client& client, const Job& job, const ClientHost& host, Effects& fx) {
    switch (client.awaiting) {
    case Turn::select:
    case Turn::examine:
    case Turn::resync:
    case Turn::present: return go_on_after_select(client, job, host, fx);
    case Turn::fetch: return go_on_fetching(client, job, host, fx);
    case Turn::copy:  // RFC 6851 §3.3: what MOVE is where there is none
        if (job.kind != JobKind::move) return false;
        mark_deleted(client, job, host, fx);
        return true;
    case Turn::mark: expunge_marked(client, job, host, fx); return true;
    case Turn::unselect:
    case Turn::close: leave_mailbox(client, *fx.heap); return false;
    default: return false;
    }
}

// IDLE has ended: of itself, because the work has changed, or for a moment. True: it goes on.
bool idles_on(Client& client, const ClientHost& host, Effects& fx) {
    const bool anew = client.awaiting == Turn::idle && client.idling == 4 && client.asking &&
                      client.job_left.empty();
    client.idling = 0;
    if (!anew) return false;
    client.idling = 1;
    say(client, Turn::idle, "IDLE", host, fx);
    return true;
}

}  // namespace

Job current_job(const Client& client, const Heap& heap) {
    return read_job(heap.view(client.job)).value_or(Job{});
}

void begin_job(Client& client, std::string_view text, const ClientHost& host, Effects& fx) {
    const auto job = read_job(text);
    if (!job) return fail(client, "what it was given to do is no job", host, fx);
    fx.heap->assign(client.job, text);
    fx.heap->drop(client.found);
    fx.heap->drop(client.content);
    if (const std::string_view field = missing(*job); !field.empty())
        return end_unsaid(client, Told::job_failed, "the job lacks: " + std::string(field), host,
                          fx);
    if (!is_said_safely(*job))
        return end_unsaid(client, Told::job_failed, "the job says what would be no command", host,
                          fx);
    if (needs_mailbox(job->kind) && client.selected == 0)
        return end_unsaid(client, Told::job_failed, "no mailbox is selected", host, fx);
    begin(client, *job, host, fx);
}

void job_went_well(Client& client, const Status& status, const ClientHost& host, Effects& fx) {
    if (idles_on(client, host, fx)) return;
    tell_result(client, fx);
    if (go_on(client, current_job(client, *fx.heap), host, fx)) return;
    tell_end(client, Told::job_done, status.code, status.text, host, fx);
}

void job_went_ill(Client& client, const Status& status, const ClientHost& host, Effects& fx) {
    client.idling = 0;
    // RFC 3501 §6.3.1: then no mailbox is selected, whichever was before.
    if (client.awaiting == Turn::select || client.awaiting == Turn::examine)
        leave_mailbox(client, *fx.heap);
    tell_end(client, Told::job_failed, status.code, status.text, host, fx);
}

}  // namespace postroad::imap
