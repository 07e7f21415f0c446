// A small TOML file; a hand may write it, too.
#include "viz/model/remembered.hpp"

#include <toml++/toml.h>

#include <cstdio>

#include "viz/model/state_folder.hpp"

namespace postroad::viz {
namespace {

std::string number(double value) {
    char text[40];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
}

}  // namespace

std::string print_remembered(const Remembered& what) {
    const auto yes = [](bool value) { return value ? "true" : "false"; };
    std::string out = "# How the window of `postroad view` was when it was closed.\n";
    out += "size = [" + std::to_string(what.width) + ", " + std::to_string(what.height) + "]\n";
    if (what.placed)
        out += "place = [" + std::to_string(what.x) + ", " + std::to_string(what.y) + "]\n";
    out += std::string("maximised = ") + yes(what.maximised) + "\n";
    out += "left = \"" + what.left + "\"\nright = \"" + what.right + "\"\n";
    out += std::string("two_panels = ") + yes(what.split) + "\n";
    out += "share = " + number(what.share) + "\n";
    out += "scale = " + number(what.scale) + "\n";
    out += std::string("dark = ") + yes(what.dark) + "\n";
    out += "speed = " + number(what.speed) + "\n";
    return out;
}

Remembered read_remembered(std::string_view text) {
    Remembered out;
    toml::table root;
    try {
        root = toml::parse(text);
    } catch (const toml::parse_error&) {
        return out;
    }
    const auto pair = [&](const char* key, int low, int high, int& a, int& b) {
        const toml::array* const both = root[key].as_array();
        if (both == nullptr || both->size() != 2) return false;
        const auto x = (*both)[0].value<std::int64_t>(), y = (*both)[1].value<std::int64_t>();
        if (!x || !y || *x < low || *x > high || *y < low || *y > high) return false;
        a = static_cast<int>(*x);
        b = static_cast<int>(*y);
        return true;
    };
    const auto between = [&](const char* key, double low, double high, double& value) {
        const auto read = root[key].value<double>();
        if (read && *read >= low && *read <= high) value = *read;
    };
    pair("size", 320, 16384, out.width, out.height);
    out.placed = pair("place", -32768, 32767, out.x, out.y);
    out.maximised = root["maximised"].value_or(out.maximised);
    out.left = root["left"].value_or(std::string());
    out.right = root["right"].value_or(std::string());
    out.split = root["two_panels"].value_or(out.split);
    between("share", 0.2, 0.8, out.share);
    between("scale", 0.5, 4, out.scale);
    out.dark = root["dark"].value_or(out.dark);
    between("speed", 0, 1e6, out.speed);
    return out;
}

std::string remembered_file() {
    const std::string folder = state_folder();
    return folder.empty() ? std::string() : folder + "/view.toml";
}

}  // namespace postroad::viz
