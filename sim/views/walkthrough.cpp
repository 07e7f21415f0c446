// Rows of a message's journey, sorted into chapters.
#include "sim/views/walkthrough.hpp"

#include <algorithm>
#include <array>

#include "protocols/base/ascii.hpp"
#include "sim/views/content.hpp"
#include "sim/views/ladder_words.hpp"

namespace postroad::sim::views {
namespace {

// The points of a session, in RFC 5321's order of events.
constexpr std::string_view points[] = {
    "The greeting: the server speaks first, says who it is and that it is ready.",
    "The reverse-path: reports of failure (bounces) go there. It need not be the From field.",
    "The forward-path: the message goes to those named here, one RCPT each. They need not match "
    "the header's To and Cc; that is how Bcc works.",
    "The body follows: from here to a line with a dot alone, nothing is a command.",
    "Header fields: written for people and their programs. No server routes by them.",
    "A blank line ends the header; behind it is the text.",
    "The end of data: with this reply responsibility passes. Before it, the client had to keep "
    "the message; from now on the server has to deliver it, or to send a report.",
    "QUIT ends the session. MAIL would begin another transaction on the same connection.",
};
enum Point : std::size_t {
    greeting, reverse_path, forward_path, body_follows, header_fields, blank_line, end_of_data, quit,
};

struct Chapter {
    enum class Kind : std::uint8_t { composing, session, routing, mailbox };
    Kind kind = Kind::routing;
    Id conversation = 0;
    NodeId node = 0;
    std::uint32_t round = 0;  // routing: how many sessions this node has begun before
    std::string title, body;
};

bool finds_next_host(Reason reason) {
    return (reason >= Reason::local_domain && reason <= Reason::concurrency) ||
           reason == Reason::deferred || reason == Reason::alias || reason == Reason::list ||
           reason == Reason::forwarded || reason == Reason::expired;
}

class Walkthrough {
  public:
    Walkthrough(const Trace& trace, const Setup& setup, const TraceIndex& index,
                const WalkthroughOptions& options, const Sink& sink)
        : trace_(trace), setup_(setup), index_(index), options_(options), style_(options.style),
          sink_(sink), width_(std::max(style_.width, 60U)),
          journey_(index.journeys[options.journey]),
          ids_(journey_.ids()) {}

    void print() {
        for (const std::uint32_t step : journey_.steps) {
            const Custody custody = index_.custody[step];
            if (custody.fact.conversation == 0) continue;
            Carrier& carrier = carrier_of(custody.fact.conversation);
            if (custody.fact.move == CustodyMove::accepted) carrier.wanted = custody.mail;
        }
        const std::uint64_t begin = first_position();
        for (auto at = trace_.read(begin); !at.done(); at.next()) show(at.row(), at.position());
        head();
        unsigned number = 0;
        for (const Chapter& chapter : chapters_) {
            sink_("\n");
            wrap(std::to_string(++number) + ". " + chapter.title, 0, 3, Ink::host, sink_);
            sink_(chapter.body);
        }
        custody_table();
    }

  private:
    // A conversation that carried the message.
    struct Carrier {
        Id id = 0;
        std::uint32_t wanted = 0, mails = 0;  // MAIL commands: the message's, and so far
        bool quitting = false;
        bool content_seen = false;
        bool taken = false;
    };

    Carrier& carrier_of(Id id) {
        for (Carrier& one : carriers_)
            if (one.id == id) return one;
        carriers_.push_back({id, 0, 0, false, false, false});
        return carriers_.back();
    }
    Carrier* known_carrier(Id id) {
        for (Carrier& one : carriers_)
            if (one.id == id) return &one;
        return nullptr;
    }

    std::uint64_t first_position() const {
        std::uint64_t first = index_.custody[journey_.steps.front()].position;
        for (const Carrier& one : carriers_)
            if (const Conversation* carrier = index_.conversation(one.id))
                first = std::min(first, carrier->first);
        return first;
    }

    void head() {
        std::string title = "The journey of message " + std::to_string(options_.journey + 1);
        const std::string_view subject = journey_.subject();
        if (!subject.empty()) title += ", \"" + visible(subject) + "\"";
        wrap(title, 0, 0, Ink::host, sink_);
        wrap(clock_date(setup_, index_.custody[journey_.steps.front()].time) +
                 ", times are UTC; C: is what a client says, S: what a server says; the RFC that "
                 "rules a line stands at its right",
             0, 0, Ink::faint, sink_);
    }

