#include "actors/change_feed.hpp"

#include <utility>

namespace rollcall {

change_feed::published change_feed::publish(const record_ptr& before, const record_ptr& after, moment now) {
  const std::lock_guard lock{mutex_};
  woken_.clear();
  return published_at(log_.append(before, after, now, woken_), now);
}

std::uint64_t change_feed::publish_arrival(const record_ptr& record, moment now) {
  const std::lock_guard lock{mutex_};
  return log_.arrive(record, now);
}

change_feed::published change_feed::publish_departure(const record_ptr& shown, const record_ptr& arrived,
                                                      moment now) {
  const std::lock_guard lock{mutex_};
  woken_.clear();
  log_.depart(shown, arrived, now, woken_);
  return published_at(log_.position(), now);
}

change_feed::published change_feed::publish_let_go(const record_ptr& call, moment now) {
  const std::lock_guard lock{mutex_};
  woken_.clear();
  log_.let_go(call, now, woken_);
  return published_at(log_.position(), now);
}

change_feed::published change_feed::published_at(std::uint64_t position, moment now) {
  published result;
  result.position = position;
  for (const auto number : woken_)
    if (auto found = waiting_.extract(number))
      result.woken.push_back(std::move(found.mapped()));
  if (position == 0)
    watched_.store(log_.is_active(now), std::memory_order_release);
  return result;
}

change_feed::place change_feed::subscribe(customer_id scope, moment now) {
  const std::lock_guard lock{mutex_};
  place result{log_.subscribe(scope, now), log_.generation(), ++last_number_};
  watched_.store(true, std::memory_order_release);
  return result;
}

void change_feed::leave(place& who, moment now) {
  const std::lock_guard lock{mutex_};
  waiting_.erase(who.number);
  log_.leave(who.in_log, now);
}

change_feed::progress change_feed::read(place& who, std::vector<picture_change>& out) {
  progress result;
  const std::lock_guard lock{mutex_};
  result.dir = log_.dir();
  result.lost = who.generation != log_.generation() || log_.is_lost(who.in_log);
  if (result.lost)
    return result;
  change_log::read(who.in_log, most_at_once, out);
  result.more = log_.behind(who.in_log) > 0;
  result.position = log_.position();
  result.log = id_ + log_.generation();
  return result;
}

bool change_feed::await(place& at, const news_reader_actor& who) {
  const std::lock_guard lock{mutex_};
  if (waiting_.contains(at.number))
    return true; // since before
  if (!change_log::await(at.in_log, at.number))
    return false;
  waiting_.emplace(at.number, who);
  return true;
}

std::optional<change_feed::kept> change_feed::kept_after(std::uint64_t position) const {
  const std::lock_guard lock{mutex_};
  if (!log_.reaches_back_to(position))
    return std::nullopt;
  kept result;
  result.let_go = log_.let_go_after(position);
  log_.each_kept(position, [&](const picture_change& change) { result.changes.push_back(change); });
  return result;
}

} // namespace rollcall
