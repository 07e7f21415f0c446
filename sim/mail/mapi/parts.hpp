// What the parts of the store behind MAPI share; nobody else includes this.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/mapi/item.hpp"
#include "protocols/mapi/object_ids.hpp"
#include "protocols/mapi/restriction_match.hpp"
#include "protocols/mapi/rop_buffer.hpp"
#include "sim/mail/mapi_store.hpp"
#include "sim/rpc/rpc.hpp"

namespace postroad::sim::mapi_store {

namespace rop = mapi::rop;
using mapi::PropertyTag;
using mapi::PropertyType;
using mapi::RopError;
using mapi::RopRequest;
using mapi::RopResponse;
using mapi::TaggedValue;
using mapi::Value;

// So that nothing grows without limit.
inline constexpr std::uint32_t sessions_max = 1000;       // of a host
inline constexpr std::uint32_t objects_max = 500;         // of a session
inline constexpr std::uint64_t session_octets_max = 64U << 20;
inline constexpr std::uint32_t recipients_max = 1000;     // of a message
inline constexpr std::uint32_t attachments_max = 200;
inline constexpr std::uint32_t names_max = 0x4000;        // of a mailbox
inline constexpr std::uint32_t news_max = 256;            // of a session
inline constexpr std::size_t restriction_parts_max = 1000;

// PidTag numbers that only the store needs (MS-OXPROPS §2).
namespace tag = mapi::tag;
namespace prop {
inline constexpr PropertyTag access = 0x0ff40003, access_level = 0x0ff70003, record_key = 0x0ff90102,
                             row_type = 0x0ff50003, creation_time = 0x30070040,
                             modification_time = 0x30080040, folder_type = 0x36010003,
                             search_key = 0x300b0102, depth = 0x30050003, parent_folder = 0x67490014,
                             parent_entry_id = 0x0e090102, instance_id = 0x674d0014,
                             instance_number = 0x674e0003, child_count = 0x66380003,
                             rights = 0x66390003, read = 0x0e69000b, status = 0x0e170003,
                             flag_status = 0x10900003, last_verb = 0x10810003,
                             submit_flags = 0x0e140003, delete_after_submit = 0x0e01000b,
                             sent_representing_email = 0x0065001f,
                             sent_representing_type = 0x0064001f, attach_number = 0x0e210003,
                             sender_smtp = 0x5d01001f, sent_representing_smtp = 0x5d02001f,
                             message_size_extended = 0x0e080014, deleted_on = 0x668f0040,
                             ipm_subtree = 0x35e00102, ipm_outbox = 0x35e20102,
                             ipm_wastebasket = 0x35e30102, ipm_sent = 0x35e40102,
                             ipm_drafts = 0x36d70102, mailbox_owner = 0x661c001f,
                             mailbox_owner_entry = 0x661b0102, user_name = 0x661a001f,
                             user_entry = 0x66190102, user_guid = 0x67070102,
                             quota_prohibit_send = 0x666e0003, row_id = 0x30000003;
}  // namespace prop

// Folders that every mailbox has, by the counters in their ids (MS-OXOSFLD §2.2.2); those up to
// shortcuts in the order in which RopLogon gives them.
enum Special : std::uint32_t {
    other = 0,
    root = 1,
    deferred,
    spooler,
    top,
    inbox,
    outbox,
    sent_items,
    deleted_items,
    common_views,
    schedule,
    search,
    views,
    shortcuts,
    drafts,
    specials_end,
};
struct Place {
    std::uint64_t id = 0;
    std::uint32_t special = other;
    std::uint32_t store = nothing;  // Folder; nothing: none there yet, or never one
};

// One call under way.
struct Doing {
    Run& run;
    NodeId host = 0;
    std::uint32_t session = nothing;
    Id conversation = 0;
    std::vector<std::uint32_t> handles;  // of the buffer
    std::size_t room = 0;                // octets that the answer may still have

