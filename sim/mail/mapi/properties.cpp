// Properties of whatever has any (MS-OXCPRPT): by tag, all, their tags; set and taken away.
#include "protocols/mapi/code_page.hpp"
#include "sim/mail/folders.hpp"
#include "sim/mail/mapi/parts.hpp"

namespace postroad::sim::mapi_store {
namespace {

constexpr std::size_t cell_octets = 20;             // at least for each value that is to come
constexpr std::size_t value_octets_max = 0x7000;    // what is longer is read as a stream

std::optional<TaggedValue> store_property(const Doing& doing, PropertyTag asked) {
    const Run& run = doing.run;
    const std::uint32_t person = doing.owner();
    const PersonSetup& who = run.setup().people[person];
    const auto text = [](PropertyTag own, std::string_view value) {
        return TaggedValue{own, Value::of(value)};
    };
    const auto entry = [&](PropertyTag own, std::uint32_t special) {
        return text(own, entry_id_of(run, person, mapi::object_id(special)));
    };
    const std::string_view name = who.display.empty() ? who.name : who.display;
    switch (asked.id()) {
    case tag::display_name.id():
        return text(tag::display_name, "Mailbox - " + std::string(name));
    case tag::object_type.id(): return TaggedValue{tag::object_type, Value::of(1U)};
    case prop::mailbox_owner.id(): return text(prop::mailbox_owner, name);
    case prop::user_name.id(): return text(prop::user_name, name);
    case prop::mailbox_owner_entry.id():
        return text(prop::mailbox_owner_entry, entry_id_of_person(run, person));
    case prop::user_entry.id(): return text(prop::user_entry, entry_id_of_person(run, person));
    case prop::ipm_subtree.id(): return entry(prop::ipm_subtree, top);
    case prop::ipm_outbox.id(): return entry(prop::ipm_outbox, outbox);
    case prop::ipm_wastebasket.id(): return entry(prop::ipm_wastebasket, deleted_items);
    case prop::ipm_sent.id(): return entry(prop::ipm_sent, sent_items);
    case tag::size.id():
        return TaggedValue{asked.type() == PropertyType::integer64 ? prop::message_size_extended
                                                                  : tag::size,
                           Value::of(run.world.mail.mailboxes[person].octets)};
    case prop::quota_prohibit_send.id(): {
        const auto& quota = run.setup().scenario.people[who.scenario_index].quota;
        if (!quota) return std::nullopt;
        return TaggedValue{prop::quota_prohibit_send, Value::of(quota->bytes / 1024)};
    }
    default: return std::nullopt;
    }
}
constexpr PropertyTag store_tags[] = {
    tag::display_name,         tag::object_type, prop::mailbox_owner,   prop::user_name,
    prop::mailbox_owner_entry, prop::user_entry, prop::ipm_subtree,     prop::ipm_outbox,
    prop::ipm_wastebasket,     prop::ipm_sent,   tag::size,             prop::quota_prohibit_send};

std::vector<TaggedValue> attachment_properties(const Doing& doing, std::uint32_t object) {
    return mapi::unpack_properties(
        doing.run.world.heap.view(doing.run.world.mail.mapi.objects[object].content));
}

std::vector<TaggedValue> all_of(const Doing& doing, std::uint32_t object) {
    const MapiObject& one = doing.run.world.mail.mapi.objects[object];
    std::vector<TaggedValue> out;
    const auto take = [&](PropertyTag wanted) {
        if (auto found = property_of(doing, object, wanted)) out.push_back(std::move(*found));
    };
    if (one.kind == MapiKind::message)
        return Reading::of_object(doing.run, doing.owner(), object).all();
    if (one.kind == MapiKind::attachment) return attachment_properties(doing, object);
    if (one.kind == MapiKind::logon)
        for (const PropertyTag each : store_tags) take(each);
    if (one.kind == MapiKind::folder) {
        const auto place = place_of(doing.run.world, doing.owner(), one.folder);
        for (const PropertyTag each : folder_properties(place ? place->special : other)) take(each);
    }
    return out;
}

bool is_written_by_the_store(const MapiObject& object, PropertyTag asked) {
    if (object.kind == MapiKind::attachment)
        return asked.id() == prop::attach_number.id() || asked.id() == tag::attach_size.id();
    // MS-OXCMSG §2.2.1: what a client may not write.
    for (const PropertyTag one :
         {tag::folder_id, tag::message_id, tag::entry_id, prop::record_key, prop::parent_folder,
          prop::parent_entry_id, tag::object_type, prop::access, prop::access_level, tag::size,
          tag::has_attachments, tag::display_to, tag::display_cc, prop::instance_id,
          prop::instance_number, prop::row_type})
        if (one.id() == asked.id()) return true;
    return false;
}

bool is_text_type(PropertyType type) {
    return type == PropertyType::string || type == PropertyType::string8;
}
std::size_t octets_in(const Value& value) {
    std::size_t out = value.text.size() * 2 + value.numbers.size() * 8;
    for (const std::string& one : value.texts) out += one.size() * 2 + 4;
    return out;
}

mapi::Cell no_value(PropertyTag asked, RopError error, bool open) {
    return {open ? PropertyTag(asked.id(), PropertyType::error) : asked, {},
            static_cast<std::uint32_t>(error), open};
}

}  // namespace

std::optional<TaggedValue> property_of(const Doing& doing, std::uint32_t object, PropertyTag asked) {
    const MapiObject& one = doing.run.world.mail.mapi.objects[object];
    switch (one.kind) {
    case MapiKind::logon: return store_property(doing, asked);
    case MapiKind::folder: {
        const auto place = place_of(doing.run.world, doing.owner(), one.folder);
        if (!place) return std::nullopt;
        return folder_property(doing.run, doing.owner(), *place, asked);
    }
    case MapiKind::message:
        return Reading::of_object(doing.run, doing.owner(), object).property(asked);
    case MapiKind::attachment: {
        const auto all = attachment_properties(doing, object);
        const TaggedValue* const found = mapi::find_property(all, asked);
        if (found == nullptr) return std::nullopt;
        return *found;
    }
    default: return std::nullopt;
    }
}

mapi::Cell cell_of(PropertyTag asked, std::optional<TaggedValue> found, bool wants_unicode,
                   std::size_t limit) {
    const bool open = asked.type() == PropertyType::unspecified;
    if (!found) return no_value(asked, RopError::not_found, open);
    PropertyTag as = asked;
    if (open) {
        as = found->tag;
        if (as.type() == PropertyType::string && !wants_unicode)
            as = PropertyTag(as.id(), PropertyType::string8);
    }
    const auto value = value_for(as, std::move(found));
    if (!value) return no_value(asked, RopError::not_found, open);
    if (octets_in(*value) > limit) return no_value(asked, RopError::not_enough_memory, open);
    return {as, *value, 0, open};
}

std::optional<Value> value_for(PropertyTag wanted, std::optional<TaggedValue> found) {
    if (!found) return std::nullopt;
    const PropertyType has = found->tag.type();
    if (wanted.type() == has || wanted.type() == PropertyType::unspecified) return found->value;
    if (wanted.type() == PropertyType::string8 && has == PropertyType::string) {
        found->value.text = mapi::to_octets(found->value.text);
        return found->value;
    }
    // HTML is octets; clients of old ask for it as a text (PidTagBodyHtml).
    if (is_text_type(wanted.type()) && wanted.id() == tag::html.id()) return found->value;
    return std::nullopt;
}

TaggedValue as_kept(TaggedValue one) {
    constexpr auto many = static_cast<std::uint16_t>(PropertyType::many);
    if (one.tag.type() == PropertyType::string8) {
        one.value.text = mapi::from_octets(one.value.text);
        one.tag = PropertyTag(one.tag.id(), PropertyType::string);
    } else if (one.tag.type() ==
               static_cast<PropertyType>(many | static_cast<std::uint16_t>(PropertyType::string8))) {
        for (std::string& text : one.value.texts) text = mapi::from_octets(text);
        one.tag = PropertyTag(one.tag.id(),
                              static_cast<PropertyType>(
                                  many | static_cast<std::uint16_t>(PropertyType::string)));
    }
    return one;
}

// MS-OXCPRPT §3.2.5.1: what is too long for the answer is said to be so, and read as a stream.
RopError operate(Doing& doing, const RopRequest& request, const rop::GetPropertiesSpecific& asked,
                 RopResponse& response) {
    const std::uint32_t object =
        object_at(doing, request.handle,
                  {MapiKind::logon, MapiKind::folder, MapiKind::message, MapiKind::attachment});
    if (object == nothing) return missing(doing, request.handle);
    const bool is_message = doing.tables().objects[object].kind == MapiKind::message;
    std::optional<Reading> reading;
    if (is_message) reading = Reading::of_object(doing.run, doing.owner(), object);
    auto& row = std::get<rop::PropertiesSpecific>(response.body).row;
    std::size_t reserve = asked.tags.size() * cell_octets + 16;
    if (reserve > doing.room) return RopError::buffer_too_small;
    std::size_t left = doing.room - reserve;
    for (const PropertyTag wanted : asked.tags) {
        const std::size_t own = asked.size_limit == 0 ? value_octets_max : asked.size_limit;
        row.cells.push_back(cell_of(wanted,
                                    is_message ? reading->property(wanted)
                                               : property_of(doing, object, wanted),
                                    asked.wants_unicode != 0, std::min(own, left)));
        if (row.cells.back().value) left -= octets_in(*row.cells.back().value);
    }
    return RopError::none;
}

RopError operate(Doing& doing, const RopRequest& request, const rop::GetPropertiesAll& asked,
                 RopResponse& response) {
    const std::uint32_t object =
        object_at(doing, request.handle,
                  {MapiKind::logon, MapiKind::folder, MapiKind::message, MapiKind::attachment});
    if (object == nothing) return missing(doing, request.handle);
    auto& out = std::get<rop::PropertiesAll>(response.body).properties;
    const auto all = all_of(doing, object);
    const std::size_t reserve = all.size() * cell_octets + 16;
    if (reserve > doing.room) return RopError::buffer_too_small;
    std::size_t left = doing.room - reserve;
    for (const TaggedValue& one : all) {
        const std::size_t own = asked.size_limit == 0 ? value_octets_max : asked.size_limit;
        const mapi::Cell cell = cell_of(PropertyTag(one.tag.id(), PropertyType::unspecified), one,
                                        asked.wants_unicode != 0, std::min(own, left));
        out.push_back({cell.tag, cell.value ? *cell.value : Value::of(cell.error)});
        if (cell.value) left -= octets_in(*cell.value);
    }
    return RopError::none;
}

RopError operate(Doing& doing, const RopRequest& request, const rop::GetPropertiesList&,
                 RopResponse& response) {
    const std::uint32_t object =
        object_at(doing, request.handle,
                  {MapiKind::logon, MapiKind::folder, MapiKind::message, MapiKind::attachment});
    if (object == nothing) return missing(doing, request.handle);
    for (const TaggedValue& one : all_of(doing, object))
        std::get<rop::PropertiesList>(response.body).tags.push_back(one.tag);
    return RopError::none;
}

namespace {

// Calls `change` with the properties of a message or an attachment and puts them back.
template <class F> RopError change(Doing& doing, std::uint32_t object, F&& change_them) {
    const MapiObject one = doing.tables().objects[object];
    if (!(one.flags & mapi_flag::writable)) return RopError::access_denied;
    if (one.kind == MapiKind::message) {
        mapi::Item item = item_to_change(doing, object);
        change_them(item.properties, &item);
        return put_back(doing, object, item);
    }
    auto properties = attachment_properties(doing, object);
    change_them(properties, static_cast<mapi::Item*>(nullptr));
    if (!keep(doing.run, object, &MapiObject::content, mapi::pack(properties)))
        return RopError::quota_exceeded;
    doing.tables().objects.edit(object).flags |= mapi_flag::changed;
    return RopError::none;
}

RopError rename(Doing& doing, const MapiObject& folder, const Value& name) {
    const auto place = place_of(doing.run.world, doing.owner(), folder.folder);
    if (!place) return RopError::object_deleted;
    if (place->special != other) return RopError::access_denied;
    const std::string_view old = doing.heap().view(doing.run.world.mail.folders[place->store].name);
    const std::size_t level = old.rfind('/');
    const std::string whole =
        (level == std::string_view::npos ? "" : std::string(old.substr(0, level + 1))) + name.text;
    if (name.text.find('/') != std::string::npos || !folders::fault_of_name(whole).empty())
        return RopError::invalid_parameter;
    if (folders::find(doing.run.world, doing.owner(), whole) != nothing)
        return RopError::duplicate_name;
    folders::rename(doing.run, place->store, whole, doing.conversation);
    return RopError::none;
}

}  // namespace

RopError operate(Doing& doing, const RopRequest& request, const rop::SetProperties& asked,
                 RopResponse& response) {
    const std::uint32_t object =
        object_at(doing, request.handle,
                  {MapiKind::logon, MapiKind::folder, MapiKind::message, MapiKind::attachment});
    if (object == nothing) return missing(doing, request.handle);
    const MapiObject one = doing.tables().objects[object];
    auto& problems = std::get<rop::Problems>(response.body).problems;
    const auto refuse = [&](std::size_t index, PropertyTag which, RopError error) {
        problems.push_back({static_cast<std::uint16_t>(index), which,
                            static_cast<std::uint32_t>(error)});
    };
    if (one.kind == MapiKind::logon || one.kind == MapiKind::folder) {
        for (std::size_t i = 0; i < asked.properties.size(); ++i) {
            const TaggedValue kept = as_kept(asked.properties[i]);
            RopError error = RopError::access_denied;
            if (one.kind == MapiKind::folder && kept.tag == tag::display_name)
                error = rename(doing, one, kept.value);
            if (error != RopError::none) refuse(i, asked.properties[i].tag, error);
        }
        return RopError::none;
    }
    return change(doing, object, [&](std::vector<TaggedValue>& properties, mapi::Item* item) {
        for (std::size_t i = 0; i < asked.properties.size(); ++i) {
            TaggedValue kept = as_kept(asked.properties[i]);
            if (is_written_by_the_store(one, kept.tag)) {
                refuse(i, asked.properties[i].tag, RopError::computed);
                continue;
            }
            const PropertyTag set = kept.tag;
            mapi::put_property(properties, kept.tag, std::move(kept.value));
            if (item != nullptr) settle_subject(*item, set);
        }
    });
}

RopError operate(Doing& doing, const RopRequest& request, const rop::DeleteProperties& asked,
                 RopResponse& response) {
    const std::uint32_t object = object_at(
        doing, request.handle,
        {MapiKind::logon, MapiKind::folder, MapiKind::message, MapiKind::attachment});
    if (object == nothing) return missing(doing, request.handle);
    const MapiObject one = doing.tables().objects[object];
    auto& problems = std::get<rop::Problems>(response.body).problems;
    const auto refuse = [&](std::size_t index, RopError error) {
        problems.push_back({static_cast<std::uint16_t>(index), asked.tags[index],
                            static_cast<std::uint32_t>(error)});
    };
    if (one.kind == MapiKind::logon || one.kind == MapiKind::folder) {
        for (std::size_t i = 0; i < asked.tags.size(); ++i) refuse(i, RopError::access_denied);
        return RopError::none;
    }
    return change(doing, object, [&](std::vector<TaggedValue>& properties, mapi::Item*) {
        for (std::size_t i = 0; i < asked.tags.size(); ++i)
            if (is_written_by_the_store(one, asked.tags[i])) refuse(i, RopError::computed);
            else (void)mapi::remove_property(properties, asked.tags[i]);
    });
}

}  // namespace postroad::sim::mapi_store
