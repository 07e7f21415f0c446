// Names of properties and types, and texts of UTF-16.
#include "protocols/mapi/properties.hpp"

#include <algorithm>
#include <array>

#include "protocols/ntlm/hashes.hpp"

namespace postroad::mapi {
namespace {

struct Named {
    PropertyTag tag;
    std::string_view name;
};
constexpr std::array<Named, 40> names{{
    {tag::importance, "PidTagImportance"},
    {tag::message_class, "PidTagMessageClass"},
    {tag::subject, "PidTagSubject"},
    {tag::client_submit_time, "PidTagClientSubmitTime"},
    {tag::sent_representing_name, "PidTagSentRepresentingName"},
    {tag::subject_prefix, "PidTagSubjectPrefix"},
    {tag::transport_message_headers, "PidTagTransportMessageHeaders"},
    {tag::sender_name, "PidTagSenderName"},
    {tag::sender_address_type, "PidTagSenderAddressType"},
    {tag::sender_email, "PidTagSenderEmailAddress"},
    {tag::recipient_type, "PidTagRecipientType"},
    {tag::display_cc, "PidTagDisplayCc"},
    {tag::display_to, "PidTagDisplayTo"},
    {tag::delivery_time, "PidTagMessageDeliveryTime"},
    {tag::flags, "PidTagMessageFlags"},
    {tag::size, "PidTagMessageSize"},
    {tag::has_attachments, "PidTagHasAttachments"},
    {tag::normalized_subject, "PidTagNormalizedSubject"},
    {tag::attach_size, "PidTagAttachSize"},
    {tag::body, "PidTagBody"},
    {tag::html, "PidTagHtml"},
    {tag::internet_message_id, "PidTagInternetMessageId"},
    {tag::display_name, "PidTagDisplayName"},
    {tag::address_type, "PidTagAddressType"},
    {tag::email_address, "PidTagEmailAddress"},
    {tag::comment, "PidTagComment"},
    {tag::content_count, "PidTagContentCount"},
    {tag::content_unread, "PidTagContentUnreadCount"},
    {tag::subfolders, "PidTagSubfolders"},
    {tag::container_class, "PidTagContainerClass"},
    {tag::attach_data, "PidTagAttachDataBinary"},
    {tag::attach_file_name, "PidTagAttachFilename"},
    {tag::attach_method, "PidTagAttachMethod"},
    {tag::attach_long_file_name, "PidTagAttachLongFilename"},
    {tag::attach_mime_tag, "PidTagAttachMimeTag"},
    {tag::smtp_address, "PidTagSmtpAddress"},
    {tag::folder_id, "PidTagFolderId"},
    {tag::message_id, "PidTagMid"},
    {tag::entry_id, "PidTagEntryId"},
    {tag::object_type, "PidTagObjectType"},
}};

}  // namespace

std::string_view name_of(PropertyTag tag) {
    // A text of octets has the name of the one of UTF-16.
    for (const Named& one : names)
        if (one.tag.id() == tag.id()) return one.name;
    return {};
}

std::string_view name_of(PropertyType type) {
    switch (type) {
    case PropertyType::unspecified: return "PtypUnspecified";
    case PropertyType::null: return "PtypNull";
    case PropertyType::integer16: return "PtypInteger16";
    case PropertyType::integer32: return "PtypInteger32";
    case PropertyType::floating32: return "PtypFloating32";
    case PropertyType::floating64: return "PtypFloating64";
    case PropertyType::currency: return "PtypCurrency";
    case PropertyType::floating_time: return "PtypFloatingTime";
    case PropertyType::error: return "PtypErrorCode";
    case PropertyType::boolean: return "PtypBoolean";
    case PropertyType::object: return "PtypObject";
    case PropertyType::integer64: return "PtypInteger64";
    case PropertyType::string8: return "PtypString8";
    case PropertyType::string: return "PtypString";
    case PropertyType::time: return "PtypTime";
    case PropertyType::guid: return "PtypGuid";
    case PropertyType::server_id: return "PtypServerId";
    case PropertyType::binary: return "PtypBinary";
    case PropertyType::many: break;
    }
    return static_cast<std::uint16_t>(type) & static_cast<std::uint16_t>(PropertyType::many)
               ? "PtypMultiple"
               : "unknown";
}

void Writer::unicode(std::string& utf8) { out.append(ntlm::utf16(utf8)).append(2, '\0'); }

void Reader::unicode(std::string& utf8) {
    utf8.clear();
    std::size_t end = 0;
    while (end + 1 < rest_.size() && (rest_[end] != '\0' || rest_[end + 1] != '\0')) end += 2;
    if (!require(end + 1 < rest_.size())) return;
    const auto read = ntlm::utf8(rest_.substr(0, end));
    rest_.remove_prefix(end + 2);
    if (require(read.has_value())) utf8 = *read;
}

}  // namespace postroad::mapi