    // --- chapters -------------------------------------------------------------------------------
    Chapter& chapter(Chapter::Kind kind, Id conversation, NodeId node, std::uint32_t round) {
        for (Chapter& one : chapters_)
            if (one.kind == kind && one.conversation == conversation && one.node == node &&
                one.round == round)
                return one;
        Chapter fresh;
        fresh.kind = kind;
        fresh.conversation = conversation;
        fresh.node = node;
        fresh.round = round;
        fresh.title = title_of(fresh);
        chapters_.push_back(fresh);
        return chapters_.back();
    }

    std::string title_of(const Chapter& of) const {
        const std::string name = index_.node_name(of.node);
        switch (of.kind) {
            case Chapter::Kind::composing: return name + ": the message is written";
            case Chapter::Kind::routing:
                return name + ": where to next? Routing is decided here, before anything is handed over";
            case Chapter::Kind::mailbox: return name + ": into the mailbox";
            case Chapter::Kind::session: break;
        }
        const Conversation* const one = index_.conversation(of.conversation);
        if (one == nullptr) return "a session whose beginning is not told";  // a made-up trace
        const std::string service = service_name(one->protocol, one->target_port);
        const std::string ends = index_.node_name(one->initiator) + " → " +
                                 index_.node_name(one->acceptor) + ", port " +
                                 std::to_string(one->target_port) + " (" + service + ")";
        return ends + (one->mailed ? ": the message is handed over" : ": the message is fetched");
    }

    Chapter& session_chapter(Id conversation) {
        last_session_ = conversation;
        return chapter(Chapter::Kind::session, conversation, 0, 0);
    }
    Chapter& routing_chapter(NodeId node) {
        std::uint32_t round = 0;
        for (const Chapter& one : chapters_) {
            if (one.kind != Chapter::Kind::session) continue;
            const Conversation* const talk = index_.conversation(one.conversation);
            round += talk != nullptr && talk->initiator == node;
        }
        return chapter(Chapter::Kind::routing, 0, node, round);
    }
    // What is said of a message beside a session: in that session while it is one of its ends'.
    Chapter& aside_chapter(NodeId node) {
        const Conversation* const talk = index_.conversation(last_session_);
        if (talk != nullptr && (talk->initiator == node || talk->acceptor == node))
            return session_chapter(last_session_);
        return routing_chapter(node);
    }

    bool is_its(Id id) const { return std::find(ids_.begin(), ids_.end(), id) != ids_.end(); }

    // --- rows -----------------------------------------------------------------------------------
    void show(const RowView& row, std::uint64_t position) {
        const RowHead& head = row.head();
        switch (head.fact) {
            case Fact::conversation:
                if (known_carrier(row.as<ConversationFact>().conversation) != nullptr)
                    session_chapter(row.as<ConversationFact>().conversation);
                break;
            case Fact::line: said(row, position); break;
            case Fact::custody: custody(row); break;
            case Fact::decision: {
                const auto& fact = row.as<DecisionFact>();
                const auto reason = static_cast<Reason>(fact.reason);
                const LadderPage::Words words = words_of(row, fact);
                if (Carrier* const carrier = known_carrier(fact.subject)) {
                    if (in_mail(*carrier)) note(session_chapter(fact.subject), words);
                } else if (is_its(fact.subject)) {
                    note(finds_next_host(reason) ? routing_chapter(head.node) : aside_chapter(head.node),
                         words);
                }
                break;
            }
            case Fact::lookup:
                if (is_its(row.as<LookupFact>().subject))
                    note(routing_chapter(head.node), words_of(row, row.as<LookupFact>(), index_));
                break;
            case Fact::queue: {
                const auto& fact = row.as<QueueFact>();
                const bool telling = fact.move == QueueMove::deferred ||
                                     fact.move == QueueMove::failed ||
                                     fact.move == QueueMove::expired ||
                                     fact.move == QueueMove::delayed_notice;
                if (telling && is_its(fact.message))
                    note(routing_chapter(head.node), words_of(row, fact, setup_));
                break;
            }
            default: break;
        }
    }

    static bool in_mail(const Carrier& carrier) {
        return carrier.wanted == 0 || carrier.mails == 0 || carrier.mails == carrier.wanted ||
               carrier.quitting;
    }

