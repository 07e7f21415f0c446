// Golden dialogues: a script of "C: …" and "S: …" lines held against a server's machine, fed line
// by line, whole, in 7-octet and in 1-octet pieces, and with answers that come late.
#pragma once

#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/base/ascii.hpp"
#include "protocols/base/machine.hpp"
#include "tests/catch.hpp"
#include "tests/support/golden.hpp"

namespace dialogue {

// "C: line" and "S: line" end with CRLF; "C| octets" has \r \n \0 \xNN \\ written out and no end;
// "@ key value" is a setting; "= closes" stands where the server has closed; "#" is a comment.
struct Line {
    char kind = '#';
    std::string text;   // as written
    std::string octets; // of C and S
};

inline std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            out += text[i];
            continue;
        }
        const char c = text[++i];
        if (c == 'r') out += '\r';
        else if (c == 'n') out += '\n';
        else if (c == '0') out += '\0';
        else if (c == 'x' && i + 2 < text.size()) {
            out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
            i += 2;
        } else out += c;
    }
    return out;
}

struct Script {
    std::string path;
    std::vector<Line> lines;
    std::map<std::string, std::string> settings;

    std::string all_of(char kind) const {
        std::string out;
        for (const Line& one : lines)
            if (one.kind == kind) out += one.octets;
        return out;
    }
};

inline Script read_script(const std::string& path) {
    Script script;
    script.path = path;
    std::ifstream in(path, std::ios::binary);
    REQUIRE(in.good());
    for (std::string text; std::getline(in, text);) {
        Line one{text.empty() ? '#' : text[0], text, {}};
        const std::string_view rest = text.size() > 3 ? std::string_view(text).substr(3)
                                                      : std::string_view{};
        if (one.kind == 'C' || one.kind == 'S')
            one.octets = text[1] == '|' ? unescaped(rest) : std::string(rest) + "\r\n";
        if (one.kind == '@') {
            std::istringstream words(text.substr(1));
            std::string key, value;
            words >> key >> value;
            script.settings[key] = value;
        }
        script.lines.push_back(one);
    }
    return script;
}

// An Ask whose texts are kept, so that it can be answered later.
struct KeptAsk {
    postroad::AskKind kind = postroad::AskKind::none;
    std::string a, b, c;
    std::uint64_t number = 0;
};

// What the desk of a test says. Its texts must outlive the call.
template <class Machine>
using Desk = std::function<void(Machine&, postroad::Heap&, const KeptAsk&, postroad::Answer&)>;

// A server's machine and its world of one heap.
template <class Machine, class Host>
struct Talk {
    postroad::Heap heap;
    postroad::Effects fx{heap};
    Machine machine;
    Host host;
    Desk<Machine> desk;
    bool answers_late = false;
    KeptAsk open;
    std::string out;                    // everything said so far
    std::vector<std::pair<std::uint16_t, std::string>> replies;  // code and line
    bool closed = false, aborted = false;
    bool upgrades = false;  // TLS begins; here it is up as soon as it was asked for

    Talk(Host the_host, Desk<Machine> the_desk)
        : host(std::move(the_host)), desk(std::move(the_desk)) {}
    Talk(const Talk&) = delete;
    Talk& operator=(const Talk&) = delete;
    ~Talk() {
        release(machine, heap);
        CHECK(heap.live_blocks() == 0);  // nothing is kept for a session that is over
    }

    void drive(postroad::Input input) {
        postroad::Answer answer;
        KeptAsk asked;
        fx.clear();
        for (;;) {
            step(machine, input, host, fx);
            if (fx.ask.kind == postroad::AskKind::none) return take();
            asked = {fx.ask.kind, std::string(fx.ask.a), std::string(fx.ask.b),
                     std::string(fx.ask.c), fx.ask.number};
            fx.ask = {};
            if (answers_late) {
                open = asked;
                return take();
            }
            answer = {};
            answer.to = asked.kind;
            desk(machine, heap, asked, answer);
            input = {postroad::Wake::answer, {}, &answer};
        }
    }
    void opened() { drive({postroad::Wake::opened, {}, nullptr}); }
    std::string feed(std::string_view octets) {
        const std::size_t from = out.size();
        drive({postroad::Wake::bytes, octets, nullptr});
        if (std::exchange(upgrades, false)) drive({postroad::Wake::tls_up, {}, nullptr});
        return out.substr(from);
    }
    std::string wake(postroad::Wake what) {
        const std::size_t from = out.size();
        drive({what, {}, nullptr});
        return out.substr(from);
    }
    // Answers what is open, and what that leads to.
    void catch_up() {
        while (open.kind != postroad::AskKind::none) {
            const KeptAsk asked = open;
            open = {};
            postroad::Answer answer;
            answer.to = asked.kind;
            desk(machine, heap, asked, answer);
            drive({postroad::Wake::answer, {}, &answer});
            if (std::exchange(upgrades, false)) drive({postroad::Wake::tls_up, {}, nullptr});
        }
    }

