// Sending (MS-OXOMSG §3.3.5.1): the store makes a message of the Internet of the object and hands it
// to its own host's queue, as a submission server would take it from a client.
#include "protocols/base/ascii.hpp"
#include "protocols/message/trace_fields.hpp"
#include "sim/mail/addresses.hpp"
#include "sim/mail/folders.hpp"
#include "sim/mail/heap_out.hpp"
#include "sim/mail/mapi/parts.hpp"
#include "sim/mail/queue.hpp"
#include "sim/mail/store.hpp"

namespace postroad::sim::mapi_store {
namespace {

constexpr std::size_t tail_octets_max = 60'000;  // a row of the Trace holds 65,528

std::string text_in(const mapi::Item& item, PropertyTag which) {
    const TaggedValue* const found = item.find(which);
    return found == nullptr ? std::string() : found->value.text;
}

// Whether an address or a distinguished name is one of the person's own; none given is.
bool is_own(const Run& run, std::uint32_t person, std::string_view who) {
    if (who.empty()) return true;
    for (const std::string& one : run.setup().people[person].addresses)
        if (equals_ignoring_case(one, who)) return true;
    return equals_ignoring_case(dn_of(run.setup(), person), who);
}

// MS-OXOMSG §3.3.5.1.3: what the store writes itself.
void complete(Doing& doing, mapi::Item& item, Id id) {
    const Run& run = doing.run;
    const PersonSetup& person = run.setup().people[doing.owner()];
    const std::string name = person.display.empty() ? person.name : person.display;
    const auto put = [&](PropertyTag which, std::string_view text) {
        mapi::put_property(item.properties, which, Value::of(text));
    };
    mapi::put_property(item.properties, tag::client_submit_time,
                       Value::of(file_time(run.unix_s())));
    put(tag::sender_name, name);
    put(tag::sender_address_type, "SMTP");
    put(tag::sender_email, person.address);
    if (text_in(item, prop::sent_representing_email).find('@') == std::string::npos)
        put(prop::sent_representing_email, person.address);
    if (text_in(item, tag::sent_representing_name).empty()) put(tag::sent_representing_name, name);
    if (text_in(item, tag::internet_message_id).empty()) {
        std::string message_id = "<";
        mail::append_queue_id(message_id, id);
        put(tag::internet_message_id, message_id + "@" + run.host(doing.host).domain_name + ">");
    }
}

// RFC 5321 §4.4: this host has the message now, and says how it came by it.
std::uint32_t sign(Doing& doing, Id id, std::string_view text, Text& content) {
    content = doing.heap().reserve(text.size() + 300);
    mail::HeapOut to{doing.heap(), content};
    message::Received field;
    std::string queue_id;
    mail::append_queue_id(queue_id, id);
    field.from = field.by = doing.run.host(doing.host).domain_name;
    field.with = "MAPI";
    field.id = queue_id;
    field.unix_s = doing.run.unix_s();
    field.offset_min = doing.run.host(doing.host).utc_offset_min;
    message::put_received(to, field);
    const std::uint32_t size = content.size;
    doing.heap().append(content, text);
    return size;
}

void record_composed(Doing& doing, Id id, const mapi::Item& item, std::string_view text) {
    CustodyFact fact;
    fact.message = id;
    fact.conversation = doing.conversation;
    fact.move = CustodyMove::composed;
    fact.recipients = static_cast<std::uint16_t>(item.recipients.size());
    fact.content_hash = hash_octets(text);
    std::string tail = text_in(item, tag::internet_message_id) + '\n' +
                       text_in(item, tag::subject) + '\n' +
                       doing.run.setup().people[doing.owner()].address;
    for (const mapi::ItemRecipient& one : item.recipients)
        if (tail.size() + one.smtp.size() < tail_octets_max) tail += '\n' + one.smtp;
    doing.run.record(doing.host, fact, std::string_view(tail).substr(0, tail_octets_max));
}

void enter(Doing& doing, Id id, Id composed, const mapi::Item& item, std::string_view text) {
    Text content;
    mail::Entry entry;
    entry.conversation = doing.conversation;
    entry.transaction = doing.tables().sessions.edit(doing.session).sent++;
    entry.reverse_path = doing.run.setup().people[doing.owner()].address;
    entry.trace_octets = sign(doing, id, text, content);
    entry.content = content;
    entry.flags = message_flag::submitted;
    for (const char c : text)
        if (static_cast<unsigned char>(c) > 127) entry.flags |= message_flag::eight_bit;
    List<Text> paths;
    for (const mapi::ItemRecipient& one : item.recipients)
        doing.heap().push(paths, doing.heap().make(one.smtp));
    entry.forward_paths = paths;
    mail::enter(doing.run, doing.host, id, entry, composed);
    for (std::uint32_t i = 0; i < paths.size(); ++i) {
        Text path = doing.heap().get(paths, i);
        doing.heap().drop(path);
    }
    doing.heap().drop(paths);
    doing.heap().drop(content);
    doing.run.decide(doing.host, id, Reason::mapi_submitted,
                     doing.run.setup().people[doing.owner()].name);
}

// What has been sent lies in Sent Items, unless the client wants none (PidTagDeleteAfterSubmit), and
// no longer where it was written.
void put_away(Doing& doing, const MapiObject& message, std::string_view text, Id id, bool keeps) {
    World& world = doing.run.world;
    const std::uint32_t before =
        message.message == 0 ? nothing : stored_of(world, doing.owner(), message.message);
    if (before != nothing) {
        const std::uint32_t folder = world.mail.stored[before].folder;
        folders::record(doing.run, doing.host, folder, MailboxMove::deleted, doing.conversation,
                        &world.mail.stored[before]);
        store::remove(world, before);
        folders::tell_watchers(doing.run, folder);
    }
    if (!keeps || !store::fits(doing.run, doing.owner(), text.size())) return;
    const std::uint32_t folder =
        folder_for(doing, special_place(world, doing.owner(), sent_items));
    store::Entry entry;
    entry.content = doing.heap().make(text);
    entry.arrived_s = doing.run.unix_s();
    entry.message = id;
    entry.flags = mail_flag::seen;
    const std::uint32_t stored = store::add(world, folder, entry);
    folders::record(doing.run, doing.host, folder, MailboxMove::appended, doing.conversation,
                    &world.mail.stored[stored]);
    folders::tell_watchers(doing.run, folder);
}

RopError submit(Doing& doing, const RopRequest& request) {
    const std::uint32_t object = object_at(doing, request.handle, {MapiKind::message});
    if (object == nothing) return missing(doing, request.handle);
    const MapiObject message = doing.tables().objects[object];
    if (!(message.flags & mapi_flag::writable)) return RopError::access_denied;
    Run& run = doing.run;
    if (message.message != 0 && message.content.empty() &&
        stored_of(run.world, doing.owner(), message.message) == nothing)
        return RopError::object_deleted;
    mapi::Item item = item_to_change(doing, object);
    if (item.recipients.empty()) return RopError::no_recipients;
    const PersonSetup& person = run.setup().people[doing.owner()];
    for (const PropertyTag who : {tag::sender_email, prop::sent_representing_email,
                                  prop::sender_smtp, prop::sent_representing_smtp}) {
        const std::string claimed = text_in(item, who);
        if (is_own(run, doing.owner(), claimed)) continue;
        run.decide(doing.host, doing.conversation, Reason::sender_not_own, person.name, claimed);
        return RopError::send_as_denied;
    }
    const TaggedValue* const deletes = item.find(prop::delete_after_submit);
    const bool keeps = deletes == nullptr || deletes->value.number == 0;
    const Id composed_id = run.new_id(doing.host), id = run.new_id(doing.host);
    complete(doing, item, composed_id);
    const std::string text = text_of(doing, item, false, composed_id);
    if (text.size() > mail::settings_of(run, doing.host).smtp.size_max.bytes)
        return RopError::message_too_big;
    record_composed(doing, composed_id, item, text);
    enter(doing, id, composed_id, item, text);
    put_away(doing, message, text, id, keeps);
    // Nothing more can be done with the object.
    drop(run, object, &MapiObject::content);
    MapiObject& after = doing.tables().objects.edit(object);
    after.kind = MapiKind::sent;
    after.flags = 0;
    return RopError::none;
}

}  // namespace

RopError operate(Doing& doing, const RopRequest& request, const rop::SubmitMessage&, RopResponse&) {
    return submit(doing, request);
}

// §2.2.4.6: the answer may name properties that the server has set; here it names none.
RopError operate(Doing& doing, const RopRequest& request, const rop::TransportSend&, RopResponse&) {
    return submit(doing, request);
}

}  // namespace postroad::sim::mapi_store
