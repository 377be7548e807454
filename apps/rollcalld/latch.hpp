#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace rollcall {

/// Lets one thread wait for the end of something that ends on another.
class latch {
public:
  void open() {
    const std::lock_guard lock{mutex_};
    open_ = true;
    changed_.notify_all();
  }
  bool wait(std::chrono::milliseconds within) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, within, [&] { return open_; });
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

} // namespace rollcall
