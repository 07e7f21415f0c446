// One message, from the server to a text: its properties, those too large for a row by stream, its
// recipients and its attachments, and then the message that a person is shown (MS-OXCMSG §3.1.4).
#include <algorithm>

#include "protocols/mapi/program_parts.hpp"
#include "protocols/ntlm/hashes.hpp"

namespace postroad::mapi::parts {
namespace {

constexpr std::uint8_t at_end = 2;                                // MS-OXCTABL §2.2.2.1.1
constexpr std::uint32_t not_found = 0x8004010f;
constexpr std::uint32_t out_of_memory = 0x8007000e, too_big = 0x80040305;  // by stream, then
constexpr std::uint32_t by_value = 1;                             // PidTagAttachMethod

const std::vector<PropertyTag>& wanted_properties() {
    static const std::vector<PropertyTag> all{
        tag::message_class,        tag::flags,
        tag::importance,           tag::subject,
        tag::sender_name,          tag::sender_address_type,
        tag::sender_email,         tag::sender_smtp,
        tag::sent_representing_name, tag::sent_representing_type,
        tag::sent_representing_email, tag::sent_representing_smtp,
        tag::client_submit_time,   tag::delivery_time,
        tag::internet_message_id,  tag::in_reply_to,
        tag::references,           tag::display_to,
        tag::display_cc,           tag::has_attachments,
        tag::size,                 tag::transport_message_headers,
        tag::body,                 tag::html};
    return all;
}

const Value* find(const Draft& draft, PropertyTag tag) {
    for (const TaggedValue& one : draft.properties)
        if (one.tag.id() == tag.id()) return &one.value;
    return nullptr;
}

void take_properties(Draft& draft, const Row& row) {
    for (const Cell& one : row.cells) {
        if (one.value)
            draft.properties.push_back({one.tag, *one.value});
        else if (one.error == out_of_memory || one.error == too_big)
            draft.by_stream.push_back(one.tag);
    }
}

// Somebody of the same organisation is told by the directory's name, with the address beside it.
void take_recipient(Draft& draft, const rop::RecipientEntry& entry) {
    const auto row = read_recipient(entry.row, draft.columns);
    if (!row) return;
    DraftRecipient one;
    one.kind = static_cast<RecipientKind>(entry.kind & 0xf);
    one.name = row->display_name;
    one.dn = row->x500_name;
    if ((row->flags & 7) == RecipientRow::smtp) one.smtp = row->email;
    for (const Cell& cell : row->properties.cells)
        if (cell.tag.id() == tag::smtp_address.id() && cell.value && !cell.value->text.empty())
            one.smtp = cell.value->text;
    if (one.smtp.empty()) one.smtp = row->email;
    if (one.name.empty()) one.name = one.smtp;
    draft.recipients.push_back(std::move(one));
}

void lose_message(const Desk& desk, std::uint32_t code, std::string why);

// Where a message comes from must be an address, not a name of the directory.
void use_smtp(MailItem& item, PropertyTag type, PropertyTag address, PropertyTag smtp) {
    const std::string known(item.text(smtp));
    if (!known.empty() && item.text(type) != "SMTP") item.put(address, Value::of(known));
}

void tell_message(const Desk& desk) {
    Program& program = desk.program;
    Draft draft = load(desk);
    MailItem item;
    item.properties = std::move(draft.properties);
    for (DraftRecipient& one : draft.recipients)
        item.recipients.push_back({one.kind, std::move(one.name), std::move(one.smtp)});
    for (DraftAttachment& one : draft.attachments)
        item.attachments.push_back(std::move(one.content));
    use_smtp(item, tag::sent_representing_type, tag::sent_representing_email,
             tag::sent_representing_smtp);
    use_smtp(item, tag::sender_address_type, tag::sender_email, tag::sender_smtp);
    NewsItem news;
    news.kind = NewsKind::message;
    news.folder = program.folder - 1;
    news.message = program.message;
    if (const Value* const flags = item.find(tag::flags))
        news.number = static_cast<std::uint32_t>(flags->number & 1);
    news.text = to_message(item);
    desk.news.push_back(std::move(news));
}

// Nothing of it is needed any more, whether it has come or not.
void message_is_done(const Desk& desk, std::uint8_t state) {
    Program& program = desk.program;
    std::vector<KnownMessage> all = messages_of(desk, program.folder - 1);
    for (KnownMessage& one : all)
        if (one.number == program.message)
            one.state = static_cast<std::uint8_t>((one.state & ~known::wanted) | state);
    put_messages(desk, program.folder - 1, all);
    for (const Slot slot : {Slot::stream, Slot::attachment, Slot::table, Slot::message})
        let_go(program, slot);
    desk.heap.drop(program.item);
    desk.heap.drop(program.stream);
    program.folder = program.message = 0;
}

void lose_message(const Desk& desk, std::uint32_t code, std::string why) {
    NewsItem news;
    news.kind = NewsKind::lost;
    news.folder = desk.program.folder - 1;
    news.message = desk.program.message;
    news.code = code;
    news.text = std::move(why);
    desk.news.push_back(std::move(news));
    // Where it is now, a look at its folder will say.
    change_folder(desk, desk.program.folder - 1, [&](KnownFolder& folder) {
        if (folder.failed == 0) folder.looks = 2;
    });
    message_is_done(desk, known::lost);
}

// What comes next, when the properties and recipients that fit are here.
void go_on(const Desk& desk, const Draft& draft) {
    Program& program = desk.program;
    const Value* const attached = find(draft, tag::has_attachments);
    const bool has_some = attached != nullptr && attached->number != 0;
    if (draft.attachments.empty() && program.at < draft.by_stream.size()) {
        program.planned = Step::open_stream;
    } else if (draft.attachments.empty() && has_some &&
               handle_of(program, Slot::table) == no_handle) {
        program.planned = Step::attachments;
    } else {
        tell_message(desk);
        message_is_done(desk, 0);
    }
}

void opened(const Desk& desk, const Answers& answers) {
    if (const RopResponse* const failed = answers.failed())
        return lose_message(desk, failed->result, words_of(*failed));
    Draft draft;
    const auto* const message = answers.find<rop::MessageOpened>();
    const auto* const properties = answers.find<rop::PropertiesSpecific>();
    if (message == nullptr || properties == nullptr)
        return lose_message(desk, 0, "RopOpenMessage: an answer of another kind");
    take_properties(draft, properties->row);
    draft.columns = message->columns;
    for (const rop::RecipientEntry& one : message->rows) take_recipient(draft, one);
    store(desk, draft);
    desk.program.at = 0;
    if (message->rows.size() < message->recipients) {
        desk.program.planned = Step::recipients;
        return;
    }
    go_on(desk, draft);
}

void recipients_came(const Desk& desk, const Answers& answers) {
    Draft draft = load(desk);
    const auto* const out = answers.find<rop::RecipientsRead>();
    if (out != nullptr)
        for (const rop::NumberedRecipient& one : out->rows) take_recipient(draft, one.entry);
    store(desk, draft);
    go_on(desk, draft);  // what did not come is not asked for again
}

bool reads_attachment(const Desk& desk) {
    return handle_of(desk.program, Slot::attachment) != no_handle;
}

void stream_is_over(const Desk& desk) {
    Program& program = desk.program;
    Draft draft = load(desk);
    std::string octets(desk.heap.view(program.stream));
    desk.heap.drop(program.stream);
    let_go(program, Slot::stream);
    if (reads_attachment(desk)) {
        draft.attachments[program.at++].content.octets = std::move(octets);
        let_go(program, Slot::attachment);
        store(desk, draft);
        if (program.at < draft.attachments.size()) {
            program.planned = Step::open_attachment;
            return;
        }
        tell_message(desk);
        return message_is_done(desk, 0);
    }
    const PropertyTag tag = draft.by_stream[program.at++];
    if (tag.type() == PropertyType::string)
        octets = ntlm::utf8(octets).value_or(std::string());
    draft.properties.push_back({tag, Value::of(octets)});
    store(desk, draft);
    go_on(desk, draft);
}

void stream_came(const Desk& desk, const Answers& answers) {
    Program& program = desk.program;
    const RopResponse* const failed = answers.failed();
    if (failed != nullptr && failed->id == RopId::open_stream && failed->result == not_found &&
        reads_attachment(desk))
        return stream_is_over(desk);  // an attachment without content
    if (failed != nullptr) return lose_message(desk, failed->result, words_of(*failed));
    if (const auto* const size = answers.find<rop::StreamOpened>()) program.offset = size->size;
    const auto* const read = answers.find<rop::StreamRead>();
    const bool some = read != nullptr && !read->octets.empty();
    if (some) desk.heap.append(program.stream, read->octets);
    if (some && program.stream.size < program.offset)
        program.planned = Step::read_stream;
    else
        stream_is_over(desk);
}

void attachments_came(const Desk& desk, const Answers& answers) {
    Program& program = desk.program;
    Draft draft = load(desk);
    if (const RopResponse* const failed = answers.failed())
        return lose_message(desk, failed->result, words_of(*failed));
    const auto* const out = answers.find<rop::Rows>();
    const bool some = out != nullptr && !out->rows.empty();
    if (some)
        for (const Row& row : out->rows) {
            DraftAttachment one;
            std::string short_name;
            std::uint64_t method = by_value;
            for (const Cell& cell : row.cells) {
                if (!cell.value) continue;
                const Value& value = *cell.value;
                if (cell.tag.id() == tag::attach_number.id())
                    one.number = static_cast<std::uint32_t>(value.number);
                if (cell.tag.id() == tag::attach_method.id()) method = value.number;
                if (cell.tag.id() == tag::attach_long_file_name.id())
                    one.content.file_name = value.text;
                if (cell.tag.id() == tag::attach_file_name.id()) short_name = value.text;
                if (cell.tag.id() == tag::attach_mime_tag.id()) one.content.mime_type = value.text;
            }
            if (one.content.file_name.empty()) one.content.file_name = short_name;
            if (method == by_value) draft.attachments.push_back(std::move(one));
        }
    store(desk, draft);
    if (some && out->origin != at_end) {
        program.planned = Step::attachment_rows;
        return;
    }
    let_go(program, Slot::table);
    program.at = 0;
    if (!draft.attachments.empty()) {
        program.planned = Step::open_attachment;
        return;
    }
    tell_message(desk);
    message_is_done(desk, 0);
}

}  // namespace

// The oldest of those that the last look has found.
bool begin_reading(const Desk& desk) {
    Program& program = desk.program;
    for (std::uint32_t i = 0; i < program.folders.size(); ++i) {
        if (!desk.settings.cached && folder_at(desk, i).fid != special_of(program, Special::inbox))
            continue;
        KnownMessage first;
        for (const KnownMessage& one : messages_of(desk, i))
            if ((one.state & (known::wanted | known::lost)) == known::wanted &&
                one.number > first.number)
                first = one;
        if (first.number == 0) continue;
        program.folder = i + 1;
        program.message = first.number;
        program.mid = first.mid;
        program.planned = Step::open_message;
        return true;
    }
    return false;
}

Request read_step(const Desk& desk, Step step) {
    const Program& program = desk.program;
    Rops rops(desk);
    const auto read = [&] {
        rops.add(Slot::stream, rop::ReadStream{desk.settings.stream_octets, 0});
    };
    switch (step) {
    case Step::open_message:
        rops.add(Slot::logon,
                 rop::OpenMessage{0x0fff, folder_at(desk, program.folder - 1).fid, 0, program.mid},
                 Slot::message);
        rops.add(Slot::message, rop::GetPropertiesSpecific{desk.settings.value_octets_max, 1,
                                                           wanted_properties()});
        break;
    case Step::recipients:
        rops.add(Slot::message,
                 rop::ReadRecipients{static_cast<std::uint32_t>(load(desk).recipients.size()), 0});
        break;
    case Step::open_stream:
        rops.add(Slot::message, rop::OpenStream{load(desk).by_stream[program.at], 0}, Slot::stream);
        read();
        break;
    case Step::attachments:
        rops.add(Slot::message, rop::GetAttachmentTable{0}, Slot::table);
        rops.add(Slot::table, rop::SetColumns{0, columns_of(step)});
        rops.add(Slot::table, rop::QueryRows{0, 1, desk.settings.rows_at_once});
        break;
    case Step::attachment_rows:
        rops.add(Slot::table, rop::QueryRows{0, 1, desk.settings.rows_at_once});
        break;
    case Step::open_attachment:
        rops.add(Slot::message,
                 rop::OpenAttachment{0, load(desk).attachments[program.at].number},
                 Slot::attachment);
        rops.add(Slot::attachment, rop::OpenStream{tag::attach_data, 0}, Slot::stream);
        read();
        break;
    default: read(); break;
    }
    return rops.finish(step);
}

void read_answered(const Desk& desk, Step step, const Answers& answers) {
    switch (step) {
    case Step::open_message: return opened(desk, answers);
    case Step::recipients: return recipients_came(desk, answers);
    case Step::attachments:
    case Step::attachment_rows: return attachments_came(desk, answers);
    default: return stream_came(desk, answers);
    }
}

}  // namespace postroad::mapi::parts
