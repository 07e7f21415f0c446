// One table ties each request to its response, its name and its section; everything else follows
// it.
#include "protocols/mapi/rop_buffer.hpp"

#include <array>
#include <tuple>

namespace postroad::mapi {
namespace {

using namespace rop;

template <class Asked, class Answered> struct Pair {
    using Request = Asked;
    using Response = Answered;
    std::string_view name;
    Section section;
};

constexpr std::tuple table{
    Pair<Release, Nothing>{"RopRelease", "MS-OXCROPS §2.2.15.3"},
    Pair<OpenFolder, FolderOpened>{"RopOpenFolder", "MS-OXCROPS §2.2.4.1"},
    Pair<OpenMessage, MessageOpened>{"RopOpenMessage", "MS-OXCROPS §2.2.6.1"},
    Pair<GetHierarchyTable, RowCount>{"RopGetHierarchyTable", "MS-OXCROPS §2.2.4.13"},
    Pair<GetContentsTable, RowCount>{"RopGetContentsTable", "MS-OXCROPS §2.2.4.14"},
    Pair<CreateMessage, MessageCreated>{"RopCreateMessage", "MS-OXCROPS §2.2.6.2"},
    Pair<GetPropertiesSpecific, PropertiesSpecific>{"RopGetPropertiesSpecific",
                                                    "MS-OXCROPS §2.2.8.3"},
    Pair<GetPropertiesAll, PropertiesAll>{"RopGetPropertiesAll", "MS-OXCROPS §2.2.8.4"},
    Pair<GetPropertiesList, PropertiesList>{"RopGetPropertiesList", "MS-OXCROPS §2.2.8.5"},
    Pair<SetProperties, Problems>{"RopSetProperties", "MS-OXCROPS §2.2.8.6"},
    Pair<DeleteProperties, Problems>{"RopDeleteProperties", "MS-OXCROPS §2.2.8.8"},
    Pair<SaveChangesMessage, MessageSaved>{"RopSaveChangesMessage", "MS-OXCROPS §2.2.6.3"},
    Pair<RemoveAllRecipients, Nothing>{"RopRemoveAllRecipients", "MS-OXCROPS §2.2.6.4"},
    Pair<ModifyRecipients, Nothing>{"RopModifyRecipients", "MS-OXCROPS §2.2.6.5"},
    Pair<ReadRecipients, RecipientsRead>{"RopReadRecipients", "MS-OXCROPS §2.2.6.6"},
    Pair<SetMessageReadFlag, ReadFlagSet>{"RopSetMessageReadFlag", "MS-OXCROPS §2.2.6.11"},
    Pair<SetColumns, TableStatus>{"RopSetColumns", "MS-OXCROPS §2.2.5.1"},
    Pair<SortTable, TableStatus>{"RopSortTable", "MS-OXCROPS §2.2.5.2"},
    Pair<Restrict, TableStatus>{"RopRestrict", "MS-OXCROPS §2.2.5.3"},
    Pair<QueryRows, Rows>{"RopQueryRows", "MS-OXCROPS §2.2.5.4"},
    Pair<QueryPosition, Position>{"RopQueryPosition", "MS-OXCROPS §2.2.5.7"},
    Pair<SeekRow, Sought>{"RopSeekRow", "MS-OXCROPS §2.2.5.8"},
    Pair<CreateFolder, FolderCreated>{"RopCreateFolder", "MS-OXCROPS §2.2.4.2"},
    Pair<DeleteFolder, PartlyDone>{"RopDeleteFolder", "MS-OXCROPS §2.2.4.3"},
    Pair<DeleteMessages, PartlyDone>{"RopDeleteMessages", "MS-OXCROPS §2.2.4.11"},
    Pair<GetAttachmentTable, Nothing>{"RopGetAttachmentTable", "MS-OXCROPS §2.2.6.17"},
    Pair<OpenAttachment, Nothing>{"RopOpenAttachment", "MS-OXCROPS §2.2.6.12"},
    Pair<CreateAttachment, AttachmentCreated>{"RopCreateAttachment", "MS-OXCROPS §2.2.6.13"},
    Pair<SaveChangesAttachment, Nothing>{"RopSaveChangesAttachment", "MS-OXCROPS §2.2.6.15"},
    Pair<GetReceiveFolder, ReceiveFolder>{"RopGetReceiveFolder", "MS-OXCROPS §2.2.3.2"},
    Pair<RegisterNotification, Nothing>{"RopRegisterNotification", "MS-OXCROPS §2.2.14.1"},
    Pair<OpenStream, StreamOpened>{"RopOpenStream", "MS-OXCROPS §2.2.9.1"},
    Pair<ReadStream, StreamRead>{"RopReadStream", "MS-OXCROPS §2.2.9.2"},
    Pair<WriteStream, StreamWritten>{"RopWriteStream", "MS-OXCROPS §2.2.9.3"},
    Pair<SeekStream, StreamSought>{"RopSeekStream", "MS-OXCROPS §2.2.9.8"},
    Pair<SubmitMessage, Nothing>{"RopSubmitMessage", "MS-OXCROPS §2.2.7.1"},
    Pair<MoveCopyMessages, PartlyDone>{"RopMoveCopyMessages", "MS-OXCROPS §2.2.4.6"},
    Pair<TransportSend, Sent>{"RopTransportSend", "MS-OXCROPS §2.2.7.6"},
    Pair<GetNamesFromPropertyIds, PropertyNames>{"RopGetNamesFromPropertyIds",
                                                 "MS-OXCROPS §2.2.8.2"},
    Pair<GetPropertyIdsFromNames, PropertyIds>{"RopGetPropertyIdsFromNames", "MS-OXCROPS §2.2.8.1"},
    Pair<CommitStream, Nothing>{"RopCommitStream", "MS-OXCROPS §2.2.9.5"},
    Pair<SetReadFlags, PartlyDone>{"RopSetReadFlags", "MS-OXCROPS §2.2.6.10"},
    Pair<Logon, LoggedOn>{"RopLogon", "MS-OXCROPS §2.2.3.1"},
};
static_assert(std::tuple_size_v<decltype(table)> == std::variant_size_v<RequestBody>);

// Calls `use` with the pair of an operation; false: there is none.
template <class F> bool with_pair(RopId id, F&& use) {
    return std::apply(
        [&](const auto&... pair) {
            return ((std::decay_t<decltype(pair)>::Request::id == id && (use(pair), true)) || ...);
        },
        table);
}

template <class T> constexpr bool is_always_there = requires { T::always; };

// What servers say unasked.
constexpr std::array unasked_rows{
    RopRow{RopId::notify, "RopNotify", "MS-OXCROPS §2.2.14.2", false, true},
    RopRow{RopId::pending, "RopPending", "MS-OXCROPS §2.2.14.3", false, true},
    RopRow{RopId::buffer_too_small, "RopBufferTooSmall", "MS-OXCROPS §2.2.15.1", false, true}};
bool is_unasked(RopId id) {
    for (const RopRow& row : unasked_rows)
        if (row.id == id) return true;
    return false;
}
template <class Body, class A> void unasked(A& a, RopResponse& response) {
    if constexpr (A::reading) response.body.template emplace<Body>();
    POSTROAD_ASSERT(std::holds_alternative<Body>(response.body));
    std::get<Body>(response.body).parts(a);
}

constexpr auto rows = std::apply(
    [](const auto&... pair) {
        return std::array{RopRow{std::decay_t<decltype(pair)>::Request::id, pair.name, pair.section,
                                 std::decay_t<decltype(pair)>::Request::handles == Handles::two,
                                 std::decay_t<decltype(pair)>::Request::id != RopId::release}...};
    },
    table);

template <class A> void describe_request(A& a, RopRequest& request) {
    auto id = A::reading ? RopId{} : request.id();
    a.value(id);
    a.value(request.logon);
    a.value(request.handle);
    const bool known = with_pair(id, [&](const auto& pair) {
        using Request = typename std::decay_t<decltype(pair)>::Request;
        if constexpr (Request::handles == Handles::two) a.value(request.second);
        if constexpr (A::reading) request.body.template emplace<Request>();
        std::get<Request>(request.body).parts(a);
    });
    (void)a.require(known);
}

// What the response to an operation that came to `result` has in it.
template <class A> void describe_body(A& a, RopResponse& response) {
    const bool known = with_pair(response.id, [&](const auto& pair) {
        using Body = typename std::decay_t<decltype(pair)>::Response;
        if (response.id == RopId::logon &&
            response.result == static_cast<std::uint32_t>(RopError::wrong_server)) {
            if constexpr (A::reading) response.body.template emplace<Elsewhere>();
            if (auto* const body = std::get_if<Elsewhere>(&response.body)) body->parts(a);
            return;
        }
        if (response.result != 0 && !is_always_there<Body>) return;
        if constexpr (A::reading) response.body.template emplace<Body>();
        POSTROAD_ASSERT(std::holds_alternative<Body>(response.body));
        std::get<Body>(response.body).parts(a);
    });
    (void)a.require(known);
}

template <class A> void describe_response(A& a, RopResponse& response) {
    a.value(response.id);
    if (response.id == RopId::notify) return unasked<Notify>(a, response);
    if (response.id == RopId::pending) return unasked<Pending>(a, response);
    if (response.id == RopId::buffer_too_small) return unasked<TooSmall>(a, response);
    a.value(response.handle);
    a.value(response.result);
    // §2.2.4.6.3: a destination that is no folder any more is named before all else.
    std::uint32_t destination = 0;
    if (response.id == RopId::move_copy_messages &&
        response.result == static_cast<std::uint32_t>(RopError::destination_null))
        a.value(destination);
    describe_body(a, response);
}

std::string with_handles(std::string rops, const std::vector<std::uint32_t>& handles) {
    Writer out;
    out.value(static_cast<std::uint16_t>(rops.size() + 2));
    out.out += rops;
    for (const std::uint32_t one : handles) out.value(one);
    return std::move(out.out);
}
// Cuts a buffer into its operations and its handles.
bool split(std::string_view octets, std::string_view& rops, std::vector<std::uint32_t>& handles) {
    Reader reader(octets);
    std::uint16_t size = 0;
    reader.value(size);
    if (!reader.good() || size < 2 || size > octets.size()) return false;
    rops = octets.substr(2, size - 2U);
    const std::string_view rest = octets.substr(size);
    if (rest.size() % 4 != 0 || rest.size() / 4 > handles_max) return false;
    Reader table_reader(rest);
    handles.resize(rest.size() / 4);
    for (std::uint32_t& one : handles) table_reader.value(one);
    return true;
}

// The columns by which a response's rows are to be read, if its request says so.
const std::vector<PropertyTag>* columns_for(const RequestBuffer& asked, std::size_t at,
                                            const ColumnsOf& columns_of) {
    const RopRequest& request = asked.rops[at];
    if (const auto* properties = std::get_if<GetPropertiesSpecific>(&request.body))
        return &properties->tags;
    if (!std::holds_alternative<QueryRows>(request.body)) return nullptr;
    while (at-- > 0) {  // the same buffer may have set them
        const auto* const set = std::get_if<SetColumns>(&asked.rops[at].body);
        if (set != nullptr && asked.rops[at].handle == request.handle) return &set->columns;
    }
    return columns_of ? columns_of(request.handle) : nullptr;
}

}  // namespace

const RopRow* find_rop(RopId id) {
    for (const RopRow& one : rows)
        if (one.id == id) return &one;
    for (const RopRow& one : unasked_rows)
        if (one.id == id) return &one;
    return nullptr;
}

std::string name_of(RopId id) {
    if (const RopRow* const known = find_rop(id)) return std::string(known->name);
    const auto number = static_cast<std::uint8_t>(id);
    return std::string("Rop 0x") + "0123456789abcdef"[number >> 4] +
           "0123456789abcdef"[number & 15];
}

RopId RopRequest::id() const {
    return std::visit([](const auto& one) { return std::decay_t<decltype(one)>::id; }, body);
}

std::string write_requests(const RequestBuffer& buffer) {
    Writer writer;
    for (const RopRequest& one : buffer.rops)
        describe_request(writer, const_cast<RopRequest&>(one));
    return with_handles(std::move(writer.out), buffer.handles);
}

std::optional<RequestBuffer> read_requests(std::string_view octets) {
    RequestBuffer out;
    std::string_view rops;
    if (!split(octets, rops, out.handles)) return std::nullopt;
    Reader reader(rops);
    while (reader.good() && !reader.rest().empty()) {
        if (out.rops.size() == rops_max) return std::nullopt;
        describe_request(reader, out.rops.emplace_back());
    }
    return reader.done() ? std::optional(std::move(out)) : std::nullopt;
}

std::string write_responses(const ResponseBuffer& buffer) {
    Writer writer;
    for (const RopResponse& one : buffer.rops)
        describe_response(writer, const_cast<RopResponse&>(one));
    return with_handles(std::move(writer.out), buffer.handles);
}

std::optional<ResponseBuffer> read_responses(std::string_view octets, const RequestBuffer& asked,
                                             const ColumnsOf& columns_of) {
    ResponseBuffer out;
    std::string_view rops;
    if (!split(octets, rops, out.handles)) return std::nullopt;
    Reader reader(rops);
    std::size_t at = 0;
    while (reader.good() && !reader.rest().empty()) {
        if (out.rops.size() == 2 * rops_max) return std::nullopt;
        const auto id = static_cast<RopId>(reader.rest().front());
        reader.columns = nullptr;
        if (!is_unasked(id)) {
            while (at < asked.rops.size() && asked.rops[at].id() == RopId::release) ++at;
            if (at == asked.rops.size() || asked.rops[at].id() != id) return std::nullopt;
            reader.columns = columns_for(asked, at++, columns_of);
        }
        describe_response(reader, out.rops.emplace_back());
    }
    return reader.done() ? std::optional(std::move(out)) : std::nullopt;
}

RopResponse response_to(const RopRequest& request) {
    RopResponse out;
    out.id = request.id();
    with_pair(out.id, [&](const auto& pair) {
        using P = std::decay_t<decltype(pair)>;
        // The answer names the new object, where there is one; of a move the source.
        const bool by_second =
            P::Request::handles == Handles::two && out.id != RopId::move_copy_messages &&
            out.id != RopId::save_changes_message && out.id != RopId::save_changes_attachment &&
            out.id != RopId::set_message_read_flag;
        out.handle = by_second ? request.second : request.handle;
        out.body.template emplace<typename P::Response>();
    });
    return out;
}

RopResponse failure_of(const RopRequest& request, RopError error) {
    RopResponse out = response_to(request);
    out.result = static_cast<std::uint32_t>(error);
    with_pair(out.id, [&](const auto& pair) {
        using Body = typename std::decay_t<decltype(pair)>::Response;
        if (!is_always_there<Body>) out.body = Nothing{};
    });
    if (out.id == RopId::logon && error == RopError::wrong_server) out.body = Elsewhere{};
    return out;
}

}  // namespace postroad::mapi
