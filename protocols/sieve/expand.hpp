// What stands for something else within a string: encoded characters (RFC 5228 §2.4.2.4) and
// references to variables (RFC 5229 §3). Encoded characters are decoded first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postroad::sieve {

// "${hex:24 7b}" and "${unicode:20ac}" replaced; what only looks similar stays. False when a
// number is no character (surrogates, beyond 10FFFF): RFC 5228 has it an error.
bool decode_characters(std::string_view text, std::string& out);

// "${name}" or "${1}" at [begin, end) of a text.
struct Reference {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string_view name;  // as written, "a.b" for one of a namespace
    bool is_number = false;
    std::uint32_t number = 0;  // RFC 5229 §3.2: leading zeros do not matter
    bool has_namespace = false;
};

// The first reference at or behind `from`; nothing when there is none.
std::optional<Reference> next_reference(std::string_view text, std::size_t from);

// RFC 5229 §3: a name that `set` can have.
bool is_variable_name(std::string_view name);

// The position behind the character (UTF-8) at `at`; stray octets count as characters.
std::size_t next_character(std::string_view text, std::size_t at);

// At most `octets`, no character split.
std::string_view cut(std::string_view text, std::size_t octets);

}  // namespace postroad::sieve
