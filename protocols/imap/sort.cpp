// Sort criteria, and a word of octets for each that compares as the criterion does.
#include "protocols/imap/sort.hpp"

#include <algorithm>
#include <array>

#include "protocols/imap/charset.hpp"
#include "protocols/imap/lexer.hpp"
#include "protocols/message/address.hpp"
#include "protocols/message/header.hpp"

namespace postroad::imap {
namespace {

struct Row {
    std::string_view word;
    SortKey key;
    bool needs_text;
};
constexpr std::array rows = std::to_array<Row>({
    {"ARRIVAL", SortKey::arrival, false},
    {"CC", SortKey::cc, true},
    {"DATE", SortKey::date, true},
    {"FROM", SortKey::from, true},
    {"SIZE", SortKey::size, false},
    {"SUBJECT", SortKey::subject, true},
    {"TO", SortKey::to, true},
    {"DISPLAYFROM", SortKey::display_from, true},
    {"DISPLAYTO", SortKey::display_to, true},
});

// Eight octets that compare as the number does.
std::string number_word(std::int64_t value) {
    const auto shifted = static_cast<std::uint64_t>(value) ^ (std::uint64_t{1} << 63);
    std::string out;
    for (int bits = 56; bits >= 0; bits -= 8) out += static_cast<char>(shifted >> bits & 0xFF);
    return out;
}

// RFC 5256 §3: the mailbox of the first address. RFC 5957 §3: as people see it.
std::string address_word(std::string_view header, std::string_view name, bool display) {
    constexpr std::size_t enough = 1;
    const message::Field field = message::split_message(header).find(name);
    const message::AddressList list = message::parse_addresses(field.value, enough);
    if (list.addresses.empty()) return {};
    const message::Address& first = list.addresses.front();
    if (first.is_group) return fold(decode_header(first.group_name));
    if (first.mailboxes.empty()) return {};
    const message::Mailbox& one = first.mailboxes.front();
    if (!display) return fold(one.local_part);
    return fold(one.display_name.empty() ? one.local_part + '@' + one.domain
                                         : decode_header(one.display_name));
}

std::string word_of(SortKey key, const SortMessage& message, std::string_view header) {
    switch (key) {
    case SortKey::arrival: return number_word(message.internal_date_s);
    case SortKey::size: return number_word(message.size);
    case SortKey::date: return number_word(sent_date(header, message.internal_date_s));
    case SortKey::cc: return address_word(header, "Cc", false);
    case SortKey::from: return address_word(header, "From", false);
    case SortKey::to: return address_word(header, "To", false);
    case SortKey::display_from: return address_word(header, "From", true);
    case SortKey::display_to: return address_word(header, "To", true);
    case SortKey::subject: break;
    }
    return fold(base_subject(message::split_message(header).find("Subject").value));
}

}  // namespace

ParsedSort parse_sort_criteria(std::string_view text) {
    constexpr std::size_t criteria_max = 20;
    ParsedSort out;
    Reader in(text);
    const auto fail = [&](std::string_view what) {
        out.error = what;
        return out;
    };
    if (!in.take('(')) return fail("sort criteria stand in parentheses, as (REVERSE DATE)");
    do {
        SortCriterion one;
        one.reverse = in.word("REVERSE");
        if (one.reverse && !in.space()) return fail("a criterion must follow REVERSE");
        const auto row = std::find_if(rows.begin(), rows.end(),
                                      [&](const Row& each) { return in.word(each.word); });
        if (row == rows.end())
            return fail("criteria are ARRIVAL, CC, DATE, FROM, SIZE, SUBJECT, TO, DISPLAYFROM and "
                        "DISPLAYTO");
        if (out.value.size() >= criteria_max) return fail("too many sort criteria");
        one.key = row->key;
        out.value.push_back(one);
    } while (in.space());
    if (!in.take(')')) return fail("sort criteria must end with )");
    out.used = in.at();
    return out;
}

bool sort_needs_text(const std::vector<SortCriterion>& criteria) {
    return std::any_of(criteria.begin(), criteria.end(), [](const SortCriterion& one) {
        return std::any_of(rows.begin(), rows.end(),
                           [&](const Row& row) { return row.key == one.key && row.needs_text; });
    });
}

SortRow sort_row(const std::vector<SortCriterion>& criteria, const SortMessage& message) {
    SortRow row;
    row.number = message.number;
    const std::string_view header = sort_needs_text(criteria)
                                        ? message::split_message(message.text).header
                                        : std::string_view{};
    row.words.reserve(criteria.size());
    for (const SortCriterion& one : criteria)
        row.words.push_back(word_of(one.key, message, header));
    return row;
}

void sort_rows(const std::vector<SortCriterion>& criteria, std::vector<SortRow>& rows_to_sort) {
    std::sort(rows_to_sort.begin(), rows_to_sort.end(), [&](const SortRow& a, const SortRow& b) {
        for (std::size_t i = 0; i < criteria.size(); ++i) {
            const int order = a.words[i].compare(b.words[i]);
            if (order != 0) return criteria[i].reverse ? order > 0 : order < 0;
        }
        return a.number < b.number;
    });
}

}  // namespace postroad::imap
