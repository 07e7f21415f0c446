// What the parts of a mail program's sessions share; nobody else includes this.
#pragma once

#include "protocols/mapi/api_calls.hpp"
#include "protocols/mapi/mail.hpp"

namespace postroad::mapi::parts {

// How far the store's session is, bits of Program::reached.
namespace reach {
inline constexpr std::uint8_t connected = 1, logged_on = 2, inbox_known = 4, listed = 8,
                              told_where = 16,  // how to send news
                              advised = 32;
}  // namespace reach

namespace tag {
using namespace mapi::tag;
inline constexpr PropertyTag sent_representing_type = 0x0064001f,
                             sent_representing_email = 0x0065001f, flag_status = 0x10900003,
                             icon_index = 0x10800003, last_verb = 0x10810003,
                             references = 0x1039001f, in_reply_to = 0x1042001f,
                             depth = 0x30050003, account = 0x3a00001f,
                             sender_smtp = 0x5d01001f, sent_representing_smtp = 0x5d02001f,
                             parent_folder_id = 0x67490014, home_database = 0x8006001f,
                             attach_number = 0x0e210003, anr = 0x360c001f;
}  // namespace tag

// What a call is made with. `heap` is where everything of `program` lies.
struct Desk {
    Program& program;
    const ProgramSettings& settings;
    Heap& heap;
    News& news;
};

constexpr std::uint32_t& handle_of(Program& program, Slot slot) {
    return program.handles[static_cast<std::size_t>(slot)];
}
constexpr std::uint64_t& special_of(Program& program, Special which) {
    return program.special[static_cast<std::size_t>(which)];
}

// --- the message under way, between two calls ---
struct DraftRecipient {
    RecipientKind kind = RecipientKind::to;
    std::string name, smtp, dn;  // dn: as the address book has it
};
struct DraftAttachment {
    std::uint32_t number = 0;  // the server's
    MailAttachment content;
};
struct Draft {
    std::vector<TaggedValue> properties;
    std::vector<DraftRecipient> recipients;
    std::vector<DraftAttachment> attachments;
    std::vector<PropertyTag> by_stream;  // those that did not fit
    std::vector<PropertyTag> columns;    // of the recipients' rows
};
Draft load(const Desk& desk);
void store(const Desk& desk, const Draft& draft);

// --- operations to be sent ---
// Puts a buffer together: objects are named by slot. What has to be released goes ahead.
class Rops {
public:
    explicit Rops(const Desk& desk);
    // `second`: the object to be, or of a move the destination.
    void add(Slot slot, RequestBody body, Slot second = Slot::none);
    // The whole call; remembers in the program what was asked.
    Request finish(Step step);

private:
    std::uint8_t index_of(Slot slot);
    const Desk& desk_;
    RequestBuffer buffer_;
    std::string slots_;
};
Request plain_call(const Desk& desk, Line line, Step step, const rpc::Syntax& interface,
                   std::uint16_t operation, std::string stub, std::string_view name);

// To be released with the next buffer.
void let_go(Program& program, Slot slot);

// --- what has come back ---
struct Answers {
    ResponseBuffer buffer;  // where RopBufferTooSmall ends it, that has failed
    // The first one that failed; none: all went well.
    const RopResponse* failed() const;
    template <class T> const T* find() const {
        for (const RopResponse& one : buffer.rops)
            if (const T* const body = std::get_if<T>(&one.body)) return body;
        return nullptr;
    }
};
std::string words_of(const RopResponse& failed);  // "RopOpenMessage: ecNotFound (0x8004010f)"

void tell(const Desk& desk, NewsKind kind, std::uint32_t code = 0, std::string text = {});
// The session cannot go on. What was promised to be done stays to be done.
void give_up(const Desk& desk, std::uint32_t code, std::string why);
// Ends a session's store: nothing is open there any more.
void close_store(Program& program, Heap& heap);

KnownFolder folder_at(const Desk& desk, std::uint32_t index);
template <class Change> void change_folder(const Desk& desk, std::uint32_t index, Change&& change) {
    KnownFolder folder = desk.heap.get(desk.program.folders, index);
    change(folder);
    desk.heap.set(desk.program.folders, index, folder);
}
std::optional<std::uint32_t> folder_of(const Desk& desk, std::uint64_t fid);
std::uint32_t folder_for(const Desk& desk, std::uint64_t fid);  // made if need be
std::vector<KnownMessage> messages_of(const Desk& desk, std::uint32_t folder);
void put_messages(const Desk& desk, std::uint32_t folder, const std::vector<KnownMessage>& all);

// --- program_directory.cpp
std::optional<Request> directory_next(const Desk& desk);
void directory_answered(const Desk& desk, Step step, std::string_view stub, bool big_endian);
// The line is gone (code 0), or a call has failed in such a way that nothing came back.
void directory_failed(const Desk& desk, Step step, std::uint32_t code, std::string why);

// --- program_store.cpp
std::optional<Request> store_next(const Desk& desk);
void store_answered(const Desk& desk, Step step, std::string_view stub, bool big_endian);

// --- program_folders.cpp: which there are, and what is in them.
Request hierarchy(const Desk& desk, Step step);
void hierarchy_answered(const Desk& desk, const Answers& answers);
std::optional<std::uint32_t> folder_to_look_at(const Desk& desk);
Request contents(const Desk& desk, Step step);
void contents_answered(const Desk& desk, const Answers& answers);
void heard(const Desk& desk, const rop::Notify& news);

// --- program_read.cpp: one message, from the server to a text.
bool begin_reading(const Desk& desk);  // false: nothing is wanted
Request read_step(const Desk& desk, Step step);
void read_answered(const Desk& desk, Step step, const Answers& answers);
const std::vector<PropertyTag>& columns_of(Step step);  // of the tables

// --- program_jobs.cpp: what its person has asked for.
bool begin_job(const Desk& desk);  // false: none, or none that can be done now
Request job_step(const Desk& desk, Step step);
void job_answered(const Desk& desk, Step step, const Answers& answers);
void job_has_ended(const Desk& desk, std::uint32_t code, std::string why);
ProgramJob current_job(const Desk& desk);

// --- program_send.cpp: one message, from a text to the server.
void begin_sending(const Desk& desk, const ProgramJob& job);
void continue_sending(const Desk& desk);  // the address book has said whom it is for, or cannot
Request send_step(const Desk& desk, Step step);
void send_answered(const Desk& desk, Step step, const Answers& answers);

}  // namespace postroad::mapi::parts