    void said(const RowView& row, std::uint64_t position) {
        const auto& fact = row.as<LineFact>();
        Carrier* const carrier = known_carrier(fact.conversation);
        // A trace that somebody has made up may carry mail in a conversation that never began.
        const Conversation* const known = index_.conversation(fact.conversation);
        if (carrier == nullptr || known == nullptr) return;
        const Conversation& talk = *known;
        const bool client = fact.from_initiator != 0;
        const std::string_view tail = row.tail<LineFact>();
        const auto says = [&](std::string_view verb) {
            return client && fact.speech == Speech::command && starts_ignoring_case(tail, verb);
        };
        if (says("MAIL FROM:")) {
            ++carrier->mails;
            carrier->content_seen = false;
        }
        carrier->quitting = carrier->quitting || says("QUIT");
        if (!in_mail(*carrier)) return;
        Chapter& here = session_chapter(talk.id);
        const bool smtp = talk.mailed;
        const bool first = here.body.empty();
        if (fact.speech == Speech::content) {
            content(here, row, talk, position, smtp);
            carrier->content_seen = true;
            return;
        }
        std::size_t point = std::size(points);
        if (smtp && first && !client) point = greeting;
        else if (smtp && says("MAIL FROM:")) point = reverse_path;
        else if (smtp && says("RCPT TO:")) point = forward_path;
        else if (smtp && !client && fact.code == 354) point = body_follows;
        else if (smtp && !client && carrier->content_seen && fact.code / 100 == 2) point = end_of_data;
        else if (smtp && says("QUIT")) point = quit;
        if (point == end_of_data) carrier->content_seen = false;
        spoken(here, row, client, point);
        explain(here, point);
    }

    void spoken(Chapter& here, const RowView& row, bool client, std::size_t point) {
        const auto& fact = row.as<LineFact>();
        const LadderPage::Words words = words_of(row, fact);
        const std::string section = to_string(fact.section);
        std::string text = (client ? "C: " : "S: ") + words.text;
        const std::string mark = point < std::size(points) ? " (" + std::to_string(point + 1) + ")" : "";
        const std::size_t room = width_ - 3 - 14 - columns(section) - 1 - mark.size();
        if (!style_.wide) text = cut(text, room);
        std::string out = "   " + inked(style_, Ink::time, clock_time(setup_, row.head().time)) + "  " +
                          inked(style_, words.ink, text) + inked(style_, Ink::why, mark);
        const std::size_t used = columns(text);
        if (!section.empty()) {
            out.append(used < room ? room - used : 0, ' ');
            out += " " + inked(style_, Ink::section, section);
        }
        here.body += out + "\n";
    }

    // Each point once; later sessions show its number alone.
    void explain(Chapter& here, std::size_t point) {
        if (point >= std::size(points) || explained_[point]) return;
        explained_[point] = true;
        wrap("(" + std::to_string(point + 1) + ") " + std::string(points[point]), 17, 21, Ink::why,
             [&](std::string_view line) { here.body += line; });
    }

    void content(Chapter& here, const RowView& row, const Conversation& talk, std::uint64_t position,
                 bool smtp) {
        const auto& fact = row.as<LineFact>();
        spoken(here, row, fact.from_initiator != 0, std::size(points));
        const std::string octets = octets_of_line(trace_, talk, position);
        if (octets.empty()) {
            if (smtp) explain(here, header_fields);
            if (smtp) explain(here, blank_line);
            return;
        }
        if (smtp) explain(here, header_fields);
        unsigned shown = 0;
        unsigned more = 0;
        bool blank_met = false;
        for (std::string_view rest = octets; !rest.empty();) {
            std::string_view line = take_line(rest);
            if (line.ends_with('\r')) line.remove_suffix(1);
            const bool blank = line.empty() && !blank_met;
            if (blank) blank_met = true;
            if (shown < options_.content_lines_max || blank) {
                ++shown;
                std::string text = line.empty() ? "|" : "| " + visible(line);
                if (!style_.wide) text = cut(text, width_ - 20);
                here.body += std::string(20, ' ') + text + "\n";
            } else {
                ++more;
            }
            if (blank && smtp) explain(here, blank_line);
        }
        if (more != 0)
            here.body += std::string(20, ' ') + "| … " + std::to_string(more) + " more lines\n";
    }

