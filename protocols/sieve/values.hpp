// Small values that scripts and messages have in common: field names, addresses and their parts
// (RFC 5228 §2.7.4, RFC 5233), times and their parts (RFC 5260 §4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/message/address.hpp"
#include "protocols/message/date.hpp"
#include "protocols/sieve/words.hpp"

namespace postroad::sieve {

bool is_field_name(std::string_view name);  // RFC 5322 §3.6.8

// One mailbox, with or without a name and brackets; nothing for anything else.
std::optional<message::Mailbox> mailbox_of(std::string_view text);
// local-part@domain and nothing else (RFC 5228 §2.4.2.3).
bool is_address(std::string_view text);

// The part of an address that is compared; nothing when it has none: RFC 5233 §4 gives an address
// without separator no detail. `local_part` and `domain` are without quotes.
std::optional<std::string> address_part(Tag part, std::string_view local_part,
                                        std::string_view domain, char separator);

// "+0100" as minutes (RFC 5260 §4.1).
std::optional<std::int32_t> parse_zone(std::string_view text);

// The date of a field: of one that has more in it, what stands behind the last ";" (RFC 5260 §4).
std::optional<message::DateTime> date_in_field(std::string_view value);

// RFC 5260 §4.2, as the clock at `offset_min` shows it.
std::string date_part(DatePart part, std::int64_t unix_s, std::int32_t offset_min);

}  // namespace postroad::sieve
