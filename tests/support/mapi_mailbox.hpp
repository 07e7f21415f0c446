// A mailbox by RPC for tests: folders with messages in memory, an address book, and the calls of
// both answered with what is there; what was asked for is written down, and what goes wrong is said
// beforehand.
#pragma once

#include "protocols/mapi/emsmdb_stubs.hpp"
#include "protocols/mapi/extended_buffer.hpp"
#include "protocols/ntlm/hashes.hpp"
#include "tests/support/mapi_mailbox_parts.hpp"
#include "tests/support/rpc_desk.hpp"

namespace mapi_mailbox {

using namespace postroad;
using namespace postroad::mapi;

struct Mailbox {
    Heap heap;
    nspi::Book book;
    std::vector<nspi::Person> people = rpc_desk::staff();
    std::vector<Folder> folders{{1, 0, "root", "IPF.Root", {}},
                                {4, 1, "Top of Information Store", "", {}},
                                {5, 4, "Inbox", "IPF.Note", {}},
                                {6, 4, "Outbox", "IPF.Note", {}},
                                {7, 4, "Sent Items", "IPF.Note", {}},
                                {8, 4, "Deleted Items", "IPF.Note", {}},
                                {9, 4, "Calendar", "IPF.Appointment", {}}};
    std::map<std::uint32_t, Object> objects;
    std::vector<rop::Notify> news;           // to be told with the next answer
    std::map<RopId, std::uint32_t> refuses;  // what an operation comes to, whatever it is about
    std::uint32_t connect_result = 0, execute_result = 0;
    std::vector<std::string> asked;          // "EcDoConnectEx", "RopLogon RopOpenFolder"
    std::vector<MailItem> sent;
    std::vector<std::vector<RecipientRow>> recipients;  // of what was sent
    std::uint32_t handles = 0, drawn = 0, unpacked = 0;
    std::uint64_t mids = 100;
    std::size_t objects_max = 0;
    bool session = false, waits = false;

    Mailbox() = default;
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;
    ~Mailbox() { release(book, heap); }

    Folder& folder(std::string_view name) {
        return *std::find_if(folders.begin(), folders.end(),
                             [&](const Folder& one) { return one.name == name; });
    }
    Folder* by_fid(std::uint64_t fid) {
        const auto found = std::find_if(folders.begin(), folders.end(),
                                        [&](const Folder& one) { return one.fid == fid; });
        return found == folders.end() ? nullptr : &*found;
    }
    std::uint64_t deliver(std::string_view name, std::string_view text) {
        Folder& where = folder(name);
        where.messages.push_back({++mids, to_properties(text, mids), false});
        return mids;
    }

    // The answer's stub.
    rpc::Outcome call(const rpc::Syntax& interface, std::uint16_t operation, std::string_view stub) {
        rpc::CallAsk ask;
        ask.interface = interface;
        ask.operation = operation;
        ask.group = 1;
        ask.stub = stub;
        if (interface == nspi::interface) {
            static constexpr const char* names[] = {"Bind", "Unbind", "UpdateStat", "QueryRows",
                                                    "SeekEntries", "GetMatches", "", "DNToMId", "",
                                                    "GetProps"};
            asked.push_back("Nspi" +
                            std::string(operation < 10 ? names[operation] : "ResolveNamesW"));
            rpc::Uuid fresh;
            fresh.time_low = ++drawn;
            return nspi::answer(book, ask, {people, rpc_desk::echo.uuid, fresh}, heap);
        }
        if (interface == nspi::referral_interface) {
            asked.push_back(operation == nspi::get_new_dsa ? "RfrGetNewDSA"
                                                           : "RfrGetFQDNFromServerDN");
            nspi::ReferralHost host;
            host.address_book = "mail.example.org";
            host.fqdn_of = [](std::string_view dn) {
                return dn.ends_with("cn=MAIL") ? std::string("mail.example.org") : std::string();
            };
            return nspi::answer_referral(ask, host);
        }
        if (interface == async_interface) {
            asked.push_back("EcDoAsyncWaitEx");
            return rpc::operate<WaitIn>(ask, [&](const WaitIn&) { return WaitOut{1, 0}; });
        }
        return store_call(ask);
    }

private:
    rpc::Outcome store_call(const rpc::CallAsk& ask) {
        switch (ask.operation) {
        case ec_do_connect_ex:
            asked.push_back("EcDoConnectEx");
            return rpc::operate<ConnectIn>(ask, [&](const ConnectIn& in) {
                ConnectOut out;
                out.result = connect_result;
                const bool known = std::any_of(people.begin(), people.end(), [&](const auto& one) {
                    return one.dn == in.user_dn;
                });
                if (!known) out.result = 0x3eb;
                session = out.result == 0;
                if (session) out.session.uuid.time_low = 77;
                out.display_name = "Alice Adams";
                return out;
            });
        case ec_do_disconnect:
            asked.push_back("EcDoDisconnect");
            session = false;
            return rpc::operate<SessionIn>(ask, [](const SessionIn&) { return SessionOut{}; });
        case ec_register_push_notification:
            asked.push_back("EcRRegisterPushNotification");
            return rpc::operate<RegisterPushIn>(ask, [](const RegisterPushIn& in) {
                return RegisterPushOut{in.session, 1, in.callback.empty() ? 0x80070057 : 0};
            });
        case ec_do_async_connect_ex:
            asked.push_back("EcDoAsyncConnectEx");
            waits = true;
            return rpc::operate<SessionIn>(ask, [](const SessionIn& in) {
                SessionOut out{in.session, 0};
                out.session.uuid.time_mid = 5;
                return out;
            });
        default:
            return rpc::operate<ExecuteIn>(ask, [&](const ExecuteIn& in) { return execute(in); });
        }
    }

