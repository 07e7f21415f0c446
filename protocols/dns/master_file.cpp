// Lines to records: owner, TTL and class in either order, and the $ directives (RFC 1035 §5.1).
#include "protocols/dns/master_file.hpp"

#include <algorithm>

namespace postroad::dns {

namespace {

constexpr std::uint32_t generate_count_max = 65536;

bool same_word(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return ascii_lower(static_cast<std::uint8_t>(x)) ==
               ascii_lower(static_cast<std::uint8_t>(y));
    });
}

class Reader {
public:
    Reader(MasterFile& out, const Include& include) : out_(out), include_(include) {}

    void read(const std::string& file, std::string_view text, Name origin,
              std::uint32_t first_line) {
        const auto index = static_cast<std::uint32_t>(out_.files.size());
        out_.files.push_back(file);
        Tokenizer tokenizer(text, index, first_line, out_.problems, out_.files);
        std::vector<Token> tokens;
        bool blank_start = false;
        origin_ = origin;
        while (!full_ && tokenizer.next_line(tokens, blank_start)) {
            if (!blank_start && !tokens[0].quoted && tokens[0].text[0] == '$')
                directive(tokens);
            else
                record(tokens, blank_start);
        }
    }

private:
    void error(Place at, std::string what, std::string why, std::string hint) {
        out_.problems.push_back({Severity::error, out_.files[at.file], at.line, at.column,
                                 std::move(what), std::move(why), std::move(hint)});
    }

    bool name(const Token& token, Name& out) {
        const ParsedName parsed = parse_name(token.text, &origin_);
        if (!parsed) {
            error(token.at, "\"" + token.text + "\" is no domain name",
                  "RFC 1035 §2.3.4: " + std::string(to_text(parsed.error)), "");
            return false;
        }
        out = parsed.name;
        return true;
    }

    void directive(const std::vector<Token>& t) {
        const std::string_view word = t[0].text;
        if (same_word(word, "$ORIGIN")) {
            if (t.size() != 2)
                return error(t[0].at, "$ORIGIN takes one name", "RFC 1035 §5.1",
                             "$ORIGIN example.org.");
            Name origin;
            if (name(t[1], origin)) origin_ = origin;
        } else if (same_word(word, "$TTL")) {
            const ParsedTtl ttl = t.size() == 2 ? parse_ttl(t[1].text) : ParsedTtl{};
            if (!ttl.ttl_s)
                return error(t.size() > 1 ? t[1].at : t[0].at, "$TTL takes one time",
                             "RFC 2308 §4: seconds, at most 2147483647", "$TTL 3600");
            default_ttl_s_ = ttl.ttl_s;
        } else if (same_word(word, "$INCLUDE")) {
            include(t);
        } else if (same_word(word, "$GENERATE")) {
            generate(t);
        } else {
            error(t[0].at, "unknown directive " + t[0].text, "RFC 1035 §5.1",
                  "known are $ORIGIN, $TTL, $INCLUDE and $GENERATE");
        }
    }

    // RFC 1035 §5.1: the included file has its own origin; that of this file comes back after it.
    void include(const std::vector<Token>& t) {
        if (t.size() < 2 || t.size() > 3)
            return error(t[0].at, "$INCLUDE takes a file and perhaps an origin", "RFC 1035 §5.1",
                         "$INCLUDE hosts.zone");
        if (depth_ == include_depth_max)
            return error(t[0].at, "files include one another more than 16 deep", "",
                         "does a file include itself?");
        Name inner = origin_;
        if (t.size() == 3 && !name(t[2], inner)) return;
        std::string path = t[1].text;
        if (t[1].quoted) path = path.substr(1, path.size() - 2);
        const auto text = include_ ? include_(path) : std::nullopt;
        if (!text) return error(t[1].at, "cannot read \"" + path + "\"", "", "");
        const Name outer = origin_;
        const std::optional<Name> owner = owner_;
        ++depth_;
        read(path, *text, inner, 1);
        --depth_;
        origin_ = outer;
        owner_ = owner;
    }

    void generate(const std::vector<Token>& t) {
        if (t.size() < 5)
            return error(t[0].at, "$GENERATE takes a range, an owner, a type and data", "",
                         "$GENERATE 1-10 host-$ A 192.0.2.$");
        const auto range = parse_generate_range(t[1].text);
        if (!range)
            return error(t[1].at, "\"" + t[1].text + "\" is no range", "",
                         "start-stop or start-stop/step");
        if ((range->stop - range->start) / range->step >= generate_count_max)
            return error(t[1].at, "$GENERATE makes more than 65536 records", "", "split the range");
        std::vector<Token> line;
        for (std::uint64_t value = range->start; value <= range->stop; value += range->step) {
            line.clear();
            for (std::size_t i = 2; i < t.size(); ++i) {
                const auto text = generate_text(t[i].text, static_cast<std::uint32_t>(value));
                if (!text)
                    return error(t[i].at, "\"" + t[i].text + "\" cannot be expanded", "",
                                 "${offset,width,base} with base d, o, x, X, n or N");
                line.push_back({*text, t[i].at, t[i].quoted});
            }
            // BIND writes data of several fields as one quoted string: "10 mx$".
            if (line.back().quoted && line.size() >= 3 &&
                !same_word(line[line.size() - 2].text, "TXT")) {
                const Token all = line.back();
                line.pop_back();
                Problems ignored;
                Tokenizer fields(std::string_view(all.text).substr(1, all.text.size() - 2),
                                 all.at.file, all.at.line, ignored, out_.files);
                std::vector<Token> more;
                bool blank = false;
                if (fields.next_line(more, blank))
                    for (Token& field : more) line.push_back({field.text, all.at, field.quoted});
            }
            if (!record(line, false)) return;  // once is enough for a mistake of the pattern
        }
    }

