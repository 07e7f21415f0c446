// The drawing of a ladder: lanes a host each, arrows with what was said, notes under their host.
#pragma once

#include <span>
#include <vector>

#include "sim/views/index.hpp"
#include "sim/views/text.hpp"

namespace postroad::sim::views {

// Two lanes carry the words between them; three to six stand at the left with the words beside
// them; more do not fit, and then each line says who speaks to whom.
class LadderPage {
  public:
    LadderPage(const Setup& setup, const TraceIndex& index, const Style& style,
               std::vector<NodeId> lanes, const Sink& sink);

    struct Words {
        std::string text;      // visible() already
        Section section;
        Ink ink = Ink::plain;
        std::uint32_t tag = 0; // number of the conversation; 0: none is shown
    };

    void heading(std::string_view text, Ink ink = Ink::host);
    void names();
    void arrow(Time time, NodeId from, NodeId to, const Words& words, bool arrives = true);
    void note(Time time, NodeId node, const Words& words);
    // Across all lanes: the world changed.
    void banner(Time time, std::string_view text);

  private:
    enum class Form : std::uint8_t { pair, lanes, list };
    struct Cell {
        std::string text;
        Ink ink = Ink::plain;
    };
    int lane_of(NodeId node) const;
    std::string time_cell(Time time, bool again);
    void line(const std::string& time, std::span<const Cell> middle, std::size_t middle_columns,
              Section section);
    std::vector<Cell> bare_lanes(int marked) const;

    const Setup& setup_;
    const TraceIndex& index_;
    const Style& style_;
    const Sink& sink_;
    std::vector<NodeId> lanes_;
    Form form_ = Form::list;
    std::size_t area_ = 0;   // columns between the lanes' outer edges
    std::size_t gap_ = 0;    // from lane to lane
    std::size_t words_ = 0;  // columns for words
    std::size_t middle_ = 0; // columns between time and section
    std::string last_time_, last_date_;
};

}  // namespace postroad::sim::views
