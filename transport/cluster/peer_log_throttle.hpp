#pragma once

#include "transport/cluster/limits.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rollcall::cluster {

/// What a line of the log is about.
struct peer_line {
  bool stranger = true;  ///< it may be anybody: neither dialled by this node, nor has it shown who it is
  std::string address;   ///< where it is; of strangers what bounds count as one, see address_key
  std::string_view kind; ///< the code of a refusal, or what went wrong
};

/// Keeps the log readable where something fails ten times a second. Each address and kind has a few lines a
/// minute, and the same one once. Strangers have a table of their own: they may choose what they are called
/// and, within a network, where they come from, and must not mute what is said of members. One thread.
class peer_log_throttle {
public:
  using clock = std::chrono::steady_clock;

  /// What a line that is to be written now ends with: nothing, or ", and 7 more before it". None when it is
  /// not to be written.
  std::optional<std::string> admit(const peer_line& what, std::string_view text, clock::time_point now) {
    return (what.stranger ? strangers_ : members_).admit({what.address, std::string{what.kind}}, text, now);
  }

private:
  using key = std::pair<std::string, std::string>;

  /// What was said within a minute.
  class lines {
  public:
    std::optional<std::string> admit(std::string_view text, clock::time_point now) {
      if (is_over(now)) {
        said_.clear();
        begun_ = now;
      }
      const auto hash = std::hash<std::string_view>{}(text);
      if (said_.size() == peer_lines_a_minute || std::find(said_.begin(), said_.end(), hash) != said_.end()) {
        ++left_out_;
        return std::nullopt;
      }
      said_.push_back(hash);
      const auto left_out = std::exchange(left_out_, 0);
      return left_out == 0 ? std::string{} : ", and " + std::to_string(left_out) + " more before it";
    }

    bool is_over(clock::time_point now) const { return said_.empty() || now - begun_ >= peer_line_pause; }

  private:
    clock::time_point begun_{};
    std::vector<std::size_t> said_; ///< hashes of texts
    std::uint64_t left_out_ = 0;
  };

  /// Bounded: those for whom there is no room share their lines.
  class table {
  public:
    std::optional<std::string> admit(const key& of, std::string_view text, clock::time_point now) {
      if (!lines_.contains(of) && lines_.size() >= peer_line_keys) {
        if (now - swept_ >= std::chrono::seconds{1}) {
          swept_ = now;
          std::erase_if(lines_, [now](const auto& each) { return each.second.is_over(now); });
        }
        if (lines_.size() >= peer_line_keys)
          return others_.admit(text, now);
      }
      return lines_[of].admit(text, now);
    }

  private:
    std::map<key, lines> lines_;
    lines others_;
    clock::time_point swept_{};
  };

  table members_;
  table strangers_;
};

} // namespace rollcall::cluster
