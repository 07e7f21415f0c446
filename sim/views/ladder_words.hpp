// Facts as words, the same in every view for people: custody, queue, look-ups, verdicts, segments.
#pragma once

#include "sim/views/content.hpp"
#include "sim/views/page.hpp"

namespace postroad::sim::views {

LadderPage::Words words_of(const RowView& row, const CustodyFact& fact);
LadderPage::Words words_of(const RowView& row, const QueueFact& fact, const Setup& setup);
LadderPage::Words words_of(const RowView& row, const MailboxFact& fact);
LadderPage::Words words_of(const RowView& row, const LookupFact& fact, const TraceIndex& index);
LadderPage::Words words_of(const VerdictFact& fact, const Setup& setup, const TraceIndex& index);
LadderPage::Words words_of(const RowView& row, const DecisionFact& fact);
LadderPage::Words words_of(const RowView& row, const LineFact& fact);
// "SYN seq 0 win 65535 mss 1460", with relative numbers where the starts are known.
std::string segment_words(const PacketFact& fact, const StreamStart& mine, const StreamStart& peers);
std::string icmp_words(const PacketFact& fact);
std::string queue_id(Id id);

// Splits a tail at its line feeds; the first line is taken off.
std::string_view take_line(std::string_view& text);

}  // namespace postroad::sim::views
