#pragma once

#include "domain/base/ids.hpp"
#include "transport/net/http_url.hpp"
#include "transport/switches/common/driver_kind.hpp"

#include <chrono>
#include <filesystem>
#include <optional>

namespace rollcall::kamailio {

/// What a Kamailio's block of the configuration says beside where it is.
struct settings {
  switch_name name;
  std::optional<net::http_url> rpc;     ///< none: lists come over evapi, too
  std::filesystem::path dump_directory; ///< empty: no dumps
  std::chrono::milliseconds snapshot_interval{};
};

/// Of values that kind() has checked.
settings settings_of(const switches::dialled& to);

} // namespace rollcall::kamailio
