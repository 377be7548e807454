#include "transport/switches/asterisk/hang_ups.hpp"

#include "transport/switches/asterisk/action.hpp"

#include <algorithm>
#include <utility>

namespace rollcall::asterisk {

hang_ups::hang_ups(const limits& bounds, double per_second, const leg_graph& graph, moment now)
    : bounds_(bounds), graph_(graph), pace_(per_second, bounds.hang_ups_burst, now) {}

bool hang_ups::enqueue(const std::string& call) {
  if (!open_.emplace(call, 1).second)
    return false;
  waiting_.push_back({call});
  return true;
}

void hang_ups::close(const std::string& call) {
  if (const auto found = open_.find(call); found != open_.end() && --found->second == 0)
    open_.erase(found);
}

/// Puts a leg, or each, in the place of a call. False when there is none.
bool hang_ups::choose_leg(wanted& first, std::optional<refused>& bad) {
  const auto* const call = graph_.find(first.call);
  if (!call || (first.again && !call->owner.empty())) {
    if (!call && !first.again)
      bad = refused{first.call, true};
    close(first.call);
    waiting_.pop_front();
    return false;
  }
  if (!call->owner.empty()) {
    first.leg = call->owner;
    return true;
  }
  const auto name = std::move(first.call);
  waiting_.pop_front();
  for (auto each = call->legs.rbegin(); each != call->legs.rend(); ++each)
    waiting_.push_front({name, *each, true});
  open_[name] += call->legs.size();
  close(name);
  return !call->legs.empty();
}

std::optional<hang_ups::target> hang_ups::next(moment now, std::optional<refused>& bad) {
  bad.reset();
  while (!waiting_.empty() && sent_ < bounds_.hang_ups_at_once && pace_.may_send(now) && !bad) {
    if (waiting_.front().leg.empty() && !choose_leg(waiting_.front(), bad))
      continue;
    auto [name, leg, again] = std::move(waiting_.front());
    waiting_.pop_front();
    const auto* const call = graph_.call_of(leg);
    if (!call || call->id != name) { // it has gone, or is another call's by now
      close(name);
    } else if (!is_addressable(leg)) {
      close(name);
      bad = refused{name, false, "its channel has a Uniqueid that could name another one"};
    } else {
      pace_.sent();
      ++sent_;
      legs_.insert_or_assign(name, call->legs);
      return target{std::move(name), std::move(leg)};
    }
  }
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> hang_ups::wait(moment now) const {
  if (waiting_.empty() || sent_ >= bounds_.hang_ups_at_once)
    return std::nullopt;
  return pace_.wait(now);
}

void hang_ups::answered(const std::string& call, bool done, moment now) {
  sent_ -= std::min<std::size_t>(sent_, 1);
  close(call);
  auto ordered = legs_.extract(call);
  if (done && !ordered.empty() && left_.size() < bounds_.left_behind)
    left_.push_back({now + bounds_.others, call, std::move(ordered.mapped())});
}

void hang_ups::look(moment now) {
  for (; !left_.empty() && left_.front().at <= now; left_.pop_front()) {
    const auto& [at, name, legs] = left_.front();
    const auto* const call = graph_.find(name);
    if (!call || !call->owner.empty() || open_.contains(name))
      continue;
    for (const auto& leg : legs) {
      if (const auto* const of = graph_.call_of(leg); !of || of->id != name)
        continue;
      waiting_.push_back({name, leg, true});
      ++open_[name];
    }
  }
}

} // namespace rollcall::asterisk
