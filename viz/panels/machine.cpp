// Lines first, then words on patches of ground, each where no other word is.
#include "viz/panels/machine.hpp"

#include <algorithm>
#include <cmath>

#include "viz/draw/widgets.hpp"

namespace postroad::viz {
namespace {

std::string joined(const Machine::Verbs& verbs) {
    std::string out;
    for (const std::string& one : verbs) out += (out.empty() ? "" : ", ") + one;
    return out;
}

// "not_authenticated" as people write it.
std::string spaced(std::string name) {
    std::replace(name.begin(), name.end(), '_', ' ');
    return name;
}

class Picture {
  public:
    Picture(const Theme& theme, const Machine& machine)
        : theme_(theme), machine_(machine), list_(ImGui::GetWindowDrawList()),
          at_(ImGui::GetCursorScreenPos()), width_(ImGui::GetContentRegionAvail().x),
          cell_(width_ / static_cast<float>(std::popcount(machine.reached))),
          box_(std::min(theme.px(118), cell_ * 0.84F)) {
        // As much room as the arcs and their words want.
        float above = high() / 2 + 2.4F * tall(), below = high() / 2 + theme.px(4);
        for (const Machine::Way& way : machine_.ways) {
            if (is_next(way)) continue;
            float& side = way.to > way.from ? above : below;
            side = std::max(side, high() / 2 + std::abs(bend(way)) / 2 + 1.2F * tall());
        }
        middle_ = at_.y + above;
        height_ = above + below;
    }

    void draw() {
        if (!seen_whole({width_, height_})) return;
        // What is between the boxes is always free to see.
        taken_.push_back({{at_.x, middle_ - high() / 2}, {at_.x + width_, middle_ + high() / 2}});
        for (const Machine::Way& way : machine_.ways) line(way);
        // The short ways' words have one place, above their arrow; the others make room.
        for (const Machine::Way& way : machine_.ways)
            if (is_next(way)) next_words(way);
        for (const Machine::Way& way : machine_.ways)
            if (!is_next(way)) arc_words(way);
        for (std::size_t i = 0; i < machine_.states.size(); ++i)
            if (is_reached(i)) state(i);
        ImGui::Dummy({width_, height_});
    }

  private:
    struct Rect {
        ImVec2 min, max;
    };
    float high() const { return theme_.px(30); }
    float tall() const { return theme_.small->FontSize; }
    bool is_reached(std::size_t state) const { return (machine_.reached >> state & 1U) != 0; }
    // From the left, of the states that are drawn.
    std::size_t place(std::size_t state) const {
        return static_cast<std::size_t>(std::popcount(machine_.reached & ((1U << state) - 1)));
    }
    float x_of(std::size_t state) const {
        return at_.x + (static_cast<float>(place(state)) + 0.5F) * cell_;
    }
    bool is_next(const Machine::Way& way) const { return place(way.to) == place(way.from) + 1; }

    // Where an arc is highest: forward above, back below.
    float bend(const Machine::Way& way) const {
        const float far = std::abs(static_cast<float>(place(way.to)) - static_cast<float>(place(way.from)));
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
        const std::string verbs = joined(way.verbs);
        std::string upper, lower = verbs;
        for (std::size_t at = 0; width_of(theme_.small, lower) > cell_ - theme_.px(6);) {
            at = verbs.find(", ", at);
            if (at == std::string::npos) break;
            at += 2;
            upper = verbs.substr(0, at - 1);
            lower = verbs.substr(at);
        }
        const float room = cell_ - theme_.px(4);
        if (!upper.empty()) put(fitted(theme_.small, upper, room), centre, bottom - 2 * tall());
        put(fitted(theme_.small, lower, room), centre, bottom - tall());
    }

