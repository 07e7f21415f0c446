// A client of RPC outside a world, with a connection into it: our own client's machine, whose octets
// come and go as a journal's entries do.
#pragma once

#include "tests/mail_world.hpp"
#include "tests/support/rpc_desk.hpp"

namespace postroad::sim {

class RpcCaller {
  public:
    RpcCaller(MailWorld& world, std::string_view from, std::uint32_t number)
        : world_(world), from_(world.host(from)), number_(number) {
        world.run().on_outside = [this](std::uint32_t subject, OutsideNews news,
                                        std::string_view octets) {
            if (subject != number_) return;
            if (news == OutsideNews::opened) opened_ = true;
            if (news == OutsideNews::octets) heard_ += octets;
            if (news == OutsideNews::finished || news == OutsideNews::broken) closed_ = true;
        };
    }
    RpcCaller(const RpcCaller&) = delete;
    RpcCaller& operator=(const RpcCaller&) = delete;
    ~RpcCaller() {
        world_.run().on_outside = nullptr;
        rpc::release(client_, heap_);
    }

    rpc_desk::Work work;
    rpc::ClientHost host;
    std::vector<rpc::Syntax> interfaces;
    std::vector<std::string> answers;      // stubs
    std::vector<std::string> failures;     // faults and broken sessions, in words

    // Connects, makes all the calls of `work`, and closes.
    void run(std::string_view where) {
        host.interfaces = interfaces;
        world_.simulation.enter(Entry::connect, from_, number_, std::string(where));
        for (int i = 0; i < 100 && !done_; ++i) {
            world_.run_for(100 * millisecond);
            if (opened_ && !began_) {
                began_ = true;
                step({Wake::opened, {}, nullptr});
            }
            if (const std::string fresh = std::exchange(heard_, {}); !fresh.empty())
                step({Wake::bytes, fresh, nullptr});
            if (closed_) {
                if (began_ && !done_) step({Wake::closed, {}, nullptr});
                return;
            }
        }
        world_.simulation.enter(Entry::hang_up, from_, number_, {});
        world_.run_for(second);
    }
    std::uint32_t group() const { return client_.group; }
    bool bound(std::size_t index) const { return bound_.at(index); }

  private:
    void step(Input input) {
        Effects fx(heap_);
        Answer answer;
        for (;;) {
            rpc::step(client_, input, host, fx);
            if (fx.ask.kind == AskKind::none) break;
            fx.keep_ask();
            const Ask ask = fx.ask;
            const std::string kept = std::exchange(fx.ask_text, {});
            const Ask mine{ask.kind, std::string_view(kept).substr(0, ask.a.size()),
                           std::string_view(kept).substr(ask.a.size(), ask.b.size()), {}, ask.number};
            fx.ask = {};
            work.answer(client_, heap_, mine, answer);
            input = {Wake::answer, {}, &answer};
        }
        for (std::size_t i = bound_.size(); i < interfaces.size(); ++i)
            if (const auto verdict = rpc::verdict_on(client_, i, heap_))
                bound_.push_back(verdict->verdict == rpc::Verdict::acceptance);
        if (!fx.out.empty()) world_.simulation.enter(Entry::say, from_, number_, fx.out);
        for (const Tell& one : fx.tells) {
            const std::string text(fx.text_of(one));
            if (one.kind == TellKind::rpc_answer) answers.push_back(text);
            else if (one.kind != TellKind::session_done) failures.push_back(text);
        }
        done_ = done_ || fx.close;
    }

    MailWorld& world_;
    NodeId from_;
    std::uint32_t number_;
    Heap heap_;
    rpc::Client client_;
    std::string heard_;
    std::vector<bool> bound_;              // what the server made of each interface
    bool opened_ = false, began_ = false, closed_ = false, done_ = false;
};

}  // namespace postroad::sim
