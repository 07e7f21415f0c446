// A buffer of remote operations (MS-OXCROPS §2.2.1): their requests or responses one after another,
// and the table of handles that they point into by index.
#pragma once

#include <functional>
#include <variant>

#include "protocols/mapi/rops_message.hpp"
#include "protocols/mapi/rops_properties.hpp"

namespace postroad::mapi {

inline constexpr std::uint32_t no_handle = 0xffffffff;
inline constexpr std::size_t rops_max = 255, handles_max = 255;

using RequestBody = std::variant<
    rop::Release, rop::OpenFolder, rop::OpenMessage, rop::GetHierarchyTable, rop::GetContentsTable,
    rop::CreateMessage, rop::GetPropertiesSpecific, rop::GetPropertiesAll, rop::GetPropertiesList,
    rop::SetProperties, rop::DeleteProperties, rop::SaveChangesMessage, rop::RemoveAllRecipients,
    rop::ModifyRecipients, rop::ReadRecipients, rop::SetMessageReadFlag, rop::SetColumns,
    rop::SortTable, rop::Restrict, rop::QueryRows, rop::QueryPosition, rop::SeekRow,
    rop::CreateFolder, rop::DeleteFolder, rop::DeleteMessages, rop::GetAttachmentTable,
    rop::OpenAttachment, rop::CreateAttachment, rop::SaveChangesAttachment, rop::GetReceiveFolder,
    rop::RegisterNotification, rop::OpenStream, rop::ReadStream, rop::WriteStream, rop::SeekStream,
    rop::SubmitMessage, rop::MoveCopyMessages, rop::TransportSend, rop::GetNamesFromPropertyIds,
    rop::GetPropertyIdsFromNames, rop::CommitStream, rop::SetReadFlags, rop::Logon>;

struct RopRequest {
    std::uint8_t logon = 0;
    std::uint8_t handle = 0;  // index of the object it is about; of Logon: of the one to be
    std::uint8_t second = 0;  // where there are two: of the one to be, or of the destination
    RequestBody body;
    RopId id() const;
    bool operator==(const RopRequest&) const = default;
};
struct RequestBuffer {
    std::vector<RopRequest> rops;
    std::vector<std::uint32_t> handles;
    bool operator==(const RequestBuffer&) const = default;
};
std::string write_requests(const RequestBuffer& buffer);
// Nothing: an operation that is not known here, or one that does not fit. Whatever came before it
// cannot be answered either, for nobody knows where the next one begins.
std::optional<RequestBuffer> read_requests(std::string_view octets);

using ResponseBody =
    std::variant<rop::Nothing, rop::PartlyDone, rop::TableStatus, rop::LoggedOn, rop::Elsewhere,
                 rop::ReceiveFolder, rop::FolderOpened, rop::FolderCreated, rop::RowCount,
                 rop::Rows, rop::Position, rop::Sought, rop::MessageOpened, rop::MessageCreated,
                 rop::MessageSaved, rop::RecipientsRead, rop::ReadFlagSet, rop::AttachmentCreated,
                 rop::Sent, rop::PropertiesSpecific, rop::PropertiesAll, rop::PropertiesList,
                 rop::Problems, rop::PropertyNames, rop::PropertyIds, rop::StreamOpened,
                 rop::StreamRead, rop::StreamWritten, rop::StreamSought, rop::Notify, rop::Pending,
                 rop::TooSmall>;

struct RopResponse {
    RopId id = RopId::release;
    std::uint8_t handle =
        0;  // the index that the request named: of the new object, if there is one
    std::uint32_t result = 0;  // a RopError; Notify, Pending and TooSmall have none
    ResponseBody body;         // Nothing where it failed, but for the few that say more
    bool operator==(const RopResponse&) const = default;
};
struct ResponseBuffer {
    std::vector<RopResponse> rops;
    std::vector<std::uint32_t> handles;
    bool operator==(const ResponseBuffer&) const = default;
};
std::string write_responses(const ResponseBuffer& buffer);
// What a table was set to show, by its index: a reader of QueryRows must know.
using ColumnsOf = std::function<const std::vector<PropertyTag>*(std::uint8_t handle)>;
// In the order of the requests, which say what properties were asked for; RopNotify and RopPending
// may come anywhere, and with RopBufferTooSmall they end early.
std::optional<ResponseBuffer> read_responses(std::string_view octets, const RequestBuffer& asked,
                                             const ColumnsOf& columns_of);

// The response that is due to a request: its id and handle, and a body of the right kind.
RopResponse response_to(const RopRequest& request);
// The same when it fails: no body, but of those that always have one.
RopResponse failure_of(const RopRequest& request, RopError error);

}  // namespace postroad::mapi
