// Which folders there are and what is in them: the hierarchy's table, and the contents' tables from
// the newest message on (MS-OXCFOLD §2.2.1.13 and .14, MS-OXCTABL §2.2.2).
#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/mapi/program_parts.hpp"

namespace postroad::mapi::parts {
namespace {

constexpr std::uint8_t whole_depth = 4;             // TableFlags, MS-OXCFOLD §2.2.1.13.1
constexpr std::uint8_t descending = 1;              // MS-OXCDATA §2.13.1
constexpr std::uint8_t at_end = 2;                  // MS-OXCTABL §2.2.2.1.1
constexpr std::uint64_t read_bit = 1;               // mfRead, MS-OXCMSG §2.2.1.6
constexpr std::uint8_t new_alone = 1, everything = 2;  // KnownFolder::looks

const std::vector<PropertyTag>& folder_columns() {
    static const std::vector<PropertyTag> all{
        tag::folder_id,     tag::display_name,     tag::container_class, tag::content_count,
        tag::content_unread, tag::parent_folder_id, tag::depth};
    return all;
}
const std::vector<PropertyTag>& message_columns() {
    static const std::vector<PropertyTag> all{tag::message_id,    tag::flags,
                                              tag::delivery_time, tag::subject,
                                              tag::size,          tag::has_attachments,
                                              tag::message_class};
    return all;
}
const std::vector<PropertyTag>& attachment_columns() {
    static const std::vector<PropertyTag> all{
        tag::attach_number, tag::attach_long_file_name, tag::attach_file_name,
        tag::attach_mime_tag, tag::attach_size,         tag::attach_method};
    return all;
}

Value value_in(const Row& row, PropertyTag tag) {
    for (const Cell& one : row.cells)
        if (one.tag.id() == tag.id() && one.value) return *one.value;
    return {};
}

void take_folder(const Desk& desk, const Row& row) {
    const std::uint64_t fid = value_in(row, tag::folder_id).number;
    if (fid == 0) return;
    const std::uint64_t parent = value_in(row, tag::parent_folder_id).number;
    std::string name = value_in(row, tag::display_name).text;
    const std::string kind = value_in(row, tag::container_class).text;
    // Parents come first; what is right below the top has its own name alone.
    if (parent != special_of(desk.program, Special::subtree))
        if (const auto above = folder_of(desk, parent))
            name = std::string(desk.heap.view(folder_at(desk, *above).name)) + "/" + name;
    change_folder(desk, folder_for(desk, fid), [&](KnownFolder& folder) {
        desk.heap.assign(folder.name, name);
        folder.parent = parent;
        folder.listed = 1;
        folder.holds_mail = kind.empty() || starts_ignoring_case(kind, "IPF.Note") ? 1 : 0;
    });
}

void tell_gone(const Desk& desk, std::uint32_t folder, const KnownMessage& message) {
    NewsItem item;
    item.kind = NewsKind::gone;
    item.folder = folder;
    item.message = message.number;
    desk.news.push_back(std::move(item));
}

// Somebody has deleted them, and what was in them.
void forget_unlisted(const Desk& desk) {
    for (std::uint32_t i = 0; i < desk.program.folders.size(); ++i) {
        if (folder_at(desk, i).listed != 0) continue;
        for (const KnownMessage& one : messages_of(desk, i)) tell_gone(desk, i, one);
        put_messages(desk, i, {});
        change_folder(desk, i, [](KnownFolder& folder) { folder.looks = 0; });
    }
}

void hierarchy_is_over(const Desk& desk) {
    Program& program = desk.program;
    program.reached |= reach::listed;
    let_go(program, Slot::table);
    let_go(program, Slot::folder);
}

// Gives whether one of the rows was new.
bool take_messages(const Desk& desk, std::uint32_t folder, const std::vector<Row>& rows) {
    std::vector<KnownMessage> all = messages_of(desk, folder), fresh;
    for (const Row& row : rows) {
        const std::uint64_t mid = value_in(row, tag::message_id).number;
        const std::uint8_t read = (value_in(row, tag::flags).number & read_bit) != 0 ? 1 : 0;
        const auto by_mid = [](const KnownMessage& one, std::uint64_t wanted) {
            return one.mid < wanted;
        };
        const auto found = std::lower_bound(all.begin(), all.end(), mid, by_mid);
        if (found == all.end() || found->mid != mid) {
            KnownMessage one;
            one.mid = mid;
            one.number = ++desk.program.numbers;
            one.read = read;
            one.state = known::wanted | known::seen;
            fresh.push_back(one);
            continue;
        }
        found->state |= known::seen;
        if (found->read == read) continue;
        found->read = read;
        NewsItem item;
        item.kind = NewsKind::changed;
        item.folder = folder;
        item.message = found->number;
        item.number = read;
        desk.news.push_back(std::move(item));
    }
    all.insert(all.end(), fresh.begin(), fresh.end());
    std::sort(all.begin(), all.end(),
              [](const KnownMessage& a, const KnownMessage& b) { return a.mid < b.mid; });
    put_messages(desk, folder, all);
    return !fresh.empty();
}

void forget_unseen(const Desk& desk, std::uint32_t folder) {
    std::vector<KnownMessage> stay;
    for (KnownMessage one : messages_of(desk, folder)) {
        if ((one.state & known::seen) == 0) {
            tell_gone(desk, folder, one);
            continue;
        }
        one.state = static_cast<std::uint8_t>(one.state & ~known::seen);
        stay.push_back(one);
    }
    put_messages(desk, folder, stay);
}

void look_is_over(const Desk& desk) {
    desk.program.folder = 0;
    let_go(desk.program, Slot::table);
    let_go(desk.program, Slot::folder);
}

}  // namespace

const std::vector<PropertyTag>& columns_of(Step step) {
    if (step == Step::hierarchy || step == Step::hierarchy_rows) return folder_columns();
    if (step == Step::attachments || step == Step::attachment_rows) return attachment_columns();
    return message_columns();
}

Request hierarchy(const Desk& desk, Step step) {
    Rops rops(desk);
    if (step == Step::hierarchy) {
        for (std::uint32_t i = 0; i < desk.program.folders.size(); ++i)
            change_folder(desk, i, [&](KnownFolder& folder) {
                folder.listed = folder.fid == special_of(desk.program, Special::inbox) ? 1 : 0;
            });
        rops.add(Slot::logon, rop::OpenFolder{special_of(desk.program, Special::subtree), 0},
                 Slot::folder);
        rops.add(Slot::folder, rop::GetHierarchyTable{whole_depth}, Slot::table);
        rops.add(Slot::table, rop::SetColumns{0, folder_columns()});
    }
    rops.add(Slot::table, rop::QueryRows{0, 1, desk.settings.rows_at_once});
    return rops.finish(step);
}

void hierarchy_answered(const Desk& desk, const Answers& answers) {
    if (const RopResponse* const failed = answers.failed()) {  // the inbox is known without it
        tell(desk, NewsKind::remark, failed->result, words_of(*failed));
        return hierarchy_is_over(desk);
    }
    const auto* const out = answers.find<rop::Rows>();
    if (out != nullptr)
        for (const Row& row : out->rows) take_folder(desk, row);
    if (out != nullptr && !out->rows.empty() && out->origin != at_end) {
        desk.program.planned = Step::hierarchy_rows;
        return;
    }
    forget_unlisted(desk);
    hierarchy_is_over(desk);
}

std::optional<std::uint32_t> folder_to_look_at(const Desk& desk) {
    const auto inbox = find_special(desk.program, Special::inbox, desk.heap);
    const auto is_due = [](const KnownFolder& one) { return one.looks != 0 && one.failed == 0; };
    if (inbox && is_due(folder_at(desk, *inbox))) return inbox;
    if (!desk.settings.cached) return std::nullopt;
    for (std::uint32_t i = 0; i < desk.program.folders.size(); ++i) {
        const KnownFolder one = folder_at(desk, i);
        if (is_due(one) && one.listed != 0 && one.holds_mail != 0 &&
            one.fid != special_of(desk.program, Special::outbox))
            return i;
    }
    return std::nullopt;
}

Request contents(const Desk& desk, Step step) {
    Program& program = desk.program;
    Rops rops(desk);
    if (step == Step::contents) {
        const std::uint32_t index = program.folder - 1;
        rops.add(Slot::logon, rop::OpenFolder{folder_at(desk, index).fid, 0}, Slot::folder);
        rops.add(Slot::folder, rop::GetContentsTable{0}, Slot::table);
        rops.add(Slot::table, rop::SetColumns{0, message_columns()});
        rops.add(Slot::table, rop::SortTable{0, 0, 0, {{tag::delivery_time, descending}}});
        // News that comes while the table is read asks for another look.
        change_folder(desk, index, [&](KnownFolder& folder) {
            program.at = folder.looks;
            folder.looks = 0;
        });
    }
    rops.add(Slot::table, rop::QueryRows{0, 1, desk.settings.rows_at_once});
    return rops.finish(step);
}

void contents_answered(const Desk& desk, const Answers& answers) {
    Program& program = desk.program;
    const std::uint32_t index = program.folder - 1;
    if (const RopResponse* const failed = answers.failed()) {
        change_folder(desk, index, [](KnownFolder& folder) { folder.failed = 1; });
        tell(desk, NewsKind::remark, failed->result,
             std::string(desk.heap.view(folder_at(desk, index).name)) + ": " + words_of(*failed));
        return look_is_over(desk);
    }
    const auto* const out = answers.find<rop::Rows>();
    const bool some = out != nullptr && !out->rows.empty();
    const bool fresh = some && take_messages(desk, index, out->rows);
    const bool more = some && out->origin != at_end;
    if (more && (fresh || program.at == everything)) {
        program.planned = Step::contents_rows;
        return;
    }
    if (program.at == everything) {
        forget_unseen(desk, index);
    } else {
        std::vector<KnownMessage> all = messages_of(desk, index);
        for (KnownMessage& one : all)
            one.state = static_cast<std::uint8_t>(one.state & ~known::seen);
        put_messages(desk, index, all);
    }
    look_is_over(desk);
}

// MS-OXCNOTIF §2.2.1.4.1.2. What has come is found from the newest on; anything else may be
// anywhere in its folder.
void heard(const Desk& desk, const rop::Notify& news) {
    desk.program.told = 0;
    const std::uint16_t kind = news.flags & rop::news::kinds;
    const bool comes = kind == rop::news::new_mail || kind == rop::news::created;
    if ((news.flags & rop::news::about_message) == 0 && kind != rop::news::modified)
        desk.program.reached = static_cast<std::uint8_t>(desk.program.reached & ~reach::listed);
    for (const std::uint64_t fid : {news.folder, news.old_folder}) {
        const auto index = fid == 0 ? std::nullopt : folder_of(desk, fid);
        if (!index) continue;
        change_folder(desk, *index, [&](KnownFolder& folder) {
            folder.looks = std::max(folder.looks, comes ? new_alone : everything);
        });
    }
}

}  // namespace postroad::mapi::parts