    void custody(const RowView& row) {
        const auto& fact = row.as<CustodyFact>();
        if (!is_its(fact.message)) return;
        const NodeId node = row.head().node;
        const std::string name = index_.node_name(node);
        const bool in_session = fact.conversation != 0 && known_carrier(fact.conversation) != nullptr &&
                                index_.conversation(fact.conversation) != nullptr;
        Chapter& here = fact.move == CustodyMove::delivered ? chapter(Chapter::Kind::mailbox, 0, node, 0)
                        : fact.move == CustodyMove::composed ? chapter(Chapter::Kind::composing, 0, node, 0)
                        : in_session                         ? session_chapter(fact.conversation)
                                                             : routing_chapter(node);
        const LadderPage::Words words = words_of(row, fact);
        timed(here, row.head().time, words);
        std::string now;
        switch (fact.move) {
            case CustodyMove::composed: now = "responsible now: " + name + ", the author's own program"; break;
            case CustodyMove::accepted: now = "responsible now: " + name; break;
            case CustodyMove::handed_over: now = name + " may forget the message"; break;
            case CustodyMove::delivered: now = "responsible now: the mailbox; transport is over"; break;
            case CustodyMove::fetched:
                now = fact.recipients != 0 ? "the reader has it"
                                           : "an agent has a copy, to hand it on";
                break;
            case CustodyMove::bounced: now = "responsible now: the report, for telling the author"; break;
            case CustodyMove::discarded: now = "nobody is responsible any more"; break;
        }
        note(here, {"► " + now, no_section, Ink::good, 0});
    }

    // --- layout ---------------------------------------------------------------------------------
    void wrap(std::string_view text, std::size_t first, std::size_t later, Ink ink,
              const Sink& sink) const {
        std::size_t indent = first;
        for (const std::string& piece : wrapped(text, style_.wide ? 10'000 : width_ - later)) {
            sink(std::string(indent, ' ') + inked(style_, ink, piece) + "\n");
            indent = later;
        }
    }
    void with_section(Chapter& here, const std::string& lead, const LadderPage::Words& words) const {
        std::string text = words.text;
        if (words.section.known()) text += " [" + to_string(words.section) + "]";
        const std::size_t used = columns(lead);
        std::string before = lead;
        for (const std::string& piece : wrapped(text, style_.wide ? 10'000 : width_ - used - 2)) {
            here.body += before + inked(style_, words.ink, piece) + "\n";
            before = std::string(used + 2, ' ');
        }
    }
    void note(Chapter& here, const LadderPage::Words& words) {
        with_section(here, std::string(17, ' '), words);
    }
    void timed(Chapter& here, Time time, const LadderPage::Words& words) {
        with_section(here, "   " + clock_time(setup_, time) + "  ", words);
    }

    void custody_table() {
        sink_("\n");
        wrap("Who was responsible, and how long", 0, 0, Ink::host, sink_);
        for (const std::uint32_t number : journey_.steps) {
            const Custody step = index_.custody[number];
            if (step.fact.move != CustodyMove::composed && step.fact.move != CustodyMove::accepted &&
                step.fact.move != CustodyMove::delivered)
                continue;
            std::string until = "the end";
            for (const std::uint32_t later : journey_.steps) {
                const Custody other = index_.custody[later];
                const bool over = other.fact.move != CustodyMove::composed &&
                                  other.fact.move != CustodyMove::accepted &&
                                  other.fact.message == step.fact.message &&
                                  other.position > step.position;
                if (over) until = clock_time(setup_, other.time);
            }
            const bool box = step.fact.move == CustodyMove::delivered;
            if (box) {
                std::string owner(visible(trace_.at(step.position).tail<CustodyFact>()));
                wrap(clock_time(setup_, step.time) + " – " + padded("", 12) + "  the mailbox of " + owner,
                     3, 5, Ink::plain, sink_);
                continue;
            }
            wrap(clock_time(setup_, step.time) + " – " + padded(until, 12) + "  " +
                     index_.node_name(step.node) + " (" + queue_id(step.fact.message) + ")",
                 3, 5, Ink::plain, sink_);
        }
    }

    const Trace& trace_;
    const Setup& setup_;
    const TraceIndex& index_;
    const WalkthroughOptions& options_;
    const Style& style_;
    const Sink& sink_;
    std::size_t width_;
    const Journey journey_;
    const std::vector<Id> ids_;  // the journey's
    std::vector<Carrier> carriers_;
    std::vector<Chapter> chapters_;
    Id last_session_ = 0;
    std::array<bool, std::size(points)> explained_{};
};

}  // namespace

void print_walkthrough(const Trace& trace, const Setup& setup, const TraceIndex& index,
                       const WalkthroughOptions& options, const Sink& sink) {
    if (options.journey >= index.journeys.size()) {
        sink("No message has been written in this run.\n");
        return;
    }
    Walkthrough(trace, setup, index, options, sink).print();
}

std::string walkthrough(const Trace& trace, const Setup& setup, const TraceIndex& index,
                        const WalkthroughOptions& options) {
    std::string out;
    print_walkthrough(trace, setup, index, options, [&](std::string_view words) { out += words; });
    return out;
}

}  // namespace postroad::sim::views
