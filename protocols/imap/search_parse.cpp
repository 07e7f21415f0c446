// Search keys (RFC 3501 §9 search-key) to a program; and what of it depends on the mailbox.
#include <algorithm>
#include <array>
#include <utility>

#include "protocols/base/ascii.hpp"
#include "protocols/imap/charset.hpp"
#include "protocols/imap/flags.hpp"
#include "protocols/imap/search.hpp"
#include "protocols/imap/store.hpp"

namespace postroad::imap {
namespace {

// What stands behind a key's word.
enum class Takes : std::uint8_t {
    nothing,
    name,     // KEYWORD: a flag's name
    text,     // a string to be found
    day,      // a date
    number,   // octets
    seconds,  // not 0
    modseq,   // maybe an entry, then a number
    object_id
};

struct Row {
    std::string_view word;
    SearchKey key;
    Takes takes = Takes::nothing;
    std::uint32_t needs = 0;
    std::int64_t number = 0;      // of flags and unflags
    std::string_view field = {};  // of header
    bool negated = false;
};

constexpr Row flag_row(std::string_view word, SearchKey key, std::uint32_t bits) {
    return {word, key, Takes::nothing, search_needs::flags, bits};
}
constexpr Row field_row(std::string_view word, std::string_view field) {
    return {word, SearchKey::header, Takes::text, search_needs::text, 0, field};
}

constexpr std::array rows = std::to_array<Row>({
    {"ALL", SearchKey::all},
    flag_row("ANSWERED", SearchKey::flags, flag::answered),
    flag_row("DELETED", SearchKey::flags, flag::deleted),
    flag_row("DRAFT", SearchKey::flags, flag::draft),
    flag_row("FLAGGED", SearchKey::flags, flag::flagged),
    flag_row("RECENT", SearchKey::flags, flag::recent),
    flag_row("SEEN", SearchKey::flags, flag::seen),
    flag_row("UNANSWERED", SearchKey::unflags, flag::answered),
    flag_row("UNDELETED", SearchKey::unflags, flag::deleted),
    flag_row("UNDRAFT", SearchKey::unflags, flag::draft),
    flag_row("UNFLAGGED", SearchKey::unflags, flag::flagged),
    flag_row("UNSEEN", SearchKey::unflags, flag::seen),
    flag_row("OLD", SearchKey::unflags, flag::recent),
    {"KEYWORD", SearchKey::keyword, Takes::name, search_needs::flags},
    {"UNKEYWORD", SearchKey::keyword, Takes::name, search_needs::flags, 0, {}, true},
    field_row("BCC", "Bcc"),
    field_row("CC", "Cc"),
    field_row("FROM", "From"),
    field_row("SUBJECT", "Subject"),
    field_row("TO", "To"),
    {"BODY", SearchKey::body, Takes::text, search_needs::text},
    {"TEXT", SearchKey::text, Takes::text, search_needs::text},
    {"BEFORE", SearchKey::before, Takes::day, search_needs::internal_date},
    {"ON", SearchKey::on, Takes::day, search_needs::internal_date},
    {"SINCE", SearchKey::since, Takes::day, search_needs::internal_date},
    {"SENTBEFORE", SearchKey::sent_before, Takes::day, search_needs::text},
    {"SENTON", SearchKey::sent_on, Takes::day, search_needs::text},
    {"SENTSINCE", SearchKey::sent_since, Takes::day, search_needs::text},
    {"SAVEDBEFORE", SearchKey::saved_before, Takes::day, search_needs::save_date},
    {"SAVEDON", SearchKey::saved_on, Takes::day, search_needs::save_date},
    {"SAVEDSINCE", SearchKey::saved_since, Takes::day, search_needs::save_date},
    {"SAVEDATESUPPORTED", SearchKey::all},  // RFC 8514 §4.3
    {"LARGER", SearchKey::larger, Takes::number, search_needs::size},
    {"SMALLER", SearchKey::smaller, Takes::number, search_needs::size},
    {"OLDER", SearchKey::older, Takes::seconds, search_needs::internal_date},
    {"YOUNGER", SearchKey::younger, Takes::seconds, search_needs::internal_date},
    {"MODSEQ", SearchKey::modseq, Takes::modseq, search_needs::modseq},
    {"EMAILID", SearchKey::email_id, Takes::object_id, search_needs::ids},
    {"THREADID", SearchKey::thread_id, Takes::object_id, search_needs::ids},
});

// What an operation costs a message: one that reads texts comes after those that do not.
int cost(SearchKey key) {
    switch (key) {
    case SearchKey::header:
    case SearchKey::sent_before:
    case SearchKey::sent_on:
    case SearchKey::sent_since: return 1;
    case SearchKey::body:
    case SearchKey::text: return 2;
    default: return 0;
    }
}

class KeyReader {
public:
    KeyReader(std::string_view text, const SearchLimits& limits, ParsedSearch& out)
        : in_(text), limits_(limits), out_(out) {}

