// The one way tests include Catch2: version 3 where it is installed, else Debian 12's version 2,
// with version 3's names for what both have.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>

namespace Catch::Matchers {

// Version 2 calls the substring matcher `Contains`.
inline auto ContainsSubstring(const std::string& part,
                              CaseSensitive::Choice sensitive = CaseSensitive::Yes) {
    return Contains(part, sensitive);
}

} // namespace Catch::Matchers
#endif
