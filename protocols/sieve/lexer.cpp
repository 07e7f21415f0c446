// One pass over the source; each octet is looked at a bounded number of times.
#include "protocols/sieve/lexer.hpp"

#include "protocols/base/ascii.hpp"
#include "protocols/message/mime.hpp"

namespace postroad::sieve {
namespace {

constexpr bool is_word_start(char c) { return is_alpha(c) || c == '_'; }
constexpr bool is_word(char c) { return is_word_start(c) || is_digit(c); }
constexpr bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; }

// RFC 5228 §2.4.1: 31 bits at least. More than this is nothing a message could have.
constexpr std::uint64_t number_max = std::uint64_t{1} << 52U;

class Lexer {
public:
    Lexer(std::string_view source, std::size_t problems_max)
        : source_(source), problems_max_(problems_max) {}

    Words run() {
        if (source_.starts_with("\xef\xbb\xbf")) advance(3);  // a mark that editors leave
        while (at_ < source_.size()) step();
        begin_token();
        push(TokenKind::end);
        return std::move(out_);
    }

private:
    bool more(std::size_t ahead = 0) const { return at_ + ahead < source_.size(); }
    char look(std::size_t ahead = 0) const { return more(ahead) ? source_[at_ + ahead] : '\0'; }

    void advance(std::size_t octets = 1) {
        for (; octets > 0 && at_ < source_.size(); --octets, ++at_) {
            if (source_[at_] == '\n') {
                ++line_;
                column_ = 1;
            } else if (!is_continuation(source_[at_])) {
                ++column_;
            }
        }
    }

    void begin_token() {
        token_ = Token{};
        token_.line = line_;
        token_.column = column_;
        token_.begin = static_cast<std::uint32_t>(at_);
    }

    void push(TokenKind kind) {
        token_.kind = kind;
        token_.end = static_cast<std::uint32_t>(at_);
        out_.tokens.push_back(token_);
    }

    // About the token that was begun, `length` characters of it.
    void problem(std::string what, std::uint32_t length = 1, std::string suggestion = {}) {
        if (out_.problems.size() >= problems_max_) return;
        out_.problems.push_back({token_.line, token_.column, length, token_.begin, std::move(what),
                                 std::move(suggestion)});
    }

    void step() {
        const char c = look();
        begin_token();
        if (c == ' ' || c == '\t' || c == '\n') return advance();
        if (c == '\r') return carriage_return();
        if (c == '#') return hash_comment();
        if (c == '/' && look(1) == '*') return bracket_comment();
        if (c == '"') return quoted();
        if (c == ':') return tag();
        if (is_digit(c)) return number();
        if (is_word_start(c)) return word();
        static constexpr std::string_view marks = ";,()[]{}";
        const std::size_t mark = marks.find(c);
        if (mark == std::string_view::npos) return stray();
        advance();
        push(static_cast<TokenKind>(static_cast<std::size_t>(TokenKind::semicolon) + mark));
    }

    void carriage_return() {
        if (look(1) != '\n') problem("a carriage return without a line feed");
        advance();
    }

    void hash_comment() {
        while (more() && look() != '\n') advance();
    }

    // §2.3: the first "*/" ends it, they do not nest.
    void bracket_comment() {
        const std::size_t end = source_.find("*/", at_ + 2);
        if (end == std::string_view::npos) {
            problem("this comment never ends", 2, "end it with */");
            return advance(source_.size() - at_);
        }
        advance(end + 2 - at_);
    }

    void quoted() {
        advance();
        token_.inner_begin = static_cast<std::uint32_t>(at_);
        while (more() && look() != '"') advance(look() == '\\' ? 2 : 1);
        if (!more()) {
            token_.inner_end = static_cast<std::uint32_t>(at_);
            problem("this string never ends", 1, "end it with \"");
            return push(TokenKind::quoted);
        }
        token_.inner_end = static_cast<std::uint32_t>(at_);
        advance();
        check_text();
        push(TokenKind::quoted);
    }

    void check_text() {
        const std::string_view text =
            source_.substr(token_.inner_begin, token_.inner_end - token_.inner_begin);
        if (text.find('\0') != std::string_view::npos)
            problem("a string must not have the octet NUL in it");
        else if (!message::is_utf8(text))
            problem("a string must be UTF-8 (RFC 5228 §2.1)");
        for (std::size_t i = text.find('\r'); i != std::string_view::npos;
             i = text.find('\r', i + 1))
            if (i + 1 >= text.size() || text[i + 1] != '\n')
                return problem("a carriage return without a line feed in this string");
    }

