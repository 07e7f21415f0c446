// Random scripts that are right, by the tables of protocols/sieve/words.hpp: every command, test
// and tag comes, in any layout that RFC 5228 allows. For another program to judge they keep to what
// it can be asked, and look for what the messages of the tables have.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocols/base/ascii.hpp"
#include "protocols/base/random.hpp"
#include "protocols/sieve/script.hpp"
#include "protocols/sieve/words.hpp"

namespace sieve_generate {

using namespace postroad;
using namespace postroad::sieve;

class Generator {
public:
    explicit Generator(std::uint64_t seed, bool judged = false)
        : random_{mix64(seed, 0x51e5e)}, judged_(judged) {}

    std::string script() {
        out_.clear();
        word("require");
        out_ += '[';
        for (std::size_t i = 1; i < capability_count; ++i) {
            if (judged_ && !is_judged(static_cast<Capability>(i))) continue;
            if (i > 1) out_ += ',';
            gap();
            put_string(capability_name(static_cast<Capability>(i)));
        }
        out_ += "];";
        block(0);
        return out_;
    }

private:
    std::uint64_t below(std::uint64_t bound) { return random_.below(bound); }
    template <class T, std::size_t N> T pick(const T (&from)[N]) { return from[below(N)]; }

    // --- layout ---
    void gap() {
        static constexpr std::string_view gaps[] = {
            " ",   " ", " ", "\n", "\t", "\r\n  ", " /* a \"comment\" ; */ ", " # { not a block\n",
            "\n\n"};
        out_ += pick(gaps);
    }
    void maybe_gap() {
        if (below(2) == 0) gap();
    }
    void word(std::string_view name) {
        gap();
        for (const char c : name) out_ += below(8) == 0 ? to_upper(c) : c;
        gap();
    }

    void put_string(std::string_view text) {
        if (text.ends_with("\n") && below(2) == 0) {
            out_ += below(2) == 0 ? "text:\n" : "TEXT: # a comment\r\n";
            while (!text.empty()) {
                const std::size_t end = text.find('\n');
                if (text.front() == '.') out_ += '.';
                out_ += text.substr(0, end + 1);
                text.remove_prefix(end + 1);
            }
            out_ += below(2) == 0 ? ".\n" : ".\r\n";
            return;
        }
        out_ += '"';
        for (const char c : text) {
            const bool must = c == '"' || c == '\\';
            if (must || (c > ' ' && c < 127 && below(16) == 0)) out_ += '\\';
            out_ += c;
        }
        out_ += '"';
    }

    // --- what another program is asked ---
    static bool is_judged(Capability capability) {
        return capability != Capability::ereject && capability != Capability::environment &&
               capability != Capability::duplicate;
    }
    // Pigeonhole does not read what can never run, so nothing is always true or false.
    static bool is_judged(Word word) {
        return is_judged(row_of(word).needs) && word != Word::currentdate &&
               word != Word::vacation && word != Word::reject && word != Word::true_ &&
               word != Word::false_;
    }

    // Something that is in a message, or nearly. Nothing between Z and a: RFC 4790 §9.2 orders
    // letters as capitals, Pigeonhole as small ones.
    std::string something(Word in) {
        static constexpr std::string_view words[] = {"lunch",
                                                     "Friday?",
                                                     "Alice Archer",
                                                     "alice@example.org",
                                                     "example",
                                                     "bob",
                                                     "carol@example.com",
                                                     "urgent",
                                                     "support+urgent",
                                                     "acme-users",
                                                     "1",
                                                     "list",
                                                     "Jürgen",
                                                     "Köln",
                                                     "xylophone",
                                                     "money",
                                                     "noon",
                                                     "2026",
                                                     "11",
                                                     "23",
                                                     "08",
                                                     "example.net",
                                                     "auto-generated",
                                                     "${v}",
                                                     "${1}",
                                                     "${2}",
                                                     "",
                                                     "9",
                                                     "Mon"};
        std::string out(pick(words));
        if (below(3) != 0) return out;
        static constexpr std::string_view wild[] = {"*", "?", "*", "\\?", ""};
        const std::size_t at = below(out.size() + 1);
        const bool splits =
            at < out.size() && (static_cast<unsigned char>(out[at]) & 0xc0U) == 0x80U;
        if (!splits) out.insert(at, pick(wild));
        return in == Word::header || below(2) == 0 ? "*" + out + "*" : out;
    }

