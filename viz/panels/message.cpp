// One message: who was responsible when, and at each hop the envelope against the header.
#include <algorithm>

#include "protocols/message/header.hpp"
#include "sim/mail/store.hpp"
#include "sim/views/content.hpp"
#include "sim/views/ladder_words.hpp"
#include "viz/draw/widgets.hpp"
#include "viz/model/fates.hpp"
#include "viz/panels/panel.hpp"

namespace postroad::viz {
namespace {

using sim::CustodyMove;
using sim::nothing;

const char* name_of(CustodyMove move) {
    switch (move) {
        case CustodyMove::composed: return "composed";
        case CustodyMove::accepted: return "responsible now";
        case CustodyMove::handed_over: return "handed over";
        case CustodyMove::delivered: return "delivered";
        case CustodyMove::fetched: return "fetched";
        case CustodyMove::bounced: return "bounced";
        case CustodyMove::discarded: return "discarded";
    }
    return "";
}

// What a custody row says of the envelope.
struct Envelope {
    bool known = false;
    std::string reverse_path, mailbox;
    std::vector<std::string> recipients;
};

Envelope envelope_of(const sim::RowView& row) {
    Envelope out;
    std::string_view tail = row.tail<sim::CustodyFact>();
    const CustodyMove move = row.as<sim::CustodyFact>().move;
    if (move == CustodyMove::composed) {
        sim::views::take_line(tail);
        sim::views::take_line(tail);
    } else if (move != CustodyMove::accepted) {
        if (move == CustodyMove::delivered || move == CustodyMove::fetched)
            out.mailbox = sim::views::visible(tail);
        return out;
    }
    out.known = true;
    out.reverse_path = sim::views::visible(sim::views::take_line(tail));
    while (!tail.empty()) out.recipients.push_back(sim::views::visible(sim::views::take_line(tail)));
    return out;
}

class Message : public Panel {
  public:
    const char* name() const override { return "Message"; }
    const char* about() const override { return "custody, and the envelope against the header"; }
    void draw(View& view) override;

