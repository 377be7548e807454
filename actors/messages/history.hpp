#pragma once

#include "actors/messages/coverage.hpp"
#include "domain/history/history_points.hpp"
#include "domain/history/packed_minute.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

namespace rollcall {

/// getCallHistory. From the API to the frontend, and on to the history reader.
struct history_request {
  history_subject whose;
  history_range range;
  /// From then on nobody waits for the answer; none: somebody always does.
  std::optional<std::chrono::steady_clock::time_point> until = {};
};

/// The history reader's answer to the API.
struct history_answer {
  std::vector<history_point> points;
  coverage covers = {}; ///< of nothing: each point says itself whether it is complete
};

/// A minute that this node has counted. From the sampler to the writer.
using packed_minute_ptr = std::shared_ptr<const packed_minute>;

} // namespace rollcall
