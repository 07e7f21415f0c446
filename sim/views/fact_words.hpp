// Facts' small values as the words that programs read: the same in JSON and in tables.
#pragma once

#include <iterator>
#include <string_view>

#include "sim/core/facts.hpp"
#include "sim/net/ruleset.hpp"

namespace postroad::sim::views {

inline std::string_view word(Ending how) {
    constexpr std::string_view words[] = {"closed", "reset", "refused", "timed_out", "unreachable",
                                          "aborted", "crashed"};
    return words[static_cast<std::size_t>(how) % std::size(words)];
}
inline std::string_view word(Loss why) {
    constexpr std::string_view words[] = {"random", "queue_full", "link_down", "host_down",
                                          "no_route", "ttl", "outage", "taken"};
    return words[static_cast<std::size_t>(why) % std::size(words)];
}
inline std::string_view word(Why why) {
    constexpr std::string_view words[] = {
        "", "handshake", "data", "acknowledgment", "delayed_ack", "window_update",
        "retransmission_timeout", "fast_retransmit", "close", "reset", "keep_alive", "probe",
        "unreachable"};
    return words[static_cast<std::size_t>(why) % std::size(words)];
}
inline std::string_view word(QueueMove move) {
    constexpr std::string_view words[] = {"entered", "trying", "deferred", "delivered", "relayed",
                                          "failed", "expired", "left", "delayed_notice"};
    return words[static_cast<std::size_t>(move) % std::size(words)];
}
inline std::string_view word(CustodyMove move) {
    constexpr std::string_view words[] = {"composed", "accepted", "handed_over", "delivered",
                                          "fetched", "bounced", "discarded"};
    return words[static_cast<std::size_t>(move) % std::size(words)];
}
inline std::string_view word(MailboxMove move) {
    constexpr std::string_view words[] = {
        "arrived", "opened",   "retrieved",   "deleted",        "closed",        "refused",
        "flagged", "copied",   "appended",    "folder made",    "folder removed", "folder renamed"};
    return words[static_cast<std::size_t>(move) % std::size(words)];
}
// The system flags that a message has now, as IMAP writes them (RFC 3501 §2.3.2).
inline std::string flag_words(std::uint16_t flags) {
    constexpr std::string_view words[] = {"\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft"};
    std::string out;
    for (std::size_t i = 0; i < std::size(words); ++i)
        if (flags >> i & 1U) (out += out.empty() ? "" : " ") += words[i];
    return out.empty() ? "(no flags)" : out;
}
inline std::string_view word(net::Action action) {
    return action == net::Action::drop ? "drop" : action == net::Action::reject ? "reject" : "accept";
}
inline std::string_view word(Speech speech) {
    constexpr std::string_view words[] = {"command", "reply", "content"};
    return words[static_cast<std::size_t>(speech) % std::size(words)];
}

}  // namespace postroad::sim::views
