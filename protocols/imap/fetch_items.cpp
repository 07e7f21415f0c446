// The grammar of fetch-att (RFC 3501 §9), macros and RFC822's old names as what they mean.
#include "protocols/imap/fetch_items.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "protocols/base/ascii.hpp"
#include "protocols/imap/lexer.hpp"

namespace postroad::imap {
namespace {

struct Plain {
    std::string_view word;
    ItemKind kind;
};
constexpr std::array plain_items = std::to_array<Plain>({
    {"FLAGS", ItemKind::flags},
    {"UID", ItemKind::uid},
    {"INTERNALDATE", ItemKind::internal_date},
    {"RFC822.SIZE", ItemKind::rfc822_size},
    {"ENVELOPE", ItemKind::envelope},
    {"BODY", ItemKind::body},
    {"BODYSTRUCTURE", ItemKind::body_structure},
    {"MODSEQ", ItemKind::modseq},
    {"EMAILID", ItemKind::email_id},
    {"THREADID", ItemKind::thread_id},
    {"SAVEDATE", ItemKind::save_date},
});

// RFC 3501 §6.4.5: what RFC822's three mean, and that two of them set \Seen.
struct Old {
    std::string_view word;
    SectionText what;
    bool peek;
};
constexpr std::array old_items = std::to_array<Old>({
    {"RFC822", SectionText::all, false},
    {"RFC822.HEADER", SectionText::header, true},
    {"RFC822.TEXT", SectionText::text, false},
});

struct Macro {
    std::string_view word;
    std::size_t count;  // of the items below
};
constexpr std::array macros = std::to_array<Macro>({{"FAST", 3}, {"ALL", 4}, {"FULL", 5}});
constexpr std::array macro_items = {ItemKind::flags, ItemKind::internal_date, ItemKind::rfc822_size,
                                    ItemKind::envelope, ItemKind::body};

class ItemReader {
public:
    ItemReader(std::string_view text, const FetchLimits& limits, ParsedFetch& out)
        : in_(text), limits_(limits), out_(out) {}

    void run() {
        if (in_.take('(')) {
            do item();
            while (fine() && in_.space());
            if (fine() && !in_.take(')')) fail("the list of FETCH items must end with )");
        } else if (!macro()) {
            item();
        }
        out_.used = in_.at();
    }

private:
    bool fine() const { return out_.error.empty(); }
    void fail(std::string_view what) {
        if (fine()) out_.error = what;
    }

    bool macro() {
        for (const Macro& one : macros) {
            if (!in_.word(one.word)) continue;
            for (std::size_t i = 0; i < one.count; ++i) add({.kind = macro_items[i]});
            return true;
        }
        return false;
    }

    void add(FetchItem item) {
        std::vector<FetchItem>& items = out_.value.items;
        if (std::find(items.begin(), items.end(), item) != items.end()) return;
        if (items.size() >= limits_.items_max) return fail("too many items in one FETCH");
        items.push_back(std::move(item));
    }

    void item() {
        for (const Old& one : old_items) {
            if (!in_.word(one.word)) continue;
            return add({.kind = ItemKind::section,
                        .peek = one.peek,
                        .label = one.word,
                        .section = {.what = one.what}});
        }
        if (in_.text("BODY.PEEK[")) return section({.kind = ItemKind::section, .peek = true});
        if (in_.text("BODY[")) return section({.kind = ItemKind::section});
        if (in_.text("BINARY.PEEK[")) return section({.kind = ItemKind::binary, .peek = true});
        if (in_.text("BINARY.SIZE[")) return section({.kind = ItemKind::binary_size, .peek = true});
        if (in_.text("BINARY[")) return section({.kind = ItemKind::binary});
        if (in_.word("PREVIEW")) return preview();
        for (const Plain& one : plain_items)
            if (in_.word(one.word)) return add({.kind = one.kind});
        unknown();
    }

