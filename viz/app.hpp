// The visualiser's one window: panels, the timeline below, the walkthrough, keys. It draws into
// whatever frame is open and knows neither window nor file.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "viz/keys.hpp"
#include "viz/model/remembered.hpp"
#include "viz/model/walkthrough.hpp"
#include "viz/panels/panel.hpp"

namespace postroad::viz {

class App {
  public:
    App(Recording& run, std::string title, std::optional<Walkthrough> walkthrough);

    void frame(float seconds);
    void press(const KeyPress& key);

    View& view() { return view_; }
    // By name, in any case, "what-if" as "What if". False when there is none.
    bool show_only(std::string_view panel);
    void show_beside(std::string_view left, std::string_view right);
    // From 0. False when there is no such stop.
    bool go_to_stop(std::size_t stop);
    void end_walkthrough() { in_walkthrough_ = false; }
    bool in_walkthrough() const { return in_walkthrough_; }
    std::size_t stop() const { return stop_; }
    std::size_t shown_panel() const { return left_; }
    bool split() const { return split_; }
    bool help_shown() const { return help_; }
    // The keyboard is in the panels: arrows go from one thing to the next, Space presses it.
    bool hands_on() const { return hands_; }
    bool wants_quit() const { return quit_; }
    // Once after each time a picture was asked for.
    bool take_picture() { return std::exchange(picture_, false); }
    // Once after each time a film of the walkthrough was asked for.
    bool take_film() { return std::exchange(film_, false); }
    // What the window remembers of panels and speed; letters and colours are set with the theme,
    // size and place are the window's.
    void recall(const Remembered& what);
    void remember(Remembered& what) const;
    const Walkthrough* walkthrough() const { return walkthrough_ ? &*walkthrough_ : nullptr; }
    std::vector<std::string> panel_names() const;

  private:
    std::size_t find(std::string_view panel) const;
    void letter(const KeyPress& key);
    void step(Step kind, bool forward);
    void header();
    void body(float height);
    void divider(ImVec2 at, float height, float whole);
    void card(float width);
    void timeline();
    void transport();
    void scrub();
    void help();
    void follow();

    View view_;
    std::string title_;
    std::optional<Walkthrough> walkthrough_;
    std::vector<std::unique_ptr<Panel>> panels_;
    std::size_t left_ = 0, right_ = 1;
    std::size_t stop_ = 0;
    Step step_ = Step::row;
    std::uint64_t seen_position_ = ~std::uint64_t{0};
    Time seen_now_ = never;
    bool split_ = true, in_walkthrough_ = false, help_ = false, quit_ = false, hands_ = false;
    bool stepped_packet_ = false, picture_ = false, film_ = false;
    bool held_ = false;    // hands were on in the frame before
    float share_ = 0.54F;  // of the width that the left panel has
};

}  // namespace postroad::viz
