// Each kind of fact as a student reads it.
#include "sim/views/ladder_words.hpp"

#include "protocols/base/ascii.hpp"
#include "protocols/dns/types.hpp"
#include "sim/mail/queue.hpp"
#include "sim/net/border.hpp"
#include "sim/views/content.hpp"
#include "sim/views/fact_words.hpp"

namespace postroad::sim::views {

std::string_view take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return line;
}

namespace {

// "a", "a, b", "a, b and 3 more".
std::string listed(std::string_view lines) {
    std::string out;
    unsigned shown = 0;
    unsigned left = 0;
    while (!lines.empty()) {
        const std::string_view one = take_line(lines);
        if (shown == 4) {
            ++left;
            continue;
        }
        if (shown++ != 0) out += ", ";
        out += visible(one);
    }
    if (left != 0) out += " and " + std::to_string(left) + " more";
    return out;
}

std::string path_words(std::string_view path) {
    return path.empty() ? "<>" : visible(path);
}

}  // namespace

std::string queue_id(Id id) {
    std::string out;
    mail::append_queue_id(out, id);
    return out;
}

LadderPage::Words words_of(const RowView& row, const CustodyFact& fact) {
    std::string_view tail = row.tail<CustodyFact>();
    LadderPage::Words out;
    out.ink = Ink::good;
    const std::string id = queue_id(fact.message);
    switch (fact.move) {
        case CustodyMove::composed: {
            const std::string_view message_id = take_line(tail);
            const std::string_view subject = take_line(tail);
            const std::string_view from = take_line(tail);
            out.text = "composed: \"" + visible(subject) + "\", from " + path_words(from) + " to " +
                       listed(tail) + " (Message-ID " + visible(message_id) + ")";
            out.section = Section("5322 §3.6");
            break;
        }
        case CustodyMove::accepted: {
            const std::string_view from = take_line(tail);
            out.text = "custody: responsible now, as " + id + ", from " + path_words(from) + " to " +
                       listed(tail);
            out.section = Section("5321 §4.2.5");
            break;
        }
        case CustodyMove::handed_over:
            out.text = "custody: " + id + " handed over, no longer responsible";
            out.section = Section("5321 §4.2.5");
            break;
        case CustodyMove::delivered:
            out.text = "custody: " + id + " delivered to the mailbox of " + visible(tail);
            out.section = Section("5321 §4.4");
            break;
        case CustodyMove::fetched:
            out.text = fact.recipients != 0
                           ? "custody: fetched by its reader, " + visible(tail)
                           : "custody: an agent has a copy of what lies in the mailbox of " +
                                 visible(tail) + ", and nobody is relieved yet";
            break;
        case CustodyMove::bounced:
            out.text = "custody: " + id + " cannot be delivered; the report " +
                       queue_id(fact.related) + " goes in its stead";
            out.section = Section("5321 §6.1");
            out.ink = Ink::bad;
            break;
        case CustodyMove::discarded:
            out.text = "custody: " + id + " discarded: nothing more can be done for it";
            out.ink = Ink::bad;
            break;
    }
    return out;
}

LadderPage::Words words_of(const RowView& row, const QueueFact& fact, const Setup& setup) {
    constexpr std::string_view moves[] = {"enters the queue", "tried",   "deferred",
                                          "delivered",        "relayed", "failed",
                                          "expired",          "leaves the queue",
                                          "delayed: the sender is told"};
    std::string_view tail = row.tail<QueueFact>();
    LadderPage::Words out;
    out.text = "queue: " + queue_id(fact.message) + " ";
    if (const std::string_view who = take_line(tail); !who.empty())
        out.text += "for " + visible(who) + " ";
    out.text += moves[static_cast<std::size_t>(fact.move) % std::size(moves)];
    if (fact.attempt > 1) out.text += ", attempt " + std::to_string(fact.attempt);
    if (fact.due != 0) out.text += ", next try " + clock_time(setup, fact.due);
    if (!tail.empty()) out.text += ": " + visible(tail);
    out.ink = Ink::faint;
    if (fact.move == QueueMove::deferred || fact.move == QueueMove::delayed_notice)
        out.ink = Ink::later;
    if (fact.move == QueueMove::failed || fact.move == QueueMove::expired) out.ink = Ink::bad;
    return out;
}

