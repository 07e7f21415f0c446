// An IMAP client and our server on one wire, over a store in memory; octets may be cut anywhere.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "tests/support/imap_client_desk.hpp"
#include "tests/support/imap_desk.hpp"

namespace postroad {

struct ImapSession {
    ImapClient client;
    Heap heap;
    Effects fx{heap};
    imap::Server server;
    imap::ServerHost host;
    imap_model::Desk desk;
    std::size_t piece = 0;  // octets; 0: whole
    std::string down;       // from the server, not yet heard
    std::size_t applied = 0;

    explicit ImapSession(imap_model::Store& store) : desk(store) {}
    ImapSession(const ImapSession&) = delete;
    ImapSession& operator=(const ImapSession&) = delete;
    ~ImapSession() {
        release(server, heap);
        CHECK(heap.live_blocks() == 0);
    }

    void serve(Input input) {
        fx.clear();
        Answer answer;
        for (;;) {
            step(server, input, host, fx);
            if (fx.ask.kind == AskKind::none) break;
            const Ask ask = fx.ask;
            fx.ask = {};
            answer = {};
            answer.to = ask.kind;
            desk(server, heap, ask, answer);
            input = {Wake::answer, {}, &answer};
        }
        down += fx.out;
    }
    void open() {
        serve({Wake::opened, {}, nullptr});
        client.opens();
    }
    void somebody_changed_it() { serve({Wake::changed, {}, nullptr}); }
    void goes_up(const std::string& up) {
        const std::size_t size = piece == 0 ? up.size() + 1 : piece;
        for (std::size_t at = 0; at < up.size(); at += size)
            serve({Wake::bytes, std::string_view(up).substr(at, size), nullptr});
    }
    // Until both are silent.
    void pump() {
        while (!down.empty() && !client.closed) {
            const std::string now = std::move(down);
            down.clear();
            std::string up;
            const std::size_t size = piece == 0 ? now.size() + 1 : piece;
            for (std::size_t at = 0; at < now.size(); at += size)
                up += client.hears(std::string_view(now).substr(at, size));
            goes_up(up);
        }
    }
    // `apply` gets every tell; `next` gives jobs until it has none.
    void run(const std::function<void(const Tell&, std::string_view)>& apply,
             const std::function<std::optional<imap::Job>()>& next) {
        open();
        for (int jobs = 0; !client.closed; ++jobs) {
            REQUIRE(jobs < 2000);
            pump();
            for (; applied < client.tells.size(); ++applied) {
                const auto& [what, rest] = client.tells[applied];
                Tell tell;
                tell.kind = TellKind::imap;
                tell.code = static_cast<std::uint16_t>(what);
                tell.index = rest.first;
                apply(tell, rest.second);
            }
            if (client.closed) break;
            REQUIRE(client.wants_job);
            const auto job = next();
            goes_up(job ? client.does(*job) : client.has_no_more_to_do());
        }
    }
};

}  // namespace postroad
