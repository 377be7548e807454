#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace rollcall::asterisk {

/// Names of channels with an event that is not believed. While one of them is up, lists may have lines of
/// strangers in them. The newest are kept. Pure; one thread.
class suspects {
public:
  static constexpr std::size_t most = 64;
  static constexpr std::size_t name_bytes = 200; ///< longer ones are none of Asterisk's

  void add(std::string_view channel) {
    if (channel.empty() || channel.size() > name_bytes || find(channel) != names_.end())
      return;
    if (names_.size() == most)
      names_.pop_front();
    names_.emplace_back(channel);
  }

  /// The channel has gone. True when it was one of them.
  bool remove(std::string_view channel) {
    const auto found = find(channel);
    if (found == names_.end())
      return false;
    names_.erase(found);
    return true;
  }

  std::size_t size() const { return names_.size(); }

private:
  using names = std::deque<std::string>;

  names::const_iterator find(std::string_view channel) const {
    return std::find(names_.begin(), names_.end(), channel);
  }

  names names_;
};

} // namespace rollcall::asterisk
