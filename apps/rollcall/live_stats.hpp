#pragma once

#include "apps/rollcall/event_client.hpp"
#include "apps/rollcall/stats.hpp"

#include <boost/json.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>

namespace rollcall::cli {

/// What is known at a moment of the calls that a stream tells.
struct live_figures {
  using moment = std::chrono::steady_clock::time_point;

  std::optional<stats> last; ///< none before the first snapshot is told
  moment heard;              ///< when the server was heard last; before that, when it was first asked
  bool retelling = false;    ///< a snapshot is being told: `last` is of before
  std::string trouble;       ///< why it is not heard; empty while it is
  std::exception_ptr fatal;  ///< it is pointless to go on
};

/// A line that says how old the figures are; empty while they are fresh. Figures that stand still must not
/// look live: silence is told after event_client::late.
std::string staleness(const live_figures& known, live_figures::moment now);

/// Follows a stream on a thread of its own, so that nobody else ever waits for the server. That thread is not
/// joined: it may be within a request. Leave the process by std::_Exit.
class live_stats {
public:
  live_stats(const server& to, boost::json::object filters);

  live_figures now() const;

private:
  struct shared;
  std::shared_ptr<shared> shared_;
};

} // namespace rollcall::cli
