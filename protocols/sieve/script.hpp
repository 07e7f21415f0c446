// A Sieve script (RFC 5228) as a value: commands and tests in one list, in the order they are
// written, pointing at each other by index. Two scripts that say the same are equal.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postroad::sieve {

// What `require` can name (RFC 5228 §2.10.5). The order is that of `capability_name`.
enum class Capability : std::uint8_t {
    none,  // needed by what every implementation has
    fileinto,
    reject,
    ereject,
    envelope,
    encoded_character,
    variables,
    vacation,
    vacation_seconds,
    imap4flags,
    copy,
    body,
    relational,
    date,
    index,
    editheader,
    subaddress,
    mailbox,
    environment,
    duplicate,
    comparator_octet,
    comparator_casemap,
    comparator_numeric,
};
constexpr std::size_t capability_count = 23;
std::string_view capability_name(Capability capability);  // "fileinto"; "" for none

// Commands first, then tests.
enum class Word : std::uint8_t {
    require,
    if_,
    elsif,
    else_,
    stop,
    keep,
    discard,
    redirect,
    fileinto,
    reject,
    ereject,
    vacation,
    set,
    setflag,
    addflag,
    removeflag,
    addheader,
    deleteheader,
    // tests
    address,
    allof,
    anyof,
    not_,
    true_,
    false_,
    exists,
    header,
    size,
    envelope,
    string,
    hasflag,
    body,
    date,
    currentdate,
    mailboxexists,
    environment,
    duplicate,
};
constexpr std::size_t word_count = 36;
std::string_view word_name(Word word);  // "fileinto", "anyof"
constexpr bool is_test(Word word) { return word >= Word::address; }

// Tagged arguments (RFC 5228 §2.6.2), and `none` for a positional one.
enum class Tag : std::uint8_t {
    none,
    comparator,
    is,
    contains,
    matches,
    count,
    value,
    all,
    localpart,
    domain,
    user,
    detail,
    over,
    under,
    raw,
    content,
    text,
    copy,
    create,
    flags,
    days,
    seconds,
    subject,
    from,
    addresses,
    mime,
    handle,
    zone,
    originalzone,
    index,
    last,
    lower,
    upper,
    lowerfirst,
    upperfirst,
    quotewildcard,
    length,
    header,
    uniqueid,
};
constexpr std::size_t tag_count = 39;
std::string_view tag_name(Tag tag);  // ":is"

// What an argument is for. The names of positional ones are those of the RFCs' usage lines.
enum class Slot : std::uint8_t {
    comparator,
    match_type,
    address_part,
    over_under,
    transform,
    copy,
    create,
    flags,
    period,  // :days, :seconds
    subject,
    from,
    addresses,
    mime,
    handle,
    zone,
    index,
    last,
    lettercase,   // :lower, :upper
    letterfirst,  // :lowerfirst, :upperfirst
    quotewildcard,
    length,
    unique,        // duplicate's :header, :uniqueid
    capabilities,  // positional from here on
    headers,
    keys,
    parts,
    source,  // of the string test
    limit,
    target,
    reason,
    name,
    newvalue,
    variables,
    flag_list,
    datepart,
    patterns,
    mailboxes,
};

enum class ArgumentKind : std::uint8_t { nothing, number, string, strings };

// A string of the script within `Script::pool`, as it is written between its quotes: `${...}` is
// still in it, quotes and dot-stuffing are not. Line ends are CRLF (RFC 5228 §2.4.2).
struct Text {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
    bool operator==(const Text&) const = default;
};

// One argument: a tag with the value it takes, if any, or a positional argument.
struct Argument {
    Tag tag = Tag::none;
    Slot slot = Slot::keys;
    ArgumentKind kind = ArgumentKind::nothing;
    std::uint64_t number = 0;
    std::uint32_t first = 0;  // of Script::texts
    std::uint32_t count = 0;
    bool operator==(const Argument&) const = default;
};

constexpr std::uint32_t no_node = ~std::uint32_t{0};

// A command or a test. `next` is its sibling in the same block or test list.
struct Node {
    Word word = Word::stop;
    std::uint32_t first_argument = 0;  // of Script::arguments
    std::uint32_t argument_count = 0;
    std::uint32_t first_test = no_node;
    std::uint32_t first_command =
        no_node;  // of its block; `has_block` tells an empty one from none
    std::uint32_t next = no_node;
    bool has_block = false;
    bool operator==(const Node&) const = default;
};

// Where a node stands in its source: line and column from 1, columns in characters; octets
// [begin, end) without the block of a command.
struct Place {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

struct Script {
    std::vector<Node> nodes;  // in the order written: a node before its tests before its block
    std::vector<Place> places;
    std::vector<Argument> arguments;
    std::vector<Text> texts;
    std::string pool;
    std::uint32_t capabilities = 0;  // bits by Capability
    std::uint32_t first_command = no_node;

    bool has(Capability capability) const {
        return (capabilities >> static_cast<unsigned>(capability) & 1U) != 0;
    }
    std::string_view text(std::uint32_t index) const {
        return std::string_view(pool).substr(texts[index].begin, texts[index].size);
    }
    // The node's argument for that slot; null when it has none. Good until the script changes.
    const Argument* find(std::uint32_t node, Slot slot) const;

    // The same rules, wherever they stand.
    bool operator==(const Script& other) const {
        return nodes == other.nodes && arguments == other.arguments && texts == other.texts &&
               pool == other.pool && capabilities == other.capabilities &&
               first_command == other.first_command;
    }
};

// The script as text, four spaces a level, LF lines, no comments: parse(print(script)) == script.
std::string print(const Script& script);

// Appends a string as RFC 5228 §2.4.2 writes it: quoted, or `text:` when it is whole lines.
void print_string(std::string_view text, std::string& out);

}  // namespace postroad::sieve
