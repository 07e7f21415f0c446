// Tables (MS-OXCTABL) of folders, of messages and of attachments: what is in them, in which order,
// and where a client stands. Rows are ids; their values are read when they are asked for.
#include <algorithm>

#include "sim/mail/mapi/parts.hpp"

namespace postroad::sim::mapi_store {
namespace {

constexpr std::uint8_t deep_table = 0x04, no_notifications = 0x10;  // MS-OXCFOLD §2.2.1.13.1
constexpr std::uint8_t associated = 0x02, soft_deleted = 0x20;
constexpr std::uint8_t no_advance = 1;                              // MS-OXCTABL §2.2.2.5.1
constexpr std::uint8_t at_beginning = 0, at_current = 1, at_end = 2;
constexpr std::size_t columns_max = 500, orders_max = 20;
constexpr std::size_t cell_octets_max = 510;  // §3.2.5.2: texts in tables are cut at 255 characters
constexpr std::size_t levels_max = 32;

using Rows = std::vector<std::uint64_t>;
constexpr std::initializer_list<MapiKind> tables{MapiKind::hierarchy, MapiKind::contents,
                                                 MapiKind::attachments};

std::string octets_of(const Rows& rows) {
    return {reinterpret_cast<const char*>(rows.data()), rows.size() * sizeof(std::uint64_t)};
}
Rows rows_in(std::string_view octets) {
    Rows rows(octets.size() / sizeof(std::uint64_t));
    if (!rows.empty()) std::memcpy(rows.data(), octets.data(), octets.size());
    return rows;
}
template <class T> std::vector<T> list_in(std::string_view octets) {
    std::vector<T> out;
    mapi::Reader reader(octets);
    while (reader.good() && !reader.rest().empty()) reader.value(out.emplace_back());
    return out;
}
template <class T> std::string octets_of_list(const std::vector<T>& all) {
    std::string out;
    for (const T& one : all) out += mapi::write(one);
    return out;
}

// Reads the properties of a table's rows.
class RowReader {
  public:
    RowReader(const Doing& doing, const MapiObject& table) : doing_(doing), table_(table) {
        if (table.kind == MapiKind::attachments && is_there(doing.run.world, table.parent,
                                                            table.parent_generation))
            message_ = Reading::of_object(doing.run, doing.owner(), table.parent);
    }
    void go_to(std::uint64_t row) {
        row_ = row;
        reading_.reset();
        if (table_.kind != MapiKind::contents) return;
        const std::uint32_t stored = stored_of(doing_.run.world, doing_.owner(), row);
        if (stored != nothing) reading_.emplace(doing_.run, doing_.owner(), stored);
    }
    void go_to_stored(std::uint32_t stored) { reading_.emplace(doing_.run, doing_.owner(), stored); }
    std::optional<TaggedValue> property(PropertyTag asked) const {
        if (table_.kind == MapiKind::contents)
            return reading_ ? reading_->property(asked) : std::nullopt;
        if (table_.kind == MapiKind::hierarchy) return of_folder(asked);
        return of_attachment(asked);
    }
    mapi::ValueOf value_of() const {
        return [this](PropertyTag asked) { return value_for(asked, property(asked)); };
    }
    // MS-OXCDATA §2.12.10: recipients and attachments of a message.
    mapi::SubObjects sub_objects() const {
        return [this](PropertyTag asked) { return sub_objects_of(asked); };
    }
    Rows attachment_numbers() const {
        Rows out;
        if (message_)
            for (const mapi::ItemAttachment& one : message_->item().attachments)
                out.push_back(one.number);
        return out;
    }

