// What somebody who reads along has learnt from a client's response (RFC 4422 §6.1).
#pragma once

#include <string>
#include <string_view>

#include "protocols/sasl/exchange.hpp"

namespace postroad::sasl {

struct Secret {
    Reveals what = Reveals::nothing;  // nothing: not yet, or never
    std::string user;
};
// The next response of an exchange; `memory` is the listener's own.
Secret overhear(Memory& memory, std::string_view response);

}  // namespace postroad::sasl
