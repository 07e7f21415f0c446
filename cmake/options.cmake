# What every C++ file of ours is compiled with, and the default kind of build.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug or Release" FORCE)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# One compilation serves the command and the Python module: position-independent, everything hidden,
# so that inlining stays; the linker makes calls and thread-locals direct again in a program.
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

# A fixed instruction set, so that a build made here runs on every machine of the last
# fifteen years and has no fused multiply-add to change a floating-point digit.
set(postroad_march "")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
    set(postroad_march "-march=x86-64-v2")
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O3 ${postroad_march} -ffp-contract=off -DNDEBUG")
# Debug is optimised a little: the tests simulate a lot, and -O1 still steps well.
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1 ${postroad_march} -ffp-contract=off")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

# Warnings for our own targets only; libraries come in as system headers.
add_library(postroad_options INTERFACE)
target_include_directories(postroad_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(postroad_options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
# GCC 12 at -O3 sees overlapping copies and unset members in std::string's own code (its bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(postroad_options INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
endif()
if(POSTROAD_SANITIZE)
    add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all
        -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined -fno-sanitize-recover=all)
endif()
if(POSTROAD_FUZZ)
    if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
        message(FATAL_ERROR "POSTROAD_FUZZ needs clang++: libFuzzer is part of clang")
    endif()
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
