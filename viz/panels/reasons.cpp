// Draws reasons line by line.
#include "viz/panels/reasons.hpp"

#include "viz/draw/widgets.hpp"

namespace postroad::viz {

std::string who_words(const Recording& run, const RowWords& said) {
    std::string who = said.from == sim::nothing ? "" : run.index().node_name(said.from);
    if (said.to != sim::nothing) who += " → " + run.index().node_name(said.to);
    if (said.section.known()) who += "   " + to_string(said.section);
    return who;
}

void reasons(const Theme& theme, const std::vector<RowWords>& decided) {
    if (decided.empty()) return;
    words(theme, theme.small, theme.colour.faint, "decided before it");
    for (const RowWords& reason : decided) {
        std::string text = reason.text;
        if (reason.section.known()) text += "  (" + to_string(reason.section) + ")";
        wrapped(theme, theme.sans, theme.of(reason.ink), text);
    }
}

}  // namespace postroad::viz
