// Comments by reply code, as a table.
#include "command/talk_notes.hpp"

#include "protocols/base/ascii.hpp"

namespace postroad::command {
namespace {

struct Note {
    std::string_view code, says;
};

constexpr Note smtp_notes[] = {
    {"211", "system status"},
    {"214", "help: what this server understands"},
    {"220", "the server is ready and waits for your EHLO"},
    {"221", "the server says goodbye and closes"},
    {"235", "you are who you say: you may send"},
    {"250", "done"},
    {"251", "not here, but the server will forward it"},
    {"252", "it will not say whether that user exists, but will take the mail"},
    {"334", "the server waits for the next part of the proof, in base64"},
    {"354", "type the message now: header, empty line, body; a line with one dot ends it"},
    {"421", "the service is closing: come back later"},
    {"450", "the mailbox is busy: a queue would try again"},
    {"451", "a fault at the server: a queue would try again"},
    {"452", "no room: a queue would try again"},
    {"454", "it cannot tell now who you are: try again"},
    {"455", "a parameter cannot be served now"},
    {"500", "the server does not know this command: look at the spelling"},
    {"501", "the command is known, its argument is not right"},
    {"502", "the command exists, and is not served here"},
    {"503", "right command, wrong moment: the order is EHLO, MAIL, RCPT, DATA"},
    {"504", "that parameter is not served here"},
    {"521", "this host takes no mail at all"},
    {"530", "say who you are first (AUTH)"},
    {"534", "this way of proving who you are is too weak here"},
    {"535", "name and password do not go together"},
    {"538", "that needs an encrypted connection"},
    {"550", "refused for good: no such mailbox, or policy"},
    {"551", "not here: the reply may name where"},
    {"552", "too much: the message or the mailbox is full"},
    {"553", "this is no name a mailbox may have"},
    {"554", "the transaction has failed; with no greeting: go away"},
    {"555", "a parameter of MAIL or RCPT is not known here"},
};

// What 250 says to whom.
constexpr Note yes_notes[] = {
    {"EHLO", "the server has named itself and what it can do beyond RFC 821"},
    {"HELO", "the server has named itself; EHLO would have shown its extensions"},
    {"MAIL", "a mail has begun: this is where a report of failure would go"},
    {"RCPT", "one more recipient: the envelope, not the header, says who gets it"},
    {".", "the server is responsible for the mail from now on"},
    {"RSET", "the mail that had begun is forgotten"},
    {"NOOP", "nothing was asked, nothing was done"},
};

// RFC 5321 §4.2.1.
constexpr Note classes[] = {
    {"2", "yes"},
    {"3", "yes so far: the server waits for more"},
    {"4", "not now: the same may be tried later"},
    {"5", "no: trying again the same way is in vain"},
};

constexpr std::uint16_t pop3_port = 110, imap_port = 143, lmtp_port = 24;

}  // namespace

std::string_view note_on_reply(std::uint16_t port, std::string_view typed,
                               std::string_view reply) {
    if (port == pop3_port) {
        if (reply.starts_with("+OK")) return "yes";
        return reply.starts_with("-ERR") ? "no: the state is as it was before" : "";
    }
    if (port == imap_port) {  // RFC 3501 §7.1: a tag and OK, NO or BAD
        const std::size_t word = reply.find(' ') + 1;
        if (reply.starts_with("* ") || reply.starts_with("+ ") || word == 0) return {};
        const std::string_view said = reply.substr(word);
        if (said.starts_with("OK")) return "yes";
        if (said.starts_with("NO")) return "understood, and refused";
        return said.starts_with("BAD") ? "not understood, or not legal now" : "";
    }
    if (reply.size() < 3 || reply[0] < '2' || reply[0] > '5') return {};
    if (reply.size() > 3 && reply[3] == '-') return {};  // RFC 5321 §4.2.1: more lines follow
    if (reply.starts_with("250"))
        for (const Note& one : yes_notes)
            if (equals_ignoring_case(typed.substr(0, one.code.size()), one.code)) return one.says;
    for (const Note& one : smtp_notes)
        if (reply.starts_with(one.code)) return one.says;
    for (const Note& one : classes)
        if (reply.starts_with(one.code)) return one.says;
    return {};
}

std::string_view first_words(std::uint16_t port) {
    if (port == pop3_port) return "USER, PASS, STAT, LIST, RETR 1, QUIT";
    if (port == imap_port)
        return "a LOGIN user password, b SELECT INBOX, c FETCH 1:* (FLAGS ENVELOPE), d LOGOUT";
    if (port == lmtp_port) return "LHLO your.name, MAIL FROM:<you@…>, RCPT TO:<them@…>, DATA, QUIT";
    return "EHLO your.name, MAIL FROM:<you@…>, RCPT TO:<them@…>, DATA, QUIT";
}

}  // namespace postroad::command
