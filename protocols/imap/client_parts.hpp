// What the IMAP client's parts share; nobody else includes this.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/base/ascii.hpp"
#include "protocols/imap/client.hpp"
#include "protocols/imap/client_sets.hpp"
#include "protocols/imap/lexer.hpp"

namespace postroad::imap {

// --- client_command.cpp: a command being written. Literals cut it where the server must say "+".
class Command {
public:
    struct Piece {
        std::string octets;
        bool waits = false;    // for "+"
        bool content = false;  // a message
    };
    Command(const Client& client, const ClientHost& host, std::string_view verb);
    Command& put(std::string_view raw);      // as it is
    Command& word(std::string_view raw);     // a space before it
    Command& number(std::uint64_t value);    // no space
    Command& text(std::string_view octets);  // an astring
    Command& mailbox(std::string_view utf8);
    Command& literal(std::string_view octets, bool content = false);
    Command& put_literal_here(std::string_view octets, bool content = false);  // no space
    const std::vector<Piece>& pieces() const { return pieces_; }

private:
    const Client& client_;
    const ClientHost& host_;
    std::vector<Piece> pieces_;
};
void say(Client& client, Turn turn, Command& command, Effects& fx);
void say(Client& client, Turn turn, std::string_view verb, const ClientHost& host, Effects& fx);
// A line that is no command: a response of SASL, DONE.
void say_line(Client& client, std::string_view line, Effects& fx);
// The server says "+": what waits goes out. False: nothing waited.
bool say_rest(Client& client, Effects& fx);

inline void told(Effects& fx, Told what, std::uint32_t index = 0, std::string_view text = {}) {
    fx.tell(TellKind::imap, static_cast<std::uint16_t>(what), index, text);
}

// "OK [CODE arguments] words", tagged or not.
struct Status {
    enum class Kind : std::uint8_t { ok, no, bad, bye, preauth } kind = Kind::ok;
    std::string_view code, arguments;  // of the response code, without its brackets
    std::string_view text;             // the words behind it
};
std::optional<Status> read_status(std::string_view text);

// --- client.cpp
void fail(Client& client, std::string_view why, const ClientHost& host, Effects& fx);
void give_up(Client& client, std::string_view why, Effects& fx);
void ask_for_job(Client& client, const ClientHost& host, Effects& fx);

// --- client_login.cpp: from the greeting to the first job.
void greeted(Client& client, const Status& status, const ClientHost& host, Effects& fx);
void login_went_well(Client& client, const ClientHost& host, Effects& fx);
void login_went_ill(Client& client, const Status& status, const ClientHost& host, Effects& fx);
void tls_is_up(Client& client, const ClientHost& host, Effects& fx);
void note_capabilities(Client& client, std::string_view words, Effects& fx);
void note_enabled(Client& client, std::string_view words, Effects& fx);

// --- client_auth.cpp: AUTHENTICATE (RFC 3501 §6.2.2).
void log_in_by_login(Client& client, const ClientHost& host, Effects& fx);
void forget_capabilities(Client& client);  // what the login may change
void begin_auth(Client& client, const Answer& answer, const ClientHost& host, Effects& fx);
void go_on_with_auth(Client& client, const Answer& answer, const ClientHost& host, Effects& fx);
void challenged(Client& client, std::string_view text, const ClientHost& host, Effects& fx);

// --- client_jobs.cpp
void begin_job(Client& client, std::string_view text, const ClientHost& host, Effects& fx);
void job_went_well(Client& client, const Status& status, const ClientHost& host, Effects& fx);
void job_went_ill(Client& client, const Status& status, const ClientHost& host, Effects& fx);
Job current_job(const Client& client, const Heap& heap);

// --- client_select.cpp
void begin_select(Client& client, const Job& job, const ClientHost& host, Effects& fx);
// SELECT or a step of what follows it went well. False: the job is done.
bool go_on_after_select(Client& client, const Job& job, const ClientHost& host, Effects& fx);
void leave_mailbox(Client& client, Heap& heap);
// RFC 7162 §3.2.11: what comes from here on is of the mailbox that was asked for. Not `said`: the
// server forgot CLOSED, and what it said of a number was of that mailbox, too.
void is_left(Client& client, bool said, Effects& fx);

// --- client_untagged.cpp, client_fetch.cpp: what the server says of its own accord or for a
// command.
void heard_untagged(Client& client, std::string_view text, const ClientHost& host, Effects& fx);
void heard_fetch(Client& client, std::uint32_t number, Reader& reader, const ClientHost& host,
                 Effects& fx);
// What a response code says, whoever's response it is in.
void note_code(Client& client, const Status& status, const ClientHost& host, Effects& fx);

// --- client_numbers.cpp: which message has which number.
// False: it cannot be (another has that number, or UIDs would not grow).
bool note_number(Client& client, std::uint32_t number, std::uint32_t uid, Heap& heap);
std::uint32_t uid_of(const Client& client, std::uint32_t number, const Heap& heap);
// Gives the UID of what is gone.
std::uint32_t forget_number(Client& client, std::uint32_t number, Heap& heap);
void forget_numbers(Client& client, const UidSet& gone, Heap& heap);
// All that are in the mailbox; nothing while a number's is not known.
std::optional<UidSet> all_uids(const Client& client, const Heap& heap);

}  // namespace postroad::imap
