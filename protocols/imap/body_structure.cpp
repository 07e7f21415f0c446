// BODY and BODYSTRUCTURE (RFC 3501 §7.4.2): a tree of parts as nested parentheses.
#include <optional>

#include "protocols/base/ascii.hpp"
#include "protocols/imap/envelope.hpp"
#include "protocols/imap/lexer.hpp"

namespace postroad::imap {
namespace {

// Words whose case means nothing are told in upper case, as the RFC's examples do.
void put_upper(std::string& out, std::string_view word) {
    std::string upper(word);
    for (char& c : upper)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    std::string scratch;
    put_string(out, without_nul(upper, scratch));
}

void put_optional(std::string& out, const std::optional<std::string>& text) {
    std::string scratch;
    if (text) {
        put_string(out, without_nul(*text, scratch));
    } else {
        out += "NIL";
    }
}

void put_parameters(std::string& out, const std::vector<Parameter>& parameters) {
    if (parameters.empty()) {
        out += "NIL";
        return;
    }
    char before = '(';
    std::string scratch;
    for (const Parameter& one : parameters) {
        out += before;
        before = ' ';
        put_upper(out, one.name);
        out += ' ';
        put_string(out, without_nul(one.value, scratch));
    }
    out += ')';
}

void put_languages(std::string& out, const std::vector<std::string>& languages) {
    if (languages.empty()) {
        out += "NIL";
        return;
    }
    char before = '(';
    std::string scratch;
    for (const std::string& tag : languages) {
        out += before;
        before = ' ';
        put_string(out, without_nul(tag, scratch));
    }
    out += ')';
}

// What one part and a multipart have in common at their ends.
void put_end(std::string& out, const MimePart& part) {
    if (part.disposition) {
        out += '(';
        put_upper(out, *part.disposition);
        out += ' ';
        put_parameters(out, part.disposition_parameters);
        out += ')';
    } else {
        out += "NIL";
    }
    out += ' ';
    put_languages(out, part.languages);
    out += ' ';
    put_optional(out, part.location);
}

class Writer {
public:
    Writer(std::string& out, std::string_view text, const MimeTree& tree, bool extended)
        : out_(out), text_(text), tree_(tree), extended_(extended) {}

    // Recursive in the nesting of parts, which MimeLimits bounds.
    void part(const MimePart& one) {
        out_ += '(';
        if (one.kind == PartKind::multipart) {
            multipart(one);
        } else {
            single(one);
        }
        out_ += ')';
    }

private:
    // The syntax wants at least one part inside; where none was found an empty text is told.
    void multipart(const MimePart& one) {
        for (std::uint32_t at = one.first; at != no_part; at = tree_.parts[at].next)
            part(tree_.parts[at]);
        if (one.first == no_part) {
            MimePart empty;
            empty.body = {one.body.end, one.body.end};
            part(empty);
        }
        out_ += ' ';
        put_upper(out_, one.subtype);
        if (!extended_) return;
        out_ += ' ';
        put_parameters(out_, one.parameters);
        out_ += ' ';
        put_end(out_, one);
    }

    void single(const MimePart& one) {
        put_upper(out_, one.type);
        out_ += ' ';
        put_upper(out_, one.subtype);
        out_ += ' ';
        put_parameters(out_, one.parameters);
        out_ += ' ';
        put_optional(out_, one.id);
        out_ += ' ';
        put_optional(out_, one.description);
        out_ += ' ';
        put_upper(out_, one.encoding);
        out_ += ' ';
        append_number(out_, one.body.size());
        if (one.kind == PartKind::message) {
            const MimePart& inside = tree_.parts[one.first];
            out_ += ' ';
            put_envelope(out_, inside.header.in(text_));
            out_ += ' ';
            part(inside);
        }
        if (one.kind == PartKind::message || one.type == "text") {
            out_ += ' ';
            append_number(out_, count_lines(one.body.in(text_)));
        }
        if (!extended_) return;
        out_ += ' ';
        put_optional(out_, one.md5);
        out_ += ' ';
        put_end(out_, one);
    }

    std::string& out_;
    std::string_view text_;
    const MimeTree& tree_;
    bool extended_;
};

}  // namespace

void put_body_structure(std::string& out, std::string_view text, const MimeTree& tree,
                        bool extended) {
    Writer(out, text, tree, extended).part(tree.root());
}

}  // namespace postroad::imap
