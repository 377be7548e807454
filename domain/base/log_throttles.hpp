#pragma once

#include "domain/base/log_throttle.hpp"

#include <climits>

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace rollcall {

/// A log_throttle for each of those who cause lines: a switch, a peer's address. So many at most are told
/// apart within a second; the others share one. All together have a bound as well, for thousands of strangers
/// must not fill the disk either. The second half of it is for first lines of each, so that a few of them
/// mute nobody. Any thread.
class log_throttles {
public:
  using moment = log_throttle::moment;

  static constexpr std::size_t most = 1024;
  static constexpr unsigned all_lines_a_second = 50;
  static constexpr unsigned unbounded = UINT_MAX; ///< of those whose number is bounded anyway

  explicit log_throttles(unsigned all = all_lines_a_second) : all_(all) {}

  /// What `text` makes of a line that `who` causes, when there is a line left.
  template <class Text>
  std::optional<std::string> line(const std::string& who, moment now, Text text) {
    const auto more = admit(who, now);
    return more ? std::optional{text() + *more} : std::nullopt;
  }

  /// As log_throttle::admit(), for lines that `who` causes.
  std::optional<std::string> admit(const std::string& who, moment now) {
    const std::lock_guard lock{mutex_};
    if (now - second_began_ >= std::chrono::seconds{1}) {
      second_began_ = now;
      lines_ = 0;
    }
    auto more = throttle_of(who, now).admit(now, lines_of_one());
    if (more)
      ++lines_;
    else
      ++left_out_;
    return more;
  }

  /// Lines left out since the start.
  std::uint64_t left_out() const noexcept { return left_out_; }

private:
  /// In what is left of this second.
  unsigned lines_of_one() const {
    return lines_ < all_ / 2 ? log_throttle::lines_a_second : lines_ < all_ ? 1 : 0;
  }

  log_throttle& throttle_of(const std::string& who, moment now) {
    if (!throttles_.contains(who) && throttles_.size() >= most) {
      if (now - swept_ < std::chrono::seconds{1})
        return others_;
      swept_ = now;
      throttles_.clear(); // what they left out is nobody's next line
    }
    return throttles_[who];
  }

  const unsigned all_;
  std::mutex mutex_;
  std::map<std::string, log_throttle> throttles_;
  log_throttle others_;
  moment swept_{};
  moment second_began_{};
  std::uint64_t lines_ = 0; ///< of this second, of all
  std::atomic<std::uint64_t> left_out_{0};
};

} // namespace rollcall