    ExecuteOut execute(const ExecuteIn& in) {
        ExecuteOut out;
        out.session = in.session;
        out.result = execute_result;
        const auto payloads = read_extended(in.payload);
        if (out.result != 0 || !payloads) {
            asked.push_back("EcDoRpcExt2");
            return out;
        }
        unpacked += payloads->front().size() != in.payload.size() - 8 ? 1 : 0;
        const auto requests = read_requests(payloads->front());
        if (!requests) {
            out.result = 0x80040115;
            return out;
        }
        ResponseBuffer answer;
        answer.handles = requests->handles;
        std::string names;
        for (const RopRequest& one : requests->rops) {
            names += (names.empty() ? "" : " ") + name_of(one.id()).substr(3);
            run(one, answer);
        }
        asked.push_back(names.empty() ? "nothing" : names);
        for (const rop::Notify& one : news) answer.rops.push_back({RopId::notify, 0, 0, one});
        news.clear();
        objects_max = std::max(objects_max, objects.size());
        out.payload = write_extended(write_responses(answer), Packing::compressed);
        return out;
    }

    std::uint32_t open(ResponseBuffer& answer, std::uint8_t index, Object object) {
        objects[++handles] = std::move(object);
        answer.handles[index] = handles;
        return handles;
    }

    void run(const RopRequest& request, ResponseBuffer& answer) {
        if (request.id() == RopId::release) {
            objects.erase(answer.handles[request.handle]);
            answer.handles[request.handle] = no_handle;
            return;
        }
        RopResponse response = response_to(request);
        const auto refused = refuses.find(request.id());
        std::uint32_t result = refused != refuses.end() ? refused->second : 0;
        if (result == 0)
            result = std::visit([&](const auto& one) { return act(one, request, answer, response); },
                                request.body);
        if (result != 0) response = failure_of(request, static_cast<RopError>(result));
        answer.rops.push_back(std::move(response));
    }

    Object* object(const ResponseBuffer& answer, std::uint8_t index) {
        const auto found = objects.find(answer.handles[index]);
        return found == objects.end() ? nullptr : &found->second;
    }
    Message* message_at(std::uint64_t fid, std::uint64_t mid) {
        Folder* const where = by_fid(fid);
        if (where == nullptr) return nullptr;
        for (Message& one : where->messages)
            if (one.mid == mid) return &one;
        return nullptr;
    }

    static constexpr std::uint32_t not_found = 0x8004010f, null_object = 0x4b9,
                                   too_large = 0x8007000e;

