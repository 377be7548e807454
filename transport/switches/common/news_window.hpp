#pragma once

#include "domain/calls/switch_news.hpp"
#include "transport/switches/common/switch_port.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>

namespace rollcall::switches {

/// What a session has for its link: some of it under way, and more that waits for the link where the switch
/// cannot. One thread.
///
///     passing ──window is full──► keeping ──backlog is full──► dropping ──link has caught up──► passing
class news_window {
public:
  /// `window` deliveries may be under way. `backlog` items wait behind them; 0 where reading stops instead,
  /// so that what is told beyond the window is only what had been read by then, and is passed.
  news_window(std::size_t window, std::size_t backlog) : window_(window), backlog_bound_(backlog) {}

  /// True when the link has all that it may have at once.
  bool is_behind() const { return outstanding_ >= window_ || !backlog_.empty() || dropping_; }

  /// How many items of this, or of what waited, were dropped for it.
  std::size_t tell(switch_news&& news, switch_port& to);

  bool is_dropping() const { return dropping_; }

  /// The link has worked off so many deliveries. True when it has caught up after a drop.
  bool consumed(std::size_t deliveries, switch_port* to);

private:
  void pass(switch_news&& news, switch_port& to);

  const std::size_t window_;
  const std::size_t backlog_bound_;
  std::size_t outstanding_ = 0;   ///< deliveries that the link has not worked off
  std::deque<news_item> backlog_; ///< what it gets when it has
  bool dropping_ = false;
};

} // namespace rollcall::switches
