// The words of IMAP (RFC 3501 §9, RFC 9051 §9): a Reader over one whole command or response, its
// literals in place, and the writers for what is said. Nothing here waits for more octets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/imap/sequence_set.hpp"

namespace postroad::imap {

// "<n.m>": octets n to n+m-1 (RFC 3501 §6.4.5). In a response there is no m: `count` is then 0.
struct Partial {
    std::uint32_t from = 0, count = 0;
    bool operator==(const Partial&) const = default;
};

// A date-time with its zone; the instant is UTC.
struct InternalDate {
    std::int64_t unix_s = 0;
    std::int32_t zone_min = 0;  // local time minus UTC
    bool operator==(const InternalDate&) const = default;
};

// What a line's end announces: "{12}", "{12+}" (RFC 7888), "~{12}" (RFC 3516).
struct LiteralSize {
    std::uint64_t octets = 0;
    bool waits = true;    // the client sends it only after a "+"
    bool binary = false;  // "~": NUL may be in it
    std::size_t at = 0;   // where in the line it begins
};
// `line` is without its CRLF. Nothing: no literal follows it.
std::optional<LiteralSize> literal_behind(std::string_view line);

// Each function takes what it is named for, or takes nothing at all and says so. Views are into
// what the Reader was made of.
class Reader {
public:
    explicit Reader(std::string_view octets) : all_(octets) {}

    bool done() const { return at_ == all_.size(); }
    std::size_t at() const { return at_; }
    std::string_view rest() const { return all_.substr(at_); }
    char peek() const { return done() ? '\0' : all_[at_]; }
    void back_to(std::size_t at) { at_ = at; }

    bool take(char c);                  // this octet
    bool space() { return take(' '); }  // exactly one
    // This word, ignoring case, if no atom's character follows it: "SEEN" is not the start of
    // "SEENX".
    bool word(std::string_view wanted);
    // This text, ignoring case, whatever follows: "BODY[".
    bool text(std::string_view wanted);

    std::optional<std::string_view> atom();     // 1*ATOM-CHAR
    std::optional<std::string_view> tag();      // 1*<ASTRING-CHAR except "+">
    std::optional<std::string> quoted();        // without its quotes and backslashes
    std::optional<std::string_view> literal();  // "{n}" CRLF octets; also "{n+}" and "~{n}"
    std::optional<std::string> string();        // quoted or literal
    std::optional<std::string> astring();       // string or 1*ASTRING-CHAR
    // NIL or a string: the outer nothing is a mistake, the inner one is NIL.
    std::optional<std::optional<std::string>> nstring();
    // "list-mailbox" (RFC 3501 §9): string or atom with wildcards "%", "*" and "]".
    std::optional<std::string> list_mailbox();

    std::optional<std::uint32_t> number();  // 32 bits
    std::optional<std::uint32_t> nz_number();
    std::optional<std::uint64_t> number64();    // 63 bits: MODSEQ, sizes of rev2
    std::optional<SequenceSet> sequence_set();  // also "$"
    std::optional<Partial> partial();           // "<n.m>" or "<n>"

    // An astring, into UTF-8 with INBOX in upper case. Where `utf8` does not hold (no IMAP4rev2, no
    // UTF8=ACCEPT) it is modified UTF-7; what is not well-formed is a mistake either way.
    std::optional<std::string> mailbox(bool utf8);
    std::optional<std::string_view> flag();  // "\Seen", "$Forwarded", "\*" too
    // "(" flags ")", flags apart by one space; maybe none.
    std::optional<std::vector<std::string_view>> flag_list();

    // "1-Feb-1994", quoted or not: days since 1970-01-01.
    std::optional<std::int64_t> date();
    // "\" 7-Feb-1994 21:52:25 -0800\"": always quoted.
    std::optional<InternalDate> date_time();

    // "(" … ")" with what is inside it balanced, strings and literals respected; the parentheses
    // are taken, the view is what stands between them.
    std::optional<std::string_view> parenthesized();

private:
    template <class Taken> auto keep(Taken&& taken);
    std::string_view all_;
    std::size_t at_ = 0;
};

bool is_atom_char(char c);     // RFC 3501 §9: no CTL, no 8-bit, none of (){ %*"\]
bool is_astring_char(char c);  // the same and "]"

// Writers. Texts may be any octets without NUL; a quoted string is written only where it can be
// one, else a literal. With `utf8`, quoted strings may hold UTF-8 (RFC 6855 §3, RFC 9051 §4.3).
void put_quoted(std::string& out, std::string_view text);  // no CR, LF, NUL in it
void put_literal(std::string& out, std::string_view octets);
void put_literal8(std::string& out, std::string_view octets);
void put_string(std::string& out, std::string_view text, bool utf8 = false);
void put_astring(std::string& out, std::string_view text, bool utf8 = false);
void put_nstring(std::string& out, const std::optional<std::string>& text, bool utf8 = false);
// A UTF-8 name, as modified UTF-7 where `utf8` does not hold.
void put_mailbox(std::string& out, std::string_view name, bool utf8);
// "\" 7-Feb-1994 21:52:25 -0800\"", quotes included.
void put_date_time(std::string& out, const InternalDate& date);
// "1-Feb-1994"
void put_date(std::string& out, std::int64_t days);

}  // namespace postroad::imap