    void unknown() {
        const auto word = in_.atom();
        if (!word) return fail("a FETCH item is missing, as FLAGS or BODY[]");
        constexpr std::size_t shown_max = 40;
        fail("FETCH knows no item " + std::string(word->substr(0, shown_max)));
    }

    // RFC 8970 §3.1: "(LAZY)" allows us to say NIL; we never need to.
    void preview() {
        if (const std::size_t before = in_.at(); in_.space() && !in_.text("(LAZY)"))
            in_.back_to(before);
        add({.kind = ItemKind::preview});
    }

    // Behind "[": part numbers, then a word.
    void section(FetchItem item) {
        Section& section = item.section;
        bool dot = true;
        while (!in_.done() && is_digit(in_.peek())) {
            const auto number = in_.nz_number();
            if (!number) return fail("part numbers count from 1");
            if (section.path.size() >= limits_.path_max)
                return fail("a part number with too many levels");
            section.path.push_back(*number);
            if (dot = in_.take('.'); !dot) break;
            if (in_.peek() == ']') return fail("a part number must not end with a dot");
        }
        const bool binary = item.kind != ItemKind::section;
        if (in_.peek() != ']') {
            if (binary) return fail("BINARY takes part numbers alone, as BINARY[1.2]");
            if (!dot) return fail("a dot must follow a part number, as BODY[1.MIME]");
            if (!what(section)) return;
        }
        if (!in_.take(']')) return fail("a section must end with ]");
        if (item.kind != ItemKind::binary_size && !range(item)) return;
        add(std::move(item));
    }

    bool what(Section& section) {
        const std::string_view before = in_.rest();
        if (in_.word("HEADER")) {
            section.what = SectionText::header;
        } else if (in_.word("TEXT")) {
            section.what = SectionText::text;
        } else if (in_.word("MIME")) {
            section.what = SectionText::mime;
            if (section.path.empty()) fail("MIME needs a part number, as BODY[1.MIME]");
        } else if (in_.word("HEADER.FIELDS.NOT")) {
            section.what = SectionText::header_fields_not;
            fields(section);
        } else if (in_.word("HEADER.FIELDS")) {
            section.what = SectionText::header_fields;
            fields(section);
        } else {
            constexpr std::size_t shown_max = 30;
            fail("no section begins with " +
                 std::string(before.substr(0, std::min(before.find_first_of("\r\n"), shown_max))));
        }
        return fine();
    }

    void fields(Section& section) {
        if (!in_.space() || !in_.take('('))
            return fail("field names must follow in parentheses, as HEADER.FIELDS (To Cc)");
        do {
            const auto name = in_.astring();
            if (!name || name->empty()) return fail("a field's name is missing");
            if (section.fields.size() >= limits_.fields_max) return fail("too many field names");
            section.fields.push_back(*name);
        } while (in_.space());
        if (!in_.take(')')) fail("the list of field names must end with )");
    }

    bool range(FetchItem& item) {
        if (in_.peek() != '<') return true;
        const auto partial = in_.partial();
        if (!partial || partial->count == 0) {
            fail("a part of a section is <first.count>, count not 0");
            return false;
        }
        item.partial = true;
        item.offset = partial->from;
        item.count = partial->count;
        return true;
    }

    Reader in_;
    const FetchLimits& limits_;
    ParsedFetch& out_;
};

}  // namespace

bool FetchItems::sets_seen() const {
    return std::any_of(items.begin(), items.end(), [](const FetchItem& one) {
        return !one.peek && (one.kind == ItemKind::section || one.kind == ItemKind::binary);
    });
}

bool FetchItems::has(ItemKind kind) const {
    return std::any_of(items.begin(), items.end(),
                       [&](const FetchItem& one) { return one.kind == kind; });
}

ParsedFetch parse_fetch_items(std::string_view text, const FetchLimits& limits) {
    ParsedFetch out;
    ItemReader(text, limits, out).run();
    return out;
}

}  // namespace postroad::imap
