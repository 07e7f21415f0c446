// A panel: one class in one file, and one line in the list in panels.cpp.
#pragma once

#include <memory>
#include <vector>

#include "viz/view.hpp"

namespace postroad::viz {

class Panel {
  public:
    Panel() = default;
    virtual ~Panel() = default;
    Panel(const Panel&) = delete;
    Panel& operator=(const Panel&) = delete;
    virtual const char* name() const = 0;   // "Map"; the command knows it by this, in any case
    virtual const char* about() const = 0;  // what it shows, in a few words
    // Draws into the ImGui window that is open; its content region is the panel's.
    virtual void draw(View& view) = 0;
};

std::vector<std::unique_ptr<Panel>> make_panels();

std::unique_ptr<Panel> make_map();
std::unique_ptr<Panel> make_ladder();
std::unique_ptr<Panel> make_message();
std::unique_ptr<Panel> make_host();
std::unique_ptr<Panel> make_firewall();
std::unique_ptr<Panel> make_dns();
std::unique_ptr<Panel> make_what_if();
std::unique_ptr<Panel> make_search();

}  // namespace postroad::viz
