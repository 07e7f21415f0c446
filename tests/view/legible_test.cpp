// No letter is cut at a side, hidden or written over another one: read from what each frame draws,
// letter by letter, for every panel of every lab at the sizes that people have.
#include <cmath>
#include <unordered_map>

#include "tests/view/scene.hpp"
#include "viz/draw/widgets.hpp"

namespace postroad::viz {
namespace {

struct Rect {
    float x0, y0, x1, y1;
    float area() const { return std::max(0.0F, x1 - x0) * std::max(0.0F, y1 - y0); }
};
Rect both(const Rect& a, const Rect& b) {
    return {std::max(a.x0, b.x0), std::max(a.y0, b.y0), std::min(a.x1, b.x1), std::min(a.y1, b.y1)};
}

struct Letter {
    Rect place, seen;   // as drawn, and what its window leaves of it
    unsigned code;
    bool cut;           // at the left or the right
    std::size_t order;  // of all that is drawn
    unsigned list;      // of the draw lists: windows
};

// An opaque triangle, which hides what was drawn before it.
struct Patch {
    ImVec2 a, b, c;
    Rect clip;
    std::size_t order;
    unsigned list;
    bool hides(float x, float y) const {
        if (x < clip.x0 || x > clip.x1 || y < clip.y0 || y > clip.y1) return false;
        const auto side = [&](ImVec2 p, ImVec2 q) {
            return (q.x - p.x) * (y - p.y) - (q.y - p.y) * (x - p.x);
        };
        const float u = side(a, b), v = side(b, c), w = side(c, a);
        return (u >= 0 && v >= 0 && w >= 0) || (u <= 0 && v <= 0 && w <= 0);
    }
};

// All letters of a frame in the order in which they are drawn, told from other shapes by where in
// the atlas their pixels come from.
class Page {
  public:
    explicit Page(const ImDrawData& frame) {
        for (const ImFont* const font : ImGui::GetIO().Fonts->Fonts)
            for (const ImFontGlyph& glyph : font->Glyphs)
                if (glyph.Visible) by_corner_[corner(glyph.U0, glyph.V0)] = &glyph;
        for (int i = 0; i < frame.CmdListsCount; ++i) {
            names_.emplace_back(frame.CmdLists[i]->_OwnerName);
            read(*frame.CmdLists[i], static_cast<unsigned>(i));
        }
    }

    // A sentence for each fault.
    std::vector<std::string> faults() const {
        std::vector<std::string> out;
        const auto tell = [&](const char* what, std::size_t at) {
            const std::string sentence =
                std::string(what) + ": '" + run_of(at) + "' at " +
                std::to_string(std::lround(letters_[at].place.x0)) + ", " +
                std::to_string(std::lround(letters_[at].place.y0));
            if (out.empty() || out.back().substr(0, out.back().rfind(" at ")) !=
                                   sentence.substr(0, sentence.rfind(" at ")))
                out.push_back(sentence);
        };
        for (std::size_t i = 0; i < letters_.size(); ++i) {
            if (letters_[i].cut) tell("cut", i);
            if (hidden(i)) tell("hidden", i);
            if (letters_[i].code == dots && !may_shorten(letters_[i].list)) tell("shortened", i);
        }
        // Letters by the squares they lie in.
        std::unordered_map<long, std::vector<std::size_t>> squares;
        constexpr float square = 40;
        for (std::size_t i = 0; i < letters_.size(); ++i) {
            const Rect& seen = letters_[i].seen;
            if (seen.area() <= 0 || hidden(i)) continue;
            for (float x = std::floor(seen.x0 / square); x <= std::floor(seen.x1 / square); ++x)
                for (float y = std::floor(seen.y0 / square); y <= std::floor(seen.y1 / square); ++y) {
                    auto& here = squares[static_cast<long>(x) * 4096 + static_cast<long>(y)];
                    for (const std::size_t other : here) {
                        const Rect& there = letters_[other].seen;
                        if (i - other == 1) continue;  // in a word, some letters reach under the next
                        if (both(seen, there).area() > 0.15F * std::min(seen.area(), there.area()) &&
                            !covered(other, letters_[i].order))
                            tell("on another", i);
                    }
                    here.push_back(i);
                }
        }
        return out;
    }
    std::size_t letters() const { return letters_.size(); }