    // "CHARSET name " in front, if it is there.
    void charset() {
        if (!in_.word("CHARSET")) return;
        const auto name = in_.space() ? in_.astring() : std::nullopt;
        if (!name || !in_.space()) return fail("a charset and a search key must follow CHARSET");
        set_charset(*name);
    }

    void set_charset(std::string_view name) {
        charset_ = name;
        out_.charset_unknown = !is_known_charset(name);
    }

    void run() {
        if (!fine()) return;
        const std::size_t all = open(SearchKey::all_of);
        do key(1);
        while (fine() && in_.space());
        if (fine() && !in_.done()) fail("search keys are apart by one space");
        close(all);
    }

private:
    bool fine() const { return out_.error.empty(); }
    void fail(std::string_view what) {
        if (fine()) out_.error = what;
    }
    std::vector<SearchOp>& ops() { return out_.value.ops; }

    std::size_t open(SearchKey key) {
        ops().push_back({.key = key});
        return ops().size() - 1;
    }

    // Gives an operation its size. A conjunction in a conjunction is one with it, and what costs
    // less comes first: BODY "x" (SUBJECT "y" UNSEEN) looks into the texts of unseen messages
    // alone.
    void close(std::size_t at) {
        const SearchKey own = ops()[at].key;
        if (own == SearchKey::all_of || own == SearchKey::any_of) {
            std::vector<SearchOp> sorted;
            for (int wanted = 0; wanted <= 2; ++wanted) {
                for (std::size_t i = at + 1; i < ops().size();) {
                    if (ops()[i].key == own) {
                        ++i;
                        continue;
                    }
                    if (cost_of(i) == wanted) {
                        const auto from = ops().begin() + static_cast<std::ptrdiff_t>(i);
                        sorted.insert(sorted.end(), from, from + ops()[i].size);
                    }
                    i += ops()[i].size;
                }
            }
            ops().resize(at + 1);
            ops().insert(ops().end(), sorted.begin(), sorted.end());
        }
        ops()[at].size = static_cast<std::uint32_t>(ops().size() - at);
    }

    // Of an operation with all inside it.
    int cost_of(std::size_t at) {
        int most = 0;
        for (std::size_t i = at; i < at + ops()[at].size; ++i)
            most = std::max(most, cost(ops()[i].key));
        return most;
    }

    // Recursive in NOT, OR and parentheses, whose depth is bounded.
    void key(std::size_t depth) {
        if (!fine()) return;
        if (depth > limits_.depth_max) return fail("search keys nested too deeply");
        if (ops().size() > limits_.keys_max) return fail("too many search keys");
        if (in_.take('(')) return list(depth);
        const char c = in_.peek();
        if (is_digit(c) || c == '*' || c == '$') return set(SearchKey::numbers);
        if (in_.word("UID")) return after_space() ? set(SearchKey::uids) : void();
        if (in_.word("NOT")) {
            const std::size_t at = open(SearchKey::not_of);
            if (after_space()) key(depth + 1);
            return close(at);
        }
        if (in_.word("OR")) {
            const std::size_t at = open(SearchKey::any_of);
            if (after_space()) key(depth + 1);
            if (after_space()) key(depth + 1);
            return close(at);
        }
        if (in_.word("HEADER")) return header();
        if (in_.word("NEW")) return fresh();
        for (const Row& row : rows)
            if (in_.word(row.word)) return read(row);
        unknown();
    }

    void unknown() {
        const auto word = in_.atom();
        constexpr std::size_t shown_max = 40;
        fail(word ? "there is no search key " + std::string(word->substr(0, shown_max))
                  : std::string("a search key is missing, as UNSEEN or FROM \"ann\""));
    }

    bool after_space() {
        if (fine() && !in_.space()) fail("a search key ends where more must follow");
        return fine();
    }

    void list(std::size_t depth) {
        const std::size_t at = open(SearchKey::all_of);
        do key(depth + 1);
        while (fine() && in_.space());
        if (fine() && !in_.take(')')) fail("a list of search keys must end with )");
        close(at);
    }

    void set(SearchKey key) {
        const auto read = in_.sequence_set();
        if (!read) return fail("a set of numbers is written as 1,3:5,9:*");
        SearchOp op{.key = read->saved ? SearchKey::saved_result : key};
        op.begin = static_cast<std::uint32_t>(out_.value.ranges.size());
        op.count = static_cast<std::uint32_t>(read->ranges.size());
        out_.value.ranges.insert(out_.value.ranges.end(), read->ranges.begin(), read->ranges.end());
        out_.value.needs |= read->saved              ? search_needs::saved_result
                            : key == SearchKey::uids ? search_needs::uid
                                                     : search_needs::number;
        ops().push_back(op);
    }

    void fresh() {  // NEW: RECENT UNSEEN
        const std::size_t at = open(SearchKey::all_of);
        ops().push_back({.key = SearchKey::flags, .number = flag::recent});
        ops().push_back({.key = SearchKey::unflags, .number = flag::seen});
        out_.value.needs |= search_needs::flags;
        close(at);
    }

