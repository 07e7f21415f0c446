// An IMAP client for tests: it logs in by what it knows, keeps what is asked open until the test
// gives a job, and writes down what it says and tells.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocols/imap/client.hpp"
#include "tests/catch.hpp"
#include "tests/support/sasl_desk.hpp"

namespace postroad {

struct ImapClient {
    Heap heap;
    Effects fx{heap};
    imap::Client machine;
    imap::ClientHost host;
    sasl::Mechanism known = sasl::Mechanism::plain;
    bool wants_job = false;  // next_job is open
    bool idles = false;      // and that in IDLE
    bool closed = false, aborted = false, upgrades = false;
    std::uint64_t wait_ns = 0;
    std::string said;               // all of it
    std::vector<std::string> told;  // "exists 3", "flags 7 flags=(\Seen)"
    std::vector<std::pair<imap::Told, std::pair<std::uint32_t, std::string>>> tells;

    ImapClient() {
        host.user = "alice";
        host.password = "secret-alice";
    }
    ImapClient(const ImapClient&) = delete;
    ImapClient& operator=(const ImapClient&) = delete;
    ~ImapClient() {
        release(machine, heap);
        CHECK(heap.live_blocks() == 0);
    }

    // Gives what was said in this step.
    std::string drive(Input input) {
        fx.clear();
        Answer answer;
        std::string response;
        for (;;) {
            step(machine, input, host, fx);
            if (fx.ask.kind == AskKind::none) break;
            if (fx.ask.kind == AskKind::next_job) {
                wants_job = true;
                idles = fx.ask.b == "IDLE";
                break;
            }
            answer = respond_by_sasl(machine, host, known, fx.ask, heap, response);
            fx.ask = {};
            input = {Wake::answer, {}, &answer};
        }
        fx.ask = {};
        take();
        return fx.out;
    }
    std::string opens() { return drive({Wake::opened, {}, nullptr}); }
    std::string hears(std::string_view octets) { return drive({Wake::bytes, octets, nullptr}); }
    std::string wakes(Wake what) { return drive({what, {}, nullptr}); }
    std::string does(const imap::Job& job) { return does(write(job)); }
    std::string does(const std::string& job) {
        REQUIRE(wants_job);
        wants_job = false;
        Answer answer;
        answer.to = AskKind::next_job;
        answer.text = job;
        return drive({Wake::answer, {}, &answer});
    }
    std::string has_no_more_to_do() {
        REQUIRE(wants_job);
        wants_job = false;
        Answer answer;
        answer.to = AskKind::next_job;
        answer.ok = false;
        return drive({Wake::answer, {}, &answer});
    }
    // From the greeting to the first job.
    void logs_in(std::string_view capabilities) {
        opens();
        hears("* PREAUTH [CAPABILITY IMAP4rev1 " + std::string(capabilities) + "] hello\r\n");
        if (machine.awaiting == imap::Turn::enable)
            hears("* ENABLED QRESYNC CONDSTORE\r\nA1 OK enabled\r\n");
        REQUIRE(wants_job);
        told.clear();
        tells.clear();
    }
    // "A5 " of the command under way.
    std::string tag() const { return "A" + std::to_string(machine.tag) + " "; }

private:
    void take() {
        std::size_t covered = 0;
        for (const Said& one : fx.said) {
            CHECK(one.offset == covered);
            covered = one.offset + one.size;
            CHECK(one.section.known());
        }
        CHECK(covered == fx.out.size());
        said += fx.out;
        closed = closed || fx.close || fx.abort;
        aborted = aborted || fx.abort;
        upgrades = fx.start_tls;
        if (fx.wait_ns != 0) wait_ns = fx.wait_ns;
        for (const Tell& one : fx.tells) write_down(one, std::string(fx.text_of(one)));
    }
    void write_down(const Tell& one, const std::string& text) {
        switch (one.kind) {
        case TellKind::session_failed: told.push_back("session failed: " + text); return;
        case TellKind::session_done: told.push_back("session done: " + text); return;
        case TellKind::login_failed: told.push_back("login failed: " + text); return;
        case TellKind::secret_in_clear: told.push_back("in clear: " + text); return;
        default: break;
        }
        REQUIRE(one.kind == TellKind::imap);
        const auto what = static_cast<imap::Told>(one.code);
        tells.push_back({what, {one.index, text}});
        std::string line(name_of(what));
        const bool ended = what == imap::Told::job_done || what == imap::Told::job_failed;
        if (ended)
            line += " " + std::string(name_of(static_cast<imap::JobKind>(one.index)));
        else if (one.index != 0)
            line += " " + std::to_string(one.index);
        told.push_back(line + readable(text));
    }
    // Fields as "key=value", other texts as they are.
    static std::string readable(const std::string& text) {
        if (text.empty()) return {};
        imap::Fields fields(text);
        std::string_view key, value;
        std::string out;
        while (fields.next(key, value)) out += " " + std::string(key) + "=" + std::string(value);
        return fields.whole() ? out : " " + text;
    }
};

// Jobs in one line.
inline imap::Job job(imap::JobKind kind) {
    imap::Job out;
    out.kind = kind;
    return out;
}
inline imap::Job on_mailbox(imap::JobKind kind, const std::string& name) {
    imap::Job out = job(kind);
    out.mailbox = name;
    return out;
}
inline imap::Job on_uids(imap::JobKind kind, const std::string& uids) {
    imap::Job out = job(kind);
    out.uids = uids;
    return out;
}

// Without the tag.
inline std::string words(const std::string& said) { return said.substr(said.find(' ') + 1); }

// A mailbox with messages 1 to n, whose UIDs are 10 times the number.
inline void open_mailbox(ImapClient& client, int messages) {
    CHECK(
        words(client.does(on_mailbox(imap::JobKind::select, "INBOX"))).starts_with("SELECT INBOX"));
    std::string said = "* " + std::to_string(messages) +
                       " EXISTS\r\n* OK [UIDVALIDITY 7] .\r\n* OK [UIDNEXT 1000] .\r\n";
    for (int i = 1; i <= messages; ++i)
        said +=
            "* " + std::to_string(i) + " FETCH (UID " + std::to_string(10 * i) + " FLAGS ())\r\n";
    client.hears(said + client.tag() + "OK [READ-WRITE] open\r\n");
    REQUIRE(client.wants_job);
    client.told.clear();
    client.tells.clear();
}

}  // namespace postroad
