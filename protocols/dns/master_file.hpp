// Splits a BIND master file into records with their places (RFC 1035 §5, RFC 2308 §4), expanding
// $ORIGIN, $TTL, $INCLUDE and $GENERATE. RDATA stays text here; rdata_text.hpp reads it.
#pragma once

#include "protocols/dns/name.hpp"
#include "protocols/dns/problem.hpp"
#include "protocols/dns/types.hpp"

#include <functional>
#include <optional>

namespace postroad::dns {

struct Place {
    std::uint32_t file = 0;  // index into MasterFile::files
    std::uint32_t line = 1, column = 1;
};

struct Token {
    std::string text;  // as written: quotes and backslashes included
    Place at;
    bool quoted = false;
};

struct Entry {  // one record
    Name owner;
    Place owner_at;  // of the type when the owner is the one of the record before
    Name origin;     // completes relative names in the RDATA
    Type type = Type::none;
    Place type_at;
    std::optional<std::uint32_t> ttl_s;  // nothing: neither written, nor $TTL, nor one before
    std::vector<Token> rdata;
};

// The text of the file a $INCLUDE names, or nothing.
using Include = std::function<std::optional<std::string>(std::string_view path)>;

struct ZoneSource {
    std::string file;            // for messages
    std::string_view text;
    Name origin;                 // the first $ORIGIN
    std::uint32_t first_line = 1;  // of `text` within `file`, when it is a part of it
};

struct MasterFile {
    std::vector<std::string> files;
    std::vector<Entry> entries;
    Problems problems;
};

inline constexpr std::size_t include_depth_max = 16;
inline constexpr std::size_t zone_entries_max = 1'000'000;

MasterFile read_master_file(const ZoneSource& source, const Include& include = {});

// "3600" or BIND's "1h30m"; nothing when it is neither, or over 2^31 - 1 (RFC 2181 §8).
struct ParsedTtl {
    bool looks_like_ttl = false;
    std::optional<std::uint32_t> ttl_s;
};
ParsedTtl parse_ttl(std::string_view text);

// $GENERATE (BIND): "1-10/2", and "$", "${offset,width,base}" in a text for one step.
struct GenerateRange {
    std::uint32_t start = 0, stop = 0, step = 1;
};
std::optional<GenerateRange> parse_generate_range(std::string_view text);
std::optional<std::string> generate_text(std::string_view pattern, std::uint32_t value);

// Tokens of the next line that holds any, parentheses joining lines.
class Tokenizer {
public:
    Tokenizer(std::string_view text, std::uint32_t file, std::uint32_t first_line,
              Problems& problems, const std::vector<std::string>& files)
        : text_(text), place_{file, first_line, 1}, problems_(problems), files_(files) {}

    // False at the end. `blank_start`: the line begins with white space (the owner is inherited).
    bool next_line(std::vector<Token>& out, bool& blank_start);

private:
    char take();
    void report(Place at, std::string what, std::string hint);
    Token take_word();
    Token take_quoted();

    std::string_view text_;
    std::size_t at_ = 0;
    Place place_;
    Problems& problems_;
    const std::vector<std::string>& files_;
};

}  // namespace postroad::dns
