// Message contents, from the packets that carried them.
#include <algorithm>
#include <cstring>

#include "protocols/base/ascii.hpp"
#include "protocols/message/address.hpp"
#include "protocols/message/dot_stuffing.hpp"
#include "protocols/message/header.hpp"
#include "protocols/message/trace_fields.hpp"
#include "sim/grading/evidence.hpp"
#include "sim/views/content.hpp"

namespace postroad::sim::grading {
namespace {

// The codes of the server's replies in their order; a reply of several lines counts once.
std::vector<std::uint16_t> reply_codes(std::string_view stream) {
    std::vector<std::uint16_t> out;
    while (!stream.empty()) {
        const std::size_t end = stream.find('\n');
        const std::string_view line = stream.substr(0, end);
        stream.remove_prefix(end == std::string_view::npos ? stream.size() : end + 1);
        const auto code = parse_number(line.substr(0, 3));
        if (line.size() < 3 || !code || (line.size() > 3 && line[3] == '-')) continue;
        out.push_back(static_cast<std::uint16_t>(*code));
    }
    return out;
}

}  // namespace

std::string stream_of(const Trace& trace, const views::Conversation& conversation,
                      bool from_initiator) {
    std::string out;
    views::StreamStart start;
    std::vector<std::pair<std::size_t, std::size_t>> early;  // pieces behind a gap
    std::size_t whole = 0;
    const std::uint64_t to = std::min(trace.end(), conversation.last + 1);
    for (auto at = trace.read(conversation.first, to); !at.done(); at.next()) {
        const RowView row = at.row();
        if (row.head().fact != Fact::packet) continue;
        const auto& packet = row.as<PacketFact>();
        if (packet.conversation != conversation.id ||
            (row.head().node == conversation.initiator) != from_initiator)
            continue;
        start.see(packet);
        const std::string_view payload = row.tail<PacketFact>();
        if (!start.known || payload.empty()) continue;
        const std::size_t from = start.offset(packet.sequence);
        if (from > (1U << 30)) continue;
        if (out.size() < from + payload.size()) out.resize(from + payload.size());
        std::memcpy(out.data() + from, payload.data(), payload.size());
        early.emplace_back(from, from + payload.size());
        std::sort(early.begin(), early.end());
        std::size_t used = 0;
        for (; used < early.size() && early[used].first <= whole; ++used)
            whole = std::max(whole, early[used].second);
        early.erase(early.begin(), early.begin() + static_cast<std::ptrdiff_t>(used));
    }
    out.resize(whole);
    return out;
}

std::vector<SentContent> sent_contents(const Trace& trace,
                                       const views::Conversation& conversation) {
    std::vector<SentContent> out;
    const std::string said = stream_of(trace, conversation, true);
    const auto codes = reply_codes(stream_of(trace, conversation, false));
    std::string_view rest = said;
    std::size_t reply = 1;  // behind the greeting; each command has one
    while (!rest.empty() && reply < codes.size()) {
        const std::size_t end = rest.find('\n');
        if (end == std::string_view::npos) break;
        const std::string_view line = trimmed(rest.substr(0, end > 0 ? end - 1 : 0));
        rest.remove_prefix(end + 1);
        const std::uint16_t code = codes[reply++];
        if (code != 354 || !equals_ignoring_case(line, "DATA")) continue;
        SentContent one;
        message::Unstuffer state;
        rest.remove_prefix(message::unstuff(state, rest, one.text));
        if (state.place == message::Unstuffer::ended && reply < codes.size())
            one.code = codes[reply++];
        out.push_back(std::move(one));
    }
    return out;
}

MailWords mail_words(std::string_view text) {
    MailWords out;
    const message::Parts parts = message::split_message(text);
    std::string scratch;
    for (const message::Field& field : parts.fields()) {
        scratch.clear();
        const std::string value(message::unfolded(field, scratch));
        if (field.is("Subject") && out.subject.empty()) out.subject = value;
        if (field.is("From") && out.from.empty()) {
            const auto mailboxes = message::parse_addresses(field.value, 1).mailboxes();
            if (!mailboxes.empty()) out.from = mailboxes.front().address();
        }
        if (field.is("Received"))
            if (const auto received = message::parse_received(field.value))
                out.received.emplace_back(received->by);
        out.fields.push_back(std::string(field.name) + ": " + value);
    }
    out.body = std::string(parts.body);
    for (std::string_view rest = parts.body; !rest.empty();) {
        const std::size_t end = rest.find("\r\n");
        out.lines.emplace_back(rest.substr(0, end));
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
    }
    return out;
}

}  // namespace postroad::sim::grading
