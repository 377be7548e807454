#pragma once

#include "apps/rollcall/stats.hpp"

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace rollcall::cli {

/// What is known at a moment of what a watcher asks for.
struct watched {
  using moment = std::chrono::steady_clock::time_point;

  std::optional<stats> last; ///< the last answer
  moment answered;           ///< when that came
  moment asked;              ///< when the question was asked that is, or was last, under way
  bool waiting = false;      ///< it has no answer yet
  std::string trouble;       ///< why the last question has none; empty after an answer
  std::exception_ptr fatal;  ///< it is pointless to go on
};

/// A line that says how old the figures are; empty while they are fresh. Figures that stand still must not
/// look live: silence is told after `late`.
std::string staleness(const watched& known, watched::moment now);

constexpr std::chrono::milliseconds late{1500};

/// Asks again and again on a thread of its own, so that nobody else ever waits for the server. That thread
/// is not joined: it may be within a request. Leave the process by std::_Exit.
class watcher {
public:
  using question = std::function<stats()>;

  /// `pause` lies between an answer and the next question.
  watcher(question ask, std::chrono::milliseconds pause);

  watched now() const;

private:
  struct shared {
    mutable std::mutex mutex;
    watched known;
  };
  std::shared_ptr<shared> shared_ = std::make_shared<shared>();
};

} // namespace rollcall::cli
