// The rows. A command that is new gets a row here, a case in commands.cpp and a line of the ledger.
#include "protocols/sieve/words.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/base/assertion.hpp"

namespace postroad::sieve {
namespace {

using A = ArgumentKind;
using C = Capability;
using S = Slot;

constexpr std::array<std::string_view, capability_count> capability_names{
    "",
    "fileinto",
    "reject",
    "ereject",
    "envelope",
    "encoded-character",
    "variables",
    "vacation",
    "vacation-seconds",
    "imap4flags",
    "copy",
    "body",
    "relational",
    "date",
    "index",
    "editheader",
    "subaddress",
    "mailbox",
    "environment",
    "duplicate",
    "comparator-i;octet",
    "comparator-i;ascii-casemap",
    "comparator-i;ascii-numeric",
};

constexpr std::array<TagRow, tag_count> tags{{
    {Tag::none, "", S::keys, A::nothing, C::none},
    {Tag::comparator, ":comparator", S::comparator, A::string, C::none},  // RFC 5228 §2.7.3
    {Tag::is, ":is", S::match_type, A::nothing, C::none},                 // RFC 5228 §2.7.1
    {Tag::contains, ":contains", S::match_type, A::nothing, C::none},
    {Tag::matches, ":matches", S::match_type, A::nothing, C::none},
    {Tag::count, ":count", S::match_type, A::string, C::relational},  // RFC 5231 §4
    {Tag::value, ":value", S::match_type, A::string, C::relational},
    {Tag::all, ":all", S::address_part, A::nothing, C::none},  // RFC 5228 §2.7.4
    {Tag::localpart, ":localpart", S::address_part, A::nothing, C::none},
    {Tag::domain, ":domain", S::address_part, A::nothing, C::none},
    {Tag::user, ":user", S::address_part, A::nothing, C::subaddress},  // RFC 5233 §4
    {Tag::detail, ":detail", S::address_part, A::nothing, C::subaddress},
    {Tag::over, ":over", S::over_under, A::nothing, C::none},  // RFC 5228 §5.9
    {Tag::under, ":under", S::over_under, A::nothing, C::none},
    {Tag::raw, ":raw", S::transform, A::nothing, C::none},  // RFC 5173 §5
    {Tag::content, ":content", S::transform, A::strings, C::none},
    {Tag::text, ":text", S::transform, A::nothing, C::none},
    {Tag::copy, ":copy", S::copy, A::nothing, C::copy},                     // RFC 3894 §3
    {Tag::create, ":create", S::create, A::nothing, C::mailbox},            // RFC 5490 §3.2
    {Tag::flags, ":flags", S::flags, A::strings, C::imap4flags},            // RFC 5232 §5
    {Tag::days, ":days", S::period, A::number, C::none},                    // RFC 5230 §4
    {Tag::seconds, ":seconds", S::period, A::number, C::vacation_seconds},  // RFC 6131 §2
    {Tag::subject, ":subject", S::subject, A::string, C::none},
    {Tag::from, ":from", S::from, A::string, C::none},
    {Tag::addresses, ":addresses", S::addresses, A::strings, C::none},
    {Tag::mime, ":mime", S::mime, A::nothing, C::none},
    {Tag::handle, ":handle", S::handle, A::string, C::none},
    {Tag::zone, ":zone", S::zone, A::string, C::none},  // RFC 5260 §4.1
    {Tag::originalzone, ":originalzone", S::zone, A::nothing, C::none},
    {Tag::index, ":index", S::index, A::number, C::index},  // RFC 5260 §6
    {Tag::last, ":last", S::last, A::nothing, C::index},
    {Tag::lower, ":lower", S::lettercase, A::nothing, C::none},  // RFC 5229 §4.1
    {Tag::upper, ":upper", S::lettercase, A::nothing, C::none},
    {Tag::lowerfirst, ":lowerfirst", S::letterfirst, A::nothing, C::none},
    {Tag::upperfirst, ":upperfirst", S::letterfirst, A::nothing, C::none},
    {Tag::quotewildcard, ":quotewildcard", S::quotewildcard, A::nothing, C::none},
    {Tag::length, ":length", S::length, A::nothing, C::none},
    {Tag::header, ":header", S::unique, A::string, C::none},  // RFC 7352 §3
    {Tag::uniqueid, ":uniqueid", S::unique, A::string, C::none},
}};

constexpr S copy_only[] = {S::copy};
constexpr S flags_only[] = {S::flags};
constexpr S last_only[] = {S::last};
constexpr S size_tags[] = {S::over_under};
constexpr S filing[] = {S::copy, S::create, S::flags};
constexpr S vacation_tags[] = {S::period, S::subject, S::from, S::addresses, S::mime, S::handle};
constexpr S modifiers[] = {S::lettercase, S::letterfirst, S::quotewildcard, S::length};
constexpr S matching[] = {S::comparator, S::match_type};
constexpr S header_tags[] = {S::comparator, S::match_type, S::index, S::last};
constexpr S address_tags[] = {S::address_part, S::comparator, S::match_type, S::index, S::last};
constexpr S envelope_tags[] = {S::address_part, S::comparator, S::match_type};
constexpr S body_tags[] = {S::comparator, S::match_type, S::transform};
constexpr S date_tags[] = {S::zone, S::comparator, S::match_type, S::index, S::last};
constexpr S now_tags[] = {S::zone, S::comparator, S::match_type};
constexpr S duplicate_tags[] = {S::handle, S::unique, S::period, S::last};

constexpr Positional capabilities[] = {{S::capabilities, A::strings}};
constexpr Positional one_target[] = {{S::target, A::string}};
constexpr Positional one_reason[] = {{S::reason, A::string}};
constexpr Positional name_value[] = {{S::name, A::string}, {S::newvalue, A::string}};
constexpr Positional variable_flags[] = {{S::variables, A::string, true},
                                         {S::flag_list, A::strings}};
constexpr Positional variables_flags[] = {{S::variables, A::strings, true},
                                          {S::flag_list, A::strings}};
constexpr Positional deleted[] = {{S::name, A::string}, {S::patterns, A::strings, true}};
constexpr Positional headers_keys[] = {{S::headers, A::strings}, {S::keys, A::strings}};
constexpr Positional headers_only[] = {{S::headers, A::strings}};
constexpr Positional number_only[] = {{S::limit, A::number}};
constexpr Positional parts_keys[] = {{S::parts, A::strings}, {S::keys, A::strings}};
constexpr Positional source_keys[] = {{S::source, A::strings}, {S::keys, A::strings}};
constexpr Positional keys_only[] = {{S::keys, A::strings}};
constexpr Positional date_keys[] = {
    {S::headers, A::string}, {S::datepart, A::string}, {S::keys, A::strings}};
constexpr Positional now_keys[] = {{S::datepart, A::string}, {S::keys, A::strings}};
constexpr Positional mailboxes_only[] = {{S::mailboxes, A::strings}};
constexpr Positional name_keys[] = {{S::name, A::string}, {S::keys, A::strings}};

constexpr auto none = Tests::none;
constexpr std::array<WordRow, word_count> words{{
    {Word::require,
     "require",
     C::none,
     {},
     capabilities,
     none,
     false,
     "require [\"capability\", ...];"},
    {Word::if_, "if", C::none, {}, {}, Tests::one, true, "if <test> { ... }"},
    {Word::elsif, "elsif", C::none, {}, {}, Tests::one, true, "elsif <test> { ... }"},
    {Word::else_, "else", C::none, {}, {}, none, true, "else { ... }"},
    {Word::stop, "stop", C::none, {}, {}, none, false, "stop;"},
    {Word::keep, "keep", C::none, flags_only, {}, none, false, "keep [:flags <list>];"},
    {Word::discard, "discard", C::none, {}, {}, none, false, "discard;"},
    {Word::redirect, "redirect", C::none, copy_only, one_target, none, false,
     "redirect [:copy] <address>;"},
    {Word::fileinto, "fileinto", C::fileinto, filing, one_target, none, false,
     "fileinto [:copy] [:create] [:flags <list>] <mailbox>;"},
    {Word::reject, "reject", C::reject, {}, one_reason, none, false, "reject <reason>;"},
    {Word::ereject, "ereject", C::ereject, {}, one_reason, none, false, "ereject <reason>;"},
    {Word::vacation, "vacation", C::vacation, vacation_tags, one_reason, none, false,
     "vacation [:days <number>] [:subject <string>] [:from <address>] [:addresses <list>] [:mime] "
     "[:handle <string>] <reason>;"},
    {Word::set, "set", C::variables, modifiers, name_value, none, false,
     "set [modifiers] <name> <value>;"},
    {Word::setflag,
     "setflag",
     C::imap4flags,
     {},
     variable_flags,
     none,
     false,
     "setflag [<variable>] <flags>;"},
    {Word::addflag,
     "addflag",
     C::imap4flags,
     {},
     variable_flags,
     none,
     false,
     "addflag [<variable>] <flags>;"},
    {Word::removeflag,
     "removeflag",
     C::imap4flags,
     {},
     variable_flags,
     none,
     false,
     "removeflag [<variable>] <flags>;"},
    {Word::addheader, "addheader", C::editheader, last_only, name_value, none, false,
     "addheader [:last] <field name> <value>;"},
    {Word::deleteheader, "deleteheader", C::editheader, header_tags, deleted, none, false,
     "deleteheader [:index <number> [:last]] [comparator] [match type] <field name> [<patterns>];"},
    {Word::address, "address", C::none, address_tags, headers_keys, none, false,
     "address [comparator] [address part] [match type] <fields> <keys>"},
    {Word::allof, "allof", C::none, {}, {}, Tests::list, false, "allof (<test>, <test>, ...)"},
    {Word::anyof, "anyof", C::none, {}, {}, Tests::list, false, "anyof (<test>, <test>, ...)"},
    {Word::not_, "not", C::none, {}, {}, Tests::one, false, "not <test>"},
    {Word::true_, "true", C::none, {}, {}, none, false, "true"},
    {Word::false_, "false", C::none, {}, {}, none, false, "false"},
    {Word::exists, "exists", C::none, {}, headers_only, none, false, "exists <fields>"},
    {Word::header, "header", C::none, header_tags, headers_keys, none, false,
     "header [comparator] [match type] <fields> <keys>"},
    {Word::size, "size", C::none, size_tags, number_only, none, false,
     "size <\":over\" / \":under\"> <number>"},
    {Word::envelope, "envelope", C::envelope, envelope_tags, parts_keys, none, false,
     "envelope [comparator] [address part] [match type] <parts> <keys>"},
    {Word::string, "string", C::variables, matching, source_keys, none, false,
     "string [comparator] [match type] <sources> <keys>"},
    {Word::hasflag, "hasflag", C::imap4flags, matching, variables_flags, none, false,
     "hasflag [match type] [comparator] [<variables>] <flags>"},
    {Word::body, "body", C::body, body_tags, keys_only, none, false,
     "body [comparator] [match type] [:raw / :content <types> / :text] <keys>"},
    {Word::date, "date", C::date, date_tags, date_keys, none, false,
     "date [:zone <zone> / :originalzone] [comparator] [match type] <field> <date part> <keys>"},
    {Word::currentdate, "currentdate", C::date, now_tags, now_keys, none, false,
     "currentdate [:zone <zone>] [comparator] [match type] <date part> <keys>"},
    {Word::mailboxexists,
     "mailboxexists",
     C::mailbox,
     {},
     mailboxes_only,
     none,
     false,
     "mailboxexists <mailboxes>"},
    {Word::environment, "environment", C::environment, matching, name_keys, none, false,
     "environment [comparator] [match type] <name> <keys>"},
    {Word::duplicate,
     "duplicate",
     C::duplicate,
     duplicate_tags,
     {},
     none,
     false,
     "duplicate [:handle <string>] [:header <field> / :uniqueid <value>] [:seconds <number>] "
     "[:last]"},
}};

constexpr std::string_view date_parts[] = {"year",  "month",  "day",    "date", "julian",
                                           "hour",  "minute", "second", "time", "iso8601",
                                           "std11", "zone",   "weekday"};
constexpr std::string_view relations[] = {"gt", "ge", "lt", "le", "eq", "ne"};
constexpr std::string_view comparators[] = {"i;ascii-casemap", "i;octet", "i;ascii-numeric"};

constexpr std::string_view address_fields[] = {"From",
                                               "To",
                                               "Cc",
                                               "Bcc",
                                               "Sender",
                                               "Reply-To",
                                               "Resent-From",
                                               "Resent-To",
                                               "Resent-Cc",
                                               "Resent-Bcc",
                                               "Resent-Sender",
                                               "Resent-Reply-To",
                                               "Return-Path",
                                               "Delivered-To",
                                               "X-Original-To",
                                               "Disposition-Notification-To",
                                               "Errors-To",
                                               "Mail-Followup-To",
                                               "Mail-Reply-To",
                                               "Return-Receipt-To",
                                               "X-Forwarded-To",
                                               "X-Forwarded-For",
                                               "Envelope-To",
                                               "Approved",
                                               "Apparently-To",
                                               "Apparently-Resent-To"};

constexpr std::string_view environments[] = {"domain", "host",        "location",  "name",
                                             "phase",  "remote-host", "remote-ip", "version"};

template <class Enum>
std::optional<Enum> find_in(std::span<const std::string_view> names, std::string_view name) {
    for (std::size_t i = 0; i < names.size(); ++i)
        if (equals_ignoring_case(names[i], name)) return static_cast<Enum>(i);
    return std::nullopt;
}

constexpr bool rows_are_in_order() {
    for (std::size_t i = 0; i < words.size(); ++i)
        if (words[i].word != static_cast<Word>(i)) return false;
    for (std::size_t i = 0; i < tags.size(); ++i)
        if (tags[i].tag != static_cast<Tag>(i)) return false;
    return true;
}
static_assert(rows_are_in_order());

}  // namespace

std::string_view capability_name(Capability capability) {
    return capability_names[static_cast<std::size_t>(capability)];
}
std::string_view word_name(Word word) { return row_of(word).name; }
std::string_view tag_name(Tag tag) { return row_of(tag).name; }

const WordRow& row_of(Word word) { return words[static_cast<std::size_t>(word)]; }
const TagRow& row_of(Tag tag) { return tags[static_cast<std::size_t>(tag)]; }
std::span<const WordRow> word_rows() { return words; }
std::span<const TagRow> tag_rows() { return std::span(tags).subspan(1); }

const WordRow* find_word(std::string_view name) {
    for (const WordRow& row : words)
        if (equals_ignoring_case(row.name, name)) return &row;
    return nullptr;
}

const TagRow* find_tag(std::string_view name) {
    for (const TagRow& row : tag_rows())
        if (equals_ignoring_case(row.name, name)) return &row;
    return nullptr;
}

std::optional<Capability> find_capability(std::string_view name) {
    for (std::size_t i = 1; i < capability_count; ++i)
        if (capability_names[i] == name) return static_cast<Capability>(i);
    return std::nullopt;
}

Capability needed_by(const TagRow& tag, Word word) {
    const bool has_its_own =
        word == Word::addheader || word == Word::deleteheader || word == Word::duplicate;
    const bool shared = tag.tag == Tag::index || tag.tag == Tag::last || tag.tag == Tag::seconds;
    return has_its_own && shared ? Capability::none : tag.needs;
}

std::optional<Comparator> find_comparator(std::string_view name) {
    return find_in<Comparator>(comparators, name);
}

// RFC 5228 §2.7.3: i;octet and i;ascii-casemap need no `require`.
Capability needed_by(Comparator comparator) {
    return comparator == Comparator::numeric ? Capability::comparator_numeric : Capability::none;
}

std::optional<Relation> find_relation(std::string_view name) {
    return find_in<Relation>(relations, name);
}
std::optional<DatePart> find_date_part(std::string_view name) {
    return find_in<DatePart>(date_parts, name);
}
std::span<const std::string_view> date_part_names() { return date_parts; }
std::span<const std::string_view> address_field_names() { return address_fields; }
std::span<const std::string_view> environment_names() { return environments; }

}  // namespace postroad::sieve
