#pragma once

#include "domain/calls/leg_graph.hpp"
#include "transport/switches/asterisk/limits.hpp"
#include "transport/switches/asterisk/metrics.hpp"
#include "transport/switches/asterisk/settings.hpp"
#include "transport/switches/common/switch_clock.hpp"
#include "transport/switches/common/switch_notes.hpp"

#include <memory>
#include <string>
#include <utility>

namespace rollcall::asterisk {

/// What is known of one configured Asterisk from one connection to the next: above all its legs, so that a
/// call keeps its id, account and times while the connection is away. One strand, apart from what is for any
/// thread by itself.
struct memory {
  memory(settings configured, const limits& what_may_be, std::shared_ptr<metrics> counting,
         std::shared_ptr<switch_notes::sheet> noted)
      : to(std::move(configured)),
        bounds(what_may_be),
        counters(std::move(counting)),
        notes(std::move(noted)) {}

  const settings to;
  const limits bounds;
  const std::shared_ptr<metrics> counters;
  const std::shared_ptr<switch_notes::sheet> notes;
  std::unique_ptr<leg_graph> graph = std::make_unique<leg_graph>();
  switches::switch_clock clock{};
  std::string run; ///< of Asterisk, of which the legs are; empty: not known

  /// A connection to this run begins. Legs of another one, maybe of another host, are none of it, whatever
  /// their ids. `now_runs` is empty when it is not known.
  void begin(const std::string& now_runs) {
    if (!run.empty() && !now_runs.empty() && run != now_runs) {
      graph = std::make_unique<leg_graph>();
      clock = {};
    }
    if (!now_runs.empty())
      run = now_runs;
  }
};

} // namespace rollcall::asterisk
