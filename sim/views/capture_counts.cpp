// Lines by service; DNS by datagrams that were seen where the conversation began.
#include "sim/views/capture_counts.hpp"

#include <set>

#include "protocols/base/ascii.hpp"
#include "sim/net/packet.hpp"
#include "sim/views/json.hpp"
#include "sim/views/ladder_words.hpp"

namespace postroad::sim::views {
namespace {

std::string verb_of(std::string_view line) {
    std::string out;
    for (const char c : line.substr(0, 12)) {
        if (!is_alpha(c)) break;
        out += to_upper(c);
    }
    return out;
}

// The verb behind a command's tag, without UID. Empty: the line is none (DONE, an answer to a
// challenge), or its verb is not counted.
std::string imap_verb_of(std::string_view line) {
    constexpr std::string_view counted[] = {"LOGIN",  "AUTHENTICATE", "STARTTLS", "CAPABILITY",
                                            "SELECT", "EXAMINE",      "LIST",     "STATUS",
                                            "IDLE",   "LOGOUT",       "ENABLE",   "APPEND",
                                            "FETCH",  "STORE"};
    take_word(line);
    if (verb_of(line) == "UID") take_word(line);
    const std::string verb = verb_of(line);
    for (const std::string_view one : counted)
        if (verb == one) return verb;
    return {};
}

bool is_dns(const PacketFact& fact) {
    return fact.protocol == net::protocol_udp && (fact.source_port == 53 || fact.target_port == 53);
}

void put(std::string& out, std::string_view name, const std::map<std::string, std::uint64_t>& table) {
    out += json_string(name) + ": {";
    bool first = true;
    for (const auto& [key, count] : table) {
        if (!first) out += ", ";
        first = false;
        out += json_string(key) + ": " + std::to_string(count);
    }
    out += "}, ";
}

}  // namespace

CaptureCounts capture_counts(const Trace& trace, const TraceIndex& index) {
    CaptureCounts out;
    std::map<Id, bool> answers;  // on their way: is it an answer?
    std::set<Id> refused;        // conversations whose DATA was: tshark reads on as if it was not
    for (auto at = trace.read(); !at.done(); at.next()) {
        const RowView row = at.row();
        const NodeId node = row.head().node;
        if (row.head().fact == Fact::line) {
            const auto& fact = row.as<LineFact>();
            const Conversation* const talk = index.conversation(fact.conversation);
            if (talk == nullptr || fact.speech == Speech::content) continue;
            const bool smtp = talk->target_port == 24 || talk->target_port == 25 || talk->target_port == 587 ||
                              talk->target_port == 465;
            const bool pop = talk->target_port == 110 || talk->target_port == 995;
            const bool imap = talk->target_port == 143 || talk->target_port == 993;
            const std::string_view line = row.tail<LineFact>();
            const bool end_of_data = line == ".\r\n";
            if (smtp && fact.code >= 400 && fact.section == Section("5321 §4.1.1.4"))
                refused.insert(fact.conversation);
            if (smtp && fact.speech == Speech::command && !end_of_data &&
                refused.count(fact.conversation) == 0)
                ++out.smtp_commands[verb_of(line)];
            if (pop && fact.speech == Speech::command) ++out.pop_commands[verb_of(line)];
            if (imap && fact.speech == Speech::command)
                if (const std::string verb = imap_verb_of(line); !verb.empty())
                    ++out.imap_commands[verb];
            if (smtp && fact.speech == Speech::reply) {
                // A reply of many lines, in one row or in many, is counted at its last one.
                for (std::string_view rest = line; !rest.empty();) {
                    const std::string_view one = take_line(rest);
                    if (one.size() < 4 || one[3] != '-')
                        ++out.smtp_replies[std::string(one.substr(0, 3))];
                }
            }
        } else if (row.head().fact == Fact::packet) {
            const auto& fact = row.as<PacketFact>();
            const Why why{fact.why};
            out.sent_again += (why == Why::retransmission_timeout || why == Why::fast_retransmit) &&
                              node == node_of(fact.conversation);
            if (!is_dns(fact) || row.tail<PacketFact>().size() < 12) continue;
            const bool answer = (row.tail<PacketFact>()[2] & 0x80) != 0;
            if (node == node_of(fact.conversation)) ++(answer ? out.dns_answers : out.dns_queries);
            else answers[fact.packet] = answer;
        } else if (row.head().fact == Fact::arrival) {
            const auto known = answers.find(row.as<ArrivalFact>().packet);
            if (known != answers.end()) ++(known->second ? out.dns_answers : out.dns_queries);
        } else if (row.head().fact == Fact::lost) {
            ++out.lost;
        }
    }
    return out;
}

std::string to_json(const CaptureCounts& counts) {
    std::string out = "{";
    put(out, "smtp_commands", counts.smtp_commands);
    put(out, "smtp_replies", counts.smtp_replies);
    put(out, "pop_commands", counts.pop_commands);
    put(out, "imap_commands", counts.imap_commands);
    return out + "\"dns_queries\": " + std::to_string(counts.dns_queries) +
           ", \"dns_answers\": " + std::to_string(counts.dns_answers) +
           (counts.lost == 0 ? ", \"sent_again\": " + std::to_string(counts.sent_again) : "") +
           "}\n";
}

}  // namespace postroad::sim::views
