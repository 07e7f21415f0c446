// A search program run on one message; its text is asked for when nothing cheaper has decided.
#include <algorithm>
#include <optional>

#include "protocols/imap/charset.hpp"
#include "protocols/imap/mime_tree.hpp"
#include "protocols/imap/preview.hpp"
#include "protocols/imap/search.hpp"
#include "protocols/message/date.hpp"
#include "protocols/message/header.hpp"

namespace postroad::imap {
namespace {

constexpr std::int64_t day_s = 86'400;

std::int64_t day_of(std::int64_t unix_s, std::int64_t zone_min) {
    const std::int64_t local = unix_s + zone_min * 60;
    return local / day_s - (local % day_s < 0 ? 1 : 0);
}

// A header's fields as people read them, folded, a line each.
void put_header_text(std::string& out, std::string_view header) {
    for (const message::Field& field : message::Fields(header)) {
        out += fold(field.name);
        out += ": ";
        out += fold(decode_header(field.value));
        out += '\n';
    }
}

// What BODY and TEXT look through, folded: text parts decoded; with `headers`, the message's own
// and those of its parts (RFC 9051 §6.4.4: "including MIME header fields").
std::string searchable(std::string_view text, bool headers) {
    const MimeTree tree = parse_mime(text);
    std::string out;
    for (const MimePart& part : tree.parts) {
        if (headers) put_header_text(out, part.header.in(text));
        if (part.kind != PartKind::leaf || part.type != "text") continue;
        const auto words = text_of_part(text, part);
        out += fold(words ? *words : std::string(part.body.in(text)));
        out += '\n';
    }
    return out;
}

class Judge {
public:
    Judge(const SearchProgram& program, const SearchMessage& message)
        : program_(program), message_(message) {}

    // Recursive in the program's nesting, which SearchLimits bounds.
    bool holds(std::size_t at) {
        const SearchOp& op = program_.ops[at];
        const std::size_t end = at + op.size;
        switch (op.key) {
        case SearchKey::all: return true;
        case SearchKey::none: return false;
        case SearchKey::all_of:
            for (std::size_t i = at + 1; i < end; i += program_.ops[i].size)
                if (!holds(i)) return false;
            return true;
        case SearchKey::any_of:
            for (std::size_t i = at + 1; i < end; i += program_.ops[i].size)
                if (holds(i)) return true;
            return false;
        case SearchKey::not_of: return !holds(at + 1);
        case SearchKey::header: return header(op);
        case SearchKey::body: return found(op, body_, false);
        case SearchKey::text: return found(op, all_, true);
        case SearchKey::sent_before:
        case SearchKey::sent_on:
        case SearchKey::sent_since: return sent(op);
        default: return known(op);
        }
    }

private:
    // What the mailbox knows without the text.
    bool known(const SearchOp& op) const {
        const auto flags = std::int64_t{message_.flags};
        switch (op.key) {
        case SearchKey::flags: return (flags & op.number) == op.number;
        case SearchKey::unflags: return (flags & op.number) == 0;
        case SearchKey::numbers: return in_set(op, message_.number);
        case SearchKey::uids: return in_set(op, message_.uid);
        case SearchKey::saved_result: return message_.in_saved_result;
        case SearchKey::larger: return message_.size > op.number;
        case SearchKey::smaller: return message_.size < op.number;
        case SearchKey::older: return message_.internal_date.unix_s <= op.number;
        case SearchKey::younger: return message_.internal_date.unix_s >= op.number;
        case SearchKey::modseq: return message_.modseq >= static_cast<std::uint64_t>(op.number);
        case SearchKey::email_id: return message_.email_id == words(op);
        case SearchKey::thread_id: return message_.thread_id == words(op);
        case SearchKey::before: return internal_day() < op.number;
        case SearchKey::on: return internal_day() == op.number;
        case SearchKey::since: return internal_day() >= op.number;
        default: return saved(op);
        }
    }

    // RFC 8514 §4.3: a message whose save date is unknown is judged by its internal date.
    bool saved(const SearchOp& op) const {
        const std::int64_t day =
            message_.save_date_s < 0 ? internal_day() : day_of(message_.save_date_s, 0);
        return op.key == SearchKey::saved_before ? day < op.number
               : op.key == SearchKey::saved_on   ? day == op.number
                                                 : day >= op.number;
    }

    // RFC 3501 §6.4.4: "disregarding time and timezone": the day that is written there.
    std::int64_t internal_day() const {
        return day_of(message_.internal_date.unix_s, message_.internal_date.zone_min);
    }

    bool sent(const SearchOp& op) {
        const message::Field field = message::split_message(text()).find("Date");
        const auto date = message::parse_date(field.value);
        if (!date) return false;
        const std::int64_t day = day_of(date->unix_s, date->offset_min);
        return op.key == SearchKey::sent_before ? day < op.number
               : op.key == SearchKey::sent_on   ? day == op.number
                                                : day >= op.number;
    }

    bool in_set(const SearchOp& op, std::uint32_t number) const {
        const auto begin = program_.ranges.begin() + op.begin;
        const auto end = begin + op.count;
        const auto after =
            std::upper_bound(begin, end, number, [](std::uint32_t wanted, const Range& range) {
                return wanted < range.from;
            });
        return after != begin && number <= std::prev(after)->to;
    }

    std::string_view words(const SearchOp& op) const {
        return std::string_view(program_.texts).substr(op.begin, op.count);
    }

    // An empty string is found wherever there is such a field.
    bool header(const SearchOp& op) {
        const std::string_view name =
            std::string_view(program_.texts).substr(op.name_begin, op.name_size);
        for (const message::Field& field : message::Fields(message::split_message(text()).header)) {
            if (!field.is(name)) continue;
            if (op.count == 0) return true;
            if (fold(decode_header(field.value)).find(words(op)) != std::string::npos) return true;
        }
        return false;
    }

    bool found(const SearchOp& op, std::optional<std::string>& in, bool headers) {
        if (op.count == 0) return true;
        if (!in) in = searchable(text(), headers);
        return in->find(words(op)) != std::string::npos;
    }

    std::string_view text() {
        if (!asked_ && message_.text != nullptr) text_ = message_.text(message_.whose, scratch_);
        asked_ = true;
        return text_;
    }

    const SearchProgram& program_;
    const SearchMessage& message_;
    std::string scratch_;
    std::string_view text_;
    bool asked_ = false;
    std::optional<std::string> body_, all_;  // folded, made when first looked through
};

}  // namespace

bool matches(const SearchProgram& program, const SearchMessage& message) {
    return !program.ops.empty() && Judge(program, message).holds(0);
}

}  // namespace postroad::imap
