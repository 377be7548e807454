#pragma once

#include "actors/atoms.hpp"
#include "actors/errors.hpp"
#include "actors/runtime/scheduler.hpp"
#include "actors/wire.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace rollcall {

/// How the actor system runs. Filled in here and nowhere else: no file of the working directory, no command
/// line of CAF's own.
struct actor_settings : caf::actor_system_config {
  /// `cluster`: other nodes are to be reached.
  actor_settings(bool cluster, scheduler::alarm wake, std::size_t threads) {
    add_message_types<caf::id_block::rollcall>().add_message_types<caf::id_block::rollcall_wire>();
    add_error_category(caf::atom("rollcall"), [](std::uint8_t code, caf::atom_value, const caf::message&) {
      return to_string(static_cast<ec>(code));
    });
    if (cluster) {
      // Signs of life, connections and their ends are ours to see to; see transport/cluster/.
      load<caf::io::middleman>();
      set("middleman.app-identifiers", std::vector<std::string>{"rollcall"});
    }
    scheduler::use_in(*this, std::move(wake), threads);
    set("logger.file-verbosity", caf::atom("quiet"));
    set("logger.console-verbosity", caf::atom("quiet"));
  }
};

} // namespace rollcall