    // --- values ---
    std::string anything() {
        static constexpr std::string_view pieces[] = {"a",
                                                      "Lists",
                                                      "*",
                                                      "?",
                                                      "\\",
                                                      "\"",
                                                      " ",
                                                      "${v}",
                                                      "${1}",
                                                      "${",
                                                      "}",
                                                      "ü",
                                                      "\n",
                                                      "\n.",
                                                      "\n..",
                                                      "1",
                                                      "20",
                                                      "$",
                                                      "<b@c>",
                                                      "noon",
                                                      "#",
                                                      "/*",
                                                      "${hex:40 7b}",
                                                      "${unicode:20AC}",
                                                      "${hex:}",
                                                      ";",
                                                      "\\*",
                                                      "$$$",
                                                      "€",
                                                      "mail"};
        std::string out;
        for (std::uint64_t i = below(6); i > 0; --i) out += pick(pieces);
        return out;
    }

    std::string value_of(Word in, Slot slot) {
        static constexpr std::string_view fields[] = {"Subject", "from", "X-Mark",    "Received",
                                                      "to",      "Date", "Message-ID"};
        static constexpr std::string_view addresses[] = {"bob@example.net", "a.b+c@example.org",
                                                         "\"x y\"@example.com"};
        static constexpr std::string_view variables[] = {"v", "W", "_long_name_7"};
        static constexpr std::string_view types[] = {"text", "text/html", "application", "message",
                                                     ""};
        static constexpr std::string_view parts[] = {"from", "TO"};
        static constexpr std::string_view zones[] = {"+0000", "-0730", "+1400"};
        static constexpr std::string_view relations[] = {"gt", "ge", "lt", "le", "eq", "ne"};
        static constexpr std::string_view flags[] = {"\\Seen", "\\flagged $Work", "", "a b A",
                                                     "\\X"};
        switch (slot) {
        case Slot::match_type: return std::string(pick(relations));
        case Slot::headers:
            return std::string(in == Word::address ? address_field_names()[below(12)]
                                                   : pick(fields));
        case Slot::parts: return std::string(pick(parts));
        case Slot::datepart: return std::string(date_part_names()[below(date_part_names().size())]);
        case Slot::zone: return std::string(pick(zones));
        case Slot::target:
            // Pigeonhole forgets an action without :copy when one with it was there before.
            if (in == Word::redirect && judged_ && copies_) return "copies@example.net";
            if (in == Word::redirect) return std::string(pick(addresses));
            if (judged_)
                return std::string(1, static_cast<char>((copies_ ? 'E' : 'A') + below(4))) +
                       "${1}x${v}";
            return anything();
        case Slot::mailboxes:
            if (judged_) return below(2) == 0 ? "Work" : "Nowhere";
            return anything();
        case Slot::transform:
            if (judged_) return std::string(pick(types));
            return anything();
        case Slot::newvalue:
        case Slot::keys:
        case Slot::patterns:
        case Slot::source:
            if (judged_) return something(in);
            return anything();
        case Slot::from:
        case Slot::addresses: return std::string(pick(addresses));
        case Slot::name:
            if (in == Word::set) return std::string(pick(variables));
            if (in == Word::environment) return std::string(environment_names()[below(8)]);
            return std::string(pick(fields));
        case Slot::variables: return std::string(pick(variables));
        case Slot::flags:
        case Slot::flag_list: return std::string(pick(flags));
        default: return anything();
        }
    }

    void value(Word in, Slot slot, ArgumentKind kind) {
        maybe_gap();
        if (kind == ArgumentKind::number) {
            static constexpr std::string_view numbers[] = {"1",  "2",  "3K", "1024",
                                                           "07", "5m", "1G"};
            out_ += ' ';
            out_ += pick(numbers);
            return;
        }
        const std::uint64_t count = kind == ArgumentKind::string ? 1 : 1 + below(3);
        const bool brackets = count > 1 || (kind == ArgumentKind::strings && below(3) == 0);
        out_ += brackets ? " [" : " ";
        for (std::uint64_t i = 0; i < count; ++i) {
            if (i > 0) out_ += ',';
            maybe_gap();
            put_string(value_of(in, slot));
        }
        if (brackets) out_ += ']';
    }

