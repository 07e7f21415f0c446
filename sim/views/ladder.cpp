// Which rows a ladder shows, and where each is drawn.
#include "sim/views/ladder.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "sim/views/auth_words.hpp"
#include "sim/views/content.hpp"
#include "sim/views/ladder_words.hpp"
#include "sim/views/page.hpp"

namespace postroad::sim::views {
namespace {

class Ladder {
  public:
    Ladder(const Trace& trace, const Setup& setup, const TraceIndex& index,
           const LadderOptions& options, const Sink& sink)
        : trace_(trace), setup_(setup), index_(index), options_(options),
          states_(index.conversations.size()),
          page_(setup, index, options.style, (choose(), lanes_), sink) {}

    void print() {
        headings();
        page_.names();
        for (auto at = trace_.read(); !at.done(); at.next()) {
            const RowView row = at.row();
            if (row.head().time > options_.until) break;
            if (row.head().time < options_.from) {
                follow(row);
                continue;
            }
            show(row, at.position());
        }
    }

  private:
    // What is remembered of a conversation while its rows go by.
    struct State {
        StreamStart starts[2];      // [1]: the initiator's
        std::uint32_t mails = 0;    // MAIL commands so far
        std::uint32_t wanted = 0;   // message ladders: the MAIL it is about; 0: all
        bool chosen = false;
        bool quitting = false;
        bool ended_shown = false;
    };

    // Marks the conversations that are shown, and finds the lanes.
    void choose() {
        const bool all = options_.conversation == 0 && options_.journey == nothing &&
                         options_.node == nothing;
        for (std::size_t i = 0; i < states_.size(); ++i) {
            const Conversation& one = index_.conversations[i];
            states_[i].chosen =
                all || (options_.conversation == i + 1) ||
                (options_.conversation == 0 && options_.journey == nothing &&
                 (one.initiator == options_.node || one.acceptor == options_.node));
        }
        if (options_.journey < index_.journeys.size() && options_.conversation == 0) {
            ids_ = index_.journeys[options_.journey].ids();
            for (const std::uint32_t step : index_.journeys[options_.journey].steps) {
                const Custody custody = index_.custody[step];
                const std::uint32_t number = index_.number_of(custody.fact.conversation);
                if (number == 0) {
                    add_lane(custody.node);
                    continue;
                }
                State& state = states_[number - 1];
                const bool first = !state.chosen;
                state.chosen = true;
                if (custody.fact.move == CustodyMove::accepted && custody.mail != 0)
                    state.wanted = first || state.wanted == custody.mail ? custody.mail : 0;
                const Conversation& carrier = index_.conversations[number - 1];
                add_lane(carrier.initiator);
                add_lane(carrier.acceptor);
            }
        }
        for (std::size_t i = 0; i < states_.size(); ++i) {
            if (!states_[i].chosen) continue;
            add_lane(index_.conversations[i].initiator);
            add_lane(index_.conversations[i].acceptor);
            ++chosen_;
        }
    }

    void add_lane(NodeId node) {
        if (lanes_.size() < 8 && std::find(lanes_.begin(), lanes_.end(), node) == lanes_.end())
            lanes_.push_back(node);
    }

