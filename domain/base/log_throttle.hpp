#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace rollcall {

/// Keeps log lines that others cause (switches, strangers) from filling the disk: a few a second, and the
/// next one after it counts those that were left out. Any thread.
class log_throttle {
public:
  using moment = std::chrono::steady_clock::time_point;

  static constexpr unsigned lines_a_second = 10;

  explicit log_throttle(unsigned most = lines_a_second) : most_(most) {}

  /// What `text` makes, when this second has a line left.
  template <class Text>
  std::optional<std::string> line(moment now, Text text) {
    const auto more = admit(now);
    return more ? std::optional{text() + *more} : std::nullopt;
  }

  /// What a line that is to be written now ends with: nothing, or ", and 7 more before it". None when this
  /// second has had its lines.
  std::optional<std::string> admit(moment now) { return admit(now, most_); }

  /// The same, for as many lines a second.
  std::optional<std::string> admit(moment now, unsigned most) {
    const std::lock_guard lock{mutex_};
    if (now - second_began_ >= std::chrono::seconds{1}) {
      second_began_ = now;
      lines_ = 0;
    }
    if (lines_ >= most) {
      ++left_out_;
      ++all_left_out_;
      return std::nullopt;
    }
    ++lines_;
    const auto left_out = std::exchange(left_out_, 0);
    return left_out == 0 ? std::string{} : ", and " + std::to_string(left_out) + " more before it";
  }

  /// Lines left out since the start.
  std::uint64_t left_out() const noexcept { return all_left_out_; }

private:
  const unsigned most_;
  std::mutex mutex_;
  moment second_began_{};
  unsigned lines_ = 0; ///< of this second
  std::uint64_t left_out_ = 0;
  std::atomic<std::uint64_t> all_left_out_{0};
};

} // namespace rollcall
