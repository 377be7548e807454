#include "transport/net/guess_brake.hpp"

#include <algorithm>
#include <functional>

namespace rollcall::net {

std::optional<std::chrono::seconds> guess_brake::wait(std::string_view address, moment now) {
  if (size_ == 0)
    return std::nullopt;
  const std::lock_guard lock{mutex_};
  const auto* found = find(address);
  return found ? wait_of(*found, now) : std::nullopt;
}

std::optional<std::chrono::seconds> guess_brake::wait(std::string_view address, std::string_view login,
                                                      moment now) {
  if (size_ == 0)
    return std::nullopt;
  const std::lock_guard lock{mutex_};
  const auto* found = find(address);
  if (!found)
    return std::nullopt;
  if (auto all = wait_of(*found, now))
    return all;
  const auto hash = std::hash<std::string_view>{}(login);
  for (const auto& each : found->logins)
    if (auto wait = each.login == hash ? wait_of(each, now) : std::nullopt)
      return wait;
  return std::nullopt;
}

bool guess_brake::wrong(std::string_view address, std::string_view login, moment now) {
  const std::lock_guard lock{mutex_};
  auto& who = remember(address);
  const auto hash = std::hash<std::string_view>{}(login);
  auto* slot = std::find_if(who.logins.begin(), who.logins.end(), [&](const auto& each) {
    return each.login == hash && recent(each.latest(), now);
  });
  if (slot == who.logins.end()) {
    // The one that was wrong longest ago. It is a recent one only when the address had to wait and has
    // waited.
    slot = std::min_element(who.logins.begin(), who.logins.end(),
                            [](const auto& a, const auto& b) { return a.latest() < b.latest(); });
    *slot = {hash, {}, 0};
  }
  slot->at[slot->next] = now;
  slot->next = (slot->next + 1) % most_wrong;
  return wait_of(*slot, now) || wait_of(who, now);
}

/// Whole seconds, at least one; none when it is over.
guess_brake::wait_time guess_brake::left(moment until, moment now) {
  if (until <= now)
    return std::nullopt;
  return std::chrono::ceil<std::chrono::seconds>(until - now);
}

guess_brake::wait_time guess_brake::wait_of(const attempts& one, moment now) const {
  if (!recent(one.oldest(), now))
    return std::nullopt;
  return left(std::min(one.oldest() + window, one.latest() + pauses_.pair), now);
}

guess_brake::wait_time guess_brake::wait_of(const guesser& one, moment now) const {
  auto first = now;
  moment last;
  for (const auto& each : one.logins) {
    if (!recent(each.latest(), now))
      return std::nullopt;
    first = std::min(first, each.latest());
    last = std::max(last, each.latest());
  }
  return left(std::min<moment>(first + window, last + pauses_.address), now);
}

guess_brake::guesser* guess_brake::find(std::string_view address) {
  const auto found = by_address_.find(address_key{address});
  return found == by_address_.end() ? nullptr : &*found->second;
}

guess_brake::guesser& guess_brake::remember(std::string_view address) {
  const address_key key{address};
  if (const auto found = by_address_.find(key); found != by_address_.end()) {
    guessers_.splice(guessers_.begin(), guessers_, found->second);
    return guessers_.front();
  }
  if (guessers_.size() >= capacity_) {
    by_address_.erase(guessers_.back().address);
    guessers_.pop_back();
    ++forgotten_;
  }
  guessers_.push_front({key, {}});
  by_address_.emplace(key, guessers_.begin());
  size_ = guessers_.size();
  return guessers_.front();
}

} // namespace rollcall::net