    void headings() {
        if (options_.conversation != 0 && options_.conversation <= states_.size()) {
            const Conversation& one = index_.conversations[options_.conversation - 1];
            const auto end = [](const net::Address& address, std::uint16_t port) {
                return (address.is_v4() ? net::format(address) : "[" + net::format(address) + "]") +
                       ":" + std::to_string(port);
            };
            page_.heading("Connection " + std::to_string(options_.conversation) + ", " +
                          service_name(one.protocol, one.target_port) + ": " +
                          index_.node_name(one.initiator) + " " +
                          end(opening(trace_, one).source, one.source_port) +
                          " → " + index_.node_name(one.acceptor) + " " +
                          end(opening(trace_, one).target, one.target_port));
            std::string second_line = clock_date(setup_, trace_.at(one.first).head().time) + " UTC, ";
            second_line += one.ended == never ? "not over" : std::string(words_for(one.how));
            const ConversationCounts& count = index_.counts[options_.conversation - 1];
            if (count.packets != 0) second_line += ", " + std::to_string(count.packets) + " packets";
            if (count.lost != 0) second_line += ", " + std::to_string(count.lost) + " lost";
            if (count.sent_again != 0)
                second_line += ", " + std::to_string(count.sent_again) + " sent again";
            page_.heading(second_line, Ink::faint);
        } else if (options_.journey < index_.journeys.size()) {
            const Journey journey = index_.journeys[options_.journey];
            const std::string_view subject = journey.subject(), message_id = journey.message_id();
            std::string title = "Message " + std::to_string(options_.journey + 1);
            if (!subject.empty()) title += ": \"" + visible(subject) + "\"";
            if (!message_id.empty()) title += ", " + visible(message_id);
            page_.heading(title);
            if (journey.report_on != nothing)
                page_.heading("a report on message " + std::to_string(journey.report_on + 1),
                              Ink::faint);
            page_.heading(clock_date(setup_, index_.custody[journey.steps.front()].time) + " UTC",
                          Ink::faint);
        } else {
            std::string title = clock_date(setup_, 0) + " UTC";
            if (options_.node != nothing)
                title = "Node " + index_.node_name(options_.node) + ", " + title;
            page_.heading(title, Ink::host);
        }
    }

    std::uint32_t tag(std::uint32_t number) const { return chosen_ > 1 ? number : 0; }

    // A row about node and message ids: in a conversation's ladder only what is about it.
    bool wants_subject(Id subject, NodeId node) const {
        if (options_.conversation != 0) {
            const Conversation& one = index_.conversations[options_.conversation - 1];
            if (subject == one.id) return true;
            return false;
        }
        if (options_.journey != nothing) {
            if (std::find(ids_.begin(), ids_.end(), subject) != ids_.end()) return true;
            const std::uint32_t number = index_.number_of(subject);
            return number != 0 && states_[number - 1].chosen && in_mail(states_[number - 1]);
        }
        return options_.node == nothing || options_.node == node;
    }

    static bool in_mail(const State& state) {
        return state.wanted == 0 || state.mails == 0 || state.mails == state.wanted ||
               state.quitting;
    }

    // Custody in a conversation's ladder: what passed in it.
    bool wants_custody(const CustodyFact& fact, NodeId node) const {
        if (options_.conversation != 0)
            return fact.conversation == index_.conversations[options_.conversation - 1].id;
        return wants_subject(fact.message, node);
    }

    // Rows before `from` still tell where streams and mails are.
    void follow(const RowView& row) {
        if (row.head().fact == Fact::packet) {
            const auto& fact = row.as<PacketFact>();
            if (const std::uint32_t number = index_.number_of(fact.conversation)) {
                const Conversation& one = index_.conversations[number - 1];
                states_[number - 1].starts[row.head().node == one.initiator].see(fact);
            }
        } else if (row.head().fact == Fact::line) {
            const auto& fact = row.as<LineFact>();
            const std::uint32_t number = index_.number_of(fact.conversation);
            if (number == 0 || fact.speech != Speech::command || fact.from_initiator == 0) return;
            if (starts_ignoring_case(row.tail<LineFact>(), "MAIL FROM:")) ++states_[number - 1].mails;
            if (starts_ignoring_case(row.tail<LineFact>(), "QUIT")) states_[number - 1].quitting = true;
        }
    }

    void show(const RowView& row, std::uint64_t position) {
        follow(row);
        const RowHead& head = row.head();
        const auto note = [&](LadderPage::Words words) { page_.note(head.time, head.node, words); };
        switch (head.fact) {
            case Fact::conversation: begun(row); break;
            case Fact::established: established(row); break;
            case Fact::ended: ended(row); break;
            case Fact::line: said(row, position); break;
            case Fact::packet: packet(row); break;
            case Fact::lost: lost(row); break;
            case Fact::verdict: {
                const auto& fact = row.as<VerdictFact>();
                if (!wants_subject(fact.conversation, head.node) &&
                    !is_chosen(fact.conversation))
                    break;
                LadderPage::Words words = words_of(fact, setup_, index_);
                words.tag = tag(index_.number_of(fact.conversation));
                note(words);
                break;
            }
            case Fact::translation: break;
            case Fact::decision: {
                const auto& fact = row.as<DecisionFact>();
                if (!wants_subject(fact.subject, head.node)) break;
                LadderPage::Words words = words_of(row, fact);
                words.tag = tag(index_.number_of(fact.subject));
                note(words);
                break;
            }
            case Fact::lookup:
                if (wants_subject(row.as<LookupFact>().subject, head.node))
                    note(words_of(row, row.as<LookupFact>(), index_));
                break;
            case Fact::queue:
                if (options_.conversation == 0 && wants_subject(row.as<QueueFact>().message, head.node))
                    note(words_of(row, row.as<QueueFact>(), setup_));
                break;
            case Fact::custody:
                if (wants_custody(row.as<CustodyFact>(), head.node))
                    note(words_of(row, row.as<CustodyFact>()));
                break;
            case Fact::mailbox: {
                const auto& fact = row.as<MailboxFact>();
                if (options_.conversation != 0 ? is_chosen(fact.conversation)
                                               : wants_subject(fact.message, head.node))
                    note(words_of(row, fact));
                break;
            }
            case Fact::change:
                page_.banner(head.time, visible(row.tail<ChangeFact>()));
                break;
            default: break;
        }
    }