    // --- commands ---
    void tags(const WordRow& row) {
        copies_ = false;
        bool numeric = false;
        bool indexed = row.word == Word::addheader || row.word == Word::duplicate;
        for (const Slot slot : row.tags) {
            const bool must = slot == Slot::over_under;
            if (!must && below(3) != 0) continue;
            if (slot == Slot::last && !indexed) continue;
            if (slot == Slot::index) indexed = true;
            if (slot == Slot::copy) copies_ = true;
            if (slot == Slot::comparator) {
                static constexpr std::string_view known[] = {"i;octet", "i;ascii-casemap",
                                                             "i;ascii-numeric"};
                const std::uint64_t which = below(3);
                numeric = which == 2;
                word(":comparator");
                put_string(known[which]);
                continue;
            }
            std::vector<const TagRow*> fitting;
            for (const TagRow& tag : tag_rows()) {
                const bool substrings = tag.tag == Tag::contains || tag.tag == Tag::matches;
                const bool odd =
                    (row.word == Word::currentdate && tag.tag == Tag::originalzone) ||
                    (row.word == Word::duplicate && tag.tag == Tag::days) ||
                    // It makes Pigeonhole 0.5.19 crash.
                    (judged_ && row.word == Word::deleteheader && tag.tag == Tag::count);
                if (tag.slot == slot && !odd && !(numeric && substrings)) fitting.push_back(&tag);
            }
            const TagRow& tag = *fitting[below(fitting.size())];
            word(tag.name);
            if (tag.kind != ArgumentKind::nothing) value(row.word, slot, tag.kind);
        }
    }

    void arguments(const WordRow& row) {
        tags(row);
        const bool optional = below(2) == 0;
        for (const Positional& one : row.positional)
            if (!one.optional || optional) value(row.word, one.slot, one.kind);
    }

    void test(int depth) {
        const auto first = static_cast<std::uint64_t>(Word::address);
        const WordRow* row = &row_of(static_cast<Word>(first + below(word_count - first)));
        while (judged_ && !is_judged(row->word))
            row = &row_of(static_cast<Word>(first + below(word_count - first)));
        if (depth > 4 && row->tests != Tests::none)
            row = &row_of(judged_ ? Word::exists : Word::true_);
        word(row->name);
        arguments(*row);
        if (row->tests == Tests::one) test(depth + 1);
        if (row->tests != Tests::list) return;
        out_ += '(';
        for (std::uint64_t i = 1 + below(3); i > 0; --i) {
            test(depth + 1);
            maybe_gap();
            if (i > 1) out_ += ',';
        }
        out_ += ')';
    }

    void braces(int depth) {
        maybe_gap();
        out_ += '{';
        block(depth + 1);
        out_ += '}';
    }

    void block(int depth) {
        for (std::uint64_t i = below(depth == 0 ? 12 : 4); i > 0; --i) {
            auto chosen =
                static_cast<Word>(1 + below(static_cast<std::uint64_t>(Word::address) - 1));
            while (judged_ && !is_judged(chosen))
                chosen =
                    static_cast<Word>(1 + below(static_cast<std::uint64_t>(Word::address) - 1));
            const bool branch = chosen == Word::elsif || chosen == Word::else_;
            if (branch || (chosen == Word::if_ && depth > 3))
                chosen = judged_ ? Word::if_ : Word::keep;
            if (chosen == Word::if_ && depth > 3) chosen = Word::keep;
            const WordRow& row = row_of(chosen);
            word(row.name);
            arguments(row);
            if (row.word != Word::if_) {
                maybe_gap();
                out_ += ';';
                continue;
            }
            test(0);
            braces(depth);
            for (std::uint64_t more = below(3); more > 0; --more) {
                word("elsif");
                test(0);
                braces(depth);
            }
            if (below(2) == 0) {
                word("else");
                braces(depth);
            }
        }
        maybe_gap();
    }

    Random random_;
    bool judged_;
    bool copies_ = false;  // the command that is being written has :copy
    std::string out_;
};

}  // namespace sieve_generate
