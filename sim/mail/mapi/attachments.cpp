// Attachments (MS-OXCMSG §2.2.2): opened, made, and saved into the message that is being changed.
#include "sim/mail/mapi/parts.hpp"

namespace postroad::sim::mapi_store {
namespace {

constexpr std::uint8_t read_only = 0;
constexpr std::uint32_t by_value = 1;  // PidTagAttachMethod: the octets themselves

std::uint32_t open_as(Doing& doing, const RopRequest& request, std::uint32_t message,
                      std::uint32_t number) {
    const std::uint32_t object = add_object(doing, MapiKind::attachment, request, request.second);
    if (object == nothing) return nothing;
    MapiObject& made = doing.tables().objects.edit(object);
    made.parent = message;
    made.parent_generation = doing.tables().objects[message].generation;
    made.number = number;
    return object;
}

}  // namespace

RopError operate(Doing& doing, const RopRequest& request, const rop::OpenAttachment& asked,
                 RopResponse&) {
    const std::uint32_t message = object_at(doing, request.handle, {MapiKind::message});
    if (message == nothing) return missing(doing, request.handle);
    mapi::Item item = item_to_change(doing, message);
    const mapi::ItemAttachment* const attachment = item.attachment(asked.number);
    if (attachment == nullptr) return RopError::not_found;
    const std::uint32_t object = open_as(doing, request, message, asked.number);
    if (object == nothing) return RopError::too_many_objects;
    const bool writable = asked.mode != read_only &&
                          (doing.tables().objects[message].flags & mapi_flag::writable) != 0;
    if (writable) doing.tables().objects.edit(object).flags |= mapi_flag::writable;
    return keep(doing.run, object, &MapiObject::content, mapi::pack(attachment->properties))
               ? RopError::none
               : RopError::quota_exceeded;
}

RopError operate(Doing& doing, const RopRequest& request, const rop::CreateAttachment&,
                 RopResponse& response) {
    const std::uint32_t message = object_at(doing, request.handle, {MapiKind::message});
    if (message == nothing) return missing(doing, request.handle);
    if (!(doing.tables().objects[message].flags & mapi_flag::writable))
        return RopError::access_denied;
    mapi::Item item = item_to_change(doing, message);
    if (item.attachments.size() >= attachments_max) return RopError::too_big;
    const std::uint32_t number = item.next_attachment++;
    const std::uint32_t object = open_as(doing, request, message, number);
    if (object == nothing) return RopError::too_many_objects;
    doing.tables().objects.edit(object).flags |= mapi_flag::writable | mapi_flag::changed;
    std::vector<TaggedValue> properties;
    mapi::put_property(properties, prop::attach_number, Value::of(number));
    mapi::put_property(properties, tag::attach_size, Value::of(0U));
    mapi::put_property(properties, tag::attach_method, Value::of(by_value));
    if (!keep(doing.run, object, &MapiObject::content, mapi::pack(properties)))
        return RopError::quota_exceeded;
    std::get<rop::AttachmentCreated>(response.body).number = number;
    return put_back(doing, message, item);  // so that no number comes twice
}

RopError operate(Doing& doing, const RopRequest& request, const rop::SaveChangesAttachment&,
                 RopResponse&) {
    const std::uint32_t object = object_at(doing, request.second, {MapiKind::attachment});
    if (object == nothing) return missing(doing, request.second);
    const MapiObject attachment = doing.tables().objects[object];
    if (!(attachment.flags & mapi_flag::writable)) return RopError::access_denied;
    if (!is_there(doing.run.world, attachment.parent, attachment.parent_generation))
        return RopError::object_deleted;
    if (doing.tables().objects[attachment.parent].kind != MapiKind::message)
        return RopError::object_deleted;  // sent meanwhile
    mapi::Item item = item_to_change(doing, attachment.parent);
    mapi::ItemAttachment* there = item.attachment(attachment.number);
    if (there == nullptr) {
        there = &item.attachments.emplace_back();
        there->number = attachment.number;
    }
    there->properties = mapi::unpack_properties(doing.heap().view(attachment.content));
    const TaggedValue* const data = mapi::find_property(there->properties, tag::attach_data);
    mapi::put_property(there->properties, tag::attach_size,
                       Value::of(data == nullptr ? 0 : data->value.text.size()));
    settle_attachments(item);
    doing.tables().objects.edit(object).flags &= static_cast<std::uint8_t>(~mapi_flag::changed);
    return put_back(doing, attachment.parent, item);
}

}  // namespace postroad::sim::mapi_store