    bool is_chosen(Id conversation) const {
        const std::uint32_t number = index_.number_of(conversation);
        return number != 0 && states_[number - 1].chosen;
    }

    // The chosen conversation of a row, or null.
    const Conversation* chosen(Id id, State*& state) {
        const std::uint32_t number = index_.number_of(id);
        if (number == 0 || !states_[number - 1].chosen) return nullptr;
        state = &states_[number - 1];
        number_ = number;
        return &index_.conversations[number - 1];
    }

    void begun(const RowView& row) {
        State* state = nullptr;
        const Conversation* one = chosen(row.as<ConversationFact>().conversation, state);
        if (one == nullptr) return;
        const bool tcp = one->protocol == net::protocol_tcp;
        if (!tcp && index_.counts[number_ - 1].packets != 0) return;  // its packets speak for it
        LadderPage::Words words{(tcp ? "opens connection " : "asks in exchange ") +
                                    std::to_string(number_) + ": " +
                                    service_name(one->protocol, one->target_port) + ", port " +
                                    std::to_string(one->target_port),
                                no_section, Ink::faint, 0};
        page_.arrow(row.head().time, one->initiator, one->acceptor, words, one->established != never || !tcp);
    }

    void established(const RowView& row) {
        State* state = nullptr;
        const Conversation* one = chosen(row.as<EstablishedFact>().conversation, state);
        if (one == nullptr || options_.segments) return;
        page_.arrow(row.head().time, one->acceptor, one->initiator,
                    {"connected (SYN, SYN+ACK, ACK)", Section("9293 §3.5"), Ink::faint, tag(number_)});
    }

    void ended(const RowView& row) {
        const auto& fact = row.as<EndedFact>();
        State* state = nullptr;
        const Conversation* one = chosen(fact.conversation, state);
        if (one == nullptr || (fact.how == Ending::closed && state->ended_shown)) return;
        state->ended_shown = true;
        LadderPage::Words words;
        words.text = "connection " + std::to_string(number_) + ": " + std::string(words_for(fact.how));
        if (fact.how == Ending::timed_out && one->established == never)
            words.text += "; a packet filter that drops looks just so";
        words.ink = fact.how == Ending::closed ? Ink::faint : Ink::bad;
        page_.note(row.head().time, row.head().node, words);
    }

    void said(const RowView& row, std::uint64_t position) {
        const auto& fact = row.as<LineFact>();
        State* state = nullptr;
        const Conversation* one = chosen(fact.conversation, state);
        if (one == nullptr || !in_mail(*state)) return;
        const NodeId from = fact.from_initiator != 0 ? one->initiator : one->acceptor;
        const NodeId to = fact.from_initiator != 0 ? one->acceptor : one->initiator;
        LadderPage::Words words = words_of(row, fact);
        words.tag = tag(number_);
        page_.arrow(row.head().time, from, to, words);
        if (const std::string secret = auth_words(fact, row.tail<LineFact>()); !secret.empty())
            page_.note(row.head().time, from, {"  in base64: " + secret, no_section, Ink::faint, words.tag});
        if (!options_.content || fact.speech != Speech::content) return;
        const std::string octets = octets_of_line(trace_, *one, position);
        for (std::string_view rest = octets; !rest.empty();)
            page_.note(row.head().time, nothing, {"  | " + visible_line(rest), no_section, Ink::plain, 0});
    }

