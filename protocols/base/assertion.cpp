// Where our own mistakes end.
#include "protocols/base/assertion.hpp"

#include <cstdio>
#include <cstdlib>

namespace postroad {

void assertion_failed(const char* what, const char* file, int line) {
    std::fprintf(stderr,
                 "postroad: %s:%d: a mistake of ours: expected %s\n"
                 "  Please report it together with the scenario and the seed: they replay it.\n",
                 file, line, what);
    std::abort();
}

}  // namespace postroad
