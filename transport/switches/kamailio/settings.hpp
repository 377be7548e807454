#pragma once

#include "domain/base/ids.hpp"
#include "transport/net/http_url.hpp"

#include <chrono>
#include <filesystem>
#include <optional>

namespace rollcall::kamailio {

/// A Kamailio to connect to.
struct settings {
  switch_name name;
  net::host_port evapi;
  std::optional<net::http_url> rpc;     ///< none: lists come over evapi, too
  std::filesystem::path dump_directory; ///< empty: no dumps
  std::chrono::milliseconds snapshot_interval{60'000};
  friend bool operator==(const settings&, const settings&) = default;
};

} // namespace rollcall::kamailio