    void tag() {
        advance();
        if (!is_word_start(look())) return problem("a colon must begin a tag, such as :is");
        while (is_word(look())) advance();
        push(TokenKind::tag);
    }

    // §2.4.1: digits, and K, M or G for 2^10, 2^20, 2^30.
    void number() {
        std::uint64_t value = 0;
        bool fits = true;
        for (; is_digit(look()); advance()) {
            value = value * 10 + static_cast<std::uint64_t>(look() - '0');
            if (value > number_max) fits = false, value = number_max;
        }
        const char unit = to_lower(look());
        if (unit == 'k' || unit == 'm' || unit == 'g') {
            const unsigned bits = unit == 'k' ? 10 : unit == 'm' ? 20 : 30;
            fits = fits && value <= number_max >> bits;
            value = fits ? value << bits : number_max;
            advance();
        }
        if (is_word(look())) {
            while (is_word(look())) advance();
            problem("a number ends with K, M, G or nothing",
                    static_cast<std::uint32_t>(at_ - token_.begin));
        } else if (!fits) {
            problem("this number is too large", static_cast<std::uint32_t>(at_ - token_.begin));
        }
        token_.number = value;
        push(TokenKind::number);
    }

    void word() {
        while (is_word(look())) advance();
        const std::string_view name = source_.substr(token_.begin, at_ - token_.begin);
        if (equals_ignoring_case(name, "text") && look() == ':') return multi_line();
        push(TokenKind::identifier);
    }

    // §2.4.2: lines up to one that is a period alone.
    void multi_line() {
        advance();
        while (look() == ' ' || look() == '\t') advance();
        if (look() == '#') hash_comment();
        if (look() == '\r' && look(1) == '\n') advance();
        if (more() && look() != '\n') {
            problem("the lines of text: begin on the next line", 5);
            while (more() && look() != '\n') advance();
        }
        advance();
        token_.inner_begin = static_cast<std::uint32_t>(at_);
        while (more()) {
            const std::size_t lf = source_.find('\n', at_);
            const std::size_t end = lf == std::string_view::npos ? source_.size() : lf;
            std::string_view line = source_.substr(at_, end - at_);
            if (line.ends_with('\r')) line.remove_suffix(1);
            if (line == ".") {
                token_.inner_end = static_cast<std::uint32_t>(at_);
                advance(end + 1 - at_);
                check_text();
                return push(TokenKind::multi_line);
            }
            advance(end + 1 - at_);
        }
        token_.inner_end = static_cast<std::uint32_t>(at_);
        problem("this text never ends", 5, "end it with a line that is a period alone");
        push(TokenKind::multi_line);
    }

    void stray() {
        const char c = look();
        std::size_t size = 1;
        while (is_continuation(look(size)) && size < 4) ++size;
        const std::string_view one = source_.substr(at_, size);
        std::string what = "this character means nothing here";
        if (c > ' ' && c < 127) what = "'" + std::string(1, c) + "' means nothing here";
        std::string suggestion;
        if (c == '\'') suggestion = "strings are written in \"double\" quotes";
        if (c == '/' && look(1) == '/') suggestion = "comments begin with #";
        if (one == "\xe2\x80\x9c" || one == "\xe2\x80\x9d" || one == "\xe2\x80\x9e")
            suggestion = "strings are written in straight \" quotes";
        problem(std::move(what), 1, std::move(suggestion));
        if (one == "/" && look(1) == '/') return hash_comment();
        advance(size);
        // The rest of a run of such characters would say nothing new.
        while (more() && look() == c) advance();
    }

    std::string_view source_;
    std::size_t problems_max_;
    std::size_t at_ = 0;
    std::uint32_t line_ = 1;
    std::uint32_t column_ = 1;
    Token token_;
    Words out_;
};

}  // namespace

Words read_words(std::string_view source, std::size_t problems_max) {
    return Lexer(source, problems_max).run();
}

void append_string(std::string_view source, const Token& token, std::string& out) {
    const std::string_view inner =
        source.substr(token.inner_begin, token.inner_end - token.inner_begin);
    bool line_start = true;
    for (std::size_t i = 0; i < inner.size(); ++i) {
        char c = inner[i];
        if (token.kind == TokenKind::multi_line) {
            if (line_start && c == '.') {  // any period at a line's start was stuffed
                line_start = false;
                if (i + 1 < inner.size() && inner[i + 1] == '.') continue;
            }
        } else if (c == '\\' && i + 1 < inner.size()) {
            c = inner[++i];
        }
        line_start = c == '\n';
        if (c == '\n' && (out.empty() || i == 0 || inner[i - 1] != '\r')) out += '\r';
        out += c;
    }
}

}  // namespace postroad::sieve