  private:
    std::optional<TaggedValue> of_folder(PropertyTag asked) const {
        const auto place = place_of(doing_.run.world, doing_.owner(), row_);
        if (!place) return std::nullopt;
        if (asked.id() == prop::depth.id()) {
            std::uint64_t level = 0, at = row_;
            for (auto one = place; at != table_.folder && one && level < levels_max; ++level) {
                at = parent_of(doing_.run.world, doing_.owner(), *one);
                one = place_of(doing_.run.world, doing_.owner(), at);
            }
            return TaggedValue{prop::depth, Value::of(level)};
        }
        return folder_property(doing_.run, doing_.owner(), *place, asked);
    }
    std::optional<TaggedValue> of_attachment(PropertyTag asked) const {
        if (!message_) return std::nullopt;
        for (const mapi::ItemAttachment& one : message_->item().attachments) {
            if (one.number != row_) continue;
            if (const TaggedValue* const found = mapi::find_property(one.properties, asked))
                return *found;
        }
        return std::nullopt;
    }
    std::vector<mapi::ValueOf> sub_objects_of(PropertyTag asked) const {
        constexpr std::uint16_t message_recipients = 0x0e12, message_attachments = 0x0e13;
        std::vector<mapi::ValueOf> out;
        if (!reading_) return out;
        const mapi::Item& item = reading_->item();
        if (asked.id() == message_attachments)
            for (const mapi::ItemAttachment& one : item.attachments)
                out.push_back([&one](PropertyTag wanted) -> std::optional<Value> {
                    const TaggedValue* const found = mapi::find_property(one.properties, wanted);
                    return value_for(wanted, found ? std::optional(*found) : std::nullopt);
                });
        if (asked.id() == message_recipients)
            for (const mapi::ItemRecipient& one : item.recipients)
                out.push_back([&one](PropertyTag wanted) -> std::optional<Value> {
                    const auto text = [&](PropertyTag own, std::string_view words) {
                        return value_for(wanted, TaggedValue{own, Value::of(words)});
                    };
                    switch (wanted.id()) {
                    case tag::display_name.id(): return text(tag::display_name, one.name);
                    case tag::email_address.id(): return text(tag::email_address, one.smtp);
                    case tag::smtp_address.id(): return text(tag::smtp_address, one.smtp);
                    case tag::address_type.id(): return text(tag::address_type, "SMTP");
                    case tag::recipient_type.id():
                        return Value::of(static_cast<std::uint64_t>(one.kind));
                    default: return std::nullopt;
                    }
                });
        return out;
    }

    const Doing& doing_;
    const MapiObject table_;
    std::optional<Reading> message_, reading_;
    std::uint64_t row_ = 0;
};

void add_children(const Doing& doing, const MapiObject& table, std::uint64_t id, std::size_t level,
                  Rows& out) {
    const auto place = place_of(doing.run.world, doing.owner(), id);
    if (!place || level > levels_max) return;
    for (const std::uint64_t one : children_of(doing.run.world, doing.owner(), *place)) {
        out.push_back(one);
        if (table.flags & mapi_flag::deep) add_children(doing, table, one, level + 1, out);
    }
}

// Which state of the folder the rows are of; 0: they are made anew each time.
std::uint64_t version_of(const Doing& doing, const MapiObject& table) {
    if (table.kind != MapiKind::contents) return 0;
    const auto place = place_of(doing.run.world, doing.owner(), table.folder);
    if (!place || place->store == nothing) return 0;
    const Folder& folder = doing.run.world.mail.folders[place->store];
    return folder.modseq << 20 | (folder.uid_validity & 0xfffff);
}

struct Found {
    std::uint64_t row = 0;
    std::vector<std::optional<Value>> keys;
};

Rows make_rows(const Doing& doing, const MapiObject& table) {
    const World& world = doing.run.world;
    if (table.flags & mapi_flag::no_match) return {};
    RowReader reader(doing, table);
    Rows all;
    std::vector<std::uint32_t> stored;
    if (table.kind == MapiKind::hierarchy) add_children(doing, table, table.folder, 0, all);
    if (table.kind == MapiKind::attachments) all = reader.attachment_numbers();
    if (table.kind == MapiKind::contents) {
        const auto place = place_of(world, doing.owner(), table.folder);
        if (place && place->store != nothing)
            for (std::uint32_t at = world.mail.folders[place->store].first; at != nothing;
                 at = world.mail.stored[at].next) {
                all.push_back(message_id(world, at));
                stored.push_back(at);
            }
    }
    const auto orders = list_in<mapi::SortOrder>(world.heap.view(table.order));
    const auto restriction = list_in<mapi::Restriction>(world.heap.view(table.restriction));
    if (orders.empty() && restriction.empty()) return all;
    std::vector<Found> found;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (stored.empty()) reader.go_to(all[i]);
        else reader.go_to_stored(stored[i]);
        if (!restriction.empty() &&
            !mapi::matches(restriction.front(), reader.value_of(), reader.sub_objects()))
            continue;
        Found& one = found.emplace_back();
        one.row = all[i];
        for (const mapi::SortOrder& order : orders) one.keys.push_back(reader.value_of()(order.tag));
    }
    std::stable_sort(found.begin(), found.end(), [&](const Found& a, const Found& b) {
        return mapi::compare(orders, a.keys, b.keys) < 0;
    });
    Rows out;
    for (const Found& one : found) out.push_back(one.row);
    return out;
}

// The rows as they are now. Who stood at a row still stands there (§3.2.5.1), if it is there.
Rows rows_of(Doing& doing, std::uint32_t object) {
    doing.tables().objects.edit(object).flags |= mapi_flag::viewed;
    const MapiObject table = doing.tables().objects[object];
    const std::uint64_t version = version_of(doing, table);
    const Rows before = rows_in(doing.heap().view(table.rows));
    if (version != 0 && version == table.known) return before;
    Rows now = make_rows(doing, table);
    std::size_t position = std::min<std::size_t>(table.position, now.size());
    if (table.position < before.size()) {
        const auto same = std::find(now.begin(), now.end(), before[table.position]);
        if (same != now.end()) position = static_cast<std::size_t>(same - now.begin());
    } else if (table.position != 0 && table.known != 0) {
        position = now.size();  // at the end then, at the end now
    }
    const bool kept = keep(doing.run, object, &MapiObject::rows, octets_of(now));
    MapiObject& after = doing.tables().objects.edit(object);
    after.known = kept ? version : 0;
    after.position = static_cast<std::uint32_t>(position);
    return now;
}

void stand_at(Doing& doing, std::uint32_t object, std::size_t position) {
    doing.tables().objects.edit(object).position = static_cast<std::uint32_t>(position);
}

RopError open_table(Doing& doing, const RopRequest& request, std::uint8_t flags, MapiKind kind,
                    RopResponse& response) {
    const std::uint32_t folder = object_at(doing, request.handle, {MapiKind::folder, MapiKind::logon});
    if (folder == nothing) return missing(doing, request.handle);
    std::uint64_t id = doing.tables().objects[folder].folder;
    if (!place_of(doing.run.world, doing.owner(), id)) return RopError::object_deleted;
    const std::uint32_t table = add_object(doing, kind, request, request.second);
    if (table == nothing) return RopError::too_many_objects;
    MapiObject& made = doing.tables().objects.edit(table);
    made.folder = id;
    if (kind == MapiKind::hierarchy && (flags & deep_table)) made.flags |= mapi_flag::deep;
    if (flags & no_notifications) made.flags |= mapi_flag::quiet;
    else watch(doing.run, doing.session, 1);
    if (kind == MapiKind::contents && (flags & (associated | soft_deleted)))
        made.flags |= mapi_flag::no_match;
    std::get<rop::RowCount>(response.body).rows =
        static_cast<std::uint32_t>(make_rows(doing, doing.tables().objects[table]).size());
    return RopError::none;
}

// What rows are of has changed: they are made anew, and the client stands at the beginning.
void begin_anew(Doing& doing, std::uint32_t table) {
    drop(doing.run, table, &MapiObject::rows);
    MapiObject& one = doing.tables().objects.edit(table);
    one.known = 0;
    one.position = 0;
}

std::string cut(std::string text, PropertyType type) {
    if (text.size() <= cell_octets_max / 2) return text;
    std::size_t size = cell_octets_max / 2;
    if (type == PropertyType::string)
        while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
    return text.substr(0, size);
}

}  // namespace