LadderPage::Words words_of(const RowView& row, const MailboxFact& fact) {
    std::string_view tail = row.tail<MailboxFact>();
    LadderPage::Words out;
    out.ink = fact.move == MailboxMove::refused ? Ink::bad : Ink::faint;
    out.text = "mailbox of " + visible(take_line(tail));
    if (!tail.empty()) out.text += ", " + visible(tail);
    out.text += ": ";
    if (fact.uid != 0 || fact.octets != 0) {
        out.text += "message ";
        if (fact.uid != 0) out.text += std::to_string(fact.uid) + " ";
        if (fact.octets != 0) out.text += "(" + std::to_string(fact.octets) + " octets) ";
    }
    out.text += word(fact.move);
    if (fact.move == MailboxMove::flagged) out.text += " " + flag_words(fact.flags);
    return out;
}

LadderPage::Words words_of(const RowView& row, const LookupFact& fact, const TraceIndex& index) {
    const std::string_view tail = row.tail<LookupFact>();
    const std::size_t name = std::min<std::size_t>(fact.name_octets, tail.size());
    std::string_view answers = tail.substr(name);
    if (answers.starts_with('\n')) answers.remove_prefix(1);
    LadderPage::Words out;
    out.ink = Ink::why;
    out.text = "look-up: " + visible(tail.substr(0, name)) + " " +
               dns::to_text(static_cast<dns::Type>(fact.type)) + ": ";
    if (fact.timed_out != 0) {
        out.text += "no answer";
        out.ink = Ink::bad;
    } else if (fact.rcode != 0) {
        out.text += dns::to_text(static_cast<dns::Rcode>(fact.rcode));
        out.ink = Ink::later;
    } else if (fact.answers == 0) {
        out.text += "no such records";
    } else {
        out.text += listed(answers);
    }
    if (fact.from_cache != 0) out.text += " (from the cache, good for " +
                                          duration_words(fact.ttl_s * second) + ")";
    else if (fact.server != nothing && fact.timed_out == 0)
        out.text += " (from " + index.end_name(index.address(fact.server)) + ", TTL " +
                    std::to_string(fact.ttl_s) + " s)";
    out.section = Section("1035 §4.1");
    return out;
}

LadderPage::Words words_of(const VerdictFact& fact, const Setup& setup, const TraceIndex& index) {
    const auto verdict = static_cast<net::Action>(fact.verdict);
    LadderPage::Words out;
    const bool known = fact.firewall < setup.firewalls.size();
    const bool nat = fact.rule == border::rule_of_nat;
    out.text = known ? "firewall " + setup.firewalls[fact.firewall].name
               : nat ? "the border's NAT"
                     : "the border's filter";
    out.text += verdict == net::Action::drop     ? " DROPS"
                : verdict == net::Action::reject ? " REJECTS"
                                                 : " accepts";
    const bool ports = fact.protocol == net::protocol_tcp || fact.protocol == net::protocol_udp;
    const auto end = [&](AddressId id, std::uint16_t port) {
        return index.end_name(index.address(id)) + (ports ? ":" + std::to_string(port) : "");
    };
    out.text += fact.protocol == net::protocol_tcp   ? " tcp "
                : fact.protocol == net::protocol_udp ? " udp "
                                                     : " icmp ";
    out.text += end(fact.source, fact.source_port) + " → " + end(fact.target, fact.target_port);
    if (nat) {
        out.text += ": nobody outside can address it";
    } else if (fact.rule < 0) {
        out.text += ": its policy";
    } else if (known && setup.firewalls[fact.firewall].rules != nullptr &&
               static_cast<std::size_t>(fact.rule) < setup.firewalls[fact.firewall].rules->rules.size()) {
        out.text += ": rule " + std::to_string(fact.rule + 1) + " \"" +
                    visible(net::print_rule(*setup.firewalls[fact.firewall].rules,
                                            static_cast<std::size_t>(fact.rule))) +
                    "\"";
    } else {
        out.text += ": rule " + std::to_string(fact.rule + 1);
    }
    out.ink = verdict == net::Action::accept ? Ink::faint : Ink::bad;
    return out;
}

