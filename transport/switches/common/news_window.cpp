#include "transport/switches/common/news_window.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace rollcall::switches {

namespace {

/// Of the backlog so much goes to the link in one delivery: as much as one read has.
constexpr std::size_t news_at_once = 200;

} // namespace

std::size_t news_window::tell(switch_news&& news, switch_port& to) {
  if (news.empty())
    return 0;
  if (dropping_)
    return news.size();
  if (backlog_bound_ == 0 || !is_behind()) {
    pass(std::move(news), to);
    return 0;
  }
  backlog_.insert(backlog_.end(), std::move_iterator{news.begin()}, std::move_iterator{news.end()});
  if (backlog_.size() <= backlog_bound_)
    return 0;
  dropping_ = true;
  return std::exchange(backlog_, {}).size();
}

bool news_window::consumed(std::size_t deliveries, switch_port* to) {
  outstanding_ -= std::min(outstanding_, deliveries);
  while (to && !backlog_.empty() && outstanding_ < window_) {
    const auto end = backlog_.begin() + static_cast<std::ptrdiff_t>(std::min(backlog_.size(), news_at_once));
    switch_news news{std::move_iterator{backlog_.begin()}, std::move_iterator{end}};
    backlog_.erase(backlog_.begin(), end);
    pass(std::move(news), *to);
  }
  return outstanding_ == 0 && std::exchange(dropping_, false);
}

void news_window::pass(switch_news&& news, switch_port& to) {
  ++outstanding_;
  to.deliver(std::move(news));
}

} // namespace rollcall::switches
