// Names of files that a test writes: its process's own, since the same test runs under the
// sanitizers at the same time.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <string>

namespace postroad {

// In the build folder; the caller removes it.
inline std::string own_file(const std::string& name) {
    const char* const dir = std::getenv("POSTROAD_BUILD_DIR");
    return std::string(dir == nullptr ? "." : dir) + "/" + std::to_string(getpid()) + "-" + name;
}

}  // namespace postroad
