#pragma once

#include "domain/ids.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace rollcall::feed {

/// The switches that may connect, with their secrets.
using switch_secrets = std::map<switch_name, std::string>;

/// Who may connect now. Any thread.
class switch_table {
public:
  enum class verdict : std::uint8_t { welcome, unknown, wrong_secret };

  explicit switch_table(switch_secrets switches) : switches_(std::move(switches)) {}

  void replace(switch_secrets switches);

  bool contains(const switch_name& name) const;

  /// Compares in a time that does not depend on the secrets.
  verdict check(const switch_name& name, std::string_view secret) const;

private:
  mutable std::mutex mutex_;
  switch_secrets switches_;
};

} // namespace rollcall::feed
