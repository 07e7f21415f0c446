// The names people write in a scenario: domains (also internationalised), mail addresses, keys.
#pragma once

#include <string>
#include <string_view>

namespace postroad::scenario {

// Either the normalised text, or what is wrong with it (a clause for an error message).
struct Checked {
    std::string text;
    std::string wrong;
    bool ok() const { return wrong.empty(); }
};

// Lower-case A-labels without a last dot ("." is the root): RFC 1035 §2.3.4 lengths, RFC 5890
// labels (letters, digits, hyphen; "_" too, as service names have it), IDNA2008 for the rest.
Checked check_domain(std::string_view text);

// local-part@domain (RFC 5321 §4.1.2), the domain normalised; "" only if `null_allowed`.
Checked check_mail_address(std::string_view text, bool null_allowed);

// A key of [hosts], [networks], [people] ...: letters, digits, "-", "_", "." (not at the ends).
Checked check_id(std::string_view text);

// What follows the last "@".
std::string_view domain_of(std::string_view address);
// Whether `name` is `zone` or under it; everything is under ".".
bool is_within(std::string_view name, std::string_view zone);
// "example.org" of "mail.example.org"; "." of a single label.
std::string_view parent_of(std::string_view name);

// Any text as a TOML basic string or key, quotes and escapes included where needed.
std::string toml_string(std::string_view text);
std::string toml_key(std::string_view text);
// With line breaks kept when it has some: ''' or """ strings.
std::string toml_text(std::string_view text);

}  // namespace postroad::scenario
