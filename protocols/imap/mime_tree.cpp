// The scanner that finds parts and their ranges. GMime's parser tells where a leaf's body lies, but
// not a multipart's or a nested message's end, so it is the judge in our tests and not used here.
#include "protocols/imap/mime_tree.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "protocols/imap/content_fields.hpp"
#include "protocols/message/base64.hpp"
#include "protocols/message/characters.hpp"
#include "protocols/message/header.hpp"

namespace postroad::imap {
namespace {

using message::is_wsp;

// A line that begins with "--" and the boundary: a delimiter or the last one (RFC 2046 §5.1.1).
enum class Line : std::uint8_t { other, delimiter, last };

// White space may follow. Anything else makes it another line: boundaries may begin alike.
Line judge_line(std::string_view line, std::string_view boundary) {
    if (line.size() < boundary.size() + 2 || line.substr(2, boundary.size()) != boundary)
        return Line::other;
    line.remove_prefix(boundary.size() + 2);
    const bool last = line.starts_with("--");
    if (last) line.remove_prefix(2);
    for (const char c : line)
        if (!message::is_blank(c)) return Line::other;
    return last ? Line::last : Line::delimiter;
}

class Scanner {
public:
    Scanner(std::string_view text, const MimeLimits& limits, MimeTree& tree)
        : text_(text), limits_(limits), tree_(tree) {}

    // Recursive in the nesting of parts, which is bounded by `depth_max`.
    void entity(Octets whole, std::uint32_t parent, std::uint32_t depth, bool in_digest) {
        const auto self = static_cast<std::uint32_t>(tree_.parts.size());
        MimePart part;
        part.parent = parent;
        part.depth = depth;
        const message::Parts pieces = message::split_message(whole.in(text_));
        const auto header = pieces.header.size() + pieces.separator.size();
        part.header = {whole.begin, whole.begin + static_cast<std::uint32_t>(header)};
        part.body = {part.header.end, whole.end};
        if (in_digest) {  // RFC 2046 §5.1.5
            part.type = "message";
            part.subtype = "rfc822";
        }
        read_content_fields(part, pieces.fields());
        if (part.type == "multipart") part.kind = PartKind::multipart;
        if (part.is("message", "rfc822") || part.is("message", "global"))
            part.kind = PartKind::message;
        if (part.kind != PartKind::leaf &&
            (depth >= limits_.depth_max || tree_.parts.size() + 1 >= limits_.parts_max))
            flatten(part);
        const PartKind kind = part.kind;
        const Octets body = part.body;
        tree_.parts.push_back(std::move(part));
        if (kind == PartKind::message) {
            tree_.parts[self].first = self + 1;
            entity(body, self, depth + 1, false);
        } else if (kind == PartKind::multipart) {
            children(self, body);
        }
    }

private:
    // A client that is told of a multipart or a message expects what is inside.
    void flatten(MimePart& part) {
        tree_.limit_reached = true;
        part.kind = PartKind::leaf;
        part.type = "application";
        part.subtype = "octet-stream";
        part.parameters.clear();
    }

    void child(std::uint32_t self, std::uint32_t& previous, Octets whole) {
        if (tree_.parts.size() >= limits_.parts_max) {
            tree_.limit_reached = true;
            return;
        }
        const auto at = static_cast<std::uint32_t>(tree_.parts.size());
        (previous == no_part ? tree_.parts[self].first : tree_.parts[previous].next) = at;
        previous = at;
        entity(whole, self, tree_.parts[self].depth + 1, tree_.parts[self].subtype == "digest");
    }

    // RFC 2046 §5.1.1: what stands before the first boundary line and behind the last one is of no
    // part; the line end before a boundary line belongs to the boundary.
    void children(std::uint32_t self, Octets body) {
        const std::string boundary(tree_.parts[self].parameter("boundary"));
        if (boundary.empty()) return;
        std::uint32_t previous = no_part;
        std::uint32_t begin = no_part;  // of the part that is open
        for (std::uint32_t line = next_dashes(body.begin, body); line < body.end;) {
            const std::uint32_t after = line_end(line, body.end);
            const Line what = judge_line(text_.substr(line, after - line), boundary);
            if (what != Line::other) {
                if (begin != no_part) child(self, previous, {begin, before_line_end(line, begin)});
                begin = what == Line::delimiter ? after : no_part;
                if (what == Line::last) return;
            }
            line = next_dashes(after, body);
        }
        if (begin != no_part) child(self, previous, {begin, body.end});
    }

    std::uint32_t line_end(std::uint32_t at, std::uint32_t end) const {
        const void* lf = std::memchr(text_.data() + at, '\n', end - at);
        if (lf == nullptr) return end;
        return static_cast<std::uint32_t>(static_cast<const char*>(lf) - text_.data()) + 1;
    }

    // The first line from `at` on, itself the beginning of one, that begins with two hyphens.
    std::uint32_t next_dashes(std::uint32_t at, Octets body) const {
        while (at < body.end) {
            if (body.end - at >= 2 && text_[at] == '-' && text_[at + 1] == '-') return at;
            at = line_end(at, body.end);
        }
        return body.end;
    }

    std::uint32_t before_line_end(std::uint32_t line, std::uint32_t begin) const {
        if (line > begin && text_[line - 1] == '\n') --line;
        if (line > begin && text_[line - 1] == '\r') --line;
        return line;
    }

    std::string_view text_;
    const MimeLimits& limits_;
    MimeTree& tree_;
};

const MimePart* child_at(const MimeTree& tree, const MimePart& parent, std::uint32_t number) {
    std::uint32_t at = parent.first;
    while (at != no_part && number > 1) {
        at = tree.parts[at].next;
        --number;
    }
    return at == no_part || number == 0 ? nullptr : &tree.parts[at];
}

}  // namespace

std::string_view MimePart::parameter(std::string_view name) const {
    return find_parameter(parameters, name);
}

const MimePart* MimeTree::find(const std::vector<std::uint32_t>& path) const {
    const MimePart* part = nullptr;
    for (const std::uint32_t number : path) {
        const MimePart* within = part == nullptr ? &root() : part;
        if (part != nullptr && part->kind == PartKind::message) within = child_at(*this, *part, 1);
        if (within == nullptr || (within == part && part->kind == PartKind::leaf)) return nullptr;
        if (within->kind == PartKind::multipart) {
            part = child_at(*this, *within, number);
        } else {  // RFC 3501 §6.4.5: every message has at least one part number
            part = number == 1 ? within : nullptr;
        }
        if (part == nullptr) return nullptr;
    }
    return part == nullptr ? &root() : part;
}

MimeTree parse_mime(std::string_view text, const MimeLimits& limits) {
    text = text.substr(0, std::numeric_limits<std::uint32_t>::max() - 1);
    MimeTree tree;
    Scanner(text, limits, tree)
        .entity({0, static_cast<std::uint32_t>(text.size())}, no_part, 0, false);
    return tree;
}

std::uint32_t count_lines(std::string_view octets) {
    return static_cast<std::uint32_t>(std::count(octets.begin(), octets.end(), '\n'));
}

std::optional<std::string> decoded_body(std::string_view text, const MimePart& part) {
    const std::string_view body = part.body.in(text);
    if (part.encoding == "base64") return message::base64_decode_lenient(body);
    if (part.encoding == "quoted-printable") return message::quoted_printable_decode(body);
    if (part.encoding == "7bit" || part.encoding == "8bit" || part.encoding == "binary")
        return std::string(body);
    return std::nullopt;
}

}  // namespace postroad::imap