    World& world() { return run.world; }
    MapiTables& tables() { return run.world.mail.mapi; }
    Heap& heap() { return run.world.heap; }
    const MapiSession& mine() const { return run.world.mail.mapi.sessions[session]; }
    // Whose mailbox it is: everybody has but their own.
    std::uint32_t owner() const;
};

// --- sessions.cpp ---
// Of a connection, if it is one.
Id conversation_of(const Run& run, std::uint32_t connection);
std::uint32_t begin_session(Run& run, NodeId host, std::uint32_t person, std::uint32_t group);
void end_session(Run& run, std::uint32_t session);
// The object behind an index into the buffer's handles; `nothing`: none (ecNullObject).
std::uint32_t object_at(const Doing& doing, std::uint8_t index);
// The same, of one of these kinds.
std::uint32_t object_at(const Doing& doing, std::uint8_t index, std::initializer_list<MapiKind> kinds);
// Why it is not there: nothing at all has that handle, or something for which this makes no sense.
RopError missing(const Doing& doing, std::uint8_t index);
// Whether an object named by id and generation is still that one.
bool is_there(const World& world, std::uint32_t object, std::uint32_t generation);
// A new object whose handle goes into the table at `index`; `nothing`: there are too many.
std::uint32_t add_object(Doing& doing, MapiKind kind, const RopRequest& request, std::uint8_t index);
void release_object(Run& run, std::uint32_t object);
// Takes `octets` for its content; false: the session has as much as it may have.
bool keep(Run& run, std::uint32_t object, Text MapiObject::*where, std::string_view octets);
bool extend(Run& run, std::uint32_t object, std::string_view octets);  // `content`, at its end
void drop(Run& run, std::uint32_t object, Text MapiObject::*where);
void watch(Run& run, std::uint32_t session, int more);

// --- execute.cpp: buffers of operations ---
// The answer to an extended buffer's payload, of at most `room` octets; nothing: it is malformed.
// `words` gets what each operation came to. `again`: the last operation, if it has more to give.
struct Executed {
    std::string payload;
    std::string words;
    std::optional<RopRequest> again;
    bool too_small = false;  // not even that could be said
};
std::optional<Executed> execute(Doing& doing, std::string_view payload, std::size_t room);
// Once more the same, in a further buffer.
Executed go_on(Doing& doing, const RopRequest& request, std::size_t room);

// --- places.cpp: folders by their ids ---
std::optional<Place> place_of(const World& world, std::uint32_t person, std::uint64_t id);
Place special_place(const World& world, std::uint32_t person, std::uint32_t special);
Place place_of_folder(const World& world, std::uint32_t folder);
// The folder to put something into, made if there is none; `nothing`: nothing can lie there.
std::uint32_t folder_for(Doing& doing, const Place& place);
std::string name_of_place(const World& world, std::uint32_t person, const Place& place);
std::vector<std::uint64_t> children_of(const World& world, std::uint32_t person, const Place& place);
std::uint64_t parent_of(const World& world, std::uint32_t person, const Place& place);
std::optional<TaggedValue> folder_property(const Run& run, std::uint32_t person, const Place& place,
                                           PropertyTag tag);
std::vector<PropertyTag> folder_properties(std::uint32_t special);
std::uint32_t unread_in(const World& world, std::uint32_t folder);

// --- names.cpp: who is who ---
const scenario::MapiServer& settings_of(const Run& run, NodeId host);
// The person who has logged in at a host under that name, a domain ahead or not; `nothing`: nobody.
std::uint32_t person_of_user(const Run& run, NodeId host, std::string_view user);
// What is ahead of "/cn=Recipients" in the names of a host's people.
std::string container_dn(const Run& run, std::uint32_t person);
using rpc_layer::dn_of;
using rpc_layer::person_of_dn;
rpc::Uuid mailbox_guid(const Run& run, std::uint32_t person);
rpc::Uuid database_guid(const Run& run, NodeId host);
std::string entry_id_of(const Run& run, std::uint32_t person, std::uint64_t folder);
std::string entry_id_of(const Run& run, std::uint32_t person, std::uint64_t folder,
                        std::uint64_t message);
std::string entry_id_of_person(const Run& run, std::uint32_t person);
std::uint64_t file_time(std::int64_t unix_s);

// --- reading.cpp: messages by their ids, and their properties ---
std::uint64_t message_id(const World& world, std::uint32_t folder, std::uint32_t uid);
std::uint64_t message_id(const World& world, std::uint32_t stored);
std::uint32_t stored_of(const World& world, std::uint32_t person, std::uint64_t id);
// A message as it lies in the store, or as somebody works on it. Its text is read when needed.
class Reading {
  public:
    Reading(const Run& run, std::uint32_t person, std::uint32_t stored);
    static Reading of_object(const Run& run, std::uint32_t person, std::uint32_t object);
    std::optional<TaggedValue> property(PropertyTag tag) const;
    std::vector<TaggedValue> all() const;
    const mapi::Item& item() const;

