#pragma once

#include "domain/base/ids.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::feed {

struct configured_switch {
  std::string secret;
  bool has_home = true; ///< false: the directory does not know yet to whom its calls would belong
};

/// The switches that may connect, now or when they have a home.
using switch_secrets = std::map<switch_name, configured_switch>;

/// Where a switch may connect instead: addresses of other nodes, which may be unknown. Nothing: it stays.
using move_fn = std::function<std::optional<std::vector<std::string>>(const switch_name&)>;

/// Who may connect now. Any thread.
class switch_table {
public:
  enum class check_result : std::uint8_t { welcome, unknown, wrong_secret, homeless };

  explicit switch_table(switch_secrets switches) : switches_(std::move(switches)) {}

  void replace(switch_secrets switches);

  bool contains(const switch_name& name) const;

  /// Compares in a time that does not depend on the secrets.
  check_result check(const switch_name& name, std::string_view secret) const;

private:
  mutable std::mutex mutex_;
  switch_secrets switches_;
};

} // namespace rollcall::feed
