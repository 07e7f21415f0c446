// Below the ladder: the row that is now, whole; the envelope beside the header, its octets, its TLS
// records, and the decisions that led to it.
#include "viz/draw/widgets.hpp"
#include "viz/model/decided.hpp"
#include "viz/panels/ladder.hpp"
#include "viz/panels/reasons.hpp"

#include "sim/views/content.hpp"

namespace postroad::viz {
namespace {

using sim::nothing;

constexpr std::size_t rows_back_max = 20'000;

void lines_of(const Theme& theme, std::string_view octets) {
    for (std::size_t at = 0; at < octets.size();) {
        const std::size_t end = std::min(octets.find('\n', at), octets.size());
        std::string text = sim::views::visible(octets.substr(at, end - at));
        if (text.ends_with("\\r")) text.resize(text.size() - 2);
        wrapped(theme, theme.mono, theme.colour.text, text.empty() ? " " : text);
        at = end + 1;
    }
}

}  // namespace

// The commands of this mail that made its envelope.
void Ladder::envelope(View& view, const Entry& entry) {
    const Theme& theme = view.theme;
    const auto& content = view.run.trace().at(entry.position()).as<sim::LineFact>();
    std::vector<std::string> commands;
    std::size_t at = view.run.entry_at(entry.position());
    for (std::size_t steps = 0; at-- > 0 && steps < rows_back_max; ++steps) {
        if (view.run.entries.kind(at) != Kind::line) continue;
        const sim::RowView row = view.run.trace().at(view.run.entries.position(at));
        const auto& line = row.as<sim::LineFact>();
        if (line.conversation != content.conversation || line.speech != Speech::command) continue;
        const std::string text = sim::views::visible(row.tail<sim::LineFact>());
        const std::string_view verb = std::string_view(text).substr(0, 4);
        if (verb == "RCPT" || verb == "MAIL") commands.push_back(text);
        if (verb == "MAIL" || verb == "EHLO" || verb == "HELO") break;
    }
    heading(theme, "Envelope");
    for (std::size_t i = commands.size(); i-- > 0;)
        wrapped(theme, theme.mono, theme.colour.command, commands[i]);
    if (commands.empty()) faint(theme, "none: it is read, not sent");
}

// Of a message that crosses: its envelope beside its text.
void Ladder::content(View& view, const Entry& entry) {
    const sim::RowView row = view.run.trace().at(entry.position());
    if (row.head().fact != sim::Fact::line) return;
    const auto& line = row.as<sim::LineFact>();
    if (line.speech != Speech::content) return;
    const std::string octets = octets_at(view.run, entry, false);
    if (ImGui::GetContentRegionAvail().x < view.theme.px(560)) {
        envelope(view, entry);
        heading(view.theme, "Header and body");
        lines_of(view.theme, octets);
        return;
    }
    if (!ImGui::BeginTable("split", 2,
                           ImGuiTableFlags_BordersInnerV | ImGuiTableFlags_SizingStretchProp))
        return;
    ImGui::TableSetupColumn("", ImGuiTableColumnFlags_WidthStretch, 1);
    ImGui::TableSetupColumn("", ImGuiTableColumnFlags_WidthStretch, 1.6F);
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    envelope(view, entry);
    ImGui::TableNextColumn();
    heading(view.theme, "Header and body");
    lines_of(view.theme, octets);
    ImGui::EndTable();
}

void Ladder::hex(View& view, const Entry& entry) {
    const Theme& theme = view.theme;
    const std::string octets = octets_at(view.run, entry, view.on_the_wire);
    if (octets.empty()) {
        faint(theme, "This row carried no octets over the network.");
        return;
    }
    faint(theme, std::to_string(octets.size()) + " octets" +
                     (view.on_the_wire ? ", as they crossed the network" : ", as they were said"));
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, theme.px(2)});
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>((octets.size() + 15) / 16));
    while (clipper.Step())
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
            words(theme, theme.mono, theme.colour.text,
                  hex_line(octets, static_cast<std::size_t>(i) * 16));
    ImGui::PopStyleVar();
}

// The TLS records of which the packet carries some, or all.
void Ladder::records(View& view, const Entry& entry) {
    if (entry.kind() != Kind::segment) return;
    const sim::Id conversation = who_at(view.run, entry).subject;
    for (const TlsRecord& record : records_.in(view.run, conversation, entry.position())) {
        std::string text = words_of(record);
        if (record.begins_in < entry.position()) text += ", begun in an earlier segment";
        if (record.ends_in > entry.position()) text += ", ends in a later one";
        wrapped(view.theme, view.theme.mono, view.theme.colour.good, text);
    }
}

// The row that is now, whole, and the decisions that led to it.
void Ladder::why(View& view) {
    const Theme& theme = view.theme;
    const auto at = view.spoken_at();
    if (!at) {
        faint(theme, "Nothing has happened yet. → steps on, Space plays.");
        return;
    }
    const Entry current = view.run.entries[*at];
    const RowWords said = words_for(view, *at);
    wrapped(theme, theme.bold, theme.colour.text,
            sim::views::clock_time(view.run.setup(), view.run.time_of(*at)) + "   " +
                who_words(view.run, said));
    wrapped(theme, theme.mono, theme.of(said.ink), said.text);
    if (view.hex) {
        records(view, current);
        hex(view, current);
        return;
    }
    if (current.kind() == Kind::decision) return;
    records(view, current);
    if (!view.on_the_wire || !view.run.encrypted(said.subject, current.position()))
        content(view, current);
    reasons(theme, decided_before(view.run, *at));
}

}  // namespace postroad::viz
