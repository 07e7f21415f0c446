// Running a script on a message (RFC 5228 §2.10): a function of values. It does nothing itself:
// it says what is to be done, and what every command and test found.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/sieve/script.hpp"

namespace postroad::sieve {

// The message as delivery has it. An empty `from` is the null reverse-path.
struct Input {
    std::string_view message;  // header, blank line, body
    std::string_view from;     // reverse-path and forward-path, without angle brackets
    std::string_view to;
};

// What has to be remembered between messages: whom a vacation was told to (RFC 5230 §4.2), which
// message was seen (RFC 7352). `key` is a hash of handle and address; entries past `until` may go.
struct Remembered {
    std::uint64_t key = 0;
    std::int64_t until_unix_s = 0;
    bool operator==(const Remembered&) const = default;
};

// Bounds on what one execution may take; past one the script fails as of RFC 5228 §2.10.6.
struct Limits {
    // A step: a command, a test, or a comparison, and more for long texts: one for each 4096 octets
    // that are looked at.
    std::uint32_t steps_max = 200'000;
    std::uint32_t redirects_max = 4;
    std::uint32_t actions_max = 32;
    std::uint32_t variables_max = 128;           // RFC 5229 §6
    std::uint32_t variable_octets_max = 4'000;   // longer values are cut there, as the RFC has it
    std::uint32_t string_octets_max = 1U << 16;  // of any other string with variables in it
    std::uint32_t flags_max = 64;
    std::uint32_t edits_max = 64;
    std::uint32_t mime_depth_max = 16;
    std::uint32_t parts_max = 256;
};

// What the script may ask about the world, as it is at `now`.
struct Environment {
    std::vector<std::string> owner_addresses;  // the first one answers for the owner
    std::int64_t now_unix_s = 0;
    std::int32_t offset_min = 0;         // local time minus UTC
    std::vector<std::string> mailboxes;  // that exist (RFC 5490 §3.1); INBOX always does
    std::vector<Remembered> remembered;  // the owner's
    char detail_separator = '+';         // RFC 5233 §4
    // RFC 5183 §4.1; an empty one is not known.
    std::string domain;
    std::string host;
    std::string location;  // "MDA", "MTA", "MUA", "MS"
    std::string phase;     // "pre", "during", "post"
    std::string name;
    std::string version;
    std::string remote_host;
    std::string remote_ip;
    Limits limits;
};

enum class ActionKind : std::uint8_t {
    keep,      // into the inbox
    fileinto,  // into `target`
    redirect,  // to the address `target`, envelope sender unchanged (RFC 5228 §4.2)
    discard,   // written in the script; has no effect but to cancel the implicit keep
    reject,    // `target` is the reason: an MDN, or a refusal (RFC 5429 §2.2)
    ereject,   // a refusal during SMTP or LMTP, if that is still possible (RFC 5429 §2.1)
    vacation,  // `reply` is to be sent; it does not touch the implicit keep
};

// An automatic reply, still without date and Message-ID (`compose_vacation` in replies.hpp).
// Envelope: from the null reverse-path, to `to` (RFC 3834 §3.3, RFC 5230 §5.1).
struct Reply {
    std::string to;
    std::string from;     // a mailbox as it is to be written
    std::string subject;  // UTF-8
    std::string text;     // UTF-8; with `mime`, MIME header and body
    bool mime = false;
    std::string in_reply_to;  // "<...>" or empty
    std::string references;
    bool operator==(const Reply&) const = default;
};

struct Action {
    ActionKind kind = ActionKind::keep;
    bool implicit = false;  // nobody wrote it (RFC 5228 §2.10.2)
    bool copy = false;      // RFC 3894
    bool create = false;    // RFC 5490 §3.2
    std::string target;
    std::vector<std::string> flags;  // RFC 5232, for keep and fileinto
    Reply reply;
    std::uint32_t header = 0;      // of Result::headers: the header this action sends or stores
    std::uint32_t node = no_node;  // the command; none when implicit
    bool operator==(const Action&) const = default;
};

// Why a command or test ended as it did. What is shown for it is the caller's to say.
enum class Because : std::uint8_t {
    done,             // a command did what it says; a test without more to tell
    matched,          // `value` and `key` are the pair that matched
    nothing_matched,  // they are the last pair compared
    no_value,         // there was no such field, part or variable to compare
    same_again,       // an action that stands already: done once (RFC 5228 §2.10.3)
    // A vacation that is not answered (RFC 5230 §4.5, §4.6)
    told_already,
    sender_is_null,
    sender_is_owner,
    sender_is_system,  // MAILER-DAEMON, owner-..., ...-request
    sent_by_list,      // a List-* field, or Precedence
    sent_by_machine,   // Auto-Submitted other than "no"
    not_addressed,     // no address of the owner's in To, Cc, Bcc
    // An edit that is not done
    protected_field,  // Received, Auto-Submitted (RFC 5293 §6)
    no_such_field,
    failed,  // the run ended here: Result::error says why
};

// A stretch of Result::texts; shortened where it was long.
struct Excerpt {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
    bool operator==(const Excerpt&) const = default;
};

// One command or test that was executed, in the order they ended: a test that others are part of
// comes after them, `if` after its test and before its block.
struct Step {
    std::uint32_t node = no_node;  // Script::places has where
    bool result = false;           // of a test; of if, elsif, else: whether its block runs
    Because because = Because::done;
    std::uint32_t compared = 0;  // how many pairs were
    Excerpt value;               // from the message; of `set`, the value; of an action, its target
    Excerpt key;                 // from the script; of `set`, the name
    bool operator==(const Step&) const = default;
};

struct Result {
    std::vector<Action> actions;  // in the order of the script; the implicit keep is the last
    std::vector<Step> steps;
    std::string texts;  // what the steps quote
    // Versions of the header by editheader: 0, left empty, is the one received.
    std::vector<std::string> headers;
    std::vector<Remembered> remember;  // to be added to the owner's
    // RFC 5228 §2.10.6: a sentence, and then `actions` is the implicit keep alone.
    std::string error;
    std::uint32_t error_node = no_node;
    std::uint32_t work = 0;  // steps as Limits counts them

    std::string_view text(const Excerpt& excerpt) const {
        return std::string_view(texts).substr(excerpt.begin, excerpt.size);
    }
};

// `script` comes from a parse without problems.
Result execute(const Script& script, const Input& input, const Environment& environment);

// The message an action stores or sends: its version of the header, and the body.
std::string message_of(const Result& result, const Action& action, std::string_view message);

// "fileinto "Lists" :flags "\Seen"": one line, for tables and tests.
std::string to_text(const Action& action);
// "3: header: true: "Subject ..." :contains ...": one line.
std::string to_text(const Script& script, const Result& result, const Step& step);

}  // namespace postroad::sieve