  private:
    static std::uint64_t corner(float u, float v) {
        return static_cast<std::uint64_t>(std::lround(u * 65536)) << 32 |
               static_cast<std::uint64_t>(std::lround(v * 65536));
    }

    void read(const ImDrawList& list, unsigned number) {
        for (const ImDrawCmd& command : list.CmdBuffer) {
            const Rect clip{command.ClipRect.x, command.ClipRect.y, command.ClipRect.z,
                            command.ClipRect.w};
            const ImDrawVert* const vertices = list.VtxBuffer.Data + command.VtxOffset;
            const ImDrawIdx* const indices = list.IdxBuffer.Data + command.IdxOffset;
            for (unsigned i = 0; i + 2 < command.ElemCount; i += 3, ++order_) {
                const ImDrawVert &a = vertices[indices[i]], &b = vertices[indices[i + 1]],
                                 &c = vertices[indices[i + 2]];
                if (i + 5 < command.ElemCount && letter(a, c, clip, number)) {
                    i += 3;
                    ++order_;
                    continue;
                }
                const auto alpha = [](const ImDrawVert& one) { return one.col >> IM_COL32_A_SHIFT & 255; };
                const float twice = (b.pos.x - a.pos.x) * (c.pos.y - a.pos.y) -
                                    (c.pos.x - a.pos.x) * (b.pos.y - a.pos.y);
                // A packet's arrow passes over words; that is a moment's thing.
                if (std::abs(twice) > packet && alpha(a) > 200 && alpha(b) > 200 && alpha(c) > 200)
                    patches_.push_back({a.pos, b.pos, c.pos, clip, order_, number});
            }
        }
    }

    // Two triangles from corner to corner: a letter?
    bool letter(const ImDrawVert& from, const ImDrawVert& to, const Rect& clip, unsigned list) {
        if (from.uv.x == to.uv.x || from.uv.y == to.uv.y) return false;
        const ImFontGlyph* glyph = nullptr;
        if (const auto found = by_corner_.find(corner(from.uv.x, from.uv.y)); found != by_corner_.end())
            glyph = found->second;
        else  // ImGui has clipped it already
            for (const auto& [key, one] : by_corner_)
                if (from.uv.x >= one->U0 - 1e-6F && to.uv.x <= one->U1 + 1e-6F &&
                    from.uv.y >= one->V0 - 1e-6F && to.uv.y <= one->V1 + 1e-6F) {
                    glyph = one;
                    break;
                }
        if (glyph == nullptr) return false;
        const float part = (to.uv.x - from.uv.x) / (glyph->U1 - glyph->U0);
        const Rect place{from.pos.x, from.pos.y, to.pos.x, to.pos.y};
        const float wide = (place.x1 - place.x0) / std::max(0.01F, part);
        const bool on_its_line = place.y1 > clip.y0 && place.y0 < clip.y1;
        const bool cut = on_its_line && (wide * (1 - part) > 1 || place.x0 < clip.x0 - 1 ||
                                         place.x1 > clip.x1 + 1);
        letters_.push_back({place, both(place, clip), glyph->Codepoint, cut, order_, list});
        return true;
    }

    // Does something that is drawn before `until` lie on the middle of the letter?
    bool covered(std::size_t at, std::size_t until) const {
        const Letter& one = letters_[at];
        const float x = (one.seen.x0 + one.seen.x1) / 2, y = (one.seen.y0 + one.seen.y1) / 2;
        const auto first = std::lower_bound(patches_.begin(), patches_.end(), one.order,
                                            [](const Patch& patch, std::size_t order) {
                                                return patch.order < order;
                                            });
        for (auto patch = first; patch != patches_.end() && patch->order < until; ++patch)
            if (patch->hides(x, y)) return true;
        return false;
    }
    bool hidden(std::size_t at) const {
        return letters_[at].seen.area() > 0 && covered(at, ~std::size_t{0});
    }

    // The words that a letter stands in.
    std::string run_of(std::size_t at) const {
        const auto joined = [&](std::size_t left, std::size_t right) {
            const Letter &a = letters_[left], &b = letters_[right];
            return a.list == b.list && std::abs(a.place.y1 - b.place.y1) < 12 &&
                   b.place.x0 > a.place.x0 - 1 && b.place.x0 - a.place.x1 < 24;
        };
        std::size_t first = at, last = at;
        while (first > 0 && joined(first - 1, first)) --first;
        while (last + 1 < letters_.size() && joined(last, last + 1)) ++last;
        std::string out;
        for (std::size_t i = first; i <= last; ++i) {
            if (i > first && letters_[i].place.x0 - letters_[i - 1].place.x1 > 4) out += ' ';
            out += letters_[i].code < 127 ? static_cast<char>(letters_[i].code) : '?';
        }
        return out;
    }

