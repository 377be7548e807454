#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace rollcall::api {

/// Words the log lines about logins that were refused. An operator sees by them who knocks; a flood of
/// refusals cannot fill the disk: there are a few lines a second, and what was left out is counted by the
/// next line after it. Any thread.
class refused_logins {
public:
  using moment = std::chrono::steady_clock::time_point;

  static constexpr unsigned lines_a_second = 10;
  static constexpr std::size_t longest_login = 64; ///< bytes that are shown

  /// The line for a refusal at `now`; none when this second has had its lines. `login` is as the client sent
  /// it: what is not printable ASCII is shown as \xNN.
  std::optional<std::string> line(std::string_view login, std::string_view peer, moment now);

private:
  std::mutex mutex_;
  moment second_began_;
  unsigned lines_ = 0; ///< of this second
  std::uint64_t left_out_ = 0;
};

} // namespace rollcall::api