    template <class T>
    std::uint32_t act(const T&, const RopRequest&, ResponseBuffer&, RopResponse&) {
        return 0x80040102;  // whatever is not below
    }
    std::uint32_t act(const rop::Logon&, const RopRequest& request, ResponseBuffer& answer,
                      RopResponse& response) {
        auto& out = std::get<rop::LoggedOn>(response.body);
        for (std::size_t i = 0; i < 8; ++i) out.folders[i] = i + 1;
        open(answer, request.handle, {});
        return 0;
    }
    std::uint32_t act(const rop::GetReceiveFolder&, const RopRequest&, ResponseBuffer&,
                      RopResponse& response) {
        std::get<rop::ReceiveFolder>(response.body) = {5, "IPM.Note"};
        return 0;
    }
    std::uint32_t act(const rop::OpenFolder& in, const RopRequest& request, ResponseBuffer& answer,
                      RopResponse&) {
        if (by_fid(in.folder) == nullptr) return not_found;
        Object one = object_of(RopId::open_folder, in.folder);
        open(answer, request.second, one);
        return 0;
    }
    template <RopId which>
    std::uint32_t act(const rop::GetTable<which>&, const RopRequest& request, ResponseBuffer& answer,
                      RopResponse&) {
        const Object* const over = object(answer, request.handle);
        if (over == nullptr) return null_object;
        Object one = object_of(which, over->fid, over->mid);
        open(answer, request.second, one);
        return 0;
    }
    std::uint32_t act(const rop::SetColumns& in, const RopRequest& request, ResponseBuffer& answer,
                      RopResponse&) {
        Object* const table = object(answer, request.handle);
        if (table == nullptr) return null_object;
        table->columns = in.columns;
        return 0;
    }
    std::uint32_t act(const rop::SortTable&, const RopRequest& request, ResponseBuffer& answer,
                      RopResponse&) {
        return object(answer, request.handle) == nullptr ? null_object : 0;
    }
    std::uint32_t act(const rop::RegisterNotification&, const RopRequest& request,
                      ResponseBuffer& answer, RopResponse&) {
        open(answer, request.second, object_of(RopId::register_notification));
        return 0;
    }

    std::uint32_t act(const rop::QueryRows& in, const RopRequest& request, ResponseBuffer& answer,
                      RopResponse& response) {
        Object* const table = object(answer, request.handle);
        if (table == nullptr) return null_object;
        auto& out = std::get<rop::Rows>(response.body);
        const auto all = rows_of(folders, *table);
        for (; table->row < all.size() && out.rows.size() < in.rows; ++table->row) {
            Row row;
            for (const PropertyTag tag : table->columns) {
                const auto found = all[table->row].find(tag.id());
                Cell cell{tag, {}, not_found};
                if (found != all[table->row].end()) cell = {tag, found->second, 0};
                row.cells.push_back(cell);
            }
            out.rows.push_back(row);
        }
        out.origin = table->row >= all.size() ? 2 : 1;
        return 0;
    }

