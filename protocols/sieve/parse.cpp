// The grammar (RFC 5228 §8.2), by descent. Behind a mistake reading goes on at the next command, so
// that one run of the parser tells all of them.
#include "protocols/sieve/parse.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/sieve/cursor.hpp"
#include "protocols/sieve/reading.hpp"
#include "protocols/sieve/words.hpp"

namespace postroad::sieve {
namespace {

std::vector<std::string_view> names_of(bool tests) {
    std::vector<std::string_view> names;
    for (const WordRow& row : word_rows())
        if (is_test(row.word) == tests) names.push_back(row.name);
    return names;
}

class Parser : Cursor {
public:
    Parser(Reading& reading, const std::vector<Token>& tokens, std::uint32_t nesting_max)
        : Cursor(reading.source, tokens), r_(reading), nesting_max_(nesting_max) {}

    void run() { r_.script.first_command = commands(0); }

private:
    // --- commands ---
    std::uint32_t commands(std::uint32_t depth) {
        std::uint32_t first = no_node;
        std::uint32_t last = no_node;
        while (!is(TokenKind::end)) {
            if (is(TokenKind::close_brace)) {
                if (depth > 0) break;
                r_.problem(place(now()), "this } closes no block");
                skip();
                last = no_node;  // what it was meant to close is not known
                continue;
            }
            const std::uint32_t before = last;
            const std::uint32_t id = command(depth, before);
            if (id == no_node) {
                unsure_ = true;
                continue;
            }
            unsure_ = false;
            if (first == no_node) first = id;
            if (last != no_node) r_.script.nodes[last].next = id;
            last = id;
        }
        return first;
    }

    std::uint32_t open(const WordRow& row, const Token& name) {
        Node node;
        node.word = row.word;
        node.first_argument = static_cast<std::uint32_t>(r_.script.arguments.size());
        r_.script.nodes.push_back(node);
        r_.script.places.push_back(place(name));
        return static_cast<std::uint32_t>(r_.script.nodes.size() - 1);
    }

    std::uint32_t command(std::uint32_t depth, std::uint32_t before) {
        const Token name = now();
        const WordRow* row = command_row(name);
        if (row == nullptr) {
            recover(depth);
            return no_node;
        }
        skip();
        check_order(*row, name, depth, before);
        if (row->word != Word::require) begun_ = true;
        r_.require(row->needs, place(name), row->name);
        const std::uint32_t id = open(*row, name);
        const bool good = arguments(id, *row) && tests(id, *row, 0);
        r_.script.places[id].end = last_taken().end;
        if (good) check_node(r_, id);
        finish(id, *row, depth, good);
        return id;
    }

    const WordRow* command_row(const Token& name) {
        if (name.kind != TokenKind::identifier) {
            r_.problem(place(name), "expected a command, found " + found());
            return nullptr;
        }
        const WordRow* row = find_word(text(name));
        if (row != nullptr && !is_test(row->word)) return row;
        if (row != nullptr) {
            r_.problem(place(name), quoted(text(name)) + " is a test, not a command", {},
                       "write: if " + std::string(row->name) + " ... { ... }");
        } else {
            r_.problem(place(name), "unknown command " + quoted(text(name)), {},
                       did_you_mean(text(name), names_of(false)));
        }
        return nullptr;
    }

    // RFC 5228 §3.1: elsif and else continue an if; §3.2: require comes first.
    void check_order(const WordRow& row, const Token& name, std::uint32_t depth,
                     std::uint32_t before) {
        if (row.word == Word::elsif || row.word == Word::else_) {
            const Word last = before == no_node ? Word::stop : r_.script.nodes[before].word;
            if (last != Word::if_ && last != Word::elsif && !unsure_)
                r_.problem(place(name), quoted(row.name) + " without an if before it");
        }
        if (row.word == Word::require && (begun_ || depth > 0))
            r_.problem(place(name), "require must come before all other commands", "RFC 5228 §3.2",
                       "move it to the top");
    }