    // Takes TTL and class, in either order, from `at` on. False after a mistake.
    bool ttl_and_class(const std::vector<Token>& t, std::size_t& at,
                       std::optional<std::uint32_t>& ttl_s) {
        bool class_seen = false;
        for (; at < t.size() && !t[at].quoted; ++at) {
            const ParsedTtl ttl = parse_ttl(t[at].text);
            if (ttl.looks_like_ttl && !ttl_s) {
                if (!ttl.ttl_s) {
                    error(t[at].at, "a TTL of " + t[at].text,
                          "RFC 2181 §8: at most 2147483647", "");
                    return false;
                }
                ttl_s = ttl.ttl_s;
            } else if (const auto class_ = parse_class(t[at].text);
                       class_ && !class_seen && *class_ != Class::any) {  // ANY is a type here
                if (*class_ != Class::in) {
                    error(t[at].at, "class " + t[at].text, "mail lives in class IN", "write IN");
                    return false;
                }
                class_seen = true;
            } else {
                break;
            }
        }
        return true;
    }

    // False when the line gave a problem instead of a record.
    bool record(const std::vector<Token>& t, bool blank_start) {
        if (out_.entries.size() == zone_entries_max) {
            full_ = true;
            error(t[0].at, "more than 1,000,000 records", "", "");
            return false;
        }
        Entry entry;
        std::size_t at = 0;
        if (!blank_start) {
            Name owner;
            if (!name(t[0], owner)) {
                owner_.reset();  // and the records that inherit it: without a second complaint
                owner_is_bad_ = true;
                return false;
            }
            owner_ = owner;
            owner_is_bad_ = false;
            at = 1;
        }
        if (!owner_) {
            if (!owner_is_bad_)
                error(t[0].at, "the first record names no owner", "RFC 1035 §5.1: a line that "
                      "begins with white space belongs to the owner before", "begin it with @");
            return false;
        }
        std::optional<std::uint32_t> ttl_s;
        if (!ttl_and_class(t, at, ttl_s)) return false;
        if (at == t.size()) {
            error(t.back().at, "the record has no type", "RFC 1035 §5.1",
                  "owner TTL IN TYPE data");
            return false;
        }
        const auto type = parse_type(t[at].text);
        if (!type) {
            unknown_type(t, at, blank_start);
            return false;
        }
        entry.owner = *owner_;
        entry.owner_at = blank_start ? t[at].at : t[0].at;
        entry.origin = origin_;
        entry.type = *type;
        entry.type_at = t[at].at;
        // RFC 2308 §4: $TTL; without it RFC 1035 §5.1's last stated TTL.
        entry.ttl_s = ttl_s ? ttl_s : default_ttl_s_ ? default_ttl_s_ : last_ttl_s_;
        if (ttl_s) last_ttl_s_ = ttl_s;
        entry.rdata.assign(t.begin() + static_cast<std::ptrdiff_t>(at) + 1, t.end());
        out_.entries.push_back(std::move(entry));
        return true;
    }

    void unknown_type(const std::vector<Token>& t, std::size_t at, bool blank_start) {
        std::string hint;
        // "MX 10 mail" at the margin; a host may well be called "mx", so capitals decide.
        const bool capitals = t[0].text.find_first_of("abcdefghijklmnopqrstuvwxyz") ==
                              std::string::npos;
        if (!blank_start && capitals && parse_type(t[0].text))
            hint = "if " + t[0].text + " is meant as the type, begin the line with a space, or @";
        else if (const auto near = nearest_type(t[at].text))
            hint = "did you mean " + std::string(*near) + "?";
        error(t[at].at, "unknown record type \"" + t[at].text + "\"", "", std::move(hint));
    }

    MasterFile& out_;
    const Include& include_;
    Name origin_;
    std::optional<Name> owner_;
    std::optional<std::uint32_t> default_ttl_s_, last_ttl_s_;
    std::size_t depth_ = 0;
    bool owner_is_bad_ = false;
    bool full_ = false;
};

}  // namespace

MasterFile read_master_file(const ZoneSource& source, const Include& include) {
    MasterFile out;
    Reader(out, include).read(source.file, source.text, source.origin, source.first_line);
    return out;
}

}  // namespace postroad::dns