    std::uint32_t act(const rop::OpenMessage& in, const RopRequest& request, ResponseBuffer& answer,
                      RopResponse& response) {
        const Message* const message = message_at(in.folder, in.message);
        if (message == nullptr) return not_found;
        Object one = object_of(RopId::open_message, in.folder, in.message);
        open(answer, request.second, one);
        auto& out = std::get<rop::MessageOpened>(response.body);
        out.recipients = static_cast<std::uint16_t>(message->item.recipients.size());
        out.columns = {tag::smtp_address};
        for (std::size_t i = 0; i < std::min<std::size_t>(2, out.recipients); ++i)
            out.rows.push_back(entry_of(message->item.recipients[i]));
        return 0;
    }
    std::uint32_t act(const rop::ReadRecipients& in, const RopRequest& request,
                      ResponseBuffer& answer, RopResponse& response) {
        const Object* const of = object(answer, request.handle);
        const Message* const message = message_at(of->fid, of->mid);
        for (std::size_t i = in.first; i < message->item.recipients.size(); ++i)
            std::get<rop::RecipientsRead>(response.body)
                .rows.push_back({static_cast<std::uint32_t>(i),
                                 entry_of(message->item.recipients[i])});
        return 0;
    }
    std::uint32_t act(const rop::GetPropertiesSpecific& in, const RopRequest& request,
                      ResponseBuffer& answer, RopResponse& response) {
        const Object* const of = object(answer, request.handle);
        if (of == nullptr) return null_object;
        const Message* const message = message_at(of->fid, of->mid);
        auto& row = std::get<rop::PropertiesSpecific>(response.body).row;
        for (const PropertyTag tag : in.tags) {
            const Value* const value = message->item.find(tag);
            Cell cell{tag, {}, not_found};
            if (tag.id() == tag::flags.id())
                cell = {tag, Value::of(message->read ? 1U : 0U), 0};
            else if (value != nullptr && value->text.size() > in.size_limit)
                cell.error = too_large;
            else if (value != nullptr)
                cell = {tag, *value, 0};
            row.cells.push_back(cell);
        }
        return 0;
    }
    std::uint32_t act(const rop::OpenAttachment& in, const RopRequest& request,
                      ResponseBuffer& answer, RopResponse&) {
        const Object* const of = object(answer, request.handle);
        if (of == nullptr) return null_object;
        Object one = object_of(RopId::open_attachment, of->fid, of->mid, in.number);
        open(answer, request.second, one);
        return 0;
    }
    std::uint32_t act(const rop::OpenStream& in, const RopRequest& request, ResponseBuffer& answer,
                      RopResponse& response) {
        const Object* const of = object(answer, request.handle);
        if (of == nullptr) return null_object;
        Object one = object_of(RopId::open_stream, of->fid, of->mid, of->attachment);
        one.tag = in.tag;
        one.over = answer.handles[request.handle];
        if (const Message* const message = message_at(of->fid, of->mid)) {
            one.octets = of->kind == RopId::open_attachment
                             ? message->item.attachments[of->attachment].octets
                             : std::string(message->item.text(in.tag));
            if (in.tag.type() == PropertyType::string) one.octets = ntlm::utf16(one.octets);
        }
        std::get<rop::StreamOpened>(response.body).size =
            static_cast<std::uint32_t>(one.octets.size());
        open(answer, request.second, one);
        return 0;
    }
    std::uint32_t act(const rop::ReadStream& in, const RopRequest& request, ResponseBuffer& answer,
                      RopResponse& response) {
        Object* const stream = object(answer, request.handle);
        if (stream == nullptr) return null_object;
        auto& out = std::get<rop::StreamRead>(response.body);
        out.octets = stream->octets.substr(stream->at, in.octets);
        stream->at += out.octets.size();
        return 0;
    }

    std::uint32_t act(const rop::SetReadFlags& in, const RopRequest& request, ResponseBuffer& answer,
                      RopResponse& response) {
        const Object* const of = object(answer, request.handle);
        if (of == nullptr) return null_object;
        Message* const message = message_at(of->fid, in.messages.at(0));
        if (message == nullptr) std::get<rop::PartlyDone>(response.body).partly = 1;
        else message->read = (in.flags & 4) == 0;
        return 0;
    }
    std::uint32_t take(std::uint64_t fid, std::uint64_t mid, Message* out) {
        auto& all = by_fid(fid)->messages;
        const auto found = std::find_if(all.begin(), all.end(),
                                        [&](const Message& one) { return one.mid == mid; });
        if (found == all.end()) return not_found;
        if (out != nullptr) *out = *found;
        all.erase(found);
        return 0;
    }
    std::uint32_t act(const rop::DeleteMessages& in, const RopRequest& request,
                      ResponseBuffer& answer, RopResponse&) {
        const Object* const of = object(answer, request.handle);
        return of == nullptr ? null_object : take(of->fid, in.messages.at(0), nullptr);
    }
    std::uint32_t act(const rop::MoveCopyMessages& in, const RopRequest& request,
                      ResponseBuffer& answer, RopResponse&) {
        const Object* const from = object(answer, request.handle);
        const Object* const to = object(answer, request.second);
        if (from == nullptr || to == nullptr) return null_object;
        Message message;
        if (const auto error = take(from->fid, in.messages.at(0), &message)) return error;
        message.mid = ++mids;
        by_fid(to->fid)->messages.push_back(message);
        return 0;
    }
    std::uint32_t act(const rop::CreateFolder& in, const RopRequest& request, ResponseBuffer& answer,
                      RopResponse& response) {
        const std::uint64_t fid = 20 + folders.size();
        folders.push_back({fid, 4, in.name, "IPF.Note", {}});
        std::get<rop::FolderCreated>(response.body).folder = fid;
        Object one = object_of(RopId::open_folder, fid);
        open(answer, request.second, one);
        return 0;
    }