    void finish(std::uint32_t id, const WordRow& row, std::uint32_t depth, bool good) {
        if (!good) return recover(depth, id);
        if (is(TokenKind::open_brace)) {
            if (!row.block)
                r_.problem(place(now()), quoted(row.name) + " takes no block",
                           "usage: " + std::string(row.usage), "end it with ;");
            return block(id, depth);
        }
        if (row.block) {
            r_.problem(behind(), "expected '{' here, found " + found(),
                       "usage: " + std::string(row.usage));
            return recover(depth, id);
        }
        if (take(TokenKind::semicolon)) return;
        r_.problem(behind(), "expected ';' here, found " + found());
        const bool next_begins = is(TokenKind::identifier) && find_word(text(now())) != nullptr &&
                                 !is_test(find_word(text(now()))->word);
        if (!next_begins) recover(depth);
    }

    void block(std::uint32_t id, std::uint32_t depth) {
        const Token brace = now();
        skip();
        if (depth + 1 > nesting_max_) {
            r_.problem(place(brace), "blocks nest too deeply here",
                       "at most " + std::to_string(nesting_max_) + " levels are read");
            skip_braces();
            unclosed_ = is(TokenKind::end);
            return;
        }
        const std::uint32_t first = commands(depth + 1);
        if (id != no_node) {
            r_.script.nodes[id].has_block = true;
            r_.script.nodes[id].first_command = first;
        }
        if (take(TokenKind::close_brace) || unclosed_) return;
        unclosed_ = true;  // the innermost one is told; those around it end where it does
        r_.problem(place(brace), "this block is never closed", {}, "end it with }");
    }

    void skip_braces() {
        for (std::size_t open = 1; open > 0 && !is(TokenKind::end); skip()) {
            if (is(TokenKind::open_brace)) ++open;
            if (is(TokenKind::close_brace)) --open;
        }
    }

    // To behind the command that has a mistake; the commands in its block are still read.
    void recover(std::uint32_t depth, std::uint32_t id = no_node) {
        while (!is(TokenKind::end) && !is(TokenKind::close_brace)) {
            if (is(TokenKind::open_brace)) return block(id, depth);
            if (take(TokenKind::semicolon)) return;
            skip();
        }
    }

    // --- tests ---
    bool tests(std::uint32_t id, const WordRow& row, std::uint32_t depth) {
        if (row.tests == Tests::none) return true;
        if (row.tests == Tests::one) {
            if (is(TokenKind::open_parenthesis))
                return complain(quoted(row.name) + " takes one test, without parentheses",
                                "join several by allof (...) or anyof (...)");
            const std::uint32_t one = test(depth + 1);
            r_.script.nodes[id].first_test = one;
            return one != no_node;
        }
        if (!take(TokenKind::open_parenthesis))
            return complain("expected '(' and a list of tests, found " + found(),
                            "usage: " + std::string(row.usage));
        std::uint32_t last = no_node;
        do {
            const std::uint32_t one = test(depth + 1);
            if (one == no_node) return false;
            (last == no_node ? r_.script.nodes[id].first_test : r_.script.nodes[last].next) = one;
            last = one;
        } while (take(TokenKind::comma));
        if (take(TokenKind::close_parenthesis)) return true;
        r_.problem(behind(), "expected ',' or ')' here, found " + found());
        return false;
    }

    bool complain(std::string what, std::string why = {}) {
        r_.problem(place(now()), std::move(what), std::move(why));
        return false;
    }

    std::uint32_t test(std::uint32_t depth) {
        const Token name = now();
        const WordRow* row = test_row(name, depth);
        if (row == nullptr) return no_node;
        skip();
        r_.require(row->needs, place(name), row->name);
        const std::uint32_t id = open(*row, name);
        if (!arguments(id, *row) || !tests(id, *row, depth)) return no_node;
        r_.script.places[id].end = last_taken().end;
        check_node(r_, id);
        return id;
    }

    const WordRow* test_row(const Token& name, std::uint32_t depth) {
        if (depth > nesting_max_) {
            complain("tests nest too deeply here",
                     "at most " + std::to_string(nesting_max_) + " levels are read");
            return nullptr;
        }
        if (name.kind != TokenKind::identifier) {
            complain("expected a test, found " + found());
            return nullptr;
        }
        const WordRow* row = find_word(text(name));
        if (row != nullptr && is_test(row->word)) return row;
        r_.problem(place(name),
                   row != nullptr ? quoted(text(name)) + " is a command, not a test"
                                  : "unknown test " + quoted(text(name)),
                   {}, row != nullptr ? "" : did_you_mean(text(name), names_of(true)));
        return nullptr;
    }

