// One row for each step; the methods are those of MAPI's interfaces, the codes MS-OXCDATA's.
#include "protocols/mapi/api_calls.hpp"

#include <array>

#include "protocols/base/assertion.hpp"

namespace postroad::mapi {
namespace {

using provider::address_book;
using provider::message_store;
using provider::transport;

constexpr std::array rows{
    ApiCall{Step::referral, "IMAPISession::OpenAddressBook", address_book},
    ApiCall{Step::bind, "IABProvider::Logon", address_book},
    ApiCall{Step::find_self, "IAddrBook::ResolveName", address_book},
    ApiCall{Step::find_self_by_dn, "IAddrBook::OpenEntry", address_book},
    ApiCall{Step::own_properties, "IMailUser::GetProps", address_book},
    ApiCall{Step::find_server, "IMSProvider::Logon", message_store},
    ApiCall{Step::resolve, "IAddrBook::ResolveName", address_book},
    ApiCall{Step::unbind, "IABLogon::Logoff", address_book},
    ApiCall{Step::connect, "IMSProvider::Logon", message_store},
    ApiCall{Step::logon, "IMAPISession::OpenMsgStore", message_store},
    ApiCall{Step::receive_folder, "IMsgStore::GetReceiveFolder", message_store},
    ApiCall{Step::hierarchy, "IMAPIFolder::GetHierarchyTable", message_store},
    ApiCall{Step::hierarchy_rows, "IMAPITable::QueryRows", message_store},
    ApiCall{Step::push, "IMsgStore::Advise", message_store},
    ApiCall{Step::async_connect, "IMsgStore::Advise", message_store},
    ApiCall{Step::advise, "IMsgStore::Advise", message_store},
    ApiCall{Step::news, "IMAPIAdviseSink::OnNotify", message_store},
    ApiCall{Step::contents, "IMAPIFolder::GetContentsTable", message_store},
    ApiCall{Step::contents_rows, "IMAPITable::QueryRows", message_store},
    ApiCall{Step::open_message, "IMsgStore::OpenEntry", message_store},
    ApiCall{Step::open_stream, "IMessage::OpenProperty", message_store},
    ApiCall{Step::read_stream, "IStream::Read", message_store},
    ApiCall{Step::recipients, "IMessage::GetRecipientTable", message_store},
    ApiCall{Step::attachments, "IMessage::GetAttachmentTable", message_store},
    ApiCall{Step::attachment_rows, "IMAPITable::QueryRows", message_store},
    ApiCall{Step::open_attachment, "IMessage::OpenAttach", message_store},
    ApiCall{Step::set_read_flags, "IMAPIFolder::SetReadFlags", message_store},
    ApiCall{Step::open_to_change, "IMessage::SetProps", message_store},
    ApiCall{Step::create_folder, "IMAPIFolder::CreateFolder", message_store},
    ApiCall{Step::move_message, "IMAPIFolder::CopyMessages", message_store},
    ApiCall{Step::delete_message, "IMAPIFolder::DeleteMessages", message_store},
    ApiCall{Step::create_message, "IMAPIFolder::CreateMessage", message_store},
    ApiCall{Step::more_recipients, "IMessage::ModifyRecipients", message_store},
    ApiCall{Step::create_stream, "IMessage::OpenProperty", message_store},
    ApiCall{Step::write_stream, "IStream::Write", message_store},
    ApiCall{Step::create_attachment, "IMessage::CreateAttach", message_store},
    ApiCall{Step::save_attachment, "IAttach::SaveChanges", message_store},
    ApiCall{Step::submit, "IMessage::SubmitMessage", transport},
    ApiCall{Step::let_go, "IUnknown::Release", message_store},
    ApiCall{Step::disconnect, "IMSLogon::Logoff", message_store},
    ApiCall{Step::wait, "IMsgStore::Advise", message_store},
};
static_assert(rows.size() == static_cast<std::size_t>(Step::wait));

// Codes that are no results of remote operations.
struct Named {
    std::uint32_t code;
    std::string_view name;
};
constexpr std::array<Named, 4> other_codes{{{0x00040380, "ErrorsReturned"},
                                            {0x00040680, "PartialCompletion"},
                                            {0x80040115, "NetworkError"},
                                            {0x80040403, "TableTooBig"}}};

}  // namespace

std::span<const ApiCall> api_calls() { return rows; }

const ApiCall& api_call(Step step) {
    POSTROAD_ASSERT(step != Step::none);
    const ApiCall& row = rows[static_cast<std::size_t>(step) - 1];
    POSTROAD_ASSERT(row.step == step);
    return row;
}

std::string error_text(std::uint32_t code) {
    std::string number = "0x";
    for (int shift = 28; shift >= 0; shift -= 4)
        number += "0123456789abcdef"[code >> shift & 0xfU];
    std::string name = name_of(static_cast<RopError>(code));
    for (const Named& one : other_codes)
        if (one.code == code) name = one.name;
    return name == number ? number : name + " (" + number + ")";
}

}  // namespace postroad::mapi
