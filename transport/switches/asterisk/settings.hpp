#pragma once

#include "domain/base/ids.hpp"
#include "transport/switches/asterisk/channel_events.hpp"
#include "transport/switches/common/driver_kind.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace rollcall::asterisk {

/// What an Asterisk's block of the configuration says beside where it is.
struct settings {
  switch_name name;
  std::string user;
  std::string secret; ///< never to be logged
  channel_rules rules;
  std::map<std::string, connection_id, std::less<>> connections; ///< by endpoint
  std::chrono::milliseconds snapshot_interval{};
  std::uint64_t hang_ups_per_second = 0;
};

/// Of values that kind() has checked.
settings settings_of(const switches::dialled& to);

} // namespace rollcall::asterisk
