#pragma once

#include "domain/control/limit_watch.hpp"
#include "domain/directory/directory.hpp"

#include <cstdint>
#include <memory>
#include <mutex>

namespace rollcall {

/// How it stands with the limits, as this node's last look has it.
struct limit_board {
  directory_ptr directory; ///< by which it was counted; null: nobody has looked yet, and there are no states
  limit_states states;
  std::uint64_t version = 0; ///< a higher one says more than other numbers of calls
};

using limit_board_ptr = std::shared_ptr<const limit_board>;

/// The newest board: the limit observer publishes it, streams and getLimits read it. Any thread.
class published_limits {
public:
  limit_board_ptr board() const {
    const std::lock_guard lock{mutex_};
    return board_;
  }
  void publish(limit_board_ptr next) {
    const std::lock_guard lock{mutex_};
    board_.swap(next);
  }

private:
  mutable std::mutex mutex_;
  limit_board_ptr board_ = std::make_shared<const limit_board>();
};

} // namespace rollcall