LadderPage::Words words_of(const RowView& row, const DecisionFact& fact) {
    const auto reason = static_cast<Reason>(fact.reason);
    LadderPage::Words out;
    out.text = "why: " + visible(sentence(reason, row.tail<DecisionFact>()));
    out.section = section_of(reason);
    out.ink = Ink::why;
    return out;
}

LadderPage::Words words_of(const RowView& row, const LineFact& fact) {
    LadderPage::Words out;
    out.section = fact.section;
    if (fact.speech == Speech::content) {
        out.text = "(message, " + std::to_string(fact.octets) + " octets)";
        return out;
    }
    out.text = visible(spoken(row.tail<LineFact>()));
    out.ink = fact.speech == Speech::command                       ? Ink::command
              : fact.code >= 500 || out.text.starts_with("-ERR") ||
                      out.text.starts_with("fault") || out.text.starts_with("bind_nak")
                  ? Ink::bad
              : fact.code >= 400                                   ? Ink::later
                                                                   : Ink::good;
    return out;
}

std::string segment_words(const PacketFact& fact, const StreamStart& mine,
                          const StreamStart& peers) {
    std::string out;
    struct Flag {
        std::uint8_t bit;
        const char* name;
    };
    constexpr Flag flags[] = {{net::tcp_syn, "SYN"}, {net::tcp_fin, "FIN"}, {net::tcp_rst, "RST"},
                              {net::tcp_psh, "PSH"}, {net::tcp_ack, "ACK"}};
    for (const Flag& flag : flags) {
        if ((fact.tcp_flags & flag.bit) == 0) continue;
        if (!out.empty()) out += '+';
        out += flag.name;
    }
    const bool syn = (fact.tcp_flags & net::tcp_syn) != 0;
    out += " seq " + std::to_string(mine.known && !syn ? mine.offset(fact.sequence) + 1
                                    : syn              ? 0
                                                       : fact.sequence);
    if ((fact.tcp_flags & net::tcp_ack) != 0)
        out += " ack " +
               std::to_string(peers.known ? peers.offset(fact.acknowledgment) + 1 : fact.acknowledgment);
    if (fact.mss != 0) out += " mss " + std::to_string(fact.mss);
    if (fact.payload_octets != 0) out += ", " + std::to_string(fact.payload_octets) + " octets";
    return out;
}

std::string icmp_words(const PacketFact& fact) {
    const bool v4 = fact.protocol == net::protocol_icmp;
    const bool unreachable = fact.icmp_type == (v4 ? 3 : 1);
    if (!unreachable)
        return "ICMP type " + std::to_string(fact.icmp_type) + " code " +
               std::to_string(fact.icmp_code);
    std::string_view what = "unreachable";
    if (v4) {
        constexpr std::string_view codes[] = {"network unreachable", "host unreachable",
                                              "protocol unreachable", "port unreachable"};
        if (fact.icmp_code < 4) what = codes[fact.icmp_code];
        else if (fact.icmp_code == 9 || fact.icmp_code == 10 || fact.icmp_code == 13)
            what = "prohibited by an administrator";
    } else {
        constexpr std::string_view codes[] = {"no route", "prohibited by an administrator",
                                              "beyond the source's scope", "address unreachable",
                                              "port unreachable"};
        if (fact.icmp_code < 5) what = codes[fact.icmp_code];
    }
    return std::string(v4 ? "ICMP: " : "ICMPv6: ") + std::string(what);
}

}  // namespace postroad::sim::views