    // --- arguments ---
    bool arguments(std::uint32_t id, const WordRow& row) {
        bool good = true;
        std::vector<std::uint32_t> positional;
        while (is(TokenKind::tag) || is_value()) {
            if (is(TokenKind::tag)) {
                if (!positional.empty())
                    r_.problem(place(now()), "tagged arguments come before the others",
                               "usage: " + std::string(row.usage));
                good = tagged(id, row) && good;
            } else {
                positional.push_back(static_cast<std::uint32_t>(r_.script.arguments.size()));
                good = value(Argument{}, place(now())) && good;
            }
        }
        Node& node = r_.script.nodes[id];
        node.argument_count =
            static_cast<std::uint32_t>(r_.script.arguments.size()) - node.first_argument;
        // Behind an unknown tag it is not known which values are the tag's.
        return good && assign(row, positional, id);
    }

    bool tagged(std::uint32_t id, const WordRow& row) {
        const Token name = now();
        const TagRow* tag = find_tag(text(name));
        skip();
        if (tag == nullptr ||
            std::find(row.tags.begin(), row.tags.end(), tag->slot) == row.tags.end())
            return not_taken(row, name, tag);
        const Capability needs = needed_by(*tag, row.word);
        r_.require(needs, place(name), tag->name);
        twice(id, *tag, name);
        Argument argument;
        argument.tag = tag->tag;
        argument.slot = tag->slot;
        argument.kind = tag->kind;
        if (tag->kind == ArgumentKind::nothing) return add(argument, place(name));
        if (!is_value())
            return complain("expected the value of " + std::string(tag->name) + ", found " +
                            found());
        return value(argument, place(name)) &&
               fits(r_.script.arguments.size() - 1, tag->kind, std::string(tag->name));
    }

    bool not_taken(const WordRow& row, const Token& name, const TagRow* tag) {
        std::vector<std::string_view> known;
        for (const TagRow& one : tag_rows())
            if (std::find(row.tags.begin(), row.tags.end(), one.slot) != row.tags.end())
                known.push_back(one.name);
        r_.problem(place(name),
                   tag == nullptr ? "unknown argument " + quoted(text(name))
                                  : quoted(row.name) + " does not take " + std::string(tag->name),
                   "usage: " + std::string(row.usage), did_you_mean(text(name), known));
        return false;
    }

    // RFC 5228 §2.6.2: no argument twice; those of one slot exclude each other.
    void twice(std::uint32_t id, const TagRow& tag, const Token& name) {
        const auto& arguments = r_.script.arguments;
        for (std::size_t i = r_.script.nodes[id].first_argument; i < arguments.size(); ++i) {
            if (arguments[i].tag == Tag::none || arguments[i].slot != tag.slot) continue;
            r_.problem(place(name), arguments[i].tag == tag.tag
                                        ? std::string(tag.name) + " is here twice"
                                        : std::string(tag.name) + " and " +
                                              std::string(tag_name(arguments[i].tag)) +
                                              " exclude each other");
            return;
        }
    }

    bool add(const Argument& argument, const Place& place) {
        r_.script.arguments.push_back(argument);
        r_.argument_places.push_back(place);
        return true;
    }

    // A number, a string or a list of strings.
    bool value(Argument argument, const Place& where) {
        argument.first = static_cast<std::uint32_t>(r_.script.texts.size());
        if (is(TokenKind::number)) {
            argument.kind = ArgumentKind::number;
            argument.number = now().number;
            skip();
            return add(argument, where);
        }
        argument.kind = is_string() ? ArgumentKind::string : ArgumentKind::strings;
        const bool good = is_string() ? string() : list();
        argument.count = static_cast<std::uint32_t>(r_.script.texts.size()) - argument.first;
        Place all = where;
        if (argument.tag == Tag::none) all.end = last_taken().end;
        add(argument, all);
        return good;
    }

    bool string() {
        const auto begin = static_cast<std::uint32_t>(r_.script.pool.size());
        append_string(r_.source, now(), r_.script.pool);
        r_.script.texts.push_back(
            {begin, static_cast<std::uint32_t>(r_.script.pool.size()) - begin});
        r_.text_places.push_back(place(now()));
        skip();
        return true;
    }