RopError operate(Doing& doing, const RopRequest& request, const rop::GetHierarchyTable& asked,
                 RopResponse& response) {
    return open_table(doing, request, asked.flags, MapiKind::hierarchy, response);
}
RopError operate(Doing& doing, const RopRequest& request, const rop::GetContentsTable& asked,
                 RopResponse& response) {
    return open_table(doing, request, asked.flags, MapiKind::contents, response);
}
RopError operate(Doing& doing, const RopRequest& request, const rop::GetAttachmentTable&,
                 RopResponse&) {
    const std::uint32_t message = object_at(doing, request.handle, {MapiKind::message});
    if (message == nothing) return missing(doing, request.handle);
    const std::uint32_t table = add_object(doing, MapiKind::attachments, request, request.second);
    if (table == nothing) return RopError::too_many_objects;
    MapiObject& made = doing.tables().objects.edit(table);
    made.parent = message;
    made.parent_generation = doing.tables().objects[message].generation;
    return RopError::none;
}

RopError operate(Doing& doing, const RopRequest& request, const rop::SetColumns& asked,
                 RopResponse&) {
    const std::uint32_t table = object_at(doing, request.handle, tables);
    if (table == nothing) return missing(doing, request.handle);
    const bool good = !asked.columns.empty() && asked.columns.size() <= columns_max &&
                      std::none_of(asked.columns.begin(), asked.columns.end(), [](PropertyTag one) {
                          return one.type() == PropertyType::unspecified ||
                                 one.type() == PropertyType::error;
                      });
    doing.tables().objects.edit(table).flags &= static_cast<std::uint8_t>(~mapi_flag::columned);
    if (!good) return RopError::invalid_parameter;
    if (!keep(doing.run, table, &MapiObject::columns, octets_of_list(asked.columns)))
        return RopError::quota_exceeded;
    doing.tables().objects.edit(table).flags |= mapi_flag::columned;
    return RopError::none;
}

