// Says a line, lets simulated time pass, gathers the answer with its sections and reasons.
#include "command/talk_line.hpp"

#include <algorithm>

#include "sim/core/reasons.hpp"
#include "sim/world/outside.hpp"

namespace postroad::command {
namespace {

constexpr Duration silence_ns = 500 * millisecond;  // the server has said all it had to say
constexpr Duration patience_ns = 6 * minute;        // longer than a resolver or a policy may take

}  // namespace

Conversation::Conversation(sim::Simulation& simulation) : simulation_(simulation) {
    simulation_.hands().on_outside = [this](std::uint32_t subject, sim::OutsideNews news,
                                            std::string_view octets) {
        if (subject != subject_) return;
        if (news == sim::OutsideNews::opened) opened_ = true;
        if (news == sim::OutsideNews::finished || news == sim::OutsideNews::broken) closed_ = true;
        octets_ += octets;
        heard_at_ = simulation_.world().now;
    };
}

Conversation::~Conversation() { simulation_.hands().on_outside = nullptr; }

bool Conversation::open(NodeId from, const std::string& where) {
    const sim::Journal& journal = simulation_.journal();
    for (std::size_t i = 0; i < journal.size(); ++i)  // a number nobody has had
        subject_ = std::max(subject_, journal[i].subject + 1);
    from_ = from;
    position_ = simulation_.trace().position();
    simulation_.enter(sim::Entry::connect, from, subject_, where);
    for (auto row = simulation_.trace().read(position_); !row.done(); row.next())
        if (row.row().head().fact == sim::Fact::conversation && row.row().head().node == from)
            id_ = row.row().as<sim::ConversationFact>().conversation;
    listen(silence_ns, patience_ns);
    return opened_;
}

bool Conversation::is_open() const {
    return !closed_ && sim::outside::connected(simulation_.world(), subject_);
}

// After 354 the server is silent until the line with one dot (RFC 5321 §4.1.1.4).
bool Conversation::expects_content() const {
    return last_reply_.starts_with("354") && !dot_said_;
}

void Conversation::listen(Duration silence, Duration patience) {
    const Time began = simulation_.world().now;
    const std::size_t had = octets_.size();
    for (;;) {
        const Time now = simulation_.world().now;
        const bool answered = octets_.size() != had || closed_;
        if (answered && now >= heard_at_ + silence) return;
        if (!answered && now >= began + patience) return;
        if (simulation_.run_until(now + 20 * millisecond) == sim::Stopped::quiet) return;
        if (!answered && opened_ && !is_open()) return;
    }
}

void Conversation::say(std::string_view line) {
    dot_said_ = line == ".";
    const bool content = expects_content();
    simulation_.enter(sim::Entry::say, from_, subject_, std::string(line) + "\r\n");
    listen(silence_ns, content ? silence_ns / 10 : patience_ns);
}

void Conversation::hang_up() {
    if (is_open()) simulation_.enter(sim::Entry::hang_up, from_, subject_, {});
}

std::vector<Heard> Conversation::heard() {
    std::vector<Heard> out;
    std::vector<std::string> because;
    const sim::Trace& trace = simulation_.trace();
    for (auto row = trace.read(position_); !row.done(); row.next()) {
        const sim::RowView view = row.row();
        if (view.head().fact == sim::Fact::decision) {
            const auto& fact = view.as<sim::DecisionFact>();
            if (fact.subject == id_ && id_ != 0)
                because.push_back(sim::sentence(static_cast<sim::Reason>(fact.reason),
                                                view.tail<sim::DecisionFact>()));
        } else if (view.head().fact == sim::Fact::ended) {
            const auto& fact = view.as<sim::EndedFact>();
            if (fact.conversation == id_ && fact.initiator != 0) how_ = fact.how;
        } else if (view.head().fact == sim::Fact::line) {
            const auto& fact = view.as<sim::LineFact>();
            if (fact.conversation != id_ || fact.from_initiator != 0) continue;
            const std::size_t size = std::min<std::size_t>(fact.octets, octets_.size());
            if (size == 0) continue;
            out.push_back({octets_.substr(0, size), fact.section, std::move(because)});
            because.clear();
            octets_.erase(0, size);
        }
    }
    position_ = trace.position();
    if (!octets_.empty()) out.push_back({octets_, no_section, std::move(because)});
    octets_.clear();
    for (const Heard& one : out) {
        // The last line decides what the server waits for.
        std::string_view text = one.octets;
        if (text.ends_with("\r\n")) text.remove_suffix(2);
        const std::size_t line = text.rfind('\n');
        last_reply_ = text.substr(line == std::string_view::npos ? 0 : line + 1);
    }
    return out;
}

}  // namespace postroad::command
