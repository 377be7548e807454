#pragma once

#include "actors/atoms.hpp"

#include <caf/actor_system_config.hpp>

#include <algorithm>
#include <thread>

namespace rollcall {

/// How the actor system runs. Filled in here and nowhere else: no file of the working directory, no command
/// line of CAF's own.
struct actor_settings : caf::actor_system_config {
  actor_settings() {
    // One queue for all workers: with many messages from outside (the feed) it spawns an order of magnitude
    // faster than work stealing, and being first come, first served it makes a link's `consumed` mean
    // something.
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", std::max<std::size_t>(2, std::thread::hardware_concurrency()));
    set("logger.file-verbosity", caf::atom("quiet"));
    set("logger.console-verbosity", caf::atom("quiet"));
  }
};

} // namespace rollcall
