// Texts held against golden files, which POSTROAD_GOLDEN=write in the environment makes anew.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "tests/catch.hpp"

// `path` is relative to the source directory, where tests run.
inline void hold_against(const std::string& path, const std::string& text) {
    std::ifstream in(path, std::ios::binary);
    const std::string golden{std::istreambuf_iterator<char>(in), {}};
    if (golden == text) return;
    const char* const mode = std::getenv("POSTROAD_GOLDEN");
    if (mode != nullptr && std::string_view(mode) == "write") {
        std::ofstream(path, std::ios::binary) << text;
        return;
    }
    INFO(path);
    CHECK(text == golden);
}