    void header() {
        const auto field = after_space() ? in_.astring() : std::nullopt;
        if (!field) return fail("HEADER takes a field's name and a string");
        SearchOp op{.key = SearchKey::header};
        keep(*field, op.name_begin, op.name_size);
        needle(op);
        out_.value.needs |= search_needs::text;
        ops().push_back(op);
    }

    void keep(std::string_view text, std::uint32_t& begin, std::uint32_t& size) {
        begin = static_cast<std::uint32_t>(out_.value.texts.size());
        size = static_cast<std::uint32_t>(text.size());
        out_.value.texts += text;
    }

    void needle(SearchOp& op) {
        const auto text = after_space() ? in_.astring() : std::nullopt;
        if (!text) return fail("a string must follow, as FROM \"ann\"");
        keep(out_.charset_unknown ? std::string() : fold(to_utf8(charset_, *text)), op.begin,
             op.count);
    }

    void read(const Row& row) {
        SearchOp op{.key = row.key, .number = row.number};
        const std::size_t negation = row.negated ? open(SearchKey::not_of) : 0;
        if (row.takes != Takes::nothing && !after_space()) return;
        switch (row.takes) {
        case Takes::nothing: break;
        case Takes::text:
            in_.back_to(in_.at() - 1);
            if (!row.field.empty()) keep(row.field, op.name_begin, op.name_size);
            needle(op);
            break;
        case Takes::name:
        case Takes::object_id:
            if (const auto word = in_.atom()) {
                keep(*word, op.begin, op.count);
            } else {
                fail(row.takes == Takes::name ? "a keyword must follow, as KEYWORD $Junk"
                                              : "an id must follow, of letters, digits, - and _");
            }
            break;
        case Takes::day: number(op, in_.date(), "a date must follow, as 1-Feb-1994"); break;
        case Takes::number: number(op, in_.number64(), "a number of octets must follow"); break;
        case Takes::seconds:
            number(op, in_.nz_number(), "a number of seconds must follow, not 0");
            break;
        case Takes::modseq: modseq(op); break;
        }
        ops().push_back(op);
        out_.value.needs |= row.needs;
        if (row.negated) close(negation);
    }

    template <class T> void number(SearchOp& op, std::optional<T> value, std::string_view usage) {
        if (!value) return fail(usage);
        op.number = static_cast<std::int64_t>(*value);
    }

    // RFC 7162 §3.1.5: an entry ("/flags/\\Seen" all) may stand in front. We have one mod-sequence
    // for all of a message, as it allows.
    void modseq(SearchOp& op) {
        if (in_.peek() == '"') {
            const bool read = in_.quoted() && in_.space() &&
                              (in_.word("all") || in_.word("priv") || in_.word("shared")) &&
                              in_.space();
            if (!read) return fail("an entry is \"/flags/name\", then priv, shared or all");
        }
        number(op, in_.number64(), "a mod-sequence must follow MODSEQ");
    }

    Reader in_;
    const SearchLimits& limits_;
    ParsedSearch& out_;
    std::string charset_ = "US-ASCII";
};

// The bit of a keyword in a mailbox's table, 0 if the mailbox has no such keyword.
std::uint32_t keyword_bit(std::string_view table, std::string_view name) {
    for (unsigned place = 0; place < keywords_max && !table.empty(); ++place) {
        const std::size_t end = table.find('\n');
        if (equals_ignoring_case(table.substr(0, end), name)) return 1U << (system_flags + place);
        if (end == std::string_view::npos) break;
        table.remove_prefix(end + 1);
    }
    return 0;
}

}  // namespace

ParsedSearch parse_search(std::string_view text, const SearchLimits& limits) {
    ParsedSearch out;
    KeyReader reader(text, limits, out);
    reader.charset();
    reader.run();
    return out;
}

ParsedSearch parse_search_keys(std::string_view text, std::string_view charset,
                               const SearchLimits& limits) {
    ParsedSearch out;
    KeyReader reader(text, limits, out);
    reader.set_charset(charset);
    reader.run();
    return out;
}

void resolve(SearchProgram& program, const SearchMoment& moment) {
    std::vector<Range> ranges;
    for (SearchOp& op : program.ops) {
        if (op.key == SearchKey::numbers || op.key == SearchKey::uids) {
            const auto from = program.ranges.begin() + op.begin;
            const SequenceSet set{{from, from + op.count}, false};
            const std::vector<Range> clean =
                resolved(set, op.key == SearchKey::uids ? moment.uid_max : moment.number_max);
            op.begin = static_cast<std::uint32_t>(ranges.size());
            op.count = static_cast<std::uint32_t>(clean.size());
            ranges.insert(ranges.end(), clean.begin(), clean.end());
        } else if (op.key == SearchKey::older || op.key == SearchKey::younger) {
            op.number = moment.now_s - op.number;
        } else if (op.key == SearchKey::keyword) {
            op.number = keyword_bit(moment.keywords,
                                    std::string_view(program.texts).substr(op.begin, op.count));
            op.key = op.number == 0 ? SearchKey::none : SearchKey::flags;
        }
    }
    program.ranges = std::move(ranges);
}

}  // namespace postroad::imap
