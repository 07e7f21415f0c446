// Logging on to a mailbox (MS-OXCSTOR), and its folders: opened, made, removed (MS-OXCFOLD).
#include "protocols/base/ascii.hpp"
#include "protocols/message/date.hpp"
#include "sim/mail/folders.hpp"
#include "sim/mail/mapi/parts.hpp"

namespace postroad::sim::mapi_store {
namespace {

constexpr std::uint8_t private_mailbox = 1;                // MS-OXCSTOR §2.2.1.1.1: LogonFlags
constexpr std::uint8_t owner_may = 0x01 | 0x02 | 0x04;     // reserved, owner right, send as right
constexpr std::uint8_t search_folder = 2;                  // MS-OXCFOLD §2.2.1.2.1: FolderType
constexpr std::uint8_t with_messages = 1, with_folders = 4;  // §2.2.1.3.1
constexpr std::uint32_t folders_per_mailbox_max = 2000;

std::string server_dn_of(const Run& run, std::uint32_t person) {
    const NodeId host = run.setup().people[person].mailbox_host;
    return container_dn(run, person) + "/cn=Configuration/cn=Servers/cn=" + run.host(host).name;
}

void put_time(const Run& run, rop::LoggedOn& out) {
    const std::int64_t now = run.unix_s();
    const std::int64_t days = now / 86'400, rest = now % 86'400;
    const message::CivilDate date = message::civil_from_days(days);
    out.second = static_cast<std::uint8_t>(rest % 60);
    out.minute = static_cast<std::uint8_t>(rest / 60 % 60);
    out.hour = static_cast<std::uint8_t>(rest / 3600);
    out.day_of_week = static_cast<std::uint8_t>(message::weekday_from_days(days));
    out.day = static_cast<std::uint8_t>(date.day);
    out.month = static_cast<std::uint8_t>(date.month);
    out.year = static_cast<std::uint16_t>(date.year);
    out.gwart_time = file_time(now);
}

RopError refuse(Doing& doing, std::string_view dn, RopError error, std::string_view why) {
    doing.run.decide(doing.host, doing.conversation, Reason::mapi_refused,
                     doing.run.setup().people[doing.mine().person].name, dn, why);
    return error;
}

}  // namespace

RopError operate(Doing& doing, const RopRequest& request, const rop::Logon& asked,
                 RopResponse& response) {
    const Run& run = doing.run;
    const std::uint32_t person = person_of_dn(run.setup(), asked.dn);
    if (!(asked.flags & private_mailbox))
        return refuse(doing, asked.dn, RopError::logon_failed, "there are no public folders");
    if (person == nothing)
        return refuse(doing, asked.dn, RopError::unknown_user, "nobody has that name");
    const std::uint32_t owner = folders::owner_of(run, person);
    if (run.setup().people[owner].mailbox_host != doing.host) {
        if (run.setup().people[owner].mailbox_host != nothing) {
            rop::Elsewhere elsewhere;
            elsewhere.flags = asked.flags;
            elsewhere.server = server_dn_of(run, owner);
            response.body = elsewhere;
        }
        return refuse(doing, asked.dn, RopError::wrong_server, "that mailbox is not here");
    }
    if (owner != doing.owner())
        return refuse(doing, asked.dn, RopError::access_denied, "it is somebody else's mailbox");
    const std::uint32_t object = add_object(doing, MapiKind::logon, request, request.handle);
    if (object == nothing) return RopError::too_many_objects;
    MapiObject& made = doing.tables().objects.edit(object);
    made.folder = mapi::object_id(root);
    folders::furnish(doing.run, owner);
    auto& out = std::get<rop::LoggedOn>(response.body);
    out.flags = asked.flags;
    for (std::size_t i = 0; i < rop::LoggedOn::folders_count; ++i)
        out.folders[i] = mapi::object_id(i + 1);
    out.response_flags = owner_may;
    out.mailbox = mailbox_guid(run, owner);
    out.replica = mapi::own_replica;
    out.replica_guid = database_guid(run, doing.host);
    put_time(run, out);
    return RopError::none;
}

// MS-OXCSTOR §3.2.5.2: by the longest beginning of the class; here all mail has one.
RopError operate(Doing& doing, const RopRequest& request, const rop::GetReceiveFolder& asked,
                 RopResponse& response) {
    if (object_at(doing, request.handle, {MapiKind::logon}) == nothing)
        return missing(doing, request.handle);
    for (const char c : asked.message_class)
        if (c < ' ' || c > '~') return RopError::invalid_parameter;
    auto& out = std::get<rop::ReceiveFolder>(response.body);
    out.folder = mapi::object_id(inbox);
    out.message_class = starts_ignoring_case(asked.message_class, "IPM") ? "IPM" : "";
    return RopError::none;
}

RopError operate(Doing& doing, const RopRequest& request, const rop::OpenFolder& asked,
                 RopResponse&) {
    if (object_at(doing, request.handle, {MapiKind::logon, MapiKind::folder}) == nothing)
        return missing(doing, request.handle);
    if (!place_of(doing.run.world, doing.owner(), asked.folder)) return RopError::not_found;
    const std::uint32_t object = add_object(doing, MapiKind::folder, request, request.second);
    if (object == nothing) return RopError::too_many_objects;
    doing.tables().objects.edit(object).folder = asked.folder;
    return RopError::none;
}

namespace {

std::uint64_t child_named(const Doing& doing, const Place& parent, std::string_view name) {
    for (const std::uint64_t one : children_of(doing.run.world, doing.owner(), parent)) {
        const auto place = place_of(doing.run.world, doing.owner(), one);
        if (place && equals_ignoring_case(name_of_place(doing.run.world, doing.owner(), *place), name))
            return one;
    }
    return 0;
}

std::uint32_t folders_in(const Doing& doing) {
    std::uint32_t out = 0;
    const MailTables& mail = doing.run.world.mail;
    for (std::uint32_t at = mail.mailboxes[doing.owner()].first_folder; at != nothing;
         at = mail.folders[at].next)
        ++out;
    return out;
}

}  // namespace

RopError operate(Doing& doing, const RopRequest& request, const rop::CreateFolder& asked,
                 RopResponse& response) {
    const std::uint32_t above = object_at(doing, request.handle, {MapiKind::folder, MapiKind::logon});
    if (above == nothing) return missing(doing, request.handle);
    const auto parent =
        place_of(doing.run.world, doing.owner(), doing.tables().objects[above].folder);
    if (!parent) return RopError::object_deleted;
    if (asked.type == search_folder) return RopError::not_supported;
    if (asked.type != 1 || asked.name.find('/') != std::string::npos)
        return RopError::invalid_parameter;
    if (parent->special != top && parent->store == nothing && parent->special != inbox)
        return RopError::access_denied;  // nothing of the store's can lie there
    auto& out = std::get<rop::FolderCreated>(response.body);
    std::uint64_t id = child_named(doing, *parent, asked.name);
    out.existed = id != 0 ? 1 : 0;
    if (id != 0 && asked.open_existing == 0) return RopError::duplicate_name;
    if (id == 0) {
        std::string name = asked.name;
        if (parent->special != top)
            name = std::string(doing.heap().view(
                       doing.run.world.mail.folders[folder_for(doing, *parent)].name)) +
                   "/" + name;
        if (!folders::fault_of_name(name).empty()) return RopError::invalid_parameter;
        if (const std::uint32_t there = folders::find(doing.run.world, doing.owner(), name);
            there != nothing && !(doing.run.world.mail.folders[there].flags & folder_flag::missing))
            return RopError::duplicate_name;  // by another name among those everybody has
        if (folders_in(doing) >= folders_per_mailbox_max) return RopError::quota_exceeded;
        id = place_of_folder(doing.run.world,
                             folders::make(doing.run, doing.owner(), name, doing.conversation))
                 .id;
    }
    const std::uint32_t object = add_object(doing, MapiKind::folder, request, request.second);
    if (object == nothing) return RopError::too_many_objects;
    doing.tables().objects.edit(object).folder = id;
    out.folder = id;
    return RopError::none;
}

namespace {

void remove_with_children(Doing& doing, const Place& place) {
    for (const std::uint64_t one : children_of(doing.run.world, doing.owner(), place))
        if (const auto child = place_of(doing.run.world, doing.owner(), one))
            remove_with_children(doing, *child);
    doing.run.world.mail.folders.edit(place.store).flags &= ~folder_flag::subscribed;
    folders::remove(doing.run, place.store, doing.conversation);
}

}  // namespace

RopError operate(Doing& doing, const RopRequest& request, const rop::DeleteFolder& asked,
                 RopResponse& response) {
    if (object_at(doing, request.handle, {MapiKind::folder, MapiKind::logon}) == nothing)
        return missing(doing, request.handle);
    const auto place = place_of(doing.run.world, doing.owner(), asked.folder);
    if (!place) return RopError::not_found;
    if (place->special != other) return RopError::access_denied;  // everybody keeps those
    const bool has_messages = doing.run.world.mail.folders[place->store].count != 0;
    const bool has_folders = !children_of(doing.run.world, doing.owner(), *place).empty();
    // MS-OXCFOLD §3.2.5.3: what may not go stays, and nothing else goes.
    if ((has_messages && !(asked.flags & with_messages)) ||
        (has_folders && !(asked.flags & with_folders))) {
        std::get<rop::PartlyDone>(response.body).partly = 1;
        return RopError::none;
    }
    remove_with_children(doing, *place);
    return RopError::none;
}

}  // namespace postroad::sim::mapi_store