    std::uint32_t act(const rop::CreateMessage& in, const RopRequest& request,
                      ResponseBuffer& answer, RopResponse&) {
        Object one = object_of(RopId::create_message, in.folder);
        open(answer, request.second, one);
        recipients.emplace_back();
        return 0;
    }
    std::uint32_t act(const rop::SetProperties& in, const RopRequest& request,
                      ResponseBuffer& answer, RopResponse&) {
        Object* const of = object(answer, request.handle);
        if (of == nullptr) return null_object;
        MailItem* item = &of->draft;
        if (Message* const message = message_at(of->fid, of->mid)) item = &message->item;
        for (const TaggedValue& one : in.properties) {
            if (of->kind != RopId::create_attachment) {
                item->put(one.tag, one.value);
                continue;
            }
            MailAttachment& content = objects[of->over].draft.attachments[of->attachment];
            if (one.tag == tag::attach_long_file_name) content.file_name = one.value.text;
            if (one.tag == tag::attach_mime_tag) content.mime_type = one.value.text;
            if (one.tag == tag::attach_data) content.octets = one.value.text;
        }
        return 0;
    }
    std::uint32_t act(const rop::SaveChangesMessage&, const RopRequest&, ResponseBuffer&,
                      RopResponse&) {
        return 0;
    }
    std::uint32_t act(const rop::ModifyRecipients& in, const RopRequest& request,
                      ResponseBuffer& answer, RopResponse&) {
        if (object(answer, request.handle) == nullptr) return null_object;
        for (const rop::ModifiedRecipient& one : in.rows)
            if (const auto row = read_recipient(one.row, in.columns))
                recipients.back().push_back(*row);
        return 0;
    }
    std::uint32_t act(const rop::CreateAttachment&, const RopRequest& request,
                      ResponseBuffer& answer, RopResponse& response) {
        Object* const of = object(answer, request.handle);
        if (of == nullptr) return null_object;
        Object one = object_of(RopId::create_attachment);
        one.attachment = static_cast<std::uint32_t>(of->draft.attachments.size());
        one.over = answer.handles[request.handle];
        of->draft.attachments.emplace_back();
        std::get<rop::AttachmentCreated>(response.body).number = one.attachment;
        open(answer, request.second, one);
        return 0;
    }
    std::uint32_t act(const rop::SaveChangesAttachment&, const RopRequest&, ResponseBuffer&,
                      RopResponse&) {
        return 0;
    }
    std::uint32_t act(const rop::WriteStream& in, const RopRequest& request, ResponseBuffer& answer,
                      RopResponse& response) {
        Object* const stream = object(answer, request.handle);
        if (stream == nullptr) return null_object;
        stream->octets += in.octets;
        std::get<rop::StreamWritten>(response.body).octets =
            static_cast<std::uint16_t>(in.octets.size());
        return 0;
    }
    std::uint32_t act(const rop::CommitStream&, const RopRequest& request, ResponseBuffer& answer,
                      RopResponse&) {
        const Object* const stream = object(answer, request.handle);
        if (stream == nullptr) return null_object;
        Object& of = objects[stream->over];
        if (of.kind == RopId::create_attachment) {
            objects[of.over].draft.attachments[of.attachment].octets = stream->octets;
            return 0;
        }
        std::string text = stream->octets;
        if (stream->tag.type() == PropertyType::string) text = ntlm::utf8(text).value_or("");
        of.draft.put(stream->tag, Value::of(text));
        return 0;
    }
    std::uint32_t submit(const RopRequest& request, ResponseBuffer& answer) {
        const Object* const of = object(answer, request.handle);
        if (of == nullptr) return null_object;
        sent.push_back(of->draft);
        return 0;
    }
    std::uint32_t act(const rop::SubmitMessage&, const RopRequest& request, ResponseBuffer& answer,
                      RopResponse&) {
        return submit(request, answer);
    }
    std::uint32_t act(const rop::TransportSend&, const RopRequest& request, ResponseBuffer& answer,
                      RopResponse&) {
        return submit(request, answer);
    }
};

}  // namespace mapi_mailbox
