// Lines first, then words on patches of ground, each where no other word is.
#include "viz/panels/machine.hpp"

#include <algorithm>
#include <cmath>

#include "viz/draw/widgets.hpp"

namespace postroad::viz {
namespace {

class Picture {
  public:
    Picture(const Theme& theme, const Machine& machine)
        : theme_(theme), machine_(machine), list_(ImGui::GetWindowDrawList()),
          at_(ImGui::GetCursorScreenPos()), width_(ImGui::GetContentRegionAvail().x),
          cell_(width_ / static_cast<float>(machine.states.size())),
          box_(std::min(theme.px(118), cell_ * 0.84F)), middle_(at_.y + height() * 0.64F) {}

    void draw() {
        // What is between the boxes is always free to see.
        taken_.push_back({{at_.x, middle_ - high() / 2}, {at_.x + width_, middle_ + high() / 2}});
        for (const Machine::Way& way : machine_.ways) line(way);
        // The short ways' words have one place, above their arrow; the others make room.
        for (const Machine::Way& way : machine_.ways)
            if (is_next(way)) next_words(way);
        for (const Machine::Way& way : machine_.ways)
            if (!is_next(way)) arc_words(way);
        for (std::size_t i = 0; i < machine_.states.size(); ++i) state(i);
        ImGui::Dummy({width_, height()});
    }

  private:
    struct Rect {
        ImVec2 min, max;
    };
    float height() const { return theme_.px(140); }
    float high() const { return theme_.px(30); }
    float tall() const { return theme_.small->FontSize; }
    float x_of(std::size_t state) const { return at_.x + (static_cast<float>(state) + 0.5F) * cell_; }
    static bool is_next(const Machine::Way& way) { return way.to == way.from + 1; }

    // Where an arc is highest: forward above, back below.
    float bend(const Machine::Way& way) const {
        const float far = std::abs(static_cast<float>(way.to) - static_cast<float>(way.from));
        return (way.to > way.from ? -1.0F : 1.0F) * (theme_.px(26) + theme_.px(16) * far);
    }

    void line(const Machine::Way& way) {
        const float a = x_of(way.from), b = x_of(way.to), thick = theme_.px(1.5F);
        const ImU32 ink = theme_.colour.faint;
        if (is_next(way)) {
            const float from = a + box_ / 2, to = b - box_ / 2, head = theme_.px(6);
            list_->AddLine({from, middle_}, {to - head, middle_}, ink, thick);
            list_->AddTriangleFilled({to, middle_}, {to - head, middle_ - head * 0.6F},
                                     {to - head, middle_ + head * 0.6F}, ink);
            return;
        }
        const float side = b > a ? -1.0F : 1.0F, y = middle_ + side * high() / 2;
        const ImVec2 from{a - side * box_ * 0.2F, y}, to{b + side * box_ * 0.2F, y};
        list_->AddBezierQuadratic(from, {(a + b) / 2, y + bend(way)}, to, ink, thick);
        list_->AddCircleFilled(to, theme_.px(3.5F), ink);
    }

    void next_words(const Machine::Way& way) {
        const float centre = (x_of(way.from) + x_of(way.to)) / 2;
        const float bottom = middle_ - high() / 2 - tall() * 0.2F;
        // Over two lines where one is too short, parted at a comma.
        std::string upper, lower = way.verbs;
        for (std::size_t at = 0; width_of(theme_.small, lower) > cell_ - theme_.px(6);) {
            at = way.verbs.find(", ", at);
            if (at == std::string::npos) break;
            at += 2;
            upper = way.verbs.substr(0, at - 1);
            lower = way.verbs.substr(at);
        }
        const float room = cell_ - theme_.px(4);
        if (!upper.empty()) put(fitted(theme_.small, upper, room), centre, bottom - 2 * tall());
        put(fitted(theme_.small, lower, room), centre, bottom - tall());
    }

    void arc_words(const Machine::Way& way) {
        const float centre = (x_of(way.from) + x_of(way.to)) / 2;
        const float side = way.to > way.from ? -1.0F : 1.0F;
        const float top = middle_ + side * high() / 2 + bend(way) / 2 - tall() / 2;
        const float half = width_of(theme_.small, way.verbs) / 2 + theme_.px(2);
        // Along the arc's top, then away from it.
        for (const float up : {0.0F, 1.1F, 2.2F})
            for (const float along : {0.0F, 0.5F, -0.5F, 1.0F, -1.0F}) {
                const float x = std::clamp(centre + along * cell_, at_.x + half, at_.x + width_ - half);
                const float y = std::max(at_.y, top + side * up * tall());
                if (!is_free({{x - half, y}, {x + half, y + tall()}})) continue;
                put(way.verbs, x, y);
                return;
            }
        put(way.verbs, centre, top);
    }

    bool is_free(const Rect& one) const {
        return std::none_of(taken_.begin(), taken_.end(), [&](const Rect& other) {
            return one.min.x < other.max.x && other.min.x < one.max.x && one.min.y < other.max.y &&
                   other.min.y < one.max.y;
        });
    }

    void put(const std::string& text, float centre, float y) {
        const float half = width_of(theme_.small, text) / 2;
        const Rect place{{centre - half - theme_.px(2), y}, {centre + half + theme_.px(2), y + tall()}};
        list_->AddRectFilled(place.min, place.max, theme_.colour.surface);
        put_text(list_, theme_.small, {centre - half, y}, theme_.colour.command, text);
        taken_.push_back(place);
    }

    void state(std::size_t i) {
        const ImVec2 min{x_of(i) - box_ / 2, middle_ - high() / 2};
        const ImVec2 max{x_of(i) + box_ / 2, middle_ + high() / 2};
        const bool lit = machine_.sessions[i] != 0;
        list_->AddRectFilled(min, max, lit ? theme_.colour.accent : theme_.colour.raised, theme_.px(6));
        list_->AddRect(min, max, lit ? theme_.colour.accent : theme_.colour.edge, theme_.px(6));
        std::string text = machine_.states[i];
        std::replace(text.begin(), text.end(), '_', ' ');
        if (machine_.sessions[i] > 1) text += " ×" + std::to_string(machine_.sessions[i]);
        const ImU32 ink = lit ? theme_.colour.on_fill : theme_.colour.text;
        const float room = box_ - theme_.px(4);
        const auto write = [&](ImFont* font, const std::string& words, float y) {
            const std::string seen = fitted(font, words, room);
            put_text(list_, font, {x_of(i) - width_of(font, seen) / 2, y - font->FontSize / 2}, ink, seen);
        };
        ImFont* const font = width_of(theme_.sans, text) <= room ? theme_.sans : theme_.small;
        const std::size_t space = text.find(' ');
        if (width_of(font, text) <= room || space == std::string::npos) {
            write(font, text, middle_);
            return;
        }
        write(font, text.substr(0, space), middle_ - tall() * 0.52F);
        write(font, text.substr(space + 1), middle_ + tall() * 0.52F);
    }

    const Theme& theme_;
    const Machine& machine_;
    ImDrawList* list_;
    ImVec2 at_;
    float width_, cell_, box_, middle_;
    std::vector<Rect> taken_;
};

}  // namespace

void draw_machine(const Theme& theme, const Machine& machine, const char* title) {
    heading(theme, title);
    if (!machine.states.empty()) Picture(theme, machine).draw();
    if (!machine.anywhere.empty()) faint(theme, "from anywhere: " + machine.anywhere);
    if (!machine.staying.empty()) faint(theme, "the state stays: " + machine.staying);
}

}  // namespace postroad::viz