  private:
    Reading(const Run& run, std::uint32_t person) : run_(&run), person_(person) {}
    std::optional<TaggedValue> computed(PropertyTag tag) const;
    const Run* run_;
    std::uint32_t person_;
    std::uint32_t stored_ = nothing;
    std::uint64_t folder_ = 0, id_ = 0;
    mutable std::optional<mapi::Item> item_;
};
mapi::Item read_item(const World& world, std::uint32_t stored);
std::uint32_t message_flags_of(std::uint32_t flags);  // mail_flag -> PidTagMessageFlags

// --- properties.cpp ---
std::optional<TaggedValue> property_of(const Doing& doing, std::uint32_t object, PropertyTag tag);
// What a column or a request asks for, with its type; over `limit` octets it is an error.
mapi::Cell cell_of(PropertyTag asked, std::optional<TaggedValue> found, bool wants_unicode,
                   std::size_t limit);
// The value by the tag's own type, for restrictions and sort orders.
std::optional<Value> value_for(PropertyTag tag, std::optional<TaggedValue> found);
// As the store keeps it: texts in UTF-8.
TaggedValue as_kept(TaggedValue value);

// --- composing.cpp: messages that are being changed ---
// The item of a message, to change it: read from the store the first time.
mapi::Item item_to_change(Doing& doing, std::uint32_t object);
RopError put_back(Doing& doing, std::uint32_t object, const mapi::Item& item);
// The message as a text, for a folder or to be sent, and what cannot be said in it.
std::string composed(mapi::Item item, bool for_folder, std::vector<std::string>& lost);
// The same; what is lost is recorded.
std::string text_of(Doing& doing, const mapi::Item& item, bool for_folder, Id subject);
// With its record; sessions in IDLE and ours are told.
void changed_flags(Doing& doing, std::uint32_t stored, std::uint32_t flags);

// --- one for each operation; what it came to ---
#define POSTROAD_MAPI_OPERATION(name) \
    RopError operate(Doing& doing, const RopRequest& request, const rop::name& asked, \
                     RopResponse& response)
POSTROAD_MAPI_OPERATION(Release);
POSTROAD_MAPI_OPERATION(Logon);
POSTROAD_MAPI_OPERATION(GetReceiveFolder);
POSTROAD_MAPI_OPERATION(OpenFolder);
POSTROAD_MAPI_OPERATION(CreateFolder);
POSTROAD_MAPI_OPERATION(DeleteFolder);
POSTROAD_MAPI_OPERATION(GetHierarchyTable);
POSTROAD_MAPI_OPERATION(GetContentsTable);
POSTROAD_MAPI_OPERATION(GetAttachmentTable);
POSTROAD_MAPI_OPERATION(SetColumns);
POSTROAD_MAPI_OPERATION(SortTable);
POSTROAD_MAPI_OPERATION(Restrict);
POSTROAD_MAPI_OPERATION(QueryRows);
POSTROAD_MAPI_OPERATION(QueryPosition);
POSTROAD_MAPI_OPERATION(SeekRow);
POSTROAD_MAPI_OPERATION(OpenMessage);
POSTROAD_MAPI_OPERATION(CreateMessage);
POSTROAD_MAPI_OPERATION(SaveChangesMessage);
POSTROAD_MAPI_OPERATION(RemoveAllRecipients);
POSTROAD_MAPI_OPERATION(ModifyRecipients);
POSTROAD_MAPI_OPERATION(ReadRecipients);
POSTROAD_MAPI_OPERATION(SetMessageReadFlag);
POSTROAD_MAPI_OPERATION(SetReadFlags);
POSTROAD_MAPI_OPERATION(MoveCopyMessages);
POSTROAD_MAPI_OPERATION(DeleteMessages);
POSTROAD_MAPI_OPERATION(OpenAttachment);
POSTROAD_MAPI_OPERATION(CreateAttachment);
POSTROAD_MAPI_OPERATION(SaveChangesAttachment);
POSTROAD_MAPI_OPERATION(GetPropertiesSpecific);
POSTROAD_MAPI_OPERATION(GetPropertiesAll);
POSTROAD_MAPI_OPERATION(GetPropertiesList);
POSTROAD_MAPI_OPERATION(SetProperties);
POSTROAD_MAPI_OPERATION(DeleteProperties);
POSTROAD_MAPI_OPERATION(GetNamesFromPropertyIds);
POSTROAD_MAPI_OPERATION(GetPropertyIdsFromNames);
POSTROAD_MAPI_OPERATION(OpenStream);
POSTROAD_MAPI_OPERATION(ReadStream);
POSTROAD_MAPI_OPERATION(WriteStream);
POSTROAD_MAPI_OPERATION(SeekStream);
POSTROAD_MAPI_OPERATION(CommitStream);
POSTROAD_MAPI_OPERATION(SubmitMessage);
POSTROAD_MAPI_OPERATION(TransportSend);
POSTROAD_MAPI_OPERATION(RegisterNotification);

// --- streams.cpp ---
// A stream's octets become the property they are of (also when it is released).
RopError commit(Run& run, std::uint32_t stream);

// --- news.cpp ---
// Up to so many octets of news, as responses; RopPending behind them if there is more.
void put_news(Doing& doing, std::vector<RopResponse>& out, std::size_t room);
// The call that waits, if one does, is answered by an event at this same moment.
void end_wait(Run& run, std::uint32_t session, bool news);

}  // namespace postroad::sim::mapi_store
