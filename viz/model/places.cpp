// Places as TOML: one line a host, in units of the layout.
#include "viz/model/places.hpp"

#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "protocols/base/hash.hpp"
#include "viz/model/state_folder.hpp"

namespace postroad::viz {
namespace {

constexpr float margin = 16;  // of the whole
constexpr float far = 1e6F;   // nobody's map is larger

std::uint32_t home_of(const sim::Setup& setup, std::uint32_t host) {
    const auto& places = setup.hosts[host].attachments;
    return places.empty() ? sim::nothing : places.front().network;
}

void refit(Layout& layout, const sim::Setup& setup, std::uint32_t network) {
    Box box{{1e9F, 1e9F}, {-1e9F, -1e9F}};
    for (std::uint32_t i = 0; i < layout.hosts.size(); ++i) {
        if (home_of(setup, i) != network) continue;
        const Point at = layout.hosts[i];
        box.min.x = std::min(box.min.x, at.x - Layout::host_width / 2 - Layout::side);
        box.min.y = std::min(box.min.y, at.y - Layout::host_height / 2 - Layout::head);
        box.max.x = std::max(box.max.x, at.x + Layout::host_width / 2 + Layout::side);
        box.max.y = std::max(box.max.y, at.y + Layout::host_height / 2 + Layout::foot);
    }
    if (box.min.x < box.max.x) layout.networks[network] = box;
}

std::string number(float value) { return std::to_string(static_cast<long>(std::lround(value))); }

// A key of TOML: bare where it may be, else quoted.
std::string key_of(std::string_view name) {
    const bool bare = std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
    return bare && !name.empty() ? std::string(name) : "\"" + std::string(name) + "\"";
}

void print(std::string& out, const char* table, const Layout& layout, const sim::Setup& setup) {
    out += "\n[" + std::string(table) + "]\n";
    for (std::size_t i = 0; i < layout.hosts.size(); ++i)
        out += key_of(setup.hosts[i].name) + " = [" + number(layout.hosts[i].x) + ", " +
               number(layout.hosts[i].y) + "]\n";
}

bool take(const toml::table* places, Layout& layout, const sim::Setup& setup, std::size_t& line) {
    if (places == nullptr) return true;
    for (const auto& [name, value] : *places) {
        const toml::array* const pair = value.as_array();
        line = value.source().begin.line;
        if (pair == nullptr || pair->size() != 2) return false;
        const auto x = (*pair)[0].value<double>(), y = (*pair)[1].value<double>();
        if (!x || !y || !(std::abs(*x) < far) || !(std::abs(*y) < far)) return false;
        const std::uint32_t host = setup.find_host(name.str());
        if (host != sim::nothing && host < layout.hosts.size())
            layout.hosts[host] = {static_cast<float>(*x), static_cast<float>(*y)};
    }
    for (std::uint32_t i = 0; i < layout.networks.size(); ++i) refit(layout, setup, i);
    settle(layout);
    return true;
}

}  // namespace

void move_host(Layout& layout, const sim::Setup& setup, std::uint32_t host, Point to) {
    layout.hosts[host] = {std::clamp(to.x, -far, far), std::clamp(to.y, -far, far)};
    const std::uint32_t home = home_of(setup, host);
    if (home != sim::nothing) refit(layout, setup, home);
}

void move_network(Layout& layout, const sim::Setup& setup, std::uint32_t network, Point by) {
    for (std::uint32_t i = 0; i < layout.hosts.size(); ++i)
        if (home_of(setup, i) == network)
            layout.hosts[i] = {layout.hosts[i].x + by.x, layout.hosts[i].y + by.y};
    Box& box = layout.networks[network];
    box = {{box.min.x + by.x, box.min.y + by.y}, {box.max.x + by.x, box.max.y + by.y}};
}

void settle(Layout& layout) {
    if (layout.networks.empty()) return;
    Point low{1e9F, 1e9F}, high{-1e9F, -1e9F};
    for (const Box& box : layout.networks) {
        low = {std::min(low.x, box.min.x), std::min(low.y, box.min.y)};
        high = {std::max(high.x, box.max.x), std::max(high.y, box.max.y)};
    }
    const Point by{margin - low.x, margin - low.y};
    for (Point& one : layout.hosts) one = {one.x + by.x, one.y + by.y};
    for (Box& box : layout.networks)
        box = {{box.min.x + by.x, box.min.y + by.y}, {box.max.x + by.x, box.max.y + by.y}};
    layout.size = {high.x - low.x + 2 * margin, high.y - low.y + 2 * margin};
}

std::string print_places(const Layout& wide, const Layout& upright, const sim::Setup& setup) {
    std::string out =
        "# Where the hosts of scenario.toml stand on the map of `postroad view`: x, y of "
        "their middles.\n# Drag them there; without this file they find places of "
        "their own.\n";
    print(out, "wide", wide, setup);
    print(out, "upright", upright, setup);
    return out;
}

bool read_places(std::string_view text, const std::string& file, Layout& wide, Layout& upright,
                 const sim::Setup& setup, std::string& error) {
    toml::table root;
    try {
        root = toml::parse(text);
    } catch (const toml::parse_error& mistake) {
        error = file + ":" + std::to_string(mistake.source().begin.line) + ": " +
                std::string(mistake.description());
        return false;
    }
    Layout a = wide, b = upright;
    std::size_t line = 1;
    if (!take(root["wide"].as_table(), a, setup, line) ||
        !take(root["upright"].as_table(), b, setup, line)) {
        error = file + ":" + std::to_string(line) + ": a place is [x, y], two numbers";
        return false;
    }
    wide = std::move(a);
    upright = std::move(b);
    return true;
}

std::string places_file(const std::string& scenario) {
    std::error_code ignored;
    const auto whole = std::filesystem::absolute(scenario, ignored).lexically_normal();
    const auto beside = whole.parent_path() / "layout.toml";
    const bool there = std::filesystem::exists(beside, ignored);
    if (access(there ? beside.c_str() : whole.parent_path().c_str(), W_OK) == 0)
        return beside.string();
    const std::string folder = state_folder();
    if (folder.empty()) return {};
    char name[40];
    std::snprintf(name, sizeof name, "layout-%016llx.toml",
                  static_cast<unsigned long long>(hash_octets(whole.string())));
    return folder + "/" + name;
}

}  // namespace postroad::viz
