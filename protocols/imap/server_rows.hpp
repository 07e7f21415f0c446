// What the parts of the IMAP server share: what is said, who is waited for, how a command is read.
// Nobody else includes this.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/imap/lexer.hpp"
#include "protocols/imap/server.hpp"

namespace postroad::imap {

// --- what is said (server_says.cpp) ---

// "* …" CRLF, written bit by bit into fx.out until it goes out of scope.
class Untagged {
public:
    Untagged(Effects& fx, postroad::Section section, Speech speech = Speech::reply)
        : fx_(fx), section_(section), speech_(speech), from_(fx.out.size()) {
        fx.out += "* ";
    }
    Untagged(const Untagged&) = delete;
    Untagged& operator=(const Untagged&) = delete;
    ~Untagged() {
        fx_.out += "\r\n";
        fx_.mark(from_, speech_, section_, untagged);
    }
    std::string& out() { return fx_.out; }
    Untagged& operator<<(std::string_view text) {
        fx_.out += text;
        return *this;
    }
    Untagged& operator<<(std::uint64_t number) {
        append_number(fx_.out, number);
        return *this;
    }

private:
    Effects& fx_;
    postroad::Section section_;
    Speech speech_;
    std::size_t from_;
};

// "tag OK [CODE] text": ends the command under way. Untagged where no tag could be read.
void say_tagged(Server& server, const ServerHost& host, const Reply& reply,
                postroad::Section section, Effects& fx);
// "+ text"
void say_go_on(std::string_view text, postroad::Section section, Effects& fx);
// "* BYE text", and the session is over.
void say_bye(Server& server, std::string_view text, postroad::Section section, Effects& fx);

// "CAPABILITY IMAP4rev1 …" as it is at this moment.
void put_capabilities(std::string& out, const Server& server, const ServerHost& host);
// "(\Seen $Forwarded)"; IMAP4rev2 knows no \Recent.
void put_flag_words(std::string& out, std::uint32_t flags, const Server& server, const Heap& heap);

inline Reply ok(std::string_view text) { return {good, {}, text}; }
inline Reply no(std::string_view text, std::string_view code = {}) { return {refused, code, text}; }
inline Reply wrong(std::string_view text) { return {bad, {}, text}; }
// What a desk's refusal becomes; `words` where it has none of its own.
inline Reply refusal(const Answer& answer, std::string_view words) {
    return {refused, answer.enhanced, answer.text.empty() ? words : answer.text};
}

// --- reading a command (server.cpp) ---

inline bool has(const Server& server, std::uint8_t bit) { return (server.enabled & bit) != 0; }
// Whether names and quoted strings are UTF-8 in this session.
inline bool speaks_utf8(const Server& server) {
    return has(server, enabled::rev2) || has(server, enabled::utf8);
}
// The tag of the command under way.
std::string_view tag_of(const Server& server, const Heap& heap);
// What stands behind the verb of the command under way.
std::string_view argument_of(const Server& server, const Heap& heap);
bool is_uid_command(const Server& server);

// A store ask; its texts must stay for the step (fx.words is there to keep them).
inline Ask store(std::string_view what, std::string_view a = {}, std::string_view b = {},
                 std::uint64_t number = 0) {
    return {AskKind::store, a, b, what, number};
}
// Waits for one more answer within `then`.
inline Reply wait_for(Server& server, const Ask& ask, Effects& fx) {
    server.asking = 1;
    server.waiting = Waiting::row;
    fx.ask = ask;
    return {};
}

// --- the session's messages (server_updates.cpp) ---

inline constexpr std::uint32_t nowhere = ~std::uint32_t{0};
std::uint32_t find_member(const Server& server, const Heap& heap, std::uint32_t uid);
// The UIDs below UIDNEXT that no message has, as far as the session knows.
std::vector<Range> free_uids(const Server& server, const Heap& heap);
// UIDs of a set of numbers or UIDs, into Server::targets. False: a number without a message.
bool set_targets(Server& server, const SequenceSet& set, bool by_uid, Heap& heap);
// "1,4:7" of Server::targets.
std::string targets_text(const Server& server, const Heap& heap);
// The flags of a message as an answer other than CHANGES' shows them. Keywords that the session has
// no names for yet are told again as soon as it has.
void take_flags(Server& server, Member& member, std::uint32_t flags, std::uint64_t modseq,
                const Heap& heap);
// Takes in ChangesHead and what follows; `others`: what is new is told to the client.
void learn(Server& server, const Answer& answer, Heap& heap);
void mark_gone(Server& server, std::uint32_t uid, Heap& heap);
// Tells what is new (RFC 3501 §5.2); numbers change only where `may_expunge`.
void tell_news(Server& server, bool may_expunge, Effects& fx);
void tell_flags(Server& server, Effects& fx);
// Who asks for mod-sequences follows them from now on, and is told where they stand (RFC 7162
// §3.1).
void follow_modseqs(Server& server, Effects& fx);
Ask ask_for_news(const Server& server, Effects& fx);
// "* n FETCH (FLAGS (…) UID u MODSEQ (m))" as much of it as the session wants to know.
void say_flags(const Server& server, std::uint32_t index, const Member& member, bool with_flags,
               Effects& fx);
// Whether EXPUNGE may be told at this command's end (RFC 3501 §7.4.1).
bool may_expunge_behind(std::string_view verb);
// Lets go of the mailbox as far as the machine knows of it.
void forget_mailbox(Server& server, Heap& heap);

// Place of a keyword in the mailbox's table, or nothing.
std::optional<unsigned> keyword_place(std::string_view table, std::string_view name);
unsigned keyword_count(std::string_view table);

// What a client writes as flags: bits of the system's, and keywords by name.
struct FlagWords {
    std::uint32_t system = 0;
    std::vector<std::string_view> keywords;
};
// Nothing: "\Recent", "\*", or a system flag that nobody knows.
std::optional<FlagWords> read_flags(const std::vector<std::string_view>& words);

// --- the verbs' handlers and what follows their answers ---

using S = ServerState;

using Verb = Step(Server& server, std::string_view argument, const ServerHost& host, Effects& fx);
using Then = Reply(Server& server, const Answer& answer, const ServerHost& host, Effects& fx);

// server_session.cpp
Verb capability, noop, check, logout, start_tls, id, enable, idle;
Then judge_idle;

// server_login.cpp
Verb login, authenticate;
Then judge_login;
Step auth_response(Server& server, std::string_view line, Effects& fx);
void end_auth(Server& server, Heap& heap);
sasl::Mechanisms taken_now(const Server& server, const ServerHost& host);
bool takes_login(const Server& server, const ServerHost& host);

// server_folders.cpp
Verb create, delete_mailbox, rename_mailbox, subscribe, unsubscribe, status, name_space, get_quota,
    get_quota_root, set_quota;
Then judge_create, judge_done, judge_status, judge_quota;
// "STATUS name (…)" of what `items` names; nothing: they are not STATUS's items.
std::optional<std::uint32_t> read_status_items(Reader& reader, const ServerHost& host);
void say_status(Server& server, std::string_view name, std::uint32_t items, std::string_view facts,
                const ServerHost& host, Effects& fx);

// server_list.cpp
Verb list, lsub;
Then judge_list;

// server_select.cpp
Verb select, examine, close_mailbox, unselect;
Then judge_select, judge_close;

// server_append.cpp
Verb append;
Then judge_append;
// Whether the literal that comes behind this beginning of a command is APPEND's message.
bool message_comes(std::string_view command);

// server_fetch.cpp
Verb fetch;
Then judge_fetch;

// server_store.cpp
Verb store_flags, expunge, uid_expunge, copy, move;
Then judge_store, judge_expunge, judge_copy;

// server_search.cpp
Verb search, sort, thread;
Then judge_search;

}  // namespace postroad::imap
