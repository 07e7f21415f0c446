// Reads packet by packet, as a cheap filter does: what is cut between two packets it does not see.
#include "sim/net/attacker_read.hpp"

#include <optional>

#include "protocols/base/ascii.hpp"
#include "protocols/message/base64.hpp"
#include "protocols/sasl/overhear.hpp"

namespace postroad::sim::attacker {
namespace {

std::optional<std::string_view> take_line(std::string_view& text) {
    const std::size_t end = text.find("\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 2);
    return line;
}

class Reader {
  public:
    Reader(Run& run, const LinkSetup& link, NodeId node, Id conversation)
        : run_(run), link_(link), node_(node), conversation_(conversation) {}

    void read(std::string_view text) {
        const std::size_t octets = text.size();
        bool header = false;
        while (const auto line = take_line(text)) {
            command(*line);
            header = header || starts_ignoring_case(*line, "From: ");
        }
        if (header) learn(Reason::attacker_read_message, std::uint64_t{octets});
    }

  private:
    template <class... Words>
    void learn(Reason reason, const Words&... words) {
        run_.decide(node_, conversation_, reason, link_.name, words...);
    }

    void command(std::string_view line) {
        if (log_in(line) || imap_log_in(line)) return;
        if (starts_ignoring_case(line, "PASS ")) {
            learn(Reason::attacker_read_password, "whoever USER named");
        } else if (starts_ignoring_case(line, "APOP ")) {
            std::string_view rest = line.substr(5);
            learn(Reason::attacker_read_pair, take_word(rest), "APOP");
        } else if (starts_ignoring_case(line, "MAIL FROM:") ||
                   starts_ignoring_case(line, "RCPT TO:")) {
            learn(Reason::attacker_read_envelope, line);
        }
    }

    // "A1 LOGIN user password" (RFC 3501 §6.2.3), and the same AUTH with a tag and another verb.
    bool imap_log_in(std::string_view line) {
        std::string_view rest = line;
        take_word(rest);
        if (starts_ignoring_case(rest, "LOGIN ")) {
            rest.remove_prefix(6);
            std::string_view user = take_word(rest);
            if (user.size() > 1 && user.front() == '"') user = user.substr(1, user.size() - 2);
            learn(Reason::attacker_read_password, user);
            return true;
        }
        constexpr std::string_view verb = "AUTHENTICATE ";
        return starts_ignoring_case(rest, verb) &&
               log_in("AUTH " + std::string(rest.substr(verb.size())));
    }

    // A log-in by SASL has lines in both directions. True: this was one of them.
    bool log_in(std::string_view line) {
        if (starts_ignoring_case(line, "AUTH ")) {
            forget();
            std::string_view rest = line.substr(5);
            const sasl::Mechanism mechanism = sasl::mechanism_named(take_word(rest));
            if (mechanism == sasl::Mechanism::none) return false;
            sasl::Memory memory;
            memory.mechanism = mechanism;
            if (!rest.empty()) response(memory, rest);
            else remember(memory);
            return true;
        }
        const std::uint32_t id = find();
        if (id == Index::none) return false;
        if (line.starts_with("334") || line.starts_with("+ ")) return true;  // a challenge
        sasl::Memory memory =
            sasl::recall(run_.world.attackers.overheard[id].exchange, run_.world.heap);
        response(memory, line);
        return true;
    }

    // What a client has said; once its worth is known, the rest of the exchange is of none.
    void response(sasl::Memory& memory, std::string_view coded) {
        forget();
        const auto octets = message::base64_decode(coded);
        if (!octets) return;
        const sasl::Secret found = sasl::overhear(memory, *octets);
        switch (found.what) {
            case sasl::Reveals::nothing: return remember(memory);
            case sasl::Reveals::password: return learn(Reason::attacker_read_password, found.user);
            case sasl::Reveals::token: return learn(Reason::attacker_read_token, found.user);
            case sasl::Reveals::guessable:
                return learn(Reason::attacker_read_pair, found.user,
                             sasl::name_of(memory.mechanism));
        }
    }

    std::uint32_t find() const {
        const AttackerTables& mine = run_.world.attackers;
        return mine.by_conversation.find(mix64(conversation_), [&](std::uint32_t id) {
            return mine.overheard[id].conversation == conversation_;
        });
    }
    void remember(const sasl::Memory& memory) {
        AttackerTables& mine = run_.world.attackers;
        const std::uint32_t id = mine.overheard.add();
        Overheard& one = mine.overheard.edit(id);
        one.conversation = conversation_;
        sasl::remember(one.exchange, memory, run_.world.heap);
        mine.by_conversation.insert(mix64(conversation_), id);
    }
    void forget() {
        const std::uint32_t id = find();
        if (id == Index::none) return;
        AttackerTables& mine = run_.world.attackers;
        sasl::forget(mine.overheard.edit(id).exchange, run_.world.heap);
        mine.overheard.remove(id);
        mine.by_conversation.erase(mix64(conversation_), id);
    }

    Run& run_;
    const LinkSetup& link_;
    NodeId node_;
    Id conversation_;
};

}  // namespace

void read_along(Run& run, const LinkSetup& link, NodeId node, Id conversation,
                std::string_view words) {
    Reader(run, link, node, conversation).read(words);
}

}  // namespace postroad::sim::attacker
