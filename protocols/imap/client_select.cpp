// How the IMAP client opens a mailbox and learns what has changed since it last looked: by QRESYNC,
// by CHANGEDSINCE, or by asking for every flag (RFC 7162, RFC 4549 §4.3).
#include "protocols/imap/client_parts.hpp"

namespace postroad::imap {
namespace {

bool speaks_qresync(const Client& client) { return (client.enabled & 2) != 0; }
bool speaks_condstore(const Client& client, const ClientHost& host) {
    return host.condstore && (speaks_qresync(client) || offers(client, Offer::condstore));
}

// RFC 7162 §3.2.5: what is known goes with SELECT.
void put_parameters(Command& command, const Client& client, const Job& job,
                    const ClientHost& host) {
    if (speaks_qresync(client) && job.resync && job.uidvalidity != 0 && job.modseq != 0) {
        command.put(" (QRESYNC (").number(job.uidvalidity).put(" ").number(job.modseq);
        if (!job.known_uids.empty()) command.word(job.known_uids);
        command.put("))");
    } else if (speaks_condstore(client, host) && !speaks_qresync(client)) {
        command.put(" (CONDSTORE)");
    }
}

void tell_selected(Client& client, Effects& fx) {
    std::string fields;
    put_field(fields, "name", fx.heap->view(client.mailbox));
    put_field(fields, "exists", client.exists);
    put_field(fields, "uidvalidity", client.uidvalidity);
    put_field(fields, "uidnext", client.uidnext);
    put_field(fields, "modseq", client.modseq);
    put_field(fields, "unseen", client.first_unseen);
    put_field(fields, "permanent", fx.heap->view(client.permanent));
    put_field(fields, "read_only", client.selected == 2 ? 1U : 0U);
    told(fx, Told::selected, 0, fields);
}

void search_all(Client& client, const ClientHost& host, Effects& fx) {
    fx.heap->drop(client.found);
    say(client, Turn::present,
        host.esearch && offers(client, Offer::esearch) ? "UID SEARCH RETURN (ALL) ALL"
                                                       : "UID SEARCH ALL",
        host, fx);
}

void tell_present(const UidSet& uids, Effects& fx) {
    told(fx, Told::present, static_cast<std::uint32_t>(uids.count()), uids.text());
}

// SELECT said yes: is there more to ask? False: no.
bool resync(Client& client, const Job& job, const ClientHost& host, Effects& fx) {
    const bool same = job.uidvalidity != 0 && job.uidvalidity == client.uidvalidity;
    const bool since = same && job.modseq != 0 && client.modseq != 0;
    if (since && speaks_qresync(client)) return false;  // it came with SELECT
    if (!client.exists_told) {
        told(fx, Told::doubt, 0, "SELECT without a word of how many messages there are");
        return false;
    }
    if (client.exists == 0) {
        tell_present({}, fx);
        return false;
    }
    const bool by_modseq = since && speaks_condstore(client, host);
    // Whatever comes raises the modification sequence (RFC 7162 §3.1); so if none came and there
    // are as many as before, none went.
    if (by_modseq && job.modseq == client.modseq && job.count == client.exists) return false;
    Command command(client, host, "UID FETCH 1:* (UID FLAGS)");
    if (by_modseq) command.put(" (CHANGEDSINCE ").number(job.modseq).put(")");
    client.whole = by_modseq ? 0 : 1;
    say(client, Turn::resync, command, fx);
    return true;
}

}  // namespace

void leave_mailbox(Client& client, Heap& heap) {
    client.selected = client.closing = client.exists_told = 0;
    client.exists = client.uidvalidity = client.uidnext = client.first_unseen = 0;
    client.modseq = 0;
    heap.drop(client.uids);
    heap.drop(client.permanent);
    heap.drop(client.mailbox);
}

void is_left(Client& client, bool said, Effects& fx) {
    if (!client.closing) return;
    client.closing = 0;
    if (said) client.exists = 0;
    const Job job = current_job(client, *fx.heap);
    told(fx, Told::opening, static_cast<std::uint32_t>(job.kind), fx.heap->view(client.mailbox));
    if (client.exists == 0) return;
    client.exists_told = 1;
    told(fx, Told::exists, client.exists);
}

void begin_select(Client& client, const Job& job, const ClientHost& host, Effects& fx) {
    const bool examine = job.kind == JobKind::examine;
    Command command(client, host, examine ? "EXAMINE" : "SELECT");
    command.mailbox(job.mailbox);
    put_parameters(command, client, job, host);
    // RFC 7162 §3.2.11: until CLOSED, what a server with QRESYNC says is of the mailbox before.
    const bool closing = client.selected != 0 && speaks_qresync(client);
    leave_mailbox(client, *fx.heap);
    client.closing = closing ? 1 : 0;
    fx.heap->assign(client.mailbox, job.mailbox);
    say(client, examine ? Turn::examine : Turn::select, command, fx);
    if (!closing) told(fx, Told::opening, static_cast<std::uint32_t>(job.kind), job.mailbox);
}

bool go_on_after_select(Client& client, const Job& job, const ClientHost& host, Effects& fx) {
    switch (client.awaiting) {
    case Turn::select:
    case Turn::examine:
        is_left(client, false, fx);
        if (client.selected == 0) client.selected = job.kind == JobKind::examine ? 2 : 1;
        tell_selected(client, fx);
        return job.resync && resync(client, job, host, fx);
    case Turn::resync:
        if (const auto all = client.whole ? all_uids(client, *fx.heap) : std::nullopt) {
            tell_present(*all, fx);
            return false;
        }
        search_all(client, host, fx);
        return true;
    case Turn::present: {
        UidSet found;
        if (!client.found.empty()) read_set(fx.heap->view(client.found), found);
        // To believe that all have gone takes more than a SEARCH that tells nothing.
        if (found.empty() && client.exists != 0)
            told(fx, Told::doubt, 0, "a SEARCH for all that finds none of those that are there");
        else
            tell_present(found, fx);
        return false;
    }
    default: return false;
    }
}

}  // namespace postroad::imap
