// RPC's two machines against each other, packet by packet, in pieces of any size.
#pragma once

#include <functional>

#include "tests/catch.hpp"
#include "tests/support/rpc_desk.hpp"

namespace rpc_desk {

using namespace postroad;
using namespace postroad::rpc;

// Both ends, and what passed between them.
struct Pair {
    Desk desk;
    Work work;
    std::vector<Syntax> interfaces{epm::interface, mgmt::interface, rpc_desk::echo};
    ServerHost server_host;
    ClientHost client_host;
    Heap heap;
    Effects fx{heap};
    Server server;
    Client client;
    std::string to_server, to_client;  // on their way
    std::string said, heard;           // all of it
    std::vector<std::string> told;
    std::vector<std::string> sections;
    std::size_t piece = 100'000;
    bool server_gone = false, client_gone = false;
    std::function<void(std::string&)> meddle;  // with a client's packets on their way

    Pair() {
        server_host.interfaces = desk.interfaces;
        server_host.secondary_address = "49152";
        client_host.interfaces = interfaces;
    }
    Pair(const Pair&) = delete;
    Pair& operator=(const Pair&) = delete;
    ~Pair() {
        release(server, heap);
        release(client, heap);
        CHECK(heap.live_blocks() == 0);
    }

    void take(std::string& out, std::string& all, bool meddled = false) {
        std::size_t covered = 0;
        for (const Said& one : fx.said) {
            CHECK(one.offset == covered);
            covered = one.offset + one.size;
            sections.push_back(to_string(one.section));
            std::string packet = fx.out.substr(one.offset, one.size);
            CHECK(read_packet(packet).has_value());
            all += packet;
            if (meddled && meddle) meddle(packet);
            out += packet;
        }
        CHECK(covered == fx.out.size());
        for (const Tell& one : fx.tells) {
            const std::string text(fx.text_of(one));
            told.push_back(one.kind == TellKind::rpc_answer     ? "answer " + text
                           : one.kind == TellKind::rpc_fault    ? "fault " + text
                           : one.kind == TellKind::session_done ? "done"
                                                                : "failed: " + text);
        }
    }
    void drive_server(Input input) {
        Answer answer;
        fx.clear();
        for (;;) {
            step(server, input, server_host, fx);
            if (fx.ask.kind == AskKind::none) break;
            fx.keep_ask();
            const Ask ask = fx.ask;
            const std::string kept = std::exchange(fx.ask_text, {});
            Ask mine{ask.kind, std::string_view(kept).substr(0, ask.a.size()),
                     std::string_view(kept).substr(ask.a.size(), ask.b.size()),
                     std::string_view(kept).substr(ask.a.size() + ask.b.size()), ask.number};
            fx.ask = {};
            desk.answer(mine, answer);
            input = {Wake::answer, {}, &answer};
        }
        take(to_client, heard);
        server_gone = server_gone || fx.close;
    }
    void drive_client(Input input) {
        Answer answer;
        fx.clear();
        for (;;) {
            step(client, input, client_host, fx);
            if (fx.ask.kind == AskKind::none) break;
            const Ask ask = std::exchange(fx.ask, {});
            work.answer(client, heap, ask, answer);
            input = {Wake::answer, {}, &answer};
        }
        take(to_server, said, true);
        client_gone = client_gone || fx.close;
    }
    std::vector<std::string> run() {
        drive_server({Wake::opened, {}, nullptr});
        drive_client({Wake::opened, {}, nullptr});
        while (!to_server.empty() || !to_client.empty()) {
            const std::string a = to_server.substr(0, piece), b = to_client.substr(0, piece);
            to_server.erase(0, a.size());
            to_client.erase(0, b.size());
            if (!a.empty()) drive_server({Wake::bytes, a, nullptr});
            if (!b.empty()) drive_client({Wake::bytes, b, nullptr});
        }
        if (server_gone && !client_gone) drive_client({Wake::closed, {}, nullptr});
        return told;
    }
};

inline std::vector<Work::One> echoes() {
    std::string large;
    for (int i = 0; i < 20'000; ++i) large += static_cast<char>('a' + i % 26);
    return {{2, 0, "hello"}, {2, 1, "abc"}, {2, 3, ""}, {2, 0, large}, {2, 4, "much"}, {2, 0, ""}};
}

}  // namespace rpc_desk