    void arc_words(const Machine::Way& way) {
        const float centre = (x_of(way.from) + x_of(way.to)) / 2;
        const float side = way.to > way.from ? -1.0F : 1.0F;
        const float top = middle_ + side * high() / 2 + bend(way) / 2 - tall() / 2;
        const std::string verbs = joined(way.verbs);
        const float half = width_of(theme_.small, verbs) / 2 + theme_.px(2);
        // Along the arc's top, then away from it.
        for (const float up : {0.0F, 1.1F, 2.2F, -1.1F})
            for (const float along : {0.0F, 0.5F, -0.5F, 1.0F, -1.0F, 1.5F, -1.5F}) {
                const float x = std::clamp(centre + along * cell_, at_.x + half, at_.x + width_ - half);
                const float y = std::clamp(top + side * up * tall(), at_.y, at_.y + height_ - tall());
                if (!is_free({{x - half, y}, {x + half, y + tall()}})) continue;
                put(verbs, x, y);
                return;
            }
        put(verbs, centre, top);
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
        std::string text = spaced(machine_.states[i]);
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
    float width_, cell_, box_, middle_ = 0, height_ = 0;
    std::vector<Rect> taken_;
};

}  // namespace

std::vector<std::string> sentences_of(const Machine& machine) {
    std::string sentences[3];
    for (const Machine::Note& note : machine.notes) {
        std::string where;
        for (std::size_t i = 0; i < machine.states.size(); ++i)
            if (note.from >> i & 1U) where += (where.empty() ? "" : ", ") + spaced(machine.states[i]);
        if (note.from == machine.reached) where = "any state";
        std::string& sentence = sentences[static_cast<std::size_t>(note.kind)];
        constexpr const char* begin[] = {"from ", "the session ends from ", "the state stays in "};
        constexpr const char* between[] = {"; from ", "; from ", "; in "};
        sentence += (sentence.empty() ? begin : between)[static_cast<std::size_t>(note.kind)] + where +
                    ": " + joined(note.verbs);
        if (note.kind == Machine::NoteKind::leads) sentence += " → " + spaced(machine.states[note.to]);
    }
    std::vector<std::string> out;
    for (std::string& one : sentences)
        if (!one.empty()) out.push_back(std::move(one));
    return out;
}

Machine machine_of(std::vector<std::string> states, const std::vector<Move>& moves) {
    Machine out;
    out.states = std::move(states);
    out.sessions.assign(out.states.size(), 0);
    out.reached = 1;
    for (std::uint32_t before = 0; before != out.reached;) {
        before = out.reached;
        for (const Move& one : moves)
            if (before >> one.from & 1U) out.reached |= one.to;
    }
    // Where each thing leads to the same from, in the tables' order.
    constexpr std::size_t ends = 32, stays = 33;
    std::vector<std::string> order;
    std::map<std::pair<std::string, std::size_t>, std::uint32_t> from;
    for (const Move& one : moves) {
        if ((out.reached >> one.from & 1U) == 0) continue;
        if (std::find(order.begin(), order.end(), one.what) == order.end()) order.push_back(one.what);
        const std::uint32_t here = 1U << one.from;
        if (one.to == 0) from[{one.what, ends}] |= here;
        for (std::size_t to = 0; to < out.states.size(); ++to)
            if (one.to >> to & 1U) from[{one.what, to == one.from ? stays : to}] |= here;
    }
    std::map<std::pair<std::size_t, std::size_t>, Machine::Verbs> ways;
    const auto note = [&](Machine::NoteKind kind, std::uint32_t states_bits, std::size_t to,
                          const std::string& verb) {
        for (Machine::Note& one : out.notes)
            if (one.kind == kind && one.from == states_bits && one.to == to) {
                one.verbs.push_back(verb);
                return;
            }
        out.notes.push_back({kind, states_bits, to, {verb}});
    };
    for (const std::string& what : order)
        for (const auto& [key, bits] : from) {
            if (key.first != what) continue;
            const std::size_t to = key.second;
            if (to == ends) note(Machine::NoteKind::ends, bits, 0, what);
            else if (to == stays) note(Machine::NoteKind::stays, bits, 0, what);
            else {
                std::uint32_t arrows = bits;
                if (std::popcount(bits) >= 3) {
                    arrows &= (1U << to) >> 1;
                    note(Machine::NoteKind::leads, bits & ~arrows, to, what);
                }
                for (std::size_t i = 0; i < out.states.size(); ++i)
                    if (arrows >> i & 1U) ways[{i, to}].push_back(what);
            }
        }
    for (auto& [way, verbs] : ways) out.ways.push_back({way.first, way.second, std::move(verbs)});
    std::stable_sort(out.notes.begin(), out.notes.end(),
                     [](const Machine::Note& a, const Machine::Note& b) { return a.kind < b.kind; });
    return out;
}

void draw_machine(const Theme& theme, const Machine& machine, const char* title) {
    heading(theme, title);
    if (!machine.states.empty()) Picture(theme, machine).draw();
    for (const std::string& one : sentences_of(machine)) faint(theme, one);
    ImGui::Dummy({0, theme.px(4)});
}

}  // namespace postroad::viz