    static std::string visible_line(std::string_view& rest) {
        std::string_view line = take_line(rest);
        if (line.ends_with('\r')) line.remove_suffix(1);
        return visible(line);
    }

    void packet(const RowView& row) {
        const auto& fact = row.as<PacketFact>();
        State* state = nullptr;
        const Conversation* one = chosen(fact.conversation, state);
        if (one == nullptr) return;
        const NodeId from = row.head().node;
        const bool initiators = from == one->initiator;
        const NodeId to = initiators ? one->acceptor : one->initiator;
        LadderPage::Words words;
        words.tag = tag(number_);
        const Why why{fact.why};
        if (fact.protocol == net::protocol_udp) {
            const bool dns = fact.target_port == 53 || fact.source_port == 53;
            const bool kerberos = fact.target_port == 88 || fact.source_port == 88;
            words.text = dns        ? visible(dns_words(row.tail<PacketFact>()))
                         : kerberos ? visible(kerberos_words(row.tail<PacketFact>()))
                                    : std::to_string(fact.payload_octets) + " octets";
            if (dns) words.section = Section("1035 §4.2.1");
            if (kerberos) words.section = Section("4120 §7.2.1");
            words.ink = fact.target_port == 53 || fact.target_port == 88 ? Ink::command : Ink::good;
        } else if (fact.protocol != net::protocol_tcp) {
            words.text = icmp_words(fact);
            words.section = fact.protocol == net::protocol_icmp ? Section("792") : Section("4443 §3.1");
            words.ink = Ink::bad;
        } else {
            const bool again = why == Why::retransmission_timeout || why == Why::fast_retransmit;
            const bool reset = (fact.tcp_flags & net::tcp_rst) != 0;
            const bool aside = why == Why::keep_alive || why == Why::probe;
            if (!options_.segments && !again && !reset && !aside) return;
            if (options_.segments)
                words.text = segment_words(fact, state->starts[initiators], state->starts[!initiators]) +
                             (why == Why::none ? "" : " (" + std::string(words_for(why)) + ")");
            else
                words.text = std::string(words_for(why)) +
                             (fact.payload_octets != 0
                                  ? " (" + std::to_string(fact.payload_octets) + " octets)"
                                  : "");
            words.ink = again ? Ink::later : reset ? Ink::bad : Ink::faint;
            words.section = again ? (why == Why::fast_retransmit ? Section("5681 §3.2") : Section("6298 §5"))
                            : reset ? Section("9293 §3.5.2")
                                    : no_section;
        }
        page_.arrow(row.head().time, from, to, words);
    }

    void lost(const RowView& row) {
        const auto& fact = row.as<LostFact>();
        State* state = nullptr;
        const Conversation* one = chosen(fact.conversation, state);
        if (one == nullptr) return;
        const NodeId from = node_of(fact.packet);
        const NodeId to = from == one->initiator ? one->acceptor : one->initiator;
        std::string text = "a packet is " + std::string(words_for(fact.why));
        const bool on_link = fact.why != Loss::host_down && fact.why != Loss::no_route;
        if (on_link && fact.link < setup_.links.size()) text += " (" + setup_.links[fact.link].name + ")";
        page_.arrow(row.head().time, from, to, {text, no_section, Ink::bad, tag(number_)}, false);
    }

    const Trace& trace_;
    const Setup& setup_;
    const TraceIndex& index_;
    std::vector<Id> ids_;  // of the message it is about
    const LadderOptions& options_;
    std::vector<State> states_;
    std::vector<NodeId> lanes_;
    std::size_t chosen_ = 0;
    std::uint32_t number_ = 0;  // of the conversation that chosen() gave last
    LadderPage page_;
};

}  // namespace

void print_ladder(const Trace& trace, const Setup& setup, const TraceIndex& index,
                  const LadderOptions& options, const Sink& sink) {
    Ladder(trace, setup, index, options, sink).print();
}

std::string ladder(const Trace& trace, const Setup& setup, const TraceIndex& index,
                   const LadderOptions& options) {
    std::string out;
    print_ladder(trace, setup, index, options, [&](std::string_view words) { out += words; });
    return out;
}

}  // namespace postroad::sim::views
