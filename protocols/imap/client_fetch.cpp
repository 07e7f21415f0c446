// What an IMAP server says of one message (RFC 3501 §7.4.2): asked for or not, in any order.
#include "protocols/imap/client_parts.hpp"

namespace postroad::imap {
namespace {

struct Body {
    std::string section;                  // "", "HEADER", "1.2"
    std::optional<std::uint32_t> origin;  // "<0>": a piece
    std::string octets;
    bool there = false;  // not NIL
};

struct Datum {
    std::uint32_t number = 0, uid = 0;
    std::uint64_t modseq = 0, size = 0;
    std::string_view flags, envelope, structure;  // with their parentheses
    std::string date;
    std::vector<Body> bodies;
    bool is_summary() const {
        return size != 0 || !date.empty() || !envelope.empty() || !structure.empty();
    }
};

// A list in parentheses, they with it.
std::optional<std::string_view> take_list(Reader& reader) {
    const std::string_view from = reader.rest();
    const std::size_t at = reader.at();
    if (!reader.parenthesized()) return std::nullopt;
    return from.substr(0, reader.at() - at);
}

bool skip_value(Reader& reader) {
    return take_list(reader) || reader.nstring() || reader.astring();
}

// Behind "BODY[": the section up to "]", "<origin>" and the octets.
bool take_body(Reader& reader, Datum& out) {
    Body body;
    while (!reader.done() && reader.peek() != ']') {
        if (reader.peek() == '(') {
            const auto fields = take_list(reader);
            if (!fields) return false;
            body.section += *fields;
        } else {
            body.section += to_upper(reader.peek());
            reader.take(reader.peek());
        }
    }
    if (!reader.take(']')) return false;
    if (reader.peek() == '<') {
        const auto partial = reader.partial();
        if (!partial) return false;
        body.origin = partial->from;
    }
    if (!reader.space()) return false;
    auto octets = reader.nstring();
    if (!octets) return false;
    body.there = octets->has_value();
    body.octets = octets->value_or("");
    out.bodies.push_back(std::move(body));
    return true;
}

bool take_old_body(Reader& reader, std::string_view section, Datum& out) {
    const auto octets = reader.nstring();
    if (!octets) return false;
    out.bodies.push_back(
        {std::string(section), std::nullopt, octets->value_or(""), octets->has_value()});
    return true;
}

bool take_modseq(Reader& reader, Datum& out) {
    if (!reader.take('(')) return false;
    const auto value = reader.number64();
    if (!value || !reader.take(')')) return false;
    out.modseq = *value;
    return true;
}

bool take_item(Reader& reader, Datum& out) {
    if (reader.text("BODY[")) return take_body(reader, out);
    const auto name = reader.atom();
    if (!name || !reader.space()) return false;
    const auto is = [&](std::string_view one) { return equals_ignoring_case(*name, one); };
    if (is("UID")) {
        const auto uid = reader.nz_number();
        out.uid = uid.value_or(0);
        return uid.has_value();
    }
    if (is("FLAGS")) {
        const auto flags = take_list(reader);
        out.flags = flags.value_or("");
        return flags.has_value();
    }
    if (is("MODSEQ")) return take_modseq(reader, out);
    if (is("RFC822.SIZE")) {
        const auto size = reader.number64();
        out.size = size.value_or(0);
        return size.has_value();
    }
    if (is("INTERNALDATE")) {
        const auto date = reader.quoted();
        out.date = date.value_or("");
        return date.has_value();
    }
    if (is("RFC822")) return take_old_body(reader, "", out);
    if (is("RFC822.HEADER")) return take_old_body(reader, "HEADER", out);
    const std::string_view from = reader.rest();
    const std::size_t at = reader.at();
    if (!skip_value(reader)) return false;
    const std::string_view value = from.substr(0, reader.at() - at);
    if (is("ENVELOPE")) out.envelope = value;
    if (is("BODYSTRUCTURE") || is("BODY")) out.structure = value;
    return true;
}

std::optional<Datum> read_datum(std::uint32_t number, Reader& reader) {
    Datum out;
    out.number = number;
    if (!reader.take('(')) return std::nullopt;
    while (!reader.take(')')) {
        if (!take_item(reader, out)) return std::nullopt;
        reader.space();
    }
    return out;
}

void put_common(std::string& fields, const Datum& datum) {
    put_field(fields, "flags", datum.flags);
    put_field(fields, "modseq", datum.modseq);
    put_field(fields, "number", datum.number);
}

void tell_flags(Client& client, const Datum& datum, Effects& fx) {
    if (datum.flags.empty() && datum.modseq == 0) return;
    client.changed = 1;
    std::string fields;
    put_common(fields, datum);
    told(fx, Told::flags, datum.uid, fields);
}

void tell_summary(const Datum& datum, Effects& fx) {
    std::string fields;
    put_common(fields, datum);
    put_field(fields, "size", datum.size);
    put_field(fields, "date", datum.date);
    put_field(fields, "envelope", datum.envelope);
    put_field(fields, "structure", datum.structure);
    for (const Body& body : datum.bodies)
        if (body.section == "HEADER") put_field(fields, "header", body.octets);
    told(fx, Told::summary, datum.uid, fields);
}

// RFC 3501 §7.4.2: "<origin>" says where in the message the octets stand.
void keep_piece(Client& client, const Datum& datum, const Body& body, const ClientHost& host,
                Effects& fx) {
    if (datum.uid != client.content_uid || body.origin.value_or(0) != client.content.size ||
        client.content_ended == 0)
        return told(fx, Told::doubt, datum.uid, "a piece of a message that was not asked for");
    if (client.content.size + body.octets.size() > host.message_octets_max)
        return give_up(client, "the message is longer than we take", fx);
    fx.heap->append(client.content, body.octets);
    const Job job = current_job(client, *fx.heap);
    const std::uint32_t chunk = job.chunk_octets != 0 ? job.chunk_octets : host.chunk_octets;
    // Without an origin the server has said the whole message. A piece that is not shorter may have
    // another behind it.
    client.content_ended = !body.origin || body.octets.size() < chunk ? 1 : 0;
}

void tell_bodies(Client& client, const Datum& datum, const ClientHost& host, Effects& fx) {
    if (client.awaiting != Turn::fetch && client.awaiting != Turn::part) return;
    const std::string section =
        client.awaiting == Turn::part ? current_job(client, *fx.heap).section : std::string();
    for (const Body& body : datum.bodies) {
        if (!body.there || !equals_ignoring_case(body.section, section)) continue;
        if (client.awaiting == Turn::part)
            told(fx, Told::part, datum.uid, body.octets);
        else if (client.content_uid != 0)
            keep_piece(client, datum, body, host, fx);
        else
            told(fx, Told::message, datum.uid, body.octets);
        if (client.ended) return;
    }
}

}  // namespace

void heard_fetch(Client& client, std::uint32_t number, Reader& reader, const ClientHost& host,
                 Effects& fx) {
    if (number == 0 || number > client.exists)
        return told(fx, Told::doubt, number, "flags of a message that is not there");
    auto datum = read_datum(number, reader);
    if (!datum) return told(fx, Told::doubt, number, "a FETCH that cannot be read");
    if (datum->uid == 0)
        datum->uid = uid_of(client, number, *fx.heap);
    else if (!note_number(client, number, datum->uid, *fx.heap))
        return told(fx, Told::doubt, number, "UIDs that do not grow with the numbers, or change");
    const bool summary =
        client.awaiting == Turn::summaries && (datum->is_summary() || !datum->bodies.empty());
    if (summary)
        tell_summary(*datum, fx);
    else
        tell_flags(client, *datum, fx);
    tell_bodies(client, *datum, host, fx);
}

}  // namespace postroad::imap
