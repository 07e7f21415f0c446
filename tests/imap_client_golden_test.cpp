// Golden dialogues of the IMAP client, one a command or a habit: tests/golden/imap_client/*.txt.
#include <filesystem>
#include <fstream>

#include "tests/dialogue.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/imap_client_desk.hpp"

using namespace postroad;

namespace {

// "S: line" and "S| octets" are what the server says; "J: kind key=value key=\"a b\"" is the job
// that is given; "! timer", "! closed", "! tls" wake it; "@ key value" is a setting. "C: …" what
// the client says and "T: …" what it tells are written by the test.
struct Line {
    char kind = '#';
    std::string text, octets;
};

std::vector<Line> read_lines(const std::string& path) {
    std::vector<Line> out;
    std::ifstream in(path, std::ios::binary);
    REQUIRE(in.good());
    for (std::string text; std::getline(in, text);) {
        const char kind = text.empty() ? '#' : text[0];
        if (kind == 'C' || kind == 'T' || kind == '=') continue;
        const std::string rest = text.size() > 3 ? text.substr(3) : "";
        Line one{kind, text, rest};
        if (kind == 'S') one.octets = text[1] == '|' ? dialogue::unescaped(rest) : rest + "\r\n";
        if (kind == '@' || kind == '!') one.octets = text.substr(2);
        out.push_back(one);
    }
    return out;
}

std::string job_of(std::string_view line) {
    std::string out;
    imap::put_field(out, "job", take_word(line));
    while (!line.empty()) {
        const std::size_t equals = line.find('=');
        REQUIRE(equals != std::string_view::npos);
        const std::string_view key = line.substr(0, equals);
        line.remove_prefix(equals + 1);
        const bool quoted = line.starts_with('"');
        if (quoted) line.remove_prefix(1);
        const std::size_t end = line.find(quoted ? '"' : ' ');
        imap::put_field(out, key, dialogue::unescaped(line.substr(0, end)));
        line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
        line = trimmed(line);
    }
    return out;
}

void set(ImapClient& client, std::string_view line) {
    const std::string_view key = take_word(line);
    imap::ClientHost& host = client.host;
    if (key == "name")
        host.name = line;
    else if (key == "password")
        host.password = dialogue::unescaped(line);
    else if (key == "chunk")
        host.chunk_octets = static_cast<std::uint32_t>(*parse_number(line));
    else if (key == "rev2")
        host.rev2 = true;
    else if (key == "mechanism")
        client.known = sasl::mechanism_named(line);
    else if (key == "tls")
        host.tls = line == "required" ? TlsPolicy::required : TlsPolicy::opportunistic;
    else
        FAIL("no such setting: " << key);
}

void wake(ImapClient& client, std::string_view what) {
    client.wakes(what == "timer" ? Wake::timer : what == "tls" ? Wake::tls_up : Wake::closed);
}

// What was said and told since the last call, as the golden file has it.
std::string news(ImapClient& client, std::size_t& said, std::size_t& told, bool& closed) {
    std::string text;
    std::string_view octets = std::string_view(client.said).substr(said);
    said = client.said.size();
    while (!octets.empty()) {
        const std::size_t end = octets.find("\r\n");
        text += "C: " + std::string(octets.substr(0, end)) + "\n";
        octets.remove_prefix(end == std::string_view::npos ? octets.size() : end + 2);
    }
    for (; told < client.told.size(); ++told) {
        text += "T: ";
        for (const char c : client.told[told])
            text += c == '\r' ? "\\r" : c == '\n' ? "\\n" : std::string(1, c);
        text += '\n';
    }
    if (client.closed && !closed) text += "= closes\n";
    closed = client.closed;
    return text;
}

std::string play(const std::vector<Line>& lines) {
    ImapClient client;
    std::size_t said = 0, told = 0;
    bool closed = false;
    std::string text;
    for (const Line& one : lines)
        if (one.kind == '@') set(client, one.octets);
    client.opens();
    for (const Line& one : lines) {
        text += one.text + "\n";
        if (one.kind == 'S') client.hears(one.octets);
        if (one.kind == 'J') client.does(job_of(one.octets));
        if (one.kind == '!') wake(client, one.octets);
        text += news(client, said, told, closed);
    }
    return text;
}

// What the server says between two words of ours, in pieces of `size` octets (0: whole).
std::string in_pieces(const std::vector<Line>& lines, std::size_t size) {
    ImapClient client;
    std::string part;
    const auto feed = [&] {
        const std::size_t step = size == 0 ? part.size() + 1 : size;
        for (std::size_t at = 0; at < part.size() && !client.closed; at += step)
            client.hears(std::string_view(part).substr(at, step));
        part.clear();
    };
    for (const Line& one : lines)
        if (one.kind == '@') set(client, one.octets);
    client.opens();
    for (const Line& one : lines) {
        if (one.kind == 'S') part += one.octets;
        if (one.kind != 'J' && one.kind != '!') continue;
        feed();
        if (one.kind == 'J')
            client.does(job_of(one.octets));
        else
            wake(client, one.octets);
    }
    feed();
    std::string out = client.said;
    for (const std::string& one : client.told) out += one + "\n";
    return out;
}

}  // namespace

