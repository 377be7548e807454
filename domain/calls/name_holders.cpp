#include "domain/calls/name_holders.hpp"

#include <algorithm>
#include <utility>

namespace rollcall {

namespace {

/// No memory of hosts is longer. Beyond it, or in time to come, is only what a node tells that errs: the name
/// would be disputed until then.
constexpr std::chrono::milliseconds longest_ago = std::chrono::hours{24 * 365};

} // namespace

bool knows_more(const name_history& a, const name_history& b) {
  if (a.last.size() != b.last.size() || a.last.empty())
    return a.last.size() > b.last.size();
  return a.last.front().ms_ago < b.last.front().ms_ago;
}

bool name_holders::admit(const switch_host& host, moment now) {
  if (!host.known())
    return true;
  const auto is_last = !last_.empty() && last_.back().host.identity() == host.identity();
  if (is_disputed(now) && !is_last) {
    refused_ = host.address;
    return false;
  }
  if (!is_last && std::exchange(disputed_, false))
    last_.erase(last_.begin()); // the one that kept it has been gone for long enough: that is over
  if (!is_last) {
    const auto alternates = last_.size() == 2 && last_.front().host.identity() == host.identity()
                            && now - last_.back().when <= alternation;
    disputed_ = alternates;
    refused_ = alternates ? last_.back().host.address : std::string{};
    if (last_.size() == 2)
      last_.erase(last_.begin());
    last_.push_back({});
  }
  last_.back() = {host, now};
  gone_.reset();
  return true;
}

void name_holders::gone(moment now) { gone_ = now; }

void name_holders::take_over(const name_history& theirs, moment now) {
  const auto when = [&](std::int64_t ms_ago) {
    return now - std::chrono::milliseconds{std::clamp<std::int64_t>(ms_ago, 0, longest_ago.count())};
  };
  if (theirs.last.empty() || (!last_.empty() && when(theirs.last.back().ms_ago) < last_.back().when))
    return;
  last_.clear();
  for (const auto& one : theirs.last)
    last_.push_back({one.host, when(one.ms_ago)});
  while (last_.size() > 2)
    last_.erase(last_.begin());
  disputed_ = theirs.disputed;
  gone_.reset();
  if (theirs.gone_ms_ago != 0)
    gone_ = when(theirs.gone_ms_ago);
}

name_history name_holders::history(moment now) const {
  const auto ms_ago = [&](moment then) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(now - then).count();
  };
  name_history told;
  for (const auto& one : last_)
    told.last.push_back({one.host, ms_ago(one.when)});
  told.disputed = disputed_;
  if (gone_)
    told.gone_ms_ago = ms_ago(*gone_) + 1; // 0 says that it is not
  return told;
}

std::string name_holders::sides() const {
  return last_.empty() ? "" : last_.back().host.address + " keeps it, " + refused_ + " is refused";
}

} // namespace rollcall
