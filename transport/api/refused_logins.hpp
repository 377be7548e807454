#pragma once

#include "domain/base/log_throttles.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rollcall::api {

/// Words the log lines about logins that were refused. An operator sees by them who knocks; a flood of
/// refusals cannot fill the disk, nor hide who knocks from elsewhere: each address has a few lines a second,
/// and what was left out is counted by the next one after it. Any thread.
class refused_logins {
public:
  using moment = log_throttle::moment;

  static constexpr unsigned lines_a_second = log_throttle::lines_a_second;
  static constexpr std::size_t longest_login = 64; ///< bytes that are shown

  /// The line for a refusal at `now`; none when its address has had its lines. `login` is as it was
  /// understood: what is not printable ASCII is shown as \xNN.
  std::optional<std::string> line(std::string_view login, std::string_view peer, moment now);

  /// Lines left out since the start.
  std::uint64_t left_out() const noexcept { return lines_.left_out(); }

private:
  log_throttles lines_;
};

} // namespace rollcall::api
