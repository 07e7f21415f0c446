// Where the columns of a ladder are, and what is drawn in them.
#include "sim/views/page.hpp"

#include <algorithm>

namespace postroad::sim::views {
namespace {

constexpr std::size_t time_columns = 12;
constexpr std::size_t section_columns = 18;
constexpr std::size_t who_columns = 24;
constexpr std::size_t lanes_max = 6;

std::string repeated(std::string_view piece, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += piece;
    return out;
}

std::string tagged(const LadderPage::Words& words) {
    return words.tag == 0 ? words.text : "#" + std::to_string(words.tag) + " " + words.text;
}

}  // namespace

LadderPage::LadderPage(const Setup& setup, const TraceIndex& index, const Style& style,
                       std::vector<NodeId> lanes, const Sink& sink)
    : setup_(setup), index_(index), style_(style), sink_(sink), lanes_(std::move(lanes)) {
    const std::size_t width = std::max(style.width, 60U);
    middle_ = width - time_columns - 2 - section_columns - 1;
    if (lanes_.size() == 2) {
        form_ = Form::pair;
        area_ = gap_ = middle_;
        words_ = area_ - 8;
    } else if (lanes_.size() > 2 && lanes_.size() <= lanes_max) {
        form_ = Form::lanes;
        gap_ = width < 96 || lanes_.size() > 4 ? 6 : lanes_.size() == 3 ? 9 : 8;
        area_ = (lanes_.size() - 1) * gap_ + 1;
        words_ = middle_ - area_ - 2;
    } else {
        words_ = middle_ - who_columns - 2;
    }
}

int LadderPage::lane_of(NodeId node) const {
    const auto at = std::find(lanes_.begin(), lanes_.end(), node);
    return at == lanes_.end() ? -1 : static_cast<int>(at - lanes_.begin());
}

void LadderPage::heading(std::string_view text, Ink ink) {
    for (const std::string& piece : wrapped(text, style_.wide ? 10'000 : std::max(style_.width, 60U)))
        sink_(inked(style_, ink, piece) + "\n");
}

void LadderPage::names() {
    std::string out(time_columns + 2, ' ');
    if (form_ == Form::pair) {
        const std::string left = cut(index_.node_name(lanes_[0]), area_ / 2 - 1);
        const std::string right = cut(index_.node_name(lanes_[1]), area_ / 2 - 1);
        out += padded(left, area_ - columns(right)) + right;
    } else if (form_ == Form::lanes) {
        // Names are wider than lanes: each hangs on a line of its own, like a label on its post.
        for (std::size_t i = 0; i < lanes_.size(); ++i) {
            std::string row(time_columns + 2, ' ');
            for (std::size_t before = 0; before < i; ++before) row += padded("│", gap_);
            row += inked(style_, Ink::host, index_.node_name(lanes_[i]));
            sink_(row + "\n");
        }
        return;
    } else {
        return;
    }
    sink_(inked(style_, Ink::host, out) + "\n");
}

std::string LadderPage::time_cell(Time time, bool again) {
    const std::string date = clock_date(setup_, time);
    if (date != last_date_) {
        if (!last_date_.empty()) heading(date, Ink::time);
        last_date_ = date;
        last_time_.clear();
    }
    std::string text = clock_time(setup_, time);
    if (!again && text == last_time_) return std::string(time_columns, ' ');
    last_time_ = text;
    return text;
}

void LadderPage::line(const std::string& time, std::span<const Cell> middle,
                      std::size_t middle_columns, Section section) {
    std::string out = inked(style_, Ink::time, time) + "  ";
    for (const Cell& cell : middle) out += inked(style_, cell.ink, cell.text);
    if (section.known()) {
        if (middle_columns < middle_) out.append(middle_ - middle_columns, ' ');
        out += ' ' + inked(style_, Ink::section, to_string(section));
    }
    while (out.ends_with(' ')) out.pop_back();
    sink_(out + "\n");
}

std::vector<LadderPage::Cell> LadderPage::bare_lanes(int marked) const {
    std::string out;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        out += static_cast<int>(i) == marked ? "●" : "│";
        if (i + 1 < lanes_.size()) out.append(gap_ - 1, ' ');
    }
    return {{out + "  ", Ink::faint}};
}

void LadderPage::arrow(Time time, NodeId from, NodeId to, const Words& words, bool arrives) {
    const int a = lane_of(from);
    const int b = lane_of(to);
    if (form_ != Form::list && (a < 0 || b < 0 || a == b)) {
        Words inside = words;
        inside.text = index_.node_name(from) + (a == b ? " to itself: " : " → " + index_.node_name(to) + ": ") +
                      words.text;
        note(time, a >= 0 ? from : to, inside);
        return;
    }
    // Without a section at the right there is room for more.
    const std::size_t room =
        words_ + (form_ == Form::pair || words.section.known() ? 0 : section_columns + 1);
    const std::string text = style_.wide ? tagged(words) : cut(tagged(words), room);
    const std::string head = !arrives ? "✗" : form_ == Form::list ? "→" : a < b ? "▶" : "◀";
    if (form_ == Form::list) {
        const std::string who =
            cut(index_.node_name(from) + " " + head + " " + index_.node_name(to), who_columns);
        const Cell cells[] = {{padded(who, who_columns) + "  ", Ink::host}, {text, words.ink}};
        line(time_cell(time, true), cells, who_columns + 2 + columns(text), words.section);
        return;
    }
    if (form_ == Form::pair) {
        const std::size_t used = columns(text) + 8;
        const std::string rest = repeated("─", 1 + (used < area_ ? area_ - used : 0));
        std::vector<Cell> cells;
        if (a < b)
            cells = {{"│── ", Ink::faint}, {text, words.ink}, {" " + rest + head + "│", Ink::faint}};
        else
            cells = {{"│" + head + "─ ", Ink::faint}, {text, words.ink}, {" " + rest + "─│", Ink::faint}};
        line(time_cell(time, true), cells, std::max(area_, used), words.section);
        return;
    }
    std::string drawn;
    const int first = std::min(a, b);
    const int last = std::max(a, b);
    for (int i = 0; i < static_cast<int>(lanes_.size()); ++i) {
        drawn += i > first && i < last ? "┼" : "│";
        if (i + 1 == static_cast<int>(lanes_.size())) break;
        if (i < first || i >= last) drawn.append(gap_ - 1, ' ');
        else if (a < b && i + 1 == last) drawn += repeated("─", gap_ - 2) + head;
        else if (a > b && i == first) drawn += head + repeated("─", gap_ - 2);
        else drawn += repeated("─", gap_ - 1);
    }
    const Cell cells[] = {{drawn + "  ", Ink::faint}, {text, words.ink}};
    line(time_cell(time, true), cells, area_ + 2 + columns(text), words.section);
}

void LadderPage::note(Time time, NodeId node, const Words& words) {
    const int lane = lane_of(node);
    std::string text = tagged(words);
    if (lane < 0 && node != nothing && form_ != Form::list)
        text = index_.node_name(node) + ": " + text;
    const std::size_t more = words.section.known() ? 0 : section_columns + 1;
    const std::size_t room =
        style_.wide ? 10'000 : form_ == Form::pair ? area_ - 6 : words_ - 4 + more;
    bool first = true;
    for (const std::string& piece : wrapped(text, room)) {
        const std::string shown = first ? piece : "  " + piece;
        const std::string when = first ? time_cell(time, false) : std::string(time_columns, ' ');
        const Section section = first ? words.section : no_section;
        if (form_ == Form::pair) {
            const std::size_t used = columns(shown) + 4;
            const std::string pad(used + 1 < area_ ? area_ - used - 1 : 1, ' ');
            const Cell cells[] = {{lane == 0 && first ? "●   " : "│   ", Ink::faint},
                                  {shown, words.ink},
                                  {pad + (lane == 1 && first ? "●" : "│"), Ink::faint}};
            line(when, cells, std::max(area_, used + 2), section);
        } else if (form_ == Form::lanes) {
            std::vector<Cell> cells = bare_lanes(first ? lane : -1);
            cells.push_back({"  " + shown, words.ink});
            line(when, cells, area_ + 4 + columns(shown), section);
        } else {
            const std::string who = first && node != nothing ? index_.node_name(node) : "";
            const Cell cells[] = {{padded(cut(who, who_columns), who_columns) + "    ", Ink::host},
                                  {shown, words.ink}};
            line(when, cells, who_columns + 4 + columns(shown), section);
        }
        first = false;
    }
}

void LadderPage::banner(Time time, std::string_view text) {
    const std::string shown = style_.wide ? std::string(text) : cut(text, middle_ - 8);
    const std::size_t used = columns(shown) + 4;
    const Cell cells[] = {{"══ " + shown + " " + repeated("═", used < middle_ ? middle_ - used : 2),
                           Ink::later}};
    line(time_cell(time, true), cells, middle_, no_section);
}

}  // namespace postroad::sim::views
