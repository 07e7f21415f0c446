// How the IMAP client writes its commands: words, astrings, and literals that may have to wait.
#include "protocols/imap/client_parts.hpp"

#include "protocols/imap/mailbox_name.hpp"

namespace postroad::imap {
namespace {

constexpr std::uint8_t rev2_enabled = 4;
constexpr std::size_t literal_minus_octets_max = 4096;  // RFC 7888 §5

bool goes_on_at_once(const Client& client, const ClientHost& host, std::size_t octets) {
    if (!host.literals_unasked) return false;
    if (offers(client, Offer::literal_plus)) return true;
    return offers(client, Offer::literal_minus) && octets <= literal_minus_octets_max;
}

bool is_plain(std::string_view text) {
    if (text.empty() || equals_ignoring_case(text, "NIL")) return false;
    for (const char c : text)
        if (!is_alpha(c) && !is_digit(c) && c != '.' && c != '/' && c != '-' && c != '_')
            return false;
    return true;
}

bool can_be_quoted(std::string_view text, bool utf8) {
    if (text.size() > 1000) return false;  // RFC 9051 §4.3 allows more; some servers do not
    for (const char c : text)
        if (c == '\r' || c == '\n' || c == '\0' || (!utf8 && static_cast<unsigned char>(c) > 127))
            return false;
    return true;
}

// One piece; `sent` octets of what it is made of are a message.
void send_piece(const Client& client, std::string_view octets, bool content, Effects& fx) {
    const std::size_t from = fx.out.size();
    fx.out += octets;
    fx.mark(from, content ? Speech::content : Speech::command,
            client_script()[static_cast<unsigned>(client.awaiting)].section);
}

}  // namespace

Command::Command(const Client& client, const ClientHost& host, std::string_view verb)
    : client_(client), host_(host) {
    pieces_.push_back({std::string(verb), false, false});
}

Command& Command::put(std::string_view raw) {
    pieces_.back().octets += raw;
    return *this;
}

Command& Command::word(std::string_view raw) { return put(" ").put(raw); }

Command& Command::number(std::uint64_t value) {
    append_number(pieces_.back().octets, value);
    return *this;
}

Command& Command::text(std::string_view octets) {
    if (is_plain(octets)) return word(octets);
    if (!can_be_quoted(octets, (client_.enabled & rev2_enabled) != 0)) return literal(octets);
    std::string quoted;
    put_quoted(quoted, octets);
    return word(quoted);
}

Command& Command::mailbox(std::string_view utf8) {
    if ((client_.enabled & rev2_enabled) != 0) return text(utf8);
    return text(to_modified_utf7(utf8));
}

Command& Command::literal(std::string_view octets, bool content) {
    return put(" ").put_literal_here(octets, content);
}

Command& Command::put_literal_here(std::string_view octets, bool content) {
    const bool at_once = goes_on_at_once(client_, host_, octets.size());
    put("{").number(octets.size()).put(at_once ? "+}\r\n" : "}\r\n");
    pieces_.push_back({std::string(octets), !at_once, content});
    return *this;
}

void say(Client& client, Turn turn, Command& command, Effects& fx) {
    client.awaiting = turn;
    ++client.tag;
    client.refused = 0;
    std::string tag = "A";
    append_number(tag, client.tag);
    tag.push_back(' ');
    command.put("\r\n");
    bool first = true, waits = false;
    std::string unsent;
    for (const Command::Piece& piece : command.pieces()) {
        waits = waits || piece.waits;
        if (!waits)
            send_piece(client, first ? tag + piece.octets : piece.octets, piece.content, fx);
        else
            put_field(unsent,
                      piece.waits     ? piece.content ? "wait content" : "wait"
                      : piece.content ? "content"
                                      : "",
                      piece.octets);
        first = false;
    }
    fx.heap->assign(client.unsent, unsent);
}

void say(Client& client, Turn turn, std::string_view verb, const ClientHost& host, Effects& fx) {
    Command command(client, host, verb);
    say(client, turn, command, fx);
}

void say_line(Client& client, std::string_view line, Effects& fx) {
    send_piece(client, std::string(line) + "\r\n", false, fx);
}

bool say_rest(Client& client, Effects& fx) {
    const std::string unsent(fx.heap->view(client.unsent));
    Fields fields(unsent);
    std::string_view key, octets;
    if (!fields.next(key, octets)) return false;
    for (;;) {
        send_piece(client, octets, key.ends_with("content"), fx);
        const std::size_t left = fields.octets_left();
        if (!fields.next(key, octets) || key.starts_with("wait")) {
            fx.heap->assign(client.unsent, std::string_view(unsent).substr(unsent.size() - left));
            return true;
        }
    }
}

}  // namespace postroad::imap