RopError operate(Doing& doing, const RopRequest& request, const rop::SortTable& asked,
                 RopResponse&) {
    const std::uint32_t table = object_at(doing, request.handle, {MapiKind::contents});
    if (table == nothing) return missing(doing, request.handle);
    if (asked.categories != 0) return RopError::not_supported;  // headings: not here
    if (asked.orders.size() > orders_max) return RopError::too_complex;
    for (const mapi::SortOrder& one : asked.orders)
        if (one.direction > 1) return RopError::invalid_parameter;
    if (!keep(doing.run, table, &MapiObject::order, octets_of_list(asked.orders)))
        return RopError::quota_exceeded;
    begin_anew(doing, table);
    return RopError::none;
}

RopError operate(Doing& doing, const RopRequest& request, const rop::Restrict& asked, RopResponse&) {
    const std::uint32_t table = object_at(doing, request.handle, tables);
    if (table == nothing) return missing(doing, request.handle);
    if (asked.restriction && mapi::size_of(*asked.restriction) > restriction_parts_max)
        return RopError::too_complex;
    const std::string octets = asked.restriction ? mapi::write(*asked.restriction) : std::string();
    if (!keep(doing.run, table, &MapiObject::restriction, octets)) return RopError::quota_exceeded;
    begin_anew(doing, table);
    return RopError::none;
}

RopError operate(Doing& doing, const RopRequest& request, const rop::QueryRows& asked,
                 RopResponse& response) {
    const std::uint32_t table = object_at(doing, request.handle, tables);
    if (table == nothing) return missing(doing, request.handle);
    if (!(doing.tables().objects[table].flags & mapi_flag::columned)) return RopError::null_object;
    const Rows rows = rows_of(doing, table);
    const MapiObject now = doing.tables().objects[table];
    const auto columns = list_in<PropertyTag>(doing.heap().view(now.columns));
    const bool forward = asked.forward != 0;
    const std::size_t position = now.position;
    const std::size_t count =
        std::min<std::size_t>(asked.rows, forward ? rows.size() - position : position);
    const std::size_t first = forward ? position : position - count;
    auto& out = std::get<rop::Rows>(response.body);
    RowReader reader(doing, now);
    std::size_t used = 16;
    // Backwards, too, rows come in the table's order; those next to the cursor must be among them.
    std::vector<mapi::Row> found;
    for (std::size_t i = 0; i < count; ++i) {
        reader.go_to(rows[forward ? first + i : position - 1 - i]);
        mapi::Row row;
        for (const PropertyTag column : columns) {
            mapi::Cell cell = cell_of(column, reader.property(column), true, ~std::size_t{0});
            if (cell.value && mapi::is_text(column.type()))
                cell.value->text = cut(std::move(cell.value->text), column.type());
            row.cells.push_back(std::move(cell));
        }
        const std::size_t size = mapi::write(row).size();
        if (used + size > doing.room) break;
        used += size;
        found.push_back(std::move(row));
    }
    if (found.empty() && count != 0) return RopError::buffer_too_small;
    if (!forward) std::reverse(found.begin(), found.end());
    const std::size_t reached = forward ? position + found.size() : position - found.size();
    out.rows = std::move(found);
    if (!(asked.flags & no_advance)) stand_at(doing, table, reached);
    out.origin = forward && reached == rows.size() ? at_end
                 : !forward && reached == 0        ? at_beginning
                                                   : at_current;
    return RopError::none;
}

RopError operate(Doing& doing, const RopRequest& request, const rop::QueryPosition&,
                 RopResponse& response) {
    const std::uint32_t table = object_at(doing, request.handle, tables);
    if (table == nothing) return missing(doing, request.handle);
    const Rows rows = rows_of(doing, table);
    auto& out = std::get<rop::Position>(response.body);
    out.numerator = doing.tables().objects[table].position;
    out.denominator = static_cast<std::uint32_t>(rows.size());
    return RopError::none;
}

RopError operate(Doing& doing, const RopRequest& request, const rop::SeekRow& asked,
                 RopResponse& response) {
    const std::uint32_t table = object_at(doing, request.handle, tables);
    if (table == nothing) return missing(doing, request.handle);
    const auto size = static_cast<std::int64_t>(rows_of(doing, table).size());
    std::int64_t from = doing.tables().objects[table].position;
    switch (asked.origin) {
    case at_beginning: from = 0; break;
    case at_current: break;
    case at_end: from = size; break;
    default: return RopError::invalid_parameter;
    }
    const std::int64_t to = std::clamp<std::int64_t>(from + asked.rows, 0, size);
    stand_at(doing, table, static_cast<std::size_t>(to));
    auto& out = std::get<rop::Sought>(response.body);
    out.rows = static_cast<std::int32_t>(to - from);
    out.less = out.rows != asked.rows ? 1 : 0;
    return RopError::none;
}

}  // namespace postroad::sim::mapi_store