  private:
    void take() {
        std::size_t covered = 0;
        for (const postroad::Said& one : fx.said) {
            CHECK(one.offset == covered);  // every octet said has its meaning, and one alone
            covered = one.offset + one.size;
            CHECK(one.section.known());
            if (one.speech == postroad::Speech::reply)
                replies.emplace_back(one.code, fx.out.substr(one.offset, one.size));
        }
        CHECK(covered == fx.out.size());
        if (closed) CHECK(fx.out.empty());
        out += fx.out;
        closed = closed || fx.close;
        aborted = aborted || fx.abort;
        upgrades = upgrades || fx.start_tls;
    }
};

// Each verb with the codes it was answered with, over all dialogues of a protocol.
using Seen = std::map<std::string, std::set<int>>;

inline std::string lines_of(std::string_view octets) {
    std::string text;
    while (!octets.empty()) {
        const std::size_t end = octets.find("\r\n");
        text += "S: ";
        text += octets.substr(0, end);
        text += '\n';
        octets.remove_prefix(end == std::string_view::npos ? octets.size() : end + 2);
    }
    return text;
}

// Runs a script line by line; gives it back with the server's true words in their places, as the
// golden file should be. `verb_of`: whose reply it is that comes after a line.
template <class Machine, class Host>
std::string play(Talk<Machine, Host>& talk, const Script& script,
                 const std::function<std::string(const Machine&, std::string_view)>& verb_of,
                 Seen& seen) {
    std::string text;
    std::string waiting;
    bool close_shown = false;
    bool begun = false;  // a comment after the client's first line goes behind the reply to it
    const auto flush = [&] {
        text += lines_of(waiting);
        waiting.clear();
        if (talk.closed && !close_shown) text += "= closes\n";
        close_shown = talk.closed;
    };
    talk.opened();
    waiting = talk.out;
    for (const Line& one : script.lines) {
        if (one.kind == 'S' || one.kind == '=') {
            flush();
            continue;
        }
        if (one.kind == '#' && begun) flush();
        if (one.kind == 'C') {
            begun = true;
            flush();
            const std::string verb = verb_of(talk.machine, one.octets);
            const std::size_t before = talk.replies.size();
            waiting = talk.feed(one.octets);
            for (std::size_t i = before; i < talk.replies.size(); ++i)
                seen[verb].insert(talk.replies[i].first);
        }
        text += one.text + '\n';
    }
    flush();
    return text;
}

// Fed in pieces of `size` octets (0: whole), the server says the same. Behind the command for TLS a
// client waits (RFC 3207 §4): a piece ends there.
template <class Machine, class Host>
std::string transcript(Talk<Machine, Host>& talk, const Script& script, std::size_t size) {
    talk.opened();
    if (talk.answers_late) talk.catch_up();
    std::string part;
    const auto feed_part = [&] {
        const std::size_t step = size == 0 ? part.size() + 1 : size;
        for (std::size_t at = 0; at < part.size() && !talk.closed; at += step)
            talk.feed(std::string_view(part).substr(at, step));
        talk.catch_up();
        part.clear();
    };
    for (const Line& one : script.lines) {
        if (one.kind != 'C') continue;
        part += one.octets;
        if (one.octets.ends_with("STARTTLS\r\n") || one.octets == "STLS\r\n") feed_part();
    }
    feed_part();
    return talk.out;
}

}  // namespace dialogue
