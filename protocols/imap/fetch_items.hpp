// What FETCH asks for (RFC 3501 §6.4.5, RFC 9051 §6.4.5, RFC 7162 §3.1.4, RFC 8474, RFC 8970,
// RFC 8514), parsed to a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postroad::imap {

enum class SectionText : std::uint8_t { all, header, header_fields, header_fields_not, text, mime };

// BODY[1.2.HEADER.FIELDS (To)]: path {1, 2}, what, fields {"To"}.
struct Section {
    std::vector<std::uint32_t> path = {};
    SectionText what = SectionText::all;
    std::vector<std::string> fields = {};
    bool operator==(const Section&) const = default;
};

enum class ItemKind : std::uint8_t {
    flags,
    uid,
    internal_date,
    rfc822_size,
    envelope,
    body,            // the structure without extension data
    body_structure,  // with it
    section,         // BODY[...], and RFC822, RFC822.HEADER, RFC822.TEXT, whose `label` tells them
    binary,          // RFC 3516
    binary_size,
    modseq,
    email_id,
    thread_id,
    preview,
    save_date,
};

struct FetchItem {
    ItemKind kind = ItemKind::flags;
    bool peek = false;            // of section and binary: does not set \Seen
    std::string_view label = {};  // "RFC822.TEXT" if that was asked for; else empty. Static.
    Section section = {};         // of section, binary, binary_size
    bool partial = false;         // <offset.count>
    std::uint32_t offset = 0;
    std::uint32_t count = 0;
    bool operator==(const FetchItem&) const = default;
};

struct FetchItems {
    std::vector<FetchItem> items;  // duplicates left out
    bool sets_seen() const;        // something without PEEK: the server stores \Seen first
    bool has(ItemKind kind) const;
};

struct FetchLimits {
    std::size_t items_max = 100;
    std::size_t path_max = 50;
    std::size_t fields_max = 200;
};

struct ParsedFetch {
    FetchItems value;
    std::string error;     // "" if it is understood; else a sentence for BAD's text
    std::size_t used = 0;  // octets of `text` read: fetch modifiers "(CHANGEDSINCE 5)" may follow
};

// `text` is what follows the sequence set and its space: "ALL", "(FLAGS BODY.PEEK[1.MIME]<0.10>)".
// Literals are as on the wire: {3}\r\nabc.
ParsedFetch parse_fetch_items(std::string_view text, const FetchLimits& limits = {});

}  // namespace postroad::imap
