// Streams (MS-OXCPRPT §3.2.5.13): a property's octets, read and written piece by piece.
#include <algorithm>

#include "protocols/mapi/code_page.hpp"
#include "protocols/ntlm/hashes.hpp"
#include "sim/mail/addresses.hpp"
#include "sim/mail/mapi/parts.hpp"

namespace postroad::sim::mapi_store {
namespace {

constexpr std::uint8_t mode_read = 0, mode_create = 2;  // MS-OXCPRPT §2.2.14.1
constexpr std::uint32_t read_reserve = 16;

bool can_be_streamed(PropertyType type) {
    return type == PropertyType::string || type == PropertyType::string8 ||
           type == PropertyType::binary || type == PropertyType::object;
}

std::string octets_of(PropertyTag as, const TaggedValue& property) {
    const PropertyType has = property.tag.type();
    const bool is_text = has == PropertyType::string || has == PropertyType::string8;
    if (!is_text) return property.value.text;
    if (as.type() == PropertyType::string8) return mapi::to_octets(property.value.text);
    return ntlm::utf16(property.value.text);
}

// How much a stream may hold: as much as a message.
std::uint64_t octets_max(const Run& run, NodeId host) {
    return mail::settings_of(run, host).smtp.size_max.bytes;
}

}  // namespace

RopError operate(Doing& doing, const RopRequest& request, const rop::OpenStream& asked,
                 RopResponse& response) {
    const std::uint32_t of = object_at(
        doing, request.handle, {MapiKind::message, MapiKind::attachment, MapiKind::folder});
    if (of == nothing) return missing(doing, request.handle);
    if (!can_be_streamed(asked.tag.type())) return RopError::not_supported;
    if (asked.mode > mode_create) return RopError::invalid_parameter;
    const bool writes = asked.mode != mode_read;
    if (writes && !(doing.tables().objects[of].flags & mapi_flag::writable))
        return RopError::access_denied;
    const auto found = property_of(doing, of, asked.tag);
    if (!found && asked.mode != mode_create) return RopError::not_found;
    if (found && !can_be_streamed(found->tag.type())) return RopError::not_supported;
    const std::string octets =
        found && asked.mode != mode_create ? octets_of(asked.tag, *found) : std::string();
    const std::uint32_t object = add_object(doing, MapiKind::stream, request, request.second);
    if (object == nothing) return RopError::too_many_objects;
    MapiObject& made = doing.tables().objects.edit(object);
    made.parent = of;
    made.parent_generation = doing.tables().objects[of].generation;
    made.number = asked.tag.number;
    if (writes) made.flags |= mapi_flag::writable;
    if (asked.mode == mode_create) made.flags |= mapi_flag::changed;
    std::get<rop::StreamOpened>(response.body).size = static_cast<std::uint32_t>(octets.size());
    return keep(doing.run, object, &MapiObject::content, octets) ? RopError::none
                                                                 : RopError::quota_exceeded;
}

RopError operate(Doing& doing, const RopRequest& request, const rop::ReadStream& asked,
                 RopResponse& response) {
    const std::uint32_t object = object_at(doing, request.handle, {MapiKind::stream});
    if (object == nothing) return missing(doing, request.handle);
    if (doing.room <= read_reserve) return RopError::buffer_too_small;
    const MapiObject stream = doing.tables().objects[object];
    const std::string_view rest = doing.heap().view(stream.content).substr(stream.position);
    const std::size_t wanted =
        asked.octets == rop::ReadStream::see_below ? asked.octets_max : asked.octets;
    const std::size_t size = std::min({wanted, rest.size(), doing.room - read_reserve,
                                       std::size_t{0xffff}});
    std::get<rop::StreamRead>(response.body).octets = rest.substr(0, size);
    doing.tables().objects.edit(object).position += static_cast<std::uint32_t>(size);
    return RopError::none;
}

RopError operate(Doing& doing, const RopRequest& request, const rop::WriteStream& asked,
                 RopResponse& response) {
    const std::uint32_t object = object_at(doing, request.handle, {MapiKind::stream});
    if (object == nothing) return missing(doing, request.handle);
    const MapiObject stream = doing.tables().objects[object];
    if (!(stream.flags & mapi_flag::writable)) return RopError::stream_access_denied;
    const std::size_t end = std::size_t{stream.position} + asked.octets.size();
    if (end > octets_max(doing.run, doing.host)) return RopError::too_big;
    if (stream.position == stream.content.size) {  // as a rule: at the end, which copies nothing
        if (!extend(doing.run, object, asked.octets)) return RopError::quota_exceeded;
    } else {
        std::string octets(doing.heap().view(stream.content));
        octets.resize(std::max(octets.size(), end));
        std::copy(asked.octets.begin(), asked.octets.end(),
                  octets.begin() + static_cast<std::ptrdiff_t>(stream.position));
        if (!keep(doing.run, object, &MapiObject::content, octets)) return RopError::quota_exceeded;
    }
    MapiObject& after = doing.tables().objects.edit(object);
    after.position = static_cast<std::uint32_t>(end);
    after.flags |= mapi_flag::changed;
    std::get<rop::StreamWritten>(response.body).octets =
        static_cast<std::uint16_t>(asked.octets.size());
    return RopError::none;
}

// §3.2.5.18: beyond the end the stream grows, by zeros.
RopError operate(Doing& doing, const RopRequest& request, const rop::SeekStream& asked,
                 RopResponse& response) {
    const std::uint32_t object = object_at(doing, request.handle, {MapiKind::stream});
    if (object == nothing) return missing(doing, request.handle);
    const MapiObject stream = doing.tables().objects[object];
    if (asked.origin > 2) return RopError::invalid_parameter;
    const std::int64_t from = asked.origin == 0   ? 0
                              : asked.origin == 1 ? std::int64_t{stream.position}
                                                  : std::int64_t{stream.content.size};
    const auto size_max = static_cast<std::int64_t>(octets_max(doing.run, doing.host));
    if (asked.offset < -from || asked.offset > size_max - from) return RopError::stream_seek;
    const std::int64_t to = from + asked.offset;
    if (to > std::int64_t{stream.content.size}) {
        if (!(stream.flags & mapi_flag::writable)) return RopError::stream_seek;
        const std::string zeros(static_cast<std::size_t>(to - stream.content.size), '\0');
        if (!extend(doing.run, object, zeros)) return RopError::quota_exceeded;
        doing.tables().objects.edit(object).flags |= mapi_flag::changed;
    }
    doing.tables().objects.edit(object).position = static_cast<std::uint32_t>(to);
    std::get<rop::StreamSought>(response.body).position = static_cast<std::uint64_t>(to);
    return RopError::none;
}

RopError operate(Doing& doing, const RopRequest& request, const rop::CommitStream&, RopResponse&) {
    const std::uint32_t object = object_at(doing, request.handle, {MapiKind::stream});
    if (object == nothing) return missing(doing, request.handle);
    if (!(doing.tables().objects[object].flags & mapi_flag::writable))
        return RopError::stream_access_denied;
    return commit(doing.run, object);
}

RopError commit(Run& run, std::uint32_t object) {
    const MapiObject stream = run.world.mail.mapi.objects[object];
    if (!(stream.flags & mapi_flag::changed)) return RopError::none;
    run.world.mail.mapi.objects.edit(object).flags &= static_cast<std::uint8_t>(~mapi_flag::changed);
    if (!is_there(run.world, stream.parent, stream.parent_generation))
        return RopError::object_deleted;
    const std::string_view octets = run.world.heap.view(stream.content);
    PropertyTag as(stream.number);
    Value value = Value::of(octets);
    if (as.type() == PropertyType::string) {
        auto text = ntlm::utf8(octets);
        if (!text) return RopError::invalid_parameter;  // half a character
        while (text->ends_with('\0')) text->pop_back();
        value = Value::of(*text);
    } else if (as.type() == PropertyType::string8) {
        std::string text = mapi::from_octets(octets);
        while (text.ends_with('\0')) text.pop_back();
        value = Value::of(text);
        as = PropertyTag(as.id(), PropertyType::string);
    }
    Doing doing{run, run.world.mail.mapi.sessions[stream.session].host, stream.session, 0, {}, 0};
    const MapiKind kind = run.world.mail.mapi.objects[stream.parent].kind;
    if (kind == MapiKind::message) {
        mapi::Item item = item_to_change(doing, stream.parent);
        mapi::put_property(item.properties, as, std::move(value));
        settle_subject(item, as);
        return put_back(doing, stream.parent, item);
    }
    if (kind != MapiKind::attachment) return RopError::object_deleted;  // sent meanwhile
    auto properties =
        mapi::unpack_properties(run.world.heap.view(run.world.mail.mapi.objects[stream.parent].content));
    mapi::put_property(properties, as, std::move(value));
    if (!keep(run, stream.parent, &MapiObject::content, mapi::pack(properties)))
        return RopError::quota_exceeded;
    run.world.mail.mapi.objects.edit(stream.parent).flags |= mapi_flag::changed;
    return RopError::none;
}

}  // namespace postroad::sim::mapi_store