TEST_CASE(
    "the IMAP client's dialogues are as they were judged good, however what it hears is cut") {
    std::vector<std::string> paths;
    for (const auto& one : std::filesystem::directory_iterator("tests/golden/imap_client"))
        if (one.path().filename() != "matrix.txt") paths.push_back(one.path().string());
    CHECK(paths.size() >= 15);
    std::string all;
    for (const std::string& path : paths) {
        INFO(path);
        const std::vector<Line> lines = read_lines(path);
        hold_against(path, play(lines));
        const std::string whole = in_pieces(lines, 0);
        for (const std::size_t size : {std::size_t{7}, std::size_t{1}})
            CHECK(in_pieces(lines, size) == whole);
        for (const Line& one : lines)
            if (one.kind == 'J') all += one.octets.substr(0, one.octets.find(' ')) + "\n";
    }
    for (int kind = 0; kind <= static_cast<int>(imap::JobKind::logout); ++kind) {
        const std::string name(name_of(static_cast<imap::JobKind>(kind)));
        INFO("a dialogue for each job: " << name);
        CHECK(("\n" + all).find("\n" + name + "\n") != std::string::npos);
    }
}

namespace {

// A job of each kind with all that it needs.
imap::Job some_job(imap::JobKind kind) {
    imap::Job job;
    job.kind = kind;
    job.mailbox = "Box";
    job.to = "Other";
    job.uids = "1:2";
    job.section = "1";
    job.flags = "\\Seen";
    job.content = "x";
    job.program = "ALL";
    job.resync = true;
    return job;
}

void select_box(ImapClient& client) {
    client.logs_in("IDLE MOVE UIDPLUS UNSELECT");
    imap::Job open = some_job(imap::JobKind::select);
    open.resync = false;
    client.does(open);
    client.hears("* 2 EXISTS\r\n" + client.tag() + "OK open\r\n");
    client.told.clear();
}

// Every command of the job is answered alike. What it came to, and whether there is a next job.
std::string outcome(imap::JobKind kind, const std::string& reply) {
    ImapClient client;
    select_box(client);
    client.does(some_job(kind));
    for (int commands = 0; commands < 5 && !client.wants_job && !client.closed; ++commands) {
        if (reply == "closed")
            client.wakes(Wake::closed);
        else if (reply == "timer")
            client.wakes(Wake::timer);
        else if (reply.starts_with('*') || reply.starts_with('+'))
            client.hears(reply + "\r\n");
        else
            client.hears(client.tag() + reply + "\r\n");
    }
    std::string out = client.told.empty() ? "nothing" : client.told.back();
    return out + (client.closed ? "; ended" : client.wants_job ? "; next job" : "; waits");
}

}  // namespace

TEST_CASE("what an IMAP client makes of each reply to each job is as it was judged good") {
    std::string text = "# each job, each reply to all its commands: what is told last, and then\n";
    for (int i = 0; i <= static_cast<int>(imap::JobKind::logout); ++i) {
        const auto kind = static_cast<imap::JobKind>(i);
        for (const char* reply : {"OK", "NO [LIMIT] no", "BAD what?", "* BYE", "+ go on", "PREAUTH",
                                  "* 1 FETCH (FLAGS ())", "closed", "timer"})
            text +=
                std::string(name_of(kind)) + " <- " + reply + ": " + outcome(kind, reply) + "\n";
    }
    hold_against("tests/golden/imap_client/matrix.txt", text);
}
