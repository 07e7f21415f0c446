// Something that takes long, worked out on a thread of its own. Whoever wants it looks in now and
// then; nobody waits who does not want to.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace postroad::viz {

template <class T>
class Later {
  public:
    // What `work` gets becomes true when nobody wants its answer any more.
    using Work = std::function<T(const std::atomic<bool>& unwanted)>;

    Later() = default;
    Later(const Later&) = delete;
    Later& operator=(const Later&) = delete;
    ~Later() { drop(); }

    // Not while busy().
    void begin(Work work) {
        busy_ = true;
        unwanted_ = false;
        thread_ = std::thread([this, work = std::move(work)] {
            std::optional<T> answer(work(unwanted_));
            const std::lock_guard lock(mutex_);
            answer_ = std::move(answer);
            there_.notify_all();
        });
    }
    // Begun, and its answer not taken yet.
    bool busy() const { return busy_; }
    // True when the answer is there.
    bool wait(std::chrono::milliseconds most) {
        std::unique_lock lock(mutex_);
        return there_.wait_for(lock, most, [this] { return answer_.has_value(); });
    }
    void wait() {
        std::unique_lock lock(mutex_);
        there_.wait(lock, [this] { return answer_.has_value(); });
    }
    // The answer, once; none while it is not there.
    std::optional<T> take() {
        if (!busy_) return std::nullopt;
        {
            const std::lock_guard lock(mutex_);
            if (!answer_) return std::nullopt;
        }
        thread_.join();
        busy_ = false;
        return std::exchange(answer_, std::nullopt);
    }
    // Nobody wants it any more; returns when its thread has seen that.
    void drop() {
        unwanted_ = true;
        if (thread_.joinable()) thread_.join();
        answer_.reset();
        busy_ = false;
    }

  private:
    std::thread thread_;
    std::mutex mutex_;
    std::condition_variable there_;
    std::optional<T> answer_;
    std::atomic<bool> unwanted_{false};
    bool busy_ = false;  // the owner's own
};

}  // namespace postroad::viz
