// POSTROAD_ASSERT: our own mistakes stop the program at once, in every build, and say where.
// A peer's mistake is a reply and a scenario's mistake is an error message: neither ever gets here.
#pragma once

namespace postroad {

// Prints what was expected and where, then aborts.
[[noreturn]] void assertion_failed(const char* what, const char* file, int line);

}  // namespace postroad

#define POSTROAD_ASSERT(condition) \
    (__builtin_expect(static_cast<bool>(condition), 1) \
         ? static_cast<void>(0) \
         : ::postroad::assertion_failed(#condition, __FILE__, __LINE__))
