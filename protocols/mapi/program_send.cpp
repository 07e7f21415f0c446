// One message, from a text to the server: whom it is for, a new message in the outbox, its
// properties, those too large by stream, its attachments, and that it is to go (MS-OXOMSG §3.2.4).
#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/mapi/program_parts.hpp"
#include "protocols/ntlm/hashes.hpp"

namespace postroad::mapi::parts {
namespace {

constexpr std::uint32_t not_found = 0x8004010f, ambiguous = 0x80040700;
constexpr std::uint32_t no_recipients = 0x80040607;
constexpr std::uint8_t for_writing = 2;        // OpenModeFlags, MS-OXCPRPT §2.2.14.1: a new one
constexpr std::uint64_t mail_user = 6;         // PidTagObjectType

const std::vector<PropertyTag>& recipient_columns() {
    static const std::vector<PropertyTag> all{tag::object_type, tag::smtp_address};
    return all;
}

// Those that the server makes for itself.
bool is_servers(PropertyTag one) {
    constexpr std::array all{tag::delivery_time, tag::size, tag::transport_message_headers,
                             tag::has_attachments, tag::display_to, tag::display_cc};
    return std::any_of(all.begin(), all.end(),
                       [&](PropertyTag other) { return other.id() == one.id(); });
}

void take_recipients(Draft& draft, const MailItem& item, std::string_view lines) {
    while (!lines.empty()) {
        const std::size_t end = std::min(lines.find('\n'), lines.size());
        DraftRecipient one;
        one.kind = RecipientKind::bcc;
        one.smtp = one.name = lines.substr(0, end);
        lines.remove_prefix(std::min(end + 1, lines.size()));
        for (const MailRecipient& named : item.recipients)
            if (equals_ignoring_case(named.smtp, one.smtp)) {
                one.kind = named.kind;
                one.name = named.name;
                break;
            }
        draft.recipients.push_back(std::move(one));
    }
}

std::string row_of(const DraftRecipient& one) {
    RecipientRow row;
    if (!one.dn.empty()) {  // with the address beside it, as a column
        row.flags = RecipientRow::x500 | RecipientRow::has_display_name | RecipientRow::is_unicode;
        row.x500_name = one.dn;
    } else {
        row.email = one.smtp;
    }
    row.display_name = one.name;
    row.properties.cells = {{tag::object_type, Value::of(mail_user), 0},
                            {tag::smtp_address, Value::of(one.smtp), 0}};
    return write_recipient(row, recipient_columns());
}

void add_recipients(const Desk& desk, Rops& rops, const Draft& draft, std::size_t from) {
    rop::ModifyRecipients out;
    out.columns = recipient_columns();
    const std::size_t end =
        std::min<std::size_t>(draft.recipients.size(), from + desk.settings.recipients_at_once);
    for (std::size_t i = from; i < end; ++i)
        out.rows.push_back({static_cast<std::uint32_t>(i),
                            static_cast<std::uint8_t>(draft.recipients[i].kind),
                            row_of(draft.recipients[i])});
    rops.add(Slot::message, std::move(out));
}

const DraftAttachment* attachment_at(const Desk& desk, const Draft& draft) {
    const std::size_t streams = draft.by_stream.size();
    if (desk.program.at < streams) return nullptr;
    return &draft.attachments[desk.program.at - streams];
}

// The octets of the stream that is written now.
std::string octets_of(const Desk& desk, const Draft& draft) {
    if (const DraftAttachment* const one = attachment_at(desk, draft)) return one->content.octets;
    const PropertyTag wanted = draft.by_stream[desk.program.at];
    for (const TaggedValue& one : draft.properties)
        if (one.tag == wanted)
            return wanted.type() == PropertyType::string ? ntlm::utf16(one.value.text)
                                                         : one.value.text;
    return {};
}

// One more piece, and behind the last one that it was the last.
void write_piece(const Desk& desk, Rops& rops, const Draft& draft) {
    const std::string octets = octets_of(desk, draft);
    const std::string piece = octets.substr(desk.program.offset, desk.settings.stream_octets);
    rops.add(Slot::stream, rop::WriteStream{piece});
    if (desk.program.offset + piece.size() >= octets.size())
        rops.add(Slot::stream, rop::CommitStream{});
}

bool is_large(const Desk& desk, std::size_t octets) {
    return octets > desk.settings.value_octets_max;
}

void ask_to_create(const Desk& desk, Rops& rops, const Draft& draft) {
    rops.add(Slot::logon,
             rop::CreateMessage{0x0fff, special_of(desk.program, Special::outbox), 0},
             Slot::message);
    rop::SetProperties set;
    for (const TaggedValue& one : draft.properties)
        if (std::find(draft.by_stream.begin(), draft.by_stream.end(), one.tag) ==
            draft.by_stream.end())
            set.properties.push_back(one);
    rops.add(Slot::message, std::move(set));
    add_recipients(desk, rops, draft, 0);
}

void ask_to_attach(const Desk& desk, Rops& rops, const Draft& draft) {
    const MailAttachment& content = attachment_at(desk, draft)->content;
    rops.add(Slot::message, rop::CreateAttachment{}, Slot::attachment);
    rop::SetProperties set;
    set.properties = {{tag::attach_method, Value::of(std::uint64_t{1})},
                      {tag::attach_long_file_name, Value::of(content.file_name)},
                      {tag::attach_mime_tag, Value::of(content.mime_type)}};
    if (!is_large(desk, content.octets.size())) {
        set.properties.push_back({tag::attach_data, Value::of(content.octets)});
        rops.add(Slot::attachment, std::move(set));
        return rops.add(Slot::message, rop::SaveChangesAttachment{0}, Slot::attachment);
    }
    rops.add(Slot::attachment, std::move(set));
    rops.add(Slot::attachment, rop::OpenStream{tag::attach_data, for_writing}, Slot::stream);
    write_piece(desk, rops, draft);
}

void go_on(const Desk& desk, const Draft& draft) {
    Program& program = desk.program;
    program.offset = 0;
    if (program.at < draft.by_stream.size())
        program.planned = Step::create_stream;
    else if (program.at - draft.by_stream.size() < draft.attachments.size())
        program.planned = Step::create_attachment;
    else
        program.planned = Step::submit;
}

void piece_written(const Desk& desk, const Answers& answers, const Draft& draft) {
    Program& program = desk.program;
    const auto* const written = answers.find<rop::StreamWritten>();
    const std::size_t size = octets_of(desk, draft).size();
    if (written != nullptr) program.offset += written->octets;
    const bool some = written != nullptr && written->octets != 0;
    if (program.offset < size && !some)
        return job_has_ended(desk, 0, "RopWriteStream: nothing was taken");
    if (program.offset < size) {
        program.planned = Step::write_stream;
        return;
    }
    let_go(program, Slot::stream);
    if (attachment_at(desk, draft) != nullptr) {
        program.planned = Step::save_attachment;
        return;
    }
    ++program.at;
    go_on(desk, draft);
}

void attachment_is_done(const Desk& desk, const Draft& draft) {
    let_go(desk.program, Slot::attachment);
    ++desk.program.at;
    go_on(desk, draft);
}

}  // namespace

void begin_sending(const Desk& desk, const ProgramJob& job) {
    const MailItem item = to_properties(desk.heap.view(job.text), 0);
    Draft draft;
    for (const TaggedValue& one : item.properties) {
        if (is_servers(one.tag)) continue;
        draft.properties.push_back(one);
        const std::size_t octets = one.tag.type() == PropertyType::string
                                       ? 2 * one.value.text.size()
                                       : one.value.text.size();
        if (is_large(desk, octets)) draft.by_stream.push_back(one.tag);
    }
    for (const MailAttachment& one : item.attachments) draft.attachments.push_back({0, one});
    take_recipients(draft, item, desk.heap.view(job.recipients));
    if (draft.recipients.empty())
        return job_has_ended(desk, no_recipients, error_text(no_recipients));
    store(desk, draft);
    desk.program.resolving = desk.program.directory == 1 ? 1 : 2;
    desk.program.at = 0;
}

void continue_sending(const Desk& desk) {
    desk.program.resolving = 0;
    for (const DraftRecipient& one : load(desk).recipients) {
        if (one.dn == "?")
            return job_has_ended(desk, ambiguous, one.smtp + ": " + error_text(ambiguous));
        if (one.smtp.find('@') == std::string::npos)
            return job_has_ended(desk, not_found, one.smtp + ": " + error_text(not_found));
    }
    desk.program.planned = Step::create_message;
}

Request send_step(const Desk& desk, Step step) {
    Rops rops(desk);
    const Draft draft = load(desk);
    switch (step) {
    case Step::create_message: ask_to_create(desk, rops, draft); break;
    case Step::more_recipients: add_recipients(desk, rops, draft, desk.program.offset); break;
    case Step::create_stream:
        rops.add(Slot::message, rop::OpenStream{draft.by_stream[desk.program.at], for_writing},
                 Slot::stream);
        write_piece(desk, rops, draft);
        break;
    case Step::create_attachment: ask_to_attach(desk, rops, draft); break;
    case Step::save_attachment:
        rops.add(Slot::message, rop::SaveChangesAttachment{0}, Slot::attachment);
        break;
    case Step::submit:
        if (desk.settings.transport)
            rops.add(Slot::message, rop::TransportSend{});
        else
            rops.add(Slot::message, rop::SubmitMessage{0});
        break;
    default: write_piece(desk, rops, draft); break;
    }
    return rops.finish(step);
}

void send_answered(const Desk& desk, Step step, const Answers& answers) {
    if (const RopResponse* const failed = answers.failed())
        return job_has_ended(desk, failed->result, words_of(*failed));
    Program& program = desk.program;
    const Draft draft = load(desk);
    switch (step) {
    case Step::create_message: program.offset = 0; [[fallthrough]];
    case Step::more_recipients:
        program.offset += desk.settings.recipients_at_once;
        if (program.offset < draft.recipients.size()) {
            program.planned = Step::more_recipients;
            return;
        }
        return go_on(desk, draft);
    case Step::create_attachment:
        if (is_large(desk, attachment_at(desk, draft)->content.octets.size()))
            return piece_written(desk, answers, draft);
        return attachment_is_done(desk, draft);
    case Step::save_attachment: return attachment_is_done(desk, draft);
    case Step::submit: return job_has_ended(desk, 0, {});
    default: return piece_written(desk, answers, draft);
    }
}

}  // namespace postroad::mapi::parts
