// Pictures held against those in tests/data/pictures: what people see does not change unnoticed.
// POSTROAD_GOLDEN=write makes them anew.
#include <png.h>

#include <filesystem>
#include <iostream>
#include <string_view>

#include "tests/view/scene.hpp"

namespace postroad::viz {
namespace {

constexpr unsigned width = 640, height = 400;
constexpr float scale = 0.6F;
// Of all pixels so many may be another shade: letters' edges where a library draws them otherwise.
constexpr double tolerance = 0.02;
const std::string folder = "tests/data/pictures/";

// Empty where there is no such file, or it is no picture of this size.
Pixels read_png(const std::string& path) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    if (png_image_begin_read_from_file(&image, path.c_str()) == 0) return {};
    Pixels out;
    if (image.width == width && image.height == height) {
        image.format = PNG_FORMAT_RGB;
        out.resize(PNG_IMAGE_SIZE(image));
        if (png_image_finish_read(&image, nullptr, out.data(), 0, nullptr) == 0) out.clear();
    }
    png_image_free(&image);
    return out;
}

// In sixteen shades each of red, green and blue: half as large a file, and no shade is another than
// difference() forgives.
Pixels coarse(Pixels pixels) {
    for (std::uint8_t& one : pixels) one = static_cast<std::uint8_t>((one + 8) / 17 * 17);
    return pixels;
}

// Where pictures go that are not what they should be.
std::string build_folder() {
    const char* const named = std::getenv("POSTROAD_BUILD_DIR");
    return std::string(named != nullptr ? named : "build/release") + "/";
}

bool writing() {
    const char* const mode = std::getenv("POSTROAD_GOLDEN");
    return mode != nullptr && std::string_view(mode) == "write";
}

void hold_picture(const std::string& name, const Pixels& drawn) {
    const std::string stored = folder + name + ".png", fresh = build_folder() + name + ".new.png";
    const Pixels reference = read_png(stored);
    const bool same = reference.size() == drawn.size() && difference(reference, drawn) < tolerance;
    std::filesystem::remove(fresh);
    if (writing()) {
        // One that is nearly the same stays: a shade is no reason for another file.
        if (!same) REQUIRE(write_png(stored, width, height, coarse(drawn)));
        return;
    }
    if (same) return;
    REQUIRE(write_png(fresh, width, height, coarse(drawn)));
    std::string why = reference.empty() ? "there is no picture " + stored + " of 640 x 400"
                                        : stored + " is not what is drawn";
    if (!reference.empty()) {
        const auto share = std::to_string(difference(reference, drawn) * 100).substr(0, 5);
        why += ": " + share + " % of the pixels are others";
    }
    // Not through Catch, which would break paths over lines.
    std::cerr << "\nLook at both:\n    xdg-open " << stored << "\n    xdg-open " << fresh
              << "\nIf the new one is right, accept it:\n    cp " << fresh << " " << stored
              << "\nor all that are drawn now:\n    POSTROAD_GOLDEN=write "
              << build_folder() << "postroad_view_tests \"-#\" \"[#reference_test]\"\n";
    FAIL_CHECK(why);
}

std::string file_name_of(std::string panel) {
    for (char& c : panel) c = c == ' ' ? '-' : static_cast<char>(std::tolower(c));
    return panel;
}

struct StopOf {
    const char *lab, *name;
    std::size_t stop;  // from 1
};
constexpr StopOf stops[] = {{"00-first-message", "first-message", 5},
                            {"05-the-mx-ladder", "the-mx-ladder", 3}};

std::string name_of_stop(const StopOf& one) {
    return std::string(one.name) + "-stop-" + std::to_string(one.stop);
}

}  // namespace

TEST_CASE("every panel of the first lab is drawn as in its reference picture") {
    Scene scene("00-first-message", width, height, scale);
    scene.app.view().player.go_to(300 * millisecond);
    for (const std::string& panel : scene.app.panel_names()) {
        REQUIRE(scene.app.show_only(panel));
        hold_picture("first-message-" + file_name_of(panel), scene.picture());
    }
}

TEST_CASE("stops of walkthroughs are drawn as in their reference pictures") {
    for (const StopOf& one : stops) {
        std::string error;
        Scene scene(one.lab, width, height, scale, walkthrough_of(one.lab, error));
        REQUIRE(scene.app.go_to_stop(one.stop - 1));
        hold_picture(name_of_stop(one), scene.picture());
    }
}

TEST_CASE("there is a reference picture of each, none besides, and none passes for another") {
    std::vector<std::string> names;
    {
        Scene scene("00-first-message", width, height, scale);
        for (const std::string& panel : scene.app.panel_names())
            names.push_back("first-message-" + file_name_of(panel));
    }
    for (const StopOf& one : stops) names.push_back(name_of_stop(one));
    std::set<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        files.insert(entry.path().stem().string());
        INFO(entry.path());
        CHECK(entry.path().extension() == ".png");
        CHECK(entry.file_size() < 64'000);  // octets
    }
    CHECK(files == std::set<std::string>(names.begin(), names.end()));
    for (std::size_t i = 0; i < names.size(); ++i) {
        const Pixels one = read_png(folder + names[i] + ".png");
        INFO(names[i]);
        REQUIRE_FALSE(one.empty());
        for (std::size_t other = 0; other < i; ++other) {
            INFO(names[other]);
            CHECK(difference(one, read_png(folder + names[other] + ".png")) >= tolerance);
        }
    }
}

}  // namespace postroad::viz
