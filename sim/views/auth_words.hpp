// What the base64 of AUTH's lines says, for people.
#pragma once

#include <string>
#include <string_view>

#include "sim/core/facts.hpp"

namespace postroad::sim::views {

// Of a line of AUTH's exchange (RFC 4954 §4, RFC 5034 §4); empty where there is nothing in it.
std::string auth_words(const LineFact& fact, std::string_view line);

}  // namespace postroad::sim::views
