// What an IMAP server says without a tag, for a command or of its own accord (RFC 3501 §7), and
// what its response codes say. What cannot be is passed over, and told as a doubt.
#include "protocols/imap/client_parts.hpp"

#include "protocols/imap/mailbox_name.hpp"

namespace postroad::imap {
namespace {

bool is_opening(const Client& client) {
    return client.awaiting == Turn::select || client.awaiting == Turn::examine;
}
bool is_open(const Client& client) { return client.selected != 0 || is_opening(client); }

// A name as people write it; one that cannot be decoded stays as it came.
std::string take_mailbox(const Client& client, Reader& reader) {
    const auto name = reader.astring();
    if (!name) return {};
    const bool utf8 = (client.enabled & 4) != 0;
    const auto decoded = utf8 ? name : from_modified_utf7(*name);
    return canonical_mailbox(decoded ? *decoded : *name);
}

// --- numbers of the mailbox

void heard_exists(Client& client, std::uint32_t count, const ClientHost& host, Effects& fx) {
    if (count > host.messages_max)
        return give_up(client, "the mailbox has more messages than we take", fx);
    if (client.closing) {  // of the mailbox before, if CLOSED comes yet
        client.exists = count;
        return;
    }
    client.exists_told = 1;
    if (count < client.exists) {
        told(fx, Told::doubt, 0, "there are fewer messages, and none was said to have gone");
        if (client.uids.size() > count) fx.heap->drop(client.uids);  // which they are is not known
    }
    if (count != client.exists) client.changed = 1;
    client.exists = count;
    told(fx, Told::exists, count);
}

void heard_expunge(Client& client, std::uint32_t number, Effects& fx) {
    if (client.closing) return;
    if (number == 0 || number > client.exists)
        return told(fx, Told::doubt, number, "a message has gone that was not there");
    client.changed = 1;
    const std::uint32_t uid = forget_number(client, number, *fx.heap);
    std::string text;
    append_number(text, number);
    told(fx, Told::expunged, uid, text);
}

// RFC 7162 §3.2.10: "(EARLIER) 41,43:116", or what has gone just now, which shifts the numbers.
void heard_vanished(Client& client, Reader& reader, Effects& fx) {
    if (client.closing) return;
    const bool earlier = reader.text("(EARLIER)");
    if (earlier) reader.space();
    UidSet gone;
    if (!read_set(reader.rest(), gone))
        return told(fx, Told::doubt, 0, "VANISHED without a set of UIDs");
    if (!earlier) {
        client.changed = 1;
        forget_numbers(client, gone, *fx.heap);
    }
    told(fx, Told::vanished, earlier ? 1 : 0, gone.text());
}

// --- lists

void heard_folder(const Client& client, bool lsub, Reader& reader, Effects& fx) {
    const auto attributes = reader.parenthesized();
    reader.space();
    const auto delimiter = reader.nstring();
    reader.space();
    const std::string name = take_mailbox(client, reader);
    if (!attributes || !delimiter || name.empty())
        return told(fx, Told::doubt, 0, "a folder that cannot be read");
    std::string fields;
    put_field(fields, "name", name);
    put_field(fields, "delimiter", delimiter->value_or(""));
    put_field(fields, "attributes", *attributes);
    told(fx, Told::folder, lsub ? 1 : 0, fields);
}

void heard_mailbox_status(const Client& client, Reader& reader, Effects& fx) {
    std::string fields;
    put_field(fields, "name", take_mailbox(client, reader));
    reader.space();
    if (fields.empty() || !reader.take('('))
        return told(fx, Told::doubt, 0, "a STATUS that cannot be read");
    while (!reader.take(')')) {
        const auto item = reader.atom();
        if (!item || !reader.space())
            return told(fx, Told::doubt, 0, "a STATUS that cannot be read");
        if (reader.peek() == '(') {
            if (!reader.parenthesized()) return;
        } else if (const auto number = reader.number64()) {
            const bool modseq = equals_ignoring_case(*item, "HIGHESTMODSEQ");
            put_field(fields, modseq ? "modseq" : lowered(*item), *number);
        } else if (!reader.nstring()) {
            return told(fx, Told::doubt, 0, "a STATUS that cannot be read");
        }
        reader.space();
    }
    told(fx, Told::status, 0, fields);
}

// --- what SEARCH found

bool is_searching(const Client& client) {
    return client.awaiting == Turn::search || client.awaiting == Turn::present;
}

void keep_found(Client& client, const UidSet& found, Effects& fx) {
    UidSet all = found;
    if (!client.found.empty()) read_set(fx.heap->view(client.found), all);
    fx.heap->assign(client.found, all.text());
}

void heard_search(Client& client, Reader& reader, Effects& fx) {
    if (!is_searching(client)) return;
    UidSet found;
    while (reader.space()) {
        const auto uid = reader.nz_number();
        if (!uid) break;  // "(MODSEQ 917162500)", RFC 7162 §3.1.5
        found.add(*uid);
    }
    keep_found(client, found, fx);
}

// RFC 4731 §3.1: `(TAG "A7") UID ALL 4:18,21`.
void heard_esearch(Client& client, Reader& reader, Effects& fx) {
    if (!is_searching(client)) return;
    if (reader.peek() == '(') reader.parenthesized();
    for (reader.space(); !reader.done(); reader.space()) {
        if (reader.word("UID")) continue;
        const auto key = reader.atom();
        if (!key || !reader.space()) return;
        if (!equals_ignoring_case(*key, "ALL")) {
            if (!reader.parenthesized() && !reader.astring()) return;
            continue;
        }
        const std::string_view set = reader.rest().substr(0, reader.rest().find(' '));
        UidSet found;
        if (!read_set(set, found)) return told(fx, Told::doubt, 0, "a SEARCH that cannot be read");
        reader.back_to(reader.at() + set.size());
        keep_found(client, found, fx);
    }
}

void heard_number(Client& client, std::uint32_t number, Reader& reader, const ClientHost& host,
                  Effects& fx) {
    reader.space();
    if (!is_open(client)) {
        if (!reader.word("RECENT"))
            told(fx, Told::doubt, number, "a number, and no mailbox is open");
        return;
    }
    if (reader.word("EXISTS")) return heard_exists(client, number, host, fx);
    if (reader.word("EXPUNGE")) return heard_expunge(client, number, fx);
    if (reader.word("FETCH")) {
        reader.space();
        if (!client.closing) heard_fetch(client, number, reader, host, fx);
        return;
    }
    if (!reader.word("RECENT")) told(fx, Told::doubt, number, "what came is no IMAP response");
}

// --- response codes

void heard_uidvalidity(Client& client, std::uint32_t value, Effects& fx) {
    if (!is_open(client) || value == client.uidvalidity) return;
    const Job job = current_job(client, *fx.heap);
    const std::uint32_t known = is_opening(client) ? job.uidvalidity : client.uidvalidity;
    client.uidvalidity = value;
    if (known != 0 && known != value)
        told(fx, Told::uidvalidity_changed, value, fx.heap->view(client.mailbox));
}

// RFC 4315 §3: "38505 3955", and "38505 304,319:320 3956:3958".
void heard_new_uids(Client& client, bool copied, std::string_view arguments, Effects& fx) {
    const std::string_view uidvalidity = take_word(arguments);
    const std::string_view first = take_word(arguments);
    UidSet from, to;
    const bool fits = parse_number(uidvalidity) && read_set(first, from) &&
                      (!copied || (read_set(arguments, to) && from.count() == to.count()));
    if (!fits) return told(fx, Told::doubt, 0, "new UIDs that cannot be read");
    std::string fields;
    const Job job = current_job(client, *fx.heap);
    put_field(fields, "name", copied ? job.to : job.mailbox);
    put_field(fields, "uidvalidity", uidvalidity);
    if (copied) {
        put_field(fields, "from", first);
        put_field(fields, "to", arguments);
    }
    told(fx, copied ? Told::copied : Told::appended, copied ? 0 : from.first(), fields);
}

void heard_modseq(Client& client, std::string_view arguments, Effects& fx) {
    const auto value = parse_number(arguments);
    if (!value || !is_open(client)) return;
    client.modseq = *value;
    if (is_opening(client)) return;  // `selected` says it
    std::string fields;
    put_field(fields, "modseq", *value);
    told(fx, Told::modseq, 0, fields);
}

}  // namespace

void note_code(Client& client, const Status& status, const ClientHost&, Effects& fx) {
    const auto is = [&](std::string_view code) { return equals_ignoring_case(status.code, code); };
    const auto number = parse_number(status.arguments);
    const auto small = static_cast<std::uint32_t>(number && *number <= 0xffffffff ? *number : 0);
    if (is("UIDVALIDITY")) is_left(client, false, fx);
    if (is("CAPABILITY"))
        note_capabilities(client, status.arguments, fx);
    else if (is("ALERT"))
        told(fx, Told::alert, 0, status.text);
    else if (is("UIDVALIDITY") && small != 0)
        heard_uidvalidity(client, small, fx);
    else if (is("UIDNEXT"))
        client.uidnext = small;
    else if (is("UNSEEN"))
        client.first_unseen = small;
    else if (is("CLOSED"))
        is_left(client, true, fx);
    else if (is("READ-ONLY") && is_open(client))
        client.selected = 2;
    else if (is("READ-WRITE") && is_open(client))
        client.selected = 1;
    else if (is("HIGHESTMODSEQ"))
        heard_modseq(client, status.arguments, fx);
    else if (is("NOMODSEQ"))
        client.modseq = 0;
    else if (is("PERMANENTFLAGS"))
        fx.heap->assign(client.permanent, status.arguments);
    else if (is("APPENDUID"))
        heard_new_uids(client, false, status.arguments, fx);
    else if (is("COPYUID"))
        heard_new_uids(client, true, status.arguments, fx);
    else if (is("MODIFIED"))
        told(fx, Told::modified, 0, status.arguments);
}

void heard_untagged(Client& client, std::string_view text, const ClientHost& host, Effects& fx) {
    Reader reader(text);
    if (is_digit(reader.peek())) {
        const auto number = reader.number();
        if (!number) return told(fx, Told::doubt, 0, "a number that is none");
        return heard_number(client, *number, reader, host, fx);
    }
    const auto word = reader.atom();
    if (!word) return told(fx, Told::doubt, 0, "what came is no IMAP response");
    const auto is = [&](std::string_view one) { return equals_ignoring_case(*word, one); };
    if (is("SEARCH")) return heard_search(client, reader, fx);
    reader.space();
    if (is("CAPABILITY"))
        note_capabilities(client, reader.rest(), fx);
    else if (is("ENABLED"))
        note_enabled(client, reader.rest(), fx);
    else if (is("LIST") || is("LSUB"))
        heard_folder(client, is("LSUB"), reader, fx);
    else if (is("STATUS"))
        heard_mailbox_status(client, reader, fx);
    else if (is("ESEARCH"))
        heard_esearch(client, reader, fx);
    else if (is("VANISHED"))
        heard_vanished(client, reader, fx);
    // FLAGS, ID, NAMESPACE, QUOTA and what is still to be invented say nothing that we use.
}

}  // namespace postroad::imap