  private:
    void list(View& view);
    void steps(View& view, const sim::views::Journey& journey);
    void copies(View& view);
    void hop(View& view, const sim::views::Journey& journey);
    void header_fields(View& view, const std::string& content, const Envelope& envelope);
    std::string content_at(const View& view, const sim::views::Journey& journey, std::size_t step) const;
    std::uint32_t chosen_for_ = nothing;
    std::size_t chosen_ = ~std::size_t{0};  // step of the journey; none: the latest
    std::size_t shown_ = 0;
    Fates fates_;
    std::uint32_t fates_of_ = nothing;
};

constexpr std::size_t copies_shown = 40;

void Message::list(View& view) {
    const Theme& theme = view.theme;
    const auto& journeys = view.run.index().journeys;
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(journeys.size()));
    while (clipper.Step())
        for (auto i = static_cast<std::uint32_t>(clipper.DisplayStart);
             i < static_cast<std::uint32_t>(clipper.DisplayEnd); ++i) {
            const sim::views::Journey journey = journeys[i];
            const bool begun =
                view.run.index().custody[journey.steps.front()].position < view.player.position();
            const std::string_view subject = journey.subject();
            std::string label = std::to_string(i + 1) + "  ";
            label += journey.report_on != nothing
                         ? "report on " + std::to_string(journey.report_on + 1)
                         : subject.empty() ? "(no subject)" : sim::views::visible(subject);
            ImGui::PushStyleColor(ImGuiCol_Text, begun ? theme.colour.text : theme.colour.faint);
            if (choice(theme, label, static_cast<int>(i), i == view.journey)) view.journey = i;
            ImGui::PopStyleColor();
        }
}

void Message::steps(View& view, const sim::views::Journey& journey) {
    const Theme& theme = view.theme;
    const auto& custody = view.run.index().custody;
    const bool narrow = ImGui::GetContentRegionAvail().x < theme.px(660);
    if (!ImGui::BeginTable("custody", narrow ? 4 : 5, ImGuiTableFlags_RowBg | ImGuiTableFlags_BordersInnerH |
                                             ImGuiTableFlags_SizingFixedFit))
        return;
    ImGui::TableSetupColumn("time, UTC", ImGuiTableColumnFlags_WidthFixed, theme.px(108));
    ImGui::TableSetupColumn("after", ImGuiTableColumnFlags_WidthFixed, theme.px(narrow ? 68 : 96));
    ImGui::TableSetupColumn("host", ImGuiTableColumnFlags_WidthStretch, 1);
    ImGui::TableSetupColumn("", ImGuiTableColumnFlags_WidthStretch, 1.5F);
    if (!narrow) ImGui::TableSetupColumn("as", ImGuiTableColumnFlags_WidthFixed, theme.px(104));
    ImGui::TableHeadersRow();
    Time before = 0;
    for (std::size_t i = 0; i < journey.steps.size(); ++i) {
        const sim::views::Custody step = custody[journey.steps[i]];
        const bool happened = step.position < view.player.position();
        if (!happened && !view.future) break;
        const ImU32 ink = happened ? theme.colour.text : faded(theme.colour.faint, 0.6F);
        const bool bad = step.fact.move == CustodyMove::bounced || step.fact.move == CustodyMove::discarded;
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        ImGui::PushID(static_cast<int>(i));
        ImGui::PushStyleColor(ImGuiCol_Text, ink);
        if (ImGui::Selectable(sim::views::clock_time(view.run.setup(), step.time).c_str(), i == shown_,
                              ImGuiSelectableFlags_SpanAllColumns)) {
            chosen_ = i;
            view.player.go_to_entry(view.run.entry_at(step.position));
        }
        ImGui::PopStyleColor();
        ImGui::PopID();
        ImGui::TableNextColumn();
        words(theme, theme.small, ink, i == 0 ? "" : sim::duration_words(step.time - before));
        if (i > 0 && ImGui::IsItemHovered()) {
            ImGui::BeginTooltip();
            for (const Fates::Delay& one : fates_.spent(before, step.time))
                ImGui::TextUnformatted((sim::duration_words(one.how_long) + "  " + std::string(one.cause)).c_str());
            ImGui::EndTooltip();
        }
        ImGui::TableNextColumn();
        words(theme, theme.bold, ink, view.run.index().node_name(step.node));
        ImGui::TableNextColumn();
        std::string what = name_of(step.fact.move);
        const Envelope envelope = envelope_of(view.run.trace().at(step.position));
        if (!envelope.mailbox.empty()) what += ": " + envelope.mailbox;
        words(theme, theme.sans, happened ? (bad ? theme.colour.bad : theme.colour.good) : ink, what);
        if (!narrow) {
            ImGui::TableNextColumn();
            words(theme, theme.mono, ink, sim::views::queue_id(step.fact.message));
        }
        before = step.time;
    }
    ImGui::EndTable();
}

// Every copy and its fate by this moment, and where the time went.
void Message::copies(View& view) {
    const Theme& theme = view.theme;
    const std::uint64_t position = view.player.position();
    heading(theme, "Copies, and what became of them");
    std::size_t shown = 0;
    for (const Fates::Copy& copy : fates_.copies) {
        const Fates::Event* const last = copy.at(position);
        if (last == nullptr || ++shown > copies_shown) continue;
        if (pressable(theme, theme.mono, theme.of(last->ink),
                      copy.who + "   " + last->words + "   " +
                          sim::views::clock_time(view.run.setup(), last->time),
                      static_cast<int>(shown)))
            view.player.go_to_entry(view.run.entry_at(last->position));
    }
    if (shown == 0) faint(theme, "None yet.");
    if (shown > copies_shown)
        faint(theme, "and " + std::to_string(shown - copies_shown) + " more");
    const auto spent = fates_.spent(0, view.player.now());
    if (spent.empty()) return;
    std::string text = "its time went:";
    for (const Fates::Delay& one : spent)
        text += (&one == spent.data() ? " " : "; ") + sim::duration_words(one.how_long) + " " +
                std::string(one.cause);
    wrapped(theme, theme.sans, theme.colour.later, text);
}

// The text as it crossed the network for this step, or lay in the mailbox behind it.
std::string Message::content_at(const View& view, const sim::views::Journey& journey,
                                std::size_t step) const {
    const auto& custody = view.run.index().custody;
    const sim::views::Custody here = custody[journey.steps[step]];
    if (here.fact.move == CustodyMove::delivered) {
        const sim::World& world = view.player.world();
        for (std::uint32_t i = 0; i < world.mail.stored.size(); ++i) {
            const sim::StoredMessage& stored = world.mail.stored[i];
            if (stored.folder == nothing || stored.message != here.fact.message) continue;
            std::string out;
            sim::store::append_whole(world, i, out);
            return out;
        }
    }
    const sim::views::Conversation* const one = view.run.index().conversation(here.fact.conversation);
    if (one == nullptr) return {};
    std::uint64_t found = ~std::uint64_t{0};
    for (auto at = view.run.trace().read(one->first, one->last + 1); !at.done(); at.next()) {
        if (at.position() > here.position && found != ~std::uint64_t{0}) break;
        const sim::RowView row = at.row();
        if (row.head().fact != sim::Fact::line) continue;
        const auto& line = row.as<sim::LineFact>();
        if (line.conversation == one->id && line.speech == Speech::content) found = at.position();
    }
    return found == ~std::uint64_t{0} ? std::string()
                                      : sim::views::octets_of_line(view.run.trace(), *one, found);
}

void Message::header_fields(View& view, const std::string& content, const Envelope& envelope) {
    const Theme& theme = view.theme;
    std::string all_named;
    unsigned received = 0;
    for (const message::Field& field : message::Fields(content)) {
        std::string value;
        message::unfold(field.value, value);
        const bool trace = field.is("Received") || field.is("Return-Path");
        const bool named = field.is("To") || field.is("Cc") || field.is("From") || field.is("Bcc");
        if (field.is("To") || field.is("Cc") || field.is("Bcc")) all_named += value + ",";
        if (field.is("Received")) ++received;
        std::replace(value.begin(), value.end(), '\t', ' ');
        wrapped(theme, theme.mono,
                trace ? theme.colour.later : named ? theme.colour.command : theme.colour.text,
                sim::views::visible(std::string(field.name) + ": " + value));
    }
    if (received > 0)
        faint(theme, "Received fields are read from the bottom up: " + std::to_string(received) +
                         (received == 1 ? " hop so far" : " hops so far"));
    for (const std::string& one : envelope.recipients)
        if (all_named.find(one) == std::string::npos)
            words(theme, theme.sans, theme.colour.why, one + " is in the envelope and in no header field");
}

void Message::hop(View& view, const sim::views::Journey& journey) {
    const Theme& theme = view.theme;
    const auto& custody = view.run.index().custody;
    const sim::views::Custody here = custody[journey.steps[shown_]];
    if (here.position >= view.player.position()) {
        faint(theme, "This has not happened yet at this moment.");
        return;
    }
    // A hop without an envelope of its own has the one before.
    std::size_t from = shown_;
    Envelope envelope = envelope_of(view.run.trace().at(here.position));
    while (!envelope.known && from > 0)
        envelope = envelope_of(view.run.trace().at(custody[journey.steps[--from]].position));
    std::string content = content_at(view, journey, shown_);
    // Side by side where there is room, else one above the other.
    const bool wide = ImGui::GetContentRegionAvail().x >= theme.px(660);
    if (!ImGui::BeginTable("hop", wide ? 2 : 1,
                           ImGuiTableFlags_BordersInnerV | ImGuiTableFlags_SizingStretchProp))
        return;
    ImGui::TableSetupColumn("", ImGuiTableColumnFlags_WidthStretch, 1);
    if (wide) ImGui::TableSetupColumn("", ImGuiTableColumnFlags_WidthStretch, 1.9F);
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    const bool over = here.fact.move == CustodyMove::delivered || here.fact.move == CustodyMove::fetched;
    heading(theme, over ? "Envelope: it has none any more" : "Envelope: where it goes");
    const ImU32 ink = over ? theme.colour.faint : theme.colour.command;
    if (over)
        faint(theme, "Final delivery ends it; Return-Path is what is left (RFC 5321 §4.4). It was:");
    wrapped(theme, theme.mono, ink, "MAIL FROM:<" + envelope.reverse_path + ">");
    for (const std::string& one : envelope.recipients)
        wrapped(theme, theme.mono, ink, "RCPT TO:<" + one + ">");
    if (!over)
        faint(theme, "failures are reported to the first, copies go to the others (RFC 5321 §3.3)");
    ImGui::TableNextColumn();
    heading(theme, "Header: what readers see");
    if (content.empty())
        faint(theme, here.fact.move != CustodyMove::composed
                         ? "No text of it is in the Trace for this step."
                     : shown_ + 1 < journey.steps.size()
                         ? "Its text has not crossed the network yet: go on to the next step."
                         : "Its text never crosses the network in this run.");
    else
        header_fields(view, content, envelope);
    ImGui::EndTable();
}

void Message::draw(View& view) {
    const Theme& theme = view.theme;
    const auto& journeys = view.run.index().journeys;
    if (journeys.empty()) {
        faint(theme, "No message is sent in this run. Somebody may type one: postroad talk.");
        return;
    }
    view.journey = std::min<std::uint32_t>(view.journey, static_cast<std::uint32_t>(journeys.size() - 1));
    if (ImGui::GetContentRegionAvail().x >= theme.px(800)) {
        begin_region("messages", {theme.px(190), 0});
        heading(theme, "Messages");
        list(view);
        ImGui::EndChild();
        ImGui::SameLine(0, theme.px(14));
    } else if (journeys.size() > 1) {
        const std::string label = "message " + std::to_string(view.journey + 1) + " of " +
                                  std::to_string(journeys.size());
        ImGui::SetNextItemWidth(theme.px(260));
        if (ImGui::BeginCombo("##messages", label.c_str())) {
            list(view);
            ImGui::EndCombo();
        }
    }
    begin_region("message", {0, 0});
    const sim::views::Journey journey = journeys[view.journey];
    if (chosen_for_ != view.journey || view.moved) chosen_ = ~std::size_t{0};
    chosen_for_ = view.journey;
    shown_ = 0;
    for (std::size_t i = 0; i < journey.steps.size(); ++i)
        // Where it is: who has handed it over hears of that late.
        if (const auto& step = view.run.index().custody[journey.steps[i]];
            step.position < view.player.position() && step.fact.move != CustodyMove::handed_over)
            shown_ = i;
    if (chosen_ < journey.steps.size()) shown_ = chosen_;
    const std::string_view subject = journey.subject(), message_id = journey.message_id();
    std::string title = subject.empty() ? "Message " + std::to_string(view.journey + 1)
                                        : "\"" + sim::views::visible(subject) + "\"";
    if (!message_id.empty()) title += "   " + sim::views::visible(message_id);
    heading(theme, title);
    if (fates_of_ != view.journey) {
        fates_of_ = view.journey;
        fates_ = fates_of(view.run, journey);
    }
    steps(view, journey);
    ImGui::Dummy({0, theme.px(4)});
    copies(view);
    ImGui::Dummy({0, theme.px(6)});
    hop(view, journey);
    ImGui::EndChild();
}

}  // namespace

std::unique_ptr<Panel> make_message() { return std::make_unique<Message>(); }

}  // namespace postroad::viz