    // Rows of the ladder, of what was found and of two timelines are whole below, beside the clock
    // or in a tooltip; so is the line beside the clock.
    bool may_shorten(unsigned list) const {
        for (const char* const window : {"/rows_", "/timeline_", "/found_", "/As it was_", "/With the change_"})
            if (names_[list].find(window) != std::string::npos) return true;
        return false;
    }

    static constexpr unsigned dots = 0x2026;
    static constexpr float packet = 1000;  // twice its square pixels, at scale 2
    std::unordered_map<std::uint64_t, const ImFontGlyph*> by_corner_;
    std::vector<std::string> names_;  // of the draw lists' windows
    std::vector<Letter> letters_;
    std::vector<Patch> patches_;
    std::size_t order_ = 0;
};

// A lab's App whose frames are built and looked at, and never become pixels.
class Desk {
  public:
    Desk(const std::string& lab, float width, float height, float scale,
         std::optional<Walkthrough> walkthrough = std::nullopt)
        : app(run_of(lab), lab, std::move(walkthrough)), width_(width), height_(height) {
        app.view().theme.scale = scale;
        canvas_ = std::make_unique<Canvas>(app.view().theme, false);
    }
    Page page() {
        for (int i = 0; i < 3; ++i) {
            canvas_->begin(width_, height_, 0);
            app.frame(0);
            canvas_->end(app.view().theme.colour.ground);
        }
        return Page(*ImGui::GetDrawData());
    }

    App app;

  private:
    std::unique_ptr<Canvas> canvas_;
    float width_, height_;
};

struct Size {
    float width, height, scale;
};
constexpr Size sizes[] = {{1280, 800, 1}, {2560, 1440, 2}};

std::string told(const std::vector<std::string>& faults) {
    std::string out;
    for (const std::string& one : faults) out += "\n    " + one;
    return out;
}

}  // namespace

TEST_CASE("every panel of every lab can be read at both sizes, at many moments") {
    for (const std::string& lab : labs())
        for (const Size& size : sizes) {
            Desk desk(lab, size.width, size.height, size.scale);
            for (int twelfth = 0; twelfth <= 12; twelfth += 2) {
                desk.app.view().player.go_to(run_of(lab).end() / 12 * twelfth);
                for (const std::string& panel : desk.app.panel_names()) {
                    REQUIRE(desk.app.show_only(panel));
                    const Page page = desk.page();
                    CHECK(page.letters() > 60);
                    const auto faults = page.faults();
                    INFO(lab << ", " << panel << " at " << moment_words(desk.app.view().player.now())
                             << ", " << size.width << " wide" << told(faults));
                    CHECK(faults.empty());
                }
            }
        }
}

TEST_CASE("what a search finds can be read at both sizes") {
    for (const std::string& lab : labs())
        for (const Size& size : sizes) {
            Desk desk(lab, size.width, size.height, size.scale);
            desk.app.view().player.go_to(run_of(lab).end() / 2);
            REQUIRE(desk.app.show_only("search"));
            const std::size_t bare = desk.page().letters();
            desk.app.press({Key::letter, '/', false, false});
            desk.page();
            ImGui::GetIO().AddInputCharacter('m');
            const Page page = desk.page();
            CHECK(page.letters() != bare);
            const auto faults = page.faults();
            INFO(lab << ", " << size.width << " wide" << told(faults));
            CHECK(faults.empty());
        }
}

TEST_CASE("every stop of every walkthrough can be read at both sizes") {
    for (const std::string& lab : labs())
        for (const Size& size : sizes) {
            std::string error;
            Desk desk(lab, size.width, size.height, size.scale, walkthrough_of(lab, error));
            REQUIRE(desk.app.walkthrough() != nullptr);
            for (std::size_t stop = 0; stop < desk.app.walkthrough()->stops.size(); ++stop) {
                REQUIRE(desk.app.go_to_stop(stop));
                const auto faults = desk.page().faults();
                INFO(lab << ", stop " << stop + 1 << ", " << size.width << " wide" << told(faults));
                CHECK(faults.empty());
            }
        }
}

}  // namespace postroad::viz
