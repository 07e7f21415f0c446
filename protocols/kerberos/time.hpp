// KerberosTime (RFC 4120 §5.2.3): a GeneralizedTime to the second, in UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postroad::kerberos {

// Seconds since 1970 of "YYYYMMDDHHMMSSZ"; nothing if it is written otherwise (X.690 §11.7).
std::optional<std::int64_t> read_time(std::string_view text);
std::string write_time(std::int64_t unix_s);  // years 0 … 9999

}  // namespace postroad::kerberos
