// A walk of our own, since only the leaves' text is wanted. Each level looks at each line once.
#include "protocols/sieve/body.hpp"

#include <optional>

#include "protocols/base/ascii.hpp"
#include "protocols/message/base64.hpp"
#include "protocols/message/header.hpp"
#include "protocols/message/mime.hpp"

namespace postroad::sieve {
namespace {

std::string decoded(std::string_view body, std::string_view encoding) {
    if (equals_ignoring_case(encoding, "base64")) return message::base64_decode_lenient(body);
    if (equals_ignoring_case(encoding, "quoted-printable"))
        return message::quoted_printable_decode(body);
    return std::string(body);
}

// RFC 5173 §5.2: text is compared as UTF-8. Charsets we do not know stay as they are.
std::string as_utf8(std::string text, std::string_view charset) {
    if (!equals_ignoring_case(charset, "iso-8859-1")) return text;
    std::string out;
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet < 0x80) {
            out += c;
        } else {
            out += static_cast<char>(0xc0U | octet >> 6U);
            out += static_cast<char>(0x80U | (octet & 0x3fU));
        }
    }
    return out;
}

class Walk {
public:
    explicit Walk(const MimeLimits& limits) : limits_(limits) {}

    void entity(std::string_view header, std::string_view body, std::size_t depth,
                std::string_view default_type) {
        if (depth > limits_.depth_max || out_.size() >= limits_.parts_max) return;
        message::ContentType type;
        if (const auto given = message::parse_content_type(default_type)) type = *given;
        std::string_view encoding;
        std::string scratch;
        for (const message::Field& field : message::Fields(header)) {
            if (field.is("Content-Type")) {
                if (const auto found = message::parse_content_type(field.value)) type = *found;
            } else if (field.is("Content-Transfer-Encoding")) {
                encoding = message::trim(message::unfolded(field, scratch));
            }
        }
        const std::string name = type.type + "/" + type.subtype;
        const std::string_view boundary = type.parameter("boundary");
        if (type.type == "multipart" && !boundary.empty()) {
            multipart(name, body, boundary, depth,
                      type.subtype == "digest" ? "message/rfc822" : "text/plain");
        } else if (name == "message/rfc822" || name == "message/global") {
            const std::string inside = decoded(body, encoding);
            const message::Parts parts = message::split_message(inside);
            out_.push_back({name, std::string(parts.header)});
            entity(parts.header, parts.body, depth + 1, "text/plain");
        } else {
            std::string text = decoded(body, encoding);
            if (type.type == "text") text = as_utf8(std::move(text), type.parameter("charset"));
            out_.push_back({name, std::move(text)});
        }
    }

    std::vector<BodyPart> take() { return std::move(out_); }

private:
    // RFC 2046 §5.1.1: lines of "--boundary" stand between the parts, "--boundary--" ends them.
    void multipart(const std::string& name, std::string_view body, std::string_view boundary,
                   std::size_t depth, std::string_view default_type) {
        const std::size_t place = out_.size();
        out_.push_back({name, {}});  // prologue and epilogue
        std::string around;
        std::size_t begin = 0;
        bool in_prologue = true;
        for (std::size_t at = 0; at < body.size();) {
            const std::size_t lf = body.find('\n', at);
            const std::size_t next = lf == std::string_view::npos ? body.size() : lf + 1;
            const std::string_view line = message::trim(body.substr(at, next - at));
            const bool mark = line.starts_with("--") && line.substr(2).starts_with(boundary);
            const std::string_view rest = mark ? line.substr(2 + boundary.size()) : line;
            if (!mark || (!rest.empty() && rest != "--")) {
                at = next;
                continue;
            }
            const std::string_view piece = body.substr(begin, before_line(body, begin, at) - begin);
            if (in_prologue)
                around = piece;
            else
                part(piece, depth, default_type);
            in_prologue = false;
            begin = at = next;
            if (rest != "--") continue;
            around += body.substr(begin);
            begin = body.size();
            break;
        }
        if (in_prologue)
            around = body;
        else if (begin < body.size())
            part(body.substr(begin), depth, default_type);
        out_[place].text = std::move(around);
    }

    // The line end before a boundary belongs to the boundary.
    static std::size_t before_line(std::string_view body, std::size_t begin, std::size_t at) {
        if (at > begin && body[at - 1] == '\n') --at;
        if (at > begin && body[at - 1] == '\r') --at;
        return at;
    }

    void part(std::string_view text, std::size_t depth, std::string_view default_type) {
        const message::Parts parts = message::split_message(text);
        entity(parts.header, parts.body, depth + 1, default_type);
    }

    const MimeLimits& limits_;
    std::vector<BodyPart> out_;
};

}  // namespace

std::vector<BodyPart> body_parts(std::string_view header, std::string_view body,
                                 const MimeLimits& limits) {
    Walk walk(limits);
    walk.entity(header, body, 0, "text/plain");
    return walk.take();
}

bool type_is(std::string_view type, std::string_view wanted) {
    if (wanted.empty()) return true;
    const std::size_t slash = wanted.find('/');
    if (slash == std::string_view::npos)
        return equals_ignoring_case(type.substr(0, type.find('/')), wanted);
    if (slash == 0 || slash + 1 == wanted.size() ||
        wanted.find('/', slash + 1) != std::string_view::npos)
        return false;
    return equals_ignoring_case(type, wanted);
}

}  // namespace postroad::sieve