    bool list() {
        skip();
        do {
            if (!is_string())
                return complain("expected a string in this list, found " + found(), {});
            string();
        } while (take(TokenKind::comma));
        if (take(TokenKind::close_bracket)) return true;
        r_.problem(behind(), "expected ',' or ']' here, found " + found());
        return false;
    }

    static std::string_view kind_name(ArgumentKind kind) {
        switch (kind) {
        case ArgumentKind::number: return "a number";
        case ArgumentKind::string: return "a string";
        case ArgumentKind::strings: return "a string or a list of strings";
        case ArgumentKind::nothing: break;
        }
        return "nothing";
    }

    // RFC 5228 §2.4.2.1: a string stands for a list of one; the reverse is not true.
    bool fits(std::size_t index, ArgumentKind wanted, const std::string& what) {
        Argument& argument = r_.script.arguments[index];
        if (wanted == ArgumentKind::strings && argument.kind == ArgumentKind::string)
            argument.kind = ArgumentKind::strings;
        if (argument.kind == wanted) return true;
        const bool is_list = argument.kind == ArgumentKind::strings;
        const bool tagged = argument.tag != Tag::none && argument.count > 0;
        const Place place = tagged ? r_.text_places[argument.first] : r_.argument_places[index];
        r_.problem(place, what + " takes " + std::string(kind_name(wanted)) + ", not " +
                              std::string(is_list ? "a list" : kind_name(argument.kind)));
        return false;
    }

    bool assign(const WordRow& row, const std::vector<std::uint32_t>& given, std::uint32_t id) {
        const std::size_t all = row.positional.size();
        std::size_t least = 0;
        for (const Positional& one : row.positional) least += one.optional ? 0 : 1;
        if (given.size() < least || given.size() > all) return miscounted(row, given, least, id);
        bool good = true;
        std::size_t next = 0;
        for (const Positional& one : row.positional) {
            if (one.optional && given.size() == least) continue;
            r_.script.arguments[given[next]].slot = one.slot;
            good = fits(given[next], one.kind, quoted(row.name)) && good;
            ++next;
        }
        return good;
    }

    bool miscounted(const WordRow& row, const std::vector<std::uint32_t>& given, std::size_t least,
                    std::uint32_t id) {
        const std::size_t all = row.positional.size();
        const std::size_t wanted = given.size() < least ? least : all;
        const Place where =
            given.size() > all ? r_.argument_places[given[all]] : r_.script.places[id];
        std::string what = quoted(row.name) + " takes ";
        what += wanted == 0 ? "no value"
                            : std::to_string(wanted) + (wanted == 1 ? " value" : " values");
        what += ", here " + std::string(given.size() == 1 ? "is " : "are ") +
                (given.empty() ? "none" : std::to_string(given.size()));
        const bool list = is(TokenKind::comma) && last_taken().kind == TokenKind::quoted;
        r_.problem(where, std::move(what), "usage: " + std::string(row.usage),
                   list ? "a list is written in brackets: [\"a\", \"b\"]" : "");
        return false;
    }

    Reading& r_;
    std::uint32_t nesting_max_;
    bool begun_ = false;     // a command other than require came
    bool unclosed_ = false;  // the script ended within a block
    bool unsure_ = false;    // the last command was not understood
};

}  // namespace

Parsed parse(std::string_view source, const ParseLimits& limits) {
    Reading reading;
    reading.source = source;
    reading.problems_max = limits.problems_max;
    if (source.size() > limits.source_octets_max) {
        reading.source = {};
        reading.problem({1, 1, 0, 0}, "this script is too long",
                        "at most " + std::to_string(limits.source_octets_max) + " octets are read");
        return {std::move(reading.script), std::move(reading.problems)};
    }
    Words words = read_words(source, limits.problems_max);
    for (LexicalProblem& one : words.problems)
        reading.problem({one.line, one.column, one.begin, one.begin + one.length},
                        std::move(one.what), {}, std::move(one.suggestion));
    Parser(reading, words.tokens, limits.nesting_max).run();
    std::stable_sort(reading.problems.begin(), reading.problems.end(),
                     [](const Problem& a, const Problem& b) {
                         return a.line != b.line ? a.line < b.line : a.column < b.column;
                     });
    return {std::move(reading.script), std::move(reading.problems)};
}

}  // namespace postroad::sieve
