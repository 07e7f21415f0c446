// Data items of one message, each made when it is asked for.
#include "protocols/imap/fetch_data.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "protocols/base/ascii.hpp"
#include "protocols/imap/envelope.hpp"
#include "protocols/imap/preview.hpp"
#include "protocols/message/header.hpp"

namespace postroad::imap {
namespace {

// RFC 3501 §6.4.5: a blank line ends what HEADER.FIELDS gives, if one ended the header.
std::string_view chosen_fields(std::string_view header, const Section& section,
                               std::string& scratch) {
    const message::Parts pieces = message::split_message(header);
    scratch.clear();
    for (const message::Field& field : pieces.fields()) {
        const bool named = std::any_of(section.fields.begin(), section.fields.end(),
                                       [&](const std::string& name) { return field.is(name); });
        if (named == (section.what == SectionText::header_fields)) scratch += field.raw;
    }
    scratch += pieces.separator;
    return scratch;
}

std::string_view of_message(std::string_view whole, std::string_view header, std::string_view body,
                            const Section& section, std::string& scratch) {
    switch (section.what) {
    case SectionText::all: return whole;
    case SectionText::header: return header;
    case SectionText::text: return body;
    case SectionText::header_fields:
    case SectionText::header_fields_not: return chosen_fields(header, section, scratch);
    case SectionText::mime: break;  // not without a part number
    }
    return {};
}

// Appends "1.2.HEADER.FIELDS (To)" as it was asked for.
void put_section(std::string& out, const Section& section) {
    bool dot = false;
    for (const std::uint32_t number : section.path) {
        if (std::exchange(dot, true)) out += '.';
        append_number(out, number);
    }
    if (section.what == SectionText::all) return;
    if (dot) out += '.';
    switch (section.what) {
    case SectionText::header: out += "HEADER"; return;
    case SectionText::text: out += "TEXT"; return;
    case SectionText::mime: out += "MIME"; return;
    case SectionText::header_fields: out += "HEADER.FIELDS ("; break;
    default: out += "HEADER.FIELDS.NOT ("; break;
    }
    bool space = false;
    for (const std::string& name : section.fields) {
        if (std::exchange(space, true)) out += ' ';
        put_astring(out, name);
    }
    out += ')';
}

class Renderer {
public:
    Renderer(std::string& out, const MessageData& message) : out_(out), message_(message) {}

    // False: an encoding nobody knows.
    bool item(const FetchItem& one) {
        switch (one.kind) {
        case ItemKind::flags: out_.append("FLAGS (").append(message_.flags) += ')'; return true;
        case ItemKind::uid: return number("UID ", message_.uid);
        case ItemKind::internal_date:
            out_ += "INTERNALDATE ";
            put_date_time(out_, message_.internal_date);
            return true;
        case ItemKind::rfc822_size:
            return number("RFC822.SIZE ",
                          message_.text.empty() ? message_.octets : message_.text.size());
        case ItemKind::envelope:
            out_ += "ENVELOPE ";
            put_envelope(out_, message::split_message(message_.text).header);
            return true;
        case ItemKind::body:
            out_ += "BODY ";
            put_body_structure(out_, message_.text, tree(), false);
            return true;
        case ItemKind::body_structure:
            out_ += "BODYSTRUCTURE ";
            put_body_structure(out_, message_.text, tree(), true);
            return true;
        case ItemKind::section: return section(one);
        case ItemKind::binary: return binary(one);
        case ItemKind::binary_size: return binary_size(one);
        case ItemKind::modseq:
            number("MODSEQ (", message_.modseq);
            out_ += ')';
            return true;
        case ItemKind::email_id:
            out_.append("EMAILID (").append(message_.email_id) += ')';
            return true;
        case ItemKind::thread_id: return thread_id();
        case ItemKind::preview:
            out_ += "PREVIEW ";
            put_string(out_, preview(message_.text, tree()));
            return true;
        case ItemKind::save_date: return save_date();
        }
        return true;
    }

private:
    bool number(std::string_view before, std::uint64_t value) {
        out_ += before;
        append_number(out_, value);
        return true;
    }

    bool thread_id() {
        if (message_.thread_id.empty()) {
            out_ += "THREADID NIL";
        } else {
            out_.append("THREADID (").append(message_.thread_id) += ')';
        }
        return true;
    }

