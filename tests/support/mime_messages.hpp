// Well-formed MIME messages of a seed: multiparts in multiparts, messages in messages, preambles,
// empty parts, boundaries that begin alike.
#pragma once

#include <cstdint>
#include <string>

namespace postroad::tests {

std::string mime_message(std::uint64_t seed);

}  // namespace postroad::tests
