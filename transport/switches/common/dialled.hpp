#pragma once

#include "domain/base/ids.hpp"
#include "transport/net/host_port.hpp"
#include "transport/switches/common/switch_notes.hpp"
#include "transport/switches/driver.hpp"

#include <functional>
#include <memory>
#include <string>

namespace rollcall::switches {

/// A configured switch that is dialled.
struct dialled {
  switch_name name;
  net::host_port at;

  /// Everything that is configured of it, as text that is never shown: another text is another configuration,
  /// and a connection of its own.
  std::string configured;

  /// Called when it is dialled for the first time, with where to note what operators should know of it. What
  /// it returns lives as long as the switch is configured, and may share what outlives a connection.
  std::function<driver_factory(std::shared_ptr<switch_notes::sheet> notes)> prepare;
};

} // namespace rollcall::switches