    bool save_date() {
        out_ += "SAVEDATE ";
        if (message_.save_date_s < 0) {
            out_ += "NIL";
        } else {
            put_date_time(out_, {message_.save_date_s, 0});
        }
        return true;
    }

    // What the whole message answers needs no tree.
    bool section(const FetchItem& one) {
        std::string scratch;
        std::optional<std::string_view> octets;
        if (one.section.path.empty()) {
            const message::Parts pieces = message::split_message(message_.text);
            const std::size_t header = pieces.header.size() + pieces.separator.size();
            octets = of_message(message_.text, message_.text.substr(0, header), pieces.body,
                                one.section, scratch);
        } else {
            octets = section_octets(message_.text, tree(), one.section, scratch);
        }
        if (!one.label.empty()) {
            out_ += one.label;
        } else {
            out_ += "BODY[";
            put_section(out_, one.section);
            out_ += ']';
            put_origin(one);
        }
        out_ += ' ';
        if (!octets) {
            out_ += "NIL";
            return true;
        }
        std::string clean;
        put_literal(out_, without_nul(part_of(*octets, one), clean));
        return true;
    }

    bool binary(const FetchItem& one) {
        const auto octets = decoded(one);
        out_ += "BINARY[";
        put_section(out_, one.section);
        out_ += ']';
        put_origin(one);
        out_ += ' ';
        if (!octets) {
            out_ += "NIL";
            return known_;
        }
        const std::string_view asked = part_of(*octets, one);
        if (asked.find('\0') == std::string_view::npos) {
            put_literal(out_, asked);
        } else {
            put_literal8(out_, asked);
        }
        return true;
    }

    bool binary_size(const FetchItem& one) {
        const auto octets = decoded(one);
        out_ += "BINARY.SIZE[";
        put_section(out_, one.section);
        out_ += "] ";
        append_number(out_, octets ? octets->size() : 0);
        return octets || known_;
    }

    // RFC 3516 §4.2: a part without its encoding; what holds other parts, and a whole message, has
    // none.
    std::optional<std::string> decoded(const FetchItem& one) {
        known_ = true;
        if (one.section.path.empty()) return std::string(message_.text);
        const MimePart* part = tree().find(one.section.path);
        if (part == nullptr) return std::nullopt;
        if (part->kind != PartKind::leaf) return std::string(part->body.in(message_.text));
        auto octets = decoded_body(message_.text, *part);
        known_ = octets.has_value();
        return octets;
    }

    void put_origin(const FetchItem& one) {
        if (!one.partial) return;
        out_ += '<';
        append_number(out_, one.offset);
        out_ += '>';
    }

    // RFC 3501 §6.4.5: what begins behind the end is the empty string.
    static std::string_view part_of(std::string_view octets, const FetchItem& one) {
        if (!one.partial) return octets;
        return octets.substr(std::min<std::size_t>(one.offset, octets.size()), one.count);
    }

    const MimeTree& tree() {
        if (!tree_) tree_ = parse_mime(message_.text);
        return *tree_;
    }

    std::string& out_;
    const MessageData& message_;
    std::optional<MimeTree> tree_;
    bool known_ = true;  // the encoding that `decoded` met
};

}  // namespace

bool put_fetch_data(std::string& out, const FetchItems& asked, const MessageData& message) {
    Renderer renderer(out, message);
    bool known = true;
    char before = '(';
    for (const FetchItem& one : asked.items) {
        out += before;
        before = ' ';
        known &= renderer.item(one);
    }
    out += ')';
    return known;
}

std::optional<std::string_view> section_octets(std::string_view text, const MimeTree& tree,
                                               const Section& section, std::string& scratch) {
    const MimePart* part = tree.find(section.path);
    if (part == nullptr) return std::nullopt;
    const bool numbered = !section.path.empty();
    if (numbered && section.what == SectionText::all) return part->body.in(text);
    if (section.what == SectionText::mime) {
        if (!numbered) return std::nullopt;
        return part->header.in(text);
    }
    // RFC 3501 §6.4.5: HEADER and TEXT with a number are of the message inside that part.
    if (numbered) {
        if (part->kind != PartKind::message || part->first == no_part) return std::nullopt;
        part = &tree.parts[part->first];
    }
    return of_message(text.substr(part->header.begin, part->body.end - part->header.begin),
                      part->header.in(text), part->body.in(text), section, scratch);
}

}  // namespace postroad::imap
