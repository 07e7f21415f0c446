// Drives a protocol machine with what a fuzzer made up: octets in pieces, time-outs, late answers.
// What must hold whatever comes: every octet said has a meaning, bounded memory, nothing kept.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "protocols/base/machine.hpp"

namespace fuzz {

// Reads the fuzzer's octets as choices and pieces.
class Choices {
  public:
    Choices(const std::uint8_t* data, std::size_t size)
        : rest_(reinterpret_cast<const char*>(data), size) {}
    bool done() const { return rest_.empty(); }
    std::uint8_t octet() {
        if (rest_.empty()) return 0;
        const auto out = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return out;
    }
    std::string_view piece(std::size_t size) {
        const std::string_view out = rest_.substr(0, size);
        rest_.remove_prefix(out.size());
        return out;
    }

  private:
    std::string_view rest_;
};

inline void insist(bool holds) {
    if (!holds) std::abort();
}

// `Answerer(machine, heap, ask, answer)` plays the desk; its texts must outlive the call.
template <class Machine, class Host, class Answerer>
class Driver {
  public:
    Driver(const Host& host, Answerer& answerer) : host_(host), answerer_(answerer) {}
    Driver(const Driver&) = delete;
    Driver& operator=(const Driver&) = delete;
    ~Driver() {
        release(machine_, heap_);
        insist(heap_.live_blocks() == 0);
    }

    bool over() const { return over_; }
    const std::string& said() const { return said_; }

    void drive(postroad::Wake what, std::string_view octets = {}) {
        if (over_) return;
        postroad::Input input{what, octets, nullptr};
        postroad::Answer answer;
        fx_.clear();
        for (int asks = 0; asks < 100'000; ++asks) {
            step(machine_, input, host_, fx_);
            if (fx_.ask.kind == postroad::AskKind::none) break;
            if (late) {
                fx_.keep_ask();
                kept_ = fx_.ask;
                kept_text_ = fx_.ask_text;
                waiting_ = true;
                break;
            }
            reply_to(fx_.ask, answer);
            input = {postroad::Wake::answer, {}, &answer};
        }
        take();
    }
    // What was asked and not answered is answered now.
    void answer_late() {
        if (!waiting_ || over_) return;
        waiting_ = false;
        postroad::Answer answer;
        std::string_view all = kept_text_;
        postroad::Ask ask = kept_;
        ask.a = all.substr(0, ask.a.size());
        ask.b = all.substr(ask.a.size(), ask.b.size());
        ask.c = all.substr(ask.a.size() + ask.b.size());
        reply_to(ask, answer);
        fx_.clear();
        const bool was_late = late;
        late = false;
        postroad::Input input{postroad::Wake::answer, {}, &answer};
        postroad::Answer next;
        for (int asks = 0; asks < 100'000; ++asks) {
            step(machine_, input, host_, fx_);
            if (fx_.ask.kind == postroad::AskKind::none) break;
            reply_to(fx_.ask, next);
            answer = next;
            input = {postroad::Wake::answer, {}, &answer};
        }
        late = was_late;
        take();
    }

    bool late = false;

  private:
    void reply_to(postroad::Ask ask, postroad::Answer& out) {
        fx_.ask = {};
        out = {};
        out.to = ask.kind;
        answerer_(machine_, heap_, ask, out);
    }
    void take() {
        std::size_t covered = 0;
        for (const postroad::Said& one : fx_.said) {
            insist(one.offset == covered && one.section.known());
            covered = one.offset + one.size;
        }
        insist(covered == fx_.out.size());
        insist(heap_.live_octets() < (std::uint64_t{8} << 20));
        said_ += fx_.out;
        over_ = fx_.close || fx_.abort;
    }

    postroad::Heap heap_;
    postroad::Effects fx_{heap_};
    Machine machine_;
    const Host& host_;
    Answerer& answerer_;
    std::string said_;
    bool over_ = false;
    bool waiting_ = false;
    postroad::Ask kept_;
    std::string kept_text_;
};

// The whole game: an octet says what comes next; most values are the size of a piece.
template <class Driver>
void play(Driver& driver, Choices choices) {
    driver.drive(postroad::Wake::opened);
    while (!choices.done() && !driver.over()) {
        const std::uint8_t what = choices.octet();
        if (what == 255) driver.drive(postroad::Wake::timer);
        else if (what == 254) driver.drive(postroad::Wake::closed);
        else if (what == 253) driver.late = !driver.late;
        else if (what == 252) driver.answer_late();
        else driver.drive(postroad::Wake::bytes, choices.piece(what + 1U));
    }
    driver.answer_late();
    driver.drive(postroad::Wake::closed);
}

// However the same octets are cut, the machine says the same.
template <class MakeDriver>
void cut(const MakeDriver& make, std::string_view octets) {
    std::string whole;
    for (const std::size_t size : {octets.size() + 1, std::size_t{7}, std::size_t{1}}) {
        auto driver = make();
        driver->drive(postroad::Wake::opened);
        for (std::size_t at = 0; at < octets.size() && !driver->over(); at += size)
            driver->drive(postroad::Wake::bytes, octets.substr(at, size));
        if (size > octets.size()) whole = driver->said();
        else insist(driver->said() == whole);
    }
}

}  // namespace fuzz
